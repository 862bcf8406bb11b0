//! The Merkle tree of RFC 6962 over a store of hashes. Nothing is kept in memory between calls: the right edge is read
//! from the store, so that a rolled-back transaction leaves nothing behind.
//!
//! Every complete subtree's hash is stored once, in the order in which it becomes known (`stored_hash_index` of
//! `tlog_tiles`): leaf 0, leaf 1, their parent, leaf 2, leaf 3, their parent, its parent …

use std::cell::RefCell;

use base::{Error, Refusal, Result};
use tlog_tiles::tlog;

use crate::limits::{LEAF_BYTES_MAX, LOG_SIZE_MAX, PROOF_HASHES_MAX};

pub type Hash = [u8; 32];

/// Where the tree's hashes rest: rows of the database, inside the caller's transaction.
pub trait TreeStore {
    /// Leaves in the tree.
    fn size(&mut self) -> Result<u64>;
    /// The hashes with these numbers, in the order asked. A number that is not there is a fault.
    fn hashes(&mut self, at: &[u64]) -> Result<Vec<Hash>>;
    /// Stores `hashes` under the numbers `first..`, and the new size.
    fn append(&mut self, first: u64, hashes: &[Hash], size: u64) -> Result<()>;
}

/// The hash of a leaf's bytes: SHA-256 of a zero byte and the bytes.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    tlog::record_hash(leaf).0
}

/// How many hashes a store holds for a tree of `size` leaves; also the number of the next hash.
pub fn stored_count(size: u64) -> u64 {
    tlog::stored_hash_count(size)
}

/// The roots of the complete subtrees along the right side of a tree: all that is needed to go on, at most 40 hashes.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    size: u64,
    /// Largest subtree first; one for each bit set in `size`.
    roots: Vec<Hash>,
}

impl Edge {
    /// The edge of the empty tree.
    pub fn new() -> Edge {
        Edge::default()
    }
    /// The edge of the store's tree: one read of at most 40 hashes.
    pub fn read(store: &mut dyn TreeStore) -> Result<Edge> {
        let size = store.size()?;
        if size > LOG_SIZE_MAX {
            return Err(Error::broken(format!("the tree claims {size} leaves")));
        }
        if size == 0 {
            return Ok(Edge::new());
        }
        let at = tlog::sub_tree_index(0, size, Vec::new());
        Ok(Edge { size, roots: read_hashes(store, &at)? })
    }
    pub fn size(&self) -> u64 {
        self.size
    }
    /// Adds a leaf by its hash. `stored` is told each hash that becomes known, in storage order: level, place on the
    /// level, hash.
    pub fn push(&mut self, leaf: Hash, mut stored: impl FnMut(u8, u64, Hash)) {
        let (mut hash, mut level, mut n) = (leaf, 0, self.size);
        stored(level, n, hash);
        while n & 1 == 1 {
            let left = self.roots.pop().expect("one root for each bit of size");
            hash = node(left, hash);
            level += 1;
            n >>= 1;
            stored(level, n, hash);
        }
        self.roots.push(hash);
        self.size += 1;
    }
    pub fn root(&self) -> Hash {
        let mut from_right = self.roots.iter().rev();
        match from_right.next() {
            None => tlog::EMPTY_HASH.0,
            Some(last) => from_right.fold(*last, |right, left| node(*left, right)),
        }
    }
}

/// Appends leaves and gives the new size. One read, one write, whatever their number.
///
/// Faults: a leaf longer than [`LEAF_BYTES_MAX`], a full log, whatever the store says.
pub fn append(store: &mut dyn TreeStore, leaves: &[Vec<u8>]) -> Result<u64> {
    Ok(append_rooted(store, leaves)?.0)
}

/// As `append`; gives the new root as well, which costs no read.
pub fn append_rooted(store: &mut dyn TreeStore, leaves: &[Vec<u8>]) -> Result<(u64, Hash)> {
    if let Some(long) = leaves.iter().find(|leaf| leaf.len() > LEAF_BYTES_MAX) {
        return Err(Error::broken(format!("a leaf of {} bytes, at most {LEAF_BYTES_MAX} fit", long.len())));
    }
    let mut edge = Edge::read(store)?;
    if leaves.is_empty() {
        return Ok((edge.size, edge.root()));
    }
    if leaves.len() as u64 > LOG_SIZE_MAX - edge.size {
        return Err(Error::broken("the log is full"));
    }
    let first = stored_count(edge.size);
    let mut hashes = Vec::with_capacity(leaves.len() * 2 + 40);
    for leaf in leaves {
        edge.push(leaf_hash(leaf), |_, _, hash| hashes.push(hash));
    }
    store.append(first, &hashes, edge.size)?;
    Ok((edge.size, edge.root()))
}

