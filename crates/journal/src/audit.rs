//! The audit of a whole log, from nothing: every entry is read, the tree is built again in the memory of one edge, and
//! what comes out must be what was signed, and what earlier heads said.
//!
//! `tlog_tiles::TileHashReader` is not used here: where several right-edge hashes lie in one tile it leaves as many of
//! the further tiles unchecked against their parents (0.2.0; Go's x/mod 0.7.0, its model, likewise).

use std::collections::HashMap;

use base::Error;
use tlog_tiles::tlog::split_stored_hash_index;

use crate::limits::{AUDIT_CHUNK, LOG_SIZE_MAX, TILE_WIDTH};
use crate::note::peek_checkpoint;
use crate::tile::hash_in_tile;
use crate::{
    Checkpoint, Edge, Hash, Leaf, NoteFault, TileKind, TilePath, TreeStore, leaf_hash, open_checkpoint,
    parse_entry_bundle, stored_count,
};

/// Where an audit reads from: a database ([`StoreReader`]), a folder or an address with tiles ([`TileFolder`]).
pub trait LogReader {
    /// The signed checkpoint, asked for first and once.
    fn checkpoint(&mut self) -> base::Result<String>;
    /// `count` entries from `first` on, at most [`AUDIT_CHUNK`]; fewer, when the rest is not there.
    fn entries(&mut self, first: u64, count: usize) -> base::Result<Vec<Vec<u8>>>;
    /// The stored hashes with these numbers, to be compared with what the entries give; `None` for one that this log
    /// does not keep. The default keeps none: then a changed entry is noticed, but not which one.
    fn hashes(&mut self, at: &[u64]) -> base::Result<Vec<Option<Hash>>> {
        Ok(vec![None; at.len()])
    }
}

/// A log that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogReport {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

/// A log that does not.
#[derive(Debug, Clone, PartialEq)]
pub enum LogFault {
    /// Could not be read: nothing is said about the log.
    Read(Error),
    /// The checkpoint is not signed by this key.
    Signature,
    /// The checkpoint is not one, is for another log, or an entry in the signed tree is not a leaf: what and where.
    Shape(String),
    /// This entry is missing, or is not what was signed. The first such one: after a dropped or swapped entry all
    /// later ones differ.
    Entry(u64),
    /// The entries are what was signed, but this stored hash was changed: `n`th on `level` (0 = leaves).
    Hash { level: u8, n: u64 },
    /// The entries do not give the signed root, and no single entry can be named.
    Root,
    /// The log is shorter than a head seen earlier: rolled back to an older copy. The size seen.
    Shrunk(u64),
    /// The log no longer begins with what a head seen earlier said: history was written anew. The size seen.
    Rewritten(u64),
}

impl std::fmt::Display for LogFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LogFault::Read(error) => write!(f, "cannot be read: {error}"),
            LogFault::Signature => f.write_str("the checkpoint is not signed by this key"),
            LogFault::Shape(what) => f.write_str(what),
            LogFault::Entry(n) => write!(f, "entry {n} is missing or not what was signed"),
            LogFault::Hash { level, n } => write!(f, "stored hash {n} of level {level} was changed"),
            LogFault::Root => f.write_str("the entries do not give the signed root"),
            LogFault::Shrunk(size) => write!(f, "the log had {size} entries before"),
            LogFault::Rewritten(size) => write!(f, "the first {size} entries were others before"),
        }
    }
}

impl std::error::Error for LogFault {}

impl From<Error> for LogFault {
    fn from(error: Error) -> LogFault {
        LogFault::Read(error)
    }
}

impl From<NoteFault> for LogFault {
    fn from(fault: NoteFault) -> LogFault {
        match fault {
            NoteFault::Signature => LogFault::Signature,
            other => LogFault::Shape(other.to_string()),
        }
    }
}

/// Reads every entry and checks it against the signed root (and the stored hashes, where the reader has them).
/// Memory: one chunk and one edge, whatever the size. About two hashes an entry.
pub fn verify_log(reader: &mut dyn LogReader, vkey: &str) -> Result<LogReport, LogFault> {
    verify_log_since(reader, vkey, &[])
}

