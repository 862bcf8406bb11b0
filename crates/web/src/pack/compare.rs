//! Two packs beside each other, and a draft over past records: what it would have asked of each post, of each kind of
//! unit, and what would not have been done.

use askama::Template;
use axum::extract::{Path, State};
use base::{Day, Result};
use safety::Cx;
use safety::duty::rehearse::{self, Both, Rehearsal};
use safety::org::Role;

use super::{BUILTIN, Held, hold};
use crate::door::Signed;
use crate::error::{Answer, FieldFault};
use crate::page::{self, At, Crumb, Kept, Shell, crumb};
use crate::state::Web;
use crate::words::{self, pack as say};

/// Weeks that a rehearsal looks back when nothing else is asked.
const WEEKS: i64 = 4;
/// Entries shown of what would be missing; most first.
const MISSING_ROWS: usize = 40;

struct DiffRow {
    name: String,
    change: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "pack/diff.html")]
struct DiffPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    this: String,
    other: String,
    rows: Vec<DiffRow>,
}

fn differences(other: &Held, held: &Held) -> Vec<DiffRow> {
    let row = |d: &rehearse::Difference| {
        let (name, change, reason) = super::show::change_row(&held.pack, &other.pack, d);
        DiffRow { name, change, reason }
    };
    rehearse::compare(&other.pack, &held.pack).iter().map(row).collect()
}

pub async fn diff(State(web): State<Web>, signed: Signed, Path((at, other)): Path<(String, String)>) -> Answer {
    let (held, other) = web
        .read(signed.actor(), move |cx| {
            let held = hold(cx, &at)?;
            Ok((held, hold(cx, &other)?))
        })
        .await?;
    let mut shell = signed.shell(&web, At::Clauses).await?;
    shell.tabs = page::clause_tabs(signed.actor(), page::ClauseTab::Packs);
    page::full(&DiffPage {
        crumbs: trail(&held, words::pages::COMPARE),
        this: named(&held),
        other: named(&other),
        rows: differences(&other, &held),
        shell,
    })
}

fn trail(held: &Held, here: &str) -> Vec<Crumb> {
    vec![crumb(words::tab::PACKS, "/packs"), crumb(held.title(), format!("/packs/{}", held.at)), crumb(here, "")]
}

/// 「吉林市… 第 2 版（施行中）」
fn named(held: &Held) -> String {
    let edition = match (&held.edition, held.at == BUILTIN) {
        (Some(e), _) => e.edition.map(say::edition).unwrap_or_default(),
        (None, _) => say::edition(1),
    };
    format!(
        "{}{}（{}）",
        held.title(),
        if edition.is_empty() { edition } else { format!(" {edition}") },
        held.word.word
    )
}

/// A line of two figures and their bars; both bars are drawn to the same scale.
struct Pair {
    name: String,
    now: String,
    draft: String,
    now_n: i64,
    draft_n: i64,
    most: i64,
    changed: bool,
    note: String,
}

#[derive(Template)]
#[template(path = "pack/rehearsal.html")]
struct RehearsalPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    at: String,
    draft_title: String,
    from: String,
    until: String,
    sentence: String,
    roles: Vec<Pair>,
    kinds: Vec<Pair>,
    missing: Vec<Pair>,
    more: usize,
    changes: Vec<DiffRow>,
    findings: Vec<String>,
    told: bool,
    faults: Vec<FieldFault>,
}

fn pairs(lines: Vec<(String, Both, String)>) -> Vec<Pair> {
    let most = lines.iter().map(|(_, b, _)| b.now.max(b.draft)).max().unwrap_or(0).max(1);
    let pair = |(name, b, note): (String, Both, String)| Pair {
        name,
        now: say::tenths(b.now),
        draft: say::tenths(b.draft),
        now_n: b.now,
        draft_n: b.draft,
        most,
        changed: b.now != b.draft,
        note,
    };
    lines.into_iter().map(pair).collect()
}

fn roles(told: &Rehearsal) -> Vec<Pair> {
    let name = |code: &str| Role::from_code(code).map_or(code.to_string(), |r| words::role(r).to_string());
    pairs(told.roles.iter().map(|(code, both)| (name(code), *both, String::new())).collect())
}

