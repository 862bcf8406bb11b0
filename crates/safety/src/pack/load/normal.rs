//! The normalised pack: what it says, without how its files are written. Its hash names the pack.

use std::collections::BTreeMap;

use base::calendar::PeriodKind;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::org::Role;
use crate::pack::model::{
    Applies, Basis, Each, Entry, Evidence, Field, FieldKind, Owes, Pack, Param, People, PhraseKind, Rule, Served,
    Stage3, Target, Unit,
};

/// SHA-256 of the normalised content in a fixed order of keys.
pub fn hash(pack: &Pack) -> [u8; 32] {
    let mut text = String::new();
    write(&normal(pack), &mut text);
    Sha256::digest(text.as_bytes()).into()
}

/// Compact JSON with sorted keys, whatever the map type of the JSON library.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (key, value) in keys {
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                write(item, out);
                out.push(',');
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

/// The pack as JSON: codes as in its files.
pub fn normal(pack: &Pack) -> Value {
    json!({
        "id": pack.id,
        "title": pack.title,
        "example": pack.example,
        "based_on": pack.based_on,
        "changes": pack.changes.iter().map(|c| match &c.target {
            Target::Entry(id) => json!({"entry": id, "reason": c.reason}),
            Target::Param(key) => json!({"param": key, "reason": c.reason}),
        }).collect::<Vec<_>>(),
        "document_number": pack.document_number,
        "issuer": pack.issuer,
        "issued_on": pack.issued_on,
        "effective_on": pack.effective_on,
        "notice": pack.notice,
        "items": pack.items.iter().map(|i| json!({
            "number": i.number,
            "phrases": i.phrases.iter().map(|p| json!({"key": p.key, "text": p.text, "kind": phrase(&p.kind)}))
                .collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "params": pack.params.values().map(param).collect::<Vec<_>>(),
        "entries": pack.entries.iter().map(entry).collect::<Vec<_>>(),
        "forms": pack.forms.values().map(|f| json!({
            "id": f.id, "title": f.title, "clause": f.clause, "group": f.group,
            "fields": f.fields.iter().map(field).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "registers": pack.registers.values().map(|r| json!({
            "id": r.id, "title": r.title, "clause": r.clause, "group": r.group,
        })).collect::<Vec<_>>(),
        "texts": pack.texts.values().map(|t| json!({
            "id": t.id, "title": t.title, "plan": t.plan, "clause": t.clause, "applies": applies(&t.applies),
            "model": t.model, "binds": codes(&t.binds), "review_months": t.review_months, "under": t.under,
        })).collect::<Vec<_>>(),
        "topics": pack.topics.values().map(|t| json!({
            "id": t.id, "title": t.title, "months": t.months, "questions": t.questions,
        })).collect::<Vec<_>>(),
        "sources": pack.sources.values().map(|s| json!({
            "id": s.id, "title": s.title, "article": s.article, "effective_from": s.effective_from,
            "effective_until": s.effective_until, "note": s.note,
        })).collect::<Vec<_>>(),
        "calendar": pack.calendar.lines(),
        "points": pack.points,
        "budget": pack.budget.iter().map(|(r, m)| (r.code(), *m)).collect::<BTreeMap<_, _>>(),
    })
}

pub fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Notice => "notice",
        Basis::Law => "law",
        Basis::Interpretation => "interpretation",
        Basis::Optional => "option",
    }
}

pub fn period(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Day => "day",
        PeriodKind::Week => "week",
        PeriodKind::Month => "month",
        PeriodKind::Term => "term",
        PeriodKind::SchoolYear => "school_year",
    }
}

fn codes(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|r| r.code()).collect()
}

fn phrase(kind: &PhraseKind) -> Value {
    let PhraseKind::Duty { owes, entries, evidence, served } = kind else {
        return json!(if *kind == PhraseKind::Aim { "aim" } else { "naming" });
    };
    let owes = match owes {
        Owes::School => "school",
        Owes::Bureau => "bureau",
        Owes::Both => "both",
    };
    let served = match served {
        Served::Whole => json!({"far": "whole"}),
        Served::Part(how) => json!({"far": "part", "how": how}),
        Served::None(by) => json!({"far": "none", "by": by}),
    };
    json!({"owes": owes, "entries": entries, "evidence": evidence, "served": served})
}

fn param(p: &Param) -> Value {
    let unit = match p.amount.unit {
        Unit::Minutes => "minutes",
        Unit::Hours => "hours",
        Unit::Days => "days",
        Unit::WorkingDays => "working_days",
        Unit::Grams => "g",
        Unit::Percent => "%",
        Unit::KilometresPerHour => "km/h",
        Unit::Times => "times",
        Unit::People => "people",
        Unit::TenThousandYuan => "wan_yuan",
    };
    json!({
        "key": p.key, "clause": p.clause, "basis": basis(p.basis), "source": p.source, "reason": p.reason,
        "value": p.amount.value, "unit": unit,
    })
}

fn entry(e: &Entry) -> Value {
    let until = match e.until {
        Stage3::Done => "done",
        Stage3::Checked => "checked",
        Stage3::Accepted => "accepted",
    };
    json!({
        "id": e.id, "title": e.title, "clause": e.clause, "also": e.also, "basis": basis(e.basis),
        "source": e.source, "reason": e.reason, "on": e.on, "applies": applies(&e.applies), "rule": rule(&e.rule),
        "evidence": evidence(&e.evidence), "people": people(&e.people), "until": until,
        "grace_days": e.grace_days, "minutes": e.minutes, "waivable": e.waivable, "group": e.group,
        "asks": e.asks, "texts": e.texts,
    })
}

fn applies(a: &Applies) -> Value {
    json!({
        "kinds": a.kinds.iter().map(|k| k.code()).collect::<Vec<_>>(),
        "stages": a.stages.iter().map(|s| s.code()).collect::<Vec<_>>(),
        "boarding": a.boarding, "canteen": a.canteen, "bus": a.bus, "min_pupils": a.min_pupils,
    })
}

fn rule(rule: &Rule) -> Value {
    match rule {
        Rule::Every { times, period: p, each: of, months } => {
            json!({"kind": "every", "times": times, "period": period(*p), "each": each(of), "months": months})
        }
        Rule::Coverage { of, period: p } => json!({"kind": "coverage", "of": of, "period": period(*p)}),
        Rule::Presence { of, period: p } => json!({"kind": "presence", "of": of, "period": period(*p)}),
        Rule::Deadline { after, hours, working } => {
            json!({"kind": "deadline", "after": after, "hours": hours, "working": working})
        }
        Rule::MaxGap { days } => json!({"kind": "max_gap", "days": days}),
        Rule::Ratio { of, per, at_least_per_mille } => {
            json!({"kind": "ratio", "of": of, "per": per, "at_least_per_mille": at_least_per_mille})
        }
        Rule::Expiry { of, days } => json!({"kind": "expiry", "of": of, "days": days}),
        Rule::Threshold { of, at_least, at_most, unit } => {
            json!({"kind": "threshold", "of": of, "at_least": at_least, "at_most": at_most, "unit": unit})
        }
        Rule::Pairing { first, second, within_hours } => {
            json!({"kind": "pairing", "first": first, "second": second, "within_hours": within_hours})
        }
        Rule::Separation { one, other } => json!({"kind": "separation", "one": one, "other": other}),
        Rule::Exclude { what } => json!({"kind": "exclude", "what": what}),
        Rule::Retention { of, keep_hours, at_most_hours } => {
            json!({"kind": "retention", "of": of, "keep_hours": keep_hours, "at_most_hours": at_most_hours})
        }
    }
}

fn each(each: &Each) -> Value {
    match each {
        Each::Unit => json!("unit"),
        Each::Class => json!("class"),
        Each::ClassTopic(topics) => json!({"class_topic": topics}),
        Each::Topic(topics) => json!({"topic": topics}),
        Each::Person(roles) => json!({"person": codes(roles)}),
    }
}

fn evidence(evidence: &Evidence) -> Value {
    match evidence {
        Evidence::Form { form, only } => json!({"form": form, "only": only}),
        Evidence::Noun { noun } => json!({"noun": noun}),
    }
}

fn people(p: &People) -> Value {
    json!({
        "lead": p.lead.code(), "deputy": p.deputy.code(), "doers": codes(&p.doers),
        "checker": p.checker.code(), "acceptor": p.acceptor.code(),
    })
}

fn field(f: &Field) -> Value {
    let kind = match &f.kind {
        FieldKind::Line => json!("line"),
        FieldKind::Text => json!("text"),
        FieldKind::Number { least, most, unit } => json!({"number": {"least": least, "most": most, "unit": unit}}),
        FieldKind::Choice(options) => json!({"choice": options}),
        FieldKind::Choices(options) => json!({"choices": options}),
        FieldKind::Day => json!("day"),
        FieldKind::Time => json!("time"),
        FieldKind::People => json!("people"),
        FieldKind::Photos { most } => json!({"photos": {"most": most}}),
    };
    json!({
        "key": f.key, "label": f.label, "kind": kind, "required": f.required, "fact": f.fact, "need": f.need,
        "help": f.help,
    })
}
