//! A timetable: by class, stair, gate and teacher, with its pictures, its cards, printed big; and the card of a shut way.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State as Held};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base::{Error, Id, Problem, Result};
use safety::movement::{self, Card, State, View};
use safety::org::place;
use serde_json::Value;

use crate::door::{Ask, Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, UrgentTab, crumb};
use crate::state::Web;
use crate::unit::id_of;
use crate::words::{self, Word, drill as time, movement as say};

/// A class of the timetable.
pub(super) struct Slot {
    class: String,
    leaves: String,
    clear: String,
    stair: String,
    exit: String,
    gate: String,
    teacher: String,
    start: f64,
}

/// Who comes down a flight, in order.
pub(super) struct Stair {
    name: String,
    order: Vec<(String, String, String)>,
}

/// Posts shown at once: the busiest come first.
const POSTS: usize = 8;

struct PostLine {
    place: String,
    reason: String,
    minutes: String,
}

struct CardRow {
    id: String,
    way: String,
    time: String,
    place: String,
}

fn text<'a>(v: &'a Value, key: &str) -> &'a str {
    v[key].as_str().unwrap_or("")
}

fn seconds(v: &Value, key: &str) -> f64 {
    v[key].as_f64().unwrap_or(0.0)
}

fn list<'a>(doc: &'a Value, key: &str) -> &'a [Value] {
    doc[key].as_array().map_or(&[], Vec::as_slice)
}

/// When the bell rings, if it was said.
fn bell(doc: &Value) -> Option<i64> {
    doc["bell_s"].as_i64()
}

pub(super) fn slots(doc: &Value, teachers: &BTreeMap<String, String>) -> Vec<Slot> {
    let way = |v: &Value, key: &str| if v[key].is_string() { say::stairs(text(v, key)) } else { String::new() };
    let clock = |v: &Value, key: &str| say::clock(bell(doc), seconds(v, key));
    let one = |v: &Value| {
        let class = if text(v, "name").is_empty() { text(v, "cls") } else { text(v, "name") };
        Slot {
            class: class.into(),
            leaves: clock(v, "start_s"),
            clear: clock(v, "out_s"),
            stair: way(v, "stair"),
            exit: way(v, "exit"),
            gate: way(v, "gate"),
            teacher: teachers.get(class).cloned().unwrap_or_default(),
            start: seconds(v, "start_s"),
        }
    };
    let mut out: Vec<Slot> = list(doc, "classes").iter().map(one).collect();
    out.sort_by(|a, b| a.start.total_cmp(&b.start).then_with(|| a.class.cmp(&b.class)));
    out
}

fn stairs(doc: &Value) -> Vec<Stair> {
    let row = |v: &Value| {
        let after = text(v, "after");
        let after = if after.is_empty() { "最先走".into() } else { format!("{after} 走完再走") };
        (text(v, "cls").to_string(), say::clock(bell(doc), seconds(v, "from_s")), after)
    };
    list(doc, "stairs")
        .iter()
        .map(|v| Stair { name: say::way(text(v, "edge")), order: list(v, "order").iter().map(row).collect() })
        .collect()
}

/// Classes by one column: gate or teacher, in the order of leaving.
fn grouped(slots: &[Slot], by: impl Fn(&Slot) -> &str) -> Vec<(String, String)> {
    let mut out: Vec<(String, Vec<String>)> = Vec::new();
    for slot in slots {
        let key = by(slot);
        if key.is_empty() {
            continue;
        }
        let words = format!("{} {}", slot.leaves, slot.class);
        match out.iter_mut().find(|(k, _)| k == key) {
            Some((_, list)) => list.push(words),
            None => out.push((key.to_string(), vec![words])),
        }
    }
    out.into_iter().map(|(k, list)| (k, list.join("，"))).collect()
}

#[derive(Template)]
#[template(path = "movement/plan.html")]
struct PlanPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    title: String,
    now: Word,
    state: &'static str,
    sentence: String,
    told: String,
    stale: bool,
    building: String,
    missed: Vec<String>,
    slots: Vec<Slot>,
    stairs: Vec<Stair>,
    gates: Vec<(String, String)>,
    teachers: Vec<(String, String)>,
    posts: Vec<PostLine>,
    /// The same that are not worth a look at once.
    rest: Vec<PostLine>,
    /// Place, and how many are too many there.
    stops: Vec<(String, String)>,
    cards: Vec<CardRow>,
    evacuation: String,
    facts: Vec<(&'static str, String)>,
    may_manage: bool,
    may_approve: bool,
    leaf: String,
    typed: Fields,
    faults: Vec<FieldFault>,
}

fn missed(doc: &Value) -> Vec<String> {
    let line = |m: &Value| {
        let minutes = m["missing_min"].as_i64().unwrap_or(0);
        format!("{} 路（{}）赶不上，差 {minutes} 分钟。", text(m, "what"), text(m, "cls"))
    };
    list(doc, "missed").iter().map(line).collect()
}

