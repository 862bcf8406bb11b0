//! The versions of what is reported: 初报, 续报, 更正, 终报. Each is a whole of its own and is never changed; what is not
//! said anew stays as it was. A first report asks for nothing but the kind: whoever stands beside a hurt child reports
//! what is known, and the rest later.

use base::{Error, Id, Ms, Problem, Refusal, Result, limits};
use db::args;
use serde::{Deserialize, Serialize};

use super::leg::{self, Met};
use super::state::{Act, Class, Fact, Family, Kind, LegKind, ReportKind, State, next};
use super::store::{self, Said};
use super::{Incident, Toll, act, draft, facts_json, from_row, grade, load, pack_of, sql, tell};
use crate::duty::{self, Credit};
use crate::kernel::cx::Cx;
use crate::kernel::files::{self, Photo};
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::org::{people, place, unit};

/// People in one figure, and 万元 of loss: more is a slip of the finger.
pub const PEOPLE_MAX: i64 = 100_000;
pub const LOSS_MAX: i64 = 10_000_000;
/// Characters of the course of things, of cause and lessons.
pub const STORY_CHARS: i64 = 2_000;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NewIncident {
    /// Made by the phone; absent = a new one.
    #[serde(default)]
    pub id: Option<Id>,
    /// The institution where it happened; absent = the actor's own.
    #[serde(default)]
    pub unit: Option<Id>,
    pub kind: Option<Kind>,
    /// Skip a level, because it is urgent: the next one is told at once.
    #[serde(default)]
    pub urgent: bool,
    /// The draft of an alarm that this reports; absent = the newest that waits at the unit, if it is of these days.
    #[serde(default)]
    pub draft: Option<Id>,
    #[serde(flatten)]
    pub told: NewReport,
}

/// What a version says; absent = as before (in a first report: not known).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NewReport {
    /// The version that the asker saw; given, a record that has moved on is refused as Stale.
    #[serde(default)]
    pub version: Option<i64>,
    /// The family, where the kind does not say it.
    #[serde(default)]
    pub family: Option<Family>,
    #[serde(default)]
    pub place: Option<Id>,
    #[serde(default)]
    pub place_text: Option<String>,
    /// What happened, in a sentence.
    #[serde(default)]
    pub what: Option<String>,
    #[serde(default)]
    pub happened_at: Option<Ms>,
    /// First knowledge (t0); absent = the claimed time of the report.
    #[serde(default)]
    pub known_at: Option<Ms>,
    #[serde(default)]
    pub hurt: Option<i64>,
    #[serde(default)]
    pub sent: Option<i64>,
    #[serde(default)]
    pub serious: Option<i64>,
    #[serde(default)]
    pub dead: Option<i64>,
    #[serde(default)]
    pub missing: Option<i64>,
    /// 万元
    #[serde(default)]
    pub loss: Option<i64>,
    /// Added to what was ticked before.
    #[serde(default)]
    pub facts: Vec<Fact>,
    /// 续报: what is new.
    #[serde(default)]
    pub progress: Option<String>,
    /// 终报
    #[serde(default)]
    pub cause: Option<String>,
    #[serde(default)]
    pub lessons: Option<String>,
    /// 更正: why.
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// 代录: who reports, if another than the actor.
    #[serde(default)]
    pub behalf: Option<Id>,
}

/// What was typed, cleaned.
struct Typed {
    what: Option<String>,
    place_text: Option<String>,
    progress: Option<String>,
    cause: Option<String>,
    lessons: Option<String>,
    reason: Option<String>,
    happened_at: Option<Ms>,
    known_at: Option<Ms>,
}

