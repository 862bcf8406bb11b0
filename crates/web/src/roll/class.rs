//! One class: what holds of it and held before; its pupils by name for those inside the school. One pupil: correct,
//! transfer, leave, erase.

use askama::Template;
use axum::extract::{Path, State};
use base::{Error, Id, Problem, Result};
use safety::kernel::rights::Action;
use safety::org::unit;
use safety::roll::pupil::{self as pupils, NewPupil, Pupil, Span};
use safety::roll::{self, Change, Class};

use super::list::{choices, staff};
use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, crumb};
use crate::state::Web;
use crate::unit::{crumbs, id_of, may};
use crate::words;
use crate::words::roll as say;

struct PupilRow {
    id: String,
    name: String,
    marks: &'static str,
}

struct SpanRow {
    name: String,
    teacher: String,
    figures: String,
    span: String,
}

#[derive(Template)]
#[template(path = "roll/class.html")]
struct ClassPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    name: String,
    grade: &'static str,
    teacher: String,
    figures: String,
    since: String,
    closed: String,
    /// Names may be seen.
    inside: bool,
    pupils: Vec<PupilRow>,
    named: usize,
    spans: Vec<SpanRow>,
    may_write: bool,
    may_manage: bool,
    teachers: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

struct Shown {
    class: Class,
    spans: Vec<Class>,
    pupils: Vec<Pupil>,
    crumbs: Vec<Crumb>,
    inside: bool,
    may_write: bool,
    may_manage: bool,
    staff: Vec<(Id, String)>,
}

fn trail(cx: &mut safety::Cx<'_, '_>, home: Id) -> Result<Vec<Crumb>> {
    let home = unit::load(cx, home)?;
    let mut trail = crumbs(cx, &home)?;
    if let Some(last) = trail.last_mut() {
        last.href = format!("/units/{}/roll", home.id);
    }
    Ok(trail)
}

fn shown(cx: &mut safety::Cx<'_, '_>, id: Id) -> Result<Shown> {
    let (class, spans) = roll::show(cx, id)?;
    let inside = may(cx, Action::RollRead, class.unit)?;
    let may_manage = may(cx, Action::RollManage, class.unit)?;
    let mine = cx.actor.person.is_some() && class.teacher == cx.actor.person;
    let day = class.closed_on.unwrap_or(cx.now.day());
    let mut trail = trail(cx, class.unit)?;
    trail.push(crumb(class.name.clone(), ""));
    Ok(Shown {
        pupils: if inside { pupils::list(cx, id, day)? } else { Vec::new() },
        staff: if may_manage { staff(cx, class.unit)? } else { Vec::new() },
        crumbs: trail,
        may_write: (may_manage || mine && inside) && class.closed_on.is_none(),
        may_manage: may_manage && class.closed_on.is_none(),
        inside,
        class,
        spans,
    })
}

fn figures(class: &Class) -> String {
    let sums = roll::Sums { classes: 0, pupils: class.pupils, boarders: class.boarders, riders: class.riders };
    say::sums(&sums).split_once('，').map(|(_, rest)| rest.to_string()).unwrap_or_default()
}

fn between(from: base::Day, until: Option<base::Day>) -> String {
    match until {
        Some(until) => format!("{} — {}", words::day_full(from), words::day_full(until)),
        None => format!("{} 起", words::day_full(from)),
    }
}

