//! One work record: what was filled in, what it counts for, what was resolved, what was changed, its proof; its
//! correction, voiding and the settling of its resolutions.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State as Held};
use base::{Id, Result};
use safety::duty::resolution::{self, Resolved};
use safety::duty::work::{self, View, Work};
use safety::kernel::proof;
use safety::pack::model::{FieldKind, Form};
use safety::{Cx, roll};
use serde_json::Value;

use super::part::{self, Part};
use crate::door::{Fields, Posted, Signed};
use crate::duty::say;
use crate::error::{Answer, FieldFault, WebError};
use crate::hazard::record::{on_roll, parse_id};
use crate::page::{self, At, Choice, Crumb, Event, Picture, Shell, crumb};
use crate::state::Web;
use crate::words::{self, Word, duty as told};

/// A label with what stands there.
struct Fact {
    label: String,
    value: String,
}

struct Served {
    href: String,
    title: String,
    when: String,
    word: Word,
}

struct Task {
    id: String,
    what: String,
    who: String,
    due: String,
    word: Word,
    open: bool,
}

#[derive(Template)]
#[template(path = "work/record.html")]
struct RecordPage {
    shell: Shell,
    id: String,
    crumbs: Vec<Crumb>,
    title: String,
    marks: Vec<Word>,
    said: bool,
    unit: String,
    by: String,
    on: String,
    received: String,
    facts: Vec<Fact>,
    photos: Vec<Picture>,
    subject: Option<(String, String)>,
    served: Vec<Served>,
    tasks: Vec<Task>,
    events: Vec<Event>,
    back_reason: String,
    void_reason: String,
    clause: String,
    correct: bool,
    leaf: String,
    head: String,
    whole: Word,
}

/// What one read gives.
struct Read {
    view: View,
    form: Option<Form>,
    classes: Vec<String>,
    served: Vec<Served>,
    head: Option<(u64, base::Ms)>,
    topics: BTreeMap<String, String>,
}

fn read(cx: &mut Cx<'_, '_>, id: Id) -> Result<Read> {
    let view = work::view(cx, id)?;
    let pack = cx.packs.in_force(view.work.happened_on);
    let form = pack.forms.get(&view.work.form).cloned();
    let topics = pack.topics.values().map(|t| (t.id.clone(), t.title.clone())).collect();
    let mut classes = Vec::new();
    for id in &view.work.classes {
        // Classes are seen inside the school only.
        if let Ok(class) = roll::load(cx, *id) {
            classes.push(class.name);
        }
    }
    let mut served = Vec::new();
    for duty in &view.duties {
        served.push(Served {
            href: format!("/duties/{}", duty.id),
            title: say::title(cx, duty),
            when: say::period(cx, duty),
            word: told::mark(duty.mark(cx.now)),
        });
    }
    let head = proof::head(cx.tx)?;
    Ok(Read { view, form, classes, served, head, topics })
}

/// A value as people read it.
fn shown(form: Option<&Form>, key: &str, value: &Value, names: &BTreeMap<Id, String>) -> String {
    let field = form.and_then(|f| f.fields.iter().find(|x| x.key == key));
    let one = |v: &Value| match v {
        Value::String(text) => match field.map(|f| &f.kind) {
            Some(FieldKind::Choice(all) | FieldKind::Choices(all)) => {
                all.iter().find(|(code, _)| code == text).map_or_else(|| text.clone(), |(_, label)| label.clone())
            }
            Some(FieldKind::People) => Id::parse(text).and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
            _ => text.clone(),
        },
        Value::Number(n) => match field.map(|f| &f.kind) {
            Some(FieldKind::Number { unit: Some(unit), .. }) => format!("{n} {unit}"),
            _ => n.to_string(),
        },
        _ => String::new(),
    };
    match value {
        Value::Array(all) => all.iter().map(one).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("、"),
        other => one(other),
    }
}

