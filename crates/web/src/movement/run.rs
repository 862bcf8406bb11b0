//! Reckonings under way: one at a time on a thread of its own (never in the heavy lane, where photos and passwords wait),
//! with progress, 「够了」 and 「不算了」. What comes out is stored in one short transaction; a stale result is refused.
//! They live in memory: after a restart nothing is lost but the time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;
use axum::extract::{Path, State as Held};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Redirect};
use base::{Error, Id, Ms, Problem, Refusal, Result, Stopwatch};
use safety::kernel::rights::Action;
use safety::movement::{self, BUDGET_MS, Building, Go, Kind, LONGEST_MS, NewPlan, Progress, Stage};
use safety::{Actor, Cx, Meta};
use tokio::sync::Semaphore;

use super::building::edition_page;
use crate::door::{Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Crumb, Kept, Shell, UrgentTab, crumb};
use crate::state::Web;
use crate::unit::id_of;
use crate::words::{self, movement as say};

/// Reckonings remembered, and those that may wait or run.
const KEPT: usize = 64;
const OPEN: usize = 8;
/// A page that waits asks again after this many seconds.
const REFRESH_S: &str = "2";

const ON: u8 = 0;
const ENOUGH: u8 = 1;
const CANCEL: u8 = 2;

/// How a reckoning ended.
#[derive(Clone)]
enum End {
    Stored(Id),
    Cancelled,
    Refused(Vec<FieldFault>),
}

pub struct Run {
    unit: Id,
    building: Id,
    title: String,
    at: Ms,
    said: AtomicU8,
    progress: Mutex<Option<Progress>>,
    end: Mutex<Option<End>>,
}

impl Run {
    fn end(&self) -> Option<End> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    fn finish(&self, end: End) {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
    }
}

/// Everything under way, and the one place to run.
pub struct Runs {
    all: Mutex<HashMap<Id, Arc<Run>>>,
    lane: Semaphore,
}

impl Default for Runs {
    fn default() -> Runs {
        Runs { all: Mutex::default(), lane: Semaphore::new(1) }
    }
}

impl Runs {
    fn all(&self) -> std::sync::MutexGuard<'_, HashMap<Id, Arc<Run>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn get(&self, id: Id) -> Option<Arc<Run>> {
        self.all().get(&id).cloned()
    }
    /// The run that a unit has under way.
    fn under_way(&self, unit: Id) -> Option<Id> {
        self.all().iter().find(|(_, r)| r.unit == unit && r.end().is_none()).map(|(id, _)| *id)
    }
    /// The open run of a unit, or a place for a new one: true when it is new. Refuses Busy when too many wait.
    fn open(&self, id: Id, run: &Arc<Run>) -> Result<(Id, bool)> {
        let mut all = self.all();
        // The same request again: the run is there, perhaps ended.
        if all.contains_key(&id) {
            return Ok((id, false));
        }
        if let Some((id, _)) = all.iter().find(|(_, r)| r.unit == run.unit && r.end().is_none()) {
            return Ok((*id, false));
        }
        if all.values().filter(|r| r.end().is_none()).count() >= OPEN {
            return Err(Refusal::Busy.into());
        }
        while all.len() >= KEPT {
            let oldest = all.iter().filter(|(_, r)| r.end().is_some()).min_by_key(|(_, r)| r.at).map(|(id, _)| *id);
            let Some(oldest) = oldest else { break };
            all.remove(&oldest);
        }
        all.insert(id, run.clone());
        Ok((id, true))
    }
}

/// What the reckoning is told at each look: the person's word, the budget of the search, the longest time.
fn go(run: &Run, watch: &Stopwatch, searched: &mut Option<Stopwatch>, p: Progress) -> Go {
    *run.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(p);
    let said = run.said.load(Ordering::Relaxed);
    if said == CANCEL || watch.elapsed_ms() > LONGEST_MS {
        return Go::Cancel;
    }
    if p.stage == Stage::Timetable {
        let since = searched.get_or_insert_with(Stopwatch::start);
        if said == ENOUGH || since.elapsed_ms() >= BUDGET_MS {
            return Go::Enough;
        }
    }
    Go::On
}

