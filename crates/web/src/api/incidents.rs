//! Incidents: list, record with its clocks and versions, first report, everything after it, the zero report (notice 1.2).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Error, Problem};
use safety::Cx;
use safety::incident::{self, Act, Filter, Input, NewIncident, NewReport, ReportKind, list, view, zero};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, PathId, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::files::stored;
use super::hazard::Photo;
use super::org::{Changed, Made};
use super::page::{self, Listed};
use super::wire::{
    At, Date, IncidentAct, IncidentBucket, IncidentClass, IncidentFact, IncidentFamily, IncidentGrade, IncidentKind,
    IncidentState, LegKind, Name, Note, Party, PhotoHash, ReportKind as WireKind, Role, Story, Uid,
};
use crate::door::Signed;
use crate::state::Web;

/// Things that may be ticked in one report.
const FACTS_MAX: usize = 20;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(incident_list, incident_report))
        .routes(routes!(incident_week, incident_zero))
        .routes(routes!(incident_show))
        .routes(routes!(incident_follow))
        .routes(routes!(incident_amend))
        .routes(routes!(incident_final))
        .routes(routes!(incident_call))
        .routes(routes!(incident_receive))
        .routes(routes!(incident_pass))
        .routes(routes!(incident_skip))
        .routes(routes!(incident_end))
        .routes(routes!(incident_withdraw))
}

dto! {
    /// An incident as it was last reported.
    Incident of incident::Incident {
        id: Uid = one,
        version: i64 = one,
        unit: Uid = one,
        number: String = one,
        kind: IncidentKind = one,
        family: IncidentFamily = one,
        what: Option<String> = one,
        place: Option<Uid> = opt,
        place_text: Option<String> = one,
        state: IncidentState = one,
        /// The statutory grade.
        grade: IncidentGrade = one,
        /// The school-internal class.
        class: IncidentClass = one,
        happened_at: At = one,
        /// First knowledge, the earliest that any version claims: the clocks start here.
        known_at: At = one,
        hurt: Option<i64> = one,
        sent: Option<i64> = one,
        serious: Option<i64> = one,
        dead: Option<i64> = one,
        missing: Option<i64> = one,
        /// In units of 10,000 yuan.
        loss: Option<i64> = one,
        facts: Vec<IncidentFact> = all,
        reports: i64 = one,
        follow_due_at: Option<At> = opt,
        final_due_at: Option<At> = opt,
        /// Until then a change of the casualties is reported again.
        window_until: At = one,
        ended_at: Option<At> = opt,
        final_at: Option<At> = opt,
        final_signed_at: Option<At> = opt,
        closed_at: Option<At> = opt,
        /// Clocks that ran out so far.
        late: i64 = one,
        void_reason: Option<String> = one,
        claimed_at: At = one,
        received_at: At = one,
    }
}

dto! {
    /// What one level owes upward or beside.
    IncidentLeg of incident::Leg {
        id: Uid = one,
        kind: LegKind = one,
        from_unit: Uid = one,
        from_name: String = one,
        to_unit: Option<Uid> = opt,
        to_name: Option<String> = one,
        party: Option<Party> = opt,
        due_at: Option<At> = opt,
        open: bool = one,
        /// As the person says.
        done_at: Option<At> = opt,
        /// When the server knew of it: by this it is judged.
        met_at: Option<At> = opt,
        spoke_with: Option<String> = one,
        missed_at: Option<At> = opt,
    }
}

dto! {
    /// Who signed for a version.
    IncidentReceipt of view::Receipt {
        unit: String = one,
        by: Option<String> = one,
        claimed_at: At = one,
        received_at: At = one,
    }
}

dto! {
    /// One version of what was reported; none is ever changed.
    IncidentVersion of view::Report {
        id: Uid = one,
        serial: i64 = one,
        kind: WireKind = one,
        what: Option<String> = one,
        happened_at: At = one,
        known_at: At = one,
        grade: IncidentGrade = one,
        class: IncidentClass = one,
        progress: Option<String> = one,
        cause: Option<String> = one,
        lessons: Option<String> = one,
        reason: Option<String> = one,
        photos: Vec<Photo> = all,
        by: Option<String> = one,
        by_role: Option<Role> = opt,
        by_unit: String = one,
        claimed_at: At = one,
        received_at: At = one,
        leaf: Option<i64> = one,
        receipts: Vec<IncidentReceipt> = all,
    }
}

