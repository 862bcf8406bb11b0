//! Units: the tree of the city and what belongs to a unit (notice 4.1, 4.2).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Id, Result, limits};
use safety::org::unit::{self, Change, NewUnit};
use safety::org::{UnitKind as Kind, people, place, post};
use safety::{Cx, check};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, PathId, Queried};
use super::fault::Reply;
use super::org::{Changed, Coverage, Directory, Made, Person, Place, Unit, UnitStep};
use super::page::{self, Listed, Paging};
use super::wire::{Date, Name, Note, Phone, Short, Stage, Uid, UnitCode, UnitKind};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(unit_list, unit_open))
        .routes(routes!(unit_show))
        .routes(routes!(unit_children))
        .routes(routes!(unit_history))
        .routes(routes!(unit_change))
        .routes(routes!(unit_move))
        .routes(routes!(unit_close))
        .routes(routes!(unit_contacts))
        .routes(routes!(unit_people))
        .routes(routes!(unit_places))
        .routes(routes!(unit_coverage))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitQuery {
    /// Words in name, short name, code or initials.
    pub query: Option<Name>,
    pub kind: Option<UnitKind>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List or search institutions
///
/// Institutions of the asker's subtree: bureaus first, then schools and agencies, each by code. With `query` at most
/// 200 hits.
#[utoipa::path(get, path = "/units", tag = "units", params(UnitQuery),
    responses((status = 200, description = "A page of units", body = Listed<Unit>)))]
async fn unit_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<UnitQuery>,
) -> Reply<Json<Listed<Unit>>> {
    page::rows(asked.limit)?;
    let (query, kind) = (asked.query.map(|q| q.0).filter(|q| !q.is_empty()), asked.kind.map(|k| k.0));
    let units = web.read(signed.actor(), move |cx| found(cx, query.as_deref(), kind)).await?;
    Ok(Json(page::cut(units, |u| u.id, asked.limit, asked.cursor.as_deref())?))
}

fn found(cx: &mut Cx<'_, '_>, query: Option<&str>, kind: Option<Kind>) -> Result<Vec<unit::Unit>> {
    let wanted = |k: Kind| kind.is_none_or(|w| w == k);
    if let Some(query) = query {
        let mut hits = unit::search(cx, query, limits::PAGE_ROWS_MAX)?;
        hits.retain(|u| wanted(u.kind));
        return Ok(hits);
    }
    let mut all = Vec::new();
    for kind in Kind::ALL.iter().copied().filter(|k| k.is_institution() && wanted(*k)) {
        all.extend(unit::institutions(cx, kind)?);
    }
    Ok(all)
}

/// Show a unit
#[utoipa::path(get, path = "/units/{id}", tag = "units", params(("id" = Uid, Path, description = "The unit")),
    responses((status = 200, description = "The unit", body = Unit)))]
async fn unit_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<Unit>> {
    let unit = web.read(signed.actor(), move |cx| unit::show(cx, id)).await?;
    Ok(Json(unit.into()))
}

/// Units right under a unit
///
/// Departments and campuses of an institution included.
#[utoipa::path(get, path = "/units/{id}/children", tag = "units",
    params(("id" = Uid, Path, description = "The unit"), Paging),
    responses((status = 200, description = "A page of units", body = Listed<Unit>)))]
async fn unit_children(
    State(web): State<Web>,
    signed: Signed,
    PathId(id): PathId,
    Queried(paging): Queried<Paging>,
) -> Reply<Json<Listed<Unit>>> {
    let units = web.read(signed.actor(), move |cx| unit::children(cx, id)).await?;
    Ok(Json(page::cut(units, |u| u.id, paging.limit, paging.cursor.as_deref())?))
}

/// The life of a unit
///
/// At most the 200 newest steps, newest first.
#[utoipa::path(get, path = "/units/{id}/history", tag = "units", params(("id" = Uid, Path, description = "The unit")),
    responses((status = 200, description = "Its steps", body = Listed<UnitStep>)))]
