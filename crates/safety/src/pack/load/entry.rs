//! Entries: who owes what, how often, shown by what.

use std::collections::BTreeMap;

use base::calendar::PeriodKind;

use super::cursor::Table;
use super::head::{applies, clause, group, knows_clause, rests_on, role, roles};
use crate::pack::finding::What;
use crate::pack::model::{Basis, Each, Entry, Evidence, FieldKind, Form, Pack, People, Rule, Stage3};
use crate::pack::nouns;

pub fn entries(t: &Table<'_>, pack: &mut Pack) {
    for e in t.tables("entry") {
        let entry = entry(&e, pack);
        e.done();
        let Some(entry) = entry.filter(|_| !e.is_bad()) else { continue };
        if pack.entries.iter().any(|other| other.id == entry.id) {
            e.fault("id", What::Duplicate { id: entry.id.clone() });
            continue;
        }
        pack.entries.push(entry);
    }
}

fn entry(e: &Table<'_>, pack: &Pack) -> Option<Entry> {
    let id = e.text("id");
    e.file.findings.declare(&id);
    let clause = clause(e, pack);
    let also = e.texts("also");
    for other in also.iter().filter(|c| !knows_clause(pack, c)) {
        e.fault("also", What::UnknownClause { clause: other.clone() });
    }
    let (basis, source, reason) = rests_on(e, pack);
    let texts = e.texts("texts");
    for text in texts.iter().filter(|t| !pack.texts.contains_key(*t)) {
        e.fault("texts", What::UnknownText { text: text.clone() });
    }
    let title = e.text("title");
    let applies = applies(e.table("applies"));
    let rule = e.table("rule").and_then(|r| rule(&r, pack));
    let evidence = e.table("evidence").and_then(|v| evidence(&v, pack));
    let people = e.table("people").and_then(|p| people(&p));
    let until = e.opt_code("until", |code| match code {
        "done" => Some(Stage3::Done),
        "checked" => Some(Stage3::Checked),
        "accepted" => Some(Stage3::Accepted),
        _ => None,
    });
    let grace_days = e.opt_int("grace_days", 0, 366).unwrap_or(0);
    let minutes = e.int("minutes", 0, 2_400);
    let on = e.opt_bool("on").unwrap_or(basis != Basis::Optional);
    let waivable = e.opt_bool("waivable").unwrap_or(basis != Basis::Notice);
    let group = group(e);
    let asks = if e.has("asks") { e.texts("asks") } else { vec![id.clone()] };
    Some(Entry {
        id,
        title,
        clause,
        also,
        basis,
        source,
        reason,
        on,
        applies,
        rule: rule?,
        evidence: evidence?,
        people: people?,
        until: until.unwrap_or(Stage3::Done),
        grace_days,
        minutes,
        waivable,
        group,
        asks,
        texts,
        at: e.at(),
    })
}

pub fn period(code: &str) -> Option<PeriodKind> {
    Some(match code {
        "day" => PeriodKind::Day,
        "week" => PeriodKind::Week,
        "month" => PeriodKind::Month,
        "term" => PeriodKind::Term,
        "school_year" => PeriodKind::SchoolYear,
        _ => return None,
    })
}

fn rule(r: &Table<'_>, pack: &Pack) -> Option<Rule> {
    let kind = r.text("kind");
    let out = match kind.as_str() {
        "every" => Rule::Every {
            times: r.opt_int("times", 1, 1_000).unwrap_or(1),
            period: r.code("period", period)?,
            each: each(r, pack)?,
            months: r.ints("months", 1, 12).into_iter().filter_map(|m| i8::try_from(m).ok()).collect(),
        },
        "coverage" => Rule::Coverage { of: r.text("of"), period: r.code("period", period)? },
        "presence" => Rule::Presence { of: r.text("of"), period: r.code("period", period)? },
        "deadline" => deadline(r)?,
        "max_gap" => Rule::MaxGap { days: r.int("days", 1, 3_660) },
        "ratio" => Rule::Ratio {
            of: r.text("of"),
            per: r.text("per"),
            at_least_per_mille: r.int("at_least_per_mille", 0, 1_000_000),
        },
        "expiry" => Rule::Expiry { of: r.text("of"), days: r.int("days", 1, 36_600) },
        "threshold" => Rule::Threshold {
            of: r.text("of"),
            at_least: r.opt_int("at_least", -1_000, 1_000_000),
            at_most: r.opt_int("at_most", -1_000, 1_000_000),
            unit: r.text("unit"),
        },
        "pairing" => Rule::Pairing {
            first: r.text("first"),
            second: r.text("second"),
            within_hours: r.int("within_hours", 1, 100_000),
        },
        "separation" => Rule::Separation { one: r.text("one"), other: r.text("other") },
        "exclude" => Rule::Exclude { what: r.text("what") },
        "retention" => Rule::Retention {
            of: r.text("of"),
            keep_hours: r.opt_int("keep_hours", 0, 10_000_000),
            at_most_hours: r.opt_int("at_most_hours", 0, 10_000_000),
        },
        "" => return None,
        _ => {
            r.fault("kind", What::UnknownCode { key: "kind".into(), got: kind });
            return None;
        }
    };
    r.done();
    Some(out)
}

