//! The JSON API under `/api/v1`, described at `/api/openapi.json`. It says the same as the pages and asks the same nouns;
//! it decides nothing.
//!
//! Serves every item of the notice that has a noun, for programs: the phone app of a county, a provincial platform, tests
//! from outside.
//!
//! - `wire`     times, days, ids, texts and codes in JSON, each with its schema
//! - `ask`      how a program asks: act, query, record in the address
//! - `fault`    a body that cannot be read; all else goes out as in `crate::error`
//! - `page`     lists: `?limit=&cursor=` → `{items, next_cursor}`
//! - `doc`      what every operation has in common
//! - `dto`, `org`, `hazard`  the nouns' structs as they stand in JSON
//! - one file per noun with its operations: `session`, `units`, `people`, `places`, `roll`, `hazards`, `acts`, `checks`, `incidents`, `files`,
//!   `journal`, `duties`, `works`, `boards`, `drills`, `movements`, `alarms`, `buttons`, `messages`, `tips`, `missives`, `clues`,
//!   `absences`, `outsides`
//!
//! Not here: forms, pages, live updates; what people without an account do (a tip, an agency's letter): those are pages.

mod absences;
mod acts;
mod alarms;
mod ask;
mod boards;
mod buildings;
mod buttons;
mod checks;
mod clues;
mod doc;
mod drills;
mod dto;
mod duties;
mod fault;
mod files;
mod hazard;
mod hazards;
mod incidents;
mod journal;
mod messages;
mod missives;
mod movements;
mod notices;
mod org;
mod outsides;
mod page;
mod people;
mod places;
mod roll;
mod session;
mod supports;
mod texts;
mod tips;
mod units;
mod wire;
mod works;

use std::sync::OnceLock;

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::state::Web;

fn operations() -> OpenApiRouter<Web> {
    let nouns = OpenApiRouter::new()
        .merge(session::routes())
        .merge(units::routes())
        .merge(people::routes())
        .merge(places::routes())
        .merge(roll::routes())
        .merge(texts::routes())
        .merge(notices::routes())
        .merge(supports::routes())
        .merge(drills::routes())
        .merge(movements::routes())
        .merge(buildings::routes())
        .merge(duties::routes())
        .merge(works::routes())
        .merge(boards::routes())
        .merge(hazards::routes())
        .merge(acts::routes())
        .merge(checks::routes())
        .merge(incidents::routes())
        .merge(alarms::routes())
        .merge(buttons::routes())
        .merge(messages::routes())
        .merge(tips::routes())
        .merge(missives::routes())
        .merge(clues::routes())
        .merge(absences::routes())
        .merge(outsides::routes())
        .merge(files::routes())
        .merge(journal::routes());
    OpenApiRouter::with_openapi(doc::base()).nest("/api/v1", nouns)
}

/// The description of the whole API.
pub fn document() -> OpenApi {
    doc::finish(operations().into_openapi())
}

pub fn routes() -> Router<Web> {
    let (router, _) = operations().split_for_parts();
    router.route("/api/openapi.json", get(described))
}

/// The description as it is sent: made once.
async fn described() -> impl IntoResponse {
    static TEXT: OnceLock<Bytes> = OnceLock::new();
    let text = TEXT.get_or_init(|| Bytes::from(document().to_json().unwrap_or_default()));
    ([(header::CONTENT_TYPE, "application/json")], text.clone())
}
