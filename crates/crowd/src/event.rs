//! Large events: seat blocks leave like classes, gates let people in at a rate, and somebody says stop.
//!
//! A block of more than 120 persons leaves in several groups, one after another, each with a place of its own in the
//! timetable. Not here: approval and staff (`movement`).

use crate::fault::{Code, Faults};
use crate::instance::Instance;
use crate::model::{Class, Draft, Edge, MAX_CLASSES, Node, NodeKind, WayKind};
use crate::net::{Mode, capacity_and_speed};
use crate::plan::Plan;

/// Most persons who leave as one group.
const GROUP: f64 = 120.0;

/// Seats that are let out together.
#[derive(Debug, Clone, PartialEq)]
pub struct SeatBlock {
    pub id: String,
    pub name: String,
    /// Node at which the block's people stand up.
    pub node: String,
    pub persons: f64,
    /// Seconds after the origin of time before which the block stays seated.
    pub not_before_s: f64,
}

/// The venue with seat blocks in place of classes. Refuses with every fault at once, like any instance.
pub fn event(venue: &Draft, blocks: &[SeatBlock]) -> Result<Instance, Faults> {
    let mut draft = venue.clone();
    let mut faults = Faults::default();
    draft.classes.clear();
    draft.origin.classes.clear();
    for b in blocks {
        if !draft.nodes.iter().any(|n| n.id == b.node) {
            faults.push(Code::E_NODE_UNKNOWN, b.id.clone(), format!("看台区 {} 的位置 {} 不存在", b.id, b.node));
            continue;
        }
        if !(1.0..=20_000.0).contains(&b.persons) || b.persons.fract() != 0.0 {
            faults.push(Code::E_CLASS_SIZE, b.id.clone(), format!("看台区人数 {} 不是 1–20000 的整数", b.persons));
            continue;
        }
        place(&mut draft, b);
    }
    if draft.classes.len() > MAX_CLASSES {
        faults.push(Code::E_TOO_LARGE, "blocks", format!("共 {} 组，上限 {MAX_CLASSES} 组", draft.classes.len()));
    }
    if faults.0.is_empty() { Instance::new(draft) } else { Err(faults) }
}

/// Splits a block into equal groups; each gets a small room of its own behind the block's node, wide enough not to bind.
fn place(draft: &mut Draft, b: &SeatBlock) {
    let groups = (b.persons / GROUP).ceil().max(1.0) as usize;
    let whole = b.persons as usize;
    let at = draft.nodes.iter().find(|n| n.id == b.node).cloned();
    for i in 0..groups {
        let n = whole / groups + usize::from(i < whole % groups);
        let id = if groups == 1 { b.id.clone() } else { format!("{}/{}", b.id, i + 1) };
        let seats = format!("{id}·座席");
        let (floor, x, y) = at.as_ref().map_or((1, None, None), |n| (n.floor, n.x, n.y));
        let building = at.as_ref().and_then(|n| n.building.clone());
        let y = y.map(|y| y + 6.0);
        draft.nodes.push(Node { id: seats.clone(), kind: NodeKind::Room, floor, building, x, y, hold: 0.0 });
        draft.edges.push(Edge {
            id: format!("{seats}>{}", b.node),
            from: seats.clone(),
            to: b.node.clone(),
            kind: WayKind::Corridor,
            length_m: 5.0,
            width_m: None,
            count: 1,
            riser_m: None,
            tread_m: None,
            two_way: false,
            cap_ps: Some(draft.rules.file_rate_ps),
            exit: false,
        });
        let name = if groups == 1 { b.name.clone() } else { format!("{} 第{}批", b.name, i + 1) };
        let not_before_s = b.not_before_s;
        draft.classes.push(Class { id, name, grade: 0, room: seats, n: n as f64, not_before_s });
    }
}

