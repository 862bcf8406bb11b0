//! The self-audit: holds every row of every record table against its newest leaf, and every leaf against its row.
//! Runs in the background at start and every night; names table and record of whatever was changed, added or removed
//! behind the program's back. `journal verify` of the binary runs the same, beside a running server.

use base::{Error, Id, Ms, Result};
use db::{Db, Row, Tx, args};
use journal::Leaf;
use serde::Serialize;

use super::app::App;
use super::proof::{self, Tree};
use super::registry;

pub mod sql {
    pub const NEWEST: &str =
        "select bytes from leaf where tbl = $1 and id = $2 order by version desc, pos desc limit 1";
    pub const LEAVES_FROM: &str = "select n, tbl, id, bytes from leaf where n >= $1 order by n limit $2";
    pub const COUNT: &str = "select count(*) as leaves from leaf where n is not null";
    pub const ALL: &[&str] = &[NEWEST, LEAVES_FROM, COUNT];
}

/// Rows read in one go, so that no reader holds a snapshot for long.
const STEP: i64 = 500;
/// Findings listed in full; more are counted.
pub const FINDINGS_MAX: usize = 500;

#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub enum What {
    /// The row is not what its newest leaf committed to.
    Changed,
    /// A row without any leaf.
    Unlogged,
    /// A leaf whose row is gone.
    Removed,
    /// A leaf that is not what the tree was built from, or cannot be read.
    LeafChanged,
}

#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Finding {
    pub what: What,
    pub table: String,
    pub id: Id,
}

#[derive(Clone, Debug, Serialize, Default)]
pub struct Audit {
    pub at: Option<Ms>,
    pub rows: i64,
    pub leaves: i64,
    pub findings: Vec<Finding>,
    pub more: i64,
    /// What is wrong with the log as a whole (root, signature, shape).
    pub log: Option<String>,
}

impl Audit {
    pub fn clean(&self) -> bool {
        self.findings.is_empty() && self.more == 0 && self.log.is_none()
    }
    fn add(&mut self, what: What, table: &str, id: Id) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { what, table: table.into(), id });
        } else {
            self.more += 1;
        }
    }
}

/// Audits the whole database. `vkey` checks the head's signature.
pub fn run(db: &Db, vkey: &str, now: Ms) -> Result<Audit> {
    let mut audit = Audit { at: Some(now), ..Audit::default() };
    for table in registry::records() {
        rows_of(db, table.name, &mut audit)?;
    }
    leaves_of(db, &mut audit)?;
    audit.log = log_fault(db, vkey)?;
    Ok(audit)
}

fn rows_of(db: &Db, table: &'static str, audit: &mut Audit) -> Result<()> {
    let mut after: Option<(i64, Id)> = None;
    loop {
        let page = db.read(move |tx| rows_page(tx, table, after))?;
        audit.rows += page.len() as i64;
        for (county, id, what) in &page {
            after = Some((*county, *id));
            if let Some(what) = what {
                audit.add(what.clone(), table, *id);
            }
        }
        if (page.len() as i64) < STEP {
            return Ok(());
        }
    }
}

type Held = (i64, Id, Option<What>);

fn rows_page(tx: &mut Tx<'_>, table: &str, after: Option<(i64, Id)>) -> Result<Vec<Held>> {
    let rows = match after {
        None => tx.rows(&format!("select * from {table} order by county, id limit $1"), args![STEP])?,
        Some((county, id)) => tx.rows(
            &format!("select * from {table} where (county, id) > ($1, $2) order by county, id limit $3"),
            args![county, id, STEP],
        )?,
    };
    rows.iter()
        .map(|row| {
            let id = row.id("id")?;
            Ok((row.int("county")?, id, held(tx, table, id, row)?))
        })
        .collect()
}

fn held(tx: &mut Tx<'_>, table: &str, id: Id, row: &Row) -> Result<Option<What>> {
    let Some(leaf) = tx.row(sql::NEWEST, args![table, id])? else { return Ok(Some(What::Unlogged)) };
    let Ok(leaf) = Leaf::decode(&leaf.blob("bytes")?) else { return Ok(Some(What::LeafChanged)) };
    let same = leaf.commit == journal::commitment(&row.blob("salt")?, &row.canonical(&["salt"]));
    Ok((!same).then_some(What::Changed))
}

