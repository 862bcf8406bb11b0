//! 疏散自救演练: a drill is planned with a window of days, held with a stopwatch, counted class by class at the assembly
//! place, reviewed, and its improvements become tasks. Serves 3.5 (each term, a night drill where boarders live, fire and
//! earthquake as background, self-rescue practised) and the drill of 2.5 (踩踏).
//!
//! What a drill measured goes into the next plan by `fit`. `state` the life as a table · `act` the signal, the two phases, the end · `call` who is out, in, unknown, class by class,
//! also from a telephone without network · `review` the inspectors' form and its tasks · `view` what is shown, and to whom.
//! A held drill credits the pack's entries (`drill`, `drill.night`, `drill.stampede`). Names of pupils stand in no row: a
//! class keeps ids, and whoever may not read the roll sees counts.
//! Not here: lessons (`duty::work`), timetables and buildings (`movement`), what a role does (a door has the cards).

mod act;
mod call;
mod review;
pub mod sql;
pub mod state;
mod view;

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use act::{Paper, drop, finish, fit, leave, muster, paper, start};
pub use call::{Called, ClassCount, Missing, Where, call};
pub use review::{Improvement, NewReview, review};
pub use state::{Act, Fit, Part, Scenario, Skill, State};
pub use view::{
    Held, Line, Measure, MissingName, Page, View, Wanted, held_below, list, measures, open_of, view, wanted,
};

use crate::kernel::cx::Cx;
use crate::kernel::files::Photo;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::org::{people, post, unit};
use crate::{movement, text};

/// Days that a window may be long: a term has no more.
pub const WINDOW_DAYS: i64 = 200;
/// People with a role in one drill.
pub const ROLES_MAX: usize = 60;
/// Classes of one drill: as many as a roll has.
pub const CLASSES_MAX: i64 = crate::roll::CLASSES_MAX;
/// The longest time that a stopwatch shows, s: the planner's horizon.
pub const SECONDS_MAX: i64 = 7_200;

/// Who has a part in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleOf {
    pub part: Part,
    pub person: Id,
}

/// What is typed about a drill to come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewDrill {
    #[serde(default)]
    pub id: Option<Id>,
    /// The institution that holds it; absent = the actor's own.
    #[serde(default)]
    pub unit: Option<Id>,
    pub title: String,
    pub scenario: Scenario,
    /// 夜间
    #[serde(default)]
    pub night: bool,
    /// 预定: everybody knows the hour; else 突发.
    #[serde(default)]
    pub told: bool,
    /// It is held on a day of these.
    pub window_from: Day,
    pub window_until: Day,
    #[serde(default)]
    pub place: Option<String>,
    /// The edition of the emergency plan that is practised.
    #[serde(default)]
    pub edition: Option<Id>,
    #[serde(default)]
    pub roles: Vec<RoleOf>,
}

/// A drill as it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drill {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub unit: Id,
    pub unit_name: String,
    pub title: String,
    pub scenario: Scenario,
    pub night: bool,
    pub told: bool,
    pub window_from: Day,
    pub window_until: Day,
    pub place: Option<String>,
    pub edition: Option<Id>,
    pub roles: Vec<RoleOf>,
    pub state: State,
    /// The school's physical floor in seconds when it was planned, if the school has a plan of its building.
    pub floor_s: Option<i64>,
    pub started_at: Option<Ms>,
    pub leave_at: Option<Ms>,
    pub muster_at: Option<Ms>,
    /// The first moment at which every class had said how many are out: the missing list was complete.
    pub listed_at: Option<Ms>,
    pub ended_at: Option<Ms>,
    pub held_on: Option<Day>,
    pub expected: i64,
    pub out: i64,
    pub inside: i64,
    pub unknown: i64,
    /// From the signal to the last class out; of an earthquake from the signal to leave.
    pub out_s: Option<i64>,
    /// From the beginning of the muster to the complete list.
    pub list_s: Option<i64>,
    /// Entered afterwards from paper.
    pub on_paper: bool,
    pub practised: Vec<Skill>,
    pub process: Option<String>,
    pub plan_fit: Option<Fit>,
    pub staff_fit: Option<Fit>,
    pub problems: Option<String>,
    pub photos: Vec<Photo>,
    /// The record of its review, with the improvements as tasks.
    pub work: Option<Id>,
    pub drop_reason: Option<String>,
    pub back_reason: Option<String>,
    pub planned_by: Option<String>,
    pub started_by: Option<String>,
    pub reviewed_by: Option<String>,
    pub reviewed_at: Option<Ms>,
    pub received_at: Ms,
    #[serde(skip)]
    pub(crate) starter: Option<Id>,
}

