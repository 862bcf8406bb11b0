//! The bureau's board: city → county → school → cell → record. Figures come from maintained counters, what is expected
//! from `expected`, what is exempt from the waivers' one place. Sorted by need of help; nobody is ranked.
//!
//! 未做 = 应做 − 按时 − 迟做 − 免做 − 未到期, of every figure (`Sums`).

use std::collections::BTreeMap;
use std::sync::Arc;

use base::calendar::PeriodKind;
use base::{Day, Error, Id, Problem, Refusal, Result};
use db::args;
use serde::Serialize;

use super::cells::{self, Frame, Slot};
use super::expected::{self, Expected, Owed};
use super::facts::{self, Member};
use super::{calendar, sql, waiver};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::org::UnitKind;
use crate::org::unit::{self, Unit};

/// The equation of a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// 应做
    pub expected: i64,
    pub on_time: i64,
    pub late: i64,
    pub exempt: i64,
    pub not_due: i64,
    /// 未做
    pub missing: i64,
}

impl Sums {
    /// Closes the equation. What was done is never more than what was owed: a cell that was owed when it was done counts
    /// as owed, also if the unit's attributes were changed afterwards.
    fn close(mut self) -> Sums {
        let rest = self.on_time + self.late + self.exempt + self.not_due;
        self.expected = self.expected.max(rest);
        self.missing = self.expected - rest;
        self
    }
    /// Done or exempt of what is due, per mille; none while nothing is due.
    pub fn coverage(&self) -> Option<i64> {
        let due = self.expected - self.not_due;
        (due > 0).then(|| (due - self.missing) * 1000 / due)
    }
    pub fn add(&mut self, other: &Sums) {
        self.expected += other.expected;
        self.on_time += other.on_time;
        self.late += other.late;
        self.exempt += other.exempt;
        self.not_due += other.not_due;
        self.missing += other.missing;
    }
}

/// A stretch of months that a board shows: a month, a term or a school year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// `2026-11`, `2026-autumn`, `2026`
    pub key: String,
    pub from: Day,
    pub until: Day,
    /// First and last month, as `yyyymm`.
    pub months: (i64, i64),
}

/// Reads a span's key; the school year of today when there is none. Cells stand in the month in which their period ends.
pub fn span(cx: &Cx<'_, '_>, unit: &Unit, key: Option<&str>) -> Result<Span> {
    let calendar = calendar(cx, unit.county);
    let today = cx.now.day();
    let period = match key {
        Some(key) => cells::period_of_key(calendar, key),
        None => calendar.period_of(PeriodKind::SchoolYear, today),
    };
    let period = period.filter(|p| matches!(p.kind, PeriodKind::Month | PeriodKind::Term | PeriodKind::SchoolYear));
    let period = period.ok_or_else(|| Error::invalid("span", Problem::Unknown))?;
    let (from, until) = (period.from.month_start(), period.until.month_end().plus_days(-1));
    Ok(Span { key: cells::key_of(calendar, &period), from, until, months: (from.number() / 100, until.number() / 100) })
}

/// A line of the board: a bureau (with everything under it) or a school.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub unit: Id,
    pub name: String,
    pub kind: UnitKind,
    pub sums: Sums,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EntryRow {
    pub entry: String,
    pub title: String,
    pub clause: String,
    pub sums: Sums,
}

/// A day of the heat calendar: cells whose period ends on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Heat {
    pub day: Day,
    pub expected: i64,
    pub on_time: i64,
    pub late: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Board {
    pub unit: Id,
    pub name: String,
    pub span: Span,
    pub total: Sums,
    /// Most in need of help first.
    pub rows: Vec<Row>,
    pub clauses: Vec<(String, Sums)>,
    pub entries: Vec<EntryRow>,
    pub heat: Vec<Heat>,
    /// Units that owe anything.
    pub schools: i64,
}

/// The roster and what it owes over a span, from the memo.
pub(super) type Known = (Arc<Vec<Member>>, Arc<Expected>);

pub(super) const NOUNS: &[&str] = &["unit", "class", "post", "pack"];

pub(super) fn roster(cx: &mut Cx<'_, '_>, top: Id) -> Result<Arc<Vec<Member>>> {
    cx.memo(&format!("roster {top}"), NOUNS, |cx| facts::roster(cx, top))
}

