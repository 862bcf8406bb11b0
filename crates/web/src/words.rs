//! Every Chinese word that is not in a template, so that pages, API, prints and the binary say the same.
//!
//! - `org`      roles, kinds of units and places, stages, points of a check
//! - `hazard`   states, acts, grades, terms, categories (tones of pages.md §6)
//! - `incident` kinds, grades, legs, states of incidents; their pages and papers
//! - `field`    what fields are called
//! - `refusal`  what happened, what is kept, what to do (pages.md §9); exhaustive, so a missing sentence does not compile
//! - `time`     dates, deadlines, ages, figures
//! - `duty`     what is owed: states, marks, periods
//! - `meeting`  the agenda of a meeting
//! - `drill`    演练: states, roles and their cards, the honest sentence
//! - `movement` 错时放学、岗位、大型活动: ways as people say them
//! - `board`    the board and the ledgers: sentences, columns
//! - `record`   records, lists and papers of hazards and checks
//! - `pages`    menu, tabs, empty states, sentences of pages
//! - `setup`    the first days of a school
//! - `alarm`    一键报警: states, role cards
//! - `api`      what only programs are told
//! - `witness`  见证, 校验码
//! - `roll`     classes and grades
//! - `text`     written rules, notices, help
//! - `missive`  letters to agencies, answered by a link
//! - `tip`      what the public tells
//! - `message`  消息, channels, receipts; what leaves the house
//! - `notice`   the 23 items with their short names
//! - `rule`     the pack's rules: how often, for what, of whom
//!
//! Rules for a sentence: at most 60 characters, 「您」, no 「！」, none of 失败 错误 非法 无效 请勿. A state has one word and
//! one tone, everywhere.

pub mod alarm;
pub mod api;
pub mod board;
pub mod clue;
pub mod drill;
pub mod duty;
pub mod field;
pub mod finding;
pub mod hazard;
pub mod help;
pub mod incident;
pub mod meeting;
pub mod message;
pub mod missive;
pub mod movement;
pub mod notice;
pub mod org;
pub mod pack;
pub mod pages;
pub mod record;
pub mod refusal;
pub mod roll;
pub mod rule;
pub mod setup;
pub mod text;
pub mod time;
pub mod tip;
pub mod witness;

pub use hazard::{act, act_done, bucket, category, five, grade, seen, state, term};
pub use org::{place_kind, point, point_fault, post_word, role, role_named, stage, unit_act, unit_kind, unit_step};
pub use pages::{empty, nav, tab};
pub use refusal::{
    CSRF, MUST_CHANGE, SIGN_IN_ENDED, fault, faults, field, form_faults, login_rest, login_wrong, problem, refusal,
    transport, wait, what_next,
};
pub use time::{
    age, at, at_full, at_long, clock, count, day, day_full, day_long, due_mark, due_when, hours, month, number, period,
    simulated, since, size, week_of_term,
};

/// A word with its tone: "" grey, "b" somebody's turn, "a" needs care, "g" done, "r" late, missing, danger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    pub word: &'static str,
    pub tone: &'static str,
}

pub const fn word(word: &'static str, tone: &'static str) -> Word {
    Word { word, tone }
}

/// A word made of figures, with its tone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub word: String,
    pub tone: &'static str,
}

impl From<Word> for Mark {
    fn from(w: Word) -> Mark {
        Mark { word: w.word.into(), tone: w.tone }
    }
}

/// What a phone's item, a record's proof and an import say of themselves (pages.md §6).
pub mod thing {
    use super::{Word, word};

    pub const WAITING: Word = word("待传", "a");
    pub const SENDING: Word = word("传送中", "b");
    pub const SYNCED: Word = word("已同步", "g");
    pub const HELD: Word = word("要处理", "r");
    pub const PROOF_WHOLE: Word = word("完整", "g");
    pub const PROOF_WAITS: Word = word("等签名", "");
    pub const PROOF_BROKEN: Word = word("对不上", "r");
    pub const IMPORT_READY: Word = word("待导入", "");
    pub const IMPORT_DONE: Word = word("已导入", "g");
    /// Marks that may join any state.
    pub const BACK_ENTRY: Word = word("补录", "");
    pub const CORRECTED: Word = word("更正过", "");
    pub const RECURRING: Word = word("反复", "r");
    pub const LISTED: Word = word("挂牌督办", "r");
    /// A live row that no longer fits the list in which it stands.
    pub const LEFT_LIST: Word = word("已离开这一栏", "");

    pub const ALL: &[Word] = &[
        WAITING,
        SENDING,
        SYNCED,
        HELD,
        PROOF_WHOLE,
        PROOF_WAITS,
        PROOF_BROKEN,
        IMPORT_READY,
        IMPORT_DONE,
        BACK_ENTRY,
        CORRECTED,
        RECURRING,
        LISTED,
        LEFT_LIST,
    ];
}

/// Every state word with its tone, for the test that each word has one tone.
pub fn all_states() -> Vec<Word> {
    let mut out = thing::ALL.to_vec();
    out.extend(safety::hazard::State::ALL.iter().map(|s| state(*s)));
    out.extend(safety::incident::State::ALL.iter().map(|s| incident::state(*s)));
    out.extend(safety::check::Seen::ALL.iter().map(|s| seen(*s)));
    out.extend_from_slice(duty::ALL);
    out.push(meeting::HELD);
    out.extend(org::POSTS);
    out.extend(text::STATES);
    out.extend(pack::STATES);
    out.extend_from_slice(drill::STATES);
    out.extend_from_slice(movement::STATES);
    out.extend(safety::text::Standing::ALL.iter().map(|s| text::standing(*s)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_has_one_word_and_a_word_one_tone() {
        let all = all_states();
        for a in &all {
            assert!(["", "b", "a", "g", "r"].contains(&a.tone), "{a:?}");
            for b in &all {
                assert!(a.word != b.word || a.tone == b.tone, "{a:?} and {b:?}");
            }
        }
        let states: std::collections::BTreeSet<&str> =
            safety::hazard::State::ALL.iter().map(|s| state(*s).word).collect();
        assert_eq!(states.len(), safety::hazard::State::ALL.len(), "two states share a word");
        assert!(!all.iter().any(|w| ["已完成", "已完结", "已关闭", "已处理", "未提交"].contains(&w.word)));
        assert_eq!(state(safety::hazard::State::Returned), word("退回整改", "a"));
        assert_eq!(state(safety::hazard::State::Closed), word("已销账", "g"));
    }
}
