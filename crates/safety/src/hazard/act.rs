//! The acts on a hazard after it was raised. Each loads through the asker's scope, asks the rule table, asks the state
//! table, applies its own rule, and stores hazard, step, leaves and deadline in one transaction.

use base::{Error, Id, Ms, Problem, Refusal, Result, limits};
use db::args;
use serde::{Deserialize, Serialize};

use super::state::{Act, Category, Grade, State, Term, next};
use super::{Five, Hazard, load, raise, require, store};
use crate::kernel::cx::Cx;
use crate::kernel::files::Photo;
use crate::kernel::rights::{Action, Relation, relation};
use crate::kernel::text::Faults;
use crate::org::{Role, UnitKind, people, post, unit};

/// Everything that an act can be told; each act reads what it needs and leaves the rest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Input {
    /// The version that the asker saw; given, a record that has moved on is refused as Stale.
    #[serde(default)]
    pub version: Option<i64>,
    /// What was done or seen; the reason where one is needed.
    #[serde(default)]
    pub note: Option<String>,
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// 代录: the person who did it, if another than the actor.
    #[serde(default)]
    pub behalf: Option<Id>,
    #[serde(default)]
    pub category: Option<Category>,
    #[serde(default)]
    pub grade: Option<Grade>,
    #[serde(default)]
    pub term: Option<Term>,
    /// Day or moment by which it is to be done: 整改期限, 延期至, 答复期限.
    #[serde(default)]
    pub until: Option<Ms>,
    #[serde(default)]
    pub assignee: Option<Id>,
    #[serde(default)]
    pub lead: Option<Id>,
    #[serde(default)]
    pub helpers: Vec<Id>,
    /// 上报 or 移交 to this unit.
    #[serde(default)]
    pub to: Option<Id>,
    #[serde(default)]
    pub five: Option<Five>,
    #[serde(default)]
    pub number: Option<String>,
    /// 更正
    #[serde(default)]
    pub what: Option<String>,
    #[serde(default)]
    pub place: Option<Id>,
    #[serde(default)]
    pub place_text: Option<String>,
}

/// What a step says beside the act.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub note: Option<String>,
    pub photos: Vec<Photo>,
    pub behalf: Option<Id>,
    pub change: Option<String>,
    pub planned_at: Option<Ms>,
}

/// The right that an act needs.
pub fn action(act: Act) -> Option<Action> {
    Some(match act {
        Act::Raise | Act::HandOver | Act::Overdue => return None,
        Act::Grade => Action::HazardGrade,
        Act::Assign => Action::HazardAssign,
        Act::Decline => Action::HazardDecline,
        Act::Protect => Action::HazardProtect,
        Act::Rectify => Action::HazardRectify,
        Act::Recheck | Act::Return => Action::HazardRecheck,
        Act::Close => Action::HazardClose,
        Act::ExtendAsk => Action::HazardExtend,
        Act::ExtendYes | Act::ExtendNo => Action::HazardExtendDecide,
        Act::Report => Action::HazardReport,
        Act::Transfer => Action::HazardTransfer,
        Act::AnswerDone | Act::AnswerBack | Act::AnswerTaken => Action::HazardAnswer,
        Act::List => Action::HazardList,
        Act::Delist => Action::HazardDelist,
        Act::Five => Action::HazardFive,
        Act::Comment => Action::HazardComment,
        Act::Correct => Action::HazardCorrect,
        Act::Dismiss => Action::HazardDismiss,
        Act::Void => Action::HazardVoid,
    })
}

