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
    let mut flag = |key: &'static str| match say::yes(row.get(key)) {
        Some(yes) => yes,
        None => {
            faults.push((key, say::YES_NO.into()));
            false
        }
    };
    let (boards, rides) = (flag("boards"), flag("rides"));
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
        faults.extend(bad.iter().map(|(_, why)| say::row_fault(line.at, why)));
        lines.push(line);
    }
    Ok((lines, faults))
}
