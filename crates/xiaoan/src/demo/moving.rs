//! How the demo's schools move (2.5, 3.5): a timetable entered, reckoned, approved and published, guard posts and who stood
//! there in the last week; drills held, called, reviewed, one more to come. Schools that live a whole term hold theirs
//! with the stopwatch, class by class; of the others every third does, the rest enter it from paper. Pure: dated jobs,
//! fixed by the seed, and what was planted of the entries, so that a test can hold the board against it.

use std::collections::BTreeMap;

use base::{Day, Id, Ms, Result, Seed};
use safety::Cx;
use safety::drill::{self, Called, Drill, Fit, Improvement, NewDrill, NewReview, Paper, Part, RoleOf, Scenario, Skill};
use safety::movement::posts::{self, NewPost, Said};
use safety::movement::{self, Kind, NewPlan, Stood};
use safety::org::{Role, UnitKind, place};
use serde_json::Value;

use super::calendar::school_days;
use super::cast::{House, Who};
use super::duties::{self, Book, SILENT};
use super::houses::{Sheet, planned};
use super::life::{TERM_SCHOOLS, World};
use super::story::{Deed, Job};
use super::words::moving as say;

/// Every so-many-th school has planned its drill and not held it yet.
const WAITING: usize = 9;
/// Of the schools that live three weeks every so-many-th calls its drill by telephone.
const LIVE: usize = 3;
/// From the signal to the muster, and from there to the end.
const MUSTER_MS: i64 = 5 * Ms::MINUTE;
const END_MS: i64 = 6 * Ms::MINUTE;
/// Earthquake: the shaking lasts so long.
const QUAKE_MS: i64 = Ms::MINUTE;

/// What is done. Ids that the noun gives are looked up when it is done.
#[derive(Clone, Debug)]
pub enum Move {
    Building,
    Plan(Id),
    Ask(Id),
    Approve(Id),
    /// Which labelled places the ways of the cards are.
    Places(Id),
    Posts(Vec<NewPost>),
    /// The posts of the day: one (by number) may be substituted, one absent.
    Stand {
        substituted: Option<usize>,
        absent: Option<usize>,
    },
    Drill(Box<NewDrill>),
    Start(Id),
    Leave(Id),
    Muster(Id),
    /// One class (by number) says how it is.
    Call {
        drill: Id,
        line: usize,
        unknown: i64,
    },
    CallAll(Id),
    Finish(Id),
    Paper(Id, Paper),
    Review(Id, Box<NewReview>),
}

/// Does it. `sheet` is there for the schools of which a timetable is told.
pub fn run(cx: &mut Cx<'_, '_>, act: &Move, sheet: Option<&Sheet>) -> Result<()> {
    let missing = || base::Error::broken("a school of the demo has no sheet");
    match act {
        Move::Building => movement::enter(cx, None, &sheet.ok_or_else(missing)?.judged).map(|_| ()),
        Move::Plan(id) => {
            let unit = cx.actor.unit;
            let building = movement::building(cx, unit)?.ok_or_else(missing)?.id;
            let (id, title) = (Some(*id), say::PLAN.to_string());
            let new = NewPlan { id, building, kind: Kind::Dismissal, title, note: None };
            movement::store(cx, &new, &sheet.ok_or_else(missing)?.made).map(|_| ())
        }
        Move::Ask(id) => movement::ask(cx, *id),
        Move::Approve(id) => movement::approve(cx, *id, None),
        Move::Places(id) => places(cx, *id),
        Move::Posts(list) => posts::set_posts(cx, None, list),
        Move::Stand { substituted, absent } => stand(cx, *substituted, *absent),
        Move::Drill(new) => drill::plan(cx, new).map(|_| ()),
        Move::Start(id) => drill::start(cx, *id),
        Move::Leave(id) => drill::leave(cx, *id),
        Move::Muster(id) => drill::muster(cx, *id),
        Move::Call { drill, line, unknown } => call(cx, *drill, &[*line], *unknown, sheet),
        Move::CallAll(id) => {
            let all: Vec<usize> = (0..drill::view(cx, *id)?.classes.len()).collect();
            call(cx, *id, &all, 0, sheet)
        }
        Move::Finish(id) => drill::finish(cx, *id),
        Move::Paper(id, said) => drill::paper(cx, *id, said),
        Move::Review(id, said) => drill::review(cx, *id, said),
    }
}

