//! Tables on their way in: CSV as Excel saves it (UTF-8 with or without BOM, or GB18030; a title row above the columns;
//! columns under many names), or rows pasted from Excel (tabs). Used by forms and by the commands of the binary; serves
//! the rolls and lists that 1.3, 4.2 and 5.1 ask for. Not here: what the columns mean.

use base::limits;

/// Rows above the columns that are passed over (title, unit and date).
const TITLE_ROWS: usize = 5;

/// A column that an import knows: its key, and the names under which it comes, the proper one first.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub key: &'static str,
    pub names: &'static [&'static str],
    pub needed: bool,
}

/// A read table whose columns are known.
#[derive(Debug)]
pub struct Table {
    pub file: String,
    pub rows: Vec<Row>,
    /// What the file calls the columns that are known.
    heads: Vec<(&'static str, String)>,
    /// Columns of the file that nothing is done with.
    pub ignored: Vec<String>,
}

impl Table {
    /// What the file calls a column; empty when it is absent.
    pub fn head(&self, key: &str) -> &str {
        self.heads.iter().find(|(k, _)| *k == key).map_or("", |(_, head)| head.as_str())
    }
}

#[derive(Debug, Clone)]
pub struct Row {
    /// Row from 1, as Excel numbers them.
    pub line: usize,
    cells: Vec<(&'static str, String)>,
}

impl Row {
    /// A row without cells, for tests.
    pub fn blank(line: usize) -> Row {
        Row { line, cells: Vec::new() }
    }
    /// Trimmed text of a cell; empty when the column is absent.
    pub fn get(&self, key: &str) -> &str {
        self.cells.iter().find(|(k, _)| *k == key).map_or("", |(_, text)| text.as_str())
    }
}

/// Why a table could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No encoding that Excel writes.
    Encoding,
    /// Quotation marks that do not pair, near this line.
    Broken(u64),
    /// More rows than are taken.
    TooMany(usize),
    /// No row that looks like a head; these columns are needed.
    NoColumns(Vec<&'static str>),
    /// Columns that are not there.
    Missing(Vec<&'static str>),
}

/// Is it a workbook (a ZIP, or the older compound file), whatever its name says?
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0")
}

/// The text of a file; none of a workbook.
pub fn decode(bytes: &[u8]) -> Option<String> {
    if is_workbook(bytes) {
        return None;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_string());
    }
    let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
    Some(text.into_owned())
}

/// Finds the columns and reads the rows below them.
pub fn parse(name: &str, text: &str, columns: &[Column]) -> Result<Table, Trouble> {
    let tabs = text.lines().take(TITLE_ROWS).any(|line| line.matches('\t').count() > line.matches(',').count());
    // A form sends every line end as two characters, an old program as one of its own.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(if tabs { b'\t' } else { b',' })
        .from_reader(text.as_bytes());
    let (mut line, mut lines): (usize, Vec<(usize, Vec<String>)>) = (0, Vec::new());
    for record in reader.records() {
        let record = record.map_err(|e| Trouble::Broken(e.position().map_or(0, csv::Position::line)))?;
        line += 1 + record.position().map_or(0, |at| empty_at(&text, at));
        lines.push((line, record.iter().map(|cell| cell.trim().to_string()).collect()));
        if lines.len() > limits::IMPORT_ROWS + TITLE_ROWS {
            return Err(Trouble::TooMany(limits::IMPORT_ROWS));
        }
    }
    let known = |cells: &[String]| cells.iter().filter(|cell| column_of(cell, columns).is_some()).count();
    let head = lines.iter().take(TITLE_ROWS).enumerate().max_by_key(|(i, (_, cells))| (known(cells), TITLE_ROWS - i));
    let Some((at, head)) = head.map(|(i, (_, cells))| (i, cells.clone())).filter(|(_, cells)| known(cells) > 0) else {
        return Err(Trouble::NoColumns(needed(columns)));
    };
    let keys: Vec<Option<&'static str>> = head.iter().map(|cell| column_of(cell, columns)).collect();
    let missing: Vec<&'static str> =
        columns.iter().filter(|c| c.needed && !keys.contains(&Some(c.key))).map(|c| c.names[0]).collect();
    if !missing.is_empty() {
        return Err(Trouble::Missing(missing));
    }
    let ignored = head.iter().zip(&keys).filter(|(h, k)| k.is_none() && !h.is_empty()).map(|(h, _)| h.clone());
    let rows = lines.iter().skip(at + 1).filter(|(_, cells)| cells.iter().any(|c| !c.is_empty()));
    Ok(Table {
        file: name.into(),
        heads: keys.iter().zip(&head).filter_map(|(key, head)| Some(((*key)?, head.clone()))).collect(),
        ignored: ignored.collect(),
        rows: rows
            .map(|(line, cells)| Row {
                line: *line,
                cells: keys.iter().zip(cells).filter_map(|(key, cell)| Some(((*key)?, cell.clone()))).collect(),
            })
            .collect(),
    })
}

/// Empty lines that the reader passes over before a record: rows to Excel, as a cell of several lines is none.
fn empty_at(text: &str, at: &csv::Position) -> usize {
    let ahead = text.as_bytes().get(at.byte() as usize..).unwrap_or_default();
    ahead.iter().take_while(|b| **b == b'\n').count()
}

fn needed(columns: &[Column]) -> Vec<&'static str> {
    columns.iter().filter(|c| c.needed).map(|c| c.names[0]).collect()
}

