//! How the viewer's scope stands in what an item demands: of each entry the equation of this school year, each line a
//! link to its board; of 2.6 the hazards' own figures. Counted by `safety`; nothing is reckoned here.

use std::collections::BTreeMap;

use base::{Error, Refusal, Result};
use safety::Cx;
use safety::duty::board::{self, Sums};
use safety::hazard::list::{self, Bucket, Filter};

use crate::door::Signed;
use crate::page;
use crate::state::Web;
use crate::words::{self, duty as told};

/// Lines of an item's state: words, figure, address.
pub type Lines = Vec<(&'static str, String, String)>;

/// How an entry stands: 「应做 40，按时 30，未做 2」 and where its cells are.
pub struct Stand {
    pub words: String,
    pub href: String,
    pub missing: bool,
}

fn sums(cx: &mut Cx<'_, '_>) -> Result<BTreeMap<String, Sums>> {
    let unit = cx.actor.unit;
    let entries = match cx.actor.unit_kind.is_bureau() {
        true => board::bureau(cx, unit, None).map(|b| b.entries),
        false => board::school(cx, unit, None).map(|b| b.entries),
    };
    match entries {
        Ok(entries) => Ok(entries.into_iter().map(|e| (e.entry, e.sums)).collect()),
        // A post that reads no board still reads the notice.
        Err(Error::Refused(Refusal::NoRight | Refusal::NotFound)) => Ok(BTreeMap::new()),
        Err(e) => Err(e),
    }
}

/// By entry. Empty for who reads no duties.
pub async fn stands(web: &Web, signed: &Signed, clause: &str) -> Result<BTreeMap<String, Stand>> {
    if !page::reads_duties(signed.actor()) {
        return Ok(BTreeMap::new());
    }
    let sums = web.read(signed.actor(), sums).await?;
    let stand = |(entry, s): (String, Sums)| {
        let stand = Stand {
            words: told::equation(s.expected, s.on_time, s.late, s.missing, s.exempt),
            href: format!("/board?clause={clause}"),
            missing: s.missing > 0,
        };
        (entry, stand)
    };
    Ok(sums.into_iter().filter(|(_, s)| s.expected > 0).map(stand).collect())
}

/// Of 2.6: each figure is a link to its rows.
pub async fn hazards(web: &Web, signed: &Signed) -> Result<Lines> {
    const BUCKETS: [Bucket; 4] = [Bucket::Open, Bucket::Overdue, Bucket::Major, Bucket::Ended];
    web.read(signed.actor(), |cx| {
        let mut out = Vec::new();
        for bucket in BUCKETS {
            let n = list::count(cx, &Filter { bucket: Some(bucket), ..Filter::default() })?;
            out.push((words::bucket(bucket), words::count(n), format!("/hazards?bucket={}", bucket.code())));
        }
        Ok(out)
    })
    .await
}
