//! Where a grown-up stands (导护岗位): derived from the timetable, with the minutes and the reason.

use crate::instance::Instance;
use crate::model::WayKind;
use crate::net::Mode;
use crate::plan::Plan;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Use of a stair head above which it is guarded.
const BUSY: f64 = 0.6;

/// Why somebody stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Two used ways meet.
    Merge,
    /// The stair head is busy.
    StairHead,
    /// The turning of the busiest flight.
    Turning,
    /// An exit or gate that is used.
    WayOut,
    /// A way that is shut and must stay so.
    Shut,
}

impl Reason {
    /// For the list of posts.
    pub fn text(self) -> &'static str {
        match self {
            Reason::Merge => "两股人流汇合",
            Reason::StairHead => "楼梯口繁忙",
            Reason::Turning => "最忙梯段的转弯平台",
            Reason::WayOut => "出口或校门",
            Reason::Shut => "封闭处，劝返",
        }
    }
}

/// One post. `from_s`–`until_s` are seconds after the origin of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// Node where one stands.
    pub node: usize,
    /// The way watched.
    pub edge: usize,
    pub reason: Reason,
    pub from_s: f64,
    pub until_s: f64,
    /// Persons over the way ÷ what it could carry in that time.
    pub utilisation: f64,
}

impl Post {
    pub(crate) fn json(&self, instance: &Instance) -> Value {
        json!({
            "place": instance.draft.nodes[self.node].id,
            "edge": instance.draft.edges[self.edge].id,
            "reason": self.reason.text(),
            "from_s": self.from_s.floor(),
            "until_s": self.until_s.ceil(),
            "utilisation": (self.utilisation * 100.0).round() / 100.0,
        })
    }
}

/// Use of every edge: (first step, behind the last, persons) or `None` when nobody comes.
fn uses(instance: &Instance, plan: &Plan) -> Vec<Option<(u32, u32, f64)>> {
    let mut uses: Vec<Option<(u32, u32, f64)>> = vec![None; instance.draft.edges.len()];
    for s in &plan.slots {
        let n = instance.draft.classes[s.class].n;
        for (&e, &off) in s.path[..s.head].iter().zip(&s.offsets) {
            let (from, until) = (s.start + off, s.start + off + s.duration);
            let u = uses[e].get_or_insert((from, until, 0.0));
            *u = (u.0.min(from), u.1.max(until), u.2 + n);
        }
    }
    uses
}

/// All posts of a timetable, the most needed first: when there are fewer people than posts, the end of the list is
/// what stays unguarded.
pub fn posts(instance: &Instance, plan: &Plan) -> Vec<Post> {
    let draft = &instance.draft;
    let net = instance.net(Mode::Dismissal);
    let index: BTreeMap<&str, usize> = draft.nodes.iter().enumerate().map(|(i, n)| (n.id.as_str(), i)).collect();
    let uses = uses(instance, plan);
    let cap = |e: usize| net.arcs.iter().find(|a| a.way == e).map_or(1, |a| a.cap.max(1));
    let utilisation = |e: usize| -> f64 {
        uses[e].map_or(0.0, |(from, until, n)| n * 1000.0 / (f64::from(cap(e)) * f64::from((until - from).max(1))))
    };
    let mut list: Vec<Post> = Vec::new();
    let mut add = |node: usize, edge: usize, reason: Reason| {
        let (from, until, _) = uses[edge].unwrap_or((0, plan.makespan, 0.0));
        let (from_s, until_s) = (instance.seconds(from), instance.seconds(until));
        match list.iter_mut().find(|p| p.node == node) {
            Some(p) => {
                p.from_s = p.from_s.min(from_s);
                p.until_s = p.until_s.max(until_s);
                p.reason = p.reason.min(reason);
            }
            None => list.push(Post { node, edge, reason, from_s, until_s, utilisation: utilisation(edge) }),
        }
    };
    let flights = || (0..draft.edges.len()).filter(|&e| draft.edges[e].kind == WayKind::Stair);
    for e in (0..draft.edges.len()).filter(|&e| uses[e].is_some()) {
        let edge = &draft.edges[e];
        let node = index[edge.from.as_str()];
        if edge.kind == WayKind::Stair {
            let feeds = draft.edges.iter().enumerate();
            let coming = feeds.filter(|(i, f)| *i != e && uses[*i].is_some() && meets(f, &edge.from)).count();
            if coming >= 2 {
                add(node, e, Reason::Merge);
            } else if utilisation(e) > BUSY {
                add(node, e, Reason::StairHead);
            }
        } else if edge.exit || edge.kind == WayKind::Gate {
            add(node, e, Reason::WayOut);
        }
    }
    let busiest = flights().filter(|&e| uses[e].is_some()).max_by(|&a, &b| {
        utilisation(a).total_cmp(&utilisation(b)).then_with(|| draft.edges[b].id.cmp(&draft.edges[a].id))
    });
    if let Some(e) = busiest {
        add(index[draft.edges[e].to.as_str()], e, Reason::Turning);
    }
    for id in instance.shut() {
        if let Some(e) = draft.edges.iter().position(|e| e.id == *id) {
            add(index[draft.edges[e].from.as_str()], e, Reason::Shut);
        }
    }
    list.sort_by(|a, b| {
        let by_use = b.utilisation.total_cmp(&a.utilisation);
        by_use.then(a.reason.cmp(&b.reason)).then(a.node.cmp(&b.node))
    });
    list
}

fn meets(edge: &crate::model::Edge, node: &str) -> bool {
    edge.to == node || edge.two_way && edge.from == node
}
