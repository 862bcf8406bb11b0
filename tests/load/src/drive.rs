//! Many clients at once in a closed loop: each asks again as soon as it is answered. Bounded in clients and in time.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

use base::Stopwatch;

/// Most clients of one run.
pub const CLIENTS_MAX: usize = 256;
/// Longest run, ms.
pub const RUN_MAX_MS: i64 = 30_000;
/// Latencies kept by each client.
const KEPT: usize = 200_000;

/// What a run gave, warm-up left out.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    pub done: u64,
    pub refused: u64,
    /// The first thing that went wrong.
    pub first_fault: Option<String>,
    pub run_ms: i64,
    /// Sorted, µs.
    latencies: Vec<u32>,
}

impl Measured {
    pub fn per_second(&self) -> f64 {
        self.done as f64 * 1_000.0 / self.run_ms.max(1) as f64
    }
    /// Latency below which `per_mille` of the answers came, ms.
    pub fn within_ms(&self, per_mille: usize) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let at = (self.latencies.len() * per_mille / 1_000).min(last);
        f64::from(self.latencies.get(at).copied().unwrap_or(0)) / 1_000.0
    }
}

/// Runs `clients` loops for `warm_ms` and then `run_ms`. `make` builds a client's own request; `begun` and `ended` are
/// called at the borders of the measured time (CPU counters).
pub fn drive<'a>(
    clients: usize,
    warm_ms: i64,
    run_ms: i64,
    make: impl Fn(usize) -> Box<dyn FnMut() -> Result<(), String> + Send + 'a>,
    mut begun: impl FnMut(),
    mut ended: impl FnMut(),
) -> Measured {
    let clients = clients.clamp(1, CLIENTS_MAX);
    let run_ms = run_ms.clamp(1, RUN_MAX_MS);
    let (counting, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    let start = Barrier::new(clients + 1);
    let mut total = Measured::default();
    std::thread::scope(|scope| {
        let mut threads = Vec::with_capacity(clients);
        for n in 0..clients {
            let request = make(n);
            let (counting, stop, start) = (&counting, &stop, &start);
            let run = move || {
                start.wait();
                client(request, counting, stop)
            };
            let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn_scoped(scope, run);
            threads.push(thread.expect("this machine has room for a thread"));
        }
        start.wait();
        sleep_ms(warm_ms);
        begun();
        let watch = Stopwatch::start();
        counting.store(true, Ordering::Relaxed);
        sleep_ms(run_ms);
        counting.store(false, Ordering::Relaxed);
        total.run_ms = watch.elapsed_ms();
        ended();
        stop.store(true, Ordering::Relaxed);
        for thread in threads {
            let mine = thread.join().expect("a client does not panic");
            total.done += mine.done;
            total.refused += mine.refused;
            total.latencies.extend(mine.latencies);
            total.first_fault = total.first_fault.take().or(mine.first_fault);
        }
    });
    total.latencies.sort_unstable();
    total
}

fn client(mut request: impl FnMut() -> Result<(), String>, counting: &AtomicBool, stop: &AtomicBool) -> Measured {
    let mut mine = Measured::default();
    while !stop.load(Ordering::Relaxed) {
        let watch = Stopwatch::start();
        let answer = request();
        if !counting.load(Ordering::Relaxed) {
            continue;
        }
        match answer {
            Ok(()) => {
                mine.done += 1;
                if mine.latencies.len() < KEPT {
                    mine.latencies.push(watch.elapsed_us().clamp(0, i64::from(u32::MAX)) as u32);
                }
            }
            Err(why) => {
                mine.refused += 1;
                mine.first_fault.get_or_insert(why);
                // A server that is down must not be hammered.
                sleep_ms(5);
            }
        }
    }
    mine
}

pub fn sleep_ms(ms: i64) {
    std::thread::sleep(std::time::Duration::from_millis(ms.max(0) as u64));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_in_the_measured_time_is_counted_and_refusals_apart() {
        let make = |n: usize| -> Box<dyn FnMut() -> Result<(), String> + Send> {
            Box::new(move || {
                sleep_ms(1);
                if n == 0 { Err("no".into()) } else { Ok(()) }
            })
        };
        let got = drive(3, 5, 60, make, || {}, || {});
        assert!(got.done > 4 && got.refused > 1, "{} {}", got.done, got.refused);
        assert_eq!(got.first_fault.as_deref(), Some("no"));
        assert!(got.within_ms(500) >= 1.0);
        assert!(got.within_ms(990) >= got.within_ms(500));
    }
}