/// As `verify_log`, and the log must go on from every head in `seen`: those on printed papers, in an inspector's file,
/// with a witness. Only this catches a log that was rolled back or written anew by whoever holds the key.
pub fn verify_log_since(reader: &mut dyn LogReader, vkey: &str, seen: &[Checkpoint]) -> Result<LogReport, LogFault> {
    let head = open_checkpoint(&reader.checkpoint()?, vkey)?;
    if head.size > LOG_SIZE_MAX {
        return Err(LogFault::Shape(format!("no log has {} entries", head.size)));
    }
    let mut audit = Audit::new(&head, seen)?;
    while audit.edge.size() < head.size {
        audit.chunk(reader, head.size)?;
    }
    audit.conclude(head)
}

struct Audit<'a> {
    edge: Edge,
    /// Heads seen earlier that are still ahead, the smallest last.
    ahead: Vec<&'a Checkpoint>,
    rewritten: Option<u64>,
    /// The first entry that differs from its stored hash.
    differs: Option<u64>,
    /// The first entry that is not a leaf, and why.
    unreadable: Option<(u64, String)>,
    /// The first stored hash that differs from what the entries give.
    changed: Option<(u8, u64)>,
}

impl<'a> Audit<'a> {
    fn new(head: &Checkpoint, seen: &'a [Checkpoint]) -> Result<Audit<'a>, LogFault> {
        if let Some(other) = seen.iter().find(|other| other.origin != head.origin) {
            return Err(LogFault::Shape(format!("a head seen earlier is of another log, {}", other.origin)));
        }
        if let Some(longest) = seen.iter().map(|earlier| earlier.size).max().filter(|size| *size > head.size) {
            return Err(LogFault::Shrunk(longest));
        }
        let mut ahead: Vec<&Checkpoint> = seen.iter().collect();
        ahead.sort_by_key(|earlier| std::cmp::Reverse(earlier.size));
        let mut audit =
            Audit { edge: Edge::new(), ahead, rewritten: None, differs: None, unreadable: None, changed: None };
        audit.meet_seen();
        Ok(audit)
    }

    fn chunk(&mut self, reader: &mut dyn LogReader, size: u64) -> Result<(), LogFault> {
        let first = self.edge.size();
        let count = (size - first).min(AUDIT_CHUNK as u64) as usize;
        let entries = reader.entries(first, count)?;
        let mut made: Vec<(u8, u64, Hash)> = Vec::with_capacity(count * 2 + 40);
        for (n, entry) in (first..).zip(entries.iter().take(count)) {
            if self.unreadable.is_none()
                && let Err(fault) = Leaf::decode(entry)
            {
                self.unreadable = Some((n, fault.to_string()));
            }
            self.edge.push(leaf_hash(entry), |level, n, hash| made.push((level, n, hash)));
            self.meet_seen();
        }
        let at: Vec<u64> = (stored_count(first)..).take(made.len()).collect();
        let held = reader.hashes(&at)?;
        if held.len() != at.len() {
            return Err(LogFault::Read(Error::broken("the reader gave fewer hashes than asked")));
        }
        for ((level, n, hash), held) in made.into_iter().zip(held) {
            if held.is_none_or(|held| held == hash) {
                continue;
            }
            if level == 0 {
                self.differs.get_or_insert(n);
            }
            self.changed.get_or_insert((level, n));
        }
        // An entry that differs before the gap is the earlier news.
        let missing = first + entries.len() as u64;
        if entries.len() < count { Err(LogFault::Entry(self.differs.unwrap_or(missing))) } else { Ok(()) }
    }

    fn meet_seen(&mut self) {
        while let Some(earlier) = self.ahead.pop_if(|earlier| earlier.size == self.edge.size()) {
            if earlier.root != self.edge.root() {
                self.rewritten.get_or_insert(earlier.size);
            }
        }
    }

    /// What is wrong can be named only at the end: when the root comes out right, a differing hash was the one changed.
    fn conclude(self, head: Checkpoint) -> Result<LogReport, LogFault> {
        let named = self.differs.or(self.unreadable.as_ref().map(|(n, _)| *n));
        if self.edge.root() != head.root {
            return Err(named.map_or(LogFault::Root, LogFault::Entry));
        }
        if let Some(size) = self.rewritten {
            return Err(LogFault::Rewritten(size));
        }
        if let Some((level, n)) = self.changed {
            return Err(LogFault::Hash { level, n });
        }
        if let Some((n, why)) = self.unreadable {
            return Err(LogFault::Shape(format!("entry {n} is not a leaf: {why}")));
        }
        Ok(LogReport { origin: head.origin, size: head.size, root: head.root })
    }
}

/// A log in a store: the checkpoint, the leaves by a function, and the tree's own hashes.
pub struct StoreReader<'a> {
    pub checkpoint: String,
    /// `entries(first, count)`, fewer when the rest is not there.
    pub entries: &'a mut dyn FnMut(u64, usize) -> base::Result<Vec<Vec<u8>>>,
    pub store: &'a mut dyn TreeStore,
}

