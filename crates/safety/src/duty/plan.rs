//! Looking ahead: the week of one post, the year of one unit, and 「为什么？」, the equation behind a figure with where its
//! expected cells come from (pages.md §11).

use std::collections::{BTreeMap, BTreeSet};

use base::calendar::PeriodKind;
use base::{Day, Error, Id, Ms, Problem, Refusal, Result};
use db::args;
use serde::Serialize;

use super::board::{self, Span, Sums};
use super::cells::{self, Frame};
use super::list::whose;
use super::{Duty, Mark, facts, from_row, owner, sql, waiver};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::{post, unit};
use crate::pack::model::{Basis, Evidence};

/// Something that a post does in a week.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanLine {
    pub entry: String,
    pub title: String,
    pub clause: String,
    /// `day`, `week`, `month`, `term`, `year`
    pub kind: String,
    pub period: String,
    pub part: String,
    pub from_on: Day,
    pub until_on: Day,
    pub due_at: Ms,
    pub mark: Mark,
    pub form: Option<String>,
    pub duty: Option<Id>,
    /// Minutes that it takes, as the pack says.
    pub minutes: i64,
}

/// The week plan of a post: what its holder owns of the days and the week, and what ends in it of longer periods. Refuses
/// NotFound for a post out of scope, Invalid `week`.
pub fn plan(cx: &mut Cx<'_, '_>, post: Id, week: &str) -> Result<Vec<PlanLine>> {
    let post = post::load(cx, post)?;
    if cx.actor.person != Some(post.person) {
        cx.require(Action::DutyRead, post.home, false).map_err(|_| Error::from(Refusal::NotFound))?;
    }
    let unit = unit::load(cx, post.home)?;
    let calendar = super::calendar(cx, unit.county);
    let period = cells::period_of_key(calendar, week).filter(|p| p.kind == PeriodKind::Week);
    let period = period.ok_or_else(|| Error::invalid("week", Problem::Unknown))?;
    let frame = Frame::new(calendar, period.from, period.until);
    let mut known: BTreeMap<(String, String, String), Duty> = BTreeMap::new();
    for row in cx.tx.rows(sql::OF_UNIT_ENDING, args![unit.id, period.from, period.until])? {
        let duty = from_row(&row)?;
        known.insert((duty.entry.clone(), duty.period.clone(), duty.part.clone()), duty);
    }
    let chain = owner::chain(cx, &unit)?;
    let facts = facts::of_unit(cx, &unit)?;
    let waivers = waiver::of_unit(cx, unit.id, period.from, period.until)?;
    let mut out = Vec::new();
    for owed in cells::owed(cx.packs, calendar, &facts, &frame) {
        let due_at = owed.slot.period.until.plus_days(owed.entry.grace_days.max(0)).end();
        let exempt = waivers.iter().any(|w| w.covers(&owed.entry.id, owed.slot));
        for part in &owed.parts {
            let key = (owed.entry.id.clone(), owed.slot.key.clone(), cells::part_key(part));
            let duty = known.get(&key);
            let whose = match duty.filter(|d| !d.state.is_complete()) {
                Some(duty) => whose(owed.entry, duty, &chain),
                None => owner::owner(&owed.entry.people, part, &chain),
            };
            if !whose.is_some_and(|o| o.persons.contains(&post.person)) {
                continue;
            }
            let open = if cx.now < due_at { Mark::NotDue } else { Mark::Missing };
            let mark = match duty.map_or(open, |d| d.mark(cx.now)) {
                Mark::Missing | Mark::NotDue if exempt => Mark::Exempt,
                mark => mark,
            };
            let form = match &owed.entry.evidence {
                Evidence::Form { form, .. } => Some(form.clone()),
                Evidence::Noun { .. } => None,
            };
            out.push(PlanLine {
                title: owed.entry.title.clone(),
                clause: owed.entry.clause.clone(),
                kind: cells::kind_code(owed.slot.period.kind).into(),
                from_on: owed.slot.period.from,
                until_on: owed.slot.period.until,
                due_at,
                mark,
                form,
                duty: duty.map(|d| d.id),
                minutes: owed.entry.minutes,
                entry: key.0,
                period: key.1,
                part: key.2,
            });
        }
    }
    out.sort_by(|a, b| (a.until_on, &a.clause, &a.entry, &a.part).cmp(&(b.until_on, &b.clause, &b.entry, &b.part)));
    Ok(out)
}

