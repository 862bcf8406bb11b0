//! Judges a draft: every fault at once, each with its code, its place and a Chinese sentence.
//!
//! Whether everybody can get out is asked only when nothing else is wrong, so that one mistake gives one code.

use crate::fault::{Code, Faults};
use crate::model::{Draft, Edge, MAX_CLASSES, MAX_EDGES, MAX_EXTRAS, MAX_NODES, MAX_STEPS, NodeKind, WayKind};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Density at which the flow on the speed–density line peaks, persons/m²: beyond it more people mean less flow.
pub const DENSITY_AT_PEAK: f64 = 1.88;

/// Boundary layer on each side of a way, m.
pub fn boundary_m(kind: WayKind) -> f64 {
    match kind {
        WayKind::Stair | WayKind::Door | WayKind::Gate => 0.15,
        WayKind::Corridor => 0.20,
        WayKind::Yard => 0.0,
    }
}

/// Every fault of the draft except reachability and deadlines, which need the derived net.
pub(crate) fn faults_of(draft: &Draft) -> Faults {
    let mut f = Faults::default();
    sizes(draft, &mut f);
    if !f.0.is_empty() {
        return f;
    }
    rules(draft, &mut f);
    let nodes = nodes(draft, &mut f);
    edges(draft, &nodes, &mut f);
    targets(draft, &nodes, &mut f);
    classes(draft, &nodes, &mut f);
    extras(draft, &mut f);
    f
}

fn sizes(draft: &Draft, f: &mut Faults) {
    let mut over = |what: &str, have: usize, most: usize| {
        if have > most {
            f.push(Code::E_TOO_LARGE, what, format!("共 {have} 项，上限 {most} 项"));
        }
    };
    over("classes", draft.classes.len(), MAX_CLASSES);
    over("edges", draft.edges.len(), MAX_EDGES);
    over("nodes", draft.nodes.len(), MAX_NODES);
    over("closures", draft.closures.len(), MAX_EXTRAS);
    over("siblings", draft.siblings.len(), MAX_EXTRAS);
    over("buses", draft.buses.len(), MAX_EXTRAS);
}

fn rules(draft: &Draft, f: &mut Faults) {
    let r = &draft.rules;
    if !(0.1..=60.0).contains(&draft.time_step_s) {
        f.push(Code::E_FORMAT, "time_step_s", "时间步长应在 0.1–60 秒之间");
    }
    if !(0.1..=3.0).contains(&r.speed_factor) {
        f.push(Code::E_FORMAT, "rules.speed_factor", "速度系数应在 0.1–3 之间");
    }
    let times = [
        ("class_gap_s", r.class_gap_s),
        ("premovement_s", r.premovement_s),
        ("sibling_gap_s", r.sibling_gap_s),
        ("bus_margin_s", r.bus_margin_s),
    ];
    for (name, v) in times {
        if !(0.0..=3600.0).contains(&v) {
            f.push(Code::E_FORMAT, format!("rules.{name}"), "应在 0–3600 秒之间");
        }
    }
    if !(r.min_rate_ps > 0.0 && r.min_rate_ps <= r.file_rate_ps && r.file_rate_ps <= 20.0) {
        let text =
            format!("放行速率不对：最低 {}、最高 {} 人/秒，应 0 < 最低 ≤ 最高 ≤ 20", r.min_rate_ps, r.file_rate_ps);
        f.push(Code::E_RATE, "rules.min_rate_ps", text);
    }
    let d = &r.density_limit;
    for (name, v) in
        [("stair", d.stair), ("door", d.door), ("gate", d.gate), ("corridor", d.corridor), ("yard", d.yard)]
    {
        if !(v > 0.0 && v <= DENSITY_AT_PEAK) {
            let text = format!("密度上限 {v} 人/平方米不可用：应大于 0 且不超过 {DENSITY_AT_PEAK}（再密流量反而下降）");
            f.push(Code::E_DENSITY_LIMIT, format!("rules.density_limit.{name}"), text);
        }
    }
}

