//! The life of a hazard as one total table: state × act → state. Pure.

use crate::org::kinds::codes as org_codes;

org_codes! {
    /// Where a hazard stands. One word per state, everywhere (pages.md §6).
    State {
        /// 待定级
        Ungraded = "ungraded",
        /// 待派单
        Unassigned = "unassigned",
        /// 待整改
        Assigned = "assigned",
        /// 待复查
        Rectified = "rectified",
        /// 待销账
        Rechecked = "rechecked",
        /// 已销账
        Closed = "closed",
        /// 退回整改
        Returned = "returned",
        /// 已上报: beyond the school's power, the level above has it
        Reported = "reported",
        /// 已移交: an agency has it
        Transferred = "transferred",
        /// 不成立
        Dismissed = "dismissed",
        /// 作废: entered by mistake; the row stays
        Void = "void",
    }
}

org_codes! {
    /// What can be done to a hazard; each act is one step of its history.
    Act {
        Raise = "raise",
        Grade = "grade",
        Assign = "assign",
        /// 推辞: once, with a reason; the 分管 leader decides
        Decline = "decline",
        /// 临时防护
        Protect = "protect",
        Rectify = "rectify",
        /// 复查合格
        Recheck = "recheck",
        /// 复查不合格, 退回
        Return = "return",
        /// 销账
        Close = "close",
        ExtendAsk = "extend_ask",
        ExtendYes = "extend_yes",
        ExtendNo = "extend_no",
        /// 上报
        Report = "report",
        /// 移交
        Transfer = "transfer",
        /// 答复: the level above or the agency has dealt with it
        AnswerDone = "answer_done",
        /// 答复: it goes back to the school
        AnswerBack = "answer_back",
        /// 答复: taken up, with a new day
        AnswerTaken = "answer_taken",
        /// 挂牌督办
        List = "list",
        /// 摘牌
        Delist = "delist",
        /// 五落实
        Five = "five",
        Comment = "comment",
        /// 更正
        Correct = "correct",
        /// 不成立
        Dismiss = "dismiss",
        /// 作废
        Void = "void",
        /// 交接: open work moved to the heir of a post
        HandOver = "hand_over",
        /// A deadline passed (entered by the program)
        Overdue = "overdue",
    }
}

use Act::*;
use State::*;

impl State {
    /// Is somebody still to do something?
    pub fn is_open(self) -> bool {
        !matches!(self, State::Closed | State::Dismissed | State::Void)
    }
}

/// The state after an act; none when the act is not possible there.
pub fn next(state: State, act: Act) -> Option<State> {
    let to = match (state, act) {
        (_, Raise) => return None,
        (State::Void, _) => return None,
        (_, Comment) => state,
        (_, Correct) => state,
        (Closed | Dismissed, _) => return None,
        (Ungraded | Unassigned, Grade) => Unassigned,
        (Assigned | Returned, Grade) => state,
        (Ungraded | Unassigned | Assigned | Returned, Assign) => Assigned,
        (Assigned | Returned, Decline) => Unassigned,
        (Ungraded | Unassigned | Assigned | Returned | Reported | Transferred, Protect) => state,
        (Assigned | Returned, Rectify) => Rectified,
        (Rectified, Recheck) => Rechecked,
        (Rectified | Rechecked, Return) => Returned,
        (Rechecked, Close) => Closed,
        (Assigned | Returned, ExtendAsk | ExtendYes | ExtendNo) => state,
        (Ungraded | Unassigned | Assigned | Returned, Report) => Reported,
        (Ungraded | Unassigned | Assigned | Returned | Reported, Transfer) => Transferred,
        (Reported | Transferred, AnswerDone) => Rectified,
        (Reported | Transferred, AnswerBack) => Unassigned,
        (Reported | Transferred, AnswerTaken) => state,
        (_, List | Five) => state,
        (Rechecked, Delist) => state,
        (Ungraded | Unassigned, Dismiss) => Dismissed,
        (Ungraded | Unassigned, Act::Void) => State::Void,
        (_, HandOver | Overdue) => state,
        _ => return None,
    };
    Some(to)
}

org_codes! {
    /// 隐患等级
    Grade {
        /// 一般
        Minor = "minor",
        /// 重大
        Major = "major",
    }
}

org_codes! {
    /// How long rectification may take (haz.fix of the parameter register).
    Term {
        /// 立即
        AtOnce = "at_once",
        /// 一般 7 天
        Ordinary = "ordinary",
        /// 需资金 30 天
        Funded = "funded",
        /// 重大: 按方案
        Plan = "plan",
    }
}

impl Term {
    pub fn key(self) -> &'static str {
        match self {
            Term::AtOnce => "hazard.fix.at_once",
            Term::Ordinary => "hazard.fix.ordinary",
            Term::Funded => "hazard.fix.funded",
            Term::Plan => "hazard.fix.plan",
        }
    }
}

org_codes! {
    /// 隐患类别: the eight of the templates in use and those that this city needs (domain.md §3).
    Category {
        Building = "building",
        Fire = "fire",
        Electric = "electric",
        Sports = "sports",
        Food = "food",
        Surroundings = "surroundings",
        Mental = "mental",
        Emergency = "emergency",
        Dorm = "dorm",
        Lab = "lab",
        Equipment = "equipment",
        Gas = "gas",
        Bus = "bus",
        Crowd = "crowd",
        Order = "order",
        Network = "network",
        Ice = "ice",
        Other = "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The loop of notice 2.6: 排查-建立台账-落实整改-复查销账.
    #[test]
    fn the_loop_runs_from_raise_to_close_and_no_step_can_be_left_out() {
        let mut state = Ungraded;
        for (act, to) in
            [(Grade, Unassigned), (Assign, Assigned), (Rectify, Rectified), (Recheck, Rechecked), (Close, Closed)]
        {
            state = next(state, act).unwrap();
            assert_eq!(state, to);
        }
        for state in State::ALL.iter().copied().filter(|s| *s != Rechecked) {
            assert_eq!(next(state, Close), None, "{state:?} must not close");
        }
        for state in State::ALL.iter().copied().filter(|s| *s != Rectified) {
            assert_eq!(next(state, Recheck), None, "{state:?} must not be rechecked");
        }
    }

    #[test]
    fn the_whole_table_is_as_drawn() {
        let mut drawn = String::new();
        for state in State::ALL {
            for act in Act::ALL {
                if let Some(to) = next(*state, *act) {
                    drawn.push_str(&format!("{} {} {}\n", state.code(), act.code(), to.code()));
                }
            }
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/states.txt");
        if std::env::var("XIAOAN_REDRAW").is_ok() {
            std::fs::write(path, &drawn).unwrap();
        }
        let agreed = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(drawn, agreed, "the table changed: read the difference, then redraw with XIAOAN_REDRAW=1");
        for ended in [Closed, Dismissed] {
            let acts: Vec<_> = Act::ALL.iter().filter(|a| next(ended, **a).is_some()).collect();
            assert_eq!(acts, [&Comment, &Correct], "{ended:?}");
        }
        assert!(Act::ALL.iter().all(|a| next(State::Void, *a).is_none()));
    }

    #[test]
    fn codes_read_back() {
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(*state));
        }
        for act in Act::ALL {
            assert_eq!(Act::from_code(act.code()), Some(*act));
        }
    }
}
