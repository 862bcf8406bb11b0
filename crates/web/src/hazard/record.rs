//! One hazard: what it is, how it stands, how it came there, whose turn it is and why by then. The viewer's own turn is
//! a form on the page; every other act that the viewer may do is a link that puts its form in the same place, so that
//! there is always one form and one filled button.

use askama::Template;
use axum::extract::{Path, State as Held};
use base::{Id, Ms, Result};
use safety::Cx;
use safety::hazard::view::{self, Step, View};
use safety::hazard::{Act, Hazard, State};
use safety::kernel::proof;
use safety::kernel::rights::Action;
use safety::org::{Role, UnitKind, people, place, post, unit};
use safety::pack::Basis;

use super::acts::{self, Form};
use super::change;
use super::near::{self, Harm, Near};
use crate::door::{Fields, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::missive;
use crate::page::{self, Asks, At, Choice, Crumb, Shell, crumb};
use crate::state::Web;
use crate::words::{self, Mark, Word, record as say};

/// A step of the bar on top.
pub struct BarStep {
    pub label: &'static str,
    pub state: &'static str,
    pub at: String,
    pub tone: &'static str,
    pub who: String,
}

/// A photo with what stands under it.
pub struct Pic {
    pub href: String,
    pub thumb: String,
    pub alt: String,
    pub title: &'static str,
    pub note: String,
}

/// A line of the history.
pub struct Event {
    pub at: String,
    pub what: &'static str,
    pub who: String,
    pub post: String,
    pub text: String,
    pub note: String,
    pub mark: &'static str,
    pub proof: String,
    pub proof_tone: &'static str,
    pub proof_words: &'static str,
    pub photos: Vec<Pic>,
}

/// A line of what is known; `why` explains a date.
pub struct Fact {
    pub label: &'static str,
    pub value: String,
    pub tone: &'static str,
    pub why: String,
    pub basis: &'static str,
}

/// A link of 「其他办理」.
pub struct Other {
    pub label: &'static str,
    pub href: String,
}

/// Everything about one hazard that its pages and forms need, from one snapshot.
pub struct Known {
    pub view: View,
    /// Names of those who hold the turn's role.
    pub holders: Vec<String>,
    /// Why the deadline is when it is, and on what that rests.
    pub due_why: String,
    pub rule: String,
    pub clause: String,
    pub basis: &'static str,
    pub head: Option<(u64, Ms)>,
    pub people: Vec<Choice>,
    pub departments: Vec<Choice>,
    pub agencies: Vec<Choice>,
    pub places: Vec<Choice>,
    /// Meetings about it, and whether the viewer may call one.
    pub meetings: Vec<Near>,
    pub meet: bool,
    pub harm: Harm,
    /// Letters to the agency that has it, and whether the viewer may write one.
    pub missives: Vec<missive::Line>,
    /// Who answered by a letter, by the moment of the step.
    pub answerers: Vec<(Ms, String)>,
    pub write: bool,
    pub now: Ms,
}

pub fn known(cx: &mut Cx<'_, '_>, id: Id) -> Result<Known> {
    let view = view::view(cx, id)?;
    let h = view.hazard.clone();
    let (due_why, rule, clause, basis) = due(cx, &h);
    let (meetings, meet) = super::meeting::of(cx, id)?;
    let letters = safety::missive::of_hazard(cx, id)?;
    let (missives, answerers) = (missive::lines(&letters, cx.now), missive::answerers(&letters));
    let write = h.state == State::Transferred && crate::unit::may(cx, Action::HazardTransfer, h.unit)?;
    let mut known = Known {
        missives,
        answerers,
        write,
        holders: holders(cx, &h)?,
        due_why,
        rule,
        clause,
        basis,
        head: proof::head(cx.tx)?,
        people: Vec::new(),
        departments: Vec::new(),
        agencies: Vec::new(),
        places: Vec::new(),
        meetings,
        meet: meet && h.state.is_open(),
        harm: near::harm(cx, &h)?,
        now: cx.now,
        view,
    };
    if known.view.acts.contains(&Act::Assign) || known.view.acts.contains(&Act::Rectify) {
        known.people = on_roll(cx, h.unit)?;
    }
    if known.view.acts.contains(&Act::Assign) {
        let inner = unit::children(cx, h.unit)?;
        known.departments = choices(inner.into_iter().filter(|u| u.kind == UnitKind::Department));
    }
    if known.view.acts.contains(&Act::Transfer) {
        known.agencies = choices(unit::agencies(cx, h.unit)?.into_iter());
    }
    if known.view.acts.contains(&Act::Correct) {
        known.places = place::of_unit(cx, h.unit)?.into_iter().map(|p| Choice::new(p.id.to_string(), p.name)).collect();
    }
    Ok(known)
}

fn choices(units: impl Iterator<Item = unit::Unit>) -> Vec<Choice> {
    units.map(|u| Choice::new(u.id.to_string(), u.name)).collect()
}

/// People of an institution by name, with their posts: those who can be given the work.
pub fn on_roll(cx: &mut Cx<'_, '_>, home: Id) -> Result<Vec<Choice>> {
    let posts = post::of_unit(cx, home)?;
    let title = |person: Id| {
        let held = posts.iter().find(|p| p.person == person);
        held.map(|p| p.title.clone().unwrap_or_else(|| words::role(p.role).into()))
    };
    let mut out = Vec::new();
    for person in people::list(cx, home, "")? {
        let Some(name) = person.name else { continue };
        let label = match title(person.id) {
            Some(title) => format!("{name} · {title}"),
            None => name,
        };
        out.push(Choice::new(person.id.to_string(), label));
    }
    Ok(out)
}

/// Who holds the role that has the turn, by name.
fn holders(cx: &mut Cx<'_, '_>, h: &Hazard) -> Result<Vec<String>> {
    let Some(role) = h.turn_role.filter(|_| h.turn_person.is_none()) else { return Ok(Vec::new()) };
    let at = match h.state {
        State::Reported => h.reported_to,
        State::Transferred => h.agency,
        _ => Some(h.unit),
    };
    let Some(at) = at else { return Ok(Vec::new()) };
    let posts = post::of_unit(cx, at)?;
    let ids: Vec<Id> = posts.iter().filter(|p| p.role == role).map(|p| p.person).take(3).collect();
    Ok(people::names(cx, ids)?.into_values().collect())
}

/// Why the present deadline is when it is, the rule of the step, its clause, and the basis of its number.
fn due(cx: &Cx<'_, '_>, h: &Hazard) -> (String, String, String, &'static str) {
    let key = match h.state {
        State::Ungraded => "hazard.grade",
        State::Unassigned if h.declined => "hazard.decide",
        State::Unassigned => "hazard.assign",
        State::Assigned | State::Returned => h.term.map_or("hazard.fix.ordinary", |t| t.key()),
        State::Rectified | State::Closed | State::Dismissed | State::Void => "hazard.recheck",
        State::Rechecked => "hazard.close",
        State::Reported | State::Transferred => "hazard.answer",
    };
    let param = cx.pack.param(key);
    let span = words::age(param.span_ms);
    let basis = match param.basis {
        Basis::Notice => "notice",
        Basis::Law => "law",
        Basis::Interpretation => "interpretation",
        Basis::Optional => "option",
    };
    let why = match h.due_at.filter(|_| h.state.is_open()) {
        None => String::new(),
        Some(due) => {
            let name = say::due_name(h.state);
            let by_rule = due.plus(-param.span_ms);
            let from = match h.state {
                State::Assigned => h.assigned_at,
                State::Returned | State::Transferred => None,
                _ => Some(by_rule),
            };
            match from {
                Some(from) if from == by_rule => format!(
                    "{name} {} = {} {} + {span}",
                    words::day(due.day()),
                    say::due_from(h.state, h.declined),
                    words::day(from.day())
                ),
                _ if h.extended => format!("{name} {}，是批准延期后的日子", words::day(due.day())),
                _ => format!("{name} {}，是派单、退回或移交时定的", words::day(due.day())),
            }
        }
    };
    (why, say::rule(h.state, &span), param.clause, basis)
}

#[derive(Template)]
#[template(path = "hazard/record.html")]
pub struct RecordPage {
    pub shell: Shell,
    pub id: Id,
    pub crumbs: Vec<Crumb>,
    pub title: String,
    pub number: String,
    pub word: &'static str,
    pub tone: &'static str,
    /// 「逾期 2 天」 beside the state.
    pub overdue: Mark,
    pub marks: Vec<Word>,
    pub steps: Vec<BarStep>,
    pub photos: Vec<Pic>,
    pub fixed: bool,
    pub facts: Vec<Fact>,
    pub five: Vec<(&'static str, String)>,
    pub events: Vec<Event>,
    pub near: Vec<Near>,
    pub meet: bool,
    /// The incident that the sentence tells of; none when nothing is to be reported.
    pub report: Option<Asks>,
    pub missives: Vec<missive::Line>,
    pub write: bool,
    /// The key of the form for a letter.
    pub request: String,
    /// A calm line after an act, or what has changed meanwhile.
    pub said: String,
    pub moved: String,
    /// What was typed in a form that is no longer possible.
    pub lost: String,
    pub form: Option<Form>,
    pub waits: String,
    pub others: Vec<Other>,
    pub comment: bool,
    pub correct: bool,
    pub rule: String,
    pub clause: String,
    pub basis: &'static str,
    pub leaf: String,
    pub head: String,
    pub whole: Word,
    pub faults: Vec<FieldFault>,
}

pub fn parse_id(text: &str) -> std::result::Result<Id, WebError> {
    Id::parse(text).ok_or_else(WebError::not_found)
}

pub async fn show(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = parse_id(&id)?;
    let known = web.read(signed.actor(), move |cx| known(cx, id)).await?;
    if signed.ask.param("print").is_some() {
        return super::paper::print(&web, &signed, known).await;
    }
    let asked = signed.ask.param("do").unwrap_or_default();
    let said = match signed.ask.param("missive") {
        Some(_) => words::missive::ONCE.into(),
        None => done_words(&known, signed.ask.param("done").as_deref()),
    };
    let form = acts::form(&known, &asked, &Fields::default(), &[]);
    let mut page = page_of(&web, &signed, known, form).await?;
    page.said = said;
    page::full(&page)
}

/// The calm line after an act.
fn done_words(known: &Known, done: Option<&str>) -> String {
    let Some(act) = done.and_then(Act::from_code) else { return String::new() };
    let h = &known.view.hazard;
    let next = match (known.view.my_turn, h.state.is_open()) {
        (_, false) => String::new(),
        (true, _) => format!("轮到您{}", say::turn(h.state)),
        _ => say::waits(&who(known), h.state, h.due_at).replacen("现在", "", 1),
    };
    say::said(words::act_done(act), &next)
}

/// Whose turn it is, by name where a name is known.
pub fn who(known: &Known) -> String {
    let v = &known.view;
    if let Some(name) = v.turn_name.as_deref() {
        return name.into();
    }
    let named = match v.hazard.state {
        State::Reported => v.reported_to.clone(),
        State::Transferred => v.agency.clone(),
        _ => None,
    };
    match (named, known.holders.as_slice()) {
        (Some(unit), _) => unit,
        (None, [one]) => say::holder(Some(one), v.hazard.turn_role),
        _ => say::holder(None, v.hazard.turn_role),
    }
}

pub async fn page_of(
    web: &Web,
    signed: &Signed,
    mut known: Known,
    form: Option<Form>,
) -> std::result::Result<RecordPage, WebError> {
    let meetings = std::mem::take(&mut known.meetings);
    let shell = signed.shell(web, At::Hazards).await?;
    let v = &known.view;
    let h = &v.hazard;
    let state = words::state(h.state);
    let late = h.due_at.filter(|_| h.state.is_open()).and_then(|due| words::due_mark(due, known.now));
    let head = known.head.map_or(String::new(), |(size, at)| words::pages::journal_head(size as i64, at));
    let waits = if h.state.is_open() { say::waits(&who(&known), h.state, h.due_at) } else { String::new() };
    let others = acts::others(&known, form.as_ref());
    Ok(RecordPage {
        shell,
        id: h.id,
        crumbs: crumbs(signed, &known),
        title: h.what.clone(),
        number: h.number.clone(),
        word: state.word,
        tone: state.tone,
        overdue: late.unwrap_or(Mark { word: String::new(), tone: "" }),
        marks: marks(v),
        steps: steps(&known),
        photos: photos(v),
        fixed: h.rectified_at.is_some(),
        facts: facts(&known),
        five: five(h),
        events: v.steps.iter().map(|step| event(step, &known.answerers)).collect(),
        near: near::of(v).into_iter().chain(known.harm.incidents).chain(meetings).collect(),
        report: known.harm.report,
        meet: known.meet,
        request: if known.write { missive::request(known.now) } else { String::new() },
        missives: known.missives,
        write: known.write,
        said: String::new(),
        moved: String::new(),
        lost: String::new(),
        waits,
        others,
        comment: v.acts.contains(&Act::Comment),
        correct: v.acts.contains(&Act::Correct),
        rule: known.rule.clone(),
        clause: known.clause,
        basis: known.basis,
        // The newest entry about it: its own, or that of a step of its history.
        leaf: v.steps.iter().map(|s| s.leaf).max().flatten().max(v.leaf).map_or(String::new(), words::number),
        head,
        whole: if v.leaf.is_some() { words::thing::PROOF_WHOLE } else { words::thing::PROOF_WAITS },
        faults: Vec::new(),
        form,
    })
}

fn crumbs(signed: &Signed, known: &Known) -> Vec<Crumb> {
    let v = &known.view;
    let mut out = vec![crumb("隐患", "/hazards")];
    if v.hazard.unit != signed.actor().unit {
        let id = v.hazard.unit;
        out.push(crumb(v.unit_name.clone(), format!("/hazards?bucket=all&unit={id}")));
    } else if let (Some(id), Some(name)) = (v.hazard.place, v.place_name.clone()) {
        out.push(crumb(name, format!("/hazards?bucket=all&place={id}")));
    }
    out.push(crumb(v.hazard.number.clone(), ""));
    out
}

fn marks(v: &View) -> Vec<Word> {
    let h = &v.hazard;
    let mut out = Vec::new();
    if h.recurrence > 0 {
        out.push(words::thing::RECURRING);
    }
    if h.listed_number.is_some() {
        out.push(words::thing::LISTED);
    }
    if h.back_reason.is_some() {
        out.push(words::thing::BACK_ENTRY);
    }
    if v.steps.iter().any(|s| s.act == Act::Correct) {
        out.push(words::thing::CORRECTED);
    }
    out
}

/// The newest step of one of these acts: (who, when).
fn last(v: &View, acts: &[Act]) -> Option<(String, Ms)> {
    let step = v.steps.iter().find(|s| acts.contains(&s.act))?;
    Some((step.by.clone().unwrap_or_default(), step.claimed_at))
}

fn steps(known: &Known) -> Vec<BarStep> {
    let v = &known.view;
    let h = &v.hazard;
    let at = match h.state {
        State::Ungraded | State::Unassigned => 1,
        State::Assigned | State::Returned | State::Reported | State::Transferred => 2,
        State::Rectified => 3,
        State::Rechecked => 4,
        State::Closed => 5,
        State::Dismissed | State::Void => usize::MAX,
    };
    let done = [
        Some((v.raiser.clone().unwrap_or_default(), h.raised_at)),
        h.assigned_at.and_then(|_| last(v, &[Act::Assign])).or(last(v, &[Act::Report, Act::Transfer])),
        h.rectified_at.map(|t| (v.rectifier.clone().unwrap_or_default(), t)),
        h.rechecked_at.map(|t| (v.rechecker.clone().unwrap_or_default(), t)),
        h.closed_at.map(|t| (v.closer.clone().unwrap_or_default(), t)),
    ];
    let one = |(i, done): (usize, Option<(String, Ms)>)| {
        let label = say::STEPS[i];
        if i == at {
            let due = h.due_at.map(|due| words::due_when(due, known.now));
            let due = due.unwrap_or(Mark { word: String::new(), tone: "" });
            return BarStep { label, state: "now", at: due.word, tone: due.tone, who: who(known) };
        }
        match done {
            Some((who, when)) if i < at || i == 0 => {
                BarStep { label, state: "done", at: words::at(when), tone: "", who }
            }
            _ => BarStep { label, state: "next", at: String::new(), tone: "", who: String::new() },
        }
    };
    done.into_iter().enumerate().map(one).collect()
}

fn pic(hash: &str, title: &'static str, note: String) -> Pic {
    Pic {
        href: format!("/files/{hash}"),
        thumb: format!("/files/{hash}?w=320"),
        alt: format!("{title} {note}"),
        title,
        note,
    }
}

/// Before and after in one row: the photos of the finding and of the newest rectification.
fn photos(v: &View) -> Vec<Pic> {
    let of = |acts: &[Act], title: &'static str| -> Vec<Pic> {
        let Some(step) = v.steps.iter().find(|s| acts.contains(&s.act) && !s.photos.is_empty()) else {
            return Vec::new();
        };
        let note = format!("{} {}", words::at(step.claimed_at), step.by.clone().unwrap_or_default());
        step.photos.iter().map(|p| pic(&p.hash, title, note.clone())).collect()
    };
    let mut out = of(&[Act::Raise], "整改前");
    out.extend(of(&[Act::Rectify, Act::AnswerDone], "整改后"));
    out
}

fn facts(known: &Known) -> Vec<Fact> {
    let v = &known.view;
    let h = &v.hazard;
    let plain = |label, value: String| Fact { label, value, tone: "", why: String::new(), basis: "" };
    let mut out = vec![plain("地点", v.place_name.clone().unwrap_or_default()), plain("单位", v.unit_name.clone())];
    let grade = h.grade.map_or("还没有定".to_string(), |g| format!("{}隐患", words::grade(g)));
    out.push(plain("等级", grade));
    out.extend(h.category.map(|c| plain("类别", words::category(c).into())));
    out.extend(v.assignee.clone().map(|name| plain("整改人", name)));
    out.extend(v.lead.clone().map(|name| plain("牵头部门", name)));
    if !v.helpers.is_empty() {
        out.push(plain("配合部门", v.helpers.join("、")));
    }
    if let Some(by) = h.fix_by.filter(|_| !matches!(h.state, State::Assigned | State::Returned | State::Transferred)) {
        out.push(plain("整改期限", words::day(by.day())));
    }
    if let Some(due) = h.due_at.filter(|_| h.state.is_open()) {
        let tone = if due < known.now { "r" } else { "" };
        let (why, basis) = (known.due_why.clone(), known.basis);
        out.push(Fact { label: say::due_name(h.state), value: words::at(due), tone, why, basis });
    }
    if let Some(until) = h.extend_to {
        out.push(plain("申请延期到", words::day(until.day())));
    }
    out.extend(h.protection.clone().map(|t| plain("临时防护", t)));
    out.extend(h.measure.clone().map(|t| plain("整改措施", t)));
    out.extend(v.reported_to.clone().map(|t| plain("上报给", t)));
    out.extend(v.agency.clone().map(|t| plain("移交给", t)));
    out.extend(h.listed_number.clone().map(|t| plain("挂牌文号", t)));
    out.extend(h.back_reason.clone().map(|t| plain("补录原因", t)));
    out.extend(h.void_reason.clone().map(|t| plain("不办的原因", t)));
    if h.place.is_some() && v.near.is_empty() {
        out.push(plain("以前", say::NONE_NEAR.into()));
    }
    out
}

fn five(h: &Hazard) -> Vec<(&'static str, String)> {
    let Some(five) = &h.five else { return Vec::new() };
    [
        ("responsibility", &five.responsibility),
        ("measures", &five.measures),
        ("funds", &five.funds),
        ("deadline", &five.deadline),
        ("plan", &five.plan),
    ]
    .map(|(field, text)| (words::five(field), text.clone()))
    .to_vec()
}

/// Whose step it is when no person of the roll stands behind it: the program's, an agency's by its letter, or that of
/// somebody whose name was erased.
fn nobody(step: &Step, answerers: &[(Ms, String)]) -> String {
    let letter = answerers.iter().find(|(at, _)| *at == step.received_at && step.role == Some(Role::Agency));
    match letter {
        Some((_, who)) => who.clone(),
        None if step.role.is_none() => "系统".into(),
        None => "（已删除）".into(),
    }
}

pub fn event(step: &Step, answerers: &[(Ms, String)]) -> Event {
    let role: Option<Role> = step.role;
    let mut texts: Vec<String> = step.note.iter().cloned().collect();
    texts.extend(change::lines(step.change.as_ref()));
    if let Some(planned) = step.planned_at {
        texts.push(format!("应在 {} 前办", words::at(planned)));
    }
    let mut notes = vec![say::received_later(step.claimed_at, step.received_at)];
    notes.extend(step.recorded_by.as_deref().map(say::recorded));
    notes.retain(|n| !n.is_empty());
    let late = step.received_at.since(step.claimed_at) >= 3 * Ms::DAY;
    let what = words::act_done(step.act);
    let alt = format!("{what} {}", words::at(step.claimed_at));
    Event {
        at: words::at(step.claimed_at),
        what,
        who: step.by.clone().unwrap_or_else(|| nobody(step, answerers)),
        post: role.map_or(String::new(), |r| words::role(r).into()),
        text: texts.join("　"),
        note: notes.join("，"),
        mark: if late { words::thing::BACK_ENTRY.word } else { "" },
        proof: step.leaf.map_or("…".into(), words::number),
        proof_tone: if step.leaf.is_some() { "g" } else { "" },
        proof_words: if step.leaf.is_some() { "可核验" } else { words::thing::PROOF_WAITS.word },
        photos: step.photos.iter().map(|p| pic(&p.hash, "", alt.clone())).collect(),
    }
}
