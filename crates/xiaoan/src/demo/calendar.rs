//! School days of the simulated autumn term, and how working hours shift what people do.

use base::{Day, Ms, Seed};

/// The houses are opened a week before term.
pub const FOUNDED: &str = "2026-08-24T08:00:00+08:00";
/// First and last day on which a demo's clock may begin.
pub const EARLIEST: &str = "2026-09-21T07:30:00+08:00";
pub const LATEST: &str = "2027-01-15T18:00:00+08:00";
/// The morning on which a demo begins when nothing else is asked.
pub const MORNING: &str = "2026-11-23T07:30:00+08:00";
pub const TERM_BEGINS: &str = "2026-09-01T07:00:00+08:00";

/// Days without school: 中秋, 国庆, 元旦 (first, last; inclusive).
const HOLIDAYS: &[(i64, i64)] = &[(20_260_925, 20_260_927), (20_261_001, 20_261_007), (20_270_101, 20_270_103)];

/// A moment that is written in this crate.
pub fn at(text: &str) -> Ms {
    Ms::parse(text).expect("the constants of this module are times")
}

pub fn is_school_day(day: Day) -> bool {
    let n = day.number();
    !day.is_weekend() && !HOLIDAYS.iter().any(|(from, until)| (*from..=*until).contains(&n))
}

/// The moment itself if somebody is at work then, else some minutes after work begins next.
pub fn working(at: Ms, rng: &mut Seed) -> Ms {
    let mut day = at.day();
    let minute = at.since(day.start()) / Ms::MINUTE;
    if is_school_day(day) && (7 * 60 + 20..17 * 60 + 40).contains(&minute) {
        return at;
    }
    if minute >= 17 * 60 + 40 {
        day = day.plus_days(1);
    }
    // A year of holidays in a row does not exist.
    for _ in 0..30 {
        if is_school_day(day) {
            break;
        }
        day = day.plus_days(1);
    }
    day.start().plus((7 * 60 + 25 + rng.below(130) as i64) * Ms::MINUTE + rng.below(60_000) as i64)
}

/// The same for what cannot wait: evenings and weekends count, nights do not.
pub fn awake(at: Ms, rng: &mut Seed) -> Ms {
    let day = at.day();
    let minute = at.since(day.start()) / Ms::MINUTE;
    let morning = |day: Day, rng: &mut Seed| day.start().plus((7 * 60 + rng.below(100) as i64) * Ms::MINUTE);
    match minute {
        m if m < 7 * 60 => morning(day, rng),
        m if m > 20 * 60 + 30 => morning(day.plus_days(1), rng),
        _ => at,
    }
}

/// School days from `from` to `until`.
pub fn school_days(from: Ms, until: Ms) -> Vec<Day> {
    let mut days = Vec::new();
    let mut day = from.day();
    while day <= until.day() {
        if is_school_day(day) {
            days.push(day);
        }
        day = day.plus_days(1);
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_waits_for_the_next_school_day() {
        let mut rng = Seed::named(1, "t");
        let friday = at("2026-11-20T18:00:00+08:00");
        let next = working(friday, &mut rng);
        assert_eq!(next.day().to_string(), "2026-11-23");
        let open = at("2026-11-20T10:00:00+08:00");
        assert_eq!(working(open, &mut rng), open);
        assert_eq!(working(at("2026-09-30T20:00:00+08:00"), &mut rng).day().to_string(), "2026-10-08");
        assert_eq!(school_days(at("2026-09-28T00:00:00+08:00"), at("2026-10-09T00:00:00+08:00")).len(), 5);
    }
}
