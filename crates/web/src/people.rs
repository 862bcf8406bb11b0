//! People on the roll and their posts (4.1, 4.2): enter, give a post, end it, hand it over, and the login slip with a
//! one-time password, shown once and stored only as a hash.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::routing::{get, post};
use base::{Error, Id, Problem, Refusal, Result};
use safety::Cx;
use safety::kernel::rights::Action;
use safety::kernel::text;
use safety::org::people::{NewPerson, Person};
use safety::org::post::{NewPost, Post};
use safety::org::unit::Unit;
use safety::org::{Role, UnitKind, login, people, post as posts, unit};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Column, Crumb, Kept, ListTab, Shell, UnitTab, column, crumb};
use crate::state::Web;
use crate::unit::{crumbs, id_of, may};
use crate::{signin, words};

/// Login names tried before giving up: initials and four figures are seldom taken.
const NAMES: usize = 8;
/// People shown on one page of the roll.
const ROWS: usize = 500;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/units/{id}/people", get(roll).post(enter))
        .route("/persons/{id}", get(show).post(correct))
        .route("/persons/{id}/posts", post(give))
        .route("/persons/{id}/login", post(slip))
        .route("/persons/{id}/block", post(block))
        .route("/persons/{id}/erase", post(erase))
        .route("/posts/{id}/end", post(end))
        .route("/posts/{id}/handover", post(hand_over))
}

struct PersonRow {
    id: String,
    name: String,
    mobile: String,
    posts: String,
}

#[derive(Template)]
#[template(path = "people/roll.html")]
struct RollPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    kinds: Vec<ListTab>,
    unit: Unit,
    query: String,
    vacant: Vec<&'static str>,
    may_manage: bool,
    may_post: bool,
    roles: Vec<Choice>,
    inner: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
    live: RollLive,
}

/// The rows: what htmx asks for.
#[derive(Template)]
#[template(path = "people/roll_live.html")]
struct RollLive {
    query: String,
    total: usize,
    rows: Vec<PersonRow>,
    columns: Vec<Column>,
}

const COLUMNS: &[Column] = &[column("姓名", "l1"), column("岗位", "l2"), column("手机", "l3")];

struct Roll {
    unit: Unit,
    crumbs: Vec<Crumb>,
    people: Vec<Person>,
    posts: Vec<Post>,
    inner: Vec<Unit>,
    may_manage: bool,
    may_post: bool,
}

fn read_roll(cx: &mut Cx<'_, '_>, id: Id, query: &str) -> Result<Roll> {
    let unit = unit::show(cx, id)?;
    let people = people::list(cx, id, query)?;
    Ok(Roll {
        people,
        posts: posts::of_unit(cx, unit.home)?,
        inner: inner(cx, &unit)?,
        may_manage: may(cx, Action::PersonManage, unit.home)?,
        may_post: may(cx, Action::PostManage, unit.home)?,
        crumbs: crumbs(cx, &unit)?,
        unit,
    })
}

/// Departments and campuses inside an institution.
fn inner(cx: &mut Cx<'_, '_>, unit: &Unit) -> Result<Vec<Unit>> {
    let inside = |u: &Unit| matches!(u.kind, UnitKind::Department | UnitKind::Campus) && u.closed_on.is_none();
    Ok(unit::children(cx, unit.home)?.into_iter().filter(inside).collect())
}

pub(crate) fn post_words(post: &Post) -> String {
    let name = post.title.clone().unwrap_or_else(|| words::role(post.role).into());
    if post.acting { format!("{name}（{}）", words::post_word(true).word) } else { name }
}

fn role_choices(kind: UnitKind) -> Vec<Choice> {
    Role::ALL.iter().filter(|r| r.fits(kind)).map(|r| Choice::new(r.code(), words::role(*r))).collect()
}

fn inner_choices(inner: &[Unit]) -> Vec<Choice> {
    inner.iter().map(|u| Choice::new(u.id.to_string(), u.name.clone())).collect()
}

async fn roll(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let page = roll_page(&web, &signed, id_of(&id)?, Fields::default(), Vec::new()).await?;
    if signed.ask.htmx { page::part(&page.live) } else { page::full(&page) }
}

