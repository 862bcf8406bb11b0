//! Units: 单位名称, 上级单位 and what the notice's rules need to know of a school. Rows may come in any order; a parent may
//! stand further down.

use base::{Day, Problem};
use safety::Cx;
use safety::org::unit::{self, NewUnit};
use safety::org::{Stage, UnitKind};

use super::{Counts, Index, Parsed, done, number, scientific, store};
use crate::args::Import;
use crate::house::House;
use crate::stop::{Done, stop};
use crate::table::{Column, Faults, Row, Table, read};
use crate::words::{columns, import as say};

const COLUMNS: &[Column] = columns::UNITS;

fn column(key: &str) -> &'static Column {
    COLUMNS.iter().find(|c| c.key == key).unwrap_or(&COLUMNS[0])
}

struct Line {
    row: Row,
    new: NewUnit,
    parent: String,
}

pub fn run(house: &House, asked: &Import) -> Done {
    let table = read(&asked.file, COLUMNS)?;
    let mut faults = Faults::default();
    let rows = parse(&table, &mut faults);
    if !faults.is_empty() {
        let count = faults.len();
        return Err(stop(format!("{}\n{}", faults.text(), say::nothing(count))));
    }
    let counts = store(house, asked, &table.file, COLUMNS, in_order(rows))?;
    done(asked, &table.ignored, &counts);
    Ok(())
}

fn parse(table: &Table, faults: &mut Faults) -> Vec<Line> {
    let mut rows = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let mut bad = |key: &str, why: &str| faults.add(&table.file, row.line, column(key).names[0], why);
        let name = row.get("name").to_string();
        if name.is_empty() {
            bad("name", say::REQUIRED);
        }
        let stage = word(row.get("stage"), Stage::ALL, web::words::stage, say::OTHER_STAGES, Stage::from_code);
        if stage.is_none() && !row.get("stage").is_empty() {
            bad("stage", &say::not_one_of(row.get("stage"), &all(Stage::ALL, web::words::stage)));
        }
        let kind = word(row.get("kind"), UnitKind::ALL, web::words::unit_kind, say::OTHER_KINDS, UnitKind::from_code);
        if kind.is_none() && !row.get("kind").is_empty() {
            bad("kind", &say::not_one_of(row.get("kind"), &all(UnitKind::ALL, web::words::unit_kind)));
        }
        let canteen = say::yes(row.get("canteen"));
        if canteen.is_none() {
            bad("canteen", say::YES_NO);
        }
        for key in ["code", "parent"].into_iter().filter(|key| scientific(row.get(key))) {
            bad(key, &say::scientific(row.get(key)));
        }
        let code = row.get("code").to_string();
        let kind = kind.unwrap_or_else(|| guess(&name, &code, stage));
        let mut figure = |key: &str| number(faults, &table.file, row, column(key));
        let new = NewUnit {
            short: row.get("short").into(),
            stage,
            pupils: figure("pupils"),
            classes: figure("classes"),
            boarders: figure("boarders"),
            buses: figure("buses"),
            canteen: canteen.unwrap_or(false),
            address: Some(row.get("address").to_string()).filter(|t| !t.is_empty()),
            phone: Some(row.get("phone").to_string()).filter(|t| !t.is_empty()),
            county: (kind == UnitKind::County).then(|| code.parse().ok()).flatten(),
            code: Some(code).filter(|c| !c.is_empty()),
            kept_from: day(row.get("kept_from")),
            ..NewUnit::named(kind, &name, None)
        };
        if new.kept_from.is_none() && !row.get("kept_from").is_empty() {
            faults.add(&table.file, row.line, column("kept_from").names[0], say::DAY);
        }
        if kind == UnitKind::County && new.county.is_none() {
            faults.add(&table.file, row.line, column("code").names[0], say::COUNTY_CODE);
        }
        rows.push(Line { row: row.clone(), new, parent: row.get("parent").into() });
    }
    rows
}

/// A day as it stands in tables: 2026-11-23, 2026/11/23, 2026.11.23, 2026年11月23日.
fn day(text: &str) -> Option<Day> {
    let plain = text.replace(['年', '月', '/', '.'], "-");
    let parts: Vec<i16> =
        plain.trim_end_matches('日').split('-').map(|p| p.trim().parse().ok()).collect::<Option<_>>()?;
    match parts[..] {
        [year, month, day] => Day::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?),
        _ => None,
    }
}

fn all<T: Copy>(all: &[T], say: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| say(*one)).collect()
}

