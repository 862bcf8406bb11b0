//! `backup` beside a running server and `restore` into an empty folder. A backup is a folder, or one `.tar` of it: a
//! consistent copy of the database, the photos, the configuration and a list of everything with its hash. The keys stay
//! behind unless they are asked for.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use db::Target;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::args;
use crate::config;
use crate::house::{ACCOUNTS, DATABASE, DEMO, FILES, House, KEY, PUBLIC_KEY, secret, store};
use crate::journal_command;
use crate::stop::{Done, Stop, file, stop};
use crate::watch::all_files;
use crate::words::backup as words;

const LIST: &str = "backup.json";
/// PostgreSQL's own form, read by `pg_restore`.
const DUMP: &str = "database.dump";
/// Keys: the log's secret, the cookies' secret, and the one towards push services.
const SECRETS: &[&str] = &[KEY, "web.key", crate::sender::PUSH_KEY];
const PLAIN: &[&str] = &[PUBLIC_KEY, DEMO, ACCOUNTS];

#[derive(Serialize, Deserialize)]
struct List {
    format: String,
    /// Business time.
    made_at: String,
    /// Leaves in the log.
    leaves: i64,
    with_keys: bool,
    parts: Vec<Part>,
}

#[derive(Serialize, Deserialize)]
struct Part {
    /// Path inside the backup.
    name: String,
    bytes: u64,
    sha256: String,
}

const FORMAT: &str = "xiaoan-backup/1";

pub fn run(house: &House, asked: &args::Backup) -> Done {
    house.require()?;
    if asked.out.exists() {
        return Err(stop(words::there_already(&asked.out)));
    }
    let one_file = asked.out.extension().is_some_and(|e| e == "tar");
    let folder = if one_file { asked.out.with_extension("tar.part") } else { asked.out.clone() };
    let made = collect(house, &folder, asked.with_keys).and_then(|list| {
        if one_file {
            pack(&folder, &asked.out).map_err(file(&asked.out))?;
        }
        Ok(list)
    });
    if one_file || made.is_err() {
        // What is left of a half backup is worth nothing; the first error is the one to tell.
        let _ = std::fs::remove_dir_all(&folder);
    }
    let list = made?;
    let bytes = list.parts.iter().map(|p| p.bytes).sum::<u64>();
    println!("{}", words::made(&asked.out, list.parts.len(), bytes, list.leaves));
    println!("{}", if asked.with_keys { words::WITH_KEYS } else { words::WITHOUT_KEYS });
    Ok(())
}

/// The database first: every photo that it names was written before, so it is among the files copied after.
fn collect(house: &House, folder: &Path, with_keys: bool) -> Done<List> {
    std::fs::create_dir_all(folder).map_err(file(folder))?;
    let db = house.beside()?;
    let name = match house.target {
        Target::Sqlite(_) => DATABASE,
        Target::Postgres(_) => DUMP,
    };
    db.backup(&folder.join(name))?;
    let leaves = safety::kernel::audit::leaf_count(&db)?;
    let mut names = vec![name.to_string()];
    for path in all_files(&house.path(FILES)) {
        let Ok(inside) = path.strip_prefix(&house.data) else { continue };
        copy(&path, &folder.join(inside))?;
        names.push(inside.display().to_string());
    }
    let secrets = if with_keys { SECRETS } else { &[] };
    for name in PLAIN.iter().chain(secrets) {
        let from = house.path(name);
        if from.exists() {
            copy(&from, &folder.join(name))?;
            names.push((*name).to_string());
        }
    }
    if let Ok(text) = std::fs::read_to_string(house.path(config::FILE)) {
        // The address of a database may hold a password, a far side's line does.
        let secret = |line: &str| {
            line.trim_start().starts_with("database_url") || ["secret", "password"].iter().any(|w| line.contains(w))
        };
        let kept = |line: &&str| with_keys || !secret(line);
        let text: String = text.lines().filter(kept).map(|line| format!("{line}\n")).collect();
        let to = folder.join(config::FILE);
        store(&to, text.as_bytes()).map_err(file(&to))?;
        names.push(config::FILE.into());
    }
    let parts = names.into_iter().map(|name| part(folder, name)).collect::<Done<Vec<_>>>()?;
    let list = List { format: FORMAT.into(), made_at: house.now()?.rfc3339(), leaves, with_keys, parts };
    let to = folder.join(LIST);
    store(&to, serde_json::to_string_pretty(&list).expect("texts and numbers").as_bytes()).map_err(file(&to))?;
    Ok(list)
}

fn copy(from: &Path, to: &Path) -> Done {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(file(folder))?;
    }
    std::fs::copy(from, to).map_err(file(to))?;
    File::open(to).and_then(|f| f.sync_all()).map_err(file(to))
}

fn part(folder: &Path, name: String) -> Done<Part> {
    let path = folder.join(&name);
    let (bytes, sha256) = hash(&path).map_err(file(&path))?;
    Ok(Part { name, bytes, sha256 })
}

fn hash(path: &Path) -> std::io::Result<(u64, String)> {
    let (mut from, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hash.finalize().iter().map(|b| format!("{b:02x}")).collect()));
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}

