//! What waits for one person now: cells that are owed and not done, duties to mend, to check, to accept, resolutions; and
//! for those who lead, what others are late with. Each line is one tap from doing it (pages.md §0-3).

use std::collections::BTreeMap;

use base::calendar::PeriodKind;
use base::{Day, Id, Ms, Result};
use db::args;
use serde::Serialize;

use super::cells::{self, Frame, Slot};
use super::list::{Wait, Waiting, whose};
use super::owner::{self, Chain, Owner};
use super::{Duty, State, credit, facts, from_row, resolution, sql, title, waiver};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::org::unit::{self, Unit};
use crate::org::{Role, UnitKind};
use crate::pack::Pack;
use crate::pack::model::{Entry, Evidence, Part, Stage3};

/// How far back an undone cell still stands on 今日; older ones are on the board and in the ledgers.
pub const BACK_DAYS: i64 = 31;
/// How far ahead somebody's turn is looked for: a school year.
const AHEAD_DAYS: i64 = 366;
/// A cell stands on 今日 when its period ends within so many days (pages.md §4: today, then this week).
const SOON_DAYS: i64 = 7;
/// Events shown of one unit.
const EVENTS: i64 = 200;
/// Who is shown what others at the own unit are late with.
const LEADERS: &[Role] =
    &[Role::Principal, Role::Vice, Role::SafetyHead, Role::BureauHead, Role::BureauVice, Role::Officer];

/// What others at the own unit are late with, by entry; the oldest cell is named.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Behind {
    pub unit: Id,
    pub entry: String,
    pub title: String,
    pub clause: String,
    pub cells: i64,
    pub period: String,
    pub part: String,
    pub due_at: Ms,
    /// Whose the oldest is.
    pub role: Option<Role>,
}

/// Everything that 今日 says of duties.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// The actor's own lines, late first, then the soonest due.
    pub mine: Vec<Waiting>,
    /// For leaders: the longest late first.
    pub behind: Vec<Behind>,
}

/// All lines of the actor's own unit, late first, then soonest due; those that can wait included.
pub fn lines(cx: &mut Cx<'_, '_>) -> Result<Vec<Waiting>> {
    Ok(look(cx)?.mine)
}

/// What stands on 今日 and is counted in the badge.
pub fn now(cx: &mut Cx<'_, '_>) -> Result<Vec<Waiting>> {
    let mut all = lines(cx)?;
    all.retain(|line| line.pressing);
    Ok(all)
}

