//! What witnesses say of the log (1.2: nobody changes it quietly, not even whoever holds the database and its key):
//! which head each has cosigned, whether there are enough of them, and where a witness's memory does not agree with
//! ours. A disagreement is a record of its own, with its leaf, and never taken back.
//!
//! A witness that is away costs nothing but its signature: no act waits for one. Everything works with none.
//! Not here: asking them (the binary), what a witness checks (`journal::witness`).

use base::{Ms, Result};
use db::{Row, Tx, args};
use journal::Hash;

use super::cx::Cx;
use super::proof::{self as log, Tree};
use crate::org::kinds::codes;

pub mod sql {
    pub const ALL_WITNESSES: &str = "select * from witness order by name";
    pub const ADD: &str = "insert into witness (name, url, state, size, since) values ($1, $2, 'new', 0, $3) \
        on conflict (name) do update set url = excluded.url";
    pub const DROP: &str = "delete from witness where name = $1";
    pub const SET: &str = "update witness set state = $2, size = $3, seen_size = $4, cosigned_at = $5, asked_at = $6, \
        since = $7 where name = $1";
    pub const COSIGNED: &str = "select size, at, witnesses, note from cosigned where kind = $1";
    pub const PUT_COSIGNED: &str = "insert into cosigned (kind, size, at, witnesses, note) values ($1, $2, $3, $4, $5) \
        on conflict (kind) do update set size = excluded.size, at = excluded.at, witnesses = excluded.witnesses, \
        note = excluded.note";
    pub const FOUND: &str = "insert into witness_finding (county, id, version, salt, received_at, witness, kind, ours, \
        theirs) values (0, $1, 1, $2, $3, $4, $5, $6, $7) returning *";
    pub const SAME: &str = "select id from witness_finding where witness = $1 and kind = $2 and theirs = $3 limit 1";
    pub const FINDINGS: &str = "select * from witness_finding order by received_at desc, id desc limit $1";
    pub const COUNT: &str = "select count(*) as n from witness_finding";
    pub const QUORUM: &str = "select value from setting where name = 'witness_quorum'";
    pub const SET_QUORUM: &str = "insert into setting (name, value) values ('witness_quorum', $1) \
        on conflict (name) do update set value = excluded.value";
    pub const ALL: &[&str] =
        &[ALL_WITNESSES, ADD, DROP, SET, COSIGNED, PUT_COSIGNED, FOUND, SAME, FINDINGS, COUNT, QUORUM, SET_QUORUM];
}

/// Findings shown; a log that disagrees once never agrees again, so there are few.
pub const FINDINGS_SHOWN: i64 = 20;
/// So long may the head stay without enough witnesses before it is said (security.md §1.5: 15 minutes).
pub const SHORT_MS: i64 = 15 * Ms::MINUTE;

codes! {
    /// How a witness stands to our log.
    Stand {
        /// Named in the configuration, not answered yet.
        New = "new",
        /// It cosigned the newest head that it was asked for.
        Cosigned = "cosigned",
        /// No answer.
        Down = "down",
        /// It does not know this log or its key, or does not keep to the protocol.
        Refused = "refused",
        /// It has seen a longer log than ours: ours was put back to an older copy.
        RolledBack = "rolled_back",
        /// It has seen another log of the same name: ours was written anew, or two are kept.
        Forked = "forked",
    }
}

impl Stand {
    /// Does it say that our log is not the one it knows?
    pub fn disagrees(self) -> bool {
        matches!(self, Stand::RolledBack | Stand::Forked)
    }
}

/// A witness as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub name: String,
    pub url: String,
    pub stand: Stand,
    /// Leaves of the largest head that it cosigned for us.
    pub size: u64,
    /// Leaves of the head that it knows, when that is not what we expected.
    pub seen: Option<u64>,
    /// By its own clock.
    pub cosigned_at: Option<Ms>,
    pub asked_at: Option<Ms>,
    /// In this state since.
    pub since: Ms,
}

fn known(row: &Row) -> Result<Known> {
    Ok(Known {
        name: row.text("name")?,
        url: row.text("url")?,
        stand: Stand::from_code(&row.text("state")?).unwrap_or(Stand::New),
        size: row.int("size")?.max(0) as u64,
        seen: row.opt_int("seen_size")?.map(|n| n.max(0) as u64),
        cosigned_at: row.opt_ms("cosigned_at")?,
        asked_at: row.opt_ms("asked_at")?,
        since: row.ms("since")?,
    })
}

