//! 一键报警: states, acts, role cards, sentences.

use safety::alarm::spread::{School, Spread};
use safety::alarm::{Act, Here, Outcome, State};
use safety::org::Role;

use super::Word;

pub const TITLE: &str = "报警";
pub const SCHOOLS: &str = "各校一键报警";
/// In the cells of a school that has none.
pub const NO_BUTTON: &str = "没有按钮";
pub const NOT_TRIED: &str = "没有测";
pub const NONE: &str = "现在没有报警。";
pub const NO_TESTS: &str = "还没有测试过。每月试一次，看线路通不通。";
pub const NO_BUTTONS: &str = "还没有登记墙上的按钮。";
pub const CONFIRM: &str = "现在报警？学校、教育局和公安席位会同时收到。";
pub const CONFIRM_TEST: &str = "试一次？收到的人会看到“测试”，请他们应答。";
pub const TEST_MARK: &str = "测试";
pub const NO_POLICE: &str = "县（区）局还没有登记公安席位，公安收不到，请同时打 110。";

/// One word and one tone per state (pages.md §6).
pub fn state(state: State, test: bool) -> Word {
    let (word, tone) = match state {
        State::Raised => ("未应答", "r"),
        State::Acknowledged => ("已应答", "a"),
        State::OnSite => ("已到场", "b"),
        State::Ended => ("已解除", "g"),
    };
    Word { word, tone: if test { "" } else { tone } }
}

/// On the button.
pub fn act(act: Act) -> &'static str {
    match act {
        Act::Raise => "报警",
        Act::Again => "再按",
        Act::Acknowledge => "应答",
        Act::Arrive => "我到了",
        Act::End => "解除",
        Act::Account => "清点",
        Act::Note => "写一句",
        Act::Rung => "升级",
        Act::Resume => "重新催",
    }
}

/// In the history.
pub fn done(act: Act, rung: i64) -> String {
    match act {
        Act::Raise => "报警，学校、教育局、公安席位同时通知".into(),
        Act::Again => "又按了一次".into(),
        Act::Acknowledge => "应答".into(),
        Act::Arrive => "到场".into(),
        Act::End => "解除".into(),
        Act::Account => "清点".into(),
        Act::Note => "说明".into(),
        Act::Rung => format!("没有人应答，升到第 {rung} 级"),
        Act::Resume => format!("应答后没有人到场，从第 {rung} 级接着催"),
    }
}

pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Real => "属实",
        Outcome::False => "误报",
        Outcome::Test => "测试",
    }
}

pub fn here(here: Here) -> Word {
    let (word, tone) = match here {
        Here::Present => ("在", "g"),
        Here::Missing => ("不在", "r"),
        Here::Unknown => ("待核", ""),
    };
    Word { word, tone }
}

/// What to do now, one order a line, at most six (pages.md §12). For whoever has no card the general one.
pub fn card(role: Role) -> &'static [&'static str] {
    match role {
        Role::Principal | Role::Vice => &[
            "打开这条，点“应答”。",
            "去现场，或派人去，到了点“我到了”。",
            "定：疏散，还是关门不出。",
            "接 110、120 的电话，派人到大门带路。",
            "人齐、情况清楚以后，写明原因解除。",
        ],
        Role::SafetyHead | Role::PupilsHead => &[
            "点“应答”，马上去现场。",
            "先护住学生，再看情况。",
            "让各班主任清点人数，待核的先找。",
            "不明白的，打学校值班电话问。",
            "情况变了，写一句。",
        ],
        Role::Guard => &[
            "关大门，只让救援的人进来。",
            "不要一个人上前，等第二个人。",
            "接应公安、急救车，指路。",
            "看住监控，画面不要关。",
        ],
        Role::Teacher | Role::Dorm | Role::Escort => &[
            "带学生离开危险的地方，或关门不出。",
            "点名，在下面报“在”或“不在”。",
            "有人不在，报几个人，不要自己去找。",
            "等通知，不放学生离开。",
        ],
        Role::Desk | Role::Officer | Role::BureauVice | Role::BureauHead => &[
            "点“应答”，让学校知道有人在。",
            "打学校值班电话，问清地点、人数。",
            "没有人接，打校长手机，再打 110。",
            "需要时请上级增援。",
            "没有人到场不要放下，看到“已到场”为止。",
        ],
        Role::Agency => &["点“应答”。", "派警，到场点“我到了”。", "现场情况写一句。"],
        _ => &["离开危险的地方。", "照班主任和值班的人说的做。", "不传没有核实的消息。"],
    }
}

/// How a school stands this month.
pub fn school(s: &School) -> Word {
    let (word, tone) = match (s.linked_at, s.heard_at, s.is_built()) {
        (Some(_), _, _) => ("公安已应答", "g"),
        (None, Some(_), _) => ("上级已应答", "a"),
        (None, None, true) => ("本月没测通", "r"),
        (None, None, false) => ("还没建", "r"),
    };
    Word { word, tone }
}

/// 「116 所学校：建成 30 所，本月测通 20 所，公安联网 4 所。」
pub fn spread(all: usize, s: &Spread) -> String {
    format!("{all} 所学校：建成 {} 所，本月测通 {} 所，公安联网 {} 所。", s.built, s.tested, s.linked)
}

/// Who has answered a test, and who has not.
pub fn line_ends(heard_ms: Option<i64>, linked_ms: Option<i64>, police: bool) -> String {
    let seconds = |ms: i64| (ms + 500) / 1_000;
    let above = heard_ms.map_or("上级还没有应答".into(), |ms| format!("上级 {} 秒后应答", seconds(ms)));
    match (police, linked_ms) {
        (false, _) => above,
        (true, Some(ms)) => format!("{above}，公安 {} 秒后应答", seconds(ms)),
        (true, None) => format!("{above}，公安还没有应答"),
    }
}

/// The sentence of a test: is the line sound?
pub fn line_health(told: i64, delivered: i64, dead: i64, answered_ms: Option<i64>) -> String {
    let seconds = |ms: i64| (ms + 500) / 1_000;
    match (told, answered_ms) {
        (_, Some(ms)) if dead == 0 => format!("线路通：{} 秒后有人应答，送出 {delivered} 条", seconds(ms)),
        (_, Some(ms)) => format!("{} 秒后有人应答，但有 {dead} 条送不到", seconds(ms)),
        (0, None) => "没有人应答；网页以外没有通道".into(),
        (_, None) => format!("没有人应答；送出 {delivered} 条，送不到 {dead} 条"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_short_and_says_what_to_do() {
        for role in Role::ALL {
            let card = card(*role);
            assert!((2..=6).contains(&card.len()), "{role:?}");
            for line in card {
                assert!(line.chars().count() <= 26 && line.ends_with('。') && !line.contains('！'), "{line}");
            }
        }
    }
}
