//! Tiles: the tree and the entries as static files, 256 wide, as C2SP tlog-tiles lays them out under a log's address:
//! `tile/<level>/<n>` and `tile/entries/<n>`, with `.p/<width>` for the last, unfilled one. (`tlog_tiles::Tile::path`
//! writes the form of Go's checksum database, which has the height 8 in front of the level: not ours.)

use base::{Error, Result};
use tlog_tiles::tlog::stored_hash_index;

use crate::limits::{LEAF_BYTES_MAX, LOG_SIZE_MAX, TILE_WIDTH};
use crate::tree::read_hashes;
use crate::{Hash, TreeStore, WireFault};

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TileKind {
    /// Hashes of the tree's level 8 × this number.
    Hashes(u8),
    /// The leaves themselves.
    Entries,
}

/// The address of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TilePath {
    pub kind: TileKind,
    /// Place on the level.
    pub n: u64,
    /// `None`: full. Else 1..=255.
    pub width: Option<u16>,
}

impl TilePath {
    /// The tile with number `n` in a tree of `size` leaves, as wide as it is there; `None` when it is not there.
    pub fn in_tree(kind: TileKind, n: u64, size: u64) -> Option<TilePath> {
        let first = n.checked_mul(TILE_WIDTH)?;
        let there = level_size(kind, size).checked_sub(first).filter(|there| *there > 0)?;
        Some(TilePath { kind, n, width: (there < TILE_WIDTH).then_some(there as u16) })
    }
    /// Is it in a tree of `size` leaves? A narrower one than the tree has by now is.
    pub fn is_in_tree(&self, size: u64) -> bool {
        let first = self.n.checked_mul(TILE_WIDTH);
        let end = first.and_then(|first| first.checked_add(self.count() as u64));
        end.is_some_and(|end| end <= level_size(self.kind, size))
    }
    /// Hashes or entries in it.
    pub fn count(&self) -> usize {
        self.width.map_or(TILE_WIDTH as usize, usize::from)
    }
}

impl std::fmt::Display for TilePath {
    /// The path under the log's address: `tile/0/x001/234.p/17`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            TileKind::Hashes(level) => write!(f, "tile/{level}/")?,
            TileKind::Entries => f.write_str("tile/entries/")?,
        }
        let mut groups = vec![self.n % 1000];
        let mut rest = self.n / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups.iter().skip(1).rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", groups[0])?;
        self.width.map_or(Ok(()), |width| write!(f, ".p/{width}"))
    }
}

/// Reads what follows `tile/` in an address: `0/x001/234.p/17`, `entries/000`. Only the one way of writing it.
pub fn parse_tile_path(text: &str) -> Option<TilePath> {
    // `entries/` and seven groups and a width: nothing longer names a tile.
    if text.len() > 64 {
        return None;
    }
    let (kind, rest) = text.split_once('/')?;
    let kind = match kind {
        "entries" => TileKind::Entries,
        level => TileKind::Hashes(level.parse().ok().filter(|level| *level <= 63)?),
    };
    let (number, width) = match rest.split_once(".p/") {
        None => (rest, None),
        Some((number, width)) => (number, Some(width.parse().ok().filter(|w| (1..TILE_WIDTH as u16).contains(w))?)),
    };
    let mut n: u64 = 0;
    for group in number.split('/') {
        let digits: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok().filter(|group| *group < 1000)?;
        n = n.checked_mul(1000)?.checked_add(digits)?;
    }
    let path = TilePath { kind, n, width };
    (path.to_string().strip_prefix("tile/") == Some(text)).then_some(path)
}

/// The bytes of a hash tile, 32 for each hash; `width` `None` = the full one. `Ok(None)` when a tree of `size` leaves
/// does not have it.
pub fn tile(store: &mut dyn TreeStore, level: u8, n: u64, width: Option<u16>, size: u64) -> Result<Option<Vec<u8>>> {
    let path = TilePath { kind: TileKind::Hashes(level), n, width };
    let shaped = width.is_none_or(|w| (1..TILE_WIDTH as u16).contains(&w));
    if !shaped || size > LOG_SIZE_MAX || !path.is_in_tree(size) {
        return Ok(None);
    }
    let first = n * TILE_WIDTH;
    let at: Vec<u64> = (first..first + path.count() as u64).map(|n| stored_hash_index(level * 8, n)).collect();
    Ok(Some(read_hashes(store, &at)?.concat()))
}

