//! What the far side sees of a call, and what is made of any answer.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod bots;
mod channels;
mod http;
mod world;
