//! Credit: one record serves every cell whose evidence it is, so that nobody enters a fact twice. A noun calls `credit`
//! inside its own transaction, `withdraw` when its record no longer stands, and `event` when something happens after
//! which something else is due (notice 1.1: a meeting after a 重大 hazard).
//!
//! Timeliness is a function of the first receipt at which the quota was complete. It is set once and never moves: a
//! record that was withdrawn and entered anew stays on time, amended; one that came late stays late whatever it claims.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Day, Error, Id, Ms, Result};
use db::args;

use super::cells::{self, Facts, KINDS, Slot};
use super::{Duty, calendar, facts, from_row, sql, store};
use crate::kernel::cx::Cx;
use crate::org::unit::{self, Unit};
use crate::pack::model::{Each, Entry, Evidence, Pack, Part, Rule};

/// A record that may show that something was done.
#[derive(Clone, Debug)]
pub struct Credit {
    /// The institution that did it.
    pub unit: Id,
    /// `work` for a filled form (then `form` is set); else the noun, as the pack's evidence names it.
    pub noun: &'static str,
    pub form: Option<String>,
    pub record: Id,
    /// The record that it is about: credits what is due after an event of that record.
    pub subject: Option<Id>,
    pub happened_on: Day,
    pub claimed_at: Ms,
    pub by: Option<Id>,
    /// 补录
    pub back_reason: Option<String>,
    pub classes: Vec<Id>,
    pub topics: Vec<String>,
    pub persons: Vec<Id>,
    /// Chosen codes by field, for entries that narrow their evidence.
    pub fields: BTreeMap<String, Vec<String>>,
    /// For coverage: how much of how much is covered in the period that holds `happened_on`.
    pub covered: Option<(i64, i64)>,
}

impl Credit {
    pub fn new(unit: Id, noun: &'static str, record: Id, happened_on: Day) -> Credit {
        Credit {
            unit,
            noun,
            form: None,
            record,
            subject: None,
            happened_on,
            claimed_at: happened_on.start(),
            by: None,
            back_reason: None,
            classes: Vec::new(),
            topics: Vec::new(),
            persons: Vec::new(),
            fields: BTreeMap::new(),
            covered: None,
        }
    }
}

/// Credits a record to every cell that it serves; answers the duties. The caller has guarded the act.
pub fn credit(cx: &mut Cx<'_, '_>, credit: &Credit) -> Result<Vec<Id>> {
    let unit = unit::load(cx, credit.unit)?;
    let mut out = Vec::new();
    own(cx, &unit, credit, &mut out)?;
    elsewhere(cx, &unit, credit, &mut out)?;
    if let Some(subject) = credit.subject {
        for row in cx.tx.rows(sql::EVENT_OPEN, args![subject, unit.id])? {
            let duty = from_row(&row)?;
            let pack = super::pack_of(cx, &duty);
            if entry_of(pack, &duty.entry).is_some_and(|e| fits(e, credit)) {
                out.push(apply(cx, duty, credit)?);
            }
        }
    }
    Ok(out)
}

pub(super) fn entry_of<'p>(pack: &'p Pack, id: &str) -> Option<&'p Entry> {
    pack.entries.iter().find(|e| e.id == id)
}

/// Cells of the unit itself.
fn own(cx: &mut Cx<'_, '_>, unit: &Unit, credit: &Credit, out: &mut Vec<Id>) -> Result<()> {
    let mut known: Option<Facts> = None;
    for (pack, slot) in periods(cx, unit, credit.happened_on) {
        for entry in pack.entries.iter().filter(|e| serves(e, credit, &slot)) {
            let facts = match known.take() {
                Some(facts) => facts,
                None => facts::of_unit(cx, unit)?,
            };
            for part in wanted(cx, &facts, entry, &slot, credit) {
                out.push(one(cx, unit, &pack, entry, &slot, &part, credit)?);
            }
            known = Some(facts);
        }
    }
    Ok(())
}

