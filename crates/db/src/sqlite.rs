//! SQLite: opening a connection, running statements, and what its errors mean.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base::{Error, Fault, Result};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, ffi};

use crate::tx::{Failure, Outcome, ROWS_MAX, brief, duplicate};
use crate::{Row, Value, tx::Cause};

/// How long a statement waits for another process (a checkpoint of a reader beside the server).
const BUSY: Duration = Duration::from_secs(4);
/// Prepared statements kept by each connection.
const STATEMENTS: usize = 512;
/// After a checkpoint the write-ahead log is cut back to this.
const WAL_BYTES: i64 = 64 * 1024 * 1024;
/// Page cache of the writer and of a reader, KiB.
const WRITER_CACHE_KIB: i64 = 64 * 1024;
const READER_CACHE_KIB: i64 = 16 * 1024;

/// The one connection that writes. Makes the file when it is not there.
pub(crate) fn open_writer(path: &Path, durable: bool) -> Result<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_CREATE, WRITER_CACHE_KIB)?;
    let mode: String = connection
        .query_row("pragma journal_mode = wal", [], |row| row.get(0))
        .map_err(|e| failure(&e, "wal").error)?;
    if mode != "wal" {
        return Err(Error::broken(format!("the database cannot use a write-ahead log (journal mode {mode})")));
    }
    let sync = if durable { "full" } else { "off" };
    let text = format!("pragma synchronous = {sync}; pragma journal_size_limit = {WAL_BYTES};");
    batch(&connection, &text).map_err(|failure| failure.error)?;
    Ok(connection)
}

/// A connection that cannot change anything, and does not make a file.
pub(crate) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = open(path, OpenFlags::empty(), READER_CACHE_KIB)?;
    batch(&connection, "pragma query_only = on").map_err(|failure| failure.error)?;
    Ok(connection)
}

fn open(path: &Path, more: OpenFlags, cache_kib: i64) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    let set_up = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // As in PostgreSQL: "x" is a name, never a text; `like` tells capitals apart.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        // A plan may not depend on an argument's value: else each `limit $1` is compiled anew whenever it is bound.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.execute_batch(&format!(
            "pragma foreign_keys = on; pragma case_sensitive_like = on; pragma trusted_schema = off;
             pragma temp_store = memory; pragma cache_size = -{cache_kib};"
        ))?;
        Ok(connection)
    };
    set_up().map_err(|e| match failure(&e, "open") {
        Failure { error: Error::Fault(Fault::Broken(text)), .. } => {
            Error::broken(format!("{} cannot be opened: {text}", path.display()))
        }
        other => other.error,
    })
}

/// A word of transaction control, prepared once.
pub(crate) fn control(connection: &Connection, sql: &str) -> Outcome<()> {
    let run = || connection.prepare_cached(sql)?.execute([]);
    run().map(|_| ()).map_err(|e| failure(&e, sql))
}

pub(crate) fn batch(connection: &Connection, sql: &str) -> Outcome<()> {
    connection.execute_batch(sql).map_err(|e| failure(&e, sql))
}

pub(crate) fn rows(connection: &Connection, sql: &str, args: &[Value]) -> Outcome<Vec<Row>> {
    let mut statement = bound(connection, sql, args)?;
    let mut names: Arc<[String]> = Arc::default();
    let mut found = Vec::new();
    let mut cursor = statement.raw_query();
    while let Some(row) = cursor.next().map_err(|e| failure(&e, sql))? {
        if found.is_empty() {
            // Not before the first step, which prepares the statement anew when the schema has changed.
            names = shared_names(row.as_ref(), sql);
        }
        if found.len() == ROWS_MAX {
            return Err(Failure::broken(format!("more than {ROWS_MAX} rows: {}", brief(sql))));
        }
        found.push(owned(row, &names, sql)?);
    }
    Ok(found)
}

thread_local! {
    /// Column names of the statements that ran on this thread: fifty texts less to copy for each hazard that is read.
    static NAMES: RefCell<HashMap<String, Arc<[String]>>> = RefCell::default();
}

/// The names of a statement's columns, as its rows share them; those kept count only while they are the same.
fn shared_names(statement: &rusqlite::Statement<'_>, sql: &str) -> Arc<[String]> {
    NAMES.with_borrow_mut(|kept| {
        if let Some(names) = kept.get(sql).filter(|names| statement.column_names().eq(names.iter())) {
            return names.clone();
        }
        let names: Arc<[String]> = statement.column_names().map(str::to_owned).collect();
        if kept.len() >= STATEMENTS {
            kept.clear();
        }
        kept.insert(sql.to_owned(), names.clone());
        names
    })
}

fn owned(row: &rusqlite::Row<'_>, names: &Arc<[String]>, sql: &str) -> Outcome<Row> {
    let value = |(i, name): (usize, &String)| match row.get_ref(i).map_err(|e| failure(&e, sql))? {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(n) => Ok(Value::Int(n)),
        ValueRef::Blob(bytes) => Ok(Value::Blob(bytes.to_vec())),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Value::Text(text.to_owned())),
            Err(_) => Err(Failure::broken(format!("column {name} holds a text that is not UTF-8"))),
        },
        ValueRef::Real(_) => {
            Err(Failure::broken(format!("column {name} is a floating-point number; cast it to bigint: {}", brief(sql))))
        }
    };
    let values: Outcome<Vec<Value>> = names.iter().enumerate().map(value).collect();
    Ok(Row::new(names.clone(), values?))
}

