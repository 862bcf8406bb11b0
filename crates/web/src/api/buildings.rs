//! The buildings of a school and their reckoning (notice 2.5): an edition entered in short or as a document of the planner,
//! a run begun, looked at, contented or cancelled, the cards of shut ways. A run lives in memory, as on the page.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use safety::movement::{self, Bus, Gate, House, NewBuilding, NewPlan, Room, Simple, Stair};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Nothing, PathId};
use super::dto::dto;
use super::fault::Reply;
use super::org::Made;
use super::page::Listed;
use super::wire::{At, Date, MovementKind, Name, Note, Short, Uid};
use crate::door::Signed;
use crate::movement::run::{self, Word};
use crate::state::Web;

/// Houses, stairs of one house, gates, rooms, buses of one entry: the planner refuses larger schools itself.
const HOUSES_MAX: usize = 40;
const STAIRS_MAX: usize = 12;
const GATES_MAX: usize = 20;
const ROOMS_MAX: usize = 400;
const BUSES_MAX: usize = 60;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(building_enter))
        .routes(routes!(building_show))
        .routes(routes!(building_reckon))
        .routes(routes!(run_show))
        .routes(routes!(run_enough))
        .routes(routes!(run_cancel))
        .routes(routes!(card_list))
        .routes(routes!(card_place))
        .routes(routes!(card_use))
}

/// A staircase. Lengths are as typed: metres (`1.5`), or paces (`62步`).
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildingStair {
    /// Its number from the left when absent.
    #[serde(default)]
    name: Short,
    #[serde(default)]
    width: Short,
    /// Its own door to the yard.
    #[serde(default)]
    exit: Short,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildingHouse {
    name: Short,
    #[schema(minimum = 1, maximum = 60)]
    floors: i64,
    #[serde(default)]
    corridor_length: Short,
    #[serde(default)]
    corridor_width: Short,
    #[serde(default)]
    to_assembly: Short,
    /// The door of the entrance hall.
    #[serde(default)]
    hall: Short,
    #[schema(max_items = 12)]
    stairs: Vec<BuildingStair>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildingGate {
    name: Short,
    #[serde(default)]
    width: Short,
    #[serde(default)]
    distance: Short,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildingRoom {
    /// The first house when absent.
    #[serde(default)]
    house: Short,
    #[schema(minimum = 1, maximum = 60)]
    floor: i64,
    class: Name,
    #[schema(minimum = 0, maximum = 12)]
    grade: Option<i64>,
    #[schema(minimum = 1, maximum = 120)]
    pupils: i64,
}

/// A bus line whose riders sit in some classes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildingBus {
    line: Short,
    #[schema(max_items = 400)]
    classes: Vec<Name>,
    /// After the bell.
    #[schema(minimum = 0, maximum = 36000)]
    departs_s: i64,
    /// From the gate to the bay.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 3600)]
    walk_s: i64,
}

/// A school's buildings: in short (`houses`, `gates`, `rooms`), or as a document of the planner.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildingNew {
    /// The asker's own institution when absent.
    unit: Option<Uid>,
    #[serde(default)]
    #[schema(max_items = 40)]
    houses: Vec<BuildingHouse>,
    #[serde(default)]
    #[schema(max_items = 20)]
    gates: Vec<BuildingGate>,
    #[serde(default)]
    #[schema(max_items = 400)]
    rooms: Vec<BuildingRoom>,
    #[serde(default)]
    #[schema(max_items = 60)]
    buses: Vec<BuildingBus>,
    /// `xiaoan-crowd/1`, in place of houses, gates and rooms.
    #[schema(value_type = Option<Object>)]
    document: Option<serde_json::Map<String, serde_json::Value>>,
}

fn simple(b: &BuildingNew) -> Simple {
    let stair = |s: &BuildingStair| Stair { name: s.name.0.clone(), width: s.width.0.clone(), exit: s.exit.0.clone() };
    let house = |h: &BuildingHouse| House {
        name: h.name.0.clone(),
        floors: h.floors.to_string(),
        corridor_length: h.corridor_length.0.clone(),
        corridor_width: h.corridor_width.0.clone(),
        to_assembly: h.to_assembly.0.clone(),
        stairs: h.stairs.iter().take(STAIRS_MAX).map(stair).collect(),
        hall: h.hall.0.clone(),
    };
    let gate =
        |g: &BuildingGate| Gate { name: g.name.0.clone(), width: g.width.0.clone(), distance: g.distance.0.clone() };
    let room = |r: &BuildingRoom| Room {
        house: r.house.0.clone(),
        floor: r.floor.to_string(),
        class: r.class.0.clone(),
        grade: r.grade.map(|g| g.to_string()).unwrap_or_default(),
        pupils: r.pupils.to_string(),
    };
    Simple {
        houses: b.houses.iter().map(house).collect(),
        gates: b.gates.iter().map(gate).collect(),
        rooms: b.rooms.iter().map(room).collect(),
    }
}

/// Enter the buildings of a school
///
/// The next edition; judged before it is stored, with every fault at once.
#[utoipa::path(post, path = "/buildings", tag = "movements", request_body = BuildingNew,
    responses((status = 201, description = "Entered", body = Made)))]
