//! Drills (notice 3.5, 2.5): planned, held, called class by class, reviewed. Names of the missing are given to whoever may
//! read the roll of the school, to everybody else only counts.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Error, Problem};
use safety::Cx;
use safety::drill::{self, Called, Improvement, Missing, NewDrill, NewReview, Paper, RoleOf};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Nothing, PathId, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::files::stored;
use super::org::Made;
use super::page::{self, Listed};
use super::wire::{
    At, Date, DrillFit, DrillPart, DrillScenario, DrillSkill, DrillState, Fact, Long, MissingWhere, Name, Note,
    PhotoHash, Uid,
};
use crate::door::Signed;
use crate::state::Web;

/// Roles, missing, skills, improvements in one request.
const ROLES_MAX: usize = 60;
const MISSING_MAX: usize = 200;
const SKILLS_MAX: usize = 20;
const IMPROVEMENTS_MAX: usize = 30;
const PHOTOS_MAX: usize = 6;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(drill_list, drill_plan))
        .routes(routes!(drill_show))
        .routes(routes!(drill_start))
        .routes(routes!(drill_leave))
        .routes(routes!(drill_muster))
        .routes(routes!(drill_call))
        .routes(routes!(drill_finish))
        .routes(routes!(drill_paper))
        .routes(routes!(drill_review))
        .routes(routes!(drill_drop))
}

dto! {
    /// A drill.
    Drill of drill::Drill {
        id: Uid = one,
        unit: Uid = one,
        unit_name: String = one,
        title: String = one,
        scenario: DrillScenario = one,
        night: bool = one,
        /// Everybody knows the hour.
        told: bool = one,
        window_from: Date = one,
        window_until: Date = one,
        place: Option<String> = one,
        state: DrillState = one,
        /// The school's physical floor, seconds.
        floor_s: Option<i64> = one,
        started_at: Option<At> = opt,
        leave_at: Option<At> = opt,
        muster_at: Option<At> = opt,
        /// When every class had been called.
        listed_at: Option<At> = opt,
        ended_at: Option<At> = opt,
        held_on: Option<Date> = opt,
        expected: i64 = one,
        out: i64 = one,
        inside: i64 = one,
        unknown: i64 = one,
        out_s: Option<i64> = one,
        list_s: Option<i64> = one,
        on_paper: bool = one,
        practised: Vec<DrillSkill> = all,
        process: Option<String> = one,
        plan_fit: Option<DrillFit> = opt,
        staff_fit: Option<DrillFit> = opt,
        problems: Option<String> = one,
        drop_reason: Option<String> = one,
        back_reason: Option<String> = one,
        reviewed_at: Option<At> = opt,
        received_at: At = one,
    }
}

dto! {
    /// A class on the list of a drill.
    DrillClass of drill::ClassCount {
        /// What a call names.
        id: Uid = one,
        class: Option<Uid> = opt,
        name: String = one,
        expected: i64 = one,
        /// Null until it was called.
        out: Option<i64> = one,
        inside: Option<i64> = one,
        unknown: Option<i64> = one,
        cover_s: Option<i64> = one,
        seconds: Option<i64> = one,
        note: Option<String> = one,
        by: Option<String> = one,
        said_at: Option<At> = opt,
    }
}

dto! {
    /// One of the missing, by name.
    DrillMissing of drill::MissingName {
        line: Uid = one,
        pupil: Uid = one,
        place: MissingWhere = one,
        name: String = one,
    }
}

/// A drill with its list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DrillView {
    #[serde(flatten)]
    pub drill: Drill,
    pub classes: Vec<DrillClass>,
    /// Empty for whoever may not read names there.
    pub missing: Vec<DrillMissing>,
    /// The pack's time for the missing list, seconds.
    pub list_limit_s: Option<i64>,
    /// The drill guide's figure, seconds: shown, not demanded.
    pub guide_s: Option<i64>,
    /// Number of the record's newest leaf in the log.
    pub leaf: Option<i64>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DrillQuery {
    /// This unit and what is under it.
    unit: Option<Uid>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List drills
///
/// Those in the asker's scope, newest first.
#[utoipa::path(get, path = "/drills", tag = "drills", params(DrillQuery),
    responses((status = 200, description = "A page", body = Listed<Drill>)))]
async fn drill_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<DrillQuery>,
) -> Reply<Json<Listed<Drill>>> {
    let (unit, rows, cursor) = (asked.unit.map(|u| u.0), page::rows(asked.limit)?, asked.cursor);
    let page = web.read(signed.actor(), move |cx| drill::list(cx, unit, cursor.as_deref(), rows)).await?;
    Ok(Json(Listed { items: page.items.into_iter().map(Drill::from).collect(), next_cursor: page.next }))
}

