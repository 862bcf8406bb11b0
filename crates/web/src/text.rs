//! 制度与预案: how each kind stands at a unit, one kind with its editions and who acknowledged it, the collection on
//! paper, and what is missing below a bureau.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use base::Id;
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::unit::{self, Unit};
use safety::text::{self, Line, NewText, Standing, View};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Crumb, Kept, Shell, UnitTab, crumb};
use crate::state::Web;
use crate::unit::{crumbs, id_of, may};
use crate::words::text as say;
use crate::words::{self, Word};

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/units/{id}/texts", get(board))
        .route("/units/{id}/texts/print", get(print))
        .route("/units/{id}/texts/{kind}", get(show).post(adopt))
        .route("/texts", get(below))
        .route("/texts/{id}/ack", post(ack))
        .route("/texts/{id}/review", post(review))
}

struct Row {
    kind: String,
    title: String,
    clause: String,
    word: Word,
    adopted: String,
    review: String,
    acks: String,
}

#[derive(Template)]
#[template(path = "text/board.html")]
struct BoardPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    unit: Unit,
    sentence: String,
    rules: Vec<Row>,
    plans: Vec<Row>,
    any: bool,
}

fn row(line: &Line) -> Row {
    Row {
        kind: line.kind.clone(),
        title: line.title.clone(),
        clause: line.clause.clone(),
        word: say::standing(line.standing),
        adopted: line.text.as_ref().map(|t| words::day_full(t.adopted_on)).unwrap_or_default(),
        review: line.text.as_ref().map(|t| words::day_full(t.review_by)).unwrap_or_default(),
        acks: if line.text.is_some() { format!("{} / {}", line.acked, line.bound) } else { String::new() },
    }
}

async fn board(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let (unit, crumbs, lines) = web
        .read(signed.actor(), move |cx| {
            let unit = unit::show(cx, id)?;
            Ok((unit.clone(), crumbs(cx, &unit)?, text::board(cx, id)?))
        })
        .await?;
    let mut shell = signed.shell(&web, At::Units).await?;
    shell.tabs = page::unit_tabs(signed.actor(), unit.home, unit.kind, UnitTab::Texts);
    let count = |s: Standing| lines.iter().filter(|l| l.standing == s).count();
    page::full(&BoardPage {
        sentence: say::texts(lines.len(), count(Standing::Missing), count(Standing::Expired)),
        any: lines.iter().any(|l| l.text.is_some()),
        rules: lines.iter().filter(|l| !l.plan).map(row).collect(),
        plans: lines.iter().filter(|l| l.plan).map(row).collect(),
        shell,
        crumbs,
        unit,
    })
}

struct AckRow {
    name: String,
    post: &'static str,
    at: String,
}

struct EditionRow {
    edition: i64,
    span: String,
    meeting: String,
    body: String,
}

#[derive(Template)]
#[template(path = "text/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    view: View,
    now: Word,
    id: String,
    adopted: String,
    review_by: String,
    acks: Vec<AckRow>,
    acked: usize,
    reviews: Vec<(String, String)>,
    editions: Vec<EditionRow>,
    may_manage: bool,
    to_ack: bool,
    leaf: String,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn show_page(
    web: &Web,
    signed: &Signed,
    unit: Id,
    kind: String,
    typed: Option<Fields>,
    faults: Vec<FieldFault>,
) -> std::result::Result<ShowPage, WebError> {
    let (view, mut trail, may_manage, to_ack) = web
        .read(signed.actor(), move |cx| {
            let view = text::view(cx, unit, &kind)?;
            let home = unit::load(cx, view.unit)?;
            let waits = text::waiting(cx, 1_000)?;
            let to_ack = view.text.as_ref().is_some_and(|t| waits.iter().any(|w| w.id == t.id));
            Ok((view, crumbs(cx, &home)?, may(cx, Action::TextManage, home.id)?, to_ack))
        })
        .await?;
    if let Some(last) = trail.last_mut() {
        last.href = format!("/units/{}/texts", view.unit);
    }
    trail.push(crumb(view.title.clone(), ""));
    let body = view.text.as_ref().map_or(view.model.trim(), |t| t.body.as_str());
    let stored = Fields(vec![("body".into(), body.to_string())]);
    let ack = |a: &text::Ack| AckRow {
        name: a.name.clone().unwrap_or_default(),
        post: safety::org::Role::from_code(&a.role).map_or("", words::role),
        at: a.at.map(words::at).unwrap_or_default(),
    };
    let edition = |t: &text::Text| EditionRow {
        edition: t.edition,
        span: match t.ended_on {
            Some(until) => format!("{} — {}", words::day_full(t.adopted_on), words::day_full(until)),
            None => format!("{} 起", words::day_full(t.adopted_on)),
        },
        meeting: t.meeting.clone(),
        body: t.body.clone(),
    };
    let review = |r: &text::Review| {
        let note = r.note.clone().unwrap_or_else(|| "没有要改的".into());
        (words::day_full(r.on), format!("{} {note}", r.by.clone().unwrap_or_default()))
    };
    Ok(ShowPage {
        shell: signed.shell(web, At::Units).await?,
        now: say::standing(view.standing),
        id: view.text.as_ref().map(|t| t.id.to_string()).unwrap_or_default(),
        adopted: view.text.as_ref().map(|t| words::day_full(t.adopted_on)).unwrap_or_default(),
        review_by: view.text.as_ref().map(|t| words::day_full(t.review_by)).unwrap_or_default(),
        acked: view.acks.iter().filter(|a| a.at.is_some()).count(),
        acks: view.acks.iter().map(ack).collect(),
        reviews: view.reviews.iter().map(review).collect(),
        editions: view.editions.iter().map(edition).collect(),
        leaf: view.leaf.map(words::number).unwrap_or_default(),
        typed: typed.unwrap_or(stored),
        crumbs: trail,
        may_manage,
        to_ack,
        view,
        faults,
    })
}

