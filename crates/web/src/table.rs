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
    /// Columns of the file that nothing is done with.
    pub ignored: Vec<String>,
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

/// A workbook (`.xlsx`, `.xls`) and no text: by how such files begin.
pub fn is_excel(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0")
}

/// The text of a file.
pub fn decode(bytes: &[u8]) -> Option<String> {
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
    // A form sends every line end as two characters.
    let text = text.replace("\r\n", "\n");
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

    const COLUMNS: &[Column] =
        &[Column { key: "a", names: &["学校"], needed: true }, Column { key: "b", names: &["时间"], needed: false }];

    #[test]
    fn rows_are_numbered_as_excel_shows_them() {
        for (text, rows) in [
            ("学校,时间\n一,2\n二,4\n", [2, 3]),
            ("学校,时间\r\n一,2\r\n二,4\r\n", [2, 3]),
            ("学校\t时间\r\n一\t2\r\n\r\n二\t4", [2, 4]),
            ("名单,\n学校,时间\n\"一\n校\",2\n二,4\n", [3, 4]),
        ] {
            let table = parse("", text, COLUMNS).unwrap();
            assert_eq!(table.rows.iter().map(|r| r.line).collect::<Vec<_>>(), rows, "{text:?}");
        }
    }
}
