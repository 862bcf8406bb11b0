//! The instance as it is written down (`xiaoan-crowd/1`): rooms, ways, classes, shut ways, and what must be kept.
//!
//! Units are metres, seconds and persons. Plain data only: what it means is derived in `net`, whether it is sound is
//! judged in `validate`. Siblings and buses are optional additions to the format.

use serde::{Deserialize, Serialize};

/// The name of the format; anything else is refused.
pub const FORMAT: &str = "xiaoan-crowd/1";

/// Most classes in one instance.
pub const MAX_CLASSES: usize = 400;
/// Most edges in one instance.
pub const MAX_EDGES: usize = 5_000;
/// Most nodes in one instance.
pub const MAX_NODES: usize = 5_000;
/// Most closures, siblings and bus lines, each.
pub const MAX_EXTRAS: usize = 2_000;
/// Longest horizon in steps; a school that needs more is refused.
pub const MAX_STEPS: u32 = 7_200;
/// Longest input accepted, in bytes.
pub const MAX_BYTES: usize = 8 << 20;

/// What a way is made of; it decides boundary layer, density limit and pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WayKind {
    Door,
    Corridor,
    Stair,
    Yard,
    Gate,
}

/// What a place is; rooms hold their class, the others only pass people on unless `hold` says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    Room,
    Corridor,
    Stair,
    Yard,
    Assembly,
    Gate,
    Pickup,
    Street,
}

/// Safe density for planned dismissal, persons/m² for each kind of way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DensityLimit {
    #[serde(default = "d14")]
    pub stair: f64,
    #[serde(default = "d16")]
    pub door: f64,
    #[serde(default = "d16")]
    pub gate: f64,
    #[serde(default = "d14")]
    pub corridor: f64,
    #[serde(default = "d14")]
    pub yard: f64,
}

fn d14() -> f64 {
    1.4
}
fn d16() -> f64 {
    1.6
}
fn one() -> f64 {
    1.0
}
fn file_rate() -> f64 {
    1.5
}
fn min_rate() -> f64 {
    0.5
}
fn gap() -> f64 {
    4.0
}
fn premovement() -> f64 {
    15.0
}
fn sibling_gap() -> f64 {
    600.0
}
fn bus_margin() -> f64 {
    180.0
}

impl Default for DensityLimit {
    fn default() -> Self {
        DensityLimit { stair: 1.4, door: 1.6, gate: 1.6, corridor: 1.4, yard: 1.4 }
    }
}

/// The rules a plan keeps; all editable, defaults from the specification.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// Multiplies every walking speed.
    #[serde(default = "one")]
    pub speed_factor: f64,
    #[serde(default)]
    pub density_limit: DensityLimit,
    /// Highest rate at which a class in files of two is let out, persons/s.
    #[serde(default = "file_rate")]
    pub file_rate_ps: f64,
    /// Lowest such rate, persons/s.
    #[serde(default = "min_rate")]
    pub min_rate_ps: f64,
    /// Gap kept behind the last pupil of a class on every way, s.
    #[serde(default = "gap")]
    pub class_gap_s: f64,
    /// Evacuation: everybody starts this late, s.
    #[serde(default = "premovement")]
    pub premovement_s: f64,
    /// The elder's class may arrive at most this long after the younger's, s.
    #[serde(default = "sibling_gap")]
    pub sibling_gap_s: f64,
    /// Bus riders are at the bay this long before departure, s.
    #[serde(default = "bus_margin")]
    pub bus_margin_s: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            speed_factor: 1.0,
            density_limit: DensityLimit::default(),
            file_rate_ps: 1.5,
            min_rate_ps: 0.5,
            class_gap_s: 4.0,
            premovement_s: 15.0,
            sibling_gap_s: 600.0,
            bus_margin_s: 180.0,
        }
    }
}

/// Nodes that count as "out".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Targets {
    #[serde(default)]
    pub evacuation: Vec<String>,
    #[serde(default)]
    pub dismissal: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub id: String,
    pub kind: NodeKind,
    #[serde(default)]
    pub floor: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<f64>,
    /// Persons who may wait here; 0 = nobody.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hold: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    pub id: String,
    pub from: String,
    pub to: String,
    pub kind: WayKind,
    pub length_m: f64,
    /// Clear width; may be absent only when `cap_ps` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width_m: Option<f64>,
    /// Parallel equal doors.
    #[serde(default = "one_u32", skip_serializing_if = "is_one")]
    pub count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub riser_m: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tread_m: Option<f64>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub two_way: bool,
    /// Overrides the width rule, persons/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap_ps: Option<f64>,
    /// A way out of the building.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exit: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Class {
    pub id: String,
    #[serde(default)]
    pub name: String,
    /// 0 = none (a seat block of an event).
    #[serde(default)]
    pub grade: i32,
    pub room: String,
    /// Pupils.
    pub n: f64,
    /// Lesson end in dismissal mode, s.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub not_before_s: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    pub id: String,
    #[serde(default)]
    pub note: String,
    pub edges: Vec<String>,
}

/// The younger child's class and the elder's, who fetches or is fetched together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Siblings {
    pub younger: String,
    pub elder: String,
}

/// A bus line whose riders sit in some classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bus {
    pub line: String,
    pub classes: Vec<String>,
    /// Departure, s after the origin of time.
    pub departs_s: f64,
    /// Walk from the target to the bay, s.
    #[serde(default)]
    pub walk_s: f64,
}

fn one_u32() -> u32 {
    1
}
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
fn is_zero(v: &f64) -> bool {
    *v == 0.0
}
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
fn is_one(v: &u32) -> bool {
    *v == 1
}
#[allow(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
fn is_false(v: &bool) -> bool {
    !*v
}

/// An instance as written down, not yet judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Draft {
    pub format: String,
    pub id: String,
    pub name: String,
    /// Length of one step, s.
    pub time_step_s: f64,
    pub rules: Rules,
    pub targets: Targets,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    pub classes: Vec<Class>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closures: Vec<Closure>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub siblings: Vec<Siblings>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buses: Vec<Bus>,
    /// Figures that were not measured but assumed, as sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
    /// Where each node, edge and class came from, when tables were read; empty for a JSON document.
    #[serde(skip)]
    pub origin: Origin,
}

/// Table rows behind the elements of a draft, each list as long as its elements or empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    pub nodes: Vec<String>,
    pub edges: Vec<String>,
    pub classes: Vec<String>,
}

impl Draft {
    pub(crate) fn place_of_node(&self, i: usize) -> String {
        place(&self.origin.nodes, "nodes", i, self.nodes.get(i).map(|n| n.id.as_str()))
    }
    pub(crate) fn place_of_edge(&self, i: usize) -> String {
        place(&self.origin.edges, "edges", i, self.edges.get(i).map(|e| e.id.as_str()))
    }
    pub(crate) fn place_of_class(&self, i: usize) -> String {
        place(&self.origin.classes, "classes", i, self.classes.get(i).map(|c| c.id.as_str()))
    }
}

fn place(origin: &[String], list: &str, i: usize, id: Option<&str>) -> String {
    match origin.get(i) {
        Some(row) if !row.is_empty() => row.clone(),
        _ => format!("{list}[{i}] {}", id.unwrap_or_default()),
    }
}
