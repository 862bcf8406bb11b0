//! `crowd`: the planner on one instance file or a folder of tables (notice 2.5, 3.5). Offline: needs no data folder.
//!
//! Here are the things that the planner itself does not know: files, the clock that ends a search, exit codes. Only
//! regular files are opened (a pipe or a device would wait for ever), and never more of one than an instance may have.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use base::Stopwatch;
use crowd::{Bound, Code, Evacuation, Faults, Instance, MAX_BYTES, Mode, Plan, Stop as Halt};
use serde_json::Value;

use crate::args::{Crowd, CrowdAsked, Effort};
use crate::house::store;
use crate::stop::{Done, file, stop, wrong};
use crate::words::crowd as words;

/// Search time when nothing is said, ms.
const USUAL_MS: u64 = 2_000;
/// Longest search, ms.
const LONGEST_MS: u64 = 600_000;
/// Most search steps.
const MOST_STEPS: u64 = 1_000_000_000;
/// Steps between two looks at the clock.
const LOOK: u64 = 8;
/// Most files looked at in a folder of tables.
const MOST_FILES: usize = 100;

pub fn run(act: &Crowd) -> Done {
    let (Crowd::Bound(asked) | Crowd::Plan { asked, .. } | Crowd::Evacuate(asked)) = act;
    let effort = effort(&asked.effort)?;
    if asked.json.is_some() && asked.json == asked.svg {
        return Err(wrong(words::SAME_PLACE));
    }
    match answer(act, asked, effort) {
        Ok(answer) => {
            if let Some(out) = &asked.svg {
                put(out, answer.svg.as_bytes())?;
            }
            match &asked.json {
                Some(out) => put(out, &pretty(&answer.json))?,
                None if asked.svg.as_deref().is_some_and(is_standard) => {}
                None => print!("{}", answer.text),
            }
            Ok(())
        }
        Err(faults) => {
            if let Some(out) = &asked.json {
                put(out, &pretty(&crowd::errors_json(&faults)))?;
            }
            Err(stop(words::refused(&faults)))
        }
    }
}

/// How long to search.
#[derive(Clone, Copy)]
enum Search {
    Ms(u64),
    Steps(u64),
}

fn effort(asked: &Effort) -> Done<Search> {
    match (asked.budget_ms, asked.steps) {
        (_, Some(steps)) if steps > MOST_STEPS => Err(wrong(words::too_long("--steps", MOST_STEPS))),
        (_, Some(steps)) => Ok(Search::Steps(steps)),
        (Some(ms), None) if ms > LONGEST_MS => Err(wrong(words::too_long("--budget-ms", LONGEST_MS))),
        (ms, None) => Ok(Search::Ms(ms.unwrap_or(USUAL_MS))),
    }
}

impl Search {
    fn more(self) -> impl FnMut(u64) -> bool {
        let watch = Stopwatch::start();
        let mut over = false;
        move |done| match self {
            Search::Steps(steps) => done < steps,
            Search::Ms(ms) => {
                if done.is_multiple_of(LOOK) {
                    over = watch.elapsed_us() >= ms as i64 * 1_000;
                }
                !over
            }
        }
    }
}

struct Answer {
    json: Value,
    svg: String,
    text: String,
}

