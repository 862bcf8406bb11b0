//! Hazards on paper: the ledger in the inspector's columns, the letter that orders rectification (form 2), one record
//! for printing.

use askama::Template;
use axum::extract::{Path, State as Held};
use base::{Cell, Day, Result};
use safety::Cx;
use safety::hazard::{self, ledger};
use safety::kernel::proof;
use safety::org::unit;

use super::record::{self, Event, Fact, Known, Pic, parse_id};
use crate::door::Signed;
use crate::error::{Answer, WebError};
use crate::page::{self, At, Shell};
use crate::paper::Paper;
use crate::seal::{Seal, seal};
use crate::state::Web;
use crate::words::{self, record as say};

/// Rows of an empty sheet for a day without power: what fits on one A4 with head and signatures.
const BLANK_ROWS: usize = 14;

#[derive(Template)]
#[template(path = "hazard/ledger.html")]
struct LedgerPage {
    shell: Shell,
    title: String,
    /// Heads in two lines, so that sixteen columns stand on one sheet.
    head: Vec<(String, String)>,
    rows: Vec<Vec<String>>,
    left_out: i64,
    unit: String,
    from: String,
    until: String,
    blank: Vec<usize>,
    csv: String,
    empty_sheet: String,
    printed: String,
    seal: Option<Seal>,
}

pub async fn ledger(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let today = web.now().day();
    let from = query.day("from")?.unwrap_or(today.month_start());
    let until = query.day("until")?.unwrap_or(from.month_end().plus_days(-1)).max(from);
    let at = query.id("unit")?.unwrap_or(signed.actor().unit);
    let blank = query.flag("blank");
    let (sheet, seal) = web
        .read(signed.actor(), move |cx| {
            let sheet = ledger::sheet(cx, at, from, until)?;
            Ok((sheet, seal(cx)?))
        })
        .await?;
    let title = say::ledger_title(&sheet.unit, from, until);
    if query.get("as") == "csv" {
        let paper = web.heavy(move || Ok(Paper::of(&sheet, title))).await?;
        return Ok(paper.download(true));
    }
    let shell = signed.shell(&web, At::Hazards).await?;
    let one_year = from.date().year() == until.date().year();
    let rows = if blank { &[] } else { sheet.rows.as_slice() };
    page::full(&LedgerPage {
        shell,
        unit: at.to_string(),
        from: from.to_string(),
        until: until.to_string(),
        blank: if blank { (1..=BLANK_ROWS).collect() } else { Vec::new() },
        csv: signed.ask.link("as", "csv"),
        empty_sheet: signed.ask.link("blank", if blank { "" } else { "1" }),
        printed: words::at_full(web.now()),
        seal,
        head: sheet.columns.iter().map(|c| two_lines(say::column(c))).collect(),
        rows: rows.iter().map(|row| row.iter().map(|c| on_sheet(c, one_year)).collect()).collect(),
        left_out: sheet.left_out,
        title,
    })
}

/// 「排查」「日期」
fn two_lines(head: &str) -> (String, String) {
    let first = if head.chars().count() > 3 { 2 } else { 3 };
    (head.chars().take(first).collect(), head.chars().skip(first).collect())
}

/// A cell as it stands on the sheet, whose title names the year.
fn on_sheet(cell: &Cell, one_year: bool) -> String {
    match cell {
        Cell::Day(day) if one_year => words::day(*day),
        other => say::cell(other),
    }
}

#[derive(Template)]
#[template(path = "hazard/letter.html")]
struct LetterPage {
    shell: Shell,
    id: String,
    number: String,
    from_unit: String,
    unit: String,
    what: String,
    place: String,
    demand: String,
    by: String,
    assignee: String,
    on: String,
    measure: String,
    rectified: String,
}

/// 隐患整改通知书 with its receipt.
pub async fn letter(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = parse_id(&id)?;
    let (known, from) = web
        .read(signed.actor(), move |cx| {
            let known = record::known(cx, id)?;
            let from = issuer(cx, &known)?;
            Ok((known, from))
        })
        .await?;
    let h = &known.view.hazard;
    let shell = signed.shell(&web, At::Hazards).await?;
    let day = |d: Day| format!("{}年{}月{}日", d.date().year(), d.date().month(), d.date().day());
    page::full(&LetterPage {
        shell,
        id: h.id.to_string(),
        number: h.listed_number.clone().unwrap_or_else(|| h.number.clone()),
        from_unit: from,
        unit: known.view.unit_name.clone(),
        what: h.what.clone(),
        place: known.view.place_name.clone().unwrap_or_default(),
        demand: h.term.map_or(String::new(), |t| words::term(t).into()),
        by: h.fix_by.map_or("　　　　年　　月　　日".into(), |t| day(t.day())),
        assignee: known.view.assignee.clone().or(known.view.lead.clone()).unwrap_or_default(),
        on: day(h.assigned_at.unwrap_or(web.now()).day()),
        measure: h.measure.clone().unwrap_or_default(),
        rectified: h.rectified_at.map_or(String::new(), |t| day(t.day())),
    })
}

/// Who signs the letter: the bureau that listed the hazard, else the institution itself.
fn issuer(cx: &mut Cx<'_, '_>, known: &Known) -> Result<String> {
    let h = &known.view.hazard;
    match h.listed_by {
        Some(by) => Ok(unit::load(cx, by)?.name),
        None => Ok(known.view.unit_name.clone()),
    }
}

#[derive(Template)]
#[template(path = "hazard/print.html")]
struct PrintPage {
    shell: Shell,
    id: String,
    title: String,
    number: String,
    word: &'static str,
    facts: Vec<Fact>,
    five: Vec<(&'static str, String)>,
    photos: Vec<Pic>,
    events: Vec<Event>,
    printed: String,
    by: String,
    leaf: String,
    head: String,
}

/// One record on A4, with its whole history.
pub async fn print(web: &Web, signed: &Signed, known: Known) -> Answer {
    let by = format!("{} {}", signed.actor().unit_name, signed.actor().name);
    let printed = words::at_full(web.now());
    let mut page = record::page_of(web, signed, known, None).await?;
    // The photos stand once, large enough to be seen on paper.
    page.events.iter_mut().for_each(|e| e.photos.clear());
    page::full(&PrintPage {
        id: page.id.to_string(),
        title: page.title,
        number: page.number,
        word: page.word,
        facts: page.facts,
        five: page.five,
        photos: page.photos,
        events: page.events,
        leaf: page.leaf,
        head: page.head,
        shell: page.shell,
        printed,
        by,
    })
}

/// 下载证明: the record's newest leaf with its path to the signed head, for whoever may see the record.
pub async fn bundle(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    use axum::http::{HeaderValue, header};
    use axum::response::IntoResponse;
    let id = parse_id(&id)?;
    let vkey = web.app.verifier_key();
    let read = web
        .read(signed.actor(), move |cx| {
            let number = hazard::load(cx, id)?.number;
            Ok((number, proof::bundle(cx.tx, id, &vkey, true)?))
        })
        .await?;
    let (number, Some(bundle)) = read else { return Err(WebError::not_found()) };
    let name: String = form_urlencoded::byte_serialize(format!("存证-{number}.json").as_bytes()).collect();
    let named = format!("attachment; filename=\"proof.json\"; filename*=UTF-8''{name}");
    let named = HeaderValue::from_str(&named).unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, named)], bundle.to_json()).into_response())
}
