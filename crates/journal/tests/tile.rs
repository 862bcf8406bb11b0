use std::collections::BTreeMap;

use journal::{
    Edge, Hash, TileKind, TilePath, WireFault, entry_bundle, export_tiles, leaf_hash, limits, parse_entry_bundle,
    parse_tile_path, root, tile,
};

use crate::world::{Log, leaves};

#[test]
fn addresses_are_those_of_the_specification() {
    let hashes = |level, n, width| TilePath { kind: TileKind::Hashes(level), n, width };
    let entries = |n, width| TilePath { kind: TileKind::Entries, n, width };
    let pairs = [
        ("0/000", hashes(0, 0, None)),
        ("0/x001/234.p/17", hashes(0, 1_234, Some(17))),
        ("4/x001/x234/067", hashes(4, 1_234_067, None)),
        ("63/255.p/255", hashes(63, 255, Some(255))),
        ("entries/000.p/1", entries(0, Some(1))),
        ("entries/x273/x812/999", entries(273_812_999, None)),
        ("0/x018/x446/x744/x073/x709/x551/615", hashes(0, u64::MAX, None)),
    ];
    for (text, path) in pairs {
        assert_eq!(parse_tile_path(text), Some(path), "{text}");
        assert_eq!(path.to_string(), format!("tile/{text}"));
    }
}

#[test]
fn every_other_way_of_writing_an_address_is_refused() {
    let texts = [
        "",
        "0",
        "0/",
        "/000",
        "8/0/000",
        "tile/0/000",
        "data/000",
        "64/000",
        "256/000",
        "-1/000",
        "+1/000",
        "00/000",
        "0/0",
        "0/00",
        "0/0000",
        "0/x000",
        "0/x001/x234",
        "0/001/234",
        "0/x000/001",
        "0/x1/234",
        "0/xx01/234",
        "0/00a",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/017",
        "0/000.p/",
        "0/000.p/+1",
        "0/000.p/1/",
        "0/000.p/1.p/1",
        "0/000/",
        "0/x001.p/1/234",
        "0/x018/x446/x744/x073/x709/x551/616",
        "entries/../000",
        "entries/０００",
        "0/000 ",
    ];
    for text in texts {
        assert_eq!(parse_tile_path(text), None, "{text:?}");
    }
    assert_eq!(parse_tile_path(&"x001/".repeat(1_000)), None);
}

#[test]
fn tiles_hold_what_the_tree_holds_and_nothing_beyond_it() {
    let mut log = Log::of(leaves(70_000, "tiles"), "key");
    let store = &mut log.store;
    let full = tile(store, 0, 3, None, 70_000).unwrap().unwrap();
    assert_eq!(full.len(), 256 * 32);
    assert_eq!(full[32 * 5..32 * 6], leaf_hash(&log.entries[3 * 256 + 5]));
    // 70,000 = 273 × 256 + 112; 273 = 256 + 17; 1.
    let level = |level, n, width| TilePath { kind: TileKind::Hashes(level), n, width };
    let in_tree = |l, n| TilePath::in_tree(TileKind::Hashes(l), n, 70_000);
    assert_eq!(in_tree(0, 273), Some(level(0, 273, Some(112))));
    assert_eq!(in_tree(0, 274), None);
    assert_eq!(in_tree(1, 0), Some(level(1, 0, None)));
    assert_eq!(in_tree(1, 1), Some(level(1, 1, Some(17))));
    assert_eq!(in_tree(2, 0), Some(level(2, 0, Some(1))));
    assert_eq!(in_tree(3, 0), None);
    // A node of level 1 is the root of its 256 leaves.
    let mut edge = Edge::new();
    log.entries[512..768].iter().for_each(|leaf| edge.push(leaf_hash(leaf), |_, _, _| {}));
    let upper = tile(store, 1, 0, None, 70_000).unwrap().unwrap();
    assert_eq!(upper[64..96], edge.root());
    assert_eq!(tile(store, 2, 0, Some(1), 70_000).unwrap().unwrap(), root(store, 65_536).unwrap());
    // Narrower than the tree by now: still served. Wider, or not a width: not there.
    assert_eq!(tile(store, 0, 273, Some(111), 70_000).unwrap().unwrap().len(), 111 * 32);
    assert_eq!(tile(store, 0, 3, Some(9), 70_000).unwrap().unwrap(), full[..9 * 32]);
    let absent = [(0, 273, None), (0, 273, Some(113)), (0, 3, Some(0)), (0, 3, Some(256)), (0, 274, Some(1))];
    let far =
        [(3, 0, Some(1)), (8, 0, Some(1)), (63, 0, Some(1)), (255, 0, None), (0, u64::MAX, None), (7, 1 << 60, None)];
    for (l, n, width) in absent.into_iter().chain(far) {
        assert_eq!(tile(store, l, n, width, 70_000), Ok(None), "{l}/{n}/{width:?}");
    }
    assert_eq!(tile(store, 0, 0, None, u64::MAX), Ok(None));
    assert_eq!(tile(store, 0, 0, Some(1), 0), Ok(None));
}

