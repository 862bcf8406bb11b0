//! 台账 (1.3): for each school and bureau the day, week, month, term and school-year ledger, assembled from everything
//! recorded: duties with their three stages and people, work records, hazards, checks. Never typed. Read only; it stands
//! above the nouns that it reads.

use base::{Cell, Day, Error, Id, Problem, Result, Sheet, limits};
use db::args;
use serde::Serialize;

use crate::check;
use crate::duty::board::Sums;
use crate::duty::lines::{self, CellLine};
use crate::duty::{self, Mark, cells, work::Work};
use crate::hazard;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::unit;

pub mod sql {
    pub const HAZARDS: &str = "select h.*, u.name as unit_name, p.name as place_name, a.name as assignee_name, \
        r.name as raiser_name from hazard h join unit u on u.id = h.unit left join place p on p.id = h.place \
        left join person a on a.id = h.assignee left join person r on r.id = h.raised_by \
        where h.unit = $1 and h.received_at >= $2 and h.received_at < $3 order by h.received_at, h.id limit $4";
    pub const CHECKS: &str = "select c.*, u.name as unit_name, b.name as by_name, r.name as recorder_name \
        from check_run c join unit u on u.id = c.unit left join person b on b.id = c.by_person \
        left join person r on r.id = c.recorded_by where c.unit = $1 and c.received_at >= $2 and c.received_at < $3 \
        order by c.received_at, c.id limit $4";
    pub const ALL: &[&str] = &[HAZARDS, CHECKS];
}

/// Records of each kind in one ledger; a ledger beyond this says how much it left out.
pub const RECORDS_MAX: i64 = 2_000;

#[derive(Clone, Debug, Serialize)]
pub struct Ledger {
    pub unit: Id,
    pub name: String,
    /// `day`, `week`, `month`, `term`, `year`
    pub kind: String,
    pub period: String,
    pub from: Day,
    pub until: Day,
    pub sums: Sums,
    /// Cells that end in the period, by clause.
    pub lines: Vec<CellLine>,
    pub works: Vec<Work>,
    pub hazards: Vec<hazard::Line>,
    pub checks: Vec<check::Check>,
    /// The frozen sheet of the period, if it is closed.
    pub sheet: Option<duty::frozen::PeriodSheet>,
    pub left_out: i64,
}

/// The ledger of a unit for a period (`2026-11-23`, `2026-W48`, `2026-11`, `2026-autumn`, `2026`). Refuses NotFound when
/// the unit is out of scope, Invalid `period` when the key names none.
pub fn of(cx: &mut Cx<'_, '_>, id: Id, period: &str) -> Result<Ledger> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::DutyRead, unit.home, false)?;
    let unit = if unit.home == unit.id { unit } else { unit::load(cx, unit.home)? };
    let span = cells::period_of_key(duty::calendar(cx, unit.county), period);
    let span = span.ok_or_else(|| Error::invalid("period", Problem::Unknown))?;
    let lines = lines::of(cx, &unit, span.from, span.until)?;
    let works = cx.tx.rows(duty::sql::WORKS_BETWEEN, args![unit.id, span.from, span.until, RECORDS_MAX + 1])?;
    let mut works = works.iter().map(duty::work::from_row).collect::<Result<Vec<_>>>()?;
    let args = args![unit.id, span.from.start(), span.until.end(), RECORDS_MAX + 1];
    let mut hazards = cx.tx.rows(sql::HAZARDS, args)?.iter().map(hazard::list::line).collect::<Result<Vec<_>>>()?;
    let mut checks = cx.tx.rows(sql::CHECKS, args)?.iter().map(check::from_row).collect::<Result<Vec<_>>>()?;
    let mut left_out = 0;
    for n in [cut(&mut works), cut(&mut hazards), cut(&mut checks)] {
        left_out += n;
    }
    let sheet = duty::frozen::of(cx, unit.id, period).ok().map(|(sheet, _)| sheet);
    Ok(Ledger {
        unit: unit.id,
        name: unit.name,
        kind: cells::kind_code(span.kind).into(),
        period: period.into(),
        from: span.from,
        until: span.until,
        sums: duty::frozen::count(&lines),
        lines,
        works,
        hazards,
        checks,
        sheet,
        left_out,
    })
}

fn cut<T>(all: &mut Vec<T>) -> i64 {
    let more = all.len() as i64 - RECORDS_MAX;
    all.truncate(RECORDS_MAX as usize);
    more.max(0)
}

const COLUMNS: [&str; 12] = [
    "serial",
    "clause",
    "matter",
    "period",
    "part",
    "arranged_to",
    "done_by",
    "done_on",
    "received",
    "checked_by",
    "accepted_by",
    "mark",
];

fn text(value: &Option<String>) -> Cell {
    value.clone().map_or(Cell::Empty, Cell::Text)
}

/// The ledger as plain data for print and CSV, with the three stages and their people.
pub fn sheet(ledger: &Ledger) -> Sheet {
    let row = |(i, line): (usize, &CellLine)| {
        vec![
            Cell::Int(i as i64 + 1),
            Cell::Text(line.clause.clone()),
            Cell::Text(line.title.clone()),
            Cell::Text(line.period.clone()),
            Cell::Text(line.part.clone()),
            text(&line.owner),
            text(&line.done_by),
            line.done_on.map_or(Cell::Empty, Cell::Day),
            line.first_complete_at.map_or(Cell::Empty, Cell::At),
            text(&line.checked_by),
            text(&line.accepted_by),
            Cell::Code("mark", mark_code(line).into()),
        ]
    };
    let max = limits::EXPORT_ROWS_MAX as usize;
    Sheet {
        kind: "duty_ledger",
        unit: ledger.name.clone(),
        from: Some(ledger.from),
        until: Some(ledger.until),
        columns: COLUMNS.to_vec(),
        rows: ledger.lines.iter().take(max).enumerate().map(row).collect(),
        left_out: ledger.lines.len().saturating_sub(max) as i64,
    }
}

fn mark_code(line: &CellLine) -> &'static str {
    match line.mark {
        Mark::OnTime if line.back_reason.is_some() => "on_time_back",
        Mark::Late if line.back_reason.is_some() => "late_back",
        mark => mark.code(),
    }
}
