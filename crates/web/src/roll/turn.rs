//! The turn of the school year: proposed class by class, renamed where wanted, then done in one act.

use askama::Template;
use axum::extract::{Path, State};
use base::{Day, Error, Id, Problem, Result};
use safety::org::unit::{self, Unit};
use safety::roll::year::{self, Promotion, Proposal};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Crumb, Kept, Shell, UnitTab, crumb};
use crate::state::Web;
use crate::unit::{crumbs, id_of};
use crate::words;
use crate::words::roll as say;

struct TurnRow {
    id: String,
    name: String,
    /// "" = leaves.
    grade: String,
    word: &'static str,
    next: String,
}

#[derive(Template)]
#[template(path = "roll/turn.html")]
struct TurnPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    unit: Unit,
    on: String,
    /// The first day of the school year that it leads into.
    begins: String,
    /// Classes that stand for that year already.
    standing: i64,
    rows: Vec<TurnRow>,
    up: usize,
    leave: usize,
    faults: Vec<FieldFault>,
}

async fn turn_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    on: Option<Day>,
    typed: &Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<TurnPage, WebError> {
    let (unit, mut trail, turn) = web
        .read(signed.actor(), move |cx| {
            let unit = unit::show(cx, id)?;
            Ok((unit.clone(), crumbs(cx, &unit)?, year::proposed(cx, id, on)?))
        })
        .await?;
    if let Some(last) = trail.last_mut() {
        last.href = format!("/units/{}/roll", unit.id);
    }
    trail.push(crumb(words::tab::TURN, ""));
    let mut shell = signed.shell(web, At::Units).await?;
    shell.tabs = page::unit_tabs(signed.actor(), unit.home, unit.kind, UnitTab::People);
    let row = |p: &Proposal| {
        let typed = typed.get(&format!("name_{}", p.class.id)).to_string();
        let next = p.grade.map(|g| say::renamed(&p.class.name, g)).unwrap_or_default();
        TurnRow {
            id: p.class.id.to_string(),
            name: p.class.name.clone(),
            grade: p.grade.map(|g| g.to_string()).unwrap_or_default(),
            word: p.grade.map_or("毕业离校", say::grade),
            next: if typed.is_empty() { next } else { typed },
        }
    };
    let proposed = &turn.proposals;
    Ok(TurnPage {
        up: proposed.iter().filter(|p| p.grade.is_some()).count(),
        leave: proposed.iter().filter(|p| p.grade.is_none()).count(),
        rows: proposed.iter().map(row).collect(),
        on: turn.on.to_string(),
        begins: turn.begins_on.to_string(),
        standing: turn.standing,
        crumbs: trail,
        shell,
        unit,
        faults,
    })
}

pub async fn form(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let on = signed.ask.fields().day("on")?;
    page::full(&turn_page(&web, &signed, id_of(&id)?, on, &Fields::default(), Vec::new()).await?)
}

fn typed_turn(fields: &Fields) -> Result<Vec<Promotion>> {
    let mut out = Vec::new();
    for class in fields.ids("class")? {
        let grade = fields.get(&format!("grade_{class}")).trim().to_string();
        let grade = match grade.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| Error::invalid("grade", Problem::Unreadable))?),
        };
        let name = Some(fields.text(&format!("name_{class}"))).filter(|n| !n.trim().is_empty());
        out.push(Promotion { class, grade, name });
    }
    Ok(out)
}

pub async fn promote(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let unit = id_of(&id)?;
    let on = posted.fields.day("on")?;
    let typed = on.ok_or_else(|| Error::invalid("from_on", Problem::Required));
    let done = match typed.and_then(|on| Ok((on, typed_turn(&posted.fields)?))) {
        Ok((on, turn)) => web.act(&posted, move |cx| year::promote(cx, unit, on, &turn)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => page::done(&posted.signed.ask, web.now(), unit, format!("/units/{unit}/roll")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&turn_page(&web, &posted.signed, unit, on, &posted.fields, faults).await?, status)
        }
    }
}
