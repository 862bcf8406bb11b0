//! The hours of a drill: the signal, the end of the shaking, the muster, the end; the same from paper; and what is dropped.
//! Times are those that the telephone claims (`cx.claimed`), so that a drill in a yard without network is timed truly.

use base::{Day, Error, Id, Ms, Problem, Result, limits};
use db::args;
use serde::{Deserialize, Serialize};

use super::state::{Act, Scenario, State};
use super::{CLASSES_MAX, Drill, SECONDS_MAX, call, ready, sql, store};
use crate::duty::{self, Credit};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::{movement, org::unit, roll};

/// The signal. The classes on the roll of the day stand on the list from now on: at night those with boarders, each with
/// its boarders. Refuses a day outside of the window.
pub fn start(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let (mut drill, next) = ready(cx, id, Action::DrillManage, Act::Start)?;
    let at = cx.claimed()?;
    if at.day() < drill.window_from || at.day() > drill.window_until {
        return Err(Error::invalid("window_from", Problem::Mismatch { with: "today" }));
    }
    (drill.state, drill.started_at, drill.held_on) = (next, Some(at), Some(at.day()));
    drill.starter = cx.actor.person;
    drill.expected = classes(cx, &drill, at.day())?;
    store(cx, "drill.start", &drill)
}

/// The list of classes, entered once; answers how many people are expected.
fn classes(cx: &mut Cx<'_, '_>, drill: &Drill, day: Day) -> Result<i64> {
    let mut list: Vec<(Option<Id>, String, i64)> = Vec::new();
    for class in roll::classes_on(cx, drill.unit, day)? {
        let expected = if drill.night { class.boarders } else { class.pupils };
        if expected > 0 {
            list.push((Some(class.id), class.name, expected));
        }
    }
    // A school without a roll is counted as one.
    if list.is_empty() {
        let unit = unit::load(cx, drill.unit)?;
        list.push((None, unit.short.clone(), if drill.night { unit.boarders } else { unit.pupils }));
    }
    let mut all = 0;
    for (serial, (class, name, expected)) in list.into_iter().take(CLASSES_MAX as usize).enumerate() {
        let (row, salt, now) = (cx.id(), cx.salt(), cx.now);
        all += expected;
        let args = args![drill.county, row, salt, drill.unit, drill.id, class, name, serial as i64 + 1, expected, now];
        cx.put("drill.class", "drill_class", sql::CLASS_INSERT, args)?;
    }
    Ok(all)
}

/// Earthquake: the shaking is over, everybody leaves; from here the classes are timed. Refuses any other scenario and a
/// second signal.
pub fn leave(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let (mut drill, next) = ready(cx, id, Action::DrillManage, Act::Leave)?;
    if drill.scenario != Scenario::Quake || drill.leave_at.is_some() {
        return Err(base::Refusal::WrongState { from: drill.state.code(), action: Act::Leave.code() }.into());
    }
    let at = cx.claimed()?;
    (drill.state, drill.leave_at) = (next, drill.started_at.map(|from| at.max(from)));
    store(cx, "drill.leave", &drill)
}

/// 集合清点 begins: from here the missing list is to be complete within the pack's minutes.
pub fn muster(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let (mut drill, next) = ready(cx, id, Action::DrillManage, Act::Muster)?;
    if drill.muster_at.is_some() {
        return Err(base::Refusal::WrongState { from: drill.state.code(), action: Act::Muster.code() }.into());
    }
    phase_two(&drill)?;
    let at = cx.claimed()?;
    (drill.state, drill.muster_at) = (next, drill.leave_at.or(drill.started_at).map(|from| at.max(from)));
    call::recount(cx, &mut drill)?;
    store(cx, "drill.muster", &drill)
}

/// An earthquake drill has two phases: first cover, then leave.
fn phase_two(drill: &Drill) -> Result<()> {
    if drill.scenario == Scenario::Quake && drill.leave_at.is_none() {
        return Err(base::Refusal::NeedsEvidence { what: "leave" }.into());
    }
    Ok(())
}

/// Everybody is back: the drill was held, and counts from now on. Refuses a drill of which no class was called, and an
/// earthquake without its second phase.
pub fn finish(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let (mut drill, next) = ready(cx, id, Action::DrillManage, Act::Finish)?;
    phase_two(&drill)?;
    if !call::recount(cx, &mut drill)? {
        return Err(base::Refusal::NeedsEvidence { what: "call" }.into());
    }
    let at = cx.claimed()?;
    (drill.state, drill.ended_at) = (next, drill.started_at.map(|from| at.max(from)));
    store(cx, "drill.finish", &drill)?;
    credit(cx, &drill)
}