pub(super) fn known(cx: &mut Cx<'_, '_>, top: &Unit, span: &Span) -> Result<Known> {
    let members = roster(cx, top.id)?;
    let today = cx.now.day();
    let key = format!("expected {} {} {today}", top.id, span.key);
    let held = members.clone();
    let county = top.county;
    let (from, until) = (span.from, span.until);
    let expected = cx.memo(&key, NOUNS, |cx| {
        let calendar = calendar(cx, county);
        let frame = Frame::new(calendar, from, until);
        Ok(expected::add_up(cx.packs, calendar, &held, &frame.school, &frame.bureau, today))
    })?;
    Ok((members, expected))
}

/// What the counters say of one bureau and entry.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Done {
    pub on_time: i64,
    pub late: i64,
    pub events: i64,
    /// Of them, in periods not yet due.
    pub early: i64,
    /// Events neither done nor due.
    pub waiting: i64,
    pub exempt: i64,
}

type Counts = BTreeMap<(Id, String), Done>;

/// Reads the counters of a span; of one bureau, or of all.
fn counters(cx: &mut Cx<'_, '_>, only: Option<Id>, span: &Span, known: &Known) -> Result<Counts> {
    let mut out = Counts::new();
    let (first, last) = span.months;
    let rows = match only {
        Some(bureau) => cx.tx.rows(sql::MONTHS_OF, args![first, last, bureau])?,
        None => cx.tx.rows(sql::MONTHS_ALL, args![first, last])?,
    };
    for row in rows.into_iter().chain(cx.tx.rows(sql::MONTHS_UNFOLDED, args![first, last])?) {
        let key = (row.id("bureau")?, row.text("entry")?);
        if only.is_some_and(|b| b != key.0) {
            continue;
        }
        let done = out.entry(key).or_default();
        done.on_time += row.int("on_time")?;
        done.late += row.int("late")?;
        done.events += row.int("events")?;
    }
    early(cx, only, span, &mut out)?;
    waiting_events(cx, span, known, &mut out)?;
    exempt(cx, span, known, &mut out)?;
    Ok(out)
}

/// Days back within which a period that has ended may still not be due: the longest grace of any entry.
fn grace(cx: &Cx<'_, '_>) -> i64 {
    let entries = cx.packs.timeline().iter().flat_map(|(_, pack)| &pack.entries);
    entries.map(|e| e.grace_days).max().unwrap_or(0).max(0)
}

/// Cells done in periods that are not due yet: they are neither missing nor 未到期.
fn early(cx: &mut Cx<'_, '_>, only: Option<Id>, span: &Span, out: &mut Counts) -> Result<()> {
    let today = cx.now.day();
    let from = today.plus_days(-grace(cx));
    for row in cx.tx.rows(sql::ENDING_SINCE, args![from, span.until])? {
        let (bureau, entry, until) = (row.id("bureau")?, row.text("entry")?, row.day("until_on")?);
        let days = cx.packs.in_force(until).entry(&entry).map_or(0, |e| e.grace_days.max(0));
        if only.is_none_or(|b| b == bureau) && until.plus_days(days) >= today {
            out.entry((bureau, entry)).or_default().early += row.int("on_time")? + row.int("late")?;
        }
    }
    Ok(())
}

fn bureaus(known: &Known) -> BTreeMap<Id, Id> {
    known.0.iter().map(|m| (m.facts.unit, m.bureau)).collect()
}

fn waiting_events(cx: &mut Cx<'_, '_>, span: &Span, known: &Known, out: &mut Counts) -> Result<()> {
    let rows = cx.tx.rows(sql::EVENTS_NOT_DUE, args![cx.now, span.from, span.until])?;
    if rows.is_empty() {
        return Ok(());
    }
    let bureaus = bureaus(known);
    for row in rows {
        if let Some(bureau) = bureaus.get(&row.id("unit")?) {
            out.entry((*bureau, row.text("entry")?)).or_default().waiting += row.int("n")?;
        }
    }
    Ok(())
}

/// Cells of one unit, entry and period that a waiver covers and nobody did.
pub(super) struct Waived {
    pub unit: Id,
    pub bureau: Id,
    pub entry: String,
    /// The day on which the period ends.
    pub until: Day,
    pub n: i64,
}

