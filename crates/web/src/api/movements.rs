//! Timetables and large events (notice 2.5): read, asked for, approved, given back, ended; the posts of a day. How a
//! timetable comes about is in `buildings`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use safety::Cx;
use safety::movement::gathering::{self, NewGathering};
use safety::movement::{self, posts};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Nothing, PathId, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::org::Made;
use super::page::{self, Listed};
use super::wire::{At, Date, Long, MovementKind, MovementState, Name, Note, PostStood, Uid};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(movement_list))
        .routes(routes!(movement_show))
        .routes(routes!(movement_ask))
        .routes(routes!(movement_approve))
        .routes(routes!(movement_give_back))
        .routes(routes!(movement_end))
        .routes(routes!(movement_posts, movement_stand))
        .routes(routes!(gathering_list, gathering_plan))
        .routes(routes!(gathering_show, gathering_change))
        .routes(routes!(gathering_ask))
        .routes(routes!(gathering_approve))
        .routes(routes!(gathering_give_back))
        .routes(routes!(gathering_cancel))
}

dto! {
    /// A timetable in a list.
    MovementLine of movement::Line {
        id: Uid = one,
        unit: Uid = one,
        unit_name: String = one,
        kind: MovementKind = one,
        title: String = one,
        state: MovementState = one,
        /// Until the last pupil is out, seconds.
        makespan_s: i64 = one,
        /// Nobody can be faster at the density limit.
        bound_s: i64 = one,
        from_on: Option<Date> = opt,
        ended_on: Option<Date> = opt,
        received_at: At = one,
    }
}

/// A timetable with its documents.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MovementView {
    pub id: Uid,
    pub unit: Uid,
    pub unit_name: String,
    pub kind: MovementKind,
    pub title: String,
    pub state: MovementState,
    pub makespan_s: i64,
    pub bound_s: i64,
    /// The physical floor of an evacuation, seconds.
    pub floor_s: i64,
    pub from_on: Option<Date>,
    pub back_reason: Option<String>,
    /// The buildings have changed since it was reckoned.
    pub stale: bool,
    /// `xiaoan-crowd-plan/1`: classes, stairs, posts, stop rules.
    #[schema(value_type = Object)]
    pub doc: serde_json::Value,
    /// The evacuation sheet.
    #[schema(value_type = Object)]
    pub evacuation: serde_json::Value,
    /// Number of the record's newest leaf in the log.
    pub leaf: Option<i64>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MovementQuery {
    /// This unit and what is under it.
    unit: Option<Uid>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List timetables
///
/// Those in the asker's scope, newest first.
#[utoipa::path(get, path = "/movements", tag = "movements", params(MovementQuery),
    responses((status = 200, description = "A page", body = Listed<MovementLine>)))]
async fn movement_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<MovementQuery>,
) -> Reply<Json<Listed<MovementLine>>> {
    let (unit, rows, cursor) = (asked.unit.map(|u| u.0), page::rows(asked.limit)?, asked.cursor);
    let page = web.read(signed.actor(), move |cx| movement::list(cx, unit, cursor.as_deref(), rows)).await?;
    Ok(Json(Listed { items: page.items.into_iter().map(MovementLine::from).collect(), next_cursor: page.next }))
}

/// Show a timetable with its documents
#[utoipa::path(get, path = "/movements/{id}", tag = "movements",
    params(("id" = Uid, Path, description = "The timetable")),
    responses((status = 200, description = "The timetable", body = MovementView)))]
async fn movement_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<MovementView>> {
    let v = web.read(signed.actor(), move |cx| movement::view(cx, id)).await?;
    let p = v.plan;
    Ok(Json(MovementView {
        id: p.id.into(),
        unit: p.unit.into(),
        unit_name: p.unit_name,
        kind: p.kind.into(),
        title: p.title,
        state: p.state.into(),
        makespan_s: p.makespan_s,
        bound_s: p.bound_s,
        floor_s: p.floor_s,
        from_on: p.from_on.map(Into::into),
        back_reason: p.back_reason,
        stale: v.stale,
        doc: v.doc,
        evacuation: v.evacuation,
        leaf: v.leaf,
    }))
}

/// An act on one record.
pub(super) async fn acted<T>(
    web: &Web,
    call: &Call<T>,
    id: base::Id,
    act: impl Fn(&mut Cx<'_, '_>) -> base::Result<()> + Send + 'static,
) -> Reply<Json<Made>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        act(cx)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(web, job).await?))
}

/// Ask for approval of a timetable
#[utoipa::path(post, path = "/movements/{id}/ask", tag = "movements",
    params(("id" = Uid, Path, description = "The timetable")), request_body = Nothing,
    responses((status = 200, description = "Asked", body = Made)))]
async fn movement_ask(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    acted(&web, &call, id, move |cx| movement::ask(cx, id)).await
}

/// From when it is in force.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MovementApproval {
    /// Today when absent.
    from_on: Option<Date>,
}

