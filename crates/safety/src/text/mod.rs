//! 制度与预案: for each text kind of the pack a unit has one text in force: the bureau's model text, adapted by the unit,
//! adopted at a named meeting, reviewed each year, acknowledged by the posts that it binds. Serves every item that names
//! a system (1.1 例会, 1.2 报告, 1.3 台账, 1.4 值班巡查, 1.5 宿舍, 2.3 采购留样, 2.5 错时放学, 2.6 闭环, 4.3 问责, 4.4 联防) and
//! the plans that the pack asks for.
//!
//! A text is never edited: a new edition takes the place of the old one, which stays with its days. Missing and expired
//! texts are seen by the unit and by its superiors. Not here: the words of a kind (the pack's), paper (a door).

pub mod sql;

use std::collections::{BTreeMap, BTreeSet};

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::kernel::text::Faults;
use crate::org::kinds::codes;
use crate::org::post;
use crate::org::unit::{self, Unit};
use crate::pack::model::{Applies, TextKind};

/// Characters of one text.
pub const BODY_CHARS: i64 = 20_000;
/// Editions of one kind that are shown.
const EDITIONS: i64 = 50;
/// Kinds of a pack, acknowledgements of one edition.
const ROWS: i64 = 2_000;
/// A review that is due within this many days is told beforehand.
const SOON_DAYS: i64 = 30;

codes! {
    /// How it stands with a kind of text at a unit.
    Standing {
        /// 缺
        Missing = "missing",
        /// 有效
        Valid = "valid",
        /// 快到期: its yearly review is near
        Soon = "soon",
        /// 过期: the review is overdue
        Expired = "expired",
    }
}

/// An edition of a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Text {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    /// Key of the pack's text kind.
    pub kind: String,
    /// 1, 2, 3 …
    pub edition: i64,
    pub title: String,
    pub body: String,
    pub adopted_on: Day,
    /// The meeting that adopted it.
    pub meeting: String,
    /// The record of that meeting, if there is one.
    pub work: Option<Id>,
    pub by_name: Option<String>,
    /// By this day it is to be reviewed.
    pub review_by: Day,
    /// Last day in force; none while it is.
    pub ended_on: Option<Day>,
    pub received_at: Ms,
}

fn from_row(row: &Row) -> Result<Text> {
    Ok(Text {
        id: row.id("id")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        kind: row.text("kind")?,
        edition: row.int("edition")?,
        title: row.text("title")?,
        body: row.text("body")?,
        adopted_on: row.day("adopted_on")?,
        meeting: row.text("meeting")?,
        work: row.opt_id("work")?,
        by_name: row.opt_text("by_name")?,
        review_by: row.day("review_by")?,
        ended_on: row.opt_day("ended_on")?,
        received_at: row.ms("received_at")?,
    })
}

fn standing(text: Option<Day>, today: Day) -> Standing {
    match text {
        None => Standing::Missing,
        Some(by) if by < today => Standing::Expired,
        Some(by) if by.days_since(today) <= SOON_DAYS => Standing::Soon,
        Some(_) => Standing::Valid,
    }
}

/// Does a condition of the pack hold of a unit, by what the unit declared?
pub fn owed(applies: &Applies, unit: &Unit) -> bool {
    let kind = match applies.kinds.is_empty() {
        true => unit.kind.is_school() || unit.kind.is_bureau(),
        false => applies.kinds.contains(&unit.kind),
    };
    let is = |want: Option<bool>, have: bool| want.is_none_or(|w| w == have);
    kind && (applies.stages.is_empty() || unit.stage.is_some_and(|s| applies.stages.contains(&s)))
        && is(applies.boarding, unit.boarders > 0)
        && is(applies.canteen, unit.canteen)
        && is(applies.bus, unit.buses > 0)
        && applies.min_pupils.is_none_or(|least| unit.pupils >= least)
}

/// One kind of text at a unit.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub kind: String,
    pub title: String,
    /// 预案 or 制度.
    pub plan: bool,
    pub clause: String,
    pub standing: Standing,
    pub text: Option<Text>,
    /// People in the posts that it binds, and how many of them acknowledged the edition in force.
    pub bound: i64,
    pub acked: i64,
}

