//! Tables in: one row a class (its figures) or a pupil (a name). First planned without storing anything, every fault of
//! every row at once; a dry run ends there. Entering the same table twice changes nothing.

use std::collections::BTreeMap;

use base::{Day, Error, FieldError, Id, Problem, Refusal, Result, limits};
use serde::{Deserialize, Serialize};

use super::pupil::{self, NewPupil};
use super::{CLASSES_MAX, Change, Class, GRADES, NewClass, PUPILS_MAX, classes_on};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::{people, unit};

/// A row as a door has read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its number in the table, for the faults.
    pub at: i64,
    /// Name of the class.
    pub class: String,
    /// As the door reads them from the name or from columns of their own.
    pub grade: Option<i64>,
    pub serial: Option<i64>,
    /// Name of the class teacher.
    pub teacher: Option<String>,
    pub pupils: Option<i64>,
    pub boarders: Option<i64>,
    pub riders: Option<i64>,
    /// Name of a pupil; none in a row about the class.
    pub pupil: Option<String>,
    pub boards: bool,
    pub rides: bool,
}

/// A fault of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Bad {
    pub at: i64,
    pub fault: FieldError,
}

/// What an intake does, or would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub opened: i64,
    pub changed: i64,
    pub entered: i64,
    /// Pupils and classes that stand there already as the table says.
    pub same: i64,
    pub faults: Vec<Bad>,
    todo: Vec<Todo>,
}

#[derive(Clone, Debug, PartialEq)]
struct Todo {
    class: Option<Id>,
    name: String,
    at: i64,
    grade: Option<i64>,
    serial: Option<i64>,
    teacher: Option<Id>,
    pupils: Option<i64>,
    boarders: Option<i64>,
    riders: Option<i64>,
    named: Vec<(String, bool, bool)>,
}

/// Plans an intake for one institution. Refuses NoRight and more than `IMPORT_ROWS` rows; everything else is a fault of
/// its row.
pub fn plan(cx: &mut Cx<'_, '_>, unit: Id, lines: &[Line]) -> Result<Plan> {
    let home = unit::show(cx, unit)?.home;
    cx.require(Action::RollManage, home, false)?;
    if lines.len() > limits::IMPORT_ROWS {
        return Err(Refusal::TooMany { limit: limits::IMPORT_ROWS as i64 }.into());
    }
    let today = cx.now.day();
    let classes = classes_on(cx, home, today)?;
    let staff = people::list(cx, home, "")?;
    let mut plan = Plan::default();
    let mut order: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines {
        let name = line.class.trim().to_string();
        if name.is_empty() || name.chars().count() as i64 > limits::NAME_CHARS {
            plan.bad(line.at, "class", if name.is_empty() { Problem::Required } else { too_long(&name) });
            continue;
        }
        let at = *order.entry(name.clone()).or_insert_with(|| {
            let class = classes.iter().find(|c| c.name == name).map(|c| c.id);
            plan.todo.push(Todo::empty(class, name, line.at));
            plan.todo.len() - 1
        });
        read_line(&mut plan, at, line, &staff);
    }
    for at in 0..plan.todo.len() {
        settle(cx, &mut plan, at, &classes, today)?;
    }
    if classes.len() as i64 + plan.opened > CLASSES_MAX {
        return Err(Refusal::TooMany { limit: CLASSES_MAX }.into());
    }
    Ok(plan)
}

fn too_long(text: &str) -> Problem {
    Problem::TooLong { max: limits::NAME_CHARS, got: text.chars().count() as i64 }
}

impl Plan {
    fn bad(&mut self, at: i64, field: &'static str, problem: Problem) {
        self.faults.push(Bad { at, fault: FieldError { field, problem } });
    }
}

impl Todo {
    fn empty(class: Option<Id>, name: String, at: i64) -> Todo {
        Todo {
            class,
            name,
            at,
            grade: None,
            serial: None,
            teacher: None,
            pupils: None,
            boarders: None,
            riders: None,
            named: Vec::new(),
        }
    }
    fn says_figures(&self) -> bool {
        self.teacher.is_some() || self.pupils.is_some() || self.boarders.is_some() || self.riders.is_some()
    }
}

