//! Storing: the head as it now stands, the step, their leaves, the deadlines that hang on the head, the signal.

use base::{Error, Id, Ms, Result};
use db::args;

use super::state::{Act, Kind, ReportKind, State};
use super::{Incident, facts_json, pack_of, sql};
use crate::kernel::cx::Cx;
use crate::kernel::{due, text};
use crate::org::Role;

/// What a step says beside the act.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub note: Option<String>,
    pub behalf: Option<Id>,
    pub report: Option<Id>,
    pub leg: Option<Id>,
    pub hazard: Option<Id>,
    pub planned_at: Option<Ms>,
    /// When it was done, if the form says so itself.
    pub done_at: Option<Ms>,
}

/// The name of the place, for the search.
pub(super) fn place_name(cx: &mut Cx<'_, '_>, i: &Incident) -> Result<String> {
    Ok(match i.place {
        Some(place) => crate::org::place::load(cx, place)?.name,
        None => i.place_text.clone().unwrap_or_default(),
    })
}

pub(super) fn find(cx: &mut Cx<'_, '_>, i: &Incident) -> Result<String> {
    let place = place_name(cx, i)?;
    Ok(text::find(&[i.what.as_deref().unwrap_or(""), &place, &i.number]))
}

/// Stores the head as it now stands, with a step.
pub(super) fn put(cx: &mut Cx<'_, '_>, i: &mut Incident, act: Act, said: &Said) -> Result<()> {
    let find = find(cx, i)?;
    let row = cx
        .tx
        .row(
            sql::UPDATE,
            args![
                i.id,
                i.kind,
                i.family,
                i.what.clone(),
                i.place,
                i.place_text.clone(),
                find,
                i.state,
                i.state.is_open(),
                i.grade,
                i.class,
                i.happened_at,
                i.known_at,
                i.hurt,
                i.sent,
                i.serious,
                i.dead,
                i.missing,
                i.loss,
                facts_json(&i.facts),
                i.reports,
                i.last_at,
                i.follow_due_at,
                i.final_due_at,
                i.window_until,
                i.ended_at,
                i.final_at,
                i.final_report,
                i.final_signed_at,
                i.closed_at,
                i.late,
                i.void_reason.clone()
            ],
        )?
        .ok_or_else(|| Error::missing("incident", i.id))?;
    i.version = row.int("version")?;
    cx.record_as(op(act), "incident", &row, said.behalf, Some("1.2"))?;
    step(cx, i, act, said)?;
    clocks(cx, i)
}

pub(super) fn step(cx: &mut Cx<'_, '_>, i: &Incident, act: Act, said: &Said) -> Result<()> {
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    let claimed = said.done_at.unwrap_or(cx.claimed()?);
    let actor = cx.actor;
    let person = actor.role != Role::System;
    let row = cx
        .tx
        .row(
            sql::STEP,
            args![
                i.county,
                id,
                salt,
                i.id,
                i.unit,
                i.version,
                act,
                i.state,
                said.behalf.or(actor.person),
                person.then_some(actor.role),
                actor.post,
                person.then_some(actor.unit),
                said.behalf.and(actor.person),
                said.report,
                said.leg,
                said.hazard,
                said.note.clone(),
                said.planned_at,
                claimed,
                now
            ],
        )?
        .ok_or_else(|| Error::broken("incident step stored no row"))?;
    cx.record_as(op(act), "incident_step", &row, said.behalf, Some("1.2"))?;
    cx.signal("incident", i.county, i.unit, i.id);
    Ok(())
}

/// The deadlines that hang on the head.
pub(super) fn clocks(cx: &mut Cx<'_, '_>, i: &Incident) -> Result<()> {
    if !i.state.is_open() {
        return due::clear_all(cx, i.id);
    }
    let own = i.own_due();
    let of = |kind| own.filter(|(k, _)| *k == kind).map(|(_, at)| at);
    set(cx, i.id, "follow", of(ReportKind::Follow))?;
    set(cx, i.id, "final", of(ReportKind::Final))?;
    set(cx, i.id, "window", Some(i.window_until).filter(|_| i.state == State::Final))?;
    let lost = i.known_at.plus(pack_of(cx, i.known_at).span("incident.class.a.lost"));
    let waits = (i.kind == Kind::Lost || i.missing.unwrap_or(0) > 0) && i.missing != Some(0);
    set(cx, i.id, "lost", Some(lost).filter(|_| waits))
}

/// A time to come is set; one that has passed is left as it is: either it has fired, or it is about to.
fn set(cx: &mut Cx<'_, '_>, id: Id, rule: &'static str, at: Option<Ms>) -> Result<()> {
    match at {
        Some(at) if at > cx.now => due::set(cx, "incident", id, rule, at),
        Some(_) => Ok(()),
        None => due::clear(cx, id, rule),
    }
}

pub(super) fn op(act: Act) -> &'static str {
    match act {
        Act::Report => "incident.report",
        Act::Call => "incident.call",
        Act::Receive => "incident.receive",
        Act::Pass => "incident.pass",
        Act::Skip => "incident.skip",
        Act::Follow => "incident.follow",
        Act::Amend => "incident.amend",
        Act::End => "incident.end",
        Act::Final => "incident.final",
        Act::Withdraw => "incident.withdraw",
        Act::Hazard => "incident.hazard",
        Act::Overdue => "incident.overdue",
        Act::Regrade => "incident.regrade",
        Act::Close => "incident.close",
    }
}
