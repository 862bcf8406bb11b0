//! Signatures of the far sides. Each takes key and text in its own way; the fakes hold them against the published rules.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

pub fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// DingTalk: the secret is the key, `milliseconds LF secret` the text.
pub fn dingtalk(secret: &str, at_ms: i64) -> String {
    base64(&hmac(secret.as_bytes(), &[format!("{at_ms}\n{secret}").as_bytes()]))
}

/// Feishu: `seconds LF secret` is the key, the text is empty.
pub fn feishu(secret: &str, at_s: i64) -> String {
    base64(&hmac(format!("{at_s}\n{secret}").as_bytes(), &[]))
}

/// Standard Webhooks: `id.seconds.body` under the decoded secret. None when the secret is not `whsec_` and base64.
pub fn webhook(secret: &str, id: &str, at_s: i64, body: &[u8]) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok().filter(|key| (24..=64).contains(&key.len()))?;
    Some(format!("v1,{}", base64(&hmac(&key, &[format!("{id}.{at_s}.").as_bytes(), body]))))
}

/// Our generic gateway: method, path, seconds, key of the request and the body's hash, a line each, under the secret.
pub fn gateway(secret: &str, method: &str, path: &str, at_s: i64, id: &str, body: &[u8]) -> String {
    let text = format!("{method}\n{path}\n{at_s}\n{id}\n{}", hex(&Sha256::digest(body)));
    hex(&hmac(secret.as_bytes(), &[text.as_bytes()]))
}

/// Percent-encoding of everything but letters, digits and `-._~`.
pub fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { (byte as char).to_string() } else { format!("%{byte:02X}") }).collect()
}
