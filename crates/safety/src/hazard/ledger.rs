//! 安全隐患排查台账: the inspector's form (domain.md §6 form 1), in his column order. A view of the records, never typed.

use base::{Cell, Day, Id, Ms, Result, Sheet, limits};
use db::args;

use super::from_row;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::{people, place, unit};

/// 序号 … 备注, in order.
pub const COLUMNS: &[&str] = &[
    "serial",
    "raised_on",
    "raised_by",
    "place",
    "what",
    "category",
    "grade",
    "measure",
    "assignee",
    "fix_by",
    "rectified_on",
    "rechecked_by",
    "rechecked_on",
    "result",
    "closed",
    "remark",
];

pub mod sql {
    pub const OF_UNIT: &str = "select * from hazard where unit = $1 and raised_at >= $2 and raised_at < $3 \
        and state not in ('void') order by raised_at, id limit $4";
    pub const ALL: &[&str] = &[OF_UNIT];
}

/// The ledger of one institution for days `from..=until`. Refuses NotFound for a unit out of scope.
pub fn sheet(cx: &mut Cx<'_, '_>, id: Id, from: Day, until: Day) -> Result<Sheet> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::HazardRead, unit.home, false)?;
    let rows = cx.tx.rows(sql::OF_UNIT, args![unit.home, from.start(), until.end(), limits::EXPORT_ROWS_MAX + 1])?;
    let left_out = (rows.len() as i64 - limits::EXPORT_ROWS_MAX).max(0);
    let mut out = Vec::with_capacity(rows.len());
    for (i, row) in rows.iter().take(limits::EXPORT_ROWS_MAX as usize).enumerate() {
        out.push(line(cx, i as i64 + 1, row)?);
    }
    Ok(Sheet {
        kind: "hazard_ledger",
        unit: unit.name,
        from: Some(from),
        until: Some(until),
        columns: COLUMNS.to_vec(),
        rows: out,
        left_out,
    })
}

fn line(cx: &mut Cx<'_, '_>, serial: i64, row: &db::Row) -> Result<Vec<Cell>> {
    let h = from_row(row)?;
    let ids = [Some(h.raised_by), h.assignee, h.rectified_by, h.rechecked_by].into_iter().flatten();
    let names = people::names(cx, ids)?;
    let name = |id: Option<Id>| id.and_then(|i| names.get(&i).cloned()).map_or(Cell::Empty, Cell::Text);
    let day = |at: Option<Ms>| at.map_or(Cell::Empty, |t| Cell::Day(t.day()));
    let place = match h.place {
        Some(id) => Cell::Text(place::load(cx, id)?.name),
        None => h.place_text.clone().map_or(Cell::Empty, Cell::Text),
    };
    let mut remark = Vec::new();
    if h.back_reason.is_some() {
        remark.push(Cell::Code("mark", "back_entry".into()));
    }
    if h.recurrence > 0 {
        remark.push(Cell::Code("mark", "recurring".into()));
    }
    if h.listed_number.is_some() {
        remark.push(Cell::Code("mark", "listed".into()));
    }
    if h.late > 0 {
        remark.push(Cell::Code("mark", "late".into()));
    }
    remark.push(Cell::Code("state", h.state.code().into()));
    let result = match (h.rechecked_at, h.returns) {
        (Some(_), _) => Cell::Code("result", "pass".into()),
        (None, n) if n > 0 => Cell::Code("result", "fail".into()),
        _ => Cell::Empty,
    };
    Ok(vec![
        Cell::Int(serial),
        Cell::Day(h.raised_at.day()),
        name(Some(h.raised_by)),
        place,
        Cell::Text(h.what.clone()),
        h.category.map_or(Cell::Empty, |c| Cell::Code("category", c.code().into())),
        h.grade.map_or(Cell::Empty, |g| Cell::Code("grade", g.code().into())),
        h.measure.clone().map_or(Cell::Empty, Cell::Text),
        name(h.assignee),
        day(h.fix_by),
        day(h.rectified_at),
        name(h.rechecked_by),
        day(h.rechecked_at),
        result,
        Cell::Code("yes_no", if h.closed_at.is_some() { "yes" } else { "no" }.into()),
        Cell::Many(remark),
    ])
}
