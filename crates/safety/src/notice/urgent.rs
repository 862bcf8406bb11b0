//! 紧急通知 (notice 1.2: information flows, and nobody can say that he was not told): every addressee is told at once; who has
//! not signed in the pack's time is told again one rung higher, each rung once, until it is signed for, ended, or the
//! top rung is reached. After an outage each missed rung fires once, with the time for which it was planned.
//!
//! Rungs (an interpretation): 1 the addressee's desk, leaders and reporters · 2 its leaders again · 3 the desk of its
//! superior and the bureau that issued it, who learn who has not signed. Not here: signing itself (`notice`).

use base::{Error, Id, Ms, Refusal, Result};
use db::{Row, args};

use super::{NewNotice, Notice, enter, figures, show, sql};
use crate::kernel::cx::Cx;
use crate::kernel::due;
use crate::kernel::rights::Action;
use crate::message::{self, Kind, To, Told};
use crate::org::Role;
use crate::org::unit::{self, Unit};

/// The rung after which nobody is told again.
pub const TOP: i64 = 3;
/// Addressees of an urgent notice: each has a deadline of its own. A city has over a thousand schools.
pub const UNITS_MAX: usize = 2_000;

/// Unsigned urgent notices of one unit on 今日.
const WAITING: i64 = 20;

const LEADERS: &[Role] = &[Role::Principal, Role::Vice, Role::SafetyHead];
const BUREAU: &[Role] = &[Role::Desk, Role::Officer, Role::BureauVice];

/// How one addressee of an urgent notice stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Ladder {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    pub notice: Id,
    pub rung: i64,
    pub due_at: Option<Ms>,
    pub planned_at: Option<Ms>,
    pub signed_at: Option<Ms>,
    pub received_at: Ms,
}

fn from_row(row: &Row) -> Result<Ladder> {
    Ok(Ladder {
        id: row.id("id")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        notice: row.id("notice")?,
        rung: row.int("rung")?,
        due_at: row.opt_ms("due_at")?,
        planned_at: row.opt_ms("planned_at")?,
        signed_at: row.opt_ms("signed_at")?,
        received_at: row.ms("received_at")?,
    })
}

/// Issues a notice that is urgent: a bureau's people, and its desk, which is awake when they are not. Refuses what `issue`
/// refuses, and more than `UNITS_MAX` addressees.
pub fn send(cx: &mut Cx<'_, '_>, new: &NewNotice) -> Result<Id> {
    let from = unit::show(cx, cx.actor.unit)?;
    cx.require(Action::NoticeUrge, from.home, false)?;
    let id = enter(cx, &from, new)?;
    let notice = show(cx, id)?;
    let to: Vec<Unit> = figures::under(cx, notice.unit)?.into_iter().filter(|u| notice.addresses(u)).collect();
    if to.len() > UNITS_MAX {
        return Err(Refusal::TooMany { limit: UNITS_MAX as i64 }.into());
    }
    let due_at = cx.now.plus(cx.pack.span("notice.urgent"));
    for unit in to {
        let (row, salt, now) = (cx.id(), cx.salt(), cx.now);
        let args = args![unit.county, row, salt, unit.id, id, due_at, now];
        let row = cx.put("notice.urge", "notice_urgent", sql::URGENT_INSERT, args)?;
        let ladder = from_row(&row)?;
        due::set(cx, "notice", ladder.id, "unsigned", due_at)?;
        tell(cx, &notice, &ladder)?;
    }
    Ok(id)
}

/// The ladders of a notice, of the asker's own unit and of those below it; none when it is not urgent.
pub fn of(cx: &mut Cx<'_, '_>, id: Id) -> Result<Vec<Ladder>> {
    show(cx, id)?;
    cx.tx.rows(sql::URGENTS_SEEN, args![id, cx.actor.unit, UNITS_MAX as i64])?.iter().map(from_row).collect()
}

/// Urgent notices that the asker's own unit has not signed for and the asker may, with the moment until which there was
/// time; the newest first. At most `WAITING`.
pub fn waiting(cx: &mut Cx<'_, '_>) -> Result<Vec<(Notice, Ms)>> {
    if cx.require(Action::NoticeSign, cx.actor.unit, false).is_err() {
        return Ok(Vec::new());
    }
    let given = cx.pack.span("notice.urgent");
    let mut out = Vec::new();
    for row in cx.tx.rows(sql::URGENTS_UNSIGNED, args![cx.actor.unit, WAITING])? {
        let ladder = from_row(&row)?;
        let notice = show(cx, ladder.notice)?;
        if notice.ended_on.is_none() {
            out.push((notice, ladder.received_at.plus(given)));
        }
    }
    Ok(out)
}

