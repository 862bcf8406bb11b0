//! Rehearsal (试算): what a draft pack would have asked over a past period, and what would have been missing, from the
//! records that exist: minutes a week for each post, duties for each kind of unit, predicted non-compliance, and what
//! changed against the pack in force. Serves every item: a bureau sees a change before it bites.
//!
//! Pure over plain inputs (`run`), so that it is the same every time; `read` gathers them. Nothing is stored.

use std::collections::BTreeMap;

use base::{Day, Error, Id, Problem, Result};
use db::{Tx, args};
use serde::Serialize;

use super::cells::{self, Facts, Frame};
use super::facts::{Member, roster_of};
use super::sql;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::Role;
use crate::pack::model::{Each, Entry, Pack, Rule};
use crate::pack::{Packs, burden};

/// Days that a rehearsal covers at most: a school year.
pub const SPAN_DAYS: i64 = 400;
/// Records read for one rehearsal.
const CREDITS_MAX: i64 = 2_000_000;

/// Days on which something was credited to an entry at a unit, with the part of the cell.
pub type History = BTreeMap<(Id, String), Vec<(Day, String)>>;

/// What a rehearsal is made from.
pub struct Past {
    pub from: Day,
    pub until: Day,
    pub members: Vec<Member>,
    pub history: History,
}

/// One figure under the pack in force and under the draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Both {
    pub now: i64,
    pub draft: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rehearsal {
    pub from: Day,
    pub until: Day,
    pub weeks: i64,
    pub units: i64,
    /// Minutes a week, times ten, of one post: asked over the period, divided by weeks and by units that have the work.
    pub roles: BTreeMap<&'static str, Both>,
    /// Kind of unit (with its stage): units, and cells of the period for one unit, times ten.
    pub kinds: BTreeMap<String, Kind>,
    pub entries: Vec<Predicted>,
    pub changes: Vec<Difference>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Kind {
    pub units: i64,
    pub cells: Both,
}

/// What would have been missing of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Predicted {
    pub entry: String,
    pub title: String,
    pub owed: Both,
    pub missing: Both,
    /// Nothing was ever recorded for it: the prediction is that nobody has done it yet, not that nobody would.
    pub untried: bool,
}

/// What a draft changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Id of the entry, key of the number.
    pub id: String,
    /// `new`, `gone`, `on`, `off`, `times`, `period`, `grace_days`, `minutes`, `rule`, `applies`, `number`, `title`
    pub what: &'static str,
    pub before: String,
    pub after: String,
    pub reason: Option<String>,
}

/// Rehearses a draft against the pack in force.
pub fn run(past: &Past, now: &Pack, draft: &Pack) -> Rehearsal {
    let weeks = ((past.until.days_since(past.from) + 1 + 6) / 7).max(1);
    let (old, new) = (asked(past, now), asked(past, draft));
    let per = |minutes: i64, units: i64| minutes * 10 / (weeks * units.max(1));
    let mut roles: BTreeMap<&'static str, Both> = BTreeMap::new();
    for (side, asked) in [(0, &old), (1, &new)] {
        for (role, (minutes, units)) in &asked.roles {
            let both = roles.entry(role.code()).or_default();
            *(if side == 0 { &mut both.now } else { &mut both.draft }) = per(*minutes, *units);
        }
    }
    let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
    for member in &past.members {
        kinds.entry(kind_of(&member.facts)).or_default().units += 1;
    }
    for (key, kind) in &mut kinds {
        let cells = |asked: &Asked| asked.kinds.get(key).copied().unwrap_or(0) * 10 / kind.units.max(1);
        kind.cells = Both { now: cells(&old), draft: cells(&new) };
    }
    Rehearsal {
        from: past.from,
        until: past.until,
        weeks,
        units: past.members.len() as i64,
        roles,
        kinds,
        entries: predicted(past, now, draft, &old, &new),
        changes: compare(now, draft),
    }
}