async fn reckon(web: Web, actor: Actor, meta: Meta, run: Arc<Run>, (doc, bell): (String, Option<u32>), new: NewPlan) {
    let permit = web.runs.lane.acquire().await;
    let (thread, ended) = (run.clone(), run.clone());
    let made = tokio::task::spawn_blocking(move || {
        let (watch, mut searched) = (Stopwatch::start(), None);
        movement::reckon(&doc, bell, &mut |p| go(&thread, &watch, &mut searched, p))
    })
    .await;
    drop(permit);
    let end = match made.unwrap_or_else(|e| Err(Error::broken(format!("reckoning: {e}")))) {
        Ok(None) => End::Cancelled,
        Ok(Some(made)) => {
            let stored = web.write(&actor, meta, move |cx| movement::store(cx, &new, &made)).await;
            stored.map_or_else(refused, End::Stored)
        }
        Err(e) => refused(e),
    };
    ended.finish(end);
}

fn refused(error: Error) -> End {
    match error {
        Error::Refused(refusal) => {
            let faults = words::form_faults(&refusal);
            let whole = || FieldFault { field: "building".into(), title: words::refusal(&refusal) };
            End::Refused(if faults.is_empty() { vec![whole()] } else { faults })
        }
        Error::Fault(fault) => {
            tracing::error!(?fault, "a reckoning could not be stored");
            End::Refused(vec![FieldFault { field: "building".into(), title: words::fault(&fault, "") }])
        }
    }
}

/// What a person may say to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Enough,
    Cancel,
}

/// An edition for which the asker may make plans.
async fn ready(web: &Web, actor: &Actor, id: Id) -> std::result::Result<Building, WebError> {
    let job = move |cx: &mut Cx<'_, '_>| {
        let building = movement::building_of(cx, id)?;
        cx.require(Action::MovementManage, building.unit, false)?;
        Ok(building)
    };
    Ok(web.read(actor, job).await?)
}

/// The run that an edition's school has under way, for whoever may begin one.
pub async fn under_way(web: &Web, actor: &Actor, building: Id) -> std::result::Result<Option<Id>, WebError> {
    Ok(web.runs.under_way(ready(web, actor, building).await?.unit))
}

/// Begins to reckon under the id `own`, for a page or a program; answers the run under way when the school has one, and the
/// same run when it was begun before. Refuses Busy when too many wait, and whoever may not make plans there.
pub async fn start(
    web: &Web,
    (actor, meta): (&Actor, Meta),
    own: Id,
    mut new: NewPlan,
    bell: Option<u32>,
) -> std::result::Result<Id, WebError> {
    let id = new.building;
    let building = ready(web, actor, id).await?;
    if new.title.trim().is_empty() {
        new.title = format!("{}表", say::kind(new.kind));
    }
    let run = Arc::new(Run {
        unit: building.unit,
        building: id,
        title: new.title.clone(),
        at: web.now(),
        said: AtomicU8::new(ON),
        progress: Mutex::default(),
        end: Mutex::default(),
    });
    let (open, fresh) = web.runs.open(own, &run)?;
    if fresh {
        tokio::spawn(reckon(web.clone(), actor.clone(), meta, run, (building.doc, bell), new));
    }
    Ok(open)
}

/// Where a run is.
pub struct Seen {
    pub building: Id,
    pub title: String,
    pub state: &'static str,
    pub progress: Option<Progress>,
    pub movement: Option<Id>,
    pub refused: Vec<String>,
}

/// One run, for whoever makes plans there.
pub async fn look(web: &Web, actor: &Actor, id: Id) -> std::result::Result<Seen, WebError> {
    let run = found(web, actor, id).await?;
    let (state, movement, refused) = match run.end() {
        None => ("running", None, Vec::new()),
        Some(End::Stored(plan)) => ("stored", Some(plan), Vec::new()),
        Some(End::Cancelled) => ("cancelled", None, Vec::new()),
        Some(End::Refused(faults)) => ("refused", None, faults.into_iter().map(|f| f.title).collect()),
    };
    let progress = *run.progress.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Seen { building: run.building, title: run.title.clone(), state, progress, movement, refused })
}

