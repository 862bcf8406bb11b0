//! A 专项 notice being written: tried first (what the records know, what it would cost, what is asked twice), then sent.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use base::Result;
use safety::hazard::Category;
use safety::notice::lint::{self, Rehearsal};
use safety::notice::{self, ASKS_MAX, Ask, AskKind, Figure, NewNotice};
use safety::org::UnitKind;

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Kept, Shell};
use crate::state::Web;
use crate::words;
use crate::words::text as say;

/// Rows for questions on the form.
const ROWS: usize = 5;

struct Tried {
    burden: String,
    by_kind: Vec<String>,
    known: Vec<(&'static str, String)>,
    findings: Vec<String>,
}

#[derive(Template)]
#[template(path = "notice/new.html")]
struct NewPage {
    shell: Shell,
    clauses: Vec<Choice>,
    kinds: Vec<Choice>,
    figures: Vec<Choice>,
    categories: Vec<Choice>,
    ask_kinds: Vec<Choice>,
    rows: Vec<(usize, String, String)>,
    tried: Option<Tried>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

fn tried(r: &Rehearsal) -> Tried {
    let kind = |(kind, n): &(UnitKind, i64)| format!("{} {n}", words::unit_kind(*kind));
    Tried {
        burden: say::burden(r.units, r.minutes_each, r.minutes),
        by_kind: r.by_kind.iter().map(kind).collect(),
        known: r.known.iter().map(|(f, n)| (say::figure(*f), words::number(*n))).collect(),
        findings: r.findings.iter().map(say::finding).collect(),
    }
}

/// Whom a bureau may address, by kind.
pub(super) fn kinds_below(own: UnitKind) -> Vec<Choice> {
    let kinds: &[UnitKind] = match own {
        UnitKind::City => &[UnitKind::County, UnitKind::School, UnitKind::Centre, UnitKind::Point],
        _ => &[UnitKind::School, UnitKind::Centre, UnitKind::Point],
    };
    kinds.iter().map(|k| Choice::new(k.code(), words::unit_kind(*k))).collect()
}

async fn new_page(
    web: &Web,
    signed: &Signed,
    typed: Fields,
    rehearsal: Option<Rehearsal>,
    faults: Vec<FieldFault>,
) -> std::result::Result<NewPage, WebError> {
    let mut shell = signed.shell(web, At::Clauses).await?;
    shell.tabs = page::clause_tabs(signed.actor(), page::ClauseTab::Notices);
    let rows = (0..ROWS).map(|n| (n, typed.text(&format!("ask_{n}")), typed.text(&format!("ask_kind_{n}"))));
    Ok(NewPage {
        clauses: words::notice::ITEMS.iter().map(|(n, name)| Choice::new(*n, format!("{n} {name}"))).collect(),
        kinds: kinds_below(signed.actor().unit_kind),
        figures: Figure::ALL.iter().map(|f| Choice::new(f.code(), say::figure(*f))).collect(),
        categories: Category::ALL.iter().map(|c| Choice::new(c.code(), words::category(*c))).collect(),
        ask_kinds: AskKind::ALL.iter().map(|k| Choice::new(k.code(), say::ask_kind(*k))).collect(),
        rows: rows.collect(),
        tried: rehearsal.as_ref().map(tried),
        shell,
        typed,
        faults,
    })
}

pub async fn form(State(web): State<Web>, signed: Signed) -> Answer {
    // Whoever may not issue is told so before writing.
    web.read(signed.actor(), |cx| {
        let unit = cx.actor.unit;
        cx.require(safety::kernel::rights::Action::NoticeIssue, unit, false).map(|_| ())
    })
    .await?;
    page::full(&new_page(&web, &signed, signed.ask.fields(), None, Vec::new()).await?)
}

fn typed_notice(fields: &Fields, today: base::Day) -> Result<NewNotice> {
    let unreadable = |field: &'static str| base::Error::invalid(field, base::Problem::Unreadable);
    let codes = |name: &str| fields.all(name);
    let mut asks = Vec::new();
    for n in 0..ASKS_MAX {
        if let Some(label) = fields.opt(&format!("ask_{n}")) {
            let kind = AskKind::from_code(fields.get(&format!("ask_kind_{n}"))).unwrap_or(AskKind::Number);
            asks.push(Ask { label, kind });
        }
    }
    let kinds = codes("kinds").into_iter().map(|k| UnitKind::from_code(&k).ok_or_else(|| unreadable("kinds")));
    let figures = codes("figures").into_iter().map(|f| Figure::from_code(&f).ok_or_else(|| unreadable("figures")));
    Ok(NewNotice {
        id: None,
        number: fields.opt("number"),
        title: fields.text("title"),
        body: fields.text("body"),
        clause: fields.text("clause"),
        kinds: kinds.collect::<Result<_>>()?,
        units: Vec::new(),
        figures: figures.collect::<Result<_>>()?,
        category: fields.read("category", Category::from_code)?,
        asks,
        from_on: fields.day("from_on")?,
        due_on: fields.day("due_on")?.unwrap_or(today.plus_days(14)),
    })
}

pub async fn send(State(web): State<Web>, posted: Posted) -> Answer {
    let signed = &posted.signed;
    let mut new = match typed_notice(&posted.fields, web.now().day()) {
        Ok(new) => new,
        Err(e) => {
            let Kept { status, faults } = page::keep(&signed.ask, e)?;
            return page::again(&new_page(&web, signed, posted.fields.clone(), None, faults).await?, status);
        }
    };
    let draft = new.clone();
    if !posted.fields.flag("send") {
        let rehearsal = web.read(signed.actor(), move |cx| lint::rehearse(cx, &draft, say::KNOWN)).await?;
        let page = new_page(&web, signed, posted.fields.clone(), Some(rehearsal), Vec::new()).await?;
        return page::again(&page, StatusCode::OK);
    }
    new.id = posted.key();
    match web.act(&posted, move |cx| notice::issue(cx, &new)).await {
        Ok(id) => page::done(&signed.ask, web.now(), id, format!("/notices/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&signed.ask, e)?;
            let rehearsal = web.read(signed.actor(), move |cx| lint::rehearse(cx, &draft, say::KNOWN)).await?;
            page::again(&new_page(&web, signed, posted.fields.clone(), Some(rehearsal), faults).await?, status)
        }
    }
}
