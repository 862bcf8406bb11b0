//! The press. It is stored first and everybody is told in the same transaction; whatever is wrong with what was typed
//! beside it is left out, never refused: nobody presses twice.

use base::{Error, Id, Ms, Problem, Result, limits};
use db::args;
use serde::{Deserialize, Serialize};

use super::state::{Act, Source};
use super::{Alarm, Said, from_row, ladder, put, sql, step};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text;
use crate::org::{place, unit};
use crate::pack::Pack;

/// What is known when it is pressed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct NewAlarm {
    #[serde(default)]
    pub id: Option<Id>,
    /// The actor's own unit when absent.
    #[serde(default)]
    pub unit: Option<Id>,
    #[serde(default)]
    pub place: Option<Id>,
    #[serde(default)]
    pub place_text: Option<String>,
    /// 测试
    #[serde(default)]
    pub test: bool,
}

/// Raises an alarm; answers its id. Pressed again within the pack's time it is the same alarm, with a step more.
/// Refuses only: a unit that is not the actor's to alarm, a closed unit.
pub fn raise(cx: &mut Cx<'_, '_>, new: &NewAlarm) -> Result<Id> {
    let unit = unit::load(cx, new.unit.unwrap_or(cx.actor.unit))?;
    cx.require(Action::AlarmRaise, unit.home, false)?;
    let home = if unit.home == unit.id { unit } else { unit::load(cx, unit.home)? };
    press(cx, &home, new, Source::Page, None)
}

pub(super) fn press(
    cx: &mut Cx<'_, '_>,
    home: &unit::Unit,
    new: &NewAlarm,
    source: Source,
    button: Option<Id>,
) -> Result<Id> {
    if home.closed_on.is_some() {
        return Err(Error::invalid("unit", Problem::Unknown));
    }
    // The same press once more (its answer was lost, or it was kept and replayed): done once.
    if let Some(id) = new.id
        && let Some(row) = cx.tx.row(sql::BY_ID, args![id])?
    {
        let alarm = from_row(&row)?;
        if alarm.unit == home.id && alarm.raised_by == cx.actor.person {
            return Ok(id);
        }
    }
    if !new.test
        && let Some(mut alarm) = open_now(cx, home.id)?
    {
        put(cx, &mut alarm, Act::Again, &Said::default())?;
        return Ok(alarm.id);
    }
    let alarm = store(cx, home, new, source, button)?;
    step(cx, &alarm, Act::Raise, &Said::default())?;
    ladder::tell(cx, &alarm, 1)?;
    if !alarm.test {
        crate::follow::alarm_raised(cx, &alarm)?;
    }
    Ok(alarm.id)
}

/// An alarm of this unit that is so young that another press means the same.
fn open_now(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Option<Alarm>> {
    let builtin = Pack::builtin();
    let again = cx.pack.params.get("alarm.again").or(builtin.params.get("alarm.again"));
    let since = cx.now.plus(-again.map_or(Ms::MINUTE, |p| p.span_ms));
    cx.tx.row(sql::OPEN_SINCE, args![unit, since])?.as_ref().map(from_row).transpose()
}

fn store(cx: &mut Cx<'_, '_>, home: &unit::Unit, new: &NewAlarm, source: Source, button: Option<Id>) -> Result<Alarm> {
    let place = match new.place {
        Some(id) => place::load(cx, id).ok().filter(|p| p.unit == home.id).map(|p| p.id),
        None => None,
    };
    let typed: String = text::clean(new.place_text.as_deref().unwrap_or(""));
    let typed: String = typed.chars().take(limits::NAME_CHARS as usize).collect();
    let place_text = (place.is_none() && !typed.is_empty()).then_some(typed);
    let now = cx.now;
    let claimed = cx.claimed().unwrap_or(now);
    let year = i64::from(now.local().year());
    let serial = cx.tx.row(sql::SERIAL, args![home.id, year])?.map_or(Ok(0), |row| row.int("serial"))? + 1;
    let number = format!("{}-{year}-A{serial:03}", home.short);
    let agency = super::button::agency_of(cx, home.id)?;
    let taken = match new.id {
        Some(id) => cx.tx.row(sql::BY_ID, args![id])?.is_some(),
        None => false,
    };
    // A taken id is some other record's: the alarm gets one of its own and is not refused.
    let id = new.id.filter(|_| !taken).unwrap_or_else(|| cx.id());
    let times = ladder::Times::of(cx.pack);
    let due_at = ladder::due_at(&times, super::State::Raised, new.test, 1, now);
    let (salt, by) = (cx.salt(), cx.actor.person);
    let args = args![
        home.county,
        id,
        salt,
        home.id,
        year,
        serial,
        number,
        place,
        place_text,
        new.test,
        source,
        button,
        agency,
        by,
        due_at,
        claimed,
        now
    ];
    let row = cx.put("alarm.raise", "alarm", sql::INSERT, args)?;
    from_row(&row)
}
