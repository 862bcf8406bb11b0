//! Clues: what independent records say against what was reported (notice 1.2). Explained by the unit, closed by a named
//! person of its superior.

use axum::Json;
use axum::extract::State;
use safety::Cx;
use safety::clue::desk::{self, Decision, Filter};
use safety::clue::{self, rule};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, PathId, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::org::Made;
use super::page::{self, Listed};
use super::wire::{At, ClueFault, ClueRule, ClueSays, ClueState, Note, Uid};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(clue_list))
        .routes(routes!(clue_sources))
        .routes(routes!(clue_show))
        .routes(routes!(clue_explain))
        .routes(routes!(clue_settle))
}

dto! {
    /// One record that a clue rests on.
    ClueTrace of rule::Trace {
        /// The noun of the record.
        noun: String = one,
        /// All zeros where the asker may not know it.
        id: Uid = one,
        at: At = one,
        says: ClueSays = one,
        /// A number that it is about.
        n: Option<i64> = one,
        /// A code beside the number: the sign, the figure's field.
        of: Option<String> = one,
    }
}

dto! {
    /// A clue: it accuses nobody by itself.
    Clue of clue::Clue {
        id: Uid = one,
        version: i64 = one,
        unit: Uid = one,
        /// At whose desk it lies.
        above: Uid = one,
        rule: ClueRule = one,
        /// Which of the four it points at.
        fault: ClueFault = one,
        noun: String = one,
        subject: Uid = one,
        at: At = one,
        /// An incident of these hours explains it.
        from_at: At = one,
        until_at: At = one,
        traces: Vec<ClueTrace> = all,
        incident: Option<Uid> = opt,
        state: ClueState = one,
        /// Until when the unit is asked to explain.
        explain_by: At = one,
        explanation: Option<String> = one,
        explained_at: Option<At> = opt,
        /// What the person found who closed it as confirmed.
        verdict: Option<ClueFault> = opt,
        reason: Option<String> = one,
        closed_at: Option<At> = opt,
        received_at: At = one,
    }
}

/// A clue with the names around it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClueLine {
    #[serde(flatten)]
    pub clue: Clue,
    pub unit_name: String,
    pub above_name: String,
    pub explained_by: Option<String>,
    pub closed_by: Option<String>,
    pub incident_number: Option<String>,
}

impl From<desk::Line> for ClueLine {
    fn from(l: desk::Line) -> ClueLine {
        ClueLine {
            clue: l.clue.into(),
            unit_name: l.unit_name,
            above_name: l.above_name,
            explained_by: l.explained_by,
            closed_by: l.closed_by,
            incident_number: l.incident_number,
        }
    }
}

/// One clue whole, with what the asker may do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ClueView {
    #[serde(flatten)]
    pub line: ClueLine,
    pub may_explain: bool,
    pub may_settle: bool,
    /// Nobody may find it confirmed yet: the unit has still time to explain.
    pub waits: bool,
}

dto! {
    /// A source of the detectors.
    ClueSource of desk::SourceState {
        code: String = one,
        /// Records, or schools that tell, in the last thirty days; null when the source is missing.
        n: Option<i64> = one,
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClueQuery {
    /// Open ones, or closed ones; both when absent.
    open: Option<bool>,
    /// Which of the four it points at.
    fault: Option<ClueFault>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List clues
///
/// Those in the asker's scope, newest first.
#[utoipa::path(get, path = "/clues", tag = "clues", params(ClueQuery),
    responses((status = 200, description = "A page", body = Listed<ClueLine>)))]
async fn clue_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<ClueQuery>,
) -> Reply<Json<Listed<ClueLine>>> {
    let (rows, cursor) = (page::rows(asked.limit)?, asked.cursor);
    let filter = Filter { open: asked.open, fault: asked.fault.map(|f| f.0) };
    let (items, next) = web.read(signed.actor(), move |cx| desk::list(cx, filter, cursor.as_deref(), rows)).await?;
    Ok(Json(Listed { items: items.into_iter().map(ClueLine::from).collect(), next_cursor: next }))
}

/// Show a clue with its traces
#[utoipa::path(get, path = "/clues/{id}", tag = "clues", params(("id" = Uid, Path, description = "The clue")),
    responses((status = 200, description = "The clue", body = ClueView)))]
async fn clue_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<ClueView>> {
    let v = web.read(signed.actor(), move |cx| desk::view(cx, id)).await?;
    let (may_explain, may_settle, waits) = (v.may_explain, v.may_settle, v.waits);
    Ok(Json(ClueView { line: v.line.into(), may_explain, may_settle, waits }))
}

/// Which sources the detectors have, and which are missing
#[utoipa::path(get, path = "/clues/sources", tag = "clues",
    responses((status = 200, description = "Sources in the asker's scope", body = Listed<ClueSource>)))]
async fn clue_sources(State(web): State<Web>, signed: Signed) -> Reply<Json<Listed<ClueSource>>> {
    let all = web.read(signed.actor(), desk::sources).await?;
    Ok(Json(Listed { items: all.into_iter().map(ClueSource::from).collect(), next_cursor: None }))
}

/// What the unit says to it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClueExplain {
    explanation: Note,
}

/// Explain a clue
///
/// Said again, it is added.
#[utoipa::path(post, path = "/clues/{id}/explain", tag = "clues", params(("id" = Uid, Path, description = "The clue")),
    request_body = ClueExplain, responses((status = 200, description = "Said", body = Made)))]
async fn clue_explain(State(web): State<Web>, PathId(id): PathId, call: Call<ClueExplain>) -> Reply<Json<Made>> {
    let said = call.body.explanation.0.clone();
    let job = move |cx: &mut Cx<'_, '_>| {
        desk::explain(cx, id, &said)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// A decision.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClueSettle {
    /// Any but open.
    outcome: ClueState,
    /// Of a confirmed one: which of the four it is.
    verdict: Option<ClueFault>,
    reason: Note,
}

/// Close a clue with a reason
///
/// Never confirmed before the unit has explained or its time for that is over.
#[utoipa::path(post, path = "/clues/{id}/settle", tag = "clues", params(("id" = Uid, Path, description = "The clue")),
    request_body = ClueSettle, responses((status = 200, description = "Closed", body = Made)))]
async fn clue_settle(State(web): State<Web>, PathId(id): PathId, call: Call<ClueSettle>) -> Reply<Json<Made>> {
    let b = call.body.clone();
    let decision = Decision {
        outcome: b.outcome.0.code().into(),
        verdict: b.verdict.map(|v| v.0.code().into()),
        reason: b.reason.0,
    };
    let job = move |cx: &mut Cx<'_, '_>| {
        desk::settle(cx, id, &decision)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}
