//! Duties as lines of 今日: what was done, given or sent back and now waits for the viewer, each one tap from doing it.
//! Cells in which nothing has happened yet are not here (they need the day from which a unit keeps its ledgers here). Lines of one entry and period that differ only in
//! their part (a class's eight topics, everybody's letter) are one line, so that a teacher is not shown eight.

use std::collections::BTreeMap;

use base::{Id, Ms, Result};
use safety::Cx;
use safety::duty::list::{Wait, Waiting};
use safety::duty::{self, resolution};

use super::say;
use crate::page::Task;
use crate::words::{self, duty as told};

/// The entry that the monthly pass over all places fulfils; its form is the check itself.
const COVERAGE: &str = "hazard.coverage";

/// The same work, in words: what, which period, what kind of turn.
type Same = (u8, String, String, String);

fn same(w: &Waiting) -> Same {
    let turn = match w.wait {
        Wait::Do => 0,
        Wait::Mend => 1,
        Wait::Check => 2,
        Wait::Accept => 3,
        Wait::Resolve => 4,
    };
    // Events and resolutions stand alone.
    let own = if w.entry.is_empty() || w.subject.is_some() {
        w.id.map_or(String::new(), |i| i.to_string())
    } else {
        String::new()
    };
    (turn, w.entry.clone(), w.period.clone(), own)
}

/// At most `max` lines, with their deadlines.
pub fn tasks(cx: &mut Cx<'_, '_>, max: usize) -> Result<Vec<(Ms, Task)>> {
    let mut groups: BTreeMap<Same, Vec<Waiting>> = BTreeMap::new();
    for waiting in duty::today::turns(cx)?.into_iter().take(max) {
        groups.entry(same(&waiting)).or_default().push(waiting);
    }
    let mut parts = say::Parts::default();
    let meetings = resolution::mine(cx, max as i64)?.into_iter().map(|r| (r.id, r.work)).collect();
    let mut out = Vec::new();
    for group in groups.into_values() {
        let Some(first) = group.first() else { continue };
        out.push((first.due_at, task(cx, first, group.len(), &mut parts, &meetings)));
    }
    Ok(out)
}

fn task(cx: &mut Cx<'_, '_>, w: &Waiting, n: usize, parts: &mut say::Parts, meetings: &BTreeMap<Id, Id>) -> Task {
    let part = if n == 1 { parts.words(cx, &w.part) } else { words::pages::pieces(n) };
    let county = say::county(cx, w.unit);
    let until = w.due_at.plus(-1).day();
    let when = words::due_when(w.due_at, cx.now);
    let signing = matches!(w.wait, Wait::Check | Wait::Accept);
    let period = if w.period.is_empty() { String::new() } else { said(cx, county, w, until) };
    Task {
        id: w.id.filter(|_| n == 1).map_or(String::new(), |id| id.to_string()),
        when: when.word,
        when_tone: when.tone,
        title: told::task(w.wait, &w.title, &part),
        detail: period,
        clause: w.clause.clone(),
        verb: told::verb(w.wait, w.form.is_some()).into(),
        href: href(cx, w, n, meetings),
        late: w.late && !signing,
        filled: false,
    }
}

fn said(cx: &Cx<'_, '_>, county: i64, w: &Waiting, until: base::Day) -> String {
    let calendar = cx.packs.calendar(w.from_on, county);
    match duty::cells::period_of_key(calendar, &w.period) {
        Some(period) => say::span(cx, county, &w.period, period.from, period.until),
        None => say::span(cx, county, &w.period, w.from_on, until),
    }
}

/// Straight to what has to be done.
fn href(cx: &Cx<'_, '_>, w: &Waiting, n: usize, meetings: &BTreeMap<Id, Id>) -> String {
    let cell = format!("/duties/cell?unit={}&entry={}&period={}&part={}", w.unit, w.entry, w.period, w.part);
    match (w.wait, w.id) {
        (Wait::Resolve, Some(id)) => meetings.get(&id).map_or("/".into(), |work| format!("/works/{work}#t{id}")),
        (Wait::Do, _) => {
            let form = say::form_href(cx, &w.entry, w.unit, if n > 1 { "" } else { &w.part }, w.subject);
            match (form.is_empty(), w.entry.as_str()) {
                (false, _) => form,
                (true, COVERAGE) => "/checks/new".into(),
                (true, _) if n > 1 => format!("/duties?entry={}", w.entry),
                (true, _) => cell,
            }
        }
        (_, _) if n > 1 => format!("/duties?entry={}&period={}", w.entry, w.period),
        (_, Some(id)) => format!("/duties/{id}"),
        (_, None) => cell,
    }
}
