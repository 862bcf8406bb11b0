//! The pack's rules in words: how often, for what, of whom, resting on what. Figures come from the pack; the sentences
//! are here.

use base::calendar::PeriodKind;
use safety::org::{Role, Stage, UnitKind};
use safety::pack::model::{Applies, Basis, Each, Entry, Owes, People, Rule, Stage3};

/// 原文 解释 法规 可选 by their code in templates (`components/clause.html`).
pub fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Notice => "notice",
        Basis::Law => "law",
        Basis::Interpretation => "interpretation",
        Basis::Optional => "option",
    }
}

pub fn period_kind(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Day => "每个教学日",
        PeriodKind::Week => "每周",
        PeriodKind::Month => "每月",
        PeriodKind::Term => "每学期",
        PeriodKind::SchoolYear => "每学年",
    }
}

/// 「每周至少 1 次」, 「每学年 8 个主题，每班都要」.
pub fn rule(rule: &Rule) -> String {
    match rule {
        Rule::Every { times, period, each, months } => {
            let season = if months.is_empty() { String::new() } else { format!("（{}）", month_list(months)) };
            format!("{}{}{season}", period_kind(*period), every(*times, each))
        }
        Rule::Coverage { period, .. } => format!("{}全部覆盖", period_kind(*period)),
        Rule::Presence { period, .. } => format!("{}都要有", period_kind(*period)),
        Rule::Deadline { hours, working, .. } => format!("{}内办", span(*hours, *working)),
        Rule::MaxGap { days } => format!("间隔不超过 {days} 天"),
        Rule::Ratio { at_least_per_mille, .. } => format!("不少于 {at_least_per_mille}‰"),
        Rule::Expiry { days, .. } => format!("{days} 天有效"),
        Rule::Threshold { at_least, at_most, unit, .. } => threshold(*at_least, *at_most, unit),
        Rule::Pairing { within_hours, .. } => format!("{}内要有下文", span(*within_hours, false)),
        Rule::Separation { .. } => "不能是同一人".into(),
        Rule::Exclude { .. } => "不能发生".into(),
        Rule::Retention { keep_hours, at_most_hours, .. } => retention(*keep_hours, *at_most_hours),
    }
}

fn every(times: i64, each: &Each) -> String {
    match each {
        Each::Unit => format!("至少 {times} 次"),
        Each::Class => format!("每班至少 {times} 次"),
        Each::ClassTopic(topics) => format!(" {} 个主题，每班都要", topics.len()),
        Each::Topic(topics) => format!(" {} 个主题都要", topics.len()),
        Each::Person(roles) if roles.is_empty() => format!("每人 {times} 次"),
        Each::Person(roles) => format!("{}每人 {times} 次", role_list(roles)),
    }
}

/// 「3 个工作日」, 「30 天」, 「2 小时」.
pub fn span(hours: i64, working: bool) -> String {
    match (hours % 24 == 0, working) {
        (true, true) => format!("{} 个工作日", hours / 24),
        (true, false) => format!("{} 天", hours / 24),
        (false, _) => format!("{hours} 小时"),
    }
}

fn threshold(at_least: Option<i64>, at_most: Option<i64>, unit: &str) -> String {
    match (at_least, at_most) {
        (Some(least), Some(most)) => format!("{least}—{most} {unit}"),
        (Some(least), None) => format!("不少于 {least} {unit}"),
        (None, Some(most)) => format!("不超过 {most} {unit}"),
        (None, None) => String::new(),
    }
}

fn retention(keep: Option<i64>, at_most: Option<i64>) -> String {
    match (keep, at_most) {
        (Some(keep), Some(most)) => format!("至少留 {}，最多 {}", span(keep, false), span(most, false)),
        (Some(keep), None) => format!("至少留 {}", span(keep, false)),
        (None, Some(most)) => format!("最多留 {}", span(most, false)),
        (None, None) => String::new(),
    }
}

