//! The binary from outside: commands, exit codes, files. One demo is filled and shared; tests that change it copy it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod crowd_plan;
mod demo;
mod faults;
mod install;
mod packs;
mod proof;
mod run;
mod serving;
mod witness;
