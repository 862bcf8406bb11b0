//! The first days of a school (pages.md §16): five steps, each useful by itself, each of which may be left out and taken
//! up later. Nothing is remembered about the steps: what is done is read off the school's own records, so that a step
//! that was done elsewhere is done here too. Notice 4.2 (posts), 2.6 (places, first hazard).
//!
//! Not here: the duty sheet of the week and the first round (their nouns do not exist yet).

mod paste;
mod people;
mod places;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use base::{Error, Id, Refusal, Result};
use safety::hazard::list::{self, Filter};
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::place::Place;
use safety::org::post::Post;
use safety::org::unit::{Change, Unit};
use safety::org::{PlaceKind, place, post as posts, unit};
use safety::{Actor, Cx};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Kept, Shell};
use crate::state::Web;
use crate::words::setup as say;

/// Persons with posts from which on the step counts as done: the one who sets up is the first.
const PEOPLE_ENOUGH: usize = 2;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/setup", get(next))
        .route("/setup/password", get(show))
        .route("/setup/hazard", get(show))
        .route("/setup/school", get(show).post(school))
        .route("/setup/people", get(show).post(people::enter))
        .route("/setup/slips", post(people::slips))
        .route("/setup/places", get(show).post(places::propose))
        .route("/setup/spots", post(places::add))
}

/// The steps in order; their words stand in `words::setup::STEPS` in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Password,
    School,
    People,
    Places,
    Hazard,
}

impl Step {
    const ALL: [Step; 5] = [Step::Password, Step::School, Step::People, Step::Places, Step::Hazard];
    fn code(self) -> &'static str {
        match self {
            Step::Password => "password",
            Step::School => "school",
            Step::People => "people",
            Step::Places => "places",
            Step::Hazard => "hazard",
        }
    }
    fn at(self) -> usize {
        Step::ALL.iter().position(|s| *s == self).unwrap_or(0)
    }
}

/// What the school's records say of the steps.
#[derive(Clone, Debug)]
struct Seen {
    unit: Unit,
    posts: Vec<Post>,
    places: Vec<Place>,
    hazard: bool,
}

impl Seen {
    fn done(&self, step: Step) -> bool {
        match step {
            // Nobody comes here with a first password: it is changed before anything else.
            Step::Password => true,
            Step::School => self.unit.pupils > 0,
            Step::People => {
                let mut held: Vec<Id> = self.posts.iter().map(|p| p.person).collect();
                held.sort();
                held.dedup();
                held.len() >= PEOPLE_ENOUGH
            }
            Step::Places => !self.places.is_empty(),
            Step::Hazard => self.hazard,
        }
    }
    fn open(&self) -> Vec<Step> {
        Step::ALL.into_iter().filter(|s| !self.done(*s)).collect()
    }
}

/// Who may set a school up: whoever manages its people and its places.
fn may_set_up(actor: &Actor) -> bool {
    actor.unit_kind.is_school()
        && [Action::PersonManage, Action::PostManage, Action::PlaceManage]
            .iter()
            .all(|action| reach(actor.role, *action) != Reach::Nothing)
}

fn look(cx: &mut Cx<'_, '_>) -> Result<Seen> {
    if !may_set_up(cx.actor) {
        return Err(Refusal::NotFound.into());
    }
    let id = cx.actor.unit;
    Ok(Seen {
        unit: unit::show(cx, id)?,
        posts: posts::of_unit(cx, id)?,
        places: place::list(cx, id)?,
        hazard: list::count(cx, &Filter::default())? > 0,
    })
}

/// What is offered on 今日 while a step is open: words and the address of the next step. None for everybody else.
pub(crate) fn offer(cx: &mut Cx<'_, '_>) -> Result<Option<(String, String)>> {
    if !may_set_up(cx.actor) {
        return Ok(None);
    }
    let open = look(cx)?.open();
    Ok(open.first().map(|next| (say::left(open.len(), next.at()), format!("/setup/{}", next.code()))))
}

/// One step in the row above the page.
struct Mark {
    label: &'static str,
    href: String,
    done: bool,
    now: bool,
}

/// What every step shows: which it is, how far one is, where one can go.
struct Frame {
    words: String,
    at: i64,
    all: i64,
    title: &'static str,
    gives: &'static str,
    marks: Vec<Mark>,
    skip: String,
    done: bool,
}

fn frame(seen: &Seen, now: Step) -> Frame {
    let at = now.at();
    let href = |step: Step| match step {
        Step::Password => "/me#password".to_string(),
        other => format!("/setup/{}", other.code()),
    };
    let marks = Step::ALL.iter().map(|s| Mark {
        label: say::STEPS[s.at()].0,
        href: href(*s),
        done: seen.done(*s),
        now: *s == now,
    });
    Frame {
        words: say::progress(at),
        at: at as i64 + 1,
        all: Step::ALL.len() as i64,
        title: say::STEPS[at].0,
        gives: say::STEPS[at].1,
        marks: marks.collect(),
        skip: Step::ALL.get(at + 1).map_or("/".into(), |s| href(*s)),
        done: seen.done(now),
    }
}

