//! Checks of what people type, and the form in which names are searched.

use base::{Error, FieldError, Id, Ms, Problem, Refusal, Result};
use pinyin::ToPinyin;

/// Collects every fault of a form, so that a person sees them all at once.
#[derive(Default)]
pub struct Faults(Vec<FieldError>);

impl Faults {
    pub fn add(&mut self, field: &'static str, problem: Problem) {
        self.0.push(FieldError { field, problem });
    }
    /// Trimmed text of 1..=max characters; a missing one is a fault and comes back empty.
    pub fn text(&mut self, field: &'static str, value: &str, max: i64) -> String {
        let value = clean(value);
        if value.is_empty() {
            self.add(field, Problem::Required);
        }
        self.optional(field, &value, max).unwrap_or_default()
    }
    /// Trimmed text of 0..=max characters; none when empty.
    pub fn optional(&mut self, field: &'static str, value: &str, max: i64) -> Option<String> {
        let value = clean(value);
        let got = value.chars().count() as i64;
        if got > max {
            self.add(field, Problem::TooLong { max, got });
        }
        (!value.is_empty()).then_some(value)
    }
    pub fn range(&mut self, field: &'static str, value: i64, min: i64, max: i64) -> i64 {
        if value < min || value > max {
            self.add(field, Problem::OutOfRange { min, max });
        }
        value
    }
    pub fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Refused(Refusal::Invalid(self.0))) }
    }
}

/// Trims, drops control characters except line breaks (a NUL byte is refused by one engine and kept by the other).
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').collect::<String>().trim().to_string()
}

/// Lower-cased text with the pinyin initials behind it, so that `zfg` finds 张福贵.
pub fn find(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts {
        let lower = part.to_lowercase();
        let initials: String = part
            .chars()
            .filter_map(|c| match c.to_pinyin() {
                Some(p) => p.plain().chars().next(),
                None => c.is_ascii_alphanumeric().then_some(c.to_ascii_lowercase()),
            })
            .collect();
        out.push_str(&lower);
        out.push(' ');
        out.push_str(&initials);
        out.push(' ');
    }
    out.trim_end().to_string()
}

/// Reads the cursor of a list: `<received_at>-<id>`. Refuses Invalid `cursor`.
pub fn cursor(text: &str) -> Result<(Ms, Id)> {
    let read = || {
        let (at, id) = text.split_once('-')?;
        Some((Ms(at.parse().ok()?), Id::parse(id)?))
    };
    read().ok_or_else(|| Error::invalid("cursor", Problem::Unreadable))
}

/// The pattern of a `like … escape '\'` that finds `query` anywhere.
pub fn like(query: &str) -> String {
    let mut out = String::from("%");
    for c in query.trim().to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_find_a_name_and_patterns_are_taken_literally() {
        assert_eq!(find(&["张福贵"]), "张福贵 zfg");
        assert_eq!(find(&["3号楼"]), "3号楼 3hl");
        assert_eq!(like("50%_a"), "%50\\%\\_a%");
        assert_eq!(clean("  灯\u{0}不亮\n二层 "), "灯不亮\n二层");
    }
}
