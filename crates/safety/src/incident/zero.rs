//! 零报告 (1.2): a week in which nothing happened is said by the records; a person signs with one tap. Nothing is typed.

use base::{Day, Id, Ms, Refusal, Result};
use db::args;
use serde::Serialize;

use super::{list, sql};
use crate::duty::{self, Credit};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::unit;

/// How a unit's week stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Week {
    pub unit: Id,
    /// Monday and Sunday.
    pub from_on: Day,
    pub until_on: Day,
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

/// The week that holds a day. Refuses NotFound and NoRight as for any reading of the unit's incidents.
pub fn week(cx: &mut Cx<'_, '_>, id: Id, day: Day) -> Result<Week> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::IncidentRead, unit.home, false)?;
    let from = monday(day);
    let until = from.plus_days(6);
    let incidents = list::known_between(cx, unit.home, from.start(), until.end())?;
    let row = cx.tx.row(sql::ZERO_OF, args![unit.home, from])?;
    let signed = row.as_ref().map(|r| r.ms("received_at")).transpose()?;
    let may = unit.kind.is_school() && cx.require(Action::IncidentSteer, unit.home, false).is_ok();
    Ok(Week {
        unit: unit.home,
        from_on: from,
        until_on: until,
        incidents,
        signed_at: signed,
        signed_by: row.as_ref().map(|r| r.opt_text("by_name")).transpose()?.flatten(),
        record: row.as_ref().map(|r| r.id("id")).transpose()?,
        may_sign: may && incidents == 0 && signed.is_none() && from <= cx.now.day(),
    })
}

/// Signs that nothing happened. Refuses: a week to come (TooLate is for the past: Invalid `day`), a week with an incident
/// (WrongState `incidents`), a second signature (Duplicate).
pub fn sign(cx: &mut Cx<'_, '_>, id: Option<Id>, at: Option<Id>, day: Option<Day>) -> Result<Id> {
    let unit = unit::load(cx, at.unwrap_or(cx.actor.unit))?;
    cx.require(Action::IncidentSteer, unit.home, false)?;
    let home = unit::load(cx, unit.home)?;
    let day = day.unwrap_or(cx.now.day());
    if day > cx.now.day() {
        let minutes = day.days_since(cx.now.day()) * 24 * 60;
        return Err(base::Error::invalid("day", base::Problem::InFuture { minutes }));
    }
    if !home.kind.is_school() {
        return Err(base::Error::invalid("unit", base::Problem::Unknown));
    }
    let from = monday(day);
    let until = from.plus_days(6);
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
