//! The list of incidents, and the week's zero report for a school.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State as Held};
use base::{Id, Ms, Result, limits};
use safety::Cx;
use safety::incident::list::{self as listed, Line};
use safety::incident::{Bucket, Class, Filter, Kind, State, draft, zero};
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::{login, unit};

use crate::door::{Fields, Posted, Signed};
use crate::error::Answer;
use crate::hazard::list::{ListTab, Units, units};
use crate::live::{Change, LivePage};
use crate::page::{self, At, Choice, Shell};
use crate::state::Web;
use crate::words::{self, Mark, incident as say};

/// A row of the list.
pub struct Row {
    pub id: Id,
    pub title: String,
    pub number: String,
    pub unit: String,
    pub place: String,
    pub toll: String,
    pub grade: String,
    pub known: String,
    pub due: String,
    pub word: words::Word,
    pub late: Mark,
}

pub fn row(line: &Line, now: Ms) -> Row {
    let i = &line.incident;
    let late = match line.overdue(now) {
        Some(ms) => Mark { word: format!("逾期 {}", say::span(ms)), tone: "r" },
        None => Mark { word: String::new(), tone: "" },
    };
    let due = match (&line.due_name, line.due_at) {
        (Some(name), Some(at)) => format!("{name} {}", say::due(at, now)),
        _ => String::new(),
    };
    Row {
        id: i.id,
        title: i
            .what
            .clone()
            .map_or_else(|| say::kind(i.kind).to_string(), |what| format!("{}：{what}", say::kind(i.kind))),
        number: i.number.clone(),
        unit: line.unit_name.clone(),
        place: line.place_name.clone().or(i.place_text.clone()).unwrap_or_default(),
        toll: say::toll(&i.toll().into()),
        grade: format!("{} · {}", say::grade(i.grade), say::class(i.class)),
        known: words::at(i.known_at),
        due,
        word: say::state(i.state),
        late,
    }
}

/// The week of a school.
struct Zero {
    title: String,
    /// A day of the week, for the signature.
    day: String,
    words: String,
    signed: String,
    may: bool,
}

/// A draft that an alarm opened.
struct Waits {
    id: Id,
    alarm: Id,
    unit: String,
    place: String,
    at: String,
    own: bool,
    drops: bool,
}

fn waits(cx: &mut Cx<'_, '_>) -> Result<Vec<Waits>> {
    let mut out = Vec::new();
    for d in draft::waiting(cx)? {
        let drops = cx.require(Action::IncidentWithdraw, d.unit, false).is_ok();
        out.push(Waits {
            id: d.id,
            alarm: d.alarm,
            own: d.unit == cx.actor.unit,
            drops,
            unit: d.unit_name,
            place: d.place_text.unwrap_or_default(),
            at: words::at(d.known_at),
        });
    }
    Ok(out)
}

/// What a filter changes: alone it is the answer to htmx.
#[derive(Template)]
#[template(path = "incident/box.html")]
struct ListBox {
    bureau: bool,
    tabs: Vec<ListTab>,
    rows: Vec<Row>,
    older: String,
    newest: String,
    bucket: &'static str,
    filtered: bool,
    empty: &'static str,
}

#[derive(Template)]
#[template(path = "incident/list.html")]
struct ListPage {
    shell: Shell,
    list: ListBox,
    bureau: bool,
    set: String,
    q: String,
    kind: String,
    class: String,
    state: String,
    unit: String,
    from_on: String,
    until_on: String,
    kinds: Vec<Choice>,
    classes: Vec<Choice>,
    states: Vec<Choice>,
    units: Vec<Choice>,
    zero: Option<Zero>,
    drafts: Vec<Waits>,
    absences: bool,
    said: String,
}

struct Read {
    rows: Vec<Row>,
    next: Option<String>,
    counts: Vec<i64>,
    units: Units,
    bucket: Bucket,
    zero: Option<Zero>,
    drafts: Vec<Waits>,
}

fn said(query: &Fields) -> Result<Filter> {
    Ok(Filter {
        bucket: query.read("bucket", Bucket::from_code)?,
        unit: None,
        state: query.read("state", State::from_code)?,
        kind: query.read("kind", Kind::from_code)?,
        class: query.read("class", Class::from_code)?,
        query: query.opt("q"),
        from_on: query.day("from_on")?,
        until_on: query.day("until_on")?,
    })
}

