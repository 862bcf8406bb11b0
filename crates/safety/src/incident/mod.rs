//! 事故报送 (notice 1.2): from the first report out of a phone without signal to the final one with cause and lessons; the
//! clock of each level, what each superior signed and when, and what was told beside. What was reported is never changed:
//! every follow-up, correction and final report is a version of its own.
//!
//! `state` is the pure table, `grade` how grave it is; `report` enters versions, `act` is everything else that people do,
//! `draft` what an alarm opens; `leg` what each level owes and by when; `list` and `view` read; `zero` is the zero report. Whether a leg was in time is
//! judged by the server's receipt; the claimed time stands beside it, so that a late upload never poses as punctual.
//!
//! `tell` wakes the levels that a report has reached.
//!
//! Not here: by which ways a message goes (`message`), the search for what was not reported (`clue`), alarms (5.2), who is
//! answerable afterwards (4.3).

pub mod act;
pub mod draft;
pub mod grade;
mod leg;
pub mod list;
pub mod report;
pub mod sql;
pub mod state;
mod store;
mod tell;
pub mod view;
pub mod zero;

use base::{Error, Id, Ms, Refusal, Result};
use db::{Row, args};
use serde::Serialize;

pub use act::Input;
pub use grade::Toll;
pub use leg::Leg;
pub(crate) use leg::{levels, of as legs_of};
pub use list::{Bucket, Filter, Line, Page};
pub use report::{NewIncident, NewReport};
pub use state::{Act, Class, Fact, Family, Grade, Kind, LegKind, Party, ReportKind, State};
pub use view::View;

use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};

/// An incident as it was last reported.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Incident {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub unit: Id,
    /// 江湾-事-2026-003
    pub number: String,
    pub kind: Kind,
    pub family: Family,
    pub what: Option<String>,
    pub place: Option<Id>,
    pub place_text: Option<String>,
    pub state: State,
    pub grade: Grade,
    pub class: Class,
    pub happened_at: Ms,
    /// First knowledge: the earliest that any version claims. The clocks start here.
    pub known_at: Ms,
    pub hurt: Option<i64>,
    pub sent: Option<i64>,
    pub serious: Option<i64>,
    pub dead: Option<i64>,
    pub missing: Option<i64>,
    /// 万元
    pub loss: Option<i64>,
    pub facts: Vec<Fact>,
    /// Versions so far.
    pub reports: i64,
    pub reported_by: Option<Id>,
    /// When the first and the last report reached the server.
    pub first_at: Ms,
    pub last_at: Ms,
    pub follow_due_at: Option<Ms>,
    pub final_due_at: Option<Ms>,
    pub window_until: Ms,
    pub ended_at: Option<Ms>,
    pub final_at: Option<Ms>,
    pub final_report: Option<Id>,
    /// When the level above signed for the newest final report.
    pub final_signed_at: Option<Ms>,
    pub closed_at: Option<Ms>,
    /// Clocks that ran out so far.
    pub late: i64,
    pub void_reason: Option<String>,
    pub pack_hash: Vec<u8>,
    pub claimed_at: Ms,
    pub received_at: Ms,
}

impl Incident {
    pub fn toll(&self) -> Toll {
        Toll {
            hurt: self.hurt,
            sent: self.sent,
            serious: self.serious,
            dead: self.dead,
            missing: self.missing,
            loss: self.loss,
        }
    }
    fn set_toll(&mut self, toll: Toll) {
        (self.hurt, self.sent, self.serious) = (toll.hurt, toll.sent, toll.serious);
        (self.dead, self.missing, self.loss) = (toll.dead, toll.missing, toll.loss);
    }
    /// The school's own next clock that is not a leg: the report at a fixed time, or the final one.
    pub fn own_due(&self) -> Option<(ReportKind, Ms)> {
        match self.state {
            State::Concluding => self.final_due_at.map(|at| (ReportKind::Final, at)),
            State::Awaiting | State::Handling => self.follow_due_at.map(|at| (ReportKind::Follow, at)),
            _ => None,
        }
    }
}

/// Codes kept as a JSON list.
fn facts_of(row: &Row) -> Result<Vec<Fact>> {
    Ok(row.opt_text("facts")?.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default())
}

