//! The journal for programs: the proof of a record, and the newest leaves for auditors. The log itself, for verifiers,
//! stands at `/tlog/`.

use axum::Json;
use axum::extract::State;
use base::{Error, Id, Problem, Refusal};
use safety::Cx;
use safety::kernel::proof;
use safety::kernel::rights::Action;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{PathId, Queried};
use super::fault::Reply;
use super::page::{self, Listed, Paging};
use super::wire::{At, Uid};
use crate::door::Signed;
use crate::journal_pages::reads;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(record_proof)).routes(routes!(journal_list))
}

/// Everything that an offline verifier needs (`xiaoan journal verify-bundle`).
#[derive(Clone, Debug, ToSchema)]
#[expect(dead_code, reason = "only its schema is used: the bundle writes itself")]
pub struct Proof {
    /// xiaoan-proof/1
    format: String,
    /// The log's public key.
    vkey: String,
    /// The signed note.
    checkpoint: String,
    /// The leaf's place in the log, from 0.
    #[schema(minimum = 0)]
    index: u64,
    /// Base64 of the leaf's bytes.
    leaf: String,
    /// Base64 of each hash of the inclusion proof, leaf side first.
    proof: Vec<String>,
    table: String,
    /// The row's columns as the leaf commits to them: moments are milliseconds here, because the bytes are what is
    /// proven. Absent when it is not for the asker to read.
    #[schema(value_type = Option<Object>)]
    record: Option<serde_json::Value>,
    /// Hexadecimal; goes with the record.
    salt: Option<String>,
}

/// The proof of a record
///
/// A bundle that verifies offline. Whoever may read the record gets it whole; an auditor gets the proof without it. A record that was stored this very second may not be in the signed log yet: 503, ask
/// again.
#[utoipa::path(get, path = "/records/{id}/proof", tag = "journal",
    params(("id" = Uid, Path, description = "A record of any kind")),
    responses((status = 200, description = "The bundle", body = Proof)))]
async fn record_proof(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<journal::Bundle>> {
    let vkey = web.app.verifier_key();
    let prove = move |cx: &mut Cx<'_, '_>| {
        let (table, row) = proof::row_of(cx.tx, id)?.ok_or(Error::from(Refusal::NotFound))?;
        let whole = reads(cx, table, id, &row)?.ok_or(Error::from(Refusal::NotFound))?;
        proof::bundle(cx.tx, id, &vkey, whole)?.ok_or(Refusal::Busy.into())
    };
    Ok(Json(web.read(signed.actor(), prove).await?))
}

/// A leaf of the log: what was done to which record, when, in which post. It holds no personal data.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Leaf {
    /// Number in the log, from 0.
    pub n: i64,
    pub op: String,
    pub table: String,
    pub id: Uid,
    pub version: i64,
    pub county: i64,
    pub unit: Option<Uid>,
    pub login: Option<Uid>,
    pub post: Option<Uid>,
    /// The person for whom it was recorded.
    pub behalf: Option<Uid>,
    /// Item of the notice.
    pub clause: Option<String>,
    /// web, app, api, import, cli, tick, demo
    pub source: String,
    pub received_at: At,
    pub claimed_at: Option<At>,
    pub device_at: Option<At>,
    pub erased: bool,
}

fn leaf(n: i64, leaf: journal::Leaf) -> Leaf {
    let id = |id: Option<Id>| id.map(Uid);
    Leaf {
        n,
        op: leaf.op,
        table: leaf.table,
        id: leaf.id.into(),
        version: leaf.version,
        county: leaf.county,
        unit: id(leaf.unit),
        login: id(leaf.login),
        post: id(leaf.post),
        behalf: id(leaf.behalf),
        clause: leaf.clause,
        source: leaf.source,
        received_at: leaf.received_at.into(),
        claimed_at: leaf.claimed_at.map(At),
        device_at: leaf.device_at.map(At),
        erased: leaf.erased,
    }
}

/// The newest leaves of the log
///
/// For auditors and administrators, newest first.
#[utoipa::path(get, path = "/journal", tag = "journal", params(Paging),
    responses((status = 200, description = "A page of leaves", body = Listed<Leaf>)))]
async fn journal_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(paging): Queried<Paging>,
) -> Reply<Json<Listed<Leaf>>> {
    let rows = page::rows(paging.limit)?;
    let before = match paging.cursor.as_deref().map(str::parse::<i64>) {
        None => i64::MAX,
        Some(Ok(n)) => n,
        Some(Err(_)) => return Err(Error::invalid("cursor", Problem::Unreadable).into()),
    };
    let read = move |cx: &mut Cx<'_, '_>| {
        cx.require(Action::JournalRead, cx.actor.unit, false)?;
        proof::recent(cx.tx, before, rows + 1)
    };
    let shadows = web.read(signed.actor(), read).await?;
    let more = shadows.len() as i64 > rows;
    let leaves = shadows.into_iter().take(rows as usize).filter_map(|s| Some(leaf(s.n?, s.leaf)));
    let items: Vec<Leaf> = leaves.collect();
    let next_cursor = items.last().filter(|_| more).map(|l| l.n.to_string());
    Ok(Json(Listed { items, next_cursor }))
}
