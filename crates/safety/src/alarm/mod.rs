//! 一键报警 (5.2): pressed on a page, on a phone, or on a wall; school, county and police desk are told at the same moment;
//! while nobody answers, the ladder climbs by the clock, and it goes on climbing when somebody has answered and nobody
//! comes. Who is here and who is missing is counted class by class. It ends with a reason.
//!
//! An alarm is answered to whoever pressed only after its transaction is on the disk. It is never refused for what was
//! typed beside it. A test is an alarm that says so: it tells the first rung, climbs no further, and shows whether the
//! line is sound; it counts once somebody outside the school has answered.
//!
//! - `state`  the pure table · `ladder` who is told on which rung, and when
//! - `raise`, `act` the acts · `roll` who is accounted for · `button` buttons on walls, the agency that hears a county
//! - `view`   one alarm, the list, the line's health · `spread` in how many schools it is built, heard, tested
//!
//! Not here: what happened and to whom (`incident`, which this opens as a draft through `follow`), devices that speak
//! SIP (part D).

pub mod act;
pub mod button;
pub mod ladder;
pub mod raise;
pub mod roll;
pub mod spread;
pub mod sql;
pub mod state;
pub mod view;

use base::{Error, Id, Ms, Refusal, Result};
use db::{Row, args};
use serde::Serialize;

pub use act::Input;
pub use raise::NewAlarm;
pub use state::{Act, Here, Outcome, Source, State};
pub use view::{Health, View};

use crate::kernel::cx::Cx;
use crate::kernel::due;
use crate::kernel::rights::{Action, Reach, reach};
use crate::org::Role;

/// An alarm as it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alarm {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub unit: Id,
    pub number: String,
    pub place: Option<Id>,
    pub place_text: Option<String>,
    pub state: State,
    pub test: bool,
    pub source: Source,
    /// The police desk that hears it, as the county has named one.
    pub agency: Option<Id>,
    pub raised_by: Option<Id>,
    /// How far the ladder has climbed.
    pub rung: i64,
    /// When the clock looks again.
    pub due_at: Option<Ms>,
    /// First acknowledgement.
    pub acked_at: Option<Ms>,
    pub acked_by: Option<Id>,
    /// First acknowledgement from outside the school: a bureau, a main school, the police.
    pub heard_at: Option<Ms>,
    /// First acknowledgement by the police desk: that, and nothing less, is 联网 with them.
    pub linked_at: Option<Ms>,
    pub on_site_at: Option<Ms>,
    pub ended_at: Option<Ms>,
    pub ended_by: Option<Id>,
    pub outcome: Option<Outcome>,
    pub end_reason: Option<String>,
    pub claimed_at: Ms,
    pub received_at: Ms,
}

pub(crate) fn from_row(row: &Row) -> Result<Alarm> {
    let broken = |what: &str| Error::broken(format!("alarm.{what}"));
    Ok(Alarm {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        number: row.text("number")?,
        place: row.opt_id("place")?,
        place_text: row.opt_text("place_text")?,
        state: State::from_code(&row.text("state")?).ok_or_else(|| broken("state"))?,
        test: row.flag("test")?,
        source: Source::from_code(&row.text("source")?).ok_or_else(|| broken("source"))?,
        agency: row.opt_id("agency")?,
        raised_by: row.opt_id("raised_by")?,
        rung: row.int("rung")?,
        due_at: row.opt_ms("due_at")?,
        acked_at: row.opt_ms("acked_at")?,
        acked_by: row.opt_id("acked_by")?,
        heard_at: row.opt_ms("heard_at")?,
        linked_at: row.opt_ms("linked_at")?,
        on_site_at: row.opt_ms("on_site_at")?,
        ended_at: row.opt_ms("ended_at")?,
        ended_by: row.opt_id("ended_by")?,
        outcome: row.opt_text("outcome")?.as_deref().and_then(Outcome::from_code),
        end_reason: row.opt_text("end_reason")?,
        claimed_at: row.ms("claimed_at")?,
        received_at: row.ms("received_at")?,
    })
}

/// How far the actor sees alarms.
fn scope(cx: &Cx<'_, '_>) -> Reach {
    reach(cx.actor.role, Action::AlarmRead)
}

/// The row of an alarm, with names, through the asker's scope: absent and hidden are the same NotFound.
fn found(cx: &mut Cx<'_, '_>, id: Id) -> Result<Row> {
    let sql = sql::by_id(scope(cx));
    cx.tx.row(&sql, args![cx.actor.unit, id])?.ok_or(Error::from(Refusal::NotFound))
}

pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Alarm> {
    from_row(&found(cx, id)?)
}

/// Does a rule allow it? An agency acts on what its county hands it.
pub(crate) fn may(cx: &mut Cx<'_, '_>, action: Action, alarm: &Alarm) -> Result<bool> {
    use crate::kernel::rights::{Relation, decide, relation};
    let handed = alarm.agency.is_some() && alarm.agency == Some(cx.actor.unit);
    let relation = if handed { Relation::Handed } else { relation(cx, alarm.unit)? };
    Ok(decide(cx.actor.role, relation, action, false).allow)
}

fn require(cx: &mut Cx<'_, '_>, action: Action, alarm: &Alarm) -> Result<()> {
    if may(cx, action, alarm)? { Ok(()) } else { Err(Refusal::NoRight.into()) }
}

/// Who did a step: the actor, or whoever lifted a telephone.
#[derive(Clone, Debug, Default)]
struct Said {
    person: Option<Id>,
    unit: Option<Id>,
    note: Option<String>,
    planned_at: Option<Ms>,
}

/// Stores the alarm as it stands, with its step, deadline and signal.
fn put(cx: &mut Cx<'_, '_>, a: &mut Alarm, act: Act, said: &Said) -> Result<()> {
    let row = cx.put(
        op(act),
        "alarm",
        sql::UPDATE,
        args![
            a.id,
            a.state,
            a.state.is_open(),
            a.rung,
            a.due_at,
            a.acked_at,
            a.acked_by,
            a.on_site_at,
            a.ended_at,
            a.ended_by,
            a.outcome,
            a.end_reason.clone(),
            a.heard_at,
            a.linked_at
        ],
    )?;
    a.version = row.int("version")?;
    step(cx, a, act, said)
}

/// The step, its leaf, the deadline and the signal.
fn step(cx: &mut Cx<'_, '_>, a: &Alarm, act: Act, said: &Said) -> Result<()> {
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    let claimed = cx.claimed().unwrap_or(now);
    let role = (cx.actor.role != Role::System).then_some(cx.actor.role);
    let person = said.person.or(cx.actor.person);
    let args = args![
        a.county,
        id,
        salt,
        a.id,
        a.unit,
        act,
        a.state,
        person,
        said.unit,
        role,
        cx.actor.post,
        a.rung,
        said.note.clone(),
        said.planned_at,
        claimed,
        now
    ];
    cx.put(op(act), "alarm_step", sql::STEP, args)?;
    match a.due_at {
        Some(at) => due::set(cx, "alarm", a.id, "rung", at)?,
        None => due::clear(cx, a.id, "rung")?,
    }
    cx.signal("alarm", a.county, a.unit, a.id);
    Ok(())
}

fn op(act: Act) -> &'static str {
    match act {
        Act::Raise => "alarm.raise",
        Act::Again => "alarm.again",
        Act::Acknowledge => "alarm.acknowledge",
        Act::Arrive => "alarm.arrive",
        Act::End => "alarm.end",
        Act::Account => "alarm.account",
        Act::Note => "alarm.note",
        Act::Rung => "alarm.rung",
        Act::Resume => "alarm.resume",
    }
}
