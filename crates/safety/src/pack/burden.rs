//! The burden lint (国办函〔2026〕12号; decisions.md §6): what a well-formed pack must still not do to people. A check-in
//! outside guard duty and emergencies, a compulsory photo or a track without stated need, a rule by uploads or log-ins,
//! the same datum asked twice or asked although the program knows it, more minutes a week than the pack allows a post.
//!
//! The words by which names are judged are data (`packs/lint/words.toml`).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use base::calendar::PeriodKind;

use super::finding::{Finding, What};
use super::model::{At, Each, Entry, Evidence, FieldKind, Form, Pack, Rule};
use super::nouns;
use crate::org::Role;

/// Classes of a typical school, when a post does something for every class: for the estimate of minutes only.
const CLASSES: i64 = 12;
/// Weeks of school in a year, in a term, in a month (times ten).
const WEEKS: [(PeriodKind, i64); 5] = [
    (PeriodKind::Day, 2),
    (PeriodKind::Week, 10),
    (PeriodKind::Month, 43),
    (PeriodKind::Term, 190),
    (PeriodKind::SchoolYear, 390),
];

#[derive(serde::Deserialize)]
struct Words {
    check_in: Vec<String>,
    rank: Vec<String>,
    photo: Vec<String>,
    track: Vec<String>,
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        let text = include_str!("../../../../packs/lint/words.toml");
        toml::from_str(text).unwrap_or(Words { check_in: vec![], rank: vec![], photo: vec![], track: vec![] })
    })
}

fn has(text: &str, of: &[String]) -> Option<String> {
    of.iter().find(|w| text.contains(w.as_str())).cloned()
}

/// Periods of a kind in a school year, times ten: to compare how often, not to count.
pub fn per_year(kind: PeriodKind) -> i64 {
    3_900 / WEEKS.iter().find(|w| w.0 == kind).map_or(10, |w| w.1)
}

/// Everything that burdens people without need.
pub fn lint(pack: &Pack) -> Vec<Finding> {
    let mut out = Vec::new();
    for entry in &pack.entries {
        named(&entry.title, &entry.group, &entry.at, &mut out);
        ranked(entry, &mut out);
    }
    for form in pack.forms.values() {
        named(&form.title, &form.group, &form.at, &mut out);
        for field in &form.fields {
            asked(form, field, &mut out);
        }
    }
    twice(pack, &mut out);
    hidden(pack, &mut out);
    budget(pack, &mut out);
    out
}

/// Guard duty and emergencies may check in and locate; nothing else may.
fn is_guard_or_emergency(group: &str) -> bool {
    group.starts_with("watch.") || group.starts_with("urgent.")
}

fn named(title: &str, group: &str, at: &At, out: &mut Vec<Finding>) {
    if let Some(word) = has(title, &words().check_in).filter(|_| !is_guard_or_emergency(group)) {
        out.push(Finding { at: at.clone(), what: What::CheckIn { word } });
    }
    if let Some(word) = has(title, &words().rank) {
        out.push(Finding { at: at.clone(), what: What::Ranking { word } });
    }
}

/// A rule that measures the use of the program instead of safety.
fn ranked(entry: &Entry, out: &mut Vec<Finding>) {
    let of = match &entry.rule {
        Rule::Threshold { of, .. } | Rule::Ratio { of, .. } | Rule::Coverage { of, .. } => of,
        _ => return,
    };
    if nouns::USE_OF_PROGRAM.contains(&of.as_str()) {
        out.push(Finding { at: entry.at.clone(), what: What::Ranking { word: of.clone() } });
    }
}

fn asked(form: &Form, field: &super::model::Field, out: &mut Vec<Finding>) {
    let mut say = |what| out.push(Finding { at: field.at.clone(), what });
    let words = words();
    let guard = is_guard_or_emergency(&form.group);
    if let Some(word) = has(&field.label, &words.check_in).filter(|_| !guard) {
        say(What::CheckIn { word });
    }
    if let Some(word) = has(&field.label, &words.rank) {
        say(What::Ranking { word });
    }
    let photo = matches!(field.kind, FieldKind::Photos { .. });
    let proof = has(&field.label, &words.photo);
    if field.need.is_none() && ((photo && field.required) || proof.is_some()) {
        say(What::PhotoWithoutNeed { field: field.key.clone() });
    }
    if has(&field.label, &words.track).is_some() && (field.need.is_none() || !guard) {
        say(What::TrackWithoutNeed { field: field.key.clone() });
    }
    if nouns::KNOWN_FACTS.contains(&field.fact.as_str()) {
        say(What::AsksKnown { fact: field.fact.clone() });
    }
}

