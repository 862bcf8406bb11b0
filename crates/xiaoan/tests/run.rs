//! Running the real binary.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use db::testing::TempDir;

pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// Asserts that it went well.
    pub fn fine(self) -> Ended {
        assert_eq!(self.code, 0, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }
    /// Asserts that it was refused, with a Chinese sentence that holds `words`.
    pub fn refused(self, code: i32, words: &str) -> Ended {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        assert!(self.err.contains(words), "{words} not in: {}", self.err);
        assert!(self.err.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{}", self.err);
        self
    }
}

pub fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xiaoan"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("XIAOAN_")) {
        command.env_remove(name);
    }
    command.args(args).arg("--data").arg(data);
    command
}

pub fn xiaoan(data: &Path, args: &[&str]) -> Ended {
    with_input(data, args, "")
}

pub fn with_input(data: &Path, args: &[&str], input: &str) -> Ended {
    let mut child =
        command(data, args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(input.as_bytes()).unwrap();
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The shared demo: three schools, seed 1.
pub fn demo() -> &'static Path {
    static DEMO: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = DEMO.get_or_init(|| {
        let folder = TempDir::new();
        let path = folder.path().join("demo");
        let said = xiaoan(&path, &["demo", "--schools", "3", "--fill-only"]).fine();
        for login in ["guard", "safety", "officer"] {
            assert!(said.out.contains(login), "{}", said.out);
        }
        (folder, path)
    });
    path
}

/// A copy of the demo that may be changed.
pub fn own_demo() -> (TempDir, PathBuf) {
    let folder = TempDir::new();
    let path = folder.path().join("demo");
    copy(demo(), &path);
    (folder, path)
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The text of an export.
pub fn export(data: &Path, kind: &str) -> String {
    let folder = TempDir::new();
    let out = folder.path().join("out.csv");
    xiaoan(data, &["export", kind, "--out", out.to_str().unwrap()]).fine();
    std::fs::read_to_string(out).unwrap()
}

/// Rows of an exported table as lists of cells, the heading first.
pub fn rows(csv_text: &str) -> Vec<Vec<String>> {
    let text = csv_text.strip_prefix('\u{feff}').expect("Excel needs the mark");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_string).collect()).collect()
}