/// The root of the tree when it had `size` leaves (at most as many as it has).
pub fn root(store: &mut dyn TreeStore, size: u64) -> Result<Hash> {
    bounded(size)?;
    lend(store, |reader| tlog::tree_hash(size, reader)).map(|hash| hash.0)
}

/// The proof that leaf `n` is in the tree of the first `size` leaves.
///
/// Refuses with `NotFound` when `n` is not below `size`: the leaf is not numbered or not signed yet.
pub fn prove(store: &mut dyn TreeStore, n: u64, size: u64) -> Result<Vec<Hash>> {
    bounded(size)?;
    if n >= size {
        return Err(Refusal::NotFound.into());
    }
    lend(store, |reader| tlog::prove_record(size, n, reader)).map(plain)
}

/// Is `proof` right that the tree with this root has these leaf bytes (by their [`leaf_hash`]) in place `n`?
pub fn check_inclusion(proof: &[Hash], size: u64, root: &Hash, n: u64, leaf: &Hash) -> bool {
    if size > LOG_SIZE_MAX || n >= size || proof.len() > PROOF_HASHES_MAX {
        return false;
    }
    tlog::check_record(&typed(proof), size, tlog::Hash(*root), n, tlog::Hash(*leaf)).is_ok()
}

/// The proof that the tree of `new` leaves begins with the tree of `old` leaves. Empty for `old` = 0.
///
/// Refuses with `NotFound` when `old` is larger than `new`.
pub fn prove_consistency(store: &mut dyn TreeStore, old: u64, new: u64) -> Result<Vec<Hash>> {
    bounded(new)?;
    if old > new {
        return Err(Refusal::NotFound.into());
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    lend(store, |reader| tlog::prove_tree(new, old, reader)).map(plain)
}

/// Is `proof` right that the new tree begins with the whole old tree?
pub fn check_consistency(proof: &[Hash], old: u64, old_root: &Hash, new: u64, new_root: &Hash) -> bool {
    if new > LOG_SIZE_MAX || old > new || proof.len() > PROOF_HASHES_MAX {
        return false;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == tlog::EMPTY_HASH.0;
    }
    tlog::check_tree(&typed(proof), new, tlog::Hash(*new_root), old, tlog::Hash(*old_root)).is_ok()
}

/// Reads hashes and makes sure that the store gave as many as asked.
pub(crate) fn read_hashes(store: &mut dyn TreeStore, at: &[u64]) -> Result<Vec<Hash>> {
    let hashes = store.hashes(at)?;
    if hashes.len() == at.len() {
        Ok(hashes)
    } else {
        Err(Error::broken(format!("{} of {} hashes of the tree are there", hashes.len(), at.len())))
    }
}

fn node(left: Hash, right: Hash) -> Hash {
    tlog::node_hash(tlog::Hash(left), tlog::Hash(right)).0
}

fn bounded(size: u64) -> Result<()> {
    if size > LOG_SIZE_MAX { Err(Error::broken(format!("no tree has {size} leaves"))) } else { Ok(()) }
}

fn plain(proof: Vec<tlog::Hash>) -> Vec<Hash> {
    proof.into_iter().map(|hash| hash.0).collect()
}

fn typed(proof: &[Hash]) -> Vec<tlog::Hash> {
    proof.iter().map(|hash| tlog::Hash(*hash)).collect()
}

/// A store in the shape that `tlog_tiles` reads: it wants `&self`, and its errors cannot carry ours.
struct Lent<'a> {
    store: RefCell<&'a mut dyn TreeStore>,
    fault: RefCell<Option<Error>>,
}

impl tlog::HashReader for Lent<'_> {
    fn read_hashes(&self, at: &[u64]) -> std::result::Result<Vec<tlog::Hash>, tlog::Error> {
        read_hashes(&mut **self.store.borrow_mut(), at).map(|hashes| typed(&hashes)).map_err(|error| {
            self.fault.replace(Some(error));
            tlog::Error::IndexesNotInTree
        })
    }
}

fn lend<T>(
    store: &mut dyn TreeStore,
    read: impl FnOnce(&Lent<'_>) -> std::result::Result<T, tlog::Error>,
) -> Result<T> {
    let lent = Lent { store: RefCell::new(store), fault: RefCell::new(None) };
    read(&lent).map_err(|error| {
        let fault = lent.fault.take();
        fault.unwrap_or_else(|| Error::broken(format!("journal tree: {error}")))
    })
}
