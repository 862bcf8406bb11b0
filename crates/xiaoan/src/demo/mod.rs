//! The demo: the simulated Jilin City, filled into an empty folder through the ordinary write path, fixed by a seed.
//!
//! `books` classes, texts, notices · `duties` meetings, ledgers, lessons · `city` units · `cast` people and logins · `places` · `houses` buildings and their timetables · `moving` posts and drills · `photos` · `story` one hazard · `life` a term · `planted` faults
//! and the work of the demo's morning · `fill` the runner · `words`, `data/` what is said. Serves the first acquaintance
//! with every item that the product knows (2.5, 2.6, 3.5, 4.1, 4.2, 4.4 among them).
//! Not here: serving it (`serve`), and any shortcut round the rules: what the plan wants and a rule refuses breaks the
//! fill.

mod books;
mod calendar;
mod cast;
mod city;
mod duties;
mod fill;
mod houses;
mod life;
mod moving;
mod photos;
mod places;
mod planted;
mod story;
mod urgent;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base::{Clock, Error, Id, Ms, Result, Seed};
use safety::duty::resolution::{self, Resolved};
use safety::duty::{self, Filter, State, act, work};
use safety::org::{Role, UnitKind, login, people, place, post, unit};
use safety::{Actor, App, Meta, Setup, check, hazard};
use serde::{Deserialize, Serialize};

use crate::password::{Oven, SALT};
use crate::progress::Progress;
use cast::Cast;
use city::City;
use fill::Runner;
use places::Spot;
use story::{Deed, Job};

pub use calendar::{EARLIEST, LATEST, MORNING, at};

pub mod sql {
    pub const NEXT_DUE: &str = "select min(due_at) as at from due";
    pub const LOGINS: &str = "select id, person from login";
    pub const TABLES_THERE: &str =
        "select table_name from information_schema.tables where table_schema = current_schema() limit 1";
    #[cfg(test)]
    pub const ALL: &[&str] = &[NEXT_DUE, LOGINS];
}

/// The log's name in a demo.
pub const ORIGIN: &str = "demo.xiaoan/log/2026";
/// Schools with people at least: the main school, a 中心校 and its 教学点.
pub const SCHOOLS_MIN: usize = 3;
pub const SCHOOLS: usize = 120;
/// All of them.
pub const SCHOOLS_MAX: usize = 1_250;

/// What is asked for.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Wish {
    pub seed: u64,
    pub schools: usize,
    /// The moment on which the demo begins.
    pub until: Ms,
}

/// A line of `demo-accounts.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    pub login: String,
    pub password: String,
    pub role: String,
    pub unit: String,
    pub name: String,
}

/// What was made.
pub struct Filled {
    pub jobs: usize,
    pub accounts: Vec<Account>,
}

/// The key of a demo's log comes from its seed, so that the same seed gives the same signatures' key.
pub fn log_key(seed: u64) -> [u8; 32] {
    Seed::named(seed, "log.key").bytes32()
}

struct Plan {
    city: City,
    cast: Cast,
    chosen: Vec<usize>,
    places: BTreeMap<usize, Vec<Spot>>,
    founded: Ms,
}

fn plan(wish: &Wish) -> Plan {
    let founded = at(calendar::FOUNDED);
    let mut city = City::plan(wish.seed, founded);
    let chosen = city.chosen(wish.schools.clamp(SCHOOLS_MIN, SCHOOLS_MAX));
    let mut departments = BTreeMap::new();
    for school in &chosen {
        if city.seat(*school).new.kind != UnitKind::Point {
            let inner = city.add_departments(*school, founded);
            departments.insert(*school, inner);
        }
    }
    for seat in 0..city.seats.len() {
        city.seats[seat].new.kept_from = duties::kept_from(&city, &chosen, seat, wish.until);
    }
    let cast = Cast::plan(&city, &chosen, &departments, founded);
    let places = chosen.iter().map(|school| (*school, places::plan(&city, *school, founded))).collect();
    Plan { city, cast, chosen, places, founded }
}