/// Makes the list of witnesses what the configuration says: name and address of each. What is known of those that stay
/// is kept; a finding stays whoever goes.
pub fn configure(cx: &mut Cx<'_, '_>, named: &[(String, String)], quorum: i64) -> Result<()> {
    for gone in all(cx.tx)?.iter().filter(|w| !named.iter().any(|(name, _)| *name == w.name)) {
        cx.tx.exec(sql::DROP, args![gone.name.as_str()])?;
    }
    for (name, url) in named {
        cx.tx.exec(sql::ADD, args![name.as_str(), url.as_str(), cx.now])?;
    }
    cx.tx.exec(sql::SET_QUORUM, args![quorum.to_string()])?;
    Ok(())
}

pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Known>> {
    tx.rows(sql::ALL_WITNESSES, &[])?.iter().map(known).collect()
}

/// What a witness is asked with: our newest head and the proof that it goes on from the size that the witness knows.
#[derive(Clone, Debug)]
pub struct Question {
    pub head: String,
    pub size: u64,
    pub proof: Vec<Hash>,
}

/// None while nothing is signed, or when `old` is beyond our log.
pub fn question(tx: &mut Tx<'_>, old: u64) -> Result<Option<Question>> {
    let Some(head) = log::checkpoint(tx)? else { return Ok(None) };
    let size = log::head(tx)?.map_or(0, |(size, _)| size);
    if old > size {
        return Ok(None);
    }
    let proof = self::proof(tx, old, size)?;
    Ok(Some(Question { head, size, proof }))
}

/// The proof that our log of `size` leaves begins with its first `old` ones.
pub fn proof(tx: &mut Tx<'_>, old: u64, size: u64) -> Result<Vec<Hash>> {
    journal::prove_consistency(&mut Tree { tx }, old, size)
}

/// What came of asking one witness.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub name: String,
    pub stand: Stand,
    /// The size that it knows, when it said so.
    pub seen: Option<u64>,
    /// Its signature line and its time, when it cosigned.
    pub line: Option<(String, Ms)>,
}

/// Stores what came of asking about `head` of `size` leaves: states, the head with its lines, and every disagreement.
/// Answers how many disagreements were new.
pub fn answered(cx: &mut Cx<'_, '_>, head: &str, size: u64, outcomes: &[Outcome]) -> Result<usize> {
    let mut found = 0;
    for outcome in outcomes {
        let Some(was) = all(cx.tx)?.into_iter().find(|w| w.name == outcome.name) else { continue };
        store(cx, &was, size, outcome)?;
        if outcome.stand.disagrees() {
            found += usize::from(raise(cx, size, outcome)?);
        }
    }
    let lines: Vec<String> = outcomes.iter().filter_map(|o| o.line.as_ref().map(|(line, _)| line.clone())).collect();
    keep_lines(cx, head, size, &lines)?;
    Ok(found)
}

fn store(cx: &mut Cx<'_, '_>, was: &Known, size: u64, outcome: &Outcome) -> Result<()> {
    let cosigned = outcome.line.as_ref().map(|(_, at)| *at);
    let since = if was.stand == outcome.stand { was.since } else { cx.now };
    let known = if cosigned.is_some() { size } else { was.size };
    let seen = outcome.seen.map(|n| n as i64);
    let at = cosigned.or(was.cosigned_at);
    let args = args![outcome.name.as_str(), outcome.stand, known as i64, seen, at, cx.now, since];
    cx.tx.exec(sql::SET, args)?;
    Ok(())
}

/// A disagreement enters the journal once for each head that the witness holds against us.
fn raise(cx: &mut Cx<'_, '_>, size: u64, outcome: &Outcome) -> Result<bool> {
    let theirs = outcome.seen.unwrap_or(0) as i64;
    if cx.tx.row(sql::SAME, args![outcome.name.as_str(), outcome.stand, theirs])?.is_some() {
        return Ok(false);
    }
    let (id, salt) = (cx.id(), cx.salt());
    let args = args![id, salt, cx.now, outcome.name.as_str(), outcome.stand, size as i64, theirs];
    cx.put("witness.disagree", "witness_finding", sql::FOUND, args)?;
    Ok(true)
}

