//! 外部名单: what the police, the traffic police, a hospital or an insurer know of a school, entered by a bureau from the list
//! that they hand over. An independent record against 漏报 and 瞒报 (notice 1.2, 4.4). Schools do not read it; the clue that
//! comes of a row tells them the day and the source.
//!
//! The door reads the table (pasted, CSV, Excel); here each row is judged, all faults of all rows at once, and the same
//! row a second time changes nothing. Not here: what a row means (`clue`).

pub mod sql;

use std::collections::{BTreeMap, BTreeSet};

use base::{Error, FieldError, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::kernel::text;
use crate::org::kinds::codes;
use crate::org::{UnitKind, unit};

/// How long ago something on a list may have happened.
const DAYS_BACK: i64 = 366;

codes! {
    /// Whose list it is.
    Source {
        /// 公安接处警
        Police = "police",
        /// 交警
        Traffic = "traffic",
        /// 医院、疾控
        Health = "health",
        /// 保险理赔
        Insurance = "insurance",
    }
}

/// A row as a door has read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its number in the table, for the faults.
    pub at: i64,
    /// Name or code of the school.
    pub unit: String,
    pub happened_at: Option<Ms>,
    pub what: String,
    /// The list's own number of the case.
    pub number: String,
}

/// A fault of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Bad {
    pub at: i64,
    pub fault: FieldError,
    /// For a school that is not found: the one of which the name holds what was written, or the other way about.
    pub near: Option<String>,
}

/// What entering a list does, or would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub entered: i64,
    /// Rows that stand there already.
    pub same: i64,
    pub faults: Vec<Bad>,
    todo: Vec<Todo>,
}

#[derive(Clone, Debug, PartialEq)]
struct Todo {
    unit: Id,
    county: i64,
    happened_at: Ms,
    what: Option<String>,
    number: Option<String>,
    dedupe: String,
}

/// Plans a list. Refuses NoRight and more than `IMPORT_ROWS` rows; everything else is a fault of its row: no such school
/// under the actor's bureau or several of that name, no time, a time ahead or longer ago than a year.
pub fn plan(cx: &mut Cx<'_, '_>, source: Source, lines: &[Line]) -> Result<Plan> {
    cx.require(Action::OutsideEnter, cx.actor.unit, false)?;
    if lines.len() > limits::IMPORT_ROWS {
        return Err(Refusal::TooMany { limit: limits::IMPORT_ROWS as i64 }.into());
    }
    let mut named: BTreeMap<String, Vec<(Id, i64)>> = BTreeMap::new();
    for kind in [UnitKind::School, UnitKind::Centre, UnitKind::Point] {
        for school in unit::institutions(cx, kind)?.into_iter().filter(|u| u.closed_on.is_none()) {
            let keys: BTreeSet<String> = [school.name, school.short].into_iter().chain(school.code).collect();
            for key in keys {
                named.entry(key).or_default().push((school.id, school.county));
            }
        }
    }
    let mut plan = Plan::default();
    let mut seen = BTreeSet::new();
    for line in lines {
        if let Some(todo) = read(cx, &mut plan, &named, line) {
            let new = seen.insert((todo.unit, todo.dedupe.clone()))
                && cx.tx.row(sql::ONCE, args![todo.unit, source, todo.dedupe.as_str()])?.is_none();
            match new {
                true => plan.todo.push(todo),
                false => plan.same += 1,
            }
        }
    }
    plan.entered = plan.todo.len() as i64;
    Ok(plan)
}

fn read(cx: &Cx<'_, '_>, plan: &mut Plan, named: &BTreeMap<String, Vec<(Id, i64)>>, line: &Line) -> Option<Todo> {
    let mut faults = Vec::new();
    let mut bad = |field: &'static str, problem: Problem| faults.push(FieldError { field, problem });
    let name = text::clean(&line.unit);
    let found = named.get(&name).map_or(&[][..], Vec::as_slice);
    match found {
        [] => bad("unit", if name.is_empty() { Problem::Required } else { Problem::Unknown }),
        [_] => {}
        _ => bad("unit", Problem::Mismatch { with: "name" }),
    }
    let now = cx.now;
    match line.happened_at {
        None => bad("happened_at", Problem::Required),
        Some(at) if at > now => bad("happened_at", Problem::InFuture { minutes: at.since(now) / Ms::MINUTE + 1 }),
        Some(at) if now.since(at) > DAYS_BACK * Ms::DAY => {
            bad("happened_at", Problem::TooOld { days: now.since(at) / Ms::DAY });
        }
        Some(_) => {}
    }
    let (what, number) = (text::clean(&line.what), text::clean(&line.number));
    for (field, value, max) in [("what", &what, limits::NOTE_CHARS), ("number", &number, limits::NAME_CHARS)] {
        let got = value.chars().count() as i64;
        if got > max {
            bad(field, Problem::TooLong { max, got });
        }
    }
    let faulty = !faults.is_empty();
    plan.faults.extend(faults.into_iter().map(|fault| {
        let near =
            (fault.field == "unit" && fault.problem == Problem::Unknown).then(|| nearest(named, &name)).flatten();
        Bad { at: line.at, fault, near }
    }));
    let (&(unit, county), happened_at) = (found.first()?, line.happened_at?);
    // A list without numbers is told apart by its times.
    let dedupe = if number.is_empty() { happened_at.0.to_string() } else { number.clone() };
    let some = |t: String| (!t.is_empty()).then_some(t);
    (!faulty).then(|| Todo { unit, county, happened_at, what: some(what), number: some(number), dedupe })
}

