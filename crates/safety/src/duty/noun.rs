//! What a unit owes now of the records of one noun: for the page of that noun, which says what is still to be planned
//! (未安排). Counting is `board`'s.

use base::{Day, Result};
use db::args;
use serde::Serialize;

use super::{calendar, cells, facts, from_row, sql};
use crate::kernel::cx::Cx;
use crate::org::unit::Unit;
use crate::pack::model::Evidence;

/// A cell of the whole unit whose evidence is a noun's record.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NounCell {
    pub entry: String,
    pub title: String,
    pub clause: String,
    /// `drill`, `drill.night` …
    pub noun: String,
    /// `2026-autumn`
    pub period: String,
    pub from_on: Day,
    pub until_on: Day,
    pub had: i64,
    pub needed: i64,
}

/// Cells that hold `day` and are served by `noun` or by `noun.…`. Without asking: the noun guards itself.
pub(crate) fn of_noun(cx: &mut Cx<'_, '_>, unit: &Unit, noun: &str, day: Day) -> Result<Vec<NounCell>> {
    let facts = facts::of_unit(cx, unit)?;
    let mut out = Vec::new();
    for kind in cells::KINDS {
        let Some(slot) = cells::slot_at(calendar(cx, unit.county), kind, day, unit.kind.is_bureau()) else { continue };
        let pack = cx.packs.in_force(slot.period.from).clone();
        for entry in &pack.entries {
            let Evidence::Noun { noun: of } = &entry.evidence else { continue };
            let ours = of == noun || of.strip_prefix(noun).is_some_and(|rest| rest.starts_with('.'));
            if !ours || cells::parts(calendar(cx, unit.county), &facts, entry, &slot).is_empty() {
                continue;
            }
            let row = cx.tx.row(sql::BY_CELL, args![unit.id, entry.id.as_str(), slot.key.as_str(), ""])?;
            let (had, needed) = match row.map(|row| from_row(&row)).transpose()? {
                Some(duty) => (duty.had, duty.needed),
                None => (0, cells::quota(&entry.rule)),
            };
            out.push(NounCell {
                entry: entry.id.clone(),
                title: entry.title.clone(),
                clause: entry.clause.clone(),
                noun: of.clone(),
                period: slot.key.clone(),
                from_on: slot.first,
                until_on: slot.last,
                had,
                needed,
            });
        }
    }
    Ok(out)
}
