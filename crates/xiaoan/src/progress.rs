//! A bar on standard error for work that takes more than a moment.

use std::io::{IsTerminal, Write};

use base::{Ms, Stopwatch};

/// Width of the bar in characters.
const WIDTH: usize = 30;

pub struct Progress {
    title: &'static str,
    terminal: bool,
    quiet: bool,
    told: usize,
    watch: Stopwatch,
}

impl Progress {
    pub fn new(title: &'static str) -> Progress {
        let terminal = std::io::stderr().is_terminal();
        Progress { title, terminal, quiet: false, told: 0, watch: Stopwatch::start() }
    }

    /// `share` of a hundred is done. On a terminal the line is drawn again; else a line is written every tenth.
    pub fn step(&mut self, share: usize, at: Ms, count: usize) {
        if self.quiet || (!self.terminal && share < self.told + 10) {
            return;
        }
        self.told = share;
        let full = WIDTH * share.min(100) / 100;
        let bar: String = (0..WIDTH).map(|i| if i < full { '#' } else { '-' }).collect();
        let line = format!("{} [{bar}] {share:>3}%  {}  {count}", self.title, at.show("%Y-%m-%d"));
        // What cannot be shown does not matter.
        let mut out = std::io::stderr();
        let _ = if self.terminal { write!(out, "\r{line}  ") } else { writeln!(out, "{line}") };
        let _ = out.flush();
    }

    pub fn end(&mut self) {
        if self.terminal && !self.quiet {
            eprintln!();
        }
    }

    pub fn elapsed_ms(&self) -> i64 {
        self.watch.elapsed_ms()
    }
}
