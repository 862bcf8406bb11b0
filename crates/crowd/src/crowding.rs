//! What happens when everybody leaves at once: point queues before every way, first come first served.
//!
//! The same simulation answers two questions: everybody by the nearest way (the habit), and every class by the way the
//! planner gives it (`evacuate`). Queues stand at the entrance of a way; what enters walks through freely.

use crate::instance::Instance;
use crate::model::MAX_STEPS;
use crate::net::{FAR, Mode, Net};
use std::collections::VecDeque;

/// A queue worth naming.
#[derive(Debug, Clone, PartialEq)]
pub struct Bottleneck {
    /// Number of the edge in the instance.
    pub edge: usize,
    /// Most persons waiting at one time.
    pub peak_queue: f64,
    /// Seconds during which somebody waited.
    pub congested_s: f64,
}

/// The outcome of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Crowding {
    /// Steps until the last person is out.
    pub steps: u32,
    /// The five longest queues outside classrooms.
    pub bottlenecks: Vec<Bottleneck>,
    /// For each class: step at which its last person is out (`None` = no way out).
    pub out: Vec<Option<u32>>,
}

/// Everybody leaves at once by the nearest way out. `None` when it takes more than 7,200 steps.
pub fn all_at_once(instance: &Instance) -> Option<Crowding> {
    let net = instance.net(Mode::Evacuation);
    let next = nearest(instance, &net);
    let routes: Vec<Vec<u32>> = net
        .groups
        .iter()
        .map(|g| {
            let mut route = Vec::new();
            let mut v = g.node;
            while !net.target[v] {
                let a = next[v].expect("a class in the net has a way out");
                route.push(a);
                v = net.arcs[a as usize].to;
            }
            route
        })
        .collect();
    run(instance, &net, &routes)
}

/// Next arc on the shortest walk from each node: ties go to the larger capacity, then to the smaller id.
pub(crate) fn nearest(instance: &Instance, net: &Net) -> Vec<Option<u32>> {
    let key = |a: u32| {
        let arc = &net.arcs[a as usize];
        (net.dist[arc.to].saturating_add(arc.travel), u32::MAX - arc.cap, instance.draft.edges[arc.way].id.as_str())
    };
    (0..net.out.len())
        .map(|v| {
            let ways = net.out[v].iter().copied().filter(|&a| net.dist[net.arcs[a as usize].to] != FAR);
            if net.target[v] { None } else { ways.min_by_key(|&a| key(a)) }
        })
        .collect()
}

/// Parcels of one class that move together.
#[derive(Clone, Copy)]
struct Parcel {
    group: usize,
    /// Place in the class's route.
    leg: usize,
    amount: u32,
}

/// Runs the queues for given routes (arc numbers per group of the net).
pub(crate) fn run(instance: &Instance, net: &Net, routes: &[Vec<u32>]) -> Option<Crowding> {
    let mut sim = Sim::new(net, routes);
    let mut t = 0;
    while sim.inside > 0 {
        if t > MAX_STEPS {
            return None;
        }
        sim.step(t);
        t += 1;
    }
    let mut bottlenecks: Vec<Bottleneck> = Vec::new();
    for (a, arc) in net.arcs.iter().enumerate() {
        if sim.peak[a] > 0 && net.hold[arc.from] != u32::MAX {
            let peak_queue = f64::from(sim.peak[a]) / 1000.0;
            bottlenecks.push(Bottleneck { edge: arc.way, peak_queue, congested_s: instance.seconds(sim.busy[a]) });
        }
    }
    // equal queues (twin buildings) in descending order of id: any fixed order would do, this one is the reference's
    let id = |b: &Bottleneck| instance.draft.edges[b.edge].id.as_str();
    bottlenecks.sort_by(|p, q| q.peak_queue.total_cmp(&p.peak_queue).then_with(|| id(q).cmp(id(p))));
    bottlenecks.truncate(5);
    let mut out = vec![None; instance.draft.classes.len()];
    for (g, group) in net.groups.iter().enumerate() {
        out[group.class] = Some(sim.out[g]);
    }
    Some(Crowding { steps: sim.out.iter().copied().max().unwrap_or(0), bottlenecks, out })
}

