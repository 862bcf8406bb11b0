//! The year plan of a unit with what its county and it itself add on top, and the year-end summary: pages and paper.

use askama::Template;
use axum::extract::{Path, State};
use base::{Day, Id};
use safety::kernel::rights::Action;
use safety::notice::layer::{self, Layer, NewLayer};
use safety::notice::plan::{self, Item};
use safety::org::unit::Unit;

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Kept, Shell};
use crate::state::Web;
use crate::unit::{id_of, may};
use crate::words;
use crate::words::text as say;

struct Row {
    clause: String,
    title: String,
    basis: &'static str,
    often: String,
    pack: String,
    periods: String,
    doers: String,
    layers: String,
}

struct LayerRow {
    id: String,
    title: String,
    what: String,
    unit: String,
    own: bool,
}

#[derive(Template)]
#[template(path = "notice/plan.html")]
struct PlanPage {
    shell: Shell,
    unit: Unit,
    year: String,
    years: Vec<Choice>,
    span: String,
    rows: Vec<Row>,
    layers: Vec<LayerRow>,
    may_manage: bool,
    entries: Vec<Choice>,
    clauses: Vec<Choice>,
    periods: Vec<Choice>,
    printed: String,
    typed: Fields,
    faults: Vec<FieldFault>,
}

/// The school year that a day lies in.
fn year_of(day: Day) -> i16 {
    let date = day.date();
    if date.month() >= 9 { date.year() } else { date.year() - 1 }
}

fn row(item: &Item) -> Row {
    let mut often = say::often(item.period, item.times, item.each);
    if !item.months.is_empty() {
        often = format!("{often}（{}）", words::rule::month_list(&item.months));
    }
    let tightened = item.times_pack > 0 && item.times != item.times_pack;
    let doers: Vec<&str> = item.doers.iter().map(|r| words::role(*r)).collect();
    Row {
        clause: item.clause.clone(),
        title: item.title.clone(),
        basis: if item.basis.is_some() { say::basis(item.basis) } else { "" },
        often,
        pack: if tightened { say::often(item.period, item.times_pack, item.each) } else { String::new() },
        periods: if item.period.is_some() { words::number(item.periods) } else { String::new() },
        doers: doers.join("、"),
        layers: item.layers.join("、"),
    }
}

fn layer_row(l: &Layer, mine: Id) -> LayerRow {
    let mut what = Vec::new();
    let period = l.period.as_deref().and_then(layer::period_of);
    match (l.times, period) {
        (Some(times), Some(period)) => what.push(say::often(Some(period), times, "")),
        (Some(times), None) => what.push(format!("{times} 次")),
        _ => {}
    }
    what.extend(l.grace_days.map(|d| format!("宽限 {d} 天")));
    what.extend(l.note.clone());
    LayerRow {
        id: l.id.to_string(),
        title: l.title.clone(),
        what: what.join("，"),
        unit: l.unit_name.clone(),
        own: l.unit == mine && l.ended_on.is_none(),
    }
}

async fn plan_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    year: i16,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<PlanPage, WebError> {
    let (plan, layers, may_manage) = web
        .read(signed.actor(), move |cx| {
            let plan = plan::of(cx, id, year)?;
            let today = cx.now.day();
            let layers = layer::binding(cx, plan.unit.id, today, today)?;
            let own = plan.unit.id == cx.actor.unit;
            let may = own && may(cx, Action::LayerManage, plan.unit.id)?;
            Ok((plan, layers, may))
        })
        .await?;
    let mut shell = signed.shell(web, At::Clauses).await?;
    shell.tabs = page::clause_tabs_of(signed.actor(), plan.unit.id, page::ClauseTab::Plan);
    let now = year_of(web.now().day());
    let mine = signed.actor().unit;
    let counted = plan.items.iter().filter(|i| !i.entry.is_empty() && i.times_pack > 0 && i.period.is_some());
    let entry = |i: &Item| Choice::new(i.entry.clone(), format!("{} {}", i.clause, i.title));
    Ok(PlanPage {
        year: say::year(year),
        years: (now - 2..=now + 1).map(|y| Choice::new(y.to_string(), say::year(y))).collect(),
        span: format!("{} — {}", words::day_full(plan.from), words::day_full(plan.until)),
        entries: counted.map(entry).collect(),
        clauses: words::notice::ITEMS.iter().map(|(n, name)| Choice::new(*n, format!("{n} {name}"))).collect(),
        periods: ["day", "week", "month", "term", "year"]
            .iter()
            .filter_map(|code| Some(Choice::new(*code, say::period(layer::period_of(code)?))))
            .collect(),
        rows: plan.items.iter().map(row).collect(),
        layers: layers.iter().map(|l| layer_row(l, mine)).collect(),
        printed: words::at_full(web.now()),
        unit: plan.unit,
        may_manage,
        shell,
        typed,
        faults,
    })
}

