//! 花名册: the classes of a school with their class teachers and, per class, how many pupils, boarders and riders; names
//! of pupils only where a noun needs them (drill 3.5, dormitory 1.5, bus 2.2). Serves 3.4 and 4.2: lessons are owed for
//! each class, and the class teacher is one of the eight posts.
//!
//! Everything is an interval: what holds of a class from a day on is a span, a pupil stands in a class from a day on.
//! Nothing is overwritten but what was entered for the same day. Counts go up to the bureau, names never leave the school.
//! `pupil` names · `year` promotion at the school year's turn · `intake` tables in, planned before anything is stored.
//! Not here: words for grades (`web::words`), reading of CSV (a door does it).

pub mod intake;
pub mod pupil;
pub mod sql;
pub mod year;

use std::collections::BTreeMap;

use base::{Day, Error, Id, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::org::unit::{self, Unit};
use crate::org::{Stage, people};

/// Classes of one institution at one time.
pub const CLASSES_MAX: i64 = 400;
/// Pupils of one class.
pub const PUPILS_MAX: i64 = 200;
/// Spans of one class that a page shows.
const HISTORY: i64 = 60;
/// Grades: -3, -2, -1 = 小班, 中班, 大班; 1 to 12; 0 = 复式 (several grades in one room of a 教学点).
pub const GRADES: std::ops::RangeInclusive<i64> = -3..=12;

/// What is typed about a class.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct NewClass {
    #[serde(default)]
    pub id: Option<Id>,
    pub unit: Option<Id>,
    /// 七年级1班
    pub name: String,
    pub grade: i64,
    /// Which class of its grade.
    pub serial: i64,
    /// The class teacher: on the roll of the same institution.
    #[serde(default)]
    pub teacher: Option<Id>,
    #[serde(default)]
    pub pupils: i64,
    #[serde(default)]
    pub boarders: i64,
    #[serde(default)]
    pub riders: i64,
    /// First day; today when absent.
    #[serde(default)]
    pub from_on: Option<Day>,
}

/// A class as it stands on a day (or in a period: as it last stood in it).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Class {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    pub name: String,
    pub grade: i64,
    pub serial: i64,
    pub teacher: Option<Id>,
    /// Filled by reads for pages; none below a bureau's bulk reads.
    pub teacher_name: Option<String>,
    pub pupils: i64,
    pub boarders: i64,
    pub riders: i64,
    /// Days on which this state holds, inclusive.
    pub from_on: Day,
    pub until_on: Option<Day>,
    pub opened_on: Day,
    pub closed_on: Option<Day>,
    pub(super) span: Id,
}

fn from_row(row: &Row) -> Result<Class> {
    Ok(Class {
        id: row.id("class")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        name: row.text("name")?,
        grade: row.int("grade")?,
        serial: row.int("serial")?,
        teacher: row.opt_id("teacher")?,
        teacher_name: row.opt_text("teacher_name").unwrap_or(None),
        pupils: row.int("pupils")?,
        boarders: row.int("boarders")?,
        riders: row.int("riders")?,
        from_on: row.day("from_on")?,
        until_on: row.opt_day("until_on")?,
        opened_on: row.day("opened_on")?,
        closed_on: row.opt_day("closed_on")?,
        span: row.id("id")?,
    })
}

/// The newest state of a class, without asking who wants to know: for other nouns.
pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Class> {
    let row = cx.tx.row(sql::SPAN_LAST, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    from_row(&row)
}

/// One line per class, the newest state of each, in the order of grades.
fn newest(rows: &[Row]) -> Result<Vec<Class>> {
    let mut out: Vec<Class> = Vec::new();
    for row in rows {
        let class = from_row(row)?;
        if out.last().is_none_or(|last| last.id != class.id) {
            out.push(class);
        }
    }
    out.sort_by(|a, b| (a.unit, a.grade, a.serial, &a.name, a.id).cmp(&(b.unit, b.grade, b.serial, &b.name, b.id)));
    Ok(out)
}

/// Classes on the roll of an institution on a day. Without asking who wants to know: for duty.
pub fn classes_on(cx: &mut Cx<'_, '_>, unit: Id, day: Day) -> Result<Vec<Class>> {
    classes_in(cx, unit, day, day)
}

/// Classes that were on the roll on some day of `from..=until`, each as it last stood in it. Without asking: for duty.
pub fn classes_in(cx: &mut Cx<'_, '_>, unit: Id, from: Day, until: Day) -> Result<Vec<Class>> {
    newest(&cx.tx.rows(sql::SPANS_IN, args![unit, from, until, limits::EXPORT_ROWS_MAX])?)
}

/// The same of every institution under `top` (itself included), in one read. Without asking: for duty.
pub fn classes_below(cx: &mut Cx<'_, '_>, top: Id, from: Day, until: Day) -> Result<Vec<Class>> {
    newest(&cx.tx.rows(sql::SPANS_BELOW, args![top, from, until, db::ROWS_MAX])?)
}

/// How many classes each institution under `top` had in `from..=until`: all that a bureau's board needs.
pub fn counts_below(cx: &mut Cx<'_, '_>, top: Id, from: Day, until: Day) -> Result<BTreeMap<Id, i64>> {
    let rows = cx.tx.rows(sql::COUNTS_BELOW, args![top, from, until])?;
    rows.iter().map(|row| Ok((row.id("unit")?, row.int("classes")?))).collect()
}

/// Classes of which a person is the class teacher on a day, at one institution. Without asking: for today pages.
pub fn of_teacher(cx: &mut Cx<'_, '_>, person: Id, unit: Id, day: Day) -> Result<Vec<Id>> {
    cx.tx.rows(sql::OF_TEACHER, args![person, unit, day])?.iter().map(|row| row.id("class")).collect()
}

/// What the classes of an institution add up to on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    pub classes: i64,
    pub pupils: i64,
    pub boarders: i64,
    pub riders: i64,
}