async fn building_enter(State(web): State<Web>, call: Call<BuildingNew>) -> Reply<(StatusCode, Json<Made>)> {
    let b = call.body.clone();
    let unit = b.unit.map(|u| u.0);
    for (field, got, most) in [
        ("houses", b.houses.len(), HOUSES_MAX),
        ("gates", b.gates.len(), GATES_MAX),
        ("rooms", b.rooms.len(), ROOMS_MAX),
        ("buses", b.buses.len(), BUSES_MAX),
        ("stairs", b.houses.iter().map(|h| h.stairs.len()).max().unwrap_or(0), STAIRS_MAX),
    ] {
        if got > most {
            return Err(base::Error::invalid(field, base::Problem::OutOfRange { min: 0, max: most as i64 }).into());
        }
    }
    // Judging is slow near the limits, so the right is asked first.
    let name = web.read(call.actor(), move |cx| movement::may_enter(cx, unit)).await?;
    let buses = b.buses.iter().map(|bus| Bus {
        line: bus.line.0.clone(),
        classes: bus.classes.iter().map(|c| c.0.clone()).collect(),
        departs_s: bus.departs_s,
        walk_s: bus.walk_s,
    });
    let short = !b.houses.is_empty() || !b.rooms.is_empty() || b.document.is_none();
    let new = NewBuilding {
        simple: short.then(|| simple(&b)),
        document: b.document.clone().map(|d| serde_json::Value::Object(d).to_string()),
        buses: buses.collect(),
        ..NewBuilding::default()
    };
    let judged = web.heavy(move || movement::judge(&name, &new)).await?;
    let job = move |cx: &mut safety::Cx<'_, '_>| {
        Ok(Made { id: movement::enter(cx, unit, &judged)?.into(), received_at: cx.now.into() })
    };
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

dto! {
    /// Something that is no fault: an assumed figure, a single staircase, a width below the code.
    BuildingNotice of movement::Notice {
        code: String = one,
        place: String = one,
        message: String = one,
    }
}

dto! {
    /// A clause of GB 50099-2011 applied to one thing.
    BuildingCheck of movement::Check {
        clause: String = one,
        subject: String = one,
        have: Option<f64> = one,
        need: f64 = one,
        /// `meets`, `falls_short` or `no_data`.
        finding: String = one,
        /// The hazard that was opened for it.
        hazard: Option<Uid> = opt,
    }
}

/// An edition of a school's buildings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BuildingView {
    pub id: Uid,
    pub unit: Uid,
    pub edition: i64,
    /// Fingerprint of what the planner reads; a timetable names the one it was reckoned for.
    pub hash: String,
    pub classes: i64,
    pub edges: i64,
    /// The drill whose measured times gave its paces.
    pub fitted_from: Option<Uid>,
    pub received_at: At,
    pub notices: Vec<BuildingNotice>,
    pub checks: Vec<BuildingCheck>,
    /// `xiaoan-crowd/1`
    #[schema(value_type = Object)]
    pub document: serde_json::Value,
}

/// Show an edition of a school's buildings
#[utoipa::path(get, path = "/buildings/{id}", tag = "movements",
    params(("id" = Uid, Path, description = "The edition")),
    responses((status = 200, description = "The edition", body = BuildingView)))]
async fn building_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<BuildingView>> {
    let (b, notices, checks) = web
        .read(signed.actor(), move |cx| {
            let b = movement::building_of(cx, id)?;
            let (notices, checks) = (movement::notices(&b)?, movement::checks(cx, id)?);
            Ok((b, notices, checks))
        })
        .await?;
    Ok(Json(BuildingView {
        id: b.id.into(),
        unit: b.unit.into(),
        edition: b.edition,
        hash: b.hash,
        classes: b.classes,
        edges: b.edges,
        fitted_from: b.fitted_from.map(Into::into),
        received_at: b.received_at.into(),
        notices: notices.into_iter().map(Into::into).collect(),
        checks: checks.into_iter().map(Into::into).collect(),
        document: serde_json::from_str(&b.doc).unwrap_or_default(),
    }))
}

/// What is to be reckoned.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildingReckon {
    kind: MovementKind,
    title: Option<Name>,
    note: Option<Note>,
    /// When the bell rings (`11:30`): moments are times of the clock then.
    bell: Option<Short>,
}

/// Reckon a timetable for an edition
///
/// Begins a run, or names the one under way for this school. What comes out is stored as a draft by itself.
#[utoipa::path(post, path = "/buildings/{id}/reckon", tag = "movements",
    params(("id" = Uid, Path, description = "The edition")), request_body = BuildingReckon,
    responses((status = 202, description = "Begun; the run's id", body = Made)))]
