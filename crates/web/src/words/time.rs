//! Dates, deadlines, ages and figures. Local time (+08:00) throughout.

use base::calendar::{SchoolCalendar, Season};
use base::{Day, Ms, limits};

use super::Mark;

/// 11-23 07:30
pub fn at(at: Ms) -> String {
    at.show("%m-%d %H:%M")
}
/// 2026-11-23 07:30
pub fn at_full(at: Ms) -> String {
    at.show("%Y-%m-%d %H:%M")
}
/// As a field of a form takes it: 2026-11-23T07:30
pub fn time_field(at: Ms) -> String {
    at.show("%Y-%m-%dT%H:%M")
}
/// 2026年11月23日 07:30
pub fn at_long(at: Ms) -> String {
    let t = at.local();
    format!("{}年{}月{}日 {:02}:{:02}", t.year(), t.month(), t.day(), t.hour(), t.minute())
}
/// 07:30
pub fn clock(at: Ms) -> String {
    at.show("%H:%M")
}
/// 11-23
pub fn day(day: Day) -> String {
    format!("{:02}-{:02}", day.date().month(), day.date().day())
}
/// 2026-11-23
pub fn day_full(day: Day) -> String {
    day.to_string()
}
/// 2026年11月23日 星期一
pub fn day_long(day: Day) -> String {
    let d = day.date();
    format!("{}年{}月{}日 星期{}", d.year(), d.month(), d.day(), WEEK[(day.weekday() - 1).clamp(0, 6) as usize])
}
/// 「秋季学期第13周」; "" between terms. Terms by rule: nothing says yet what a county has set.
pub fn week_of_term(day: Day) -> String {
    let terms = SchoolCalendar::default();
    match (terms.term_of(day), terms.week_in_term(day)) {
        (Some(term), Some(week)) => {
            let season = if term.season == Season::Autumn { "秋季" } else { "春季" };
            format!("{season}学期第{week}周")
        }
        _ => String::new(),
    }
}
const WEEK: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

/// 2026年11月
pub fn month(day: Day) -> String {
    format!("{}年{}月", day.date().year(), day.date().month())
}

/// 「11-16 至 11-23」; with the year when the two differ.
pub fn period(from: Day, until: Day) -> String {
    if from.date().year() == until.date().year() {
        format!("{} 至 {}", day(from), day(until))
    } else {
        format!("{from} 至 {until}")
    }
}

/// Mark beside a state: 「逾期 2 天」 red; 「今天到期」「明天到期」「还剩 3 天」 amber; none when further off.
pub fn due_mark(due: Ms, now: Ms) -> Option<Mark> {
    let days = due.day().days_since(now.day());
    if due < now {
        return Some(Mark { word: late(due, now), tone: "r" });
    }
    let word = match days {
        0 => "今天到期".to_string(),
        1 => "明天到期".to_string(),
        2..=3 => format!("还剩 {days} 天"),
        _ => return None,
    };
    Some(Mark { word, tone: "a" })
}

/// First column of a line on 今日: 「逾期 2 天」「今天 16:00 前」「明天到期」「11-27 前」.
pub fn due_when(due: Ms, now: Ms) -> Mark {
    let days = due.day().days_since(now.day());
    if due < now {
        return Mark { word: late(due, now), tone: "r" };
    }
    match days {
        0 => Mark { word: format!("今天 {} 前", clock(due)), tone: "a" },
        1 => Mark { word: "明天到期".into(), tone: "a" },
        _ => Mark { word: format!("{} 前", day(due.day())), tone: "" },
    }
}

fn late(due: Ms, now: Ms) -> String {
    let days = now.since(due) / Ms::DAY;
    if days >= 1 {
        return format!("逾期 {days} 天");
    }
    match now.since(due) / Ms::HOUR {
        0 => "刚逾期".into(),
        hours => format!("逾期 {hours} 小时"),
    }
}

/// How long ago, in the largest fitting measure: 「刚刚」「5 分钟前」「3 小时前」「2 天前」, then the date.
pub fn since(at: Ms, now: Ms) -> String {
    match now.since(at) {
        gone if gone < Ms::MINUTE => "刚刚".into(),
        gone if gone < Ms::HOUR => format!("{} 分钟前", gone / Ms::MINUTE),
        gone if gone < Ms::DAY => format!("{} 小时前", gone / Ms::HOUR),
        gone if gone < 7 * Ms::DAY => format!("{} 天前", gone / Ms::DAY),
        _ => day(at.day()),
    }
}

/// A span in whole days, at least one figure: 「0 天」「12 天」.
pub fn age(span_ms: i64) -> String {
    format!("{} 天", span_ms.max(0) / Ms::DAY)
}

/// 「2 小时」「40 分钟」
pub fn hours(minutes: i64) -> String {
    match minutes {
        m if m >= 48 * 60 => format!("{} 天", m / (24 * 60)),
        m if m >= 60 => format!("{} 小时", m / 60),
        m => format!("{m} 分钟"),
    }
}

/// Thousands apart by a thin space: 2 730.
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{2009}');
        }
        out.push(c);
    }
    if n < 0 { format!("-{out}") } else { out }
}

/// A count that stops counting: 「1 000+」.
pub fn count(n: i64) -> String {
    if n > limits::COUNT_MAX { format!("{}+", number(limits::COUNT_MAX)) } else { number(n) }
}

/// 「18 MB」「320 KB」
pub fn size(bytes: i64) -> String {
    match bytes {
        b if b >= 1024 * 1024 => format!("{} MB", b / (1024 * 1024)),
        b => format!("{} KB", b / 1024),
    }
}

/// The banner of a simulated clock.
pub fn simulated(now: Ms) -> String {
    format!("模拟时间 {}", at_full(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> Ms {
        Ms::parse(text).unwrap()
    }

    #[test]
    fn days_and_figures_read_as_on_paper() {
        assert_eq!(day_long(ms("2026-11-23T07:30").day()), "2026年11月23日 星期一");
        assert_eq!(at(ms("2026-11-23T07:30")), "11-23 07:30");
        assert_eq!(number(2730), "2\u{2009}730");
        assert_eq!(number(-1234567), "-1\u{2009}234\u{2009}567");
        assert_eq!(count(1_001), "1\u{2009}000+");
        assert_eq!(period(Day::new(2025, 12, 31).unwrap(), Day::new(2026, 1, 2).unwrap()), "2025-12-31 至 2026-01-02");
    }

    #[test]
    fn deadlines_are_said_by_the_calendar_and_lateness_by_the_clock() {
        let now = ms("2026-11-23T07:30");
        let word = |due| due_mark(ms(due), now).map(|m| (m.word, m.tone));
        assert_eq!(word("2026-11-21T07:00"), Some(("逾期 2 天".into(), "r")));
        assert_eq!(word("2026-11-23T04:00"), Some(("逾期 3 小时".into(), "r")));
        assert_eq!(word("2026-11-23T16:00"), Some(("今天到期".into(), "a")));
        assert_eq!(word("2026-11-24T00:10"), Some(("明天到期".into(), "a")));
        assert_eq!(word("2026-11-26T00:10"), Some(("还剩 3 天".into(), "a")));
        assert_eq!(word("2026-11-27T23:59"), None);
        assert_eq!(due_when(ms("2026-11-27T23:59"), now).word, "11-27 前");
        assert_eq!(due_when(ms("2026-11-23T16:00"), now).word, "今天 16:00 前");
    }
}