fn places(cx: &mut Cx<'_, '_>, plan: Id) -> Result<()> {
    let unit = cx.actor.unit;
    let known: BTreeMap<String, Id> = place::of_unit(cx, unit)?.into_iter().map(|p| (p.name, p.id)).collect();
    for card in movement::view(cx, plan)?.cards {
        if let Some(at) = say::place_of(&card.edge).and_then(|name| known.get(&name)) {
            movement::card_place(cx, card.id, Some(*at))?;
        }
    }
    Ok(())
}

fn stand(cx: &mut Cx<'_, '_>, substituted: Option<usize>, absent: Option<usize>) -> Result<()> {
    let (unit, today) = (cx.actor.unit, cx.now.day());
    let lines = posts::day(cx, unit, today)?;
    let said = lines.iter().enumerate().map(|(n, line)| {
        let stood = match n {
            n if Some(n) == absent => Stood::Absent,
            n if Some(n) == substituted && line.post.substitute.is_some() => Stood::Substituted,
            _ => Stood::Stood,
        };
        Said { post: line.post.id, stood, person: None, note: (stood == Stood::Absent).then(|| say::ABSENT.into()) }
    });
    let said: Vec<Said> = said.collect();
    if said.is_empty() { Ok(()) } else { posts::stand(cx, today, &said) }
}

/// From the signal to the last of a class: what the evacuation sheet says and an eighth more, as people are.
fn seconds(sheet: Option<&Sheet>, drill: &Drill, name: &str, line: usize, of: usize) -> i64 {
    let doc = sheet.filter(|_| !drill.night).and_then(|s| serde_json::from_str::<Value>(&s.made.evacuation).ok());
    let planned = doc.and_then(|doc| {
        let class = doc["classes"].as_array()?.iter().find(|c| c["cls"] == name)?;
        class["out_s"].as_f64()
    });
    match planned {
        Some(planned) => (planned * 1.12) as i64 + 4 + (line * 7 % 5) as i64,
        None => 58 + (line * 64 / of.max(1)) as i64 + (line * 11 % 13) as i64,
    }
}

fn call(cx: &mut Cx<'_, '_>, id: Id, lines: &[usize], unknown: i64, sheet: Option<&Sheet>) -> Result<()> {
    let view = drill::view(cx, id)?;
    for line in lines {
        let Some(class) = view.classes.get(*line) else { continue };
        let unknown = unknown.min(class.expected);
        let said = Called {
            line: Some(class.id),
            out: class.expected - unknown,
            unknown,
            seconds: Some(seconds(sheet, &view.drill, &class.name, *line, view.classes.len())),
            cover_s: (view.drill.scenario == Scenario::Quake).then_some(6 + (*line % 5) as i64),
            note: (unknown > 0).then(|| say::FOUND.into()),
            ..Called::default()
        };
        drill::call(cx, id, &said)?;
    }
    Ok(())
}

/// Everything that moves, and what was planted by it.
pub fn plan(world: &World<'_>) -> (Vec<Job>, Book) {
    let timed = planned(world.city, world.chosen);
    let mut school = School { world, jobs: Vec::new(), book: Book::new() };
    for (nth, seat) in world.chosen.iter().enumerate() {
        let Some(from) = duties::kept_from(world.city, world.chosen, *seat, world.until) else { continue };
        let house = world.cast.house(*seat);
        let Some(principal) = house.first(Role::Principal) else { continue };
        if nth % SILENT == SILENT - 1 {
            continue;
        }
        let of = Of {
            seat: *seat,
            nth,
            from,
            house,
            principal,
            steer: house.first(Role::SafetyHead).unwrap_or(principal),
            rng: Seed::named(world.city.seed(), &format!("moving/{seat}")),
        };
        match nth < TERM_SCHOOLS {
            true => school.term(of, timed.contains(seat)),
            false => school.weeks(of),
        }
    }
    (school.jobs, school.book)
}

/// One school as its drills see it.
struct Of<'a> {
    seat: usize,
    nth: usize,
    from: Day,
    house: &'a House,
    principal: Who,
    steer: Who,
    rng: Seed,
}

