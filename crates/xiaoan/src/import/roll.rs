//! The rolls of schools: one row a class or a pupil, 单位 says of which school. All schools of the file in one
//! transaction; the same file twice changes nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::{Error, Problem, Refusal};
use safety::roll::intake::{self, Line};
use safety::{Actor, Cx, Meta};
use web::roll::read;

use super::{Counts, Index, done, why};
use crate::args::Import;
use crate::house::House;
use crate::stop::{Done, stop};
use crate::table::{Faults, Row, read as table_of};
use crate::words::import as say;

fn heading(key: &str) -> &'static str {
    read::COLUMNS.iter().find(|c| c.key == key).or(read::COLUMNS.first()).map_or("", |c| c.names[0])
}

pub fn run(house: &House, asked: &Import) -> Done {
    let table = table_of(&asked.file, read::COLUMNS)?;
    let mut faults = Faults::default();
    let mut schools: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
    for row in &table.rows {
        let (line, bad) = read::line(row);
        for (key, why) in bad {
            faults.add(&table.file, row.line, heading(key), &why);
        }
        let unit = row.get("unit").to_string();
        if unit.is_empty() {
            faults.add(&table.file, row.line, heading("unit"), say::REQUIRED);
        }
        rows.insert(row.line, row.clone());
        schools.entry(unit).or_default().push(line);
    }
    if !faults.is_empty() {
        let count = faults.len();
        return Err(stop(format!("{}\n{}", faults.text(), say::nothing(count))));
    }
    let counts = store(house, asked, &table.file, schools, rows)?;
    done(asked, &table.ignored, &counts);
    Ok(())
}

type Told = (Faults, Counts);

fn store(
    house: &House,
    asked: &Import,
    file: &str,
    schools: BTreeMap<String, Vec<Line>>,
    rows: BTreeMap<usize, Row>,
) -> Done<Counts> {
    let app = house.open_now()?;
    let told: Arc<Mutex<Told>> = Arc::default();
    let (inner, dry, name) = (told.clone(), asked.dry_run, file.to_string());
    let job = move |cx: &mut Cx<'_, '_>| {
        // A job may run again: what an earlier run has told is forgotten.
        let mut told = inner.lock().unwrap_or_else(PoisonError::into_inner);
        *told = Default::default();
        let (faults, counts) = &mut *told;
        let index = Index::of_units(cx)?;
        for (school, lines) in &schools {
            let Ok(unit) = index.unit(school, "unit") else {
                let line = lines.first().map_or(0, |line| line.at as usize);
                faults.add(&name, line, heading("unit"), &why("unit", &Problem::Unknown, school));
                continue;
            };
            let plan = intake::plan(cx, unit, lines)?;
            for bad in &plan.faults {
                let (line, field) = (bad.at as usize, bad.fault.field);
                let cell = rows.get(&line).map_or("", |row| row.get(field));
                faults.add(&name, line, heading(field), &why(field, &bad.fault.problem, cell));
            }
            for (word, n) in [
                (say::CLASSES_OPENED, plan.opened),
                (say::CLASSES_CHANGED, plan.changed),
                (say::PUPILS, plan.entered),
                (say::AS_THEY_WERE, plan.same),
            ] {
                *counts.entry(word).or_default() += n as usize;
            }
            if plan.faults.is_empty() && !dry {
                intake::take_in(cx, unit, lines)?;
            }
        }
        // Both ways of storing nothing roll the transaction back.
        if dry || !faults.is_empty() { Err(Refusal::TooLate.into()) } else { Ok(()) }
    };
    let result = app.write(&Actor::system(), Meta::of("import"), job);
    app.db().close();
    let (faults, counts) = std::mem::take(&mut *told.lock().unwrap_or_else(PoisonError::into_inner));
    if !faults.is_empty() {
        let count = faults.len();
        return Err(stop(format!("{}\n{}", faults.text(), say::nothing(count))));
    }
    match result {
        Err(Error::Refused(Refusal::TooLate)) if asked.dry_run => Ok(counts),
        other => other.map(|()| counts).map_err(Into::into),
    }
}
