//! Buses, siblings, younger with older on one stair.

use crate::support::{fixture, json, judge};
use crowd::{Code, Instance, plan, plan_json};
use serde_json::{Value, json};

fn with(change: impl FnOnce(&mut Value)) -> Instance {
    let mut school = json(&fixture("two-stairs.json"));
    change(&mut school);
    Instance::from_json(school.to_string().as_bytes()).unwrap()
}

fn out_of(document: &Value, class: &str) -> f64 {
    let list = document["classes"].as_array().unwrap();
    list.iter().find(|c| c["cls"] == class).unwrap()["out_s"].as_f64().unwrap()
}

#[test]
fn bus_riders_go_in_time() {
    // 6-1 sits upstairs and is among the last; the bus makes it one of the first
    let school = with(|s| s["buses"] = json!([{"line": "7路", "classes": ["6-1"], "departs_s": 360, "walk_s": 10}]));
    let with_bus = plan(&school, 1, |s| s < 2000).unwrap();
    let document = plan_json(&school, &with_bus, 1).unwrap();
    assert!(out_of(&document, "6-1") <= 360.0 - 180.0 - 10.0, "{document}");
    assert_eq!(document["missed"], json!([]));
    assert_eq!(judge(&school, &with_bus).faults, Vec::<String>::new());
}

#[test]
fn a_bus_that_cannot_be_reached_is_refused_with_the_minutes() {
    let mut school = json(&fixture("two-stairs.json"));
    school["buses"] = json!([{"line": "9路", "classes": ["6-1"], "departs_s": 200}]);
    let refused = Instance::from_json(school.to_string().as_bytes()).unwrap_err();
    assert_eq!(refused.codes(), [Code::E_DEADLINE]);
    let text = &refused.0[0].message;
    // 20 s are left, the walk and the file alone take over two minutes
    assert!(text.contains("9路") && text.contains("差 3 分钟"), "{text}");
}

#[test]
fn buses_that_exclude_one_another_are_named_with_what_is_missing() {
    let school = with(|s| {
        s["buses"] = json!([{"line": "1路", "classes": ["1-1", "3-1", "5-1", "6-1"], "departs_s": 350}]);
    });
    let plan = plan(&school, 1, |s| s < 3000).unwrap();
    let document = plan_json(&school, &plan, 1).unwrap();
    let missed = document["missed"].as_array().unwrap();
    assert!(!missed.is_empty());
    for m in missed {
        let late = out_of(&document, m["cls"].as_str().unwrap()) - 170.0;
        assert_eq!(m["what"], "1路");
        assert_eq!(m["missing_s"].as_f64(), Some(late));
        assert_eq!(m["missing_min"].as_f64(), Some((late / 60.0).ceil()));
    }
    assert_eq!(judge(&school, &plan).faults, Vec::<String>::new());
}

#[test]
fn siblings_leave_within_their_minutes() {
    let school = with(|s| {
        s["rules"]["sibling_gap_s"] = json!(10);
        s["siblings"] = json!([{"younger": "1-1", "elder": "6-1"}]);
    });
    let plan = plan(&school, 1, |s| s < 3000).unwrap();
    let document = plan_json(&school, &plan, 1).unwrap();
    assert!(out_of(&document, "6-1") <= out_of(&document, "1-1") + 10.0, "{document}");
    assert_eq!(document["missed"], json!([]));
}

#[test]
fn the_youngest_are_kept_off_the_stair_of_the_oldest() {
    // a narrow gate decides the makespan, so there is time to keep first and sixth grade apart on the stairs
    let school = with(|s| {
        s["edges"][16]["width_m"] = json!(1.2);
        s["classes"][0]["room"] = json!("N202");
        s["classes"][3]["room"] = json!("N101");
    });
    let plan = plan(&school, 1, |s| s < 3000).unwrap();
    assert_eq!(plan.mixed, 0);
    assert_eq!(judge(&school, &plan).faults, Vec::<String>::new());
}