fn facts(v: &View) -> Vec<(&'static str, String)> {
    let p = &v.plan;
    let mut out = vec![("单位", p.unit_name.clone()), ("用途", say::kind(p.kind).to_string())];
    let mut push = |label, value: Option<String>| {
        if let Some(value) = value {
            out.push((label, value));
        }
    };
    push("说明", p.note.clone());
    push("算的人", p.made_by.clone().map(|by| format!("{by} {}", words::at_full(p.received_at))));
    push("送审", p.asked_by.clone().zip(p.asked_at).map(|(by, at)| format!("{by} {}", words::at_full(at))));
    push("审批", p.decided_by.clone().zip(p.decided_at).map(|(by, at)| format!("{by} {}", words::at_full(at))));
    push("从哪天用", p.from_on.map(words::day_full));
    push("退回原因", p.back_reason.clone());
    push("用到", p.ended_on.map(words::day_full));
    out
}

fn page_of(shell: Shell, v: View, typed: Fields, faults: Vec<FieldFault>) -> PlanPage {
    let p = &v.plan;
    let slots = slots(&v.doc, &v.teachers);
    let clock = |post: &Value, key: &str| say::clock(bell(&v.doc), seconds(post, key));
    let post = |post: &Value| PostLine {
        place: say::way(text(post, "edge")),
        reason: text(post, "reason").into(),
        minutes: format!("{} — {}", clock(post, "from_s"), clock(post, "until_s")),
    };
    let card = |c: &Card| CardRow {
        id: c.id.to_string(),
        way: say::way(&c.edge),
        time: match c.makespan_s {
            0 => "没有别的路".into(),
            s => time::seconds(s),
        },
        place: c.place_name.clone().unwrap_or_default(),
    };
    PlanPage {
        crumbs: vec![crumb(words::tab::MOVEMENTS, "/movements"), crumb(p.title.clone(), "")],
        id: p.id.to_string(),
        title: p.title.clone(),
        now: say::state(p.state),
        state: p.state.code(),
        sentence: say::sentence(p.makespan_s, p.bound_s),
        told: say::told(bell(&v.doc)),
        stale: v.stale && p.state != State::Ended,
        building: p.building.to_string(),
        missed: missed(&v.doc),
        stairs: stairs(&v.doc),
        gates: grouped(&slots, |s| &s.gate),
        teachers: grouped(&slots, |s| &s.teacher),
        posts: list(&v.doc, "posts").iter().take(POSTS).map(post).collect(),
        rest: list(&v.doc, "posts").iter().skip(POSTS).map(post).collect(),
        stops: list(&v.doc, "stops")
            .iter()
            .map(|s| (say::way(text(s, "edge")), format!("{:.0} 人", seconds(s, "persons"))))
            .collect(),
        cards: v.cards.iter().map(card).collect(),
        evacuation: text(&v.evacuation, "sentence").into(),
        facts: facts(&v),
        may_manage: v.may_manage,
        may_approve: v.may_approve,
        leaf: v.leaf.map_or(String::new(), words::number),
        slots,
        shell,
        typed,
        faults,
    }
}

async fn plan_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<PlanPage, WebError> {
    let view = web.read(signed.actor(), move |cx| movement::view(cx, id)).await?;
    let mut shell = signed.shell(web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), UrgentTab::Movements);
    Ok(page_of(shell, view, typed, faults))
}

pub async fn show(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&plan_page(&web, &signed, id_of(&id)?, Fields::default(), Vec::new()).await?)
}

pub async fn act(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let f = &posted.fields;
    let (verb, reason, from) = (f.text("do"), f.text("reason"), f.day("from_on"));
    let done = web
        .act(&posted, move |cx| match verb.as_str() {
            "ask" => movement::ask(cx, id),
            "approve" => {
                movement::load(cx, id)?;
                movement::approve(cx, id, from.clone()?)
            }
            "give_back" => movement::give_back(cx, id, &reason),
            "confirm" => movement::confirm(cx, id),
            "end" => movement::end(cx, id),
            _ => {
                movement::load(cx, id)?;
                Err(Error::invalid("do", Problem::Unknown))
            }
        })
        .await;
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/movements/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&plan_page(&web, &posted.signed, id, posted.fields.clone(), faults).await?, status)
        }
    }
}

/// What a picture asks of the screen before it puts on dark paper.
const DARK: &str = "@media screen and (prefers-color-scheme:dark)";

/// A picture of ours: text and shapes with a style of their own, nothing that runs or is loaded. It follows the theme that
/// its reader has chosen here, which the screen knows nothing of; `theme` in the address keeps the kept copies apart.
fn svg(ask: &Ask, text: String) -> Response {
    let text = match ask.theme.as_str() {
        "dark" => text.replacen(DARK, "@media screen", 1),
        "light" | "yard" => text.replacen(DARK, "@media not all", 1),
        _ => text,
    };
    let kind = HeaderValue::from_static("image/svg+xml; charset=utf-8");
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    let keep = HeaderValue::from_static("private, max-age=3600");
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, keep)], text)
        .into_response()
}

