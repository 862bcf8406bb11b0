//! A filled form of the pack: every field checked against its kind, all faults at once. Stored as one canonical JSON
//! object (keys sorted), read by Rust only.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use base::{Day, Id, Problem, limits};
use serde_json::Value;

use crate::kernel::files::Photo;
use crate::kernel::text::{self, Faults};
use crate::pack::model::{Field, FieldKind, Form};

/// Characters of a long text field (minutes of a meeting).
pub const TEXT_CHARS: i64 = 4_000;
/// People named in one field (a course of a whole city's managers).
pub const PEOPLE_MAX: usize = 2_000;
/// Choices taken in one field.
const CHOICES_MAX: usize = 100;

/// What a form came to.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    pub body: BTreeMap<String, Value>,
    /// Chosen codes by field: by them entries narrow their evidence.
    pub codes: BTreeMap<String, Vec<String>>,
    pub people: Vec<Id>,
    pub photos: Vec<Photo>,
}

/// A pack's field names live as long as the program: there are as many as packs have fields.
fn name(key: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(|e| e.into_inner());
    match names.get(key) {
        Some(known) => known,
        None => {
            let kept: &'static str = Box::leak(key.to_string().into_boxed_str());
            names.insert(kept);
            kept
        }
    }
}

/// Reads what was typed. Fields that the form does not have are faults (`Unknown`).
pub fn read(form: &Form, given: &BTreeMap<String, Value>, faults: &mut Faults) -> Filled {
    let mut out = Filled::default();
    for key in given.keys().filter(|k| !form.fields.iter().any(|f| f.key == **k)).take(10) {
        // The asker's own word is not kept: only known names are.
        let _ = key;
        faults.add("fields", Problem::Unknown);
    }
    for field in &form.fields {
        let value = given.get(&field.key).filter(|v| !empty(v));
        match value {
            Some(value) => one(field, value, &mut out, faults),
            None if field.required => faults.add(name(&field.key), Problem::Required),
            None => {}
        }
    }
    out
}

fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text::clean(text).is_empty(),
        Value::Array(all) => all.is_empty(),
        _ => false,
    }
}

fn one(field: &Field, value: &Value, out: &mut Filled, faults: &mut Faults) {
    let key = name(&field.key);
    let text = value.as_str().map(text::clean);
    let kept = match &field.kind {
        FieldKind::Line => typed(text, limits::FACT_CHARS, key, faults),
        FieldKind::Text => typed(text, TEXT_CHARS, key, faults),
        FieldKind::Number { least, most, .. } => {
            let number = value.as_i64().or_else(|| text.as_deref().and_then(|t| t.parse().ok()));
            match number {
                Some(n) => Some(Value::from(faults.range(key, n, *least, *most))),
                None => bad(key, Problem::Unreadable, faults),
            }
        }
        FieldKind::Choice(all) => match text.filter(|t| all.iter().any(|(code, _)| code == t)) {
            Some(code) => {
                out.codes.insert(field.key.clone(), vec![code.clone()]);
                Some(Value::from(code))
            }
            None => bad(key, Problem::Unknown, faults),
        },
        FieldKind::Choices(all) => choices(field, all, value, key, out, faults),
        FieldKind::Day => match text.as_deref().and_then(Day::parse) {
            Some(day) => Some(Value::from(day.to_string())),
            None => bad(key, Problem::Unreadable, faults),
        },
        FieldKind::Time => match text.filter(|t| is_time(t)) {
            Some(time) => Some(Value::from(time)),
            None => bad(key, Problem::Unreadable, faults),
        },
        FieldKind::People => people(value, key, out, faults),
        FieldKind::Photos { most } => photos(value, *most, key, out, faults),
    };
    if let Some(kept) = kept {
        out.body.insert(field.key.clone(), kept);
    }
}

fn bad(key: &'static str, problem: Problem, faults: &mut Faults) -> Option<Value> {
    faults.add(key, problem);
    None
}

fn typed(text: Option<String>, max: i64, key: &'static str, faults: &mut Faults) -> Option<Value> {
    match text {
        Some(text) => faults.optional(key, &text, max).map(Value::from),
        None => bad(key, Problem::Unreadable, faults),
    }
}

/// One text or a list of texts.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text::clean(text)]),
        Value::Array(all) => all.iter().map(|v| v.as_str().map(text::clean)).collect(),
        _ => None,
    }
}

fn choices(
    field: &Field,
    all: &[(String, String)],
    value: &Value,
    key: &'static str,
    out: &mut Filled,
    faults: &mut Faults,
) -> Option<Value> {
    let Some(mut codes) = texts(value).filter(|c| c.len() <= CHOICES_MAX) else {
        return bad(key, Problem::Unreadable, faults);
    };
    codes.sort();
    codes.dedup();
    if codes.iter().any(|c| !all.iter().any(|(code, _)| code == c)) {
        return bad(key, Problem::Unknown, faults);
    }
    out.codes.insert(field.key.clone(), codes.clone());
    Some(Value::from(codes))
}

fn people(value: &Value, key: &'static str, out: &mut Filled, faults: &mut Faults) -> Option<Value> {
    let ids: Option<BTreeSet<Id>> = texts(value)?.iter().map(|t| Id::parse(t)).collect();
    match ids.filter(|ids| ids.len() <= PEOPLE_MAX) {
        Some(ids) => {
            out.people.extend(&ids);
            Some(Value::from(ids.iter().map(|id| id.to_string()).collect::<Vec<_>>()))
        }
        None => bad(key, Problem::Unreadable, faults),
    }
}

fn photos(value: &Value, most: i64, key: &'static str, out: &mut Filled, faults: &mut Faults) -> Option<Value> {
    let Ok(photos) = serde_json::from_value::<Vec<Photo>>(value.clone()) else {
        return bad(key, Problem::Unreadable, faults);
    };
    if photos.len() as i64 > most {
        return bad(key, Problem::OutOfRange { min: 0, max: most }, faults);
    }
    out.photos.extend(photos);
    Some(value.clone())
}

fn is_time(text: &str) -> bool {
    let read = || {
        let (hour, minute) = text.split_once(':')?;
        let fits = hour.len() == 2 && minute.len() == 2;
        Some(fits && hour.parse::<u8>().ok()? < 24 && minute.parse::<u8>().ok()? < 60)
    };
    read().unwrap_or(false)
}