fn nodes<'a>(draft: &'a Draft, f: &mut Faults) -> HashMap<&'a str, NodeKind> {
    let mut seen = HashMap::new();
    let biggest = draft.classes.iter().map(|c| c.n).fold(0.0, f64::max);
    for (i, n) in draft.nodes.iter().enumerate() {
        if n.id.is_empty() {
            f.push(Code::E_FORMAT, draft.place_of_node(i), "缺少编号");
        } else if seen.insert(n.id.as_str(), n.kind).is_some() {
            f.push(Code::E_ID_DUPLICATE, draft.place_of_node(i), format!("地点编号 {} 重复", n.id));
        }
        if !(0.0..=100_000.0).contains(&n.hold) {
            f.push(Code::E_FORMAT, draft.place_of_node(i), "等候人数应在 0–100000 之间");
        } else if n.hold > 0.0 && n.hold < biggest {
            let text = format!("{} 只容 {} 人等候，小于最大班级 {biggest} 人", n.id, n.hold);
            f.push(Code::E_HOLD, draft.place_of_node(i), text);
        }
    }
    seen
}

fn edges(draft: &Draft, nodes: &HashMap<&str, NodeKind>, f: &mut Faults) {
    let mut seen = HashSet::new();
    for (i, e) in draft.edges.iter().enumerate() {
        let place = draft.place_of_edge(i);
        if e.id.is_empty() {
            f.push(Code::E_FORMAT, place.clone(), "缺少编号");
        } else if !seen.insert(e.id.as_str()) {
            f.push(Code::E_ID_DUPLICATE, place.clone(), format!("通道编号 {} 重复", e.id));
        }
        for end in [&e.from, &e.to] {
            if !nodes.contains_key(end.as_str()) {
                f.push(Code::E_NODE_UNKNOWN, place.clone(), format!("通道 {} 的端点 {end} 不存在", e.id));
            }
        }
        if !(0.1..=500.0).contains(&e.length_m) {
            f.push(Code::E_LENGTH_RANGE, place.clone(), format!("长度 {} 米不在 0.1–500 米之间", e.length_m));
        }
        width(e, &place, f);
        step(e, &place, f);
    }
}

fn width(e: &Edge, place: &str, f: &mut Faults) {
    if e.count == 0 || e.count > 50 {
        f.push(Code::E_FORMAT, place, "门的个数应在 1–50 之间");
    }
    if let Some(cap) = e.cap_ps
        && !(cap > 0.0 && cap <= 1000.0)
    {
        f.push(Code::E_WIDTH_UNUSABLE, place, format!("通行能力 {cap} 人/秒不可用"));
    }
    match e.width_m {
        None if e.cap_ps.is_none() => f.push(Code::E_FORMAT, place, "缺少宽度 width_m"),
        None => {}
        Some(w) if !(w > 0.0 && w <= 20.0) => {
            let hint = if w > 20.0 && w <= 2000.0 { format!("：{w} 是厘米吗?") } else { String::new() };
            f.push(Code::E_WIDTH_RANGE, place, format!("宽度 {w} 米不在 0–20 米之间{hint}"));
        }
        Some(w) if e.cap_ps.is_none() && w - 2.0 * boundary_m(e.kind) <= 1e-9 => {
            let text = format!("宽度 {w} 米扣除两侧边界层 {} 米后没有可用宽度", 2.0 * boundary_m(e.kind));
            f.push(Code::E_WIDTH_UNUSABLE, place, text);
        }
        Some(_) => {}
    }
}

fn step(e: &Edge, place: &str, f: &mut Faults) {
    if e.kind != WayKind::Stair {
        return;
    }
    let sound = |v: Option<f64>, low: f64, high: f64| v.is_some_and(|v| (low..=high).contains(&v));
    if !sound(e.riser_m, 0.05, 0.4) || !sound(e.tread_m, 0.1, 1.0) {
        f.push(Code::E_FORMAT, place, "楼梯要有踏步高 riser_m（0.05–0.4 米）和踏步宽 tread_m（0.1–1 米）");
    }
}