fn list_of<T: DeserializeOwned>(row: &Row, column: &str) -> Result<Vec<T>> {
    Ok(row.opt_text(column)?.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default())
}

fn fit_of(row: &Row, column: &str) -> Result<Option<Fit>> {
    Ok(row.opt_text(column)?.as_deref().and_then(Fit::from_code))
}

/// From a row with the names of unit and people.
pub(crate) fn from_row(row: &Row) -> Result<Drill> {
    Ok(Drill {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        unit_name: row.text("unit_name")?,
        title: row.text("title")?,
        scenario: Scenario::from_code(&row.text("scenario")?).unwrap_or(Scenario::Other),
        night: row.flag("night")?,
        told: row.flag("told")?,
        window_from: row.day("window_from")?,
        window_until: row.day("window_until")?,
        place: row.opt_text("place")?,
        edition: row.opt_id("edition")?,
        roles: list_of(row, "roles")?,
        state: State::from_code(&row.text("state")?).ok_or_else(|| Error::broken("drill.state"))?,
        floor_s: row.opt_int("floor_s")?,
        started_at: row.opt_ms("started_at")?,
        leave_at: row.opt_ms("leave_at")?,
        muster_at: row.opt_ms("muster_at")?,
        listed_at: row.opt_ms("listed_at")?,
        ended_at: row.opt_ms("ended_at")?,
        held_on: row.opt_day("held_on")?,
        expected: row.int("expected")?,
        out: row.int("out_n")?,
        inside: row.int("in_n")?,
        unknown: row.int("unknown_n")?,
        out_s: row.opt_int("out_s")?,
        list_s: row.opt_int("list_s")?,
        on_paper: row.flag("on_paper")?,
        practised: list_of(row, "practised")?,
        process: row.opt_text("process")?,
        plan_fit: fit_of(row, "plan_fit")?,
        staff_fit: fit_of(row, "staff_fit")?,
        problems: row.opt_text("problems")?,
        photos: list_of(row, "photos")?,
        work: row.opt_id("work")?,
        drop_reason: row.opt_text("drop_reason")?,
        back_reason: row.opt_text("back_reason")?,
        planned_by: row.opt_text("planner_name")?,
        started_by: row.opt_text("starter_name")?,
        reviewed_by: row.opt_text("reviewer_name")?,
        reviewed_at: row.opt_ms("reviewed_at")?,
        received_at: row.ms("received_at")?,
        starter: row.opt_id("started_by")?,
    })
}

