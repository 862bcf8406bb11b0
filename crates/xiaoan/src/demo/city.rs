//! The simulated city's units: divisions are real, every school is invented. 1,250 schools in the proportions of
//! domain.md §9 (profile of 2023), plus the bureaus, their departments, the partner agencies and the two
//! pseudo-counties that the notice addresses directly. Pure: a plan, fixed by the seed.

use std::collections::{BTreeMap, BTreeSet};

use base::{Id, Ms, Seed};
use safety::org::unit::NewUnit;
use safety::org::{Stage, UnitKind};

use super::words;

const DIVISIONS: &str = include_str!("data/divisions.csv");

/// Pseudo-counties: 市直 and 市属民办.
pub const DIRECT: i64 = 220_298;
pub const PRIVATE: i64 = 220_299;
/// Where the first school and the overdue 重大 hazard are.
pub const FIRST_COUNTY: i64 = 220_202;
pub const HUADIAN: i64 = 220_282;

/// How many of each kind stand in the whole city; together 1,250.
const POINTS: usize = 310;
const STREET_PRIMARIES: usize = 134;
const STREET_JUNIORS: usize = 72;
const STREET_KINDERGARTENS: usize = 302;
const TOWN_KINDERGARTENS: usize = 152;

/// Schools that belong to a county as a whole: (county, senior, vocational, special).
const COUNTY_SCHOOLS: &[(i64, usize, usize, usize)] = &[
    (220_202, 1, 1, 0),
    (220_203, 1, 1, 1),
    (220_204, 1, 1, 0),
    (220_211, 1, 1, 1),
    (220_221, 3, 1, 1),
    (220_271, 1, 0, 0),
    (220_272, 1, 0, 0),
    (220_281, 4, 1, 1),
    (220_282, 4, 2, 1),
    (220_283, 4, 1, 1),
    (220_284, 5, 2, 1),
    (DIRECT, 8, 5, 1),
    (PRIVATE, 4, 4, 0),
];
/// Primary, junior and kindergarten of the pseudo-counties.
const PSEUDO_SCHOOLS: &[(i64, usize, usize, usize)] = &[(DIRECT, 8, 8, 10), (PRIVATE, 2, 4, 30)];

/// One unit of the plan.
#[derive(Clone, Debug)]
pub struct Seat {
    pub id: Id,
    pub new: NewUnit,
    /// Code of the county in which it stands.
    pub county: i64,
    /// Levels below the city: units of one depth are opened together.
    pub depth: usize,
    /// Index of the parent.
    pub parent: Option<usize>,
}

pub struct City {
    pub seats: Vec<Seat>,
    /// City bureau, then the counties by code.
    pub bureaus: Vec<usize>,
    /// Schools of every kind.
    pub schools: Vec<usize>,
    /// Agencies by the bureau that they stand under.
    pub agencies: BTreeMap<usize, Vec<usize>>,
    pub main: usize,
    seed: u64,
    rng: Seed,
    numbers: BTreeMap<&'static str, usize>,
}

struct Town {
    county: usize,
    name: String,
    rural: bool,
}

impl City {
    /// The whole plan.
    pub fn plan(seed: u64, founded: Ms) -> City {
        let mut city = City {
            seats: Vec::new(),
            bureaus: Vec::new(),
            schools: Vec::new(),
            agencies: BTreeMap::new(),
            main: 0,
            seed,
            rng: Seed::named(seed, "city"),
            numbers: BTreeMap::new(),
        };
        let towns = city.divisions(founded);
        city.offices(founded);
        city.town_schools(&towns, founded);
        city.street_schools(&towns, founded);
        city.county_schools(founded);
        city
    }

    fn add(&mut self, mut new: NewUnit, county: i64, parent: Option<usize>, founded: Ms) -> usize {
        let place = self.seats.len();
        let id = Id::from_parts(founded, Seed::named(self.seed, &format!("unit/{place}")).bytes10());
        new.id = Some(id);
        new.parent = parent.map(|p| self.seats[p].id);
        let depth = parent.map_or(0, |p| self.seats[p].depth + 1);
        self.seats.push(Seat { id, new, county, depth, parent });
        place
    }

