//! 通知: the pack's notice and 专项 notices with 签收, answers and 汇总表; what a county or a school adds on top; the year
//! plan and the year-end summary (1.3, 2.6, 4.3). Decides nothing.
//!
//! `new` a notice being written and tried · `urgent` an urgent one in one press · `show` one with its receipts · `plan` layers, plan, year end

mod new;
mod plan;
mod show;
mod urgent;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use safety::kernel::rights::{Action, Reach, reach};
use safety::notice::{self, Kind, Line};

use crate::door::{Posted, Signed};
use crate::error::{Answer, FieldFault};
use crate::page::{self, At, ClauseTab, Kept, Shell};
use crate::state::Web;
use crate::words::text as say;
use crate::words::{self, Word};

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/notices", get(list))
        .route("/notices/new", get(new::form).post(new::send))
        .route("/notices/urgent", get(urgent::form).post(urgent::send))
        .route("/notices/pack", post(dispatch))
        .route("/notices/{id}", get(show::show))
        .route("/notices/{id}/sign", post(show::sign))
        .route("/notices/{id}/answer", post(show::answer))
        .route("/notices/{id}/end", post(show::end))
        .route("/units/{id}/plan", get(plan::show))
        .route("/units/{id}/plan/end", get(plan::year_end))
        .route("/layers", post(plan::add))
        .route("/layers/{id}/end", post(plan::end))
}

struct Row {
    id: String,
    title: String,
    number: String,
    from: String,
    on: String,
    due: String,
    word: Word,
}

fn row(line: &Line) -> Row {
    let n = &line.notice;
    let word = match (n.ended_on.is_some(), line.to_sign, line.signed, line.answered || n.asks.is_empty()) {
        (true, ..) => say::ENDED,
        (_, true, false, _) => say::TO_SIGN,
        (_, true, true, false) => say::TO_ANSWER,
        (_, true, true, true) if n.asks.is_empty() => say::SIGNED,
        (_, true, true, true) => say::ANSWERED,
        _ => say::SENT,
    };
    Row {
        id: n.id.to_string(),
        title: n.title.clone(),
        number: n.number.clone().unwrap_or_default(),
        from: n.unit_name.clone(),
        on: words::day_full(n.received_at.day()),
        due: words::day_full(n.due_on),
        word,
    }
}

#[derive(Template)]
#[template(path = "notice/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Row>,
    waiting: usize,
    may_issue: bool,
    may_urge: bool,
    /// The pack's notice has not been sent by this unit.
    may_dispatch: bool,
    pack: String,
    due: String,
    faults: Vec<FieldFault>,
}

/// Days within which the pack's notice is to be signed for.
const SIGN_DAYS: i64 = 7;

async fn list_page(
    web: &Web,
    signed: &Signed,
    faults: Vec<FieldFault>,
) -> std::result::Result<ListPage, crate::error::WebError> {
    let lines = web.read(signed.actor(), notice::list).await?;
    let mut shell = signed.shell(web, At::Clauses).await?;
    shell.tabs = page::clause_tabs(signed.actor(), ClauseTab::Notices);
    let may_issue = reach(signed.actor().role, Action::NoticeIssue) != Reach::Nothing;
    let top = signed.actor().unit_kind == safety::org::UnitKind::City;
    let sent = lines.iter().any(|l| l.own && l.notice.kind == Kind::Pack);
    Ok(ListPage {
        waiting: lines.iter().filter(|l| l.to_sign && !l.signed && l.notice.ended_on.is_none()).count(),
        rows: lines.iter().map(row).collect(),
        may_issue,
        may_urge: reach(signed.actor().role, Action::NoticeUrge) != Reach::Nothing,
        may_dispatch: may_issue && top && !sent,
        pack: web.app.pack().title.clone(),
        due: web.now().day().plus_days(SIGN_DAYS).to_string(),
        shell,
        faults,
    })
}

async fn list(State(web): State<Web>, signed: Signed) -> Answer {
    page::full(&list_page(&web, &signed, Vec::new()).await?)
}

async fn dispatch(State(web): State<Web>, posted: Posted) -> Answer {
    let due = posted.fields.day("due_on")?.unwrap_or_else(|| web.now().day().plus_days(SIGN_DAYS));
    match web.act(&posted, move |cx| notice::dispatch(cx, due)).await {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/notices/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&list_page(&web, &posted.signed, faults).await?, status)
        }
    }
}

/// May the actor sign for a unit?
fn may_sign(actor: &safety::Actor) -> bool {
    reach(actor.role, Action::NoticeSign) != Reach::Nothing
}
