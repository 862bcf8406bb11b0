//! Duties as lines of 今日: what is late, due within a week, given or sent back, each one tap from doing it. Lines of one
//! entry and period that differ only in their part (a class's eight topics, everybody's letter) are one line, and so are
//! the late ones of one entry: a school that never signed its day ledger is not shown twenty lines of it.

use std::collections::{BTreeMap, BTreeSet};

use base::{Id, Ms, Result};
use safety::Cx;
use safety::duty::list::{Wait, Waiting};
use safety::duty::today::Behind;
use safety::duty::{self, Duty, resolution};
use sha2::{Digest, Sha256};

use super::say;
use crate::page::Task;
use crate::words::{self, duty as told};

/// A line due later than this stands on 今日 as the lesson of this week.
const WEEK_MS: i64 = 8 * Ms::DAY;

/// The same work, in words: what kind of turn, whose, what, which period, and an id where it stands alone.
type Same = (u8, Id, String, String, String);

fn turn(wait: Wait) -> u8 {
    match wait {
        Wait::Do => 0,
        Wait::Mend => 1,
        Wait::Check => 2,
        Wait::Accept => 3,
        Wait::Resolve => 4,
    }
}

fn same(w: &Waiting, merged: bool) -> Same {
    if merged && w.late && w.wait == Wait::Do && !w.entry.is_empty() {
        return (turn(w.wait), w.unit, w.entry.clone(), String::new(), String::new());
    }
    // Events and resolutions stand alone.
    let own = if w.entry.is_empty() || w.subject.is_some() {
        w.id.map_or(String::new(), |i| i.to_string())
    } else {
        String::new()
    };
    (turn(w.wait), w.unit, w.entry.clone(), w.period.clone(), own)
}

/// The id of a line on a live page, made of what it says: the same for every read.
fn line_id(same: &Same) -> String {
    let (turn, unit, entry, period, own) = same;
    let hash = Sha256::digest(format!("{turn}|{unit}|{entry}|{period}|{own}").as_bytes());
    Id::from_bytes(&hash[..16]).map_or(String::new(), |id| id.to_string())
}

/// Lines that are one, in the order of their first; `merged` also puts the late ones of an entry together.
pub fn groups(lines: Vec<Waiting>, merged: bool) -> Vec<(Same, Vec<Waiting>)> {
    let mut at: BTreeMap<Same, usize> = BTreeMap::new();
    let mut out: Vec<(Same, Vec<Waiting>)> = Vec::new();
    for line in lines {
        let key = same(&line, merged);
        let n = *at.entry(key.clone()).or_insert_with(|| {
            out.push((key, Vec::new()));
            out.len() - 1
        });
        out[n].1.push(line);
    }
    out
}

/// How many lines stand on 今日, urgent notices to be signed among them, and whether one of them is late: the badge
/// counts as the page does.
pub fn count(cx: &mut Cx<'_, '_>) -> Result<(i64, bool)> {
    let lines = duty::today::now(cx)?;
    let urgent = crate::signing::urgent(cx)?;
    let late = lines.iter().any(|l| l.late) || urgent.iter().any(|(_, t)| t.late);
    let all: BTreeSet<Same> = lines.iter().map(|l| same(l, true)).collect();
    Ok((all.len() as i64 + urgent.len() as i64, late))
}

/// The lines of 今日 with their deadlines, at most `max`.
pub fn tasks(cx: &mut Cx<'_, '_>, max: usize) -> Result<Vec<(Ms, Task)>> {
    let lines = duty::today::now(cx)?;
    drawn(cx, groups(lines, true), max)
}

/// The same of lines that were read already.
pub fn of(cx: &mut Cx<'_, '_>, mut lines: Vec<Waiting>, max: usize) -> Result<Vec<(Ms, Task)>> {
    lines.retain(|line| line.pressing);
    drawn(cx, groups(lines, true), max)
}

/// Is it the lesson of this week, of a topic that has longer?
pub fn this_week(w: &Waiting, now: Ms) -> bool {
    let topic = duty::cells::part_of_key(&w.part).is_some_and(|p| p.topic.is_some());
    topic && w.wait == Wait::Do && w.id.is_none() && w.due_at > now.plus(WEEK_MS) && w.pressing
}

/// Groups as tasks, at most `max`.
pub fn drawn(cx: &mut Cx<'_, '_>, groups: Vec<(Same, Vec<Waiting>)>, max: usize) -> Result<Vec<(Ms, Task)>> {
    let mut parts = say::Parts::default();
    let meetings = resolution::mine(cx, max as i64)?.into_iter().map(|r| (r.id, r.work)).collect();
    let mut out = Vec::new();
    for (key, group) in groups.into_iter().take(max) {
        let Some(first) = group.first() else { continue };
        let spread = group.iter().any(|l| l.period != first.period || l.subject != first.subject);
        let task = task(cx, first, group.len(), spread, &mut parts, &meetings);
        out.push((first.due_at, Task { id: line_id(&key), ..task }));
    }
    Ok(out)
}