/// Show a drill with its list
#[utoipa::path(get, path = "/drills/{id}", tag = "drills", params(("id" = Uid, Path, description = "The drill")),
    responses((status = 200, description = "The drill", body = DrillView)))]
async fn drill_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<DrillView>> {
    let v = web.read(signed.actor(), move |cx| drill::view(cx, id)).await?;
    Ok(Json(DrillView {
        drill: v.drill.into(),
        classes: v.classes.into_iter().map(DrillClass::from).collect(),
        missing: v.missing.into_iter().map(DrillMissing::from).collect(),
        list_limit_s: v.list_limit_s,
        guide_s: v.guide_s,
        leaf: v.leaf,
    }))
}

/// Who has a part in a drill.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillRole {
    part: DrillPart,
    person: Uid,
}

/// A drill to come.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillPlan {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// The asker's own institution when absent.
    unit: Option<Uid>,
    title: Name,
    scenario: DrillScenario,
    #[serde(default)]
    night: bool,
    #[serde(default)]
    told: bool,
    /// It is held on a day of these.
    window_from: Date,
    window_until: Date,
    place: Option<Name>,
    /// The edition of the emergency plan that is practised.
    edition: Option<Uid>,
    #[serde(default)]
    #[schema(max_items = 60)]
    roles: Vec<DrillRole>,
}

fn most(field: &'static str, got: usize, max: usize) -> Result<(), Error> {
    if got > max { Err(Error::invalid(field, Problem::OutOfRange { min: 0, max: max as i64 })) } else { Ok(()) }
}

/// Plan a drill
#[utoipa::path(post, path = "/drills", tag = "drills", request_body = DrillPlan,
    responses((status = 201, description = "Planned", body = Made)))]
async fn drill_plan(State(web): State<Web>, call: Call<DrillPlan>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    most("roles", body.roles.len(), ROLES_MAX)?;
    let new = NewDrill {
        id: body.id.map(|i| i.0).or(call.key()),
        unit: body.unit.map(|u| u.0),
        title: body.title.0,
        scenario: body.scenario.0,
        night: body.night,
        told: body.told,
        window_from: body.window_from.0,
        window_until: body.window_until.0,
        place: body.place.map(|p| p.0),
        edition: body.edition.map(|e| e.0),
        roles: body.roles.into_iter().map(|r| RoleOf { part: r.part.0, person: r.person.0 }).collect(),
    };
    let made = call.once(&web, move |cx| Ok(Made { id: drill::plan(cx, &new)?.into(), received_at: cx.now.into() }));
    Ok((StatusCode::CREATED, Json(made.await?)))
}

/// An act without a content of its own.
async fn simply(
    web: &Web,
    call: Call<Nothing>,
    id: base::Id,
    act: fn(&mut Cx<'_, '_>, base::Id) -> base::Result<()>,
) -> Reply<Json<Made>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        act(cx, id)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(web, job).await?))
}

/// Give the signal
#[utoipa::path(post, path = "/drills/{id}/start", tag = "drills",
    params(("id" = Uid, Path, description = "The drill")), request_body = Nothing,
    responses((status = 200, description = "The stopwatch runs", body = Made)))]
async fn drill_start(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    simply(&web, call, id, drill::start).await
}

/// Earthquake: the shaking is over, everybody leaves
#[utoipa::path(post, path = "/drills/{id}/leave", tag = "drills",
    params(("id" = Uid, Path, description = "The drill")), request_body = Nothing,
    responses((status = 200, description = "Everybody leaves", body = Made)))]
async fn drill_leave(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    simply(&web, call, id, drill::leave).await
}

/// Begin the muster
#[utoipa::path(post, path = "/drills/{id}/muster", tag = "drills",
    params(("id" = Uid, Path, description = "The drill")), request_body = Nothing,
    responses((status = 200, description = "Classes are called", body = Made)))]
async fn drill_muster(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    simply(&web, call, id, drill::muster).await
}

/// End the drill
#[utoipa::path(post, path = "/drills/{id}/finish", tag = "drills",
    params(("id" = Uid, Path, description = "The drill")), request_body = Nothing,
    responses((status = 200, description = "It counts", body = Made)))]
async fn drill_finish(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    simply(&web, call, id, drill::finish).await
}

/// One of the missing.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingPupil {
    pupil: Uid,
    place: MissingWhere,
}

/// What a class says.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillCalled {
    /// `id` of the class on the drill's list.
    line: Uid,
    #[schema(minimum = 0)]
    out: i64,
    #[serde(default)]
    #[schema(minimum = 0)]
    inside: i64,
    #[serde(default)]
    #[schema(minimum = 0)]
    unknown: i64,
    seconds: Option<i64>,
    cover_s: Option<i64>,
    #[serde(default)]
    #[schema(max_items = 200)]
    missing: Vec<MissingPupil>,
    note: Option<Note>,
}

