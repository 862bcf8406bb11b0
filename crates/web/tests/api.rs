//! The JSON API as a program meets it: requests into the whole door, answers read as JSON.

mod acts;
mod described;
mod refusals;
mod world;
