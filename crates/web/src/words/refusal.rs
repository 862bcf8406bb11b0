//! What happened, what is kept, what to do (pages.md §9). Codes come from `base`; the sentences are exhaustive.

pub use super::field::field;
use base::{Fault, FieldError, Problem, Refusal};
use safety::hazard::{Act, State};

use super::{act, state, time};
use crate::error::FieldFault;

pub const MUST_CHANGE: &str = "第一次登录，请先换一个自己的密码。";
pub const CSRF: &str = "这一页放得太久了。刷新后再交一次，填的内容还在。";
pub const SIGN_IN_ENDED: &str = "登录过期了。刚才填的还在，登录后接着填。";

/// Names of people in one sentence.
const NAMES: usize = 2;

/// The sentence of a refusal; it is also the `title` of the API.
pub fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::SignIn => SIGN_IN_ENDED.into(),
        Refusal::NoRight => "这一步不归您的岗位办。".into(),
        Refusal::NotFound => "没有找到这一页。可能编号写错了，或者不归您管。".into(),
        Refusal::Invalid(fields) => match fields.as_slice() {
            [one] => problem(one.field, &one.problem),
            many => format!("有 {} 处要改，填的内容还在。", many.len()),
        },
        Refusal::WrongState { from, action } => wrong_state(from, action),
        Refusal::Stale { .. } => "刚刚有人改过这一条。看一下最新情况再办，填的内容还在。".into(),
        Refusal::Duplicate => "已经有同样的一条了，不用再登记。".into(),
        Refusal::TooLate => "这一步的时间已经过了，可以写明原因补录。".into(),
        Refusal::TooMany { limit } => format!("已经到上限 {limit}，先减少一些再加。"),
        Refusal::NeedsEvidence { what } => evidence(what).into(),
        Refusal::PackForbids { clause, rule, instead } => forbidden(clause, rule, instead),
        Refusal::Busy => "系统正忙，没有存上。填的内容还在，点一下再试。".into(),
    }
}

fn no_zero(from: &str) -> &'static str {
    match from {
        "week_open" => "这一周还没有过完，从最后一个上课日起可以签零报告。",
        _ => "这一周有事故记录，不能签零报告。",
    }
}