/// All faults of a version at once; `home` is the institution of the incident.
fn check(cx: &mut Cx<'_, '_>, new: &NewReport, home: &unit::Unit, kind: ReportKind) -> Result<Typed> {
    let mut faults = Faults::default();
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let what = faults.optional("what", &text(&new.what), limits::NOTE_CHARS);
    let place_text = faults.optional("place_text", &text(&new.place_text), limits::NAME_CHARS);
    let progress = faults.optional("progress", &text(&new.progress), STORY_CHARS);
    let (mut cause, mut lessons, mut reason) = (None, None, None);
    if kind == ReportKind::Final {
        cause = Some(faults.text("cause", &text(&new.cause), STORY_CHARS));
        lessons = Some(faults.text("lessons", &text(&new.lessons), STORY_CHARS));
    }
    if kind == ReportKind::Amend {
        reason = Some(faults.text("reason", &text(&new.reason), limits::NOTE_CHARS));
    }
    for (field, value) in
        [("hurt", new.hurt), ("sent", new.sent), ("serious", new.serious), ("dead", new.dead), ("missing", new.missing)]
    {
        if let Some(n) = value {
            faults.range(field, n, 0, PEOPLE_MAX);
        }
    }
    if let Some(n) = new.loss {
        faults.range("loss", n, 0, LOSS_MAX);
    }
    let known_at = past(cx, new.known_at, "known_at", &mut faults);
    let happened_at = past(cx, new.happened_at, "happened_at", &mut faults);
    if let Some(id) = new.place {
        match place::load(cx, id) {
            Ok(place) if place.unit == home.id => {}
            Ok(place) => match unit::show(cx, place.unit) {
                Ok(unit) => faults.add("place", Problem::Foreign { unit: unit.name }),
                Err(_) => faults.add("place", Problem::Unknown),
            },
            Err(_) => faults.add("place", Problem::Unknown),
        }
    }
    if new.photos.len() > limits::PHOTOS_PER_ACT {
        faults.add("photo", Problem::OutOfRange { min: 0, max: limits::PHOTOS_PER_ACT as i64 });
    }
    if let Some(person) = new.behalf
        && !people::load(cx, person).is_ok_and(|p| p.erased_at.is_none() && p.unit == home.id)
    {
        faults.add("behalf", Problem::Unknown);
    }
    faults.done()?;
    Ok(Typed { what, place_text, progress, cause, lessons, reason, happened_at, known_at })
}

/// A moment that lies behind us: a phone's clock may be a little ahead, a claim of tomorrow is refused.
fn past(cx: &Cx<'_, '_>, at: Option<Ms>, field: &'static str, faults: &mut Faults) -> Option<Ms> {
    let at = at?;
    let ahead = at.since(cx.now) / Ms::MINUTE;
    if ahead > limits::CLOCK_AHEAD_MINUTES {
        faults.add(field, Problem::InFuture { minutes: ahead });
    }
    if at.local().year() < 2000 {
        faults.add(field, Problem::TooOld { days: cx.now.since(at) / Ms::DAY });
    }
    Some(at.min(cx.now))
}

/// 初报. Refuses: a foreign unit (NotFound), a bureau or a closed unit, no kind, a place of another unit, times in the
/// future. `known_at` is a claim: the clocks start there, and are judged by when this reaches the server.
pub fn report(cx: &mut Cx<'_, '_>, new: &NewIncident) -> Result<Id> {
    let at = unit::load(cx, new.unit.unwrap_or(cx.actor.unit))?;
    cx.require(Action::IncidentReport, at.home, false)?;
    let home = if at.home == at.id { at } else { unit::load(cx, at.home)? };
    if !home.kind.is_school() || home.closed_on.is_some() {
        return Err(Error::invalid("unit", Problem::Unknown));
    }
    let Some(kind) = new.kind else { return Err(Error::invalid("kind", Problem::Required)) };
    let claimed = cx.claimed()?;
    let typed = check(cx, &new.told, &home, ReportKind::First)?;
    let known_at = typed.known_at.unwrap_or(claimed);
    let happened_at = typed.happened_at.unwrap_or(known_at);
    if happened_at > known_at {
        return Err(Error::invalid("happened_at", Problem::Mismatch { with: "known_at" }));
    }
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let mut i = first(cx, new, &home, kind, id, (known_at, happened_at, claimed))?;
    let report = version(cx, &i, &new.told, &typed, ReportKind::First, known_at)?;
    let said = Said { report: Some(report), behalf: new.told.behalf, ..Said::default() };
    store::step(cx, &i, Act::Report, &said)?;
    store::clocks(cx, &i)?;
    draft::reported(cx, &i, new.draft)?;
    start(cx, &mut i, claimed)?;
    if new.urgent {
        act::past_a_level(cx, &mut i, None)?;
    }
    follow_up(cx, &i, Act::Report, Some(report))?;
    tell::newest(cx, &i)?;
    Ok(id)
}

