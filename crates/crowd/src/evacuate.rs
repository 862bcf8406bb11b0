//! Evacuation: everybody leaves at the signal; which stair for which class?
//!
//! Three figures side by side: the physical floor (nobody can be faster), every class by the nearest way (the habit),
//! and whole classes by the ways found here. The quickest flow says how many persons each stair should carry; classes
//! are then moved between their ways while the queues (simulated, not assumed) get shorter.

use crate::bound::{Bound, Stop, bound};
use crate::crowding::{Bottleneck, Crowding, all_at_once, run};
use crate::instance::Instance;
use crate::model::WayKind;
use crate::net::{Mode, Net};
use crate::rng::Rng;
use crate::routes::{Route, routes};

/// The way of one class and when its last pupil is out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaver {
    pub class: usize,
    /// Edge numbers from classroom to the assembly place.
    pub path: Vec<usize>,
    /// Behind the step in which the last pupil is out.
    pub out: u32,
}

/// Persons over a flight or exit: by whole classes, and in the ideal (divisible) flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    pub edge: usize,
    pub persons: f64,
    pub ideal: f64,
}

/// The evacuation sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Evacuation {
    pub leavers: Vec<Leaver>,
    /// Steps until the last person is out with whole classes on the ways given here.
    pub clearance: u32,
    /// The same when everybody takes the nearest way.
    pub nearest: u32,
    /// The quickest conceivable, classes split at will.
    pub floor: u32,
    pub shares: Vec<Share>,
    pub bottlenecks: Vec<Bottleneck>,
    pub unreachable: Vec<String>,
}

/// Best ways for whole classes. The first answer is never worse than everybody by the nearest way; `more(steps done)`
/// decides how long it is bettered. Refuses when the school is beyond the limits.
pub fn evacuate(instance: &Instance, seed: u64, more: impl FnMut(u64) -> bool) -> Result<Evacuation, Stop> {
    evacuate_while(instance, seed, &mut || true, more)
}

/// The same, and the floor, which may take seconds for the largest schools, asks too: `on()` false while it is reckoned
/// ends with [`Stop::Cancelled`]. `on` is about having an answer at all, `more` about a better one.
pub fn evacuate_while(
    instance: &Instance,
    seed: u64,
    on: &mut dyn FnMut() -> bool,
    mut more: impl FnMut(u64) -> bool,
) -> Result<Evacuation, Stop> {
    let net = instance.net(Mode::Evacuation);
    let floor = bound(instance, Mode::Evacuation, on)?;
    let too_long = || Stop::Refused(instance.too_large(crate::model::MAX_STEPS));
    let nearest = all_at_once(instance).ok_or_else(too_long)?;
    let all = routes(&instance.draft, &net);
    let mut search = Assign::new(instance, &net, &all, &floor, seed).ok_or_else(too_long)?;
    let mut steps = 0;
    while search.best.0.0 > floor.steps && more(steps) {
        search.step();
        steps += 1;
    }
    Ok(search.sheet(&floor, &nearest))
}

/// What makes one assignment better: clearance, then the sum of the classes' times.
type Score = (u32, u64);

struct Assign<'a> {
    instance: &'a Instance,
    net: &'a Net,
    all: &'a [Vec<Route>],
    rng: Rng,
    now: (Score, Vec<usize>),
    best: (Score, Vec<usize>, Crowding),
}

