//! The journal at half a million leaves: what one more leaf costs, what a proof costs — in memory, so that it is the
//! journal itself that is measured — and the same proof from the county's real database, rows and all.

use base::{Id, Ms, Result, Seed, Stopwatch};
use db::args;
use journal::{Hash, Leaf, Signer, TreeStore, append_rooted, check_inclusion, leaf_hash, prove};

use load::report::Line;

use super::{Bench, Done};

const LEAVES: u64 = 500_000;
/// Leaves of one commit at 64 clients.
const BATCH: usize = 64;
const BATCHES: usize = 500;
const PROOFS: u64 = 2_000;
/// The bars of a bundle.
const BUNDLE_MS: f64 = 10.0;
const BUNDLE_KIB: f64 = 8.0;

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
    let at = Ms(1_795_390_200_000 + n as i64);
    let id = Id::from_parts(at, [n as u8; 10]);
    Leaf {
        op: "hazard.raise".into(),
        table: "hazard".into(),
        id,
        version: 1,
        county: 220_202,
        unit: Some(id),
        login: Some(id),
        post: Some(id),
        behalf: None,
        clause: Some("2.6".into()),
        source: "api".into(),
        received_at: at,
        claimed_at: None,
        device_at: None,
        commit: [n as u8; 32],
        erased: false,
    }
    .encode()
}

pub fn run(bench: &mut Bench<'_>) -> Done {
    bench.report.section(&format!("Journal at {LEAVES} leaves"));
    let mut store = Memory::default();
    let leaves: Vec<Vec<u8>> = (0..LEAVES).map(leaf).collect();
    append_rooted(&mut store, &leaves)?;
    let signer = Signer::new("bench.xiaoan/log/2026", Seed::named(1, "bench").bytes32())?;
    let more: Vec<Vec<u8>> = (0..(BATCH * BATCHES) as u64).map(|n| leaf(LEAVES + n)).collect();
    let watch = Stopwatch::start();
    for some in more.chunks(BATCH) {
        let (size, root) = append_rooted(&mut store, some)?;
        signer.checkpoint(size, root);
    }
    let each = watch.elapsed_us() as f64 / (BATCH * BATCHES) as f64;
    let bare = hashing(&more);
    let line = Line::of(format!("append of a leaf in commits of {BATCH}, signature included"), format!("{each:.2} µs"));
    bench.report.line(line.beside(format!("bare hashing {bare:.2} µs"), each / bare.max(0.001)));
    let watch = Stopwatch::start();
    for n in 0..1_000 {
        leaf(n);
    }
    bench.report.tell("encoding of a leaf", format!("{:.2} µs", watch.elapsed_us() as f64 / 1_000.0));

    let mut seed = Seed::named(2, "bench");
    let places: Vec<u64> = (0..PROOFS).map(|_| seed.below(LEAVES)).collect();
    let watch = Stopwatch::start();
    let proofs = places.iter().map(|n| prove(&mut store, *n, LEAVES)).collect::<Result<Vec<_>>>()?;
    let us = watch.elapsed_us() as f64 / PROOFS as f64;
    // A proof reads about log2 of the leaves hashes; the limit is reading them.
    let watch = Stopwatch::start();
    let depth = 64 - LEAVES.leading_zeros() as u64;
    for n in &places {
        store.hashes(&(0..depth).map(|i| (n * 2) >> i).collect::<Vec<u64>>())?;
    }
    let bare = watch.elapsed_us() as f64 / PROOFS as f64;
    let line = Line::of("proof of one leaf, in memory", format!("{us:.1} µs"));
    bench.report.line(line.beside(format!("reading {depth} hashes {bare:.1} µs"), us / bare.max(0.001)));
    let root = journal::root(&mut store, LEAVES)?;
    let watch = Stopwatch::start();
    let held = places
        .iter()
        .zip(&proofs)
        .filter(|(n, proof)| check_inclusion(proof, LEAVES, &root, **n, &leaf_hash(&leaves[**n as usize])));
    let held = held.count() as u64;
    let us = watch.elapsed_us() as f64 / PROOFS as f64;
    let bare = bare_nodes() * depth as f64;
    let line = Line::of("check of a proof", format!("{us:.1} µs"));
    bench.report.line(line.beside(format!("{depth} bare hashes {bare:.1} µs"), us / bare.max(0.001)));
    if held != PROOFS {
        return Err(format!("{} of {PROOFS} proofs did not hold", PROOFS - held).into());
    }
    stored(bench)
}

/// Whole bundles from the county's database, if the lists were measured before.
fn stored(bench: &mut Bench<'_>) -> Done {
    let path = bench.place("county").join("xiaoan.db");
    if !path.exists() {
        return Ok(());
    }
    let db = db::Db::open_beside(db::Target::Sqlite(path))?;
    let size = db.read(safety::kernel::proof::head)?.map_or(0, |(size, _)| size);
    let ids = db.read(|tx| {
        let sql = "select id from hazard order by received_at desc, id desc limit $1";
        tx.rows(sql, args![500i64])?.iter().map(|row| row.id("id")).collect::<Result<Vec<Id>>>()
    })?;
    let count = ids.len().max(1) as f64;
    let (us, bytes) = db.read(move |tx| {
        let watch = Stopwatch::start();
        let mut bytes = 0;
        for id in &ids {
            let bundle = safety::kernel::proof::bundle(tx, *id, "bench", true)?;
            bytes += bundle.map_or(0, |bundle| bundle.to_json().len());
        }
        Ok((watch.elapsed_us(), bytes))
    })?;
    let (ms, kib) = (us as f64 / count / 1_000.0, bytes as f64 / count / 1_024.0);
    let what = format!("proof bundle of a record from SQLite, {size} leaves");
    bench.report.at_most(&what, ms, BUNDLE_MS, "ms");
    bench.report.at_most("… its size", kib, BUNDLE_KIB, "KiB");
    Ok(())
}

/// Hashing of each leaf and of one node above it, µs: what no log can do without.
fn hashing(leaves: &[Vec<u8>]) -> f64 {
    let watch = Stopwatch::start();
    let mut last = [0; 32];
    for leaf in leaves {
        let hash = leaf_hash(leaf);
        last = leaf_hash(&[hash, last].concat());
    }
    std::hint::black_box(last);
    watch.elapsed_us() as f64 / leaves.len().max(1) as f64
}

/// One hash over two, µs.
fn bare_nodes() -> f64 {
    const TIMES: usize = 20_000;
    let watch = Stopwatch::start();
    let mut last = [0; 32];
    for _ in 0..TIMES {
        last = leaf_hash(&[last, last].concat());
    }
    std::hint::black_box(last);
    watch.elapsed_us() as f64 / TIMES as f64
}