dto! {
    /// One step of the history.
    IncidentStep of view::Step {
        id: Uid = one,
        act: IncidentAct = one,
        state: IncidentState = one,
        by: Option<String> = one,
        by_unit: Option<String> = one,
        report: Option<Uid> = opt,
        leg: Option<Uid> = opt,
        note: Option<String> = one,
        /// Of a clock that ran out: when it was due.
        planned_at: Option<At> = opt,
        claimed_at: At = one,
        received_at: At = one,
        leaf: Option<i64> = one,
    }
}

/// A row of the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IncidentLine {
    #[serde(flatten)]
    pub incident: Incident,
    pub unit_name: String,
    pub place_name: Option<String>,
    /// The earliest open clock of any level, and whose it is.
    pub due_at: Option<At>,
    pub due_unit: Option<Uid>,
}

impl From<list::Line> for IncidentLine {
    fn from(line: list::Line) -> IncidentLine {
        IncidentLine {
            incident: line.incident.into(),
            unit_name: line.unit_name,
            place_name: line.place_name,
            due_at: line.due_at.map(Into::into),
            due_unit: line.due_unit.map(Into::into),
        }
    }
}

/// The incident with its legs, versions and history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IncidentView {
    #[serde(flatten)]
    pub incident: Incident,
    pub unit_name: String,
    pub legs: Vec<IncidentLeg>,
    /// Newest first.
    pub versions: Vec<IncidentVersion>,
    /// Newest first.
    pub steps: Vec<IncidentStep>,
    /// What the asker may do now.
    pub acts: Vec<IncidentAct>,
    /// Versions that wait for the asker's unit to sign.
    pub unsigned: Vec<Uid>,
    pub leaf: Option<i64>,
}

impl From<view::View> for IncidentView {
    fn from(v: view::View) -> IncidentView {
        IncidentView {
            incident: v.incident.into(),
            unit_name: v.unit_name,
            legs: v.legs.into_iter().map(Into::into).collect(),
            versions: v.reports.into_iter().map(Into::into).collect(),
            steps: v.steps.into_iter().map(Into::into).collect(),
            acts: v.acts.into_iter().map(Into::into).collect(),
            unsigned: v.unsigned.into_iter().map(Into::into).collect(),
            leaf: v.leaf,
        }
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IncidentQuery {
    /// A tab of the list; all when absent.
    bucket: Option<IncidentBucket>,
    /// This unit and what is under it.
    unit: Option<Uid>,
    state: Option<IncidentState>,
    kind: Option<IncidentKind>,
    class: Option<IncidentClass>,
    /// Words in sentence, place or number.
    query: Option<Name>,
    /// Received on this day or later.
    from_on: Option<Date>,
    /// Received on this day or before.
    until_on: Option<Date>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List incidents
///
/// Those in the asker's scope, newest first.
#[utoipa::path(get, path = "/incidents", tag = "incidents", params(IncidentQuery),
    responses((status = 200, description = "A page", body = Listed<IncidentLine>)))]
async fn incident_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<IncidentQuery>,
) -> Reply<Json<Listed<IncidentLine>>> {
    let rows = page::rows(asked.limit)?;
    let filter = Filter {
        bucket: asked.bucket.map(|b| b.0),
        unit: asked.unit.map(|u| u.0),
        state: asked.state.map(|s| s.0),
        kind: asked.kind.map(|k| k.0),
        class: asked.class.map(|c| c.0),
        query: asked.query.map(|q| q.0),
        from_on: asked.from_on.map(|d| d.0),
        until_on: asked.until_on.map(|d| d.0),
    };
    let cursor = asked.cursor;
    let job = move |cx: &mut Cx<'_, '_>| list::list(cx, &filter, cursor.as_deref(), rows);
    let page = web.read(signed.actor(), job).await?;
    let items = page.items.into_iter().map(IncidentLine::from).collect();
    Ok(Json(Listed { items, next_cursor: page.next }))
}

/// Show an incident
///
/// With what each level owes, every version and who signed for it, and what the asker may do now.
#[utoipa::path(get, path = "/incidents/{id}", tag = "incidents", params(("id" = Uid, Path, description = "The incident")),
    responses((status = 200, description = "The incident", body = IncidentView)))]
async fn incident_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<IncidentView>> {
    let view = web.read(signed.actor(), move |cx| view::view(cx, id)).await?;
    Ok(Json(view.into()))
}

