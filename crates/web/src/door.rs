//! Who asks, and how. Extractors for handlers:
//!
//! - `Ask`     what is known of any request: JSON or page, htmx or not, look, address
//! - `Signed`  somebody signed in, by cookie or `Authorization: Bearer`; else a page goes to `/login?next=…`, JSON gets 401
//! - `Posted`  a form of somebody signed in: CSRF checked, fields in order, photos stored, Idempotency-Key read
//!
//! Use `Signed` in GET handlers and `Posted` in POST handlers; `Posted` must be the last argument.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use base::{Error, Id, Ms, Problem, Result, Stopwatch, limits};
use safety::org::login::{self, Session};
use safety::{Actor, Command, Meta, Photo};

use crate::error::WebError;
use crate::files;
use crate::state::Web;

/// Cookie that marks a device from which a login has succeeded before.
pub const KNOWN: &str = "xiaoan-known";
/// A session is marked as used at most this often, seconds.
const SEEN_EVERY_S: i64 = 60;
/// So long is waited for that mark.
const SEEN_WAIT: std::time::Duration = std::time::Duration::from_millis(300);
/// Bytes of a form with photos.
const FORM_BYTES: usize = limits::PHOTOS_PER_ACT * limits::PHOTO_BYTES + limits::BODY_BYTES;
/// Fields of one form.
const FIELDS_MAX: usize = 4_000;

/// 2026-11-23
const DAY_CHARS: usize = 10;

/// What is known of any request.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The asker wants JSON: `Accept: application/json`, or a path under `/api`.
    pub json: bool,
    /// htmx asks for a part of the page.
    pub htmx: bool,
    pub path: String,
    pub query: String,
    pub theme: String,
    pub size: String,
    /// The peer's address, for limits only; never stored.
    pub address: String,
    /// Short words for the list of sessions: `Android · Chrome`.
    pub device: String,
    /// `https://host` as the page was asked for.
    pub origin: String,
}

impl Ask {
    pub fn of(web: &Web, parts: &Parts) -> Ask {
        let headers = &parts.headers;
        let path = parts.uri.path().to_string();
        let look = |name: &str, allowed: &[&str], usual: &str| {
            let value = cookie(headers, name).filter(|v| allowed.contains(v)).unwrap_or(usual);
            value.to_string()
        };
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_string());
        let host = host(parts).unwrap_or("localhost");
        Ask {
            json: wants_json(&path, headers),
            htmx: headers.contains_key("hx-request"),
            query: parts.uri.query().unwrap_or("").to_string(),
            theme: look("theme", THEMES, "auto"),
            size: look("size", SIZES, "m"),
            address: peer.unwrap_or_else(|| "local".into()),
            device: crate::agent::device(text(headers, header::USER_AGENT.as_str()).unwrap_or("")),
            origin: format!("{}://{host}", if web.tls() { "https" } else { "http" }),
            path,
        }
    }
    /// A value of the query.
    pub fn param(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes()).find(|(k, _)| k == name).map(|(_, v)| v.into_owned())
    }
    /// Was the page asked for under a name of this machine itself?
    pub fn local(&self) -> bool {
        let host = self.origin.split_once("://").map_or("", |(_, host)| host);
        let name = host
            .rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
            .map_or(host, |(name, _)| name);
        matches!(name, "localhost" | "[::1]") || name.starts_with("127.")
    }
    /// The query as fields.
    pub fn fields(&self) -> Fields {
        Fields(form_urlencoded::parse(self.query.as_bytes()).into_owned().collect())
    }
    /// The same address with one value of the query set (empty = dropped) and the cursor dropped.
    pub fn link(&self, name: &str, value: &str) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (k, v) in form_urlencoded::parse(self.query.as_bytes()) {
            if k != name && k != "cursor" && !v.is_empty() {
                out.append_pair(&k, &v);
            }
        }
        if !value.is_empty() {
            out.append_pair(name, value);
        }
        let query = out.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }
}

