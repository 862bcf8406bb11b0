//! How many cells are expected (应做) of many units over a span, added up by bureau, entry, unit and day. The same
//! arithmetic as `cells`, arranged so that units alike are counted once; kept in the memo until a unit, a class, a post
//! or the pack changes, or the day ends.

use std::collections::BTreeMap;

use base::calendar::SchoolCalendar;
use base::{Day, Id};

use super::cells::{self, Attributes, Facts, Slot};
use super::facts::Member;
use crate::pack::Packs;
use crate::pack::model::{Each, Entry};

/// Expected cells: all, and those not yet due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owed {
    pub all: i64,
    pub not_due: i64,
}

impl Owed {
    fn add(&mut self, all: i64, not_due: i64) {
        self.all += all;
        self.not_due += not_due;
    }
}

#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// By bureau and entry.
    pub entries: BTreeMap<(Id, String), Owed>,
    pub units: BTreeMap<Id, Owed>,
    /// By the day on which the period ends.
    pub days: BTreeMap<Day, i64>,
    /// By entry and the day on which the period ends: the matrix and the heat calendar.
    pub grid: BTreeMap<String, BTreeMap<Day, Owed>>,
    /// Units that owe at least one cell.
    pub schools: i64,
    /// Entry → (title, clause) as the newest pack of the span has it.
    pub titles: BTreeMap<String, (String, String)>,
    /// Units to which an entry does not apply, by entry: the board says why figures differ.
    pub exempt_by_kind: BTreeMap<String, i64>,
}

/// An entry with the slots of the span for which it may be owed.
struct Spread<'a> {
    entry: &'a Entry,
    slots: Vec<&'a Slot>,
    not_due: i64,
}

/// The slots of a frame, sorted to the entries that are owed in them.
fn spreads<'a>(packs: &'a Packs, slots: &'a [Slot], today: Day, wanted: &dyn Fn(&Entry) -> bool) -> Vec<Spread<'a>> {
    let mut out: Vec<Spread<'a>> = Vec::new();
    let mut known: BTreeMap<(*const Entry, usize), usize> = BTreeMap::new();
    for slot in slots {
        let pack = packs.in_force(slot.period.from);
        for entry in pack.entries.iter().filter(|e| wanted(e) && cells::may_owe(e, slot)) {
            let at = *known.entry((std::ptr::from_ref(entry), 0)).or_insert_with(|| {
                out.push(Spread { entry, slots: Vec::new(), not_due: 0 });
                out.len() - 1
            });
            out[at].slots.push(slot);
            out[at].not_due += i64::from(not_due(entry, slot, today));
        }
    }
    out
}

/// Is the last day on which a receipt is on time still to come, or today?
pub fn not_due(entry: &Entry, slot: &Slot, today: Day) -> bool {
    slot.period.until.plus_days(entry.grace_days.max(0)) >= today
}

/// Does everything about the unit hold over all slots?
fn steady(facts: &Facts, first: Day, last: Day) -> bool {
    let covers = |span: &cells::Span| span.from <= first && span.until.is_none_or(|until| until >= last);
    facts.eras.len() == 1
        && covers(&facts.life)
        && facts.classes.iter().all(|(_, span)| covers(span))
        && facts.people.iter().all(|(_, _, span)| covers(span))
}

/// Parts of an entry at a steady unit, the same in every slot.
fn parts(entry: &Entry, facts: &Facts) -> i64 {
    let classes = facts.classes.len() as i64;
    match cells::each(&entry.rule) {
        Each::Unit => 1,
        Each::Class => classes,
        Each::Topic(topics) => topics.len() as i64,
        Each::ClassTopic(topics) => classes * topics.len() as i64,
        Each::Person(roles) => {
            let fits = |role| roles.is_empty() || roles.contains(role);
            let held = facts.people.iter().filter(|(_, role, _)| fits(role));
            held.map(|(person, ..)| *person).collect::<std::collections::BTreeSet<_>>().len() as i64
        }
    }
}

/// Slots of one kind of unit with what is spread over them.
struct Side<'a> {
    spreads: Vec<Spread<'a>>,
    first: Day,
    last: Day,
    /// Cells by spread of units to which everything holds over all slots, the same in each.
    totals: Vec<i64>,
    /// Cells by spread and slot of all other units.
    odd: Vec<Vec<i64>>,
    /// Which spreads apply to units with these attributes.
    applying: Vec<(Attributes, Vec<usize>)>,
}