#[test]
fn a_bundle_of_entries_reads_back_and_refuses_what_is_cut_or_too_much() {
    let leaves = leaves(256, "bundle");
    let bytes = entry_bundle(&leaves).unwrap();
    assert_eq!(bytes[..2], (leaves[0].len() as u16).to_be_bytes());
    assert_eq!(parse_entry_bundle(&bytes), Ok(leaves.clone()));
    assert_eq!(parse_entry_bundle(&[]), Ok(Vec::new()));
    assert_eq!(parse_entry_bundle(&bytes[..bytes.len() - 1]), Err(WireFault::Truncated));
    assert_eq!(parse_entry_bundle(&[&bytes[..], &[0]].concat()), Err(WireFault::Trailing));
    assert_eq!(parse_entry_bundle(&[0]), Err(WireFault::Truncated));
    assert_eq!(parse_entry_bundle(&[&bytes[..], &[0, 0]].concat()), Err(WireFault::Trailing));
    assert!(entry_bundle(&[vec![0; limits::LEAF_BYTES_MAX + 1]]).is_err());
}

/// All files of a log.
pub fn exported(log: &Log) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let entries = log.entries.clone();
    export_tiles(
        &mut log.store.clone(),
        &mut |first, count| Ok(entries[first as usize..(first + count) as usize].to_vec()),
        log.size(),
        &log.checkpoint,
        &mut |path, bytes| {
            assert!(files.insert(path.to_owned(), bytes.to_vec()).is_none(), "{path} is written once");
            Ok(())
        },
    )
    .unwrap();
    files
}

#[test]
fn an_export_writes_every_tile_once_and_the_checkpoint() {
    let log = Log::of(leaves(66_000, "export"), "key");
    let files = exported(&log);
    // 66,000 = 257 × 256 + 208: 258 tiles and 258 bundles, then 257 = 256 + 1, then 1.
    assert_eq!(files.len(), 258 + 258 + 2 + 1 + 1);
    let lengths: Vec<(&str, usize)> =
        ["tile/0/257.p/208", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"].map(|p| (p, files[p].len())).to_vec();
    assert_eq!(lengths.iter().map(|(_, l)| l / 32).collect::<Vec<_>>(), [208, 256, 1, 1]);
    assert_eq!(parse_entry_bundle(&files["tile/entries/257.p/208"]).unwrap(), log.entries[65_792..]);
    assert_eq!(files["checkpoint"], log.checkpoint.as_bytes());
    let top: Hash = files["tile/2/000.p/1"][..].try_into().unwrap();
    assert_eq!(top, root(&mut log.store.clone(), 65_536).unwrap());

    let empty = exported(&Log::of(Vec::new(), "key"));
    assert_eq!(empty.keys().collect::<Vec<_>>(), ["checkpoint"]);
    let short = Log { checkpoint: Log::of(leaves(5, "export"), "key").checkpoint, ..log };
    let told =
        export_tiles(&mut short.store.clone(), &mut |_, _| Ok(Vec::new()), 66_000, &short.checkpoint, &mut |_, _| {
            Ok(())
        });
    assert!(told.is_err(), "a checkpoint for another size");
}
