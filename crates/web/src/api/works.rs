//! Filled forms of the pack (notice 1.1, 3.1, 3.2, 3.4, 4.1, 4.2), what meetings resolved, the agenda of the next.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Error, Problem, limits};
use safety::Cx;
use safety::duty::resolution::{self, NewResolution, Resolved};
use safety::duty::work::{self, Filter, NewWork};
use safety::meeting::{self, Item};
use safety::org::unit;
use safety::pack::model::FieldKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, PathId, Queried};
use super::dto::dto;
use super::duties::Duty;
use super::fault::Reply;
use super::files::stored;
use super::org::Made;
use super::page::{self, Listed};
use super::wire::{At, Date, Fact, Name, Note, PhotoHash, ResolvedState, Uid};
use crate::door::Signed;
use crate::state::Web;

/// People and classes of one record; the noun itself draws the narrower line.
const PEOPLE_MAX: usize = 500;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(work_list, work_record))
        .routes(routes!(work_show))
        .routes(routes!(work_correct))
        .routes(routes!(work_void))
        .routes(routes!(resolution_list))
        .routes(routes!(resolution_settle))
        .routes(routes!(agenda_show))
}

/// A filled form.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Work {
    pub id: Uid,
    pub unit: Uid,
    pub unit_name: String,
    /// Id of the pack's form: `meeting`, `lesson` …
    pub form: String,
    pub clause: String,
    pub title: String,
    /// By field of the form.
    #[schema(value_type = Object)]
    pub fields: BTreeMap<String, Value>,
    pub happened_on: Date,
    pub topics: Vec<String>,
    pub classes: Vec<Uid>,
    pub persons: Vec<Uid>,
    /// Hashes of its photos.
    pub photos: Vec<String>,
    /// The hazard that it is about.
    pub hazard: Option<Uid>,
    pub by_person: Uid,
    pub by: Option<String>,
    /// Who entered it for the doer.
    pub recorded_by: Option<String>,
    pub back_reason: Option<String>,
    pub corrected_at: Option<At>,
    pub voided_at: Option<At>,
    pub void_reason: Option<String>,
    pub claimed_at: At,
    pub received_at: At,
}

impl From<work::Work> for Work {
    fn from(w: work::Work) -> Work {
        Work {
            id: w.id.into(),
            unit: w.unit.into(),
            unit_name: w.unit_name,
            form: w.form,
            clause: w.clause,
            title: w.title,
            fields: w.body,
            happened_on: w.happened_on.into(),
            topics: w.topics,
            classes: w.classes.into_iter().map(Uid::from).collect(),
            persons: w.persons.into_iter().map(Uid::from).collect(),
            photos: w.photos.into_iter().map(|p| p.hash).collect(),
            hazard: w.subject.filter(|_| w.subject_noun.as_deref() == Some("hazard")).map(Uid::from),
            by_person: w.by_person.into(),
            by: w.by,
            recorded_by: w.recorded_by,
            back_reason: w.back_reason,
            corrected_at: w.corrected_at.map(At::from),
            voided_at: w.voided_at.map(At::from),
            void_reason: w.void_reason,
            claimed_at: w.claimed_at.into(),
            received_at: w.received_at.into(),
        }
    }
}

dto! {
    /// What a meeting resolved: a task with owner and day.
    Resolution of resolution::Resolution {
        id: Uid = one,
        unit: Uid = one,
        /// The meeting.
        work: Uid = one,
        work_title: String = one,
        met_on: Date = one,
        serial: i64 = one,
        what: String = one,
        owner: Uid = one,
        owner_name: Option<String> = one,
        due_on: Date = one,
        /// The hazard that it is about.
        hazard: Option<Uid> = opt,
        state: ResolvedState = one,
        done_at: Option<At> = opt,
        done_by: Option<String> = one,
        note: Option<String> = one,
    }
}

