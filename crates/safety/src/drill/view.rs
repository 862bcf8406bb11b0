//! What is shown of drills: one with its list, a list of many, what is still to be planned, and the times measured, for
//! the next plan. Names of the missing go to whoever may read the roll; everybody else sees counts.

use std::collections::BTreeMap;

use base::{Day, Id, Ms, Refusal, Result, limits};
use db::args;
use serde::Serialize;

use super::call::{self, ClassCount, Where};
use super::state::State;
use super::{Drill, from_row, load, sql};
use crate::duty::noun::{self, NounCell};
use crate::duty::resolution::Resolution;
use crate::duty::work;
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::kernel::text;
use crate::org::{people, unit};
use crate::pack::model::Rule;
use crate::roll;

/// Drills whose times are looked at for the next plan.
const MEASURED: usize = 3;

/// One of the missing, by name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingName {
    pub line: Id,
    pub pupil: Id,
    #[serde(rename = "where")]
    pub place: Where,
    pub name: String,
}

/// A drill with its list.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub drill: Drill,
    pub classes: Vec<ClassCount>,
    pub missing: Vec<MissingName>,
    /// Names by id of everybody with a role.
    pub names: BTreeMap<Id, String>,
    /// The pack's time for the missing list, s (`drill.list`), if it has one.
    pub list_limit_s: Option<i64>,
    /// The figure of the drill guide, s (entry `drill.time`): an option, shown and not demanded.
    pub guide_s: Option<i64>,
    /// The improvements as tasks.
    pub tasks: Vec<Resolution>,
    pub may_manage: bool,
    pub may_call: bool,
    /// Whether the viewer may read names of pupils here.
    pub may_name: bool,
    pub leaf: Option<i64>,
}

/// The pack's time for the missing list and the drill guide's figure, both in seconds.
fn limits_of(cx: &Cx<'_, '_>) -> (Option<i64>, Option<i64>) {
    let list = cx.pack.params.get("drill.list").map(|p| p.span_ms / 1_000);
    let guide = cx.pack.entries.iter().find_map(|e| match &e.rule {
        Rule::Threshold { of, at_most, .. } if of == "drill_time" => *at_most,
        _ => None,
    });
    (list, guide)
}

/// One drill, for the asker. NotFound when absent or out of scope.
pub fn view(cx: &mut Cx<'_, '_>, id: Id) -> Result<View> {
    let drill = load(cx, id)?;
    let classes = call::of_drill(cx, id)?;
    let missing = call::names(cx, &drill, &classes)?
        .into_iter()
        .map(|(line, m, name)| MissingName { line, pupil: m.pupil, place: m.place, name })
        .collect();
    let names = people::names(cx, drill.roles.iter().map(|r| r.person))?;
    let (list_limit_s, guide_s) = limits_of(cx);
    let tasks = match drill.work {
        Some(work) => work::view(cx, work).map(|v| v.resolutions).unwrap_or_default(),
        None => Vec::new(),
    };
    let leaf = crate::kernel::proof::of_record(cx.tx, "drill", id, 1)?.first().and_then(|s| s.n);
    Ok(View {
        may_manage: cx.require(Action::DrillManage, drill.unit, false).is_ok(),
        may_call: call::may_call(cx, &drill),
        may_name: cx.require(Action::RollRead, drill.unit, false).is_ok(),
        drill,
        classes,
        missing,
        names,
        list_limit_s,
        guide_s,
        tasks,
        leaf,
    })
}

/// A drill in a list.
pub type Line = Drill;

#[derive(Clone, Debug, Serialize)]
pub struct Page {
    pub items: Vec<Line>,
    pub next: Option<String>,
}

/// How far the asker sees drills. Refuses NoRight for whoever sees none.
fn sight(cx: &Cx<'_, '_>) -> Result<Reach> {
    match reach(cx.actor.role, Action::DrillRead) {
        Reach::Nothing | Reach::Handed => Err(Refusal::NoRight.into()),
        reach => Ok(reach),
    }
}

