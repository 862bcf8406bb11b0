//! A receiver of Standard Webhooks: `webhook-id`, `webhook-timestamp` (within five minutes), `webhook-signature` (any of
//! several, `v1,` and base64). 401 when none fits; a repetition of an id is answered 204 and not handed on again. It can
//! be told to answer 500 for a while.

use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::keep::Received;
use crate::{Fakes, WEBHOOK_SECRET};

const SKEW_S: i64 = 300;

#[derive(Default)]
pub struct Desk {
    failing: AtomicU32,
}

impl Desk {
    pub fn fail(&self, times: u32) {
        self.failing.store(times, Ordering::SeqCst);
    }
}

pub fn routes() -> Router<Fakes> {
    Router::new().route("/webhook", post(take))
}

fn signed(fakes: &Fakes, headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, at) = (header("webhook-id"), header("webhook-timestamp"));
    let at_s: i64 = at.parse().ok()?;
    let key = STANDARD.decode(WEBHOOK_SECRET.trim_start_matches("whsec_")).ok()?;
    let fits = |one: &str| {
        let Some(signature) = one.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok()) else { return false };
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return false };
        mac.update(format!("{id}.{at}.").as_bytes());
        mac.update(body);
        mac.verify_slice(&signature).is_ok()
    };
    let any = header("webhook-signature").split(' ').any(fits);
    let near = (fakes.now_ms() / 1_000 - at_s).abs() <= SKEW_S;
    (any && near && !id.is_empty()).then(|| id.to_string())
}

async fn take(State(fakes): State<Fakes>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let lower = |n: u32| n.checked_sub(1);
    if fakes.0.webhook.failing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, lower).is_ok() {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut one = Received::new("webhook", fakes.now_ms());
    one.to = json["type"].as_str().unwrap_or_default().into();
    one.text = json["data"]["link"].as_str().unwrap_or_default().into();
    let status = match signed(&fakes, &headers, &body) {
        Some(id) if fakes.0.keep.repeats("webhook", &id) => return StatusCode::NO_CONTENT,
        Some(id) => {
            one.key = id;
            StatusCode::NO_CONTENT
        }
        None => {
            one.refused = Some("401 signature".into());
            StatusCode::UNAUTHORIZED
        }
    };
    fakes.0.keep.add(one);
    status
}
