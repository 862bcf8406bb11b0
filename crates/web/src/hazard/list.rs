//! 隐患 list: tabs with counts, filters in the address, older pages by cursor, the same rows as a file.

use askama::Template;
use axum::extract::State as Held;
use base::{Cell, Id, Ms, Result, Sheet, limits};
use safety::hazard::list::{self as listed, Bucket, Filter, Line};
use safety::hazard::{Category, Grade, State};
use safety::org::{UnitKind, login, place, unit};
use safety::{Actor, Cx, check};

use crate::door::{Ask, Fields, Signed};
use crate::error::Answer;
use crate::page::{self, At, Choice, Column, HazardTab, Shell, column};
use crate::paper::Paper;
use crate::state::Web;
use crate::words::{self, Mark, Word};

/// Choices of a drop-down for units; a bureau with more filters by its counties.
const UNIT_CHOICES: usize = 400;
/// Rows received within this stay at the head of a list that is already open.
const FRESH_MS: i64 = 10 * Ms::MINUTE;

/// A row as it stands in the list and as it arrives live.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: Id,
    pub what: String,
    pub number: String,
    pub unit: String,
    pub place: String,
    pub who: String,
    pub grade: &'static str,
    pub raised: String,
    pub due: String,
    pub word: &'static str,
    pub tone: &'static str,
    pub late: Mark,
    pub marks: Vec<Word>,
    /// May be put on top of a list that is already open.
    pub fresh: bool,
}

/// One row alone, for live pages.
#[derive(Template)]
#[template(path = "hazard/row.html")]
pub struct RowPart {
    pub row: Row,
    pub bureau: bool,
}

pub fn row(line: Line, now: Ms) -> Row {
    let h = line.hazard;
    let state = words::state(h.state);
    let late = h.due_at.filter(|_| h.state.is_open()).and_then(|due| words::due_mark(due, now));
    let mut marks = Vec::new();
    if h.recurrence > 0 {
        marks.push(words::thing::RECURRING);
    }
    if h.listed_number.is_some() {
        marks.push(words::thing::LISTED);
    }
    if h.back_reason.is_some() {
        marks.push(words::thing::BACK_ENTRY);
    }
    let who = match h.state {
        State::Assigned | State::Returned => line.assignee_name.unwrap_or_else(|| role_word(h.turn_role)),
        _ => role_word(h.turn_role),
    };
    Row {
        id: h.id,
        what: h.what,
        number: h.number,
        unit: line.unit_name,
        place: line.place_name.or(h.place_text).unwrap_or_default(),
        who,
        grade: h.grade.map_or("", words::grade),
        raised: words::at(h.received_at),
        due: h.due_at.filter(|_| h.state.is_open()).map_or(String::new(), |d| words::day(d.day())),
        word: state.word,
        tone: state.tone,
        late: late.unwrap_or(Mark { word: String::new(), tone: "" }),
        marks,
        fresh: now.since(h.received_at) < FRESH_MS,
    }
}

fn role_word(role: Option<safety::org::Role>) -> String {
    role.map_or(String::new(), |r| words::role(r).into())
}

/// The filter in a query, its unit by id or code; Invalid for what cannot be read, NotFound for a unit out of scope.
pub fn filter(cx: &mut Cx<'_, '_>, query: &Fields) -> Result<Filter> {
    let unit = unit::named(cx, query.get("unit"))?.map(|u| u.id);
    Ok(Filter { unit, ..said(query)? })
}

/// The filter without its unit, which the rows know.
fn said(query: &Fields) -> Result<Filter> {
    Ok(Filter {
        bucket: Some(query.read("bucket", Bucket::from_code)?.unwrap_or(Bucket::Open)),
        unit: None,
        state: query.read("state", State::from_code)?,
        grade: query.read("grade", Grade::from_code)?,
        category: query.read("category", Category::from_code)?,
        place: query.id("place")?,
        query: query.opt("q"),
        from_on: query.day("from_on")?,
        until_on: query.day("until_on")?,
        recurring: query.flag("recurring"),
    })
}

/// The tabs of a list, in order.
pub fn buckets(bureau: bool) -> &'static [Bucket] {
    if bureau { Bucket::ALL } else { &[Bucket::Mine, Bucket::Open, Bucket::Overdue, Bucket::Ended, Bucket::All] }
}

