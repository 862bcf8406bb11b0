//! Tables on their way in and out: CSV as Excel saves it (UTF-8 with or without BOM, or GB18030; a title row above the
//! columns; columns under many names), and CSV as Excel opens it.

use std::path::Path;

use base::limits;

use crate::stop::{Done, file, stop};
use crate::words::table as words;

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
    /// Line in the file, from 1, as Excel numbers rows.
    pub line: usize,
    cells: Vec<(&'static str, String)>,
}

impl Row {
    /// A row without cells, for tests.
    #[cfg(test)]
    pub fn blank(line: usize) -> Row {
        Row { line, cells: Vec::new() }
    }
    /// Trimmed text of a cell; empty when the column is absent.
    pub fn get(&self, key: &str) -> &str {
        self.cells.iter().find(|(k, _)| *k == key).map_or("", |(_, text)| text.as_str())
    }
}

/// Faults with file, line and column, all told at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<(usize, String)>);

impl Faults {
    pub fn add(&mut self, file: &str, line: usize, column: &str, why: &str) {
        self.0.push((line, words::fault(file, line, column, why)));
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// The lines in the order of the file.
    pub fn text(mut self) -> String {
        self.0.sort_by_key(|(line, _)| *line);
        let lines: Vec<String> = self.0.into_iter().map(|(_, text)| text).collect();
        lines.join("\n")
    }
}

/// Reads a file and finds the columns. Refuses: an unreadable or too large file, missing columns.
pub fn read(path: &Path, columns: &[Column]) -> Done<Table> {
    let bytes = std::fs::read(path).map_err(file(path))?;
    if bytes.len() > limits::IMPORT_BYTES {
        return Err(stop(words::too_big(path)));
    }
    let text = decode(&bytes).ok_or_else(|| stop(words::encoding(path)))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    parse(&name, &text, columns)
}

fn decode(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_string());
    }
    let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
    Some(text.into_owned())
}

fn parse(name: &str, text: &str, columns: &[Column]) -> Done<Table> {
    let tabs = text.lines().take(TITLE_ROWS).any(|line| line.matches('\t').count() > 1);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(if tabs { b'\t' } else { b',' })
        .from_reader(text.as_bytes());
    let mut lines: Vec<(usize, Vec<String>)> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| stop(words::broken(name, e.position().map_or(0, csv::Position::line))))?;
        let line = record.position().map_or(0, csv::Position::line) as usize;
        lines.push((line, record.iter().map(|cell| cell.trim().to_string()).collect()));
        if lines.len() > limits::IMPORT_ROWS + TITLE_ROWS {
            return Err(stop(words::too_many(name, limits::IMPORT_ROWS)));
        }
    }
    let known = |cells: &[String]| cells.iter().filter(|cell| column_of(cell, columns).is_some()).count();
    let head = lines.iter().take(TITLE_ROWS).enumerate().max_by_key(|(i, (_, cells))| (known(cells), TITLE_ROWS - i));
    let Some((at, head)) = head.map(|(i, (_, cells))| (i, cells.clone())).filter(|(_, cells)| known(cells) > 0) else {
        return Err(stop(words::no_columns(name, &needed(columns))));
    };
    let keys: Vec<Option<&'static str>> = head.iter().map(|cell| column_of(cell, columns)).collect();
    let missing: Vec<&str> =
        columns.iter().filter(|c| c.needed && !keys.contains(&Some(c.key))).map(|c| c.names[0]).collect();
    if !missing.is_empty() {
        return Err(stop(words::missing(name, &missing)));
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

/// Writes CSV that Excel opens as it is: UTF-8 with BOM, CRLF, every cell quoted, nothing that it would run.
pub struct Writer(csv::Writer<Vec<u8>>);

impl Writer {
    pub fn new(head: &[&str]) -> Writer {
        let style = csv::QuoteStyle::Always;
        let terminator = csv::Terminator::CRLF;
        let mut bytes = Vec::new();
        bytes.extend_from_slice(b"\xef\xbb\xbf");
        let writer = csv::WriterBuilder::new().quote_style(style).terminator(terminator).from_writer(bytes);
        let mut writer = Writer(writer);
        writer.row(head.iter().map(|cell| cell.to_string()));
        writer
    }
    pub fn row(&mut self, cells: impl Iterator<Item = String>) {
        let safe: Vec<String> = cells.map(harmless).collect();
        self.0.write_record(&safe).expect("writing to memory");
    }
    pub fn bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap_or_default()
    }
}

/// A text that a spreadsheet would take for a formula gets a mark before it.
fn harmless(cell: String) -> String {
    let runs = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    if cell.trim_start_matches(' ').starts_with(runs) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column { key: "name", names: &["单位名称", "学校名称", "名称"], needed: true },
        Column { key: "pupils", names: &["学生数", "在校生数"], needed: false },
    ];

    #[test]
    fn title_rows_other_names_and_tabs_are_read() {
        let table = parse(
            "a.csv",
            "××区学校台账,,\n序号,学校名称 *,在校生数（人）\n1,示例小学,120\n,,\n2,示例中学,\n",
            COLUMNS,
        )
        .unwrap();
        assert_eq!(table.ignored, ["序号"]);
        assert_eq!(table.rows.len(), 2);
        assert_eq!(
            (table.rows[0].line, table.rows[0].get("name"), table.rows[0].get("pupils")),
            (3, "示例小学", "120")
        );
        assert_eq!((table.rows[1].line, table.rows[1].get("pupils")), (5, ""));
        let tabs = parse("b", "名称\t学生数\t备注\n甲\t3\t\n", COLUMNS).unwrap();
        assert_eq!(tabs.rows[0].get("pupils"), "3");
        let e = parse("c.csv", "学生数\n3\n", COLUMNS).unwrap_err();
        assert!(e.text.contains("单位名称"), "{}", e.text);
    }

    #[test]
    fn excels_own_encoding_is_read_and_rubbish_is_not() {
        let (gb, _, _) = encoding_rs::GB18030.encode("名称,学生数\n江湾中学,5\n");
        assert!(std::str::from_utf8(&gb).is_err());
        assert_eq!(decode(&gb).unwrap(), "名称,学生数\n江湾中学,5\n");
        assert_eq!(decode("\u{feff}名称".as_bytes()).unwrap(), "名称");
        assert_eq!(decode(&[0xff, 0xff, 0x00]), None);
    }

    #[test]
    fn a_spreadsheet_runs_nothing() {
        let mut writer = Writer::new(&["a"]);
        writer.row(["=1+1".to_string()].into_iter());
        writer.row(["说\"好\"".to_string()].into_iter());
        assert_eq!(String::from_utf8(writer.bytes()).unwrap(), "\u{feff}\"a\"\r\n\"'=1+1\"\r\n\"说\"\"好\"\"\"\r\n");
    }
}