pub(super) fn waived(cx: &mut Cx<'_, '_>, top: Id, span: &Span, members: &[Member]) -> Result<Vec<Waived>> {
    let waivers = waiver::under(cx, top, span.from, span.until)?;
    if waivers.is_empty() {
        return Ok(Vec::new());
    }
    let members: BTreeMap<Id, &Member> = members.iter().map(|m| (m.facts.unit, m)).collect();
    let today = cx.now.day();
    let mut out = Vec::new();
    let mut seen: std::collections::BTreeSet<(Id, String, String)> = Default::default();
    for waiver in waivers {
        let Some(member) = members.get(&waiver.unit) else { continue };
        let calendar = calendar(cx, member.facts.county);
        let frame = Frame::new(calendar, span.from.max(waiver.from_on), span.until.min(waiver.until_on));
        let due = |s: &&Slot, e: &crate::pack::model::Entry| !expected::not_due(e, s, today);
        for slot in frame.of(&member.facts).iter().filter(|s| waiver.covers(&waiver.entry, s)) {
            let Some(entry) = cx.packs.in_force(slot.period.from).entry(&waiver.entry) else { continue };
            if !due(&slot, entry) || !seen.insert((waiver.unit, waiver.entry.clone(), slot.key.clone())) {
                continue;
            }
            let owed = cells::count(calendar, &member.facts, entry, slot);
            let args = args![waiver.unit, waiver.entry.as_str(), slot.key.as_str()];
            let done = cx.tx.row(sql::DONE_OF, args)?.map(|r| r.int("n")).transpose()?.unwrap_or(0);
            let (unit, bureau, n) = (waiver.unit, member.bureau, (owed - done).max(0));
            if n > 0 {
                out.push(Waived { unit, bureau, entry: waiver.entry.clone(), until: slot.period.until, n });
            }
        }
    }
    Ok(out)
}

fn exempt(cx: &mut Cx<'_, '_>, span: &Span, known: &Known, out: &mut Counts) -> Result<()> {
    let top = cx.actor.unit;
    let top = known.0.iter().map(|m| m.facts.unit).find(|u| *u == top).unwrap_or(top);
    for one in waived(cx, top, span, &known.0)? {
        out.entry((one.bureau, one.entry)).or_default().exempt += one.n;
    }
    Ok(())
}

pub(super) fn sums(owed: Owed, done: &Done) -> Sums {
    Sums {
        expected: owed.all + done.events,
        on_time: done.on_time,
        late: done.late,
        exempt: done.exempt,
        not_due: (owed.not_due - done.early).max(0) + done.waiting,
        missing: 0,
    }
    .close()
}

/// Sorts by need of help: the largest share of what is due that is missing, then late, then by name. Not a ranking: it
/// is shown without places.
pub(super) fn by_need(rows: &mut [Row]) {
    let need = |s: &Sums| {
        let due = (s.expected - s.not_due).max(1);
        (s.missing * 1_000_000 / due, s.late * 1_000_000 / due)
    };
    rows.sort_by(|a, b| need(&b.sums).cmp(&need(&a.sums)).then_with(|| a.name.cmp(&b.name)));
}

/// The board of a bureau over a span (`2026-11`, `2026-autumn`, `2026`; the present school year if none). Refuses
/// NotFound when the unit is out of scope, NoRight for who does not read below it.
pub fn bureau(cx: &mut Cx<'_, '_>, id: Id, key: Option<&str>) -> Result<Board> {
    let unit = unit::show(cx, id)?;
    if !unit.kind.is_bureau() {
        return Err(Refusal::NotFound.into());
    }
    cx.require(Action::DutyRead, unit.id, false)?;
    if reach(cx.actor.role, Action::DutyRead) == Reach::Unit {
        return Err(Refusal::NoRight.into());
    }
    let span = span(cx, &unit, key)?;
    let known = known(cx, &unit, &span)?;
    let city = unit.kind == UnitKind::City;
    let counts = counters(cx, (!city).then_some(unit.id), &span, &known)?;
    let (mut entries, mut lines): (BTreeMap<String, Sums>, BTreeMap<Id, Sums>) = Default::default();
    let nothing = Done::default();
    let keys = known.1.entries.keys().chain(counts.keys()).collect::<std::collections::BTreeSet<_>>();
    for key in keys {
        let owed = known.1.entries.get(key).copied().unwrap_or_default();
        let one = sums(owed, counts.get(key).unwrap_or(&nothing));
        entries.entry(key.1.clone()).or_default().add(&one);
        lines.entry(key.0).or_default().add(&one);
    }
    let mut total = Sums::default();
    lines.values().for_each(|s| total.add(s));
    let mut rows = match city {
        true => bureau_rows(&known, &lines),
        false => school_rows(cx, &unit, &span, &known)?,
    };
    by_need(&mut rows);
    let heat = heat(cx, (!city).then_some(unit.id), &span, &known)?;
    let (clauses, entries) = grouped(cx, &known.1, entries);
    let schools = known.1.schools;
    Ok(Board { unit: unit.id, name: unit.name, span, total, rows, clauses, entries, heat, schools })
}