/// The head of a new incident, stored. `times` are known, happened, claimed.
fn first(
    cx: &mut Cx<'_, '_>,
    new: &NewIncident,
    home: &unit::Unit,
    kind: Kind,
    id: Id,
    times: (Ms, Ms, Ms),
) -> Result<Incident> {
    let (known_at, happened_at, claimed) = times;
    let pack = pack_of(cx, known_at).clone();
    let toll = toll_of(&new.told, Toll::default());
    let class = grade::class(&pack, kind, toll, &new.told.facts, cx.now.since(known_at));
    let year = known_at.local().year() as i64;
    let serial = cx.tx.row(sql::SERIAL, args![home.id, year])?.map(|r| r.int("serial")).transpose()?.unwrap_or(0) + 1;
    let number = format!("{}-S{year}-{serial:03}", home.short);
    let what = new.told.what.as_deref().map(crate::kernel::text::clean).filter(|t| !t.is_empty());
    let place_text = new.told.place_text.as_deref().map(crate::kernel::text::clean).filter(|t| !t.is_empty());
    let place_name = match new.told.place {
        Some(place) => place::load(cx, place)?.name,
        None => place_text.clone().unwrap_or_default(),
    };
    let find = crate::kernel::text::find(&[what.as_deref().unwrap_or(""), &place_name, &number]);
    let (salt, now) = (cx.salt(), cx.now);
    let by = new.told.behalf.or(cx.actor.person);
    let args = args![
        home.county,
        id,
        salt,
        home.id,
        year,
        serial,
        number,
        kind,
        new.told.family.unwrap_or(kind.family()),
        what,
        new.told.place,
        place_text,
        find,
        State::Awaiting,
        grade::grade(&pack, toll),
        class,
        happened_at,
        known_at,
        toll.hurt,
        toll.sent,
        toll.serious,
        toll.dead,
        toll.missing,
        toll.loss,
        facts_json(&new.told.facts),
        by,
        now,
        now,
        grade::follow_due(&pack, class, now, true),
        grade::window_until(&pack, kind, happened_at),
        pack.hash,
        claimed,
        now
    ];
    let row = cx.tx.row(sql::INSERT, args)?.ok_or_else(|| Error::broken("incident.report stored no row"))?;
    cx.record_as("incident.report", "incident", &row, new.told.behalf, Some("1.2"))?;
    from_row(&row)
}

/// The legs of a first report, and which of them it meets itself: the written one, offices that were rung up already, and
/// everything the level above knows if it holds the pen (a school without a line rings up and the desk writes).
fn start(cx: &mut Cx<'_, '_>, i: &mut Incident, claimed: Ms) -> Result<()> {
    leg::ensure(cx, i, i.known_at)?;
    let pen = cx.actor.unit;
    for mut leg in leg::of(cx, i.id)? {
        let called =
            leg.kind == LegKind::Party && i.facts.iter().any(|f| f.party() == leg.party && f.party().is_some());
        match leg.kind {
            LegKind::Written => leg::meet(cx, &mut leg, Met::by("report", claimed))?,
            LegKind::Phone if leg.to_unit == Some(pen) => leg::meet(cx, &mut leg, Met::by("report", claimed))?,
            LegKind::Party if called => leg::meet(cx, &mut leg, Met::by("fact", claimed))?,
            _ => {}
        }
    }
    Ok(())
}

fn toll_of(new: &NewReport, before: Toll) -> Toll {
    Toll {
        hurt: new.hurt.or(before.hurt),
        sent: new.sent.or(before.sent),
        serious: new.serious.or(before.serious),
        dead: new.dead.or(before.dead),
        missing: new.missing.or(before.missing),
        loss: new.loss.or(before.loss),
    }
}

/// One version as it is told, stored. `known_at` is the claim of this version, which the head may not follow.
fn version(
    cx: &mut Cx<'_, '_>,
    i: &Incident,
    new: &NewReport,
    typed: &Typed,
    kind: ReportKind,
    known_at: Ms,
) -> Result<Id> {
    let (id, salt, now, claimed) = (cx.id(), cx.salt(), cx.now, cx.claimed()?);
    let photos = (!new.photos.is_empty()).then(|| serde_json::json!(new.photos).to_string());
    let a = cx.actor;
    let args = args![
        i.county,
        id,
        salt,
        i.id,
        i.unit,
        i.reports,
        kind,
        i.kind,
        i.family,
        i.what.clone(),
        i.place,
        i.place_text.clone(),
        i.happened_at,
        known_at,
        i.hurt,
        i.sent,
        i.serious,
        i.dead,
        i.missing,
        i.loss,
        facts_json(&i.facts),
        i.grade,
        i.class,
        typed.progress.clone(),
        typed.cause.clone(),
        typed.lessons.clone(),
        typed.reason.clone(),
        photos,
        new.behalf.or(a.person),
        a.role,
        a.post,
        a.unit,
        new.behalf.and(a.person),
        claimed,
        now
    ];
    let row = cx.tx.row(sql::REPORT, args)?.ok_or_else(|| Error::broken("incident report stored no row"))?;
    cx.record_as("incident.report", "incident_report", &row, new.behalf, Some("1.2"))?;
    files::attach(cx, "incident", i.id, i.unit, &new.photos)?;
    Ok(id)
}

