//! 去排查: the places of the unit, one tap each. With scripts one place at a time; without them a plain list. A hazard is
//! raised on the way in its own form, which names this check.

use askama::Template;
use axum::extract::State as Held;
use base::{Error, Id, Ms, Problem, Result, limits};
use safety::Cx;
use safety::check::{self, NewCheck, NewPlaceSeen, Seen};
use safety::kernel::rights::Action;
use safety::org::{login, place, unit};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::hazard::new::{claimed, groups, phrases, pick_for};
use crate::hazard::record::on_roll;
use crate::page::{self, At, Choice, Shell};
use crate::state::Web;
use crate::words::{self, record as say};

/// One place of the check.
struct Stop {
    id: String,
    name: String,
    code: String,
    points: String,
    result: String,
    seen: String,
}

/// What the page knows before anybody walks.
struct Known {
    unit: Id,
    unit_name: String,
    stops: Vec<Stop>,
    buildings: Vec<Choice>,
    people: Vec<Choice>,
    phrases: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "check/new.html")]
struct NewPage {
    shell: Shell,
    known: Known,
    typed: Fields,
    with: Vec<String>,
    faults: Vec<FieldFault>,
    titles: Vec<Choice>,
    title: String,
    building: String,
    other_unit: bool,
    more: bool,
}

fn known(cx: &mut Cx<'_, '_>, at: Option<Id>, building: &str, typed: &Fields) -> Result<Known> {
    let at = unit::show(cx, at.unwrap_or(cx.actor.unit))?;
    let home = unit::load(cx, at.home)?;
    cx.require(Action::CheckRecord, home.id, false)?;
    let places = place::of_unit(cx, home.id)?;
    let all = groups(&places);
    // In the order of the walk: building by building, the house itself (roof, eaves, doors) first: coverage counts it.
    let wanted = all.iter().filter(|g| building.is_empty() || g.label == building);
    let ids: Vec<&Choice> = wanted.flat_map(|g| g.places.iter()).collect();
    let mut stops = Vec::new();
    for choice in ids {
        let Some(p) = places.iter().find(|p| p.id.to_string() == choice.value) else { continue };
        if stops.len() >= limits::CHECK_PLACES {
            break;
        }
        let points = cx.pack.points(p.kind.code()).iter().map(|k| words::point(k)).collect::<Vec<_>>().join("、");
        stops.push(Stop {
            result: typed.text(&format!("result_{}", p.id)),
            seen: typed.text(&format!("seen_{}", p.id)),
            id: choice.value.clone(),
            name: p.name.clone(),
            code: p.code.clone(),
            points,
        });
    }
    Ok(Known {
        unit: home.id,
        unit_name: home.name.clone(),
        stops,
        buildings: all.iter().map(|g| Choice::new(g.label.clone(), g.label.clone())).collect(),
        people: on_roll(cx, home.id)?,
        phrases: phrases(cx.pack, None),
    })
}

pub async fn form(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    if query.flag("pick") {
        return pick_for(&web, &signed, &query, "/checks/new", "查哪个单位").await;
    }
    let page = page_of(&web, &signed, &query, Fields::default(), Vec::new()).await?;
    page::full(&page)
}

async fn page_of(
    web: &Web,
    signed: &Signed,
    query: &Fields,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<NewPage, WebError> {
    let (at, building) = (query.id("unit")?, query.text("building"));
    let (seen, chosen) = (typed.clone(), building.clone());
    let known = web.read(signed.actor(), move |cx| known(cx, at, &chosen, &seen)).await?;
    let shell = signed.shell(web, At::Hazards).await?;
    let title = typed.opt("title").unwrap_or_else(|| say::CHECK_TITLES[0].into());
    let more = ["with", "behalf", "back_reason", "claimed_at", "note"];
    Ok(NewPage {
        known,
        shell,
        with: typed.all("with"),
        titles: say::CHECK_TITLES.iter().map(|t| Choice::new(*t, *t)).collect(),
        other_unit: login::at_bureau(signed.actor()),
        more: faults.iter().any(|f| more.contains(&f.field.as_str())),
        title,
        typed,
        faults,
        building,
    })
}

fn parse(posted: &Posted, now: Ms) -> Result<NewCheck> {
    let f = &posted.fields;
    let usual = posted.meta.claimed_at.unwrap_or(now);
    let unreadable = || Error::invalid("places", Problem::Unreadable);
    let mut places = Vec::new();
    for (name, value) in &f.0 {
        let Some(id) = name.strip_prefix("result_").filter(|_| !value.is_empty()) else { continue };
        let place = Id::parse(id).ok_or_else(unreadable)?;
        let result = Seen::from_code(value).ok_or_else(unreadable)?;
        let seen = f.get(&format!("seen_{id}")).trim();
        let seen_at = if seen.is_empty() {
            usual
        } else {
            let ms = seen.parse().map(Ms).map_err(|_| Error::invalid("seen_at", Problem::Unreadable))?;
            // The page's clock may run a moment ahead of the server's.
            if ms > now && ms.since(now) <= limits::CLOCK_AHEAD_MINUTES * Ms::MINUTE { now } else { ms }
        };
        places.push(NewPlaceSeen { place, result, seen_at });
    }
    let typed_title = f.opt("title_text");
    Ok(NewCheck {
        id: f.id("id")?.or(posted.key()),
        unit: f.id("unit")?,
        title: typed_title.unwrap_or_else(|| f.text("title")),
        places,
        with: f.ids("with")?,
        behalf: f.id("behalf")?,
        note: f.opt("note"),
        back_reason: f.opt("back_reason"),
    })
}

pub async fn add(Held(web): Held<Web>, mut posted: Posted) -> Answer {
    let now = web.now();
    let parsed = claimed(&mut posted).and_then(|()| parse(&posted, now));
    let done = match parsed {
        Ok(new) => web.act(&posted, move |cx| check::record(cx, &new)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => page::done(&posted.signed.ask, now, id, format!("/checks/{id}?done=1")),
        Err(e) => {
            let kept = page::keep(&posted.signed.ask, e)?;
            let typed = posted.fields;
            let page = page_of(&web, &posted.signed, &typed.clone(), typed, kept.faults).await?;
            page::again(&page, kept.status)
        }
    }
}
