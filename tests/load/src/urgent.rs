//! The house alone, without a door: what its outbox can carry, and how long the detectors of 待核线索 take over a school year
//! of 3,000 schools (part C of the issues). Units, people, alarms and reports go through the nouns; the lines of the
//! classes and the weekly zero reports, 720,000 rows in which nothing is wrong, are written as the nouns would leave
//! them. What is found is held against what was planted, else the figure would say nothing.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use base::{Clock, Day, Id, Ms, Seed, Stopwatch};
use db::{Target, args};
use safety::alarm::{self, NewAlarm};
use safety::clue::find;
use safety::incident::{self, Kind, NewIncident, NewReport};
use safety::kernel::outbox::{Outcome, Way};
use safety::message::channel::{self, Carried};
use safety::message::send;
use safety::org::people::NewPerson;
use safety::org::post::NewPost;
use safety::org::unit::NewUnit;
use safety::org::{Role, UnitKind, login, people, post, unit};
use safety::{Actor, App, Cx, Meta, Setup};

use load::report::{Line, Report};

type Done<T = ()> = Result<T, Box<dyn Error>>;

/// Schools and days of the year that the detectors look through.
const SCHOOLS: usize = 3_000;
const DAYS: i64 = 200;
const WEEKS: i64 = 40;
/// One school in so many has an accident in the year; of these every second pressed the alarm, and of the pressed ones
/// one in ten was never reported.
const PRESSED: usize = 2;
const SILENT: usize = 10;
/// A day's records are looked through before the next minute's tick, ms.
const DAY_MS: f64 = 60_000.0;
/// Schools whose telephones the outbox calls, telephones at each, and waves of alarms.
const CALLED: usize = 200;
const TELEPHONES: usize = 4;
const WAVES: usize = 10;
/// Calls under way at a time, as the program has them.
const FLYING: usize = 16;
/// Deliveries a second that a city needs: an alarm at each of a thousand schools told to ten telephones within ten
/// minutes is 17; the gateway's own rate is 10.
const DELIVERIES: f64 = 100.0;

struct House {
    app: Arc<App>,
    clock: Clock,
    /// School and its county; who reports there signs in as `head` and the school's number.
    schools: Vec<(Id, i64)>,
}

fn act<T: Send + 'static>(app: &App, job: impl Fn(&mut Cx<'_, '_>) -> base::Result<T> + Send + 'static) -> Done<T> {
    Ok(app.write(&Actor::system(), Meta::of("bench"), job)?)
}

/// A city of one county and its schools; each school with somebody who reports, and `telephones` who are called.
fn house(dir: &Path, name: &str, schools: usize, telephones: usize, durable: bool) -> Done<House> {
    std::fs::create_dir_all(dir)?;
    let clock = Clock::manual(Ms::parse("2026-08-31T08:00:00+08:00").ok_or("time")?);
    let file = dir.join(format!("{name}.db"));
    let mut setup = Setup::new(Target::Sqlite(file), dir, clock.clone(), "bench.urgent/log", [6; 32]);
    setup.durable = durable;
    let app = App::open(setup)?;
    let new = |kind, name: &str, parent, code: &str| {
        let mut new = NewUnit::named(kind, name, parent);
        new.code = Some(code.into());
        new
    };
    let city = new(UnitKind::City, "city", None, "2202");
    let city = act(&app, move |cx| unit::open(cx, &city))?;
    let mut county = new(UnitKind::County, "county", Some(city), "220281");
    county.county = Some(220_281);
    let county = act(&app, move |cx| unit::open(cx, &county))?;
    let mut told = Vec::new();
    for s in 0..schools {
        let school = new(UnitKind::School, &format!("school {s:04}"), Some(county), &format!("9{s:07}"));
        let school = act(&app, move |cx| unit::open(cx, &school))?;
        for (n, role) in [Role::SafetyHead, Role::Principal, Role::Vice, Role::Guard].into_iter().enumerate() {
            if n >= telephones.max(1) {
                break;
            }
            let mobile = (telephones > 0).then(|| format!("139{:08}", s * TELEPHONES + n));
            act(&app, move |cx| {
                let new =
                    NewPerson { id: None, unit: school, name: format!("{} {s}", role.code()), mobile: mobile.clone() };
                let person = people::enter(cx, &new)?;
                let new = NewPost { id: None, unit: school, person, role, title: None, acting: false, from_on: None };
                post::give(cx, &new)?;
                if n == 0 {
                    login::create(cx, person, &format!("head{s}"), Some("none"), false)?;
                }
                Ok(())
            })?;
        }
        told.push((school, 220_281));
    }
    Ok(House { app, clock, schools: told })
}

/// The parts that need no server.
pub fn run(dir: &Path, quick: bool, report: &mut Report) -> Done {
    outbox(dir, quick, report)?;
    detectors(dir, quick, report)
}

