//! Refusals and faults on their way out. A handler returns `Result<Response, WebError>`; the answer gets its form here,
//! in `dress`, which knows the request: a Chinese page, or problem+json (RFC 9457) for JSON askers and below `/api`.
//! Whatever axum itself refuses (unknown route, method, broken JSON, too large a body) is dressed the same way.
//!
//! A fault is logged with a short number, and only the number is shown; no personal data is logged.

use askama::Template;
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, Fault, Refusal};
use serde::Serialize;

use crate::door::{Ask, Signed, wants_json};
use crate::page::Shell;
use crate::state::Web;
use crate::words;

pub type Answer = Result<Response, WebError>;

/// Why a request was not answered as asked.
#[derive(Clone, Debug)]
pub enum WebError {
    /// A refusal of a noun, or a fault.
    App(Error),
    /// Nobody is signed in.
    SignIn,
    /// Signed in with a first password that must be changed before anything else.
    MustChange,
    /// The form did not come from our own page.
    Csrf,
    /// Over a rate; seconds to wait.
    Wait { seconds: i64 },
    /// Something that HTTP itself refuses.
    Http { status: StatusCode, code: &'static str },
}

impl WebError {
    pub fn http(status: StatusCode) -> WebError {
        WebError::Http { status, code: transport_code(status) }
    }
    pub fn not_found() -> WebError {
        WebError::App(Refusal::NotFound.into())
    }
}

impl From<Error> for WebError {
    fn from(error: Error) -> WebError {
        match error {
            Error::Refused(Refusal::SignIn) => WebError::SignIn,
            other => WebError::App(other),
        }
    }
}

impl From<Refusal> for WebError {
    fn from(refusal: Refusal) -> WebError {
        Error::Refused(refusal).into()
    }
}

/// One field that is to be changed.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct FieldFault {
    pub field: String,
    pub title: String,
}

/// RFC 9457.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub code: String,
    pub fields: Vec<FieldFault>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// What `dress` needs to know; travels with the undressed answer.
#[derive(Clone, Debug)]
struct Failure {
    problem: Problem,
    retry_after: Option<i64>,
}

/// Set on an answer that is meant to be plain although its status is an error (`/readyz`).
#[derive(Clone, Copy, Debug)]
pub struct Plain;

pub fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::SignIn => StatusCode::UNAUTHORIZED,
        Refusal::NoRight => StatusCode::FORBIDDEN,
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::Invalid(_) | Refusal::NeedsEvidence { .. } | Refusal::PackForbids { .. } => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Refusal::WrongState { .. } | Refusal::Stale { .. } | Refusal::Duplicate | Refusal::TooLate => {
            StatusCode::CONFLICT
        }
        Refusal::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

fn transport_code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::METHOD_NOT_ALLOWED => "no_method",
        StatusCode::PAYLOAD_TOO_LARGE => "too_big",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "media_type",
        StatusCode::UNPROCESSABLE_ENTITY => "invalid",
        StatusCode::REQUEST_TIMEOUT => "timeout",
        StatusCode::NOT_ACCEPTABLE => "not_acceptable",
        s if s.is_server_error() => "fault",
        _ => "bad_request",
    }
}

fn problem(status: StatusCode, code: &str, title: String) -> Problem {
    Problem {
        kind: format!("/help/problems#{code}"),
        title,
        status: status.as_u16(),
        code: code.to_string(),
        fields: Vec::new(),
        number: None,
    }
}

/// Four signs without look-alikes: enough to find the line in the log of a day.
fn number() -> String {
    const SIGNS: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    base::random::<4>().iter().map(|b| SIGNS[*b as usize % SIGNS.len()] as char).collect()
}

fn of_fault(fault: &Fault) -> Failure {
    let number = number();
    tracing::error!(number, ?fault, "fault");
    let (status, code) = match fault {
        Fault::Full => (StatusCode::INSUFFICIENT_STORAGE, "full"),
        Fault::Gone => (StatusCode::SERVICE_UNAVAILABLE, "gone"),
        Fault::Broken(_) => (StatusCode::INTERNAL_SERVER_ERROR, "fault"),
    };
    let mut problem = problem(status, code, words::fault(fault, &number));
    problem.number = Some(number);
    Failure { problem, retry_after: (code == "gone").then_some(5) }
}

fn of_refusal(refusal: &Refusal) -> Failure {
    let mut problem = problem(status_of(refusal), refusal.code(), words::refusal(refusal));
    problem.fields = words::faults(refusal);
    let retry_after = matches!(refusal, Refusal::Busy | Refusal::TooMany { .. }).then_some(2);
    Failure { problem, retry_after }
}

