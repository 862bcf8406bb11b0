//! One alarm as a page shows it, the list, and what a test says of the line.

use base::{Id, Ms, Result};
use db::{Row, args};
use serde::Serialize;

use super::roll::{self, Count, RollLine};
use super::state::{Act, State, next};
use super::{Alarm, found, from_row, may, scope, sql};
use crate::kernel::cx::Cx;
use crate::kernel::outbox::{self, Sent};
use crate::kernel::rights::{Action, Reach, Relation, relation};
use crate::org::{Role, people, post, unit};

/// Rows of the list.
pub const ROWS: i64 = 100;
/// Steps shown: an alarm that nobody answers for hours makes as many.
const STEPS: i64 = 200;
/// Who leads the school when an alarm is open there.
const CALLED: &[Role] = &[Role::Principal, Role::SafetyHead];
/// Receipts counted.
const RECEIPTS: i64 = 5_000;

/// One step of the history.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    pub id: Id,
    pub act: Act,
    pub by: Option<String>,
    /// A telephone of a unit was lifted.
    pub by_unit: Option<String>,
    pub role: Option<Role>,
    pub rung: i64,
    pub note: Option<String>,
    /// For the clock: when it was due.
    pub planned_at: Option<Ms>,
    pub received_at: Ms,
}

/// What the outbox says of an alarm: the proof that a line is sound, or where it is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Deliveries, of all rungs.
    pub told: i64,
    pub delivered: i64,
    pub waiting: i64,
    pub dead: i64,
    /// From the press to the slowest delivery.
    pub slowest_ms: Option<i64>,
    /// From the press to the first acknowledgement.
    pub answered_ms: Option<i64>,
    /// To the first one from outside the school, and to the police desk's.
    pub heard_ms: Option<i64>,
    pub linked_ms: Option<i64>,
}

/// Somebody to be rung up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// None: whoever pressed.
    pub role: Option<Role>,
    pub name: String,
    pub mobile: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub alarm: Alarm,
    pub unit_name: String,
    /// The number that the school answers day and night.
    pub phone: Option<String>,
    /// While it is open, for whoever answers alarms: who pressed and who leads the school, with their mobiles.
    pub calls: Vec<Call>,
    pub place_name: Option<String>,
    pub raiser: Option<String>,
    pub acker: Option<String>,
    pub agency_name: Option<String>,
    pub steps: Vec<Step>,
    pub roll: Vec<RollLine>,
    pub count: Count,
    pub health: Health,
    /// What the viewer may do now.
    pub acts: Vec<Act>,
}

/// One alarm for the asker.
pub fn show(cx: &mut Cx<'_, '_>, id: Id) -> Result<View> {
    let row = found(cx, id)?;
    let alarm = from_row(&row)?;
    let steps = cx.tx.rows(sql::STEPS, args![id, STEPS])?.iter().map(step).collect::<Result<Vec<_>>>()?;
    let roll = roll::lines(cx, &alarm)?;
    let mut acts = Vec::new();
    for (act, action) in [
        (Act::Acknowledge, Action::AlarmAnswer),
        (Act::Arrive, Action::AlarmAnswer),
        (Act::Note, Action::AlarmAnswer),
        (Act::Account, Action::AlarmAccount),
        (Act::End, Action::AlarmEnd),
    ] {
        if is_asked(cx, &alarm, act)? && next(alarm.state, act).is_some() && may(cx, action, &alarm)? {
            acts.push(act);
        }
    }
    let agency_name = match alarm.agency {
        Some(agency) => Some(unit::load(cx, agency)?.name),
        None => None,
    };
    Ok(View {
        unit_name: row.text("unit_name")?,
        phone: unit::load(cx, alarm.unit)?.phone,
        calls: calls(cx, &alarm)?,
        place_name: row.opt_text("place_name")?.or(alarm.place_text.clone()),
        raiser: row.opt_text("raiser_name")?,
        acker: row.opt_text("acker_name")?,
        agency_name,
        steps,
        count: Count::of(&roll),
        roll,
        health: health(cx, &alarm)?,
        acts,
        alarm,
    })
}

fn calls(cx: &mut Cx<'_, '_>, alarm: &Alarm) -> Result<Vec<Call>> {
    let mut out: Vec<Call> = Vec::new();
    if alarm.test || !alarm.state.is_open() || !may(cx, Action::AlarmAnswer, alarm)? {
        return Ok(out);
    }
    let mut whom: Vec<(Option<Role>, Id)> = alarm.raised_by.map(|id| (None, id)).into_iter().collect();
    for role in CALLED {
        whom.extend(post::holders(cx, alarm.unit, *role)?.into_iter().map(|id| (Some(*role), id)));
    }
    for (role, id) in whom.into_iter().filter(|(_, id)| Some(*id) != cx.actor.person) {
        let person = people::load(cx, id)?;
        if let Some(mobile) = person.mobile.filter(|m| out.iter().all(|c| c.mobile != *m)) {
            out.push(Call { role, name: person.name.unwrap_or_default(), mobile });
        }
    }
    Ok(out)
}

