//! What came in, and how often.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

/// Messages kept; the oldest goes first.
const KEPT: usize = 1_000;
/// Bytes of one request.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// One message as a fake took it, or why it did not.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    pub channel: &'static str,
    pub at_ms: i64,
    /// What the people on the far side see.
    pub text: String,
    /// To whom, where the channel says so.
    pub to: String,
    /// The key by which a repetition is known, where the channel has one.
    pub key: String,
    /// How often the same key came after the first.
    pub repeated: u32,
    /// Why it was not taken.
    pub refused: Option<String>,
}

impl Received {
    pub fn new(channel: &'static str, at_ms: i64) -> Received {
        let (text, to, key) = Default::default();
        Received { channel, at_ms, text, to, key, repeated: 0, refused: None }
    }
    pub fn json(&self) -> Value {
        json!({
            "channel": self.channel, "at": self.at_ms, "text": self.text, "to": self.to, "key": self.key,
            "repeated": self.repeated, "refused": self.refused,
        })
    }
}

#[derive(Default)]
pub struct Keep {
    received: Mutex<VecDeque<Received>>,
}

impl Keep {
    pub fn add(&self, one: Received) {
        let mut received = self.lock();
        if received.len() == KEPT {
            received.pop_front();
        }
        received.push_back(one);
    }
    pub fn all(&self) -> Vec<Received> {
        self.lock().iter().cloned().collect()
    }
    /// Counts a repetition; false when the key is new.
    pub fn repeats(&self, channel: &str, key: &str) -> bool {
        let mut received = self.lock();
        let known = |one: &&mut Received| one.channel == channel && one.key == key && one.refused.is_none();
        match received.iter_mut().find(known) {
            Some(one) => {
                one.repeated += 1;
                true
            }
            None => false,
        }
    }
    /// Messages that a channel took since then.
    pub fn since(&self, channel: &str, at_ms: i64) -> usize {
        self.lock().iter().filter(|one| one.channel == channel && one.refused.is_none() && one.at_ms > at_ms).count()
    }
    fn lock(&self) -> MutexGuard<'_, VecDeque<Received>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
