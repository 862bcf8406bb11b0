//! A small seeded generator (SplitMix64): the only source of chance in this room.

#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Rng {
        Rng(seed ^ 0x5851_f42d_4c95_7f2d)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n` (`n` > 0).
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// About exponentially distributed with mean 1, in units of 1/256; integers only, so equal on every machine.
    pub fn exponential(&mut self) -> u64 {
        let r = self.next() | 1 << 40;
        // −ln of a uniform number: 0.693 for every leading zero, linear in between
        let zeros = u64::from(r.leading_zeros());
        let rest = (r << (zeros + 1)) >> 56;
        177 * zeros + (177 * (255 - rest)) / 256
    }
}