async fn building_reckon(
    State(web): State<Web>,
    PathId(id): PathId,
    call: Call<BuildingReckon>,
) -> Reply<(StatusCode, Json<Made>)> {
    let under_way = run::under_way(&web, call.actor(), id).await?;
    let b = call.body.clone();
    let bell = movement::bell(&b.bell.unwrap_or_default().0)?;
    let new = NewPlan {
        id: None,
        building: id,
        kind: b.kind.0,
        title: b.title.map(|t| t.0).unwrap_or_default(),
        note: b.note.map(|n| n.0),
    };
    let own = call.key().unwrap_or_else(|| base::Id::new(web.now()));
    let run = under_way.unwrap_or(own);
    let made = call.once(&web, move |cx| Ok(Made { id: run.into(), received_at: cx.now.into() })).await?;
    if made.id.0 == own {
        run::start(&web, (call.actor(), call.meta()), own, new, bell).await?;
    }
    Ok((StatusCode::ACCEPTED, Json(made)))
}

/// A run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MovementRun {
    pub id: Uid,
    pub building: Uid,
    pub title: String,
    /// `running`, `stored`, `cancelled` or `refused`.
    pub state: String,
    /// `floor`, `timetable`, `evacuation`, `cards`, `pictures`; null while it waits for its turn.
    pub stage: Option<String>,
    pub done: u64,
    /// 0 where nobody knows.
    pub all: u64,
    /// The timetable that was stored.
    pub movement: Option<Uid>,
    /// Why nothing was stored.
    pub refused: Vec<String>,
}

/// Show a run
#[utoipa::path(get, path = "/runs/{id}", tag = "movements", params(("id" = Uid, Path, description = "The run")),
    responses((status = 200, description = "Where it is", body = MovementRun)))]
async fn run_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<MovementRun>> {
    let seen = run::look(&web, signed.actor(), id).await?;
    Ok(Json(MovementRun {
        id: id.into(),
        building: seen.building.into(),
        title: seen.title,
        state: seen.state.into(),
        stage: seen.progress.map(|p| p.stage.code().into()),
        done: seen.progress.map_or(0, |p| p.done),
        all: seen.progress.map_or(0, |p| p.all),
        movement: seen.movement.map(Into::into),
        refused: seen.refused,
    }))
}

async fn said(web: &Web, call: &Call<Nothing>, id: base::Id, word: Word) -> Reply<Json<Made>> {
    run::tell(web, call.actor(), id, word).await?;
    super::movements::acted(web, call, id, |_| Ok(())).await
}

/// Be content with what a run has found
#[utoipa::path(post, path = "/runs/{id}/enough", tag = "movements", params(("id" = Uid, Path, description = "The run")),
    request_body = Nothing, responses((status = 200, description = "Heard", body = Made)))]
async fn run_enough(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    said(&web, &call, id, Word::Enough).await
}

/// Cancel a run
///
/// Nothing is stored.
#[utoipa::path(post, path = "/runs/{id}/cancel", tag = "movements", params(("id" = Uid, Path, description = "The run")),
    request_body = Nothing, responses((status = 200, description = "Heard", body = Made)))]
async fn run_cancel(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    said(&web, &call, id, Word::Cancel).await
}

dto! {
    /// What is done when one way is shut.
    MovementCard of movement::Card {
        id: Uid = one,
        movement: Uid = one,
        /// Id of the way in the planner's document.
        edge: String = one,
        /// The labelled place that this way is.
        place: Option<Uid> = opt,
        place_name: Option<String> = one,
        makespan_s: i64 = one,
        bound_s: i64 = one,
        /// The day on which it was last in force.
        used_on: Option<Date> = opt,
        hazard: Option<Uid> = opt,
    }
}

/// List the cards of a timetable
#[utoipa::path(get, path = "/movements/{id}/cards", tag = "movements",
    params(("id" = Uid, Path, description = "The timetable")),
    responses((status = 200, description = "One for each way that may be shut", body = Listed<MovementCard>)))]
async fn card_list(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<Listed<MovementCard>>> {
    let view = web.read(signed.actor(), move |cx| movement::view(cx, id)).await?;
    Ok(Json(Listed { items: view.cards.into_iter().map(Into::into).collect(), next_cursor: None }))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CardPlace {
    /// None again when absent.
    place: Option<Uid>,
}

/// Say which labelled place a card's way is
#[utoipa::path(post, path = "/cards/{id}/place", tag = "movements", params(("id" = Uid, Path, description = "The card")),
    request_body = CardPlace, responses((status = 200, description = "Kept", body = Made)))]
async fn card_place(State(web): State<Web>, PathId(id): PathId, call: Call<CardPlace>) -> Reply<Json<Made>> {
    let place = call.body.place.map(|p| p.0);
    super::movements::acted(&web, &call, id, move |cx| movement::card_place(cx, id, place)).await
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CardUse {
    /// The hazard that shut the way, if it was reported.
    hazard: Option<Uid>,
}

/// Put a card in force for today
#[utoipa::path(post, path = "/cards/{id}/use", tag = "movements", params(("id" = Uid, Path, description = "The card")),
    request_body = CardUse, responses((status = 200, description = "In force today", body = Made)))]
async fn card_use(State(web): State<Web>, PathId(id): PathId, call: Call<CardUse>) -> Reply<Json<Made>> {
    let hazard = call.body.hazard.map(|h| h.0);
    super::movements::acted(&web, &call, id, move |cx| movement::use_card(cx, id, hazard)).await
}
