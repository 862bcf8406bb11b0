//! What a submission of a hazard is measured against, in the same run, on the same disk, on a copy of the same
//! database:
//!
//! - **rows**: the raw limit of the group commit. Every row that the job writes, by the product's own statements — the
//!   hazard, its step, the leaf of each, the deadline, the answered request — handed to `db`'s writer by threads, and
//!   beside them the sequencer's rows: numbers of the leaves, hashes of the tree, the signed head. Nothing is read that
//!   is not needed for that, nothing is judged, hashed or signed: the bytes are made before.
//! - **noun**: the real job in this process, with rights, rules, canonical bytes, tree and signature, but no HTTP.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base::{Clock, Error, Id, Ms, Result, Seed};
use db::{Db, Options, Row, Target, Tx, Value, args};
use safety::hazard::{self, Category, NewHazard};
use safety::kernel::{command, due, proof};
use safety::{Actor, App, Command, Meta};

use crate::drive::{Measured, drive};

/// Characters of a signed head.
const NOTE_CHARS: usize = 200;
/// Characters of the answer that is kept with a request's key.
const ANSWER_CHARS: usize = 320;
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
}

/// One submission's values, made before the writer sees them.
struct Given {
    home: Home,
    hazard: Id,
    step: Id,
    key: Id,
    salt: [u8; 32],
    hash: [u8; 32],
    leaf: Vec<u8>,
    serial: i64,
    number: String,
    what: String,
    now: Ms,
}

static SERIAL: AtomicI64 = AtomicI64::new(1_000_000);

impl Given {
    fn new(home: Home, now: Ms, leaf_bytes: usize) -> Given {
        let mut seed = Seed::fresh();
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let mut leaf = Vec::with_capacity(leaf_bytes);
        while leaf.len() < leaf_bytes {
            leaf.extend_from_slice(&seed.bytes32());
        }
        leaf.truncate(leaf_bytes);
        Given {
            home,
            hazard: Id::from_parts(now, seed.bytes10()),
            step: Id::from_parts(now, seed.bytes10()),
            key: Id::from_parts(now, seed.bytes10()),
            salt: seed.bytes32(),
            hash: seed.bytes32(),
            leaf,
            serial,
            number: format!("江湾-2026-{serial:04}"),
            what: crate::api::sentence(serial as u64),
            now,
        }
    }

    /// Every row of the submission, by the statements that the product itself uses.
    fn store(&self, tx: &mut Tx<'_>) -> Result<()> {
        let Home { county, unit, place, person, post, login } = self.home;
        let none = Value::Null;
        let find = format!("{} 3号楼东楼梯二层 {}", self.what, self.number);
        let hazard = args![
            county,
            self.hazard,
            self.salt,
            unit,
            2026i64,
            self.serial,
            self.number.as_str(),
            self.what.as_str(),
            find,
            place,
            none.clone(),
            "fire",
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
        tx.exec(proof::sql::INSERT, args!["hazard_step", self.step, 1i64, self.leaf.clone()])?;
        tx.exec(due::sql::SET, args!["hazard", self.hazard, "step", self.now.plus(Ms::DAY)])?;
        let answer = format!("{:ANSWER_CHARS$}", self.hazard.to_string());
        tx.exec(command::sql::INSERT, args![login, self.key, self.hash, answer, self.now])?;
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

/// The raw limit: `threads` send every row of a submission straight to the writer.
pub fn rows(db: &Db, homes: &[Home], threads: usize, run_ms: i64) -> Measured {
    let clock = Clock::wall();
    let leaf_bytes = leaf_bytes(db);
    let make = |n: usize| -> Box<dyn FnMut() -> std::result::Result<(), String> + Send> {
        let (db, clock) = (db.clone(), clock.clone());
        let mut turn = n;
        Box::new(move || {
            let home = homes[turn % homes.len()];
            turn += STRIDE;
            let given = Given::new(home, clock.now(), leaf_bytes);
            db.write(move |tx| given.store(tx)).map_err(|e| e.to_string())
        })
    };
    drive(threads, run_ms / 4, run_ms, make, || {}, || {})
}

/// How long the real leaves of hazards are.
fn leaf_bytes(db: &Db) -> usize {
    const SQL: &str = "select cast(coalesce(avg(length(bytes)), 300) as bigint) as bytes from leaf where tbl = $1";
    let read = db.read(|tx| tx.row(SQL, args!["hazard"])?.map_or(Ok(300), |row| row.int("bytes")));
    read.unwrap_or(300).clamp(100, 2_000) as usize
}

/// The real job without HTTP: `threads` call the noun in this process.
pub fn noun(app: &Arc<App>, actors: &[(Actor, Id)], threads: usize, run_ms: i64) -> Measured {
    let make = |n: usize| -> Box<dyn FnMut() -> std::result::Result<(), String> + Send> {
        let app = app.clone();
        let mut turn = n;
        Box::new(move || {
            let (actor, place) = actors[turn % actors.len()].clone();
            turn += STRIDE;
            let n = SERIAL.fetch_add(1, Ordering::Relaxed) as u64;
            let key = Id::new(app.now());
            let what = crate::api::sentence(n);
            let command = Command::new(key, &[b"/api/v1/hazards", what.as_bytes()]);
            let new = NewHazard {
                id: Some(key),
                what,
                place: Some(place),
                category: Some(Category::ALL[n as usize % Category::ALL.len()]),
                ..NewHazard::default()
            };
            let job = move |cx: &mut safety::Cx<'_, '_>| {
                command::once(cx, Some(&command), |cx| hazard::raise::raise(cx, &new))
            };
            app.write(&actor, Meta::of("api"), job).map(|_| ()).map_err(|e| e.to_string())
        })
    };
    drive(threads, run_ms / 4, run_ms, make, || {}, || {})
}

/// Where the peopled schools of a database can raise hazards: every place of some schools, each with one person of the
/// school who has a login. A morning's hazards are not all found on one stair.
pub fn homes(db: &Db, schools: usize) -> Result<Vec<Home>> {
    const SQL: &str = "select p.county, p.home, p.id as post, p.person, l.id as login, x.id as place \
        from post p join login l on l.person = p.person join unit u on u.id = p.home join place x on x.unit = p.home \
        where p.role = $1 and p.until_on is null and u.kind in ('school', 'centre') and x.closed_on is null \
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
            })
        };
        tx.rows(SQL, args!["safety_head", PLACES_MAX])?.iter().map(read).collect()
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
        order by x.id limit $2";
    let login = login.to_owned();
    db.read(move |tx| tx.rows(SQL, args![login.as_str(), PLACES_MAX])?.iter().map(|row| row.id("place")).collect())
}