/// Drills in the asker's scope, newest first; of one unit and what is under it if given.
pub fn list(cx: &mut Cx<'_, '_>, of: Option<Id>, cursor: Option<&str>, limit: i64) -> Result<Page> {
    let reach = sight(cx)?;
    if let Some(unit) = of {
        unit::show(cx, unit)?;
    }
    let after = cursor.filter(|c| !c.is_empty()).map(text::cursor).transpose()?;
    let (at, id) = after.unwrap_or((Ms(i64::MAX), Id::from_parts(Ms(0), [0; 10])));
    let limit = limit.clamp(1, limits::PAGE_ROWS_MAX);
    let top = of.unwrap_or(cx.actor.unit);
    let rows = cx.tx.rows(&sql::page(reach), args![cx.actor.unit, at, id, top, limit + 1])?;
    let mut items = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|d| format!("{}-{}", d.received_at.0, d.id));
    Ok(Page { items, next })
}

/// What is planned, runs or waits for its review at the actor's own unit: lines of 今日.
pub fn open_of(cx: &mut Cx<'_, '_>) -> Result<Vec<Drill>> {
    let unit = cx.actor.unit;
    if cx.require(Action::DrillRead, unit, false).is_err() {
        return Ok(Vec::new());
    }
    cx.tx.rows(sql::OPEN_OF, args![unit])?.iter().map(from_row).collect()
}

/// An entry of the pack that drills serve, as it stands at a unit, and how many drills are planned for it.
#[derive(Clone, Debug, Serialize)]
pub struct Wanted {
    pub cell: NounCell,
    /// 已安排: planned within the period and not held yet.
    pub planned: i64,
    /// Boarders of the unit, as declared or as the roll has them, for the night drill.
    pub boarders: i64,
}

/// What the unit owes of drills in the periods of today.
pub fn wanted(cx: &mut Cx<'_, '_>, id: Id) -> Result<Vec<Wanted>> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::DrillRead, unit.home, false)?;
    let home = if unit.home == unit.id { unit } else { unit::load(cx, unit.home)? };
    let today = cx.now.day();
    let open: Vec<Drill> = cx.tx.rows(sql::OPEN_OF, args![home.id])?.iter().map(from_row).collect::<Result<_>>()?;
    let boarders = roll::classes_on(cx, home.id, today)?.iter().map(|c| c.boarders).sum::<i64>().max(home.boarders);
    let cells = noun::of_noun(cx, &home, "drill", today)?;
    let serves = |cell: &NounCell, d: &Drill| {
        let kind = match cell.noun.as_str() {
            "drill.night" => d.night,
            "drill.stampede" => d.scenario == super::Scenario::Stampede,
            _ => !d.night,
        };
        kind && d.state == State::Planned && d.window_from <= cell.until_on && d.window_until >= cell.from_on
    };
    Ok(cells
        .into_iter()
        .map(|cell| Wanted { planned: open.iter().filter(|d| serves(&cell, d)).count() as i64, boarders, cell })
        .collect())
}

/// A class's measured time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    pub drill: Id,
    pub held_on: Day,
    pub class: String,
    pub seconds: i64,
}

/// Times measured in the newest drills of a unit by day, newest first: what the next plan is fitted to.
pub fn measures(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Vec<Measure>> {
    cx.require(Action::DrillRead, unit, false)?;
    let page = list(cx, Some(unit), None, limits::PAGE_ROWS)?;
    let held = page.items.into_iter().filter(|d| d.unit == unit && !d.night && d.state != State::Dropped);
    let mut out = Vec::new();
    for drill in held.filter(|d| d.held_on.is_some()).take(MEASURED) {
        for class in call::of_drill(cx, drill.id)? {
            if let (Some(seconds), Some(held_on)) = (class.seconds, drill.held_on) {
                out.push(Measure { drill: drill.id, held_on, class: class.name, seconds });
            }
        }
    }
    Ok(out)
}

/// How many drills an institution held in a span, how many of them at night.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Held {
    pub unit: Id,
    pub name: String,
    pub held: i64,
    pub nights: i64,
    pub last_on: Option<Day>,
}

/// Drills held by each institution under the asker's in `from..=until`.
pub fn held_below(cx: &mut Cx<'_, '_>, from: Day, until: Day) -> Result<Vec<Held>> {
    if sight(cx)? != Reach::Subtree {
        return Err(Refusal::NoRight.into());
    }
    let rows = cx.tx.rows(sql::HELD_BELOW, args![cx.actor.unit, from, until])?;
    rows.iter()
        .map(|row| {
            Ok(Held {
                unit: row.id("unit")?,
                name: row.text("name")?,
                held: row.int("held")?,
                nights: row.int("nights")?,
                last_on: row.opt_day("last_on")?,
            })
        })
        .collect()
}
