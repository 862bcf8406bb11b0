//! What a detector can say: its rule, the fault that it points at, and the traces that it lists. Pure.

use base::{Id, Ms};
use serde::{Deserialize, Serialize};

use crate::incident;
use crate::org::kinds::codes;
use crate::outside;

codes! {
    /// The four faults of notice 1.2. A clue only points at one; the words 迟报, 漏报, 瞒报, 谎报 are used by the person who
    /// closes it as confirmed, and by nobody before.
    Fault {
        /// 迟报: reported, but later than the time that the pack gives
        Late = "late",
        /// 漏报: something independent shows an incident, and none is reported
        Omitted = "omitted",
        /// 瞒报: the same, and a record of the unit's own shows that it knew
        Hidden = "hidden",
        /// 谎报: what is reported contradicts another record
        False = "false",
    }
}

codes! {
    Rule {
        /// A signal, and no incident near it.
        Unreported = "unreported",
        /// A level's own clock has run out before it reported.
        LateReport = "late_report",
        /// The report came in time by its own claim, but long after an independent signal.
        LateSignal = "late_signal",
        /// More children missing in the alarm's count than in the report.
        Roll = "roll",
        /// The photo was in another record before it happened.
        Photo = "photo",
        /// A call, or a knowledge, that lies at the wrong side of what it is about.
        Time = "time",
        /// Corrected upward long after: what was said first was too little.
        RaisedLater = "raised_later",
        /// Corrected downward.
        LoweredLater = "lowered_later",
    }
}

codes! {
    /// How a clue stands (pages.md §6).
    State {
        /// 待核对
        Open = "open",
        /// 属实
        Confirmed = "confirmed",
        /// 有说明
        Accounted = "accounted",
        /// 误报
        Mistaken = "mistaken",
    }
}

codes! {
    /// What one trace shows.
    Says {
        AlarmRaised = "alarm_raised",
        /// It ended as a real one.
        AlarmReal = "alarm_real",
        DraftDropped = "draft_dropped",
        /// Somebody outside the school told of it.
        Told = "told",
        /// The sentence of a hazard says that somebody was hurt.
        Harm = "harm",
        Police = "police",
        Traffic = "traffic",
        Health = "health",
        Insurance = "insurance",
        /// So many children of a class with one sign.
        Alike = "alike",
        /// The line of the class was corrected to so many.
        LineLowered = "line_lowered",
        ZeroSigned = "zero_signed",
        Withdrawn = "withdrawn",
        /// When a unit says that it first knew.
        Known = "known",
        /// When the report reached the server.
        Reported = "reported",
        /// Until when it was due.
        Due = "due",
        /// Nobody has reported until now.
        NotYet = "not_yet",
        RollMissing = "roll_missing",
        ReportMissing = "report_missing",
        PhotoBefore = "photo_before",
        Happened = "happened",
        CallClaimed = "call_claimed",
        FirstSaid = "first_said",
        LaterSaid = "later_said",
    }
}

/// One record that a clue rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// As the record is named: `alarm`, `incident`, `tip`, `outside`, `absence`, `incident_zero`, `incident_draft`, …
    pub noun: String,
    pub id: Id,
    pub at: Ms,
    pub says: Says,
    /// A number that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<i64>,
    /// A code beside the number: the sign, the figure's field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

impl Trace {
    pub fn new(noun: &str, id: Id, at: Ms, says: Says) -> Trace {
        Trace { noun: noun.into(), id, at, says, n: None, of: None }
    }
    pub fn n(self, n: i64) -> Trace {
        Trace { n: Some(n), ..self }
    }
    pub fn of(self, of: &str) -> Trace {
        Trace { of: Some(of.into()), ..self }
    }
    /// For whom it is about: that somebody outside knows, and on which day; not which record, nor at what hour.
    pub(super) fn hide(&mut self) {
        (self.id, self.at) = (nobody(), self.at.day().start());
    }
    /// The record is not for the reader.
    pub fn hidden(&self) -> bool {
        self.id == nobody()
    }
}

/// Words by which the row of a list names a road accident (`road`), or a child that is gone (`gone`): data, a line each.
const WORDS: &str = include_str!("words.txt");

fn names(what: &str, matter: &str) -> bool {
    let lines = WORDS.lines().filter_map(|line| line.split_once(' '));
    lines.filter(|(of, _)| *of == matter).any(|(_, words)| words.split(' ').any(|word| what.contains(word)))
}

/// Is a row of another office's list plainly about something else than an incident of this kind? Only where the list's
/// source or its own words say so: a road accident is no lost child and no illness. Everything else may be the same, and a
/// person judges.
pub fn apart(source: outside::Source, what: &str, kind: incident::Kind) -> bool {
    use incident::Kind;
    let road = source == outside::Source::Traffic || names(what, "road");
    let gone = names(what, "gone");
    match kind {
        Kind::Lost => road && !gone,
        Kind::Sick | Kind::Fire | Kind::Nature => road || gone,
        Kind::Network | Kind::Exam => road || gone || source == outside::Source::Health,
        Kind::Bus => gone && !road,
        Kind::Hurt | Kind::Fight | Kind::Crush | Kind::Drowning | Kind::Other => false,
    }
}

/// Stands for the id of a record that the reader may not know.
pub(super) fn nobody() -> Id {
    Id::from_parts(Ms(0), [0; 10])
}

/// The state after a person closed a clue; none when it is closed already.
pub fn settle(state: State, to: State) -> Option<State> {
    (state == State::Open && to != State::Open).then_some(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::Kind;
    use crate::outside::Source;

    #[test]
    fn a_road_accident_on_a_list_is_no_lost_child_and_an_injury_may_be_anything() {
        assert!(apart(Source::Police, "学生校门口被撞", Kind::Lost) && apart(Source::Traffic, "", Kind::Sick));
        assert!(apart(Source::Police, "学生走失", Kind::Bus) && !apart(Source::Police, "学生走失", Kind::Lost));
        for kind in [Kind::Hurt, Kind::Bus, Kind::Other] {
            assert!(!apart(Source::Police, "学生校门口被撞", kind), "{kind:?}");
        }
        for kind in Kind::ALL {
            assert!(!apart(Source::Police, "学生受伤", *kind) && !apart(Source::Insurance, "", *kind), "{kind:?}");
        }
    }
}
