//! Proofs made by whoever has only the log's published files: the hashes of the tree are taken out of its tiles, those
//! between the tiles' levels put together again. What comes out is a proof to be checked against two signed heads; a
//! tile that lies gives a proof that does not hold.
//! Not here: where tiles come from (a folder, an address).

use std::collections::HashMap;

use base::{Error, Result};
use tlog_tiles::tlog::{self, split_stored_hash_index};

use crate::limits::TILE_WIDTH;
use crate::tile::hash_in_tile;
use crate::{Hash, TileKind, TilePath, TreeStore, prove, prove_consistency};

/// Gives the bytes of the tile with this path.
pub type ReadTile<'a> = &'a mut dyn FnMut(TilePath) -> Result<Vec<u8>>;

/// The proof that a published log of `new` entries begins with its first `old` ones.
///
/// Refuses as [`prove_consistency`]; faults: a tile that is not there or too short.
pub fn consistency_from_tiles(read: ReadTile<'_>, old: u64, new: u64) -> Result<Vec<Hash>> {
    prove_consistency(&mut Tiles { read, size: new, held: HashMap::new() }, old, new)
}

/// The proof that entry `n` is in a published log of `size` entries.
pub fn inclusion_from_tiles(read: ReadTile<'_>, n: u64, size: u64) -> Result<Vec<Hash>> {
    prove(&mut Tiles { read, size, held: HashMap::new() }, n, size)
}

/// A proof touches at most one tile on each of six levels and each side of it: nothing is read twice.
struct Tiles<'a> {
    read: ReadTile<'a>,
    size: u64,
    held: HashMap<(u8, u64), Vec<u8>>,
}

impl Tiles<'_> {
    fn hash(&mut self, at: u64) -> Result<Hash> {
        let (level, n) = split_stored_hash_index(at);
        let (base, above) = (level / 8, level % 8);
        let first = n << above;
        let tile = self.tile(base, first / TILE_WIDTH)?;
        let row: Option<Vec<Hash>> =
            (first..first + (1 << above)).map(|place| hash_in_tile(tile, place % TILE_WIDTH)).collect();
        let row = row.ok_or_else(|| Error::broken(format!("hash {n} of level {level} is not in its tile")))?;
        Ok(together(row))
    }
    fn tile(&mut self, level: u8, n: u64) -> Result<&[u8]> {
        if let std::collections::hash_map::Entry::Vacant(free) = self.held.entry((level, n)) {
            let path = TilePath::in_tree(TileKind::Hashes(level), n, self.size);
            let path = path.ok_or_else(|| Error::broken(format!("tile {n} of level {level} is not in the tree")))?;
            free.insert((self.read)(path)?);
        }
        Ok(&self.held[&(level, n)])
    }
}

impl TreeStore for Tiles<'_> {
    fn size(&mut self) -> Result<u64> {
        Ok(self.size)
    }
    fn hashes(&mut self, at: &[u64]) -> Result<Vec<Hash>> {
        at.iter().map(|at| self.hash(*at)).collect()
    }
    fn append(&mut self, _: u64, _: &[Hash], _: u64) -> Result<()> {
        Err(Error::broken("published tiles cannot be appended to"))
    }
}

/// The root over a row of 2^k hashes.
fn together(mut row: Vec<Hash>) -> Hash {
    while row.len() > 1 {
        let pair = |two: &[Hash]| tlog::node_hash(tlog::Hash(two[0]), tlog::Hash(two[1])).0;
        row = row.chunks_exact(2).map(pair).collect();
    }
    row[0]
}
