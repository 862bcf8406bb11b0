//! Figures about hazards in the asker's scope: what is open by age, what is overdue by unit, how long closing takes,
//! where the same thing comes back. Plain figures; the door draws them. No ranking: units come in their own order.

use base::{Error, Id, Ms, Refusal, Result};
use db::{Row, args};
use serde::Serialize;

use super::scope;
use super::state::Category;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Reach;
use crate::org::unit;

/// Upper bounds of the age classes of open hazards, days; the last class is open-ended.
pub const AGES: &[i64] = &[1, 3, 7, 30, 90];

#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct UnitCount {
    pub unit: Id,
    /// How an address names it (`Unit::key`).
    pub key: String,
    pub name: String,
    pub open: i64,
    pub overdue: i64,
    /// 重大, open.
    pub major: i64,
}

#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Again {
    pub place: Id,
    pub place_name: String,
    pub unit: Id,
    pub unit_name: String,
    pub category: Option<Category>,
    pub times: i64,
}

#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Stats {
    pub since: Ms,
    pub raised: i64,
    pub closed: i64,
    pub open: i64,
    pub overdue: i64,
    /// Open ones by age class (`AGES`, then older).
    pub by_age: Vec<i64>,
    /// Days from raise to close of those closed since `since`, by the same classes.
    pub by_closing: Vec<i64>,
    /// Median of the same, hours; none when nothing was closed.
    pub median_hours: Option<i64>,
    pub by_unit: Vec<UnitCount>,
    pub by_category: Vec<(Option<Category>, i64)>,
    pub again: Vec<Again>,
    /// (day number yyyymmdd, raised, closed) of the last 14 days.
    pub days: Vec<(i64, i64, i64)>,
}

/// Counted by the hazards' own units first, then summed up to the units at depth `$4` below `$3`. `cross join` holds
/// SQLite to this order (PostgreSQL chooses for itself): left free, it walks all open hazards for each unit below.
pub fn by_unit_sql(reach: Reach) -> String {
    format!(
        "select t.top as unit, cast(sum(o.open) as bigint) as open, cast(sum(o.overdue) as bigint) as overdue, \
         cast(sum(o.major) as bigint) as major from (select h.unit, count(*) as open, \
         sum(case when h.due_at < $2 then 1 else 0 end) as overdue, \
         sum(case when h.grade = 'major' then 1 else 0 end) as major \
         from hazard h where h.open = 1 and {} group by h.unit) o \
         cross join unit_tree t cross join unit_tree d \
         where t.unit = o.unit and d.unit = t.top and d.top = $3 and d.depth = $4 group by t.top",
        reach.predicate()
    )
}

/// Days of the place (UTC+8) since 1970 in which a moment lies: both engines divide as Rust does.
const LOCAL_MS: i64 = 8 * Ms::HOUR;

/// Open ones by whole days since they were raised. `$2` = now.
pub fn open_sql(reach: Reach) -> String {
    format!(
        "select o.days, count(*) as n, cast(sum(o.overdue) as bigint) as overdue from \
         (select ($2 - h.raised_at) / {day} as days, case when h.due_at < $2 then 1 else 0 end as overdue \
         from hazard h where h.open = 1 and {reach}) o group by o.days",
        day = Ms::DAY,
        reach = reach.predicate()
    )
}

/// Those received since `$2` by day and category; `since` counts those since `$3`.
pub fn raised_sql(reach: Reach) -> String {
    format!(
        "select o.day, o.category, count(*) as n, cast(sum(o.late) as bigint) as since from \
         (select (h.received_at + {LOCAL_MS}) / {day} as day, h.category, \
         case when h.received_at >= $3 then 1 else 0 end as late \
         from hazard h where h.received_at >= $2 and {reach}) o group by o.day, o.category",
        day = Ms::DAY,
        reach = reach.predicate()
    )
}

