//! 待核线索 (notice 1.2: 杜绝迟报、漏报、瞒报、谎报): what independent records say against what was reported. A clue lists its
//! rule and its records, goes to the desk of the superior, is explained by the unit and closed by a named person with a
//! reason. It accuses nobody by itself; only that person may use the words of the notice.
//!
//! - `rule`  the rules, the faults they point at, the traces
//! - `find`  the detectors: sources looked through in the order in which they reached the server
//! - `judge` what an incident's own record contradicts
//! - `desk`  list, view, explanation, decision; which sources there are, and which are missing
//!
//! A detector uses only records that exist. Not here: tips, lists of other offices, lines of classes, hazards and whether
//! their sentence tells of an injury (nouns of their own); bus, dormitory and sickbay, which no noun records yet (part D).

pub mod desk;
pub mod find;
mod judge;
pub mod rule;
pub mod sql;

use base::{Error, Id, Ms, Refusal, Result};
use db::{Row, args};
use serde::Serialize;

pub use rule::{Fault, Rule, Says, State, Trace};

use crate::incident;
use crate::kernel::cx::Cx;
use crate::message::{self, Kind, To, Told};
use crate::org::Role;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clue {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    /// Whom it is about: a school, or a bureau that did not pass on.
    pub unit: Id,
    /// At whose desk it lies.
    pub above: Id,
    pub rule: Rule,
    pub fault: Fault,
    pub noun: String,
    pub subject: Id,
    /// When it happened, as the trace says.
    pub at: Ms,
    /// An incident of these hours explains it.
    pub from_at: Ms,
    pub until_at: Ms,
    pub traces: Vec<Trace>,
    pub incident: Option<Id>,
    pub state: State,
    /// Until when the unit is asked to explain: before, nobody closes it as confirmed without an explanation.
    pub explain_by: Ms,
    pub explanation: Option<String>,
    pub explained_by: Option<Id>,
    pub explained_at: Option<Ms>,
    /// What the person found who closed it as confirmed.
    pub verdict: Option<Fault>,
    pub reason: Option<String>,
    pub closed_by: Option<Id>,
    pub closed_at: Option<Ms>,
    pub received_at: Ms,
}

pub(crate) fn from_row(row: &Row) -> Result<Clue> {
    fn code<T>(row: &Row, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        read(&row.text(name)?).ok_or_else(|| Error::broken(format!("clue.{name}")))
    }
    Ok(Clue {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        above: row.id("above")?,
        rule: code(row, "rule", Rule::from_code)?,
        fault: code(row, "fault", Fault::from_code)?,
        noun: row.text("noun")?,
        subject: row.id("subject")?,
        at: row.ms("at")?,
        from_at: row.ms("from_at")?,
        until_at: row.ms("until_at")?,
        traces: code(row, "traces", |t| serde_json::from_str(t).ok())?,
        incident: row.opt_id("incident")?,
        state: code(row, "state", State::from_code)?,
        explain_by: row.ms("explain_by")?,
        explanation: row.opt_text("explanation")?,
        explained_by: row.opt_id("explained_by")?,
        explained_at: row.opt_ms("explained_at")?,
        verdict: row.opt_text("verdict")?.as_deref().and_then(Fault::from_code),
        reason: row.opt_text("reason")?,
        closed_by: row.opt_id("closed_by")?,
        closed_at: row.opt_ms("closed_at")?,
        received_at: row.ms("received_at")?,
    })
}

/// What a detector has found.
#[derive(Clone, Debug)]
struct Found {
    unit: Id,
    county: i64,
    rule: Rule,
    fault: Fault,
    noun: &'static str,
    subject: Id,
    at: Ms,
    from: Ms,
    until: Ms,
    traces: Vec<Trace>,
    incident: Option<Id>,
}

/// Rules that speak of the same signal: one row, which changes as more becomes known.
const OF_SIGNAL: &[Rule] = &[Rule::Unreported, Rule::LateSignal];