/// The same datum twice: two entries that are switched on for the same unit, or two fields of forms in use.
fn twice(pack: &Pack, out: &mut Vec<Finding>) {
    let on: Vec<&Entry> = pack.entries.iter().filter(|e| e.on).collect();
    for (i, entry) in on.iter().enumerate() {
        for fact in &entry.asks {
            let other = on[..i].iter().find(|o| o.asks.contains(fact) && o.applies.overlaps(&entry.applies));
            if let Some(other) = other {
                let what = What::SameFact { fact: fact.clone(), other: other.id.clone() };
                out.push(Finding { at: entry.at.clone(), what });
            }
        }
    }
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    for form in pack.forms.values() {
        for field in &form.fields {
            if let Some(other) = seen.insert(&field.fact, format!("{}.{}", form.id, field.key)) {
                let what = What::SameFact { fact: field.fact.clone(), other };
                out.push(Finding { at: field.at.clone(), what });
            }
        }
    }
}

/// Work that claims to cost nothing, although somebody fills in a form for it and nothing else counts that form.
fn hidden(pack: &Pack, out: &mut Vec<Finding>) {
    for entry in pack.entries.iter().filter(|e| e.on && e.minutes == 0) {
        let Evidence::Form { .. } = entry.evidence else { continue };
        if !pack.entries.iter().any(|o| o.on && o.minutes > 0 && o.evidence == entry.evidence) {
            out.push(Finding { at: entry.at.clone(), what: What::HiddenBurden { entry: entry.id.clone() } });
        }
    }
}

/// Minutes a week, times ten, that the entries which are switched on ask of each post in a typical school or bureau.
pub fn weekly_tenths(pack: &Pack) -> BTreeMap<Role, i64> {
    let mut out = BTreeMap::new();
    for entry in pack.entries.iter().filter(|e| e.on) {
        // What each person does is that person's own time; else it is that of the first who does it.
        let roles = match &entry.rule {
            Rule::Every { each: Each::Person(roles), .. } if !roles.is_empty() => roles.as_slice(),
            _ => entry.people.doers.get(..1).unwrap_or_default(),
        };
        for role in roles {
            *out.entry(*role).or_insert(0) += tenths(entry);
        }
    }
    out
}

/// Minutes a week, times ten, of one entry for the post that does it.
pub fn tenths(entry: &Entry) -> i64 {
    let own_class = entry.people.doers.first() == Some(&Role::Teacher);
    let (times, period) = match &entry.rule {
        Rule::Every { times, period, each, months } => {
            let parts = match each {
                Each::Unit => 1,
                Each::Class if own_class => 1,
                Each::Class => CLASSES,
                Each::ClassTopic(topics) if own_class => topics.len() as i64,
                Each::ClassTopic(topics) => CLASSES * topics.len() as i64,
                Each::Topic(topics) => topics.len() as i64,
                // A person's own.
                Each::Person(_) => 1,
            };
            // Some months of twelve; ten hold school.
            let share = if months.is_empty() { 10 } else { (months.len() as i64).min(10) };
            (times * parts * share, *period)
        }
        Rule::Coverage { period, .. } | Rule::Presence { period, .. } => (10, *period),
        Rule::MaxGap { days } => return entry.minutes * 70 / days.max(&1),
        _ => return 0,
    };
    let weeks = WEEKS.iter().find(|w| w.0 == period).map_or(10, |w| w.1);
    entry.minutes * times * 10 / weeks
}

fn budget(pack: &Pack, out: &mut Vec<Finding>) {
    for (role, tenths) in weekly_tenths(pack) {
        let minutes = (tenths + 9) / 10;
        let at = At { file: "pack.toml".into(), line: 1 };
        match pack.budget.get(&role) {
            None if minutes > 0 => out.push(Finding { at, what: What::NoBudget { role: role.code().into() } }),
            Some(most) if minutes > *most => {
                let what = What::OverBudget { role: role.code().into(), minutes, most: *most };
                out.push(Finding { at, what });
            }
            _ => {}
        }
    }
}