fn asked_year(web: &Web, signed: &Signed) -> i16 {
    signed.ask.param("year").and_then(|y| y.parse().ok()).unwrap_or_else(|| year_of(web.now().day()))
}

pub async fn show(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let year = asked_year(&web, &signed);
    page::full(&plan_page(&web, &signed, id_of(&id)?, year, Fields::default(), Vec::new()).await?)
}

pub async fn add(State(web): State<Web>, posted: Posted) -> Answer {
    let f = &posted.fields;
    let new = NewLayer {
        id: posted.key(),
        entry: f.text("entry"),
        title: f.text("title"),
        clause: f.text("clause"),
        times: f.int("times")?,
        period: f.opt("period"),
        grace_days: f.int("grace_days")?,
        until: f.opt("until"),
        note: f.opt("note"),
    };
    let unit = posted.actor().unit;
    match web.act(&posted, move |cx| layer::add(cx, &new)).await {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/units/{unit}/plan")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            let year = year_of(web.now().day());
            page::again(&plan_page(&web, &posted.signed, unit, year, posted.fields.clone(), faults).await?, status)
        }
    }
}

pub async fn end(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    web.act(&posted, move |cx| layer::end(cx, id)).await?;
    page::done(&posted.signed.ask, web.now(), id, format!("/units/{}/plan", posted.actor().unit))
}

#[derive(Template)]
#[template(path = "notice/year_end.html")]
struct YearEndPage {
    shell: Shell,
    unit: Unit,
    year: String,
    years: Vec<Choice>,
    chosen: String,
    span: String,
    figures: Vec<(&'static str, String)>,
    notices: Vec<(String, Said)>,
    running: bool,
    printed: String,
}

/// A state word for a template.
struct Said {
    word: &'static str,
    tone: &'static str,
}

pub async fn year_end(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let (id, year) = (id_of(&id)?, asked_year(&web, &signed));
    let end = web.read(signed.actor(), move |cx| plan::year_end(cx, id, year)).await?;
    let mut shell = signed.shell(&web, At::Clauses).await?;
    shell.tabs = page::clause_tabs_of(signed.actor(), end.unit.id, page::ClauseTab::YearEnd);
    let now = year_of(web.now().day());
    let word = |signed: bool| {
        let w = if signed { say::SIGNED } else { say::TO_SIGN };
        Said { word: w.word, tone: w.tone }
    };
    page::full(&YearEndPage {
        year: say::year(year),
        years: (now - 2..=now).map(|y| Choice::new(y.to_string(), say::year(y))).collect(),
        chosen: year.to_string(),
        span: format!("{} — {}", words::day_full(end.from), words::day_full(end.until.min(web.now().day()))),
        running: web.now().day() < end.until,
        figures: end.figures.iter().map(|(f, n)| (say::figure(*f), words::number(*n))).collect(),
        notices: end.notices.into_iter().map(|(title, signed)| (title, word(signed))).collect(),
        printed: words::at_full(web.now()),
        unit: end.unit,
        shell,
    })
}
