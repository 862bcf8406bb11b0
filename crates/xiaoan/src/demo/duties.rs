//! A term of duties: meetings with what they resolved, day, week and month ledgers, lessons, law education, courses,
//! letters of responsibility, signed by two others; some late, some entered afterwards with a reason, some missing, and
//! one school in twelve that is silent. Pure: dated jobs, fixed by the seed, and what was planted, so that a test can hold
//! the board against it. (1.1, 1.3, 3.1, 3.2, 3.3, 3.4, 4.1, 4.2)

use std::collections::BTreeMap;

use base::calendar::{PeriodKind, SchoolCalendar};
use base::{Day, Id, Ms, Seed};
use safety::duty::cells::{self, Slot};
use safety::duty::resolution::NewResolution;
use safety::duty::{NewWork, State};
use safety::org::Role;
use safety::org::unit::NewUnit;
use safety::pack::Pack;
use safety::roll;
use serde_json::{Value, json};

use super::calendar::{TERM_BEGINS, at, working};
use super::cast::{House, Who};
use super::city::City;
use super::life::{TERM_SCHOOLS, WEEKS, World};
use super::story::{Deed, Job};
use super::words::duty as say;

/// Every so-many-th school records nothing at all.
pub const SILENT: usize = 12;
/// Every so-many-th school leaves its records unsigned.
const UNSIGNED: usize = 5;
/// Of 1,000 cells: entered a little late, entered long after with a reason, never.
const LATE: u64 = 40;
const BACK: u64 = 25;
const MISSING: u64 = 45;
/// After so many days an entry needs a reason (`back_entry` of the pack).
const FRESH_DAYS: i64 = 3;
/// Units whose life is not told begin with the spring term.
const SPRING: i64 = 20_270_301;

/// What was planted of an entry: cells done on time, late, never; and how many of the late ones give a reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Planted {
    pub on_time: i64,
    pub late: i64,
    pub missing: i64,
    pub back: i64,
}

/// By entry.
pub type Book = BTreeMap<&'static str, Planted>;

/// 启用日 of a unit of the demo: the term's first day for bureaus and the schools that live a whole term, the beginning
/// of the last three weeks for the others, next spring for those of which nothing is told.
pub fn kept_from(city: &City, chosen: &[usize], seat: usize, until: Ms) -> Option<Day> {
    let term = at(TERM_BEGINS).day();
    let kind = city.seat(seat).new.kind;
    if kind.is_bureau() {
        return Some(term);
    }
    if !kind.is_school() {
        return None;
    }
    match chosen.iter().position(|s| *s == seat) {
        Some(nth) if nth < TERM_SCHOOLS => Some(term),
        Some(_) => {
            let back = until.day().plus_days(-WEEKS * 7);
            let monday = i64::from(back.date().iso_week_date().weekday().to_monday_zero_offset());
            Some(back.plus_days(-monday).max(term))
        }
        None => Day::from_number(SPRING),
    }
}

/// The id of a class: made here, so that its lessons can be planned.
pub fn class_id(city: &City, seat: usize, nth: i64) -> Id {
    Id::from_parts(at(TERM_BEGINS), Seed::named(city.seed(), &format!("class/{seat}/{nth}")).bytes10())
}

pub fn class_count(new: &NewUnit) -> i64 {
    new.classes.clamp(1, roll::CLASSES_MAX)
}

/// Everything that happens, and what was planted by it.
pub fn plan(world: &World<'_>) -> (Vec<Job>, Book) {
    let pack = Pack::builtin();
    let mut jobs = Vec::new();
    let mut book = Book::new();
    for (nth, seat) in world.chosen.iter().enumerate() {
        let Some(from) = kept_from(world.city, world.chosen, *seat, world.until) else { continue };
        let house = world.cast.house(*seat);
        let Some(principal) = house.first(Role::Principal) else { continue };
        let mut year = Year {
            world,
            pack: &pack,
            house,
            seat: *seat,
            steer: house.first(Role::SafetyHead).unwrap_or(principal),
            principal,
            from,
            silent: nth % SILENT == SILENT - 1,
            rng: Seed::named(world.city.seed(), &format!("duties/{seat}")),
            jobs: &mut jobs,
            book: &mut book,
        };
        year.school(nth);
    }
    for (nth, seat) in world.city.bureaus.iter().enumerate() {
        let house = world.cast.house(*seat);
        let (Some(officer), Some(head)) = (house.first(Role::Officer), house.first(Role::BureauHead)) else { continue };
        let mut year = Year {
            world,
            pack: &pack,
            house,
            seat: *seat,
            steer: officer,
            principal: head,
            from: at(TERM_BEGINS).day(),
            silent: false,
            rng: Seed::named(world.city.seed(), &format!("duties/{seat}")),
            jobs: &mut jobs,
            book: &mut book,
        };
        year.bureau(nth);
    }
    (jobs, book)
}

