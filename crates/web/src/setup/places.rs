//! Step 4: buildings with their floors, the spots proposed for them, and the labels that are then printed.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Error, Id, Problem, Result};
use safety::Cx;
use safety::org::place::NewPlace;
use safety::org::{PlaceKind, place};

use super::paste::{self, Building};
use super::{Frame, Seen, Step, frame, look, said};
use crate::door::{Fields, Posted};
use crate::error::{Answer, FieldFault};
use crate::page::{self, At, Choice, Shell};
use crate::state::Web;
use crate::words;
use crate::words::setup as say;

/// Buildings of one form.
const BUILDINGS_MAX: usize = 30;
/// Spots of one form: what fits into one commit without anybody waiting for it.
const SPOTS_MAX: usize = 200;

/// A spot that is proposed; `value` says it all: kind, building, name.
struct Spot {
    value: String,
    name: String,
    kind: &'static str,
}

/// The spots proposed for one building, or those that stand by themselves.
struct Group {
    name: String,
    spots: Vec<Spot>,
}

#[derive(Template)]
#[template(path = "setup/places.html")]
pub(super) struct PlacesPage {
    shell: Shell,
    frame: Frame,
    unit: String,
    id: String,
    places: usize,
    apart: Vec<Choice>,
    chosen: Vec<String>,
    groups: Vec<Group>,
    count: usize,
    typed: Fields,
    faults: Vec<FieldFault>,
}

pub(super) fn page(shell: Shell, seen: &Seen, typed: Fields, faults: Vec<FieldFault>) -> PlacesPage {
    let mut chosen = typed.all("apart");
    if !typed.has("buildings") {
        // What nearly every school has; a canteen where the school said so.
        let usual = |key: &str| matches!(key, "gate" | "yard") || (key == "canteen" && seen.unit.canteen);
        chosen = say::APART.iter().filter(|(key, ..)| usual(key)).map(|(key, ..)| key.to_string()).collect();
    }
    PlacesPage {
        frame: frame(seen, Step::Places),
        unit: seen.unit.name.clone(),
        id: seen.unit.id.to_string(),
        places: seen.places.len(),
        apart: say::APART.iter().map(|(key, name, _)| Choice::new(*key, *name)).collect(),
        chosen,
        groups: Vec::new(),
        count: 0,
        typed,
        faults,
        shell,
    }
}

fn spot(kind: PlaceKind, building: &str, name: String) -> Spot {
    Spot { value: format!("{}|{building}|{name}", kind.code()), kind: words::place_kind(kind), name }
}

/// A stair and a corridor on every floor: where people crowd, and where 2.6 wants somebody to look.
fn spots_of(building: &Building) -> Group {
    let floors = 1..=building.floors.unwrap_or(1);
    let on = |floor| {
        [
            spot(PlaceKind::Stair, &building.name, say::stair(&building.name, floor)),
            spot(PlaceKind::Corridor, &building.name, say::corridor(&building.name, floor)),
        ]
    };
    Group { name: building.name.clone(), spots: floors.flat_map(on).collect() }
}

fn apart(chosen: &[String]) -> Group {
    let kept = say::APART.iter().filter(|(key, ..)| chosen.iter().any(|c| c == key));
    Group { name: String::new(), spots: kept.map(|(_, name, kind)| spot(*kind, "", name.to_string())).collect() }
}

fn objections(buildings: &[Building], chosen: &[String]) -> Vec<String> {
    if buildings.is_empty() && chosen.is_empty() {
        return vec![say::NO_BUILDING.into()];
    }
    if buildings.len() > BUILDINGS_MAX {
        return vec![say::too_many_lines(BUILDINGS_MAX)];
    }
    buildings.iter().filter(|b| b.floors.is_none()).map(|b| say::no_floors(b.line, &b.name)).collect()
}

/// Shows what would be entered; nothing is written yet.
pub(super) async fn propose(State(web): State<Web>, posted: Posted) -> Answer {
    let seen = web.read(posted.actor(), look).await?;
    let buildings = paste::buildings(posted.fields.get("buildings"));
    let chosen = posted.fields.all("apart");
    let against = objections(&buildings, &chosen);
    let shell = posted.signed.shell(&web, At::Units).await?;
    if !against.is_empty() {
        let page = page(shell, &seen, posted.fields.clone(), said("buildings", against));
        return page::again(&page, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let mut shown = page(shell, &seen, posted.fields.clone(), Vec::new());
    shown.groups = buildings.iter().map(spots_of).chain([apart(&chosen)]).collect();
    shown.groups.retain(|g| !g.spots.is_empty());
    shown.count = shown.groups.iter().map(|g| g.spots.len()).sum();
    page::full(&shown)
}

/// A kept spot as the form sends it back.
struct Kept {
    kind: PlaceKind,
    building: String,
    name: String,
}

fn kept(fields: &Fields) -> Result<Vec<Kept>> {
    let unreadable = || Error::invalid("spot", Problem::Unreadable);
    let read = |value: &String| {
        let mut parts = value.splitn(3, '|');
        let kind = parts.next().and_then(PlaceKind::from_code).ok_or_else(unreadable)?;
        let building = parts.next().ok_or_else(unreadable)?.to_string();
        let name = parts.next().ok_or_else(unreadable)?.to_string();
        Ok(Kept { kind, building, name })
    };
    let all: Vec<Kept> = fields.all("spot").iter().map(read).collect::<Result<_>>()?;
    if all.len() > SPOTS_MAX {
        return Err(Error::invalid("spot", Problem::OutOfRange { min: 1, max: SPOTS_MAX as i64 }));
    }
    Ok(all)
}

/// Adds the buildings and the spots that are not there yet, by name: the form may be sent twice.
fn store(cx: &mut Cx<'_, '_>, unit: Id, spots: &[Kept]) -> Result<()> {
    let mut known: Vec<(String, Id)> = place::list(cx, unit)?.into_iter().map(|p| (p.name, p.id)).collect();
    let mut put = |cx: &mut Cx<'_, '_>, name: &str, kind, parent| -> Result<Id> {
        if let Some((_, id)) = known.iter().find(|(n, _)| n == name) {
            return Ok(*id);
        }
        let id = place::add(cx, &NewPlace { id: None, unit, parent, kind, name: name.into() })?;
        known.push((name.to_string(), id));
        Ok(id)
    };
    for spot in spots {
        let parent = match spot.building.as_str() {
            "" => None,
            building => Some(put(cx, building, PlaceKind::Building, None)?),
        };
        put(cx, &spot.name, spot.kind, parent)?;
    }
    Ok(())
}

pub(super) async fn add(State(web): State<Web>, posted: Posted) -> Answer {
    let seen = web.read(posted.actor(), look).await?;
    let unit = seen.unit.id;
    let done = match kept(&posted.fields) {
        Ok(spots) if spots.is_empty() => {
            let shell = posted.signed.shell(&web, At::Units).await?;
            let page = page(shell, &seen, posted.fields.clone(), said("buildings", vec![say::NO_SPOT.into()]));
            return page::again(&page, StatusCode::UNPROCESSABLE_ENTITY);
        }
        Ok(spots) => web.act(&posted, move |cx| store(cx, unit, &spots)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), unit, "/setup/places#labels".into()),
        Err(e) => {
            let kept = page::keep(&posted.signed.ask, e)?;
            let shell = posted.signed.shell(&web, At::Units).await?;
            page::again(&page(shell, &seen, posted.fields.clone(), kept.faults), kept.status)
        }
    }
}