/// A drill held without a telephone and entered afterwards.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Paper {
    /// When the signal was given.
    pub started_at: Ms,
    pub expected: i64,
    pub out: i64,
    pub unknown: i64,
    /// From the signal (of an earthquake: to leave) to the last one out.
    pub out_s: i64,
    /// From the muster to the complete list; none if nobody timed it.
    #[serde(default)]
    pub list_s: Option<i64>,
    /// 补录: why it is entered late.
    #[serde(default)]
    pub back_reason: Option<String>,
}

/// Enters a drill that was held on paper. Refuses: a time in the future or outside of the window, more people out than
/// expected, a late entry without a reason.
pub fn paper(cx: &mut Cx<'_, '_>, id: Id, said: &Paper) -> Result<()> {
    let (mut drill, next) = ready(cx, id, Action::DrillManage, Act::Paper)?;
    let mut faults = Faults::default();
    let on = said.started_at.day();
    if said.started_at > cx.now {
        faults.add("started_at", Problem::InFuture { minutes: said.started_at.since(cx.now) / Ms::MINUTE });
    } else if on < drill.window_from || on > drill.window_until {
        faults.add("started_at", Problem::Mismatch { with: "window_from" });
    }
    let expected = faults.range("expected", said.expected, 1, limits::EXPORT_ROWS_MAX);
    let out = faults.range("out", said.out, 0, expected.max(0));
    let unknown = faults.range("unknown", said.unknown, 0, (expected - out).max(0));
    let out_s = faults.range("out_s", said.out_s, 1, SECONDS_MAX);
    let list_s = said.list_s.map(|s| faults.range("list_s", s, 0, SECONDS_MAX));
    let reason = faults.optional("back_reason", said.back_reason.as_deref().unwrap_or(""), limits::NOTE_CHARS);
    if cx.now.since(on.end()) > cx.pack.span("back_entry") && reason.is_none() {
        faults.add("back_reason", Problem::TooOld { days: cx.now.day().days_since(on) });
    }
    faults.done()?;
    drill.state = next;
    (drill.started_at, drill.held_on, drill.on_paper) = (Some(said.started_at), Some(on), true);
    (drill.expected, drill.out, drill.unknown, drill.inside) = (expected, out, unknown, expected - out - unknown);
    (drill.out_s, drill.list_s, drill.back_reason) = (Some(out_s), list_s, reason);
    drill.starter = cx.actor.person;
    store(cx, "drill.paper", &drill)?;
    credit(cx, &drill)
}

/// 作废, with a reason: it was not held, or was entered by mistake. What it credited is withdrawn.
pub fn drop(cx: &mut Cx<'_, '_>, id: Id, reason: &str) -> Result<()> {
    let (mut drill, next) = ready(cx, id, Action::DrillManage, Act::Drop)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    faults.done()?;
    let counted = matches!(drill.state, State::Review | State::Done);
    (drill.state, drill.drop_reason) = (next, Some(reason.clone()));
    store(cx, "drill.drop", &drill)?;
    if counted {
        duty::withdraw(cx, id, Some(&reason))?;
    }
    Ok(())
}

/// What the pack calls this drill: a night drill serves the night entry and not the day's (还要组织夜间疏散演练); a
/// stampede drill serves its own entry besides.
fn nouns(drill: &Drill) -> Vec<&'static str> {
    let mut out = vec![if drill.night { "drill.night" } else { "drill" }];
    if drill.scenario == Scenario::Stampede {
        out.push("drill.stampede");
    }
    out
}

fn credit(cx: &mut Cx<'_, '_>, drill: &Drill) -> Result<()> {
    let Some(on) = drill.held_on else { return Ok(()) };
    for noun in nouns(drill) {
        let credit = Credit {
            claimed_at: drill.started_at.unwrap_or(on.start()),
            by: drill.starter,
            back_reason: drill.back_reason.clone(),
            ..Credit::new(drill.unit, noun, drill.id, on)
        };
        duty::credit(cx, &credit)?;
    }
    Ok(())
}

/// The measured times of the classes go into the next edition of the buildings: pace and delay as they were, not as they
/// are assumed. The plan is then reckoned anew. Refuses a drill that was not held, a night drill (other rooms), and what
/// `movement::fit_to` refuses. Answers the new edition.
pub fn fit(cx: &mut Cx<'_, '_>, id: Id) -> Result<Id> {
    let drill = super::load(cx, id)?;
    cx.require(Action::DrillManage, drill.unit, false)?;
    if drill.night || !matches!(drill.state, State::Review | State::Done) {
        return Err(base::Refusal::WrongState { from: drill.state.code(), action: "fit" }.into());
    }
    let list = call::of_drill(cx, id)?;
    let measured: Vec<(String, i64)> = list.into_iter().filter_map(|c| Some((c.name, c.seconds?))).collect();
    movement::fit_to(cx, drill.unit, id, &measured)
}
