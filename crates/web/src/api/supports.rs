//! Help for weak schools, guidance for others (notice 1.3): for the school's leaders and its superiors only.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Error, Problem};
use safety::Cx;
use safety::support::{self, NewSupport, NewVisit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, PathId, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::org::Made;
use super::page::{self, Listed, Paging};
use super::wire::{At, Date, Long, Note, Uid};
use crate::door::Signed;
use crate::state::Web;

/// People who came along.
const WITH_MAX: usize = 20;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(support_list, support_name))
        .routes(routes!(support_visits, support_record))
        .routes(routes!(support_visit))
        .routes(routes!(support_done))
        .routes(routes!(support_show))
        .routes(routes!(support_replan))
        .routes(routes!(support_end))
}

dto! {
    /// The help for one school.
    Support of support::Support {
        id: Uid = one,
        unit: Uid = one,
        unit_name: String = one,
        /// The bureau that helps.
        by_unit: Uid = one,
        reasons: String = one,
        plan: String = one,
        /// Who helps.
        helper: Uid = one,
        helper_name: Option<String> = one,
        began_on: Date = one,
        ended_on: Option<Date> = opt,
        end_reason: Option<String> = one,
        visits: i64 = one,
        last_visit: Option<Date> = opt,
    }
}

dto! {
    /// A visit, or guidance given outside of any help plan.
    SupportVisit of support::Visit {
        id: Uid = one,
        unit: Uid = one,
        unit_name: String = one,
        by_unit: Uid = one,
        /// Null: guidance.
        support: Option<Uid> = opt,
        visited_on: Date = one,
        by: Option<String> = one,
        with: Vec<String> = one,
        seen: String = one,
        advised: String = one,
        /// What the school did about it.
        done: Option<String> = one,
        done_on: Option<Date> = opt,
        back_reason: Option<String> = one,
        received_at: At = one,
    }
}

/// The help with its visits.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SupportView {
    pub support: Support,
    pub visits: Vec<SupportVisit>,
}

/// List the help in one's scope
#[utoipa::path(get, path = "/supports", tag = "supports", params(Paging),
    responses((status = 200, description = "A page", body = Listed<Support>)))]
async fn support_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<Paging>,
) -> Reply<Json<Listed<Support>>> {
    let all = web.read(signed.actor(), support::list).await?;
    Ok(Json(page::cut(all, |s| s.id, asked.limit, asked.cursor.as_deref())?))
}

/// Who is named, why, and how it will be helped.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupportName {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    unit: Uid,
    reasons: Long,
    plan: Long,
    /// On the roll of the naming bureau; the asker when absent.
    helper: Option<Uid>,
}

/// Name a school weak
#[utoipa::path(post, path = "/supports", tag = "supports", request_body = SupportName,
    responses((status = 201, description = "Named", body = Made)))]
async fn support_name(State(web): State<Web>, call: Call<SupportName>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    let new = NewSupport {
        id: body.id.map(|i| i.0).or(call.key()),
        unit: Some(body.unit.0),
        reasons: body.reasons.0,
        plan: body.plan.0,
        helper: body.helper.map(|h| h.0),
    };
    let job = move |cx: &mut Cx<'_, '_>| Ok(Made { id: support::name(cx, &new)?.into(), received_at: cx.now.into() });
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

/// Show the help for a school with its visits
#[utoipa::path(get, path = "/supports/{id}", tag = "supports", params(("id" = Uid, Path, description = "The help")),
    responses((status = 200, description = "The help", body = SupportView)))]
async fn support_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<SupportView>> {
    let (support, visits) = web.read(signed.actor(), move |cx| support::show(cx, id)).await?;
    let visits = visits.into_iter().map(SupportVisit::from).collect();
    Ok(Json(SupportView { support: support.into(), visits }))
}

/// The plan as it is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupportReplan {
    plan: Long,
    helper: Option<Uid>,
}

