//! 举报: kinds, states, outcomes, what the public is told.

use safety::tip::{Kind, Outcome, State};

use super::{Word, word};

pub const TIPS: &str = "举报";

/// 「全部 120 所的码」
pub fn all_posters(all: usize) -> String {
    format!("全部 {all} 所的码")
}

/// 「第 1—120 张」
pub fn posters(first: usize, last: usize) -> String {
    format!("第 {first}—{last} 张")
}

pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Injury => "学生受伤",
        Kind::Violence => "欺凌、打架",
        Kind::Food => "食品",
        Kind::Bus => "校车、接送",
        Kind::Fire => "消防",
        Kind::Building => "校舍、设施",
        Kind::Concealed => "出了事没有报",
        Kind::Other => "其他",
    }
}

pub fn state(state: State) -> Word {
    match state {
        State::New => word("待接手", "b"),
        State::Taken => word("在核实", "a"),
        State::Closed => word("已办结", "g"),
    }
}

pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Dealt => "属实，已处理",
        Outcome::Partly => "部分属实，已处理",
        Outcome::Unfounded => "没有查到",
        Outcome::Passed => "已转有关部门",
    }
}

/// What the teller reads by the number.
pub fn told(state: State) -> &'static str {
    match state {
        State::New => "教育局已收到，还没有人接手。",
        State::Taken => "教育局已有人在核实。",
        State::Closed => "已办结，答复在下面。",
    }
}

pub const NO_SUCH: &str = "没有这个编号。请照回执上的 16 位再填一次。";
pub const SHUT: &str = "这里现在不收举报。请拨打教育局电话或 110。";
pub const SCAN: &str = "请扫校门口贴的码，码上有学校。急事请打 110。";
pub const NOBODY_ELSE: &str = "被举报的学校看不到。";

/// Too many from one address.
pub fn rest(seconds: i64) -> String {
    format!("这里刚交了很多条，请 {} 分钟后再来。急事请打 110。", (seconds + 59) / 60)
}

/// 「3 条举报没有办结」
pub fn open(n: i64) -> String {
    if n == 0 { "没有待办的举报。".into() } else { format!("{} 条举报没有办结", super::number(n)) }
}

/// On 今日.
pub const WAITS: &str = "待核实";
pub const VERB: &str = "去核实";
