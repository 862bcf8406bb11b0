//! One cell while nothing has happened in it: what is owed, by when, by whom; 安排 and, for a superior, 免做. A cell in
//! which something has happened is shown as its duty.

use askama::Template;
use axum::extract::State as Held;
use axum::response::{IntoResponse, Redirect};
use base::{Error, Id, Problem, Result};
use safety::Cx;
use safety::duty::{self, CellView};
use safety::kernel::rights::Action;

use super::say;
use crate::door::{Fields, Signed};
use crate::error::Answer;
use crate::hazard::record::on_roll;
use crate::page::{self, At, Choice, Crumb, Shell, crumb};
use crate::state::Web;
use crate::words::{self, Word, duty as told, rule};

#[derive(Template)]
#[template(path = "duty/cell.html")]
struct CellPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    title: String,
    stands: Word,
    unit: String,
    unit_id: String,
    entry: String,
    period: String,
    part: String,
    when: String,
    due: String,
    owner: String,
    stands_in: bool,
    rule: String,
    basis: &'static str,
    reason: String,
    who: String,
    clause: String,
    waiver: Option<Exempt>,
    here: String,
    fill: String,
    /// Where it is done, if no form does it; and that it is too late for that.
    elsewhere: &'static str,
    gone: bool,
    arrange: bool,
    people: Vec<Choice>,
    waive: bool,
    from_on: String,
    until_on: String,
}

/// A waiver with what there is to say of it.
struct Exempt {
    id: String,
    by: String,
    reason: String,
    until: String,
}

struct Read {
    view: CellView,
    part: String,
    when: String,
    arrange: bool,
    waive: bool,
    fill: String,
    elsewhere: &'static str,
    people: Vec<Choice>,
}

fn read(cx: &mut Cx<'_, '_>, query: &Fields) -> Result<Read> {
    let unit: Id = query.id("unit")?.ok_or_else(|| Error::invalid("unit", Problem::Required))?;
    let (entry, period, part) = (query.text("entry"), query.text("period"), query.text("part"));
    let view = duty::cell(cx, unit, &entry, &period, &part)?;
    let county = say::county(cx, view.unit);
    let when = say::span(cx, county, &view.period, view.from_on, view.until_on);
    let part = say::Parts::default().words(cx, &view.part);
    let mut may = |action| cx.require(action, view.unit, false).is_ok();
    let (arrange, waive) = (may(Action::DutyArrange), may(Action::DutyWaive) && view.entry.waivable);
    let record = may(Action::WorkRecord);
    let fill =
        if record { say::form_href(cx, &view.entry.id, view.unit, &view.part, None, view.day) } else { String::new() };
    // A superior looks at it; it is done by the unit itself.
    let own = cx.actor.unit == view.unit;
    let elsewhere = if own { say::done_at(cx, &view.entry.id) } else { "" };
    let people = if arrange { on_roll(cx, view.unit)? } else { Vec::new() };
    Ok(Read { view, part, when, arrange, waive, fill, elsewhere, people })
}

pub async fn show(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let read = web.read(signed.actor(), move |cx| read(cx, &query)).await?;
    if let Some(duty) = &read.view.duty {
        return Ok(Redirect::to(&format!("/duties/{}", duty.id)).into_response());
    }
    let shell = signed.shell(&web, At::Ledgers).await?;
    let v = read.view;
    let names: Vec<String> = v.names.values().cloned().collect();
    let owner = v.owner.as_ref().map_or(String::new(), |o| format!("{} {}", words::role(o.role), names.join("、")));
    let title =
        if read.part.is_empty() { v.entry.title.clone() } else { format!("{}（{}）", v.entry.title, read.part) };
    let page = CellPage {
        crumbs: vec![
            crumb(words::nav::LEDGERS, "/duties"),
            crumb(v.entry.title.clone(), format!("/duties/kinds/{}?unit={}", v.entry.id, v.unit)),
            crumb(read.when.clone(), ""),
        ],
        stands: told::mark(v.mark),
        fill: read.fill,
        gone: v.day.is_some() && !read.elsewhere.is_empty(),
        elsewhere: if v.day.is_none() { read.elsewhere } else { "" },
        unit: v.unit_name.clone(),
        unit_id: v.unit.to_string(),
        due: words::pages::due_before(v.due_at),
        stands_in: v.owner.as_ref().is_some_and(|o| o.stands_in),
        rule: rule::line(&v.entry),
        basis: rule::basis(v.entry.basis),
        reason: v.entry.reason.clone().unwrap_or_default(),
        who: rule::people(&v.entry.people, v.entry.until),
        clause: v.entry.clause.clone(),
        waiver: v.waiver.map(|w| Exempt {
            id: w.id.to_string(),
            by: w.by.unwrap_or_default(),
            reason: w.reason,
            until: words::day_full(w.until_on),
        }),
        here: format!("/duties/cell?unit={}&entry={}&period={}&part={}", v.unit, v.entry.id, v.period, v.part),
        entry: v.entry.id,
        period: v.period,
        part: v.part,
        from_on: words::day_full(v.from_on),
        until_on: words::day_full(v.until_on),
        when: read.when,
        arrange: read.arrange,
        waive: read.waive,
        people: read.people,
        owner,
        title,
        shell,
    };
    page::full(&page)
}
