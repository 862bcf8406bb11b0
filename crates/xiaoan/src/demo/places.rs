//! Buildings and places of the peopled schools: one stair and corridor per floor, and the rooms that a check must see.

use base::{Id, Ms, Seed};
use safety::org::place::NewPlace;
use safety::org::{PlaceKind, Stage, UnitKind};

use super::city::City;

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

/// The places of one school, in the order in which they are added.
pub fn plan(city: &City, school: usize, at: Ms) -> Vec<Spot> {
    let seat = city.seat(school);
    let new = &seat.new;
    let rng = Seed::named(city.seed(), &format!("places/{school}"));
    let mut site = Site { unit: seat.id, at, rng, spots: Vec::new() };
    if new.kind == UnitKind::Point {
        return point(site);
    }
    let main = school == city.main;
    let small = new.pupils < 150;
    let buildings = if main { 3 } else { 1 + usize::from(new.pupils >= 700) };
    let floors = match new.stage {
        Some(Stage::Kindergarten) => 2,
        _ if small => 2,
        _ if new.pupils < 500 => 3,
        _ => 4,
    };
    for n in 1..=buildings {
        teaching_building(&mut site, n, floors, small);
    }
    if new.boarders > 0 {
        let hall = site.put(PlaceKind::Building, "宿舍楼".into(), PUPILS, None);
        for (i, name) in FLOORS.iter().take(3).enumerate() {
            site.put(PlaceKind::Dorm, format!("宿舍楼{name}层寝室"), PUPILS, Some(hall));
            if i > 0 {
                site.put(PlaceKind::Stair, format!("宿舍楼{name}层楼梯"), PUPILS, Some(hall));
            }
        }
    }
    if new.canteen {
        site.put(PlaceKind::Canteen, "食堂操作间".into(), LOGISTICS, None);
        site.put(PlaceKind::Canteen, "食堂餐厅".into(), LOGISTICS, None);
    }
    if matches!(new.stage, Some(Stage::Junior | Stage::Nine | Stage::Senior | Stage::Complete | Stage::Vocational)) {
        site.put(PlaceKind::Lab, "化学实验室".into(), TEACHING, None);
        site.put(PlaceKind::Lab, "物理实验室".into(), TEACHING, None);
        site.put(PlaceKind::Classroom, "微机室".into(), TEACHING, None);
    }
    outside(&mut site, new.pupils, new.buses > 0);
    site.spots
}

const FLOORS: &[&str] = &["一", "二", "三", "四", "五"];

fn teaching_building(site: &mut Site, n: usize, floors: usize, small: bool) {
    let building = site.put(PlaceKind::Building, format!("{n}号楼"), LOGISTICS, None);
    for (i, floor) in FLOORS.iter().take(floors).enumerate() {
        site.put(PlaceKind::Corridor, format!("{n}号楼{floor}层走廊"), SAFETY, Some(building));
        site.put(PlaceKind::Classroom, format!("{n}号楼{floor}层教室"), TEACHING, Some(building));
        site.put(PlaceKind::Toilet, format!("{n}号楼{floor}层厕所"), PUPILS, Some(building));
        if i > 0 {
            site.put(PlaceKind::Stair, format!("{n}号楼东楼梯{floor}层"), SAFETY, Some(building));
            if !small {
                site.put(PlaceKind::Stair, format!("{n}号楼西楼梯{floor}层"), SAFETY, Some(building));
            }
        }
    }
}

fn outside(site: &mut Site, pupils: i64, buses: bool) {
    site.put(PlaceKind::Gate, "校门及门卫室".into(), SAFETY, None);
    if pupils >= 600 {
        site.put(PlaceKind::Gate, "北门".into(), SAFETY, None);
    }
    site.put(PlaceKind::Yard, "操场".into(), PUPILS, None);
    site.put(PlaceKind::Fence, "围墙".into(), SAFETY, None);
    site.put(PlaceKind::Boiler, if pupils >= 200 { "锅炉房" } else { "换热间" }.into(), LOGISTICS, None);
    site.put(PlaceKind::Power, "配电室".into(), LOGISTICS, None);
    site.put(PlaceKind::Other, "监控室".into(), SAFETY, None);
    if buses {
        site.put(PlaceKind::Other, "校车停靠点".into(), SAFETY, None);
    }
}

/// A 教学点: a house with two rooms, a stove, a yard.
fn point(mut site: Site) -> Vec<Spot> {
    let house = site.put(PlaceKind::Building, "平房".into(), SAFETY, None);
    site.put(PlaceKind::Classroom, "东教室".into(), SAFETY, Some(house));
    site.put(PlaceKind::Classroom, "西教室".into(), SAFETY, Some(house));
    site.put(PlaceKind::Boiler, "取暖炉间".into(), SAFETY, Some(house));
    site.put(PlaceKind::Toilet, "室外厕所".into(), SAFETY, None);
    site.put(PlaceKind::Yard, "院子".into(), SAFETY, None);
    site.put(PlaceKind::Gate, "院门".into(), SAFETY, None);
    site.put(PlaceKind::Fence, "院墙".into(), SAFETY, None);
    site.spots
}
