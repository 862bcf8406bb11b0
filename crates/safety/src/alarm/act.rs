//! What is done to an alarm by people, by the clock, and by whoever lifts a ringing telephone.

use base::{Error, Id, Ms, Refusal, Result, limits};
use db::args;
use serde::{Deserialize, Serialize};

use super::ladder::{self, Times};
use super::state::{Act, Outcome, State, next};
use super::{Alarm, Said, from_row, load, put, require, sql};
use crate::duty::{self, Credit};
use crate::kernel::cx::Cx;
use crate::kernel::outbox::Line;
use crate::kernel::rights::{Action, Relation, relation};
use crate::kernel::text::Faults;
use crate::message::{self, Kind, To, Told};
use crate::org::Role;

/// What is said with an act.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct Input {
    #[serde(default)]
    pub note: Option<String>,
    /// What it was; needed to end an alarm that is no test.
    #[serde(default)]
    pub outcome: Option<Outcome>,
}

fn action(act: Act) -> Option<Action> {
    match act {
        Act::Acknowledge | Act::Arrive | Act::Note => Some(Action::AlarmAnswer),
        Act::End => Some(Action::AlarmEnd),
        Act::Raise | Act::Again | Act::Account | Act::Rung | Act::Resume => None,
    }
}

/// Does an act. Refuses: an alarm that is not there for the asker, no right, an act that is not possible now, whoever
/// pressed and wants to acknowledge himself or to be the one who came, an end without a reason or without saying what it
/// was.
pub fn act(cx: &mut Cx<'_, '_>, id: Id, act: Act, input: &Input) -> Result<Alarm> {
    let mut alarm = load(cx, id)?;
    let wrong = Error::from(Refusal::WrongState { from: alarm.state.code(), action: act.code() });
    let Some(action) = action(act) else { return Err(wrong) };
    require(cx, action, &alarm)?;
    let state = next(alarm.state, act).ok_or(wrong)?;
    // Else he could press and silence what he pressed.
    if matches!(act, Act::Acknowledge | Act::Arrive) && alarm.raised_by.is_some() && alarm.raised_by == cx.actor.person
    {
        return Err(Refusal::PackForbids { clause: "5.2", rule: "own_alarm", instead: Vec::new() }.into());
    }
    let note = said(&alarm, act, input)?;
    if act == Act::End {
        alarm.outcome = if alarm.test { Some(Outcome::Test) } else { input.outcome };
        alarm.end_reason = note.clone();
        return end(cx, alarm, &Said { note, ..Said::default() });
    }
    go(cx, &mut alarm, act, state, &Said { note, ..Said::default() })?;
    Ok(alarm)
}

fn said(alarm: &Alarm, act: Act, input: &Input) -> Result<Option<String>> {
    let mut faults = Faults::default();
    let note = input.note.as_deref().unwrap_or("");
    let note = match act {
        Act::Note => Some(faults.text("note", note, limits::NOTE_CHARS)),
        Act::End if !alarm.test => Some(faults.text("note", note, limits::NOTE_CHARS)),
        _ => faults.optional("note", note, limits::NOTE_CHARS),
    };
    if act == Act::End && !alarm.test && !matches!(input.outcome, Some(Outcome::Real | Outcome::False)) {
        faults.add("outcome", base::Problem::Required);
    }
    faults.done()?;
    Ok(note)
}

/// Stores an act that leaves the alarm open (or a remark on an ended one).
fn go(cx: &mut Cx<'_, '_>, alarm: &mut Alarm, act: Act, state: State, said: &Said) -> Result<()> {
    let (now, before) = (cx.now, alarm.state);
    if matches!(act, Act::Acknowledge | Act::Arrive) {
        let (outside, police) = hears(cx, alarm, said)?;
        alarm.heard_at = alarm.heard_at.or(outside.then_some(now));
        alarm.linked_at = alarm.linked_at.or(police.then_some(now));
    }
    match act {
        Act::Acknowledge if alarm.acked_at.is_none() => {
            (alarm.acked_at, alarm.acked_by) = (Some(now), said.person.or(cx.actor.person));
        }
        Act::Arrive => alarm.on_site_at = alarm.on_site_at.or(Some(now)),
        _ => {}
    }
    alarm.state = match (alarm.on_site_at, alarm.heard_at) {
        // Somebody of the school is there, and nobody outside it knows: the ladder goes on.
        (Some(_), None) if state == State::OnSite => before,
        // Somebody was there already; now the superior or the police has heard.
        (Some(_), Some(_)) if act == Act::Acknowledge => State::OnSite,
        _ => state,
    };
    if alarm.state != before {
        alarm.due_at = ladder::due_at(&Times::of(cx.pack), alarm.state, alarm.test, alarm.rung, now);
    }
    put(cx, alarm, act, said)?;
    if act == Act::Acknowledge && alarm.test && all_heard(alarm) {
        // Everybody at the other end has heard it: the line is sound, and that is all a test asks.
        alarm.outcome = Some(Outcome::Test);
        let done = end(cx, alarm.clone(), &Said::default())?;
        *alarm = done;
    }
    Ok(())
}