impl Of<'_> {
    fn id(&mut self, at: Ms) -> Id {
        Id::from_parts(at, self.rng.bytes10())
    }
}

struct School<'a, 'w> {
    world: &'a World<'w>,
    jobs: Vec<Job>,
    book: Book,
}

fn clock(day: Day, hour: i64, minute: i64) -> Ms {
    day.start().plus((hour * 60 + minute) * Ms::MINUTE)
}

impl School<'_, '_> {
    fn push(&mut self, at: Ms, who: Who, seat: usize, act: Move) {
        if at < self.world.until {
            let deed = Deed::Move(seat, Box::new(act));
            self.jobs.push(Job { at, who, deed, claimed: None, device: None, refused: false });
        }
    }

    fn planted(&mut self, entry: &'static str, at: Ms) {
        if at < self.world.until {
            self.book.entry(entry).or_default().on_time += 1;
        }
    }

    /// A whole term: timetable and posts in its second week, a drill in October, a night drill where boarders are, one
    /// more drill to come.
    fn term(&mut self, mut of: Of<'_>, timed: bool) {
        let term = school_days(of.from.start(), self.world.until);
        if timed {
            self.timetable(&mut of, &term);
        }
        let Some(day) = term.get(28 + of.nth) else { return };
        let small = self.world.city.seat(of.seat).new.kind == UnitKind::Point;
        let scenario = [Scenario::Fire, Scenario::Quake, Scenario::Stampede][of.nth % 3];
        match small {
            true => self.paper(&mut of, scenario, *day),
            false => self.held(&mut of, scenario, *day, false),
        }
        if self.world.city.seat(of.seat).new.boarders > 0
            && let Some(night) = term.get(34 + of.nth)
        {
            self.held(&mut of, Scenario::Fire, *night, true);
        }
        let next = [Scenario::Stampede, Scenario::Fire, Scenario::Quake][of.nth % 3];
        let today = self.world.until.day();
        let made = clock(today.plus_days(-3), 15, 10 + of.nth as i64);
        let new = self.new_drill(&mut of, next, made, (today.plus_days(3), today.plus_days(16)), false);
        self.push(made, of.steer, of.seat, Move::Drill(Box::new(new)));
    }

    fn timetable(&mut self, of: &mut Of<'_>, term: &[Day]) {
        let Some(week) = term.get(4) else { return };
        let begins = clock(*week, 14, 5 + of.nth as i64);
        let plan = of.id(begins);
        let decider = of.house.first(Role::Vice).unwrap_or(of.principal);
        self.push(begins, of.steer, of.seat, Move::Building);
        self.push(begins.plus(4 * Ms::MINUTE), of.steer, of.seat, Move::Plan(plan));
        self.push(begins.plus(9 * Ms::MINUTE), of.steer, of.seat, Move::Places(plan));
        self.push(begins.plus(20 * Ms::MINUTE), of.steer, of.seat, Move::Ask(plan));
        // Whoever asks decides nothing.
        if decider != of.steer {
            let approved = begins.plus(26 * Ms::HOUR);
            self.push(approved, decider, of.seat, Move::Approve(plan));
            self.planted("crowd.gap", approved);
        }
        let list = self.posts(of);
        if list.is_empty() {
            return;
        }
        let set = begins.plus(27 * Ms::HOUR);
        self.push(set, of.steer, of.seat, Move::Posts(list));
        self.planted("crowd.stairs", set);
        let last: Vec<Day> = term.iter().copied().filter(|d| *d < self.world.until.day() && *d > set.day()).collect();
        for (n, day) in last.iter().rev().take(5).enumerate() {
            let substituted = (n == 1 || n == 3).then_some(n % 3);
            let absent = (n == 2 && of.nth.is_multiple_of(2)).then_some(1);
            self.push(clock(*day, 11, 52), of.steer, of.seat, Move::Stand { substituted, absent });
        }
    }

