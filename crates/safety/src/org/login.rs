//! Logins and sessions. A login opens the door for one person; a session acts in one of the person's posts at a time.
//! Sessions are kept on the server, hashed, listed and revocable. Hashing and checking of passwords happens at the
//! door, before the transaction. Every sign-in and sign-out, and every change of post, is a record with its leaf.
//! Refusals never tell whether a login exists: SignIn.

use base::{Error, Id, Problem, Refusal, Result, Stopwatch, limits};
use db::args;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::kinds::{Role, UnitKind};
use super::{people, post, sql, unit};
use crate::kernel::actor::Actor;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;

/// What the door needs to check a password before it asks for a session.
#[derive(Clone, Debug)]
pub struct Door {
    pub login: Id,
    /// The stored hash; none while no password was ever set.
    pub password: Option<String>,
    pub must_change: bool,
    pub blocked: bool,
}

/// The door of a login name; none when there is no such login (the caller then burns the same time on a dummy hash).
pub fn door(cx: &mut Cx<'_, '_>, name: &str) -> Result<Option<Door>> {
    let name = name.trim().to_lowercase();
    let Some(row) = cx.tx.row(sql::LOGIN_BY_NAME, args![name])? else { return Ok(None) };
    Ok(Some(Door {
        login: row.id("id")?,
        password: row.opt_text("password")?,
        must_change: row.flag("must_change")?,
        blocked: row.opt_int("blocked_at")?.is_some(),
    }))
}

/// Makes a login for a person; `password` is already hashed. Names: 3–30 of a–z, 0–9, `-`, `.`, `_`.
pub fn create(cx: &mut Cx<'_, '_>, person: Id, name: &str, password: Option<&str>, must_change: bool) -> Result<Id> {
    let person = people::load(cx, person)?;
    cx.require(Action::PersonManage, person.unit, false)?;
    let name = name.trim().to_lowercase();
    let fine = (3..=30).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    if !fine {
        return Err(Error::invalid("login", Problem::Unreadable));
    }
    if cx.tx.row(sql::LOGIN_BY_NAME, args![name.as_str()])?.is_some() {
        return Err(Error::invalid("login", Problem::Taken));
    }
    if cx.tx.row(sql::LOGIN_OF_PERSON, args![person.id])?.is_some() {
        return Err(Error::invalid("person", Problem::Taken));
    }
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    cx.put(
        "login.create",
        "login",
        sql::LOGIN_INSERT,
        args![person.county, id, salt, person.id, name, password.map(str::to_string), must_change, now],
    )?;
    Ok(id)
}

/// Sets a new password (hashed). `own` = the person changes it; else somebody who manages people resets it, and it
/// must be changed at the next sign-in. All sessions but `keep` end.
pub fn set_password(cx: &mut Cx<'_, '_>, login: Id, hash: &str, own: bool, keep: Option<Id>) -> Result<()> {
    let row = cx.tx.row(sql::LOGIN_BY_ID, args![login])?.ok_or(Error::from(Refusal::NotFound))?;
    if own {
        if cx.actor.login != Some(login) {
            return Err(Refusal::NoRight.into());
        }
    } else {
        let person = people::load(cx, row.id("person")?)?;
        cx.require(Action::PersonManage, person.unit, false)?;
    }
    cx.put("login.password", "login", sql::LOGIN_PASSWORD, args![login, hash, !own])?;
    match keep {
        Some(keep) => cx.tx.exec(sql::SESSIONS_END_BUT, args![login, keep])?,
        None => cx.tx.exec(sql::SESSIONS_END, args![login])?,
    };
    Ok(())
}

/// Blocks or opens a login. Blocking ends its sessions.
pub fn block(cx: &mut Cx<'_, '_>, login: Id, blocked: bool) -> Result<()> {
    let row = cx.tx.row(sql::LOGIN_BY_ID, args![login])?.ok_or(Error::from(Refusal::NotFound))?;
    let person = people::load(cx, row.id("person")?)?;
    cx.require(Action::PersonManage, person.unit, false)?;
    let at = blocked.then_some(cx.now);
    cx.put("login.block", "login", sql::LOGIN_BLOCK, args![login, at])?;
    if blocked {
        cx.tx.exec(sql::SESSIONS_END, args![login])?;
    }
    Ok(())
}

/// A session as the door uses it on every request.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: Id,
    pub login: Id,
    pub login_name: String,
    pub csrf: String,
    pub must_change: bool,
    pub actor: Actor,
    /// All posts of the person today, the acting one included.
    pub posts: Vec<(post::Post, String)>,
    /// Wall-clock seconds of the last refresh: the door refreshes when a minute has passed.
    pub seen_s: i64,
}

pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Opens a session for a login whose password the door has just checked against `seen_hash`: refused when the password
/// has changed meanwhile. `token` and `csrf` are random texts made by the door; `device` is a short description.
pub fn sign_in(cx: &mut Cx<'_, '_>, login: Id, seen_hash: &str, token: &str, csrf: &str, device: &str) -> Result<()> {
    let row = cx.tx.row(sql::LOGIN_BY_ID, args![login])?.ok_or(Error::from(Refusal::SignIn))?;
    if row.opt_text("password")?.as_deref() != Some(seen_hash) || row.opt_int("blocked_at")?.is_some() {
        return Err(Refusal::SignIn.into());
    }
    let posts = post::of_person(cx, row.id("person")?)?;
    let Some(first) = posts.iter().min_by_key(|p| (p.role, p.from_on)) else { return Err(Refusal::SignIn.into()) };
    let (county, post) = (row.int("county")?, first.id);
    let open = cx.tx.rows(sql::SESSIONS_OF, args![login])?;
    for old in open.iter().skip(limits::SESSIONS_PER_LOGIN as usize - 1) {
        cx.tx.exec(sql::SESSION_END, args![old.id("id")?, login])?;
    }
    let (id, now_s) = (cx.id(), Stopwatch::wall_seconds());
    let device: String = device.chars().take(120).collect();
    cx.tx.exec(
        sql::SESSION_INSERT,
        args![token_hash(token), id, login, post, csrf, device.as_str(), now_s, now_s + limits::SESSION_MAX_SECONDS],
    )?;
    note(cx, county, login, "in", &device)
}

/// Keeps that a sign-in failed (after the door's limiter has thinned them out) or that an account rests.
pub fn failed(cx: &mut Cx<'_, '_>, login: Id, outcome: &'static str, device: &str) -> Result<()> {
    let row = cx.tx.row(sql::LOGIN_BY_ID, args![login])?.ok_or(Error::from(Refusal::SignIn))?;
    note(cx, row.int("county")?, login, outcome, device)
}

fn note(cx: &mut Cx<'_, '_>, county: i64, login: Id, outcome: &'static str, device: &str) -> Result<()> {
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    cx.put("signin.note", "signin", sql::SIGNIN_INSERT, args![county, id, salt, login, outcome, device, now])?;
    Ok(())
}

/// Who is behind a token. SignIn when the session is unknown, idle too long, ended, or its person holds no post.
pub fn by_token(cx: &mut Cx<'_, '_>, token: &str) -> Result<Session> {
    by_hash(cx, &token_hash(token))
}

/// The same by the hash of the token: an alarm that was pressed while nobody could be asked who it is.
pub fn by_hash(cx: &mut Cx<'_, '_>, hash: &[u8]) -> Result<Session> {
    let gone = || Error::from(Refusal::SignIn);
    let row = cx.tx.row(sql::SESSION_BY_HASH, args![hash])?.ok_or_else(gone)?;
    let (now_s, seen_s) = (Stopwatch::wall_seconds(), row.int("seen_s")?);
    if now_s > row.int("ends_s")? || now_s - seen_s > limits::SESSION_IDLE_SECONDS {
        return Err(gone());
    }
    let login = row.id("login")?;
    let door = cx.tx.row(sql::LOGIN_BY_ID, args![login])?.ok_or_else(gone)?;
    if door.opt_int("blocked_at")?.is_some() {
        return Err(gone());
    }
    let person = people::load(cx, door.id("person")?)?;
    let posts = post::of_person(cx, person.id)?;
    let chosen = row.opt_id("post")?;
    let post = posts.iter().find(|p| Some(p.id) == chosen).or(posts.first()).cloned().ok_or_else(gone)?;
    let actor = actor(cx, login, &person, &post)?;
    let mut named = Vec::with_capacity(posts.len());
    for p in posts {
        let name = unit::load(cx, p.home)?.name;
        named.push((p, name));
    }
    Ok(Session {
        id: row.id("id")?,
        login,
        login_name: door.text("name")?,
        csrf: row.text("csrf")?,
        must_change: door.flag("must_change")?,
        actor,
        posts: named,
        seen_s,
    })
}

/// The person of a login that may be used; none when it is unknown or blocked.
pub fn open_person(cx: &mut Cx<'_, '_>, login: Id) -> Result<Option<Id>> {
    match cx.tx.row(sql::LOGIN_BY_ID, args![login])? {
        Some(row) if row.opt_int("blocked_at")?.is_none() => Ok(Some(row.id("person")?)),
        _ => Ok(None),
    }
}

/// The actor of a login in a post.
pub fn actor(cx: &mut Cx<'_, '_>, login: Id, person: &people::Person, post: &post::Post) -> Result<Actor> {
    let home = unit::load(cx, post.home)?;
    Ok(Actor {
        login: Some(login),
        person: Some(person.id),
        name: person.name.clone().unwrap_or_default(),
        post: Some(post.id),
        role: post.role,
        unit: home.id,
        unit_name: home.name,
        unit_kind: home.kind,
        county: home.county,
        inner: (post.unit != post.home).then_some(post.unit),
    })
}

/// The actor of a login name in the person's first post (or the given role): for the binary and the demo.
pub fn actor_of(cx: &mut Cx<'_, '_>, name: &str, role: Option<Role>) -> Result<Actor> {
    let door = door(cx, name)?.ok_or(Error::from(Refusal::NotFound))?;
    let row = cx.tx.row(sql::LOGIN_BY_ID, args![door.login])?.ok_or(Error::from(Refusal::NotFound))?;
    let person = people::load(cx, row.id("person")?)?;
    let posts = post::of_person(cx, person.id)?;
    let post = posts.iter().find(|p| role.is_none_or(|r| p.role == r)).ok_or(Error::from(Refusal::NotFound))?;
    actor(cx, door.login, &person, post)
}

