//! Rows of a roll's table as the noun takes them: one row a class or a pupil. Shared with `xiaoan import roll`.

use safety::roll::intake::Line;

use crate::table::{Column, Row, Table, Trouble, parse};
use crate::words::roll as say;

/// The columns, the proper name first. 单位 is needed by the command only.
pub const COLUMNS: &[Column] = &[
    Column { key: "class", names: &["班级", "班级名称", "班", "所在班级"], needed: true },
    Column { key: "grade", names: &["年级"], needed: false },
    Column { key: "teacher", names: &["班主任", "班主任姓名"], needed: false },
    Column {
        key: "pupils", names: &["学生数", "人数", "学生人数", "在籍人数", "班级人数"], needed: false
    },
    Column { key: "boarders", names: &["住宿生数", "住宿人数", "寄宿生数", "住校生数"], needed: false },
    Column { key: "riders", names: &["乘车生数", "乘车人数", "校车人数"], needed: false },
    Column { key: "pupil", names: &["学生姓名", "姓名", "学生"], needed: false },
    Column { key: "boards", names: &["住宿", "是否住宿", "住校", "寄宿"], needed: false },
    Column { key: "rides", names: &["乘车", "是否乘车", "乘校车", "校车"], needed: false },
    Column { key: "unit", names: &["单位", "学校", "学校名称", "单位名称", "单位代码"], needed: false },
];

/// Reads a row; what cannot be read is told as (column's key, why).
pub fn line(row: &Row) -> (Line, Vec<(&'static str, String)>) {
    let mut faults = Vec::new();
    let mut number = |key: &'static str| {
        let text = row.get(key);
        let plain = text.replace([',', '，', ' '], "");
        let plain = plain.trim_end_matches('人');
        match plain.parse::<i64>() {
            Ok(n) => Some(n),
            Err(_) if plain.is_empty() => None,
            Err(_) => {
                faults.push((key, say::not_number(text)));
                None
            }
        }
    };
    let (pupils, boarders, riders) = (number("pupils"), number("boarders"), number("riders"));
    let alone = row.get("pupil").is_empty();
    let mut flag = |key: &'static str, count: &str| match say::yes(row.get(key)) {
        Some(yes) if !(yes && alone && is_count(row.get(key))) => yes,
        // How many, as the roll's own table has it.
        _ if is_count(row.get(key)) => {
            faults.push((key, say::no_count(row.get(key), count)));
            false
        }
        _ => {
            faults.push((key, say::yes_no(row.get(key))));
            false
        }
    };
    let (boards, rides) = (flag("boards", "住宿生数"), flag("rides", "乘车生数"));
    if is_count(row.get("pupil")) {
        faults.push(("pupil", say::no_name(row.get("pupil"))));
    }
    let class = row.get("class").to_string();
    let told = say::read(row.get("grade")).map(|(grade, _)| grade);
    let read = say::read(&class);
    let some = |key: &str| Some(row.get(key).to_string()).filter(|t| !t.is_empty());
    let line = Line {
        at: row.line as i64,
        grade: told.or(read.map(|r| r.0)),
        serial: read.map(|r| r.1),
        class,
        teacher: some("teacher"),
        pupils,
        boarders,
        riders,
        pupil: some("pupil"),
        boards,
        rides,
    };
    (line, faults)
}

/// A cell that says how many.
fn is_count(cell: &str) -> bool {
    let plain = cell.trim_end_matches('人').trim_end();
    !plain.is_empty() && plain.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '，' | ' '))
}

/// Reads a pasted or uploaded table. Sentences: why it cannot be read, or what is to be changed row by row.
pub fn lines(text: &str) -> Result<(Vec<Line>, Vec<String>), String> {
    let table: Table = parse("", text, COLUMNS).map_err(|trouble| match trouble {
        Trouble::Encoding => say::ENCODING.into(),
        Trouble::Broken(line) => say::broken(line),
        Trouble::TooMany(most) => say::too_many(most),
        Trouble::NoColumns(needed) => say::no_columns(&needed),
        Trouble::Missing(names) => say::missing(&names),
    })?;
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for row in &table.rows {
        let (line, bad) = line(row);
        faults.extend(bad.iter().map(|(key, why)| say::cell_fault(line.at, table.head(key), why)));
        lines.push(line);
    }
    Ok((lines, faults))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_in_a_column_of_yes_and_no_is_told_with_row_and_column() {
        // As it is copied from the roll's own page.
        let (_, faults) = lines("班级\t班主任\t学生\t住宿\t乘车\n七年级1班\t宋老师\t42\t10\t8\n").unwrap();
        assert_eq!(
            faults,
            [
                "第 2 行「住宿」列：「10」是人数，这一列填的是这名学生 是 或 否。填全班人数，请把表头改成「住宿生数」",
                "第 2 行「乘车」列：「8」是人数，这一列填的是这名学生 是 或 否。填全班人数，请把表头改成「乘车生数」",
                "第 2 行「学生」列：「42」是人数，这一列填的是学生姓名。填全班人数，请把表头改成「学生数」",
            ]
        );
        let (_, faults) = lines("班级,姓名,是否住宿\r\n七年级1班,韩雨桐,大概\r\n七年级1班,刘一鸣,1\r\n").unwrap();
        assert_eq!(faults, ["第 2 行「是否住宿」列：「大概」看不懂，请填 是 或 否"]);
        let (_, faults) = lines("班级,学生数,住宿\n七年级1班,42,1\n七年级2班,40,0\n").unwrap();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("第 2 行「住宿」列：「1」是人数"), "{faults:?}");
    }
}