/// Ids of lines in which a duty may stand or have stood: whichever of them is on an open page is drawn anew.
pub fn ids_of(duty: &Duty) -> Vec<String> {
    let alone = if duty.subject.is_some() { duty.id.to_string() } else { String::new() };
    let key = |turn, period: &str| (turn, duty.unit, duty.entry.clone(), period.to_string(), alone.clone());
    let mut out: Vec<String> = (0..4).map(|turn| line_id(&key(turn, &duty.period))).collect();
    out.push(line_id(&(0, duty.unit, duty.entry.clone(), String::new(), String::new())));
    out
}

fn task(
    cx: &mut Cx<'_, '_>,
    w: &Waiting,
    n: usize,
    spread: bool,
    parts: &mut say::Parts,
    meetings: &BTreeMap<Id, Id>,
) -> Task {
    let part = match (n, spread) {
        // What an event is about stands under it.
        (1, _) if w.subject.is_some() => String::new(),
        (1, _) => parts.words(cx, &w.part),
        (_, true) => told::times(n),
        (_, false) => words::pages::pieces(n),
    };
    let part = match day_of(w).filter(|_| !spread) {
        Some(day) if part.is_empty() => day,
        Some(day) => format!("{day} · {part}"),
        None => part,
    };
    let county = say::county(cx, w.unit);
    let until = w.due_at.plus(-1).day();
    let lesson = this_week(w, cx.now);
    let when = words::due_when(w.due_at, cx.now);
    // What an event is about says more than the days that it has.
    let period = match w.subject.and_then(|id| say::about(cx, id)) {
        Some(about) => about,
        None if w.period.is_empty() => String::new(),
        None => said(cx, county, w, until),
    };
    Task {
        id: String::new(),
        when: if lesson { told::THIS_WEEK.into() } else { when.word },
        when_tone: if lesson { "" } else { when.tone },
        title: told::task(w.wait, &w.title, &part),
        detail: if spread { told::oldest(&period) } else { period },
        clause: w.clause.clone(),
        verb: verb(w, spread).into(),
        href: href(cx, w, n, spread, meetings),
        late: w.late,
        filled: false,
    }
}

/// The day of a daily matter, where several of them may stand side by side: to be signed, to be mended, late. A telephone
/// shows titles only.
fn day_of(w: &Waiting) -> Option<String> {
    let daily = w.subject.is_none() && base::Day::parse(&w.period).is_some_and(|day| day == w.from_on);
    (daily && (w.late || w.wait != Wait::Do)).then(|| words::day(w.from_on))
}

fn said(cx: &Cx<'_, '_>, county: i64, w: &Waiting, until: base::Day) -> String {
    let calendar = cx.packs.calendar(w.from_on, county);
    match duty::cells::period_of_key(calendar, &w.period) {
        Some(period) => say::span(cx, county, &w.period, period.from, period.until),
        None => say::span(cx, county, &w.period, w.from_on, until),
    }
}

/// What is done by no form can be done of a period gone by no more; there is only its page to look at.
fn verb(w: &Waiting, spread: bool) -> &'static str {
    let gone = w.wait == Wait::Do && w.form.is_none() && w.day.is_some();
    if gone || (spread && w.form.is_none()) {
        return words::pages::LOOK;
    }
    told::verb(w.wait, w.form.is_some() && !spread)
}

/// Straight to what has to be done.
fn href(cx: &Cx<'_, '_>, w: &Waiting, n: usize, spread: bool, meetings: &BTreeMap<Id, Id>) -> String {
    let cell = cell_href(w.unit, &w.entry, &w.period, &w.part);
    match (w.wait, w.id) {
        (Wait::Resolve, Some(id)) => meetings.get(&id).map_or("/".into(), |work| format!("/works/{work}#t{id}")),
        (Wait::Do, _) if spread => format!("/duties/owed?entry={}", w.entry),
        (Wait::Do, _) => {
            let part = if n > 1 { "" } else { &w.part };
            let form = say::form_href(cx, &w.entry, w.unit, part, w.subject, w.day);
            match (form.is_empty(), w.entry.as_str()) {
                (false, _) => form,
                // A report of an incident is made on the incident itself.
                (true, entry) if entry.starts_with("incident.") && w.subject.is_some() => {
                    w.subject.map_or(cell, |id| format!("/incidents/{id}"))
                }
                // What is done today serves nothing of a period gone by: its cell says so.
                (true, entry) if w.day.is_none() => match say::done_at(cx, entry) {
                    "" => cell,
                    at => at.into(),
                },
                (true, _) => cell,
            }
        }
        (_, _) if n > 1 => format!("/duties?entry={}&period={}", w.entry, w.period),
        (_, Some(id)) => format!("/duties/{id}"),
        (_, None) => cell,
    }
}

pub fn cell_href(unit: Id, entry: &str, period: &str, part: &str) -> String {
    format!("/duties/cell?unit={unit}&entry={entry}&period={period}&part={}", part.replace('|', "%7C"))
}

/// What others are late with, as a line: title, note, where it leads.
pub fn behind(b: &Behind, now: Ms) -> (String, String, String) {
    let title = told::task(Wait::Do, &b.title, &told::times(b.cells as usize));
    let who = b.role.map_or("", words::role);
    let note = [who, words::due_when(b.due_at, now).word.as_str()].join(" · ");
    (title, note, cell_href(b.unit, &b.entry, &b.period, &b.part))
}
