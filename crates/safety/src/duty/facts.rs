//! Reads what `cells` computes with: a unit's attributes with their intervals, classes, people in post.

use std::collections::BTreeMap;

use base::{Day, Id, Result};
use db::{Row, Tx, args};

use super::cells::{Attributes, Facts, Span};
use super::sql;
use crate::kernel::cx::Cx;
use crate::org::unit::{self, Unit};
use crate::org::{Role, Stage};

pub(crate) fn attributes(unit: &Unit) -> Attributes {
    Attributes {
        kind: unit.kind,
        stage: unit.stage,
        boarding: unit.boarders > 0,
        canteen: unit.canteen,
        bus: unit.buses > 0,
        pupils: unit.pupils,
    }
}

/// Attributes as a step of the unit's life told them (see `org::unit::change`): name, short, stage, pupils, boarders,
/// classes, buses, canteen …
fn told(now: &Attributes, text: &str) -> Option<Attributes> {
    let all: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
    let number = |i: usize| all.get(i).and_then(|v| v.as_i64());
    Some(Attributes {
        kind: now.kind,
        stage: all.get(2)?.as_str().and_then(Stage::from_code),
        pupils: number(3)?,
        boarding: number(4)? > 0,
        bus: number(6)? > 0,
        canteen: all.get(7)?.as_bool()?,
    })
}

/// Intervals of attributes, from the unit as it is and the steps of its changes, oldest first.
pub(crate) fn eras(unit: &Unit, steps: &[(Day, Option<String>, Option<String>)]) -> Vec<(Day, Attributes)> {
    let now = attributes(unit);
    let mut out: Vec<(Day, Attributes)> = Vec::new();
    for (on, before, after) in steps {
        let read = |text: &Option<String>| text.as_deref().and_then(|t| told(&now, t));
        let (Some(before), Some(after)) = (read(before), read(after)) else { continue };
        if out.is_empty() {
            out.push((unit.opened_on, before));
        }
        if out.last().is_some_and(|(_, last)| *last != after) {
            out.push((*on, after));
        }
    }
    match out.last() {
        // Several changes on one day: the last of them holds.
        Some((_, last)) if *last == now => {}
        Some((on, _)) => {
            let on = *on;
            out.push((on, now));
        }
        None => out.push((unit.opened_on, now)),
    }
    out
}

/// The same, with the days on which the roll has boarders: 有住宿生的学校 (3.5) is a school with boarders, declared or on
/// its roll.
pub(crate) fn boarded(eras: Vec<(Day, Attributes)>, boarders: &[Span]) -> Vec<(Day, Attributes)> {
    let Some(opening) = eras.first().map(|(on, _)| *on) else { return eras };
    if boarders.is_empty() || eras.iter().all(|(_, a)| a.boarding) {
        return eras;
    }
    let ends = boarders.iter().filter_map(|s| s.until.map(|last| last.plus_days(1)));
    let cuts = eras.iter().map(|(on, _)| *on).chain(boarders.iter().map(|s| s.from)).chain(ends);
    let cuts: std::collections::BTreeSet<Day> = cuts.map(|day| day.max(opening)).collect();
    let mut out: Vec<(Day, Attributes)> = Vec::new();
    for day in cuts {
        let Some((_, told)) = eras.iter().rev().find(|(from, _)| *from <= day) else { continue };
        let mut now = told.clone();
        now.boarding = now.boarding || boarders.iter().any(|s| s.touches(day, day));
        if out.last().is_none_or(|(_, last)| *last != now) {
            out.push((day, now));
        }
    }
    out
}

/// When duties are expected of a unit: from its 启用日, never before its opening, to its closing.
fn life(unit: &Unit) -> Span {
    Span { from: unit.opened_on.max(unit.kept_from), until: unit.closed_on }
}

fn step(row: &Row) -> Result<(Day, Option<String>, Option<String>)> {
    Ok((row.day("effective_on")?, row.opt_text("before")?, row.opt_text("after")?))
}

/// What a person in a post is owed for: (person, role, from, until).
fn holding(row: &Row) -> Result<Option<(Id, Role, Span)>> {
    let span = Span { from: row.day("from_on")?, until: row.opt_day("until_on")? };
    let person = row.id("person")?;
    Ok(Role::from_code(&row.text("role")?).map(|role| (person, role, span)))
}

