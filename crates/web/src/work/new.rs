//! The form of a work record. What the program knows is filled in: the day, the classes of the teacher, the topic of the
//! line on 今日 from which it was opened. `/works/new?form=lesson&topic=monoxide&class=…` is what such a line links to.

use askama::Template;
use axum::extract::State as Held;
use base::calendar::PeriodKind;
use base::{Error, Id, Ms, Problem, Refusal, Result};
use safety::duty::resolution::NewResolution;
use safety::duty::{NewWork, attend, cells, work};
use safety::kernel::rights::Action;
use safety::org::{Role, unit};
use safety::pack::model::{Each, Entry, Evidence, Form, Rule};
use safety::{Cx, hazard, ledger, roll};

use super::part::{self, Part};
use crate::door::{Fields, Posted, Signed};
use crate::duty::say;
use crate::error::{Answer, FieldFault, WebError};
use crate::hazard::new::claimed;
use crate::hazard::record::on_roll;
use crate::page::{self, At, Choice, Shell, fault};
use crate::state::Web;
use crate::words;

/// The pack's form by which a ledger is signed as read.
const LEDGER: &str = "ledger_sign";
/// Lines for resolutions that a fresh form of a meeting has; empty ones are not sent.
const RESOLUTION_LINES: usize = 5;

struct ResolutionLine {
    n: usize,
    what: String,
    owner: String,
    due_on: String,
    error: String,
}

/// What the page knows before anybody types.
struct Known {
    form: Form,
    unit: Id,
    unit_name: String,
    people: Vec<Choice>,
    /// Of a form that credits persons: people of the own institution, and roles of the units below.
    attend: Vec<Choice>,
    roles: Vec<Choice>,
    classes: Vec<Choice>,
    mine: Vec<String>,
    topics: Vec<Choice>,
    topic_now: Vec<String>,
    /// The field, the id and the words of what it is about.
    subject: Option<(&'static str, String, String)>,
    /// What the agenda proposes for a meeting.
    agenda: Vec<(String, String)>,
    /// Of a signature under a ledger: its title, its figures, where it is read.
    ledger: Option<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "work/new.html")]
struct NewPage {
    shell: Shell,
    known: Known,
    parts: Vec<Part>,
    typed: Fields,
    faults: Vec<FieldFault>,
    classes: Vec<String>,
    topics: Vec<String>,
    attended: Vec<String>,
    roles: Vec<String>,
    day: String,
    resolutions: Vec<ResolutionLine>,
    meeting: bool,
    more: bool,
    clause: String,
}

/// Does any entry that this form serves ask for classes or topics?
fn asks(entries: &[Entry], form: &str) -> (bool, bool) {
    let mut out = (false, false);
    for entry in entries.iter().filter(|e| e.on) {
        let Evidence::Form { form: by, .. } = &entry.evidence else { continue };
        let Rule::Every { each, .. } = &entry.rule else { continue };
        if by == form {
            out.0 |= matches!(each, Each::Class | Each::ClassTopic(_));
            out.1 |= matches!(each, Each::Topic(_) | Each::ClassTopic(_));
        }
    }
    out
}

/// What an incident is, for a meeting about it. Refuses NotFound what is out of scope.
pub(super) fn about_incident(cx: &mut Cx<'_, '_>, id: Id) -> Result<String> {
    let i = safety::incident::load(cx, id)?;
    Ok(format!("{} {}", i.number, words::incident::kind(i.kind)))
}

