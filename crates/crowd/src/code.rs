//! Widths, lanes, doors and steps against the code for school buildings (GB 50099-2011), clause by clause.
//!
//! A check says meets, falls short, or no data; it never stops the reckoning. The width per hundred persons follows the
//! table of clause 8.2.3 for fire rating I/II.

use crate::fault::{Code, Fault};
use crate::model::{Draft, Edge, NodeKind, WayKind};
use std::collections::{BTreeMap, BTreeSet};

/// Outcome of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    Meets,
    FallsShort,
    NoData,
}

impl Finding {
    /// As printed.
    pub fn text(self) -> &'static str {
        match self {
            Finding::Meets => "符合",
            Finding::FallsShort => "不符合",
            Finding::NoData => "缺数据",
        }
    }
}

/// One clause applied to one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Clause of GB 50099-2011.
    pub clause: &'static str,
    pub subject: String,
    /// Metres (or doors).
    pub have: Option<f64>,
    pub need: f64,
    pub finding: Finding,
}

/// All checks that the figures allow. What nobody measured is no data, whatever stands in for it.
pub fn checks(draft: &Draft) -> Vec<Check> {
    let mut list = Vec::new();
    let primary = draft.classes.iter().all(|c| c.grade <= 6);
    let assumed = Assumed::of(draft);
    for e in &draft.edges {
        one_edge(draft, e, primary, &assumed, &mut list);
    }
    per_hundred(draft, &mut list);
    list
}

/// Figures of the plain tables that were not given, as (table, column, what stands in for them).
struct Assumed(Vec<(String, String, f64)>);

impl Assumed {
    fn of(draft: &Draft) -> Assumed {
        let one = |text: &String| {
            let (place, told) = text.split_once('：')?;
            let value: f64 = told.strip_prefix("未填，按 ")?.strip_suffix(" 计")?.parse().ok()?;
            let (table, _) = place.split_once(' ')?;
            let (_, column) = place.rsplit_once(' ')?;
            Some((table.to_owned(), column.to_owned(), value))
        };
        Assumed(draft.assumed.iter().filter_map(one).collect())
    }

    /// The figure if somebody gave it. A figure that happens to equal the default of another row counts as not given.
    fn given(&self, table: &str, column: &str, value: Option<f64>) -> Option<f64> {
        let stands_in = |(t, c, v): &(String, String, f64)| t == table && c == column && Some(*v) == value;
        value.filter(|_| !self.0.iter().any(stands_in))
    }
}

fn at_least(list: &mut Vec<Check>, clause: &'static str, subject: String, have: Option<f64>, need: f64) {
    let finding = match have {
        None => Finding::NoData,
        Some(v) if v + 1e-9 >= need => Finding::Meets,
        Some(_) => Finding::FallsShort,
    };
    list.push(Check { clause, subject, have, need, finding });
}

fn one_edge(draft: &Draft, e: &Edge, primary: bool, assumed: &Assumed, list: &mut Vec<Check>) {
    let width = |table: &str, column: &str| assumed.given(table, column, e.width_m);
    let from_room = draft.nodes.iter().any(|n| n.id == e.from && n.kind == NodeKind::Room);
    let indoors = draft.nodes.iter().any(|n| n.id == e.from && n.floor > 0);
    match e.kind {
        WayKind::Stair => {
            at_least(list, "8.7.2", format!("梯段 {} 净宽", e.id), width("stairs.csv", "width_m"), 1.2);
            // whole lanes of 0.60 m, each flight may add up to 0.15 m
            if let Some(w) = width("stairs.csv", "width_m") {
                let lanes = (w / 0.6 + 1e-9).floor();
                let over = w - lanes * 0.6;
                let finding = if over <= 0.15 + 1e-9 { Finding::Meets } else { Finding::FallsShort };
                let subject = format!("梯段 {} 为整股人流", e.id);
                list.push(Check { clause: "8.7.2", subject, have: Some(w), need: lanes * 0.6, finding });
            }
            let (tread, riser) = if primary { (0.26, 0.15) } else { (0.28, 0.16) };
            let given = |column: &str, value: Option<f64>| assumed.given("buildings.csv", column, value);
            at_least(list, "8.7.3", format!("梯段 {} 踏步宽", e.id), given("tread_m", e.tread_m), tread);
            let left = given("riser_m", e.riser_m).map(|r| riser - r);
            at_least(list, "8.7.3", format!("梯段 {} 踏步高（余量）", e.id), left, 0.0);
        }
        WayKind::Door if e.exit => at_least(list, "8.5.3", format!("出口 {} 净宽", e.id), e.width_m, 1.4),
        WayKind::Door if from_room => {
            at_least(
                list,
                "8.8.1",
                format!("教室 {} 门数", e.from),
                assumed.given("rooms.csv", "doors", Some(f64::from(e.count))),
                2.0,
            );
            at_least(list, "8.8.1", format!("教室 {} 门宽", e.from), width("rooms.csv", "door_width_m"), 0.9);
        }
        WayKind::Corridor if indoors => {
            at_least(list, "8.2.3", format!("走道 {} 净宽", e.id), width("buildings.csv", "corridor_width_m"), 1.8)
        }
        _ => {}
    }
}