/// Performs an act. Answers the hazard as it stands afterwards.
/// Refuses: NotFound, NoRight, Stale, WrongState, Invalid (a field of the act), PackForbids (a rule of the notice),
/// NeedsEvidence (photo of the rectified place, 五落实 of a 重大 hazard).
pub fn act(cx: &mut Cx<'_, '_>, id: Id, act: Act, input: &Input) -> Result<Hazard> {
    let mut hazard = load(cx, id)?;
    let action = action(act).ok_or(Error::from(Refusal::NoRight))?;
    require(cx, action, &hazard)?;
    if let Some(version) = input.version.filter(|v| *v != hazard.version) {
        let _ = version;
        return Err(Refusal::Stale { version: hazard.version }.into());
    }
    possible(cx, &hazard, act)?;
    let mut said = said(cx, &hazard, act, input)?;
    match act {
        Act::Grade => grade(cx, &mut hazard, input, &mut said)?,
        Act::Assign => assign(cx, &mut hazard, input, &mut said)?,
        Act::Decline => hazard.declined = true,
        Act::Protect => hazard.protection = said.note.clone(),
        Act::Rectify => rectify(cx, &mut hazard, input, &said)?,
        Act::Recheck | Act::Return => recheck(cx, &mut hazard, act, input)?,
        Act::Close => close(cx, &mut hazard, input)?,
        Act::ExtendAsk => extend_ask(cx, &mut hazard, input, &mut said)?,
        Act::ExtendYes | Act::ExtendNo => extend_decide(&mut hazard, act, &mut said)?,
        Act::Report => report(cx, &mut hazard, &mut said)?,
        Act::Transfer => transfer(cx, &mut hazard, input, &mut said)?,
        Act::AnswerDone | Act::AnswerBack | Act::AnswerTaken => answer(cx, &mut hazard, act, input, &mut said)?,
        Act::List => list(cx, &mut hazard, input, &mut said)?,
        Act::Delist => delist(cx, &mut hazard)?,
        Act::Five => five(&mut hazard, input, &mut said)?,
        Act::Correct => correct(cx, &mut hazard, input, &mut said)?,
        Act::Dismiss | Act::Void => hazard.void_reason = said.note.clone(),
        Act::Comment | Act::Raise | Act::HandOver | Act::Overdue => {}
    }
    let from = hazard.state;
    if let Some(state) = next(from, act) {
        hazard.state = state;
    }
    let moved = store::route(cx, &mut hazard, from)?;
    store::put(cx, &mut hazard, act, &said, moved)?;
    Ok(hazard)
}

/// Is the act possible as things stand (whatever the rights)? The state table and the few rules that go beyond it.
pub fn possible(cx: &mut Cx<'_, '_>, hazard: &Hazard, act: Act) -> Result<()> {
    let wrong = Error::from(Refusal::WrongState { from: hazard.state.code(), action: act.code() });
    if next(hazard.state, act).is_none() {
        return Err(wrong);
    }
    let fine = match act {
        Act::Assign if hazard.declined && hazard.state == State::Unassigned => {
            // A declined task is decided by the 分管 leader (4.1: no passing the buck).
            return require(cx, Action::HazardDecide, hazard).map_err(|_| decided_above("declined"));
        }
        Act::Decline => !hazard.declined,
        Act::ExtendAsk => !hazard.extended && hazard.extend_to.is_none(),
        Act::ExtendYes | Act::ExtendNo => hazard.extend_to.is_some(),
        Act::List => hazard.grade == Some(Grade::Major) && hazard.listed_number.is_none(),
        Act::Delist => hazard.listed_number.is_some(),
        Act::Five => hazard.grade == Some(Grade::Major),
        Act::Close if hazard.listed_number.is_some() => {
            return Err(Refusal::PackForbids { clause: "2.6", rule: "listed", instead: Vec::new() }.into());
        }
        _ => true,
    };
    if fine { Ok(()) } else { Err(wrong) }
}

fn decided_above(rule: &'static str) -> Error {
    Refusal::PackForbids { clause: "4.1", rule, instead: Vec::new() }.into()
}