async fn unit_history(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<Listed<UnitStep>>> {
    let steps = web.read(signed.actor(), move |cx| unit::history(cx, id)).await?;
    Ok(Json(Listed { items: steps.into_iter().map(UnitStep::from).collect(), next_cursor: None }))
}

/// A unit to be opened.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitOpen {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// Code of the register of schools or of divisions, unique among open units.
    code: Option<UnitCode>,
    kind: UnitKind,
    name: Name,
    /// Short name used in record numbers.
    short: Option<Short>,
    parent: Uid,
    stage: Option<Stage>,
    #[schema(minimum = 0, maximum = 100_000)]
    pupils: Option<i64>,
    /// Not more than pupils.
    #[schema(minimum = 0, maximum = 100_000)]
    boarders: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000)]
    classes: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000)]
    buses: Option<i64>,
    canteen: Option<bool>,
    address: Option<Note>,
    /// Answered day and night.
    phone: Option<Phone>,
    /// The first day on which duties are expected here, not before today; today when absent.
    kept_from: Option<Date>,
}

impl UnitOpen {
    fn into_new(self, key: Option<Id>) -> NewUnit {
        NewUnit {
            id: self.id.map(|i| i.0).or(key),
            code: self.code.map(|c| c.0).filter(|c| !c.is_empty()),
            short: self.short.map(|s| s.0).unwrap_or_default(),
            stage: self.stage.map(|s| s.0),
            boarders: self.boarders.unwrap_or_default(),
            canteen: self.canteen.unwrap_or_default(),
            buses: self.buses.unwrap_or_default(),
            pupils: self.pupils.unwrap_or_default(),
            classes: self.classes.unwrap_or_default(),
            address: self.address.map(|a| a.0).filter(|a| !a.is_empty()),
            phone: self.phone.map(|p| p.0).filter(|p| !p.is_empty()),
            kept_from: self.kept_from.map(|d| d.0),
            ..NewUnit::named(self.kind.0, &self.name.0, Some(self.parent.0))
        }
    }
}

/// Open a unit
#[utoipa::path(post, path = "/units", tag = "units", request_body = UnitOpen,
    responses((status = 201, description = "Opened", body = Made)))]
async fn unit_open(State(web): State<Web>, call: Call<UnitOpen>) -> Reply<(StatusCode, Json<Made>)> {
    let new = call.body.clone().into_new(call.key());
    let made =
        call.once(&web, move |cx| Ok(Made { id: unit::open(cx, &new)?.into(), received_at: cx.now.into() })).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// What changes; what is absent stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitChange {
    name: Option<Name>,
    short: Option<Short>,
    stage: Option<Stage>,
    #[schema(minimum = 0, maximum = 100_000)]
    pupils: Option<i64>,
    #[schema(minimum = 0, maximum = 100_000)]
    boarders: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000)]
    classes: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000)]
    buses: Option<i64>,
    canteen: Option<bool>,
    address: Option<Note>,
    phone: Option<Phone>,
    /// A person at the superior school.
    second: Option<Uid>,
    /// The first day on which duties are expected here, not before its opening; the superior's to change.
    kept_from: Option<Date>,
    /// The day from which a new name holds, not one to come; today when absent.
    on: Option<Date>,
    /// Needed where the name changes.
    reason: Option<Note>,
}

fn changed(cx: &mut Cx<'_, '_>, id: Id) -> Result<Changed> {
    Ok(Changed { id: id.into(), version: unit::load(cx, id)?.version, received_at: cx.now.into() })
}

/// Change name or attributes of a unit
#[utoipa::path(post, path = "/units/{id}/change", tag = "units", params(("id" = Uid, Path, description = "The unit")),
    request_body = UnitChange, responses((status = 200, description = "Changed", body = Changed)))]
async fn unit_change(State(web): State<Web>, PathId(id): PathId, call: Call<UnitChange>) -> Reply<Json<Changed>> {
    let body = call.body.clone();
    let reason = body.reason.map(|r| r.0).filter(|r| !r.is_empty());
    let change = Change {
        name: body.name.map(|n| n.0),
        short: body.short.map(|s| s.0),
        stage: body.stage.map(|s| s.0),
        boarders: body.boarders,
        canteen: body.canteen,
        buses: body.buses,
        pupils: body.pupils,
        classes: body.classes,
        address: body.address.map(|a| a.0),
        phone: body.phone.map(|p| p.0),
        second: body.second.map(|s| s.0),
        kept_from: body.kept_from.map(|d| d.0),
        on: body.on.map(|d| d.0),
    };
    let job = move |cx: &mut Cx<'_, '_>| {
        unit::change(cx, id, &change, reason.as_deref())?;
        changed(cx, id)
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Where a unit goes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitMove {
    parent: Uid,
    /// The day of the decision, not one to come; today when absent.
    on: Option<Date>,
    reason: Note,
}

/// Move a unit to another parent
///
/// Everything under it goes with it. Records keep their place; rights follow the tree from now on.
#[utoipa::path(post, path = "/units/{id}/move", tag = "units", params(("id" = Uid, Path, description = "The unit")),
    request_body = UnitMove, responses((status = 200, description = "Moved", body = Changed)))]