async fn class_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Option<Fields>,
    faults: Vec<FieldFault>,
) -> std::result::Result<ClassPage, WebError> {
    let s = web.read(signed.actor(), move |cx| shown(cx, id)).await?;
    let class = &s.class;
    let stored = Fields(
        [
            ("name", class.name.clone()),
            ("teacher", class.teacher.map(|t| t.to_string()).unwrap_or_default()),
            ("pupils", class.pupils.to_string()),
            ("boarders", class.boarders.to_string()),
            ("riders", class.riders.to_string()),
        ]
        .map(|(k, v)| (k.to_string(), v))
        .to_vec(),
    );
    let mark = |p: &Pupil| match (p.boards, p.rides) {
        (true, true) => "住宿 · 乘车",
        (true, false) => "住宿",
        (false, true) => "乘车",
        (false, false) => "",
    };
    Ok(ClassPage {
        shell: signed.shell(web, At::Units).await?,
        id: id.to_string(),
        name: class.name.clone(),
        grade: say::grade(class.grade),
        teacher: class.teacher_name.clone().unwrap_or_default(),
        figures: figures(class),
        since: words::day_full(class.opened_on),
        closed: class.closed_on.map(words::day_full).unwrap_or_default(),
        inside: s.inside,
        named: s.pupils.len(),
        pupils: s
            .pupils
            .iter()
            .map(|p| PupilRow { id: p.id.to_string(), name: p.name.clone().unwrap_or_default(), marks: mark(p) })
            .collect(),
        spans: s
            .spans
            .iter()
            .map(|c| SpanRow {
                name: c.name.clone(),
                teacher: c.teacher_name.clone().unwrap_or_default(),
                figures: figures(c),
                span: between(c.from_on, c.until_on),
            })
            .collect(),
        may_write: s.may_write,
        may_manage: s.may_manage,
        teachers: choices(s.staff),
        typed: typed.unwrap_or(stored),
        crumbs: s.crumbs,
        faults,
    })
}

pub async fn show(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&class_page(&web, &signed, id_of(&id)?, None, Vec::new()).await?)
}

async fn after<T>(web: &Web, posted: &Posted, class: Id, done: Result<T>) -> Answer {
    match done {
        Ok(_) => page::done(&posted.signed.ask, web.now(), class, format!("/classes/{class}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&class_page(web, &posted.signed, class, Some(posted.fields.clone()), faults).await?, status)
        }
    }
}

fn changes(fields: &Fields) -> Result<Change> {
    Ok(Change {
        name: fields.opt("name"),
        teacher: if fields.has("teacher") { Some(fields.id("teacher")?) } else { None },
        pupils: fields.int("pupils")?,
        boarders: fields.int("boarders")?,
        riders: fields.int("riders")?,
        from_on: fields.day("from_on")?,
        ..Change::default()
    })
}

pub async fn change(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let done = match changes(&posted.fields) {
        Ok(wanted) => {
            web.act(&posted, move |cx| {
                let (class, _) = roll::show(cx, id)?;
                let mut wanted = wanted.clone();
                // The name is sent with every form; only a real change of it needs the right to rename.
                wanted.name = wanted.name.filter(|n| *n != class.name);
                roll::change(cx, id, &wanted)
            })
            .await
        }
        Err(e) => Err(e),
    };
    after(&web, &posted, id, done).await
}

pub async fn close(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let last = posted.fields.day("until_on");
    let done = web
        .act(&posted, move |cx| {
            roll::show(cx, id)?;
            roll::close(cx, id, last.clone()?.unwrap_or(cx.now.day()))
        })
        .await;
    after(&web, &posted, id, done).await
}

pub async fn enter(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let class = id_of(&id)?;
    let new = NewPupil {
        id: posted.key(),
        class,
        name: posted.fields.text("pupil"),
        boards: posted.fields.flag("boards"),
        rides: posted.fields.flag("rides"),
        from_on: None,
    };
    let done = web
        .act(&posted, move |cx| {
            roll::show(cx, class)?;
            pupils::enter(cx, &new)
        })
        .await;
    after(&web, &posted, class, done).await
}

struct TimeRow {
    class: String,
    span: String,
    ended: &'static str,
}

#[derive(Template)]
#[template(path = "roll/pupil.html")]
struct PupilPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    name: String,
    class: String,
    marks: Vec<&'static str>,
    times: Vec<TimeRow>,
    here: bool,
    may_write: bool,
    classes: Vec<Choice>,
    today: String,
    typed: Fields,
    faults: Vec<FieldFault>,
}

struct PupilShown {
    pupil: Pupil,
    times: Vec<(Span, String)>,
    class: Option<Class>,
    others: Vec<Class>,
    crumbs: Vec<Crumb>,
    may_write: bool,
}