/// Call a class
#[utoipa::path(post, path = "/drills/{id}/call", tag = "drills",
    params(("id" = Uid, Path, description = "The drill")), request_body = DrillCalled,
    responses((status = 200, description = "Counted", body = Made)))]
async fn drill_call(State(web): State<Web>, PathId(id): PathId, call: Call<DrillCalled>) -> Reply<Json<Made>> {
    let b = call.body.clone();
    most("missing", b.missing.len(), MISSING_MAX)?;
    let said = Called {
        line: Some(b.line.0),
        out: b.out,
        inside: b.inside,
        unknown: b.unknown,
        seconds: b.seconds,
        cover_s: b.cover_s,
        missing: b.missing.into_iter().map(|m| Missing { pupil: m.pupil.0, place: m.place.0 }).collect(),
        note: b.note.map(|n| n.0),
    };
    let job = move |cx: &mut Cx<'_, '_>| {
        drill::call(cx, id, &said)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// A drill held on paper.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillPaper {
    started_at: At,
    #[schema(minimum = 1)]
    expected: i64,
    #[schema(minimum = 0)]
    out: i64,
    #[serde(default)]
    #[schema(minimum = 0)]
    unknown: i64,
    #[schema(minimum = 1)]
    out_s: i64,
    list_s: Option<i64>,
    back_reason: Option<Note>,
}

/// Enter a drill that was held on paper
#[utoipa::path(post, path = "/drills/{id}/paper", tag = "drills",
    params(("id" = Uid, Path, description = "The drill")), request_body = DrillPaper,
    responses((status = 200, description = "Entered", body = Made)))]
async fn drill_paper(State(web): State<Web>, PathId(id): PathId, call: Call<DrillPaper>) -> Reply<Json<Made>> {
    let b = call.body.clone();
    let said = Paper {
        started_at: b.started_at.0,
        expected: b.expected,
        out: b.out,
        unknown: b.unknown,
        out_s: b.out_s,
        list_s: b.list_s,
        back_reason: b.back_reason.map(|r| r.0),
    };
    let job = move |cx: &mut Cx<'_, '_>| {
        drill::paper(cx, id, &said)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// One improvement, which becomes a task.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillImprovement {
    what: Fact,
    owner: Uid,
    due_on: Date,
}

/// A review.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillReview {
    process: Long,
    plan_fit: DrillFit,
    staff_fit: DrillFit,
    problems: Option<Long>,
    #[schema(max_items = 20)]
    practised: Vec<DrillSkill>,
    #[serde(default)]
    #[schema(max_items = 30)]
    improvements: Vec<DrillImprovement>,
    #[serde(default)]
    #[schema(max_items = 6)]
    photos: Vec<PhotoHash>,
}

/// Review a held drill
#[utoipa::path(post, path = "/drills/{id}/review", tag = "drills",
    params(("id" = Uid, Path, description = "The drill")), request_body = DrillReview,
    responses((status = 200, description = "Reviewed", body = Made)))]
async fn drill_review(State(web): State<Web>, PathId(id): PathId, call: Call<DrillReview>) -> Reply<Json<Made>> {
    let b = call.body.clone();
    most("practised", b.practised.len(), SKILLS_MAX)?;
    most("improvements", b.improvements.len(), IMPROVEMENTS_MAX)?;
    most("photo", b.photos.len(), PHOTOS_MAX)?;
    let said = NewReview {
        process: b.process.0,
        plan_fit: Some(b.plan_fit.0),
        staff_fit: Some(b.staff_fit.0),
        problems: b.problems.map(|p| p.0).unwrap_or_default(),
        practised: b.practised.into_iter().map(|s| s.0).collect(),
        improvements: b
            .improvements
            .into_iter()
            .map(|i| Improvement { what: i.what.0, owner: i.owner.0, due_on: i.due_on.0 })
            .collect(),
        photos: stored(&web, &b.photos).await?,
    };
    let job = move |cx: &mut Cx<'_, '_>| {
        drill::review(cx, id, &said)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Why it is dropped.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillDrop {
    reason: Note,
}

/// Drop a drill
///
/// The row stays; what it credited is withdrawn.
#[utoipa::path(post, path = "/drills/{id}/drop", tag = "drills",
    params(("id" = Uid, Path, description = "The drill")), request_body = DrillDrop,
    responses((status = 200, description = "Dropped", body = Made)))]
async fn drill_drop(State(web): State<Web>, PathId(id): PathId, call: Call<DrillDrop>) -> Reply<Json<Made>> {
    let reason = call.body.reason.0.clone();
    let job = move |cx: &mut Cx<'_, '_>| {
        drill::drop(cx, id, &reason)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}
