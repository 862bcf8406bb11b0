//! The bureau's board at the size of decisions.md §7: 10,000 schools × 60 obligations × one school year, beside the plain
//! recount. Units are opened through the nouns; every cell of one county's schools is a stored row, and its counters come
//! from those rows; the counters of the other counties are written as such rows would leave them (28 million rows would
//! fill 30 GB and change nothing on the board, which never reads them). The data folder is kept between runs.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base::calendar::PeriodKind;
use base::{Clock, Day, Id, Ms, Seed, Stopwatch};
use db::{Target, args};
use safety::duty::cells::{Frame, Slot, key_of, kind_code};
use safety::duty::{self, NewWork, board, expected, facts, tally, work};
use safety::org::people::NewPerson;
use safety::org::post::NewPost;
use safety::org::unit::NewUnit;
use safety::org::{Role, UnitKind, people, post, unit};
use safety::pack::model::{Each, Entry, Evidence, Pack, Rule};
use safety::pack::{Packs, builtin};
use safety::{Actor, App, Meta, Setup, ledger};

use load::report::{Line, Report};
use load::server::cpu_us;

type Done<T = ()> = Result<T, Box<dyn Error>>;

const COUNTIES: usize = 50;
/// Obligations by length of period: 10 daily, 20 weekly, 20 monthly, 10 per term (backend.md §4).
const KINDS: [(PeriodKind, usize); 4] =
    [(PeriodKind::Day, 10), (PeriodKind::Week, 20), (PeriodKind::Month, 20), (PeriodKind::Term, 10)];
/// The schools' year is nearly over: almost every cell is due.
const NOW: &str = "2027-07-10T08:00:00+08:00";
const BOARD_MS: f64 = 50.0;
const WRITE_US: f64 = 50.0;
const LEDGER_MS: f64 = 1_000.0;

/// Sixty obligations made from the notice's weekly meeting, each with its own period.
fn pack() -> Pack {
    let mut pack = Pack::clone(&builtin::pack());
    let model = pack.entry("meet.school").cloned();
    let Some(model) = model else { return pack };
    pack.entries.clear();
    for (period, n) in KINDS {
        for i in 0..n {
            let rule = Rule::Every { times: 1, period, each: Each::Unit, months: Vec::new() };
            let evidence = match i {
                0 => Evidence::Form { form: "meeting".into(), only: BTreeMap::new() },
                _ => Evidence::Noun { noun: "check".into() },
            };
            let id = format!("{}.{i:02}", kind_code(period));
            pack.entries.push(Entry { id, rule, evidence, grace_days: 0, ..model.clone() });
        }
    }
    pack
}

pub struct Board {
    app: Arc<App>,
    city: Id,
    county: Id,
    school: Id,
}

fn file(dir: &Path, schools: usize) -> PathBuf {
    dir.join(format!("board-{schools}.db"))
}

/// Says that the filling came to its end.
fn mark(dir: &Path, schools: usize) -> PathBuf {
    dir.join(format!("board-{schools}.filled"))
}

pub fn is_filled(dir: &Path, schools: usize) -> bool {
    mark(dir, schools).exists()
}

