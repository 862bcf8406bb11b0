//! Places of a unit, each with the code of its QR label (notice 2.6).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Id, Result};
use safety::Cx;
use safety::org::place::{self, NewPlace};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Nothing, PathId, PathText};
use super::fault::Reply;
use super::org::{Changed, Made, Place};
use super::wire::{Name, PlaceKind, Uid};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(place_add))
        .routes(routes!(place_by_code))
        .routes(routes!(place_show))
        .routes(routes!(place_correct))
        .routes(routes!(place_close))
}

/// A place to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceAdd {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    unit: Uid,
    /// The building or floor that it is in.
    parent: Option<Uid>,
    kind: PlaceKind,
    name: Name,
}

/// Add a place to a unit
#[utoipa::path(post, path = "/places", tag = "places", request_body = PlaceAdd,
    responses((status = 201, description = "Added", body = Made)))]
async fn place_add(State(web): State<Web>, call: Call<PlaceAdd>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    let new = NewPlace {
        id: body.id.map(|i| i.0).or(call.key()),
        unit: body.unit.0,
        parent: body.parent.map(|p| p.0),
        kind: body.kind.0,
        name: body.name.0,
    };
    let made = call.once(&web, move |cx| Ok(Made { id: place::add(cx, &new)?.into(), received_at: cx.now.into() }));
    Ok((StatusCode::CREATED, Json(made.await?)))
}

/// Show a place
#[utoipa::path(get, path = "/places/{id}", tag = "places", params(("id" = Uid, Path, description = "The place")),
    responses((status = 200, description = "The place", body = Place)))]
async fn place_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<Place>> {
    let place = web.read(signed.actor(), move |cx| place::show(cx, id)).await?;
    Ok(Json(place.into()))
}

/// The place behind a label
#[utoipa::path(get, path = "/places/by_code/{code}", tag = "places",
    params(("code" = String, Path, description = "The six signs of the label", min_length = 1, max_length = 20)),
    responses((status = 200, description = "The place", body = Place)))]
async fn place_by_code(State(web): State<Web>, signed: Signed, PathText(code): PathText) -> Reply<Json<Place>> {
    let place = web.read(signed.actor(), move |cx| place::by_code(cx, &code)).await?;
    Ok(Json(place.into()))
}

/// A place as it is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceCorrect {
    name: Name,
    kind: PlaceKind,
}

fn changed(cx: &mut Cx<'_, '_>, id: Id) -> Result<Changed> {
    Ok(Changed { id: id.into(), version: place::load(cx, id)?.version, received_at: cx.now.into() })
}

/// Rename a place or change its kind
#[utoipa::path(post, path = "/places/{id}/correct", tag = "places",
    params(("id" = Uid, Path, description = "The place")), request_body = PlaceCorrect,
    responses((status = 200, description = "Corrected", body = Changed)))]
async fn place_correct(State(web): State<Web>, PathId(id): PathId, call: Call<PlaceCorrect>) -> Reply<Json<Changed>> {
    let (name, kind) = (call.body.name.0.clone(), call.body.kind.0);
    let job = move |cx: &mut Cx<'_, '_>| {
        place::correct(cx, id, &name, kind)?;
        changed(cx, id)
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Take a place out of use
///
/// It is no longer counted in coverage; its past stays.
#[utoipa::path(post, path = "/places/{id}/close", tag = "places", params(("id" = Uid, Path, description = "The place")),
    request_body = Nothing, responses((status = 200, description = "Closed", body = Changed)))]
async fn place_close(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Changed>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        place::close(cx, id)?;
        changed(cx, id)
    };
    Ok(Json(call.once(&web, job).await?))
}
