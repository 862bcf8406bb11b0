//! 议定事项: what a meeting resolved, each with an owner and a day (notice 1.1). A resolution is a task on its owner's
//! today until it is done; what is undone stands on the agenda of the next meeting; one about a hazard is shown there.

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::sql;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::org::kinds::codes;
use crate::org::{people, post, unit};

/// Resolutions of one meeting.
pub const PER_MEETING: usize = 30;

codes! {
    Resolved {
        /// 待办
        Open = "open",
        /// 已办
        Done = "done",
        /// No longer wanted, with a reason.
        Dropped = "dropped",
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewResolution {
    pub what: String,
    pub owner: Id,
    pub due_on: Day,
    /// The hazard that it is about.
    #[serde(default)]
    pub hazard: Option<Id>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Resolution {
    pub id: Id,
    pub unit: Id,
    pub work: Id,
    /// Title and day of the meeting.
    pub work_title: String,
    pub met_on: Day,
    pub serial: i64,
    pub what: String,
    pub owner: Id,
    pub owner_name: Option<String>,
    pub due_on: Day,
    pub hazard: Option<Id>,
    pub state: Resolved,
    pub done_at: Option<Ms>,
    pub done_by: Option<String>,
    pub note: Option<String>,
}

fn from_row(row: &Row) -> Result<Resolution> {
    Ok(Resolution {
        id: row.id("id")?,
        unit: row.id("unit")?,
        work: row.id("work")?,
        work_title: row.text("work_title")?,
        met_on: row.day("happened_on")?,
        serial: row.int("serial")?,
        what: row.text("what")?,
        owner: row.id("owner")?,
        owner_name: row.opt_text("owner_name")?,
        due_on: row.day("due_on")?,
        hazard: row.opt_id("hazard")?,
        state: Resolved::from_code(&row.text("state")?).ok_or_else(|| Error::broken("resolution.state"))?,
        done_at: row.opt_ms("done_at")?,
        done_by: row.opt_text("done_name")?,
        note: row.opt_text("note")?,
    })
}

/// Checks what a meeting resolved; faults go to the meeting's form.
pub(super) fn check(cx: &mut Cx<'_, '_>, home: Id, all: &[NewResolution], faults: &mut Faults) -> Result<()> {
    if all.len() > PER_MEETING {
        faults.add("resolutions", Problem::OutOfRange { min: 0, max: PER_MEETING as i64 });
    }
    for one in all.iter().take(PER_MEETING) {
        faults.text("resolution.what", &one.what, limits::FACT_CHARS);
        let held = post::of_person(cx, one.owner)?;
        let below =
            |cx: &mut Cx<'_, '_>, unit: Id| -> Result<bool> { Ok(unit::path(cx, unit)?.iter().any(|u| u.id == home)) };
        let mut stands = held.iter().any(|p| p.home == home);
        for post in held.iter().filter(|_| !stands).collect::<Vec<_>>() {
            stands = stands || below(cx, post.home)?;
        }
        if !stands {
            faults.add("resolution.owner", Problem::Unknown);
        }
        if one.due_on < cx.now.day() {
            faults.add("resolution.due_on", Problem::OutOfRange { min: 0, max: 366 });
        }
    }
    Ok(())
}

/// Enters the resolutions of a meeting just recorded.
pub(super) fn enter(cx: &mut Cx<'_, '_>, county: i64, unit: Id, work: Id, all: &[NewResolution]) -> Result<()> {
    for (i, one) in all.iter().enumerate() {
        let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
        let what = crate::kernel::text::clean(&one.what);
        let args = args![county, id, salt, unit, work, i + 1, what, one.owner, one.due_on, one.hazard, now];
        cx.put("resolution.enter", "resolution", sql::RESOLUTION_INSERT, args)?;
        cx.signal("resolution", county, unit, id);
    }
    Ok(())
}

/// The owner (or a leader for him) says that it is done, with a word about how; `Dropped` needs the reason.
pub fn settle(cx: &mut Cx<'_, '_>, id: Id, as_what: Resolved, note: &str) -> Result<()> {
    let row = cx.tx.row(sql::RESOLUTION_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let (unit, owner, county) = (row.id("unit")?, row.id("owner")?, row.int("county")?);
    if cx.actor.person != Some(owner) {
        cx.require(Action::DutyArrange, unit, false)?;
    }
    if row.text("state")? != Resolved::Open.code() {
        return Err(Refusal::WrongState { from: "done", action: "settle" }.into());
    }
    if as_what == Resolved::Open {
        return Err(Error::invalid("state", Problem::Unknown));
    }
    let mut faults = Faults::default();
    let note = match as_what {
        Resolved::Dropped => Some(faults.text("note", note, limits::NOTE_CHARS)),
        _ => faults.optional("note", note, limits::NOTE_CHARS),
    };
    faults.done()?;
    let (now, by) = (cx.now, cx.actor.person);
    cx.put("resolution.settle", "resolution", sql::RESOLUTION_DONE, args![id, as_what, now, by, note])?;
    cx.signal("resolution", county, unit, id);
    Ok(())
}

fn read(cx: &mut Cx<'_, '_>, sql: &str, args: &[db::Value]) -> Result<Vec<Resolution>> {
    cx.tx.rows(sql, args)?.iter().map(from_row).collect()
}

/// Resolutions of one meeting. The caller has loaded the meeting through the scope.
pub(super) fn of_work(cx: &mut Cx<'_, '_>, work: Id) -> Result<Vec<Resolution>> {
    read(cx, sql::RESOLUTIONS_OF_WORK, args![work])
}

/// Undone resolutions of a unit, soonest due first: the next meeting looks back on them.
pub fn undone(cx: &mut Cx<'_, '_>, unit: Id, limit: i64) -> Result<Vec<Resolution>> {
    cx.require(Action::DutyRead, unit, false)?;
    read(cx, sql::RESOLUTIONS_OPEN, args![unit, limit])
}

/// What the actor still has to do from meetings: lines of 今日.
pub fn mine(cx: &mut Cx<'_, '_>, limit: i64) -> Result<Vec<Resolution>> {
    let Some(person) = cx.actor.person else { return Ok(Vec::new()) };
    read(cx, sql::RESOLUTIONS_OF_OWNER, args![person, cx.actor.unit, limit])
}

/// What meetings resolved about a hazard. The caller has loaded the hazard through the scope.
pub fn about(cx: &mut Cx<'_, '_>, hazard: Id) -> Result<Vec<Resolution>> {
    let all = read(cx, sql::RESOLUTIONS_OF_HAZARD, args![hazard])?;
    let mut out = Vec::new();
    for one in all {
        if cx.require(Action::DutyRead, one.unit, false).is_ok() {
            out.push(one);
        }
    }
    Ok(out)
}

pub(super) fn hand_over(cx: &mut Cx<'_, '_>, unit: Id, from: Id, to: Id) -> Result<i64> {
    let all = read(cx, sql::RESOLUTIONS_OF_OWNER, args![from, unit, 1000i64])?;
    for one in &all {
        let row = cx.put("resolution.carry", "resolution", sql::RESOLUTION_OWNER, args![one.id, to])?;
        cx.signal("resolution", row.int("county")?, unit, one.id);
    }
    Ok(all.len() as i64)
}

pub(super) fn open_of_person(cx: &mut Cx<'_, '_>, unit: Id, person: Id) -> Result<i64> {
    Ok(read(cx, sql::RESOLUTIONS_OF_OWNER, args![person, unit, 1000i64])?.len() as i64)
}

/// Name of a person for a page.
pub(super) fn person_name(cx: &mut Cx<'_, '_>, id: Option<Id>) -> Result<Option<String>> {
    match id {
        Some(id) => Ok(people::load(cx, id).ok().and_then(|p| p.name)),
        None => Ok(None),
    }
}
