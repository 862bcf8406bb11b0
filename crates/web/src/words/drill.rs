//! 演练: states, scenarios, roles and their cards, skills, sentences of the pages and of the record on paper.

use base::Day;
use safety::drill::{Drill, Fit, Part, Scenario, Skill, State};

use super::{Word, word};

pub const PLANNED: Word = word("已安排", "b");
pub const RUNNING: Word = word("进行中", "b");
pub const REVIEW: Word = word("待评估", "b");
pub const DONE: Word = word("已评估", "g");
pub const WANTED: Word = word("未安排", "a");
pub const STATES: &[Word] = &[PLANNED, RUNNING, REVIEW, DONE, WANTED];
pub const NONE: &str = "还没有演练。先安排一次：背景、时段、分工。";
pub const NO_CALL: &str = "现在没有进行中的演练。开始以后，这一页就是各班的清点页。";

pub fn state(state: State) -> Word {
    match state {
        State::Planned => PLANNED,
        State::Running => RUNNING,
        State::Review => REVIEW,
        State::Done => DONE,
        State::Dropped => super::state(safety::hazard::State::Void),
    }
}

pub fn scenario(scenario: Scenario) -> &'static str {
    match scenario {
        Scenario::Fire => "火灾",
        Scenario::Quake => "地震",
        Scenario::Stampede => "踩踏",
        Scenario::Bus => "校车",
        Scenario::Flood => "洪水",
        Scenario::Dark => "停电",
        Scenario::Gas => "燃气、危化品",
        Scenario::Intruder => "外来侵害",
        Scenario::Other => "其他",
    }
}

pub fn part(part: Part) -> &'static str {
    match part {
        Part::Commander => "总指挥",
        Part::Alarm => "报警和信号",
        Part::Power => "断电断气",
        Part::Guide => "疏散引导",
        Part::Stair => "楼梯岗",
        Part::Sweep => "搜索清场",
        Part::Muster => "集合清点",
        Part::Medic => "救护",
        Part::Contact => "通讯联络",
        Part::Timer => "记时",
    }
}

/// The card of a role: one order a line, at most six.
pub fn card(part: Part) -> &'static [&'static str] {
    match part {
        Part::Commander => &[
            "站在看得见集合点的地方。",
            "下令发信号，地震等停了再下令撤离。",
            "听集合清点报数，缺人先派搜索。",
            "有人受伤，停止演练。",
            "清点齐了再宣布结束。",
        ],
        Part::Alarm => {
            &["按约定的信号发，连发三遍。", "说清：演练，什么情况，往哪里走。", "记下发信号的时间，告诉记时。"]
        }
        Part::Power => &["听到信号先断燃气，再断电。", "应急照明不断。", "断完报告总指挥。"],
        Part::Guide => &[
            "先打开出口，再放行。",
            "走在班级前面，不跑。",
            "喊：扶好、看路、不推、不回头。",
            "前一班走完再放下一班。",
            "到集合点点人数，报给清点。",
        ],
        Part::Stair => &[
            "站在楼梯转弯平台，面朝上。",
            "看密度：挨上了就举手，上面停。",
            "有人摔倒：张臂挡住上面，喊停，扶起。",
            "最后一班过了再走。",
        ],
        Part::Sweep => &[
            "最后走，从上往下看教室和厕所。",
            "看过的门上画勾，门关上。",
            "有人没走，带着一起走。",
            "出来报告总指挥。",
        ],
        Part::Muster => {
            &["按班收数：应到、出来、在楼里、不明。", "三分钟内报缺谁、最后在哪里看见。", "没报齐不许解散。"]
        }
        Part::Medic => &["带急救箱到集合点。", "先看不出声的人。", "重伤不搬动，打 120。"],
        Part::Contact => &["电话不占线。", "只听总指挥的话往外报。", "家长问：人在哪里集合、几点接。"],
        Part::Timer => &["信号响按表。", "每班最后一人到集合点，记一次。", "名单齐了，再记一次。"],
    }
}

pub fn skill(skill: Skill) -> &'static str {
    match skill {
        Skill::Low => "弯腰低姿",
        Skill::Towel => "湿毛巾捂口鼻",
        Skill::Kit => "逃生箱器材",
        Skill::Cover => "掩护护头",
        Skill::Extinguisher => "灭火器",
        Skill::Fall => "摔倒护头、贴墙",
        Skill::FirstAid => "互救包扎",
    }
}

pub fn fit(fit: Fit) -> &'static str {
    match fit {
        Fit::Good => "适宜、到位",
        Fit::Fair => "基本适宜",
        Fit::Poor => "不适宜",
    }
}

/// 2 分 05 秒
pub fn seconds(s: i64) -> String {
    match (s / 60, s % 60) {
        (0, s) => format!("{s} 秒"),
        (m, 0) => format!("{m} 分"),
        (m, s) => format!("{m} 分 {s:02} 秒"),
    }
}

/// 预定 or 突发, by day or at night.
pub fn kind(d: &Drill) -> String {
    let told = if d.told { "预定" } else { "突发" };
    format!("{} · {told}{}", scenario(d.scenario), if d.night { " · 夜间" } else { "" })
}

/// The measured time beside the two figures, honestly.
pub fn honest(out_s: Option<i64>, floor_s: Option<i64>, guide_s: Option<i64>) -> String {
    let measured = out_s.map(|s| format!("这次用了 {}。", seconds(s))).unwrap_or_default();
    let guide = guide_s.map_or("演练指南的 2 分钟".into(), |s| format!("演练指南的 {}", seconds(s)));
    match floor_s {
        Some(floor) if floor > guide_s.unwrap_or(120) => format!(
            "{measured}本校的楼梯和人数，怎样安排最快也要 {}；{guide}达不到，不为凑数在楼梯上跑。",
            seconds(floor)
        ),
        Some(floor) => format!("{measured}本校最快要 {}，{guide}可以做到；先求不挤不摔，再求快。", seconds(floor)),
        None => format!("{measured}还没有算过本校最快要多久；{guide}只作参照，不为凑数在楼梯上跑。"),
    }
}

/// Why the signal of a planned drill cannot be given today; "" inside its window.
pub fn window_wait(from: Day, until: Day, today: Day) -> String {
    match (today < from, today > until) {
        (true, _) => format!("时段从 {} 开始，到那天才能发信号。", super::day_full(from)),
        (_, true) => format!("时段到 {} 已经过了，先改时段，再发信号。", super::day_full(until)),
        _ => String::new(),
    }
}

/// How the list of the missing came about.
pub fn listed(list_s: Option<i64>, limit_s: Option<i64>) -> (String, &'static str) {
    match (list_s, limit_s) {
        (Some(s), Some(limit)) if s <= limit => (format!("集合后 {} 报齐，限 {}", seconds(s), seconds(limit)), "g"),
        (Some(s), Some(limit)) => (format!("集合后 {} 才报齐，限 {}", seconds(s), seconds(limit)), "a"),
        (Some(s), None) => (format!("集合后 {} 报齐", seconds(s)), ""),
        (None, _) => ("还没有报齐".into(), "a"),
    }
}
