//! The journal from outside, as a verifier reads it.

use axum::http::StatusCode;
use base::{Error, Result};
use journal::LogReader;
use safety::kernel::witness::{self as kernel, Outcome, Stand};

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

/// A head signed by the one witness that is configured.
pub fn witnessed(w: &World) -> String {
    let witness = journal::Cosigner::new("w.example", [6; 32]).unwrap();
    let vkey = witness.verifier_key();
    w.app.db().settle(10_000).unwrap();
    w.system(move |cx| {
        kernel::configure(cx, &[("w.example".into(), "http://w.example".into())], 1)?;
        let asked = kernel::question(cx.tx, 0)?.unwrap();
        let line = witness.cosign(&journal::body(&asked.head)?, 1_795_390_200);
        let line = Some((line, base::Ms(1_795_390_200_000)));
        let fine = Outcome { name: "w.example".into(), stand: Stand::Cosigned, seen: None, line };
        kernel::answered(cx, &asked.head, asked.size, &[fine])
    })
    .unwrap();
    vkey
}

#[tokio::test]
async fn the_head_carries_its_cosignatures_and_the_journals_page_says_how_the_log_stands() {
    let w = World::new();
    let mut auditor = w.signed("auditor").await;
    let page = auditor.get("/journal").await;
    assert!(page.text.contains("还没有请别的单位做见证"), "{}", page.text);
    assert_eq!(auditor.get("/tlog/witnessed").await.status, StatusCode::NOT_FOUND);
    let key = journal::CosignerKey::parse(&witnessed(&w)).unwrap();
    let note = auditor.get("/tlog/witnessed").await.text;
    assert_eq!(journal::cosignatures(&note, &[key]).unwrap().len(), 1);
    assert_eq!(auditor.get("/tlog/checkpoint").await.text, note);
    let page = auditor.get("/journal").await;
    assert!(page.text.contains("已见证") && page.text.contains("要 1 方见证"), "{}", page.text);

    // A disagreement is shown, counted, and stays.
    w.system(|cx| {
        let seen = Outcome { name: "w.example".into(), stand: Stand::RolledBack, seen: Some(9_999), line: None };
        kernel::answered(cx, "", 7, &[seen])
    })
    .unwrap();
    let page = auditor.get("/journal").await;
    assert!(page.text.contains("记到第 9 999 条，本机只有 7 条") || page.text.contains("换回了旧的"), "{}", page.text);
    assert!(auditor.get("/metrics").await.text.contains("xiaoan_witness_findings 1\n"));

    // A code from paper: the same, another, and one that is beyond the log.
    let head = journal::peek_checkpoint(&note).unwrap();
    let ask = async |browser: &mut crate::world::Browser, size: u64, code: &str| {
        browser.get(&format!("/journal?size={size}&code={code}")).await.text
    };
    let (size, code) = (head.size, head.code());
    assert!(ask(&mut auditor, size, &code.to_lowercase().replace('-', "")).await.contains("存证没有变"));
    assert!(ask(&mut auditor, size - 1, &code).await.contains("不是同一本存证"));
    assert!(ask(&mut auditor, size + 100_000, &code).await.contains("没有这么多条"));
    assert!(auditor.get("/journal?size=x&code=y").await.text.contains("条数要写数字"));
}

#[tokio::test]
async fn printed_sheets_carry_the_days_code() {
    let w = World::new();
    let mut safety = w.signed("head").await;
    w.settle();
    let head = journal::peek_checkpoint(&safety.get("/tlog/checkpoint").await.text).unwrap();
    let page = safety.get("/hazards/ledger").await.text;
    assert!(page.contains(&head.code()) && page.contains("校验码") && page.contains("<svg"), "{page}");
    let page = safety.get(&format!("/units/{}/posts", w.school)).await.text;
    assert!(page.contains(&head.code()) && page.contains("<svg"), "{page}");
}
