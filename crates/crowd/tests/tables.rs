//! Plain tables: same bounds as the instance files, both encodings, faults with table, row and column.

use crate::support::{folder, json, reference};
use crowd::{Code, Faults, Instance, bound_json, draft_from_tables};

type Files = Vec<(String, Vec<u8>)>;

fn own() -> Files {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tables");
    folder(&dir)
}

fn read(files: &Files) -> Result<Instance, Faults> {
    Instance::new(draft_from_tables("own", files)?)
}

/// One table changed as text.
fn with(name: &str, from: &str, to: &str) -> Files {
    let mut files = own();
    let table = files.iter_mut().find(|f| f.0 == name).unwrap();
    let text = String::from_utf8(table.1.clone()).unwrap();
    assert!(text.contains(from), "{text}");
    table.1 = text.replacen(from, to, 1).into_bytes();
    files
}

#[test]
fn acceptance_07_reference_tables_give_the_bounds() {
    let Some(dir) = reference() else { return };
    for (name, want) in [("dev-02-primary12", 331), ("dev-03-middle18", 412)] {
        let files = folder(&dir.join("tables").join(name));
        let school = Instance::new(draft_from_tables(name, &files).unwrap()).unwrap();
        let bound = bound_json(&school).unwrap();
        assert_eq!(bound["lower_bound_dismissal_s"], want, "{name}");
        let whole = Instance::from_json(&std::fs::read(dir.join(format!("{name}.json"))).unwrap()).unwrap();
        assert_eq!(bound, bound_json(&whole).unwrap(), "{name}: the same in every figure");
    }
}

#[test]
fn gb18030_and_utf8_are_read_alike() {
    let utf8 = read(&own()).unwrap();
    let gb: Files = own()
        .into_iter()
        .map(|(name, bytes)| {
            let text = String::from_utf8(bytes).unwrap();
            (name, encoding_rs::GB18030.encode(&text).0.into_owned())
        })
        .collect();
    assert_ne!(gb, own(), "the fixture has Chinese letters");
    assert_eq!(read(&gb).unwrap().draft(), utf8.draft());
    let marked: Files = own().into_iter().map(|(n, b)| (n, [b"\xef\xbb\xbf".to_vec(), b].concat())).collect();
    assert_eq!(read(&marked).unwrap().draft(), utf8.draft());
}

#[test]
fn a_pickup_place_and_a_link_are_built() {
    let school = read(&own()).unwrap();
    let draft = json(serde_json::to_string(school.draft()).unwrap().as_bytes());
    let edge = |id: &str| draft["edges"].as_array().unwrap().iter().find(|e| e["id"] == id).cloned();
    assert_eq!(edge("PICKUP>STREET").unwrap()["cap_ps"], 2.0);
    assert_eq!(edge("东2-S1>西2-S1").unwrap()["two_way"], true);
    // 24 steps of 0.15/0.28 and two landings of 1.5 m
    assert_eq!(edge("东-T1-2>东-T1-1").unwrap()["length_m"], 10.62);
    let plan = crowd::plan(&school, 1, |s| s < 300).unwrap();
    assert_eq!(crate::support::judge(&school, &plan).faults, Vec::<String>::new());
    let shut = school.closed("link").unwrap();
    assert_eq!(shut.shut(), ["东2-S1>西2-S1"]);
}

#[test]
fn blanks_are_assumed_and_said_so() {
    let files = with("stairs.csv", "东,1,2,1.5,", "东,1,2,,");
    let school = read(&files).unwrap();
    let notices = school.notices();
    let assumed: Vec<_> = notices.iter().filter(|n| n.code == Code::W_ASSUMED).collect();
    assert!(assumed.iter().any(|n| n.message.contains("stairs.csv 第 2 行 width_m")), "{assumed:?}");
    let paces = with("gates.csv", "60", "100步");
    let school = read(&paces).unwrap();
    let walk = school.draft().edges.iter().find(|e| e.from == "ASSEMBLY").unwrap();
    assert_eq!(walk.length_m, 65.0);
}

fn crlf(b: u8) -> Vec<u8> {
    if b == b'\n' { vec![b'\r', b'\n'] } else { vec![b] }
}

#[test]
fn faults_name_table_row_and_column() {
    let cases = [
        ("stairs.csv", "东,1,2,1.5,", "东,1,2,150,", Code::E_WIDTH_RANGE, "stairs.csv 第 2 行 width_m"),
        ("rooms.csv", "一1,1,45", "一1,1,450", Code::E_CLASS_SIZE, "rooms.csv 第 2 行 pupils"),
        ("rooms.csv", "东,1,东101", "东,7,东101", Code::E_CLASS_ROOM, "rooms.csv 第 2 行 floor"),
        ("rooms.csv", "二1", "一1", Code::E_ID_DUPLICATE, "rooms.csv 第 3 行 pupils"),
        ("rooms.csv", "东102", "东101", Code::E_ID_DUPLICATE, "rooms.csv 第 3 行 room"),
        ("buildings.csv", "3.6", "三米六", Code::E_FORMAT, "buildings.csv 第 2 行 floor_height_m"),
        ("stairs.csv", "西,1,3", "南,1,3", Code::E_NODE_UNKNOWN, "stairs.csv 第 3 行 building"),
        ("gates.csv", "60", "900", Code::E_LENGTH_RANGE, "gates.csv 第 2 行 distance_from_assembly_m"),
    ];
    for (table, from, to, code, place) in cases {
        let files = with(table, from, to);
        // As Excel saves them: the same rows.
        let saved: Files =
            files.iter().map(|(name, text)| (name.clone(), text.iter().flat_map(|b| crlf(*b)).collect())).collect();
        for files in [files, saved] {
            let faults = read(&files).unwrap_err();
            let found = faults.0.iter().any(|f| f.code == code && f.place == place);
            assert!(found, "{table} {from} -> {to}: {faults}");
        }
    }
    let missing: Files = own().into_iter().filter(|f| f.0 != "gates.csv").collect();
    assert_eq!(read(&missing).unwrap_err().codes(), [Code::E_FORMAT]);
}

/// Nobody measured the treads: the figure that stands in for them is no finding against the house, and none for it.
#[test]
fn what_was_assumed_is_no_data_for_the_code_check() {
    let file = |name: &str, text: &str| (format!("{name}.csv"), text.as_bytes().to_vec());
    let school = |treads: &str| {
        let files = [
            file("buildings", &format!("building,floors,tread_m\nA,2,{treads}\n")),
            file("stairs", "building,stair,x_m,width_m,exit_door_m\nA,1,1,1.5,1.4\n"),
            file("rooms", "building,floor,room,x_m,class,grade,pupils\nA,2,201,10,7-1,7,40\n"),
            file("gates", "gate,width_m,distance_from_assembly_m\n大门,4,40\n"),
        ];
        crowd::Instance::new(crowd::draft_from_tables("x", &files).unwrap()).unwrap()
    };
    let tread = |treads: &str| {
        let checks = crowd::checks(school(treads).draft());
        checks.into_iter().find(|c| c.subject.ends_with("踏步宽")).unwrap()
    };
    let (blank, narrow) = (tread(""), tread("0.25"));
    assert_eq!((blank.finding, blank.have), (crowd::Finding::NoData, None));
    assert_eq!((narrow.finding, narrow.have), (crowd::Finding::FallsShort, Some(0.25)));
    let told = school("").notices();
    assert!(!told.iter().any(|n| n.place.contains("踏步宽")), "{told:?}");
}
