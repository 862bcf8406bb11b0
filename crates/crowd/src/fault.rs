//! What can be wrong with an input, as a list that names every fault at once.
//!
//! Codes are those of the specification (crowd.md §6.4); `place` says where (table row and column, or the element of the
//! JSON document) and `message` is the Chinese sentence for the person who typed the figures.

use serde::Serialize;
use std::fmt;

/// Stable code of a fault; the text form is what programs compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[allow(non_camel_case_types, reason = "the variants are the public codes, letter for letter")]
pub enum Code {
    E_FORMAT,
    E_TOO_LARGE,
    E_ID_DUPLICATE,
    E_NODE_UNKNOWN,
    E_CLOSURE_UNKNOWN,
    E_TARGET,
    E_WIDTH_RANGE,
    E_WIDTH_UNUSABLE,
    E_LENGTH_RANGE,
    E_CLASS_SIZE,
    E_CLASS_ROOM,
    E_ROOM_SHARED,
    E_RATE,
    E_DENSITY_LIMIT,
    E_UNREACHABLE,
    E_DEADLINE,
    E_HOLD,
    /// A notice, not a refusal: only one staircase serves the upper floors.
    W_ONE_STAIR,
    /// A width falls short of the code for school buildings.
    W_GB_WIDTH,
    /// A figure was not given and a default stands in for it.
    W_ASSUMED,
    /// A class must be let out slower than the usual lowest rate, because a way is too narrow.
    W_RATE_LIMITED_BY_DOOR,
    /// The physical floor of the evacuation is above the two minutes of the drill guide.
    W_OVER_2_MIN,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// One fault: code, place and Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    pub code: Code,
    #[serde(rename = "where")]
    pub place: String,
    pub message: String,
}

impl Fault {
    pub fn new(code: Code, place: impl Into<String>, message: impl Into<String>) -> Fault {
        Fault { code, place: place.into(), message: message.into() }
    }
}

/// Every fault of one input; never empty when it is an error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    pub fn one(code: Code, place: impl Into<String>, message: impl Into<String>) -> Faults {
        Faults(vec![Fault::new(code, place, message)])
    }

    pub(crate) fn push(&mut self, code: Code, place: impl Into<String>, message: impl Into<String>) {
        let fault = Fault::new(code, place, message);
        if !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    /// The codes without repetition, in order.
    pub fn codes(&self) -> Vec<Code> {
        let mut codes: Vec<Code> = self.0.iter().map(|f| f.code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.0 {
            writeln!(f, "{}　{}：{}", fault.code, fault.place, fault.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
