//! A push service and the one browser behind it: the service checks the VAPID token (ES256, audience, at most 24 hours)
//! and the size; the browser decrypts with its own key (RFC 8291). 201 with a Location; 401 and 403 for the token, 413
//! for the size, 400 for what cannot be decrypted. A message whose `topic` waits already takes its place.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::Fakes;
use crate::keep::Received;

const BODY_MAX: usize = 4_096;
const TOKEN_MAX_S: i64 = 24 * 3_600;
/// The browser's secrets: fixed, nothing real is behind them.
const SECRET: [u8; 32] = [0x42; 32];
const AUTH: [u8; 16] = *b"sixteen bytes ok";

/// What a browser hands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
}

pub struct Browser {
    secret: SecretKey,
}

impl Browser {
    pub fn new() -> Browser {
        Browser { secret: SecretKey::from_slice(&SECRET).expect("below the order of the curve") }
    }
    fn public(&self) -> Vec<u8> {
        self.secret.public_key().to_encoded_point(false).as_bytes().to_vec()
    }
    pub fn subscription(&self, base: &str) -> Subscription {
        let (p256dh, auth) = (URL_SAFE_NO_PAD.encode(self.public()), URL_SAFE_NO_PAD.encode(AUTH));
        Subscription { endpoint: format!("{base}/push/browser"), p256dh, auth }
    }
    fn decrypt(&self, body: &[u8]) -> Option<Vec<u8>> {
        decrypt(&self.secret, &AUTH, body)
    }
}

/// Opens a body of one record (RFC 8188): salt, record size, the sender's public key, the sealed text, whose last byte
/// that is not zero must be 2.
pub fn decrypt(secret: &SecretKey, auth: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let (salt, rest) = body.split_at_checked(16)?;
    let (size, rest) = rest.split_at_checked(4)?;
    let (length, rest) = rest.split_first()?;
    let (theirs, sealed) = rest.split_at_checked(usize::from(*length))?;
    let size = u32::from_be_bytes(size.try_into().ok()?) as usize;
    if sealed.len() > size || sealed.len() < 17 {
        return None;
    }
    let sender = PublicKey::from_sec1_bytes(theirs).ok()?;
    let shared = p256::ecdh::diffie_hellman(secret.to_nonzero_scalar(), sender.as_affine());
    let ours = secret.public_key().to_encoded_point(false);
    let mac = |key: &[u8], parts: &[&[u8]]| -> Option<Vec<u8>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        parts.iter().for_each(|part| mac.update(part));
        Some(mac.finalize().into_bytes().to_vec())
    };
    let first = mac(auth, &[shared.raw_secret_bytes().as_slice()])?;
    let input = mac(&first, &[b"WebPush: info\0", ours.as_bytes(), theirs, &[1]])?;
    let second = mac(salt, &[&input])?;
    let key = mac(&second, &[b"Content-Encoding: aes128gcm\0\x01"])?;
    let nonce: [u8; 12] = mac(&second, &[b"Content-Encoding: nonce\0\x01"])?.get(..12)?.try_into().ok()?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key.get(..16)?).ok()?);
    let mut text = sealed.to_vec();
    let open = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text).ok()?;
    let end = open.iter().rposition(|byte| *byte != 0)?;
    (open[end] == 2).then(|| open[..end].to_vec())
}

pub fn routes() -> Router<Fakes> {
    Router::new().route("/push/browser", post(take)).route("/push/subscription", get(subscription))
}

/// Who sends, if the token holds: the status to refuse with otherwise.
fn sender(fakes: &Fakes, headers: &HeaderMap) -> Result<(), (StatusCode, &'static str)> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let parse = || {
        let (token, key) = header("authorization").strip_prefix("vapid t=")?.split_once(", k=")?;
        let key = VerifyingKey::from_sec1_bytes(&URL_SAFE_NO_PAD.decode(key).ok()?).ok()?;
        let (signed, signature) = token.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        let json = |text: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
        let (head, claims) = (json(head)?, json(claims)?);
        (head["alg"] == "ES256" && key.verify(signed.as_bytes(), &signature).is_ok()).then_some(claims)
    };
    let claims = parse().ok_or((StatusCode::UNAUTHORIZED, "token"))?;
    let left = claims["exp"].as_i64().unwrap_or(0) - fakes.now_ms() / 1_000;
    let contact = claims["sub"].as_str().is_some_and(|sub| sub.starts_with("mailto:") || sub.starts_with("https:"));
    if !(1..=TOKEN_MAX_S).contains(&left) || !contact {
        return Err((StatusCode::FORBIDDEN, "expiry or contact"));
    }
    let host = header("host");
    let audience = claims["aud"].as_str().and_then(|aud| aud.split_once("://"));
    if audience.is_none_or(|(_, named)| named != host) {
        return Err((StatusCode::FORBIDDEN, "audience"));
    }
    Ok(())
}

async fn take(State(fakes): State<Fakes>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_string();
    let mut one = Received::new("push", fakes.now_ms());
    one.key = header("topic");
    let mut text = Value::Null;
    let refused = match sender(&fakes, &headers) {
        Err(refused) => Some(refused),
        Ok(()) if body.len() > BODY_MAX => Some((StatusCode::PAYLOAD_TOO_LARGE, "size")),
        Ok(()) if header("ttl").parse::<u32>().is_err() => Some((StatusCode::BAD_REQUEST, "ttl")),
        Ok(()) if header("content-encoding") != "aes128gcm" || one.key.len() > 32 => {
            Some((StatusCode::BAD_REQUEST, "encoding or topic"))
        }
        Ok(()) => match fakes.0.push.decrypt(&body).and_then(|text| serde_json::from_slice(&text).ok()) {
            Some(json) => {
                text = json;
                None
            }
            None => Some((StatusCode::BAD_REQUEST, "cannot be decrypted")),
        },
    };
    one.to = header("urgency");
    one.text = format!("{} {}", text["line"].as_str().unwrap_or_default(), text["link"].as_str().unwrap_or_default());
    if let Some((status, why)) = refused {
        one.refused = Some(format!("{} {why}", status.as_u16()));
        fakes.0.keep.add(one);
        return (status, why).into_response();
    }
    if one.key.is_empty() || !fakes.0.keep.repeats("push", &one.key) {
        fakes.0.keep.add(one);
    }
    (StatusCode::CREATED, [("location", "/push/message/1")]).into_response()
}

async fn subscription(State(fakes): State<Fakes>, headers: HeaderMap) -> Response {
    let host = headers.get("host").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let made = fakes.0.push.subscription(&format!("http://{host}"));
    axum::Json(json!({ "endpoint": made.endpoint, "keys": { "p256dh": made.p256dh, "auth": made.auth } }))
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_rfc_8291_is_read() {
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let secret = SecretKey::from_slice(&decode("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).unwrap();
        let body = decode(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6\
             PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        );
        let text = decrypt(&secret, &decode("BTBZMqHH6r4Tts7J_aSIgg"), &body).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "When I grow up, I want to be a watermelon");
        for cut in 0..body.len() {
            assert_eq!(decrypt(&secret, &AUTH, &body[..cut]), None);
        }
    }
}
