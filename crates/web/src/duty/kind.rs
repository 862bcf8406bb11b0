//! One entry of the pack at one unit, whole (`/duties/kinds/{entry}`): a row for each class, person or the unit itself, a
//! column for each topic or period, how each stands, each a link to what can be done about it (1.1, 1.3, 3.1, 3.2, 3.4).
//! The teacher sees which lesson is still to be held, the director which class lacks it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State as Held};
use base::calendar::PeriodKind;
use base::{Id, Refusal, Result, limits};
use safety::duty::board::Sums;
use safety::duty::lines::CellLine;
use safety::duty::split::{self, Narrow};
use safety::duty::{Mark, cells, frozen};
use safety::pack::model::{Entry, Part};
use safety::{Cx, roll};

use super::say;
use crate::door::{Fields, Signed};
use crate::error::Answer;
use crate::page::{self, At, Crumb, LedgerTab, Shell, crumb};
use crate::state::Web;
use crate::words::{board as told, duty as marks, pages as said, rule};

struct Square {
    class: &'static str,
    sign: &'static str,
    said: String,
    href: String,
}

struct Line {
    name: String,
    squares: Vec<Square>,
    left: i64,
}

/// A column's head: short, and as it is read aloud.
struct Head {
    label: String,
    said: String,
    now: bool,
}

#[derive(Template)]
#[template(path = "duty/kind.html")]
struct KindPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    title: String,
    sub: String,
    clause: String,
    rule: String,
    basis: &'static str,
    sentence: String,
    before: String,
    after: String,
    /// Are the columns topics, with names that need room?
    topics: bool,
    heads: Vec<Head>,
    lines: Vec<Line>,
    records: String,
    older: String,
    newer: String,
    said: String,
    legend: [(&'static str, &'static str); 5],
}

/// What a column stands for: a topic, or a period.
type Column = (Option<String>, String);

struct Read {
    entry: Entry,
    unit: Id,
    name: String,
    span: String,
    sums: Sums,
    topics: bool,
    heads: Vec<Head>,
    lines: Vec<Line>,
    all: usize,
    before: Option<String>,
    after: Option<String>,
}

/// The span on which an entry is looked at when none is asked for: long enough to hold a few of its periods.
fn usual(cx: &Cx<'_, '_>, county: i64, entry: &Entry) -> Option<String> {
    let calendar = cx.packs.calendar(cx.now.day(), county);
    let today = cx.now.day();
    let wide = match cells::period_kind(&entry.rule) {
        Some(PeriodKind::Day) => PeriodKind::Month,
        Some(PeriodKind::Week) => PeriodKind::Term,
        _ => PeriodKind::SchoolYear,
    };
    let period = calendar.period_of(wide, today).or(calendar.period_of(PeriodKind::SchoolYear, today));
    period.map(|p| cells::key_of(calendar, &p))
}

fn square(line: &CellLine, unit: Id, said: String) -> Square {
    let (class, sign) = match line.mark {
        Mark::OnTime => ("h0", marks::SIGN_DONE),
        Mark::Late => ("h1", marks::SIGN_LATE),
        Mark::Missing => ("h4", marks::SIGN_MISSING),
        Mark::Exempt => ("x", marks::SIGN_EXEMPT),
        Mark::NotDue => ("f", ""),
    };
    let href = format!("/duties/cell?unit={unit}&entry={}&period={}&part={}", line.entry, line.period, line.part);
    Square { class, sign, said: format!("{said} {}", marks::mark(line.mark).word), href }
}

/// Rows in the order of the roll; what is no class (persons, the unit) by name.
fn ordered(cx: &mut Cx<'_, '_>, unit: Id, lines: &[CellLine]) -> Result<Vec<(Part, String)>> {
    let from = lines.iter().map(|l| l.from_on).min().unwrap_or(cx.now.day());
    let until = lines.iter().map(|l| l.until_on).max().unwrap_or(cx.now.day());
    let roll = roll::classes_in(cx, unit, from, until)?;
    let place: BTreeMap<Id, usize> = roll.iter().enumerate().map(|(i, c)| (c.id, i)).collect();
    let mut rows: BTreeMap<(usize, String), Part> = BTreeMap::new();
    let mut parts = say::Parts::default();
    for line in lines {
        let whole = Part { topic: None, ..cells::part_of_key(&line.part).unwrap_or_default() };
        let name = parts.words(cx, &cells::part_key(&whole));
        let at = whole.class.and_then(|c| place.get(&c).copied()).unwrap_or(roll.len());
        rows.insert((at, name), whole);
    }
    Ok(rows.into_iter().map(|((_, name), part)| (part, name)).collect())
}

