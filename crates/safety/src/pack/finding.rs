//! What is wrong with a pack: where, what, how much. Codes and values; the words live at the door.

use super::model::At;

/// One thing that is wrong, at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub at: At,
    pub what: What,
}

/// All faults that a pack can have. The door words each (exhaustive match).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A file that every pack needs.
    MissingFile {
        file: String,
    },
    /// The text cannot be read as TOML; the reader's own words.
    Syntax {
        detail: String,
    },
    MissingKey {
        key: String,
    },
    UnknownKey {
        key: String,
    },
    /// The value is of another type than `wanted` (`text`, `number`, `yes_no`, `list`, `table`, `day`).
    WrongType {
        key: String,
        wanted: &'static str,
    },
    /// Not one of the codes that `key` takes.
    UnknownCode {
        key: String,
        got: String,
    },
    /// A number outside `least..=most`.
    OutOfRange {
        key: String,
        got: i64,
        least: i64,
        most: i64,
    },
    /// The same id twice.
    Duplicate {
        id: String,
    },
    /// Text that the item list does not have.
    UnknownClause {
        clause: String,
    },
    UnknownRole {
        role: String,
    },
    UnknownForm {
        form: String,
    },
    UnknownField {
        form: String,
        field: String,
    },
    UnknownTopic {
        topic: String,
    },
    UnknownSource {
        source: String,
    },
    UnknownText {
        text: String,
    },
    /// No noun of the program and none that is announced.
    UnknownNoun {
        noun: String,
    },
    /// A phrase names an entry that the pack does not have.
    UnknownEntry {
        entry: String,
    },
    /// A new tab of the menu.
    UnknownGroup {
        group: String,
    },
    /// An amount in a unit that cannot measure `key` (grams for a time).
    WrongUnit {
        key: String,
        got: String,
        wanted: &'static str,
    },
    /// The joined phrases are not the notice: the first byte that differs.
    NoticeDiffers {
        byte: usize,
    },
}

impl What {
    /// The stable code of a finding, for tests and scripts.
    pub fn code(&self) -> &'static str {
        match self {
            What::MissingFile { .. } => "missing_file",
            What::Syntax { .. } => "syntax",
            What::MissingKey { .. } => "missing_key",
            What::UnknownKey { .. } => "unknown_key",
            What::WrongType { .. } => "wrong_type",
            What::UnknownCode { .. } => "unknown_code",
            What::OutOfRange { .. } => "out_of_range",
            What::Duplicate { .. } => "duplicate",
            What::UnknownClause { .. } => "unknown_clause",
            What::UnknownRole { .. } => "unknown_role",
            What::UnknownForm { .. } => "unknown_form",
            What::UnknownField { .. } => "unknown_field",
            What::UnknownTopic { .. } => "unknown_topic",
            What::UnknownSource { .. } => "unknown_source",
            What::UnknownText { .. } => "unknown_text",
            What::UnknownNoun { .. } => "unknown_noun",
            What::UnknownEntry { .. } => "unknown_entry",
            What::UnknownGroup { .. } => "unknown_group",
            What::WrongUnit { .. } => "wrong_unit",
            What::NoticeDiffers { .. } => "notice_differs",
        }
    }
}
