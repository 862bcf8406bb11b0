//! 报隐患: photo first, one sentence (or one phrase in one tap), the place. Everything the house knows is filled; grade
//! and term are asked only of those who grade. Works on the phone without network and without scripts.

use askama::Template;
use axum::extract::State as Held;
use base::{Id, Ms, Problem, Refusal, Result};
use safety::hazard::raise;
use safety::hazard::{Category, Grade, NewHazard, Term};
use safety::kernel::rights::{Action, decide, relation};
use safety::org::{PlaceKind, login, place, unit};
use safety::{Cx, Meta};

use super::list::categories;
use super::near;
use super::record::on_roll;
use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Shell};
use crate::state::Web;
use crate::words;

/// Units offered when a bureau looks for the school where something was found.
const UNITS_FOUND: i64 = 20;

/// Places of one building.
pub struct Group {
    pub label: String,
    pub places: Vec<Choice>,
}

/// What the form knows before anybody types.
pub struct Known {
    pub unit: Id,
    pub unit_name: String,
    /// The place of the code or link: (id, name).
    pub place: Option<(Id, String)>,
    pub kind: Option<PlaceKind>,
    pub groups: Vec<Group>,
    pub phrases: Vec<Choice>,
    pub grades: bool,
    pub people: Vec<Choice>,
    /// Who is told: whoever has the next turn.
    pub next: String,
}

#[derive(Template)]
#[template(path = "hazard/new.html")]
struct NewPage {
    shell: Shell,
    known: Known,
    typed: Fields,
    faults: Vec<FieldFault>,
    check: String,
    /// The incident of which it was the sign.
    incident: String,
    categories: Vec<Choice>,
    grades: Vec<Choice>,
    terms: Vec<Choice>,
    /// Where another unit is chosen; "" for those who have but one.
    pick_href: &'static str,
    /// 更多 stands open when something in it is wrong.
    more: bool,
    retake: bool,
}

/// Of what it is a part, as an id that is carried along: the check during which it was found, the incident that showed it.
struct From {
    check: String,
    incident: String,
}

impl From {
    fn of(fields: &Fields) -> From {
        From { check: fields.text("check"), incident: fields.text("incident") }
    }
}

/// Places grouped by building, for the form and the check; a building stands in its own group first.
pub fn groups(places: &[place::Place]) -> Vec<Group> {
    let top = |p: &place::Place| {
        let mut at = p;
        // A loop cannot be stored; the bound keeps a broken one from hanging the page.
        for _ in 0..8 {
            match at.parent.and_then(|id| places.iter().find(|q| q.id == id)) {
                Some(up) => at = up,
                None => break,
            }
        }
        at.id
    };
    let mut out: Vec<(Id, Group)> = Vec::new();
    let mut alone = Vec::new();
    for p in places {
        let head = top(p);
        let children = places.iter().any(|q| q.parent == Some(p.id));
        if head == p.id && !children {
            alone.push(Choice::new(p.id.to_string(), p.name.clone()));
            continue;
        }
        let at = match out.iter().position(|(id, _)| *id == head) {
            Some(at) => at,
            None => {
                let label = places.iter().find(|q| q.id == head).map_or(String::new(), |q| q.name.clone());
                out.push((head, Group { label, places: Vec::new() }));
                out.len() - 1
            }
        };
        let choice = Choice::new(p.id.to_string(), p.name.clone());
        if p.id == head { out[at].1.places.insert(0, choice) } else { out[at].1.places.push(choice) }
    }
    let mut groups: Vec<Group> = out.into_iter().map(|(_, g)| g).collect();
    if !alone.is_empty() {
        groups.push(Group { label: "其他地点".into(), places: alone });
    }
    groups
}

/// What is usually wrong at such a place, in one tap.
pub fn phrases(pack: &safety::pack::Pack, kind: Option<PlaceKind>) -> Vec<Choice> {
    const USUAL: &[&str] = &["clear", "light", "wiring", "lock", "extinguisher", "damage"];
    let choice = |key: &str| Choice::new(words::point_fault(key), words::point_fault(key));
    match kind {
        Some(kind) => pack.points(kind.code()).iter().map(|key| choice(key)).collect(),
        None => USUAL.iter().map(|key| choice(key)).collect(),
    }
}

