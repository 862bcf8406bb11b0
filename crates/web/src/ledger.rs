//! 台账 (1.3): the day, week, month, term and school-year ledger of a school or bureau, assembled from what is recorded:
//! every cell that ends in the period with its three stages and their people, then the records themselves. Nothing is
//! typed here; from the page of a day what waits is checked and accepted at once. On paper: A4, repeated heads, signature
//! lines, 校验码.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State as Held};
use axum::routing::get;
use base::calendar::PeriodKind;
use base::{Error, Id, Refusal, Result};
use safety::duty::board::Sums;
use safety::duty::lines::CellLine;
use safety::duty::{self, Mark, State, cells, frozen};
use safety::kernel::rights::Action;
use safety::ledger::{self, Ledger};
use safety::{Cx, org::unit};

use crate::door::{Fields, Signed};
use crate::duty::say;
use crate::error::Answer;
use crate::page::{self, At, LedgerTab, Shell, Tab};
use crate::paper::Paper;
use crate::seal::{Seal, seal};
use crate::state::Web;
use crate::words::{self, Word, board as told, duty as marks};

pub fn routes() -> Router<Web> {
    Router::new().route("/ledgers", get(show)).route("/ledgers/{kind}/{period}", get(show_kind))
}

/// Cells shown one by one; a longer ledger is shown by entry, with its exceptions, until all are asked for.
const ONE_BY_ONE: usize = 120;

/// A cell with its stages.
struct Row {
    serial: usize,
    href: String,
    clause: String,
    title: String,
    when: String,
    arranged: String,
    done: String,
    received: String,
    checked: String,
    accepted: String,
    word: Word,
    marks: Vec<Word>,
    /// To be signed by the viewer now: the duty's id.
    sign: String,
}

/// An entry with its figures, of a long ledger.
struct EntryRow {
    clause: String,
    title: String,
    sums: Sums,
}

/// A record of any noun that the ledger is assembled from.
struct Record {
    on: String,
    what: String,
    href: String,
    who: String,
    word: String,
}

/// Where one goes from here.
struct Steps {
    before: String,
    after: String,
    kinds: Vec<Tab>,
}