/// The clue that already stands for a subject under a rule (or, for a signal, under any of its rules).
fn known(cx: &mut Cx<'_, '_>, noun: &str, subject: Id, rule: Rule) -> Result<Option<Clue>> {
    let rows = cx.tx.rows(sql::OF_SUBJECT, args![subject, noun])?;
    let clues = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    let same = |c: &Clue| c.rule == rule || (OF_SIGNAL.contains(&rule) && OF_SIGNAL.contains(&c.rule));
    Ok(clues.into_iter().find(same))
}

/// Enters what was found, or what is new about it. What a person has closed stays closed. Answers whether anything
/// changed; nothing is entered where nobody stands above.
fn enter(cx: &mut Cx<'_, '_>, found: &Found) -> Result<bool> {
    let traces = serde_json::json!(found.traces).to_string();
    if let Some(clue) = known(cx, found.noun, found.subject, found.rule)? {
        let same = (clue.rule, clue.fault, clue.incident) == (found.rule, found.fault, found.incident)
            && clue.traces.iter().map(|t| t.says).eq(found.traces.iter().map(|t| t.says));
        if clue.state != State::Open || same {
            return Ok(false);
        }
        let args = args![clue.id, found.rule, found.fault, traces, found.incident];
        cx.put("clue.change", "clue", sql::CHANGE, args)?;
        if clue.fault != found.fault {
            tell(cx, clue.id, found, clue.above)?;
        }
        cx.signal("clue", clue.county, clue.unit, clue.id);
        return Ok(true);
    }
    let levels = incident::levels(cx, found.unit)?;
    let Some(above) = levels.first().map(|u| u.id) else { return Ok(false) };
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    let explain_by = now.plus(cx.pack.span("clue.explain"));
    let args = args![
        found.county,
        id,
        salt,
        found.unit,
        above,
        found.rule,
        found.fault,
        found.noun,
        found.subject,
        found.at,
        found.from,
        found.until,
        traces,
        found.incident,
        explain_by,
        now
    ];
    cx.put("clue.raise", "clue", sql::INSERT, args)?;
    tell(cx, id, found, above)?;
    cx.signal("clue", found.county, found.unit, id);
    Ok(true)
}

/// The superior's desk, the unit that explains, and, where something may be hidden or false, the level after the next.
fn tell(cx: &mut Cx<'_, '_>, id: Id, found: &Found, above: Id) -> Result<()> {
    let desk = [Role::Desk, Role::Officer, Role::BureauVice];
    let own = [Role::Principal, Role::SafetyHead];
    let mut to: Vec<To> = desk.iter().map(|role| To::Role(above, *role)).collect();
    to.extend(own.iter().map(|role| To::Role(found.unit, *role)));
    if matches!(found.fault, Fault::Hidden | Fault::False)
        && let Some(far) = incident::levels(cx, found.unit)?.get(1).map(|u| u.id)
    {
        to.extend([Role::Officer, Role::BureauVice].iter().map(|role| To::Role(far, *role)));
    }
    let told = Told { kind: Kind::Clue, noun: "clue", subject: id, unit: found.unit, dedupe: found.fault.code() };
    message::tell(cx, &told, &to)?;
    Ok(())
}

/// What was reported in time after all: closed by the program, with the incident that explains it.
fn answer(cx: &mut Cx<'_, '_>, clue: &Clue, incident: Id) -> Result<()> {
    let args = args![clue.id, State::Accounted, false, None::<String>, None::<String>, incident, None::<Id>, cx.now];
    cx.put("clue.answer", "clue", sql::CLOSE, args)?;
    message::over(cx, "clue", clue.id, Kind::Clue)?;
    cx.signal("clue", clue.county, clue.unit, clue.id);
    Ok(())
}

/// One clue through the asker's scope: absent and hidden are the same NotFound.
pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Clue> {
    let statement = sql::by_id(desk::scope(cx));
    let row = cx.tx.row(&statement, args![cx.actor.unit, id])?;
    from_row(&row.ok_or(Error::from(Refusal::NotFound))?)
}
