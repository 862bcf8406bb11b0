//! What an incident is and how its reporting goes on: kinds and families, grades, the legs upward, and one total table of
//! states. Pure. Numbers (thresholds, minutes) stand in the pack (`grade`, `leg`).

use crate::org::kinds::codes as org_codes;

org_codes! {
    /// Where the reporting of an incident stands (words: pages.md §6).
    State {
        /// 待签收: the level above has not signed for the first report
        Awaiting = "awaiting",
        /// 处置中
        Handling = "handling",
        /// 待终报: what was to be done is done, cause and lessons are not reported yet
        Concluding = "concluding",
        /// 已终报: casualties may still change until the window ends
        Final = "final",
        /// 已结案
        Closed = "closed",
        /// 已撤回: it was none
        Withdrawn = "withdrawn",
    }
}

org_codes! {
    /// What can be done; each act is one step of the history.
    Act {
        /// 初报
        Report = "report",
        /// 电话报告, to the level above or to an office beside it
        Call = "call",
        /// 签收 of a report
        Receive = "receive",
        /// 转报 to the next level
        Pass = "pass",
        /// 越级报告
        Skip = "skip",
        /// 续报
        Follow = "follow",
        /// 更正
        Amend = "amend",
        /// 处置结束
        End = "end",
        /// 终报
        Final = "final",
        /// 撤回
        Withdraw = "withdraw",
        /// A hazard was raised from it.
        Hazard = "hazard",
        /// A clock ran out (entered by the program).
        Overdue = "overdue",
        /// Time alone made it graver (entered by the program).
        Regrade = "regrade",
        /// 结案: reported to the end, signed, and past the casualty window (entered by the program).
        Close = "close",
    }
}

use State::*;

impl State {
    pub fn is_open(self) -> bool {
        !matches!(self, State::Closed | State::Withdrawn)
    }
    /// As a refusal names it: `closed` alone would be a hazard's as well.
    pub fn refused(self) -> &'static str {
        match self {
            State::Awaiting => "incident_awaiting",
            State::Handling => "incident_handling",
            State::Concluding => "incident_concluding",
            State::Final => "incident_final",
            State::Closed => "incident_closed",
            State::Withdrawn => "incident_withdrawn",
        }
    }
}

/// The state after an act; none when the act is not possible there. After a final report a change of the casualties makes
/// a new final report due: `Follow` and `Amend` go there with `changed`.
pub fn next(state: State, act: Act, changed: bool) -> Option<State> {
    let to = match (state, act) {
        (_, Act::Report) => return None,
        (Closed | Withdrawn, Act::Hazard) => state,
        (Closed | Withdrawn, _) => return None,
        (_, Act::Call | Act::Skip | Act::Pass | Act::Hazard | Act::Overdue | Act::Regrade) => state,
        (Awaiting, Act::Receive) => Handling,
        (_, Act::Receive) => state,
        (State::Final, Act::Follow | Act::Amend) if changed => Concluding,
        (_, Act::Follow | Act::Amend) => state,
        (Awaiting | Handling, Act::End) => Concluding,
        (Handling | Concluding, Act::Final) => State::Final,
        (Awaiting | Handling, Act::Withdraw) => Withdrawn,
        (State::Final, Act::Close) => Closed,
        _ => return None,
    };
    Some(to)
}

org_codes! {
    /// What happened, in the words of whoever stands beside it.
    Kind {
        /// 学生受伤
        Hurt = "hurt",
        /// 呕吐腹泻, poisoning
        Sick = "sick",
        /// 着火
        Fire = "fire",
        /// 校车、交通
        Bus = "bus",
        /// 走失
        Lost = "lost",
        /// 打架伤人
        Fight = "fight",
        /// 拥挤踩踏
        Crush = "crush",
        /// 溺水
        Drowning = "drowning",
        /// 自然灾害
        Nature = "nature",
        /// 网络与信息
        Network = "network",
        /// 考试
        Exam = "exam",
        /// 其他
        Other = "other",
    }
}

org_codes! {
    /// The six families of school incidents (domain.md §2).
    Family {
        /// 自然灾害
        Nature = "nature",
        /// 事故灾难
        Accident = "accident",
        /// 公共卫生
        Health = "health",
        /// 社会安全
        Order = "order",
        /// 网络与信息安全
        Network = "network",
        /// 考试安全
        Exam = "exam",
    }
}

