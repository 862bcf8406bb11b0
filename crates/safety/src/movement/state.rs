//! The lives of a plan and of a large event as total tables: state × act → state. Pure.

use crate::org::kinds::codes;

codes! {
    /// Where a plan or a large event stands (pages.md §6).
    State {
        /// 草稿
        Draft = "draft",
        /// 待审批: by a leader of the school
        Asked = "asked",
        /// 待审批: the school has approved, the bureau is asked
        Upward = "upward",
        /// 已批准
        Approved = "approved",
        /// 退回
        Returned = "returned",
        /// 已结束
        Ended = "ended",
        /// 取消 (a large event that is not held)
        Cancelled = "cancelled",
    }
}

codes! {
    Act {
        /// 修改 (a large event only: a plan is reckoned anew)
        Change = "change",
        /// 送审
        Ask = "ask",
        /// 批准 by the school
        Approve = "approve",
        /// 批准 by the school, passed on to the bureau
        PassUp = "pass_up",
        /// 批准 by the bureau
        Grant = "grant",
        /// 退回
        GiveBack = "give_back",
        /// 确认继续使用 (a new term)
        Confirm = "confirm",
        /// 结束
        End = "end",
        Cancel = "cancel",
    }
}

codes! {
    /// What a plan is for.
    Kind {
        /// 放学
        Dismissal = "dismissal",
        /// 晚自习放学
        Evening = "evening",
        /// 晚自习停电
        PowerCut = "power_cut",
        /// 集会、升旗、课间操
        Assembly = "assembly",
        /// 考试间隙
        ExamBreak = "exam_break",
    }
}

codes! {
    /// What became of a post on a day.
    Stood {
        /// 在岗
        Stood = "stood",
        /// 替岗
        Substituted = "substituted",
        /// 缺岗
        Absent = "absent",
    }
}

/// The state of a plan after an act; none when the act is not possible there.
pub fn next(state: State, act: Act) -> Option<State> {
    match (state, act) {
        (State::Draft | State::Returned, Act::Ask) => Some(State::Asked),
        (State::Asked, Act::Approve) => Some(State::Approved),
        (State::Asked, Act::GiveBack) => Some(State::Returned),
        (State::Approved, Act::Confirm) => Some(State::Approved),
        (State::Draft | State::Asked | State::Returned | State::Approved, Act::End) => Some(State::Ended),
        _ => None,
    }
}

/// The state of a large event after an act.
pub fn next_gathering(state: State, act: Act) -> Option<State> {
    match (state, act) {
        (State::Draft | State::Returned, Act::Change) => Some(state),
        (State::Draft | State::Returned, Act::Ask) => Some(State::Asked),
        (State::Asked, Act::Approve) => Some(State::Approved),
        (State::Asked, Act::PassUp) => Some(State::Upward),
        (State::Upward, Act::Grant) => Some(State::Approved),
        (State::Asked | State::Upward, Act::GiveBack) => Some(State::Returned),
        (State::Approved, Act::End) => Some(State::Ended),
        (State::Draft | State::Asked | State::Upward | State::Returned | State::Approved, Act::Cancel) => {
            Some(State::Cancelled)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_are_as_they_were_agreed() {
        let mut now = String::from("what state act -> state\n");
        for (what, table) in [("plan", next as fn(State, Act) -> Option<State>), ("gathering", next_gathering)] {
            for state in State::ALL {
                for act in Act::ALL {
                    if let Some(to) = table(*state, *act) {
                        now.push_str(&format!("{what} {} {} -> {}\n", state.code(), act.code(), to.code()));
                    }
                }
            }
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/movement_states.txt");
        if std::env::var("XIAOAN_REDRAW").is_ok() {
            std::fs::write(path, &now).unwrap();
            return;
        }
        assert_eq!(now, std::fs::read_to_string(path).unwrap_or_default());
    }

    #[test]
    fn nothing_is_in_force_that_nobody_was_asked_for() {
        for table in [next as fn(State, Act) -> Option<State>, next_gathering] {
            for state in [State::Draft, State::Returned, State::Ended, State::Cancelled] {
                assert!(Act::ALL.iter().all(|act| table(state, *act) != Some(State::Approved)), "{state:?}");
            }
        }
    }
}
