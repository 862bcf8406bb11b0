//! 花名册 (3.4, 4.2): the classes of a school, a class with its pupils, tables in with a dry run, the turn of the year.
//! Counts for whoever may see the school's people; names inside the school only. Decides nothing.
//!
//! `list` classes · `class` one class and its pupils · `intake` tables in · `turn` promotion · `read` rows of a table

mod class;
mod intake;
mod list;
pub mod read;
mod turn;

use axum::Router;
use axum::routing::{get, post};

use crate::state::Web;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/units/{id}/roll", get(list::list).post(list::open))
        .route("/units/{id}/roll/import", get(intake::form).post(intake::take))
        .route("/units/{id}/roll/turn", get(turn::form).post(turn::promote))
        .route("/classes/{id}", get(class::show).post(class::change))
        .route("/classes/{id}/close", post(class::close))
        .route("/classes/{id}/pupils", post(class::enter))
        .route("/pupils/{id}", get(class::pupil).post(class::correct))
        .route("/pupils/{id}/transfer", post(class::transfer))
        .route("/pupils/{id}/leave", post(class::leave))
        .route("/pupils/{id}/erase", post(class::erase))
}