async fn roll_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<RollPage, WebError> {
    let query = signed.ask.param("q").unwrap_or_default();
    let asked = query.clone();
    let roll = web.read(signed.actor(), move |cx| read_roll(cx, id, &asked)).await?;
    let mut shell = signed.shell(web, At::Units).await?;
    shell.tabs = page::unit_tabs(signed.actor(), roll.unit.home, roll.unit.kind, UnitTab::People);
    let held = |role: &Role| roll.posts.iter().any(|p| p.role == *role);
    let vacant = posts::expected(&roll.unit).iter().filter(|r| !held(r)).map(|r| words::role(*r)).collect();
    let row = |p: &Person| PersonRow {
        id: p.id.to_string(),
        name: p.name.clone().unwrap_or_default(),
        mobile: p.mobile.clone().unwrap_or_default(),
        posts: roll.posts.iter().filter(|q| q.person == p.id).map(post_words).collect::<Vec<_>>().join("、"),
    };
    Ok(RollPage {
        crumbs: roll.crumbs.clone(),
        kinds: page::people_kinds(roll.unit.home, roll.unit.kind, false),
        live: RollLive {
            query: query.clone(),
            total: roll.people.len(),
            rows: roll.people.iter().take(ROWS).map(row).collect(),
            columns: COLUMNS.to_vec(),
        },
        query,
        vacant,
        may_manage: roll.may_manage,
        may_post: roll.may_post,
        roles: role_choices(roll.unit.kind),
        inner: inner_choices(&roll.inner),
        typed,
        faults,
        unit: roll.unit,
        shell,
    })
}

/// A post as typed beside a person; none when no role was chosen.
fn typed_post(fields: &Fields, home: Id) -> Result<Option<NewPost>> {
    let Some(role) = fields.read("role", Role::from_code)? else { return Ok(None) };
    Ok(Some(NewPost {
        id: None,
        unit: fields.id("inner")?.unwrap_or(home),
        // Filled in when the person has an id.
        person: home,
        role,
        title: fields.opt("title"),
        acting: fields.flag("acting"),
        from_on: fields.day("from_on")?,
    }))
}

async fn enter(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let unit = id_of(&id)?;
    let new =
        NewPerson { id: posted.key(), unit, name: posted.fields.text("name"), mobile: posted.fields.opt("mobile") };
    let done = match typed_post(&posted.fields, unit) {
        Ok(wanted) => {
            web.act(&posted, move |cx| {
                let person = people::enter(cx, &new)?;
                if let Some(wanted) = wanted.clone() {
                    posts::give(cx, &NewPost { person, ..wanted })?;
                }
                Ok(person)
            })
            .await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(person) => page::done(&posted.signed.ask, web.now(), person, format!("/persons/{person}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&roll_page(&web, &posted.signed, unit, posted.fields.clone(), faults).await?, status)
        }
    }
}

struct PostRow {
    id: String,
    words: String,
    unit: String,
    since: String,
}

#[derive(Template)]
#[template(path = "people/show.html")]
struct PersonPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    name: String,
    mobile: String,
    unit: String,
    posts: Vec<PostRow>,
    login: String,
    blocked: bool,
    may_manage: bool,
    may_post: bool,
    may_erase: bool,
    roles: Vec<Choice>,
    inner: Vec<Choice>,
    heirs: Vec<Choice>,
    leaf: String,
    faults: Vec<FieldFault>,
    typed: Fields,
}

struct Shown {
    person: Person,
    unit: Unit,
    crumbs: Vec<Crumb>,
    posts: Vec<(Post, String)>,
    login: Option<(Id, String, bool)>,
    inner: Vec<Unit>,
    heirs: Vec<Person>,
    may_manage: bool,
    may_post: bool,
    may_erase: bool,
    leaf: Option<i64>,
}

fn shown(cx: &mut Cx<'_, '_>, id: Id) -> Result<Shown> {
    let person = people::show(cx, id)?;
    let unit = unit::load(cx, person.unit)?;
    let mut held = Vec::new();
    for post in posts::of_person(cx, id)? {
        let name = unit::load(cx, post.unit)?.name;
        held.push((post, name));
    }
    let may_manage = may(cx, Action::PersonManage, unit.home)?;
    let may_post = may(cx, Action::PostManage, unit.home)?;
    let mut trail = crumbs(cx, &unit)?;
    if let Some(last) = trail.last_mut() {
        last.href = format!("/units/{}/people", unit.id);
    }
    trail.push(crumb(person.name.clone().unwrap_or_default(), ""));
    Ok(Shown {
        crumbs: trail,
        login: if may_manage { login::of_person(cx, id)? } else { None },
        inner: if may_post { inner(cx, &unit)? } else { Vec::new() },
        heirs: if may_post { people::list(cx, unit.id, "")? } else { Vec::new() },
        may_manage,
        may_post,
        may_erase: may(cx, Action::Erase, unit.home)?,
        leaf: safety::kernel::proof::of_record(cx.tx, "person", id, 1)?.first().and_then(|s| s.n),
        posts: held,
        person,
        unit,
    })
}

async fn show(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&person_page(&web, &signed, id_of(&id)?, None, Vec::new()).await?)
}

