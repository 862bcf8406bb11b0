//! `user`: logins at the keyboard of the server: add, reset, block, list. The program itself acts; the log says `cli`.

use base::{Error, Id, Refusal};
use db::args;
use safety::org::{Role, login, unit};
use safety::{Actor, Cx, Meta};

use crate::args::User;
use crate::house::House;
use crate::install::{ask_password, give, person};
use crate::password;
use crate::stop::{Done, stop, wrong};
use crate::words::user as say;

pub mod sql {
    pub const LOGINS: &str = "select l.name, case when l.password is null then 0 else 1 end as has_password, l.must_change, l.blocked_at, \
        n.name as person_name, u.name as unit_name from login l join person n on n.id = l.person \
        join unit u on u.id = n.unit order by l.name";
    pub const UNIT: &str =
        "select id from unit where closed_on is null and (name = $1 or code = $1 or short = $1) limit 3";
    pub const PERSON: &str = "select id from person where unit = $1 and name = $2 and erased_at is null limit 3";
    #[cfg(test)]
    pub const ALL: &[&str] = &[LOGINS, UNIT, PERSON];
}

pub fn run(house: &House, act: &User) -> Done {
    match act {
        User::List => list(house),
        User::Add { login, name, unit, role, password_stdin } => {
            let role = role.as_deref().map(read_role).transpose()?;
            let word = ask_password(login, *password_stdin)?;
            add(house, login, name, unit, role, password::hash(&word))
        }
        User::Reset { login, password_stdin } => {
            let word = ask_password(login, *password_stdin)?;
            let hash = password::hash(&word);
            change(house, login, move |cx, id| login::set_password(cx, id, &hash, false, None))?;
            println!("{}", say::reset(login));
            Ok(())
        }
        User::Block { login, open } => {
            let blocked = !open;
            change(house, login, move |cx, id| login::block(cx, id, blocked))?;
            println!("{}", if blocked { say::blocked(login) } else { say::opened(login) });
            Ok(())
        }
    }
}

/// A role by its code or its Chinese name.
pub fn read_role(text: &str) -> Done<Role> {
    role_of(text)
        .ok_or_else(|| wrong(say::role(text, &Role::ALL.iter().map(|r| web::words::role(*r)).collect::<Vec<_>>())))
}

pub fn role_of(text: &str) -> Option<Role> {
    let text = text.trim();
    Role::from_code(text).or_else(|| web::words::role_named(text)).filter(|r| *r != Role::System)
}

/// A unit by id, code, name or short name; none when nothing or more than one thing bears it.
pub fn unit_of(cx: &mut Cx<'_, '_>, text: &str) -> base::Result<Option<Id>> {
    if let Some(id) = Id::parse(text) {
        return Ok(unit::load(cx, id).ok().map(|u| u.id));
    }
    let rows = cx.tx.rows(sql::UNIT, args![text])?;
    match rows.as_slice() {
        [one] => one.id("id").map(Some),
        _ => Ok(None),
    }
}

fn add(house: &House, login_name: &str, name: &str, unit: &str, role: Option<Role>, hash: String) -> Done {
    let app = house.open_now()?;
    let (login_text, name_text, unit_text) = (login_name.to_string(), name.to_string(), unit.to_string());
    let job = move |cx: &mut Cx<'_, '_>| {
        let unit = unit_of(cx, &unit_text)?.ok_or(Error::invalid("unit", base::Problem::Unknown))?;
        let home = unit::load(cx, unit)?.home;
        let known = cx.tx.rows(sql::PERSON, args![home, name_text.as_str()])?;
        let person = match known.as_slice() {
            [one] => one.id("id")?,
            [] => person(cx, unit, &name_text, None)?,
            _ => return Err(Error::invalid("name", base::Problem::Taken)),
        };
        if let Some(role) = role {
            match give(cx, unit, person, role, None) {
                Err(Error::Refused(Refusal::Duplicate)) => {}
                other => {
                    other?;
                }
            }
        }
        login::create(cx, person, &login_text, Some(&hash), true)
    };
    let result = app.write(&Actor::system(), Meta::of("cli"), job);
    app.db().close();
    result?;
    println!("{}", say::added(login_name, name));
    Ok(())
}

fn change(
    house: &House,
    login_name: &str,
    act: impl Fn(&mut Cx<'_, '_>, Id) -> base::Result<()> + Send + 'static,
) -> Done {
    let app = house.open_now()?;
    let name = login_name.to_string();
    let job = move |cx: &mut Cx<'_, '_>| match login::door(cx, &name)? {
        Some(door) => act(cx, door.login).map(|()| true),
        None => Ok(false),
    };
    let found = app.write(&Actor::system(), Meta::of("cli"), job);
    app.db().close();
    if found? { Ok(()) } else { Err(stop(say::unknown(login_name))) }
}

fn list(house: &House) -> Done {
    let rows = house.beside()?.read(|tx| tx.rows(sql::LOGINS, &[]))?;
    for row in &rows {
        let state = match (row.opt_int("blocked_at")?, row.flag("has_password")?, row.flag("must_change")?) {
            (Some(_), _, _) => say::BLOCKED,
            (None, false, _) => say::NO_PASSWORD,
            (None, true, true) => say::MUST_CHANGE,
            (None, true, false) => say::IN_USE,
        };
        let person = row.opt_text("person_name")?.unwrap_or_default();
        println!("{}\t{person}\t{}\t{state}", row.text("name")?, row.text("unit_name")?);
    }
    println!("{}", say::count(rows.len()));
    Ok(())
}