fn kinds(told: &Rehearsal) -> Vec<Pair> {
    let line = |(code, of): (&String, &rehearse::Kind)| (say::kind(code), of.cells, format!("{} 个", of.units));
    pairs(told.kinds.iter().map(line).collect())
}

/// What would not have been done: what changes first, then the most. Figures are whole cells here.
fn missing(told: &Rehearsal) -> (Vec<Pair>, usize) {
    let mut entries: Vec<&rehearse::Predicted> =
        told.entries.iter().filter(|e| e.owed.draft + e.owed.now > 0).collect();
    entries.sort_by_key(|e| (e.missing.now == e.missing.draft, -e.missing.draft, e.entry.clone()));
    let more = entries.len().saturating_sub(MISSING_ROWS);
    let line = |e: &&rehearse::Predicted| {
        let note = if e.untried { say::UNTRIED.to_string() } else { words::pages::owed(e.owed.draft) };
        (e.title.clone(), e.missing, note)
    };
    let mut out = pairs(entries.iter().take(MISSING_ROWS).map(line).collect());
    for pair in &mut out {
        pair.now = words::number(pair.now_n);
        pair.draft = words::number(pair.draft_n);
    }
    (out, more)
}

fn all_missing(told: &Rehearsal) -> Both {
    let sum = |f: fn(&Both) -> i64| told.entries.iter().map(|e| f(&e.missing)).sum();
    Both { now: sum(|b| b.now), draft: sum(|b| b.draft) }
}

fn span(signed: &Signed, today: Day) -> Result<(Day, Day)> {
    let fields = signed.ask.fields();
    let until = fields.day("until")?.unwrap_or(today.plus_days(-1));
    let from = fields.day("from")?.unwrap_or(until.plus_days(1 - 7 * WEEKS));
    Ok((from, until))
}

struct Read {
    held: Held,
    told: Result<Rehearsal>,
    changes: Vec<DiffRow>,
    findings: Vec<String>,
}

fn read(cx: &mut Cx<'_, '_>, at: &str, from: Day, until: Day) -> Result<Read> {
    let held = hold(cx, at)?;
    let now = cx.packs.in_force(cx.now.day()).clone();
    let row = |d: &rehearse::Difference| {
        let (name, change, reason) = super::show::change_row(&held.pack, &now, d);
        DiffRow { name, change, reason }
    };
    let changes = rehearse::compare(&now, &held.pack).iter().map(row).collect();
    let told = rehearse::of(cx, &held.pack.clone(), from, until);
    let findings = super::show::said(&held);
    Ok(Read { held, told, changes, findings })
}

pub async fn rehearsal(State(web): State<Web>, signed: Signed, Path(at): Path<String>) -> Answer {
    let (from, until) = span(&signed, web.now().day())?;
    let Read { held, told, changes, findings } = web.read(signed.actor(), move |cx| read(cx, &at, from, until)).await?;
    let mut shell = signed.shell(&web, At::Clauses).await?;
    shell.tabs = page::clause_tabs(signed.actor(), page::ClauseTab::Packs);
    let mut page = RehearsalPage {
        crumbs: trail(&held, words::pages::REHEARSAL),
        at: held.at.clone(),
        draft_title: held.title(),
        from: from.to_string(),
        until: until.to_string(),
        sentence: String::new(),
        roles: Vec::new(),
        kinds: Vec::new(),
        missing: Vec::new(),
        more: 0,
        changes,
        findings,
        told: false,
        faults: Vec::new(),
        shell,
    };
    match told {
        Ok(told) => {
            page.sentence = say::sentence(told.weeks, told.units, told.changes.len(), all_missing(&told));
            page.roles = roles(&told);
            page.kinds = kinds(&told);
            (page.missing, page.more) = missing(&told);
            page.told = true;
            page::full(&page)
        }
        Err(e) => {
            let Kept { status, faults } = page::keep(&signed.ask, e)?;
            page.faults = faults;
            page::again(&page, status)
        }
    }
}
