//! The packing problem behind a timetable: every class is a rectangle (rate × time) on every way of its route.
//!
//! Nobody waits on the way, so a class meets the ways of its route at fixed offsets from its start. A way that every
//! route meets together with a narrower one, at the same distance, cannot bind and is dropped: a flight above an equal
//! flight, a corridor that only leads to a stair. What remains are the few ways that matter ("keys").

use crate::instance::Instance;
use crate::model::WayKind;
use crate::net::Net;
use crate::routes::{Route, routes};
use std::collections::BTreeMap;

/// A way of a class's route that can bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stop {
    pub key: u16,
    /// Steps from the start of the class.
    pub offset: u32,
}

/// One route of one class.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub route: Route,
    pub stops: Vec<Stop>,
    /// Highest rate (milli-persons a step) that the route allows.
    pub fastest: u32,
    /// Waiting place at the end of the head.
    pub crowd: Option<u16>,
    /// Flights on the route: (edge, offset, steps to walk).
    pub flights: Vec<(usize, u32, u32)>,
}

/// One class.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub class: usize,
    pub amount: u32,
    pub release: u32,
    pub slowest: u32,
    pub choices: Vec<Choice>,
    /// Latest step at which its last pupil may be out (bus).
    pub latest: Option<u32>,
}

/// A place where a crowd waits and is handed over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crowd {
    pub node: usize,
    pub most: u32,
    /// Milli-persons a step that are handed over.
    pub cap: u32,
    /// Steps from there to the target.
    pub travel: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub jobs: Vec<Job>,
    /// Capacity of each key.
    pub caps: Vec<u32>,
    pub crowds: Vec<Crowd>,
    pub gap: u32,
    /// (younger job, elder job, steps).
    pub siblings: Vec<(usize, usize, u32)>,
    /// Pairs (young, old) that should not share a stair at one time.
    pub apart: Vec<(usize, usize)>,
    /// Grades, for "younger first".
    pub grade: Vec<u32>,
    /// Classes that must go slower than the usual lowest rate.
    pub slowed: Vec<usize>,
}

impl Job {
    /// Shortest and longest time (steps) in which the class may pass a point on this choice.
    pub fn durations(&self, choice: usize) -> (u32, u32) {
        let fastest = self.choices[choice].fastest;
        (self.amount.div_ceil(fastest), self.amount.div_ceil(self.slowest.min(fastest)))
    }

    /// The lowest rate that takes `duration` steps.
    pub fn rate(&self, duration: u32) -> u32 {
        self.amount.div_ceil(duration).max(self.slowest)
    }
}

impl Problem {
    pub fn new(instance: &Instance, net: &Net) -> Problem {
        let draft = &instance.draft;
        let step = draft.time_step_s;
        let rate = |r: f64| 1000.0 * r * step;
        let file = ((rate(draft.rules.file_rate_ps) + 1e-6).floor() as u32).max(1);
        let slow = ((rate(draft.rules.min_rate_ps) - 1e-6).ceil() as u32).clamp(1, file);
        let all = routes(draft, net);
        let (keys, caps) = keys_of(net, &all);
        let crowds = crowds_of(net, &all);
        let mut problem = Problem {
            jobs: Vec::new(),
            caps,
            crowds,
            gap: (draft.rules.class_gap_s / step - 1e-9).ceil().max(0.0) as u32,
            siblings: Vec::new(),
            apart: Vec::new(),
            grade: Vec::new(),
            slowed: Vec::new(),
        };
        for (group, list) in all.into_iter().enumerate() {
            problem.add_job(instance, net, &keys, group, list, file, slow);
        }
        problem.relations(instance);
        problem
    }

    #[allow(clippy::too_many_arguments, reason = "one call; the pieces are all different")]
    fn add_job(
        &mut self,
        instance: &Instance,
        net: &Net,
        keys: &BTreeMap<usize, u16>,
        group: usize,
        list: Vec<Route>,
        file: u32,
        slow: u32,
    ) {
        let g = &net.groups[group];
        let widest = list.iter().map(|r| r.narrowest).max().unwrap_or(0).min(file);
        let slowest = slow.min(widest);
        if widest < slow {
            self.slowed.push(g.class);
        }
        let mut choices = Vec::new();
        for route in list.into_iter().filter(|r| r.narrowest >= slowest) {
            let mut offset = 0;
            let (mut stops, mut flights) = (Vec::new(), Vec::new());
            for &a in &route.arcs[..route.head] {
                let arc = &net.arcs[a as usize];
                if let Some(&key) = keys.get(&arc.way) {
                    stops.push(Stop { key, offset });
                }
                if instance.draft.edges[arc.way].kind == WayKind::Stair {
                    flights.push((arc.way, offset, arc.travel));
                }
                offset += arc.travel;
            }
            let end = net.arcs[route.arcs[route.head - 1] as usize].to;
            let crowd = self.crowds.iter().position(|c| c.node == end).map(|i| i as u16);
            // tightest first: conflicts are found sooner
            stops.sort_by_key(|s| (self.caps[s.key as usize], s.key));
            choices.push(Choice { fastest: file.min(route.narrowest), route, stops, crowd, flights });
        }
        let class = &instance.draft.classes[g.class];
        let latest = instance
            .draft
            .buses
            .iter()
            .filter(|b| b.classes.contains(&class.id))
            .map(|b| b.departs_s - instance.draft.rules.bus_margin_s - b.walk_s)
            .reduce(f64::min)
            .map(|s| (s / instance.draft.time_step_s + 1e-9).floor().max(0.0) as u32);
        self.grade.push(class.grade.clamp(0, 12) as u32);
        self.jobs.push(Job { class: g.class, amount: g.amount, release: g.release, slowest, choices, latest });
    }

