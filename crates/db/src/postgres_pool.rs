//! PostgreSQL's threads: workers with a connection each, and the keeper.
//!
//! A worker runs each write in a SERIALIZABLE transaction (at most 5 retries) and each read in a REPEATABLE READ READ
//! ONLY one. A connection lost before COMMIT was sent costs one silent re-run on a new connection; lost at COMMIT, the
//! outcome is unknown and the answer is `Gone` (the request's key tells the two apart when it is sent again).
//!
//! The keeper holds the advisory lock that makes this process the one writer, and runs the `sequence` hook. Each new
//! connection of a worker raises a doubt whether the lock is still held, and writes wait until the keeper has looked;
//! by itself it looks every half second. So another writer can come in unseen for half a second at most, when the
//! keeper's connection alone was broken; SERIALIZABLE and the sequencer's own lock keep the data whole even then.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{Error, Fault, Refusal, Result, Stopwatch};
use postgres::Config;

use crate::job::{Kind, Queue, Task, guarded};
use crate::postgres_link::Link;
use crate::stats::Shared;
use crate::tx::{Cause, Failure, Tx};
use crate::{Hook, args};

/// Runs repeated after a serialisation failure before the asker is told to come back.
const RETRIES: u32 = 5;
/// Milliseconds of the first pause before a retry; doubled each time, plus as much again by chance.
const RETRY_PAUSE_MS: u64 = 2;
/// Milliseconds between attempts to connect, doubled up to the second.
const RECONNECT_MS: i64 = 50;
const RECONNECT_MOST_MS: i64 = 1_000;
/// The keeper waits this long after a commit for others to come along.
const COALESCE: Duration = Duration::from_millis(30);
/// A write waits this long for the keeper to settle a doubt: connecting takes the keeper 2 s at most.
pub(crate) const DOUBT: Duration = Duration::from_millis(2_500);
/// After a failed hook it waits twice as long, this many times over.
const SEQUENCE_BACKOFF: u32 = 6;
/// The keeper looks this often whether it still holds its lock.
const HEARTBEAT: Duration = Duration::from_millis(500);

/// How often, and how far apart, an opener asks for the writer's lock.
const LOCK_TRIES: u32 = 8;
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// Advisory locks ("xiaoan" and a number): the one writer (session), the one sequencer (transaction).
const WRITER_LOCK: i64 = 0x0078_6961_6f61_6e01;
const SEQUENCE_LOCK: i64 = 0x0078_6961_6f61_6e02;

/// What a process needs to connect.
#[derive(Clone)]
pub(crate) struct Server {
    pub config: Config,
    pub durable: bool,
    /// Connections made so far by all threads: one more than at my last failure means that the server is back.
    made: Arc<AtomicU64>,
}

impl Server {
    pub fn new(config: Config, durable: bool) -> Server {
        Server { config, durable, made: Arc::default() }
    }
}

/// A connection that comes back by itself.
struct Line {
    server: Server,
    link: Option<Link>,
    /// Milliseconds to leave a dead server alone, and since when.
    pause: i64,
    since: Stopwatch,
    made: u64,
}

impl Line {
    fn new(server: Server) -> Line {
        Line { server, link: None, pause: 0, since: Stopwatch::start(), made: 0 }
    }
    /// The connection, made anew when there is none. Answers `Gone` at once while a dead server is left alone.
    fn link(&mut self) -> Result<&mut Link> {
        self.link_or(|| {})
    }
    /// As `link`; calls `renewed` when the connection is a new one.
    fn link_or(&mut self, renewed: impl FnOnce()) -> Result<&mut Link> {
        if self.link.is_none() {
            let made = self.server.made.load(Relaxed);
            if self.made == made && self.pause > self.since.elapsed_ms() {
                return Err(Fault::Gone.into());
            }
            match Link::connect(&self.server.config, self.server.durable) {
                Ok(link) => {
                    self.link = Some(link);
                    self.pause = 0;
                    self.server.made.fetch_add(1, Relaxed);
                    renewed();
                }
                Err(failure) => {
                    self.pause = (self.pause * 2).clamp(RECONNECT_MS, RECONNECT_MOST_MS);
                    self.since = Stopwatch::start();
                    self.made = made;
                    return Err(failure.error);
                }
            }
        }
        self.link.as_mut().ok_or(Error::Fault(Fault::Gone))
    }
}

