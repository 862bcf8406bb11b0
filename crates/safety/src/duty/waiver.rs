//! 免做: the one place that exempts a unit from an entry for a time, with reason, approver and expiry. Shown as
//! 「免做（否则未做）」: it never makes anything done. Whoever asks whether a cell is exempt asks here, so that an ended or
//! expired waiver applies nowhere. Entries that stand in the notice's own words cannot be waived.

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::cells::Slot;
use super::{credit, sql};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::org::unit;
use crate::pack::model::Basis;

/// Days that one waiver may last: a school year.
pub const DAYS_MAX: i64 = 366;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewWaiver {
    pub unit: Id,
    pub entry: String,
    pub from_on: Day,
    /// The last day: after it the entry is owed again.
    pub until_on: Day,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Waiver {
    pub id: Id,
    pub unit: Id,
    pub entry: String,
    pub clause: String,
    pub from_on: Day,
    pub until_on: Day,
    pub reason: String,
    pub by_person: Option<Id>,
    pub by: Option<String>,
    pub ended_at: Option<Ms>,
    pub received_at: Ms,
}

impl Waiver {
    /// Does it exempt the whole of a slot? A period that it covers in part is owed.
    pub fn covers(&self, entry: &str, slot: &Slot) -> bool {
        self.ended_at.is_none() && self.entry == entry && self.from_on <= slot.first && self.until_on >= slot.last
    }
}

pub(super) fn from_row(row: &Row) -> Result<Waiver> {
    Ok(Waiver {
        id: row.id("id")?,
        unit: row.id("unit")?,
        entry: row.text("entry")?,
        clause: row.text("clause")?,
        from_on: row.day("from_on")?,
        until_on: row.day("until_on")?,
        reason: row.text("reason")?,
        by_person: row.opt_id("by_person")?,
        by: row.opt_text("by_name")?,
        ended_at: row.opt_ms("ended_at")?,
        received_at: row.ms("received_at")?,
    })
}

/// Exempts. Refuses: anybody but a superior, an unknown entry, one of the notice's own (PackForbids), one that the pack
/// does not let be waived, a span that ends before it begins or lasts longer than `DAYS_MAX`, no reason.
pub fn waive(cx: &mut Cx<'_, '_>, new: &NewWaiver) -> Result<Id> {
    let unit = unit::show(cx, new.unit)?;
    cx.require(Action::DutyWaive, unit.home, false)?;
    let packs = cx.packs;
    let entry = credit::entry_of(packs.in_force(new.from_on), &new.entry);
    let entry = entry.ok_or_else(|| Error::invalid("entry", Problem::Unknown))?;
    if entry.basis == Basis::Notice || !entry.waivable {
        return Err(Refusal::PackForbids { clause: "1.3", rule: "duty.waiver", instead: Vec::new() }.into());
    }
    let mut faults = Faults::default();
    let reason = faults.text("reason", &new.reason, limits::NOTE_CHARS);
    if new.until_on < new.from_on {
        faults.add("until_on", Problem::Mismatch { with: "from_on" });
    }
    faults.range("until_on", new.until_on.days_since(new.from_on), 0, DAYS_MAX);
    faults.done()?;
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    let (person, role, post) = (cx.actor.person, cx.actor.role, cx.actor.post);
    let args = args![
        unit.county,
        id,
        salt,
        unit.home,
        entry.id.as_str(),
        entry.clause.as_str(),
        new.from_on,
        new.until_on,
        reason,
        person,
        role,
        post,
        now
    ];
    cx.put("waiver.give", "waiver", sql::WAIVER_INSERT, args)?;
    cx.signal("duty", unit.county, unit.home, id);
    Ok(id)
}

/// Ends a waiver now: from here on the entry is owed again, for its whole span.
pub fn end(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let row = cx.tx.row(sql::WAIVER_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let (unit, county) = (row.id("unit")?, row.int("county")?);
    cx.require(Action::DutyWaive, unit, false)?;
    if row.opt_ms("ended_at")?.is_some() {
        return Err(Refusal::WrongState { from: "waiver_ended", action: "end" }.into());
    }
    let (now, person) = (cx.now, cx.actor.person);
    cx.put("waiver.end", "waiver", sql::WAIVER_END, args![id, now, person])?;
    cx.signal("duty", county, unit, id);
    Ok(())
}

/// Waivers of one unit that touch a span, newest first; ended ones too if asked for.
pub fn of_unit(cx: &mut Cx<'_, '_>, unit: Id, from: Day, until: Day) -> Result<Vec<Waiver>> {
    cx.require(Action::DutyRead, unit, false)?;
    cx.tx.rows(sql::WAIVERS_OF, args![unit, from, until])?.iter().map(from_row).collect()
}

/// Waivers that stand for units under `top` and touch a span. The caller reads in scope.
pub(super) fn under(cx: &mut Cx<'_, '_>, top: Id, from: Day, until: Day) -> Result<Vec<Waiver>> {
    cx.tx.rows(sql::WAIVERS_UNDER, args![top, from, until])?.iter().map(from_row).collect()
}
