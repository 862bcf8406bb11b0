//! A county with very many hazards, made through the nouns in this process (rights, rules, journal and all) on a data
//! folder of the demo whose server is stopped; only the fsync of each commit is left out.
//!
//! The shares are those of a county after years of use: most are ended, few are overdue. Counting what is overdue then
//! walks all that are open, which is the dear case.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use base::{Clock, Error, Id, Ms, Refusal, Result};
use db::{Target, args};
use safety::hazard::{self, Act, Category, Grade, Input, NewHazard};
use safety::org::people::{self, NewPerson};
use safety::org::place::{self, NewPlace};
use safety::org::post::{self, NewPost};
use safety::org::{PlaceKind, Role, unit};
use safety::{Actor, App, Cx, Meta, Photo, Setup};

/// Schools of the county that hazards are spread over.
const SCHOOLS: usize = 30;
/// Hazards of one step of simulated time: all its jobs are in flight together.
const STEP: usize = 1_000;
/// Simulated time of one step.
const STEP_MS: i64 = 12 * Ms::HOUR;
const ROLES: &[Role] = &[Role::Principal, Role::Vice, Role::SafetyHead, Role::Fixer, Role::Guard];

/// A school with the people and places that the fill has given it.
#[derive(Clone)]
struct School {
    places: Vec<Id>,
    /// In the order of `ROLES`.
    people: Vec<Actor>,
}

impl School {
    fn actor(&self, role: Role) -> &Actor {
        let at = ROLES.iter().position(|r| *r == role).unwrap_or(0);
        &self.people[at]
    }
    fn person(&self, role: Role) -> Option<Id> {
        self.actor(role).person
    }
}

/// Opens a data folder of the demo in this process, at business time `start`, without fsync.
/// Origin and key are read from the folder; refuses with Busy while a server runs on it.
pub fn open(data: &Path, clock: Clock, durable: bool) -> Result<Arc<App>> {
    let target = Target::Sqlite(data.join("xiaoan.db"));
    let told = db::Db::open_beside(target.clone())?.read(safety::kernel::proof::checkpoint)?;
    let told = told.ok_or_else(|| Error::broken("the folder's log has no head"))?;
    let origin = told.lines().next().unwrap_or("").to_string();
    let mut setup = Setup::new(target, data, clock, &origin, key(data)?);
    setup.durable = durable;
    App::open(setup)
}

