//! The desk: what lies there, one clue whole, the unit's explanation, the decision of a named person; and which sources the
//! detectors have in the asker's scope.

use base::{Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::rule::{Fault, State, Trace, nobody, settle as next};
use super::{Clue, Says, find, from_row, load, sql};
use crate::absence;
use crate::hazard::{Hazard, harm};
use crate::incident;
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::kernel::text::{self, Faults};
use crate::message::{self, Kind};
use crate::outside::{self, Outside};
use crate::tip;

/// Characters of an explanation, with what was added to it.
pub const EXPLANATION_CHARS: i64 = 2_000;
/// Incidents shown beside a clue.
const BESIDE: usize = 5;
/// Days over which the sources are counted.
pub const SOURCE_DAYS: i64 = 30;

pub(super) fn scope(cx: &Cx<'_, '_>) -> Reach {
    reach(cx.actor.role, Action::ClueRead)
}

/// A clue with the names around it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub clue: Clue,
    pub unit_name: String,
    pub above_name: String,
    pub explained_by: Option<String>,
    pub closed_by: Option<String>,
    pub incident_number: Option<String>,
}

/// As the asker may see it: who told, and when, is for superiors only.
fn line(cx: &Cx<'_, '_>, row: &Row) -> Result<Line> {
    let mut clue = from_row(row)?;
    if !cx.actor.unit_kind.is_bureau() {
        let theirs = |noun: &str| noun == "tip" || noun == "outside";
        clue.traces.iter_mut().filter(|t| theirs(&t.noun)).for_each(Trace::hide);
        if theirs(&clue.noun) {
            let day = |at: Ms| at.day().start();
            (clue.subject, clue.at) = (nobody(), day(clue.at));
            (clue.from_at, clue.until_at) = (day(clue.from_at), day(clue.until_at));
            // Reckoned from the list's own hour.
            clue.traces.retain(|t| t.says != Says::Due);
        }
    }
    Ok(Line {
        clue,
        unit_name: row.text("unit_name")?,
        above_name: row.text("above_name")?,
        explained_by: row.opt_text("explainer_name")?,
        closed_by: row.opt_text("closer_name")?,
        incident_number: row.opt_text("incident_number")?,
    })
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Open ones, closed ones, or both.
    pub open: Option<bool>,
    pub fault: Option<Fault>,
}

/// A page in the asker's scope, newest first. Refuses NoRight, Invalid `cursor`.
pub fn list(
    cx: &mut Cx<'_, '_>,
    filter: Filter,
    cursor: Option<&str>,
    rows: i64,
) -> Result<(Vec<Line>, Option<String>)> {
    if scope(cx) == Reach::Nothing {
        return Err(Refusal::NoRight.into());
    }
    let (at, id) = match cursor.filter(|c| !c.is_empty()) {
        Some(text) => text::cursor(text)?,
        None => (Ms(i64::MAX), Id::from_parts(Ms(0), [0; 10])),
    };
    let open = filter.open.map_or(-1, i64::from);
    let fault = filter.fault.map_or("", Fault::code);
    let statement = sql::list(scope(cx));
    let found = cx.tx.rows(&statement, args![cx.actor.unit, open, fault, at, id, rows + 1])?;
    let mut lines = found.iter().map(|row| line(cx, row)).collect::<Result<Vec<_>>>()?;
    let more = lines.len() as i64 > rows;
    lines.truncate(rows.max(0) as usize);
    let next = lines.last().filter(|_| more).map(|l| format!("{}-{}", l.clue.received_at.0, l.clue.id));
    Ok((lines, next))
}

/// Clues at the asker's desk and explanations that his unit owes; 0 for whoever has none.
pub fn waiting(cx: &mut Cx<'_, '_>) -> Result<i64> {
    if scope(cx) == Reach::Nothing {
        return Ok(0);
    }
    let statement = sql::waiting(scope(cx));
    cx.tx.row(&statement, args![cx.actor.unit])?.map_or(Ok(0), |row| row.int("n"))
}

/// What waits at the desks of others in the asker's scope.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Below {
    pub n: i64,
    /// Those of which a record of the unit's own shows that it knew.
    pub hidden: i64,
    /// By desk, the fullest first.
    pub desks: Vec<(String, i64)>,
}

/// What waits below a bureau at the desks of others; nothing for a school.
pub fn below(cx: &mut Cx<'_, '_>) -> Result<Below> {
    let mut out = Below::default();
    if scope(cx) == Reach::Nothing || !cx.actor.unit_kind.is_bureau() {
        return Ok(out);
    }
    let statement = sql::below(scope(cx));
    for row in cx.tx.rows(&statement, args![cx.actor.unit])? {
        let n = row.int("n")?;
        out.n += n;
        out.hidden += row.int("hidden")?;
        out.desks.push((row.text("name")?, n));
    }
    Ok(out)
}