/// Coming in: how long the gates need, and when they must open.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub gate: String,
    /// Persons a second through this gate within its density limit.
    pub rate_ps: f64,
    /// Persons sent to it (in proportion to the rates).
    pub persons: f64,
    /// Minutes until they are in.
    pub minutes: u32,
    /// Whether all are in when `within_min` have passed.
    pub in_time: bool,
}

/// Entry flow check for `persons` who should be in within `within_min` minutes; ticket or bag checks cap each gate at
/// `check_ps` persons a second.
pub fn entry_check(instance: &Instance, persons: f64, within_min: u32, check_ps: Option<f64>) -> Vec<Entry> {
    let shut = instance.shut();
    let gates: Vec<&Edge> =
        instance.draft().edges.iter().filter(|e| e.kind == WayKind::Gate && !shut.contains(&e.id)).collect();
    let rate = |e: &Edge| {
        let (cap, _) = capacity_and_speed(instance.draft(), e, Mode::Dismissal);
        check_ps.map_or(cap, |c| cap.min(c))
    };
    let all: f64 = gates.iter().map(|e| rate(e)).sum();
    gates
        .iter()
        .map(|e| {
            let share = persons * rate(e) / all;
            let minutes = crate::instance::minutes_up(share / rate(e));
            Entry {
                gate: e.id.clone(),
                rate_ps: rate(e),
                persons: share.round(),
                minutes,
                in_time: minutes <= within_min,
            }
        })
        .collect()
}

/// Two-way ways that the plan uses in one direction only: (edge, from node, to node). There a one-way sign goes up.
pub fn one_way_signs(instance: &Instance, plan: &Plan) -> Vec<(usize, String, String)> {
    let edges = &instance.draft().edges;
    let mut seen: Vec<[bool; 2]> = vec![[false; 2]; edges.len()];
    for slot in &plan.slots {
        let mut here = instance.draft().classes[slot.class].room.as_str();
        for &e in &slot.path {
            let forward = edges[e].from == here;
            seen[e][usize::from(!forward)] = true;
            here = if forward { &edges[e].to } else { &edges[e].from };
        }
    }
    let mut signs = Vec::new();
    for (e, [forward, back]) in seen.into_iter().enumerate() {
        if edges[e].two_way && forward != back {
            let (from, to) = if forward { (&edges[e].from, &edges[e].to) } else { (&edges[e].to, &edges[e].from) };
            signs.push((e, from.clone(), to.clone()));
        }
    }
    signs
}

/// The stop rule of a post: what it counts, and what it then does.
#[derive(Debug, Clone, PartialEq)]
pub struct StopRule {
    pub edge: usize,
    /// Persons on the way at which it is full.
    pub persons: u32,
    /// Seconds above that before the next group is held.
    pub after_s: u32,
    /// Groups in the order in which they come this way: the one to hold is the next.
    pub order: Vec<String>,
}

/// A stop rule for every flight, exit and gate in use.
pub fn stop_rules(instance: &Instance, plan: &Plan) -> Vec<StopRule> {
    let draft = instance.draft();
    let named = |e: &usize| draft.edges[*e].exit || matches!(draft.edges[*e].kind, WayKind::Stair | WayKind::Gate);
    let mut rules = Vec::new();
    for edge in (0..draft.edges.len()).filter(named) {
        let order: Vec<String> = plan.on_edge(edge).iter().map(|(s, _, _)| draft.classes[s.class].id.clone()).collect();
        if order.is_empty() {
            continue;
        }
        let e = &draft.edges[edge];
        let limit = crate::net::limit(draft, e.kind);
        let area = f64::from(e.count) * e.width_m.unwrap_or(1.0) * e.length_m;
        rules.push(StopRule { edge, persons: (limit * area).floor().max(1.0) as u32, after_s: 10, order });
    }
    rules
}

impl StopRule {
    /// For the card of the post.
    pub fn text(&self, instance: &Instance) -> String {
        let id = &instance.draft().edges[self.edge].id;
        format!("{id} 上超过 {} 人并持续 {} 秒：举手示意，下一班（组）原地等候", self.persons, self.after_s)
    }
}
