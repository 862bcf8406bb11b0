//! A layer (层): what a county or a school adds to the notice that it signed for. It asks more, sooner or further things,
//! never less; a layer that softens anything is refused whole, each softening named.
//!
//! Pure. Who may write a layer, for which units it holds and where it is kept is the notice noun's.

use base::calendar::PeriodKind;
use serde::{Deserialize, Serialize};

use super::burden::per_year;
use super::load::{hash, period_of, softer};
use super::model::{Applies, At, Basis, Each, Entry, Evidence, Pack, People, Rule, Stage3};
use super::nouns;
use crate::org::Role;

/// One thing that a layer makes stricter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Harder {
    /// More often in each period.
    Times { entry: String, times: i64 },
    /// In a shorter period: weekly in place of monthly.
    Period { entry: String, period: String },
    /// Fewer days of grace.
    Grace { entry: String, days: i64 },
    /// An option switched on.
    SwitchOn { entry: String },
    /// A number made stricter: for most a shorter time.
    Number { param: String, value: i64 },
    /// One more duty of the layer's own.
    Own(Own),
}

/// A duty that a layer adds: shown by a form of the pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    /// Begins with `own.`, so that it never meets an entry of a pack.
    pub id: String,
    pub title: String,
    pub clause: String,
    pub period: String,
    pub times: i64,
    pub form: String,
    pub minutes: i64,
    pub reason: String,
}

/// Why a layer is refused: which of its things, and how it fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Softer {
    pub index: usize,
    pub why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Names an entry, number, clause, form or period that the pack does not have, or that cannot be counted.
    Unknown,
    /// Asks less than the layer below it.
    Less,
    /// Stands there already.
    Taken,
}

/// Things of one layer.
pub const LAYER_MAX: usize = 100;

/// The pack with a layer over it; every layer is applied to what the layers before it made.
pub fn apply(pack: &Pack, layer: &[Harder]) -> Result<Pack, Vec<Softer>> {
    let mut out = pack.clone();
    let mut refused = Vec::new();
    for (index, harder) in layer.iter().enumerate() {
        if index >= LAYER_MAX {
            refused.push(Softer { index, why: Why::Taken });
            break;
        }
        if let Err(why) = one(&mut out, harder) {
            refused.push(Softer { index, why });
        }
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    out.hash = hash(&out);
    Ok(out)
}

fn one(pack: &mut Pack, harder: &Harder) -> Result<(), Why> {
    match harder {
        Harder::Times { entry, times: wanted } => on(pack, entry, |e| match &mut e.rule {
            Rule::Every { times, .. } if *wanted >= 1 && *wanted <= 1_000 => {
                *times = *wanted;
                Ok(())
            }
            _ => Err(Why::Unknown),
        }),
        Harder::Period { entry, period } => {
            let to = period_of(period).ok_or(Why::Unknown)?;
            on(pack, entry, |e| match &mut e.rule {
                // A period with chosen months has no shorter one that holds the same months.
                Rule::Every { period, months, .. } if months.is_empty() => {
                    *period = to;
                    Ok(())
                }
                _ => Err(Why::Unknown),
            })
        }
        Harder::Grace { entry, days } => on(pack, entry, |e| {
            e.grace_days = *days;
            if *days < 0 { Err(Why::Unknown) } else { Ok(()) }
        }),
        Harder::SwitchOn { entry } => {
            if pack.entry(entry).is_some_and(|e| e.on) {
                return Err(Why::Taken);
            }
            on(pack, entry, |e| {
                e.on = true;
                Ok(())
            })
        }
        Harder::Number { param, value } => number(pack, param, *value),
        Harder::Own(own) => add(pack, own),
    }
}

/// Changes an entry and takes the change back when it asks less than before.
fn on(pack: &mut Pack, id: &str, change: impl FnOnce(&mut Entry) -> Result<(), Why>) -> Result<(), Why> {
    let entry = pack.entries.iter_mut().find(|e| e.id == id).ok_or(Why::Unknown)?;
    let before = entry.clone();
    let done = change(entry).and_then(|()| if softer(&before, entry) { Err(Why::Less) } else { Ok(()) });
    if done.is_err() {
        *entry = before;
    }
    done
}

fn number(pack: &mut Pack, key: &str, value: i64) -> Result<(), Why> {
    let param = pack.params.get_mut(key).ok_or(Why::Unknown)?;
    if value < 0 {
        return Err(Why::Unknown);
    }
    let less =
        if nouns::MORE_IS_STRICTER.contains(&key) { value < param.amount.value } else { value > param.amount.value };
    if less {
        return Err(Why::Less);
    }
    param.span_ms = if param.amount.value > 0 { param.span_ms / param.amount.value * value } else { param.span_ms };
    param.amount.value = value;
    Ok(())
}

fn add(pack: &mut Pack, own: &Own) -> Result<(), Why> {
    let period = period_of(&own.period).ok_or(Why::Unknown)?;
    let form = pack.forms.get(&own.form).ok_or(Why::Unknown)?;
    let sound = own.id.starts_with("own.") && (1..=100).contains(&own.times) && (0..=2_400).contains(&own.minutes);
    if !sound || pack.item(&own.clause).is_none() || own.title.trim().is_empty() {
        return Err(Why::Unknown);
    }
    if pack.entry(&own.id).is_some() {
        return Err(Why::Taken);
    }
    let entry = own_entry(own, period, form.group.clone());
    pack.entries.push(entry);
    Ok(())
}

fn own_entry(own: &Own, period: PeriodKind, group: String) -> Entry {
    Entry {
        id: own.id.clone(),
        title: own.title.clone(),
        clause: own.clause.clone(),
        also: Vec::new(),
        basis: Basis::Interpretation,
        source: None,
        reason: Some(own.reason.clone()),
        on: true,
        applies: Applies::default(),
        rule: Rule::Every { times: own.times, period, each: Each::Unit, months: Vec::new() },
        evidence: Evidence::Form { form: own.form.clone(), only: Default::default() },
        people: People {
            lead: Role::Principal,
            deputy: Role::Vice,
            doers: vec![Role::SafetyHead, Role::Officer, Role::Vice],
            checker: Role::Vice,
            acceptor: Role::Principal,
        },
        until: Stage3::Done,
        grace_days: 0,
        minutes: own.minutes,
        waivable: true,
        group,
        asks: vec![own.id.clone()],
        texts: Vec::new(),
        at: At::default(),
    }
}

/// Does `upper` ask everything that `lower` asks, as often and as soon? The judge of layers, apart from how they are made.
pub fn asks_no_less(lower: &Pack, upper: &Pack) -> bool {
    let entries = lower.entries.iter().filter(|e| e.on).all(|low| {
        upper.entry(&low.id).is_some_and(|up| {
            let often = match (&low.rule, &up.rule) {
                (Rule::Every { times: a, period: p, .. }, Rule::Every { times: b, period: q, .. }) => {
                    b * per_year(*q) >= a * per_year(*p)
                }
                (a, b) => a == b,
            };
            up.on && often && up.grace_days <= low.grace_days && up.applies == low.applies && up.until >= low.until
        })
    });
    let numbers = lower.params.iter().all(|(key, low)| {
        upper.params.get(key).is_some_and(|up| {
            let more = up.amount.value >= low.amount.value;
            let less = up.amount.value <= low.amount.value;
            if nouns::MORE_IS_STRICTER.contains(&key.as_str()) { more } else { less }
        })
    });
    entries && numbers
}
