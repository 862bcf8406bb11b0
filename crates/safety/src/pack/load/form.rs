//! Forms and register kinds.

use super::cursor::Table;
use super::head::{clause, group};
use crate::pack::finding::What;
use crate::pack::model::{Field, FieldKind, Form, Pack, RegisterKind};

/// Fields of one form, and choices of one field: more is no form but a survey.
const FIELDS_MAX: i64 = 40;

pub fn forms(t: &Table<'_>, pack: &mut Pack) {
    for f in t.tables("form") {
        let id = f.text("id");
        let mut fields: Vec<Field> = Vec::new();
        for x in f.tables("field") {
            let Some(field) = field(&x, &id) else { continue };
            if fields.iter().any(|other| other.key == field.key) {
                x.fault("key", What::Duplicate { id: field.key.clone() });
            }
            fields.push(field);
        }
        let form = Form {
            id: id.clone(),
            title: f.text("title"),
            clause: clause(&f, pack),
            group: group(&f),
            fields,
            at: f.at(),
        };
        f.done();
        let got = form.fields.len() as i64;
        if got > FIELDS_MAX {
            f.fault("id", What::OutOfRange { key: "field".into(), got, least: 0, most: FIELDS_MAX });
        }
        if pack.forms.insert(id.clone(), form).is_some() {
            f.fault("id", What::Duplicate { id });
        }
    }
}

fn field(x: &Table<'_>, form: &str) -> Option<Field> {
    let key = x.text("key");
    let kind = kind(x);
    let field = Field {
        label: x.text("label"),
        required: x.opt_bool("required").unwrap_or(false),
        fact: x.opt_text("fact").unwrap_or_else(|| format!("{form}.{key}")),
        need: x.opt_text("need"),
        help: x.opt_text("help"),
        key,
        kind: kind?,
        at: x.at(),
    };
    x.done();
    Some(field)
}

fn kind(x: &Table<'_>) -> Option<FieldKind> {
    let code = x.text("kind");
    Some(match code.as_str() {
        "line" => FieldKind::Line,
        "text" => FieldKind::Text,
        "number" => FieldKind::Number {
            least: x.opt_int("least", -1_000_000, 1_000_000).unwrap_or(0),
            most: x.opt_int("most", -1_000_000, 100_000_000).unwrap_or(1_000_000),
            unit: x.opt_text("unit"),
        },
        "choice" => FieldKind::Choice(options(x)),
        "choices" => FieldKind::Choices(options(x)),
        "day" => FieldKind::Day,
        "time" => FieldKind::Time,
        "people" => FieldKind::People,
        "photos" => FieldKind::Photos { most: x.opt_int("most", 1, 20).unwrap_or(6) },
        "" => return None,
        _ => {
            x.fault("kind", What::UnknownCode { key: "kind".into(), got: code });
            return None;
        }
    })
}

/// `options = ["day 日台账", …]`: code, then the word.
fn options(x: &Table<'_>) -> Vec<(String, String)> {
    if !x.has("options") {
        x.fault("options", What::MissingKey { key: "options".into() });
    }
    let mut out = Vec::new();
    for text in x.texts("options") {
        match text.split_once(' ') {
            Some((code, word)) => out.push((code.to_string(), word.trim().to_string())),
            None => x.fault("options", What::UnknownCode { key: "options".into(), got: text }),
        }
    }
    out
}

pub fn registers(t: &Table<'_>, pack: &mut Pack) {
    for r in t.tables("register") {
        let id = r.text("id");
        let kind = RegisterKind {
            id: id.clone(),
            title: r.text("title"),
            clause: clause(&r, pack),
            group: group(&r),
            at: r.at(),
        };
        r.done();
        if pack.registers.insert(id.clone(), kind).is_some() {
            r.fault("id", What::Duplicate { id });
        }
    }
}