/// Fills the folder. Faults: anything that went another way than planned; the folder is then worth nothing.
pub fn fill(target: db::Target, data: &Path, wish: &Wish, progress: &mut Progress) -> Result<Filled> {
    let mut plan = plan(wish);
    let accounts = hash_accounts(&plan.cast, wish.seed);
    let album = photos::store(data).map_err(|e| Error::broken(format!("photos: {e}")))?;
    let clock = Clock::manual(plan.founded);
    let mut setup = Setup::new(target, data, clock.clone(), ORIGIN, log_key(wish.seed));
    setup.durable = false;
    let app = App::open(setup)?;
    let reckoning = houses::begin(&plan.city, &plan.cast, &plan.chosen);
    let mut runner = Runner::new(app.clone(), clock.clone(), wish.seed);
    found(&mut runner, &plan, progress)?;
    people_and_logins(&mut runner, &mut plan, &accounts, progress)?;
    furnish(&mut runner, &plan, progress)?;
    books::open_year(&mut runner, &plan)?;
    let world = life::World {
        city: &plan.city,
        cast: &plan.cast,
        chosen: &plan.chosen,
        places: &plan.places,
        album: &album,
        until: wish.until,
    };
    let jobs = life::plan(&world);
    let sheets = reckoning.wait()?;
    live(&mut runner, (&plan.cast, &sheets), jobs, wish.until, progress)?;
    books::morning(&mut runner, &plan)?;
    app.db().settle(30_000)?;
    let jobs = runner.done();
    drop(runner);
    app.db().close();
    progress.end();
    Ok(Filled { jobs, accounts: accounts.into_iter().map(|a| a.account).collect() })
}

/// An account with the hash that is stored.
struct Hashed {
    account: Account,
    hash: String,
}

/// Passwords and salts come from the seed; hashing is slow on purpose, so all cores take part.
fn hash_accounts(cast: &Cast, seed: u64) -> Vec<Hashed> {
    let wanted: Vec<&cast::Member> = cast.members.iter().filter(|m| m.account).collect();
    let lanes = std::thread::available_parallelism().map_or(2, |n| n.get()).min(8);
    let size = wanted.len().div_ceil(lanes).max(1);
    let lane = |chunk: &[&cast::Member]| {
        let mut oven = Oven::new();
        chunk.iter().map(|m| hash_one(&mut oven, m, seed)).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = wanted.chunks(size).map(|chunk| scope.spawn(move || lane(chunk))).collect();
        threads.into_iter().flat_map(|t| t.join().expect("hashing does not panic")).collect()
    })
}

fn hash_one(oven: &mut Oven, member: &cast::Member, seed: u64) -> Hashed {
    const SIGNS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let mut rng = Seed::named(seed, &format!("password/{}", member.login));
    let word: String = (0..6).map(|_| *rng.pick(SIGNS) as char).collect();
    let password = format!("demo-{word}");
    let (drawn, mut salt) = (rng.bytes32(), [0; SALT]);
    salt.copy_from_slice(&drawn[..SALT]);
    let hash = oven.hash(&password, &salt);
    let account = Account {
        login: member.login.clone(),
        password,
        role: member.actor.role.code().into(),
        unit: member.actor.unit_name.clone(),
        name: member.actor.name.clone(),
    };
    Hashed { account, hash }
}

/// Units, level by level.
fn found(runner: &mut Runner, plan: &Plan, progress: &mut Progress) -> Result<()> {
    let system = Actor::system();
    let depths = plan.city.seats.iter().map(|s| s.depth).max().unwrap_or(0);
    for depth in 0..=depths {
        runner.clock.advance(Ms::MINUTE);
        for seat in plan.city.seats.iter().filter(|s| s.depth == depth) {
            let new = seat.new.clone();
            runner.job(&system, Meta::of("demo"), "unit", false, move |cx| unit::open(cx, &new))?;
        }
        runner.barrier()?;
        progress.step(5 + 10 * depth / depths.max(1), runner.clock.now(), runner.done());
    }
    Ok(())
}