async fn next(State(web): State<Web>, signed: Signed) -> Answer {
    let seen = web.read(signed.actor(), look).await?;
    let step = seen.open().first().copied().unwrap_or(Step::Hazard);
    page::back(&format!("/setup/{}", step.code()))
}

async fn show(State(web): State<Web>, signed: Signed) -> Answer {
    let asked = signed.ask.path.rsplit('/').next().unwrap_or_default();
    let step = Step::ALL.into_iter().find(|s| s.code() == asked).ok_or_else(WebError::not_found)?;
    let seen = web.read(signed.actor(), look).await?;
    let shell = signed.shell(&web, At::Units).await?;
    match step {
        Step::Password => page::back("/me#password"),
        Step::School => page::full(&school_page(shell, &seen, None, Vec::new())),
        Step::People => page::full(&people::page(&web, &signed, shell, &seen, Fields::default(), Vec::new()).await?),
        Step::Places => page::full(&places::page(shell, &seen, Fields::default(), Vec::new())),
        Step::Hazard => page::full(&hazard_page(&web, &signed, shell, &seen)?),
    }
}

#[derive(Template)]
#[template(path = "setup/school.html")]
struct SchoolPage {
    shell: Shell,
    frame: Frame,
    unit: String,
    typed: Fields,
    faults: Vec<FieldFault>,
}

fn school_page(shell: Shell, seen: &Seen, typed: Option<Fields>, faults: Vec<FieldFault>) -> SchoolPage {
    let u = &seen.unit;
    let figure = |n: i64| if n > 0 { n.to_string() } else { String::new() };
    let stored = || {
        let pairs = [
            ("pupils", figure(u.pupils)),
            ("classes", figure(u.classes)),
            ("boarders", figure(u.boarders)),
            ("buses", figure(u.buses)),
            ("canteen", if u.canteen { "1".into() } else { String::new() }),
        ];
        Fields(pairs.into_iter().map(|(k, v)| (k.to_string(), v)).collect())
    };
    SchoolPage {
        frame: frame(seen, Step::School),
        unit: u.name.clone(),
        typed: typed.unwrap_or_else(stored),
        faults,
        shell,
    }
}

fn attributes(fields: &Fields) -> Result<Change> {
    let figure = |name: &'static str| fields.int(name).map(|n| Some(n.unwrap_or(0)));
    Ok(Change {
        pupils: figure("pupils")?,
        classes: figure("classes")?,
        boarders: figure("boarders")?,
        buses: figure("buses")?,
        canteen: Some(fields.flag("canteen")),
        ..Change::default()
    })
}

async fn school(State(web): State<Web>, posted: Posted) -> Answer {
    let seen = web.read(posted.actor(), look).await?;
    let id = seen.unit.id;
    let done = match attributes(&posted.fields) {
        Ok(change) => web.act(&posted, move |cx| unit::change(cx, id, &change, None)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, "/setup/people".into()),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            let shell = posted.signed.shell(&web, At::Units).await?;
            page::again(&school_page(shell, &seen, Some(posted.fields.clone()), faults), status)
        }
    }
}

#[derive(Template)]
#[template(path = "setup/hazard.html")]
struct HazardPage {
    shell: Shell,
    frame: Frame,
    place: String,
    code: String,
    qr: String,
    href: String,
    open: Vec<&'static str>,
}

fn hazard_page(web: &Web, signed: &Signed, shell: Shell, seen: &Seen) -> Result<HazardPage> {
    // A stair is what everybody passes; else whatever there is.
    let spot = seen.places.iter().find(|p| p.kind == PlaceKind::Stair).or(seen.places.first());
    let base = web.config.public_url.clone().unwrap_or_else(|| signed.ask.origin.clone());
    let open = seen.open().into_iter().filter(|s| *s != Step::Hazard);
    Ok(HazardPage {
        frame: frame(seen, Step::Hazard),
        place: spot.map(|p| p.name.clone()).unwrap_or_default(),
        code: spot.map(|p| p.code.clone()).unwrap_or_default(),
        qr: match spot {
            Some(p) => crate::place::qr_svg(&format!("{base}/q/{}", p.code))?,
            None => String::new(),
        },
        href: spot.map_or("/hazards/new".into(), |p| format!("/hazards/new?place={}", p.id)),
        open: open.map(|s| say::STEPS[s.at()].0).collect(),
        shell,
    })
}

/// A refusal that a step shows itself, with sentences of its own.
fn said(field: &str, titles: Vec<String>) -> Vec<FieldFault> {
    titles.into_iter().map(|title| FieldFault { field: field.into(), title }).collect()
}

/// The words of a field that the noun refuses.
fn words_of(error: &Error) -> Vec<String> {
    match error {
        Error::Refused(refusal) => crate::words::form_faults(refusal).into_iter().map(|f| f.title).collect(),
        Error::Fault(_) => Vec::new(),
    }
}
