//! What a board shows, read once with the viewer's rights, and the addresses that lead on from it.

use std::collections::BTreeMap;

use base::calendar::PeriodKind;
use base::{Day, Id, Result};
use safety::Cx;
use safety::duty::board::{self, Row, Span, Sums};
use safety::duty::list::{Filter, Line};
use safety::duty::plan::{self, Why};
use safety::duty::split::{self, Grid, Narrow};
use safety::duty::{self, cells};
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::unit::{self, Unit};

use crate::door::Fields;
use crate::words;

/// Lines of 「刚刚」.
const NEWS: i64 = 6;

/// What is asked for; also the address of what is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub unit: Option<Id>,
    pub period: Option<String>,
    pub clause: Option<String>,
    pub entry: Option<String>,
    /// Of a bureau: its own duties alone.
    pub own: bool,
    /// Days on which periods end, of the rows behind a figure.
    pub from: Option<Day>,
    pub until: Option<Day>,
    pub mark: Option<String>,
}

impl Asked {
    pub fn read(query: &Fields) -> Result<Asked> {
        Ok(Asked {
            unit: query.id("unit")?,
            period: query.opt("period"),
            clause: query.opt("clause"),
            entry: query.opt("entry"),
            own: query.flag("own"),
            from: query.day("from")?,
            until: query.day("until")?,
            mark: query.opt("mark"),
        })
    }

    pub fn narrow(&self) -> Narrow {
        Narrow { clause: self.clause.clone(), entry: self.entry.clone(), from: self.from, until: self.until }
    }

    fn href(&self, path: &str) -> String {
        let day = |d: Option<Day>| d.map(|d| d.to_string());
        let fields = [
            ("unit", self.unit.map(|u| u.to_string())),
            ("period", self.period.clone()),
            ("clause", self.clause.clone()),
            ("entry", self.entry.clone()),
            ("own", self.own.then(|| "1".to_string())),
            ("from", day(self.from)),
            ("until", day(self.until)),
            ("mark", self.mark.clone()),
        ];
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            if let Some(value) = value.filter(|v| !v.is_empty()) {
                out.append_pair(name, &value);
            }
        }
        let query = out.finish();
        if query.is_empty() { path.into() } else { format!("{path}?{query}") }
    }

    /// The board itself, without what only rows know.
    pub fn board(&self) -> String {
        Asked { from: None, until: None, mark: None, entry: None, ..self.clone() }.href("/board")
    }

    /// The rows behind a figure.
    pub fn rows(&self, mark: &str) -> String {
        Asked { mark: Some(mark.to_string()).filter(|m| !m.is_empty()), ..self.clone() }.href("/board/rows")
    }

    pub fn of(&self, unit: Id, own: bool) -> Asked {
        Asked { unit: Some(unit), own, ..self.clone() }
    }
}

/// A column of the matrix: a week, a month or a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub label: String,
    /// As it is read aloud.
    pub said: String,
    pub from: Day,
    pub until: Day,
}

pub struct View {
    pub asked: Asked,
    pub unit: Id,
    pub name: String,
    /// Are cells behind its figures, not other units?
    pub one: bool,
    pub bureau: bool,
    pub today: Day,
    pub span: Span,
    pub span_words: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// Keys of the present month, term and school year.
    pub present: [Option<String>; 3],
    pub total: Sums,
    pub grid: Grid,
    /// Units, most in need of help first.
    pub rows: Vec<Row>,
    pub units: i64,
    /// Schools below that are not in use yet.
    pub apart: i64,
    pub why: Why,
    pub news: Vec<Line>,
    pub slots: Vec<Slot>,
}

/// Whether somebody sees a bureau's own duties only.
fn own_only(cx: &Cx<'_, '_>) -> bool {
    reach(cx.actor.role, Action::DutyRead) == Reach::Unit
}

/// The period of a key on the board: the present term when none is asked for, the school year between the terms.
fn key(cx: &Cx<'_, '_>, county: i64, asked: &Asked) -> String {
    let calendar = cx.packs.calendar(cx.now.day(), county);
    if let Some(key) = &asked.period {
        return key.clone();
    }
    let today = cx.now.day();
    let period = calendar.period_of(PeriodKind::Term, today).or(calendar.period_of(PeriodKind::SchoolYear, today));
    period.map_or_else(|| today.to_string(), |p| cells::key_of(calendar, &p))
}

/// Whose board is asked for, with its address made whole; and whether cells stand behind its figures, not other units.
pub fn at(cx: &mut Cx<'_, '_>, asked: &Asked) -> Result<(Asked, Unit, bool)> {
    let at = unit::show(cx, asked.unit.unwrap_or(cx.actor.unit))?;
    let unit = if at.home == at.id { at } else { unit::load(cx, at.home)? };
    let bureau = unit.kind.is_bureau();
    let one = !bureau || asked.own || own_only(cx);
    let period = Some(key(cx, unit.county, asked));
    Ok((Asked { unit: Some(unit.id), own: bureau && one, period, ..asked.clone() }, unit, one))
}

