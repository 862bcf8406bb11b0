//! The ground: time, ids, randomness, refusals, limits and the plain data that leaves as paper.
//!
//! Every other room may use this one; it uses none. The wall clock and the machine's randomness are read here and
//! nowhere else (`clippy.toml` forbids it), so that a whole city can be run in simulated time.
//! Not here: rules (`safety`), SQL (`db`), Chinese sentences (`web::words`).

pub mod calendar;
mod clock;
mod day;
mod id;
pub mod limits;
mod rand;
mod refusal;
mod sheet;

pub use clock::{Clock, Ms, OFFSET, Stopwatch};
pub use day::Day;
pub use id::Id;
pub use rand::{Seed, hex, random};
pub use refusal::{Error, Fault, FieldError, Problem, Refusal, Result};
pub use sheet::{Cell, Letter, Sheet};
