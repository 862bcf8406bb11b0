//! Words of 事故报送 (1.2): kinds, grades, states, legs, what was done, sentences of its pages and papers.

use base::Ms;
use safety::incident::{
    Act, Bucket, Class, Fact, Family, Grade, Kind, Leg, LegKind, Party, ReportKind, State, view::Told,
};

use super::{Mark, Word, time, word};

/// The words of notice 1.2 that the reporting serves; a test holds them against the notice.
pub const QUOTE: &str = "一旦发生安全事故，在第一时间按程序和要求向上级主管部门和领导报告事故情况";
pub const TITLE: &str = "事故";
pub const REPORT: &str = "报事故";
pub const NEW: &str = "事故初报";
pub const ZERO: &str = "零报告";
/// Said in red as long as the server has not answered.
pub const UNSENT: &str = "还没送到，请打电话。存在手机上，有网自动上传。";
pub const ABOUT: &str = "那起事故";
pub const UNKNOWN: &str = "不清楚";
/// Who the offices with three figures are.
pub const CALLS: [(&str, &str); 3] = [("120", "120"), ("110", "110"), ("119", "119")];

pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Hurt => "学生受伤",
        Kind::Sick => "呕吐腹泻",
        Kind::Fire => "着火",
        Kind::Bus => "校车",
        Kind::Lost => "走失",
        Kind::Fight => "打架伤人",
        Kind::Crush => "拥挤踩踏",
        Kind::Drowning => "溺水",
        Kind::Nature => "自然灾害",
        Kind::Network => "网络信息",
        Kind::Exam => "考试",
        Kind::Other => "其他",
    }
}

pub fn family(family: Family) -> &'static str {
    match family {
        Family::Nature => "自然灾害",
        Family::Accident => "事故灾难",
        Family::Health => "公共卫生",
        Family::Order => "社会安全",
        Family::Network => "网络与信息安全",
        Family::Exam => "考试安全",
    }
}

pub fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Special => "Ⅰ级 特别重大",
        Grade::Major => "Ⅱ级 重大",
        Grade::Larger => "Ⅲ级 较大",
        Grade::Ordinary => "Ⅳ级 一般",
    }
}

/// Up to whom the statute sends it.
pub fn goes_to(grade: Grade) -> &'static str {
    match grade {
        Grade::Special => "逐级报到国务院",
        Grade::Major => "逐级报到国务院有关部门",
        Grade::Larger => "逐级报到省",
        Grade::Ordinary => "报到市",
    }
}

pub fn class(class: Class) -> &'static str {
    match class {
        Class::A => "甲类",
        Class::B => "乙类",
        Class::C => "丙类",
    }
}

pub fn state(state: State) -> Word {
    match state {
        State::Awaiting => word("待签收", "b"),
        State::Handling => word("处置中", "b"),
        State::Concluding => word("待终报", "b"),
        State::Final => word("已终报", "b"),
        State::Closed => word("已结案", "g"),
        State::Withdrawn => word("已撤回", ""),
    }
}

pub fn report_kind(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::First => "初报",
        ReportKind::Follow => "续报",
        ReportKind::Amend => "更正",
        ReportKind::Final => "终报",
    }
}

pub fn fact(fact: Fact) -> &'static str {
    match fact {
        Fact::Called120 => "已叫 120",
        Fact::Called110 => "已报 110",
        Fact::Called119 => "已报 119",
        Fact::Called122 => "已报 122",
        Fact::ToldParents => "已告家长",
        Fact::Evacuated => "已疏散",
        Fact::Sealed => "已封现场",
        Fact::Violent => "持械伤人",
        Fact::Media => "媒体关注",
    }
}

pub fn party(party: Party) -> &'static str {
    match party {
        Party::Police => "公安 110",
        Party::FireBrigade => "消防 119",
        Party::Traffic => "交警 122",
        Party::Health => "卫生健康部门",
        Party::Emergency => "应急管理部门",
        Party::Government => "本级政府",
        Party::Province => "省教育厅",
    }
}

pub fn bucket(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Mine => "等我",
        Bucket::Open => "在办",
        Bucket::Overdue => "逾期",
        Bucket::Ended => "已完成",
        Bucket::All => "全部",
    }
}

pub fn empty(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Mine => "没有等您办的事故报告。",
        Bucket::Open => "没有在办的事故。",
        Bucket::Overdue => "没有逾期的事故报告。",
        Bucket::Ended | Bucket::All => "还没有事故记录。",
    }
}

/// For whoever reads only what he reported himself.
pub const EMPTY_OWN: &str = "您还没有报过事故。别人报的，由安全主任和校领导办。";

