//! What a hazard's record, its list, its ledger and the checks say: sentences of these pages, columns of the papers,
//! cells of a sheet.

use base::{Cell, Day, Ms};
use safety::hazard::{Act, Category, Grade, State, Term};
use safety::org::Role;

use super::{act, category, day, duty, grade, role, state, term, thing, time};

/// The words of notice 2.6 that the loop serves; a test holds them against `packs/jilin-2012/notice.txt`.
pub const ENTERED: &str = "登记";
pub const PROVABLE: &str = "可核验";
pub const ABOUT_HAZARD: &str = "那条隐患";
pub const QUOTE: &str = "严格执行“隐患排查-建立台账-落实整改-复查销账”的闭环管理制度";
/// The words of notice 2.6 that the checks serve.
pub const QUOTE_COVER: &str = "不断加大检查频次和检查广度，实现安全检查全覆盖";

/// The columns of form 1 (安全隐患排查台账) in the inspector's order.
pub fn column(key: &str) -> &'static str {
    match key {
        "serial" => "序号",
        "number" => "编号",
        "unit" => "单位",
        "raised_on" => "排查日期",
        "raised_by" => "排查人",
        "place" => "隐患部位",
        "what" => "隐患描述",
        "category" => "隐患类别",
        "grade" => "隐患等级",
        "measure" => "整改措施",
        "assignee" => "整改责任人",
        "fix_by" => "整改时限",
        "rectified_on" => "完成时间",
        "rechecked_by" => "复查人",
        "rechecked_on" => "复查时间",
        "result" => "复查结果",
        "closed" => "是否销号",
        "state" => "状态",
        "due" => "办理期限",
        "received" => "登记时间",
        "signed_at" => "签收时间",
        "signed_by" => "签收人",
        "clause" => "要点",
        "matter" => "事项",
        "period" => "时段",
        "part" => "对象",
        "arranged_to" => "安排给",
        "done_by" => "谁做的",
        "done_on" => "哪天做的",
        "checked_by" => "检查人",
        "accepted_by" => "验收人",
        "mark" => "状态",
        other if safety::notice::Figure::from_code(other).is_some() => {
            safety::notice::Figure::from_code(other).map_or("", super::text::figure)
        }
        _ => "备注",
    }
}

/// A code of a sheet as its word.
pub fn code(kind: &str, code: &str) -> String {
    let known = match kind {
        "category" => Category::from_code(code).map(category),
        "grade" => Grade::from_code(code).map(grade),
        "term" => Term::from_code(code).map(term),
        "state" => State::from_code(code).map(|s| state(s).word),
        "result" => Some(if code == "pass" { "合格" } else { "不合格" }),
        "total" => Some("合计"),
        "yes_no" => Some(if code == "yes" { "是" } else { "否" }),
        "mark" => Some(match code {
            "back_entry" => thing::BACK_ENTRY.word,
            "recurring" => thing::RECURRING.word,
            "listed" => thing::LISTED.word,
            "on_time" => duty::ON_TIME.word,
            "on_time_back" => "按时，补录",
            "late" => duty::LATE.word,
            "late_back" => "迟做，补录",
            "missing" => duty::MISSING.word,
            "exempt" => duty::EXEMPT_LONG,
            "not_due" => duty::NOT_DUE.word,
            _ => "逾期",
        }),
        _ => None,
    };
    known.unwrap_or(code).to_string()
}

/// A cell as it stands on paper.
pub fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Int(n) => n.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::At(at) => time::at_full(*at),
        Cell::Code(kind, value) => code(kind, value),
        Cell::Many(cells) => cells.iter().map(self::cell).collect::<Vec<_>>().join("；"),
    }
}

/// 「江湾中学安全隐患排查台账（2026年11月）」
pub fn ledger_title(unit: &str, from: Day, until: Day) -> String {
    let whole = from == from.month_start() && until.plus_days(1) == from.month_end();
    let span = if whole { time::month(from) } else { time::period(from, until) };
    format!("{unit}安全隐患排查台账（{span}）")
}

