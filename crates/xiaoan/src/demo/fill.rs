//! Runs the plan through the ordinary write path. Simulated time is walked job by job; what is due is fired at its own
//! moment; all jobs between two moments are in flight together, then a barrier. Ids and salts come from the seed, so the
//! same seed gives the same records (not the same order in the journal).

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use base::{Clock, Error, Ms, Refusal, Result, Seed};
use safety::kernel::due;
use safety::{Actor, App, Cx, Meta};

/// Jobs in flight at once on SQLite, whose writer keeps their order: well under its queue, so that none is refused as
/// Busy. PostgreSQL's workers would let jobs of one school overtake each other: there one goes after the other.
const IN_FLIGHT: usize = 1_024;
/// How long after a deadline the ticker enters it.
const TICK_MS: i64 = 420;
/// Deadlines taken in one round.
const ROUND: i64 = 500;
/// Simulated time between two barriers.
const WINDOW_MS: i64 = Ms::HOUR;

#[derive(Default)]
struct State {
    flying: usize,
    done: usize,
    /// The first job that did not do what the plan says.
    fault: Option<String>,
}

type Shared = Arc<(Mutex<State>, Condvar)>;

/// Hands jobs to the writer and waits for them.
pub struct Runner {
    pub app: Arc<App>,
    pub clock: Clock,
    seed: u64,
    shared: Shared,
    in_flight: usize,
    count: u64,
}

impl Runner {
    pub fn new(app: Arc<App>, clock: Clock, seed: u64) -> Runner {
        let in_flight = if app.db().engine() == db::Engine::Sqlite { IN_FLIGHT } else { 1 };
        Runner { app, clock, seed, shared: Shared::default(), in_flight, count: 0 }
    }

    /// Hands over one job at the clock's present time. `label` names it in a fault; `refused` says that the plan expects
    /// the separation of doer and checker to refuse it.
    pub fn job<T: Send + 'static>(
        &mut self,
        actor: &Actor,
        meta: Meta,
        label: &'static str,
        refused: bool,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<()> {
        self.take_off()?;
        self.count += 1;
        let seed = Seed::named(self.seed, &format!("job/{}", self.count));
        let shared = self.shared.clone();
        let count = self.count;
        self.app.write_seeded(actor, meta, seed, job, move |answer| {
            let separated = matches!(&answer, Err(Error::Refused(Refusal::PackForbids { rule: "separation", .. })));
            let fine = if refused { separated } else { answer.is_ok() };
            let (state, wake) = &*shared;
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            state.flying -= 1;
            state.done += 1;
            if !fine && state.fault.is_none() {
                let got = answer.err().map_or("was not refused".to_string(), |e| e.to_string());
                state.fault = Some(format!("job {count} ({label}): {got}"));
            }
            wake.notify_all();
        });
        Ok(())
    }

    fn take_off(&self) -> Result<()> {
        let (state, wake) = &*self.shared;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.flying >= self.in_flight {
            state = wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(fault) = &state.fault {
            return Err(Error::broken(fault.clone()));
        }
        state.flying += 1;
        Ok(())
    }

    /// Waits until nothing is in flight. Fault: the first job that went another way than planned.
    pub fn barrier(&mut self) -> Result<()> {
        let (state, wake) = &*self.shared;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.flying > 0 {
            state = wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        match &state.fault {
            Some(fault) => Err(Error::broken(fault.clone())),
            None => Ok(()),
        }
    }

    /// The moment at which the next deadline passes.
    fn next_due(&self) -> Result<Option<Ms>> {
        self.app.db().read(|tx| match tx.row(super::sql::NEXT_DUE, &[])? {
            Some(row) => row.opt_ms("at"),
            None => Ok(None),
        })
    }

    /// Fires everything that is due up to `until`, each at its own moment. Answers how many fired.
    pub fn tick_until(&mut self, until: Ms) -> Result<usize> {
        self.barrier()?;
        let mut fired = 0;
        while let Some(due) = self.next_due()?.filter(|due| *due <= until) {
            // The ticker looks once a second: what is due is entered a little later than planned.
            self.clock.set(due.plus(TICK_MS));
            let system = Actor::system();
            let ready = self.app.read(&system, |cx| due::ready(cx, ROUND))?;
            fired += ready.len();
            for one in ready {
                self.job(&system, Meta::of("tick"), "tick", false, move |cx| match due::take(cx, &one)? {
                    true => safety::tick::fire(cx, &one),
                    false => Ok(()),
                })?;
            }
            self.barrier()?;
        }
        Ok(fired)
    }

    /// Walks dated jobs: `next` hands each over at its own time.
    pub fn walk<J>(
        &mut self,
        jobs: Vec<J>,
        at: impl Fn(&J) -> Ms,
        mut hand: impl FnMut(&mut Runner, J) -> Result<()>,
    ) -> Result<()> {
        let mut jobs = jobs.into_iter().peekable();
        while let Some(first) = jobs.peek().map(&at) {
            self.tick_until(first)?;
            // A deadline that a job of the window sets is met within it, or is a day away: what passes is older.
            let window = first.plus(WINDOW_MS);
            let end = self.next_due()?.map_or(window, |due| due.min(window));
            while let Some(job) = jobs.next_if(|job| at(job) <= first || at(job) < end) {
                self.clock.set(at(&job));
                hand(self, job)?;
            }
            self.barrier()?;
        }
        Ok(())
    }

    pub fn done(&self) -> usize {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner).done
    }
}