/// Metres of width for every hundred persons, by the number of storeys.
fn metres_per_hundred(floors: i32) -> f64 {
    match floors {
        ..=2 => 0.70,
        3 => 0.80,
        _ => 1.05,
    }
}

fn per_hundred(draft: &Draft, list: &mut Vec<Check>) {
    for (building, floors) in buildings(draft) {
        let coefficient = metres_per_hundred(floors);
        for floor in 2..=floors {
            let people = people_from(draft, &building, floor);
            let widths: Vec<f64> = flights_from(draft, &building, floor).filter_map(|e| e.width_m).collect();
            if people > 0.0 {
                let subject = format!("{building} 楼 {floor} 层以下楼梯总宽");
                at_least(list, "8.2.3", subject, Some(widths.iter().sum()), people / 100.0 * coefficient);
            }
        }
        let people = people_from(draft, &building, 1);
        let at: BTreeMap<&str, Option<&str>> =
            draft.nodes.iter().map(|n| (n.id.as_str(), n.building.as_deref())).collect();
        let own = |e: &&Edge| e.exit && at.get(e.from.as_str()).copied().flatten() == Some(&building);
        let exits: f64 = draft.edges.iter().filter(own).filter_map(|e| e.width_m).sum();
        if people > 0.0 {
            at_least(list, "8.2.3", format!("{building} 楼出口总宽"), Some(exits), people / 100.0 * coefficient);
        }
    }
}

fn buildings(draft: &Draft) -> BTreeMap<String, i32> {
    let mut map: BTreeMap<String, i32> = BTreeMap::new();
    for n in &draft.nodes {
        if let Some(b) = &n.building {
            let top = map.entry(b.clone()).or_default();
            *top = (*top).max(n.floor);
        }
    }
    map
}

/// Persons on `floor` and above.
fn people_from(draft: &Draft, building: &str, floor: i32) -> f64 {
    let rooms: BTreeSet<&str> = draft
        .nodes
        .iter()
        .filter(|n| n.kind == NodeKind::Room && n.floor >= floor && n.building.as_deref() == Some(building))
        .map(|n| n.id.as_str())
        .collect();
    draft.classes.iter().filter(|c| rooms.contains(c.room.as_str())).map(|c| c.n).sum()
}

/// Flights that leave `floor` of a building downwards.
fn flights_from<'a>(draft: &'a Draft, building: &str, floor: i32) -> impl Iterator<Item = &'a Edge> {
    let heads: BTreeSet<&str> = draft
        .nodes
        .iter()
        .filter(|n| n.floor == floor && n.building.as_deref() == Some(building))
        .map(|n| n.id.as_str())
        .collect();
    draft.edges.iter().filter(move |e| e.kind == WayKind::Stair && heads.contains(e.from.as_str()))
}

/// Notices for the planner's page: a single staircase, widths below the code.
pub(crate) fn notices(draft: &Draft) -> Vec<Fault> {
    let mut out = Vec::new();
    for (building, floors) in buildings(draft) {
        let single = (2..=floors).find(|&f| {
            people_from(draft, &building, f) > 0.0 && flights_from(draft, &building, f).take(2).count() == 1
        });
        if let Some(floor) = single {
            let text = format!("{building} 楼第 {floor} 层只有一部楼梯：一旦堵塞没有退路");
            out.push(Fault::new(Code::W_ONE_STAIR, building.clone(), text));
        }
    }
    for c in checks(draft).into_iter().filter(|c| c.finding == Finding::FallsShort) {
        let have = c.have.unwrap_or(0.0);
        let text = format!("GB 50099-2011 第 {} 条：现为 {have:.2}，应不小于 {:.2}", c.clause, c.need);
        out.push(Fault::new(Code::W_GB_WIDTH, c.subject, text));
    }
    out
}
