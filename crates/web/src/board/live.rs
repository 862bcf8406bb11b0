//! The board kept fresh: a change at a unit under it sends the bar with its equation, the row of the clause and of the
//! unit, and what came in last, all counted anew as the viewer.

use std::collections::{BTreeMap, BTreeSet};

use base::{Error, Id, Ms, Result};
use safety::{Cx, duty};

use super::show::{self, MatrixPart, UnitPart};
use super::view::{self, Asked, View};
use crate::door::Fields;
use crate::live::{Change, LivePage};

/// Changed duties looked up for their clause and unit; beyond it every row is sent.
const LOOKED_UP: usize = 40;

pub struct BoardFigures;
pub static LIVE: BoardFigures = BoardFigures;

/// Rows that changed; none = all of them.
type Touched = Option<(BTreeSet<String>, BTreeSet<Id>)>;

fn touched(cx: &mut Cx<'_, '_>, view: &View, ids: &[Id]) -> Result<Touched> {
    if ids.len() > LOOKED_UP {
        return Ok(None);
    }
    let (mut keys, mut units) = (BTreeSet::new(), BTreeSet::new());
    for id in ids {
        match duty::load(cx, *id) {
            Ok(duty) => {
                keys.insert(if view.asked.clause.is_some() { duty.entry } else { duty.clause });
                units.insert(duty.unit);
            }
            // A waiver: nothing says whose rows changed.
            Err(Error::Refused(_)) => return Ok(None),
            Err(fault) => return Err(fault),
        }
    }
    // At a city the line of the unit's bureau changes; it is one of few.
    let known = view.rows.iter().map(|r| r.unit).collect::<BTreeSet<_>>();
    Ok(units.is_subset(&known).then_some((keys, units)).or_else(|| view.one.then(Default::default)))
}

fn parts(cx: &mut Cx<'_, '_>, query: &Fields, ids: &[Id]) -> Result<Vec<Change>> {
    let view = view::read(cx, &Asked::read(query)?)?;
    let touched = if ids.is_empty() { None } else { touched(cx, &view, ids)? };
    let mut out = vec![
        Change::Row(crate::page::drawn(&show::sums(&view))?),
        Change::Row(crate::page::drawn(&show::news(&view))?),
    ];
    let named = |set: &BTreeSet<String>, row: &show::MatrixRow| set.iter().any(|k| k.replace('.', "-") == row.id);
    for row in show::matrix(&view) {
        if touched.as_ref().is_none_or(|(keys, _)| keys.is_empty() || named(keys, &row)) {
            out.push(Change::Row(crate::page::drawn(&MatrixPart { row })?));
        }
    }
    for row in &view.rows {
        if touched.as_ref().is_none_or(|(_, units)| units.contains(&row.unit)) {
            out.push(Change::Row(crate::page::drawn(&UnitPart { row: show::unit_row(&view, row) })?));
        }
    }
    Ok(out)
}

impl LivePage for BoardFigures {
    fn wakes(&self, noun: &str) -> bool {
        noun == "duty"
    }
    fn rows(&self, cx: &mut Cx<'_, '_>, query: &Fields, ids: &[Id]) -> Result<Vec<Change>> {
        if ids.is_empty() { Ok(Vec::new()) } else { parts(cx, query, ids) }
    }
    fn recent(&self, cx: &mut Cx<'_, '_>, query: &Fields, _since: Ms) -> Result<Vec<Change>> {
        parts(cx, query, &[])
    }
    fn counts(&self, cx: &mut Cx<'_, '_>, _query: &Fields) -> Result<BTreeMap<String, i64>> {
        crate::page::nav_counts(cx)
    }
}