/// The steps of the loop as the bar shows them.
pub const STEPS: [&str; 5] = ["发现", "定级派单", "整改", "复查", "销账"];

/// What whoever has the turn is to do.
pub fn turn(state: State) -> &'static str {
    match state {
        State::Ungraded => "定级派单",
        State::Unassigned => "派单",
        State::Assigned | State::Returned => "整改",
        State::Rectified => "复查",
        State::Rechecked => "销账",
        State::Reported | State::Transferred => "答复",
        State::Closed | State::Dismissed | State::Void => "",
    }
}

/// What the deadline of a step is called.
pub fn due_name(state: State) -> &'static str {
    match state {
        State::Ungraded => "定级期限",
        State::Unassigned => "派单期限",
        State::Assigned | State::Returned => "整改期限",
        State::Rectified => "复查期限",
        State::Rechecked => "销账期限",
        _ => "答复期限",
    }
}

/// What the clock of a step starts from.
pub fn due_from(state: State, declined: bool) -> &'static str {
    match state {
        State::Ungraded => "登记",
        State::Unassigned if declined => "推辞",
        State::Unassigned => "定级",
        State::Assigned => "派单",
        State::Returned => "退回",
        State::Rectified => "整改完成",
        State::Rechecked => "复查合格",
        State::Reported => "上报",
        _ => "移交",
    }
}

/// The rule of the present step in one sentence; `span` is 「7 天」.
pub fn rule(state: State, span: &str) -> String {
    match state {
        State::Ungraded => format!("登记后 {span}内定级派单"),
        State::Unassigned => format!("{span}内派给人或部门"),
        State::Assigned | State::Returned => format!("派单后 {span}内整改"),
        State::Rectified => format!("整改后 {span}内复查，复查人和整改人不能是同一人"),
        State::Rechecked => format!("复查合格后 {span}内销账"),
        State::Reported | State::Transferred => format!("上报、移交后 {span}内答复"),
        State::Closed => "先复查、后销账，复查人和整改人不能是同一人".into(),
        State::Dismissed | State::Void => "不成立和作废的，原记录都保留".into(),
    }
}

/// 「现在等 王建军 整改，11-23 前」
pub fn waits(who: &str, state: State, due: Option<Ms>) -> String {
    let verb = turn(state);
    match due {
        Some(at) => format!("现在等 {who} {verb}，{} 前", day(at.day())),
        None => format!("现在等 {who} {verb}"),
    }
}

/// 「记下了：整改完成。接下来等 李建国 复查，11-21 前。」
pub fn said(done: &str, next: &str) -> String {
    if next.is_empty() {
        format!("记下了：{done}。")
    } else {
        format!("记下了：{done}。接下来，{next}。")
    }
}

/// Under the button of an act: what happens next.
pub fn next_line(what: Act) -> &'static str {
    match what {
        Act::Grade => "定级后派单。",
        Act::Assign => "派单后，整改人马上能看到。",
        Act::Decline => "只能推辞一次，由分管领导定派给谁。",
        Act::Rectify => "交上去后，由另一个人复查。",
        Act::Recheck | Act::Return => "复查人和整改人不能是同一人。",
        Act::Close => "销账后只能留言和更正。",
        Act::ExtendAsk => "只能延期一次，由分管领导定。",
        Act::Report => "报给上一级，等他们答复。",
        Act::Transfer => "对方在期限前答复。",
        Act::List => "挂牌后要先摘牌才能销账。",
        Act::Correct => "原来写的会保留在经过里。",
        Act::Dismiss | Act::Void => "这一条会保留，能看到原因。",
        _ => "",
    }
}

