//! The limits of the log. None of them is met by a person.

/// Bytes of one leaf. Tiles allow 65,535; ours stay far below, and a longer one is a mistake of ours.
pub const LEAF_BYTES_MAX: usize = 1024;
/// Leaves in one log. Far beyond any bureau; keeps the arithmetic of node numbers away from its edges.
pub const LOG_SIZE_MAX: u64 = 1 << 40;
/// Hashes in one proof: a tree of `LOG_SIZE_MAX` leaves needs 41.
pub const PROOF_HASHES_MAX: usize = 64;
/// Hashes in one tile and entries in one bundle, fixed by C2SP tlog-tiles.
pub const TILE_WIDTH: u64 = 256;
/// Entries that an audit holds in memory at a time: four bundles.
pub const AUDIT_CHUNK: usize = 1024;
/// Bytes of a proof bundle: a record with long texts is some tens of kB.
pub const BUNDLE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a checkpoint with its signatures.
pub const CHECKPOINT_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a record's salt. One length only: HMAC pads short keys with zeros, so two lengths could mean the same key.
pub const SALT_BYTES: usize = 32;
/// Characters of a log's name.
pub const ORIGIN_CHARS: usize = 128;
/// Lines of proof in one request to a witness, fixed by C2SP tlog-witness.
pub const WITNESS_PROOF_LINES_MAX: usize = 63;
/// Bytes of one request to a witness: the proof at 45 bytes a line, the longest checkpoint, the first line.
pub const WITNESS_REQUEST_BYTES_MAX: usize = CHECKPOINT_BYTES_MAX + WITNESS_PROOF_LINES_MAX * 45 + 64;
/// Logs that one witness watches: a province has fewer bureaus.
pub const WITNESS_LOGS_MAX: usize = 1_000;
