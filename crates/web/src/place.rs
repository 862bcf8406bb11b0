//! Places (地点) of a unit and their QR labels: list, add, rename, close, the label sheet, a place's own page with what
//! was found and checked there, and `/q/{code}` where every label leads.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use base::{Error, Id, Result};
use qrcode::EcLevel;
use safety::Cx;
use safety::check::{self, PlaceCover};
use safety::hazard::list::{self, Filter, Line};
use safety::kernel::rights::Action;
use safety::org::place::{NewPlace, Place};
use safety::org::unit::Unit;
use safety::org::{PlaceKind, place, unit};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Column, Crumb, Kept, Shell, UnitTab, column, crumb};
use crate::state::Web;
use crate::unit::{crumbs, id_of, may};
use crate::words;

/// Hazards shown on a place's page.
const HAZARDS: i64 = 20;
/// Labels of one print.
const LABELS: usize = 400;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/units/{id}/places", get(places).post(add))
        .route("/units/{id}/places/labels", get(labels))
        .route("/places/{id}", get(show).post(correct))
        .route("/places/{id}/close", post(close))
        .route("/q/{code}", get(by_code))
}

struct PlaceRow {
    id: String,
    name: String,
    kind: &'static str,
    parent: String,
    code: String,
}

const COLUMNS: &[Column] = &[column("地点", "l1"), column("在哪里", "l2"), column("类别", "l2"), column("码", "l3")];

#[derive(Template)]
#[template(path = "place/list.html")]
struct ListPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    unit: Unit,
    rows: Vec<PlaceRow>,
    columns: Vec<Column>,
    may_manage: bool,
    kinds: Vec<Choice>,
    parents: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

fn kinds() -> Vec<Choice> {
    PlaceKind::ALL.iter().map(|k| Choice::new(k.code(), words::place_kind(*k))).collect()
}

fn row(place: &Place, all: &[Place]) -> PlaceRow {
    let parent = place.parent.and_then(|p| all.iter().find(|q| q.id == p));
    PlaceRow {
        id: place.id.to_string(),
        name: place.name.clone(),
        kind: words::place_kind(place.kind),
        parent: parent.map(|p| p.name.clone()).unwrap_or_default(),
        code: place.code.clone(),
    }
}

async fn places(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&list_page(&web, &signed, id_of(&id)?, Fields::default(), Vec::new()).await?)
}

async fn list_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<ListPage, WebError> {
    let (unit, places, may_manage, crumbs) = web
        .read(signed.actor(), move |cx| {
            let unit = unit::show(cx, id)?;
            let places = place::list(cx, id)?;
            let may_manage = may(cx, Action::PlaceManage, unit.home)?;
            let crumbs = crumbs(cx, &unit)?;
            Ok((unit, places, may_manage, crumbs))
        })
        .await?;
    let mut shell = signed.shell(web, At::Units).await?;
    shell.tabs = page::unit_tabs(signed.actor(), unit.home, unit.kind, UnitTab::Places);
    let holds = |p: &&Place| matches!(p.kind, PlaceKind::Building | PlaceKind::Floor);
    Ok(ListPage {
        rows: places.iter().map(|p| row(p, &places)).collect(),
        columns: COLUMNS.to_vec(),
        parents: places.iter().filter(holds).map(|p| Choice::new(p.id.to_string(), p.name.clone())).collect(),
        kinds: kinds(),
        crumbs,
        unit,
        may_manage,
        typed,
        faults,
        shell,
    })
}

fn typed_place(fields: &Fields, unit: Id, id: Option<Id>) -> Result<NewPlace> {
    let kind = fields.read("kind", PlaceKind::from_code)?;
    Ok(NewPlace {
        id,
        unit,
        parent: fields.id("parent")?,
        kind: kind.ok_or_else(|| Error::invalid("kind", base::Problem::Required))?,
        name: fields.text("name"),
    })
}

