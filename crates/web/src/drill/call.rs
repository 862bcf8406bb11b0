//! 班级清点 on a telephone: the classes of the drill that runs, a stopwatch, three numbers, the names of the missing.
//! Works without network: the page is kept on the telephone, the filled form waits in its outbox.

use askama::Template;
use axum::extract::{Path, State as Held};
use base::{Error, Id, Problem, Result};
use safety::Cx;
use safety::drill::{self, Called, Missing, Scenario, State, Where};
use safety::roll;

use super::record::show_page;
use crate::door::{Posted, Signed};
use crate::error::Answer;
use crate::hazard::new::claimed;
use crate::page::{self, At, Choice, Kept, Shell, UrgentTab};
use crate::state::Web;
use crate::unit::id_of;
use crate::words::drill as say;

/// The form of one class.
struct Form {
    drill: String,
    line: String,
    name: String,
    expected: i64,
    said: bool,
    pupils: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "drill/call.html")]
struct CallPage {
    shell: Shell,
    title: String,
    kind: String,
    quake: bool,
    /// The class whose form is shown.
    form: Option<Form>,
    others: Vec<(String, String, bool)>,
    none: bool,
}

struct Known {
    title: String,
    kind: String,
    quake: bool,
    form: Option<Form>,
    others: Vec<(String, String, bool)>,
}

/// The drill that runs (or waits for its review) at the viewer's unit, with the form of the wanted class, of the own
/// class, or of the first that was not called.
fn known(cx: &mut Cx<'_, '_>, wanted: Option<Id>) -> Result<Option<Known>> {
    let open = drill::open_of(cx)?;
    let rank = |d: &drill::Drill| d.state == State::Running;
    let chosen = open.iter().find(|d| rank(d)).or(open.iter().find(|d| d.state == State::Review && !d.on_paper));
    let Some(chosen) = chosen.map(|d| d.id) else { return Ok(None) };
    let view = drill::view(cx, chosen)?;
    let today = cx.now.day();
    let own = match cx.actor.person {
        Some(person) => roll::of_teacher(cx, person, view.drill.unit, today)?,
        None => Vec::new(),
    };
    let line = view
        .classes
        .iter()
        .find(|c| Some(c.id) == wanted)
        .or(view.classes.iter().find(|c| c.class.is_some_and(|id| own.contains(&id))))
        .or(view.classes.iter().find(|c| c.out.is_none()))
        .or(view.classes.first());
    let form = match line {
        Some(line) => {
            let pupils = match line.class.filter(|_| view.may_name) {
                Some(class) => {
                    let all = roll::pupil::list(cx, class, today)?;
                    let all = all.into_iter().filter(|p| !view.drill.night || p.boards);
                    all.filter_map(|p| Some(Choice::new(p.id.to_string(), p.name?))).collect()
                }
                None => Vec::new(),
            };
            Some(Form {
                drill: chosen.to_string(),
                line: line.id.to_string(),
                name: line.name.clone(),
                expected: line.expected,
                said: line.out.is_some(),
                pupils,
            })
        }
        None => None,
    };
    let others = view.classes.iter().map(|c| (c.id.to_string(), c.name.clone(), c.out.is_some())).collect();
    Ok(Some(Known {
        title: view.drill.title.clone(),
        kind: say::kind(&view.drill),
        quake: view.drill.scenario == Scenario::Quake,
        form,
        others,
    }))
}

pub async fn now(Held(web): Held<Web>, signed: Signed) -> Answer {
    let wanted = signed.ask.fields().id("line")?;
    let known = web.read(signed.actor(), move |cx| known(cx, wanted)).await?;
    let mut shell = signed.shell(&web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), UrgentTab::Drills);
    let none = known.is_none();
    let k = known.unwrap_or(Known {
        title: String::new(),
        kind: String::new(),
        quake: false,
        form: None,
        others: Vec::new(),
    });
    page::full(&CallPage { shell, title: k.title, kind: k.kind, quake: k.quake, form: k.form, others: k.others, none })
}

fn parse(posted: &Posted) -> Result<Called> {
    let f = &posted.fields;
    let mut missing = Vec::new();
    for (name, value) in &f.0 {
        let Some(pupil) = name.strip_prefix("pupil_").filter(|_| !value.is_empty()) else { continue };
        let unreadable = || Error::invalid("missing", Problem::Unreadable);
        missing.push(Missing {
            pupil: Id::parse(pupil).ok_or_else(unreadable)?,
            place: Where::from_code(value).ok_or_else(unreadable)?,
        });
    }
    let named = |place| missing.iter().filter(|m| m.place == place).count() as i64;
    Ok(Called {
        line: f.id("line")?,
        out: f.int("out")?.ok_or_else(|| Error::invalid("out", Problem::Required))?,
        // A name ticked counts, whether or not the number was typed as well.
        inside: f.int("inside")?.unwrap_or(0).max(named(Where::Inside)),
        unknown: f.int("unknown")?.unwrap_or(0).max(named(Where::Unknown)),
        seconds: f.int("seconds")?,
        cover_s: f.int("cover_s")?,
        missing,
        note: f.opt("note"),
    })
}

pub async fn add(Held(web): Held<Web>, Path(id): Path<String>, mut posted: Posted) -> Answer {
    let id = id_of(&id)?;
    web.read(posted.actor(), move |cx| drill::load(cx, id)).await?;
    let done = match claimed(&mut posted).and_then(|()| parse(&posted)) {
        Ok(said) => web.act(&posted, move |cx| drill::call(cx, id, &said)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/drills/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&show_page(&web, &posted.signed, id, posted.fields.clone(), faults).await?, status)
        }
    }
}