/// How one run of a task ended.
enum Run {
    /// Committed, or rolled back because the job said so: the job knows its answer.
    Settled {
        committed: bool,
    },
    Again,
    /// The connection broke before COMMIT was sent: nothing is stored.
    Unplugged,
    Failed(Error),
}

pub(crate) struct Worker {
    line: Line,
    queue: Arc<Queue>,
    shared: Arc<Shared>,
    bell: Arc<Bell>,
    /// Held while a job is retried, so that jobs that were in each other's way do not meet again.
    turn: Arc<Mutex<()>>,
}

impl Worker {
    pub fn new(
        server: Server,
        queue: Arc<Queue>,
        shared: Arc<Shared>,
        bell: Arc<Bell>,
        turn: Arc<Mutex<()>>,
    ) -> Worker {
        Worker { line: Line::new(server), queue, shared, bell, turn }
    }
    pub fn run(mut self) {
        while let Some(tasks) = self.queue.take(1) {
            for task in tasks {
                self.task(task);
            }
        }
    }
    fn task(&mut self, mut task: Task) {
        let instead = self.settle(&mut task).err();
        if task.kind == Kind::Read {
            self.shared.reads.fetch_add(1, Relaxed);
        } else if instead.is_none() {
            self.shared.note_batch(1);
        }
        task.answer(instead);
    }
    /// Runs a task until its outcome is certain.
    fn settle(&mut self, task: &mut Task) -> Result<()> {
        let turn = self.turn.clone();
        let mut waiting = None;
        let mut unplugged = false;
        let mut retries = 0;
        loop {
            match self.attempt(task)? {
                Run::Settled { committed } => {
                    if committed && task.kind == Kind::Write {
                        self.bell.ring();
                    }
                    return Ok(());
                }
                Run::Failed(error) => return Err(error),
                Run::Unplugged if unplugged => return Err(Fault::Gone.into()),
                Run::Unplugged => unplugged = true,
                Run::Again if retries == RETRIES => return Err(Refusal::Busy.into()),
                Run::Again => {
                    pause(retries);
                    retries += 1;
                    self.shared.retries.fetch_add(1, Relaxed);
                    waiting.get_or_insert_with(|| turn.lock().unwrap_or_else(PoisonError::into_inner));
                }
            }
        }
    }
    fn attempt(&mut self, task: &mut Task) -> Result<Run> {
        let schema = self.shared.schema.load(Relaxed);
        let bell = &self.bell;
        let link = self.line.link_or(|| bell.doubt())?;
        if task.kind != Kind::Read && !bell.writable(DOUBT) {
            return Err(Fault::Gone.into());
        }
        link.renew(schema);
        let run = transaction(link, task, &self.shared);
        if matches!(run, Run::Unplugged) || matches!(run, Run::Failed(Error::Fault(Fault::Gone))) {
            self.line.link = None;
        }
        Ok(run)
    }
}

fn transaction(link: &mut Link, task: &mut Task, shared: &Shared) -> Run {
    let begin = match task.kind {
        Kind::Read => "begin isolation level repeatable read read only",
        Kind::Write | Kind::Quiet => "begin isolation level serializable",
    };
    if let Err(failure) = link.batch(begin) {
        return ended(failure);
    }
    link.waited_us = 0;
    let watch = Stopwatch::start();
    let mut tx = Tx::postgres(link);
    let result = task.job.run(&mut tx);
    let cause = tx.cause();
    if task.kind != Kind::Read {
        shared.note_time(watch.elapsed_us() - link.waited_us);
    }
    match cause {
        Some(Cause::Gone) => return Run::Unplugged,
        Some(Cause::Conflict) => {
            return link.batch("rollback").map_or_else(ended, |()| Run::Again);
        }
        _ => {}
    }
    if result.is_err() {
        return link.batch("rollback").map_or_else(ended, |()| Run::Settled { committed: false });
    }
    match link.batch("commit") {
        Ok(()) => Run::Settled { committed: true },
        Err(Failure { cause: Cause::Conflict, .. }) => Run::Again,
        Err(failure) => Run::Failed(failure.error),
    }
}

