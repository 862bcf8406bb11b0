//! Alarms: press, list, one with its steps, its count and what the lines did with it, everything that people do to it
//! (notice 5.2). A press is never refused for what was said beside it, and is on the disk before it is answered.

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use base::{Error, Id};
use safety::Cx;
use safety::alarm::{self, Act, Input, NewAlarm, roll, view};
use safety::org::login;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{self, Call, PathId, Queried};
use super::dto::dto;
use super::fault::{ApiError, Reply};
use super::org::{Changed, Made};
use super::page::{self, Listed};
use super::wire::{AlarmAct, AlarmHere, AlarmOutcome, AlarmSource, AlarmState, At, Name, Note, Role, Uid};
use crate::alarm::queue;
use crate::door::{self, Signed};
use crate::error::WebError;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(alarm_list, alarm_raise))
        .routes(routes!(alarm_show))
        .routes(routes!(alarm_acknowledge))
        .routes(routes!(alarm_arrive))
        .routes(routes!(alarm_note))
        .routes(routes!(alarm_end))
        .routes(routes!(alarm_account))
}

dto! {
    /// An alarm as it stands.
    Alarm of alarm::Alarm {
        id: Uid = one,
        version: i64 = one,
        /// The institution where it was pressed.
        unit: Uid = one,
        number: String = one,
        place: Option<Uid> = opt,
        place_text: Option<String> = one,
        state: AlarmState = one,
        /// A test of the line: it tells the first rung and climbs no further.
        test: bool = one,
        source: AlarmSource = one,
        /// The police desk that hears it.
        agency: Option<Uid> = opt,
        raised_by: Option<Uid> = opt,
        /// How far the ladder has climbed.
        rung: i64 = one,
        /// When the clock looks again.
        due_at: Option<At> = opt,
        /// First acknowledgement.
        acked_at: Option<At> = opt,
        acked_by: Option<Uid> = opt,
        /// First acknowledgement from outside the school.
        heard_at: Option<At> = opt,
        /// First acknowledgement by the police desk.
        linked_at: Option<At> = opt,
        on_site_at: Option<At> = opt,
        ended_at: Option<At> = opt,
        outcome: Option<AlarmOutcome> = opt,
        end_reason: Option<String> = one,
        claimed_at: At = one,
        received_at: At = one,
    }
}

dto! {
    /// One step of the history.
    AlarmStep of view::Step {
        id: Uid = one,
        act: AlarmAct = one,
        by: Option<String> = one,
        /// A telephone of a unit was lifted.
        by_unit: Option<String> = one,
        role: Option<Role> = opt,
        rung: i64 = one,
        note: Option<String> = one,
        /// For the clock: when it was due.
        planned_at: Option<At> = opt,
        received_at: At = one,
    }
}

dto! {
    /// A class at the assembly place.
    AlarmClass of roll::RollLine {
        class: Uid = one,
        name: String = one,
        /// On the roll.
        pupils: i64 = one,
        here: AlarmHere = one,
        missing: i64 = one,
    }
}

dto! {
    /// Classes that are here, have somebody missing, are not reported; pupils missing.
    AlarmCount of roll::Count {
        present: i64 = one,
        missing: i64 = one,
        unknown: i64 = one,
        pupils_missing: i64 = one,
    }
}

dto! {
    /// What became of the deliveries: the proof that a line is sound, or where it is not.
    AlarmHealth of view::Health {
        told: i64 = one,
        delivered: i64 = one,
        waiting: i64 = one,
        /// Given up.
        dead: i64 = one,
        /// From the press to the slowest delivery.
        slowest_ms: Option<i64> = one,
        /// From the press to the first acknowledgement.
        answered_ms: Option<i64> = one,
        /// To the first one from outside the school, and to the police desk's.
        heard_ms: Option<i64> = one,
        linked_ms: Option<i64> = one,
    }
}

/// A row of the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlarmLine {
    #[serde(flatten)]
    pub alarm: Alarm,
    pub unit_name: String,
    pub place_name: Option<String>,
    /// Who acknowledged first.
    pub acker: Option<String>,
}

impl From<view::Line> for AlarmLine {
    fn from(l: view::Line) -> AlarmLine {
        AlarmLine { alarm: l.alarm.into(), unit_name: l.unit_name, place_name: l.place_name, acker: l.acker }
    }
}

