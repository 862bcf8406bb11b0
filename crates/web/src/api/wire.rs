//! What stands in JSON: the newtypes that read and write times, days, ids, texts and codes, each with its schema.
//! Times are RFC 3339 with +08:00, never milliseconds; ids are UUIDs; a text is cleaned of control characters and
//! measured while it is read; a code is one of a closed list.
//!
//! A type that cannot read its value says why in a short fixed form (`UNREADABLE`, `too_long MAX GOT`), which `fault`
//! turns into the sentence of the field.

use std::borrow::Cow;

use base::{Day, Id, Ms, limits};
use safety::kernel::text;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A value that is not of the form that the field holds.
pub const UNREADABLE: &str = "unreadable";
/// `too_long MAX GOT`, in characters.
pub const TOO_LONG: &str = "too_long";
/// Years of times and days that can be meant.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At(pub Ms);

impl At {
    /// RFC 3339 with an offset, of a year that can be meant.
    pub fn read(text: &str) -> Option<At> {
        let bytes = text.as_bytes();
        let offset = matches!(bytes.last(), Some(b'Z' | b'z'))
            || matches!(bytes.len().checked_sub(6).map(|i| bytes[i]), Some(b'+' | b'-')) && text.len() > 19;
        let at = Ms::parse(text).filter(|_| offset)?;
        YEARS.contains(&at.local().year()).then_some(At(at))
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0.rfc3339())
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<At, D::Error> {
        At::read(&String::deserialize(d)?).ok_or_else(|| D::Error::custom(UNREADABLE))
    }
}

/// A calendar day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub Day);

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Date, D::Error> {
        let text = String::deserialize(d)?;
        let day = Day::parse(&text).filter(|day| text.len() == 10 && YEARS.contains(&day.date().year()));
        day.map(Date).ok_or_else(|| D::Error::custom(UNREADABLE))
    }
}

/// The id of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Uid(pub Id);

impl Serialize for Uid {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Uid {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Uid, D::Error> {
        let text = String::deserialize(d)?;
        Id::parse(&text).map(Uid).ok_or_else(|| D::Error::custom(UNREADABLE))
    }
}

/// SHA-256 of a stored photo, 64 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhotoHash(pub String);

impl PhotoHash {
    pub fn read(text: &str) -> Option<PhotoHash> {
        let fine = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        fine.then(|| PhotoHash(text.into()))
    }
}

impl<'de> Deserialize<'de> for PhotoHash {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<PhotoHash, D::Error> {
        PhotoHash::read(&String::deserialize(d)?).ok_or_else(|| D::Error::custom(UNREADABLE))
    }
}

fn string(format: Option<KnownFormat>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(format.map(SchemaFormat::KnownFormat))
}

/// Name, schema and description of a type that is one string.
macro_rules! schema {
    ($type:ty, $name:expr, $schema:expr) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }
        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    };
}

schema!(
    At,
    "At",
    string(Some(KnownFormat::DateTime))
        .description(Some("RFC 3339; answers always carry +08:00."))
        .examples(["2026-11-23T07:30:00+08:00"])
);
schema!(Date, "Date", string(Some(KnownFormat::Date)).description(Some("A day in China.")).examples(["2026-11-23"]));
schema!(Uid, "Uid", string(Some(KnownFormat::Uuid)));
schema!(
    PhotoHash,
    "PhotoHash",
    string(None)
        .pattern(Some("^[0-9a-f]{64}$"))
        .description(Some("SHA-256 of a photo that POST /api/v1/files stored."))
);

/// A text of at most so many characters.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $max:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
        pub struct $name(pub String);
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<$name, D::Error> {
                measured(&String::deserialize(d)?, $max).map($name).map_err(D::Error::custom)
            }
        }
        schema!($name, stringify!($name), string(None).max_length(Some($max as usize)));
    )+};
}

texts! {
    /// A name.
    Name = limits::NAME_CHARS;
    /// The one sentence that says what is wrong.
    Fact = limits::FACT_CHARS;
    /// A sentence that somebody types.
    Note = limits::NOTE_CHARS;
    /// The name under which somebody signs in.
    LoginName = 64;
    /// What a post is called on paper.
    Title = 20;
    Short = 12;
    /// A code of the register of schools or of divisions.
    UnitCode = 20;
    Phone = 40;
    /// A plan, or what somebody saw and advised.
    Long = safety::support::PLAN_CHARS;
    /// A written rule or the words of a notice.
    Body = safety::text::BODY_CHARS;
    Mobile = 20;
    /// The course of things, cause and lessons of an incident.
    Story = safety::incident::report::STORY_CHARS;
    /// Number of an order.
    Number = 40;
}

