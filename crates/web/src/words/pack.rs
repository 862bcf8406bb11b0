//! The rule pack on its pages and on the command line: states, what changed, what a rehearsal found.

use base::calendar::{PeriodKind, Season};
use safety::duty::rehearse::{Both, Difference};
use safety::org::{Stage, UnitKind};
use safety::pack::model::Pack;
use safety::pack::{Amount, Unit};

use super::{Word, rule, word};

pub const DRAFT: Word = word("草稿", "a");
pub const COMING: Word = word("待施行", "b");
pub const NOW: Word = word("施行中", "g");
pub const PAST: Word = word("已被替代", "");
pub const DISCARDED: Word = word("已作废", "");
pub const STATES: &[Word] = &[DRAFT, COMING, NOW, PAST, DISCARDED];

/// 「第 3 版」; the one that the program carries is the first.
pub fn edition(n: i64) -> String {
    format!("第 {n} 版")
}

/// The first twelve figures of a pack's hash: what two people compare by telephone.
pub fn short_hash(hash: &[u8]) -> String {
    hash.iter().take(6).map(|b| format!("{b:02x}")).collect()
}

/// 「school junior」 in words.
pub fn kind(code: &str) -> String {
    let (unit, stage) = code.split_once(' ').unwrap_or((code, ""));
    match (Stage::from_code(stage), UnitKind::from_code(unit)) {
        (Some(stage), Some(UnitKind::School)) => super::stage(stage).to_string(),
        (Some(stage), Some(unit)) => format!("{}（{}）", super::unit_kind(unit), super::stage(stage)),
        (None, Some(unit)) => super::unit_kind(unit).to_string(),
        _ => code.to_string(),
    }
}

/// Tenths as people write them: 「43」, 「43.5」.
pub fn tenths(n: i64) -> String {
    if n % 10 == 0 { format!("{}", n / 10) } else { format!("{}.{}", n / 10, n % 10) }
}

/// What a change is about.
pub fn what(code: &str) -> &'static str {
    match code {
        "new" => "新加",
        "gone" => "去掉",
        "on" => "打开",
        "off" => "关掉",
        "times" => "次数",
        "period" => "周期",
        "grace_days" => "宽限天数",
        "minutes" => "每次分钟",
        "number" => "数字",
        "title" => "名称",
        "applies" => "适用单位",
        _ => "规则",
    }
}

fn period(code: &str) -> &str {
    match code {
        "day" => rule::period_kind(PeriodKind::Day),
        "week" => rule::period_kind(PeriodKind::Week),
        "month" => rule::period_kind(PeriodKind::Month),
        "term" => rule::period_kind(PeriodKind::Term),
        "year" => rule::period_kind(PeriodKind::SchoolYear),
        other => other,
    }
}

fn measured(text: &str) -> String {
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    format!("{number} {}", unit_code(unit))
}

fn unit_code(code: &str) -> &str {
    match code {
        "minutes" => "分钟",
        "hours" => "小时",
        "days" => "天",
        "workingdays" => "个工作日",
        "grams" => "克",
        "percent" => "%",
        "kilometresperhour" => "公里/小时",
        "times" => "次",
        "people" => "人",
        "tenthousandyuan" => "万元",
        "number" => "数目",
        other => other,
    }
}

/// What a number is measured in.
pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Minutes => "分钟",
        Unit::Hours => "小时",
        Unit::Days => "天",
        Unit::WorkingDays => "个工作日",
        Unit::Grams => "克",
        Unit::Percent => "%",
        Unit::KilometresPerHour => "公里/小时",
        Unit::Times => "次",
        Unit::People => "人",
        Unit::TenThousandYuan => "万元",
    }
}

/// As `changes.toml` writes it.
pub fn unit_written(unit: Unit) -> &'static str {
    match unit {
        Unit::Minutes => "minutes",
        Unit::Hours => "hours",
        Unit::Days => "days",
        Unit::WorkingDays => "working days",
        Unit::Grams => "g",
        Unit::Percent => "%",
        Unit::KilometresPerHour => "km/h",
        Unit::Times => "times",
        Unit::People => "people",
        Unit::TenThousandYuan => "wan_yuan",
    }
}

/// 「7 天」
pub fn amount(amount: Amount) -> String {
    format!("{} {}", amount.value, unit(amount.unit))
}

/// The name of what changed: an entry's title, or what a number is for.
pub fn name(pack: &Pack, id: &str) -> String {
    match (pack.entry(id), pack.params.get(id)) {
        (Some(entry), _) => entry.title.clone(),
        (None, Some(param)) => super::pages::param(id, param.span_ms),
        (None, None) => id.to_string(),
    }
}

/// 「次数：1 → 2」, 「打开」.
pub fn change(d: &Difference) -> String {
    let (before, after) = match d.what {
        "on" | "off" => return what(d.what).into(),
        "new" | "gone" | "rule" | "applies" => return what(d.what).into(),
        "period" => (period(&d.before).to_string(), period(&d.after).to_string()),
        "number" => (measured(&d.before), measured(&d.after)),
        "grace_days" => (format!("{} 天", d.before), format!("{} 天", d.after)),
        "minutes" => (format!("{} 分钟", d.before), format!("{} 分钟", d.after)),
        _ => (d.before.clone(), d.after.clone()),
    };
    format!("{}：{before} → {after}", what(d.what))
}

/// One sentence over a rehearsal.
pub fn sentence(weeks: i64, units: i64, changes: usize, missing: Both) -> String {
    let more = missing.draft - missing.now;
    let tail = match more {
        0 => "没有做到的件数不变".to_string(),
        n if n > 0 => format!("会多 {n} 件没有做到"),
        n => format!("会少 {} 件没有做到", -n),
    };
    format!("按 {weeks} 周里 {units} 个单位已有的记录试算，改 {changes} 处，{tail}。")
}

pub fn season(season: Season) -> &'static str {
    match season {
        Season::Autumn => "秋季学期",
        Season::Spring => "春季学期",
    }
}

/// A draft has no day yet.
pub const NO_DAY: &str = "还没定日子";
pub const UNTRIED: &str = "还没有记录";
pub const BUILTIN_TITLE: &str = "程序自带";