/// The alarm with its steps, its classes and its deliveries.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlarmView {
    #[serde(flatten)]
    pub alarm: Alarm,
    pub unit_name: String,
    /// The number that the school answers day and night.
    pub phone: Option<String>,
    pub place_name: Option<String>,
    pub raiser: Option<String>,
    pub acker: Option<String>,
    pub agency_name: Option<String>,
    /// Newest first.
    pub steps: Vec<AlarmStep>,
    /// Those with somebody missing first.
    pub classes: Vec<AlarmClass>,
    pub count: AlarmCount,
    pub health: AlarmHealth,
    /// What the asker may do now.
    pub acts: Vec<AlarmAct>,
}

impl From<view::View> for AlarmView {
    fn from(v: view::View) -> AlarmView {
        AlarmView {
            alarm: v.alarm.into(),
            unit_name: v.unit_name,
            phone: v.phone,
            place_name: v.place_name,
            raiser: v.raiser,
            acker: v.acker,
            agency_name: v.agency_name,
            steps: v.steps.into_iter().map(Into::into).collect(),
            classes: v.roll.into_iter().map(Into::into).collect(),
            count: v.count.into(),
            health: v.health.into(),
            acts: v.acts.into_iter().map(Into::into).collect(),
        }
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlarmQuery {
    /// Tests of the line instead of alarms.
    tests: Option<bool>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List alarms, or tests of the line
///
/// The newest hundred in the asker's scope, open ones first.
#[utoipa::path(get, path = "/alarms", tag = "alarms", params(AlarmQuery),
    responses((status = 200, description = "A page", body = Listed<AlarmLine>)))]
async fn alarm_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<AlarmQuery>,
) -> Reply<Json<Listed<AlarmLine>>> {
    let tests = asked.tests.unwrap_or_default();
    let all = web.read(signed.actor(), move |cx| view::list(cx, tests)).await?;
    Ok(Json(page::cut(all, |l| l.alarm.id, asked.limit, asked.cursor.as_deref())?))
}

/// Show an alarm
#[utoipa::path(get, path = "/alarms/{id}", tag = "alarms", params(("id" = Uid, Path, description = "The alarm")),
    responses((status = 200, description = "The alarm", body = AlarmView)))]
async fn alarm_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<AlarmView>> {
    Ok(Json(web.read(signed.actor(), move |cx| view::show(cx, id)).await?.into()))
}

/// A press: nothing is asked for.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmRaise {
    /// Made by the caller; the request's key when absent.
    id: Option<Uid>,
    /// The asker's own when absent.
    unit: Option<Uid>,
    place: Option<Uid>,
    place_text: Option<Name>,
    /// Only a test of the line.
    #[serde(default)]
    test: bool,
}

/// What a press answers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlarmRaised {
    pub id: Uid,
    pub received_at: At,
    /// False: it is kept on the server's disk, and nobody has been told yet. Use the telephone.
    pub told: bool,
}

/// Press the alarm
///
/// Pressed again within a minute it is the same alarm, whose id is answered. While the database does not answer, the
/// press is kept and replayed: 202, `told` false.
#[utoipa::path(post, path = "/alarms", tag = "alarms", request_body = AlarmRaise,
    responses((status = 201, description = "Raised, everybody is told", body = AlarmRaised),
        (status = 202, description = "Kept on the disk, nobody has been told yet", body = AlarmRaised)))]
async fn alarm_raise(State(web): State<Web>, request: Request) -> Reply<(StatusCode, Json<AlarmRaised>)> {
    let (parts, body) = request.into_parts();
    let body = ask::bytes_of(&parts.headers, body).await?;
    let asked = Request::from_parts(parts.clone(), Body::from(body.clone()));
    match tokio::time::timeout(queue::ANSWER, Call::<AlarmRaise>::from_request(asked, &web)).await {
        Ok(Ok(call)) => raised(&web, call).await,
        Ok(Err(ApiError::Web(WebError::App(Error::Fault(_))))) | Err(_) => unasked(&web, &parts, &body).await,
        Ok(Err(refused)) => Err(refused),
    }
}

impl AlarmRaise {
    fn wanted(self, id: Id) -> NewAlarm {
        NewAlarm {
            id: Some(self.id.map_or(id, |i| i.0)),
            unit: self.unit.map(|u| u.0),
            place: self.place.map(|p| p.0),
            place_text: self.place_text.map(|t| t.0),
            test: self.test,
        }
    }
}

