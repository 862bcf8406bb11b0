//! One box for everything: people, places, records, units, items of the notice. Pinyin initials find Chinese names.
//! Each group at most a handful; what the asker may not see is not found.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use base::{Error, Result};
use safety::Cx;
use safety::hazard::list::{self, Filter};
use safety::org::{people, place, unit};

use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, Shell};
use crate::state::Web;
use crate::words;

/// Hits of one group.
const GROUP: i64 = 5;
/// Characters of a question that are looked at.
const QUERY_CHARS: usize = 60;

pub fn routes() -> Router<Web> {
    Router::new().route("/search", get(search))
}

struct Hit {
    title: String,
    note: String,
    href: String,
}

struct Group {
    title: &'static str,
    hits: Vec<Hit>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    shell: Shell,
    query: String,
    groups: Vec<Group>,
}

async fn search(State(web): State<Web>, signed: Signed) -> Answer {
    let query: String = signed.ask.param("q").unwrap_or_default().trim().chars().take(QUERY_CHARS).collect();
    if words::notice::name(&query).is_some() {
        return Ok(Redirect::to(&format!("/clauses/{query}")).into_response());
    }
    let asked = query.clone();
    let mut groups =
        if query.is_empty() { Vec::new() } else { web.read(signed.actor(), move |cx| groups(cx, &asked)).await? };
    groups.retain(|g| !g.hits.is_empty());
    page::full(&SearchPage { shell: signed.shell(&web, At::Nowhere).await?, query, groups })
}

fn groups(cx: &mut Cx<'_, '_>, query: &str) -> Result<Vec<Group>> {
    Ok(vec![
        Group { title: "人", hits: people_hits(cx, query)? },
        Group { title: "地点", hits: place_hits(cx, query)? },
        Group { title: "记录", hits: hazard_hits(cx, query)? },
        Group { title: "事故", hits: incident_hits(cx, query)? },
        Group { title: "单位", hits: unit_hits(cx, query)? },
        Group { title: "条款", hits: clause_hits(query) },
    ])
}

/// A group that the asker's role may not read at all is empty.
fn none_if_refused<T>(found: Result<Vec<T>>) -> Result<Vec<T>> {
    match found {
        Err(Error::Refused(_)) => Ok(Vec::new()),
        other => other,
    }
}

fn people_hits(cx: &mut Cx<'_, '_>, query: &str) -> Result<Vec<Hit>> {
    let mut hits = Vec::new();
    for person in none_if_refused(people::search(cx, query, GROUP))? {
        let unit = unit::load(cx, person.unit)?.name;
        hits.push(Hit { title: person.name.unwrap_or_default(), note: unit, href: format!("/persons/{}", person.id) });
    }
    Ok(hits)
}

fn place_hits(cx: &mut Cx<'_, '_>, query: &str) -> Result<Vec<Hit>> {
    let mut hits = Vec::new();
    for found in none_if_refused(place::search(cx, query, GROUP))? {
        // The search goes by the tree; the right to read places decides.
        let Ok(found) = place::show(cx, found.id) else { continue };
        let unit = unit::load(cx, found.unit)?.name;
        hits.push(Hit {
            title: found.name,
            note: format!("{unit} · 码 {}", found.code),
            href: format!("/places/{}", found.id),
        });
    }
    Ok(hits)
}

fn hazard_hits(cx: &mut Cx<'_, '_>, query: &str) -> Result<Vec<Hit>> {
    let filter = Filter { query: Some(query.into()), ..Filter::default() };
    let found = match list::list(cx, &filter, None, GROUP) {
        Ok(page) => page.items,
        Err(Error::Refused(_)) => Vec::new(),
        Err(e) => return Err(e),
    };
    let hit = |l: list::Line| Hit {
        note: format!("{} · {} · {}", l.hazard.number, l.unit_name, words::state(l.hazard.state).word),
        href: format!("/hazards/{}", l.hazard.id),
        title: l.hazard.what,
    };
    Ok(found.into_iter().map(hit).collect())
}

fn incident_hits(cx: &mut Cx<'_, '_>, query: &str) -> Result<Vec<Hit>> {
    let filter = safety::incident::Filter { query: Some(query.into()), ..safety::incident::Filter::default() };
    let found = none_if_refused(safety::incident::list::list(cx, &filter, None, GROUP).map(|page| page.items))?;
    let hit = |l: safety::incident::Line| Hit {
        note: format!("{} · {} · {}", l.incident.number, l.unit_name, words::incident::state(l.incident.state).word),
        href: format!("/incidents/{}", l.incident.id),
        title: l.incident.what.unwrap_or_else(|| words::incident::kind(l.incident.kind).into()),
    };
    Ok(found.into_iter().map(hit).collect())
}

fn unit_hits(cx: &mut Cx<'_, '_>, query: &str) -> Result<Vec<Hit>> {
    let found = none_if_refused(unit::search(cx, query, GROUP))?;
    let hit =
        |u: unit::Unit| Hit { note: words::unit_kind(u.kind).into(), href: format!("/units/{}", u.id), title: u.name };
    Ok(found.into_iter().map(hit).collect())
}

fn clause_hits(query: &str) -> Vec<Hit> {
    let fits = |(number, name): &&(&str, &str)| name.contains(query) || number.starts_with(query);
    let found = words::notice::ITEMS.iter().filter(fits).take(GROUP as usize);
    found
        .map(|(number, name)| Hit {
            title: format!("{number} {name}"),
            note: words::nav::CLAUSES.into(),
            href: format!("/clauses/{number}"),
        })
        .collect()
}