fn targets(draft: &Draft, nodes: &HashMap<&str, NodeKind>, f: &mut Faults) {
    for (name, list) in [("dismissal", &draft.targets.dismissal), ("evacuation", &draft.targets.evacuation)] {
        if list.is_empty() {
            f.push(Code::E_TARGET, format!("targets.{name}"), "没有终点：哪里算已离开?");
        }
        for id in list {
            if !nodes.contains_key(id.as_str()) {
                f.push(Code::E_NODE_UNKNOWN, format!("targets.{name}"), format!("终点 {id} 不存在"));
            }
        }
    }
}

fn classes(draft: &Draft, nodes: &HashMap<&str, NodeKind>, f: &mut Faults) {
    if draft.classes.is_empty() {
        f.push(Code::E_FORMAT, "classes", "没有班级");
    }
    let mut seen = HashSet::new();
    let mut rooms: BTreeMap<&str, &str> = BTreeMap::new();
    for (i, c) in draft.classes.iter().enumerate() {
        let place = draft.place_of_class(i);
        if c.id.is_empty() {
            f.push(Code::E_FORMAT, place.clone(), "缺少班级编号");
        } else if !seen.insert(c.id.as_str()) {
            f.push(Code::E_ID_DUPLICATE, place.clone(), format!("班级编号 {} 重复", c.id));
        }
        if !(1.0..=120.0).contains(&c.n) || c.n.fract() != 0.0 {
            f.push(Code::E_CLASS_SIZE, place.clone(), format!("班级 {} 人数 {} 不是 1–120 的整数", c.id, c.n));
        }
        match nodes.get(c.room.as_str()) {
            Some(NodeKind::Room) => {
                if let Some(other) = rooms.insert(&c.room, &c.id) {
                    let text = format!("班级 {} 与 {other} 同在教室 {}", c.id, c.room);
                    f.push(Code::E_ROOM_SHARED, place.clone(), text);
                }
            }
            Some(_) => f.push(Code::E_CLASS_ROOM, place.clone(), format!("{} 不是教室", c.room)),
            None => f.push(Code::E_CLASS_ROOM, place.clone(), format!("班级 {} 的教室 {} 不存在", c.id, c.room)),
        }
        if c.not_before_s.is_nan() || c.not_before_s < 0.0 {
            f.push(Code::E_FORMAT, place.clone(), "下课时刻不能为负");
        } else if c.not_before_s / draft.time_step_s > f64::from(MAX_STEPS) {
            f.push(Code::E_TOO_LARGE, place.clone(), format!("下课时刻超过 {MAX_STEPS} 步"));
        }
    }
}

fn extras(draft: &Draft, f: &mut Faults) {
    let edges: HashSet<&str> = draft.edges.iter().map(|e| e.id.as_str()).collect();
    let mut seen = HashSet::new();
    for (i, c) in draft.closures.iter().enumerate() {
        let place = format!("closures[{i}] {}", c.id);
        if c.id.is_empty() || c.id == "base" {
            f.push(Code::E_FORMAT, place.clone(), "封闭方案要有编号，且不能叫 base");
        } else if !seen.insert(c.id.as_str()) {
            f.push(Code::E_ID_DUPLICATE, place.clone(), format!("封闭方案编号 {} 重复", c.id));
        }
        for e in &c.edges {
            if !edges.contains(e.as_str()) {
                f.push(Code::E_CLOSURE_UNKNOWN, place.clone(), format!("要封闭的通道 {e} 不存在"));
            }
        }
    }
    let classes: HashSet<&str> = draft.classes.iter().map(|c| c.id.as_str()).collect();
    for (i, s) in draft.siblings.iter().enumerate() {
        for id in [&s.younger, &s.elder] {
            if !classes.contains(id.as_str()) {
                f.push(Code::E_FORMAT, format!("siblings[{i}]"), format!("班级 {id} 不存在"));
            }
        }
    }
    for (i, b) in draft.buses.iter().enumerate() {
        let place = format!("buses[{i}] {}", b.line);
        for id in &b.classes {
            if !classes.contains(id.as_str()) {
                f.push(Code::E_FORMAT, place.clone(), format!("班级 {id} 不存在"));
            }
        }
        if !(b.departs_s >= 0.0 && b.walk_s >= 0.0) {
            f.push(Code::E_FORMAT, place, "发车时刻和步行时间不能为负");
        }
    }
}
