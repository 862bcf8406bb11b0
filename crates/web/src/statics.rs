//! The browser's files, each in the encoding that it asked for. Hashed names are kept for ever; the service worker and
//! the manifest are asked for anew.

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use assets::Asset;

use crate::door::text;
use crate::error::{Answer, WebError};
use crate::state::Web;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/assets/{*path}", get(asset))
        .route("/sw.js", get(worker))
        .route("/manifest.webmanifest", get(manifest))
}

async fn asset(uri: Uri, headers: HeaderMap) -> Answer {
    let found = assets::find(uri.path()).ok_or_else(WebError::not_found)?;
    Ok(send(found, &headers, "public, max-age=31536000, immutable"))
}

async fn worker(headers: HeaderMap) -> Response {
    send(assets::service_worker(), &headers, "no-cache")
}

async fn manifest(headers: HeaderMap) -> Response {
    send(assets::manifest(), &headers, "no-cache")
}

fn send(asset: &'static Asset, headers: &HeaderMap, keep: &'static str) -> Response {
    let accepts = text(headers, header::ACCEPT_ENCODING.as_str()).unwrap_or("");
    let takes = |name: &str| {
        accepts.split(',').map(str::trim).any(|e| {
            let (coding, weight) = e.split_once(';').unwrap_or((e, ""));
            coding.trim() == name && weight.trim() != "q=0"
        })
    };
    let (bytes, coding) = if takes("br") {
        (asset.br, Some("br"))
    } else if takes("gzip") {
        (asset.gz, Some("gzip"))
    } else {
        (asset.raw, None)
    };
    let mut response = bytes.into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.mime));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    out.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(coding) = coding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}
