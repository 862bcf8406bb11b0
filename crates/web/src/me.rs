//! The door itself and what belongs to oneself: sign-in and sign-out, password, sessions, posts, look.

use askama::Template;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base::{Error, Id, Problem, Refusal, Stopwatch, limits};
use safety::duty::feed;
use safety::org::login;
use safety::{Actor, Meta};
use serde::Serialize;

use crate::door::{Ask, Fields, KNOWN, Posted, SIZES, Signed, THEMES, own_site, session_cookie};
use crate::error::{Answer, FieldFault, WebError};
use crate::limiter::Leave;
use crate::page::{self, At, Kept, Shell};
use crate::signin::{self, Attempt, Refused};
use crate::state::Web;
use crate::words;

/// A known device and a look are remembered for a year, seconds.
const YEAR_S: i64 = 365 * 24 * 3600;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/login", get(login_page).post(sign_in))
        .route("/logout", post(sign_out))
        .route("/me", get(me))
        .route("/me/password", post(password))
        .route("/me/sessions", post(end_session))
        .route("/me/posts", post(switch))
        .route("/me/look", post(look))
        .route("/me/token", get(token))
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    shell: Shell,
    next: String,
    name: String,
    said: String,
}

/// Only an address of our own: a path, never `//host`.
fn own_path(next: &str) -> String {
    let fine = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if fine && !next.starts_with("/login") { next.to_string() } else { "/".into() }
}

async fn login_page(State(web): State<Web>, ask: Ask) -> Answer {
    let next = own_path(&ask.param("next").unwrap_or_default());
    page::full(&LoginPage { shell: Shell::bare(&web, &ask), next, name: String::new(), said: String::new() })
}

async fn sign_in(State(web): State<Web>, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    own_site(&parts)?;
    let ask = Ask::of(&web, &parts);
    let request = Request::from_parts(parts.clone(), body);
    let body = axum::body::Bytes::from_request(request, &web).await.map_err(|e| WebError::http(e.status()))?;
    let fields = Fields::parse(&body);
    let (name, next) = (fields.text("login"), own_path(fields.get("next")));
    let attempt = Attempt {
        name: name.clone(),
        password: fields.text("password"),
        address: ask.address.clone(),
        device: ask.device.clone(),
        known: signin::known(&web, &parts.headers, &name),
    };
    let (status, said) = match signin::open(&web, &attempt).await {
        Ok(opened) => return Ok(entered(&web, &name, &opened, &next)),
        Err(Refused::Wrong { left: 0 }) => (StatusCode::UNAUTHORIZED, words::login_rest(limits::LOGIN_REST_SECONDS)),
        Err(Refused::Wrong { left }) => (StatusCode::UNAUTHORIZED, words::login_wrong(left)),
        Err(Refused::Rest { seconds }) => (StatusCode::TOO_MANY_REQUESTS, words::login_rest(seconds)),
        Err(Refused::Error(e)) => return Err(e.into()),
    };
    page::again(&LoginPage { shell: Shell::bare(&web, &ask), next, name, said }, status)
}

/// Sets both cookies and goes on; a first password is changed before anything else.
fn entered(web: &Web, name: &str, opened: &signin::Opened, next: &str) -> Response {
    let to = if opened.must_change { "/me?first=1" } else { next };
    let mut response = Redirect::to(to).into_response();
    let session = session_cookie(web.tls());
    set_cookie(&mut response, web, session, &opened.token, limits::SESSION_MAX_SECONDS, true);
    set_cookie(&mut response, web, KNOWN, &signin::known_cookie(web, name), YEAR_S, true);
    response
}

fn set_cookie(response: &mut Response, web: &Web, name: &str, value: &str, age_s: i64, hidden: bool) {
    let secure = if web.tls() { "; Secure" } else { "" };
    let hidden = if hidden { "; HttpOnly" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={age_s}; SameSite=Lax{hidden}{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

async fn sign_out(State(web): State<Web>, posted: Posted) -> Answer {
    let session = posted.signed.session.id;
    let ended = web.write(posted.actor(), Meta::of("web"), move |cx| login::sign_out(cx, session)).await;
    web.forget_sessions();
    match ended {
        // Ended already from another device: that is what was asked for.
        Ok(()) | Err(Error::Refused(_)) => {}
        Err(fault) => return Err(fault.into()),
    }
    let mut response = Redirect::to("/login").into_response();
    set_cookie(&mut response, &web, session_cookie(web.tls()), "", 0, true);
    Ok(response)
}

struct SessionRow {
    id: String,
    device: String,
    seen: String,
    here: bool,
}

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    shell: Shell,
    login: String,
    first: bool,
    faults: Vec<FieldFault>,
    sessions: Vec<SessionRow>,
    said: &'static str,
    feed: Feed,
}

/// The calendar of one's own work.
#[derive(Default)]
struct Feed {
    /// The address, on the page that made it only.
    address: String,
    /// The same as `webcal:`, which a phone opens with its calendar.
    open: String,
    since: String,
}

async fn me(State(web): State<Web>, signed: Signed) -> Answer {
    let said = match (signed.ask.param("done").is_some(), signed.ask.param("feed").is_some()) {
        (true, _) => words::pages::PASSWORD_CHANGED,
        (false, true) => words::pages::FEED_ENDED,
        _ => "",
    };
    let page = me_page(&web, &signed, Vec::new(), said).await?;
    page::full(&page)
}

/// One's own page with the calendar's new address, which is shown this once.
pub async fn with_feed(web: &Web, signed: &Signed, address: String) -> Answer {
    let mut page = me_page(web, signed, Vec::new(), "").await?;
    page.feed.open = address.split_once(':').map_or(String::new(), |(_, rest)| format!("webcal:{rest}"));
    page.feed.address = address;
    page::full(&page)
}

async fn me_page(web: &Web, signed: &Signed, faults: Vec<FieldFault>, said: &'static str) -> Result<MePage, WebError> {
    let (lines, since) = web.read(signed.actor(), |cx| Ok((login::sessions(cx)?, feed::since(cx)?))).await?;
    let now = Stopwatch::wall_seconds();
    let sessions = lines
        .into_iter()
        .map(|s| SessionRow {
            here: s.id == signed.session.id,
            id: s.id.to_string(),
            device: s.device,
            seen: words::since(base::Ms(s.seen_s * 1_000), base::Ms(now * 1_000)),
        })
        .collect();
    Ok(MePage {
        shell: signed.shell(web, At::Me).await?,
        login: signed.session.login_name.clone(),
        first: signed.session.must_change,
        faults,
        sessions,
        said,
        feed: Feed {
            since: since.map_or(String::new(), |at| words::pages::feed_since(&words::day_full(at.day()))),
            ..Feed::default()
        },
    })
}

async fn password(State(web): State<Web>, posted: Posted) -> Answer {
    match change_password(&web, &posted).await {
        Ok(()) => {
            web.forget_sessions();
            if !posted.signed.session.must_change {
                return page::back("/me?done=1");
            }
            // Who begins to set a school up goes on with its first days; everybody else to 今日.
            let offer = web.read(posted.actor(), crate::setup::offer).await?;
            page::back(&offer.map_or("/".into(), |(_, next)| next))
        }
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&me_page(&web, &posted.signed, faults, "").await?, status)
        }
    }
}

