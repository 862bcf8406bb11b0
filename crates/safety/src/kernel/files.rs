//! Photos and attachments by content hash: the door writes and fsyncs `DIR/files/ab/<hash>` first, the transaction that
//! names the hash enters here who uses it. Whoever may see that record may see the file. Orphans are swept.

use std::path::{Path, PathBuf};

use base::{Error, Id, Problem, Result, limits};
use db::args;

use super::cx::Cx;

pub mod sql {
    pub const INSERT: &str = "insert into file_use (hash, noun, id, unit, mime, bytes, at) values ($1, $2, $3, $4, $5, $6, $7) \
        on conflict (hash, id) do nothing";
    pub const USES: &str = "select noun, id, unit, mime from file_use where hash = $1 limit 50";
    pub const KNOWN: &str = "select 1 as one from file_use where hash = $1 limit 1";
    pub const ALL: &[&str] = &[INSERT, USES, KNOWN];
}

/// A stored picture: SHA-256 of its bytes, size and type as the door made it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Photo {
    /// 64 hex digits.
    pub hash: String,
    pub mime: String,
    pub bytes: i64,
}

pub fn path(data: &Path, hash: &str) -> PathBuf {
    data.join("files").join(hash.get(..2).unwrap_or("xx")).join(hash)
}

pub fn hash_bytes(hash: &str) -> Option<[u8; 32]> {
    if hash.len() != 64 {
        return None;
    }
    let mut out = [0; 32];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hash.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(out)
}

/// Enters that a record uses these photos. Refuses more than `PHOTOS_PER_ACT`.
pub fn attach(cx: &mut Cx<'_, '_>, noun: &'static str, id: Id, unit: Id, photos: &[Photo]) -> Result<()> {
    if photos.len() > limits::PHOTOS_PER_ACT {
        return Err(Error::invalid("photo", Problem::OutOfRange { min: 0, max: limits::PHOTOS_PER_ACT as i64 }));
    }
    for photo in photos {
        let hash = hash_bytes(&photo.hash).ok_or_else(|| Error::invalid("photo", Problem::Unreadable))?;
        cx.tx.exec(sql::INSERT, args![hash, noun, id, unit, photo.mime.as_str(), photo.bytes, cx.now])?;
    }
    Ok(())
}

/// Which records use the file: (noun, id, mime). The door shows it only if one of them may be read.
pub fn uses(cx: &mut Cx<'_, '_>, hash: &str) -> Result<Vec<(String, Id, String)>> {
    let Some(hash) = hash_bytes(hash) else { return Ok(Vec::new()) };
    let rows = cx.tx.rows(sql::USES, args![hash])?;
    rows.iter().map(|row| Ok((row.text("noun")?, row.id("id")?, row.text("mime")?))).collect()
}

/// Is the file used by any record? For the sweep of orphans.
pub fn known(cx: &mut Cx<'_, '_>, hash: &str) -> Result<bool> {
    let Some(hash) = hash_bytes(hash) else { return Ok(false) };
    Ok(cx.tx.row(sql::KNOWN, args![hash])?.is_some())
}
