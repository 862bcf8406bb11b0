//! A whole, consistent copy while the work goes on. What a copy is worth is known when it has been opened: SQLite's is
//! checked before it gets its name.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use base::{Error, Fault, Result};
use postgres::config::Host;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::database::beside;
use crate::postgres_link::config;
use crate::{Target, sqlite};

/// Writes the copy beside `to` first, so that a half one never bears the name.
pub(crate) fn backup(target: &Target, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(Error::broken(format!("{} is there already; a backup overwrites nothing", to.display())));
    }
    let part = beside(to, ".part");
    let made = remove(&part).and_then(|()| match target {
        Target::Sqlite(from) => copy(from, &part),
        Target::Postgres(address) => dump(address, &part),
    });
    let made = made.and_then(|()| {
        let sync = || -> std::io::Result<()> {
            File::open(&part)?.sync_all()?;
            std::fs::rename(&part, to)?;
            // The new name itself must reach the disk.
            let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(folder)?.sync_all()
        };
        sync().map_err(|e| storing(to, &e))
    });
    if made.is_err() {
        // The first error is the one to tell.
        let _ = remove(&part);
    }
    made
}

fn remove(part: &Path) -> Result<()> {
    match std::fs::remove_file(part) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(storing(part, &e)),
        _ => Ok(()),
    }
}

fn storing(place: &Path, e: &std::io::Error) -> Error {
    match e.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::Fault(Fault::Full),
        _ => Error::broken(format!("{}: {e}", place.display())),
    }
}

/// All pages in one step: one snapshot, which writers do not disturb and which does not hold them up (they only cannot
/// cut back the write-ahead log meanwhile). In several steps each write would make the copy begin again.
fn copy(from: &Path, part: &Path) -> Result<()> {
    let told = |e: rusqlite::Error| sqlite::failure(&e, "backup").error;
    let source = sqlite::open_reader(from)?;
    let mut copy = Connection::open(part).map_err(told)?;
    {
        let backup = Backup::new(&source, &mut copy).map_err(told)?;
        match backup.step(-1).map_err(told)? {
            StepResult::Done => {}
            // Busy or locked: somebody holds the whole database, which nothing of ours does.
            _ => return Err(Error::Fault(Fault::Gone)),
        }
    }
    // As a plain file, the copy needs no companion to be whole.
    let mode: String = copy.query_row("pragma journal_mode = delete", [], |row| row.get(0)).map_err(told)?;
    let verdict: String = copy.query_row("pragma quick_check(1)", [], |row| row.get(0)).map_err(told)?;
    match (mode.as_str(), verdict.as_str()) {
        ("delete", "ok") => Ok(()),
        _ => Err(Error::broken(format!("the copy is not sound (journal {mode}): {verdict}"))),
    }
}

/// `pg_dump -Fc`. The password goes by the environment: a command line can be read by every user of the machine.
fn dump(address: &str, part: &Path) -> Result<()> {
    let config = config(address)?;
    let mut command = Command::new("pg_dump");
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--no-password", "--file"]).arg(part);
    match config.get_hosts().first() {
        Some(Host::Tcp(host)) => command.env("PGHOST", host),
        Some(Host::Unix(folder)) => command.env("PGHOST", folder),
        None => command.env_remove("PGHOST"),
    };
    if let Some(port) = config.get_ports().first() {
        command.env("PGPORT", port.to_string());
    }
    if let Some(user) = config.get_user() {
        command.env("PGUSER", user);
    }
    if let Some(name) = config.get_dbname() {
        command.env("PGDATABASE", name);
    }
    if let Some(password) = config.get_password() {
        command.env("PGPASSWORD", String::from_utf8_lossy(password).as_ref());
    }
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let output =
        output.map_err(|e| Error::broken(format!("pg_dump cannot be run ({e}); install postgresql-client")))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(Error::broken(format!("pg_dump failed: {}", words.trim())));
    }
    Ok(())
}
