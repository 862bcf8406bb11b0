//! One duty: how it stands, its stages, what shows it, its history, the rule it rests on, whose turn it is.

use askama::Template;
use axum::extract::{Path, State as Held};
use base::{Id, Result};
use safety::duty::list::View;
use safety::duty::{self, State};
use safety::kernel::proof;
use safety::pack::model::Stage3;
use safety::{Cx, duty::stage_of};

use super::say;
use crate::door::Signed;
use crate::error::{Answer, FieldFault};
use crate::hazard::record::{on_roll, parse_id};
use crate::page::{self, At, Choice, Crumb, Event, Shell, Step, crumb};
use crate::state::Web;
use crate::words::{self, Word, duty as told, rule};

struct Shown {
    href: String,
    what: String,
    on: String,
    by: String,
    received: String,
    gone: String,
}

#[derive(Template)]
#[template(path = "duty/record.html")]
pub struct RecordPage {
    shell: Shell,
    id: String,
    crumbs: Vec<Crumb>,
    title: String,
    stands: Word,
    standing: Word,
    marks: Vec<Word>,
    said: bool,
    unit: String,
    when: String,
    due: String,
    had: String,
    steps: Vec<Step>,
    shown: Vec<Shown>,
    events: Vec<Event>,
    check: bool,
    accept: bool,
    back: bool,
    arrange: bool,
    people: Vec<Choice>,
    owner: String,
    waits: String,
    rule: String,
    basis: &'static str,
    reason: String,
    who: String,
    clause: String,
    phrase: String,
    back_reason: String,
    correct: String,
    /// The form by which it is done, for whom it waits for.
    fill: String,
    faults: Vec<FieldFault>,
    leaf: String,
    head: String,
    whole: Word,
}

pub struct Read {
    view: View,
    part: String,
    when: String,
    people: Vec<Choice>,
    waits: String,
    fill: String,
    head: Option<(u64, base::Ms)>,
    phrase: String,
}

pub fn read(cx: &mut Cx<'_, '_>, id: Id) -> Result<Read> {
    let view = duty::view(cx, id)?;
    let part = say::Parts::default().words(cx, &view.line.duty.part);
    let when = say::period(cx, &view.line.duty);
    let people = if view.possible.contains(&"arrange") { on_roll(cx, view.line.duty.unit)? } else { Vec::new() };
    let waits = match &view.next {
        Some(next) => {
            let names = safety::org::people::names(cx, next.persons.iter().copied())?;
            let list = names.into_values().collect::<Vec<_>>().join("、");
            words::pages::waits_for(words::role(next.role), &list, next.stands_in)
        }
        None => String::new(),
    };
    let d = &view.line.duty;
    let mine = view.next.iter().any(|next| cx.actor.person.is_some_and(|me| next.persons.contains(&me)));
    let to_do = matches!(d.state, State::Open | State::Arranged) && mine;
    // Of a period that is over: its last day, so that the form does not offer today.
    let over = (d.until_on < cx.now.day()).then_some(d.until_on);
    let fill = if to_do { say::form_href(cx, &d.entry, d.unit, &d.part, d.subject, over) } else { String::new() };
    let head = proof::head(cx.tx)?;
    let phrase = view.entry.as_ref().map_or(String::new(), |e| phrase_of(cx, &e.id));
    Ok(Read { view, part, when, people, waits, fill, head, phrase })
}

/// The words of the notice that the entry serves.
fn phrase_of(cx: &Cx<'_, '_>, entry: &str) -> String {
    use safety::pack::model::PhraseKind;
    let phrases = cx.pack.items.iter().flat_map(|i| &i.phrases);
    let serves = |p: &&safety::pack::model::Phrase| match &p.kind {
        PhraseKind::Duty { entries, .. } => entries.iter().any(|e| e == entry),
        _ => false,
    };
    phrases.into_iter().find(serves).map_or(String::new(), |p| p.text.trim().to_string())
}

fn steps(view: &View) -> Vec<Step> {
    let d = &view.line.duty;
    let until = stage_of(&d.stage);
    let at = |ms: Option<base::Ms>| ms.map_or(String::new(), words::at);
    let done = d.state.is_complete();
    let step = |label: &str, at: String, who: Option<String>, state: &'static str| Step {
        label: label.into(),
        state,
        at,
        who: who.unwrap_or_default(),
        ..Step::default()
    };
    let state_of = |past: bool, now: bool| match (past, now) {
        (true, _) => "done",
        (_, true) => "now",
        _ => "next",
    };
    let mut out = vec![
        step("安排", at(d.arranged_at), view.line.owner.clone(), state_of(d.arranged_at.is_some() || done, !done)),
        step(
            "做",
            at(d.first_complete_at),
            view.line.done_by.clone(),
            state_of(done, !done && d.arranged_at.is_some()),
        ),
    ];
    let (checked, accepted) = (d.checked_at.filter(|_| done), d.accepted_at.filter(|_| done));
    if until >= Stage3::Checked {
        out.push(step(
            "检查",
            at(checked),
            view.line.checked_by.clone(),
            state_of(checked.is_some(), d.state == State::Done),
        ));
    }
    if until >= Stage3::Accepted {
        let now = d.state == State::Checked;
        out.push(step("验收", at(accepted), view.line.accepted_by.clone(), state_of(accepted.is_some(), now)));
    }
    out
}

