//! 演练 pages (notice 3.5, 2.5): the drills of a school or of everything below, planning one, the page of the hour with
//! stopwatch and list, the telephone page of a class, the review, role cards, the record in the inspectors' form.

mod act;
mod call;
mod list;
mod paper;
mod record;

use axum::Router;
use axum::routing::{get, post};

use crate::state::Web;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/drills", get(list::list).post(list::add))
        .route("/drills/new", get(list::new))
        .route("/drills/call", get(call::now))
        .route("/drills/{id}", get(record::show))
        .route("/drills/{id}/call", post(call::add))
        .route("/drills/{id}/act", post(act::act))
        .route("/drills/{id}/paper", post(act::paper))
        .route("/drills/{id}/review", get(record::form).post(record::review))
        .route("/drills/{id}/print", get(paper::record))
        .route("/drills/{id}/cards", get(paper::cards))
}
