//! A term of checks and hazards at the peopled schools: weekly by the departments, monthly by the leaders, and what is
//! found under them or in passing. Pure: dated jobs, fixed by the seed.

use std::collections::BTreeMap;

use base::{Day, Id, Ms, Seed};
use safety::check::{NewCheck, NewPlaceSeen, Seen};
use safety::org::{PlaceKind, Role, UnitKind};

use super::calendar::{TERM_BEGINS, at, school_days};
use super::cast::{Cast, Who};
use super::city::City;
use super::photos::Album;
use super::places::Spot;
use super::planted;
use super::story::{Deed, Flow, Found, Job, Site, Template, flow, tell, templates};
use super::words::check as title;

/// Schools that live a whole term; the others three weeks.
pub const TERM_SCHOOLS: usize = 10;
pub const WEEKS: i64 = 3;

/// What the life is made from.
pub struct World<'a> {
    pub city: &'a City,
    pub cast: &'a Cast,
    pub chosen: &'a [usize],
    pub places: &'a BTreeMap<usize, Vec<Spot>>,
    pub album: &'a Album,
    pub until: Ms,
}

/// Everything that happens, in order of time.
pub fn plan(world: &World<'_>) -> Vec<Job> {
    let persons: Vec<Id> = (0..world.cast.members.len()).map(|who| world.cast.person(who)).collect();
    let templates = templates();
    let mut jobs = Vec::new();
    for (i, school) in world.chosen.iter().enumerate() {
        let site = site(world, *school, &persons);
        let term = at(TERM_BEGINS);
        let from = if i < TERM_SCHOOLS { term } else { world.until.plus(-WEEKS * 7 * Ms::DAY).max(term) };
        let point = world.city.seat(*school).new.kind == UnitKind::Point;
        let mut year = Year {
            site: &site,
            templates: &templates,
            rng: Seed::named(world.city.seed(), &format!("life/{school}")),
            used: Vec::new(),
            until: world.until,
            from,
            point,
            jobs: Vec::new(),
        };
        year.live();
        if i % 4 == 1 && !point {
            year.visit();
        }
        jobs.append(&mut year.jobs);
        match i {
            0 => jobs.extend(planted::main_school(&site, world)),
            1 => jobs.extend(planted::overdue_major(&site, world)),
            2 => jobs.extend(planted::one_teacher(&site, world)),
            _ => {}
        }
    }
    jobs.extend(super::duties::plan(world).0);
    jobs.extend(super::moving::plan(world).0);
    jobs.extend(super::urgent::plan(world));
    jobs.retain(|job| job.at < world.until);
    // Stable: acts of one story keep their order.
    jobs.sort_by_key(|job| job.at);
    jobs
}

/// The people of a school around its hazards. At a 教学点 the second person is the 中心校's.
fn site<'a>(world: &World<'a>, school: usize, persons: &'a [Id]) -> Site<'a> {
    let (city, cast) = (world.city, world.cast);
    let seat = city.seat(school);
    let house = cast.house(school);
    let bureau = city.bureau(seat.county);
    let agencies = city.agencies.get(&bureau).or_else(|| city.agencies.get(&0));
    let agencies = agencies
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .filter_map(|agency| Some((cast.house(*agency).first(Role::Agency)?, city.seat(*agency).id)));
    let above = if seat.new.kind == UnitKind::Point { seat.parent } else { None };
    let judges = above.and_then(|centre| cast.houses.get(&centre)).unwrap_or(house);
    let principal = house.first(Role::Principal).unwrap_or(0);
    let judge = |role: Role| judges.first(role).unwrap_or(principal);
    let departments = house.departments.clone();
    let heads = house.all(Role::DeptHead);
    let head = |i: usize| Some((*heads.get(i)?, *departments.get(i)?));
    let mut raisers: Vec<Who> = Vec::new();
    for (role, weight) in [
        (Role::Guard, 4),
        (Role::Teacher, 2),
        (Role::Canteen, 2),
        (Role::Dorm, 2),
        (Role::Escort, 1),
        (Role::Counsellor, 1),
    ] {
        (0..weight).for_each(|_| raisers.extend(house.all(role)));
    }
    if raisers.is_empty() {
        raisers.push(principal);
    }
    let fixers = if house.all(Role::Fixer).is_empty() { vec![principal] } else { house.all(Role::Fixer).to_vec() };
    Site {
        unit: seat.id,
        spots: &world.places[&school],
        steer: if above.is_some() { principal } else { judge(Role::SafetyHead) },
        recheck: judge(Role::SafetyHead),
        close: judge(Role::Vice),
        lead: judge(Role::Vice),
        raisers,
        fixers,
        dean: head(0),
        logistics: head(1),
        heads: if house.heads.is_empty() { vec![principal] } else { house.heads.clone() },
        officer: cast.house(bureau).first(Role::Officer).unwrap_or(0),
        agencies: agencies.collect(),
        album: world.album,
        persons,
    }
}

