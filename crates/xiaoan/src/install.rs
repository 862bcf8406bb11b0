//! `init`: a real first installation into an empty folder: the city bureau and its first administrator. And the asking
//! of passwords, which are never printed and never stand on a command line.

use std::io::BufRead;

use base::{Clock, Id, Ms};
use safety::org::people::NewPerson;
use safety::org::post::NewPost;
use safety::org::unit::NewUnit;
use safety::org::{Role, UnitKind, login, people, post, unit};
use safety::{Actor, Cx, Meta};

use crate::args;
use crate::house::{DATABASE, House, KEY, PUBLIC_KEY};
use crate::password;
use crate::stop::{Done, file, stop, wrong};
use crate::words::{self, install as say};

pub fn run(house: &House, asked: &args::Init) -> Done {
    if !house.is_empty()? {
        return Err(stop(words::not_empty(&house.data)));
    }
    let county: i64 = asked
        .code
        .parse()
        .ok()
        .filter(|_| asked.code.len() == 4 || asked.code.len() == 6)
        .ok_or_else(|| wrong(say::CODE))?;
    let word = ask_password(&asked.login, asked.password_stdin)?;
    let hash = password::hash(&word);
    house.make()?;
    let clock = Clock::wall();
    let origin = format!("{}.xiaoan/log/{}", asked.code, clock.now().local().year());
    house.store_key(&origin, base::random())?;
    let made = first(house, clock, asked, county, hash);
    if made.is_err() {
        undo(house)?;
    }
    made?;
    println!("{}", say::done(&asked.name, &asked.login, &house.data));
    Ok(())
}

fn first(house: &House, clock: Clock, asked: &args::Init, county: i64, hash: String) -> Done {
    let app = house.open(clock)?;
    let mut city = NewUnit::named(UnitKind::City, &asked.name, None);
    (city.code, city.county) = (Some(asked.code.clone()), Some(county));
    let (name, login_name) = (asked.admin.clone(), asked.login.clone());
    let job = move |cx: &mut Cx<'_, '_>| {
        let unit = unit::open(cx, &city)?;
        let person = person(cx, unit, &name, None)?;
        give(cx, unit, person, Role::Admin, None)?;
        // The password was chosen by its owner just now.
        login::create(cx, person, &login_name, Some(&hash), false)
    };
    let result = app.write(&Actor::system(), Meta::of("cli"), job);
    app.db().close();
    result?;
    Ok(())
}

pub fn person(cx: &mut Cx<'_, '_>, unit: Id, name: &str, mobile: Option<String>) -> base::Result<Id> {
    people::enter(cx, &NewPerson { id: None, unit, name: name.into(), mobile })
}

pub fn give(cx: &mut Cx<'_, '_>, unit: Id, person: Id, role: Role, title: Option<String>) -> base::Result<Id> {
    post::give(cx, &NewPost { id: None, unit, person, role, title, acting: false, from_on: None })
}

/// The folder was empty: what a failed installation made is taken away again.
fn undo(house: &House) -> Done {
    let suffixes = ["", "-wal", "-shm", ".lock"];
    let database = suffixes.iter().map(|s| house.path(&format!("{DATABASE}{s}")));
    for path in database.chain([house.path(KEY), house.path(PUBLIC_KEY)]) {
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(file(&path)(e)),
            _ => {}
        }
    }
    Ok(())
}

/// Asks twice without echo, or reads one line from standard input. Refuses weak passwords.
pub fn ask_password(login_name: &str, from_stdin: bool) -> Done<String> {
    let word = if from_stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(|_| stop(words::PASSWORD_EMPTY))?;
        line.trim_end_matches(['\r', '\n']).to_string()
    } else {
        let ask = |prompt: &str| rpassword::prompt_password(prompt).map_err(|_| stop(say::NO_TERMINAL));
        let word = ask(say::PASSWORD)?;
        if ask(say::PASSWORD_AGAIN)? != word {
            return Err(stop(words::PASSWORDS_DIFFER));
        }
        word
    };
    if word.is_empty() {
        return Err(stop(words::PASSWORD_EMPTY));
    }
    login::strong_enough(&word, login_name)?;
    Ok(word)
}

/// A password that is used once: ten signs that are not mistaken for each other.
pub fn one_time() -> String {
    const SIGNS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let bytes: [u8; 10] = base::random();
    let mut word: String = bytes.iter().map(|b| SIGNS[*b as usize % SIGNS.len()] as char).collect();
    word.insert(5, '-');
    word
}

/// Business time of a moment, for messages.
pub fn shown(at: Ms) -> String {
    at.show("%Y-%m-%d %H:%M")
}
