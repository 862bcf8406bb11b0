//! The bench, part by part. Each part says what it measured and against which bar (decisions.md §7 of the design, issue
//! of part A); a bar that is not met is printed as such and the run goes on.

mod alarm;
mod bureau;
mod demo;
mod journal;
mod lists;
mod live;
mod machine;
mod restart;
mod submit;

use std::error::Error;
use std::path::{Path, PathBuf};

use base::{Clock, Stopwatch};
use load::report::{Line, Report};
use load::server::{Server, command};

use crate::Asked;

pub type Done<T = ()> = Result<T, Box<dyn Error>>;

/// What every part needs.
pub struct Bench<'a> {
    pub binary: &'a Path,
    pub dir: &'a Path,
    pub report: Report,
    pub quick: bool,
}

impl Bench<'_> {
    /// Shorter in a quick run.
    pub fn ms(&self, whole: i64) -> i64 {
        if self.quick { (whole / 5).max(300) } else { whole }
    }
    /// A part that could not be brought to its end is said in the file; the others are still measured.
    fn broken_off(&mut self, part: &str, done: Done) {
        if let Err(e) = done {
            let why: String = e.to_string().chars().take(200).collect();
            self.report.line(Line::of(format!("the part `{part}` broke off"), why).bar("", false));
        }
    }
    pub fn place(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
    /// A data folder as the binary's argument.
    pub fn words<'w>(&self, words: &[&'w str], data: &'w str) -> Vec<&'w str> {
        [words, &["--data", data]].concat()
    }
    /// Starts a server and waits until it is ready; answers how long that took, ms.
    pub fn start(&self, words: &[&str], data: &Path, within_ms: i64) -> Done<(Server, i64)> {
        let data_text = data.to_string_lossy().into_owned();
        let log = data.with_extension("log");
        let mut server = Server::start(command(self.binary, &self.words(words, &data_text)), &log)?;
        let ms = server.ready(within_ms)?;
        Ok((server, ms))
    }
}

/// The board to hold is measured when its folder was filled before (`scripts/bench-board.sh`); else a tenth of it.
const BOARD_SCHOOLS: usize = 10_000;
const BOARD_TENTH: usize = 1_000;

/// The machine, in a line.
pub fn machine_line(dir: &Path) -> Done<String> {
    machine::line(dir)
}

/// Longest start-up audit that is waited for, ms.
const AUDIT_MS: i64 = 600_000;

/// Waits until the audit that every start begins in the background is through: its CPU is not the pages'.
/// Answers how long after the start that was, ms.
pub fn audited(server: &Server) -> Done<i64> {
    loop {
        let figures = server.client().get("/metrics")?.text();
        let at = figures.lines().find_map(|line| line.strip_prefix("xiaoan_audit_at_ms "));
        if at.is_some_and(|at| at.trim() != "0") {
            return Ok(server.age_ms());
        }
        if server.age_ms() > AUDIT_MS {
            return Err("the start-up audit did not end".into());
        }
        load::drive::sleep_ms(100);
    }
}

const PARTS: [&str; 10] =
    ["demo", "bureau", "live", "alarm", "submit", "restart", "lists", "urgent", "board", "journal"];

pub fn run(asked: &Asked) -> Done {
    let watch = Stopwatch::start();
    std::fs::create_dir_all(&asked.dir)?;
    let mut bench = Bench { binary: &asked.binary, dir: &asked.dir, report: Report::default(), quick: asked.quick };
    let machine = machine::line(&asked.dir)?;
    println!("{machine}");
    let wants = |part: &str| asked.only.is_empty() || asked.only.iter().any(|p| p == part);
    if ["demo", "bureau", "live", "alarm", "submit", "restart"].iter().any(|part| wants(part)) {
        demo::run(&mut bench, wants("demo"))?;
    }
    type Part = fn(&mut Bench<'_>) -> Done;
    let parts: [(&str, Part); 6] = [
        ("bureau", bureau::run),
        ("live", live::run),
        ("submit", submit::run),
        ("restart", restart::run),
        // Last of those on the demo: its 500 pages and its hazards would stand in the others' way.
        ("alarm", alarm::run),
        ("lists", lists::run),
    ];
    for (name, part) in parts.into_iter().filter(|(name, _)| wants(name)) {
        let done = part(&mut bench);
        bench.broken_off(name, done);
    }
    if wants("urgent") {
        let done = crate::urgent::run(&bench.place("urgent"), bench.quick, &mut bench.report);
        bench.broken_off("urgent", done);
    }
    if wants("board") {
        let kept = asked.board.as_ref().filter(|dir| crate::board::is_filled(dir, BOARD_SCHOOLS));
        let done = match kept {
            Some(dir) => crate::board::run(dir, BOARD_SCHOOLS, &mut bench.report),
            None => crate::board::run(&bench.place("board"), BOARD_TENTH, &mut bench.report),
        };
        bench.broken_off("board", done);
    }
    if wants("journal") {
        let done = journal::run(&mut bench);
        bench.broken_off("journal", done);
    }
    let began = Clock::wall().now().plus(-watch.elapsed_ms());
    let when = format!(
        "{} (UTC+8), in {} s, commit {}; load {} after the run",
        began.show("%Y-%m-%d %H:%M"),
        watch.elapsed_ms() / 1_000,
        if asked.commit.is_empty() { "not told" } else { &asked.commit },
        machine::load()
    );
    let left: Vec<&str> = PARTS.iter().copied().filter(|part| !wants(part)).collect();
    let when = if left.is_empty() { when } else { format!("{when}. Parts left out of this run: {}", left.join(", ")) };
    let text = bench.report.markdown(&machine, &when);
    match &asked.out {
        Some(out) => std::fs::write(out, text)?,
        None => println!("\n{text}"),
    }
    let missed = bench.report.missed();
    println!("\n{} s; {} bars not met", watch.elapsed_ms() / 1_000, missed.len());
    missed.iter().for_each(|line| println!("  not met: {line}"));
    Ok(())
}