fn wrong_state(from: &str, action: &str) -> String {
    match (from, action) {
        ("waiver_ended", _) => "这一次免做已经停了。".into(),
        ("ended", _) => "这个岗位已经卸任了，不用再办。".into(),
        ("has_work", _) => "此人手上还有没办完的隐患，请先办交接。".into(),
        ("erased", _) => "个人信息已经删除，不能再改。".into(),
        ("in_post", _) => "此人还在任，先卸任再删除个人信息。".into(),
        ("unexplained", _) => "学校还可以说明，没有说明以前不能定为属实。可以先请学校说明。".into(),
        (_, "explain" | "settle") if ["confirmed", "accounted", "mistaken"].contains(&from) => {
            "这条线索已经有结论，不用再办。".into()
        }
        ("void", "void") => "这一行已经作废了。".into(),
        ("reported" | "dropped" | "void", "drop") => "这份初报草稿已经办过了，不用再办。".into(),
        ("taken" | "closed", "take") => "这一条已经有人接手了。".into(),
        ("closed", "close") => "这一条已经办结，不用再办。".into(),
        ("closed", "enter" | "transfer" | "change") => "这个班已经撤了，请选别的班。".into(),
        ("of_year", _) => "本学年的班级已经在了，不用升级。".into(),
        ("promoted", _) => "有的班在那一天之后改过，请把升级的日期选在改动以后。".into(),
        ("replaced", _) => "这一版已经换了新的，请看新的一版。".into(),
        ("notice_ended", _) => "这份通知已经结束，不用再办。".into(),
        ("layer_ended", _) => "这一条要求已经停了。".into(),
        ("support_ended", _) => "这所学校的帮扶已经结束。".into(),
        (_, "missive") if from == "missive_signed" => "这份函已经签收过了，只能签收一次。".into(),
        ("missive_answered", _) => "这份函已经答复过了。".into(),
        ("missive_revoked", _) => "发函单位换了新函，请用新的码。".into(),
        (_, "missive") => "现在没有部门接着办这一条，不用发函。".into(),
        ("answered", _) => "这次走访已经回复过了。".into(),
        ("left", _) => "这名学生已经离校，不能再改。".into(),
        ("in_class", _) => "这名学生还在班里，先办离校再删除姓名。".into(),
        (_, "arrange") => "这一件已经做了，不用再安排。".into(),
        ("accepted", "check" | "accept" | "give_back") => "这一件已经验收，不用再办。".into(),
        ("checked", "check") => "这一件刚刚有人检查过了。".into(),
        ("open" | "arranged" | "returned", "check" | "accept" | "give_back") => {
            "这一件还没有做，做了才能检查、验收。".into()
        }
        ("done", "accept") => "这一件还没有检查，检查过才能验收。".into(),
        ("done", "check") => "这一件做了就算，不用检查。".into(),
        ("done", "settle") => "这一条议定事项已经办结。".into(),
        ("void", "correct") => "这一份记录已经作废，不能再改。".into(),
        ("dropped", _) => "这次演练已经作废。".into(),
        ("planned", "call" | "muster" | "leave" | "finish" | "review" | "fit") => {
            "还没有发信号，先在演练页上发信号。".into()
        }
        ("running", "start") => "信号已经发过了，表正在走。".into(),
        ("running", "review" | "fit") => "演练还在进行，先结束再评估。".into(),
        ("running", "muster" | "leave") => "这一步已经按过了。".into(),
        ("review", "start" | "muster" | "leave" | "finish") => "演练已经结束，请写评估。".into(),
        ("met", "call") => "这一通电话已经记过了。".into(),
        ("done", "call") => "这次演练已经评估，不能再报数。".into(),
        ("draft" | "returned", "approve" | "give_back") => "还没有送审。".into(),
        ("asked" | "upward", "ask") => "已经送审，等着批。".into(),
        ("approved", "ask" | "approve" | "pass_up" | "grant" | "give_back") => "已经批过了。".into(),
        ("not_approved", _) => "这份错时表还没有批准，或者已经不用了。".into(),
        ("met", "pass") => "已经转报过了。".into(),
        ("met", "skip") => "上一级的上级已经知道了，不用再越级报。".into(),
        ("not_sent", "receive") => "还没有报到您这一级，不用签收。".into(),
        ("signed", "receive") => "都签收过了。看一下最新情况。".into(),
        ("week_open" | "incidents", _) => no_zero(from).into(),
        ("top", "skip") => "上面没有更高一级了，不用越级。".into(),
        (state, act) if incident_state(state).is_some() && incident_act(act).is_some() => {
            let (state, act) = (incident_state(state).unwrap_or(""), incident_act(act).unwrap_or(""));
            format!("这起事故现在是「{state}」，办不了「{act}」。看一下最新情况。")
        }
        ("top", _) => "上面没有更高一级了，请移交有关部门。".into(),
        _ => match (State::from_code(from), Act::from_code(action)) {
            (Some(now), Some(wanted)) if now.is_open() => {
                format!("这一条现在是「{}」，还办不了「{}」。看一下最新情况。", state(now).word, act(wanted))
            }
            (Some(_), _) => "这一条已经办结，不用再办。看一下最新情况。".into(),
            _ => "情况刚刚变了。看一下最新情况再办。".into(),
        },
    }
}

fn incident_state(code: &str) -> Option<&'static str> {
    let code = code.strip_prefix("incident_")?;
    safety::incident::State::from_code(code).map(|s| super::incident::state(s).word)
}

fn incident_act(code: &str) -> Option<&'static str> {
    safety::incident::Act::from_code(code).map(super::incident::act)
}

