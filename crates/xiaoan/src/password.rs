//! Passwords at this door: argon2id with the parameters of security.md §2.1, as PHC text. `web` checks the same text.

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};

/// 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The text that is stored.
pub fn hash(password: &str) -> String {
    hash_with_salt(password, &base::random::<16>())
}

/// With a given salt of 16 bytes: the demo's accounts come from its seed.
pub fn hash_with_salt(password: &str, salt: &[u8]) -> String {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("these parameters are in range");
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let made: argon2::PasswordHash =
        argon.hash_password_with_salt(password.as_bytes(), salt).expect("the salt has a fitting length");
    made.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::password_hash::PasswordVerifier;

    #[test]
    fn a_stored_text_says_its_parameters_and_opens_for_its_password_only() {
        let text = hash_with_salt("demo-abc234", &[7; 16]);
        assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{text}");
        let stored = argon2::PasswordHash::new(&text).unwrap();
        assert!(Argon2::default().verify_password(b"demo-abc234", &stored).is_ok());
        assert!(Argon2::default().verify_password(b"demo-abc235", &stored).is_err());
    }
}
