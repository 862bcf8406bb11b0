//! The school year's turn: every class goes up one grade with its pupils, the last grade leaves. Proposed first, so that
//! a person sees and renames before anything is stored; the class keeps its id, so that what was recorded of it stays.

use base::{Day, Error, Id, Problem, Refusal, Result};
use serde::{Deserialize, Serialize};

use super::{CLASSES_MAX, Class, State, classes_on, grades, put_state, shut};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::unit;

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

/// What the turn would do to each class of a school. A 复式 class (grade 0) stays as it is.
pub fn proposed(cx: &mut Cx<'_, '_>, unit: Id, on: Day) -> Result<Vec<Proposal>> {
    let unit = unit::show(cx, unit)?;
    cx.require(Action::RollManage, unit.home, false)?;
    let teaches = grades(unit::load(cx, unit.home)?.stage);
    let next = |class: Class| {
        // 大班 is followed by grade 1, where the school has one.
        let up = if class.grade == -1 { 1 } else { class.grade + 1 };
        if class.grade == 0 {
            return Proposal { grade: Some(0), class };
        }
        let stays = teaches.contains(&up);
        Proposal { grade: stays.then_some(up), class }
    };
    Ok(classes_on(cx, unit.home, on.plus_days(-1))?.into_iter().map(next).collect())
}

/// Does it, from `on` on. Refuses: a class of another school or named twice, two classes with one name, a day in the
/// future. A class whose state began on or after that day was promoted already: WrongState `promoted`.
pub fn promote(cx: &mut Cx<'_, '_>, unit: Id, on: Day, promotions: &[Promotion]) -> Result<i64> {
    let home = unit::show(cx, unit)?.home;
    cx.require(Action::RollManage, home, false)?;
    if on > cx.now.day() {
        return Err(Error::invalid("from_on", Problem::InFuture { minutes: on.days_since(cx.now.day()) * 24 * 60 }));
    }
    if promotions.is_empty() || promotions.len() as i64 > CLASSES_MAX {
        return Err(Error::invalid("classes", Problem::OutOfRange { min: 1, max: CLASSES_MAX }));
    }
    let classes = classes_on(cx, home, cx.now.day())?;
    let (mut seen, mut names) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    for one in promotions {
        let class = classes.iter().find(|c| c.id == one.class);
        let Some(class) = class.filter(|_| seen.insert(one.class)) else {
            return Err(Error::invalid("classes", Problem::Unknown));
        };
        let name = one.name.as_deref().map_or(class.name.as_str(), str::trim);
        if one.grade.is_some() && !names.insert(name.to_string()) {
            return Err(Error::invalid("name", Problem::Taken));
        }
        if class.from_on >= on {
            return Err(Refusal::WrongState { from: "promoted", action: "promote" }.into());
        }
    }
    for class in classes.iter().filter(|c| !seen.contains(&c.id)) {
        if !names.insert(class.name.clone()) {
            return Err(Error::invalid("name", Problem::Taken));
        }
    }
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
