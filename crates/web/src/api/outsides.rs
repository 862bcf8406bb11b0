//! 外部名单: what other offices know of a school, entered by its bureau (notice 1.2, 4.4). Tried first, then entered whole or
//! not at all; each row's fault is named with its place. Not here: tables as files (the pages read them).

use axum::Json;
use axum::extract::State;
use base::{Error, Problem};
use safety::Cx;
use safety::outside::{self, Line, Plan};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, PathId, Queried};
use super::dto::dto;
use super::fault::{ApiError, Reply};
use super::org::Made;
use super::page::{self, Listed, Paging};
use super::wire::{At, Name, Note, OutsideSource, Uid};
use crate::door::Signed;
use crate::error::FieldFault;
use crate::state::Web;
use crate::words;

/// Rows of one request.
const ROWS_MAX: usize = 1_000;
/// Faults named in one answer; there may be more.
const FAULTS_MAX: usize = 200;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(outside_list, outside_enter))
        .routes(routes!(outside_try))
        .routes(routes!(outside_void))
}

dto! {
    /// A row of a list.
    Outside of outside::Outside {
        id: Uid = one,
        unit: Uid = one,
        unit_name: String = one,
        source: OutsideSource = one,
        /// The list's own number of the case.
        number: Option<String> = one,
        what: Option<String> = one,
        happened_at: At = one,
        void_reason: Option<String> = one,
        received_at: At = one,
    }
}

/// List what was entered
///
/// In the asker's scope, newest entry first. Schools read none.
#[utoipa::path(get, path = "/outside", tag = "outside", params(Paging),
    responses((status = 200, description = "A page", body = Listed<Outside>)))]
async fn outside_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<Paging>,
) -> Reply<Json<Listed<Outside>>> {
    let (rows, cursor) = (page::rows(asked.limit)?, asked.cursor);
    let (items, next) = web.read(signed.actor(), move |cx| outside::list(cx, cursor.as_deref(), rows)).await?;
    Ok(Json(Listed { items: items.into_iter().map(Outside::from).collect(), next_cursor: next }))
}

/// A row to be entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideRow {
    /// Name or code of the school.
    unit: Name,
    happened_at: At,
    what: Option<Note>,
    /// The list's own number of the case.
    number: Option<Name>,
}

/// A list as another office handed it over.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideRows {
    source: OutsideSource,
    #[schema(max_items = 1000)]
    rows: Vec<OutsideRow>,
}

/// A fault of one row.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OutsideFault {
    /// Place in the list, the first is 1.
    pub row: i64,
    pub field: String,
    /// What to do, in Chinese.
    pub title: String,
}

/// What entering the list does, or would do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OutsidePlan {
    pub entered: i64,
    /// Rows that stand there already.
    pub same: i64,
    /// While there is one, nothing is entered.
    pub faults: Vec<OutsideFault>,
}

impl From<Plan> for OutsidePlan {
    fn from(plan: Plan) -> OutsidePlan {
        let fault = |bad: outside::Bad| OutsideFault {
            row: bad.at,
            field: bad.fault.field.into(),
            title: words::problem(bad.fault.field, &bad.fault.problem),
        };
        let faults = plan.faults.into_iter().take(FAULTS_MAX).map(fault).collect();
        OutsidePlan { entered: plan.entered, same: plan.same, faults }
    }
}

fn lines(rows: &[OutsideRow]) -> Result<Vec<Line>, Error> {
    if rows.len() > ROWS_MAX {
        return Err(Error::invalid("rows", Problem::OutOfRange { min: 0, max: ROWS_MAX as i64 }));
    }
    let text = |t: Option<String>| t.unwrap_or_default();
    let line = |(n, row): (usize, &OutsideRow)| Line {
        at: n as i64 + 1,
        unit: row.unit.0.clone(),
        happened_at: Some(row.happened_at.0),
        what: text(row.what.clone().map(|w| w.0)),
        number: text(row.number.clone().map(|n| n.0)),
    };
    Ok(rows.iter().enumerate().map(line).collect())
}

async fn plan(web: &Web, call: &Call<OutsideRows>, lines: Vec<Line>) -> Reply<OutsidePlan> {
    let source = call.body.source.0;
    Ok(web.read(call.actor(), move |cx| outside::plan(cx, source, &lines)).await?.into())
}

/// Try a list: what would be entered, and what is wrong with which row
///
/// Nothing is stored.
#[utoipa::path(post, path = "/outside/try", tag = "outside", request_body = OutsideRows,
    responses((status = 200, description = "The plan", body = OutsidePlan)))]
async fn outside_try(State(web): State<Web>, call: Call<OutsideRows>) -> Reply<Json<OutsidePlan>> {
    let lines = lines(&call.body.rows)?;
    Ok(Json(plan(&web, &call, lines).await?))
}

fn refused(faults: Vec<OutsideFault>) -> ApiError {
    let named = |f: OutsideFault| FieldFault { field: format!("rows[{}].{}", f.row - 1, f.field), title: f.title };
    ApiError::Fields(faults.into_iter().map(named).collect())
}

/// Enter a list
///
/// Whole, or not at all: a row with a fault refuses it, as `rows[3].unit`. Rows that stand there already change nothing.
#[utoipa::path(post, path = "/outside", tag = "outside", request_body = OutsideRows,
    responses((status = 200, description = "Entered", body = OutsidePlan)))]
async fn outside_enter(State(web): State<Web>, call: Call<OutsideRows>) -> Reply<Json<OutsidePlan>> {
    let (source, lines) = (call.body.source.0, lines(&call.body.rows)?);
    // A list with faults is no answer to be kept under the request's key.
    let tried = plan(&web, &call, lines.clone()).await?;
    if !tried.faults.is_empty() {
        return Err(refused(tried.faults));
    }
    let job = move |cx: &mut Cx<'_, '_>| Ok(OutsidePlan::from(outside::enter(cx, source, &lines)?));
    let done = call.once(&web, job).await?;
    if !done.faults.is_empty() {
        return Err(refused(done.faults));
    }
    Ok(Json(done))
}

/// Why a row does not count.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutsideVoid {
    reason: Note,
}

/// Void a row
///
/// It is about another school, or was entered twice. It stays.
#[utoipa::path(post, path = "/outside/{id}/void", tag = "outside", params(("id" = Uid, Path, description = "The row")),
    request_body = OutsideVoid, responses((status = 200, description = "Void", body = Made)))]
async fn outside_void(State(web): State<Web>, PathId(id): PathId, call: Call<OutsideVoid>) -> Reply<Json<Made>> {
    let reason = call.body.reason.0.clone();
    let job = move |cx: &mut Cx<'_, '_>| {
        outside::void(cx, id, &reason)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}
