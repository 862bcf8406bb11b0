//! The school year's turn: every class goes up one grade with its pupils, the last grade leaves. Proposed first, so that
//! a person sees and renames before anything is stored; the class keeps its id, so that what was recorded of it stays.

use std::collections::{BTreeMap, BTreeSet};

use base::calendar::Season;
use base::{Day, Error, Id, Problem, Refusal, Result};
use serde::{Deserialize, Serialize};

use super::{CLASSES_MAX, Class, State, classes_on, grades, put_state, shut};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::unit::{self, Unit};

/// Days before a school year begins from which classes are opened and raised for it.
pub const AHEAD_DAYS: i64 = 45;

/// The turn of a school year as it is offered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Turn {
    pub on: Day,
    /// The first day of the school year that it leads into.
    pub begins_on: Day,
    /// Classes that stand for that year already, opened or raised for it: nothing becomes of them.
    pub standing: i64,
    pub proposals: Vec<Proposal>,
}

/// What becomes of one class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
    pub class: Class,
    /// None: it leaves with its pupils.
    pub grade: Option<i64>,
}

/// A proposal as a person confirmed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promotion {
    pub class: Id,
    /// None: it leaves (graduates) the day before.
    pub grade: Option<i64>,
    /// How it is called from now on; kept when absent.
    #[serde(default)]
    pub name: Option<String>,
}

/// The school year that a turn leads into, and the grades of the classes before anything was opened or raised for it.
struct Year {
    begins_on: Day,
    before: BTreeMap<Id, i64>,
}

impl Year {
    fn of(cx: &mut Cx<'_, '_>, home: &Unit, on: Day) -> Result<Year> {
        let begins_on = begins(cx, home.county, on.plus_days(AHEAD_DAYS));
        let before = classes_on(cx, home.id, begins_on.plus_days(-AHEAD_DAYS - 1))?;
        Ok(Year { begins_on, before: before.into_iter().map(|c| (c.id, c.grade)).collect() })
    }
    /// Was it opened or raised for this year? A change of its figures or its teacher does not count.
    fn has(&self, class: &Class) -> bool {
        self.before.get(&class.id) != Some(&class.grade)
    }
}

/// The newest first day of a school year that is not after `day`.
fn begins(cx: &Cx<'_, '_>, county: i64, day: Day) -> Day {
    let calendar = cx.packs.calendar(cx.now.day(), county);
    let year = day.date().year();
    let days = [year, year - 1].into_iter().filter_map(|y| calendar.term(y, Season::Autumn)).map(|term| term.from);
    days.into_iter().find(|from| *from <= day).unwrap_or(day)
}

/// What the turn would do to each class of a school; from the newest first day of a school year when no day is given.
/// A 复式 class (grade 0) stays as it is. Nothing is offered of a class that stands for that year already, or that has
/// another grade or is closed since.
pub fn proposed(cx: &mut Cx<'_, '_>, unit: Id, on: Option<Day>) -> Result<Turn> {
    let unit = unit::show(cx, unit)?;
    cx.require(Action::RollManage, unit.home, false)?;
    let home = unit::load(cx, unit.home)?;
    let on = on.unwrap_or_else(|| begins(cx, home.county, cx.now.day()));
    let teaches = grades(home.stage);
    let next = |class: Class| {
        // 大班 is followed by grade 1, where the school has one.
        let up = if class.grade == -1 { 1 } else { class.grade + 1 };
        if class.grade == 0 {
            return Proposal { grade: Some(0), class };
        }
        let stays = teaches.contains(&up);
        Proposal { grade: stays.then_some(up), class }
    };
    let year = Year::of(cx, &home, on)?;
    let now = classes_on(cx, home.id, cx.now.day())?;
    let open: BTreeMap<Id, i64> = now.iter().filter(|c| !year.has(c)).map(|c| (c.id, c.grade)).collect();
    let eve = classes_on(cx, home.id, on.plus_days(-1))?;
    Ok(Turn {
        on,
        begins_on: year.begins_on,
        standing: now.iter().filter(|c| year.has(c)).count() as i64,
        proposals: eve.into_iter().filter(|c| open.get(&c.id) == Some(&c.grade)).map(next).collect(),
    })
}

/// Does it, from `on` on. Refuses: a class of another school or named twice, two classes with one name, a day in the
/// future. A class that was opened or raised for that school year, or has left at its turn: WrongState `of_year`; one
/// whose state began on or after that day: WrongState `promoted`.
pub fn promote(cx: &mut Cx<'_, '_>, unit: Id, on: Day, promotions: &[Promotion]) -> Result<i64> {
    let home = unit::show(cx, unit)?.home;
    cx.require(Action::RollManage, home, false)?;
    if on > cx.now.day() {
        return Err(Error::invalid("from_on", Problem::InFuture { minutes: on.days_since(cx.now.day()) * 24 * 60 }));
    }
    if promotions.is_empty() || promotions.len() as i64 > CLASSES_MAX {
        return Err(Error::invalid("classes", Problem::OutOfRange { min: 1, max: CLASSES_MAX }));
    }
    guard(cx, home, on, promotions)?;
    for one in promotions {
        let class = super::load(cx, one.class)?;
        match one.grade {
            None => shut(cx, &class, on.plus_days(-1), "graduate")?,
            Some(grade) => {
                let mut state = State::of(&class);
                state.grade = grade;
                if let Some(name) = one.name.as_deref().map(str::trim).filter(|n| !n.is_empty()) {
                    state.name = name.chars().take(base::limits::NAME_CHARS as usize).collect();
                }
                put_state(cx, &class, &state, on)?;
            }
        }
    }
    Ok(promotions.len() as i64)
}

/// Everything that stands against a turn.
fn guard(cx: &mut Cx<'_, '_>, home: Id, on: Day, promotions: &[Promotion]) -> Result<()> {
    let classes = classes_on(cx, home, cx.now.day())?;
    let home = unit::load(cx, home)?;
    let year = Year::of(cx, &home, on)?;
    let eve: BTreeSet<Id> = classes_on(cx, home.id, on.plus_days(-1))?.into_iter().map(|c| c.id).collect();
    let refused = |from| Err(Refusal::WrongState { from, action: "promote" }.into());
    let (mut seen, mut names) = (BTreeSet::new(), BTreeSet::new());
    for one in promotions {
        let class = classes.iter().find(|c| c.id == one.class);
        if class.map_or(eve.contains(&one.class), |c| year.has(c)) {
            return refused("of_year");
        }
        let Some(class) = class.filter(|_| seen.insert(one.class)) else {
            return Err(Error::invalid("classes", Problem::Unknown));
        };
        let name = one.name.as_deref().map_or(class.name.as_str(), str::trim);
        if one.grade.is_some() && !names.insert(name.to_string()) {
            return Err(Error::invalid("name", Problem::Taken));
        }
        if class.from_on >= on {
            return refused("promoted");
        }
    }
    for class in classes.iter().filter(|c| !seen.contains(&c.id)) {
        if !names.insert(class.name.clone()) {
            return Err(Error::invalid("name", Problem::Taken));
        }
    }
    Ok(())
}
