//! 疏散 pages (notice 2.5): the school entered from one sheet, the timetable reckoned with progress and cancel, shown by
//! class, stair, gate and teacher, printed big, approved; cards of shut ways, posts of each day, large events.
//!
//! `run` the reckonings under way · `building` the form and the code check · `plan` a timetable · `posts` · `gathering`.

mod building;
mod gathering;
mod list;
mod plan;
mod posts;
pub mod run;

use axum::Router;
use axum::routing::{get, post};

use crate::state::Web;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/movements", get(list::list))
        .route("/movements/building", get(building::form).post(building::enter))
        .route("/movements/buildings/{id}", get(building::show))
        .route("/movements/buildings/{id}/hazards", post(building::hazards))
        .route("/movements/buildings/{id}/reckon", post(run::begin))
        .route("/movements/runs/{id}", get(run::show).post(run::say))
        .route("/movements/posts", get(posts::show).post(posts::set))
        .route("/movements/posts/day", post(posts::stand))
        .route("/movements/cards/{id}", get(plan::card).post(plan::card_act))
        .route("/movements/cards/{id}/picture", get(plan::card_picture))
        .route("/movements/{id}", get(plan::show).post(plan::act))
        .route("/movements/{id}/picture", get(plan::picture))
        .route("/movements/{id}/print", get(plan::print))
        .route("/gatherings", get(gathering::list).post(gathering::add))
        .route("/gatherings/new", get(gathering::new))
        .route("/gatherings/{id}", get(gathering::show).post(gathering::act))
}