fn answer(act: &Crowd, asked: &CrowdAsked, effort: Search) -> Result<Answer, Faults> {
    let mut instance = read(&asked.file)?;
    if let Some(closure) = &asked.closure {
        instance = instance.closed(closure)?;
    }
    let seed = asked.effort.seed;
    let drawn = asked.svg.is_some();
    let picture = |draw: &dyn Fn() -> String| if drawn { draw() } else { String::new() };
    match act {
        Crowd::Bound(_) => {
            let known = crowd::reckon(&instance, &mut || true).map_err(faults)?;
            let json = crowd::reckoning_json(&instance, &known);
            let svg = picture(&|| crowd::bound_svg(&instance, &known));
            Ok(Answer { text: words::bound(&instance, &instance.notices(), &json), svg, json })
        }
        Crowd::Plan { phone, .. } => {
            let plan: Plan = crowd::plan(&instance, seed, effort.more())?;
            let floor: Bound = crowd::bound(&instance, Mode::Dismissal, &mut || true).map_err(faults)?;
            let json = crowd::plan_json_beside(&instance, &plan, &floor, seed);
            let svg = picture(&|| match phone {
                true => crowd::plan_phone_svg(&instance, &plan, None),
                false => crowd::plan_svg(&instance, &plan, Some(&floor), None),
            });
            Ok(Answer { text: words::plan(&instance, &crowd::plan_notices(&instance, &plan), &json), svg, json })
        }
        Crowd::Evacuate(_) => {
            let sheet: Evacuation = crowd::evacuate(&instance, seed, effort.more()).map_err(faults)?;
            let json = crowd::evacuation_json(&instance, &sheet);
            let svg = picture(&|| crowd::evacuation_svg(&instance, &sheet));
            Ok(Answer {
                text: words::evacuation(&instance, &crowd::evacuation_notices(&instance, &sheet), &json),
                svg,
                json,
            })
        }
    }
}

/// The command always lets a computation end, so a stop is a refusal.
fn faults(halt: Halt) -> Faults {
    match halt {
        Halt::Refused(faults) => faults,
        Halt::Cancelled => Faults::default(),
    }
}

/// Reads an instance document, or a folder of tables.
fn read(path: &Path) -> Result<Instance, Faults> {
    let place = path.display().to_string();
    let kind = fs::metadata(path).map_err(|e| unreadable(&place, &e))?;
    if kind.is_dir() {
        let name = path.canonicalize().ok().and_then(|p| Some(p.file_name()?.to_string_lossy().into_owned()));
        return Instance::new(crowd::draft_from_tables(&name.unwrap_or(place), &tables(path)?)?);
    }
    Instance::from_json(&whole(path)?)
}

/// The CSV files of a folder, by name.
fn tables(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Faults> {
    let place = folder.display().to_string();
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| unreadable(&place, &e))? {
        let path = entry.map_err(|e| unreadable(&place, &e))?.path();
        if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv")) {
            names.push(path);
        }
        if names.len() > MOST_FILES {
            return Err(Faults::one(Code::E_TOO_LARGE, place, words::too_many_files(MOST_FILES)));
        }
    }
    names.sort();
    let name = |path: &Path| path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    names.iter().map(|path| Ok((name(path), whole(path)?))).collect()
}

/// A file's bytes, one more than the limit at most: the planner then refuses them by its own rule.
fn whole(path: &Path) -> Result<Vec<u8>, Faults> {
    let place = path.display().to_string();
    let kind = fs::metadata(path).map_err(|e| unreadable(&place, &e))?;
    if !kind.is_file() {
        return Err(Faults::one(Code::E_FORMAT, place, words::NO_FILE));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|e| unreadable(&place, &e))?;
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|e| unreadable(&place, &e))?;
    Ok(bytes)
}

fn unreadable(place: &str, e: &std::io::Error) -> Faults {
    Faults::one(Code::E_FORMAT, place, crate::words::file(place, e))
}

fn pretty(json: &Value) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(json).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn is_standard(out: &Path) -> bool {
    out == Path::new("-")
}

/// Writes a document whole or not at all; `-` is standard output.
fn put(out: &Path, bytes: &[u8]) -> Done {
    if is_standard(out) {
        let mut stdout = std::io::stdout().lock();
        return stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(file(out));
    }
    // a device or a pipe takes the bytes as they come; it cannot be exchanged for another file
    if fs::metadata(out).is_ok_and(|kind| !kind.is_file() && !kind.is_dir()) {
        return fs::write(out, bytes).map_err(file(out));
    }
    store(out, bytes).map_err(file(out))
}