/// 「3、4、9 月」.
pub fn month_list(months: &[i8]) -> String {
    let list: Vec<String> = months.iter().map(i8::to_string).collect();
    format!("{} 月", list.join("、"))
}

pub fn role_list(roles: &[Role]) -> String {
    roles.iter().map(|r| super::role(*r)).collect::<Vec<_>>().join("、")
}

/// 「安全处主任做，分管副校长查，校长验收」.
pub fn people(people: &People, until: Stage3) -> String {
    let mut out = format!("{}做", role_list(&people.doers));
    if until >= Stage3::Checked {
        out.push_str(&format!("，{}查", super::role(people.checker)));
    }
    if until >= Stage3::Accepted {
        out.push_str(&format!("，{}验收", super::role(people.acceptor)));
    }
    out
}

/// Whom it concerns: 「有住宿生的学校」, 「教育局」, 「学校」.
pub fn applies(applies: &Applies) -> String {
    let mut marks = Vec::new();
    if applies.boarding == Some(true) {
        marks.push("有住宿生");
    }
    if applies.canteen == Some(true) {
        marks.push("有食堂");
    }
    if applies.bus == Some(true) {
        marks.push("有校车");
    }
    let who = if !applies.stages.is_empty() {
        stages(&applies.stages)
    } else if applies.kinds.iter().any(|k| k.is_bureau()) {
        if applies.kinds.iter().any(|k| k.is_school()) {
            "教育局和学校".to_string()
        } else {
            bureaus(&applies.kinds)
        }
    } else {
        "学校".to_string()
    };
    if marks.is_empty() { who } else { format!("{}的{who}", marks.join("、")) }
}

fn bureaus(kinds: &[UnitKind]) -> String {
    match (kinds.contains(&UnitKind::City), kinds.contains(&UnitKind::County)) {
        (true, false) => "市教育局".into(),
        (false, true) => "县（市）区教育局".into(),
        _ => "教育局".into(),
    }
}

fn stages(stages: &[Stage]) -> String {
    stages.iter().map(|s| super::stage(*s)).collect::<Vec<_>>().join("、")
}

pub fn owes(owes: Owes) -> &'static str {
    match owes {
        Owes::School => "学校",
        Owes::Bureau => "教育局",
        Owes::Both => "教育局和学校",
    }
}

/// One line under an entry's title: 「学校 · 每周至少 1 次」.
pub fn line(entry: &Entry) -> String {
    format!("{} · {}", applies(&entry.applies), rule(&entry.rule))
}

/// ① … ⑳, then plain figures.
pub fn mark(n: usize) -> String {
    match u32::try_from(n) {
        Ok(n @ 1..=20) => char::from_u32(0x245F + n).map(String::from).unwrap_or_default(),
        _ => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_how_often_and_for_what() {
        let weekly = Rule::Every { times: 1, period: PeriodKind::Week, each: Each::Unit, months: Vec::new() };
        assert_eq!(rule(&weekly), "每周至少 1 次");
        let topics: Vec<String> = (0..8).map(|n| format!("t{n}")).collect();
        let lessons = Rule::Every {
            times: 1,
            period: PeriodKind::SchoolYear,
            each: Each::ClassTopic(topics),
            months: Vec::new(),
        };
        assert_eq!(rule(&lessons), "每学年 8 个主题，每班都要");
        assert_eq!(rule(&Rule::Deadline { after: "hazard.major".into(), hours: 72, working: true }), "3 个工作日内办");
        assert_eq!(
            rule(&Rule::Retention { of: "sample".into(), keep_hours: Some(48), at_most_hours: None }),
            "至少留 2 天"
        );
    }

    #[test]
    fn marks_run_from_one() {
        assert_eq!((mark(1), mark(2), mark(20), mark(21)), ("①".into(), "②".into(), "⑳".into(), "21".into()));
    }
}
