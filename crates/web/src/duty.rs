//! 应做事项 pages (1.1, 1.3, 3.1, 3.2, 3.4, 4.1, 4.2): lists of cells in which something happened, one cell also while
//! it is empty, one entry as a grid, the three stages 安排 检查 验收 with 退回, waivers. No rule here: `safety::duty` judges.

mod act;
mod cell;
mod kind;
mod list;
mod owed;
mod plan;
mod record;
pub mod say;
pub mod today;

pub use list::LIVE;

use axum::Router;
use axum::routing::{get, post};

use crate::state::Web;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/duties", get(list::list))
        .route("/duties/cell", get(cell::show))
        .route("/duties/kinds/{entry}", get(kind::show))
        .route("/duties/owed", get(owed::owed))
        .route("/plan", get(plan::plan))
        .route("/duties/arrange", post(act::arrange))
        .route("/duties/waive", post(act::waive))
        .route("/duties/sign", post(act::sign))
        .route("/waivers/{id}/end", post(act::end_waiver))
        .route("/duties/{id}", get(record::show))
        .route("/duties/{id}/{verb}", post(act::act))
}
