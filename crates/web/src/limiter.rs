//! How often a password may be tried, in machine time, in memory. Three counts stand beside each other: per login and
//! address, per login from anywhere, per login and known device. A device from which the login has succeeded before
//! has a count of its own, so that nobody else can shut it out (security.md §2.1). Names that do not exist are counted
//! like those that do.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base::{Stopwatch, limits};

/// Tries from anywhere together, before unknown devices rest.
pub const TRIES_ANYWHERE: i64 = 4 * limits::LOGIN_TRIES;
/// Names and addresses remembered at once; the oldest are forgotten first.
const KEYS: usize = 65_536;
const REST_MS: i64 = limits::LOGIN_REST_SECONDS * 1_000;

/// Who tries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    From(String, String),
    Anywhere(String),
    Device(String, String),
}

#[derive(Clone, Copy, Debug)]
struct Count {
    tries: i64,
    /// Machine time of the last wrong try.
    last: i64,
}

#[derive(Default)]
pub struct Limiter {
    counts: Mutex<HashMap<Key, Count>>,
}

/// May it be tried?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Tries left after this one, if it is wrong.
    Try { left: i64 },
    /// Seconds to wait.
    Rest { seconds: i64 },
}

impl Limiter {
    /// Takes one try before a password is checked: asked and counted in one step, so that tries in flight together
    /// cannot exceed the limit. `right` gives it back. `known` is the name of a device that has signed in before.
    pub fn take(&self, login: &str, address: &str, known: Option<&str>) -> Leave {
        self.take_at(login, address, known, Stopwatch::machine_ms())
    }

    fn take_at(&self, login: &str, address: &str, known: Option<&str>, now: i64) -> Leave {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let leave = ask(&counts, login, address, known, now);
        if matches!(leave, Leave::Try { .. }) {
            count(&mut counts, login, address, known, now);
        }
        leave
    }

    /// A right password: this asker starts afresh. What others tried from elsewhere stays counted.
    pub fn right(&self, login: &str, address: &str, known: Option<&str>) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in keys(login, address, known) {
            if matches!(key, Key::Anywhere(_)) {
                // Only the one try that was taken for this asker.
                if let Some(count) = counts.get_mut(&key) {
                    count.tries = (count.tries - 1).max(0);
                }
            } else {
                counts.remove(&key);
            }
        }
    }
}

type Counts = HashMap<Key, Count>;

fn ask(counts: &Counts, login: &str, address: &str, known: Option<&str>, now: i64) -> Leave {
    let mut left = i64::MAX;
    for (key, most) in keys(login, address, known) {
        let count = counts.get(&key).filter(|c| now - c.last < REST_MS);
        let tries = count.map_or(0, |c| c.tries);
        if tries >= most {
            let rest = REST_MS - count.map_or(0, |c| now - c.last);
            return Leave::Rest { seconds: (rest / 1_000).max(1) };
        }
        left = left.min(most - tries - 1);
    }
    Leave::Try { left }
}

fn count(counts: &mut Counts, login: &str, address: &str, known: Option<&str>, now: i64) {
    if counts.len() >= KEYS {
        counts.retain(|_, c| now - c.last < REST_MS);
    }
    if counts.len() >= KEYS {
        // A flood of invented names: forget the older half rather than refuse to count.
        let mut times: Vec<i64> = counts.values().map(|c| c.last).collect();
        let middle = times.len() / 2;
        let (_, cut, _) = times.select_nth_unstable(middle);
        let cut = *cut;
        counts.retain(|_, c| c.last > cut);
    }
    for (key, _) in keys(login, address, known) {
        let count = counts.entry(key).or_insert(Count { tries: 0, last: now });
        if now - count.last >= REST_MS {
            count.tries = 0;
        }
        count.tries += 1;
        count.last = now;
    }
}

fn keys(login: &str, address: &str, known: Option<&str>) -> Vec<(Key, i64)> {
    let login = login.trim().to_lowercase();
    match known {
        Some(device) => vec![(Key::Device(login, device.into()), limits::LOGIN_TRIES)],
        None => vec![
            (Key::From(login.clone(), address.into()), limits::LOGIN_TRIES),
            (Key::Anywhere(login), TRIES_ANYWHERE),
        ],
    }
}

