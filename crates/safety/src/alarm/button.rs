//! Buttons on walls, each with an address of its own that it sends and that is kept as its hash; and which agency (police
//! desk) hears the alarms of a bureau's schools.

use base::{Error, Id, Ms, Problem, Refusal, Result, limits};
use db::args;
use serde::Serialize;

use super::raise::{NewAlarm, press};
use super::sql;
use super::state::Source;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::org::{Role, UnitKind, login, place, unit};

/// Buttons of one unit.
pub const BUTTONS_MAX: i64 = 50;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Button {
    pub id: Id,
    pub unit: Id,
    pub place: Option<Id>,
    pub name: String,
    pub received_at: Ms,
}

/// The buttons of a unit.
pub fn list(cx: &mut Cx<'_, '_>, id: Id) -> Result<Vec<Button>> {
    let unit = unit::load(cx, id)?;
    cx.require(Action::ChannelManage, unit.home, false)?;
    let rows = cx.tx.rows(sql::BUTTONS_OF, args![unit.home, BUTTONS_MAX])?;
    rows.iter()
        .map(|row| {
            Ok(Button {
                id: row.id("id")?,
                unit: row.id("unit")?,
                place: row.opt_id("place")?,
                name: row.text("name")?,
                received_at: row.ms("received_at")?,
            })
        })
        .collect()
}

/// Registers a button with an address that the door made. Refuses: a place of another unit, more than `BUTTONS_MAX`.
pub fn add(cx: &mut Cx<'_, '_>, unit: Id, at: Option<Id>, name: &str, address: &str) -> Result<Id> {
    let unit = unit::load(cx, unit)?;
    cx.require(Action::ChannelManage, unit.home, false)?;
    let mut faults = Faults::default();
    let name = faults.text("name", name, limits::NAME_CHARS);
    if let Some(at) = at
        && !place::load(cx, at).is_ok_and(|p| p.unit == unit.home)
    {
        faults.add("place", Problem::Unknown);
    }
    faults.done()?;
    if cx.tx.rows(sql::BUTTONS_OF, args![unit.home, BUTTONS_MAX])?.len() as i64 >= BUTTONS_MAX {
        return Err(Refusal::TooMany { limit: BUTTONS_MAX }.into());
    }
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    let args = args![unit.county, id, salt, unit.home, at, name, login::token_hash(address), now];
    cx.put("alarm.button_add", "alarm_button", sql::BUTTON_INSERT, args)?;
    Ok(id)
}

/// Takes a button out of use.
pub fn end(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let row = cx.tx.row(sql::BUTTON_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    cx.require(Action::ChannelManage, row.id("unit")?, false)?;
    if row.opt_ms("ended_at")?.is_some() {
        return Err(Refusal::NotFound.into());
    }
    let now = cx.now;
    cx.put("alarm.button_end", "alarm_button", sql::BUTTON_END, args![id, now])?;
    Ok(())
}

/// A button was pressed; `id` as of `NewAlarm`. For the door of devices, which acts as the program; NotFound for an
/// address that nobody has.
pub fn pressed(cx: &mut Cx<'_, '_>, address: &str, id: Option<Id>, test: bool) -> Result<Id> {
    pressed_hash(cx, &login::token_hash(address), id, test)
}

/// The same by the hash of its address: a press that was kept while the database was away.
pub fn pressed_hash(cx: &mut Cx<'_, '_>, hash: &[u8], id: Option<Id>, test: bool) -> Result<Id> {
    if cx.actor.role != Role::System {
        return Err(Refusal::NoRight.into());
    }
    let row = cx.tx.row(sql::BUTTON_BY_ADDRESS, args![hash])?;
    let row = row.ok_or(Error::from(Refusal::NotFound))?;
    let home = unit::load(cx, row.id("unit")?)?;
    let place = row.opt_id("place")?;
    let place_text = place.is_none().then_some(row.text("name")?);
    let new = NewAlarm { id, unit: None, place, place_text, test };
    press(cx, &home, &new, Source::Button, Some(row.id("id")?))
}

/// Names the agency that hears the alarms of a bureau's schools; none takes it back. Refuses an agency that is not under
/// the bureau.
pub fn hear(cx: &mut Cx<'_, '_>, bureau: Id, agency: Option<Id>) -> Result<()> {
    let unit = unit::load(cx, bureau)?;
    cx.require(Action::ChannelManage, unit.home, false)?;
    if !unit.kind.is_bureau() {
        return Err(Error::invalid("unit", Problem::Unknown));
    }
    if let Some(agency) = agency {
        let fits = unit::load(cx, agency)
            .is_ok_and(|a| a.kind == UnitKind::Agency && a.parent == Some(unit.id) && a.closed_on.is_none());
        if !fits {
            return Err(Error::invalid("agency", Problem::Unknown));
        }
    }
    let (now, salt) = (cx.now, cx.salt());
    if let Some(row) = cx.tx.row(sql::LINE_OF, args![unit.id])? {
        cx.put("alarm.unhear", "alarm_line", sql::LINE_END, args![row.id("id")?, now])?;
    }
    if let Some(agency) = agency {
        let id = cx.id();
        cx.put("alarm.hear", "alarm_line", sql::LINE_INSERT, args![unit.county, id, salt, unit.id, agency, now])?;
    }
    Ok(())
}

/// The agency that a bureau has named.
pub fn heard_by(cx: &mut Cx<'_, '_>, bureau: Id) -> Result<Option<Id>> {
    cx.tx.row(sql::LINE_OF, args![bureau])?.map(|row| row.id("agency")).transpose()
}

/// The agency for an alarm at a unit: of the nearest bureau that has named one.
pub(super) fn agency_of(cx: &mut Cx<'_, '_>, id: Id) -> Result<Option<Id>> {
    for unit in unit::path(cx, id)? {
        if unit.kind.is_bureau()
            && let Some(agency) = heard_by(cx, unit.id)?
        {
            return Ok(Some(agency));
        }
    }
    Ok(None)
}
