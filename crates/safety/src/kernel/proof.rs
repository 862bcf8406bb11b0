//! The journal on the database: the sequencer numbers leaves, grows the tree and signs; readers take tiles, entries,
//! proofs and bundles from it. Not here: how hashes and signatures are made (`journal`).

use std::collections::BTreeMap;

use base::{Clock, Error, Id, Ms, Result};
use db::{Row, Tx, Value, args};
use journal::{Hash, Signer, TreeStore};

use super::registry;

pub mod sql {
    pub const INSERT: &str = "insert into leaf (tbl, id, version, bytes) values ($1, $2, $3, $4)";
    pub const UNNUMBERED: &str = "select pos, bytes from leaf where n is null order by pos limit $1";
    pub const NUMBER: &str = "update leaf set n = $2 where pos = $1";
    pub const SIZE: &str = "select size, at, note from checkpoint where one = 1";
    pub const HASH: &str = "select hash from tree where pos = $1";
    pub const PUT_HASH: &str = "insert into tree (pos, hash) values ($1, $2)";
    pub const PUT_HEAD: &str = "insert into checkpoint (one, size, at, note) values (1, $1, $2, $3) \
        on conflict (one) do update set size = excluded.size, at = excluded.at, note = excluded.note";
    pub const ENTRIES: &str = "select n, bytes from leaf where n >= $1 and n < $2 order by n";
    pub const OF_RECORD: &str =
        "select n, version, bytes from leaf where tbl = $1 and id = $2 order by version desc, pos desc limit $3";
    pub const RECENT: &str = "select n, tbl, id, version, bytes from leaf where n < $1 order by n desc limit $2";
    pub const ALL: &[&str] = &[INSERT, UNNUMBERED, NUMBER, SIZE, HASH, PUT_HASH, PUT_HEAD, ENTRIES, OF_RECORD, RECENT];
}

/// Leaves numbered in one go: one commit's worth.
const BATCH: i64 = 4_096;

/// Numbers committed leaves, grows the tree, signs. On SQLite it runs inside each commit, on PostgreSQL on a thread of
/// its own under an advisory lock (`db::Options::sequence`). It remembers nothing between runs.
pub struct Sequencer {
    signer: Signer,
    clock: Clock,
}

impl Sequencer {
    /// Refuses an origin that cannot be the name of a signed note.
    pub fn new(origin: &str, key: [u8; 32], clock: Clock) -> Result<Sequencer> {
        Ok(Sequencer { signer: Signer::new(origin, key)?, clock })
    }
    pub fn verifier_key(&self) -> String {
        self.signer.verifier_key()
    }
    pub fn origin(&self) -> &str {
        self.signer.origin()
    }
    pub fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        loop {
            let rows = tx.rows(sql::UNNUMBERED, args![BATCH])?;
            if rows.is_empty() {
                return Ok(());
            }
            let first = size(tx)? as i64;
            let mut leaves = Vec::with_capacity(rows.len());
            for (i, row) in rows.iter().enumerate() {
                tx.exec(sql::NUMBER, args![row.int("pos")?, first + i as i64])?;
                leaves.push(row.blob("bytes")?);
            }
            let (size, root) = journal::append_rooted(&mut Tree { tx }, &leaves)?;
            let note = self.signer.checkpoint(size, root);
            tx.exec(sql::PUT_HEAD, args![size as i64, self.clock.now(), note])?;
            if (rows.len() as i64) < BATCH {
                return Ok(());
            }
        }
    }
}

fn size(tx: &mut Tx<'_>) -> Result<u64> {
    Ok(tx.row(sql::SIZE, &[])?.map(|row| row.int("size")).transpose()?.unwrap_or(0) as u64)
}

/// The tree's hashes as rows.
pub struct Tree<'a, 't> {
    pub tx: &'a mut Tx<'t>,
}

impl TreeStore for Tree<'_, '_> {
    fn size(&mut self) -> Result<u64> {
        size(self.tx)
    }
    fn hashes(&mut self, at: &[u64]) -> Result<Vec<Hash>> {
        at.iter()
            .map(|pos| {
                let row = self.tx.row(sql::HASH, args![*pos as i64])?;
                let hash = row.ok_or_else(|| Error::broken(format!("tree hash {pos} is missing")))?.blob("hash")?;
                hash.try_into().map_err(|_| Error::broken(format!("tree hash {pos} has a wrong length")))
            })
            .collect()
    }
    fn append(&mut self, first: u64, hashes: &[Hash], _size: u64) -> Result<()> {
        for (i, hash) in hashes.iter().enumerate() {
            self.tx.exec(sql::PUT_HASH, args![(first + i as u64) as i64, hash])?;
        }
        Ok(())
    }
}

/// The newest signed head.
pub fn checkpoint(tx: &mut Tx<'_>) -> Result<Option<String>> {
    tx.row(sql::SIZE, &[])?.map(|row| row.text("note")).transpose()
}

/// Size and time of the newest signed head.
pub fn head(tx: &mut Tx<'_>) -> Result<Option<(u64, Ms)>> {
    tx.row(sql::SIZE, &[])?.map(|row| Ok((row.int("size")? as u64, row.ms("at")?))).transpose()
}

