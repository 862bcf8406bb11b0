//! The table of figures: what was measured, the limit beside it, how much of the limit it is, and plainly whether the
//! bar was met.

use std::fmt::Write;

/// One line of the table.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub what: String,
    pub got: String,
    /// What it is held against: a bar, or a limit measured in the same run.
    pub limit: String,
    /// The figure as a share of the limit.
    pub ratio: Option<f64>,
    /// The bar in words, when it is not the limit itself.
    pub bar: String,
    pub met: Option<bool>,
}

impl Line {
    pub fn of(what: impl Into<String>, got: impl Into<String>) -> Line {
        Line { what: what.into(), got: got.into(), ..Line::default() }
    }
    /// Beside a limit of the same run.
    pub fn beside(mut self, limit: impl Into<String>, ratio: f64) -> Line {
        (self.limit, self.ratio) = (limit.into(), Some(ratio));
        self
    }
    pub fn bar(mut self, bar: impl Into<String>, met: bool) -> Line {
        (self.bar, self.met) = (bar.into(), Some(met));
        self
    }
    fn share(&self) -> String {
        self.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default()
    }
    fn verdict(&self) -> String {
        let word = match self.met {
            None => return self.bar.clone(),
            Some(true) => "met",
            Some(false) => "**not met**",
        };
        if self.bar.is_empty() { word.into() } else { format!("{}: {word}", self.bar) }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Report {
    sections: Vec<(String, Vec<Line>, Vec<String>)>,
}

impl Report {
    pub fn section(&mut self, title: &str) {
        println!("\n{title}");
        self.sections.push((title.into(), Vec::new(), Vec::new()));
    }
    /// A figure without a limit.
    pub fn tell(&mut self, what: &str, got: impl Into<String>) {
        self.line(Line::of(what, got));
    }
    /// A figure that may not be over its limit.
    pub fn at_most(&mut self, what: &str, value: f64, limit: f64, unit: &str) {
        // Where nothing is allowed there is no share to tell.
        let ratio = (limit > 0.0).then(|| value / limit);
        let line = Line { limit: format!("≤ {}", number(limit, unit)), ratio, ..Line::of(what, number(value, unit)) };
        self.line(line.bar("", value <= limit));
    }
    pub fn line(&mut self, line: Line) {
        println!("  {:<62} {:>30}  {:<26} {:>6}  {}", line.what, line.got, line.limit, line.share(), line.verdict());
        if let Some((_, lines, _)) = self.sections.last_mut() {
            lines.push(line);
        }
    }
    /// A sentence under the section's table.
    pub fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        println!("  {text}");
        if let Some((_, _, notes)) = self.sections.last_mut() {
            notes.push(text);
        }
    }
    /// Bars that were not met.
    pub fn missed(&self) -> Vec<String> {
        let lines = self.sections.iter().flat_map(|(_, lines, _)| lines);
        let missed = lines.filter(|line| line.met == Some(false));
        missed
            .map(|line| {
                let bar = if line.bar.is_empty() { &line.limit } else { &line.bar };
                format!("{}: {} ({bar})", line.what, line.got)
            })
            .collect()
    }
    pub fn markdown(&self, machine: &str, when: &str) -> String {
        let mut out = String::from(HEAD);
        // Writing into a String cannot fail.
        let _ = writeln!(out, "**When:** {when}.\n\n**Machine:** {machine}.\n");
        let missed = self.missed();
        if missed.is_empty() {
            let _ = writeln!(out, "Every bar was met in this run.");
        } else {
            let _ = writeln!(out, "**Not met in this run:**\n");
            missed.iter().for_each(|line| {
                let _ = writeln!(out, "- {line}");
            });
        }
        for (title, lines, notes) in &self.sections {
            let _ = writeln!(
                out,
                "\n## {title}\n\n| what | figure | limit | figure ÷ limit | bar |\n|---|---|---|---|---|"
            );
            for line in lines {
                let (share, verdict) = (line.share(), line.verdict());
                let _ = writeln!(out, "| {} | {} | {} | {share} | {verdict} |", line.what, line.got, line.limit);
            }
            for note in notes {
                let _ = writeln!(out, "\n{note}");
            }
        }
        out
    }
}

const HEAD: &str = "# Benchmarks

Written by `make bench`; never edited by hand. The bars are those of the design (numbers to hold) and of the issues.

## How to run it again

`make bench` builds release, measures on loopback in a folder beside the target folder (a real disk, not memory), writes
this file and ends within 15 minutes. `bash scripts/bench.sh --quick --only lists` runs one part for a look and writes
nothing; parts are `demo`, `bureau`, `live`, `submit`, `restart`, `alarm`, `lists`, `urgent`, `board`, `journal`.
`bash scripts/bench-board.sh` fills the
folder of the board at its whole size once; without it `make bench` measures a tenth.

## How to read it

- *Limit* is either the bar itself (≤ …) or what the same machine gave in the same run for the least that must be done:
  for submissions the same rows sent straight to the database's writer by as many threads; for the journal the bare
  hashing of the same bytes; for a list the same page with few rows. *Figure ÷ limit* is the share; only such shares
  can be compared between machines and days.
- Rates are the median of the rounds named; p50 and p99 are latencies seen by the clients. Clients are threads of another
  process on the same cores: the CPU that they use is taken from the server.
- CPU is user and system time of the server's process, counted by the kernel in steps of 10 ms over many requests.
- Noisy: everything that waits for the disk (submissions, restart), everything in seconds of the clock when others use
  the cores (the load before the run is told below), p99. Steady: CPU per request, bytes, memory, shares of one run.

";

fn number(value: f64, unit: &str) -> String {
    let text = match value {
        _ if value.fract() == 0.0 || value >= 1_000.0 => format!("{value:.0} {unit}"),
        _ if value >= 10.0 => format!("{value:.1} {unit}"),
        _ => format!("{value:.2} {unit}"),
    };
    text.trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_met_is_told_at_the_top_and_each_figure_stands_beside_its_limit() {
        let mut report = Report::default();
        report.section("Speed");
        report.tell("one", "1");
        report.line(Line::of("two", "2/s").beside("8/s", 0.25).bar("≥ 50 %", false));
        report.at_most("three", 3.0, 6.0, "ms");
        report.at_most("four", 70.5, 60.0, "s");
        let text = report.markdown("a machine", "today");
        assert!(text.contains("\n- two: 2/s (≥ 50 %)\n- four: 70.5 s (≤ 60 s)\n"), "{text}");
        assert!(text.contains("| two | 2/s | 8/s | 0.25 | ≥ 50 %: **not met** |"), "{text}");
        assert!(text.contains("| three | 3 ms | ≤ 6 ms | 0.50 | met |"), "{text}");
        assert!(text.contains("| one | 1 |  |  |  |"), "{text}");
    }
}
