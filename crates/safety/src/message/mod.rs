//! 消息: who is told what. A noun calls [`tell`] in its own transaction; each receiver finds the matter on his page, and the
//! far sides that he or his unit named get a row each in the outbox (`kernel::outbox`). Serves 1.2 (information flows,
//! also when nobody looks at a page) and every item that makes something somebody's turn.
//!
//! A message carries ids, never data: whoever opens it reads the matter with his own rights. What leaves the house is a
//! fixed line and a link (`courier`).
//!
//! - `rules`   kinds, how soon each goes out, by which ways
//! - `channel` the far sides of a unit and of a person
//! - `send`    what the binary takes, and what it writes back
//!
//! Stands directly below `org`, so that every noun may call it. Not here: words (the doors), how a far side is spoken to
//! (`courier`), how often an alarm is told again (the alarm).

pub mod channel;
pub mod rules;
pub mod send;
pub mod sql;

use std::collections::{BTreeMap, BTreeSet};

use base::{Error, Id, Ms, Refusal, Result, limits};
use db::{Row, args};
use serde::Serialize;

pub use rules::{Hours, Kind, Urgency};

use crate::kernel::cx::Cx;
use crate::kernel::outbox::{self, Delivery, Way};
use crate::kernel::text;
use crate::org::{Role, people, post, unit};

/// People told of one thing.
pub const RECEIVERS_MAX: usize = 500;
/// Characters of what makes a message different from others about the same record.
const DEDUPE_CHARS: usize = 100;
/// A message stays on the list so long.
pub const KEEP_DAYS: i64 = 180;
/// Messages marked as read at once.
const READ_AT_ONCE: i64 = 1_000;

/// What is told: a kind, and the record it is about. `dedupe` names the occasion (「turn 3」): the same occasion is told to
/// the same person, and to the same channel, once.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    pub kind: Kind,
    pub noun: &'static str,
    pub subject: Id,
    /// The institution where it happens.
    pub unit: Id,
    pub dedupe: &'a str,
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    Person(Id),
    /// Whoever holds the role at the unit today.
    Role(Id, Role),
    /// The unit itself: its group bots and programs.
    Unit(Id),
}

/// Tells people, in the caller's transaction. Free to call for nouns: who may cause it is the noun's rule. The actor is
/// not told of his own act, except what is urgent. Answers how many persons were told who had not been told before.
/// Refuses TooMany receivers.
pub fn tell(cx: &mut Cx<'_, '_>, told: &Told<'_>, to: &[To]) -> Result<usize> {
    let (mut persons, mut units) = (BTreeSet::new(), BTreeSet::new());
    for one in to {
        match one {
            To::Person(person) => {
                persons.insert(*person);
            }
            To::Role(unit, role) => persons.extend(post::holders(cx, *unit, *role)?),
            To::Unit(unit) => {
                units.insert(*unit);
            }
        }
    }
    if told.kind.urgency() > Urgency::Now
        && let Some(me) = cx.actor.person
    {
        persons.remove(&me);
    }
    if persons.len() > RECEIVERS_MAX {
        return Err(Refusal::TooMany { limit: RECEIVERS_MAX as i64 }.into());
    }
    let carried = channel::carried(cx)?;
    let mut new = 0;
    let mut wake = BTreeMap::new();
    for person in persons {
        if let Some((county, unit, id)) = one(cx, told, person, &carried)? {
            wake.entry(unit).or_insert((county, id));
            new += 1;
        }
    }
    for unit in units {
        bots(cx, told, unit, &carried)?;
    }
    for (unit, (county, id)) in wake {
        cx.signal("message", county, unit, id);
    }
    Ok(new)
}

/// The occasion, with the record and the kind that it belongs to.
fn occasion(told: &Told<'_>) -> String {
    let given: String = told.dedupe.chars().take(DEDUPE_CHARS).collect();
    format!("{} {} {} {given}", told.noun, told.kind.code(), told.subject)
}

/// When the kind goes out from now on for people of a county; none when it stays on the page.
fn out_at(cx: &Cx<'_, '_>, kind: Kind, county: i64) -> Option<Ms> {
    let calendar = cx.packs.calendar(cx.now.day(), county);
    rules::due_at(kind.urgency(), cx.now, &Hours::of(cx.pack), |day| calendar.is_school_day(day))
}

