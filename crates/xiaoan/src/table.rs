//! Tables on their way in and out: CSV as Excel saves it (UTF-8 with or without BOM, or GB18030; a title row above the
//! columns; columns under many names), and CSV as Excel opens it.

use std::path::Path;

use base::limits;
pub use web::table::{Column, Row, Table, decode};
use web::table::{Trouble, is_workbook};

use crate::stop::{Done, file, stop};
use crate::words::table as words;

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
    if is_workbook(&bytes) {
        return Err(stop(words::excel(path)));
    }
    let text = decode(&bytes).ok_or_else(|| stop(words::encoding(path)))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    parse(&name, &text, columns)
}

fn parse(name: &str, text: &str, columns: &[Column]) -> Done<Table> {
    web::table::parse(name, text, columns).map_err(|trouble| {
        stop(match trouble {
            Trouble::Encoding => words::encoding(Path::new(name)),
            Trouble::Broken(line) => words::broken(name, line),
            Trouble::TooMany(most) => words::too_many(name, most),
            Trouble::NoColumns(needed) => words::no_columns(name, &needed),
            Trouble::Missing(names) => words::missing(name, &names),
        })
    })
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