/// Schools open today under a bureau that owe nothing over the span, because they keep no ledgers here yet (启用日): no
/// figure of the board counts them.
pub fn not_kept(cx: &mut Cx<'_, '_>, id: Id, key: Option<&str>) -> Result<i64> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::DutyRead, unit.id, false)?;
    let span = span(cx, &unit, key)?;
    let (members, expected) = known(cx, &unit, &span)?;
    let today = cx.now.day();
    let open = |m: &&Member| !m.facts.is_bureau() && m.facts.life.until.is_none_or(|last| last > today);
    let apart = members.iter().filter(open).filter(|m| !expected.units.contains_key(&m.facts.unit));
    Ok(apart.count() as i64)
}

fn bureau_rows(known: &Known, lines: &BTreeMap<Id, Sums>) -> Vec<Row> {
    let bureaus = known.0.iter().filter(|m| m.facts.is_bureau());
    let row = |m: &Member| Row {
        unit: m.facts.unit,
        name: m.name.clone(),
        kind: m.facts.eras.last().map_or(UnitKind::County, |(_, a)| a.kind),
        sums: lines.get(&m.facts.unit).copied().unwrap_or_default(),
    };
    bureaus.map(row).collect()
}

/// Schools of one bureau, each from its own counter.
fn school_rows(cx: &mut Cx<'_, '_>, top: &Unit, span: &Span, known: &Known) -> Result<Vec<Row>> {
    let mut done: BTreeMap<Id, Done> = BTreeMap::new();
    let (first, last) = span.months;
    for sql in [sql::UNITS_MONTHS, sql::UNITS_UNFOLDED] {
        for row in cx.tx.rows(sql, args![first, last, top.id])? {
            let one = done.entry(row.id("unit")?).or_default();
            one.on_time += row.int("on_time")?;
            one.late += row.int("late")?;
            one.events += row.int("events")?;
        }
    }
    let from = cx.now.day().plus_days(-grace(cx));
    for row in cx.tx.rows(sql::UNITS_EARLY, args![top.id, from, span.until, cx.now])? {
        done.entry(row.id("unit")?).or_default().early += row.int("n")?;
    }
    for row in cx.tx.rows(sql::EVENTS_NOT_DUE, args![cx.now, span.from, span.until])? {
        done.entry(row.id("unit")?).or_default().waiting += row.int("n")?;
    }
    for one in waived(cx, top.id, span, &known.0)? {
        done.entry(one.unit).or_default().exempt += one.n;
    }
    let row = |m: &Member| {
        let owed = known.1.units.get(&m.facts.unit).copied().unwrap_or_default();
        let one = done.get(&m.facts.unit).copied().unwrap_or_default();
        Row {
            unit: m.facts.unit,
            name: m.name.clone(),
            kind: m.facts.eras.last().map_or(UnitKind::School, |(_, a)| a.kind),
            sums: sums(owed, &one),
        }
    };
    Ok(known.0.iter().map(row).filter(|r| r.sums.expected > 0).collect())
}

type Grouped = (Vec<(String, Sums)>, Vec<EntryRow>);

