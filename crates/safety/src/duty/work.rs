//! 工作记录: a filled form of the pack (meeting, lesson, training, letter …), recorded once by whoever did it. It credits
//! every cell that it serves (`credit`), is corrected with a version that keeps what was before, and voided with a reason;
//! nothing is deleted.

use std::collections::{BTreeMap, BTreeSet};

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::credit::{self, Credit};
use super::form::{self, Filled};
use super::resolution::{self, NewResolution, Resolution};
use super::{Duty, State, attend, cells, facts, scope, sql, store};
use crate::kernel::cx::Cx;
use crate::kernel::files;
use crate::kernel::rights::Action;
use crate::kernel::text::{self, Faults};
use crate::org::{Role, people, post, unit};
use crate::pack::model::{FieldKind, Form};
use crate::roll;

/// Fields of a form that count heads, as packs name them.
const EXPECTED: &str = "expected";
const PRESENT: &str = "present";
const ANSWERED: &str = "answered";
/// Classes or topics in one record.
const PARTS_MAX: usize = 200;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NewWork {
    /// Made by the phone; absent = a new one.
    #[serde(default)]
    pub id: Option<Id>,
    /// The institution that did it; absent = the actor's own.
    #[serde(default)]
    pub unit: Option<Id>,
    /// A form of the pack: `meeting`, `lesson` …
    pub form: String,
    /// The day on which it happened; absent = today.
    #[serde(default)]
    pub happened_on: Option<Day>,
    /// By field of the form.
    #[serde(default)]
    pub fields: BTreeMap<String, Value>,
    #[serde(default)]
    pub classes: Vec<Id>,
    #[serde(default)]
    pub topics: Vec<String>,
    /// Who took part and is to be credited (a course); people of units below too.
    #[serde(default)]
    pub persons: Vec<Id>,
    /// A bureau's course: everybody who holds one of these posts in the units below took part …
    #[serde(default)]
    pub roles: Vec<Role>,
    /// … but for these: names, apart by 、 or lines.
    #[serde(default)]
    pub absent: String,
    /// The record that it is about: (`hazard`, its id).
    #[serde(default)]
    pub subject: Option<(String, Id)>,
    /// 代录: who did it, if another than the actor.
    #[serde(default)]
    pub behalf: Option<Id>,
    /// 补录: why it is entered late.
    #[serde(default)]
    pub back_reason: Option<String>,
    /// 议定事项 of a meeting.
    #[serde(default)]
    pub resolutions: Vec<NewResolution>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Work {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub unit: Id,
    pub unit_name: String,
    pub form: String,
    pub clause: String,
    pub title: String,
    pub body: BTreeMap<String, Value>,
    pub happened_on: Day,
    pub topics: Vec<String>,
    pub classes: Vec<Id>,
    pub persons: Vec<Id>,
    pub photos: Vec<files::Photo>,
    pub subject_noun: Option<String>,
    pub subject: Option<Id>,
    pub by_person: Id,
    pub by: Option<String>,
    pub recorded_by: Option<String>,
    pub back_reason: Option<String>,
    pub corrected_at: Option<Ms>,
    pub voided_at: Option<Ms>,
    pub void_reason: Option<String>,
    pub claimed_at: Ms,
    pub received_at: Ms,
}

fn list_of<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<Vec<T>> {
    Ok(row.opt_text(column)?.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default())
}

/// From a row with `unit_name`, `by_name`, `recorder_name`.
pub(crate) fn from_row(row: &Row) -> Result<Work> {
    Ok(Work {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        unit_name: row.opt_text("unit_name").unwrap_or_default().unwrap_or_default(),
        form: row.text("form")?,
        clause: row.text("clause")?,
        title: row.text("title")?,
        body: serde_json::from_str(&row.text("body")?).unwrap_or_default(),
        happened_on: row.day("happened_on")?,
        topics: list_of(row, "topics")?,
        classes: list_of(row, "classes")?,
        persons: list_of(row, "persons")?,
        photos: list_of(row, "photos")?,
        subject_noun: row.opt_text("subject_noun")?,
        subject: row.opt_id("subject")?,
        by_person: row.id("by_person")?,
        by: row.opt_text("by_name").unwrap_or_default(),
        recorded_by: row.opt_text("recorder_name").unwrap_or_default(),
        back_reason: row.opt_text("back_reason")?,
        corrected_at: row.opt_ms("corrected_at")?,
        voided_at: row.opt_ms("voided_at")?,
        void_reason: row.opt_text("void_reason")?,
        claimed_at: row.ms("claimed_at")?,
        received_at: row.ms("received_at")?,
    })
}

/// What has been checked of a record.
struct Checked {
    title: String,
    filled: Filled,
    happened_on: Day,
    topics: Vec<String>,
    classes: Vec<Id>,
    persons: Vec<Id>,
    back_reason: Option<String>,
}

fn json<T: Serialize>(all: &[T]) -> Option<String> {
    (!all.is_empty()).then(|| serde_json::json!(all).to_string())
}

fn body(filled: &Filled) -> String {
    serde_json::json!(filled.body).to_string()
}

/// Enters a filled form and credits what it serves. Refuses: a unit out of scope, a form that the pack in force does not
/// have (Invalid `form`), every bad field at once, a class or person that is not the unit's, a day in the future, a late
/// entry without a reason.
pub fn record(cx: &mut Cx<'_, '_>, new: &NewWork) -> Result<Id> {
    let unit = unit::load(cx, new.unit.unwrap_or(cx.actor.unit))?;
    cx.require(Action::WorkRecord, unit.home, false)?;
    let home = if unit.home == unit.id { unit } else { unit::load(cx, unit.home)? };
    let claimed = cx.claimed()?;
    let happened_on = new.happened_on.unwrap_or(claimed.day());
    let (form, hash) = form_of(cx, &new.form, happened_on)?;
    let checked = check(cx, &form, new, home.id, happened_on)?;
    let by = match new.behalf {
        Some(person) => person,
        None => cx.actor.person.ok_or(Error::from(Refusal::SignIn))?,
    };
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::WORK_BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let (salt, now, post) = (cx.salt(), cx.now, cx.actor.post);
    let recorded_by = new.behalf.and(cx.actor.person);
    let args = args![
        home.county,
        id,
        salt,
        home.id,
        &form.id,
        &form.clause,
        &checked.title,
        body(&checked.filled),
        checked.happened_on,
        json(&checked.topics),
        json(&checked.classes),
        json(&checked.persons),
        json(&checked.filled.photos),
        new.subject.as_ref().map(|s| s.0.clone()),
        new.subject.as_ref().map(|s| s.1),
        by,
        post,
        recorded_by,
        checked.back_reason.as_deref(),
        hash,
        claimed,
        now
    ];
    let row = cx.tx.row(sql::WORK_INSERT, args)?.ok_or_else(|| Error::broken("work.record stored no row"))?;
    cx.record_as("work.record", "work", &row, new.behalf, None)?;
    files::attach(cx, "work", id, home.id, &checked.filled.photos)?;
    resolution::enter(cx, home.county, home.id, id, &new.resolutions)?;
    cx.signal("work", home.county, home.id, id);
    let work = from_row(&row)?;
    credit::credit(cx, &credit_of(&work, &checked.filled.codes))?;
    Ok(id)
}

/// The form as the pack in force on the day has it, with the pack's hash.
fn form_of(cx: &Cx<'_, '_>, form: &str, day: Day) -> Result<(Form, [u8; 32])> {
    let unknown = || Error::invalid("form", Problem::Unknown);
    let pack = cx.packs.in_force(day);
    let form = pack.forms.get(form).ok_or_else(unknown)?;
    Ok((form.clone(), pack.hash))
}

fn check(cx: &mut Cx<'_, '_>, form: &Form, new: &NewWork, home: Id, happened_on: Day) -> Result<Checked> {
    let mut faults = Faults::default();
    let mut filled = form::read(form, &new.fields, &mut faults);
    heads(cx, form, new, home, happened_on, &mut filled, &mut faults)?;
    let back_reason = faults.optional("back_reason", new.back_reason.as_deref().unwrap_or(""), limits::NOTE_CHARS);
    let today = cx.now.day();
    if happened_on > today {
        faults.add("happened_on", Problem::InFuture { minutes: happened_on.days_since(today) * 24 * 60 });
    }
    let late = today.days_since(happened_on);
    if happened_on.date().year() < 2000 || (late > cx.pack.span("back_entry") / Ms::DAY && back_reason.is_none()) {
        faults.add("back_reason", Problem::TooOld { days: late });
    }
    if new.classes.len() + new.topics.len() > PARTS_MAX {
        faults.add("classes", Problem::OutOfRange { min: 0, max: PARTS_MAX as i64 });
    }
    if !new.classes.is_empty() {
        let known: BTreeSet<Id> = facts::classes_of(cx, home)?.into_iter().map(|(id, _)| id).collect();
        if new.classes.iter().any(|c| !known.contains(c)) {
            faults.add("classes", Problem::Unknown);
        }
    }
    let mut topics: BTreeSet<String> = new.topics.iter().cloned().collect();
    topics.extend(filled.codes.get("topic").into_iter().flatten().cloned());
    topics.extend(filled.codes.get("topics").into_iter().flatten().cloned());
    let known = &cx.packs.in_force(happened_on).topics;
    if topics.iter().any(|t| !known.contains_key(t)) && !new.topics.is_empty() {
        faults.add("topics", Problem::Unknown);
    }
    let mut persons: BTreeSet<Id> = new.persons.iter().copied().collect();
    persons.extend(&filled.people);
    if persons.len() > form::PEOPLE_MAX {
        faults.add("persons", Problem::OutOfRange { min: 0, max: form::PEOPLE_MAX as i64 });
    }
    for person in persons.iter().take(form::PEOPLE_MAX).chain(&new.behalf) {
        if !within(cx, *person, home)? {
            faults.add("persons", Problem::Unknown);
            break;
        }
    }
    persons.extend(attend::whole(cx, home, &new.roles, &new.absent, happened_on, &mut faults)?);
    // A course that nobody took, a letter that nobody signed: it would count for nothing, and nobody would see why.
    if persons.is_empty() && attend::asked(cx.packs.in_force(happened_on), &form.id).is_some() {
        faults.add("persons", Problem::Required);
    }
    resolution::check(cx, home, &new.resolutions, &mut faults)?;
    faults.done()?;
    let title = match filled.body.get("title").and_then(Value::as_str) {
        Some(title) => title.chars().take(limits::NAME_CHARS as usize).collect(),
        None => form.title.clone(),
    };
    Ok(Checked {
        title,
        filled,
        happened_on,
        topics: topics.into_iter().collect(),
        classes: new.classes.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
        persons: persons.into_iter().collect(),
        back_reason,
    })
}

/// 应到, 实到 and who could answer: nobody came who was not expected. Where 应到 is left empty and classes are named, it is
/// what the roll says of them.
fn heads(
    cx: &mut Cx<'_, '_>,
    form: &Form,
    new: &NewWork,
    home: Id,
    day: Day,
    filled: &mut Filled,
    faults: &mut Faults,
) -> Result<()> {
    let most = form.fields.iter().find(|f| f.key == EXPECTED).and_then(|f| match f.kind {
        FieldKind::Number { most, .. } => Some(most),
        _ => None,
    });
    let Some(most) = most else { return Ok(()) };
    if !filled.body.contains_key(EXPECTED) && !new.classes.is_empty() {
        let named = roll::classes_in(cx, home, day, day)?;
        let pupils: i64 = named.iter().filter(|c| new.classes.contains(&c.id)).map(|c| c.pupils).sum();
        if (1..=most).contains(&pupils) {
            filled.body.insert(EXPECTED.into(), Value::from(pupils));
        }
    }
    let number = |key: &str| filled.body.get(key).and_then(Value::as_i64);
    for (key, of) in [(PRESENT, EXPECTED), (ANSWERED, PRESENT)] {
        if let (Some(n), Some(max)) = (number(key), number(of).or(number(EXPECTED)))
            && n > max
        {
            faults.add(key, Problem::OutOfRange { min: 0, max });
        }
    }
    Ok(())
}

/// On the roll of the unit or of one below it, or in a post there?
fn within(cx: &mut Cx<'_, '_>, person: Id, home: Id) -> Result<bool> {
    let person = match people::load(cx, person) {
        Ok(person) if person.erased_at.is_none() => person,
        Ok(_) | Err(Error::Refused(_)) => return Ok(false),
        Err(e) => return Err(e),
    };
    if person.unit == home || unit::path(cx, person.unit)?.iter().any(|u| u.id == home) {
        return Ok(true);
    }
    Ok(post::of_person(cx, person.id)?.iter().any(|p| p.home == home))
}

fn credit_of(work: &Work, codes: &BTreeMap<String, Vec<String>>) -> Credit {
    Credit {
        form: Some(work.form.clone()),
        subject: work.subject,
        claimed_at: work.claimed_at,
        by: Some(work.by_person),
        back_reason: work.back_reason.clone(),
        classes: work.classes.clone(),
        topics: work.topics.clone(),
        persons: work.persons.clone(),
        fields: codes.clone(),
        ..Credit::new(work.unit, "work", work.id, work.happened_on)
    }
}

/// A record through the asker's scope.
pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Work> {
    let reach = scope(cx).map_err(|_| Error::from(Refusal::NotFound))?;
    let row = cx.tx.row(&sql::work_by_id(reach), args![cx.actor.unit, id])?;
    from_row(&row.ok_or(Error::from(Refusal::NotFound))?)
}

fn may_change(cx: &mut Cx<'_, '_>, work: &Work) -> Result<()> {
    if cx.actor.person != Some(work.by_person) {
        cx.require(Action::DutyArrange, work.unit, false)?;
    }
    if work.voided_at.is_some() {
        return Err(Refusal::WrongState { from: "void", action: "correct" }.into());
    }
    Ok(())
}

fn step(cx: &mut Cx<'_, '_>, work: &Work, act: &'static str, before: Option<String>, reason: &str) -> Result<()> {
    let (id, salt, now, person, post) = (cx.id(), cx.salt(), cx.now, cx.actor.person, cx.actor.post);
    let serial = work.version + 1;
    let args = args![work.county, id, salt, work.id, work.unit, serial, act, before, reason, person, post, now];
    cx.put("work.step", "work_step", sql::WORK_STEP, args)?;
    Ok(())
}

/// 更正: other content with a reason; the step keeps what was before. Duties that it serves are amended; those that were
/// returned are done again. Only the doer, or who may arrange.
pub fn correct(cx: &mut Cx<'_, '_>, id: Id, new: &NewWork, reason: &str) -> Result<()> {
    let work = load(cx, id)?;
    may_change(cx, &work)?;
    let reason = text::clean(reason);
    if reason.is_empty() {
        return Err(Error::invalid("reason", Problem::Required));
    }
    let happened_on = new.happened_on.unwrap_or(work.happened_on);
    let (form, _) = form_of(cx, &work.form, happened_on)?;
    let mut given = NewWork { resolutions: Vec::new(), behalf: None, ..new.clone() };
    given.back_reason = given.back_reason.or(work.back_reason.clone()).or(Some(reason.clone()));
    let checked = check(cx, &form, &given, work.unit, happened_on)?;
    let before = serde_json::json!({
        "body": work.body, "happened_on": work.happened_on, "topics": work.topics, "classes": work.classes,
        "persons": work.persons,
    });
    step(cx, &work, "correct", Some(before.to_string()), &reason)?;
    let args = args![
        id,
        &checked.title,
        body(&checked.filled),
        checked.happened_on,
        json(&checked.topics),
        json(&checked.classes),
        json(&checked.persons),
        json(&checked.filled.photos),
        cx.now
    ];
    let row = cx.put("work.correct", "work", sql::WORK_CORRECT, args)?;
    files::attach(cx, "work", id, work.unit, &checked.filled.photos)?;
    credit::withdraw(cx, id, Some(&reason))?;
    let fixed = Work { back_reason: work.back_reason.clone(), ..from_row(&row)? };
    credit::credit(cx, &credit_of(&fixed, &checked.filled.codes))?;
    mend(cx, id)?;
    cx.signal("work", work.county, work.unit, id);
    Ok(())
}

/// Duties of a corrected record that were returned are done again.
fn mend(cx: &mut Cx<'_, '_>, record: Id) -> Result<()> {
    for row in cx.tx.rows(sql::DUTIES_OF_RECORD, args![record])? {
        let was = super::from_row(&row)?;
        if was.state == State::Returned && was.had >= was.needed {
            let mut duty = Duty { state: State::Done, amended: true, ..was.clone() };
            store::save(cx, "duty.mend", &mut duty, Some(&was))?;
        }
    }
    Ok(())
}

/// 作废: the record stays, counts for nothing, with the reason.
pub fn void(cx: &mut Cx<'_, '_>, id: Id, reason: &str) -> Result<()> {
    let work = load(cx, id)?;
    may_change(cx, &work)?;
    let reason = text::clean(reason);
    if reason.is_empty() {
        return Err(Error::invalid("reason", Problem::Required));
    }
    step(cx, &work, "void", None, &reason)?;
    cx.put("work.void", "work", sql::WORK_VOID, args![id, cx.now, &reason])?;
    credit::withdraw(cx, id, Some(&reason))?;
    cx.signal("work", work.county, work.unit, id);
    Ok(())
}

/// One change of a record.
#[derive(Clone, Debug, Serialize)]
pub struct WorkStep {
    pub act: String,
    pub before: Option<String>,
    pub reason: Option<String>,
    pub by: Option<String>,
    pub at: Ms,
}

/// A record with its form, what it serves, what it resolved and what was changed.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub work: Work,
    /// Names by id of everybody that the record speaks of.
    pub names: BTreeMap<Id, String>,
    pub duties: Vec<Duty>,
    pub resolutions: Vec<Resolution>,
    pub steps: Vec<WorkStep>,
    pub leaf: Option<i64>,
    /// May the asker correct or void it?
    pub may_correct: bool,
}