/// A drill through the asker's scope: absent and hidden are the same NotFound.
pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Drill> {
    let row = cx.tx.row(sql::BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let drill = from_row(&row)?;
    cx.require(Action::DrillRead, drill.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    Ok(drill)
}

/// The drill, if the actor may and the table of states allows the act.
pub(super) fn ready(cx: &mut Cx<'_, '_>, id: Id, action: Action, act: Act) -> Result<(Drill, State)> {
    let drill = load(cx, id)?;
    cx.require(action, drill.unit, false)?;
    match state::next(drill.state, act) {
        Some(next) => Ok((drill, next)),
        None => Err(Refusal::WrongState { from: drill.state.code(), action: act.code() }.into()),
    }
}

/// On the roll of the institution, or in a post there.
fn on_roll(cx: &mut Cx<'_, '_>, person: Id, home: Id) -> Result<bool> {
    match people::load(cx, person) {
        Ok(p) if p.erased_at.is_some() => Ok(false),
        Ok(p) => Ok(p.unit == home || post::of_person(cx, person)?.iter().any(|held| held.home == home)),
        Err(Error::Refused(_)) => Ok(false),
        Err(e) => Err(e),
    }
}

/// What was typed, cleaned: title, place, roles as stored.
fn check(cx: &mut Cx<'_, '_>, home: Id, new: &NewDrill) -> Result<(String, Option<String>, String)> {
    let mut faults = Faults::default();
    let title = faults.text("title", &new.title, limits::NAME_CHARS);
    let place = faults.optional("place", new.place.as_deref().unwrap_or(""), limits::NAME_CHARS);
    let days = new.window_until.days_since(new.window_from);
    if !(0..=WINDOW_DAYS).contains(&days) {
        faults.add("window_until", Problem::OutOfRange { min: 0, max: WINDOW_DAYS });
    }
    // A window of long ago or of years ahead is a slip of the pen.
    if (new.window_from.days_since(cx.now.day())).abs() > 2 * WINDOW_DAYS {
        faults.add("window_from", Problem::OutOfRange { min: -2 * WINDOW_DAYS, max: 2 * WINDOW_DAYS });
    }
    if new.roles.len() > ROLES_MAX {
        faults.add("roles", Problem::OutOfRange { min: 0, max: ROLES_MAX as i64 });
    }
    for role in new.roles.iter().take(ROLES_MAX) {
        if !on_roll(cx, role.person, home)? {
            faults.add("roles", Problem::Unknown);
            break;
        }
    }
    if let Some(edition) = new.edition
        && !text::show(cx, edition).is_ok_and(|t| t.unit == home)
    {
        faults.add("edition", Problem::Unknown);
    }
    faults.done()?;
    Ok((title, place, serde_json::json!(new.roles).to_string()))
}

/// Plans a drill. Refuses: a foreign unit (NotFound), a bureau (drills are held by schools), no title, a window that ends
/// before it begins or is longer than `WINDOW_DAYS`, people of another unit, an edition of another unit.
pub fn plan(cx: &mut Cx<'_, '_>, new: &NewDrill) -> Result<Id> {
    let unit = unit::load(cx, new.unit.unwrap_or(cx.actor.unit))?;
    cx.require(Action::DrillManage, unit.home, false)?;
    let home = if unit.home == unit.id { unit } else { unit::load(cx, unit.home)? };
    if !home.kind.is_school() || home.closed_on.is_some() {
        return Err(Error::invalid("unit", Problem::Unknown));
    }
    let (title, place, roles) = check(cx, home.id, new)?;
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let (salt, now, claimed, person) = (cx.salt(), cx.now, cx.claimed()?, cx.actor.person);
    let floor = movement::floor_of(cx, home.id)?;
    cx.put(
        "drill.plan",
        "drill",
        sql::INSERT,
        args![
            home.county,
            id,
            salt,
            home.id,
            title,
            new.scenario,
            new.night,
            new.told,
            new.window_from,
            new.window_until,
            place,
            new.edition,
            roles,
            floor,
            person,
            claimed,
            now
        ],
    )?;
    cx.signal("drill", home.county, home.id, id);
    Ok(id)
}

/// Changes what was planned, until the signal is given.
pub fn replan(cx: &mut Cx<'_, '_>, id: Id, new: &NewDrill) -> Result<()> {
    let (drill, _) = ready(cx, id, Action::DrillManage, Act::Replan)?;
    let (title, place, roles) = check(cx, drill.unit, new)?;
    cx.put(
        "drill.replan",
        "drill",
        sql::REPLAN,
        args![
            id,
            title,
            new.scenario,
            new.night,
            new.told,
            new.window_from,
            new.window_until,
            place,
            new.edition,
            roles
        ],
    )?;
    cx.signal("drill", drill.county, drill.unit, id);
    Ok(())
}

/// Moves the window alone; everything else stays as it was planned. Refuses what `replan` refuses.
pub fn rewindow(cx: &mut Cx<'_, '_>, id: Id, from: Day, until: Day) -> Result<()> {
    let d = load(cx, id)?;
    let new = NewDrill {
        id: None,
        unit: Some(d.unit),
        title: d.title,
        scenario: d.scenario,
        night: d.night,
        told: d.told,
        window_from: from,
        window_until: until,
        place: d.place,
        edition: d.edition,
        roles: d.roles,
    };
    replan(cx, id, &new)
}

/// Stores the life of a drill as it now stands.
pub(super) fn store(cx: &mut Cx<'_, '_>, op: &'static str, d: &Drill) -> Result<()> {
    cx.put(
        op,
        "drill",
        sql::STEP,
        args![
            d.id,
            d.state,
            d.started_at,
            d.leave_at,
            d.muster_at,
            d.listed_at,
            d.ended_at,
            d.held_on,
            d.expected,
            d.out,
            d.inside,
            d.unknown,
            d.out_s,
            d.list_s,
            d.on_paper,
            d.starter,
            d.back_reason.as_deref(),
            d.drop_reason.as_deref()
        ],
    )?;
    cx.signal("drill", d.county, d.unit, d.id);
    Ok(())
}
