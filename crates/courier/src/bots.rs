//! Group bots of WeCom, DingTalk and Feishu: one POST of JSON each, 200 with a code of its own in the body. Each takes
//! some twenty messages a minute; none tells a repetition, so that a message whose answer was lost may come twice.

use serde_json::{Value, json};

use crate::message::{Message, Outcome, Words};
use crate::{Answer, Call, Unreached, sign};

/// Bytes of a text that WeCom takes; the others take more.
pub const WECOM_TEXT_BYTES: usize = 2048;
/// Asked to slow down, without being told for how long.
const SLOW_DOWN_S: u32 = 60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bot {
    /// The whole webhook address, which holds its key.
    WeCom {
        url: String,
    },
    DingTalk {
        url: String,
        secret: String,
    },
    Feishu {
        url: String,
        secret: String,
    },
}

const JSON: &str = "application/json; charset=utf-8";

impl Bot {
    /// The call for a message at this moment (the signature holds for an hour).
    pub fn call(&self, message: &Message, words: Words, now_ms: i64) -> Call {
        let text = message.text(words);
        match self {
            Bot::WeCom { url } => {
                Call::post(url, JSON, json!({ "msgtype": "text", "text": { "content": text } }).to_string())
            }
            Bot::DingTalk { url, secret } => {
                let signed = sign::escape(&sign::dingtalk(secret, now_ms));
                let join = if url.contains('?') { '&' } else { '?' };
                let url = format!("{url}{join}timestamp={now_ms}&sign={signed}");
                Call::post(&url, JSON, json!({ "msgtype": "text", "text": { "content": text } }).to_string())
            }
            Bot::Feishu { url, secret } => {
                let at_s = now_ms / 1_000;
                let body = json!({
                    "timestamp": at_s.to_string(),
                    "sign": sign::feishu(secret, at_s),
                    "msg_type": "text",
                    "content": { "text": text },
                });
                Call::post(url, JSON, body.to_string())
            }
        }
    }

    /// What the answer means.
    pub fn outcome(&self, answer: &Result<Answer, Unreached>) -> Outcome {
        let answer = match crate::outcome::reached(answer) {
            Ok(answer) => answer,
            Err(outcome) => return outcome,
        };
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let (code, slow, why): (_, &[i64], _) = match self {
            Bot::WeCom { .. } => (body["errcode"].as_i64(), &[45009], &body["errmsg"]),
            Bot::DingTalk { .. } => (body["errcode"].as_i64(), &[130_101, 660_026], &body["errmsg"]),
            Bot::Feishu { .. } => (body["code"].as_i64(), &[11_232, 9_499], &body["msg"]),
        };
        let told = |code: i64| format!("{code} {}", why.as_str().unwrap_or_default());
        match code {
            Some(0) => Outcome::Taken(None),
            // -1 is WeCom's and DingTalk's word for "busy".
            Some(code) if code == -1 || slow.contains(&code) => Outcome::Busy { after_s: SLOW_DOWN_S, why: told(code) },
            Some(code) => Outcome::Refused(told(code)),
            None => Outcome::Unknown("an answer without a code".into()),
        }
    }
}
