//! Time runs to the right: who is on which stair, how the school empties, and a small picture for every minute.

use super::floors::Floors;
use super::names::Names;
use super::{Canvas, Colours, MARGIN, NOTE_PX, PHONE, WIDTH, width};
use crate::instance::Instance;
use crate::model::WayKind;
use crate::net::Mode;
use crate::plan::Plan;
use std::fmt::Write as _;

/// Room for names at the left, px; on a phone less.
const LABEL: f64 = 150.0;
const PHONE_LABEL: f64 = 122.0;
/// Height of one class in a strip, px.
const LANE: f64 = 14.0;
/// Size of the letters in a strip, px.
const BAR_PX: f64 = 11.0;
/// Most small pictures.
const PICTURES: u32 = 12;

struct Axis {
    left: f64,
    scale: f64,
}

impl Axis {
    fn new(canvas: &Canvas, seconds: f64) -> Axis {
        let left = if canvas.width > PHONE { MARGIN + LABEL } else { PHONE_LABEL };
        Axis { left, scale: (canvas.width - MARGIN - left) / seconds.max(1.0) }
    }

    fn x(&self, seconds: f64) -> f64 {
        self.left + seconds * self.scale
    }

    /// Lines and figures for whole minutes.
    fn minutes(&self, canvas: &mut Canvas, seconds: f64, top: f64, bottom: f64) {
        // at least 40 px from figure to figure
        let every = [60.0, 120.0, 300.0, 600.0, 1200.0].into_iter().find(|m| m * self.scale > 40.0).unwrap_or(2400.0);
        let mut t = 0.0;
        while t <= seconds {
            let x = self.x(t);
            canvas.line((x, top), (x, bottom), "grid", 1.0);
            canvas.text((x, bottom + 14.0), "nm", &canvas.minute(t));
            t += every;
        }
    }
}

/// Who is on which flight, exit and gate when.
pub(crate) fn gantt(canvas: &mut Canvas, instance: &Instance, plan: &Plan, names: &Names, colours: &Colours) {
    let wide = canvas.width > PHONE;
    canvas.heading(if wide {
        "哪个班什么时候走哪段楼梯、哪个出口（横着是时刻；上下并列 = 并排走）"
    } else {
        "楼梯、出口什么时候有谁"
    });
    let edges = &instance.draft.edges;
    let named = |e: &usize| {
        (edges[*e].exit || matches!(edges[*e].kind, WayKind::Stair | WayKind::Gate)) && !plan.on_edge(*e).is_empty()
    };
    let mut rows: Vec<usize> = (0..edges.len()).filter(named).collect();
    rows.sort_by_key(|&e| (rank(instance, e), names.long(e), e));
    let seconds = instance.seconds(plan.makespan);
    let axis = Axis::new(canvas, seconds);
    let strips: Vec<(usize, Vec<Bar>)> = rows.into_iter().map(|e| (e, lanes(plan, e))).collect();
    let height = |bars: &[Bar]| LANE * bars.iter().map(|b| b.lane + 1).max().unwrap_or(1) as f64 + 5.0;
    let top = canvas.y;
    axis.minutes(canvas, seconds, top, top + strips.iter().map(|(_, bars)| height(bars)).sum::<f64>());
    let mut y = top;
    for (e, bars) in &strips {
        let high = height(bars);
        canvas.fitted((axis.left - 8.0, y + high / 2.0 + 4.0), "e", &names.long(*e), NOTE_PX, axis.left - 14.0);
        canvas.line((axis.left, y + high), (canvas.width - MARGIN, y + high), "grid", 1.0);
        for bar in bars {
            let slot = &plan.slots[bar.slot];
            let (x0, x1) = (axis.x(instance.seconds(bar.from)), axis.x(instance.seconds(bar.until)));
            let at = y + 2.0 + LANE * bar.lane as f64;
            let colour = colours.of(instance, &slot.path);
            canvas.rect((x0, at), (x1 - x0, LANE), "bar", colour);
            let id = &instance.draft.classes[slot.class].id;
            if x1 - x0 > width(id, BAR_PX) + 2.0 {
                canvas.text(((x0 + x1) / 2.0, at + LANE - 3.0), Colours::ink(colour), id);
            }
        }
        y += high;
    }
    canvas.y = y + 20.0;
}

/// A class on a way: side by side with others, each in a lane of its own.
struct Bar {
    slot: usize,
    from: u32,
    until: u32,
    lane: usize,
}

fn lanes(plan: &Plan, e: usize) -> Vec<Bar> {
    let mut free: Vec<u32> = Vec::new();
    let mut bars = Vec::new();
    for (slot, from, until) in plan.on_edge(e) {
        let lane = free.iter().position(|&f| f <= from).unwrap_or(free.len());
        if lane == free.len() {
            free.push(0);
        }
        free[lane] = until;
        let slot = plan.slots.iter().position(|s| s.class == slot.class).unwrap_or(0);
        bars.push(Bar { slot, from, until, lane });
    }
    bars
}

/// Stairs of a house from the top down, then its exits; gates last.
fn rank(instance: &Instance, e: usize) -> (u8, String, i64, i32) {
    let edge = &instance.draft.edges[e];
    let from = instance.draft.nodes.iter().find(|n| n.id == edge.from);
    let (house, x, floor) =
        from.map_or((String::new(), 0.0, 0), |n| (n.building.clone().unwrap_or_default(), n.x.unwrap_or(0.0), n.floor));
    let last = u8::from(edge.kind == WayKind::Gate);
    (last, house, (x * 100.0) as i64, if edge.exit { 1 } else { -floor })
}