fn shown(view: &View) -> Vec<Shown> {
    let one = |c: &duty::list::CreditLine| Shown {
        href: told::record_href(&c.noun, c.record),
        what: told::noun(&c.noun).into(),
        on: words::day_full(c.happened_on),
        by: c.by.clone().unwrap_or_default(),
        received: words::at(c.received_at),
        gone: c.withdrawn_at.map_or(String::new(), |at| words::pages::withdrawn(at, c.reason.as_deref())),
    };
    view.credits.iter().map(one).collect()
}

fn events(view: &View) -> Vec<Event> {
    let one = |s: &duty::list::StepLine| Event {
        at: words::at(s.at),
        what: told::act_done(&s.act).into(),
        who: s.by.clone().unwrap_or_default(),
        text: match &s.to {
            Some(to) => words::pages::given_to(to, s.note.as_deref()),
            None => s.note.clone().unwrap_or_default(),
        },
        proof: s.leaf.map_or(String::new(), words::number),
        proof_tone: "g",
        proof_words: words::record::PROVABLE.into(),
        ..Event::default()
    };
    view.steps.iter().rev().map(one).collect()
}

pub async fn show(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let page = page_of(&web, &signed, parse_id(&id)?, Vec::new()).await?;
    page::full(&page)
}

pub async fn page_of(
    web: &Web,
    signed: &Signed,
    id: Id,
    faults: Vec<FieldFault>,
) -> std::result::Result<RecordPage, crate::error::WebError> {
    let read = web.read(signed.actor(), move |cx| read(cx, id)).await?;
    let shell = signed.shell(web, At::Ledgers).await?;
    let view = &read.view;
    let d = &view.line.duty;
    let may = |act: &str| view.possible.contains(&act);
    let title =
        if read.part.is_empty() { view.line.title.clone() } else { format!("{}（{}）", view.line.title, read.part) };
    let mut marks = Vec::new();
    if d.back_reason.is_some() {
        marks.push(words::thing::BACK_ENTRY);
    }
    if d.amended {
        marks.push(words::thing::CORRECTED);
    }
    let entry = view.entry.as_ref();
    let work = view.credits.iter().find(|c| c.noun == "work" && c.withdrawn_at.is_none());
    let mine = d.state == State::Returned;
    Ok(RecordPage {
        id: d.id.to_string(),
        crumbs: vec![
            crumb(words::nav::LEDGERS, "/duties"),
            crumb(view.line.title.clone(), format!("/duties/kinds/{}?unit={}", d.entry, d.unit)),
            crumb(read.when.clone(), ""),
        ],
        stands: told::state(d, view.line.mark),
        standing: told::mark(view.line.mark),
        marks,
        said: signed.ask.param("done").is_some(),
        unit: view.line.unit_name.clone(),
        due: words::pages::due_before(d.due_at),
        had: told::had(d.needed, d.had),
        steps: steps(view),
        shown: shown(view),
        events: events(view),
        check: may("check"),
        accept: may("accept"),
        back: may("give_back"),
        arrange: may("arrange"),
        owner: d.owner.map_or(String::new(), |o| o.to_string()),
        waits: read.waits,
        rule: entry.map_or(String::new(), rule::line),
        basis: entry.map_or("notice", |e| rule::basis(e.basis)),
        reason: entry.and_then(|e| e.reason.clone()).unwrap_or_default(),
        who: entry.map_or(String::new(), |e| rule::people(&e.people, e.until)),
        clause: d.clause.clone(),
        phrase: read.phrase,
        back_reason: d.back_reason.clone().unwrap_or_default(),
        correct: work.filter(|_| mine).map_or(String::new(), |c| format!("/works/{}/correct", c.record)),
        fill: read.fill,
        leaf: view.leaf.map_or(String::new(), words::number),
        head: read.head.map_or(String::new(), |(n, at)| format!("{} 号，{}", words::number(n as i64), words::at(at))),
        whole: if view.leaf.is_some() { words::thing::PROOF_WHOLE } else { words::thing::PROOF_WAITS },
        people: read.people,
        when: read.when,
        title,
        faults,
        shell,
    })
}
