//! The drills in the viewer's scope, what is still to be planned, and planning one.

use askama::Template;
use axum::extract::State as Held;
use base::{Day, Result, limits};
use safety::Cx;
use safety::drill::{self, Drill, NewDrill, Part, RoleOf, Scenario};
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::login;

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, UrgentTab, crumb};
use crate::state::Web;
use crate::words::{self, Word, drill as say};

struct Row {
    id: String,
    title: String,
    unit: String,
    kind: String,
    when: String,
    figures: String,
    word: Word,
}

/// An entry of the pack: planned, held, or neither.
struct Owed {
    title: String,
    note: String,
    word: Word,
}

#[derive(Template)]
#[template(path = "drill/list.html")]
struct ListPage {
    shell: Shell,
    bureau: bool,
    may_plan: bool,
    rows: Vec<Row>,
    owed: Vec<Owed>,
    running: bool,
    older: String,
    newest: String,
}

fn when(d: &Drill) -> String {
    match d.held_on {
        Some(on) => words::day_full(on),
        None if d.window_from == d.window_until => words::day_full(d.window_from),
        None => format!("{} — {}", words::day_full(d.window_from), words::day(d.window_until)),
    }
}

fn row(d: &Drill) -> Row {
    let out = d.out_s.map(say::seconds);
    let figures = match (d.held_on, out) {
        (Some(_), Some(out)) => format!("实到 {}，用时 {out}", d.expected),
        (Some(_), None) => format!("实到 {}", d.expected),
        _ => String::new(),
    };
    Row {
        id: d.id.to_string(),
        title: d.title.clone(),
        unit: d.unit_name.clone(),
        kind: say::kind(d),
        when: when(d),
        figures,
        word: say::state(d.state),
    }
}

fn owed(w: &drill::Wanted) -> Owed {
    let due = format!("{} 前", words::day_full(w.cell.until_on));
    let (word, note) = match (w.cell.had >= w.cell.needed, w.planned) {
        (true, _) => (words::word("做了", "g"), "这一期已经有了".to_string()),
        (false, 0) => (say::WANTED, due),
        (false, n) => (say::PLANNED, format!("安排了 {n} 次，{due}")),
    };
    let note = if w.cell.noun == "drill.night" { format!("住宿生 {} 人，{note}", w.boarders) } else { note };
    Owed { title: w.cell.title.clone(), note, word }
}

pub async fn list(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let (unit, cursor) = (query.text("unit"), query.opt("cursor"));
    let bureau = login::at_bureau(signed.actor());
    let (page, owed_list) = web
        .read(signed.actor(), move |cx| {
            let unit = safety::org::unit::named(cx, &unit)?.map(|u| u.id);
            let page = drill::list(cx, unit, cursor.as_deref(), limits::LIST_ROWS)?;
            let of = unit.or((!bureau).then_some(cx.actor.unit));
            let owed = match of {
                Some(of) => drill::wanted(cx, of)?,
                None => Vec::new(),
            };
            Ok((page, owed))
        })
        .await?;
    let mut shell = signed.shell(&web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), UrgentTab::Drills);
    page::full(&ListPage {
        shell,
        bureau,
        may_plan: reach(signed.actor().role, Action::DrillManage) != Reach::Nothing,
        running: page.items.iter().any(|d| d.state == drill::State::Running && d.unit == signed.actor().unit),
        rows: page.items.iter().map(row).collect(),
        owed: owed_list.iter().map(owed).collect(),
        older: page.next.as_deref().map_or(String::new(), |next| signed.ask.link("cursor", next)),
        newest: if query.get("cursor").is_empty() { String::new() } else { signed.ask.link("cursor", "") },
    })
}

#[derive(Template)]
#[template(path = "drill/new.html")]
struct NewPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    scenarios: Vec<Choice>,
    people: Vec<Choice>,
    plans: Vec<Choice>,
    parts: Vec<(String, &'static str)>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

/// People of the own unit, and the emergency plans in force there.
fn known(cx: &mut Cx<'_, '_>) -> Result<(Vec<Choice>, Vec<Choice>)> {
    let unit = cx.actor.unit;
    cx.require(Action::DrillManage, unit, false)?;
    let people = crate::hazard::record::on_roll(cx, unit)?;
    let mut plans = Vec::new();
    for line in safety::text::board(cx, unit)? {
        if let Some(text) = line.text.filter(|_| line.kind.starts_with("plan")) {
            plans.push(Choice::new(text.id.to_string(), line.title));
        }
    }
    Ok((people, plans))
}

async fn new_page(
    web: &Web,
    signed: &Signed,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<NewPage, WebError> {
    let (people, plans) = web.read(signed.actor(), known).await?;
    let mut shell = signed.shell(web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), UrgentTab::Drills);
    Ok(NewPage {
        shell,
        crumbs: vec![crumb(words::tab::DRILLS, "/drills"), crumb("安排演练", "")],
        scenarios: Scenario::ALL.iter().map(|s| Choice::new(s.code(), say::scenario(*s))).collect(),
        parts: Part::ALL.iter().map(|p| (format!("part_{}", p.code()), say::part(*p))).collect(),
        people,
        plans,
        typed,
        faults,
    })
}

pub async fn new(Held(web): Held<Web>, signed: Signed) -> Answer {
    let mut typed = signed.ask.fields();
    let today = web.now().day();
    for (name, value) in [
        ("told", "1".to_string()),
        ("window_from", today.to_string()),
        ("window_until", today.plus_days(7).to_string()),
    ] {
        if !typed.has(name) {
            typed.0.push((name.into(), value));
        }
    }
    page::full(&new_page(&web, &signed, typed, Vec::new()).await?)
}

fn parse(posted: &Posted, today: Day) -> Result<NewDrill> {
    let f = &posted.fields;
    let mut roles = Vec::new();
    for part in Part::ALL {
        for person in f.all(&format!("part_{}", part.code())) {
            let person =
                base::Id::parse(&person).ok_or_else(|| base::Error::invalid("roles", base::Problem::Unreadable))?;
            roles.push(RoleOf { part: *part, person });
        }
    }
    let scenario = f.read("scenario", Scenario::from_code)?;
    Ok(NewDrill {
        id: posted.key(),
        unit: None,
        title: f.text("title"),
        scenario: scenario.ok_or_else(|| base::Error::invalid("scenario", base::Problem::Required))?,
        night: f.flag("night"),
        told: f.get("told") != "0",
        window_from: f.day("window_from")?.unwrap_or(today),
        window_until: f.day("window_until")?.or(f.day("window_from")?).unwrap_or(today),
        place: f.opt("place"),
        edition: f.id("edition")?,
        roles,
    })
}

pub async fn add(Held(web): Held<Web>, posted: Posted) -> Answer {
    let done = match parse(&posted, web.now().day()) {
        Ok(new) => web.act(&posted, move |cx| drill::plan(cx, &new)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/drills/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&new_page(&web, &posted.signed, posted.fields.clone(), faults).await?, status)
        }
    }
}
