//! One notice: its words, 签收, what is still asked, and the 汇总表, on the page, as a table file and on paper.

use askama::Template;
use axum::extract::{Path, State};
use base::{Id, Result};
use safety::notice::{self, AskKind, Kind, Notice, Receipt, urgent};
use safety::org::login;

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Crumb, Kept, Shell, crumb};
use crate::paper::Paper;
use crate::state::Web;
use crate::unit::id_of;
use crate::words::text as say;
use crate::words::{self, Word};

struct AskRow {
    place: usize,
    label: String,
    kind: &'static str,
    value: String,
}

struct ReceiptRow {
    unit: String,
    id: String,
    signed: String,
    cells: Vec<String>,
    word: Word,
}

#[derive(Template)]
#[template(path = "notice/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    notice: Notice,
    pack: bool,
    body: Vec<String>,
    on: String,
    from: String,
    due: String,
    by: String,
    ended: String,
    to_sign: bool,
    signed: String,
    asks: Vec<AskRow>,
    to_answer: bool,
    answered: bool,
    heads: Vec<String>,
    rows: Vec<ReceiptRow>,
    total: Vec<String>,
    all: usize,
    got: usize,
    more: usize,
    bureau: bool,
    may_end: bool,
    urgent: bool,
    /// Addressees that the asker sees and that have not signed, with how often they were told.
    unsigned: Vec<(String, i64)>,
    csv: String,
    faults: Vec<FieldFault>,
}

/// Addressees shown on the page; the file has all.
const ROWS: usize = 200;

fn typed_word(kind: AskKind, text: &str) -> String {
    match (kind, text) {
        (AskKind::YesNo, "yes") => "是".into(),
        (AskKind::YesNo, "no") => "否".into(),
        (_, text) => text.into(),
    }
}

fn receipt(notice: &Notice, r: &Receipt) -> ReceiptRow {
    let mut cells: Vec<String> = r.figures.iter().map(|n| words::number(*n)).collect();
    for (at, ask) in notice.asks.iter().enumerate() {
        cells.push(r.typed.get(at).map_or(String::new(), |t| typed_word(ask.kind, t)));
    }
    let word = match (r.signed_at.is_some(), notice.asks.is_empty() || !r.typed.is_empty()) {
        (false, _) => say::TO_SIGN,
        (true, false) => say::TO_ANSWER,
        (true, true) if notice.asks.is_empty() => say::SIGNED,
        (true, true) => say::ANSWERED,
    };
    ReceiptRow {
        unit: r.name.clone(),
        id: r.unit.to_string(),
        signed: match (&r.signed_at, &r.signed_by) {
            (Some(at), by) => format!("{} {}", words::at(*at), by.clone().unwrap_or_default()),
            _ => String::new(),
        },
        cells,
        word,
    }
}

