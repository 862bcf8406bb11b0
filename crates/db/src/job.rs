//! Jobs without their types, and the bounded queue in which they wait for a thread.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use base::{Error, Fault, Refusal, Result};

use crate::Tx;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
    /// A write that leaves nothing for the `sequence` hook (a migration, whose tables the hook may need).
    Quiet,
}

/// A closure and the one who waits for its answer.
pub(crate) trait Job: Send {
    /// Runs once more, forgetting an earlier run. A panic is an error like another.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<()>;
    /// Gives the last run's result, or `instead`.
    fn answer(self: Box<Self>, instead: Option<Error>);
}

pub(crate) struct Task {
    pub kind: Kind,
    pub job: Box<dyn Job>,
}

struct Typed<T, J, D> {
    job: J,
    done: D,
    result: Option<Result<T>>,
}

impl Task {
    pub fn new<T: Send + 'static>(
        kind: Kind,
        job: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Task {
        Task { kind, job: Box::new(Typed { job, done, result: None }) }
    }
    pub fn answer(self, instead: Option<Error>) {
        self.job.answer(instead);
    }
}

impl<T, J, D> Job for Typed<T, J, D>
where
    T: Send,
    J: Fn(&mut Tx<'_>) -> Result<T> + Send,
    D: FnOnce(Result<T>) + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        let result = guarded(|| (self.job)(tx));
        // A job that swallowed a failed statement is lost all the same (see the head of this crate).
        let result = match tx.failed() {
            Some(error) => result.and(Err(error)),
            None => result,
        };
        let summary = result.as_ref().map(|_| ()).map_err(Clone::clone);
        self.result = Some(result);
        summary
    }
    fn answer(self: Box<Self>, instead: Option<Error>) {
        let Typed { done, result, .. } = *self;
        let result = match instead {
            Some(error) => Err(error),
            None => result.unwrap_or_else(|| Err(Error::broken("a job was answered before it ran"))),
        };
        if catch_unwind(AssertUnwindSafe(|| done(result))).is_err() {
            tracing::error!("the receiver of an answer panicked");
        }
    }
}

/// Runs a closure of somebody else's; a panic becomes a fault and the thread lives on.
pub(crate) fn guarded<T>(run: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|panic| Err(Error::broken(format!("a job panicked: {}", words(&*panic)))))
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words")
}

/// First in, first out, never longer than `limit`.
pub(crate) struct Queue {
    limit: usize,
    state: Mutex<State>,
    arrived: Condvar,
}

struct State {
    tasks: VecDeque<Task>,
    open: bool,
}

impl Queue {
    pub fn new(limit: usize) -> Queue {
        Queue { limit, state: Mutex::new(State { tasks: VecDeque::new(), open: true }), arrived: Condvar::new() }
    }
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Takes the task in, or answers it at once: `Busy` over the limit, `Gone` after `close`.
    pub fn push(&self, task: Task) {
        let mut state = self.state();
        let refusal = if !state.open {
            Error::Fault(Fault::Gone)
        } else if state.tasks.len() >= self.limit {
            Error::Refused(Refusal::Busy)
        } else {
            state.tasks.push_back(task);
            drop(state);
            self.arrived.notify_one();
            return;
        };
        drop(state);
        task.answer(Some(refusal));
    }
    /// Waits for work and takes up to `most` tasks; `None` when closed and empty.
    pub fn take(&self, most: usize) -> Option<Vec<Task>> {
        let mut state = self.state();
        while state.tasks.is_empty() {
            if !state.open {
                return None;
            }
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let count = most.min(state.tasks.len());
        Some(state.tasks.drain(..count).collect())
    }
    pub fn len(&self) -> usize {
        self.state().tasks.len()
    }
    /// Takes no more; what waits is still worked off.
    pub fn close(&self) {
        self.state().open = false;
        self.arrived.notify_all();
    }
}