struct Year<'a, 'w> {
    world: &'a World<'w>,
    pack: &'a Pack,
    house: &'a House,
    seat: usize,
    /// Who records: the safety head, at a 教学点 its only teacher, at a bureau the officer.
    steer: Who,
    principal: Who,
    from: Day,
    silent: bool,
    rng: Seed,
    jobs: &'a mut Vec<Job>,
    book: &'a mut Book,
}

fn clock(day: Day, hour: i64, minute: i64) -> Ms {
    day.start().plus((hour * 60 + minute) * Ms::MINUTE)
}

fn fields(all: &[(&str, Value)]) -> BTreeMap<String, Value> {
    all.iter().map(|(key, value)| ((*key).to_string(), value.clone())).collect()
}

impl Year<'_, '_> {
    fn calendar(&self) -> &SchoolCalendar {
        &self.pack.calendar
    }

    fn unit(&self) -> Id {
        self.world.city.seat(self.seat).id
    }

    fn person(&self, who: Who) -> String {
        self.world.cast.person(who).to_string()
    }

    fn push(&mut self, at: Ms, who: Who, deed: Deed) {
        if at < self.world.until {
            self.jobs.push(Job { at, who, deed, claimed: None, device: None, refused: false });
        }
    }

    /// An afternoon, a few minutes apart for each school.
    fn afternoon(&mut self, day: Day) -> Ms {
        day.start().plus((15 * 60 + 40 + self.rng.below(95) as i64) * Ms::MINUTE + self.rng.below(60_000) as i64)
    }

    fn work(&self, form: &str, happened_on: Day, fields: BTreeMap<String, Value>) -> NewWork {
        NewWork {
            unit: Some(self.unit()),
            form: form.into(),
            happened_on: Some(happened_on),
            fields,
            ..NewWork::default()
        }
    }

    /// One record for each slot of an entry, with the fate that the seed gives it.
    fn every(
        &mut self,
        entry: &'static str,
        kind: PeriodKind,
        last: bool,
        make: impl Fn(&mut Self, &Slot, Day) -> NewWork,
    ) {
        let bureau = self.world.city.seat(self.seat).new.kind.is_bureau();
        let grace = self.pack.entry(entry).map_or(0, |e| e.grace_days.max(0));
        let until = self.world.until;
        for slot in cells::slots(self.calendar(), kind, self.from, until.day(), bureau) {
            if slot.last < self.from {
                continue;
            }
            // A bureau's month ends on a day of work.
            let mut day = if last { slot.last } else { slot.first.max(self.from) };
            while bureau && !self.calendar().is_school_day(day) && day > slot.first {
                day = day.plus_days(-1);
            }
            let due = slot.period.until.plus_days(grace).end();
            let received = self.fate(day, due, kind == PeriodKind::Day);
            let mut planted = self.book.get(entry).copied().unwrap_or_default();
            match received.filter(|at| *at < until) {
                Some(at) => {
                    let old = at.day().days_since(day) > FRESH_DAYS;
                    let mut new = make(self, &slot, day);
                    new.back_reason = old.then(|| (*self.rng.pick(say::BACK)).to_string());
                    // What a meeting resolved is not given out long after its day.
                    if old {
                        new.resolutions.clear();
                    }
                    planted.on_time += i64::from(at < due);
                    planted.late += i64::from(at >= due);
                    planted.back += i64::from(old);
                    let who = self.steer;
                    self.push(at, who, Deed::Work(Box::new(new)));
                }
                None => planted.missing += i64::from(due <= until),
            }
            self.book.insert(entry, planted);
        }
    }

    /// When a cell of this day is received, if ever.
    fn fate(&mut self, day: Day, due: Ms, short: bool) -> Option<Ms> {
        let drawn = self.rng.below(1_000);
        let on_time = self.afternoon(day);
        let later = due.plus((24 + 9) * Ms::HOUR);
        match drawn {
            _ if self.silent => None,
            n if n < MISSING => None,
            n if n < MISSING + LATE && short => Some(working(due.plus(9 * Ms::HOUR), &mut self.rng)),
            n if n < MISSING + LATE + BACK => Some(working(later, &mut self.rng)),
            _ => Some(on_time),
        }
    }

