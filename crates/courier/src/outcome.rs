//! What the plain part of an answer means, for every channel that speaks HTTP.

use crate::message::Outcome;
use crate::{Answer, Unreached};

/// A far side that is away or in trouble is tried again after this long; whoever counts the tries makes it longer.
const AGAIN_S: u32 = 10;
/// Asked to come more slowly, without being told when.
const SLOWER_S: u32 = 60;
/// The longest that a far side may tell us to wait.
const WAIT_MAX_S: u32 = 3_600;

/// The answer when it is a 2xx; else what to make of it.
pub(crate) fn reached(answer: &Result<Answer, Unreached>) -> Result<&Answer, Outcome> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(Unreached::Address) => return Err(Outcome::Refused("not an address".into())),
        Err(Unreached::Connect(why)) => return Err(Outcome::Later { after_s: AGAIN_S, why: why.clone() }),
        Err(lost) => return Err(Outcome::Unknown(lost.to_string())),
    };
    let why = answer.status.to_string();
    match answer.status {
        200..=299 => Ok(answer),
        // Asked to come back; 5xx: the far side's own trouble.
        408 | 425 | 429 | 500..=599 => {
            let told: Option<u32> = answer.header("retry-after").and_then(|text| text.parse().ok());
            let after_s = |standard| told.unwrap_or(standard).min(WAIT_MAX_S);
            Err(match answer.status {
                429 => Outcome::Busy { after_s: after_s(SLOWER_S), why },
                _ => Outcome::Later { after_s: after_s(AGAIN_S), why },
            })
        }
        _ => Err(Outcome::Refused(why)),
    }
}
