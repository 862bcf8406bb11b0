//! The year plan of a unit: what the pack asks of it, tightened by the county's and its own layers, with its own items,
//! counted over the school year's calendar. And the year-end summary: what the records say was done.

use base::calendar::{PeriodKind, Season};
use base::{Day, Error, Id, Problem, Result};

use super::figures::{self, Figure};
use super::layer::{self, Layer, Strict};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::Role;
use crate::org::unit::{self, Unit};
use crate::pack::model::{Basis, Each, Rule};
use crate::text;

/// One item of the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Entry of the pack; empty for an item of the unit's own or of the county's.
    pub entry: String,
    pub title: String,
    pub clause: String,
    pub basis: Option<Basis>,
    pub period: Option<PeriodKind>,
    /// Times in each period, after every layer; what the pack alone asks.
    pub times: i64,
    pub times_pack: i64,
    /// Due periods of the school year.
    pub periods: i64,
    /// For each class, topic or person.
    pub each: &'static str,
    pub months: Vec<i8>,
    pub doers: Vec<Role>,
    pub grace_days: i64,
    /// Names of the units whose layers apply.
    pub layers: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub unit: Unit,
    pub year: i16,
    pub from: Day,
    pub until: Day,
    pub items: Vec<Item>,
}

/// First and last day of a school year.
pub fn span(cx: &Cx<'_, '_>, county: i64, year: i16) -> Result<(Day, Day)> {
    let start = |y: i16| {
        let day = Day::new(y, 9, 1)?;
        cx.packs.calendar(day, county).term(y, Season::Autumn).map(|t| t.from)
    };
    let ends = start(year).zip(start(year + 1)).map(|(from, next)| (from, next.plus_days(-1)));
    ends.ok_or_else(|| Error::invalid("year", Problem::Unreadable))
}

/// The plan of a unit for the school year that begins in `year`. NotFound for a unit not to be seen.
pub fn of(cx: &mut Cx<'_, '_>, unit: Id, year: i16) -> Result<Plan> {
    let unit = unit::show(cx, unit)?;
    let unit = if unit.kind.is_institution() { unit } else { unit::load(cx, unit.home)? };
    cx.require(Action::NoticeRead, unit.id, false)?;
    if !(2000..=2100).contains(&year) {
        return Err(Error::invalid("year", Problem::OutOfRange { min: 2000, max: 2100 }));
    }
    let (from, until) = span(cx, unit.county, year)?;
    let layers = layer::binding(cx, unit.id, from, until)?;
    let calendar = cx.packs.calendar(from, unit.county).clone();
    let due = |kind: PeriodKind| calendar.periods(kind, from, until).len() as i64;
    let mut items = Vec::new();
    for entry in cx.packs.in_force(from).entries.iter().filter(|e| e.on && text::owed(&e.applies, &unit)) {
        let mine: Vec<&Layer> = layers.iter().filter(|l| l.entry == entry.id).collect();
        let pack = Strict::of(entry);
        let after = pack.map(|p| mine.iter().fold(p, |now, l| layer::over(now, l.tighter())));
        let (period, each, months) = match &entry.rule {
            Rule::Every { period, each, months, .. } => (Some(*period), each_code(each), months.clone()),
            Rule::Coverage { period, .. } | Rule::Presence { period, .. } => (Some(*period), "", Vec::new()),
            _ => (None, "", Vec::new()),
        };
        let periods = match period {
            Some(kind) if months.is_empty() => due(kind),
            Some(kind) => {
                let starts = calendar.periods(kind, from, until);
                starts.iter().filter(|p| months.contains(&p.from.date().month())).count() as i64
            }
            None => 0,
        };
        items.push(Item {
            entry: entry.id.clone(),
            title: entry.title.clone(),
            clause: entry.clause.clone(),
            basis: Some(entry.basis),
            period,
            times: after.map_or(1, |a| a.times),
            times_pack: pack.map_or(1, |p| p.times),
            periods,
            each,
            months,
            doers: entry.people.doers.clone(),
            grace_days: after.map_or(entry.grace_days, |a| a.grace_days),
            layers: mine.iter().map(|l| l.unit_name.clone()).collect(),
        });
    }
    for own in layers.iter().filter(|l| l.entry.is_empty()) {
        let period = own.period.as_deref().and_then(layer::period_of);
        items.push(Item {
            entry: String::new(),
            title: own.title.clone(),
            clause: own.clause.clone(),
            basis: None,
            period,
            times: own.times.unwrap_or(1),
            times_pack: 0,
            periods: period.map_or(0, due),
            each: "",
            months: Vec::new(),
            doers: Vec::new(),
            grace_days: 0,
            layers: vec![own.unit_name.clone()],
        });
    }
    items.sort_by(|a, b| (&a.clause, &a.entry, &a.title).cmp(&(&b.clause, &b.entry, &b.title)));
    Ok(Plan { unit, year, from, until, items })
}

fn each_code(each: &Each) -> &'static str {
    match each {
        Each::Unit => "",
        Each::Class => "class",
        Each::ClassTopic(_) => "class_topic",
        Each::Topic(_) => "topic",
        Each::Person(_) => "person",
    }
}

/// What the records of a school year say of a unit and of what stands under it.
#[derive(Clone, Debug, PartialEq)]
pub struct YearEnd {
    pub unit: Unit,
    pub year: i16,
    pub from: Day,
    pub until: Day,
    /// Sums over the unit and everything under it.
    pub figures: Vec<(Figure, i64)>,
    /// Notices that addressed the unit in the year: title, signed.
    pub notices: Vec<(String, bool)>,
}

/// The year-end summary, drawn from records alone; of a running year up to today.
pub fn year_end(cx: &mut Cx<'_, '_>, unit: Id, year: i16) -> Result<YearEnd> {
    let plan = of(cx, unit, year)?;
    let (unit, from) = (plan.unit, plan.from);
    let until = plan.until.min(cx.now.day());
    let mut units = figures::under(cx, unit.id)?;
    units.insert(0, unit.clone());
    let known = figures::known(cx, unit.id, &units, Figure::ALL, None, from, until.max(from))?;
    let sum = |figure: &Figure| (*figure, units.iter().map(|u| known.get(u.id, *figure)).sum::<i64>());
    let mut notices = Vec::new();
    if unit.id == cx.actor.unit {
        for line in super::list(cx)?.into_iter().filter(|l| l.to_sign) {
            let on = line.notice.received_at.day();
            if from <= on && on <= plan.until {
                notices.push((line.notice.title, line.signed));
            }
        }
    }
    Ok(YearEnd { figures: Figure::ALL.iter().map(sum).collect(), unit, year, from, until: plan.until, notices })
}