    fn school(&mut self, nth: usize) {
        self.every("meet.school", PeriodKind::Week, false, |year, _, day| year.meeting(day));
        for (entry, kind, cycle) in [
            ("ledger.day", PeriodKind::Day, "day"),
            ("ledger.week", PeriodKind::Week, "week"),
            ("ledger.month", PeriodKind::Month, "month"),
        ] {
            self.every(entry, kind, true, |year, _, day| {
                year.work("ledger_sign", day, fields(&[("cycle", json!(cycle))]))
            });
        }
        if self.silent {
            return;
        }
        self.lessons(nth);
        self.letters(nth);
        self.mental(nth);
        if nth % UNSIGNED != UNSIGNED - 1 {
            self.signatures();
        }
    }

    fn meeting(&mut self, day: Day) -> NewWork {
        let chair = self.house.first(Role::Vice).or(self.house.first(Role::BureauVice)).unwrap_or(self.principal);
        let present: Vec<String> = [Some(self.principal), Some(chair), Some(self.steer)]
            .into_iter()
            .flatten()
            .map(|who| self.person(who))
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut pick = |all: &[&'static str]| *self.rng.pick(all);
        let (problem, situation, measures) = (pick(say::PROBLEMS), pick(say::SITUATION), pick(say::MEASURES));
        let mut new = self.work(
            "meeting",
            day,
            fields(&[
                ("kind", json!("regular")),
                ("chair", json!([self.person(chair)])),
                ("present", json!(present)),
                ("problems", json!(problem)),
                ("situation", json!(situation)),
                ("measures", json!(measures)),
                ("recorder", json!([self.person(self.steer)])),
            ]),
        );
        let owner = self.house.heads.first().copied().or(self.house.first(Role::Fixer));
        if let Some(owner) = owner.filter(|_| self.rng.chance(300)) {
            let owner = self.world.cast.person(owner);
            let what = (*self.rng.pick(say::RESOLVED)).to_string();
            new.resolutions.push(NewResolution { what, owner, due_on: day.plus_days(7), hazard: None });
        }
        new
    }

    /// Each class teacher: one topic a month by season (3.4); the whole school once of law (3.2).
    fn lessons(&mut self, nth: usize) {
        let new = &self.world.city.seat(self.seat).new;
        let teachers = self.house.all(Role::Teacher).to_vec();
        let count = class_count(new);
        let pupils = new.pupils / count.max(1);
        let days = [(20_260_909, "quake"), (20_261_014, "electricity"), (20_261_111, "fire")];
        for (number, topic) in days {
            let Some(day) = Day::from_number(number).filter(|day| *day >= self.from) else { continue };
            for k in 0..count {
                if self.rng.chance(160) {
                    continue;
                }
                let who = if teachers.is_empty() { self.principal } else { teachers[k as usize % teachers.len()] };
                let day = day.plus_days(self.rng.below(3) as i64);
                let answered = pupils - self.rng.below(pupils.max(1) as u64 / 5 + 1) as i64;
                let told = fields(&[
                    ("topic", json!([topic])),
                    ("way", json!("class")),
                    ("minutes", json!(20 + 5 * self.rng.below(5))),
                    ("expected", json!(pupils.min(500))),
                    ("present", json!(pupils.min(500))),
                    ("answered", json!(answered.clamp(0, 500))),
                ]);
                let lesson = NewWork {
                    classes: vec![class_id(self.world.city, self.seat, k)],
                    ..self.work("lesson", day, told)
                };
                let when = self.afternoon(day);
                self.push(when, who, Deed::Work(Box::new(lesson)));
            }
        }
        self.stampede(nth, &teachers);
        let Some(day) = Day::from_number(20_261_118).filter(|_| nth % 3 != 2) else { return };
        let who = self.house.first(Role::PupilsHead).unwrap_or(self.principal);
        let theme = (*self.rng.pick(say::LAW)).to_string();
        let law = NewWork {
            classes: (0..count).map(|k| class_id(self.world.city, self.seat, k)).collect(),
            ..self.work("law_lesson", day, fields(&[("theme", json!(theme)), ("way", json!("class"))]))
        };
        let when = self.afternoon(day);
        self.push(when, who, Deed::Work(Box::new(law)));
    }

    /// 防踩踏教育 (2.5): each class once a term, by its teacher; at the schools of three weeks one lecture for all classes.
    fn stampede(&mut self, nth: usize, teachers: &[Who]) {
        let new = &self.world.city.seat(self.seat).new;
        let (count, pupils) = (class_count(new), new.pupils);
        let mut rng = Seed::named(self.world.city.seed(), &format!("stampede/{}", self.seat));
        let told = |way: &str, present: i64| {
            fields(&[
                ("topic", json!(["stampede"])),
                ("way", json!(way)),
                ("minutes", json!(20)),
                ("expected", json!(present.min(500))),
                ("present", json!(present.min(500))),
            ])
        };
        let class = |k: i64| class_id(self.world.city, self.seat, k);
        let mut lessons = Vec::new();
        if nth < TERM_SCHOOLS {
            let day = self.from.plus_days(20);
            for k in (0..count).filter(|_| !rng.chance(90)) {
                let who = if teachers.is_empty() { self.principal } else { teachers[k as usize % teachers.len()] };
                let work = self.work("lesson", day, told("class", pupils / count.max(1)));
                lessons.push((who, NewWork { classes: vec![class(k)], ..work }));
            }
        } else if nth % 7 != 6 {
            let work = self.work("lesson", self.from.plus_days(3), told("lecture", pupils));
            lessons.push((self.steer, NewWork { classes: (0..count).map(class).collect(), ..work }));
        }
        for (who, lesson) in lessons {
            let when = lesson.happened_on.map(|day| clock(day, 15, 40 + rng.below(95) as i64));
            if let Some(when) = when {
                self.push(when, who, Deed::Work(Box::new(lesson)));
            }
        }
    }

    /// 责任书: everybody of the eight posts signs in the first days; at some schools two have not yet (4.1, 4.2).
    fn letters(&mut self, nth: usize) {
        let mut persons: Vec<Id> =
            Role::EIGHT.iter().flat_map(|role| self.house.all(*role)).map(|who| self.world.cast.person(*who)).collect();
        persons.sort_unstable();
        persons.dedup();
        if nth % 4 == 3 {
            persons.truncate(persons.len().saturating_sub(2).max(1));
        }
        let day = self.from.plus_days(2);
        let told = fields(&[
            ("party", json!(self.world.city.seat(self.seat).new.name)),
            ("targets", json!(say::TARGETS)),
            ("duties", json!(say::DUTIES)),
            ("until", json!("2027-08-31")),
        ]);
        let letter = NewWork { persons, ..self.work("letter", day, told) };
        let (when, who) = (self.afternoon(day), self.steer);
        self.push(when, who, Deed::Work(Box::new(letter)));
    }

    /// The open half of 3.3 at the schools that live a term: the room and its teacher, a survey as counts.
    fn mental(&mut self, nth: usize) {
        let Some(teacher) = self.house.first(Role::Counsellor).filter(|_| nth < TERM_SCHOOLS) else { return };
        let day = self.from.plus_days(8);
        let setup = fields(&[
            ("room", json!(say::ROOM)),
            ("teacher", json!([self.person(teacher)])),
            ("full_time", json!("part")),
        ]);
        let setup = self.work("mental_setup", day, setup);
        let when = self.afternoon(day);
        self.push(when, teacher, Deed::Work(Box::new(setup)));
        let pupils = self.world.city.seat(self.seat).new.pupils;
        let day = day.plus_days(42);
        let survey = fields(&[("handed", json!(pupils)), ("returned", json!(pupils - pupils / 40))]);
        let survey = self.work("survey", day, survey);
        let when = self.afternoon(day);
        self.push(when, teacher, Deed::Work(Box::new(survey)));
    }

    /// 检查 on the week's last afternoon by one leader, 验收 on the next Monday by the other; what meetings resolved is
    /// settled on Thursdays.
    fn signatures(&mut self) {
        let Some(vice) = self.house.first(Role::Vice).or(self.house.first(Role::BureauVice)) else { return };
        let (until, principal) = (self.world.until.day(), self.principal);
        let owner = self.house.heads.first().copied();
        for week in cells::slots(self.calendar(), PeriodKind::Week, self.from, until, false) {
            let evening = week.last.start().plus((17 * 60 + 10 + self.rng.below(40) as i64) * Ms::MINUTE);
            self.push(evening, vice, Deed::Sign(State::Done));
            let monday = week.period.until.plus_days(1).start();
            let morning = monday.plus((8 * 60 + 5 + self.rng.below(50) as i64) * Ms::MINUTE);
            self.push(morning, principal, Deed::Sign(State::Checked));
            if let Some(owner) = owner {
                let thursday = week.period.from.plus_days(3).start().plus(16 * Ms::HOUR);
                let thursday = thursday.plus(self.rng.below(3_600_000) as i64);
                self.push(thursday, owner, Deed::Settle);
            }
        }
    }

    /// A bureau's own month: meeting, ledger; courses held once for the managers of all its schools (3.1).
    fn bureau(&mut self, nth: usize) {
        self.every("meet.bureau", PeriodKind::Month, true, |year, _, day| year.meeting(day));
        self.every("ledger.bureau", PeriodKind::Month, true, |year, _, day| {
            year.work("ledger_sign", day, fields(&[("cycle", json!("month"))]))
        });
        let county = self.world.city.seat(self.seat).county;
        let mut people: Vec<Who> = self.house.all(Role::BureauVice).to_vec();
        people.extend(self.house.all(Role::Officer));
        let under = |seat: &&usize| nth > 0 && self.world.city.seat(**seat).county == county;
        for seat in self.world.chosen.iter().filter(under) {
            let house = self.world.cast.house(*seat);
            for role in [Role::Principal, Role::Vice, Role::SafetyHead, Role::PupilsHead] {
                people.extend(house.all(role));
            }
        }
        let persons: Vec<Id> = people.into_iter().map(|who| self.world.cast.person(who)).collect();
        for (number, laws) in [(20_261_016, ["injury", "fire_law"]), (20_261_112, ["response", "fire_outline"])] {
            let Some(day) = Day::from_number(number).filter(|_| nth % 4 != 3) else { continue };
            let told = fields(&[("law", json!(laws)), ("hours", json!(6)), ("lecturer", json!(say::LECTURER))]);
            let course = NewWork { persons: persons.clone(), ..self.work("training", day, told) };
            let (when, who) = (self.afternoon(day), self.steer);
            self.push(when, who, Deed::Work(Box::new(course)));
        }
        self.signatures();
    }
}

#[cfg(test)]
mod tests {
    use safety::duty::{self, Filter, board};
    use safety::{App, Setup};