pub fn view(cx: &mut Cx<'_, '_>, id: Id) -> Result<View> {
    let work = load(cx, id)?;
    let names = people::names(cx, work.persons.iter().copied())?;
    let duties =
        cx.tx.rows(sql::DUTIES_OF_RECORD, args![id])?.iter().map(super::from_row).collect::<Result<Vec<_>>>()?;
    let mut seen = Vec::new();
    for duty in duties {
        if duty.unit == work.unit || cx.require(Action::DutyRead, duty.unit, false).is_ok() {
            seen.push(duty);
        }
    }
    let steps = cx.tx.rows(sql::WORK_STEPS, args![id])?;
    let steps = steps
        .iter()
        .map(|row| {
            Ok(WorkStep {
                act: row.text("act")?,
                before: row.opt_text("before")?,
                reason: row.opt_text("reason")?,
                by: row.opt_text("by_name")?,
                at: row.ms("received_at")?,
            })
        })
        .collect::<Result<_>>()?;
    let leaf = crate::kernel::proof::of_record(cx.tx, "work", id, 1)?.first().and_then(|s| s.n);
    let resolutions = resolution::of_work(cx, id)?;
    let may_correct = may_change(cx, &work).is_ok();
    Ok(View { work, names, duties: seen, resolutions, steps, leaf, may_correct })
}

/// What a list of records is narrowed by.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Filter {
    /// A unit and what is under it.
    pub unit: Option<Id>,
    pub form: Option<String>,
    pub from_on: Option<Day>,
    pub until_on: Option<Day>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Page {
    pub items: Vec<Work>,
    pub next: Option<String>,
}

/// Records in the asker's scope, newest first.
pub fn list(cx: &mut Cx<'_, '_>, filter: &Filter, cursor: Option<&str>, limit: i64) -> Result<Page> {
    super::list::works(cx, filter, cursor, limit)
}

/// Records about another record (meetings about a hazard), in the asker's scope.
pub fn about(cx: &mut Cx<'_, '_>, subject: Id) -> Result<Vec<Work>> {
    let rows = cx.tx.rows(sql::WORKS_ABOUT, args![subject])?;
    let mut out = Vec::new();
    for row in &rows {
        let work = from_row(row)?;
        if cx.require(Action::DutyRead, work.unit, false).is_ok() {
            out.push(work);
        }
    }
    Ok(out)
}

/// Is a part one that the unit may be credited for? For pages that build the form (`class:<id>|topic:<key>`).
pub fn part(text: &str) -> Option<crate::pack::model::Part> {
    cells::part_of_key(text)
}
