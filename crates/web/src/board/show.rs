//! The board's page, its parts (which `live` sends anew), and CSV.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State as Held;
use base::{Day, Id};
use safety::duty::board::{Row, Sums};

use super::draw;
use super::view::{self, Asked, View};
use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, LedgerTab, Shell, Tab};
use crate::paper::Paper;
use crate::state::Web;
use crate::words::{self, board as told, duty as marks};

/// Units shown where help is needed first, clauses said as sentences.
const HELP: usize = 5;
const WORST: usize = 3;
/// Units listed on the page itself; the others are on the page of all rows.
const UNITS: usize = 30;

/// A part of the bar, and of the equation.
pub struct Piece {
    pub tone: &'static str,
    pub label: &'static str,
    pub value: i64,
    pub start: i64,
    pub words: String,
    pub href: String,
    pub count: &'static str,
}

/// A cell of the matrix.
pub struct Square {
    pub class: &'static str,
    pub words: String,
    pub said: String,
    pub href: String,
    pub now: bool,
}

pub struct MatrixRow {
    pub id: String,
    pub number: String,
    pub name: String,
    pub href: String,
    pub squares: Vec<Square>,
    pub share: String,
}

pub struct UnitRow {
    pub id: String,
    pub name: String,
    pub href: String,
    pub need: String,
    pub all: String,
    pub figures: Vec<(String, String)>,
}

pub struct News {
    pub id: String,
    pub at: String,
    pub what: String,
    pub unit: String,
}

/// A column's head.
pub struct Head {
    pub label: String,
    pub said: String,
    pub now: bool,
}

/// Bar, equation and sentence: what every change touches.
#[derive(Template)]
#[template(path = "board/sums.html")]
pub struct SumsPart {
    pub sentence: String,
    pub expected: i64,
    pub all_words: String,
    pub pieces: Vec<Piece>,
    pub all_href: String,
    pub ground: String,
    pub packs: String,
    pub clause: String,
    pub worst: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "board/line.html")]
pub struct MatrixPart {
    pub row: MatrixRow,
}

#[derive(Template)]
#[template(path = "board/unit.html")]
pub struct UnitPart {
    pub row: UnitRow,
}

#[derive(Template)]
#[template(path = "board/news.html")]
pub struct NewsPart {
    pub news: Vec<News>,
}

#[derive(Template)]
#[template(path = "board/show.html")]
struct BoardPage {
    shell: Shell,
    title: String,
    sub: String,
    clause: String,
    clause_name: String,
    whole: String,
    spans: Vec<Tab>,
    before: String,
    after: String,
    own: Option<String>,
    /// Of one unit: its ledger.
    ledger: String,
    up: String,
    csv: String,
    sums: SumsPart,
    heads: Vec<Head>,
    matrix: Vec<MatrixRow>,
    matrix_title: &'static str,
    shades: [(&'static str, &'static str); 5],
    calendar: String,
    heat: Vec<(String, String, Sums)>,
    one: bool,
    help: Vec<UnitRow>,
    units: Vec<UnitRow>,
    more: Option<(String, i64)>,
    news: NewsPart,
}

pub fn pieces(s: &Sums, asked: &Asked) -> Vec<Piece> {
    let all = [
        ("g", marks::ON_TIME, s.on_time, "on_time"),
        ("a", marks::LATE, s.late, "late"),
        ("r", marks::MISSING, s.missing, "missing"),
        ("n", marks::EXEMPT, s.exempt, "exempt"),
        ("f", marks::NOT_DUE, s.not_due, "not_due"),
    ];
    let mut start = 0;
    let piece = |(tone, word, value, code): (&'static str, words::Word, i64, &'static str)| {
        start += value;
        Piece {
            tone,
            label: word.word,
            value,
            start: start - value,
            words: words::number(value),
            href: asked.rows(code),
            count: code,
        }
    };
    all.into_iter().map(piece).collect()
}

/// The clause's name, or the entry's title.
fn named(view: &View, key: &str) -> (String, String) {
    if view.asked.clause.is_some() {
        return (String::new(), view.grid.titles.get(key).cloned().unwrap_or_else(|| key.into()));
    }
    (key.into(), words::notice::name(key).unwrap_or(key).into())
}

