//! What a loaded policy pack is (decisions.md §5): the notice cut by phrase, what each phrase demands, of whom, how it is
//! shown, and the school's calendar. Immutable once loaded, named by its hash; whatever is judged by it stores that hash.
//! Not here: reading files (`load`), faults and lints (`check`), what is in force when (`store`).

use std::collections::BTreeMap;

use base::calendar::{PeriodKind, SchoolCalendar};
use base::{Day, Id};

use super::nouns;
use crate::org::{Role, Stage, UnitKind};

/// What a rule or a number rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Basis {
    /// 原文: the notice's own words or number. It cannot be waived, and a lower layer cannot soften it.
    Notice,
    /// 法规: a law or standard, named by `source`.
    Law,
    /// 解释: the bureau's reading where the notice gives no number; may be changed with a reason.
    Interpretation,
    /// 可选: a later or stricter rule that may be switched on.
    Optional,
}

/// Where a thing stands in the pack's files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct At {
    /// `obligations/meeting.toml`
    pub file: String,
    /// From 1.
    pub line: usize,
}

/// An amount with its unit, as the pack writes it: `7 days`, `100 g`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    pub value: i64,
    pub unit: Unit,
}

/// What amounts are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    Minutes,
    Hours,
    Days,
    /// School days or, for bureaus, weekdays that are no holiday.
    WorkingDays,
    Grams,
    Percent,
    KilometresPerHour,
    Times,
    People,
    TenThousandYuan,
}

impl Unit {
    /// Of a bare number, not a time.
    pub fn is_count(self) -> bool {
        matches!(self, Unit::Times | Unit::People | Unit::TenThousandYuan)
    }
}

/// One number that a noun asks for by its key, with its clause and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    pub key: String,
    pub clause: String,
    pub basis: Basis,
    pub source: Option<String>,
    pub reason: Option<String>,
    pub amount: Amount,
    /// The amount in milliseconds, if it is a time; else 0.
    pub span_ms: i64,
    pub at: At,
}

#[derive(Clone, Debug, Default)]
pub struct Pack {
    /// `jilin-2012`
    pub id: String,
    pub title: String,
    /// A pack that is no official paper: its heading 「示例，非正式文件」 is shown wherever its name is.
    pub example: bool,
    pub document_number: Option<String>,
    pub issuer: Option<String>,
    pub issued_on: Option<Day>,
    /// Periods that begin on or after this day are judged by this pack.
    pub effective_on: Option<Day>,
    /// SHA-256 over the normalised content (`load`): formatting and comments of the files do not enter.
    pub hash: [u8; 32],
    /// The notice's text, byte for byte.
    pub notice: String,
    pub items: Vec<Item>,
    pub params: BTreeMap<String, Param>,
    pub entries: Vec<Entry>,
    pub forms: BTreeMap<String, Form>,
    pub registers: BTreeMap<String, RegisterKind>,
    pub texts: BTreeMap<String, TextKind>,
    pub topics: BTreeMap<String, Topic>,
    pub sources: BTreeMap<String, Source>,
    pub calendar: SchoolCalendar,
    /// Points of a check by kind of place (keys worded at the door, or the pack's own words).
    pub points: BTreeMap<String, Vec<String>>,
    /// Minutes a week that the pack may ask of a post; the burden lint and the rehearsal hold the entries against it.
    pub budget: BTreeMap<Role, i64>,
    /// The notice's text after the last phrase.
    pub after: String,
    /// The pack that it is based on: files that it does not have are that pack's.
    pub based_on: Option<String>,
    /// What it changes in the pack that it is based on.
    pub changes: Vec<Change>,
}

/// One change with its reason (`changes.toml`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub target: Target,
    pub reason: String,
    pub at: At,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Entry(String),
    Param(String),
}

/// One of the 23 numbered items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// `1.1`
    pub number: String,
    /// 「完善安全工作例会制度。」
    pub head: String,
    /// The notice's text between the phrase before and this item's first: letterhead, chapter, number.
    pub before: String,
    pub phrases: Vec<Phrase>,
    pub at: At,
}