struct Sim<'a> {
    net: &'a Net,
    routes: &'a [Vec<u32>],
    queue: Vec<VecDeque<Parcel>>,
    waiting: Vec<u32>,
    /// Parcels that arrive at a later step, a ring over the longest walk.
    coming: Vec<Vec<Parcel>>,
    peak: Vec<u32>,
    busy: Vec<u32>,
    out: Vec<u32>,
    inside: u64,
    /// The other direction of the same way, if any.
    twin: Vec<Option<usize>>,
}

impl<'a> Sim<'a> {
    fn new(net: &'a Net, routes: &'a [Vec<u32>]) -> Sim<'a> {
        let longest = net.arcs.iter().map(|a| a.travel).max().unwrap_or(1);
        let latest = net.groups.iter().map(|g| g.release).max().unwrap_or(0);
        let mut coming = vec![Vec::new(); (longest.max(latest) + 1) as usize];
        for (group, g) in net.groups.iter().enumerate() {
            coming[g.release as usize].push(Parcel { group, leg: 0, amount: g.amount });
        }
        let arcs = net.arcs.len();
        let mut twin = vec![None; arcs];
        for a in 1..arcs {
            if net.arcs[a].way == net.arcs[a - 1].way {
                (twin[a], twin[a - 1]) = (Some(a - 1), Some(a));
            }
        }
        Sim {
            net,
            routes,
            queue: vec![VecDeque::new(); arcs],
            waiting: vec![0; arcs],
            coming,
            peak: vec![0; arcs],
            busy: vec![0; arcs],
            out: vec![0; net.groups.len()],
            inside: net.groups.iter().map(|g| u64::from(g.amount)).sum(),
            twin,
        }
    }

    fn step(&mut self, t: u32) {
        let slot = t as usize % self.coming.len();
        for p in std::mem::take(&mut self.coming[slot]) {
            match self.routes[p.group].get(p.leg) {
                Some(&a) => {
                    self.queue[a as usize].push_back(p);
                    self.waiting[a as usize] += p.amount;
                }
                None => {
                    self.inside -= u64::from(p.amount);
                    self.out[p.group] = self.out[p.group].max(t + 1);
                }
            }
        }
        // shares of two-way ways are fixed before anybody moves, so the order of arcs does not matter
        let shares: Vec<u32> = (0..self.queue.len()).map(|a| self.share(a)).collect();
        for (a, share) in shares.into_iter().enumerate() {
            if self.waiting[a] > 0 {
                self.serve(a, share, t);
            }
        }
    }

    fn share(&self, a: usize) -> u32 {
        let cap = self.net.arcs[a].cap;
        match self.twin[a] {
            Some(b) if self.waiting[b] > 0 => {
                let (here, there) = (u64::from(self.waiting[a]), u64::from(self.waiting[b]));
                (u64::from(cap) * here / (here + there)) as u32
            }
            _ => cap,
        }
    }

    fn serve(&mut self, a: usize, share: u32, t: u32) {
        let mut left = share;
        let slot = (t + self.net.arcs[a].travel) as usize % self.coming.len();
        while left > 0 {
            let Some(head) = self.queue[a].front_mut() else { break };
            let amount = head.amount.min(left);
            let moved = Parcel { group: head.group, leg: head.leg + 1, amount };
            head.amount -= amount;
            if head.amount == 0 {
                self.queue[a].pop_front();
            }
            left -= amount;
            self.waiting[a] -= amount;
            self.coming[slot].push(moved);
        }
        if self.waiting[a] > 0 {
            self.peak[a] = self.peak[a].max(self.waiting[a]);
            self.busy[a] += 1;
        }
    }
}