pub fn sums(view: &View) -> SumsPart {
    let asked = &view.asked;
    let mut worst: Vec<(i64, String)> = Vec::new();
    for (key, columns) in view::matrix(view) {
        let missing = columns.iter().map(|s| s.missing).sum();
        worst.push((missing, key));
    }
    worst.retain(|(missing, _)| *missing > 0);
    worst.sort_by(|a, b| b.cmp(a));
    let line = |(missing, key): &(i64, String)| {
        let (number, name) = named(view, key);
        (number, told::worst(&name, *missing), row_asked(view, key).rows("missing"))
    };
    let why = &view.why;
    SumsPart {
        sentence: told::sentence(&view.span_words, &view.total),
        expected: view.total.expected,
        all_words: words::number(view.total.expected),
        pieces: pieces(&view.total, asked),
        all_href: asked.rows(""),
        ground: told::ground(why.units, why.entries, why.days_off, why.days_made_up),
        packs: told::packs(&why.packs),
        clause: asked.clause.clone().unwrap_or_else(|| "1.3".into()),
        worst: worst.iter().take(WORST).map(line).collect(),
    }
}

/// What a row of the matrix is narrowed to.
fn row_asked(view: &View, key: &str) -> Asked {
    match view.asked.clause {
        Some(_) => Asked { entry: Some(key.into()), ..view.asked.clone() },
        None => Asked { clause: Some(key.into()), ..view.asked.clone() },
    }
}

pub fn matrix(view: &View) -> Vec<MatrixRow> {
    view::matrix(view).into_iter().map(|(key, columns)| matrix_row(view, &key, &columns)).collect()
}

fn matrix_row(view: &View, key: &str, columns: &[Sums]) -> MatrixRow {
    let (number, name) = named(view, key);
    let asked = row_asked(view, key);
    let mut all = Sums::default();
    columns.iter().for_each(|s| all.add(s));
    let square = |(slot, s): (&view::Slot, &Sums)| {
        let now = slot.from <= view.today && view.today <= slot.until;
        let class = draw::shade(s);
        let days = Asked { from: Some(slot.from), until: Some(slot.until), ..asked.clone() };
        let words = match class {
            "x" => marks::EXEMPT.word.chars().take(1).collect(),
            _ if s.missing > 0 => s.missing.to_string(),
            _ => String::new(),
        };
        let href = if s.missing > 0 { days.rows("missing") } else { String::new() };
        Square { class, said: told::cell(&name, &slot.said, s), words, href, now }
    };
    MatrixRow {
        id: key.replace('.', "-"),
        href: match view.asked.clause {
            // Of one unit an entry is shown whole: its classes, people or days.
            Some(_) if view.one => format!("/duties/kinds/{key}?unit={}&period={}", view.unit, view.span.key),
            Some(_) => asked.rows(""),
            None => asked.board(),
        },
        squares: view.slots.iter().zip(columns).map(square).collect(),
        share: told::on_time(&all),
        number,
        name,
    }
}

pub fn unit_row(view: &View, row: &Row) -> UnitRow {
    let itself = row.unit == view.unit;
    let below = view.asked.of(row.unit, itself);
    let s = &row.sums;
    let figure = |code: &str, n: i64| (if n > 0 { words::number(n) } else { String::new() }, below.rows(code));
    UnitRow {
        id: row.unit.to_string(),
        name: if itself { told::OWN.into() } else { row.name.clone() },
        href: below.board(),
        need: told::need(s),
        all: words::number(s.expected),
        figures: vec![
            figure("on_time", s.on_time),
            figure("late", s.late),
            figure("missing", s.missing),
            figure("exempt", s.exempt),
            figure("not_due", s.not_due),
        ],
    }
}

pub fn news(view: &View) -> NewsPart {
    let one = |line: &safety::duty::list::Line| News {
        id: line.duty.id.to_string(),
        at: words::at(line.duty.first_complete_at.unwrap_or(line.duty.received_at)),
        what: format!("{} {}", line.title, marks::state(&line.duty, line.mark).word),
        unit: if view.one { line.done_by.clone().unwrap_or_default() } else { line.unit_name.clone() },
    };
    NewsPart { news: view.news.iter().map(one).collect() }
}

/// Days of the heat calendar.
fn days(view: &View) -> BTreeMap<Day, Sums> {
    let mut out: BTreeMap<Day, Sums> = BTreeMap::new();
    for point in &view.grid.points {
        out.entry(point.until).or_default().add(&point.sums);
    }
    out
}

