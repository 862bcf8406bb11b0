//! Signing in for programs, and what belongs to oneself: the post one acts in, sessions, password. A token opens the
//! same kind of session as the pages' cookie, under the same limits on wrong passwords.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use base::{Error, Id, Ms, Problem, Refusal, Result, Stopwatch, limits};
use safety::kernel::command;
use safety::org::login::{self, Session};
use safety::{Actor, Command};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Nothing, PathId, bytes_of, json, said};
use super::fault::{ApiError, Reply};
use super::org::Acting;
use super::page::Listed;
use super::wire::{At, LoginName, Password, Role, Uid};
use crate::door::{Ask, Signed};
use crate::error::WebError;
use crate::limiter::Leave;
use crate::signin::{self, Attempt, Refused};
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(session_open, session_end))
        .routes(routes!(me_show))
        .routes(routes!(me_switch))
        .routes(routes!(me_sessions))
        .routes(routes!(me_session_end))
        .routes(routes!(me_password))
}

/// Who signs in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    login: LoginName,
    password: Password,
}

/// A post of the person who is signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnPost {
    pub id: Uid,
    /// The institution.
    pub unit: Uid,
    pub unit_name: String,
    pub role: Role,
    pub title: Option<String>,
    pub acting: bool,
    /// The post in which the session acts.
    pub current: bool,
}

/// Who is signed in, and what else this person is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Me {
    pub login: String,
    /// The password must be changed before anything else is answered.
    pub must_change: bool,
    pub actor: Acting,
    pub posts: Vec<OwnPost>,
}

impl From<&Session> for Me {
    fn from(session: &Session) -> Me {
        let post = |(post, unit_name): &(safety::org::post::Post, String)| OwnPost {
            id: post.id.into(),
            unit: post.home.into(),
            unit_name: unit_name.clone(),
            role: post.role.into(),
            title: post.title.clone(),
            acting: post.acting,
            current: Some(post.id) == session.actor.post,
        };
        Me {
            login: session.login_name.clone(),
            must_change: session.must_change,
            actor: (&session.actor).into(),
            posts: session.posts.iter().map(post).collect(),
        }
    }
}

/// An open session.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Opened {
    /// For `Authorization: Bearer`.
    pub token: String,
    /// When it ends at the latest; after 12 hours without a request it ends sooner. By the machine's clock.
    pub expires_at: At,
    #[serde(flatten)]
    pub me: Me,
}

/// Sign in
///
/// A wrong login and a wrong password are answered alike: 401; after five tries 429 with `Retry-After`. A repeat opens
/// another session whatever its key: the token is stored nowhere.
#[utoipa::path(post, path = "/session", tag = "session", request_body = SignIn,
    responses((status = 200, description = "Signed in", body = Opened)))]
async fn session_open(State(web): State<Web>, request: Request) -> Reply<Json<Opened>> {
    let (parts, body) = request.into_parts();
    let bytes = bytes_of(&parts.headers, body).await?;
    said(&parts, &[])?;
    let SignIn { login, password } = json(&bytes)?;
    let ask = Ask::of(&web, &parts);
    let known = signin::known(&web, &parts.headers, &login.0);
    let attempt = Attempt { name: login.0, password: password.0, address: ask.address, device: ask.device, known };
    let opened = signin::open(&web, &attempt).await.map_err(|refused| match refused {
        Refused::Wrong { left } => ApiError::Login { left },
        Refused::Rest { seconds } => WebError::Wait { seconds }.into(),
        Refused::Error(error) => error.into(),
    })?;
    let session = web.session(&opened.token).await?;
    let ends = Ms((Stopwatch::wall_seconds() + limits::SESSION_MAX_SECONDS) * Ms::SECOND);
    Ok(Json(Opened { token: opened.token, expires_at: ends.into(), me: Me::from(&*session) }))
}

async fn end(web: &Web, call: &Call<Nothing>, id: Id) -> Reply<StatusCode> {
    let ended = call.once(web, move |cx| login::sign_out(cx, id)).await;
    web.forget_sessions();
    ended.map(|()| StatusCode::NO_CONTENT)
}

/// Sign out
#[utoipa::path(delete, path = "/session", tag = "session",
    responses((status = 204, description = "The token opens nothing any more")))]
async fn session_end(State(web): State<Web>, call: Call<Nothing>) -> Reply<StatusCode> {
    let id = call.signed.session.id;
    end(&web, &call, id).await
}

/// Who am I
#[utoipa::path(get, path = "/me", tag = "session", responses((status = 200, description = "Oneself", body = Me)))]
async fn me_show(signed: Signed) -> Json<Me> {
    Json(Me::from(&*signed.session))
}

/// In which post to act.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// One of one's own.
    post: Uid,
}

/// Act in another of one's posts from now on
#[utoipa::path(post, path = "/me/post", tag = "session", request_body = Switch,
    responses((status = 200, description = "Oneself in that post", body = Me)))]