async fn show(State(web): State<Web>, signed: Signed, Path((id, kind)): Path<(String, String)>) -> Answer {
    page::full(&show_page(&web, &signed, id_of(&id)?, kind, None, Vec::new()).await?)
}

async fn adopt(State(web): State<Web>, Path((id, kind)): Path<(String, String)>, posted: Posted) -> Answer {
    let unit = id_of(&id)?;
    let new = NewText {
        id: posted.key(),
        unit: Some(unit),
        kind: kind.clone(),
        title: None,
        body: posted.fields.text("body"),
        adopted_on: posted.fields.day("adopted_on")?,
        meeting: posted.fields.text("meeting"),
        work: None,
    };
    match web.act(&posted, move |cx| text::adopt(cx, &new)).await {
        Ok(text) => page::done(&posted.signed.ask, web.now(), text, format!("/units/{unit}/texts/{kind}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            let page = show_page(&web, &posted.signed, unit, kind, Some(posted.fields.clone()), faults).await?;
            page::again(&page, status)
        }
    }
}

/// Back to the kind's page after an act on an edition.
async fn after(web: &Web, posted: &Posted, id: Id, done: base::Result<()>) -> Answer {
    let text = web.read(posted.actor(), move |cx| text::show(cx, id)).await?;
    let back = format!("/units/{}/texts/{}", text.unit, text.kind);
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, back),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&show_page(web, &posted.signed, text.unit, text.kind, None, faults).await?, status)
        }
    }
}

async fn ack(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let done = web.act(&posted, move |cx| text::ack(cx, id)).await;
    after(&web, &posted, id, done).await
}

async fn review(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let note = posted.fields.opt("note");
    let done = web.act(&posted, move |cx| text::review(cx, id, note.as_deref())).await;
    after(&web, &posted, id, done).await
}

struct Paper {
    title: String,
    clause: String,
    lines: Vec<String>,
    foot: String,
}

#[derive(Template)]
#[template(path = "text/print.html")]
struct PrintPage {
    shell: Shell,
    unit: Unit,
    papers: Vec<Paper>,
    printed: String,
}

async fn print(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let (unit, lines) = web.read(signed.actor(), move |cx| Ok((unit::show(cx, id)?, text::collected(cx, id)?))).await?;
    let paper = |line: &Line| {
        let text = line.text.as_ref()?;
        let foot = format!("{} {} 通过，第 {} 版", words::day_full(text.adopted_on), text.meeting, text.edition);
        let lines = text.body.lines().map(str::to_string).collect();
        Some(Paper { title: text.title.clone(), clause: line.clause.clone(), lines, foot })
    };
    page::full(&PrintPage {
        shell: signed.shell(&web, At::Units).await?,
        papers: lines.iter().filter_map(paper).collect(),
        printed: words::at_full(web.now()),
        unit,
    })
}

struct BelowRow {
    id: String,
    name: String,
    missing: String,
    expired: String,
    gaps: usize,
    owed: i64,
}

#[derive(Template)]
#[template(path = "text/below.html")]
struct BelowPage {
    shell: Shell,
    rows: Vec<BelowRow>,
    more: usize,
}

/// Units shown on one page; who wants the rest looks at one county.
const ROWS: usize = 100;

async fn below(State(web): State<Web>, signed: Signed) -> Answer {
    if !matches!(reach(signed.actor().role, Action::TextRead), Reach::Subtree | Reach::All) {
        return page::back(&format!("/units/{}/texts", signed.actor().unit));
    }
    let lines = web.read(signed.actor(), text::below).await?;
    let mut shell = signed.shell(&web, At::Units).await?;
    shell.tabs = crate::unit::list_tabs(signed.actor(), signed.actor().unit, crate::unit::ListTabNow::Texts);
    let row = |b: &text::Below| BelowRow {
        id: b.unit.to_string(),
        name: b.name.clone(),
        missing: if b.missing.len() as i64 == b.owed { say::NONE_YET.into() } else { say::first_of(&b.missing) },
        expired: say::first_of(&b.expired),
        gaps: b.missing.len() + b.expired.len(),
        owed: b.owed,
    };
    page::full(&BelowPage {
        more: lines.len().saturating_sub(ROWS),
        rows: lines.iter().take(ROWS).map(row).collect(),
        shell,
    })
}
