//! Large events: seat blocks, entry flow, one-way signs, stop rules.

use crate::support::{fixture, judge};
use crowd::event::{SeatBlock, entry_check, event, one_way_signs, stop_rules};
use crowd::{Code, Instance, plan};

fn block(id: &str, node: &str, persons: f64) -> SeatBlock {
    SeatBlock { id: id.into(), name: format!("{id} 看台"), node: node.into(), persons, not_before_s: 0.0 }
}

fn venue() -> Instance {
    Instance::from_json(&fixture("two-stairs.json")).unwrap()
}

#[test]
fn large_blocks_leave_in_groups_and_nobody_is_lost() {
    let hall = event(venue().draft(), &[block("甲", "P2W", 250.0), block("乙", "P1E", 100.0)]).unwrap();
    let sizes: Vec<f64> = hall.draft().classes.iter().map(|c| c.n).collect();
    assert_eq!(sizes, [84.0, 83.0, 83.0, 100.0]);
    let plan = plan(&hall, 1, |s| s < 500).unwrap();
    assert_eq!(judge(&hall, &plan).faults, Vec::<String>::new());
    assert_eq!(plan.slots.len(), 4);
}

#[test]
fn bad_blocks_are_refused_all_at_once() {
    let refused = event(venue().draft(), &[block("甲", "P9", 10.0), block("乙", "P1E", 0.5)]).unwrap_err();
    assert_eq!(refused.codes(), [Code::E_NODE_UNKNOWN, Code::E_CLASS_SIZE]);
}

#[test]
fn entry_takes_the_minutes_that_the_gates_need() {
    // one gate of 3 m at 1.5 p/m²: 1.5 × 1.26 × (1 − 0.266 × 1.5) × 2.7 = 3.067 persons a second
    let entry = entry_check(&venue(), 1000.0, 5, None);
    assert_eq!(entry.len(), 1);
    assert!((entry[0].rate_ps - 3.067).abs() < 0.001, "{entry:?}");
    assert_eq!((entry[0].minutes, entry[0].in_time), (6, false));
    let checked = entry_check(&venue(), 1000.0, 60, Some(0.5));
    assert_eq!((checked[0].minutes, checked[0].in_time), (34, true));
}

#[test]
fn signs_and_stop_rules_follow_the_plan() {
    let school = venue();
    let plan = plan(&school, 1, |s| s < 500).unwrap();
    for (edge, from, to) in one_way_signs(&school, &plan) {
        let e = &school.draft().edges[edge];
        assert!(e.two_way && ((&e.from, &e.to) == (&from, &to) || (&e.to, &e.from) == (&from, &to)));
    }
    let rules = stop_rules(&school, &plan);
    let gate = rules.iter().find(|r| school.draft().edges[r.edge].id == "gate").unwrap();
    // 6 m × 3 m × 1.5 p/m²
    assert_eq!((gate.persons, gate.after_s, gate.order.len()), (27, 10, 4));
    assert!(gate.text(&school).contains("27 人"));
}