/// Marks a session as used; the door calls it at most once a minute.
pub fn seen(cx: &mut Cx<'_, '_>, session: Id) -> Result<()> {
    cx.tx.exec(sql::SESSION_SEEN, args![session, Stopwatch::wall_seconds()])?;
    Ok(())
}

/// Acts in another of the person's posts from now on. The leaf names the post that was left.
pub fn switch(cx: &mut Cx<'_, '_>, session: Id, post: Id) -> Result<()> {
    let (Some(login), Some(person)) = (cx.actor.login, cx.actor.person) else { return Err(Refusal::SignIn.into()) };
    if !post::of_person(cx, person)?.iter().any(|p| p.id == post) {
        return Err(Refusal::NotFound.into());
    }
    let device = own_device(cx, session, login)?;
    cx.tx.exec(sql::SESSION_POST, args![session, login, post])?;
    if cx.actor.post == Some(post) { Ok(()) } else { own_note(cx, login, "post", &device) }
}

/// Ends one of the actor's own sessions (sign out, or a lost phone).
pub fn sign_out(cx: &mut Cx<'_, '_>, session: Id) -> Result<()> {
    let login = cx.actor.login.ok_or(Error::from(Refusal::SignIn))?;
    let device = own_device(cx, session, login)?;
    cx.tx.exec(sql::SESSION_END, args![session, login])?;
    own_note(cx, login, "out", &device)
}

/// The device of one of a login's own sessions; NotFound when it is none of them.
fn own_device(cx: &mut Cx<'_, '_>, session: Id, login: Id) -> Result<String> {
    cx.tx.row(sql::SESSION_OWN, args![session, login])?.ok_or(Error::from(Refusal::NotFound))?.text("device")
}

fn own_note(cx: &mut Cx<'_, '_>, login: Id, outcome: &'static str, device: &str) -> Result<()> {
    let row = cx.tx.row(sql::LOGIN_BY_ID, args![login])?.ok_or(Error::from(Refusal::SignIn))?;
    note(cx, row.int("county")?, login, outcome, device)
}

#[derive(Clone, Debug, Serialize)]
pub struct SessionLine {
    pub id: Id,
    pub device: String,
    /// Wall-clock seconds since 1970.
    pub began_s: i64,
    pub seen_s: i64,
}

/// The actor's own sessions, newest first.
pub fn sessions(cx: &mut Cx<'_, '_>) -> Result<Vec<SessionLine>> {
    let login = cx.actor.login.ok_or(Error::from(Refusal::SignIn))?;
    let rows = cx.tx.rows(sql::SESSIONS_OF, args![login])?;
    rows.iter()
        .map(|row| {
            Ok(SessionLine {
                id: row.id("id")?,
                device: row.text("device")?,
                began_s: row.int("began_s")?,
                seen_s: row.int("seen_s")?,
            })
        })
        .collect()
}

/// Forgets ended sessions.
pub fn sweep(cx: &mut Cx<'_, '_>) -> Result<u64> {
    let now = Stopwatch::wall_seconds();
    cx.tx.exec(sql::SESSIONS_SWEEP, args![now, now - limits::SESSION_IDLE_SECONDS])
}

/// Login of a person, if there is one: (login id, name, blocked).
pub fn of_person(cx: &mut Cx<'_, '_>, person: Id) -> Result<Option<(Id, String, bool)>> {
    let Some(row) = cx.tx.row(sql::LOGIN_OF_PERSON, args![person])? else { return Ok(None) };
    Ok(Some((row.id("id")?, row.text("name")?, row.opt_int("blocked_at")?.is_some())))
}

/// Strength of a new password: 8–128 characters, two kinds of signs, not the login, not one of the worst.
pub fn strong_enough(password: &str, login: &str) -> Result<()> {
    const WORST: &[&str] =
        &["12345678", "123456789", "1234567890", "password", "11111111", "88888888", "qwertyui", "abc12345"];
    let mut faults = Faults::default();
    let count = password.chars().count() as i64;
    if count < 8 {
        faults.add("password", Problem::TooShort { min: 8 });
    } else if count > 128 {
        faults.add("password", Problem::TooLong { max: 128, got: count });
    } else {
        let kinds = [
            password.chars().any(|c| c.is_ascii_digit()),
            password.chars().any(char::is_alphabetic),
            password.chars().any(|c| !c.is_alphanumeric()),
        ];
        let lower = password.to_lowercase();
        if kinds.iter().filter(|k| **k).count() < 2 || lower == login || WORST.contains(&lower.as_str()) {
            faults.add("password", Problem::Weak);
        }
    }
    faults.done()
}

/// Is this kind of actor's unit a bureau? Used by pages to choose the menu.
pub fn at_bureau(actor: &Actor) -> bool {
    matches!(actor.unit_kind, UnitKind::City | UnitKind::County)
}
