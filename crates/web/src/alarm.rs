//! 一键报警 (5.2): the button, what is open now, one alarm with its ladder, who is accounted for and what the viewer is to
//! do, the tests of the line, buttons on walls. The device's own call is `POST /press`.

pub mod banner;
pub mod live;
pub mod queue;
mod show;
mod spread;

use std::collections::BTreeMap;

use askama::Template;
use axum::body::Body;
use axum::extract::{FromRequest, Path, RawQuery, Request, State as Held};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use base::{Error, Id, Ms, Refusal, Result, limits};
use safety::alarm::view::{self, Line};
use safety::alarm::{self, Act, NewAlarm, button};
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::{UnitKind, place, unit};
use safety::{Actor, Cx, Meta};
use serde::Serialize;

use crate::door::{self, Ask, Fields, Posted, Signed, text};
use crate::error::{Answer, FieldFault, WebError};
use crate::live::{Change, LivePage};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, Tab, UnitTab, UrgentTab, crumb};
use crate::state::Web;
use crate::unit::id_of;
use crate::words::alarm as say;
use crate::words::{self, Word};

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/alarms", get(list).post(raise))
        .route("/alarms/new", get(new))
        .route("/alarms/tests", get(tests))
        .route("/alarms/schools", get(spread::show))
        .route("/alarms/{id}", get(show::show))
        .route("/alarms/{id}/roll", post(show::account))
        .route("/alarms/{id}/{act}", post(show::act))
        .route("/units/{id}/buttons", get(buttons).post(add_button))
        .route("/units/{id}/police", post(hear))
        .route("/buttons/{id}", post(end_button))
        .route("/press", post(press))
}

/// Does the role see alarms at all? For the menu.
pub fn reads(actor: &Actor) -> bool {
    reach(actor.role, Action::AlarmRead) != Reach::Nothing
}

fn tabs(actor: &Actor) -> Vec<Tab> {
    page::urgent_tabs(actor, UrgentTab::Alarms)
}

struct Row {
    id: String,
    number: String,
    unit: String,
    place: String,
    at: String,
    acker: String,
    state: Word,
    rung: i64,
    open: bool,
}

fn row(line: Line) -> Row {
    let a = line.alarm;
    Row {
        id: a.id.to_string(),
        number: a.number,
        unit: line.unit_name,
        place: line.place_name.unwrap_or_default(),
        at: words::at(a.received_at),
        acker: line.acker.unwrap_or_default(),
        state: say::state(a.state, a.test),
        rung: a.rung,
        open: a.state.is_open(),
    }
}

#[derive(Template)]
#[template(path = "alarm/list.html")]
struct ListPage {
    shell: Shell,
    tests: bool,
    /// Sees schools below: how they stand this month.
    above: bool,
    open: usize,
    may_raise: bool,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "alarm/row.html")]
struct RowPart {
    r: Row,
    fresh: bool,
}

async fn list_page(web: &Web, signed: &Signed, tests: bool) -> Answer {
    let lines = web.read(signed.actor(), move |cx| view::list(cx, tests)).await?;
    let mut shell = signed.shell(web, At::Alarms).await?;
    shell.tabs = tabs(signed.actor());
    if !tests {
        shell.live = "/live?page=alarms".into();
    }
    let rows: Vec<Row> = lines.into_iter().map(row).collect();
    let open = rows.iter().filter(|r| r.open).count();
    let may_raise = reach(signed.actor().role, Action::AlarmRaise) != Reach::Nothing;
    let above = safety::alarm::spread::sees(signed.actor());
    page::full(&ListPage { shell, tests, above, open, may_raise, rows })
}

async fn list(Held(web): Held<Web>, signed: Signed) -> Answer {
    list_page(&web, &signed, false).await
}

async fn tests(Held(web): Held<Web>, signed: Signed) -> Answer {
    list_page(&web, &signed, true).await
}

/// The list as a live page: what is pressed anywhere below stands on it within a second.
pub struct AlarmRows;
pub static LIVE: AlarmRows = AlarmRows;

fn part(line: Line) -> Result<Change> {
    let part = RowPart { r: row(line), fresh: true };
    Ok(Change::Row(page::drawn(&part)?))
}

impl LivePage for AlarmRows {
    fn wakes(&self, noun: &str) -> bool {
        noun == "alarm"
    }
    fn rows(&self, cx: &mut Cx<'_, '_>, _query: &Fields, ids: &[Id]) -> Result<Vec<Change>> {
        view::these(cx, ids)?.into_iter().map(part).collect()
    }
    fn recent(&self, cx: &mut Cx<'_, '_>, _query: &Fields, since: Ms) -> Result<Vec<Change>> {
        view::list(cx, false)?.into_iter().rev().filter(|l| l.alarm.received_at >= since).map(part).collect()
    }
    fn counts(&self, cx: &mut Cx<'_, '_>, _query: &Fields) -> Result<BTreeMap<String, i64>> {
        page::urgent_count(cx)
    }
    fn has_banner(&self) -> bool {
        false
    }
    fn is_ordinary(&self) -> bool {
        false
    }
}

