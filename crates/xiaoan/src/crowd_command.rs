//! `xiaoan crowd bound|plan|evacuate`: the planner on one instance file or a folder of plain tables (notice 2.5). Reads
//! and writes files and keeps the time budget; everything else is `crowd`'s.

use std::path::Path;

use base::Stopwatch;
use crowd::{Faults, Instance, Stop as Halt};
use serde_json::Value;

use crate::args;
use crate::stop::{Done, Stop, file, stop, wrong};
use crate::words::crowd as say;

/// Steps of the search when neither steps nor a budget are asked for.
const STEPS: u64 = 2_000;
/// Files read from a folder of tables, and bytes of one.
const TABLES_MAX: usize = 20;
const TABLE_BYTES: u64 = 8 * 1024 * 1024;

pub fn run(asked: &args::Crowd) -> Done {
    let (act, common) = match asked {
        args::Crowd::Bound(common) => (Act::Bound, common),
        args::Crowd::Plan(plan) => (Act::Plan(plan), &plan.common),
        args::Crowd::Evacuate(plan) => (Act::Evacuate(plan), &plan.common),
    };
    let answer = read(&common.file).and_then(|instance| match &common.closure {
        Some(id) => instance.closed(id).map_err(Refused::from),
        None => Ok(instance),
    });
    match answer.and_then(|instance| work(&instance, &act, common)) {
        Ok(()) => Ok(()),
        Err(Refused::Stop(stop)) => Err(stop),
        Err(Refused::Faults(faults)) => {
            write_json(common, &crowd::errors_json(&faults))?;
            Err(stop(faults.to_string()))
        }
    }
}

enum Act<'a> {
    Bound,
    Plan(&'a args::CrowdPlan),
    Evacuate(&'a args::CrowdPlan),
}

enum Refused {
    Faults(Faults),
    Stop(Stop),
}

impl From<Faults> for Refused {
    fn from(faults: Faults) -> Refused {
        Refused::Faults(faults)
    }
}

impl From<Halt> for Refused {
    fn from(halt: Halt) -> Refused {
        match halt {
            Halt::Refused(faults) => Refused::Faults(faults),
            other => Refused::Stop(stop(say::halted(&format!("{other:?}")))),
        }
    }
}

impl From<Stop> for Refused {
    fn from(stop: Stop) -> Refused {
        Refused::Stop(stop)
    }
}

fn read(path: &Path) -> Result<Instance, Refused> {
    if !path.is_dir() {
        let bytes = std::fs::read(path).map_err(file(path))?;
        return Ok(Instance::from_json(&bytes)?);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(file(path))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".csv") {
            continue;
        }
        let large = entry.metadata().is_ok_and(|m| m.len() > TABLE_BYTES);
        if files.len() == TABLES_MAX || large {
            return Err(stop(say::too_large(&path.display().to_string())).into());
        }
        files.push((name, std::fs::read(entry.path()).map_err(file(&entry.path()))?));
    }
    files.sort();
    let id = path.file_name().map_or_else(|| "school".to_string(), |n| n.to_string_lossy().into_owned());
    Ok(Instance::new(crowd::draft_from_tables(&id, &files)?)?)
}

fn work(instance: &Instance, act: &Act<'_>, common: &args::CrowdCommon) -> Result<(), Refused> {
    match act {
        Act::Bound => write_json(common, &crowd::bound_json(instance)?)?,
        Act::Plan(asked) => {
            let plan = crowd::plan(instance, asked.seed, more(asked)?)?;
            write_json(common, &crowd::plan_json(instance, &plan, asked.seed)?)?;
            if let Some(out) = &asked.svg {
                let bound = crowd::bound(instance)?;
                std::fs::write(out, crowd::plan_svg(instance, &plan, Some(&bound))).map_err(file(out))?;
            }
        }
        Act::Evacuate(asked) => {
            let sheet = crowd::evacuate(instance, asked.seed, more(asked)?)?;
            write_json(common, &crowd::evacuation_json(instance, &sheet))?;
            if let Some(out) = &asked.svg {
                std::fs::write(out, crowd::evacuation_svg(instance, &sheet)).map_err(file(out))?;
            }
        }
    }
    Ok(())
}

/// Goes on for so many steps, or until the budget of machine time is used.
fn more(asked: &args::CrowdPlan) -> Result<impl FnMut(u64) -> bool, Refused> {
    if asked.steps.is_some() && asked.budget_ms.is_some() {
        return Err(wrong(say::STEPS_OR_BUDGET).into());
    }
    let (watch, budget) = (Stopwatch::start(), asked.budget_ms);
    let steps = asked.steps.unwrap_or(STEPS);
    Ok(move |done: u64| match budget {
        Some(ms) => watch.elapsed_ms() < ms as i64,
        None => done < steps,
    })
}

fn write_json(common: &args::CrowdCommon, value: &Value) -> Done {
    let text = serde_json::to_string_pretty(value).map_err(|e| stop(e.to_string()))? + "\n";
    match common.json.as_deref() {
        Some(path) if path != Path::new("-") => std::fs::write(path, text).map_err(file(path)),
        _ => {
            print!("{text}");
            Ok(())
        }
    }
}