/// Opens the folder, fills it when it is new. A filling that was broken off begins anew.
fn open(dir: &Path, schools: usize) -> Done<Board> {
    std::fs::create_dir_all(dir)?;
    let (file, fresh) = (file(dir, schools), !is_filled(dir, schools));
    for part in ["db", "db-wal", "db-shm"].iter().filter(|_| fresh) {
        let _ = std::fs::remove_file(file.with_extension(part));
    }
    let start = Ms::parse("2026-08-20T08:00:00+08:00").ok_or("time")?;
    let clock = Clock::manual(start);
    let mut setup = Setup::new(Target::Sqlite(file), dir, clock.clone(), "bench.board/log", [5; 32]);
    setup.durable = false;
    let app = App::open(setup)?;
    app.set_packs(Packs::new(vec![(Day::new(2012, 2, 29).ok_or("day")?, Arc::new(pack()))]));
    if fresh {
        let watch = Stopwatch::start();
        units(&app, schools)?;
        clock.set(Ms::parse(NOW).ok_or("time")?);
        rows(&app)?;
        counters(&app, schools)?;
        std::fs::write(mark(dir, schools), "")?;
        println!("filled in {} s", watch.elapsed_ms() / 1_000);
    }
    clock.set(Ms::parse(NOW).ok_or("time")?);
    let ids =
        app.db().read(|tx| tx.rows("select id, kind, name from unit where kind <> 'school' order by code", &[]))?;
    let find = |name: &str| ids.iter().find(|r| r.text("name").as_deref() == Ok(name)).map(|r| r.id("id"));
    let city = find("city").ok_or("no city")??;
    let county = find("county 00").ok_or("no county")??;
    let sql = "select u.id from unit u where u.parent = $1 and u.kind = 'school' order by u.code limit 1";
    let school = app.db().read(move |tx| tx.row(sql, args![county]))?.ok_or("no school")?.id("id")?;
    Ok(Board { app, city, county, school })
}

fn units(app: &App, schools: usize) -> Done {
    let system = Actor::system();
    let make = move |kind, name: &str, parent: Option<Id>, code: String| {
        let mut new = NewUnit::named(kind, name, parent);
        new.code = Some(code);
        new.pupils = 400;
        new
    };
    let city = make(UnitKind::City, "city", None, "2202".into());
    let city = app.write(&system, Meta::of("cli"), move |cx| unit::open(cx, &city))?;
    for c in 0..COUNTIES {
        let mut county = make(UnitKind::County, &format!("county {c:02}"), Some(city), format!("22{c:04}"));
        county.county = Some(220_000 + c as i64);
        let county = app.write(&system, Meta::of("cli"), move |cx| unit::open(cx, &county))?;
        for s in 0..schools / COUNTIES {
            let school =
                make(UnitKind::School, &format!("school {c:02}-{s:03}"), Some(county), format!("9{c:03}{s:04}"));
            let school = app.write(&system, Meta::of("cli"), move |cx| unit::open(cx, &school))?;
            if c == 0 {
                let new = NewPerson { id: None, unit: school, name: format!("head {s}"), mobile: None };
                let person = app.write(&system, Meta::of("cli"), move |cx| people::enter(cx, &new))?;
                let (role, title) = (Role::SafetyHead, None);
                let new = NewPost { id: None, unit: school, person, role, title, acting: false, from_on: None };
                app.write(&system, Meta::of("cli"), move |cx| post::give(cx, &new))?;
            }
        }
    }
    Ok(())
}

fn frame(app: &App) -> Done<Frame> {
    let packs = app.packs();
    let calendar = packs.calendar(app.now().day(), 0);
    Ok(Frame::new(calendar, Day::new(2026, 9, 1).ok_or("day")?, Day::new(2027, 8, 31).ok_or("day")?))
}

/// 93 % done, of it one in thirty late.
fn outcome(seed: &mut Seed) -> Option<bool> {
    match seed.below(1000) {
        0..=69 => None,
        70..=99 => Some(false),
        _ => Some(true),
    }
}

