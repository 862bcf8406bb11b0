//! `doctor`: looks at what the program stands on and says what to do. Beside a running server too.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use base::{Ms, Stopwatch};
use db::Target;
use safety::kernel::proof;

use crate::house::{self, House};
use crate::stop::{Done, stop};
use crate::words::doctor as words;

/// Free space under which a warning is given, MiB.
const SPACE_MIB: u64 = 2_048;
/// Wall clock before this is certainly wrong (seconds): 2026-01-01.
const EARLIEST_SECONDS: i64 = 1_767_225_600;
/// An audit older than this is told (milliseconds).
const AUDIT_AGE: i64 = 2 * Ms::DAY;

/// One line: fine, or what to do.
type Line = (&'static str, Result<String, String>);

pub fn run(house: &House) -> Done {
    let mut lines: Vec<Line> = vec![
        (words::CONFIG, Ok(words::config(&house.data, house.config.unknown.len()))),
        (words::FONTS, fonts()),
        (words::DISK, disk(&house.data)),
        (words::TIME, time()),
        (words::PORT, port(house)),
    ];
    if house.lived_in() {
        lines.push((words::KEYS, keys(house)));
        lines.push((words::DATABASE, database(house)));
        lines.push((words::JOURNAL, journal(house)));
        lines.push((words::AUDIT, audit(house)));
        lines.push((words::WITNESS, witness(house)));
    } else {
        lines.push((words::DATABASE, Err(words::NOT_INSTALLED.into())));
    }
    let mut attention = 0;
    for (name, found) in lines {
        match found {
            Ok(text) => println!("{}", words::fine(name, &text)),
            Err(text) => {
                attention += 1;
                println!("{}", words::attention(name, &text));
            }
        }
    }
    if attention == 0 { Ok(()) } else { Err(stop(words::sum(attention))) }
}

/// Prints and PDFs need a Chinese font on the server.
fn fonts() -> Result<String, String> {
    let out = Command::new("fc-list").args([":lang=zh", "family"]).stdin(Stdio::null()).output();
    let out = out.map_err(|_| words::NO_FC_LIST.to_string())?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    match text.lines().next() {
        Some(first) => Ok(words::fonts(text.lines().count(), first.split(',').next().unwrap_or(first))),
        None => Err(words::NO_FONTS.into()),
    }
}

/// Free space by `df`: the standard library does not tell it.
fn disk(data: &Path) -> Result<String, String> {
    let there = data.ancestors().find(|p| p.exists()).filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let out = Command::new("df").arg("-Pk").arg(there).stdin(Stdio::null()).output();
    let out = out.map_err(|_| words::NO_DF.to_string())?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let free = text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)).and_then(|n| n.parse::<u64>().ok());
    match free.map(|kib| kib / 1024) {
        Some(mib) if mib < SPACE_MIB => Err(words::little_space(mib, SPACE_MIB)),
        Some(mib) => Ok(words::space(mib)),
        None => Err(words::NO_DF.into()),
    }
}

fn time() -> Result<String, String> {
    let seconds = Stopwatch::wall_seconds();
    let shown = Ms(seconds * 1_000).show("%Y-%m-%d %H:%M:%S");
    if seconds < EARLIEST_SECONDS { Err(words::bad_time(&shown)) } else { Ok(words::time(&shown)) }
}

fn port(house: &House) -> Result<String, String> {
    let listen = house.config.listen.to_string();
    match TcpListener::bind(house.config.listen) {
        Ok(_) => Ok(words::port_free(&listen)),
        Err(e) if e.kind() == std::io::ErrorKind::AddrInUse => Ok(words::port_used(&listen)),
        Err(e) => Err(words::port(&listen, &e)),
    }
}

fn keys(house: &House) -> Result<String, String> {
    let path = house.path(house::KEY);
    let meta = std::fs::metadata(&path).map_err(|_| words::no_key(&path))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if meta.permissions().mode() & 0o077 != 0 {
            return Err(words::key_open(&path));
        }
    }
    let _ = meta;
    house.verifier_key().map(|vkey| words::key(&vkey)).map_err(|e| e.text)
}

fn database(house: &House) -> Result<String, String> {
    let kind = match &house.target {
        Target::Sqlite(_) => "SQLite",
        Target::Postgres(_) => "PostgreSQL",
    };
    let db = house.beside().map_err(|e| e.text)?;
    db.check().map_err(|e| crate::stop::Stop::from(e).text)?;
    let city = db.read(|tx| tx.row(house::sql::CITY, &[])?.map(|row| row.text("name")).transpose());
    Ok(words::database(kind, city.ok().flatten().as_deref().unwrap_or("")))
}

fn journal(house: &House) -> Result<String, String> {
    let db = house.beside().map_err(|e| e.text)?;
    let vkey = house.verifier_key().map_err(|e| e.text)?;
    let note = db.read(proof::checkpoint).map_err(|e| crate::stop::Stop::from(e).text)?;
    let Some(note) = note else { return Ok(words::JOURNAL_EMPTY.into()) };
    match journal::open_checkpoint(&note, &vkey) {
        Ok(head) => Ok(words::journal(&head.origin, head.size)),
        Err(_) => Err(words::JOURNAL_BROKEN.into()),
    }
}

fn audit(house: &House) -> Result<String, String> {
    let db = house.beside().map_err(|e| e.text)?;
    let told = house::setting(&db, house::AUDIT).map_err(|e| crate::stop::Stop::from(e).text)?;
    let told: Option<serde_json::Value> = told.and_then(|text| serde_json::from_str(&text).ok());
    let Some(told) = told else { return Ok(words::NO_AUDIT.into()) };
    let at = Ms(told["at"].as_i64().unwrap_or(0));
    if told["clean"] != true {
        return Err(words::audit_found(told["findings"].as_i64().unwrap_or(0), &crate::install::shown(at)));
    }
    let now = house.now().map_err(|e| e.text)?;
    match now.since(at) > AUDIT_AGE {
        true => Err(words::audit_old(&crate::install::shown(at))),
        false => Ok(words::audit(told["rows"].as_i64().unwrap_or(0), &crate::install::shown(at))),
    }
}

/// As the server last heard of them: a finding is told whoever is asked now.
fn witness(house: &House) -> Result<String, String> {
    let db = house.beside().map_err(|e| e.text)?;
    let standing = db.read(safety::kernel::witness::standing).map_err(|e| crate::stop::Stop::from(e).text)?;
    if let Some(found) = standing.findings.first() {
        let (ours, theirs) = (found.ours as i64, found.theirs as i64);
        return Err(web::words::witness::finding(&found.witness, found.stand, ours, theirs));
    }
    if standing.witnesses.is_empty() {
        return Ok(words::NO_WITNESS.into());
    }
    let sum = web::words::witness::sum(standing.quorum, standing.witnessed.as_ref().map(|w| (w.size as i64, w.at)));
    let now = house.now().map_err(|e| e.text)?;
    if standing.short(now) { Err(words::witness_short(&sum)) } else { Ok(sum) }
}