fn outbox(dir: &Path, quick: bool, report: &mut Report) -> Done {
    report.section("The outbox: from an alarm to a receipt for every telephone (every transaction on the disk)");
    let waves = if quick { 2 } else { WAVES };
    let house = house(&dir.join("outbox"), "outbox", CALLED, TELEPHONES, true)?;
    let carried = Carried { ways: vec![Way::Sms], hosts: Vec::new(), push_key: None };
    act(&house.app, move |cx| channel::carry(cx, &carried))?;
    let (mut raised_us, mut carried_us, mut sent) = (0, 0, 0usize);
    for _ in 0..waves {
        // Younger than that a second press is the same alarm.
        house.clock.advance(10 * Ms::MINUTE);
        let watch = Stopwatch::start();
        for (school, _) in &house.schools {
            let new = NewAlarm { unit: Some(*school), ..NewAlarm::default() };
            act(&house.app, move |cx| alarm::raise::raise(cx, &new))?;
        }
        raised_us += watch.elapsed_us();
        let watch = Stopwatch::start();
        loop {
            let jobs = act(&house.app, send::take)?;
            if jobs.is_empty() {
                break;
            }
            sent += jobs.len();
            settle(&house.app, &jobs)?;
            // The gateway's own rate is a limit of life, not of this machine.
            house.clock.advance(10 * Ms::SECOND);
        }
        carried_us += watch.elapsed_us();
    }
    let (alarms, wanted) = (waves * CALLED, waves * CALLED * TELEPHONES);
    if sent != wanted {
        return Err(format!("{sent} deliveries of {wanted}").into());
    }
    report.tell(
        &format!("an alarm stored with {TELEPHONES} deliveries, one after another, mean of {alarms}"),
        format!("{:.1} ms", raised_us as f64 / 1_000.0 / alarms as f64),
    );
    let rate = sent as f64 * 1e6 / carried_us.max(1) as f64;
    let line =
        Line::of(format!("deliveries claimed and settled, {FLYING} at a time, of {sent}"), format!("{rate:.0} /s"));
    let line = line.beside(format!("≥ {DELIVERIES:.0} /s"), rate / DELIVERIES);
    report.line(line.bar("", rate >= DELIVERIES));
    Ok(())
}

fn settle(app: &App, jobs: &[send::Job]) -> Done {
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..FLYING)
            .map(|hand| {
                scope.spawn(move || -> Result<(), String> {
                    for job in jobs.iter().skip(hand).step_by(FLYING) {
                        let (key, claim) = (job.key, job.claim);
                        let taken = Outcome::Taken { far: None, ringing: false };
                        act(app, move |cx| send::settle(cx, key, claim, &taken)).map_err(|e| e.to_string())?;
                    }
                    Ok(())
                })
            })
            .collect();
        for hand in hands {
            hand.join().map_err(|_| "a hand fell")??;
        }
        Ok(())
    })
}

const LINE: &str = "insert into absence (county, id, version, salt, unit, class, day, serial, pupils, leave, fever, cough, gut, \
    rash, jaundice, injured, other, unknown, claimed_at, received_at) values ($1, $2, 1, $2, $3, $3, $4, 1, 45, $5, $6, 0, \
    0, 0, 0, 0, 0, 0, $7, $7)";
const ZERO: &str = "insert into incident_zero (county, id, version, salt, unit, from_on, until_on, claimed_at, received_at) \
    values ($1, $2, 1, $2, $3, $4, $5, $6, $6)";

fn detectors(dir: &Path, quick: bool, report: &mut Report) -> Done {
    let schools = if quick { SCHOOLS / 10 } else { SCHOOLS };
    report.section(&format!("The detectors over a school year of {schools} schools"));
    let house = house(&dir.join("year"), "year", schools, 0, false)?;
    let start = house.clock.now();
    let mut seed = Seed::named(1, "year");
    let planted = life(&house, start)?;
    let end = start.plus((DAYS + 8) * Ms::DAY);
    house.clock.set(end);
    let mut rows = rows(&house, start, 0..DAYS, &mut seed)?;
    rows += zeros(&house, start, &mut seed)?;
    let watch = Stopwatch::start();
    let rounds = look(&house)?;
    let ms = watch.elapsed_ms();
    let found = found(&house)?;
    if found != planted as i64 {
        return Err(format!("{found} clues, {planted} planted").into());
    }
    report.tell(
        &format!("the whole year at once: {rows} lines and zero reports, {} reports", house.schools.len()),
        format!("{:.1} s in {rounds} rounds", ms as f64 / 1_000.0),
    );
    report.tell("clues: planted / found", format!("{planted} / {found}"));
    // As in life: a day's lines came in, and the next round of the clock looks at them a day later.
    let one_day = rows_of_a_day(&house, start, &mut seed)?;
    house.clock.advance(2 * Ms::DAY);
    let watch = Stopwatch::start();
    look(&house)?;
    let what = format!("a day's {one_day} lines of classes");
    report.at_most(&what, watch.elapsed_ms() as f64, DAY_MS, "ms");
    Ok(())
}