/// The newest head that has any cosignature, and the newest that has enough. Lines collected in several rounds for one
/// head add up.
fn keep_lines(cx: &mut Cx<'_, '_>, head: &str, size: u64, lines: &[String]) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let before = cosigned(cx.tx, NEWEST)?.filter(|c| same_head(&c.note, head));
    let base = before.map_or(head.to_string(), |c| c.note);
    // A witness's newer line for the same head takes the place of its older one.
    let names: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    let kept: String = base
        .split_inclusive('\n')
        .filter(|line| !(line.starts_with('—') && line.split(' ').nth(1).is_some_and(|name| names.contains(&name))))
        .collect();
    let note = journal::with_lines(&kept, lines)?;
    let witnesses = note.lines().filter(|line| line.starts_with('—')).count() as i64 - 1;
    let quorum = quorum(cx.tx)?;
    let kinds = [Some(NEWEST), Some(ENOUGH).filter(|_| quorum > 0 && witnesses >= quorum)];
    for kind in kinds.into_iter().flatten() {
        cx.tx.exec(sql::PUT_COSIGNED, args![kind, size as i64, cx.now, witnesses, note.as_str()])?;
    }
    Ok(())
}

const NEWEST: &str = "newest";
const ENOUGH: &str = "enough";

/// A head with cosignatures under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    pub size: u64,
    /// Business time at which the last of them was stored.
    pub at: Ms,
    pub witnesses: i64,
    pub note: String,
}

fn cosigned(tx: &mut Tx<'_>, kind: &str) -> Result<Option<Cosigned>> {
    let Some(row) = tx.row(sql::COSIGNED, args![kind])? else { return Ok(None) };
    let size = row.int("size")?.max(0) as u64;
    Ok(Some(Cosigned { size, at: row.ms("at")?, witnesses: row.int("witnesses")?, note: row.text("note")? }))
}

fn same_head(one: &str, other: &str) -> bool {
    matches!((journal::body(one), journal::body(other)), (Ok(one), Ok(other)) if one == other)
}

/// The newest signed head, with the cosignatures that exist for exactly this head.
pub fn checkpoint(tx: &mut Tx<'_>) -> Result<Option<String>> {
    let Some(head) = log::checkpoint(tx)? else { return Ok(None) };
    let with = cosigned(tx, NEWEST)?.filter(|c| same_head(&c.note, &head));
    Ok(Some(with.map_or(head, |c| c.note)))
}

/// The newest head that has enough cosignatures.
pub fn witnessed(tx: &mut Tx<'_>) -> Result<Option<Cosigned>> {
    cosigned(tx, ENOUGH)
}

fn quorum(tx: &mut Tx<'_>) -> Result<i64> {
    let text = tx.row(sql::QUORUM, &[])?.map(|row| row.text("value")).transpose()?;
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// One disagreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub witness: String,
    pub stand: Stand,
    /// Leaves of our head then.
    pub ours: u64,
    /// Leaves of the head that the witness holds against it.
    pub theirs: u64,
    pub at: Ms,
}

/// How the log stands with its witnesses.
#[derive(Clone, Debug)]
pub struct Standing {
    pub witnesses: Vec<Known>,
    /// How many are needed; 0 when none is configured.
    pub quorum: i64,
    pub witnessed: Option<Cosigned>,
    /// The newest disagreements, and how many there are.
    pub findings: Vec<Finding>,
    pub found: i64,
    /// Leaves of our newest head.
    pub size: u64,
}

impl Standing {
    /// Too long without enough witnesses: the head moved on and nobody enough has seen it.
    pub fn short(&self, now: Ms) -> bool {
        if self.witnesses.is_empty() || self.quorum == 0 {
            return false;
        }
        let behind = self.witnessed.as_ref().is_none_or(|w| w.size < self.size);
        let first = self.witnesses.iter().map(|w| w.since).min().unwrap_or(now);
        behind && now.since(self.witnessed.as_ref().map_or(first, |w| w.at)) > SHORT_MS
    }
}

pub fn standing(tx: &mut Tx<'_>) -> Result<Standing> {
    let rows = tx.rows(sql::FINDINGS, args![FINDINGS_SHOWN])?;
    let finding = |row: &Row| {
        Ok(Finding {
            witness: row.text("witness")?,
            stand: Stand::from_code(&row.text("kind")?).unwrap_or(Stand::Forked),
            ours: row.int("ours")?.max(0) as u64,
            theirs: row.int("theirs")?.max(0) as u64,
            at: row.ms("received_at")?,
        })
    };
    let found = tx.row(sql::COUNT, &[])?.map_or(Ok(0), |row| row.int("n"))?;
    let (witnesses, quorum, witnessed) = (all(tx)?, quorum(tx)?, witnessed(tx)?);
    let findings = rows.iter().map(finding).collect::<Result<Vec<_>>>()?;
    let size = log::head(tx)?.map_or(0, |(size, _)| size);
    Ok(Standing { witnesses, quorum, witnessed, findings, found, size })
}
