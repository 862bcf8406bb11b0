//! What waits for one person now: cells that are owed and not done, duties to mend, to check, to accept, resolutions.
//! Each line is one tap from doing it (pages.md §0-3).

use std::collections::BTreeMap;

use base::{Day, Id, Ms, Result};
use db::args;

use super::cells::{self, Frame, Slot};
use super::list::{Wait, Waiting, whose};
use super::owner::{self, Chain};
use super::{Duty, State, credit, facts, from_row, resolution, sql, title, waiver};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::org::unit::{self, Unit};
use crate::pack::model::{Entry, Evidence, Part, Stage3};

/// How far back an undone cell still stands on 今日; older ones are on the board and in the ledgers.
pub const BACK_DAYS: i64 = 31;
/// Events shown of one unit.
const EVENTS: i64 = 200;

/// All lines of the actor's own unit, late first, then soonest due.
pub fn lines(cx: &mut Cx<'_, '_>) -> Result<Vec<Waiting>> {
    let mut out = Vec::new();
    if reach(cx.actor.role, Action::DutyRead) != Reach::Nothing && cx.actor.person.is_some() {
        let unit = unit::load(cx, cx.actor.unit)?;
        if unit.kind.is_school() || unit.kind.is_bureau() {
            of_unit(cx, &unit, &mut out)?;
        }
        // The second person signs for the 教学点 below, and a bureau's officer for a unit without anybody.
        if matches!(unit.kind, crate::org::UnitKind::Centre) {
            for below in unit::children(cx, unit.id)?.into_iter().filter(|u| u.kind.is_school()) {
                of_unit(cx, &below, &mut out)?;
            }
        }
    }
    resolutions(cx, &mut out)?;
    sort(&mut out);
    Ok(out)
}

/// 议定事项 that are the actor's.
fn resolutions(cx: &mut Cx<'_, '_>, out: &mut Vec<Waiting>) -> Result<()> {
    for one in resolution::mine(cx, EVENTS)? {
        let due_at = one.due_on.end();
        out.push(Waiting {
            wait: Wait::Resolve,
            unit: one.unit,
            entry: String::new(),
            title: one.what,
            clause: "1.1".into(),
            period: String::new(),
            part: String::new(),
            id: Some(one.id),
            form: None,
            subject: one.hazard,
            from_on: one.met_on,
            due_at,
            late: due_at <= cx.now,
        });
    }
    Ok(())
}

/// Late first, then the soonest due.
fn sort(out: &mut [Waiting]) {
    out.sort_by(|a, b| {
        (!a.late, a.due_at, &a.clause, &a.entry, &a.part).cmp(&(!b.late, b.due_at, &b.clause, &b.entry, &b.part))
    });
}

fn of_unit(cx: &mut Cx<'_, '_>, unit: &Unit, out: &mut Vec<Waiting>) -> Result<()> {
    let calendar = super::calendar(cx, unit.county);
    let today = cx.now.day();
    let from = today.plus_days(-BACK_DAYS);
    let frame = Frame::touching(calendar, from, today);
    let chain = owner::chain(cx, unit)?;
    let mut known: BTreeMap<(String, String, String), Duty> = BTreeMap::new();
    for row in cx.tx.rows(sql::OF_UNIT, args![unit.id, from, today])? {
        let duty = from_row(&row)?;
        known.insert((duty.entry.clone(), duty.period.clone(), duty.part.clone()), duty);
    }
    let waivers = waiver::of_unit(cx, unit.id, from, today.plus_days(366))?;
    let facts = facts::of_unit(cx, unit)?;
    for owed in cells::owed(cx.packs, calendar, &facts, &frame) {
        let exempt = waivers.iter().any(|w| w.covers(&owed.entry.id, owed.slot));
        for part in &owed.parts {
            let key = (owed.entry.id.clone(), owed.slot.key.clone(), cells::part_key(part));
            let duty = known.get(&key);
            if exempt && !duty.is_some_and(|d| d.state.is_complete()) {
                continue;
            }
            if let Some(line) = one(cx, unit, owed.entry, owed.slot, part, duty, &chain) {
                out.push(line);
            }
        }
    }
    events(cx, unit, &chain, out)
}

fn mine(cx: &Cx<'_, '_>, who: Option<owner::Owner>) -> bool {
    who.is_some_and(|o| cx.actor.person.is_some_and(|me| o.persons.contains(&me)))
}

fn one(
    cx: &Cx<'_, '_>,
    unit: &Unit,
    entry: &Entry,
    slot: &Slot,
    part: &Part,
    duty: Option<&Duty>,
    chain: &Chain,
) -> Option<Waiting> {
    let due_at = slot.period.until.plus_days(entry.grace_days.max(0)).end();
    if duty.is_none() && !in_season(cx, slot, part, due_at) {
        return None;
    }
    let (wait, who) = match duty {
        None => (Wait::Do, owner::owner(&entry.people, part, chain)),
        Some(duty) => (wait_of(duty)?, whose(entry, duty, chain)),
    };
    let signing = matches!(wait, Wait::Check | Wait::Accept);
    mine(cx, who).then(|| Waiting {
        wait,
        unit: unit.id,
        entry: entry.id.clone(),
        title: entry.title.clone(),
        clause: entry.clause.clone(),
        period: slot.key.clone(),
        part: cells::part_key(part),
        id: duty.map(|d| d.id),
        form: form_of(entry),
        subject: None,
        from_on: slot.period.from,
        due_at,
        late: !signing && due_at <= cx.now,
    })
}

