//! 看板 and 台账: sentences, columns and parts of figures.

use base::Day;
use safety::duty::board::Sums;

use super::{day, number};

pub const BOARD: &str = "看板";
/// The line of a bureau for itself on its own board.
pub const OWN: &str = "本局自己的事";
pub const NO_RANKING: &str = "先看要帮的，不是排名";

/// 「本学期应做 2 730 件，已做 2 211，42 件未做。」
pub fn sentence(span: &str, s: &Sums) -> String {
    let done = number(s.on_time + s.late);
    match (s.expected, s.missing) {
        (0, _) => format!("{span}没有应做的事。"),
        (all, 0) => format!("{span}应做 {} 件，已做 {done} 件，到期的都做了。", number(all)),
        (all, missing) => format!("{span}应做 {} 件，已做 {done} 件，{} 件未做。", number(all), number(missing)),
    }
}

/// 「工作台账：9 件未做」
pub fn worst(name: &str, missing: i64) -> String {
    format!("{name}：{} 件未做", number(missing))
}

/// 「未做 12 · 迟做 3」, what a unit needs help with.
pub fn need(s: &Sums) -> String {
    let mut out = Vec::new();
    if s.missing > 0 {
        out.push(format!("未做 {}", number(s.missing)));
    }
    if s.late > 0 {
        out.push(format!("迟做 {}", number(s.late)));
    }
    out.join(" · ")
}

/// 「按时 98.5%」 of what is due; "" while nothing is.
pub fn on_time(s: &Sums) -> String {
    let due = s.expected - s.not_due - s.exempt;
    if due <= 0 { String::new() } else { percent(s.on_time * 1000 / due) }
}

fn percent(per_mille: i64) -> String {
    if per_mille % 10 == 0 { format!("{}%", per_mille / 10) } else { format!("{}.{}%", per_mille / 10, per_mille % 10) }
}

/// A cell read aloud: 「1.3 工作台账 第13周 应做 142，未做 9」.
pub fn cell(row: &str, column: &str, s: &Sums) -> String {
    format!("{row} {column} 应做 {}，未做 {}", number(s.expected), number(s.missing))
}

pub fn heat(on: Day, s: &Sums) -> String {
    format!("{} 应做 {}，未做 {}", day(on), number(s.expected), number(s.missing))
}

/// Where the expected cells come from: 「142 个单位 × 23 项，放假 5 天，补课 1 天」.
pub fn ground(units: i64, entries: i64, off: i64, made_up: i64) -> String {
    let mut out = format!("{} 个单位 · {} 项", number(units), number(entries));
    if off > 0 {
        out.push_str(&format!("，放假 {off} 天不计"));
    }
    if made_up > 0 {
        out.push_str(&format!("，补课 {made_up} 天计入"));
    }
    out
}

pub fn packs(all: &[(String, String)]) -> String {
    all.iter().map(|(id, hash)| format!("{id}（{hash}）")).collect::<Vec<_>>().join("、")
}

/// What a list of rows shows: 「未做 42 件」.
pub fn rows(mark: &str, n: i64) -> String {
    format!("{mark} {} 件", number(n))
}

pub const ALL_CELLS: &str = "应做";

/// The spans to choose from.
pub const SPANS: [(&str, &str); 3] = [("month", "本月"), ("term", "本学期"), ("year", "本学年")];

/// What the shades of the matrix and the calendar mean.
pub const SHADES: [(&str, &str); 5] =
    [("h0", "没有"), ("h1", "2% 以内"), ("h2", "5% 以内"), ("h3", "10% 以内"), ("h4", "更多")];
/// Monday, Wednesday and Friday beside the heat calendar.
pub const WEEKDAYS: [&str; 3] = ["一", "三", "五"];
pub const BY_CLAUSE: &str = "要点 × 时间";
pub const BY_ENTRY: &str = "事项 × 时间";

/// 「2026年秋季学期 · 全辖 142 个单位 · 数字点开就是名单」; where schools are not in use yet, the figure is not of all.
pub fn below(span: &str, units: i64, apart: i64) -> String {
    let units = number(units);
    if apart == 0 {
        return format!("{span} · 全辖 {units} 个单位 · 数字点开就是名单");
    }
    format!("{span} · 已启用的 {units} 个单位，还有 {} 所学校没有启用 · 数字点开就是名单", number(apart))
}

