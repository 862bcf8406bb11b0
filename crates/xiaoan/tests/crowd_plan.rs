//! The planner through the binary: figures, refusals, limits, files. The planner's own tests are in `crates/crowd`.

use std::path::{Path, PathBuf};

use base::Stopwatch;
use db::testing::TempDir;
use serde_json::{Value, json};

use crate::run::{Ended, xiaoan};

/// Nothing of these runs takes this long, ms; a hang does.
const HANG: i64 = 180_000;

fn crowd(args: &[&str]) -> Ended {
    let watch = Stopwatch::start();
    let place = TempDir::new();
    let data = place.path().join("none");
    let ended = xiaoan(&data, &[&["crowd"], args].concat());
    assert!(watch.elapsed_ms() < HANG, "{args:?} took {} ms", watch.elapsed_ms());
    assert!(!data.exists(), "the planner needs no data folder and makes none");
    ended
}

fn json_of(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|e| panic!("{e}\nstdout: {}\nstderr: {}", ended.out, ended.err))
}

/// Runs with `--json -` and gives the document.
fn asked(args: &[&str]) -> Value {
    json_of(&crowd(&[args, &["--json", "-"]].concat()).fine())
}

fn codes(document: &Value) -> Vec<&str> {
    let mut codes: Vec<&str> =
        document["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Refused: exit 1, the codes in the document, each error whole, Chinese on standard error.
fn refused(args: &[&str], want: &[&str]) {
    let ended = crowd(&[args, &["--json", "-"]].concat()).refused(1, want[0]);
    let document = json_of(&ended);
    assert_eq!(codes(&document), want, "{args:?}: {document}");
    for error in document["errors"].as_array().unwrap() {
        let text = |key: &str| error[key].as_str().unwrap_or_else(|| panic!("{key}: {error}"));
        assert!(!text("where").is_empty() && text("message").chars().any(|c| c > '\u{4e00}'), "{error}");
        assert!(ended.err.contains(text("message")), "{}", ended.err);
    }
}

/// The reference set, or `None` with a plain word that the test is skipped.
fn reference() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/crowd");
    if dir.join("README.md").is_file() {
        return Some(dir);
    }
    eprintln!("SKIPPED: the reference set ../shared/testdata/crowd is not here");
    None
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crowd/tests/fixtures").join(name)
}

fn school() -> Value {
    serde_json::from_slice(&std::fs::read(fixture("two-stairs.json")).unwrap()).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Every scenario of the reference set: file, scenario, expected values.
fn scenarios(dir: &Path) -> Vec<(PathBuf, String, Value)> {
    let expected: Value = serde_json::from_slice(&std::fs::read(dir.join("expected-dev.json")).unwrap()).unwrap();
    let mut list = Vec::new();
    for school in expected.as_array().unwrap() {
        let file = dir.join(format!("{}.json", school["id"].as_str().unwrap()));
        for (scenario, values) in school["scenarios"].as_object().unwrap() {
            list.push((file.clone(), scenario.clone(), values.clone()));
        }
    }
    assert!(list.len() >= 14);
    list
}

/// How a table's text is saved.
type Spelling = fn(&str) -> Vec<u8>;

#[test]
fn bounds_of_every_reference_scenario() {
    let Some(dir) = reference() else { return };
    for (file, scenario, want) in scenarios(&dir) {
        let closure: &[&str] = if scenario == "base" { &[] } else { &["--closure", &scenario] };
        let have = asked(&[&["bound", text(&file)], closure].concat());
        assert_eq!(have["lower_bound_dismissal_s"], want["lb_dismissal_s"], "{file:?} {scenario}");
        assert_eq!(have["lower_bound_evacuation_s"], want["lb_evacuation_s"], "{file:?} {scenario}");
        let sfpe = |v: &Value| v["sfpe_all_at_once_s"].as_f64().unwrap();
        assert!((sfpe(&have) - sfpe(&want)).abs() <= 1.0, "{file:?} {scenario}");
        assert_eq!(have["scenario"], json!(scenario));
        assert_eq!(have["unreachable"], json!([]));
        for key in ["instance", "bottlenecks", "min_cut"] {
            assert!(!have[key].is_null(), "{key}");
        }
    }
}

#[test]
fn plans_and_evacuations_of_every_reference_scenario() {
    let Some(dir) = reference() else { return };
    for (file, scenario, want) in scenarios(&dir) {
        let ask = |what: &str, steps: &str| asked(&[what, text(&file), "--closure", &scenario, "--steps", steps]);
        let plan = ask("plan", "2000");
        let makespan = plan["makespan_s"].as_f64().unwrap();
        assert_eq!(plan["lower_bound_dismissal_s"], want["lb_dismissal_s"]);
        assert!(makespan >= want["lb_dismissal_s"].as_f64().unwrap(), "{file:?} {scenario}");
        assert!(makespan <= want["one_pass_greedy_s"].as_f64().unwrap(), "{file:?} {scenario}: {makespan}");
        let draft = crowd::Instance::from_json(&std::fs::read(&file).unwrap()).unwrap().closed(&scenario).unwrap();
        let entries: Vec<crowd::referee::Entry> = serde_json::from_value(plan["classes"].clone()).unwrap();
        let verdict = crowd::referee::check(draft.draft(), draft.shut(), &entries, &[]);
        assert_eq!((verdict.faults, verdict.makespan_s), (vec![], makespan), "{file:?} {scenario}");
        let out = ask("evacuate", "40");
        let at = |key: &str| out[key].as_f64().unwrap();
        assert_eq!(out["physical_floor_s"], want["lb_evacuation_s"]);
        assert!(at("physical_floor_s") <= at("clearance_s") && at("clearance_s") <= at("nearest_exit_s"));
    }
}

#[test]
fn bad_files_are_refused_with_exactly_their_code() {
    let Some(dir) = reference() else { return };
    let bad = dir.join("bad");
    let expected: Value = serde_json::from_slice(&std::fs::read(bad.join("expected.json")).unwrap()).unwrap();
    for (name, code) in expected.as_object().unwrap() {
        let file = bad.join(format!("{name}.json"));
        for command in ["bound", "plan", "evacuate"] {
            refused(&[command, text(&file)], &[code.as_str().unwrap()]);
        }
    }
    assert_eq!(expected.as_object().unwrap().len(), 8);
}

#[test]
fn all_faults_come_at_once_and_go_where_json_points() {
    let mut school = school();
    school["edges"][10]["width_m"] = json!(120);
    school["classes"][0]["n"] = json!(0);
    school["targets"]["dismissal"] = json!([]);
    let folder = TempDir::new();
    let (file, out, svg) = (folder.path().join("s.json"), folder.path().join("out.json"), folder.path().join("p.svg"));
    std::fs::write(&file, school.to_string()).unwrap();
    std::fs::write(&svg, "what was there").unwrap();
    let ended = crowd(&["plan", text(&file), "--json", text(&out), "--svg", text(&svg)]).refused(1, "厘米");
    assert_eq!(ended.out, "");
    let document: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(codes(&document), ["E_CLASS_SIZE", "E_TARGET", "E_WIDTH_RANGE"]);
    assert_eq!(std::fs::read_to_string(&svg).unwrap(), "what was there", "a refusal draws nothing");
    refused(&["bound", text(&fixture("two-stairs.json")), "--closure", "nowhere"], &["E_CLOSURE_UNKNOWN"]);
}

#[test]
fn tables_give_the_bounds_in_every_spelling() {
    let Some(dir) = reference() else { return };
    let spellings: [(&str, Spelling); 4] = [
        ("as they are", |t| t.as_bytes().to_vec()),
        ("GB18030", |t| encoding_rs::GB18030.encode(t).0.into_owned()),
        ("mark", |t| [b"\xef\xbb\xbf", t.as_bytes()].concat()),
        ("CRLF", |t| t.replace('\n', "\r\n").into_bytes()),
    ];
    for (name, want) in [("dev-02-primary12", 331), ("dev-03-middle18", 412)] {
        let tables = dir.join("tables").join(name);
        assert_eq!(asked(&["bound", text(&tables)])["lower_bound_dismissal_s"], want);
        for (spelling, write) in spellings {
            let folder = TempDir::new();
            let own = folder.path().join(name);
            std::fs::create_dir(&own).unwrap();
            for entry in std::fs::read_dir(&tables).unwrap() {
                let path = entry.unwrap().path();
                let table = std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
                std::fs::write(own.join(path.file_name().unwrap()), write(&table)).unwrap();
            }
            let have = asked(&["bound", text(&own)]);
            assert_eq!(have["lower_bound_dismissal_s"], want, "{spelling}");
            assert_eq!(have["instance"], name);
        }
    }
}

#[test]
fn chinese_tables_in_gb18030_through_the_binary() {
    let folder = TempDir::new();
    for entry in std::fs::read_dir(fixture("tables")).unwrap() {
        let path = entry.unwrap().path();
        let table = std::fs::read_to_string(&path).unwrap();
        let bytes = encoding_rs::GB18030.encode(&table.replace('\n', "\r\n")).0.into_owned();
        std::fs::write(folder.path().join(path.file_name().unwrap()), bytes).unwrap();
    }
    let figures = |path: &Path| {
        let mut document = asked(&["bound", text(path)]);
        document.as_object_mut().unwrap().remove("instance");
        document
    };
    assert_eq!(figures(folder.path()), figures(&fixture("tables")));
}

#[test]
fn equal_steps_give_equal_bytes() {
    let folder = TempDir::new();
    let svg = folder.path().join("plan.svg");
    let once = |command: &str, seed: &str| {
        let file = fixture("tables");
        let args = [command, text(&file), "--steps", "300", "--seed", seed, "--json", "-", "--svg", text(&svg)];
        let out = crowd(&args).fine().out;
        (out, std::fs::read(&svg).unwrap())
    };
    for command in ["bound", "plan", "evacuate"] {
        let first = once(command, "7");
        assert!(first == once(command, "7"), "{command}");
        let picture = String::from_utf8(first.1).unwrap();
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
        assert!(picture.contains("管理参考，不代替消防设计审查"), "{command}");
    }
    let tables = fixture("tables");
    let phone = ["plan", text(&tables), "--steps", "9", "--svg", text(&svg), "--phone", "--json", "/dev/null"];
    crowd(&phone).fine();
    assert!(std::fs::read_to_string(&svg).unwrap().contains("viewBox=\"0 0 390 "));
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["plan.svg"], "written whole, nothing half-written is left");
}

#[test]
fn a_longer_search_is_never_worse() {
    let Some(dir) = reference() else { return };
    let file = dir.join("dev-03-middle18.json");
    let mut last = f64::MAX;
    for steps in ["0", "1", "30", "1000", "20000"] {
        let makespan = asked(&["plan", text(&file), "--steps", steps])["makespan_s"].as_f64().unwrap();
        assert!(makespan <= last, "{steps} steps: {makespan} after {last}");
        last = makespan;
    }
    let mut runs: Vec<(u64, f64)> = ["0", "40", "400", "1500"]
        .iter()
        .map(|ms| {
            let plan = asked(&["plan", text(&file), "--budget-ms", ms]);
            (plan["steps"].as_u64().unwrap(), plan["makespan_s"].as_f64().unwrap())
        })
        .collect();
    assert_eq!(runs[0].0, 0, "no budget: the first answer");
    runs.sort_by_key(|r| r.0);
    assert!(runs.windows(2).all(|w| w[1].1 <= w[0].1), "{runs:?}");
}

/// A row of rooms along one corridor, with more ways than needed.
fn row_of(classes: usize, edges: usize) -> String {
    let mut nodes = vec![json!({"id": "OUT", "kind": "street", "floor": 0})];
    let (mut ways, mut list) = (Vec::new(), Vec::new());
    for i in 0..classes {
        nodes.push(json!({"id": format!("R{i}"), "kind": "room", "floor": 1}));
        nodes.push(json!({"id": format!("C{i}"), "kind": "corridor", "floor": 1}));
        let next = if i == 0 { "OUT".to_owned() } else { format!("C{}", i - 1) };
        for (id, from, to, kind, width) in [
            (format!("d{i}"), format!("R{i}"), format!("C{i}"), "door", 1.0),
            (format!("c{i}"), format!("C{i}"), next, "corridor", 8.0),
        ] {
            ways.push(json!({"id": id, "from": from, "to": to, "kind": kind, "length_m": 4, "width_m": width}));
        }
        list.push(json!({"id": format!("k{i}"), "grade": 7, "room": format!("R{i}"), "n": 50}));
    }
    for i in ways.len()..edges {
        ways.push(json!({"id": format!("m{i}"), "from": "C0", "to": "OUT", "kind": "corridor", "length_m": 3, "width_m": 2.0}));
    }
    json!({"format": "xiaoan-crowd/1", "id": "row", "time_step_s": 1, "nodes": nodes, "edges": ways, "classes": list,
           "targets": {"evacuation": ["OUT"], "dismissal": ["OUT"]}})
    .to_string()
}

#[test]
fn limits_are_refused_clearly() {
    let folder = TempDir::new();
    let file = folder.path().join("row.json");
    for (classes, edges) in [(401, 802), (10, 5_001), (401, 5_001)] {
        std::fs::write(&file, row_of(classes, edges)).unwrap();
        refused(&["plan", text(&file)], &["E_TOO_LARGE"]);
    }
    std::fs::write(&file, row_of(400, 5_000)).unwrap();
    let plan = asked(&["plan", text(&file), "--steps", "1"]);
    assert_eq!(plan["classes"].as_array().unwrap().len(), 400);
    assert!(plan["makespan_s"].as_f64() >= plan["lower_bound_dismissal_s"].as_f64());
    assert_eq!(plan["lower_bound_exact"], false, "the work allowed ends before the exact floor of such a net");
}

#[test]
fn garbage_is_refused_and_never_waited_for() {
    let folder = TempDir::new();
    let file = folder.path().join("thing");
    let deep = "[".repeat(200_000);
    let mut noise = Vec::new();
    for i in 0..50_000u32 {
        noise.push((i.wrapping_mul(2_654_435_761) >> 24) as u8);
    }
    let whole = std::fs::read(fixture("two-stairs.json")).unwrap();
    let cases: [(&[u8], &str); 9] = [
        (b"", "E_FORMAT"),
        (b"\0\0\0\0", "E_FORMAT"),
        (&noise, "E_FORMAT"),
        (deep.as_bytes(), "E_FORMAT"),
        (b"{}", "E_FORMAT"),
        (b"{\"format\":\"xiaoan-crowd/1\",\"nodes\":1e999}", "E_FORMAT"),
        (&whole[..whole.len() / 2], "E_FORMAT"),
        (&vec![b' '; (8 << 20) + 1], "E_TOO_LARGE"),
        ("学校".as_bytes(), "E_FORMAT"),
    ];
    for (bytes, code) in cases {
        std::fs::write(&file, bytes).unwrap();
        refused(&["plan", text(&file)], &[code]);
    }
    refused(&["bound", text(&folder.path().join("absent.json"))], &["E_FORMAT"]);
    refused(&["bound", "/dev/zero"], &["E_FORMAT"]);
    // an empty folder lacks every table
    let empty = TempDir::new();
    refused(&["bound", text(empty.path())], &["E_FORMAT"]);
    for name in ["buildings", "stairs", "halls", "rooms", "gates"] {
        std::fs::write(empty.path().join(format!("{name}.csv")), &noise).unwrap();
    }
    refused(&["bound", text(empty.path())], &["E_FORMAT"]);
    for name in ["buildings", "stairs", "halls", "rooms", "gates"] {
        std::fs::write(empty.path().join(format!("{name}.csv")), vec![b','; (8 << 20) + 1]).unwrap();
    }
    refused(&["bound", text(empty.path())], &["E_TOO_LARGE"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let folder = TempDir::new();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    refused(&["bound", text(&pipe)], &["E_FORMAT"]);
    // nor one among the tables
    assert!(std::process::Command::new("mkfifo").arg(folder.path().join("rooms.csv")).status().unwrap().success());
    refused(&["bound", text(folder.path())], &["E_FORMAT"]);
}

#[test]
fn wrong_usage_is_told_apart_from_refusal() {
    let file = fixture("two-stairs.json");
    let file = text(&file);
    let cases: [&[&str]; 10] = [
        &["plan", file, "--phone"],
        &[],
        &["bound"],
        &["dance", file],
        &["plan", file, "--budget-ms", "soon"],
        &["plan", file, "--budget-ms", "10", "--steps", "10"],
        &["plan", file, "--budget-ms", "600001"],
        &["plan", file, "--steps", "-1"],
        &["plan", file, "--seed", "x"],
        &["plan", file, "--json", "-", "--svg", "-"],
    ];
    for args in cases {
        crowd(args).refused(2, "");
    }
    let folder = TempDir::new();
    let nowhere = folder.path().join("no/such/plan.svg");
    crowd(&["plan", file, "--steps", "1", "--svg", text(&nowhere)]).refused(1, "找不到");
}

#[test]
fn without_json_a_person_reads_the_answer() {
    let file = fixture("two-stairs.json");
    let said = |command: &str| crowd(&[command, text(&file), "--steps", "50"]).fine().out;
    assert!(said("bound").contains("错时放学最快也要"));
    let plan = said("plan");
    assert!(
        plan.contains("全部离校") && plan.contains("5-1") && plan.contains("管理参考，不代替消防设计审查"),
        "{plan}"
    );
    assert!(said("evacuate").contains("各走最近的出口要"));
    let shut = crowd(&["plan", text(&file), "--closure", "both", "--steps", "50"]).fine().out;
    assert!(shut.contains("没有通路的班级：5-1、6-1"), "{shut}");
}
