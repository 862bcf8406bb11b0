//! `demo`: fills an empty folder with the simulated city, then serves it; or serves the demo that is there.

use std::path::PathBuf;

use base::{Clock, Ms};

use crate::demo::{self, Account, EARLIEST, LATEST, MORNING, SCHOOLS, SCHOOLS_MAX, SCHOOLS_MIN, Wish, at};
use crate::house::{ACCOUNTS, CLOCK, DEMO, FILLING, House, secret, set, store};
use crate::progress::Progress;
use crate::stop::{Done, file, stop, wrong};
use crate::words::{self, demo as say};
use crate::{args, serve};

/// Everything that a fill writes, for throwing a broken one away.
const MADE: &[&str] = &[
    "xiaoan.db",
    "xiaoan.db-wal",
    "xiaoan.db-shm",
    "xiaoan.db.lock",
    "log.key",
    "log.pub",
    ACCOUNTS,
    "files",
    "thumbs",
    "web.key",
    crate::sender::PUSH_KEY,
];
/// The accounts that are printed: guard, safety director, county officer.
const FIRST: &[&str] = &["guard", "safety", "officer"];

pub fn run(house: &House, asked: &args::Demo) -> Done {
    let (until, factor) = wanted_clock(asked)?;
    if house.path(FILLING).exists() {
        throw_away(house)?;
    }
    let filled = house.demo()?.is_none();
    let accounts = match house.demo()? {
        Some(wish) => {
            same(&wish, asked)?;
            println!("{}", say::reused());
            read_accounts(house)?
        }
        None => {
            if !house.is_empty()? {
                return Err(stop(words::not_empty(&house.data)));
            }
            // A taken port is told before the minute of filling.
            drop(serve::bind(house, asked.listen.as_deref())?);
            fill(house, &wish(asked, until)?)?
        }
    };
    println!("{}", say::accounts(&house.path(ACCOUNTS).display().to_string()));
    for account in FIRST.iter().filter_map(|login| accounts.iter().find(|a| a.login == *login)) {
        let role = safety::org::Role::from_code(&account.role).map(web::words::role).unwrap_or_default();
        println!("{}", say::account(&account.login, &account.password, role, &account.unit, &account.name));
    }
    if asked.fill_only {
        return Ok(());
    }
    if filled {
        serve_afresh(house, asked, until, factor);
    }
    let listener = serve::bind(house, asked.listen.as_deref())?;
    let Some(wish) = house.demo()? else { return Err(stop(words::nothing_here(&house.data))) };
    let app = house.open(Clock::simulated(house.demo_time(&wish)?, factor))?;
    serve::doors(house, app, listener, true)
}

/// The fill has used and given back much memory that the system's allocator keeps: this process becomes a fresh `serve`.
/// Where that cannot be done it goes on as it is.
fn serve_afresh(house: &House, asked: &args::Demo, until: Ms, factor: i64) {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let Ok(program) = std::env::current_exe() else { return };
        let mut command = std::process::Command::new(program);
        command.arg("serve").arg("--data").arg(&house.data);
        command.arg("--clock").arg(format!("{},x{factor}", until.rfc3339()));
        if let Some(listen) = &asked.listen {
            command.arg("--listen").arg(listen);
        }
        if let Some(url) = &house.config.database_url {
            // Not on the command line: it may hold a password.
            command.env("XIAOAN_DATABASE_URL", url);
        }
        let failed = command.exec();
        tracing::warn!(error = %failed, "serving in the process that filled");
    }
    #[cfg(not(unix))]
    let _ = (house, asked, until, factor);
}

fn wanted_clock(asked: &args::Demo) -> Done<(Ms, i64)> {
    let Some(text) = asked.clock.as_deref() else { return Ok((at(MORNING), 1)) };
    let clock = serve::clock(text)?;
    if clock.start < at(EARLIEST) || clock.start > at(LATEST) {
        return Err(wrong(say::clock_range(at(EARLIEST), at(LATEST))));
    }
    Ok((clock.start, clock.factor))
}

fn wish(asked: &args::Demo, until: Ms) -> Done<Wish> {
    let schools = asked.schools.unwrap_or(SCHOOLS);
    if schools > SCHOOLS_MAX {
        return Err(wrong(say::too_many_schools(SCHOOLS_MAX)));
    }
    if schools < SCHOOLS_MIN {
        eprintln!("{}", say::few_schools(SCHOOLS_MIN));
    }
    Ok(Wish { seed: asked.seed.unwrap_or(1), schools: schools.max(SCHOOLS_MIN), until })
}

