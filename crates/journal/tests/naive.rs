//! The tree a second time, straight from the definitions of RFC 6962 §2.1, on SHA-256 alone: slow and plain.

use std::collections::HashMap;

use journal::Hash;
use sha2::{Digest, Sha256};

pub struct Naive<'a> {
    leaves: &'a [Vec<u8>],
    known: HashMap<(usize, usize), Hash>,
}

impl<'a> Naive<'a> {
    pub fn new(leaves: &'a [Vec<u8>]) -> Naive<'a> {
        Naive { leaves, known: HashMap::new() }
    }
    pub fn root(&mut self, size: usize) -> Hash {
        self.head(0, size)
    }
    /// MTH(D[from:to]).
    fn head(&mut self, from: usize, to: usize) -> Hash {
        if let Some(hash) = self.known.get(&(from, to)) {
            return *hash;
        }
        let hash: Hash = match to - from {
            0 => Sha256::digest(b"").into(),
            1 => Sha256::digest([&[0], self.leaves[from].as_slice()].concat()).into(),
            n => {
                let k = split(n);
                let (left, right) = (self.head(from, from + k), self.head(from + k, to));
                Sha256::digest([&[1], left.as_slice(), right.as_slice()].concat()).into()
            }
        };
        self.known.insert((from, to), hash);
        hash
    }
    /// PATH(m, D[from:to]).
    pub fn path(&mut self, m: usize, from: usize, to: usize) -> Vec<Hash> {
        let n = to - from;
        if n == 1 {
            return Vec::new();
        }
        let k = split(n);
        if m < k {
            let mut path = self.path(m, from, from + k);
            path.push(self.head(from + k, to));
            path
        } else {
            let mut path = self.path(m - k, from + k, to);
            path.push(self.head(from, from + k));
            path
        }
    }
    /// PROOF(m, D[0:n]).
    pub fn proof(&mut self, m: usize, n: usize) -> Vec<Hash> {
        self.subproof(m, 0, n, true)
    }
    fn subproof(&mut self, m: usize, from: usize, to: usize, whole: bool) -> Vec<Hash> {
        let n = to - from;
        if m == n {
            return if whole { Vec::new() } else { vec![self.head(from, to)] };
        }
        let k = split(n);
        if m <= k {
            let mut proof = self.subproof(m, from, from + k, whole);
            proof.push(self.head(from + k, to));
            proof
        } else {
            let mut proof = self.subproof(m - k, from + k, to, false);
            proof.push(self.head(from, from + k));
            proof
        }
    }
}

/// The largest power of two below n (n > 1).
fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}
