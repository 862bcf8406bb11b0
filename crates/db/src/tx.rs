//! A transaction as a job sees it: the same three calls on both engines.

use base::{Error, Refusal, Result, Stopwatch};

use crate::postgres_link::Link;
use crate::{Engine, Row, Value, sqlite};

/// Most rows that one statement may give back; a longer answer must be paged.
pub const ROWS_MAX: usize = 1_000_000;

/// A statement that takes longer is named in the log: on a page it is a person who waits, and it holds one of few readers.
const SLOW_STATEMENT_US: i64 = 250_000;
/// Statements over this are named when the log of this room is at `debug`.
const NAMED_STATEMENT_US: i64 = 1_000;

/// How a statement failed, and what that means for the transaction.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub error: Error,
    pub cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Plain,
    /// Another transaction was in the way: running the job again helps.
    Conflict,
    /// The disk gave an input/output error.
    Disk,
    /// The server or the file is out of reach.
    Gone,
}

impl Failure {
    pub fn broken(text: String) -> Failure {
        Failure { error: Error::broken(text), cause: Cause::Plain }
    }
    pub fn plain(error: impl Into<Error>) -> Failure {
        Failure { error: error.into(), cause: Cause::Plain }
    }
}

pub(crate) type Outcome<T> = std::result::Result<T, Failure>;

/// A running transaction. `$1` is the first argument wherever it stands.
pub struct Tx<'a> {
    link: On<'a>,
    failure: Option<Failure>,
}

enum On<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut Link),
}

impl<'a> Tx<'a> {
    pub(crate) fn sqlite(connection: &'a rusqlite::Connection) -> Tx<'a> {
        Tx { link: On::Sqlite(connection), failure: None }
    }
    pub(crate) fn postgres(link: &'a mut Link) -> Tx<'a> {
        Tx { link: On::Postgres(link), failure: None }
    }
    pub fn engine(&self) -> Engine {
        match self.link {
            On::Sqlite(_) => Engine::Sqlite,
            On::Postgres(_) => Engine::Postgres,
        }
    }
    /// All rows of a statement, at most [`ROWS_MAX`].
    pub fn rows(&mut self, sql: &str, args: &[Value]) -> Result<Vec<Row>> {
        timed(sql, || {
            self.run(args, |link| match link {
                On::Sqlite(connection) => sqlite::rows(connection, sql, args),
                On::Postgres(link) => link.rows(sql, args),
            })
        })
    }
    /// The only row of a statement, if there is one. More than one is a fault: it hides a missing condition.
    pub fn row(&mut self, sql: &str, args: &[Value]) -> Result<Option<Row>> {
        let mut rows = self.rows(sql, args)?;
        if rows.len() > 1 {
            return Err(Error::broken(format!("{} rows where at most one was asked for: {}", rows.len(), brief(sql))));
        }
        Ok(rows.pop())
    }
    /// Runs a statement and says how many rows it changed (with `returning`: gave back).
    /// Refuses with `Duplicate` when a key is taken.
    pub fn exec(&mut self, sql: &str, args: &[Value]) -> Result<u64> {
        timed(sql, || {
            self.run(args, |link| match link {
                On::Sqlite(connection) => sqlite::exec(connection, sql, args),
                On::Postgres(link) => link.exec(sql, args),
            })
        })
    }
    /// Runs several statements without arguments (a migration).
    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        self.run(&[], |link| match link {
            On::Sqlite(connection) => sqlite::batch(connection, sql),
            On::Postgres(link) => link.batch(sql),
        })
    }
    /// Prepares a statement without running it.
    pub(crate) fn prepare(&mut self, sql: &str) -> Result<()> {
        self.run(&[], |link| match link {
            On::Sqlite(connection) => sqlite::prepare(connection, sql),
            On::Postgres(link) => link.prepare(sql),
        })
    }
    fn run<T>(&mut self, args: &[Value], call: impl FnOnce(&mut On<'a>) -> Outcome<T>) -> Result<T> {
        if let Some(failure) = &self.failure {
            return Err(failure.error.clone());
        }
        // PostgreSQL cannot store it; SQLite could, and then the move to PostgreSQL would fail years later.
        let nul = args.iter().position(|value| matches!(value, Value::Text(text) if text.contains('\0')));
        let outcome = match nul {
            Some(place) => Err(Failure::broken(format!("the text of ${} holds a NUL", place + 1))),
            None => call(&mut self.link),
        };
        outcome.map_err(|failure| {
            let error = failure.error.clone();
            self.failure = Some(failure);
            error
        })
    }
    /// The error that has made this transaction useless, if one has.
    pub(crate) fn failed(&self) -> Option<Error> {
        self.failure.as_ref().map(|failure| failure.error.clone())
    }
    pub(crate) fn cause(&self) -> Option<Cause> {
        self.failure.as_ref().map(|failure| failure.cause)
    }
}

/// Runs a statement and names it in the log when it was slow. Its arguments never go there.
fn timed<T>(sql: &str, run: impl FnOnce() -> T) -> T {
    let watch = Stopwatch::start();
    let done = run();
    match watch.elapsed_us() {
        us if us > SLOW_STATEMENT_US => tracing::warn!(ms = us / 1_000, statement = brief(sql), "a slow statement"),
        us if us > NAMED_STATEMENT_US => tracing::debug!(us, statement = brief(sql), "a statement"),
        _ => {}
    }
    done
}

/// The beginning of a statement, for a fault's text. Arguments never go there: they may be personal.
pub(crate) fn brief(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    words.join(" ").chars().take(200).collect()
}

pub(crate) fn duplicate() -> Failure {
    Failure::plain(Refusal::Duplicate)
}
