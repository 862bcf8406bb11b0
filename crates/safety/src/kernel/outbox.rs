//! 发件箱: one row for each delivery (message × receiver × channel), with its receipt. A row is written in the transaction
//! of the act that tells somebody; the binary claims what is ready, sends it, and writes back what became of it.
//!
//! - **Key.** What is sent together is a *bundle*; its id is the key that the far side sees. A bundle keeps its rows and
//!   its key through every try, so that a crash in the middle of sending repeats the same message under the same key.
//! - **Lease.** A claim moves `next_at` to the end of its lease. Whoever claimed and died loses it then, and it is claimed
//!   again. An answer that comes late still counts when it says that the message was taken.
//! - **Order.** What is urgent goes first, and alone; the rest of a channel goes together.
//!
//! Not here: who is told what and by which channel (`message`), addresses, how a far side is spoken to (the binary).

use std::collections::BTreeMap;

use base::{Id, Ms, Result};
use db::{Row, args};
use serde::Serialize;

use super::cx::Cx;
use crate::org::kinds::codes;

pub mod sql {
    pub const INSERT: &str = "insert into outbox (id, channel, way, unit, person, kind, urgency, noun, subject, message, \
        dedupe, state, tries, next_at, received_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', 0, \
        $12, $13) on conflict (channel, way, dedupe) do nothing";
    pub const READY: &str = "select * from outbox where state in ('waiting', 'ringing') and next_at <= $1 \
        order by urgency, next_at, id limit $2";
    pub const GATHER: &str = "update outbox set bundle = $2 where channel = $1 and state = 'waiting' and urgency > 0 \
        and bundle is null and next_at <= $3";
    pub const ALONE: &str = "update outbox set bundle = $1 where id = $1 and state = 'waiting' and bundle is null";
    pub const CLAIM: &str = "update outbox set claim = $2, tried_at = $3, tries = tries + 1, next_at = $4 \
        where bundle = $1 and state = 'waiting'";
    pub const LOOK: &str = "update outbox set next_at = $2 where id = $1 and state = 'ringing'";
    pub const PUT_OFF: &str = "update outbox set next_at = $2 where id = $1 and state = 'waiting'";
    pub const OF_BUNDLE: &str =
        "select * from outbox where bundle = $1 and state in ('waiting', 'ringing') order by id limit 1000";
    pub const FIRST_OF: &str =
        "select * from outbox where bundle = $1 and state in ('waiting', 'ringing') order by id limit 1";
    pub const SENT_BY_CHANNEL: &str =
        "select count(*) as n from outbox where channel = $1 and tried_at > $2 and id = bundle";
    pub const SENT_BY_WAY: &str = "select count(*) as n from outbox where way = $1 and tried_at > $2 and id = bundle";
    pub const TAKEN: &str = "update outbox set state = $2, sent_at = $3, outcome = $4, far = $5, next_at = $6 \
        where bundle = $1 and state = 'waiting'";
    pub const RANG: &str = "update outbox set state = 'sent', outcome = $2 where id = $1 and state = 'ringing'";
    pub const AGAIN: &str = "update outbox set next_at = $3, outcome = $4, failed = failed + $5 \
        where bundle = $1 and claim = $2 and state = 'waiting'";
    pub const END: &str = "update outbox set state = $3, outcome = $4 \
        where bundle = $1 and claim = $2 and state = 'waiting'";
    pub const OVER: &str = "update outbox set state = 'dropped', outcome = 'over' \
        where subject = $1 and noun = $2 and kind = $3 and state = 'waiting' and tries = 0";
    pub const READ: &str = "update outbox set state = 'dropped', outcome = 'read' \
        where message = $1 and state = 'waiting' and tries = 0 and urgency > 0";
    pub const DROP_CHANNEL: &str = "update outbox set state = 'dropped', outcome = $2 \
        where channel = $1 and state = 'waiting'";
    pub const REVIVE: &str = "update outbox set state = 'waiting', tries = 0, failed = 0, next_at = $2, outcome = null \
        where bundle = (select d.bundle from outbox d where d.id = $1) and state = 'dead'";
    pub const REVIVE_ALONE: &str = "update outbox set state = 'waiting', tries = 0, failed = 0, next_at = $2, outcome = null \
        where id = $1 and state = 'dead'";
    pub const BY_ID: &str = "select * from outbox where id = $1";
    pub const OF_SUBJECT: &str =
        "select * from outbox where subject = $1 and noun = $2 order by received_at, id limit $3";
    pub const LAST: &str =
        "select * from outbox where channel = $1 and tried_at is not null order by tried_at desc, id desc limit 1";
    pub const TOO_OLD: &str = "update outbox set state = 'dead', outcome = 'too_old' \
        where state = 'waiting' and received_at < $1";
    pub const SWEEP: &str = "delete from outbox where received_at < $1 and state in ('sent', 'dead', 'dropped')";
    pub const ALL: &[&str] = &[
        INSERT,
        READY,
        GATHER,
        ALONE,
        CLAIM,
        LOOK,
        PUT_OFF,
        OF_BUNDLE,
        FIRST_OF,
        SENT_BY_CHANNEL,
        SENT_BY_WAY,
        TAKEN,
        RANG,
        AGAIN,
        END,
        OVER,
        READ,
        DROP_CHANNEL,
        REVIVE,
        REVIVE_ALONE,
        BY_ID,
        OF_SUBJECT,
        LAST,
        TOO_OLD,
        SWEEP,
    ];
}

