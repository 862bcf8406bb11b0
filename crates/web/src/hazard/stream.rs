//! The list of hazards as a live page: rows and figures as the viewer sees them now.

use std::collections::BTreeMap;

use askama::Template;
use base::{Error, Id, Ms, Result, limits};
use safety::Cx;
use safety::hazard::list::{self as listed, Bucket, Filter};

use super::list::{self, RowPart};
use crate::door::Fields;
use crate::live::{Change, LivePage};

/// The list of hazards as a live page.
pub struct HazardRows;
pub static LIVE: HazardRows = HazardRows;

fn part(cx: &mut Cx<'_, '_>, line: listed::Line, bucket: Option<Bucket>) -> Result<Change> {
    let bureau = list::wide(cx.actor);
    let mut row = list::row(line, cx.now);
    // What has just come to wait for the viewer goes on top however old it is.
    row.fresh |= bucket == Some(Bucket::Mine);
    let html = RowPart { row, bureau }.render().map_err(|e| Error::broken(format!("template: {e}")))?;
    Ok(Change::Row(html))
}

impl LivePage for HazardRows {
    fn wakes(&self, noun: &str) -> bool {
        noun == "hazard"
    }

    fn rows(&self, cx: &mut Cx<'_, '_>, query: &Fields, ids: &[Id]) -> Result<Vec<Change>> {
        let filter = list::filter(query)?;
        let mut out = Vec::with_capacity(ids.len());
        for id in ids {
            out.push(match listed::one(cx, &filter, *id)? {
                Some(line) => part(cx, line, filter.bucket)?,
                None => Change::Gone(*id),
            });
        }
        Ok(out)
    }

    fn recent(&self, cx: &mut Cx<'_, '_>, query: &Fields, since: Ms) -> Result<Vec<Change>> {
        let filter = list::filter(query)?;
        let page = listed::list(cx, &filter, None, limits::PAGE_ROWS)?;
        let news = page.items.into_iter().filter(|l| l.hazard.received_at >= since).rev();
        news.map(|line| part(cx, line, filter.bucket)).collect()
    }

    fn counts(&self, cx: &mut Cx<'_, '_>, query: &Fields) -> Result<BTreeMap<String, i64>> {
        let filter = list::filter(query)?;
        let mut out = crate::page::nav_counts(cx)?;
        for bucket in list::buckets(list::wide(cx.actor)) {
            let n = listed::count(cx, &Filter { bucket: Some(*bucket), ..filter.clone() })?;
            // A count that stopped counting stays as it stands on the page: 「1 000+」.
            if n <= limits::COUNT_MAX {
                out.insert(format!("tab-{}", bucket.code()), n);
            }
        }
        Ok(out)
    }
}