/// A topic of a long period stands on 今日 in the months of its season, and when its time runs out.
fn in_season(cx: &Cx<'_, '_>, slot: &Slot, part: &Part, due_at: Ms) -> bool {
    let Some(topic) = &part.topic else { return true };
    let today = cx.now.day();
    let month = today.date().month();
    let months = cx.packs.in_force(slot.period.from).topics.get(topic).map(|t| t.months.as_slice());
    months.is_none_or(|m| m.is_empty() || m.contains(&month)) || due_at <= today.plus_days(BACK_DAYS).end()
}

fn form_of(entry: &Entry) -> Option<String> {
    match &entry.evidence {
        Evidence::Form { form, .. } => Some(form.clone()),
        Evidence::Noun { .. } => None,
    }
}

/// What a stored duty waits for; none when it is finished.
fn wait_of(duty: &Duty) -> Option<Wait> {
    if duty.finished() {
        return None;
    }
    let stage = super::stage_of(&duty.stage);
    match duty.state {
        State::Open | State::Arranged => Some(Wait::Do),
        State::Returned => Some(Wait::Mend),
        State::Done if stage > Stage3::Done => Some(Wait::Check),
        State::Checked if stage == Stage3::Accepted => Some(Wait::Accept),
        _ => None,
    }
}

fn events(cx: &mut Cx<'_, '_>, unit: &Unit, chain: &Chain, out: &mut Vec<Waiting>) -> Result<()> {
    for row in cx.tx.rows(sql::EVENTS_WAITING, args![unit.id, EVENTS])? {
        let duty = from_row(&row)?;
        let Some(entry) = credit::entry_of(super::pack_of(cx, &duty), &duty.entry) else { continue };
        if !mine(cx, whose(entry, &duty, chain)) {
            continue;
        }
        out.push(Waiting {
            wait: if duty.state == State::Returned { Wait::Mend } else { Wait::Do },
            unit: unit.id,
            title: title(cx, &duty),
            clause: duty.clause.clone(),
            id: Some(duty.id),
            form: form_of(entry),
            subject: duty.subject,
            from_on: duty.from_on,
            due_at: duty.due_at,
            late: duty.due_at <= cx.now,
            entry: duty.entry,
            period: duty.period,
            part: duty.part,
        });
    }
    Ok(())
}

/// The turns alone: what somebody did, was given or sent back and that waits for the actor now, without the cells in
/// which nothing has happened. Cheap enough for the badge of every page.
pub fn turns(cx: &mut Cx<'_, '_>) -> Result<Vec<Waiting>> {
    let mut out = Vec::new();
    if reach(cx.actor.role, Action::DutyRead) != Reach::Nothing && cx.actor.person.is_some() {
        let unit = unit::load(cx, cx.actor.unit)?;
        turns_of(cx, &unit, &mut out)?;
        if matches!(unit.kind, crate::org::UnitKind::Centre) {
            for below in unit::children(cx, unit.id)?.into_iter().filter(|u| u.kind.is_school()) {
                turns_of(cx, &below, &mut out)?;
            }
        }
    }
    resolutions(cx, &mut out)?;
    sort(&mut out);
    Ok(out)
}

fn turns_of(cx: &mut Cx<'_, '_>, unit: &Unit, out: &mut Vec<Waiting>) -> Result<()> {
    let today = cx.now.day();
    let rows = cx.tx.rows(sql::OF_UNIT, args![unit.id, today.plus_days(-BACK_DAYS), today.plus_days(366)])?;
    let mut turns = Vec::new();
    for row in &rows {
        let duty = from_row(row)?;
        match wait_of(&duty) {
            Some(wait) if duty.state != State::Open => turns.push((wait, duty)),
            _ => {}
        }
    }
    if turns.is_empty() {
        return Ok(());
    }
    let chain = owner::chain(cx, unit)?;
    for (wait, duty) in turns {
        let Some(entry) = credit::entry_of(super::pack_of(cx, &duty), &duty.entry) else { continue };
        if !mine(cx, whose(entry, &duty, &chain)) {
            continue;
        }
        let signing = matches!(wait, Wait::Check | Wait::Accept);
        out.push(Waiting {
            wait,
            unit: unit.id,
            title: entry.title.clone(),
            clause: duty.clause.clone(),
            id: Some(duty.id),
            form: form_of(entry),
            subject: duty.subject,
            from_on: duty.from_on,
            due_at: duty.due_at,
            late: !signing && duty.due_at <= cx.now,
            entry: duty.entry,
            period: duty.period,
            part: duty.part,
        });
    }
    Ok(())
}

/// First moment at which something on 今日 changes by itself: the next midnight.
pub fn next_change(now: Ms) -> Ms {
    let day: Day = now.day();
    day.end()
}

/// Ids of the duties among lines, for batch signing.
pub fn ids(lines: &[Waiting], wait: Wait) -> Vec<Id> {
    lines.iter().filter(|l| l.wait == wait).filter_map(|l| l.id).collect()
}