fn predicted(past: &Past, now: &Pack, draft: &Pack, old: &Asked, new: &Asked) -> Vec<Predicted> {
    let tried = |id: &str| past.history.keys().any(|(_, entry)| entry == id);
    let mut ids: Vec<&String> = old.entries.keys().chain(new.entries.keys()).collect();
    ids.sort_unstable();
    ids.dedup();
    let of = |asked: &Asked, id: &str| asked.entries.get(id).copied().unwrap_or((0, 0));
    ids.into_iter()
        .map(|id| {
            let (a, b) = (of(old, id), of(new, id));
            let title = draft.entry(id).or_else(|| now.entry(id)).map(|e| e.title.clone()).unwrap_or_default();
            Predicted {
                entry: id.clone(),
                title,
                owed: Both { now: a.0, draft: b.0 },
                missing: Both { now: a.1, draft: b.1 },
                untried: !tried(id),
            }
        })
        .collect()
}

#[derive(Default)]
struct Asked {
    /// Minutes, and units in which a post of the role has any.
    roles: BTreeMap<Role, (i64, i64)>,
    /// Cells by kind of unit.
    kinds: BTreeMap<String, i64>,
    /// Owed and missing cells by entry.
    entries: BTreeMap<String, (i64, i64)>,
}

/// 「school junior」: one line of the table of duties per kind of school.
fn kind_of(facts: &Facts) -> String {
    let Some((_, a)) = facts.eras.last() else { return String::new() };
    match a.stage {
        Some(stage) => format!("{} {}", a.kind.code(), stage.code()),
        None => a.kind.code().to_string(),
    }
}

/// What a pack asks of everybody over the span.
fn asked(past: &Past, pack: &Pack) -> Asked {
    let packs = Packs::new(vec![(past.from, std::sync::Arc::new(pack.clone()))]);
    let frame = Frame::new(&pack.calendar, past.from, past.until);
    let mut out = Asked::default();
    for member in &past.members {
        let facts = &member.facts;
        let mut minutes: BTreeMap<Role, i64> = BTreeMap::new();
        for cell in cells::owed(&packs, &pack.calendar, facts, &frame) {
            let quota = cells::quota(&cell.entry.rule);
            let history = past.history.get(&(facts.unit, cell.entry.id.clone())).map_or(&[][..], Vec::as_slice);
            let inside = |day: &Day| (cell.slot.period.from..=cell.slot.period.until).contains(day);
            let total = out.entries.entry(cell.entry.id.clone()).or_default();
            for part in &cell.parts {
                let key = cells::part_key(part);
                let had = history.iter().filter(|(day, of)| inside(day) && *of == key).count() as i64;
                total.0 += 1;
                total.1 += i64::from(had < quota);
            }
            let n = cell.parts.len() as i64;
            *out.kinds.entry(kind_of(facts)).or_default() += n;
            for (role, share) in shares(cell.entry, facts, n) {
                *minutes.entry(role).or_default() += share * quota * cell.entry.minutes;
            }
        }
        for (role, spent) in minutes {
            let both = out.roles.entry(role).or_default();
            both.0 += spent;
            both.1 += 1;
        }
    }
    out
}

/// Who spends the time of `parts` cells: what each person does is that person's own (one each); what a class's teacher
/// does is shared by the classes; everything else is the first doer's.
fn shares(entry: &Entry, facts: &Facts, parts: i64) -> Vec<(Role, i64)> {
    let first = entry.people.doers.first().copied();
    match &entry.rule {
        Rule::Every { each: Each::Person(roles), .. } if !roles.is_empty() => {
            let held = |role: &Role| facts.people.iter().any(|(_, r, _)| r == role);
            roles.iter().copied().filter(held).map(|role| (role, 1)).collect()
        }
        Rule::Every { each: Each::Class | Each::ClassTopic(_), .. } if first == Some(Role::Teacher) => {
            let classes = (facts.classes.len() as i64).max(1);
            vec![(Role::Teacher, (parts + classes - 1) / classes)]
        }
        _ => first.map(|role| (role, parts)).into_iter().collect(),
    }
}

