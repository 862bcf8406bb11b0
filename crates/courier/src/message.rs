//! What is carried: a fixed line and a link. Nobody's name and no detail can get into a message, because there is no
//! place to write one: whoever opens the link signs in and reads there (1.2; messages pass through strangers' hands).

use base::Id;

/// Bytes of a link.
pub const LINK_BYTES_MAX: usize = 500;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Line {
    Alarm,
    Incident,
    /// Something else that cannot wait.
    Urgent,
    Due,
    Notice,
    Test,
}

impl Line {
    pub const ALL: &'static [Line] = &[Line::Alarm, Line::Incident, Line::Urgent, Line::Due, Line::Notice, Line::Test];
    /// For programs on the far side.
    pub fn code(self) -> &'static str {
        match self {
            Line::Alarm => "alarm",
            Line::Incident => "incident",
            Line::Urgent => "urgent",
            Line::Due => "due",
            Line::Notice => "notice",
            Line::Test => "test",
        }
    }
}

/// The sentence of each line, in the language of the people (the doors have them).
pub type Words = fn(Line) -> &'static str;

/// One message to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The same at every try, so that the far side can tell a repetition.
    pub key: Id,
    pub line: Line,
    link: String,
}

impl Message {
    /// None for a link that is no http address, is too long, or carries more than an address: a text after `#`, spaces,
    /// anything but ASCII.
    pub fn new(key: Id, line: Line, link: &str) -> Option<Message> {
        let fits = link.len() <= LINK_BYTES_MAX && crate::parse_url(link).is_some();
        fits.then(|| Message { key, line, link: link.to_string() })
    }
    pub fn link(&self) -> &str {
        &self.link
    }
    /// 「有一件事等您处理 https://…」
    pub fn text(&self, words: Words) -> String {
        format!("{} {}", words(self.line), self.link)
    }
}

/// What became of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The far side has taken it; its own number for it, if it gave one.
    Taken(Option<String>),
    /// Not now: try again after so many seconds, with the same key.
    Later { after_s: u32, why: String },
    /// The far side is well and asks to come more slowly: no failure of this message.
    Busy { after_s: u32, why: String },
    /// The far side may have it: it broke off after the message had left. Try again with the same key.
    Unknown(String),
    /// It never will: the address, the key or the message is wrong. A person must look.
    Refused(String),
}