/// A record with what it serves and what it resolved.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WorkView {
    #[serde(flatten)]
    pub work: Work,
    pub duties: Vec<Duty>,
    pub resolutions: Vec<Resolution>,
    /// Number of its newest leaf in the journal.
    pub leaf: Option<i64>,
    /// May the asker correct or void it?
    pub may_correct: bool,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WorkQuery {
    /// This unit and what is under it.
    unit: Option<Uid>,
    form: Option<Name>,
    /// Happened on this day or later.
    from_on: Option<Date>,
    /// Happened on this day or before.
    until_on: Option<Date>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List filled forms in one's scope, newest first
#[utoipa::path(get, path = "/works", tag = "works", params(WorkQuery),
    responses((status = 200, description = "A page", body = Listed<Work>)))]
async fn work_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<WorkQuery>,
) -> Reply<Json<Listed<Work>>> {
    let rows = page::rows(asked.limit)?;
    let filter = Filter {
        unit: asked.unit.map(|u| u.0),
        form: asked.form.map(|f| f.0),
        from_on: asked.from_on.map(|d| d.0),
        until_on: asked.until_on.map(|d| d.0),
    };
    let cursor = asked.cursor;
    let page = web.read(signed.actor(), move |cx| work::list(cx, &filter, cursor.as_deref(), rows)).await?;
    Ok(Json(Listed { items: page.items.into_iter().map(Work::from).collect(), next_cursor: page.next }))
}

/// What is resolved.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolutionNew {
    what: Fact,
    owner: Uid,
    due_on: Date,
    hazard: Option<Uid>,
}

/// A form to be recorded.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkRecord {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// The unit that did it; the asker's own when absent.
    unit: Option<Uid>,
    form: Name,
    /// Today when absent.
    happened_on: Option<Date>,
    /// By field of the form; a field of photos takes a list of hashes.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: BTreeMap<String, Value>,
    #[serde(default)]
    #[schema(max_items = 500)]
    classes: Vec<Uid>,
    #[serde(default)]
    #[schema(max_items = 500)]
    topics: Vec<Name>,
    /// Who took part and is credited.
    #[serde(default)]
    #[schema(max_items = 500)]
    persons: Vec<Uid>,
    /// The hazard that it is about.
    hazard: Option<Uid>,
    /// Who did it, if another than the asker.
    behalf: Option<Uid>,
    /// Why it is entered late.
    back_reason: Option<Note>,
    #[serde(default)]
    #[schema(max_items = 30)]
    resolutions: Vec<ResolutionNew>,
}

/// The form's fields as the noun takes them: photos by what is stored.
async fn fields(web: &Web, form: &str, mut given: BTreeMap<String, Value>) -> Reply<BTreeMap<String, Value>> {
    let pack = web.app.pack();
    let Some(form) = pack.forms.get(form) else { return Ok(given) };
    for field in form.fields.iter().filter(|f| matches!(f.kind, FieldKind::Photos { .. })) {
        let Some(value) = given.get(&field.key) else { continue };
        let unread = || Error::invalid("photo", Problem::Unreadable);
        let hashes = value.as_array().ok_or_else(unread)?.iter();
        let hashes: Option<Vec<PhotoHash>> = hashes.map(|v| PhotoHash::read(v.as_str()?)).collect();
        let photos = stored(web, &hashes.ok_or_else(unread)?).await?;
        given.insert(field.key.clone(), serde_json::to_value(photos).map_err(|_| unread())?);
    }
    Ok(given)
}

async fn read(web: &Web, body: WorkRecord, form: String) -> Reply<NewWork> {
    let many = body.classes.len().max(body.topics.len()).max(body.persons.len());
    if many > PEOPLE_MAX {
        return Err(Error::invalid("persons", Problem::OutOfRange { min: 0, max: PEOPLE_MAX as i64 }).into());
    }
    let resolved = |r: ResolutionNew| NewResolution {
        what: r.what.0,
        owner: r.owner.0,
        due_on: r.due_on.0,
        hazard: r.hazard.map(|h| h.0),
    };
    Ok(NewWork {
        id: body.id.map(|i| i.0),
        unit: body.unit.map(|u| u.0),
        fields: fields(web, &form, body.fields).await?,
        form,
        happened_on: body.happened_on.map(|d| d.0),
        classes: body.classes.into_iter().map(|c| c.0).collect(),
        topics: body.topics.into_iter().map(|t| t.0).collect(),
        persons: body.persons.into_iter().map(|p| p.0).collect(),
        roles: Vec::new(),
        absent: String::new(),
        subject: body.hazard.map(|h| ("hazard".to_string(), h.0)),
        behalf: body.behalf.map(|b| b.0),
        back_reason: body.back_reason.map(|r| r.0),
        resolutions: body.resolutions.into_iter().map(resolved).collect(),
    })
}

