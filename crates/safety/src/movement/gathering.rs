//! 大型活动 (2.5 周密安排、精心组织): a plan with people, routes, posts, weather and the worst case; the school's leader
//! approves, for an event outside of the school or with guests the bureau besides, all of it before the day. A duty of the
//! pack (`event.plan`) is due at the start of the day and is done with the last approval.

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::building::home;
use super::plan::{another, sight};
use super::posts::on_roll;
use super::sql;
use super::state::{Act, State, next_gathering};
use crate::duty::{self, Credit};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::{self, Faults};
use crate::org::unit;

/// Characters of one part of the plan.
const PART_CHARS: i64 = 2_000;
/// People at one event.
const PEOPLE_MAX: i64 = 50_000;
/// Days ahead.
const AHEAD_DAYS: i64 = 400;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewGathering {
    #[serde(default)]
    pub id: Option<Id>,
    #[serde(default)]
    pub unit: Option<Id>,
    pub title: String,
    pub held_on: Day,
    /// 8:00—11:30
    pub at: String,
    pub place: String,
    /// Pupils and staff.
    pub people: i64,
    #[serde(default)]
    pub guests: i64,
    /// 总负责
    pub lead: Id,
    /// 进出场路线、看台分区、错时次序
    pub routes: String,
    /// 岗位和人、停止规则
    pub posts: String,
    /// 雨雪大风、高温的办法
    pub weather: String,
    /// 急救、报警、疏散
    pub emergency: String,
    /// Outside of the school: the bureau approves besides.
    #[serde(default)]
    pub outside: bool,
    /// The timetable for leaving, if one was reckoned.
    #[serde(default)]
    pub movement: Option<Id>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gathering {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub unit: Id,
    pub unit_name: String,
    pub title: String,
    pub held_on: Day,
    pub at: String,
    pub place: String,
    pub people: i64,
    pub guests: i64,
    pub lead: Id,
    pub lead_name: Option<String>,
    pub routes: String,
    pub posts: String,
    pub weather: String,
    pub emergency: String,
    pub outside: bool,
    pub movement: Option<Id>,
    pub state: State,
    pub asked_at: Option<Ms>,
    pub school_by: Option<String>,
    pub school_at: Option<Ms>,
    pub bureau_by: Option<String>,
    pub bureau_at: Option<Ms>,
    pub back_reason: Option<String>,
    pub outcome: Option<String>,
    pub made_by: Option<String>,
    pub received_at: Ms,
    #[serde(skip)]
    asker: Option<Id>,
    #[serde(skip)]
    school: Option<Id>,
    #[serde(skip)]
    bureau: Option<Id>,
}

impl Gathering {
    /// Whether the bureau approves besides the school.
    pub fn goes_up(&self) -> bool {
        self.outside || self.guests > 0
    }
}

fn from_row(row: &Row) -> Result<Gathering> {
    Ok(Gathering {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        unit_name: row.text("unit_name")?,
        title: row.text("title")?,
        held_on: row.day("held_on")?,
        at: row.text("at_text")?,
        place: row.text("place")?,
        people: row.int("people")?,
        guests: row.int("guests")?,
        lead: row.id("lead")?,
        lead_name: row.opt_text("lead_name")?,
        routes: row.text("routes")?,
        posts: row.text("posts")?,
        weather: row.text("weather")?,
        emergency: row.text("emergency")?,
        outside: row.flag("outside")?,
        movement: row.opt_id("movement")?,
        state: State::from_code(&row.text("state")?).ok_or_else(|| Error::broken("gathering.state"))?,
        asked_at: row.opt_ms("asked_at")?,
        school_by: row.opt_text("school_name")?,
        school_at: row.opt_ms("school_at")?,
        bureau_by: row.opt_text("bureau_name")?,
        bureau_at: row.opt_ms("bureau_at")?,
        back_reason: row.opt_text("back_reason")?,
        outcome: row.opt_text("outcome")?,
        made_by: row.opt_text("maker_name")?,
        received_at: row.ms("received_at")?,
        asker: row.opt_id("asked_by")?,
        school: row.opt_id("school_by")?,
        bureau: row.opt_id("bureau_by")?,
    })
}

/// An event through the asker's scope: absent and hidden are the same NotFound.
pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Gathering> {
    let row = cx.tx.row(sql::GATHERING_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let it = from_row(&row)?;
    cx.require(Action::MovementRead, it.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    Ok(it)
}

fn ready(cx: &mut Cx<'_, '_>, id: Id, action: Action, act: Act) -> Result<Gathering> {
    let mut it = load(cx, id)?;
    cx.require(action, it.unit, false)?;
    let to = next_gathering(it.state, act);
    it.state = to.ok_or(Error::from(Refusal::WrongState { from: it.state.code(), action: act.code() }))?;
    Ok(it)
}

fn keep(cx: &mut Cx<'_, '_>, op: &'static str, g: &Gathering) -> Result<()> {
    let args = args![
        g.id,
        g.state,
        g.asker,
        g.asked_at,
        g.school,
        g.school_at,
        g.bureau,
        g.bureau_at,
        g.back_reason.as_deref(),
        g.outcome.as_deref()
    ];
    cx.put(op, "gathering", sql::GATHERING_STEP, args)?;
    cx.signal("gathering", g.county, g.unit, g.id);
    Ok(())
}

/// The seven texts of a plan, cleaned.
fn check(cx: &mut Cx<'_, '_>, home: Id, new: &NewGathering) -> Result<[String; 7]> {
    let mut faults = Faults::default();
    let texts = [
        faults.text("title", &new.title, limits::NAME_CHARS),
        faults.text("at", &new.at, limits::NAME_CHARS),
        faults.text("place", &new.place, limits::NAME_CHARS),
        faults.text("routes", &new.routes, PART_CHARS),
        faults.text("posts", &new.posts, PART_CHARS),
        faults.text("weather", &new.weather, PART_CHARS),
        faults.text("emergency", &new.emergency, PART_CHARS),
    ];
    faults.range("people", new.people, 1, PEOPLE_MAX);
    faults.range("guests", new.guests, 0, PEOPLE_MAX);
    let ahead = new.held_on.days_since(cx.now.day());
    if !(1..=AHEAD_DAYS).contains(&ahead) {
        faults.add("held_on", Problem::OutOfRange { min: 1, max: AHEAD_DAYS });
    }
    if !on_roll(cx, new.lead, home)? {
        faults.add("lead", Problem::Unknown);
    }
    if let Some(plan) = new.movement
        && !super::plan::load(cx, plan).is_ok_and(|p| p.unit == home)
    {
        faults.add("movement", Problem::Unknown);
    }
    faults.done()?;
    Ok(texts)
}

/// Plans an event, at the latest the day before. Refuses every bad field at once.
pub fn plan(cx: &mut Cx<'_, '_>, new: &NewGathering) -> Result<Id> {
    let home = home(cx, new.unit)?;
    let [title, at, place, routes, posts, weather, emergency] = check(cx, home.id, new)?;
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::GATHERING_BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let (salt, now, person) = (cx.salt(), cx.now, cx.actor.person);
    let args = args![
        home.county,
        id,
        salt,
        home.id,
        title,
        new.held_on,
        at,
        place,
        new.people,
        new.guests,
        new.lead,
        routes,
        posts,
        weather,
        emergency,
        new.outside,
        new.movement,
        person,
        now
    ];
    cx.put("gathering.plan", "gathering", sql::GATHERING_INSERT, args)?;
    // Due when the day begins: the clock of the pack's entry is an hour, so it starts an hour before.
    duty::event(cx, "gathering", home.id, id, new.held_on.start().plus(-Ms::HOUR))?;
    cx.signal("gathering", home.county, home.id, id);
    Ok(id)
}

/// Changes the plan, before it is asked for or after it came back.
pub fn change(cx: &mut Cx<'_, '_>, id: Id, new: &NewGathering) -> Result<()> {
    let it = ready(cx, id, Action::MovementManage, Act::Change)?;
    if new.held_on != it.held_on {
        // Another day is another event: the duty of the old day stands with it.
        return Err(Error::invalid("held_on", Problem::Mismatch { with: "plan" }));
    }
    let [title, at, place, routes, posts, weather, emergency] = check(cx, it.unit, new)?;
    let args = args![
        id,
        title,
        new.held_on,
        at,
        place,
        new.people,
        new.guests,
        new.lead,
        routes,
        posts,
        weather,
        emergency,
        new.outside,
        new.movement
    ];
    cx.put("gathering.change", "gathering", sql::GATHERING_CHANGE, args)?;
    cx.signal("gathering", it.county, it.unit, id);
    Ok(())
}

/// Approvals come before the day: afterwards an approval would be made to look like one.
fn in_time(cx: &Cx<'_, '_>, it: &Gathering) -> Result<()> {
    if cx.now.day() >= it.held_on { Err(Refusal::TooLate.into()) } else { Ok(()) }
}

/// 送审. Refuses TooLate on the day itself.
pub fn ask(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let mut it = ready(cx, id, Action::MovementManage, Act::Ask)?;
    in_time(cx, &it)?;
    (it.asker, it.asked_at, it.back_reason) = (cx.actor.person, Some(cx.now), None);
    keep(cx, "gathering.ask", &it)
}

/// 批准: the school's leader, and where the event goes up the bureau after him. Refuses the person who asked, the day itself.
pub fn approve(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let was = load(cx, id)?;
    let up = was.state == State::Upward;
    let (action, act) = match (up, was.goes_up()) {
        (true, _) => (Action::GatheringGrant, Act::Grant),
        (false, true) => (Action::MovementApprove, Act::PassUp),
        (false, false) => (Action::MovementApprove, Act::Approve),
    };
    let mut it = ready(cx, id, action, act)?;
    another(cx, it.asker)?;
    in_time(cx, &it)?;
    match up {
        true => (it.bureau, it.bureau_at) = (cx.actor.person, Some(cx.now)),
        false => (it.school, it.school_at) = (cx.actor.person, Some(cx.now)),
    }
    keep(cx, "gathering.approve", &it)?;
    if it.state == State::Approved {
        credit(cx, &it)?;
    }
    Ok(())
}

/// 退回, with a reason: by whoever could approve.
pub fn give_back(cx: &mut Cx<'_, '_>, id: Id, reason: &str) -> Result<()> {
    let up = load(cx, id)?.state == State::Upward;
    let action = if up { Action::GatheringGrant } else { Action::MovementApprove };
    let mut it = ready(cx, id, action, Act::GiveBack)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    faults.done()?;
    it.back_reason = Some(reason);
    (it.school, it.school_at) = (None, None);
    keep(cx, "gathering.give_back", &it)
}

/// It was held: how it went. Refuses before the day.
pub fn end(cx: &mut Cx<'_, '_>, id: Id, outcome: &str) -> Result<()> {
    let mut it = ready(cx, id, Action::MovementManage, Act::End)?;
    let mut faults = Faults::default();
    let outcome = faults.text("outcome", outcome, PART_CHARS);
    if cx.now.day() < it.held_on {
        faults.add("outcome", Problem::InFuture { minutes: it.held_on.days_since(cx.now.day()) * 24 * 60 });
    }
    faults.done()?;
    it.outcome = Some(outcome);
    keep(cx, "gathering.end", &it)
}

/// 取消, with a reason: an event that is not held needs no approval, so its duty is done with it. Refuses the day itself
/// and later: whether it was held is then said by `end`.
pub fn cancel(cx: &mut Cx<'_, '_>, id: Id, reason: &str) -> Result<()> {
    let mut it = ready(cx, id, Action::MovementManage, Act::Cancel)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    faults.done()?;
    in_time(cx, &it)?;
    let approved = it.bureau_at.is_some() || (it.school_at.is_some() && !it.goes_up());
    it.outcome = Some(reason);
    keep(cx, "gathering.cancel", &it)?;
    if approved { Ok(()) } else { credit(cx, &it) }
}

fn credit(cx: &mut Cx<'_, '_>, it: &Gathering) -> Result<()> {
    let today = cx.now.day();
    let credit = Credit {
        subject: Some(it.id),
        claimed_at: cx.now,
        by: it.asker,
        ..Credit::new(it.unit, "event", it.id, today)
    };
    duty::credit(cx, &credit).map(|_| ())
}

#[derive(Clone, Debug, Serialize)]
pub struct Page {
    pub items: Vec<Gathering>,
    pub next: Option<String>,
}

/// Events in the asker's scope, newest first; of one unit and what is under it if given.
pub fn list(cx: &mut Cx<'_, '_>, of: Option<Id>, cursor: Option<&str>, limit: i64) -> Result<Page> {
    let reach = sight(cx)?;
    if let Some(unit) = of {
        unit::show(cx, unit)?;
    }
    let after = cursor.filter(|c| !c.is_empty()).map(text::cursor).transpose()?;
    let (at, id) = after.unwrap_or((Ms(i64::MAX), Id::from_parts(Ms(0), [0; 10])));
    let limit = limit.clamp(1, limits::PAGE_ROWS_MAX);
    let top = of.unwrap_or(cx.actor.unit);
    let rows = cx.tx.rows(&sql::gatherings(reach), args![cx.actor.unit, at, id, top, limit + 1])?;
    let mut items = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|g| format!("{}-{}", g.received_at.0, g.id));
    Ok(Page { items, next })
}
