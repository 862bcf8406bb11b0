//! A unit's life after it was opened: 更名 is a change (`unit`), 划转, 并入 and 撤销 are here, and the history of all of
//! them. Each is a step with its day and its reason; the closure table is kept beside. Item 4.2.
//! Refusals: NotFound (absent or hidden), NoRight, Invalid, WrongState `closed`.

use base::{Day, Id, Ms, Problem, Refusal, Result, limits};
use db::args;
use serde::Serialize;

use super::kinds::UnitKind;
use super::sql;
use super::unit::{Unit, from_row, institutions, load, show, stands, superior};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{self, Action};
use crate::kernel::text::Faults;

/// Moves a unit (with everything under it) to another parent: 划转. Old records keep their partition; rights follow
/// the tree from now on. `on` is the day of the decision, not one to come.
pub fn move_to(cx: &mut Cx<'_, '_>, id: Id, parent: Id, on: Day, reason: &str) -> Result<()> {
    let unit = load(cx, id)?;
    cx.require(Action::UnitManage, unit.home, false)?;
    let to = load(cx, parent)?;
    cx.require(Action::UnitManage, to.home, false)?;
    open_still(&unit, "move")?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    let on = past(cx, &mut faults, Some(on));
    if to.closed_on.is_some() || unit.parent == Some(parent) {
        faults.add("parent", Problem::Unknown);
    } else if !stands(unit.kind, to.kind) || cx.tx.row(rights::sql::DEPTH, args![id, parent])?.is_some() {
        faults.add("parent", Problem::Mismatch { with: "kind" });
    }
    faults.done()?;
    let before = superior(cx, id)?.map(|u| u.id);
    cx.put("unit.move", "unit", sql::UNIT_MOVE, args![id, parent])?;
    cx.tx.exec(sql::TREE_CUT, args![id])?;
    cx.tx.exec(sql::TREE_GRAFT, args![id, parent])?;
    crate::follow::unit_moved(cx, id, before)?;
    let before = unit.parent.map(|p| p.to_string());
    step(cx, unit.county, id, "move", before, Some(parent.to_string()), Some(&reason), on)?;
    cx.signal("unit", unit.county, unit.home, id);
    Ok(())
}

fn open_still(unit: &Unit, action: &'static str) -> Result<()> {
    if unit.closed_on.is_some() { Err(Refusal::WrongState { from: "closed", action }.into()) } else { Ok(()) }
}

/// Closes a unit from a day on; `into` names the unit it was merged into (并入), which the actor must manage too. The
/// posts there end with it.
/// Refuses while open units stand under it, and while hazards are open there or wait for its answer: an heir takes none
/// over, because somebody in post has to have looked at each. So do an open alarm and an incident without its final report.
pub fn close(cx: &mut Cx<'_, '_>, id: Id, on: Day, into: Option<Id>, reason: &str) -> Result<()> {
    let unit = load(cx, id)?;
    cx.require(Action::UnitManage, unit.home, false)?;
    open_still(&unit, "close")?;
    let mut faults = Faults::default();
    if cx.tx.rows(sql::UNIT_CHILDREN, args![id])?.iter().any(|r| r.opt_int("closed_on") == Ok(None)) {
        faults.add("unit", Problem::Mismatch { with: "children" });
    }
    let (count, first) = crate::follow::open_at(cx, id, unit.home)?;
    if count > 0 {
        faults.add("unit", Problem::StillOpen { count, first });
    }
    if let Some(with) = crate::follow::urgent_at(cx, unit.home)?.filter(|_| unit.home == id) {
        faults.add("unit", Problem::Mismatch { with });
    }
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    if on < unit.opened_on {
        faults.add("on", Problem::Mismatch { with: "opened_on" });
    }
    if let Some(into) = into {
        let into = load(cx, into)?;
        cx.require(Action::UnitManage, into.home, false)?;
        if into.id == id || into.closed_on.is_some() || into.kind.is_school() != unit.kind.is_school() {
            faults.add("into", Problem::Unknown);
        }
    }
    faults.done()?;
    let act = if into.is_some() { "merge" } else { "close" };
    cx.put("unit.close", "unit", sql::UNIT_CLOSE, args![id, on, into])?;
    step(cx, unit.county, id, act, None, into.map(|i| i.to_string()), Some(&reason), on)?;
    super::post::end_all(cx, &unit, on)?;
    crate::follow::unit_changed(cx, id)?;
    cx.signal("unit", unit.county, unit.home, id);
    Ok(())
}

