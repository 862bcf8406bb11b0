//! The life of a drill as one total table: state × act → state. Pure.

use crate::org::kinds::codes;

codes! {
    /// Where a drill stands (pages.md §6). 未安排 is no state: it is an entry of the pack without a drill.
    State {
        /// 已安排
        Planned = "planned",
        /// 进行中
        Running = "running",
        /// 待评估
        Review = "review",
        /// 已完成
        Done = "done",
        /// 作废: it was not held, or was entered by mistake; the row stays
        Dropped = "dropped",
    }
}

codes! {
    /// What can be done to a drill.
    Act {
        /// Window, place, roles changed.
        Replan = "replan",
        /// The signal: the stopwatch runs.
        Start = "start",
        /// Earthquake: the shaking is over, everybody leaves.
        Leave = "leave",
        /// 集合清点 begins.
        Muster = "muster",
        /// A class says how many are out.
        Call = "call",
        /// Everybody back; the figures stand.
        Finish = "finish",
        /// Entered afterwards from paper.
        Paper = "paper",
        /// 评估
        Review = "review",
        Drop = "drop",
    }
}

codes! {
    /// What the drill supposes (notice 3.5: 突发火灾、地震等突发灾害; 2.5: 踩踏).
    Scenario {
        Fire = "fire",
        Quake = "quake",
        Stampede = "stampede",
        /// 校车
        Bus = "bus",
        Flood = "flood",
        /// 停电
        Dark = "dark",
        /// 危险化学品泄漏、燃气
        Gas = "gas",
        /// 外来人员侵害
        Intruder = "intruder",
        Other = "other",
    }
}

codes! {
    /// Who does what in a drill; each has a card.
    Part {
        /// 总指挥
        Commander = "commander",
        /// 报警和信号
        Alarm = "alarm",
        /// 断电断气
        Power = "power",
        /// 疏散引导
        Guide = "guide",
        /// 楼梯岗
        Stair = "stair",
        /// 搜索清场
        Sweep = "sweep",
        /// 集合清点
        Muster = "muster",
        /// 救护
        Medic = "medic",
        /// 通讯联络
        Contact = "contact",
        /// 记时
        Timer = "timer",
    }
}

codes! {
    /// 自救逃生 that was practised, not only talked of.
    Skill {
        /// 弯腰低姿
        Low = "low",
        /// 湿毛巾捂口鼻
        Towel = "towel",
        /// 逃生箱器材 (面具、绳、手电、哨)
        Kit = "kit",
        /// 伏地、遮挡、抓牢
        Cover = "cover",
        /// 灭火器
        Extinguisher = "extinguisher",
        /// 摔倒护头、逆流贴墙
        Fall = "fall",
        /// 互救包扎
        FirstAid = "first_aid",
    }
}

codes! {
    /// How well something fitted, said in the review (form 12 of the inspectors).
    Fit {
        /// 适宜、到位
        Good = "good",
        /// 基本
        Fair = "fair",
        /// 不适宜、不到位
        Poor = "poor",
    }
}

/// The state after an act; none when the act is not possible there.
pub fn next(state: State, act: Act) -> Option<State> {
    match (state, act) {
        (State::Planned, Act::Replan) => Some(State::Planned),
        (State::Planned, Act::Start) => Some(State::Running),
        (State::Planned, Act::Paper) => Some(State::Review),
        (State::Running, Act::Leave | Act::Muster | Act::Call) => Some(State::Running),
        (State::Running, Act::Finish) => Some(State::Review),
        // A telephone without network reports after the end; the figures take it in until they are reviewed.
        (State::Review, Act::Call) => Some(State::Review),
        (State::Review, Act::Review) => Some(State::Done),
        (State::Planned | State::Running | State::Review | State::Done, Act::Drop) => Some(State::Dropped),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table, drawn into a file that is read before it changes.
    #[test]
    fn the_whole_table_is_as_it_was_agreed() {
        let mut now = String::from("state act -> state\n");
        for state in State::ALL {
            for act in Act::ALL {
                if let Some(to) = next(*state, *act) {
                    now.push_str(&format!("{} {} -> {}\n", state.code(), act.code(), to.code()));
                }
            }
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/drill_states.txt");
        if std::env::var("XIAOAN_REDRAW").is_ok() {
            std::fs::write(path, &now).unwrap();
            return;
        }
        assert_eq!(now, std::fs::read_to_string(path).unwrap_or_default());
    }

    #[test]
    fn what_is_dropped_stays_dropped_and_what_is_reviewed_is_counted_no_more() {
        assert!(Act::ALL.iter().all(|act| next(State::Dropped, *act).is_none()));
        assert_eq!(Act::ALL.iter().filter(|act| next(State::Done, **act).is_some()).count(), 1);
        assert!(next(State::Planned, Act::Finish).is_none() && next(State::Running, Act::Review).is_none());
    }
}