pub async fn picture(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let of = signed.ask.fields().text("of");
    let view = web.read(signed.actor(), move |cx| movement::view(cx, id)).await?;
    let picture = match of.as_str() {
        "phone" => view.phone,
        "evacuation" => view.evacuation_picture,
        _ => view.picture,
    };
    Ok(svg(&signed.ask, picture))
}

#[derive(Template)]
#[template(path = "movement/print.html")]
struct PrintPage {
    shell: Shell,
    id: String,
    unit: String,
    title: String,
    sentence: String,
    told: String,
    from: String,
    slots: Vec<Slot>,
    missed: Vec<String>,
    approved: String,
    printed: String,
}

pub async fn print(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let v = web.read(signed.actor(), move |cx| movement::view(cx, id)).await?;
    let approved = v.plan.decided_by.clone().filter(|_| v.plan.state == State::Approved);
    page::full(&PrintPage {
        shell: signed.shell(&web, At::Alarms).await?,
        id: id.to_string(),
        unit: v.plan.unit_name.clone(),
        title: v.plan.title.clone(),
        sentence: say::sentence(v.plan.makespan_s, v.plan.bound_s),
        told: say::told(bell(&v.doc)),
        from: v.plan.from_on.map(words::day_full).unwrap_or_default(),
        missed: missed(&v.doc),
        slots: slots(&v.doc, &v.teachers),
        approved: approved.map_or("还没有批准".into(), |by| format!("{by} 批准")),
        printed: words::at_full(web.now()),
    })
}

#[derive(Template)]
#[template(path = "movement/card.html")]
struct CardPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    way: String,
    about: String,
    place: String,
    places: Vec<Choice>,
    used: String,
    hazard: String,
    told: String,
    /// Classes that have no way out then.
    lost: String,
    slots: Vec<Slot>,
    may_manage: bool,
    faults: Vec<FieldFault>,
}

async fn card_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    hazard: String,
    faults: Vec<FieldFault>,
) -> std::result::Result<CardPage, WebError> {
    let (card, title, places, may_manage) = web
        .read(signed.actor(), move |cx| {
            let card = movement::card(cx, id)?;
            let title = movement::load(cx, card.movement)?.title;
            let may = cx.require(safety::kernel::rights::Action::MovementManage, card.unit, false).is_ok();
            let places = match may {
                true => place::of_unit(cx, card.unit)?,
                false => Vec::new(),
            };
            Ok((card, title, places, may))
        })
        .await?;
    let doc: Value = serde_json::from_str(&card.doc).unwrap_or_default();
    Ok(CardPage {
        shell: signed.shell(web, At::Alarms).await?,
        crumbs: vec![
            crumb(words::tab::MOVEMENTS, "/movements"),
            crumb(title, format!("/movements/{}", card.movement)),
            crumb("封闭预案卡", ""),
        ],
        id: id.to_string(),
        way: say::way(&card.edge),
        about: match card.makespan_s {
            0 => "这里封闭就没有别的路：先开另一个门，再放学".into(),
            s => format!("照这张卡，全校 {} 走完", time::seconds(s)),
        },
        place: card.place.map(|p| p.to_string()).unwrap_or_default(),
        places: places.into_iter().map(|p| Choice::new(p.id.to_string(), p.name)).collect(),
        used: card.used_on.map(words::day_full).unwrap_or_default(),
        hazard,
        told: say::told(bell(&doc)),
        lost: list(&doc, "unreachable").iter().filter_map(Value::as_str).collect::<Vec<_>>().join("、"),
        slots: slots(&doc, &BTreeMap::new()),
        may_manage,
        faults,
    })
}

pub async fn card(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let hazard = signed.ask.fields().text("hazard");
    page::full(&card_page(&web, &signed, id_of(&id)?, hazard, Vec::new()).await?)
}

pub async fn card_picture(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let card = web.read(signed.actor(), move |cx| movement::card(cx, id)).await?;
    Ok(svg(&signed.ask, card.phone))
}

pub async fn card_act(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let f = &posted.fields;
    let (verb, place, hazard) = (f.text("do"), f.id("place"), f.id("hazard"));
    let done: Result<()> = web
        .act(&posted, move |cx| {
            movement::card(cx, id)?;
            match verb.as_str() {
                "use" => movement::use_card(cx, id, hazard.clone()?),
                "place" => movement::card_place(cx, id, place.clone()?),
                _ => Err(Error::invalid("do", Problem::Unknown)),
            }
        })
        .await;
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/movements/cards/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&card_page(&web, &posted.signed, id, posted.fields.text("hazard"), faults).await?, status)
        }
    }
}