/// Note, photos and doer of an act, checked. A reason is compulsory for what goes against the ordinary course.
fn said(cx: &mut Cx<'_, '_>, hazard: &Hazard, act: Act, input: &Input) -> Result<Said> {
    cx.claimed()?;
    let mut faults = Faults::default();
    let note = input.note.as_deref().unwrap_or("");
    let needed = matches!(
        act,
        Act::Decline
            | Act::Return
            | Act::ExtendAsk
            | Act::ExtendNo
            | Act::Correct
            | Act::Dismiss
            | Act::Void
            | Act::Comment
            | Act::Protect
            | Act::Delist
            | Act::AnswerDone
            | Act::AnswerBack
            | Act::Report
    );
    let note = match needed {
        true => Some(faults.text("note", note, limits::NOTE_CHARS)),
        false => faults.optional("note", note, limits::NOTE_CHARS),
    };
    if input.photos.len() > limits::PHOTOS_PER_ACT {
        faults.add("photo", Problem::OutOfRange { min: 0, max: limits::PHOTOS_PER_ACT as i64 });
    }
    faults.done()?;
    if !by_missive(cx) {
        doer(cx, hazard.unit, input.behalf)?;
    }
    Ok(Said { note, photos: input.photos.clone(), behalf: input.behalf, change: None, planned_at: None })
}

/// Does an agency act that answers by the link of a missive? Nobody of it is on any roll: who signed stands on the missive.
fn by_missive(cx: &Cx<'_, '_>) -> bool {
    cx.actor.role == Role::Agency && cx.actor.person.is_none()
}

/// Who really did it: the person recorded for (on the roll of the hazard's or the actor's unit), or the actor.
pub(super) fn doer(cx: &mut Cx<'_, '_>, unit: Id, behalf: Option<Id>) -> Result<Id> {
    let own = cx.actor.unit;
    match behalf {
        None => cx.actor.person.ok_or(Error::from(Refusal::SignIn)),
        Some(person) if raise::on_roll(cx, person, unit)? || raise::on_roll(cx, person, own)? => Ok(person),
        Some(_) => Err(Error::invalid("behalf", Problem::Unknown)),
    }
}

fn grade(cx: &mut Cx<'_, '_>, hazard: &mut Hazard, input: &Input, said: &mut Said) -> Result<()> {
    let before = (hazard.grade, hazard.category, hazard.term);
    let Some(grade) = input.grade else { return Err(Error::invalid("grade", Problem::Required)) };
    hazard.category = input.category.or(hazard.category);
    if hazard.category.is_none() {
        return Err(Error::invalid("category", Problem::Required));
    }
    hazard.grade = Some(grade);
    hazard.term = Some(term(grade, input.term));
    raise::recount(cx, hazard)?;
    said.change = Some(change(&[
        ("grade", before.0.map(Grade::code), hazard.grade.map(Grade::code)),
        ("category", before.1.map(Category::code), hazard.category.map(Category::code)),
        ("term", before.2.map(Term::code), hazard.term.map(Term::code)),
    ]));
    Ok(())
}

fn term(grade: Grade, asked: Option<Term>) -> Term {
    match (grade, asked) {
        (Grade::Major, None | Some(Term::Ordinary)) => Term::Plan,
        (_, Some(term)) => term,
        (Grade::Minor, None) => Term::Ordinary,
    }
}

/// 派单, with 定级 in the same form if it was not graded: to a person, or to one lead department with helpers.
fn assign(cx: &mut Cx<'_, '_>, hazard: &mut Hazard, input: &Input, said: &mut Said) -> Result<()> {
    if hazard.grade.is_none() || input.grade.is_some() {
        grade(cx, hazard, input, said)?;
    }
    let mut faults = Faults::default();
    if input.assignee.is_none() && input.lead.is_none() {
        faults.add("assignee", Problem::Required);
    }
    if let Some(person) = input.assignee
        && !raise::on_roll(cx, person, hazard.unit)?
    {
        faults.add("assignee", Problem::Unknown);
    }
    for (field, dept) in input.lead.iter().map(|d| ("lead", *d)).chain(input.helpers.iter().map(|d| ("helpers", *d))) {
        let stands = unit::load(cx, dept).is_ok_and(|u| u.home == hazard.unit && u.kind == UnitKind::Department);
        if !stands || (field == "helpers" && input.lead == Some(dept)) {
            faults.add(field, Problem::Unknown);
        }
    }
    let term = hazard.term.unwrap_or(Term::Ordinary);
    let by = match input.until {
        Some(until) if until < cx.now => {
            faults.add("until", Problem::OutOfRange { min: 0, max: 365 });
            until
        }
        Some(until) => until,
        None => cx.now.plus(cx.pack.span(term.key())),
    };
    faults.done()?;
    hazard.assignee = input.assignee.or(head_of(cx, input.lead)?);
    hazard.lead = input.lead;
    hazard.helpers = input.helpers.clone();
    hazard.assigned_at = Some(cx.now);
    hazard.fix_by = Some(by);
    hazard.extend_to = None;
    if let Some(protection) = said.note.clone().filter(|_| hazard.protection.is_none()) {
        hazard.protection = Some(protection);
    }
    Ok(())
}