async fn add(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let unit = id_of(&id)?;
    let done = match typed_place(&posted.fields, unit, posted.key()) {
        Ok(new) => web.act(&posted, move |cx| place::add(cx, &new)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(place) => page::done(&posted.signed.ask, web.now(), place, format!("/units/{unit}/places")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&list_page(&web, &posted.signed, unit, posted.fields.clone(), faults).await?, status)
        }
    }
}

/// A label: 70 × 50 mm, place in large type, code to scan and to type.
struct Label {
    name: String,
    parent: String,
    code: String,
    qr: String,
}

#[derive(Template)]
#[template(path = "place/labels.html")]
struct LabelsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    unit: String,
    labels: Vec<Label>,
    left: usize,
}

/// High correction: labels get dirty.
pub(crate) fn qr_svg(text: &str) -> Result<String> {
    crate::qr::svg(text, EcLevel::Q)
}

async fn labels(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let wanted: Vec<Id> = signed.ask.fields().ids("place")?;
    let (unit, places, crumbs) = web
        .read(signed.actor(), move |cx| {
            let unit = unit::show(cx, id)?;
            let places = place::list(cx, id)?;
            let mut trail = crumbs(cx, &unit)?;
            if let Some(last) = trail.last_mut() {
                last.href = format!("/units/{}/places", unit.id);
            }
            trail.push(crumb("标签", ""));
            Ok((unit, places, trail))
        })
        .await?;
    let base = web.config.public_url.clone().unwrap_or_else(|| signed.ask.origin.clone());
    let rows: Vec<PlaceRow> = places.iter().map(|p| row(p, &places)).collect();
    let chosen: Vec<PlaceRow> =
        rows.into_iter().filter(|r| wanted.is_empty() || wanted.iter().any(|w| w.to_string() == r.id)).collect();
    let left = chosen.len().saturating_sub(LABELS);
    let labels = web
        .heavy(move || {
            chosen
                .into_iter()
                .take(LABELS)
                .map(|r| {
                    let qr = qr_svg(&format!("{base}/q/{}", r.code))?;
                    Ok(Label { name: r.name, parent: r.parent, code: r.code, qr })
                })
                .collect::<Result<Vec<_>>>()
        })
        .await?;
    page::full(&LabelsPage { shell: signed.shell(&web, At::Units).await?, crumbs, unit: unit.name, labels, left })
}

struct HazardRow {
    href: String,
    what: String,
    at: String,
    word: &'static str,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "place/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    place: Place,
    kind: &'static str,
    points: Vec<&'static str>,
    cover: String,
    last: String,
    /// Does the viewer read hazards at all?
    reads: bool,
    hazards: Vec<HazardRow>,
    may_manage: bool,
    may_raise: bool,
    kinds: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
    leaf: String,
}

struct Shown {
    place: Place,
    crumbs: Vec<Crumb>,
    hazards: Vec<Line>,
    cover: Option<PlaceCover>,
    points: Vec<&'static str>,
    may_manage: bool,
    may_raise: bool,
    leaf: Option<i64>,
}

fn shown(cx: &mut Cx<'_, '_>, id: Id) -> Result<Shown> {
    let place = place::show(cx, id)?;
    let unit = unit::load(cx, place.unit)?;
    let hazards = if page::reads_hazards(cx.actor) {
        let filter = Filter { place: Some(id), ..Filter::default() };
        list::list(cx, &filter, None, HAZARDS)?.items
    } else {
        Vec::new()
    };
    let cover = if page::reads_checks(cx.actor) && may(cx, Action::CheckRead, unit.home)? {
        let day = cx.now.day();
        check::coverage(cx, unit.id, day)?.places.into_iter().find(|p| p.place == id)
    } else {
        None
    };
    let mut trail = crumbs(cx, &unit)?;
    if let Some(last) = trail.last_mut() {
        last.href = format!("/units/{}/places", unit.id);
    }
    trail.push(crumb(place.name.clone(), ""));
    Ok(Shown {
        points: cx.pack.points(place.kind.code()).iter().map(|key| words::point(key)).collect(),
        may_manage: may(cx, Action::PlaceManage, unit.home)?,
        may_raise: may(cx, Action::HazardRaise, unit.home)?,
        leaf: safety::kernel::proof::of_record(cx.tx, "place", id, 1)?.first().and_then(|s| s.n),
        crumbs: trail,
        hazards,
        cover,
        place,
    })
}

