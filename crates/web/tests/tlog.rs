//! The journal from outside, as a verifier reads it.

use axum::http::StatusCode;
use base::{Error, Result};
use journal::LogReader;

use crate::world::World;

/// Reads the log over HTTP only.
struct Outside {
    checkpoint: String,
    entries: Vec<Vec<u8>>,
}

impl LogReader for Outside {
    fn checkpoint(&mut self) -> Result<String> {
        Ok(self.checkpoint.clone())
    }
    fn entries(&mut self, first: u64, count: usize) -> Result<Vec<Vec<u8>>> {
        let first = first as usize;
        let end = (first + count).min(self.entries.len());
        self.entries.get(first..end).map(<[Vec<u8>]>::to_vec).ok_or_else(|| Error::broken("past the end"))
    }
}

#[tokio::test]
async fn whoever_has_the_public_key_verifies_the_whole_log_by_its_addresses() {
    let w = World::new();
    w.raise("guard", "疏散指示灯不亮");
    let mut b = w.browser();
    let checkpoint = b.get("/tlog/checkpoint").await;
    assert_eq!(checkpoint.header("content-type"), "text/plain; charset=utf-8");
    let head = journal::open_checkpoint(&checkpoint.text, &w.app.verifier_key()).unwrap();
    assert!(head.size > 40 && head.size < 256, "{}", head.size);
    let bundle = b.get(&format!("/tlog/tile/entries/000.p/{}", head.size)).await;
    assert_eq!(bundle.header("content-type"), "application/octet-stream");
    let entries = journal::parse_entry_bundle(&bundle.bytes).unwrap();
    assert_eq!(entries.len() as u64, head.size);
    let tile = b.get(&format!("/tlog/tile/0/000.p/{}", head.size)).await;
    assert_eq!(tile.bytes.len() as u64, 32 * head.size);
    assert_eq!(tile.bytes[..32], journal::leaf_hash(&entries[0]));
    let mut outside = Outside { checkpoint: checkpoint.text, entries };
    journal::verify_log(&mut outside, &w.app.verifier_key()).unwrap();
    outside.entries[3][0] ^= 1;
    assert!(journal::verify_log(&mut outside, &w.app.verifier_key()).is_err());
}

#[tokio::test]
async fn tiles_that_are_not_there_are_not_found() {
    let w = World::new();
    let mut b = w.browser();
    for path in [
        "/tlog/tile/0/000",
        "/tlog/tile/0/000.p/255",
        "/tlog/tile/0/001",
        "/tlog/tile/1/000",
        "/tlog/tile/64/000",
        "/tlog/tile/0/0",
        "/tlog/tile/0/x001/000",
        "/tlog/tile/entries/000.p/0",
        "/tlog/tile/../../etc/passwd",
        "/tlog/tile/",
        "/tlog/",
    ] {
        assert_eq!(b.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_closed_log_is_there_for_auditors_only() {
    let w = World::with(|c| c.tlog_public = false);
    assert_eq!(w.browser().get("/tlog/checkpoint").await.status, StatusCode::NOT_FOUND);
    assert_eq!(w.signed("head").await.get("/tlog/checkpoint").await.status, StatusCode::NOT_FOUND);
    assert_eq!(w.signed("auditor").await.get("/tlog/checkpoint").await.status, StatusCode::OK);
}
