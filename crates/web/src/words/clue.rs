//! 待核线索: rules, traces, states, sources. Before a person has decided, no word accuses: the four words of the notice stand
//! in `verdict` alone.

use safety::absence::Counts;
use safety::clue::desk::{Below, Beside};
use safety::clue::{Fault, Rule, Says, State, Trace};
use safety::org::UnitKind;
use safety::outside::{Outside, Source};

use super::{Word, at, at_full, incident, number, word};

pub const TITLE: &str = "核对";
pub const CLUES: &str = "待核线索";
pub const OUTSIDE: &str = "外部名单";
pub const ABSENCE: &str = "晨午检";
/// A message about a class's line.
pub const ALIKE: &str = "晨午检：有一个班三人以上同一症状，要报告";
/// What stands on every page of a clue.
pub const NO_BLAME: &str = "线索只说明几条记录对不上，不等于有问题。学校先说明，由上级的人核对后写结论。";
pub const EMPTY: &str = "近 30 天没有需要核对的线索。";

pub fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Unreported => "有情况，没有找到对应的事故报告",
        Rule::LateReport => "书面报告过了时限",
        Rule::LateSignal => "报告比别处的记录晚很多",
        Rule::Roll => "清点人数与报告对不上",
        Rule::Photo => "照片在事发以前已经用过",
        Rule::Time => "时间先后对不上",
        Rule::RaisedLater => "一天以后把人数往上更正",
        Rule::LoweredLater => "把人数往下更正",
    }
}

/// How the rule works, for whoever asks.
pub const RULES: &[(&str, &str)] = &[
    (
        "有情况没有报告",
        "报警满 15 分钟、写着有人受伤的隐患和外部名单上的事满 2 小时、同班同症满 24 小时、群众反映满 1 天，前后一天内（隐患是前三天到后一天）没有事故报告。名单写明是交通事故的，走失、生病、火情等报告不算；名单写明是走失的，交通等报告不算。其余的由核对的人判断是不是同一件事。",
    ),
    (
        "本校已经知道",
        "同上，而且本校自己作废了报警转来的初报、按真实事件解除报警两小时没有报、之后签了零报告、撤回了报告，或把晨午检人数改少了。",
    ),
    ("报告过了时限", "按政策包的时限，书面初报或转报晚了；或者报警、名单上的时间比报告早两小时以上。"),
    ("内容对不上", "清点缺人多于报告、照片早于事发、电话早于事发、一天后人数往上更正。"),
];

/// The direction in which a clue points, in words that accuse nobody.
pub fn points(fault: Fault) -> &'static str {
    match fault {
        Fault::Late => "可能报晚了",
        Fault::Omitted => "可能没有报",
        Fault::Hidden => "可能知道而没有报",
        Fault::False => "可能报得不准",
    }
}

/// The words of the notice (1.2): only for what a person has found.
pub fn verdict(fault: Fault) -> &'static str {
    match fault {
        Fault::Late => "迟报",
        Fault::Omitted => "漏报",
        Fault::Hidden => "瞒报",
        Fault::False => "谎报",
    }
}

pub fn state(state: State) -> Word {
    match state {
        State::Open => word("待核对", "b"),
        State::Confirmed => word("属实", "r"),
        State::Accounted => word("有说明", "g"),
        State::Mistaken => word("误报", ""),
    }
}

pub fn outcome(state: State) -> &'static str {
    match state {
        State::Open => "",
        State::Confirmed => "属实",
        State::Accounted => "有说明，不算问题",
        State::Mistaken => "误报，不是这回事",
    }
}

pub fn sign(code: &str) -> &'static str {
    match code {
        "leave" => "事假",
        "fever" => "发热",
        "cough" => "咳嗽",
        "gut" => "呕吐、腹泻",
        "rash" => "皮疹",
        "jaundice" => "黄疸",
        "injured" => "受伤",
        "other" => "其他病",
        "unknown" => "没有到，原因不明",
        _ => "",
    }
}

fn figure(code: &str) -> &'static str {
    match code {
        "dead" => "死亡",
        "serious" => "重伤",
        "missing" => "失联",
        "sent" => "送医",
        _ => "受伤",
    }
}

/// One trace as a sentence; its time stands before it.
pub fn trace(t: &Trace) -> String {
    let n = t.n.unwrap_or(0);
    let of = t.of.as_deref().unwrap_or("");
    match t.says {
        Says::AlarmRaised => "有人按了报警".into(),
        Says::AlarmReal => "本校按真实事件解除了报警".into(),
        Says::DraftDropped => "本校作废了报警转来的初报".into(),
        Says::Told => "有外部反映".into(),
        Says::Harm => "登记的隐患写着有人受伤".into(),
        Says::Police => "公安接处警名单上有".into(),
        Says::Traffic => "交警名单上有".into(),
        Says::Health => "医院、疾控名单上有".into(),
        Says::Insurance => "保险理赔名单上有".into(),
        Says::Alike => format!("晨午检：同班{} {n} 人", sign(of)),
        Says::LineLowered => format!("晨午检改为：{} {n} 人", sign(of)),
        Says::ZeroSigned => "本校签了这一周的零报告".into(),
        Says::Withdrawn => "本校撤回了事故报告".into(),
        Says::Known => "报告里写的知情时间".into(),
        Says::Due => "最晚应当报到上级".into(),
        Says::Reported => "报告到达".into(),
        Says::NotYet => "到这时还没有报".into(),
        Says::RollMissing => format!("报警清点结束时缺 {n} 人"),
        Says::ReportMissing => format!("报告写失联 {n} 人"),
        Says::PhotoBefore => "另一条记录已经用过这张照片".into(),
        Says::Happened => "报告里写的发生时间".into(),
        Says::CallClaimed => "登记的报告电话".into(),
        Says::FirstSaid => format!("先报：{} {n} 人", figure(of)),
        Says::LaterSaid => format!("更正为：{} {n} 人", figure(of)),
    }
}

