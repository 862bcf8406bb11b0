//! What a notice asks that the records already know: figures by unit, each from one statement over the whole subtree.
//! Nobody is asked for a fact that is here.

use std::collections::BTreeMap;

use base::{Day, Id, Result};

use crate::hazard::Category;
use crate::kernel::cx::Cx;
use crate::org::kinds::codes;
use crate::org::unit::{self, Unit};
use crate::{check, hazard, roll, text};

codes! {
    /// A figure that records give.
    Figure {
        HazardRaised = "hazard_raised",
        HazardClosed = "hazard_closed",
        HazardOpen = "hazard_open",
        HazardMajor = "hazard_major",
        HazardOverdue = "hazard_overdue",
        CheckRuns = "check_runs",
        PlacesSeen = "places_seen",
        PlacesAll = "places_all",
        Classes = "classes",
        Pupils = "pupils",
        Boarders = "boarders",
        Riders = "riders",
        TextsMissing = "texts_missing",
    }
}

/// Figures by unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known {
    values: BTreeMap<(Id, Figure), i64>,
}

impl Known {
    pub fn get(&self, unit: Id, figure: Figure) -> i64 {
        self.values.get(&(unit, figure)).copied().unwrap_or(0)
    }
    fn put(&mut self, unit: Id, figure: Figure, value: i64) {
        self.values.insert((unit, figure), value);
    }
}

/// Figures of `units` (all under `top`) for `from..=until`. Without asking: the caller has guarded the notice.
pub fn known(
    cx: &mut Cx<'_, '_>,
    top: Id,
    units: &[Unit],
    wanted: &[Figure],
    category: Option<Category>,
    from: Day,
    until: Day,
) -> Result<Known> {
    use Figure::*;
    let mut out = Known::default();
    let any = |list: &[Figure]| list.iter().any(|f| wanted.contains(f));
    if any(&[HazardRaised, HazardClosed, HazardOpen, HazardMajor, HazardOverdue]) {
        for (unit, f) in hazard::stats::moved_below(cx, top, category, from.start(), until.end())? {
            out.put(unit, HazardRaised, f.raised);
            out.put(unit, HazardClosed, f.closed);
            out.put(unit, HazardOpen, f.open);
            out.put(unit, HazardMajor, f.major);
            out.put(unit, HazardOverdue, f.overdue);
        }
    }
    if any(&[CheckRuns, PlacesSeen, PlacesAll]) {
        for (unit, f) in check::runs_below(cx, top, from.start(), until.end())? {
            out.put(unit, CheckRuns, f.checks);
            out.put(unit, PlacesSeen, f.seen);
            out.put(unit, PlacesAll, f.all);
        }
    }
    if any(&[Classes, Pupils, Boarders, Riders]) {
        for (unit, f) in roll::sums_under(cx, top, until.min(cx.now.day()))? {
            out.put(unit, Classes, f.classes);
            out.put(unit, Pupils, f.pupils);
            out.put(unit, Boarders, f.boarders);
            out.put(unit, Riders, f.riders);
        }
    }
    if any(&[TextsMissing]) {
        for (unit, n) in text::missing_of(cx, top, units)? {
            out.put(unit, TextsMissing, n);
        }
    }
    Ok(out)
}

/// The units that a notice of `top` may address: institutions under it that are open, the unit itself left out.
pub fn under(cx: &mut Cx<'_, '_>, top: Id) -> Result<Vec<Unit>> {
    let rows = cx.tx.rows(crate::org::sql::INSTITUTIONS_UNDER, db::args![top, base::limits::EXPORT_ROWS_MAX])?;
    rows.iter().map(unit::from_row).collect()
}
