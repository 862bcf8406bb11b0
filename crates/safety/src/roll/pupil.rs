//! Pupils by name: entered only where a noun needs names, seen only inside the school. A pupil stands in a class for an
//! interval; transfer and leaving end it. Erasure empties the name and destroys the salt, like that of a person.

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::{Class, PUPILS_MAX, State, guard, load as load_class, put_state, sql, still_open};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::{self, Faults};

/// Intervals of one pupil that are shown.
const SPANS: i64 = 40;

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct NewPupil {
    #[serde(default)]
    pub id: Option<Id>,
    pub class: Id,
    pub name: String,
    /// 住宿
    #[serde(default)]
    pub boards: bool,
    /// 乘校车
    #[serde(default)]
    pub rides: bool,
    /// First day in the class; today when absent.
    #[serde(default)]
    pub from_on: Option<Day>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pupil {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub unit: Id,
    /// None after an erasure.
    pub name: Option<String>,
    pub boards: bool,
    pub rides: bool,
    pub erased_at: Option<Ms>,
}

fn from_row(row: &Row) -> Result<Pupil> {
    Ok(Pupil {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        name: row.opt_text("name")?,
        boards: row.flag("boards")?,
        rides: row.flag("rides")?,
        erased_at: row.opt_ms("erased_at")?,
    })
}

/// A time in a class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Span {
    pub class: Id,
    pub from_on: Day,
    pub until_on: Option<Day>,
    /// `transfer`, `leave`, `graduate`
    pub ended: Option<String>,
}

fn span_from(row: &Row) -> Result<Span> {
    Ok(Span {
        class: row.id("class")?,
        from_on: row.day("from_on")?,
        until_on: row.opt_day("until_on")?,
        ended: row.opt_text("ended")?,
    })
}

