//! PostgreSQL: one connection, its prepared statements, running them, and what its errors mean.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base::{Error, Fault, Refusal, Result};
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, NoTls, Statement};

use crate::sqlite::miscounted;
use crate::tx::{Cause, Failure, Outcome, ROWS_MAX, brief, duplicate};
use crate::{Row, Value};

/// Prepared statements kept by each connection; when they are more, all are made anew.
const STATEMENTS: usize = 512;
/// A server that does not answer within these is gone; together under the 5 s that a caller may have to wait.
const CONNECT: Duration = Duration::from_secs(2);
const SILENCE: Duration = Duration::from_secs(4);
const KEEPALIVE_IDLE: Duration = Duration::from_secs(2);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(1);
const KEEPALIVE_TRIES: u32 = 2;

/// Text form, so that nothing depends on the cluster's settings; a lock is waited for 4 s, and the server notices
/// a vanished client (and drops its locks) within about 10 s.
const SESSION: &str = "set client_min_messages = warning; set lock_timeout = '4s';
    set idle_in_transaction_session_timeout = '60s'; set standard_conforming_strings = on;
    set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 2;";

/// Reads an address and adds this room's time limits.
pub(crate) fn config(address: &str) -> Result<Config> {
    // The parser's error may quote the address, which may hold a password.
    let mut config: Config =
        address.parse().map_err(|_| Error::broken("the address of the PostgreSQL database cannot be read"))?;
    config.connect_timeout(CONNECT).tcp_user_timeout(SILENCE).keepalives_idle(KEEPALIVE_IDLE);
    config.keepalives_interval(KEEPALIVE_EVERY).keepalives_retries(KEEPALIVE_TRIES);
    if config.get_application_name().is_none() {
        config.application_name("xiaoan");
    }
    Ok(config)
}

pub(crate) struct Link {
    client: Client,
    statements: HashMap<String, Prepared>,
    /// The schema's generation that the statements were prepared for.
    schema: u64,
    /// Microseconds spent waiting for the server in this transaction.
    pub waited_us: i64,
}

#[derive(Clone)]
struct Prepared {
    statement: Statement,
    names: Arc<[String]>,
}

impl Link {
    pub fn connect(config: &Config, durable: bool) -> Outcome<Link> {
        let client = config.connect(NoTls).map_err(|e| connecting(&e))?;
        let mut link = Link { client, statements: HashMap::new(), schema: 0, waited_us: 0 };
        link.batch(SESSION)?;
        if !durable {
            link.batch("set synchronous_commit = off")?;
        }
        Ok(link)
    }
    /// Forgets the prepared statements when the schema has changed since.
    pub fn renew(&mut self, schema: u64) {
        if self.schema != schema {
            self.statements.clear();
            self.schema = schema;
        }
    }
    /// Asks the server for a sign of life.
    pub fn alive(&mut self) -> bool {
        self.client.is_valid(CONNECT).is_ok()
    }
    pub fn rows(&mut self, sql: &str, args: &[Value]) -> Outcome<Vec<Row>> {
        let watch = base::Stopwatch::start();
        let prepared = self.prepared(sql, args.len())?;
        let answer = self.client.query(&prepared.statement, &borrowed(args));
        self.waited_us += watch.elapsed_us();
        let answer = answer.map_err(|e| failure(&e, sql))?;
        if answer.len() > ROWS_MAX {
            return Err(Failure::broken(format!("more than {ROWS_MAX} rows: {}", brief(sql))));
        }
        answer.iter().map(|row| owned(row, &prepared.names, sql)).collect()
    }
    pub fn exec(&mut self, sql: &str, args: &[Value]) -> Outcome<u64> {
        let watch = base::Stopwatch::start();
        let prepared = self.prepared(sql, args.len())?;
        let answer = self.client.execute(&prepared.statement, &borrowed(args));
        self.waited_us += watch.elapsed_us();
        answer.map_err(|e| failure(&e, sql))
    }
    pub fn batch(&mut self, sql: &str) -> Outcome<()> {
        let watch = base::Stopwatch::start();
        let answer = self.client.batch_execute(sql);
        self.waited_us += watch.elapsed_us();
        answer.map_err(|e| failure(&e, sql))
    }
    /// Prepares without running, and refuses result columns that could not be read.
    pub fn prepare(&mut self, sql: &str) -> Outcome<()> {
        let statement = self.client.prepare(sql).map_err(|e| failure(&e, sql))?;
        statement.columns().iter().try_for_each(|column| readable(column.type_(), column.name(), sql))
    }
    fn prepared(&mut self, sql: &str, given: usize) -> Outcome<Prepared> {
        if let Some(prepared) = self.statements.get(sql) {
            let wanted = prepared.statement.params().len();
            return if wanted == given { Ok(prepared.clone()) } else { Err(miscounted(wanted, given, sql)) };
        }
        let statement = self.client.prepare(sql).map_err(|e| failure(&e, sql))?;
        let wanted = statement.params().len();
        if wanted != given {
            return Err(miscounted(wanted, given, sql));
        }
        let names = statement.columns().iter().map(|column| column.name().to_owned()).collect();
        let prepared = Prepared { statement, names };
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), prepared.clone());
        Ok(prepared)
    }
}

