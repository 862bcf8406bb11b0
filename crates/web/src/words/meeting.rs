//! 例会: the agenda in the notice's three parts, and what the form proposes.

use base::Day;

use super::{Word, day, word};

pub const AGENDA: &str = "下次例会的议程";
/// A meeting about a hazard was held.
pub const HELD: Word = word("已开会", "g");
/// The three parts of notice 1.1.
pub const PARTS: [&str; 3] = ["问题", "形势", "对策"];

pub fn hazard(major: bool, overdue: bool, what: &str) -> String {
    match (major, overdue) {
        (true, true) => format!("重大隐患，已逾期：{what}"),
        (true, false) => format!("重大隐患：{what}"),
        (false, true) => format!("已逾期：{what}"),
        (false, false) => what.to_string(),
    }
}

/// 「王建军，11-27 前」
pub fn by_whom(owner: &str, due: Day) -> String {
    if owner.is_empty() { format!("{} 前", day(due)) } else { format!("{owner}，{} 前", day(due)) }
}

pub fn undone(what: &str, owner: &str, due: Day, late: bool) -> String {
    let head = if late { "上次议定、已过期" } else { "上次议定" };
    format!("{head}：{what}（{}）", by_whom(owner, due))
}

pub fn missed(title: &str, period: &str) -> String {
    format!("未做：{title}（{period}）")
}

pub fn returned(title: &str, period: &str) -> String {
    format!("退回：{title}（{period}）")
}

pub fn season(title: &str) -> String {
    format!("这个月该讲：{title}")
}

pub fn go_on(what: &str) -> String {
    format!("继续办：{what}")
}
