//! 工作记录 pages: the forms of the pack (meeting, lesson, training, letter …), drawn from their fields, entered once by
//! whoever did it; the record with what it served; correction and voiding with history; resolutions settled.
//! Serves 1.1, 3.1, 3.2, 3.4, 4.1, 4.2 as far as forms show them. No rule here: `safety::duty::work` judges.

mod agenda;
mod list;
mod new;
mod part;
mod record;

use axum::Router;
use axum::routing::{get, post};

use crate::state::Web;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/works", get(list::list))
        .route("/works/agenda", get(agenda::show))
        .route("/works/new", get(new::form).post(new::add))
        .route("/works/{id}", get(record::show))
        .route("/works/{id}/correct", get(record::correct_form).post(record::correct))
        .route("/works/{id}/void", post(record::void))
        .route("/resolutions/{id}/settle", post(record::settle))
}
