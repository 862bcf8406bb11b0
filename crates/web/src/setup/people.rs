//! Step 3: the people of the school by a paste from a spreadsheet, and one printable slip each with a one-time password.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use base::{Error, Refusal, Result, limits};
use safety::Cx;
use safety::kernel::text::Faults;
use safety::org::people::{NewPerson, Person};
use safety::org::post::NewPost;
use safety::org::unit::Unit;
use safety::org::{login, people, post as posts};

use super::paste::{self, LINES_MAX, Member};
use super::{Frame, Seen, Step, frame, look, said, words_of};
use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault};
use crate::page::{self, At, Shell};
use crate::state::Web;
use crate::words::setup as say;
use crate::{signin, words};

/// Slips of one print: each costs a password hash.
const SLIPS: usize = 60;

/// One of the posts that the notice names for this school.
struct Named {
    role: &'static str,
    who: String,
}

#[derive(Template)]
#[template(path = "setup/people.html")]
pub(super) struct PeoplePage {
    shell: Shell,
    frame: Frame,
    unit: String,
    named: Vec<Named>,
    others: Vec<String>,
    people: usize,
    /// Persons with a post and without an account.
    without: usize,
    said: String,
    typed: Fields,
    faults: Vec<FieldFault>,
}

/// People of the school with a post, and those of them who cannot sign in yet.
fn roll(cx: &mut Cx<'_, '_>, seen: &Seen) -> Result<(Vec<Person>, Vec<Person>)> {
    let held = |p: &Person| seen.posts.iter().any(|q| q.person == p.id);
    let all: Vec<Person> = people::list(cx, seen.unit.id, "")?.into_iter().filter(held).collect();
    let mut without = Vec::new();
    for person in &all {
        if login::of_person(cx, person.id)?.is_none() {
            without.push(person.clone());
        }
    }
    Ok((all, without))
}