pub fn look(cx: &mut Cx<'_, '_>) -> Result<Look> {
    let mut out = Look::default();
    if reach(cx.actor.role, Action::DutyRead) != Reach::Nothing && cx.actor.person.is_some() {
        let unit = unit::load(cx, cx.actor.unit)?;
        if unit.kind.is_school() || unit.kind.is_bureau() {
            of_unit(cx, &unit, &mut out)?;
        }
        // The second person signs for the 教学点 below.
        if matches!(unit.kind, UnitKind::Centre) {
            for below in unit::children(cx, unit.id)?.into_iter().filter(|u| u.kind.is_school()) {
                of_unit(cx, &below, &mut out)?;
            }
        }
    }
    resolutions(cx, &mut out.mine)?;
    sort(&mut out.mine);
    out.behind.sort_by(|a, b| (a.due_at, &a.entry).cmp(&(b.due_at, &b.entry)));
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
            pressing: true,
            day: None,
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

/// Cells of a unit by entry, period and part.
type Known = BTreeMap<(String, String, String), Duty>;

fn of_unit(cx: &mut Cx<'_, '_>, unit: &Unit, out: &mut Look) -> Result<()> {
    let calendar = super::calendar(cx, unit.county);
    let today = cx.now.day();
    let from = today.plus_days(-BACK_DAYS);
    let frame = Frame::touching(calendar, from, today);
    let chain = owner::chain(cx, unit)?;
    let mut known = Known::new();
    for row in cx.tx.rows(sql::OF_UNIT, args![unit.id, from, today.plus_days(AHEAD_DAYS)])? {
        let duty = from_row(&row)?;
        known.insert((duty.entry.clone(), duty.period.clone(), duty.part.clone()), duty);
    }
    let taught = taught(cx, &known);
    let waivers = waiver::of_unit(cx, unit.id, from, today.plus_days(AHEAD_DAYS))?;
    let facts = facts::of_unit(cx, unit)?;
    let first = out.mine.len();
    for owed in cells::owed(cx.packs, calendar, &facts, &frame) {
        let exempt = waivers.iter().any(|w| w.covers(&owed.entry.id, owed.slot));
        for part in &owed.parts {
            let key = (owed.entry.id.clone(), owed.slot.key.clone(), cells::part_key(part));
            let duty = known.remove(&key);
            if exempt && !duty.as_ref().is_some_and(|d| d.state.is_complete()) {
                continue;
            }
            one(cx, unit, owed.entry, owed.slot, part, duty.as_ref(), &chain, out);
        }
    }
    if calendar.period_of(PeriodKind::Week, today).and_then(|p| cells::slot_of(calendar, p, false)).is_some() {
        lesson_of_the_week(cx, &taught, &mut out.mine[first..]);
    }
    // What was arranged, done or sent back beyond the frame: somebody's turn all the same.
    // Events that are not done yet come below.
    let signing = |d: &Duty| matches!(d.state, State::Done | State::Checked);
    let turns = |d: &Duty| d.owed && d.state != State::Open && (d.kind != "event" || signing(d));
    for duty in known.into_values().filter(turns) {
        turn(cx, unit, duty, &chain, &mut out.mine);
    }
    events(cx, unit, &chain, &mut out.mine)
}

fn mine(cx: &Cx<'_, '_>, who: Option<&Owner>) -> bool {
    who.is_some_and(|o| cx.actor.person.is_some_and(|me| o.persons.contains(&me)))
}

#[expect(clippy::too_many_arguments, reason = "one cell with all that judges it, called in one place")]
fn one(
    cx: &Cx<'_, '_>,
    unit: &Unit,
    entry: &Entry,
    slot: &Slot,
    part: &Part,
    duty: Option<&Duty>,
    chain: &Chain,
    out: &mut Look,
) {
    let due_at = slot.period.until.plus_days(entry.grace_days.max(0)).end();
    if duty.is_none() && !in_season(cx, slot, part, due_at) {
        return;
    }
    let (wait, who) = match duty {
        None => (Wait::Do, owner::owner(&entry.people, part, chain)),
        Some(duty) => match wait_of(duty) {
            Some(wait) => (wait, whose(entry, duty, chain)),
            None => return,
        },
    };
    let signing = matches!(wait, Wait::Check | Wait::Accept);
    let due_at = duty.filter(|_| signing).map_or(due_at, |d| sign_by(d, cx.pack, cx.now));
    let late = due_at <= cx.now;
    if !mine(cx, who.as_ref()) {
        if late && !signing && unit.id == cx.actor.unit && LEADERS.contains(&cx.actor.role) {
            behind(&mut out.behind, unit, entry, slot, part, due_at, who);
        }
        return;
    }
    let today = cx.now.day();
    let turn = duty.is_some_and(|d| d.state != State::Open);
    out.mine.push(Waiting {
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
        late,
        pressing: turn || late || slot.period.until <= today.plus_days(SOON_DAYS),
        day: (slot.period.until < today).then_some(slot.last),
    });
}

fn behind(out: &mut Vec<Behind>, unit: &Unit, entry: &Entry, slot: &Slot, part: &Part, due_at: Ms, who: Option<Owner>) {
    if let Some(known) = out.iter_mut().find(|b| b.entry == entry.id) {
        known.cells += 1;
        if due_at >= known.due_at {
            return;
        }
        (known.period, known.part, known.due_at) = (slot.key.clone(), cells::part_key(part), due_at);
        known.role = who.map(|o| o.role);
        return;
    }
    out.push(Behind {
        unit: unit.id,
        entry: entry.id.clone(),
        title: entry.title.clone(),
        clause: entry.clause.clone(),
        cells: 1,
        period: slot.key.clone(),
        part: cells::part_key(part),
        due_at,
        role: who.map(|o| o.role),
    });
}

/// Classes that had a lesson this week, with the entry that it serves.
fn taught(cx: &Cx<'_, '_>, known: &Known) -> Vec<(String, Id)> {
    let monday = cx.now.day().date().iso_week_date().weekday().to_monday_zero_offset();
    let monday = cx.now.day().plus_days(-i64::from(monday));
    let this_week = known.values().filter(|d| d.done_on.is_some_and(|on| on >= monday));
    this_week
        .filter_map(|d| Some((d.entry.clone(), cells::part_of_key(&d.part).filter(|p| p.topic.is_some())?.class?)))
        .collect()
}

/// Of the topics that a class still lacks, the one whose season ends first is the lesson of this week; none where the
/// class has had one (3.4: by season, not eight at once).
fn lesson_of_the_week(cx: &Cx<'_, '_>, taught: &[(String, Id)], lines: &mut [Waiting]) {
    let month = cx.now.day().date().month();
    let mut first: BTreeMap<(String, Id), (u8, usize)> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, l)| l.wait == Wait::Do) {
        let Some(part) = cells::part_of_key(&line.part) else { continue };
        let (Some(class), Some(topic)) = (part.class, part.topic) else { continue };
        let key = (line.entry.clone(), class);
        if taught.contains(&key) {
            continue;
        }
        let months = cx.packs.in_force(line.from_on).topics.get(&topic).map_or(&[][..], |t| t.months.as_slice());
        let left = season_left(months, month);
        let best = first.entry(key).or_insert((left, at));
        if left < best.0 {
            *best = (left, at);
        }
    }
    for (_, at) in first.into_values() {
        lines[at].pressing = true;
    }
}

