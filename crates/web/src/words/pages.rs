//! Menu, tabs, empty states, sentences with figures.

use base::Ms;
use base::calendar::Season;

use safety::hazard::Act;

use super::{act_done, at_full, number};

/// The verb of a line that no longer waits for the viewer.
pub const LOOK: &str = "看一下";

/// 「查过 12 / 20 处」
pub fn coverage(seen: i64, all: i64) -> String {
    format!("查过 {} / {} 处", number(seen), number(all))
}
pub fn coverage_before(seen: i64, all: i64) -> String {
    format!("上月查过 {} / {} 处", number(seen), number(all))
}
/// 「本月查过 2 次，上月 1 次」
pub fn times(now: i64, before: i64) -> String {
    format!("本月查过 {} 次，上月 {} 次", number(now), number(before))
}
pub const DUTIES: &str = "应做事项";
pub const WORKS: &str = "工作记录";
pub const ALL: &str = "全部";
pub const LATE_ONES: &str = "迟做、补录";

/// 「8 份」 of lines that are shown as one.
pub fn pieces(n: usize) -> String {
    format!("{n} 份")
}

/// 「七年级1班、七年级2班 等 6 个」: the first ones, and how many there are.
pub fn first_of(names: &[String], all: usize) -> String {
    let known: Vec<&str> = names.iter().map(String::as_str).filter(|n| !n.is_empty()).collect();
    let more = if all > names.len() && !known.is_empty() { format!(" 等 {all} 个") } else { String::new() };
    format!("{}{more}", known.join("、"))
}

/// 「5 天」 of a daily matter in a week.
pub fn days(n: usize) -> String {
    format!("{n} 天")
}

/// 「请填主持人。」, asked in the browser when a required field is empty.
pub fn ask_for(label: &str) -> String {
    format!("请填{label}。")
}

/// 「11-30 前」 of a deadline that ends a day.
pub fn due_before(due: base::Ms) -> String {
    format!("{} 前", super::day_full(due.plus(-1).day().plus_days(1)))
}

/// 「11-30 前」, as on 今日.
pub fn before(due: base::Ms) -> String {
    format!("{} 前", super::day(due.day()))
}

/// 「现在等 分管副校长 李建国 检查」, or who stands in.
pub fn waits_for(role: &str, names: &str, stands_in: bool) -> String {
    match (names.is_empty(), stands_in) {
        (true, _) => format!("现在等 {role}，这个岗位还没有人"),
        (false, true) => format!("现在等 {names}（代 {role}）"),
        (false, false) => format!("现在等 {role} {names}"),
    }
}

pub fn withdrawn(at: base::Ms, reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("{} 撤下：{reason}", super::at(at)),
        None => format!("{} 撤下", super::at(at)),
    }
}

/// 「给 王建军：周五前」.
pub fn given_to(to: &str, note: Option<&str>) -> String {
    match note {
        Some(note) => format!("给 {to}：{note}"),
        None => format!("给 {to}"),
    }
}

pub const EXAMPLE_PACK: &str = "示例，非正式文件";
/// A phrase of the notice that nothing in the program serves yet.
pub const NOT_SERVED: &str = "还没有接进校安，先按纸上的办";

pub fn issued(day: base::Day) -> String {
    format!("{} 印发", super::day_full(day))
}

pub fn pack_name(id: &str) -> String {
    format!("规则包 {id}")
}

/// Of a law or standard: 「2011-10-01 起施行」.
pub fn in_force_from(day: base::Day) -> String {
    format!("{} 起施行", super::day_full(day))
}

pub const COMPARE: &str = "对比";
pub const REHEARSAL: &str = "试算";
/// Days on which a bureau has shut its schools.
pub const SHUT: &str = "停课";

/// 「应做 40」
pub fn owed(n: i64) -> String {
    format!("应做 {}", super::number(n))
}

/// 「2026—2027学年」
pub fn school_year(year: i64) -> String {
    format!("{year}—{}学年", year + 1)
}

/// 「2026年秋季学期」, 「2027年春季学期」 of the school year that begins in `year`.
pub fn term_of(year: i64, season: Season) -> String {
    match season {
        Season::Autumn => format!("{year}年秋季学期"),
        Season::Spring => format!("{}年春季学期", year + 1),
    }
}