/// The column that a heading means: spaces, marks and what stands in brackets do not matter.
fn column_of(heading: &str, columns: &[Column]) -> Option<&'static str> {
    let plain = normal(heading);
    columns.iter().find(|c| c.names.iter().any(|name| normal(name) == plain)).map(|c| c.key)
}

fn normal(text: &str) -> String {
    let before = text.split(['(', '（', '[', '【']).next().unwrap_or_default();
    before.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column { key: "name", names: &["名称"], needed: true },
        Column { key: "pupils", names: &["学生数"], needed: false },
    ];

    fn lines(text: &str) -> Vec<(usize, String)> {
        let text = decode(text.as_bytes()).unwrap();
        let table = parse("a.csv", &text, COLUMNS).unwrap();
        table.rows.iter().map(|row| (row.line, row.get("name").to_string())).collect()
    }

    #[test]
    fn rows_are_numbered_as_excel_shows_them_however_lines_end() {
        let text = "名称,学生数\n甲,1\n\n乙,2\n\n\n\"丙\n丙\",3\n丁,4\n";
        // A cell of several lines is one row.
        let told = [(2, "甲"), (4, "乙"), (7, "丙\n丙"), (8, "丁")];
        for mark in ["", "\u{feff}"] {
            for (end, word) in [("\n", "LF"), ("\r\n", "CR LF"), ("\r", "CR")] {
                let found = lines(&format!("{mark}{}", text.replace('\n', end)));
                let found: Vec<_> = found.iter().map(|(line, name)| (*line, name.replace(end, "\n"))).collect();
                let told: Vec<_> = told.iter().map(|(line, name)| (*line, name.to_string())).collect();
                assert_eq!(found, told, "{word}");
            }
        }
        // A title above, tabs as a browser pastes them, no end after the last line.
        assert_eq!(lines("台账\r\n名称\t学生数\r\n甲\t1\r\n乙\t2"), [(3, "甲".into()), (4, "乙".into())]);
        assert_eq!(lines("\r\n\r\n名称,学生数\r\n甲,1"), [(4, "甲".into())]);
    }

    #[test]
    fn a_workbook_is_no_text() {
        assert_eq!(decode(b"PK\x03\x04xl/workbook.xml"), None);
        assert_eq!(decode("PK赛名单,1".as_bytes()).as_deref(), Some("PK赛名单,1"));
    }
}
