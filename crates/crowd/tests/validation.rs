//! The code for school buildings, notices, posts: what stands beside a plan.

use crate::support::{fixture, json};
use crowd::{Code, Finding, Instance, Reason, checks, plan, plan_json, posts};
use serde_json::json;

#[test]
fn widths_are_held_against_the_code() {
    let mut school = json(&fixture("two-stairs.json"));
    school["edges"][10]["width_m"] = json!(1.1);
    school["edges"][11]["width_m"] = json!(1.6);
    let school = Instance::from_json(school.to_string().as_bytes()).unwrap();
    let list = checks(school.draft());
    let finding = |clause: &str, part: &str| {
        let found = list.iter().find(|c| c.clause == clause && c.subject.contains(part));
        found.unwrap_or_else(|| panic!("{clause} {part}")).finding
    };
    assert_eq!(finding("8.7.2", "sw 净宽"), Finding::FallsShort);
    assert_eq!(finding("8.7.2", "se 净宽"), Finding::Meets);
    assert_eq!(finding("8.7.2", "se 为整股人流"), Finding::FallsShort);
    assert_eq!(finding("8.5.3", "xw"), Finding::Meets);
    assert_eq!(finding("8.8.1", "N201 门数"), Finding::Meets);
    // 83 persons upstairs × 0.70 m per hundred = 0.58 m
    let stairs = list.iter().find(|c| c.subject.contains("2 层以下楼梯总宽")).unwrap();
    assert_eq!((stairs.finding, stairs.have), (Finding::Meets, Some(2.7)));
    assert!((stairs.need - 0.581).abs() < 1e-9);
    let codes: Vec<Code> = school.notices().iter().map(|n| n.code).collect();
    assert!(codes.contains(&Code::W_GB_WIDTH) && !codes.contains(&Code::W_ONE_STAIR));
}

#[test]
fn a_single_staircase_is_noticed() {
    let mut school = json(&fixture("two-stairs.json"));
    school["edges"].as_array_mut().unwrap().remove(10);
    school["closures"] = json!([]);
    let school = Instance::from_json(school.to_string().as_bytes()).unwrap();
    assert!(school.notices().iter().any(|n| n.code == Code::W_ONE_STAIR));
}

#[test]
fn posts_stand_where_streams_meet_and_at_every_way_out() {
    let school = Instance::from_json(&fixture("two-stairs.json")).unwrap().closed("west").unwrap();
    let plan = plan(&school, 1, |s| s < 500).unwrap();
    let list = posts(&school, &plan);
    let at = |id: &str| list.iter().find(|p| school.draft().nodes[p.node].id == id);
    assert_eq!(at("W2").map(|p| p.reason), Some(Reason::Shut));
    assert_eq!(at("SOUTH").map(|p| p.reason), Some(Reason::WayOut));
    let head = at("E2").expect("both upper classes go down the east stair");
    assert!(head.until_s > head.from_s);
    let document = plan_json(&school, &plan, 1).unwrap();
    assert_eq!(document["posts"].as_array().unwrap().len(), list.len());
    let order = &document["stairs"][0]["order"];
    assert_eq!(document["stairs"][0]["edge"], "se");
    assert_eq!(order[1]["after"], order[0]["cls"], "the trigger names the class before");
}

#[test]
fn the_plan_document_tells_its_input_apart() {
    let school = Instance::from_json(&fixture("two-stairs.json")).unwrap();
    let hash = |s: &Instance| plan_json(s, &plan(s, 1, |k| k < 5).unwrap(), 1).unwrap()["input_hash"].clone();
    assert_eq!(hash(&school), hash(&school));
    assert_ne!(hash(&school), hash(&school.closed("west").unwrap()));
}

#[test]
fn a_narrow_way_slows_the_class_and_says_so() {
    let mut school = json(&fixture("two-stairs.json"));
    school["edges"][0]["count"] = json!(1);
    school["edges"][0]["width_m"] = json!(0.6);
    let school = Instance::from_json(school.to_string().as_bytes()).unwrap();
    let plan = plan(&school, 1, |s| s < 100).unwrap();
    assert_eq!(plan.slowed, ["5-1"]);
    assert_eq!(crate::support::judge(&school, &plan).faults, Vec::<String>::new());
}