/// The person who heads a department, if one does.
fn head_of(cx: &mut Cx<'_, '_>, department: Option<Id>) -> Result<Option<Id>> {
    let Some(department) = department else { return Ok(None) };
    let home = unit::load(cx, department)?.home;
    let posts = post::of_unit(cx, home)?;
    Ok(posts.iter().find(|p| p.unit == department && p.role == Role::DeptHead).map(|p| p.person))
}

/// 整改完成: what was done, with a photo of it; a 重大 hazard also needs the five 落实.
fn rectify(cx: &mut Cx<'_, '_>, hazard: &mut Hazard, input: &Input, said: &Said) -> Result<()> {
    if hazard.grade == Some(Grade::Major) && !hazard.five.as_ref().is_some_and(Five::complete) {
        return Err(Refusal::NeedsEvidence { what: "five" }.into());
    }
    let Some(note) = said.note.clone() else { return Err(Error::invalid("note", Problem::Required)) };
    if input.photos.is_empty() {
        return Err(Refusal::NeedsEvidence { what: "photo" }.into());
    }
    hazard.measure = Some(note);
    hazard.rectified_by = Some(doer(cx, hazard.unit, input.behalf)?);
    hazard.rectified_at = Some(cx.claimed()?);
    hazard.extend_to = None;
    Ok(())
}

impl Five {
    pub fn complete(&self) -> bool {
        [&self.responsibility, &self.measures, &self.funds, &self.deadline, &self.plan]
            .iter()
            .all(|t| !t.trim().is_empty())
    }
}

/// 复查: by another person than the rectifier, whoever holds the pen.
fn recheck(cx: &mut Cx<'_, '_>, hazard: &mut Hazard, act: Act, input: &Input) -> Result<()> {
    let by = another(cx, hazard, input.behalf)?;
    if act == Act::Recheck {
        hazard.rechecked_by = Some(by);
        hazard.rechecked_at = Some(cx.claimed()?);
    } else {
        hazard.returns += 1;
        (hazard.rechecked_by, hazard.rechecked_at) = (None, None);
        let term = hazard.term.unwrap_or(Term::Ordinary);
        hazard.fix_by = Some(input.until.filter(|u| *u > cx.now).unwrap_or(cx.now.plus(cx.pack.span(term.key()))));
    }
    Ok(())
}

fn close(cx: &mut Cx<'_, '_>, hazard: &mut Hazard, input: &Input) -> Result<()> {
    hazard.closed_by = Some(another(cx, hazard, input.behalf)?);
    hazard.closed_at = Some(cx.claimed()?);
    Ok(())
}

/// The doer, who must not be the rectifier, nor may the rectifier hold the pen for somebody else (haz.sep).
fn another(cx: &mut Cx<'_, '_>, hazard: &Hazard, behalf: Option<Id>) -> Result<Id> {
    let by = doer(cx, hazard.unit, behalf)?;
    let same =
        hazard.rectified_by == Some(by) || (hazard.rectified_by.is_some() && hazard.rectified_by == cx.actor.person);
    if same {
        let instead = others(cx, hazard)?;
        return Err(Refusal::PackForbids { clause: "2.6", rule: "separation", instead }.into());
    }
    Ok(by)
}

