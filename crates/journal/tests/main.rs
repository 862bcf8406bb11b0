//! What an outside person can see of the journal: roots that others publish for the same entries, proofs that a second
//! implementation makes the same, tampering that is noticed and named, and a verifier in another language by others.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are outside #[test] functions")]

mod bundle;
mod cosign;
mod leaf;
mod naive;
mod note;
mod tamper;
mod third_party;
mod tile;
mod tile_proofs;
mod tree;
mod witness;
mod world;
