//! Lists of duties: what happened, whose it is, how it stands; filters in the address, so that any view is a link.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State as Held;
use base::{Id, Ms, Result, limits};
use safety::Cx;
use safety::duty::{self, Filter, State};
use safety::org::login;

use super::say;
use crate::door::{Fields, Signed};
use crate::error::Answer;
use crate::live::{Change, LivePage};
use crate::page::{self, At, Choice, Column, ListTab, Shell, column};
use crate::state::Web;
use crate::words::{self, Word, duty as told};

pub struct Row {
    id: String,
    title: String,
    unit: String,
    when: String,
    clause: String,
    who: String,
    received: String,
    word: Word,
    marks: Vec<Word>,
    /// May be put on top of a list that is already open.
    fresh: bool,
    /// To be signed by the viewer now: the duty's id; "" when it is not.
    sign: String,
    /// Ticked to begin with: without anything to look at first.
    ticked: bool,
}

/// One row alone, for live pages.
#[derive(Template)]
#[template(path = "duty/row.html")]
struct RowPart {
    r: Row,
    bureau: bool,
}

#[derive(Template)]
#[template(path = "duty/list.html")]
struct ListPage {
    shell: Shell,
    bureau: bool,
    tabs: Vec<ListTab>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    clauses: Vec<Choice>,
    clause: String,
    chip: String,
    entry_title: String,
    hidden: Vec<(String, String)>,
    filtered: bool,
    older: String,
    newest: String,
    /// 「检查 36 项」, 「签字验收 36 项」; "" when there is none.
    check: String,
    accept: String,
    said: String,
    back: String,
}

struct Read {
    /// How many the viewer may check, and accept.
    turns: (usize, usize),
    rows: Vec<Row>,
    next: Option<String>,
    entry_title: String,
}

/// The filter in a query; Invalid for what cannot be read.
pub fn filter(query: &Fields) -> Result<Filter> {
    Ok(Filter {
        unit: query.id("unit")?,
        entry: query.opt("entry"),
        clause: query.opt("clause"),
        period: query.opt("period"),
        state: query.read("state", State::from_code)?,
        from_on: query.day("from_on")?,
        until_on: query.day("until_on")?,
        late: query.flag("late"),
        mine: query.flag("mine"),
    })
}

fn row(cx: &mut Cx<'_, '_>, line: duty::Line, parts: &mut say::Parts) -> Row {
    let part = parts.words(cx, &line.duty.part);
    let mut marks = Vec::new();
    if line.duty.back_reason.is_some() {
        marks.push(words::thing::BACK_ENTRY);
    }
    if line.duty.amended {
        marks.push(words::thing::CORRECTED);
    }
    Row {
        id: line.duty.id.to_string(),
        when: say::period(cx, &line.duty),
        word: told::state(&line.duty, line.mark),
        title: if part.is_empty() { line.title } else { format!("{}（{part}）", line.title) },
        unit: line.unit_name,
        clause: line.duty.clause.clone(),
        who: line.done_by.or(line.owner).unwrap_or_default(),
        received: line.duty.first_complete_at.map_or(String::new(), words::at),
        marks,
        fresh: false,
        sign: String::new(),
        ticked: false,
    }
}

/// The list as a live page: a duty's row as the viewer sees it now.
pub struct DutyRows;
pub static LIVE: DutyRows = DutyRows;

fn part(cx: &mut Cx<'_, '_>, line: duty::Line, parts: &mut say::Parts, fresh: bool) -> Result<String> {
    let bureau = login::at_bureau(cx.actor);
    let r = Row { fresh, ..row(cx, line, parts) };
    page::drawn(&RowPart { r, bureau })
}

impl LivePage for DutyRows {
    fn wakes(&self, noun: &str) -> bool {
        noun == "duty"
    }
    fn rows(&self, cx: &mut Cx<'_, '_>, query: &Fields, ids: &[Id]) -> Result<Vec<Change>> {
        let filter = filter(query)?;
        let mut parts = say::Parts::default();
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            out.push(match duty::list::one(cx, &filter, *id)? {
                Some(line) => Change::Row(part(cx, line, &mut parts, true)?),
                None => match duty::list::one(cx, &Filter::default(), *id)? {
                    Some(line) => Change::Left(part(cx, line, &mut parts, false)?),
                    None => Change::Gone(*id),
                },
            });
        }
        Ok(out)
    }
    fn recent(&self, cx: &mut Cx<'_, '_>, query: &Fields, since: Ms) -> Result<Vec<Change>> {
        let page = duty::list(cx, &filter(query)?, None, limits::PAGE_ROWS)?;
        let mut parts = say::Parts::default();
        let news = page.items.into_iter().filter(|l| l.duty.received_at >= since).rev();
        news.map(|line| Ok(Change::Row(part(cx, line, &mut parts, true)?))).collect()
    }
    fn counts(&self, cx: &mut Cx<'_, '_>, _query: &Fields) -> Result<BTreeMap<String, i64>> {
        page::nav_counts(cx)
    }
}

