//! 疏散: the timetables in the viewer's scope; of a school also its buildings, what is shut today, and today's posts.

use askama::Template;
use axum::extract::State as Held;
use base::limits;
use safety::kernel::rights::{Action, Reach, reach};
use safety::movement::{self, posts};
use safety::org::login;

use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, Shell, UrgentTab};
use crate::state::Web;
use crate::words::{self, Word, drill as time, movement as say};

struct Row {
    id: String,
    title: String,
    unit: String,
    kind: &'static str,
    time: String,
    from: String,
    word: Word,
}

struct PostRow {
    place: String,
    at: String,
    who: String,
    word: Word,
}

#[derive(Template)]
#[template(path = "movement/list.html")]
struct ListPage {
    shell: Shell,
    bureau: bool,
    may_manage: bool,
    rows: Vec<Row>,
    building: Option<(String, String)>,
    shut: Vec<(String, String)>,
    posts: Vec<PostRow>,
    absent: usize,
    older: String,
    newest: String,
}

pub(super) fn post_row(line: &posts::DayLine) -> (String, Word) {
    let usual = line.post.person_name.clone().unwrap_or_default();
    match line.stood {
        Some(stood) => (line.person.clone().unwrap_or(usual), say::stood(stood)),
        None => (usual, words::word("还没有报", "")),
    }
}

pub async fn list(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let (unit, cursor) = (query.text("unit"), query.opt("cursor"));
    let bureau = login::at_bureau(signed.actor());
    let (page, own) = web
        .read(signed.actor(), move |cx| {
            let unit = safety::org::unit::named(cx, &unit)?.map(|u| u.id);
            let page = movement::list(cx, unit, cursor.as_deref(), limits::LIST_ROWS)?;
            let own = match (bureau, cx.actor.unit) {
                (false, unit) => {
                    let today = cx.now.day();
                    Some((movement::building(cx, unit)?, movement::shut_today(cx, unit)?, posts::day(cx, unit, today)?))
                }
                _ => None,
            };
            Ok((page, own))
        })
        .await?;
    let mut shell = signed.shell(&web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), UrgentTab::Movements);
    let rows = page.items.iter().map(|l| Row {
        id: l.id.to_string(),
        title: l.title.clone(),
        unit: l.unit_name.clone(),
        kind: say::kind(l.kind),
        time: time::seconds(l.makespan_s),
        from: l.from_on.map(words::day_full).unwrap_or_default(),
        word: say::state(l.state),
    });
    let (building, shut, today) = own.unwrap_or_default();
    let posts: Vec<PostRow> = today
        .iter()
        .map(|line| {
            let (who, word) = post_row(line);
            PostRow { place: line.post.place.clone(), at: line.post.at.clone(), who, word }
        })
        .collect();
    page::full(&ListPage {
        shell,
        bureau,
        may_manage: reach(signed.actor().role, Action::MovementManage) != Reach::Nothing,
        rows: rows.collect(),
        building: building.map(|b| (b.id.to_string(), format!("第 {} 版，{} 个班", b.edition, b.classes))),
        shut: shut.iter().map(|c| (c.id.to_string(), say::way(&c.edge))).collect(),
        absent: posts.iter().filter(|p| p.word == say::ABSENT).count(),
        posts,
        older: page.next.as_deref().map_or(String::new(), |next| signed.ask.link("cursor", next)),
        newest: if query.get("cursor").is_empty() { String::new() } else { signed.ask.link("cursor", "") },
    })
}