fn borrowed(args: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    args.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn owned(row: &postgres::Row, names: &Arc<[String]>, sql: &str) -> Outcome<Row> {
    let values: Outcome<Vec<Value>> =
        row.columns().iter().enumerate().map(|(i, column)| value(row, i, column.type_(), column.name(), sql)).collect();
    Ok(Row::new(names.clone(), values?))
}

fn value(row: &postgres::Row, i: usize, ty: &Type, name: &str, sql: &str) -> Outcome<Value> {
    let unread = |e: postgres::Error| Failure::broken(format!("column {name}: {e}: {}", brief(sql)));
    match *ty {
        Type::INT8 => row.try_get::<_, Option<i64>>(i).map(Value::from).map_err(unread),
        Type::INT4 => row.try_get::<_, Option<i32>>(i).map(Value::from).map_err(unread),
        Type::INT2 => row.try_get::<_, Option<i16>>(i).map(|n| Value::from(n.map(i64::from))).map_err(unread),
        Type::BOOL => row.try_get::<_, Option<bool>>(i).map(Value::from).map_err(unread),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(i).map(Value::from).map_err(unread),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => {
            row.try_get::<_, Option<String>>(i).map(Value::from).map_err(unread)
        }
        Type::VOID => Ok(Value::Null),
        _ => readable(ty, name, sql).map(|()| Value::Null),
    }
}

/// Can a column of this type be read?
fn readable(ty: &Type, name: &str, sql: &str) -> Outcome<()> {
    match *ty {
        Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::BYTEA | Type::VOID => Ok(()),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => Ok(()),
        _ => Err(Failure::broken(format!("column {name} is {ty}; cast it to bigint or text: {}", brief(sql)))),
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, ty) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(n), &Type::INT8) => n.to_sql(ty, out),
            (Value::Int(n), &Type::INT4) => i32::try_from(*n)?.to_sql(ty, out),
            (Value::Int(n), &Type::INT2) => i16::try_from(*n)?.to_sql(ty, out),
            (Value::Int(n @ (0 | 1)), &Type::BOOL) => (*n == 1).to_sql(ty, out),
            (Value::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::BPCHAR | &Type::NAME | &Type::UNKNOWN) => {
                text.to_sql(ty, out)
            }
            (Value::Blob(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            _ => Err(format!("{} does not go into {ty}", self.kind()).into()),
        }
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

/// Why a connection was not made. A wrong password or name is said; everything else is a server out of reach.
fn connecting(error: &postgres::Error) -> Failure {
    match error.code().map(|code| &code.code()[..2]) {
        Some("28" | "3D" | "42") => Failure::broken(format!("PostgreSQL refused the connection: {}", detail(error))),
        _ => {
            tracing::warn!(error = %detail(error), "PostgreSQL is out of reach");
            Failure { error: Fault::Gone.into(), cause: Cause::Gone }
        }
    }
}

/// What an error of PostgreSQL means, by its SQLSTATE.
fn failure(error: &postgres::Error, sql: &str) -> Failure {
    let gone = || Failure { error: Fault::Gone.into(), cause: Cause::Gone };
    let Some(code) = error.code().map(|code| code.code()) else {
        // No SQLSTATE: either the connection broke, or the client could not encode or decode something.
        return if unconnected(error) { gone() } else { Failure::broken(format!("{}: {}", detail(error), brief(sql))) };
    };
    match code {
        "23505" => duplicate(),
        "40001" | "40P01" => Failure { error: Refusal::Busy.into(), cause: Cause::Conflict },
        // Somebody holds a lock for long; nothing was stored.
        "55P03" => Failure::plain(Refusal::Busy),
        "53100" | "53000" | "53400" => Failure::plain(Fault::Full),
        "53300" | "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => gone(),
        "58030" => Failure { error: Error::broken(detail(error)), cause: Cause::Disk },
        _ if code.starts_with("08") => gone(),
        _ => Failure::broken(format!("{code} {}: {}", detail(error), brief(sql))),
    }
}

fn unconnected(error: &postgres::Error) -> bool {
    use std::error::Error as _;
    error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>())
}

/// The server's message; its detail line would quote values.
fn detail(error: &postgres::Error) -> String {
    use std::error::Error as _;
    match (error.as_db_error(), error.source()) {
        (Some(db), _) => db.message().to_owned(),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}