async fn show_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<ShowPage, WebError> {
    let (notice, receipts, waits, mine, ladders) = web
        .read(signed.actor(), move |cx| {
            let (notice, receipts) = notice::summary(cx, id)?;
            let waits = notice::waiting(cx, 1_000)?.into_iter().any(|l| l.notice.id == id);
            let mine = receipts.iter().find(|r| r.unit == cx.actor.unit).cloned();
            Ok((notice, receipts, waits, mine, urgent::of(cx, id)?))
        })
        .await?;
    let mut shell = signed.shell(web, At::Clauses).await?;
    shell.tabs = page::clause_tabs(signed.actor(), page::ClauseTab::Notices);
    let mine_signed = mine.as_ref().and_then(|m| m.signed_at);
    let may_sign = crate::notice::may_sign(signed.actor());
    let open = notice.ended_on.is_none();
    let ask = |(place, ask): (usize, &notice::Ask)| {
        let stored = mine.as_ref().and_then(|m| m.typed.get(place).cloned()).unwrap_or_default();
        let now = typed.text(&format!("answer_{place}"));
        AskRow {
            place,
            label: ask.label.clone(),
            kind: ask.kind.code(),
            value: if now.is_empty() { stored } else { now },
        }
    };
    let mut heads: Vec<String> = notice.figures.iter().map(|f| say::figure(*f).to_string()).collect();
    heads.extend(notice.asks.iter().map(|a| a.label.clone()));
    let total = notice::sheet(&notice, &receipts).rows.pop().unwrap_or_default();
    let unsigned = receipts.iter().filter(|r| r.signed_at.is_none() && open);
    let urged = |r: &Receipt| ladders.iter().find(|l| l.unit == r.unit).map(|l| (r.name.clone(), l.rung));
    Ok(ShowPage {
        urgent: !ladders.is_empty(),
        unsigned: unsigned.filter_map(urged).take(ROWS).collect(),
        crumbs: vec![crumb(words::tab::NOTICES, "/notices"), crumb(notice.title.clone(), "")],
        pack: notice.kind == Kind::Pack,
        body: notice.body.lines().map(str::to_string).collect(),
        on: match ladders.is_empty() {
            true => words::day_long(notice.received_at.day()),
            // Urged by the minute: the hour is what counts.
            false => words::at_full(notice.received_at),
        },
        from: words::day_full(notice.from_on),
        due: words::day_full(notice.due_on),
        by: notice.by_name.clone().unwrap_or_default(),
        ended: notice.ended_on.map(words::day_full).unwrap_or_default(),
        to_sign: waits && mine.is_some() && mine_signed.is_none(),
        signed: match &mine {
            Some(m) if m.signed_at.is_some() => receipt(&notice, m).signed,
            _ => String::new(),
        },
        to_answer: open && may_sign && mine.is_some() && mine_signed.is_some() && !notice.asks.is_empty(),
        answered: mine.as_ref().is_some_and(|m| !m.typed.is_empty()),
        asks: notice.asks.iter().enumerate().map(ask).collect(),
        heads,
        all: receipts.len(),
        got: receipts.iter().filter(|r| r.signed_at.is_some()).count(),
        more: receipts.len().saturating_sub(ROWS),
        rows: receipts.iter().take(ROWS).map(|r| receipt(&notice, r)).collect(),
        total: total.iter().skip(4).map(words::record::cell).collect(),
        bureau: login::at_bureau(signed.actor()),
        may_end: open && notice.unit == signed.actor().unit && may_sign,
        csv: format!("/notices/{id}?as=csv"),
        notice,
        shell,
        faults,
    })
}

pub async fn show(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    if signed.ask.param("as").as_deref() == Some("csv") {
        let (notice, receipts) = web.read(signed.actor(), move |cx| notice::summary(cx, id)).await?;
        let sheet = notice::sheet(&notice, &receipts);
        let title = format!("{}汇总表", notice.title);
        let mut paper = web.heavy(move || Ok(Paper::of(&sheet, title))).await?;
        // Questions carry their own words.
        let first = 4 + notice.figures.len();
        paper.rename(first, notice.asks.iter().map(|a| a.label.clone()).collect());
        return Ok(paper.download(true));
    }
    page::full(&show_page(&web, &signed, id, Fields::default(), Vec::new()).await?)
}

async fn after(web: &Web, posted: &Posted, id: Id, done: Result<()>) -> Answer {
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/notices/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&show_page(web, &posted.signed, id, posted.fields.clone(), faults).await?, status)
        }
    }
}

pub async fn sign(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let done = web.act(&posted, move |cx| notice::sign(cx, id)).await;
    after(&web, &posted, id, done).await
}

pub async fn answer(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let typed: Vec<String> = (0..notice::ASKS_MAX).map(|n| posted.fields.text(&format!("answer_{n}"))).collect();
    let done = web.act(&posted, move |cx| notice::answer(cx, id, &typed)).await;
    after(&web, &posted, id, done).await
}

pub async fn end(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let done = web.act(&posted, move |cx| notice::end(cx, id)).await;
    after(&web, &posted, id, done).await
}