/// A piece of the notice's text. All phrases of all items, with the text between them, give the notice byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// `1.1#2`
    pub key: String,
    pub text: String,
    pub kind: PhraseKind,
    pub at: At,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhraseKind {
    /// Something that somebody owes: who, which entries serve it, and how far (`served_by` empty names the coming part).
    Duty { owes: Owes, entries: Vec<String>, evidence: String, served: Served },
    /// What it is for; nothing can be shown for it alone.
    Aim,
    /// Names the item.
    Naming,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owes {
    School,
    Bureau,
    Both,
}

/// How far the product serves a phrase today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Served {
    Whole,
    /// By a bare form, or in part: in words of docs/items.md.
    Part(String),
    /// Not yet: the part that will bring it (`D`).
    None(String),
}

/// A law or standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub id: String,
    /// 「消防法（2008 修订）」
    pub title: String,
    pub article: Option<String>,
    pub effective_from: Day,
    pub effective_until: Option<Day>,
    pub note: Option<String>,
    pub at: At,
}

/// An obligation: who owes what, how often, shown by what. In TOML `[[entry]]` of `obligations/*.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `meet.school`; stable over packs.
    pub id: String,
    pub title: String,
    /// The one item it serves; `also` names further ones.
    pub clause: String,
    pub also: Vec<String>,
    pub basis: Basis,
    /// Key of `sources`; required for `Law`.
    pub source: Option<String>,
    /// Why the bureau reads it so; required for `Interpretation`.
    pub reason: Option<String>,
    /// Options ship switched off.
    pub on: bool,
    pub applies: Applies,
    pub rule: Rule,
    pub evidence: Evidence,
    pub people: People,
    /// The last stage that a cell needs to be complete.
    pub until: Stage3,
    /// Days after the period's end within which a first receipt still counts as on time.
    pub grace_days: i64,
    /// Minutes that the doer spends each time: the burden shown to the bureau.
    pub minutes: i64,
    /// May a superior exempt a unit from it? Never for `Basis::Notice`.
    pub waivable: bool,
    /// The tab of the menu under which its list stands (pages.md §2.1).
    pub group: String,
    /// Facts that its form asks; two entries that are switched on may not ask the same fact.
    pub asks: Vec<String>,
    /// Keys of `texts`: the written rules by which it is carried out.
    pub texts: Vec<String>,
    pub at: At,
}

impl Entry {
    /// Does it make expected cells? Only a rule of the first three kinds that is switched on, and whose evidence the
    /// program can take today: what nobody could record is owed by nobody.
    pub fn makes_cells(&self) -> bool {
        let counted = matches!(self.rule, Rule::Every { .. } | Rule::Coverage { .. } | Rule::Presence { .. });
        self.on && counted && self.evidence.is_built()
    }
}

impl Applies {
    /// Can a unit owe both? Unknown attributes count as yes.
    pub fn overlaps(&self, other: &Applies) -> bool {
        fn lists<T: PartialEq>(a: &[T], b: &[T]) -> bool {
            a.is_empty() || b.is_empty() || a.iter().any(|x| b.contains(x))
        }
        let flags = |a: Option<bool>, b: Option<bool>| a.zip(b).is_none_or(|(a, b)| a == b);
        lists(&self.kinds, &other.kinds)
            && lists(&self.stages, &other.stages)
            && flags(self.boarding, other.boarding)
            && flags(self.canteen, other.canteen)
            && flags(self.bus, other.bus)
    }
}

impl Evidence {
    /// Can the program take it today?
    pub fn is_built(&self) -> bool {
        match self {
            Evidence::Form { .. } => true,
            Evidence::Noun { noun } => nouns::built(noun),
        }
    }
}

/// Which units owe it. Empty lists and `None` mean any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applies {
    pub kinds: Vec<UnitKind>,
    pub stages: Vec<Stage>,
    pub boarding: Option<bool>,
    pub canteen: Option<bool>,
    pub bus: Option<bool>,
    pub min_pupils: Option<i64>,
}

