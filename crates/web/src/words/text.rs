//! Written rules and plans, notices, help for weak schools.

use base::calendar::PeriodKind;
use safety::notice::lint::Finding;
use safety::notice::{AskKind, Figure};
use safety::pack::model::Basis;
use safety::text::Standing;

use super::{Word, number, word};

pub fn standing(standing: Standing) -> Word {
    match standing {
        Standing::Missing => word("缺", "r"),
        Standing::Valid => word("有效", "g"),
        Standing::Soon => word("快到期", "a"),
        Standing::Expired => word("过期", "r"),
    }
}

/// 签收 and 填报 of a notice.
pub const TO_SIGN: Word = word("待签收", "b");
pub const SIGNED: Word = word("已签收", "g");
pub const TO_ANSWER: Word = word("待填报", "b");
pub const ANSWERED: Word = word("已填报", "g");
pub const ENDED: Word = word("已结束", "");
/// 「紧急通知：暴雪红色预警」
pub fn urgent_task(title: &str) -> String {
    format!("紧急通知：{title}")
}
pub const SIGN_VERB: &str = "去签收";
pub const TO_ANSWER_VERB: &str = "去填报";
pub const ACK_VERB: &str = "去签字";

/// 帮扶
pub const HELPED: Word = word("帮扶中", "b");

/// As its issuer sees it.
pub const SENT: Word = word("已印发", "");

pub const STATES: &[Word] = &[SENT, TO_SIGN, SIGNED, TO_ANSWER, ANSWERED, ENDED, HELPED];

/// 「21 项，18 项有效，2 项缺，1 项过期」
pub fn texts(all: usize, missing: usize, expired: usize) -> String {
    let mut out = format!("应有 {all} 项，{} 项在用", all - missing);
    if missing > 0 {
        out.push_str(&format!("，缺 {missing} 项"));
    }
    if expired > 0 {
        out.push_str(&format!("，{expired} 项过了复审日子"));
    }
    out
}

pub fn figure(figure: Figure) -> &'static str {
    match figure {
        Figure::HazardRaised => "排查出隐患",
        Figure::HazardClosed => "已销账",
        Figure::HazardOpen => "在办隐患",
        Figure::HazardMajor => "在办重大隐患",
        Figure::HazardOverdue => "逾期隐患",
        Figure::CheckRuns => "排查次数",
        Figure::PlacesSeen => "查过的地点",
        Figure::PlacesAll => "全部地点",
        Figure::Classes => "班级数",
        Figure::Pupils => "学生数",
        Figure::Boarders => "住宿生数",
        Figure::Riders => "乘车生数",
        Figure::TextsMissing => "缺的制度预案",
    }
}

/// Words of a question that mean a figure which the records give: (figure, words in the question).
pub const KNOWN: &[(Figure, &str)] = &[
    (Figure::HazardRaised, "隐患数"),
    (Figure::HazardRaised, "排查出"),
    (Figure::HazardClosed, "销账"),
    (Figure::HazardClosed, "整改完成数"),
    (Figure::HazardMajor, "重大隐患"),
    (Figure::CheckRuns, "排查次数"),
    (Figure::Classes, "班级数"),
    (Figure::Boarders, "住宿生"),
    (Figure::Boarders, "寄宿生"),
    (Figure::Riders, "乘车"),
    (Figure::Pupils, "学生数"),
];

pub fn ask_kind(kind: AskKind) -> &'static str {
    match kind {
        AskKind::Number => "填数",
        AskKind::Line => "填一句",
        AskKind::YesNo => "是或否",
    }
}

pub fn finding(finding: &Finding) -> String {
    match finding {
        Finding::AskedAlready { label, form } => format!("「{label}」在《{form}》里已经填过，不要再问一遍。"),
        Finding::KnownFigure { label, figure } => {
            format!("「{label}」系统里有，勾上「{}」就行，不用填。", self::figure(*figure))
        }
        Finding::AskedTwice { label } => format!("「{label}」问了两遍。"),
        Finding::Many { asks } => format!("要填 {asks} 项，多了，能不能减到 5 项以内？"),
        Finding::Near { days } if *days <= 0 => "今天就要报，来不及办。".into(),
        Finding::Near { days } => format!("只有 {days} 天，学校来不及办，只来得及填。"),
        Finding::NothingAsked => "没有要统计的，也没有要填的，只签收。".into(),
    }
}

/// 「发给 142 个单位，每个约 4 分钟，合计约 9 小时」
pub fn burden(units: i64, each: i64, minutes: i64) -> String {
    let all = if minutes >= 120 { format!("{} 小时", number(minutes / 60)) } else { format!("{minutes} 分钟") };
    format!("发给 {} 个单位，每个约 {each} 分钟，合计约 {all}（估算）。", number(units))
}

pub fn period(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Day => "每天",
        PeriodKind::Week => "每周",
        PeriodKind::Month => "每月",
        PeriodKind::Term => "每学期",
        PeriodKind::SchoolYear => "每学年",
    }
}

pub fn each(code: &str) -> &'static str {
    match code {
        "class" => "每班",
        "class_topic" => "每班每个主题",
        "topic" => "每个主题",
        "person" => "每人",
        _ => "",
    }
}

/// 「每周 2 次」「每学期每班 1 次」
pub fn often(period: Option<PeriodKind>, times: i64, each: &str) -> String {
    match period {
        Some(kind) => format!("{}{} {times} 次", self::period(kind), self::each(each)),
        None => "有事随时".into(),
    }
}

pub fn basis(basis: Option<Basis>) -> &'static str {
    match basis {
        Some(Basis::Notice) => "notice",
        Some(Basis::Law) => "law",
        Some(Basis::Interpretation) => "interpretation",
        Some(Basis::Optional) | None => "option",
    }
}

pub fn year(year: i16) -> String {
    format!("{year}—{} 学年", year + 1)
}

pub const OWN_ITEM: &str = "自己加的";
pub const TOTAL: &str = "合计";

/// A unit without one text.
pub const NONE_YET: &str = "都还没有";
/// Names of texts told in one line.
const TOLD: usize = 3;

/// 「隐患闭环管理制度、错时放学制度、值班巡查制度 等 7 项」
pub fn first_of(names: &[String]) -> String {
    let told = names.iter().take(TOLD).cloned().collect::<Vec<_>>().join("、");
    if names.len() > TOLD { format!("{told} 等 {} 项", names.len()) } else { told }
}

/// Empty states.
pub const URGENT: &str = "紧急通知";
pub const NO_NOTICES: &str = "还没有通知。";
pub const NO_SUPPORTS: &str = "现在没有列入帮扶的学校。";
pub const NO_VISITS: &str = "还没有走访、指导记录。";
pub const NO_BELOW: &str = "下面各单位的制度预案都齐。";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_fits_in_a_sentence() {
        for f in [
            Finding::AskedAlready { label: "参加人数".into(), form: "会议记录".into() },
            Finding::KnownFigure { label: "学生数".into(), figure: Figure::Pupils },
            Finding::AskedTwice { label: "灭火器".into() },
            Finding::Many { asks: 9 },
            Finding::Near { days: 1 },
            Finding::Near { days: 0 },
            Finding::NothingAsked,
        ] {
            let said = finding(&f);
            assert!(said.chars().count() <= 60 && !said.contains('！'), "{said}");
        }
        assert_eq!(burden(142, 4, 568), "发给 142 个单位，每个约 4 分钟，合计约 9 小时（估算）。");
        assert_eq!(often(Some(PeriodKind::Term), 1, "class"), "每学期每班 1 次");
    }
}
