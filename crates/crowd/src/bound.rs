//! The quickest flow: the least number of steps in which anybody at all could empty the school.
//!
//! Classes may be split and everybody knows everything, so no plan can be faster: the figure is a floor, exact on the
//! grid of steps. The smallest horizon is approached from below: each horizon that is too short gives a minimum cut, and
//! the same cut stretched in time tells how much longer it takes at least. No horizon is ever overshot, so the flow is
//! only grown. The cut one step below the answer is the explanation ("this stair is the reason").

use crate::fault::Faults;
use crate::flow::{Flow, Grown, Kept};
use crate::instance::Instance;
use crate::net::{FAR, Mode, Net};

/// Why a computation has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The caller said so.
    Cancelled,
    /// The instance is refused.
    Refused(Faults),
}

/// A way in the minimum cut and when it is the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutEdge {
    /// Number of the edge in the instance.
    pub edge: usize,
    /// Steps, from the first to behind the last at which the way is full and holds everybody up.
    pub from: u32,
    pub until: u32,
}

/// The floor and its explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Steps; the last pupil is out in step `steps - 1`.
    pub steps: u32,
    /// Whether `steps` is the least possible. In nets far beyond any real school the work allowed ends first; then
    /// `steps` is still a proved floor, but the true one may be higher.
    pub exact: bool,
    pub min_cut: Vec<CutEdge>,
    /// Milli-persons through each edge over time (both directions), for stair shares.
    pub through: Vec<i64>,
}

/// The exact floor for `mode`. `go_on` is asked often; `false` ends with [`Stop::Cancelled`].
pub fn bound(instance: &Instance, mode: Mode, go_on: &mut dyn FnMut() -> bool) -> Result<Bound, Stop> {
    let net = instance.net(mode);
    if net.groups.is_empty() {
        let through = vec![0; instance.draft.edges.len()];
        return Ok(Bound { steps: 0, exact: true, min_cut: Vec::new(), through });
    }
    let total = net.total();
    let mut steps = first_horizon(&net);
    let mut flow = Flow::new(&net, room_for(instance, &net, steps)?);
    let mut kept = flow.keep();
    loop {
        if steps > flow.stride() {
            let mut longer = Flow::new(&net, room_for(instance, &net, steps)?);
            longer.take_over(&flow);
            kept = longer.keep();
            flow = longer;
        }
        match flow.grow(steps, go_on) {
            Grown::Full(out) if out >= total => break,
            Grown::Full(_) => {}
            Grown::Tired => return Ok(tired(instance, &net, flow, kept, steps)),
            Grown::Cancelled => return Err(Stop::Cancelled),
        }
        kept = flow.keep();
        steps = next_horizon(&net, &flow, steps, total);
        if !instance.fits(&net, steps) {
            return Err(Stop::Refused(instance.too_large(steps)));
        }
    }
    let through = through(instance, &net, &flow);
    flow.restore(kept);
    flow.rest();
    let min_cut = match flow.grow(steps - 1, go_on) {
        Grown::Full(below) => {
            debug_assert!(below < total, "the step below the floor is infeasible");
            cut_edges(&net, &flow)
        }
        // the floor stands without its explanation
        Grown::Tired => Vec::new(),
        Grown::Cancelled => return Err(Stop::Cancelled),
    };
    Ok(Bound { steps, exact: true, min_cut, through })
}

/// What is known when the work allowed is used up: every horizon below `steps` is proved too short.
fn tired(instance: &Instance, net: &Net, mut flow: Flow<'_>, kept: Kept, steps: u32) -> Bound {
    let through = through(instance, net, &flow);
    flow.restore(kept);
    let min_cut = if flow.horizon() == 0 { Vec::new() } else { cut_edges(net, &flow) };
    Bound { steps, exact: false, min_cut, through }
}

/// Memory for a horizon with room to grow.
fn room_for(instance: &Instance, net: &Net, steps: u32) -> Result<u32, Stop> {
    if !instance.fits(net, steps) {
        return Err(Stop::Refused(instance.too_large(steps)));
    }
    Ok(steps + steps / 2 + 64)
}

/// A horizon that is certainly not above the answer: the longest walk, and every way that some classes cannot avoid.
fn first_horizon(net: &Net) -> u32 {
    let walk = net.groups.iter().map(|g| g.release + net.dist[g.node] + 1).max().unwrap_or(1);
    let doors = net.groups.iter().map(|g| {
        let cap: u64 = net.out[g.node].iter().map(|&a| u64::from(net.arcs[a as usize].cap)).sum();
        g.release + net.dist[g.node] + u64::from(g.amount).div_ceil(cap.max(1)) as u32
    });
    walk.max(doors.max().unwrap_or(1)).max(1)
}

