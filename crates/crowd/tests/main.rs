//! Acceptance of the planner from outside: figures against the reference set, plans against the referee, mutations,
//! random schools, bad files, tables, pictures.
#![allow(clippy::unwrap_used, reason = "a test that finds nothing to unwrap has failed")]

mod acceptance;
mod bad;
mod brute;
mod deadlines;
mod events;
mod lab;
mod pictures;
mod random;
mod support;
mod tables;
mod validation;