/// Everything about one institution.
pub fn of_unit(cx: &mut Cx<'_, '_>, unit: &Unit) -> Result<Facts> {
    let steps = cx.tx.rows(sql::CHANGES_OF, args![unit.id])?.iter().map(step).collect::<Result<Vec<_>>>()?;
    let people = cx.tx.rows(sql::HOLDINGS_OF, args![unit.id])?;
    let people = people.iter().filter_map(|row| holding(row).transpose()).collect::<Result<Vec<_>>>()?;
    let classes = classes_of(cx, unit.id)?;
    let boarders = cx.tx.rows(sql::BOARDERS_OF, args![unit.id])?.iter().map(span).collect::<Result<Vec<_>>>()?;
    let eras = boarded(eras(unit, &steps), &boarders);
    Ok(Facts { unit: unit.id, county: unit.county, eras, life: life(unit), classes, people })
}

/// Classes on the roll, with the days between which each stands on it.
pub fn classes_of(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Vec<(Id, Span)>> {
    cx.tx.rows(sql::CLASSES_OF, args![unit])?.iter().map(class).collect()
}

fn class(row: &Row) -> Result<(Id, Span)> {
    Ok((row.id("id")?, Span { from: row.day("opened_on")?, until: row.opt_day("closed_on")? }))
}

fn span(row: &Row) -> Result<Span> {
    Ok(Span { from: row.day("from_on")?, until: row.opt_day("until_on")? })
}

/// A unit of a roster and the bureau on whose board it stands.
#[derive(Clone, Debug)]
pub struct Member {
    pub facts: Facts,
    pub bureau: Id,
    pub name: String,
}

/// Every institution that ever owed anything under `top` (closed ones too), with facts and bureau.
pub fn roster(cx: &mut Cx<'_, '_>, top: Id) -> Result<Vec<Member>> {
    roster_of(cx.tx, top)
}

/// The same from a bare transaction: for a rehearsal beside a running server.
pub fn roster_of(tx: &mut Tx<'_>, top: Id) -> Result<Vec<Member>> {
    let mut changes: BTreeMap<Id, Vec<_>> = BTreeMap::new();
    for row in tx.rows(sql::CHANGES_UNDER, args![top])? {
        changes.entry(row.id("unit")?).or_default().push(step(&row)?);
    }
    let mut people: BTreeMap<Id, Vec<_>> = BTreeMap::new();
    for row in tx.rows(sql::HOLDINGS_UNDER, args![top])? {
        if let Some(held) = holding(&row)? {
            people.entry(row.id("home")?).or_default().push(held);
        }
    }
    let mut classes: BTreeMap<Id, Vec<_>> = BTreeMap::new();
    for row in tx.rows(sql::CLASSES_UNDER, args![top])? {
        classes.entry(row.id("unit")?).or_default().push(class(&row)?);
    }
    let mut boarders: BTreeMap<Id, Vec<Span>> = BTreeMap::new();
    for row in tx.rows(sql::BOARDERS_UNDER, args![top])? {
        boarders.entry(row.id("unit")?).or_default().push(span(&row)?);
    }
    let rows = tx.rows(sql::UNITS_UNDER, args![top])?;
    let units = rows.iter().map(unit::from_row).collect::<Result<Vec<_>>>()?;
    let bureaus: BTreeMap<Id, Id> = bureaus(&units, top);
    let mut out = Vec::with_capacity(units.len());
    for unit in units {
        let steps = changes.remove(&unit.id).unwrap_or_default();
        let facts = Facts {
            unit: unit.id,
            county: unit.county,
            eras: boarded(eras(&unit, &steps), &boarders.remove(&unit.id).unwrap_or_default()),
            life: life(&unit),
            classes: classes.remove(&unit.id).unwrap_or_default(),
            people: people.remove(&unit.id).unwrap_or_default(),
        };
        let bureau = bureaus.get(&unit.id).copied().unwrap_or(top);
        out.push(Member { facts, bureau, name: unit.name });
    }
    Ok(out)
}

/// The nearest bureau of each unit (a bureau's own is itself); `top` for those whose bureau stands above it.
fn bureaus(units: &[Unit], top: Id) -> BTreeMap<Id, Id> {
    let known: BTreeMap<Id, &Unit> = units.iter().map(|u| (u.id, u)).collect();
    let of = |unit: &Unit| {
        let mut at = Some(unit);
        // The tree is at most city, county, 中心校, 教学点 deep.
        for _ in 0..8 {
            match at {
                Some(unit) if unit.kind.is_bureau() => return unit.id,
                Some(unit) => at = unit.parent.and_then(|p| known.get(&p).copied()),
                None => return top,
            }
        }
        top
    };
    units.iter().map(|u| (u.id, of(u))).collect()
}
