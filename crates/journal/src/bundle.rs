//! The proof of one record as one JSON file, checked offline: the record and its salt, the leaf that commits to them,
//! the leaf's place in the tree, and the signed head of the tree. The record may be withheld: then the file proves that
//! the act was done at that time, and does not tell what was written.

use std::collections::BTreeMap;

use base::{Id, Ms};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::cbor::{from_hex, to_hex};
use crate::limits::{BUNDLE_BYTES_MAX, PROOF_HASHES_MAX, SALT_BYTES};
use crate::{Hash, Leaf, NoteFault, Value, canonical, check_inclusion, commitment, leaf_hash, open_checkpoint};

const FORMAT: &str = "xiaoan-proof/1";

/// A proof bundle as it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// `xiaoan-proof/1`.
    pub format: String,
    /// The log's public key. Whoever checks should have it from elsewhere as well.
    pub vkey: String,
    /// The signed note.
    pub checkpoint: String,
    /// The leaf's place in the log, from 0.
    pub index: u64,
    /// Base64 of the leaf's bytes.
    pub leaf: String,
    /// Base64 of each hash of the inclusion proof, leaf side first.
    pub proof: Vec<String>,
    pub table: String,
    /// The record's columns that are not null, without the salt. Absent: withheld.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "record")]
    pub record: Option<BTreeMap<String, Value>>,
    /// Hex of the record's salt; goes with the record.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub salt: Option<String>,
}

impl Bundle {
    /// `proof` is for `index` in the tree of the checkpoint's size; `record` is the columns and the salt, or `None` to
    /// withhold them. The columns must be those of the version that the leaf names.
    pub fn new(
        vkey: &str,
        checkpoint: &str,
        index: u64,
        leaf: &[u8],
        proof: &[Hash],
        table: &str,
        record: Option<(BTreeMap<String, Value>, [u8; SALT_BYTES])>,
    ) -> Bundle {
        let (record, salt) = record.unzip();
        Bundle {
            format: FORMAT.to_owned(),
            vkey: vkey.to_owned(),
            checkpoint: checkpoint.to_owned(),
            index,
            leaf: STANDARD.encode(leaf),
            proof: proof.iter().map(|hash| STANDARD.encode(hash)).collect(),
            table: table.to_owned(),
            record: record.map(|mut columns| {
                columns.remove("salt");
                columns
            }),
            salt: salt.map(|salt| to_hex(&salt)),
        }
    }
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("texts, numbers and maps with text keys")
    }
}

/// What a bundle proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleReport {
    /// The log's name.
    pub origin: String,
    pub index: u64,
    /// Leaves in the log when the head was signed.
    pub size: u64,
    pub op: String,
    pub table: String,
    pub id: Id,
    pub version: i64,
    pub received_at: Ms,
    pub claimed_at: Option<Ms>,
    /// The record's content was erased by this act.
    pub erased: bool,
    pub record: RecordProof,
    /// The key was one that the checker already trusted. Else everything here holds only if the file's own key is the
    /// log's.
    pub key_trusted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordProof {
    /// The record in the file is, to the byte, what was committed to.
    Proven,
    /// The file does not hold the record.
    Withheld,
}

/// The step that failed; the steps before it held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundleFault {
    /// Larger than a bundle can be.
    TooBig,
    /// Not the JSON of a bundle: what the reader says.
    Json(String),
    /// Another format, or a later one.
    Format,
    /// The verifier key cannot be read.
    Key,
    /// The file's key is not the trusted one.
    OtherKey,
    /// The checkpoint is out of form.
    Checkpoint,
    /// The checkpoint is not signed by the key, or was changed after signing.
    Signature,
    /// The checkpoint is signed for another log.
    Origin,
    /// The leaf cannot be read.
    Leaf,
    /// The place is beyond the signed size.
    Index,
    /// The leaf is not in that place of the signed tree.
    Inclusion,
    /// The leaf is about a record of another table.
    Table,
    /// The record's column (`id`, `county` or `version`) is not the leaf's.
    Identity(&'static str),
    /// The salt is not 32 bytes in hex, or there is one of salt and record without the other.
    Salt,
    /// The record is not what the leaf commits to.
    Record,
}

impl BundleFault {
    /// A stable code, for words and scripts.
    pub fn code(&self) -> &'static str {
        match self {
            BundleFault::TooBig => "too_big",
            BundleFault::Json(_) => "json",
            BundleFault::Format => "format",
            BundleFault::Key => "key",
            BundleFault::OtherKey => "other_key",
            BundleFault::Checkpoint => "checkpoint",
            BundleFault::Signature => "signature",
            BundleFault::Origin => "origin",
            BundleFault::Leaf => "leaf",
            BundleFault::Index => "index",
            BundleFault::Inclusion => "inclusion",
            BundleFault::Table => "table",
            BundleFault::Identity(_) => "identity",
            BundleFault::Salt => "salt",
            BundleFault::Record => "record",
        }
    }
}

