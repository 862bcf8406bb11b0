//! Two clocks. Business time (`Clock`) is what records carry and deadlines are judged by; it may be simulated.
//! Machine time (`Stopwatch`) measures sessions, lockouts, rate limits and retries; it is never simulated.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use crate::Day;

/// China Standard Time. One fixed offset: the country has had no summer time since 1991, and no record is older.
pub const OFFSET: Offset = Offset::constant(8);

/// A moment of business time, milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Ms(pub i64);

impl Ms {
    pub const SECOND: i64 = 1_000;
    pub const MINUTE: i64 = 60 * Self::SECOND;
    pub const HOUR: i64 = 60 * Self::MINUTE;
    pub const DAY: i64 = 24 * Self::HOUR;

    /// Moves by a span in milliseconds (`Ms::HOUR * 2`).
    pub fn plus(self, span_ms: i64) -> Ms {
        Ms(self.0.saturating_add(span_ms))
    }
    /// `self - earlier`, milliseconds.
    pub fn since(self, earlier: Ms) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
    /// The local (+08:00) date and time.
    pub fn local(self) -> DateTime {
        OFFSET.to_datetime(Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH))
    }
    pub fn day(self) -> Day {
        Day::from_date(self.local().date())
    }
    /// From a local date and time. Out of range (years beyond 9999) is clamped to the epoch by the caller's validation.
    pub fn from_local(at: DateTime) -> Ms {
        Ms(OFFSET.to_timestamp(at).map(|t| t.as_millisecond()).unwrap_or(0))
    }
    /// RFC 3339 with +08:00, seconds (`2026-11-23T07:30:00+08:00`): the form of the API.
    pub fn rfc3339(self) -> String {
        format!("{}+08:00", self.local().strftime("%Y-%m-%dT%H:%M:%S"))
    }
    /// Reads RFC 3339 with any offset, or a local `YYYY-MM-DDTHH:MM[:SS]` (what `<input type=datetime-local>` sends).
    pub fn parse(text: &str) -> Option<Ms> {
        if let Ok(t) = text.parse::<Timestamp>() {
            return Some(Ms(t.as_millisecond()));
        }
        let local = text.parse::<DateTime>().ok()?;
        OFFSET.to_timestamp(local).ok().map(|t| Ms(t.as_millisecond()))
    }
    /// Formats the local time by a strftime pattern.
    pub fn show(self, pattern: &str) -> String {
        self.local().strftime(pattern).to_string()
    }
}

#[derive(Debug)]
enum Source {
    /// The machine's clock, never going back within one run, and never standing still.
    Wall(Mutex<Wall>),
    /// Starts at `start` and runs `factor` times as fast as the machine (factor 1 = real speed).
    Simulated { start: i64, began: Instant, factor: i64 },
    /// Stands still until moved by hand: tests and the demo's fill.
    Manual(AtomicI64),
}

/// The last time that was told, microseconds, and when it was told by the machine's count since its start.
#[derive(Clone, Copy, Debug)]
struct Wall {
    last: i64,
    at: Instant,
}

/// The time after `passed` microseconds of the machine's count, when the wall says `wall`. A wall ahead is followed. A wall
/// that was stepped back is not, since records must not be reordered: time then passes half as fast until the wall has
/// caught up, so that deadlines still come, later than they should by at most as long again, and none comes twice.
fn follow(last: i64, passed: i64, wall: i64) -> i64 {
    wall.max(last + passed.max(0) / 2)
}