/// Tries of one delivery that failed before a person must look. What the far side asks to bring more slowly, and what a
/// sender that died has taken with it, is no failure of the message.
pub const TRIES_MAX: i64 = 12;
/// A claim holds so long: more than twice what the binary waits for an answer.
pub const LEASE_MS: i64 = 2 * Ms::MINUTE;
/// Waits between tries: the first, and the longest of an urgent and of an ordinary delivery.
pub const BACKOFF_FIRST_MS: i64 = 5 * Ms::SECOND;
pub const BACKOFF_URGENT_MS: i64 = Ms::MINUTE;
pub const BACKOFF_MAX_MS: i64 = Ms::HOUR;
/// What could not be sent in so long is of no use any more.
pub const WAIT_DAYS: i64 = 3;
/// Receipts are kept so long.
pub const KEEP_DAYS: i64 = 180;
/// Rows looked at in one claim.
const READY_ROWS: i64 = 500;
/// A way that the binary does not carry now is looked at again after this.
const UNCARRIED_MS: i64 = 10 * Ms::MINUTE;
/// A telephone that rings is asked after so often.
const LOOK_MS: i64 = 3 * Ms::SECOND;
/// Characters of an outcome.
const OUTCOME_CHARS: usize = 80;

codes! {
    /// How a message leaves the house.
    Way {
        WeCom = "wecom",
        DingTalk = "dingtalk",
        Feishu = "feishu",
        /// A program of somebody else's.
        Webhook = "webhook",
        Sms = "sms",
        /// A ringing telephone.
        Voice = "voice",
        Mail = "mail",
        /// A browser.
        Push = "push",
    }
}

codes! {
    /// What has become of a delivery.
    Sent {
        Waiting = "waiting",
        /// A telephone rings; whether it is answered is asked.
        Ringing = "ringing",
        Sent = "sent",
        /// It never will be, or was tried often enough: a person must look.
        Dead = "dead",
        /// Not needed any more: read on the page, the matter is over, the channel is gone.
        Dropped = "dropped",
    }
}

/// How many bundles in how long, and of what: one channel, or everything that goes this way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub most: i64,
    pub span_ms: i64,
    pub per_channel: bool,
}

impl Way {
    /// What the far side takes, by its own published rules (bots), or what we ask of our own gateway and mail server.
    pub fn rate(self) -> Rate {
        let (most, span_ms, per_channel) = match self {
            Way::WeCom | Way::DingTalk => (20, Ms::MINUTE, true),
            Way::Feishu => (100, Ms::MINUTE, true),
            Way::Webhook | Way::Push => (60, Ms::MINUTE, true),
            Way::Sms | Way::Voice => (10, Ms::SECOND, false),
            Way::Mail => (120, Ms::MINUTE, false),
        };
        Rate { most, span_ms, per_channel }
    }
}