/// A tab inside the page (`components/tabs.html`).
pub struct ListTab {
    pub label: &'static str,
    pub href: String,
    pub count: String,
    pub current: bool,
    pub hot: bool,
    pub name: String,
}

/// What a filter changes: alone it is the answer to htmx.
#[derive(Template)]
#[template(path = "hazard/box.html")]
struct ListBox {
    bureau: bool,
    columns: Vec<Column>,
    tabs: Vec<ListTab>,
    rows: Vec<Row>,
    older: String,
    newest: String,
    filtered: bool,
    bucket: &'static str,
    empty: String,
    check: bool,
}

#[derive(Template)]
#[template(path = "hazard/list.html")]
struct ListPage {
    shell: Shell,
    list: ListBox,
    bureau: bool,
    /// What is set, in words, for the phone's button.
    set: String,
    query: Typed,
    units: Vec<Choice>,
    states: Vec<Choice>,
    grades: Vec<Choice>,
    categories: Vec<Choice>,
    raise: bool,
    csv: String,
}

/// What stands in the filter's fields.
struct Typed {
    q: String,
    unit: String,
    state: String,
    grade: String,
    category: String,
    place: String,
    from_on: String,
    until_on: String,
    recurring: bool,
}

/// What one read gives.
struct Read {
    filter: Filter,
    rows: Vec<Row>,
    next: Option<String>,
    counts: Vec<Option<i64>>,
    units: Units,
    place: Option<String>,
    uncovered: Vec<String>,
}

/// Units by which a bureau filters, by their keys.
#[derive(Clone, Debug, Default)]
pub struct Units {
    pub choices: Vec<Choice>,
    /// Key and name of the chosen one; empty when none is.
    pub chosen: Choice,
}

pub async fn list(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    said(&query)?;
    if query.get("as") == "csv" {
        return download(&web, &signed, query).await;
    }
    let actor = signed.actor().clone();
    let bureau = login::at_bureau(&actor);
    let (asked, cursor) = (query.clone(), query.opt("cursor"));
    let read = web.read(signed.actor(), move |cx| read(cx, &asked, cursor.as_deref(), bureau)).await?;
    let page = page_of(&web, &signed, query, read, bureau).await?;
    if signed.ask.htmx { page::part(&page.list) } else { page::full(&page) }
}

fn read(cx: &mut Cx<'_, '_>, query: &Fields, cursor: Option<&str>, bureau: bool) -> Result<Read> {
    let filter = filter(cx, query)?;
    let page = listed::list(cx, &filter, cursor, limits::LIST_ROWS)?;
    let now = cx.now;
    let counts = counts(cx, &filter, bureau)?;
    let place = match filter.place {
        Some(id) => Some(place::show(cx, id)?.name),
        None => None,
    };
    let uncovered = if page.items.is_empty() && !bureau { uncovered(cx)? } else { Vec::new() };
    Ok(Read {
        rows: page.items.into_iter().map(|l| row(l, now)).collect(),
        next: page.next,
        counts,
        units: if bureau { units(cx, filter.unit)? } else { Units::default() },
        place,
        uncovered,
        filter,
    })
}

/// How many stand under each tab, up to `COUNT_MAX`. A search word walks sentences: only what is open is searched for
/// its number, and the tabs of everything that ever was say none.
pub fn counts(cx: &mut Cx<'_, '_>, filter: &Filter, bureau: bool) -> Result<Vec<Option<i64>>> {
    let counted = |bucket: Bucket| filter.query.is_none() || !matches!(bucket, Bucket::All | Bucket::Ended);
    let mut out = Vec::new();
    for bucket in buckets(bureau) {
        out.push(match counted(*bucket) {
            true => Some(listed::count(cx, &Filter { bucket: Some(*bucket), ..filter.clone() })?),
            false => None,
        });
    }
    Ok(out)
}

/// Places of the own school that no check of this month has seen: what an empty list still asks for.
fn uncovered(cx: &mut Cx<'_, '_>) -> Result<Vec<String>> {
    if !cx.actor.unit_kind.is_school() || !page::reads_checks(cx.actor) {
        return Ok(Vec::new());
    }
    let cover = check::coverage(cx, cx.actor.unit, cx.now.day())?;
    Ok(cover.places.into_iter().filter(|p| p.times == 0).take(2).map(|p| p.name).collect())
}