fn grouped(cx: &Cx<'_, '_>, expected: &Expected, entries: BTreeMap<String, Sums>) -> Grouped {
    let mut clauses: BTreeMap<String, Sums> = BTreeMap::new();
    let mut rows = Vec::new();
    for (entry, sums) in entries {
        let known = expected.titles.get(&entry).cloned();
        let told = || cx.pack.entry(&entry).map(|e| (e.title.clone(), e.clause.clone()));
        let (title, clause) = known.or_else(told).unwrap_or((entry.clone(), String::new()));
        clauses.entry(clause.clone()).or_default().add(&sums);
        rows.push(EntryRow { entry, title, clause, sums });
    }
    rows.sort_by_key(|r| (super::lines::clause_order(&r.clause), r.entry.clone()));
    let mut clauses: Vec<(String, Sums)> = clauses.into_iter().collect();
    clauses.sort_by_key(|(clause, _)| super::lines::clause_order(clause));
    (clauses, rows)
}

fn heat(cx: &mut Cx<'_, '_>, only: Option<Id>, span: &Span, known: &Known) -> Result<Vec<Heat>> {
    let mut done: BTreeMap<Day, (i64, i64)> = BTreeMap::new();
    for sql in [sql::DAYS, sql::DAYS_UNFOLDED] {
        for row in cx.tx.rows(sql, args![span.from, span.until, only])? {
            let day = done.entry(row.day("until_on")?).or_default();
            day.0 += row.int("on_time")?;
            day.1 += row.int("late")?;
        }
    }
    let days = known.1.days.keys().chain(done.keys()).copied().collect::<std::collections::BTreeSet<_>>();
    let one = |day: Day| {
        let (on_time, late) = done.get(&day).copied().unwrap_or_default();
        let expected = known.1.days.get(&day).copied().unwrap_or(0).max(on_time + late);
        Heat { day, expected, on_time, late }
    };
    Ok(days.into_iter().map(one).collect())
}

pub use super::plan::{SchoolBoard, school};

/// One missing cell.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Missing {
    pub unit: Id,
    pub name: String,
    pub entry: String,
    pub period: String,
    pub part: String,
    /// The duty, where something has happened (arranged, returned).
    pub duty: Option<Id>,
    pub exempt: bool,
}

/// Lines of a list of missing cells; more are counted by the board.
pub const MISSING_MAX: usize = 1_000;

/// The units under `top` that have not done an entry in a period, with the parts that are missing.
pub fn missing(cx: &mut Cx<'_, '_>, top: Id, entry: &str, period: &str) -> Result<Vec<Missing>> {
    let top = unit::show(cx, top)?;
    cx.require(Action::DutyRead, top.home, false)?;
    let members = roster(cx, top.home)?;
    let wanted = calendar(cx, top.county);
    let period_ = cells::period_of_key(wanted, period).ok_or_else(|| Error::invalid("period", Problem::Unknown))?;
    let waivers = waiver::under(cx, top.home, period_.from, period_.until)?;
    let mut stored: BTreeMap<(Id, String), (Id, bool)> = BTreeMap::new();
    for row in cx.tx.rows(sql::OF_PERIOD, args![entry, period])? {
        let state = super::State::from_code(&row.text("state")?);
        let key = (row.id("unit")?, row.text("part")?);
        stored.insert(key, (row.id("id")?, state.is_some_and(|s| s.is_complete())));
    }
    let mut out = Vec::new();
    for member in members.iter() {
        let facts = &member.facts;
        let calendar = calendar(cx, facts.county);
        let Some(slot) = cells::slot_of(calendar, period_, facts.is_bureau()) else { continue };
        let Some(entry) = cx.packs.in_force(slot.period.from).entry(entry) else { continue };
        let exempt = waivers.iter().any(|w| w.unit == facts.unit && w.covers(&entry.id, &slot));
        for part in cells::parts(calendar, facts, entry, &slot) {
            let part = cells::part_key(&part);
            let known = stored.get(&(facts.unit, part.clone()));
            if known.is_some_and(|(_, done)| *done) {
                continue;
            }
            if out.len() >= MISSING_MAX {
                return Ok(out);
            }
            let (unit, name) = (facts.unit, member.name.clone());
            let duty = known.map(|(id, _)| *id);
            out.push(Missing { unit, name, entry: entry.id.clone(), period: period.into(), part, duty, exempt });
        }
    }
    Ok(out)
}
