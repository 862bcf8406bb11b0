//! One SQL text on two engines. A thin, synchronous façade over SQLite (bundled) and PostgreSQL that knows no noun:
//! it carries every record of every item of the notice (1.1–5.3) and none of their rules.
//!
//! A *job* is a closure over a [`Tx`]. Jobs are re-runnable: the same job may run several times before its answer is
//! given once, after COMMIT. So everything that a job does outside SQL must be thrown away on a re-run, and ids, salts
//! and times are made before the call.
//!
//! What makes the same text mean the same on both engines:
//! - parameters are `$1…$n`, bound by the number in the name, each used at least once;
//! - values are integers, texts without NUL, and bytes. No REAL, no NUMERIC (`cast(… as bigint)`), booleans are 0/1;
//! - `like` tells capitals apart, `"x"` is a name and never a text, column names are lower case and given with `as`;
//! - after a statement has failed the job is lost: every further statement answers the same error, and so does the
//!   job, even when it returns `Ok`. To go on after a taken key write `on conflict do nothing` and look at the count.
//!
//! Not here: nouns, SQL of nouns, the journal's tree (it is handed in as the `sequence` hook), async code. The
//! `postgres` client lives on this room's own threads only, because it cannot be called from an async task.

mod backup;
mod database;
mod job;
mod migrate;
mod options;
mod postgres_link;
mod postgres_pool;
mod row;
mod sqlite;
mod sqlite_threads;
mod stats;
pub mod testing;
mod tx;
mod value;

pub use database::Db;
pub use migrate::Migration;
pub use options::{Engine, Hook, Options, Target};
pub use row::Row;
pub use stats::Stats;
pub use tx::{ROWS_MAX, Tx};
pub use value::Value;
