//! 全面 (5.2 「全面建设与公安机关联网的一键式报警服务系统」): of all schools under a bureau, in how many a button is built, in
//! how many a test of this month was answered from outside, and in how many the police desk itself answered. Only that
//! last is 联网: it needs no page of ours at the police, a call or a message does, but somebody there has to have answered.
//!
//! Not here: which agency hears a county (`button`), one test and its deliveries (`view`).

use base::{Day, Id, Ms, Refusal, Result, limits};
use db::args;
use serde::Serialize;

use super::sql;
use crate::kernel::actor::Actor;
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::org::UnitKind;

/// How one school stands this month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct School {
    pub unit: Id,
    pub name: String,
    /// Buttons on walls.
    pub buttons: i64,
    /// Last test of this month, whoever answered.
    pub tried_at: Option<Ms>,
    /// Answered from outside the school.
    pub heard_at: Option<Ms>,
    /// Answered by the police desk.
    pub linked_at: Option<Ms>,
}

impl School {
    /// A button hangs on a wall, or somebody has pressed the one on the page: it is there to be used.
    pub fn is_built(&self) -> bool {
        self.buttons > 0 || self.tried_at.is_some()
    }
}

/// All schools in the asker's scope, and how many of them are built, tested, linked.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    pub since: Option<Day>,
    pub built: i64,
    pub tested: i64,
    pub linked: i64,
    /// What lacks most first, then as the register orders them.
    pub schools: Vec<School>,
}

/// Has this person schools below whose alarms he reads?
pub fn sees(actor: &Actor) -> bool {
    let above = actor.unit_kind.is_bureau() || actor.unit_kind == UnitKind::Centre;
    above && reach(actor.role, Action::AlarmRead) == Reach::Subtree
}

/// This month's state of every school under the asker's bureau or main school. Refuses everybody else.
pub fn read(cx: &mut Cx<'_, '_>) -> Result<Spread> {
    if !sees(cx.actor) {
        return Err(Refusal::NoRight.into());
    }
    let since = cx.now.day().month_start();
    let rows = cx.tx.rows(sql::SPREAD, args![cx.actor.unit, since.start(), limits::EXPORT_ROWS_MAX])?;
    let mut spread = Spread { since: Some(since), ..Spread::default() };
    for row in rows {
        let school = School {
            unit: row.id("id")?,
            name: row.text("name")?,
            buttons: row.int("buttons")?,
            tried_at: row.opt_ms("tried_at")?,
            heard_at: row.opt_ms("heard_at")?,
            linked_at: row.opt_ms("linked_at")?,
        };
        spread.built += i64::from(school.is_built());
        spread.tested += i64::from(school.heard_at.is_some());
        spread.linked += i64::from(school.linked_at.is_some());
        spread.schools.push(school);
    }
    spread.schools.sort_by_key(|s| (s.linked_at.is_some(), s.heard_at.is_some(), s.is_built()));
    Ok(spread)
}