/// Columns as they first come in the pack's order of topics, or in the order of time.
fn columns(cx: &Cx<'_, '_>, county: i64, lines: &[CellLine]) -> Vec<(Column, Head)> {
    let mut out: Vec<(Column, Head)> = Vec::new();
    for line in lines {
        let topic = cells::part_of_key(&line.part).unwrap_or_default().topic;
        let column = (topic.clone(), line.period.clone());
        if out.iter().any(|(c, _)| *c == column) {
            continue;
        }
        let span = say::span(cx, county, &line.period, line.from_on, line.until_on);
        let now = line.from_on <= cx.now.day() && cx.now.day() <= line.until_on;
        let head = match &topic {
            Some(key) => {
                let title = cx.pack.topics.get(key).map_or_else(|| key.clone(), |t| t.title.clone());
                Head { said: title.clone(), label: title, now: false }
            }
            None => {
                let calendar = cx.packs.calendar(line.from_on, county);
                let week = calendar.week_in_term(line.from_on).or(calendar.week_in_term(line.until_on));
                Head { label: marks::column(&line.period, line.from_on, &line.kind, week), said: span, now }
            }
        };
        out.push((column, head));
    }
    let months = |key: &Option<String>| cx.pack.topics.keys().position(|k| Some(k) == key.as_ref());
    out.sort_by(|a, b| (&a.0.1, months(&a.0.0)).cmp(&(&b.0.1, months(&b.0.0))));
    out
}

fn read(cx: &mut Cx<'_, '_>, entry: &str, query: &Fields, from: usize) -> Result<Read> {
    let entry = cx.pack.entry(entry).cloned().ok_or(Refusal::NotFound)?;
    let at = safety::org::unit::show(cx, query.id("unit")?.unwrap_or(cx.actor.unit))?;
    let key = query.opt("period").or_else(|| usual(cx, at.county, &entry));
    let narrow = Narrow { entry: Some(entry.id.clone()), ..Narrow::default() };
    let (span, lines) = split::cells(cx, at.id, key.as_deref(), &narrow)?;
    let rows = ordered(cx, at.home, &lines)?;
    let columns = columns(cx, at.county, &lines);
    let (all, mut drawn) = (rows.len(), Vec::new());
    for (part, name) in rows.into_iter().skip(from).take(limits::LIST_ROWS as usize) {
        let mut left = 0;
        let one = |((topic, period), head): &(Column, Head)| {
            let key = cells::part_key(&Part { topic: topic.clone(), ..part.clone() });
            let line = lines.iter().find(|l| l.part == key && l.period == *period)?;
            left += i64::from(matches!(line.mark, Mark::Missing | Mark::NotDue));
            Some(square(line, at.home, format!("{name} {}", head.said)))
        };
        let empty = || Square { class: "", sign: "", said: String::new(), href: String::new() };
        let squares = columns.iter().map(one).map(|s| s.unwrap_or_else(empty)).collect();
        drawn.push(Line { name, squares, left });
    }
    let calendar = cx.packs.calendar(cx.now.day(), at.county);
    let period = cells::period_of_key(calendar, &span.key);
    let beside = |ahead| period.and_then(|p| cells::beside(calendar, &p, ahead));
    Ok(Read {
        unit: at.home,
        name: at.name,
        span: marks::period(&span.key, span.from, span.until, None),
        sums: frozen::count(&lines),
        topics: columns.iter().any(|((topic, _), _)| topic.is_some()),
        heads: columns.into_iter().map(|(_, head)| head).collect(),
        lines: drawn,
        before: beside(false),
        after: beside(true),
        entry,
        all,
    })
}

pub async fn show(Held(web): Held<Web>, signed: Signed, Path(entry): Path<String>) -> Answer {
    let query = signed.ask.fields();
    let from = query.read("after", |t| t.parse::<usize>().ok())?.unwrap_or(0);
    let read = web.read(signed.actor(), move |cx| read(cx, &entry, &query, from)).await?;
    let mut shell = signed.shell(&web, At::Ledgers).await?;
    shell.tabs = page::ledger_tabs(signed.actor(), LedgerTab::Duties);
    let most = limits::LIST_ROWS as usize;
    let of = |key: &Option<String>| {
        key.as_ref().map_or(String::new(), |k| format!("/duties/kinds/{}?unit={}&period={k}", read.entry.id, read.unit))
    };
    let page = KindPage {
        crumbs: vec![crumb(said::DUTIES, "/duties/owed"), crumb(read.entry.title.clone(), "")],
        title: read.entry.title.clone(),
        sub: format!("{} · {}", read.name, read.span),
        clause: read.entry.clause.clone(),
        rule: rule::line(&read.entry),
        basis: rule::basis(read.entry.basis),
        sentence: told::sentence(&read.span, &read.sums),
        before: of(&read.before),
        after: of(&read.after),
        topics: read.topics,
        heads: read.heads,
        records: format!("/duties?entry={}&unit={}", read.entry.id, read.unit),
        older: if from + most < read.all {
            signed.ask.link("after", &(from + most).to_string())
        } else {
            String::new()
        },
        newer: match from {
            0 => String::new(),
            _ if from <= most => signed.ask.link("after", ""),
            _ => signed.ask.link("after", &(from - most).to_string()),
        },
        said: told::rows_of(read.all, from + 1, from + read.lines.len()),
        lines: read.lines,
        legend: [
            ("h0", marks::ON_TIME.word),
            ("h1", marks::LATE.word),
            ("h4", marks::MISSING.word),
            ("x", marks::EXEMPT.word),
            ("f", marks::NOT_DUE.word),
        ],
        shell,
    };
    page::full(&page)
}
