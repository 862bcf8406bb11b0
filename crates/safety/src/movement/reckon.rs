//! The planner asked: pure, slow, cancellable, outside of any transaction. The caller holds the clock and says after every
//! look whether to go on, to be content with what there is, or to give up; what comes out carries the hash of what went
//! in, so that a stale answer is refused when it is stored (`plan::store`).

use std::cell::RefCell;

use base::{Error, Problem, Result};
use serde::Serialize;
use serde_json::{Value, json};

use super::building::refused;

/// The usual time for the search of the timetable, ms: on one core 72 classes are within a few per cent of the best then.
pub const BUDGET_MS: i64 = 4_000;
/// The longest a whole reckoning with its cards may take, ms; a door gives up then and says so.
pub const LONGEST_MS: i64 = 300_000;
/// Search steps for each card of a shut way.
const CARD_STEPS: u64 = 40;
/// Search steps of the evacuation's ways.
const EVACUATION_STEPS: u64 = 400;
/// Cards of one plan: 72 classes with 32 flights, 8 exits and 3 gates have 43.
pub const CARDS_MAX: usize = 80;
/// One seed: equal schools get equal plans.
const SEED: u64 = 1;

/// What the caller says after a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    On,
    /// Content with the timetable found so far; everything else is still done.
    Enough,
    Cancel,
}

/// Where the reckoning is: for the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The floor: what nobody can be faster than.
    Floor,
    Timetable,
    Evacuation,
    Cards,
    Pictures,
}

impl Stage {
    pub fn code(self) -> &'static str {
        match self {
            Stage::Floor => "floor",
            Stage::Timetable => "timetable",
            Stage::Evacuation => "evacuation",
            Stage::Cards => "cards",
            Stage::Pictures => "pictures",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    pub stage: Stage,
    pub done: u64,
    /// 0 where nobody knows.
    pub all: u64,
}

/// A shut way and what is done then.
#[derive(Clone, Debug, PartialEq)]
pub struct ReckonedCard {
    pub edge: String,
    pub makespan_s: i64,
    pub bound_s: i64,
    pub doc: String,
    pub phone: String,
}

/// A plan, not stored yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Reckoned {
    pub hash: String,
    pub makespan_s: i64,
    /// Nobody can be dismissed faster at the density limit.
    pub bound_s: i64,
    /// The physical floor of an evacuation.
    pub floor_s: i64,
    pub doc: String,
    pub evacuation: String,
    pub picture: String,
    pub phone: String,
    pub evacuation_picture: String,
    pub cards: Vec<ReckonedCard>,
}

/// Why there is no answer: cancelled is no fault.
fn stopped(stop: crowd::Stop) -> Result<Option<Reckoned>> {
    match stop {
        crowd::Stop::Cancelled => Ok(None),
        crowd::Stop::Refused(faults) => Err(refused(faults)),
    }
}

fn whole(seconds: f64) -> i64 {
    seconds.ceil() as i64
}

/// Asks `go` and remembers a cancellation, for functions that know only yes and no.
struct Asker<'a> {
    go: &'a mut dyn FnMut(Progress) -> Go,
    cancelled: bool,
}

impl Asker<'_> {
    fn on(&mut self, stage: Stage, done: u64, all: u64) -> bool {
        let said = (self.go)(Progress { stage, done, all });
        self.cancelled = self.cancelled || said == Go::Cancel;
        said == Go::On
    }
    /// Enough is no reason to stop where there is nothing yet.
    fn unless_cancelled(&mut self, stage: Stage, done: u64, all: u64) -> bool {
        self.on(stage, done, all);
        !self.cancelled
    }
}

/// When the bell rings, as it is typed (`11:30`): seconds of the day. Refuses what is no time.
pub fn bell(text: &str) -> Result<Option<u32>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let two = |t: &str, below: u32| t.parse::<u32>().ok().filter(|n| *n < below && t.len() <= 2);
    let read = text.split_once(':').and_then(|(h, m)| Some(two(h, 24)? * 3_600 + two(m, 60)? * 60));
    read.map(Some).ok_or_else(|| Error::invalid("bell", Problem::Unreadable))
}

