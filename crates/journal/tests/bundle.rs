use std::collections::BTreeMap;

use base::{Ms, Seed};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use journal::{Bundle, BundleFault, Leaf, RecordProof, Value, canonical, commitment, limits, prove, verify_bundle};

use crate::world::{Log, leaf, leaves, signer};

const PLACE: usize = 137;

struct Case {
    log: Log,
    leaf: Leaf,
    bundle: Bundle,
    salt: [u8; 32],
}

/// A hazard, the 138th of 300 leaves.
fn case() -> Case {
    let mut seed = Seed::named(8, "hazard");
    let (salt, shape) = (seed.bytes32(), leaf(&mut seed));
    let columns = BTreeMap::from([
        ("id".to_owned(), Value::Bytes(shape.id.bytes().to_vec())),
        ("county".to_owned(), Value::Int(220_281)),
        ("version".to_owned(), Value::Int(3)),
        ("title".to_owned(), Value::Text("三楼走廊灭火器压力不足 \"北侧\"".into())),
        ("level".to_owned(), Value::Int(-2)),
        ("photo_hash".to_owned(), Value::Bytes(vec![0, 255, 16])),
    ]);
    let commit = commitment(&salt, &canonical(&columns));
    let one = Leaf { table: "hazard".into(), county: 220_281, version: 3, erased: false, commit, ..shape };
    let mut entries = leaves(300, "bundle log");
    entries[PLACE] = one.encode();
    let mut log = Log::of(entries, "key");
    let proof = prove(&mut log.store, PLACE as u64, 300).unwrap();
    let record = Some((columns, salt));
    let bundle = Bundle::new(&log.vkey, &log.checkpoint, PLACE as u64, &one.encode(), &proof, "hazard", record);
    Case { log, leaf: one, bundle, salt }
}

fn fault(bundle: &Bundle, vkey: &str) -> &'static str {
    verify_bundle(&bundle.to_json(), Some(vkey)).expect_err("must be refused").code()
}

#[test]
fn a_bundle_proves_the_record_offline() {
    let Case { log, leaf, bundle, .. } = case();
    let json = bundle.to_json();
    assert!(json.len() < 8 * 1024, "{} bytes", json.len());
    let report = verify_bundle(&json, Some(&log.vkey)).unwrap();
    assert_eq!((report.origin.as_str(), report.index, report.size), ("220200.xiaoan/log/2026", 137, 300));
    assert_eq!((report.op, report.table, report.id, report.version), (leaf.op, leaf.table, leaf.id, 3));
    assert_eq!((report.received_at, report.claimed_at), (leaf.received_at, leaf.claimed_at));
    assert_eq!((report.record, report.key_trusted, report.erased), (RecordProof::Proven, true, false));
    assert!(!verify_bundle(&json, None).unwrap().key_trusted);
    assert_eq!(serde_json::from_str::<Bundle>(&json).unwrap(), bundle);
    // As others would read it.
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["format"], "xiaoan-proof/1");
    assert_eq!(value["record"]["level"], -2);
    assert_eq!(value["record"]["photo_hash"]["hex"], "00ff10");
    assert_eq!(value["record"]["title"], "三楼走廊灭火器压力不足 \"北侧\"");
}

#[test]
fn a_withheld_record_leaves_the_act_proven() {
    let Case { log, bundle, .. } = case();
    let withheld = Bundle { record: None, salt: None, ..bundle.clone() };
    let json = withheld.to_json();
    assert!(!json.contains("record") && !json.contains("salt"));
    assert_eq!(verify_bundle(&json, Some(&log.vkey)).unwrap().record, RecordProof::Withheld);
    assert_eq!(fault(&Bundle { record: None, ..bundle.clone() }, &log.vkey), "salt");
    assert_eq!(fault(&Bundle { salt: None, ..bundle }, &log.vkey), "salt");
}

