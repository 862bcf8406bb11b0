//! 隐患: the closed loop 排查 → 登记 → 定级 → 派单 → 整改 → 复查 → 销账 of notice 2.6, with 上报, 移交, 挂牌督办, extension,
//! declining once (4.1 推诿), and a history in which nothing is changed silently.
//!
//! `state` is the pure table; `raise` and `act` are the acts; `list` and `view` read; `stats` counts; `ledger` is the
//! inspector's form; `harm` reads whether a sentence tells of somebody hurt. Not here: the check itself (`check`), orders
//! of the bureau after a missed deadline (part F).

pub mod act;
pub mod harm;
pub mod ledger;
pub mod list;
pub mod raise;
pub mod sql;
pub mod state;
pub mod stats;
mod store;
pub mod view;

use base::{Error, Id, Ms, Refusal, Result};
use db::{Row, args};
use serde::{Deserialize, Serialize};

pub use act::Input;
pub use list::{Bucket, Filter, Line, Page};
pub use raise::NewHazard;
pub use state::{Act, Category, Grade, State, Term};
pub use view::{Step, View};

use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::org::{self, Role};

/// 五落实: responsibility, measures, funds, deadline, plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Five {
    pub responsibility: String,
    pub measures: String,
    pub funds: String,
    pub deadline: String,
    pub plan: String,
}

/// A hazard as it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hazard {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub unit: Id,
    /// 江湾-2026-0317
    pub number: String,
    pub what: String,
    pub place: Option<Id>,
    pub place_text: Option<String>,
    pub category: Option<Category>,
    pub grade: Option<Grade>,
    pub term: Option<Term>,
    pub state: State,
    pub turn_person: Option<Id>,
    pub turn_role: Option<Role>,
    pub check_run: Option<Id>,
    pub raised_by: Id,
    pub raised_at: Ms,
    /// 牵头部门
    pub lead: Option<Id>,
    /// 配合部门
    pub helpers: Vec<Id>,
    pub assignee: Option<Id>,
    pub assigned_at: Option<Ms>,
    /// Deadline of the present step.
    pub due_at: Option<Ms>,
    /// 整改期限
    pub fix_by: Option<Ms>,
    pub declined: bool,
    pub extended: bool,
    /// An extension asked for and not yet decided.
    pub extend_to: Option<Ms>,
    pub protection: Option<String>,
    pub measure: Option<String>,
    pub rectified_by: Option<Id>,
    pub rectified_at: Option<Ms>,
    pub rechecked_by: Option<Id>,
    pub rechecked_at: Option<Ms>,
    pub closed_by: Option<Id>,
    pub closed_at: Option<Ms>,
    pub returns: i64,
    /// Deadlines missed so far.
    pub late: i64,
    /// The earlier hazard at the same place and of the same category.
    pub recurs: Option<Id>,
    pub recurrence: i64,
    pub reported_to: Option<Id>,
    pub agency: Option<Id>,
    pub listed_number: Option<String>,
    pub listed_at: Option<Ms>,
    pub listed_by: Option<Id>,
    pub five: Option<Five>,
    /// 补录: why it was entered late.
    pub back_reason: Option<String>,
    pub void_reason: Option<String>,
    pub claimed_at: Ms,
    pub received_at: Ms,
}

impl Hazard {
    /// Milliseconds past the deadline of the present step; none if in time.
    pub fn overdue(&self, now: Ms) -> Option<i64> {
        let due = self.due_at.filter(|_| self.state.is_open())?;
        (due < now).then(|| now.since(due))
    }
}

pub(crate) fn from_row(row: &Row) -> Result<Hazard> {
    let state = State::from_code(&row.text("state")?).ok_or_else(|| Error::broken("hazard.state"))?;
    let code = |name| -> Result<Option<String>> { row.opt_text(name) };
    Ok(Hazard {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        number: row.text("number")?,
        what: row.text("what")?,
        place: row.opt_id("place")?,
        place_text: row.opt_text("place_text")?,
        category: code("category")?.as_deref().and_then(Category::from_code),
        grade: code("grade")?.as_deref().and_then(Grade::from_code),
        term: code("term")?.as_deref().and_then(Term::from_code),
        state,
        turn_person: row.opt_id("turn_person")?,
        turn_role: code("turn_role")?.as_deref().and_then(Role::from_code),
        check_run: row.opt_id("check_run")?,
        raised_by: row.id("raised_by")?,
        raised_at: row.ms("raised_at")?,
        lead: row.opt_id("lead")?,
        helpers: row.opt_text("helpers")?.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default(),
        assignee: row.opt_id("assignee")?,
        assigned_at: row.opt_ms("assigned_at")?,
        due_at: row.opt_ms("due_at")?,
        fix_by: row.opt_ms("fix_by")?,
        declined: row.flag("declined")?,
        extended: row.flag("extended")?,
        extend_to: row.opt_ms("extend_to")?,
        protection: row.opt_text("protection")?,
        measure: row.opt_text("measure")?,
        rectified_by: row.opt_id("rectified_by")?,
        rectified_at: row.opt_ms("rectified_at")?,
        rechecked_by: row.opt_id("rechecked_by")?,
        rechecked_at: row.opt_ms("rechecked_at")?,
        closed_by: row.opt_id("closed_by")?,
        closed_at: row.opt_ms("closed_at")?,
        returns: row.int("returns")?,
        late: row.int("late")?,
        recurs: row.opt_id("recurs")?,
        recurrence: row.int("recurrence")?,
        reported_to: row.opt_id("reported_to")?,
        agency: row.opt_id("agency")?,
        listed_number: row.opt_text("listed_number")?,
        listed_at: row.opt_ms("listed_at")?,
        listed_by: row.opt_id("listed_by")?,
        five: row.opt_text("five")?.and_then(|t| serde_json::from_str(&t).ok()),
        back_reason: row.opt_text("back_reason")?,
        void_reason: row.opt_text("void_reason")?,
        claimed_at: row.ms("claimed_at")?,
        received_at: row.ms("received_at")?,
    })
}