/// Every leaf against the tree, and against the existence of its row.
fn leaves_of(db: &Db, audit: &mut Audit) -> Result<()> {
    let mut from = 0i64;
    loop {
        let (next, found) = db.read(move |tx| leaves_page(tx, from))?;
        audit.leaves += next - from;
        for (what, table, id) in found {
            audit.add(what, &table, id);
        }
        if next - from < STEP {
            return Ok(());
        }
        from = next;
    }
}

/// The number after the last leaf read, and what is wrong with which record.
type Leaves = (i64, Vec<(What, String, Id)>);

fn leaves_page(tx: &mut Tx<'_>, from: i64) -> Result<Leaves> {
    let rows = tx.rows(sql::LEAVES_FROM, args![from, STEP])?;
    let mut found = Vec::new();
    for row in &rows {
        let (n, table, id, bytes) = (row.int("n")?, row.text("tbl")?, row.id("id")?, row.blob("bytes")?);
        let known = journal::leaf_hash(&bytes);
        let stood = journal::TreeStore::hashes(&mut Tree { tx }, &[journal::stored_count(n as u64)]);
        if stood.map(|h| h[0] != known).unwrap_or(true) {
            found.push((What::LeafChanged, table, id));
            continue;
        }
        if !registry::records().any(|t| t.name == table) {
            continue;
        }
        let Ok(leaf) = Leaf::decode(&bytes) else {
            found.push((What::LeafChanged, table, id));
            continue;
        };
        if tx.row(&row_sql(&table), args![leaf.county, id])?.is_none() {
            let gone = (What::Removed, table, id);
            if !found.contains(&gone) {
                found.push(gone);
            }
        }
    }
    Ok((from + rows.len() as i64, found))
}

/// Is the row of a leaf there? By the whole key, which every record table has: many have no index on the id alone, and
/// this is asked for each leaf of the log.
pub fn row_sql(table: &str) -> String {
    format!("select id from {table} where county = $1 and id = $2")
}

/// Streams every entry through the tree and compares with the signed head.
fn log_fault(db: &Db, vkey: &str) -> Result<Option<String>> {
    struct Reader<'a>(&'a Db);
    impl journal::LogReader for Reader<'_> {
        fn checkpoint(&mut self) -> Result<String> {
            Ok(self.0.read(proof::checkpoint)?.unwrap_or_default())
        }
        fn entries(&mut self, first: u64, count: usize) -> Result<Vec<Vec<u8>>> {
            self.0.read(move |tx| proof::entries(tx, first, first + count as u64))
        }
    }
    if db.read(proof::checkpoint)?.is_none() {
        return Ok(None);
    }
    match journal::verify_log(&mut Reader(db), vkey) {
        Ok(_) => Ok(None),
        Err(fault) => Ok(Some(format!("{fault:?}"))),
    }
}

impl App {
    /// Runs the self-audit and keeps its findings for the pages, `/metrics` and `doctor`.
    pub fn audit(&self) -> Result<Audit> {
        let aside = self.db().aside()?;
        let audit = run(&aside, &self.verifier_key(), self.now())?;
        aside.close();
        if !audit.clean() {
            tracing::error!(findings = audit.findings.len() as i64 + audit.more, log = ?audit.log, "self-audit");
        }
        *self.findings.lock().unwrap_or_else(|e| e.into_inner()) = Some(audit.clone());
        Ok(audit)
    }
    /// Findings of the newest self-audit; none until the first has finished.
    pub fn audited(&self) -> Option<Audit> {
        self.findings.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }
}

/// For a caller that has only the database (the binary beside a running server).
pub fn leaf_count(db: &Db) -> Result<i64> {
    db.read(|tx| tx.row(sql::COUNT, &[])?.ok_or_else(|| Error::broken("count"))?.int("leaves"))
}