/// Is whoever acknowledges or has come outside the school, and is it the police desk? A telephone of a person is the school's when he
/// is one of those whom the ladder rings there.
fn hears(cx: &mut Cx<'_, '_>, alarm: &Alarm, said: &Said) -> Result<(bool, bool)> {
    if let Some(unit) = said.unit {
        return Ok((unit != alarm.unit, alarm.agency == Some(unit)));
    }
    if let (Some(person), Role::System) = (said.person, cx.actor.role) {
        return Ok((!ladder::rings_at_school(cx, alarm.unit, person)?, false));
    }
    let police = alarm.agency.is_some() && alarm.agency == Some(cx.actor.unit);
    Ok((relation(cx, alarm.unit)? != Relation::Own, police))
}

/// Has everybody answered whom a test asks: the police where a county has named them, else any office above?
fn all_heard(alarm: &Alarm) -> bool {
    if alarm.agency.is_some() { alarm.linked_at.is_some() } else { alarm.heard_at.is_some() }
}

fn end(cx: &mut Cx<'_, '_>, mut alarm: Alarm, said: &Said) -> Result<Alarm> {
    let now = cx.now;
    (alarm.state, alarm.due_at) = (State::Ended, None);
    (alarm.ended_at, alarm.ended_by) = (Some(now), cx.actor.person);
    put(cx, &mut alarm, Act::End, said)?;
    let kind = if alarm.test { Kind::Test } else { Kind::Alarm };
    message::over(cx, "alarm", alarm.id, kind)?;
    if alarm.test {
        // A school that answers itself has proved nothing about the line.
        if alarm.heard_at.is_some() {
            let by = alarm.raised_by;
            duty::credit(cx, &Credit { by, ..Credit::new(alarm.unit, "alarm", alarm.id, now.day()) })?;
        }
        return Ok(alarm);
    }
    if alarm.outcome == Some(Outcome::False) {
        crate::follow::alarm_was_none(cx, &alarm)?;
    }
    let to: Vec<To> = ladder::called(cx, &alarm, alarm.rung)?.to;
    let told = Told { kind: Kind::Receipt, noun: "alarm", subject: alarm.id, unit: alarm.unit, dedupe: "ended" };
    message::tell(cx, &told, &to)?;
    Ok(alarm)
}

/// Called by `tick`: nobody has answered, or nobody has come. The step tells the planned and the actual time; after an
/// outage the ladder goes on from now, one rung at a time.
pub fn due_fired(cx: &mut Cx<'_, '_>, id: Id, planned: Ms) -> Result<()> {
    let Some(row) = cx.tx.row(sql::BY_ID, args![id])? else { return Ok(()) };
    let mut alarm = from_row(&row)?;
    if !alarm.state.is_open() || alarm.due_at != Some(planned) {
        return Ok(());
    }
    let said = Said { planned_at: Some(planned), ..Said::default() };
    if alarm.test {
        // Nobody at the other end has heard it.
        alarm.outcome = Some(Outcome::Test);
        end(cx, alarm, &said)?;
        return Ok(());
    }
    let act = if alarm.state == State::Acknowledged { Act::Resume } else { Act::Rung };
    let Some(state) = next(alarm.state, act) else { return Ok(()) };
    alarm.state = state;
    alarm.rung += 1;
    alarm.due_at = ladder::due_at(&Times::of(cx.pack), state, false, alarm.rung, cx.now);
    put(cx, &mut alarm, act, &said)?;
    ladder::tell(cx, &alarm, alarm.rung)
}

/// A telephone was lifted and the key pressed: that is an acknowledgement, by whoever's telephone it is.
pub(crate) fn telephone(cx: &mut Cx<'_, '_>, line: &Line, acknowledged: bool) -> Result<()> {
    let Some(row) = cx.tx.row(sql::BY_ID, args![line.subject])? else { return Ok(()) };
    let mut alarm = from_row(&row)?;
    let Some(state) = next(alarm.state, Act::Acknowledge).filter(|_| acknowledged && cx.actor.role == Role::System)
    else {
        return Ok(());
    };
    let unit = line.person.is_none().then_some(line.channel);
    let said = Said { person: line.person, unit, ..Said::default() };
    go(cx, &mut alarm, Act::Acknowledge, state, &said)
}
