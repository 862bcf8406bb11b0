//! What if one stair flight, exit or gate is shut: every single closure reckoned in advance.
//!
//! The cards are kept; when a stair is reported blocked in the morning the timetable for it is already at hand.

use crate::bound::{Stop, bound};
use crate::instance::Instance;
use crate::model::WayKind;
use crate::net::Mode;
use crate::plan::{Plan, plan};

/// One prepared closure.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// The edge that is shut.
    pub edge: usize,
    pub lower_bound: u32,
    pub plan: Plan,
}

/// Edges whose loss is worth a card: flights, exits, gates.
pub fn single_closures(instance: &Instance) -> Vec<usize> {
    let edges = &instance.draft().edges;
    let worth = |e: &usize| edges[*e].exit || matches!(edges[*e].kind, WayKind::Stair | WayKind::Gate);
    (0..edges.len()).filter(worth).collect()
}

/// A card for every single closure, each plan searched for `steps`. `go_on(done, all)` is asked before each; `false`
/// ends with [`Stop::Cancelled`].
pub fn closure_cards(
    instance: &Instance,
    seed: u64,
    steps: u64,
    mut go_on: impl FnMut(usize, usize) -> bool,
) -> Result<Vec<Card>, Stop> {
    let edges = single_closures(instance);
    let mut cards = Vec::with_capacity(edges.len());
    for (done, &edge) in edges.iter().enumerate() {
        if !go_on(done, edges.len()) {
            return Err(Stop::Cancelled);
        }
        let id = instance.draft().edges[edge].id.clone();
        let shut = instance.with_shut(&id, &[&id]).map_err(Stop::Refused)?;
        let lower = bound(&shut, Mode::Dismissal, &mut || true)?;
        let plan = plan(&shut, seed, |done| done < steps).map_err(Stop::Refused)?;
        cards.push(Card { edge, lower_bound: lower.steps, plan });
    }
    Ok(cards)
}
