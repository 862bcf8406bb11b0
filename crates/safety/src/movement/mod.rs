//! 踩踏预防: how a whole school moves. Serves 2.5: 错时放学 (a timetable in which no stair is ever too dense), 特殊时段专人引导
//! (posts, each day stood, substituted or absent; plans for special times), 大型活动 (approved before the day).
//!
//! `building` what the planner reads, judged before it is stored · `reckon` the planner asked, outside of any transaction ·
//! `plan` a timetable's life, its cards for a shut way, the drill's times fitted into the next · `fit` that line of figures ·
//! `posts` the weekly list and its days · `code` GB 50099 and the hazards it opens · `gathering` large events.
//! Figures advise management and replace no fire-design review; every sheet says so. Not here: the planner (`crowd`),
//! drills (`drill`), sentences and paper (a door), the roster of shifts (part D).

mod building;
mod code;
mod fit;
pub mod gathering;
mod plan;
pub mod posts;
mod reckon;
pub mod sql;
pub mod state;

pub use building::{
    Building, Bus, Gate, House, Judged, NewBuilding, Notice, Room, Simple, Stair, building, building_of, enter, judge,
    may_enter, notices,
};
pub use code::{Check, checks, open_hazards};
pub use plan::{
    Card, Line, NewPlan, Page, Plan, View, approve, ask, card, card_place, confirm, end, fit_to, give_back, list, load,
    offered, shut_today, store, use_card, view,
};
pub use reckon::{BUDGET_MS, CARDS_MAX, Go, LONGEST_MS, Progress, Reckoned, Stage, bell, reckon};
pub use state::{Act, Kind, State, Stood};

pub(crate) use plan::floor_of;
