//! The life of an alarm as one total table: state × act → state. Pure.

use crate::org::kinds::codes;

codes! {
    /// Where an alarm stands. One word per state, everywhere (pages.md §6).
    State {
        /// 未应答
        Raised = "raised",
        /// 已应答: somebody has said that he sees to it
        Acknowledged = "acknowledged",
        /// 已到场: somebody is there, and somebody outside the school has heard (`act::go`)
        OnSite = "on_site",
        /// 已解除
        Ended = "ended",
    }
}

codes! {
    /// What can be done to an alarm; each act is one step of its history.
    Act {
        Raise = "raise",
        /// Pressed again while it is open.
        Again = "again",
        /// 应答
        Acknowledge = "acknowledge",
        /// 到场
        Arrive = "arrive",
        /// 解除
        End = "end",
        /// 清点: a class is here, or somebody of it is missing
        Account = "account",
        Note = "note",
        /// The next rung of the ladder, by the clock.
        Rung = "rung",
        /// Acknowledged, and nobody came: the ladder goes on.
        Resume = "resume",
    }
}

codes! {
    /// How it came.
    Source {
        Page = "page",
        /// A button on a wall, by its own address.
        Button = "button",
    }
}

codes! {
    /// What it was, told when it ends.
    Outcome {
        Real = "real",
        /// 误报
        False = "false",
        Test = "test",
    }
}

codes! {
    /// A class at the assembly place.
    Here {
        /// 在
        Present = "present",
        /// 不在: so many are missing
        Missing = "missing",
        /// 待核
        Unknown = "unknown",
    }
}

impl State {
    pub fn is_open(self) -> bool {
        self != State::Ended
    }
}

/// The state after an act; none when the act is not possible there.
pub fn next(state: State, act: Act) -> Option<State> {
    use Act::*;
    use State::*;
    Some(match (state, act) {
        (_, Raise) => return None,
        (Ended, Note) => Ended,
        (Ended, _) => return None,
        (_, End) => Ended,
        (_, Arrive) => OnSite,
        (Raised, Acknowledge) => Acknowledged,
        // Each level says for itself that it has heard.
        (Acknowledged | OnSite, Acknowledge) => state,
        // Somebody has taken it: the ladder stands still.
        (Raised, Rung) => Raised,
        (Acknowledged | OnSite, Rung) => return None,
        (Acknowledged, Resume) => Raised,
        (Raised | OnSite, Resume) => return None,
        (_, Again | Account | Note) => state,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_act_has_its_answer() {
        let drawn = |state: State| {
            let cell = |act: &Act| next(state, *act).map_or("-".into(), |s| s.code().to_string());
            Act::ALL.iter().map(cell).collect::<Vec<_>>().join(" ")
        };
        // raise again acknowledge arrive end account note rung resume
        assert_eq!(drawn(State::Raised), "- raised acknowledged on_site ended raised raised raised -");
        let acked = "- acknowledged acknowledged on_site ended acknowledged acknowledged - raised";
        assert_eq!(drawn(State::Acknowledged), acked);
        assert_eq!(drawn(State::OnSite), "- on_site on_site on_site ended on_site on_site - -");
        assert_eq!(drawn(State::Ended), "- - - - - - ended - -");
    }
}