/// Names of those who could recheck instead.
fn others(cx: &mut Cx<'_, '_>, hazard: &Hazard) -> Result<Vec<String>> {
    let home = unit::load(cx, hazard.unit)?;
    let posts = post::of_unit(cx, home.id)?;
    let order = [Role::SafetyHead, Role::Vice, Role::Principal];
    let held = order.iter().flat_map(|role| posts.iter().filter(move |p| p.role == *role));
    let ids: Vec<Id> =
        held.map(|p| p.person).chain(unit::second(cx, &home)?).filter(|p| Some(*p) != hazard.rectified_by).collect();
    let names = people::names(cx, ids.clone())?;
    let mut out: Vec<String> = ids.iter().filter_map(|id| names.get(id).cloned()).collect();
    out.dedup();
    out.truncate(3);
    Ok(out)
}

fn extend_ask(cx: &mut Cx<'_, '_>, hazard: &mut Hazard, input: &Input, said: &mut Said) -> Result<()> {
    let Some(until) = input.until else { return Err(Error::invalid("until", Problem::Required)) };
    let from = hazard.fix_by.unwrap_or(cx.now);
    let most = from.max(cx.now).plus(cx.pack.span("hazard.extend_max"));
    if until <= from || until > most {
        return Err(Error::invalid(
            "until",
            Problem::OutOfRange { min: 1, max: cx.pack.span("hazard.extend_max") / Ms::DAY },
        ));
    }
    hazard.extend_to = Some(until);
    said.change = Some(serde_json::json!({ "until": [hazard.fix_by, until] }).to_string());
    Ok(())
}

fn extend_decide(hazard: &mut Hazard, act: Act, said: &mut Said) -> Result<()> {
    let asked = hazard.extend_to.take();
    if act == Act::ExtendYes {
        said.change = Some(serde_json::json!({ "until": [hazard.fix_by, asked] }).to_string());
        hazard.fix_by = asked;
        hazard.extended = true;
    }
    Ok(())
}

/// 上报 to the level above (the 中心校 of a 村小 is passed by: it cannot do more than a school).
fn report(cx: &mut Cx<'_, '_>, hazard: &mut Hazard, said: &mut Said) -> Result<()> {
    let above =
        unit::superior(cx, hazard.unit)?.ok_or(Error::from(Refusal::WrongState { from: "top", action: "report" }))?;
    hazard.reported_to = Some(above.id);
    said.change = Some(change(&[("to", None, Some(&above.name))]));
    Ok(())
}

/// 移交 to an agency (市场监管, 公安, …) with an answer due.
fn transfer(cx: &mut Cx<'_, '_>, hazard: &mut Hazard, input: &Input, said: &mut Said) -> Result<()> {
    let Some(to) = input.to else { return Err(Error::invalid("to", Problem::Required)) };
    let agency = unit::load(cx, to).ok().filter(|u| u.kind == UnitKind::Agency);
    let Some(agency) = agency else { return Err(Error::invalid("to", Problem::Unknown)) };
    // An agency serves the bureau that it stands under, and everything below.
    let bureau = agency.parent.unwrap_or(agency.id);
    if cx.tx.row(crate::kernel::rights::sql::DEPTH, args![bureau, hazard.unit])?.is_none() {
        return Err(Error::invalid("to", Problem::Unknown));
    }
    hazard.agency = Some(agency.id);
    hazard.fix_by = Some(input.until.filter(|u| *u > cx.now).unwrap_or(cx.now.plus(cx.pack.span("hazard.answer"))));
    said.change = Some(change(&[("to", None, Some(&agency.name))]));
    Ok(())
}

fn answer(cx: &mut Cx<'_, '_>, hazard: &mut Hazard, act: Act, input: &Input, said: &mut Said) -> Result<()> {
    // Only whoever was asked may answer: the agency, or the level reported to (and above it).
    let asked = match hazard.state {
        State::Transferred => hazard.agency == Some(cx.actor.unit) || relation(cx, hazard.unit)? == Relation::Below,
        _ => relation(cx, hazard.unit)? == Relation::Below,
    };
    if !asked {
        return Err(Refusal::NoRight.into());
    }
    match act {
        Act::AnswerDone => {
            hazard.measure = said.note.clone();
            hazard.rectified_by = if by_missive(cx) { None } else { Some(doer(cx, hazard.unit, input.behalf)?) };
            hazard.rectified_at = Some(cx.claimed()?);
        }
        Act::AnswerTaken => {
            let Some(until) = input.until.filter(|u| *u > cx.now) else {
                return Err(Error::invalid("until", Problem::Required));
            };
            said.change = Some(serde_json::json!({ "until": [hazard.fix_by, until] }).to_string());
            hazard.fix_by = Some(until);
        }
        _ => (hazard.reported_to, hazard.agency) = (None, None),
    }
    Ok(())
}