/// So many acts of one address in a span of machine time: for pages that nobody signs in to. Addresses are forgotten with
/// their span and stand nowhere else.
pub struct Allowance {
    most: i64,
    span_ms: i64,
    counts: Mutex<HashMap<String, Count>>,
}

impl Allowance {
    pub fn new(most: i64, span_ms: i64) -> Allowance {
        Allowance { most, span_ms, counts: Mutex::default() }
    }
    /// Takes one act; the seconds to wait when there is none left.
    pub fn take(&self, address: &str) -> Option<i64> {
        self.take_at(address, Stopwatch::machine_ms())
    }

    fn take_at(&self, address: &str, now: i64) -> Option<i64> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEYS {
            counts.retain(|_, c| now - c.last < self.span_ms);
        }
        if counts.len() >= KEYS {
            // A flood of addresses: counting starts anew rather than grow without end.
            counts.clear();
        }
        // `last` is when the span began: a steady trickle does not wait for ever.
        let count = counts.entry(address.into()).or_insert(Count { tries: 0, last: now });
        if now - count.last >= self.span_ms {
            *count = Count { tries: 0, last: now };
        }
        if count.tries >= self.most {
            return Some(((self.span_ms - (now - count.last)) / 1_000).max(1));
        }
        count.tries += 1;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_wrong_tries_rest_five_minutes_and_count_down() {
        let limiter = Limiter::default();
        for left in [4, 3, 2, 1, 0] {
            assert_eq!(limiter.take_at("zhao", "10.0.0.1", None, 0), Leave::Try { left });
        }
        assert_eq!(limiter.take_at("Zhao ", "10.0.0.1", None, 1_000), Leave::Rest { seconds: 299 });
        assert_eq!(limiter.take_at("zhao", "10.0.0.2", None, 1_000), Leave::Try { left: 4 });
        assert_eq!(limiter.take_at("zhao", "10.0.0.1", None, REST_MS), Leave::Try { left: 4 });
    }

    #[test]
    fn tries_in_flight_together_cannot_exceed_the_limit() {
        let limiter = std::sync::Arc::new(Limiter::default());
        let tries: Vec<_> = (0..32)
            .map(|_| {
                let limiter = limiter.clone();
                std::thread::spawn(move || matches!(limiter.take_at("zhao", "a", None, 0), Leave::Try { .. }))
            })
            .collect();
        let let_in = tries.into_iter().filter_map(|t| t.join().ok()).filter(|tried| *tried).count();
        assert_eq!(let_in as i64, limits::LOGIN_TRIES);
    }

    #[test]
    fn attackers_from_everywhere_cannot_shut_out_a_known_device() {
        let limiter = Limiter::default();
        for i in 0..TRIES_ANYWHERE {
            limiter.take_at("desk", &format!("10.0.0.{i}"), None, 0);
        }
        assert!(matches!(limiter.take_at("desk", "10.1.0.1", None, 1), Leave::Rest { .. }));
        assert_eq!(limiter.take_at("desk", "10.1.0.1", Some("pc-1"), 1), Leave::Try { left: 4 });
    }

    #[test]
    fn a_right_password_starts_afresh() {
        let limiter = Limiter::default();
        limiter.take_at("zhao", "a", None, 0);
        limiter.right("zhao", "a", None);
        assert_eq!(limiter.take_at("zhao", "a", None, 0), Leave::Try { left: 4 });
    }

    #[test]
    fn an_address_has_its_allowance_and_waits_for_the_next_span() {
        let allowance = Allowance::new(3, 60_000);
        for now in [0, 10_000, 20_000] {
            assert_eq!(allowance.take_at("10.0.0.1", now), None);
        }
        assert_eq!(allowance.take_at("10.0.0.1", 30_000), Some(30));
        assert_eq!(allowance.take_at("10.0.0.2", 30_000), None, "another address has its own");
        assert_eq!(allowance.take_at("10.0.0.1", 60_000), None);
    }
}
