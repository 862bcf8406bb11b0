//! Refusals that only JSON knows: a body or a query that cannot be read names the field and what is the matter with it.
//! Everything else goes out as the pages' refusals do (`error`), which below `/api` are problem+json already.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::{Error, Problem as Fault, Refusal};

use super::wire;
use crate::error::{FieldFault, Problem, WebError};
use crate::words;

/// Characters of a foreign field's name that are said again.
const NAME_CHARS: usize = 40;

#[derive(Clone, Debug)]
pub enum ApiError {
    Web(WebError),
    /// A body or a query with fields that cannot be read.
    Fields(Vec<FieldFault>),
    /// Wrong login or password; tries left.
    Login {
        left: i64,
    },
}

pub type Reply<T> = Result<T, ApiError>;

impl From<WebError> for ApiError {
    fn from(error: WebError) -> ApiError {
        ApiError::Web(error)
    }
}
impl From<Error> for ApiError {
    fn from(error: Error) -> ApiError {
        ApiError::Web(error.into())
    }
}
impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        ApiError::Web(refusal.into())
    }
}

impl ApiError {
    pub fn http(status: StatusCode) -> ApiError {
        ApiError::Web(WebError::http(status))
    }
    /// The body as a whole cannot be read.
    pub fn body() -> ApiError {
        ApiError::Fields(vec![FieldFault { field: "body".into(), title: words::api::BODY.into() }])
    }
    /// From what the reader says: the path to the value, and why it was not taken.
    pub fn unread(path: &str, why: &str) -> ApiError {
        ApiError::Fields(vec![field(path, why)])
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code, fields, title) = match self {
            ApiError::Web(error) => return error.into_response(),
            ApiError::Fields(fields) => {
                let title = fields.first().map_or_else(|| words::api::BODY.to_string(), |f| f.title.clone());
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid", fields, title)
            }
            ApiError::Login { left } => (StatusCode::UNAUTHORIZED, "sign_in", Vec::new(), words::login_wrong(left)),
        };
        let kind = format!("/help/problems#{code}");
        let problem = Problem { kind, title, status: status.as_u16(), code: code.into(), fields, number: None };
        let mut response = (status, Json(problem)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

/// The name between the first two backticks.
fn quoted(why: &str) -> Option<&str> {
    why.split('`').nth(1)
}

fn field(path: &str, why: &str) -> FieldFault {
    let short = |name: &str| name.chars().take(NAME_CHARS).collect::<String>();
    let inside = |name: &str| match path {
        "" | "." => short(name),
        path if path == name || path.ends_with(&format!(".{name}")) => short(path),
        path => short(&format!("{path}.{name}")),
    };
    let at = |name: &str, title: String| FieldFault { field: inside(name), title };
    if let Some(name) = quoted(why) {
        if why.starts_with("unknown field") {
            return at(name, words::api::unknown_field(&short(name)));
        }
        if why.starts_with("missing field") {
            return at(name, words::problem(name, &Fault::Required));
        }
        if why.starts_with("duplicate field") {
            return at(name, words::api::twice(&short(name)));
        }
    }
    // The last named step of the path, without a place in a list.
    let name = path.rsplit('.').find(|s| !s.is_empty()).unwrap_or("").split('[').next().unwrap_or("");
    let mut said = why.split_whitespace();
    let fault = match said.next() {
        Some(wire::TOO_LONG) => {
            let mut figure = || said.next().and_then(|n| n.parse().ok()).unwrap_or_default();
            Fault::TooLong { max: figure(), got: figure() }
        }
        Some(wire::UNKNOWN) => Fault::Unknown,
        _ => Fault::Unreadable,
    };
    let shown = if matches!(path, "" | ".") { "body".to_string() } else { short(path) };
    FieldFault { field: shown, title: words::problem(name, &fault) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(path: &str, why: &str) -> String {
        field(path, why).field
    }

    #[test]
    fn the_field_is_named_wherever_it_stands() {
        assert_eq!(name_of("county", "unknown field `county`, expected one of `what`"), "county");
        assert_eq!(name_of(".", "missing field `what`"), "what");
        assert_eq!(name_of("places[3]", "missing field `seen_at`"), "places[3].seen_at");
        assert_eq!(name_of("places[3].county", "unknown field `county`"), "places[3].county");
        assert_eq!(name_of("places[3].seen_at", "unreadable"), "places[3].seen_at");
        assert_eq!(name_of(".", "invalid type: sequence, expected struct"), "body");
    }

    #[test]
    fn a_long_text_is_told_its_limit() {
        assert_eq!(field("what", "too_long 200 612").title, "问题最多 200 字，现在 612 字。");
    }
}