    /// Four posts at noon, each weekday: teachers and guards, the next of them as substitute.
    fn posts(&self, of: &Of<'_>) -> Vec<NewPost> {
        let mut people: Vec<Who> = of.house.all(Role::Teacher).to_vec();
        people.extend(of.house.all(Role::Guard));
        if people.len() < 2 {
            return Vec::new();
        }
        let person = |n: usize| self.world.cast.person(people[n % people.len()]);
        let mut out = Vec::new();
        for weekday in 1..=5 {
            for (n, (place, task)) in say::POSTS.iter().enumerate() {
                let first = n + weekday as usize;
                out.push(NewPost {
                    weekday,
                    place: (*place).into(),
                    task: Some((*task).into()),
                    at: say::AT.into(),
                    person: person(first),
                    substitute: Some(person(first + 1)),
                });
            }
        }
        out
    }

    fn new_drill(
        &self,
        of: &mut Of<'_>,
        scenario: Scenario,
        made: Ms,
        (from, until): (Day, Day),
        night: bool,
    ) -> NewDrill {
        let person = |who: Who| self.world.cast.person(who);
        let some = |part: Part, who: Option<Who>| who.map(|who| RoleOf { part, person: person(who) });
        let first = |role: Role| of.house.first(role);
        let roles: Vec<RoleOf> = [
            some(Part::Commander, Some(of.principal)),
            some(Part::Alarm, first(Role::Guard)),
            some(Part::Power, first(Role::Fixer)),
            some(Part::Stair, first(Role::Teacher)),
            some(Part::Muster, first(Role::PupilsHead)),
            some(Part::Timer, Some(of.steer)),
        ]
        .into_iter()
        .flatten()
        .collect();
        NewDrill {
            id: Some(of.id(made)),
            unit: None,
            title: say::title(scenario, night),
            scenario,
            night,
            told: of.nth.is_multiple_of(2),
            window_from: from,
            window_until: until,
            place: Some(say::FIELD.into()),
            edition: None,
            roles,
        }
    }

    /// Planned ten days before, held with the stopwatch, called class by class by the teachers, reviewed the next day.
    fn held(&mut self, of: &mut Of<'_>, scenario: Scenario, day: Day, night: bool) {
        let made = clock(day.plus_days(-10), 15, of.nth as i64);
        let new = self.new_drill(of, scenario, made, (day.plus_days(-3), day.plus_days(4)), night);
        let Some(id) = new.id else { return };
        let count = duties::class_count(&self.world.city.seat(of.seat).new) as usize;
        self.push(made, of.steer, of.seat, Move::Drill(Box::new(new)));
        let (hour, minute) = if night { (19, 40) } else { (10, 5) };
        let mut now = clock(day, hour, minute + of.nth as i64);
        self.push(now, of.steer, of.seat, Move::Start(id));
        if scenario == Scenario::Quake {
            now = now.plus(QUAKE_MS);
            self.push(now, of.steer, of.seat, Move::Leave(id));
        }
        now = now.plus(MUSTER_MS);
        self.push(now, of.steer, of.seat, Move::Muster(id));
        let teachers = of.house.all(Role::Teacher);
        // One school in four needs longer than the pack allows for the list of the missing.
        let span = if of.nth % 4 == 3 { 205_000 } else { 125_000 };
        for line in 0..count {
            let who = if teachers.is_empty() { of.steer } else { teachers[line % teachers.len()] };
            let at = now.plus(15_000 + span * line as i64 / count as i64);
            let unknown = i64::from(line == 2 && of.nth.is_multiple_of(2) && !night);
            self.push(at, who, of.seat, Move::Call { drill: id, line, unknown });
        }
        let end = now.plus(END_MS);
        self.push(end, of.steer, of.seat, Move::Finish(id));
        self.planted(if night { "drill.night" } else { "drill.day" }, end);
        self.review(of, scenario, id, end);
    }

    /// Held without a telephone and entered in the afternoon.
    fn paper(&mut self, of: &mut Of<'_>, scenario: Scenario, day: Day) {
        let made = clock(day.plus_days(-4), 15, (of.nth % 60) as i64);
        let new = self.new_drill(of, scenario, made, (day.plus_days(-2), day.plus_days(4)), false);
        let Some(id) = new.id else { return };
        self.push(made, of.steer, of.seat, Move::Drill(Box::new(new)));
        let pupils = self.world.city.seat(of.seat).new.pupils.max(1);
        let said = Paper {
            started_at: clock(day, 10, (of.nth % 50) as i64),
            expected: pupils,
            out: pupils,
            unknown: 0,
            out_s: 70 + pupils.min(1_500) / 12 + of.rng.below(30) as i64,
            list_s: Some(70 + of.rng.below(90) as i64),
            back_reason: None,
        };
        let entered = clock(day, 16, (of.nth % 60) as i64);
        self.push(entered, of.steer, of.seat, Move::Paper(id, said));
        self.planted("drill.day", entered);
        self.review(of, scenario, id, entered);
    }

