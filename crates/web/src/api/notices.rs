//! Notices with 签收, answers and the summary table; layers on top of the pack (notice 1.3).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Error, Problem};
use safety::Cx;
use safety::notice::layer::{self, NewLayer};
use safety::notice::{self, NewNotice, urgent};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Nothing, PathId, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::org::Made;
use super::page::Listed;
use super::wire::{
    AskKind, At, Body, Category, Date, Fact, Figure, Name, Note, NoticeKind, Number, Short, Uid, UnitKind,
};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(notice_list, notice_issue))
        .routes(routes!(notice_dispatch))
        .routes(routes!(notice_show))
        .routes(routes!(notice_sign))
        .routes(routes!(notice_answer))
        .routes(routes!(notice_end))
        .routes(routes!(layer_list, layer_add))
        .routes(routes!(layer_end))
}

/// A question that no record answers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeAsk {
    label: Name,
    kind: AskKind,
}

impl From<notice::Ask> for NoticeAsk {
    fn from(ask: notice::Ask) -> NoticeAsk {
        NoticeAsk { label: Name(ask.label), kind: ask.kind.into() }
    }
}

dto! {
    /// A notice on its way down.
    Notice of notice::Notice {
        id: Uid = one,
        /// Who issued it.
        unit: Uid = one,
        unit_name: String = one,
        kind: NoticeKind = one,
        number: Option<String> = one,
        title: String = one,
        body: String = one,
        clause: String = one,
        /// Kinds of units addressed; none: all.
        kinds: Vec<UnitKind> = all,
        /// Units addressed by name; none: all below.
        units: Vec<Uid> = all,
        /// What the records answer.
        figures: Vec<Figure> = all,
        category: Option<Category> = opt,
        /// What is to be typed.
        asks: Vec<NoticeAsk> = all,
        from_on: Date = one,
        due_on: Date = one,
        ended_on: Option<Date> = opt,
        received_at: At = one,
    }
}

/// A notice as it stands for the asker.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticeLine {
    pub notice: Notice,
    /// Issued by the asker's unit.
    pub own: bool,
    /// Addressed to the asker's unit.
    pub to_sign: bool,
    pub signed: bool,
    pub answered: bool,
}

dto! {
    /// How far the ladder of an addressee of an urgent notice has climbed.
    NoticeLadder of urgent::Ladder {
        unit: Uid = one,
        rung: i64 = one,
        /// When it climbs next; null when it stands still.
        due_at: Option<At> = opt,
        /// For when the last rung was planned.
        planned_at: Option<At> = opt,
        signed_at: Option<At> = opt,
    }
}

dto! {
    /// How an addressee stands.
    Receipt of notice::Receipt {
        unit: Uid = one,
        name: String = one,
        signed_at: Option<At> = opt,
        signed_by: Option<String> = one,
        /// In the order of the notice's figures.
        figures: Vec<i64> = one,
        /// In the order of its questions; empty until answered.
        typed: Vec<String> = one,
        answered_at: Option<At> = opt,
    }
}

/// A notice with the summary table of those under the asker.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NoticeView {
    pub notice: Notice,
    pub receipts: Vec<Receipt>,
    /// Of an urgent one: a ladder for each addressee that the asker sees.
    pub ladders: Vec<NoticeLadder>,
}

/// List the notices that concern one's unit
#[utoipa::path(get, path = "/notices", tag = "notices",
    responses((status = 200, description = "Notices, newest first", body = Listed<NoticeLine>)))]
async fn notice_list(State(web): State<Web>, signed: Signed) -> Reply<Json<Listed<NoticeLine>>> {
    let lines = web.read(signed.actor(), notice::list).await?;
    let line = |l: notice::Line| NoticeLine {
        notice: l.notice.into(),
        own: l.own,
        to_sign: l.to_sign,
        signed: l.signed,
        answered: l.answered,
    };
    Ok(Json(Listed { items: lines.into_iter().map(line).collect(), next_cursor: None }))
}

