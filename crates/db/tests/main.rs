//! What the rooms that use the database see, on both engines. PostgreSQL is tested where `XIAOAN_TEST_PG` names a
//! server whose user may create databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod faults;
mod jobs;
mod numbering;
mod opening;
mod postgres_only;
mod sqlite_only;
mod values;

use db::testing::{TempDir, postgres, sqlite_file};
use db::{Db, Engine, Migration, Options, Row, Target, args};

/// Two tables: numbers under a name, and leaves that wait to be numbered.
const SCHEMA: &[Migration] = &[
    Migration {
        number: 1,
        name: "cells",
        sql: "create table cell (name text primary key, n bigint not null, note text, bytes {BLOB});
              create index cell_n on cell (n);",
    },
    Migration {
        number: 2,
        name: "leaves",
        sql: "create table leaf (seq {SERIAL}, name text not null, place bigint unique);",
    },
];

const PUT: &str = "insert into cell (name, n) values ($1, $2)";
const GET: &str = "select n from cell where name = $1";
const COUNT: &str = "select count(*) as n from cell";
const SUM: &str = "select cast(coalesce(sum(n), 0) as bigint) as n from cell";

/// A database to test with, and what must live as long.
struct Fresh {
    db: Db,
    target: Target,
    _folder: Option<TempDir>,
}

fn targets() -> Vec<(Option<TempDir>, Target)> {
    let (folder, file) = sqlite_file();
    let mut all = vec![(Some(folder), file)];
    all.extend(postgres().map(|target| (None, target)));
    all
}

fn open(folder: Option<TempDir>, target: Target, adjust: impl Fn(&mut Options)) -> Fresh {
    let mut options = Options::new(target.clone());
    adjust(&mut options);
    let db = Db::open(options).unwrap();
    db.migrate(SCHEMA).unwrap();
    Fresh { db, target, _folder: folder }
}

/// Runs a test on a fresh database of each engine.
fn on_both(test: impl Fn(&Fresh)) {
    on_both_with(|_| {}, test);
}

fn on_both_with(adjust: impl Fn(&mut Options), test: impl Fn(&Fresh)) {
    for (folder, target) in targets() {
        eprintln!("on {:?}", target.engine());
        test(&open(folder, target, &adjust));
    }
}

fn on_sqlite(adjust: impl Fn(&mut Options), test: impl Fn(&Fresh)) {
    let (folder, target) = sqlite_file();
    test(&open(Some(folder), target, adjust));
}

fn on_postgres(adjust: impl Fn(&mut Options), test: impl Fn(&Fresh)) {
    if let Some(target) = postgres() {
        test(&open(None, target, adjust));
    }
}

fn put(db: &Db, name: &str, n: i64) -> base::Result<u64> {
    let name = name.to_owned();
    db.write(move |tx| tx.exec(PUT, args![&name, n]))
}

fn one(db: &Db, sql: &'static str) -> i64 {
    db.read(move |tx| tx.row(sql, args![])).unwrap().unwrap().int("n").unwrap()
}

fn get(db: &Db, name: &str) -> Option<i64> {
    let name = name.to_owned();
    db.read(move |tx| tx.row(GET, args![&name])).unwrap().map(|row: Row| row.int("n").unwrap())
}

/// The words of a fault, for `contains`.
fn words<T: std::fmt::Debug>(result: base::Result<T>) -> String {
    result.unwrap_err().to_string()
}

fn is_postgres(db: &Db) -> bool {
    db.engine() == Engine::Postgres
}