/// Those closed since `$2` by day and by whole hours from raise to close; `since` counts those since `$3`.
pub fn closed_sql(reach: Reach) -> String {
    format!(
        "select o.day, o.hours, count(*) as n, cast(sum(o.late) as bigint) as since from \
         (select (h.closed_at + {LOCAL_MS}) / {day} as day, (h.closed_at - h.raised_at) / {hour} as hours, \
         case when h.closed_at >= $3 then 1 else 0 end as late \
         from hazard h where h.closed_at >= $2 and {reach}) o group by o.day, o.hours order by o.hours",
        day = Ms::DAY,
        hour = Ms::HOUR,
        reach = reach.predicate()
    )
}

pub fn again_sql(reach: Reach) -> String {
    format!(
        "select h.place, h.unit, h.category, max(h.recurrence) as times from hazard h \
         where h.recurrence > 0 and h.received_at >= $2 and h.place is not null and {} \
         group by h.place, h.unit, h.category order by times desc, h.place limit 20",
        reach.predicate()
    )
}

/// Figures since a moment. For `unit` (a unit in the asker's subtree) or the asker's whole scope.
/// Refuses NoRight when the role reads no hazards, NotFound for a unit out of scope.
pub fn stats(cx: &mut Cx<'_, '_>, under: Option<Id>, since: Ms) -> Result<Stats> {
    let reach = scope(cx);
    if reach == Reach::Nothing {
        return Err(Refusal::NoRight.into());
    }
    let (top, reach) = match under {
        Some(id) if id != cx.actor.unit => {
            let home = unit::show(cx, id)?.home;
            cx.require(crate::kernel::rights::Action::HazardRead, home, false)?;
            (home, Reach::Subtree)
        }
        _ => (cx.actor.unit, reach),
    };
    let mut stats = Stats {
        since,
        raised: 0,
        closed: 0,
        open: 0,
        overdue: 0,
        by_age: vec![0; AGES.len() + 1],
        by_closing: vec![0; AGES.len() + 1],
        median_hours: None,
        by_unit: Vec::new(),
        by_category: Vec::new(),
        again: Vec::new(),
        days: Vec::new(),
    };
    open(cx, reach, top, &mut stats)?;
    moved(cx, reach, top, &mut stats)?;
    if reach == Reach::Subtree {
        stats.by_unit = by_unit(cx, reach, top)?;
    }
    stats.again = again(cx, reach, top, since)?;
    Ok(stats)
}

fn class(days: i64) -> usize {
    AGES.iter().position(|max| days < *max).unwrap_or(AGES.len())
}

fn open(cx: &mut Cx<'_, '_>, reach: Reach, top: Id, stats: &mut Stats) -> Result<()> {
    for row in cx.tx.rows(&open_sql(reach), args![top, cx.now])? {
        let n = row.int("n")?;
        stats.open += n;
        stats.by_age[class(row.int("days")?)] += n;
        stats.overdue += row.int("overdue")?;
    }
    Ok(())
}

/// Counted by the database day by day: a city's half year is some hundred rows, whatever happened in it.
fn moved(cx: &mut Cx<'_, '_>, reach: Reach, top: Id, stats: &mut Stats) -> Result<()> {
    let today = cx.now.day();
    let shown: Vec<base::Day> = (0..14).rev().map(|i| today.plus_days(-i)).collect();
    let place = |row: &Row| -> Result<Option<usize>> {
        let day = row.int("day")?;
        Ok(shown.iter().position(|shown| (shown.start().0 + LOCAL_MS) / Ms::DAY == day))
    };
    let mut days: Vec<(i64, i64, i64)> = shown.iter().map(|day| (day.number(), 0, 0)).collect();
    let first = today.plus_days(-13).start().min(stats.since);
    let mut categories = std::collections::BTreeMap::new();
    for row in cx.tx.rows(&raised_sql(reach), args![top, first, stats.since])? {
        let since = row.int("since")?;
        stats.raised += since;
        if since > 0 {
            *categories.entry(category(&row)?).or_insert(0) += since;
        }
        if let Some(place) = place(&row)? {
            days[place].1 += row.int("n")?;
        }
    }
    // Hours that closing took, in order, each with how many took so long.
    let mut took: Vec<(i64, i64)> = Vec::new();
    for row in cx.tx.rows(&closed_sql(reach), args![top, first, stats.since])? {
        let (hours, since) = (row.int("hours")?, row.int("since")?);
        stats.closed += since;
        stats.by_closing[class(hours / 24)] += since;
        took.push((hours, since));
        if let Some(place) = place(&row)? {
            days[place].2 += row.int("n")?;
        }
    }
    stats.median_hours = median(&took);
    stats.days = days;
    stats.by_category = categories.into_iter().collect();
    stats.by_category.sort_by_key(|(_, n)| -n);
    Ok(())
}