fn known(cx: &mut Cx<'_, '_>, query: &Fields) -> Result<Known> {
    let at = unit::show(cx, query.id("unit")?.unwrap_or(cx.actor.unit))?;
    let home = unit::load(cx, at.home)?;
    cx.require(Action::WorkRecord, home.id, false)?;
    let form = cx.pack.forms.get(query.get("form")).cloned().ok_or(Error::from(Refusal::NotFound))?;
    let (wants_class, wants_topic) = asks(&cx.pack.entries, &form.id);
    // A form that asks the topic itself is not asked it twice.
    let wants_topic = wants_topic && !form.fields.iter().any(|f| f.key == "topic");
    let today = cx.now.day();
    let mut classes = Vec::new();
    let mut mine: Vec<String> = Vec::new();
    if wants_class && home.kind.is_school() {
        for class in roll::classes_on(cx, home.id, today)? {
            classes.push(Choice::new(class.id.to_string(), class.name));
        }
        if let Some(person) = cx.actor.person.filter(|_| cx.actor.role == Role::Teacher) {
            mine = roll::of_teacher(cx, person, home.id, today)?.iter().map(Id::to_string).collect();
            classes.sort_by_key(|c: &Choice| !mine.contains(&c.value));
        }
    }
    let month = today.date().month();
    let season = |t: &safety::pack::model::Topic| t.months.contains(&month);
    let mut topics: Vec<_> = if wants_topic { cx.pack.topics.values().collect() } else { Vec::new() };
    topics.sort_by_key(|t| !season(t));
    let topic_now = topics.iter().filter(|t| season(t)).map(|t| t.id.clone()).collect();
    let topics = topics.iter().map(|t| Choice::new(t.id.clone(), t.title.clone())).collect();
    let subject = match (query.id("hazard")?, query.id("incident")?) {
        (Some(id), _) => Some(("hazard", id.to_string(), hazard::view::view(cx, id)?.hazard.what)),
        (None, Some(id)) => Some(("incident", id.to_string(), about_incident(cx, id)?)),
        (None, None) => None,
    };
    let agenda =
        if form.id == "meeting" { super::agenda::fields(cx, home.id, query.id("hazard")?)? } else { Vec::new() };
    let attend = seats(cx, home.id, &form.id)?;
    let mut roles = Vec::new();
    if let Some(asked) = attend::asked(cx.pack, &form.id).filter(|_| home.kind.is_bureau()) {
        for (role, n) in attend::below(cx, home.id, &asked, today)? {
            roles.push(Choice::new(role.code(), words::org::seats(role, n)));
        }
    }
    let ledger = if form.id == LEDGER { ledger_of(cx, &home, query)? } else { None };
    Ok(Known {
        ledger,
        attend,
        roles,
        agenda,
        people: on_roll(cx, home.id)?,
        unit: home.id,
        unit_name: home.name,
        form,
        classes,
        mine,
        topics,
        topic_now,
        subject,
    })
}