async fn person_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Option<Fields>,
    faults: Vec<FieldFault>,
) -> std::result::Result<PersonPage, WebError> {
    let s = web.read(signed.actor(), move |cx| shown(cx, id)).await?;
    let name = s.person.name.clone().unwrap_or_default();
    let mobile = s.person.mobile.clone().unwrap_or_default();
    let stored = || Fields(vec![("name".into(), name.clone()), ("mobile".into(), mobile.clone())]);
    let post = |(p, unit): &(Post, String)| PostRow {
        id: p.id.to_string(),
        words: post_words(p),
        unit: unit.clone(),
        since: words::day_full(p.from_on),
    };
    let heirs = s.heirs.iter().filter(|p| p.id != id);
    Ok(PersonPage {
        shell: signed.shell(web, At::Units).await?,
        typed: typed.unwrap_or_else(stored),
        id: id.to_string(),
        unit: s.unit.name.clone(),
        posts: s.posts.iter().map(post).collect(),
        login: s.login.as_ref().map(|l| l.1.clone()).unwrap_or_default(),
        blocked: s.login.as_ref().is_some_and(|l| l.2),
        may_manage: s.may_manage && s.person.erased_at.is_none(),
        may_post: s.may_post && s.person.erased_at.is_none(),
        may_erase: s.may_erase && s.posts.is_empty() && s.person.erased_at.is_none(),
        roles: role_choices(s.unit.kind),
        inner: inner_choices(&s.inner),
        heirs: heirs.filter_map(|p| Some(Choice::new(p.id.to_string(), p.name.clone()?))).collect(),
        leaf: s.leaf.map(words::number).unwrap_or_default(),
        crumbs: s.crumbs,
        faults,
        name,
        mobile,
    })
}

