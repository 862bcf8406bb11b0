//! What a submission of a hazard is measured against, in the same run, on the same disk, on a copy of the same
//! database:
//!
//! - **rows**: the raw limit of the group commit. Every row that the job writes, by the product's own statements — the
//!   hazard, its step, the leaf of each, the deadline, the message to whoever's turn it is, the answered request — handed to `db`'s writer by threads, and
//!   beside them the sequencer's rows: numbers of the leaves, hashes of the tree, the signed head. Nothing is read that
//!   is not needed for that, nothing is judged, hashed or signed: the bytes are made before, as long as real ones.
//!   `differing` holds the two beside each other, table by table, so that the limit cannot drift from the job.
//! - **noun**: the real job in this process, with rights, rules, canonical bytes, tree and signature, but no HTTP.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base::{Clock, Error, Id, Ms, Result, Seed};
use db::{Db, Options, Row, Target, Tx, Value, args};
use safety::hazard::{self, Category, NewHazard};
use safety::kernel::{command, due, proof, text};
use safety::{Actor, App, Command, Meta, message};

use crate::drive::{Measured, drive};
use crate::server::cpu_us;

/// Characters of a signed head.
const NOTE_CHARS: usize = 200;
/// What submissions are about; a place where such a hazard was closed would make it a recurring one, which is more.
const CATEGORY: Category = Category::Fire;
/// Places that submissions are spread over at most, and how a client steps through them (a prime, so that it comes to
/// each).
const PLACES_MAX: i64 = 2_000;
const STRIDE: usize = 7;
/// Leaves numbered in one go, as the real sequencer does.
const BATCH: i64 = 4_096;

/// The place where hazards are raised.
#[derive(Clone, Copy, Debug)]
pub struct Home {
    pub county: i64,
    pub unit: Id,
    pub place: Id,
    pub person: Id,
    pub post: Id,
    pub login: Id,
    /// Whoever is told that it is his turn.
    pub head: Id,
}

/// One submission's values, made before the writer sees them.
struct Given {
    home: Home,
    hazard: Id,
    step: Id,
    key: Id,
    message: Id,
    salt: [u8; 32],
    hash: [u8; 32],
    leaf: Vec<u8>,
    step_leaf: Vec<u8>,
    answer: String,
    serial: i64,
    number: String,
    what: String,
    find: String,
    now: Ms,
}

/// How long the bytes of real submissions are.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    leaf: usize,
    step_leaf: usize,
    answer: usize,
}

impl Sizes {
    /// As the newest submissions of a database have them.
    pub fn of(db: &Db) -> Result<Sizes> {
        const LEAF: &str = "select cast(avg(length(bytes)) as bigint) as size from (select bytes from leaf \
            where tbl = $1 and version = 1 order by pos desc limit 8) l";
        const ANSWER: &str = "select cast(avg(length(answer)) as bigint) as size \
            from (select answer from command order by at desc limit 8) c";
        db.read(|tx| {
            let size = |row: Option<Row>| -> Result<usize> {
                let size = row.ok_or_else(|| Error::broken("no submission yet"))?.int("size")?;
                Ok(size.clamp(20, 2_000) as usize)
            };
            Ok(Sizes {
                leaf: size(tx.row(LEAF, args!["hazard"])?)?,
                step_leaf: size(tx.row(LEAF, args!["hazard_step"])?)?,
                answer: size(tx.row(ANSWER, &[])?)?,
            })
        })
    }
}

static SERIAL: AtomicI64 = AtomicI64::new(1_000_000);

impl Given {
    fn new(home: Home, now: Ms, sizes: Sizes) -> Given {
        let mut seed = Seed::fresh();
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let (hazard, number) = (Id::from_parts(now, seed.bytes10()), format!("江湾-2026-{serial:04}"));
        let what = crate::api::sentence(serial as u64);
        let mut bytes =
            |size: usize| -> Vec<u8> { std::iter::repeat_with(|| seed.bytes32()).flatten().take(size).collect() };
        let (leaf, step_leaf) = (bytes(sizes.leaf), bytes(sizes.step_leaf));
        Given {
            home,
            hazard,
            step: Id::from_parts(now, seed.bytes10()),
            key: Id::from_parts(now, seed.bytes10()),
            message: Id::from_parts(now, seed.bytes10()),
            salt: seed.bytes32(),
            hash: seed.bytes32(),
            leaf,
            step_leaf,
            answer: format!("{:width$}", hazard.to_string(), width = sizes.answer),
            serial,
            find: text::find(&[&what, "3号楼东楼梯二层", &number]),
            number,
            what,
            now,
        }
    }

