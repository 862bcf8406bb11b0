//! The roll (notice 3.4, 4.2): classes with their figures; pupils by name inside the school only.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Error, Id, Problem};
use safety::Cx;
use safety::org::unit;
use safety::roll::pupil::{self, NewPupil};
use safety::roll::year::{self, Promotion};
use safety::roll::{self, Change, NewClass};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Nothing, PathId, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::org::Made;
use super::page::{self, Listed, Paging};
use super::wire::{At, Date, Name, Uid};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(class_list, class_open))
        .routes(routes!(class_show))
        .routes(routes!(class_change))
        .routes(routes!(class_close))
        .routes(routes!(class_promote))
        .routes(routes!(pupil_list, pupil_enter))
        .routes(routes!(pupil_show))
        .routes(routes!(pupil_transfer))
        .routes(routes!(pupil_leave))
        .routes(routes!(pupil_erase))
}

dto! {
    /// A class as it stands on a day.
    Class of roll::Class {
        id: Uid = one,
        unit: Uid = one,
        name: String = one,
        /// -3 to -1 kindergarten, 1 to 12, 0 several grades in one room.
        grade: i64 = one,
        /// Which class of its grade.
        serial: i64 = one,
        /// The class teacher.
        teacher: Option<Uid> = opt,
        teacher_name: Option<String> = one,
        pupils: i64 = one,
        boarders: i64 = one,
        riders: i64 = one,
        /// First day on which this holds.
        from_on: Date = one,
        until_on: Option<Date> = opt,
        opened_on: Date = one,
        closed_on: Option<Date> = opt,
    }
}

dto! {
    /// A pupil by name.
    Pupil of pupil::Pupil {
        id: Uid = one,
        version: i64 = one,
        unit: Uid = one,
        /// Null after an erasure.
        name: Option<String> = one,
        boards: bool = one,
        rides: bool = one,
        erased_at: Option<At> = opt,
    }
}

/// What an act on the roll left behind.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RollChanged {
    pub id: Uid,
    pub received_at: At,
}

fn changed(cx: &mut Cx<'_, '_>, id: Id) -> RollChanged {
    RollChanged { id: id.into(), received_at: cx.now.into() }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ClassQuery {
    /// The school; the asker's own when absent.
    unit: Option<Uid>,
    /// As it stood on this day; today when absent.
    on: Option<Date>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List the classes of a school
#[utoipa::path(get, path = "/classes", tag = "roll", params(ClassQuery),
    responses((status = 200, description = "A page of classes", body = Listed<Class>)))]
async fn class_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<ClassQuery>,
) -> Reply<Json<Listed<Class>>> {
    let unit = asked.unit.map_or(signed.actor().unit, |u| u.0);
    let on = asked.on.map(|d| d.0);
    let classes = web
        .read(signed.actor(), move |cx| {
            let on = on.unwrap_or(cx.now.day());
            Ok(roll::list(cx, unit, on)?.into_iter().map(|(class, _)| class).collect::<Vec<_>>())
        })
        .await?;
    Ok(Json(page::cut(classes, |c| c.id, asked.limit, asked.cursor.as_deref())?))
}

/// A class to be opened.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassOpen {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// The school; the asker's own when absent.
    unit: Option<Uid>,
    name: Name,
    #[schema(minimum = -3, maximum = 12)]
    grade: i64,
    #[schema(minimum = 0, maximum = 99)]
    serial: i64,
    /// On the roll of people of the same school.
    teacher: Option<Uid>,
    #[schema(minimum = 0, maximum = 200)]
    pupils: Option<i64>,
    #[schema(minimum = 0, maximum = 200)]
    boarders: Option<i64>,
    #[schema(minimum = 0, maximum = 200)]
    riders: Option<i64>,
    /// First day; today when absent.
    from_on: Option<Date>,
}

/// Open a class
#[utoipa::path(post, path = "/classes", tag = "roll", request_body = ClassOpen,
    responses((status = 201, description = "Opened", body = Made)))]
async fn class_open(State(web): State<Web>, call: Call<ClassOpen>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    let new = NewClass {
        id: body.id.map(|i| i.0).or(call.key()),
        unit: body.unit.map(|u| u.0),
        name: body.name.0,
        grade: body.grade,
        serial: body.serial,
        teacher: body.teacher.map(|t| t.0),
        pupils: body.pupils.unwrap_or_default(),
        boarders: body.boarders.unwrap_or_default(),
        riders: body.riders.unwrap_or_default(),
        from_on: body.from_on.map(|d| d.0),
    };
    let job = move |cx: &mut Cx<'_, '_>| {
        unit::show(cx, new.unit.unwrap_or(cx.actor.unit))?;
        Ok(Made { id: roll::open(cx, &new)?.into(), received_at: cx.now.into() })
    };
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

/// Show a class
#[utoipa::path(get, path = "/classes/{id}", tag = "roll", params(("id" = Uid, Path, description = "The class")),
    responses((status = 200, description = "The class", body = Class)))]
