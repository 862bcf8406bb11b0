//! Around alarms: buttons on walls, which agency hears a bureau's schools, and in how many schools all that is built, tested,
//! heard by the police (notice 5.2). A button's address is told once. Not here: the press itself, `POST /press`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use safety::Cx;
use safety::alarm::{button, spread};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, PathId};
use super::dto::dto;
use super::fault::Reply;
use super::org::Made;
use super::page::Listed;
use super::wire::{At, Date, Name, Uid};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(button_list, button_add))
        .routes(routes!(button_end))
        .routes(routes!(police_name))
        .routes(routes!(alarm_schools))
}

dto! {
    /// A button on a wall; its address is not told.
    Button of button::Button {
        id: Uid = one,
        unit: Uid = one,
        place: Option<Uid> = opt,
        name: String = one,
        received_at: At = one,
    }
}

/// List the buttons of a unit
#[utoipa::path(get, path = "/units/{id}/buttons", tag = "alarms", params(("id" = Uid, Path, description = "The unit")),
    responses((status = 200, description = "Buttons", body = Listed<Button>)))]
async fn button_list(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<Listed<Button>>> {
    let all = web.read(signed.actor(), move |cx| button::list(cx, id)).await?;
    Ok(Json(Listed { items: all.into_iter().map(Button::from).collect(), next_cursor: None }))
}

/// Where it hangs.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ButtonAdd {
    name: Name,
    /// A place of the unit.
    place: Option<Uid>,
}

/// A button with its address.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ButtonAdded {
    pub id: Uid,
    pub received_at: At,
    /// What the device sends as `Authorization: Bearer …` to `POST /press`. Null when the request is repeated: it is kept
    /// nowhere.
    pub address: Option<String>,
}

/// Register a button
///
/// Its address is answered once.
#[utoipa::path(post, path = "/units/{id}/buttons", tag = "alarms", params(("id" = Uid, Path, description = "The unit")),
    request_body = ButtonAdd, responses((status = 201, description = "Registered", body = ButtonAdded)))]
async fn button_add(
    State(web): State<Web>,
    PathId(id): PathId,
    call: Call<ButtonAdd>,
) -> Reply<(StatusCode, Json<ButtonAdded>)> {
    let (name, place) = (call.body.name.0.clone(), call.body.place.map(|p| p.0));
    let address = base::hex(&base::random::<16>());
    let (secret, done) = (address.clone(), Arc::new(AtomicBool::new(false)));
    let ran = done.clone();
    let job = move |cx: &mut Cx<'_, '_>| {
        let id = button::add(cx, id, place, &name, &secret)?;
        ran.store(true, Ordering::Relaxed);
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    let made = call.once(&web, job).await?;
    // Of a repeated request the address just made belongs to no button.
    let address = done.load(Ordering::Relaxed).then_some(address);
    Ok((StatusCode::CREATED, Json(ButtonAdded { id: made.id, received_at: made.received_at, address })))
}

/// Nothing is asked for.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ButtonEnd {}

/// Take a button out of use
#[utoipa::path(post, path = "/buttons/{id}/end", tag = "alarms", params(("id" = Uid, Path, description = "The button")),
    request_body = ButtonEnd, responses((status = 200, description = "Done", body = Made)))]
async fn button_end(State(web): State<Web>, PathId(id): PathId, call: Call<ButtonEnd>) -> Reply<Json<Made>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        button::end(cx, id)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Who hears them.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PoliceName {
    /// An agency under the bureau; null takes it back.
    agency: Option<Uid>,
}

/// Name the agency that hears the alarms of a bureau's schools
#[utoipa::path(post, path = "/units/{id}/police", tag = "alarms", params(("id" = Uid, Path, description = "The bureau")),
    request_body = PoliceName, responses((status = 200, description = "Done", body = Made)))]
async fn police_name(State(web): State<Web>, PathId(id): PathId, call: Call<PoliceName>) -> Reply<Json<Made>> {
    let agency = call.body.agency.map(|a| a.0);
    let job = move |cx: &mut Cx<'_, '_>| {
        button::hear(cx, id, agency)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

dto! {
    /// How the one-key alarm of a school stands this month.
    AlarmSchool of spread::School {
        unit: Uid = one,
        name: String = one,
        /// Buttons on walls.
        buttons: i64 = one,
        /// Last test, whoever answered it.
        tried_at: Option<At> = opt,
        /// A test was answered from outside the school.
        heard_at: Option<At> = opt,
        /// The police desk answered a test.
        linked_at: Option<At> = opt,
    }
}

/// All schools below, and in how many it is built, tested, linked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlarmSchools {
    /// First day of the month that is looked at.
    pub since: Option<Date>,
    pub built: i64,
    pub tested: i64,
    pub linked: i64,
    /// What lacks most first.
    pub schools: Vec<AlarmSchool>,
}

/// Show in how many schools the alarm is built, tested and linked with the police
///
/// For bureaus. Linked is only a school whose test of this month the police desk has answered.
#[utoipa::path(get, path = "/alarms/schools", tag = "alarms",
    responses((status = 200, description = "This month", body = AlarmSchools)))]
async fn alarm_schools(State(web): State<Web>, signed: Signed) -> Reply<Json<AlarmSchools>> {
    let s = web.read(signed.actor(), spread::read).await?;
    Ok(Json(AlarmSchools {
        since: s.since.map(Date),
        built: s.built,
        tested: s.tested,
        linked: s.linked,
        schools: s.schools.into_iter().map(AlarmSchool::from).collect(),
    }))
}
