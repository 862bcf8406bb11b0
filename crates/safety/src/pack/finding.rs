//! What is wrong with a pack: where, what, how much. Codes and values; the words live at the door.

use base::Day;

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
    /// Never due, or more than its period can hold.
    ImpossibleRecurrence {
        entry: String,
    },
    /// A unit that owes it has no such post.
    RoleMisfit {
        role: String,
    },
    /// The checker accepts his own check.
    SameHand {
        entry: String,
        role: String,
    },
    /// What the notice itself says cannot be waived.
    NoticeWaivable {
        entry: String,
    },
    /// Warning: the source came into force after the pack's day, or had ended by then.
    SourceNotInForce {
        source: String,
        from: Day,
    },
    /// Deadlines or written rules that wait for each other.
    Cycle {
        through: Vec<String>,
    },
    /// A change asks less than the notice's own words.
    NoticeSoftened {
        id: String,
    },
    /// Based on a pack that the program does not carry.
    UnknownBase {
        id: String,
    },
    /// A duty phrase that names nothing.
    Unserved {
        phrase: String,
    },
    /// Said to be served wholly, by nothing or by a bare form.
    Overstated {
        phrase: String,
    },
    /// Said not to be served, and is.
    Understated {
        phrase: String,
    },
    /// An entry that no phrase of the notice names.
    UnnamedEntry {
        entry: String,
    },
    /// Burden: a check-in outside guard duty and emergencies.
    CheckIn {
        word: String,
    },
    /// Burden: ranks or measures by the use of the program.
    Ranking {
        word: String,
    },
    /// Burden: a compulsory photo without stated need.
    PhotoWithoutNeed {
        field: String,
    },
    /// Burden: a person's whereabouts without need, or outside guard duty and emergencies.
    TrackWithoutNeed {
        field: String,
    },
    /// Burden: the same datum is asked twice.
    SameFact {
        fact: String,
        other: String,
    },
    /// Burden: a datum that the program already has.
    AsksKnown {
        fact: String,
    },
    /// Burden: work that claims to cost no time.
    HiddenBurden {
        entry: String,
    },
    /// Burden: more minutes a week than the pack allows a post.
    OverBudget {
        role: String,
        minutes: i64,
        most: i64,
    },
    /// Burden: a post with work and without a limit of minutes.
    NoBudget {
        role: String,
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
            What::ImpossibleRecurrence { .. } => "impossible_recurrence",
            What::RoleMisfit { .. } => "role_misfit",
            What::SameHand { .. } => "same_hand",
            What::NoticeWaivable { .. } => "notice_waivable",
            What::SourceNotInForce { .. } => "source_not_in_force",
            What::Cycle { .. } => "cycle",
            What::NoticeSoftened { .. } => "notice_softened",
            What::UnknownBase { .. } => "unknown_base",
            What::Unserved { .. } => "unserved",
            What::Overstated { .. } => "overstated",
            What::Understated { .. } => "understated",
            What::UnnamedEntry { .. } => "unnamed_entry",
            What::CheckIn { .. } => "check_in",
            What::Ranking { .. } => "ranking",
            What::PhotoWithoutNeed { .. } => "photo_without_need",
            What::TrackWithoutNeed { .. } => "track_without_need",
            What::SameFact { .. } => "same_fact",
            What::AsksKnown { .. } => "asks_known",
            What::HiddenBurden { .. } => "hidden_burden",
            What::OverBudget { .. } => "over_budget",
            What::NoBudget { .. } => "no_budget",
        }
    }

    /// A warning is told and stops nothing.
    pub fn is_warning(&self) -> bool {
        matches!(self, What::SourceNotInForce { .. })
    }
}