#[derive(Template)]
#[template(path = "alarm/new.html")]
struct NewPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    places: Vec<Choice>,
    place: String,
    unit: String,
    faults: Vec<FieldFault>,
}

async fn new(Held(web): Held<Web>, signed: Signed) -> Answer {
    let asked = signed.ask.param("unit").unwrap_or_default();
    let (places, unit) = web
        .read(signed.actor(), move |cx| {
            let unit = unit::named(cx, &asked)?.map_or(cx.actor.unit, |u| u.home);
            cx.require(Action::AlarmRaise, unit, false)?;
            // Whoever may press need not be one who reads places: then there is nothing to choose.
            let places = place::list(cx, unit).unwrap_or_default();
            Ok((places, unit))
        })
        .await?;
    page::full(&NewPage {
        crumbs: vec![crumb(say::TITLE, "/alarms"), crumb(say::act(Act::Raise), "")],
        places: places.into_iter().map(|p| Choice::new(p.id.to_string(), p.name)).collect(),
        place: signed.ask.param("place").unwrap_or_default(),
        unit: unit.to_string(),
        faults: Vec::new(),
        shell: signed.shell(&web, At::Alarms).await?,
    })
}

/// What cannot be read is left out: an alarm is not sent back for a field.
fn wanted(f: &Fields, id: Id) -> NewAlarm {
    NewAlarm {
        id: Some(id),
        unit: f.id("unit").ok().flatten(),
        place: f.id("place").ok().flatten(),
        place_text: f.opt("place_text"),
        test: f.get("test") == "1",
    }
}

async fn raise(Held(web): Held<Web>, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, limits::BODY_BYTES)
        .await
        .map_err(|_| WebError::http(StatusCode::PAYLOAD_TOO_LARGE))?;
    let asked = Request::from_parts(parts.clone(), Body::from(body.clone()));
    match tokio::time::timeout(queue::ANSWER, Posted::from_request(asked, &web)).await {
        Ok(Ok(posted)) => raised(&web, posted).await,
        Ok(Err(WebError::App(Error::Fault(_)))) | Err(_) => unasked(&web, &parts, &body).await,
        Ok(Err(refused)) => Err(refused),
    }
}

/// The database is away and nobody can be asked who this is: the press is kept with the hash of the session's token.
async fn unasked(web: &Web, parts: &Parts, body: &[u8]) -> Answer {
    door::own_site(parts)?;
    let Some((token, _)) = door::token_of(web, parts) else { return Err(WebError::SignIn) };
    let hash = base::hex(&safety::org::login::token_hash(token));
    let id = door::idempotency_key(&parts.headers).ok().flatten().unwrap_or_else(|| Id::new(web.now()));
    queue::keep(web, queue::By::Session { hash }, wanted(&Fields::parse(body), id)).await?;
    kept(web, &Ask::of(web, parts), Some(id))
}

async fn raised(web: &Web, posted: Posted) -> Answer {
    let new = wanted(&posted.fields, posted.key().unwrap_or_else(|| Id::new(web.now())));
    let again = new.clone();
    let answer = tokio::time::timeout(queue::ANSWER, web.act(&posted, move |cx| alarm::raise::raise(cx, &new))).await;
    match answer {
        Ok(Ok(id)) => page::done(&posted.signed.ask, web.now(), id, format!("/alarms/{id}")),
        Ok(Err(Error::Refused(refusal))) => Err(refusal.into()),
        Ok(Err(Error::Fault(_))) | Err(_) => {
            let id = again.id;
            let by = queue::By::Login { login: posted.signed.session.login, post: posted.actor().post };
            queue::keep(web, by, again).await?;
            kept(web, &posted.signed.ask, id)
        }
    }
}

#[derive(Template)]
#[template(path = "alarm/kept.html")]
struct KeptPage {
    shell: Shell,
    at: String,
}

/// On this machine's disk, and nobody has been told: said in so many words.
fn kept(web: &Web, ask: &Ask, id: Option<Id>) -> Answer {
    if ask.json {
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        let told = Pressed { id, received_at: web.now().0, kept: true };
        return Ok((StatusCode::ACCEPTED, Json(told)).into_response());
    }
    let at = words::at_full(web.now());
    page::again(&KeptPage { shell: Shell::bare(web, ask), at }, StatusCode::ACCEPTED)
}

struct ButtonRow {
    id: String,
    name: String,
    since: String,
}

