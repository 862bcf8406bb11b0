//! 看板 (1.3): how a bureau and everything under it, or one unit, stands over a month, a term or a school year: the bar
//! with its equation, the matrix clause × period, the heat calendar, where help is needed, and from every figure the way
//! down to its cells and back to its clause. A school's head sees the same page of the own school.
//!
//! - `view`   what is read for the page, once as the viewer
//! - `show`   the page; CSV
//! - `rows`   what stands behind one figure
//! - `draw`   the heat calendar as a picture
//! - `live`   the page kept fresh
//!
//! No figure is made here: `safety::duty::board` and `split` count.

mod draw;
pub mod live;
mod rows;
mod show;
mod view;

use axum::Router;
use axum::routing::get;

use crate::state::Web;

pub fn routes() -> Router<Web> {
    Router::new().route("/board", get(show::show)).route("/board/rows", get(rows::show))
}