/// One person's message with its deliveries: county, unit and id; none when the person knows already or is gone.
fn one(cx: &mut Cx<'_, '_>, told: &Told<'_>, id: Id, carried: &channel::Carried) -> Result<Option<(i64, Id, Id)>> {
    let person = people::load(cx, id)?;
    if person.erased_at.is_some() {
        return Ok(None);
    }
    let (message, now, dedupe) = (cx.id(), cx.now, occasion(told));
    let args = args![
        person.county,
        message,
        person.unit,
        id,
        told.kind,
        told.noun,
        told.subject,
        told.unit,
        dedupe.as_str(),
        now
    ];
    if cx.tx.exec(sql::INSERT, args)? == 0 {
        return Ok(None);
    }
    // Where nothing leaves this machine, nobody's channels are looked for.
    if !carried.ways.is_empty()
        && let Some(at) = out_at(cx, told.kind, person.county)
    {
        let mut targets: Vec<(Id, Way)> = channel::ways_of_person(cx, id)?;
        if person.mobile.is_some() {
            targets.push((id, Way::Sms));
        }
        let (unit, person) = (person.unit, Some(id));
        for (channel, way) in targets {
            if told.kind.ways().contains(&way) && carried.ways.contains(&way) {
                let message = Some(message);
                put(cx, told, &dedupe, at, channel, way, unit, person, message)?;
            }
        }
    }
    Ok(Some((person.county, person.unit, message)))
}

/// The unit's bots and programs.
fn bots(cx: &mut Cx<'_, '_>, told: &Told<'_>, id: Id, carried: &channel::Carried) -> Result<()> {
    if carried.ways.is_empty() {
        return Ok(());
    }
    let unit = unit::load(cx, id)?;
    let Some(at) = out_at(cx, told.kind, unit.county) else { return Ok(()) };
    let dedupe = occasion(told);
    let mut any = false;
    for (channel, way) in channel::ways_of_unit(cx, id)? {
        if told.kind.ways().contains(&way) && carried.ways.contains(&way) {
            any |= put(cx, told, &dedupe, at, channel, way, id, None, None)?;
        }
    }
    if any {
        cx.signal("message", unit.county, id, told.subject);
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "the columns of one row, for three callers in this file")]
fn put(
    cx: &mut Cx<'_, '_>,
    told: &Told<'_>,
    dedupe: &str,
    at: Ms,
    channel: Id,
    way: Way,
    unit: Id,
    person: Option<Id>,
    message: Option<Id>,
) -> Result<bool> {
    let delivery = Delivery {
        channel,
        way,
        unit,
        person,
        kind: told.kind.code(),
        urgency: told.kind.urgency().rank(),
        noun: told.noun,
        subject: told.subject,
        message,
        dedupe,
        at,
    };
    outbox::put(cx, &delivery)
}

/// Whose telephone rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telephone {
    Person(Id),
    /// The number that a unit answers day and night.
    Unit(Id),
}

/// Lets a telephone ring, once for each occasion. False when there is no number, nobody carries calls, or it rang before.
pub fn ring(cx: &mut Cx<'_, '_>, told: &Told<'_>, telephone: Telephone) -> Result<bool> {
    if !channel::carried(cx)?.ways.contains(&Way::Voice) {
        return Ok(false);
    }
    let (channel, unit, person, county, number) = match telephone {
        Telephone::Person(id) => {
            let person = people::load(cx, id)?;
            (id, person.unit, Some(id), person.county, person.mobile)
        }
        Telephone::Unit(id) => {
            let unit = unit::load(cx, id)?;
            (id, id, None, unit.county, unit.phone)
        }
    };
    if number.is_none() {
        return Ok(false);
    }
    let now = cx.now;
    let rings = put(cx, told, &occasion(told), now, channel, Way::Voice, unit, person, None)?;
    if rings {
        cx.signal("message", county, unit, told.subject);
    }
    Ok(rings)
}

/// The matter is over for everybody who was told of this kind: what was not sent stays here, and nothing is unread.
pub fn over(cx: &mut Cx<'_, '_>, noun: &'static str, subject: Id, kind: Kind) -> Result<()> {
    let now = cx.now;
    cx.tx.exec(sql::DONE, args![subject, noun, kind, now])?;
    outbox::over(cx, noun, subject, kind.code())
}

