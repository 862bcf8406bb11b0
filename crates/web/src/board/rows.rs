//! What stands behind a figure of the board, adding up to it: the units of a bureau, or the cells of one unit, each a link
//! to its record.

use askama::Template;
use axum::extract::State as Held;
use base::{Error, Problem, Result};
use safety::Cx;
use safety::duty::board::{Row, Sums};
use safety::duty::lines::CellLine;
use safety::duty::{Mark, split};

use super::view::{self, Asked};
use crate::door::Signed;
use crate::duty::say;
use crate::error::Answer;
use crate::page::{self, At, Crumb, LedgerTab, Shell, crumb};
use crate::paper::Paper;
use crate::state::Web;
use crate::words::{self, Word, board as told, duty as marks};

/// Rows on one page.
const ROWS: usize = 60;

struct UnitRow {
    name: String,
    n: String,
    href: String,
    board: String,
}

struct CellRow {
    title: String,
    href: String,
    when: String,
    clause: String,
    who: String,
    received: String,
    word: Word,
    marks: Vec<Word>,
}

#[derive(Template)]
#[template(path = "board/rows.html")]
struct RowsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    title: String,
    sub: String,
    clause: String,
    entry: String,
    units: Vec<UnitRow>,
    cells: Vec<CellRow>,
    marks: Vec<(String, &'static str, bool)>,
    older: String,
    newer: String,
    said: String,
    csv: String,
}

/// A figure of a mark.
fn figure(s: &Sums, mark: Option<Mark>) -> i64 {
    match mark {
        None => s.expected,
        Some(Mark::OnTime) => s.on_time,
        Some(Mark::Late) => s.late,
        Some(Mark::Missing) => s.missing,
        Some(Mark::Exempt) => s.exempt,
        Some(Mark::NotDue) => s.not_due,
    }
}

struct Read {
    name: String,
    one: bool,
    span: String,
    entry: String,
    units: Vec<Row>,
    cells: Vec<CellRow>,
    n: i64,
    asked: Asked,
}

fn read(cx: &mut Cx<'_, '_>, asked: &Asked, mark: Option<Mark>, from: usize, most: usize) -> Result<Read> {
    let (asked, at, one) = view::at(cx, asked)?;
    let key = asked.period.clone();
    let narrow = asked.narrow();
    let (mut units, mut cells, n, span);
    if one {
        let (over, all) = split::cells(cx, at.id, key.as_deref(), &narrow)?;
        let wanted: Vec<CellLine> = all.into_iter().filter(|l| mark.is_none_or(|m| m == l.mark)).collect();
        n = wanted.len() as i64;
        span = over;
        (units, cells) = (Vec::new(), Vec::new());
        let mut parts = say::Parts::default();
        for line in wanted.into_iter().skip(from).take(most) {
            cells.push(cell(cx, &asked, at.county, line, &mut parts));
        }
    } else {
        units = split::units(cx, at.id, key.as_deref(), &narrow)?;
        span = safety::duty::board::span(cx, &at, key.as_deref())?;
        units.retain(|r| figure(&r.sums, mark) > 0);
        n = units.iter().map(|r| figure(&r.sums, mark)).sum();
        cells = Vec::new();
    }
    let words = match (asked.from, asked.until) {
        (Some(a), Some(z)) if a == z => words::day_full(a),
        (Some(a), Some(z)) => words::period(a, z),
        _ => marks::period(&span.key, span.from, span.until, None),
    };
    let entry = asked.entry.as_ref().and_then(|e| cx.pack.entry(e)).map_or(String::new(), |e| e.title.clone());
    Ok(Read { name: at.name, one, span: words, entry, units, cells, n, asked })
}

fn cell(cx: &mut Cx<'_, '_>, asked: &Asked, county: i64, l: CellLine, parts: &mut say::Parts) -> CellRow {
    let part = parts.words(cx, &l.part);
    let unit = asked.unit.map_or(String::new(), |u| u.to_string());
    let mut stands = Vec::new();
    if l.back_reason.is_some() {
        stands.push(words::thing::BACK_ENTRY);
    }
    if l.amended {
        stands.push(words::thing::CORRECTED);
    }
    CellRow {
        href: match l.duty {
            Some(id) => format!("/duties/{id}"),
            None => format!("/duties/cell?unit={unit}&entry={}&period={}&part={}", l.entry, l.period, l.part),
        },
        when: say::span(cx, county, &l.period, l.from_on, l.until_on),
        title: if part.is_empty() { l.title } else { told::with_part(&l.title, &part) },
        clause: l.clause,
        who: l.done_by.or(l.owner).unwrap_or_default(),
        received: l.first_complete_at.map_or(String::new(), words::at),
        word: marks::mark(l.mark),
        marks: stands,
    }
}

