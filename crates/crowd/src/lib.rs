//! Nobody is crushed: dismissal and evacuation planner.
mod bound;
mod crowding;
mod closures;
mod code;
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
mod tables;
mod validate;

pub use bound::{bound, Bound, CutEdge, Stop};
pub use code::{checks, Check, Finding};
pub use closures::{closure_cards, single_closures, Card};
pub use crowding::{all_at_once, Bottleneck, Crowding};
pub use document::{bound_json, errors_json, evacuate_json, evacuation_json, input_hash, plan_json, sentence, ADVICE, PLAN_FORMAT};
pub use evacuate::{evacuate, Evacuation, Leaver, Share};
pub use fault::{Code, Fault, Faults};
pub use instance::Instance;
pub use model::{Draft, FORMAT};
pub use net::Mode;
pub use posts::{posts, Post, Reason};
pub use tables::{draft_from_tables, PACE_M};
pub use plan::{plan, Missed, Plan, Slot, Way};

pub fn try_plan(i: &Instance, seed: u64, more: &mut dyn FnMut(u64, u32) -> bool) -> u32 {
    let net = i.net(Mode::Dismissal);
    let p = problem::Problem::new(i, &net);
    if std::env::var("V").is_ok() { let n:usize=p.jobs.iter().map(|j|j.choices.len()).sum(); let st:usize=p.jobs.iter().flat_map(|j|&j.choices).map(|c|c.stops.len()).sum(); println!("keys {} choices/job {:.1} stops/choice {:.1}",p.caps.len(), n as f64/p.jobs.len() as f64, st as f64/n as f64); }
    let mut s = search::Search::new(&p, seed).unwrap();
    let mut k = 0;
    while more(k, s.best_score.makespan) { s.step(); k += 1; }
    s.best_score.makespan
}
