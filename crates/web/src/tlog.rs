//! The journal as static files (C2SP tlog-tiles) under `/tlog/`: checkpoint (with the cosignatures that exist for it),
//! the newest head that enough witnesses have signed, hash tiles, entry bundles. Public unless
//! `tlog_public = false`; leaves hold no personal data. Then only those who may read the journal get them.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base::{Refusal, Result};
use journal::{TileKind, TilePath};
use safety::kernel::proof::{self, Tree};
use safety::kernel::rights::{Action, Reach, reach};
use safety::kernel::witness;
use safety::{Actor, Cx};

use crate::door::Signed;
use crate::error::{Answer, WebError};
use crate::state::Web;

/// Entries and hashes in a full tile.
const WIDTH: u64 = 256;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/tlog/checkpoint", get(checkpoint))
        .route("/tlog/witnessed", get(witnessed))
        .route("/tlog/tile/{*path}", get(tile))
}

/// Closed logs do not show that they are there.
async fn let_in(web: &Web, request: Request) -> std::result::Result<(), WebError> {
    if web.config.tlog_public {
        return Ok(());
    }
    let (parts, _) = request.into_parts();
    match Signed::quiet(web, &parts).await? {
        Some(signed) if reach(signed.actor().role, Action::JournalRead) != Reach::Nothing => Ok(()),
        _ => Err(WebError::not_found()),
    }
}

async fn checkpoint(State(web): State<Web>, request: Request) -> Answer {
    let_in(&web, request).await?;
    let note = web.read(&Actor::system(), |cx| witness::checkpoint(cx.tx)).await?;
    let note = note.ok_or_else(WebError::not_found)?;
    Ok(send(note.into_bytes(), "text/plain; charset=utf-8", "no-cache"))
}

/// The newest head with enough witnesses under it; not there before the first.
async fn witnessed(State(web): State<Web>, request: Request) -> Answer {
    let_in(&web, request).await?;
    let head = web.read(&Actor::system(), |cx| witness::witnessed(cx.tx)).await?;
    let head = head.ok_or_else(WebError::not_found)?;
    Ok(send(head.note.into_bytes(), "text/plain; charset=utf-8", "no-cache"))
}

async fn tile(State(web): State<Web>, Path(path): Path<String>, request: Request) -> Answer {
    let_in(&web, request).await?;
    let path = journal::parse_tile_path(&path).ok_or_else(WebError::not_found)?;
    let bytes = web.read(&Actor::system(), move |cx| read(cx, path)).await?;
    // A tile that is there never changes, a partial one neither.
    Ok(send(bytes, "application/octet-stream", "public, max-age=31536000, immutable"))
}

fn read(cx: &mut Cx<'_, '_>, path: TilePath) -> Result<Vec<u8>> {
    let size = proof::head(cx.tx)?.map_or(0, |(size, _)| size);
    if !path.is_in_tree(size) {
        return Err(Refusal::NotFound.into());
    }
    match path.kind {
        TileKind::Hashes(level) => {
            let tile = journal::tile(&mut Tree { tx: cx.tx }, level, path.n, path.width, size)?;
            tile.ok_or_else(|| Refusal::NotFound.into())
        }
        TileKind::Entries => {
            let first = path.n * WIDTH;
            journal::entry_bundle(&proof::entries(cx.tx, first, first + path.count() as u64)?)
        }
    }
}

fn send(bytes: Vec<u8>, kind: &'static str, keep: &'static str) -> Response {
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    (head, bytes).into_response()
}