/// 「昌邑区教育局（本局自己的事）」
pub fn own_of(unit: &str) -> String {
    format!("{unit}（{OWN}）")
}

/// Title of the board as a file.
pub fn file(unit: &str, clause: &str, span: &str) -> String {
    let clause = if clause.is_empty() { String::new() } else { format!("要点{clause}") };
    format!("{unit}{clause}{BOARD}（{span}）")
}

pub fn rows_file(unit: &str, mark: &str, span: &str) -> String {
    format!("{unit}{mark}（{span}）")
}

/// 「共 312 行，这里是 61—120」
pub fn rows_of(all: usize, first: usize, last: usize) -> String {
    format!("共 {all} 行，这里是 {first}—{last}")
}

/// A title with its part: 「安全教育（三年二班）」.
pub fn with_part(title: &str, part: &str) -> String {
    format!("{title}（{part}）")
}

/// A word with its marks: 「迟做，补录」.
pub fn stands<'a>(word: &'a str, marks: impl Iterator<Item = &'a str>) -> String {
    std::iter::once(word).chain(marks).collect::<Vec<_>>().join("，")
}

/// What came after a sheet was written: 「2026-12-16 07:30 李建国 补 迟做：忘了」.
pub fn added(at: base::Ms, who: &str, word: &str, reason: Option<&str>) -> String {
    let reason = reason.map_or(String::new(), |r| format!("：{r}"));
    format!("{} {who} 补 {word}{reason}", super::at_full(at))
}

/// A month of the year's columns.
pub fn month(on: Day) -> String {
    format!("{}月", on.date().month())
}

pub fn weeks(n: i64) -> String {
    format!("第{n}周")
}

/// A week between the terms.
pub const HOLIDAY_WEEK: &str = "假";

/// 「江湾中学工作台账（2026年11月）」
pub fn ledger(unit: &str, period: &str) -> String {
    format!("{unit}工作台账（{period}）")
}

/// Kinds of ledgers with the words of their tabs.
pub const LEDGERS: [(&str, &str); 5] =
    [("day", "日"), ("week", "周"), ("month", "月"), ("term", "学期"), ("year", "学年")];

/// What a ledger is assembled from.
pub const RECORDS: [&str; 3] = ["工作记录", "登记的隐患", "排查"];

/// 「应做 18 件：按时 15，迟做 1，未做 2。」
pub fn ledger_sentence(s: &Sums) -> String {
    if s.expected == 0 {
        return "这段时间没有应做的事。".into();
    }
    let mut out = format!("应做 {} 件：按时 {}", number(s.expected), number(s.on_time));
    for (word, n) in [("迟做", s.late), ("未做", s.missing), ("免做", s.exempt), ("未到期", s.not_due)] {
        if n > 0 {
            out.push_str(&format!("，{word} {}", number(n)));
        }
    }
    out + "。"
}

/// After a batch was signed: 「签了 16 项。」, and what was left.
pub fn signed(n: i64) -> String {
    if n > 0 {
        format!("签了 {} 项。", number(n))
    } else {
        "没有可签的。做的人、检查的人、验收的人要分开。".into()
    }
}

/// 「检查 18 项」, 「签字验收 18 项」.
pub fn sign(accept: bool, n: usize) -> String {
    if accept { format!("签字验收 {n} 项") } else { format!("检查 {n} 项") }
}

/// 「李建国 11-23 16:20」, a stage with its person.
pub fn stage(who: &Option<String>, at: Option<base::Ms>) -> String {
    match (who, at) {
        (Some(who), Some(at)) => format!("{who} {}", super::at(at)),
        (Some(who), None) => who.clone(),
        (None, _) => String::new(),
    }
}

/// Of a closed period: when its sheet was written.
pub fn frozen(at: base::Ms, s: &Sums) -> String {
    let said = ledger_sentence(s);
    format!("{} 定下：{said}以后补的另记在下面。", super::at_full(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_said_with_one_place_at_most() {
        let s = Sums { expected: 10, on_time: 7, not_due: 2, missing: 1, ..Sums::default() };
        assert_eq!(on_time(&s), "87.5%");
        assert_eq!(on_time(&Sums::default()), "");
        assert_eq!(sentence("本月", &s), "本月应做 10 件，已做 7 件，1 件未做。");
        assert_eq!(need(&Sums { late: 2, missing: 3, ..s }), "未做 3 · 迟做 2");
    }
}