fn look(house: &House) -> Done<usize> {
    let mut rounds = 0;
    while house.app.read(&Actor::system(), find::waiting)? {
        act(&house.app, find::look)?;
        rounds += 1;
        if rounds > 100_000 {
            return Err("the detectors do not come to an end".into());
        }
    }
    Ok(rounds)
}

fn found(house: &House) -> Done<i64> {
    let row = house.app.db().read(|tx| tx.row("select count(*) as n from clue", &[]))?;
    Ok(row.ok_or("no count")?.int("n")?)
}

/// Accidents over the year, in the order of time; answers how many alarms nobody reported anything for.
fn life(house: &House, start: Ms) -> Done<usize> {
    let mut planted = 0;
    let step = DAYS * Ms::DAY / house.schools.len() as i64;
    for (n, (school, _)) in house.schools.iter().enumerate() {
        let school = *school;
        house.clock.set(start.plus(Ms::DAY + n as i64 * step));
        let pressed = n % PRESSED == 0;
        let silent = pressed && n % (PRESSED * SILENT) == 0;
        if pressed {
            let new = NewAlarm { unit: Some(school), ..NewAlarm::default() };
            act(&house.app, move |cx| alarm::raise::raise(cx, &new))?;
            house.clock.advance(5 * Ms::MINUTE);
        }
        if silent {
            planted += 1;
            continue;
        }
        let actor = house.app.read(&Actor::system(), move |cx| login::actor_of(cx, &format!("head{n}"), None))?;
        let told = NewReport { hurt: Some(1), ..NewReport::default() };
        let new = NewIncident { kind: Some(Kind::Hurt), told, ..NewIncident::default() };
        house.app.write(&actor, Meta::of("bench"), move |cx| incident::report::report(cx, &new))?;
    }
    Ok(planted)
}

/// A line of a class of each school on each day: here and there somebody is away or has a fever, never three alike.
fn rows(house: &House, start: Ms, days: std::ops::Range<i64>, seed: &mut Seed) -> Done<usize> {
    let mut count = 0;
    for n in days {
        let day = start.day().plus_days(n);
        let at = day.start().plus(8 * Ms::HOUR);
        let mut batch = Vec::with_capacity(house.schools.len());
        for (nth, (school, county)) in house.schools.iter().enumerate() {
            // Over the first hour, as they come in.
            let at = at.plus(nth as i64 * Ms::HOUR / house.schools.len() as i64);
            let (away, ill) = (seed.below(3) as i64, i64::from(seed.below(20) == 0));
            batch.push((*county, Id::from_parts(at, seed.bytes10()), *school, day, away, ill, at));
        }
        count += batch.len();
        house.app.db().write(move |tx| {
            for (county, id, school, day, away, ill, at) in &batch {
                tx.exec(LINE, args![*county, *id, *school, *day, *away, *ill, *at])?;
            }
            Ok(())
        })?;
    }
    Ok(count)
}

/// The day after the year: stored now, looked at a day later.
fn rows_of_a_day(house: &House, start: Ms, seed: &mut Seed) -> Done<usize> {
    let n = house.clock.now().day().days_since(start.day());
    rows(house, start, n..n + 1, seed)
}

/// Every week in which a school had no accident, signed.
fn zeros(house: &House, start: Ms, seed: &mut Seed) -> Done<usize> {
    let sql = "select unit, known_at as at from incident union all select unit, received_at as at from alarm";
    let told = house.app.db().read(move |tx| tx.rows(sql, &[]))?;
    let mut busy = std::collections::BTreeSet::new();
    let week_of = |at: Ms| at.day().days_since(start.day()) / 7;
    for row in told {
        busy.insert((row.id("unit")?, week_of(row.ms("at")?)));
    }
    let mut count = 0;
    for week in 0..WEEKS.min(DAYS / 7) {
        let from: Day = start.day().plus_days(week * 7);
        let at = from.plus_days(7).start().plus(9 * Ms::HOUR);
        let mut batch = Vec::new();
        for (nth, (school, county)) in house.schools.iter().enumerate() {
            let at = at.plus(nth as i64 * Ms::HOUR / house.schools.len() as i64);
            if !busy.contains(&(*school, week)) {
                batch.push((*county, Id::from_parts(at, seed.bytes10()), *school, from, from.plus_days(6), at));
            }
        }
        count += batch.len();
        house.app.db().write(move |tx| {
            for (county, id, school, from, until, at) in &batch {
                tx.exec(ZERO, args![*county, *id, *school, *from, *until, *at])?;
            }
            Ok(())
        })?;
    }
    Ok(count)
}
