//! The record of an alarm: what the viewer is to do now, who is accounted for, who has answered, the history; and the acts.
//! Its parts are drawn alone too: `live` sends them while the alarm is open.

use askama::Template;
use axum::extract::{Path, State as Held};
use base::{Id, Result};
use safety::alarm::view::{self, View};
use safety::alarm::{self, Act, Here, Input, Outcome, roll};

use super::tabs;
use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, crumb};
use crate::state::Web;
use crate::unit::id_of;
use crate::words::alarm as say;
use crate::words::{self, Word};

struct StepRow {
    what: String,
    by: String,
    at: String,
    planned: String,
    note: String,
}

/// The state word in the head.
#[derive(Template)]
#[template(path = "alarm/state.html")]
pub(super) struct StatePart {
    state: Word,
}

/// Who has answered, and what became of the deliveries.
#[derive(Template)]
#[template(path = "alarm/line.html")]
pub(super) struct LinePart {
    acker: String,
    /// When somebody came, and has somebody outside the school heard?
    there: String,
    heard: bool,
    ends: String,
    health: String,
    waiting: i64,
}

#[derive(Template)]
#[template(path = "alarm/steps.html")]
pub(super) struct StepsPart {
    steps: Vec<StepRow>,
}

#[derive(Template)]
#[template(path = "alarm/count.html")]
pub(super) struct CountPart {
    count: roll::Count,
}

/// How a class stands; the fields beside it are not part of it.
#[derive(Template)]
#[template(path = "alarm/class.html")]
pub(super) struct ClassPart {
    class: String,
    name: String,
    pupils: i64,
    here: Word,
    missing: i64,
}

/// What changes by itself while the alarm is open.
pub(super) struct Parts {
    pub state: StatePart,
    pub line: LinePart,
    pub steps: StepsPart,
    pub count: CountPart,
    pub classes: Vec<ClassPart>,
}

pub(super) fn parts(view: &View) -> Parts {
    let (a, h) = (&view.alarm, &view.health);
    let step = |s: &view::Step| StepRow {
        what: say::done(s.act, s.rung),
        by: s.by.clone().or(s.by_unit.clone()).unwrap_or_else(|| "系统".into()),
        at: words::at_full(s.received_at),
        planned: s.planned_at.map(words::at_full).unwrap_or_default(),
        note: s.note.clone().unwrap_or_default(),
    };
    let class = |l: &roll::RollLine| ClassPart {
        class: l.class.to_string(),
        name: l.name.clone(),
        pupils: l.pupils,
        here: say::here(l.here),
        missing: l.missing,
    };
    Parts {
        state: StatePart { state: say::state(a.state, a.test) },
        line: LinePart {
            acker: view.acker.clone().unwrap_or_default(),
            there: a.on_site_at.filter(|_| !a.test).map(words::at_full).unwrap_or_default(),
            heard: a.heard_at.is_some(),
            ends: say::line_ends(h.heard_ms, h.linked_ms, a.agency.is_some()),
            health: say::line_health(h.told, h.delivered, h.dead, h.answered_ms),
            waiting: h.waiting,
        },
        steps: StepsPart { steps: view.steps.iter().map(step).collect() },
        count: CountPart { count: view.count },
        classes: view.roll.iter().map(class).collect(),
    }
}

/// What stood to be done on the page is done, or something new is: the form on it would be refused.
#[derive(Template)]
#[template(path = "alarm/turned.html")]
pub(super) struct TurnedPart {
    pub id: String,
}

#[derive(Template)]
#[template(path = "alarm/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    title: String,
    number: String,
    parts: Parts,
    test: bool,
    open: bool,
    pressed: String,
    raiser: String,
    place: String,
    phone: String,
    calls: Vec<CallRow>,
    /// The alarm is of the viewer's own school.
    own: bool,
    police: String,
    outcome: String,
    reason: String,
    next: String,
    card: &'static [&'static str],
    can: Can,
    outcomes: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

/// Somebody to be rung up: 「打校长 马国强」.
struct CallRow {
    post: &'static str,
    name: String,
    mobile: String,
}

/// What the viewer may do now.
#[derive(Clone, Copy, Default)]
struct Can {
    acknowledge: bool,
    arrive: bool,
    end: bool,
    note: bool,
    account: bool,
}