/// The category that a place suggests; everybody may choose another.
fn likely(kind: PlaceKind) -> Option<Category> {
    match kind {
        PlaceKind::Canteen => Some(Category::Food),
        PlaceKind::Boiler => Some(Category::Equipment),
        PlaceKind::Dorm => Some(Category::Dorm),
        PlaceKind::Lab => Some(Category::Lab),
        PlaceKind::Power => Some(Category::Electric),
        PlaceKind::Gate | PlaceKind::Fence => Some(Category::Order),
        PlaceKind::Yard => Some(Category::Sports),
        _ => None,
    }
}

/// Reads what the form needs. A foreign code is refused with its unit's name, an unknown one with NotFound.
fn known(cx: &mut Cx<'_, '_>, query: &Fields) -> Result<Known> {
    let code = query.opt("code");
    let found = match (query.id("place")?, code) {
        (Some(id), _) => Some(place::show(cx, id)?),
        (None, Some(code)) => Some(place::by_code(cx, &code)?),
        (None, None) => None,
    };
    let id = match (&found, query.id("unit")?) {
        (Some(place), _) => place.unit,
        (None, Some(unit)) => unit,
        (None, None) => cx.actor.unit,
    };
    let at = unit::show(cx, id)?;
    let home = unit::load(cx, at.home)?;
    cx.require(Action::HazardRaise, home.id, false)?;
    let places = place::of_unit(cx, home.id)?;
    let stands = relation(cx, home.id)?;
    let may = |what| decide(cx.actor.role, stands, what, false).allow;
    let grades = may(Action::HazardGrade);
    let people = if may(Action::PersonRead) { on_roll(cx, home.id)? } else { Vec::new() };
    let kind = found.as_ref().map(|p| p.kind);
    Ok(Known {
        unit: home.id,
        unit_name: home.name,
        place: found.map(|p| (p.id, p.name)),
        kind,
        groups: groups(&places),
        phrases: phrases(cx.pack, kind),
        grades,
        people,
        next: "安全处主任马上能看到，由他定级派单。".into(),
    })
}

pub async fn form(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    if query.flag("pick") {
        return pick(&web, &signed, &query).await;
    }
    let mut typed = Fields::default();
    let (asked, from) = (query.clone(), From::of(&query));
    let known = web.read(signed.actor(), move |cx| known(cx, &asked)).await?;
    if let Some(category) = known.kind.and_then(likely) {
        typed.0.push(("category".into(), category.code().into()));
    }
    let page = page_of(&web, &signed, known, typed, Vec::new(), from).await?;
    page::full(&page)
}

async fn page_of(
    web: &Web,
    signed: &Signed,
    known: Known,
    typed: Fields,
    faults: Vec<FieldFault>,
    from: From,
) -> std::result::Result<NewPage, WebError> {
    let shell = signed.shell(web, At::Hazards).await?;
    let more = ["behalf", "back_reason", "claimed_at", "category"];
    Ok(NewPage {
        categories: categories(),
        grades: Grade::ALL.iter().map(|g| Choice::new(g.code(), words::grade(*g))).collect(),
        terms: Term::ALL.iter().map(|t| Choice::new(t.code(), words::term(*t))).collect(),
        pick_href: if login::at_bureau(signed.actor()) { "/hazards/new?pick=1" } else { "" },
        more: faults.iter().any(|f| more.contains(&f.field.as_str())),
        retake: !faults.is_empty(),
        known,
        shell,
        typed,
        faults,
        check: from.check,
        incident: from.incident,
    })
}

/// The sentence: the phrase that was tapped, and what was typed beside it.
fn sentence(f: &Fields) -> String {
    let (phrase, typed) = (f.get("phrase").trim(), f.get("what").trim());
    match (phrase.is_empty(), typed.is_empty()) {
        (false, false) if typed.contains(phrase) => typed.into(),
        (false, false) => format!("{phrase}，{typed}"),
        (false, true) => phrase.into(),
        _ => f.text("what"),
    }
}

