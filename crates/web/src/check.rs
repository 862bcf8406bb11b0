//! 排查 pages (notice 2.6): the list of checks, the check itself with one tap for each place, its record. Hazards found on
//! the way are hazards of their own that name the check.

mod list;
mod new;
mod record;

use axum::Router;
use axum::routing::get;

use crate::state::Web;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/checks", get(list::list))
        .route("/checks/new", get(new::form).post(new::add))
        .route("/checks/{id}", get(record::show))
}
