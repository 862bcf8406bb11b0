//! 事故 pages (notice 1.2): the first report (three taps, also without network), the list, the record with its clocks,
//! versions and acts, the 事故报告单, the zero report. Handlers carry no rules: they read the request, call `safety`, and
//! show what it says.

mod acts;
pub(crate) mod list;
mod new;
mod paper;
mod record;
pub(crate) mod today;

use axum::Router;
use axum::routing::{get, post};

use crate::state::Web;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/incidents", get(list::list))
        .route("/incidents/new", get(new::form).post(new::add))
        .route("/incidents/zero", post(list::zero))
        .route("/incidents/drafts/{id}/drop", post(list::drop))
        .route("/incidents/{id}", get(record::show))
        .route("/incidents/{id}/reports/{serial}", get(paper::sheet))
        .route("/incidents/{id}/{act}", get(acts::shown).post(acts::post))
}
