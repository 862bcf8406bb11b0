//! One incident as a page shows it: every version with who signed for it and when, the legs with their clocks, the history
//! with proof numbers, whom to ring up, and what the viewer may do.

use base::{Error, Id, Ms, Refusal, Result};
use db::{Row, args};
use serde::Serialize;

use super::leg::{self, Leg};
use super::state::{Act, Class, Fact, Family, Grade, Kind, LegKind, ReportKind, State, next};
use super::{Incident, Toll, act, code, facts_of, load, sql, store};
use crate::kernel::cx::Cx;
use crate::kernel::files::Photo;
use crate::kernel::proof;
use crate::org::post::Contact;
use crate::org::unit::Unit;
use crate::org::{Role, people, post, unit};

/// A version of what was reported.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub id: Id,
    pub serial: i64,
    pub kind: ReportKind,
    pub incident_kind: Kind,
    pub family: Family,
    pub what: Option<String>,
    pub place_name: Option<String>,
    pub happened_at: Ms,
    /// First knowledge as this version claims it.
    pub known_at: Ms,
    pub toll: Told,
    pub facts: Vec<Fact>,
    pub grade: Grade,
    pub class: Class,
    pub progress: Option<String>,
    pub cause: Option<String>,
    pub lessons: Option<String>,
    pub reason: Option<String>,
    pub photos: Vec<Photo>,
    pub by: Option<String>,
    pub by_role: Option<Role>,
    pub by_unit: String,
    pub recorded_by: Option<String>,
    pub claimed_at: Ms,
    pub received_at: Ms,
    pub leaf: Option<i64>,
    /// Who has signed for it, oldest first.
    pub receipts: Vec<Receipt>,
}

/// The figures of a version.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Told {
    pub hurt: Option<i64>,
    pub sent: Option<i64>,
    pub serious: Option<i64>,
    pub dead: Option<i64>,
    pub missing: Option<i64>,
    pub loss: Option<i64>,
}

impl From<Toll> for Told {
    fn from(t: Toll) -> Told {
        Told { hurt: t.hurt, sent: t.sent, serious: t.serious, dead: t.dead, missing: t.missing, loss: t.loss }
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct Receipt {
    pub unit: String,
    pub by: Option<String>,
    pub claimed_at: Ms,
    /// By this it counts.
    pub received_at: Ms,
}

/// One step of the history.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    pub id: Id,
    pub act: Act,
    pub state: State,
    pub by: Option<String>,
    pub role: Option<Role>,
    pub by_unit: Option<String>,
    pub recorded_by: Option<String>,
    pub report: Option<Id>,
    pub leg: Option<Id>,
    pub hazard: Option<(Id, String, String)>,
    pub note: Option<String>,
    /// For a clock that ran out: when it was due.
    pub planned_at: Option<Ms>,
    pub claimed_at: Ms,
    pub received_at: Ms,
    pub leaf: Option<i64>,
}

/// Whom to ring up at a level: its 24-hour telephone and the posts named for it.
#[derive(Clone, Debug, Serialize)]
pub struct Level {
    pub unit: Id,
    pub name: String,
    pub phone: Option<String>,
    pub contacts: Vec<Contact>,
}

#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub incident: Incident,
    pub unit_name: String,
    pub unit_phone: Option<String>,
    pub unit_address: Option<String>,
    /// Who reported, with the mobile telephone: for the levels above that may read the school's people.
    pub reporter: Option<(String, String)>,
    pub place_name: Option<String>,
    /// Newest first.
    pub reports: Vec<Report>,
    pub legs: Vec<Leg>,
    /// Newest first.
    pub steps: Vec<Step>,
    /// The levels above, nearest first: to whose desk and leaders the reports go.
    pub levels: Vec<Level>,
    pub acts: Vec<Act>,
    /// Reports that wait for the viewer's unit to sign.
    pub unsigned: Vec<Id>,
    /// Legs that the viewer can say were done by telephone.
    pub calls: Vec<Id>,
    pub leaf: Option<i64>,
    pub now: Ms,
}

/// Posts to which the reports of a level go: the desk and the leaders named for it, and those who work there.
const TOLD: &[Role] = &[Role::Desk, Role::BureauHead, Role::BureauVice, Role::Officer];
/// People shown of one level.
const TOLD_MAX: usize = 6;

