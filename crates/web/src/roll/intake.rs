//! A table in: pasted or uploaded, first tried without storing anything, then taken in.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use base::{Id, Refusal};
use safety::kernel::rights::Action;
use safety::org::unit::{self, Unit};
use safety::roll::intake::{self, Plan};

use super::read;
use crate::door::{Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Crumb, Kept, Shell, UnitTab, crumb};
use crate::state::Web;
use crate::unit::{crumbs, id_of};
use crate::words;
use crate::words::roll as say;

/// Faults shown at once; more are counted.
const SHOWN: usize = 30;

#[derive(Template)]
#[template(path = "roll/import.html")]
struct ImportPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    unit: Unit,
    table: String,
    /// What it would do; "" before it was tried or while rows are to be changed.
    plan: String,
    rows: usize,
    left: usize,
    faults: Vec<FieldFault>,
}

async fn import_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    table: String,
    plan: String,
    rows: usize,
    faults: Vec<FieldFault>,
) -> std::result::Result<ImportPage, WebError> {
    let (unit, mut trail) = web
        .read(signed.actor(), move |cx| {
            let unit = unit::show(cx, id)?;
            cx.require(Action::RollManage, unit.home, false)?;
            Ok((unit.clone(), crumbs(cx, &unit)?))
        })
        .await?;
    if let Some(last) = trail.last_mut() {
        last.href = format!("/units/{}/roll", unit.id);
    }
    trail.push(crumb(words::tab::IMPORT, ""));
    let mut shell = signed.shell(web, At::Units).await?;
    shell.tabs = page::unit_tabs(signed.actor(), unit.home, unit.kind, UnitTab::People);
    let left = faults.len().saturating_sub(SHOWN);
    let faults = faults.into_iter().take(SHOWN).collect();
    Ok(ImportPage { shell, crumbs: trail, unit, table, plan, rows, left, faults })
}

pub async fn form(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&import_page(&web, &signed, id_of(&id)?, String::new(), String::new(), 0, Vec::new()).await?)
}

fn fault(title: String) -> FieldFault {
    FieldFault { field: "table".into(), title }
}

pub async fn take(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let unit = id_of(&id)?;
    let signed = &posted.signed;
    let text = match posted.table() {
        Ok(text) => text,
        Err(e) => {
            let Kept { status, faults } = page::keep(&signed.ask, e)?;
            let page = import_page(&web, signed, unit, String::new(), String::new(), 0, faults).await?;
            return page::again(&page, status);
        }
    };
    let (lines, bad) = match read::lines(&text) {
        Ok(read) => read,
        Err(why) => {
            let page = import_page(&web, signed, unit, text, String::new(), 0, vec![fault(why)]).await?;
            return page::again(&page, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let (rows, asked) = (lines.len(), lines.clone());
    let plan: Plan = web.read(signed.actor(), move |cx| intake::plan(cx, unit, &asked)).await?;
    let mut faults: Vec<FieldFault> = bad.into_iter().map(fault).collect();
    let mut found: Vec<_> = plan.faults.iter().collect();
    found.sort_by_key(|b| b.at);
    faults.extend(found.iter().map(|b| fault(say::row_fault(b.at, &words::problem(b.fault.field, &b.fault.problem)))));
    if !faults.is_empty() {
        let page = import_page(&web, signed, unit, text, String::new(), rows, faults).await?;
        return page::again(&page, StatusCode::UNPROCESSABLE_ENTITY);
    }
    if !posted.fields.flag("store") {
        return page::full(&import_page(&web, signed, unit, text, say::plan(&plan), rows, Vec::new()).await?);
    }
    let done = web.act(&posted, move |cx| intake::take_in(cx, unit, &lines).map(|p| p.entered)).await;
    match done {
        Ok(_) => page::done(&signed.ask, web.now(), unit, format!("/units/{unit}/roll")),
        Err(base::Error::Refused(Refusal::NotFound)) => Err(WebError::not_found()),
        Err(e) => {
            let Kept { status, faults } = page::keep(&signed.ask, e)?;
            page::again(&import_page(&web, signed, unit, text, String::new(), rows, faults).await?, status)
        }
    }
}
