//! 大型活动: the plan with people, routes, posts and weather, its approvals before the day, how it went.

use askama::Template;
use axum::extract::{Path, State as Held};
use base::{Error, Id, Problem, Result, limits};
use safety::kernel::rights::{Action, Reach, reach};
use safety::movement::gathering::{self, Gathering, NewGathering};
use safety::movement::{self, State};
use safety::org::login;

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, UrgentTab, crumb};
use crate::state::Web;
use crate::unit::id_of;
use crate::words::{self, Word, movement as say};

struct Row {
    id: String,
    title: String,
    unit: String,
    on: String,
    people: String,
    word: Word,
}

#[derive(Template)]
#[template(path = "gathering/list.html")]
struct ListPage {
    shell: Shell,
    bureau: bool,
    may_plan: bool,
    waiting: usize,
    rows: Vec<Row>,
    older: String,
    newest: String,
}

fn people(g: &Gathering) -> String {
    if g.guests > 0 { format!("{} 人，来宾 {} 人", g.people, g.guests) } else { format!("{} 人", g.people) }
}

pub async fn list(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let (unit, cursor) = (query.text("unit"), query.opt("cursor"));
    let page = web
        .read(signed.actor(), move |cx| {
            let unit = safety::org::unit::named(cx, &unit)?.map(|u| u.id);
            gathering::list(cx, unit, cursor.as_deref(), limits::LIST_ROWS)
        })
        .await?;
    let mut shell = signed.shell(&web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), UrgentTab::Gatherings);
    let bureau = login::at_bureau(signed.actor());
    let waits = if bureau { State::Upward } else { State::Asked };
    let rows = page.items.iter().map(|g| Row {
        id: g.id.to_string(),
        title: g.title.clone(),
        unit: g.unit_name.clone(),
        on: words::day_full(g.held_on),
        people: people(g),
        word: say::state(g.state),
    });
    page::full(&ListPage {
        shell,
        bureau,
        may_plan: !bureau && reach(signed.actor().role, Action::MovementManage) != Reach::Nothing,
        waiting: page.items.iter().filter(|g| g.state == waits).count(),
        rows: rows.collect(),
        older: page.next.as_deref().map_or(String::new(), |next| signed.ask.link("cursor", next)),
        newest: if query.get("cursor").is_empty() { String::new() } else { signed.ask.link("cursor", "") },
    })
}

#[derive(Template)]
#[template(path = "gathering/new.html")]
struct NewPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    people: Vec<Choice>,
    plans: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn new_page(
    web: &Web,
    signed: &Signed,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<NewPage, WebError> {
    let (people, plans) = web
        .read(signed.actor(), |cx| {
            let unit = cx.actor.unit;
            cx.require(Action::MovementManage, unit, false)?;
            let plans = movement::list(cx, Some(unit), None, limits::LIST_ROWS)?.items;
            Ok((crate::hazard::record::on_roll(cx, unit)?, plans))
        })
        .await?;
    let mut shell = signed.shell(web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), UrgentTab::Gatherings);
    Ok(NewPage {
        shell,
        crumbs: vec![crumb(words::tab::GATHERINGS, "/gatherings"), crumb("写方案", "")],
        people,
        plans: plans.into_iter().map(|p| Choice::new(p.id.to_string(), p.title)).collect(),
        typed,
        faults,
    })
}

pub async fn new(Held(web): Held<Web>, signed: Signed) -> Answer {
    page::full(&new_page(&web, &signed, signed.ask.fields(), Vec::new()).await?)
}

fn parse(posted: &Posted) -> Result<NewGathering> {
    let f = &posted.fields;
    let need = |name: &'static str| Error::invalid(name, Problem::Required);
    Ok(NewGathering {
        id: posted.key(),
        unit: None,
        title: f.text("title"),
        held_on: f.day("held_on")?.ok_or_else(|| need("held_on"))?,
        at: f.text("at"),
        place: f.text("place"),
        people: f.int("people")?.ok_or_else(|| need("people"))?,
        guests: f.int("guests")?.unwrap_or(0),
        lead: f.id("lead")?.ok_or_else(|| need("lead"))?,
        routes: f.text("routes"),
        posts: f.text("posts"),
        weather: f.text("weather"),
        emergency: f.text("emergency"),
        outside: f.flag("outside"),
        movement: f.id("movement")?,
    })
}

