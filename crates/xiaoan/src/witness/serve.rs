//! `witness`: the small server. `POST /add-checkpoint` (C2SP tlog-witness), `GET /<sha256 of the log's name>/checkpoint`
//! for monitors, `GET /` what it watches, `/healthz` and `/readyz`.
//!
//! Plain http: everything that passes is public and carries its own signature, and a witness that is kept from hearing
//! is noticed as away. Put it behind a proxy for TLS.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as At, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base::{Clock, Error, Refusal};
use journal::limits::WITNESS_REQUEST_BYTES_MAX;
use journal::witness::{NotCosigned, SIZE_TYPE, Witness};
use journal::{Cosigner, CosignerKey};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::desk::{Desk, Seen};
use crate::args;
use crate::house::{House, secret, store};
use crate::serve::asked_to_stop;
use crate::stop::{Done, file, stop, wrong};
use crate::words::witness as words;

pub const KEY: &str = "witness.key";
pub const PUBLIC_KEY: &str = "witness.pub";
const DATABASE: &str = "witness.db";
/// Requests looked at at once; more are told to come back. Each costs a signature check and a commit.
const AT_ONCE: usize = 64;
/// A request that has not come in whole by then is given up.
const REQUEST_WAIT: Duration = Duration::from_secs(10);

pub fn run(house: &House, asked: &args::Witness) -> Done {
    let listen: SocketAddr =
        asked.listen.parse().map_err(|_| wrong(crate::words::serve::listen_form(&asked.listen)))?;
    if house.lived_in() {
        return Err(stop(words::inside(&house.data)));
    }
    let witness = watched(&asked.log)?;
    let listener = TcpListener::bind(listen).map_err(|e| match e.kind() {
        std::io::ErrorKind::AddrInUse => stop(crate::words::serve::port_taken(&asked.listen)),
        _ => stop(crate::words::file(&asked.listen, &e)),
    })?;
    house.make()?;
    let cosigner = key(house, asked.name.as_deref())?;
    let vkey = cosigner.verifier_key();
    let desk = Desk::open(&house.path(DATABASE), witness, cosigner, Clock::wall())?;
    println!("{}", words::public_key(&vkey));
    for log in desk.seen()? {
        println!("{}", words::watching(&log.origin, log.size));
    }
    serve(listener, desk)
}

/// Reads `--log`: a key, or a name and a key where the log's name is another than its key's.
fn watched(logs: &[String]) -> Done<Witness> {
    let mut witness = Witness::default();
    for text in logs {
        // A name before `=` that is no part of a key: base64 ends in `=`, a key's name cannot hold `+`.
        let named = text.split_once('=').filter(|(name, _)| !name.contains('+'));
        let (origin, vkey) = named.unwrap_or((text.split('+').next().unwrap_or_default(), text));
        witness.watch(origin, vkey).map_err(|_| wrong(words::log(text)))?;
    }
    Ok(witness)
}

/// The key in the folder; made at the first start, when its name must be given.
fn key(house: &House, name: Option<&str>) -> Done<Cosigner> {
    let (path, public) = (house.path(KEY), house.path(PUBLIC_KEY));
    if !path.exists() {
        let name = name.ok_or_else(|| stop(words::NAME_NEEDED))?;
        let seed: [u8; 32] = base::random();
        let cosigner = Cosigner::new(name, seed).map_err(|_| wrong(words::name(name)))?;
        // The public half first: a secret without its name could not be used.
        store(&public, format!("{}\n", cosigner.verifier_key()).as_bytes()).map_err(file(&public))?;
        secret(&path, &seed).map_err(file(&path))?;
        return Ok(cosigner);
    }
    let known = stored(&path, &public)?;
    match name {
        Some(other) if other != known.name() => Err(stop(words::other_name(known.name()))),
        _ => Ok(known),
    }
}

fn stored(path: &Path, public: &Path) -> Done<Cosigner> {
    let unreadable = || stop(crate::words::unreadable(path));
    let seed: [u8; 32] = std::fs::read(path).map_err(file(path))?.try_into().map_err(|_| unreadable())?;
    let vkey = std::fs::read_to_string(public).map_err(file(public))?;
    let name = CosignerKey::parse(&vkey).map_err(|_| unreadable())?.name().to_string();
    let cosigner = Cosigner::new(&name, seed)?;
    if cosigner.verifier_key() == vkey.trim() { Ok(cosigner) } else { Err(unreadable()) }
}

struct Door {
    desk: Desk,
    at_once: Semaphore,
}

fn serve(listener: TcpListener, desk: Desk) -> Done {
    let failed = |e: std::io::Error| stop(crate::words::serve::ended(&e.to_string()));
    let listen = listener.local_addr().map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    let served = runtime.block_on(async {
        let ends = asked_to_stop()?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        println!("{}", words::listening(&listen.to_string()));
        tracing::info!(%listen, "witnessing");
        axum::serve(listener, router(desk.clone())).with_graceful_shutdown(ends).await
    });
    desk.close();
    served.map_err(failed)
}

pub fn router(desk: Desk) -> Router {
    let door = Arc::new(Door { desk, at_once: Semaphore::new(AT_ONCE) });
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(checkpoint))
        .route("/", get(watching))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(door)
}

async fn add_checkpoint(State(door): State<Arc<Door>>, request: axum::extract::Request) -> Response {
    let Ok(_turn) = door.at_once.try_acquire() else { return away() };
    let limit = WITNESS_REQUEST_BYTES_MAX + 1;
    let body = tokio::time::timeout(REQUEST_WAIT, axum::body::to_bytes(request.into_body(), limit)).await;
    let body: Bytes = match body {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return refused(&NotCosigned::Form("too long")),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let desk = door.desk.clone();
    match tokio::task::spawn_blocking(move || desk.add_checkpoint(&body)).await {
        Ok(Ok(Ok(line))) => line.into_response(),
        Ok(Ok(Err(refusal))) => refused(&refusal),
        Ok(Err(Error::Refused(Refusal::Busy))) => away(),
        Ok(Err(e)) => {
            tracing::error!(error = %e, "the head could not be stored");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refused(refusal: &NotCosigned) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let kind = if status == StatusCode::CONFLICT { SIZE_TYPE } else { "text/plain; charset=utf-8" };
    (status, [(header::CONTENT_TYPE, kind)], refusal.body()).into_response()
}

fn away() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")]).into_response()
}

async fn seen(door: Arc<Door>) -> Option<Vec<Seen>> {
    tokio::task::spawn_blocking(move || door.desk.seen()).await.ok()?.ok()
}

/// The newest head of a log with its cosignature, by the hash of the log's name.
async fn checkpoint(State(door): State<Arc<Door>>, At(origin): At<String>) -> Response {
    let Some(seen) = seen(door).await else { return away() };
    let hash = |name: &str| Sha256::digest(name).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match seen.into_iter().find(|log| !log.note.is_empty() && hash(&log.origin) == origin) {
        Some(log) => log.note.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn watching(State(door): State<Arc<Door>>) -> Response {
    let Some(seen) = seen(door).await else { return away() };
    let logs =
        seen.iter().map(|log| serde_json::json!({ "origin": log.origin, "size": log.size, "against": log.against }));
    axum::Json(serde_json::json!({ "logs": logs.collect::<Vec<_>>() })).into_response()
}

async fn ready(State(door): State<Arc<Door>>) -> Response {
    match tokio::task::spawn_blocking(move || door.desk.check()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
