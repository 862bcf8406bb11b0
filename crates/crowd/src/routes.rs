//! The routes a class may be given: a handful of sensible ways by stair, exit and gate.
//!
//! A route is a walk without repetition from the classroom to a target, or to the first place where a crowd may wait.
//! Candidates go through every first stair flight × exit × gate by the shortest walk; where an instance names none of
//! these, penalised shortest walks give the variety.

use crate::model::{Draft, WayKind};
use crate::net::{FAR, Net};
use std::collections::HashMap;

/// Most routes kept for a class.
pub(crate) const MAX_ROUTES: usize = 12;
/// Most routes kept for a class through one gate.
const PER_GATE: usize = 6;
/// A route this much longer than the shortest is no help, steps.
const DETOUR: u32 = 240;
/// From the foot of a stair to another exit, at most this much further than to the nearest, steps.
const CROSSING: u32 = 30;
/// Rounds of penalised search.
const PENALTY_ROUNDS: u32 = 6;
/// With fewer combinations than this the penalised search adds to them.
const FEW: usize = 2;
/// Most combinations of stair, exit and gate tried; beyond it only the penalised search is used.
const MAX_COMBINATIONS: usize = 2_000;

/// A whole route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// Arc numbers from the classroom to the target.
    pub arcs: Vec<u32>,
    /// How many of them come before the first place where people may wait (all, when there is none).
    pub head: usize,
    /// Steps over the head.
    pub travel: u32,
    /// Least capacity on the head.
    pub narrowest: u32,
}

/// Routes of every group of the net, best first.
pub(crate) fn routes(draft: &Draft, net: &Net) -> Vec<Vec<Route>> {
    let finder = Finder::new(draft, net);
    net.groups.iter().map(|g| finder.routes_from(g.node)).collect()
}

struct Finder<'a> {
    net: &'a Net,
    /// Arcs that begin a flight, leave a building, pass a gate.
    stairs: Vec<u32>,
    exits: Vec<u32>,
    gates: Vec<u32>,
    is_gate: Vec<bool>,
    /// Of equal walks the one that stays on its staircase is taken: classes then meet at the same distances.
    is_stair: Vec<bool>,
    /// Steps from every node to the tail of an arc, without passing another exit before an exit.
    to_stair: HashMap<u32, Vec<u32>>,
    to_exit: HashMap<u32, Vec<u32>>,
    to_gate: HashMap<u32, Vec<u32>>,
}