/// An incident of the hours of a clue, to be looked at beside it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Beside {
    pub id: Id,
    pub number: String,
    pub kind: incident::Kind,
    pub happened_at: Ms,
    /// It counts as what the signal is about.
    pub taken: bool,
}

/// One clue whole, with what the asker may do.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub line: Line,
    pub may_explain: bool,
    pub may_settle: bool,
    /// Nobody may find it confirmed yet: the unit has still time to explain.
    pub waits: bool,
    /// Rows of other offices' lists on which it rests; for those above the unit.
    pub listed: Vec<Outside>,
    /// For a clue that rests on one: incidents of the unit about that time.
    pub beside: Vec<Beside>,
}

/// The rows and the incidents between which whoever judges must find out whether they are one matter.
fn side_by_side(cx: &mut Cx<'_, '_>, clue: &Clue) -> Result<(Vec<Outside>, Vec<Beside>)> {
    let mut listed = Vec::new();
    for t in clue.traces.iter().filter(|t| t.noun == "outside" && !t.hidden()) {
        let row = cx.tx.row(outside::sql::BY_ID, args![t.id])?;
        listed.extend(row.as_ref().map(outside::from_row).transpose()?);
    }
    if listed.is_empty() {
        return Ok((listed, Vec::new()));
    }
    let near = cx.tx.rows(sql::NEAR, args![clue.unit, clue.from_at, clue.until_at])?;
    let ids = near.iter().map(|row| row.id("id")).collect::<Result<Vec<_>>>()?;
    Ok((listed, readable(cx, &ids, clue.incident)?))
}

/// Is what a hazard's sentence tells of reported?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Told {
    /// No incident of its hours is.
    #[default]
    No,
    /// One was, before the hazard was entered: it may be the same matter, and it may be another one.
    Perhaps,
    /// One was reported since.
    Yes,
}

/// What stands against a hazard of which the sentence tells of somebody hurt.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Harm {
    /// By any incident that was not withdrawn, whoever may read it.
    pub told: Told,
    /// Those that the asker may read.
    pub beside: Vec<Beside>,
}

/// None for every hazard that does not tell of somebody hurt (`find::tells`).
pub fn harm(cx: &mut Cx<'_, '_>, h: &Hazard) -> Result<Option<Harm>> {
    if !find::tells(cx, h)? {
        return Ok(None);
    }
    let (from, until) = harm::hours(h.raised_at);
    let (mut told, mut ids) = (Told::No, Vec::new());
    for row in cx.tx.rows(sql::NEAR, args![h.unit, from, until])? {
        if row.text("state")? == incident::State::Withdrawn.code() {
            continue;
        }
        // By the server's own times: a hazard that comes late from a phone without signal is answered by nothing of before.
        let since = row.ms("first_at")? >= h.received_at;
        told = if since || told == Told::Yes { Told::Yes } else { Told::Perhaps };
        ids.push(row.id("id")?);
    }
    Ok(Some(Harm { told, beside: readable(cx, &ids, None)? }))
}

/// Those of some incidents that the asker may read.
fn readable(cx: &mut Cx<'_, '_>, ids: &[Id], taken: Option<Id>) -> Result<Vec<Beside>> {
    let mut out = Vec::new();
    for id in ids.iter().take(BESIDE) {
        let i = match incident::load(cx, *id) {
            Ok(i) => i,
            Err(Error::Refused(_)) => continue,
            Err(fault) => return Err(fault),
        };
        out.push(Beside {
            id: i.id,
            number: i.number,
            kind: i.kind,
            happened_at: i.happened_at,
            taken: taken == Some(i.id),
        });
    }
    Ok(out)
}

pub fn view(cx: &mut Cx<'_, '_>, id: Id) -> Result<View> {
    let statement = sql::by_id(scope(cx));
    let row = cx.tx.row(&statement, args![cx.actor.unit, id])?.ok_or(Error::from(Refusal::NotFound))?;
    let line = line(cx, &row)?;
    let open = line.clue.state == State::Open;
    let unit = line.clue.unit;
    let (listed, beside) = side_by_side(cx, &line.clue)?;
    Ok(View {
        listed,
        beside,
        may_explain: open && cx.require(Action::ClueExplain, unit, false).is_ok(),
        may_settle: open && cx.require(Action::ClueSettle, unit, false).is_ok(),
        waits: waits(&line.clue, cx.now),
        line,
    })
}

fn waits(clue: &Clue, now: Ms) -> bool {
    clue.state == State::Open && clue.explanation.is_none() && now < clue.explain_by
}

fn closed(clue: &Clue, action: &'static str) -> Error {
    Refusal::WrongState { from: clue.state.code(), action }.into()
}

