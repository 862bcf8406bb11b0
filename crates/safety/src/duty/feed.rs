//! 日历订阅: a person's open work as a calendar that his own phone fetches by an address that only he has (notice 4.2). The
//! address is a secret of 128 bits, kept as its hash; a new one ends the one before. It shows what the person's posts of
//! today owe, as each post reads it; a blocked account or a person without a post has none.
//! Not here: how a calendar is written (`web`).

use base::calendar::PeriodKind;
use base::{Day, Error, Id, Ms, Refusal, Result};
use db::args;
use serde::Serialize;

use super::cells;
use super::plan::{PlanLine, plan};
use crate::hazard;
use crate::kernel::actor::Actor;
use crate::kernel::cx::Cx;
use crate::org::{login, people, post};

/// Weeks ahead, this one included: a term's end is in sight without a calendar full of what nobody looks at yet.
pub const WEEKS: i64 = 5;
/// Hazards that one calendar shows.
pub const HAZARDS: i64 = 100;

pub mod sql {
    pub const INSERT: &str = "insert into feed (county, id, version, salt, login, address, received_at) \
        values ($1, $2, 1, $3, $4, $5, $6) returning *";
    pub const OPEN_OF: &str = "select * from feed where login = $1 and ended_at is null order by id limit 10";
    pub const END: &str = "update feed set version = version + 1, ended_at = $2 where id = $1 returning *";
    pub const BY_ADDRESS: &str = "select * from feed where address = $1 and ended_at is null";
    pub const ALL: &[&str] = &[INSERT, OPEN_OF, END, BY_ADDRESS];
}

/// A thing of the calendar, on the day that it is due.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum FeedLine {
    Duty { unit: Id, line: PlanLine },
    Hazard { id: Id, what: String, place: Option<String>, due_at: Ms },
}

impl FeedLine {
    /// The last day on which it is in time.
    pub fn on(&self) -> Day {
        match self {
            FeedLine::Duty { line, .. } => line.due_at.plus(-1).day(),
            FeedLine::Hazard { due_at, .. } => due_at.plus(-1).day(),
        }
    }
}

/// Since when the actor's calendar may be fetched; none when it may not.
pub fn since(cx: &mut Cx<'_, '_>) -> Result<Option<Ms>> {
    let login = cx.actor.login.ok_or(Error::from(Refusal::SignIn))?;
    cx.tx.rows(sql::OPEN_OF, args![login])?.first().map(|row| row.ms("received_at")).transpose()
}

/// Opens the actor's calendar at an address that the door made; an address before it ends. SignIn without an account.
pub fn open(cx: &mut Cx<'_, '_>, address: &str) -> Result<()> {
    end(cx)?;
    let login = cx.actor.login.ok_or(Error::from(Refusal::SignIn))?;
    let (id, salt, now, county) = (cx.id(), cx.salt(), cx.now, cx.actor.county);
    cx.put("feed.open", "feed", sql::INSERT, args![county, id, salt, login, login::token_hash(address), now])?;
    Ok(())
}

/// Ends the actor's calendar; nothing when there is none.
pub fn end(cx: &mut Cx<'_, '_>) -> Result<()> {
    let login = cx.actor.login.ok_or(Error::from(Refusal::SignIn))?;
    let now = cx.now;
    for row in cx.tx.rows(sql::OPEN_OF, args![login])? {
        cx.put("feed.end", "feed", sql::END, args![row.id("id")?, now])?;
    }
    Ok(())
}

/// Who stands behind an address: the person in each post of today, first post first. NotFound for an address that is
/// unknown, ended, of a blocked account, or of a person without a post.
pub fn actors(cx: &mut Cx<'_, '_>, address: &str) -> Result<Vec<Actor>> {
    let unknown = || Error::from(Refusal::NotFound);
    let row = cx.tx.row(sql::BY_ADDRESS, args![login::token_hash(address)])?.ok_or_else(unknown)?;
    let login = row.id("login")?;
    let person = login::open_person(cx, login)?.ok_or_else(unknown)?;
    let person = people::load(cx, person)?;
    let mut out = Vec::new();
    for post in post::of_person(cx, person.id)? {
        out.push(login::actor(cx, login, &person, &post)?);
    }
    if out.is_empty() { Err(unknown()) } else { Ok(out) }
}

/// What the actor's post still owes in `WEEKS` weeks, and the hazards that wait for it with a date, soonest first. What
/// is done is not in it.
pub fn lines(cx: &mut Cx<'_, '_>) -> Result<Vec<FeedLine>> {
    let Some(post) = cx.actor.post else { return Ok(Vec::new()) };
    let (unit, today) = (cx.actor.unit, cx.now.day());
    let calendar = super::calendar(cx, cx.actor.county);
    let mut out = Vec::new();
    for ahead in 0..WEEKS {
        let Some(week) = calendar.period_of(PeriodKind::Week, today.plus_days(7 * ahead)) else { continue };
        let lines = plan(cx, post, &cells::key_of(calendar, &week))?;
        let open = lines.into_iter().filter(|l| matches!(l.mark, super::Mark::NotDue | super::Mark::Missing));
        out.extend(open.map(|line| FeedLine::Duty { unit, line }));
    }
    for line in hazard::list::waiting(cx, HAZARDS)? {
        if let Some(due_at) = line.hazard.due_at {
            let (id, what, place) = (line.hazard.id, line.hazard.what, line.place_name);
            out.push(FeedLine::Hazard { id, what, place, due_at });
        }
    }
    out.sort_by_key(FeedLine::on);
    Ok(out)
}
