//! The façade: opens a database with its threads, hands jobs to them, closes them.

use std::cell::Cell;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use base::limits::WRITE_QUEUE;
use base::{Error, Fault, Refusal, Result};

use crate::backup::backup;
use crate::job::{Kind, Queue, Task};
use crate::migrate::{dialect, migrate};
use crate::postgres_link::{Link, config};
use crate::postgres_pool::{Bell, DOUBT, Keeper, Server, Worker, collation};
use crate::sqlite_threads::{Writer, read};
use crate::stats::Shared;
use crate::{Engine, Migration, Options, Stats, Target, Tx, sqlite};

/// Read jobs waiting before a caller is told to come back.
const READ_QUEUE: usize = WRITE_QUEUE;

/// An open database. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    target: Target,
    /// Opened beside the writer: reads only.
    beside: bool,
    writes: Arc<Queue>,
    reads: Arc<Queue>,
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// PostgreSQL: the keeper, which ends after the workers.
    keeper: Mutex<Option<JoinHandle<()>>>,
    bell: Arc<Bell>,
    /// SQLite: held while this process is the writer.
    lock: Mutex<Option<File>>,
    /// Readers of long walks, which end with this one.
    asides: Mutex<Vec<Weak<Inner>>>,
}

thread_local! {
    /// This is a database thread: a blocking call from here would wait for itself.
    static OURS: Cell<bool> = const { Cell::new(false) };
}

