//! A plan's life: stored with the hash of what it was made for, asked for, approved or given back by another person,
//! confirmed each term, ended; its cards for a shut way, and what the drill measured for the next one.

use std::collections::BTreeMap;

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::building::{self, Building, home, last};
use super::reckon::Reckoned;
use super::state::{Act, Kind, State, next};
use super::{fit, sql};
use crate::duty::{self, Credit};
use crate::hazard;
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::kernel::text::{self, Faults};
use crate::org::{place, unit};
use crate::roll;

/// What is typed about a plan that was reckoned.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewPlan {
    #[serde(default)]
    pub id: Option<Id>,
    /// The edition that it was reckoned for.
    pub building: Id,
    pub kind: Kind,
    pub title: String,
    #[serde(default)]
    pub note: Option<String>,
}

/// A plan as it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub unit: Id,
    pub unit_name: String,
    pub building: Id,
    pub hash: String,
    pub kind: Kind,
    pub title: String,
    pub note: Option<String>,
    pub state: State,
    pub makespan_s: i64,
    pub bound_s: i64,
    pub floor_s: i64,
    pub from_on: Option<Day>,
    pub made_by: Option<String>,
    pub asked_by: Option<String>,
    pub asked_at: Option<Ms>,
    pub decided_by: Option<String>,
    pub decided_at: Option<Ms>,
    pub back_reason: Option<String>,
    pub ended_on: Option<Day>,
    pub received_at: Ms,
    #[serde(skip)]
    asker: Option<Id>,
    #[serde(skip)]
    decider: Option<Id>,
}

fn from_row(row: &Row) -> Result<Plan> {
    Ok(Plan {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        unit_name: row.text("unit_name")?,
        building: row.id("building")?,
        hash: row.text("hash")?,
        kind: Kind::from_code(&row.text("kind")?).unwrap_or(Kind::Dismissal),
        title: row.text("title")?,
        note: row.opt_text("note")?,
        state: State::from_code(&row.text("state")?).ok_or_else(|| Error::broken("movement.state"))?,
        makespan_s: row.int("makespan_s")?,
        bound_s: row.int("bound_s")?,
        floor_s: row.int("floor_s")?,
        from_on: row.opt_day("from_on")?,
        made_by: row.opt_text("maker_name")?,
        asked_by: row.opt_text("asker_name")?,
        asked_at: row.opt_ms("asked_at")?,
        decided_by: row.opt_text("decider_name")?,
        decided_at: row.opt_ms("decided_at")?,
        back_reason: row.opt_text("back_reason")?,
        ended_on: row.opt_day("ended_on")?,
        received_at: row.ms("received_at")?,
        asker: row.opt_id("asked_by")?,
        decider: row.opt_id("decided_by")?,
    })
}

/// Stores a reckoned plan as a draft, in one short transaction. Refuses: a stale result (the building was changed since it
/// was reckoned), a building of another unit, no title.
pub fn store(cx: &mut Cx<'_, '_>, new: &NewPlan, made: &Reckoned) -> Result<Id> {
    let building = building::building_of(cx, new.building)?;
    let home = home(cx, Some(building.unit))?;
    let newest = last(cx, home.id)?.ok_or(Error::from(Refusal::NotFound))?;
    if newest.id != building.id || building.hash != made.hash {
        return Err(Refusal::Stale { version: newest.edition }.into());
    }
    let mut faults = Faults::default();
    let title = faults.text("title", &new.title, limits::NAME_CHARS);
    let note = faults.optional("note", new.note.as_deref().unwrap_or(""), limits::NOTE_CHARS);
    faults.done()?;
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::SHOW, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let (salt, now, person) = (cx.salt(), cx.now, cx.actor.person);
    let args = args![
        home.county,
        id,
        salt,
        home.id,
        building.id,
        building.hash.as_str(),
        new.kind,
        title,
        note,
        made.makespan_s,
        made.bound_s,
        made.floor_s,
        made.doc.as_str(),
        made.evacuation.as_str(),
        made.picture.as_str(),
        made.phone.as_str(),
        made.evacuation_picture.as_str(),
        person,
        now
    ];
    cx.put("movement.make", "movement", sql::INSERT, args)?;
    for (i, card) in made.cards.iter().enumerate() {
        let (row, salt) = (cx.id(), cx.salt());
        let args = args![
            home.county,
            row,
            salt,
            home.id,
            id,
            i + 1,
            card.edge.as_str(),
            card.makespan_s,
            card.bound_s,
            card.doc.as_str(),
            card.phone.as_str(),
            now
        ];
        cx.put("movement.card", "movement_card", sql::CARD_INSERT, args)?;
    }
    cx.signal("movement", home.county, home.id, id);
    Ok(id)
}

