//! The data folder: configuration, key of the log, marker of a demo, and how the database in it is opened.
//!
//! `DIR/xiaoan.db` (SQLite) · `DIR/files/` photos · `DIR/log.key` secret of the log (mode 600) · `DIR/log.pub` its public
//! key, for whoever may read the folder but not the secret · `DIR/demo.json` this is a demo, filled to its end ·
//! `DIR/demo.filling` a fill under way or broken · `DIR/demo-accounts.json`.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::{Clock, Ms};
use db::{Db, Target};
use journal::Signer;
use safety::{App, Setup};

use crate::config::{Config, FILE};
use crate::demo::Wish;
use crate::stop::{Done, file, stop};
use crate::words;

pub const DATABASE: &str = "xiaoan.db";
pub const KEY: &str = "log.key";
pub const PUBLIC_KEY: &str = "log.pub";
pub const DEMO: &str = "demo.json";
pub const FILLING: &str = "demo.filling";
pub const ACCOUNTS: &str = "demo-accounts.json";
pub const FILES: &str = "files";

pub mod sql {
    pub const SETTING: &str = "select value from setting where name = $1";
    pub const SET: &str = "insert into setting (name, value) values ($1, $2) \
        on conflict (name) do update set value = excluded.value";
    pub const CITY: &str = "select name from unit where kind = 'city' and parent is null limit 1";
    pub const CITY_ID: &str = "select id from unit where kind = 'city' and parent is null limit 1";
    #[cfg(test)]
    pub const ALL: &[&str] = &[SETTING, SET, CITY, CITY_ID];
}

/// A data folder with what is configured for it.
pub struct House {
    pub data: PathBuf,
    pub config: Config,
    pub target: Target,
}

impl House {
    /// Reads the configuration; the folder need not exist yet.
    pub fn at(data: &Path, database_url: Option<String>) -> Done<House> {
        let mut config = Config::load(data, std::env::vars())?;
        config.database_url = database_url.or(config.database_url);
        let target = match &config.database_url {
            Some(url) => Target::Postgres(url.clone()),
            None => Target::Sqlite(data.join(DATABASE)),
        };
        Ok(House { data: data.into(), config, target })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }

    /// Is there an installation (or a demo) here?
    pub fn lived_in(&self) -> bool {
        self.path(PUBLIC_KEY).exists()
    }

    /// Refuses a folder without an installation.
    pub fn require(&self) -> Done {
        match self.lived_in() {
            true => Ok(()),
            false => Err(stop(words::nothing_here(&self.data))),
        }
    }

    /// Holds nothing but, perhaps, a configuration.
    pub fn is_empty(&self) -> Done<bool> {
        let entries = match std::fs::read_dir(&self.data) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(true),
            Err(e) => return Err(file(&self.data)(e)),
        };
        for entry in entries {
            let entry = entry.map_err(file(&self.data))?;
            if entry.file_name() != FILE {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Makes the folder if it is not there.
    pub fn make(&self) -> Done {
        std::fs::create_dir_all(&self.data).map_err(file(&self.data))
    }

    /// The demo that was filled here, if one was.
    pub fn demo(&self) -> Done<Option<Wish>> {
        let path = self.path(DEMO);
        match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map(Some).map_err(|_| stop(words::unreadable(&path))),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(file(&path)(e)),
        }
    }

    /// Stores the key of the log and its public half.
    pub fn store_key(&self, origin: &str, key: [u8; 32]) -> Done {
        let path = self.path(KEY);
        secret(&path, &key).map_err(file(&path))?;
        let signer = Signer::new(origin, key)?;
        let public = self.path(PUBLIC_KEY);
        store(&public, format!("{}\n", signer.verifier_key()).as_bytes()).map_err(file(&public))
    }

    /// The log's public key, as `log.pub` says it.
    pub fn verifier_key(&self) -> Done<String> {
        let path = self.path(PUBLIC_KEY);
        let text = std::fs::read_to_string(&path).map_err(file(&path))?;
        Ok(text.trim().to_string())
    }

    fn key(&self) -> Done<(String, [u8; 32])> {
        let path = self.path(KEY);
        if !path.exists() {
            return Err(stop(words::backup::key_missing(&path)));
        }
        let bytes = std::fs::read(&path).map_err(file(&path))?;
        let key: [u8; 32] = bytes.try_into().map_err(|_| stop(words::unreadable(&path)))?;
        let vkey = self.verifier_key()?;
        let origin = vkey.split('+').next().unwrap_or_default().to_string();
        let signer = Signer::new(&origin, key)?;
        if signer.verifier_key() != vkey {
            return Err(stop(words::keys_differ(&self.data)));
        }
        Ok((origin, key))
    }

    /// Opens the program as the one writer.
    pub fn open(&self, clock: Clock) -> Done<Arc<App>> {
        self.require()?;
        let (origin, key) = self.key()?;
        Ok(App::open(Setup::new(self.target.clone(), &self.data, clock, &origin, key))?)
    }

    /// Opens with the clock that belongs here: the wall's, or in a demo one that stands where the demo stopped.
    pub fn open_now(&self) -> Done<Arc<App>> {
        self.open(self.clock()?)
    }

    fn clock(&self) -> Done<Clock> {
        match self.demo()? {
            None => Ok(Clock::wall()),
            Some(wish) => Ok(Clock::simulated(self.demo_time(&wish)?, 1)),
        }
    }

    /// Where a demo's clock stands: as stored, never before the end of its fill.
    pub fn demo_time(&self, wish: &Wish) -> Done<Ms> {
        let stored = setting(&self.beside()?, CLOCK)?.and_then(|text| text.parse().ok()).map(Ms);
        Ok(stored.unwrap_or(wish.until).max(wish.until))
    }

    /// Opens the database for reading, also beside a running server.
    pub fn beside(&self) -> Done<Db> {
        self.require()?;
        if let Target::Sqlite(path) = &self.target
            && !path.exists()
        {
            return Err(stop(words::nothing_here(&self.data)));
        }
        Ok(Db::open_beside(self.target.clone())?)
    }

    /// The moment as this folder sees it, without the writer.
    pub fn now(&self) -> Done<Ms> {
        Ok(self.clock()?.now())
    }
}

/// Setting: where a demo's clock stands, milliseconds.
pub const CLOCK: &str = "clock";
/// Setting: when the last whole self-audit ended, and what it found.
pub const AUDIT: &str = "audit";

pub fn setting(db: &Db, name: &'static str) -> base::Result<Option<String>> {
    db.read(move |tx| tx.row(sql::SETTING, db::args![name])?.map(|row| row.text("value")).transpose())
}

pub fn set(db: &Db, name: &'static str, value: String) -> base::Result<()> {
    db.write(move |tx| tx.exec(sql::SET, db::args![name, value.as_str()]).map(|_| ()))
}

/// Writes a file so that it is whole or not there, and on the disk.
pub fn store(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let mut out = File::create(&part)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    std::fs::rename(&part, path)?;
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// A file that only its owner may read. Refuses to overwrite.
pub fn secret(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut out = options.open(path)?;
    out.write_all(bytes)?;
    out.sync_all()
}