/// When a delivery that was tried so often is tried again: doubling, never before the far side's own wish.
pub fn backoff(tries: i64, urgent: bool, told_ms: i64) -> i64 {
    let most = if urgent { BACKOFF_URGENT_MS } else { BACKOFF_MAX_MS };
    let own = BACKOFF_FIRST_MS << (tries - 1).clamp(0, 12);
    own.min(most).max(told_ms)
}

/// A delivery to be made.
#[derive(Clone, Debug)]
pub struct Delivery<'a> {
    /// A channel's id; for the telephone of a person or a unit its owner's.
    pub channel: Id,
    pub way: Way,
    /// Whose administrators see it when it is dead.
    pub unit: Id,
    pub person: Option<Id>,
    pub kind: &'static str,
    /// 0: at once, day and night, alone.
    pub urgency: i64,
    pub noun: &'a str,
    pub subject: Id,
    pub message: Option<Id>,
    pub dedupe: &'a str,
    pub at: Ms,
}

/// Enters a delivery; false when this channel was told of it before.
pub fn put(cx: &mut Cx<'_, '_>, d: &Delivery<'_>) -> Result<bool> {
    let (id, now) = (cx.id(), cx.now);
    let args = args![
        id, d.channel, d.way, d.unit, d.person, d.kind, d.urgency, d.noun, d.subject, d.message, d.dedupe, d.at, now
    ];
    Ok(cx.tx.exec(sql::INSERT, args)? == 1)
}

/// A delivery with its receipt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub id: Id,
    pub channel: Id,
    pub way: Way,
    pub unit: Id,
    pub person: Option<Id>,
    pub kind: String,
    pub urgency: i64,
    pub noun: String,
    pub subject: Id,
    pub state: Sent,
    pub tries: i64,
    /// Of these, how often it was the far side or the way to it.
    pub failed: i64,
    pub next_at: Ms,
    pub bundle: Option<Id>,
    pub tried_at: Option<Ms>,
    pub sent_at: Option<Ms>,
    /// What the far side said last, or why it was given up.
    pub outcome: Option<String>,
    /// The far side's own number for it.
    pub far: Option<String>,
    pub received_at: Ms,
}

pub(crate) fn from_row(row: &Row) -> Result<Line> {
    let code = |name: &str| -> Result<String> { row.text(name) };
    Ok(Line {
        id: row.id("id")?,
        channel: row.id("channel")?,
        way: Way::from_code(&code("way")?).ok_or_else(|| base::Error::broken("outbox.way"))?,
        unit: row.id("unit")?,
        person: row.opt_id("person")?,
        kind: code("kind")?,
        urgency: row.int("urgency")?,
        noun: code("noun")?,
        subject: row.id("subject")?,
        state: Sent::from_code(&code("state")?).ok_or_else(|| base::Error::broken("outbox.state"))?,
        tries: row.int("tries")?,
        failed: row.int("failed")?,
        next_at: row.ms("next_at")?,
        bundle: row.opt_id("bundle")?,
        tried_at: row.opt_ms("tried_at")?,
        sent_at: row.opt_ms("sent_at")?,
        outcome: row.opt_text("outcome")?,
        far: row.opt_text("far")?,
        received_at: row.ms("received_at")?,
    })
}

/// What one call carries: the bundle's key, the claim under which its answer is written back, and its rows.
#[derive(Clone, Debug)]
pub struct Claim {
    pub key: Id,
    pub claim: Id,
    pub lines: Vec<Line>,
    /// A telephone that rings already: ask after it, do not call.
    pub ringing: bool,
}