impl<'a> Finder<'a> {
    fn new(draft: &Draft, net: &'a Net) -> Finder<'a> {
        let arcs = |keep: &dyn Fn(usize) -> bool| -> Vec<u32> {
            (0..net.arcs.len()).filter(|&a| keep(net.arcs[a].way)).map(|a| a as u32).collect()
        };
        let useful = |a: &u32| net.dist[net.arcs[*a as usize].to] != FAR;
        let mut stairs = arcs(&|w| draft.edges[w].kind == WayKind::Stair);
        let mut exits = arcs(&|w| draft.edges[w].exit);
        let mut gates = arcs(&|w| draft.edges[w].kind == WayKind::Gate);
        stairs.retain(useful);
        exits.retain(useful);
        gates.retain(useful);
        let mut is_exit = vec![false; net.arcs.len()];
        exits.iter().for_each(|&a| is_exit[a as usize] = true);
        let mut is_gate = vec![false; net.arcs.len()];
        gates.iter().for_each(|&a| is_gate[a as usize] = true);
        let is_stair = net.arcs.iter().map(|a| draft.edges[a.way].kind == WayKind::Stair).collect();
        let tail = |a: u32| [net.arcs[a as usize].from];
        let inside = |a: usize| !is_exit[a];
        let to_stair = stairs.iter().map(|&a| (a, net.steps_to(&tail(a), inside))).collect();
        let to_exit = exits.iter().map(|&a| (a, net.steps_to(&tail(a), inside))).collect();
        let to_gate = gates.iter().map(|&a| (a, net.steps_to(&tail(a), |b| !is_gate[b]))).collect();
        Finder { net, stairs, exits, gates, is_gate, is_stair, to_stair, to_exit, to_gate }
    }

    fn routes_from(&self, room: usize) -> Vec<Route> {
        let mut found: Vec<Vec<u32>> = Vec::new();
        let combinations = self.first_flights(room).len().max(1) * self.exits.len().max(1) * self.gates.len().max(1);
        if combinations <= MAX_COMBINATIONS {
            self.combine(room, &mut found);
        }
        if found.len() < FEW {
            self.penalised(room, &mut found);
        }
        let mut routes: Vec<Route> = Vec::new();
        for arcs in found {
            let route = self.finish(arcs);
            if !routes.iter().any(|r| r.arcs == route.arcs) {
                routes.push(route);
            }
        }
        let whole = |r: &Route| -> u32 { r.arcs.iter().map(|&a| self.net.arcs[a as usize].travel).sum() };
        routes.sort_by_cached_key(|r| (whole(r), r.arcs.clone()));
        self.choose(routes, whole)
    }

    /// Keeps the shortest, with a share for every gate.
    fn choose(&self, routes: Vec<Route>, whole: impl Fn(&Route) -> u32) -> Vec<Route> {
        let Some(shortest) = routes.first().map(&whole) else { return routes };
        let mut per_gate: HashMap<Option<u32>, usize> = HashMap::new();
        let mut kept = Vec::new();
        for r in routes {
            let gate = r.arcs.iter().copied().find(|&a| self.is_gate[a as usize]);
            let count = per_gate.entry(gate).or_default();
            if kept.len() < MAX_ROUTES && *count < PER_GATE && whole(&r) <= shortest + DETOUR {
                *count += 1;
                kept.push(r);
            }
        }
        kept
    }

    /// Flights that can be the first on the way from `room`.
    fn first_flights(&self, room: usize) -> Vec<u32> {
        let reach = |a: &&u32| self.to_stair[*a][room] != FAR;
        let mut near: Vec<u32> = self.stairs.iter().filter(reach).copied().collect();
        near.sort_by_key(|a| (self.to_stair[a][room], *a));
        near.truncate(8);
        near
    }

    fn combine(&self, room: usize, found: &mut Vec<Vec<u32>>) {
        let flights: Vec<Option<u32>> =
            std::iter::once(None).chain(self.first_flights(room).into_iter().map(Some)).collect();
        let exits: Vec<Option<u32>> =
            if self.exits.is_empty() { vec![None] } else { self.exits.iter().copied().map(Some).collect() };
        let gates: Vec<Option<u32>> =
            if self.gates.is_empty() { vec![None] } else { self.gates.iter().copied().map(Some).collect() };
        let mut list: Vec<(u32, Vec<u32>)> = Vec::new();
        for &flight in &flights {
            for &exit in &exits {
                for &gate in &gates {
                    let stops: Vec<(u32, &[u32])> = [
                        flight.map(|a| (a, self.to_stair[&a].as_slice())),
                        exit.map(|a| (a, self.to_exit[&a].as_slice())),
                        gate.map(|a| (a, self.to_gate[&a].as_slice())),
                    ]
                    .into_iter()
                    .flatten()
                    .collect();
                    if flight.zip(exit).is_some_and(|(f, x)| self.astray(f, x)) {
                        continue;
                    }
                    if let Some(walk) = self.walk(room, &stops) {
                        if flight.is_none() && walk.iter().any(|&a| self.is_stair[a as usize]) {
                            continue;
                        }
                        let steps = walk.iter().map(|&a| self.net.arcs[a as usize].travel).sum();
                        list.push((steps, walk));
                    }
                }
            }
        }
        list.sort();
        list.dedup();
        found.extend(list.into_iter().map(|(_, walk)| walk).take(4 * MAX_ROUTES * self.gates.len().max(1)));
    }

    /// Having taken the flight, is the exit far from the one at its foot?
    fn astray(&self, flight: u32, exit: u32) -> bool {
        let foot = self.net.arcs[flight as usize].to;
        let nearest = self.exits.iter().map(|x| self.to_exit[x][foot]).min().unwrap_or(FAR);
        self.to_exit[&exit][foot] > nearest.saturating_add(CROSSING)
    }

    /// The walk through the given arcs in order and on to the nearest target; `None` when it repeats a place.
    fn walk(&self, room: usize, stops: &[(u32, &[u32])]) -> Option<Vec<u32>> {
        let mut arcs = Vec::new();
        let mut v = room;
        for &(stop, dist) in stops {
            if dist[v] == FAR {
                return None;
            }
            self.descend(v, dist, &mut arcs)?;
            arcs.push(stop);
            v = self.net.arcs[stop as usize].to;
        }
        if self.net.dist[v] == FAR {
            return None;
        }
        self.descend(v, &self.net.dist, &mut arcs)?;
        let mut seen = vec![room];
        for &a in &arcs {
            let to = self.net.arcs[a as usize].to;
            if seen.contains(&to) {
                return None;
            }
            seen.push(to);
        }
        Some(arcs)
    }

    /// Follows falling distances to zero.
    fn descend(&self, mut v: usize, dist: &[u32], arcs: &mut Vec<u32>) -> Option<usize> {
        while dist[v] > 0 {
            let down = |a: &&u32| {
                let arc = &self.net.arcs[**a as usize];
                dist[arc.to] != FAR && dist[arc.to] + arc.travel == dist[v]
            };
            let a = *self.net.out[v]
                .iter()
                .filter(down)
                .max_by_key(|a| (self.is_stair[**a as usize], self.net.arcs[**a as usize].cap))?;
            arcs.push(a);
            v = self.net.arcs[a as usize].to;
        }
        Some(v)
    }

    /// Shortest walks under growing penalties on the ways already used.
    fn penalised(&self, room: usize, found: &mut Vec<Vec<u32>>) {
        let mut weight: Vec<u32> = self.net.arcs.iter().map(|a| a.travel * 4).collect();
        for _ in 0..PENALTY_ROUNDS {
            let Some(walk) = self.lightest(room, &weight) else { return };
            for &a in &walk {
                weight[a as usize] += self.net.arcs[a as usize].travel * 2 + 8;
            }
            found.push(walk);
        }
    }

    fn lightest(&self, room: usize, weight: &[u32]) -> Option<Vec<u32>> {
        use std::cmp::Reverse;
        let mut best = vec![FAR; self.net.out.len()];
        let mut by: Vec<Option<u32>> = vec![None; best.len()];
        let mut heap = std::collections::BinaryHeap::from([Reverse((0u32, room))]);
        best[room] = 0;
        while let Some(Reverse((d, v))) = heap.pop() {
            if d > best[v] {
                continue;
            }
            if self.net.target[v] {
                let mut arcs = Vec::new();
                let mut v = v;
                while let Some(a) = by[v] {
                    arcs.push(a);
                    v = self.net.arcs[a as usize].from;
                }
                arcs.reverse();
                return Some(arcs);
            }
            for &a in &self.net.out[v] {
                let to = self.net.arcs[a as usize].to;
                let next = d + weight[a as usize];
                if next < best[to] {
                    (best[to], by[to]) = (next, Some(a));
                    heap.push(Reverse((next, to)));
                }
            }
        }
        None
    }

    /// Cuts the walk at the first target and marks where a crowd may wait.
    fn finish(&self, mut arcs: Vec<u32>) -> Route {
        let at = |a: u32| &self.net.arcs[a as usize];
        if let Some(end) = arcs.iter().position(|&a| self.net.target[at(a).to]) {
            arcs.truncate(end + 1);
        }
        let waits = |v: usize| self.net.hold[v] > 0 && self.net.hold[v] != u32::MAX && !self.net.target[v];
        let head = arcs.iter().position(|&a| waits(at(a).to)).map_or(arcs.len(), |i| i + 1);
        if head < arcs.len() {
            // behind the crowd everybody takes the same way on
            let v = at(arcs[head - 1]).to;
            arcs.truncate(head);
            let on = self.descend(v, &self.net.dist, &mut arcs);
            debug_assert!(on.is_some(), "a waiting place on a route has a way on");
        }
        let travel = arcs[..head].iter().map(|&a| at(a).travel).sum();
        let narrowest = arcs[..head].iter().map(|&a| at(a).cap).min().unwrap_or(0);
        Route { arcs, head, travel, narrowest }
    }
}
