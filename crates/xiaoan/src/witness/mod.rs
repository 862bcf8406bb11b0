//! Witnesses (1.2), both sides. `serve`, `desk`: this program as a witness for somebody else's log, a process of its own
//! with its own key and its own small database, meant for another machine and another office. `config`, `ask`: this
//! program's own log before its witnesses.
//! Not here: what a witness checks (`journal::witness`), what is kept of the answers (`safety::kernel::witness`).

pub mod ask;
pub mod config;
pub mod desk;
pub mod serve;
