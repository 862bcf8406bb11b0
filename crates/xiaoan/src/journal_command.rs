//! `journal`: the audit of the whole log beside a running server, the proof of one record, its offline check, the key.

use std::path::Path;

use base::{Id, Ms, Stopwatch};
use db::args;
use journal::{BundleFault, CosignerKey, RecordProof};
use safety::kernel::audit::{self, Audit};
use safety::kernel::proof;

use crate::args::Journal;
use crate::house::{House, store};
use crate::stop::{Done, file, stop};
use crate::words::journal as words;

pub mod sql {
    pub const BY_NUMBER: &str = "select id from hazard where number = $1 \
        union all select id from incident where number = $1 \
        union all select id from alarm where number = $1 limit 2";
    #[cfg(test)]
    pub const ALL: &[&str] = &[BY_NUMBER];
}

pub fn run(house: &House, act: &Journal) -> Done {
    match act {
        Journal::Verify => verify(house),
        Journal::Prove { record, out, withhold } => prove(house, record, out.as_deref(), !withhold),
        Journal::VerifyBundle { file, key, witness } => verify_bundle(file, key.as_deref(), witness),
        Journal::Key => {
            house.require()?;
            println!("{}", house.verifier_key()?);
            Ok(())
        }
    }
}

fn verify(house: &House) -> Done {
    let (db, now) = (house.beside()?, house.now()?);
    let watch = Stopwatch::start();
    let audit = audit::run(&db, &house.verifier_key()?, now)?;
    println!("{}", words::counted(audit.rows, audit.leaves, watch.elapsed_ms()));
    told(&audit)
}

/// Says what an audit found; refuses when it found anything.
pub fn told(audit: &Audit) -> Done {
    if audit.clean() {
        println!("{}", words::CLEAN);
        return Ok(());
    }
    let mut lines: Vec<String> =
        audit.findings.iter().map(|f| words::finding(&f.what, &f.table, &f.id.to_string())).collect();
    if audit.more > 0 {
        lines.push(words::more(audit.more));
    }
    lines.extend(audit.log.as_deref().map(words::log_fault));
    lines.push(words::found(audit.findings.len() as i64 + audit.more));
    Err(stop(lines.join("\n")))
}

fn prove(house: &House, record: &str, out: Option<&Path>, show: bool) -> Done {
    let db = house.beside()?;
    let vkey = house.verifier_key()?;
    let number = record.trim().to_string();
    let bundle = if let Some(id) = Id::parse(&number) {
        db.read(move |tx| proof::bundle(tx, id, &vkey, show))?
    } else {
        let rows = db.read(move |tx| tx.rows(sql::BY_NUMBER, args![number.as_str()]))?;
        match (rows.as_slice(), leaf_number(record)) {
            ([one], _) => {
                let id = one.id("id")?;
                db.read(move |tx| proof::bundle(tx, id, &vkey, show))?
            }
            ([], Some(n)) => db.read(move |tx| proof::bundle_at(tx, n, &vkey, show))?,
            ([], None) => None,
            _ => return Err(stop(words::several(record))),
        }
    };
    let Some(bundle) = bundle else { return Err(stop(words::no_record(record))) };
    let json = bundle.to_json();
    match out {
        None => println!("{json}"),
        Some(path) => {
            store(path, json.as_bytes()).map_err(file(path))?;
            println!("{}", words::proved(&bundle.table, bundle.index, path));
        }
    }
    Ok(())
}

/// The number of a leaf as the pages print it: 「16605」, 「16 605」 with any kind of blank, 「存证 16 605」, 「第 16605 号」.
fn leaf_number(text: &str) -> Option<u64> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，')).collect();
    let plain = plain.strip_prefix("存证").unwrap_or(&plain);
    let plain = plain.strip_prefix('第').unwrap_or(plain);
    let plain = plain.strip_suffix('号').unwrap_or(plain);
    let figures = !plain.is_empty() && plain.bytes().all(|b| b.is_ascii_digit());
    figures.then(|| plain.parse().ok()).flatten()
}

/// Needs nothing but the file; with a key that the checker has from elsewhere it also shows whose log it is.
pub fn verify_bundle(path: &Path, key: Option<&str>, witnesses: &[String]) -> Done {
    let bytes = std::fs::read(path).map_err(file(path))?;
    let no_text = |_| stop(words::bundle_fault(&BundleFault::Json("utf-8".into())));
    let text = String::from_utf8(bytes).map_err(no_text)?;
    let report = journal::verify_bundle(&text, key).map_err(|fault: BundleFault| stop(words::bundle_fault(&fault)))?;
    println!("{}", words::bundle_holds(&report.table, &report.id.to_string(), report.version));
    println!("{}", words::bundle_when(report.received_at, report.claimed_at));
    println!("{}", words::bundle_where(&report.origin, report.index, report.size));
    if report.erased {
        println!("{}", words::BUNDLE_ERASED);
    }
    let content = match report.record {
        RecordProof::Proven => words::BUNDLE_PROVEN,
        RecordProof::Withheld => words::BUNDLE_WITHHELD,
    };
    println!("{content}");
    println!("{}", if report.key_trusted { words::KEY_TRUSTED } else { words::KEY_OWN });
    witnessed(&text, witnesses)
}

/// Each witness named must have signed the head in the file.
fn witnessed(bundle: &str, witnesses: &[String]) -> Done {
    let bad_key = |vkey: &String| stop(words::witness_key(vkey));
    let keys: Vec<CosignerKey> =
        witnesses.iter().map(|vkey| CosignerKey::parse(vkey).map_err(|_| bad_key(vkey))).collect::<Done<_>>()?;
    let checkpoint =
        serde_json::from_str::<journal::Bundle>(bundle).map(|bundle| bundle.checkpoint).unwrap_or_default();
    let found = journal::cosignatures(&checkpoint, &keys).map_err(|_| stop(words::WITNESS_BROKEN))?;
    for key in &keys {
        let Some(one) = found.iter().find(|one| one.name == key.name()) else {
            return Err(stop(words::not_witnessed(key.name())));
        };
        println!("{}", words::witnessed(&one.name, Ms(one.seconds.min(1 << 42) as i64 * Ms::SECOND)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_leaf_is_read_as_the_pages_print_it() {
        for text in ["16605", "16 605", "16\u{2009}605", " 存证 16 605 ", "存证第 16605 号", "16,605"] {
            assert_eq!(leaf_number(text), Some(16_605), "{text}");
        }
        assert_eq!(leaf_number(&web::words::number(1_234_567)), Some(1_234_567));
        for text in ["", "江湾-2026-0003", "+5", "1.5", "0199aabb-ccdd", "99999999999999999999"] {
            assert_eq!(leaf_number(text), None, "{text}");
        }
    }
}