/// A first report: nothing but the kind is asked for.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentReport {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// The school where it happened; the asker's own when absent.
    unit: Option<Uid>,
    kind: IncidentKind,
    /// Past a level at once.
    urgent: Option<bool>,
    /// The draft of an alarm that this reports.
    draft: Option<Uid>,
    family: Option<IncidentFamily>,
    place: Option<Uid>,
    place_text: Option<Name>,
    what: Option<Note>,
    happened_at: Option<At>,
    /// First knowledge; the claimed time when absent.
    known_at: Option<At>,
    hurt: Option<i64>,
    sent: Option<i64>,
    serious: Option<i64>,
    dead: Option<i64>,
    missing: Option<i64>,
    loss: Option<i64>,
    #[serde(default)]
    #[schema(max_items = 20)]
    facts: Vec<IncidentFact>,
    /// Photos that `POST /api/v1/files` stored.
    #[serde(default)]
    #[schema(max_items = 6)]
    photos: Vec<PhotoHash>,
    /// Who reports, if another than the asker.
    behalf: Option<Uid>,
}

fn facts(list: Vec<IncidentFact>) -> Result<Vec<incident::Fact>, Error> {
    if list.len() > FACTS_MAX {
        return Err(Error::invalid("facts", Problem::OutOfRange { min: 0, max: FACTS_MAX as i64 }));
    }
    Ok(list.into_iter().map(|f| f.0).collect())
}

/// Report an incident
#[utoipa::path(post, path = "/incidents", tag = "incidents", request_body = IncidentReport,
    responses((status = 201, description = "Reported", body = Made)))]
async fn incident_report(State(web): State<Web>, call: Call<IncidentReport>) -> Reply<(StatusCode, Json<Made>)> {
    let b = call.body.clone();
    let told = NewReport {
        family: b.family.map(|f| f.0),
        place: b.place.map(|p| p.0),
        place_text: b.place_text.map(|t| t.0),
        what: b.what.map(|w| w.0),
        happened_at: b.happened_at.map(|a| a.0),
        known_at: b.known_at.map(|a| a.0),
        hurt: b.hurt,
        sent: b.sent,
        serious: b.serious,
        dead: b.dead,
        missing: b.missing,
        loss: b.loss,
        facts: facts(b.facts)?,
        photos: stored(&web, &b.photos).await?,
        behalf: b.behalf.map(|p| p.0),
        ..NewReport::default()
    };
    let new = NewIncident {
        id: b.id.map(|i| i.0).or(call.key()),
        unit: b.unit.map(|u| u.0),
        kind: Some(b.kind.0),
        urgent: b.urgent.unwrap_or_default(),
        draft: b.draft.map(|d| d.0),
        told,
    };
    let job = move |cx: &mut Cx<'_, '_>| {
        Ok(Made { id: incident::report::report(cx, &new)?.into(), received_at: cx.now.into() })
    };
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

/// A further version: what is not said stays as it was.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentAgain {
    /// The version that the asker saw: a record that has moved on is refused.
    version: Option<i64>,
    place: Option<Uid>,
    place_text: Option<Name>,
    what: Option<Note>,
    happened_at: Option<At>,
    known_at: Option<At>,
    hurt: Option<i64>,
    sent: Option<i64>,
    serious: Option<i64>,
    dead: Option<i64>,
    missing: Option<i64>,
    loss: Option<i64>,
    #[serde(default)]
    #[schema(max_items = 20)]
    facts: Vec<IncidentFact>,
    #[serde(default)]
    #[schema(max_items = 6)]
    photos: Vec<PhotoHash>,
    /// What is new.
    progress: Option<Story>,
    /// Of a final report.
    cause: Option<Story>,
    lessons: Option<Story>,
    /// Of a correction: why.
    reason: Option<Note>,
}

