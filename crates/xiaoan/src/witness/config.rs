//! The table `[witness]` of `xiaoan.toml`:
//!
//! ```toml
//! [witness]
//! quorum = 2          # how many must cosign; standard: 2, or 1 if there is one
//! every = 10          # seconds between two heads shown, 1 to 600
//! list = [{ url = "http://10.1.2.3:8090", vkey = "police.jilin/witness+…" }]
//! ```

use journal::CosignerKey;
use toml::{Table, Value};

/// Witnesses of one log.
const LIST_MAX: usize = 16;
const EVERY: std::ops::RangeInclusive<i64> = 1..=600;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub url: String,
    pub key: CosignerKey,
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Witnesses {
    pub list: Vec<Named>,
    pub quorum: i64,
    pub every_s: i64,
}

/// None when anything in it cannot be meant.
pub fn read(text: &str) -> Option<Witnesses> {
    let table: Table = toml::from_str(text).ok()?;
    if table.keys().any(|key| !["quorum", "every", "list"].contains(&key.as_str())) {
        return None;
    }
    let mut list: Vec<Named> = Vec::new();
    for item in table.get("list")?.as_array()? {
        let one = named(item.as_table()?)?;
        if list.len() == LIST_MAX || list.iter().any(|known| known.key.name() == one.key.name()) {
            return None;
        }
        list.push(one);
    }
    let number = |key: &str, standard: i64| table.get(key).map_or(Some(standard), Value::as_integer);
    let most = list.len() as i64;
    let quorum = number("quorum", most.min(2)).filter(|quorum| (most.min(1)..=most).contains(quorum))?;
    let every_s = number("every", 10).filter(|seconds| EVERY.contains(seconds))?;
    Some(Witnesses { list, quorum, every_s })
}

fn named(item: &Table) -> Option<Named> {
    let url = item.get("url")?.as_str()?.trim_end_matches('/');
    courier::parse_url(url)?;
    let key = CosignerKey::parse(item.get("vkey")?.as_str()?).ok()?;
    (item.len() == 2).then(|| Named { url: url.to_string(), key })
}