/// The log's key: 32 bytes, or 64 hex digits.
fn key(data: &Path) -> Result<[u8; 32]> {
    let bytes = std::fs::read(data.join("log.key")).map_err(|e| Error::broken(format!("log.key: {e}")))?;
    if let Ok(key) = <[u8; 32]>::try_from(bytes.as_slice()) {
        return Ok(key);
    }
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim();
    let pair = |i: usize| text.get(2 * i..2 * i + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
    let key: Option<Vec<u8>> = (0..32).map(pair).collect();
    key.and_then(|key| key.try_into().ok()).ok_or_else(|| Error::broken("log.key holds no key"))
}

/// Time of the newest head: the fill goes on from there.
pub fn newest(data: &Path) -> Result<Ms> {
    let db = db::Db::open_beside(Target::Sqlite(data.join("xiaoan.db")))?;
    Ok(db.read(safety::kernel::proof::head)?.map_or(Ms(0), |(_, at)| at))
}

/// A county that grows.
pub struct County {
    app: Arc<App>,
    clock: Clock,
    schools: Vec<School>,
    made: usize,
}

impl County {
    /// Peoples the schools under a bureau.
    pub fn people(app: Arc<App>, clock: Clock, bureau: Id) -> Result<County> {
        let system = Actor::system();
        let below = app.read(&system, move |cx| {
            let sql = "select u.id from unit_tree t join unit u on u.id = t.unit \
                where t.top = $1 and u.kind = 'school' order by u.id limit $2";
            cx.tx.rows(sql, args![bureau, SCHOOLS])?.iter().map(|row| row.id("id")).collect::<Result<Vec<Id>>>()
        })?;
        let mut schools = Vec::with_capacity(below.len());
        for unit in below {
            schools.push(app.write(&system, Meta::of("demo"), move |cx| school(cx, unit))?);
        }
        if schools.is_empty() {
            return Err(Error::broken("no school stands under the bureau"));
        }
        Ok(County { app, clock, schools, made: 0 })
    }

    /// Raises and treats hazards until there are `count`. Answers how many jobs that took.
    pub fn grow(&mut self, count: usize) -> Result<usize> {
        let mut jobs = 0;
        while self.made < count {
            let step = (count - self.made).min(STEP);
            jobs += self.step(step)?;
            self.made += step;
            self.clock.advance(STEP_MS * step as i64 / STEP as i64);
            loop {
                let fired = safety::tick::run(&self.app)?;
                jobs += fired;
                if fired == 0 {
                    break;
                }
            }
        }
        Ok(jobs)
    }

    fn step(&self, count: usize) -> Result<usize> {
        let first = self.made;
        let fate = |i: usize| (first + i) % 20;
        let school = |i: usize| &self.schools[(first + i) % self.schools.len()];
        let ids = self.flight(count, |i| {
            let (school, n) = (school(i), first + i);
            let new = NewHazard {
                what: crate::api::sentence(n as u64),
                place: Some(school.places[n / self.schools.len() % school.places.len()]),
                category: Some(Category::ALL[n % Category::ALL.len()]),
                ..NewHazard::default()
            };
            let job = move |cx: &mut Cx<'_, '_>| hazard::raise::raise(cx, &new);
            Some((school.actor(Role::Guard).clone(), Box::new(job) as Job))
        })?;
        let mut jobs = count;
        for act in [Act::Void, Act::Assign, Act::Rectify, Act::Recheck, Act::Close] {
            let wanted = |i: usize| match act {
                Act::Void => fate(i) < 8,
                Act::Assign => (8..19).contains(&fate(i)),
                _ => (8..13).contains(&fate(i)),
            };
            let done = self.flight(count, |i| {
                let id = ids[i].filter(|_| wanted(i))?;
                let (actor, input) = self.treat(school(i), act, fate(i) >= 13);
                let job = move |cx: &mut Cx<'_, '_>| hazard::act::act(cx, id, act, &input).map(|h| h.id);
                Some((actor, Box::new(job) as Job))
            })?;
            jobs += done.iter().flatten().count();
        }
        Ok(jobs)
    }

    /// Who does it, and with which words. What stays open gets a day that does not come during the fill.
    fn treat(&self, school: &School, act: Act, stays: bool) -> (Actor, Input) {
        let note = Some("已按要求处理".to_string());
        let photo = Photo { hash: "ab".repeat(32), mime: "image/jpeg".into(), bytes: 90_000 };
        let input = match act {
            Act::Assign => Input {
                grade: Some(Grade::Minor),
                assignee: school.person(Role::Fixer),
                until: stays.then(|| self.clock.now().plus(300 * Ms::DAY)),
                ..Input::default()
            },
            Act::Rectify => Input { note, photos: vec![photo], ..Input::default() },
            _ => Input { note, ..Input::default() },
        };
        let role = match act {
            Act::Rectify => Role::Fixer,
            Act::Close => Role::Vice,
            _ => Role::SafetyHead,
        };
        (school.actor(role).clone(), input)
    }

    /// Hands in all jobs together and waits for all answers.
    fn flight(&self, count: usize, make: impl Fn(usize) -> Option<(Actor, Job)>) -> Result<Vec<Option<Id>>> {
        let shelf = Arc::new(Shelf::new(count));
        let mut waiting = 0;
        for i in 0..count {
            let Some((actor, job)) = make(i) else { continue };
            waiting += 1;
            let shelf = shelf.clone();
            self.app.write_then(&actor, Meta::of("demo"), job, move |answer| shelf.put(i, answer));
        }
        shelf.wait(waiting)
    }
}

type Job = Box<dyn Fn(&mut Cx<'_, '_>) -> Result<Id> + Send>;

fn school(cx: &mut Cx<'_, '_>, unit: Id) -> Result<School> {
    let mut places = Vec::new();
    for n in 1..=12 {
        let name = format!("{n}号楼东楼梯二层");
        places.push(place::add(cx, &NewPlace { id: None, unit, parent: None, kind: PlaceKind::Stair, name })?);
    }
    let home = unit::load(cx, unit)?;
    let mut people = Vec::new();
    for role in ROLES {
        let name = format!("试 {}", role.code());
        let person = people::enter(cx, &NewPerson { id: None, unit, name: name.clone(), mobile: None })?;
        let new = NewPost { id: None, unit, person, role: *role, title: None, acting: false, from_on: None };
        let post = post::give(cx, &new)?;
        people.push(Actor {
            login: None,
            person: Some(person),
            name,
            post: Some(post),
            role: *role,
            unit,
            unit_name: home.name.clone(),
            unit_kind: home.kind,
            county: home.county,
            inner: None,
        });
    }
    Ok(School { places, people })
}

/// Where the answers of a flight are laid down.
struct Shelf {
    answers: Mutex<(Vec<Option<Id>>, usize, Option<Error>)>,
    put: Condvar,
}

impl Shelf {
    fn new(count: usize) -> Shelf {
        Shelf { answers: Mutex::new((vec![None; count], 0, None)), put: Condvar::new() }
    }
    fn put(&self, at: usize, answer: Result<Id>) {
        let mut held = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Ok(id) => held.0[at] = Some(id),
            Err(error) => {
                held.2.get_or_insert(error);
            }
        }
        held.1 += 1;
        self.put.notify_one();
    }
    fn wait(&self, count: usize) -> Result<Vec<Option<Id>>> {
        let mut held = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        while held.1 < count {
            held = self.put.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        match held.2.take() {
            // A queue that is full would mean that STEP is over the writer's limit.
            Some(Error::Refused(Refusal::Busy)) => Err(Error::broken("the writer's queue is full")),
            Some(error) => Err(error),
            None => Ok(std::mem::take(&mut held.0)),
        }
    }
}