    /// City and counties; answers the town-level divisions.
    fn divisions(&mut self, founded: Ms) -> Vec<Town> {
        let mut counties = BTreeMap::new();
        let mut towns = Vec::new();
        for line in DIVISIONS.lines().skip(1) {
            let mut cells = line.split(',');
            let (Some(code), Some(parent), Some(level), Some(name)) =
                (cells.next(), cells.next(), cells.next(), cells.next())
            else {
                continue;
            };
            let number: i64 = code.parse().unwrap_or(0);
            match level {
                "city" => {
                    let mut new = NewUnit::named(UnitKind::City, words::CITY_BUREAU, None);
                    (new.short, new.code, new.county) =
                        (words::CITY_SHORT.into(), Some("220200".into()), Some(220_200));
                    new.phone = Some(words::phone(0));
                    let place = self.add(new, 220_200, None, founded);
                    self.bureaus.push(place);
                }
                "county" => {
                    let mut new = NewUnit::named(UnitKind::County, &words::county_bureau(name), None);
                    (new.short, new.code, new.county) = (words::county_short(name), Some(code.into()), Some(number));
                    new.phone = Some(words::phone(number as usize % 1000));
                    let place = self.add(new, number, Some(0), founded);
                    counties.insert(code.to_string(), place);
                    self.bureaus.push(place);
                }
                _ => {
                    let local: i64 = number % 1000;
                    let rural = (100..400).contains(&local) && words::is_rural(name);
                    towns.push(Town { county: counties[parent], name: name.into(), rural });
                }
            }
        }
        towns
    }

    /// Departments of the bureaus and the agencies beside them.
    fn offices(&mut self, founded: Ms) {
        for (at, bureau) in self.bureaus.clone().into_iter().enumerate() {
            let county = self.seats[bureau].county;
            let names = if at == 0 { words::CITY_DEPARTMENTS } else { words::COUNTY_DEPARTMENTS };
            for name in names.iter().take(if county >= DIRECT { 3 } else { 4 }) {
                self.add(NewUnit::named(UnitKind::Department, name, None), county, Some(bureau), founded);
            }
            if county >= DIRECT {
                continue;
            }
            let place = self.seats[bureau].new.name.trim_end_matches(words::BUREAU).to_string();
            let kinds = if at == 0 { words::CITY_AGENCIES } else { words::COUNTY_AGENCIES };
            for kind in kinds {
                let mut new = NewUnit::named(UnitKind::Agency, &format!("{place}{kind}"), None);
                new.phone = Some(words::phone(3000 + self.seats.len()));
                let seat = self.add(new, county, Some(bureau), founded);
                self.agencies.entry(bureau).or_default().push(seat);
            }
        }
    }

    /// Every rural town: a 中心校 with its 村小 and 教学点, a junior school, two kindergartens.
    fn town_schools(&mut self, towns: &[Town], founded: Ms) {
        let rural: Vec<&Town> = towns.iter().filter(|t| t.rural).collect();
        for (i, town) in rural.iter().enumerate() {
            let stem = words::stem(&town.name);
            let centre = self.school(
                town.county,
                UnitKind::Centre,
                Stage::Primary,
                words::centre(&town.name),
                words::short::centre(&stem),
                founded,
            );
            let points = POINTS / rural.len() + usize::from(i < POINTS % rural.len());
            for n in 1..=points {
                let name = words::point(&stem, n);
                self.school(centre, UnitKind::Point, Stage::Primary, name, words::short::point(&stem, n), founded);
            }
            let nine = i % 3 == 1;
            let (stage, name) = if nine {
                (Stage::Nine, words::town_nine(&town.name))
            } else {
                (Stage::Junior, words::town_junior(&town.name))
            };
            self.school(town.county, UnitKind::School, stage, name, words::short::junior(&stem), founded);
            for n in 1..=TOWN_KINDERGARTENS / rural.len() {
                let name = words::town_kindergarten(&town.name, n);
                let short = words::short::kindergarten(&stem, n);
                self.school(town.county, UnitKind::School, Stage::Kindergarten, name, short, founded);
            }
        }
    }