fn facts(read: &Read) -> Vec<Fact> {
    let mut out = Vec::new();
    let mut add = |label: &str, value: String| {
        if !value.is_empty() {
            out.push(Fact { label: label.into(), value });
        }
    };
    let work = &read.view.work;
    add("班级", read.classes.join("、"));
    let topic = |t: &String| read.topics.get(t).cloned().unwrap_or_default();
    add("主题", work.topics.iter().map(topic).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("、"));
    for field in read.form.iter().flat_map(|f| &f.fields) {
        if let Some(value) = work.body.get(&field.key).filter(|_| !matches!(field.kind, FieldKind::Photos { .. })) {
            add(&field.label, shown(read.form.as_ref(), &field.key, value, &read.view.names));
        }
    }
    out
}

fn events(view: &View) -> Vec<Event> {
    let work = &view.work;
    let change = |s: &work::WorkStep| Event {
        at: words::at(s.at),
        what: told::act_done(&s.act).into(),
        who: s.by.clone().unwrap_or_default(),
        text: s.reason.clone().unwrap_or_default(),
        ..Event::default()
    };
    let mut out: Vec<Event> = view.steps.iter().rev().map(change).collect();
    out.push(Event {
        at: words::at(work.received_at),
        what: words::record::ENTERED.into(),
        who: work.recorded_by.clone().or(work.by.clone()).unwrap_or_default(),
        note: words::record::received_later(work.claimed_at, work.received_at),
        mark: if work.back_reason.is_some() { words::thing::BACK_ENTRY.word.into() } else { String::new() },
        ..Event::default()
    });
    out
}

fn tasks(view: &View) -> Vec<Task> {
    let task = |r: &resolution::Resolution| Task {
        id: r.id.to_string(),
        what: r.what.clone(),
        who: r.owner_name.clone().unwrap_or_default(),
        due: words::day(r.due_on),
        word: told::resolved(r.state),
        open: r.state == Resolved::Open,
    };
    view.resolutions.iter().map(task).collect()
}

fn marks(work: &Work) -> Vec<Word> {
    let mut out = Vec::new();
    if work.back_reason.is_some() {
        out.push(words::thing::BACK_ENTRY);
    }
    if work.corrected_at.is_some() {
        out.push(words::thing::CORRECTED);
    }
    out
}

pub async fn show(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = parse_id(&id)?;
    let read = web.read(signed.actor(), move |cx| read(cx, id)).await?;
    let shell = signed.shell(&web, At::Ledgers).await?;
    let facts = facts(&read);
    let said = signed.ask.param("done").is_some();
    let (view, work) = (&read.view, &read.view.work);
    let subject = work.subject.and_then(|id| match work.subject_noun.as_deref() {
        Some("hazard") => Some((format!("/hazards/{id}"), words::record::ABOUT_HAZARD.to_string())),
        Some("incident") => Some((format!("/incidents/{id}"), words::incident::ABOUT.to_string())),
        _ => None,
    });
    let page = RecordPage {
        id: work.id.to_string(),
        crumbs: vec![
            crumb(words::nav::LEDGERS, "/duties"),
            crumb(
                read.form.as_ref().map_or(work.form.clone(), |f| f.title.clone()),
                format!("/works?form={}", work.form),
            ),
            crumb(words::day_full(work.happened_on), ""),
        ],
        title: work.title.clone(),
        marks: marks(work),
        unit: work.unit_name.clone(),
        by: work.by.clone().unwrap_or_default(),
        on: words::day_full(work.happened_on),
        received: words::record::received_later(work.claimed_at, work.received_at),
        photos: work.photos.iter().map(|p| Picture::of(p, &work.title, "")).collect(),
        subject,
        tasks: tasks(view),
        events: events(view),
        back_reason: work.back_reason.clone().unwrap_or_default(),
        void_reason: work.void_reason.clone().unwrap_or_default(),
        clause: work.clause.clone(),
        correct: view.may_correct,
        leaf: view.leaf.map_or(String::new(), words::number),
        head: read.head.map_or(String::new(), |(n, at)| format!("{} 号，{}", words::number(n as i64), words::at(at))),
        whole: if view.leaf.is_some() { words::thing::PROOF_WHOLE } else { words::thing::PROOF_WAITS },
        served: read.served,
        facts,
        shell,
        said,
    };
    page::full(&page)
}