/// Where a unit could go, and into what it could be merged, of what the actor manages; and how many hazards keep it from
/// ending.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    pub open: i64,
    pub parents: Vec<Unit>,
    pub heirs: Vec<Unit>,
}

/// Refuses as the acts themselves do; of a unit that is closed, or is the root, nothing can be made.
pub fn ways(cx: &mut Cx<'_, '_>, id: Id) -> Result<Ways> {
    let unit = load(cx, id)?;
    cx.require(Action::UnitManage, unit.home, false)?;
    let (Some(parent), None) = (unit.parent, unit.closed_on) else { return Ok(Ways::default()) };
    let mut ways = Ways { open: crate::follow::open_at(cx, id, unit.home)?.0, ..Ways::default() };
    let above = UnitKind::ALL.iter().copied().filter(|k| unit.kind.is_institution() && stands(unit.kind, *k));
    for kind in above {
        for to in institutions(cx, kind)? {
            if to.id != parent && to.id != id && cx.tx.row(rights::sql::DEPTH, args![id, to.id])?.is_none() {
                ways.parents.push(to);
            }
        }
    }
    let same = |u: &Unit| u.id != id && u.closed_on.is_none() && u.kind.is_school() == unit.kind.is_school();
    let beside = cx.tx.rows(sql::UNIT_CHILDREN, args![parent])?;
    let beside = beside.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    for heir in beside.into_iter().filter(same) {
        let relation = rights::relation(cx, heir.home)?;
        let manages = rights::decide(cx.actor.role, relation, Action::UnitManage, false).allow;
        if manages && heir.kind.is_institution() == unit.kind.is_institution() {
            ways.heirs.push(heir);
        }
    }
    ways.heirs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(ways)
}

/// A day that was told, or today. What is done to the tree holds from now on, so a day to come is refused.
pub(super) fn past(cx: &Cx<'_, '_>, faults: &mut Faults, on: Option<Day>) -> Day {
    let today = cx.now.day();
    let on = on.unwrap_or(today);
    if on > today {
        faults.add("on", Problem::InFuture { minutes: on.days_since(today) * 24 * 60 });
    }
    on
}

#[expect(clippy::too_many_arguments, reason = "one call per column of the step, all in this room")]
pub(super) fn step(
    cx: &mut Cx<'_, '_>,
    county: i64,
    unit: Id,
    act: &'static str,
    before: Option<String>,
    after: Option<String>,
    reason: Option<&str>,
    on: Day,
) -> Result<()> {
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    let (post, serial) = (cx.actor.post, load(cx, unit)?.version);
    cx.put(
        "unit.step",
        "unit_step",
        sql::UNIT_STEP,
        args![county, id, salt, unit, serial, act, before, after, reason.map(str::to_string), on, post, now],
    )?;
    Ok(())
}

/// One change in a unit's life.
#[derive(Clone, Debug, Serialize)]
pub struct UnitStep {
    pub act: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// What people call it: the name before and after, the unit above before and after, the unit it went into.
    pub from: Option<String>,
    pub to: Option<String>,
    pub reason: Option<String>,
    pub effective_on: Day,
    pub received_at: Ms,
}

pub fn history(cx: &mut Cx<'_, '_>, id: Id) -> Result<Vec<UnitStep>> {
    show(cx, id)?;
    let rows = cx.tx.rows(sql::UNIT_STEPS, args![id])?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        let (act, before, after) = (row.text("act")?, row.opt_text("before")?, row.opt_text("after")?);
        out.push(UnitStep {
            from: called(cx, &act, before.as_deref())?,
            to: called(cx, &act, after.as_deref())?,
            act,
            before,
            after,
            reason: row.opt_text("reason")?,
            effective_on: row.day("effective_on")?,
            received_at: row.ms("received_at")?,
        });
    }
    Ok(out)
}

/// What a step keeps, in words: a name out of `brief`, or the name of a unit that stood or stands above.
fn called(cx: &mut Cx<'_, '_>, act: &str, kept: Option<&str>) -> Result<Option<String>> {
    let Some(kept) = kept else { return Ok(None) };
    match act {
        "rename" => Ok(serde_json::from_str::<Vec<serde_json::Value>>(kept)
            .ok()
            .and_then(|list| list.first()?.as_str().map(str::to_string))),
        "move" | "merge" => match Id::parse(kept) {
            Some(unit) => Ok(Some(load(cx, unit)?.name)),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}
