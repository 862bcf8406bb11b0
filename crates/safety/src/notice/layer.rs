//! What a county or a school puts on top of the pack: more often, with less grace, to a later stage, or an item of its
//! own. Never less: `tighten` takes a change only if no number becomes softer, over every layer above (notice 1.3, 4.2).

use base::calendar::PeriodKind;
use base::{Day, Error, Id, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::sql;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::org::unit;
use crate::pack::model::{Entry, Rule, Stage3};

/// Layers that bind one unit.
const ROWS: i64 = 1_000;
/// Times in a period at most.
const TIMES_MAX: i64 = 50;

/// The numbers of an entry that a layer may tighten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Strict {
    pub times: i64,
    pub grace_days: i64,
    #[serde(skip)]
    pub until: Stage3,
}

impl Strict {
    /// As the pack has it; none for a rule that has no times.
    pub fn of(entry: &Entry) -> Option<Strict> {
        match &entry.rule {
            Rule::Every { times, .. } => {
                Some(Strict { times: *times, grace_days: entry.grace_days, until: entry.until })
            }
            _ => None,
        }
    }
}

/// A change to them; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tighter {
    pub times: Option<i64>,
    pub grace_days: Option<i64>,
    pub until: Option<Stage3>,
}

/// Applies a change, or says which field would soften what holds already.
pub fn tighten(now: Strict, change: Tighter) -> std::result::Result<Strict, &'static str> {
    let times = change.times.unwrap_or(now.times);
    let grace_days = change.grace_days.unwrap_or(now.grace_days);
    let until = change.until.unwrap_or(now.until);
    if times < now.times {
        return Err("times");
    }
    if grace_days > now.grace_days || grace_days < 0 {
        return Err("grace_days");
    }
    if until < now.until {
        return Err("until");
    }
    Ok(Strict { times, grace_days, until })
}

/// Lays one layer over another, whichever came first: the stricter number of each. For layers that were entered while
/// the pack or the layer above asked less.
pub fn over(now: Strict, change: Tighter) -> Strict {
    Strict {
        times: now.times.max(change.times.unwrap_or(now.times)),
        grace_days: now.grace_days.min(change.grace_days.unwrap_or(now.grace_days)).max(0),
        until: now.until.max(change.until.unwrap_or(now.until)),
    }
}

pub fn stage_code(stage: Stage3) -> &'static str {
    match stage {
        Stage3::Done => "done",
        Stage3::Checked => "checked",
        Stage3::Accepted => "accepted",
    }
}

pub fn stage_of(code: &str) -> Option<Stage3> {
    match code {
        "done" => Some(Stage3::Done),
        "checked" => Some(Stage3::Checked),
        "accepted" => Some(Stage3::Accepted),
        _ => None,
    }
}

pub fn period_code(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Day => "day",
        PeriodKind::Week => "week",
        PeriodKind::Month => "month",
        PeriodKind::Term => "term",
        PeriodKind::SchoolYear => "year",
    }
}

pub fn period_of(code: &str) -> Option<PeriodKind> {
    [PeriodKind::Day, PeriodKind::Week, PeriodKind::Month, PeriodKind::Term, PeriodKind::SchoolYear]
        .into_iter()
        .find(|kind| period_code(*kind) == code)
}

/// A layer as it is stored: over an entry of the pack, or an item of its own (`entry` empty).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Layer {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    pub unit_name: String,
    pub entry: String,
    pub title: String,
    pub clause: String,
    pub times: Option<i64>,
    pub period: Option<String>,
    pub grace_days: Option<i64>,
    pub until: Option<String>,
    pub note: Option<String>,
    pub from_on: Day,
    pub ended_on: Option<Day>,
}

impl Layer {
    pub fn tighter(&self) -> Tighter {
        let until = self.until.as_deref().and_then(stage_of);
        Tighter { times: self.times, grace_days: self.grace_days, until }
    }
}

fn from_row(row: &Row) -> Result<Layer> {
    Ok(Layer {
        id: row.id("id")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        unit_name: row.text("unit_name")?,
        entry: row.text("entry")?,
        title: row.text("title")?,
        clause: row.text("clause")?,
        times: row.opt_int("times")?,
        period: row.opt_text("period")?,
        grace_days: row.opt_int("grace_days")?,
        until: row.opt_text("until")?,
        note: row.opt_text("note")?,
        from_on: row.day("from_on")?,
        ended_on: row.opt_day("ended_on")?,
    })
}

/// Layers that bind a unit on some day of `from..=until`, the highest unit first. Without asking: for plans and duties.
pub fn binding(cx: &mut Cx<'_, '_>, unit: Id, from: Day, until: Day) -> Result<Vec<Layer>> {
    cx.tx.rows(sql::LAYERS_OVER, args![unit, from, until, ROWS])?.iter().map(from_row).collect()
}