/// Change the plan or the helper
#[utoipa::path(post, path = "/supports/{id}/replan", tag = "supports",
    params(("id" = Uid, Path, description = "The help")), request_body = SupportReplan,
    responses((status = 200, description = "Changed", body = Made)))]
async fn support_replan(State(web): State<Web>, PathId(id): PathId, call: Call<SupportReplan>) -> Reply<Json<Made>> {
    let (plan, helper) = (call.body.plan.0.clone(), call.body.helper.map(|h| h.0));
    let job = move |cx: &mut Cx<'_, '_>| {
        support::replan(cx, id, &plan, helper)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// What has changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupportEnd {
    reason: Note,
}

/// End the status
#[utoipa::path(post, path = "/supports/{id}/end", tag = "supports", params(("id" = Uid, Path, description = "The help")),
    request_body = SupportEnd, responses((status = 200, description = "Ended", body = Made)))]
async fn support_end(State(web): State<Web>, PathId(id): PathId, call: Call<SupportEnd>) -> Reply<Json<Made>> {
    let reason = call.body.reason.0.clone();
    let job = move |cx: &mut Cx<'_, '_>| {
        support::end(cx, id, &reason)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// List visits and guidance in one's scope
#[utoipa::path(get, path = "/supports/visits", tag = "supports", params(Paging),
    responses((status = 200, description = "A page", body = Listed<SupportVisit>)))]
async fn support_visits(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<Paging>,
) -> Reply<Json<Listed<SupportVisit>>> {
    let all = web.read(signed.actor(), support::visits).await?;
    Ok(Json(page::cut(all, |v| v.id, asked.limit, asked.cursor.as_deref())?))
}

/// What a visit says.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupportRecord {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    unit: Uid,
    /// Today when absent.
    visited_on: Option<Date>,
    /// Who came along.
    #[serde(default)]
    #[schema(max_items = 20)]
    with: Vec<Uid>,
    seen: Long,
    advised: Long,
    /// Why it is entered late.
    back_reason: Option<Note>,
}

/// Record a visit or guidance
#[utoipa::path(post, path = "/supports/visits", tag = "supports", request_body = SupportRecord,
    responses((status = 201, description = "Recorded", body = Made)))]
async fn support_record(State(web): State<Web>, call: Call<SupportRecord>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    if body.with.len() > WITH_MAX {
        return Err(Error::invalid("with", Problem::OutOfRange { min: 0, max: WITH_MAX as i64 }).into());
    }
    let new = NewVisit {
        id: body.id.map(|i| i.0).or(call.key()),
        unit: Some(body.unit.0),
        visited_on: body.visited_on.map(|d| d.0),
        with: body.with.into_iter().map(|w| w.0).collect(),
        seen: body.seen.0,
        advised: body.advised.0,
        back_reason: body.back_reason.map(|r| r.0),
    };
    let job = move |cx: &mut Cx<'_, '_>| Ok(Made { id: support::record(cx, &new)?.into(), received_at: cx.now.into() });
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

/// Show a visit
#[utoipa::path(get, path = "/supports/visits/{id}", tag = "supports",
    params(("id" = Uid, Path, description = "The visit")),
    responses((status = 200, description = "The visit", body = SupportVisit)))]
async fn support_visit(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<SupportVisit>> {
    let visit = web.read(signed.actor(), move |cx| support::visit(cx, id)).await?;
    Ok(Json(visit.into()))
}

/// What the school did.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupportDone {
    done: Long,
}

/// Say what the school did about what was advised
#[utoipa::path(post, path = "/supports/visits/{id}/done", tag = "supports",
    params(("id" = Uid, Path, description = "The visit")), request_body = SupportDone,
    responses((status = 200, description = "Said", body = Made)))]
async fn support_done(State(web): State<Web>, PathId(id): PathId, call: Call<SupportDone>) -> Reply<Json<Made>> {
    let done = call.body.done.0.clone();
    let job = move |cx: &mut Cx<'_, '_>| {
        support::done(cx, id, &done)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}