/// The levels above a unit with their telephones: beside the first report, before there is anything to see. Refuses what
/// the directory refuses.
pub fn levels_of(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Vec<Level>> {
    let mut out = Vec::new();
    for level in leg::levels(cx, unit)? {
        out.push(level_of(cx, level)?);
    }
    Ok(out)
}

fn level_of(cx: &mut Cx<'_, '_>, level: Unit) -> Result<Level> {
    // Who may see an incident knows to whom it goes: those telephones are public in the trade (4.2).
    let directory = match post::directory(cx, level.id) {
        Ok(directory) => directory.contacts,
        Err(Error::Refused(_)) => Vec::new(),
        Err(fault) => return Err(fault),
    };
    let mut contacts: Vec<Contact> = directory.into_iter().filter(|c| TOLD.contains(&c.role)).collect();
    contacts.sort_by_key(|c| TOLD.iter().position(|r| *r == c.role));
    contacts.truncate(TOLD_MAX);
    Ok(Level { unit: level.id, name: level.name, phone: level.phone, contacts })
}

/// Refuses NotFound for what is absent or out of scope.
pub fn view(cx: &mut Cx<'_, '_>, id: Id) -> Result<View> {
    let i = load(cx, id)?;
    let steps = steps(cx, id)?;
    let reports = reports(cx, id, &steps)?;
    let legs = leg::of(cx, id)?;
    let home = unit::load(cx, i.unit)?;
    let unsigned = unsigned(cx, &i, &legs)?;
    let calls = calls(cx, &i, &legs);
    let mut acts = Vec::new();
    for what in Act::ALL.iter().copied() {
        if can(cx, &i, what, &legs, &unsigned, &calls)? {
            acts.push(what);
        }
    }
    let levels = levels_of(cx, i.unit)?;
    let reporter = reporter(cx, &i)?;
    let place = store::place_name(cx, &i)?;
    let newest = proof::of_record(cx.tx, "incident", id, 1)?;
    Ok(View {
        unit_name: home.name,
        unit_phone: home.phone,
        unit_address: home.address,
        reporter,
        place_name: (!place.is_empty()).then_some(place),
        reports,
        legs,
        steps,
        levels,
        acts,
        unsigned,
        calls,
        leaf: newest.first().and_then(|s| s.n),
        now: cx.now,
        incident: i,
    })
}

fn reporter(cx: &mut Cx<'_, '_>, i: &Incident) -> Result<Option<(String, String)>> {
    let Some(person) = i.reported_by.filter(|_| i.unit != cx.actor.unit) else { return Ok(None) };
    match people::show(cx, person) {
        Ok(p) => Ok(p.name.zip(p.mobile)),
        Err(Error::Refused(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn unsigned(cx: &mut Cx<'_, '_>, i: &Incident, legs: &[Leg]) -> Result<Vec<Id>> {
    let unit = cx.actor.unit;
    let carries = |l: &Leg| matches!(l.kind, LegKind::Written | LegKind::Level | LegKind::Skip);
    if !i.state.is_open() || !legs.iter().any(|l| carries(l) && l.to_unit == Some(unit) && l.met_at.is_some()) {
        return Ok(Vec::new());
    }
    cx.tx.rows(sql::UNSIGNED, args![i.id, unit])?.iter().map(|row| row.id("id")).collect()
}

fn calls(cx: &Cx<'_, '_>, i: &Incident, legs: &[Leg]) -> Vec<Id> {
    let own = cx.actor.unit;
    let mine = |l: &&Leg| match l.kind {
        LegKind::Phone => l.to_unit == Some(own) || l.from_unit == own,
        LegKind::Party => l.from_unit == own,
        _ => false,
    };
    let open = i.state.is_open();
    legs.iter().filter(|l| l.open && open).filter(mine).map(|l| l.id).collect()
}

/// May the viewer do this now, as things stand?
fn can(cx: &mut Cx<'_, '_>, i: &Incident, what: Act, legs: &[Leg], unsigned: &[Id], calls: &[Id]) -> Result<bool> {
    let Some(action) = act::action(what) else { return Ok(false) };
    let mine = super::is_mine(cx, i);
    if next(i.state, what, false).is_none() || cx.require(action, i.unit, mine).is_err() {
        return Ok(false);
    }
    let unit = cx.actor.unit;
    Ok(match what {
        Act::Call => !calls.is_empty(),
        Act::Receive => !unsigned.is_empty(),
        Act::Pass => legs.iter().any(|l| l.kind == LegKind::Level && l.from_unit == unit && l.open),
        Act::Skip => {
            let levels = leg::levels(cx, i.unit)?;
            let over = levels.get(1).map(|u| u.id);
            let told = |l: &Leg| l.to_unit == over && l.met_at.is_some();
            over.is_some() && !legs.iter().any(told)
        }
        _ => true,
    })
}

fn reports(cx: &mut Cx<'_, '_>, id: Id, steps: &[Step]) -> Result<Vec<Report>> {
    let rows = cx.tx.rows(sql::REPORTS, args![id])?;
    rows.iter().map(|row| report(row, steps)).collect()
}

fn report(row: &Row, steps: &[Step]) -> Result<Report> {
    let id = row.id("id")?;
    let signed = steps.iter().rev().filter(|s| s.act == Act::Receive && s.report == Some(id));
    let receipts = signed.map(|s| Receipt {
        unit: s.by_unit.clone().unwrap_or_default(),
        by: s.by.clone(),
        claimed_at: s.claimed_at,
        received_at: s.received_at,
    });
    Ok(Report {
        id,
        serial: row.int("serial")?,
        kind: code(row, "kind", ReportKind::from_code)?,
        incident_kind: code(row, "incident_kind", Kind::from_code)?,
        family: code(row, "family", Family::from_code)?,
        what: row.opt_text("what")?,
        place_name: row.opt_text("place_name")?.or(row.opt_text("place_text")?),
        happened_at: row.ms("happened_at")?,
        known_at: row.ms("known_at")?,
        toll: Told {
            hurt: row.opt_int("hurt")?,
            sent: row.opt_int("sent")?,
            serious: row.opt_int("serious")?,
            dead: row.opt_int("dead")?,
            missing: row.opt_int("missing")?,
            loss: row.opt_int("loss")?,
        },
        facts: facts_of(row)?,
        grade: code(row, "grade", Grade::from_code)?,
        class: code(row, "class", Class::from_code)?,
        progress: row.opt_text("progress")?,
        cause: row.opt_text("cause")?,
        lessons: row.opt_text("lessons")?,
        reason: row.opt_text("reason")?,
        photos: row.opt_text("photos")?.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default(),
        by: row.opt_text("by_name")?,
        by_role: row.opt_text("by_role")?.as_deref().and_then(Role::from_code),
        by_unit: row.text("by_unit_name")?,
        recorded_by: row.opt_text("recorder_name")?,
        claimed_at: row.ms("claimed_at")?,
        received_at: row.ms("received_at")?,
        leaf: row.opt_int("leaf_n")?,
        receipts: receipts.collect(),
    })
}

fn steps(cx: &mut Cx<'_, '_>, id: Id) -> Result<Vec<Step>> {
    let rows = cx.tx.rows(sql::STEPS, args![id])?;
    rows.iter()
        .map(|row| {
            let hazard = match (row.opt_id("hazard")?, row.opt_text("hazard_number")?) {
                (Some(id), Some(number)) => Some((id, number, row.opt_text("hazard_what")?.unwrap_or_default())),
                _ => None,
            };
            Ok(Step {
                id: row.id("id")?,
                act: code(row, "act", Act::from_code)?,
                state: code(row, "state", State::from_code)?,
                by: row.opt_text("by_name")?,
                role: row.opt_text("by_role")?.as_deref().and_then(Role::from_code),
                by_unit: row.opt_text("by_unit_name")?,
                recorded_by: row.opt_text("recorder_name")?,
                report: row.opt_id("report")?,
                leg: row.opt_id("leg")?,
                hazard,
                note: row.opt_text("note")?,
                planned_at: row.opt_ms("planned_at")?,
                claimed_at: row.ms("claimed_at")?,
                received_at: row.ms("received_at")?,
                leaf: row.opt_int("leaf_n")?,
            })
        })
        .collect()
}

/// A file of an incident may be seen by whoever may see the incident.
pub fn may_see_file(cx: &mut Cx<'_, '_>, id: Id) -> Result<bool> {
    match load(cx, id) {
        Ok(_) => Ok(true),
        Err(Error::Refused(Refusal::NotFound)) => Ok(false),
        Err(e) => Err(e),
    }
}