/// Approve and publish a timetable
#[utoipa::path(post, path = "/movements/{id}/approve", tag = "movements",
    params(("id" = Uid, Path, description = "The timetable")), request_body = MovementApproval,
    responses((status = 200, description = "In force", body = Made)))]
async fn movement_approve(
    State(web): State<Web>,
    PathId(id): PathId,
    call: Call<MovementApproval>,
) -> Reply<Json<Made>> {
    let from = call.body.from_on.map(|d| d.0);
    acted(&web, &call, id, move |cx| movement::approve(cx, id, from)).await
}

/// Why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MovementReason {
    reason: Note,
}

/// Give a timetable back
#[utoipa::path(post, path = "/movements/{id}/give_back", tag = "movements",
    params(("id" = Uid, Path, description = "The timetable")), request_body = MovementReason,
    responses((status = 200, description = "Given back", body = Made)))]
async fn movement_give_back(
    State(web): State<Web>,
    PathId(id): PathId,
    call: Call<MovementReason>,
) -> Reply<Json<Made>> {
    let reason = call.body.reason.0.clone();
    acted(&web, &call, id, move |cx| movement::give_back(cx, id, &reason)).await
}

/// End a timetable
#[utoipa::path(post, path = "/movements/{id}/end", tag = "movements",
    params(("id" = Uid, Path, description = "The timetable")), request_body = Nothing,
    responses((status = 200, description = "No longer used", body = Made)))]
async fn movement_end(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    acted(&web, &call, id, move |cx| movement::end(cx, id)).await
}

/// A guard post on a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GuardPost {
    pub id: Uid,
    pub place: String,
    pub at: String,
    pub person: Uid,
    pub person_name: Option<String>,
    /// Null until somebody has said it.
    pub stood: Option<PostStood>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GuardQuery {
    /// The asker's own when absent.
    unit: Option<Uid>,
    /// Today when absent.
    day: Option<Date>,
}

/// List the guard posts of a day
#[utoipa::path(get, path = "/movements/posts", tag = "movements", params(GuardQuery),
    responses((status = 200, description = "The posts", body = Listed<GuardPost>)))]
async fn movement_posts(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<GuardQuery>,
) -> Reply<Json<Listed<GuardPost>>> {
    let (unit, day) = (asked.unit.map(|u| u.0), asked.day.map(|d| d.0));
    let lines = web
        .read(signed.actor(), move |cx| {
            let (unit, day) = (unit.unwrap_or(cx.actor.unit), day.unwrap_or(cx.now.day()));
            posts::day(cx, unit, day)
        })
        .await?;
    let one = |line: posts::DayLine| GuardPost {
        id: line.post.id.into(),
        place: line.post.place,
        at: line.post.at,
        person: line.post.person.into(),
        person_name: line.post.person_name,
        stood: line.stood.map(Into::into),
    };
    Ok(Json(Listed { items: lines.into_iter().map(one).collect(), next_cursor: None }))
}

/// What became of a guard post.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuardStood {
    post: Uid,
    stood: PostStood,
    /// Who stood there instead; the named substitute when absent.
    person: Option<Uid>,
    note: Option<Note>,
    /// Today when absent.
    day: Option<Date>,
}

/// Say whether a guard post was stood
#[utoipa::path(post, path = "/movements/posts", tag = "movements", request_body = GuardStood,
    responses((status = 200, description = "Recorded", body = Made)))]
async fn movement_stand(State(web): State<Web>, call: Call<GuardStood>) -> Reply<Json<Made>> {
    let b = call.body.clone();
    let day = b.day.map(|d| d.0);
    let id = b.post.0;
    let said = posts::Said { post: id, stood: b.stood.0, person: b.person.map(|p| p.0), note: b.note.map(|n| n.0) };
    acted(&web, &call, id, move |cx| {
        let day = day.unwrap_or(cx.now.day());
        posts::stand(cx, day, std::slice::from_ref(&said))
    })
    .await
}

dto! {
    /// A large event.
    Gathering of gathering::Gathering {
        id: Uid = one,
        unit: Uid = one,
        unit_name: String = one,
        title: String = one,
        held_on: Date = one,
        at: String = one,
        place: String = one,
        people: i64 = one,
        guests: i64 = one,
        lead: Uid = one,
        routes: String = one,
        posts: String = one,
        weather: String = one,
        emergency: String = one,
        /// Outside of the school: the bureau approves besides.
        outside: bool = one,
        movement: Option<Uid> = opt,
        state: MovementState = one,
        asked_at: Option<At> = opt,
        school_at: Option<At> = opt,
        bureau_at: Option<At> = opt,
        back_reason: Option<String> = one,
        outcome: Option<String> = one,
        received_at: At = one,
    }
}

/// List large events
#[utoipa::path(get, path = "/gatherings", tag = "movements", params(MovementQuery),
    responses((status = 200, description = "A page", body = Listed<Gathering>)))]
