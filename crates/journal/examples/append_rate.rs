//! Prints how fast the log grows, proves and is audited on this machine, in memory:
//! `cargo run --release -p journal --example append_rate [LEAVES]` (default one million).

use base::{Id, Ms, Result, Seed, Stopwatch};
use journal::{
    Hash, Leaf, Signer, StoreReader, TreeStore, append, check_inclusion, leaf_hash, prove, root, verify_log,
};

#[derive(Default)]
struct Memory {
    size: u64,
    hashes: Vec<Hash>,
}

impl TreeStore for Memory {
    fn size(&mut self) -> Result<u64> {
        Ok(self.size)
    }
    fn hashes(&mut self, at: &[u64]) -> Result<Vec<Hash>> {
        Ok(at.iter().map(|at| self.hashes[*at as usize]).collect())
    }
    fn append(&mut self, _first: u64, hashes: &[Hash], size: u64) -> Result<()> {
        self.hashes.extend_from_slice(hashes);
        self.size = size;
        Ok(())
    }
}

fn leaf(n: u64) -> Vec<u8> {
    let id = Id::from_parts(Ms(1_795_390_200_000), [n as u8; 10]);
    let leaf = Leaf {
        op: "hazard.raise".into(),
        table: "hazard".into(),
        id,
        version: 1,
        county: 220_281,
        unit: Some(id),
        login: Some(id),
        post: Some(id),
        behalf: None,
        clause: Some("2.6".into()),
        source: "app".into(),
        received_at: Ms(1_795_390_200_000 + n as i64),
        claimed_at: Some(Ms(1_795_390_100_000 + n as i64)),
        device_at: None,
        commit: [n as u8; 32],
        erased: false,
    };
    leaf.encode()
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |arg| arg.parse())?;
    let watch = Stopwatch::start();
    let leaves: Vec<Vec<u8>> = (0..count).map(leaf).collect();
    let bytes: usize = leaves.iter().map(Vec::len).sum();
    rate("encode", count, &watch);
    println!("mean leaf           {:>12} bytes", bytes as u64 / count.max(1));

    let signer = Signer::new("bench.xiaoan/log/2026", Seed::named(1, "bench").bytes32())?;
    for batch in [1, 16, 256] {
        let mut store = Memory::default();
        let watch = Stopwatch::start();
        for some in leaves.chunks(batch) {
            append(&mut store, some)?;
        }
        rate(&format!("append by {batch}"), count, &watch);
    }
    let mut store = Memory::default();
    append(&mut store, &leaves)?;
    let head = root(&mut store, count)?;
    let watch = Stopwatch::start();
    for n in 0..1_000 {
        signer.checkpoint(count, [n as u8; 32]);
    }
    micros("sign", 1_000, &watch);

    let mut seed = Seed::named(2, "bench");
    let places: Vec<u64> = (0..2_000).map(|_| seed.below(count)).collect();
    let watch = Stopwatch::start();
    let proofs = places.iter().map(|n| prove(&mut store, *n, count)).collect::<Result<Vec<_>>>()?;
    micros("prove", 2_000, &watch);
    let watch = Stopwatch::start();
    for (n, proof) in places.iter().zip(&proofs) {
        assert!(check_inclusion(proof, count, &head, *n, &leaf_hash(&leaves[*n as usize])));
    }
    micros("check a proof", 2_000, &watch);

    let watch = Stopwatch::start();
    let mut reader = StoreReader {
        checkpoint: signer.checkpoint(count, head),
        entries: &mut |first, count| Ok(leaves[first as usize..][..count].to_vec()),
        store: &mut store,
    };
    verify_log(&mut reader, &signer.verifier_key())?;
    rate("audit", count, &watch);
    println!("audit               {:>12} ms", watch.elapsed_ms());
    Ok(())
}

fn rate(what: &str, count: u64, watch: &Stopwatch) {
    println!("{what:<20}{:>12} leaves/s", count as i64 * 1_000_000 / watch.elapsed_us().max(1));
}

fn micros(what: &str, count: i64, watch: &Stopwatch) {
    println!("{what:<20}{:>12.1} µs", watch.elapsed_us() as f64 / count as f64);
}