/// An entry in a unit's year.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct YearLine {
    pub entry: String,
    pub title: String,
    pub clause: String,
    /// `notice`, `law`, `interpretation`, `option`
    pub basis: &'static str,
    pub kind: String,
    /// Cells by the month (`yyyymm`) in which their period ends.
    pub months: BTreeMap<i64, i64>,
    pub cells: i64,
    pub minutes: i64,
}

pub fn basis_code(basis: Basis) -> &'static str {
    match basis {
        Basis::Notice => "notice",
        Basis::Law => "law",
        Basis::Interpretation => "interpretation",
        Basis::Optional => "option",
    }
}

/// The year plan of a unit: what it will owe, month by month. `year` is the school year's key (`2026`).
pub fn year_plan(cx: &mut Cx<'_, '_>, id: Id, year: &str) -> Result<Vec<YearLine>> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::DutyRead, unit.home, false)?;
    let unit = unit::load(cx, unit.home)?;
    let calendar = super::calendar(cx, unit.county);
    let period = cells::period_of_key(calendar, year).filter(|p| p.kind == PeriodKind::SchoolYear);
    let period = period.ok_or_else(|| Error::invalid("year", Problem::Unknown))?;
    let frame = Frame::new(calendar, period.from, period.until);
    let facts = facts::of_unit(cx, &unit)?;
    let mut out: BTreeMap<String, YearLine> = BTreeMap::new();
    for owed in cells::owed(cx.packs, calendar, &facts, &frame) {
        let line = out.entry(owed.entry.id.clone()).or_insert_with(|| YearLine {
            entry: owed.entry.id.clone(),
            title: owed.entry.title.clone(),
            clause: owed.entry.clause.clone(),
            basis: basis_code(owed.entry.basis),
            kind: cells::kind_code(owed.slot.period.kind).into(),
            months: BTreeMap::new(),
            cells: 0,
            minutes: 0,
        });
        let n = owed.parts.len() as i64;
        *line.months.entry(owed.slot.period.until.number() / 100).or_default() += n;
        line.cells += n;
        line.minutes += n * owed.entry.minutes;
    }
    let mut lines: Vec<YearLine> = out.into_values().collect();
    lines.sort_by_key(|l| (super::lines::clause_order(&l.clause), l.entry.clone()));
    Ok(lines)
}

/// The equation behind a figure and where its expected cells come from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Why {
    pub span: Span,
    pub sums: Sums,
    /// Units that owe anything of it.
    pub units: i64,
    /// Entries that it is made of.
    pub entries: i64,
    /// Weekdays of the span on which there was no school, and make-up days on which there was.
    pub days_off: i64,
    pub days_made_up: i64,
    /// Units in scope to which the entry does not apply (no boarders, no canteen); for one entry only.
    pub not_applying: i64,
    /// Packs that judge the span: id and first hex digits of the hash.
    pub packs: Vec<(String, String)>,
}

/// 「为什么？」 of a bureau's or a school's figure over a span, of all entries or one. Refuses as `board::bureau`.
pub fn why(cx: &mut Cx<'_, '_>, id: Id, span: Option<&str>, entry: Option<&str>) -> Result<Why> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::DutyRead, unit.home, false)?;
    let span = board::span(cx, &unit, span)?;
    let (sums, units, entries, not_applying) = match unit.kind.is_bureau() {
        true => of_bureau(cx, unit.id, &span, entry)?,
        false => of_school(cx, &unit, &span, entry)?,
    };
    Ok(Why { units, entries, not_applying, ..ground(cx, unit.county, span, sums) })
}

