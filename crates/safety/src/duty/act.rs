//! The three stages of 1.3: 安排, 检查, 验收, and 退回. Doer, checker and acceptor are three persons; where a unit is too
//! small, the second person at the 中心校 or the bureau signs.

use base::{Error, Id, Problem, Refusal, Result, limits};
use serde::{Deserialize, Serialize};

use super::{Duty, State, cells, load, stage_of, store};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, relation};
use crate::kernel::text::Faults;
use crate::org::{post, unit};
use crate::pack::model::Stage3;

/// Which cell is given to whom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Arrange {
    #[serde(default)]
    pub unit: Option<Id>,
    pub entry: String,
    pub period: String,
    #[serde(default)]
    pub part: String,
    /// Who is to do it.
    pub owner: Id,
    #[serde(default)]
    pub note: Option<String>,
}

/// 安排: gives a cell to a person of the unit. Refuses a cell that the unit does not owe (NotFound), one that is done
/// (WrongState), a person who holds no post there.
pub fn arrange(cx: &mut Cx<'_, '_>, new: &Arrange) -> Result<Id> {
    let unit = unit::load(cx, new.unit.unwrap_or(cx.actor.unit))?;
    cx.require(Action::DutyArrange, unit.home, false)?;
    let mut faults = Faults::default();
    let note = faults.optional("note", new.note.as_deref().unwrap_or(""), limits::NOTE_CHARS);
    if !post::of_person(cx, new.owner)?.iter().any(|p| p.home == unit.home) {
        faults.add("owner", Problem::Unknown);
    }
    faults.done()?;
    let (was, mut duty) = super::list::stored_or_fresh(cx, &unit, &new.entry, &new.period, &new.part)?;
    if duty.state.is_complete() {
        return Err(Refusal::WrongState { from: duty.state.code(), action: "arrange" }.into());
    }
    duty.owner = Some(new.owner);
    (duty.arranged_by, duty.arranged_at) = (cx.actor.person, Some(cx.now));
    if duty.state == State::Open {
        duty.state = State::Arranged;
    }
    store::save(cx, "duty.arrange", &mut duty, was.as_ref())?;
    store::step(cx, &duty, "arrange", Some(new.owner), note)?;
    Ok(duty.id)
}

/// Is the actor the second person of a unit too small to have one?
fn is_second(cx: &mut Cx<'_, '_>, home: Id) -> Result<bool> {
    let unit = unit::load(cx, home)?;
    let second = unit::second(cx, &unit)?;
    Ok(second.is_some() && second == cx.actor.person)
}

fn guard(cx: &mut Cx<'_, '_>, action: Action, duty: &Duty) -> Result<()> {
    let second = is_second(cx, duty.unit)?;
    cx.require(action, duty.unit, second)?;
    Ok(())
}

/// A rule of separation of the notice's three stages, refused with who could do it instead (nobody by name).
fn separate(cx: &Cx<'_, '_>, others: &[Option<Id>]) -> Result<()> {
    let me = cx.actor.person;
    if me.is_some() && others.contains(&me) {
        return Err(Refusal::PackForbids { clause: "1.3", rule: "duty.separation", instead: Vec::new() }.into());
    }
    Ok(())
}

fn wrong(duty: &Duty, action: &'static str) -> Error {
    Refusal::WrongState { from: duty.state.code(), action }.into()
}

fn noted(note: Option<&str>) -> Result<Option<String>> {
    let mut faults = Faults::default();
    let note = faults.optional("note", note.unwrap_or(""), limits::NOTE_CHARS);
    faults.done()?;
    Ok(note)
}

/// 检查. Refuses: not done yet (WrongState), the doer himself (PackForbids).
pub fn check(cx: &mut Cx<'_, '_>, id: Id, note: Option<&str>) -> Result<Duty> {
    let was = load(cx, id)?;
    guard(cx, Action::DutyCheck, &was)?;
    let note = noted(note)?;
    if was.state != State::Done || stage_of(&was.stage) == Stage3::Done {
        return Err(wrong(&was, "check"));
    }
    separate(cx, &[was.done_by])?;
    let mut duty = was.clone();
    duty.state = State::Checked;
    (duty.checked_by, duty.checked_at) = (cx.actor.person, Some(cx.now));
    store::save(cx, "duty.check", &mut duty, Some(&was))?;
    store::step(cx, &duty, "check", None, note)?;
    Ok(duty)
}