#[derive(Template)]
#[template(path = "alarm/buttons.html")]
struct ButtonsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    unit: String,
    rows: Vec<ButtonRow>,
    places: Vec<Choice>,
    bureau: bool,
    agencies: Vec<Choice>,
    agency: String,
    /// The address of a new button: shown once.
    address: String,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn buttons_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    address: String,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<ButtonsPage, WebError> {
    let (unit, rows, places, agencies, agency) = web
        .read(signed.actor(), move |cx| {
            let unit = unit::show(cx, id)?;
            let rows = button::list(cx, id)?;
            let places = if unit.kind.is_school() { place::list(cx, id)? } else { Vec::new() };
            let under = |u: &unit::Unit| u.kind == UnitKind::Agency && u.closed_on.is_none();
            let agencies: Vec<_> = match unit.kind.is_bureau() {
                true => unit::children(cx, id)?.into_iter().filter(under).collect(),
                false => Vec::new(),
            };
            let agency = button::heard_by(cx, id)?;
            Ok((unit, rows, places, agencies, agency))
        })
        .await?;
    let mut shell = signed.shell(web, At::Units).await?;
    shell.tabs = page::unit_tabs(signed.actor(), unit.id, unit.kind, UnitTab::Settings);
    Ok(ButtonsPage {
        crumbs: vec![crumb(unit.name.clone(), format!("/units/{}", unit.id)), crumb("报警按钮", "")],
        bureau: unit.kind.is_bureau(),
        unit: unit.id.to_string(),
        rows: rows
            .into_iter()
            .map(|b| ButtonRow { id: b.id.to_string(), name: b.name, since: words::at(b.received_at) })
            .collect(),
        places: places.into_iter().map(|p| Choice::new(p.id.to_string(), p.name)).collect(),
        agencies: agencies.into_iter().map(|u| Choice::new(u.id.to_string(), u.name)).collect(),
        agency: agency.map(|a| a.to_string()).unwrap_or_default(),
        address,
        typed,
        faults,
        shell,
    })
}

async fn buttons(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&buttons_page(&web, &signed, id_of(&id)?, String::new(), Fields::default(), Vec::new()).await?)
}

async fn add_button(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let (name, at) = (posted.fields.text("name"), posted.fields.id("place")?);
    let address = base::hex(&base::random::<16>());
    let told = address.clone();
    let done = web.write(posted.actor(), posted.meta.clone(), move |cx| button::add(cx, id, at, &name, &address)).await;
    match done {
        Ok(_) => page::full(&buttons_page(&web, &posted.signed, id, told, Fields::default(), Vec::new()).await?),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            let typed = posted.fields.clone();
            page::again(&buttons_page(&web, &posted.signed, id, String::new(), typed, faults).await?, status)
        }
    }
}

async fn end_button(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let unit = posted.actor().unit;
    web.act(&posted, move |cx| button::end(cx, id)).await?;
    page::back(&format!("/units/{unit}/buttons"))
}

async fn hear(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let agency = posted.fields.id("agency")?;
    web.act(&posted, move |cx| button::hear(cx, id, agency)).await?;
    page::back(&format!("/units/{id}/buttons"))
}

#[derive(Serialize)]
struct Pressed {
    id: String,
    received_at: i64,
    /// On this machine's disk only: the database is away, nobody has been told yet.
    kept: bool,
}

/// A device presses: `POST /press`, `Authorization: Bearer <its address>`, `?test=1` for a test. 201 with the alarm's id
/// when it is in the database, 202 when it is on the disk and the database is away; 401 without a known address;
/// anything else: press again.
async fn press(Held(web): Held<Web>, headers: HeaderMap, query: RawQuery) -> Answer {
    let bearer = text(&headers, "authorization").and_then(|t| t.strip_prefix("Bearer ").map(str::to_string));
    let test = query.0.as_deref() == Some("test=1");
    let address = bearer.filter(|a| !a.is_empty() && a.len() <= ADDRESS_MAX).ok_or(Error::from(Refusal::SignIn))?;
    let hash = base::hex(&safety::org::login::token_hash(&address));
    let id = Id::new(web.now());
    let job = move |cx: &mut Cx<'_, '_>| button::pressed(cx, &address, Some(id), test);
    let answer = tokio::time::timeout(queue::ANSWER, web.write(&Actor::system(), Meta::of("device"), job)).await;
    let (status, id, kept) = match answer {
        Ok(Ok(stored)) => (StatusCode::CREATED, stored, false),
        Ok(Err(Error::Refused(Refusal::NotFound))) => return Err(Refusal::SignIn.into()),
        Ok(Err(Error::Refused(refusal))) => return Err(refusal.into()),
        Ok(Err(Error::Fault(_))) | Err(_) => {
            let new = NewAlarm { id: Some(id), test, ..NewAlarm::default() };
            queue::keep(&web, queue::By::Button { hash }, new).await?;
            (StatusCode::ACCEPTED, id, true)
        }
    };
    let told = Pressed { id: id.to_string(), received_at: web.now().0, kept };
    Ok((status, Json(told)).into_response())
}

/// Characters of a button's address that are looked at.
const ADDRESS_MAX: usize = 200;
