//! Checks: the pass over places under which hazards are found (notice 2.6).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Error, Problem, limits};
use safety::check::{self, NewCheck, NewPlaceSeen};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, PathId, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::hazard::HazardLine;
use super::org::Made;
use super::page::{self, Listed};
use super::wire::{At, Name, Note, PlaceKind, Seen, Uid};
use crate::door::Signed;
use crate::state::Web;

/// People who took part in one check, beside the one who led it.
const WITH_MAX: usize = 50;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(check_list, check_record)).routes(routes!(check_show))
}

dto! {
    /// A finished check.
    Check of check::Check {
        id: Uid = one,
        unit: Uid = one,
        unit_name: String = one,
        title: String = one,
        /// Who led it.
        by: Option<String> = one,
        with: Vec<String> = one,
        /// Who held the pen, if another.
        recorded_by: Option<String> = one,
        began_at: At = one,
        ended_at: At = one,
        /// How many places, with hazards found, not reached.
        places: i64 = one,
        found: i64 = one,
        skipped: i64 = one,
        note: Option<String> = one,
        /// Why it was entered late.
        back_reason: Option<String> = one,
        claimed_at: At = one,
        received_at: At = one,
    }
}

dto! {
    /// What was seen at one place.
    PlaceSeen of check::PlaceSeen {
        place: Uid = one,
        name: String = one,
        kind: PlaceKind = one,
        result: Seen = one,
        seen_at: At = one,
    }
}

/// A check with its places and the hazards found under it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CheckView {
    #[serde(flatten)]
    pub check: Check,
    pub seen: Vec<PlaceSeen>,
    pub hazards: Vec<HazardLine>,
    /// Number of the record's newest leaf in the log.
    pub leaf: Option<i64>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CheckQuery {
    /// This unit and what is under it.
    unit: Option<Uid>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List checks
///
/// Those in the asker's scope, newest first.
#[utoipa::path(get, path = "/checks", tag = "checks", params(CheckQuery),
    responses((status = 200, description = "A page of checks", body = Listed<Check>)))]
async fn check_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<CheckQuery>,
) -> Reply<Json<Listed<Check>>> {
    let (unit, rows, cursor) = (asked.unit.map(|u| u.0), page::rows(asked.limit)?, asked.cursor);
    let page = web.read(signed.actor(), move |cx| check::list(cx, unit, cursor.as_deref(), rows)).await?;
    Ok(Json(Listed { items: page.items.into_iter().map(Check::from).collect(), next_cursor: page.next }))
}

/// Show a check
#[utoipa::path(get, path = "/checks/{id}", tag = "checks", params(("id" = Uid, Path, description = "The check")),
    responses((status = 200, description = "The check", body = CheckView)))]
async fn check_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<CheckView>> {
    let view = web.read(signed.actor(), move |cx| check::view(cx, id)).await?;
    Ok(Json(CheckView {
        check: view.check.into(),
        seen: view.seen.into_iter().map(PlaceSeen::from).collect(),
        hazards: view.hazards.into_iter().map(HazardLine::from).collect(),
        leaf: view.leaf,
    }))
}

/// One place of a check.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceLook {
    place: Uid,
    result: Seen,
    /// When the person stood there.
    seen_at: At,
}

/// A finished check.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckRecord {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// The institution checked; the asker's own when absent.
    unit: Option<Uid>,
    title: Name,
    #[schema(min_items = 1, max_items = 400)]
    places: Vec<PlaceLook>,
    /// Who else took part.
    #[serde(default)]
    #[schema(max_items = 50)]
    with: Vec<Uid>,
    /// Who led it, if another than the asker.
    behalf: Option<Uid>,
    note: Option<Note>,
    /// Why it is entered late.
    back_reason: Option<Note>,
}

/// Enter a finished check
///
/// Each place once, also where nothing was found.
#[utoipa::path(post, path = "/checks", tag = "checks", request_body = CheckRecord,
    responses((status = 201, description = "Entered", body = Made)))]
async fn check_record(State(web): State<Web>, call: Call<CheckRecord>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    if body.places.len() > limits::CHECK_PLACES {
        let range = Problem::OutOfRange { min: 1, max: limits::CHECK_PLACES as i64 };
        return Err(Error::invalid("places", range).into());
    }
    if body.with.len() > WITH_MAX {
        return Err(Error::invalid("with", Problem::OutOfRange { min: 0, max: WITH_MAX as i64 }).into());
    }
    let look = |p: PlaceLook| NewPlaceSeen { place: p.place.0, result: p.result.0, seen_at: p.seen_at.0 };
    let new = NewCheck {
        id: body.id.map(|i| i.0).or(call.key()),
        unit: body.unit.map(|u| u.0),
        title: body.title.0,
        places: body.places.into_iter().map(look).collect(),
        with: body.with.into_iter().map(|w| w.0).collect(),
        behalf: body.behalf.map(|b| b.0),
        note: body.note.map(|n| n.0),
        back_reason: body.back_reason.map(|r| r.0),
    };
    let made = call.once(&web, move |cx| Ok(Made { id: check::record(cx, &new)?.into(), received_at: cx.now.into() }));
    Ok((StatusCode::CREATED, Json(made.await?)))
}
