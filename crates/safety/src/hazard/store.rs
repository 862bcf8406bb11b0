//! Storing an act: whose turn it is next, by when, the hazard's row, its step, their leaves, the deadline, the signal.

use base::{Error, Id, Result};
use db::args;

use super::act::Said;
use super::state::{Act, Grade, State};
use super::{Hazard, sql};
use crate::duty::{self, Credit};
use crate::kernel::cx::Cx;
use crate::kernel::{due, files, text};
use crate::message::{self, Kind, To, Told};
use crate::org::{Role, post, unit};

/// Whose turn it is in a state: a person, or a role at the hazard's unit (or at the bureau reported to).
/// Where the usual role is held by nobody, the next leader's; at a 教学点 the second person at its 中心校.
pub(super) fn turn(
    cx: &mut Cx<'_, '_>,
    home: &unit::Unit,
    state: State,
    assignee: Option<Id>,
    rectified_by: Option<Id>,
    declined: bool,
) -> Result<(Option<Id>, Option<Role>)> {
    let order: &[Role] = match state {
        State::Ungraded => &[Role::SafetyHead, Role::Vice, Role::Principal, Role::Officer, Role::BureauVice],
        State::Unassigned if declined => &[Role::Vice, Role::Principal, Role::BureauVice, Role::BureauHead],
        State::Unassigned => &[Role::SafetyHead, Role::Vice, Role::Principal, Role::Officer, Role::BureauVice],
        State::Assigned | State::Returned => return Ok((assignee, assignee.is_none().then_some(Role::DeptHead))),
        State::Rectified => &[Role::SafetyHead, Role::Vice, Role::Principal, Role::Officer, Role::BureauVice],
        State::Rechecked => &[Role::Vice, Role::Principal, Role::BureauVice, Role::BureauHead],
        State::Reported => return Ok((None, Some(Role::Officer))),
        State::Transferred => return Ok((None, Some(Role::Agency))),
        State::Closed | State::Dismissed | State::Void => return Ok((None, None)),
    };
    let separate = matches!(state, State::Rectified | State::Rechecked);
    for role in order {
        // Role by role, by the index: the first is nearly always held, and a big school has a hundred posts.
        let holders = post::holders(cx, home.id, *role)?;
        if holders.iter().any(|person| !(separate && Some(*person) == rectified_by)) {
            return Ok((None, Some(*role)));
        }
    }
    let second = unit::second(cx, home)?.filter(|p| Some(*p) != rectified_by);
    Ok((second, second.is_none().then_some(Role::Principal)))
}

/// Stores a hazard whose turn and deadline stay as they are (hand-over, a deadline passed).
pub(crate) fn store(cx: &mut Cx<'_, '_>, h: &mut Hazard, act: Act, said: &Said) -> Result<()> {
    put(cx, h, act, said, false)
}

/// Stores the hazard as it now stands, with its step and leaves; `moved` says that its deadline is another now.
pub(super) fn put(cx: &mut Cx<'_, '_>, h: &mut Hazard, act: Act, said: &Said, moved: bool) -> Result<()> {
    let place_name = match h.place {
        Some(place) => crate::org::place::load(cx, place)?.name,
        None => h.place_text.clone().unwrap_or_default(),
    };
    let find = text::find(&[&h.what, &place_name, &h.number]);
    let helpers = (!h.helpers.is_empty()).then(|| serde_json::json!(h.helpers).to_string());
    let five = h.five.as_ref().map(|f| serde_json::json!(f).to_string());
    let row = cx
        .tx
        .row(
            sql::UPDATE,
            args![
                h.id,
                h.what.clone(),
                find,
                h.place,
                h.place_text.clone(),
                h.category,
                h.grade,
                h.term,
                h.state,
                h.state.is_open(),
                h.turn_person,
                h.turn_role,
                h.lead,
                helpers,
                h.assignee,
                h.assigned_at,
                h.due_at,
                h.fix_by,
                h.declined,
                h.extended,
                h.extend_to,
                h.protection.clone(),
                h.measure.clone(),
                h.rectified_by,
                h.rectified_at,
                h.rechecked_by,
                h.rechecked_at,
                h.closed_by,
                h.closed_at,
                h.returns,
                h.late,
                h.recurs,
                h.recurrence,
                h.reported_to,
                h.agency,
                h.listed_number.clone(),
                h.listed_at,
                h.listed_by,
                five,
                h.void_reason.clone()
            ],
        )?
        .ok_or_else(|| Error::missing("hazard", h.id))?;
    h.version = row.int("version")?;
    cx.record_as(op(act), "hazard", &row, said.behalf, Some("2.6"))?;
    finish(cx, h, act, said, moved)
}