fn read(cx: &mut Cx<'_, '_>, query: &Fields, bureau: bool) -> Result<Read> {
    let unit = unit::named(cx, query.get("unit"))?.map(|u| u.id);
    let filter = Filter { unit, ..said(query)? };
    let bucket = filter.bucket.unwrap_or(Bucket::Open);
    let filter = Filter { bucket: Some(bucket), ..filter };
    let page = listed::list(cx, &filter, query.opt("cursor").as_deref(), limits::LIST_ROWS)?;
    let mut counts = Vec::new();
    for bucket in Bucket::ALL {
        counts.push(listed::count(cx, &Filter { bucket: Some(*bucket), ..filter.clone() })?);
    }
    let now = cx.now;
    Ok(Read {
        rows: page.items.iter().map(|l| row(l, now)).collect(),
        next: page.next,
        counts,
        units: if bureau { units(cx, filter.unit)? } else { Units::default() },
        bucket,
        zero: week(cx)?,
        drafts: waits(cx)?,
    })
}

/// The own week, for those at a school who read it.
fn week(cx: &mut Cx<'_, '_>) -> Result<Option<Zero>> {
    if !cx.actor.unit_kind.is_school() || reach(cx.actor.role, Action::IncidentRead) == Reach::Nothing {
        return Ok(None);
    }
    let unit = cx.actor.unit;
    let week = zero::offered(cx, unit)?;
    let signed = match (week.signed_at, &week.signed_by) {
        (Some(at), Some(by)) => format!("{by} {} 签过零报告", words::at(at)),
        (Some(at), None) => format!("{} 签过零报告", words::at(at)),
        _ => String::new(),
    };
    let mut words = say::week_sentence(week.incidents);
    if week.incidents == 0 && signed.is_empty() && week.opens_on > cx.now.day() {
        words.push_str(&say::week_opens(week.opens_on));
    }
    Ok(Some(Zero {
        day: week.from_on.to_string(),
        title: say::week_title(week.from_on, week.until_on),
        words,
        signed,
        may: week.may_sign,
    }))
}

pub async fn list(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    said(&query)?;
    let bureau = login::at_bureau(signed.actor());
    let asked = query.clone();
    let read = web.read(signed.actor(), move |cx| read(cx, &asked, bureau)).await?;
    let mut shell = signed.shell(&web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), page::UrgentTab::Incidents);
    if !query.has("cursor") {
        shell.live = format!("/live?page=incidents&{}", signed.ask.query);
    }
    let set = set_words(&query, &read);
    let tab = |(bucket, n): (&Bucket, &i64)| ListTab {
        label: say::bucket(*bucket),
        href: signed.ask.link("bucket", bucket.code()),
        count: words::count(*n),
        current: *bucket == read.bucket,
        hot: *bucket == Bucket::Overdue && *n > 0,
        name: String::new(),
    };
    let list = ListBox {
        bureau,
        tabs: Bucket::ALL.iter().zip(&read.counts).map(tab).collect(),
        older: read.next.as_deref().map_or(String::new(), |next| signed.ask.link("cursor", next)),
        newest: if query.get("cursor").is_empty() { String::new() } else { signed.ask.link("cursor", "") },
        bucket: read.bucket.code(),
        filtered: !set.is_empty(),
        empty: match (set.is_empty(), reach(signed.actor().role, Action::IncidentRead)) {
            (false, _) => words::empty::FILTERED,
            (true, Reach::Nothing) => say::EMPTY_OWN,
            (true, _) => say::empty(read.bucket),
        },
        rows: read.rows,
    };
    if signed.ask.htmx {
        return page::part(&list);
    }
    page::full(&ListPage {
        bureau,
        list,
        set,
        q: query.text("q"),
        kind: query.text("kind"),
        class: query.text("class"),
        state: query.text("state"),
        unit: read.units.chosen.value,
        from_on: query.text("from_on"),
        until_on: query.text("until_on"),
        kinds: Kind::ALL.iter().map(|k| Choice::new(k.code(), say::kind(*k))).collect(),
        classes: Class::ALL.iter().map(|k| Choice::new(k.code(), say::class(*k))).collect(),
        states: State::ALL.iter().map(|s| Choice::new(s.code(), say::state(*s).word)).collect(),
        units: read.units.choices,
        zero: read.zero,
        drafts: read.drafts,
        absences: !bureau && reach(signed.actor().role, Action::AbsenceRead) != Reach::Nothing,
        said: match query.get("done") {
            "zero" => "记下了：零报告。".into(),
            "drop" => "记下了：这次报警没有要上报的。".into(),
            _ => String::new(),
        },
        shell,
    })
}

