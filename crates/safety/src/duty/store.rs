//! Storing a duty: its row, its leaf, the counters' delta, the signal; and what a hand-over carries.

use base::{Day, Error, Id, Ms, Result};
use db::args;

use super::cells::{self, Slot};
use super::{Duty, State, from_row, sql, stage_code, tally};
use crate::kernel::cx::Cx;
use crate::org::unit::Unit;
use crate::pack::model::{Entry, Pack};

/// A duty not yet stored: version 0.
pub(super) fn fresh(cx: &mut Cx<'_, '_>, unit: &Unit, pack: &Pack, entry: &Entry, slot: &Slot, part: &str) -> Duty {
    let until = slot.period.until;
    let due_at = until.plus_days(entry.grace_days.max(0)).end();
    let kind = cells::kind_code(slot.period.kind);
    made(cx, unit, pack, entry, Place { kind, period: &slot.key, part, from: slot.period.from, until, due_at })
}

/// Where a new duty stands in time.
pub(super) struct Place<'a> {
    pub kind: &'static str,
    pub period: &'a str,
    pub part: &'a str,
    pub from: Day,
    pub until: Day,
    pub due_at: Ms,
}

pub(super) fn made(cx: &mut Cx<'_, '_>, unit: &Unit, pack: &Pack, entry: &Entry, place: Place<'_>) -> Duty {
    Duty {
        id: cx.id(),
        county: unit.county,
        version: 0,
        unit: unit.id,
        entry: entry.id.clone(),
        clause: entry.clause.clone(),
        kind: place.kind.into(),
        period: place.period.into(),
        part: place.part.into(),
        from_on: place.from,
        until_on: place.until,
        due_at: place.due_at,
        stage: stage_code(entry.until).into(),
        owed: true,
        state: State::Open,
        needed: cells::quota(&entry.rule),
        had: 0,
        first_complete_at: None,
        amended: false,
        back_reason: None,
        done_on: None,
        done_by: None,
        owner: None,
        arranged_by: None,
        arranged_at: None,
        checked_by: None,
        checked_at: None,
        accepted_by: None,
        accepted_at: None,
        returns: 0,
        subject: None,
        pack_hash: pack.hash.to_vec(),
        received_at: cx.now,
    }
}

/// The duty of a cell as it stands, or a fresh one.
pub(super) fn of_cell(
    cx: &mut Cx<'_, '_>,
    unit: &Unit,
    pack: &Pack,
    entry: &Entry,
    slot: &Slot,
    part: &str,
) -> Result<Duty> {
    match cx.tx.row(sql::BY_CELL, args![unit.id, entry.id.as_str(), slot.key.as_str(), part])? {
        Some(row) => from_row(&row),
        None => Ok(fresh(cx, unit, pack, entry, slot, part)),
    }
}

/// What a duty adds to the counters: (on time, late, events).
pub(super) fn counts(duty: &Duty) -> [i64; 3] {
    if !duty.owed || duty.version == 0 {
        return [0; 3];
    }
    let event = i64::from(duty.kind == "event");
    match duty.first_complete_at.filter(|_| duty.state.is_complete()) {
        Some(at) if at < duty.due_at => [1, 0, event],
        Some(_) => [0, 1, event],
        None => [0, 0, event],
    }
}

/// Stores the duty as it now stands; `was` is how it stood before (none if it is new).
pub(super) fn save(cx: &mut Cx<'_, '_>, op: &'static str, duty: &mut Duty, was: Option<&Duty>) -> Result<()> {
    let row = if duty.version == 0 { insert(cx, duty)? } else { update(cx, duty)? };
    duty.version = row.int("version")?;
    cx.record(op, "duty", &row)?;
    let (before, after) = (was.map(counts).unwrap_or([0; 3]), counts(duty));
    tally::add(cx, duty, [after[0] - before[0], after[1] - before[1], after[2] - before[2]])?;
    super::frozen::note(cx, duty)?;
    cx.signal("duty", duty.county, duty.unit, duty.id);
    Ok(())
}

fn insert(cx: &mut Cx<'_, '_>, d: &Duty) -> Result<db::Row> {
    let salt = cx.salt();
    let args = args![
        d.county,
        d.id,
        salt,
        d.unit,
        &d.entry,
        &d.clause,
        &d.kind,
        &d.period,
        &d.part,
        d.from_on,
        d.until_on,
        d.due_at,
        &d.stage,
        d.owed,
        d.state,
        d.needed,
        d.had,
        d.first_complete_at,
        d.amended,
        d.back_reason.as_deref(),
        d.done_on,
        d.done_by,
        d.owner,
        d.arranged_by,
        d.arranged_at,
        d.checked_by,
        d.checked_at,
        d.accepted_by,
        d.accepted_at,
        d.returns,
        d.subject,
        &d.pack_hash,
        d.received_at
    ];
    cx.tx.row(sql::INSERT, args)?.ok_or_else(|| Error::broken("duty stored no row"))
}

