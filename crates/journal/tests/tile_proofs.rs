use std::collections::BTreeMap;

use journal::{
    check_consistency, check_inclusion, consistency_from_tiles, inclusion_from_tiles, leaf_hash, prove,
    prove_consistency, root,
};

use crate::tile::exported;
use crate::world::{Log, leaves};

#[test]
fn proofs_from_published_files_are_those_that_the_log_makes_itself() {
    // Short entries: three levels of tiles are wanted, not leaves.
    let log = Log::of((0..70_000u32).map(|n| n.to_be_bytes().to_vec()).collect(), "key");
    let files: BTreeMap<String, Vec<u8>> = exported(&log);
    let (mut store, size) = (log.store.clone(), log.size());
    let mut reads = 0;
    let mut read = |path: journal::TilePath| {
        reads += 1;
        files.get(&path.to_string()).cloned().ok_or_else(|| base::Error::broken(format!("{path} is not there")))
    };
    for old in [0, 1, 2, 255, 256, 257, 4_095, 65_535, 65_536, 65_537, 69_999, size] {
        let proof = consistency_from_tiles(&mut read, old, size).unwrap();
        assert_eq!(proof, prove_consistency(&mut store, old, size).unwrap(), "{old}");
        if old > 0 {
            let then = root(&mut store, old).unwrap();
            assert!(check_consistency(&proof, old, &then, size, &log.head().root), "{old}");
        }
    }
    for n in [0, 1, 255, 256, 65_535, 65_536, size - 1] {
        let proof = inclusion_from_tiles(&mut read, n, size).unwrap();
        assert_eq!(proof, prove(&mut store, n, size).unwrap(), "{n}");
        let leaf = leaf_hash(&log.entries[n as usize]);
        assert!(check_inclusion(&proof, size, &log.head().root, n, &leaf), "{n}");
    }
    // 19 proofs, at most a left and a right tile on each of three levels.
    assert!(reads <= 19 * 6, "{reads}");
}

#[test]
fn a_tile_that_lies_gives_a_proof_that_does_not_hold_and_a_missing_one_a_fault() {
    let log = Log::of(leaves(2_000, "lies"), "key");
    let files = exported(&log);
    let old_root = root(&mut log.store.clone(), 1_500).unwrap();
    let mut bent = 0;
    for path in files.keys().filter(|path| path.starts_with("tile/") && !path.starts_with("tile/entries")) {
        let mut other = files.clone();
        other.get_mut(path).unwrap().iter_mut().for_each(|byte| *byte ^= 1);
        let mut read = |path: journal::TilePath| Ok(other[&path.to_string()].clone());
        let proof = consistency_from_tiles(&mut read, 1_500, 2_000).unwrap();
        let holds = check_consistency(&proof, 1_500, &old_root, 2_000, &log.head().root);
        bent += usize::from(!holds);
        // A tile that the proof does not touch changes nothing.
        let touched = proof != prove_consistency(&mut log.store.clone(), 1_500, 2_000).unwrap();
        assert_eq!(holds, !touched, "{path}");
    }
    assert!(bent >= 2, "{bent}");
    let mut nothing = |_: journal::TilePath| Ok(Vec::new());
    assert!(consistency_from_tiles(&mut nothing, 1_500, 2_000).is_err());
    assert!(consistency_from_tiles(&mut nothing, 2_001, 2_000).is_err());
}