/// On this machine's disk; nobody has been told yet.
async fn kept(web: &Web, by: queue::By, new: NewAlarm) -> Reply<(StatusCode, Json<AlarmRaised>)> {
    let id = new.id.ok_or_else(|| Error::broken("a press without an id"))?;
    queue::keep(web, by, new).await?;
    Ok((StatusCode::ACCEPTED, Json(AlarmRaised { id: id.into(), received_at: web.now().into(), told: false })))
}

/// The database is away and nobody can be asked who this is: the press is kept with the hash of the session's token.
async fn unasked(web: &Web, parts: &Parts, body: &[u8]) -> Reply<(StatusCode, Json<AlarmRaised>)> {
    door::own_site(parts)?;
    let Some((token, _)) = door::token_of(web, parts) else { return Err(WebError::SignIn.into()) };
    let hash = base::hex(&login::token_hash(token));
    let key = door::idempotency_key(&parts.headers)?;
    let new = ask::json::<AlarmRaise>(body)?.wanted(key.unwrap_or_else(|| Id::new(web.now())));
    kept(web, queue::By::Session { hash }, new).await
}

async fn raised(web: &Web, call: Call<AlarmRaise>) -> Reply<(StatusCode, Json<AlarmRaised>)> {
    let new = call.body.clone().wanted(call.key().unwrap_or_else(|| Id::new(web.now())));
    let again = new.clone();
    let job =
        move |cx: &mut Cx<'_, '_>| Ok(Made { id: alarm::raise::raise(cx, &new)?.into(), received_at: cx.now.into() });
    // A refusal is the noun's; anything else is the database, and then the press is kept.
    let answer = tokio::time::timeout(queue::ANSWER, call.once_or_fault(web, job)).await;
    match answer {
        Ok(Ok(made)) => {
            let raised = AlarmRaised { id: made.id, received_at: made.received_at, told: true };
            Ok((StatusCode::CREATED, Json(raised)))
        }
        Ok(Err(Error::Refused(refusal))) => Err(refusal.into()),
        Ok(Err(Error::Fault(_))) | Err(_) => {
            let by = queue::By::Login { login: call.signed.session.login, post: call.actor().post };
            kept(web, by, again).await
        }
    }
}

/// What an act is told.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmTold {
    note: Option<Note>,
    /// Of the end of an alarm that is no test: what it was.
    outcome: Option<AlarmOutcome>,
}

async fn act(web: Web, id: Id, call: Call<AlarmTold>, act: Act) -> Reply<Json<Changed>> {
    let b = call.body.clone();
    let input = Input { note: b.note.map(|n| n.0), outcome: b.outcome.map(|o| o.0) };
    let job = move |cx: &mut Cx<'_, '_>| {
        let a = alarm::act::act(cx, id, act, &input)?;
        Ok(Changed { id: a.id.into(), version: a.version, received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Operations on one alarm that differ in nothing but their name.
macro_rules! on_one {
    ($($summary:literal $handler:ident $path:literal $act:expr;)+) => {$(
        #[doc = $summary]
        #[utoipa::path(post, path = $path, tag = "alarms", params(("id" = Uid, Path, description = "The alarm")),
            request_body = AlarmTold, responses((status = 200, description = "Done", body = Changed)))]
        async fn $handler(State(web): State<Web>, PathId(id): PathId, call: Call<AlarmTold>) -> Reply<Json<Changed>> {
            act(web, id, call, $act).await
        }
    )+};
}

on_one! {
    "Say that one has heard and sees to it" alarm_acknowledge "/alarms/{id}/acknowledge" Act::Acknowledge;
    "Say that one is there" alarm_arrive "/alarms/{id}/arrive" Act::Arrive;
    "Write a remark" alarm_note "/alarms/{id}/note" Act::Note;
    "End it, with what it was and why" alarm_end "/alarms/{id}/end" Act::End;
}

/// How a class stands.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlarmAccount {
    class: Uid,
    here: AlarmHere,
    /// Of a class with somebody missing: how many.
    #[serde(default)]
    #[schema(minimum = 0)]
    missing: i64,
}

/// Account for a class
#[utoipa::path(post, path = "/alarms/{id}/account", tag = "alarms",
    params(("id" = Uid, Path, description = "The alarm")), request_body = AlarmAccount,
    responses((status = 200, description = "Counted", body = Made)))]
async fn alarm_account(State(web): State<Web>, PathId(id): PathId, call: Call<AlarmAccount>) -> Reply<Json<Made>> {
    let (class, here, missing) = (call.body.class.0, call.body.here.0, call.body.missing);
    let job = move |cx: &mut Cx<'_, '_>| {
        roll::account(cx, id, class, here, missing)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}