#[derive(Template)]
#[template(path = "ledger/show.html")]
struct LedgerPage {
    shell: Shell,
    title: String,
    name: String,
    sentence: String,
    said: String,
    steps: Steps,
    board: String,
    csv: String,
    all: String,
    back: String,
    brief: bool,
    rows: Vec<Row>,
    left: usize,
    lines: usize,
    entries: Vec<EntryRow>,
    /// 「检查 18 项」, 「签字验收 18 项」; "" when there is none.
    check: String,
    accept: String,
    lists: Vec<(&'static str, Vec<Record>)>,
    frozen: String,
    addenda: Vec<String>,
    left_out: i64,
    printed: String,
    seal: Option<Seal>,
    /// The form by which the viewer signs that he has read it; "" when it is not his to sign.
    read_it: String,
}

/// What one read gives, in words.
struct Read {
    ledger: Ledger,
    period: String,
    rows: Vec<Row>,
    entries: Vec<EntryRow>,
    brief: bool,
    /// Exceptions that are not shown.
    left: usize,
    /// How many the viewer may check, and accept.
    turns: (usize, usize),
    steps: Steps,
    addenda: Vec<String>,
    seal: Option<Seal>,
    read_it: String,
}

fn href(unit: &str, period: &str) -> String {
    format!("/ledgers?unit={unit}&period={period}")
}

fn is_exception(line: &CellLine) -> bool {
    let kept = line.back_reason.is_some() || line.amended || line.state == Some(State::Returned);
    kept || matches!(line.mark, Mark::Late | Mark::Missing | Mark::Exempt)
}

fn read(cx: &mut Cx<'_, '_>, query: &Fields, kind: Option<&str>, key: Option<String>) -> Result<Read> {
    let unit = unit::show(cx, query.id("unit")?.unwrap_or(cx.actor.unit))?;
    let key = key.or_else(|| query.opt("period")).unwrap_or_else(|| cx.now.day().to_string());
    let ledger = ledger::of(cx, unit.id, &key)?;
    if kind.is_some_and(|k| k != ledger.kind) {
        return Err(Refusal::NotFound.into());
    }
    let addenda = match frozen::of(cx, ledger.unit, &key) {
        Ok((_, added)) => added.iter().map(addendum).collect(),
        Err(Error::Refused(_)) => Vec::new(),
        Err(fault) => return Err(fault),
    };
    let brief = ledger.lines.len() > ONE_BY_ONE && !query.flag("all");
    let most = if brief { ONE_BY_ONE } else { usize::MAX };
    let shown = |l: &&CellLine| !brief || is_exception(l);
    let lines: Vec<CellLine> = ledger.lines.iter().filter(shown).cloned().collect();
    let mut parts = say::Parts::default();
    let mut rows = Vec::with_capacity(lines.len().min(most));
    let mut turns = (0, 0);
    for (i, line) in lines.iter().take(most).enumerate() {
        let (id, accept) = turn(cx, line, turns.0 + turns.1)?;
        match (id.is_empty(), accept) {
            (true, _) => {}
            (false, true) => turns.1 += 1,
            (false, false) => turns.0 += 1,
        }
        rows.push(Row { sign: id, ..row(cx, (ledger.unit, unit.county), i + 1, line, &mut parts) });
    }
    let steps = steps(cx, &unit, &ledger)?;
    let read_it = read_it(cx, &ledger);
    Ok(Read {
        read_it,
        period: say::span(cx, unit.county, &key, ledger.from, ledger.until),
        entries: if brief { by_entry(&ledger) } else { Vec::new() },
        seal: seal(cx)?,
        left: lines.len() - rows.len(),
        rows,
        steps,
        turns,
        addenda,
        brief,
        ledger,
    })
}

/// Where the viewer signs that he has read the ledger (the pack's form 台账签阅), with its exceptions filled in.
fn read_it(cx: &mut Cx<'_, '_>, ledger: &Ledger) -> String {
    let school = unit::load(cx, ledger.unit).is_ok_and(|u| u.kind.is_school());
    if !school || cx.require(Action::WorkRecord, ledger.unit, false).is_err() {
        return String::new();
    }
    let cycle = if ledger.kind == "year" { "school_year" } else { ledger.kind.as_str() };
    let on = ledger.until.min(cx.now.day()).to_string();
    let form = String::from("/works/new?");
    let start = form.len();
    let mut out = form_urlencoded::Serializer::for_suffix(form, start);
    out.append_pair("form", "ledger_sign").append_pair("unit", &ledger.unit.to_string());
    out.append_pair("cycle", cycle).append_pair("happened_on", &on);
    out.append_pair("exceptions", &told::need(&ledger.sums));
    out.finish()
}

/// The ledgers beside this one: the period before and after, the other kinds that hold its last day.
fn steps(cx: &Cx<'_, '_>, unit: &unit::Unit, ledger: &Ledger) -> Result<Steps> {
    let today = cx.now.day();
    let calendar = cx.packs.calendar(today, unit.county);
    let period = cells::period_of_key(calendar, &ledger.period).ok_or(Error::from(Refusal::NotFound))?;
    let to = |key: String| href(&ledger.unit.to_string(), &key);
    let inside = period.until.min(today).max(period.from);
    let mut kinds = Vec::new();
    for (code, label) in told::LEDGERS {
        let other = match cells::kind_of(code) {
            Some(PeriodKind::Day) => Some(inside.to_string()),
            Some(kind) => calendar.period_of(kind, inside).map(|p| cells::key_of(calendar, &p)),
            None => None,
        };
        if let Some(other) = other {
            kinds.push(Tab::new(label, to(other), code == ledger.kind));
        }
    }
    let beside = |ahead| cells::beside(calendar, &period, ahead).map_or(String::new(), to);
    Ok(Steps { before: beside(false), after: beside(true), kinds })
}

/// Whether the viewer may sign a cell now: its duty's id, and whether he accepts it (else he checks it).
fn turn(cx: &mut Cx<'_, '_>, line: &CellLine, so_far: usize) -> Result<(String, bool)> {
    let waits = matches!(line.state, Some(State::Done | State::Checked));
    let Some(id) = line.duty.filter(|_| waits && so_far < duty::act::MANY_MAX) else { return Ok(Default::default()) };
    let duty = duty::load(cx, id)?;
    let may = duty::act::possible(cx, &duty)?;
    Ok(match (may.contains(&"check"), may.contains(&"accept")) {
        (true, _) => (id.to_string(), false),
        (_, true) => (id.to_string(), true),
        _ => Default::default(),
    })
}

fn row(cx: &mut Cx<'_, '_>, (at, county): (Id, i64), serial: usize, l: &CellLine, parts: &mut say::Parts) -> Row {
    let part = parts.words(cx, &l.part);
    let mut stands = Vec::new();
    if l.back_reason.is_some() {
        stands.push(words::thing::BACK_ENTRY);
    }
    if l.amended {
        stands.push(words::thing::CORRECTED);
    }
    if l.state == Some(State::Returned) {
        stands.push(marks::RETURNED);
    }
    let done = match (&l.done_by, l.done_on) {
        (Some(who), Some(on)) => format!("{who} {}", words::day(on)),
        (who, _) => who.clone().unwrap_or_default(),
    };
    Row {
        serial,
        href: match l.duty {
            Some(id) => format!("/duties/{id}"),
            None => format!("/duties/cell?unit={at}&entry={}&period={}&part={}", l.entry, l.period, l.part),
        },
        clause: l.clause.clone(),
        title: if part.is_empty() { l.title.clone() } else { told::with_part(&l.title, &part) },
        when: say::span(cx, county, &l.period, l.from_on, l.until_on),
        arranged: told::stage(&l.owner, l.arranged_at),
        done,
        received: l.first_complete_at.map_or(String::new(), words::at),
        checked: told::stage(&l.checked_by, l.checked_at),
        accepted: told::stage(&l.accepted_by, l.accepted_at),
        word: if l.mark == Mark::Exempt { marks::EXEMPT_STANDS } else { marks::mark(l.mark) },
        marks: stands,
        sign: String::new(),
    }
}

fn by_entry(ledger: &Ledger) -> Vec<EntryRow> {
    let mut out: Vec<(String, EntryRow)> = Vec::new();
    for line in &ledger.lines {
        if out.last().is_none_or(|(entry, _)| *entry != line.entry) {
            let (clause, title) = (line.clause.clone(), line.title.clone());
            out.push((line.entry.clone(), EntryRow { clause, title, sums: Sums::default() }));
        }
        if let Some((_, row)) = out.last_mut() {
            let s = &mut row.sums;
            s.expected += 1;
            match line.mark {
                Mark::OnTime => s.on_time += 1,
                Mark::Late => s.late += 1,
                Mark::Missing => s.missing += 1,
                Mark::Exempt => s.exempt += 1,
                Mark::NotDue => s.not_due += 1,
            }
        }
    }
    out.into_iter().map(|(_, row)| row).collect()
}

fn addendum(a: &frozen::Addendum) -> String {
    let word = Mark::from_code(&a.what).map_or("", |m| marks::mark(m).word);
    let who = a.by.clone().unwrap_or_default();
    told::added(a.received_at, &who, word, a.reason.as_deref())
}

fn records(ledger: &Ledger) -> Vec<(&'static str, Vec<Record>)> {
    let work = |w: &duty::Work| Record {
        on: words::day(w.happened_on),
        what: w.title.clone(),
        href: format!("/works/{}", w.id),
        who: w.by.clone().unwrap_or_default(),
        word: if w.voided_at.is_some() { marks::VOID.into() } else { String::new() },
    };
    let hazard = |l: &safety::hazard::Line| Record {
        on: words::at(l.hazard.received_at),
        what: format!("{} {}", l.hazard.number, l.hazard.what),
        href: format!("/hazards/{}", l.hazard.id),
        who: l.raiser_name.clone().unwrap_or_default(),
        word: words::state(l.hazard.state).word.into(),
    };
    let check = |c: &safety::check::Check| Record {
        on: words::at(c.received_at),
        what: c.title.clone(),
        href: format!("/checks/{}", c.id),
        who: c.by.clone().unwrap_or_default(),
        word: String::new(),
    };
    let all: [Vec<Record>; 3] = [
        ledger.works.iter().map(work).collect(),
        ledger.hazards.iter().map(hazard).collect(),
        ledger.checks.iter().map(check).collect(),
    ];
    told::RECORDS.into_iter().zip(all).filter(|(_, list)| !list.is_empty()).collect()
}

async fn show(web: Held<Web>, signed: Signed) -> Answer {
    answer(web, signed, None).await
}

async fn show_kind(web: Held<Web>, signed: Signed, Path(path): Path<(String, String)>) -> Answer {
    answer(web, signed, Some(path)).await
}

async fn answer(Held(web): Held<Web>, signed: Signed, path: Option<(String, String)>) -> Answer {
    let query = signed.ask.fields();
    let csv = query.get("as") == "csv";
    if csv {
        return paper(&web, &signed, query, path).await;
    }
    let (kind, key) = path.map_or((None, None), |(kind, key)| (Some(kind), Some(key)));
    let read = web.read(signed.actor(), move |cx| read(cx, &query, kind.as_deref(), key.clone())).await?;
    let mut shell = signed.shell(&web, At::Ledgers).await?;
    shell.tabs = page::ledger_tabs(signed.actor(), LedgerTab::Ledger);
    page::full(&page_of(shell, &signed, read, words::at_full(web.now())))
}

fn page_of(shell: Shell, signed: &Signed, read: Read, printed: String) -> LedgerPage {
    let ledger = &read.ledger;
    let unit = ledger.unit.to_string();
    let signed_n = signed.ask.param("signed").and_then(|n| n.parse().ok());
    let sign = |accept, n| if n > 0 { told::sign(accept, n) } else { String::new() };
    LedgerPage {
        title: told::ledger(&ledger.name, &read.period),
        name: ledger.name.clone(),
        sentence: told::ledger_sentence(&ledger.sums),
        said: signed_n.map_or(String::new(), told::signed),
        board: format!("/board?unit={unit}&own=1"),
        csv: signed.ask.link("as", "csv"),
        all: signed.ask.link("all", "1"),
        back: href(&unit, &ledger.period),
        check: sign(false, read.turns.0),
        accept: sign(true, read.turns.1),
        lists: records(ledger),
        frozen: ledger.sheet.as_ref().map_or(String::new(), |s| told::frozen(s.received_at, &s.sums)),
        left_out: ledger.left_out,
        lines: ledger.lines.len(),
        brief: read.brief,
        left: read.left,
        rows: read.rows,
        entries: read.entries,
        steps: read.steps,
        addenda: read.addenda,
        seal: read.seal,
        read_it: read.read_it,
        printed,
        shell,
    }
}

/// The cells as a file, with periods and parts in words.
async fn paper(web: &Web, signed: &Signed, query: Fields, path: Option<(String, String)>) -> Answer {
    let (sheet, title) = web
        .read(signed.actor(), move |cx| {
            let unit = unit::show(cx, query.id("unit")?.unwrap_or(cx.actor.unit))?;
            let key = path.as_ref().map(|p| p.1.clone()).or_else(|| query.opt("period"));
            let key = key.unwrap_or_else(|| cx.now.day().to_string());
            let mut ledger = ledger::of(cx, unit.id, &key)?;
            let mut parts = say::Parts::default();
            for line in &mut ledger.lines {
                line.part = parts.words(cx, &line.part);
                line.period = say::span(cx, unit.county, &line.period, line.from_on, line.until_on);
            }
            let period = say::span(cx, unit.county, &key, ledger.from, ledger.until);
            Ok((ledger::sheet(&ledger), told::ledger(&ledger.name, &period)))
        })
        .await?;
    let paper = web.heavy(move || Ok(Paper::of(&sheet, title))).await?;
    Ok(paper.download(true))
}