/// The middle one of values in order, each with how often it came.
fn median(values: &[(i64, i64)]) -> Option<i64> {
    let mut left = values.iter().map(|(_, n)| n).sum::<i64>() / 2;
    for (value, n) in values {
        if left < *n {
            return Some(*value);
        }
        left -= n;
    }
    None
}

fn category(row: &Row) -> Result<Option<Category>> {
    Ok(row.opt_text("category")?.as_deref().and_then(Category::from_code))
}

/// Open hazards by the units right below `top` (a county's schools, a city's counties), in the units' own order.
fn by_unit(cx: &mut Cx<'_, '_>, reach: Reach, top: Id) -> Result<Vec<UnitCount>> {
    let rows = cx.tx.rows(&by_unit_sql(reach), args![top, cx.now, top, 1i64])?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        let unit = unit::load(cx, row.id("unit")?)?;
        let count = UnitCount {
            unit: unit.id,
            key: unit.key(),
            name: unit.name,
            open: row.int("open")?,
            overdue: row.int("overdue")?,
            major: row.int("major")?,
        };
        out.push((unit.code, count));
    }
    out.sort_by(|a, b| (&a.0, &a.1.name).cmp(&(&b.0, &b.1.name)));
    Ok(out.into_iter().map(|(_, c)| c).collect())
}

fn again(cx: &mut Cx<'_, '_>, reach: Reach, top: Id, since: Ms) -> Result<Vec<Again>> {
    let rows = cx.tx.rows(&again_sql(reach), args![top, since])?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        let (place, unit) = (row.id("place")?, row.id("unit")?);
        out.push(Again {
            place,
            place_name: crate::org::place::load(cx, place)?.name,
            unit,
            unit_name: unit::load(cx, unit)?.name,
            category: category(row)?,
            times: row.opt_int("times")?.ok_or_else(|| Error::broken("times"))? + 1,
        });
    }
    Ok(out)
}

/// What happened to hazards of a unit in a span, and what stands open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Moved {
    pub raised: i64,
    pub closed: i64,
    pub open: i64,
    pub major: i64,
    pub overdue: i64,
}

/// The same by institution under `top`, of one category or of all. Without asking: for other nouns.
pub fn moved_below(
    cx: &mut Cx<'_, '_>,
    top: Id,
    category: Option<Category>,
    from: Ms,
    until: Ms,
) -> Result<std::collections::BTreeMap<Id, Moved>> {
    let category = category.map_or("", Category::code);
    let rows = cx.tx.rows(super::sql::MOVED_BELOW, args![top, from, until, category, cx.now])?;
    rows.iter()
        .map(|row| {
            let moved = Moved {
                raised: row.int("raised")?,
                closed: row.int("closed")?,
                open: row.int("open")?,
                major: row.int("major")?,
                overdue: row.int("overdue")?,
            };
            Ok((row.id("unit")?, moved))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_middle_is_that_of_the_values_written_out() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[(3, 0), (5, 0)]), None);
        assert_eq!(median(&[(3, 1)]), Some(3));
        assert_eq!(median(&[(1, 2), (4, 1), (9, 2)]), Some(4), "1 1 4 9 9");
        assert_eq!(median(&[(1, 2), (4, 0), (9, 2)]), Some(9), "of an even number the later");
    }
}