impl Can {
    fn of(view: &View) -> Can {
        let may = |act: Act| view.acts.contains(&act);
        Can {
            acknowledge: may(Act::Acknowledge),
            arrive: may(Act::Arrive) && view.alarm.on_site_at.is_none() && !view.alarm.test,
            end: may(Act::End),
            note: may(Act::Note),
            account: may(Act::Account),
        }
    }
}

/// What the viewer's turn is, as the page's stream is told: `acknowledge`, `arrive` or nothing.
pub(super) fn turn(view: &View) -> &'static str {
    match Can::of(view) {
        Can { acknowledge: true, .. } => Act::Acknowledge.code(),
        Can { arrive: true, .. } => Act::Arrive.code(),
        _ => "",
    }
}

async fn show_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<ShowPage, WebError> {
    let seen = web.read(signed.actor(), move |cx| view::show(cx, id)).await?;
    let mut shell = signed.shell(web, At::Alarms).await?;
    shell.tabs = tabs(signed.actor());
    if seen.alarm.state.is_open() {
        shell.live = format!("/live?page=alarm&id={id}&turn={}", turn(&seen));
    }
    Ok(shown(signed, shell, seen, typed, faults))
}

fn shown(signed: &Signed, shell: Shell, view: View, typed: Fields, faults: Vec<FieldFault>) -> ShowPage {
    let card = say::card(signed.actor().role);
    let call =
        |c: view::Call| CallRow { post: c.role.map_or("按的人", words::role), name: c.name, mobile: c.mobile };
    let (parts, can) = (parts(&view), Can::of(&view));
    let a = view.alarm;
    let place = view.place_name.unwrap_or_default();
    let at = words::at_full(a.received_at);
    ShowPage {
        crumbs: vec![crumb(say::TITLE, "/alarms"), crumb(a.number.clone(), "")],
        id: a.id.to_string(),
        title: format!("{} {place}", view.unit_name).trim().to_string(),
        place,
        own: a.unit == signed.actor().unit,
        calls: view.calls.into_iter().map(call).collect(),
        number: a.number,
        test: a.test,
        open: a.state.is_open(),
        pressed: at,
        raiser: view.raiser.unwrap_or_else(|| "墙上的按钮".into()),
        phone: view.phone.unwrap_or_default(),
        police: view.agency_name.unwrap_or_default(),
        outcome: a.outcome.map_or(String::new(), |o| say::outcome(o).to_string()),
        reason: a.end_reason.unwrap_or_default(),
        next: a.due_at.filter(|_| !a.test).map(words::at_full).unwrap_or_default(),
        parts,
        can,
        card,
        outcomes: [Outcome::Real, Outcome::False].map(|o| Choice::new(o.code(), say::outcome(o))).into(),
        typed,
        faults,
        shell,
    }
}

pub async fn show(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&show_page(&web, &signed, id_of(&id)?, Fields::default(), Vec::new()).await?)
}

async fn after<T>(web: &Web, posted: &Posted, id: Id, done: Result<T>) -> Answer {
    match done {
        Ok(_) => page::done(&posted.signed.ask, web.now(), id, format!("/alarms/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&show_page(web, &posted.signed, id, posted.fields.clone(), faults).await?, status)
        }
    }
}

pub async fn act(Held(web): Held<Web>, Path((id, act)): Path<(String, String)>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let Some(act) = Act::from_code(&act) else { return Err(WebError::not_found()) };
    let f = &posted.fields;
    let input = Input { note: f.opt("note"), outcome: Outcome::from_code(f.get("outcome")) };
    let done = web.act(&posted, move |cx| alarm::act::act(cx, id, act, &input).map(|a| a.id)).await;
    after(&web, &posted, id, done).await
}

pub async fn account(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let f = &posted.fields;
    let class = f.id("class")?.unwrap_or(id);
    let here = Here::from_code(f.get("here")).unwrap_or(Here::Unknown);
    let missing = f.get("missing").trim().parse().unwrap_or(0);
    let done = web.act(&posted, move |cx| roll::account(cx, id, class, here, missing)).await;
    after(&web, &posted, id, done).await
}