pub async fn add(Held(web): Held<Web>, posted: Posted) -> Answer {
    let done = match parse(&posted) {
        Ok(new) => web.act(&posted, move |cx| gathering::plan(cx, &new)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/gatherings/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&new_page(&web, &posted.signed, posted.fields.clone(), faults).await?, status)
        }
    }
}

#[derive(Template)]
#[template(path = "gathering/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    title: String,
    now: Word,
    state: &'static str,
    sentence: String,
    parts: Vec<(&'static str, String)>,
    facts: Vec<(&'static str, String)>,
    movement: String,
    may_manage: bool,
    may_decide: bool,
    past: bool,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn show_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<ShowPage, WebError> {
    let (g, may_manage, may_decide) = web
        .read(signed.actor(), move |cx| {
            let g = gathering::load(cx, id)?;
            let manage = cx.require(Action::MovementManage, g.unit, false).is_ok();
            let action = if g.state == State::Upward { Action::GatheringGrant } else { Action::MovementApprove };
            let decide = cx.require(action, g.unit, false).is_ok();
            let turn = decide && matches!(g.state, State::Asked | State::Upward);
            Ok((g, manage, turn))
        })
        .await?;
    let mut facts = vec![("单位", g.unit_name.clone()), ("总负责", g.lead_name.clone().unwrap_or_default())];
    let mut push = |label, value: Option<String>| {
        if let Some(value) = value {
            facts.push((label, value));
        }
    };
    let signed_by = |by: &Option<String>, at: Option<base::Ms>| {
        by.clone().zip(at).map(|(by, at)| format!("{by} {}", words::at_full(at)))
    };
    push("写的人", g.made_by.clone());
    push("送审", g.asked_at.map(words::at_full));
    push("学校批准", signed_by(&g.school_by, g.school_at));
    push("教育局批准", signed_by(&g.bureau_by, g.bureau_at));
    push("退回原因", g.back_reason.clone());
    push("结果", g.outcome.clone());
    let chain =
        if g.goes_up() { "有来宾或在校外，学校批了还要教育局批" } else { "由学校领导批" };
    Ok(ShowPage {
        shell: signed.shell(web, At::Alarms).await?,
        crumbs: vec![crumb(words::tab::GATHERINGS, "/gatherings"), crumb(g.title.clone(), "")],
        id: id.to_string(),
        now: say::state(g.state),
        state: g.state.code(),
        sentence: format!(
            "{} {}，{}，{}。{chain}，都在活动前一天以前。",
            words::day_full(g.held_on),
            g.at,
            g.place,
            people(&g)
        ),
        parts: vec![
            ("路线和次序", g.routes.clone()),
            ("岗位和停止规则", g.posts.clone()),
            ("天气", g.weather.clone()),
            ("急救、报警、疏散", g.emergency.clone()),
        ],
        facts,
        movement: g.movement.map(|m| m.to_string()).unwrap_or_default(),
        may_manage,
        may_decide,
        past: g.held_on <= web.now().day(),
        title: g.title,
        typed,
        faults,
    })
}

pub async fn show(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&show_page(&web, &signed, id_of(&id)?, Fields::default(), Vec::new()).await?)
}

pub async fn act(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let (verb, reason) = (posted.fields.text("do"), posted.fields.text("reason"));
    let done = web
        .act(&posted, move |cx| match verb.as_str() {
            "ask" => gathering::ask(cx, id),
            "approve" => gathering::approve(cx, id),
            "give_back" => gathering::give_back(cx, id, &reason),
            "end" => gathering::end(cx, id, &reason),
            "cancel" => gathering::cancel(cx, id, &reason),
            _ => {
                gathering::load(cx, id)?;
                Err(Error::invalid("do", Problem::Unknown))
            }
        })
        .await;
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/gatherings/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&show_page(&web, &posted.signed, id, posted.fields.clone(), faults).await?, status)
        }
    }
}