    fn street_schools(&mut self, towns: &[Town], founded: Ms) {
        let streets: Vec<&Town> = towns.iter().filter(|t| !t.rural).collect();
        let first = self.bureaus.iter().copied().find(|b| self.seats[*b].county == FIRST_COUNTY).unwrap_or(0);
        self.main = self.school(
            first,
            UnitKind::School,
            Stage::Junior,
            words::MAIN_SCHOOL.into(),
            words::MAIN_SHORT.into(),
            founded,
        );
        let main = &mut self.seats[self.main].new;
        (main.pupils, main.classes, main.boarders, main.buses, main.canteen) = (1_284, 36, 212, 4, true);
        for (count, stage) in [
            (STREET_PRIMARIES, Stage::Primary),
            (STREET_JUNIORS - 1, Stage::Junior),
            (STREET_KINDERGARTENS, Stage::Kindergarten),
        ] {
            for i in 0..count {
                let county = streets[i * 37 % streets.len()].county;
                self.numbered(county, stage, founded);
            }
        }
    }

    fn county_schools(&mut self, founded: Ms) {
        let place: BTreeMap<i64, usize> = self.bureaus.iter().map(|b| (self.seats[*b].county, *b)).collect();
        for (county, senior, vocational, special) in COUNTY_SCHOOLS {
            for (count, stage) in [(senior, Stage::Senior), (vocational, Stage::Vocational), (special, Stage::Special)]
            {
                for i in 0..*count {
                    let stage = if stage == Stage::Senior && i % 3 == 2 { Stage::Complete } else { stage };
                    self.numbered(place[county], stage, founded);
                }
            }
        }
        for (county, primary, junior, kindergarten) in PSEUDO_SCHOOLS {
            for (count, stage) in
                [(primary, Stage::Primary), (junior, Stage::Junior), (kindergarten, Stage::Kindergarten)]
            {
                for _ in 0..*count {
                    self.numbered(place[county], stage, founded);
                }
            }
        }
    }

    /// 示例第12小学
    fn numbered(&mut self, county: usize, stage: Stage, founded: Ms) -> usize {
        let (word, letter) = words::numbered(stage);
        let n = self.numbers.entry(letter).or_default();
        *n += 1;
        let (name, short) = (words::number(*n, word), words::short::number(*n, letter));
        self.school(county, UnitKind::School, stage, name, short, founded)
    }

    fn school(
        &mut self,
        parent: usize,
        kind: UnitKind,
        stage: Stage,
        name: String,
        short: String,
        founded: Ms,
    ) -> usize {
        let mut new = NewUnit::named(kind, &name, None);
        (new.short, new.stage) = (short, Some(stage));
        self.size(&mut new);
        let serial = self.schools.len();
        new.code = Some(format!("{}22{:06}", category(stage), 900_000 + serial));
        if kind != UnitKind::Point {
            new.phone = Some(words::phone(10_000 + serial));
        }
        let county = self.seats[parent].county;
        let seat = self.add(new, county, Some(parent), founded);
        self.schools.push(seat);
        seat
    }