/// A message as its receiver has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Message {
    pub id: Id,
    pub kind: Kind,
    pub noun: String,
    pub subject: Id,
    /// The institution where it happens.
    pub about: Id,
    pub received_at: Ms,
    pub read_at: Option<Ms>,
    /// The matter went on, or is over.
    pub done_at: Option<Ms>,
}

fn from_row(row: &Row) -> Result<Message> {
    Ok(Message {
        id: row.id("id")?,
        kind: Kind::from_code(&row.text("kind")?).ok_or_else(|| Error::broken("message.kind"))?,
        noun: row.text("noun")?,
        subject: row.id("subject")?,
        about: row.id("about")?,
        received_at: row.ms("received_at")?,
        read_at: row.opt_ms("read_at")?,
        done_at: row.opt_ms("done_at")?,
    })
}

/// The actor's person: messages are read by nobody else. SignIn without one.
fn me(cx: &Cx<'_, '_>) -> Result<Id> {
    cx.actor.person.ok_or(Error::from(Refusal::SignIn))
}

/// A page of one's own messages, newest first, and the cursor of the next.
pub fn list(cx: &mut Cx<'_, '_>, cursor: Option<&str>, limit: i64) -> Result<(Vec<Message>, Option<String>)> {
    let person = me(cx)?;
    let limit = limit.clamp(1, limits::PAGE_ROWS_MAX);
    let rows = match cursor.map(text::cursor).transpose()? {
        None => cx.tx.rows(sql::PAGE, args![person, limit + 1])?,
        Some((at, id)) => cx.tx.rows(sql::PAGE_BEFORE, args![person, at, id, limit + 1])?,
    };
    let mut out = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    let more = out.len() as i64 > limit;
    out.truncate(limit as usize);
    let next = out.last().filter(|_| more).map(|m| format!("{}-{}", m.received_at.0, m.id));
    Ok((out, next))
}

/// How many wait to be read, counted to `COUNT_MAX`. For the badge.
pub fn unread(cx: &mut Cx<'_, '_>) -> Result<i64> {
    let Some(person) = cx.actor.person else { return Ok(0) };
    let row = cx.tx.row(sql::UNREAD, args![person, limits::COUNT_MAX])?;
    row.map_or(Ok(0), |row| row.int("n"))
}

/// One's own message, marked as read. NotFound when it is not one's own.
pub fn read(cx: &mut Cx<'_, '_>, id: Id) -> Result<Message> {
    let person = me(cx)?;
    let row = cx.tx.row(sql::BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    if row.id("person")? != person {
        return Err(Refusal::NotFound.into());
    }
    mark(cx, &row)?;
    from_row(&row)
}

/// Marks everything as read; answers how much.
pub fn read_all(cx: &mut Cx<'_, '_>) -> Result<usize> {
    let person = me(cx)?;
    let rows = cx.tx.rows(sql::UNREAD_OF, args![person, READ_AT_ONCE])?;
    for row in &rows {
        mark(cx, row)?;
    }
    Ok(rows.len())
}

/// The actor has opened the record itself: nothing about it is unread.
pub fn seen(cx: &mut Cx<'_, '_>, noun: &str, subject: Id) -> Result<()> {
    let Some(person) = cx.actor.person else { return Ok(()) };
    for row in cx.tx.rows(sql::OF_SUBJECT, args![subject, person, noun, READ_AT_ONCE])? {
        mark(cx, &row)?;
    }
    Ok(())
}

fn mark(cx: &mut Cx<'_, '_>, row: &Row) -> Result<()> {
    let (id, now) = (row.id("id")?, cx.now);
    if cx.tx.exec(sql::READ, args![id, now])? > 0 {
        cx.tx.exec(outbox::sql::READ, args![id])?;
        cx.signal("message", row.int("county")?, row.id("unit")?, id);
    }
    Ok(())
}

/// Forgets what is old. Called at night.
pub fn sweep(cx: &mut Cx<'_, '_>) -> Result<()> {
    let now = cx.now;
    cx.tx.exec(sql::SWEEP, args![now.plus(-KEEP_DAYS * Ms::DAY)])?;
    outbox::sweep(cx)
}
