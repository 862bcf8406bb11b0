//! 导护岗位: the weekly list, and today's posts with one tap for the exception.

use askama::Template;
use axum::extract::State as Held;
use base::{Day, Error, Id, Problem, Result};
use safety::Cx;
use safety::kernel::rights::Action;
use safety::movement::Stood;
use safety::movement::posts::{self, NewPost, Said};

use super::list::post_row;
use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, UrgentTab, crumb};
use crate::state::Web;
use crate::words::{self, Word};

/// Empty rows under the list of a form, and rows at most.
const SPARE: usize = 4;
const ROWS_MAX: usize = 60;

struct DayRow {
    id: String,
    place: String,
    at: String,
    task: String,
    who: String,
    word: Word,
    stood: &'static str,
    may: bool,
}

struct ListRow {
    n: usize,
    weekday: String,
    place: String,
    at: String,
    person: String,
    substitute: String,
}

struct Sum {
    day: String,
    words: String,
    absent: bool,
}

#[derive(Template)]
#[template(path = "movement/posts.html")]
struct PostsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    today: String,
    rows: Vec<DayRow>,
    any: bool,
    sums: Vec<Sum>,
    may_manage: bool,
    list: Vec<ListRow>,
    days: Vec<Choice>,
    people: Vec<Choice>,
    faults: Vec<FieldFault>,
}

type Known = (Vec<posts::DayLine>, Vec<posts::Post>, Vec<(Day, posts::DaySum)>, bool, Vec<Choice>, Option<Id>);

fn known(cx: &mut Cx<'_, '_>) -> Result<Known> {
    let (unit, today) = (cx.actor.unit, cx.now.day());
    let lines = posts::day(cx, unit, today)?;
    let list = posts::posts(cx, unit, today)?;
    let sums = posts::days(cx, unit)?.into_iter().rev().take(14).collect();
    let may = cx.require(Action::MovementManage, unit, false).is_ok();
    let people = if may { crate::hazard::record::on_roll(cx, unit)? } else { Vec::new() };
    Ok((lines, list, sums, may, people, cx.actor.person))
}

async fn posts_page(
    web: &Web,
    signed: &Signed,
    typed: Option<&Fields>,
    faults: Vec<FieldFault>,
) -> std::result::Result<PostsPage, WebError> {
    let (lines, list, sums, may_manage, people, me) = web.read(signed.actor(), known).await?;
    let mut shell = signed.shell(web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), UrgentTab::Movements);
    let rows = lines.iter().map(|line| {
        let (who, word) = post_row(line);
        DayRow {
            id: line.post.id.to_string(),
            place: line.post.place.clone(),
            at: line.post.at.clone(),
            task: line.post.task.clone().unwrap_or_default(),
            who,
            word,
            stood: line.stood.map_or("", Stood::code),
            may: may_manage || me == Some(line.post.person) || (me.is_some() && me == line.post.substitute),
        }
    });
    let sums = sums.into_iter().map(|(day, s)| Sum {
        day: words::day_full(day),
        words: format!("在岗 {}，替岗 {}，缺岗 {}", s.stood, s.substituted, s.absent),
        absent: s.absent > 0,
    });
    let mut table: Vec<ListRow> = list
        .iter()
        .map(|p| ListRow {
            n: 0,
            weekday: p.weekday.to_string(),
            place: p.place.clone(),
            at: p.at.clone(),
            person: p.person.to_string(),
            substitute: p.substitute.map(|s| s.to_string()).unwrap_or_default(),
        })
        .collect();
    if let Some(f) = typed {
        table = (1..=ROWS_MAX)
            .filter(|n| !f.get(&format!("place_{n}")).trim().is_empty())
            .map(|n| typed_row(f, n))
            .collect();
    }
    let wanted = (table.len() + SPARE).min(ROWS_MAX);
    while table.len() < wanted {
        let none = String::new;
        table.push(ListRow {
            n: 0,
            weekday: "0".into(),
            place: none(),
            at: none(),
            person: none(),
            substitute: none(),
        });
    }
    table.iter_mut().enumerate().for_each(|(i, row)| row.n = i + 1);
    let days = ["周一到周五", "周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    Ok(PostsPage {
        shell,
        crumbs: vec![crumb(words::tab::MOVEMENTS, "/movements"), crumb("导护岗位", "")],
        today: words::day_full(web.now().day()),
        any: !list.is_empty(),
        rows: rows.collect(),
        sums: sums.collect(),
        may_manage,
        list: table,
        days: days.iter().enumerate().map(|(i, d)| Choice::new(i.to_string(), *d)).collect(),
        people,
        faults,
    })
}

fn typed_row(f: &Fields, n: usize) -> ListRow {
    ListRow {
        n,
        weekday: f.text(&format!("weekday_{n}")),
        place: f.text(&format!("place_{n}")),
        at: f.text(&format!("at_{n}")),
        person: f.text(&format!("person_{n}")),
        substitute: f.text(&format!("substitute_{n}")),
    }
}

pub async fn show(Held(web): Held<Web>, signed: Signed) -> Answer {
    page::full(&posts_page(&web, &signed, None, Vec::new()).await?)
}

fn parse(f: &Fields) -> Result<Vec<NewPost>> {
    let mut out = Vec::new();
    for n in 1..=ROWS_MAX {
        let row = typed_row(f, n);
        if row.place.trim().is_empty() {
            continue;
        }
        let need = |name: &'static str| Error::invalid(name, Problem::Required);
        let person = Id::parse(row.person.trim()).ok_or_else(|| need("person"))?;
        let substitute = match row.substitute.trim() {
            "" => None,
            text => Some(Id::parse(text).ok_or_else(|| need("substitute"))?),
        };
        let day: i64 = row.weekday.trim().parse().unwrap_or(0);
        let days = if day == 0 { 1..=5 } else { day..=day };
        out.extend(days.map(|weekday| NewPost {
            weekday,
            place: row.place.clone(),
            task: None,
            at: row.at.clone(),
            person,
            substitute,
        }));
    }
    Ok(out)
}

pub async fn set(Held(web): Held<Web>, posted: Posted) -> Answer {
    let done = match parse(&posted.fields) {
        Ok(list) => web.act(&posted, move |cx| posts::set_posts(cx, None, &list)).await,
        Err(e) => Err(e),
    };
    answer(&web, &posted, done, true).await
}

async fn answer(web: &Web, posted: &Posted, done: Result<()>, list: bool) -> Answer {
    match done {
        Ok(()) => page::back("/movements/posts"),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            let typed = list.then_some(&posted.fields);
            page::again(&posts_page(web, &posted.signed, typed, faults).await?, status)
        }
    }
}

pub async fn stand(Held(web): Held<Web>, posted: Posted) -> Answer {
    let mut said = Vec::new();
    for (name, value) in &posted.fields.0 {
        let Some(id) = name.strip_prefix("stood_").filter(|_| !value.is_empty()) else { continue };
        let (Some(post), Some(stood)) = (Id::parse(id), Stood::from_code(value)) else {
            return Err(Error::invalid("post", Problem::Unreadable).into());
        };
        let person = Id::parse(posted.fields.get(&format!("by_{id}")).trim());
        said.push(Said { post, stood, person, note: None });
    }
    let today = web.now().day();
    let done = web.act(&posted, move |cx| posts::stand(cx, today, &said)).await;
    answer(&web, &posted, done, false).await
}
