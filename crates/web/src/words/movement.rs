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

/// A moment: 11:33:05 where the bell is known, else 3:05 after it.
pub fn clock(bell_s: Option<i64>, seconds: f64) -> String {
    let s = bell_s.unwrap_or(0) + seconds.round() as i64;
    match bell_s {
        Some(_) => format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60),
        None => format!("{}:{:02}", s / 60, s % 60),
    }
}

/// How the moments of a timetable are to be read.
pub fn told(bell_s: Option<i64>) -> String {
    match bell_s {
        Some(bell) => format!("{}:{:02} 打铃，时刻是钟点，时:分:秒", bell / 3600, bell / 60 % 60),
        None => "从放学铃响算起，分:秒".into(),
    }
}

/// A row of the classes: the first one's word stands over all of them.
pub fn row(n: usize) -> String {
    if n == 1 { "班级".into() } else { format!("第 {n} 个班") }
}

/// A house as people say it.
fn house(name: &str) -> String {
    if name.ends_with('楼') { name.to_string() } else { format!("{name}楼") }
}

/// A staircase as people say it: 「东楼梯」, 「2号楼梯」.
fn stair(name: &str) -> String {
    let name = name.trim_end_matches('梯').trim_end_matches('楼').trim_end_matches('号');
    let number = name.chars().all(|c| c.is_ascii_digit());
    if number { format!("{name}号楼梯") } else { format!("{name}楼梯") }
}

/// A way of the building as people say it; the id itself where it is none of the plain tables.
pub fn way(id: &str) -> String {
    let plain = || {
        let (from, to) = id.split_once('>')?;
        if let Some((name, rest)) = from.rsplit_once("-T") {
            let (column, floor) = rest.split_once('-')?;
            let name = format!("{} {}", house(name), stair(column));
            return Some(match to.rsplit_once('-') {
                Some((_, "YARD")) => format!("{name}门口"),
                Some((_, below)) => format!("{name} {floor}层下{below}层"),
                None => return None,
            });
        }
        if to == "STREET" || to.starts_with("PICKUP") {
            return Some(from.to_string());
        }
        let (name, _) = from.split_once("1-H")?;
        to.ends_with("-YARD").then(|| format!("{} 门厅", house(name)))
    };
    plain().unwrap_or_else(|| id.to_string())
}

/// The same without its floors: 「1号楼 东楼梯」.
pub fn stairs(id: &str) -> String {
    let way = way(id);
    match way.rsplit_once(' ') {
        Some((stair, floors)) if floors.contains("层下") => stair.to_string(),
        _ => way,
    }
}

/// What a check is about, with the way's name in place of its id.
pub fn subject(subject: &str) -> String {
    subject
        .split(' ')
        .map(|word| if word.contains('>') { way(word) } else { word.to_string() })
        .collect::<Vec<_>>()
        .join(" ")
}

/// What is no fault, for people: the assumed figures in one sentence, each once; the rest as it is.
pub fn notes(all: &[(String, String, String)]) -> Vec<String> {
    const NAMES: &[(&str, &str)] = &[
        ("floor_height_m", "层高"),
        ("riser_m", "踏步高"),
        ("tread_m", "踏步宽"),
        ("doors", "每间教室几扇门"),
        ("door_width_m", "教室门宽"),
        ("path_width_m", "到操场的路宽"),
        ("path_to_assembly_m", "楼门到操场"),
        ("corridor_width_m", "走廊宽"),
        ("corridor_length_m", "走廊长"),
        ("distance_from_assembly_m", "操场到校门"),
        ("exit_door_m", "出口门宽"),
        ("width_m", "净宽"),
    ];
    let (mut assumed, mut out) = (Vec::<String>::new(), Vec::new());
    for (code, at, message) in all {
        let read = message.split_once("：未填，按 ").filter(|_| code == "W_ASSUMED");
        let named = read.and_then(|(row, value)| {
            let column = row.rsplit_once(' ')?.1;
            let name = NAMES.iter().find(|(key, _)| *key == column)?.1;
            Some(format!("{name} {}", value.trim_end_matches(" 计")))
        });
        match named {
            Some(one) if !assumed.contains(&one) => assumed.push(one),
            Some(_) => {}
            None => out.push(format!("{}：{}", place(at), place(message))),
        }
    }
    if !assumed.is_empty() {
        out.insert(0, format!("没有填的，按规范下限或常见尺寸算（米）：{}。", assumed.join("，")));
    }
    out
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
        assert_eq!(way("3号-T东-3>3号-T东-2"), "3号楼 东楼梯 3层下2层");
        assert_eq!(way("3号-T西楼梯-3>3号-T西楼梯-2"), "3号楼 西楼梯 3层下2层");
        assert_eq!(way("3号1-H1>3号-YARD"), "3号楼 门厅");
        assert_eq!(stairs("3号-T东-3>3号-T东-2"), "3号楼 东楼梯");
        assert_eq!(stairs("A-T2-1>A-YARD"), "A楼 2号楼梯门口");
        assert_eq!(subject("梯段 A-T1-2>A-T1-1 净宽"), "梯段 A楼 1号楼梯 2层下1层 净宽");
        let note = |code: &str, text: &str| (code.to_string(), "假定值".to_string(), text.to_string());
        let said = notes(&[
            note("W_ASSUMED", "buildings.csv 第 2 行 tread_m：未填，按 0.26 计"),
            note("W_ASSUMED", "buildings.csv 第 3 行 tread_m：未填，按 0.26 计"),
            note("W_ASSUMED", "rooms.csv 第 2 行 doors：未填，按 2 计"),
            note("W_ASSUMED", "buildings.csv 第 2 行 corridor_length_m：62 步按每步 0.65 米折算"),
        ]);
        assert_eq!(said.len(), 2);
        assert!(said[0].ends_with("（米）：踏步宽 0.26，每间教室几扇门 2。"), "{said:?}");
        assert_eq!(clock(None, 185.4), "3:05");
        assert_eq!(clock(Some(11 * 3600 + 1800), 185.4), "11:33:05");
        assert!(told(Some(41_400)).starts_with("11:30 打铃"));
    }
}
