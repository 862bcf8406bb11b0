//! The burden of a notice before it goes out (国办函〔2026〕12号: a fact is asked once): what the records know already, how
//! many people will type for how long, which day is too near.

use base::{Day, Result};

use super::figures::{self, Figure};
use super::{Ask, Kind, NewNotice, draft};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::{UnitKind, unit};
use crate::pack::Pack;

/// Minutes for one typed answer; reading and signing cost as much together (an estimate, shown as such).
const MINUTES_ASK: i64 = 2;
const MINUTES_SIGN: i64 = 2;
/// Fewer days than this leave no time to do the work that a notice is about.
const NEAR_DAYS: i64 = 3;
/// More questions than this is a burden.
const MANY: usize = 5;

/// What is to be thought about again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The question stands in a form of the pack: the form's title says where it is answered.
    AskedAlready {
        label: String,
        form: String,
    },
    /// The records answer it: take the figure instead.
    KnownFigure {
        label: String,
        figure: Figure,
    },
    AskedTwice {
        label: String,
    },
    Many {
        asks: usize,
    },
    Near {
        days: i64,
    },
    /// Neither figure nor question: it is for reading only.
    NothingAsked,
}

/// What a draft would cost, and what is known without it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rehearsal {
    pub units: i64,
    pub by_kind: Vec<(UnitKind, i64)>,
    pub minutes_each: i64,
    pub minutes: i64,
    /// Sums that the records give today.
    pub known: Vec<(Figure, i64)>,
    pub findings: Vec<Finding>,
}

/// The first question that a form of the pack asks already, with the form's title.
pub(super) fn asked_already(pack: &Pack, asks: &[Ask]) -> Option<(String, String)> {
    asks.iter().find_map(|ask| {
        let label = ask.label.trim();
        let form = pack.forms.values().find(|form| form.fields.iter().any(|f| f.label == label))?;
        Some((label.to_string(), form.title.clone()))
    })
}

/// Tries a draft without sending it. `words` are what the door calls each figure. Refuses whoever may not issue.
pub fn rehearse(cx: &mut Cx<'_, '_>, new: &NewNotice, words: &[(Figure, &str)]) -> Result<Rehearsal> {
    let unit = unit::show(cx, cx.actor.unit)?;
    cx.require(Action::NoticeIssue, unit.home, false)?;
    let notice = draft(&unit, Kind::Special, new);
    let mut units = figures::under(cx, unit.id)?;
    units.retain(|u| notice.addresses(u));
    let mut by_kind: Vec<(UnitKind, i64)> = Vec::new();
    for unit in &units {
        match by_kind.iter_mut().find(|(kind, _)| *kind == unit.kind) {
            Some((_, n)) => *n += 1,
            None => by_kind.push((unit.kind, 1)),
        }
    }
    by_kind.sort();
    let today = cx.now.day();
    let from = new.from_on.unwrap_or(today).min(today);
    let known = figures::known(cx, unit.id, &units, &new.figures, new.category, from, today)?;
    let sum = |figure: &Figure| (*figure, units.iter().map(|u| known.get(u.id, *figure)).sum());
    let minutes_each = MINUTES_SIGN + MINUTES_ASK * new.asks.len() as i64;
    Ok(Rehearsal {
        units: units.len() as i64,
        by_kind,
        minutes_each,
        minutes: minutes_each * units.len() as i64,
        known: new.figures.iter().map(sum).collect(),
        findings: findings(cx.pack, new, words, today),
    })
}

fn findings(pack: &Pack, new: &NewNotice, words: &[(Figure, &str)], today: Day) -> Vec<Finding> {
    let mut out = Vec::new();
    if let Some((label, form)) = asked_already(pack, &new.asks) {
        out.push(Finding::AskedAlready { label, form });
    }
    for (place, ask) in new.asks.iter().enumerate() {
        let label = ask.label.trim();
        if let Some((figure, _)) = words.iter().find(|(_, word)| !word.is_empty() && label.contains(word)) {
            out.push(Finding::KnownFigure { label: label.into(), figure: *figure });
        }
        if new.asks[..place].iter().any(|other| other.label.trim() == label) {
            out.push(Finding::AskedTwice { label: label.into() });
        }
    }
    if new.asks.len() > MANY {
        out.push(Finding::Many { asks: new.asks.len() });
    }
    let days = new.due_on.days_since(today);
    if days < NEAR_DAYS {
        out.push(Finding::Near { days });
    }
    if new.asks.is_empty() && new.figures.is_empty() {
        out.push(Finding::NothingAsked);
    }
    out
}