/// Counted figures, to stand beside those that the unit declared. Refuses NotFound for a unit not to be seen.
pub fn sums(cx: &mut Cx<'_, '_>, unit: Id, day: Day) -> Result<Sums> {
    let home = unit::show(cx, unit)?.home;
    let mut sums = Sums::default();
    for class in classes_on(cx, home, day)? {
        sums.classes += 1;
        sums.pupils += class.pupils;
        sums.boarders += class.boarders;
        sums.riders += class.riders;
    }
    Ok(sums)
}

/// The same for each institution under the asker's. Refuses NoRight where the asker sees no subtree.
pub fn sums_below(cx: &mut Cx<'_, '_>, day: Day) -> Result<BTreeMap<Id, Sums>> {
    use crate::kernel::rights::{Reach, reach};
    if !matches!(reach(cx.actor.role, Action::PersonRead), Reach::Subtree | Reach::All) {
        return Err(Refusal::NoRight.into());
    }
    sums_under(cx, cx.actor.unit, day)
}

/// The same for each institution under `top`. Without asking: for other nouns.
pub fn sums_under(cx: &mut Cx<'_, '_>, top: Id, day: Day) -> Result<BTreeMap<Id, Sums>> {
    let rows = cx.tx.rows(sql::SUMS_BELOW, args![top, day])?;
    rows.iter()
        .map(|row| {
            let sums = Sums {
                classes: row.int("classes")?,
                pupils: row.int("pupils")?,
                boarders: row.int("boarders")?,
                riders: row.int("riders")?,
            };
            Ok((row.id("unit")?, sums))
        })
        .collect()
}

/// Named pupils of a class: counts, which may be seen wherever the class may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Named {
    pub pupils: i64,
    pub boarders: i64,
    pub riders: i64,
}

/// Classes of an institution on a day for the asker, each with how many of its pupils stand there by name.
/// NotFound for a unit not to be seen, NoRight for whoever may not read its people.
pub fn list(cx: &mut Cx<'_, '_>, unit: Id, day: Day) -> Result<Vec<(Class, Named)>> {
    let home = unit::show(cx, unit)?.home;
    cx.require(Action::PersonRead, home, false)?;
    let named = named(cx, home, day)?;
    let classes = classes_on(cx, home, day)?;
    Ok(classes.into_iter().map(|c| (named.get(&c.id).copied().unwrap_or_default(), c)).map(|(n, c)| (c, n)).collect())
}

fn named(cx: &mut Cx<'_, '_>, home: Id, day: Day) -> Result<BTreeMap<Id, Named>> {
    let rows = cx.tx.rows(sql::NAMED, args![home, day])?;
    rows.iter()
        .map(|row| {
            let named = Named { pupils: row.int("named")?, boarders: row.int("boards")?, riders: row.int("rides")? };
            Ok((row.id("class")?, named))
        })
        .collect()
}