fn home(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Unit> {
    let unit = unit::show(cx, unit)?;
    if unit.kind.is_institution() { Ok(unit) } else { unit::load(cx, unit.home) }
}

fn kinds_of(cx: &Cx<'_, '_>, unit: &Unit) -> Vec<TextKind> {
    cx.pack.texts.values().filter(|k| owed(&k.applies, unit)).cloned().collect()
}

/// A kind by its key, if the unit owes it.
fn kind_of(cx: &Cx<'_, '_>, unit: &Unit, key: &str) -> Result<TextKind> {
    let kind = cx.pack.texts.get(key).filter(|k| owed(&k.applies, unit));
    kind.cloned().ok_or(Error::from(Refusal::NotFound))
}

/// How each kind that a unit owes stands: by the pack's order of clauses. NotFound for a unit not to be seen, NoRight for
/// whoever may not read its texts.
pub fn board(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Vec<Line>> {
    let unit = home(cx, unit)?;
    cx.require(Action::TextRead, unit.id, false)?;
    let mut texts: BTreeMap<String, Text> = BTreeMap::new();
    for row in cx.tx.rows(sql::IN_FORCE, args![unit.id, ROWS])? {
        let text = from_row(&row)?;
        texts.entry(text.kind.clone()).or_insert(text);
    }
    let mut acks: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
    for row in cx.tx.rows(sql::ACKS_OF_UNIT, args![unit.id])? {
        acks.entry(row.id("edition")?).or_default().insert(row.id("person")?);
    }
    let (posts, today) = (post::of_unit(cx, unit.id)?, cx.now.day());
    let mut lines = Vec::new();
    for kind in kinds_of(cx, &unit) {
        let text = texts.remove(&kind.id);
        let people: BTreeSet<Id> = posts.iter().filter(|p| kind.binds.contains(&p.role)).map(|p| p.person).collect();
        let signed = text.as_ref().and_then(|t| acks.get(&t.id));
        lines.push(Line {
            standing: standing(text.as_ref().map(|t| t.review_by), today),
            acked: signed.map_or(0, |s| s.intersection(&people).count() as i64),
            bound: people.len() as i64,
            kind: kind.id,
            title: kind.title,
            plan: kind.plan,
            clause: kind.clause,
            text,
        });
    }
    lines.sort_by(|a, b| (a.plan, &a.clause, &a.kind).cmp(&(b.plan, &b.clause, &b.kind)));
    Ok(lines)
}

/// How one kind stands at a unit, without asking: for duty, where a text is evidence.
pub fn stands(cx: &mut Cx<'_, '_>, unit: Id, kind: &str) -> Result<Standing> {
    let row = cx.tx.row(sql::IN_FORCE_OF, args![unit, kind])?;
    let by = row.map(|row| row.day("review_by")).transpose()?;
    Ok(standing(by, cx.now.day()))
}

/// Who acknowledged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ack {
    pub person: Id,
    pub name: Option<String>,
    pub role: String,
    pub at: Option<Ms>,
}

/// A review that left the text as it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Review {
    pub on: Day,
    pub by: Option<String>,
    pub note: Option<String>,
}

/// A kind at a unit with everything that belongs to it.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub unit: Id,
    pub unit_name: String,
    pub kind: String,
    pub title: String,
    pub plan: bool,
    pub clause: String,
    pub model: String,
    pub standing: Standing,
    pub text: Option<Text>,
    /// Every edition, newest first.
    pub editions: Vec<Text>,
    pub reviews: Vec<Review>,
    /// Those bound, who signed first.
    pub acks: Vec<Ack>,
    /// The duties that are carried out by it: id and title.
    pub entries: Vec<(String, String)>,
    pub leaf: Option<i64>,
}