/// A demo that is there is served as it is: other wishes are refused, not ignored.
fn same(wish: &Wish, asked: &args::Demo) -> Done {
    if asked.seed.is_some_and(|seed| seed != wish.seed) {
        return Err(stop(say::other_wish(say::SEED)));
    }
    if asked.schools.is_some_and(|n| n.max(SCHOOLS_MIN) != wish.schools) {
        return Err(stop(say::other_wish(say::SCHOOLS)));
    }
    if asked.clock.as_deref().map(serve::clock).transpose()?.is_some_and(|clock| clock.start != wish.until) {
        return Err(stop(say::other_wish(say::CLOCK)));
    }
    Ok(())
}

fn read_accounts(house: &House) -> Done<Vec<Account>> {
    let path = house.path(ACCOUNTS);
    let text = std::fs::read_to_string(&path).map_err(file(&path))?;
    serde_json::from_str(&text).map_err(|_| stop(words::unreadable(&path)))
}

fn fill(house: &House, wish: &Wish) -> Done<Vec<Account>> {
    house.make()?;
    let filling = house.path(FILLING);
    std::fs::write(&filling, b"").map_err(file(&filling))?;
    let mut progress = Progress::new(say::FILLING);
    house.store_key(demo::ORIGIN, demo::log_key(wish.seed))?;
    empty_database(house)?;
    let filled = demo::fill(house.target.clone(), &house.data, wish, &mut progress)?;
    let app = house.open(Clock::simulated(wish.until, 1))?;
    set(app.db(), CLOCK, wish.until.0.to_string())?;
    app.db().close();
    drop(app);
    let text = serde_json::to_string_pretty(&filled.accounts).expect("texts");
    let path = house.path(ACCOUNTS);
    secret(&path, text.as_bytes()).map_err(file(&path))?;
    // The marker comes last: without it the fill counts as broken.
    let marker = house.path(DEMO);
    store(&marker, serde_json::to_string_pretty(wish).expect("numbers").as_bytes()).map_err(file(&marker))?;
    std::fs::remove_file(&filling).map_err(file(&filling))?;
    eprintln!("{}", say::made(filled.jobs, progress.elapsed_ms() / 1_000));
    Ok(filled.accounts)
}

/// A database elsewhere must be empty as well.
fn empty_database(house: &House) -> Done {
    if house.target.engine() == db::Engine::Sqlite {
        return Ok(());
    }
    let db = db::Db::open_beside(house.target.clone())?;
    let tables = db.read(|tx| tx.rows(demo::sql::TABLES_THERE, &[]))?;
    if tables.is_empty() { Ok(()) } else { Err(stop(words::DEMO_TARGET_FULL)) }
}

/// A fill that was not finished is worth nothing.
fn throw_away(house: &House) -> Done {
    if house.path(DEMO).exists() {
        // Everything is there but the last act: removing the mark.
        return std::fs::remove_file(house.path(FILLING)).map_err(file(&house.path(FILLING)));
    }
    if house.target.engine() == db::Engine::Postgres {
        return Err(stop(say::OTHER_DATABASE));
    }
    eprintln!("{}", say::THROWN_AWAY);
    for path in MADE.iter().map(|name| house.path(name)).chain([house.path(FILLING)]) {
        remove(&path).map_err(file(&path))?;
    }
    Ok(())
}

fn remove(path: &PathBuf) -> std::io::Result<()> {
    let done = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match done {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schools(n: Option<usize>) -> Done<usize> {
        let asked = args::Demo { listen: None, schools: n, seed: None, clock: None, fill_only: true };
        wish(&asked, at(MORNING)).map(|wish| wish.schools)
    }

    #[test]
    fn from_none_to_all_schools_can_be_peopled_and_more_than_there_are_is_refused() {
        let most = Some(SCHOOLS_MAX);
        for (asked, got) in [(None, 120), (Some(0), 3), (Some(1), 3), (Some(3), 3), (Some(4), 4), (most, 1_250)] {
            assert_eq!(schools(asked), Ok(got), "{asked:?}");
        }
        let refused = schools(Some(SCHOOLS_MAX + 1)).unwrap_err();
        assert_eq!(refused.code, 2);
        assert!(refused.text.contains("1250"), "{}", refused.text);
    }
}
