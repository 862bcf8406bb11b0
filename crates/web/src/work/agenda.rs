//! The agenda of the next meeting (1.1), proposed in the notice's three parts from what is open: hazards, undone
//! resolutions, what was missed, the season. One tap starts the meeting's form with it; the form takes the same lines.

use askama::Template;
use axum::extract::State as Held;
use base::{Id, Result};
use safety::duty::cells;
use safety::kernel::rights::Action;
use safety::meeting::{self, Agenda, Item};
use safety::org::unit;
use safety::{Cx, duty::work::Work};

use crate::door::Signed;
use crate::duty::say;
use crate::error::Answer;
use crate::page::{self, At, LedgerTab, Shell};
use crate::state::Web;
use crate::words::{self, meeting as told};

/// People named as present without being asked: more are no meeting of leaders.
const PRESENT_MAX: usize = 15;
/// Lines of a part that go into the form.
const LINES: usize = 12;

/// A line with what it leads to.
pub struct Line {
    pub words: String,
    pub href: String,
}

#[derive(Template)]
#[template(path = "work/agenda.html")]
struct AgendaPage {
    shell: Shell,
    name: String,
    parts: Vec<(&'static str, Vec<Line>)>,
    subject: Option<(String, String)>,
    last: Option<(String, String)>,
    start: String,
}

fn line(cx: &mut Cx<'_, '_>, agenda: &Agenda, item: &Item) -> Line {
    let county = say::county(cx, agenda.unit);
    let period = |cx: &Cx<'_, '_>, key: &str| {
        let calendar = cx.packs.calendar(cx.now.day(), county);
        cells::period_of_key(calendar, key)
            .map_or_else(|| key.to_string(), |p| say::span(cx, county, key, p.from, p.until))
    };
    match item {
        Item::Hazard { id, what, major, overdue, .. } => {
            Line { words: told::hazard(*major, *overdue, what), href: format!("/hazards/{id}") }
        }
        Item::Undone { what, owner, due_on, late, .. } => {
            let words = told::undone(what, owner.as_deref().unwrap_or(""), *due_on, *late);
            Line { words, href: agenda.last.as_ref().map_or(String::new(), |w| format!("/works/{}", w.id)) }
        }
        Item::Missed { entry, title, period: key, part } => {
            let part_words = say::Parts::default().words(cx, part);
            let when = period(cx, key);
            let when = if part_words.is_empty() { when } else { format!("{part_words}，{when}") };
            let href = format!("/duties/cell?unit={}&entry={entry}&period={key}&part={part}", agenda.unit);
            Line { words: told::missed(title, &when), href }
        }
        Item::Returned { id, title, period: key } => {
            Line { words: told::returned(title, &period(cx, key)), href: format!("/duties/{id}") }
        }
        Item::Season { title, .. } => Line { words: told::season(title), href: String::new() },
        Item::Coverage { seen, all } => {
            let href = format!("/hazards/coverage?unit={}", agenda.unit);
            Line { words: words::pages::coverage(*seen, *all), href }
        }
    }
}

/// The three parts in words: problems, situation, measures.
pub fn parts(cx: &mut Cx<'_, '_>, agenda: &Agenda) -> [Vec<Line>; 3] {
    [&agenda.problems, &agenda.situation, &agenda.measures]
        .map(|items| items.iter().map(|item| line(cx, agenda, item)).collect())
}

/// What the meeting's form is filled with: the lines of the agenda, the look back, who is in post.
pub fn fields(cx: &mut Cx<'_, '_>, unit: Id, hazard: Option<Id>) -> Result<Vec<(String, String)>> {
    let agenda = meeting::agenda(cx, unit, hazard)?;
    let [problems, situation, _] = parts(cx, &agenda);
    let text = |lines: &[Line]| numbered(lines.iter().map(|l| l.words.clone()));
    let undone = agenda.measures.iter().filter_map(|i| match i {
        Item::Undone { what, .. } => Some(told::go_on(what)),
        _ => None,
    });
    let mut out = vec![("situation".to_string(), text(&situation))];
    match &agenda.subject {
        // A special meeting is about its one hazard.
        Some(line) => {
            let major = line.hazard.grade == Some(safety::hazard::Grade::Major);
            let late = line.hazard.overdue(cx.now).is_some();
            out.push(("problems".into(), told::hazard(major, late, &line.hazard.what)));
        }
        None => {
            out.push(("problems".into(), text(&problems)));
            out.push(("measures".into(), numbered(undone)));
        }
    }
    if agenda.people.len() <= PRESENT_MAX {
        out.extend(agenda.people.iter().map(|(id, _)| ("present".to_string(), id.to_string())));
    }
    Ok(out)
}

fn numbered(lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = lines.take(LINES).collect();
    match lines.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        many => many.iter().enumerate().map(|(i, l)| format!("{}. {l}", i + 1)).collect::<Vec<_>>().join("\n"),
    }
}

struct Read {
    name: String,
    parts: [Vec<Line>; 3],
    subject: Option<(String, String)>,
    last: Option<Work>,
    may: bool,
    unit: Id,
}

fn read(cx: &mut Cx<'_, '_>, unit: Option<Id>, hazard: Option<Id>) -> Result<Read> {
    let at = unit::show(cx, unit.unwrap_or(cx.actor.unit))?;
    let agenda = meeting::agenda(cx, at.id, hazard)?;
    let may = cx.require(Action::WorkRecord, agenda.unit, false).is_ok();
    let parts = parts(cx, &agenda);
    let subject = agenda.subject.map(|l| (l.hazard.what.clone(), l.hazard.id.to_string()));
    Ok(Read { name: agenda.name, parts, subject, last: agenda.last, may, unit: agenda.unit })
}

pub async fn show(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let (unit, hazard) = (query.id("unit")?, query.id("hazard")?);
    let read = web.read(signed.actor(), move |cx| read(cx, unit, hazard)).await?;
    let mut shell = signed.shell(&web, At::Ledgers).await?;
    shell.tabs = page::ledger_tabs(signed.actor(), LedgerTab::Meetings);
    let about = read.subject.as_ref().map_or(String::new(), |(_, id)| format!("&hazard={id}"));
    page::full(&AgendaPage {
        start: if read.may { format!("/works/new?form=meeting&unit={}{about}", read.unit) } else { String::new() },
        parts: told::PARTS.into_iter().zip(read.parts).collect(),
        subject: read.subject.map(|(what, id)| (what, format!("/hazards/{id}"))),
        last: read.last.map(|w| (words::day_full(w.happened_on), format!("/works/{}", w.id))),
        name: read.name,
        shell,
    })
}
