//! The door from outside: requests in-process through the whole router, on a temporary SQLite house with a small world.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alarms;
mod api;
mod board;
mod check;
mod clue;
mod door;
mod drill;
mod duty;
mod hazard;
mod incident;
mod live;
mod messages;
mod missive;
mod movement;
mod packs;
mod pages;
mod papers;
mod photos;
mod roll;
mod serve;
mod setup;
mod strangers;
mod tip;
mod tlog;
mod units;
mod world;
