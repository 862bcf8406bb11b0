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
                Some(b) if many => house(b),
                _ => String::new(),
            };
            let column = typed(from).or_else(|| columns.get(&column_key(from)).map(|n| format!("{n}号梯")));
            let (short, long) = match (e.kind, column) {
                (WayKind::Stair, Some(c)) => {
                    (format!("{house}{c}"), format!("{house}{c} {}→{}层", from.floor, to.floor))
                }
                (WayKind::Stair, None) => {
                    (format!("{house}楼梯"), format!("{house}楼梯 {}→{}层", from.floor, to.floor))
                }
                (WayKind::Gate, _) => (gate(&e.from), gate(&e.from)),
                (_, Some(c)) if e.exit && from.kind == crate::model::NodeKind::Stair => {
                    (format!("{house}{c}出口"), format!("{house}{c}出口"))
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
        let name = building.map(house).unwrap_or_default();
        short.strip_prefix(name.as_str()).map_or(short.clone(), str::to_owned)
    }

    pub fn long(&self, edge: usize) -> String {
        self.long.get(edge).cloned().unwrap_or_default()
    }
}

/// A house as people say it: 「A楼」, 「3号楼」; a name that says so itself is left.
pub(crate) fn house(name: &str) -> String {
    match name {
        "" => String::new(),
        n if n.ends_with('楼') => n.to_owned(),
        n => format!("{n}楼"),
    }
}

/// A gate as people say it.
pub(crate) fn gate(name: &str) -> String {
    if name.ends_with('门') { name.to_owned() } else { format!("{name}门") }
}

/// The staircase as it was typed in the plain tables (`A-T东-3` → 「东梯」, `A-T2-3` → 「2号梯」).
fn typed(node: &Node) -> Option<String> {
    let (before, _) = node.id.rsplit_once('-')?;
    let name = before.strip_prefix(node.building.as_deref()?)?.strip_prefix("-T")?;
    let name = name.trim_end_matches('梯').trim_end_matches('楼').trim_end_matches('号');
    match name {
        "" => None,
        n if n.chars().all(|c| c.is_ascii_digit()) => Some(format!("{n}号梯")),
        n => Some(format!("{n}梯")),
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