/// What changed, entries first, in the order of their ids.
pub fn compare(now: &Pack, draft: &Pack) -> Vec<Difference> {
    let mut out = Vec::new();
    let mut ids: Vec<&String> = now.entries.iter().chain(&draft.entries).map(|e| &e.id).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        match (now.entry(id), draft.entry(id)) {
            (Some(a), Some(b)) => differences(a, b, &mut out),
            (None, Some(b)) => out.push(difference(b, "new", "", &b.title)),
            (Some(a), None) => out.push(difference(a, "gone", &a.title, "")),
            (None, None) => {}
        }
    }
    for (key, b) in &draft.params {
        let before = now.params.get(key).map(|a| amount(a.amount)).unwrap_or_default();
        let after = amount(b.amount);
        if before != after {
            out.push(Difference { id: key.clone(), what: "number", before, after, reason: b.reason.clone() });
        }
    }
    out
}

fn amount(amount: crate::pack::Amount) -> String {
    format!("{} {}", amount.value, format!("{:?}", amount.unit).to_lowercase())
}

fn difference(of: &Entry, what: &'static str, before: &str, after: &str) -> Difference {
    let reason = of.reason.clone();
    Difference { id: of.id.clone(), what, before: before.into(), after: after.into(), reason }
}

fn differences(a: &Entry, b: &Entry, out: &mut Vec<Difference>) {
    let mut say = |what, before: String, after: String| {
        if before != after {
            out.push(difference(b, what, &before, &after));
        }
    };
    match (a.on, b.on) {
        (false, true) => say("on", "false".into(), "true".into()),
        (true, false) => say("off", "true".into(), "false".into()),
        _ => {}
    }
    say("title", a.title.clone(), b.title.clone());
    say("grace_days", a.grace_days.to_string(), b.grace_days.to_string());
    say("minutes", a.minutes.to_string(), b.minutes.to_string());
    match (&a.rule, &b.rule) {
        (Rule::Every { times, period, each, months }, Rule::Every { times: t, period: p, each: e, months: m }) => {
            say("times", times.to_string(), t.to_string());
            say("period", cells::kind_code(*period).into(), cells::kind_code(*p).into());
            say("rule", format!("{each:?} {months:?}"), format!("{e:?} {m:?}"));
        }
        (x, y) => say("rule", format!("{x:?}"), format!("{y:?}")),
    }
    say("applies", format!("{:?}", a.applies), format!("{:?}", b.applies));
}

/// Everything of the units under `top` over a past period, from the records. Without asking who wants to know: for the
/// command line, and for `of`, which asks.
pub fn read(tx: &mut Tx<'_>, top: Id, from: Day, until: Day) -> Result<Past> {
    let members = roster_of(tx, top)?;
    let mut history = History::new();
    for row in tx.rows(sql::CREDITS_UNDER, args![top, from, until, CREDITS_MAX])? {
        let key = (row.id("unit")?, row.text("entry")?);
        history.entry(key).or_default().push((row.day("happened_on")?, row.text("part")?));
    }
    Ok(Past { from, until, members, history })
}

/// Minutes a week that a pack asks of each post by its own estimate, for the lines beside a rehearsal.
pub fn estimate(pack: &Pack) -> BTreeMap<Role, i64> {
    burden::weekly_tenths(pack)
}

/// Rehearses a draft over a past period of everything under the asker's bureau. Refuses NoRight, and Invalid `until`: a
/// span longer than a school year, or one that is not over.
pub fn of(cx: &mut Cx<'_, '_>, draft: &Pack, from: Day, until: Day) -> Result<Rehearsal> {
    let unit = cx.actor.unit;
    cx.require(Action::PackManage, unit, false)?;
    let days = until.days_since(from) + 1;
    if !(1..=SPAN_DAYS).contains(&days) {
        return Err(Error::invalid("until", Problem::OutOfRange { min: 1, max: SPAN_DAYS }));
    }
    let today = cx.now.day();
    if until >= today {
        return Err(Error::invalid("until", Problem::InFuture { minutes: (until.days_since(today) + 1) * 24 * 60 }));
    }
    let past = read(cx.tx, unit, from, until)?;
    Ok(run(&past, cx.pack, draft))
}