/// Leaves `from..until` in order.
pub fn entries(tx: &mut Tx<'_>, from: u64, until: u64) -> Result<Vec<Vec<u8>>> {
    tx.rows(sql::ENTRIES, args![from as i64, until as i64])?.iter().map(|row| row.blob("bytes")).collect()
}

/// One leaf as a page shows it.
#[derive(Clone, Debug)]
pub struct Shadow {
    /// Number in the log; none for up to a second after the commit on PostgreSQL.
    pub n: Option<i64>,
    pub leaf: journal::Leaf,
}

fn shadow(row: &Row) -> Result<Shadow> {
    let leaf = journal::Leaf::decode(&row.blob("bytes")?).map_err(|e| Error::broken(format!("leaf: {e:?}")))?;
    Ok(Shadow { n: row.opt_int("n")?, leaf })
}

/// The newest leaves of one record, newest first.
pub fn of_record(tx: &mut Tx<'_>, table: &str, id: Id, limit: i64) -> Result<Vec<Shadow>> {
    tx.rows(sql::OF_RECORD, args![table, id, limit])?.iter().map(shadow).collect()
}

/// The newest leaves of the whole log before number `before`, newest first. For auditors and administrators.
pub fn recent(tx: &mut Tx<'_>, before: i64, limit: i64) -> Result<Vec<Shadow>> {
    tx.rows(sql::RECENT, args![before, limit])?.iter().map(shadow).collect()
}

/// The row of a record table by id, with its table. The leaves say where it stands: they are found by table and id, and
/// hold the county that completes the row's key (many record tables have no index on the id alone).
pub fn row_of(tx: &mut Tx<'_>, id: Id) -> Result<Option<(&'static str, Row)>> {
    for table in registry::records() {
        let Some(shadow) = of_record(tx, table.name, id, 1)?.pop() else { continue };
        if let Some(row) = tx.row(&row_sql(table.name), args![shadow.leaf.county, id])? {
            return Ok(Some((table.name, row)));
        }
    }
    Ok(None)
}

/// A row of a record table by its key.
pub fn row_sql(table: &str) -> String {
    format!("select * from {table} where county = $1 and id = $2")
}

/// A proof that the record with this id stands in the log as it is now: everything an offline verifier needs.
/// `show` adds the record's content and salt; without it the proof says only that something was logged.
pub fn bundle(tx: &mut Tx<'_>, id: Id, vkey: &str, show: bool) -> Result<Option<journal::Bundle>> {
    let Some((table, row)) = row_of(tx, id)? else { return Ok(None) };
    let newest = tx.rows(sql::OF_RECORD, args![table, id, 1i64])?;
    let Some(leaf) = newest.first() else { return Ok(None) };
    let Some(n) = leaf.opt_int("n")? else { return Ok(None) };
    let content = if show {
        let salt = row.blob("salt")?.try_into().map_err(|_| Error::broken("a salt of a wrong length"))?;
        Some((content(&row), salt))
    } else {
        None
    };
    bundled(tx, n as u64, &leaf.blob("bytes")?, vkey, table, content)
}

/// The same for the leaf of this number: of its record when the leaf is its newest; an earlier one is proven without
/// content, which only the record as it is now has.
pub fn bundle_at(tx: &mut Tx<'_>, n: u64, vkey: &str, show: bool) -> Result<Option<journal::Bundle>> {
    if n >= size(tx)? {
        return Ok(None);
    }
    let Some(bytes) = entries(tx, n, n + 1)?.pop() else { return Ok(None) };
    let leaf = journal::Leaf::decode(&bytes).map_err(|e| Error::broken(format!("leaf: {e:?}")))?;
    match bundle(tx, leaf.id, vkey, show)? {
        Some(bundle) if bundle.index == n => Ok(Some(bundle)),
        _ => bundled(tx, n, &bytes, vkey, &leaf.table, None),
    }
}

/// What a record and its salt are in a bundle.
type Content = (BTreeMap<String, journal::Value>, [u8; 32]);

fn bundled(
    tx: &mut Tx<'_>,
    n: u64,
    bytes: &[u8],
    vkey: &str,
    table: &str,
    content: Option<Content>,
) -> Result<Option<journal::Bundle>> {
    // A head that witnesses have signed says more than a newer one that only we have.
    let (note, size) = match super::witness::witnessed(tx)?.filter(|head| n < head.size) {
        Some(head) => (head.note, head.size),
        None => match super::witness::checkpoint(tx)? {
            Some(note) => (note, size(tx)?),
            None => return Ok(None),
        },
    };
    let proof = journal::prove(&mut Tree { tx }, n, size)?;
    Ok(Some(journal::Bundle::new(vkey, &note, n, bytes, &proof, table, content)))
}

fn content(row: &Row) -> BTreeMap<String, journal::Value> {
    let value = |value: &Value| match value {
        Value::Null => None,
        Value::Int(i) => Some(journal::Value::Int(*i)),
        Value::Text(t) => Some(journal::Value::Text(t.clone())),
        Value::Blob(b) => Some(journal::Value::Bytes(b.clone())),
    };
    row.columns().filter_map(|(name, v)| Some((name.to_string(), value(v)?))).collect()
}
