//! Photos: sent first, named by their hash in the act that uses them. Whoever may read a record that uses a photo may
//! read the photo. Not here: how a picture is opened, shrunk and stored (`crate::files`).

use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::{Error, Problem, Refusal, limits};
use safety::kernel::files as kept;
use safety::kernel::rights::{Action, Relation, decide};
use safety::org::Role;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{PathText, said};
use super::fault::{ApiError, Reply};
use super::hazard::Photo;
use super::wire::PhotoHash;
use crate::door::{self, Signed};
use crate::error::WebError;
use crate::files;
use crate::state::Web;

/// What `crate::files::take` makes of every picture.
const JPEG: &str = "image/jpeg";
/// Bytes of a request with one photo: the photo, and the heads of a multipart form.
const REQUEST_BYTES: usize = limits::PHOTO_BYTES + 16 * 1024;

pub fn routes() -> OpenApiRouter<Web> {
    let limit = DefaultBodyLimit::max(REQUEST_BYTES);
    OpenApiRouter::new().routes(routes!(file_put)).layer(limit).routes(routes!(file_show))
}

/// The photos of an act by their hashes. Refuses more than `PHOTOS_PER_ACT`, and what was never stored.
pub async fn stored(web: &Web, hashes: &[PhotoHash]) -> Reply<Vec<safety::Photo>> {
    if hashes.len() > limits::PHOTOS_PER_ACT {
        let range = Problem::OutOfRange { min: 0, max: limits::PHOTOS_PER_ACT as i64 };
        return Err(Error::invalid("photo", range).into());
    }
    let mut photos = Vec::with_capacity(hashes.len());
    for PhotoHash(hash) in hashes {
        let file = tokio::fs::metadata(kept::path(web.app.data(), hash)).await;
        let bytes = file.map_err(|_| Error::invalid("photo", Problem::Unknown))?.len() as i64;
        photos.push(safety::Photo { hash: hash.clone(), mime: JPEG.into(), bytes });
    }
    Ok(photos)
}

/// Has the role any act that takes a photo? Others have no reason to fill the disk.
fn may_use(role: Role) -> bool {
    let acts = [Action::HazardRaise, Action::HazardProtect, Action::HazardRectify, Action::HazardAnswer];
    let may = |action| Relation::ALL.iter().any(|relation| decide(role, *relation, action, true).allow);
    acts.into_iter().any(may)
}

/// A form with one picture.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct PhotoForm {
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
}

/// Store a photo
///
/// JPEG, PNG or WebP of at most 12 MiB and 50 million pixels, as it is or in a form. It is turned upright, shrunk to
/// 1600 pixels and written again as JPEG without its hidden data; the same picture has the same hash. A photo that no
/// record uses is swept after a while.
#[utoipa::path(post, path = "/files", tag = "files",
    request_body(content(
        (PhotoForm = "multipart/form-data"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp")
    )),
    responses((status = 201, description = "Stored", body = Photo)))]
async fn file_put(State(web): State<Web>, request: Request) -> Reply<(StatusCode, Json<Photo>)> {
    let (mut parts, body) = request.into_parts();
    let signed = Signed::from_request_parts(&mut parts, &web).await?;
    door::csrf(&parts, &signed)?;
    if !may_use(signed.actor().role) {
        return Err(Refusal::NoRight.into());
    }
    // Storing the same picture again changes nothing, so the key only has to be one.
    said(&parts, &[])?;
    let kind = kind_of(&parts.headers);
    let request = Request::from_parts(parts, body);
    let bytes = if kind == "multipart/form-data" {
        from_form(&web, request).await?
    } else if kind.starts_with("image/") {
        let whole = axum::body::to_bytes(request.into_body(), limits::PHOTO_BYTES).await;
        whole.map_err(|_| ApiError::http(StatusCode::PAYLOAD_TOO_LARGE))?.into()
    } else {
        return Err(ApiError::http(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    };
    if bytes.is_empty() {
        return Err(Error::invalid("photo", Problem::Required).into());
    }
    Ok((StatusCode::CREATED, Json(files::take(&web, bytes).await?.into())))
}

fn kind_of(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// The first file of a form, or the field `photo`.
async fn from_form(web: &Web, request: Request) -> Reply<Vec<u8>> {
    let unread = |e: axum::extract::multipart::MultipartError| match e.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::http(StatusCode::PAYLOAD_TOO_LARGE),
        _ => ApiError::unread("photo", super::wire::UNREADABLE),
    };
    let form = Multipart::from_request(request, web).await;
    let mut form = form.map_err(|_| ApiError::unread("photo", super::wire::UNREADABLE))?;
    while let Some(field) = form.next_field().await.map_err(unread)? {
        if field.file_name().is_some() || field.name() == Some("photo") {
            return Ok(field.bytes().await.map_err(unread)?.into());
        }
    }
    Ok(Vec::new())
}

/// Fetch a photo
#[utoipa::path(get, path = "/files/{hash}", tag = "files",
    params(("hash" = PhotoHash, Path, description = "The photo")),
    responses((status = 200, description = "The picture", body = Vec<u8>, content_type = "image/jpeg")))]
async fn file_show(State(web): State<Web>, signed: Signed, PathText(hash): PathText) -> Reply<Response> {
    let PhotoHash(hash) = PhotoHash::read(&hash).ok_or_else(WebError::not_found)?;
    let mime = files::mime_for(&web, signed.actor(), &hash).await?.ok_or_else(WebError::not_found)?;
    let file = tokio::fs::read(kept::path(web.app.data(), &hash)).await;
    let bytes = file.map_err(|e| Error::broken(format!("a stored photo: {:?}", e.kind())))?;
    let kind = HeaderValue::from_str(&mime).unwrap_or(HeaderValue::from_static(JPEG));
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}
