//! Plain data that leaves as paper, Excel or CSV. A noun fills it; a door words it: columns and titles are keys here,
//! Chinese there.

use crate::{Day, Ms};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    Int(i64),
    Day(Day),
    At(Ms),
    /// A code that the door turns into its word (`state:closed`, `grade:major`).
    Code(&'static str, String),
    /// Several lines or names in one cell.
    Many(Vec<Cell>),
}

/// A table with a title, ready for a ledger, a download or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Which form it is (`hazard_ledger`); the door has its title and its foot.
    pub kind: &'static str,
    pub unit: String,
    pub from: Option<Day>,
    pub until: Option<Day>,
    /// Column keys in the inspector's order.
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
    /// Rows that were left out because of a limit.
    pub left_out: i64,
}

/// A document for signature: key-value lines in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub kind: &'static str,
    pub number: Option<String>,
    pub from_unit: String,
    pub to_unit: String,
    pub on: Day,
    pub lines: Vec<(&'static str, Cell)>,
}
