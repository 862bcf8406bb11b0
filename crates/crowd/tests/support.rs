//! Where the reference set lies, and small helpers.

use crowd::referee::{self, Entry, Verdict};
use crowd::{Instance, Plan, plan_json};
use serde_json::Value;
use std::path::PathBuf;

/// The reference set beside the repository, or `None` with a plain word that the test is skipped.
pub fn reference() -> Option<PathBuf> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/crowd");
    if dir.join("README.md").is_file() {
        return Some(dir);
    }
    eprintln!("SKIPPED: the reference set ../shared/testdata/crowd is not here");
    None
}

pub fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// All files of a folder as (name, bytes).
pub fn folder(path: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(path)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_file())
        .map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&p).unwrap()))
        .collect();
    files.sort();
    files
}

/// Every (instance id, scenario, instance in that scenario, expected values).
pub fn scenarios(dir: &std::path::Path) -> Vec<(String, Instance, Value)> {
    let expected = json(&std::fs::read(dir.join("expected-dev.json")).unwrap());
    let mut list = Vec::new();
    for school in expected.as_array().unwrap() {
        let id = school["id"].as_str().unwrap();
        let base = Instance::from_json(&std::fs::read(dir.join(format!("{id}.json"))).unwrap()).unwrap();
        for (scenario, values) in school["scenarios"].as_object().unwrap() {
            list.push((format!("{id} {scenario}"), base.closed(scenario).unwrap(), values.clone()));
        }
    }
    list
}

/// The referee's verdict on a plan as it is handed out.
pub fn judge(instance: &Instance, plan: &Plan) -> Verdict {
    let document = plan_json(instance, plan, 1).unwrap();
    let entries: Vec<Entry> = serde_json::from_value(document["classes"].clone()).unwrap();
    let missing: Vec<String> = serde_json::from_value(document["unreachable"].clone()).unwrap();
    let verdict = referee::check(instance.draft(), instance.shut(), &entries, &missing);
    assert_eq!(document["makespan_s"].as_f64(), Some(verdict.makespan_s), "the document's makespan is the referee's");
    verdict
}
