//! How a database is opened.

use std::path::PathBuf;
use std::sync::Arc;

use base::Result;

use crate::Tx;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Where the database is: a file, or a PostgreSQL address (URL or `key=value` form).
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Target {
    pub fn engine(&self) -> Engine {
        match self {
            Target::Sqlite(_) => Engine::Sqlite,
            Target::Postgres(_) => Engine::Postgres,
        }
    }
}

impl std::fmt::Debug for Target {
    /// The address may hold a password: it is never shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Sqlite(path) => write!(f, "Sqlite({})", path.display()),
            Target::Postgres(_) => write!(f, "Postgres(…)"),
        }
    }
}

/// Numbers what the committed jobs have left unnumbered (journal leaves). Must be re-runnable and cheap when there is
/// nothing to do.
pub type Hook = Arc<dyn Fn(&mut Tx<'_>) -> Result<()> + Send + Sync>;

#[derive(Clone)]
pub struct Options {
    pub target: Target,
    /// SQLite: threads that read.
    pub readers: usize,
    /// PostgreSQL: threads with a connection each, for reading and writing.
    pub workers: usize,
    /// SQLite: run inside each transaction just before COMMIT. PostgreSQL: run in a transaction of its own within
    /// 200 ms after commits, by one thread under an advisory lock.
    pub sequence: Option<Hook>,
    /// False only while a demo is being filled: a power cut may then lose the end of it.
    pub durable: bool,
    /// SQLite: most pages (4 KiB) of the file, for the full-disk test.
    pub max_pages: Option<i64>,
}

impl Options {
    pub fn new(target: Target) -> Options {
        let cores = std::thread::available_parallelism().map_or(2, |n| n.get());
        Options { target, readers: cores.clamp(2, 8), workers: 8, sequence: None, durable: true, max_pages: None }
    }
}
