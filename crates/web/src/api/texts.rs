//! Written rules and emergency plans of a unit.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use safety::Cx;
use safety::text::{self, NewText};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Nothing, PathId, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::org::Made;
use super::page::Listed;
use super::wire::{At, Body, Date, Fact, Name, Note, Standing, Uid};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(text_list, text_adopt))
        .routes(routes!(text_show))
        .routes(routes!(text_review))
        .routes(routes!(text_ack))
}

dto! {
    /// An edition of a written rule or an emergency plan.
    Text of text::Text {
        id: Uid = one,
        unit: Uid = one,
        /// Key of the pack's kind of text.
        kind: String = one,
        edition: i64 = one,
        title: String = one,
        body: String = one,
        adopted_on: Date = one,
        /// The meeting that adopted it.
        meeting: String = one,
        /// By this day it is to be reviewed.
        review_by: Date = one,
        /// Last day in force; null while it is.
        ended_on: Option<Date> = opt,
        received_at: At = one,
    }
}

/// How a kind of text stands at a unit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TextLine {
    pub kind: String,
    pub title: String,
    /// An emergency plan, not a rule.
    pub plan: bool,
    pub clause: String,
    pub standing: Standing,
    /// The edition in force.
    pub text: Option<Text>,
    /// People in the posts that it binds.
    pub bound: i64,
    /// How many of them acknowledged it.
    pub acked: i64,
}

impl From<text::Line> for TextLine {
    fn from(line: text::Line) -> TextLine {
        TextLine {
            kind: line.kind,
            title: line.title,
            plan: line.plan,
            clause: line.clause,
            standing: line.standing.into(),
            text: line.text.map(Text::from),
            bound: line.bound,
            acked: line.acked,
        }
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TextQuery {
    /// The unit; the asker's own when absent.
    unit: Option<Uid>,
}

/// List the kinds of text that a unit owes, and how each stands
#[utoipa::path(get, path = "/texts", tag = "texts", params(TextQuery),
    responses((status = 200, description = "The kinds", body = Listed<TextLine>)))]
async fn text_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<TextQuery>,
) -> Reply<Json<Listed<TextLine>>> {
    let unit = asked.unit.map_or(signed.actor().unit, |u| u.0);
    let lines = web.read(signed.actor(), move |cx| text::board(cx, unit)).await?;
    Ok(Json(Listed { items: lines.into_iter().map(TextLine::from).collect(), next_cursor: None }))
}

/// A text to be adopted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextAdopt {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// The unit; the asker's own when absent.
    unit: Option<Uid>,
    /// Key of the pack's kind of text.
    kind: Name,
    /// The kind's title when absent.
    title: Option<Name>,
    body: Body,
    /// Today when absent.
    adopted_on: Option<Date>,
    /// The meeting that adopted it.
    meeting: Fact,
}

/// Adopt an edition
///
/// It takes the place of the edition in force, which stays readable with its days.
#[utoipa::path(post, path = "/texts", tag = "texts", request_body = TextAdopt,
    responses((status = 201, description = "Adopted", body = Made)))]
async fn text_adopt(State(web): State<Web>, call: Call<TextAdopt>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    let new = NewText {
        id: body.id.map(|i| i.0).or(call.key()),
        unit: body.unit.map(|u| u.0),
        kind: body.kind.0,
        title: body.title.map(|t| t.0),
        body: body.body.0,
        adopted_on: body.adopted_on.map(|d| d.0),
        meeting: body.meeting.0,
        work: None,
    };
    let job = move |cx: &mut Cx<'_, '_>| Ok(Made { id: text::adopt(cx, &new)?.into(), received_at: cx.now.into() });
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

/// Show an edition
#[utoipa::path(get, path = "/texts/{id}", tag = "texts", params(("id" = Uid, Path, description = "The edition")),
    responses((status = 200, description = "The edition", body = Text)))]
async fn text_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<Text>> {
    let text = web.read(signed.actor(), move |cx| text::show(cx, id)).await?;
    Ok(Json(text.into()))
}

/// What a review found.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextReview {
    note: Option<Note>,
}

/// Confirm the edition in force at its yearly review
#[utoipa::path(post, path = "/texts/{id}/review", tag = "texts",
    params(("id" = Uid, Path, description = "The edition")), request_body = TextReview,
    responses((status = 200, description = "Reviewed", body = Made)))]
async fn text_review(State(web): State<Web>, PathId(id): PathId, call: Call<TextReview>) -> Reply<Json<Made>> {
    let note = call.body.note.clone().map(|n| n.0);
    let job = move |cx: &mut Cx<'_, '_>| {
        text::review(cx, id, note.as_deref())?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Acknowledge the edition in force
///
/// Once for each person in a post that it binds.
#[utoipa::path(post, path = "/texts/{id}/ack", tag = "texts", params(("id" = Uid, Path, description = "The edition")),
    request_body = Nothing, responses((status = 200, description = "Acknowledged", body = Made)))]
async fn text_ack(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        text::ack(cx, id)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}