pub const THEMES: &[&str] = &["auto", "light", "dark", "yard"];
pub const SIZES: &[&str] = &["m", "l", "xl"];

pub(crate) fn wants_json(path: &str, headers: &HeaderMap) -> bool {
    let accept = text(headers, header::ACCEPT.as_str()).unwrap_or("");
    path == "/api" || path.starts_with("/api/") || (accept.contains("json") && !accept.contains("text/html"))
}

pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

/// The host that was asked for: HTTP/2 has it in the address instead of a header.
fn host(parts: &Parts) -> Option<&str> {
    text(&parts.headers, header::HOST.as_str()).or(parts.uri.authority().map(|a| a.as_str()))
}

pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

/// `__Host-` binds the cookie to this host and to TLS; plain http cannot have it.
pub fn session_cookie(tls: bool) -> &'static str {
    if tls { "__Host-xiaoan" } else { "xiaoan" }
}

impl FromRequestParts<Web> for Ask {
    type Rejection = WebError;
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> std::result::Result<Ask, WebError> {
        Ok(Ask::of(web, parts))
    }
}

/// The token of a session as it was sent, and whether it came without the cookie.
pub fn token_of<'a>(web: &Web, parts: &'a Parts) -> Option<(&'a str, bool)> {
    let bearer = text(&parts.headers, header::AUTHORIZATION.as_str()).and_then(|v| v.strip_prefix("Bearer "));
    let token = bearer.or(cookie(&parts.headers, session_cookie(web.tls())));
    token.map(str::trim).filter(|t| !t.is_empty() && t.len() <= 128).map(|token| (token, bearer.is_some()))
}

/// Somebody signed in.
#[derive(Clone, Debug)]
pub struct Signed {
    pub session: Arc<Session>,
    pub ask: Ask,
    /// Came with a token instead of the cookie: no CSRF to fear.
    pub bearer: bool,
    pub(crate) token: String,
}

impl Signed {
    pub fn actor(&self) -> &Actor {
        &self.session.actor
    }
    pub fn csrf(&self) -> &str {
        &self.session.csrf
    }