/// 「2026-11-18」, 「2026-11-18 至 2026-11-19」
pub fn span(from: base::Day, until: base::Day) -> String {
    if from == until {
        super::day_full(from)
    } else {
        format!("{} 至 {}", super::day_full(from), super::day_full(until))
    }
}

/// A number of the rules in one sentence.
pub fn param(key: &str, span_ms: i64) -> String {
    let days = span_ms / Ms::DAY;
    match key {
        "hazard.grade" => format!("登记后 {days} 天内定级"),
        "hazard.assign" => format!("定级后 {days} 天内派单"),
        "hazard.fix.at_once" => format!("立即整改的，{days} 天内改完"),
        "hazard.fix.ordinary" => format!("一般隐患 {days} 天内改完"),
        "hazard.fix.funded" => format!("需要资金的 {days} 天内改完"),
        "hazard.fix.plan" => format!("重大隐患按方案，方案没写日子的 {days} 天"),
        "hazard.recheck" => format!("整改后 {days} 天内由另一人复查"),
        "hazard.close" => format!("复查合格后 {days} 天内销账"),
        "hazard.decide" => format!("推辞后 {days} 天内由分管领导定"),
        "hazard.answer" => format!("上报、移交后 {days} 天内答复"),
        "hazard.recurring" => format!("同一处同一类 {days} 天内再出现算反复"),
        "hazard.extend_max" => format!("延期一次，最多 {days} 天"),
        "back_entry" => format!("晚于 {days} 天才填的算补录"),
        "alarm.first" => format!("报警后 {} 分钟没有人应答，升一级并打电话", span_ms / Ms::MINUTE),
        "alarm.next" => format!("还没有人应答，每 {} 分钟再升一级", span_ms / Ms::MINUTE),
        "alarm.idle" => format!("应答后 {} 分钟没有人到场，重新逐级催", span_ms / Ms::MINUTE),
        "alarm.again" => format!("{} 分钟内再按，算同一次报警", span_ms / Ms::MINUTE),
        "message.quiet.from" => format!("夜里 {} 点起不发提醒，报警和事故除外", span_ms / Ms::HOUR),
        "message.quiet.until" => format!("早上 {} 点起再发", span_ms / Ms::HOUR),
        "message.digest.morning" | "message.digest.evening" => {
            format!("不急的提醒合成一条，教学日 {} 点发", span_ms / Ms::HOUR)
        }
        _ => coming(key, span_ms),
    }
}

/// Numbers of nouns that are still to come.
fn coming(key: &str, span_ms: i64) -> String {
    let (days, hours, minutes) = (span_ms / Ms::DAY, span_ms / Ms::HOUR, span_ms / Ms::MINUTE);
    match key {
        "incident.phone" => format!("知道事故后 {minutes} 分钟内电话报告"),
        "incident.written" => format!("知道事故后 {hours} 小时内书面初报"),
        "incident.level" => format!("逐级上报，每一级不超过 {hours} 小时"),
        "incident.window" => format!("{days} 天内伤亡有变化要补报"),
        "incident.window.short" => format!("交通、火灾 {days} 天内伤亡有变化要补报"),
        "incident.party" => format!("知道后 {minutes} 分钟内告诉公安、消防、卫生、应急等部门"),
        "incident.sign" => format!("上级收到初报后 {minutes} 分钟内签收"),
        "incident.follow.at" => format!("甲类事故每天 {hours} 点前续报"),
        "incident.follow.gap" => format!("刚报过不到 {minutes} 分钟的，当天不再重复报"),
        "incident.final" => format!("处置结束后 {days} 天内终报"),
        "incident.class.a.lost" => format!("走失 {hours} 小时没有找到的，算甲类"),
        key if key.starts_with("incident.") => threshold(key).into(),
        "dorm.missing.teacher" => format!("缺寝 {minutes} 分钟内告诉班主任"),
        "dorm.missing.parent" => format!("缺寝 {minutes} 分钟内告诉家长"),
        "dorm.missing.leader" => format!("缺寝 {minutes} 分钟内告诉校领导"),
        "food.sample.amount" => "每样菜留样的分量".into(),
        "food.sample.keep" => format!("留样冷藏 {hours} 小时"),
        "fire.wiring.coverage" => "电气线路检测的覆盖".into(),
        "fire.wiring.pass" => "电气线路检测的合格".into(),
        _ => format!("{days} 天"),
    }
}
/// Numbers by which an incident is graded; the amount stands beside them.
fn threshold(key: &str) -> &'static str {
    match key {
        "incident.grade.special.dead" => "特别重大：死亡",
        "incident.grade.special.serious" => "特别重大：重伤",
        "incident.grade.special.loss" => "特别重大：直接损失",
        "incident.grade.major.dead" => "重大：死亡",
        "incident.grade.major.serious" => "重大：重伤",
        "incident.grade.major.loss" => "重大：直接损失",
        "incident.grade.larger.dead" => "较大：死亡",
        "incident.grade.larger.serious" => "较大：重伤",
        "incident.grade.larger.loss" => "较大：直接损失",
        "incident.class.a.dead" => "校内甲类：死亡",
        "incident.class.a.sent" => "校内甲类：送医",
        "incident.class.a.poisoned" => "校内甲类：相似症状",
        _ => "校内乙类：送医",
    }
}