/// Beside a trace of which the viewer may not know the hour.
pub const NO_HOUR: &str = "具体时间不给学校看";
/// Over a list's row and the unit's reports of that time.
pub const SAME: &str = "名单上的事和学校报的事，是不是同一件，由核对的人看种类和时间判断。";
pub const NO_BESIDE: &str = "前后一天内，学校没有报过事故。";
/// Desks that are named; more are counted.
const DESKS: usize = 4;

/// 「公安接处警名单上有：学生校门口被撞 · J002」, for those who read the list.
pub fn trace_of(t: &Trace, row: Option<&Outside>) -> String {
    let parts: Vec<&str> =
        row.map_or(Vec::new(), |o| [o.what.as_deref(), o.number.as_deref()].into_iter().flatten().collect());
    if parts.is_empty() { trace(t) } else { format!("{}：{}", trace(t), parts.join(" · ")) }
}

/// 「江湾-S2026-001 走失，11-22 16:00 发生」
pub fn beside(b: &Beside) -> String {
    let taken = if b.taken { "，现在按同一件算" } else { "" };
    format!("{} {}，{} 发生{taken}", b.number, incident::kind(b.kind), at(b.happened_at))
}

/// 「昌邑区教育局 2 条、桦甸市教育局 1 条」
pub fn desks(below: &Below) -> String {
    let named: Vec<String> =
        below.desks.iter().take(DESKS).map(|(name, n)| format!("{name} {} 条", number(*n))).collect();
    let more = if below.desks.len() > DESKS { " 等" } else { "" };
    format!("在 {}{more}", named.join("、"))
}

fn known_below(below: &Below) -> String {
    if below.hidden > 0 { format!("，{} 条可能知道而没有报", number(below.hidden)) } else { String::new() }
}

/// 「全市 3 条待核线索，1 条可能知道而没有报」, for whoever is above the desks where they lie.
pub fn below_task(kind: UnitKind, below: &Below) -> String {
    let whole = if kind == UnitKind::City { "全市" } else { "下级" };
    format!("{whole} {} 条待核线索{}", number(below.n), known_below(below))
}

/// What waits for the viewer, and what waits below at others.
pub fn waits(own: i64, below: &Below) -> String {
    match below.n {
        0 => waiting(own),
        n => format!("{} 下级单位还有 {} 条等核对{}：{}。", waiting(own), number(n), known_below(below), desks(below)),
    }
}

pub fn source(source: Source) -> &'static str {
    match source {
        Source::Police => "公安接处警",
        Source::Traffic => "交警",
        Source::Health => "医院、疾控",
        Source::Insurance => "保险理赔",
    }
}

/// What the detectors look at, and in which measure it is counted.
pub fn looked_at(code: &str) -> (&'static str, &'static str) {
    match code {
        "incident" => ("事故报告", "起"),
        "alarm" => ("报警", "次"),
        "absence" => ("晨午检", "所学校在填"),
        "tip" => ("群众反映", "条"),
        "outside" => ("外部名单", "行"),
        "hazard" => ("隐患", "条"),
        "bus" => ("校车求救", ""),
        "dorm" => ("宿舍点名", ""),
        _ => ("校医室", ""),
    }
}

/// Why a source is missing.
pub fn missing(code: &str) -> &'static str {
    match code {
        "tip" => "没有开放举报",
        _ => "本系统还没有这种记录",
    }
}

/// 「2 条线索待核对或待说明」
pub fn waiting(n: i64) -> String {
    if n == 0 { "没有等您的线索。".into() } else { format!("{} 条线索等核对或说明", number(n)) }
}

pub fn counts(c: &Counts) -> String {
    let parts: Vec<String> = Counts::FIELDS
        .iter()
        .filter(|(_, read)| read(c) > 0)
        .map(|(code, read)| format!("{} {}", sign(code), number(read(c))))
        .collect();
    if parts.is_empty() { "全到，没有不舒服的".into() } else { parts.join("，") }
}

/// A school of a list that is not found, and the one that may be meant.
pub fn no_school(near: Option<&str>) -> String {
    match near {
        Some(name) => format!("本局下没有这个名字的学校，是不是「{name}」？请写全称或代码。"),
        None => "本局下没有这个名字的学校，请写全称或代码。".into(),
    }
}

/// A time of a list that is to come.
pub const LIST_FUTURE: &str = "时间比现在还晚，请改这一行的时间。";

/// After a list was stored.
pub fn stored(n: i64) -> String {
    match n {
        0 => "名单上的都已经有了，没有新记入的。".into(),
        n => format!("记入了 {} 行。几分钟内和学校的报告比对，对不上的列在待核线索。", number(n)),
    }
}

pub fn explain_until(at: base::Ms) -> String {
    format!("学校可以说明到 {}。在这以前没有说明的，不能定为属实。", at_full(at))
}

/// 「1 行记入，2 行以前已经有了」
pub fn plan(entered: i64, same: i64) -> String {
    match same {
        0 => format!("将记入 {} 行。", number(entered)),
        _ => format!("将记入 {} 行；{} 行以前已经有了，不重复记。", number(entered), number(same)),
    }
}