    /// Pupils, boarders, canteen, buses: medians of domain.md §9, skewed to the small side.
    fn size(&mut self, new: &mut NewUnit) {
        let rng = &mut self.rng;
        let rural = !new.name.starts_with(words::INVENTED);
        let median = match (new.kind, new.stage) {
            (UnitKind::Point, _) => 0,
            (UnitKind::Centre, _) => 190,
            (_, Some(Stage::Kindergarten)) if rural => 70,
            (_, Some(Stage::Kindergarten)) => 110,
            (_, Some(Stage::Primary)) => 1_000,
            (_, Some(Stage::Senior | Stage::Complete)) => 1_500,
            (_, Some(Stage::Vocational)) => 850,
            (_, Some(Stage::Special)) => 90,
            _ if rural => 240,
            _ => 900,
        };
        let skew = (55 + rng.below(90)) * (65 + rng.below(85));
        new.pupils = if median == 0 { 5 + rng.below(36) as i64 } else { (median * skew as i64 / 10_000).max(24) };
        new.classes = (new.pupils / 38).max(1);
        let share = match new.stage {
            Some(Stage::Senior | Stage::Complete | Stage::Vocational) => 500,
            Some(Stage::Junior | Stage::Nine) if rural => 280,
            Some(Stage::Special) => 350,
            _ if new.kind == UnitKind::Centre && rng.chance(120) => 150,
            _ => 0,
        };
        new.boarders = new.pupils * share / 1_000;
        new.canteen = match new.kind {
            UnitKind::Point => rng.chance(150),
            _ if new.boarders > 0 => true,
            _ => rng.chance(if new.stage == Some(Stage::Primary) { 600 } else { 720 }),
        };
        new.buses = match (new.kind, new.stage) {
            (UnitKind::Centre, _) => 1 + rng.below(5) as i64,
            (UnitKind::Point, _) => i64::from(rng.chance(250)),
            (_, Some(Stage::Junior | Stage::Nine)) if rural => 1 + rng.below(3) as i64,
            (_, Some(Stage::Kindergarten)) => i64::from(rng.chance(350)),
            _ => i64::from(rng.chance(120)),
        };
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }
    pub fn seat(&self, place: usize) -> &Seat {
        &self.seats[place]
    }
    /// The bureau of a county.
    pub fn bureau(&self, county: i64) -> usize {
        self.bureaus.iter().copied().find(|b| self.seats[*b].county == county).unwrap_or(0)
    }
    /// Departments of a unit, in order.
    pub fn departments(&self, of: usize) -> Vec<usize> {
        let inside = |s: &Seat| s.parent == Some(of) && s.new.kind == UnitKind::Department;
        (0..self.seats.len()).filter(|i| inside(&self.seats[*i])).collect()
    }

    /// The schools that have people: the main school, a 中心校 in 桦甸 and its first 教学点, then round the counties with
    /// one 教学点 for each 中心校; the other 教学点 come last.
    pub fn chosen(&self, count: usize) -> Vec<usize> {
        let centre = self
            .schools
            .iter()
            .copied()
            .find(|s| self.seats[*s].county == HUADIAN && self.seats[*s].new.kind == UnitKind::Centre);
        let centre = centre.unwrap_or(self.main);
        let mut chosen = vec![self.main, centre];
        chosen.extend(self.points_of(centre).into_iter().take(1));
        let mut rng = Seed::named(self.seed, "chosen");
        let mut pools: Vec<Vec<usize>> = self.bureaus[1..]
            .iter()
            .map(|b| {
                let mut pool: Vec<(u64, usize)> = self
                    .schools
                    .iter()
                    .copied()
                    .filter(|s| self.seats[*s].county == self.seats[*b].county && !chosen.contains(s))
                    .filter(|s| self.seats[*s].new.kind != UnitKind::Point)
                    .map(|s| (rng.below(u64::MAX) / weight(&self.seats[s].new), s))
                    .collect();
                pool.sort_unstable();
                pool.into_iter().rev().map(|(_, s)| s).collect()
            })
            .collect();
        while chosen.len() < count && pools.iter().any(|p| !p.is_empty()) {
            for pool in &mut pools {
                if let Some(school) = pool.pop().filter(|_| chosen.len() < count) {
                    chosen.push(school);
                    let room = count - chosen.len();
                    chosen.extend(self.points_of(school).into_iter().take(room.min(1)));
                }
            }
        }
        let known: BTreeSet<usize> = chosen.iter().copied().collect();
        let rest = self.schools.iter().copied().filter(|school| !known.contains(school));
        chosen.extend(rest.take(count.saturating_sub(known.len())));
        chosen
    }

    fn points_of(&self, centre: usize) -> Vec<usize> {
        self.schools.iter().copied().filter(|s| self.seats[*s].parent == Some(centre)).collect()
    }

