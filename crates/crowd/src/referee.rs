//! Checks a timetable against the rules, step by step.
//!
//! It shares no code with the planner: capacities and walking times are derived here a second time, from the document,
//! and the timetable is read as it is handed out (JSON). It says everything that is wrong, in words.

use crate::model::{Draft, NodeKind, WayKind};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// One class of a timetable as handed out.
#[derive(Debug, Clone, Deserialize)]
pub struct Entry {
    pub cls: String,
    pub start_s: f64,
    pub rate_ps: f64,
    pub path: Vec<String>,
}

/// What the referee saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Everything that breaks a rule; empty = the timetable is valid.
    pub faults: Vec<String>,
    /// When the last pupil is out, s.
    pub makespan_s: f64,
}

/// Way of the instance as the referee derives it.
struct Road {
    from: String,
    to: String,
    two_way: bool,
    /// Milli-persons a step.
    most: i64,
    /// Steps.
    walk: i64,
}

/// Steps of the school day that are looked at; a timetable beyond is at fault.
const LONGEST: i64 = 20_000;

/// Checks `entries` for the classes of `draft` with the edges `shut`; `missing_ok` are the classes with no way out.
pub fn check(draft: &Draft, shut: &[String], entries: &[Entry], missing_ok: &[String]) -> Verdict {
    let roads: BTreeMap<&str, Road> = draft.edges.iter().map(|e| (e.id.as_str(), road(draft, e))).collect();
    let mut referee = Referee { draft, roads, shut, faults: Vec::new(), load: BTreeMap::new(), crowd: BTreeMap::new() };
    let mut seen = BTreeSet::new();
    let mut makespan = 0;
    for entry in entries {
        if !seen.insert(entry.cls.as_str()) {
            referee.faults.push(format!("{}: twice in the timetable", entry.cls));
        }
        makespan = makespan.max(referee.enter(entry).unwrap_or(0));
    }
    for c in &draft.classes {
        if !seen.contains(c.id.as_str()) && !missing_ok.contains(&c.id) {
            referee.faults.push(format!("{}: not in the timetable", c.id));
        }
    }
    referee.loads();
    makespan = makespan.max(referee.crowds());
    Verdict { faults: referee.faults, makespan_s: makespan as f64 * draft.time_step_s }
}

fn road(draft: &Draft, e: &crate::model::Edge) -> Road {
    let limits = &draft.rules.density_limit;
    let (side, density) = match e.kind {
        WayKind::Stair => (0.15, limits.stair),
        WayKind::Door => (0.15, limits.door),
        WayKind::Gate => (0.15, limits.gate),
        WayKind::Corridor => (0.2, limits.corridor),
        WayKind::Yard => (0.0, limits.yard),
    };
    let mut pace = 1.4;
    if e.kind == WayKind::Stair {
        pace = 0.8633 * (e.tread_m.unwrap_or(0.28) / e.riser_m.unwrap_or(0.16)).sqrt();
    }
    let speed = pace * draft.rules.speed_factor * (1.0 - 0.266 * density);
    let by_width = f64::from(e.count) * density * speed * (e.width_m.unwrap_or(0.0) - 2.0 * side);
    let flow = e.cap_ps.unwrap_or(by_width);
    Road {
        from: e.from.clone(),
        to: e.to.clone(),
        two_way: e.two_way,
        most: (1000.0 * flow * draft.time_step_s + 1e-6).floor() as i64,
        walk: (e.length_m / speed / draft.time_step_s - 1e-9).ceil() as i64,
    }
}

struct Referee<'a> {
    draft: &'a Draft,
    roads: BTreeMap<&'a str, Road>,
    shut: &'a [String],
    faults: Vec<String>,
    /// Milli-persons on each edge at each step.
    load: BTreeMap<String, Vec<i64>>,
    /// Arrivals at each (waiting place, way on) at each step.
    crowd: BTreeMap<(String, String), Vec<i64>>,
}