/// Is it one? Then its desk may end it too.
pub(super) fn is_one(cx: &mut Cx<'_, '_>, notice: Id) -> Result<bool> {
    Ok(!cx.tx.rows(sql::URGENTS, args![notice, 1])?.is_empty())
}

fn leaders(unit: &Unit) -> &'static [Role] {
    if unit.kind.is_bureau() { BUREAU } else { LEADERS }
}

fn tell(cx: &mut Cx<'_, '_>, notice: &Notice, ladder: &Ladder) -> Result<()> {
    let unit = unit::load(cx, ladder.unit)?;
    let roles = |unit: Id, roles: &[Role]| roles.iter().map(|r| To::Role(unit, *r)).collect::<Vec<To>>();
    let mut to = roles(unit.id, leaders(&unit));
    if ladder.rung == 1 {
        to.extend(roles(unit.id, &[Role::Reporter]));
        to.push(To::Unit(unit.id));
    }
    if ladder.rung >= TOP {
        let above = unit::path(cx, unit.id)?.into_iter().skip(1).find(|u| u.kind.is_bureau());
        for bureau in above.map(|u| u.id).into_iter().chain([notice.unit]) {
            to.extend(roles(bureau, BUREAU));
        }
    }
    // The occasion names the addressee: the superior hears of each one that has not signed.
    let dedupe = format!("{} rung {}", ladder.unit, ladder.rung);
    let told = Told { kind: Kind::Urgent, noun: "notice", subject: notice.id, unit: ladder.unit, dedupe: &dedupe };
    message::tell(cx, &told, &to)?;
    Ok(())
}

fn change(cx: &mut Cx<'_, '_>, op: &'static str, ladder: &Ladder) -> Result<()> {
    let l = ladder;
    cx.put(op, "notice_urgent", sql::URGENT_CHANGE, args![l.id, l.rung, l.due_at, l.planned_at, l.signed_at])?;
    match l.due_at {
        Some(at) => due::set(cx, "notice", l.id, "unsigned", at)?,
        None => due::clear(cx, l.id, "unsigned")?,
    }
    cx.signal("notice", l.county, l.unit, l.notice);
    Ok(())
}

/// Called by `tick`: the addressee has not signed. The next rung counts from the planned time, so that after an outage
/// each missed rung comes, once.
pub fn due_fired(cx: &mut Cx<'_, '_>, id: Id, planned: Ms) -> Result<()> {
    let Some(row) = cx.tx.row(sql::URGENT_BY_ID, args![id])? else { return Ok(()) };
    let mut ladder = from_row(&row)?;
    if ladder.due_at != Some(planned) || ladder.signed_at.is_some() {
        return Ok(());
    }
    let row = cx.tx.row(sql::BY_ID, args![ladder.notice])?.ok_or(Error::from(Refusal::NotFound))?;
    let notice = super::from_row(&row)?;
    ladder.rung += 1;
    ladder.planned_at = Some(planned);
    ladder.due_at = (ladder.rung < TOP).then(|| planned.plus(cx.pack.span("notice.urgent")));
    change(cx, "notice.urge_rung", &ladder)?;
    tell(cx, &notice, &ladder)
}

/// An addressee has signed: its ladder stands still.
pub(super) fn signed(cx: &mut Cx<'_, '_>, notice: &Notice, unit: Id) -> Result<()> {
    let Some(row) = cx.tx.row(sql::URGENT_OF, args![notice.id, unit])? else { return Ok(()) };
    let mut ladder = from_row(&row)?;
    (ladder.signed_at, ladder.due_at) = (Some(cx.now), None);
    change(cx, "notice.urge_end", &ladder)
}

/// The notice has ended: nobody is told again.
pub(super) fn ended(cx: &mut Cx<'_, '_>, notice: &Notice) -> Result<()> {
    for row in cx.tx.rows(sql::URGENTS, args![notice.id, UNITS_MAX as i64])? {
        let mut ladder = from_row(&row)?;
        if ladder.due_at.is_some() {
            ladder.due_at = None;
            change(cx, "notice.urge_end", &ladder)?;
        }
    }
    message::over(cx, "notice", notice.id, Kind::Urgent)
}
