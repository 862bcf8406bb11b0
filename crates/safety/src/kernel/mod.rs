//! What every noun stands on: the transaction with its shadow in the journal, rights, deadlines, answered requests.
//! Not here: any rule about a noun.

pub mod actor;
pub mod app;
pub mod audit;
pub mod command;
pub mod cx;
pub mod due;
pub mod erase;
pub mod files;
pub mod memo;
pub mod outbox;
pub mod proof;
pub mod registry;
pub mod rights;
pub mod text;
pub mod witness;
