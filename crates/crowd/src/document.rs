//! The documents that leave this room: JSON for programs, one function for each command.

use crate::bound::{Bound, Stop, bound};
use crate::crowding::{Bottleneck, Crowding, all_at_once};
use crate::evacuate::{Evacuation, evacuate};
use crate::fault::{Code, Fault, Faults};
use crate::instance::Instance;
use crate::model::MAX_STEPS;
use crate::net::Mode;
use crate::plan::{Plan, Slot, Way};
use crate::posts::posts;
use serde_json::{Value, json};

/// Name of the timetable document.
pub const PLAN_FORMAT: &str = "xiaoan-crowd-plan/1";
/// The drill guide's figure for schools under four floors with sound exits, s.
pub const DRILL_GUIDE_S: f64 = 120.0;
/// What every sheet says.
pub const ADVICE: &str = "管理参考，不代替消防设计审查。";

/// A number without a needless fraction.
fn number(v: f64) -> Value {
    if v.fract() == 0.0 && v.abs() < 9e15 { json!(v as i64) } else { json!((v * 1e6).round() / 1e6) }
}

fn edge_id(instance: &Instance, e: usize) -> &str {
    &instance.draft.edges[e].id
}

fn bottlenecks(instance: &Instance, list: &[Bottleneck]) -> Value {
    let one = |b: &Bottleneck| {
        json!({
            "edge": edge_id(instance, b.edge),
            "peak_queue": (b.peak_queue * 10.0).round() / 10.0,
            "congested_s": number(b.congested_s),
        })
    };
    Value::Array(list.iter().map(one).collect())
}

/// What is known before any timetable: both floors, and the habit of everybody at once by the nearest way.
#[derive(Debug, Clone, PartialEq)]
pub struct Reckoning {
    pub dismissal: Bound,
    pub evacuation: Bound,
    pub habit: Crowding,
}

/// Reckons floors and habit. `go_on` as in [`bound`].
pub fn reckon(instance: &Instance, go_on: &mut dyn FnMut() -> bool) -> Result<Reckoning, Stop> {
    let dismissal = bound(instance, Mode::Dismissal, go_on)?;
    let evacuation = bound(instance, Mode::Evacuation, go_on)?;
    let habit = all_at_once(instance).ok_or_else(|| Stop::Refused(instance.too_large(MAX_STEPS)))?;
    Ok(Reckoning { dismissal, evacuation, habit })
}

/// The document of `crowd bound`: floors, the habit's clearance, queues and the minimum cut.
pub fn bound_json(instance: &Instance) -> Result<Value, Stop> {
    Ok(reckoning_json(instance, &reckon(instance, &mut || true)?))
}

/// The same for figures already at hand.
pub fn reckoning_json(instance: &Instance, known: &Reckoning) -> Value {
    let mut document = json!({
        "instance": instance.draft.id,
        "scenario": instance.scenario(),
        "lower_bound_dismissal_s": number(instance.seconds(known.dismissal.steps)),
        "lower_bound_evacuation_s": number(instance.seconds(known.evacuation.steps)),
        "sfpe_all_at_once_s": number(instance.seconds(known.habit.steps)),
        "bottlenecks": bottlenecks(instance, &known.habit.bottlenecks),
        "min_cut": known.dismissal.min_cut.iter().map(|c| edge_id(instance, c.edge)).collect::<Vec<_>>(),
        "unreachable": instance.unreachable(Mode::Dismissal),
    });
    if !(known.dismissal.exact && known.evacuation.exact) {
        document["exact"] = json!(false);
    }
    document
}

/// The document of `crowd plan`, with the floor beside the timetable.
pub fn plan_json(instance: &Instance, plan: &Plan, seed: u64) -> Result<Value, Stop> {
    Ok(plan_json_beside(instance, plan, &bound(instance, Mode::Dismissal, &mut || true)?, seed))
}

