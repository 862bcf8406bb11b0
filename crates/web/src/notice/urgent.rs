//! 紧急通知 (1.2): three fields and one press, also by the desk at night. Everybody addressed is told at once; who does not
//! sign is told again, one rung higher each time. No rehearsal: it asks for nothing but a signature.

use askama::Template;
use axum::extract::State;
use base::{Day, Error, Id, Problem, Result};
use safety::kernel::rights::Action;
use safety::notice::{NewNotice, urgent};
use safety::org::{UnitKind, unit};

use super::new::kinds_below;
use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, crumb};
use crate::state::Web;
use crate::words;

#[derive(Template)]
#[template(path = "notice/urgent.html")]
struct UrgentPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    kinds: Vec<Choice>,
    units: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn page_of(
    web: &Web,
    signed: &Signed,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<UrgentPage, WebError> {
    let below = web
        .read(signed.actor(), |cx| {
            let own = cx.actor.unit;
            // Whoever may not send one is told so before writing.
            cx.require(Action::NoticeUrge, own, false)?;
            unit::children(cx, own)
        })
        .await?;
    let mut shell = signed.shell(web, At::Clauses).await?;
    shell.tabs = page::clause_tabs(signed.actor(), page::ClauseTab::Notices);
    let stands = |kind: UnitKind| matches!(kind, UnitKind::County) || kind.is_school();
    let below = below.into_iter().filter(|u| stands(u.kind) && u.closed_on.is_none());
    Ok(UrgentPage {
        crumbs: vec![crumb(words::tab::NOTICES, "/notices"), crumb(words::text::URGENT, "")],
        kinds: kinds_below(signed.actor().unit_kind),
        units: below.map(|u| Choice::new(u.id.to_string(), u.name)).collect(),
        shell,
        typed,
        faults,
    })
}

pub async fn form(State(web): State<Web>, signed: Signed) -> Answer {
    page::full(&page_of(&web, &signed, signed.ask.fields(), Vec::new()).await?)
}

/// Refuses what it cannot read of the addressees: left out, it would go to everybody.
fn typed(posted: &Posted, today: Day) -> Result<NewNotice> {
    let f = &posted.fields;
    let unreadable = |field: &'static str| Error::invalid(field, Problem::Unreadable);
    let kinds = f.all("kinds").into_iter().map(|k| UnitKind::from_code(&k).ok_or_else(|| unreadable("kinds")));
    let units = f.all("units").into_iter().map(|id| Id::parse(&id).ok_or_else(|| unreadable("units")));
    Ok(NewNotice {
        id: posted.key(),
        number: None,
        title: f.text("title"),
        body: f.text("body"),
        clause: "1.2".into(),
        kinds: kinds.collect::<Result<_>>()?,
        units: units.collect::<Result<_>>()?,
        figures: Vec::new(),
        category: None,
        asks: Vec::new(),
        from_on: None,
        due_on: today,
    })
}

pub async fn send(State(web): State<Web>, posted: Posted) -> Answer {
    let signed = &posted.signed;
    let done = match typed(&posted, web.now().day()) {
        Ok(new) => web.act(&posted, move |cx| urgent::send(cx, &new)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => page::done(&signed.ask, web.now(), id, format!("/notices/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&signed.ask, e)?;
            page::again(&page_of(&web, signed, posted.fields.clone(), faults).await?, status)
        }
    }
}
