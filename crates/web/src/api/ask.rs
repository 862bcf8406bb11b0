//! How a program asks. Extractors for the handlers of this room:
//!
//! - `Call<T>`    an act of somebody signed in: JSON body, request key, said times; `once` does it once per key
//! - `Queried<T>` the query of a read
//! - `PathId`     the record in the address; what is no id cannot exist
//!
//! A body is read strictly: a field that the operation does not have is refused by its name, so that nothing can be
//! set that the operation does not offer.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use base::{Error, Id, Ms, Problem, Result, limits};
use safety::kernel::command;
use safety::{Actor, Command, Cx, Meta};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::fault::{ApiError, Reply};
use super::wire::At;
use crate::door::{self, Signed};
use crate::error::WebError;
use crate::state::Web;

/// A request without content.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// An act.
#[derive(Clone, Debug)]
pub struct Call<T> {
    pub signed: Signed,
    pub body: T,
    meta: Meta,
    command: Option<Command>,
}

impl<T> Call<T> {
    pub fn actor(&self) -> &Actor {
        self.signed.actor()
    }
    /// What the request says of itself, for an act that is done later.
    pub fn meta(&self) -> Meta {
        self.meta.clone()
    }
    /// The key of the request: a create without `id` takes it as id.
    pub fn key(&self) -> Option<Id> {
        self.command.as_ref().map(|c| c.key)
    }
    /// One transaction; the same key from the same login gets the first answer again and nothing is done twice.
    pub async fn once<A: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        web: &Web,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<A> + Send + 'static,
    ) -> Reply<A> {
        self.once_as(web, self.command.clone(), job).await
    }
    /// `once` with the plain error, for whoever must tell a refusal from a fault.
    pub async fn once_or_fault<A: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        web: &Web,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<A> + Send + 'static,
    ) -> Result<A> {
        self.once_plain(web, self.command.clone(), job).await
    }
    /// `once` under another reading of the key.
    pub async fn once_as<A: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        web: &Web,
        key: Option<Command>,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<A> + Send + 'static,
    ) -> Reply<A> {
        Ok(self.once_plain(web, key, job).await?)
    }
    async fn once_plain<A: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        web: &Web,
        key: Option<Command>,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<A> + Send + 'static,
    ) -> Result<A> {
        let once = move |cx: &mut Cx<'_, '_>| command::once(cx, key.as_ref(), |cx| job(cx));
        web.write(self.actor(), self.meta.clone(), once).await
    }
}

impl<T: DeserializeOwned + Send> FromRequest<Web> for Call<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, web: &Web) -> Reply<Call<T>> {
        let (mut parts, body) = request.into_parts();
        let signed = Signed::from_request_parts(&mut parts, web).await?;
        door::csrf(&parts, &signed)?;
        let bytes = bytes_of(&parts.headers, body).await?;
        let (command, meta) = said(&parts, &bytes)?;
        Ok(Call { signed, body: json(&bytes)?, meta, command })
    }
}

/// Key and times of a request whose content is `body`.
pub fn said(parts: &Parts, body: &[u8]) -> Result<(Option<Command>, Meta)> {
    let key = door::idempotency_key(&parts.headers)?;
    let content = [parts.method.as_str().as_bytes(), parts.uri.path().as_bytes(), body];
    let command = key.map(|key| Command::new(key, &content));
    let claimed_at = moment(&parts.headers, "x-claimed-at", "claimed_at")?;
    let device_at = moment(&parts.headers, "x-device-at", "device_at")?;
    Ok((command, Meta { source: "api", claimed_at, device_at }))
}

fn moment(headers: &HeaderMap, name: &str, field: &'static str) -> Result<Option<Ms>> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let at = value.to_str().ok().and_then(|text| At::read(text.trim()));
    at.map(|at| Some(at.0)).ok_or_else(|| Error::invalid(field, Problem::Unreadable))
}

/// The whole body, at most `BODY_BYTES`. Refuses 413, and 415 for content that is not called JSON.
pub async fn bytes_of(headers: &HeaderMap, body: Body) -> Reply<Vec<u8>> {
    let bytes = axum::body::to_bytes(body, limits::BODY_BYTES)
        .await
        .map_err(|_| ApiError::http(StatusCode::PAYLOAD_TOO_LARGE))?;
    if !bytes.is_empty() && !is_json(headers) {
        return Err(ApiError::http(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    Ok(bytes.into())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Reads a body; none at all is `{}`.
pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Reply<T> {
    let bytes = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { bytes };
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) != Some(&b'{') {
        // A list is no object, though serde would read a struct from it by position.
        return Err(ApiError::body());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        let (path, inner) = (e.path().to_string(), e.inner());
        if inner.is_data() { ApiError::unread(&path, &inner.to_string()) } else { ApiError::body() }
    })?;
    reader.end().map_err(|_| ApiError::body())?;
    Ok(value)
}

/// The query of a read; an empty value is an absent one.
#[derive(Clone, Debug)]
pub struct Queried<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Web> for Queried<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Reply<Queried<T>> {
        let mut filled = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or("").as_bytes()) {
            if !value.is_empty() {
                filled.append_pair(&name, &value);
            }
        }
        let filled = filled.finish();
        let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(filled.as_bytes()));
        serde_path_to_error::deserialize(reader)
            .map(Queried)
            .map_err(|e| ApiError::unread(&e.path().to_string(), &e.inner().to_string()))
    }
}

/// The one parameter of the address, whatever its name; what cannot be read as text is not there.
#[derive(Clone, Debug)]
pub struct PathText(pub String);

impl FromRequestParts<Web> for PathText {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Reply<PathText> {
        let params = RawPathParams::from_request_parts(parts, web).await.map_err(|_| WebError::not_found())?;
        let text = params.iter().next().map(|(_, value)| value.to_string());
        Ok(PathText(text.ok_or_else(WebError::not_found)?))
    }
}

/// The record in the address.
#[derive(Clone, Copy, Debug)]
pub struct PathId(pub Id);

impl FromRequestParts<Web> for PathId {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Reply<PathId> {
        let PathText(text) = PathText::from_request_parts(parts, web).await?;
        Ok(PathId(Id::parse(&text).ok_or_else(WebError::not_found)?))
    }
}