fn class_json(instance: &Instance, s: &Slot) -> Value {
    let class = &instance.draft.classes[s.class];
    let id_of = |way: Way| s.way(instance, way).map(|e| edge_id(instance, e));
    json!({
        "cls": class.id,
        "name": class.name,
        "start_s": number(instance.seconds(s.start)),
        "rate_ps": number(f64::from(s.rate) / 1000.0 / instance.draft.time_step_s),
        "path": s.path.iter().map(|&e| edge_id(instance, e)).collect::<Vec<_>>(),
        "left_room_s": number(instance.seconds(s.start + s.duration)),
        "out_s": number(instance.seconds(s.out)),
        "stair": id_of(Way::FirstFlight),
        "exit": id_of(Way::Exit),
        "gate": id_of(Way::Gate),
    })
}

/// The same for a floor already at hand.
pub fn plan_json_beside(instance: &Instance, plan: &Plan, floor: &Bound, seed: u64) -> Value {
    let classes: Vec<Value> = plan.slots.iter().map(|s| class_json(instance, s)).collect();
    let missed = plan.missed.iter().map(
        |m| json!({ "what": m.what, "cls": m.class, "missing_s": number(m.missing_s), "missing_min": m.missing_min }),
    );
    let ratio = if floor.steps == 0 { 1.0 } else { f64::from(plan.makespan) / f64::from(floor.steps) };
    json!({
        "format": PLAN_FORMAT,
        "instance": instance.draft.id,
        "scenario": instance.scenario(),
        "makespan_s": number(instance.seconds(plan.makespan)),
        "lower_bound_dismissal_s": number(instance.seconds(floor.steps)),
        "lower_bound_exact": floor.exact,
        "ratio": (ratio * 1000.0).round() / 1000.0,
        "unreachable": plan.unreachable,
        "classes": classes,
        "missed": missed.collect::<Vec<_>>(),
        "young_with_old": plan.mixed,
        "mean_wait_s": plan.mean_wait_s.round(),
        "slowed": plan.slowed,
        "stairs": sequences(instance, plan),
        "posts": posts(instance, plan).iter().map(|p| p.json(instance)).collect::<Vec<_>>(),
        "min_cut": floor.min_cut.iter().map(|c| edge_id(instance, c.edge)).collect::<Vec<_>>(),
        "warnings": plan_notices(instance, plan),
        "input_hash": format!("fnv1a64:{:016x}", input_hash(instance)),
        "engine": concat!("crowd ", env!("CARGO_PKG_VERSION")),
        "seed": seed,
        "steps": plan.steps,
        "advice": ADVICE,
    })
}

/// Notices of the instance and of this timetable; none of them stops the work.
pub fn plan_notices(instance: &Instance, plan: &Plan) -> Vec<Fault> {
    let mut list = instance.notices();
    let slow = |id: &String| {
        let text = format!("班级 {id} 要经过的通道太窄，只能慢于常规的最低放行速率走");
        Fault::new(Code::W_RATE_LIMITED_BY_DOOR, id.clone(), text)
    };
    list.extend(plan.slowed.iter().map(slow));
    list
}

/// Notices of the instance and of this evacuation sheet.
pub fn evacuation_notices(instance: &Instance, sheet: &Evacuation) -> Vec<Fault> {
    let mut list = instance.notices();
    let floor = instance.seconds(sheet.floor);
    if floor > DRILL_GUIDE_S {
        let text = format!("最快也要 {} 秒，超过演练指南的 {DRILL_GUIDE_S} 秒", floor.round());
        list.push(Fault::new(Code::W_OVER_2_MIN, instance.draft.id.clone(), text));
    }
    list
}

