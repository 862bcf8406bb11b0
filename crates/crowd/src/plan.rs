//! The timetable: which class leaves when, how fast, by which way, and when its last pupil is out.

use crate::fault::Faults;
use crate::instance::{Instance, minutes_up};
use crate::model::{MAX_STEPS, WayKind};
use crate::net::{Mode, Net};
use crate::problem::Problem;
use crate::search::Search;

/// One class of a timetable. Steps are those of the instance; `*_s` are seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Number of the class in the instance.
    pub class: usize,
    pub start: u32,
    /// Milli-persons a step.
    pub rate: u32,
    /// Steps in which the class passes a point.
    pub duration: u32,
    /// Edge numbers from classroom to target.
    pub path: Vec<usize>,
    /// Steps from the start to each edge of the path; behind a waiting place: the earliest.
    pub offsets: Vec<u32>,
    /// How many edges of the path come before the first place where a crowd waits (all, when there is none).
    pub head: usize,
    /// Behind the step in which the last pupil is out.
    pub out: u32,
}

/// A promise that the timetable cannot keep.
#[derive(Debug, Clone, PartialEq)]
pub struct Missed {
    /// The bus line, or `younger + elder` for siblings.
    pub what: String,
    pub class: String,
    pub missing_s: f64,
    pub missing_min: u32,
}

/// A timetable for one scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub slots: Vec<Slot>,
    /// Behind the step in which the last pupil is out; 0 when nobody can leave.
    pub makespan: u32,
    /// Ids of the classes that cannot get out in this scenario.
    pub unreachable: Vec<String>,
    pub missed: Vec<Missed>,
    /// Pairs of a class of grades 1–2 and one of grades 5–9 on one flight at the same time.
    pub mixed: u32,
    /// Mean seconds a pupil waits in the classroom after the end of lessons.
    pub mean_wait_s: f64,
    /// Ids of the classes let out slower than the lowest usual rate, because their ways are narrow.
    pub slowed: Vec<String>,
    /// Steps of search done.
    pub steps: u64,
}

/// Makes a timetable: the first at once, then better as long as `more(steps done)` says so.
///
/// Equal instance, seed and number of steps give an equal plan; more steps never give a worse one. Refuses with
/// `E_TOO_LARGE` when the school cannot be emptied within the longest horizon.
pub fn plan(instance: &Instance, seed: u64, mut more: impl FnMut(u64) -> bool) -> Result<Plan, Faults> {
    let net = instance.net(Mode::Dismissal);
    let problem = Problem::new(instance, &net);
    if problem.jobs.is_empty() {
        return Ok(empty(instance, &net));
    }
    let mut search = Search::new(&problem, seed).ok_or_else(|| instance.too_large(MAX_STEPS))?;
    let mut steps = 0;
    while more(steps) {
        search.step();
        steps += 1;
    }
    if search.best_score.makespan > MAX_STEPS {
        return Err(instance.too_large(MAX_STEPS));
    }
    Ok(finished(instance, &net, &problem, &search, steps))
}

fn names(instance: &Instance, classes: &[usize]) -> Vec<String> {
    classes.iter().map(|&c| instance.draft.classes[c].id.clone()).collect()
}

fn empty(instance: &Instance, net: &Net) -> Plan {
    Plan {
        slots: Vec::new(),
        makespan: 0,
        unreachable: names(instance, &net.unreachable),
        missed: Vec::new(),
        mixed: 0,
        mean_wait_s: 0.0,
        slowed: Vec::new(),
        steps: 0,
    }
}

fn finished(instance: &Instance, net: &Net, problem: &Problem, search: &Search<'_>, steps: u64) -> Plan {
    let table = &search.best;
    let outs = search.finishes_of(table);
    let mut slots: Vec<Slot> = Vec::with_capacity(problem.jobs.len());
    for ((job, placed), &out) in problem.jobs.iter().zip(&table.placed).zip(&outs) {
        let route = &job.choices[placed.choice as usize].route;
        let mut offsets = Vec::with_capacity(route.arcs.len());
        let mut at = 0;
        for &a in &route.arcs {
            offsets.push(at);
            at += net.arcs[a as usize].travel;
        }
        slots.push(Slot {
            class: job.class,
            start: placed.start,
            rate: job.rate(placed.duration),
            duration: placed.duration,
            path: route.arcs.iter().map(|&a| net.arcs[a as usize].way).collect(),
            offsets,
            head: route.head,
            out,
        });
    }
    let pupils: u64 = problem.jobs.iter().map(|j| u64::from(j.amount)).sum();
    Plan {
        makespan: outs.iter().copied().max().unwrap_or(0),
        unreachable: names(instance, &net.unreachable),
        missed: missed(instance, &slots),
        mixed: search.best_score.mixed,
        mean_wait_s: search.best_score.waiting as f64 / pupils.max(1) as f64 * instance.draft.time_step_s,
        slowed: names(instance, &problem.slowed),
        steps,
        slots,
    }
}

/// Buses and siblings that the timetable does not serve.
fn missed(instance: &Instance, slots: &[Slot]) -> Vec<Missed> {
    let draft = &instance.draft;
    let out = |id: &str| {
        let slot = slots.iter().find(|s| draft.classes[s.class].id == id)?;
        Some(instance.seconds(slot.out))
    };
    let mut list = Vec::new();
    let mut note = |what: String, class: &str, missing_s: f64| {
        if missing_s > 0.0 {
            let class = class.to_owned();
            list.push(Missed { what, class, missing_s, missing_min: minutes_up(missing_s) });
        }
    };
    for bus in &draft.buses {
        let latest = bus.departs_s - draft.rules.bus_margin_s - bus.walk_s;
        for class in &bus.classes {
            if let Some(t) = out(class) {
                note(bus.line.clone(), class, t - latest);
            }
        }
    }
    for s in &draft.siblings {
        if let (Some(younger), Some(elder)) = (out(&s.younger), out(&s.elder)) {
            let what = format!("{} + {}", s.younger, s.elder);
            note(what, &s.elder, elder - younger - draft.rules.sibling_gap_s);
        }
    }
    list
}

impl Plan {
    /// The slots in order of leaving.
    pub fn by_start(&self) -> Vec<&Slot> {
        let mut list: Vec<&Slot> = self.slots.iter().collect();
        list.sort_by_key(|s| (s.start, s.class));
        list
    }

    /// Who uses an edge, in order of coming: (slot, first step, behind the last step). Behind a waiting place there is
    /// one crowd and no order, so nothing is listed there.
    pub fn on_edge(&self, edge: usize) -> Vec<(&Slot, u32, u32)> {
        let mut list: Vec<(&Slot, u32, u32)> = Vec::new();
        for s in &self.slots {
            if let Some(i) = s.path[..s.head].iter().position(|&e| e == edge) {
                let from = s.start + s.offsets[i];
                list.push((s, from, from + s.duration));
            }
        }
        list.sort_by_key(|(s, from, _)| (*from, s.class));
        list
    }
}

impl Slot {
    /// The last way of `kind` (or leading out, for exits) on the path.
    pub fn way(&self, instance: &Instance, wanted: Way) -> Option<usize> {
        let edges = &instance.draft.edges;
        let fits = |&&e: &&usize| match wanted {
            Way::FirstFlight => edges[e].kind == WayKind::Stair,
            Way::Exit => edges[e].exit,
            Way::Gate => edges[e].kind == WayKind::Gate,
        };
        self.path.iter().find(fits).copied()
    }
}

/// A station on the way of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    FirstFlight,
    Exit,
    Gate,
}
