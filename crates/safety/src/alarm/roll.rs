//! 清点: who is here, class by class. A class that nobody has reported is 待核, and that is what is looked for first.

use std::collections::BTreeMap;

use base::{Error, Id, Problem, Refusal, Result};
use db::args;
use serde::Serialize;

use super::state::{Act, Here, next};
use super::{load, require, sql};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::roll;

/// A class as it is accounted for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RollLine {
    pub class: Id,
    pub name: String,
    /// On the roll.
    pub pupils: i64,
    pub here: Here,
    pub missing: i64,
}

/// How many classes are here, have somebody missing, are not reported; how many pupils are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    pub present: i64,
    pub missing: i64,
    pub unknown: i64,
    pub pupils_missing: i64,
}

impl Count {
    pub fn of(lines: &[RollLine]) -> Count {
        let count = |here: Here| lines.iter().filter(|l| l.here == here).count() as i64;
        Count {
            present: count(Here::Present),
            missing: count(Here::Missing),
            unknown: count(Here::Unknown),
            pupils_missing: lines.iter().map(|l| l.missing).sum(),
        }
    }
}

/// The classes of the alarm's school: those where somebody is missing first, then those not reported, the asker's own
/// before the others, in the order of the roll.
pub(super) fn lines(cx: &mut Cx<'_, '_>, alarm: &super::Alarm) -> Result<Vec<RollLine>> {
    let mut told: BTreeMap<Id, (Here, i64)> = BTreeMap::new();
    for row in cx.tx.rows(sql::ROLL_OF, args![alarm.id])? {
        let here = Here::from_code(&row.text("state")?).ok_or_else(|| Error::broken("alarm_roll.state"))?;
        told.insert(row.id("class")?, (here, row.int("missing")?));
    }
    let mut classes = roll::classes_on(cx, alarm.unit, alarm.received_at.day())?;
    classes.sort_by_key(|c| (c.grade, c.serial, c.id));
    let own: Vec<Id> =
        classes.iter().filter(|c| c.teacher.is_some() && c.teacher == cx.actor.person).map(|c| c.id).collect();
    let line = |c: roll::Class| {
        let (here, missing) = told.get(&c.id).copied().unwrap_or((Here::Unknown, 0));
        RollLine { class: c.id, name: c.name, pupils: c.pupils, here, missing }
    };
    let mut lines: Vec<RollLine> = classes.into_iter().map(line).collect();
    let order = |here| match here {
        Here::Missing => 0,
        Here::Unknown => 1,
        Here::Present => 2,
    };
    // Stable: what is equal stays in the order of the roll.
    lines.sort_by_key(|l| (order(l.here), !own.contains(&l.class)));
    Ok(lines)
}

/// Says how a class stands. Refuses: no right, an ended alarm, a class that is not of this school, nobody missing or
/// more missing than there are.
pub fn account(cx: &mut Cx<'_, '_>, id: Id, class: Id, here: Here, missing: i64) -> Result<()> {
    let alarm = load(cx, id)?;
    require(cx, Action::AlarmAccount, &alarm)?;
    if next(alarm.state, Act::Account).is_none() {
        return Err(Refusal::WrongState { from: alarm.state.code(), action: Act::Account.code() }.into());
    }
    let known = lines(cx, &alarm)?.into_iter().find(|l| l.class == class);
    let Some(line) = known else { return Err(Error::invalid("class", Problem::Unknown)) };
    let mut faults = Faults::default();
    let missing = match here {
        Here::Missing => faults.range("missing", missing, 1, line.pupils.max(1)),
        Here::Present | Here::Unknown => 0,
    };
    faults.done()?;
    let (salt, now, by) = (cx.salt(), cx.now, cx.actor.person);
    let claimed = cx.claimed()?;
    match cx.tx.row(sql::ROLL_ONE, args![id, class])? {
        Some(row) => {
            let row = row.id("id")?;
            cx.put("alarm.account", "alarm_roll", sql::ROLL_CHANGE, args![row, here, missing, by, claimed])?;
        }
        None => {
            let row = cx.id();
            let args = args![alarm.county, row, salt, id, alarm.unit, class, here, missing, by, claimed, now];
            cx.put("alarm.account", "alarm_roll", sql::ROLL_INSERT, args)?;
        }
    }
    cx.signal("alarm", alarm.county, alarm.unit, id);
    Ok(())
}