/// What a leaf says was done: 「隐患 · 整改完成」.
pub fn op(op: &str) -> String {
    let (noun, verb) = op.split_once('.').unwrap_or((op, ""));
    let noun = match noun {
        "hazard" => "隐患",
        "incident" => "事故",
        "check" => "排查",
        "unit" => "单位",
        "person" => "人员",
        "post" => "岗位",
        "place" => "地点",
        "class" => "班级",
        "pupil" => "学生",
        "text" => "制度预案",
        "notice" => "通知",
        "layer" => "本级要求",
        "support" => "帮扶",
        "tip" | "tip_gate" => "举报",
        "missive" => "函",
        "alarm" => "报警",
        "clue" => "待核线索",
        "outside" => "外部名单",
        "absence" => "晨午检",
        "incident_draft" => "初报草稿",
        "channel" => "通道",
        "login" => "账号",
        "signin" => "登录",
        "witness" => "见证",
        other => return other.to_string(),
    };
    let verb = match verb {
        "write" => "开函",
        "revoke" => "换新函",
        "submit" => "收到",
        "take" => "接手",
        "close" if noun == "举报" => "办结",
        "shut" => "停收",
        "zero" => "零报告",
        _ if noun == "事故" => safety::incident::Act::from_code(verb).map_or("时限", super::incident::act_done),
        _ if noun == "隐患" => Act::from_code(verb).map_or("变动", act_done),
        "adopt" => "采用",
        "review" | "reviewed" => "复审",
        "ack" => "签字知晓",
        "issue" => "印发",
        "sign" => "签收",
        "answer" => "填报",
        "visit" => "走访",
        "done" => "回复",
        "replan" => "改计划",
        "record" | "name" => "登记",
        "open" | "add" | "enter" | "create" => "登记",
        "change" | "correct" => "更正",
        "step" => "经过",
        "move" => "划转",
        "close" => "停用",
        "give" => "任岗",
        "end" if noun == "报警" => "解除",
        "end" if noun == "通道" => "停用",
        "end" => "卸任",
        "password" => "换密码",
        "block" => "停用或恢复",
        "erase" => "删除个人信息",
        "note" => "进门",
        "disagree" => "对不上",
        "raise" => "报警",
        "again" => "又按",
        "acknowledge" => "应答",
        "arrive" => "到场",
        "account" => "清点",
        "rung" => "升级",
        "resume" => "重新催",
        "button_add" => "登记按钮",
        "button_end" => "停用按钮",
        "hear" | "unhear" => "公安席位",
        _ => "变动",
    };
    format!("{noun} · {verb}")
}

/// By which door it came.
pub fn source(source: &str) -> &'static str {
    match source {
        "web" => "网页",
        "app" => "手机待传",
        "api" => "接口",
        "import" => "导入",
        "cli" => "命令行",
        "tick" => "系统到时",
        "tip" => "公开的网页",
        "missive" => "函上的码",
        "demo" => "演示",
        "witness" => "见证",
        "device" => "设备",
        "queue" => "本机暂存",
        "sender" => "送信",
        _ => "其他",
    }
}

