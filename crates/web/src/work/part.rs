//! A field of a pack's form as a part of a page, and what was typed in it as the noun wants it.

use std::collections::BTreeMap;

use base::{Error, Problem, Result};
use safety::pack::model::{Field, FieldKind, Form};
use serde_json::Value;

use crate::door::{Fields, Posted};
use crate::error::FieldFault;
use crate::page::{Choice, fault};
use crate::words;

/// One field of the form on the page.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// line text number choice choices day time people photos
    pub kind: &'static str,
    pub name: String,
    pub label: String,
    pub hint: String,
    pub value: String,
    pub chosen: Vec<String>,
    pub options: Vec<Choice>,
    pub least: i64,
    pub most: i64,
    pub columns: i64,
    pub required: bool,
    pub ask: String,
    pub error: String,
}

fn options(all: &[(String, String)]) -> Vec<Choice> {
    all.iter().map(|(code, label)| Choice::new(code.clone(), label.clone())).collect()
}

/// The parts of a form; `people` are those who may be named, `typed` what stands in the fields already.
pub fn parts(form: &Form, people: &[Choice], typed: &Fields, faults: &[FieldFault]) -> Vec<Part> {
    form.fields.iter().map(|field| part(field, people, typed, faults)).collect()
}

/// Faults in the words of the form: a pack calls its fields as it likes, the general sentences know only their own names.
pub fn named(form: &Form, mut faults: Vec<FieldFault>) -> Vec<FieldFault> {
    for fault in &mut faults {
        if let Some(field) = form.fields.iter().find(|f| f.key == fault.field) {
            fault.title = fault.title.replacen(words::refusal::field(&fault.field), &field.label, 1);
        }
    }
    faults
}

fn part(field: &Field, people: &[Choice], typed: &Fields, faults: &[FieldFault]) -> Part {
    let mut out = Part {
        name: field.key.clone(),
        label: field.label.clone(),
        hint: field.help.clone().unwrap_or_default(),
        value: typed.text(&field.key),
        chosen: typed.all(&field.key),
        columns: 2,
        required: field.required,
        ask: words::pages::ask_for(&field.label),
        error: fault(faults, &field.key).to_string(),
        ..Part::default()
    };
    match &field.kind {
        FieldKind::Line => out.kind = "line",
        FieldKind::Text => out.kind = "text",
        FieldKind::Number { least, most, unit } => {
            (out.kind, out.least, out.most) = ("number", *least, *most);
            if let Some(unit) = unit {
                out.label = format!("{}（{unit}）", field.label);
            }
        }
        FieldKind::Choice(all) => {
            (out.kind, out.options) = ("choice", options(all));
            out.columns = if all.iter().all(|(_, l)| l.chars().count() <= 6) { 4 } else { 2 };
        }
        FieldKind::Choices(all) => (out.kind, out.options) = ("choices", options(all)),
        FieldKind::Day => out.kind = "day",
        FieldKind::Time => out.kind = "time",
        FieldKind::People => (out.kind, out.options) = ("people", people.to_vec()),
        FieldKind::Photos { most } => (out.kind, out.most) = ("photos", *most),
    }
    out
}

/// What was typed, by field of the form.
pub fn given(form: &Form, posted: &Posted) -> Result<BTreeMap<String, Value>> {
    let mut out = BTreeMap::new();
    for field in &form.fields {
        let all = posted.fields.all(&field.key);
        let value = match &field.kind {
            FieldKind::Choices(_) | FieldKind::People if !all.is_empty() => Value::from(all),
            FieldKind::Photos { .. } => {
                let photos = posted.photos_of(|name| name == field.key)?;
                if photos.is_empty() {
                    continue;
                }
                serde_json::to_value(&photos).map_err(|_| Error::invalid("photo", Problem::Unreadable))?
            }
            _ => match all.into_iter().next() {
                Some(text) => Value::from(text),
                None => continue,
            },
        };
        out.insert(field.key.clone(), value);
    }
    Ok(out)
}

/// A record's body as typed fields, for the form of a correction.
pub fn as_typed(body: &BTreeMap<String, Value>) -> Fields {
    let mut out = Vec::new();
    for (key, value) in body {
        match value {
            Value::String(text) => out.push((key.clone(), text.clone())),
            Value::Number(n) => out.push((key.clone(), n.to_string())),
            Value::Array(all) => out.extend(all.iter().filter_map(|v| Some((key.clone(), v.as_str()?.to_string())))),
            _ => {}
        }
    }
    Fields(out)
}