/// The life of one school.
struct Year<'a> {
    site: &'a Site<'a>,
    templates: &'a [Template],
    rng: Seed,
    used: Vec<usize>,
    from: Ms,
    until: Ms,
    point: bool,
    jobs: Vec<Job>,
}

impl Year<'_> {
    fn live(&mut self) {
        let mut month = 0;
        for day in school_days(self.from, self.until) {
            let number = day.number() / 100;
            if number != month && day.date().day() >= 3 {
                // In the first days of each month the leaders go over everything; every eighth month is left out.
                month = number;
                if self.rng.chance(880) || self.point {
                    self.monthly(day);
                }
            }
            for department in 0..self.departments() {
                if day.weekday() == WEEKDAYS[department % WEEKDAYS.len()] && self.rng.chance(930) {
                    self.weekly(day, department);
                }
            }
            if self.rng.chance(if self.point { 60 } else { 190 }) {
                self.passing(day);
            }
        }
    }

    fn departments(&self) -> usize {
        if self.point { 1 } else { 4 }
    }

    fn weekly(&mut self, day: Day, department: usize) {
        let spots: Vec<&Spot> = self.site.spots.iter().filter(|s| self.point || s.department == department).collect();
        if spots.is_empty() {
            return;
        }
        let who = *self.site.heads.get(department).or(self.site.heads.last()).unwrap_or(&self.site.steer);
        let title = if self.point { title::POINT } else { title::WEEKLY[department % title::WEEKLY.len()] };
        let start = day.start().plus((15 * 60 + 20 + self.rng.below(40) as i64) * Ms::MINUTE);
        let found = usize::from(self.rng.chance(150));
        self.check(title, who, Vec::new(), &spots, start, found);
    }

    fn monthly(&mut self, day: Day) {
        let spots: Vec<&Spot> = self.site.spots.iter().collect();
        let start = day.start().plus((8 * 60 + 50 + self.rng.below(60) as i64) * Ms::MINUTE);
        let found = 1 + self.rng.below(2) as usize;
        let first = day.number() < 20_260_930;
        let title = if first { title::TERM } else { title::MONTHLY };
        let (who, with) = if self.point {
            (self.site.steer, Vec::new())
        } else {
            let others = [Some(self.site.steer), self.site.logistics.map(|(who, _)| who)];
            (self.site.close, others.into_iter().flatten().collect())
        };
        self.check(title, who, with, &spots, start, found);
    }

    /// A pass over places, a few minutes each, and `found` hazards under it.
    fn check(&mut self, title: &str, who: Who, with: Vec<Who>, spots: &[&Spot], start: Ms, found: usize) {
        let id = Id::from_parts(start, self.rng.bytes10());
        let hits: Vec<usize> = (0..found).map(|_| self.rng.below(spots.len() as u64) as usize).collect();
        let mut at = start;
        let mut places = Vec::with_capacity(spots.len());
        for (i, spot) in spots.iter().enumerate() {
            at = at.plus((40 + self.rng.below(110) as i64) * Ms::SECOND);
            let hit = hits.contains(&i) && self.hazard(at, spot, who, Some(id));
            let result = match hit {
                true => Seen::Found,
                false if self.rng.chance(25) => Seen::Skipped,
                false => Seen::Fine,
            };
            places.push(NewPlaceSeen { place: spot.id, result, seen_at: at });
        }
        let late = self.rng.chance(35);
        let note = self.rng.chance(150).then(|| (*self.rng.pick(title::NOTE)).to_string());
        let check = NewCheck {
            id: Some(id),
            unit: Some(self.site.unit),
            title: title.into(),
            places,
            with: with.into_iter().map(|w| self.site.persons[w]).collect(),
            behalf: None,
            note,
            back_reason: late.then(|| title::BACK.to_string()),
        };
        // 补录: entered five days later, with its reason.
        let received = if late { at.plus(5 * Ms::DAY) } else { at.plus(30 * Ms::SECOND) };
        let claimed = late.then_some(at);
        self.jobs.push(Job { at: received, who, deed: Deed::Check(check), claimed, device: None, refused: false });
    }

    /// Somebody sees something on the way.
    fn passing(&mut self, day: Day) {
        let spot = self.rng.pick(self.site.spots);
        let common = matches!(
            spot.new.kind,
            PlaceKind::Corridor | PlaceKind::Classroom | PlaceKind::Toilet | PlaceKind::Building | PlaceKind::Stair
        );
        // Kitchens, boilers and gates give more to find than one classroom among many.
        let spot = if common && self.rng.chance(600) { self.rng.pick(self.site.spots) } else { spot };
        let at = day.start().plus((7 * 60 + self.rng.below(600) as i64) * Ms::MINUTE + self.rng.below(60_000) as i64);
        let who = *self.rng.pick(&self.site.raisers);
        self.hazard(at, spot, who, None);
    }

    /// Tells a hazard at this place; false when the catalogue has none for it.
    fn hazard(&mut self, at: Ms, spot: &Spot, who: Who, check: Option<Id>) -> bool {
        let winter = at.day().number() >= 20_261_025;
        let fits = |t: &Template| t.place == spot.new.kind && (winter || t.scene != "ice");
        let all: Vec<usize> = (0..self.templates.len()).filter(|i| fits(&self.templates[*i])).collect();
        let fresh: Vec<usize> = all.iter().copied().filter(|i| !self.used.contains(i)).collect();
        let pool = if fresh.is_empty() { &all } else { &fresh };
        if pool.is_empty() {
            return false;
        }
        let chosen = *self.rng.pick(pool);
        let template = &self.templates[chosen];
        // 重大 is rare: most of what the catalogue offers for whole buildings is left out.
        if template.term == safety::hazard::Term::Plan && !self.rng.chance(250) {
            return false;
        }
        self.used.push(chosen);
        let way = match flow(&mut self.rng, template, self.point) {
            // 代录 is for people of the school.
            Flow::Behalf if who == self.site.officer => Flow::Plain,
            way => way,
        };
        let rng = Seed::new(self.rng.bytes32());
        let found = Found { spot, who, check };
        self.jobs.extend(tell(self.site, rng, at, template, &found, way));
        true
    }

    /// The county's officer comes and looks at ten places.
    fn visit(&mut self) {
        let days = school_days(self.until.plus(-18 * Ms::DAY), self.until.plus(-4 * Ms::DAY));
        if days.is_empty() {
            return;
        }
        let day = *self.rng.pick(&days);
        let start = day.start().plus((9 * 60 + self.rng.below(120) as i64) * Ms::MINUTE);
        let all = self.site.spots;
        let step = (all.len() / 10).max(1);
        let spots: Vec<&Spot> = all.iter().step_by(step).collect();
        self.check(title::BUREAU, self.site.officer, vec![self.site.steer], &spots, start, 1);
    }
}

/// Weekday on which each department makes its check.
const WEEKDAYS: &[i8] = &[2, 3, 4, 1];