/// The act as a button and a heading.
pub fn act(act: Act) -> &'static str {
    match act {
        Act::Report => "初报",
        Act::Call => "记下电话报告",
        Act::Receive => "签收",
        Act::Pass => "转报上一级",
        Act::Skip => "越级报告",
        Act::Follow => "续报",
        Act::Amend => "更正",
        Act::End => "处置结束",
        Act::Final => "终报",
        Act::Withdraw => "撤回",
        Act::Hazard => "登记隐患",
        Act::Overdue => "到时没有报",
        Act::Regrade => "升为甲类",
        Act::Close => "结案",
    }
}

/// The act as a line of the history.
pub fn act_done(act: Act) -> &'static str {
    match act {
        Act::Call => "电话报告",
        Act::Pass => "转报",
        Act::Hazard => "登记了隐患",
        other => self::act(other),
    }
}

/// Under the button: what happens next.
pub fn next_line(what: Act) -> &'static str {
    match what {
        Act::Receive => "签收时间会留在记录里，学校看得到。",
        Act::Pass => "没有签收的会一并签收。",
        Act::Call => "通话时间由您填，系统收到的时间也会留下。",
        Act::Skip => "直接报到再上一级，本级上级照样签收。",
        Act::Follow => "原来报的都保留，这是新的一版。",
        Act::Amend => "原来报的都保留，更正的原因上级看得到。",
        Act::End => "从现在起 7 天内写终报。",
        Act::Final => "上级签收，伤亡续报期过后自动结案。",
        Act::Withdraw => "报过的内容和原因都保留，上级看得到。",
        _ => "",
    }
}

/// What a leg is: 「江湾中学 → 昌邑区教育局」.
pub fn leg_kind(leg: &Leg) -> String {
    match (leg.kind, leg.party) {
        (LegKind::Phone, _) => "电话报告".into(),
        (LegKind::Written, _) => "书面初报".into(),
        (LegKind::Sign, _) => "签收初报".into(),
        (LegKind::Level, _) => "向上转报".into(),
        (LegKind::Skip, _) => "越级报告".into(),
        (LegKind::Party, Some(p)) => format!("同时告诉{}", party(p)),
        (LegKind::Party, None) => "同时告诉有关部门".into(),
    }
}

pub fn leg_way(leg: &Leg) -> String {
    match (&leg.to_name, leg.party) {
        (Some(to), _) => format!("{} → {to}", leg.from_name),
        (None, Some(p)) => format!("{} → {}", leg.from_name, party(p)),
        (None, None) => leg.from_name.clone(),
    }
}

/// How a leg was met.
pub fn met_how(how: &str) -> &'static str {
    match how {
        "call" => "打了电话",
        "receive" => "上级已签收",
        "pass" => "已转报",
        "skip" => "已越级报",
        "fact" => "报告里说已打",
        _ => "报告已收到",
    }
}

/// A clock: how long is left, or how late it is.
pub fn leg_mark(leg: &Leg, now: Ms) -> Mark {
    match (leg.late(now), leg.due_at, leg.open) {
        (Some(ms), _, true) => Mark { word: format!("逾期 {}", span(ms)), tone: "r" },
        (Some(ms), _, false) => Mark { word: format!("晚了 {}", span(ms)), tone: "a" },
        (None, Some(due), true) => Mark { word: format!("还剩 {}", span(due.since(now))), tone: "a" },
        (None, Some(_), false) if leg.met_at.is_some() => Mark { word: "按时".into(), tone: "g" },
        (None, None, false) if leg.met_at.is_some() => Mark { word: "已报".into(), tone: "g" },
        _ => Mark { word: "不再需要".into(), tone: "" },
    }
}

/// 「29 分钟」, 「2 小时 5 分」, 「3 天」
pub fn span(ms: i64) -> String {
    let minutes = (ms + Ms::MINUTE - 1) / Ms::MINUTE;
    match (minutes / 60, minutes % 60) {
        (0, m) => format!("{m} 分钟"),
        (h, _) if h >= 48 => format!("{} 天", h / 24),
        (h, 0) => format!("{h} 小时"),
        (h, m) => format!("{h} 小时 {m} 分"),
    }
}

/// 「最晚 14:50」 with the day when it is not today.
pub fn due(due: Ms, now: Ms) -> String {
    if due.day() == now.day() { format!("最晚 {}", time::clock(due)) } else { format!("最晚 {}", time::at(due)) }
}

