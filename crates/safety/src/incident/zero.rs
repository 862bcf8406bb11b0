//! 零报告 (1.2): a week in which nothing happened is said by the records; a person signs with one tap. Nothing is typed.

use base::{Day, Id, Ms, Refusal, Result};
use db::args;
use serde::Serialize;

use super::{list, sql};
use crate::duty::{self, Credit};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::unit;

/// Days from Monday to Friday.
const FRIDAY: i64 = 4;

/// How a unit's week stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Week {
    pub unit: Id,
    /// Monday and Sunday.
    pub from_on: Day,
    pub until_on: Day,
    /// From this day on it can be signed.
    pub opens_on: Day,
    /// Incidents that the unit came to know in it.
    pub incidents: i64,
    pub signed_at: Option<Ms>,
    pub signed_by: Option<String>,
    pub record: Option<Id>,
    /// May the asker sign now?
    pub may_sign: bool,
}

fn monday(day: Day) -> Day {
    let from = i64::from(day.date().weekday().to_monday_zero_offset());
    day.plus_days(-from)
}

/// From which day on a week can be signed: its last school day, or its Friday where nobody has school. Signed earlier, it
/// would speak of days that have not come, and an incident of one of them would make the school's signature untrue.
fn opens(cx: &Cx<'_, '_>, county: i64, from: Day) -> Day {
    let school = |day: &Day| cx.packs.calendar(*day, county).is_school_day(*day);
    (0..7).rev().map(|n| from.plus_days(n)).find(school).unwrap_or(from.plus_days(FRIDAY))
}

/// The week that stands to be signed: the one that has ended, until it is signed, then this one.
pub fn offered(cx: &mut Cx<'_, '_>, id: Id) -> Result<Week> {
    let today = cx.now.day();
    let last = week(cx, id, monday(today).plus_days(-1))?;
    let kept = unit::load(cx, last.unit)?.kept_from <= last.until_on;
    if last.may_sign && kept { Ok(last) } else { week(cx, id, today) }
}

/// The week that holds a day. Refuses NotFound and NoRight as for any reading of the unit's incidents.
pub fn week(cx: &mut Cx<'_, '_>, id: Id, day: Day) -> Result<Week> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::IncidentRead, unit.home, false)?;
    let from = monday(day);
    let until = from.plus_days(6);
    let opens_on = opens(cx, unit.county, from);
    let incidents = list::known_between(cx, unit.home, from.start(), until.end())?;
    let row = cx.tx.row(sql::ZERO_OF, args![unit.home, from])?;
    let signed = row.as_ref().map(|r| r.ms("received_at")).transpose()?;
    let may = unit.kind.is_school() && cx.require(Action::IncidentSteer, unit.home, false).is_ok();
    Ok(Week {
        unit: unit.home,
        from_on: from,
        until_on: until,
        opens_on,
        incidents,
        signed_at: signed,
        signed_by: row.as_ref().map(|r| r.opt_text("by_name")).transpose()?.flatten(),
        record: row.as_ref().map(|r| r.id("id")).transpose()?,
        may_sign: may && incidents == 0 && signed.is_none() && opens_on <= cx.now.day(),
    })
}

/// Signs that nothing happened in the week of a day; without a day, in the newest week that can be signed. Refuses: a week to
/// come (TooLate is for the past: Invalid `day`), one whose last school day has not come (WrongState `week_open`), a week with
/// an incident (WrongState `incidents`), a second signature (Duplicate).
pub fn sign(cx: &mut Cx<'_, '_>, id: Option<Id>, at: Option<Id>, day: Option<Day>) -> Result<Id> {
    let unit = unit::load(cx, at.unwrap_or(cx.actor.unit))?;
    cx.require(Action::IncidentSteer, unit.home, false)?;
    let home = unit::load(cx, unit.home)?;
    let today = cx.now.day();
    let opened = opens(cx, home.county, monday(today)) <= today;
    let day = day.unwrap_or(if opened { today } else { monday(today).plus_days(-1) });
    if day > today {
        let minutes = day.days_since(today) * 24 * 60;
        return Err(base::Error::invalid("day", base::Problem::InFuture { minutes }));
    }
    if !home.kind.is_school() {
        return Err(base::Error::invalid("unit", base::Problem::Unknown));
    }
    let from = monday(day);
    let until = from.plus_days(6);
    if opens(cx, home.county, from) > today {
        return Err(Refusal::WrongState { from: "week_open", action: "zero" }.into());
    }
    if list::known_between(cx, home.id, from.start(), until.end())? > 0 {
        return Err(Refusal::WrongState { from: "incidents", action: "zero" }.into());
    }
    if cx.tx.row(sql::ZERO_OF, args![home.id, from])?.is_some() {
        return Err(Refusal::Duplicate.into());
    }
    let id = id.unwrap_or_else(|| cx.id());
    let (salt, now, claimed) = (cx.salt(), cx.now, cx.claimed()?);
    let (person, post) = (cx.actor.person, cx.actor.post);
    let args = args![home.county, id, salt, home.id, from, until, person, post, claimed, now];
    cx.put("incident.zero", "incident_zero", sql::ZERO_INSERT, args)?;
    let credit = Credit { by: person, claimed_at: claimed, ..Credit::new(home.id, "incident.zero", id, day) };
    duty::credit(cx, &credit)?;
    cx.signal("incident", home.county, home.id, id);
    Ok(id)
}