/// A failure outside the job and before COMMIT.
fn ended(failure: Failure) -> Run {
    match failure.cause {
        Cause::Gone => Run::Unplugged,
        _ => Run::Failed(failure.error),
    }
}

fn pause(retry: u32) {
    let [chance] = base::random::<1>();
    let most = RETRY_PAUSE_MS << retry;
    std::thread::sleep(Duration::from_micros(most * 1_000 + most * 1_000 * u64::from(chance) / 255));
}

/// Tells the keeper that something was committed, and others how far it has come.
#[derive(Default)]
pub(crate) struct Bell {
    state: Mutex<Rung>,
    changed: Condvar,
}

#[derive(Default, Clone, Copy)]
struct Rung {
    /// Commits so far, and how many of them the hook has seen.
    commits: u64,
    seen: u64,
    /// Doubts whether the writer's lock is held, how many of them the keeper has judged, and its last verdict.
    doubts: u64,
    judged: u64,
    held: bool,
    closing: bool,
}

impl Bell {
    fn state(&self) -> MutexGuard<'_, Rung> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub fn ring(&self) {
        self.state().commits += 1;
        self.changed.notify_all();
    }
    pub fn close(&self) {
        self.state().closing = true;
        self.changed.notify_all();
    }
    fn doubt(&self) {
        self.state().doubts += 1;
        self.changed.notify_all();
    }
    /// The keeper's verdict, for the doubts raised before it began to look.
    fn judge(&self, doubts: u64, held: bool) {
        let mut state = self.state();
        state.judged = state.judged.max(doubts);
        state.held = held;
        drop(state);
        self.changed.notify_all();
    }
    /// Is the writer's lock held? Waits while that is in doubt; a doubt not settled in time means no.
    pub fn writable(&self, within: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.state(), within, |state| state.judged < state.doubts);
        let state = *waited.unwrap_or_else(PoisonError::into_inner).0;
        state.held && state.judged >= state.doubts
    }
    fn saw(&self, commits: u64) {
        let mut state = self.state();
        state.seen = state.seen.max(commits);
        drop(state);
        self.changed.notify_all();
    }
    /// Waits until the hook has seen every commit so far; false when it has not within the time.
    pub fn settled(&self, within: Duration) -> bool {
        let state = self.state();
        let wanted = state.commits;
        let waited = self.changed.wait_timeout_while(state, within, |state| state.seen < wanted);
        waited.unwrap_or_else(PoisonError::into_inner).0.seen >= wanted
    }
    /// Waits until there is something to do or the time is up.
    fn wait(&self, within: Duration) -> Rung {
        let idle = |state: &mut Rung| state.seen == state.commits && state.judged == state.doubts && !state.closing;
        *self.changed.wait_timeout_while(self.state(), within, idle).unwrap_or_else(PoisonError::into_inner).0
    }
}

pub(crate) struct Keeper {
    line: Line,
    shared: Arc<Shared>,
    bell: Arc<Bell>,
    sequence: Option<Hook>,
    /// The present connection holds the writer's lock.
    locked: bool,
}