/// An entry's numbers at a unit on a day: the pack's, tightened by every layer over the unit.
pub fn strict(cx: &mut Cx<'_, '_>, unit: Id, entry: &Entry, day: Day) -> Result<Option<Strict>> {
    let Some(pack) = Strict::of(entry) else { return Ok(None) };
    let layers = binding(cx, unit, day, day)?;
    Ok(Some(layers.iter().filter(|l| l.entry == entry.id).fold(pack, |now, l| over(now, l.tighter()))))
}

/// What is typed about a layer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewLayer {
    #[serde(default)]
    pub id: Option<Id>,
    /// An entry of the pack; empty for an item of one's own.
    #[serde(default)]
    pub entry: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub clause: String,
    #[serde(default)]
    pub times: Option<i64>,
    #[serde(default)]
    pub period: Option<String>,
    #[serde(default)]
    pub grace_days: Option<i64>,
    #[serde(default)]
    pub until: Option<String>,
    #[serde(default)]
    pub note: Option<String>,
}

/// Puts a layer on the actor's own unit, from today. Refuses: anything softer than what holds (the field that would be),
/// nothing changed, an entry or item that the pack does not have, an item of one's own without words or times.
pub fn add(cx: &mut Cx<'_, '_>, new: &NewLayer) -> Result<Id> {
    let unit = unit::show(cx, cx.actor.unit)?;
    cx.require(Action::LayerManage, unit.home, false)?;
    let mut faults = Faults::default();
    let note = faults.optional("note", new.note.as_deref().unwrap_or(""), limits::NOTE_CHARS);
    let until = new.until.as_deref().filter(|u| !u.is_empty());
    let stage = until.map(|u| stage_of(u).ok_or_else(|| Error::invalid("until", Problem::Unknown))).transpose()?;
    if let Some(times) = new.times {
        faults.range("times", times, 1, TIMES_MAX);
    }
    let today = cx.now.day();
    let (title, clause, period) = if new.entry.is_empty() {
        let title = faults.text("title", &new.title, limits::NAME_CHARS);
        if cx.pack.item(&new.clause).is_none() {
            faults.add("clause", Problem::Unknown);
        }
        if new.times.is_none() {
            faults.add("times", Problem::Required);
        }
        let period = new.period.as_deref().and_then(period_of);
        if period.is_none() {
            faults.add("period", Problem::Required);
        }
        (title, new.clause.clone(), period.map(|p| period_code(p).to_string()))
    } else {
        let entry = cx.pack.entry(&new.entry).cloned().ok_or_else(|| Error::invalid("entry", Problem::Unknown))?;
        let Some(now) = strict(cx, unit.id, &entry, today)? else {
            return Err(Error::invalid("entry", Problem::Mismatch { with: "times" }));
        };
        match tighten(now, Tighter { times: new.times, grace_days: new.grace_days, until: stage }) {
            Err(field) => {
                return Err(Refusal::PackForbids { clause: clause_of(&entry), rule: field, instead: vec![] }.into());
            }
            Ok(after) if after == now => faults.add("times", Problem::Required),
            Ok(_) => {}
        }
        (entry.title.clone(), entry.clause.clone(), None)
    };
    faults.done()?;
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::LAYER_BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let (salt, now, person) = (cx.salt(), cx.now, cx.actor.person);
    cx.put(
        "layer.add",
        "layer",
        sql::LAYER_INSERT,
        args![
            unit.county,
            id,
            salt,
            unit.id,
            new.entry.as_str(),
            title,
            clause,
            new.times,
            period,
            new.grace_days.filter(|_| !new.entry.is_empty()),
            until.map(str::to_string),
            note,
            today,
            person,
            now
        ],
    )?;
    cx.signal("layer", unit.county, unit.id, id);
    Ok(id)
}

/// The clause as the refusal carries it: a refusal holds no text of a pack, so the chapter's first item stands for those
/// that are not numbered so.
fn clause_of(entry: &Entry) -> &'static str {
    const ITEMS: [&str; 23] = [
        "1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "3.1", "3.2", "3.3", "3.4", "3.5",
        "4.1", "4.2", "4.3", "4.4", "5.1", "5.2", "5.3",
    ];
    ITEMS.iter().find(|i| **i == entry.clause).copied().unwrap_or("1.3")
}

/// Ends a layer of the actor's own unit, today being its last day. NotFound for another unit's.
pub fn end(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let row = cx.tx.row(sql::LAYER_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let layer = from_row(&row)?;
    if layer.unit != cx.actor.unit {
        return Err(Refusal::NotFound.into());
    }
    cx.require(Action::LayerManage, layer.unit, false)?;
    if layer.ended_on.is_some() {
        return Err(Refusal::WrongState { from: "layer_ended", action: "end" }.into());
    }
    let today = cx.now.day();
    cx.put("layer.end", "layer", sql::LAYER_END, args![id, today])?;
    cx.signal("layer", layer.county, layer.unit, id);
    Ok(())
}