/// Says a word to a run.
pub async fn tell(web: &Web, actor: &Actor, id: Id, word: Word) -> std::result::Result<(), WebError> {
    let run = found(web, actor, id).await?;
    let said = match word {
        Word::Enough => ENOUGH,
        Word::Cancel => CANCEL,
    };
    run.said.store(said, Ordering::Relaxed);
    Ok(())
}

pub async fn begin(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    // First whether it is the asker's at all, then what is wrong with the form.
    ready(&web, posted.actor(), id).await?;
    let bell = match movement::bell(&posted.fields.get("bell").replace('：', ":")) {
        Ok(bell) => bell,
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            return page::again(&edition_page(&web, &posted.signed, id, posted.fields.clone(), faults).await?, status);
        }
    };
    let kind = posted.fields.read("kind", Kind::from_code)?.unwrap_or(Kind::Dismissal);
    let title = posted.fields.opt("title").unwrap_or_default();
    let new = NewPlan { id: None, building: id, kind, title, note: posted.fields.opt("note") };
    let (who, own) = ((posted.actor(), posted.meta.clone()), Id::new(web.now()));
    let open = start(&web, who, own, new, bell).await?;
    page::done(&posted.signed.ask, web.now(), open, format!("/movements/runs/{open}"))
}

#[derive(Template)]
#[template(path = "movement/run.html")]
struct RunPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    title: String,
    words: String,
    over: bool,
    cancelled: bool,
    building: String,
    faults: Vec<FieldFault>,
}

/// A run of a unit whose plans the asker makes; absent and hidden are the same.
async fn found(web: &Web, actor: &Actor, id: Id) -> std::result::Result<Arc<Run>, WebError> {
    let run = web.runs.get(id).ok_or(Error::from(Refusal::NotFound))?;
    let unit = run.unit;
    web.read(actor, move |cx| {
        cx.require(Action::MovementManage, unit, false).map_err(|_| Error::from(Refusal::NotFound))
    })
    .await?;
    Ok(run)
}

pub async fn show(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let run = found(&web, signed.actor(), id).await?;
    let end = run.end();
    if let Some(End::Stored(plan)) = end {
        return Ok(Redirect::to(&format!("/movements/{plan}")).into_response());
    }
    let progress = *run.progress.lock().unwrap_or_else(PoisonError::into_inner);
    let mut shell = signed.shell(&web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), UrgentTab::Movements);
    let over = end.is_some();
    let mut answer = page::full(&RunPage {
        shell,
        crumbs: vec![crumb(words::tab::MOVEMENTS, "/movements"), crumb("计算", "")],
        id: id.to_string(),
        title: run.title.clone(),
        words: progress.map_or_else(|| "正在排队".into(), say::progress),
        over,
        cancelled: matches!(end, Some(End::Cancelled)),
        building: run.building.to_string(),
        faults: if let Some(End::Refused(faults)) = end { faults } else { Vec::new() },
    })?;
    if !over {
        let name = HeaderName::from_static("refresh");
        answer.headers_mut().insert(name, HeaderValue::from_static(REFRESH_S));
    }
    Ok(answer)
}

pub async fn say(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let word = match posted.fields.get("do") {
        "enough" => Some(Word::Enough),
        "cancel" => Some(Word::Cancel),
        _ => None,
    };
    // Whoever may not know of it learns nothing from a wrong word either.
    found(&web, posted.actor(), id).await?;
    let word = word.ok_or_else(|| Error::invalid("do", Problem::Unknown))?;
    tell(&web, posted.actor(), id, word).await?;
    page::done(&posted.signed.ask, web.now(), id, format!("/movements/runs/{id}"))
}
