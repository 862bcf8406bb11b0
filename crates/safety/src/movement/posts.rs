//! 导护岗位: who stands where at which times of the week, from a plain list until the roster of duty shifts takes its
//! place; and what became of each post on each day: stood, substituted, or absent. What was missed is told last, and is
//! what the page shows first.

use std::collections::BTreeMap;

use base::{Day, Error, Id, Ms, Problem, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::building::home;
use super::sql;
use super::state::Stood;
use crate::duty::{self, Credit};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::org::{people, post as seat, unit};

/// Lines of one weekly list.
pub const POSTS_MAX: usize = 300;
/// Days that are shown back.
const BACK_DAYS: i64 = 60;

/// A line of the weekly list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewPost {
    /// 1 = Monday … 7 = Sunday.
    pub weekday: i64,
    /// 东楼梯二层平台
    pub place: String,
    /// What is watched there; a stop rule, for example.
    #[serde(default)]
    pub task: Option<String>,
    /// 11:30—11:45
    pub at: String,
    pub person: Id,
    #[serde(default)]
    pub substitute: Option<Id>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Post {
    pub id: Id,
    pub unit: Id,
    pub weekday: i64,
    pub place: String,
    pub task: Option<String>,
    pub at: String,
    pub person: Id,
    pub person_name: Option<String>,
    pub substitute: Option<Id>,
    pub substitute_name: Option<String>,
    pub from_on: Day,
    pub ended_on: Option<Day>,
}

fn from_row(row: &Row) -> Result<Post> {
    Ok(Post {
        id: row.id("id")?,
        unit: row.id("unit")?,
        weekday: row.int("weekday")?,
        place: row.text("place")?,
        task: row.opt_text("task")?,
        at: row.text("at_text")?,
        person: row.id("person")?,
        person_name: row.opt_text("person_name").unwrap_or_default(),
        substitute: row.opt_id("substitute")?,
        substitute_name: row.opt_text("substitute_name").unwrap_or_default(),
        from_on: row.day("from_on")?,
        ended_on: row.opt_day("ended_on")?,
    })
}

fn on_day(cx: &mut Cx<'_, '_>, unit: Id, day: Day) -> Result<Vec<Post>> {
    cx.tx.rows(sql::POSTS_ON, args![unit, day])?.iter().map(from_row).collect()
}

/// The weekly list in force on a day.
pub fn posts(cx: &mut Cx<'_, '_>, id: Id, day: Day) -> Result<Vec<Post>> {
    let home = unit::show(cx, id)?.home;
    cx.require(Action::MovementRead, home, false)?;
    on_day(cx, home, day)
}

pub(super) fn on_roll(cx: &mut Cx<'_, '_>, person: Id, home: Id) -> Result<bool> {
    match people::load(cx, person) {
        Ok(p) if p.erased_at.is_some() => Ok(false),
        Ok(p) => Ok(p.unit == home || seat::of_person(cx, person)?.iter().any(|held| held.home == home)),
        Err(Error::Refused(_)) => Ok(false),
        Err(e) => Err(e),
    }
}

/// Puts a new weekly list in force from today; the old one ends yesterday (what began today is replaced). It is what the
/// pack's 专人引导 asks for. Refuses: an empty list, more than `POSTS_MAX` lines, a weekday that is none, no place or time,
/// people of another unit, somebody as his own substitute.
pub fn set_posts(cx: &mut Cx<'_, '_>, unit: Option<Id>, list: &[NewPost]) -> Result<()> {
    let home = home(cx, unit)?;
    let mut faults = Faults::default();
    if list.is_empty() {
        faults.add("posts", Problem::Required);
    }
    if list.len() > POSTS_MAX {
        faults.add("posts", Problem::OutOfRange { min: 1, max: POSTS_MAX as i64 });
    }
    let mut clean = Vec::new();
    for new in list.iter().take(POSTS_MAX) {
        faults.range("weekday", new.weekday, 1, 7);
        let place = faults.text("place", &new.place, limits::NAME_CHARS);
        let at = faults.text("at", &new.at, limits::NAME_CHARS);
        let task = faults.optional("task", new.task.as_deref().unwrap_or(""), limits::FACT_CHARS);
        for (field, person) in [("person", Some(new.person)), ("substitute", new.substitute)] {
            if let Some(person) = person
                && !on_roll(cx, person, home.id)?
            {
                faults.add(field, Problem::Unknown);
            }
        }
        if new.substitute == Some(new.person) {
            faults.add("substitute", Problem::Mismatch { with: "person" });
        }
        clean.push((new, place, at, task));
    }
    faults.done()?;
    let today = cx.now.day();
    for old in on_day(cx, home.id, today)? {
        // What began today was never in force for a whole day: it ends before it began.
        cx.put("movement.post_end", "movement_post", sql::POST_END, args![old.id, today.plus_days(-1)])?;
    }
    let mut first = None;
    for (serial, (new, place, at, task)) in clean.into_iter().enumerate() {
        let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
        let args = args![
            home.county,
            id,
            salt,
            home.id,
            new.weekday,
            serial + 1,
            place,
            task,
            at,
            new.person,
            new.substitute,
            today,
            now
        ];
        cx.put("movement.post", "movement_post", sql::POST_INSERT, args)?;
        first = first.or(Some(id));
    }
    let Some(record) = first else { return Ok(()) };
    cx.signal("movement", home.county, home.id, record);
    let credit =
        Credit { claimed_at: cx.now, by: cx.actor.person, ..Credit::new(home.id, "movement.posts", record, today) };
    duty::credit(cx, &credit).map(|_| ())
}

/// What became of a post on a day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Said {
    pub post: Id,
    pub stood: Stood,
    /// Who stood there instead (替岗).
    #[serde(default)]
    pub person: Option<Id>,
    #[serde(default)]
    pub note: Option<String>,
}