impl<'a> Assign<'a> {
    fn new(
        instance: &'a Instance,
        net: &'a Net,
        all: &'a [Vec<Route>],
        floor: &Bound,
        seed: u64,
    ) -> Option<Assign<'a>> {
        let nearest = vec![0; all.len()];
        let shared = by_shares(net, all, floor);
        let starts = [nearest, shared].into_iter().filter_map(|choice| {
            let crowding = queues(instance, net, all, &choice)?;
            Some((score(&crowding), choice, crowding))
        });
        let best = starts.min_by_key(|s| s.0)?;
        let now = (best.0, best.1.clone());
        Some(Assign { instance, net, all, rng: Rng::new(seed), now, best })
    }

    /// Moves a class (mostly one of the last ones out), or exchanges the ways of two.
    fn step(&mut self) {
        if self.all.is_empty() {
            return;
        }
        let mut choice = self.now.1.clone();
        let first = self.pick();
        choice[first] = self.rng.below(self.all[first].len());
        if self.rng.below(2) == 0 {
            let second = self.rng.below(self.all.len());
            choice[second] = self.rng.below(self.all[second].len());
        }
        if choice == self.now.1 {
            return;
        }
        let Some(crowding) = queues(self.instance, self.net, self.all, &choice) else { return };
        let score = score(&crowding);
        // a little worse is allowed now and then, to leave dead ends
        let slack = if self.rng.below(8) == 0 { 1 } else { 0 };
        if score <= (self.now.0.0 + slack, u64::MAX) && (score < self.now.0 || self.rng.below(4) == 0 || slack > 0) {
            self.now = (score, choice.clone());
        }
        if score < self.best.0 {
            self.best = (score, choice, crowding);
            self.now = (self.best.0, self.best.1.clone());
        }
    }

    fn pick(&mut self) -> usize {
        let out = |g: usize, s: &Self| s.best.2.out[s.net.groups[g].class].unwrap_or(0);
        let mut worst = self.rng.below(self.all.len());
        for _ in 0..2 {
            let other = self.rng.below(self.all.len());
            if out(other, self) > out(worst, self) {
                worst = other;
            }
        }
        worst
    }

    fn sheet(self, floor: &Bound, nearest: &Crowding) -> Evacuation {
        let edges = &self.instance.draft.edges;
        let (_, choice, crowding) = &self.best;
        let mut persons = vec![0.0; edges.len()];
        let mut leavers = Vec::new();
        for (g, (group, &c)) in self.net.groups.iter().zip(choice).enumerate() {
            let path: Vec<usize> = self.all[g][c].arcs.iter().map(|&a| self.net.arcs[a as usize].way).collect();
            for &e in &path {
                persons[e] += f64::from(group.amount) / 1000.0;
            }
            leavers.push(Leaver { class: group.class, path, out: crowding.out[group.class].unwrap_or(0) });
        }
        let named = |e: &usize| edges[*e].kind == WayKind::Stair || edges[*e].exit;
        let shares = (0..edges.len()).filter(named).map(|edge| Share {
            edge,
            persons: persons[edge],
            ideal: floor.through[edge] as f64 / 1000.0,
        });
        let unreachable = self.net.unreachable.iter().map(|&c| self.instance.draft.classes[c].id.clone());
        Evacuation {
            clearance: crowding.steps,
            nearest: nearest.steps,
            floor: floor.steps,
            shares: shares.collect(),
            bottlenecks: crowding.bottlenecks.clone(),
            unreachable: unreachable.collect(),
            leavers,
        }
    }
}

fn score(crowding: &Crowding) -> Score {
    (crowding.steps, crowding.out.iter().flatten().map(|&t| u64::from(t)).sum())
}

fn queues(instance: &Instance, net: &Net, all: &[Vec<Route>], choice: &[usize]) -> Option<Crowding> {
    let routes: Vec<Vec<u32>> = choice.iter().zip(all).map(|(&c, list)| list[c].arcs.clone()).collect();
    run(instance, net, &routes)
}

/// Whole classes after the shares of the ideal flow: each takes the way whose ideal load is least used up.
fn by_shares(net: &Net, all: &[Vec<Route>], floor: &Bound) -> Vec<usize> {
    let mut load = vec![0i64; floor.through.len()];
    let mut order: Vec<usize> = (0..all.len()).collect();
    // classes with few ways first, large before small
    order.sort_by_key(|&g| (all[g].len(), u32::MAX - net.groups[g].amount, g));
    let mut choice = vec![0; all.len()];
    for g in order {
        let amount = i64::from(net.groups[g].amount);
        let over = |r: &Route| -> (i64, usize) {
            let ways = r.arcs.iter().map(|&a| net.arcs[a as usize].way);
            let worst = ways.map(|w| load[w] + amount - floor.through[w]).max().unwrap_or(0);
            (worst, r.arcs.len())
        };
        let best = (0..all[g].len()).min_by_key(|&c| (over(&all[g][c]), c)).unwrap_or(0);
        choice[g] = best;
        for &a in &all[g][best].arcs {
            load[net.arcs[a as usize].way] += amount;
        }
    }
    choice
}