pub fn read(cx: &mut Cx<'_, '_>, asked: &Asked) -> Result<View> {
    let (asked, unit, one) = at(cx, asked)?;
    let (bureau, key) = (unit.kind.is_bureau(), asked.period.clone().unwrap_or_default());
    let mut grid = split::grid(cx, unit.id, Some(&key), one)?;
    let clause = asked.clause.clone();
    grid.points.retain(|p| clause.as_ref().is_none_or(|c| *c == p.clause));
    let total = grid.total();
    let (rows, units) = match (one, &asked.clause) {
        (true, _) => (Vec::new(), 1),
        (false, Some(_)) => {
            let rows = split::units(cx, unit.id, Some(&key), &asked.narrow())?;
            let n = rows.len() as i64;
            (rows, n)
        }
        (false, None) => {
            let board = board::bureau(cx, unit.id, Some(&key))?;
            (board.rows, board.schools)
        }
    };
    let apart = if one { 0 } else { board::not_kept(cx, unit.id, Some(&key))? };
    let span = grid.span.clone();
    let entries = grid.points.iter().map(|p| p.entry.as_str()).collect::<std::collections::BTreeSet<_>>().len() as i64;
    let why = Why { units, entries, ..plan::ground(cx, unit.county, span.clone(), total) };
    let filter = Filter { unit: Some(unit.id), clause, ..Filter::default() };
    let news = duty::list(cx, &filter, None, NEWS)?.items;
    let calendar = cx.packs.calendar(cx.now.day(), unit.county);
    let today = cx.now.day();
    let period = cells::period_of_key(calendar, &span.key);
    let beside = |ahead| period.and_then(|p| cells::beside(calendar, &p, ahead));
    let present = [PeriodKind::Month, PeriodKind::Term, PeriodKind::SchoolYear]
        .map(|kind| calendar.period_of(kind, today).map(|p| cells::key_of(calendar, &p)));
    Ok(View {
        span_words: words::duty::period(&span.key, span.from, span.until, None),
        before: beside(false),
        after: beside(true),
        slots: slots(calendar, &span),
        unit: unit.id,
        name: unit.name,
        asked,
        one,
        bureau,
        today,
        span,
        present,
        total,
        grid,
        rows,
        units,
        apart,
        why,
        news,
    })
}

/// Columns: months of a school year, weeks of a term, days of a month.
fn slots(calendar: &base::calendar::SchoolCalendar, span: &Span) -> Vec<Slot> {
    let kind = cells::period_of_key(calendar, &span.key).map(|p| p.kind);
    let mut out = Vec::new();
    let mut day = span.from;
    while day <= span.until {
        let slot = match kind {
            Some(PeriodKind::SchoolYear) => {
                let until = day.month_end().plus_days(-1);
                Slot { label: words::board::month(day), said: words::month(day), from: day, until }
            }
            Some(PeriodKind::Term) => week(calendar, span, day),
            _ => {
                let label = day.date().day().to_string();
                Slot { label, said: words::day(day), from: day, until: day }
            }
        };
        day = slot.until.plus_days(1);
        out.push(slot);
    }
    out
}

fn week(calendar: &base::calendar::SchoolCalendar, span: &Span, day: Day) -> Slot {
    let monday = day.plus_days(1 - i64::from(day.weekday()));
    let until = monday.plus_days(6).min(span.until);
    let n = (0..7).find_map(|d| calendar.week_in_term(monday.plus_days(d)));
    let label = n.map_or(words::board::HOLIDAY_WEEK.to_string(), |n| n.to_string());
    let said = n.map_or_else(|| words::period(day, until), words::board::weeks);
    Slot { label, said, from: day, until }
}

/// Sums by row (a clause, or an entry of the chosen clause) and column.
pub fn matrix(view: &View) -> Vec<(String, Vec<Sums>)> {
    let mut rows: Vec<(String, Vec<Sums>)> = Vec::new();
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    for point in &view.grid.points {
        let key = if view.asked.clause.is_some() { &point.entry } else { &point.clause };
        let row = *at.entry(key.clone()).or_insert_with(|| {
            rows.push((key.clone(), vec![Sums::default(); view.slots.len()]));
            rows.len() - 1
        });
        if let Some(slot) = view.slots.iter().position(|s| s.from <= point.until && point.until <= s.until) {
            rows[row].1[slot].add(&point.sums);
        }
    }
    rows
}
