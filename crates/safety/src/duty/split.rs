//! A figure of the board taken apart: by entry and day (the matrix, the heat calendar), by unit, down to its cells. What
//! stands below a figure adds up to it, whichever way one goes. Serves notice 1.3.
//! A bureau is taken apart from the counters; the units of a bureau from their duties of a few entries or days; one unit
//! from its cells.

use std::collections::{BTreeMap, BTreeSet};

use base::{Day, Error, Id, Problem, Refusal, Result};
use db::args;
use serde::Serialize;

use super::board::{self, Done, Row, Span, Sums};
use super::cells::Frame;
use super::expected::{self, Expected, Owed};
use super::facts::Member;
use super::lines::{self, CellLine, clause_order};
use super::{calendar, sql};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::org::UnitKind;
use crate::org::unit::{self, Unit};
use crate::pack::model::Entry;

/// To what a board is narrowed; days are those on which a period ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrow {
    pub clause: Option<String>,
    pub entry: Option<String>,
    pub from: Option<Day>,
    pub until: Option<Day>,
}

impl Narrow {
    fn wants(&self, entry: &str, clause: &str) -> bool {
        self.entry.as_deref().is_none_or(|e| e == entry) && self.clause.as_deref().is_none_or(|c| c == clause)
    }
    fn picks(&self) -> bool {
        self.entry.is_some() || self.clause.is_some()
    }
    /// The days of a span that remain.
    fn within(&self, span: &Span) -> Span {
        let from = self.from.map_or(span.from, |day| day.max(span.from));
        let until = self.until.map_or(span.until, |day| day.min(span.until));
        Span { from, until, ..span.clone() }
    }
}

/// One entry on one day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    pub clause: String,
    pub entry: String,
    pub until: Day,
    pub sums: Sums,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grid {
    pub span: Span,
    /// In the order clause, entry, day.
    pub points: Vec<Point>,
    /// Title of each entry.
    pub titles: BTreeMap<String, String>,
}

impl Grid {
    pub fn total(&self) -> Sums {
        let mut out = Sums::default();
        self.points.iter().for_each(|p| out.add(&p.sums));
        out
    }
}

/// Every entry that any pack of the time has: id → (title, clause).
fn entries(cx: &Cx<'_, '_>) -> BTreeMap<String, (String, String)> {
    let packs = cx.packs;
    let all = packs.timeline().iter().flat_map(|(_, pack)| &pack.entries);
    all.map(|e| (e.id.clone(), (e.title.clone(), e.clause.clone()))).collect()
}

/// A unit whose own cells are asked for: a school always, a bureau when its own duties are meant.
fn is_one(unit: &Unit, own: bool) -> bool {
    own || !unit.kind.is_bureau()
}

/// The unit, guarded as the board is.
fn guarded(cx: &mut Cx<'_, '_>, id: Id, own: bool) -> Result<Unit> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::DutyRead, unit.home, false)?;
    let unit = if unit.home == unit.id { unit } else { unit::load(cx, unit.home)? };
    if !is_one(&unit, own) && reach(cx.actor.role, Action::DutyRead) == Reach::Unit {
        return Err(Refusal::NoRight.into());
    }
    Ok(unit)
}

/// The matrix of a bureau with everything under it, or of one unit (`own`: of the bureau by itself). Refuses as
/// `board::bureau`.
pub fn grid(cx: &mut Cx<'_, '_>, id: Id, key: Option<&str>, own: bool) -> Result<Grid> {
    let unit = guarded(cx, id, own)?;
    let span = board::span(cx, &unit, key)?;
    let known = entries(cx);
    let mut points: BTreeMap<(String, Day), Sums> = BTreeMap::new();
    let mut told: BTreeMap<String, (String, String)> = BTreeMap::new();
    if is_one(&unit, own) {
        for line in lines::of(cx, &unit, span.from, span.until)? {
            told.entry(line.entry.clone()).or_insert_with(|| (line.title.clone(), line.clause.clone()));
            points.entry((line.entry.clone(), line.until_on)).or_default().add(&one(&line));
        }
    } else {
        let (members, expected) = board::known(cx, &unit, &span)?;
        let mut done = done(cx, &unit, &span, &members)?;
        for (entry, days) in &expected.grid {
            for (day, owed) in days {
                let done = done.remove(&(entry.clone(), *day)).unwrap_or_default();
                points.insert((entry.clone(), *day), board::sums(*owed, &done));
            }
        }
        for (key, done) in done {
            points.insert(key, board::sums(Owed::default(), &done));
        }
    }
    let title = |entry: &str| told.get(entry).or_else(|| known.get(entry)).cloned();
    let mut titles = BTreeMap::new();
    let mut out = Vec::with_capacity(points.len());
    for ((entry, until), sums) in points {
        let (title, clause) = title(&entry).unwrap_or((entry.clone(), String::new()));
        titles.insert(entry.clone(), title);
        out.push(Point { clause, entry, until, sums });
    }
    out.sort_by(|a, b| {
        let key = |p: &Point| (clause_order(&p.clause), p.entry.clone(), p.until);
        key(a).cmp(&key(b))
    });
    Ok(Grid { span, points: out, titles })
}

