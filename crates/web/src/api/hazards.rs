//! Hazards: list, record, raise, figures, ledger (notice 2.6). The acts are in `acts`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Error, Id, Ms, Problem, limits};
use safety::hazard::{self, Filter, NewHazard, ledger, stats};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, PathId, Queried};
use super::fault::Reply;
use super::files::stored;
use super::hazard::{HazardHead, HazardLine, HazardView, Ledger, Stats};
use super::page::{self, Listed};
use super::wire::{self, Bucket, Category, Date, Fact, Grade, Name, Note, PhotoHash, Term, Uid};
use crate::door::Signed;
use crate::state::Web;

/// Days that the figures look back when no day is given.
const STATS_DAYS: i64 = 90;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(hazard_list, hazard_raise))
        .routes(routes!(hazard_stats))
        .routes(routes!(hazard_ledger))
        .routes(routes!(hazard_show))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HazardQuery {
    /// A tab of the list; all when absent.
    bucket: Option<Bucket>,
    /// This unit and what is under it.
    unit: Option<Uid>,
    state: Option<wire::State>,
    grade: Option<Grade>,
    category: Option<Category>,
    place: Option<Uid>,
    /// Words in sentence, place or number.
    query: Option<Name>,
    /// Received on this day or later.
    from_on: Option<Date>,
    /// Received on this day or before.
    until_on: Option<Date>,
    /// Only those that came back.
    recurring: Option<bool>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List hazards
///
/// Those in the asker's scope, newest first.
#[utoipa::path(get, path = "/hazards", tag = "hazards", params(HazardQuery),
    responses((status = 200, description = "A page of hazards", body = Listed<HazardLine>)))]
async fn hazard_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<HazardQuery>,
) -> Reply<Json<Listed<HazardLine>>> {
    let rows = page::rows(asked.limit)?;
    let filter = Filter {
        bucket: asked.bucket.map(|b| b.0),
        unit: asked.unit.map(|u| u.0),
        state: asked.state.map(|s| s.0),
        grade: asked.grade.map(|g| g.0),
        category: asked.category.map(|c| c.0),
        place: asked.place.map(|p| p.0),
        query: asked.query.map(|q| q.0),
        from_on: asked.from_on.map(|d| d.0),
        until_on: asked.until_on.map(|d| d.0),
        recurring: asked.recurring.unwrap_or_default(),
    };
    let cursor = asked.cursor;
    let list = move |cx: &mut safety::Cx<'_, '_>| hazard::list::list(cx, &filter, cursor.as_deref(), rows);
    let page = web.read(signed.actor(), list).await?;
    let items = page.items.into_iter().map(HazardLine::from).collect();
    Ok(Json(Listed { items, next_cursor: page.next }))
}

/// Show a hazard
///
/// With its history, what is near it, and what the asker may do now.
#[utoipa::path(get, path = "/hazards/{id}", tag = "hazards", params(("id" = Uid, Path, description = "The hazard")),
    responses((status = 200, description = "The hazard", body = HazardView)))]
async fn hazard_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<HazardView>> {
    let view = web.read(signed.actor(), move |cx| hazard::view::view(cx, id)).await?;
    Ok(Json(view.into()))
}

/// A hazard to be raised.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HazardRaise {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// The institution where it was found; the asker's own when absent.
    unit: Option<Uid>,
    /// One sentence.
    what: Fact,
    /// A place of that institution; or say it in words.
    place: Option<Uid>,
    place_text: Option<Name>,
    category: Option<Category>,
    /// Taken only from those who may grade.
    grade: Option<Grade>,
    term: Option<Term>,
    /// Photos that `POST /api/v1/files` stored.
    #[serde(default)]
    #[schema(max_items = 6)]
    photos: Vec<PhotoHash>,
    /// The check during which it was found.
    check_run: Option<Uid>,
    /// The person who found it, if another than the asker.
    behalf: Option<Uid>,
    /// Why it is entered late.
    back_reason: Option<Note>,
}

/// Raise a hazard
#[utoipa::path(post, path = "/hazards", tag = "hazards", request_body = HazardRaise,
    responses((status = 201, description = "Raised", body = HazardHead)))]
async fn hazard_raise(State(web): State<Web>, call: Call<HazardRaise>) -> Reply<(StatusCode, Json<HazardHead>)> {
    let body = call.body.clone();
    let new = NewHazard {
        id: body.id.map(|i| i.0).or(call.key()),
        unit: body.unit.map(|u| u.0),
        what: body.what.0,
        place: body.place.map(|p| p.0),
        place_text: body.place_text.map(|t| t.0),
        category: body.category.map(|c| c.0),
        grade: body.grade.map(|g| g.0),
        term: body.term.map(|t| t.0),
        photos: stored(&web, &body.photos).await?,
        check_run: body.check_run.map(|c| c.0),
        behalf: body.behalf.map(|b| b.0),
        back_reason: body.back_reason.map(|r| r.0),
    };
    let raise = move |cx: &mut safety::Cx<'_, '_>| Ok(HazardHead::of(&hazard::raise::entered(cx, &new)?, cx.now));
    Ok((StatusCode::CREATED, Json(call.once(&web, raise).await?)))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatsQuery {
    /// This unit and what is under it; the asker's scope when absent.
    unit: Option<Uid>,
    /// First day counted; 90 days back when absent.
    from_on: Option<Date>,
}

/// Figures about hazards
#[utoipa::path(get, path = "/hazards/stats", tag = "hazards", params(StatsQuery),
    responses((status = 200, description = "The figures", body = Stats)))]
async fn hazard_stats(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<StatsQuery>,
) -> Reply<Json<Stats>> {
    let (unit, from) = (asked.unit.map(|u| u.0), asked.from_on.map(|d| d.0));
    let figures = move |cx: &mut safety::Cx<'_, '_>| {
        let since = from.map_or(cx.now.plus(-STATS_DAYS * Ms::DAY), |day| day.start());
        stats::stats(cx, unit, since)
    };
    Ok(Json(web.read(signed.actor(), figures).await?.into()))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerQuery {
    /// The institution; the asker's own when absent.
    unit: Option<Uid>,
    /// First day; the first of the month when absent.
    from_on: Option<Date>,
    /// Last day; today when absent.
    until_on: Option<Date>,
}

/// The ledger of an institution
///
/// In the inspector's column order; at most 20 000 rows.
#[utoipa::path(get, path = "/hazards/ledger", tag = "hazards", params(LedgerQuery),
    responses((status = 200, description = "The ledger", body = Ledger)))]
async fn hazard_ledger(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<LedgerQuery>,
) -> Reply<Json<Ledger>> {
    let unit: Id = asked.unit.map_or(signed.actor().unit, |u| u.0);
    let today = web.now().day();
    let from = asked.from_on.map_or(today.month_start(), |d| d.0);
    let until = asked.until_on.map_or(today, |d| d.0);
    if until < from {
        return Err(Error::invalid("until_on", Problem::Mismatch { with: "from_on" }).into());
    }
    let sheet = web.read(signed.actor(), move |cx| ledger::sheet(cx, unit, from, until)).await?;
    // Thousands of rows cost more than an async task should take.
    debug_assert!(sheet.rows.len() as i64 <= limits::EXPORT_ROWS_MAX);
    let ledger = web.heavy(move || Ok(Ledger::from(sheet))).await?;
    Ok(Json(ledger))
}
