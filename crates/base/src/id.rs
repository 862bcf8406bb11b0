//! Ids: UUIDv7, 16 bytes in the database, text at the doors. Made by whoever creates the record (the phone, when it
//! has no network). Nothing is ever read from an id's time: lists order and page by `(received_at, id)`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Ms, random};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(Uuid);

impl Id {
    /// A fresh UUIDv7 for the given moment.
    pub fn new(at: Ms) -> Id {
        Id::from_parts(at, random())
    }
    /// A UUIDv7 from given random bytes: for work that must come out the same by seed (the demo).
    pub fn from_parts(at: Ms, random: [u8; 10]) -> Id {
        Id(uuid::Builder::from_unix_timestamp_millis(at.0.max(0) as u64, &random).into_uuid())
    }
    pub fn parse(text: &str) -> Option<Id> {
        Uuid::try_parse(text).ok().map(Id)
    }
    pub fn from_bytes(bytes: &[u8]) -> Option<Id> {
        Uuid::from_slice(bytes).ok().map(Id)
    }
    pub fn bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl std::str::FromStr for Id {
    type Err = ();
    fn from_str(text: &str) -> Result<Id, ()> {
        Id::parse(text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_version_seven_uuid_and_reads_back() {
        let id = Id::new(Ms(1_795_390_200_000));
        let text = id.to_string();
        assert_eq!(text.as_bytes()[14], b'7');
        assert_eq!(Id::parse(&text), Some(id));
        assert_eq!(Id::from_bytes(id.bytes()), Some(id));
        assert_eq!(Id::parse("江湾-2026-0317"), None);
    }
}