/// A cell as a figure.
fn one(line: &CellLine) -> Sums {
    super::frozen::count(std::slice::from_ref(line))
}

type Days = BTreeMap<(String, Day), Done>;

/// Days after its period's end on which an entry is still on time.
fn soon(cx: &Cx<'_, '_>, entry: &str, until: Day) -> bool {
    let days = cx.packs.in_force(until).entry(entry).map_or(0, |e| e.grace_days.max(0));
    until.plus_days(days) >= cx.now.day()
}

fn take(row: &db::Row, into: &mut Done, early: bool) -> Result<()> {
    let (on_time, late) = (row.int("on_time")?, row.int("late")?);
    into.on_time += on_time;
    into.late += late;
    into.events += row.int("events")?;
    into.early += if early { on_time + late } else { 0 };
    Ok(())
}

/// What the counters say, by entry and day.
fn done(cx: &mut Cx<'_, '_>, top: &Unit, span: &Span, members: &[Member]) -> Result<Days> {
    let only = (top.kind != UnitKind::City).then_some(top.id);
    let mut out = Days::new();
    for sql in [sql::GRID, sql::GRID_UNFOLDED] {
        for row in cx.tx.rows(sql, args![span.from, span.until, only])? {
            let key = (row.text("entry")?, row.day("until_on")?);
            let early = soon(cx, &key.0, key.1);
            take(&row, out.entry(key).or_default(), early)?;
        }
    }
    let ours: BTreeSet<Id> = members.iter().map(|m| m.facts.unit).collect();
    for row in cx.tx.rows(sql::EVENTS_NOT_DUE, args![cx.now, span.from, span.until])? {
        if ours.contains(&row.id("unit")?) {
            out.entry((row.text("entry")?, row.day("until_on")?)).or_default().waiting += row.int("n")?;
        }
    }
    for one in board::waived(cx, top.id, span, members)? {
        out.entry((one.entry, one.until)).or_default().exempt += one.n;
    }
    Ok(out)
}

/// What a narrowed figure of a bureau is made of: its bureaus (a city) or its units, most in need of help first; those
/// that owe nothing of it are left out. Refuses as `board::bureau`.
pub fn units(cx: &mut Cx<'_, '_>, id: Id, key: Option<&str>, narrow: &Narrow) -> Result<Vec<Row>> {
    let unit = guarded(cx, id, false)?;
    if !unit.kind.is_bureau() {
        return Err(Refusal::NotFound.into());
    }
    let whole = board::span(cx, &unit, key)?;
    let span = narrow.within(&whole);
    if !narrow.picks() && span == whole {
        return Ok(board::bureau(cx, id, Some(&whole.key))?.rows);
    }
    if span.from > span.until {
        return Err(Error::invalid("period", Problem::Mismatch { with: "from_on" }));
    }
    let clauses: BTreeMap<String, String> = entries(cx).into_iter().map(|(e, (_, clause))| (e, clause)).collect();
    let wanted = |entry: &str| narrow.wants(entry, clauses.get(entry).map_or("", String::as_str));
    let members = board::roster(cx, unit.id)?;
    let expected = narrowed(cx, &unit, &span, narrow, &members)?;
    let city = unit.kind == UnitKind::City;
    let mut lines: BTreeMap<Id, BTreeMap<String, (Owed, Done)>> = BTreeMap::new();
    for ((unit, entry), owed) in owed_by(&members, &expected, city) {
        lines.entry(unit).or_default().entry(entry).or_default().0 = owed;
    }
    for (unit, entry, done) in done_by(cx, &unit, &span, &members, &wanted, narrow)? {
        let one = &mut lines.entry(unit).or_default().entry(entry).or_default().1;
        one.on_time += done.on_time;
        one.late += done.late;
        one.events += done.events;
        one.early += done.early;
        one.waiting += done.waiting;
        one.exempt += done.exempt;
    }
    let mut rows: Vec<Row> = members.iter().filter_map(|m| row(m, lines.get(&m.facts.unit)?)).collect();
    rows.retain(|r| r.sums.expected > 0);
    board::by_need(&mut rows);
    Ok(rows)
}

fn row(member: &Member, entries: &BTreeMap<String, (Owed, Done)>) -> Option<Row> {
    let mut sums = Sums::default();
    entries.values().for_each(|(owed, done)| sums.add(&board::sums(*owed, done)));
    let kind = member.facts.eras.last().map(|(_, a)| a.kind)?;
    Some(Row { unit: member.facts.unit, name: member.name.clone(), kind, sums })
}