/// A notice to be issued.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeIssue {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    number: Option<Number>,
    title: Fact,
    body: Body,
    /// Item of the notice that it carries out: `2.1`.
    clause: Short,
    #[serde(default)]
    #[schema(max_items = 8)]
    kinds: Vec<UnitKind>,
    #[serde(default)]
    #[schema(max_items = 400)]
    units: Vec<Uid>,
    #[serde(default)]
    #[schema(max_items = 20)]
    figures: Vec<Figure>,
    category: Option<Category>,
    #[serde(default)]
    #[schema(max_items = 10)]
    asks: Vec<NoticeAsk>,
    /// Figures count from this day; today when absent.
    from_on: Option<Date>,
    due_on: Date,
    /// Everybody addressed is told at once; who does not sign is told again, one rung higher each time.
    #[serde(default)]
    urgent: bool,
}

/// Issue a special notice
///
/// Refused when it asks what a form of the pack asks already.
#[utoipa::path(post, path = "/notices", tag = "notices", request_body = NoticeIssue,
    responses((status = 201, description = "Issued", body = Made)))]
async fn notice_issue(State(web): State<Web>, call: Call<NoticeIssue>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    if body.units.len() > notice::UNITS_MAX {
        return Err(Error::invalid("units", Problem::OutOfRange { min: 0, max: notice::UNITS_MAX as i64 }).into());
    }
    let ask = |a: NoticeAsk| notice::Ask { label: a.label.0, kind: a.kind.0 };
    let new = NewNotice {
        id: body.id.map(|i| i.0).or(call.key()),
        number: body.number.map(|n| n.0),
        title: body.title.0,
        body: body.body.0,
        clause: body.clause.0,
        kinds: body.kinds.into_iter().map(|k| k.0).collect(),
        units: body.units.into_iter().map(|u| u.0).collect(),
        figures: body.figures.into_iter().map(|f| f.0).collect(),
        category: body.category.map(|c| c.0),
        asks: body.asks.into_iter().map(ask).collect(),
        from_on: body.from_on.map(|d| d.0),
        due_on: body.due_on.0,
    };
    let urges = call.body.urgent;
    let job = move |cx: &mut Cx<'_, '_>| {
        let id = if urges { urgent::send(cx, &new)? } else { notice::issue(cx, &new)? };
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

/// By when the pack's notice is to be signed for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeDispatch {
    due_on: Date,
}

/// Send the pack's notice down
#[utoipa::path(post, path = "/notices/dispatch", tag = "notices", request_body = NoticeDispatch,
    responses((status = 201, description = "Sent", body = Made)))]
async fn notice_dispatch(State(web): State<Web>, call: Call<NoticeDispatch>) -> Reply<(StatusCode, Json<Made>)> {
    let due = call.body.due_on.0;
    let job = move |cx: &mut Cx<'_, '_>| Ok(Made { id: notice::dispatch(cx, due)?.into(), received_at: cx.now.into() });
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

/// Show a notice with its summary table
#[utoipa::path(get, path = "/notices/{id}", tag = "notices", params(("id" = Uid, Path, description = "The notice")),
    responses((status = 200, description = "The notice", body = NoticeView)))]
async fn notice_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<NoticeView>> {
    let job = move |cx: &mut Cx<'_, '_>| Ok((notice::summary(cx, id)?, urgent::of(cx, id)?));
    let ((notice, receipts), ladders) = web.read(signed.actor(), job).await?;
    Ok(Json(NoticeView {
        notice: notice.into(),
        receipts: receipts.into_iter().map(Receipt::from).collect(),
        ladders: ladders.into_iter().map(NoticeLadder::from).collect(),
    }))
}

/// Sign for one's unit
#[utoipa::path(post, path = "/notices/{id}/sign", tag = "notices", params(("id" = Uid, Path, description = "The notice")),
    request_body = Nothing, responses((status = 200, description = "Signed", body = Made)))]
async fn notice_sign(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        notice::sign(cx, id)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Answers in the order of the questions.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeAnswer {
    #[schema(max_items = 10)]
    typed: Vec<Fact>,
}

/// Answer the questions of a notice
///
/// A second answer corrects the first.
#[utoipa::path(post, path = "/notices/{id}/answer", tag = "notices",
    params(("id" = Uid, Path, description = "The notice")), request_body = NoticeAnswer,
    responses((status = 200, description = "Answered", body = Made)))]
