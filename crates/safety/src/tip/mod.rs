//! 举报: what anybody, without an account and without a name, tells a bureau of a school. An independent source against
//! 漏报 and 瞒报 (notice 1.2): the receipt is a number with a proof that the tip stands in the log, so that nobody can lose
//! it quietly. Off until a bureau opens its gate. The school concerned never reads it; its superiors do, and close each
//! with an outcome and an answer that the teller reads by the number.
//!
//! Limits: tips of one unit and of one county in a day (the door counts addresses in memory, which are never stored).
//! Not here: what a tip says against the incidents (the detectors).

pub mod sql;

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::kernel::text::{self, Faults};
use crate::org::kinds::codes;
use crate::org::{login, unit};

/// Tips taken for one unit, and for all units of a county, in a day: a flood must not bury a bureau's desk.
pub const UNIT_PER_DAY: i64 = 30;
pub const COUNTY_PER_DAY: i64 = 300;
/// Days that somebody may look back.
const DAYS_BACK: i64 = 366;
/// Characters of a way to be reached.
const CONTACT_CHARS: i64 = 60;

codes! {
    /// What it is about.
    Kind {
        /// 学生受伤
        Injury = "injury",
        /// 欺凌、打架
        Violence = "violence",
        /// 食品
        Food = "food",
        /// 校车、接送
        Bus = "bus",
        /// 消防
        Fire = "fire",
        /// 校舍、设施
        Building = "building",
        /// 出了事没有报
        Concealed = "concealed",
        Other = "other",
    }
}

codes! {
    State {
        New = "new",
        /// Somebody of the bureau is on it.
        Taken = "taken",
        Closed = "closed",
    }
}

codes! {
    /// What came of it.
    Outcome {
        /// 属实，已处理
        Dealt = "dealt",
        /// 部分属实，已处理
        Partly = "partly",
        /// 没有查到
        Unfounded = "unfounded",
        /// 已转有关部门
        Passed = "passed",
    }
}

impl State {
    /// The whole life: taken once by somebody of the bureau, closed once; `None` = refused.
    pub fn next(self, act: Act) -> Option<State> {
        match (self, act) {
            (State::New, Act::Take) => Some(State::Taken),
            (State::New | State::Taken, Act::Close) => Some(State::Closed),
            (State::Taken, Act::Take) | (State::Closed, _) => None,
        }
    }
}