fn people_and_logins(runner: &mut Runner, plan: &mut Plan, accounts: &[Hashed], progress: &mut Progress) -> Result<()> {
    let system = Actor::system();
    let meta = || Meta::of("demo");
    runner.clock.advance(Ms::HOUR);
    for member in &plan.cast.members {
        let new = member.person.clone();
        runner.job(&system, meta(), "person", false, move |cx| people::enter(cx, &new))?;
    }
    runner.barrier()?;
    runner.clock.advance(Ms::HOUR);
    let hashes: BTreeMap<&str, &str> = accounts.iter().map(|a| (a.account.login.as_str(), a.hash.as_str())).collect();
    for member in &plan.cast.members {
        let Some(person) = member.person.id else { continue };
        for new in member.posts.clone() {
            runner.job(&system, meta(), "post", false, move |cx| post::give(cx, &new))?;
        }
        let (name, hash) = (member.login.clone(), hashes.get(member.login.as_str()).map(|h| h.to_string()));
        let create = move |cx: &mut safety::Cx<'_, '_>| login::create(cx, person, &name, hash.as_deref(), false);
        runner.job(&system, meta(), "login", false, create)?;
    }
    runner.barrier()?;
    let rows = runner.app.db().read(|tx| tx.rows(sql::LOGINS, &[]))?;
    let mut logins: BTreeMap<Id, Id> = BTreeMap::new();
    for row in &rows {
        logins.insert(row.id("person")?, row.id("id")?);
    }
    for member in &mut plan.cast.members {
        member.actor.login = member.person.id.and_then(|p| logins.get(&p).copied());
    }
    progress.step(35, runner.clock.now(), runner.done());
    Ok(())
}

/// Buildings, then what is in them; the second person of each 教学点.
fn furnish(runner: &mut Runner, plan: &Plan, progress: &mut Progress) -> Result<()> {
    let system = Actor::system();
    for inside in [false, true] {
        runner.clock.advance(Ms::HOUR);
        for spot in plan.places.values().flatten().filter(|s| s.inside == inside) {
            let new = spot.new.clone();
            runner.job(&system, Meta::of("demo"), "place", false, move |cx| place::add(cx, &new))?;
        }
        runner.barrier()?;
    }
    for school in &plan.chosen {
        let seat = plan.city.seat(*school);
        let Some(centre) = seat.parent.filter(|_| seat.new.kind == UnitKind::Point) else { continue };
        let Some(judge) = plan.cast.houses.get(&centre).and_then(|h| h.first(Role::SafetyHead)) else { continue };
        let change = unit::Change { second: Some(plan.cast.person(judge)), ..unit::Change::default() };
        let id = seat.id;
        runner.job(&system, Meta::of("demo"), "second", false, move |cx| unit::change(cx, id, &change, None))?;
    }
    runner.barrier()?;
    progress.step(45, runner.clock.now(), runner.done());
    Ok(())
}

/// The life up to the demo's morning.
fn live(
    runner: &mut Runner,
    (cast, sheets): (&Cast, &houses::Sheets),
    jobs: Vec<Job>,
    until: Ms,
    progress: &mut Progress,
) -> Result<()> {
    let (all, mut handed) = (jobs.len().max(1), 0);
    let mut marks = BTreeSet::new();
    runner.walk(
        jobs,
        |job| job.at,
        |runner, job| {
            handed += 1;
            let share = 45 + 55 * handed / all;
            if marks.insert(share) {
                progress.step(share, job.at, runner.done());
            }
            let meta = Meta { source: "demo", claimed_at: job.claimed, device_at: job.device };
            let actor = cast.actor(job.who);
            match job.deed {
                Deed::Raise(new) => {
                    runner.job(actor, meta, "raise", job.refused, move |cx| hazard::raise::raise(cx, &new))
                }
                Deed::Act(id, act, input) => {
                    let run = move |cx: &mut safety::Cx<'_, '_>| hazard::act::act(cx, id, act, &input);
                    runner.job(actor, meta, act.code(), job.refused, run)
                }
                Deed::Check(new) => runner.job(actor, meta, "check", job.refused, move |cx| check::record(cx, &new)),
                Deed::Work(new) => runner.job(actor, meta, "work", job.refused, move |cx| work::record(cx, &new)),
                Deed::Sign(state) => runner.job(actor, meta, "sign", job.refused, move |cx| sign(cx, state)),
                Deed::Settle => runner.job(actor, meta, "settle", job.refused, settle),
                Deed::Urgent(urgent) => {
                    runner.job(actor, meta, "urgent", job.refused, move |cx| urgent::run(cx, &urgent))
                }
                Deed::Move(seat, act) => {
                    let sheet = sheets.get(&seat).cloned();
                    runner.job(actor, meta, "move", job.refused, move |cx| moving::run(cx, &act, sheet.as_deref()))
                }
            }
        },
    )?;
    runner.tick_until(until)?;
    runner.clock.set(until);
    Ok(())
}

