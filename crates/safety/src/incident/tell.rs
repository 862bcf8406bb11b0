//! Who is told of a report (1.2): the desk and the leaders named for each level that it has reached, each version once, at
//! once, day and night. What must be done stands on their page; a message only wakes.

use base::{Id, Result};

use super::state::{Class, LegKind};
use super::{Incident, leg};
use crate::kernel::cx::Cx;
use crate::message::{self, Kind, To, Told};
use crate::org::Role;

/// At every level; its head as well when it is grave.
const DESK: &[Role] = &[Role::Desk, Role::Officer, Role::BureauVice];

fn told<'a>(i: &Incident, kind: Kind, dedupe: &'a str) -> Told<'a> {
    Told { kind, noun: "incident", subject: i.id, unit: i.unit, dedupe }
}

/// The newest version, to every level that it has reached.
pub(super) fn newest(cx: &mut Cx<'_, '_>, i: &Incident) -> Result<()> {
    let carries = |kind| matches!(kind, LegKind::Written | LegKind::Level | LegKind::Skip);
    let mut to = Vec::new();
    for leg in leg::of(cx, i.id)? {
        let Some(level) = leg.to_unit.filter(|_| carries(leg.kind) && leg.met_at.is_some()) else { continue };
        to.extend(DESK.iter().map(|role| To::Role(level, *role)));
        if i.class == Class::A {
            to.push(To::Role(level, Role::BureauHead));
        }
        to.push(To::Unit(level));
    }
    // The school's leaders, when somebody else of the school reported.
    to.extend([Role::Principal, Role::Vice, Role::SafetyHead].map(|role| To::Role(i.unit, role)));
    let dedupe = format!("report {}", i.reports);
    message::tell(cx, &told(i, Kind::Incident, &dedupe), &to)?;
    Ok(())
}

/// A level has signed: whoever reported sees it on his page.
pub(super) fn signed(cx: &mut Cx<'_, '_>, i: &Incident, level: Id) -> Result<()> {
    let Some(person) = i.reported_by else { return Ok(()) };
    let dedupe = format!("{level} {}", i.reports);
    message::tell(cx, &told(i, Kind::Receipt, &dedupe), &[To::Person(person)])?;
    Ok(())
}

/// Nothing waits any more.
pub(super) fn over(cx: &mut Cx<'_, '_>, i: &Incident) -> Result<()> {
    message::over(cx, "incident", i.id, Kind::Incident)
}