/// 说明: what the unit says to it; said again, it is added. Refuses: NotFound, NoRight, a closed clue, nothing said.
pub fn explain(cx: &mut Cx<'_, '_>, id: Id, said: &str) -> Result<()> {
    let clue = load(cx, id)?;
    cx.require(Action::ClueExplain, clue.unit, false)?;
    if clue.state != State::Open {
        return Err(closed(&clue, "explain"));
    }
    let mut faults = Faults::default();
    let said = faults.text("explanation", said, limits::NOTE_CHARS);
    let whole = match &clue.explanation {
        Some(before) => format!("{before}\n{said}"),
        None => said,
    };
    let got = whole.chars().count() as i64;
    if got > EXPLANATION_CHARS {
        faults.add("explanation", Problem::TooLong { max: EXPLANATION_CHARS, got });
    }
    faults.done()?;
    let (by, now) = (cx.actor.person, cx.now);
    cx.put("clue.explain", "clue", sql::EXPLAIN, args![id, whole, by, now])?;
    cx.signal("clue", clue.county, clue.unit, id);
    Ok(())
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Decision {
    /// `confirmed`, `accounted`, `mistaken`.
    pub outcome: String,
    /// For a confirmed one: which of the four it is.
    #[serde(default)]
    pub verdict: Option<String>,
    #[serde(default)]
    pub reason: String,
}

/// 核对: a named person of the superior decides, with a reason. Refuses: NotFound, NoRight, a closed clue, no outcome, a
/// confirmed one without its fault, a confirmed one while the unit may still explain (WrongState `unexplained`).
pub fn settle(cx: &mut Cx<'_, '_>, id: Id, decision: &Decision) -> Result<()> {
    let clue = load(cx, id)?;
    cx.require(Action::ClueSettle, clue.unit, false)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", &decision.reason, limits::NOTE_CHARS);
    let told = State::from_code(&decision.outcome).filter(|s| *s != State::Open);
    if told.is_none() {
        let missing = decision.outcome.is_empty();
        faults.add("outcome", if missing { Problem::Required } else { Problem::Unknown });
    }
    let verdict = decision.verdict.as_deref().filter(|v| !v.is_empty());
    let verdict = match told {
        Some(State::Confirmed) => {
            let read = verdict.and_then(Fault::from_code);
            if read.is_none() {
                faults.add("verdict", if verdict.is_none() { Problem::Required } else { Problem::Unknown });
            }
            read
        }
        _ => None,
    };
    faults.done()?;
    let to = told.and_then(|to| next(clue.state, to)).ok_or_else(|| closed(&clue, "settle"))?;
    if to == State::Confirmed && waits(&clue, cx.now) {
        return Err(Refusal::WrongState { from: "unexplained", action: "confirm" }.into());
    }
    let (by, now) = (cx.actor.person, cx.now);
    cx.put("clue.settle", "clue", sql::CLOSE, args![id, to, false, verdict, reason, None::<Id>, by, now])?;
    message::over(cx, "clue", id, Kind::Clue)?;
    cx.signal("clue", clue.county, clue.unit, id);
    Ok(())
}

/// A source of the detectors in the asker's scope.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SourceState {
    pub code: &'static str,
    /// Records, or schools that tell, in the last days; none when no noun records it yet.
    pub n: Option<i64>,
}

/// Which sources there are, and which are missing. Refuses NoRight.
pub fn sources(cx: &mut Cx<'_, '_>) -> Result<Vec<SourceState>> {
    if scope(cx) == Reach::Nothing {
        return Err(Refusal::NoRight.into());
    }
    let since = cx.now.plus(-SOURCE_DAYS * Ms::DAY);
    let unit = cx.actor.unit;
    let count = |sql: &'static str, cx: &mut Cx<'_, '_>| -> Result<i64> {
        cx.tx.row(sql, args![unit, since])?.map_or(Ok(0), |row| row.int("n"))
    };
    let bureau = cx.actor.unit_kind.is_bureau();
    let mut out = vec![
        SourceState { code: "incident", n: Some(count(sql::INCIDENTS_SINCE, cx)?) },
        SourceState { code: "alarm", n: Some(count(sql::ALARMS_SINCE, cx)?) },
        SourceState { code: "absence", n: Some(absence::told_since(cx, since.day())?) },
        SourceState { code: "hazard", n: Some(count(sql::HAZARDS_SINCE, cx)?) },
    ];
    if bureau {
        let open = tip::open_since(cx).unwrap_or_default().is_some();
        let tips = count(sql::TIPS_SINCE, cx)?;
        out.push(SourceState { code: "tip", n: Some(tips).filter(|n| open || *n > 0) });
        out.push(SourceState { code: "outside", n: Some(outside::entered_since(cx, since)?) });
    }
    out.extend(["bus", "dorm", "clinic"].map(|code| SourceState { code, n: None }));
    Ok(out)
}
