//! What is wrong with a policy pack, in words: the same on the command line and in the editor.

use safety::org::Role;
use safety::pack::{Finding, What};

/// 「obligations/1-system.toml:31: 没有这个要点：1.9」
pub fn line(finding: &Finding) -> String {
    let mark = if finding.what.is_warning() { "提醒：" } else { "" };
    format!("{}:{}: {mark}{}", finding.at.file, finding.at.line, words(&finding.what))
}

fn role(code: &str) -> String {
    Role::from_code(code).map_or_else(|| code.into(), |r| super::role(r).to_string())
}

fn kind(wanted: &str) -> &'static str {
    match wanted {
        "text" => "文字",
        "number" => "整数",
        "yes_no" => "true 或 false",
        "list" => "列表",
        "table" => "一组键值",
        "day" => "日期",
        "time" => "时间（minutes、hours、days、working days）",
        _ => "数和单位",
    }
}

pub fn words(what: &What) -> String {
    match what {
        What::MissingFile { file } => format!("缺少文件 {file}"),
        What::Syntax { detail } => format!("这里不合 TOML 的写法（{detail}）"),
        What::MissingKey { key } => format!("缺少 {key}"),
        What::UnknownKey { key } => format!("不认识的键 {key}"),
        What::WrongType { key, wanted } => format!("{key} 要写成{}", kind(wanted)),
        What::UnknownCode { key, got } => format!("{key} 不能写 {got}"),
        What::OutOfRange { key, got, least, most } => format!("{key} 是 {got}，要在 {least} 到 {most} 之间"),
        What::Duplicate { id } => format!("{id} 写了两次"),
        What::UnknownClause { clause } => format!("没有这个要点：{clause}"),
        What::UnknownRole { role } => format!("没有这种岗位：{role}"),
        What::UnknownForm { form } => format!("没有这张表：{form}"),
        What::UnknownField { form, field } => format!("表 {form} 没有这一栏：{field}"),
        What::UnknownTopic { topic } => format!("没有这个主题：{topic}"),
        What::UnknownSource { source } => format!("sources.toml 里没有 {source}"),
        What::UnknownText { text } => format!("texts.toml 里没有 {text}"),
        What::UnknownNoun { noun } => format!("程序里没有 {noun}"),
        What::UnknownEntry { entry } => format!("没有这条规则：{entry}"),
        What::UnknownGroup { group } => format!("没有这个栏目：{group}；政策包不能加菜单"),
        What::WrongUnit { key, got, wanted } => format!("{key} 的单位不对：写了 {got}，要用{}", kind(wanted)),
        What::NoticeDiffers { byte } => format!("各句连起来和原文不一样，从第 {byte} 个字节起"),
        What::UnknownBase { id } => format!("程序里没有 {id} 这个政策包，不能以它为底"),
        other => judged(other),
    }
}

/// What a pack says that cannot be, and what it asks of people without need.
fn judged(what: &What) -> String {
    match what {
        What::ImpossibleRecurrence { entry } => format!("{entry} 做不到：永远轮不到，或者一个周期里放不下"),
        What::RoleMisfit { role: code } => format!("应做的单位里没有{}这个岗位", role(code)),
        What::SameHand { entry, role: code } => format!("{entry} 的检查人和验收人是同一个岗位：{}", role(code)),
        What::NoticeWaivable { entry } => format!("{entry} 是要点原文，不能写成可以免做"),
        What::SourceNotInForce { source, from } => format!("{source} 在政策包施行那天不在施行期（{from} 起施行）"),
        What::Cycle { through } => format!("互相等待，没有头：{}", through.join(" → ")),
        What::NoticeSoftened { id } => format!("{id} 是要点原文，只能加严"),
        What::Unserved { phrase } => format!("{phrase} 没有写由什么落实"),
        What::Overstated { phrase } => format!("{phrase} 写了全部落实，其实只有一张表或者还没有"),
        What::Understated { phrase } => format!("{phrase} 写了还没有，其实已经在做"),
        What::UnnamedEntry { entry } => format!("{entry} 打开了，但是要点里没有一句提到它"),
        What::CheckIn { word } => format!("减负：值守和应急以外不设{word}"),
        What::Ranking { word } => format!("减负：不按使用程序的多少排名或考核（{word}）"),
        What::PhotoWithoutNeed { field } => format!("减负：{field} 必须交照片，没有写明为什么非要不可（need）"),
        What::TrackWithoutNeed { field } => format!("减负：{field} 要人的行踪，没有写明为什么非要不可（need）"),
        What::SameFact { fact, other } => format!("减负：{fact} 已经由 {other} 问过，同一件事不问两遍"),
        What::AsksKnown { fact } => format!("减负：{fact} 程序里已经有，不再问"),
        What::HiddenBurden { entry } => format!("减负：{entry} 要填表，却写了不费时间"),
        What::OverBudget { role: code, minutes, most } => {
            format!("减负：{}每周要用 {minutes} 分钟，上限是 {most} 分钟", role(code))
        }
        What::NoBudget { role: code } => format!("减负：{}没有写每周的分钟上限", role(code)),
        _ => String::new(),
    }
}
