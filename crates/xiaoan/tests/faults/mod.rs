//! What the program does when things go wrong around it, seen from outside: the real binary, a real folder, HTTP over
//! loopback. SQLite unless said.
//!
//! All of them start from one small demo city, filled once for the whole run and copied for each test. They take turns
//! (`alone`): each measures times, and two of them at once would measure each other.

mod alarm;
mod disk;
mod kill;
mod lock;
mod lockout;
mod postgres;
mod slow;
mod term;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use db::testing::TempDir;
use load::api;
use load::http::{Answer, Client};
use load::server::{Server, command, copy_folder};

/// The longest that a start may take before the test gives up; what it should take is asserted where it matters.
const START_MS: i64 = 30_000;
/// Who submits: the safety director of the demo's first school.
const WRITER: &str = "safety";

pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_xiaoan"))
}

/// Held by each of these tests while it runs.
pub fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The demo folder from which every test starts; no server runs on it.
fn master() -> &'static Path {
    static MASTER: OnceLock<PathBuf> = OnceLock::new();
    MASTER.get_or_init(|| {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults");
        // What a run before this one has left is of another binary.
        let _ = std::fs::remove_dir_all(&place);
        std::fs::create_dir_all(&place).unwrap();
        let data = place.join("data");
        fill(&data, &[]);
        data
    })
}

/// The smallest demo city.
fn fill(data: &Path, more: &[&str]) {
    let output = run(data, &[&["demo", "--schools", "3", "--fill-only"], more].concat());
    assert!(output.status.success(), "{}", said(&output));
}

/// A copy of the demo folder, and what runs on it.
pub struct House {
    pub data: PathBuf,
    _dir: TempDir,
}

impl House {
    pub fn new() -> House {
        let dir = TempDir::new();
        let data = dir.path().join("data");
        copy_folder(master(), &data).unwrap();
        House { data, _dir: dir }
    }
    pub fn serve(&self) -> Server {
        serve(&self.data, &[])
    }
}

/// Starts a server on a folder and waits until it is ready.
pub fn serve(data: &Path, more: &[&str]) -> Server {
    let mut server = start(data, more);
    server.ready(START_MS).unwrap();
    server
}

/// Starts a server on a folder.
pub fn start(data: &Path, more: &[&str]) -> Server {
    let words = [&["serve", "--data", data.to_str().unwrap()], more].concat();
    Server::start(command(binary(), &words), &data.with_extension("log")).unwrap()
}

pub fn run(data: &Path, words: &[&str]) -> Output {
    let words = [words, &["--data", data.to_str().unwrap()]].concat();
    command(binary(), &words).output().unwrap()
}

/// What a command said, on both of its outputs.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A token of the writer's.
pub fn token(server: &Server, data: &Path) -> String {
    let account = api::account(data, WRITER).unwrap();
    api::sign_in(&mut server.client(), &account.login, &account.password).unwrap()
}

/// The pages see a session by its cookie.
pub fn page_client(server: &Server, token: &str) -> Client {
    server.client().with("cookie", &format!("xiaoan={token}"))
}

/// Is it a problem of this status and code, with a sentence for people?
#[track_caller]
pub fn assert_problem(answer: &Answer, status: u16, code: &str) {
    let body = answer.json();
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(answer.is_problem(), "{:?}", answer.headers);
    assert_eq!(body["code"], code, "{body}");
    assert!(body["title"].as_str().is_some_and(api::is_chinese), "{body}");
}

/// `journal verify` on a folder, running server or not.
#[track_caller]
pub fn assert_journal_holds(data: &Path, more: &[&str]) {
    let output = run(data, &[&["journal", "verify"], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

/// Runs a helper of the system; was it there and did it do it?
pub fn system(words: &[&str]) -> bool {
    Command::new(words[0]).args(&words[1..]).output().is_ok_and(|output| output.status.success())
}
