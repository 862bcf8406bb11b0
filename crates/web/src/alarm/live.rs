//! The record of an alarm kept fresh while it is open: its state, who has answered, each class of the count, what became
//! of the deliveries, the history. What a viewer is about to type is left alone; a button whose act is done gives way to
//! a link to what is to be done now.

use std::collections::BTreeMap;

use askama::Template;
use base::{Id, Ms, Result};
use safety::Cx;
use safety::alarm::view;

use super::show::{Parts, TurnedPart, parts, turn};
use crate::door::Fields;
use crate::live::{Change, LivePage};
use crate::page;

pub struct AlarmRecord;
pub static LIVE: AlarmRecord = AlarmRecord;

fn drawn(part: &impl Template) -> Result<Change> {
    Ok(Change::Row(page::drawn(part)?))
}

/// Everything of the record that changes by itself, as the viewer sees it now.
fn changes(cx: &mut Cx<'_, '_>, query: &Fields, id: Id) -> Result<Vec<Change>> {
    let view = view::show(cx, id)?;
    let Parts { state, line, steps, count, classes } = parts(&view);
    let mut out = vec![drawn(&state)?, drawn(&line)?, drawn(&steps)?, drawn(&count)?];
    for class in &classes {
        out.push(drawn(class)?);
    }
    if turn(&view) != query.get("turn") {
        out.push(drawn(&TurnedPart { id: id.to_string() })?);
    }
    Ok(out)
}

impl LivePage for AlarmRecord {
    fn wakes(&self, noun: &str) -> bool {
        noun == "alarm"
    }
    fn rows(&self, cx: &mut Cx<'_, '_>, query: &Fields, ids: &[Id]) -> Result<Vec<Change>> {
        match query.id("id")? {
            Some(id) if ids.contains(&id) => changes(cx, query, id),
            _ => Ok(Vec::new()),
        }
    }
    fn recent(&self, cx: &mut Cx<'_, '_>, query: &Fields, _since: Ms) -> Result<Vec<Change>> {
        query.id("id")?.map_or(Ok(Vec::new()), |id| changes(cx, query, id))
    }
    fn counts(&self, cx: &mut Cx<'_, '_>, _query: &Fields) -> Result<BTreeMap<String, i64>> {
        page::urgent_count(cx)
    }
    fn has_banner(&self) -> bool {
        false
    }
    fn is_ordinary(&self) -> bool {
        false
    }
}