/// Takes what is ready, at most `most` bundles, urgent ones first. `carried` is what the binary can send.
pub fn claim(cx: &mut Cx<'_, '_>, carried: &[Way], most: usize) -> Result<Vec<Claim>> {
    let now = cx.now;
    let mut out: Vec<Claim> = Vec::new();
    let mut sent: BTreeMap<(Way, Option<Id>), i64> = BTreeMap::new();
    for row in cx.tx.rows(sql::READY, args![now, READY_ROWS])? {
        let line = from_row(&row)?;
        if out.len() >= most {
            break;
        }
        if !carried.contains(&line.way) {
            cx.tx.exec(sql::PUT_OFF, args![line.id, now.plus(UNCARRIED_MS)])?;
            continue;
        }
        if line.state == Sent::Ringing {
            cx.tx.exec(sql::LOOK, args![line.id, now.plus(LOOK_MS)])?;
            out.push(Claim { key: line.bundle.unwrap_or(line.id), claim: line.id, lines: vec![line], ringing: true });
            continue;
        }
        // Its bundle was claimed by an earlier row of this round.
        let taken = |c: &Claim| line.bundle == Some(c.key) || c.lines.iter().any(|l| l.id == line.id);
        if out.iter().any(taken) {
            continue;
        }
        if !room(cx, &line, &mut sent)? {
            let rate = line.way.rate();
            cx.tx.exec(sql::PUT_OFF, args![line.id, now.plus((rate.span_ms / rate.most).max(Ms::SECOND))])?;
            continue;
        }
        out.push(take(cx, &line)?);
    }
    Ok(out)
}

/// Is there room for one more within the far side's rate? Counts it when there is.
fn room(cx: &mut Cx<'_, '_>, line: &Line, sent: &mut BTreeMap<(Way, Option<Id>), i64>) -> Result<bool> {
    let rate = line.way.rate();
    let of = (line.way, rate.per_channel.then_some(line.channel));
    let since = cx.now.plus(-rate.span_ms);
    let before = match sent.get(&of) {
        Some(n) => *n,
        None => {
            let row = match rate.per_channel {
                true => cx.tx.row(sql::SENT_BY_CHANNEL, args![line.channel, since])?,
                false => cx.tx.row(sql::SENT_BY_WAY, args![line.way, since])?,
            };
            row.map_or(Ok(0), |row| row.int("n"))?
        }
    };
    sent.insert(of, before + i64::from(before < rate.most));
    Ok(before < rate.most)
}

fn take(cx: &mut Cx<'_, '_>, line: &Line) -> Result<Claim> {
    let now = cx.now;
    let key = match line.bundle {
        Some(bundle) => bundle,
        None if line.urgency == 0 => {
            cx.tx.exec(sql::ALONE, args![line.id])?;
            line.id
        }
        None => {
            cx.tx.exec(sql::GATHER, args![line.channel, line.id, now])?;
            line.id
        }
    };
    let claim = cx.id();
    cx.tx.exec(sql::CLAIM, args![key, claim, now, now.plus(LEASE_MS)])?;
    let lines = cx.tx.rows(sql::OF_BUNDLE, args![key])?.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    Ok(Claim { key, claim, lines, ringing: false })
}

/// What became of a try, in the binary's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken; the far side's own number for it. `ringing`: a telephone, which is to be asked after.
    Taken { far: Option<String>, ringing: bool },
    /// Not now, or not known: again, not before so long.
    Later { after_ms: i64, why: String },
    /// The far side is well and asks to come more slowly, not before so long.
    Busy { after_ms: i64, why: String },
    /// It never will be.
    Refused { why: String },
    /// The receiver is gone, which is no fault of anybody.
    Gone { why: String },
}

/// Writes back what became of a claim. Answers how the bundle stands now; nothing when the claim was not the newest and
/// brought no news.
pub fn settle(cx: &mut Cx<'_, '_>, key: Id, claim: Id, outcome: &Outcome) -> Result<Option<Sent>> {
    let now = cx.now;
    let Some(first) = cx.tx.row(sql::FIRST_OF, args![key])? else { return Ok(None) };
    let line = from_row(&first)?;
    let (changed, state) = match outcome {
        Outcome::Taken { far, ringing } => {
            let state = if *ringing { Sent::Ringing } else { Sent::Sent };
            let next = now.plus(LOOK_MS);
            (cx.tx.exec(sql::TAKEN, args![key, state, now, "taken", far.clone(), next])?, state)
        }
        Outcome::Busy { after_ms, why } => {
            let next = now.plus(backoff(1, line.urgency == 0, *after_ms));
            (cx.tx.exec(sql::AGAIN, args![key, claim, next, short(why), 0i64])?, Sent::Waiting)
        }
        Outcome::Later { after_ms, why } if line.failed + 1 < TRIES_MAX => {
            let next = now.plus(backoff(line.failed + 1, line.urgency == 0, *after_ms));
            (cx.tx.exec(sql::AGAIN, args![key, claim, next, short(why), 1i64])?, Sent::Waiting)
        }
        Outcome::Later { why, .. } | Outcome::Refused { why } => {
            (cx.tx.exec(sql::END, args![key, claim, Sent::Dead, short(why)])?, Sent::Dead)
        }
        Outcome::Gone { why } => (cx.tx.exec(sql::END, args![key, claim, Sent::Dropped, short(why)])?, Sent::Dropped),
    };
    Ok((changed > 0).then_some(state))
}

