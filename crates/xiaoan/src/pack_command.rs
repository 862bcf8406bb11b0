//! `pack`: what is wrong with a policy pack, and what it says. Needs no data folder.

use std::path::Path;

use base::Day;
use base::calendar::PeriodKind;
use db::args;
use safety::duty::rehearse as rehearsal;
use safety::pack::{self, Files, store};

use crate::args::Pack;
use crate::house::House;
use crate::stop::{Done, Stop, file, stop, wrong};
use crate::words::pack as words;

/// Files of a pack, and bytes of one: more is no pack.
const FILES_MAX: usize = 200;
const BYTES_MAX: u64 = 1024 * 1024;

pub fn run(act: &Pack) -> Done {
    match act {
        Pack::Check { dir } => check(dir),
        Pack::Show { dir, json } => show(dir, *json),
        Pack::Rehearse { .. } => Ok(()),
    }
}

/// All `.toml` and `.txt` files below a folder.
pub fn files(dir: &Path) -> Result<Files, Stop> {
    let mut out = Files::new();
    let mut open = vec![dir.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).map_err(file(&folder))? {
            let path = entry.map_err(file(&folder))?.path();
            let meta = std::fs::symlink_metadata(&path).map_err(file(&path))?;
            if meta.is_dir() {
                open.push(path);
                continue;
            }
            let wanted = path.extension().is_some_and(|e| e == "toml" || e == "txt");
            if !wanted || !meta.is_file() {
                continue;
            }
            if out.len() >= FILES_MAX || open.len() > FILES_MAX || meta.len() > BYTES_MAX {
                return Err(stop(words::too_big(&path)));
            }
            let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            out.insert(name, std::fs::read_to_string(&path).map_err(file(&path))?);
        }
    }
    Ok(out)
}

/// Each finding on its line, warnings too; refused when anything but a warning was found.
fn check(dir: &Path) -> Done {
    let (pack, findings) = pack::check(&files(dir)?);
    let (warnings, faults): (Vec<_>, Vec<_>) = findings.iter().partition(|f| f.what.is_warning());
    for finding in &findings {
        println!("{}", web::words::finding::line(finding));
    }
    if !faults.is_empty() {
        return Err(stop(words::faults(faults.len())));
    }
    println!("{}", words::clean(&pack, warnings.len()));
    for (role, tenths) in pack::burden::weekly_tenths(&pack) {
        println!("{}", words::minutes(role, tenths, pack.budget.get(&role).copied()));
    }
    Ok(())
}

fn show(dir: &Path, json: bool) -> Done {
    let (pack, findings) = pack::read(&files(dir)?);
    if !findings.is_empty() {
        let lines: Vec<String> = findings.iter().map(web::words::finding::line).collect();
        return Err(stop(format!("{}\n{}", lines.join("\n"), words::faults(findings.len()))));
    }
    if json {
        let text = serde_json::to_string_pretty(&pack::load::normal(&pack)).unwrap_or_default();
        println!("{text}");
        return Ok(());
    }
    println!("{}", words::head(&pack));
    for item in &pack.items {
        println!("{} {}", item.number, item.head);
        for entry in pack.entries.iter().filter(|e| e.clause == item.number) {
            println!("{}", words::entry(entry));
        }
    }
    Ok(())
}

pub mod sql {
    pub const CITY: &str = "select id from unit where kind = 'city' order by received_at, id limit 1";
    #[cfg(test)]
    pub const ALL: &[&str] = &[CITY];
}

/// Runs a pack over what was recorded, against the pack in force. Needs the data folder, beside a running server too.
pub fn rehearse(house: &House, act: &Pack) -> Done {
    let Pack::Rehearse { dir, from, until, json } = act else { return run(act) };
    let (draft, findings) = pack::read(&files(dir)?);
    if !findings.is_empty() {
        let lines: Vec<String> = findings.iter().map(web::words::finding::line).collect();
        return Err(stop(format!("{}\n{}", lines.join("\n"), words::faults(findings.len()))));
    }
    let day = |text: &Option<String>, or: Day| match text {
        Some(text) => Day::parse(text).ok_or_else(|| wrong(words::day(text))),
        None => Ok(or),
    };
    let (db, today) = (house.beside()?, house.now()?.day());
    let packs = db.read(store::load)?;
    let now = packs.in_force(today).clone();
    let year = now.calendar.period_of(PeriodKind::SchoolYear, today).map_or(today.plus_days(-90), |p| p.from);
    let (from, until) = (day(from, year)?, day(until, today.plus_days(-1))?);
    let days = until.days_since(from) + 1;
    if !(1..=rehearsal::SPAN_DAYS).contains(&days) || until >= today {
        return Err(wrong(words::span(rehearsal::SPAN_DAYS)));
    }
    let past = db.read(move |tx| {
        let top = match tx.row(sql::CITY, args![])? {
            Some(row) => row.id("id")?,
            None => return Ok(None),
        };
        rehearsal::read(tx, top, from, until).map(Some)
    })?;
    let Some(past) = past else { return Err(stop(crate::words::nothing_here(&house.data))) };
    let told = rehearsal::run(&past, &now, &draft);
    if *json {
        println!("{}", serde_json::to_string_pretty(&told).unwrap_or_default());
    } else {
        println!("{}", words::rehearsal(&told, &now, &draft));
    }
    Ok(())
}