fn parse(posted: &Posted) -> Result<NewHazard> {
    let f = &posted.fields;
    let check_run = f.id("check")?;
    Ok(NewHazard {
        id: f.id("id")?.or(posted.key()),
        unit: f.id("unit")?,
        what: sentence(f),
        place: f.id("place")?,
        place_text: f.opt("place_text"),
        category: f.read("category", Category::from_code)?,
        grade: f.read("grade", Grade::from_code)?,
        term: f.read("term", Term::from_code)?,
        photos: posted.photos()?,
        check_run,
        behalf: f.id("behalf")?,
        back_reason: f.opt("back_reason"),
    })
}

/// When it was found, if the form says so itself (补录 at the desk); a phone says it in its headers.
pub fn claimed(posted: &mut Posted) -> Result<()> {
    if let Some(at) = posted.fields.read("claimed_at", Ms::parse)? {
        posted.meta = Meta { claimed_at: Some(at), ..posted.meta.clone() };
    }
    Ok(())
}

/// A code typed by hand instead of a place chosen from the list.
fn by_code(cx: &mut Cx<'_, '_>, new: &NewHazard, code: Option<&str>) -> Result<NewHazard> {
    let Some(code) = code.filter(|_| new.place.is_none()) else { return Ok(new.clone()) };
    let place = match place::by_code(cx, code) {
        Ok(place) => place,
        Err(base::Error::Refused(Refusal::NotFound)) => return Err(base::Error::invalid("place", Problem::Unknown)),
        Err(e) => return Err(e),
    };
    Ok(NewHazard { place: Some(place.id), ..new.clone() })
}

pub async fn add(Held(web): Held<Web>, mut posted: Posted) -> Answer {
    let parsed = claimed(&mut posted).and_then(|()| parse(&posted));
    let code = posted.fields.opt("code");
    let parsed = parsed.and_then(|new| Ok((new, posted.fields.id("incident")?)));
    let what = parsed.as_ref().map_or(String::new(), |(new, _)| new.what.clone());
    let done = match parsed {
        Ok((new, incident)) => {
            let job = move |cx: &mut Cx<'_, '_>| {
                let new = by_code(cx, &new, code.as_deref())?;
                match incident {
                    Some(id) => safety::incident::act::raise_hazard(cx, id, &new),
                    None => raise::raise(cx, &new),
                }
            };
            web.act(&posted, job).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => {
            let asks = match posted.signed.ask.json {
                true => near::asks(&web, posted.signed.actor(), id, &what).await.unwrap_or_default(),
                false => None,
            };
            page::done_asking(&posted.signed.ask, web.now(), id, format!("/hazards/{id}?done=raise"), asks)
        }
        Err(e) => {
            let kept = page::keep(&posted.signed.ask, e)?;
            let typed = posted.fields;
            let mut asked = Fields::default();
            // What cannot be read as a place or unit is told at the field, not here.
            asked.0.extend(typed.id("unit").ok().flatten().map(|id| ("unit".to_string(), id.to_string())));
            let known = web.read(posted.signed.actor(), move |cx| known(cx, &asked)).await?;
            let from = From::of(&typed);
            let page = page_of(&web, &posted.signed, known, typed, kept.faults, from).await?;
            page::again(&page, kept.status)
        }
    }
}

/// A unit that a bureau can choose.
struct Found {
    name: String,
    href: String,
}

#[derive(Template)]
#[template(path = "hazard/pick.html")]
struct PickPage {
    shell: Shell,
    q: String,
    action: &'static str,
    title: &'static str,
    units: Vec<Found>,
}

/// Where was it? For those who look after many schools.
async fn pick(web: &Web, signed: &Signed, query: &Fields) -> Answer {
    pick_for(web, signed, query, "/hazards/new", "在哪个单位").await
}

pub async fn pick_for(web: &Web, signed: &Signed, query: &Fields, action: &'static str, title: &'static str) -> Answer {
    let q = query.text("q");
    let wanted = q.clone();
    let units = web.read(signed.actor(), move |cx| unit::search(cx, &wanted, UNITS_FOUND)).await?;
    let shell = signed.shell(web, At::Hazards).await?;
    let units = units.into_iter().map(|u| Found { href: format!("{action}?unit={}", u.id), name: u.name }).collect();
    page::full(&PickPage { shell, q, action, title, units })
}
