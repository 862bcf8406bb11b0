//! From metres to integers: capacities per step and travel steps, for one mode and one set of shut ways.
//!
//! Derivation (SFPE hydraulic model): speed v = k(1 − aD) with a = 0.266 m²/person, k = 1.40 m/s on the level and
//! 0.8633·√(tread/riser) m/s on stairs, both times the speed factor; effective width = clear width − 2 × boundary layer.
//! Planned dismissal keeps every way at its density limit D, so its capacity is D·v(D)·width; evacuation uses the peak
//! k/(4a) and walks at 0.85 k. After this file the search knows integers only.

use crate::model::{Draft, Edge, NodeKind, WayKind};
use crate::validate::boundary_m;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

/// m²/person: how fast walking slows with density.
const A: f64 = 0.266;
/// m/s: free pace on the level at factor 1.
const K_LEVEL: f64 = 1.40;
/// m/s: times √(tread/riser) gives the pace on stairs.
const K_STAIR: f64 = 0.8633;
/// Part of k walked in an evacuation.
const EVACUATION_PACE: f64 = 0.85;
/// A distance that cannot be walked.
pub(crate) const FAR: u32 = u32::MAX;

/// Which question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Planned: density limits hold everywhere, classes are released by the timetable.
    Dismissal,
    /// Everybody at once at peak flow.
    Evacuation,
}

/// One direction of a way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arc {
    pub way: usize,
    pub from: usize,
    pub to: usize,
    /// Milli-persons a step.
    pub cap: u32,
    /// Steps.
    pub travel: u32,
}

/// A class as the net sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    pub class: usize,
    pub node: usize,
    /// Step from which it may leave.
    pub release: u32,
    /// Milli-persons.
    pub amount: u32,
}

/// The static net in integers.
#[derive(Debug, Clone)]
pub(crate) struct Net {
    pub arcs: Vec<Arc>,
    /// Arc numbers leaving and entering each node.
    pub out: Vec<Vec<u32>>,
    pub inn: Vec<Vec<u32>>,
    /// Milli-persons who may wait at each node (rooms: `u32::MAX`).
    pub hold: Vec<u32>,
    pub target: Vec<bool>,
    /// Steps to the nearest target, [`FAR`] when there is none.
    pub dist: Vec<u32>,
    /// Classes that can get out.
    pub groups: Vec<Group>,
    /// Classes (indices) that cannot.
    pub unreachable: Vec<usize>,
}

impl Net {
    pub fn new(draft: &Draft, mode: Mode, shut: &HashSet<&str>) -> Net {
        let index: HashMap<&str, usize> = draft.nodes.iter().enumerate().map(|(i, n)| (n.id.as_str(), i)).collect();
        let count = draft.nodes.len();
        let mut net = Net {
            arcs: Vec::new(),
            out: vec![Vec::new(); count],
            inn: vec![Vec::new(); count],
            hold: draft.nodes.iter().map(hold_of).collect(),
            target: vec![false; count],
            dist: vec![FAR; count],
            groups: Vec::new(),
            unreachable: Vec::new(),
        };
        let targets = match mode {
            Mode::Dismissal => &draft.targets.dismissal,
            Mode::Evacuation => &draft.targets.evacuation,
        };
        for id in targets {
            net.target[index[id.as_str()]] = true;
        }
        for (way, e) in draft.edges.iter().enumerate() {
            let (cap, travel) = integers(draft, e, mode);
            if cap == 0 || shut.contains(e.id.as_str()) {
                continue;
            }
            let (from, to) = (index[e.from.as_str()], index[e.to.as_str()]);
            net.add(Arc { way, from, to, cap, travel });
            if e.two_way {
                net.add(Arc { way, from: to, to: from, cap, travel });
            }
        }
        let ends: Vec<usize> = (0..count).filter(|&v| net.target[v]).collect();
        net.dist = net.steps_to(&ends, |_| true);
        for (class, c) in draft.classes.iter().enumerate() {
            let node = index[c.room.as_str()];
            let start = if mode == Mode::Dismissal { c.not_before_s } else { draft.rules.premovement_s };
            let release = (start / draft.time_step_s - 1e-9).ceil().max(0.0) as u32;
            let amount = (c.n * 1000.0) as u32;
            if net.dist[node] == FAR {
                net.unreachable.push(class);
            } else {
                net.groups.push(Group { class, node, release, amount });
            }
        }
        net
    }