pub async fn show(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let asked = Asked::read(&query)?;
    let mark = match &asked.mark {
        Some(code) => Some(Mark::from_code(code).ok_or_else(|| Error::invalid("mark", Problem::Unknown))?),
        None => None,
    };
    let skip = query.int("skip")?.unwrap_or(0).max(0) as usize;
    let csv = query.get("as") == "csv";
    let most = if csv { base::limits::EXPORT_ROWS_MAX as usize } else { ROWS };
    let read = web.read(signed.actor(), move |cx| read(cx, &asked, mark, if csv { 0 } else { skip }, most)).await?;
    let word = mark.map_or(told::ALL_CELLS, |m| marks::mark(m).word);
    let title = told::rows(word, read.n);
    if csv {
        return Ok(paper(&read, mark, word).download(true));
    }
    let mut shell = signed.shell(&web, At::Ledgers).await?;
    shell.tabs = page::ledger_tabs(signed.actor(), LedgerTab::Board);
    page::full(&page_of(&signed, shell, read, mark, title, skip))
}

fn page_of(signed: &Signed, shell: Shell, read: Read, mark: Option<Mark>, title: String, skip: usize) -> RowsPage {
    let asked = &read.asked;
    let row = |r: &Row| {
        let itself = Some(r.unit) == asked.unit;
        let below = asked.of(r.unit, itself);
        UnitRow {
            name: if itself { told::OWN.into() } else { r.name.clone() },
            n: words::number(figure(&r.sums, mark)),
            href: below.rows(mark.map_or("", Mark::code)),
            board: below.board(),
        }
    };
    let shown = if read.one { read.n as usize } else { read.units.len() };
    let tab = |m: Option<Mark>| {
        let word = m.map_or(told::ALL_CELLS, |m| marks::mark(m).word);
        (asked.rows(m.map_or("", Mark::code)), word, m == mark)
    };
    let all = [None, Some(Mark::Missing), Some(Mark::Late), Some(Mark::OnTime), Some(Mark::Exempt), Some(Mark::NotDue)];
    let last = (skip + ROWS).min(shown);
    RowsPage {
        crumbs: vec![crumb(told::BOARD, asked.board()), crumb(title.clone(), "")],
        sub: format!("{} · {}", read.name, read.span),
        clause: asked.clause.clone().unwrap_or_else(|| "1.3".into()),
        entry: read.entry.clone(),
        units: read.units.iter().skip(skip).take(ROWS).map(row).collect(),
        marks: all.into_iter().map(tab).collect(),
        older: if last < shown { signed.ask.link("skip", &last.to_string()) } else { String::new() },
        newer: if skip > 0 { signed.ask.link("skip", &skip.saturating_sub(ROWS).to_string()) } else { String::new() },
        said: if shown > ROWS { told::rows_of(shown, skip + 1, last) } else { String::new() },
        csv: signed.ask.link("as", "csv"),
        cells: read.cells,
        title,
        shell,
    }
}

fn paper(read: &Read, mark: Option<Mark>, word: &str) -> Paper {
    let title = told::rows_file(&read.name, word, &read.span);
    let heads = |all: &[&str]| all.iter().map(|h| words::record::column(h).to_string()).collect::<Vec<_>>();
    if read.one {
        let row = |c: &CellRow| {
            let all = [&c.clause, &c.title, &c.when, &c.who, &c.received];
            let mut out: Vec<String> = all.into_iter().cloned().collect();
            let marks = c.marks.iter().map(|m| m.word);
            out.push(told::stands(c.word.word, marks));
            out
        };
        let head = heads(&["clause", "matter", "period", "done_by", "received", "mark"]);
        let left_out = read.n - read.cells.len() as i64;
        return Paper { title, head, rows: read.cells.iter().map(row).collect(), left_out };
    }
    let rows = read.units.iter().map(|r| vec![r.name.clone(), figure(&r.sums, mark).to_string()]).collect();
    Paper { title, head: vec![words::record::column("unit").to_string(), word.to_string()], rows, left_out: 0 }
}