fn evidence(what: &str) -> &'static str {
    match what {
        "photo" => "请拍一张整改后的照片再交，填的内容还在。",
        "leave" => "地震演练分两步：先掩护，再撤离。先按「撤离」。",
        "call" => "还没有一个班报数，至少一个班报了再结束。",
        "building" => "还没有填校舍，先照一张纸填上。",
        "plan" => "没有按现在的校舍批准的错时表，先算一份、批了再修正。",
        "measures" => "计时的班太少，至少 4 个班报了用时才能修正。",
        "five" => "重大隐患要先填齐五落实：责任、措施、资金、时限、预案。",
        _ => "还差一份材料，补上再交。填的内容还在。",
    }
}

fn forbidden(clause: &str, rule: &str, instead: &[String]) -> String {
    let names: Vec<&str> = instead.iter().take(NAMES).map(String::as_str).collect();
    let names = names.join("、");
    match rule {
        "separation" if names.is_empty() => "整改是您做的，复查和销账要换一个人。".into(),
        "separation" => format!("整改是您做的，要换一个人。可以请 {names} 办。"),
        "listed" => "挂牌督办的隐患要先摘牌，再销账。".into(),
        "listed_by" => "挂牌由上级定，摘牌也要由上级定。".into(),
        "times" => "次数只能加，不能减；上级的要求是下限。".into(),
        "grace_days" => "宽限只能短，不能长；上级的要求是上限。".into(),
        "until" => "只能多一道验收，不能少。".into(),
        "duty.separation" => "做的人、检查的人、验收的人要分开，这一步要换一个人。".into(),
        "duty.waiver" => format!("这是要点 {clause} 的要求，不能免做；可以写明原因补做。"),
        "own_alarm" => "报警是您按的，要别人来应答；您可以点“我到了”。".into(),
        "another_approves" => "送审的人不能自己批，请另一位领导批。".into(),
        "declined" => "推辞过的任务由分管领导定派给谁。".into(),
        _ => format!("工作要点 {clause} 不允许这样办。"),
    }
}

/// One field's sentence.
pub fn problem(name: &str, problem: &Problem) -> String {
    let label = field(name);
    match problem {
        Problem::Required => required(name),
        Problem::TooLong { max, got } => format!("{label}最多 {max} 字，现在 {got} 字。"),
        Problem::TooShort { min } => format!("{label}至少 {min} 位。"),
        Problem::OutOfRange { min, max } => out_of_range(name, *min, *max),
        Problem::Unreadable if name == "table" => {
            "表格读不懂。Excel 文件请另存为「CSV UTF-8」再选，或打开后复制粘贴。".into()
        }
        Problem::Unreadable => format!("{label}看不懂，请再看一下。"),
        Problem::Unknown if name == "missing" => "点名里有不在这个班的人，请重新点。".into(),
        Problem::Unknown if name == "improvements" => "现在的规则里没有演练评估表，改进先记在例会上。".into(),
        Problem::Unknown => format!("{label}选的这一项找不到，请重新选。"),
        Problem::InFuture { .. } if name == "on" || name == "happened_on" => "日期不能晚于今天。".into(),
        Problem::InFuture { .. } if name == "kept_from" => "启用日太远了，最多在一年以后。".into(),
        Problem::InFuture { minutes } => format!("时间比现在晚 {}，请看一下手机时间。", time::hours(*minutes)),
        Problem::TooOld { .. } if name == "effective_on" => "最早从明天起施行，已经开始的日子不能改。".into(),
        Problem::TooOld { .. } if name == "from_on" => "这一天已经开始或过去，只能定以后的日子。".into(),
        Problem::TooOld { days } if *days > 9_000 => "时间太早了，请看一下手机时间。".into(),
        Problem::TooOld { days } => format!("这是 {days} 天前的事，会标为补录。请写一句原因。"),
        Problem::Foreign { unit } => format!("这个码是 {} 的，不是本校的。", short(unit)),
        Problem::Weak => "密码太简单，请用字母加数字，不要用账号。".into(),
        Problem::NotPicture => "这张图打不开，换一张试试。照片、截图都可以。".into(),
        Problem::TooBig { max } => format!("{label}太大，每张最多 {}。请换一张小的。", time::size(*max)),
        Problem::Taken if name == "asks" => "要填的内容里有已经填过的，去掉再发。".into(),
        Problem::Taken if name == "effective_on" => "那天以后已经有定好施行的一版，请选更晚的日子。".into(),
        Problem::Person { name, several: false } => format!("没有找到“{}”，请照通讯录写姓名。", short(name)),
        Problem::Person { name, several: true } => format!("“{}”有重名，请写成“学校＋姓名”。", short(name)),
        Problem::Taken => format!("{label}已经有人用了，换一个。"),
        Problem::Mismatch { with } => mismatch(name, with),
        Problem::Planner { place, message, .. } => planner(place, message),
        Problem::StillOpen { count: 1, first } => format!("还有 1 条隐患没有办结（{}），请先销账再办。", short(first)),
        Problem::StillOpen { count, first } => {
            format!("还有 {count} 条隐患没有办结（{} 等），请先逐条销账再办。", short(first))
        }
    }
}