pub(super) async fn page(
    web: &Web,
    signed: &Signed,
    shell: Shell,
    seen: &Seen,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> Result<PeoplePage> {
    let copy = seen.clone();
    let (all, without) = web.read(signed.actor(), move |cx| roll(cx, &copy)).await?;
    let expected = posts::expected(&seen.unit);
    let name = |id| all.iter().find(|p| p.id == id).and_then(|p| p.name.clone()).unwrap_or_default();
    let holders = |role| {
        let held = seen.posts.iter().filter(|p| p.role == role).map(|p| name(p.person));
        held.collect::<Vec<_>>().join("、")
    };
    let named = expected.iter().map(|r| Named { role: words::role(*r), who: holders(*r) }).collect();
    let others = seen.posts.iter().filter(|p| !expected.contains(&p.role));
    let word = |p: &safety::org::post::Post| p.title.clone().unwrap_or_else(|| words::role(p.role).into());
    let count = |name: &str| signed.ask.param(name).and_then(|n| n.parse::<i64>().ok());
    let told = match (count("new"), count("known")) {
        (Some(new), Some(known)) => say::entered(new, known),
        _ => String::new(),
    };
    Ok(PeoplePage {
        frame: frame(seen, Step::People),
        unit: seen.unit.name.clone(),
        named,
        others: others.map(|p| format!("{} {}", word(p), name(p.person))).collect(),
        people: all.len(),
        without: without.len(),
        said: told,
        typed,
        faults,
        shell,
    })
}

/// All that stands against a paste, line by line, before anything is written.
fn objections(members: &[Member], unit: &Unit) -> Vec<String> {
    if members.is_empty() {
        return vec![say::NOTHING.into()];
    }
    if members.len() > LINES_MAX {
        return vec![say::too_many_lines(LINES_MAX)];
    }
    members.iter().flat_map(|m| objection(m, unit)).collect()
}

fn objection(m: &Member, unit: &Unit) -> Vec<String> {
    if m.name.is_empty() {
        return vec![say::no_name(m.line)];
    }
    if let Some(odd) = &m.odd {
        return vec![say::no_role(m.line, odd)];
    }
    if let Some(role) = m.roles.iter().find(|r| !r.fits(unit.kind)) {
        return vec![say::no_role(m.line, words::role(*role))];
    }
    let mut faults = Faults::default();
    faults.text("name", &m.name, limits::NAME_CHARS);
    people::telephone(&mut faults, "mobile", m.mobile.as_deref());
    match faults.done() {
        Ok(()) => Vec::new(),
        Err(e) => words_of(&e).into_iter().map(|told| say::in_line(m.line, &m.name, &told)).collect(),
    }
}

/// Enters who is not on the roll yet, by name, and gives the posts that are not held yet: a paste may be repeated.
fn store(cx: &mut Cx<'_, '_>, unit: &Unit, members: &[Member]) -> Result<(i64, i64)> {
    let mut roll = people::list(cx, unit.id, "")?;
    let (mut new, mut known) = (0, 0);
    for m in members {
        let person = match roll.iter().find(|p| p.name.as_deref() == Some(m.name.as_str())) {
            Some(person) => {
                known += 1;
                person.id
            }
            None => {
                new += 1;
                let id = people::enter(
                    cx,
                    &NewPerson { id: None, unit: unit.id, name: m.name.clone(), mobile: m.mobile.clone() },
                )?;
                roll.push(people::load(cx, id)?);
                id
            }
        };
        for role in &m.roles {
            let post = NewPost {
                id: None,
                unit: unit.id,
                person,
                role: *role,
                title: m.title.clone(),
                acting: false,
                from_on: None,
            };
            match posts::give(cx, &post) {
                Ok(_) | Err(Error::Refused(Refusal::Duplicate)) => {}
                Err(e) => return Err(e),
            }
        }
    }
    Ok((new, known))
}

pub(super) async fn enter(State(web): State<Web>, posted: Posted) -> Answer {
    let seen = web.read(posted.actor(), look).await?;
    let members = paste::people(posted.fields.get("people"));
    let against = objections(&members, &seen.unit);
    let unit = seen.unit.clone();
    let done = if against.is_empty() {
        web.act(&posted, move |cx| store(cx, &unit, &members)).await
    } else {
        return refused(&web, &posted, &seen, StatusCode::UNPROCESSABLE_ENTITY, said("people", against)).await;
    };
    web.forget_sessions();
    match done {
        Ok((new, known)) => page::done(
            &posted.signed.ask,
            web.now(),
            seen.unit.id,
            format!("/setup/people?new={new}&known={known}#slips"),
        ),
        Err(e) => {
            let kept = page::keep(&posted.signed.ask, e)?;
            refused(&web, &posted, &seen, kept.status, kept.faults).await
        }
    }
}

async fn refused(web: &Web, posted: &Posted, seen: &Seen, status: StatusCode, faults: Vec<FieldFault>) -> Answer {
    let shell = posted.signed.shell(web, At::Units).await?;
    page::again(&page(web, &posted.signed, shell, seen, posted.fields.clone(), faults).await?, status)
}

/// A slip: what one person needs to sign in for the first time.
struct Slip {
    name: String,
    posts: String,
    login: String,
    password: String,
}

#[derive(Template)]
#[template(path = "setup/slips.html")]
struct SlipsPage {
    shell: Shell,
    unit: String,
    address: String,
    qr: String,
    on: String,
    slips: Vec<Slip>,
    left: usize,
}

/// Accounts for everybody with a post who has none yet. The passwords are shown once; only their hashes are kept.
pub(super) async fn slips(State(web): State<Web>, posted: Posted) -> Answer {
    let (seen, without) = web
        .read(posted.actor(), |cx| {
            let seen = look(cx)?;
            let (_, without) = roll(cx, &seen)?;
            Ok((seen, without))
        })
        .await?;
    let mut slips = Vec::new();
    for person in without.iter().take(SLIPS) {
        let password = crate::people::one_time_password();
        let plain = password.clone();
        // One at a time in the heavy lane: a sign-in need not wait for sixty hashes.
        let hash = web.heavy(move || signin::hash(&plain)).await?;
        let (id, name) = (person.id, person.name.clone().unwrap_or_default());
        let tries = crate::people::names(&name);
        let login = web
            .write(posted.actor(), posted.meta.clone(), move |cx| crate::people::open_login(cx, id, &hash, &tries))
            .await?;
        let held = seen.posts.iter().filter(|p| p.person == id);
        let posts = held.map(crate::people::post_words).collect::<Vec<_>>().join("、");
        slips.push(Slip { name, posts, login, password });
    }
    let address = web.config.public_url.clone().unwrap_or_else(|| posted.signed.ask.origin.clone());
    let mut response = page::full(&SlipsPage {
        shell: posted.signed.shell(&web, At::Units).await?,
        unit: seen.unit.name,
        qr: crate::place::qr_svg(&format!("{address}/login"))?,
        address,
        on: words::at_long(web.now()),
        left: without.len().saturating_sub(SLIPS),
        slips,
    })?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