fn pack(folder: &Path, out: &Path) -> std::io::Result<()> {
    let mut name = out.as_os_str().to_owned();
    name.push(".new");
    let part = PathBuf::from(name);
    let mut tar = tar::Builder::new(File::create(&part)?);
    tar.append_dir_all(".", folder)?;
    tar.into_inner()?.sync_all()?;
    std::fs::rename(&part, out)
}

pub fn restore(house: &House, asked: &args::Restore) -> Done {
    if !house.is_empty()? {
        return Err(stop(crate::words::not_empty(&house.data)));
    }
    house.make()?;
    let done = unpacked(house, &asked.from).and_then(|folder| {
        let list = bring_back(house, &folder, &asked.from)?;
        if folder != asked.from {
            std::fs::remove_dir_all(&folder).map_err(file(&folder))?;
        }
        Ok(list)
    });
    let list = match done {
        Ok(list) => list,
        Err(e) => {
            clear(house)?;
            return Err(e);
        }
    };
    println!("{}", words::restored(list.parts.len(), &list.made_at));
    if !list.with_keys {
        println!("{}", words::key_missing(&house.path(KEY)));
    }
    let audit = safety::kernel::audit::run(&house.beside()?, &house.verifier_key()?, house.now()?)?;
    journal_command::told(&audit)
}

/// The folder of the backup; one file is unpacked into the empty folder first, and goes with `clear` when that fails.
fn unpacked(house: &House, from: &Path) -> Done<PathBuf> {
    if from.is_dir() {
        return Ok(from.to_path_buf());
    }
    let part = house.path("restore.part");
    let archive = File::open(from).map_err(file(from))?;
    // The crate refuses names that lead out of the folder.
    tar::Archive::new(archive).unpack(&part).map_err(|_| stop(words::not_a_backup(from)))?;
    Ok(part)
}

/// Checks every part against the list, then brings all of them in.
fn bring_back(house: &House, folder: &Path, from: &Path) -> Done<List> {
    let not_one = || stop(words::not_a_backup(from));
    let text = std::fs::read_to_string(folder.join(LIST)).map_err(|_| not_one())?;
    let list: List = serde_json::from_str(&text).map_err(|_| not_one())?;
    let inside = |name: &str| Path::new(name).components().all(|c| matches!(c, std::path::Component::Normal(_)));
    if list.format != FORMAT || !list.parts.iter().all(|p| inside(&p.name)) {
        return Err(not_one());
    }
    for part in &list.parts {
        let path = folder.join(&part.name);
        let (bytes, sha256) = hash(&path).map_err(file(&path))?;
        if (bytes, &sha256) != (part.bytes, &part.sha256) {
            return Err(stop(words::part_changed(&part.name)));
        }
    }
    for part in &list.parts {
        let path = folder.join(&part.name);
        match part.name.as_str() {
            DUMP => restore_dump(house, &path)?,
            DATABASE if house.target.engine() == db::Engine::Postgres => return Err(stop(words::OTHER_ENGINE)),
            // A configuration of the target folder wins.
            config::FILE if house.path(config::FILE).exists() => {}
            name if SECRETS.contains(&name) => {
                let bytes = std::fs::read(&path).map_err(file(&path))?;
                secret(&house.path(name), &bytes).map_err(file(&house.path(name)))?;
            }
            name => copy(&path, &house.path(name))?,
        }
    }
    Ok(list)
}

/// The address without its password (URL form), and the password: a command line can be read by every user of the
/// machine.
fn without_password(url: &str) -> (String, Option<String>) {
    let split = || {
        let (scheme, rest) = url.split_once("://")?;
        let (login, place) = rest.split_once('@')?;
        let (user, password) = login.split_once(':')?;
        Some((format!("{scheme}://{user}@{place}"), Some(password.to_string())))
    };
    split().unwrap_or_else(|| (url.to_string(), None))
}

/// PostgreSQL: `pg_restore` into the (empty) database.
fn restore_dump(house: &House, dump: &Path) -> Done {
    let Target::Postgres(url) = &house.target else { return Err(stop(words::OTHER_ENGINE)) };
    let (address, password) = without_password(url);
    let run = Command::new("pg_restore")
        .args(["--no-owner", "--no-privileges", "--no-password", "--exit-on-error", "--dbname"])
        .arg(address)
        .arg(dump)
        .envs(password.map(|word| ("PGPASSWORD", word)))
        .stdin(Stdio::null())
        .output()
        .map_err(|_| stop(words::NO_PG_RESTORE))?;
    match run.status.success() {
        true => Ok(()),
        false => Err(stop(words::pg_restore(String::from_utf8_lossy(&run.stderr).trim()))),
    }
}

/// Takes back what a failed restore has brought in; the folder was empty before.
fn clear(house: &House) -> Result<(), Stop> {
    for entry in std::fs::read_dir(&house.data).map_err(file(&house.data))?.flatten() {
        let path = entry.path();
        if entry.file_name() == config::FILE {
            continue;
        }
        let done = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        done.map_err(file(&path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_does_not_stand_on_a_command_line() {
        let (address, password) = without_password("postgres://a:geheim@host:5432/x");
        assert_eq!((address.as_str(), password.as_deref()), ("postgres://a@host:5432/x", Some("geheim")));
        assert_eq!(without_password("host=/tmp dbname=x").1, None);
    }
}