/// The planner's own sentence, with its place in the words of the form.
fn planner(place: &str, message: &str) -> String {
    let place = super::movement::place(place);
    format!("{}：{}", short(&place), message.chars().take(90).collect::<String>())
}

/// A name that must fit in a sentence.
fn short(name: &str) -> String {
    name.chars().take(30).collect()
}

fn required(name: &str) -> String {
    match name {
        "place" => "请选部位，好让整改的人找得到。".into(),
        "what" => "请写一句哪里不对。".into(),
        "cause" => "请写原因。".into(),
        "lessons" => "请写教训和整改。".into(),
        "note" => "请写一句，好让别人看得明白。".into(),
        "back_reason" => "请写一句补录的原因。".into(),
        "reason" => "请写一句原因。".into(),
        "photo" => "请拍一张现场照片。".into(),
        "assignee" | "lead" => "请选一个人或一个部门来整改。".into(),
        "grade" | "category" | "kind" | "role" | "to" | "number" | "parent" | "into" => {
            format!("请选{}。", field(name))
        }
        "result" => "请选一个结果。".into(),
        "practised" => "学生练了哪些自救，至少点一项。".into(),
        "improvements" => "有问题就写怎么改、谁来改、哪天前。".into(),
        "scenario" => "请选演练的背景。".into(),
        "building" => "请照一张纸填上楼、楼梯、校门和各班。".into(),
        "resolution.owner" => "请选改进由谁来做。".into(),
        "resolution.due_on" => "请选改进哪天前做完。".into(),
        "places" => "还没有查过的地点，至少查一处。".into(),
        other => format!("请填{}。", field(other)),
    }
}

fn out_of_range(name: &str, min: i64, max: i64) -> String {
    match name {
        "photo" => format!("最多 {max} 张照片，请去掉几张。"),
        "old" => "原密码试得太多了，请 5 分钟后再来。".into(),
        "boarders" | "riders" if max == 0 => "先填学生数。".into(),
        "riders" => format!("乘车生不能多过学生数，最多 {max}。"),
        "boarders" => format!("住宿生不能多过学生数，最多 {max}。"),
        "due_on" => "截止日期要在今天以后，一年以内。".into(),
        "asks" => format!("最多填 {max} 项，请去掉几项。"),
        "until" => "期限要在今天以后，一年以内。".into(),
        "until_on" => "结束日期要在开始日期以后，一年以内。".into(),
        "resolution.due_on" => "议定事项的日期要在今天以后。".into(),
        "window_until" => "结束那天要在开始那天以后，一个学期以内。".into(),
        "held_on" => "活动要在明天以后、一年以内，方案要提前写。".into(),
        "places" => format!("一次最多查 {max} 处，请分两次。"),
        _ => format!("{}请填 {min} 到 {max} 之间的数。", field(name)),
    }
}

