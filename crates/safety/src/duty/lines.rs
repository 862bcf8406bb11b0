//! Every cell of one unit over a span with how it stands: the rows of ledgers, of a school's board, of period sheets.

use std::collections::BTreeMap;

use base::{Day, Id, Ms, Result};
use db::{Row, args};
use serde::Serialize;

use super::cells::{self, Frame, Slot};
use super::waiver::{self, Waiver};
use super::{Duty, Mark, State, credit, facts, from_row, pack_of, sql};
use crate::kernel::cx::Cx;
use crate::org::unit::Unit;
use crate::pack::model::Entry;

/// A cell of a ledger with its three stages and their people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CellLine {
    pub entry: String,
    pub title: String,
    pub clause: String,
    /// `day`, `week`, `month`, `term`, `year`, `event`
    pub kind: String,
    pub period: String,
    pub part: String,
    pub from_on: Day,
    pub until_on: Day,
    pub due_at: Ms,
    pub mark: Mark,
    /// Done although a waiver stands, or exempt: shown 「免做（否则未做）」 only when `mark` is Exempt.
    pub waiver: Option<Id>,
    pub duty: Option<Id>,
    pub state: Option<State>,
    pub amended: bool,
    pub back_reason: Option<String>,
    pub first_complete_at: Option<Ms>,
    pub owner: Option<String>,
    pub arranged_at: Option<Ms>,
    pub done_by: Option<String>,
    pub done_on: Option<Day>,
    pub checked_by: Option<String>,
    pub checked_at: Option<Ms>,
    pub accepted_by: Option<String>,
    pub accepted_at: Option<Ms>,
}

/// A stored duty with the names of its people.
struct Named {
    duty: Duty,
    owner: Option<String>,
    done_by: Option<String>,
    checked_by: Option<String>,
    accepted_by: Option<String>,
}

fn named(row: &Row) -> Result<Named> {
    Ok(Named {
        duty: from_row(row)?,
        owner: row.opt_text("owner_name")?,
        done_by: row.opt_text("done_name")?,
        checked_by: row.opt_text("checked_name")?,
        accepted_by: row.opt_text("accepted_name")?,
    })
}

/// All cells of a unit whose period ends in `from..=until`, in the order clause, entry, time, part. The caller has
/// guarded the reading.
pub(crate) fn of(cx: &mut Cx<'_, '_>, unit: &Unit, from: Day, until: Day) -> Result<Vec<CellLine>> {
    let calendar = super::calendar(cx, unit.county);
    let frame = Frame::new(calendar, from, until);
    let mut known: BTreeMap<(String, String, String), Named> = BTreeMap::new();
    for row in cx.tx.rows(sql::OF_UNIT_NAMED, args![unit.id, from, until])? {
        let one = named(&row)?;
        let key = (one.duty.entry.clone(), one.duty.period.clone(), one.duty.part.clone());
        known.insert(key, one);
    }
    let waivers = waiver::of_unit(cx, unit.id, from.plus_days(-400), until)?;
    let facts = facts::of_unit(cx, unit)?;
    let mut out = Vec::new();
    for owed in cells::owed(cx.packs, calendar, &facts, &frame) {
        let waiver = waivers.iter().find(|w| w.covers(&owed.entry.id, owed.slot));
        for part in &owed.parts {
            let part = cells::part_key(part);
            let key = (owed.entry.id.clone(), owed.slot.key.clone(), part);
            let line = match known.remove(&key) {
                Some(one) => stored(cx, one, Some(owed.entry), waiver),
                None => empty(cx, owed.entry, owed.slot, key.2, waiver),
            };
            out.push(line);
        }
    }
    // What was owed when it was done and would not be owed by today's attributes, and events.
    for one in known.into_values().filter(|one| one.duty.owed) {
        let entry = credit::entry_of(pack_of(cx, &one.duty), &one.duty.entry);
        let entry = entry.cloned();
        out.push(stored(cx, one, entry.as_ref(), None));
    }
    out.sort_by(|a, b| {
        let key =
            |l: &CellLine| (clause_order(&l.clause), l.entry.clone(), l.until_on, l.period.clone(), l.part.clone());
        key(a).cmp(&key(b))
    });
    Ok(out)
}

/// The same for the asker. Refuses NotFound when the unit is out of scope.
pub fn all(cx: &mut Cx<'_, '_>, unit: base::Id, from: Day, until: Day) -> Result<Vec<CellLine>> {
    let unit = crate::org::unit::show(cx, unit)?;
    cx.require(crate::kernel::rights::Action::DutyRead, unit.home, false)?;
    of(cx, &unit, from, until)
}

/// `1.10` would come after `1.9`.
pub(crate) fn clause_order(clause: &str) -> (u32, u32) {
    let mut parts = clause.split('.').map(|p| p.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

fn exempted(mark: Mark, waiver: Option<&Waiver>) -> Mark {
    match mark {
        Mark::Missing if waiver.is_some() => Mark::Exempt,
        mark => mark,
    }
}

fn empty(cx: &Cx<'_, '_>, entry: &Entry, slot: &Slot, part: String, waiver: Option<&Waiver>) -> CellLine {
    let due_at = slot.period.until.plus_days(entry.grace_days.max(0)).end();
    let mark = if cx.now < due_at { Mark::NotDue } else { Mark::Missing };
    CellLine {
        entry: entry.id.clone(),
        title: entry.title.clone(),
        clause: entry.clause.clone(),
        kind: cells::kind_code(slot.period.kind).into(),
        period: slot.key.clone(),
        part,
        from_on: slot.period.from,
        until_on: slot.period.until,
        due_at,
        mark: exempted(mark, waiver),
        waiver: waiver.map(|w| w.id),
        duty: None,
        state: None,
        amended: false,
        back_reason: None,
        first_complete_at: None,
        owner: None,
        arranged_at: None,
        done_by: None,
        done_on: None,
        checked_by: None,
        checked_at: None,
        accepted_by: None,
        accepted_at: None,
    }
}

fn stored(cx: &Cx<'_, '_>, one: Named, entry: Option<&Entry>, waiver: Option<&Waiver>) -> CellLine {
    let d = one.duty;
    CellLine {
        title: entry.map_or_else(|| d.entry.clone(), |e| e.title.clone()),
        mark: exempted(d.mark(cx.now), waiver),
        waiver: waiver.map(|w| w.id),
        entry: d.entry,
        clause: d.clause,
        kind: d.kind,
        period: d.period,
        part: d.part,
        from_on: d.from_on,
        until_on: d.until_on,
        due_at: d.due_at,
        duty: Some(d.id),
        state: Some(d.state),
        amended: d.amended,
        back_reason: d.back_reason,
        first_complete_at: d.first_complete_at,
        owner: one.owner,
        arranged_at: d.arranged_at,
        done_by: one.done_by,
        done_on: d.done_on,
        checked_by: one.checked_by,
        checked_at: d.checked_at,
        accepted_by: one.accepted_by,
        accepted_at: d.accepted_at,
    }
}
