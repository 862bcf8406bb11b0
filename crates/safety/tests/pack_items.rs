//! The notice by phrase: cut without losing a byte, every duty served by something, and told truly in docs/items.md.

use std::fmt::Write;
use std::path::Path;

use safety::pack::model::{Owes, PhraseKind, Served};
use safety::pack::{Pack, builtin};
use sha2::{Digest, Sha256};

/// The notice as it came; nobody edits it.
const NOTICE: &str = "0269c212480e2c1f76b7523ed3e346d3e8efb1e38310b89ad3a0864b55f210dc";
const BEGIN: &str = "<!-- phrases: written by the test; XIAOAN_REDRAW=1 cargo test -p safety --test main items -->\n";

#[test]
fn joined_phrases_are_the_notice_byte_for_byte() {
    let pack = Pack::builtin();
    let mut joined = String::new();
    for item in &pack.items {
        joined.push_str(&item.before);
        item.phrases.iter().for_each(|p| joined.push_str(&p.text));
    }
    joined.push_str(&pack.after);
    assert_eq!(joined, builtin::files()["notice.txt"]);
    let hash: String = Sha256::digest(joined.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(hash, NOTICE);
    let between: String = pack.items.iter().skip(1).map(|i| i.before.as_str()).collect();
    let plain = |c: char| c.is_whitespace() || c.is_ascii_digit() || "一二三四五六、，".contains(c);
    let words: String = between.chars().filter(|c| !plain(*c)).collect();
    assert!(words.chars().count() < 100, "only the headings of chapters stand between items: {words}");
}

#[test]
fn every_duty_phrase_names_who_owes_it_what_serves_it_and_what_shows_it() {
    let pack = Pack::builtin();
    let (mut duties, mut parts) = (0, [0, 0, 0]);
    for phrase in pack.items.iter().flat_map(|i| &i.phrases) {
        let PhraseKind::Duty { entries, evidence, served, .. } = &phrase.kind else { continue };
        duties += 1;
        assert!(!entries.is_empty() && !evidence.is_empty(), "{}", phrase.key);
        match served {
            Served::Whole => parts[0] += 1,
            Served::Part(how) => {
                assert!(how.chars().count() >= 6, "{}", phrase.key);
                parts[1] += 1;
            }
            Served::None(by) => {
                assert!(["C", "D", "E", "F"].contains(&by.as_str()), "{}: {by}", phrase.key);
                parts[2] += 1;
            }
        }
    }
    assert_eq!(duties, parts.iter().sum::<i32>());
    assert!(duties >= 75, "{duties}");
    for item in &pack.items {
        let duty = |p: &&safety::pack::model::Phrase| matches!(p.kind, PhraseKind::Duty { .. });
        assert!(item.phrases.iter().any(|p| duty(&p)), "{} asks nothing of anybody", item.number);
        assert_eq!(item.phrases[0].kind, PhraseKind::Naming, "{}", item.number);
    }
}

#[test]
fn items_lists_every_phrase_as_the_pack_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/items.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, told) = text.split_once(BEGIN).expect("docs/items.md has the mark");
    let is = listed(&Pack::builtin());
    if std::env::var_os("XIAOAN_REDRAW").is_some() {
        std::fs::write(&path, format!("{head}{BEGIN}{is}")).unwrap();
        return;
    }
    assert_eq!(told, is, "docs/items.md is behind the pack: XIAOAN_REDRAW=1 cargo test -p safety --test main items");
}

fn listed(pack: &Pack) -> String {
    let mut out = String::from("\n## By phrase\n\nWho owes it · what serves it · what shows it · how far today.\n");
    for item in &pack.items {
        write!(out, "\n### {} {}\n\n", item.number, item.head).unwrap();
        for phrase in &item.phrases {
            let number = phrase.key.replace('#', " no. ");
            let text = phrase.text.trim();
            match &phrase.kind {
                PhraseKind::Naming => {}
                PhraseKind::Aim => writeln!(out, "- {number} 「{text}」 aim").unwrap(),
                PhraseKind::Duty { owes, entries, evidence, served } => {
                    let owes = match owes {
                        Owes::School => "schools",
                        Owes::Bureau => "bureaus",
                        Owes::Both => "schools and bureaus",
                    };
                    let far = match served {
                        Served::Whole => "whole".to_string(),
                        Served::Part(how) => format!("part: {how}"),
                        Served::None(by) => format!("none, comes with part {by}"),
                    };
                    let entries = entries.join(", ").replace('@', "noun ");
                    writeln!(out, "- {number} 「{text}」 {owes} · {entries} · {evidence} · **{far}**").unwrap();
                }
            }
        }
    }
    out
}
