//! The microscopic comparison (goal G8): door or stair of one width, a crowd before it, time to clear. Used by the tests
//! and by the bench.

use crowd::{Instance, bound_json};
use serde_json::{Value, json};
use std::path::Path;

/// One row that did not jam.
pub struct Row {
    pub what: String,
    pub width_m: f64,
    /// Seconds in the microscopic model and in ours.
    pub theirs: f64,
    pub ours: f64,
}

/// The rows of goal G8: stairs 1.35–2.4 m, doors 0.9–2.4 m, adult bodies, nobody left inside.
pub fn rows(dir: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(dir.join("jupedsim-reference.csv")).expect("the comparison set is there");
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.expect("the comparison set is CSV");
        let number = |i: usize| row[i].parse::<f64>().unwrap_or(0.0);
        let (width_m, theirs) = (number(2), number(9));
        let door = &row[0] == "bottleneck" && (0.9..=2.4).contains(&width_m);
        let stair = &row[0] == "stair_slowzone" && (1.35..=2.4).contains(&width_m) && number(5) == 0.65;
        if &row[1] == "CFSM" && &row[10] == "0" && (door || stair) {
            rows.push(Row { what: row[0].to_owned(), width_m, theirs, ours: cleared(door, width_m, number(7)) });
        }
    }
    rows
}

/// A crowd of `n` before a way of `width`: our point queue.
fn cleared(door: bool, width: f64, n: f64) -> f64 {
    // people stand up to a few metres away; the microscopic stair is 9 m long and walked at 0.65 m/s
    let (kind, length) = if door { ("door", 2.0) } else { ("stair", 9.0 * 0.85 * 1.08 / 0.65) };
    let mut nodes: Vec<Value> = (0..3).map(|i| json!({"id": format!("R{i}"), "kind": "room", "floor": 1})).collect();
    nodes.push(json!({"id": "HEAD", "kind": "corridor", "floor": 1}));
    nodes.push(json!({"id": "OUT", "kind": "yard", "floor": 0}));
    let room = |i: usize| {
        json!({"id": format!("R{i}>HEAD"), "from": format!("R{i}"), "to": "HEAD", "kind": "corridor",
               "length_m": 1.0, "cap_ps": 50.0})
    };
    let mut edges: Vec<Value> = (0..3).map(room).collect();
    edges.push(json!({"id": "HEAD>OUT", "from": "HEAD", "to": "OUT", "kind": kind, "length_m": length,
                      "width_m": width, "riser_m": 0.1778, "tread_m": 0.2794}));
    let each = (n / 3.0).floor();
    let classes: Vec<Value> = [each, each, n - 2.0 * each]
        .iter()
        .enumerate()
        .map(|(i, n)| json!({"id": format!("C{i}"), "grade": 0, "room": format!("R{i}"), "n": n}))
        .collect();
    let school = json!({"format": "xiaoan-crowd/1", "id": "lab", "time_step_s": 0.5,
        "rules": {"premovement_s": 0.0}, "targets": {"evacuation": ["OUT"], "dismissal": ["OUT"]},
        "nodes": nodes, "edges": edges, "classes": classes});
    let instance = Instance::from_json(school.to_string().as_bytes()).expect("the lab is sound");
    bound_json(&instance).ok().and_then(|b| b["sfpe_all_at_once_s"].as_f64()).expect("the lab empties")
}