/// Persons still in classrooms, on the way, and gone.
pub(crate) fn curve(canvas: &mut Canvas, instance: &Instance, plan: &Plan) {
    canvas.heading("学校怎样走空（人数）");
    let (top, high) = (canvas.y, 130.0);
    let seconds = instance.seconds(plan.makespan);
    let axis = Axis::new(canvas, seconds);
    let total: f64 = plan.slots.iter().map(|s| instance.draft.classes[s.class].n).sum();
    let count = 120u32;
    let (mut waiting, mut inside) = (String::new(), String::new());
    for i in 0..=count {
        let t = f64::from(plan.makespan) * f64::from(i) / f64::from(count);
        let (mut left, mut gone) = (0.0, 0.0);
        for s in &plan.slots {
            let n = instance.draft.classes[s.class].n;
            let passed = |begin: f64| ((t - begin) / f64::from(s.duration)).clamp(0.0, 1.0) * n;
            left += n - passed(f64::from(s.start));
            gone += passed(f64::from(s.out) - f64::from(s.duration));
        }
        let x = axis.x(t * instance.draft.time_step_s);
        let y = |v: f64| top + high * (1.0 - v / total.max(1.0));
        let _ = write!(waiting, "{x:.1},{:.1} ", y(left));
        let _ = write!(inside, "{x:.1},{:.1} ", y(total - gone));
    }
    let base = format!("{:.1},{:.1} {:.1},{:.1}", axis.x(seconds), top + high, axis.left, top + high);
    canvas.raw(&format!("<polygon points=\"{inside}{base}\" class=\"way\"/>"));
    canvas.raw(&format!("<polygon points=\"{waiting}{base}\" class=\"in\"/>"));
    axis.minutes(canvas, seconds, top, top + high);
    canvas.text((axis.left - 8.0, top + 10.0), "e", &format!("{total} 人"));
    canvas.text((axis.left - 8.0, top + high), "e", "0");
    canvas.rect((MARGIN, top + 32.0), (14.0, 12.0), "in", "");
    canvas.text((MARGIN + 20.0, top + 43.0), "", "在教室等候");
    canvas.rect((MARGIN, top + 54.0), (14.0, 12.0), "way", "");
    canvas.text((MARGIN + 20.0, top + 65.0), "", "正在路上");
    canvas.y = top + high + 20.0;
}

/// A small picture for every minute (or every few): the ways in use at that instant.
pub(crate) fn minutes(canvas: &mut Canvas, instance: &Instance, plan: &Plan, floors: &Floors<'_>) {
    canvas.heading("每一分钟的人流（越粗越满；数字是还没离校的人数）");
    let seconds = instance.seconds(plan.makespan);
    let every = 60.0 * (seconds / 60.0 / f64::from(PICTURES)).ceil().max(1.0);
    let count = (seconds / every).ceil() as u32;
    let columns = 4.0;
    let wide = (WIDTH - 2.0 * MARGIN) / columns;
    let (low, high_x) = floors.sides();
    let scale = ((wide - 20.0) / (high_x - low).max(1.0)).min(0.4);
    let above = floors.top();
    let high = (floors.height - above) * scale + 34.0;
    let mut skeleton = String::from("<defs><g id=\"k\">");
    for e in &instance.draft.edges {
        let (a, b) = (floors.node_at(&e.from), floors.node_at(&e.to));
        let _ = write!(skeleton, "<path d=\"M{:.0} {:.0}L{:.0} {:.0}\"/>", a.0, a.1, b.0, b.1);
    }
    skeleton.push_str("</g></defs>");
    canvas.raw(&skeleton);
    let net = instance.net(Mode::Dismissal);
    let mut caps = vec![1u32; instance.draft.edges.len()];
    net.arcs.iter().for_each(|a| caps[a.way] = a.cap.max(1));
    let top = canvas.y + 4.0;
    for i in 0..count {
        let t = f64::from(i) * every;
        let (x, y) = (MARGIN + wide * f64::from(i % 4), top + high * f64::from(i / 4));
        picture(canvas, (instance, plan, floors), &caps, (t, x, y, scale, (low, above)));
    }
    canvas.y = top + high * f64::from(count.div_ceil(4));
}

fn picture(
    canvas: &mut Canvas,
    (instance, plan, floors): (&Instance, &Plan, &Floors<'_>),
    caps: &[u32],
    (t, x, y, scale, (low, above)): (f64, f64, f64, f64, (f64, f64)),
) {
    let step = (t / instance.draft.time_step_s) as u32;
    let mut left = 0.0;
    for s in &plan.slots {
        let n = instance.draft.classes[s.class].n;
        let gone = (f64::from(step) - f64::from(s.out) + f64::from(s.duration)) / f64::from(s.duration);
        left += n * (1.0 - gone.clamp(0.0, 1.0));
    }
    canvas.text((x, y + 14.0), "b", &format!("{}　{left:.0} 人", canvas.minute(t)));
    let (left, top) = (x - low * scale, y + 24.0 - above * scale);
    canvas.raw(&format!("<g transform=\"translate({left:.0} {top:.0}) scale({scale:.3})\">"));
    canvas.raw("<use href=\"#k\" class=\"cor\" stroke-width=\"3\"/>");
    for (e, edge) in instance.draft.edges.iter().enumerate() {
        let rate: u32 =
            plan.on_edge(e).iter().filter(|(_, a, b)| *a <= step && step < *b).map(|(s, _, _)| s.rate).sum();
        if rate > 0 {
            let used = f64::from(rate) / f64::from(caps[e]);
            let class = if used > 1.0 + 1e-9 {
                "r"
            } else if used >= 0.7 {
                "a"
            } else {
                "g"
            };
            canvas.line(floors.node_at(&edge.from), floors.node_at(&edge.to), class, 6.0 + 14.0 * used.min(1.2));
        }
    }
    canvas.raw("</g>");
}