/// A class with its past, for the asker. NotFound when absent or out of scope.
pub fn show(cx: &mut Cx<'_, '_>, id: Id) -> Result<(Class, Vec<Class>)> {
    let class = load(cx, id)?;
    cx.require(Action::PersonRead, class.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    let spans: Vec<Class> =
        cx.tx.rows(sql::SPANS_OF, args![id, HISTORY])?.iter().map(from_row).collect::<Result<_>>()?;
    let newest = spans.first().cloned().unwrap_or(class);
    Ok((newest, spans))
}

/// May the actor write on the roll of this class? The class teacher may for the own class.
pub(super) fn guard(cx: &mut Cx<'_, '_>, class: &Class) -> Result<()> {
    let mine = cx.actor.person.is_some() && class.teacher == cx.actor.person;
    cx.require(Action::RollManage, class.unit, mine)?;
    Ok(())
}

/// Figures and names of a class, checked.
fn check(cx: &mut Cx<'_, '_>, unit: &Unit, new: &NewClass) -> Result<String> {
    let mut faults = Faults::default();
    let name = faults.text("name", &new.name, limits::NAME_CHARS);
    faults.range("grade", new.grade, *GRADES.start(), *GRADES.end());
    faults.range("serial", new.serial, 0, 99);
    faults.range("pupils", new.pupils, 0, PUPILS_MAX);
    faults.range("boarders", new.boarders, 0, new.pupils.clamp(0, PUPILS_MAX));
    faults.range("riders", new.riders, 0, new.pupils.clamp(0, PUPILS_MAX));
    if let Some(teacher) = new.teacher
        && !people::load(cx, teacher).is_ok_and(|p| p.unit == unit.home && p.erased_at.is_none())
    {
        faults.add("teacher", Problem::Unknown);
    }
    if !unit.kind.is_school() || unit.closed_on.is_some() {
        faults.add("unit", Problem::Mismatch { with: "kind" });
    }
    faults.done()?;
    Ok(name)
}

/// Opens a class. Refuses: a unit that is no school, figures out of range, a teacher of another unit, a name that an
/// open class bears, more than `CLASSES_MAX`, a first day in the future.
pub fn open(cx: &mut Cx<'_, '_>, new: &NewClass) -> Result<Id> {
    let unit = unit::load(cx, new.unit.unwrap_or(cx.actor.unit))?;
    let unit = if unit.kind.is_institution() { unit } else { unit::load(cx, unit.home)? };
    cx.require(Action::RollManage, unit.id, false)?;
    let name = check(cx, &unit, new)?;
    let today = cx.now.day();
    let from = new.from_on.unwrap_or(today);
    if from > today {
        return Err(Error::invalid("from_on", Problem::InFuture { minutes: from.days_since(today) * 24 * 60 }));
    }
    let others = classes_on(cx, unit.id, today)?;
    if others.len() as i64 >= CLASSES_MAX {
        return Err(Refusal::TooMany { limit: CLASSES_MAX }.into());
    }
    if others.iter().any(|c| c.name == name) {
        return Err(Error::invalid("name", Problem::Taken));
    }
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::CLASS_BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let (salt, now) = (cx.salt(), cx.now);
    cx.put("class.open", "class", sql::CLASS_INSERT, args![unit.county, id, salt, unit.id, from, now])?;
    let state = State { name, ..State::of_new(new) };
    span(cx, unit.county, unit.id, id, &state, from, None)?;
    cx.signal("class", unit.county, unit.id, id);
    Ok(id)
}

/// What a span holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    pub grade: i64,
    pub serial: i64,
    pub name: String,
    pub teacher: Option<Id>,
    pub pupils: i64,
    pub boarders: i64,
    pub riders: i64,
}

impl State {
    fn of_new(new: &NewClass) -> State {
        State {
            grade: new.grade,
            serial: new.serial,
            name: new.name.clone(),
            teacher: new.teacher,
            pupils: new.pupils,
            boarders: new.boarders,
            riders: new.riders,
        }
    }
    pub(super) fn of(class: &Class) -> State {
        State {
            grade: class.grade,
            serial: class.serial,
            name: class.name.clone(),
            teacher: class.teacher,
            pupils: class.pupils,
            boarders: class.boarders,
            riders: class.riders,
        }
    }
}

fn span(
    cx: &mut Cx<'_, '_>,
    county: i64,
    unit: Id,
    class: Id,
    state: &State,
    from: Day,
    until: Option<Day>,
) -> Result<()> {
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    let State { grade, serial, name, teacher, pupils, boarders, riders } = state;
    cx.put(
        "class.span",
        "class_span",
        sql::SPAN_INSERT,
        args![
            county, id, salt, unit, class, *grade, *serial, name, *teacher, *pupils, *boarders, *riders, from, until,
            now
        ],
    )?;
    Ok(())
}

/// From `from` on another state holds. What was entered for the same day is changed in place, with its version.
pub(super) fn put_state(cx: &mut Cx<'_, '_>, class: &Class, state: &State, from: Day) -> Result<()> {
    if State::of(class) == *state {
        return Ok(());
    }
    if from < class.from_on {
        return Err(Error::invalid("from_on", Problem::Mismatch { with: "from_on" }));
    }
    if from == class.from_on {
        let State { grade, serial, name, teacher, pupils, boarders, riders } = state;
        cx.put(
            "class.change",
            "class_span",
            sql::SPAN_CHANGE,
            args![class.span, *grade, *serial, name, *teacher, *pupils, *boarders, *riders],
        )?;
    } else {
        cx.put("class.end", "class_span", sql::SPAN_END, args![class.span, from.plus_days(-1)])?;
        span(cx, class.county, class.unit, class.id, state, from, None)?;
    }
    cx.signal("class", class.county, class.unit, class.id);
    Ok(())
}

