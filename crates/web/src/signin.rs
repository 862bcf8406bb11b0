//! Signing in: the password is checked in the heavy lane, between a read and a write; the session opens only if the
//! hash is still the one that was checked. Whether a login exists shows neither in words nor in time.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use axum::http::HeaderMap;
use base::{Error, Id, Refusal, Result};
use hmac::{Hmac, Mac};
use safety::org::login;
use safety::{Actor, Meta};
use sha2::Sha256;

use std::sync::OnceLock;
use std::sync::atomic::Ordering;

use crate::door::{KNOWN, cookie, same};
use crate::limiter::Leave;
use crate::state::Web;

/// Argon2id: 19 MiB, 2 passes, 1 lane.
fn argon() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("the figures are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Hashes a password; takes tens of milliseconds. For the heavy lane, the demo and `xiaoan init`.
pub fn hash(password: &str) -> Result<String> {
    let salt: [u8; 16] = base::random();
    let hash = argon().hash_password_with_salt(password.as_bytes(), &salt);
    Ok(hash.map_err(|e| Error::broken(format!("argon2: {e}")))?.to_string())
}

pub fn fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| argon().verify_password(password.as_bytes(), &parsed).is_ok())
}

/// Checked when there is no such login, so that it takes as long.
fn dummy() -> &'static str {
    static DUMMY: OnceLock<String> = OnceLock::new();
    DUMMY.get_or_init(|| hash("nobody").unwrap_or_default())
}

/// An open session: the token for cookie or Bearer, and who it is.
#[derive(Clone, Debug)]
pub struct Opened {
    pub token: String,
    pub login: Id,
    pub must_change: bool,
}

/// Why nobody was let in.
#[derive(Clone, Debug)]
pub enum Refused {
    /// Wrong login or password; tries left.
    Wrong {
        left: i64,
    },
    /// Too many tries; seconds to wait.
    Rest {
        seconds: i64,
    },
    Error(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        Refused::Error(error)
    }
}

/// What is asked at the door.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub name: String,
    pub password: String,
    pub address: String,
    pub device: String,
    /// From `known`: the device has signed in to this login before.
    pub known: Option<String>,
}

/// Longest name and password that are looked at.
const NAME_MAX: usize = 64;
const PASSWORD_MAX: usize = 512;

/// Opens a session. Refuses a wrong password, a blocked login and one without a post in the same words.
pub async fn open(web: &Web, attempt: &Attempt) -> std::result::Result<Opened, Refused> {
    let name = attempt.name.trim().to_lowercase();
    let known = attempt.known.as_deref();
    let left = match web.limiter.take(&name, &attempt.address, known) {
        Leave::Try { left } => left,
        Leave::Rest { seconds } => return Err(Refused::Rest { seconds }),
    };
    let system = Actor::system();
    let asked: String = name.chars().take(NAME_MAX).collect();
    let door = web.read(&system, move |cx| login::door(cx, &asked)).await?;
    let stored = door.as_ref().filter(|d| !d.blocked).and_then(|d| d.password.clone());
    let password = attempt.password.clone();
    let fine = web
        .heavy(move || {
            let real = stored.as_deref().filter(|_| password.len() <= PASSWORD_MAX);
            Ok(fits(&password, real.unwrap_or(dummy())) && real.is_some())
        })
        .await?;
    let Some(door) = door.filter(|_| fine) else {
        web.meter.sign_in_faults.fetch_add(1, Ordering::Relaxed);
        return Err(Refused::Wrong { left });
    };
    let opened = enter(web, &door, &attempt.device).await?;
    web.limiter.right(&name, &attempt.address, known);
    web.meter.sign_ins.fetch_add(1, Ordering::Relaxed);
    Ok(opened)
}

async fn enter(web: &Web, door: &login::Door, device: &str) -> std::result::Result<Opened, Refused> {
    let token = base::hex(&base::random::<32>());
    let csrf = base::hex(&base::random::<16>());
    let (login, seen, device) = (door.login, door.password.clone().unwrap_or_default(), device.to_string());
    let (t, c) = (token.clone(), csrf);
    let written =
        web.write(&Actor::system(), Meta::of("web"), move |cx| login::sign_in(cx, login, &seen, &t, &c, &device)).await;
    match written {
        Ok(()) => Ok(Opened { token, login: door.login, must_change: door.must_change }),
        Err(Error::Refused(Refusal::SignIn)) => Err(Refused::Wrong { left: 0 }),
        Err(e) => Err(e.into()),
    }
}

/// The cookie that marks this device for this login: `login.random.mac`, hexadecimal.
pub fn known_cookie(web: &Web, name: &str) -> String {
    let nonce = base::hex(&base::random::<12>());
    let mac = mac(web, name, &nonce);
    format!("{nonce}.{mac}")
}

fn mac(web: &Web, name: &str, nonce: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&web.key).expect("HMAC takes keys of any length");
    mac.update(b"known\0");
    mac.update(name.trim().to_lowercase().as_bytes());
    mac.update(b"\0");
    mac.update(nonce.as_bytes());
    base::hex(&mac.finalize().into_bytes())
}

/// The device's name for the limiter, when its cookie is one of ours for this login.
pub fn known(web: &Web, headers: &HeaderMap, name: &str) -> Option<String> {
    let (nonce, told) = cookie(headers, KNOWN)?.split_once('.')?;
    same(told, &mac(web, name, nonce)).then(|| nonce.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let hash = hash("correct horse 9").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(fits("correct horse 9", &hash));
        assert!(!fits("correct horse 8", &hash));
        assert!(!fits("nobody", "not a hash"));
    }
}