/// 续报, 更正, 终报: a new version. Refuses: NotFound, NoRight, Stale, WrongState, a follow-up or correction that says
/// nothing new (Invalid `what`), a final report without cause or lessons, a correction without its reason.
pub fn again(cx: &mut Cx<'_, '_>, id: Id, kind: ReportKind, new: &NewReport) -> Result<Incident> {
    let mut i = load(cx, id)?;
    cx.require(Action::IncidentSteer, i.unit, false)?;
    if new.version.is_some_and(|v| v != i.version) {
        return Err(Refusal::Stale { version: i.version }.into());
    }
    let act = match kind {
        ReportKind::First => return Err(Refusal::NotFound.into()),
        ReportKind::Follow => Act::Follow,
        ReportKind::Amend => Act::Amend,
        ReportKind::Final => Act::Final,
    };
    let wrong = Error::from(Refusal::WrongState { from: i.state.refused(), action: act.code() });
    if next(i.state, act, true).is_none() {
        return Err(wrong);
    }
    let home = unit::load(cx, i.unit)?;
    let typed = check(cx, new, &home, kind)?;
    let before = i.clone();
    let known = apply(cx, &mut i, new, &typed)?;
    let silent = i == before && known == before.known_at && typed.progress.is_none() && new.photos.is_empty();
    if silent && kind != ReportKind::Final {
        return Err(Error::invalid("what", Problem::Mismatch { with: "before" }));
    }
    let changed = i.toll() != before.toll();
    i.state = next(i.state, act, changed).ok_or(wrong)?;
    i.reports += 1;
    i.last_at = cx.now;
    let pack = pack_of(cx, i.known_at).clone();
    i.follow_due_at = grade::follow_due(&pack, i.class, cx.now, false);
    let report = version(cx, &i, new, &typed, kind, known)?;
    if kind == ReportKind::Final {
        i.ended_at = i.ended_at.or(Some(cx.now));
        (i.final_at, i.final_report, i.final_signed_at) = (Some(cx.now), Some(report), None);
        (i.final_due_at, i.follow_due_at) = (i.final_due_at.or(Some(cx.now.plus(pack.span("incident.final")))), None);
    } else if i.state == State::Concluding && before.state == State::Final {
        // Casualties changed after it: what was final is so no more.
        i.final_due_at = Some(cx.now.plus(pack.span("incident.final")));
        i.final_signed_at = None;
    }
    let said = Said { report: Some(report), behalf: new.behalf, note: typed.reason.clone(), ..Said::default() };
    store::put(cx, &mut i, act, &said)?;
    leg::earlier(cx, &i, before.known_at)?;
    leg::ensure(cx, &i, cx.now)?;
    told_by_fact(cx, &i)?;
    follow_up(cx, &i, act, Some(report))?;
    tell::newest(cx, &i)?;
    Ok(i)
}

/// Offices whose number was ticked since.
fn told_by_fact(cx: &mut Cx<'_, '_>, i: &Incident) -> Result<()> {
    for mut leg in leg::of(cx, i.id)?.into_iter().filter(|l| l.open && l.kind == LegKind::Party) {
        if leg.from_unit == i.unit && i.facts.iter().any(|f| f.party().is_some() && f.party() == leg.party) {
            let at = cx.claimed()?;
            leg::meet(cx, &mut leg, Met::by("fact", at))?;
        }
    }
    Ok(())
}