/// What may be changed of a class; `None` leaves it as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct Change {
    pub name: Option<String>,
    pub grade: Option<i64>,
    pub serial: Option<i64>,
    /// `Some(None)`: nobody for now.
    pub teacher: Option<Option<Id>>,
    pub pupils: Option<i64>,
    pub boarders: Option<i64>,
    pub riders: Option<i64>,
    /// From which day it holds; today when absent.
    pub from_on: Option<Day>,
}

/// Changes teacher, name or figures from a day on; the past stays. The class teacher may change the own class's figures,
/// not its teacher. Refuses a closed class, a day in the future or before the last change, figures out of range.
pub fn change(cx: &mut Cx<'_, '_>, id: Id, change: &Change) -> Result<()> {
    let class = load(cx, id)?;
    guard(cx, &class)?;
    if change.teacher.is_some_and(|t| t != class.teacher) || change.name.is_some() || change.grade.is_some() {
        cx.require(Action::RollManage, class.unit, false)?;
    }
    still_open(&class, "change")?;
    let new = NewClass {
        id: None,
        unit: Some(class.unit),
        name: change.name.clone().unwrap_or(class.name.clone()),
        grade: change.grade.unwrap_or(class.grade),
        serial: change.serial.unwrap_or(class.serial),
        teacher: change.teacher.unwrap_or(class.teacher),
        pupils: change.pupils.unwrap_or(class.pupils),
        boarders: change.boarders.unwrap_or(class.boarders),
        riders: change.riders.unwrap_or(class.riders),
        from_on: None,
    };
    let unit = unit::load(cx, class.unit)?;
    let name = check(cx, &unit, &new)?;
    let today = cx.now.day();
    if name != class.name && classes_on(cx, class.unit, today)?.iter().any(|c| c.name == name && c.id != id) {
        return Err(Error::invalid("name", Problem::Taken));
    }
    let from = change.from_on.unwrap_or(today);
    if from > today {
        return Err(Error::invalid("from_on", Problem::InFuture { minutes: from.days_since(today) * 24 * 60 }));
    }
    put_state(cx, &class, &State { name, ..State::of_new(&new) }, from)?;
    // The first boarder, or the last one gone: other duties are owed.
    if (class.boarders > 0) != (new.boarders > 0) {
        crate::follow::unit_changed(cx, class.unit)?;
    }
    Ok(())
}

pub(super) fn still_open(class: &Class, action: &'static str) -> Result<()> {
    match class.closed_on {
        Some(_) => Err(Refusal::WrongState { from: "closed", action }.into()),
        None => Ok(()),
    }
}

/// Closes a class with this day as its last (graduated, or joined with another); its pupils leave with it.
pub fn close(cx: &mut Cx<'_, '_>, id: Id, last_on: Day) -> Result<()> {
    let class = load(cx, id)?;
    cx.require(Action::RollManage, class.unit, false)?;
    still_open(&class, "close")?;
    shut(cx, &class, last_on, "leave")
}

pub(super) fn shut(cx: &mut Cx<'_, '_>, class: &Class, last_on: Day, why: &'static str) -> Result<()> {
    if last_on < class.from_on {
        return Err(Error::invalid("until_on", Problem::Mismatch { with: "from_on" }));
    }
    for pupil in pupil::standing(cx, class.id, last_on)? {
        pupil::end_span(cx, pupil.id, last_on, why)?;
    }
    cx.put("class.end", "class_span", sql::SPAN_END, args![class.span, last_on])?;
    cx.put("class.close", "class", sql::CLASS_CLOSE, args![class.id, last_on])?;
    crate::follow::unit_changed(cx, class.unit)?;
    cx.signal("class", class.county, class.unit, class.id);
    Ok(())
}

/// The grades that a school of this kind teaches; the last one leaves at the school year's turn.
pub fn grades(stage: Option<Stage>) -> std::ops::RangeInclusive<i64> {
    match stage {
        Some(Stage::Kindergarten) => -3..=-1,
        Some(Stage::Primary) => 1..=6,
        Some(Stage::Junior) => 7..=9,
        Some(Stage::Nine | Stage::Special) => 1..=9,
        Some(Stage::Senior | Stage::Vocational) => 10..=12,
        Some(Stage::Complete) => 7..=12,
        None => 1..=12,
    }
}
