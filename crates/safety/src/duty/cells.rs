//! Expected cells (应做): what a unit owes, as a pure function of pack, attributes with their intervals, calendar, classes
//! and people. No database, no clock. A unit owes a period if it was open on at least one school day of it; it is judged
//! by the attributes and by the pack of the period's first day, so that later changes never touch what was owed before.

use std::collections::BTreeSet;

use base::calendar::{Period, PeriodKind, SchoolCalendar, Season};
use base::{Day, Id};

use crate::org::{Role, Stage, UnitKind};
use crate::pack::Packs;
use crate::pack::model::{Applies, Each, Entry, Part, Rule};

/// What a pack's conditions read of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributes {
    pub kind: UnitKind,
    pub stage: Option<Stage>,
    pub boarding: bool,
    pub canteen: bool,
    pub bus: bool,
    pub pupils: i64,
}

/// Something that holds from a day to a day, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Day,
    pub until: Option<Day>,
}

impl Span {
    pub fn touches(&self, from: Day, until: Day) -> bool {
        self.from <= until && self.until.is_none_or(|last| last >= from)
    }
}

/// A unit as the engine sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub unit: Id,
    pub county: i64,
    /// Attributes from a day on, oldest first; the first holds from the opening.
    pub eras: Vec<(Day, Attributes)>,
    /// From the day on which duties are expected of it (its 启用日, not before its opening) to its closing.
    pub life: Span,
    pub classes: Vec<(Id, Span)>,
    pub people: Vec<(Id, Role, Span)>,
}

impl Facts {
    /// The attributes on a day (the first ones before the opening).
    pub fn on(&self, day: Day) -> Option<&Attributes> {
        self.eras.iter().rev().find(|(from, _)| *from <= day).or(self.eras.first()).map(|(_, a)| a)
    }
    pub fn is_bureau(&self) -> bool {
        self.eras.last().is_some_and(|(_, a)| a.kind.is_bureau())
    }
}

/// A period that may be owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub period: Period,
    pub key: String,
    /// First and last school day; for a bureau's month without one, the month itself.
    pub first: Day,
    pub last: Day,
}

pub fn kind_code(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Day => "day",
        PeriodKind::Week => "week",
        PeriodKind::Month => "month",
        PeriodKind::Term => "term",
        PeriodKind::SchoolYear => "year",
    }
}

pub fn kind_of(code: &str) -> Option<PeriodKind> {
    KINDS.iter().copied().find(|k| kind_code(*k) == code)
}

pub const KINDS: [PeriodKind; 5] =
    [PeriodKind::Day, PeriodKind::Week, PeriodKind::Month, PeriodKind::Term, PeriodKind::SchoolYear];

/// `2026-11-23`, `2026-W48`, `2026-11`, `2026-autumn`, `2026`.
pub fn key_of(calendar: &SchoolCalendar, period: &Period) -> String {
    let from = period.from;
    match period.kind {
        PeriodKind::Day => from.to_string(),
        PeriodKind::Week => {
            let week = from.date().iso_week_date();
            format!("{}-W{:02}", week.year(), week.week())
        }
        PeriodKind::Month => from.to_string()[..7].to_string(),
        PeriodKind::Term => {
            let season = calendar.term_of(from).map_or(Season::Autumn, |t| t.season);
            let word = if season == Season::Autumn { "autumn" } else { "spring" };
            format!("{}-{word}", from.date().year())
        }
        PeriodKind::SchoolYear => from.date().year().to_string(),
    }
}