impl Referee<'_> {
    fn say(&mut self, entry: &Entry, what: &str) {
        self.faults.push(format!("{}: {what}", entry.cls));
    }

    /// Enters a class; gives the step behind its last pupil's arrival, unless a crowd decides that.
    fn enter(&mut self, entry: &Entry) -> Option<i64> {
        let draft = self.draft;
        let step = draft.time_step_s;
        let Some(class) = draft.classes.iter().find(|c| c.id == entry.cls) else {
            self.say(entry, "no such class");
            return None;
        };
        let start = (entry.start_s / step).round();
        if (start * step - entry.start_s).abs() > 1e-6 || entry.start_s + 1e-9 < class.not_before_s {
            self.say(entry, "start is off the grid or before the end of lessons");
        }
        let start = start as i64;
        let rate = (entry.rate_ps * 1000.0 * step).round() as i64;
        let most = (draft.rules.file_rate_ps * 1000.0 * step + 1e-6).floor() as i64;
        let least = (draft.rules.min_rate_ps * 1000.0 * step - 1e-6).ceil() as i64;
        let least = least.min(self.widest(&class.room));
        if rate > most || rate < least || rate <= 0 {
            self.say(entry, &format!("rate {rate} not in {least}..={most}"));
            return None;
        }
        let people = (class.n * 1000.0) as i64;
        let passing = (people + rate - 1) / rate;
        let gap = (draft.rules.class_gap_s / step - 1e-9).ceil() as i64;
        let mut at = start;
        let mut here = class.room.clone();
        let mut visited = vec![here.clone()];
        for (i, id) in entry.path.iter().enumerate() {
            let (next, walk) = self.follow(entry, id, &here)?;
            if start < 0 || at + passing + gap > LONGEST {
                self.say(entry, "outside the school day");
                return None;
            }
            let row = self.load.entry(id.clone()).or_default();
            add(row, at, passing + gap, rate);
            at += walk;
            here = next;
            if visited.contains(&here) {
                self.say(entry, &format!("comes to {here} twice"));
            }
            visited.push(here.clone());
            let node = draft.nodes.iter().find(|n| n.id == here)?;
            let last = i + 1 == entry.path.len();
            if node.hold > 0.0 && node.kind != NodeKind::Room && !last {
                self.follow(entry, &entry.path[i + 1], &here)?;
                self.arrive(&here, &entry.path[i + 1], at, rate, people);
                return self.tail(entry, i + 1, here);
            }
        }
        if !draft.targets.dismissal.contains(&here) {
            self.say(entry, &format!("ends at {here}, which is no target"));
        }
        Some(at + passing)
    }

    fn follow(&mut self, entry: &Entry, id: &str, here: &str) -> Option<(String, i64)> {
        if self.shut.iter().any(|s| s == id) {
            self.say(entry, &format!("uses {id}, which is shut"));
        }
        let found = self.roads.get(id).and_then(|r| {
            if r.from == here {
                Some((r.to.clone(), r.walk))
            } else if r.two_way && r.to == here {
                Some((r.from.clone(), r.walk))
            } else {
                None
            }
        });
        if found.is_none() {
            self.say(entry, &format!("{id} does not lead on from {here}"));
        }
        found
    }

    /// Behind a waiting place only the connection is checked; the crowd decides the time.
    fn tail(&mut self, entry: &Entry, from: usize, mut here: String) -> Option<i64> {
        for id in &entry.path[from..] {
            (here, _) = self.follow(entry, id, &here)?;
        }
        if !self.draft.targets.dismissal.contains(&here) {
            self.say(entry, &format!("ends at {here}, which is no target"));
        }
        None
    }

    fn arrive(&mut self, place: &str, on: &str, at: i64, rate: i64, people: i64) {
        let row = self.crowd.entry((place.to_owned(), on.to_owned())).or_default();
        let mut left = people;
        let mut t = at;
        while left > 0 {
            add(row, t, 1, rate.min(left));
            left -= rate;
            t += 1;
        }
    }

    /// The widest way from a classroom to a target: where even that is narrow, a class may go slower than usual.
    fn widest(&self, room: &str) -> i64 {
        let mut best: BTreeMap<&str, i64> = BTreeMap::from([(room, i64::MAX)]);
        loop {
            let mut changed = false;
            for (id, r) in &self.roads {
                if self.shut.iter().any(|s| s == id) {
                    continue;
                }
                for (a, b) in [(r.from.as_str(), r.to.as_str()), (r.to.as_str(), r.from.as_str())] {
                    if !r.two_way && a != r.from {
                        continue;
                    }
                    let through = best.get(a).copied().unwrap_or(0).min(r.most);
                    if through > best.get(b).copied().unwrap_or(0) {
                        best.insert(b, through);
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        let ends = self.draft.targets.dismissal.iter();
        ends.filter_map(|t| best.get(t.as_str())).copied().max().unwrap_or(0)
    }

    fn loads(&mut self) {
        for (id, row) in &self.load {
            let Some(r) = self.roads.get(id.as_str()) else { continue };
            if let Some(t) = row.iter().position(|&u| u > r.most) {
                self.faults.push(format!("{id}: {} over {} at step {t}", row[t], r.most));
            }
        }
    }

    /// Serves the crowds first come first served; gives the step behind the last arrival.
    fn crowds(&mut self) -> i64 {
        let mut latest = 0;
        let places: BTreeSet<String> = self.crowd.keys().map(|k| k.0.clone()).collect();
        for place in places {
            let room = self.draft.nodes.iter().find(|n| n.id == place).map_or(0.0, |n| n.hold);
            let mut waiting: BTreeMap<&str, i64> = BTreeMap::new();
            let rows: Vec<(&str, &Vec<i64>)> =
                self.crowd.iter().filter(|(k, _)| k.0 == place).map(|(k, row)| (k.1.as_str(), row)).collect();
            let mut worst = 0;
            for t in 0..LONGEST * 4 {
                let mut coming = false;
                for (on, row) in &rows {
                    let queue = waiting.entry(on).or_default();
                    *queue += row.get(t as usize).copied().unwrap_or(0);
                    coming |= (t as usize) < row.len();
                    let served = (*queue).min(self.roads[*on].most);
                    *queue -= served;
                    if served > 0 {
                        latest = latest.max(t + 1 + self.rest(on, &place));
                    }
                }
                worst = worst.max(waiting.values().sum::<i64>());
                if !coming && waiting.values().all(|&q| q == 0) {
                    break;
                }
            }
            if worst as f64 > room * 1000.0 {
                self.faults.push(format!("{place}: {worst} milli-persons wait, {room} persons may"));
            }
        }
        latest
    }

    /// Steps over the way `on` and from its end to the nearest target.
    fn rest(&self, on: &str, place: &str) -> i64 {
        let first = &self.roads[on];
        let end = if first.from == place { first.to.clone() } else { first.from.clone() };
        let mut dist: BTreeMap<String, i64> = BTreeMap::from([(end, first.walk)]);
        for _ in 0..self.draft.nodes.len() {
            let mut changed = false;
            for r in self.roads.values() {
                if let Some(&d) = dist.get(&r.from)
                    && dist.get(&r.to).is_none_or(|&old| d + r.walk < old)
                {
                    dist.insert(r.to.clone(), d + r.walk);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        self.draft.targets.dismissal.iter().filter_map(|t| dist.get(t)).copied().min().unwrap_or(0)
    }
}

fn add(row: &mut Vec<i64>, from: i64, length: i64, amount: i64) {
    let until = (from + length).max(0) as usize;
    if row.len() < until {
        row.resize(until, 0);
    }
    row[from.max(0) as usize..until].iter_mut().for_each(|u| *u += amount);
}