    /// The one behind this request, without any redirect: none when nobody is signed in.
    pub async fn quiet(web: &Web, parts: &Parts) -> Result<Option<Signed>> {
        let ask = Ask::of(web, parts);
        let Some((token, bearer)) = token_of(web, parts) else { return Ok(None) };
        match web.session(token).await {
            Ok(session) => Ok(Some(Signed { session, ask, bearer, token: token.to_string() })),
            Err(Error::Refused(_)) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn let_in(web: &Web, parts: &Parts) -> std::result::Result<Signed, WebError> {
        let Some(signed) = Signed::quiet(web, parts).await? else { return Err(WebError::SignIn) };
        let may_wait =
            ["/me", "/me/password", "/me/token", "/me/look", "/logout", "/api/v1/session", "/api/v1/me/password"];
        if signed.session.must_change && !may_wait.contains(&signed.ask.path.as_str()) {
            return Err(WebError::MustChange);
        }
        signed.touch(web).await?;
        Ok(signed)
    }

    /// Marks the session as used, at most once a minute. Best effort: a full disk must not end reading, and a database
    /// that is locked must not keep an alarm waiting.
    async fn touch(&self, web: &Web) -> Result<()> {
        let session = &self.session;
        if Stopwatch::wall_seconds() - session.seen_s < SEEN_EVERY_S {
            return Ok(());
        }
        let id = session.id;
        let seen = web.write(self.actor(), Meta::of("web"), move |cx| login::seen(cx, id));
        let seen = tokio::time::timeout(SEEN_WAIT, seen).await;
        web.forget_sessions();
        match seen {
            Ok(Err(Error::Refused(refusal))) => Err(refusal.into()),
            _ => Ok(()),
        }
    }
}

impl FromRequestParts<Web> for Signed {
    type Rejection = WebError;
    async fn from_request_parts(parts: &mut Parts, web: &Web) -> std::result::Result<Signed, WebError> {
        Signed::let_in(web, parts).await
    }
}

/// Typed values in order. What was typed is shown again as it was, so nothing is trimmed here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    pub fn parse(body: &[u8]) -> Fields {
        Fields(form_urlencoded::parse(body).into_owned().take(FIELDS_MAX).collect())
    }
    /// What a form begins with.
    pub fn of(typed: impl IntoIterator<Item = (&'static str, String)>) -> Fields {
        Fields(typed.into_iter().map(|(k, v)| (k.to_string(), v)).collect())
    }
    /// Empty when absent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str())
    }
    pub fn text(&self, name: &str) -> String {
        self.get(name).to_string()
    }
    /// None when absent or empty.
    pub fn opt(&self, name: &str) -> Option<String> {
        Some(self.get(name).trim()).filter(|v| !v.is_empty()).map(str::to_string)
    }
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(k, v)| k == name && !v.is_empty()).map(|(_, v)| v.clone()).collect()
    }
    /// A ticked box, or a yes.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), "1" | "on" | "true" | "yes")
    }
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(k, _)| k == name)
    }
    /// Reads a field with `read`; none when empty, Invalid Unreadable when it cannot be read.
    pub fn read<T>(&self, name: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        match self.get(name).trim() {
            "" => Ok(None),
            value => read(value).map(Some).ok_or_else(|| Error::invalid(name, Problem::Unreadable)),
        }
    }
    pub fn id(&self, name: &'static str) -> Result<Option<Id>> {
        self.read(name, Id::parse)
    }
    pub fn ids(&self, name: &'static str) -> Result<Vec<Id>> {
        let read = |v: &String| Id::parse(v).ok_or_else(|| Error::invalid(name, Problem::Unreadable));
        self.all(name).iter().map(read).collect()
    }
    pub fn int(&self, name: &'static str) -> Result<Option<i64>> {
        self.read(name, |v| v.parse().ok())
    }
    /// A moment (`datetime-local`, RFC 3339), or the end of a day when only a date is given.
    pub fn at(&self, name: &'static str) -> Result<Option<Ms>> {
        // A day alone is meant to its end; read as a time it would be the midnight at which it begins.
        let day = |v: &str| base::Day::parse(v).filter(|_| v.len() == DAY_CHARS).map(|d| d.end().plus(-Ms::SECOND));
        self.read(name, |v| day(v).or_else(|| Ms::parse(v)))
    }
    pub fn day(&self, name: &'static str) -> Result<Option<base::Day>> {
        self.read(name, base::Day::parse)
    }
}

/// A form of somebody signed in: CSRF checked. Photos are already stored and fsynced.
#[derive(Debug)]
pub struct Posted {
    pub signed: Signed,
    pub fields: Fields,
    pub meta: Meta,
    pub command: Option<Command>,
    photos: Vec<(String, Photo)>,
    photo_fault: Option<Error>,
}