/// Records a day's posts; a line said again is corrected. The person of a post says it for the own post, a leader for all.
/// Refuses: a day in the future or older than the pack's days of back entry, a post that is not in force that day or not of
/// that weekday, a substitution without a person.
pub fn stand(cx: &mut Cx<'_, '_>, day: Day, said: &[Said]) -> Result<()> {
    let today = cx.now.day();
    if day > today {
        return Err(Error::invalid("day", Problem::InFuture { minutes: day.days_since(today) * 24 * 60 }));
    }
    if today.days_since(day) > cx.pack.span("back_entry") / Ms::DAY {
        return Err(Error::invalid("day", Problem::TooOld { days: today.days_since(day) }));
    }
    if said.is_empty() || said.len() > POSTS_MAX {
        return Err(Error::invalid("posts", Problem::OutOfRange { min: 1, max: POSTS_MAX as i64 }));
    }
    for one in said {
        let unknown = || Error::invalid("post", Problem::Unknown);
        let row = cx.tx.row(sql::POST_BY_ID, args![one.post])?.ok_or_else(unknown)?;
        let (post, county) = (from_row(&row)?, row.int("county")?);
        let me = cx.actor.person;
        let own = me.is_some() && (me == Some(post.person) || me == post.substitute);
        let own = own && cx.require(Action::MovementStand, post.unit, false).is_ok();
        if !own {
            cx.require(Action::MovementManage, post.unit, false).map_err(|e| match e {
                // A post of a school not to be seen is not there.
                Error::Refused(base::Refusal::NotFound) => unknown(),
                e => e,
            })?;
        }
        // The list of the day it was in force: one that was replaced later the same day counts no more.
        let of_day = post.from_on <= day && post.ended_on.is_none_or(|last| last >= day);
        if !of_day || i64::from(day.weekday()) != post.weekday {
            return Err(Error::invalid("post", Problem::Mismatch { with: "day" }));
        }
        let mut faults = Faults::default();
        let note = faults.optional("note", one.note.as_deref().unwrap_or(""), limits::NOTE_CHARS);
        let person = match one.stood {
            Stood::Stood => Some(post.person),
            Stood::Substituted => one.person.or(post.substitute),
            Stood::Absent => None,
        };
        match person {
            None if one.stood == Stood::Substituted => faults.add("person", Problem::Required),
            Some(person) if !on_roll(cx, person, post.unit)? => faults.add("person", Problem::Unknown),
            Some(person) if one.stood == Stood::Substituted && person == post.person => {
                faults.add("person", Problem::Mismatch { with: "post" });
            }
            _ => {}
        }
        faults.done()?;
        let (now, by) = (cx.now, cx.actor.person);
        match cx.tx.row(sql::DAY_OF, args![post.id, day])? {
            Some(row) => {
                let args = args![row.id("id")?, one.stood, person, note, by, now];
                cx.put("movement.stand", "movement_day", sql::DAY_CHANGE, args)?;
            }
            None => {
                let (id, salt) = (cx.id(), cx.salt());
                let args = args![county, id, salt, post.unit, post.id, day, one.stood, person, note, by, now];
                cx.put("movement.stand", "movement_day", sql::DAY_INSERT, args)?;
            }
        }
        cx.signal("movement", county, post.unit, post.id);
    }
    Ok(())
}

/// A post on a day; nothing said yet where `stood` is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DayLine {
    pub post: Post,
    pub stood: Option<Stood>,
    pub person: Option<String>,
    pub note: Option<String>,
}

/// The posts of a day, for whoever sees the unit's plans.
pub fn day(cx: &mut Cx<'_, '_>, id: Id, day: Day) -> Result<Vec<DayLine>> {
    let home = unit::show(cx, id)?.home;
    cx.require(Action::MovementRead, home, false)?;
    let mut said: BTreeMap<Id, Row> = BTreeMap::new();
    for row in cx.tx.rows(sql::DAYS, args![home, day, day])? {
        said.insert(row.id("post")?, row);
    }
    let posts = on_day(cx, home, day)?;
    posts
        .into_iter()
        .filter(|p| p.weekday == i64::from(day.weekday()))
        .map(|post| {
            let Some(row) = said.remove(&post.id) else {
                return Ok(DayLine { post, stood: None, person: None, note: None });
            };
            Ok(DayLine {
                post,
                stood: Stood::from_code(&row.text("stood")?),
                person: row.opt_text("person_name")?,
                note: row.opt_text("note")?,
            })
        })
        .collect()
}

/// Days back with their sums, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DaySum {
    pub stood: i64,
    pub substituted: i64,
    pub absent: i64,
}

/// What was said of the posts in the last weeks, by day.
pub fn days(cx: &mut Cx<'_, '_>, id: Id) -> Result<BTreeMap<Day, DaySum>> {
    let home = unit::show(cx, id)?.home;
    cx.require(Action::MovementRead, home, false)?;
    let today = cx.now.day();
    let mut out: BTreeMap<Day, DaySum> = BTreeMap::new();
    for row in cx.tx.rows(sql::DAYS, args![home, today.plus_days(-BACK_DAYS), today])? {
        let sum = out.entry(row.day("held_on")?).or_default();
        match Stood::from_code(&row.text("stood")?) {
            Some(Stood::Stood) => sum.stood += 1,
            Some(Stood::Substituted) => sum.substituted += 1,
            _ => sum.absent += 1,
        }
    }
    Ok(out)
}
