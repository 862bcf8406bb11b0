//! How a command ends: fine (0), refused with a sentence (1), used wrongly (2).

use base::{Error, Fault, Refusal};

use crate::words;

/// A command that did not do what was asked; `text` is Chinese and says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    pub code: u8,
    pub text: String,
}

pub type Done<T = ()> = Result<T, Stop>;

/// Refused.
pub fn stop(text: impl Into<String>) -> Stop {
    Stop { code: 1, text: text.into() }
}

/// Called in a way that cannot be meant.
pub fn wrong(text: impl Into<String>) -> Stop {
    Stop { code: 2, text: text.into() }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        match error {
            Error::Refused(Refusal::Busy) => stop(words::SECOND_WRITER),
            Error::Refused(refusal) => stop(words::refused(&refusal)),
            Error::Fault(Fault::Full) => stop(words::DISK_FULL),
            Error::Fault(Fault::Gone) => stop(words::DATABASE_GONE),
            Error::Fault(Fault::Broken(what)) => stop(words::broken(&what)),
        }
    }
}

/// A file that could not be read or written.
pub fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Stop {
    let path = path.display().to_string();
    move |e| stop(words::file(&path, &e))
}