async fn me_switch(State(web): State<Web>, call: Call<Switch>) -> Reply<Json<Me>> {
    let (session, post) = (call.signed.session.id, call.body.post.0);
    call.once(&web, move |cx| login::switch(cx, session, post)).await?;
    web.forget_sessions();
    let mut me = Me::from(&*call.signed.session);
    let (login, person) = (call.signed.session.login, call.actor().person);
    let actor = web
        .read(&Actor::system(), move |cx| {
            let person = safety::org::people::load(cx, person.ok_or(Error::from(Refusal::SignIn))?)?;
            let post = safety::org::post::load(cx, post)?;
            login::actor(cx, login, &person, &post)
        })
        .await?;
    me.actor = (&actor).into();
    me.posts.iter_mut().for_each(|own| own.current = own.id.0 == post);
    Ok(Json(me))
}

/// An open session of one's own.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionLine {
    pub id: Uid,
    /// A few words about program and system.
    pub device: String,
    pub began_at: At,
    pub seen_at: At,
    /// This very session.
    pub current: bool,
}

/// One's open sessions
#[utoipa::path(get, path = "/me/sessions", tag = "session",
    responses((status = 200, description = "Newest first", body = Listed<SessionLine>)))]
async fn me_sessions(State(web): State<Web>, signed: Signed) -> Reply<Json<Listed<SessionLine>>> {
    let here = signed.session.id;
    let lines = web.read(signed.actor(), login::sessions).await?;
    let line = |s: login::SessionLine| SessionLine {
        id: s.id.into(),
        device: s.device,
        began_at: Ms(s.began_s * Ms::SECOND).into(),
        seen_at: Ms(s.seen_s * Ms::SECOND).into(),
        current: s.id == here,
    };
    Ok(Json(Listed { items: lines.into_iter().map(line).collect(), next_cursor: None }))
}

/// End one of one's sessions
///
/// A lost phone.
#[utoipa::path(delete, path = "/me/sessions/{id}", tag = "session",
    params(("id" = Uid, Path, description = "The session")),
    responses((status = 204, description = "Ended")))]
async fn me_session_end(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<StatusCode> {
    end(&web, &call, id).await
}

/// The old password and the new one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// Not asked for while a first password must be changed.
    old: Option<Password>,
    /// At least eight signs of two kinds, not the login.
    #[schema(min_length = 8)]
    password: Password,
}

/// Change one's password
///
/// All other sessions end.
#[utoipa::path(post, path = "/me/password", tag = "session", request_body = PasswordChange,
    responses((status = 204, description = "Changed")))]
async fn me_password(State(web): State<Web>, call: Call<PasswordChange>) -> Reply<StatusCode> {
    let session = call.signed.session.clone();
    // Neither password goes into what is kept of the request: a plain hash of it could be guessed.
    let key = call.key().map(|key| Command::new(key, &[b"POST /api/v1/me/password"]));
    let asked = key.clone();
    let answered = web
        .read(call.actor(), move |cx| match command::once(cx, asked.as_ref(), |_| Err(Refusal::NotFound.into())) {
            Ok(()) => Ok(true),
            Err(Error::Refused(Refusal::NotFound)) => Ok(false),
            Err(other) => Err(other),
        })
        .await?;
    if answered {
        return Ok(StatusCode::NO_CONTENT);
    }
    let new = call.body.password.0.clone();
    login::strong_enough(&new, &session.login_name)?;
    let name = session.login_name.clone();
    let door = web.read(&Actor::system(), move |cx| login::door(cx, &name)).await?;
    let stored = door.and_then(|d| d.password).ok_or(Error::from(Refusal::SignIn))?;
    if !session.must_change {
        old_fits(&web, &session, call.body.old.as_ref(), stored.clone()).await?;
    }
    let same = new.clone();
    if web.heavy(move || Ok(signin::fits(&same, &stored))).await? {
        return Err(Error::invalid("password", Problem::Mismatch { with: "old" }).into());
    }
    let hash = web.heavy(move || signin::hash(&new)).await?;
    let (login, keep) = (session.login, session.id);
    call.once_as(&web, key, move |cx| login::set_password(cx, login, &hash, true, Some(keep))).await?;
    web.forget_sessions();
    Ok(StatusCode::NO_CONTENT)
}

/// Whoever finds an open session must not be able to try passwords without end. Counted with the page's tries.
async fn old_fits(web: &Web, session: &Session, old: Option<&Password>, stored: String) -> Result<()> {
    let Some(old) = old.map(|o| o.0.clone()) else { return Err(Error::invalid("old", Problem::Required)) };
    let key = format!("own {}", session.login_name);
    if let Leave::Rest { .. } = web.limiter.take(&key, "session", None) {
        return Err(Refusal::TooMany { limit: limits::LOGIN_TRIES }.into());
    }
    if web.heavy(move || Ok(signin::fits(&old, &stored))).await? {
        web.limiter.right(&key, "session", None);
        return Ok(());
    }
    Err(Error::invalid("old", Problem::Mismatch { with: "password" }))
}
