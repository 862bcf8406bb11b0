//! How the log stands with its witnesses, for the journal's page, and the comparison of a 校验码 from paper.

use base::{Ms, Result};
use safety::Cx;
use safety::kernel::proof::{self, Tree};
use safety::kernel::witness::{self, Finding, Known, Standing};

use crate::words;
use crate::words::witness as say;

/// One witness as a row.
pub struct WitnessRow {
    pub name: String,
    pub word: &'static str,
    pub tone: &'static str,
    pub size: String,
    pub at: String,
}

pub struct WitnessBlock {
    pub rows: Vec<WitnessRow>,
    /// 「要 2 方见证，已见证到第 1 234 条」
    pub sum: String,
    pub short: bool,
    pub findings: Vec<(String, String)>,
    pub more: i64,
}

pub fn block(standing: &Standing, now: Ms) -> WitnessBlock {
    let witnessed = standing.witnessed.as_ref();
    WitnessBlock {
        rows: standing.witnesses.iter().map(row).collect(),
        sum: say::sum(standing.quorum, witnessed.map(|w| (w.size as i64, w.at))),
        short: standing.short(now),
        findings: standing.findings.iter().map(finding).collect(),
        more: standing.found - standing.findings.len() as i64,
    }
}

fn row(known: &Known) -> WitnessRow {
    let (word, tone) = say::stand(known.stand);
    WitnessRow {
        name: known.name.clone(),
        word,
        tone,
        size: words::number(known.size as i64),
        at: known.cosigned_at.map(words::at_full).unwrap_or_default(),
    }
}

fn finding(found: &Finding) -> (String, String) {
    let told = say::finding(&found.witness, found.stand, found.ours as i64, found.theirs as i64);
    (words::at_full(found.at), told)
}

/// Is this the code of our log when it had `size` leaves? None when it never had so many.
pub fn compare(cx: &mut Cx<'_, '_>, size: u64, code: &str) -> Result<Option<bool>> {
    let now = proof::head(cx.tx)?.map_or(0, |(size, _)| size);
    if size == 0 || size > now {
        return Ok(None);
    }
    let root = journal::root(&mut Tree { tx: cx.tx }, size)?;
    let ours = journal::Checkpoint { origin: String::new(), size, root }.code();
    Ok(Some(plain(&ours) == plain(code)))
}

/// Without what people put between the groups, letters as capitals.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

pub fn standing(cx: &mut Cx<'_, '_>) -> Result<Standing> {
    witness::standing(cx.tx)
}
