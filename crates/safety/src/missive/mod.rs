//! 函: a letter to an agency about a hazard that was handed to it, with a link that needs no account: 签收 and 答复 enter
//! the journal and the hazard's own history (notice 2.6, 4.4; the receipt of 1.2).
//!
//! The link is a secret of 128 bits, kept as its hash. Who signs binds it to the device on which it was signed: from
//! another device, a second time, after its days or after a newer one it does nothing. Looking at it signs nothing, so
//! that a messenger's preview cannot use it up.
//! Not here: agencies that have accounts (they answer the hazard itself), how the missive looks on paper (`web`).

pub mod sql;

use base::{Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::Serialize;

use crate::hazard::act::{self, Input};
use crate::hazard::{self, Act, State};
use crate::kernel::actor::Actor;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::org::{Role, login, unit};

/// Days that a link opens: a missive on paper lies on a desk for a while, a lost one must die.
pub const DAYS: i64 = 30;
/// How far ahead an agency may set itself a day.
const AHEAD_DAYS: i64 = 366;
/// Missives shown under one hazard.
const ROWS: i64 = 20;

/// How a missive stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    /// Not signed for yet.
    Waiting,
    Signed,
    Answered,
    /// Its days are over, and nobody answered.
    Expired,
    /// A newer missive, or a person, ended it.
    Revoked,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Missive {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    pub by_name: String,
    pub agency: Id,
    pub agency_name: String,
    pub hazard: Id,
    pub until_at: Ms,
    /// Who signed for it, as they wrote it.
    pub signer: Option<String>,
    pub signed_at: Option<Ms>,
    /// The act by which it was answered.
    pub answer: Option<String>,
    pub note: Option<String>,
    pub answered_at: Option<Ms>,
    pub revoked_at: Option<Ms>,
    pub received_at: Ms,
    #[serde(skip)]
    device: Option<Vec<u8>>,
}

impl Missive {
    pub fn stand(&self, now: Ms) -> Stand {
        if self.answered_at.is_some() {
            Stand::Answered
        } else if self.revoked_at.is_some() {
            Stand::Revoked
        } else if now >= self.until_at {
            Stand::Expired
        } else if self.signed_at.is_some() {
            Stand::Signed
        } else {
            Stand::Waiting
        }
    }
    /// Was it signed on this device?
    pub fn is_of(&self, device: &str) -> bool {
        !device.is_empty() && self.device.as_deref() == Some(&login::token_hash(device))
    }
}

fn from_row(row: &Row) -> Result<Missive> {
    Ok(Missive {
        id: row.id("id")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        by_name: row.text("by_name")?,
        agency: row.id("agency")?,
        agency_name: row.text("agency_name")?,
        hazard: row.id("hazard")?,
        until_at: row.ms("until_at")?,
        signer: row.opt_text("signer")?,
        signed_at: row.opt_ms("signed_at")?,
        answer: row.opt_text("answer")?,
        note: row.opt_text("note")?,
        answered_at: row.opt_ms("answered_at")?,
        revoked_at: row.opt_ms("revoked_at")?,
        received_at: row.ms("received_at")?,
        device: row.opt_blob("device")?,
    })
}

/// Writes a missive about a hazard that an agency has; `code` is the link's secret, made by the door. A missive that was open
/// before it ends. Refuses: whoever may not hand hazards over, a hazard that no agency has (WrongState).
pub fn write(cx: &mut Cx<'_, '_>, hazard: Id, code: &str) -> Result<Id> {
    let hazard = hazard::load(cx, hazard)?;
    cx.require(Action::HazardTransfer, hazard.unit, false)?;
    let Some(agency) = hazard.agency.filter(|_| hazard.state == State::Transferred) else {
        return Err(Refusal::WrongState { from: hazard.state.code(), action: "missive" }.into());
    };
    let (now, me) = (cx.now, cx.actor.person);
    for old in of_hazard(cx, hazard.id)? {
        if matches!(old.stand(now), Stand::Waiting | Stand::Signed) {
            cx.put("missive.revoke", "missive", sql::REVOKE, args![old.id, me, now])?;
        }
    }
    let (id, salt, by, until) = (cx.id(), cx.salt(), cx.actor.unit, now.plus(DAYS * Ms::DAY));
    let (county, code) = (hazard.county, login::token_hash(code));
    let args = args![county, id, salt, hazard.unit, by, me, agency, hazard.id, code, until, now];
    cx.put("missive.write", "missive", sql::INSERT, args)?;
    cx.signal("hazard", county, hazard.unit, hazard.id);
    Ok(id)
}

/// Missives about a hazard that the asker reads, newest first.
pub fn of_hazard(cx: &mut Cx<'_, '_>, hazard: Id) -> Result<Vec<Missive>> {
    let hazard = hazard::load(cx, hazard)?;
    cx.tx.rows(sql::OF_HAZARD, args![hazard.id, ROWS])?.iter().map(from_row).collect()
}

/// The missive behind a link, for whoever has the link. NotFound for one that is none.
pub fn front(cx: &mut Cx<'_, '_>, code: &str) -> Result<Missive> {
    let row = cx.tx.row(sql::BY_CODE, args![login::token_hash(code)])?.ok_or(Error::from(Refusal::NotFound))?;
    from_row(&row)
}

fn open(cx: &mut Cx<'_, '_>, code: &str) -> Result<Missive> {
    let missive = front(cx, code)?;
    match missive.stand(cx.now) {
        Stand::Waiting | Stand::Signed => Ok(missive),
        Stand::Expired => Err(Refusal::TooLate.into()),
        Stand::Answered => Err(Refusal::WrongState { from: "missive_answered", action: "missive" }.into()),
        Stand::Revoked => Err(Refusal::WrongState { from: "missive_revoked", action: "missive" }.into()),
    }
}

/// 签收 on a device: from now on the link opens there only. Refuses: no name, a missive signed for already (WrongState), one
/// that is answered, ended or over (TooLate).
pub fn sign(cx: &mut Cx<'_, '_>, code: &str, device: &str, signer: &str) -> Result<()> {
    let missive = open(cx, code)?;
    if missive.signed_at.is_some() {
        return Err(Refusal::WrongState { from: "missive_signed", action: "missive" }.into());
    }
    let mut faults = Faults::default();
    let signer = faults.text("signer", signer, limits::NAME_CHARS);
    faults.done()?;
    let (now, device) = (cx.now, login::token_hash(device));
    cx.put("missive.sign", "missive", sql::SIGN, args![missive.id, device, signer, now])?;
    cx.signal("hazard", missive.county, missive.unit, missive.hazard);
    Ok(())
}

/// The missive on the device that signed for it, and who acts by it: the agency, without an account. Refuses another device
/// as if there were no such missive.
pub fn actor(cx: &mut Cx<'_, '_>, code: &str, device: &str) -> Result<(Missive, Actor)> {
    let missive = front(cx, code)?;
    if !missive.is_of(device) {
        return Err(Refusal::NotFound.into());
    }
    let agency = unit::load(cx, missive.agency)?;
    let actor = Actor {
        role: Role::Agency,
        unit: agency.id,
        unit_name: agency.name,
        unit_kind: agency.kind,
        county: agency.county,
        name: missive.signer.clone().unwrap_or_default(),
        ..Actor::system()
    };
    Ok((missive, actor))
}

/// 答复, by the actor that `actor` gave: done, taken up until a day, or not theirs; it is a step of the hazard itself.
/// Refuses: another device (NotFound), a missive answered already, ended or over, nothing said, no day or one that is past
/// (told apart), what the hazard refuses.
pub fn answer(cx: &mut Cx<'_, '_>, code: &str, device: &str, act: Act, note: &str, until: Option<Ms>) -> Result<()> {
    if !matches!(act, Act::AnswerDone | Act::AnswerBack | Act::AnswerTaken) {
        return Err(Error::invalid("result", Problem::Unknown));
    }
    let missive = open(cx, code)?;
    if !missive.is_of(device) {
        return Err(Refusal::NotFound.into());
    }
    let mut faults = Faults::default();
    let note = faults.text("note", note, limits::NOTE_CHARS);
    let (now, last) = (cx.now, cx.now.plus(AHEAD_DAYS * Ms::DAY));
    match until.filter(|_| act == Act::AnswerTaken) {
        None if act == Act::AnswerTaken => faults.add("until", Problem::Required),
        Some(at) if at <= now || at > last => faults.add("until", Problem::OutOfRange { min: 0, max: AHEAD_DAYS }),
        _ => {}
    }
    faults.done()?;
    let input = Input { note: Some(note.clone()), until, ..Input::default() };
    act::act(cx, missive.hazard, act, &input)?;
    cx.put("missive.answer", "missive", sql::ANSWER, args![missive.id, act.code(), note, now])?;
    Ok(())
}