impl Failure {
    fn of(error: &WebError) -> Failure {
        let plain = |status, code: &str, title: &str| Failure {
            problem: problem(status, code, title.to_string()),
            retry_after: None,
        };
        match error {
            WebError::App(Error::Refused(refusal)) => of_refusal(refusal),
            WebError::App(Error::Fault(fault)) => of_fault(fault),
            WebError::SignIn => of_refusal(&Refusal::SignIn),
            WebError::MustChange => plain(StatusCode::FORBIDDEN, "must_change", words::MUST_CHANGE),
            WebError::Csrf => plain(StatusCode::FORBIDDEN, "csrf", words::CSRF),
            WebError::Wait { seconds } => Failure {
                problem: problem(StatusCode::TOO_MANY_REQUESTS, "too_many", words::wait(*seconds)),
                retry_after: Some(*seconds),
            },
            WebError::Http { status, code } => plain(*status, code, words::transport(status.as_u16())),
        }
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let failure = Failure::of(&self);
        let status = StatusCode::from_u16(failure.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(failure);
        if matches!(self, WebError::MustChange) {
            response.extensions_mut().insert(GoTo("/me?first=1".into()));
        }
        response
    }
}

/// Where a page asker is sent instead of being shown an error.
#[derive(Clone, Debug)]
struct GoTo(String);

/// After a panic in a handler: the request ends, the server goes on.
pub fn panicked(what: Box<dyn std::any::Any + Send>) -> Response {
    let text = what.downcast_ref::<String>().map(String::as_str).or(what.downcast_ref::<&str>().copied());
    WebError::App(Error::broken(format!("panic: {}", text.unwrap_or("?")))).into_response()
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    title: String,
    /// What the title's first sentence left over.
    rest: String,
    next: &'static str,
    search: bool,
    login: Option<String>,
    fields: Vec<FieldFault>,
}

/// The middleware that gives every refusal its form.
pub async fn dress(State(web): State<Web>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || response.extensions().get::<Plain>().is_some() {
        return response;
    }
    let failure = match response.extensions().get::<Failure>() {
        Some(failure) => failure.clone(),
        // A handler's own page with a 4xx (a form shown again) is already dressed.
        None if is_dressed(&response) => return response,
        None => Failure::of(&WebError::http(status)),
    };
    let allow = response.headers().get(header::ALLOW).cloned();
    let go_to = response.extensions().get::<GoTo>().cloned();
    let mut dressed = if wants_json(asked.uri.path(), &asked.headers) {
        json(&failure)
    } else {
        page(&web, asked, &failure, go_to).await
    };
    if let Some(allow) = allow {
        dressed.headers_mut().insert(header::ALLOW, allow);
    }
    if let Some(seconds) = failure.retry_after {
        dressed.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    dressed
}

fn is_dressed(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    kind.starts_with("text/html") || kind.contains("json")
}

fn json(failure: &Failure) -> Response {
    let status = StatusCode::from_u16(failure.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(&failure.problem)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

async fn page(web: &Web, asked: axum::http::request::Parts, failure: &Failure, go_to: Option<GoTo>) -> Response {
    let ask = Ask::of(web, &asked);
    let status = StatusCode::from_u16(failure.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let login = (status == StatusCode::UNAUTHORIZED).then(|| login_address(&asked.method, &ask));
    if let Some(login) = login.as_deref().filter(|_| asked.method == Method::GET && !ask.htmx) {
        return Redirect::to(login).into_response();
    }
    if let Some(GoTo(address)) = go_to {
        return Redirect::to(&address).into_response();
    }
    // While the database is away nothing is asked of it.
    let signed = if status.is_server_error() { None } else { Signed::quiet(web, &asked).await.ok().flatten() };
    let shell = match signed {
        Some(signed) => signed.shell(web, crate::page::At::Nowhere).await.unwrap_or_else(|_| Shell::bare(web, &ask)),
        None => Shell::bare(web, &ask),
    };
    let (title, rest) = failure.problem.title.split_once('。').unwrap_or((&failure.problem.title, ""));
    let page = ErrorPage {
        shell,
        title: title.to_string(),
        rest: rest.to_string(),
        next: words::what_next(&failure.problem.code),
        search: failure.problem.code == "not_found",
        login,
        fields: failure.problem.fields.clone(),
    };
    match page.render() {
        Ok(html) => (status, axum::response::Html(html)).into_response(),
        Err(_) => (status, Body::from(failure.problem.title.clone())).into_response(),
    }
}

fn login_address(method: &Method, ask: &Ask) -> String {
    let next = match (method, ask.query.as_str()) {
        (&Method::GET, "") => ask.path.clone(),
        (&Method::GET, query) => format!("{}?{query}", ask.path),
        _ => return "/login".into(),
    };
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("/login?next={next}")
}