/// Record a filled form
///
/// Entered once; it is credited to every duty that it serves.
#[utoipa::path(post, path = "/works", tag = "works", request_body = WorkRecord,
    responses((status = 201, description = "Recorded", body = Made)))]
async fn work_record(State(web): State<Web>, call: Call<WorkRecord>) -> Reply<(StatusCode, Json<Made>)> {
    let form = call.body.form.0.clone();
    let mut new = read(&web, call.body.clone(), form).await?;
    new.id = new.id.or(call.key());
    let job = move |cx: &mut Cx<'_, '_>| Ok(Made { id: work::record(cx, &new)?.into(), received_at: cx.now.into() });
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

/// Show a filled form with what it serves
#[utoipa::path(get, path = "/works/{id}", tag = "works", params(("id" = Uid, Path, description = "The record")),
    responses((status = 200, description = "The record", body = WorkView)))]
async fn work_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<WorkView>> {
    let view = web.read(signed.actor(), move |cx| work::view(cx, id)).await?;
    Ok(Json(WorkView {
        work: view.work.into(),
        duties: view.duties.into_iter().map(Duty::from).collect(),
        resolutions: view.resolutions.into_iter().map(Resolution::from).collect(),
        leaf: view.leaf,
        may_correct: view.may_correct,
    }))
}

/// The form as it is to be, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkCorrect {
    reason: Note,
    /// As it was when absent.
    happened_on: Option<Date>,
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: BTreeMap<String, Value>,
    #[serde(default)]
    #[schema(max_items = 500)]
    classes: Vec<Uid>,
    #[serde(default)]
    #[schema(max_items = 500)]
    topics: Vec<Name>,
    #[serde(default)]
    #[schema(max_items = 500)]
    persons: Vec<Uid>,
}

/// Correct a filled form
///
/// What was before stays in its history.
#[utoipa::path(post, path = "/works/{id}/correct", tag = "works",
    params(("id" = Uid, Path, description = "The record")), request_body = WorkCorrect,
    responses((status = 200, description = "Corrected", body = Made)))]
async fn work_correct(State(web): State<Web>, PathId(id): PathId, call: Call<WorkCorrect>) -> Reply<Json<Made>> {
    let form = web.read(call.actor(), move |cx| Ok(work::load(cx, id)?.form)).await?;
    let body = call.body.clone();
    let reason = body.reason.0;
    let whole = WorkRecord {
        id: None,
        unit: None,
        form: Name(form.clone()),
        happened_on: body.happened_on,
        fields: body.fields,
        classes: body.classes,
        topics: body.topics,
        persons: body.persons,
        hazard: None,
        behalf: None,
        back_reason: None,
        resolutions: Vec::new(),
    };
    let new = read(&web, whole, form).await?;
    let job = move |cx: &mut Cx<'_, '_>| {
        work::correct(cx, id, &new, &reason)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Why it counts for nothing.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkVoid {
    reason: Note,
}

/// Void a filled form
///
/// The record stays and counts for nothing.
#[utoipa::path(post, path = "/works/{id}/void", tag = "works",
    params(("id" = Uid, Path, description = "The record")), request_body = WorkVoid,
    responses((status = 200, description = "Voided", body = Made)))]
async fn work_void(State(web): State<Web>, PathId(id): PathId, call: Call<WorkVoid>) -> Reply<Json<Made>> {
    let reason = call.body.reason.0.clone();
    let job = move |cx: &mut Cx<'_, '_>| {
        work::void(cx, id, &reason)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitOf {
    /// The unit; the asker's own when absent.
    unit: Option<Uid>,
}

/// List a unit's undone resolutions, soonest due first
#[utoipa::path(get, path = "/resolutions", tag = "works", params(UnitOf),
    responses((status = 200, description = "The resolutions", body = Listed<Resolution>)))]
