//! The school buildings of the demo as a director would type them, and what the planner makes of them: one timetable for
//! each school that lives a whole term (2.5). Pure, and reckoned beside the first jobs of the fill with a fixed number of
//! steps, so that the same seed gives the same pictures. A 教学点 is one room at ground level and needs none.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use base::{Error, Result};
use safety::movement::{self, Gate, Go, House, Judged, NewBuilding, Reckoned, Room, Simple, Stage, Stair};
use safety::org::{Stage as Level, UnitKind};
use safety::roll::NewClass;

use super::city::City;
use super::life::TERM_SCHOOLS;
use super::{books, cast::Cast, places, words};

/// Steps of the search for a timetable: within a few per cent of the best for the schools of the demo.
const STEPS: u64 = 150;
/// The bell, seconds of the day.
pub const BELL_S: u32 = 11 * 3_600 + 30 * 60;
/// Metres of corridor for a room beside another.
const ROOM_M: usize = 9;

/// What a school has: its buildings, judged, and the plan that was reckoned for them.
#[derive(Debug)]
pub struct Sheet {
    pub judged: Judged,
    pub made: Reckoned,
}

/// By seat.
pub type Sheets = BTreeMap<usize, Arc<Sheet>>;

/// The schools of which a timetable is told.
pub fn planned(city: &City, chosen: &[usize]) -> Vec<usize> {
    let term = chosen.iter().take(TERM_SCHOOLS);
    term.copied().filter(|seat| city.seat(*seat).new.kind != UnitKind::Point).collect()
}

/// A school from its classes: its teaching houses, two stairs each, the younger below.
fn simple(city: &City, seat: usize, classes: &[NewClass]) -> Simple {
    let new = &city.seat(seat).new;
    let (houses, floors) = places::houses(city, seat);
    let kindergarten = new.stage == Some(Level::Kindergarten);
    let per_house = classes.len().div_ceil(houses).max(1);
    let per_floor = per_house.div_ceil(floors).max(1);
    let length = (per_floor * ROOM_M).max(27);
    let house = |n: usize| House {
        name: words::moving::house(n + 1),
        floors: floors.to_string(),
        corridor_length: length.to_string(),
        corridor_width: if new.pupils >= 500 { "2.4" } else { "2.1" }.into(),
        to_assembly: (25 + 12 * n).to_string(),
        stairs: words::moving::STAIRS
            .iter()
            .map(|name| Stair {
                name: (*name).into(),
                width: if new.pupils >= 700 { "1.8" } else { "1.5" }.into(),
                exit: if kindergarten { "1.2" } else { "1.5" }.into(),
            })
            .collect(),
        hall: if new.pupils >= 300 { "2.4".into() } else { String::new() },
    };
    let room = |(i, class): (usize, &NewClass)| Room {
        house: words::moving::house(i / per_house + 1),
        floor: (i % per_house / per_floor + 1).to_string(),
        class: class.name.clone(),
        grade: class.grade.max(0).to_string(),
        pupils: class.pupils.max(1).to_string(),
    };
    let gate = Gate { name: words::moving::GATE.into(), width: "4".into(), distance: "40".into() };
    Simple {
        houses: (0..houses).map(house).collect(),
        gates: vec![gate],
        rooms: classes.iter().enumerate().map(room).collect(),
    }
}

fn sheet(name: &str, simple: Simple) -> Result<Sheet> {
    let judged = movement::judge(name, &NewBuilding { simple: Some(simple), ..NewBuilding::default() })?;
    let mut go = |p: movement::Progress| match p.stage {
        Stage::Timetable if p.done >= STEPS => Go::Enough,
        _ => Go::On,
    };
    let made = movement::reckon(judged.document(), Some(BELL_S), &mut go)?;
    Ok(Sheet { judged, made: made.ok_or_else(|| Error::broken("a timetable of the demo was cancelled"))? })
}

/// Begins to reckon, on threads of its own; `Reckoning::wait` gives the sheets.
pub struct Reckoning(Vec<JoinHandle<Result<Done>>>);

/// What one thread has reckoned, by seat.
type Done = Vec<(usize, Sheet)>;

pub fn begin(city: &City, cast: &Cast, chosen: &[usize]) -> Reckoning {
    let wanted: Vec<(usize, String, Simple)> = planned(city, chosen)
        .into_iter()
        .map(|seat| (seat, city.seat(seat).new.name.clone(), simple(city, seat, &books::classes(city, cast, seat))))
        .collect();
    let lanes = std::thread::available_parallelism().map_or(2, |n| n.get()).min(4);
    let mut shares: Vec<Vec<(usize, String, Simple)>> = (0..lanes).map(|_| Vec::new()).collect();
    for (nth, one) in wanted.into_iter().enumerate() {
        shares[nth % lanes].push(one);
    }
    let lane = |share: Vec<(usize, String, Simple)>| {
        std::thread::spawn(move || {
            share.into_iter().map(|(seat, name, simple)| Ok((seat, sheet(&name, simple)?))).collect()
        })
    };
    Reckoning(shares.into_iter().map(lane).collect())
}

impl Reckoning {
    pub fn wait(self) -> Result<Sheets> {
        let mut out = Sheets::new();
        for lane in self.0 {
            let done = lane.join().map_err(|_| Error::broken("reckoning a timetable of the demo"))??;
            out.extend(done.into_iter().map(|(seat, sheet)| (seat, Arc::new(sheet))));
        }
        Ok(out)
    }
}
