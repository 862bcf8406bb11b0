//! The shape of the house, held by plain `cargo test`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The only allowed edges (docs/architecture.md). A new one is argued in a commit of its own.
const EDGES: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("db", &["base"]),
    ("journal", &["base"]),
    ("crowd", &[]),
    ("assets", &[]),
    ("safety", &["base", "db", "journal", "crowd"]),
    ("web", &["base", "db", "journal", "safety", "assets"]),
    ("courier", &["base"]),
    ("fakes", &["base"]),
    ("xiaoan", &["base", "db", "journal", "safety", "web", "crowd", "courier", "fakes"]),
    ("tidy", &[]),
    // dev only: drives the real binary, for the bench and the fault tests
    ("load", &["base", "db", "journal", "safety"]),
];

/// What only one floor may know: a crate of the registry and the rooms that may name it.
const FLOORS: &[(&str, &[&str])] = &[
    ("rusqlite", &["db"]),
    ("postgres", &["db"]),
    ("axum", &["web", "xiaoan", "fakes"]),
    ("askama", &["web"]),
    ("tokio", &["web", "xiaoan", "courier", "fakes"]),
    ("clap", &["xiaoan"]),
];

const FILE_LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn files(ends: &[&str]) -> Vec<(String, String)> {
    let out = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(out.status.success(), "git ls-files");
    let names = String::from_utf8(out.stdout).unwrap();
    let wanted = names.lines().filter(|n| ends.iter().any(|e| n.ends_with(e)));
    wanted.filter_map(|n| Some((n.to_string(), std::fs::read_to_string(root().join(n)).ok()?))).collect()
}

#[test]
fn crates_use_only_the_crates_drawn_in_the_house() {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        EDGES.iter().map(|(c, d)| (*c, d.iter().copied().collect())).collect();
    let ours: BTreeSet<&str> = allowed.keys().copied().collect();
    let mut seen = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let may = allowed.get(name).unwrap_or_else(|| panic!("{name} is not drawn in the house"));
        for dep in package["dependencies"].as_array().unwrap() {
            let (on, dev) = (dep["name"].as_str().unwrap(), dep["kind"].as_str() == Some("dev"));
            if dev {
                continue;
            }
            seen += 1;
            if ours.contains(on) {
                assert!(may.contains(on), "{name} -> {on} is an edge that is not drawn");
            }
            if let Some((_, rooms)) = FLOORS.iter().find(|(c, _)| *c == on) {
                assert!(rooms.contains(&name), "{name} must not know {on}");
            }
        }
    }
    assert!(seen > 20, "only {seen} dependencies were looked at");
}

#[test]
fn no_source_file_is_longer_than_a_person_reads() {
    let long: Vec<String> = files(&[".rs", ".ts"])
        .into_iter()
        .filter(|(name, _)| !name.ends_with(".d.ts"))
        .filter_map(|(name, text)| {
            let lines = text.lines().count();
            (lines > FILE_LINES).then(|| format!("{name}: {lines}"))
        })
        .collect();
    assert!(long.is_empty(), "over {FILE_LINES} lines: {long:?}");
}

/// Chinese in `safety` outside comments and tests would be a sentence in a rule.
#[test]
fn the_nouns_speak_no_chinese() {
    let mut found = Vec::new();
    for (name, text) in files(&[".rs"]).into_iter().filter(|(n, _)| n.starts_with("crates/safety/src/")) {
        let code = text.split("#[cfg(test)]").next().unwrap_or("");
        for (i, line) in code.lines().enumerate() {
            let line = line.split("//").next().unwrap_or("");
            if line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
                found.push(format!("{name}:{}", i + 1));
            }
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn time_and_randomness_enter_only_through_base() {
    let signs = [
        "SystemTime::now",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "Uuid::new_v4",
        "Uuid::now_v7",
        "thread_rng",
    ];
    for (name, text) in files(&[".rs"]) {
        let exempt = name.starts_with("crates/base/") || name.contains("/tests/") || name.starts_with("tests/");
        for sign in signs.iter().filter(|_| !exempt) {
            assert!(!text.contains(sign), "{name} uses {sign}");
        }
    }
}

/// Paths that the documents name must exist: a document that lies is worse than none.
#[test]
fn every_path_that_a_document_names_exists() {
    let mut checked = 0;
    for (name, text) in files(&[".md"]) {
        let dir = root().join(&name).parent().unwrap().to_path_buf();
        for (i, part) in text.split("](").enumerate() {
            if i == 0 {
                continue;
            }
            let link = part.split([')', '#', ' ']).next().unwrap_or("");
            if link.is_empty() || link.contains("://") || link.starts_with('/') {
                continue;
            }
            assert!(dir.join(link).exists(), "{name} links to {link}, which is not there");
            checked += 1;
        }
        for code in text.split('`').skip(1).step_by(2) {
            let path = code.split([':', ' ', '(']).next().unwrap_or("");
            let ours = ["crates/", "docs/", "tests/", "scripts/", "packs/", "e2e/"].iter().any(|p| path.starts_with(p));
            if ours && !path.contains(['*', '{', '<', '…']) {
                assert!(root().join(path).exists(), "{name} names {path}, which is not there");
                checked += 1;
            }
        }
    }
    assert!(checked > 0, "no document names any path");
}

/// Each noun folder of `safety` has its line in the glossary.
#[test]
fn the_glossary_knows_every_noun() {
    let glossary = std::fs::read_to_string(root().join("docs/glossary.md")).expect("docs/glossary.md");
    for entry in std::fs::read_dir(root().join("crates/safety/src")).unwrap().flatten().filter(|e| e.path().is_dir()) {
        let noun = entry.file_name().into_string().unwrap();
        if ["kernel", "migrations"].contains(&noun.as_str()) {
            continue;
        }
        assert!(glossary.contains(&format!("| {noun} |")), "docs/glossary.md does not know {noun}");
    }
}

/// docs/items.md has each of the 23 items once, with one of three words and, where it is not `none`, a test that exists.
#[test]
fn the_items_of_the_notice_are_told_truly() {
    let text = std::fs::read_to_string(root().join("docs/items.md")).expect("docs/items.md");
    let notice: Vec<String> = [5, 6, 5, 4, 3]
        .iter()
        .enumerate()
        .flat_map(|(part, n)| (1..=*n).map(move |i| format!("{}.{i}", part + 1)))
        .collect();
    assert_eq!(notice.len(), 23);
    let rows: Vec<Vec<&str>> =
        text.lines().filter(|l| l.starts_with("| ")).map(|l| l.split('|').map(str::trim).collect()).collect();
    let items: Vec<&Vec<&str>> = rows.iter().filter(|r| r[1].contains('.')).collect();
    assert_eq!(items.iter().map(|r| r[1]).collect::<Vec<_>>(), notice);
    for row in items {
        let word = row[3].split([':', ' ']).next().unwrap();
        assert!(["none", "part", "whole"].contains(&word), "{}: {word}", row[1]);
        assert_eq!(word == "none", row[5] == "–", "{}: what is done is shown by a test", row[1]);
    }
}
