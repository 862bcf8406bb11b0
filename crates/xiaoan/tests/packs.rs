//! `pack check` and `pack show` from outside: lines with file and number, exit codes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use db::testing::TempDir;

fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")
}

fn pack(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xiaoan")).arg("pack").args(args).output().unwrap()
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_packs_of_the_repository_are_clean() {
    for name in ["jilin-2012", "example-2026"] {
        let out = pack(&["check", packs().join(name).to_str().unwrap()]);
        assert_eq!(out.status.code(), Some(0), "{}", words(&out.stdout));
        assert!(
            words(&out.stdout).starts_with(&format!("{name}：没有要改的地方。要点 23 项")),
            "{}",
            words(&out.stdout)
        );
    }
}

#[test]
fn faults_come_all_at_once_with_file_and_line() {
    let dir = TempDir::new();
    let broken = dir.path().join("mine");
    copy(&packs().join("jilin-2012"), &broken);
    let change = |file: &str, from: &str, to: &str| {
        let path = broken.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    change("obligations/1-system.toml", "clause = \"1.1\"", "clause = \"1.9\"");
    change("params.toml", "value = \"7 days\"", "value = \"7 g\"");
    change("forms/work.toml", "group = \"ledger.meeting\"", "group = \"ledger.selfies\"");
    let out = pack(&["check", broken.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(1));
    let said = words(&out.stdout);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "forms/work.toml:7: 没有这个栏目：ledger.selfies；政策包不能加菜单",
            "obligations/1-system.toml:6: 没有这个要点：1.9",
            "params.toml:29: hazard.fix.ordinary 的单位不对：写了 grams，要用时间（minutes、hours、days、working days）",
        ]
    );
    assert!(words(&out.stderr).contains("共 3 处要改。"));
    assert_eq!(pack(&["check"]).status.code(), Some(2), "no folder named");
    assert_eq!(pack(&["check", "/nowhere"]).status.code(), Some(1));
}

#[test]
fn show_gives_the_normalised_pack() {
    let out = pack(&["show", packs().join("example-2026").to_str().unwrap(), "--json"]);
    assert_eq!(out.status.code(), Some(0));
    let json: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(json["example"], true);
    assert_eq!(json["document_number"], serde_json::Value::Null);
    assert_eq!(json["issuer"], serde_json::Value::Null);
    assert!(json["title"].as_str().unwrap().starts_with("示例，非正式文件"));
    let on = |id: &str| json["entries"].as_array().unwrap().iter().find(|e| e["id"] == id).unwrap()["on"].clone();
    assert_eq!((on("drill.month"), on("fire.inspect")), (true.into(), false.into()), "today's options on");
    let plain = pack(&["show", packs().join("jilin-2012").to_str().unwrap()]);
    assert!(words(&plain.stdout).contains("吉市教通字〔2012〕23号"));
    assert!(words(&plain.stdout).contains("drill.month") && words(&plain.stdout).contains("（未打开）"));
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_reader_that_stops_reading_ends_it_quietly() {
    for more in [&[][..], &["--json"]] {
        let dir = packs().join("jilin-2012");
        let mut command = Command::new(env!("CARGO_BIN_EXE_xiaoan"));
        command.args(["pack", "show", dir.to_str().unwrap()]).args(more);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // As `| head` does.
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
        assert_eq!(ended.status.code(), Some(0));
    }
}