    /// Every row of the submission, by the statements that the product itself uses.
    fn store(&self, tx: &mut Tx<'_>) -> Result<()> {
        let Home { county, unit, place, person, post, login, head } = self.home;
        let none = Value::Null;
        let hazard = args![
            county,
            self.hazard,
            self.salt,
            unit,
            2026i64,
            self.serial,
            self.number.as_str(),
            self.what.as_str(),
            self.find.as_str(),
            place,
            none.clone(),
            CATEGORY,
            none.clone(),
            none.clone(),
            "ungraded",
            none.clone(),
            "safety_head",
            self.now.plus(Ms::DAY),
            none.clone(),
            person,
            self.now,
            none.clone(),
            0i64,
            none.clone(),
            self.now,
            self.now
        ];
        tx.row(hazard::sql::INSERT, hazard)?.ok_or_else(|| Error::broken("no row"))?;
        tx.exec(proof::sql::INSERT, args!["hazard", self.hazard, 1i64, self.leaf.clone()])?;
        let step = args![
            county,
            self.step,
            self.hash,
            self.hazard,
            unit,
            1i64,
            "raise",
            "ungraded",
            person,
            "guard",
            post,
            none.clone(),
            none.clone(),
            none.clone(),
            none.clone(),
            none,
            self.now,
            self.now
        ];
        tx.row(hazard::sql::STEP, step)?.ok_or_else(|| Error::broken("no row"))?;
        tx.exec(proof::sql::INSERT, args!["hazard_step", self.step, 1i64, self.step_leaf.clone()])?;
        tx.exec(due::sql::SET, args!["hazard", self.hazard, "step", self.now.plus(Ms::DAY)])?;
        let occasion = format!("hazard turn {} 1", self.hazard);
        let message =
            args![county, self.message, unit, head, "turn", "hazard", self.hazard, unit, occasion.as_str(), self.now];
        tx.exec(message::sql::INSERT, message)?;
        tx.exec(command::sql::INSERT, args![login, self.key, self.hash, self.answer.as_str(), self.now])?;
        Ok(())
    }
}

/// The sequencer's rows without its hashing and signing.
fn sequence(tx: &mut Tx<'_>, note: &str) -> Result<()> {
    let rows = tx.rows(proof::sql::UNNUMBERED, args![BATCH])?;
    if rows.is_empty() {
        return Ok(());
    }
    let first = tx.row(proof::sql::SIZE, &[])?.map(|row| row.int("size")).transpose()?.unwrap_or(0);
    for (i, row) in rows.iter().enumerate() {
        tx.exec(proof::sql::NUMBER, args![row.int("pos")?, first + i as i64])?;
    }
    let size = first + rows.len() as i64;
    for pos in journal::stored_count(first as u64)..journal::stored_count(size as u64) {
        tx.exec(proof::sql::PUT_HASH, args![pos as i64, [7u8; 32]])?;
    }
    tx.exec(proof::sql::PUT_HEAD, args![size, Ms(0), note])?;
    Ok(())
}