fn mismatch(name: &str, with: &str) -> String {
    match (name, with) {
        ("table", "excel") => "这是 Excel 文件。请在 Excel 里另存为 CSV，或者复制后粘贴在这里。".into(),
        ("window_from", "today") => "今天不在演练的时段里，先改时段。".into(),
        ("started_at", "window_from") => "那天不在演练的时段里。".into(),
        ("missing", _) => "点名的人比报的数多，请看一下。".into(),
        ("cover_s", _) => "只有地震演练才记掩护的时间。".into(),
        ("post", "day") => "那天没有这个岗位。".into(),
        ("substitute", _) => "替岗人和站岗人是同一个人。".into(),
        ("held_on", "plan") => "换了日子就是另一次活动，请取消这一次，另写一份。".into(),
        ("idempotency_key", _) => "这一条已经交过，内容却不一样。请刷新后重新填。".into(),
        ("password_again", _) => "两次填的密码不一样。".into(),
        ("old", _) => "原密码不对，请再填一次。".into(),
        ("password", "old") => "新密码要和原来的不一样。".into(),
        ("happened_at", _) => "发生的时间不能晚过知道的时间。".into(),
        ("unit", "incident") => "隐患要登记在发生事故的学校。".into(),
        ("what", "before") => "还没有改动，不用交。".into(),
        ("unit", "incidents") => "这里还有事故没有终报，请先报完终报。".into(),
        ("unit", "alarms") => "这里还有报警没有解除，请先解除。".into(),
        ("unit", "children") => "它下面还有没撤销的单位，请先办下面的。".into(),
        ("role", _) => "这个单位没有这种岗位，请换一个。".into(),
        ("person", "post") => "这个岗位已经是此人的，请选另一个人。".into(),
        ("kept_from", _) => "启用日不能早过设立的日子。".into(),
        ("on", _) => "日期要在设立之后。".into(),
        ("from_on", "from_on") => "开始日期不能早过上一次变动，也不能在今天以后。".into(),
        ("adopted_on", _) => "通过日期不能早过现在这一版。".into(),
        ("from_on", "due_on") => "开始日期不能晚过截止日期。".into(),
        ("entry", "times") => "这一项没有次数，不能加码。".into(),
        ("unit", "kind") => "只有学校才有班级。".into(),
        ("class", "class") => "已经在这个班了，请选另一个班。".into(),
        ("value", "notice") => "这是工作要点的原文，只能更严，不能放宽。".into(),
        ("files", _) => "这份草稿和它的规则包对不上，请重新起草。".into(),
        ("until_on", "from_on") => "结束日期要在开始日期之后。".into(),
        ("until_on", _) => "卸任日子要在到任日子之后。".into(),
        _ => format!("{}和{}对不上，请看一下。", field(name), field(with)),
    }
}

/// The fields of a refusal, each with its sentence: `fields` of problem+json.
pub fn faults(refusal: &Refusal) -> Vec<FieldFault> {
    match refusal {
        Refusal::Invalid(fields) => fields.iter().map(one).collect(),
        Refusal::NeedsEvidence { what } => vec![FieldFault { field: (*what).into(), title: evidence(what).into() }],
        _ => Vec::new(),
    }
}

fn one(error: &FieldError) -> FieldFault {
    FieldFault { field: error.field.into(), title: problem(error.field, &error.problem) }
}

/// The list on top of a form: the fields, or the refusal itself where it names none.
pub fn form_faults(refused: &Refusal) -> Vec<FieldFault> {
    let fields = faults(refused);
    if fields.is_empty() { vec![FieldFault { field: "form".into(), title: refusal(refused) }] } else { fields }
}

/// A fault of ours: only its number is shown.
pub fn fault(fault: &Fault, number: &str) -> String {
    match fault {
        Fault::Full => "服务器存储满了，暂时只能看、不能存。请告诉管理员。".into(),
        Fault::Gone => "数据库暂时连不上，没有存上。填的内容还在，稍后再试。".into(),
        Fault::Broken(_) => format!("系统出了问题，不是您的操作。编号 {number}，已记录。填的内容还在。"),
    }
}

