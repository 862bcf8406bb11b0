//! What a pack says that cannot be: recurrences that never come or never end, posts that no such unit has, a checker who
//! accepts his own check, clocks that wait for each other, a waiver of the notice's own words, phrases that are said to be
//! served and are not. Also a warning where a source was not in force on the pack's day.

use std::collections::BTreeMap;

use base::Day;
use base::calendar::PeriodKind;

use super::burden;
use super::finding::{Finding, What};
use super::load::{Files, read};
use super::model::{At, Basis, Entry, Evidence, Pack, PhraseKind, Rule, Served};
use super::nouns;
use crate::org::UnitKind;

/// Reads a pack and names everything that is wrong with it, in the order of files and lines.
pub fn check(files: &Files) -> (Pack, Vec<Finding>) {
    let (pack, mut findings) = read(files);
    let sound = findings.is_empty();
    findings.extend(lint(&pack, sound));
    findings.sort_by(|a, b| (&a.at.file, a.at.line).cmp(&(&b.at.file, b.at.line)));
    (pack, findings)
}

/// Everything that a well-formed pack still gets wrong. What is said of phrases is judged only when nothing was left out
/// (`sound`): the rest would be an echo.
pub fn lint(pack: &Pack, sound: bool) -> Vec<Finding> {
    let mut out = Vec::new();
    for entry in &pack.entries {
        recurrence(pack, entry, &mut out);
        posts(entry, &mut out);
        if entry.basis == Basis::Notice && entry.waivable {
            out.push(Finding { at: entry.at.clone(), what: What::NoticeWaivable { entry: entry.id.clone() } });
        }
        if entry.on {
            in_force(pack, entry.source.as_deref(), &entry.at, &mut out);
        }
    }
    for param in pack.params.values() {
        in_force(pack, param.source.as_deref(), &param.at, &mut out);
    }
    cycles(pack, &mut out);
    if sound {
        served(pack, &mut out);
        unnamed(pack, &mut out);
    }
    out.extend(burden::lint(pack));
    out
}

/// Minutes that one period of a kind can hold.
fn holds(kind: PeriodKind) -> i64 {
    let day = 10 * 60;
    match kind {
        PeriodKind::Day => day,
        PeriodKind::Week => 5 * day,
        PeriodKind::Month => 22 * day,
        PeriodKind::Term => 95 * day,
        PeriodKind::SchoolYear => 200 * day,
    }
}

/// Never due, or more than the period can hold.
fn recurrence(pack: &Pack, entry: &Entry, out: &mut Vec<Finding>) {
    let Rule::Every { times, period, months, .. } = &entry.rule else { return };
    let mut say = || {
        out.push(Finding { at: entry.at.clone(), what: What::ImpossibleRecurrence { entry: entry.id.clone() } });
    };
    if times * entry.minutes > holds(*period) {
        return say();
    }
    if months.is_empty() {
        return;
    }
    let whole = matches!(period, PeriodKind::Term | PeriodKind::SchoolYear);
    let school = entry.applies.kinds.iter().all(|k| k.is_school()) && !entry.applies.kinds.is_empty();
    let year = i64::from(pack.effective_on.map_or(2012, |d| d.date().year()));
    if whole || (school && !months.iter().any(|m| has_school(pack, year, *m))) {
        say();
    }
}

/// Does the month hold a school day, in the pack's year or the next?
fn has_school(pack: &Pack, year: i64, month: i8) -> bool {
    [year, year + 1].into_iter().any(|y| {
        let Some(mut day) = i16::try_from(y).ok().and_then(|y| Day::new(y, month, 1)) else { return false };
        let end = day.month_end();
        while day < end {
            if pack.calendar.is_school_day(day) {
                return true;
            }
            day = day.plus_days(1);
        }
        false
    })
}

/// Every unit that owes it has the posts that it names; whoever checks is not who accepts.
fn posts(entry: &Entry, out: &mut Vec<Finding>) {
    let mut say = |what| out.push(Finding { at: entry.at.clone(), what });
    let people = &entry.people;
    if people.checker == people.acceptor {
        say(What::SameHand { entry: entry.id.clone(), role: people.checker.code().into() });
    }
    let all = [UnitKind::City, UnitKind::County, UnitKind::Centre, UnitKind::School, UnitKind::Point];
    let kinds = if entry.applies.kinds.is_empty() { &all[..] } else { &entry.applies.kinds };
    for role in [people.lead, people.checker, people.acceptor] {
        if !kinds.iter().all(|k| role.fits(*k)) {
            return say(What::RoleMisfit { role: role.code().into() });
        }
    }
    if !kinds.iter().all(|k| people.doers.iter().any(|role| role.fits(*k))) {
        let role = people.doers.first().map_or("", |r| r.code());
        say(What::RoleMisfit { role: role.into() });
    }
}