/// A clock in hours, or in working days of 24 hours each (the noun counts them on the calendar).
fn deadline(r: &Table<'_>) -> Option<Rule> {
    let after = r.text("after");
    if !after.starts_with("done.") && !nouns::EVENTS.iter().any(|e| e.0 == after) {
        r.fault("after", What::UnknownNoun { noun: after.clone() });
    }
    let days = r.opt_int("working_days", 1, 366);
    let hours = r.opt_int("hours", 1, 100_000);
    let (hours, working) = match (hours, days) {
        (_, Some(days)) => (days * 24, true),
        (Some(hours), None) => (hours, false),
        (None, None) => {
            r.fault("hours", What::MissingKey { key: "hours".into() });
            return None;
        }
    };
    Some(Rule::Deadline { after, hours, working })
}

fn each(r: &Table<'_>, pack: &Pack) -> Option<Each> {
    let code = r.opt_text("each").unwrap_or_else(|| "unit".into());
    let topics = || {
        let topics = r.texts("topics");
        for topic in topics.iter().filter(|t| !pack.topics.contains_key(*t)) {
            r.fault("topics", What::UnknownTopic { topic: topic.clone() });
        }
        if !r.has("topics") {
            r.fault("topics", What::MissingKey { key: "topics".into() });
        }
        topics
    };
    Some(match code.as_str() {
        "unit" => Each::Unit,
        "class" => Each::Class,
        "topic" => Each::Topic(topics()),
        "class_topic" => Each::ClassTopic(topics()),
        "person" => Each::Person(roles(r, "roles")),
        _ => {
            r.fault("each", What::UnknownCode { key: "each".into(), got: code });
            return None;
        }
    })
}

fn evidence(v: &Table<'_>, pack: &Pack) -> Option<Evidence> {
    let out = if v.has("noun") {
        let noun = v.text("noun");
        if !nouns::known(&noun) {
            v.fault("noun", What::UnknownNoun { noun: noun.clone() });
        }
        Evidence::Noun { noun }
    } else {
        let form = v.text("form");
        let only: BTreeMap<String, Vec<String>> = v.lists("only").into_iter().map(|(k, l, _)| (k, l)).collect();
        match pack.forms.get(&form) {
            Some(f) => only_fits(v, f, &only, pack),
            None if form.is_empty() => return None,
            None => v.fault("form", What::UnknownForm { form: form.clone() }),
        }
        Evidence::Form { form, only }
    };
    v.done();
    (!v.is_bad()).then_some(out)
}

/// The fields and values by which evidence is narrowed are the form's own.
fn only_fits(v: &Table<'_>, form: &Form, only: &BTreeMap<String, Vec<String>>, pack: &Pack) {
    for (key, values) in only {
        let Some(field) = form.fields.iter().find(|f| f.key == *key) else {
            v.fault("only", What::UnknownField { form: form.id.clone(), field: key.clone() });
            continue;
        };
        let (FieldKind::Choice(options) | FieldKind::Choices(options)) = &field.kind else { continue };
        for value in values.iter().filter(|v| !options.iter().any(|o| o.0 == **v) && !pack.topics.contains_key(*v)) {
            v.fault("only", What::UnknownCode { key: key.clone(), got: value.clone() });
        }
    }
}

fn people(p: &Table<'_>) -> Option<People> {
    let (lead, deputy) = (role(p, "lead"), role(p, "deputy"));
    let doers = roles(p, "doers");
    if doers.is_empty() && !p.is_bad() {
        p.fault("doers", What::MissingKey { key: "doers".into() });
    }
    let (checker, acceptor) = (role(p, "checker"), role(p, "acceptor"));
    p.done();
    (!p.is_bad()).then_some(People { lead: lead?, deputy: deputy?, doers, checker: checker?, acceptor: acceptor? })
}