pub fn journal_head(size: i64, at: Ms) -> String {
    format!("共 {} 条，签名到 {}", number(size), at_full(at))
}

pub const PASSWORD_CHANGED: &str = "密码换好了，其他设备已退出。";
pub const FEED_ENDED: &str = "日历订阅停了，原来的地址不再能用。";

/// Name of a person's calendar.
pub fn feed_name(person: &str) -> String {
    format!("校安 · {person}")
}

/// 「要点 1.1 · 约 15 分钟」
pub fn feed_note(clause: &str, minutes: &str) -> String {
    format!("要点 {clause} · {minutes}")
}

pub fn feed_hazard(what: &str) -> String {
    format!("隐患：{what}")
}

/// Since when a calendar may be fetched.
pub fn feed_since(day: &str) -> String {
    format!("{day}起可以订阅。再生成一个地址，原来的就不能用了。")
}

pub mod nav {
    pub const TODAY: &str = "今日";
    pub const HAZARDS: &str = "隐患";
    pub const SCHOOLS: &str = "学校";
    pub const OWN: &str = "本校";
    pub const OWN_UNIT: &str = "本单位";
    pub const CLAUSES: &str = "工作要点";
    pub const JOURNAL: &str = "存证";
    pub const HELP: &str = "帮助";
    pub const ME: &str = "我的";
    pub const CHECKS: &str = "排查";
    pub const RAISE: &str = "报隐患";
    pub const CHECK: &str = "去排查";
    pub const LEDGERS: &str = "台账";
    pub const URGENT: &str = "应急";
    pub const INCIDENT: &str = "报事故";
}

pub mod tab {
    pub const OPEN: &str = "在办";
    pub const ALL: &str = "全部";
    pub const MAJOR: &str = "重大";
    pub const UPWARD: &str = "上报移交";
    pub const CHECKS: &str = "排查";
    pub const COVERAGE: &str = "覆盖";
    pub const STATS: &str = "统计";
    pub const PEOPLE: &str = "人员岗位";
    pub const PLACES: &str = "地点";
    pub const TEXTS: &str = "制度预案";
    pub const SUPPORT: &str = "帮扶";
    pub const TEXT_OF_NOTICE: &str = "条文";
    pub const NOTICES: &str = "通知";
    pub const PLAN: &str = "年计划";
    pub const PACKS: &str = "规则";
    pub const TIMES: &str = "校历";
    pub const YEAR_END: &str = "学年小结";
    pub const STAFF: &str = "教职工";
    pub const IMPORT: &str = "导入";
    pub const TURN: &str = "升级";
    pub const ROLL: &str = "花名册";
    pub const CONTACTS: &str = "通讯录";
    pub const SETTINGS: &str = "设置";
    pub const LIST: &str = "名单";
    pub const MEETINGS: &str = "例会";
    pub const EDUCATION: &str = "教育";
    pub const DUTIES: &str = "事项";
    pub const DRILLS: &str = "演练";
    pub const MOVEMENTS: &str = "疏散";
    pub const GATHERINGS: &str = "大型活动";
}

/// Why it is empty (pages.md §8).
pub mod empty {
    pub const TODAY: &str = "今天的事都办完了。";
    pub const HAZARDS: &str = "没有在办隐患。";
    pub const FILTERED: &str = "没有符合条件的记录。";
    pub const OFFLINE: &str = "这部分没有存到手机上，有网络时能看。";
    pub const CHECKS: &str = "还没有排查记录。走一遍楼，每处点一下就行。";
    pub const PLACES: &str = "还没有地点。先登记楼栋，再登记楼里的地方。";
    pub const PEOPLE: &str = "名册上还没有人。";
    pub const CLASSES: &str = "花名册上还没有班级。可以从 Excel 导入，也可以一个班一个班地开。";
    pub const PUPILS: &str = "这个班还没有登记姓名。只有演练点名、宿舍、校车要用时才登记。";
    pub const UNITS: &str = "下面还没有单位。";
    pub const SEARCH: &str = "没有找到。换一个词，或用拼音首字母试试。";
    pub const JOURNAL: &str = "还没有存证记录。";
}