/// What HTTP itself refuses.
pub fn transport(status: u16) -> &'static str {
    match status {
        404 => "没有找到这一页。可能编号写错了，或者不归您管。",
        405 => "这个地址不支持这种操作。",
        408 => "等得太久，没有收全。填的内容还在，点一下再试。",
        413 => "内容太大，没有收下。照片请换小一些的。",
        415 => "这种格式不收。请用本系统的表单或 JSON。",
        422 => "内容看不懂，请对照说明再看一下。",
        503 => "系统正忙，没有存上。填的内容还在，点一下再试。",
        500..=599 => "系统出了问题，不是您的操作。填的内容还在。",
        _ => "请求看不懂，请对照说明再看一下。",
    }
}

/// A fault in the list over a form: with the name of its field, where the sentence does not say it. `field` knows no name
/// of what a pack asks.
pub fn named(fault: &FieldFault) -> String {
    let (name, title) = (field(&fault.field), &fault.title);
    if name == field("") || title.contains(name) { title.clone() } else { format!("{name}：{title}") }
}

/// Under the title of an error page: the next act.
pub fn what_next(code: &str) -> &'static str {
    match code {
        "not_found" => "可以搜一下要找的人、地点、编号。",
        "no_right" => "应该由您办的，请本单位管安全的人或管理员改一下您的岗位。",
        "sign_in" => "登录后会回到刚才那一页。",
        "csrf" => "点浏览器的返回，刷新那一页再交。",
        "stale" | "wrong_state" | "duplicate" => "点浏览器的返回，看一下最新情况。",
        "too_many" | "busy" | "gone" => "等一会儿再试。手机里的内容都保留着。",
        "full" => "手机里的内容都保留着，腾出空间后会自动上传。",
        "fault" => "请把编号告诉管理员，可以查到这一次的记录。",
        _ => "点浏览器的返回，改一下再交。",
    }
}

/// A rest before the next try.
pub fn wait(seconds: i64) -> String {
    format!("试得太多了，请 {} 后再来。", minutes(seconds))
}

fn minutes(seconds: i64) -> String {
    if seconds > 60 { format!("{} 分钟", (seconds + 59) / 60) } else { format!("{seconds} 秒") }
}

/// A wrong login or password, the same whether the login exists or not.
pub fn login_wrong(left: i64) -> String {
    format!("账号或密码不对。再试 {left} 次后要等 5 分钟。忘记了请找本校管理员。")
}