/// Whether the viewer may sign a duty now, and whether he accepts it (else he checks it).
fn turn(cx: &mut Cx<'_, '_>, duty: &duty::Duty) -> Result<Option<bool>> {
    if !matches!(duty.state, State::Done | State::Checked) {
        return Ok(None);
    }
    let may = duty::act::possible(cx, duty)?;
    Ok(match (may.contains(&"check"), may.contains(&"accept")) {
        (true, _) => Some(false),
        (_, true) => Some(true),
        _ => None,
    })
}

/// A page. One entry in one period is shown whole, as far as it may be signed at once: what is to be signed first, then
/// by name, each with a box.
fn read(cx: &mut Cx<'_, '_>, filter: &Filter, cursor: Option<&str>) -> Result<Read> {
    let whole = filter.entry.is_some() && filter.period.is_some();
    let most = if whole { duty::act::MANY_MAX as i64 } else { limits::LIST_ROWS };
    let page = duty::list(cx, filter, cursor, most)?;
    let mut parts = say::Parts::default();
    let mut rows = Vec::with_capacity(page.items.len());
    let mut turns = (0, 0);
    for line in page.items {
        let turn = if whole { turn(cx, &line.duty)? } else { None };
        match turn {
            Some(true) => turns.1 += 1,
            Some(false) => turns.0 += 1,
            None => {}
        }
        let mut row = row(cx, line, &mut parts);
        row.sign = if turn.is_some() { row.id.clone() } else { String::new() };
        row.ticked = row.marks.is_empty();
        rows.push(row);
    }
    if whole {
        rows.sort_by(|a, b| (a.sign.is_empty(), &a.title).cmp(&(b.sign.is_empty(), &b.title)));
    }
    let entry = filter.entry.as_ref().and_then(|id| cx.pack.entries.iter().find(|e| e.id == *id));
    let entry_title = entry.map_or(String::new(), |e| e.title.clone());
    Ok(Read { rows, next: page.next, entry_title, turns })
}

fn tabs(signed: &Signed, query: &Fields) -> Vec<ListTab> {
    let one = |label: &str, name: &str, value: &str, current: bool| {
        let href = signed.ask.link(name, value);
        ListTab { label: label.into(), href, current, ..ListTab::default() }
    };
    let state = query.text("state");
    let plain = state.is_empty() && !query.flag("late");
    vec![
        ListTab { label: told::MINE.into(), href: "/duties/owed".into(), ..ListTab::default() },
        one(words::pages::ALL, "state", "", plain),
        one(told::CHECK.word, "state", "done", state == "done"),
        one(told::ACCEPT.word, "state", "checked", state == "checked"),
        one(told::RETURNED.word, "state", "returned", state == "returned"),
        one(words::pages::LATE_ONES, "late", if query.flag("late") { "" } else { "1" }, query.flag("late")),
    ]
}

pub async fn list(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let (wanted, cursor) = (filter(&query)?, query.opt("cursor"));
    let read = web.read(signed.actor(), move |cx| read(cx, &wanted, cursor.as_deref())).await?;
    let bureau = login::at_bureau(signed.actor());
    let mut columns = vec![column("事项", "l1")];
    if bureau {
        columns.push(column("单位", "l2"));
    }
    columns.extend([
        column("时段", "l2 nw"),
        column("要点", "nw"),
        column("谁", "l2"),
        column("收到", "nw"),
        column("状态", "l3"),
    ]);
    let clause = query.text("clause");
    let mut shell = signed.shell(&web, At::Ledgers).await?;
    shell.tabs = page::ledger_tabs(signed.actor(), page::LedgerTab::Duties);
    // Only the newest page is live; older ones stand still.
    if !query.has("cursor") {
        shell.live = format!("/live?page=duties&{}", signed.ask.query);
    }
    let kept = ["unit", "entry", "period", "from_on", "until_on", "state"];
    let sign = |accept, n| if n > 0 { words::board::sign(accept, n) } else { String::new() };
    let page = ListPage {
        check: sign(false, read.turns.0),
        accept: sign(true, read.turns.1),
        said: query.int("signed")?.map_or(String::new(), words::board::signed),
        back: signed.ask.link("signed", ""),
        tabs: tabs(&signed, &query),
        clauses: words::notice::ITEMS.iter().map(|(n, name)| Choice::new(*n, format!("{n} {name}"))).collect(),
        hidden: kept.iter().filter_map(|k| Some(((*k).to_string(), query.opt(k)?))).collect(),
        filtered: kept.iter().any(|k| query.opt(k).is_some()) || !clause.is_empty() || query.flag("late"),
        older: read.next.as_deref().map_or(String::new(), |next| signed.ask.link("cursor", next)),
        newest: if query.has("cursor") { signed.ask.link("cursor", "") } else { String::new() },
        entry_title: if read.entry_title.is_empty() { words::pages::DUTIES.into() } else { read.entry_title },
        chip: if clause.is_empty() { "1.3".into() } else { clause.clone() },
        rows: read.rows,
        clause,
        columns,
        bureau,
        shell,
    };
    page::full(&page)
}
