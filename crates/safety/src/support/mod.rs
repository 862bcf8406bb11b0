//! 帮扶: a weak school is named by a person of its bureau, with reasons and a help plan; visits say what was seen, what
//! was advised and what the school did about it; the status ends with a reason. Guidance given to any other school is
//! recorded the same way. Serves 1.3 (工作薄弱学校的帮扶指导).
//!
//! Nothing here is computed from figures: no score names a school weak. Who may know: that school's leaders and its
//! superiors, nobody else; everybody else gets the same NotFound. Not here: inspections and orders (part F).

pub mod sql;

use std::collections::BTreeMap;

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::kernel::text::Faults;
use crate::org::{people, unit};

/// Rows of a list.
const ROWS: i64 = 500;
/// Visits shown under one school's help.
const VISITS: i64 = 200;
/// Characters of a plan, of what was advised.
pub const PLAN_CHARS: i64 = 2_000;
/// People who came along.
const WITH_MAX: usize = 20;

/// The help for one weak school.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Support {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    pub unit_name: String,
    /// The bureau that helps.
    pub by_unit: Id,
    pub by_unit_name: String,
    pub reasons: String,
    pub plan: String,
    /// 帮扶人
    pub helper: Id,
    pub helper_name: Option<String>,
    pub named_by: Option<String>,
    pub began_on: Day,
    pub ended_on: Option<Day>,
    pub end_reason: Option<String>,
    pub ended_by: Option<String>,
    /// Filled in lists.
    pub visits: i64,
    pub last_visit: Option<Day>,
}

fn from_row(row: &Row) -> Result<Support> {
    Ok(Support {
        id: row.id("id")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        unit_name: row.text("unit_name")?,
        by_unit: row.id("by_unit")?,
        by_unit_name: row.text("by_unit_name")?,
        reasons: row.text("reasons")?,
        plan: row.text("plan")?,
        helper: row.id("helper")?,
        helper_name: row.opt_text("helper_name")?,
        named_by: row.opt_text("named_name")?,
        began_on: row.day("began_on")?,
        ended_on: row.opt_day("ended_on")?,
        end_reason: row.opt_text("end_reason")?,
        ended_by: row.opt_text("ended_name")?,
        visits: 0,
        last_visit: None,
    })
}

/// A visit, or guidance given to a school that is not weak.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Visit {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    pub unit_name: String,
    pub by_unit: Id,
    pub by_unit_name: String,
    /// None: guidance outside of any help plan.
    pub support: Option<Id>,
    pub visited_on: Day,
    pub by: Option<String>,
    pub with: Vec<String>,
    pub seen: String,
    pub advised: String,
    /// What the school did about it, said by the school.
    pub done: Option<String>,
    pub done_on: Option<Day>,
    pub done_by: Option<String>,
    pub back_reason: Option<String>,
    pub received_at: Ms,
}

fn visit_from(row: &Row) -> Result<Visit> {
    let with = row.opt_text("with_people")?.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
    Ok(Visit {
        id: row.id("id")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        unit_name: row.text("unit_name")?,
        by_unit: row.id("by_unit")?,
        by_unit_name: row.text("by_unit_name")?,
        support: row.opt_id("support")?,
        visited_on: row.day("visited_on")?,
        by: row.opt_text("by_name")?,
        with,
        seen: row.text("seen")?,
        advised: row.text("advised")?,
        done: row.opt_text("done")?,
        done_on: row.opt_day("done_on")?,
        done_by: row.opt_text("done_name")?,
        back_reason: row.opt_text("back_reason")?,
        received_at: row.ms("received_at")?,
    })
}

/// Help and its visits, for the asker. NotFound when absent or not for the asker to know.
pub fn show(cx: &mut Cx<'_, '_>, id: Id) -> Result<(Support, Vec<Visit>)> {
    let mut support = load(cx, id)?;
    let visits: Vec<Visit> =
        cx.tx.rows(sql::VISITS_OF, args![id, VISITS])?.iter().map(visit_from).collect::<Result<_>>()?;
    (support.visits, support.last_visit) = (visits.len() as i64, visits.first().map(|v| v.visited_on));
    Ok((support, visits))
}

fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Support> {
    let row = cx.tx.row(sql::BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let support = from_row(&row)?;
    cx.require(Action::SupportRead, support.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    Ok(support)
}

/// A visit for the asker. NotFound when absent or not for the asker to know.
pub fn visit(cx: &mut Cx<'_, '_>, id: Id) -> Result<Visit> {
    let row = cx.tx.row(sql::VISIT_SHOW, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let visit = visit_from(&row)?;
    cx.require(Action::SupportRead, visit.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    Ok(visit)
}

/// How far the asker sees. Refuses NoRight for whoever sees nothing of it.
fn sight(cx: &Cx<'_, '_>) -> Result<Reach> {
    match reach(cx.actor.role, Action::SupportRead) {
        Reach::Nothing | Reach::Handed => Err(Refusal::NoRight.into()),
        reach => Ok(reach),
    }
}

/// The help in the asker's scope, open first.
pub fn list(cx: &mut Cx<'_, '_>) -> Result<Vec<Support>> {
    let reach = sight(cx)?;
    let rows = cx.tx.rows(&sql::list(reach), args![cx.actor.unit, ROWS])?;
    let mut out = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    let mut last: BTreeMap<Id, (i64, Option<Day>)> = BTreeMap::new();
    for row in cx.tx.rows(sql::LAST_VISITS, args![cx.actor.unit])? {
        last.insert(row.id("support")?, (row.int("visits")?, row.opt_day("last_on")?));
    }
    for support in &mut out {
        (support.visits, support.last_visit) = last.get(&support.id).copied().unwrap_or_default();
    }
    Ok(out)
}

/// Visits and guidance in the asker's scope, newest first.
pub fn visits(cx: &mut Cx<'_, '_>) -> Result<Vec<Visit>> {
    let reach = sight(cx)?;
    cx.tx.rows(&sql::visits(reach), args![cx.actor.unit, ROWS])?.iter().map(visit_from).collect()
}

/// The open help of a unit, without asking: for boards of those who see the unit's help anyway.
pub fn open_of(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Option<Id>> {
    cx.tx.row(sql::OPEN_OF, args![unit])?.map(|row| row.id("id")).transpose()
}

/// Who is named weak, why, and how it will be helped.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct NewSupport {
    #[serde(default)]
    pub id: Option<Id>,
    pub unit: Option<Id>,
    pub reasons: String,
    pub plan: String,
    /// On the roll of the naming bureau; the actor when absent.
    #[serde(default)]
    pub helper: Option<Id>,
}

/// Names a school weak. Refuses: a unit that is no school or not below the actor's bureau, no reasons, no plan, a helper
/// of another unit, a school that is helped already (Duplicate).
pub fn name(cx: &mut Cx<'_, '_>, new: &NewSupport) -> Result<Id> {
    let unit = unit::show(cx, new.unit.ok_or_else(|| Error::invalid("unit", Problem::Required))?)?;
    cx.require(Action::SupportManage, unit.home, false)?;
    let me = cx.actor.person.ok_or(Error::from(Refusal::SignIn))?;
    let helper = new.helper.unwrap_or(me);
    let mut faults = Faults::default();
    let reasons = faults.text("reasons", &new.reasons, PLAN_CHARS);
    let plan = faults.text("plan", &new.plan, PLAN_CHARS);
    if !unit.kind.is_school() || unit.closed_on.is_some() {
        faults.add("unit", Problem::Unknown);
    }
    if !people::load(cx, helper).is_ok_and(|p| p.unit == cx.actor.unit && p.erased_at.is_none()) {
        faults.add("helper", Problem::Unknown);
    }
    faults.done()?;
    if open_of(cx, unit.id)?.is_some() {
        return Err(Refusal::Duplicate.into());
    }
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let (salt, now, claimed, today, by) = (cx.salt(), cx.now, cx.claimed()?, cx.now.day(), cx.actor.unit);
    cx.put(
        "support.name",
        "support",
        sql::INSERT,
        args![unit.county, id, salt, unit.id, by, reasons, plan, helper, me, today, claimed, now],
    )?;
    cx.signal("support", unit.county, unit.id, id);
    Ok(id)
}

/// Changes the plan or the helper. Refuses an ended one.
pub fn replan(cx: &mut Cx<'_, '_>, id: Id, plan: &str, helper: Option<Id>) -> Result<()> {
    let support = load(cx, id)?;
    cx.require(Action::SupportManage, support.unit, false)?;
    still_open(&support, "replan")?;
    let helper = helper.unwrap_or(support.helper);
    let mut faults = Faults::default();
    let plan = faults.text("plan", plan, PLAN_CHARS);
    if helper != support.helper && !people::load(cx, helper).is_ok_and(|p| p.unit == cx.actor.unit) {
        faults.add("helper", Problem::Unknown);
    }
    faults.done()?;
    cx.put("support.replan", "support", sql::REPLAN, args![id, plan, helper])?;
    cx.signal("support", support.county, support.unit, id);
    Ok(())
}

fn still_open(support: &Support, action: &'static str) -> Result<()> {
    match support.ended_on {
        Some(_) => Err(Refusal::WrongState { from: "support_ended", action }.into()),
        None => Ok(()),
    }
}

/// Ends the status, with what has changed as the reason. Refuses an ended one, no reason.
pub fn end(cx: &mut Cx<'_, '_>, id: Id, reason: &str) -> Result<()> {
    let support = load(cx, id)?;
    cx.require(Action::SupportManage, support.unit, false)?;
    still_open(&support, "end")?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    faults.done()?;
    let (today, person) = (cx.now.day(), cx.actor.person);
    cx.put("support.end", "support", sql::END, args![id, today, reason, person])?;
    cx.signal("support", support.county, support.unit, id);
    Ok(())
}

/// What a visit says.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct NewVisit {
    #[serde(default)]
    pub id: Option<Id>,
    pub unit: Option<Id>,
    /// Today when absent.
    #[serde(default)]
    pub visited_on: Option<Day>,
    /// Who came along.
    #[serde(default)]
    pub with: Vec<Id>,
    pub seen: String,
    pub advised: String,
    /// 补录: why it is entered late.
    #[serde(default)]
    pub back_reason: Option<String>,
}

/// Records a visit: under the school's help plan while it has one, else as guidance. Refuses: a unit not below the
/// actor's, a day in the future, nothing seen or advised, a late entry without a reason.
pub fn record(cx: &mut Cx<'_, '_>, new: &NewVisit) -> Result<Id> {
    let unit = unit::show(cx, new.unit.ok_or_else(|| Error::invalid("unit", Problem::Required))?)?;
    cx.require(Action::SupportManage, unit.home, false)?;
    let today = cx.now.day();
    let on = new.visited_on.unwrap_or(today);
    let mut faults = Faults::default();
    let seen = faults.text("seen", &new.seen, PLAN_CHARS);
    let advised = faults.text("advised", &new.advised, PLAN_CHARS);
    let back_reason = faults.optional("back_reason", new.back_reason.as_deref().unwrap_or(""), limits::NOTE_CHARS);
    if on > today {
        faults.add("visited_on", Problem::InFuture { minutes: on.days_since(today) * 24 * 60 });
    }
    if cx.now.since(on.end()) > cx.pack.span("back_entry") && back_reason.is_none() {
        faults.add("back_reason", Problem::TooOld { days: today.days_since(on) });
    }
    if new.with.len() > WITH_MAX {
        faults.add("with", Problem::OutOfRange { min: 0, max: WITH_MAX as i64 });
    }
    let mut names = Vec::new();
    for person in new.with.iter().take(WITH_MAX) {
        match people::load(cx, *person) {
            Ok(p) if p.unit == cx.actor.unit => names.extend(p.name),
            _ => faults.add("with", Problem::Unknown),
        }
    }
    faults.done()?;
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::VISIT_BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let support = open_of(cx, unit.home)?;
    let with = (!names.is_empty()).then(|| serde_json::json!(names).to_string());
    let (salt, now, claimed, by, person) = (cx.salt(), cx.now, cx.claimed()?, cx.actor.unit, cx.actor.person);
    cx.put(
        "support.visit",
        "support_visit",
        sql::VISIT_INSERT,
        args![
            unit.county,
            id,
            salt,
            unit.home,
            by,
            support,
            on,
            person,
            with,
            seen,
            advised,
            back_reason,
            claimed,
            now
        ],
    )?;
    cx.signal("support", unit.county, unit.home, support.unwrap_or(id));
    Ok(id)
}

/// The school says what it did about what was advised. Refuses a second answer.
pub fn done(cx: &mut Cx<'_, '_>, id: Id, what: &str) -> Result<()> {
    let visit = visit(cx, id)?;
    cx.require(Action::SupportAnswer, visit.unit, false)?;
    if visit.done.is_some() {
        return Err(Refusal::WrongState { from: "answered", action: "done" }.into());
    }
    let mut faults = Faults::default();
    let what = faults.text("done", what, PLAN_CHARS);
    faults.done()?;
    let (today, person) = (cx.now.day(), cx.actor.person);
    cx.put("support.done", "support_visit", sql::VISIT_DONE, args![id, what, today, person])?;
    cx.signal("support", visit.county, visit.unit, visit.support.unwrap_or(id));
    Ok(())
}
