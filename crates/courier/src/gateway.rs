//! Our own plain protocol for what has no standard here: text messages and voice calls through a gateway that a carrier
//! or a county runs. JSON over HTTP, signed, with a key by which the gateway tells a repetition.
//!
//! - `POST {url}/messages` `{to, text}` and `POST {url}/calls` `{to, text, keys}` → 202 `{id}`
//! - `GET {url}/calls/{id}` → `{state: queued | ringing | answered | unanswered | busy, key}`
//! - headers: `x-key` who asks, `x-time` seconds, `idempotency-key`, `x-signature` ([`sign::gateway`])

use serde_json::{Value, json};

use crate::message::{Message, Outcome, Words};
use crate::{Answer, Call, Unreached, parse_url, sign};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// Without an ending slash.
    pub url: String,
    pub key: String,
    pub secret: String,
}

/// How a call stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rung {
    Ringing,
    /// Somebody lifted the telephone and pressed this key; none: heard, but not acknowledged.
    Answered(Option<char>),
    Unanswered,
    Busy,
}

impl Gateway {
    /// A text message to a telephone number.
    pub fn message(&self, to: &str, message: &Message, words: Words, now_s: i64) -> Call {
        let body = json!({ "to": to, "text": message.text(words) });
        self.post("/messages", &message.key.to_string(), body, now_s)
    }

    /// A telephone rings and says the line; whoever lifts it acknowledges with one of `keys`. A link cannot be spoken:
    /// it is sent beside it, as a text.
    pub fn ring(&self, to: &str, message: &Message, words: Words, keys: &str, now_s: i64) -> Call {
        let body = json!({ "to": to, "text": words(message.line), "keys": keys });
        self.post("/calls", &message.key.to_string(), body, now_s)
    }

    /// How does the call with the gateway's number stand?
    pub fn ask(&self, id: &str, now_s: i64) -> Call {
        let id = sign::escape(id);
        self.signed(Call::get(&format!("{}/calls/{id}", self.url)), &id, now_s)
    }

    fn post(&self, path: &str, id: &str, body: Value, now_s: i64) -> Call {
        let call = Call::post(&format!("{}{path}", self.url), "application/json; charset=utf-8", body.to_string());
        self.signed(call, id, now_s)
    }

    fn signed(&self, call: Call, id: &str, now_s: i64) -> Call {
        let path = parse_url(&call.url).map(|target| target.path).unwrap_or_default();
        let signature = sign::gateway(&self.secret, call.method, &path, now_s, id, &call.body);
        call.with("x-key", self.key.clone())
            .with("x-time", now_s.to_string())
            .with("idempotency-key", id)
            .with("x-signature", signature)
    }

    pub fn outcome(&self, answer: &Result<Answer, Unreached>) -> Outcome {
        match crate::outcome::reached(answer) {
            Ok(answer) => {
                let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                match body["id"].as_str() {
                    Some(id) => Outcome::Taken(Some(id.to_string())),
                    None => Outcome::Unknown("an answer without an id".into()),
                }
            }
            Err(outcome) => outcome,
        }
    }

    /// None while nothing can be said: the gateway is away, or speaks otherwise.
    pub fn rung(&self, answer: &Result<Answer, Unreached>) -> Option<Rung> {
        let body: Value = serde_json::from_slice(&crate::outcome::reached(answer).ok()?.body).ok()?;
        let key = body["key"].as_str().and_then(|key| key.chars().next());
        match body["state"].as_str()? {
            "queued" | "ringing" => Some(Rung::Ringing),
            "answered" => Some(Rung::Answered(key)),
            "unanswered" => Some(Rung::Unanswered),
            "busy" => Some(Rung::Busy),
            _ => None,
        }
    }
}
