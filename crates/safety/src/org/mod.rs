//! Units, people, posts, places, logins: who stands where in the city (notice 4.1, 4.2).
//!
//! The tree: city bureau → county bureaus (and the pseudo-counties 市直, 市属民办) → 乡镇中心校 where it exists →
//! schools, 村小, 教学点; inside an institution stand departments and campuses; agencies stand beside. Persons hold
//! posts for a period; everything is an interval, nothing is deleted.
//! Not here: hashing of passwords (a door does it in its heavy lane), Chinese names of kinds and roles (`web::words`).

pub(crate) mod kinds;
mod life;
pub mod login;
pub mod people;
pub mod place;
pub mod post;
pub mod sql;
pub mod unit;

pub use kinds::{PlaceKind, Role, Stage, UnitKind};
