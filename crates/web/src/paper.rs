//! Tables that leave as paper or as a file: a noun's `Sheet` in words, and CSV that Excel opens as it is (UTF-8 with
//! BOM, CRLF, every cell quoted, nothing that a spreadsheet would run).

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base::Sheet;

use crate::words::record;

/// A sheet with its words: what a template prints and a download holds.
#[derive(Clone, Debug)]
pub struct Paper {
    pub title: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// Rows that were left out because of a limit.
    pub left_out: i64,
}

impl Paper {
    pub fn of(sheet: &Sheet, title: String) -> Paper {
        Paper {
            title,
            head: sheet.columns.iter().map(|c| record::column(c).to_string()).collect(),
            rows: sheet.rows.iter().map(|row| row.iter().map(record::cell).collect()).collect(),
            left_out: sheet.left_out,
        }
    }

    /// Gives the columns from `first` on their own names.
    pub fn rename(&mut self, first: usize, names: Vec<String>) {
        for (place, name) in names.into_iter().enumerate() {
            if let Some(head) = self.head.get_mut(first + place) {
                *head = name;
            }
        }
    }

    /// The file. `title_row` puts the merged title above the columns, as the inspector's form has it.
    pub fn csv(&self, title_row: bool) -> String {
        let mut out = String::from("\u{feff}");
        if title_row {
            line(&mut out, [self.title.as_str()]);
        }
        line(&mut out, self.head.iter().map(String::as_str));
        for row in &self.rows {
            line(&mut out, row.iter().map(String::as_str));
        }
        if self.left_out > 0 {
            line(&mut out, [record::LEFT_OUT]);
        }
        out
    }

    pub fn download(&self, title_row: bool) -> Response {
        let name: String = form_urlencoded::byte_serialize(format!("{}.csv", self.title).as_bytes()).collect();
        // byte_serialize writes a space as +, which a file name would keep.
        let name = name.replace('+', "%20");
        let named = format!("attachment; filename=\"download.csv\"; filename*=UTF-8''{name}");
        let disposition = HeaderValue::from_str(&named).unwrap_or(HeaderValue::from_static("attachment"));
        let kind = HeaderValue::from_static("text/csv; charset=utf-8");
        ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], self.csv(title_row))
            .into_response()
    }
}

fn line<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (i, cell) in cells.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        out.push('"');
        if runs(cell) {
            out.push('\'');
        }
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    }
    out.push_str("\r\n");
}

/// Would a spreadsheet take this text for a formula?
fn runs(cell: &str) -> bool {
    cell.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_shows_text_and_runs_nothing() {
        let paper = Paper {
            title: "台账".into(),
            head: vec!["序号".into(), "隐患描述".into()],
            rows: vec![vec!["1".into(), "=cmd|'/c calc'!A1".into()], vec!["2".into(), "他说\"好\"，\n换行".into()]],
            left_out: 0,
        };
        let csv = paper.csv(true);
        assert!(csv.starts_with("\u{feff}\"台账\"\r\n\"序号\",\"隐患描述\"\r\n"));
        assert!(csv.contains("\"1\",\"'=cmd|'/c calc'!A1\"\r\n"));
        assert!(csv.contains("\"他说\"\"好\"\"，\n换行\""));
        assert!(Paper { left_out: 1, ..paper }.csv(false).ends_with(&format!("\"{}\"\r\n", record::LEFT_OUT)));
        for text in ["+1", "-1", "@a", "\t=1", "  =1", "＝1"] {
            assert!(runs(text), "{text}");
        }
        assert!(!runs("灯不亮") && !runs("3号楼") && !runs(""));
    }
}
