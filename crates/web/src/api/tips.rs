//! Tips at a bureau's desk: list, one, taken, closed with an answer; the gate (notice 1.2). Never for the school concerned.
//! Not here: what anybody tells without an account, and the answer by its number; those are pages, where addresses are
//! counted and whoever tells meets no form of ours but one.

use axum::Json;
use axum::extract::State;
use safety::Cx;
use safety::tip;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Nothing, PathId, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::org::Made;
use super::page::{self, Listed};
use super::wire::{At, Date, Note, TipKind, TipOutcome, TipState, Uid};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(tip_list))
        .routes(routes!(tip_gate_show, tip_gate))
        .routes(routes!(tip_show))
        .routes(routes!(tip_take))
        .routes(routes!(tip_close))
}

dto! {
    /// What somebody told without an account.
    Tip of tip::Tip {
        id: Uid = one,
        unit: Uid = one,
        unit_name: String = one,
        kind: TipKind = one,
        what: String = one,
        happened_on: Option<Date> = opt,
        /// A way to be reached, while it is open.
        contact: Option<String> = one,
        state: TipState = one,
        outcome: Option<TipOutcome> = opt,
        answer: Option<String> = one,
        taken_by: Option<String> = one,
        taken_at: Option<At> = opt,
        closed_by: Option<String> = one,
        closed_at: Option<At> = opt,
        received_at: At = one,
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TipQuery {
    state: Option<TipState>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List tips about the units below
///
/// Newest first.
#[utoipa::path(get, path = "/tips", tag = "tips", params(TipQuery),
    responses((status = 200, description = "A page", body = Listed<Tip>)))]
async fn tip_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<TipQuery>,
) -> Reply<Json<Listed<Tip>>> {
    let (rows, state, cursor) = (page::rows(asked.limit)?, asked.state.map(|s| s.0), asked.cursor);
    let (items, next) = web.read(signed.actor(), move |cx| tip::list(cx, state, cursor.as_deref(), rows)).await?;
    Ok(Json(Listed { items: items.into_iter().map(Tip::from).collect(), next_cursor: next }))
}

/// Show a tip
#[utoipa::path(get, path = "/tips/{id}", tag = "tips", params(("id" = Uid, Path, description = "The tip")),
    responses((status = 200, description = "The tip", body = Tip)))]
async fn tip_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<Tip>> {
    Ok(Json(web.read(signed.actor(), move |cx| tip::show(cx, id)).await?.into()))
}

/// Say that one is on it
#[utoipa::path(post, path = "/tips/{id}/take", tag = "tips", params(("id" = Uid, Path, description = "The tip")),
    request_body = Nothing, responses((status = 200, description = "Taken", body = Made)))]
async fn tip_take(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        tip::take(cx, id)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// What came of it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TipClose {
    outcome: TipOutcome,
    /// Read by whoever has the number.
    answer: Note,
}

/// Close a tip with an answer
///
/// The way to be reached is emptied.
#[utoipa::path(post, path = "/tips/{id}/close", tag = "tips", params(("id" = Uid, Path, description = "The tip")),
    request_body = TipClose, responses((status = 200, description = "Closed", body = Made)))]
async fn tip_close(State(web): State<Web>, PathId(id): PathId, call: Call<TipClose>) -> Reply<Json<Made>> {
    let (outcome, answer) = (call.body.outcome.0.code(), call.body.answer.0.clone());
    let job = move |cx: &mut Cx<'_, '_>| {
        tip::close(cx, id, outcome, &answer)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Whether one's bureau takes tips.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TipGate {
    pub open: bool,
    pub since_at: Option<At>,
}

fn gate_of(cx: &mut Cx<'_, '_>) -> base::Result<TipGate> {
    let since = tip::open_since(cx)?;
    Ok(TipGate { open: since.is_some(), since_at: since.map(Into::into) })
}

/// Show whether one's bureau takes tips
#[utoipa::path(get, path = "/tips/gate", tag = "tips",
    responses((status = 200, description = "The gate", body = TipGate)))]
async fn tip_gate_show(State(web): State<Web>, signed: Signed) -> Reply<Json<TipGate>> {
    Ok(Json(web.read(signed.actor(), gate_of).await?))
}

/// How the gate is to stand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TipGateSet {
    open: bool,
}

/// Open or shut the gate of one's bureau
#[utoipa::path(post, path = "/tips/gate", tag = "tips", request_body = TipGateSet,
    responses((status = 200, description = "It stands so", body = TipGate)))]
async fn tip_gate(State(web): State<Web>, call: Call<TipGateSet>) -> Reply<Json<TipGate>> {
    let open = call.body.open;
    let job = move |cx: &mut Cx<'_, '_>| {
        tip::gate(cx, open)?;
        let since = if open { tip::open_since(cx)? } else { None };
        Ok(TipGate { open, since_at: since.map(Into::into) })
    };
    Ok(Json(call.once(&web, job).await?))
}