/// Reckons a school: floors, timetable, evacuation sheet, one card for each way that may be shut, pictures. `bell_s` turns
/// moments into times of the clock on the pictures and stands in the documents. None when the caller cancelled. Refuses
/// what the planner refuses, with every fault.
pub fn reckon(doc: &str, bell_s: Option<u32>, go: &mut dyn FnMut(Progress) -> Go) -> Result<Option<Reckoned>> {
    let instance = crowd::Instance::from_json(doc.as_bytes()).map_err(refused)?;
    let step = instance.draft().time_step_s;
    let seconds = |steps: u32| whole(f64::from(steps) * step);
    let mut ask = Asker { go, cancelled: false };
    let floor = crowd::bound(&instance, crowd::Mode::Dismissal, &mut || ask.unless_cancelled(Stage::Floor, 0, 0));
    let floor = match floor {
        Ok(floor) => floor,
        Err(stop) => return stopped(stop),
    };
    let plan = crowd::plan(&instance, SEED, |steps| ask.on(Stage::Timetable, steps, 0)).map_err(refused)?;
    if ask.cancelled {
        return Ok(None);
    }
    let sheet = {
        // Asked by two at once: whether there is to be an answer at all, and whether it is to be bettered.
        let ask = RefCell::new(&mut ask);
        let on = |steps| ask.borrow_mut().unless_cancelled(Stage::Evacuation, steps, EVACUATION_STEPS);
        crowd::evacuate_while(&instance, SEED, &mut || on(0), |steps| steps < EVACUATION_STEPS && on(steps))
    };
    let sheet = match sheet {
        Ok(sheet) if !ask.cancelled => sheet,
        Ok(_) => return Ok(None),
        Err(stop) => return stopped(stop),
    };
    let cards = match cards(&instance, bell_s, &mut ask)? {
        Some(cards) => cards,
        None => return Ok(None),
    };
    if !ask.unless_cancelled(Stage::Pictures, 0, 0) {
        return Ok(None);
    }
    Ok(Some(Reckoned {
        hash: format!("{:016x}", crowd::input_hash(&instance)),
        makespan_s: seconds(plan.makespan),
        bound_s: seconds(floor.steps),
        floor_s: seconds(sheet.floor),
        doc: text(&plan_doc(&instance, &plan, &floor, bell_s))?,
        evacuation: text(&crowd::evacuation_json(&instance, &sheet))?,
        picture: crowd::plan_svg(&instance, &plan, Some(&floor), bell_s),
        phone: crowd::plan_phone_svg(&instance, &plan, bell_s),
        evacuation_picture: crowd::evacuation_svg(&instance, &sheet),
        cards,
    }))
}

fn text(value: &Value) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::broken(format!("plan: {e}")))
}

/// The plan's document with the stop rules of its posts and, if known, the bell.
fn plan_doc(instance: &crowd::Instance, plan: &crowd::Plan, floor: &crowd::Bound, bell_s: Option<u32>) -> Value {
    let mut doc = crowd::plan_json_beside(instance, plan, floor, SEED);
    if let Some(bell) = bell_s {
        doc["bell_s"] = json!(bell);
    }
    let stops: Vec<Value> = crowd::event::stop_rules(instance, plan)
        .iter()
        .map(|rule| {
            json!({
                "edge": instance.draft().edges[rule.edge].id,
                "persons": rule.persons,
                "after_s": rule.after_s,
                "text": rule.text(instance),
            })
        })
        .collect();
    doc["stops"] = json!(stops);
    doc
}

/// N−1: every flight, exit and gate shut alone.
fn cards(instance: &crowd::Instance, bell_s: Option<u32>, ask: &mut Asker<'_>) -> Result<Option<Vec<ReckonedCard>>> {
    let edges = crowd::single_closures(instance);
    let all = edges.len().min(CARDS_MAX) as u64;
    let step = instance.draft().time_step_s;
    let mut out = Vec::new();
    for (done, edge) in edges.into_iter().take(CARDS_MAX).enumerate() {
        let done = done as u64;
        if !ask.unless_cancelled(Stage::Cards, done, all) {
            return Ok(None);
        }
        let id = instance.draft().edges[edge].id.clone();
        let shut = instance.with_shut(&id, &[&id]).map_err(refused)?;
        let floor = crowd::bound(&shut, crowd::Mode::Dismissal, &mut || ask.unless_cancelled(Stage::Cards, done, all));
        let floor = match floor {
            Ok(floor) => floor,
            Err(crowd::Stop::Cancelled) => return Ok(None),
            Err(crowd::Stop::Refused(faults)) => return Err(refused(faults)),
        };
        let plan =
            crowd::plan(&shut, SEED, |steps| steps < CARD_STEPS && ask.unless_cancelled(Stage::Cards, done, all))
                .map_err(refused)?;
        if ask.cancelled {
            return Ok(None);
        }
        out.push(ReckonedCard {
            edge: id,
            makespan_s: whole(f64::from(plan.makespan) * step),
            bound_s: whole(f64::from(floor.steps) * step),
            doc: text(&plan_doc(&shut, &plan, &floor, bell_s))?,
            phone: crowd::plan_phone_svg(&shut, &plan, bell_s),
        });
    }
    Ok(Some(out))
}
