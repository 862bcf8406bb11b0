//! For the tests of all rooms: a fresh database on either engine. Nothing of the product uses it.

use std::path::{Path, PathBuf};

use postgres::config::Host;
use postgres::{Config, NoTls};

use crate::Target;

/// A PostgreSQL address whose user may create databases; when it is not set, tests leave PostgreSQL out and say so.
pub const POSTGRES_VARIABLE: &str = "XIAOAN_TEST_PG";

/// A folder of its own under the system's temporary folder, removed with everything in it when dropped.
pub struct TempDir(PathBuf);

impl TempDir {
    #[expect(clippy::new_without_default, reason = "it makes a folder: nothing that a default should do")]
    pub fn new() -> TempDir {
        let path = std::env::temp_dir().join(format!("xiaoan-test-{}", unique()));
        std::fs::create_dir_all(&path).expect("the temporary folder can be written");
        TempDir(path)
    }
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn unique() -> String {
    base::random::<8>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// On which engine a test that runs on one at a time is to run: `sqlite` (usual) or `postgres`. The doors' tests run
/// once with each.
pub const ENGINE_VARIABLE: &str = "XIAOAN_TEST_ENGINE";

/// A fresh database on the engine that `XIAOAN_TEST_ENGINE` names, and a folder beside it. Never skips: a run that was
/// asked for PostgreSQL and has none fails.
pub fn asked_engine() -> (TempDir, Target) {
    match std::env::var(ENGINE_VARIABLE).as_deref() {
        Err(_) | Ok("sqlite") => sqlite_file(),
        Ok("postgres") => (TempDir::new(), postgres().expect("XIAOAN_TEST_PG names a server")),
        Ok(other) => panic!("{ENGINE_VARIABLE} is sqlite or postgres, not {other}"),
    }
}

/// A place for a fresh SQLite database; keep the guard as long as the database.
pub fn sqlite_file() -> (TempDir, Target) {
    let folder = TempDir::new();
    let target = Target::Sqlite(folder.path().join("xiaoan.db"));
    (folder, target)
}

/// A fresh PostgreSQL database in collation C on the server of `XIAOAN_TEST_PG`; it is left there afterwards, as the
/// whole cluster is thrown away. `None`, and a line on standard error, when the variable is not set.
pub fn postgres() -> Option<Target> {
    postgres_with("lc_collate 'C' lc_ctype 'C' encoding 'UTF8'")
}

/// As `postgres`, with other words after `create database … template template0`.
pub fn postgres_with(words: &str) -> Option<Target> {
    let Ok(address) = std::env::var(POSTGRES_VARIABLE) else {
        eprintln!("SKIPPED: {POSTGRES_VARIABLE} is not set, so nothing is tested on PostgreSQL here");
        return None;
    };
    let name = format!("xiaoan_test_{}", unique());
    let create = format!("create database {name} template template0 {words}");
    let mut config: Config = address.parse().expect("XIAOAN_TEST_PG is an address");
    let server = config.clone();
    // On a thread of its own: the test may be async.
    let made = std::thread::spawn(move || server.connect(NoTls)?.batch_execute(&create)).join();
    made.expect("the thread lives").expect("XIAOAN_TEST_PG names a server that lets us create databases");
    config.dbname(&name);
    Some(Target::Postgres(keywords(&config)))
}

/// The `key='value'` form of a configuration.
fn keywords(config: &Config) -> String {
    let mut words: Vec<(&str, String)> = Vec::new();
    for host in config.get_hosts() {
        match host {
            Host::Tcp(name) => words.push(("host", name.clone())),
            Host::Unix(folder) => words.push(("host", folder.display().to_string())),
        }
    }
    words.extend(config.get_ports().iter().map(|port| ("port", port.to_string())));
    words.extend(config.get_user().map(|user| ("user", user.to_owned())));
    words.extend(config.get_password().map(|word| ("password", String::from_utf8_lossy(word).into_owned())));
    words.extend(config.get_dbname().map(|name| ("dbname", name.to_owned())));
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
    words.iter().map(|(key, value)| format!("{key}='{}' ", quoted(value))).collect()
}