/// Turn and deadline after an act. The clock of a step starts when the step begins and is not restarted by whatever
/// else is done meanwhile. Answers whether the deadline changed.
pub(super) fn route(cx: &mut Cx<'_, '_>, h: &mut Hazard, from: State) -> Result<bool> {
    let home = unit::load(cx, h.unit)?;
    (h.turn_person, h.turn_role) = turn(cx, &home, h.state, h.assignee, h.rectified_by, h.declined)?;
    let before = h.due_at;
    let (key, began) = match h.state {
        State::Closed | State::Dismissed | State::Void => {
            h.due_at = None;
            return Ok(before.is_some());
        }
        State::Assigned | State::Returned | State::Transferred => {
            h.due_at = h.fix_by;
            return Ok(before != h.due_at);
        }
        _ if from == h.state => return Ok(false),
        State::Ungraded => ("hazard.grade", h.received_at),
        State::Unassigned if h.declined => ("hazard.decide", cx.now),
        State::Unassigned => ("hazard.assign", cx.now),
        State::Rectified => ("hazard.recheck", h.rectified_at.unwrap_or(cx.now)),
        State::Rechecked => ("hazard.close", h.rechecked_at.unwrap_or(cx.now)),
        State::Reported => ("hazard.answer", cx.now),
    };
    h.due_at = Some(began.plus(cx.pack.span(key)));
    Ok(before != h.due_at)
}

/// The step, its photos, the deadline and the signal: what every act leaves beside the hazard's own row.
pub(super) fn finish(cx: &mut Cx<'_, '_>, h: &Hazard, act: Act, said: &Said, moved: bool) -> Result<()> {
    let (id, salt, now, claimed) = (cx.id(), cx.salt(), cx.now, cx.claimed()?);
    let photos = (!said.photos.is_empty()).then(|| serde_json::json!(said.photos).to_string());
    let actor = cx.actor;
    let role = (actor.role != Role::System).then_some(actor.role);
    let by = said.behalf.or(actor.person);
    let recorded_by = said.behalf.and(actor.person);
    let row = cx
        .tx
        .row(
            sql::STEP,
            args![
                h.county,
                id,
                salt,
                h.id,
                h.unit,
                h.version,
                act,
                h.state,
                by,
                role,
                actor.post,
                recorded_by,
                said.note.clone(),
                photos,
                said.change.clone(),
                said.planned_at,
                claimed,
                now
            ],
        )?
        .ok_or_else(|| Error::broken("hazard step stored no row"))?;
    cx.record_as(op(act), "hazard_step", &row, said.behalf, Some("2.6"))?;
    files::attach(cx, "hazard", h.id, h.unit, &said.photos)?;
    match h.due_at {
        Some(due_at) if moved => due::set(cx, "hazard", h.id, "step", due_at)?,
        None if moved => due::clear(cx, h.id, "step")?,
        _ => {}
    }
    follow_up(cx, h, act, by)?;
    tell_turn(cx, h, act)?;
    cx.signal("hazard", h.county, h.unit, h.id);
    Ok(())
}