impl Keeper {
    pub fn new(server: Server, shared: Arc<Shared>, bell: Arc<Bell>, sequence: Option<Hook>) -> Keeper {
        Keeper { line: Line::new(server), shared, bell, sequence, locked: false }
    }
    /// The first connection: refuses a database that sorts otherwise than by bytes, and one that has a writer.
    pub fn open(&mut self) -> Result<()> {
        collation(self.line.link()?)?;
        // A writer that was killed holds its lock until the server has noticed.
        let mut tries = LOCK_TRIES;
        loop {
            tries -= 1;
            match self.take_lock() {
                Err(Error::Refused(Refusal::Busy)) if tries > 0 => std::thread::sleep(LOCK_PAUSE),
                taken => {
                    self.bell.judge(0, taken.is_ok());
                    return taken;
                }
            }
        }
    }
    fn take_lock(&mut self) -> Result<()> {
        let rows = self.line.link()?.rows("select pg_try_advisory_lock($1) as mine", args![WRITER_LOCK]);
        let rows = rows.map_err(|failure| failure.error)?;
        self.locked = rows.first().is_some_and(|row| row.flag("mine") == Ok(true));
        if self.locked { Ok(()) } else { Err(Refusal::Busy.into()) }
    }
    pub fn run(mut self) {
        self.keep();
        // Not left to the end of the connection, which the server may notice later than the next writer comes.
        if let Some(link) = self.line.link.as_mut().filter(|_| self.locked) {
            let _ = link.rows("select pg_advisory_unlock_all() as done", args![]);
        }
    }
    fn keep(&mut self) {
        let mut failed = 0;
        let mut within = HEARTBEAT;
        loop {
            let rung = self.bell.wait(within);
            let due = rung.commits > rung.seen;
            if rung.closing && !(due && failed == 0) {
                return;
            }
            let held = self.holds_lock();
            self.bell.judge(rung.doubts, held);
            within = if held { HEARTBEAT } else { Duration::from_millis(RECONNECT_MS as u64) };
            if held && due {
                std::thread::sleep(COALESCE * (1 << failed));
                failed = if self.number() { 0 } else { (failed + 1).min(SEQUENCE_BACKOFF) };
            } else if due {
                if rung.closing {
                    return;
                }
                std::thread::sleep(within);
            }
        }
    }
    /// Looks whether the connection, and with it the lock, is still there, and takes both again if not.
    fn holds_lock(&mut self) -> bool {
        if !self.line.link.as_mut().is_some_and(Link::alive) {
            self.line.link = None;
            if std::mem::take(&mut self.locked) {
                tracing::warn!("the writer's lock is lost with its connection; writing waits until it is taken again");
            }
        }
        self.locked || self.take_lock().is_ok()
    }
    /// Runs the hook over everything committed so far. False: try again later.
    fn number(&mut self) -> bool {
        let commits = self.bell.state().commits;
        let outcome = match &self.sequence {
            Some(sequence) => {
                self.line.link().and_then(|link| number(link, sequence, self.shared.schema.load(Relaxed)))
            }
            None => Ok(()),
        };
        match outcome {
            Ok(()) => self.bell.saw(commits),
            Err(error) => {
                self.shared.sequence_faults.fetch_add(1, Relaxed);
                tracing::error!(%error, "committed records could not be numbered; trying again");
                return false;
            }
        }
        true
    }
}

fn number(link: &mut Link, sequence: &Hook, schema: u64) -> Result<()> {
    link.renew(schema);
    let run = |link: &mut Link| {
        link.batch("begin isolation level read committed").map_err(|failure| failure.error)?;
        link.rows("select pg_advisory_xact_lock($1) as lock", args![SEQUENCE_LOCK]).map_err(|failure| failure.error)?;
        let mut tx = Tx::postgres(link);
        let result = guarded(|| sequence(&mut tx));
        tx.failed().map_or(result, Err)?;
        link.batch("commit").map_err(|failure| failure.error)
    };
    run(link).inspect_err(|_| {
        // Without a connection the server rolls back by itself.
        let _ = link.batch("rollback");
    })
}

/// Names and texts must sort by bytes, as on SQLite.
pub(crate) fn collation(link: &mut Link) -> Result<()> {
    let sql = "select datcollate as collation, pg_encoding_to_char(encoding) as encoding
               from pg_database where datname = current_database()";
    let rows = link.rows(sql, args![]).map_err(|failure| failure.error)?;
    let row = rows.first().ok_or_else(|| Error::broken("PostgreSQL does not know its own database"))?;
    let (collation, encoding) = (row.text("collation")?, row.text("encoding")?);
    if !matches!(collation.as_str(), "C" | "POSIX") || encoding != "UTF8" {
        return Err(Error::broken(format!(
            "the PostgreSQL database has collation {collation} and encoding {encoding}; make one with: create database \
             xiaoan template template0 lc_collate 'C' lc_ctype 'C' encoding 'UTF8'"
        )));
    }
    Ok(())
}
