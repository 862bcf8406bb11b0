//! Random small schools: no plan beats the floor, and every plan is valid.

use crate::support::judge;
use crowd::{Instance, Mode, bound, evacuate, plan};
use serde_json::{Value, json};

/// A plain generator for test schools.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll(1000) as f64 / 1000.0
    }
}

/// Up to six classes, one to three floors, one or two stairs, one or two gates, sometimes a pickup place.
pub fn school(seed: u64) -> Value {
    let mut d = Dice(seed * 77 + 5);
    let (floors, stairs) = (1 + d.roll(3), 1 + d.roll(2));
    let pickup = d.roll(4) == 0;
    let (mut nodes, mut edges, mut classes) = (Vec::new(), Vec::new(), Vec::new());
    let mut way = |id: String, from: &str, to: &str, kind: &str, l: f64, w: f64, two: bool| {
        edges.push(json!({"id": id, "from": from, "to": to, "kind": kind, "length_m": l, "width_m": w, "two_way": two,
                          "riser_m": 0.15, "tread_m": 0.28, "exit": kind == "door" && to == "YARD"}));
    };
    let mut rooms = Vec::new();
    for f in 1..=floors {
        for s in 1..=stairs {
            nodes.push(
                json!({"id": format!("S{s}-{f}"), "kind": "stair", "floor": f, "building": "Q", "x": 40 * (s - 1)}),
            );
            if f > 1 {
                let w = d.between(1.1, 2.4);
                way(format!("f{s}-{f}"), &format!("S{s}-{f}"), &format!("S{s}-{}", f - 1), "stair", 10.0, w, false);
            }
        }
        if stairs == 2 {
            way(format!("c{f}"), &format!("S1-{f}"), &format!("S2-{f}"), "corridor", 40.0, d.between(1.8, 3.0), true);
        }
        for r in 0..2 {
            let room = format!("R{f}{r}");
            nodes.push(json!({"id": room, "kind": "room", "floor": f, "building": "Q", "x": 10 + 20 * r}));
            let at = format!("S{}-{f}", 1 + r % stairs);
            way(format!("d{f}{r}"), &room, &at, "door", d.between(5.0, 20.0), d.between(0.9, 1.4), false);
            rooms.push(room);
        }
    }
    for s in 1..=stairs {
        way(format!("x{s}"), &format!("S{s}-1"), "YARD", "door", 4.0, d.between(1.2, 2.0), false);
    }
    let gates = 1 + d.roll(2);
    let end = if pickup { "PICKUP" } else { "ROAD" };
    for g in 1..=gates {
        nodes.push(json!({"id": format!("G{g}"), "kind": "gate", "floor": 0}));
        way(format!("y{g}"), "YARD", &format!("G{g}"), "yard", d.between(20.0, 90.0), 6.0, false);
        way(format!("g{g}"), &format!("G{g}"), end, "gate", 6.0, d.between(1.2, 3.0), false);
    }
    if pickup {
        way("p".into(), "PICKUP", "ROAD", "yard", 15.0, d.between(0.8, 2.0), false);
    }
    nodes.push(json!({"id": "YARD", "kind": "assembly", "floor": 0}));
    nodes.push(json!({"id": "PICKUP", "kind": "pickup", "floor": 0, "hold": 60 + d.roll(100)}));
    nodes.push(json!({"id": "ROAD", "kind": "street", "floor": 0}));
    for (i, room) in rooms.iter().enumerate() {
        if i == 0 || d.roll(5) > 0 {
            classes.push(json!({"id": format!("k{i}"), "grade": 1 + d.roll(9), "room": room, "n": 10 + d.roll(46),
                                "not_before_s": 60 * d.roll(3)}));
        }
    }
    let step = [1.0, 1.0, 0.5, 2.0][d.roll(4) as usize];
    json!({"format": "xiaoan-crowd/1", "id": format!("random-{seed}"), "time_step_s": step,
           "targets": {"evacuation": ["YARD"], "dismissal": ["ROAD"]},
           "nodes": nodes, "edges": edges, "classes": classes})
}

#[test]
fn acceptance_09_five_hundred_random_schools() {
    let mut with_pickup = 0;
    for seed in 0..500 {
        let text = school(seed).to_string();
        let school = Instance::from_json(text.as_bytes()).unwrap_or_else(|e| panic!("{seed}: {e}"));
        let floor = bound(&school, Mode::Dismissal, &mut || true).unwrap();
        let plan = plan(&school, seed, |s| s < 120).unwrap();
        let verdict = judge(&school, &plan);
        assert_eq!(verdict.faults, Vec::<String>::new(), "{seed}");
        assert!(plan.makespan >= floor.steps, "{seed}: {} under the floor {}", plan.makespan, floor.steps);
        with_pickup += usize::from(text.contains("\"p\""));
        if seed % 10 == 0 {
            let sheet = evacuate(&school, seed, |s| s < 10).unwrap();
            assert!(sheet.floor <= sheet.clearance && sheet.clearance <= sheet.nearest, "{seed}");
        }
    }
    assert!(with_pickup > 80, "{with_pickup} schools with a pickup place");
}