/// The bytes of an entry bundle: each leaf after its length in two bytes.
///
/// Faults: a leaf longer than [`LEAF_BYTES_MAX`], which `append` would not have taken.
pub fn entry_bundle(leaves: &[Vec<u8>]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(leaves.iter().map(|leaf| leaf.len() + 2).sum());
    for leaf in leaves {
        if leaf.len() > LEAF_BYTES_MAX {
            return Err(Error::broken(format!("a leaf of {} bytes, at most {LEAF_BYTES_MAX} fit", leaf.len())));
        }
        out.extend_from_slice(&(leaf.len() as u16).to_be_bytes());
        out.extend_from_slice(leaf);
    }
    Ok(out)
}

/// Reads an entry bundle of at most 256 leaves. Total.
pub fn parse_entry_bundle(bytes: &[u8]) -> std::result::Result<Vec<Vec<u8>>, WireFault> {
    let mut leaves = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        if leaves.len() == TILE_WIDTH as usize {
            return Err(WireFault::Trailing);
        }
        let (length, after) = rest.split_first_chunk::<2>().ok_or(WireFault::Truncated)?;
        let (leaf, after) = after.split_at_checked(u16::from_be_bytes(*length) as usize).ok_or(WireFault::Truncated)?;
        leaves.push(leaf.to_vec());
        rest = after;
    }
    Ok(leaves)
}

/// Writes a log of `size` leaves as files: `checkpoint` (given, signed for this size), every full and partial tile,
/// every entry bundle. `entries(first, count)` gives leaves, `write(path, bytes)` takes each file, checkpoint last, so
/// that a folder with a checkpoint is whole.
pub fn export_tiles(
    store: &mut dyn TreeStore,
    entries: &mut dyn FnMut(u64, u64) -> Result<Vec<Vec<u8>>>,
    size: u64,
    checkpoint: &str,
    write: &mut dyn FnMut(&str, &[u8]) -> Result<()>,
) -> Result<()> {
    if crate::note::peek_checkpoint(checkpoint)?.size != size {
        return Err(Error::broken(format!("the checkpoint is not for {size} leaves")));
    }
    for n in 0..size.div_ceil(TILE_WIDTH) {
        let path = TilePath::in_tree(TileKind::Entries, n, size).expect("n is below the number of bundles");
        let leaves = entries(n * TILE_WIDTH, path.count() as u64)?;
        if leaves.len() != path.count() {
            return Err(Error::broken(format!("{} of {} leaves of {path}", leaves.len(), path.count())));
        }
        write(&path.to_string(), &entry_bundle(&leaves)?)?;
    }
    // Six levels hold a tree of LOG_SIZE_MAX leaves; those above are empty.
    for level in 0..6 {
        let kind = TileKind::Hashes(level);
        for n in 0..level_size(kind, size).div_ceil(TILE_WIDTH) {
            let path = TilePath::in_tree(kind, n, size).expect("n is below the number of tiles");
            let bytes = tile(store, level, n, path.width, size)?;
            let bytes = bytes.ok_or_else(|| Error::broken(format!("{path} is not in the tree")))?;
            write(&path.to_string(), &bytes)?;
        }
    }
    write("checkpoint", checkpoint.as_bytes())
}

/// Hashes (or entries) that a tree of `size` leaves has on a level.
fn level_size(kind: TileKind, size: u64) -> u64 {
    match kind {
        TileKind::Entries => size,
        TileKind::Hashes(level) => size.checked_shr(level as u32 * 8).unwrap_or(0),
    }
}

/// The hash at `place` of a tile's bytes.
pub(crate) fn hash_in_tile(bytes: &[u8], place: u64) -> Option<Hash> {
    bytes.chunks_exact(32).nth(place as usize)?.try_into().ok()
}