/// Every cell of county 00's schools as a row, then its counters from those rows.
fn rows(app: &App) -> Done {
    let frame = frame(app)?;
    let packs = app.packs();
    let calendar = packs.calendar(app.now().day(), 0);
    let sql =
        "select s.id, s.county from unit s join unit c on c.id = s.parent where c.name = 'county 00' order by s.code";
    let schools = app.db().read(move |tx| tx.rows(sql, &[]))?;
    let mut seed = Seed::named(1, "rows");
    for row in schools {
        let (unit, county) = (row.id("id")?, row.int("county")?);
        let mut batch = Vec::new();
        for slot in &frame.school {
            for entry in packs.in_force(slot.period.from).entries.iter().filter(|e| cell_of(e, slot)) {
                if let Some(on_time) = outcome(&mut seed) {
                    let due = slot.period.until.end();
                    let at = if on_time { due.plus(-Ms::HOUR) } else { due.plus(Ms::DAY) };
                    let key = key_of(calendar, &slot.period);
                    let id = Id::from_parts(at, seed.bytes10());
                    batch.push((id, entry.id.clone(), kind_code(slot.period.kind), key, slot.period, due, at));
                }
            }
        }
        let batch = Arc::new(batch);
        app.db().write(move |tx| {
            for (id, entry, kind, key, period, due, at) in batch.iter() {
                let args = args![county, *id, unit, entry, *kind, key, period.from, period.until, *due, *at];
                tx.exec(ROW, args)?;
            }
            Ok(())
        })?;
    }
    app.db().write(|tx| tx.exec(DELTAS, &[]))?;
    while app.write(&Actor::system(), Meta::of("tick"), tally::fold)? > 0 {}
    Ok(())
}

fn cell_of(entry: &Entry, slot: &Slot) -> bool {
    duty::cells::may_owe(entry, slot)
}

const ROW: &str = "insert into duty (county, id, version, salt, unit, entry, clause, kind, period, part, from_on, until_on, \
    due_at, stage, owed, state, needed, had, first_complete_at, amended, returns, pack_hash, received_at) values \
    ($1, $2, 1, $2, $3, $4, '1.1', $5, $6, '', $7, $8, $9, 'accepted', 1, 'done', 1, 1, $10, 0, 0, $2, $10)";
const DELTAS: &str = "insert into tally_delta (unit, bureau, entry, period, until_on, on_time, late, events) \
    select d.unit, u.parent, d.entry, d.period, d.until_on, \
    sum(case when d.first_complete_at < d.due_at then 1 else 0 end), \
    sum(case when d.first_complete_at >= d.due_at then 1 else 0 end), 0 \
    from duty d join unit u on u.id = d.unit group by d.unit, u.parent, d.entry, d.period, d.until_on";

/// Counters of the other counties, as their rows would leave them.
fn counters(app: &App, schools: usize) -> Done {
    let frame = frame(app)?;
    let packs = app.packs();
    let calendar = packs.calendar(app.now().day(), 0);
    let counties =
        app.db().read(|tx| tx.rows("select id from unit where kind = 'county' and name <> 'county 00'", &[]))?;
    let mut seed = Seed::named(2, "counters");
    let per = (schools / COUNTIES) as i64;
    for county in counties {
        let county = county.id("id")?;
        let mut lines = Vec::new();
        for slot in &frame.school {
            for entry in packs.in_force(slot.period.from).entries.iter().filter(|e| cell_of(e, slot)) {
                let late = seed.below(1 + per as u64 / 20) as i64;
                let missing = seed.below(1 + per as u64 / 10) as i64;
                let key = key_of(calendar, &slot.period);
                lines.push((entry.id.clone(), key, slot.period.until, (per - late - missing).max(0), late));
            }
        }
        let lines = Arc::new(lines);
        app.db().write(move |tx| {
            for (entry, key, until, on_time, late) in lines.iter() {
                // A unit is needed and carries nothing: the county itself.
                let sql = "insert into tally_delta (unit, bureau, entry, period, until_on, on_time, late, events) \
                           values ($1, $1, $2, $3, $4, $5, $6, 0)";
                tx.exec(sql, args![county, entry, key, *until, *on_time, *late])?;
            }
            Ok(())
        })?;
        while app.write(&Actor::system(), Meta::of("tick"), tally::fold)? > 0 {}
    }
    Ok(())
}