/// The label of an act's note and the example under it.
pub fn note_label(what: Act) -> (&'static str, &'static str) {
    match what {
        Act::Rectify => ("做了什么", "例：换了灯具内电池，试断电亮灯 90 分钟"),
        Act::Recheck => ("看到了什么", "不合格时要写；合格可不写"),
        Act::Assign => ("临时防护", "整改前怎么防。例：二层楼长持手电值守"),
        Act::Protect => ("临时怎么防护", "例：拉警戒线，派人看守"),
        Act::Close => ("说明", "可不写"),
        Act::Comment => ("写一句", "大家都能看到"),
        Act::Delist => ("现场看到了什么", "摘牌前要到现场看"),
        Act::Report => ("为什么学校解决不了", "例：要更换整栋楼的线路，需要区里资金"),
        Act::AnswerDone => ("怎么办的", "例：已由电力公司更换变压器"),
        Act::ExtendYes => ("意见", "不同意时要写原因"),
        _ => ("原因", "一句话说清楚"),
    }
}

/// Who held the pen.
pub fn recorded(by: &str) -> String {
    format!("{by} 代录")
}

/// A fact that reached the server later than it happened: 「离线填写，15:31 收到」.
pub fn received_later(claimed: Ms, received: Ms) -> String {
    let gone = received.since(claimed);
    if gone < 2 * Ms::MINUTE {
        String::new()
    } else if claimed.day() == received.day() {
        format!("离线填写，{} 收到", time::clock(received))
    } else if gone < 3 * Ms::DAY {
        format!("离线填写，{} 收到", time::at(received))
    } else {
        format!("补录，{} 收到", time::at(received))
    }
}

/// A field of a step's change.
pub fn changed(field: &str, before: &str, after: &str) -> String {
    let name = match field {
        "what" => "问题",
        "place" | "place_text" => "部位",
        "until" => "期限",
        "to" => "送给",
        "listed" => "文号",
        "term" => "整改要求",
        other => super::field(other),
    };
    match (before.is_empty(), after.is_empty()) {
        (true, _) => format!("{name}：{after}"),
        (_, true) => format!("{name}：原来是「{before}」"),
        _ => format!("{name}：「{before}」改为「{after}」"),
    }
}

/// Somebody was quicker: 「王建军刚刚已经整改完成。看一下最新情况再办。」
pub fn moved_on(by: &str, done: &str) -> String {
    format!("{by}刚刚已经{done}。看一下最新情况再办。")
}

/// The last row of a file that would have been too long.
pub const LEFT_OUT: &str = "后面还有没列出的，请缩短时间再导出。";

/// Over a hazard of which the sentence tells of somebody hurt, while no incident of those days is known.
pub const HARM: &str = "写着有人受伤。伤了人要另报事故，没有报的现在就报。";

/// The same, after an incident of those days was reported before the hazard was entered.
pub const HARM_PERHAPS: &str = "写着有人受伤。已经报过的，不用再报；是另一起事故，点“事故初报”。";

/// 「11-16 10:00 发生，和这一条是同几天的事」
pub fn same_days(at: Ms) -> String {
    format!("{} 发生，和这一条是同几天的事", super::at(at))
}

/// 「此处 90 天内无其他隐患」
pub const NONE_NEAR: &str = "此处 90 天内没有别的隐患";

/// 「李建国（安全处主任）」
pub fn holder(name: Option<&str>, held: Option<Role>) -> String {
    match (name, held) {
        (Some(name), Some(held)) => format!("{name}（{}）", role(held)),
        (Some(name), None) => name.into(),
        (None, Some(held)) => role(held).into(),
        (None, None) => "下一位".into(),
    }
}

/// Titles of checks in one tap.
pub const CHECK_TITLES: [&str; 6] = ["日常排查", "周排查", "月排查", "开学排查", "节前排查", "专项排查"];

/// 「查了 24 处，发现 2 处有隐患，1 处没查到。」
pub fn check_sum(places: i64, found: i64, skipped: i64) -> String {
    let mut out = format!("查了 {} 处", places - skipped);
    out.push_str(&if found > 0 { format!("，{found} 处有隐患") } else { "，没有发现隐患".into() });
    if skipped > 0 {
        out.push_str(&format!("，{skipped} 处没查到"));
    }
    out
}

