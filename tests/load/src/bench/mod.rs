//! The bench, part by part. Each part says what it measured and against which bar (decisions.md §7 of the design, issue
//! of part A); a bar that is not met is printed as such and the run goes on.

mod bureau;
mod demo;
mod journal;
mod lists;
mod machine;
mod restart;
mod submit;

use std::error::Error;
use std::path::{Path, PathBuf};

use base::{Clock, Stopwatch};
use load::report::Report;
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

/// A tenth of the board to hold; `make bench-board` measures the whole.
const BOARD_SCHOOLS: usize = 1_000;

/// The machine, in a line.
pub fn machine_line(dir: &Path) -> Done<String> {
    machine::line(dir)
}

/// Longest start-up audit that is waited for, ms.
const AUDIT_MS: i64 = 180_000;

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

pub fn run(asked: &Asked) -> Done {
    let watch = Stopwatch::start();
    std::fs::create_dir_all(&asked.dir)?;
    let mut bench = Bench { binary: &asked.binary, dir: &asked.dir, report: Report::default(), quick: asked.quick };
    let machine = machine::line(&asked.dir)?;
    println!("{machine}");
    let wants = |part: &str| asked.only.is_empty() || asked.only.iter().any(|p| p == part);
    if ["demo", "bureau", "submit", "restart"].iter().any(|part| wants(part)) {
        demo::run(&mut bench, wants("demo"))?;
    }
    if wants("bureau") {
        bureau::run(&mut bench)?;
    }
    if wants("submit") {
        submit::run(&mut bench)?;
    }
    if wants("restart") {
        restart::run(&mut bench)?;
    }
    if wants("lists") {
        lists::run(&mut bench)?;
    }
    if wants("board") {
        let place = bench.place("board");
        crate::board::run(&place, BOARD_SCHOOLS, &mut bench.report)?;
    }
    if wants("journal") {
        journal::run(&mut bench)?;
    }
    let when = Clock::wall().now().day();
    let text = bench.report.markdown(&machine, &format!("{when}, in {} s", watch.elapsed_ms() / 1_000));
    match &asked.out {
        Some(out) => std::fs::write(out, text)?,
        None => println!("\n{text}"),
    }
    let missed = bench.report.missed();
    println!("\n{} s; {} bars not met", watch.elapsed_ms() / 1_000, missed.len());
    missed.iter().for_each(|line| println!("  not met: {line}"));
    Ok(())
}
