//! What a step changed, in words: 「期限：「11-23」改为「11-30」」.

use base::Ms;
use serde_json::Value;

use crate::words::{self, record as say};

/// Fields that a step shows; whatever else it keeps (ids, rules) speaks through other lines.
const SHOWN: &[&str] = &["what", "place_text", "category", "grade", "term", "until", "to", "listed"];

/// One line for each field that changed.
pub fn lines(change: Option<&Value>) -> Vec<String> {
    let Some(Value::Object(map)) = change else { return Vec::new() };
    let pair = |name: &str| match map.get(name) {
        Some(Value::Array(pair)) => match pair.as_slice() {
            [before, after] if before != after => Some((word(name, before), word(name, after))),
            _ => None,
        },
        _ => None,
    };
    let shown = SHOWN.iter().filter_map(|name| Some((*name, pair(name)?)));
    let shown = shown.filter(|(_, (before, after))| !(before.is_empty() && after.is_empty()));
    shown.map(|(name, (before, after))| say::changed(name, &before, &after)).collect()
}

fn word(name: &str, value: &Value) -> String {
    match (name, value) {
        ("until", Value::Number(n)) => n.as_i64().map_or(String::new(), |ms| words::day(Ms(ms).day())),
        (_, Value::String(text)) => say::code(name, text),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_in_words_and_ids_are_not_shown() {
        let change = serde_json::json!({
            "grade": [null, "minor"], "term": ["ordinary", "ordinary"], "place": ["0190", "0191"],
            "until": [1_795_000_000_000i64, 1_795_600_000_000i64], "to": [null, "昌邑区教育局"],
        });
        let lines = lines(Some(&change));
        assert_eq!(lines[0], "等级：一般");
        assert!(lines[1].starts_with("期限：「") && lines[1].contains("改为"));
        assert_eq!(lines[2], "送给：昌邑区教育局");
        assert_eq!(lines.len(), 3);
        assert!(super::lines(None).is_empty());
    }
}
