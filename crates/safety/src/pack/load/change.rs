//! `changes.toml`: what a pack changes in the pack that it is based on. Also the form in which the bureau's editor writes
//! a changed interpretation. Each change has its reason; none softens what the notice itself says.

use super::cursor::Table;
use super::entry::period;
use super::head::{amount, span_ms};
use crate::pack::finding::What;
use crate::pack::model::{Basis, Change, Entry, Pack, Rule, Target, Unit};

pub fn changes(t: &Table<'_>, pack: &mut Pack) {
    for c in t.tables("change") {
        let reason = c.text("reason");
        let target = if c.has("param") { number(&c, pack, &reason) } else { entry(&c, pack, &reason) };
        c.done();
        if let Some(target) = target.filter(|_| !c.is_bad()) {
            pack.changes.push(Change { target, reason, at: c.at() });
        }
    }
}

/// A number gets another value: its unit measures the same; the notice's own number stays.
fn number(c: &Table<'_>, pack: &mut Pack, reason: &str) -> Option<Target> {
    let key = c.text("param");
    let amount = amount(c, "value")?;
    let Some(param) = pack.params.get_mut(&key) else {
        c.fault("param", What::MissingKey { key });
        return None;
    };
    if param.basis == Basis::Notice {
        c.fault("param", What::NoticeSoftened { id: key });
        return None;
    }
    let span = span_ms(amount);
    if span.is_some() != span_ms(param.amount).is_some() || (span.is_none() && amount.unit != param.amount.unit) {
        let wanted = if span.is_none() && amount.unit != Unit::Times { "time" } else { "amount" };
        c.fault("value", What::WrongUnit { key, got: format!("{:?}", amount.unit).to_lowercase(), wanted });
        return None;
    }
    param.amount = amount;
    param.span_ms = span.unwrap_or(0);
    param.reason = Some(reason.into());
    if param.basis == Basis::Law {
        param.basis = Basis::Interpretation;
    }
    Some(Target::Param(key))
}

/// An entry is switched, or asked more or less often, later or sooner.
fn entry(c: &Table<'_>, pack: &mut Pack, reason: &str) -> Option<Target> {
    let id = c.text("entry");
    let source = c.opt_text("source");
    if let Some(source) = source.as_ref().filter(|s| !pack.sources.contains_key(*s)) {
        c.fault("source", What::UnknownSource { source: source.clone() });
    }
    let (on, times) = (c.opt_bool("on"), c.opt_int("times", 1, 1_000));
    let grace = c.opt_int("grace_days", 0, 366);
    let minutes = c.opt_int("minutes", 0, 2_400);
    let to = c.opt_code("period", period);
    let Some(entry) = pack.entries.iter_mut().find(|e| e.id == id) else {
        // An entry that was left out because of another fault is no fault here.
        if !c.file.findings.is_declared(&id) {
            c.fault("entry", What::UnknownEntry { entry: id });
        }
        return None;
    };
    let before = entry.clone();
    entry.on = on.unwrap_or(entry.on);
    entry.grace_days = grace.unwrap_or(entry.grace_days);
    entry.minutes = minutes.unwrap_or(entry.minutes);
    entry.source = source.or_else(|| entry.source.take());
    entry.reason = Some(reason.into());
    if let Rule::Every { times: t, period: p, .. } = &mut entry.rule {
        *t = times.unwrap_or(*t);
        *p = to.unwrap_or(*p);
    }
    if before.basis == Basis::Notice && softer(&before, entry) {
        *entry = before;
        c.fault("entry", What::NoticeSoftened { id: id.clone() });
        return None;
    }
    Some(Target::Entry(id))
}

/// Does the later form ask less than the earlier?
fn softer(earlier: &Entry, later: &Entry) -> bool {
    let less = match (&earlier.rule, &later.rule) {
        (Rule::Every { times: a, period: p, .. }, Rule::Every { times: b, period: q, .. }) => {
            // Per school year, so that two a month are not fewer than one a week unseen.
            let per_year = |n: &i64, kind| n * crate::pack::burden::per_year(kind);
            per_year(b, *q) < per_year(a, *p)
        }
        (a, b) => a != b,
    };
    less || (earlier.on && !later.on) || later.grace_days > earlier.grace_days
}