/// The period that a key names; none if it is no key or names none.
pub fn period_of_key(calendar: &SchoolCalendar, key: &str) -> Option<Period> {
    let year: i16 = key.get(..4)?.parse().ok()?;
    let rest = key.get(4..)?;
    let (kind, inside) = match rest {
        "" => (PeriodKind::SchoolYear, calendar.term(year, Season::Autumn)?.from),
        "-autumn" => (PeriodKind::Term, calendar.term(year, Season::Autumn)?.from),
        "-spring" => (PeriodKind::Term, calendar.term(year.checked_sub(1)?, Season::Spring)?.from),
        _ if rest.starts_with("-W") => {
            let week: i64 = rest.get(2..)?.parse().ok()?;
            // The week that holds 4 January is the first.
            (PeriodKind::Week, Day::new(year, 1, 4)?.plus_days(7 * (week - 1)))
        }
        _ if rest.len() == 3 => (PeriodKind::Month, Day::parse(&format!("{key}-01"))?),
        _ => (PeriodKind::Day, Day::parse(key)?),
    };
    let period = match kind {
        PeriodKind::Day => Period { kind, from: inside, until: inside },
        _ => calendar.period_of(kind, inside)?,
    };
    (key_of(calendar, &period) == key).then_some(period)
}

/// The key of the period before or after one of the same kind: a day's is the next school day.
pub fn beside(calendar: &SchoolCalendar, period: &Period, ahead: bool) -> Option<String> {
    let step = if ahead { 1 } else { -1 };
    let edge = if ahead { period.until.plus_days(1) } else { period.from.plus_days(-1) };
    let other = match period.kind {
        PeriodKind::Day => {
            // No stretch without school is longer than the summer.
            let day = (1..100).map(|n| period.from.plus_days(n * step)).find(|d| calendar.is_school_day(*d))?;
            Period { kind: PeriodKind::Day, from: day, until: day }
        }
        PeriodKind::Term => {
            let term = calendar.term_of(period.from)?;
            let (year, season) = match (term.season, ahead) {
                (Season::Autumn, true) => (term.year, Season::Spring),
                (Season::Autumn, false) => (term.year - 1, Season::Spring),
                (Season::Spring, true) => (term.year + 1, Season::Autumn),
                (Season::Spring, false) => (term.year, Season::Autumn),
            };
            calendar.period_of(PeriodKind::Term, calendar.term(year, season)?.from)?
        }
        kind => calendar.period_of(kind, edge)?,
    };
    Some(key_of(calendar, &other))
}

/// The slot of a kind that a day lies in, if it is due: holds a school day, or is a bureau's month.
pub fn slot_at(calendar: &SchoolCalendar, kind: PeriodKind, day: Day, bureau: bool) -> Option<Slot> {
    slot_of(calendar, calendar.period_of(kind, day)?, bureau)
}

pub fn slot_of(calendar: &SchoolCalendar, period: Period, bureau: bool) -> Option<Slot> {
    let ends = ends(calendar, &period);
    let all_months = bureau && period.kind == PeriodKind::Month;
    let (first, last) = ends.or(all_months.then_some((period.from, period.until)))?;
    // The notice gives bureaus a meeting in every month; a bureau is no school that is shut in August.
    let (first, last) = if all_months { (period.from, period.until) } else { (first, last) };
    Some(Slot { key: key_of(calendar, &period), period, first, last })
}

fn ends(calendar: &SchoolCalendar, period: &Period) -> Option<(Day, Day)> {
    let mut first = period.from;
    while !calendar.is_school_day(first) {
        first = first.plus_days(1);
        if first > period.until {
            return None;
        }
    }
    let mut last = period.until;
    while !calendar.is_school_day(last) {
        last = last.plus_days(-1);
    }
    Some((first, last))
}

/// Slots of a kind that touch `from..=until`, in order.
pub fn slots(calendar: &SchoolCalendar, kind: PeriodKind, from: Day, until: Day, bureau: bool) -> Vec<Slot> {
    let mut out = Vec::new();
    let mut day = from;
    while day <= until {
        let period = calendar.period_of(kind, day);
        let next = period.map_or(day.plus_days(1), |p| p.until.plus_days(1));
        out.extend(period.and_then(|p| slot_of(calendar, p, bureau)));
        day = next;
    }
    out
}

