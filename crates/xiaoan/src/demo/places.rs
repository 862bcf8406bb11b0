//! Buildings and places of the peopled schools: one stair and corridor per floor, and the rooms that a check must see.

use base::{Id, Ms, Seed};
use safety::org::place::NewPlace;
use safety::org::{PlaceKind, Stage, UnitKind};

use super::city::City;
use super::words::places as words;

/// A place, with the department (教务 总务 安全 学生) that checks it every week.
#[derive(Clone, Debug)]
pub struct Spot {
    pub new: NewPlace,
    pub id: Id,
    pub department: usize,
    /// Buildings are added before what is in them.
    pub inside: bool,
}

struct Site {
    unit: Id,
    at: Ms,
    rng: Seed,
    spots: Vec<Spot>,
}

impl Site {
    fn put(&mut self, kind: PlaceKind, name: String, department: usize, parent: Option<Id>) -> Id {
        let id = Id::from_parts(self.at, self.rng.bytes10());
        let new = NewPlace { id: Some(id), unit: self.unit, parent, kind, name };
        self.spots.push(Spot { new, id, department, inside: parent.is_some() });
        id
    }
}

const TEACHING: usize = 0;
const LOGISTICS: usize = 1;
const SAFETY: usize = 2;
const PUPILS: usize = 3;

/// A school of fewer pupils has one stair in each house.
const SMALL: i64 = 150;

/// Teaching houses of a school, and their floors.
pub fn houses(city: &City, school: usize) -> (usize, usize) {
    let new = &city.seat(school).new;
    let buildings = if school == city.main { 3 } else { 1 + usize::from(new.pupils >= 700) };
    let floors = match new.stage {
        Some(Stage::Kindergarten) => 2,
        _ if new.pupils < SMALL => 2,
        _ if new.pupils < 500 => 3,
        _ => 4,
    };
    (buildings, floors)
}

/// The places of one school, in the order in which they are added.
pub fn plan(city: &City, school: usize, at: Ms) -> Vec<Spot> {
    let seat = city.seat(school);
    let new = &seat.new;
    let rng = Seed::named(city.seed(), &format!("places/{school}"));
    let mut site = Site { unit: seat.id, at, rng, spots: Vec::new() };
    if new.kind == UnitKind::Point {
        return point(site);
    }
    let small = new.pupils < SMALL;
    let (buildings, floors) = houses(city, school);
    for n in 1..=buildings {
        teaching_building(&mut site, n, floors, small);
    }
    if new.boarders > 0 {
        let hall = site.put(PlaceKind::Building, words::DORM.into(), PUPILS, None);
        for (i, name) in words::FLOORS.iter().take(3).enumerate() {
            site.put(PlaceKind::Dorm, words::dorm_rooms(name), PUPILS, Some(hall));
            if i > 0 {
                site.put(PlaceKind::Stair, words::dorm_stair(name), PUPILS, Some(hall));
            }
        }
    }
    if new.canteen {
        site.put(PlaceKind::Canteen, words::KITCHEN.into(), LOGISTICS, None);
        site.put(PlaceKind::Canteen, words::DINING.into(), LOGISTICS, None);
    }
    if matches!(new.stage, Some(Stage::Junior | Stage::Nine | Stage::Senior | Stage::Complete | Stage::Vocational)) {
        site.put(PlaceKind::Lab, words::CHEMISTRY.into(), TEACHING, None);
        site.put(PlaceKind::Lab, words::PHYSICS.into(), TEACHING, None);
        site.put(PlaceKind::Classroom, words::COMPUTERS.into(), TEACHING, None);
    }
    outside(&mut site, new.pupils, new.buses > 0);
    site.spots
}

fn teaching_building(site: &mut Site, n: usize, floors: usize, small: bool) {
    let building = site.put(PlaceKind::Building, words::building(n), LOGISTICS, None);
    for (i, floor) in words::FLOORS.iter().take(floors).enumerate() {
        site.put(PlaceKind::Corridor, words::corridor(n, floor), SAFETY, Some(building));
        site.put(PlaceKind::Classroom, words::classrooms(n, floor), TEACHING, Some(building));
        site.put(PlaceKind::Toilet, words::toilet(n, floor), PUPILS, Some(building));
        if i > 0 {
            site.put(PlaceKind::Stair, words::east_stair(n, floor), SAFETY, Some(building));
            if !small {
                site.put(PlaceKind::Stair, words::west_stair(n, floor), SAFETY, Some(building));
            }
        }
    }
}

fn outside(site: &mut Site, pupils: i64, buses: bool) {
    site.put(PlaceKind::Gate, words::GATE.into(), SAFETY, None);
    if pupils >= 600 {
        site.put(PlaceKind::Gate, words::BACK_GATE.into(), SAFETY, None);
    }
    site.put(PlaceKind::Yard, words::FIELD.into(), PUPILS, None);
    site.put(PlaceKind::Fence, words::WALL.into(), SAFETY, None);
    site.put(PlaceKind::Boiler, if pupils >= 200 { words::BOILER } else { words::EXCHANGER }.into(), LOGISTICS, None);
    site.put(PlaceKind::Power, words::POWER.into(), LOGISTICS, None);
    site.put(PlaceKind::Other, words::CAMERAS.into(), SAFETY, None);
    if buses {
        site.put(PlaceKind::Other, words::BUS_STOP.into(), SAFETY, None);
    }
}

/// A 教学点: a house with two rooms, a stove, a yard.
fn point(mut site: Site) -> Vec<Spot> {
    let house = site.put(PlaceKind::Building, words::HOUSE.into(), SAFETY, None);
    site.put(PlaceKind::Classroom, words::EAST_ROOM.into(), SAFETY, Some(house));
    site.put(PlaceKind::Classroom, words::WEST_ROOM.into(), SAFETY, Some(house));
    site.put(PlaceKind::Boiler, words::STOVE_ROOM.into(), SAFETY, Some(house));
    site.put(PlaceKind::Toilet, words::OUTHOUSE.into(), SAFETY, None);
    site.put(PlaceKind::Yard, words::COURT.into(), SAFETY, None);
    site.put(PlaceKind::Gate, words::COURT_GATE.into(), SAFETY, None);
    site.put(PlaceKind::Fence, words::COURT_WALL.into(), SAFETY, None);
    site.spots
}