#[derive(Template)]
#[template(path = "work/correct.html")]
struct CorrectPage {
    shell: Shell,
    id: String,
    title: String,
    parts: Vec<Part>,
    faults: Vec<FieldFault>,
    day: String,
    reason: String,
    classes: Vec<String>,
    topics: Vec<String>,
    /// Of a form that credits persons: people of the own institution, and who of them is credited.
    attend: Vec<Choice>,
    attended: Vec<String>,
    /// Credited people of units below.
    others: Vec<String>,
    clause: String,
}

async fn correct_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Option<Fields>,
    faults: Vec<FieldFault>,
) -> std::result::Result<CorrectPage, WebError> {
    let (read, people, attend) = web
        .read(signed.actor(), move |cx| {
            let read = read(cx, id)?;
            let work = &read.view.work;
            let (people, attend) = (on_roll(cx, work.unit)?, super::new::seats(cx, work.unit, &work.form)?);
            Ok((read, people, attend))
        })
        .await?;
    let Some(form) = read.form else { return Err(base::Refusal::NotFound.into()) };
    let work = read.view.work;
    let faults = part::named(&form, faults);
    let filled = typed.clone().unwrap_or_else(|| part::as_typed(&work.body));
    let credited = match &typed {
        Some(typed) => typed.all("person"),
        None => work.persons.iter().map(Id::to_string).collect(),
    };
    let (attended, others) = credited.into_iter().partition(|p| attend.iter().any(|seat| seat.value == *p));
    Ok(CorrectPage {
        clause: form.clause.clone(),
        attend,
        attended,
        others,
        shell: signed.shell(web, At::Ledgers).await?,
        id: work.id.to_string(),
        title: work.title,
        parts: part::parts(&form, &people, &filled, &faults),
        day: typed.as_ref().and_then(|t| t.opt("happened_on")).unwrap_or_else(|| words::day_full(work.happened_on)),
        reason: typed.map_or(String::new(), |t| t.text("reason")),
        classes: work.classes.iter().map(Id::to_string).collect(),
        topics: work.topics,
        faults,
    })
}

pub async fn correct_form(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let page = correct_page(&web, &signed, parse_id(&id)?, None, Vec::new()).await?;
    page::full(&page)
}

pub async fn correct(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = parse_id(&id)?;
    let form = posted.fields.text("form");
    let known = web.read(posted.actor(), move |cx| Ok(work::load(cx, id)?.form)).await?;
    let form = if form.is_empty() { known } else { form };
    let reason = posted.fields.text("reason");
    let done = match super::new::parse(&web, &posted, &form) {
        Ok(new) => web.act(&posted, move |cx| work::correct(cx, id, &new, &reason)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/works/{id}")),
        Err(e) => {
            let kept = page::keep(&posted.signed.ask, e)?;
            let page = correct_page(&web, &posted.signed, id, Some(posted.fields.clone()), kept.faults).await?;
            page::again(&page, kept.status)
        }
    }
}

pub async fn void(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = parse_id(&id)?;
    let reason = posted.fields.text("reason");
    web.act(&posted, move |cx| work::void(cx, id, &reason)).await?;
    page::done(&posted.signed.ask, web.now(), id, format!("/works/{id}"))
}

pub async fn settle(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = parse_id(&id)?;
    let note = posted.fields.text("note");
    let as_what = if posted.fields.get("as") == "dropped" { Resolved::Dropped } else { Resolved::Done };
    web.act(&posted, move |cx| resolution::settle(cx, id, as_what, &note)).await?;
    let back = posted.fields.opt("back").filter(|b| b.starts_with('/') && !b.starts_with("//"));
    page::done(&posted.signed.ask, web.now(), id, back.unwrap_or_else(|| "/".into()))
}