impl Db {
    /// Opens as the one writer. `Refused(Busy)` when another process (or this one) already writes there.
    pub fn open(options: Options) -> Result<Db> {
        match options.target.clone() {
            Target::Sqlite(path) => Db::open_sqlite(options, &path),
            Target::Postgres(address) => Db::open_postgres(options, &address),
        }
    }
    /// Opens for reading only, beside a running server or without one.
    pub fn open_beside(target: Target) -> Result<Db> {
        Db::open_reading(Options::new(target))
    }
    /// A reader of its own on the same database, for a walk over all of it (the self-audit): the walk takes no turn and
    /// no cached page from people's reads, and what memory it took goes when it is closed. Closing this database
    /// closes it too.
    pub fn aside(&self) -> Result<Db> {
        let aside = Db::open_reading(Options { readers: 1, workers: 1, ..Options::new(self.0.target.clone()) })?;
        let mut asides = self.0.asides.lock().unwrap_or_else(PoisonError::into_inner);
        asides.retain(|one| one.strong_count() > 0);
        asides.push(Arc::downgrade(&aside.0));
        Ok(aside)
    }
    fn open_reading(options: Options) -> Result<Db> {
        match options.target.clone() {
            Target::Sqlite(path) => {
                let db = Db::bare(options.target.clone(), true, None);
                db.start_readers(&path, options.readers)?;
                Ok(db)
            }
            Target::Postgres(address) => {
                let server = Server::new(config(&address)?, true);
                apart(server.clone(), collation)?;
                let db = Db::bare(options.target.clone(), true, None);
                db.start_workers(&server, options.workers)?;
                Ok(db)
            }
        }
    }
    fn bare(target: Target, beside: bool, lock: Option<File>) -> Db {
        let writes = Arc::new(Queue::new(WRITE_QUEUE));
        // The workers of PostgreSQL take reads and writes from one queue, as they come.
        let reads = match target.engine() {
            Engine::Sqlite => Arc::new(Queue::new(READ_QUEUE)),
            Engine::Postgres => writes.clone(),
        };
        Db(Arc::new(Inner {
            target,
            beside,
            writes,
            reads,
            shared: Arc::default(),
            threads: Mutex::default(),
            keeper: Mutex::default(),
            bell: Arc::default(),
            lock: Mutex::new(lock),
            asides: Mutex::default(),
        }))
    }
    fn open_sqlite(options: Options, path: &Path) -> Result<Db> {
        let lock = take_lock(path)?;
        let connection = sqlite::open_writer(path, options.durable)?;
        let db = Db::bare(options.target, false, Some(lock));
        db.0.shared.max_pages.store(options.max_pages.unwrap_or(0), Relaxed);
        let writer = Writer {
            connection,
            queue: db.0.writes.clone(),
            shared: db.0.shared.clone(),
            sequence: options.sequence,
            durable: options.durable,
        };
        db.start("db-write", move || writer.run())?;
        db.start_readers(path, options.readers)?;
        Ok(db)
    }
    fn start_readers(&self, path: &Path, count: usize) -> Result<()> {
        for _ in 0..count.max(1) {
            let connection = sqlite::open_reader(path)?;
            let (queue, shared) = (self.0.reads.clone(), self.0.shared.clone());
            self.start("db-read", move || read(&connection, &queue, &shared))?;
        }
        Ok(())
    }
    fn open_postgres(options: Options, address: &str) -> Result<Db> {
        let server = Server::new(config(address)?, options.durable);
        let db = Db::bare(options.target, false, None);
        let mut keeper = Keeper::new(server.clone(), db.0.shared.clone(), db.0.bell.clone(), options.sequence);
        let (told, hear) = mpsc::sync_channel(1);
        let thread = spawn("db-keeper", move || {
            let opened = keeper.open();
            let good = opened.is_ok();
            // The opener waits below.
            let _ = told.send(opened);
            if good {
                keeper.run();
            }
        })?;
        db.0.keeper.lock().unwrap_or_else(PoisonError::into_inner).replace(thread);
        hear.recv().unwrap_or(Err(Error::Fault(Fault::Gone)))?;
        db.start_workers(&server, options.workers)?;
        Ok(db)
    }
    fn start_workers(&self, server: &Server, count: usize) -> Result<()> {
        let turn = Arc::default();
        for _ in 0..count.max(1) {
            let inner = &self.0;
            let (queue, shared, bell) = (inner.writes.clone(), inner.shared.clone(), inner.bell.clone());
            let worker = Worker::new(server.clone(), queue, shared, bell, Arc::clone(&turn));
            self.start("db-work", move || worker.run())?;
        }
        Ok(())
    }
    fn start(&self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
        let thread = spawn(name, run)?;
        self.0.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }
    pub fn engine(&self) -> Engine {
        self.0.target.engine()
    }
    /// Brings the schema to the end of `list` (see [`Migration`]).
    pub fn migrate(&self, list: &[Migration]) -> Result<()> {
        let result = migrate(self, list);
        self.0.shared.schema.fetch_add(1, Relaxed);
        if result.is_ok() {
            // What a run before this one has left unnumbered is looked for now, as the tables are there.
            self.0.bell.ring();
        }
        result
    }
    /// Runs a job in a writing transaction and waits until it is committed. Not from an async task, not from a job.
    /// Refuses with `Busy` when the queue is full.
    pub fn write<T: Send + 'static>(&self, job: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.wait(Kind::Write, job)
    }
    pub(crate) fn write_quietly<T: Send + 'static>(
        &self,
        job: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.wait(Kind::Quiet, job)
    }
    /// Runs a job in a snapshot that cannot change anything, and waits. Not from an async task, not from a job.
    pub fn read<T: Send + 'static>(&self, job: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.wait(Kind::Read, job)
    }
    fn wait<T: Send + 'static>(
        &self,
        kind: Kind,
        job: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if OURS.get() {
            return Err(Error::broken("a job or its receiver called the database and would have waited for itself"));
        }
        let (answer, answered) = mpsc::sync_channel(1);
        self.push(kind, job, move |result| {
            // The asker waits below; it cannot be gone.
            let _ = answer.send(result);
        });
        answered.recv().unwrap_or(Err(Error::Fault(Fault::Gone)))
    }
    /// Hands a job to the writer. `done` is called on a database thread after COMMIT (or at once with `Busy` when the
    /// queue is full) and must be quick. May be called from anywhere.
    pub fn write_then<T: Send + 'static>(
        &self,
        job: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        self.push(Kind::Write, job, done);
    }
    /// As `write_then`, for reading.
    pub fn read_then<T: Send + 'static>(
        &self,
        job: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        self.push(Kind::Read, job, done);
    }
    fn push<T: Send + 'static>(
        &self,
        kind: Kind,
        job: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let task = Task::new(kind, job, done);
        match kind {
            Kind::Read => self.0.reads.push(task),
            _ if self.0.beside => task.answer(Some(Error::broken("this database was opened for reading only"))),
            _ => self.0.writes.push(task),
        }
    }
    /// Makes a whole, consistent copy at `to` (which must not exist) while reading and writing go on.
    /// PostgreSQL: by `pg_dump`, which must be on the PATH.
    pub fn backup(&self, to: &Path) -> Result<()> {
        backup(&self.0.target, to)
    }
    /// Waits until the `sequence` hook has seen every commit so far. SQLite: it has, always.
    /// `Refused(Busy)` when it has not within the time (ms).
    pub fn settle(&self, within_ms: u64) -> Result<()> {
        if self.engine() == Engine::Sqlite || self.0.bell.settled(Duration::from_millis(within_ms)) {
            return Ok(());
        }
        Err(Error::Refused(Refusal::Busy))
    }
    /// Is the database within reach and writing? For readiness; asks through a connection of its own.
    pub fn check(&self) -> Result<()> {
        if let Some(error) = self.0.shared.stopped() {
            return Err(error);
        }
        match &self.0.target {
            Target::Sqlite(path) => {
                let connection = sqlite::open_reader(path)?;
                let rows = sqlite::rows(&connection, "select count(*) as n from sqlite_schema", &[]);
                rows.map(|_| ()).map_err(|failure| failure.error)
            }
            Target::Postgres(address) => {
                let server = Server::new(config(address)?, true);
                apart(server, |link| link.rows("select 1 as n", &[]).map(|_| ()).map_err(|failure| failure.error))?;
                match self.0.beside || self.0.bell.writable(DOUBT) {
                    true => Ok(()),
                    false => Err(Error::Fault(Fault::Gone)),
                }
            }
        }
    }
    /// Prepares a statement on the engine without running it: how a room tests each of its SQL texts.
    pub fn prepare(&self, sql: &str) -> Result<()> {
        let sql = sql.to_owned();
        self.read(move |tx| tx.prepare(&sql))
    }
    pub fn stats(&self) -> Stats {
        let wal_bytes = match &self.0.target {
            Target::Sqlite(path) => std::fs::metadata(beside(path, "-wal")).map_or(0, |meta| meta.len()),
            Target::Postgres(_) => 0,
        };
        self.0.shared.stats(self.0.writes.len(), wal_bytes)
    }
    /// Puts the engine's words for `{BLOB}` and `{SERIAL}`.
    pub fn dialect(sql: &str, engine: Engine) -> String {
        dialect(sql, engine)
    }
    /// SQLite: changes the page limit before the next batch (the full-disk test).
    #[doc(hidden)]
    pub fn set_max_pages(&self, pages: i64) {
        self.0.shared.max_pages.store(pages, Relaxed);
    }
    /// Takes no more jobs, works off what waits, stops the threads, lets go of the lock.
    pub fn close(&self) {
        self.0.close();
    }
}