    /// Adds the four departments of a school; answers their places in order 教务 总务 安全 学生.
    pub fn add_departments(&mut self, school: usize, founded: Ms) -> Vec<usize> {
        let county = self.seats[school].county;
        let names = match self.seats[school].new.stage {
            Some(Stage::Kindergarten) => words::KINDERGARTEN_DEPARTMENTS,
            _ => words::SCHOOL_DEPARTMENTS,
        };
        let named = |name: &&str| NewUnit::named(UnitKind::Department, name, None);
        names.iter().map(|name| self.add(named(name), county, Some(school), founded)).collect()
    }
}

/// How much rather a school is chosen: big ones and rare kinds show more.
fn weight(new: &NewUnit) -> u64 {
    match new.stage {
        Some(Stage::Kindergarten) => 1,
        Some(Stage::Primary) => 2,
        _ => 4,
    }
}

/// First two figures of a school's code (domain.md §8).
fn category(stage: Stage) -> &'static str {
    match stage {
        Stage::Kindergarten => "11",
        Stage::Primary => "21",
        Stage::Junior | Stage::Nine => "31",
        Stage::Senior | Stage::Complete => "34",
        Stage::Vocational => "36",
        Stage::Special => "51",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> City {
        City::plan(1, Ms::parse("2026-08-20T08:00:00+08:00").unwrap())
    }

    #[test]
    fn the_city_has_1250_schools_in_the_proportions_of_the_province() {
        let city = plan();
        assert_eq!(city.schools.len(), 1_250);
        let count = |f: &dyn Fn(&Seat) -> bool| city.schools.iter().filter(|s| f(&city.seats[**s])).count();
        let of = |stage: Stage| count(&|s| s.new.stage == Some(stage) && s.new.kind != UnitKind::Point);
        assert_eq!(count(&|s| s.new.kind == UnitKind::Point), 310);
        assert_eq!(of(Stage::Primary), 220);
        assert_eq!(of(Stage::Junior) + of(Stage::Nine), 160);
        assert_eq!(of(Stage::Senior) + of(Stage::Complete), 38);
        assert_eq!((of(Stage::Vocational), of(Stage::Special), of(Stage::Kindergarten)), (20, 8, 494));
        let total = |f: fn(&NewUnit) -> i64| city.schools.iter().map(|s| f(&city.seats[*s].new)).sum::<i64>();
        let pupils = total(|n| n.pupils);
        assert!((250_000..450_000).contains(&pupils), "{pupils}");
        assert!((550..800).contains(&total(|n| n.buses)), "{}", total(|n| n.buses));
        assert!((550..900).contains(&total(|n| n.canteen as i64)), "{}", total(|n| n.canteen as i64));
    }

    #[test]
    fn names_and_codes_are_unique_and_schools_plainly_invented() {
        let city = plan();
        let mut names: Vec<&str> = city.schools.iter().map(|s| city.seats[*s].new.name.as_str()).collect();
        assert!(names.iter().all(|n| n.contains(words::INVENTED)), "{names:?}");
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before);
        assert!(city.seats.iter().all(|s| s.new.short.chars().count() <= 12));
        let shorts: BTreeSet<&str> = city.schools.iter().map(|s| city.seats[*s].new.short.as_str()).collect();
        assert_eq!(shorts.len(), before, "record numbers begin with the short name");
    }

    #[test]
    fn the_chosen_begin_with_the_main_school_a_centre_in_huadian_and_its_point() {
        let city = plan();
        let chosen = city.chosen(120);
        assert_eq!(chosen.len(), 120);
        assert_eq!(city.seats[chosen[0]].new.name, words::MAIN_SCHOOL);
        assert_eq!(city.seats[chosen[2]].parent, Some(chosen[1]));
        assert_eq!(city.chosen(3), chosen[..3]);
        let mut all = city.chosen(1_250);
        assert_eq!(all[..120], chosen[..]);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 1_250, "every school can have people");
        let counties: BTreeSet<i64> = chosen.iter().map(|s| city.seats[*s].county).collect();
        assert_eq!(counties.len(), 14);
    }
}