#[test]
fn each_changed_field_is_refused_by_name() {
    let Case { log, leaf, bundle, salt } = case();
    let refused = |change: &dyn Fn(&mut Bundle), code: &str| {
        let mut other = bundle.clone();
        change(&mut other);
        assert_ne!(other, bundle);
        assert_eq!(fault(&other, &log.vkey), code);
    };
    refused(&|b| b.format = "xiaoan-proof/2".into(), "format");
    refused(&|b| b.vkey = signer("other").verifier_key(), "other_key");
    refused(&|b| b.checkpoint = b.checkpoint.replacen("\n300\n", "\n301\n", 1), "signature");
    refused(&|b| b.checkpoint = "300".into(), "checkpoint");
    refused(&|b| b.checkpoint = signer("other").checkpoint(300, log.head().root), "signature");
    refused(&|b| b.index = 136, "inclusion");
    refused(&|b| b.index = 300, "index");
    refused(&|b| b.index = u64::MAX, "index");
    refused(&|b| b.leaf = "AAAA".into(), "leaf");
    refused(&|b| b.leaf.push('='), "leaf");
    refused(&|b| b.leaf = STANDARD.encode(&log.entries[136]), "inclusion");
    let backdated = Leaf { received_at: leaf.received_at.plus(-Ms::HOUR), ..leaf.clone() };
    refused(&|b| b.leaf = STANDARD.encode(backdated.encode()), "inclusion");
    refused(&|b| b.proof.swap(0, 1), "inclusion");
    refused(&|b| b.proof[3] = STANDARD.encode([0; 32]), "inclusion");
    refused(&|b| b.proof[3] = "AAAA".into(), "inclusion");
    refused(&|b| b.proof.truncate(3), "inclusion");
    refused(&|b| b.proof = vec![STANDARD.encode([0; 32]); 2_000], "inclusion");
    refused(&|b| b.table = "incident".into(), "table");
    refused(&|b| b.salt = Some("00".repeat(32)), "record");
    refused(&|b| b.salt = Some(b.salt.clone().unwrap().to_uppercase()), "salt");
    // HMAC takes a key with zeros behind it for the key without them.
    refused(&|b| b.salt = b.salt.clone().map(|salt| salt + "00"), "salt");
    assert_eq!(commitment(&salt, b"x"), commitment(&[&salt[..], &[0]].concat(), b"x"));
}

#[test]
fn each_changed_column_is_refused() {
    let Case { log, bundle, .. } = case();
    let columns = bundle.record.clone().unwrap();
    let refused = |other: BTreeMap<String, Value>, code: &str| {
        assert_eq!(fault(&Bundle { record: Some(other), ..bundle.clone() }, &log.vkey), code);
    };
    let named = ["id", "county", "version"];
    for (name, value) in &columns {
        let mut other = columns.clone();
        let changed = match value {
            Value::Int(n) => Value::Int(n + 1),
            Value::Text(text) => Value::Text(text.clone() + " "),
            Value::Bytes(bytes) => Value::Bytes(bytes[1..].to_vec()),
        };
        other.insert(name.clone(), changed);
        refused(other, if named.contains(&name.as_str()) { "identity" } else { "record" });
        let mut other = columns.clone();
        other.remove(name);
        refused(other, "record");
    }
    for (name, value) in [("note", Value::Int(0)), ("salt", Value::Bytes(vec![1])), ("", Value::Text(String::new()))] {
        let mut other = columns.clone();
        other.insert(name.to_owned(), value);
        refused(other, "record");
    }
    let mut other = columns.clone();
    // The same letters as another kind of value.
    other.insert("level".into(), Value::Text("-2".into()));
    refused(other, "record");
}

#[test]
fn a_record_that_its_own_leaf_does_not_name_is_refused_even_when_committed_to() {
    // A server that put another record's content under this record's id.
    let Case { log, leaf, bundle, salt } = case();
    let mut columns = bundle.record.clone().unwrap();
    columns.insert("id".into(), Value::Bytes(vec![7; 16]));
    let wrong = Leaf { commit: commitment(&salt, &canonical(&columns)), ..leaf };
    let mut entries = log.entries.clone();
    entries[PLACE] = wrong.encode();
    let mut other = Log::of(entries, "key");
    let proof = prove(&mut other.store, PLACE as u64, 300).unwrap();
    let record = Some((columns, salt));
    let bundle = Bundle::new(&other.vkey, &other.checkpoint, PLACE as u64, &wrong.encode(), &proof, "hazard", record);
    assert_eq!(verify_bundle(&bundle.to_json(), None), Err(BundleFault::Identity("id")));
}