async fn class_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<Class>> {
    let (class, _) = web.read(signed.actor(), move |cx| roll::show(cx, id)).await?;
    Ok(Json(class.into()))
}

/// What is to change; what is absent stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassChange {
    name: Option<Name>,
    #[schema(minimum = -3, maximum = 12)]
    grade: Option<i64>,
    #[schema(minimum = 0, maximum = 99)]
    serial: Option<i64>,
    teacher: Option<Uid>,
    #[schema(minimum = 0, maximum = 200)]
    pupils: Option<i64>,
    #[schema(minimum = 0, maximum = 200)]
    boarders: Option<i64>,
    #[schema(minimum = 0, maximum = 200)]
    riders: Option<i64>,
    /// From which day it holds; today when absent. The past stays as it was.
    from_on: Option<Date>,
}

/// Change a class from a day on
#[utoipa::path(post, path = "/classes/{id}/change", tag = "roll", params(("id" = Uid, Path, description = "The class")),
    request_body = ClassChange, responses((status = 200, description = "Changed", body = RollChanged)))]
async fn class_change(State(web): State<Web>, PathId(id): PathId, call: Call<ClassChange>) -> Reply<Json<RollChanged>> {
    let body = call.body.clone();
    let change = Change {
        name: body.name.map(|n| n.0),
        grade: body.grade,
        serial: body.serial,
        teacher: body.teacher.map(|t| Some(t.0)),
        pupils: body.pupils,
        boarders: body.boarders,
        riders: body.riders,
        from_on: body.from_on.map(|d| d.0),
    };
    let job = move |cx: &mut Cx<'_, '_>| {
        roll::show(cx, id)?;
        roll::change(cx, id, &change)?;
        Ok(changed(cx, id))
    };
    Ok(Json(call.once(&web, job).await?))
}

/// When a class closes or a pupil leaves.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollEnd {
    /// Last day; today when absent.
    until_on: Option<Date>,
}

/// Close a class
///
/// Its named pupils leave with it.
#[utoipa::path(post, path = "/classes/{id}/close", tag = "roll", params(("id" = Uid, Path, description = "The class")),
    request_body = RollEnd, responses((status = 200, description = "Closed", body = RollChanged)))]
async fn class_close(State(web): State<Web>, PathId(id): PathId, call: Call<RollEnd>) -> Reply<Json<RollChanged>> {
    let until = call.body.until_on.map(|d| d.0);
    let job = move |cx: &mut Cx<'_, '_>| {
        roll::show(cx, id)?;
        roll::close(cx, id, until.unwrap_or(cx.now.day()))?;
        Ok(changed(cx, id))
    };
    Ok(Json(call.once(&web, job).await?))
}

/// What becomes of one class.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassTurn {
    class: Uid,
    /// The new grade; null: it leaves the day before.
    #[schema(minimum = -3, maximum = 12)]
    grade: Option<i64>,
    /// The new name; kept when absent.
    name: Option<Name>,
}

/// The turn of a school year.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassPromote {
    /// The school; the asker's own when absent.
    unit: Option<Uid>,
    /// First day of the new year.
    on: Date,
    #[schema(min_items = 1, max_items = 400)]
    classes: Vec<ClassTurn>,
}

/// How many classes went up or left.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Promoted {
    pub classes: i64,
    pub received_at: At,
}

/// Take the classes of a school into the next school year
#[utoipa::path(post, path = "/classes/promote", tag = "roll", request_body = ClassPromote,
    responses((status = 200, description = "Done", body = Promoted)))]