impl std::fmt::Display for BundleFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BundleFault::Json(what) => write!(f, "json: {what}"),
            BundleFault::Identity(column) => write!(f, "identity: {column}"),
            other => f.write_str(other.code()),
        }
    }
}

impl std::error::Error for BundleFault {}

/// Checks a bundle with nothing but its own bytes and, when given, a key that the checker trusts. Without one the
/// file's own key is used and the report says so.
pub fn verify_bundle(json: &str, trusted_vkey: Option<&str>) -> Result<BundleReport, BundleFault> {
    if json.len() > BUNDLE_BYTES_MAX {
        return Err(BundleFault::TooBig);
    }
    let bundle: Bundle = serde_json::from_str(json).map_err(|error| BundleFault::Json(error.to_string()))?;
    if bundle.format != FORMAT {
        return Err(BundleFault::Format);
    }
    if trusted_vkey.is_some_and(|key| key.trim() != bundle.vkey) {
        return Err(BundleFault::OtherKey);
    }
    let head = open_checkpoint(&bundle.checkpoint, &bundle.vkey).map_err(|fault| match fault {
        NoteFault::Key => BundleFault::Key,
        NoteFault::Shape => BundleFault::Checkpoint,
        NoteFault::Signature => BundleFault::Signature,
        NoteFault::Origin => BundleFault::Origin,
    })?;
    let bytes = STANDARD.decode(&bundle.leaf).map_err(|_| BundleFault::Leaf)?;
    let leaf = Leaf::decode(&bytes).map_err(|_| BundleFault::Leaf)?;
    if bundle.index >= head.size {
        return Err(BundleFault::Index);
    }
    let proof = hashes(&bundle.proof).ok_or(BundleFault::Inclusion)?;
    if !check_inclusion(&proof, head.size, &head.root, bundle.index, &leaf_hash(&bytes)) {
        return Err(BundleFault::Inclusion);
    }
    if leaf.table != bundle.table {
        return Err(BundleFault::Table);
    }
    let record = check_record(&bundle, &leaf)?;
    Ok(BundleReport {
        origin: head.origin,
        index: bundle.index,
        size: head.size,
        op: leaf.op,
        table: leaf.table,
        id: leaf.id,
        version: leaf.version,
        received_at: leaf.received_at,
        claimed_at: leaf.claimed_at,
        erased: leaf.erased,
        record,
        key_trusted: trusted_vkey.is_some(),
    })
}

fn check_record(bundle: &Bundle, leaf: &Leaf) -> Result<RecordProof, BundleFault> {
    let (columns, salt) = match (&bundle.record, &bundle.salt) {
        (None, None) => return Ok(RecordProof::Withheld),
        (Some(columns), Some(salt)) => (columns, salt),
        _ => return Err(BundleFault::Salt),
    };
    let salt = from_hex(salt).filter(|salt| salt.len() == SALT_BYTES).ok_or(BundleFault::Salt)?;
    // A leaf about one record must not vouch for the content of another.
    let named = [
        ("id", Value::Bytes(leaf.id.bytes().to_vec())),
        ("county", Value::Int(leaf.county)),
        ("version", Value::Int(leaf.version)),
    ];
    for (column, value) in named {
        if columns.get(column).is_some_and(|there| *there != value) {
            return Err(BundleFault::Identity(column));
        }
    }
    // `canonical` leaves a salt column out: one in the file would be shown without being proven.
    if columns.contains_key("salt") || commitment(&salt, &canonical(columns)) != leaf.commit {
        return Err(BundleFault::Record);
    }
    Ok(RecordProof::Proven)
}

fn hashes(proof: &[String]) -> Option<Vec<Hash>> {
    if proof.len() > PROOF_HASHES_MAX {
        return None;
    }
    proof.iter().map(|text| STANDARD.decode(text).ok()?.try_into().ok()).collect()
}

/// A field that is there or left out, but never `null`.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    String::deserialize(from).map(Some)
}

fn record<'de, D: Deserializer<'de>>(from: D) -> Result<Option<BTreeMap<String, Value>>, D::Error> {
    from.deserialize_map(Columns).map(Some)
}

/// Columns, each once: of a name that stands twice one reader shows the first and another proves the last.
struct Columns;

impl<'de> Visitor<'de> for Columns {
    type Value = BTreeMap<String, Value>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a map of columns")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut columns = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if columns.insert(name, value).is_some() {
                return Err(A::Error::custom("a column stands twice"));
            }
        }
        Ok(columns)
    }
}
