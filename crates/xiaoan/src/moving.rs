//! `move`: from the SQLite file in the data folder to an empty PostgreSQL database, all tables in order, then counted and
//! audited. Photos, keys and configuration stay in the folder. The server must be stopped: this takes the writer's lock.

use db::{Db, Engine, Options, Row, Target, Value};
use safety::kernel::{audit, registry};

use crate::args;
use crate::house::House;
use crate::journal_command;
use crate::stop::{Done, stop};
use crate::words::moving as words;

/// Rows in one transaction.
const PAGE: i64 = 1_000;

pub mod sql {
    /// The counting keys go on after the last one.
    pub const LEAF_SEQUENCE: &str = "select setval(pg_get_serial_sequence('leaf', 'pos'), greatest($1, 1)) as at";
    pub const LEAF_LAST: &str = "select cast(coalesce(max(pos), 0) as bigint) as last from leaf";
    pub const DELTA_SEQUENCE: &str =
        "select setval(pg_get_serial_sequence('tally_delta', 'pos'), greatest($1, 1)) as at";
    pub const DELTA_LAST: &str = "select cast(coalesce(max(pos), 0) as bigint) as last from tally_delta";
}

/// Tables with a counting key: the numbers are kept, and counting goes on after them.
const COUNTED: &[(&str, &str, &str)] =
    &[("leaf", sql::LEAF_LAST, sql::LEAF_SEQUENCE), ("tally_delta", sql::DELTA_LAST, sql::DELTA_SEQUENCE)];

/// The key by which a table is paged.
fn key(table: &str) -> Option<&'static [&'static str]> {
    if registry::records().any(|t| t.name == table) {
        return Some(&["county", "id"]);
    }
    Some(match table {
        "leaf" | "tree" | "tally_delta" => &["pos"],
        "message" => &["county", "id"],
        "outbox" => &["id"],
        "checkpoint" => &["one"],
        "command" => &["login", "key"],
        "due" => &["id", "rule"],
        "file_use" => &["hash", "id"],
        "setting" => &["name"],
        "clue_mark" => &["source"],
        "unit_tree" => &["top", "unit"],
        "session" => &["hash"],
        "tally" => &["bureau", "entry", "period"],
        "tally_month" => &["bureau", "entry", "month"],
        "tally_day" => &["bureau", "until_on"],
        "tally_unit" => &["unit", "month"],
        "frozen_until" => &["unit"],
        "witness" => &["name"],
        "cosigned" => &["kind"],
        _ => return None,
    })
}

/// Tables that are moved: all but the list of migrations, which the target has by its own.
fn tables() -> impl Iterator<Item = &'static str> {
    registry::TABLES.iter().map(|t| t.name).filter(|name| *name != "schema_migration")
}

pub fn run(house: &House, asked: &args::Move) -> Done {
    house.require()?;
    let Target::Sqlite(_) = &house.target else { return Err(stop(words::NOT_SQLITE)) };
    let target = Target::Postgres(asked.to.clone());
    let from = Db::open(Options::new(house.target.clone()))?;
    from.migrate(safety::MIGRATIONS)?;
    let to = Db::open(Options::new(target))?;
    if to.read(|tx| tx.rows(crate::demo::sql::TABLES_THERE, &[]))?.iter().any(|_| true) {
        return Err(stop(words::NOT_EMPTY));
    }
    to.migrate(safety::MIGRATIONS)?;
    for table in tables() {
        let moved = copy(&from, &to, table)?;
        println!("{}", words::table(table, moved));
    }
    for (_, newest, sequence) in COUNTED {
        let last = from.read(|tx| tx.row(newest, &[])?.map_or(Ok(0), |row| row.int("last")))?;
        to.write(move |tx| tx.row(sequence, db::args![last]).map(|_| ()))?;
    }
    for table in tables() {
        let (before, after) = (count(&from, table)?, count(&to, table)?);
        if before != after {
            return Err(stop(words::counts_differ(table, before, after)));
        }
    }
    let found = audit::run(&to, &house.verifier_key()?, house.now()?)?;
    journal_command::told(&found)?;
    println!("{}", words::DONE);
    Ok(())
}

fn count(db: &Db, table: &'static str) -> base::Result<i64> {
    db.read(move |tx| tx.row(&format!("select count(*) as n from {table}"), &[])?.map_or(Ok(0), |row| row.int("n")))
}

fn copy(from: &Db, to: &Db, table: &'static str) -> Done<i64> {
    debug_assert_eq!((from.engine(), to.engine()), (Engine::Sqlite, Engine::Postgres));
    let Some(key) = key(table) else { return Err(stop(words::unknown_table(table))) };
    let mut after: Option<Vec<Value>> = None;
    let mut moved = 0;
    loop {
        let (asked, ask) = (after.clone(), page(table, key, after.is_some()));
        let rows = from.read(move |tx| {
            let mut args = asked.clone().unwrap_or_default();
            args.push(PAGE.into());
            tx.rows(&ask, &args)
        })?;
        let Some(last) = rows.last() else { return Ok(moved) };
        let value = |name: &&str| last.columns().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        after = Some(key.iter().filter_map(value).collect());
        let more = rows.len() as i64 == PAGE;
        moved += rows.len() as i64;
        to.write(move |tx| rows.iter().try_for_each(|row| put(tx, table, row)))?;
        if !more {
            return Ok(moved);
        }
    }
}

fn page(table: &str, key: &[&str], further: bool) -> String {
    let columns = key.join(", ");
    if !further {
        return format!("select * from {table} order by {columns} limit $1");
    }
    let marks: Vec<String> = (1..=key.len()).map(|i| format!("${i}")).collect();
    let limit = key.len() + 1;
    format!("select * from {table} where ({columns}) > ({}) order by {columns} limit ${limit}", marks.join(", "))
}

fn put(tx: &mut db::Tx<'_>, table: &str, row: &Row) -> base::Result<()> {
    let (names, values): (Vec<&str>, Vec<Value>) = row.columns().map(|(name, value)| (name, value.clone())).unzip();
    let marks: Vec<String> = (1..=names.len()).map(|i| format!("${i}")).collect();
    // A counting key keeps its numbers.
    let given = if COUNTED.iter().any(|(name, ..)| *name == table) { "overriding system value " } else { "" };
    let sql = format!("insert into {table} ({}) {given}values ({})", names.join(", "), marks.join(", "));
    tx.exec(&sql, &values).map(|_| ())
}

/// For the test that every table of the registry can be moved.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_a_key_to_page_by() {
        for table in tables() {
            assert!(key(table).is_some(), "{table}");
        }
        assert_eq!(
            page("unit", &["county", "id"], true),
            "select * from unit where (county, id) > ($1, $2) order by county, id limit $3"
        );
    }
}