/// One kind at a unit. NotFound: a unit not to be seen, a kind that the unit does not owe.
pub fn view(cx: &mut Cx<'_, '_>, unit: Id, key: &str) -> Result<View> {
    let unit = home(cx, unit)?;
    cx.require(Action::TextRead, unit.id, false)?;
    let kind = kind_of(cx, &unit, key)?;
    let editions: Vec<Text> =
        cx.tx.rows(sql::EDITIONS, args![unit.id, key, EDITIONS])?.iter().map(from_row).collect::<Result<_>>()?;
    let text = editions.iter().find(|t| t.ended_on.is_none()).cloned();
    let (mut reviews, mut acks, mut leaf) = (Vec::new(), Vec::new(), None);
    if let Some(text) = &text {
        for row in cx.tx.rows(sql::REVIEWS, args![text.id, EDITIONS])? {
            reviews.push(Review {
                on: row.day("reviewed_on")?,
                by: row.opt_text("by_name")?,
                note: row.opt_text("note")?,
            });
        }
        acks = acks_of(cx, text, &kind)?;
        leaf = crate::kernel::proof::of_record(cx.tx, "text_version", text.id, 1)?.first().and_then(|s| s.n);
    }
    let entries = cx.pack.entries.iter().filter(|e| e.on && e.texts.contains(&kind.id));
    Ok(View {
        unit: unit.id,
        unit_name: unit.name,
        standing: standing(text.as_ref().map(|t| t.review_by), cx.now.day()),
        entries: entries.map(|e| (e.id.clone(), e.title.clone())).collect(),
        kind: kind.id,
        title: kind.title,
        plan: kind.plan,
        clause: kind.clause,
        model: kind.model,
        text,
        editions,
        reviews,
        acks,
        leaf,
    })
}

fn acks_of(cx: &mut Cx<'_, '_>, text: &Text, kind: &TextKind) -> Result<Vec<Ack>> {
    let mut out = Vec::new();
    let mut signed = BTreeSet::new();
    for row in cx.tx.rows(sql::ACKS, args![text.id, ROWS])? {
        let person = row.id("person")?;
        signed.insert(person);
        out.push(Ack { person, name: row.opt_text("name")?, role: row.text("role")?, at: row.opt_ms("received_at")? });
    }
    let posts = post::of_unit(cx, text.unit)?;
    let mut waiting = Vec::new();
    for post in posts.iter().filter(|p| kind.binds.contains(&p.role)) {
        if signed.insert(post.person) {
            waiting.push((post.person, post.role));
        }
    }
    let names = crate::org::people::names(cx, waiting.iter().map(|w| w.0))?;
    out.extend(waiting.into_iter().map(|(person, role)| Ack {
        person,
        name: names.get(&person).cloned(),
        role: role.code().into(),
        at: None,
    }));
    Ok(out)
}

/// A text as it is adopted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct NewText {
    #[serde(default)]
    pub id: Option<Id>,
    /// The institution; the actor's own when absent.
    #[serde(default)]
    pub unit: Option<Id>,
    pub kind: String,
    /// The kind's title when absent.
    #[serde(default)]
    pub title: Option<String>,
    pub body: String,
    /// Today when absent.
    #[serde(default)]
    pub adopted_on: Option<Day>,
    /// 2026年第3次校务会
    pub meeting: String,
    /// The record of the meeting.
    #[serde(default)]
    pub work: Option<Id>,
}

/// Adopts an edition; the one before ends the day before (or the same day). Refuses: a kind that the unit does not owe,
/// no text, no meeting, a day in the future or before the present edition.
pub fn adopt(cx: &mut Cx<'_, '_>, new: &NewText) -> Result<Id> {
    let unit = home(cx, new.unit.unwrap_or(cx.actor.unit))?;
    cx.require(Action::TextManage, unit.id, false)?;
    let kind = kind_of(cx, &unit, &new.kind)?;
    let today = cx.now.day();
    let on = new.adopted_on.unwrap_or(today);
    let mut faults = Faults::default();
    let title = faults.optional("title", new.title.as_deref().unwrap_or(""), limits::NAME_CHARS);
    let body = faults.text("body", &new.body, BODY_CHARS);
    let meeting = faults.text("meeting", &new.meeting, limits::FACT_CHARS);
    if on > today {
        faults.add("adopted_on", Problem::InFuture { minutes: on.days_since(today) * 24 * 60 });
    }
    let before =
        cx.tx.row(sql::IN_FORCE_OF, args![unit.id, kind.id.as_str()])?.map(|row| from_row(&row)).transpose()?;
    if before.as_ref().is_some_and(|b| on < b.adopted_on) {
        faults.add("adopted_on", Problem::Mismatch { with: "adopted_on" });
    }
    faults.done()?;
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    if let Some(before) = &before {
        let last = on.plus_days(-1).max(before.adopted_on);
        cx.put("text.end", "text_version", sql::END, args![before.id, last])?;
    }
    let last = cx.tx.row(sql::LAST, args![unit.id, kind.id.as_str()])?.map(|row| row.opt_int("edition")).transpose()?;
    let (edition, claimed) = (last.flatten().unwrap_or(0) + 1, cx.claimed()?);
    let (salt, now, person, post) = (cx.salt(), cx.now, cx.actor.person, cx.actor.post);
    let (hash, review_by) = (cx.pack.hash, on.plus_months(kind.review_months.clamp(1, 120)));
    let title = title.unwrap_or(kind.title);
    cx.put(
        "text.adopt",
        "text_version",
        sql::INSERT,
        args![
            unit.county,
            id,
            salt,
            unit.id,
            kind.id,
            edition,
            title,
            body,
            on,
            meeting,
            new.work,
            hash,
            person,
            post,
            review_by,
            claimed,
            now
        ],
    )?;
    cx.signal("text", unit.county, unit.id, id);
    Ok(id)
}

