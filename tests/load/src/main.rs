//! `load bench --binary FILE --dir DIR --out FILE`: measures the shipped binary on this machine and writes the table.
//! `--only demo,bureau,live,alarm,submit,restart,lists,urgent,board,journal` runs parts; `--quick` shortens every run (figures are then only a look).
//! `load board --dir DIR [--schools N] [--out FILE]`: the bureau's board at the size to hold; the folder is kept.
//! Loopback only; at most 256 clients; no run longer than 30 s; the whole stays under 15 minutes.

mod bench;
mod board;
mod urgent;

use std::path::PathBuf;
use std::process::ExitCode;

/// What was asked on the command line.
struct Asked {
    binary: PathBuf,
    dir: PathBuf,
    out: Option<PathBuf>,
    only: Vec<String>,
    quick: bool,
    /// Where the board's folder is kept.
    board: Option<PathBuf>,
    /// What was built, for the file.
    commit: String,
}

const USAGE: &str = "usage: load bench --binary FILE --dir DIR [--out FILE] [--only demo,bureau,live,alarm,submit,restart,lists,urgent,board,journal] [--quick] [--board DIR] [--commit WORD]";

fn asked() -> Option<Asked> {
    let mut words = std::env::args().skip(1);
    if words.next().as_deref() != Some("bench") {
        return None;
    }
    let mut asked = Asked {
        binary: PathBuf::new(),
        dir: PathBuf::new(),
        out: None,
        only: Vec::new(),
        quick: false,
        board: None,
        commit: String::new(),
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--binary" => asked.binary = words.next()?.into(),
            "--dir" => asked.dir = words.next()?.into(),
            "--out" => asked.out = Some(words.next()?.into()),
            "--only" => asked.only = words.next()?.split(',').map(str::to_string).collect(),
            "--quick" => asked.quick = true,
            "--commit" => asked.commit = words.next()?,
            "--board" => asked.board = Some(words.next()?.into()),
            _ => return None,
        }
    }
    (asked.binary.is_file() && !asked.dir.as_os_str().is_empty()).then_some(asked)
}

/// `load board`: the board alone, on a folder that is kept.
fn board() -> Option<Result<(), Box<dyn std::error::Error>>> {
    let mut words = std::env::args().skip(1);
    if words.next().as_deref() != Some("board") {
        return None;
    }
    let (mut dir, mut schools, mut out) = (PathBuf::new(), 10_000, None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--dir" => dir = words.next()?.into(),
            "--schools" => schools = words.next()?.parse().ok()?,
            "--out" => out = Some(PathBuf::from(words.next()?)),
            _ => return None,
        }
    }
    if dir.as_os_str().is_empty() {
        return None;
    }
    let mut report = load::report::Report::default();
    Some(board::run(&dir, schools, &mut report).and_then(|()| {
        if let Some(out) = out {
            let when = base::Clock::wall().now().day();
            std::fs::write(out, report.markdown(&bench::machine_line(&dir)?, &when.to_string()))?;
        }
        Ok(())
    }))
}

fn main() -> ExitCode {
    if let Some(done) = board() {
        return match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(e) => {
                eprintln!("board: {e}");
                ExitCode::FAILURE
            }
        };
    }
    let Some(asked) = asked() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match bench::run(&asked) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("bench: {e}");
            ExitCode::FAILURE
        }
    }
}
