//! A store in memory, leaves by seed, and a whole signed log.

use base::{Error, Id, Ms, Result, Seed};
use journal::{Checkpoint, Hash, Leaf, Signer, TreeStore, append, open_checkpoint, root};

#[derive(Default, Clone)]
pub struct MemStore {
    pub size: u64,
    pub hashes: Vec<Hash>,
    /// How many hashes each read asked for.
    pub reads: Vec<usize>,
}

impl TreeStore for MemStore {
    fn size(&mut self) -> Result<u64> {
        Ok(self.size)
    }
    fn hashes(&mut self, at: &[u64]) -> Result<Vec<Hash>> {
        self.reads.push(at.len());
        let one = |at: &u64| self.hashes.get(*at as usize).copied();
        at.iter().map(|at| one(at).ok_or_else(|| Error::broken(format!("hash {at} is not there")))).collect()
    }
    fn append(&mut self, first: u64, hashes: &[Hash], size: u64) -> Result<()> {
        assert_eq!(first, self.hashes.len() as u64, "hashes are numbered without gaps");
        self.hashes.extend_from_slice(hashes);
        self.size = size;
        Ok(())
    }
}

pub fn id(seed: &mut Seed) -> Id {
    Id::from_parts(Ms(1_795_390_200_000 + seed.below(1_000_000) as i64), seed.bytes10())
}

/// A leaf with some of the optional fields, as the seed draws.
pub fn leaf(seed: &mut Seed) -> Leaf {
    let ops = ["hazard.raise", "hazard.close", "incident.report", "shift.take", "drill.record"];
    let op = *seed.pick(&ops);
    let received_at = Ms(1_795_390_200_000 + seed.below(10_000_000_000) as i64);
    Leaf {
        op: op.to_owned(),
        table: op.split('.').next().unwrap().to_owned(),
        id: id(seed),
        version: 1 + seed.below(40) as i64,
        county: 220_200 + seed.below(85) as i64,
        unit: seed.chance(900).then(|| id(seed)),
        login: seed.chance(900).then(|| id(seed)),
        post: seed.chance(900).then(|| id(seed)),
        behalf: seed.chance(100).then(|| id(seed)),
        clause: seed.chance(800).then(|| format!("{}.{}", 1 + seed.below(5), 1 + seed.below(6))),
        source: (*seed.pick(&["web", "app", "api", "import", "cli", "tick", "demo"])).to_owned(),
        received_at,
        claimed_at: seed.chance(700).then(|| received_at.plus(-(seed.below(9_000_000) as i64))),
        device_at: seed.chance(300).then(|| received_at.plus(seed.below(9_000) as i64 - 4_500)),
        commit: seed.bytes32(),
        erased: seed.chance(20),
    }
}

pub fn leaves(count: usize, name: &str) -> Vec<Vec<u8>> {
    let mut seed = Seed::named(count as u64, name);
    (0..count).map(|_| leaf(&mut seed).encode()).collect()
}

pub fn signer(name: &str) -> Signer {
    Signer::new("220200.xiaoan/log/2026", Seed::named(1, name).bytes32()).unwrap()
}

/// A log with its head signed.
#[derive(Clone)]
pub struct Log {
    pub store: MemStore,
    pub entries: Vec<Vec<u8>>,
    pub vkey: String,
    pub checkpoint: String,
}

impl Log {
    pub fn of(entries: Vec<Vec<u8>>, key: &str) -> Log {
        let mut store = MemStore::default();
        for batch in entries.chunks(256) {
            append(&mut store, batch).unwrap();
        }
        let signer = signer(key);
        let head = root(&mut store, entries.len() as u64).unwrap();
        let checkpoint = signer.checkpoint(entries.len() as u64, head);
        Log { store, entries, vkey: signer.verifier_key(), checkpoint }
    }
    pub fn size(&self) -> u64 {
        self.entries.len() as u64
    }
    pub fn head(&self) -> Checkpoint {
        open_checkpoint(&self.checkpoint, &self.vkey).unwrap()
    }
}

pub fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|two| (two[0] << 4 | two[1]) as u8).collect()
}
