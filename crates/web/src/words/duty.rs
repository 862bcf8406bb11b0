//! 应做事项 and 工作记录: states, marks, periods, parts, acts (words and tones of pages.md §6).

use base::Day;
use safety::duty::list::Wait;
use safety::duty::resolution::Resolved;
use safety::duty::{Duty, Mark, State};

use super::{Word, word};

pub const DO: Word = word("待做", "b");
pub const CHECK: Word = word("待检查", "b");
pub const ACCEPT: Word = word("待验收", "b");
pub const ACCEPTED: Word = word("已验收", "g");
pub const RETURNED: Word = word("退回", "a");
pub const NOT_DUE: Word = word("未到期", "");
/// Of a cell that a waiver covers: nothing was done.
pub const EXEMPT_LONG: &str = "免做（否则未做）";
pub const EXEMPT_STANDS: Word = word(EXEMPT_LONG, "");
/// A record that counts for nothing any more.
pub const VOID: &str = "已作废";
pub const EXEMPT: Word = word("免做", "");
pub const ON_TIME: Word = word("按时", "g");
pub const LATE: Word = word("迟做", "a");
pub const MISSING: Word = word("未做", "r");
pub const TO_DO: Word = word("待办", "b");
pub const DONE: Word = word("已办", "g");
pub const DROPPED: Word = word("不办了", "");

pub const ALL: &[Word] =
    &[DO, CHECK, ACCEPT, ACCEPTED, RETURNED, NOT_DUE, EXEMPT, ON_TIME, LATE, MISSING, TO_DO, DONE, DROPPED];

pub fn mark(mark: Mark) -> Word {
    match mark {
        Mark::OnTime => ON_TIME,
        Mark::Late => LATE,
        Mark::Missing => MISSING,
        Mark::Exempt => EXEMPT,
        Mark::NotDue => NOT_DUE,
    }
}

/// The state word of a stored duty: whose turn it is, or how it ended.
pub fn state(duty: &Duty, standing: Mark) -> Word {
    if duty.finished() {
        return if duty.state == State::Accepted { ACCEPTED } else { mark(standing) };
    }
    match duty.state {
        State::Done => CHECK,
        State::Checked => ACCEPT,
        State::Returned => RETURNED,
        _ if standing == Mark::Missing => MISSING,
        _ => DO,
    }
}

pub fn resolved(state: Resolved) -> Word {
    match state {
        Resolved::Open => TO_DO,
        Resolved::Done => DONE,
        Resolved::Dropped => DROPPED,
    }
}

/// The verb on the button of a line of 今日.
pub fn verb(wait: Wait, form: bool) -> &'static str {
    match wait {
        Wait::Do if form => "去填",
        Wait::Do => "去做",
        Wait::Mend => "更正",
        Wait::Check => "检查",
        Wait::Accept => "验收",
        Wait::Resolve => "办",
    }
}

/// What stands in a square of the grid of one entry.
pub const SIGN_DONE: &str = "✓";
pub const SIGN_LATE: &str = "迟";
pub const SIGN_MISSING: &str = "未";
pub const SIGN_EXEMPT: &str = "免";

/// Head of a narrow column: 「13」 of a week, 「9月」 of a month, 「24」 of a day, 「秋季」, 「学年」.
pub fn column(key: &str, from: Day, kind: &str, week: Option<i64>) -> String {
    match kind {
        "day" => from.date().day().to_string(),
        "week" => week.map_or_else(|| super::day(from), |n| n.to_string()),
        "month" => format!("{}月", from.date().month()),
        "term" if key.ends_with("spring") => "春季".into(),
        "term" => "秋季".into(),
        _ => "学年".into(),
    }
}

pub const THIS_WEEK: &str = "本周";
pub const MINE: &str = "等我";
pub const OTHERS_LATE: &str = "别人逾期";
pub const RECORDED: &str = "有了动静的";
pub const LATE_HEAP: &str = "逾期";
pub const SOON_HEAP: &str = "一周内";
pub const LATER_HEAP: &str = "以后";

/// 「5 次」 of an entry that was missed as often.
pub fn times(n: usize) -> String {
    format!("{n} 次")
}

/// 「最早：11-16」
pub fn oldest(period: &str) -> String {
    format!("最早：{period}")
}

/// 「30 分钟」
pub fn minutes(n: i64) -> String {
    format!("{} 分钟", super::number(n))
}

/// What was done, in the history.
pub fn act_done(act: &str) -> &'static str {
    match act {
        "arrange" => "安排",
        "check" => "检查",
        "accept" => "验收",
        "give_back" => "退回",
        "carry" => "交接带走",
        "correct" => "更正",
        "void" => "作废",
        _ => "变动",
    }
}

