//! Who is told on which rung, and when the next one comes. On the first, school, county and police desk are told at the
//! same moment, not one after another (5.2). Every further rung tells those again, rings telephones, and calls one level
//! more. Who stands on a rung is an interpretation, as are the times, which are numbers of the pack.

use base::{Id, Ms, Result};

use super::Alarm;
use super::state::State;
use crate::kernel::cx::Cx;
use crate::message::{self, Kind, Telephone, To, Told};
use crate::org::Role::{self, *};
use crate::org::{post, unit};
use crate::pack::Pack;

/// Rungs after which nobody is told again: with the pack's times more than two hours.
pub const RUNGS_MAX: i64 = 60;
/// From this rung on all stand on it, and it is told again and again.
pub const TOP: i64 = 4;

/// At the school, from the first rung on.
const SCHOOL: &[Role] = &[Principal, Vice, SafetyHead, Guard];
/// At the county, from the first rung on; its leaders from the third.
const COUNTY: &[Role] = &[Desk, Officer, BureauVice];
/// The head of a bureau, on the top rung.
const HEADS: &[Role] = &[BureauHead];
/// Whose mobiles ring at the school, from the second rung on.
const RING: &[Role] = &[Principal, SafetyHead];

/// Times of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// From the press to the second rung.
    pub first: i64,
    /// From each rung to the next.
    pub next: i64,
    /// From an acknowledgement to the moment when somebody must be there.
    pub idle: i64,
}

impl Times {
    /// As the pack in force says, or, where it is silent, as the built-in one does.
    pub fn of(pack: &Pack) -> Times {
        let builtin = Pack::builtin();
        let told = |key: &str| pack.params.get(key).or(builtin.params.get(key)).map_or(Ms::MINUTE, |p| p.span_ms);
        Times { first: told("alarm.first"), next: told("alarm.next"), idle: told("alarm.idle") }
    }
}

/// When the clock must look at an alarm again; none when it has nothing to do.
pub fn due_at(times: &Times, state: State, test: bool, rung: i64, since: Ms) -> Option<Ms> {
    match state {
        State::Ended => None,
        // A test shows whether the line is sound; nobody is woken when it is not, it ends by itself.
        _ if test => Some(since.plus(times.idle)),
        State::Raised if rung >= RUNGS_MAX => None,
        State::Raised if rung <= 1 => Some(since.plus(times.first)),
        State::Raised => Some(since.plus(times.next)),
        State::Acknowledged => Some(since.plus(times.idle)),
        State::OnSite => None,
    }
}

/// Who is told on a rung, and whose telephones ring.
pub(super) struct Called {
    pub to: Vec<To>,
    pub ring: Vec<Telephone>,
}

/// The line of bureaus above a unit: county, city; a unit right under the city has the city alone.
fn bureaus(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Vec<Id>> {
    let path = unit::path(cx, unit)?;
    Ok(path.into_iter().filter(|u| u.kind.is_bureau() && u.id != unit).map(|u| u.id).collect())
}

fn roles(unit: Id, roles: &[Role]) -> impl Iterator<Item = To> {
    roles.iter().map(move |role| To::Role(unit, *role))
}

pub(super) fn called(cx: &mut Cx<'_, '_>, alarm: &Alarm, rung: i64) -> Result<Called> {
    let bureaus = bureaus(cx, alarm.unit)?;
    let (near, far) = (bureaus.first().copied(), bureaus.get(1).copied());
    let mut to: Vec<To> = roles(alarm.unit, SCHOOL).chain([To::Unit(alarm.unit)]).collect();
    let mut ring = Vec::new();
    if let Some(near) = near {
        to.extend(roles(near, COUNTY).chain([To::Unit(near)]));
    }
    if let Some(agency) = alarm.agency {
        to.extend(roles(agency, &[Agency]).chain([To::Unit(agency)]));
    }
    if rung >= 2 {
        ring.extend(near.map(Telephone::Unit));
        ring.extend(alarm.agency.map(Telephone::Unit));
        ring.extend(holders(cx, alarm.unit, RING)?);
    }
    if rung >= 3 {
        if let Some(far) = far {
            to.extend(roles(far, COUNTY).chain([To::Unit(far)]));
            ring.push(Telephone::Unit(far));
        }
        if let Some(near) = near {
            ring.extend(holders(cx, near, &[BureauVice, Officer])?);
        }
    }
    if rung >= TOP {
        for bureau in near.into_iter().chain(far) {
            to.extend(roles(bureau, HEADS));
            ring.extend(holders(cx, bureau, HEADS)?);
        }
    }
    Ok(Called { to, ring })
}

fn holders(cx: &mut Cx<'_, '_>, unit: Id, roles: &[Role]) -> Result<Vec<Telephone>> {
    let mut out = Vec::new();
    for role in roles {
        out.extend(post::holders(cx, unit, *role)?.into_iter().map(Telephone::Person));
    }
    Ok(out)
}

/// Is this person one whose mobile rings at the school?
pub(super) fn rings_at_school(cx: &mut Cx<'_, '_>, school: Id, person: Id) -> Result<bool> {
    for role in RING {
        if post::holders(cx, school, *role)?.contains(&person) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Tells a rung. Each person and each channel is told of a rung once, whatever happens to the program meanwhile.
pub fn tell(cx: &mut Cx<'_, '_>, alarm: &Alarm, rung: i64) -> Result<()> {
    let called = called(cx, alarm, rung)?;
    let dedupe = format!("rung {rung}");
    let kind = if alarm.test { Kind::Test } else { Kind::Alarm };
    let told = Told { kind, noun: "alarm", subject: alarm.id, unit: alarm.unit, dedupe: &dedupe };
    message::tell(cx, &told, &called.to)?;
    for telephone in called.ring {
        message::ring(cx, &told, telephone)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_looks_again_when_the_table_says() {
        let times = Times::of(&Pack::builtin());
        let minutes = |ms| ms / Ms::MINUTE;
        assert_eq!((minutes(times.first), minutes(times.next), minutes(times.idle)), (1, 2, 5));
        let at = |state, test, rung| due_at(&times, state, test, rung, Ms(0)).map(|at| minutes(at.0));
        assert_eq!(at(State::Raised, false, 1), Some(1));
        assert_eq!(at(State::Raised, false, 2), Some(2));
        assert_eq!(at(State::Raised, false, RUNGS_MAX), None);
        assert_eq!(at(State::Acknowledged, false, 2), Some(5));
        assert_eq!(at(State::OnSite, false, 2), None);
        assert_eq!(at(State::Ended, false, 2), None);
        assert_eq!((at(State::Raised, true, 1), at(State::Ended, true, 1)), (Some(5), None));
    }
}
