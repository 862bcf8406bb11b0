//! What the binary takes from the outbox, with addresses, and what it writes back. For the program itself only: nobody
//! else is ever shown an address or a secret.

use base::{Id, Ms, Refusal, Result};

use super::channel;
use super::rules::Kind;
use crate::kernel::cx::Cx;
use crate::kernel::outbox::{self, Claim, Line, Outcome, Sent, Way};
use crate::org::{Role, people, post, unit};

/// Bundles taken at once.
pub const TAKE: usize = 64;

/// NoRight for everybody but the program.
pub(super) fn only_the_program(cx: &Cx<'_, '_>) -> Result<()> {
    if cx.actor.role == Role::System { Ok(()) } else { Err(Refusal::NoRight.into()) }
}

/// One call to be made. It has no `Debug`: an address is a secret.
#[derive(Clone)]
pub struct Job {
    /// The key that the far side sees, the same at every try.
    pub key: Id,
    pub claim: Id,
    pub way: Way,
    pub kind: Kind,
    /// The record to link to; none where several matters go together, which are read on the list.
    pub record: Option<(String, Id)>,
    /// A telephone number, a mail address, or an address to call.
    pub address: String,
    pub secret: Option<String>,
    /// A telephone that rings already: its row, and the gateway's number of the call.
    pub ringing: Option<(Id, String)>,
}

/// Takes what is ready to be sent. What has lost its receiver meanwhile is dropped.
pub fn take(cx: &mut Cx<'_, '_>) -> Result<Vec<Job>> {
    only_the_program(cx)?;
    let carried = channel::carried(cx)?;
    let mut jobs = Vec::new();
    for claim in outbox::claim(cx, &carried.ways, TAKE)? {
        let Some(first) = claim.lines.first() else { continue };
        match target(cx, first)? {
            Some((address, secret)) => jobs.extend(job(&claim, address, secret)),
            None => {
                let gone = Outcome::Gone { why: "no_receiver".into() };
                outbox::settle(cx, claim.key, claim.claim, &gone)?;
            }
        }
    }
    Ok(jobs)
}

fn job(claim: &Claim, address: String, secret: Option<String>) -> Option<Job> {
    let first = claim.lines.first()?;
    let same = claim.lines.iter().all(|l| l.subject == first.subject);
    let ringing = match claim.ringing {
        true => Some((first.id, first.far.clone()?)),
        false => None,
    };
    Some(Job {
        key: claim.key,
        claim: claim.claim,
        way: first.way,
        kind: Kind::from_code(&first.kind)?,
        record: same.then(|| (first.noun.clone(), first.subject)),
        address,
        secret,
        ringing,
    })
}

/// Where a delivery goes now; none when nobody is there any more.
fn target(cx: &mut Cx<'_, '_>, line: &Line) -> Result<Option<(String, Option<String>)>> {
    if let Some(person) = line.person
        && post::of_person(cx, person)?.is_empty()
    {
        return Ok(None);
    }
    match (line.way, line.person) {
        (Way::Sms | Way::Voice, Some(person)) => {
            let mobile = people::load(cx, person)?.mobile;
            Ok(mobile.map(|number| (dialled(&number), None)))
        }
        (Way::Sms | Way::Voice, None) => {
            let phone = unit::load(cx, line.channel)?.phone;
            Ok(phone.map(|number| (dialled(&number), None)))
        }
        _ => channel::opened(cx, line.channel),
    }
}

/// A number as it is dialled: people write spaces and brackets into it.
fn dialled(number: &str) -> String {
    number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// Writes back what became of a call.
pub fn settle(cx: &mut Cx<'_, '_>, key: Id, claim: Id, outcome: &Outcome) -> Result<()> {
    only_the_program(cx)?;
    let line = outbox::first_of(cx, key)?;
    let state = outbox::settle(cx, key, claim, outcome)?;
    let Some(line) = line else { return Ok(()) };
    // A browser that is gone is forgotten.
    if state == Some(Sent::Dropped) && line.way == Way::Push && channel::opened(cx, line.channel)?.is_some() {
        channel::close(cx, &line.channel)?;
    }
    if state == Some(Sent::Dead) {
        let unit = unit::load(cx, line.unit)?;
        cx.signal("message", unit.county, unit.id, line.id);
    }
    Ok(())
}

/// How a ringing telephone stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rang {
    /// Lifted, and this key pressed.
    Answered(Option<char>),
    Unanswered,
    Busy,
}

/// What must be pressed to acknowledge.
pub const ACKNOWLEDGE: char = '1';
/// A call whose end nobody can tell is given up after this.
const RING_MAX_MS: i64 = 3 * Ms::MINUTE;

/// Writes back how a call stands; none while nothing can be said. An acknowledged one is told to its noun, once.
pub fn rang(cx: &mut Cx<'_, '_>, id: Id, rang: Option<Rang>) -> Result<()> {
    only_the_program(cx)?;
    let Some(line) = outbox::load(cx, id)?.filter(|line| line.state == Sent::Ringing) else { return Ok(()) };
    let told = match rang {
        Some(Rang::Answered(Some(ACKNOWLEDGE))) => "acknowledged",
        Some(Rang::Answered(_)) => "answered",
        Some(Rang::Unanswered) => "unanswered",
        Some(Rang::Busy) => "busy",
        None if line.sent_at.is_some_and(|at| cx.now.since(at) > RING_MAX_MS) => "unknown",
        None => return Ok(()),
    };
    if outbox::rang(cx, id, told)? {
        crate::follow::telephone(cx, &line, told == "acknowledged")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_dialled_without_what_people_write_into_it() {
        assert_eq!(dialled("(0432) 6245-0001"), "043262450001");
        assert_eq!(dialled("+86 139 0000 0000"), "+8613900000000");
    }
}