/// An edition without asking who wants to know.
fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Text> {
    let row = cx.tx.row(sql::BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    from_row(&row)
}

/// One edition, also an ended one. NotFound when absent or out of scope.
pub fn show(cx: &mut Cx<'_, '_>, id: Id) -> Result<Text> {
    let text = load(cx, id)?;
    cx.require(Action::TextRead, text.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    Ok(text)
}

/// The yearly review found nothing to change: the next one is due a review's time later. Refuses an edition that is no
/// longer in force.
pub fn review(cx: &mut Cx<'_, '_>, id: Id, note: Option<&str>) -> Result<()> {
    let text = show(cx, id)?;
    cx.require(Action::TextManage, text.unit, false)?;
    if text.ended_on.is_some() {
        return Err(Refusal::WrongState { from: "replaced", action: "review" }.into());
    }
    let mut faults = Faults::default();
    let note = faults.optional("note", note.unwrap_or(""), limits::NOTE_CHARS);
    faults.done()?;
    let months = cx.pack.texts.get(&text.kind).map_or(12, |k| k.review_months.clamp(1, 120));
    let on = cx.now.day();
    let next = on.plus_months(months);
    let (review, salt, now, person) = (cx.id(), cx.salt(), cx.now, cx.actor.person);
    cx.put(
        "text.review",
        "text_review",
        sql::REVIEW_INSERT,
        args![text.county, review, salt, text.unit, id, on, note, person, next, now],
    )?;
    cx.put("text.reviewed", "text_version", sql::REVIEWED, args![id, next])?;
    cx.signal("text", text.county, text.unit, id);
    Ok(())
}

/// The actor has read the edition in force and keeps to it. Refuses NoRight for a post that it does not bind, Duplicate
/// when it was acknowledged already, WrongState for an edition that was replaced.
pub fn ack(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let text = show(cx, id)?;
    cx.require(Action::TextAck, text.unit, false)?;
    if text.ended_on.is_some() {
        return Err(Refusal::WrongState { from: "replaced", action: "ack" }.into());
    }
    let person = cx.actor.person.ok_or(Error::from(Refusal::SignIn))?;
    let binds = cx.pack.texts.get(&text.kind).is_some_and(|k| k.binds.contains(&cx.actor.role));
    if !binds {
        return Err(Refusal::NoRight.into());
    }
    if acked(cx, person, text.unit)?.contains(&id) {
        return Err(Refusal::Duplicate.into());
    }
    let (ack, salt, now, post, role) = (cx.id(), cx.salt(), cx.now, cx.actor.post, cx.actor.role);
    cx.put(
        "text.ack",
        "text_ack",
        sql::ACK_INSERT,
        args![text.county, ack, salt, text.unit, id, person, post, role, now],
    )?;
    cx.signal("text", text.county, text.unit, id);
    Ok(())
}

fn acked(cx: &mut Cx<'_, '_>, person: Id, unit: Id) -> Result<BTreeSet<Id>> {
    cx.tx.rows(sql::ACKED, args![person, unit])?.iter().map(|row| row.id("edition")).collect()
}

/// Texts of the actor's unit that wait for the actor's acknowledgement: lines of 今日. Empty where the post is bound by
/// none.
pub fn waiting(cx: &mut Cx<'_, '_>, max: usize) -> Result<Vec<Text>> {
    let (Some(person), Reach::Unit | Reach::Subtree) = (cx.actor.person, reach(cx.actor.role, Action::TextAck)) else {
        return Ok(Vec::new());
    };
    let (unit, role) = (cx.actor.unit, cx.actor.role);
    let signed = acked(cx, person, unit)?;
    let mut out = Vec::new();
    for row in cx.tx.rows(sql::IN_FORCE, args![unit, ROWS])? {
        let text = from_row(&row)?;
        let binds = cx.pack.texts.get(&text.kind).is_some_and(|k| k.binds.contains(&role));
        if binds && !signed.contains(&text.id) {
            out.push(text);
        }
    }
    out.truncate(max);
    Ok(out)
}

/// How many texts a unit below owes, and which are missing or expired.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Below {
    pub unit: Id,
    pub name: String,
    pub owed: i64,
    pub missing: Vec<String>,
    pub expired: Vec<String>,
}

/// Units under the asker's whose texts are not all in order, most wanting first: where help is needed, no ranking.
/// Refuses NoRight where the asker sees no subtree.
pub fn below(cx: &mut Cx<'_, '_>) -> Result<Vec<Below>> {
    if !matches!(reach(cx.actor.role, Action::TextRead), Reach::Subtree | Reach::All) {
        return Err(Refusal::NoRight.into());
    }
    let mut stands: BTreeMap<(Id, String), Day> = BTreeMap::new();
    for row in cx.tx.rows(sql::BELOW, args![cx.actor.unit])? {
        stands.insert((row.id("unit")?, row.text("kind")?), row.day("review_by")?);
    }
    let (top, today) = (cx.actor.unit, cx.now.day());
    let rows = cx.tx.rows(crate::org::sql::INSTITUTIONS_UNDER, args![top, limits::EXPORT_ROWS_MAX])?;
    let mut out = Vec::new();
    for row in &rows {
        let unit = unit::from_row(row)?;
        let mut line = Below { unit: unit.id, name: unit.name.clone(), owed: 0, missing: vec![], expired: vec![] };
        for kind in cx.pack.texts.values().filter(|k| owed(&k.applies, &unit)) {
            line.owed += 1;
            match standing(stands.get(&(unit.id, kind.id.clone())).copied(), today) {
                Standing::Missing => line.missing.push(kind.title.clone()),
                Standing::Expired => line.expired.push(kind.title.clone()),
                Standing::Valid | Standing::Soon => {}
            }
        }
        if !line.missing.is_empty() || !line.expired.is_empty() {
            out.push(line);
        }
    }
    let gap = |l: &Below| l.missing.len() + l.expired.len();
    out.sort_by(|a, b| (gap(b), &a.name).cmp(&(gap(a), &b.name)));
    Ok(out)
}

/// How many texts are missing or expired at each of `units`, which stand under `top`. Without asking: for other nouns.
pub fn missing_of(cx: &mut Cx<'_, '_>, top: Id, units: &[Unit]) -> Result<BTreeMap<Id, i64>> {
    let mut stands: BTreeMap<(Id, String), Day> = BTreeMap::new();
    for row in cx.tx.rows(sql::BELOW, args![top])? {
        stands.insert((row.id("unit")?, row.text("kind")?), row.day("review_by")?);
    }
    let today = cx.now.day();
    let wants = |unit: &Unit, kind: &TextKind| {
        let by = stands.get(&(unit.id, kind.id.clone())).copied();
        owed(&kind.applies, unit) && matches!(standing(by, today), Standing::Missing | Standing::Expired)
    };
    let count = |unit: &Unit| cx.pack.texts.values().filter(|kind| wants(unit, kind)).count() as i64;
    Ok(units.iter().map(|unit| (unit.id, count(unit))).collect())
}

/// Everything in force at a unit, in order: 制度汇编 in one read.
pub fn collected(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Vec<Line>> {
    Ok(board(cx, unit)?.into_iter().filter(|line| line.text.is_some()).collect())
}