/// What is expected of the narrowed part, from the memo.
fn narrowed(
    cx: &mut Cx<'_, '_>,
    unit: &Unit,
    span: &Span,
    narrow: &Narrow,
    members: &std::sync::Arc<Vec<Member>>,
) -> Result<std::sync::Arc<Parted>> {
    let (today, county, held) = (cx.now.day(), unit.county, members.clone());
    let key = format!("split {} {} {} {today} {narrow:?}", unit.id, span.from, span.until);
    let (narrow, span, city) = (narrow.clone(), span.clone(), unit.kind == UnitKind::City);
    cx.memo(&key, board::NOUNS, move |cx| {
        let calendar = calendar(cx, county);
        let frame = Frame::new(calendar, span.from, span.until);
        let wanted = |e: &Entry| narrow.wants(&e.id, &e.clause);
        let add = |members: &[Member]| {
            expected::add_up_of(cx.packs, calendar, members, &frame.school, &frame.bureau, today, &wanted)
        };
        if city {
            return Ok(Parted { whole: add(&held), units: BTreeMap::new() });
        }
        let units = held.iter().map(|m| (m.facts.unit, add(std::slice::from_ref(m)))).collect();
        Ok(Parted { whole: Expected::default(), units })
    })
}

/// Expected cells of a narrowed figure: by bureau of a city, or by unit of a county.
struct Parted {
    whole: Expected,
    units: BTreeMap<Id, Expected>,
}

fn owed_by(members: &[Member], parted: &Parted, city: bool) -> Vec<((Id, String), Owed)> {
    if city {
        return parted.whole.entries.iter().map(|(key, owed)| (key.clone(), *owed)).collect();
    }
    let mut out = Vec::new();
    for member in members {
        let Some(expected) = parted.units.get(&member.facts.unit) else { continue };
        out.extend(expected.entries.iter().map(|((_, entry), owed)| ((member.facts.unit, entry.clone()), *owed)));
    }
    out
}

/// What was done of the narrowed part, by bureau or unit and entry.
fn done_by(
    cx: &mut Cx<'_, '_>,
    top: &Unit,
    span: &Span,
    members: &[Member],
    wanted: &dyn Fn(&str) -> bool,
    narrow: &Narrow,
) -> Result<Vec<(Id, String, Done)>> {
    let city = top.kind == UnitKind::City;
    let mut rows = Vec::new();
    if city {
        for sql in [sql::SPLIT, sql::SPLIT_UNFOLDED] {
            rows.extend(cx.tx.rows(sql, args![span.from, span.until])?);
        }
    } else if narrow.picks() {
        for entry in entries(cx).into_keys().filter(|e| wanted(e)) {
            rows.extend(cx.tx.rows(sql::SPLIT_ENTRY, args![top.id, span.from, span.until, entry])?);
        }
    } else {
        rows.extend(cx.tx.rows(sql::SPLIT_DAYS, args![top.id, span.from, span.until])?);
    }
    let mut out = Vec::new();
    for row in &rows {
        let (entry, until) = (row.text("entry")?, row.day("until_on")?);
        if wanted(&entry) {
            let mut done = Done::default();
            take(row, &mut done, soon(cx, &entry, until))?;
            out.push((row.id("unit")?, entry, done));
        }
    }
    let bureaus: BTreeMap<Id, Id> = members.iter().map(|m| (m.facts.unit, m.bureau)).collect();
    for row in cx.tx.rows(sql::EVENTS_NOT_DUE, args![cx.now, span.from, span.until])? {
        let (unit, entry) = (row.id("unit")?, row.text("entry")?);
        if let Some(bureau) = bureaus.get(&unit).filter(|_| wanted(&entry)) {
            let done = Done { waiting: row.int("n")?, ..Done::default() };
            out.push((if city { *bureau } else { unit }, entry, done));
        }
    }
    for one in board::waived(cx, top.id, span, members)? {
        if wanted(&one.entry) {
            let done = Done { exempt: one.n, ..Done::default() };
            out.push((if city { one.bureau } else { one.unit }, one.entry, done));
        }
    }
    Ok(out)
}

/// The cells of one unit behind a figure (of a bureau: its own). Refuses NotFound when it is out of scope.
pub fn cells(cx: &mut Cx<'_, '_>, id: Id, key: Option<&str>, narrow: &Narrow) -> Result<(Span, Vec<CellLine>)> {
    let unit = guarded(cx, id, true)?;
    let whole = board::span(cx, &unit, key)?;
    let span = narrow.within(&whole);
    let mut all = lines::of(cx, &unit, span.from, span.until)?;
    all.retain(|l| narrow.wants(&l.entry, &l.clause));
    Ok((span, all))
}
