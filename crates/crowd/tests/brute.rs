//! Schools never seen before: the floor against a second, plain maximum flow over the time-expanded net written out in
//! full, with capacities and walking times derived here once more.

use crate::random::school;
use crowd::{Instance, Mode, bound};
use serde_json::Value;
use std::collections::{HashMap, VecDeque};

/// Arcs as (to, left), each followed by its reverse.
#[derive(Default)]
struct Plain {
    arcs: Vec<(usize, i64)>,
    out: Vec<Vec<usize>>,
}

impl Plain {
    fn node(&mut self) -> usize {
        self.out.push(Vec::new());
        self.out.len() - 1
    }

    fn arc(&mut self, from: usize, to: usize, most: i64) {
        for (at, to, most) in [(from, to, most), (to, from, 0)] {
            self.out[at].push(self.arcs.len());
            self.arcs.push((to, most));
        }
    }

    /// Shortest augmenting paths, one after another.
    fn most(&mut self, source: usize, sink: usize) -> i64 {
        let mut total = 0;
        loop {
            let mut by = vec![usize::MAX; self.out.len()];
            let mut queue = VecDeque::from([source]);
            while let Some(v) = queue.pop_front() {
                for &a in &self.out[v] {
                    let (to, left) = self.arcs[a];
                    if left > 0 && to != source && by[to] == usize::MAX {
                        by[to] = a;
                        queue.push_back(to);
                    }
                }
            }
            if by[sink] == usize::MAX {
                return total;
            }
            let (mut path, mut v) = (Vec::new(), sink);
            while v != source {
                path.push(by[v]);
                v = self.arcs[by[v] ^ 1].0;
            }
            let amount = path.iter().map(|&a| self.arcs[a].1).min().unwrap();
            for a in path {
                self.arcs[a].1 -= amount;
                self.arcs[a ^ 1].1 += amount;
            }
            total += amount;
        }
    }
}

/// Milli-persons a step and steps of an edge, as the format's description says.
fn derived(e: &Value, step: f64) -> (i64, usize) {
    let at = |key: &str| e[key].as_f64().unwrap();
    let (side, limit) = match e["kind"].as_str().unwrap() {
        "stair" => (0.15, 1.4),
        "door" | "gate" => (0.15, 1.6),
        "corridor" => (0.2, 1.4),
        _ => (0.0, 1.4),
    };
    let k = if e["kind"] == "stair" { 0.8633 * (at("tread_m") / at("riser_m")).sqrt() } else { 1.4 };
    let v = k * (1.0 - 0.266 * limit);
    let cap = limit * v * (at("width_m") - 2.0 * side);
    ((1000.0 * cap * step + 1e-6).floor() as i64, (at("length_m") / v / step - 1e-9).ceil() as usize)
}

/// Can everybody be out within `steps`?
fn empties(school: &Value, steps: usize) -> bool {
    let step = school["time_step_s"].as_f64().unwrap();
    let mut net = Plain::default();
    let (source, sink) = (net.node(), net.node());
    let mut first = HashMap::new();
    for n in school["nodes"].as_array().unwrap() {
        let id = n["id"].as_str().unwrap();
        let nodes: Vec<usize> = (0..steps).map(|_| net.node()).collect();
        let hold = if n["kind"] == "room" { i64::MAX / 4 } else { 1000 * n["hold"].as_i64().unwrap_or(0) };
        for t in 1..steps {
            net.arc(nodes[t - 1], nodes[t], hold);
        }
        if id == "ROAD" {
            nodes.iter().for_each(|&v| net.arc(v, sink, i64::MAX / 4));
        }
        first.insert(id.to_owned(), nodes[0]);
    }
    for e in school["edges"].as_array().unwrap() {
        let (cap, walk) = derived(e, step);
        let end = |key: &str| first[e[key].as_str().unwrap()];
        for t in 0..steps.saturating_sub(walk) {
            net.arc(end("from") + t, end("to") + t + walk, cap);
            if e["two_way"] == true {
                net.arc(end("to") + t, end("from") + t + walk, cap);
            }
        }
    }
    let mut people = 0;
    for c in school["classes"].as_array().unwrap() {
        let n = 1000 * c["n"].as_i64().unwrap();
        let from = (c["not_before_s"].as_f64().unwrap() / step).ceil() as usize;
        people += n;
        if from < steps {
            net.arc(source, first[c["room"].as_str().unwrap()] + from, n);
        }
    }
    net.most(source, sink) == people
}

#[test]
fn acceptance_01_bounds_of_unseen_schools_equal_a_second_reckoning() {
    for seed in 500..540 {
        let text = school(seed);
        let instance = Instance::from_json(text.to_string().as_bytes()).unwrap();
        let floor = bound(&instance, Mode::Dismissal, &mut || true).unwrap().steps as usize;
        assert!(empties(&text, floor), "{seed}: {floor} steps suffice");
        assert!(!empties(&text, floor - 1), "{seed}: {} steps do not", floor - 1);
    }
}