/// The sentence of a school's coverage: 「本月查了 18 / 24 处。3号楼、锅炉房本月还没查过。」
pub fn cover_sentence(seen: i64, all: i64, missing: &[&str]) -> String {
    if all == 0 {
        return "还没有登记地点，先到「本校 · 地点」里登记。".into();
    }
    if missing.is_empty() {
        return format!("本月 {all} 处都查过了。");
    }
    let first: Vec<&str> = missing.iter().take(3).copied().collect();
    let more = if missing.len() > first.len() { format!("等 {} 处", missing.len()) } else { String::new() };
    format!("本月查了 {seen} / {all} 处。{}{more}本月还没查过。", first.join("、"))
}

/// The sentence of a bureau's coverage. Schools without a place are not in the figure, so it is not the figure of all.
pub fn cover_below(seen: i64, all: i64, empty: i64, placeless: i64) -> String {
    if all == 0 {
        return "下面的学校还没有登记地点。".into();
    }
    let part = seen * 100 / all;
    let rest = match (empty, placeless) {
        (0, 0) => "每个单位本月都有排查记录。".into(),
        (0, _) => "登记了地点的单位本月都有排查记录。".into(),
        _ => format!("{empty} 个单位本月还没有排查记录。"),
    };
    if placeless == 0 {
        return format!("本月全部 {} 处地点查过 {part}%。{rest}", time::number(all));
    }
    let (all, left) = (time::number(all), time::number(placeless));
    format!("本月已登记的 {all} 处地点查过 {part}%。{rest}还有 {left} 所学校没有登记地点，不在这个数里。")
}

/// The sentence of the statistics.
pub fn stats_sentence(open: i64, overdue: i64, median_hours: Option<i64>) -> String {
    let late = match overdue {
        0 => "没有逾期的".to_string(),
        n => format!("{} 条逾期", time::number(n)),
    };
    let took = match median_hours {
        Some(hours) => format!("，从发现到销账一般用 {}", time::hours(hours * 60)),
        None => String::new(),
    };
    match open {
        0 => format!("没有在办隐患{took}。"),
        n => format!("在办 {} 条，{late}{took}。", time::number(n)),
    }
}

/// The classes of age, in days.
pub const AGE_CLASSES: [&str; 6] = ["1 天内", "1–3 天", "3–7 天", "7–30 天", "30–90 天", "90 天以上"];

/// The verb of the page's turn card.
pub fn turn_title(state: State, first: Act) -> &'static str {
    match (state, first) {
        (State::Ungraded, Act::Assign) => "定级派单",
        (_, Act::Recheck) => "复查",
        (_, Act::Rectify) => "整改",
        (_, Act::AnswerDone) => "答复",
        (_, Act::ExtendYes) => "定延期",
        (_, what) => act(what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quotes_stand_in_the_notice_word_for_word() {
        let notice = include_str!("../../../../packs/jilin-2012/notice.txt");
        assert!(notice.contains(QUOTE) && notice.contains(QUOTE_COVER));
    }

    #[test]
    fn sentences_read_as_drawn() {
        let at = |text: &str| Ms::parse(text).unwrap();
        let day = |text: &str| Day::parse(text).unwrap();
        assert_eq!(
            ledger_title("江湾中学", day("2026-11-01"), day("2026-11-30")),
            "江湾中学安全隐患排查台账（2026年11月）"
        );
        assert_eq!(
            received_later(at("2026-11-20T15:26:00+08:00"), at("2026-11-20T15:31:00+08:00")),
            "离线填写，15:31 收到"
        );
        assert_eq!(
            waits("王建军", State::Assigned, Some(at("2026-11-23T09:00:00+08:00"))),
            "现在等 王建军 整改，11-23 前"
        );
        assert_eq!(cover_sentence(22, 24, &["3号楼", "锅炉房"]), "本月查了 22 / 24 处。3号楼、锅炉房本月还没查过。");
        assert_eq!(stats_sentence(0, 0, None), "没有在办隐患。");
        assert_eq!(cover_below(382, 382, 0, 0), "本月全部 382 处地点查过 100%。每个单位本月都有排查记录。");
        let most = cover_below(382, 382, 0, 276);
        assert!(most.contains("还有 276 所学校没有登记地点") && !most.contains("每个单位") && !most.contains("全部"));
    }
}