/// Without asking who wants to know: for other nouns, which guard themselves.
pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Pupil> {
    let row = cx.tx.row(sql::PUPIL_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    from_row(&row)
}

/// A pupil with the times in classes. NotFound for everybody outside the school.
pub fn show(cx: &mut Cx<'_, '_>, id: Id) -> Result<(Pupil, Vec<Span>)> {
    let pupil = load(cx, id)?;
    cx.require(Action::RollRead, pupil.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    let spans = cx.tx.rows(sql::PUPIL_SPANS, args![id, SPANS])?.iter().map(span_from).collect::<Result<_>>()?;
    Ok((pupil, spans))
}

/// Pupils of a class on a day. NotFound for a class not to be seen, NoRight for whoever may not see names.
pub fn list(cx: &mut Cx<'_, '_>, class: Id, day: Day) -> Result<Vec<Pupil>> {
    let (class, _) = super::show(cx, class)?;
    cx.require(Action::RollRead, class.unit, false)?;
    standing(cx, class.id, day)
}

/// Without asking: for other nouns, which guard themselves.
pub fn standing(cx: &mut Cx<'_, '_>, class: Id, day: Day) -> Result<Vec<Pupil>> {
    cx.tx.rows(sql::PUPILS_ON, args![class, day, PUPILS_MAX])?.iter().map(from_row).collect()
}

fn last(cx: &mut Cx<'_, '_>, pupil: Id) -> Result<Row> {
    cx.tx.row(sql::PUPIL_SPAN_LAST, args![pupil])?.ok_or_else(|| Error::missing("pupil_span", pupil))
}

/// The class in which a pupil stands now; none after leaving.
pub fn class_of(cx: &mut Cx<'_, '_>, pupil: Id) -> Result<Option<Id>> {
    let span = last(cx, pupil)?;
    Ok(if span.opt_day("until_on")?.is_none() { Some(span.id("class")?) } else { None })
}

/// Enters a pupil by name. If more stand there by name than the class counts, the class counts one more.
/// Refuses: no name, a closed class, a first day in the future or before the class began, over `PUPILS_MAX`.
pub fn enter(cx: &mut Cx<'_, '_>, new: &NewPupil) -> Result<Id> {
    let class = load_class(cx, new.class)?;
    guard(cx, &class)?;
    still_open(&class, "enter")?;
    let id = put_in(cx, &class, new)?;
    recount(cx, new.class)?;
    Ok(id)
}

/// `enter` without asking and without counting: for an intake.
pub(super) fn put_in(cx: &mut Cx<'_, '_>, class: &Class, new: &NewPupil) -> Result<Id> {
    let mut faults = Faults::default();
    let name = faults.text("name", &new.name, limits::NAME_CHARS);
    let today = cx.now.day();
    let from = new.from_on.unwrap_or(today);
    if from > today {
        faults.add("from_on", Problem::InFuture { minutes: from.days_since(today) * 24 * 60 });
    }
    if from < class.opened_on {
        faults.add("from_on", Problem::Mismatch { with: "opened_on" });
    }
    faults.done()?;
    if standing(cx, class.id, today)?.len() as i64 >= PUPILS_MAX {
        return Err(Refusal::TooMany { limit: PUPILS_MAX }.into());
    }
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::PUPIL_BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let (salt, find, now) = (cx.salt(), text::find(&[&name]), cx.now);
    cx.put(
        "pupil.enter",
        "pupil",
        sql::PUPIL_INSERT,
        args![class.county, id, salt, class.unit, name, find, new.boards, new.rides, now],
    )?;
    begin(cx, class, id, from)?;
    Ok(id)
}

fn begin(cx: &mut Cx<'_, '_>, class: &Class, pupil: Id, from: Day) -> Result<()> {
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    cx.put(
        "pupil.stand",
        "pupil_span",
        sql::PUPIL_SPAN_INSERT,
        args![class.county, id, salt, class.unit, pupil, class.id, from, now],
    )?;
    Ok(())
}

/// A class that counts fewer than stand there by name counts those by name.
pub(super) fn recount(cx: &mut Cx<'_, '_>, class: Id) -> Result<()> {
    let (class, today) = (load_class(cx, class)?, cx.now.day());
    let named = standing(cx, class.id, today)?;
    let count = |f: fn(&Pupil) -> bool| named.iter().filter(|p| f(p)).count() as i64;
    let mut state = State::of(&class);
    state.pupils = state.pupils.max(named.len() as i64);
    state.boarders = state.boarders.max(count(|p| p.boards));
    state.riders = state.riders.max(count(|p| p.rides));
    put_state(cx, &class, &state, today.max(class.from_on))
}

/// Corrects name, boarding, riding.
pub fn correct(cx: &mut Cx<'_, '_>, id: Id, name: &str, boards: bool, rides: bool) -> Result<()> {
    let pupil = guarded(cx, id)?;
    let mut faults = Faults::default();
    let name = faults.text("name", name, limits::NAME_CHARS);
    faults.done()?;
    let find = text::find(&[&name]);
    cx.put("pupil.correct", "pupil", sql::PUPIL_CORRECT, args![id, name, find, boards, rides])?;
    let class = class_of(cx, id)?;
    if let Some(class) = class {
        recount(cx, class)?;
        cx.signal("class", pupil.county, pupil.unit, class);
    }
    Ok(())
}

/// A pupil whose present class the actor may write on. Refuses NotFound outside the school, erased and departed ones.
fn guarded(cx: &mut Cx<'_, '_>, id: Id) -> Result<Pupil> {
    let pupil = load(cx, id)?;
    cx.require(Action::RollRead, pupil.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    if pupil.erased_at.is_some() {
        return Err(Refusal::WrongState { from: "erased", action: "correct" }.into());
    }
    match class_of(cx, id)? {
        Some(class) => {
            let class = load_class(cx, class)?;
            guard(cx, &class)?;
        }
        None => return Err(Refusal::WrongState { from: "left", action: "correct" }.into()),
    }
    Ok(pupil)
}

/// Moves a pupil to another class of the same school from a day on. Refuses a class of another school, a closed one, a
/// day in the future or before the pupil stood in the present class.
pub fn transfer(cx: &mut Cx<'_, '_>, id: Id, to: Id, from: Day) -> Result<()> {
    let pupil = guarded(cx, id)?;
    let target = load_class(cx, to)?;
    if target.unit != pupil.unit {
        return Err(Error::invalid("class", Problem::Unknown));
    }
    still_open(&target, "transfer")?;
    let (span, today) = (last(cx, id)?, cx.now.day());
    let old = span.id("class")?;
    if old == to {
        return Err(Error::invalid("class", Problem::Mismatch { with: "class" }));
    }
    if from > today || from < span.day("from_on")? || from < target.opened_on {
        return Err(Error::invalid("from_on", Problem::Mismatch { with: "from_on" }));
    }
    if from == span.day("from_on")? {
        cx.put("pupil.move", "pupil_span", sql::PUPIL_SPAN_MOVE, args![span.id("id")?, to])?;
    } else {
        end_span(cx, id, from.plus_days(-1), "transfer")?;
        begin(cx, &target, id, from)?;
    }
    fewer(cx, old, &pupil)?;
    more(cx, to, &pupil)
}

/// A pupil leaves the school; this is the last day.
pub fn leave(cx: &mut Cx<'_, '_>, id: Id, last_on: Day) -> Result<()> {
    let pupil = guarded(cx, id)?;
    let span = last(cx, id)?;
    if last_on > cx.now.day() || last_on < span.day("from_on")? {
        return Err(Error::invalid("until_on", Problem::Mismatch { with: "from_on" }));
    }
    end_span(cx, id, last_on, "leave")?;
    fewer(cx, span.id("class")?, &pupil)
}

pub(super) fn end_span(cx: &mut Cx<'_, '_>, pupil: Id, last_on: Day, why: &'static str) -> Result<()> {
    let span = last(cx, pupil)?;
    let last_on = last_on.max(span.day("from_on")?);
    cx.put("pupil.end", "pupil_span", sql::PUPIL_SPAN_END, args![span.id("id")?, last_on, why])?;
    Ok(())
}

fn fewer(cx: &mut Cx<'_, '_>, class: Id, pupil: &Pupil) -> Result<()> {
    step(cx, class, pupil, -1)
}

fn more(cx: &mut Cx<'_, '_>, class: Id, pupil: &Pupil) -> Result<()> {
    step(cx, class, pupil, 1)
}

fn step(cx: &mut Cx<'_, '_>, class: Id, pupil: &Pupil, by: i64) -> Result<()> {
    let (class, today) = (load_class(cx, class)?, cx.now.day());
    let mut state = State::of(&class);
    state.pupils = (state.pupils + by).clamp(0, PUPILS_MAX);
    state.boarders = (state.boarders + by * i64::from(pupil.boards)).clamp(0, state.pupils);
    state.riders = (state.riders + by * i64::from(pupil.rides)).clamp(0, state.pupils);
    put_state(cx, &class, &state, today.max(class.from_on))
}

/// Erases a pupil's name (个人信息保护法 art. 47). Refuses while the pupil stands in a class.
pub fn erase(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let pupil = load(cx, id)?;
    cx.require(Action::RollRead, pupil.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    cx.require(Action::RollManage, pupil.unit, false)?;
    if class_of(cx, id)?.is_some() {
        return Err(Refusal::WrongState { from: "in_class", action: "erase" }.into());
    }
    let (salt, now) = (cx.salt(), cx.now);
    cx.put("pupil.erase", "pupil", sql::PUPIL_ERASE, args![id, salt, now])?;
    Ok(())
}
