//! What happens to a unit after it was opened (4.2): 更名, 划转, 并入, 撤销. One form page with a day and a reason; who may,
//! and what fits, is asked of the noun.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use base::{Error, Id, Problem, Result};
use safety::org::unit;
use safety::org::unit::{Change, Unit};

use super::{crumbs, id_of};
use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell};
use crate::state::Web;
use crate::words;

/// What can be done to a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Rename,
    Move,
    Merge,
    Close,
}

impl Verb {
    const ALL: [Verb; 4] = [Verb::Rename, Verb::Move, Verb::Merge, Verb::Close];
    /// The word of its address.
    fn code(self) -> &'static str {
        match self {
            Verb::Rename => "rename",
            Verb::Move => "move",
            Verb::Merge => "merge",
            Verb::Close => "close",
        }
    }
}

pub(super) fn routes() -> Router<Web> {
    let by = |verb| post(move |web: State<Web>, id: Path<String>, posted: Posted| act(web, id, posted, verb));
    Router::new()
        .route("/units/{id}/life", get(form))
        .route("/units/{id}/rename", by(Verb::Rename))
        .route("/units/{id}/move", by(Verb::Move))
        .route("/units/{id}/merge", by(Verb::Merge))
        .route("/units/{id}/close", by(Verb::Close))
}

/// A way to one of the forms, on the unit's page.
pub(super) struct Way {
    pub href: String,
    pub label: &'static str,
}

/// Nothing can be made of a unit that is closed; the root has nothing above it and stays.
pub(super) fn ways(unit: &Unit) -> Vec<Way> {
    if unit.closed_on.is_some() {
        return Vec::new();
    }
    let open = Verb::ALL.iter().filter(|verb| unit.parent.is_some() || **verb == Verb::Rename);
    open.map(|verb| Way {
        href: format!("/units/{}/life?do={}", unit.id, verb.code()),
        label: words::unit_act(verb.code()),
    })
    .collect()
}

#[derive(Template)]
#[template(path = "unit/life.html")]
struct LifePage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    unit: Unit,
    verb: Verb,
    title: &'static str,
    choices: Vec<Choice>,
    /// Hazards that keep it from ending.
    open: i64,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn form(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let asked = signed.ask.param("do").unwrap_or_default();
    let verb = Verb::ALL.iter().find(|verb| verb.code() == asked).ok_or_else(WebError::not_found)?;
    let typed = Fields(vec![("on".into(), web.now().day().to_string())]);
    page::full(&life_page(&web, &signed, id_of(&id)?, *verb, typed, Vec::new()).await?)
}

async fn life_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    verb: Verb,
    mut typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<LifePage, WebError> {
    let (unit, ways, crumbs) = web
        .read(signed.actor(), move |cx| {
            let unit = unit::show(cx, id)?;
            let ways = unit::ways(cx, id)?;
            let crumbs = crumbs(cx, &unit)?;
            Ok((unit, ways, crumbs))
        })
        .await?;
    if !self::ways(&unit).iter().any(|way| way.label == words::unit_act(verb.code())) {
        return Err(WebError::not_found());
    }
    if verb == Verb::Rename && !typed.has("name") {
        typed.0.push(("name".into(), unit.name.clone()));
        typed.0.push(("short".into(), unit.short.clone()));
    }
    let open = if matches!(verb, Verb::Merge | Verb::Close) { ways.open } else { 0 };
    let choices = match verb {
        Verb::Move => ways.parents,
        Verb::Merge => ways.heirs,
        Verb::Rename | Verb::Close => Vec::new(),
    };
    Ok(LifePage {
        shell: signed.shell(web, At::Units).await?,
        choices: choices.into_iter().map(|u| Choice::new(u.id.to_string(), u.name)).collect(),
        title: words::unit_act(verb.code()),
        open,
        verb,
        crumbs,
        unit,
        typed,
        faults,
    })
}

async fn act(State(web): State<Web>, Path(id): Path<String>, posted: Posted, verb: Verb) -> Answer {
    let id = id_of(&id)?;
    match done(&web, &posted, id, verb).await {
        Ok(()) => {
            // A post's rights go by the tree.
            web.forget_sessions();
            page::done(&posted.signed.ask, web.now(), id, format!("/units/{id}"))
        }
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&life_page(&web, &posted.signed, id, verb, posted.fields.clone(), faults).await?, status)
        }
    }
}

async fn done(web: &Web, posted: &Posted, id: Id, verb: Verb) -> Result<()> {
    let reason = posted.fields.text("reason");
    let on = posted.fields.day("on")?;
    match verb {
        Verb::Rename => {
            let change = Change {
                name: Some(posted.fields.text("name")),
                short: posted.fields.opt("short"),
                on,
                ..Change::default()
            };
            web.act(posted, move |cx| unit::change(cx, id, &change, Some(&reason))).await
        }
        Verb::Move => {
            let parent = posted.fields.id("parent")?.ok_or_else(|| Error::invalid("parent", Problem::Required))?;
            web.act(posted, move |cx| unit::move_to(cx, id, parent, on.unwrap_or(cx.now.day()), &reason)).await
        }
        Verb::Merge => {
            let into = posted.fields.id("into")?.ok_or_else(|| Error::invalid("into", Problem::Required))?;
            web.act(posted, move |cx| unit::close(cx, id, on.unwrap_or(cx.now.day()), Some(into), &reason)).await
        }
        Verb::Close => web.act(posted, move |cx| unit::close(cx, id, on.unwrap_or(cx.now.day()), None, &reason)).await,
    }
}
