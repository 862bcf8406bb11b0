//! Nobody is crushed: dismissal and evacuation planner (notice 2.5, 3.5).
//!
//! From a school as a director can describe it (an `xiaoan-crowd/1` document or five plain tables) this room reckons:
//! the quickest conceivable dismissal and evacuation with the reason for it (`bound`), what happens when everybody leaves
//! at once (`all_at_once`), a timetable in which no stair is ever too dense (`plan`), stairs for whole classes
//! (`evacuate`), the same with any one way shut (`closure_cards`), posts, pictures, and events with seat blocks. A
//! referee that shares no code with the planner checks timetables.
//!
//! Pure and deterministic: no clock, no files, no randomness but a seeded generator; the caller says how long to search.
//! Figures advise management and replace no fire-design review. Not here: buildings as records, approval, publishing
//! (`movement`), drills (`drill`).

mod bound;
mod closures;
mod code;
mod crowding;
mod document;
mod evacuate;
pub mod event;
mod fault;
mod flow;
mod instance;
mod model;
mod net;
mod pack;
mod plan;
mod posts;
mod problem;
mod read;
pub mod referee;
mod rng;
mod routes;
mod search;
mod svg;
mod tables;
mod validate;

pub use bound::{Bound, CutEdge, Stop, bound};
pub use closures::{Card, closure_cards, single_closures};
pub use code::{Check, Finding, checks};
pub use crowding::{Bottleneck, Crowding, all_at_once};
pub use document::{
    ADVICE, PLAN_FORMAT, Reckoning, bound_json, errors_json, evacuate_json, evacuation_json, evacuation_notices,
    input_hash, plan_json, plan_json_beside, plan_notices, reckon, reckoning_json, sentence,
};
pub use evacuate::{Evacuation, Leaver, Share, evacuate, evacuate_while};
pub use fault::{Code, Fault, Faults};
pub use instance::Instance;
pub use model::{
    Bus, Class, Closure, Draft, Edge, FORMAT, MAX_BYTES, MAX_CLASSES, MAX_EDGES, MAX_STEPS, Node, NodeKind, Rules,
    Siblings, Targets, WayKind,
};
pub use net::Mode;
pub use plan::{Missed, Plan, Slot, Way, plan};
pub use posts::{Post, Reason, posts};
pub use svg::{bound_svg, evacuation_svg, plan_phone_svg, plan_svg};
pub use tables::{PACE_M, draft_from_tables};
