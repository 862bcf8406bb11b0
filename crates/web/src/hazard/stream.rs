//! The list of hazards as a live page: rows and figures as the viewer sees them now.

use std::collections::BTreeMap;

use base::{Id, Ms, Result, limits};
use safety::Cx;
use safety::hazard::list::{self as listed, Bucket, Filter};

use super::list::{self, RowPart};
use crate::door::Fields;
use crate::live::{Change, LivePage};
use crate::words;

/// The list of hazards as a live page.
pub struct HazardRows;
pub static LIVE: HazardRows = HazardRows;

fn part(cx: &mut Cx<'_, '_>, line: listed::Line, bucket: Option<Bucket>) -> Result<Change> {
    let mut row = list::row(line, cx.now);
    // What has just come to wait for the viewer goes on top however old it is.
    row.fresh |= bucket == Some(Bucket::Mine);
    Ok(Change::Row(drawn(cx, row)?))
}

/// A row that no longer fits the list, with its new state word and a mark that says why it will go.
fn left(cx: &mut Cx<'_, '_>, line: listed::Line) -> Result<Change> {
    let mut row = list::row(line, cx.now);
    row.fresh = false;
    row.marks.push(words::thing::LEFT_LIST);
    Ok(Change::Left(drawn(cx, row)?))
}

fn drawn(cx: &Cx<'_, '_>, row: list::Row) -> Result<String> {
    let bureau = list::wide(cx.actor);
    crate::page::drawn(&RowPart { row, bureau })
}

impl LivePage for HazardRows {
    fn wakes(&self, noun: &str) -> bool {
        noun == "hazard"
    }

    fn rows(&self, cx: &mut Cx<'_, '_>, query: &Fields, ids: &[Id]) -> Result<Vec<Change>> {
        let filter = list::filter(cx, query)?;
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            out.push(match listed::one(cx, &filter, *id)? {
                Some(line) => part(cx, line, filter.bucket)?,
                None => match listed::one(cx, &Filter::default(), *id)? {
                    Some(line) => left(cx, line)?,
                    None => Change::Gone(*id),
                },
            });
        }
        Ok(out)
    }

    fn recent(&self, cx: &mut Cx<'_, '_>, query: &Fields, since: Ms) -> Result<Vec<Change>> {
        let filter = list::filter(cx, query)?;
        let page = listed::list(cx, &filter, None, limits::LIST_ROWS)?;
        let news = page.items.into_iter().filter(|l| l.hazard.received_at >= since).rev();
        news.map(|line| part(cx, line, filter.bucket)).collect()
    }

    fn counts(&self, cx: &mut Cx<'_, '_>, query: &Fields) -> Result<BTreeMap<String, i64>> {
        let filter = list::filter(cx, query)?;
        let mut out = crate::page::nav_counts(cx)?;
        let wide = list::wide(cx.actor);
        for (bucket, n) in list::buckets(wide).iter().zip(list::counts(cx, &filter, wide)?) {
            // A count that stopped counting stays as it stands on the page: 「1 000+」.
            if let Some(n) = n.filter(|n| *n <= limits::COUNT_MAX) {
                out.insert(format!("tab-{}", bucket.code()), n);
            }
        }
        Ok(out)
    }
}