/// After an act on a person: back to the page, or the page again with what stands in the way.
async fn after<T>(web: &Web, posted: &Posted, id: Id, done: Result<T>) -> Answer {
    match done {
        Ok(_) => page::done(&posted.signed.ask, web.now(), id, format!("/persons/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&person_page(web, &posted.signed, id, Some(posted.fields.clone()), faults).await?, status)
        }
    }
}

async fn correct(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let (name, mobile) = (posted.fields.text("name"), posted.fields.opt("mobile"));
    let done = web.act(&posted, move |cx| people::correct(cx, id, &name, mobile.as_deref())).await;
    web.forget_sessions();
    after(&web, &posted, id, done).await
}

async fn give(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let person = id_of(&id)?;
    let fields = posted.fields.clone();
    let done = web
        .act(&posted, move |cx| {
            let home = people::load(cx, person)?.unit;
            let wanted = typed_post(&fields, home)?.ok_or_else(|| Error::invalid("role", Problem::Required))?;
            posts::give(cx, &NewPost { person, ..wanted })
        })
        .await;
    web.forget_sessions();
    after(&web, &posted, person, done).await
}

async fn end(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let last = posted.fields.day("until_on");
    let done = web
        .act(&posted, move |cx| {
            let post = posts::load(cx, id)?;
            let last = last.clone()?.unwrap_or(cx.now.day());
            posts::end(cx, id, last)?;
            Ok(post.person)
        })
        .await;
    after_post(&web, &posted, id, done).await
}

async fn hand_over(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let to = posted.fields.id("person");
    let done = web
        .act(&posted, move |cx| {
            let to = to.clone()?.ok_or_else(|| Error::invalid("person", Problem::Required))?;
            let post = posts::load(cx, id)?;
            posts::hand_over(cx, id, to)?;
            Ok(post.person)
        })
        .await;
    after_post(&web, &posted, id, done).await
}

/// After an act on a post the page of its holder is shown.
async fn after_post(web: &Web, posted: &Posted, post: Id, done: Result<Id>) -> Answer {
    web.forget_sessions();
    let person = match &done {
        Ok(person) => *person,
        Err(_) => {
            // Whoever may not see the post gets the refusal itself, not a page about a stranger.
            let held = web
                .read(posted.actor(), move |cx| {
                    let person = posts::load(cx, post)?.person;
                    people::show(cx, person).map(|p| p.id)
                })
                .await;
            match held {
                Ok(person) => person,
                Err(_) => return Err(done.err().unwrap_or(Refusal::NotFound.into()).into()),
            }
        }
    };
    after(web, posted, person, done).await
}

async fn block(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let person = id_of(&id)?;
    let blocked = posted.fields.flag("blocked");
    let done = web
        .act(&posted, move |cx| {
            people::show(cx, person)?;
            let (login, ..) = login::of_person(cx, person)?.ok_or(Error::from(Refusal::NotFound))?;
            login::block(cx, login, blocked)
        })
        .await;
    web.forget_sessions();
    after(&web, &posted, person, done).await
}

async fn erase(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let done = web.act(&posted, move |cx| people::erase(cx, id)).await;
    web.forget_sessions();
    after(&web, &posted, id, done).await
}

#[derive(Template)]
#[template(path = "people/slip.html")]
struct SlipPage {
    shell: Shell,
    id: String,
    name: String,
    unit: String,
    posts: String,
    login: String,
    password: String,
    address: String,
    qr: String,
    on: String,
}

/// `k7mx-93tq-ab`: ten signs without look-alikes, fifty bits.
pub(crate) fn one_time_password() -> String {
    const SIGNS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let draw: [u8; 10] = base::random();
    let mut out = String::new();
    for (i, b) in draw.iter().enumerate() {
        if i == 4 || i == 8 {
            out.push('-');
        }
        out.push(SIGNS[*b as usize % SIGNS.len()] as char);
    }
    out
}

/// Initials and four figures: `zfg4821`.
pub(crate) fn names(person: &str) -> Vec<String> {
    let found = text::find(&[person]);
    let initials: String =
        found.rsplit(' ').next().unwrap_or("").chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let initials = if initials.is_empty() { "user".to_string() } else { initials };
    (0..NAMES)
        .map(|_| {
            let two: [u8; 2] = base::random();
            format!("{initials}{:04}", u16::from_le_bytes(two) % 10_000)
        })
        .collect()
}

/// A login under the first name that is free, or a new first password for the one that is there.
pub(crate) fn open_login(cx: &mut Cx<'_, '_>, person: Id, hash: &str, tries: &[String]) -> Result<String> {
    if let Some((login, name, _)) = login::of_person(cx, person)? {
        login::set_password(cx, login, hash, false, None)?;
        return Ok(name);
    }
    for name in tries {
        match login::create(cx, person, name, Some(hash), true) {
            Ok(_) => return Ok(name.clone()),
            Err(Error::Refused(Refusal::Invalid(f)))
                if f.iter().all(|f| f.problem == Problem::Taken && f.field == "login") => {}
            Err(e) => return Err(e),
        }
    }
    Err(Error::invalid("login", Problem::Taken))
}

/// Makes a login, or gives an existing one a new first password, and shows the slip once. A repeated request gives a
/// new password: the first answer is nowhere stored, so it cannot be shown again.
async fn slip(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let shown = web.read(posted.actor(), move |cx| shown(cx, id)).await?;
    let name = shown.person.name.clone().unwrap_or_default();
    let password = one_time_password();
    let plain = password.clone();
    let hash = web.heavy(move || signin::hash(&plain)).await?;
    let tries = names(&name);
    let done = web.write(posted.actor(), posted.meta.clone(), move |cx| open_login(cx, id, &hash, &tries)).await;
    web.forget_sessions();
    let login = match done {
        Ok(login) => login,
        Err(e) => return after::<()>(&web, &posted, id, Err(e)).await,
    };
    let address = web.config.public_url.clone().unwrap_or_else(|| posted.signed.ask.origin.clone());
    let mut response = page::full(&SlipPage {
        shell: posted.signed.shell(&web, At::Units).await?,
        id: id.to_string(),
        name,
        unit: shown.unit.name,
        posts: shown.posts.iter().map(|(p, _)| post_words(p)).collect::<Vec<_>>().join("、"),
        login,
        password,
        qr: crate::place::qr_svg(&format!("{address}/login"))?,
        address,
        on: words::at_long(web.now()),
    })?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_password_is_long_and_a_login_is_made_of_initials() {
        let (a, b) = (one_time_password(), one_time_password());
        assert_eq!(a.len(), 12);
        assert_ne!(a, b);
        assert!(safety::org::login::strong_enough(&a, "zfg0001").is_ok());
        let names = names("张福贵");
        assert!(names.iter().all(|n| n.starts_with("zfg") && n.len() == 7), "{names:?}");
    }
}
