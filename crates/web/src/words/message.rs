//! 消息: what stands on the page, what leaves the house, channels and receipts.

use safety::hazard::State;
use safety::kernel::outbox::{Sent, Way};
use safety::message::Kind;

use super::Word;

pub const TITLE: &str = "消息";
pub const NONE: &str = "没有新消息。";
pub const NO_DEAD: &str = "没有送不到的消息。";
pub const NO_CHANNELS: &str = "还没有通道。消息只在网页上看得到。";
pub const ALL_READ: &str = "全部标为已读";
/// The record is not the reader's any more, or is gone.
pub const NOT_YOURS: &str = "这件事现在不归您看了";

/// What leaves the house: a fixed line, whatever it is about. The link comes behind it.
pub fn leaves(line: &str) -> &'static str {
    match line {
        "alarm" => "【校安】有报警，请马上打开应答",
        "incident" => "【校安】有事故报告，请打开签收",
        "urgent" => "【校安】有一件急事，请马上打开",
        "due" => "【校安】有事情快到期或已逾期，请打开",
        "test" => "【校安】这是一条测试消息，收到就说明通道是好的",
        _ => "【校安】有事情等您处理，请打开",
    }
}

/// What a kind begins with on the page.
pub fn begins(kind: Kind) -> &'static str {
    match kind {
        Kind::Alarm => "报警",
        Kind::Incident => "事故",
        Kind::Clue => "待核线索",
        Kind::Missing => "未在寝",
        Kind::BusCount => "校车人数不符",
        Kind::Turn => "等您办",
        Kind::DueSoon => "快到期",
        Kind::Late => "逾期",
        Kind::Returned => "退回",
        Kind::Urgent => "紧急通知，请签收",
        Kind::Order => "责令整改",
        Kind::Receipt => "回执",
        Kind::Week => "本周",
        Kind::HandOver => "交班",
        Kind::WeakSchool => "帮扶学校",
        Kind::Recovered => "补发",
        Kind::Test => "测试",
    }
}

/// Whose turn a hazard makes it: 「请复查」.
pub fn turn(state: State) -> &'static str {
    match state {
        State::Ungraded => "请定级",
        State::Unassigned => "请派单",
        State::Assigned => "请整改",
        State::Returned => "退回，请再整改",
        State::Rectified => "请复查",
        State::Rechecked => "请销账",
        State::Reported | State::Transferred => "请答复",
        State::Closed | State::Dismissed | State::Void => "已办完",
    }
}

/// Beside an alarm: what is to be done about it.
pub fn alarm(kind: Kind, state: safety::alarm::State) -> String {
    match (kind, state) {
        (Kind::Receipt, _) => "已经解除".into(),
        (_, safety::alarm::State::Raised) => "点开应答".into(),
        (_, state) => super::alarm::state(state, false).word.into(),
    }
}

pub fn way(way: Way) -> &'static str {
    match way {
        Way::WeCom => "企业微信机器人",
        Way::DingTalk => "钉钉机器人",
        Way::Feishu => "飞书机器人",
        Way::Webhook => "对方程序",
        Way::Sms => "短信",
        Way::Voice => "电话",
        Way::Mail => "邮件",
        Way::Push => "浏览器通知",
    }
}

pub fn sent(state: Sent) -> Word {
    let (word, tone) = match state {
        Sent::Waiting => ("等待发送", "b"),
        Sent::Ringing => ("正在响铃", "b"),
        Sent::Sent => ("已送达", "g"),
        Sent::Dead => ("送不到", "r"),
        Sent::Dropped => ("不用发了", ""),
    };
    Word { word, tone }
}

/// The stored outcome in words; the far side's own code is kept behind it.
pub fn outcome(told: Option<&str>) -> String {
    match told.unwrap_or_default() {
        "" => String::new(),
        "taken" => "对方已收下".into(),
        "acknowledged" => "接听并按键应答".into(),
        "answered" => "接听了，没有按键".into(),
        "unanswered" => "无人接听".into(),
        "busy" => "占线".into(),
        "unknown" => "不知道有没有人接".into(),
        "too_old" => "等得太久，已不再发".into(),
        "over" => "事情已经办了".into(),
        "read" => "网页上已经看过".into(),
        "no_receiver" => "收的人已不在岗".into(),
        "channel_ended" => "通道已停用".into(),
        "host" => "这个地址没有登记为可以发送".into(),
        "channel" => "通道缺地址或密钥".into(),
        code => format!("对方答复 {code}"),
    }
}

/// What to enter for each way, as the far side calls it.
pub fn address_hint(way: Way) -> &'static str {
    match way {
        Way::WeCom => "群设置 → 群机器人 → 添加，复制 Webhook 地址",
        Way::DingTalk | Way::Feishu => "群机器人的 Webhook 地址；安全设置选“加签/签名校验”，密钥填在下面",
        Way::Webhook => "对方程序的地址；管理员要先把它写进配置",
        Way::Mail => "例：li@school.example",
        Way::Sms | Way::Voice | Way::Push => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_the_house_says_nothing_but_that_there_is_something() {
        for line in ["alarm", "incident", "urgent", "due", "notice", "test"] {
            let told = leaves(line);
            assert!(told.starts_with("【校安】") && told.chars().count() <= 30, "{told}");
            assert!(!told.contains(['！', '学']), "no school, no name: {told}");
        }
    }
}