/// Signs what waits at the own unit; what its signer did himself is left.
fn sign(cx: &mut safety::Cx<'_, '_>, state: State) -> Result<()> {
    let filter = Filter { unit: Some(cx.actor.unit), state: Some(state), ..Filter::default() };
    let page = duty::list(cx, &filter, None, act::MANY_MAX as i64)?;
    let stage = |line: &duty::Line| line.duty.unit == cx.actor.unit && !line.duty.finished();
    let ids: Vec<Id> = page.items.iter().filter(|line| stage(line)).map(|line| line.duty.id).collect();
    match state {
        State::Done => act::check_many(cx, &ids)?,
        _ => act::accept_many(cx, &ids)?,
    };
    Ok(())
}

/// What meetings gave to the actor before today is done.
fn settle(cx: &mut safety::Cx<'_, '_>) -> Result<()> {
    let today = cx.now.day();
    for one in resolution::mine(cx, act::MANY_MAX as i64)?.into_iter().filter(|one| one.met_on < today) {
        resolution::settle(cx, one.id, Resolved::Done, "")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_and_level_has_an_account_and_there_are_at_most_sixty() {
        let plan = plan(&Wish { seed: 1, schools: SCHOOLS, until: at(MORNING) });
        let accounts: Vec<_> = plan.cast.members.iter().filter(|m| m.account).collect();
        assert!(accounts.len() <= 60, "{}", accounts.len());
        for role in Role::ALL.iter().filter(|r| **r != Role::System) {
            assert!(accounts.iter().any(|m| m.posts.iter().any(|p| p.role == *role)), "{role:?}");
        }
        for kind in
            [UnitKind::City, UnitKind::County, UnitKind::Centre, UnitKind::School, UnitKind::Point, UnitKind::Agency]
        {
            assert!(accounts.iter().any(|m| m.actor.unit_kind == kind), "{kind:?}");
        }
        let mut logins: Vec<_> = plan.cast.members.iter().map(|m| m.login.as_str()).collect();
        logins.sort_unstable();
        let count = logins.len();
        logins.dedup();
        assert_eq!(logins.len(), count);
    }

    #[test]
    fn the_smallest_and_the_whole_city_can_be_planned_within_the_budget_of_the_fill() {
        let folder = db::testing::TempDir::new();
        let album = photos::store(folder.path()).unwrap();
        let mut before = 0;
        for (schools, most) in [(0, 5_000), (3, 5_000), (SCHOOLS, 200_000), (SCHOOLS_MAX, 400_000)] {
            let wish = Wish { seed: 1, schools, until: at(MORNING) };
            let plan = plan(&wish);
            assert_eq!(plan.chosen.len(), schools.max(SCHOOLS_MIN));
            assert!(plan.cast.members.iter().filter(|m| m.account).count() <= 60);
            let world = life::World {
                city: &plan.city,
                cast: &plan.cast,
                chosen: &plan.chosen,
                places: &plan.places,
                album: &album,
                until: wish.until,
            };
            let made = plan.city.seats.len() + 3 * plan.cast.members.len() + life::plan(&world).len();
            assert!(before <= made && made < most, "{schools} schools: {made} jobs");
            before = made;
        }
    }

    #[test]
    fn whatever_the_seed_people_act_for_their_own_house_and_in_time() {
        let folder = db::testing::TempDir::new();
        let album = photos::store(folder.path()).unwrap();
        for seed in 1..=6 {
            let wish = Wish { seed, schools: SCHOOLS, until: at(MORNING) };
            let plan = plan(&wish);
            let world = life::World {
                city: &plan.city,
                cast: &plan.cast,
                chosen: &plan.chosen,
                places: &plan.places,
                album: &album,
                until: wish.until,
            };
            let roll: BTreeMap<Id, Id> = plan.cast.members.iter().map(|m| (m.posts[0].person, m.person.unit)).collect();
            let jobs = life::plan(&world);
            assert!(jobs.len() > 5_000, "{}", jobs.len());
            assert!(jobs.iter().all(|job| at(calendar::TERM_BEGINS) <= job.at && job.at < wish.until));
            assert_eq!(jobs.iter().filter(|job| job.refused).count(), 2, "the planted separations of seed {seed}");
            for job in &jobs {
                if let Deed::Raise(new) = &job.deed
                    && let Some(person) = new.behalf
                {
                    assert_eq!(roll.get(&person).copied(), new.unit, "seed {seed}: 代录 for somebody of another house");
                }
            }
        }
    }
}