/// Months that a season still has, this one left out; twelve for what has no season.
fn season_left(months: &[i8], now: i8) -> u8 {
    let on = |ahead: u8| months.contains(&((now - 1 + ahead as i8) % 12 + 1));
    (1..12).take_while(|ahead| months.is_empty() || on(*ahead)).count() as u8
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
        if !mine(cx, whose(entry, &duty, chain).as_ref()) {
            continue;
        }
        let wait = if duty.state == State::Returned { Wait::Mend } else { Wait::Do };
        let (title, form) = (title(cx, &duty), form_of(entry));
        out.push(line_of(cx, unit, duty, wait, title, form));
    }
    Ok(())
}

/// A stored duty as a line of its own.
fn turn(cx: &Cx<'_, '_>, unit: &Unit, duty: Duty, chain: &Chain, out: &mut Vec<Waiting>) {
    let Some(wait) = wait_of(&duty) else { return };
    let Some(entry) = credit::entry_of(super::pack_of(cx, &duty), &duty.entry) else { return };
    if mine(cx, whose(entry, &duty, chain).as_ref()) {
        let (title, form) = (entry.title.clone(), form_of(entry));
        out.push(line_of(cx, unit, duty, wait, title, form));
    }
}

fn line_of(cx: &Cx<'_, '_>, unit: &Unit, duty: Duty, wait: Wait, title: String, form: Option<String>) -> Waiting {
    let due_at = match wait {
        Wait::Check | Wait::Accept => sign_by(&duty, cx.pack, cx.now),
        _ => duty.due_at,
    };
    Waiting {
        wait,
        unit: unit.id,
        title,
        form,
        clause: duty.clause,
        id: Some(duty.id),
        subject: duty.subject,
        from_on: duty.from_on,
        due_at,
        late: due_at <= cx.now,
        pressing: true,
        day: None,
        entry: duty.entry,
        period: duty.period,
        part: duty.part,
    }
}

/// By when whoever has the turn to sign is to have signed: so many days (`duty.sign`) from when it came to him, never
/// before the duty itself is due; the doer's deadline is not his. When something that was sent back came again is not
/// stored; it counts from now.
fn sign_by(duty: &Duty, pack: &Pack, now: Ms) -> Ms {
    let came = match duty.state {
        State::Checked => duty.checked_at,
        _ => duty.first_complete_at.filter(|_| duty.returns == 0),
    };
    came.unwrap_or(now).plus(pack.span("duty.sign")).day().end().max(duty.due_at)
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