/// People of other units who took part (a course that the bureau held once): each gets it at the own unit.
fn elsewhere(cx: &mut Cx<'_, '_>, unit: &Unit, credit: &Credit, out: &mut Vec<Id>) -> Result<()> {
    let mut homes: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
    for person in &credit.persons {
        let day = credit.happened_on;
        for row in cx.tx.rows(sql::HOMES_OF_PERSON, args![*person, day, day, unit.id])? {
            let home = row.id("home")?;
            if home != unit.id {
                homes.entry(home).or_default().push(*person);
            }
        }
    }
    for (home, persons) in homes {
        let unit = unit::load(cx, home)?;
        let facts = facts::of_unit(cx, &unit)?;
        let there = Credit { unit: home, persons, ..credit.clone() };
        for (pack, slot) in periods(cx, &unit, credit.happened_on) {
            let personal = |e: &&Entry| matches!(cells::each(&e.rule), Each::Person(_)) && serves(e, &there, &slot);
            for entry in pack.entries.iter().filter(personal) {
                for part in wanted(cx, &facts, entry, &slot, &there) {
                    out.push(one(cx, &unit, &pack, entry, &slot, &part, &there)?);
                }
            }
        }
    }
    Ok(())
}

/// The due periods of every kind that hold the day, each with the pack that judges it.
fn periods(cx: &Cx<'_, '_>, unit: &Unit, day: Day) -> Vec<(Arc<Pack>, Slot)> {
    let calendar = calendar(cx, unit.county);
    let slot = |kind| cells::slot_at(calendar, kind, day, unit.kind.is_bureau());
    let slots = KINDS.into_iter().filter_map(slot);
    slots.map(|s| (cx.packs.in_force(s.period.from).clone(), s)).collect()
}

/// Is the record evidence for the entry in this kind of period?
fn serves(entry: &Entry, credit: &Credit, slot: &Slot) -> bool {
    entry.makes_cells() && cells::period_kind(&entry.rule) == Some(slot.period.kind) && fits(entry, credit)
}

fn fits(entry: &Entry, credit: &Credit) -> bool {
    match &entry.evidence {
        Evidence::Noun { noun } => credit.form.is_none() && noun == credit.noun,
        Evidence::Form { form, only } => {
            credit.form.as_deref() == Some(form.as_str())
                && only.iter().all(|(field, codes)| {
                    let said = credit.fields.get(field);
                    let topic = (field == "topic").then_some(&credit.topics);
                    said.or(topic).is_some_and(|said| said.iter().any(|code| codes.contains(code)))
                })
        }
    }
}

/// The parts of the entry that the record speaks of and the unit owes.
fn wanted(cx: &Cx<'_, '_>, facts: &Facts, entry: &Entry, slot: &Slot, credit: &Credit) -> Vec<Part> {
    let owed = cells::parts(calendar(cx, facts.county), facts, entry, slot);
    let named = |part: &Part| {
        part.class.is_none_or(|c| credit.classes.contains(&c))
            && part.topic.as_ref().is_none_or(|t| credit.topics.contains(t))
            && part.person.is_none_or(|p| credit.persons.contains(&p))
    };
    owed.into_iter().filter(named).collect()
}

fn one(
    cx: &mut Cx<'_, '_>,
    unit: &Unit,
    pack: &Pack,
    entry: &Entry,
    slot: &Slot,
    part: &Part,
    credit: &Credit,
) -> Result<Id> {
    let mut duty = store::of_cell(cx, unit, pack, entry, slot, &cells::part_key(part))?;
    if matches!(entry.rule, Rule::Coverage { .. }) {
        let (had, needed) = credit.covered.unwrap_or((1, 1));
        let was = duty.clone();
        (duty.had, duty.needed) = (had, needed.max(1));
        return apply_to(cx, duty, was, credit);
    }
    apply(cx, duty, credit)
}

fn apply(cx: &mut Cx<'_, '_>, mut duty: Duty, credit: &Credit) -> Result<Id> {
    let was = duty.clone();
    if was.version > 0 && cx.tx.row(sql::CREDIT_OF, args![duty.id, credit.record])?.is_some() {
        return Ok(duty.id);
    }
    duty.had += 1;
    apply_to(cx, duty, was, credit)
}