codes! {
    Act {
        Take = "take",
        Close = "close",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tip {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    pub unit_name: String,
    pub kind: Kind,
    pub what: String,
    pub happened_on: Option<Day>,
    /// Only while it is open: emptied when it is closed.
    pub contact: Option<String>,
    pub state: State,
    pub outcome: Option<Outcome>,
    pub answer: Option<String>,
    pub taken_by: Option<String>,
    pub taken_at: Option<Ms>,
    pub closed_by: Option<String>,
    pub closed_at: Option<Ms>,
    pub received_at: Ms,
}

fn from_row(row: &Row) -> Result<Tip> {
    let broken = |what: &str| Error::broken(format!("tip.{what}"));
    let outcome = row.opt_text("outcome")?;
    Ok(Tip {
        id: row.id("id")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        unit_name: row.text("unit_name")?,
        kind: Kind::from_code(&row.text("kind")?).ok_or_else(|| broken("kind"))?,
        what: row.text("what")?,
        happened_on: row.opt_day("happened_on")?,
        contact: row.opt_text("contact")?,
        state: State::from_code(&row.text("state")?).ok_or_else(|| broken("state"))?,
        outcome: outcome.as_deref().and_then(Outcome::from_code),
        answer: row.opt_text("answer")?,
        taken_by: row.opt_text("taken_name")?,
        taken_at: row.opt_ms("taken_at")?,
        closed_by: row.opt_text("closed_name")?,
        closed_at: row.opt_ms("closed_at")?,
        received_at: row.ms("received_at")?,
    })
}

/// A unit of which tips are taken, as the public may know it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    pub id: Id,
    pub name: String,
}

/// The unit that a poster names, if tips are taken of it; NotFound otherwise. Free for everybody: names of schools are
/// public, and nothing else is told.
pub fn place(cx: &mut Cx<'_, '_>, id: Id) -> Result<Place> {
    let unit = unit::load(cx, id)?;
    let unit = if unit.home == unit.id { unit } else { unit::load(cx, unit.home)? };
    let open = cx.tx.row(sql::GATE_ABOVE, args![unit.id])?.is_some();
    let taken = (unit.kind.is_school() || unit.kind.is_bureau()) && unit.closed_on.is_none();
    if open && taken { Ok(Place { id: unit.id, name: unit.name }) } else { Err(Refusal::NotFound.into()) }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewTip {
    pub unit: Id,
    pub kind: String,
    pub what: String,
    #[serde(default)]
    pub happened_on: Option<Day>,
    /// A way to be reached, if the teller wants to be.
    #[serde(default)]
    pub contact: String,
}

/// Takes a tip; `code` is the receipt number that the door made, kept as its hash. Free for everybody.
/// Refuses: a unit of which no tips are taken (NotFound), no kind, nothing said, a day ahead or longer than a year ago,
/// more than the day's tips (TooMany).
pub fn submit(cx: &mut Cx<'_, '_>, new: &NewTip, code: &str) -> Result<Id> {
    let place = place(cx, new.unit)?;
    let county = unit::load(cx, place.id)?.county;
    let mut faults = Faults::default();
    let what = faults.text("what", &new.what, limits::NOTE_CHARS);
    let contact = faults.optional("contact", &new.contact, CONTACT_CHARS);
    let kind = Kind::from_code(&new.kind);
    if kind.is_none() {
        faults.add("kind", if new.kind.is_empty() { Problem::Required } else { Problem::Unknown });
    }
    if let Some(day) = new.happened_on {
        let ago = cx.now.day().days_since(day);
        if ago < 0 {
            faults.add("happened_on", Problem::InFuture { minutes: -ago * 1_440 });
        } else if ago > DAYS_BACK {
            faults.add("happened_on", Problem::OutOfRange { min: 0, max: DAYS_BACK });
        }
    }
    faults.done()?;
    let kind = kind.ok_or_else(|| Error::invalid("kind", Problem::Required))?;
    let since = cx.now.day().start();
    for (sql, args, limit) in
        [(sql::SINCE_OF_UNIT, args![place.id, since], UNIT_PER_DAY), (sql::SINCE, args![county, since], COUNTY_PER_DAY)]
    {
        if cx.tx.row(sql, args)?.map_or(Ok(0), |row| row.int("n"))? >= limit {
            return Err(Refusal::TooMany { limit }.into());
        }
    }
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    let (code, kind) = (login::token_hash(code), kind.code());
    let args = args![county, id, salt, place.id, code, kind, what, new.happened_on, contact, now];
    cx.put("tip.submit", "tip", sql::INSERT, args)?;
    cx.signal("tip", county, place.id, id);
    Ok(id)
}

/// What the teller sees by the number: the tip without who works on it. NotFound for a number that is none.
pub fn receipt(cx: &mut Cx<'_, '_>, code: &str) -> Result<Tip> {
    let row = cx.tx.row(sql::BY_CODE, args![login::token_hash(code)])?.ok_or(Error::from(Refusal::NotFound))?;
    Ok(Tip { contact: None, taken_by: None, closed_by: None, ..from_row(&row)? })
}

/// How far the asker reads tips. NoRight for whoever reads none.
fn sight(cx: &Cx<'_, '_>) -> Result<Reach> {
    match reach(cx.actor.role, Action::TipRead) {
        Reach::Subtree | Reach::All => Ok(reach(cx.actor.role, Action::TipRead)),
        _ => Err(Refusal::NoRight.into()),
    }
}

/// A page of tips in the asker's scope, newest first; `state` narrows.
pub fn list(
    cx: &mut Cx<'_, '_>,
    state: Option<State>,
    cursor: Option<&str>,
    rows: i64,
) -> Result<(Vec<Tip>, Option<String>)> {
    let reach = sight(cx)?;
    let (at, id) = match cursor.filter(|c| !c.is_empty()) {
        Some(text) => text::cursor(text)?,
        // Before everything that will ever be received.
        None => (Ms(i64::MAX), Id::from_parts(Ms(0), [0; 10])),
    };
    let code = state.map_or("", State::code);
    let found = cx.tx.rows(&sql::list(reach), args![cx.actor.unit, code, at, id, rows + 1])?;
    let mut tips: Vec<Tip> = found.iter().map(from_row).collect::<Result<_>>()?;
    let more = tips.len() as i64 > rows;
    tips.truncate(rows.max(0) as usize);
    let next = tips.last().filter(|_| more).map(|t| format!("{}-{}", t.received_at.0, t.id));
    Ok((tips, next))
}

/// Tips that wait at the asker's desk; 0 for whoever reads none.
pub fn waiting(cx: &mut Cx<'_, '_>) -> Result<i64> {
    let Ok(reach) = sight(cx) else { return Ok(0) };
    cx.tx.row(&sql::count(reach), args![cx.actor.unit])?.map_or(Ok(0), |row| row.int("n"))
}

/// A tip for the asker. NotFound when absent, out of scope, or about the asker's own institution.
pub fn show(cx: &mut Cx<'_, '_>, id: Id) -> Result<Tip> {
    let row = cx.tx.row(sql::BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let tip = from_row(&row)?;
    cx.require(Action::TipRead, tip.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    Ok(tip)
}

fn moved(tip: &Tip, act: Act) -> Result<()> {
    match tip.state.next(act) {
        Some(_) => Ok(()),
        None => Err(Refusal::WrongState { from: tip.state.code(), action: act.code() }.into()),
    }
}

/// 接手: the actor is on it. Refuses what is taken or closed.
pub fn take(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let tip = show(cx, id)?;
    cx.require(Action::TipHandle, tip.unit, false)?;
    moved(&tip, Act::Take)?;
    let (me, now) = (cx.actor.person, cx.now);
    cx.put("tip.take", "tip", sql::TAKE, args![id, me, now])?;
    cx.signal("tip", tip.county, tip.unit, id);
    Ok(())
}

/// 办结: what came of it, and what is answered to the teller. The way to be reached is emptied. Refuses what is closed, no
/// outcome, no answer.
pub fn close(cx: &mut Cx<'_, '_>, id: Id, outcome: &str, answer: &str) -> Result<()> {
    let tip = show(cx, id)?;
    cx.require(Action::TipHandle, tip.unit, false)?;
    let mut faults = Faults::default();
    let answer = faults.text("answer", answer, limits::NOTE_CHARS);
    let known = Outcome::from_code(outcome);
    if known.is_none() {
        faults.add("outcome", if outcome.is_empty() { Problem::Required } else { Problem::Unknown });
    }
    faults.done()?;
    moved(&tip, Act::Close)?;
    let (me, now) = (cx.actor.person, cx.now);
    cx.put("tip.close", "tip", sql::CLOSE, args![id, outcome, answer, me, now])?;
    cx.signal("tip", tip.county, tip.unit, id);
    Ok(())
}

/// Since when the actor's bureau takes tips; none when it does not.
pub fn open_since(cx: &mut Cx<'_, '_>) -> Result<Option<Ms>> {
    sight(cx)?;
    cx.tx.row(sql::GATE_OF, args![cx.actor.unit])?.map(|row| row.ms("received_at")).transpose()
}

/// Opens or shuts the gate of the actor's bureau, for every unit under it; nothing when it stands so already.
pub fn gate(cx: &mut Cx<'_, '_>, open: bool) -> Result<()> {
    cx.require(Action::TipGate, cx.actor.unit, false)?;
    let known = cx.tx.row(sql::GATE_OF, args![cx.actor.unit])?;
    let (me, now, unit, county) = (cx.actor.person, cx.now, cx.actor.unit, cx.actor.county);
    match (known, open) {
        (None, true) => {
            let (id, salt) = (cx.id(), cx.salt());
            cx.put("tip_gate.open", "tip_gate", sql::GATE_INSERT, args![county, id, salt, unit, me, now])?;
        }
        (Some(row), false) => {
            cx.put("tip_gate.shut", "tip_gate", sql::GATE_END, args![row.id("id")?, me, now])?;
        }
        _ => {}
    }
    Ok(())
}