/// When it was met: the server's time, and the claimed one where it differs.
pub fn met(leg: &Leg) -> String {
    let Some(met) = leg.met_at else { return String::new() };
    let how = met_how(leg.met_how.as_deref().unwrap_or(""));
    let with = leg.spoke_with.as_ref().map_or(String::new(), |who| format!("，对方 {who}"));
    match leg.done_at.filter(|done| met.since(*done) >= Ms::MINUTE) {
        Some(done) => format!("{how}{with}，{} 收到，说是 {}", time::at(met), time::clock(done)),
        None => format!("{how}{with}，{}", time::at(met)),
    }
}

fn count(n: Option<i64>, label: &str) -> Option<String> {
    n.filter(|n| *n > 0).map(|n| format!("{label} {n} 人"))
}

/// 「受伤 1 人、送医 1 人」, or 「伤亡不清楚」.
pub fn toll(t: &Told) -> String {
    let parts: Vec<String> = [
        count(t.hurt, "受伤"),
        count(t.sent, "送医"),
        count(t.serious, "重伤"),
        count(t.dead, "死亡"),
        count(t.missing, "失联"),
        t.loss.filter(|n| *n > 0).map(|n| format!("损失 {n} 万元")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let known = [t.hurt, t.sent, t.serious, t.dead, t.missing].iter().any(Option::is_some);
    match (parts.is_empty(), known) {
        (false, _) => parts.join("、"),
        (true, true) => "没有人受伤".into(),
        (true, false) => "伤亡还不清楚".into(),
    }
}

/// A figure on paper.
pub fn figure(n: Option<i64>) -> String {
    n.map_or_else(|| UNKNOWN.to_string(), |n| n.to_string())
}

/// 「知情 14:20，昌邑区教育局最晚 14:50 知道」
pub fn clock_line(known: Ms, level: &str, due_at: Ms) -> String {
    format!("知情 {}，{level}最晚 {} 知道", time::at(known), time::clock(due_at))
}

/// Under the button of a first report.
pub fn goes(level: &str, names: &[String]) -> String {
    match names.is_empty() {
        true => format!("送到 {level}；收到后显示签收时间"),
        false => format!("送到 {level} {}；收到后显示签收时间", names.join("、")),
    }
}

/// What a clock that ran out was about.
pub fn missed(rule: Option<&str>, leg: Option<&Leg>) -> String {
    match (leg, rule) {
        (Some(leg), _) => format!("{}：{}", leg_kind(leg), leg_way(leg)),
        (None, Some("final")) => "终报".into(),
        _ => "每天的续报".into(),
    }
}

/// 「原定 14:50」
pub fn planned(at: Ms) -> String {
    format!("原定 {}", time::at(at))
}

/// A line of 今日: whose turn and for what.
pub fn task(kind: Kind, verb: &str) -> String {
    format!("{verb}：{}", self::kind(kind))
}

pub fn week_title(from: base::Day, until: base::Day) -> String {
    format!("{} 至 {}", time::day(from), time::day(until))
}

/// The zero report's own sentence, from the records.
pub fn week_sentence(incidents: i64) -> String {
    match incidents {
        0 => "这一周无事故：记录里没有一条。".into(),
        n => format!("这一周有 {n} 起事故，不用零报告。"),
    }
}

/// From when a week that is not over can be signed.
pub fn week_opens(day: base::Day) -> String {
    format!("{} 起可以签。", time::day(day))
}

/// Whom a level above rings up at the school.
pub const SCHOOL_DESK: &str = "学校值班室";
pub const REPORTER: &str = "报告人";

pub const RULE: &str = "知情后按时限电话、书面报告，逐级上报；是否按时，看系统收到的时间";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quote_stands_in_the_notice_word_for_word() {
        assert!(include_str!("../../../../packs/jilin-2012/notice.txt").contains(QUOTE));
    }

    #[test]
    fn spans_and_figures_read_as_people_say_them() {
        assert_eq!(span(29 * Ms::MINUTE + 1), "30 分钟");
        assert_eq!((span(2 * Ms::HOUR), span(125 * Ms::MINUTE)), ("2 小时".into(), "2 小时 5 分".into()));
        assert_eq!(span(72 * Ms::HOUR), "3 天");
        let told = |hurt, sent| Told { hurt, sent, serious: None, dead: None, missing: None, loss: None };
        assert_eq!(toll(&told(Some(1), Some(1))), "受伤 1 人、送医 1 人");
        assert_eq!(toll(&told(None, None)), "伤亡还不清楚");
        assert_eq!(toll(&told(Some(0), None)), "没有人受伤");
    }
}
