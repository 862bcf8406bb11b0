//! The log as the Go team's checksum-database packages see it: `go/verify.go`, built against Debian's
//! `golang-golang-x-mod-dev`, reads an exported folder. No line of this crate takes part in its judgement.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use journal::{Hash, entry_bundle, parse_entry_bundle, prove, prove_consistency, root};

use crate::cosign::cosigner;
use crate::tile::exported;
use crate::world::{Log, leaves, signer};

type Files = BTreeMap<String, Vec<u8>>;

const GOPATH: &str = "/usr/share/gocode";

fn scratch(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("third_party").join(name);
    fs::create_dir_all(&dir).unwrap();
    dir
}

/// The built verifier, or why there is none here.
fn verifier() -> Result<PathBuf, &'static str> {
    if Command::new("go").arg("version").output().is_err() {
        return Err("go is not installed");
    }
    if !Path::new(GOPATH).join("src/golang.org/x/mod/sumdb/tlog").is_dir() {
        return Err("golang-golang-x-mod-dev is not installed");
    }
    let program = scratch("bin").join("verify");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg("verify.go")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/go"))
        .env("GO111MODULE", "off")
        .env("GOPATH", GOPATH)
        .env("GOFLAGS", "")
        .env("GOCACHE", scratch("cache"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Ok(program)
}

/// Whether the verifier took the folder, and what it said.
fn run(program: &Path, files: &Files, vkey: &str) -> (bool, String) {
    let dir = scratch("log");
    fs::remove_dir_all(&dir).unwrap();
    for (path, bytes) in files {
        let file = dir.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    let done = Command::new(program).arg(&dir).arg(vkey).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    (done.status.success(), said)
}

/// Proofs made here, one a line, for the other side to check: `inclusion N` or `consistency OLD ROOT`, then hashes.
fn proofs(log: &Log) -> Vec<u8> {
    let (mut store, size) = (log.store.clone(), log.size());
    let text = |hashes: &[Hash]| hashes.iter().map(|hash| format!(" {}", STANDARD.encode(hash))).collect::<String>();
    let mut out = String::new();
    for n in [0, 1, 255, 256, 7_777, size - 1] {
        out += &format!("inclusion {n}{}\n", text(&prove(&mut store, n, size).unwrap()));
    }
    for old in [1, 256, 7_777, 8_192, size] {
        let proof = prove_consistency(&mut store, old, size).unwrap();
        let old_root = root(&mut store, old).unwrap();
        out += &format!("consistency {old}{}{}\n", text(&[old_root]), text(&proof));
    }
    out.into_bytes()
}

#[test]
fn the_go_teams_packages_accept_our_log_and_refuse_tampered_copies() {
    let program = match verifier() {
        Ok(program) => program,
        Err(why) => return eprintln!("SKIPPED: the third party's check of the journal: {why}"),
    };
    let log = Log::of(leaves(10_000, "third party"), "key");
    let mut files = exported(&log);
    files.insert("proofs".into(), proofs(&log));
    let (accepted, said) = run(&program, &files, &log.vkey);
    assert!(accepted, "{said}");
    assert_eq!(said, "220200.xiaoan/log/2026: 10000 entries, 6 inclusion and 5 consistency proofs\n");

    // Two witnesses under the same head: the packages let their lines be, and Go's own Ed25519 holds them good.
    let (county, police) = (cosigner("220281.xiaoan/witness"), cosigner("police.example"));
    let body = journal::body(&log.checkpoint).unwrap();
    let lines = [county.cosign(&body, 1_795_390_200), police.cosign(&body, 1_795_390_201)];
    let mut witnessed = files.clone();
    let note = journal::with_lines(&log.checkpoint, &lines).unwrap();
    witnessed.insert("checkpoint".into(), note.into());
    witnessed.insert("witnesses".into(), format!("{}\n{}\n", county.verifier_key(), police.verifier_key()).into());
    let (accepted, told) = run(&program, &witnessed, &log.vkey);
    assert!(accepted, "{told}");
    assert_eq!(told, format!("220281.xiaoan/witness at 1795390200\npolice.example at 1795390201\n{said}"));
    let body = body.replacen("\n10000\n", "\n9999\n", 1);
    let wrong = journal::with_lines(&log.checkpoint, &[lines[0].clone(), police.cosign(&body, 5)]).unwrap();
    witnessed.insert("checkpoint".into(), wrong.into());
    let (accepted, told) = run(&program, &witnessed, &log.vkey);
    assert!(!accepted && told.contains("the cosignature of police.example does not hold"), "{told}");

    let refused = |what: &str, reason: &str, change: &dyn Fn(&mut Files)| {
        let mut other = files.clone();
        change(&mut other);
        assert!(other != files, "{what}: nothing was changed");
        let (accepted, said) = run(&program, &other, &log.vkey);
        assert!(!accepted && said.contains(reason), "{what}: {said}");
    };
    let flip = |path: &'static str, at: usize| move |files: &mut Files| files.get_mut(path).unwrap()[at] ^= 1;
    refused("an entry", "the entries do not give the signed root", &flip("tile/entries/021", 40));
    refused("a tile", "tile 21 of level 0 ", &flip("tile/0/021", 40));
    refused("the last, partial tile", "tile 39 of level 0 ", &flip("tile/0/039.p/16", 40));
    refused("the upper tile", "tile 0 of level 1 ", &flip("tile/1/000.p/39", 40));
    refused("a bundle gone", "no such file", &|files| drop(files.remove("tile/entries/030")));
    refused("a tile gone", "no such file", &|files| drop(files.remove("tile/0/030")));
    refused("two entries swapped", "the entries do not give the signed root", &|files| {
        let bundle = files.get_mut("tile/entries/003").unwrap();
        let mut leaves = parse_entry_bundle(bundle).unwrap();
        leaves.swap(2, 9);
        *bundle = entry_bundle(&leaves).unwrap();
    });
    refused("an entry dropped", "entry 1023 is cut", &|files| {
        let bundle = files.get_mut("tile/entries/003").unwrap();
        let mut leaves = parse_entry_bundle(bundle).unwrap();
        leaves.remove(7);
        *bundle = entry_bundle(&leaves).unwrap();
    });
    let head = |text: String| move |files: &mut Files| drop(files.insert("checkpoint".into(), text.clone().into()));
    refused("the size", "invalid signature", &head(log.checkpoint.replacen("\n10000\n", "\n9999\n", 1)));
    refused("another key", "no verifiable signatures", &head(signer("thief").checkpoint(10_000, log.head().root)));
    refused(
        "another root, signed",
        "the entries do not give the signed root",
        &head(signer("key").checkpoint(10_000, [9; 32])),
    );
    refused("an inclusion proof", "inclusion", &flip("proofs", 20));
    refused("a consistency proof", "consistency", &|files| {
        let bytes = files.get_mut("proofs").unwrap();
        let at = bytes.len() - 120;
        let (from, to) = if bytes[at] == b'A' { (at, b'B') } else { (at, b'A') };
        bytes[from] = to;
    });
}
