//! The table of figures: what was measured, the bar, the figure, and plainly whether it was met.

use std::fmt::Write;

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Line {
    pub what: String,
    pub got: String,
    /// The bar in words; empty when there is none.
    pub bar: String,
    pub met: Option<bool>,
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
    /// A figure without a bar.
    pub fn tell(&mut self, what: &str, got: impl Into<String>) {
        self.line(Line { what: what.into(), got: got.into(), bar: String::new(), met: None });
    }
    /// A figure with its bar.
    pub fn judge(&mut self, what: &str, got: impl Into<String>, bar: &str, met: bool) {
        self.line(Line { what: what.into(), got: got.into(), bar: bar.into(), met: Some(met) });
    }
    /// A sentence under the section's table.
    pub fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        println!("  {text}");
        if let Some((_, _, notes)) = self.sections.last_mut() {
            notes.push(text);
        }
    }
    fn line(&mut self, line: Line) {
        let met = word(line.met);
        println!("  {:<62} {:>26}  {} {met}", line.what, line.got, line.bar);
        if let Some((_, lines, _)) = self.sections.last_mut() {
            lines.push(line);
        }
    }
    /// Bars that were not met.
    pub fn missed(&self) -> Vec<String> {
        let lines = self.sections.iter().flat_map(|(_, lines, _)| lines);
        lines.filter(|line| line.met == Some(false)).map(|line| format!("{}: {}", line.what, line.got)).collect()
    }
    pub fn markdown(&self, machine: &str, when: &str) -> String {
        let mut out = String::from("# Benchmarks\n\n");
        // Writing into a String cannot fail.
        let _ = writeln!(
            out,
            "Written by `make bench` (`scripts/bench.sh`, `tests/load`), {when}. One run on one machine; fsync and load \
             of the machine move\nsingle figures by a factor, so read the ratios: what stands beside each other was \
             measured in the same run.\n\nMachine: {machine}.\n"
        );
        let missed = self.missed();
        if missed.is_empty() {
            let _ = writeln!(out, "Every bar was met in this run.");
        } else {
            let _ = writeln!(out, "**Not met in this run:** {}.", missed.join("; "));
        }
        for (title, lines, notes) in &self.sections {
            let _ = writeln!(out, "\n## {title}\n\n| what | figure | bar | |\n|---|---|---|---|");
            for line in lines {
                let _ = writeln!(out, "| {} | {} | {} | {} |", line.what, line.got, line.bar, word(line.met));
            }
            for note in notes {
                let _ = writeln!(out, "\n{note}");
            }
        }
        out
    }
}

fn word(met: Option<bool>) -> &'static str {
    match met {
        None => "",
        Some(true) => "met",
        Some(false) => "**not met**",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_met_is_told_at_the_top() {
        let mut report = Report::default();
        report.section("Speed");
        report.tell("one", "1");
        report.judge("two", "2", "≥ 3", false);
        let text = report.markdown("a machine", "today");
        assert!(text.contains("**Not met in this run:** two: 2."), "{text}");
        assert!(text.contains("| two | 2 | ≥ 3 | **not met** |"), "{text}");
    }
}