/// Texts that are neither cleaned nor trimmed, and never said again.
macro_rules! hidden {
    ($($(#[$doc:meta])* $name:ident = $max:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(pub String);
        impl $name {
            pub const MAX: usize = $max as usize;
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<$name, D::Error> {
                let typed = String::deserialize(d)?;
                let got = typed.chars().count();
                let fine = got <= $name::MAX;
                fine.then_some($name(typed)).ok_or_else(|| D::Error::custom(format!("{TOO_LONG} {} {got}", $name::MAX)))
            }
        }
        schema!($name, stringify!($name), string(Some(KnownFormat::Password)).max_length(Some($name::MAX)));
    )+};
}

hidden! {
    Password = 128;
    /// Of a far side; a bot's holds its key.
    Address = safety::message::channel::ADDRESS_CHARS;
    /// What a far side's messages are signed with.
    Secret = safety::message::channel::SECRET_CHARS;
}

fn measured(typed: &str, max: i64) -> Result<String, String> {
    let clean = text::clean(typed);
    let got = clean.chars().count() as i64;
    if got > max { Err(format!("{TOO_LONG} {max} {got}")) } else { Ok(clean) }
}

/// Codes of closed lists: the schema names them all.
macro_rules! codes {
    ($($name:ident = $of:ty, $all:expr;)+) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(pub $of);
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.0.code())
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<$name, D::Error> {
                let code = String::deserialize(d)?;
                <$of>::from_code(&code).map($name).ok_or_else(|| D::Error::custom(UNKNOWN))
            }
        }
        impl From<$of> for $name {
            fn from(value: $of) -> $name { $name(value) }
        }
        schema!($name, stringify!($name), string(None).enum_values(Some($all.iter().map(|v| v.code()))));
    )+};
}

/// A value that is none of the codes.
pub const UNKNOWN: &str = "unknown_code";

codes! {
    UnitKind = safety::org::UnitKind, safety::org::UnitKind::ALL;
    Stage = safety::org::Stage, safety::org::Stage::ALL;
    Role = safety::org::Role, safety::org::Role::ALL;
    PlaceKind = safety::org::PlaceKind, safety::org::PlaceKind::ALL;
    State = safety::hazard::State, safety::hazard::State::ALL;
    Act = safety::hazard::Act, safety::hazard::Act::ALL;
    Grade = safety::hazard::Grade, safety::hazard::Grade::ALL;
    Term = safety::hazard::Term, safety::hazard::Term::ALL;
    Category = safety::hazard::Category, safety::hazard::Category::ALL;
    Bucket = safety::hazard::Bucket, safety::hazard::Bucket::ALL;
    Seen = safety::check::Seen, safety::check::Seen::ALL;
    Standing = safety::text::Standing, safety::text::Standing::ALL;
    NoticeKind = safety::notice::Kind, safety::notice::Kind::ALL;
    AskKind = safety::notice::AskKind, safety::notice::AskKind::ALL;
    DutyState = safety::duty::State, safety::duty::State::ALL;
    DutyMark = safety::duty::Mark, safety::duty::Mark::ALL;
    ResolvedState = safety::duty::resolution::Resolved, safety::duty::resolution::Resolved::ALL;
    Figure = safety::notice::Figure, safety::notice::Figure::ALL;
    DrillState = safety::drill::State, safety::drill::State::ALL;
    DrillScenario = safety::drill::Scenario, safety::drill::Scenario::ALL;
    DrillPart = safety::drill::Part, safety::drill::Part::ALL;
    DrillSkill = safety::drill::Skill, safety::drill::Skill::ALL;
    DrillFit = safety::drill::Fit, safety::drill::Fit::ALL;
    MissingWhere = safety::drill::Where, safety::drill::Where::ALL;
    MovementKind = safety::movement::Kind, safety::movement::Kind::ALL;
    MovementState = safety::movement::State, safety::movement::State::ALL;
    PostStood = safety::movement::Stood, safety::movement::Stood::ALL;
    IncidentKind = safety::incident::Kind, safety::incident::Kind::ALL;
    IncidentFamily = safety::incident::Family, safety::incident::Family::ALL;
    IncidentState = safety::incident::State, safety::incident::State::ALL;
    IncidentAct = safety::incident::Act, safety::incident::Act::ALL;
    IncidentGrade = safety::incident::Grade, safety::incident::Grade::ALL;
    IncidentClass = safety::incident::Class, safety::incident::Class::ALL;
    IncidentFact = safety::incident::Fact, safety::incident::Fact::ALL;
    IncidentBucket = safety::incident::Bucket, safety::incident::Bucket::ALL;
    LegKind = safety::incident::LegKind, safety::incident::LegKind::ALL;
    Party = safety::incident::Party, safety::incident::Party::ALL;
    ReportKind = safety::incident::ReportKind, safety::incident::ReportKind::ALL;
    AlarmState = safety::alarm::State, safety::alarm::State::ALL;
    AlarmAct = safety::alarm::Act, safety::alarm::Act::ALL;
    AlarmSource = safety::alarm::Source, safety::alarm::Source::ALL;
    AlarmOutcome = safety::alarm::Outcome, safety::alarm::Outcome::ALL;
    AlarmHere = safety::alarm::Here, safety::alarm::Here::ALL;
    MessageKind = safety::message::Kind, safety::message::Kind::ALL;
    Way = safety::kernel::outbox::Way, safety::kernel::outbox::Way::ALL;
    DeliveryState = safety::kernel::outbox::Sent, safety::kernel::outbox::Sent::ALL;
    TipKind = safety::tip::Kind, safety::tip::Kind::ALL;
    TipState = safety::tip::State, safety::tip::State::ALL;
    TipOutcome = safety::tip::Outcome, safety::tip::Outcome::ALL;
    ClueFault = safety::clue::Fault, safety::clue::Fault::ALL;
    ClueRule = safety::clue::Rule, safety::clue::Rule::ALL;
    ClueState = safety::clue::State, safety::clue::State::ALL;
    ClueSays = safety::clue::Says, safety::clue::Says::ALL;
    OutsideSource = safety::outside::Source, safety::outside::Source::ALL;
}

