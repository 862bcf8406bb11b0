//! The forms of the acts on an incident, and their POST: `/incidents/{id}/{act}`. Which acts there are is `safety`'s
//! answer (`view.acts`), never decided here.

use axum::extract::{Path, State as Held};
use base::{Error, Refusal, Result};
use safety::incident::{self, Act, Input, LegKind, ReportKind, State};

use super::new::{facts, told};
use super::record::{self, Known};
use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault};
use crate::hazard::record::parse_id;
use crate::page::{self, Choice, Kept};
use crate::state::Web;
use crate::words::incident as say;

/// The one form of the page.
pub struct Form {
    /// The last part of its address.
    pub name: &'static str,
    pub title: &'static str,
    pub button: String,
    pub next: &'static str,
    pub version: i64,
    pub confirm: &'static str,
    /// The viewer's own turn.
    pub main: bool,
    pub typed: Fields,
    pub facts: Vec<Choice>,
    pub chosen: Vec<String>,
    /// For a call: to whom.
    pub legs: Vec<Choice>,
}

/// Acts with a form, in the order in which they are offered.
const OFFERED: &[Act] =
    &[Act::Receive, Act::Pass, Act::Call, Act::Follow, Act::End, Act::Final, Act::Amend, Act::Skip, Act::Withdraw];

/// What the viewer is to do now, if it is his turn: sign, pass on, ring up, report again, or report to the end.
fn main_act(known: &Known) -> Option<Act> {
    let v = &known.view;
    let may = |act| v.acts.contains(&act);
    let phone = v.legs.iter().any(|l| l.open && l.kind == LegKind::Phone && v.calls.contains(&l.id));
    let wanted = [
        (Act::Receive, true),
        (Act::Pass, true),
        (Act::Call, phone || !known.own),
        (Act::Final, v.incident.state == State::Concluding),
        (Act::Call, true),
        (Act::Follow, true),
    ];
    wanted.into_iter().find(|(act, fits)| *fits && may(*act)).map(|(act, _)| act)
}

/// The form named by `asked`, or that of the viewer's turn.
pub fn form(known: &Known, asked: &str, typed: &Fields) -> Option<Form> {
    let acts = &known.view.acts;
    let main = main_act(known);
    let named = Act::from_code(asked).filter(|a| OFFERED.contains(a) && acts.contains(a));
    let act = named.or(main)?;
    let v = &known.view;
    let legs = v.legs.iter().filter(|l| v.calls.contains(&l.id));
    let legs: Vec<Choice> = legs.map(|l| Choice::new(l.id.to_string(), say::leg_way(l))).collect();
    let button = match act {
        Act::Receive if v.unsigned.len() > 1 => format!("签收 {} 份报告", v.unsigned.len()),
        Act::Follow | Act::Amend | Act::Final => format!("交{}", say::act(act)),
        _ => say::act(act).to_string(),
    };
    Some(Form {
        name: act.code(),
        title: say::act(act),
        button,
        next: say::next_line(act),
        version: v.incident.version,
        confirm: match act {
            Act::Withdraw => "撤回后不能再报，原来报的都保留。",
            Act::End => "处置结束后开始算终报的时限。",
            _ => "",
        },
        main: main == Some(act),
        facts: facts(),
        chosen: typed.all("facts"),
        typed: typed.clone(),
        legs,
    })
}

/// Links to the other acts that the viewer may do now.
pub fn others(known: &Known, current: Option<&Form>) -> Vec<(&'static str, String)> {
    let shown = OFFERED.iter().filter(|a| known.view.acts.contains(a) && current.is_none_or(|c| c.name != a.code()));
    let id = known.view.incident.id;
    shown.map(|a| (say::act(*a), format!("/incidents/{id}?do={}#act", a.code()))).collect()
}

fn report_kind(act: Act) -> Option<ReportKind> {
    match act {
        Act::Follow => Some(ReportKind::Follow),
        Act::Amend => Some(ReportKind::Amend),
        Act::Final => Some(ReportKind::Final),
        _ => None,
    }
}

fn input(posted: &Posted) -> Result<Input> {
    let f = &posted.fields;
    Ok(Input {
        version: f.int("version")?,
        note: f.opt("note"),
        leg: f.id("leg")?,
        report: f.id("report")?,
        spoke_with: f.opt("spoke_with"),
        at: f.at("at")?,
    })
}

/// The address of an act, opened: the record is where it is done.
pub async fn shown(Held(web): Held<Web>, signed: Signed, Path((id, act)): Path<(String, String)>) -> Answer {
    let id = parse_id(&id)?;
    Act::from_code(&act).filter(|a| OFFERED.contains(a)).ok_or(Error::from(Refusal::NotFound))?;
    web.read(signed.actor(), move |cx| incident::load(cx, id).map(|_| ())).await?;
    page::back(&format!("/incidents/{id}"))
}

pub async fn post(Held(web): Held<Web>, Path((id, act)): Path<(String, String)>, posted: Posted) -> Answer {
    let id = parse_id(&id)?;
    let act = Act::from_code(&act).filter(|a| OFFERED.contains(a)).ok_or(Error::from(Refusal::NotFound))?;
    let done = match report_kind(act) {
        Some(kind) => match told(&posted) {
            Ok(new) => web.act(&posted, move |cx| incident::report::again(cx, id, kind, &new).map(|i| i.id)).await,
            Err(e) => Err(e),
        },
        None => match input(&posted) {
            Ok(input) => web.act(&posted, move |cx| incident::act::act(cx, id, act, &input).map(|i| i.id)).await,
            Err(e) => Err(e),
        },
    };
    match done {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/incidents/{id}?done={}", act.code())),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            again(&web, posted, id, act, faults, status).await
        }
    }
}

/// The page with the form as it was typed, and what is to be changed.
async fn again(
    web: &Web,
    posted: Posted,
    id: base::Id,
    act: Act,
    faults: Vec<FieldFault>,
    status: axum::http::StatusCode,
) -> Answer {
    let known = web.read(posted.signed.actor(), move |cx| record::known(cx, id)).await?;
    let form = form(&known, act.code(), &posted.fields);
    page::again(&record::page_of(web, &posted.signed, known, form, String::new(), faults).await?, status)
}
