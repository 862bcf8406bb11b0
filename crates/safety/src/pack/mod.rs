//! The numbers by which hazards are judged, each with its basis. The policy pack (part B) will load them from
//! `packs/`; until then this is the one small table, so that no number stands inside a noun.

pub mod model;

use base::Ms;

/// What a number rests on (decisions.md §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    Notice,
    Law,
    Interpretation,
}

/// One number with its clause and basis; spans in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    pub key: &'static str,
    pub clause: &'static str,
    pub basis: Basis,
    pub span_ms: i64,
}

/// The rules in force. Immutable once loaded; results will carry its hash.
#[derive(Clone, Debug)]
pub struct Pack {
    pub id: &'static str,
    params: &'static [Param],
}

const fn interpretation(key: &'static str, span_ms: i64) -> Param {
    Param { key, clause: "2.6", basis: Basis::Interpretation, span_ms }
}

/// The notice orders the loop and gives no number (domain.md §0-1, §3): every span is an interpretation that the
/// bureau may change.
const BUILTIN: &[Param] = &[
    // 立即整改 within a day, 一般 7 days, 需资金 30 days (haz.fix of domain.md §11)
    interpretation("hazard.grade", Ms::DAY),
    interpretation("hazard.assign", Ms::DAY),
    interpretation("hazard.fix.at_once", Ms::DAY),
    interpretation("hazard.fix.ordinary", 7 * Ms::DAY),
    interpretation("hazard.fix.funded", 30 * Ms::DAY),
    // 重大: by its plan; this long if the plan names no day
    interpretation("hazard.fix.plan", 30 * Ms::DAY),
    interpretation("hazard.recheck", Ms::DAY),
    interpretation("hazard.close", 3 * Ms::DAY),
    // 推诿: a declined task is decided by the 分管 leader within this (4.1)
    Param { key: "hazard.decide", clause: "4.1", basis: Basis::Interpretation, span_ms: 2 * Ms::DAY },
    // an agency or the level above answers within this (4.4)
    Param { key: "hazard.answer", clause: "4.4", basis: Basis::Interpretation, span_ms: 10 * Ms::DAY },
    // same place and category again within this counts as 反复
    interpretation("hazard.recurring", 30 * Ms::DAY),
    // extension at most this long
    interpretation("hazard.extend_max", 30 * Ms::DAY),
    // a check typed in later than this is 补录
    Param { key: "back_entry", clause: "1.3", basis: Basis::Interpretation, span_ms: 3 * Ms::DAY },
];

impl Pack {
    pub fn builtin() -> Pack {
        Pack { id: "jilin-2012", params: BUILTIN }
    }
    /// A number by its key. A key that no pack has is a mistake of ours and is caught by the test below.
    pub fn param(&self, key: &str) -> Param {
        self.params.iter().copied().find(|p| p.key == key).unwrap_or(Param {
            key: "missing",
            clause: "2.6",
            basis: Basis::Interpretation,
            span_ms: Ms::DAY,
        })
    }
    pub fn span(&self, key: &str) -> i64 {
        self.param(key).span_ms
    }
    pub fn params(&self) -> &'static [Param] {
        self.params
    }
    /// What to look at, by kind of place: the points of a check (chips on the page). Keys; the door words them.
    pub fn points(&self, place_kind: &str) -> &'static [&'static str] {
        match place_kind {
            "stair" => &["clear", "light", "rail", "sign"],
            "corridor" => &["clear", "light", "extinguisher", "sign"],
            "gate" => &["guard", "gear", "barrier", "lock"],
            "canteen" => &["gas", "sample", "expiry", "pests"],
            "boiler" => &["pressure", "certificate", "monoxide", "ventilation"],
            "dorm" => &["exit", "banned", "wiring", "detector"],
            "lab" => &["chemicals", "ventilation", "gas", "lock"],
            "yard" => &["surface", "ice", "equipment", "fence"],
            "power" => &["lock", "heat", "wiring", "dry"],
            "classroom" => &["wiring", "window", "ceiling", "exit"],
            _ => &["clear", "wiring", "damage", "lock"],
        }
    }
}

/// Keys that code asks for.
pub const KEYS: &[&str] = &[
    "hazard.grade",
    "hazard.assign",
    "hazard.fix.at_once",
    "hazard.fix.ordinary",
    "hazard.fix.funded",
    "hazard.fix.plan",
    "hazard.recheck",
    "hazard.close",
    "hazard.decide",
    "hazard.answer",
    "hazard.recurring",
    "hazard.extend_max",
    "back_entry",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_code_asks_for_has_a_number() {
        let pack = Pack::builtin();
        for key in KEYS {
            assert_eq!(pack.param(key).key, *key);
        }
        assert_eq!(KEYS.len(), pack.params().len());
    }
}
