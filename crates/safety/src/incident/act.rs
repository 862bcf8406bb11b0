//! Everything that is done about an incident beside reporting it: telephone calls, signatures of the levels above, passing
//! it on, past a level when it is urgent, the end of handling, withdrawing. Each loads through the asker's scope, asks the
//! rule table, then the state table, and stores head, legs, step and leaves in one transaction.

use base::{Error, Id, Ms, Problem, Refusal, Result, limits};
use db::args;
use serde::{Deserialize, Serialize};

use super::leg::{self, Leg, Met};
use super::report::follow_up;
use super::state::{Act, LegKind, ReportKind, State, next};
use super::store::{self, Said};
use super::{Incident, is_mine, load, pack_of, sql, tell};
use crate::hazard::{NewHazard, raise};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{self, Action, Relation};
use crate::kernel::text::Faults;

/// What an act can be told; each reads what it needs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Input {
    #[serde(default)]
    pub version: Option<i64>,
    #[serde(default)]
    pub note: Option<String>,
    /// Call: which leg; absent = the telephone report to the level above.
    #[serde(default)]
    pub leg: Option<Id>,
    /// Receive: which report; absent = all that are not signed for.
    #[serde(default)]
    pub report: Option<Id>,
    /// Call: who answered.
    #[serde(default)]
    pub spoke_with: Option<String>,
    /// When it was done, if not now.
    #[serde(default)]
    pub at: Option<Ms>,
}

/// The right that an act needs; none for what the program enters and for what has a function of its own.
pub fn action(act: Act) -> Option<Action> {
    Some(match act {
        Act::Report | Act::Overdue | Act::Regrade | Act::Close => return None,
        Act::Call => Action::IncidentCall,
        Act::Receive | Act::Pass => Action::IncidentReceive,
        Act::Skip | Act::Follow | Act::Amend | Act::End | Act::Final => Action::IncidentSteer,
        Act::Withdraw => Action::IncidentWithdraw,
        Act::Hazard => Action::HazardRaise,
    })
}

fn allowed(cx: &mut Cx<'_, '_>, i: &Incident, act: Act) -> Result<()> {
    let Some(action) = action(act) else { return Err(Refusal::NoRight.into()) };
    // Whoever holds a bureau's post passes on and rings up for the own bureau about a school below.
    let mine = is_mine(cx, i);
    cx.require(action, i.unit, mine).map(|_| ())
}

fn wrong(i: &Incident, act: Act) -> Error {
    Refusal::WrongState { from: i.state.refused(), action: act.code() }.into()
}

/// Performs an act: Call, Receive, Pass, Skip, End, Withdraw. Answers the incident as it stands afterwards.
/// Refuses: NotFound, NoRight, Stale, WrongState, Invalid (`leg`, `report`, `note`, `at`).
pub fn act(cx: &mut Cx<'_, '_>, id: Id, what: Act, input: &Input) -> Result<Incident> {
    let mut i = load(cx, id)?;
    allowed(cx, &i, what)?;
    if input.version.is_some_and(|v| v != i.version) {
        if done_already(cx, &i, what, input)? {
            return Ok(i);
        }
        return Err(Refusal::Stale { version: i.version }.into());
    }
    if next(i.state, what, false).is_none() {
        return Err(wrong(&i, what));
    }
    let mut faults = Faults::default();
    let note = input.note.as_deref().unwrap_or("");
    let note = match what {
        Act::Withdraw => Some(faults.text("note", note, limits::NOTE_CHARS)),
        _ => faults.optional("note", note, limits::NOTE_CHARS),
    };
    let spoke = faults.optional("spoke_with", input.spoke_with.as_deref().unwrap_or(""), limits::NAME_CHARS);
    if input.at.is_some_and(|at| at > cx.now) {
        let minutes = input.at.map_or(0, |at| at.since(cx.now) / Ms::MINUTE);
        faults.add("at", Problem::InFuture { minutes });
    }
    faults.done()?;
    let done_at = input.at.unwrap_or(cx.claimed()?);
    let said = Said { note, done_at: Some(done_at), ..Said::default() };
    match what {
        Act::Call => call(cx, &mut i, input, spoke, said)?,
        Act::Receive => receive(cx, &mut i, input.report, &said)?,
        Act::Pass => pass(cx, &mut i, spoke, said)?,
        Act::Skip => past_a_level(cx, &mut i, said.note.clone())?,
        Act::End => end(cx, &mut i, said)?,
        Act::Withdraw => withdraw(cx, &mut i, said)?,
        _ => return Err(Refusal::NotFound.into()),
    }
    Ok(i)
}