/// The kind of period for which an entry is owed; none for rules that make no expected cells.
pub fn period_kind(rule: &Rule) -> Option<PeriodKind> {
    match rule {
        Rule::Every { period, .. } | Rule::Coverage { period, .. } | Rule::Presence { period, .. } => Some(*period),
        _ => None,
    }
}

/// How many records (or covered things; 1 until the noun says how many there are) make a cell complete.
pub fn quota(rule: &Rule) -> i64 {
    match rule {
        Rule::Every { times, .. } => (*times).max(1),
        _ => 1,
    }
}

fn months(rule: &Rule) -> &[i8] {
    match rule {
        Rule::Every { months, .. } => months,
        _ => &[],
    }
}

pub fn applies(applies: &Applies, unit: &Attributes) -> bool {
    let kind = match applies.kinds.is_empty() {
        true => unit.kind.is_school() || unit.kind.is_bureau(),
        false => applies.kinds.contains(&unit.kind),
    };
    let stage = applies.stages.is_empty() || unit.stage.is_some_and(|s| applies.stages.contains(&s));
    let is = |want: Option<bool>, have: bool| want.is_none_or(|w| w == have);
    kind && stage
        && is(applies.boarding, unit.boarding)
        && is(applies.canteen, unit.canteen)
        && is(applies.bus, unit.bus)
        && applies.min_pupils.is_none_or(|least| unit.pupils >= least)
}

/// May the entry be owed in this slot by anybody?
pub fn may_owe(entry: &Entry, slot: &Slot) -> bool {
    let months = months(&entry.rule);
    entry.makes_cells()
        && period_kind(&entry.rule) == Some(slot.period.kind)
        && (months.is_empty() || months.contains(&slot.first.date().month()))
}

/// Does the unit owe the entry in this slot at all?
pub fn owes(calendar: &SchoolCalendar, facts: &Facts, entry: &Entry, slot: &Slot) -> bool {
    if !may_owe(entry, slot) {
        return false;
    }
    let on = slot.period.from.max(facts.life.from);
    facts.on(on).is_some_and(|a| applies(&entry.applies, a)) && open_in(calendar, facts.life, slot)
}

/// Open on at least one school day of the slot?
fn open_in(calendar: &SchoolCalendar, life: Span, slot: &Slot) -> bool {
    if !life.touches(slot.first, slot.last) {
        return false;
    }
    let ends_inside = life.until.is_some_and(|last| last < slot.last);
    if life.from <= slot.first || !ends_inside {
        return true;
    }
    let mut day = life.from;
    while life.until.is_some_and(|last| day <= last) {
        if calendar.is_school_day(day) {
            return true;
        }
        day = day.plus_days(1);
    }
    false
}

/// The parts that a unit owes of an entry in a slot (`[""]` for the whole unit); empty if it does not owe it.
pub fn parts(calendar: &SchoolCalendar, facts: &Facts, entry: &Entry, slot: &Slot) -> Vec<Part> {
    if !owes(calendar, facts, entry, slot) {
        return Vec::new();
    }
    let class = |id: &Id| Part { class: Some(*id), ..Part::default() };
    let topic = |t: &String| Part { topic: Some(t.clone()), ..Part::default() };
    match each(&entry.rule) {
        Each::Unit => vec![Part::default()],
        Each::Class => classes(facts, slot).map(class).collect(),
        Each::Topic(topics) => topics.iter().map(topic).collect(),
        Each::ClassTopic(topics) => classes(facts, slot)
            .flat_map(|id| topics.iter().map(|t| Part { topic: Some(t.clone()), ..class(id) }))
            .collect(),
        Each::Person(roles) => {
            people(facts, slot, roles).into_iter().map(|id| Part { person: Some(id), ..Part::default() }).collect()
        }
    }
}