async fn notice_answer(State(web): State<Web>, PathId(id): PathId, call: Call<NoticeAnswer>) -> Reply<Json<Made>> {
    let typed: Vec<String> = call.body.typed.iter().take(notice::ASKS_MAX).map(|t| t.0.clone()).collect();
    let job = move |cx: &mut Cx<'_, '_>| {
        notice::answer(cx, id, &typed)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// End a notice
#[utoipa::path(post, path = "/notices/{id}/end", tag = "notices", params(("id" = Uid, Path, description = "The notice")),
    request_body = Nothing, responses((status = 200, description = "Ended", body = Made)))]
async fn notice_end(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        notice::end(cx, id)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

dto! {
    /// What a unit asks on top of the pack.
    Layer of layer::Layer {
        id: Uid = one,
        unit: Uid = one,
        unit_name: String = one,
        /// Entry of the pack; empty for an item of the unit's own.
        entry: String = one,
        title: String = one,
        clause: String = one,
        times: Option<i64> = one,
        period: Option<String> = one,
        grace_days: Option<i64> = one,
        note: Option<String> = one,
        from_on: Date = one,
        ended_on: Option<Date> = opt,
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LayerQuery {
    /// The unit that they bind; the asker's own when absent.
    unit: Option<Uid>,
}

/// List the layers that bind a unit today
#[utoipa::path(get, path = "/layers", tag = "notices", params(LayerQuery),
    responses((status = 200, description = "Layers, the highest unit's first", body = Listed<Layer>)))]
async fn layer_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<LayerQuery>,
) -> Reply<Json<Listed<Layer>>> {
    let unit = asked.unit.map_or(signed.actor().unit, |u| u.0);
    let layers = web
        .read(signed.actor(), move |cx| {
            safety::org::unit::show(cx, unit)?;
            let today = cx.now.day();
            layer::binding(cx, unit, today, today)
        })
        .await?;
    Ok(Json(Listed { items: layers.into_iter().map(Layer::from).collect(), next_cursor: None }))
}

/// A layer to be put on one's own unit.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerAdd {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// Entry of the pack; absent for an item of one's own.
    entry: Option<Name>,
    title: Option<Name>,
    clause: Option<Short>,
    #[schema(minimum = 1, maximum = 50)]
    times: Option<i64>,
    /// day, week, month, term, year: of an item of one's own.
    period: Option<Short>,
    #[schema(minimum = 0, maximum = 366)]
    grace_days: Option<i64>,
    /// done, checked, accepted.
    stage: Option<Short>,
    note: Option<Note>,
}

/// Ask more, or more strictly, than the pack and the layers above
///
/// Refused when any number would become softer.
#[utoipa::path(post, path = "/layers", tag = "notices", request_body = LayerAdd,
    responses((status = 201, description = "Added", body = Made)))]
async fn layer_add(State(web): State<Web>, call: Call<LayerAdd>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    let new = NewLayer {
        id: body.id.map(|i| i.0).or(call.key()),
        entry: body.entry.map(|e| e.0).unwrap_or_default(),
        title: body.title.map(|t| t.0).unwrap_or_default(),
        clause: body.clause.map(|c| c.0).unwrap_or_default(),
        times: body.times,
        period: body.period.map(|p| p.0),
        grace_days: body.grace_days,
        until: body.stage.map(|u| u.0),
        note: body.note.map(|n| n.0),
    };
    let job = move |cx: &mut Cx<'_, '_>| Ok(Made { id: layer::add(cx, &new)?.into(), received_at: cx.now.into() });
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

/// End a layer of one's own unit
#[utoipa::path(post, path = "/layers/{id}/end", tag = "notices", params(("id" = Uid, Path, description = "The layer")),
    request_body = Nothing, responses((status = 200, description = "Ended", body = Made)))]
async fn layer_end(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        layer::end(cx, id)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}