impl LogReader for StoreReader<'_> {
    fn checkpoint(&mut self) -> base::Result<String> {
        Ok(self.checkpoint.clone())
    }
    fn entries(&mut self, first: u64, count: usize) -> base::Result<Vec<Vec<u8>>> {
        (self.entries)(first, count)
    }
    fn hashes(&mut self, at: &[u64]) -> base::Result<Vec<Option<Hash>>> {
        Ok(self.store.hashes(at)?.into_iter().map(Some).collect())
    }
}

/// A log as files: `read(path)` gives `checkpoint`, `tile/…` or `None`.
pub struct TileFolder<'a> {
    read: &'a mut dyn FnMut(&str) -> base::Result<Option<Vec<u8>>>,
    /// As the checkpoint claims; its signature is the audit's to check.
    size: u64,
    /// The tile read last on each level.
    tiles: HashMap<u8, (u64, Vec<u8>)>,
}

impl<'a> TileFolder<'a> {
    pub fn new(read: &'a mut dyn FnMut(&str) -> base::Result<Option<Vec<u8>>>) -> TileFolder<'a> {
        TileFolder { read, size: 0, tiles: HashMap::new() }
    }

    /// The hash in place `n` of the tiles' level `level`. Faults: the tile is not there or not as long as it must be.
    fn hash(&mut self, level: u8, n: u64) -> base::Result<Hash> {
        let number = n / TILE_WIDTH;
        if self.tiles.get(&level).is_none_or(|(there, _)| *there != number) {
            let path = TilePath::in_tree(TileKind::Hashes(level), number, self.size)
                .ok_or_else(|| Error::broken(format!("no tile {number} on level {level}")))?;
            let bytes = (self.read)(&path.to_string())?.filter(|bytes| bytes.len() == path.count() * 32);
            let bytes = bytes.ok_or_else(|| Error::broken(format!("{path} is missing or of another length")))?;
            self.tiles.insert(level, (number, bytes));
        }
        let (_, bytes) = &self.tiles[&level];
        hash_in_tile(bytes, n % TILE_WIDTH).ok_or_else(|| Error::broken("a tile is shorter than the tree"))
    }
}

impl LogReader for TileFolder<'_> {
    fn checkpoint(&mut self) -> base::Result<String> {
        let bytes = (self.read)("checkpoint")?.ok_or_else(|| Error::broken("no checkpoint"))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        self.size = peek_checkpoint(&text).map_or(0, |head| head.size);
        Ok(text)
    }

    /// Stops before a bundle that is missing or out of form.
    fn entries(&mut self, first: u64, count: usize) -> base::Result<Vec<Vec<u8>>> {
        let mut out = Vec::with_capacity(count);
        while out.len() < count {
            let next = first + out.len() as u64;
            let Some(path) = TilePath::in_tree(TileKind::Entries, next / TILE_WIDTH, self.size) else { break };
            let Some(bytes) = (self.read)(&path.to_string())? else { break };
            let Ok(leaves) = parse_entry_bundle(&bytes) else { break };
            if leaves.len() != path.count() {
                break;
            }
            let room = count - out.len();
            out.extend(leaves.into_iter().skip((next % TILE_WIDTH) as usize).take(room));
        }
        Ok(out)
    }

    /// Tiles keep every eighth level.
    fn hashes(&mut self, at: &[u64]) -> base::Result<Vec<Option<Hash>>> {
        let held = at.iter().map(|at| match split_stored_hash_index(*at) {
            (level, n) if level % 8 == 0 => self.hash(level / 8, n).map(Some),
            _ => Ok(None),
        });
        held.collect()
    }
}
