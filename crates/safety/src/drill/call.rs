//! 清点: each class says how many of its pupils are out, in, or unknown, and how many seconds it took. Any member of the
//! staff may call a class (the subject teacher leads it that hour), from a telephone that sends later; what was said last
//! stands, the first time at which a class was called is kept.

use std::collections::BTreeSet;

use base::{Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::state::{Act, Scenario};
use super::{Drill, SECONDS_MAX, ready, sql, store};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::org::kinds::codes;
use crate::roll::{PUPILS_MAX, pupil};

codes! {
    /// Where somebody is who does not stand at the assembly place.
    Where {
        /// 在楼内
        Inside = "inside",
        /// 不明
        Unknown = "unknown",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missing {
    pub pupil: Id,
    #[serde(rename = "where")]
    pub place: Where,
}

/// What a class says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Called {
    /// The line of the list (`ClassCount::id`).
    pub line: Option<Id>,
    pub out: i64,
    #[serde(default)]
    pub inside: i64,
    #[serde(default)]
    pub unknown: i64,
    /// From the signal to the last pupil out; of an earthquake from the signal to leave.
    #[serde(default)]
    pub seconds: Option<i64>,
    /// Earthquake: from the first signal until everybody was under cover.
    #[serde(default)]
    pub cover_s: Option<i64>,
    /// Who of the roll is missing, by name; beside the counts, which are the truth.
    #[serde(default)]
    pub missing: Vec<Missing>,
    #[serde(default)]
    pub note: Option<String>,
}

/// A class on the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassCount {
    pub id: Id,
    pub class: Option<Id>,
    pub name: String,
    pub expected: i64,
    /// None until it was called.
    pub out: Option<i64>,
    pub inside: Option<i64>,
    pub unknown: Option<i64>,
    pub cover_s: Option<i64>,
    pub seconds: Option<i64>,
    pub missing: Vec<Missing>,
    pub note: Option<String>,
    pub by: Option<String>,
    /// When it was first called.
    pub said_at: Option<Ms>,
}

fn from_row(row: &Row) -> Result<ClassCount> {
    Ok(ClassCount {
        id: row.id("id")?,
        class: row.opt_id("class")?,
        name: row.text("name")?,
        expected: row.int("expected")?,
        out: row.opt_int("out_n")?,
        inside: row.opt_int("in_n")?,
        unknown: row.opt_int("unknown_n")?,
        cover_s: row.opt_int("cover_s")?,
        seconds: row.opt_int("seconds")?,
        missing: super::list_of(row, "missing")?,
        note: row.opt_text("note")?,
        by: row.opt_text("by_name")?,
        said_at: row.opt_ms("said_at")?,
    })
}

/// The list of a drill. The caller has loaded the drill through the scope.
pub(super) fn of_drill(cx: &mut Cx<'_, '_>, drill: Id) -> Result<Vec<ClassCount>> {
    cx.tx.rows(sql::CLASSES, args![drill])?.iter().map(from_row).collect()
}

/// A class is counted. Refuses: a drill that does not run (or is reviewed already), a line of another drill, more people
/// than a class holds, names that do not stand on its roll or are more than the counts say.
pub fn call(cx: &mut Cx<'_, '_>, id: Id, said: &Called) -> Result<()> {
    let (mut drill, next) = ready(cx, id, Action::DrillCall, Act::Call)?;
    let line = said.line.ok_or_else(|| Error::invalid("line", Problem::Required))?;
    let row = cx.tx.row(sql::CLASS_BY_ID, args![line])?.filter(|r| r.id("drill").ok() == Some(id));
    let row = row.ok_or_else(|| Error::invalid("line", Problem::Unknown))?;
    let class = row.opt_id("class")?;
    let (note, missing) = check(cx, &drill, class, said)?;
    // Who came or stayed away that day is counted as the class says: the roll is of the day before.
    let expected = said.out + said.inside + said.unknown;
    let at = cx.claimed()?.max(drill.started_at.unwrap_or(Ms(0)));
    let (now, person) = (cx.now, cx.actor.person);
    let first = row.opt_ms("said_at")?.unwrap_or(at);
    let args = args![
        line,
        expected,
        said.out,
        said.inside,
        said.unknown,
        said.cover_s,
        said.seconds,
        missing,
        note,
        person,
        first,
        now
    ];
    cx.put("drill.call", "drill_class", sql::CLASS_CALL, args)?;
    drill.state = next;
    recount(cx, &mut drill)?;
    store(cx, "drill.count", &drill)
}

fn check(
    cx: &mut Cx<'_, '_>,
    drill: &Drill,
    class: Option<Id>,
    said: &Called,
) -> Result<(Option<String>, Option<String>)> {
    let mut faults = Faults::default();
    // A school without classes on its roll is one line.
    let most = if class.is_some() { PUPILS_MAX } else { limits::EXPORT_ROWS_MAX };
    faults.range("out", said.out, 0, most);
    faults.range("inside", said.inside, 0, most);
    faults.range("unknown", said.unknown, 0, most);
    for (field, seconds) in [("seconds", said.seconds), ("cover_s", said.cover_s)] {
        if let Some(s) = seconds {
            faults.range(field, s, 0, SECONDS_MAX);
        }
    }
    if said.cover_s.is_some() && drill.scenario != Scenario::Quake {
        faults.add("cover_s", Problem::Mismatch { with: "scenario" });
    }
    let note = faults.optional("note", said.note.as_deref().unwrap_or(""), limits::NOTE_CHARS);
    let count = |place| said.missing.iter().filter(|m| m.place == place).count() as i64;
    if count(Where::Inside) > said.inside || count(Where::Unknown) > said.unknown {
        faults.add("missing", Problem::Mismatch { with: "unknown" });
    }
    let stands: BTreeSet<Id> = match class.filter(|_| !said.missing.is_empty()) {
        Some(class) => {
            pupil::standing(cx, class, drill.held_on.unwrap_or(cx.now.day()))?.iter().map(|p| p.id).collect()
        }
        None => BTreeSet::new(),
    };
    let named: BTreeSet<Id> = said.missing.iter().map(|m| m.pupil).collect();
    if named.len() != said.missing.len() || !named.is_subset(&stands) {
        faults.add("missing", Problem::Unknown);
    }
    faults.done()?;
    let missing = (!said.missing.is_empty()).then(|| serde_json::json!(said.missing).to_string());
    Ok((note, missing))
}

/// Adds the classes up. Answers whether any class was called.
pub(super) fn recount(cx: &mut Cx<'_, '_>, drill: &mut Drill) -> Result<bool> {
    let list = of_drill(cx, drill.id)?;
    let sum = |of: fn(&ClassCount) -> Option<i64>| list.iter().filter_map(of).sum::<i64>();
    (drill.out, drill.inside, drill.unknown) = (sum(|c| c.out), sum(|c| c.inside), sum(|c| c.unknown));
    drill.expected = list.iter().map(|c| c.expected).sum();
    drill.out_s = list.iter().filter_map(|c| c.seconds).max();
    let all = !list.is_empty() && list.iter().all(|c| c.out.is_some());
    drill.listed_at = if all { list.iter().filter_map(|c| c.said_at).max() } else { None };
    drill.list_s = match (drill.muster_at, drill.listed_at) {
        (Some(from), Some(at)) => Some((at.since(from).max(0) + 999) / 1_000),
        _ => None,
    };
    Ok(list.iter().any(|c| c.out.is_some()))
}

/// A line may be called by whoever may call at all: for the page of one class.
pub(super) fn may_call(cx: &mut Cx<'_, '_>, drill: &Drill) -> bool {
    super::state::next(drill.state, Act::Call).is_some() && cx.require(Action::DrillCall, drill.unit, false).is_ok()
}

/// Names of the missing, for whoever may read the roll; none otherwise.
pub(super) fn names(cx: &mut Cx<'_, '_>, drill: &Drill, list: &[ClassCount]) -> Result<Vec<(Id, Missing, String)>> {
    if cx.require(Action::RollRead, drill.unit, false).is_err() {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    for line in list {
        for missing in &line.missing {
            let name = match pupil::load(cx, missing.pupil) {
                Ok(p) => p.name,
                Err(Error::Refused(Refusal::NotFound)) => None,
                Err(e) => return Err(e),
            };
            out.push((line.id, missing.clone(), name.unwrap_or_default()));
        }
    }
    Ok(out)
}
