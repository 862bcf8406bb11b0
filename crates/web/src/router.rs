//! The one list of routes, and the layers around all of them.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use base::limits;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate, SizeAbove};

use crate::error::{self, WebError};
use crate::state::Web;

/// Answers smaller than this are sent as they are.
const COMPRESS_OVER_BYTES: u64 = 600;

/// Of brotli and gzip: 5 takes a tenth off a list beside 4, for some tenths of a millisecond; 6 takes nothing more.
const COMPRESS_LEVEL: i32 = 5;

/// The whole door. Every route of every noun is merged here and nowhere else.
pub fn router(web: Web) -> Router {
    let squeeze = DefaultPredicate::new().and(SizeAbove::new(COMPRESS_OVER_BYTES));
    Router::new()
        .merge(crate::today::routes())
        .merge(crate::hazard::routes())
        .merge(crate::check::routes())
        .merge(crate::drill::routes())
        .merge(crate::movement::routes())
        .merge(crate::incident::routes())
        .merge(crate::clue::routes())
        .merge(crate::absence::routes())
        .merge(crate::outside::routes())
        .merge(crate::duty::routes())
        .merge(crate::board::routes())
        .merge(crate::ledger::routes())
        .merge(crate::work::routes())
        .merge(crate::unit::routes())
        .merge(crate::directory::routes())
        .merge(crate::people::routes())
        .merge(crate::place::routes())
        .merge(crate::roll::routes())
        .merge(crate::text::routes())
        .merge(crate::notice::routes())
        .merge(crate::support::routes())
        .merge(crate::missive::routes())
        .merge(crate::tip::routes())
        .merge(crate::alarm::routes())
        .merge(crate::message::routes())
        .merge(crate::search::routes())
        .merge(crate::clause::routes())
        .merge(crate::pack::routes())
        .merge(crate::journal_pages::routes())
        .merge(crate::me::routes())
        .merge(crate::feed::routes())
        .merge(crate::setup::routes())
        .merge(crate::files::routes())
        .merge(crate::live::routes())
        .merge(crate::tlog::routes())
        .merge(crate::system::routes())
        .merge(crate::statics::routes())
        .merge(crate::help::routes())
        .merge(crate::api::routes())
        .fallback(unknown)
        .method_not_allowed_fallback(no_method)
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES))
        .layer(from_fn(crate::patience::wait))
        .layer(from_fn_with_state(web.clone(), error::dress))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(COMPRESS_LEVEL)).compress_when(squeeze))
        .layer(from_fn(guard))
        .layer(from_fn_with_state(web.clone(), crate::meter::measure))
        .with_state(web)
}

async fn unknown() -> WebError {
    WebError::http(StatusCode::NOT_FOUND)
}

async fn no_method(State(_): State<Web>) -> WebError {
    WebError::http(StatusCode::METHOD_NOT_ALLOWED)
}

const POLICY: &str = "default-src 'self'; style-src 'self'; img-src 'self' blob: data:; script-src 'self'; \
    connect-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'self'";

/// Headers of every answer.
async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let html = response.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "same-origin");
    put(header::CONTENT_SECURITY_POLICY, POLICY);
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("permissions-policy"), "camera=(self), microphone=(self), geolocation=()");
    if html {
        // A page is for one viewer, and the same address answers a fragment to htmx.
        put(header::CACHE_CONTROL, "private, no-cache");
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding, Cookie, HX-Request"));
    } else {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}
