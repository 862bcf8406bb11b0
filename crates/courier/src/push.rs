//! Web Push: a message to a browser through its maker's service, which must not read it. Encrypted for the browser
//! (RFC 8291, `aes128gcm`), signed by this server (VAPID, RFC 8292). Written out here rather than taken from a crate:
//! the ready ones draw their own randomness, and in this house it enters through `base` only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdh::diffie_hellman;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::json;

use crate::message::{Line, Message, Outcome};
use crate::{Answer, Call, Unreached, parse_url, sign};

/// A VAPID token holds for twelve hours; services refuse more than a day.
const TOKEN_S: i64 = 12 * 3_600;
/// Every message is padded to this length, so that its size tells nothing.
const PADDED: usize = 1_024;
/// One record is enough; services take 4,096 bytes.
const RECORD: u32 = 4_096;

/// A browser that asked to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub endpoint: String,
    /// Its public key (65 bytes) and its secret (16 bytes), base64url.
    pub p256dh: String,
    pub auth: String,
}

/// This server's key towards push services, and where its operator can be reached (`mailto:` or https).
#[derive(Clone)]
pub struct Vapid {
    key: SigningKey,
    contact: String,
}

impl Vapid {
    /// None for bytes that are no key (a chance of one in 2^32).
    pub fn new(secret: &[u8; 32], contact: &str) -> Option<Vapid> {
        Some(Vapid { key: SigningKey::from_slice(secret).ok()?, contact: contact.to_string() })
    }
    /// For `applicationServerKey` in the browser.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.key.verifying_key().to_encoded_point(false).as_bytes())
    }
    fn header(&self, audience: &str, now_s: i64) -> String {
        let head = URL_SAFE_NO_PAD.encode(json!({ "typ": "JWT", "alg": "ES256" }).to_string());
        let claims = json!({ "aud": audience, "exp": now_s + TOKEN_S, "sub": self.contact });
        let body = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature: Signature = self.key.sign(body.as_bytes());
        format!("vapid t={body}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.to_bytes()), self.public_key())
    }
}

/// What makes one message different from every other: 32 bytes for a key of its own and 16 of salt, from `base::random`.
#[derive(Clone)]
pub struct Fresh {
    pub secret: [u8; 32],
    pub salt: [u8; 16],
}

impl Fresh {
    pub fn random() -> Fresh {
        Fresh { secret: base::random(), salt: base::random() }
    }
}

/// The call that delivers a message. None when the subscription cannot be read.
pub fn call(to: &Subscription, vapid: &Vapid, message: &Message, now_s: i64, fresh: &Fresh) -> Option<Call> {
    let target = parse_url(&to.endpoint)?;
    let scheme = if target.tls { "https" } else { "http" };
    let standard = target.port == if target.tls { 443 } else { 80 };
    let port = if standard { String::new() } else { format!(":{}", target.port) };
    let audience = format!("{scheme}://{}{port}", target.host);
    let text = json!({ "line": message.line.code(), "link": message.link(), "id": message.key.to_string() });
    let body = encrypt(to, text.to_string().as_bytes(), PADDED, fresh)?;
    let (urgency, keep_s) = match message.line {
        Line::Alarm | Line::Incident | Line::Urgent => ("high", 3_600),
        _ => ("normal", 86_400),
    };
    let call = Call::post(&to.endpoint, "application/octet-stream", body)
        .with("content-encoding", "aes128gcm")
        .with("authorization", vapid.header(&audience, now_s))
        .with("ttl", keep_s.to_string())
        .with("urgency", urgency);
    // A repetition takes the place of what still waits: 32 characters at most.
    Some(call.with("topic", message.key.to_string().replace('-', "")))
}

/// RFC 8291: the body of one record. `padded` is the length of text, mark and zeros.
pub fn encrypt(to: &Subscription, text: &[u8], padded: usize, fresh: &Fresh) -> Option<Vec<u8>> {
    let theirs = URL_SAFE_NO_PAD.decode(to.p256dh.trim_end_matches('=')).ok()?;
    let auth = URL_SAFE_NO_PAD.decode(to.auth.trim_end_matches('=')).ok().filter(|auth| auth.len() == 16)?;
    let public = PublicKey::from_sec1_bytes(&theirs).ok()?;
    let secret = SecretKey::from_slice(&fresh.secret).ok()?;
    let ours = secret.public_key().to_encoded_point(false);
    let shared = diffie_hellman(secret.to_nonzero_scalar(), public.as_affine());
    let (key, nonce) =
        keys(shared.raw_secret_bytes(), &auth, public.to_encoded_point(false).as_bytes(), ours.as_bytes(), &fresh.salt);
    let mut sealed = [text, &[2]].concat();
    sealed.resize(sealed.len().max(padded), 0);
    if sealed.len() + 16 > RECORD as usize - 86 {
        return None;
    }
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed).ok()?;
    Some([&fresh.salt[..], &RECORD.to_be_bytes(), &[65], ours.as_bytes(), &sealed].concat())
}

/// RFC 8291 §3.4 and RFC 8188 §2: content key and nonce out of the shared secret.
pub fn keys(shared: &[u8], auth: &[u8], theirs: &[u8], ours: &[u8], salt: &[u8; 16]) -> ([u8; 16], [u8; 12]) {
    let info = [b"WebPush: info\0", theirs, ours].concat();
    let input = expand(&sign::hmac(auth, &[shared]), &info);
    let prk = sign::hmac(salt, &[&input]);
    let (mut key, mut nonce) = ([0; 16], [0; 12]);
    key.copy_from_slice(&expand(&prk, b"Content-Encoding: aes128gcm\0")[..16]);
    nonce.copy_from_slice(&expand(&prk, b"Content-Encoding: nonce\0")[..12]);
    (key, nonce)
}

/// The first block of HKDF-Expand: all that is needed here.
fn expand(prk: &[u8; 32], info: &[u8]) -> [u8; 32] {
    sign::hmac(prk, &[info, &[1]])
}

/// 404 and 410 mean that the browser is gone: the subscription is to be forgotten.
pub fn outcome(answer: &Result<Answer, Unreached>) -> Outcome {
    match crate::outcome::reached(answer) {
        Ok(answer) => Outcome::Taken(answer.header("location").map(str::to_string)),
        Err(outcome) => outcome,
    }
}