async fn change_password(web: &Web, posted: &Posted) -> base::Result<()> {
    let session = &posted.signed.session;
    let new = posted.fields.text("password");
    login::strong_enough(&new, &session.login_name)?;
    if new != posted.fields.get("password_again") {
        return Err(Error::invalid("password_again", Problem::Mismatch { with: "password" }));
    }
    let name = session.login_name.clone();
    let door = web.read(&Actor::system(), move |cx| login::door(cx, &name)).await?;
    let stored = door.and_then(|d| d.password).ok_or(Error::from(Refusal::SignIn))?;
    if !session.must_change {
        own_password(web, posted, stored.clone()).await?;
    }
    let (same, again) = (new.clone(), stored);
    if web.heavy(move || Ok(signin::fits(&same, &again))).await? {
        return Err(Error::invalid("password", Problem::Mismatch { with: "old" }));
    }
    let hash = web.heavy(move || signin::hash(&new)).await?;
    let (login, keep) = (session.login, session.id);
    web.write(posted.actor(), posted.meta.clone(), move |cx| login::set_password(cx, login, &hash, true, Some(keep)))
        .await
}

/// Whoever finds an open session must not be able to try passwords without end.
async fn own_password(web: &Web, posted: &Posted, stored: String) -> base::Result<()> {
    let key = format!("own {}", posted.signed.session.login_name);
    if let Leave::Rest { .. } = web.limiter.take(&key, "session", None) {
        return Err(Error::invalid("old", Problem::OutOfRange { min: 0, max: limits::LOGIN_TRIES }));
    }
    let old = posted.fields.text("old");
    if web.heavy(move || Ok(signin::fits(&old, &stored))).await? {
        web.limiter.right(&key, "session", None);
        return Ok(());
    }
    Err(Error::invalid("old", Problem::Mismatch { with: "password" }))
}

async fn end_session(State(web): State<Web>, posted: Posted) -> Answer {
    let id = posted.fields.id("id")?.ok_or_else(WebError::not_found)?;
    web.write(posted.actor(), posted.meta.clone(), move |cx| login::sign_out(cx, id)).await?;
    web.forget_sessions();
    page::back("/me")
}

async fn switch(State(web): State<Web>, posted: Posted) -> Answer {
    let post = posted.fields.id("post")?.ok_or_else(WebError::not_found)?;
    let session = posted.signed.session.id;
    web.write(posted.actor(), posted.meta.clone(), move |cx| login::switch(cx, session, post)).await?;
    web.forget_sessions();
    page::back("/")
}

async fn look(State(web): State<Web>, headers: HeaderMap, posted: Posted) -> Answer {
    let back = headers.get(header::REFERER).and_then(|v| v.to_str().ok()).and_then(|v| v.split_once("://"));
    let back = back.and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).unwrap_or("/me");
    let mut response = Redirect::to(&own_path(back)).into_response();
    for (name, allowed) in [("theme", THEMES), ("size", SIZES)] {
        let value = posted.fields.get(name);
        if allowed.contains(&value) {
            // Scripts read it too, so that a stored page looks right without network.
            set_cookie(&mut response, &web, name, value, YEAR_S, false);
        }
    }
    Ok(response)
}

#[derive(Serialize)]
struct Token {
    csrf: String,
    login: Id,
    name: String,
    now: i64,
}

/// What a page that was stored on the phone needs before it sends.
async fn token(State(web): State<Web>, signed: Signed) -> Json<Token> {
    let session = &signed.session;
    Json(Token { csrf: session.csrf.clone(), login: session.login, name: session.actor.name.clone(), now: web.now().0 })
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn after_sign_in_one_lands_in_this_house_only() {
        assert_eq!(own_path("/hazards?unit=1"), "/hazards?unit=1");
        for foreign in
            ["https://evil.example", "//evil.example", "/\\evil", "", "/login?next=/login", "/a\r\nSet-Cookie: x"]
        {
            assert_eq!(own_path(foreign), "/", "{foreign}");
        }
    }
}
