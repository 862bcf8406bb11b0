//! The generic gateway: text messages, and telephones that ring until somebody lifts them (`POST
//! /gateway/calls/{id}/lift?press=1`, by hand or by a test) or until they have rung for half a minute.
//!
//! Refused: 401 for a wrong key, signature or a time off by five minutes; 422 for a number or text that is none; 429
//! beyond ten a second. A key that came before is answered as the first time and rings nobody again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, RawQuery, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::keep::Received;
use crate::{Fakes, GATEWAY_KEY, GATEWAY_SECRET};

const SKEW_S: i64 = 300;
const RING_MS: i64 = 30_000;
const PER_SECOND: usize = 10;
/// Calls remembered.
const CALLS: usize = 1_000;

#[derive(Clone, Debug)]
struct Call {
    began_ms: i64,
    keys: String,
    /// Lifted, and what was pressed.
    lifted: Option<String>,
}

#[derive(Default)]
pub struct Desk {
    calls: Mutex<HashMap<String, Call>>,
    /// Other than `PER_SECOND`; 0: not.
    allowed: AtomicUsize,
}

impl Desk {
    fn per_second(&self) -> usize {
        match self.allowed.load(Ordering::Relaxed) {
            0 => PER_SECOND,
            allowed => allowed,
        }
    }
    pub fn allow(&self, per_second: usize) {
        self.allowed.store(per_second, Ordering::Relaxed);
    }
    fn calls(&self) -> MutexGuard<'_, HashMap<String, Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub fn routes() -> Router<Fakes> {
    Router::new()
        .route("/gateway/messages", post(message))
        .route("/gateway/calls", post(ring))
        .route("/gateway/calls/{id}", get(state))
        .route("/gateway/calls/{id}/lift", post(lift))
}

/// Who asks, by the signature over the request as it came in; the request's key.
fn signed(fakes: &Fakes, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_string();
    let (at, id) = (header("x-time"), header("idempotency-key"));
    let at_s: i64 = at.parse().ok()?;
    let hash: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(GATEWAY_SECRET.as_bytes()).ok()?;
    mac.update(format!("{method}\n{path}\n{at}\n{id}\n{hash}").as_bytes());
    let told = header("x-signature");
    let hex = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = told.as_bytes().chunks(2).map(hex).collect();
    let fits = mac.verify_slice(&bytes?).is_ok() && header("x-key") == GATEWAY_KEY && !id.is_empty();
    (fits && (fakes.now_ms() / 1_000 - at_s).abs() <= SKEW_S).then_some(id)
}

/// What came in, if it is to be done now; else the answer.
struct Asked {
    id: String,
    body: Value,
}

fn enter(
    fakes: &Fakes,
    channel: &'static str,
    path: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Asked, Box<Response>> {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let mut one = Received::new(channel, fakes.now_ms());
    one.text = json["text"].as_str().unwrap_or_default().into();
    one.to = json["to"].as_str().unwrap_or_default().into();
    let id = signed(fakes, &Method::POST, path, headers, body);
    one.key = id.clone().unwrap_or_default();
    let number = one.to.len() >= 3 && one.to.bytes().all(|byte| byte.is_ascii_digit() || b"+-".contains(&byte));
    let refused = match &id {
        None => Some((StatusCode::UNAUTHORIZED, "signature")),
        Some(id) if fakes.0.keep.repeats(channel, id) => return Err(Box::new(taken(id))),
        Some(_) if !number || one.text.is_empty() => Some((StatusCode::UNPROCESSABLE_ENTITY, "number or text")),
        Some(_) if fakes.0.keep.since(channel, fakes.now_ms() - 1_000) >= fakes.0.gateway.per_second() => {
            Some((StatusCode::TOO_MANY_REQUESTS, "too fast"))
        }
        Some(_) => None,
    };
    one.refused = refused.map(|(status, why)| format!("{} {why}", status.as_u16()));
    fakes.0.keep.add(one);
    match (refused, id) {
        (None, Some(id)) => Ok(Asked { id, body: json }),
        (Some((status @ StatusCode::TOO_MANY_REQUESTS, why)), _) => {
            Err(Box::new((status, [("retry-after", "1")], why).into_response()))
        }
        (Some((status, why)), _) => Err(Box::new((status, why).into_response())),
        (None, None) => Err(Box::new(StatusCode::UNAUTHORIZED.into_response())),
    }
}

fn taken(id: &str) -> Response {
    (StatusCode::ACCEPTED, axum::Json(json!({ "id": id }))).into_response()
}

async fn message(State(fakes): State<Fakes>, uri: OriginalUri, headers: HeaderMap, body: Bytes) -> Response {
    match enter(&fakes, "sms", uri.path(), &headers, &body) {
        Ok(asked) => taken(&asked.id),
        Err(answer) => *answer,
    }
}

async fn ring(State(fakes): State<Fakes>, uri: OriginalUri, headers: HeaderMap, body: Bytes) -> Response {
    let asked = match enter(&fakes, "voice", uri.path(), &headers, &body) {
        Ok(asked) => asked,
        Err(answer) => return *answer,
    };
    let keys = asked.body["keys"].as_str().unwrap_or_default().to_string();
    let mut calls = fakes.0.gateway.calls();
    if calls.len() >= CALLS {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    calls.insert(asked.id.clone(), Call { began_ms: fakes.now_ms(), keys, lifted: None });
    taken(&asked.id)
}

async fn state(
    State(fakes): State<Fakes>,
    Path(id): Path<String>,
    uri: OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if signed(&fakes, &Method::GET, uri.path(), &headers, &body).is_none() {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let calls = fakes.0.gateway.calls();
    let Some(call) = calls.get(&id) else { return StatusCode::NOT_FOUND.into_response() };
    let told = match &call.lifted {
        Some(pressed) => json!({ "state": "answered", "key": pressed }),
        None if fakes.now_ms() - call.began_ms >= RING_MS => json!({ "state": "unanswered" }),
        None => json!({ "state": "ringing" }),
    };
    axum::Json(told).into_response()
}

/// Somebody lifts the telephone while it rings and presses a key; a key that was not offered is not taken.
async fn lift(State(fakes): State<Fakes>, Path(id): Path<String>, RawQuery(raw): RawQuery) -> Response {
    let pressed = form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "press")
        .map(|(_, key)| key.into_owned())
        .unwrap_or_default();
    let mut calls = fakes.0.gateway.calls();
    let Some(call) = calls.get_mut(&id) else { return StatusCode::NOT_FOUND.into_response() };
    if fakes.now_ms() - call.began_ms >= RING_MS || !call.keys.contains(&pressed) {
        return StatusCode::CONFLICT.into_response();
    }
    call.lifted = Some(pressed);
    StatusCode::NO_CONTENT.into_response()
}