/// Per flight: the classes in order of coming, with the trigger for each ("前一班走完再走").
fn sequences(instance: &Instance, plan: &Plan) -> Value {
    let flights = (0..instance.draft.edges.len())
        .filter(|&e| instance.draft.edges[e].kind == crate::model::WayKind::Stair)
        .map(|e| (e, plan.on_edge(e)))
        .filter(|(_, list)| !list.is_empty());
    let one = |(e, list): (usize, Vec<(&Slot, u32, u32)>)| {
        let mut before: Option<&str> = None;
        let mut rows = Vec::new();
        for (slot, from, until) in list {
            let class = &instance.draft.classes[slot.class];
            let (from, until) = (number(instance.seconds(from)), number(instance.seconds(until)));
            rows.push(json!({ "cls": class.id, "from_s": from, "until_s": until, "after": before }));
            before = Some(&class.id);
        }
        json!({ "edge": edge_id(instance, e), "order": rows })
    };
    Value::Array(flights.map(one).collect())
}

/// The document of `crowd evacuate`; `more(steps done)` as in [`evacuate`].
pub fn evacuate_json(instance: &Instance, seed: u64, more: impl FnMut(u64) -> bool) -> Result<Value, Stop> {
    Ok(evacuation_json(instance, &evacuate(instance, seed, more)?))
}

/// The same for a sheet already at hand.
pub fn evacuation_json(instance: &Instance, sheet: &Evacuation) -> Value {
    let classes = sheet.leavers.iter().map(|l| {
        let find = |want: &dyn Fn(&crate::model::Edge) -> bool| {
            l.path.iter().find(|&&e| want(&instance.draft.edges[e])).map(|&e| edge_id(instance, e))
        };
        json!({
            "cls": instance.draft.classes[l.class].id,
            "path": l.path.iter().map(|&e| edge_id(instance, e)).collect::<Vec<_>>(),
            "out_s": number(instance.seconds(l.out)),
            "stair": find(&|e| e.kind == crate::model::WayKind::Stair),
            "exit": find(&|e| e.exit),
        })
    });
    let shares = sheet.shares.iter().map(|s| {
        let ideal = (s.ideal * 10.0).round() / 10.0;
        json!({ "edge": edge_id(instance, s.edge), "persons": number(s.persons), "ideal_persons": number(ideal) })
    });
    json!({
        "instance": instance.draft.id,
        "scenario": instance.scenario(),
        "clearance_s": number(instance.seconds(sheet.clearance)),
        "nearest_exit_s": number(instance.seconds(sheet.nearest)),
        "physical_floor_s": number(instance.seconds(sheet.floor)),
        "drill_guide_s": number(DRILL_GUIDE_S),
        "classes": classes.collect::<Vec<_>>(),
        "shares": shares.collect::<Vec<_>>(),
        "bottlenecks": bottlenecks(instance, &sheet.bottlenecks),
        "unreachable": sheet.unreachable,
        "warnings": evacuation_notices(instance, sheet),
        "sentence": sentence(instance.seconds(sheet.floor), instance.seconds(sheet.clearance)),
        "advice": ADVICE,
    })
}

/// The honest sentence beside the two-minute figure.
pub fn sentence(floor_s: f64, clearance_s: f64) -> String {
    let (floor, clear) = (crate::svg::spoken(floor_s), crate::svg::spoken(clearance_s));
    if floor_s > DRILL_GUIDE_S {
        format!(
            "按楼梯和出口的通行能力，最快也要 {floor}，按班疏散约 {clear}；2 分钟做不到，请勿为赶时间在楼梯上奔跑。"
        )
    } else {
        format!("最快 {floor}，按班疏散约 {clear}；2 分钟是参考，安全先于速度，请勿在楼梯上奔跑。")
    }
}

/// The document of a refusal.
pub fn errors_json(faults: &Faults) -> Value {
    json!({ "errors": faults.0 })
}

/// Fingerprint of the instance and the closure in force (FNV-1a, 64 bits): tells whether a plan belongs to this input.
pub fn input_hash(instance: &Instance) -> u64 {
    let mut text = serde_json::to_vec(&instance.draft).unwrap_or_default();
    text.extend(instance.shut().join("\n").bytes());
    text.iter().fold(0xcbf2_9ce4_8422_2325, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}