/// How many parts there are, without making them.
pub fn count(calendar: &SchoolCalendar, facts: &Facts, entry: &Entry, slot: &Slot) -> i64 {
    if !owes(calendar, facts, entry, slot) {
        return 0;
    }
    let n = match each(&entry.rule) {
        Each::Unit => 1,
        Each::Class => classes(facts, slot).count(),
        Each::Topic(topics) => topics.len(),
        Each::ClassTopic(topics) => classes(facts, slot).count() * topics.len(),
        Each::Person(roles) => people(facts, slot, roles).len(),
    };
    n as i64
}

pub fn each(rule: &Rule) -> &Each {
    match rule {
        Rule::Every { each, .. } => each,
        _ => &Each::Unit,
    }
}

fn classes<'a>(facts: &'a Facts, slot: &Slot) -> impl Iterator<Item = &'a Id> {
    let (first, last) = (slot.first, slot.last);
    facts.classes.iter().filter(move |(_, span)| span.touches(first, last)).map(|(id, _)| id)
}

fn people(facts: &Facts, slot: &Slot, roles: &[Role]) -> BTreeSet<Id> {
    let fits = |role: &Role| roles.is_empty() || roles.contains(role);
    let held = facts.people.iter().filter(|(_, role, span)| fits(role) && span.touches(slot.first, slot.last));
    held.map(|(person, ..)| *person).collect()
}

/// The text form of a part, its key in the database: `""`, `class:<id>`, `topic:<key>`, `class:<id>|topic:<key>`,
/// `person:<id>`.
pub fn part_key(part: &Part) -> String {
    let class = part.class.map(|id| format!("class:{id}"));
    let topic = part.topic.as_ref().map(|t| format!("topic:{t}"));
    let person = part.person.map(|id| format!("person:{id}"));
    [class, topic, person].into_iter().flatten().collect::<Vec<_>>().join("|")
}

pub fn part_of_key(key: &str) -> Option<Part> {
    let mut part = Part::default();
    for piece in key.split('|').filter(|p| !p.is_empty()) {
        match piece.split_once(':')? {
            ("class", id) => part.class = Some(Id::parse(id)?),
            ("person", id) => part.person = Some(Id::parse(id)?),
            ("topic", topic) => part.topic = Some(topic.into()),
            _ => return None,
        }
    }
    Some(part)
}

/// One thing that a unit owes: the entry's number in its pack and the slot.
#[derive(Clone, Debug)]
pub struct Owed<'a> {
    pub entry: &'a Entry,
    pub slot: &'a Slot,
    pub parts: Vec<Part>,
}

/// Slots of every kind over a span, made once and used for many units.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    pub school: Vec<Slot>,
    pub bureau: Vec<Slot>,
}

impl Frame {
    /// Slots that end within `from..=until`.
    pub fn new(calendar: &SchoolCalendar, from: Day, until: Day) -> Frame {
        let all = |bureau| {
            let of = |kind| slots(calendar, kind, from, until, bureau);
            let ends = |s: &Slot| s.period.until >= from && s.period.until <= until;
            KINDS.into_iter().flat_map(of).filter(ends).collect()
        };
        Frame { school: all(false), bureau: all(true) }
    }
    /// The same, with slots that only touch the span.
    pub fn touching(calendar: &SchoolCalendar, from: Day, until: Day) -> Frame {
        let all = |bureau| KINDS.into_iter().flat_map(|kind| slots(calendar, kind, from, until, bureau)).collect();
        Frame { school: all(false), bureau: all(true) }
    }
    pub fn of(&self, facts: &Facts) -> &[Slot] {
        if facts.is_bureau() { &self.bureau } else { &self.school }
    }
}

/// Everything that a unit owes in a frame.
pub fn owed<'a>(packs: &'a Packs, calendar: &SchoolCalendar, facts: &Facts, frame: &'a Frame) -> Vec<Owed<'a>> {
    let mut out = Vec::new();
    for slot in frame.of(facts) {
        let pack = packs.in_force(slot.period.from);
        for entry in &pack.entries {
            let parts = parts(calendar, facts, entry, slot);
            if !parts.is_empty() {
                out.push(Owed { entry, slot, parts });
            }
        }
    }
    out
}
