//! 初报草稿: what a real alarm opens (5.2, 1.2), so that nobody has to begin with an empty form, and so that an alarm after
//! which nothing is reported is seen. It waits at the school until it is reported, or dropped with a reason; an alarm that
//! turns out to be none drops it. A dropped draft stays: it is one of the traces that a clue rests on.

use base::{Error, Id, Ms, Refusal, Result, limits};
use db::{Row, args};
use serde::Serialize;

use super::{Incident, scope, sql};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::kernel::text::Faults;
use crate::org::kinds::codes;
use crate::org::unit;

/// A first report within this time after a draft was opened is the one that the draft waited for.
const SPAN_MS: i64 = Ms::DAY;
/// Drafts shown of a unit.
const SHOWN: i64 = 20;

codes! {
    /// How a draft stands.
    State {
        Waiting = "waiting",
        Reported = "reported",
        /// The school says that there is nothing to report.
        Dropped = "dropped",
        /// The alarm was none.
        Void = "void",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Draft {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    pub unit_name: String,
    pub alarm: Id,
    pub place: Option<Id>,
    pub place_text: Option<String>,
    /// When the alarm was raised: first knowledge, as far as the program can say.
    pub known_at: Ms,
    pub state: State,
    pub incident: Option<Id>,
    pub reason: Option<String>,
    pub closed_by: Option<Id>,
    pub closed_at: Option<Ms>,
}

pub(crate) fn from_row(row: &Row) -> Result<Draft> {
    Ok(Draft {
        id: row.id("id")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        unit_name: row.text("unit_name")?,
        alarm: row.id("alarm")?,
        place: row.opt_id("place")?,
        place_text: row.opt_text("place_text")?,
        known_at: row.ms("known_at")?,
        state: super::code(row, "state", State::from_code)?,
        incident: row.opt_id("incident")?,
        reason: row.opt_text("reason")?,
        closed_by: row.opt_id("closed_by")?,
        closed_at: row.opt_ms("closed_at")?,
    })
}

/// An alarm as this noun needs it; the noun `alarm` stands above and is not known here.
#[derive(Clone, Debug)]
pub(crate) struct Raised {
    pub alarm: Id,
    pub unit: Id,
    pub place: Option<Id>,
    pub place_text: Option<String>,
    pub at: Ms,
}

/// A real alarm was raised: its draft waits from now on.
pub(crate) fn open(cx: &mut Cx<'_, '_>, raised: &Raised) -> Result<()> {
    let home = unit::load(cx, raised.unit)?;
    // Bureaus press as well; what they would report is no school's incident.
    if !home.kind.is_school() {
        return Ok(());
    }
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    let place_text = raised.place_text.clone();
    let args = args![home.county, id, salt, home.id, raised.alarm, raised.place, place_text, raised.at, now];
    cx.put("incident_draft.open", "incident_draft", sql::DRAFT, args)?;
    cx.signal("incident", home.county, home.id, id);
    Ok(())
}

/// The alarm ended and was none: nothing is to be reported of it.
pub(crate) fn alarm_was_none(cx: &mut Cx<'_, '_>, alarm: Id, reason: Option<&str>) -> Result<()> {
    let Some(row) = cx.tx.row(sql::DRAFT_OF_ALARM, args![alarm])? else { return Ok(()) };
    let draft = from_row(&row)?;
    if draft.state != State::Waiting {
        return Ok(());
    }
    close(cx, &draft, State::Void, None, reason)
}

fn close(cx: &mut Cx<'_, '_>, d: &Draft, to: State, incident: Option<Id>, reason: Option<&str>) -> Result<()> {
    let (by, now) = (cx.actor.person, cx.now);
    cx.put("incident_draft.close", "incident_draft", sql::DRAFT_CLOSE, args![d.id, to, incident, reason, by, now])?;
    cx.signal("incident", d.county, d.unit, d.id);
    Ok(())
}

/// Drafts that wait in the asker's scope, oldest first; none for whoever reads no incidents.
pub fn waiting(cx: &mut Cx<'_, '_>) -> Result<Vec<Draft>> {
    if scope(cx) == Reach::Nothing {
        return Ok(Vec::new());
    }
    let rows = cx.tx.rows(&sql::drafts(scope(cx)), args![cx.actor.unit, SHOWN])?;
    rows.iter().map(from_row).collect()
}

/// One draft. NotFound when absent or out of scope; whoever may report at the unit sees it as well.
pub fn show(cx: &mut Cx<'_, '_>, id: Id) -> Result<Draft> {
    let row = cx.tx.row(sql::DRAFT_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let draft = from_row(&row)?;
    let reports = reach(cx.actor.role, Action::IncidentReport) != Reach::Nothing;
    let action = if reports { Action::IncidentReport } else { Action::IncidentRead };
    cx.require(action, draft.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    Ok(draft)
}

/// Says that there is nothing to report. Refuses: NotFound, NoRight, no reason, a draft that is closed (WrongState).
pub fn drop(cx: &mut Cx<'_, '_>, id: Id, reason: &str) -> Result<()> {
    let draft = show(cx, id)?;
    cx.require(Action::IncidentWithdraw, draft.unit, false)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    faults.done()?;
    if draft.state != State::Waiting {
        return Err(Refusal::WrongState { from: draft.state.code(), action: "drop" }.into());
    }
    close(cx, &draft, State::Dropped, None, Some(&reason))
}

/// A first report was made: the draft that waited for it, named or not, is done.
pub(super) fn reported(cx: &mut Cx<'_, '_>, i: &Incident, named: Option<Id>) -> Result<()> {
    let row = match named {
        Some(id) => cx.tx.row(sql::DRAFT_BY_ID, args![id])?,
        None => cx.tx.row(sql::DRAFT_NEAR, args![i.unit, cx.now.plus(-SPAN_MS), cx.now])?,
    };
    let Some(row) = row else { return Ok(()) };
    let draft = from_row(&row)?;
    if draft.unit != i.unit || draft.state != State::Waiting {
        return Ok(());
    }
    close(cx, &draft, State::Reported, Some(i.id), None)
}