/// Was this very act the last thing that a person did to the incident, and is it the same person? Then a form that was sent
/// twice (a second tap) is done, and not refused as stale.
fn done_already(cx: &mut Cx<'_, '_>, i: &Incident, what: Act, input: &Input) -> Result<bool> {
    let Some(row) = cx.tx.row(sql::LAST_BY_PERSON, args![i.id])? else { return Ok(false) };
    let mine = row.opt_id("by_person")? == cx.actor.person && row.opt_id("by_unit")? == Some(cx.actor.unit);
    let leg = input.leg.is_none_or(|leg| row.opt_id("leg").is_ok_and(|done| done == Some(leg)));
    let report = input.report.is_none_or(|report| row.opt_id("report").is_ok_and(|done| done == Some(report)));
    Ok(mine && leg && report && row.text("act")? == what.code())
}

/// A telephone call: to the level above (recorded by either side, whoever comes first), or to an office beside. Once is
/// enough: a second one is refused as WrongState `met`.
fn call(cx: &mut Cx<'_, '_>, i: &mut Incident, input: &Input, spoke: Option<String>, said: Said) -> Result<()> {
    let own = cx.actor.unit;
    let mine = |l: &Leg| match l.kind {
        LegKind::Phone => l.to_unit == Some(own) || own == l.from_unit,
        LegKind::Party => l.from_unit == own,
        _ => false,
    };
    let below = rights::relation(cx, i.unit)? == Relation::Below && cx.actor.unit_kind.is_school();
    let legs = leg::of(cx, i.id)?;
    let fits =
        |l: &&Leg| mine(l) || (below && l.from_unit == i.unit && matches!(l.kind, LegKind::Phone | LegKind::Party));
    let found = match input.leg {
        Some(id) => legs.iter().filter(fits).find(|l| l.id == id),
        None => legs.iter().filter(fits).find(|l| l.kind == LegKind::Phone),
    };
    let Some(mut leg) = found.cloned() else { return Err(Error::invalid("leg", Problem::Unknown)) };
    if !leg.open {
        return Err(Refusal::WrongState { from: "met", action: "call" }.into());
    }
    let done_at = said.done_at.unwrap_or(cx.now);
    leg::meet(cx, &mut leg, Met { spoke_with: spoke, ..Met::by("call", done_at) })?;
    store::put(cx, i, Act::Call, &Said { leg: Some(leg.id), ..said })
}

/// Did a report reach the actor's unit? Only then it can be signed for.
fn reached(legs: &[Leg], unit: Id) -> bool {
    let carries = |l: &Leg| matches!(l.kind, LegKind::Written | LegKind::Level | LegKind::Skip);
    legs.iter().any(|l| carries(l) && l.to_unit == Some(unit) && l.met_at.is_some())
}

/// 签收: the level above signs for one report, or for all that it has not signed for; each is a step with its time. The
/// first report's signature starts the clock upward and stands for the telephone call, if none was made.
fn receive(cx: &mut Cx<'_, '_>, i: &mut Incident, report: Option<Id>, said: &Said) -> Result<()> {
    let unit = cx.actor.unit;
    let legs = leg::of(cx, i.id)?;
    if !reached(&legs, unit) {
        return Err(Refusal::WrongState { from: "not_sent", action: "receive" }.into());
    }
    let mut open = Vec::new();
    for row in cx.tx.rows(sql::UNSIGNED, args![i.id, unit])? {
        let kind = ReportKind::from_code(&row.text("kind")?).ok_or_else(|| Error::broken("report.kind"))?;
        open.push((row.id("id")?, kind));
    }
    let wanted: Vec<(Id, ReportKind)> = open.into_iter().filter(|(id, _)| report.is_none_or(|r| r == *id)).collect();
    if wanted.is_empty() {
        return Err(Refusal::WrongState { from: "signed", action: "receive" }.into());
    }
    let nearest = leg::levels(cx, i.unit)?.first().is_some_and(|l| l.id == unit);
    for (id, kind) in wanted {
        if nearest {
            i.state = next(i.state, Act::Receive, false).unwrap_or(i.state);
        }
        if nearest && kind == ReportKind::Final && i.final_report == Some(id) {
            i.final_signed_at = Some(cx.now);
        }
        store::put(cx, i, Act::Receive, &Said { report: Some(id), ..said.clone() })?;
    }
    let done_at = said.done_at.unwrap_or(cx.now);
    for mut leg in legs.into_iter().filter(|l| l.open) {
        let signs = leg.kind == LegKind::Sign && leg.from_unit == unit;
        let rung = leg.kind == LegKind::Phone && leg.to_unit == Some(unit);
        if signs || rung {
            leg::meet(cx, &mut leg, Met::by("receive", done_at))?;
        }
    }
    leg::started(cx, i, unit, cx.now)?;
    tell::signed(cx, i, unit)?;
    close_if_done(cx, i)
}