    fn add(&mut self, arc: Arc) {
        let i = self.arcs.len() as u32;
        self.out[arc.from].push(i);
        self.inn[arc.to].push(i);
        self.arcs.push(arc);
    }

    /// Steps from every node to the nearest of `ends`, over the arcs that `allow` lets through.
    pub fn steps_to(&self, ends: &[usize], allow: impl Fn(usize) -> bool) -> Vec<u32> {
        let mut dist = vec![FAR; self.out.len()];
        let mut heap = BinaryHeap::new();
        for &v in ends {
            dist[v] = 0;
            heap.push(Reverse((0u32, v)));
        }
        while let Some(Reverse((d, v))) = heap.pop() {
            if d > dist[v] {
                continue;
            }
            for &a in &self.inn[v] {
                let arc = &self.arcs[a as usize];
                let next = d.saturating_add(arc.travel);
                if allow(a as usize) && next < dist[arc.from] {
                    dist[arc.from] = next;
                    heap.push(Reverse((next, arc.from)));
                }
            }
        }
        dist
    }

    /// Earliest step at which anybody can stand at each node, [`FAR`] when nobody can.
    pub fn earliest(&self) -> Vec<u32> {
        let mut time = vec![FAR; self.out.len()];
        let mut heap = BinaryHeap::new();
        for g in &self.groups {
            if g.release < time[g.node] {
                time[g.node] = g.release;
                heap.push(Reverse((g.release, g.node)));
            }
        }
        while let Some(Reverse((t, v))) = heap.pop() {
            if t > time[v] || self.target[v] {
                continue;
            }
            for &a in &self.out[v] {
                let arc = &self.arcs[a as usize];
                let next = t.saturating_add(arc.travel);
                if next < time[arc.to] {
                    time[arc.to] = next;
                    heap.push(Reverse((next, arc.to)));
                }
            }
        }
        time
    }

    /// Milli-persons who have to come out.
    pub fn total(&self) -> i64 {
        self.groups.iter().map(|g| i64::from(g.amount)).sum()
    }
}

fn hold_of(n: &crate::model::Node) -> u32 {
    if n.kind == NodeKind::Room { u32::MAX } else { (n.hold * 1000.0) as u32 }
}

/// Walking pace at no density, m/s.
pub(crate) fn pace(draft: &Draft, e: &Edge) -> f64 {
    let k = match (e.kind, e.riser_m, e.tread_m) {
        (WayKind::Stair, Some(riser), Some(tread)) => K_STAIR * (tread / riser).sqrt(),
        _ => K_LEVEL,
    };
    k * draft.rules.speed_factor
}

/// The density limit of a way, persons/m².
pub(crate) fn limit(draft: &Draft, kind: WayKind) -> f64 {
    let d = &draft.rules.density_limit;
    match kind {
        WayKind::Stair => d.stair,
        WayKind::Door => d.door,
        WayKind::Gate => d.gate,
        WayKind::Corridor => d.corridor,
        WayKind::Yard => d.yard,
    }
}

/// Capacity (persons/s) and speed (m/s) of a way.
pub(crate) fn capacity_and_speed(draft: &Draft, e: &Edge, mode: Mode) -> (f64, f64) {
    let k = pace(draft, e);
    let effective = e.width_m.unwrap_or(0.0) - 2.0 * boundary_m(e.kind);
    let (specific, speed) = match mode {
        Mode::Dismissal => {
            let d = limit(draft, e.kind);
            let v = k * (1.0 - A * d);
            (d * v, v)
        }
        Mode::Evacuation => (k / (4.0 * A), EVACUATION_PACE * k),
    };
    (e.cap_ps.unwrap_or(f64::from(e.count) * specific * effective), speed)
}

/// Milli-persons a step, and steps to walk through.
fn integers(draft: &Draft, e: &Edge, mode: Mode) -> (u32, u32) {
    let (cap, speed) = capacity_and_speed(draft, e, mode);
    let cap = (1000.0 * cap * draft.time_step_s + 1e-6).floor();
    let travel = (e.length_m / speed / draft.time_step_s - 1e-9).ceil().max(1.0);
    (cap.max(0.0) as u32, travel.min(1e6) as u32)
}