/// The business clock. Cheap to clone; every clone tells the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Source>);

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where machine time is read")]
    pub fn wall() -> Clock {
        let wall = Wall { last: 0, at: Instant::now() };
        Clock(Arc::new(Source::Wall(Mutex::new(wall))))
    }
    #[expect(clippy::disallowed_methods, reason = "this is the one place where machine time is read")]
    pub fn simulated(start: Ms, factor: i64) -> Clock {
        Clock(Arc::new(Source::Simulated { start: start.0, began: Instant::now(), factor }))
    }
    pub fn manual(start: Ms) -> Clock {
        Clock(Arc::new(Source::Manual(AtomicI64::new(start.0))))
    }
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the wall clock is read")]
    pub fn now(&self) -> Ms {
        match &*self.0 {
            Source::Wall(told) => {
                let wall = SystemTime::now().duration_since(UNIX_EPOCH).map(|d| d.as_micros() as i64).unwrap_or(0);
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                let at = Instant::now();
                let passed = at.duration_since(told.at).as_micros() as i64;
                *told = Wall { last: follow(told.last, passed, wall), at };
                Ms(told.last / 1_000)
            }
            Source::Simulated { start, began, factor } => {
                Ms(start + (began.elapsed().as_millis() as i64).saturating_mul(*factor))
            }
            Source::Manual(at) => Ms(at.load(Ordering::Relaxed)),
        }
    }
    /// Moves a manual clock forward to `at`; a clock of another kind, or an earlier time, is left alone.
    pub fn set(&self, at: Ms) {
        if let Source::Manual(cell) = &*self.0 {
            cell.fetch_max(at.0, Ordering::Relaxed);
        }
    }
    pub fn advance(&self, span_ms: i64) {
        if let Source::Manual(cell) = &*self.0 {
            cell.fetch_add(span_ms.max(0), Ordering::Relaxed);
        }
    }
    /// Is this time made up? Pages then show the banner 演示数据 with the clock.
    pub fn is_simulated(&self) -> bool {
        !matches!(&*self.0, Source::Wall(_))
    }
}

/// Machine time since a start, for timeouts and measurements.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where machine time is read")]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }
    pub fn elapsed_ms(&self) -> i64 {
        self.0.elapsed().as_millis() as i64
    }
    pub fn elapsed_us(&self) -> i64 {
        self.0.elapsed().as_micros() as i64
    }
    /// Machine milliseconds since this process first asked: the time base of sessions and lockouts in memory.
    pub fn machine_ms() -> i64 {
        static BASE: std::sync::OnceLock<Stopwatch> = std::sync::OnceLock::new();
        BASE.get_or_init(Stopwatch::start).elapsed_ms()
    }
    /// Seconds since 1970 by the wall clock, for lifetimes that must outlast a restart (sessions). Never for records.
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the wall clock is read")]
    pub fn wall_seconds() -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map(|d| d.as_secs() as i64).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_that_jumps_is_followed_forward_and_outlived_backward() {
        const SECOND: i64 = 1_000_000;
        const HOUR: i64 = 3_600 * SECOND;
        let start = 1_795_390_200 * SECOND;
        // Looked at each second for three hours while the wall is as far off as `off` says at that second.
        let run = |off: fn(i64) -> i64| {
            let mut told = vec![start];
            for s in 1..=10_800 {
                let last = told[told.len() - 1];
                told.push(follow(last, SECOND, start + s * SECOND + off(s)));
            }
            told
        };
        let back = run(|s| if s > 600 { -HOUR } else { 0 });
        assert!(back.windows(2).all(|w| w[1] > w[0]), "never back, never still");
        assert_eq!(back[600 + 60] - back[600], 30 * SECOND, "half as fast");
        assert_eq!(back[10_800], start + 10_800 * SECOND - HOUR, "and caught up after twice the step");
        let ahead = run(|s| if s > 600 && s <= 660 { HOUR } else { 0 });
        assert_eq!(ahead[601] - ahead[600], HOUR + SECOND);
        assert!(ahead.windows(2).all(|w| w[1] > w[0]));
        assert_eq!(ahead[10_800], start + 10_800 * SECOND);
    }

    #[test]
    fn local_time_is_eight_hours_ahead_and_survives_a_round_trip() {
        let at = Ms::parse("2026-11-23T07:30:00+08:00").unwrap();
        assert_eq!(at.0, 1_795_390_200_000);
        assert_eq!(at.rfc3339(), "2026-11-23T07:30:00+08:00");
        assert_eq!(Ms::parse("2026-11-23T07:30"), Some(at));
        assert_eq!(Ms::parse("2026-11-22T23:30:00Z"), Some(at));
        assert_eq!(at.day().to_string(), "2026-11-23");
        assert_eq!(Ms::parse("昨天"), None);
    }

    #[test]
    fn a_manual_clock_never_goes_back() {
        let clock = Clock::manual(Ms(1_000));
        clock.set(Ms(500));
        assert_eq!(clock.now(), Ms(1_000));
        clock.advance(250);
        assert_eq!(clock.now(), Ms(1_250));
    }
}
