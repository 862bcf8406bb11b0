//! Missives: letters to an agency about a hazard that was handed to it (notice 2.6, 4.4). The link is told once, to whoever
//! wrote the letter. Not here: what is behind the link; it is a page, for people without an account, on one device.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Error, Refusal};
use safety::missive::{self, Stand};
use safety::{Actor, Cx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Queried};
use super::fault::Reply;
use super::org::Made;
use super::page::Listed;
use super::wire::{At, Uid};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(missive_list, missive_write))
}

/// How a missive stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissiveStand {
    Waiting,
    Signed,
    Answered,
    /// Its days are over, and nobody answered.
    Expired,
    /// A newer one ended it.
    Revoked,
}

impl From<Stand> for MissiveStand {
    fn from(stand: Stand) -> MissiveStand {
        match stand {
            Stand::Waiting => MissiveStand::Waiting,
            Stand::Signed => MissiveStand::Signed,
            Stand::Answered => MissiveStand::Answered,
            Stand::Expired => MissiveStand::Expired,
            Stand::Revoked => MissiveStand::Revoked,
        }
    }
}

/// A missive; its link is not told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Missive {
    pub id: Uid,
    pub hazard: Uid,
    pub unit: Uid,
    /// The unit that wrote it.
    pub by_name: String,
    pub agency: Uid,
    pub agency_name: String,
    pub stand: MissiveStand,
    /// Its link opens until then.
    pub until_at: At,
    /// Who signed for it, as they wrote it.
    pub signer: Option<String>,
    pub signed_at: Option<At>,
    /// The act of the hazard by which it was answered.
    pub answer: Option<String>,
    pub note: Option<String>,
    pub answered_at: Option<At>,
    pub received_at: At,
}

fn told(m: missive::Missive, now: base::Ms) -> Missive {
    Missive {
        stand: m.stand(now).into(),
        id: m.id.into(),
        hazard: m.hazard.into(),
        unit: m.unit.into(),
        by_name: m.by_name,
        agency: m.agency.into(),
        agency_name: m.agency_name,
        until_at: m.until_at.into(),
        signer: m.signer,
        signed_at: m.signed_at.map(Into::into),
        answer: m.answer,
        note: m.note,
        answered_at: m.answered_at.map(Into::into),
        received_at: m.received_at.into(),
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MissiveQuery {
    hazard: Uid,
}

/// List the missives about a hazard
///
/// Newest first.
#[utoipa::path(get, path = "/missives", tag = "missives", params(MissiveQuery),
    responses((status = 200, description = "Missives", body = Listed<Missive>)))]
async fn missive_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<MissiveQuery>,
) -> Reply<Json<Listed<Missive>>> {
    let (hazard, now) = (asked.hazard.0, web.now());
    let all = web.read(signed.actor(), move |cx| missive::of_hazard(cx, hazard)).await?;
    Ok(Json(Listed { items: all.into_iter().map(|m| told(m, now)).collect(), next_cursor: None }))
}

/// About which hazard.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissiveWrite {
    /// One that an agency has.
    hazard: Uid,
}

/// A missive with its link.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MissiveWritten {
    pub id: Uid,
    pub received_at: At,
    /// Path of the agency's page. Null when the request is repeated: it is kept nowhere.
    pub link: Option<String>,
}

/// Write a missive to the agency that has the hazard
///
/// One that was open before it ends. The link is answered once.
#[utoipa::path(post, path = "/missives", tag = "missives", request_body = MissiveWrite,
    responses((status = 201, description = "Written", body = MissiveWritten)))]
async fn missive_write(State(web): State<Web>, call: Call<MissiveWrite>) -> Reply<(StatusCode, Json<MissiveWritten>)> {
    let (hazard, code) = (call.body.hazard.0, base::hex(&base::random::<16>()));
    let secret = code.clone();
    let job = move |cx: &mut Cx<'_, '_>| {
        Ok(Made { id: missive::write(cx, hazard, &secret)?.into(), received_at: cx.now.into() })
    };
    let made = call.once(&web, job).await?;
    // What is remembered of a request holds no link: of a repeated one the code just made belongs to no missive.
    let secret = code.clone();
    let known = web.read(&Actor::system(), move |cx| missive::front(cx, &secret)).await;
    let link = match known {
        Ok(_) => Some(format!("/a/{code}")),
        Err(Error::Refused(Refusal::NotFound)) => None,
        Err(e) => return Err(e.into()),
    };
    Ok((StatusCode::CREATED, Json(MissiveWritten { id: made.id, received_at: made.received_at, link })))
}