/// Lays what is told over the head; answers the version's own claim of first knowledge. The head keeps the earliest claim:
/// a later one is kept in its version and gives nobody time.
fn apply(cx: &mut Cx<'_, '_>, i: &mut Incident, new: &NewReport, typed: &Typed) -> Result<Ms> {
    i.family = new.family.unwrap_or(i.family);
    i.what = typed.what.clone().or(i.what.take());
    if new.place.is_some() || typed.place_text.is_some() {
        (i.place, i.place_text) = (new.place, typed.place_text.clone());
    }
    let known = typed.known_at.unwrap_or(i.known_at);
    i.known_at = i.known_at.min(known);
    i.happened_at = typed.happened_at.unwrap_or(i.happened_at.min(known));
    if i.happened_at > known {
        return Err(Error::invalid("happened_at", Problem::Mismatch { with: "known_at" }));
    }
    i.set_toll(toll_of(new, i.toll()));
    for fact in &new.facts {
        if !i.facts.contains(fact) {
            i.facts.push(*fact);
        }
    }
    judge(cx, i);
    Ok(known)
}

/// Grade and class of what is known now. A class that was once A stays A: what was grave is followed to its end.
fn judge(cx: &Cx<'_, '_>, i: &mut Incident) {
    let pack = pack_of(cx, i.known_at);
    i.grade = grade::grade(pack, i.toll());
    let class = grade::class(pack, i.kind, i.toll(), &i.facts, cx.now.since(i.known_at));
    i.class = if i.class == Class::A { Class::A } else { class };
    i.window_until = grade::window_until(pack, i.kind, i.happened_at);
}

/// What the pack asks for after such a report: the report itself as evidence, a special meeting after a grave incident
/// (1.1) at the school and at the level above, a final report after the end.
pub(super) fn follow_up(cx: &mut Cx<'_, '_>, i: &Incident, act: Act, report: Option<Id>) -> Result<()> {
    if act == Act::Report {
        duty::event(cx, "incident", i.unit, i.id, i.known_at)?;
    }
    if i.class == Class::A && i.state.is_open() {
        let now = cx.now;
        duty::event(cx, "incident.grave", i.unit, i.id, now)?;
        if let Some(level) = leg::levels(cx, i.unit)?.first().map(|u| u.id) {
            duty::event(cx, "incident.grave", level, i.id, now)?;
        }
    }
    if matches!(act, Act::End | Act::Final) {
        duty::event(cx, "incident.closed", i.unit, i.id, i.ended_at.unwrap_or(cx.now))?;
    }
    if report.is_some() && matches!(act, Act::Report | Act::Final) {
        let (claimed, by) = (cx.claimed()?, cx.actor.person);
        let credit = Credit {
            subject: Some(i.id),
            by,
            claimed_at: claimed,
            ..Credit::new(i.unit, "incident", i.id, cx.now.day())
        };
        duty::credit(cx, &credit)?;
    }
    Ok(())
}

/// Time alone made it graver: a pupil missing for hours.
pub(super) fn regrade(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let Some(row) = cx.tx.row(sql::BY_ID, args![id])? else { return Ok(()) };
    let mut i = from_row(&row)?;
    let before = i.class;
    judge(cx, &mut i);
    if !i.state.is_open() || i.class == before {
        return Ok(());
    }
    let pack = pack_of(cx, i.known_at).clone();
    i.follow_due_at = grade::follow_due(&pack, i.class, cx.now, true);
    store::put(cx, &mut i, Act::Regrade, &Said::default())?;
    leg::ensure(cx, &i, cx.now)?;
    follow_up(cx, &i, Act::Regrade, None)
}

/// A report at a fixed time, or the final one, was not made in time: entered; the daily one is looked for again the next
/// day, and stays owed since the first that was missed.
pub(super) fn missed(cx: &mut Cx<'_, '_>, id: Id, rule: &str, planned: Ms) -> Result<()> {
    let Some(row) = cx.tx.row(sql::BY_ID, args![id])? else { return Ok(()) };
    let mut i = from_row(&row)?;
    let kind = if rule == "follow" { ReportKind::Follow } else { ReportKind::Final };
    if !i.own_due().is_some_and(|(k, at)| k == kind && at <= planned) {
        return Ok(());
    }
    i.late += 1;
    let said = Said { note: Some(rule.to_string()), planned_at: Some(planned), ..Said::default() };
    store::put(cx, &mut i, Act::Overdue, &said)?;
    if kind == ReportKind::Follow
        && let Some(at) = grade::follow_due(pack_of(cx, i.known_at), i.class, cx.now, true)
    {
        crate::kernel::due::set(cx, "incident", i.id, "follow", at)?;
    }
    Ok(())
}