/// Mean CPU of this process, ms, over `n` runs (told in steps of 10 ms, so `n` is large where the thing is small).
fn cpu_ms(n: usize, mut job: impl FnMut() -> Done) -> Done<f64> {
    let pid = std::process::id();
    let from = cpu_us(pid)?;
    for _ in 0..n {
        job()?;
    }
    Ok((cpu_us(pid)? - from) as f64 / 1_000.0 / n as f64)
}

pub fn run(dir: &Path, schools: usize, report: &mut Report) -> Done {
    let b = open(dir, schools)?;
    report.section(&format!("The bureau's board: {schools} schools × 60 obligations × one school year, CPU"));
    let system = Actor::system();
    let (app, city, county, school) = (&b.app, b.city, b.county, b.school);
    let board =
        |unit: Id| -> Done<board::Board> { Ok(app.read(&system, move |cx| board::bureau(cx, unit, Some("2026")))?) };
    let cold = cpu_ms(3, || {
        app.set_packs((*app.packs()).clone());
        board(city).map(|_| ())
    })?;
    let warm = cpu_ms(30, || board(city).map(|_| ()))?;
    let full = schools >= 10_000;
    let mut line = Line::of("city's board, the year, by county, clause, entry and day", format!("{warm:.1} ms"));
    line = line.beside(format!("≤ {BOARD_MS:.0} ms at 10,000"), warm / BOARD_MS);
    report.line(if full { line.bar("", warm <= BOARD_MS) } else { line });
    report.tell("the same when a unit, a post or the pack has changed (roster read anew)", format!("{cold:.0} ms"));
    after_write(&b, report)?;
    let one = cpu_ms(30, || board(county).map(|_| ()))?;
    let plain = cpu_ms(3, || Ok(app.db().read(move |tx| tx.rows(PLAIN, args![county]).map(|_| ()))?))?;
    let per = schools / COUNTIES;
    let line = Line::of(format!("county's board, {per} schools each with its sums"), format!("{one:.1} ms"));
    report.line(line.beside(format!("plain recount of its rows {plain:.0} ms"), one / plain.max(0.001)));
    weigh_expected(&b, report, schools)?;
    weigh_writes(&b, report)?;
    let year = cpu_ms(10, || Ok(app.read(&system, move |cx| ledger::of(cx, school, "2026").map(|_| ()))?))?;
    report.at_most("ledger of one school's year, every cell", year, LEDGER_MS, "ms");
    let load = cpu_ms(20, || {
        let _ = safety::pack::read(&builtin::files());
        Ok(())
    })?;
    report.tell("packs/jilin-2012 read and checked", format!("{load:.1} ms"));
    report.note(format!("Rows are stored for one county's {per} schools; counters for all."));
    Ok(())
}

const PLAIN: &str = "select d.entry, d.until_on / 100 as month, \
    sum(case when d.first_complete_at < d.due_at then 1 else 0 end) as on_time, count(*) as n \
    from unit_tree t join duty d on d.unit = t.unit where t.top = $1 group by d.entry, d.until_on / 100";

/// A school fills a week that it owed, and the next board shows it.
fn after_write(b: &Board, report: &mut Report) -> Done {
    let (app, city) = (&b.app, b.city);
    let system = Actor::system();
    let (school, day) = owed(app)?.ok_or("no school owes a week")?;
    let sql = "select person from post where home = $1";
    let person = app.db().read(move |tx| tx.row(sql, args![school]))?.ok_or("no person")?.id("person")?;
    let mut done = 0;
    let mut board = || {
        cpu_ms(1, || {
            let board = app.read(&system, move |cx| board::bureau(cx, city, Some("2026")))?;
            done = board.total.on_time + board.total.late - done;
            Ok(())
        })
    };
    board()?;
    let new = NewWork {
        unit: Some(school),
        form: "meeting".into(),
        happened_on: Some(day),
        fields: BTreeMap::from([
            ("kind".into(), "regular".into()),
            ("chair".into(), serde_json::json!([person.to_string()])),
            ("problems".into(), "none".into()),
        ]),
        behalf: Some(person),
        back_reason: Some("bench".into()),
        ..NewWork::default()
    };
    app.write(&system, Meta::of("cli"), move |cx| work::record(cx, &new))?;
    let ms = board()?;
    if done < 1 {
        return Err("the board does not show what was written".into());
    }
    report.tell("city's board right after a write at a school", format!("{ms:.0} ms, {done} more shown"));
    Ok(())
}

