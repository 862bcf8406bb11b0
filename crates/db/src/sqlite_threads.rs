//! SQLite's threads: one writer with group commit, and readers.
//!
//! The writer takes what waits (at most `WRITE_BATCH` jobs) into one `BEGIN IMMEDIATE … COMMIT`, a savepoint for each
//! job, and answers after COMMIT only. A failed job is rolled back alone. When SQLite has rolled back everything (a
//! full disk does, savepoints and all), or COMMIT fails, the jobs run again in a transaction each.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use base::limits::WRITE_BATCH;
use base::{Error, Stopwatch};
use rusqlite::Connection;

use crate::job::{Kind, Queue, Task, guarded};
use crate::stats::Shared;
use crate::tx::{Cause, Failure, Tx};
use crate::{Hook, sqlite};

pub(crate) struct Writer {
    pub connection: Connection,
    pub queue: Arc<Queue>,
    pub shared: Arc<Shared>,
    pub sequence: Option<Hook>,
    pub durable: bool,
}

/// Why nothing of a batch was kept.
enum Lost {
    /// The transaction could not even begin: running the jobs one by one would only wait again.
    NotBegun(Error),
    RolledBack(Error),
    /// The disk gave an error while the transaction was being stored: what is on it is unknown.
    Disk(Error),
}

impl Writer {
    pub fn run(mut self) {
        let mut max_pages = 0;
        while let Some(batch) = self.queue.take(WRITE_BATCH) {
            let wanted = self.shared.max_pages.load(Relaxed);
            if wanted != max_pages {
                max_pages = wanted;
                self.limit(max_pages);
            }
            self.batch(batch);
        }
        self.finish();
    }
    fn limit(&self, pages: i64) {
        if let Err(failure) = sqlite::rows(&self.connection, &format!("pragma max_page_count = {pages}"), &[]) {
            tracing::error!(error = %failure.error, "the page limit was not set");
        }
    }
    fn batch(&mut self, mut batch: Vec<Task>) {
        if let Some(error) = self.shared.stopped() {
            return answer_all(batch, &error);
        }
        match self.attempt(&mut batch) {
            Ok(()) => {
                self.shared.note_batch(batch.len());
                batch.into_iter().for_each(|task| task.answer(None));
            }
            Err(Lost::NotBegun(error)) => answer_all(batch, &error),
            Err(Lost::Disk(error)) => {
                self.shared.stop_writing(&error);
                answer_all(batch, &error);
            }
            Err(Lost::RolledBack(error)) if batch.len() == 1 => answer_all(batch, &error),
            Err(Lost::RolledBack(error)) => {
                tracing::warn!(%error, jobs = batch.len(), "a batch was rolled back as a whole; its jobs run again alone");
                self.shared.reruns.fetch_add(batch.len() as u64, Relaxed);
                batch.into_iter().for_each(|task| self.batch(vec![task]));
            }
        }
    }
    /// Runs the tasks in one transaction. On `Err` nothing of them is stored and no transaction is open.
    fn attempt(&self, tasks: &mut [Task]) -> Result<(), Lost> {
        sqlite::control(&self.connection, "begin immediate").map_err(|failure| Lost::NotBegun(failure.error))?;
        let outcome = self.jobs(tasks);
        if outcome.is_err()
            && !self.connection.is_autocommit()
            && let Err(failure) = sqlite::control(&self.connection, "rollback")
        {
            return Err(Lost::Disk(failure.error));
        }
        outcome.map_err(|failure| match failure.cause {
            Cause::Disk => Lost::Disk(failure.error),
            _ => Lost::RolledBack(failure.error),
        })
    }
    fn jobs(&self, tasks: &mut [Task]) -> Result<(), Failure> {
        let mut to_number = false;
        for task in tasks {
            let kept = self.job(task)?;
            to_number |= kept && task.kind == Kind::Write;
        }
        if to_number {
            self.number()?;
        }
        sqlite::control(&self.connection, "commit")
    }
    /// One job in its savepoint: was it kept? `Err` when the whole transaction is lost.
    fn job(&self, task: &mut Task) -> Result<bool, Failure> {
        sqlite::control(&self.connection, "savepoint job")?;
        let mut tx = Tx::sqlite(&self.connection);
        let watch = Stopwatch::start();
        let result = task.job.run(&mut tx);
        self.shared.note_time(watch.elapsed_us());
        if self.connection.is_autocommit() {
            let cause = tx.cause().unwrap_or(Cause::Plain);
            let error = tx.failed().or(result.err());
            let error = error.unwrap_or_else(|| Error::broken("a job ended the transaction that it was run in"));
            return Err(Failure { error, cause });
        }
        if result.is_err() {
            sqlite::control(&self.connection, "rollback to job")?;
        }
        sqlite::control(&self.connection, "release job")?;
        Ok(result.is_ok())
    }
    fn number(&self) -> Result<(), Failure> {
        let Some(sequence) = &self.sequence else { return Ok(()) };
        let mut tx = Tx::sqlite(&self.connection);
        let result = guarded(|| sequence(&mut tx));
        let cause = tx.cause().unwrap_or(Cause::Plain);
        let result = tx.failed().map_or(result, Err);
        result.map_err(|error| {
            self.shared.sequence_faults.fetch_add(1, Relaxed);
            Failure { error, cause }
        })
    }
    /// Brings what was written without sync to the disk before the last connection closes.
    fn finish(&self) {
        if self.durable || self.shared.stopped().is_some() {
            return;
        }
        let sync = "pragma synchronous = full; pragma wal_checkpoint(truncate)";
        if let Err(failure) = sqlite::batch(&self.connection, sync) {
            tracing::error!(error = %failure.error, "the database was not brought to the disk");
        }
    }
}

fn answer_all(tasks: Vec<Task>, error: &Error) {
    tasks.into_iter().for_each(|task| task.answer(Some(error.clone())));
}

/// Works off read jobs, each in a snapshot of its own.
pub(crate) fn read(connection: &Connection, queue: &Queue, shared: &Shared) {
    while let Some(tasks) = queue.take(1) {
        for mut task in tasks {
            let begun = sqlite::control(connection, "begin");
            let instead = match begun {
                Ok(()) => {
                    // The job keeps its own error; there is nothing to undo.
                    let _ = task.job.run(&mut Tx::sqlite(connection));
                    None
                }
                Err(failure) => Some(failure.error),
            };
            if !connection.is_autocommit()
                && let Err(failure) = sqlite::control(connection, "rollback")
            {
                tracing::error!(error = %failure.error, "a read could not be ended");
            }
            shared.reads.fetch_add(1, Relaxed);
            task.answer(instead);
        }
    }
}