    use super::super::{MORNING, ORIGIN, Wish, fill, log_key, photos};
    use super::*;
    use crate::progress::Progress;

    /// What the board and the lists say of the filled city is what was planted, figure by figure.
    #[test]
    fn the_board_says_what_was_planted() {
        let folder = db::testing::TempDir::new();
        let wish = Wish { seed: 7, schools: 13, until: at(MORNING) };
        let target = || db::Target::Sqlite(folder.path().join("xiaoan.db"));
        fill(target(), folder.path(), &wish, &mut Progress::new("")).unwrap();
        let made = super::super::plan(&wish);
        let album = photos::store(folder.path()).unwrap();
        let world = World {
            city: &made.city,
            cast: &made.cast,
            chosen: &made.chosen,
            places: &made.places,
            album: &album,
            until: wish.until,
        };
        let (_, mut book) = plan(&world);
        book.extend(super::super::moving::plan(&world).1);
        let clock = base::Clock::manual(wish.until);
        let app = App::open(Setup::new(target(), folder.path(), clock, ORIGIN, log_key(wish.seed))).unwrap();
        safety::tick::run(&app).unwrap();
        let officer = made.cast.actor(made.cast.houses[&0].first(Role::Officer).unwrap()).clone();
        let city = made.city.seat(0).id;
        let board = app.read(&officer, move |cx| board::bureau(cx, city, Some("2026-autumn"))).unwrap();
        for (entry, planted) in &book {
            let sums = board.entries.iter().find(|e| e.entry == *entry).unwrap().sums;
            let said = Planted { on_time: sums.on_time, late: sums.late, missing: sums.missing, back: planted.back };
            assert_eq!(said, *planted, "{entry}");
            assert_eq!(back(&app, &officer, entry), planted.back, "{entry}: 补录");
        }
        let silent = made.city.seat(made.chosen[11]).id;
        let row = app.read(&officer, move |cx| board::school(cx, silent, Some("2026-11"))).unwrap();
        // What its passes over places cover comes by itself; nothing else of it is there.
        assert_eq!((row.total.on_time, row.total.late), (1, 0), "a silent school");
        assert!(row.total.missing > 10);
        let (kept, counted) = app.read(&safety::Actor::system(), duty::tally::recount).unwrap();
        assert_eq!(kept, counted);
        let meetings = book["meet.school"];
        assert!(
            meetings.late > 0 && meetings.missing > 0 && meetings.back > 0 && meetings.on_time > 50,
            "{meetings:?}"
        );
    }

    fn back(app: &App, officer: &safety::Actor, entry: &'static str) -> i64 {
        let (mut n, mut cursor) = (0, None::<String>);
        loop {
            let at = cursor.clone();
            let filter = Filter { entry: Some(entry.into()), late: true, ..Filter::default() };
            let page = app.read(officer, move |cx| duty::list(cx, &filter, at.as_deref(), 200)).unwrap();
            n += page.items.iter().filter(|line| line.duty.back_reason.is_some()).count() as i64;
            match page.next {
                Some(next) => cursor = Some(next),
                None => return n,
            }
        }
    }
}
