//! 期表: the state of every expected cell of a unit in a closed period, written once, seven days after the period's end,
//! with the hash of the pack that judged it. It never changes, whatever packs are published later; what comes later
//! stands beside it as an addendum. A month's sheet has all days, weeks, months and events that end in it.

use base::calendar::PeriodKind;
use base::{Day, Id, Ms, Refusal, Result};
use db::{Row, args};
use serde::Serialize;

use super::board::Sums;
use super::lines::{self, CellLine};
use super::{Duty, Mark, State, calendar, cells, sql};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::unit::{self, Unit};

/// Days after a period's end in which work may still come in before the sheet is written.
pub const AFTER_DAYS: i64 = 7;
/// Units frozen in one round of `tick`.
const ROUND: i64 = 5;
/// Sheets written for one unit in one round (a unit that was open for years before the program).
const SHEETS: usize = 24;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PeriodSheet {
    pub id: Id,
    pub unit: Id,
    /// `month`, `term`, `year`
    pub kind: String,
    pub period: String,
    pub until_on: Day,
    pub sums: Sums,
    /// One line per entry and part: `entry|part|period=mark…` (see `body`).
    #[serde(skip)]
    pub body: Vec<u8>,
    #[serde(skip)]
    pub pack_hash: Vec<u8>,
    pub received_at: Ms,
}

/// What came after the sheet was written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Addendum {
    pub duty: Id,
    /// `on_time`, `late`, `missing` …: how the cell would stand now.
    pub what: String,
    pub reason: Option<String>,
    pub by: Option<String>,
    pub received_at: Ms,
}

fn from_row(row: &Row) -> Result<PeriodSheet> {
    Ok(PeriodSheet {
        id: row.id("id")?,
        unit: row.id("unit")?,
        kind: row.text("kind")?,
        period: row.text("period")?,
        until_on: row.day("until_on")?,
        sums: Sums {
            expected: row.int("expected")?,
            on_time: row.int("on_time")?,
            late: row.int("late")?,
            exempt: row.int("exempt")?,
            not_due: 0,
            missing: row.int("missing")?,
        },
        body: row.blob("body")?,
        pack_hash: row.blob("pack_hash")?,
        received_at: row.ms("received_at")?,
    })
}

/// Period kinds that get a sheet, with the kinds of cells that stand in it.
const SHEET_KINDS: [(PeriodKind, &[&str]); 3] = [
    (PeriodKind::Month, &["day", "week", "month", "event"]),
    (PeriodKind::Term, &["term"]),
    (PeriodKind::SchoolYear, &["year"]),
];

fn sheet_kind(cell: &str) -> PeriodKind {
    match cell {
        "term" => PeriodKind::Term,
        "year" => PeriodKind::SchoolYear,
        _ => PeriodKind::Month,
    }
}

/// The last day whose periods are closed: what ended before it more than `AFTER_DAYS` ago.
fn closed_until(today: Day) -> Day {
    today.plus_days(-AFTER_DAYS - 1)
}

/// The last month's end that is closed.
fn boundary(today: Day) -> Day {
    let until = closed_until(today);
    let end = until.month_end().plus_days(-1);
    if end <= until { end } else { until.month_start().plus_days(-1) }
}

/// Units with closed periods that have no sheet yet, at most `ROUND`; nothing when today was looked through already.
pub fn pending(cx: &mut Cx<'_, '_>) -> Result<Option<Vec<Id>>> {
    let today = cx.now.day();
    let seen = cx.tx.row(sql::FROZEN_SEEN, args![])?.map(|r| r.text("value")).transpose()?;
    if seen.as_deref() == Some(today.to_string().as_str()) {
        return Ok(None);
    }
    let until = boundary(today);
    let rows = cx.tx.rows(sql::UNFROZEN, args![until, ROUND])?;
    rows.iter().map(|row| row.id("id")).collect::<Result<_>>().map(Some)
}

/// Writes the sheets of some units; with none, notes that today is done. Called by `tick`.
pub fn freeze(cx: &mut Cx<'_, '_>, units: &[Id]) -> Result<usize> {
    let mut written = 0;
    for id in units {
        let unit = unit::load(cx, *id)?;
        written += one(cx, &unit)?;
    }
    if units.is_empty() {
        let today = cx.now.day().to_string();
        cx.tx.exec(sql::FROZEN_NOTE, args![today])?;
    }
    Ok(written)
}

fn one(cx: &mut Cx<'_, '_>, unit: &Unit) -> Result<usize> {
    let until = boundary(cx.now.day());
    let known = cx.tx.row(sql::FROZEN_UNTIL, args![unit.id])?.map(|r| r.day("until_on")).transpose()?;
    let mut day = known.map_or(unit.opened_on, |last| last.plus_days(1));
    let last = unit.closed_on.map_or(until, |closed| closed.plus_days(31).min(until));
    let mut written = 0;
    // Month by month: each has the month's sheet, and a term's or a year's if one ends in it.
    while day <= until && written < SHEETS {
        let month_end = day.month_end().plus_days(-1);
        if day <= last {
            for (kind, cells) in SHEET_KINDS {
                written += usize::from(sheet(cx, unit, kind, cells, day.month_start(), month_end)?);
            }
        }
        cx.tx.exec(sql::FROZEN_SET, args![unit.id, month_end])?;
        day = month_end.plus_days(1);
    }
    Ok(written)
}