/// The ledger that is to be signed as read: of the cycle and the day in the address, today's when it names none.
fn ledger_of(cx: &mut Cx<'_, '_>, home: &unit::Unit, query: &Fields) -> Result<Option<(String, String, String)>> {
    let day = query.day("happened_on")?.unwrap_or(cx.now.day());
    let cycle = query.opt("cycle").unwrap_or_else(|| "day".into());
    let calendar = cx.packs.calendar(day, home.county);
    let code = if cycle == "school_year" { "year" } else { cycle.as_str() };
    let period = cells::kind_of(code).and_then(|kind| match kind {
        PeriodKind::Day => Some(day.to_string()),
        kind => calendar.period_of(kind, day).map(|p| cells::key_of(calendar, &p)),
    });
    let Some(key) = period else { return Ok(None) };
    let ledger = match ledger::of(cx, home.id, &key) {
        Ok(ledger) => ledger,
        // Whoever may not read it is shown the form alone.
        Err(Error::Refused(_)) => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let span = say::span(cx, home.county, &key, ledger.from, ledger.until);
    let title = words::board::ledger(&ledger.name, &span);
    let href = format!("/ledgers?unit={}&period={key}", home.id);
    Ok(Some((title, words::board::ledger_sentence(&ledger.sums), href)))
}

/// People of an institution whom a record of this form may credit; none of a form that credits no person.
pub fn seats(cx: &mut Cx<'_, '_>, home: Id, form: &str) -> Result<Vec<Choice>> {
    let Some(asked) = attend::asked(cx.pack, form) else { return Ok(Vec::new()) };
    let today = cx.now.day();
    let seats = attend::here(cx, home, &asked, today)?;
    Ok(seats.iter().map(|s| Choice::new(s.person.to_string(), words::org::seat(&s.name, s.role))).collect())
}

pub async fn form(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let page = page_of(&web, &signed, &query.clone(), query, Vec::new(), true).await?;
    page::full(&page)
}

async fn page_of(
    web: &Web,
    signed: &Signed,
    query: &Fields,
    typed: Fields,
    faults: Vec<FieldFault>,
    fresh: bool,
) -> std::result::Result<NewPage, WebError> {
    let asked = query.clone();
    let known = web.read(signed.actor(), move |cx| known(cx, &asked)).await?;
    let shell = signed.shell(web, At::Ledgers).await?;
    let today = words::day_full(web.now().day());
    let (mut classes, mut topics) = (typed.all("class"), typed.all("topic"));
    let (attended, roles) = (typed.all("person"), typed.all("role"));
    if fresh {
        // Of several classes nobody knows which had the lesson; they stand first.
        if classes.is_empty() && known.mine.len() == 1 {
            classes = known.mine.clone();
        }
        if topics.is_empty() && known.topic_now.len() == 1 {
            topics = known.topic_now.clone();
        }
    }
    let mut filled = typed.clone();
    if fresh && known.subject.is_some() && !filled.has("kind") {
        filled.0.push(("kind".into(), "special".into()));
    } else if fresh && !filled.has("kind") {
        filled.0.push(("kind".into(), "regular".into()));
    }
    if fresh {
        let proposed = known.agenda.iter().filter(|(name, _)| !typed.has(name)).cloned();
        filled.0.extend(proposed);
    }
    let person = signed.actor().person.map(|p| p.to_string());
    if let Some(person) = person.filter(|_| fresh && !filled.has("recorder")) {
        filled.0.push(("recorder".into(), person));
    }
    let meeting = known.form.id == "meeting";
    let faults = part::named(&known.form, faults);
    Ok(NewPage {
        parts: part::parts(&known.form, &known.people, &filled, &faults),
        day: typed.opt("happened_on").unwrap_or(today),
        resolutions: if meeting { resolutions(&typed, &faults) } else { Vec::new() },
        // A day gone by is said, and why it comes late.
        more: (fresh && typed.has("happened_on"))
            || faults.iter().any(|f| ["behalf", "back_reason", "happened_on"].contains(&f.field.as_str())),
        clause: known.form.clause.clone(),
        shell,
        meeting,
        known,
        typed,
        classes,
        topics,
        attended,
        roles,
        faults,
    })
}

fn resolutions(typed: &Fields, faults: &[FieldFault]) -> Vec<ResolutionLine> {
    let line = |n: usize| ResolutionLine {
        n,
        what: typed.text(&format!("what_{n}")),
        owner: typed.text(&format!("owner_{n}")),
        due_on: typed.text(&format!("due_{n}")),
        error: if n == 1 { fault(faults, "resolutions").to_string() } else { String::new() },
    };
    (1..=RESOLUTION_LINES).map(line).collect()
}

fn typed_resolutions(typed: &Fields) -> Result<Vec<NewResolution>> {
    let unreadable = |_| Error::invalid("resolutions", Problem::Unreadable);
    let mut out = Vec::new();
    for n in 1..=RESOLUTION_LINES {
        let what = typed.text(&format!("what_{n}"));
        if what.trim().is_empty() {
            continue;
        }
        let owner = Id::parse(typed.get(&format!("owner_{n}"))).ok_or(()).map_err(unreadable)?;
        let due_on = base::Day::parse(typed.get(&format!("due_{n}"))).ok_or(()).map_err(unreadable)?;
        out.push(NewResolution { what, owner, due_on, hazard: typed.id("hazard")? });
    }
    Ok(out)
}

pub(super) fn parse(web: &Web, posted: &Posted, form: &str) -> Result<NewWork> {
    let f = &posted.fields;
    let pack = web.app.pack();
    let known = pack.forms.get(form).ok_or_else(|| Error::invalid("form", Problem::Unknown))?;
    let subject = match (f.id("hazard")?, f.id("incident")?) {
        (Some(id), _) => Some(("hazard".to_string(), id)),
        (None, Some(id)) => Some(("incident".to_string(), id)),
        (None, None) => None,
    };
    let topics = if known.fields.iter().any(|x| x.key == "topic") { Vec::new() } else { f.all("topic") };
    Ok(NewWork {
        id: f.id("id")?.or(posted.key()),
        unit: f.id("unit")?,
        form: form.to_string(),
        happened_on: f.day("happened_on")?,
        fields: part::given(known, posted)?,
        classes: f.ids("class")?,
        topics,
        persons: f.ids("person")?,
        roles: f.all("role").iter().filter_map(|code| Role::from_code(code)).collect(),
        absent: f.text("absent"),
        subject,
        behalf: f.id("behalf")?,
        back_reason: f.opt("back_reason"),
        resolutions: typed_resolutions(f)?,
    })
}

pub async fn add(Held(web): Held<Web>, mut posted: Posted) -> Answer {
    let now: Ms = web.now();
    let form = posted.fields.text("form");
    let parsed = claimed(&mut posted).and_then(|()| parse(&web, &posted, &form));
    let done = match parsed {
        Ok(new) => web.act(&posted, move |cx| work::record(cx, &new)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => page::done(&posted.signed.ask, now, id, format!("/works/{id}?done=1")),
        Err(e) => {
            let kept = page::keep(&posted.signed.ask, e)?;
            let typed = posted.fields;
            let page = page_of(&web, &posted.signed, &typed.clone(), typed, kept.faults, false).await?;
            page::again(&page, kept.status)
        }
    }
}