async fn unit_move(State(web): State<Web>, PathId(id): PathId, call: Call<UnitMove>) -> Reply<Json<Changed>> {
    let UnitMove { parent, on, reason } = call.body.clone();
    let job = move |cx: &mut Cx<'_, '_>| {
        unit::move_to(cx, id, parent.0, on.map_or(cx.now.day(), |d| d.0), &reason.0)?;
        changed(cx, id)
    };
    let moved = call.once(&web, job).await?;
    // A post's rights go by the tree.
    web.forget_sessions();
    Ok(Json(moved))
}

/// When and why a unit ends.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitClose {
    /// Today when absent.
    on: Option<Date>,
    /// The unit that it was merged into: one that the asker manages too.
    into: Option<Uid>,
    reason: Note,
}

/// Close a unit
///
/// Its posts end with it. Refused while hazards are open there or wait for its answer.
#[utoipa::path(post, path = "/units/{id}/close", tag = "units", params(("id" = Uid, Path, description = "The unit")),
    request_body = UnitClose, responses((status = 200, description = "Closed", body = Changed)))]
async fn unit_close(State(web): State<Web>, PathId(id): PathId, call: Call<UnitClose>) -> Reply<Json<Changed>> {
    let UnitClose { on, into, reason } = call.body.clone();
    let job = move |cx: &mut Cx<'_, '_>| {
        unit::close(cx, id, on.map_or(cx.now.day(), |d| d.0), into.map(|i| i.0), &reason.0)?;
        changed(cx, id)
    };
    let closed = call.once(&web, job).await?;
    // Its posts ended.
    web.forget_sessions();
    Ok(Json(closed))
}

/// The directory of an institution
#[utoipa::path(get, path = "/units/{id}/contacts", tag = "units", params(("id" = Uid, Path, description = "The unit")),
    responses((status = 200, description = "The directory", body = Directory)))]
async fn unit_contacts(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<Directory>> {
    let directory = web.read(signed.actor(), move |cx| post::directory(cx, id)).await?;
    Ok(Json(directory.into()))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// Words in name or initials.
    pub query: Option<Name>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// People on the roll of an institution
#[utoipa::path(get, path = "/units/{id}/people", tag = "units",
    params(("id" = Uid, Path, description = "The unit"), PeopleQuery),
    responses((status = 200, description = "A page of persons", body = Listed<Person>)))]
async fn unit_people(
    State(web): State<Web>,
    signed: Signed,
    PathId(id): PathId,
    Queried(asked): Queried<PeopleQuery>,
) -> Reply<Json<Listed<Person>>> {
    let query = asked.query.map(|q| q.0).unwrap_or_default();
    let people = web.read(signed.actor(), move |cx| people::list(cx, id, &query)).await?;
    Ok(Json(page::cut(people, |p| p.id, asked.limit, asked.cursor.as_deref())?))
}

/// Places in use of an institution
#[utoipa::path(get, path = "/units/{id}/places", tag = "units",
    params(("id" = Uid, Path, description = "The unit"), Paging),
    responses((status = 200, description = "A page of places", body = Listed<Place>)))]
async fn unit_places(
    State(web): State<Web>,
    signed: Signed,
    PathId(id): PathId,
    Queried(paging): Queried<Paging>,
) -> Reply<Json<Listed<Place>>> {
    let places = web.read(signed.actor(), move |cx| place::list(cx, id)).await?;
    Ok(Json(page::cut(places, |p| p.id, paging.limit, paging.cursor.as_deref())?))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MonthQuery {
    /// Any day of the month; today when absent.
    pub month: Option<Date>,
}

/// Coverage and frequency of checks in a month
#[utoipa::path(get, path = "/units/{id}/coverage", tag = "units",
    params(("id" = Uid, Path, description = "The unit"), MonthQuery),
    responses((status = 200, description = "Coverage, place by place", body = Coverage)))]
async fn unit_coverage(
    State(web): State<Web>,
    signed: Signed,
    PathId(id): PathId,
    Queried(asked): Queried<MonthQuery>,
) -> Reply<Json<Coverage>> {
    let month = asked.month.map(|d| d.0);
    let cover = web.read(signed.actor(), move |cx| check::coverage(cx, id, month.unwrap_or(cx.now.day()))).await?;
    Ok(Json(cover.into()))
}
