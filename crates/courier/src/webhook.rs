//! Outgoing webhooks in the form of Standard Webhooks: the far side's own programs are told that something happened and
//! where to read it. The key of the message is `webhook-id`, by which the far side tells a repetition.

use serde_json::json;

use crate::message::{Message, Outcome};
use crate::{Answer, Call, Unreached, sign};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub url: String,
    /// `whsec_` and base64.
    pub secret: String,
}

impl Webhook {
    /// None when the secret cannot be read.
    pub fn call(&self, message: &Message, now_s: i64) -> Option<Call> {
        let body = json!({ "type": format!("xiaoan.{}", message.line.code()), "data": { "link": message.link() } });
        let body = body.to_string();
        let id = message.key.to_string();
        let signature = sign::webhook(&self.secret, &id, now_s, body.as_bytes())?;
        let call = Call::post(&self.url, "application/json", body);
        Some(
            call.with("webhook-id", id)
                .with("webhook-timestamp", now_s.to_string())
                .with("webhook-signature", signature),
        )
    }
    pub fn outcome(&self, answer: &Result<Answer, Unreached>) -> Outcome {
        match crate::outcome::reached(answer) {
            Ok(_) => Outcome::Taken(None),
            Err(outcome) => outcome,
        }
    }
}