async fn show(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&show_page(&web, &signed, id_of(&id)?, None, Vec::new()).await?)
}

async fn show_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Option<Fields>,
    faults: Vec<FieldFault>,
) -> std::result::Result<ShowPage, WebError> {
    let s = web.read(signed.actor(), move |cx| shown(cx, id)).await?;
    let stored = || Fields(vec![("name".into(), s.place.name.clone()), ("kind".into(), s.place.kind.code().into())]);
    let hazard = |l: &Line| {
        let state = words::state(l.hazard.state);
        HazardRow {
            href: format!("/hazards/{}", l.hazard.id),
            what: l.hazard.what.clone(),
            at: words::at_full(l.hazard.raised_at),
            word: state.word,
            tone: state.tone,
        }
    };
    let last = s.cover.as_ref().and_then(|c| c.last_at);
    Ok(ShowPage {
        shell: signed.shell(web, At::Units).await?,
        typed: typed.unwrap_or_else(stored),
        kind: words::place_kind(s.place.kind),
        points: s.points,
        cover: s.cover.as_ref().map(|c| words::pages::times(c.times, c.before)).unwrap_or_default(),
        last: last.map(words::at_full).unwrap_or_default(),
        reads: page::reads_hazards(signed.actor()),
        hazards: s.hazards.iter().map(hazard).collect(),
        may_manage: s.may_manage && s.place.closed_on.is_none(),
        may_raise: s.may_raise && s.place.closed_on.is_none(),
        kinds: kinds(),
        leaf: s.leaf.map(words::number).unwrap_or_default(),
        crumbs: s.crumbs,
        place: s.place,
        faults,
    })
}

async fn after(web: &Web, posted: &Posted, id: Id, done: Result<()>) -> Answer {
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/places/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&show_page(web, &posted.signed, id, Some(posted.fields.clone()), faults).await?, status)
        }
    }
}

async fn correct(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let name = posted.fields.text("name");
    let done = match posted.fields.read("kind", PlaceKind::from_code) {
        Ok(Some(kind)) => web.act(&posted, move |cx| place::correct(cx, id, &name, kind)).await,
        Ok(None) => Err(Error::invalid("kind", base::Problem::Required)),
        Err(e) => Err(e),
    };
    after(&web, &posted, id, done).await
}

async fn close(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let done = web.act(&posted, move |cx| place::close(cx, id)).await;
    after(&web, &posted, id, done).await
}

#[derive(Template)]
#[template(path = "place/found.html")]
struct FoundPage {
    shell: Shell,
    place: Place,
    unit: String,
    kind: &'static str,
    open: i64,
    may_raise: bool,
}

/// Where every label leads: the choice between raising a hazard here and looking at the place.
async fn by_code(State(web): State<Web>, signed: Signed, Path(code): Path<String>) -> Answer {
    let (place, unit, open, may_raise) = web
        .read(signed.actor(), move |cx| {
            let place = place::by_code(cx, &code)?;
            let unit = unit::load(cx, place.unit)?;
            let may_raise = may(cx, Action::HazardRaise, unit.home)?;
            let open = if page::reads_hazards(cx.actor) {
                let filter = Filter { place: Some(place.id), bucket: Some(list::Bucket::Open), ..Filter::default() };
                list::count(cx, &filter)?
            } else {
                0
            };
            Ok((place, unit.name, open, may_raise))
        })
        .await?;
    let shell = signed.shell(&web, At::Nowhere).await?;
    let may_raise = may_raise && place.closed_on.is_none();
    page::full(&FoundPage { shell, kind: words::place_kind(place.kind), place, unit, open, may_raise })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_label_carries_a_code_without_styles_or_declaration() {
        let svg = super::qr_svg("https://xiaoan.example/q/7k3mxq").unwrap();
        assert!(svg.starts_with("<svg"), "{}", &svg[..40]);
        assert!(!svg.contains("style="));
        assert!(svg.len() < 20_000);
    }
}
