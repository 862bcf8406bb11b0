//! Places of units: one row a place; 所在楼栋 names a place of the same unit, from the same file or entered before.

use base::{Error, Problem};
use safety::Cx;
use safety::org::PlaceKind;
use safety::org::place::{self, NewPlace};
use safety::org::unit;

use super::units::word;
use super::{Counts, Index, Parsed, done, sql, store};
use crate::args::Import;
use crate::house::House;
use crate::stop::{Done, stop};
use crate::table::{Column, Faults, Row, read};
use crate::words::{columns, import as say};

const COLUMNS: &[Column] = columns::PLACES;

struct Line {
    row: Row,
    kind: PlaceKind,
}

pub fn run(house: &House, asked: &Import) -> Done {
    let table = read(&asked.file, COLUMNS)?;
    let mut faults = Faults::default();
    let mut rows = Vec::new();
    for row in &table.rows {
        let text = row.get("kind");
        let kind = word(text, PlaceKind::ALL, web::words::place_kind, say::OTHER_PLACES, PlaceKind::from_code);
        if kind.is_none() && !text.is_empty() {
            let all: Vec<&str> = PlaceKind::ALL.iter().map(|k| web::words::place_kind(*k)).collect();
            faults.add(&table.file, row.line, COLUMNS[2].names[0], &say::not_one_of(text, &all));
        }
        for column in COLUMNS.iter().filter(|c| c.needed && row.get(c.key).is_empty()) {
            faults.add(&table.file, row.line, column.names[0], say::REQUIRED);
        }
        rows.push(Line { row: row.clone(), kind: kind.unwrap_or(PlaceKind::Other) });
    }
    if !faults.is_empty() {
        let count = faults.len();
        return Err(stop(format!("{}\n{}", faults.text(), say::nothing(count))));
    }
    // Houses before what is in them.
    rows.sort_by_key(|r| !r.row.get("parent").is_empty());
    let counts = store(house, asked, &table.file, COLUMNS, rows)?;
    done(asked, &table.ignored, &counts);
    Ok(())
}

impl Parsed for Line {
    fn row(&self) -> &Row {
        &self.row
    }
    fn store(&self, cx: &mut Cx<'_, '_>, index: &mut Index, counts: &mut Counts) -> base::Result<()> {
        add(cx, index, self, counts)
    }
}

fn add(cx: &mut Cx<'_, '_>, index: &mut Index, parsed: &Line, counts: &mut Counts) -> base::Result<()> {
    let row = &parsed.row;
    let unit = index.unit(row.get("unit"), "unit")?;
    let home = unit::load(cx, unit)?.home;
    let known = cx.tx.rows(sql::PLACES, db::args![home])?;
    index.learn_inner(home, &known)?;
    let found = |name: &str| index.inner.get(&(home, name.to_string())).copied();
    if found(row.get("name")).is_some() {
        return Err(Error::invalid("name", Problem::Taken));
    }
    let parent = match row.get("parent") {
        "" => None,
        name => Some(found(name).flatten().ok_or_else(|| Error::invalid("parent", Problem::Unknown))?),
    };
    place::add(cx, &NewPlace { id: None, unit: home, parent, kind: parsed.kind, name: row.get("name").into() })?;
    *counts.entry(web::words::place_kind(parsed.kind)).or_default() += 1;
    Ok(())
}
