//! `Cx`: the only first parameter. One transaction, one actor, one moment.

use base::{Error, Id, Ms, Problem, Result, Seed, limits};
use db::{Row, Tx, args};
use journal::Leaf;

use super::actor::{Actor, Meta};
use super::memo::Memo;
use super::rights::{self, Action};
use crate::pack::{Pack, Packs};

/// Wakes pages after the commit. It carries ids, never data: whoever wakes re-reads with the viewer's own rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Signal {
    pub noun: &'static str,
    pub county: i64,
    pub unit: Id,
    pub id: Id,
}

pub struct Cx<'a, 't> {
    pub tx: &'a mut Tx<'t>,
    /// Business time of this act, taken when the request arrived: the same on a re-run.
    pub now: Ms,
    pub actor: &'a Actor,
    pub meta: &'a Meta,
    /// The pack in force now.
    pub pack: &'a Pack,
    /// All packs by day: a period is judged by the one in force on its first day.
    pub packs: &'a Packs,
    pub(super) memo: &'a Memo,
    pub(super) seed: Seed,
    pub(super) signals: Vec<Signal>,
}

impl<'a, 't> Cx<'a, 't> {
    /// What the actor says about when it happened (a phone without network sends later); now, if nothing is said.
    /// Refuses a time ahead of the server by more than `CLOCK_AHEAD_MINUTES` and times before 2000.
    pub fn claimed(&self) -> Result<Ms> {
        let Some(at) = self.meta.claimed_at else { return Ok(self.now) };
        let ahead = at.since(self.now) / Ms::MINUTE;
        if ahead > limits::CLOCK_AHEAD_MINUTES {
            return Err(Error::invalid("claimed_at", Problem::InFuture { minutes: ahead }));
        }
        if at.local().year() < 2000 {
            return Err(Error::invalid("claimed_at", Problem::TooOld { days: self.now.since(at) / Ms::DAY }));
        }
        Ok(at.min(self.now))
    }

    /// A new id of this job; the same on a re-run.
    pub fn id(&mut self) -> Id {
        Id::from_parts(self.now, self.seed.bytes10())
    }

    /// A new record's salt; the same on a re-run.
    pub fn salt(&mut self) -> [u8; 32] {
        self.seed.bytes32()
    }

    /// What is dear to work out and rarely changes, kept until a commit signals one of `nouns`. For reads only: a write
    /// reads the rows themselves.
    pub fn memo<T: Send + Sync + 'static>(
        &mut self,
        key: &str,
        nouns: &[&'static str],
        make: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<std::sync::Arc<T>> {
        let stamp = self.memo.stamp(nouns);
        if let Some(kept) = self.memo.get(key, stamp) {
            return Ok(kept);
        }
        let made = std::sync::Arc::new(make(self)?);
        self.memo.keep(key, stamp, made.clone());
        Ok(made)
    }

    /// Guards an act on something of `unit` (an institution): absent and hidden units are the same NotFound, a unit in
    /// scope without a rule is NoRight. `mine` says that the work is assigned to the actor.
    pub fn require(&mut self, action: Action, unit: Id, mine: bool) -> Result<rights::Decision> {
        rights::require(self, action, unit, mine)
    }

    /// Enters the shadow of a row (as `returning *` gave it) in the journal, in this same transaction.
    /// The row must have county, id, version and salt.
    pub fn record(&mut self, op: &'static str, table: &'static str, row: &Row) -> Result<()> {
        self.record_as(op, table, row, None, None)
    }

    /// `record`, with the person for whom the actor recorded (代录) and the clause served.
    pub fn record_as(
        &mut self,
        op: &'static str,
        table: &'static str,
        row: &Row,
        behalf: Option<Id>,
        clause: Option<&'static str>,
    ) -> Result<()> {
        let leaf = Leaf {
            op: op.into(),
            table: table.into(),
            id: row.id("id")?,
            version: row.int("version")?,
            county: row.int("county")?,
            unit: row.opt_id("unit").unwrap_or(None),
            login: self.actor.login,
            post: self.actor.post,
            behalf,
            clause: clause.map(Into::into),
            source: self.meta.source.into(),
            received_at: self.now,
            claimed_at: self.meta.claimed_at,
            device_at: self.meta.device_at,
            commit: journal::commitment(&row.blob("salt")?, &row.canonical(&["salt"])),
            erased: op.ends_with(".erase"),
        };
        self.tx.exec(super::proof::sql::INSERT, args![table, leaf.id, leaf.version, leaf.encode()])?;
        Ok(())
    }

    /// Runs a statement that ends in `returning *` and enters the one row it gives.
    pub fn put(&mut self, op: &'static str, table: &'static str, sql: &str, args: &[db::Value]) -> Result<Row> {
        let row = self.tx.row(sql, args)?.ok_or_else(|| Error::broken(format!("{op} stored no row")))?;
        self.record(op, table, &row)?;
        Ok(row)
    }

    pub fn signal(&mut self, noun: &'static str, county: i64, unit: Id, id: Id) {
        self.signals.push(Signal { noun, county, unit, id });
    }
}
