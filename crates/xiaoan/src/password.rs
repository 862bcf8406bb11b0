//! Passwords at this door: argon2id with the parameters of security.md §2.1, as PHC text. `web` checks the same text.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Bytes of the salt and of the hash.
pub const SALT: usize = 16;
const HASH: usize = 32;

/// Hashes one password after another in the same 19 MiB. Freed and asked for anew, so large and aligned a piece is not
/// found again by the system's allocator: each hash would leave its 19 MiB behind.
pub struct Oven {
    argon: Argon2<'static>,
    memory: Vec<Block>,
}

impl Oven {
    pub fn new() -> Oven {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH)).expect("these parameters are in range");
        let memory = vec![Block::new(); params.block_count()];
        Oven { argon: Argon2::new(Algorithm::Argon2id, Version::V0x13, params), memory }
    }
    /// The text that is stored.
    pub fn hash(&mut self, password: &str, salt: &[u8; SALT]) -> String {
        let mut hash = [0; HASH];
        self.argon
            .hash_password_into_with_memory(password.as_bytes(), salt, &mut hash, &mut self.memory)
            .expect("the lengths of salt and hash fit, and the memory is as large as the parameters say");
        let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
        format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${hash}")
    }
}

/// One password, with a random salt.
pub fn hash(password: &str) -> String {
    Oven::new().hash(password, &base::random())
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::password_hash::PasswordVerifier;

    #[test]
    fn a_stored_text_says_its_parameters_and_opens_for_its_password_only() {
        let mut oven = Oven::new();
        let text = oven.hash("demo-abc234", &[7; SALT]);
        assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{text}");
        let stored = argon2::PasswordHash::new(&text).unwrap();
        assert!(Argon2::default().verify_password(b"demo-abc234", &stored).is_ok());
        assert!(Argon2::default().verify_password(b"demo-abc235", &stored).is_err());
        assert_ne!(oven.hash("demo-abc235", &[7; SALT]), text);
        assert_eq!(oven.hash("demo-abc234", &[7; SALT]), text, "used memory makes no difference");
    }
}