pub fn login_rest(seconds: i64) -> String {
    format!("试得太多了，请 {} 后再登录。忘记了请找本校管理员。", minutes(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BANNED: [&str; 6] = ["失败", "错误", "非法", "无效", "请勿", "！"];

    fn check(sentence: &str) {
        let chars = sentence.chars().count();
        assert!(chars <= 60, "{chars} characters: {sentence}");
        for word in BANNED {
            assert!(!sentence.contains(word), "{word} in {sentence}");
        }
        assert!(!sentence.contains("这一项和这一项"), "{sentence}");
    }

    fn every_problem() -> Vec<Problem> {
        vec![
            Problem::Required,
            Problem::TooLong { max: 500, got: 100_612 },
            Problem::TooShort { min: 8 },
            Problem::OutOfRange { min: 0, max: 100_000 },
            Problem::Unreadable,
            Problem::Unknown,
            Problem::InFuture { minutes: 120 },
            Problem::TooOld { days: 3 },
            Problem::TooOld { days: 20_000 },
            Problem::Foreign { unit: "北".repeat(60) },
            Problem::Weak,
            Problem::NotPicture,
            Problem::TooBig { max: 12 * 1024 * 1024 },
            Problem::Taken,
            Problem::Person { name: "王".repeat(60), several: false },
            Problem::Person { name: "王芳".into(), several: true },
            Problem::Mismatch { with: "unit" },
            Problem::StillOpen { count: 1, first: "江湾-2026-0012".into() },
            Problem::StillOpen { count: 1_000, first: "江".repeat(60) },
        ]
    }

    #[test]
    fn a_fault_in_the_list_over_a_form_names_its_field_once() {
        let told = |field: &str, title: &str| named(&FieldFault { field: field.into(), title: title.into() });
        assert_eq!(told("seconds", "请写数字。"), "秒数：请写数字。");
        assert_eq!(told("building", "请选校舍。"), "请选校舍。");
        assert_eq!(told("of-a-pack", "太长。"), "太长。");
    }

    #[test]
    fn every_sentence_keeps_the_rules_of_pages_9() {
        let names =
            ["name", "place", "photo", "table", "until", "boarders", "password", "idempotency_key", "claimed_at", "x"];
        for problem in every_problem() {
            for name in names {
                check(&super::problem(name, &problem));
            }
        }
        for from in safety::incident::State::ALL {
            for wanted in safety::incident::Act::ALL {
                let said = refusal(&Refusal::WrongState { from: from.refused(), action: wanted.code() });
                check(&said);
                assert!(said.contains(super::super::incident::state(*from).word), "{said}");
            }
        }
        for (from, action) in [
            ("met", "call"),
            ("met", "pass"),
            ("met", "skip"),
            ("not_sent", "receive"),
            ("signed", "receive"),
            ("top", "skip"),
            ("unexplained", "confirm"),
            ("confirmed", "settle"),
            ("accounted", "explain"),
            ("void", "void"),
            ("dropped", "drop"),
        ] {
            check(&refusal(&Refusal::WrongState { from, action }));
        }
        for from in State::ALL {
            for wanted in Act::ALL {
                check(&refusal(&Refusal::WrongState { from: from.code(), action: wanted.code() }));
            }
        }
        for refused in [
            Refusal::SignIn,
            Refusal::NoRight,
            Refusal::NotFound,
            Refusal::Stale { version: 3 },
            Refusal::Duplicate,
            Refusal::TooLate,
            Refusal::TooMany { limit: 12 },
            Refusal::NeedsEvidence { what: "photo" },
            Refusal::NeedsEvidence { what: "five" },
            Refusal::Busy,
            Refusal::PackForbids {
                clause: "2.6", rule: "separation", instead: vec!["赵敏".into(), "钱多多".into()]
            },
        ] {
            check(&refusal(&refused));
        }
        for fault in [Fault::Full, Fault::Gone, Fault::Broken("secret".into())] {
            let said = super::fault(&fault, "7F3K");
            check(&said);
            assert!(!said.contains("secret"));
        }
        for status in [400, 404, 405, 406, 408, 411, 413, 415, 422, 500, 501, 503] {
            check(transport(status));
        }
        for sentence in [MUST_CHANGE, CSRF, SIGN_IN_ENDED] {
            check(sentence);
        }
        check(&login_wrong(4));
        check(&login_rest(299));
    }

    #[test]
    fn sentences_of_the_table_are_said_as_they_stand_there() {
        let separation = Refusal::PackForbids { clause: "2.6", rule: "separation", instead: vec!["赵敏".into()] };
        assert_eq!(refusal(&separation), "整改是您做的，要换一个人。可以请 赵敏 办。");
        assert_eq!(problem("note", &Problem::TooLong { max: 500, got: 612 }), "说明最多 500 字，现在 612 字。");
        assert_eq!(
            problem("claimed_at", &Problem::InFuture { minutes: 125 }),
            "时间比现在晚 2 小时，请看一下手机时间。"
        );
        assert_eq!(problem("place", &Problem::Required), "请选部位，好让整改的人找得到。");
        assert_eq!(login_wrong(4), "账号或密码不对。再试 4 次后要等 5 分钟。忘记了请找本校管理员。");
        assert_eq!(login_rest(299), "试得太多了，请 5 分钟 后再登录。忘记了请找本校管理员。");
    }
}