fn apply_to(cx: &mut Cx<'_, '_>, mut duty: Duty, was: Duty, credit: &Credit) -> Result<Id> {
    duty.credited(cx.now, credit.happened_on, credit.by);
    if duty.back_reason.is_none() {
        duty.back_reason = credit.back_reason.clone();
    }
    let before = (was.version > 0).then_some(&was);
    store::save(cx, "duty.credit", &mut duty, before)?;
    if cx.tx.row(sql::CREDIT_OF, args![duty.id, credit.record])?.is_none() {
        let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
        let args = args![
            duty.county,
            id,
            salt,
            duty.id,
            duty.unit,
            credit.noun,
            credit.record,
            credit.happened_on,
            credit.by,
            credit.claimed_at,
            now
        ];
        cx.put("credit.give", "credit", sql::CREDIT_INSERT, args)?;
    }
    if duty.kind == "event" {
        crate::kernel::due::clear(cx, duty.id, "duty.event")?;
    }
    Ok(duty.id)
}

/// The record no longer stands (voided, or its content changed): its credits are withdrawn, never deleted. A cell whose
/// quota is no longer met is open again; when it was first complete remains.
pub fn withdraw(cx: &mut Cx<'_, '_>, record: Id, reason: Option<&str>) -> Result<Vec<Id>> {
    let mut out = Vec::new();
    for row in cx.tx.rows(sql::CREDITS_OF_RECORD, args![record])? {
        let (id, duty) = (row.id("id")?, row.id("duty")?);
        cx.put("credit.withdraw", "credit", sql::CREDIT_WITHDRAW, args![id, cx.now, reason])?;
        let row = cx.tx.row(sql::BY_ID, args![duty])?.ok_or_else(|| Error::missing("duty", duty))?;
        let was = from_row(&row)?;
        let mut duty = was.clone();
        duty.withdrawn();
        store::save(cx, "duty.withdraw", &mut duty, Some(&was))?;
        out.push(duty.id);
    }
    Ok(out)
}

/// Something happened after which an entry is due (`hazard.major`, `hazard.overdue`, `hazard.recurring` …): a duty with
/// its own deadline, for each entry of the pack that waits for it. The same record raises the same entry once.
pub fn event(cx: &mut Cx<'_, '_>, what: &str, unit: Id, record: Id, at: Ms) -> Result<Vec<Id>> {
    let unit = unit::load(cx, unit)?;
    let day = at.day();
    // Nothing is expected before the day from which the unit keeps its ledgers here.
    if day < unit.kept_from {
        return Ok(Vec::new());
    }
    let pack = cx.packs.in_force(day).clone();
    let part = format!("record:{record}");
    let mut out = Vec::new();
    for entry in pack.entries.iter().filter(|e| e.on) {
        let Rule::Deadline { after, hours, working } = &entry.rule else { continue };
        let attributes = facts::attributes(&unit);
        if after != what || !cells::applies(&entry.applies, &attributes) {
            continue;
        }
        let due_at = deadline(cx, &unit, at, *hours, *working);
        let key = day.to_string();
        let known = cx.tx.rows(sql::EVENT_KNOWN, args![record, unit.id])?;
        if known.iter().any(|row| row.text("entry").as_deref() == Ok(entry.id.as_str())) {
            continue;
        }
        let until = Ms(due_at.0 - 1).day();
        let place = store::Place { kind: "event", period: &key, part: &part, from: day, until, due_at };
        let mut duty = store::made(cx, &unit, &pack, entry, place);
        (duty.subject, duty.needed) = (Some(record), 1);
        store::save(cx, "duty.event", &mut duty, None)?;
        out.push(duty.id);
    }
    Ok(out)
}

/// `hours` after `at`; of working days (24 h each) only school days count, and it ends with the last of them.
fn deadline(cx: &Cx<'_, '_>, unit: &Unit, at: Ms, hours: i64, working: bool) -> Ms {
    if !working {
        return at.plus(hours.max(1) * Ms::HOUR);
    }
    // A working day is a school day of the place; in the holidays a weekday is.
    let calendar = calendar(cx, unit.county);
    let works = |day: Day| match calendar.term_of(day) {
        Some(_) => calendar.is_school_day(day),
        None => !day.is_weekend(),
    };
    let mut left = (hours + 23) / 24;
    let mut day = at.day();
    // A year is far beyond any deadline of a pack; the loop ends also on an empty calendar.
    for _ in 0..366 {
        day = day.plus_days(1);
        left -= i64::from(works(day));
        if left <= 0 {
            break;
        }
    }
    day.end()
}