pub(crate) fn exec(connection: &Connection, sql: &str, args: &[Value]) -> Outcome<u64> {
    let mut statement = bound(connection, sql, args)?;
    if statement.column_count() == 0 {
        return statement.raw_execute().map(|n| n as u64).map_err(|e| failure(&e, sql));
    }
    let mut count = 0;
    let mut cursor = statement.raw_query();
    while cursor.next().map_err(|e| failure(&e, sql))?.is_some() {
        count += 1;
    }
    Ok(count)
}

pub(crate) fn prepare(connection: &Connection, sql: &str) -> Outcome<()> {
    let statement = connection.prepare_cached(sql).map_err(|e| failure(&e, sql))?;
    let count = statement.parameter_count();
    (1..=count).try_for_each(|place| numbered(&statement, place, count, sql).map(|_| ()))
}

/// Prepares and binds. SQLite numbers `$n` by first appearance, PostgreSQL by n: here n counts.
fn bound<'c>(connection: &'c Connection, sql: &str, args: &[Value]) -> Outcome<CachedStatement<'c>> {
    let mut statement = connection.prepare_cached(sql).map_err(|e| failure(&e, sql))?;
    let count = statement.parameter_count();
    if count != args.len() {
        return Err(miscounted(count, args.len(), sql));
    }
    for place in 1..=count {
        let n = numbered(&statement, place, count, sql)?;
        statement.raw_bind_parameter(place, &args[n - 1]).map_err(|e| failure(&e, sql))?;
    }
    Ok(statement)
}

pub(crate) fn miscounted(wanted: usize, given: usize, sql: &str) -> Failure {
    Failure::broken(format!("a statement with {wanted} parameters was given {given} arguments: {}", brief(sql)))
}

/// The n of the `$n` at a place. As names differ, `count` of them within `1..=count` use each number.
fn numbered(statement: &CachedStatement<'_>, place: usize, count: usize, sql: &str) -> Outcome<usize> {
    let name = statement.parameter_name(place).unwrap_or("?");
    let n = name.strip_prefix('$').and_then(|digits| digits.parse().ok()).filter(|n| (1..=count).contains(n));
    n.ok_or_else(|| Failure::broken(format!("parameter {name} is not one of $1..${count}: {}", brief(sql))))
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(n) => ValueRef::Integer(*n),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// What an error of SQLite means.
pub(crate) fn failure(error: &rusqlite::Error, sql: &str) -> Failure {
    let extended = error.sqlite_extended_error_code().unwrap_or(0);
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation)
            if [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY, ffi::SQLITE_CONSTRAINT_ROWID]
                .contains(&extended) =>
        {
            duplicate()
        }
        Some(ErrorCode::DiskFull) => Failure::plain(Fault::Full),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::CannotOpen) => {
            Failure { error: Fault::Gone.into(), cause: Cause::Gone }
        }
        Some(ErrorCode::SystemIoFailure) => Failure {
            error: Error::broken(format!("input/output error {extended}: {error}: {}", brief(sql))),
            cause: Cause::Disk,
        },
        _ => Failure::broken(format!("{error}: {}", brief(sql))),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_compiled_once_whatever_its_arguments() {
        let dir = crate::testing::TempDir::new();
        let connection = open_writer(&dir.path().join("x.db"), false).unwrap();
        batch(&connection, "create table t (a bigint, b text); create index t_b on t (b) where a is null").unwrap();
        let texts = [
            "select a from t where a is null order by b limit $1",
            "select a from t where b like $1 escape '\\'",
            "select a from t where b >= $1 and a > 5",
            "select a from t where b = 'x' and a = $1",
        ];
        let ints = || [Value::Int(1), Value::Int(9)];
        for (sql, values) in texts.iter().zip([ints(), text("a"), text("b"), ints()]) {
            for value in values.iter().cycle().take(6) {
                rows(&connection, sql, std::slice::from_ref(value)).unwrap();
            }
            let again = connection.prepare_cached(sql).unwrap().get_status(StatementStatus::RePrepare);
            assert_eq!(again, 0, "{sql}");
        }
    }

    #[test]
    fn columns_are_named_anew_when_the_same_text_means_another_table() {
        let dir = crate::testing::TempDir::new();
        let names = |connection: &Connection| {
            let found = rows(connection, "select * from t", &[]).unwrap();
            found[0].columns().map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
        };
        let one = open_writer(&dir.path().join("one.db"), false).unwrap();
        batch(&one, "create table t (a bigint); insert into t values (1)").unwrap();
        let two = open_writer(&dir.path().join("two.db"), false).unwrap();
        batch(&two, "create table t (b bigint); insert into t values (1)").unwrap();
        assert_eq!((names(&one), names(&two), names(&one)), (vec!["a".into()], vec!["b".into()], vec!["a".into()]));
        batch(&one, "alter table t add column c bigint").unwrap();
        assert_eq!(names(&one), ["a", "c"]);
    }

    fn text(word: &str) -> [Value; 2] {
        [Value::Text(word.into()), Value::Text(format!("{word}%"))]
    }
}
