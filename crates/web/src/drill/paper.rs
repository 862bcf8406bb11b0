//! A drill on paper: the record in the inspectors' form (应急演练记录), and the cards of the roles, A6, to be cut apart.

use askama::Template;
use axum::extract::{Path, State as Held};
use safety::drill;

use super::record::{Fact, Line, facts, lines};
use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, Shell};
use crate::seal::{Seal, seal};
use crate::state::Web;
use crate::unit::id_of;
use crate::words::{self, drill as say};

#[derive(Template)]
#[template(path = "drill/print.html")]
struct PrintPage {
    shell: Shell,
    id: String,
    unit: String,
    title: String,
    kind: String,
    held: String,
    place: String,
    commander: String,
    counts: String,
    used: String,
    honest: String,
    listed: String,
    facts: Vec<Fact>,
    lines: Vec<Line>,
    tasks: Vec<(String, String)>,
    printed: String,
    by: String,
    seal: Option<Seal>,
}

pub async fn record(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let (view, seal) = web
        .read(signed.actor(), move |cx| {
            let view = drill::view(cx, id)?;
            Ok((view, seal(cx)?))
        })
        .await?;
    let d = &view.drill;
    let of = |part| d.roles.iter().filter(move |r| r.part == part);
    let names = |part| {
        let list: Vec<String> = of(part).filter_map(|r| view.names.get(&r.person).cloned()).collect();
        list.join("、")
    };
    let tasks = view.tasks.iter().map(|t| {
        let owner = t.owner_name.clone().unwrap_or_default();
        (t.what.clone(), format!("{owner}，{} 前", words::day_full(t.due_on)))
    });
    let shown = ["过程", "预案是否适宜", "人员物资是否到位", "练过的自救", "存在问题"];
    page::full(&PrintPage {
        shell: signed.shell(&web, At::Alarms).await?,
        id: id.to_string(),
        unit: d.unit_name.clone(),
        title: d.title.clone(),
        kind: say::kind(d),
        held: d.started_at.map(words::at_full).unwrap_or_default(),
        place: d.place.clone().unwrap_or_default(),
        commander: names(drill::Part::Commander),
        counts: format!("应到 {}，出来 {}，在楼里 {}，不明 {}", d.expected, d.out, d.inside, d.unknown),
        used: d.out_s.map(say::seconds).unwrap_or_default(),
        honest: say::honest(None, d.floor_s, view.guide_s),
        listed: say::listed(d.list_s, view.list_limit_s).0,
        facts: facts(&view).into_iter().filter(|f| shown.contains(&f.label)).collect(),
        lines: lines(&view),
        tasks: tasks.collect(),
        printed: words::at_full(web.now()),
        by: signed.actor().name.clone(),
        seal,
    })
}

struct Card {
    part: &'static str,
    name: String,
    orders: &'static [&'static str],
}

#[derive(Template)]
#[template(path = "drill/cards.html")]
struct CardsPage {
    shell: Shell,
    id: String,
    title: String,
    cards: Vec<Card>,
}

pub async fn cards(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let view = web.read(signed.actor(), move |cx| drill::view(cx, id)).await?;
    let named = |part: drill::Part| {
        let list: Vec<String> = view
            .drill
            .roles
            .iter()
            .filter(|r| r.part == part)
            .filter_map(|r| view.names.get(&r.person).cloned())
            .collect();
        list
    };
    let mut cards = Vec::new();
    for part in drill::Part::ALL {
        let names = named(*part);
        let names = if names.is_empty() { vec![String::new()] } else { names };
        cards.extend(names.into_iter().map(|name| Card { part: say::part(*part), name, orders: say::card(*part) }));
    }
    page::full(&CardsPage {
        shell: signed.shell(&web, At::Alarms).await?,
        id: id.to_string(),
        title: view.drill.title,
        cards,
    })
}
