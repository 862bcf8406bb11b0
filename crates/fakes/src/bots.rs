//! Group bots. All answer 200 and put a code into the body.
//!
//! - WeCom: key in the address, text up to 2,048 bytes, 20 a minute (45009), wrong key 93000, wrong form 40008.
//! - DingTalk: `timestamp` in ms within an hour and `sign` in the address (310000), 20 a minute (130101).
//! - Feishu: `timestamp` in s within an hour and `sign` in the body (19021), 5 a second and 100 a minute (11232).

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::keep::Received;
use crate::{DINGTALK_SECRET, DINGTALK_TOKEN, FEISHU_SECRET, FEISHU_TOKEN, Fakes, WECOM_KEY};

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

pub fn routes() -> Router<Fakes> {
    Router::new()
        .route("/wecom/cgi-bin/webhook/send", post(wecom))
        .route("/dingtalk/robot/send", post(dingtalk))
        .route("/feishu/open-apis/bot/v2/hook/{token}", post(feishu))
}

/// Takes or refuses; the answer's code and words.
fn settle(fakes: &Fakes, channel: &'static str, text: &str, fault: Option<(i64, &str)>) -> (i64, String) {
    let mut one = Received::new(channel, fakes.now_ms());
    one.text = text.to_string();
    one.refused = fault.map(|(code, why)| format!("{code} {why}"));
    fakes.0.keep.add(one);
    fault.map_or((0, "ok".into()), |(code, why)| (code, why.to_string()))
}

fn query(raw: Option<String>) -> impl Fn(&str) -> String {
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(raw.unwrap_or_default().as_bytes()).into_owned().collect();
    move |name| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

fn text_of(body: &Value, kind: &str, holder: &str, field: &str) -> Option<String> {
    let text = body[holder][field].as_str().filter(|text| !text.is_empty())?;
    (body[kind] == "text").then(|| text.to_string())
}

async fn wecom(State(fakes): State<Fakes>, RawQuery(raw): RawQuery, body: Bytes) -> Response {
    let ask = query(raw);
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = text_of(&json, "msgtype", "text", "content");
    let fault = if ask("key") != WECOM_KEY {
        Some((93_000, "invalid webhook url"))
    } else if text.as_ref().is_none_or(|text| text.len() > 2_048) {
        Some((40_008, "invalid message"))
    } else if fakes.0.keep.since("wecom", fakes.now_ms() - MINUTE_MS) >= 20 {
        Some((45_009, "api freq out of limit"))
    } else {
        None
    };
    let (code, why) = settle(&fakes, "wecom", &text.unwrap_or_default(), fault);
    axum::Json(json!({ "errcode": code, "errmsg": why })).into_response()
}

async fn dingtalk(State(fakes): State<Fakes>, RawQuery(raw): RawQuery, body: Bytes) -> Response {
    let ask = query(raw);
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = text_of(&json, "msgtype", "text", "content");
    let at_ms: i64 = ask("timestamp").parse().unwrap_or(0);
    let mut mac = Hmac::<Sha256>::new_from_slice(DINGTALK_SECRET.as_bytes()).expect("any length is a key");
    mac.update(format!("{at_ms}\n{DINGTALK_SECRET}").as_bytes());
    let signed = STANDARD.decode(ask("sign")).is_ok_and(|sign| mac.verify_slice(&sign).is_ok());
    let fault = if ask("access_token") != DINGTALK_TOKEN {
        Some((300_001, "token is not exist"))
    } else if !signed || (fakes.now_ms() - at_ms).abs() > HOUR_MS {
        Some((310_000, "sign not match"))
    } else if text.is_none() {
        Some((400_101, "invalid message"))
    } else if fakes.0.keep.since("dingtalk", fakes.now_ms() - MINUTE_MS) >= 20 {
        Some((130_101, "send too fast"))
    } else {
        None
    };
    let (code, why) = settle(&fakes, "dingtalk", &text.unwrap_or_default(), fault);
    axum::Json(json!({ "errcode": code, "errmsg": why })).into_response()
}

async fn feishu(State(fakes): State<Fakes>, Path(token): Path<String>, body: Bytes) -> Response {
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = text_of(&json, "msg_type", "content", "text");
    let at_s: i64 = json["timestamp"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
    // The key is time and secret, the text is empty.
    let key = format!("{at_s}\n{FEISHU_SECRET}");
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("any length is a key");
    let sign = json["sign"].as_str().unwrap_or_default();
    let signed = STANDARD.decode(sign).is_ok_and(|sign| mac.verify_slice(&sign).is_ok());
    let now = fakes.now_ms();
    let fault = if token != FEISHU_TOKEN {
        Some((19_001, "param invalid: incoming webhook access token invalid"))
    } else if !signed || (now - at_s * 1_000).abs() > HOUR_MS {
        Some((19_021, "sign match fail or timestamp is not within one hour from current time"))
    } else if text.is_none() {
        Some((9_499, "Bad Request"))
    } else if fakes.0.keep.since("feishu", now - 1_000) >= 5 || fakes.0.keep.since("feishu", now - MINUTE_MS) >= 100 {
        Some((11_232, "frequency limited"))
    } else {
        None
    };
    let (code, why) = settle(&fakes, "feishu", &text.unwrap_or_default(), fault);
    axum::Json(json!({ "code": code, "msg": why, "data": {} })).into_response()
}
