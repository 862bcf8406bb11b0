//! 晨午检 (1.2, option): the class teacher's one line a day (全到 is one tap), the school's day class by class, and the same
//! seen by a superior. No rule here: `safety::absence` judges.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use base::{Day, Id};
use safety::absence::{self, ClassLine, Counts, NewLine};
use safety::incident::Kind;
use safety::kernel::rights::Action;
use safety::org::unit;

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, crumb};
use crate::state::Web;
use crate::words;
use crate::words::clue as say;

pub fn routes() -> Router<Web> {
    Router::new().route("/absences", get(day).post(record))
}

struct Row {
    class: String,
    name: String,
    pupils: i64,
    told: bool,
    words: String,
    by: String,
    corrected: bool,
    cluster: String,
    /// The first report with what is known filled in; empty for whoever may not report here.
    report: String,
    href: String,
}

struct Figure {
    code: &'static str,
    label: &'static str,
    value: String,
    fault: String,
}

#[derive(Template)]
#[template(path = "absence/day.html")]
struct DayPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    unit: String,
    unit_id: String,
    day: String,
    day_words: String,
    before: String,
    after: String,
    rows: Vec<Row>,
    told: usize,
    /// Classes that the viewer may tell for; empty for a superior.
    classes: Vec<Choice>,
    chosen: String,
    figures: Vec<Figure>,
    faults: Vec<FieldFault>,
}

fn report(c: &ClassLine) -> String {
    let Some((sign, n)) = c.cluster else { return String::new() };
    let what = format!("{} {} {n} 人", c.name, say::sign(sign));
    let what: String = form_urlencoded::byte_serialize(what.as_bytes()).collect();
    format!("/incidents/new?kind={}&what={what}", Kind::Sick.code())
}

fn row(c: &ClassLine, unit: Id, day: Day, reports: bool) -> Row {
    let line = c.line.as_ref();
    Row {
        class: c.class.to_string(),
        name: c.name.clone(),
        pupils: c.pupils,
        told: line.is_some(),
        words: line.map_or_else(|| "还没有填".into(), |l| say::counts(&l.counts)),
        by: line.map_or(String::new(), |l| {
            format!("{} {}", words::at(l.received_at), l.by_name.clone().unwrap_or_default())
        }),
        corrected: c.lines > 1,
        cluster: c.cluster.map_or(String::new(), |(sign, n)| format!("{} {n} 人，要报告", say::sign(sign))),
        report: if reports { report(c) } else { String::new() },
        href: format!("/absences?unit={unit}&day={day}&class={}", c.class),
    }
}

async fn page_of(
    web: &Web,
    signed: &Signed,
    query: &Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<DayPage, WebError> {
    let (wanted, on) = (query.id("unit")?, query.day("day")?);
    let class = query.id("class")?;
    let (home, day, lines, may, reports, own, today) = web
        .read(signed.actor(), move |cx| {
            let at = unit::show(cx, wanted.unwrap_or(cx.actor.unit))?;
            let home = unit::load(cx, at.home)?;
            let today = cx.now.day();
            let day = on.unwrap_or(today);
            let lines = absence::day(cx, home.id, day)?;
            let own_unit = unit::load(cx, cx.actor.unit)?.home == home.id;
            let may = own_unit && cx.require(Action::AbsenceRecord, home.id, false).is_ok();
            let own = absence::own_class(cx)?.map(|c| c.id);
            let reports = own_unit && cx.require(Action::IncidentReport, home.id, false).is_ok();
            Ok((home, day, lines, may, reports, own, today))
        })
        .await?;
    let may = may && day <= today && today.days_since(day) <= absence::DAYS_BACK;
    let untold = || lines.iter().find(|l| l.line.is_none()).map(|l| l.class);
    let chosen = class.or(own).or_else(untold).or(lines.first().map(|l| l.class));
    let shown = lines.iter().find(|l| Some(l.class) == chosen);
    let before: Counts = shown.and_then(|l| l.line.as_ref()).map(|l| l.counts).unwrap_or_default();
    let figure = |(code, read): &(&'static str, fn(&Counts) -> i64)| {
        let typed = query.get(code);
        let value = match typed.is_empty() {
            false => typed.to_string(),
            true => Some(read(&before)).filter(|n| *n > 0).map_or(String::new(), |n| n.to_string()),
        };
        Figure { code, label: say::sign(code), value, fault: page::fault(&faults, code).to_string() }
    };
    let href = |d: Day| format!("/absences?unit={}&day={d}", home.id);
    Ok(DayPage {
        shell: signed.shell(web, At::Alarms).await?,
        crumbs: vec![crumb(words::incident::TITLE, "/incidents"), crumb(say::ABSENCE, "")],
        unit_id: home.id.to_string(),
        day: day.to_string(),
        day_words: words::day_full(day),
        before: href(day.plus_days(-1)),
        after: if day < today { href(day.plus_days(1)) } else { String::new() },
        rows: lines.iter().map(|l| row(l, home.id, day, reports)).collect(),
        told: lines.iter().filter(|l| l.line.is_some()).count(),
        classes: match may {
            true => lines.iter().map(|l| Choice::new(l.class.to_string(), l.name.clone())).collect(),
            false => Vec::new(),
        },
        chosen: chosen.map_or(String::new(), |c| c.to_string()),
        figures: Counts::FIELDS.iter().map(figure).collect(),
        unit: home.name,
        faults,
    })
}

async fn day(State(web): State<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    page::full(&page_of(&web, &signed, &query, Vec::new()).await?)
}

fn read(f: &Fields) -> base::Result<NewLine> {
    let class = f.id("class")?.ok_or_else(|| base::Error::invalid("class", base::Problem::Required))?;
    let day = f.day("day")?;
    // 全到 is a button of its own: what stands in the fields then is not meant.
    if f.flag("all") {
        return Ok(NewLine { class, day, counts: Counts::default() });
    }
    let n = |field| f.int(field).map(|n| n.unwrap_or(0));
    let counts = Counts {
        leave: n("leave")?,
        fever: n("fever")?,
        cough: n("cough")?,
        gut: n("gut")?,
        rash: n("rash")?,
        jaundice: n("jaundice")?,
        injured: n("injured")?,
        other: n("other")?,
        unknown: n("unknown")?,
    };
    Ok(NewLine { class, day, counts })
}

async fn record(State(web): State<Web>, posted: Posted) -> Answer {
    let done = match read(&posted.fields) {
        Ok(new) => web.act(&posted, move |cx| absence::record(cx, &new)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => {
            let day = posted.fields.text("day");
            page::done(&posted.signed.ask, web.now(), id, format!("/absences?day={day}"))
        }
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&page_of(&web, &posted.signed, &posted.fields, faults).await?, status)
        }
    }
}