impl<'a> Side<'a> {
    fn new(packs: &'a Packs, slots: &'a [Slot], today: Day, wanted: &dyn Fn(&Entry) -> bool) -> Side<'a> {
        let spreads = spreads(packs, slots, today, wanted);
        let first = slots.iter().map(|s| s.period.from.min(s.first)).min().unwrap_or(today);
        let last = slots.iter().map(|s| s.period.until).max().unwrap_or(today);
        let odd = spreads.iter().map(|s| vec![0; s.slots.len()]).collect();
        Side { totals: vec![0; spreads.len()], odd, spreads, first, last, applying: Vec::new() }
    }

    fn applying(&mut self, unit: &Attributes) -> usize {
        // The number of pupils matters to few entries; units alike in all else share a line when it does not.
        if let Some(at) = self.applying.iter().position(|(known, _)| known == unit) {
            return at;
        }
        let fits = |s: &Spread<'_>| cells::applies(&s.entry.applies, unit);
        let spreads = self.spreads.iter().enumerate().filter(|(_, s)| fits(s)).map(|(i, _)| i).collect();
        self.applying.push((unit.clone(), spreads));
        self.applying.len() - 1
    }
}

/// Adds up what `members` owe. `school` and `bureau` are the slots of the span.
pub fn add_up(
    packs: &Packs,
    calendar: &SchoolCalendar,
    members: &[Member],
    school: &[Slot],
    bureau: &[Slot],
    today: Day,
) -> Expected {
    add_up_of(packs, calendar, members, school, bureau, today, &|_| true)
}

/// The same for some entries only.
pub fn add_up_of(
    packs: &Packs,
    calendar: &SchoolCalendar,
    members: &[Member],
    school: &[Slot],
    bureau: &[Slot],
    today: Day,
    wanted: &dyn Fn(&Entry) -> bool,
) -> Expected {
    let mut out = Expected::default();
    let matters = packs.timeline().iter().any(|(_, p)| p.entries.iter().any(|e| e.applies.min_pupils.is_some()));
    let mut sides = [Side::new(packs, school, today, wanted), Side::new(packs, bureau, today, wanted)];
    for side in &sides {
        for spread in &side.spreads {
            out.titles.insert(spread.entry.id.clone(), (spread.entry.title.clone(), spread.entry.clause.clone()));
        }
    }
    // One line of sums per bureau, indexed by side and spread: a map is asked once per bureau, not once per cell.
    let mut sums: BTreeMap<Id, [Vec<Owed>; 2]> = BTreeMap::new();
    for member in members {
        let which = usize::from(member.facts.is_bureau());
        let sizes = [sides[0].spreads.len(), sides[1].spreads.len()];
        let lines = sums.entry(member.bureau).or_insert_with(|| sizes.map(|n| vec![Owed::default(); n]));
        let unit = one(calendar, &member.facts, &mut sides[which], &mut lines[which], matters);
        if unit.all > 0 {
            out.schools += 1;
            out.units.insert(member.facts.unit, unit);
        }
    }
    for side in &sides {
        by_day(side, today, &mut out);
    }
    for (bureau, lines) in sums {
        for (side, lines) in sides.iter().zip(lines) {
            for (spread, owed) in side.spreads.iter().zip(lines).filter(|(_, owed)| owed.all > 0) {
                out.entries.entry((bureau, spread.entry.id.clone())).or_default().add(owed.all, owed.not_due);
            }
        }
    }
    out
}

/// Lays what was added up on one side out by entry and day.
fn by_day(side: &Side<'_>, today: Day, out: &mut Expected) {
    for (i, spread) in side.spreads.iter().enumerate() {
        for (k, slot) in spread.slots.iter().enumerate() {
            let n = side.totals[i] + side.odd[i][k];
            if n > 0 {
                *out.days.entry(slot.period.until).or_default() += n;
                let days = out.grid.entry(spread.entry.id.clone()).or_default();
                let late = if not_due(spread.entry, slot, today) { n } else { 0 };
                days.entry(slot.period.until).or_default().add(n, late);
            }
        }
    }
}

/// What one unit owes, added to its bureau's line.
fn one(calendar: &SchoolCalendar, facts: &Facts, side: &mut Side<'_>, line: &mut [Owed], pupils_matter: bool) -> Owed {
    let mut unit = Owed::default();
    if steady(facts, side.first, side.last)
        && let Some((_, attributes)) = facts.eras.first()
    {
        let mut attributes = attributes.clone();
        if !pupils_matter {
            attributes.pupils = 0;
        }
        let at = side.applying(&attributes);
        for i in 0..side.applying[at].1.len() {
            let i = side.applying[at].1[i];
            let spread = &side.spreads[i];
            let n = parts(spread.entry, facts);
            let (all, not_due) = (n * spread.slots.len() as i64, n * spread.not_due);
            line[i].add(all, not_due);
            unit.add(all, not_due);
            side.totals[i] += n;
        }
        return unit;
    }
    for ((spread, owed), odd) in side.spreads.iter().zip(line).zip(&mut side.odd) {
        let soon = spread.slots.len() - spread.not_due as usize;
        for (k, slot) in spread.slots.iter().enumerate() {
            let n = cells::count(calendar, facts, spread.entry, slot);
            if n > 0 {
                // Slots are in order of time within a kind: the last `not_due` ones are not due.
                let late = if k >= soon { n } else { 0 };
                owed.add(n, late);
                unit.add(n, late);
                odd[k] += n;
            }
        }
    }
    unit
}