/// 验收. Refuses: not checked yet (WrongState), the doer or the checker (PackForbids).
pub fn accept(cx: &mut Cx<'_, '_>, id: Id, note: Option<&str>) -> Result<Duty> {
    let was = load(cx, id)?;
    guard(cx, Action::DutyAccept, &was)?;
    let note = noted(note)?;
    if was.state != State::Checked || stage_of(&was.stage) != Stage3::Accepted {
        return Err(wrong(&was, "accept"));
    }
    separate(cx, &[was.done_by, was.checked_by])?;
    let mut duty = was.clone();
    duty.state = State::Accepted;
    (duty.accepted_by, duty.accepted_at) = (cx.actor.person, Some(cx.now));
    store::save(cx, "duty.accept", &mut duty, Some(&was))?;
    store::step(cx, &duty, "accept", None, note)?;
    Ok(duty)
}

/// Duties signed at once: the day ledger.
pub const MANY_MAX: usize = 200;

/// What became of a batch: signed, and what was left with its refusal.
#[derive(Clone, Debug, Default)]
pub struct Signed {
    pub done: Vec<Id>,
    pub left: Vec<(Id, Refusal)>,
}

/// 签字验收 n 项: accepts what can be accepted; the rest is answered with its refusal and left as it is.
pub fn accept_many(cx: &mut Cx<'_, '_>, ids: &[Id]) -> Result<Signed> {
    many(cx, ids, |cx, id| accept(cx, id, None))
}

/// The same for checks.
pub fn check_many(cx: &mut Cx<'_, '_>, ids: &[Id]) -> Result<Signed> {
    many(cx, ids, |cx, id| check(cx, id, None))
}

fn many(cx: &mut Cx<'_, '_>, ids: &[Id], act: impl Fn(&mut Cx<'_, '_>, Id) -> Result<Duty>) -> Result<Signed> {
    if ids.len() > MANY_MAX {
        return Err(Refusal::TooMany { limit: MANY_MAX as i64 }.into());
    }
    let mut out = Signed::default();
    for id in ids {
        match act(cx, *id) {
            Ok(_) => out.done.push(*id),
            Err(Error::Refused(refusal)) => out.left.push((*id, refusal)),
            Err(fault) => return Err(fault),
        }
    }
    Ok(out)
}

/// 退回, with a reason: the doer mends it. Refuses what is neither done nor checked, a missing reason, the doer himself.
pub fn give_back(cx: &mut Cx<'_, '_>, id: Id, reason: &str) -> Result<Duty> {
    let was = load(cx, id)?;
    let action = if was.state == State::Checked { Action::DutyAccept } else { Action::DutyCheck };
    guard(cx, action, &was)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    faults.done()?;
    if !matches!(was.state, State::Done | State::Checked) {
        return Err(wrong(&was, "give_back"));
    }
    separate(cx, &[was.done_by])?;
    let mut duty = was.clone();
    duty.state = State::Returned;
    duty.returns += 1;
    (duty.checked_by, duty.checked_at) = (None, None);
    store::save(cx, "duty.give_back", &mut duty, Some(&was))?;
    store::step(cx, &duty, "give_back", was.done_by, Some(reason))?;
    Ok(duty)
}

/// What the actor may do with a duty now: `arrange`, `check`, `accept`, `give_back`.
pub fn possible(cx: &mut Cx<'_, '_>, duty: &Duty) -> Result<Vec<&'static str>> {
    let mut out = Vec::new();
    let me = cx.actor.person;
    let _ = relation(cx, duty.unit)?;
    if !duty.state.is_complete() && cx.require(Action::DutyArrange, duty.unit, false).is_ok() {
        out.push("arrange");
    }
    let stage = stage_of(&duty.stage);
    let free = |others: &[Option<Id>]| me.is_some() && !others.contains(&me);
    if duty.state == State::Done && stage > Stage3::Done && free(&[duty.done_by]) {
        if guard(cx, Action::DutyCheck, duty).is_ok() {
            out.extend(["check", "give_back"]);
        }
    } else if duty.state == State::Checked
        && stage == Stage3::Accepted
        && free(&[duty.done_by, duty.checked_by])
        && guard(cx, Action::DutyAccept, duty).is_ok()
    {
        out.extend(["accept", "give_back"]);
    }
    Ok(out)
}

/// The key of a whole-unit part, for pages.
pub fn whole() -> String {
    cells::part_key(&Default::default())
}