/// A school of county 00 whose week of the meeting was left out, and a day of that week.
fn owed(app: &App) -> Done<Option<(Id, Day)>> {
    let frame = frame(app)?;
    let packs = app.packs();
    let calendar = packs.calendar(app.now().day(), 0);
    let today = app.now().day();
    let schools = "select s.id from unit s join unit c on c.id = s.parent where c.name = 'county 00' order by s.code";
    let schools = app.db().read(move |tx| tx.rows(schools, &[]))?;
    let past = |slot: &&Slot| slot.period.kind == PeriodKind::Week && slot.period.until < today;
    for slot in frame.school.iter().filter(past) {
        let key = key_of(calendar, &slot.period);
        for row in &schools {
            let (unit, key) = (row.id("id")?, key.clone());
            let known = "select 1 as one from duty where unit = $1 and entry = 'week.00' and period = $2";
            if app.db().read(move |tx| tx.row(known, args![unit, key.as_str()]))?.is_none() {
                return Ok(Some((unit, slot.period.from)));
            }
        }
    }
    Ok(None)
}

fn weigh_expected(b: &Board, report: &mut Report, schools: usize) -> Done {
    let (app, city) = (&b.app, b.city);
    let members = app.read(&Actor::system(), move |cx| facts::roster(cx, city))?;
    let frame = frame(app)?;
    let packs = app.packs();
    let (today, calendar) = (app.now().day(), packs.calendar(app.now().day(), 0));
    let mut cells = 0;
    let fast = cpu_ms(10, || {
        let all = expected::add_up(&packs, calendar, &members, &frame.school, &frame.bureau, today);
        cells = all.units.values().map(|o| o.all).sum::<i64>();
        Ok(())
    })?;
    let mut plain = 0;
    let slow = cpu_ms(1, || {
        for member in &members {
            for owed in duty::cells::owed(&packs, calendar, &member.facts, &frame) {
                plain += owed.parts.len() as i64;
            }
        }
        Ok(())
    })?;
    if cells != plain {
        return Err(format!("{cells} expected cells, one by one {plain}").into());
    }
    let line = Line::of(format!("expected cells of {schools} schools ({cells})"), format!("{fast:.1} ms"));
    report.line(line.beside(format!("one by one {slow:.0} ms"), fast / slow.max(0.001)));
    Ok(())
}

/// What a write pays for its counters: the delta in its own transaction; the fold is the worker's.
fn weigh_writes(b: &Board, report: &mut Report) -> Done {
    const N: i64 = 20_000;
    let (app, school) = (&b.app, b.school);
    let pay = cpu_ms(1, || {
        Ok(app.db().write(move |tx| {
            for n in 0..N {
                let by = if n % 2 == 0 { 1i64 } else { -1 };
                tx.exec(duty::sql::DELTA, args![school, "week.01", "2027-W01", 20_270_110i64, by, 0i64, 0i64])?;
            }
            Ok(())
        })?)
    })?;
    let us = pay * 1_000.0 / N as f64;
    report.at_most("what a write pays for its counters", us, WRITE_US, "µs");
    let fold = cpu_ms(1, || {
        while app.write(&Actor::system(), Meta::of("tick"), tally::fold)? > 0 {}
        Ok(())
    })?;
    report.tell("folding, per delta (the worker's)", format!("{:.1} µs", fold * 1_000.0 / N as f64));
    Ok(())
}