/// Tells whose turn it is now. An act that leaves the turn where it was tells nobody again.
fn tell_turn(cx: &mut Cx<'_, '_>, h: &Hazard, act: Act) -> Result<()> {
    let stays = matches!(
        act,
        Act::Comment
            | Act::Correct
            | Act::Protect
            | Act::Five
            | Act::List
            | Act::Delist
            | Act::ExtendAsk
            | Act::ExtendYes
            | Act::ExtendNo
            | Act::Overdue
    );
    if stays {
        return Ok(());
    }
    // Of a new one nobody was told before.
    if act != Act::Raise {
        for kind in [Kind::Turn, Kind::Returned] {
            message::over(cx, "hazard", h.id, kind)?;
        }
    }
    let at = match h.state {
        State::Reported => h.reported_to,
        State::Transferred => h.agency,
        _ => Some(h.unit),
    };
    let to = match (h.turn_person, h.turn_role, at) {
        (Some(person), _, _) => To::Person(person),
        (None, Some(role), Some(unit)) => To::Role(unit, role),
        _ => return Ok(()),
    };
    let kind = if act == Act::Return { Kind::Returned } else { Kind::Turn };
    let dedupe = h.version.to_string();
    let told = Told { kind, noun: "hazard", subject: h.id, unit: h.unit, dedupe: &dedupe };
    let bots = at.filter(|_| h.state.is_open()).map(To::Unit);
    message::tell(cx, &told, &[&[to][..], bots.as_slice()].concat())?;
    Ok(())
}

/// What the pack asks for after such an act: a special meeting after a 重大, an overdue or a recurring hazard (1.1), each
/// once; a closed hazard is evidence.
fn follow_up(cx: &mut Cx<'_, '_>, h: &Hazard, act: Act, by: Option<Id>) -> Result<()> {
    let now = cx.now;
    if h.state.is_open() && h.grade == Some(Grade::Major) {
        duty::event(cx, "hazard.major", h.unit, h.id, now)?;
        if let Some(above) = h.reported_to.filter(|_| act == Act::Report) {
            duty::event(cx, "hazard.major", above, h.id, now)?;
        }
    }
    if h.state.is_open() && h.recurrence > 0 && matches!(act, Act::Raise | Act::Grade | Act::Assign | Act::Correct) {
        duty::event(cx, "hazard.recurring", h.unit, h.id, now)?;
    }
    if act == Act::Overdue {
        duty::event(cx, "hazard.overdue", h.unit, h.id, now)?;
    }
    if act == Act::Close {
        let credit = Credit { by, ..Credit::new(h.unit, "hazard.closed", h.id, now.day()) };
        duty::credit(cx, &credit)?;
    }
    Ok(())
}

fn op(act: Act) -> &'static str {
    match act {
        Act::Raise => "hazard.raise",
        Act::Grade => "hazard.grade",
        Act::Assign => "hazard.assign",
        Act::Decline => "hazard.decline",
        Act::Protect => "hazard.protect",
        Act::Rectify => "hazard.rectify",
        Act::Recheck => "hazard.recheck",
        Act::Return => "hazard.return",
        Act::Close => "hazard.close",
        Act::ExtendAsk => "hazard.extend_ask",
        Act::ExtendYes => "hazard.extend_yes",
        Act::ExtendNo => "hazard.extend_no",
        Act::Report => "hazard.report",
        Act::Transfer => "hazard.transfer",
        Act::AnswerDone => "hazard.answer_done",
        Act::AnswerBack => "hazard.answer_back",
        Act::AnswerTaken => "hazard.answer_taken",
        Act::List => "hazard.list",
        Act::Delist => "hazard.delist",
        Act::Five => "hazard.five",
        Act::Comment => "hazard.comment",
        Act::Correct => "hazard.correct",
        Act::Dismiss => "hazard.dismiss",
        Act::Void => "hazard.void",
        Act::HandOver => "hazard.hand_over",
        Act::Overdue => "hazard.overdue",
    }
}
