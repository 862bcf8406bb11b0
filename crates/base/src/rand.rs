//! Randomness. `random` is the machine's; `Seed` stretches one draw into many values, so that a database job that is
//! run twice (a batch rolled back, a serialisation failure) makes the same salts and ids both times.

use sha2::{Digest, Sha256};

/// Random bytes from the operating system. A machine without randomness cannot run a server: this panics there.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Bytes as lower-case hexadecimal: two signs each.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A stream of values that are fixed by 32 bytes.
#[derive(Clone, Debug)]
pub struct Seed {
    key: [u8; 32],
    drawn: u64,
}

impl Seed {
    pub fn fresh() -> Seed {
        Seed::new(random())
    }
    pub fn new(key: [u8; 32]) -> Seed {
        Seed { key, drawn: 0 }
    }
    /// From a number and a name: the demo's streams.
    pub fn named(number: u64, name: &str) -> Seed {
        Seed::new(Sha256::new().chain_update(number.to_le_bytes()).chain_update(name).finalize().into())
    }
    pub fn bytes32(&mut self) -> [u8; 32] {
        self.drawn += 1;
        Sha256::new().chain_update(self.key).chain_update(self.drawn.to_le_bytes()).finalize().into()
    }
    pub fn bytes10(&mut self) -> [u8; 10] {
        let all = self.bytes32();
        let mut out = [0; 10];
        out.copy_from_slice(&all[..10]);
        out
    }
    /// Uniform in `0..below` (below > 0); the modulo bias of 64 bits is far under one in a billion.
    pub fn below(&mut self, below: u64) -> u64 {
        let all = self.bytes32();
        let mut eight = [0; 8];
        eight.copy_from_slice(&all[..8]);
        u64::from_le_bytes(eight) % below.max(1)
    }
    /// True `per_mille` times out of a thousand.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_values() {
        let mut a = Seed::named(7, "hazard");
        let mut b = Seed::named(7, "hazard");
        assert_eq!((a.below(1000), a.bytes10()), (b.below(1000), b.bytes10()));
        assert_ne!(a.bytes32(), a.bytes32());
    }
}