/// 「第13周（11-23—11-29）」, 「2026年11月」, 「2026年秋季学期」, 「2026—2027学年」, a day.
pub fn period(key: &str, from: Day, until: Day, week: Option<i64>) -> String {
    let span = || format!("{}—{}", super::day(from), super::day(until));
    let year = key.get(..4).unwrap_or_default();
    match key.get(4..).unwrap_or_default() {
        "-autumn" => format!("{year}年秋季学期"),
        "-spring" => format!("{year}年春季学期"),
        "" => format!("{year}—{}学年", year.parse::<i64>().map_or(0, |y| y + 1)),
        rest if rest.starts_with("-W") => match week {
            Some(n) => format!("第{n}周（{}）", span()),
            None => span(),
        },
        rest if rest.len() == 3 => format!("{year}年{}月", rest[1..].trim_start_matches('0')),
        _ => super::day_full(from),
    }
}

/// 「检查：安全例会」, the title of a line of 今日.
pub fn task(wait: Wait, title: &str, part: &str) -> String {
    let what = if part.is_empty() { title.to_string() } else { format!("{title}（{part}）") };
    match wait {
        Wait::Check => format!("检查：{what}"),
        Wait::Accept => format!("验收：{what}"),
        Wait::Mend => format!("退回了：{what}"),
        Wait::Do | Wait::Resolve => what,
    }
}

/// 「应做 1 次，已做 0 次」.
pub fn had(needed: i64, had: i64) -> String {
    format!("应做 {needed} 次，已做 {had} 次")
}

pub fn noun(noun: &str) -> &'static str {
    match noun {
        "work" => "工作记录",
        "check" => "排查",
        "hazard" => "隐患",
        "incident" => "事故报告",
        "incident.zero" => "零报告",
        "alarm" => "报警测试",
        "text" => "制度预案",
        "roll" => "花名册",
        _ => "记录",
    }
}

/// Where a record of a noun is shown.
pub fn record_href(noun: &str, id: base::Id) -> String {
    match noun {
        "work" => format!("/works/{id}"),
        "check" => format!("/checks/{id}"),
        "hazard" => format!("/hazards/{id}"),
        "incident" => format!("/incidents/{id}"),
        "incident.zero" => "/incidents".into(),
        "alarm" => format!("/alarms/{id}"),
        "text" => format!("/texts/{id}"),
        _ => String::new(),
    }
}

/// Where a noun's records are made; "" where it has no page of its own.
pub fn done_at(noun: &str) -> &'static str {
    match noun {
        "alarm" => "/alarms/new",
        "check" => "/checks/new",
        "drill" | "drill.night" | "drill.stampede" => "/drills",
        "hazard.closed" => "/hazards?bucket=open",
        "incident" | "incident.zero" => "/incidents",
        "movement" | "movement.posts" => "/movements",
        "event" => "/gatherings",
        _ => "",
    }
}
/// Of a period gone by, of what no form enters.
pub const GONE: &str = "这段时间已经过了，现在做算在今天，不算在这里。";

/// Kept by somebody else while the first is away: 「原定 安全处主任，岗位空缺」.
pub const STANDS_IN: &str = "原定的岗位空着，由他代办";
pub const NOBODY: &str = "这个岗位还没有人，请先补上";

/// 「应做 40，按时 30，迟做 1，未做 2」: what is nothing is left out, but for what is owed and what is missing.
pub fn equation(expected: i64, on_time: i64, late: i64, missing: i64, exempt: i64) -> String {
    let mut out = format!("本学年应做 {}", super::number(expected));
    for (label, n) in [("按时", on_time), ("迟做", late), ("免做", exempt)] {
        if n > 0 {
            out.push_str(&format!("，{label} {}", super::number(n)));
        }
    }
    out + &format!("，未做 {}", super::number(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_named_as_people_say_them() {
        let day = |t: &str| Day::parse(t).unwrap();
        let (a, b) = (day("2026-11-23"), day("2026-11-29"));
        assert_eq!(period("2026-W48", a, b, Some(13)), "第13周（11-23—11-29）");
        assert_eq!(period("2026-11", a, b, None), "2026年11月");
        assert_eq!(period("2026-09", a, b, None), "2026年9月");
        assert_eq!(period("2026-autumn", a, b, None), "2026年秋季学期");
        assert_eq!(period("2026", a, b, None), "2026—2027学年");
        assert_eq!(period("2026-11-23", a, a, None), "2026-11-23");
    }
}