    fn review(&mut self, of: &mut Of<'_>, scenario: Scenario, id: Id, held: Ms) {
        let day = held.day();
        let (problem, what) = *of.rng.pick(say::PROBLEMS);
        let owner = of.house.heads.first().copied().or(of.house.first(Role::Fixer));
        // A 教学点 has nobody else to give it to.
        let improvements: Vec<Improvement> = owner
            .map(|who| Improvement { what: what.into(), owner: self.world.cast.person(who), due_on: day.plus_days(12) })
            .into_iter()
            .collect();
        let said = NewReview {
            process: say::process(scenario).into(),
            plan_fit: Some(Fit::Good),
            staff_fit: Some(if of.nth % 3 == 1 { Fit::Fair } else { Fit::Good }),
            problems: if improvements.is_empty() { String::new() } else { problem.into() },
            practised: skills(scenario),
            improvements,
            photos: Vec::new(),
        };
        let next = school_days(day.plus_days(1).start(), day.plus_days(12).start());
        let Some(next) = next.first() else { return };
        let at = clock(*next, 15, 20 + (of.nth % 30) as i64);
        self.push(at, of.steer, of.seat, Move::Review(id, Box::new(said)));
    }

    /// Three weeks: one drill, at every so-many-th school only planned.
    fn weeks(&mut self, mut of: Of<'_>) {
        let days = school_days(of.from.plus_days(5).start(), self.world.until);
        let scenario = [Scenario::Fire, Scenario::Quake, Scenario::Fire, Scenario::Stampede][of.nth % 4];
        let day = days.get(of.nth % 8).copied().filter(|_| of.nth % WAITING != WAITING - 1);
        let Some(day) = day else {
            let today = self.world.until.day();
            let made = clock(today.plus_days(-4), 15, (of.nth % 60) as i64);
            if made.day() > of.from {
                let new = self.new_drill(&mut of, scenario, made, (today.plus_days(2), today.plus_days(20)), false);
                self.push(made, of.steer, of.seat, Move::Drill(Box::new(new)));
            }
            return;
        };
        if !of.nth.is_multiple_of(LIVE) || self.world.city.seat(of.seat).new.kind == UnitKind::Point {
            return self.paper(&mut of, scenario, day);
        }
        let made = clock(day.plus_days(-4), 15, (of.nth % 60) as i64);
        let new = self.new_drill(&mut of, scenario, made, (day.plus_days(-2), day.plus_days(4)), false);
        let Some(id) = new.id else { return };
        self.push(made, of.steer, of.seat, Move::Drill(Box::new(new)));
        let mut now = clock(day, 10, (of.nth % 50) as i64);
        self.push(now, of.steer, of.seat, Move::Start(id));
        if scenario == Scenario::Quake {
            now = now.plus(QUAKE_MS);
            self.push(now, of.steer, of.seat, Move::Leave(id));
        }
        now = now.plus(MUSTER_MS);
        self.push(now, of.steer, of.seat, Move::Muster(id));
        self.push(now.plus(110_000), of.steer, of.seat, Move::CallAll(id));
        let end = now.plus(END_MS);
        self.push(end, of.steer, of.seat, Move::Finish(id));
        self.planted("drill.day", end);
        self.review(&mut of, scenario, id, end);
    }
}

/// What of self-rescue a drill practised.
fn skills(scenario: Scenario) -> Vec<Skill> {
    match scenario {
        Scenario::Quake => vec![Skill::Cover, Skill::Fall],
        Scenario::Stampede => vec![Skill::Fall, Skill::FirstAid],
        _ => vec![Skill::Low, Skill::Towel],
    }
}

#[cfg(test)]
mod tests {
    use safety::drill::State;
    use safety::{App, Setup};

    use super::super::{MORNING, ORIGIN, Wish, at, fill, houses, log_key};
    use super::*;
    use crate::progress::Progress;