impl Kind {
    pub fn family(self) -> Family {
        match self {
            Kind::Hurt | Kind::Fire | Kind::Bus | Kind::Crush | Kind::Drowning | Kind::Other => Family::Accident,
            Kind::Sick => Family::Health,
            Kind::Lost | Kind::Fight => Family::Order,
            Kind::Nature => Family::Nature,
            Kind::Network => Family::Network,
            Kind::Exam => Family::Exam,
        }
    }
    /// Traffic and fire have the shorter casualty window (令493 art. 13).
    pub fn has_short_window(self) -> bool {
        matches!(self, Kind::Bus | Kind::Fire)
    }
    /// The offices beside the school that are told at the same time, whatever the grade.
    pub fn parties(self) -> &'static [Party] {
        match self {
            Kind::Fire => &[Party::FireBrigade],
            Kind::Bus => &[Party::Traffic],
            Kind::Sick => &[Party::Health],
            Kind::Lost | Kind::Fight | Kind::Network => &[Party::Police],
            Kind::Crush | Kind::Drowning => &[Party::Police, Party::Emergency],
            Kind::Nature => &[Party::Emergency],
            Kind::Hurt | Kind::Exam | Kind::Other => &[],
        }
    }
}

org_codes! {
    /// An office without an account here.
    Party {
        /// 公安 110
        Police = "police",
        /// 消防 119
        FireBrigade = "fire_brigade",
        /// 交警 122
        Traffic = "traffic",
        /// 卫生健康、疾控
        Health = "health",
        /// 应急管理
        Emergency = "emergency",
        /// 本级政府
        Government = "government",
        /// 省教育厅
        Province = "province",
    }
}

org_codes! {
    /// What is known of it in one tap, and what has been done.
    Fact {
        /// 已叫 120
        Called120 = "called_120",
        /// 已报 110
        Called110 = "called_110",
        /// 已报 119
        Called119 = "called_119",
        /// 已报 122
        Called122 = "called_122",
        /// 已告家长
        ToldParents = "told_parents",
        /// 已疏散
        Evacuated = "evacuated",
        /// 已封现场
        Sealed = "sealed",
        /// 有人持械或校外人员伤人
        Violent = "violent",
        /// 媒体、网上已有关注
        Media = "media",
    }
}

impl Fact {
    /// The office that was told by it.
    pub fn party(self) -> Option<Party> {
        match self {
            Fact::Called110 => Some(Party::Police),
            Fact::Called119 => Some(Party::FireBrigade),
            Fact::Called122 => Some(Party::Traffic),
            _ => None,
        }
    }
}

org_codes! {
    /// 初报, 续报, 更正, 终报
    ReportKind {
        First = "first",
        Follow = "follow",
        Amend = "amend",
        Final = "final",
    }
}

org_codes! {
    /// The statutory grade (令493 art. 3).
    Grade {
        /// 特别重大 Ⅰ
        Special = "special",
        /// 重大 Ⅱ
        Major = "major",
        /// 较大 Ⅲ
        Larger = "larger",
        /// 一般 Ⅳ
        Ordinary = "ordinary",
    }
}

org_codes! {
    /// The school-internal class, stricter than the statute.
    Class {
        A = "a",
        B = "b",
        C = "c",
    }
}

org_codes! {
    /// What one level owes.
    LegKind {
        /// School to the level above, by telephone.
        Phone = "phone",
        /// School to the level above, in writing: this program's first report.
        Written = "written",
        /// To an office beside.
        Party = "party",
        /// The level above signs for the first report.
        Sign = "sign",
        /// From one level to the next.
        Level = "level",
        /// Past a level, when it is urgent: no clock, and the level passed by is told all the same.
        Skip = "skip",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table_is_as_drawn() {
        let mut drawn = String::new();
        for state in State::ALL {
            for act in Act::ALL {
                for changed in [false, true] {
                    let Some(to) = next(*state, *act, changed) else { continue };
                    if changed && Some(to) == next(*state, *act, false) {
                        continue;
                    }
                    let mark = if changed { " if casualties changed" } else { "" };
                    drawn.push_str(&format!("{} {} {}{mark}\n", state.code(), act.code(), to.code()));
                }
            }
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/incident_states.txt");
        if std::env::var("XIAOAN_REDRAW").is_ok() {
            std::fs::write(path, &drawn).unwrap();
        }
        let agreed = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(drawn, agreed, "the table changed: read the difference, then redraw with XIAOAN_REDRAW=1");
        for ended in [Closed, Withdrawn] {
            let acts: Vec<_> = Act::ALL.iter().filter(|a| next(ended, **a, true).is_some()).collect();
            assert_eq!(acts, [&Act::Hazard], "{ended:?}");
        }
    }

    #[test]
    fn nothing_closes_without_a_final_report_and_no_final_before_the_level_above_has_signed() {
        for state in State::ALL.iter().copied().filter(|s| *s != State::Final) {
            assert_eq!(next(state, Act::Close, false), None, "{state:?}");
        }
        assert_eq!(next(Awaiting, Act::Final, false), None);
        assert_eq!(
            next(State::Final, Act::Follow, true),
            Some(Concluding),
            "a death after it needs a new final report"
        );
    }

    #[test]
    fn every_kind_has_a_family_and_every_family_a_kind() {
        for family in Family::ALL {
            assert!(Kind::ALL.iter().any(|k| k.family() == *family), "{family:?}");
        }
        for kind in Kind::ALL {
            assert_eq!(Kind::from_code(kind.code()), Some(*kind));
        }
    }
}