/// 转报: the level passes it on to the next one. It signs for it first, if it has not.
fn pass(cx: &mut Cx<'_, '_>, i: &mut Incident, spoke: Option<String>, said: Said) -> Result<()> {
    let unit = cx.actor.unit;
    let legs = leg::of(cx, i.id)?;
    let owed = |l: &&Leg| l.kind == LegKind::Level && l.from_unit == unit;
    let Some(mut leg) = legs.iter().find(|l| owed(l)).cloned() else { return Err(wrong(i, Act::Pass)) };
    if !leg.open {
        return Err(Refusal::WrongState { from: "met", action: "pass" }.into());
    }
    if !cx.tx.rows(sql::UNSIGNED, args![i.id, unit])?.is_empty() {
        receive(cx, i, None, &Said { note: None, ..said.clone() })?;
        leg = leg::of(cx, i.id)?.into_iter().find(|l| l.id == leg.id).unwrap_or(leg);
    }
    let done_at = said.done_at.unwrap_or(cx.now);
    leg::meet(cx, &mut leg, Met { spoke_with: spoke, ..Met::by("pass", done_at) })?;
    store::put(cx, i, Act::Pass, &Said { leg: Some(leg.id), ..said })?;
    leg::ensure(cx, i, cx.now)?;
    tell::newest(cx, i)
}

/// 越级: straight to the level after the next, because it is urgent. The level that is passed by stays owed its report,
/// and need no longer pass it on. Refuses where there is no such level (`top`) and a second time (`met`).
pub(super) fn past_a_level(cx: &mut Cx<'_, '_>, i: &mut Incident, note: Option<String>) -> Result<()> {
    let levels = leg::levels(cx, i.unit)?;
    let Some(over) = levels.get(1).map(|u| u.id) else {
        return Err(Refusal::WrongState { from: "top", action: "skip" }.into());
    };
    let legs = leg::of(cx, i.id)?;
    if reached(&legs, over) {
        return Err(Refusal::WrongState { from: "met", action: "skip" }.into());
    }
    let done_at = cx.claimed()?;
    let made = leg::skip(cx, i, i.unit, Some(over), done_at)?;
    for mut leg in legs.into_iter().filter(|l| l.kind == LegKind::Level && l.to_unit == Some(over) && l.open) {
        leg::meet(cx, &mut leg, Met::by("skip", done_at))?;
    }
    store::put(cx, i, Act::Skip, &Said { leg: Some(made.id), note, ..Said::default() })?;
    leg::ensure(cx, i, cx.now)?;
    tell::newest(cx, i)
}

/// 处置结束: from here the days of the final report count.
fn end(cx: &mut Cx<'_, '_>, i: &mut Incident, said: Said) -> Result<()> {
    i.state = next(i.state, Act::End, false).ok_or_else(|| wrong(i, Act::End))?;
    i.ended_at = Some(cx.now);
    i.final_due_at = Some(cx.now.plus(pack_of(cx, i.known_at).span("incident.final")));
    i.follow_due_at = None;
    store::put(cx, i, Act::End, &said)?;
    follow_up(cx, i, Act::End, None)
}

/// 撤回: it was no incident; the reason, and all that was reported, stay for the level above to see.
fn withdraw(cx: &mut Cx<'_, '_>, i: &mut Incident, said: Said) -> Result<()> {
    i.state = next(i.state, Act::Withdraw, false).ok_or_else(|| wrong(i, Act::Withdraw))?;
    i.void_reason = said.note.clone();
    i.follow_due_at = None;
    leg::end_all(cx, i.id)?;
    tell::over(cx, i)?;
    store::put(cx, i, Act::Withdraw, &said)
}

/// 结案 follows by itself: the final report is signed for and the casualty window is over.
fn close_if_done(cx: &mut Cx<'_, '_>, i: &mut Incident) -> Result<()> {
    let ready = i.state == State::Final && i.final_signed_at.is_some() && i.window_until <= cx.now;
    let Some(state) = next(i.state, Act::Close, false).filter(|_| ready) else { return Ok(()) };
    i.state = state;
    i.closed_at = Some(cx.now);
    leg::end_all(cx, i.id)?;
    tell::over(cx, i)?;
    store::put(cx, i, Act::Close, &Said::default())
}

pub(super) fn window_ended(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let Some(row) = cx.tx.row(sql::BY_ID, args![id])? else { return Ok(()) };
    let mut i = super::from_row(&row)?;
    close_if_done(cx, &mut i)
}

/// Raises a hazard of which the incident was the sign: at the same school, with a step here that names it.
pub fn raise_hazard(cx: &mut Cx<'_, '_>, id: Id, new: &NewHazard) -> Result<Id> {
    let i = load(cx, id)?;
    if new.unit.is_some_and(|u| u != i.unit) {
        return Err(Error::invalid("unit", Problem::Mismatch { with: "incident" }));
    }
    let hazard = raise::raise(cx, &NewHazard { unit: Some(i.unit), ..new.clone() })?;
    let mut i = i;
    store::put(cx, &mut i, Act::Hazard, &Said { hazard: Some(hazard), ..Said::default() })?;
    Ok(hazard)
}