impl From<Ms> for At {
    fn from(at: Ms) -> At {
        At(at)
    }
}
impl From<Day> for Date {
    fn from(day: Day) -> Date {
        Date(day)
    }
}
impl From<Id> for Uid {
    fn from(id: Id) -> Uid {
        Uid(id)
    }
}

/// Every type of this file with its schema: what stands only in queries is described by name too.
pub fn schemas() -> Vec<(String, RefOr<Schema>)> {
    macro_rules! of {
        ($($type:ty)+) => { vec![$((<$type>::name().into_owned(), <$type>::schema())),+] };
    }
    of! {
        At Date Uid PhotoHash Password
        Name Fact Note LoginName Title Short UnitCode Phone Long Body Mobile Number
        UnitKind Stage Role PlaceKind State Act Grade Term Category Bucket Seen Standing NoticeKind AskKind Figure DutyState DutyMark ResolvedState
        DrillState DrillScenario DrillPart DrillSkill DrillFit MissingWhere MovementKind MovementState PostStood
        Story IncidentKind IncidentFamily IncidentState IncidentAct IncidentGrade IncidentClass IncidentFact IncidentBucket
        LegKind Party ReportKind
        Address Secret AlarmState AlarmAct AlarmSource AlarmOutcome AlarmHere MessageKind Way DeliveryState
        TipKind TipState TipOutcome ClueFault ClueRule ClueState ClueSays OutsideSource
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_needs_its_offset_and_leaves_with_china_s() {
        let read = |text: &str| serde_json::from_value::<At>(serde_json::json!(text)).ok();
        let at = read("2026-11-22T23:30:00Z").unwrap();
        assert_eq!(serde_json::to_value(at).unwrap(), "2026-11-23T07:30:00+08:00");
        assert_eq!(read("2026-11-23T07:30:00+08:00"), Some(at));
        for bad in ["2026-11-23T07:30:00", "2026-11-23", "1795390200000", "9999-12-31T23:59:59Z", "昨天", ""] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_day_is_ten_signs_of_a_year_that_can_be_meant() {
        let read = |text: &str| serde_json::from_value::<Date>(serde_json::json!(text)).ok();
        assert_eq!(serde_json::to_value(read("2026-02-28").unwrap()).unwrap(), "2026-02-28");
        for bad in ["2026-02-29", "-009999-01-01", "2026-11-23T07:30", "9999-01-01"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_text_is_cleaned_and_measured_in_characters() {
        let read = |text: &str| serde_json::from_value::<Short>(serde_json::json!(text)).map_err(|e| e.to_string());
        assert_eq!(read(" 江\u{0}湾 "), Ok(Short("江湾".into())));
        assert_eq!(read(&"湾".repeat(12)), Ok(Short("湾".repeat(12))));
        assert_eq!(read(&"湾".repeat(13)), Err("too_long 12 13".into()));
    }
}