/// Units by which a bureau filters: a city its counties, a county its schools; the chosen one always among them.
pub fn units(cx: &mut Cx<'_, '_>, chosen: Option<Id>) -> Result<Units> {
    let below = unit::children(cx, cx.actor.unit)?;
    let fits = |kind: UnitKind| kind.is_school() || kind.is_bureau();
    let choice = |u: &unit::Unit| Choice::new(u.key(), u.name.clone());
    let mut out = Units::default();
    if let Some(id) = chosen {
        out.chosen = choice(&unit::show(cx, id)?);
    }
    let open = below.iter().filter(|u| fits(u.kind) && u.closed_on.is_none());
    out.choices = open.take(UNIT_CHOICES).map(choice).collect();
    if chosen.is_some() && !out.choices.iter().any(|c| c.value == out.chosen.value) {
        out.choices.push(out.chosen.clone());
    }
    Ok(out)
}

async fn page_of(
    web: &Web,
    signed: &Signed,
    query: Fields,
    read: Read,
    bureau: bool,
) -> std::result::Result<ListPage, crate::error::WebError> {
    let actor = signed.actor();
    let bucket = read.filter.bucket.unwrap_or(Bucket::Open);
    let mut shell = signed.shell(web, At::Hazards).await?;
    shell.tabs = page::hazard_tabs(actor, top_tab(bucket, bureau));
    let first_page = query.get("cursor").is_empty();
    if first_page {
        shell.live = format!("/live?page=hazards&{}", signed.ask.query);
    }
    let set = set_words(&read);
    let newest = if first_page { String::new() } else { signed.ask.link("cursor", "") };
    let list = ListBox {
        bureau,
        columns: columns(bureau),
        tabs: tabs(&signed.ask, bucket, &read.counts, bureau),
        older: read.next.as_deref().map_or(String::new(), |next| signed.ask.link("cursor", next)),
        newest,
        filtered: !set.is_empty(),
        empty: empty(bucket, !set.is_empty(), &read.uncovered),
        check: page::may_check(actor) && !bureau && set.is_empty(),
        bucket: bucket.code(),
        rows: read.rows,
    };
    Ok(ListPage {
        bureau,
        raise: page::may_raise(actor),
        csv: signed.ask.link("as", "csv"),
        set,
        query: Typed {
            q: query.text("q"),
            unit: read.units.chosen.value,
            state: query.text("state"),
            grade: query.text("grade"),
            category: query.text("category"),
            place: query.text("place"),
            from_on: query.text("from_on"),
            until_on: query.text("until_on"),
            recurring: read.filter.recurring,
        },
        units: read.units.choices,
        states: State::ALL.iter().map(|s| Choice::new(s.code(), words::state(*s).word)).collect(),
        grades: Grade::ALL.iter().map(|g| Choice::new(g.code(), words::grade(*g))).collect(),
        categories: categories(),
        list,
        shell,
    })
}

pub fn categories() -> Vec<Choice> {
    Category::ALL.iter().map(|c| Choice::new(c.code(), words::category(*c))).collect()
}

fn top_tab(bucket: Bucket, bureau: bool) -> HazardTab {
    match bucket {
        Bucket::Major => HazardTab::Major,
        Bucket::Upward => HazardTab::Upward,
        Bucket::All | Bucket::Ended if !bureau => HazardTab::All,
        _ => HazardTab::Open,
    }
}

fn columns(bureau: bool) -> Vec<Column> {
    let mut out = vec![column("隐患", "l1")];
    if bureau {
        out.push(column("单位", "l2"));
    }
    out.extend([
        column("部位", "l2"),
        column("轮到", "l2"),
        column("等级", "nw"),
        column("登记", "nw"),
        column("期限", "nw"),
        column("状态", "l3"),
    ]);
    out
}

fn tabs(ask: &Ask, current: Bucket, counts: &[Option<i64>], bureau: bool) -> Vec<ListTab> {
    let one = |(bucket, n): (&Bucket, &Option<i64>)| ListTab {
        label: words::bucket(*bucket),
        href: ask.link("bucket", bucket.code()),
        count: n.map_or(String::new(), words::count),
        current: *bucket == current,
        hot: *bucket == Bucket::Overdue && n.is_some_and(|n| n > 0),
        name: format!("tab-{}", bucket.code()),
    };
    buckets(bureau).iter().zip(counts).map(one).collect()
}

