//! What can go wrong. A `Refusal` is the answer to the person at the door: a closed, small set of codes and values,
//! never sentences (`web::words` turns each into Chinese by exhaustive match). A `Fault` is ours: it is logged with a
//! short number, and only the number is shown.

use crate::Id;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    Refused(Refusal),
    Fault(Fault),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody is signed in, the session ended, or the post that acted has ended.
    SignIn,
    /// In scope, but no rule allows this action.
    NoRight,
    /// Absent, or not for the asker to know: the same answer.
    NotFound,
    /// One or more fields cannot be taken as they are; everything typed is kept.
    Invalid(Vec<FieldError>),
    /// The record has moved on: `action` is not possible in `from`.
    WrongState { from: &'static str, action: &'static str },
    /// Somebody changed the record since the asker read `version`.
    Stale { version: i64 },
    /// An id or a name that must be unique is taken, or a request key was used for other content.
    Duplicate,
    /// The window for this act has closed.
    TooLate,
    /// Over a limit of `limits` or a rate.
    TooMany { limit: i64 },
    /// An act needs a photo or another record first.
    NeedsEvidence { what: &'static str },
    /// A rule of the notice forbids it: `clause` of the notice, `rule` of the pack, who could do it instead.
    PackForbids { clause: &'static str, rule: &'static str, instead: Vec<String> },
    /// The queue is full; nothing was stored; trying again helps.
    Busy,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field as the form and the API call it.
    pub field: &'static str,
    pub problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    Required,
    /// Longer than `max` characters; `got` were sent.
    TooLong {
        max: i64,
        got: i64,
    },
    TooShort {
        min: i64,
    },
    /// Outside `min..=max`.
    OutOfRange {
        min: i64,
        max: i64,
    },
    /// Cannot be read as what the field holds.
    Unreadable,
    /// Not one of the choices, or the thing named does not exist for the asker.
    Unknown,
    /// A time later than now (minutes ahead).
    InFuture {
        minutes: i64,
    },
    /// A time so long ago that a reason is needed (days), or impossible (before 2000).
    TooOld {
        days: i64,
    },
    /// Belongs to another unit, whose name may be told.
    Foreign {
        unit: String,
    },
    /// Too weak a password.
    Weak,
    /// Not a picture that can be opened.
    NotPicture,
    /// Larger than `max` bytes.
    TooBig {
        max: i64,
    },
    /// Already taken.
    Taken,
    /// A name in a list fits nobody, or more than one person.
    Person {
        name: String,
        several: bool,
    },
    /// Does not fit another field.
    Mismatch {
        with: &'static str,
    },
    /// What the planner of movement says of a figure: its code, the place (table, row, column) and its own sentence.
    Planner {
        code: String,
        place: String,
        message: String,
    },
    /// Hazards that are not dealt with stand in the way: how many, and the number of the first.
    StillOpen {
        count: i64,
        first: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The disk or the database is full: 507; reading goes on.
    Full,
    /// The database is out of reach: 503; readiness is false until it is back.
    Gone,
    /// A row, a file or a key that must exist does not, or an invariant broke.
    Broken(String),
}

impl Refusal {
    /// The code of the API: stable, snake_case.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::SignIn => "sign_in",
            Refusal::NoRight => "no_right",
            Refusal::NotFound => "not_found",
            Refusal::Invalid(_) => "invalid",
            Refusal::WrongState { .. } => "wrong_state",
            Refusal::Stale { .. } => "stale",
            Refusal::Duplicate => "duplicate",
            Refusal::TooLate => "too_late",
            Refusal::TooMany { .. } => "too_many",
            Refusal::NeedsEvidence { .. } => "needs_evidence",
            Refusal::PackForbids { .. } => "pack_forbids",
            Refusal::Busy => "busy",
        }
    }
}

impl Error {
    pub fn invalid(field: &'static str, problem: Problem) -> Error {
        Error::Refused(Refusal::Invalid(vec![FieldError { field, problem }]))
    }
    pub fn broken(what: impl Into<String>) -> Error {
        Error::Fault(Fault::Broken(what.into()))
    }
    /// For a row that a rule has just made sure of.
    pub fn missing(what: &str, id: Id) -> Error {
        Error::broken(format!("{what} {id} is not there"))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Refused(refusal)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        Error::Fault(fault)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Refused(refusal) => write!(f, "refused: {refusal:?}"),
            Error::Fault(fault) => write!(f, "fault: {fault:?}"),
        }
    }
}

impl std::error::Error for Error {}