/// The next horizon to try: the least at which the cut of this one, stretched in time, lets everybody through.
fn next_horizon(net: &Net, flow: &Flow<'_>, steps: u32, total: i64) -> u32 {
    let near = flow.near_side();
    let stride = flow.stride() as usize;
    let horizon = flow.horizon();
    // crossing capacity by step of entry, to find the quietest instant at which to stretch
    let mut crossing = vec![0i64; horizon];
    for arc in &net.arcs {
        for (t, sum) in crossing.iter_mut().enumerate() {
            let s = t + arc.travel as usize;
            if s < horizon && near[arc.from * stride + t] && !near[arc.to * stride + s] {
                *sum += i64::from(arc.cap);
            }
        }
    }
    let mut best = 1;
    for part in 1..8 {
        let at = horizon * part / 8;
        let slope = static_cut(net, &near, stride, at).max(1);
        let mut longer = ((total - cut_value(net, &near, flow, at, 0)) / slope).clamp(1, horizon as i64);
        // the estimate may overshoot where the cut is not steady; halve until the step below is proved too short
        while longer > 1 && cut_value(net, &near, flow, at, (longer - 1) as usize) >= total {
            longer /= 2;
        }
        best = best.max(longer);
    }
    steps + best as u32
}

fn static_cut(net: &Net, near: &[bool], stride: usize, at: usize) -> i64 {
    let crosses = |from: usize, to: usize| near[from * stride + at] && !near[to * stride + at];
    net.arcs.iter().filter(|a| crosses(a.from, a.to)).map(|a| i64::from(a.cap)).sum()
}

/// Value of the cut that repeats the slice at step `at` `longer` times: no horizon longer by that lets more people out.
fn cut_value(net: &Net, near: &[bool], flow: &Flow<'_>, at: usize, longer: usize) -> i64 {
    let stride = flow.stride() as usize;
    let horizon = flow.horizon() + longer;
    let source = |v: usize, t: usize| -> bool {
        let s = if t <= at { t } else { t.saturating_sub(longer).max(at) };
        near[v * stride + s]
    };
    let mut value = 0i64;
    for arc in &net.arcs {
        let travel = arc.travel as usize;
        for t in 0..horizon.saturating_sub(travel) {
            if source(arc.from, t) && !source(arc.to, t + travel) {
                value += i64::from(arc.cap);
            }
        }
    }
    for v in 0..net.hold.len() {
        if net.hold[v] > 0 && net.hold[v] != u32::MAX {
            let crossings = (0..horizon - 1).filter(|&t| source(v, t) && !source(v, t + 1)).count();
            value += crossings as i64 * i64::from(net.hold[v]);
        }
    }
    // a class on the far side of the cut is paid for in full
    for g in &net.groups {
        let inside = (g.release as usize..horizon).all(|t| source(g.node, t));
        if !inside {
            value += i64::from(g.amount);
        }
    }
    value
}

fn cut_edges(net: &Net, flow: &Flow<'_>) -> Vec<CutEdge> {
    let near = flow.near_side();
    let stride = flow.stride() as usize;
    let earliest = net.earliest();
    let mut cut: Vec<CutEdge> = Vec::new();
    for (a, arc) in net.arcs.iter().enumerate() {
        if earliest[arc.from] == FAR || net.dist[arc.to] == FAR {
            continue;
        }
        let mut window: Option<(u32, u32)> = None;
        for t in 0..flow.horizon() {
            let s = t + arc.travel as usize;
            let useful = s + (net.dist[arc.to] as usize) < flow.horizon();
            if useful && near[arc.from * stride + t] && !near[arc.to * stride + s] && flow.at(a, t) > 0 {
                let (from, _) = window.unwrap_or((t as u32, 0));
                window = Some((from, t as u32 + 1));
            }
        }
        let Some((from, until)) = window else { continue };
        match cut.iter_mut().find(|c| c.edge == arc.way) {
            Some(c) => (c.from, c.until) = (c.from.min(from), c.until.max(until)),
            None => cut.push(CutEdge { edge: arc.way, from, until }),
        }
    }
    cut.sort_by_key(|c| c.edge);
    cut
}

fn through(instance: &Instance, net: &Net, flow: &Flow<'_>) -> Vec<i64> {
    let mut sums = vec![0; instance.draft.edges.len()];
    for (a, arc) in net.arcs.iter().enumerate() {
        sums[arc.way] += (0..flow.horizon()).map(|t| i64::from(flow.at(a, t))).sum::<i64>();
    }
    sums
}