/// 「一般 · 3号楼」: what is set beside the tab.
fn set_words(read: &Read) -> String {
    let filter = &read.filter;
    let mut out: Vec<String> = Vec::new();
    out.extend(filter.query.clone());
    out.extend(Some(read.units.chosen.label.clone()).filter(|name| !name.is_empty()));
    out.extend(read.place.clone());
    out.extend(filter.state.map(|s| words::state(s).word.to_string()));
    out.extend(filter.grade.map(|g| words::grade(g).to_string()));
    out.extend(filter.category.map(|c| words::category(c).to_string()));
    if let Some(from) = filter.from_on {
        out.push(format!("{from} 起"));
    }
    if let Some(until) = filter.until_on {
        out.push(format!("{until} 止"));
    }
    if filter.recurring {
        out.push(words::thing::RECURRING.word.into());
    }
    out.join(" · ")
}

fn empty(bucket: Bucket, filtered: bool, uncovered: &[String]) -> String {
    if filtered {
        return words::empty::FILTERED.into();
    }
    match bucket {
        Bucket::Open if !uncovered.is_empty() => {
            format!("{}{}本月还没查过。", words::empty::HAZARDS, uncovered.join("、"))
        }
        Bucket::Open => words::empty::HAZARDS.into(),
        Bucket::Mine => "没有等您办的隐患。".into(),
        Bucket::Overdue => "没有逾期的隐患。".into(),
        Bucket::Major => "没有在办的重大隐患。".into(),
        Bucket::Upward => "没有上报、移交中的隐患。".into(),
        Bucket::Ended | Bucket::All => "还没有隐患记录。".into(),
    }
}

const CSV_COLUMNS: &[&str] =
    &["number", "unit", "received", "raised_by", "place", "what", "category", "grade", "assignee", "due", "state"];

/// The rows of the same filter as a file, up to `EXPORT_ROWS_MAX`.
async fn download(web: &Web, signed: &Signed, query: Fields) -> Answer {
    let sheet = web
        .read(signed.actor(), move |cx| {
            let filter = filter(cx, &query)?;
            sheet(cx, &filter)
        })
        .await?;
    let title = format!("隐患名单 {}", words::day_full(web.now().day()));
    let paper = web.heavy(move || Ok(Paper::of(&sheet, title))).await?;
    Ok(paper.download(false))
}

fn sheet(cx: &mut Cx<'_, '_>, filter: &Filter) -> Result<Sheet> {
    let mut rows = Vec::new();
    let mut cursor: Option<String> = None;
    let most = limits::EXPORT_ROWS_MAX as usize;
    loop {
        let page = listed::list(cx, filter, cursor.as_deref(), limits::PAGE_ROWS_MAX)?;
        rows.extend(page.items.into_iter().map(cells));
        cursor = page.next;
        if cursor.is_none() || rows.len() >= most {
            break;
        }
    }
    let unit = cx.actor.unit_name.clone();
    let left_out = i64::from(cursor.is_some());
    Ok(Sheet {
        kind: "hazards",
        unit,
        from: filter.from_on,
        until: filter.until_on,
        columns: CSV_COLUMNS.to_vec(),
        rows,
        left_out,
    })
}

fn cells(line: Line) -> Vec<Cell> {
    let h = line.hazard;
    let text = |t: Option<String>| t.map_or(Cell::Empty, Cell::Text);
    vec![
        Cell::Text(h.number),
        Cell::Text(line.unit_name),
        Cell::At(h.received_at),
        text(line.raiser_name),
        text(line.place_name.or(h.place_text)),
        Cell::Text(h.what),
        h.category.map_or(Cell::Empty, |c| Cell::Code("category", c.code().into())),
        h.grade.map_or(Cell::Empty, |g| Cell::Code("grade", g.code().into())),
        text(line.assignee_name),
        h.due_at.map_or(Cell::Empty, |d| Cell::Day(d.day())),
        Cell::Code("state", h.state.code().into()),
    ]
}

/// Is the viewer's list one with a column for units?
pub fn wide(actor: &Actor) -> bool {
    login::at_bureau(actor)
}
