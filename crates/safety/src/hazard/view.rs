//! One hazard as a page shows it: itself, its history with proof numbers, what is near it, and what the viewer may do.

use base::{Error, Id, Ms, Refusal, Result};
use db::args;
use serde::Serialize;

use super::state::{Act, State};
use super::{Hazard, act, load, may, person_name, sql};
use crate::kernel::cx::Cx;
use crate::kernel::files::Photo;
use crate::kernel::proof;
use crate::org::{Role, place, unit};

/// One step of the history.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    pub id: Id,
    pub act: Act,
    /// State after the step.
    pub state: State,
    /// Who did it; none for the program itself and for erased persons.
    pub by: Option<String>,
    pub role: Option<Role>,
    /// Who held the pen, if another (代录).
    pub recorded_by: Option<String>,
    pub note: Option<String>,
    pub photos: Vec<Photo>,
    /// Before and after of what changed, by field.
    pub change: Option<serde_json::Value>,
    /// For a passed deadline: when it was due.
    pub planned_at: Option<Ms>,
    pub claimed_at: Ms,
    pub received_at: Ms,
    /// Number in the log.
    pub leaf: Option<i64>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Near {
    pub id: Id,
    pub number: String,
    pub what: String,
    pub state: State,
    pub received_at: Ms,
}

#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub hazard: Hazard,
    pub unit_name: String,
    pub place_name: Option<String>,
    pub raiser: Option<String>,
    pub assignee: Option<String>,
    pub lead: Option<String>,
    pub helpers: Vec<String>,
    pub rectifier: Option<String>,
    pub rechecker: Option<String>,
    pub closer: Option<String>,
    pub reported_to: Option<String>,
    pub agency: Option<String>,
    /// Who is to act now, by name if a person, else the role.
    pub turn_name: Option<String>,
    /// Newest first.
    pub steps: Vec<Step>,
    /// The same place, last 90 days.
    pub near: Vec<Near>,
    /// What the viewer may do now.
    pub acts: Vec<Act>,
    /// Is it the viewer's turn?
    pub my_turn: bool,
    /// Number of the record's newest leaf.
    pub leaf: Option<i64>,
    /// The check during which it was found.
    pub check_title: Option<String>,
}

/// Refuses NotFound for what is absent or out of scope.
pub fn view(cx: &mut Cx<'_, '_>, id: Id) -> Result<View> {
    let h = load(cx, id)?;
    let steps = steps(cx, id)?;
    let mut acts = Vec::new();
    for act in Act::ALL.iter().copied() {
        if can(cx, &h, act)? {
            acts.push(act);
        }
    }
    let near = match h.place {
        Some(place) => near(cx, place, &h)?,
        None => Vec::new(),
    };
    let turn_name = person_name(cx, h.turn_person)?;
    let named = |cx: &mut Cx<'_, '_>, id: Option<Id>| -> Result<Option<String>> {
        Ok(match id {
            Some(id) => unit::load(cx, id).ok().map(|u| u.name),
            None => None,
        })
    };
    let mut helpers = Vec::new();
    for id in h.helpers.clone() {
        helpers.extend(named(cx, Some(id))?);
    }
    let newest = proof::of_record(cx.tx, "hazard", id, 1)?;
    let check_title = match h.check_run {
        Some(run) => crate::check::title(cx, run)?,
        None => None,
    };
    Ok(View {
        unit_name: unit::load(cx, h.unit)?.name,
        place_name: match h.place {
            Some(id) => Some(place::load(cx, id)?.name),
            None => h.place_text.clone(),
        },
        raiser: person_name(cx, Some(h.raised_by))?,
        assignee: person_name(cx, h.assignee)?,
        lead: named(cx, h.lead)?,
        helpers,
        rectifier: person_name(cx, h.rectified_by)?,
        rechecker: person_name(cx, h.rechecked_by)?,
        closer: person_name(cx, h.closed_by)?,
        reported_to: named(cx, h.reported_to)?,
        agency: named(cx, h.agency)?,
        turn_name,
        my_turn: my_turn(cx, &h),
        leaf: newest.first().and_then(|s| s.n),
        hazard: h,
        steps,
        near,
        acts,
        check_title,
    })
}

/// Does the hazard wait for the actor, in this post?
pub fn my_turn(cx: &Cx<'_, '_>, h: &Hazard) -> bool {
    if !h.state.is_open() {
        return false;
    }
    let a = cx.actor;
    let by_name = h.turn_person.is_some() && h.turn_person == a.person;
    let own_role = h.turn_role == Some(a.role);
    let asked = match h.state {
        State::Reported => h.reported_to == Some(a.unit),
        State::Transferred => h.agency == Some(a.unit),
        _ => h.unit == a.unit,
    };
    let extends = h.extend_to.is_some() && h.unit == a.unit && matches!(a.role, Role::Vice | Role::Principal);
    by_name || (own_role && asked) || extends
}

/// May the viewer do this now? The rule table, the state table and the separation of doer and checker together.
fn can(cx: &mut Cx<'_, '_>, h: &Hazard, what: Act) -> Result<bool> {
    let Some(action) = act::action(what) else { return Ok(false) };
    if !may(cx, action, h)? {
        return Ok(false);
    }
    let separate = matches!(what, Act::Recheck | Act::Return | Act::Close);
    if separate && h.rectified_by.is_some() && h.rectified_by == cx.actor.person {
        return Ok(false);
    }
    match act::possible(cx, h, what) {
        Ok(()) => Ok(true),
        Err(Error::Refused(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}

fn steps(cx: &mut Cx<'_, '_>, id: Id) -> Result<Vec<Step>> {
    let rows = cx.tx.rows(sql::STEPS, args![id])?;
    rows.iter()
        .map(|row| {
            let code = |name: &str| row.text(name);
            Ok(Step {
                id: row.id("id")?,
                act: Act::from_code(&code("act")?).ok_or_else(|| Error::broken("step.act"))?,
                state: State::from_code(&code("state")?).ok_or_else(|| Error::broken("step.state"))?,
                by: row.opt_text("by_name")?,
                role: row.opt_text("by_role")?.as_deref().and_then(Role::from_code),
                recorded_by: row.opt_text("recorder_name")?,
                note: row.opt_text("note")?,
                photos: row.opt_text("photos")?.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default(),
                change: row.opt_text("change")?.and_then(|t| serde_json::from_str(&t).ok()),
                planned_at: row.opt_ms("planned_at")?,
                claimed_at: row.ms("claimed_at")?,
                received_at: row.ms("received_at")?,
                leaf: row.opt_int("leaf_n")?,
            })
        })
        .collect()
}

fn near(cx: &mut Cx<'_, '_>, place: Id, h: &Hazard) -> Result<Vec<Near>> {
    let since = cx.now.plus(-90 * Ms::DAY);
    let rows = cx.tx.rows(sql::SAME_PLACE, args![place, h.id, since])?;
    rows.iter()
        .map(|row| {
            Ok(Near {
                id: row.id("id")?,
                number: row.text("number")?,
                what: row.text("what")?,
                state: State::from_code(&row.text("state")?).unwrap_or(State::Void),
                received_at: row.ms("received_at")?,
            })
        })
        .collect()
}

/// A file of a hazard may be seen by whoever may see the hazard.
pub fn may_see_file(cx: &mut Cx<'_, '_>, id: Id) -> Result<bool> {
    match load(cx, id) {
        Ok(_) => Ok(true),
        Err(Error::Refused(Refusal::NotFound)) => Ok(false),
        Err(e) => Err(e),
    }
}
