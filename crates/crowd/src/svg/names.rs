//! Names people use: "A楼 1号梯 3→2层" in place of an edge id.

use crate::instance::Instance;
use crate::model::{Node, WayKind};
use std::collections::BTreeMap;

pub(crate) struct Names {
    short: Vec<String>,
    long: Vec<String>,
}

impl Names {
    pub fn new(instance: &Instance) -> Names {
        let draft = &instance.draft;
        let nodes: BTreeMap<&str, &Node> = draft.nodes.iter().map(|n| (n.id.as_str(), n)).collect();
        let many = {
            let mut b: Vec<&str> = draft.nodes.iter().filter_map(|n| n.building.as_deref()).collect();
            b.sort_unstable();
            b.dedup();
            b.len() > 1
        };
        let columns = columns(instance, &nodes);
        let mut names = Names { short: Vec::new(), long: Vec::new() };
        for e in &draft.edges {
            let (Some(from), Some(to)) = (nodes.get(e.from.as_str()), nodes.get(e.to.as_str())) else { continue };
            let house = match &from.building {
                Some(b) if many => format!("{b}楼"),
                _ => String::new(),
            };
            let column = columns.get(&column_key(from));
            let (short, long) = match (e.kind, column) {
                (WayKind::Stair, Some(c)) => {
                    (format!("{house}{c}号梯"), format!("{house}{c}号梯 {}→{}层", from.floor, to.floor))
                }
                (WayKind::Stair, None) => {
                    (format!("{house}楼梯"), format!("{house}楼梯 {}→{}层", from.floor, to.floor))
                }
                (WayKind::Gate, _) => (format!("{}门", e.from), format!("{}门", e.from)),
                (_, Some(c)) if e.exit && from.kind == crate::model::NodeKind::Stair => {
                    (format!("{house}{c}号梯出口"), format!("{house}{c}号梯出口"))
                }
                _ if e.exit => (format!("{house}门厅"), format!("{house}门厅出口")),
                _ => (e.id.clone(), e.id.clone()),
            };
            names.short.push(short);
            names.long.push(long);
        }
        names
    }

    pub fn short(&self, edge: usize) -> String {
        self.short.get(edge).cloned().unwrap_or_default()
    }

    /// The short name as said inside `building`: without the building's own name.
    pub fn inside(&self, edge: usize, building: Option<&str>) -> String {
        let short = self.short(edge);
        let house = building.map(|b| format!("{b}楼")).unwrap_or_default();
        short.strip_prefix(house.as_str()).map_or(short.clone(), str::to_owned)
    }

    pub fn long(&self, edge: usize) -> String {
        self.long.get(edge).cloned().unwrap_or_default()
    }
}

/// A staircase is told by its building and its place along the corridor (to the centimetre).
fn column_key(node: &Node) -> (String, i64) {
    (node.building.clone().unwrap_or_default(), (node.x.unwrap_or(-1.0) * 100.0).round() as i64)
}

/// Numbers the staircases of each building from the left.
fn columns(instance: &Instance, nodes: &BTreeMap<&str, &Node>) -> BTreeMap<(String, i64), usize> {
    let mut keys: Vec<(String, i64)> = Vec::new();
    for e in instance.draft.edges.iter().filter(|e| e.kind == WayKind::Stair) {
        if let Some(n) = nodes.get(e.from.as_str())
            && n.x.is_some()
        {
            keys.push(column_key(n));
        }
    }
    keys.sort();
    keys.dedup();
    let mut numbers = BTreeMap::new();
    let mut last: Option<(String, usize)> = None;
    for key in keys {
        let number = match &last {
            Some((b, n)) if *b == key.0 => n + 1,
            _ => 1,
        };
        last = Some((key.0.clone(), number));
        numbers.insert(key, number);
    }
    numbers
}