/// Opens a copy of a database as the raw limit's own.
pub fn open(path: &Path) -> Result<Db> {
    let mut options = Options::new(Target::Sqlite(path.into()));
    let note = "x".repeat(NOTE_CHARS);
    options.sequence = Some(Arc::new(move |tx: &mut Tx<'_>| sequence(tx, &note)));
    let db = Db::open(options)?;
    db.migrate(safety::MIGRATIONS)?;
    Ok(db)
}

/// The raw limit: `threads` send every row of a submission straight to the writer. Also the CPU of one, µs, the senders'
/// included.
pub fn rows(db: &Db, homes: &[Home], sizes: Sizes, threads: usize, run_ms: i64) -> (Measured, f64) {
    let clock = Clock::wall();
    let make = |n: usize| -> Box<dyn FnMut() -> std::result::Result<(), String> + Send> {
        let (db, clock) = (db.clone(), clock.clone());
        let mut turn = n;
        Box::new(move || {
            let home = homes[turn % homes.len()];
            turn += STRIDE;
            let given = Given::new(home, clock.now(), sizes);
            db.write(move |tx| given.store(tx)).map_err(|e| e.to_string())
        })
    };
    with_cpu(threads, run_ms, make)
}

/// Drives, and tells the CPU of this process for one, µs.
fn with_cpu<'a>(
    threads: usize,
    run_ms: i64,
    make: impl Fn(usize) -> Box<dyn FnMut() -> std::result::Result<(), String> + Send + 'a>,
) -> (Measured, f64) {
    let now = || cpu_us(std::process::id()).unwrap_or(0);
    let (mut from, mut until) = (0, 0);
    let measured = drive(threads, run_ms / 4, run_ms, make, || from = now(), || until = now());
    let each = (until - from) as f64 / measured.done.max(1) as f64;
    (measured, each)
}

/// Rows of every table.
pub fn rows_by_table(db: &Db) -> Result<BTreeMap<String, i64>> {
    const TABLES: &str =
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name";
    db.read(|tx| {
        let mut out = BTreeMap::new();
        for row in tx.rows(TABLES, &[])? {
            let name = row.text("name")?;
            let count = tx.row(&format!("select count(*) as n from {name}"), &[])?;
            out.insert(name, count.map(|row| row.int("n")).transpose()?.unwrap_or(0));
        }
        Ok(out)
    })
}

/// One submission by either side, each on its own copy of the same database: the tables in which they leave different
/// numbers of rows, said in words. Empty when the raw limit writes what the job writes.
pub fn differing(raw: &Db, home: Home, sizes: Sizes, app: &Arc<App>, actor: &Actor) -> Result<Vec<String>> {
    let before = (rows_by_table(raw)?, rows_by_table(app.db())?);
    let given = Given::new(home, Clock::wall().now(), sizes);
    raw.write(move |tx| given.store(tx))?;
    submit(app, actor, home.place)?;
    let after = (rows_by_table(raw)?, rows_by_table(app.db())?);
    let more = |after: &BTreeMap<String, i64>, before: &BTreeMap<String, i64>, name: &str| {
        after.get(name).copied().unwrap_or(0) - before.get(name).copied().unwrap_or(0)
    };
    let told = after.1.keys().filter_map(|name| {
        let (bare, real) = (more(&after.0, &before.0, name), more(&after.1, &before.1, name));
        (bare != real).then(|| format!("{name}: the raw limit leaves {bare} rows, the job {real}"))
    });
    Ok(told.collect())
}

/// The real job without HTTP: `threads` call the noun in this process. Also the CPU of one, µs.
pub fn noun(app: &Arc<App>, actors: &[(Actor, Id)], threads: usize, run_ms: i64) -> (Measured, f64) {
    let make = |n: usize| -> Box<dyn FnMut() -> std::result::Result<(), String> + Send> {
        let app = app.clone();
        let mut turn = n;
        Box::new(move || {
            let (actor, place) = &actors[turn % actors.len()];
            turn += STRIDE;
            submit(&app, actor, *place).map_err(|e| e.to_string())
        })
    };
    with_cpu(threads, run_ms, make)
}

/// One real submission.
fn submit(app: &App, actor: &Actor, place: Id) -> Result<()> {
    let n = SERIAL.fetch_add(1, Ordering::Relaxed) as u64;
    let key = Id::new(app.now());
    let what = crate::api::sentence(n);
    let command = Command::new(key, &[b"/api/v1/hazards", what.as_bytes()]);
    let new = NewHazard { id: Some(key), what, place: Some(place), category: Some(CATEGORY), ..NewHazard::default() };
    let job = move |cx: &mut safety::Cx<'_, '_>| command::once(cx, Some(&command), |cx| hazard::raise::raise(cx, &new));
    app.write(actor, Meta::of("api"), job).map(|_| ())
}

/// Where the peopled schools of a database can raise hazards: every place of some schools, each with the school's guard, who
/// has a login, and its head of safety, whose turn it is then. A morning's hazards are not all found on one stair, and none of them comes back.
pub fn homes(db: &Db, schools: usize) -> Result<Vec<Home>> {
    const SQL: &str = "select p.county, p.home, p.id as post, p.person, l.id as login, x.id as place, \
        h.person as head from post p join login l on l.person = p.person join unit u on u.id = p.home \
        join place x on x.unit = p.home join post h on h.home = p.home and h.role = $4 and h.until_on is null \
        where p.role = $1 and p.until_on is null and u.kind in ('school', 'centre') and x.closed_on is null \
        and not exists (select 1 from hazard h where h.place = x.id and h.category = $3 and h.closed_at is not null) \
        order by p.home, p.id, x.id limit $2";
    let all: Vec<Home> = db.read(move |tx| {
        let read = |row: &Row| {
            Ok(Home {
                county: row.int("county")?,
                unit: row.id("home")?,
                place: row.id("place")?,
                person: row.id("person")?,
                post: row.id("post")?,
                login: row.id("login")?,
                head: row.id("head")?,
            })
        };
        tx.rows(SQL, args!["guard", PLACES_MAX, CATEGORY, "safety_head"])?.iter().map(read).collect()
    })?;
    let mut units: Vec<Id> = all.iter().map(|home| home.unit).collect();
    units.dedup();
    units.truncate(schools);
    Ok(all.into_iter().filter(|home| units.contains(&home.unit)).collect())
}

/// The places of the institution in which the holder of a login acts.
pub fn places_of(db: &Db, login: &str) -> Result<Vec<Id>> {
    const SQL: &str = "select distinct x.id as place from login l join post p on p.person = l.person \
        join place x on x.unit = p.home where l.name = $1 and p.until_on is null and x.closed_on is null \
        and not exists (select 1 from hazard h where h.place = x.id and h.category = $3 and h.closed_at is not null) \
        order by x.id limit $2";
    let login = login.to_owned();
    db.read(move |tx| {
        tx.rows(SQL, args![login.as_str(), PLACES_MAX, CATEGORY])?.iter().map(|row| row.id("place")).collect()
    })
}
