use base::{Error, Fault, Refusal, Seed};
use journal::{
    Edge, Hash, append, append_rooted, check_consistency, check_inclusion, leaf_hash, limits, prove, prove_consistency,
    root, stored_count,
};

use crate::naive::Naive;
use crate::world::{MemStore, leaves, unhex};

/// Entries and roots that the reference implementations of RFC 6962 publish.
const ENTRIES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn grown(leaves: &[Vec<u8>]) -> MemStore {
    let mut store = MemStore::default();
    append(&mut store, leaves).unwrap();
    store
}

#[test]
fn the_published_entries_give_the_published_roots() {
    let entries: Vec<Vec<u8>> = ENTRIES.iter().map(|hex| unhex(hex)).collect();
    let mut store = grown(&entries);
    for (size, expected) in ROOTS.iter().enumerate() {
        assert_eq!(root(&mut store, size as u64).unwrap().to_vec(), unhex(expected), "{size} leaves, in one tree");
        let mut small = MemStore::default();
        let (n, head) = append_rooted(&mut small, &entries[..size]).unwrap();
        assert_eq!((n, head.to_vec()), (size as u64, unhex(expected)), "{size} leaves alone");
    }
    let first: Vec<Vec<u8>> = prove(&mut store, 0, 8).unwrap().iter().map(|hash| hash.to_vec()).collect();
    let published = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ];
    assert_eq!(first, published.map(unhex));
}

#[test]
fn roots_and_every_inclusion_proof_up_to_300_leaves_equal_the_naive_ones() {
    let leaves = leaves(300, "inclusion");
    let (mut store, mut naive) = (grown(&leaves), Naive::new(&leaves));
    let mut proofs = 0;
    for size in 1..=300 {
        let head = root(&mut store, size).unwrap();
        assert_eq!(head, naive.root(size as usize), "{size} leaves");
        for n in 0..size {
            let proof = prove(&mut store, n, size).unwrap();
            assert_eq!(proof, naive.path(n as usize, 0, size as usize), "leaf {n} of {size}");
            assert!(check_inclusion(&proof, size, &head, n, &leaf_hash(&leaves[n as usize])), "leaf {n} of {size}");
            proofs += 1;
        }
    }
    assert_eq!(proofs, 45_150);
}

#[test]
fn every_consistency_proof_up_to_300_leaves_equals_the_naive_one() {
    let leaves = leaves(300, "consistency");
    let (mut store, mut naive) = (grown(&leaves), Naive::new(&leaves));
    let roots: Vec<Hash> = (0..=300).map(|size| naive.root(size)).collect();
    for new in 1..=300 {
        for old in 1..=new {
            let proof = prove_consistency(&mut store, old, new).unwrap();
            assert_eq!(proof, naive.proof(old as usize, new as usize), "{old} to {new}");
            let (from, to) = (&roots[old as usize], &roots[new as usize]);
            assert!(check_consistency(&proof, old, from, new, to), "{old} to {new}");
        }
    }
}

#[test]
fn a_proof_that_is_changed_in_anything_is_refused() {
    let leaves = leaves(77, "changed");
    let mut store = grown(&leaves);
    let head = root(&mut store, 77).unwrap();
    let hash = leaf_hash(&leaves[41]);
    let proof = prove(&mut store, 41, 77).unwrap();
    assert!(check_inclusion(&proof, 77, &head, 41, &hash));
    for at in 0..proof.len() {
        let mut other = proof.clone();
        other[at][7] ^= 1;
        assert!(!check_inclusion(&other, 77, &head, 41, &hash), "hash {at} changed");
        let mut shorter = proof.clone();
        shorter.remove(at);
        assert!(!check_inclusion(&shorter, 77, &head, 41, &hash), "hash {at} left out");
    }
    assert!(!check_inclusion(&[proof.clone(), vec![head]].concat(), 77, &head, 41, &hash));
    assert!(!check_inclusion(&vec![head; 100_000], 77, &head, 41, &hash));
    assert!(!check_inclusion(&proof, 77, &head, 41, &leaf_hash(&leaves[40])));
    assert!(!check_inclusion(&proof, 77, &hash, 41, &hash));
    // A proof for leaf 41 of 77 has the shape of one for other trees too, but not their root.
    let places: Vec<u64> = (0..77).filter(|n| check_inclusion(&proof, 77, &head, *n, &hash)).collect();
    assert_eq!(places, [41]);
    for (n, size) in [(77, 77), (u64::MAX, 77), (41, u64::MAX), (u64::MAX, u64::MAX), (41, 0), (41, 1 << 41)] {
        assert!(!check_inclusion(&proof, size, &head, n, &hash), "leaf {n} of {size}");
    }

    let old = root(&mut store, 50).unwrap();
    let steps = prove_consistency(&mut store, 50, 77).unwrap();
    assert!(check_consistency(&steps, 50, &old, 77, &head));
    for at in 0..steps.len() {
        let mut other = steps.clone();
        other[at][31] ^= 0x80;
        assert!(!check_consistency(&other, 50, &old, 77, &head), "hash {at} changed");
        assert!(!check_consistency(&steps[..at], 50, &old, 77, &head), "cut after {at}");
    }
    assert!(!check_consistency(&steps, 50, &head, 77, &old));
    assert!(!check_consistency(&steps, 49, &old, 77, &head));
    assert!(!check_consistency(&steps, 78, &old, 77, &head));
    assert!(!check_consistency(&steps, 50, &old, u64::MAX, &head));
    let empty = root(&mut store, 0).unwrap();
    assert!(check_consistency(&[], 0, &empty, 77, &head));
    assert!(!check_consistency(&[], 0, &old, 77, &head));
    assert!(!check_consistency(&steps, 0, &empty, 77, &head));
}

