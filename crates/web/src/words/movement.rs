//! 错时放学、岗位、大型活动: states, kinds, the names of ways as people say them, sentences.

use safety::movement::{Kind, Progress, Stage, State, Stood};

use super::{Word, word};

pub const ASKED: Word = word("待审批", "b");
pub const UPWARD: Word = word("待教育局批", "b");
pub const APPROVED: Word = word("已批准", "g");
pub const CANCELLED: Word = word("取消", "");
pub const STOOD: Word = word("在岗", "g");
pub const SUBSTITUTED: Word = word("替岗", "a");
pub const ABSENT: Word = word("缺岗", "r");
/// A prepared card, beside a hazard that shuts its way.
pub const CARD: Word = word("预案卡", "b");
pub const STATES: &[Word] = &[ASKED, UPWARD, APPROVED, CANCELLED, STOOD, SUBSTITUTED, ABSENT];
pub const NONE: &str = "还没有错时放学表。先照一张纸把校舍填上，两分钟算出来。";
pub const NO_EVENT: &str = "还没有大型活动。活动前写方案、送审，批了再办。";
pub const NO_POST: &str = "还没有岗位表。哪天、哪里、谁站、谁替，一行一个。";
/// What every page with figures says.
pub const ADVICE: &str = "管理参考，不代替消防设计审查。";

pub fn state(state: State) -> Word {
    match state {
        State::Draft => super::pack::DRAFT,
        State::Asked => ASKED,
        State::Upward => UPWARD,
        State::Approved => APPROVED,
        State::Returned => super::duty::RETURNED,
        State::Ended => super::text::ENDED,
        State::Cancelled => CANCELLED,
    }
}

pub fn stood(stood: Stood) -> Word {
    match stood {
        Stood::Stood => STOOD,
        Stood::Substituted => SUBSTITUTED,
        Stood::Absent => ABSENT,
    }
}

pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Dismissal => "放学",
        Kind::Evening => "晚自习放学",
        Kind::PowerCut => "晚自习停电",
        Kind::Assembly => "集会、升旗、课间操",
        Kind::ExamBreak => "考试间隙",
    }
}

pub fn progress(p: Progress) -> String {
    match p.stage {
        Stage::Floor => "正在算最快要多久".into(),
        Stage::Timetable => format!("正在排班级次序，试过 {} 种", p.done),
        Stage::Evacuation => "正在排疏散走法".into(),
        Stage::Cards => format!("正在备封闭预案卡，{} / {}", p.done + 1, p.all),
        Stage::Pictures => "正在画图".into(),
    }
}

/// 3:05 after the bell.
pub fn clock(seconds: f64) -> String {
    let s = seconds.round() as i64;
    format!("{}:{:02}", s / 60, s % 60)
}

/// A way of the building as people say it; the id itself where it is none of the plain tables.
pub fn way(id: &str) -> String {
    let plain = || {
        let (from, to) = id.split_once('>')?;
        if let Some((house, rest)) = from.rsplit_once("-T") {
            let (stair, floor) = rest.split_once('-')?;
            return Some(match to.rsplit_once('-') {
                Some((_, "YARD")) => format!("{house}楼 {stair}号楼梯门口"),
                Some((_, below)) => format!("{house}楼 {stair}号楼梯 {floor}层下{below}层"),
                None => return None,
            });
        }
        if to == "STREET" || to.starts_with("PICKUP") {
            return Some(from.to_string());
        }
        let (house, _) = from.split_once("1-H")?;
        to.ends_with("-YARD").then(|| format!("{house}楼 门厅"))
    };
    plain().unwrap_or_else(|| id.to_string())
}

/// The planner's place of a fault, in the words of the form.
pub fn place(place: &str) -> String {
    let tables = [
        ("buildings.csv", "楼栋"),
        ("stairs.csv", "楼梯"),
        ("halls.csv", "门厅"),
        ("rooms.csv", "班级"),
        ("gates.csv", "校门"),
        ("buses ", "校车 "),
    ];
    let columns = [
        ("corridor_length_m", "走廊长"),
        ("corridor_width_m", "走廊宽"),
        ("path_to_assembly_m", "到集合点"),
        ("distance_from_assembly_m", "到校门"),
        ("exit_door_m", "出口宽"),
        ("width_m", "宽"),
        ("pupils", "人数"),
        ("floors", "层数"),
        ("floor", "楼层"),
        ("class", "班级"),
        ("building", "楼名"),
    ];
    let mut out = place.to_string();
    for (from, to) in tables.iter().chain(&columns) {
        out = out.replace(from, to);
    }
    out
}

/// How long it takes, beside what nobody can be faster than.
pub fn sentence(makespan_s: i64, bound_s: i64) -> String {
    format!(
        "照这张表全校 {} 走完，楼梯上任何时刻都不挤；怎样安排也不会少于 {}。",
        super::drill::seconds(makespan_s),
        super::drill::seconds(bound_s)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_said_as_people_say_it() {
        assert_eq!(way("A-T1-2>A-T1-1"), "A楼 1号楼梯 2层下1层");
        assert_eq!(way("A-T2-1>A-YARD"), "A楼 2号楼梯门口");
        assert_eq!(way("A1-H1>A-YARD"), "A楼 门厅");
        assert_eq!(way("东门>STREET"), "东门");
        assert_eq!(way("e17"), "e17");
        assert_eq!(place("rooms.csv 第 4 行 pupils"), "班级 第 4 行 人数");
        assert_eq!(clock(185.4), "3:05");
    }
}