fn read_line(plan: &mut Plan, at: usize, line: &Line, staff: &[people::Person]) {
    if let Some(grade) = line.grade {
        plan.todo[at].grade = Some(grade);
    }
    if let Some(serial) = line.serial {
        plan.todo[at].serial = Some(serial);
    }
    if let Some(teacher) = line.teacher.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
        let found: Vec<Id> = staff.iter().filter(|p| p.name.as_deref() == Some(teacher)).map(|p| p.id).collect();
        match found.as_slice() {
            [one] => plan.todo[at].teacher = Some(*one),
            _ => plan.bad(line.at, "teacher", Problem::Unknown),
        }
    }
    match line.pupil.as_deref().map(str::trim).filter(|p| !p.is_empty()) {
        Some(name) if name.chars().count() as i64 > limits::NAME_CHARS => {
            plan.bad(line.at, "pupil", too_long(name));
        }
        Some(name) => plan.todo[at].named.push((name.to_string(), line.boards, line.rides)),
        None => {
            let ranges = [("pupils", line.pupils), ("boarders", line.boarders), ("riders", line.riders)];
            for (field, value) in ranges {
                let most = if field == "pupils" { PUPILS_MAX } else { line.pupils.unwrap_or(PUPILS_MAX) };
                if value.is_some_and(|n| !(0..=most).contains(&n)) {
                    plan.bad(line.at, field, Problem::OutOfRange { min: 0, max: most });
                }
            }
            let todo = &mut plan.todo[at];
            (todo.pupils, todo.boarders, todo.riders) =
                (line.pupils.or(todo.pupils), line.boarders.or(todo.boarders), line.riders.or(todo.riders));
        }
    }
}

/// Holds one class of the table against what stands there.
fn settle(cx: &mut Cx<'_, '_>, plan: &mut Plan, at: usize, classes: &[Class], today: Day) -> Result<()> {
    let todo = plan.todo[at].clone();
    let old = todo.class.and_then(|id| classes.iter().find(|c| c.id == id));
    if old.is_none() && todo.grade.is_none_or(|g| !GRADES.contains(&g)) {
        plan.bad(todo.at, "grade", Problem::Required);
        return Ok(());
    }
    // Each name of the class as often as the table has it beyond what stands there.
    let mut there: BTreeMap<String, i64> = BTreeMap::new();
    if let Some(old) = old {
        for pupil in pupil::standing(cx, old.id, today)? {
            *there.entry(pupil.name.unwrap_or_default()).or_default() += 1;
        }
    }
    let stand: i64 = there.values().sum();
    let mut fresh = Vec::new();
    for one in todo.named {
        match there.get_mut(&one.0).filter(|n| **n > 0) {
            Some(n) => {
                *n -= 1;
                plan.same += 1;
            }
            None => fresh.push(one),
        }
    }
    if stand + fresh.len() as i64 > PUPILS_MAX {
        plan.bad(todo.at, "pupil", Problem::OutOfRange { min: 0, max: PUPILS_MAX });
    }
    plan.entered += fresh.len() as i64;
    plan.todo[at].named = fresh;
    match old {
        None => plan.opened += 1,
        Some(old) if plan.todo[at].says_figures() && plan.todo[at].differs(old) => plan.changed += 1,
        Some(_) => plan.same += i64::from(plan.todo[at].says_figures()),
    }
    Ok(())
}

impl Todo {
    fn differs(&self, old: &Class) -> bool {
        self.teacher.is_some_and(|t| Some(t) != old.teacher)
            || self.pupils.is_some_and(|n| n != old.pupils)
            || self.boarders.is_some_and(|n| n != old.boarders)
            || self.riders.is_some_and(|n| n != old.riders)
    }
}

/// Plans and stores. Refuses Invalid with every fault's field when a row has one: nothing is stored then.
pub fn take_in(cx: &mut Cx<'_, '_>, unit: Id, lines: &[Line]) -> Result<Plan> {
    let plan = plan(cx, unit, lines)?;
    if !plan.faults.is_empty() {
        return Err(Error::Refused(Refusal::Invalid(plan.faults.iter().map(|b| b.fault.clone()).collect())));
    }
    for todo in &plan.todo {
        let id = match todo.class {
            None => super::open(
                cx,
                &NewClass {
                    id: None,
                    unit: Some(unit),
                    name: todo.name.clone(),
                    grade: todo.grade.unwrap_or_default(),
                    serial: todo.serial.unwrap_or_default(),
                    teacher: todo.teacher,
                    pupils: todo.pupils.unwrap_or_default(),
                    boarders: todo.boarders.unwrap_or_default(),
                    riders: todo.riders.unwrap_or_default(),
                    from_on: None,
                },
            )?,
            Some(id) => {
                if todo.says_figures() {
                    let (pupils, boarders, riders) = (todo.pupils, todo.boarders, todo.riders);
                    let teacher = todo.teacher.map(Some);
                    let change = Change { teacher, pupils, boarders, riders, ..Change::default() };
                    super::change(cx, id, &change)?;
                }
                id
            }
        };
        if todo.named.is_empty() {
            continue;
        }
        let class = super::load(cx, id)?;
        for (name, boards, rides) in &todo.named {
            let (name, boards, rides) = (name.clone(), *boards, *rides);
            pupil::put_in(cx, &class, &NewPupil { id: None, class: id, name, boards, rides, from_on: None })?;
        }
        pupil::recount(cx, id)?;
    }
    Ok(plan)
}
