//! The pack that the program carries, so that it runs without any folder beside it.

use std::sync::{Arc, OnceLock};

use super::load::{Files, read};
use super::model::Pack;

macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../../../packs/jilin-2012/", $path)))),+]
    };
}

const FILES: &[(&str, &str)] = files![
    "notice.txt",
    "pack.toml",
    "clauses.toml",
    "calendar.toml",
    "params.toml",
    "points.toml",
    "sources.toml",
    "topics.toml",
    "texts.toml",
    "forms/work.toml",
    "obligations/1-system.toml",
    "obligations/2-focus.toml",
    "obligations/3-education.toml",
    "obligations/4-responsibility.toml",
    "obligations/5-foundation.toml",
];

/// Its id, by which another pack may be based on it.
pub const ID: &str = "jilin-2012";

/// The files of the built-in pack.
pub fn files() -> Files {
    FILES.iter().map(|(path, text)| ((*path).to_string(), (*text).to_string())).collect()
}

/// Parsed once. That nothing is wrong with it is a test.
pub fn pack() -> Arc<Pack> {
    static PACK: OnceLock<Arc<Pack>> = OnceLock::new();
    PACK.get_or_init(|| Arc::new(read(&files()).0)).clone()
}
