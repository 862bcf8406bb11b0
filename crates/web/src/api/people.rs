//! Persons and their posts (notice 4.1, 4.2). Answers that are kept for a repeated request hold no name and no
//! telephone, so that an erasure leaves nothing behind.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Id, Result};
use safety::Cx;
use safety::org::people::{self, NewPerson};
use safety::org::post::{self, NewPost};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Nothing, PathId};
use super::fault::Reply;
use super::org::{Changed, Made, Person};
use super::wire::{At, Date, Mobile, Name, Role, Title, Uid};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(person_enter))
        .routes(routes!(person_show))
        .routes(routes!(person_correct))
        .routes(routes!(person_erase))
        .routes(routes!(post_give))
        .routes(routes!(post_end))
        .routes(routes!(post_hand_over))
}

/// A person to be entered on a roll.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonEnter {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// The institution on whose roll the person stands.
    unit: Uid,
    name: Name,
    mobile: Option<Mobile>,
}

/// Enter a person on the roll of a unit
#[utoipa::path(post, path = "/persons", tag = "persons", request_body = PersonEnter,
    responses((status = 201, description = "Entered", body = Made)))]
async fn person_enter(State(web): State<Web>, call: Call<PersonEnter>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    let new = NewPerson {
        id: body.id.map(|i| i.0).or(call.key()),
        unit: body.unit.0,
        name: body.name.0,
        mobile: body.mobile.map(|m| m.0),
    };
    let made = call.once(&web, move |cx| Ok(Made { id: people::enter(cx, &new)?.into(), received_at: cx.now.into() }));
    Ok((StatusCode::CREATED, Json(made.await?)))
}

/// Show a person
#[utoipa::path(get, path = "/persons/{id}", tag = "persons", params(("id" = Uid, Path, description = "The person")),
    responses((status = 200, description = "The person", body = Person)))]
async fn person_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<Person>> {
    let person = web.read(signed.actor(), move |cx| people::show(cx, id)).await?;
    Ok(Json(person.into()))
}

/// Name and telephone as they are to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonCorrect {
    name: Name,
    /// None when absent.
    mobile: Option<Mobile>,
}

fn changed(cx: &mut Cx<'_, '_>, id: Id) -> Result<Changed> {
    Ok(Changed { id: id.into(), version: people::load(cx, id)?.version, received_at: cx.now.into() })
}

/// Correct name or telephone of a person
#[utoipa::path(post, path = "/persons/{id}/correct", tag = "persons",
    params(("id" = Uid, Path, description = "The person")), request_body = PersonCorrect,
    responses((status = 200, description = "Corrected", body = Changed)))]
async fn person_correct(State(web): State<Web>, PathId(id): PathId, call: Call<PersonCorrect>) -> Reply<Json<Changed>> {
    let (name, mobile) = (call.body.name.0.clone(), call.body.mobile.clone().map(|m| m.0));
    let job = move |cx: &mut Cx<'_, '_>| {
        // Somebody who may not know of the person must not learn of it here.
        people::show(cx, id)?;
        people::correct(cx, id, &name, mobile.as_deref())?;
        changed(cx, id)
    };
    let corrected = call.once(&web, job).await?;
    web.forget_sessions();
    Ok(Json(corrected))
}

/// Erase a person's data
///
/// Name and telephone go for good; what was done, when and in which post remains. Refused while the person holds a post.
#[utoipa::path(post, path = "/persons/{id}/erase", tag = "persons",
    params(("id" = Uid, Path, description = "The person")), request_body = Nothing,
    responses((status = 200, description = "Erased", body = Changed)))]
async fn person_erase(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Changed>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        people::show(cx, id)?;
        people::erase(cx, id)?;
        changed(cx, id)
    };
    let erased = call.once(&web, job).await?;
    web.forget_sessions();
    Ok(Json(erased))
}

/// A post to be given.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostGive {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// The institution, or a department or campus inside it.
    unit: Uid,
    person: Uid,
    role: Role,
    /// What the paper calls it, if not the role's own name.
    title: Option<Title>,
    /// Held for another for a time.
    acting: Option<bool>,
    /// First day; today when absent.
    from_on: Option<Date>,
}

/// Give a person a post
#[utoipa::path(post, path = "/posts", tag = "posts", request_body = PostGive,
    responses((status = 201, description = "Given", body = Made)))]
async fn post_give(State(web): State<Web>, call: Call<PostGive>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    let new = NewPost {
        id: body.id.map(|i| i.0).or(call.key()),
        unit: body.unit.0,
        person: body.person.0,
        role: body.role.0,
        title: body.title.map(|t| t.0).filter(|t| !t.is_empty()),
        acting: body.acting.unwrap_or_default(),
        from_on: body.from_on.map(|d| d.0),
    };
    let made = call.once(&web, move |cx| Ok(Made { id: post::give(cx, &new)?.into(), received_at: cx.now.into() }));
    let made = made.await?;
    web.forget_sessions();
    Ok((StatusCode::CREATED, Json(made)))
}

/// When a post ends.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostEnd {
    /// Last day; today when absent.
    until_on: Option<Date>,
}

/// End a post
///
/// Refused while open work waits for the person at that unit: hand it over first.
#[utoipa::path(post, path = "/posts/{id}/end", tag = "posts", params(("id" = Uid, Path, description = "The post")),
    request_body = PostEnd, responses((status = 200, description = "Ended", body = Changed)))]
async fn post_end(State(web): State<Web>, PathId(id): PathId, call: Call<PostEnd>) -> Reply<Json<Changed>> {
    let until = call.body.until_on.map(|d| d.0);
    let job = move |cx: &mut Cx<'_, '_>| {
        post::end(cx, id, until.unwrap_or(cx.now.day()))?;
        Ok(Changed { id: id.into(), version: post::load(cx, id)?.version, received_at: cx.now.into() })
    };
    let ended = call.once(&web, job).await?;
    web.forget_sessions();
    Ok(Json(ended))
}

/// Who takes a post over.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostHandOver {
    /// On the roll of the same institution.
    person: Uid,
}

/// A post that passed to another person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HandedOver {
    /// The new post.
    pub id: Uid,
    /// Open items that moved with it.
    pub moved: i64,
    pub received_at: At,
}

/// Hand a post over to another person
///
/// From today everything open that waits for the old holder at that unit waits for the new one.
#[utoipa::path(post, path = "/posts/{id}/hand_over", tag = "posts",
    params(("id" = Uid, Path, description = "The post")), request_body = PostHandOver,
    responses((status = 200, description = "Handed over", body = HandedOver)))]
async fn post_hand_over(
    State(web): State<Web>,
    PathId(id): PathId,
    call: Call<PostHandOver>,
) -> Reply<Json<HandedOver>> {
    let to = call.body.person.0;
    let job = move |cx: &mut Cx<'_, '_>| {
        let (post, moved) = post::hand_over(cx, id, to)?;
        Ok(HandedOver { id: post.into(), moved, received_at: cx.now.into() })
    };
    let handed = call.once(&web, job).await?;
    web.forget_sessions();
    Ok(Json(handed))
}
