//! The journal: proof that a record was there, in these words, at that time, and that nothing was taken out since.
//!
//! Every change of a record leaves one [`Leaf`] in an append-only Merkle log (RFC 6962 hashing, SHA-256). The log's head
//! is signed as a C2SP checkpoint and laid out as C2SP tlog-tiles, so that anybody can check it with tools that are not
//! ours. It serves what the notice asks of reporting and of archives: late, omitted, concealed or false reports (1.2),
//! ledgers that were really kept (1.3), accountability (4.3) and archives that hold as evidence (5.1).
//!
//! A leaf holds no personal data: ids, times, the clause, and an HMAC of the record's canonical bytes under the record's
//! own salt ([`commitment`]). **Erasure**: a record is erased by emptying its personal columns and overwriting its salt
//! with a fresh one, in one transaction with a leaf that says `erased` and commits to what is left. The old salt is then
//! nowhere, so the record's earlier commitments cannot be linked with guessed content any more, while every proof in the
//! log goes on to hold. Old salts must therefore not be kept elsewhere; a restored backup is erased again from the leaves.
//!
//! What the log does not show: that a record is true, or that nothing was left unsaid. That takes independent sources.
//!
//! The rooms: [`Leaf`] and canonical CBOR; the tree ([`append`], [`root`], [`prove`]); checkpoints ([`Signer`],
//! [`open_checkpoint`]); tiles ([`tile`], [`TilePath`], [`export_tiles`]); the proof of one record ([`Bundle`],
//! [`verify_bundle`]); the audit of a whole log ([`verify_log`]); witnesses ([`witness::Witness`], [`Cosigner`],
//! [`cosignatures`]).
//! Not here: files, SQL, HTTP, keys on disk, numbering of leaves inside transactions (`safety::kernel`).

mod audit;
mod bundle;
mod cbor;
mod cosign;
mod leaf;
pub mod limits;
mod note;
mod tile;
mod tile_store;
mod tree;
pub mod witness;

pub use audit::{LogFault, LogReader, LogReport, StoreReader, TileFolder, verify_log, verify_log_since};
pub use bundle::{Bundle, BundleFault, BundleReport, RecordProof, verify_bundle};
pub use cbor::{Value, WireFault, canonical};
pub use cosign::{Cosignature, Cosigner, CosignerKey, body, cosignatures, with_lines};
pub use leaf::{Leaf, commitment};
pub use note::{Checkpoint, NoteFault, Signer, open_checkpoint, peek_checkpoint};
pub use tile::{TileKind, TilePath, entry_bundle, export_tiles, parse_entry_bundle, parse_tile_path, tile};
pub use tile_store::{consistency_from_tiles, inclusion_from_tiles};
pub use tree::{
    Edge, Hash, TreeStore, append, append_rooted, check_consistency, check_inclusion, leaf_hash, prove,
    prove_consistency, root, stored_count,
};