fn facts_json(facts: &[Fact]) -> Option<String> {
    (!facts.is_empty()).then(|| serde_json::json!(facts).to_string())
}

fn code<T>(row: &Row, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
    read(&row.text(name)?).ok_or_else(|| Error::broken(format!("incident: {name}")))
}

pub(crate) fn from_row(row: &Row) -> Result<Incident> {
    Ok(Incident {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        number: row.text("number")?,
        kind: code(row, "kind", Kind::from_code)?,
        family: code(row, "family", Family::from_code)?,
        what: row.opt_text("what")?,
        place: row.opt_id("place")?,
        place_text: row.opt_text("place_text")?,
        state: code(row, "state", State::from_code)?,
        grade: code(row, "grade", Grade::from_code)?,
        class: code(row, "class", Class::from_code)?,
        happened_at: row.ms("happened_at")?,
        known_at: row.ms("known_at")?,
        hurt: row.opt_int("hurt")?,
        sent: row.opt_int("sent")?,
        serious: row.opt_int("serious")?,
        dead: row.opt_int("dead")?,
        missing: row.opt_int("missing")?,
        loss: row.opt_int("loss")?,
        facts: facts_of(row)?,
        reports: row.int("reports")?,
        reported_by: row.opt_id("reported_by")?,
        first_at: row.ms("first_at")?,
        last_at: row.ms("last_at")?,
        follow_due_at: row.opt_ms("follow_due_at")?,
        final_due_at: row.opt_ms("final_due_at")?,
        window_until: row.ms("window_until")?,
        ended_at: row.opt_ms("ended_at")?,
        final_at: row.opt_ms("final_at")?,
        final_report: row.opt_id("final_report")?,
        final_signed_at: row.opt_ms("final_signed_at")?,
        closed_at: row.opt_ms("closed_at")?,
        late: row.int("late")?,
        void_reason: row.opt_text("void_reason")?,
        pack_hash: row.blob("pack_hash")?,
        claimed_at: row.ms("claimed_at")?,
        received_at: row.ms("received_at")?,
    })
}

/// How far the asker reads: by the rule table, and in any case what the asker reported himself.
pub(crate) fn scope(cx: &Cx<'_, '_>) -> Reach {
    reach(cx.actor.role, Action::IncidentRead)
}

/// May the asker report at all? Then he reads at least what he reported.
pub(crate) fn reads(cx: &Cx<'_, '_>) -> bool {
    scope(cx) != Reach::Nothing || reach(cx.actor.role, Action::IncidentReport) != Reach::Nothing
}

/// An incident through the asker's scope: absent and hidden are the same NotFound.
pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Incident> {
    if !reads(cx) {
        return Err(Refusal::NotFound.into());
    }
    let statement = sql::by_id(scope(cx));
    let row = cx.tx.row(&statement, args![cx.actor.unit, cx.actor.person, id])?;
    from_row(&row.ok_or(Error::from(Refusal::NotFound))?)
}

/// Did the actor report it? That allows a call to be recorded and the own report to be read, whatever the post.
fn is_mine(cx: &Cx<'_, '_>, incident: &Incident) -> bool {
    cx.actor.person.is_some() && incident.reported_by == cx.actor.person && incident.unit == cx.actor.unit
}

/// The pack by which it is judged: the one in force when it became known.
fn pack_of<'a>(cx: &Cx<'a, '_>, known_at: Ms) -> &'a std::sync::Arc<crate::pack::Pack> {
    cx.packs.in_force(known_at.day())
}

/// Called by `tick` when a clock of an incident ran out: entered once, with the planned and the actual time.
pub fn due_fired(cx: &mut Cx<'_, '_>, id: Id, rule: &str, planned: Ms) -> Result<()> {
    match rule {
        "leg" => leg::missed(cx, id, planned),
        "window" => act::window_ended(cx, id),
        "lost" => report::regrade(cx, id),
        "follow" | "final" => report::missed(cx, id, rule, planned),
        other => {
            tracing::error!(rule = other, "an incident's deadline that nobody knows");
            Ok(())
        }
    }
}
