//! What machines ask: is it alive, can it serve, how is it. No personal data.

use std::fmt::Write;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use safety::kernel::proof;

use crate::error::{Answer, Plain};
use crate::meter::gauge;
use crate::state::Web;

pub fn routes() -> Router<Web> {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).route("/metrics", get(metrics))
}

/// The process answers.
async fn healthz() -> &'static str {
    "ok\n"
}

/// Can it serve? 503 while the database is out of reach or writing has stopped.
async fn readyz(State(web): State<Web>) -> Response {
    let app = web.app.clone();
    let checked = tokio::task::spawn_blocking(move || app.db().check()).await;
    let mut response = match checked {
        Ok(Ok(())) => (StatusCode::OK, "ready\n").into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
    };
    response.extensions_mut().insert(Plain);
    response
}

async fn metrics(State(web): State<Web>) -> Answer {
    let mut out = String::with_capacity(16 * 1024);
    web.meter.write(&mut out);
    let stats = web.app.db().stats();
    let figures = [
        ("db_jobs", "Write jobs answered after a commit.", stats.jobs),
        ("db_batches", "Commits.", stats.batches),
        ("db_largest_batch", "Most jobs in one commit.", stats.largest_batch as u64),
        ("db_slow_jobs", "Write jobs over 1 ms.", stats.slow_jobs),
        ("db_retries", "Runs repeated after a serialisation failure.", stats.retries),
        ("db_reruns", "Jobs run again alone.", stats.reruns),
        ("db_reads", "Read jobs answered.", stats.reads),
        ("db_sequence_faults", "Runs of the sequencer that went wrong.", stats.sequence_faults),
        ("db_queue", "Jobs waiting for the writer.", stats.queue as u64),
        ("db_wal_bytes", "Bytes of the write-ahead log.", stats.wal_bytes),
        ("db_writing_stopped", "1 after an input/output error.", u64::from(stats.broken)),
    ];
    for (name, help, value) in figures {
        gauge(&mut out, &format!("xiaoan_{name}"), help, i64::try_from(value).unwrap_or(i64::MAX));
    }
    // While the database is away the other figures are told all the same.
    if let Ok(Some((size, at))) = web.read(&safety::Actor::system(), |cx| proof::head(cx.tx)).await {
        gauge(&mut out, "xiaoan_journal_leaves", "Leaves in the signed head.", size as i64);
        gauge(&mut out, "xiaoan_journal_head_ms", "Business time of the signed head.", at.0);
    }
    witnesses(&web, &mut out).await;
    let audit = web.app.audited();
    let findings = audit.as_ref().map_or(0, |a| a.findings.len() as i64 + a.more + i64::from(a.log.is_some()));
    gauge(&mut out, "xiaoan_audit_findings", "Findings of the newest self-audit.", findings);
    let at = audit.and_then(|a| a.at).map_or(0, |at| at.0);
    gauge(&mut out, "xiaoan_audit_at_ms", "Business time of the newest self-audit; 0 before the first.", at);
    let _ = writeln!(out, "# HELP xiaoan_info The bundle in use.\n# TYPE xiaoan_info gauge");
    let _ = writeln!(out, "xiaoan_info{{assets=\"{}\"}} 1", assets::VERSION);
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], out).into_response())
}

/// Witnesses of the log; nothing while none is configured.
async fn witnesses(web: &Web, out: &mut String) {
    let standing = web.read(&safety::Actor::system(), |cx| safety::kernel::witness::standing(cx.tx)).await;
    let Ok(standing) = standing else { return };
    gauge(out, "xiaoan_witness_findings", "Times that a witness knew another log than ours.", standing.found);
    if standing.witnesses.is_empty() {
        return;
    }
    gauge(out, "xiaoan_witnesses", "Witnesses configured.", standing.witnesses.len() as i64);
    gauge(out, "xiaoan_witness_quorum", "Witnesses needed.", standing.quorum);
    let witnessed = standing.witnessed.as_ref().map_or(0, |w| w.size as i64);
    gauge(out, "xiaoan_witnessed_leaves", "Leaves in the newest head with enough witnesses.", witnessed);
    let short = i64::from(standing.short(web.now()));
    gauge(out, "xiaoan_witness_short", "1 when the head has been short of witnesses for 15 minutes.", short);
    let disagree = standing.witnesses.iter().filter(|w| w.stand.disagrees()).count() as i64;
    gauge(out, "xiaoan_witness_disagree", "Witnesses that know another log than ours now.", disagree);
}