/// The same for a figure that is known already: what its expected cells rest on.
pub fn ground(cx: &Cx<'_, '_>, county: i64, span: Span, sums: Sums) -> Why {
    let calendar = super::calendar(cx, county);
    let (mut days_off, mut days_made_up) = (0, 0);
    let mut day = span.from;
    while day <= span.until {
        if calendar.term_of(day).is_some() && calendar.is_school_day(day) == day.is_weekend() {
            if day.is_weekend() {
                days_made_up += 1;
            } else {
                days_off += 1;
            }
        }
        day = day.plus_days(1);
    }
    let timeline = cx.packs.timeline();
    let first = cx.packs.in_force(span.from).hash;
    let judges = timeline.iter().filter(|(from, p)| p.hash == first || (*from > span.from && *from <= span.until));
    let packs = judges.map(|(_, p)| (p.id.clone(), hex(&p.hash))).collect();
    Why { span, sums, units: 1, entries: 0, days_off, days_made_up, not_applying: 0, packs }
}

fn hex(hash: &[u8]) -> String {
    hash.iter().take(6).map(|b| format!("{b:02x}")).collect()
}

type Parts = (Sums, i64, i64, i64);

fn of_bureau(cx: &mut Cx<'_, '_>, unit: Id, span: &Span, entry: Option<&str>) -> Result<Parts> {
    let board = board::bureau(cx, unit, Some(&span.key))?;
    let Some(entry) = entry else { return Ok((board.total, board.schools, board.entries.len() as i64, 0)) };
    let sums = board.entries.iter().find(|e| e.entry == entry).map(|e| e.sums).unwrap_or_default();
    let members = board::roster(cx, unit)?;
    let known = cx.packs.in_force(span.from).entry(entry);
    let applying = members.iter().filter(|m| {
        let attributes = m.facts.on(span.from.max(m.facts.life.from));
        m.facts.life.touches(span.from, span.until)
            && known.is_some_and(|e| attributes.is_some_and(|a| cells::applies(&e.applies, a)))
    });
    let units = applying.count() as i64;
    let all = members.iter().filter(|m| m.facts.life.touches(span.from, span.until)).count() as i64;
    Ok((sums, units, 1, all - units))
}

fn of_school(cx: &mut Cx<'_, '_>, unit: &unit::Unit, span: &Span, entry: Option<&str>) -> Result<Parts> {
    let mut lines = super::lines::of(cx, unit, span.from, span.until)?;
    lines.retain(|l| entry.is_none_or(|e| l.entry == e));
    let entries = lines.iter().map(|l| l.entry.as_str()).collect::<BTreeSet<_>>().len() as i64;
    Ok((super::frozen::count(&lines), 1, entries, 0))
}

/// A school's own board: its figures over a span by clause and entry, from its cells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SchoolBoard {
    pub unit: Id,
    pub name: String,
    pub span: Span,
    pub total: Sums,
    pub clauses: Vec<(String, Sums)>,
    pub entries: Vec<board::EntryRow>,
}

/// The board of one unit. Refuses NotFound when it is out of scope.
pub fn school(cx: &mut Cx<'_, '_>, id: Id, span: Option<&str>) -> Result<SchoolBoard> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::DutyRead, unit.home, false)?;
    let unit = unit::load(cx, unit.home)?;
    let span = board::span(cx, &unit, span)?;
    let lines = super::lines::of(cx, &unit, span.from, span.until)?;
    let mut groups: BTreeMap<(String, String), Vec<super::lines::CellLine>> = BTreeMap::new();
    for line in &lines {
        groups.entry((line.clause.clone(), line.entry.clone())).or_default().push(line.clone());
    }
    let mut clauses: BTreeMap<String, Vec<super::lines::CellLine>> = BTreeMap::new();
    let mut entries = Vec::new();
    for ((clause, entry), lines) in groups {
        let title = lines.first().map(|l| l.title.clone()).unwrap_or_default();
        entries.push(board::EntryRow { entry, title, clause: clause.clone(), sums: super::frozen::count(&lines) });
        clauses.entry(clause).or_default().extend(lines);
    }
    entries.sort_by_key(|e| (super::lines::clause_order(&e.clause), e.entry.clone()));
    let mut clauses: Vec<(String, Sums)> =
        clauses.into_iter().map(|(clause, lines)| (clause, super::frozen::count(&lines))).collect();
    clauses.sort_by_key(|(clause, _)| super::lines::clause_order(clause));
    Ok(SchoolBoard { unit: unit.id, name: unit.name, span, total: super::frozen::count(&lines), clauses, entries })
}