/// A hazard through the asker's scope: absent and hidden are the same NotFound.
pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Hazard> {
    let reach = reach(cx.actor.role, Action::HazardRead);
    let sql = sql::by_id(reach);
    let row = cx.tx.row(&sql, args![cx.actor.unit, id])?.ok_or(Error::from(Refusal::NotFound))?;
    from_row(&row)
}

/// Is the hazard's work the actor's own: as person (assigned, or named to be next), or as head of the lead or a helping
/// department?
pub fn is_mine(cx: &Cx<'_, '_>, hazard: &Hazard) -> bool {
    let me = cx.actor.person;
    let person = me.is_some() && (hazard.assignee == me || hazard.turn_person == me);
    let inner = cx.actor.inner;
    person || (inner.is_some() && (hazard.lead == inner || inner.is_some_and(|i| hazard.helpers.contains(&i))))
}

/// Guards an act on a hazard that `load` has given: NoRight if no rule allows it.
fn require(cx: &mut Cx<'_, '_>, action: Action, hazard: &Hazard) -> Result<()> {
    if may(cx, action, hazard)? { Ok(()) } else { Err(Refusal::NoRight.into()) }
}

pub(crate) fn may(cx: &mut Cx<'_, '_>, action: Action, hazard: &Hazard) -> Result<bool> {
    use crate::kernel::rights::{Relation, decide, relation};
    let handed = hazard.agency.is_some() && hazard.agency == Some(cx.actor.unit);
    let relation = if handed { Relation::Handed } else { relation(cx, hazard.unit)? };
    Ok(decide(cx.actor.role, relation, action, is_mine(cx, hazard)).allow)
}

/// Hazards of a unit that wait for a person: a post with such work cannot simply end.
pub fn open_of_person(cx: &mut Cx<'_, '_>, unit: Id, person: Id) -> Result<i64> {
    let row = cx.tx.row(sql::OPEN_OF_PERSON, args![unit, person])?;
    row.map(|r| r.int("open")).transpose().map(Option::unwrap_or_default)
}

/// What keeps a unit from ending: how many hazards are open there or wait for its answer, and the number of one.
/// `home` is the institution that the unit is or stands in.
pub fn open_at(cx: &mut Cx<'_, '_>, unit: Id, home: Id) -> Result<(i64, String)> {
    let row = cx.tx.row(sql::OPEN_AT, args![unit, home])?.ok_or_else(|| Error::broken("hazard.open_at"))?;
    Ok((row.int("open")?, row.opt_text("first")?.unwrap_or_default()))
}

/// Moves everything open that waits for `from` at a unit to `to`; each gets a step. Answers how many moved.
pub fn hand_over(cx: &mut Cx<'_, '_>, unit: Id, from: Id, to: Id) -> Result<i64> {
    let rows = cx.tx.rows(sql::WAITING_FOR, args![unit, from])?;
    for row in &rows {
        let mut hazard = from_row(row)?;
        let change = serde_json::json!({ "assignee": [from, to] }).to_string();
        hazard.assignee = hazard.assignee.map(|a| if a == from { to } else { a });
        hazard.turn_person = hazard.turn_person.map(|p| if p == from { to } else { p });
        let step = act::Said { change: Some(change), ..act::Said::default() };
        store::store(cx, &mut hazard, Act::HandOver, &step)?;
    }
    Ok(rows.len() as i64)
}

/// Called by `tick` when a deadline of a hazard has passed: enters it once, with the planned and the actual time.
pub fn due_fired(cx: &mut Cx<'_, '_>, id: Id, rule: &str, planned: Ms) -> Result<()> {
    let Some(row) = cx.tx.row(sql::BY_ID, args![id])? else { return Ok(()) };
    let mut hazard = from_row(&row)?;
    if !hazard.state.is_open() || hazard.due_at != Some(planned) {
        return Ok(());
    }
    hazard.late += 1;
    let step = act::Said {
        change: Some(format!("{{\"rule\":\"{rule}\"}}")),
        planned_at: Some(planned),
        ..act::Said::default()
    };
    store::store(cx, &mut hazard, Act::Overdue, &step)
}

/// The predicate of hazards that an actor may read, for other nouns' counts.
pub(crate) fn scope(cx: &Cx<'_, '_>) -> Reach {
    reach(cx.actor.role, Action::HazardRead)
}

pub(crate) fn person_name(cx: &mut Cx<'_, '_>, id: Option<Id>) -> Result<Option<String>> {
    match id {
        Some(id) => Ok(org::people::load(cx, id).ok().and_then(|p| p.name)),
        None => Ok(None),
    }
}