/// The twelve kinds of rule (domain.md §0). Only the first three make expected cells; the others are read by their nouns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// At least `times` in each period, for each part.
    Every {
        times: i64,
        period: PeriodKind,
        each: Each,
        months: Vec<i8>,
    },
    /// Everything of a kind covered in each period: the noun that holds the things answers done and all.
    Coverage {
        of: String,
        period: PeriodKind,
    },
    /// There is one (a text, a named person, a room), in each period.
    Presence {
        of: String,
        period: PeriodKind,
    },
    /// Within `hours` (or working days) after an event of a noun (`hazard.major`, `incident.closed`).
    Deadline {
        after: String,
        hours: i64,
        working: bool,
    },
    MaxGap {
        days: i64,
    },
    Ratio {
        of: String,
        per: String,
        at_least_per_mille: i64,
    },
    Expiry {
        of: String,
        days: i64,
    },
    Threshold {
        of: String,
        at_least: Option<i64>,
        at_most: Option<i64>,
        unit: String,
    },
    Pairing {
        first: String,
        second: String,
        within_hours: i64,
    },
    Separation {
        one: String,
        other: String,
    },
    Exclude {
        what: String,
    },
    Retention {
        of: String,
        keep_hours: Option<i64>,
        at_most_hours: Option<i64>,
    },
}

/// What a cell is owed for, inside its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Each {
    /// Once for the unit.
    Unit,
    /// For each class on the roll.
    Class,
    /// For each class and each of these topics.
    ClassTopic(Vec<String>),
    /// For each of these topics.
    Topic(Vec<String>),
    /// For each person who holds a post of these roles (all roles of the unit if empty).
    Person(Vec<Role>),
}

/// What shows that it was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A work record with this form of the pack; `only` narrows by field values (`topic = ["monoxide"]`).
    Form { form: String, only: BTreeMap<String, Vec<String>> },
    /// A record of a noun: `check`, `hazard.closed`, `text`, `letter` …
    Noun { noun: String },
}

/// The three levels of 4.2 and the three stages of 1.3. The checker is never the acceptor; neither is the doer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct People {
    /// 主管
    pub lead: Role,
    /// 分管
    pub deputy: Role,
    /// 具体: who does it; the first that is filled owns the cell, so that none is ownerless.
    pub doers: Vec<Role>,
    pub checker: Role,
    pub acceptor: Role,
}

/// Where a cell's life may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage3 {
    Done,
    Checked,
    Accepted,
}

/// A form: what a work record asks. `forms/*.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// `meeting`
    pub id: String,
    pub title: String,
    pub clause: String,
    pub group: String,
    /// 1.3: a record of this form may be entered without an arrangement.
    pub fields: Vec<Field>,
    pub at: At,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// English snake_case; the key in the record's body.
    pub key: String,
    /// What the page says.
    pub label: String,
    pub kind: FieldKind,
    pub required: bool,
    /// The fact that it asks, for the ask-once lint; empty = `form.key`.
    pub fact: String,
    /// A compulsory photo needs its reason (国办函〔2026〕12号).
    pub need: Option<String>,
    pub help: Option<String>,
    pub at: At,
}

/// Nine kinds; a tenth needs an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Line,
    Text,
    Number { least: i64, most: i64, unit: Option<String> },
    Choice(Vec<(String, String)>),
    Choices(Vec<(String, String)>),
    Day,
    Time,
    People,
    Photos { most: i64 },
}

/// 登记册: a thing with papers and dates (kept by the register noun, part D). The pack's loader checks it already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterKind {
    pub id: String,
    pub title: String,
    pub clause: String,
    pub group: String,
    pub at: At,
}

/// 制度 or 预案 of which a unit has one text in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextKind {
    pub id: String,
    pub title: String,
    /// 预案 (emergency plan) or 制度 (written rule).
    pub plan: bool,
    pub clause: String,
    pub applies: Applies,
    /// Model text of the bureau, from which a unit's own is adapted.
    pub model: String,
    /// Posts that acknowledge it.
    pub binds: Vec<Role>,
    pub review_months: i64,
    /// The text that this one carries out.
    pub under: Option<String>,
    pub at: At,
}

/// A topic of safety education (3.4) with the months in which the season asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    pub id: String,
    pub title: String,
    pub months: Vec<i8>,
    /// Three questions, by which a class shows that it mastered the topic.
    pub questions: Vec<String>,
    pub at: At,
}

/// What an owed cell is addressed by, inside a unit and a period: `""`, a class's or person's id, a topic, or both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Part {
    pub class: Option<Id>,
    pub person: Option<Id>,
    pub topic: Option<String>,
}