fn spans(view: &View, asked: &Asked) -> Vec<Tab> {
    let tab = |((_, label), key): (&(&str, &'static str), &Option<String>)| {
        let key = key.clone()?;
        let current = key == view.span.key;
        Some(Tab::new(label, Asked { period: Some(key), ..asked.clone() }.board(), current))
    };
    told::SPANS.iter().zip(&view.present).filter_map(tab).collect()
}

pub async fn show(Held(web): Held<Web>, signed: Signed) -> Answer {
    let asked = Asked::read(&signed.ask.fields())?;
    let view = web.read(signed.actor(), move |cx| view::read(cx, &asked)).await?;
    if signed.ask.param("as").as_deref() == Some("csv") {
        return Ok(csv(&view).download(true));
    }
    let mut shell = signed.shell(&web, At::Ledgers).await?;
    shell.tabs = page::ledger_tabs(signed.actor(), LedgerTab::Board);
    shell.live = view.asked.board().replacen("/board?", "/live?page=board&", 1);
    let home = signed.actor().unit;
    page::full(&page_of(shell, &view, home, signed.ask.link("as", "csv")))
}

fn page_of(shell: Shell, view: &View, home: Id, csv: String) -> BoardPage {
    let asked = &view.asked;
    let with = |period: &Option<String>| {
        period.as_ref().map_or(String::new(), |p| Asked { period: Some(p.clone()), ..asked.clone() }.board())
    };
    let clause = asked.clause.clone().unwrap_or_default();
    let days = days(view);
    let day_href = |day: Day| Asked { from: Some(day), until: Some(day), ..asked.clone() }.rows("missing");
    let heat = days.iter().filter(|(_, s)| s.missing > 0 || s.late > 0);
    let units: Vec<UnitRow> = view.rows.iter().map(|r| unit_row(view, r)).collect();
    let left = units.len().saturating_sub(UNITS) as i64;
    let help = view.rows.iter().filter(|r| r.sums.missing > 0).take(HELP).map(|r| unit_row(view, r)).collect();
    let sub = match view.one {
        true => view.span_words.clone(),
        false => told::below(&view.span_words, view.units, view.apart),
    };
    BoardPage {
        title: if asked.own { told::own_of(&view.name) } else { view.name.clone() },
        sub,
        clause_name: words::notice::name(&clause).unwrap_or("").into(),
        whole: Asked { clause: None, ..asked.clone() }.board(),
        spans: spans(view, asked),
        before: with(&view.before),
        after: with(&view.after),
        own: (view.bureau && !view.one).then(|| asked.of(view.unit, true).board()),
        ledger: if view.one { format!("/ledgers?unit={}&period={}", view.unit, view.span.key) } else { String::new() },
        up: if view.unit == home && !asked.own {
            String::new()
        } else {
            Asked { unit: None, own: false, ..asked.clone() }.board()
        },
        sums: sums(view),
        heads: view.slots.iter().map(|s| head(s, view.today)).collect(),
        matrix: matrix(view),
        matrix_title: if clause.is_empty() { told::BY_CLAUSE } else { told::BY_ENTRY },
        shades: told::SHADES,
        calendar: draw::calendar(&days, day_href),
        heat: heat.map(|(day, s)| (words::day_full(*day), day_href(*day), *s)).collect(),
        one: view.one,
        help,
        units: units.into_iter().take(UNITS).collect(),
        more: (left > 0).then(|| (asked.rows(""), left)),
        news: news(view),
        clause,
        csv,
        shell,
    }
}

fn head(slot: &view::Slot, today: Day) -> Head {
    let now = slot.from <= today && today <= slot.until;
    Head { label: slot.label.clone(), said: slot.said.clone(), now }
}

/// The board as a table: units of a bureau, entries of one unit.
fn csv(view: &View) -> Paper {
    let figures = |s: &Sums| [s.expected, s.on_time, s.late, s.missing, s.exempt, s.not_due].map(|n| n.to_string());
    let column = |key| words::record::column(key).to_string();
    let mut head = if view.one { vec![column("clause"), column("matter")] } else { vec![column("unit")] };
    head.push(told::ALL_CELLS.into());
    for word in [marks::ON_TIME, marks::LATE, marks::MISSING, marks::EXEMPT, marks::NOT_DUE] {
        head.push(word.word.into());
    }
    let rows = match view.one {
        true => entries(view)
            .into_iter()
            .map(|(clause, title, s)| [vec![clause, title], figures(&s).to_vec()].concat())
            .collect(),
        false => view.rows.iter().map(|r| [vec![r.name.clone()], figures(&r.sums).to_vec()].concat()).collect(),
    };
    let clause = view.asked.clause.as_deref().unwrap_or("");
    Paper { title: told::file(&view.name, clause, &view.span_words), head, rows, left_out: 0 }
}

fn entries(view: &View) -> Vec<(String, String, Sums)> {
    let mut out: Vec<(String, String, String, Sums)> = Vec::new();
    for point in &view.grid.points {
        match out.last_mut() {
            Some(last) if last.1 == point.entry => last.3.add(&point.sums),
            _ => {
                let title = view.grid.titles.get(&point.entry).cloned().unwrap_or_default();
                out.push((point.clause.clone(), point.entry.clone(), title, point.sums));
            }
        }
    }
    out.into_iter().map(|(clause, _, title, s)| (clause, title, s)).collect()
}