/// Writes one sheet, if a period of the kind ends in the span and anything was owed in it.
fn sheet(cx: &mut Cx<'_, '_>, unit: &Unit, kind: PeriodKind, wanted: &[&str], from: Day, until: Day) -> Result<bool> {
    let all = lines::of(cx, unit, from, until)?;
    let lines: Vec<CellLine> = all.into_iter().filter(|l| wanted.contains(&l.kind.as_str())).collect();
    let Some(last) = lines.iter().map(|l| l.until_on).max() else { return Ok(false) };
    let calendar = calendar(cx, unit.county);
    let inside = if kind == PeriodKind::Month { from } else { last };
    let Some(period) = calendar.period_of(kind, inside) else { return Ok(false) };
    let key = cells::key_of(calendar, &period);
    if cx.tx.row(sql::SHEET_OF, args![unit.id, cells::kind_code(kind), key.as_str()])?.is_some() {
        return Ok(false);
    }
    let sums = count(&lines);
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    let hash = cx.packs.in_force(period.from).hash;
    let args = args![
        unit.county,
        id,
        salt,
        unit.id,
        cells::kind_code(kind),
        key,
        period.until,
        hash,
        sums.expected,
        sums.on_time,
        sums.late,
        sums.exempt,
        sums.missing,
        body(&lines),
        now
    ];
    cx.put("sheet.freeze", "period_sheet", sql::SHEET_INSERT, args)?;
    Ok(true)
}

/// Cells added up as a figure of the board.
pub fn count(lines: &[CellLine]) -> Sums {
    let n = |mark: Mark| lines.iter().filter(|l| l.mark == mark).count() as i64;
    Sums {
        expected: lines.len() as i64,
        on_time: n(Mark::OnTime),
        late: n(Mark::Late),
        exempt: n(Mark::Exempt),
        not_due: n(Mark::NotDue),
        missing: n(Mark::Missing),
    }
}

/// Canonical bytes: a line per entry and part, in order; of each period its key, its mark (o on time, l late, m missing,
/// x exempt), the stage reached (0 none, 1 done, 2 checked, 3 accepted, r returned), `a` amended, `b` entered late with
/// a reason. No names, no free text: an erasure never touches a sheet.
fn body(lines: &[CellLine]) -> Vec<u8> {
    let mut out = String::new();
    let mut at: Option<(&str, &str)> = None;
    let mut sorted: Vec<&CellLine> = lines.iter().collect();
    sorted.sort_by(|a, b| (&a.entry, &a.part, a.until_on, &a.period).cmp(&(&b.entry, &b.part, b.until_on, &b.period)));
    for line in sorted {
        let key = (line.entry.as_str(), line.part.as_str());
        if at != Some(key) {
            if at.is_some() {
                out.push('\n');
            }
            out.push_str(&format!("{}|{}|", line.entry, line.part));
            at = Some(key);
        } else {
            out.push(',');
        }
        let mark = match line.mark {
            Mark::OnTime => 'o',
            Mark::Late => 'l',
            Mark::Exempt => 'x',
            Mark::Missing | Mark::NotDue => 'm',
        };
        let stage = match line.state {
            Some(State::Done) => '1',
            Some(State::Checked) => '2',
            Some(State::Accepted) => '3',
            Some(State::Returned) => 'r',
            _ => '0',
        };
        out.push_str(&format!("{}={mark}{stage}", line.period));
        out.push_str(if line.amended { "a" } else { "" });
        out.push_str(if line.back_reason.is_some() { "b" } else { "" });
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out.into_bytes()
}

/// A duty changed after its period's sheet was written: stands beside the sheet.
pub(super) fn note(cx: &mut Cx<'_, '_>, duty: &Duty) -> Result<()> {
    if duty.until_on > closed_until(cx.now.day()) {
        return Ok(());
    }
    let calendar = calendar(cx, duty.county);
    let kind = sheet_kind(&duty.kind);
    let Some(period) = calendar.period_of(kind, duty.until_on) else { return Ok(()) };
    let key = cells::key_of(calendar, &period);
    let Some(sheet) = cx.tx.row(sql::SHEET_OF, args![duty.unit, cells::kind_code(kind), key])? else { return Ok(()) };
    let (sheet, id, salt, now) = (sheet.id("id")?, cx.id(), cx.salt(), cx.now);
    let what = if duty.owed { duty.mark(now).code() } else { "not_owed" };
    let (reason, person) = (duty.back_reason.as_deref(), cx.actor.person);
    let args = args![duty.county, id, salt, duty.unit, sheet, duty.id, what, reason, person, now];
    cx.put("sheet.add", "period_addendum", sql::ADDENDUM_INSERT, args)?;
    Ok(())
}

/// The sheet of a closed period with what came later. Refuses NotFound when the unit is out of scope or the period has
/// no sheet yet.
pub fn of(cx: &mut Cx<'_, '_>, unit: Id, period: &str) -> Result<(PeriodSheet, Vec<Addendum>)> {
    let unit = unit::show(cx, unit)?;
    cx.require(Action::DutyRead, unit.home, false)?;
    let known = cells::period_of_key(calendar(cx, unit.county), period);
    let kind = known.map_or("month", |p| cells::kind_code(p.kind));
    let row = cx.tx.row(sql::SHEET_OF, args![unit.home, kind, period])?;
    let sheet = from_row(&row.ok_or(base::Error::from(Refusal::NotFound))?)?;
    let added = cx.tx.rows(sql::ADDENDA, args![sheet.id])?;
    let added = added
        .iter()
        .map(|row| {
            Ok(Addendum {
                duty: row.id("duty")?,
                what: row.text("what")?,
                reason: row.opt_text("reason")?,
                by: row.opt_text("by_name")?,
                received_at: row.ms("received_at")?,
            })
        })
        .collect::<Result<_>>()?;
    Ok((sheet, added))
}