fn pupil_shown(cx: &mut safety::Cx<'_, '_>, id: Id) -> Result<PupilShown> {
    let (pupil, spans) = pupils::show(cx, id)?;
    let mut times = Vec::new();
    for span in spans {
        let name = roll::load(cx, span.class)?.name;
        times.push((span, name));
    }
    let class = match pupils::class_of(cx, id)? {
        Some(class) => Some(roll::load(cx, class)?),
        None => None,
    };
    let mine = class.as_ref().is_some_and(|c| c.teacher.is_some() && c.teacher == cx.actor.person);
    let today = cx.now.day();
    let others =
        roll::classes_on(cx, pupil.unit, today)?.into_iter().filter(|c| class.as_ref().map(|k| k.id) != Some(c.id));
    let mut trail = trail(cx, pupil.unit)?;
    if let Some(class) = &class {
        trail.push(crumb(class.name.clone(), format!("/classes/{}", class.id)));
    }
    trail.push(crumb(pupil.name.clone().unwrap_or_default(), ""));
    Ok(PupilShown {
        others: others.collect(),
        may_write: mine || may(cx, Action::RollManage, pupil.unit)?,
        crumbs: trail,
        pupil,
        times,
        class,
    })
}

async fn pupil_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Option<Fields>,
    faults: Vec<FieldFault>,
) -> std::result::Result<PupilPage, WebError> {
    let s = web.read(signed.actor(), move |cx| pupil_shown(cx, id)).await?;
    let name = s.pupil.name.clone().unwrap_or_default();
    let flag = |yes: bool| if yes { "1".to_string() } else { String::new() };
    let stored = Fields(vec![
        ("name".into(), name.clone()),
        ("boards".into(), flag(s.pupil.boards)),
        ("rides".into(), flag(s.pupil.rides)),
    ]);
    let time = |(span, class): &(Span, String)| TimeRow {
        class: class.clone(),
        span: between(span.from_on, span.until_on),
        ended: span.ended.as_deref().map_or("", say::ended),
    };
    Ok(PupilPage {
        shell: signed.shell(web, At::Units).await?,
        id: id.to_string(),
        class: s.class.as_ref().map(|c| c.name.clone()).unwrap_or_default(),
        marks: [("住宿", s.pupil.boards), ("乘车", s.pupil.rides)].iter().filter(|m| m.1).map(|m| m.0).collect(),
        times: s.times.iter().map(time).collect(),
        here: s.class.is_some(),
        may_write: s.may_write && s.pupil.erased_at.is_none(),
        classes: s.others.iter().map(|c| Choice::new(c.id.to_string(), c.name.clone())).collect(),
        today: web.now().day().to_string(),
        typed: typed.unwrap_or(stored),
        crumbs: s.crumbs,
        name,
        faults,
    })
}

pub async fn pupil(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&pupil_page(&web, &signed, id_of(&id)?, None, Vec::new()).await?)
}

async fn after_pupil(web: &Web, posted: &Posted, id: Id, done: Result<()>) -> Answer {
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/pupils/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&pupil_page(web, &posted.signed, id, Some(posted.fields.clone()), faults).await?, status)
        }
    }
}

pub async fn correct(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let f = &posted.fields;
    let (name, boards, rides) = (f.text("name"), f.flag("boards"), f.flag("rides"));
    let done = web.act(&posted, move |cx| pupils::correct(cx, id, &name, boards, rides)).await;
    after_pupil(&web, &posted, id, done).await
}

pub async fn transfer(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let (to, from) = (posted.fields.id("class"), posted.fields.day("from_on"));
    let done = web
        .act(&posted, move |cx| {
            let to = to.clone()?.ok_or_else(|| Error::invalid("class", Problem::Required))?;
            pupils::transfer(cx, id, to, from.clone()?.unwrap_or(cx.now.day()))
        })
        .await;
    after_pupil(&web, &posted, id, done).await
}

pub async fn leave(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let last = posted.fields.day("until_on");
    let done = web.act(&posted, move |cx| pupils::leave(cx, id, last.clone()?.unwrap_or(cx.now.day()))).await;
    after_pupil(&web, &posted, id, done).await
}

pub async fn erase(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let done = web.act(&posted, move |cx| pupils::erase(cx, id)).await;
    after_pupil(&web, &posted, id, done).await
}
