//! 晨午检: one line a class and day. 全到 is one tap; else so many by sign. It is an independent record against 漏报 and 瞒报
//! (notice 1.2): several children of one class with the same sign are to be reported within a day (卫办疾控发〔2006〕65号).
//! No names: counts only. A correction is a line of its own; what was said first stays.
//!
//! Off unless somebody uses it: no entry of the pack demands it (an option). Not here: what a cluster means against the
//! incidents (`clue`), who is ill by name, leave slips.

pub mod sql;

use std::collections::BTreeMap;

use base::{Day, Error, Id, Ms, Problem, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::message::{self, Kind, To, Told};
use crate::org::Role;
use crate::org::unit;
use crate::pack::Pack;
use crate::roll;

/// Days that a line may be entered later.
pub const DAYS_BACK: i64 = 7;
/// Children of a class of which the roll does not say how many there are.
const CLASS_MAX: i64 = 200;

/// Children of a class on a day by what is the matter; whoever has two signs counts under the graver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// 事假
    pub leave: i64,
    /// 发热
    pub fever: i64,
    /// 咳嗽
    pub cough: i64,
    /// 呕吐、腹泻
    pub gut: i64,
    /// 皮疹
    pub rash: i64,
    /// 黄疸
    pub jaundice: i64,
    /// 受伤
    pub injured: i64,
    /// 其他病
    pub other: i64,
    /// 没有到，还不知道原因
    pub unknown: i64,
}

/// Field, and what it reads: the order of the form.
type Field = (&'static str, fn(&Counts) -> i64);

impl Counts {
    pub const FIELDS: &'static [Field] = &[
        ("fever", |c| c.fever),
        ("gut", |c| c.gut),
        ("rash", |c| c.rash),
        ("jaundice", |c| c.jaundice),
        ("cough", |c| c.cough),
        ("injured", |c| c.injured),
        ("other", |c| c.other),
        ("leave", |c| c.leave),
        ("unknown", |c| c.unknown),
    ];

    pub fn all(&self) -> i64 {
        Counts::FIELDS.iter().map(|(_, read)| read(self)).sum()
    }

    /// The sign that most children have, of those that the rule counts as alike (65号: 发热、皮疹、腹泻、呕吐、黄疸).
    pub fn most(&self) -> (&'static str, i64) {
        let alike = Counts::FIELDS.iter().filter(|(code, _)| ALIKE.contains(code));
        alike.map(|(code, read)| (*code, read(self))).max_by_key(|(_, n)| *n).unwrap_or(("fever", 0))
    }

    pub fn of(&self, sign: &str) -> i64 {
        Counts::FIELDS.iter().find(|(code, _)| *code == sign).map_or(0, |(_, read)| read(self))
    }
}

/// Signs that make a cluster.
pub const ALIKE: &[&str] = &["fever", "gut", "rash", "jaundice"];

/// One line as it was entered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    pub class: Id,
    pub day: Day,
    pub serial: i64,
    pub pupils: i64,
    pub counts: Counts,
    pub by_name: Option<String>,
    pub claimed_at: Ms,
    pub received_at: Ms,
}