#[test]
fn json_that_is_not_exactly_a_bundle_is_refused() {
    let Case { log, bundle, .. } = case();
    let json = bundle.to_json();
    let code = |text: &str| verify_bundle(text, Some(&log.vkey)).expect_err(text).code();
    assert_eq!(code(""), "json");
    assert_eq!(code("[]"), "json");
    assert_eq!(code(&json[..json.len() - 1]), "json");
    assert_eq!(code(&(json.clone() + "{}")), "json");
    assert_eq!(code(&" ".repeat(limits::BUNDLE_BYTES_MAX + 1)), "too_big");
    assert_eq!(code(&json.replacen('{', "{\"note\": 1,", 1)), "json", "a field more");
    assert_eq!(code(&json.replacen('{', "{\"index\": 137,", 1)), "json", "a field twice");
    assert_eq!(code(&json.replacen("\"level\": -2", "\"level\": -2, \"level\": -2", 1)), "json", "a column twice");
    for value in [
        "-2.0",
        "null",
        "true",
        "[]",
        "{}",
        "9223372036854775808",
        "{\"hex\": \"0G\"}",
        "{\"hex\": \"0\"}",
        "{\"hex\": \"\", \"x\": 1}",
    ] {
        let text = json.replacen("\"level\": -2", &format!("\"level\": {value}"), 1);
        assert_ne!(text, json);
        assert_eq!(code(&text), "json", "level as {value}");
    }
    let nulls = serde_json::from_str::<serde_json::Value>(&json).unwrap();
    for field in ["record", "salt"] {
        let mut other = nulls.clone();
        other[field] = serde_json::Value::Null;
        assert_eq!(code(&other.to_string()), "json", "{field} null");
    }
}

#[test]
fn no_single_changed_byte_of_the_file_changes_what_is_proven() {
    let Case { log, bundle, .. } = case();
    let json = bundle.to_json();
    let report = verify_bundle(&json, Some(&log.vkey)).unwrap();
    let (mut refused, mut blank) = (0, 0);
    for at in 0..json.len() {
        // 7 turns a line feed into a carriage return: white space still.
        for mask in [1, 7, 0x20] {
            let mut bytes = json.clone().into_bytes();
            bytes[at] ^= mask;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            match verify_bundle(&text, Some(&log.vkey)) {
                Err(_) => refused += 1,
                Ok(same) => {
                    let read: Bundle = serde_json::from_str(&text).unwrap();
                    assert_eq!((same, read), (report.clone(), bundle.clone()), "byte {at}");
                    blank += 1;
                }
            }
        }
    }
    assert_eq!(blank, json.matches('\n').count());
    assert!(refused > 4_000, "{refused}");
}

#[test]
fn an_erased_record_is_proven_anew_and_its_old_commitment_matches_nothing_left() {
    let Case { log, leaf, bundle, salt } = case();
    let old = leaf.commit;
    let mut left = bundle.record.clone().unwrap();
    let title = left.remove("title").unwrap();
    left.insert("version".into(), Value::Int(4));
    let fresh = Seed::named(9, "fresh salt").bytes32();
    let commit = commitment(&fresh, &canonical(&left));
    let erase = Leaf { op: "hazard.erase".into(), version: 4, erased: true, commit, ..leaf };
    let mut entries = log.entries.clone();
    entries.push(erase.encode());
    let mut log = Log::of(entries, "key");
    let proof = prove(&mut log.store, 300, 301).unwrap();
    let record = Some((left.clone(), fresh));
    let after = Bundle::new(&log.vkey, &log.checkpoint, 300, &erase.encode(), &proof, "hazard", record);
    let report = verify_bundle(&after.to_json(), Some(&log.vkey)).unwrap();
    assert_eq!((report.erased, report.record, report.version), (true, RecordProof::Proven, 4));
    // The act of before stays provable without its content ...
    let proof = prove(&mut log.store, PLACE as u64, 301).unwrap();
    let before = Bundle::new(&log.vkey, &log.checkpoint, PLACE as u64, &log.entries[PLACE], &proof, "hazard", None);
    assert_eq!(verify_bundle(&before.to_json(), Some(&log.vkey)).unwrap().record, RecordProof::Withheld);
    // ... and a right guess of the content cannot be told from a wrong one with the salt that is left.
    left.insert("title".into(), title);
    left.insert("version".into(), Value::Int(3));
    assert_ne!(commitment(&fresh, &canonical(&left)), old);
    assert_eq!(commitment(&salt, &canonical(&left)), old, "with the old salt it could");
}