/// Was the source in force on the day from which the pack is?
fn in_force(pack: &Pack, source: Option<&str>, at: &At, out: &mut Vec<Finding>) {
    let Some(source) = source.and_then(|id| pack.sources.get(id)) else { return };
    let Some(day) = pack.effective_on else { return };
    if day < source.effective_from || source.effective_until.is_some_and(|until| until < day) {
        let what = What::SourceNotInForce { source: source.id.clone(), from: source.effective_from };
        out.push(Finding { at: at.clone(), what });
    }
}

/// Deadlines that start when another entry is done, and written rules that stand under another, must come to an end.
fn cycles(pack: &Pack, out: &mut Vec<Finding>) {
    let mut after: BTreeMap<&str, (&str, &At)> = BTreeMap::new();
    for entry in &pack.entries {
        if let Rule::Deadline { after: event, .. } = &entry.rule
            && let Some(other) = event.strip_prefix("done.")
        {
            if pack.entry(other).is_none() {
                let what = What::UnknownEntry { entry: other.into() };
                out.push(Finding { at: entry.at.clone(), what });
            }
            after.insert(&entry.id, (other, &entry.at));
        }
    }
    circle(&after, out);
    for text in pack.texts.values() {
        if let Some(id) = text.under.as_ref().filter(|id| !pack.texts.contains_key(*id)) {
            out.push(Finding { at: text.at.clone(), what: What::UnknownText { text: id.clone() } });
        }
    }
    let under = pack.texts.values().filter_map(|t| Some((t.id.as_str(), (t.under.as_deref()?, &t.at)))).collect();
    circle(&under, out);
}

/// One finding for each circle, at its member that comes first by name.
fn circle(next: &BTreeMap<&str, (&str, &At)>, out: &mut Vec<Finding>) {
    for (first, (_, at)) in next {
        let mut path = vec![*first];
        let mut here = *first;
        while let Some((to, _)) = next.get(here) {
            if to == first {
                if path.iter().all(|id| id >= first) {
                    let through = path.iter().map(|s| (*s).to_string()).collect();
                    out.push(Finding { at: (*at).clone(), what: What::Cycle { through } });
                }
                break;
            }
            if path.contains(to) {
                break;
            }
            path.push(to);
            here = to;
        }
    }
}

/// A phrase that is said to be served must be: wholly only by something that makes cells or by a noun, not by a bare form.
fn served(pack: &Pack, out: &mut Vec<Finding>) {
    for phrase in pack.items.iter().flat_map(|i| &i.phrases) {
        let PhraseKind::Duty { entries, served, .. } = &phrase.kind else { continue };
        let mut say = |what| out.push(Finding { at: phrase.at.clone(), what });
        let named: Vec<&Entry> = entries.iter().filter_map(|id| pack.entry(id)).collect();
        let noun = entries.iter().any(|id| id.starts_with('@'));
        let bare = |e: &&Entry| matches!(&e.evidence, Evidence::Form { form, .. } if !nouns::has_room(form));
        match served {
            _ if entries.is_empty() => say(What::Unserved { phrase: phrase.key.clone() }),
            Served::Whole if !noun && !named.iter().any(|e| e.makes_cells() && !bare(e)) => {
                say(What::Overstated { phrase: phrase.key.clone() });
            }
            Served::None(_) if noun || named.iter().any(|e| e.makes_cells()) => {
                say(What::Understated { phrase: phrase.key.clone() });
            }
            _ => {}
        }
    }
}

/// Every entry that is switched on is named by a phrase of the notice.
fn unnamed(pack: &Pack, out: &mut Vec<Finding>) {
    let names = |id: &str| {
        pack.items.iter().flat_map(|i| &i.phrases).any(|p| match &p.kind {
            PhraseKind::Duty { entries, .. } => entries.iter().any(|e| e == id),
            _ => false,
        })
    };
    for entry in pack.entries.iter().filter(|e| e.on && !pack.items.is_empty() && !names(&e.id)) {
        out.push(Finding { at: entry.at.clone(), what: What::UnnamedEntry { entry: entry.id.clone() } });
    }
}