fn list(cx: &mut Cx<'_, '_>, hazard: &mut Hazard, input: &Input, said: &mut Said) -> Result<()> {
    let mut faults = Faults::default();
    let number = faults.text("number", input.number.as_deref().unwrap_or(""), 40);
    faults.done()?;
    said.change = Some(change(&[("listed", None, Some(&number))]));
    hazard.listed_number = Some(number);
    hazard.listed_at = Some(cx.now);
    hazard.listed_by = Some(cx.actor.unit);
    Ok(())
}

/// 摘牌: only by the level that listed it or above, after a look on the spot (the note says what was seen).
fn delist(cx: &mut Cx<'_, '_>, hazard: &mut Hazard) -> Result<()> {
    if let Some(by) = hazard.listed_by
        && !matches!(relation(cx, by)?, Relation::Own | Relation::Below)
    {
        return Err(decided_above("listed_by"));
    }
    (hazard.listed_number, hazard.listed_at, hazard.listed_by) = (None, None, None);
    Ok(())
}

fn five(hazard: &mut Hazard, input: &Input, said: &mut Said) -> Result<()> {
    let Some(new) = &input.five else { return Err(Error::invalid("five", Problem::Required)) };
    let mut faults = Faults::default();
    let five = Five {
        responsibility: faults.text("responsibility", &new.responsibility, limits::NOTE_CHARS),
        measures: faults.text("measures", &new.measures, limits::NOTE_CHARS),
        funds: faults.text("funds", &new.funds, limits::NOTE_CHARS),
        deadline: faults.text("deadline", &new.deadline, limits::NOTE_CHARS),
        plan: faults.text("plan", &new.plan, limits::NOTE_CHARS),
    };
    faults.done()?;
    said.change = Some(serde_json::json!({ "five": [hazard.five, five] }).to_string());
    hazard.five = Some(five);
    Ok(())
}

/// 更正: sentence, place, category; what stood before stays in the step.
fn correct(cx: &mut Cx<'_, '_>, hazard: &mut Hazard, input: &Input, said: &mut Said) -> Result<()> {
    let before = hazard.clone();
    let mut faults = Faults::default();
    if let Some(what) = &input.what {
        hazard.what = faults.text("what", what, limits::FACT_CHARS);
    }
    if let Some(words) = &input.place_text {
        hazard.place_text = faults.optional("place_text", words, limits::NAME_CHARS);
    }
    if let Some(id) = input.place {
        let fits = crate::org::place::load(cx, id).is_ok_and(|p| p.unit == hazard.unit);
        if !fits {
            faults.add("place", Problem::Unknown);
        }
        hazard.place = Some(id);
    }
    faults.done()?;
    hazard.category = input.category.or(hazard.category);
    if before == *hazard {
        return Err(Error::invalid("what", Problem::Mismatch { with: "before" }));
    }
    raise::recount(cx, hazard)?;
    said.change = Some(
        serde_json::json!({
            "what": [before.what, hazard.what], "place": [before.place, hazard.place],
            "place_text": [before.place_text, hazard.place_text],
            "category": [before.category, hazard.category],
        })
        .to_string(),
    );
    Ok(())
}

fn change(pairs: &[(&str, Option<&str>, Option<&str>)]) -> String {
    let map: serde_json::Map<String, serde_json::Value> = pairs
        .iter()
        .filter(|(_, before, after)| before != after)
        .map(|(name, before, after)| (name.to_string(), serde_json::json!([before, after])))
        .collect();
    serde_json::Value::Object(map).to_string()
}
