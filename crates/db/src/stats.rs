//! What the database's threads have done so far, and the state they share.

use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use base::{Error, Fault};

/// A write that keeps its thread busier than this is counted as slow: everybody else waits behind it.
pub(crate) const SLOW_JOB_US: i64 = 1_000;

/// Counts since `open`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Write jobs answered after a COMMIT (refused ones too).
    pub jobs: u64,
    /// COMMITs of writes.
    pub batches: u64,
    /// Most jobs in one COMMIT.
    pub largest_batch: usize,
    /// Write jobs over 1 ms (PostgreSQL: not counting the wait for the server).
    pub slow_jobs: u64,
    /// PostgreSQL: runs repeated after a serialisation failure.
    pub retries: u64,
    /// SQLite: jobs run again alone because their batch was lost as a whole.
    pub reruns: u64,
    /// Read jobs answered.
    pub reads: u64,
    /// Runs of the `sequence` hook that failed.
    pub sequence_faults: u64,
    /// Jobs waiting now.
    pub queue: usize,
    /// Writing has stopped after an input/output error; reading goes on. Only a restart, after a look at the disk,
    /// ends it.
    pub broken: bool,
    /// SQLite: bytes of the write-ahead log; grows while a reader holds an old snapshot.
    pub wal_bytes: u64,
}

/// State shared by the façade and its threads.
#[derive(Default)]
pub(crate) struct Shared {
    pub jobs: AtomicU64,
    pub batches: AtomicU64,
    pub largest_batch: AtomicUsize,
    pub slow_jobs: AtomicU64,
    pub retries: AtomicU64,
    pub reruns: AtomicU64,
    pub reads: AtomicU64,
    pub sequence_faults: AtomicU64,
    broken: Mutex<Option<String>>,
    /// SQLite: the page limit wanted; 0 = leave it.
    pub max_pages: AtomicI64,
    /// Raised when the schema changes, so that prepared statements are made anew.
    pub schema: AtomicU64,
}

impl Shared {
    pub fn note_batch(&self, jobs: usize) {
        self.jobs.fetch_add(jobs as u64, Relaxed);
        self.batches.fetch_add(1, Relaxed);
        self.largest_batch.fetch_max(jobs, Relaxed);
    }
    pub fn note_time(&self, us: i64) {
        if us > SLOW_JOB_US {
            self.slow_jobs.fetch_add(1, Relaxed);
        }
    }
    /// Stops writing for good.
    pub fn stop_writing(&self, why: &Error) {
        tracing::error!(error = %why, "writing stopped after an input/output error");
        let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        broken.get_or_insert_with(|| format!("writing stopped after an input/output error: {why}"));
    }
    pub fn stopped(&self) -> Option<Error> {
        let broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        broken.clone().map(|text| Error::Fault(Fault::Broken(text)))
    }
    pub fn stats(&self, queue: usize, wal_bytes: u64) -> Stats {
        Stats {
            jobs: self.jobs.load(Relaxed),
            batches: self.batches.load(Relaxed),
            largest_batch: self.largest_batch.load(Relaxed),
            slow_jobs: self.slow_jobs.load(Relaxed),
            retries: self.retries.load(Relaxed),
            reruns: self.reruns.load(Relaxed),
            reads: self.reads.load(Relaxed),
            sequence_faults: self.sequence_faults.load(Relaxed),
            queue,
            broken: self.stopped().is_some(),
            wal_bytes,
        }
    }
}