#[test]
fn batches_of_any_split_give_the_same_tree() {
    let leaves = leaves(700, "splits");
    let whole = grown(&leaves);
    let mut seed = Seed::named(11, "splits");
    for round in 0..60 {
        let mut store = MemStore::default();
        let mut rest = &leaves[..];
        while !rest.is_empty() {
            let most = *seed.pick(&[1, 3, 64, 256, 700]);
            let (batch, after) = rest.split_at(seed.below(most + 1).min(rest.len() as u64) as usize);
            append(&mut store, batch).unwrap();
            rest = after;
        }
        assert_eq!(store.size, 700, "round {round}");
        assert!(store.hashes == whole.hashes, "round {round}");
    }
}

#[test]
fn stored_hashes_stand_where_tlog_tiles_puts_them() {
    use tlog_tiles::tlog;
    struct Mine(Vec<tlog::Hash>);
    impl tlog::HashReader for Mine {
        fn read_hashes(&self, at: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
            Ok(at.iter().map(|at| self.0[*at as usize]).collect())
        }
    }
    let leaves = leaves(300, "stored");
    let mut theirs = Mine(Vec::new());
    for (n, leaf) in leaves.iter().enumerate() {
        let more = tlog::stored_hashes(n as u64, leaf, &theirs).unwrap();
        theirs.0.extend(more);
        assert_eq!(stored_count(n as u64 + 1), theirs.0.len() as u64);
    }
    let ours = grown(&leaves).hashes;
    assert!(ours == theirs.0.iter().map(|hash| hash.0).collect::<Vec<_>>());
}

#[test]
fn a_batch_of_256_costs_one_read_of_at_most_64_hashes() {
    let leaves = leaves(1_000, "reads");
    let mut store = grown(&leaves[..744]);
    store.reads.clear();
    append(&mut store, &leaves[744..]).unwrap();
    // 744 = 512 + 128 + 64 + 32 + 8.
    assert_eq!(store.reads, [5]);
    let edge = Edge::read(&mut store).unwrap();
    assert_eq!((edge.size(), edge.root()), (1_000, root(&mut store, 1_000).unwrap()));
}

#[test]
fn what_cannot_be_appended_or_proven_is_refused_and_changes_nothing() {
    let leaves = leaves(5, "refused");
    let mut store = grown(&leaves);
    let before = store.hashes.clone();
    let long = vec![leaves[0].clone(), vec![0; limits::LEAF_BYTES_MAX + 1]];
    assert!(matches!(append(&mut store, &long), Err(Error::Fault(Fault::Broken(_)))));
    assert_eq!(append(&mut store, &[]).unwrap(), 5);
    assert_eq!(store.hashes, before);
    assert_eq!(prove(&mut store, 5, 5), Err(Error::Refused(Refusal::NotFound)));
    assert_eq!(prove_consistency(&mut store, 6, 5), Err(Error::Refused(Refusal::NotFound)));
    assert_eq!(prove_consistency(&mut store, 0, 5), Ok(Vec::new()));
    // The store's own fault comes through.
    let Err(Error::Fault(Fault::Broken(what))) = root(&mut store, 8) else { panic!("five leaves have no such root") };
    assert!(what.starts_with("hash ") && what.ends_with(" is not there"), "{what}");
    assert!(matches!(prove(&mut store, 3, 1 << 50), Err(Error::Fault(Fault::Broken(_)))));
    store.size = u64::MAX;
    assert!(matches!(append(&mut store, &leaves), Err(Error::Fault(Fault::Broken(_)))));
}