#[derive(Template)]
#[template(path = "incident/row.html")]
struct RowPart {
    r: Row,
    bureau: bool,
    fresh: bool,
}

/// The list as a live page: what is reported anywhere below stands on it within a second.
pub struct IncidentRows;
pub static LIVE: IncidentRows = IncidentRows;

fn part(cx: &Cx<'_, '_>, line: &Line, fresh: bool) -> Result<String> {
    let part = RowPart { r: row(line, cx.now), bureau: login::at_bureau(cx.actor), fresh };
    page::drawn(&part)
}

fn seen(cx: &mut Cx<'_, '_>, query: &Fields) -> Result<Filter> {
    let unit = unit::named(cx, query.get("unit"))?.map(|u| u.id);
    let filter = said(query)?;
    Ok(Filter { unit, bucket: Some(filter.bucket.unwrap_or(Bucket::Open)), ..filter })
}

impl LivePage for IncidentRows {
    fn wakes(&self, noun: &str) -> bool {
        noun == "incident"
    }
    fn is_ordinary(&self) -> bool {
        false
    }
    fn rows(&self, cx: &mut Cx<'_, '_>, query: &Fields, ids: &[Id]) -> Result<Vec<Change>> {
        let filter = seen(cx, query)?;
        let fits = listed::list(cx, &filter, None, limits::LIST_ROWS)?.items;
        let all = listed::list(cx, &Filter::default(), None, limits::LIST_ROWS)?.items;
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            let of = |lines: &[Line]| lines.iter().find(|l| l.incident.id == *id).cloned();
            match (of(&fits), of(&all)) {
                (Some(line), _) => out.push(Change::Row(part(cx, &line, true)?)),
                (None, Some(line)) => out.push(Change::Left(part(cx, &line, false)?)),
                // A draft, a zero report, or one that stands further down: nothing of this page.
                (None, None) => {}
            }
        }
        Ok(out)
    }
    fn recent(&self, cx: &mut Cx<'_, '_>, query: &Fields, since: Ms) -> Result<Vec<Change>> {
        let filter = seen(cx, query)?;
        let lines = listed::list(cx, &filter, None, limits::LIST_ROWS)?.items;
        let news = lines.iter().filter(|l| l.incident.received_at >= since).rev();
        news.map(|line| Ok(Change::Row(part(cx, line, true)?))).collect()
    }
    fn counts(&self, cx: &mut Cx<'_, '_>, _query: &Fields) -> Result<BTreeMap<String, i64>> {
        page::nav_counts(cx)
    }
}

/// What is set beside the tab, in words.
fn set_words(query: &Fields, read: &Read) -> String {
    let mut out: Vec<String> = Vec::new();
    out.extend(query.opt("q"));
    out.extend(Some(read.units.chosen.label.clone()).filter(|name| !name.is_empty()));
    out.extend(Kind::from_code(query.get("kind")).map(|k| say::kind(k).to_string()));
    out.extend(Class::from_code(query.get("class")).map(|k| say::class(k).to_string()));
    out.extend(State::from_code(query.get("state")).map(|s| say::state(s).word.to_string()));
    out.extend(query.opt("from_on").map(|d| format!("{d} 起")));
    out.extend(query.opt("until_on").map(|d| format!("{d} 止")));
    out.join(" · ")
}

/// Says that there is nothing to report after an alarm.
pub async fn drop(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let (id, reason) = (crate::unit::id_of(&id)?, posted.fields.text("reason"));
    web.act(&posted, move |cx| draft::drop(cx, id, &reason)).await?;
    page::done(&posted.signed.ask, web.now(), id, "/incidents?done=drop".into())
}

pub async fn zero(Held(web): Held<Web>, posted: Posted) -> Answer {
    let (key, day) = (posted.key(), posted.fields.day("day")?);
    let id = web.act(&posted, move |cx| zero::sign(cx, key, None, day)).await?;
    page::done(&posted.signed.ask, web.now(), id, "/incidents?done=zero".into())
}