async fn class_promote(State(web): State<Web>, call: Call<ClassPromote>) -> Reply<Json<Promoted>> {
    let body = call.body.clone();
    if body.classes.len() as i64 > roll::CLASSES_MAX {
        return Err(Error::invalid("classes", Problem::OutOfRange { min: 1, max: roll::CLASSES_MAX }).into());
    }
    let turn: Vec<Promotion> = body
        .classes
        .into_iter()
        .map(|c| Promotion { class: c.class.0, grade: c.grade, name: c.name.map(|n| n.0) })
        .collect();
    let (unit, on) = (body.unit.map_or(call.actor().unit, |u| u.0), body.on.0);
    let job = move |cx: &mut Cx<'_, '_>| {
        Ok(Promoted { classes: year::promote(cx, unit, on, &turn)?, received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// List the pupils of a class by name
///
/// Inside the school only: a superior sees counts.
#[utoipa::path(get, path = "/classes/{id}/pupils", tag = "roll",
    params(("id" = Uid, Path, description = "The class"), Paging),
    responses((status = 200, description = "A page of pupils", body = Listed<Pupil>)))]
async fn pupil_list(
    State(web): State<Web>,
    signed: Signed,
    PathId(id): PathId,
    Queried(asked): Queried<Paging>,
) -> Reply<Json<Listed<Pupil>>> {
    let pupils = web.read(signed.actor(), move |cx| pupil::list(cx, id, cx.now.day())).await?;
    Ok(Json(page::cut(pupils, |p| p.id, asked.limit, asked.cursor.as_deref())?))
}

/// A pupil to be entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PupilEnter {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    name: Name,
    boards: Option<bool>,
    rides: Option<bool>,
    /// First day in the class; today when absent.
    from_on: Option<Date>,
}

/// Enter a pupil by name
#[utoipa::path(post, path = "/classes/{id}/pupils", tag = "roll", params(("id" = Uid, Path, description = "The class")),
    request_body = PupilEnter, responses((status = 201, description = "Entered", body = Made)))]
async fn pupil_enter(
    State(web): State<Web>,
    PathId(id): PathId,
    call: Call<PupilEnter>,
) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    let new = NewPupil {
        id: body.id.map(|i| i.0).or(call.key()),
        class: id,
        name: body.name.0,
        boards: body.boards.unwrap_or_default(),
        rides: body.rides.unwrap_or_default(),
        from_on: body.from_on.map(|d| d.0),
    };
    let job = move |cx: &mut Cx<'_, '_>| {
        roll::show(cx, id)?;
        Ok(Made { id: pupil::enter(cx, &new)?.into(), received_at: cx.now.into() })
    };
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

/// Show a pupil
#[utoipa::path(get, path = "/pupils/{id}", tag = "roll", params(("id" = Uid, Path, description = "The pupil")),
    responses((status = 200, description = "The pupil", body = Pupil)))]
async fn pupil_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<Pupil>> {
    let (pupil, _) = web.read(signed.actor(), move |cx| pupil::show(cx, id)).await?;
    Ok(Json(pupil.into()))
}

/// Where a pupil goes.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PupilTransfer {
    /// Of the same school.
    class: Uid,
    /// First day there; today when absent.
    from_on: Option<Date>,
}

/// Move a pupil to another class
#[utoipa::path(post, path = "/pupils/{id}/transfer", tag = "roll", params(("id" = Uid, Path, description = "The pupil")),
    request_body = PupilTransfer, responses((status = 200, description = "Moved", body = RollChanged)))]
async fn pupil_transfer(
    State(web): State<Web>,
    PathId(id): PathId,
    call: Call<PupilTransfer>,
) -> Reply<Json<RollChanged>> {
    let (to, from) = (call.body.class.0, call.body.from_on.map(|d| d.0));
    let job = move |cx: &mut Cx<'_, '_>| {
        pupil::transfer(cx, id, to, from.unwrap_or(cx.now.day()))?;
        Ok(changed(cx, id))
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Let a pupil leave the school
#[utoipa::path(post, path = "/pupils/{id}/leave", tag = "roll", params(("id" = Uid, Path, description = "The pupil")),
    request_body = RollEnd, responses((status = 200, description = "Left", body = RollChanged)))]
async fn pupil_leave(State(web): State<Web>, PathId(id): PathId, call: Call<RollEnd>) -> Reply<Json<RollChanged>> {
    let until = call.body.until_on.map(|d| d.0);
    let job = move |cx: &mut Cx<'_, '_>| {
        pupil::leave(cx, id, until.unwrap_or(cx.now.day()))?;
        Ok(changed(cx, id))
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Erase the name of a pupil who left
#[utoipa::path(post, path = "/pupils/{id}/erase", tag = "roll", params(("id" = Uid, Path, description = "The pupil")),
    request_body = Nothing, responses((status = 200, description = "Erased", body = RollChanged)))]
async fn pupil_erase(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<RollChanged>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        pupil::erase(cx, id)?;
        Ok(changed(cx, id))
    };
    Ok(Json(call.once(&web, job).await?))
}