    /// What the director of the demo's login finds on the first morning.
    #[test]
    fn the_main_school_has_a_published_timetable_posts_and_drills() {
        let folder = db::testing::TempDir::new();
        let wish = Wish { seed: 3, schools: 3, until: at(MORNING) };
        let target = || db::Target::Sqlite(folder.path().join("xiaoan.db"));
        fill(target(), folder.path(), &wish, &mut Progress::new("")).unwrap();
        let made = super::super::plan(&wish);
        let clock = base::Clock::manual(wish.until);
        let app = App::open(Setup::new(target(), folder.path(), clock, ORIGIN, log_key(wish.seed))).unwrap();
        let head = made.cast.houses[&made.chosen[0]].first(Role::SafetyHead).unwrap();
        let head = made.cast.actor(head).clone();
        let unit = head.unit;
        let sees = |job: fn(&mut Cx<'_, '_>) -> Result<String>| app.read(&head, job).unwrap();

        let plans = app.read(&head, move |cx| movement::list(cx, Some(unit), None, 50)).unwrap().items;
        assert_eq!(plans.len(), 1);
        let plan = app.read(&head, move |cx| movement::view(cx, plans[0].id)).unwrap();
        assert_eq!((plan.plan.state, plan.stale), (movement::State::Approved, false));
        assert_eq!(plan.doc["classes"].as_array().unwrap().len(), 36);
        assert_eq!(plan.doc["bell_s"], i64::from(houses::BELL_S));
        assert_eq!(plan.teachers.len(), 36, "the classes of the timetable are those of the roll");
        let placed = plan.cards.iter().filter(|c| c.place.is_some()).count();
        assert!(placed >= 12 && placed < plan.cards.len(), "{placed} of {}", plan.cards.len());

        let days = app.read(&head, move |cx| posts::days(cx, unit)).unwrap();
        let sums: Vec<i64> = days.values().map(|s| s.stood + s.substituted + s.absent).collect();
        assert_eq!(sums, [4; 5], "four posts on each of the last five school days");
        assert_eq!(days.values().map(|s| s.absent).sum::<i64>(), 1);

        let drills = app.read(&head, move |cx| drill::list(cx, Some(unit), None, 50)).unwrap().items;
        let states: Vec<(State, bool)> = drills.iter().map(|d| (d.state, d.night)).collect();
        assert_eq!(states.len(), 3, "{states:?}");
        for held in drills.iter().filter(|d| d.state == State::Done) {
            assert_eq!((held.expected, held.out + held.unknown), (if held.night { 212 } else { 1_284 }, held.expected));
            assert!(held.list_s.is_some_and(|s| s <= 180) && held.work.is_some() && !held.practised.is_empty());
            // Nobody beats what the house allows.
            assert!(held.night || held.out_s >= held.floor_s && held.floor_s.is_some(), "{held:?}");
        }
        assert_eq!(states.iter().filter(|s| **s == (State::Done, true)).count(), 1, "one at night: boarders live here");
        assert_eq!(states.iter().filter(|s| s.0 == State::Planned).count(), 1, "one to come");
        let lessons = sees(|cx| {
            let filter = safety::duty::Filter {
                unit: Some(cx.actor.unit),
                entry: Some("edu.stampede".into()),
                ..Default::default()
            };
            Ok(safety::duty::list(cx, &filter, None, 200)?.items.len().to_string())
        });
        assert!((28..=36).contains(&lessons.parse::<usize>().unwrap()), "{lessons} classes had the lesson");
    }

    #[test]
    fn the_same_seed_reckons_the_same_pictures_on_any_number_of_threads() {
        let wish = Wish { seed: 5, schools: 3, until: at(MORNING) };
        let plan = super::super::plan(&wish);
        let sheets = || houses::begin(&plan.city, &plan.cast, &plan.chosen).wait().unwrap();
        let (one, other) = (sheets(), sheets());
        assert_eq!(one.len(), 2, "the 教学点 needs none");
        for (seat, sheet) in &one {
            assert_eq!(sheet.made, other[seat].made);
            assert!(sheet.made.bound_s <= sheet.made.makespan_s && sheet.made.picture.len() < 400 * 1024);
        }
    }
}