/// A plan through the asker's scope: absent and hidden are the same NotFound.
pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Plan> {
    let row = cx.tx.row(sql::SHOW, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let plan = from_row(&row)?;
    cx.require(Action::MovementRead, plan.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    Ok(plan)
}

fn ready(cx: &mut Cx<'_, '_>, id: Id, action: Action, act: Act) -> Result<Plan> {
    let mut plan = load(cx, id)?;
    cx.require(action, plan.unit, false)?;
    let to = next(plan.state, act);
    plan.state = to.ok_or(Error::from(Refusal::WrongState { from: plan.state.code(), action: act.code() }))?;
    Ok(plan)
}

fn keep(cx: &mut Cx<'_, '_>, op: &'static str, p: &Plan) -> Result<()> {
    let args = args![
        p.id,
        p.state,
        p.from_on,
        p.asker,
        p.asked_at,
        p.decider,
        p.decided_at,
        p.back_reason.as_deref(),
        p.ended_on
    ];
    cx.put(op, "movement", sql::STEP, args)?;
    cx.signal("movement", p.county, p.unit, p.id);
    Ok(())
}

/// 送审. Refuses a plan for buildings that have changed since.
pub fn ask(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let mut plan = ready(cx, id, Action::MovementManage, Act::Ask)?;
    if let Some(newest) = last(cx, plan.unit)?.filter(|b| b.hash != plan.hash) {
        return Err(Refusal::Stale { version: newest.edition }.into());
    }
    (plan.asker, plan.asked_at, plan.back_reason) = (cx.actor.person, Some(cx.now), None);
    keep(cx, "movement.ask", &plan)
}

/// 批准并公布 from a day on. Refuses the person who asked, a day in the past. The plan of the same kind that was in force
/// ends the day before.
pub fn approve(cx: &mut Cx<'_, '_>, id: Id, from_on: Option<Day>) -> Result<()> {
    let mut plan = ready(cx, id, Action::MovementApprove, Act::Approve)?;
    another(cx, plan.asker)?;
    let today = cx.now.day();
    let from = from_on.unwrap_or(today);
    if from < today || from.days_since(today) > 366 {
        return Err(Error::invalid("from_on", Problem::OutOfRange { min: 0, max: 366 }));
    }
    for row in cx.tx.rows(sql::IN_FORCE, args![plan.unit])? {
        if row.text("kind")? == plan.kind.code() {
            let mut old = load(cx, row.id("id")?)?;
            (old.state, old.ended_on) = (State::Ended, Some(from.plus_days(-1)));
            keep(cx, "movement.follow", &old)?;
        }
    }
    (plan.decider, plan.decided_at, plan.from_on) = (cx.actor.person, Some(cx.now), Some(from));
    keep(cx, "movement.approve", &plan)?;
    credit(cx, &plan, from.max(today))
}

/// Whoever asked decides nothing.
pub(super) fn another(cx: &Cx<'_, '_>, asker: Option<Id>) -> Result<()> {
    if asker.is_some() && asker == cx.actor.person {
        return Err(Refusal::PackForbids { clause: "2.5", rule: "another_approves", instead: Vec::new() }.into());
    }
    Ok(())
}

/// 退回, with a reason.
pub fn give_back(cx: &mut Cx<'_, '_>, id: Id, reason: &str) -> Result<()> {
    let mut plan = ready(cx, id, Action::MovementApprove, Act::GiveBack)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    faults.done()?;
    (plan.decider, plan.decided_at, plan.back_reason) = (cx.actor.person, Some(cx.now), Some(reason));
    keep(cx, "movement.give_back", &plan)
}

/// 确认继续使用: the same timetable serves another term, because the buildings and classes are as they were. Refuses when
/// they have changed.
pub fn confirm(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let plan = ready(cx, id, Action::MovementApprove, Act::Confirm)?;
    if let Some(newest) = last(cx, plan.unit)?.filter(|b| b.hash != plan.hash) {
        return Err(Refusal::Stale { version: newest.edition }.into());
    }
    keep(cx, "movement.confirm", &plan)?;
    let today = cx.now.day();
    credit(cx, &plan, today)
}

/// 结束.
pub fn end(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let mut plan = ready(cx, id, Action::MovementManage, Act::End)?;
    plan.ended_on = Some(cx.now.day());
    keep(cx, "movement.end", &plan)
}

/// A published timetable is what the pack's 错时放学表 asks for.
fn credit(cx: &mut Cx<'_, '_>, plan: &Plan, on: Day) -> Result<()> {
    if plan.kind != Kind::Dismissal {
        return Ok(());
    }
    let credit = Credit { claimed_at: cx.now, by: plan.asker, ..Credit::new(plan.unit, "movement", plan.id, on) };
    duty::credit(cx, &credit).map(|_| ())
}

/// A prepared card: one way shut, and what is done then.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    pub id: Id,
    pub movement: Id,
    pub edge: String,
    /// The place on the label that this way is.
    pub place: Option<Id>,
    pub place_name: Option<String>,
    pub makespan_s: i64,
    pub bound_s: i64,
    /// The day on which it was last in force, and the hazard that shut the way.
    pub used_on: Option<Day>,
    pub hazard: Option<Id>,
    #[serde(skip)]
    pub unit: Id,
    #[serde(skip)]
    pub county: i64,
    #[serde(skip)]
    pub doc: String,
    #[serde(skip)]
    pub phone: String,
}

fn card_from(row: &Row) -> Result<Card> {
    Ok(Card {
        id: row.id("id")?,
        movement: row.id("movement")?,
        edge: row.text("edge")?,
        place: row.opt_id("place")?,
        place_name: row.opt_text("place_name")?,
        makespan_s: row.int("makespan_s")?,
        bound_s: row.int("bound_s")?,
        used_on: row.opt_day("used_on")?,
        hazard: row.opt_id("hazard")?,
        unit: row.id("unit")?,
        county: row.int("county")?,
        doc: row.text("doc")?,
        phone: row.text("phone")?,
    })
}

/// One card, for the asker. NotFound when absent or out of scope.
pub fn card(cx: &mut Cx<'_, '_>, id: Id) -> Result<Card> {
    let row = cx.tx.row(sql::CARD_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let card = card_from(&row)?;
    cx.require(Action::MovementRead, card.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    Ok(card)
}

/// Says which labelled place a card's way is. Refuses a place of another unit.
pub fn card_place(cx: &mut Cx<'_, '_>, id: Id, at: Option<Id>) -> Result<()> {
    let card = card(cx, id)?;
    cx.require(Action::MovementManage, card.unit, false)?;
    if let Some(at) = at
        && !place::load(cx, at).is_ok_and(|p| p.unit == card.unit)
    {
        return Err(Error::invalid("place", Problem::Unknown));
    }
    cx.put("movement.card_place", "movement_card", sql::CARD_PLACE, args![id, at])?;
    cx.signal("movement", card.county, card.unit, card.movement);
    Ok(())
}

/// The cards at hand for a hazard that shuts a way: those of the plans in force whose way is the hazard's place. Empty for
/// a hazard that is dealt with, or whose place no card names.
pub fn offered(cx: &mut Cx<'_, '_>, hazard: Id) -> Result<Vec<Card>> {
    let hazard = hazard::load(cx, hazard)?;
    let (true, Some(at)) = (hazard.state.is_open(), hazard.place) else { return Ok(Vec::new()) };
    if cx.require(Action::MovementRead, hazard.unit, false).is_err() {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    for row in cx.tx.rows(sql::IN_FORCE, args![hazard.unit])? {
        let cards = cx.tx.rows(sql::CARDS, args![row.id("id")?])?;
        for card in cards.iter().map(card_from) {
            out.extend(Some(card?).filter(|c| c.place == Some(at)));
        }
    }
    Ok(out)
}

/// Today the way is shut: the card is in force for the day. `hazard` says why, if it was reported.
pub fn use_card(cx: &mut Cx<'_, '_>, id: Id, hazard: Option<Id>) -> Result<()> {
    let card = card(cx, id)?;
    cx.require(Action::MovementManage, card.unit, false)?;
    if load(cx, card.movement)?.state != State::Approved {
        return Err(Refusal::WrongState { from: "not_approved", action: "use_card" }.into());
    }
    if let Some(hazard) = hazard
        && !hazard::load(cx, hazard).is_ok_and(|h| h.unit == card.unit)
    {
        return Err(Error::invalid("hazard", Problem::Unknown));
    }
    let (today, person) = (cx.now.day(), cx.actor.person);
    cx.put("movement.card_use", "movement_card", sql::CARD_USE, args![id, hazard, today, person])?;
    cx.signal("movement", card.county, card.unit, card.movement);
    Ok(())
}

/// The physical floor of the newest plan in force, s: a drill is planned beside it. Without asking.
pub(crate) fn floor_of(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Option<i64>> {
    for row in cx.tx.rows(sql::IN_FORCE, args![unit])? {
        let plan = cx.tx.row(sql::SHOW, args![row.id("id")?])?;
        if let Some(floor) = plan.map(|row| row.int("floor_s")).transpose()? {
            return Ok(Some(floor));
        }
    }
    Ok(None)
}

/// A plan with everything that hangs on it.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub plan: Plan,
    /// `xiaoan-crowd-plan/1`
    pub doc: Value,
    pub evacuation: Value,
    #[serde(skip)]
    pub picture: String,
    #[serde(skip)]
    pub phone: String,
    #[serde(skip)]
    pub evacuation_picture: String,
    pub cards: Vec<Card>,
    /// Class teachers by the name of the class, from the roll of today.
    pub teachers: BTreeMap<String, String>,
    /// The buildings have changed since: it is to be reckoned anew.
    pub stale: bool,
    pub may_manage: bool,
    pub may_approve: bool,
    pub leaf: Option<i64>,
}

/// One plan, for the asker. NotFound when absent or out of scope.
pub fn view(cx: &mut Cx<'_, '_>, id: Id) -> Result<View> {
    let plan = load(cx, id)?;
    let row = cx.tx.row(sql::SHOW, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let json = |column: &str| -> Result<Value> {
        serde_json::from_str(&row.text(column)?).map_err(|e| Error::broken(format!("movement.{column}: {e}")))
    };
    let cards = cx.tx.rows(sql::CARDS, args![id])?.iter().map(card_from).collect::<Result<Vec<_>>>()?;
    let today = cx.now.day();
    let may_read_people = cx.require(Action::PersonRead, plan.unit, false).is_ok();
    let teachers = match may_read_people {
        true => roll::list(cx, plan.unit, today)?
            .into_iter()
            .filter_map(|(c, _)| Some((c.name, crate::org::people::load(cx, c.teacher?).ok()?.name?)))
            .collect(),
        false => BTreeMap::new(),
    };
    let stale = last(cx, plan.unit)?.is_some_and(|b| b.hash != plan.hash);
    let asker = plan.asker;
    Ok(View {
        doc: json("doc")?,
        evacuation: json("evacuation")?,
        picture: row.text("picture")?,
        phone: row.text("phone")?,
        evacuation_picture: row.text("evacuation_picture")?,
        cards,
        teachers,
        stale,
        may_manage: cx.require(Action::MovementManage, plan.unit, false).is_ok(),
        may_approve: cx.require(Action::MovementApprove, plan.unit, false).is_ok() && another(cx, asker).is_ok(),
        leaf: crate::kernel::proof::of_record(cx.tx, "movement", id, 1)?.first().and_then(|s| s.n),
        plan,
    })
}

/// A plan in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub id: Id,
    pub unit: Id,
    pub unit_name: String,
    pub kind: Kind,
    pub title: String,
    pub state: State,
    pub makespan_s: i64,
    pub bound_s: i64,
    pub from_on: Option<Day>,
    pub ended_on: Option<Day>,
    pub received_at: Ms,
}

#[derive(Clone, Debug, Serialize)]
pub struct Page {
    pub items: Vec<Line>,
    pub next: Option<String>,
}

/// How far the asker sees. Refuses NoRight for whoever sees nothing of it.
pub(super) fn sight(cx: &Cx<'_, '_>) -> Result<Reach> {
    match reach(cx.actor.role, Action::MovementRead) {
        Reach::Nothing | Reach::Handed => Err(Refusal::NoRight.into()),
        reach => Ok(reach),
    }
}

/// Plans in the asker's scope, newest first; of one unit and what is under it if given.
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
    let line = |row: &Row| {
        Ok(Line {
            id: row.id("id")?,
            unit: row.id("unit")?,
            unit_name: row.text("unit_name")?,
            kind: Kind::from_code(&row.text("kind")?).unwrap_or(Kind::Dismissal),
            title: row.text("title")?,
            state: State::from_code(&row.text("state")?).ok_or_else(|| Error::broken("movement.state"))?,
            makespan_s: row.int("makespan_s")?,
            bound_s: row.int("bound_s")?,
            from_on: row.opt_day("from_on")?,
            ended_on: row.opt_day("ended_on")?,
            received_at: row.ms("received_at")?,
        })
    };
    let mut items = rows.iter().map(line).collect::<Result<Vec<_>>>()?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|l| format!("{}-{}", l.received_at.0, l.id));
    Ok(Page { items, next })
}

/// The cards in force today at a unit, for whoever sees its plans: a stair shut on the day.
pub fn shut_today(cx: &mut Cx<'_, '_>, id: Id) -> Result<Vec<Card>> {
    let home = unit::show(cx, id)?.home;
    cx.require(Action::MovementRead, home, false)?;
    let today = cx.now.day();
    cx.tx.rows(sql::CARDS_USED, args![home, today])?.iter().map(card_from).collect()
}

/// The next edition of the buildings, with paces and delay fitted to what a drill measured. Refuses: no plan in force to
/// compare with, fewer than `fit::LEAST` classes that were both planned and measured.
pub fn fit_to(cx: &mut Cx<'_, '_>, unit: Id, drill: Id, measured: &[(String, i64)]) -> Result<Id> {
    let home = home(cx, Some(unit))?;
    let newest = last(cx, home.id)?.ok_or(Error::from(Refusal::NeedsEvidence { what: "building" }))?;
    let mut sheet = None;
    for row in cx.tx.rows(sql::IN_FORCE, args![home.id])? {
        let row = cx.tx.row(sql::SHOW, args![row.id("id")?])?.ok_or_else(|| Error::broken("movement"))?;
        if row.text("hash")? == newest.hash {
            sheet = serde_json::from_str::<Value>(&row.text("evacuation")?).ok();
            break;
        }
    }
    let sheet = sheet.ok_or(Error::from(Refusal::NeedsEvidence { what: "plan" }))?;
    let Building { doc, typed, .. } = newest;
    let judged = fit::refit(&doc, typed.as_ref(), &sheet, measured)?;
    building::put(cx, Some(home.id), &judged, Some(drill))
}