/// Characters from which a written name is looked for in others.
const NEAR_CHARS: usize = 2;

/// The known name that is longest in common by containment: 「江湾中学」 is meant by 「江湾中学（示例）」, and by nothing if two
/// schools are equally near.
fn nearest(named: &BTreeMap<String, Vec<(Id, i64)>>, name: &str) -> Option<String> {
    if name.chars().count() < NEAR_CHARS {
        return None;
    }
    let length = |key: &str| key.chars().count().abs_diff(name.chars().count());
    let holds =
        |key: &&String| key.chars().count() >= NEAR_CHARS && (key.contains(name) || name.contains(key.as_str()));
    let mut found: Vec<&String> = named.keys().filter(holds).collect();
    found.sort_by_key(|key| (length(key), !key.contains(name)));
    let first = *found.first()?;
    let best = found.iter().take_while(|key| length(key) == length(first));
    let schools: BTreeSet<Id> = best.filter_map(|key| named.get(*key)).flatten().map(|(id, _)| *id).collect();
    (schools.len() == 1).then(|| first.clone())
}

/// Enters a list; nothing is entered while a row has a fault. Answers what was done.
pub fn enter(cx: &mut Cx<'_, '_>, source: Source, lines: &[Line]) -> Result<Plan> {
    let plan = plan(cx, source, lines)?;
    if !plan.faults.is_empty() {
        return Ok(plan);
    }
    let window = cx.pack.span("clue.outside");
    for todo in &plan.todo {
        let (id, salt, now, by, at) = (cx.id(), cx.salt(), cx.now, cx.actor.person, cx.actor.unit);
        let ripe = now.max(todo.happened_at.plus(window));
        let args = args![
            todo.county,
            id,
            salt,
            todo.unit,
            source,
            todo.number.clone(),
            todo.dedupe.as_str(),
            todo.what.clone(),
            todo.happened_at,
            ripe,
            by,
            at,
            now
        ];
        cx.put("outside.enter", "outside", sql::INSERT, args)?;
    }
    Ok(plan)
}

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outside {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    pub unit_name: String,
    pub source: Source,
    pub number: Option<String>,
    pub what: Option<String>,
    pub happened_at: Ms,
    pub void_reason: Option<String>,
    pub received_at: Ms,
}

pub(crate) fn from_row(row: &Row) -> Result<Outside> {
    Ok(Outside {
        id: row.id("id")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        unit_name: row.opt_text("unit_name").unwrap_or_default().unwrap_or_default(),
        source: Source::from_code(&row.text("source")?).ok_or_else(|| Error::broken("outside.source"))?,
        number: row.opt_text("number")?,
        what: row.opt_text("what")?,
        happened_at: row.ms("happened_at")?,
        void_reason: row.opt_text("void_reason")?,
        received_at: row.ms("received_at")?,
    })
}

/// A page of rows in the asker's scope, newest entry first. Refuses NoRight for whoever enters none.
pub fn list(cx: &mut Cx<'_, '_>, cursor: Option<&str>, rows: i64) -> Result<(Vec<Outside>, Option<String>)> {
    let reach = reach(cx.actor.role, Action::OutsideRead);
    if reach == Reach::Nothing {
        return Err(Refusal::NoRight.into());
    }
    let (at, id) = match cursor.filter(|c| !c.is_empty()) {
        Some(text) => text::cursor(text)?,
        None => (Ms(i64::MAX), Id::from_parts(Ms(0), [0; 10])),
    };
    let found = cx.tx.rows(&sql::list(reach), args![cx.actor.unit, at, id, rows + 1])?;
    let mut items: Vec<Outside> = found.iter().map(from_row).collect::<Result<_>>()?;
    let more = items.len() as i64 > rows;
    items.truncate(rows.max(0) as usize);
    let next = items.last().filter(|_| more).map(|o| format!("{}-{}", o.received_at.0, o.id));
    Ok((items, next))
}

/// 作废: the row is about another school, or was entered twice. Refuses NotFound, NoRight, no reason, a void row.
pub fn void(cx: &mut Cx<'_, '_>, id: Id, reason: &str) -> Result<()> {
    let row = cx.tx.row(sql::BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let outside = from_row(&row)?;
    cx.require(Action::OutsideRead, outside.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    let mut faults = crate::kernel::text::Faults::default();
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    faults.done()?;
    if outside.void_reason.is_some() {
        return Err(Refusal::WrongState { from: "void", action: "void" }.into());
    }
    cx.put("outside.void", "outside", sql::VOID, args![id, reason])?;
    Ok(())
}

/// Rows entered in the asker's scope since a moment: a source that nobody fills is named as missing.
pub(crate) fn entered_since(cx: &mut Cx<'_, '_>, since: Ms) -> Result<i64> {
    cx.tx.row(sql::SINCE, args![cx.actor.unit, since])?.map_or(Ok(0), |row| row.int("n"))
}