impl Posted {
    /// All photos of the form in order; refuses when one of them could not be taken.
    pub fn photos(&self) -> Result<Vec<Photo>> {
        self.photos_of(|_| true)
    }
    /// The text of an uploaded or pasted table; refuses a file that could not be read.
    pub fn table(&self) -> Result<String> {
        match &self.photo_fault {
            Some(fault) => Err(fault.clone()),
            None => Ok(self.fields.0.iter().rev().find(|(n, v)| n == "table" && !v.trim().is_empty()))
                .map(|found| found.map(|(_, v)| v.clone()).unwrap_or_default()),
        }
    }
    /// Photos whose field's name passes.
    pub fn photos_of(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<Photo>> {
        match &self.photo_fault {
            Some(fault) => Err(fault.clone()),
            None => Ok(self.photos.iter().filter(|(name, _)| wanted(name)).map(|(_, p)| p.clone()).collect()),
        }
    }
    pub fn actor(&self) -> &Actor {
        self.signed.actor()
    }
    /// The key of the request: a create without `id` takes it as id.
    pub fn key(&self) -> Option<Id> {
        self.command.as_ref().map(|c| c.key)
    }
}

/// Bytes of each upload, for the hash of the request.
type Marks = Vec<[u8; 32]>;

impl FromRequest<Web> for Posted {
    type Rejection = WebError;
    async fn from_request(mut request: Request, web: &Web) -> std::result::Result<Posted, WebError> {
        let kind = text(request.headers(), header::CONTENT_TYPE.as_str()).unwrap_or("").to_ascii_lowercase();
        let multipart = kind.starts_with("multipart/form-data");
        let (parts, body) = request.into_parts();
        let signed = Signed::let_in(web, &parts).await?;
        same_origin(&signed, &parts)?;
        request = Request::from_parts(parts.clone(), body);
        let mut form = Form::default();
        let header = text(&parts.headers, "x-csrf").map(str::to_string);
        form.trusted = signed.bearer || header.as_deref().is_some_and(|t| same(t, signed.csrf()));
        if multipart {
            DefaultBodyLimit::max(FORM_BYTES).apply(&mut request);
            let parts = Multipart::from_request(request, web).await.map_err(|e| WebError::http(e.status()))?;
            form.read(web, &signed, parts).await?;
        } else {
            form.fields = urlencoded(request, &kind).await?;
            form.trust(&signed);
        }
        if !form.trusted {
            return Err(WebError::Csrf);
        }
        let command = command(&parts.headers, &signed.ask.path, &form)?;
        let meta = meta(&parts.headers, &signed, command.is_some())?;
        form.fields.0.retain(|(name, _)| name != "csrf");
        Ok(Posted { signed, fields: form.fields, meta, command, photos: form.photos, photo_fault: form.fault })
    }
}

async fn urlencoded(request: Request<Body>, kind: &str) -> std::result::Result<Fields, WebError> {
    let bytes = axum::body::to_bytes(request.into_body(), limits::BODY_BYTES)
        .await
        .map_err(|_| WebError::http(axum::http::StatusCode::PAYLOAD_TOO_LARGE))?;
    if !bytes.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(WebError::http(axum::http::StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    Ok(Fields::parse(&bytes))
}

#[derive(Default)]
struct Form {
    fields: Fields,
    photos: Vec<(String, Photo)>,
    marks: Marks,
    fault: Option<Error>,
    trusted: bool,
}

impl Form {
    fn trust(&mut self, signed: &Signed) {
        self.trusted |= same(self.fields.get("csrf"), signed.csrf());
    }

    /// Reads field by field, each photo stored before the next is read, so that one is in memory at a time. A photo
    /// before the CSRF field is refused: nothing of a stranger's form is stored.
    async fn read(&mut self, web: &Web, signed: &Signed, mut parts: Multipart) -> std::result::Result<(), WebError> {
        let broken = |e: axum::extract::multipart::MultipartError| WebError::http(e.status());
        let mut seen = 0;
        while let Some(mut field) = parts.next_field().await.map_err(broken)? {
            seen += 1;
            if seen > FIELDS_MAX {
                return Err(WebError::http(axum::http::StatusCode::PAYLOAD_TOO_LARGE));
            }
            let name = field.name().unwrap_or("").to_string();
            let file = field.file_name().is_some();
            // A table to be imported comes as a file and is read as text; every other file is a photo.
            let table = file && name == "table";
            let most = match (table, file) {
                (true, _) => limits::IMPORT_BYTES,
                (_, true) => limits::PHOTO_BYTES,
                _ => limits::BODY_BYTES,
            };
            let mut bytes = Vec::new();
            let mut over = false;
            while let Some(chunk) = field.chunk().await.map_err(broken)? {
                over |= bytes.len() + chunk.len() > most;
                if !over {
                    bytes.extend_from_slice(&chunk);
                }
            }
            if !file {
                if over {
                    return Err(WebError::http(axum::http::StatusCode::PAYLOAD_TOO_LARGE));
                }
                self.fields.0.push((name, String::from_utf8_lossy(&bytes).into_owned()));
                self.trust(signed);
            } else if !self.trusted {
                return Err(WebError::Csrf);
            } else if table {
                self.table(bytes, over, most);
            } else if over {
                self.note(Error::invalid("photo", Problem::TooBig { max: most as i64 }));
            } else if !bytes.is_empty() {
                self.photo(web, name, bytes).await?;
            }
        }
        Ok(())
    }

    /// A table as a field; what cannot be read as text is a fault of the form.
    fn table(&mut self, bytes: Vec<u8>, over: bool, most: usize) {
        self.marks.push(files::sha256(&bytes));
        match crate::table::decode(&bytes) {
            _ if over => self.note(Error::invalid("table", Problem::TooBig { max: most as i64 })),
            _ if crate::table::is_workbook(&bytes) => {
                self.note(Error::invalid("table", Problem::Mismatch { with: "excel" }))
            }
            None => self.note(Error::invalid("table", Problem::Unreadable)),
            Some(text) if text.trim().is_empty() => {}
            Some(text) => self.fields.0.push(("table".into(), text)),
        }
    }

    async fn photo(&mut self, web: &Web, name: String, bytes: Vec<u8>) -> Result<()> {
        if self.photos.len() >= limits::PHOTOS_PER_ACT {
            self.note(Error::invalid("photo", Problem::OutOfRange { min: 0, max: limits::PHOTOS_PER_ACT as i64 }));
            return Ok(());
        }
        self.marks.push(files::sha256(&bytes));
        match files::take(web, bytes).await {
            Ok(photo) => self.photos.push((name, photo)),
            Err(Error::Refused(refusal)) => self.note(Error::Refused(refusal)),
            Err(fault) => return Err(fault),
        }
        Ok(())
    }

    fn note(&mut self, fault: Error) {
        self.fault.get_or_insert(fault);
    }
}

/// Compares without telling by time how much was right.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && !a.is_empty() && a.bytes().zip(b.bytes()).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// A form sent from another site is refused whatever token it carries.
fn same_origin(signed: &Signed, parts: &Parts) -> std::result::Result<(), WebError> {
    if signed.bearer { Ok(()) } else { own_site(parts) }
}

/// The same check for forms without a session (sign-in).
pub fn own_site(parts: &Parts) -> std::result::Result<(), WebError> {
    if let Some(site) = text(&parts.headers, "sec-fetch-site") {
        return if matches!(site, "same-origin" | "none") { Ok(()) } else { Err(WebError::Csrf) };
    }
    let Some(origin) = text(&parts.headers, header::ORIGIN.as_str()) else { return Ok(()) };
    let told = origin.split_once("://").map_or("", |(_, host)| host);
    let own = host(parts).is_some_and(|host| told.eq_ignore_ascii_case(host));
    if own { Ok(()) } else { Err(WebError::Csrf) }
}

/// The Idempotency-Key with the hash of all that the request says; none without the header.
fn command(headers: &HeaderMap, path: &str, form: &Form) -> Result<Option<Command>> {
    let Some(key) = idempotency_key(headers)? else { return Ok(None) };
    let mut content: Vec<&[u8]> = vec![path.as_bytes()];
    for (name, value) in form.fields.0.iter().filter(|(name, _)| name != "csrf") {
        content.push(name.as_bytes());
        content.push(value.as_bytes());
    }
    content.extend(form.marks.iter().map(|m| m.as_slice()));
    Ok(Some(Command::new(key, &content)))
}

/// Refuses (Invalid `idempotency_key`) what is no UUID.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<Id>> {
    match headers.get("idempotency-key") {
        None => Ok(None),
        Some(value) => value
            .to_str()
            .ok()
            .and_then(Id::parse)
            .map(Some)
            .ok_or_else(|| Error::invalid("idempotency_key", Problem::Unreadable)),
    }
}

/// How the request came: `app` from a phone's queue, `api` with a token or under `/api`, else `web`.
/// Refuses X-Claimed-At and X-Device-At that are no milliseconds.
pub fn meta(headers: &HeaderMap, signed: &Signed, keyed: bool) -> Result<Meta> {
    let ms = |name: &'static str, field: &'static str| match text(headers, name) {
        None => Ok(None),
        Some(value) => {
            value.trim().parse().map(|v| Some(Ms(v))).map_err(|_| Error::invalid(field, Problem::Unreadable))
        }
    };
    let device_at = ms("x-device-at", "device_at")?;
    let claimed_at = ms("x-claimed-at", "claimed_at")?;
    let api = signed.bearer || signed.ask.path.starts_with("/api/");
    let source = if api {
        "api"
    } else if keyed && device_at.is_some() {
        "app"
    } else {
        "web"
    };
    Ok(Meta { source, claimed_at, device_at })
}

/// May this unsafe request of a cookie session pass? For handlers that read another body than a form (JSON).
pub fn csrf(parts: &Parts, signed: &Signed) -> std::result::Result<(), WebError> {
    if signed.bearer || matches!(parts.method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    own_site(parts)?;
    let token = text(&parts.headers, "x-csrf").unwrap_or("");
    if same(token, signed.csrf()) { Ok(()) } else { Err(WebError::Csrf) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str) -> Ask {
        Ask {
            json: false,
            htmx: false,
            path: "/hazards".into(),
            query: query.into(),
            theme: "auto".into(),
            size: "m".into(),
            address: "local".into(),
            device: String::new(),
            origin: String::new(),
        }
    }

    #[test]
    fn a_link_keeps_the_other_filters_and_drops_the_cursor() {
        let ask = ask("unit=7&q=%E7%81%AF&cursor=9&state=");
        assert_eq!(ask.link("unit", "8"), "/hazards?q=%E7%81%AF&unit=8");
        assert_eq!(ask.link("q", ""), "/hazards?unit=7");
        assert_eq!(ask.param("q").as_deref(), Some("灯"));
    }

    #[test]
    fn only_this_machine_itself_counts_as_local() {
        let at = |origin: &str| Ask { origin: origin.into(), ..ask("") }.local();
        for own in ["http://127.0.0.1:8080", "http://localhost", "http://localhost:9", "http://[::1]:8080"] {
            assert!(at(own), "{own}");
        }
        for other in ["http://10.0.0.7:8080", "http://localhost.example", "https://xiaoan.example"] {
            assert!(!at(other), "{other}");
        }
    }

    #[test]
    fn a_form_from_another_site_is_refused() {
        let fine = |address: &str, headers: &[(&str, &str)]| {
            let mut request = Request::get(address);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            own_site(&request.body(()).unwrap().into_parts().0).is_ok()
        };
        let host = ("host", "xiaoan.example");
        assert!(fine("/", &[host]));
        assert!(!fine("/", &[host, ("origin", "https://evil.example")]));
        assert!(fine("/", &[host, ("origin", "https://xiaoan.example")]));
        assert!(!fine("/", &[host, ("origin", "https://xiaoan.example"), ("sec-fetch-site", "cross-site")]));
        // HTTP/2 has no host header.
        assert!(fine("https://xiaoan.example/", &[("origin", "https://xiaoan.example")]));
        assert!(!fine("https://xiaoan.example/", &[("origin", "https://evil.example")]));
    }

    #[test]
    fn tokens_are_compared_whole() {
        assert!(same("ab12", "ab12"));
        assert!(!same("ab12", "ab13"));
        assert!(!same("", ""));
    }
}