/// Is the viewer still asked to answer, or to say that he has come? Not for what he pressed himself. Once somebody has
/// answered: whoever is outside the school while nobody there has, and the police desk that has not, since its answer
/// shows that the line to it is sound.
fn is_asked(cx: &mut Cx<'_, '_>, alarm: &Alarm, act: Act) -> Result<bool> {
    let own = alarm.raised_by.is_some() && alarm.raised_by == cx.actor.person;
    Ok(match act {
        Act::Arrive => !own,
        Act::Acknowledge if own => false,
        Act::Acknowledge => {
            let police = cx.actor.role == Role::Agency && alarm.linked_at.is_none();
            let outside = alarm.heard_at.is_none() && relation(cx, alarm.unit)? != Relation::Own;
            alarm.state == State::Raised || police || outside
        }
        _ => true,
    })
}

fn step(row: &db::Row) -> Result<Step> {
    Ok(Step {
        id: row.id("id")?,
        act: Act::from_code(&row.text("act")?).ok_or_else(|| base::Error::broken("alarm_step.act"))?,
        by: row.opt_text("by_name")?,
        by_unit: row.opt_text("by_unit_name")?,
        role: row.opt_text("by_role")?.as_deref().and_then(Role::from_code),
        rung: row.int("rung")?,
        note: row.opt_text("note")?,
        planned_at: row.opt_ms("planned_at")?,
        received_at: row.ms("received_at")?,
    })
}

fn health(cx: &mut Cx<'_, '_>, alarm: &Alarm) -> Result<Health> {
    let took = |at: Option<Ms>| at.map(|at| at.since(alarm.received_at));
    let mut health = Health {
        answered_ms: took(alarm.acked_at),
        heard_ms: took(alarm.heard_at),
        linked_ms: took(alarm.linked_at),
        ..Health::default()
    };
    for line in outbox::of_subject(cx, "alarm", alarm.id, RECEIPTS)? {
        health.told += 1;
        match line.state {
            Sent::Sent | Sent::Ringing => health.delivered += 1,
            Sent::Waiting => health.waiting += 1,
            Sent::Dead => health.dead += 1,
            Sent::Dropped => {}
        }
        let slow = line.sent_at.map(|at| at.since(line.received_at));
        health.slowest_ms = health.slowest_ms.max(slow);
    }
    Ok(health)
}

/// A line of the list.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub alarm: Alarm,
    pub unit_name: String,
    pub place_name: Option<String>,
    pub acker: Option<String>,
}

/// Alarms in the asker's scope, open ones first; or tests.
pub fn list(cx: &mut Cx<'_, '_>, tests: bool) -> Result<Vec<Line>> {
    let reach = scope(cx);
    if reach == Reach::Nothing {
        return Err(base::Refusal::NoRight.into());
    }
    let rows = cx.tx.rows(&sql::list(reach), args![cx.actor.unit, tests, ROWS])?;
    rows.iter().map(line).collect()
}

/// Those of some alarms that the asker may see, without tests: for a page that is told of them as they come.
pub fn these(cx: &mut Cx<'_, '_>, ids: &[Id]) -> Result<Vec<Line>> {
    let statement = sql::by_id(scope(cx));
    let mut out = Vec::new();
    for id in ids {
        let row = cx.tx.row(&statement, args![cx.actor.unit, *id])?;
        out.extend(row.as_ref().map(line).transpose()?.filter(|l| !l.alarm.test));
    }
    Ok(out)
}

fn line(row: &Row) -> Result<Line> {
    let alarm = from_row(row)?;
    let place_name = row.opt_text("place_name")?.or(alarm.place_text.clone());
    Ok(Line { unit_name: row.text("unit_name")?, place_name, acker: row.opt_text("acker_name")?, alarm })
}

/// Real alarms in the asker's scope that nobody has answered, newest first.
pub fn unanswered(cx: &mut Cx<'_, '_>, most: i64) -> Result<Vec<Line>> {
    let reach = scope(cx);
    if reach == Reach::Nothing {
        return Ok(Vec::new());
    }
    cx.tx.rows(&sql::unanswered(reach), args![cx.actor.unit, most])?.iter().map(line).collect()
}

/// How many real alarms are open in the asker's scope: for the badge.
pub fn open(cx: &mut Cx<'_, '_>) -> Result<i64> {
    let reach = scope(cx);
    if reach == Reach::Nothing {
        return Ok(0);
    }
    cx.tx.row(&sql::open(reach), args![cx.actor.unit])?.map_or(Ok(0), |row| row.int("n"))
}
