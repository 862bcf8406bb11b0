//! The built-in pack reads without a finding, and keeps the numbers by which the nouns judged before it was a file.

use base::Ms;
use safety::pack::{self, Pack, What, builtin, nouns};

#[test]
fn the_built_in_pack_reads_without_a_finding() {
    let (pack, findings) = pack::read(&builtin::files());
    assert_eq!(findings, [], "{findings:#?}");
    assert_eq!((pack.items.len(), pack.topics.len()), (23, 9));
    assert!(pack.entries.iter().filter(|e| e.makes_cells()).count() >= 15);
    for id in ["meet.bureau", "meet.school", "meet.special", "edu.topics", "edu.law", "duty.paper", "hazard.coverage"] {
        assert!(pack.entry(id).is_some(), "{id}");
    }
    assert!(pack.entry("drill.day").unwrap().makes_cells());
    assert!(!pack.entry("patrol.rounds").unwrap().makes_cells(), "nobody could record a round yet");
}

#[test]
fn numbers_keep_their_values() {
    let pack = Pack::builtin();
    let days = |key: &str| pack.span(key) / Ms::DAY;
    let is: Vec<i64> = nouns::KEYS.iter().map(|k| days(k)).collect();
    assert_eq!(
        is,
        [1, 1, 1, 7, 30, 30, 1, 3, 2, 10, 30, 30, 3, 0, 0, 0, 0, 0, 0, 0, 7, 30, 7, 0, 0, 1, 0, 0, 1, 1, 2, 7, 0]
    );
    let minutes = |key: &str| pack.span(key) / Ms::MINUTE;
    let first = ["phone", "written", "party", "sign", "level", "follow.gap", "class.a.lost"];
    assert_eq!(first.map(|k| minutes(&format!("incident.{k}"))), [30, 120, 60, 30, 120, 60, 120]);
    assert_eq!(["alarm", "hazard", "outside", "absence"].map(|k| minutes(&format!("clue.{k}"))), [15, 120, 120, 1_440]);
    assert_eq!(minutes("notice.urgent"), 30);
    let counts: Vec<i64> = nouns::COUNTS.iter().map(|k| pack.count(k)).collect();
    assert_eq!(counts, [30, 100, 10_000, 10, 50, 5_000, 3, 10, 1_000, 1, 3, 5, 1, 3, 5]);
    assert_eq!(pack.param("hazard.decide").clause, "4.1");
    assert_eq!(pack.points("stair"), ["clear", "light", "rail", "sign"]);
    assert_eq!(pack.points("fence"), pack.points("other"), "a kind of place without its own points");
}

#[test]
fn the_hash_does_not_see_spelling_but_every_number() {
    let files = builtin::files();
    let hash = |files: &pack::Files| pack::read(files).0.hash;
    let mut other = files.clone();
    let text = other.get_mut("params.toml").unwrap();
    *text = format!("# a remark\n{}", text.replace("value = \"7 days\"", "value =   \"7 days\""));
    assert_eq!(hash(&files), hash(&other));
    let text = other.get_mut("params.toml").unwrap();
    *text = text.replace("\"7 days\"", "\"8 days\"");
    assert_ne!(hash(&files), hash(&other));
}

#[test]
fn a_fault_is_named_with_its_line() {
    let mut files = builtin::files();
    let text = files.get_mut("obligations/2-focus.toml").unwrap();
    *text = text.replacen("clause = \"2.6\"", "clause = \"2.9\"", 1);
    let (_, findings) = pack::read(&files);
    let first = &findings[0];
    assert_eq!(first.what, What::UnknownClause { clause: "2.9".into() });
    assert_eq!((first.at.file.as_str(), first.at.line), ("obligations/2-focus.toml", 6));
    assert_eq!(findings.len(), 1, "{findings:#?}");
}

#[test]
fn the_clean_packs_have_no_finding() {
    for files in [builtin::files(), folder("example-2026")] {
        let (pack, findings) = pack::check(&files);
        assert_eq!(findings, [], "{}: {findings:#?} {:?}", pack.id, pack::burden::weekly_tenths(&pack));
    }
}

fn folder(name: &str) -> pack::Files {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs").join(name);
    let mut files = pack::Files::new();
    let mut open = vec![root.clone()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}