async fn gathering_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<MovementQuery>,
) -> Reply<Json<Listed<Gathering>>> {
    let (unit, rows, cursor) = (asked.unit.map(|u| u.0), page::rows(asked.limit)?, asked.cursor);
    let page = web.read(signed.actor(), move |cx| gathering::list(cx, unit, cursor.as_deref(), rows)).await?;
    Ok(Json(Listed { items: page.items.into_iter().map(Gathering::from).collect(), next_cursor: page.next }))
}

/// Show a large event
#[utoipa::path(get, path = "/gatherings/{id}", tag = "movements",
    params(("id" = Uid, Path, description = "The event")),
    responses((status = 200, description = "The event", body = Gathering)))]
async fn gathering_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<Gathering>> {
    Ok(Json(web.read(signed.actor(), move |cx| gathering::load(cx, id)).await?.into()))
}

/// The plan of a large event.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GatheringPlan {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// The asker's own institution when absent.
    unit: Option<Uid>,
    title: Name,
    held_on: Date,
    at: Name,
    place: Name,
    #[schema(minimum = 1)]
    people: i64,
    #[serde(default)]
    #[schema(minimum = 0)]
    guests: i64,
    lead: Uid,
    routes: Long,
    posts: Long,
    weather: Long,
    emergency: Long,
    #[serde(default)]
    outside: bool,
    movement: Option<Uid>,
}

fn told(body: &GatheringPlan) -> NewGathering {
    let b = body.clone();
    NewGathering {
        id: b.id.map(|i| i.0),
        unit: b.unit.map(|u| u.0),
        title: b.title.0,
        held_on: b.held_on.0,
        at: b.at.0,
        place: b.place.0,
        people: b.people,
        guests: b.guests,
        lead: b.lead.0,
        routes: b.routes.0,
        posts: b.posts.0,
        weather: b.weather.0,
        emergency: b.emergency.0,
        outside: b.outside,
        movement: b.movement.map(|m| m.0),
    }
}

/// Change the plan of a large event
///
/// Before it is asked for, or when it was given back. `id` and `unit` stay as they are.
#[utoipa::path(post, path = "/gatherings/{id}", tag = "movements",
    params(("id" = Uid, Path, description = "The event")), request_body = GatheringPlan,
    responses((status = 200, description = "Changed", body = Made)))]
async fn gathering_change(State(web): State<Web>, PathId(id): PathId, call: Call<GatheringPlan>) -> Reply<Json<Made>> {
    let new = told(&call.body);
    acted(&web, &call, id, move |cx| gathering::change(cx, id, &new)).await
}

/// Plan a large event
#[utoipa::path(post, path = "/gatherings", tag = "movements", request_body = GatheringPlan,
    responses((status = 201, description = "Planned", body = Made)))]
async fn gathering_plan(State(web): State<Web>, call: Call<GatheringPlan>) -> Reply<(StatusCode, Json<Made>)> {
    let mut new = told(&call.body);
    new.id = new.id.or(call.key());
    let made =
        call.once(&web, move |cx| Ok(Made { id: gathering::plan(cx, &new)?.into(), received_at: cx.now.into() }));
    Ok((StatusCode::CREATED, Json(made.await?)))
}

/// Ask for approval of a large event
#[utoipa::path(post, path = "/gatherings/{id}/ask", tag = "movements",
    params(("id" = Uid, Path, description = "The event")), request_body = Nothing,
    responses((status = 200, description = "Asked", body = Made)))]
async fn gathering_ask(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    acted(&web, &call, id, move |cx| gathering::ask(cx, id)).await
}

/// Approve a large event
///
/// The school first; with guests or outside of the school the bureau after it.
#[utoipa::path(post, path = "/gatherings/{id}/approve", tag = "movements",
    params(("id" = Uid, Path, description = "The event")), request_body = Nothing,
    responses((status = 200, description = "Approved, or passed on to the bureau", body = Made)))]
async fn gathering_approve(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    acted(&web, &call, id, move |cx| gathering::approve(cx, id)).await
}

/// Give a large event back
#[utoipa::path(post, path = "/gatherings/{id}/give_back", tag = "movements",
    params(("id" = Uid, Path, description = "The event")), request_body = MovementReason,
    responses((status = 200, description = "Given back", body = Made)))]
async fn gathering_give_back(
    State(web): State<Web>,
    PathId(id): PathId,
    call: Call<MovementReason>,
) -> Reply<Json<Made>> {
    let reason = call.body.reason.0.clone();
    acted(&web, &call, id, move |cx| gathering::give_back(cx, id, &reason)).await
}

/// Cancel a large event
#[utoipa::path(post, path = "/gatherings/{id}/cancel", tag = "movements",
    params(("id" = Uid, Path, description = "The event")), request_body = MovementReason,
    responses((status = 200, description = "Cancelled", body = Made)))]
async fn gathering_cancel(State(web): State<Web>, PathId(id): PathId, call: Call<MovementReason>) -> Reply<Json<Made>> {
    let reason = call.body.reason.0.clone();
    acted(&web, &call, id, move |cx| gathering::cancel(cx, id, &reason)).await
}