async fn resolution_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<UnitOf>,
) -> Reply<Json<Listed<Resolution>>> {
    let read = move |cx: &mut Cx<'_, '_>| {
        let at = unit::show(cx, asked.unit.map_or(cx.actor.unit, |u| u.0))?;
        resolution::undone(cx, at.home, limits::PAGE_ROWS_MAX)
    };
    let all = web.read(signed.actor(), read).await?;
    Ok(Json(Listed { items: all.into_iter().map(Resolution::from).collect(), next_cursor: None }))
}

/// How it ended.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolutionSettle {
    /// `done`, or `dropped` with the reason as note.
    state: ResolvedState,
    note: Option<Note>,
}

/// Settle a resolution
///
/// By its owner, or by a leader for him.
#[utoipa::path(post, path = "/resolutions/{id}/settle", tag = "works",
    params(("id" = Uid, Path, description = "The resolution")), request_body = ResolutionSettle,
    responses((status = 200, description = "Settled", body = Made)))]
async fn resolution_settle(
    State(web): State<Web>,
    PathId(id): PathId,
    call: Call<ResolutionSettle>,
) -> Reply<Json<Made>> {
    let state: Resolved = call.body.state.0;
    let note = call.body.note.clone().map_or(String::new(), |n| n.0);
    let job = move |cx: &mut Cx<'_, '_>| {
        resolution::settle(cx, id, state, &note)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Something to speak of. Which fields are given follows from its kind.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct AgendaItem {
    /// `hazard`, `undone`, `missed`, `returned`, `season`, `coverage`
    pub kind: String,
    /// The hazard, resolution or duty.
    pub id: Option<Uid>,
    /// What is wrong, was resolved, or was to be done.
    pub what: String,
    pub period: Option<String>,
    pub owner: Option<String>,
    pub due_on: Option<Date>,
    pub major: bool,
    pub late: bool,
}

impl From<Item> for AgendaItem {
    fn from(item: Item) -> AgendaItem {
        let of = |kind: &str, what: String| AgendaItem { kind: kind.into(), what, ..AgendaItem::default() };
        match item {
            Item::Hazard { id, what, major, overdue, .. } => {
                AgendaItem { id: Some(id.into()), major, late: overdue, ..of("hazard", what) }
            }
            Item::Undone { id, what, owner, due_on, late } => {
                AgendaItem { id: Some(id.into()), owner, due_on: Some(due_on.into()), late, ..of("undone", what) }
            }
            Item::Missed { title, period, .. } => AgendaItem { period: Some(period), ..of("missed", title) },
            Item::Returned { id, title, period } => {
                AgendaItem { id: Some(id.into()), period: Some(period), ..of("returned", title) }
            }
            Item::Season { title, .. } => of("season", title),
            Item::Coverage { seen, all } => of("coverage", format!("{seen}/{all}")),
        }
    }
}

/// The agenda of the next meeting in the notice's three parts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Agenda {
    pub unit: Uid,
    pub name: String,
    /// The hazard that a special meeting is about.
    pub hazard: Option<Uid>,
    pub problems: Vec<AgendaItem>,
    pub situation: Vec<AgendaItem>,
    pub measures: Vec<AgendaItem>,
    /// The meeting before.
    pub last: Option<Uid>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AgendaQuery {
    /// The unit; the asker's own when absent.
    unit: Option<Uid>,
    /// For a special meeting about this hazard.
    hazard: Option<Uid>,
}

/// Propose the agenda of the next meeting
#[utoipa::path(get, path = "/agenda", tag = "works", params(AgendaQuery),
    responses((status = 200, description = "The agenda", body = Agenda)))]
async fn agenda_show(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<AgendaQuery>,
) -> Reply<Json<Agenda>> {
    let at = asked.unit.map_or(signed.actor().unit, |u| u.0);
    let hazard = asked.hazard.map(|h| h.0);
    let found = web.read(signed.actor(), move |cx| meeting::agenda(cx, at, hazard)).await?;
    let items = |all: Vec<Item>| all.into_iter().map(AgendaItem::from).collect();
    Ok(Json(Agenda {
        unit: found.unit.into(),
        name: found.name,
        hazard: found.subject.map(|l| l.hazard.id.into()),
        problems: items(found.problems),
        situation: items(found.situation),
        measures: items(found.measures),
        last: found.last.map(|w| w.id.into()),
    }))
}
