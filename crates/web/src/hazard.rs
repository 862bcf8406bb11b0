//! 隐患 pages (notice 2.6): list, form, record with its acts, ledger and letter, statistics, coverage. Handlers carry no
//! rules: they read the request, call `safety`, and show what it says. The JSON door of the same noun is in `api`.

mod acts;
mod board;
mod change;
mod coverage;
pub(crate) mod list;
mod meeting;
pub(crate) mod near;
pub(crate) mod new;
mod paper;
pub(crate) mod record;
mod stream;

use axum::Router;
use axum::routing::{get, post};

pub use stream::LIVE;

use crate::state::Web;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/hazards", get(list::list))
        .route("/hazards/new", get(new::form).post(new::add))
        .route("/hazards/ledger", get(paper::ledger))
        .route("/hazards/stats", get(board::show))
        .route("/hazards/coverage", get(coverage::show))
        .route("/hazards/{id}", get(record::show))
        .route("/hazards/{id}/letter", get(paper::letter))
        .route("/hazards/{id}/proof", get(paper::bundle))
        .route("/hazards/{id}/{act}", post(acts::post))
}
