//! `import`: units, people, places and rolls from CSV, so that a bureau could start on Monday. Every bad cell is told with file,
//! line and column, all at once; nothing is stored while one is bad; a dry run stores nothing at all.
//!
//! The rows run in one transaction through the same functions as the pages; whatever those refuse is told at its cell.
//! The server must be stopped (one writer). Not here: Excel files (part B), hazards and ledgers of earlier years.

mod people;
mod places;
mod roll;
mod units;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::{Error, FieldError, Problem, Refusal};
use db::Row as Found;
use safety::{Actor, Cx, Meta};

use crate::args::{Import, ImportKind};
use crate::house::House;
use crate::stop::{Done, stop};
use crate::table::{Column, Faults, Row};
use crate::words::import as say;

pub mod sql {
    pub const UNITS: &str =
        "select id, code, kind, name, short, home from unit where closed_on is null order by county, id";
    pub const PEOPLE: &str = "select id, unit, name from person where unit = $1 and erased_at is null";
    pub const PLACES: &str = "select id, name from place where unit = $1 and closed_on is null";
    pub const LOGIN: &str = "select id from login where name = $1";
    #[cfg(test)]
    pub const ALL: &[&str] = &[UNITS, PEOPLE, PLACES, LOGIN];
}

/// What an import did, or would do: counts by word.
pub type Counts = BTreeMap<&'static str, usize>;

pub fn run(house: &House, asked: &Import) -> Done {
    house.require()?;
    match asked.kind {
        ImportKind::Units => units::run(house, asked),
        ImportKind::People => people::run(house, asked),
        ImportKind::Places => places::run(house, asked),
        ImportKind::Roll => roll::run(house, asked),
    }
}

/// A row of the table with what was read from it.
trait Parsed: Send + 'static {
    fn row(&self) -> &Row;
    /// Stores it. Refusals are told at their cells.
    fn store(&self, cx: &mut Cx<'_, '_>, index: &mut Index, counts: &mut Counts) -> base::Result<()>;
}

/// Runs the rows in one transaction.
fn store<R: Parsed>(
    house: &House,
    asked: &Import,
    file: &str,
    columns: &'static [Column],
    rows: Vec<R>,
) -> Done<Counts> {
    let app = house.open_now()?;
    let told: Arc<Mutex<(Faults, Counts)>> = Arc::default();
    let (inner, dry, name) = (told.clone(), asked.dry_run, file.to_string());
    let job = move |cx: &mut Cx<'_, '_>| {
        // A job may run again: what an earlier run has told is forgotten.
        let mut told = inner.lock().unwrap_or_else(PoisonError::into_inner);
        *told = Default::default();
        let (faults, counts) = &mut *told;
        let mut index = Index::of_units(cx)?;
        for one in &rows {
            match one.store(cx, &mut index, counts) {
                Ok(()) => {}
                Err(Error::Refused(refusal)) => tell(faults, &name, one.row(), columns, &refusal),
                Err(fault) => return Err(fault),
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

/// A refusal as faults of cells. A field that is no column is told at the first one.
fn tell(faults: &mut Faults, file: &str, row: &Row, columns: &[Column], refusal: &Refusal) {
    let heading = |key: &str| columns.iter().find(|c| c.key == key).or(columns.first()).map_or("", |c| c.names[0]);
    match refusal {
        Refusal::Invalid(fields) => {
            for FieldError { field, problem } in fields {
                faults.add(file, row.line, heading(field), &why(field, problem, row.get(field)));
            }
        }
        other => faults.add(file, row.line, heading(""), &web::words::refusal(other)),
    }
}

/// Why a cell will not do, with what stands in it.
fn why(field: &str, problem: &Problem, cell: &str) -> String {
    match problem {
        Problem::Unknown if scientific(cell) => say::scientific(cell),
        Problem::Unknown => say::unknown(cell),
        Problem::Unreadable if field == "login" => say::login(cell),
        Problem::Unreadable if !cell.is_empty() => say::unreadable(cell),
        Problem::Taken => say::TAKEN.into(),
        Problem::Mismatch { .. } if field == "kind" => say::STANDS.into(),
        other => web::words::problem(field, other),
    }
}

/// Says what was, or would be, stored.
fn done(asked: &Import, ignored: &[String], counts: &Counts) {
    if !ignored.is_empty() {
        println!("{}", say::ignored(ignored));
    }
    for (word, count) in counts {
        println!("{}", say::count(word, *count));
    }
    println!("{}", if asked.dry_run { say::DRY } else { say::DONE });
}

/// Units by name, short name and code; what two bear names neither.
#[derive(Default)]
pub struct Index {
    units: BTreeMap<String, Option<base::Id>>,
    /// Further names within a unit: persons, places.
    inner: BTreeMap<(base::Id, String), Option<base::Id>>,
}

impl Index {
    fn of_units(cx: &mut Cx<'_, '_>) -> base::Result<Index> {
        let mut index = Index::default();
        for row in cx.tx.rows(sql::UNITS, &[])? {
            let id = row.id("id")?;
            let names = [row.opt_text("code")?, Some(row.text("name")?), Some(row.text("short")?)];
            index.learn(id, names.into_iter().flatten());
        }
        Ok(index)
    }
    fn learn(&mut self, id: base::Id, names: impl Iterator<Item = String>) {
        let names: std::collections::BTreeSet<String> = names.filter(|n| !n.is_empty()).collect();
        for name in names {
            self.units.entry(name).and_modify(|known| *known = known.filter(|k| *k == id)).or_insert(Some(id));
        }
    }
    /// The unit that bears this name alone. Refuses Invalid `field`: Unknown.
    fn unit(&self, text: &str, field: &'static str) -> base::Result<base::Id> {
        let found = self.units.get(text).copied().flatten();
        found.ok_or_else(|| Error::invalid(field, Problem::Unknown))
    }
    fn learn_inner(&mut self, unit: base::Id, rows: &[Found]) -> base::Result<()> {
        for row in rows {
            if let Some(name) = row.opt_text("name")? {
                let id = row.id("id")?;
                self.inner
                    .entry((unit, name))
                    .and_modify(|known| *known = known.filter(|k| *k == id))
                    .or_insert(Some(id));
            }
        }
        Ok(())
    }
}

/// A long number as a spreadsheet writes it when its column is not text: 3.122E+09. Its last figures are lost.
fn scientific(cell: &str) -> bool {
    let Some((figures, power)) = cell.split_once(['E', 'e']) else { return false };
    let only = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    only(power.strip_prefix('+').unwrap_or(power))
        && figures.split_once('.').map_or(only(figures), |(whole, rest)| only(whole) && only(rest))
}

/// A whole number; an empty cell is 0.
fn number(faults: &mut Faults, file: &str, row: &Row, column: &Column) -> i64 {
    let text = row.get(column.key);
    let plain = text.replace([',', '，', ' '], "");
    match plain.trim_end_matches(['人', '个', '辆']).parse() {
        Ok(n) => n,
        Err(_) if plain.is_empty() => 0,
        Err(_) => {
            faults.add(file, row.line, column.names[0], &say::not_number(text));
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_a_spreadsheet_has_shortened_are_known() {
        for cell in ["3.122E+09", "3E+09", "1.39e10", "2.12290000E+11"] {
            assert!(scientific(cell), "{cell}");
        }
        for cell in ["", "3122900001", "E+09", "3.E+09", "3.1.2E+09", "一中E2栋", "3.122E+", "A3E5"] {
            assert!(!scientific(cell), "{cell}");
        }
    }
}