    fn relations(&mut self, instance: &Instance) {
        let draft = &instance.draft;
        let job = |id: &str| self.jobs.iter().position(|j| draft.classes[j.class].id == id);
        let within = (draft.rules.sibling_gap_s / draft.time_step_s).floor() as u32;
        let siblings = draft.siblings.iter();
        self.siblings = siblings.filter_map(|s| Some((job(&s.younger)?, job(&s.elder)?, within))).collect();
        let grades = |low: i32, high: i32| -> Vec<usize> {
            let in_range = |j: &usize| (low..=high).contains(&draft.classes[self.jobs[*j].class].grade);
            (0..self.jobs.len()).filter(in_range).collect()
        };
        let old = grades(5, 9);
        self.apart = grades(1, 2).into_iter().flat_map(|y| old.iter().map(move |&o| (y, o))).collect();
    }
}

/// Waiting places that some route ends at; ways behind that several share are split evenly between them.
fn crowds_of(net: &Net, all: &[Vec<Route>]) -> Vec<Crowd> {
    let mut tails: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for r in all.iter().flatten().filter(|r| r.head < r.arcs.len()) {
        let node = net.arcs[r.arcs[r.head - 1] as usize].to;
        tails.entry(node).or_insert_with(|| r.arcs[r.head..].to_vec());
    }
    let sharing = |way: usize| -> u32 {
        let uses = |t: &&Vec<u32>| t.iter().any(|&a| net.arcs[a as usize].way == way);
        tails.values().filter(uses).count().max(1) as u32
    };
    tails
        .iter()
        .map(|(&node, tail)| {
            let arcs = || tail.iter().map(|&a| &net.arcs[a as usize]);
            let cap = arcs().map(|a| a.cap / sharing(a.way)).min().unwrap_or(0).max(1);
            Crowd { node, most: net.hold[node], cap, travel: arcs().map(|a| a.travel).sum() }
        })
        .collect()
}

/// The ways that can bind, numbered, with their capacities.
fn keys_of(net: &Net, all: &[Vec<Route>]) -> (BTreeMap<usize, u16>, Vec<u32>) {
    // for every way: the (group, route) pairs that use it, with offsets
    type Use = (u32, u32, u32);
    let mut uses: BTreeMap<usize, Vec<Use>> = BTreeMap::new();
    let mut offsets: Vec<Vec<BTreeMap<usize, u32>>> = Vec::with_capacity(all.len());
    let mut cap = BTreeMap::new();
    for (g, list) in all.iter().enumerate() {
        let mut per_route = Vec::with_capacity(list.len());
        for (r, route) in list.iter().enumerate() {
            let mut at = 0;
            let mut map = BTreeMap::new();
            for &a in &route.arcs[..route.head] {
                let arc = &net.arcs[a as usize];
                uses.entry(arc.way).or_default().push((g as u32, r as u32, at));
                cap.insert(arc.way, arc.cap);
                map.insert(arc.way, at);
                at += arc.travel;
            }
            per_route.push(map);
        }
        offsets.push(per_route);
    }
    let mut dropped: Vec<usize> = Vec::new();
    for (&way, list) in &uses {
        let (g, r, at) = list[0];
        let single = list.iter().all(|u| u.0 == g);
        let covers = |other: usize, other_at: u32| -> bool {
            if other == way || dropped.contains(&other) || cap[&other] > cap[&way] {
                return false;
            }
            let shift = i64::from(other_at) - i64::from(at);
            list.iter().all(|&(g, r, at)| {
                let there = offsets[g as usize][r as usize].get(&other);
                there.is_some_and(|&o| i64::from(o) - i64::from(at) == shift)
            })
        };
        if single || offsets[g as usize][r as usize].iter().any(|(&o, &other_at)| covers(o, other_at)) {
            dropped.push(way);
        }
    }
    let kept: Vec<usize> = uses.keys().copied().filter(|w| !dropped.contains(w)).collect();
    let caps = kept.iter().map(|w| cap[w]).collect();
    (kept.into_iter().enumerate().map(|(i, w)| (w, i as u16)).collect(), caps)
}