/// A telephone was answered (`answered:1`), or not.
pub fn rang(cx: &mut Cx<'_, '_>, id: Id, outcome: &str) -> Result<bool> {
    Ok(cx.tx.exec(sql::RANG, args![id, short(outcome)])? == 1)
}

fn short(why: &str) -> String {
    super::text::clean(why).chars().take(OUTCOME_CHARS).collect()
}

/// The matter is over: what was not tried yet is not sent.
pub fn over(cx: &mut Cx<'_, '_>, noun: &str, subject: Id, kind: &str) -> Result<()> {
    cx.tx.exec(sql::OVER, args![subject, noun, kind])?;
    Ok(())
}

/// A dead delivery is tried anew, with all that was in its bundle.
pub fn revive(cx: &mut Cx<'_, '_>, id: Id) -> Result<bool> {
    let now = cx.now;
    let together = cx.tx.exec(sql::REVIVE, args![id, now])?;
    Ok(together > 0 || cx.tx.exec(sql::REVIVE_ALONE, args![id, now])? > 0)
}

pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Option<Line>> {
    cx.tx.row(sql::BY_ID, args![id])?.as_ref().map(from_row).transpose()
}

/// Is anything ready? A read, so that looking often costs nothing.
pub fn any_ready(cx: &mut Cx<'_, '_>) -> Result<bool> {
    Ok(cx.tx.row(sql::READY, args![cx.now, 1])?.is_some())
}

/// A row of a bundle that still waits or rings.
pub(crate) fn first_of(cx: &mut Cx<'_, '_>, bundle: Id) -> Result<Option<Line>> {
    cx.tx.row(sql::FIRST_OF, args![bundle])?.as_ref().map(from_row).transpose()
}

/// Every delivery about a record, oldest first: its receipts.
pub fn of_subject(cx: &mut Cx<'_, '_>, noun: &str, subject: Id, most: i64) -> Result<Vec<Line>> {
    cx.tx.rows(sql::OF_SUBJECT, args![subject, noun, most])?.iter().map(from_row).collect()
}

/// The newest try of a channel.
pub fn last(cx: &mut Cx<'_, '_>, channel: Id) -> Result<Option<Line>> {
    cx.tx.row(sql::LAST, args![channel])?.as_ref().map(from_row).transpose()
}

/// Gives up what waits too long; forgets old receipts.
pub fn sweep(cx: &mut Cx<'_, '_>) -> Result<()> {
    let now = cx.now;
    cx.tx.exec(sql::TOO_OLD, args![now.plus(-WAIT_DAYS * Ms::DAY)])?;
    cx.tx.exec(sql::SWEEP, args![now.plus(-KEEP_DAYS * Ms::DAY)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_their_limit_and_never_undercut_the_far_side() {
        let table = |urgent| (1..=TRIES_MAX).map(|n| backoff(n, urgent, 0) / Ms::SECOND).collect::<Vec<_>>();
        assert_eq!(table(true), [5, 10, 20, 40, 60, 60, 60, 60, 60, 60, 60, 60]);
        assert_eq!(table(false), [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600]);
        assert_eq!(backoff(1, true, 90_000), 90_000, "asked to wait longer");
        assert_eq!(backoff(0, false, 0), BACKOFF_FIRST_MS);
    }

    #[test]
    fn a_lease_outlives_a_call() {
        const { assert!(LEASE_MS > 2 * 30 * Ms::SECOND) };
    }
}
