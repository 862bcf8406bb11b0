//! A sound instance with, at will, one set of ways shut: what every question of this room is asked of.

use crate::fault::{Code, Fault, Faults};
use crate::model::{Draft, MAX_STEPS};
use crate::net::{Mode, Net};
use crate::validate;
use std::collections::HashSet;

/// Largest product of arcs and steps that the exact bound takes on (memory stays below 200 MiB).
const MAX_CELLS: u64 = 16_000_000;

/// A validated instance; `closed` gives the same school with a prepared closure in force.
#[derive(Debug, Clone)]
pub struct Instance {
    pub(crate) draft: Draft,
    shut: Vec<String>,
    scenario: String,
}

impl Instance {
    /// Judges a draft. Refuses with every fault at once; reachability and bus deadlines are judged when the rest is sound.
    pub fn new(draft: Draft) -> Result<Instance, Faults> {
        let faults = validate::faults_of(&draft);
        if !faults.0.is_empty() {
            return Err(faults);
        }
        let instance = Instance { draft, shut: Vec::new(), scenario: "base".into() };
        let mut faults = Faults::default();
        for mode in [Mode::Dismissal, Mode::Evacuation] {
            let net = instance.net(mode);
            instance.reachable(&net, mode, &mut faults);
        }
        if faults.0.is_empty() {
            instance.deadlines(&mut faults);
        }
        if faults.0.is_empty() { Ok(instance) } else { Err(faults) }
    }

    /// Reads and judges an `xiaoan-crowd/1` document.
    pub fn from_json(bytes: &[u8]) -> Result<Instance, Faults> {
        Instance::new(crate::read::draft_from_json(bytes)?)
    }

    /// The same school with the closure `id` in force (`base` = nothing closed; the id of a way shuts that way alone).
    /// Refuses with `E_CLOSURE_UNKNOWN`.
    pub fn closed(&self, id: &str) -> Result<Instance, Faults> {
        if id == "base" {
            return Ok(Instance { draft: self.draft.clone(), shut: Vec::new(), scenario: id.into() });
        }
        if self.draft.edges.iter().any(|e| e.id == id) && !self.draft.closures.iter().any(|c| c.id == id) {
            return self.with_shut(id, &[id]);
        }
        let Some(closure) = self.draft.closures.iter().find(|c| c.id == id) else {
            let known: Vec<&str> = self.draft.closures.iter().map(|c| c.id.as_str()).collect();
            let text = format!("没有编号为 {id} 的封闭方案（现有：{}）", known.join("、"));
            return Err(Faults::one(Code::E_CLOSURE_UNKNOWN, "--closure", text));
        };
        Ok(Instance { draft: self.draft.clone(), shut: closure.edges.clone(), scenario: id.into() })
    }

    /// The same school with these ways shut, under a name of the caller's. Refuses with `E_CLOSURE_UNKNOWN`.
    pub fn with_shut(&self, name: &str, edges: &[&str]) -> Result<Instance, Faults> {
        let mut faults = Faults::default();
        for e in edges {
            if !self.draft.edges.iter().any(|have| have.id == *e) {
                faults.push(Code::E_CLOSURE_UNKNOWN, name, format!("要封闭的通道 {e} 不存在"));
            }
        }
        if !faults.0.is_empty() {
            return Err(faults);
        }
        let shut = edges.iter().map(|e| (*e).to_owned()).collect();
        Ok(Instance { draft: self.draft.clone(), shut, scenario: name.into() })
    }

    /// What was written down.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// `base` or the name of the closure in force.
    pub fn scenario(&self) -> &str {
        &self.scenario
    }

    /// Edge ids shut in this scenario.
    pub fn shut(&self) -> &[String] {
        &self.shut
    }

    pub(crate) fn net(&self, mode: Mode) -> Net {
        let shut: HashSet<&str> = self.shut.iter().map(String::as_str).collect();
        Net::new(&self.draft, mode, &shut)
    }

    /// Ids of the classes that cannot get out in this scenario.
    pub fn unreachable(&self, mode: Mode) -> Vec<String> {
        self.net(mode).unreachable.iter().map(|&c| self.draft.classes[c].id.clone()).collect()
    }

    pub(crate) fn seconds(&self, steps: u32) -> f64 {
        f64::from(steps) * self.draft.time_step_s
    }

    fn reachable(&self, net: &Net, mode: Mode, faults: &mut Faults) {
        let aim = if mode == Mode::Dismissal { "离校" } else { "疏散" };
        for &c in &net.unreachable {
            let class = &self.draft.classes[c];
            let text = format!("班级 {}（教室 {}）没有{aim}的通路", class.id, class.room);
            faults.push(Code::E_UNREACHABLE, self.draft.place_of_class(c), text);
        }
        let longest = net.groups.iter().map(|g| g.release.saturating_add(net.dist[g.node])).max().unwrap_or(0);
        if longest >= MAX_STEPS || net.arcs.len() as u64 * u64::from(longest) > MAX_CELLS {
            let text = format!("最远班级要走 {longest} 步，超过可计算的规模（上限 {MAX_STEPS} 步）");
            faults.push(Code::E_TOO_LARGE, "edges", text);
        }
    }

    /// A bus nobody could reach even if the school stood empty is refused, with the minutes that are missing.
    fn deadlines(&self, faults: &mut Faults) {
        let net = self.net(Mode::Dismissal);
        for (line, missing) in self.missed_by_walking(&net) {
            let text = format!("{line} 路校车来不及：即使一路无人，也差 {missing} 分钟");
            faults.push(Code::E_DEADLINE, format!("buses {line}"), text);
        }
    }

    fn missed_by_walking(&self, net: &Net) -> Vec<(String, u32)> {
        let mut out = Vec::new();
        for bus in &self.draft.buses {
            let latest = bus.departs_s - self.draft.rules.bus_margin_s - bus.walk_s;
            let mut worst: f64 = 0.0;
            for g in &net.groups {
                let class = &self.draft.classes[g.class];
                if bus.classes.contains(&class.id) {
                    let walk = self.seconds(g.release + net.dist[g.node]);
                    let file = class.n / self.draft.rules.file_rate_ps;
                    worst = worst.max(walk + file - latest);
                }
            }
            if worst > 0.0 {
                out.push((bus.line.clone(), minutes_up(worst)));
            }
        }
        out
    }

    /// Notices that do not stop the work: assumed figures, a single staircase.
    pub fn notices(&self) -> Vec<Fault> {
        let mut out: Vec<Fault> =
            self.draft.assumed.iter().map(|text| Fault::new(Code::W_ASSUMED, "假定值", text.clone())).collect();
        out.extend(crate::code::notices(&self.draft));
        out
    }

    pub(crate) fn too_large(&self, steps: u32) -> Faults {
        let text = format!("算到 {steps} 步仍走不完，超过上限 {MAX_STEPS} 步：请检查人数、宽度和时间步长");
        Faults::one(Code::E_TOO_LARGE, self.draft.id.clone(), text)
    }

    pub(crate) fn fits(&self, net: &Net, steps: u32) -> bool {
        steps <= MAX_STEPS && net.arcs.len() as u64 * u64::from(steps) <= MAX_CELLS
    }
}

/// Whole minutes that cover `seconds`.
pub(crate) fn minutes_up(seconds: f64) -> u32 {
    (seconds / 60.0 - 1e-9).ceil().max(0.0) as u32
}
