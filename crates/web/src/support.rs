//! 帮扶 (1.3): the schools that are helped, with plan and visits; guidance given to others. Seen by the school's leaders
//! and its superiors; everybody else gets the 404 page, whoever asks.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use base::{Id, Result};
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::{UnitKind, login, people, unit};
use safety::support::{self, NewSupport, NewVisit, Support, Visit};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, crumb};
use crate::state::Web;
use crate::unit::{ListTabNow, id_of, list_tabs};
use crate::words::text as say;
use crate::words::{self, Word};

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/supports", get(list).post(name))
        .route("/supports/new", get(new))
        .route("/supports/visits/new", get(new_visit))
        .route("/supports/visits", post(record))
        .route("/supports/visits/{id}", get(visit).post(done))
        .route("/supports/{id}", get(show).post(replan))
        .route("/supports/{id}/end", post(end))
}

struct Row {
    id: String,
    unit: String,
    by: String,
    reasons: String,
    helper: String,
    visits: String,
    word: Word,
}

struct VisitRow {
    id: String,
    unit: String,
    on: String,
    by: String,
    seen: String,
    advised: String,
    done: String,
    guidance: bool,
    back: bool,
}

fn row(s: &Support) -> Row {
    Row {
        id: s.id.to_string(),
        unit: s.unit_name.clone(),
        by: s.by_unit_name.clone(),
        reasons: s.reasons.clone(),
        helper: s.helper_name.clone().unwrap_or_default(),
        visits: match s.last_visit {
            Some(on) => format!("{} 次，最近 {}", s.visits, words::day(on)),
            None => "还没有走访".into(),
        },
        word: if s.ended_on.is_some() { say::ENDED } else { say::HELPED },
    }
}

fn visit_row(v: &Visit) -> VisitRow {
    VisitRow {
        id: v.id.to_string(),
        unit: v.unit_name.clone(),
        on: words::day_full(v.visited_on),
        by: v.by.clone().into_iter().chain(v.with.iter().cloned()).collect::<Vec<_>>().join("、"),
        seen: v.seen.clone(),
        advised: v.advised.clone(),
        done: match (&v.done, &v.done_by) {
            (Some(done), Some(by)) => format!("{done}（{by}）"),
            (Some(done), None) => done.clone(),
            _ => String::new(),
        },
        guidance: v.support.is_none(),
        back: v.back_reason.is_some(),
    }
}

#[derive(Template)]
#[template(path = "support/list.html")]
struct ListPage {
    shell: Shell,
    bureau: bool,
    may_manage: bool,
    open: usize,
    rows: Vec<Row>,
    visits: Vec<VisitRow>,
}

/// Visits on the page of the list.
const VISITS: usize = 50;

async fn list(State(web): State<Web>, signed: Signed) -> Answer {
    let (rows, visits) = web.read(signed.actor(), |cx| Ok((support::list(cx)?, support::visits(cx)?))).await?;
    let mut shell = signed.shell(&web, At::Units).await?;
    let bureau = login::at_bureau(signed.actor());
    if bureau {
        shell.tabs = list_tabs(signed.actor(), signed.actor().unit, ListTabNow::Supports);
    }
    page::full(&ListPage {
        open: rows.iter().filter(|s| s.ended_on.is_none()).count(),
        rows: rows.iter().map(row).collect(),
        visits: visits.iter().take(VISITS).map(visit_row).collect(),
        may_manage: reach(signed.actor().role, Action::SupportManage) == Reach::Subtree,
        bureau,
        shell,
    })
}

/// Schools below to choose from, and colleagues who may help.
fn choices(cx: &mut safety::Cx<'_, '_>) -> Result<(Vec<Choice>, Vec<Choice>)> {
    if reach(cx.actor.role, Action::SupportManage) != Reach::Subtree {
        return Err(base::Refusal::NoRight.into());
    }
    let mut schools = Vec::new();
    for kind in [UnitKind::School, UnitKind::Centre, UnitKind::Point] {
        schools.extend(unit::institutions(cx, kind)?);
    }
    schools.sort_by(|a, b| a.name.cmp(&b.name));
    let staff = people::list(cx, cx.actor.unit, "")?;
    let one = |id: Id, name: String| Choice::new(id.to_string(), name);
    Ok((
        schools.into_iter().map(|u| one(u.id, u.name)).collect(),
        staff.into_iter().filter_map(|p| Some(one(p.id, p.name?))).collect(),
    ))
}

#[derive(Template)]
#[template(path = "support/new.html")]
struct NewPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    /// A visit, not a naming.
    visit: bool,
    schools: Vec<Choice>,
    staff: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn new_page(
    web: &Web,
    signed: &Signed,
    visit: bool,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<NewPage, WebError> {
    let (schools, staff) = web.read(signed.actor(), choices).await?;
    let mut shell = signed.shell(web, At::Units).await?;
    shell.tabs = list_tabs(signed.actor(), signed.actor().unit, ListTabNow::Supports);
    let here = if visit { "记一次走访" } else { "列入帮扶" };
    let crumbs = vec![crumb(words::tab::SUPPORT, "/supports"), crumb(here, "")];
    Ok(NewPage { shell, crumbs, visit, schools, staff, typed, faults })
}

async fn new(State(web): State<Web>, signed: Signed) -> Answer {
    page::full(&new_page(&web, &signed, false, signed.ask.fields(), Vec::new()).await?)
}

async fn new_visit(State(web): State<Web>, signed: Signed) -> Answer {
    page::full(&new_page(&web, &signed, true, signed.ask.fields(), Vec::new()).await?)
}

async fn name(State(web): State<Web>, posted: Posted) -> Answer {
    let f = &posted.fields;
    let new = NewSupport {
        id: posted.key(),
        unit: f.id("unit")?,
        reasons: f.text("reasons"),
        plan: f.text("plan"),
        helper: f.id("helper")?,
    };
    match web.act(&posted, move |cx| support::name(cx, &new)).await {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/supports/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&new_page(&web, &posted.signed, false, posted.fields.clone(), faults).await?, status)
        }
    }
}

