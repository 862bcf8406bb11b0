//! School time as a bureau sets it: days on which its schools are shut (snow), terms that go otherwise than by rule. The
//! city's hold everywhere, a county's in the county. Only days that no frozen sheet can hold: today and later.

use base::calendar::{SchoolCalendar, Season, Term};
use base::{Day, Error, Id, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::Serialize;

use super::{bureau, sql};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;

/// Days that schools are shut at once: longer is a term of its own.
const SHUT_DAYS_MAX: i64 = 14;
/// Days of a term: what is shorter or longer is a slip.
const TERM_DAYS: std::ops::RangeInclusive<i64> = 60..=200;
/// Lines of one bureau that a page shows.
const SHOWN: i64 = 100;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Time {
    pub id: Id,
    pub version: i64,
    pub unit: Id,
    /// `shut` or `term`
    pub kind: String,
    /// Of a term: the school year.
    pub year: Option<i64>,
    /// `autumn`, `spring`
    pub season: Option<String>,
    pub from_on: Day,
    pub until_on: Day,
    pub reason: String,
}

pub(super) fn from_row(row: &Row) -> Result<Time> {
    Ok(Time {
        id: row.id("id")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        kind: row.text("kind")?,
        year: row.opt_int("year")?,
        season: row.opt_text("season")?,
        from_on: row.day("from_on")?,
        until_on: row.day("until_on")?,
        reason: row.text("reason")?,
    })
}

fn season(code: &str) -> Option<Season> {
    match code {
        "autumn" => Some(Season::Autumn),
        "spring" => Some(Season::Spring),
        _ => None,
    }
}

impl Time {
    pub(crate) fn set(&self, calendar: &mut SchoolCalendar) {
        let term = self.season.as_deref().and_then(season).zip(self.year.and_then(|y| i16::try_from(y).ok()));
        match term {
            Some((season, year)) => {
                calendar.set_term(Term { year, season, from: self.from_on, until: self.until_on });
            }
            None => {
                let mut day = self.from_on;
                while day <= self.until_on {
                    calendar.shut(day);
                    day = day.plus_days(1);
                }
            }
        }
    }
}

/// Shuts the schools of a bureau from a day to a day (snow). Refuses days before today, and more than two weeks.
pub fn shut(cx: &mut Cx<'_, '_>, id: Option<Id>, unit: Id, from: Day, until: Day, reason: &str) -> Result<Id> {
    let (_, county) = bureau(cx, unit)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    let today = cx.now.day();
    if from < today {
        faults.add("from_on", Problem::TooOld { days: today.days_since(from) });
    }
    faults.range("until_on", until.days_since(from) + 1, 1, SHUT_DAYS_MAX);
    faults.done()?;
    store(cx, id, county, unit, ("shut", None, None), (from, until), &reason)
}

/// Sets a term of a bureau's schools in place of the rule. Refuses a term that has begun by rule or by this setting.
pub fn set_term(cx: &mut Cx<'_, '_>, id: Option<Id>, unit: Id, term: &Term, reason: &str) -> Result<Id> {
    let (_, county) = bureau(cx, unit)?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    let today = cx.now.day();
    let by_rule = cx.packs.calendar(today, county).term(term.year, term.season).map_or(term.from, |t| t.from);
    let begins = by_rule.min(term.from);
    if begins <= today {
        faults.add("from_on", Problem::TooOld { days: today.days_since(begins) });
    }
    if !TERM_DAYS.contains(&term.until.days_since(term.from)) {
        faults.add("until_on", Problem::OutOfRange { min: *TERM_DAYS.start(), max: *TERM_DAYS.end() });
    }
    faults.done()?;
    let season = if term.season == Season::Autumn { "autumn" } else { "spring" };
    let what = ("term", Some(i64::from(term.year)), Some(season));
    store(cx, id, county, unit, what, (term.from, term.until), &reason)
}

fn store(
    cx: &mut Cx<'_, '_>,
    id: Option<Id>,
    county: i64,
    unit: Id,
    (kind, year, season): (&'static str, Option<i64>, Option<&'static str>),
    (from, until): (Day, Day),
    reason: &str,
) -> Result<Id> {
    let id = id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::TIME_BY_ID, args![id])?.is_some() {
        return Err(Refusal::Duplicate.into());
    }
    let salt = cx.salt();
    let args = args![county, id, salt, unit, kind, year, season, from, until, reason, cx.actor.person, cx.now];
    cx.put("pack.time", "school_time", sql::TIME_INSERT, args)?;
    cx.signal("pack", county, unit, id);
    Ok(id)
}

/// Takes a setting back, as long as its days have not begun.
pub fn void(cx: &mut Cx<'_, '_>, id: Id, version: i64) -> Result<()> {
    let row = cx.tx.row(sql::TIME_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let time = from_row(&row)?;
    // Whoever does not see the bureau's settings does not learn that there is one.
    if cx.require(Action::UnitRead, time.unit, false).is_err() {
        return Err(Refusal::NotFound.into());
    }
    let (_, county) = bureau(cx, time.unit)?;
    if time.version != version {
        return Err(Refusal::Stale { version: time.version }.into());
    }
    if time.from_on <= cx.now.day() {
        return Err(Refusal::TooLate.into());
    }
    cx.put("pack.time_void", "school_time", sql::TIME_VOID, args![id, cx.now])?;
    cx.signal("pack", county, time.unit, id);
    Ok(())
}

/// What a bureau has set, newest first.
pub fn list(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Vec<Time>> {
    cx.require(Action::UnitRead, unit, false)?;
    cx.tx.rows(sql::TIMES_OF, args![unit, SHOWN])?.iter().map(from_row).collect()
}
