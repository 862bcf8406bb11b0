//! Dev only: drives the real binary over loopback. For `make bench` (the bin `load`) and for the fault tests of
//! `xiaoan`; nothing of it is shipped.
//!
//! - `http`    a tiny blocking client, this machine only
//! - `server`  the binary as a child process: start, wait, stop, kill, CPU and memory
//! - `api`     sign in, submit, list, head of the log
//! - `drive`   many clients in a closed loop, bounded
//! - `raw`     the raw limit of a submission: its rows alone, and the noun without HTTP
//! - `fill`    a county with a hundred thousand hazards, through the nouns
//! - `weigh`   what a page weighs on the wire
//! - `report`  the table of figures

pub mod api;
pub mod drive;
pub mod fill;
pub mod http;
pub mod raw;
pub mod report;
pub mod server;
pub mod weigh;