fn update(cx: &mut Cx<'_, '_>, d: &Duty) -> Result<db::Row> {
    let args = args![
        d.id,
        d.owed,
        d.state,
        d.needed,
        d.had,
        d.first_complete_at,
        d.amended,
        d.back_reason.as_deref(),
        d.done_on,
        d.done_by,
        d.owner,
        d.arranged_by,
        d.arranged_at,
        d.checked_by,
        d.checked_at,
        d.accepted_by,
        d.accepted_at,
        d.returns
    ];
    cx.tx.row(sql::UPDATE, args)?.ok_or_else(|| Error::missing("duty", d.id))
}

/// Enters one act in the duty's history.
pub(super) fn step(
    cx: &mut Cx<'_, '_>,
    duty: &Duty,
    act: &'static str,
    to: Option<Id>,
    note: Option<String>,
) -> Result<()> {
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    let (person, role, post) = (cx.actor.person, cx.actor.role, cx.actor.post);
    cx.put(
        "duty.step",
        "duty_step",
        sql::STEP,
        args![duty.county, id, salt, duty.id, duty.unit, duty.version, act, person, role, post, to, note, now],
    )?;
    Ok(())
}

/// Everything open that was given to `from` at a unit passes to `to`, duties and resolutions. Answers how many.
pub fn hand_over(cx: &mut Cx<'_, '_>, unit: Id, from: Id, to: Id) -> Result<i64> {
    let rows = cx.tx.rows(sql::OWNED_BY, args![unit, from])?;
    for row in &rows {
        let was = from_row(row)?;
        let mut duty = was.clone();
        duty.owner = Some(to);
        save(cx, "duty.carry", &mut duty, Some(&was))?;
        step(cx, &duty, "carry", Some(to), None)?;
    }
    Ok(rows.len() as i64 + super::resolution::hand_over(cx, unit, from, to)?)
}

/// Duties and resolutions of a unit that were given to a person and are not done.
pub fn open_of_person(cx: &mut Cx<'_, '_>, unit: Id, person: Id) -> Result<i64> {
    let row = cx.tx.row(sql::OWNED_COUNT, args![unit, person])?;
    let duties = row.map(|r| r.int("n")).transpose()?.unwrap_or(0);
    Ok(duties + super::resolution::open_of_person(cx, unit, person)?)
}

/// A unit closed, or a class left its roll, from a day in the past: duties that it turned out not to owe count nowhere,
/// and count again if it owes them after all. Only what has not ended before the life of the unit did is looked at.
pub fn reconsider(cx: &mut Cx<'_, '_>, unit: Id) -> Result<()> {
    let unit = crate::org::unit::load(cx, unit)?;
    let facts = super::facts::of_unit(cx, &unit)?;
    let since = unit.closed_on.unwrap_or(unit.opened_on).plus_days(-RECONSIDER_DAYS);
    for row in cx.tx.rows(sql::OF_UNIT_SINCE, args![unit.id, since])? {
        let was = from_row(&row)?;
        if was.kind == "event" {
            continue;
        }
        let owed = still_owed(cx, &unit, &facts, &was);
        if owed != was.owed {
            let mut duty = Duty { owed, ..was.clone() };
            save(cx, "duty.owed", &mut duty, Some(&was))?;
        }
    }
    Ok(())
}

/// A closing may be entered this long after its day.
const RECONSIDER_DAYS: i64 = 400;

fn still_owed(cx: &Cx<'_, '_>, unit: &Unit, facts: &cells::Facts, duty: &Duty) -> bool {
    let calendar = super::calendar(cx, unit.county);
    let slot = cells::period_of_key(calendar, &duty.period)
        .and_then(|period| cells::slot_of(calendar, period, unit.kind.is_bureau()));
    let entry = super::credit::entry_of(super::pack_of(cx, duty), &duty.entry);
    match (slot, entry) {
        (Some(slot), Some(entry)) => {
            cells::parts(calendar, facts, entry, &slot).iter().any(|p| cells::part_key(p) == duty.part)
        }
        _ => duty.owed,
    }
}