/// A word of a closed list: as the pages say it, as others say it, or its code.
pub fn word<T: Copy>(
    text: &str,
    all: &[T],
    say: fn(T) -> &'static str,
    other: &[(&str, &str)],
    read: fn(&str) -> Option<T>,
) -> Option<T> {
    let named = all.iter().copied().find(|one| say(*one) == text);
    named
        .or_else(|| other.iter().find(|(word, _)| *word == text).and_then(|(_, code)| read(code)))
        .or_else(|| read(text))
}

/// What a unit is when the column is left empty.
fn guess(name: &str, code: &str, stage: Option<Stage>) -> UnitKind {
    if name.ends_with(say::BUREAU) || (code.len() == 6 && stage.is_none()) {
        UnitKind::County
    } else if say::POINT.iter().any(|word| name.contains(word)) {
        UnitKind::Point
    } else if name.contains(say::CENTRE) {
        UnitKind::Centre
    } else {
        UnitKind::School
    }
}

/// Parents before what stands under them; whatever is left in a circle comes last and is refused for its parent.
fn in_order(rows: Vec<Line>) -> Vec<Line> {
    let (mut out, mut left): (Vec<Line>, Vec<Line>) = (Vec::new(), rows);
    loop {
        let names: std::collections::BTreeSet<String> = left
            .iter()
            .flat_map(|r| [Some(r.new.name.clone()), r.new.code.clone(), Some(r.new.short.clone())])
            .flatten()
            .filter(|n| !n.is_empty())
            .collect();
        let (wait, ready): (Vec<Line>, Vec<Line>) = left.into_iter().partition(|r| names.contains(&r.parent));
        if ready.is_empty() {
            out.extend(wait);
            return out;
        }
        out.extend(ready);
        if wait.is_empty() {
            return out;
        }
        left = wait;
    }
}

impl Parsed for Line {
    fn row(&self) -> &Row {
        &self.row
    }
    fn store(&self, cx: &mut Cx<'_, '_>, index: &mut Index, counts: &mut Counts) -> base::Result<()> {
        open(cx, index, self, counts)
    }
}

fn open(cx: &mut Cx<'_, '_>, index: &mut Index, parsed: &Line, counts: &mut Counts) -> base::Result<()> {
    let parent = match parsed.parent.as_str() {
        // Without a superior a unit stands under the city.
        "" => cx.tx.row(crate::house::sql::CITY_ID, &[])?.map(|row| row.id("id")).transpose()?,
        text => Some(index.unit(text, "parent")?),
    };
    if index.units.get(&parsed.new.name).is_some_and(|known| known.is_some()) {
        return Err(base::Error::invalid("name", Problem::Taken));
    }
    // A day gone by (a table of another house) means from now on: nothing was kept here before the unit was entered.
    let kept_from = parsed.new.kept_from.map(|day| day.max(cx.now.day()));
    let new = NewUnit { parent, kept_from, ..parsed.new.clone() };
    let id = unit::open(cx, &new)?;
    let opened = unit::load(cx, id)?;
    index.learn(id, [opened.code, Some(opened.name), Some(opened.short)].into_iter().flatten());
    *counts.entry(web::words::unit_kind(opened.kind)).or_default() += 1;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, parent: &str) -> Line {
        Line { row: Row::blank(1), new: NewUnit::named(UnitKind::School, name, None), parent: parent.into() }
    }

    #[test]
    fn parents_come_first_whatever_the_order_of_the_file() {
        let rows = in_order(vec![
            row("教学点", "中心校"),
            row("中心校", "桦甸"),
            row("桦甸", ""),
            row("甲", "乙"),
            row("乙", "甲"),
        ]);
        let names: Vec<&str> = rows.iter().map(|r| r.new.name.as_str()).collect();
        assert_eq!(names, ["桦甸", "中心校", "教学点", "甲", "乙"]);
    }

    #[test]
    fn days_are_read_as_tables_write_them() {
        for text in ["2026-11-23", "2026/11/23", "2026.11.23", "2026年11月23日"] {
            assert_eq!(day(text), Day::new(2026, 11, 23), "{text}");
        }
        for text in ["", "11-23", "2026-13-01", "下周一"] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn kinds_are_guessed_from_names_and_codes() {
        assert_eq!(guess("桦甸市教育局", "", None), UnitKind::County);
        assert_eq!(guess("开发区", "220271", None), UnitKind::County);
        assert_eq!(guess("红石示例教学点", "", None), UnitKind::Point);
        assert_eq!(guess("常山镇中心校", "", Some(Stage::Primary)), UnitKind::Centre);
        assert_eq!(guess("示例小学", "2122900001", Some(Stage::Primary)), UnitKind::School);
    }
}
