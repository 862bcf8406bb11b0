//! Packs that are wrong: each a small patch over the clean one, with the exact findings that it must give, by code, file
//! and line. `packs/broken` are faults, `packs/burden` are the seeded violations of the burden lint.
//!
//! A patch replaces the first place of the `-` lines (after the line that holds the text of `after`) by the `+` lines. An
//! expected finding stands on the line of its `at` text (after `after`), moved by `line`.

use std::path::{Path, PathBuf};

use safety::pack::{self, builtin};

fn fixtures(kind: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs").join(kind);
    let mut all: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

#[derive(Default)]
struct Block {
    head: Vec<String>,
    after: Option<String>,
    minus: Vec<String>,
    plus: Vec<String>,
    at: Option<String>,
    line: Option<i64>,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap();
        if matches!(word, "patch" | "expect") {
            out.push(Block { head: line.split(' ').map(Into::into).collect(), ..Block::default() });
            continue;
        }
        let block = out.last_mut().unwrap();
        match word {
            "after" => block.after = Some(rest.into()),
            "-" => block.minus.push(rest.into()),
            "+" => block.plus.push(rest.into()),
            "at" => block.at = Some(rest.into()),
            "line" => block.line = Some(rest.parse().unwrap()),
            other => panic!("{other}"),
        }
    }
    out
}

/// Where the line that holds `after` begins; 0 without one.
fn anchor(text: &str, after: Option<&String>) -> usize {
    after.map_or(0, |a| text.find(a.as_str()).unwrap_or_else(|| panic!("{a} is not there")))
}

fn line_of(text: &str, byte: usize) -> i64 {
    text[..byte].matches('\n').count() as i64 + 1
}

/// Gives what a fixture expects and what the check finds: `code file:line`.
fn run(path: &Path) -> (Vec<String>, Vec<String>) {
    let mut files = builtin::files();
    let mut expected = Vec::new();
    for block in blocks(&std::fs::read_to_string(path).unwrap()) {
        if block.head[0] == "patch" {
            let text = files.get_mut(&block.head[1]).unwrap();
            let from = anchor(text, block.after.as_ref());
            let old = block.minus.join("\n");
            let at = from + text[from..].find(&old).unwrap_or_else(|| panic!("{}: {old}", path.display()));
            text.replace_range(at..at + old.len(), &block.plus.join("\n"));
            continue;
        }
        let (code, file) = (&block.head[1], &block.head[2]);
        let text = &files[file];
        let from = anchor(text, block.after.as_ref());
        let line = match (&block.after, &block.at) {
            (None, None) => block.line.unwrap(),
            (_, at) => {
                let byte = at.as_ref().map_or(from, |a| from + text[from..].find(a.as_str()).unwrap());
                line_of(text, byte) + block.line.unwrap_or(0)
            }
        };
        expected.push(format!("{code} {file}:{line}"));
    }
    let (_, findings) = pack::check(&files);
    let found = findings.iter().map(|f| format!("{} {}:{}", f.what.code(), f.at.file, f.at.line)).collect();
    (expected, found)
}

#[test]
fn broken_packs_give_exactly_their_findings() {
    let all = fixtures("broken");
    assert!(all.len() >= 15, "{}", all.len());
    for path in all {
        let (mut expected, mut found) = run(&path);
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{}", path.display());
    }
}

#[test]
fn twelve_seeded_burdens_are_twelve_findings() {
    let all = fixtures("burden");
    assert_eq!(all.len(), 12);
    let mut findings = 0;
    for path in all {
        let (expected, found) = run(&path);
        assert_eq!(found, expected, "{}", path.display());
        findings += found.len();
    }
    assert_eq!(findings, 12);
}