async fn again(web: Web, id: base::Id, call: Call<IncidentAgain>, kind: ReportKind) -> Reply<Json<Changed>> {
    let b = call.body.clone();
    let new = NewReport {
        version: b.version,
        family: None,
        place: b.place.map(|p| p.0),
        place_text: b.place_text.map(|t| t.0),
        what: b.what.map(|w| w.0),
        happened_at: b.happened_at.map(|a| a.0),
        known_at: b.known_at.map(|a| a.0),
        hurt: b.hurt,
        sent: b.sent,
        serious: b.serious,
        dead: b.dead,
        missing: b.missing,
        loss: b.loss,
        facts: facts(b.facts)?,
        progress: b.progress.map(|t| t.0),
        cause: b.cause.map(|t| t.0),
        lessons: b.lessons.map(|t| t.0),
        reason: b.reason.map(|t| t.0),
        photos: stored(&web, &b.photos).await?,
        behalf: None,
    };
    let job = move |cx: &mut Cx<'_, '_>| {
        let i = incident::report::again(cx, id, kind, &new)?;
        Ok(Changed { id: i.id.into(), version: i.version, received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// What an act is told; each reads what it needs.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidentTold {
    /// The version that the asker saw: a record that has moved on is refused.
    version: Option<i64>,
    note: Option<Note>,
    /// Of a call: which leg; the telephone report to the level above when absent.
    leg: Option<Uid>,
    /// Of a signature: which version; all that are not signed for when absent.
    report: Option<Uid>,
    /// Of a call: who answered.
    spoke_with: Option<Name>,
    /// When it was done, if not now.
    at: Option<At>,
}

async fn act(web: Web, id: base::Id, call: Call<IncidentTold>, act: Act) -> Reply<Json<Changed>> {
    let b = call.body.clone();
    let input = Input {
        version: b.version,
        note: b.note.map(|n| n.0),
        leg: b.leg.map(|l| l.0),
        report: b.report.map(|r| r.0),
        spoke_with: b.spoke_with.map(|s| s.0),
        at: b.at.map(|a| a.0),
    };
    let job = move |cx: &mut Cx<'_, '_>| {
        let i = incident::act::act(cx, id, act, &input)?;
        Ok(Changed { id: i.id.into(), version: i.version, received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Operations on one incident that differ in nothing but their name.
macro_rules! on_one {
    ($($summary:literal $handler:ident $path:literal $body:ident $run:ident $what:expr;)+) => {$(
        #[doc = $summary]
        #[utoipa::path(post, path = $path, tag = "incidents", params(("id" = Uid, Path, description = "The incident")),
            request_body = $body, responses((status = 200, description = "Done", body = Changed)))]
        async fn $handler(State(web): State<Web>, PathId(id): PathId, call: Call<$body>) -> Reply<Json<Changed>> {
            $run(web, id, call, $what).await
        }
    )+};
}

on_one! {
    "Report again: what is new" incident_follow "/incidents/{id}/follow" IncidentAgain again ReportKind::Follow;
    "Correct what was reported, with the reason" incident_amend "/incidents/{id}/amend" IncidentAgain again ReportKind::Amend;
    "Report to the end: cause and lessons" incident_final "/incidents/{id}/final" IncidentAgain again ReportKind::Final;
    "Record a telephone call" incident_call "/incidents/{id}/call" IncidentTold act Act::Call;
    "Sign for reports" incident_receive "/incidents/{id}/receive" IncidentTold act Act::Receive;
    "Pass it on to the next level" incident_pass "/incidents/{id}/pass" IncidentTold act Act::Pass;
    "Tell the level after the next at once" incident_skip "/incidents/{id}/skip" IncidentTold act Act::Skip;
    "Say that handling is over" incident_end "/incidents/{id}/end" IncidentTold act Act::End;
    "Withdraw what was no incident" incident_withdraw "/incidents/{id}/withdraw" IncidentTold act Act::Withdraw;
}

dto! {
    /// A unit's week: what the records say, and who signed that nothing happened.
    ZeroWeek of zero::Week {
        unit: Uid = one,
        from_on: Date = one,
        until_on: Date = one,
        incidents: i64 = one,
        signed_at: Option<At> = opt,
        signed_by: Option<String> = one,
        record: Option<Uid> = opt,
        may_sign: bool = one,
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ZeroQuery {
    /// The asker's own when absent.
    unit: Option<Uid>,
    /// A day of the week; today when absent.
    day: Option<Date>,
}

/// Show how a unit's week stands
#[utoipa::path(get, path = "/incidents/zero", tag = "incidents", params(ZeroQuery),
    responses((status = 200, description = "The week", body = ZeroWeek)))]
async fn incident_week(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<ZeroQuery>,
) -> Reply<Json<ZeroWeek>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        let unit = asked.unit.map_or(cx.actor.unit, |u| u.0);
        let day = asked.day.map_or(cx.now.day(), |d| d.0);
        zero::week(cx, unit, day)
    };
    Ok(Json(web.read(signed.actor(), job).await?.into()))
}

/// A week in which nothing happened.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ZeroSign {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    unit: Option<Uid>,
    /// A day of the week; the newest week that can be signed when absent.
    day: Option<Date>,
}

/// Sign that nothing happened in a week
#[utoipa::path(post, path = "/incidents/zero", tag = "incidents", request_body = ZeroSign,
    responses((status = 201, description = "Signed", body = Made)))]
async fn incident_zero(State(web): State<Web>, call: Call<ZeroSign>) -> Reply<(StatusCode, Json<Made>)> {
    let b = call.body.clone();
    let (id, unit, day) = (b.id.map(|i| i.0).or(call.key()), b.unit.map(|u| u.0), b.day.map(|d| d.0));
    let job =
        move |cx: &mut Cx<'_, '_>| Ok(Made { id: zero::sign(cx, id, unit, day)?.into(), received_at: cx.now.into() });
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}