async fn record(State(web): State<Web>, posted: Posted) -> Answer {
    let f = &posted.fields;
    let new = NewVisit {
        id: posted.key(),
        unit: f.id("unit")?,
        visited_on: f.day("visited_on")?,
        with: f.ids("with")?,
        seen: f.text("seen"),
        advised: f.text("advised"),
        back_reason: f.opt("back_reason"),
    };
    match web.act(&posted, move |cx| support::record(cx, &new)).await {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/supports/visits/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&new_page(&web, &posted.signed, true, posted.fields.clone(), faults).await?, status)
        }
    }
}

#[derive(Template)]
#[template(path = "support/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    unit: String,
    unit_id: String,
    now: Word,
    by: String,
    named: String,
    reasons: String,
    plan: String,
    helper: String,
    ended: String,
    end_reason: String,
    visits: Vec<VisitRow>,
    may_manage: bool,
    open: bool,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn show_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Option<Fields>,
    faults: Vec<FieldFault>,
) -> std::result::Result<ShowPage, WebError> {
    let (s, visits, may_manage) = web
        .read(signed.actor(), move |cx| {
            let (support, visits) = support::show(cx, id)?;
            let may = crate::unit::may(cx, Action::SupportManage, support.unit)?;
            Ok((support, visits, may))
        })
        .await?;
    let open = s.ended_on.is_none();
    Ok(ShowPage {
        shell: signed.shell(web, At::Units).await?,
        crumbs: vec![crumb(words::tab::SUPPORT, "/supports"), crumb(s.unit_name.clone(), "")],
        id: id.to_string(),
        unit_id: s.unit.to_string(),
        now: if open { say::HELPED } else { say::ENDED },
        by: s.by_unit_name,
        named: format!("{} {}", words::day_full(s.began_on), s.named_by.unwrap_or_default()),
        helper: s.helper_name.unwrap_or_default(),
        ended: s
            .ended_on
            .map_or(String::new(), |on| format!("{} {}", words::day_full(on), s.ended_by.clone().unwrap_or_default())),
        end_reason: s.end_reason.unwrap_or_default(),
        visits: visits.iter().map(visit_row).collect(),
        typed: typed.unwrap_or_else(|| Fields(vec![("plan".into(), s.plan.clone())])),
        unit: s.unit_name,
        reasons: s.reasons,
        plan: s.plan,
        may_manage: may_manage && open,
        open,
        faults,
    })
}

async fn show(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&show_page(&web, &signed, id_of(&id)?, None, Vec::new()).await?)
}

async fn after(web: &Web, posted: &Posted, id: Id, done: Result<()>) -> Answer {
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/supports/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&show_page(web, &posted.signed, id, Some(posted.fields.clone()), faults).await?, status)
        }
    }
}

async fn replan(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let plan = posted.fields.text("plan");
    let done = web.act(&posted, move |cx| support::replan(cx, id, &plan, None)).await;
    after(&web, &posted, id, done).await
}

async fn end(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let reason = posted.fields.text("reason");
    let done = web.act(&posted, move |cx| support::end(cx, id, &reason)).await;
    after(&web, &posted, id, done).await
}

#[derive(Template)]
#[template(path = "support/visit.html")]
struct VisitPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    visit: VisitRow,
    support: String,
    by_unit: String,
    received: String,
    back_reason: String,
    may_answer: bool,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn visit_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<VisitPage, WebError> {
    let (v, may_answer) = web
        .read(signed.actor(), move |cx| {
            let visit = support::visit(cx, id)?;
            let may = crate::unit::may(cx, Action::SupportAnswer, visit.unit)?;
            Ok((visit, may))
        })
        .await?;
    Ok(VisitPage {
        shell: signed.shell(web, At::Units).await?,
        crumbs: vec![crumb(words::tab::SUPPORT, "/supports"), crumb(v.unit_name.clone(), "")],
        support: v.support.map(|s| s.to_string()).unwrap_or_default(),
        by_unit: v.by_unit_name.clone(),
        received: words::at_full(v.received_at),
        back_reason: v.back_reason.clone().unwrap_or_default(),
        may_answer: may_answer && v.done.is_none(),
        visit: visit_row(&v),
        typed,
        faults,
    })
}

async fn visit(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&visit_page(&web, &signed, id_of(&id)?, Fields::default(), Vec::new()).await?)
}

async fn done(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let what = posted.fields.text("done");
    match web.act(&posted, move |cx| support::done(cx, id, &what)).await {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/supports/visits/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&visit_page(&web, &posted.signed, id, posted.fields.clone(), faults).await?, status)
        }
    }
}