pub(crate) fn from_row(row: &Row) -> Result<Line> {
    Ok(Line {
        id: row.id("id")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        class: row.id("class")?,
        day: row.day("day")?,
        serial: row.int("serial")?,
        pupils: row.int("pupils")?,
        counts: Counts {
            leave: row.int("leave")?,
            fever: row.int("fever")?,
            cough: row.int("cough")?,
            gut: row.int("gut")?,
            rash: row.int("rash")?,
            jaundice: row.int("jaundice")?,
            injured: row.int("injured")?,
            other: row.int("other")?,
            unknown: row.int("unknown")?,
        },
        by_name: row.opt_text("by_name").unwrap_or_default(),
        claimed_at: row.ms("claimed_at")?,
        received_at: row.ms("received_at")?,
    })
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewLine {
    pub class: Id,
    /// Today when absent.
    #[serde(default)]
    pub day: Option<Day>,
    #[serde(default)]
    pub counts: Counts,
}

/// Enters a class's line, or a correction of it; the same line again changes nothing. Answers the line's id.
/// Refuses: a class that is not of the actor's unit or not on the roll that day (Invalid `class`), a day ahead or longer
/// ago than `DAYS_BACK`, more children than the class has.
pub fn record(cx: &mut Cx<'_, '_>, new: &NewLine) -> Result<Id> {
    let home = unit::load(cx, cx.actor.unit)?.home;
    cx.require(Action::AbsenceRecord, home, false)?;
    let today = cx.now.day();
    let day = new.day.unwrap_or(today);
    let ago = today.days_since(day);
    let mut faults = Faults::default();
    if ago < 0 {
        faults.add("day", Problem::InFuture { minutes: -ago * 1_440 });
    } else if ago > DAYS_BACK {
        faults.add("day", Problem::TooOld { days: ago });
    }
    let class = roll::classes_on(cx, home, day)?.into_iter().find(|c| c.id == new.class);
    let Some(class) = class else {
        faults.add("class", Problem::Unknown);
        return faults.done().and_then(|()| Err(Error::invalid("class", Problem::Unknown)));
    };
    let most = if class.pupils > 0 { class.pupils } else { CLASS_MAX };
    for (field, read) in Counts::FIELDS {
        faults.range(field, read(&new.counts), 0, most);
    }
    if new.counts.all() > most {
        faults.add("counts", Problem::OutOfRange { min: 0, max: most });
    }
    faults.done()?;
    let before = cx.tx.row(sql::NEWEST, args![new.class, day])?.as_ref().map(from_row).transpose()?;
    if let Some(same) = before.as_ref().filter(|line| line.counts == new.counts) {
        return Ok(same.id);
    }
    let (id, salt, now, claimed, c) = (cx.id(), cx.salt(), cx.now, cx.claimed()?, &new.counts);
    let serial = before.map_or(0, |line| line.serial) + 1;
    let (county, by) = (class.county, cx.actor.person);
    let args = args![
        county,
        id,
        salt,
        home,
        class.id,
        day,
        serial,
        class.pupils,
        c.leave,
        c.fever,
        c.cough,
        c.gut,
        c.rash,
        c.jaundice,
        c.injured,
        c.other,
        c.unknown,
        by,
        claimed,
        now
    ];
    let alike = |counts: &Counts| counts.most().1 >= Limit::of(cx.pack).day;
    let today = of_class(cx, new.class, day, day)?;
    let first = alike(&new.counts) && !today.iter().any(|line| alike(&line.counts));
    cx.put("absence.record", "absence", sql::INSERT, args)?;
    if first {
        // Once for a class and day: whoever is to report it (65号, 24 hours) hears of it, also if he enters no line himself.
        let dedupe = day.to_string();
        let told = Told { kind: Kind::Turn, noun: "absence", subject: id, unit: home, dedupe: &dedupe };
        message::tell(cx, &told, &[To::Role(home, Role::SafetyHead)])?;
    }
    cx.signal("absence", county, home, id);
    Ok(id)
}

/// A class on a day, told or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassLine {
    pub class: Id,
    pub name: String,
    pub teacher: Option<Id>,
    pub pupils: i64,
    /// The newest line.
    pub line: Option<Line>,
    /// Lines so far: more than one means corrected.
    pub lines: i64,
    /// As many children with one sign as are to be reported.
    pub cluster: Option<(&'static str, i64)>,
}

/// Every class of a unit on a day. Refuses NotFound and NoRight as for reading its absences.
pub fn day(cx: &mut Cx<'_, '_>, id: Id, day: Day) -> Result<Vec<ClassLine>> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::AbsenceRead, unit.home, false)?;
    let mut told: BTreeMap<Id, (Line, i64)> = BTreeMap::new();
    for row in cx.tx.rows(sql::OF_DAY, args![unit.home, day, limits::EXPORT_ROWS_MAX])? {
        let line = from_row(&row)?;
        let lines = told.get(&line.class).map_or(0, |(_, n)| *n) + 1;
        told.insert(line.class, (line, lines));
    }
    let limit = Limit::of(cx.pack);
    let classes = roll::classes_on(cx, unit.home, day)?;
    let line = |c: roll::Class| {
        let (line, lines) = told.remove(&c.id).map_or((None, 0), |(line, n)| (Some(line), n));
        let cluster = line.as_ref().map(|l| l.counts.most()).filter(|(_, n)| *n >= limit.day);
        ClassLine { class: c.id, name: c.name, teacher: c.teacher, pupils: c.pupils, line, lines, cluster }
    };
    Ok(classes.into_iter().map(line).collect())
}

/// Which class of a unit is the actor's own, if he leads one today.
pub fn own_class(cx: &mut Cx<'_, '_>) -> Result<Option<roll::Class>> {
    let Some(me) = cx.actor.person else { return Ok(None) };
    let home = unit::load(cx, cx.actor.unit)?.home;
    let today = cx.now.day();
    Ok(roll::classes_on(cx, home, today)?.into_iter().find(|c| c.teacher == Some(me)))
}

/// How many children with one sign in one class are to be reported: on a day, and over three days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub day: i64,
    pub three_days: i64,
}

impl Limit {
    pub fn of(pack: &Pack) -> Limit {
        Limit { day: pack.count("absence.alike.day"), three_days: pack.count("absence.alike.three") }
    }
}

/// Lines of a class over some days, oldest first, corrections included. Without asking: for the detectors.
pub(crate) fn of_class(cx: &mut Cx<'_, '_>, class: Id, from: Day, until: Day) -> Result<Vec<Line>> {
    cx.tx.rows(sql::OF_CLASS, args![class, from, until])?.iter().map(from_row).collect()
}

/// Units at or under the actor's that told at least one line since a day: a source that nobody fills is named as missing.
pub(crate) fn told_since(cx: &mut Cx<'_, '_>, since: Day) -> Result<i64> {
    cx.tx.row(sql::TOLD_SINCE, args![cx.actor.unit, since])?.map_or(Ok(0), |row| row.int("n"))
}

/// Has a unit told any line since a day?
pub fn used(cx: &mut Cx<'_, '_>, unit: Id, since: Day) -> Result<bool> {
    Ok(cx.tx.row(sql::USED, args![unit, since])?.is_some())
}

/// Has a class its line of a day?
pub fn told(cx: &mut Cx<'_, '_>, class: Id, day: Day) -> Result<bool> {
    Ok(cx.tx.row(sql::NEWEST, args![class, day])?.is_some())
}