impl Inner {
    fn close(&self) {
        let asides: Vec<_> = self.asides.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
        asides.iter().filter_map(Weak::upgrade).for_each(|aside| aside.close());
        self.writes.close();
        self.reads.close();
        let threads: Vec<_> = self.threads.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
        threads.into_iter().for_each(wait_for);
        self.bell.close();
        let keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner).take();
        keeper.into_iter().for_each(wait_for);
        self.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

fn wait_for(thread: JoinHandle<()>) {
    // The last clone may be dropped by a receiver on one of these threads, which cannot wait for itself.
    if thread.thread().id() != std::thread::current().id() {
        // A panic of the thread has been printed where it happened.
        let _ = thread.join();
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let ours = move || {
        OURS.set(true);
        run();
    };
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(ours);
    thread.map_err(|e| Error::broken(format!("no thread {name}: {e}")))
}

/// Uses a PostgreSQL connection of its own, on a thread of its own: the caller may be async.
fn apart(server: Server, job: impl FnOnce(&mut Link) -> Result<()> + Send) -> Result<()> {
    let run = || {
        let mut link = Link::connect(&server.config, server.durable).map_err(|failure| failure.error)?;
        job(&mut link)
    };
    std::thread::scope(|scope| scope.spawn(run).join())
        .unwrap_or_else(|_| Err(Error::broken("a database thread panicked")))
}

/// `x.db` → `x.db-wal` and the like.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A lock on a file of its own: SQLite locks the database file itself with POSIX locks, which a second handle in the
/// same process would drop.
fn take_lock(path: &Path) -> Result<File> {
    let place = beside(path, ".lock");
    let broken = |e: &dyn std::fmt::Display| Error::broken(format!("{}: {e}", place.display()));
    let file = File::options().create(true).write(true).truncate(false).open(&place).map_err(|e| broken(&e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Refused(Refusal::Busy)),
        Err(TryLockError::Error(e)) => Err(broken(&e)),
    }
}
