//! What stands over every page while an alarm is unanswered (5.2): whoever has it in scope sees it wherever he is, at once
//! where a page is live, and until somebody has answered. Not on the pages of alarms themselves.

use askama::Template;
use base::Result;
use safety::Cx;
use safety::alarm::view::{self, Line};

use crate::page;
use crate::words;

/// Alarms named in it; of more it says that there are more.
const NAMED: usize = 2;

struct Row {
    id: String,
    unit: String,
    place: String,
    at: String,
}

fn row(line: Line) -> Row {
    Row {
        id: line.alarm.id.to_string(),
        unit: line.unit_name,
        place: line.place_name.unwrap_or_default(),
        at: words::at(line.alarm.received_at),
    }
}

#[derive(Template)]
#[template(path = "alarm/banner.html")]
struct Banner {
    /// It came while the page was open: it lies over the page, so that nothing moves under a finger.
    over: bool,
    rows: Vec<Row>,
    more: bool,
}

/// As the asker has it in scope; without an alarm the empty place where one would stand.
pub fn drawn(cx: &mut Cx<'_, '_>, over: bool) -> Result<String> {
    let mut lines = view::unanswered(cx, NAMED as i64 + 1)?;
    let more = lines.len() > NAMED;
    lines.truncate(NAMED);
    page::drawn(&Banner { over, rows: lines.into_iter().map(row).collect(), more })
}

/// Nothing to say.
pub fn empty() -> Result<String> {
    page::drawn(&Banner { over: false, rows: Vec::new(), more: false })
}
