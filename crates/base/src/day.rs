//! A calendar day, local (+08:00). Stored as a bigint `yyyymmdd`, which sorts as it should on both engines.

use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use crate::Ms;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(Date);

impl Day {
    pub fn from_date(date: Date) -> Day {
        Day(date)
    }
    pub fn new(year: i16, month: i8, day: i8) -> Option<Day> {
        Date::new(year, month, day).ok().map(Day)
    }
    /// From the stored form `yyyymmdd`.
    pub fn from_number(n: i64) -> Option<Day> {
        Day::new((n / 10_000).try_into().ok()?, (n / 100 % 100).try_into().ok()?, (n % 100).try_into().ok()?)
    }
    /// The stored form `yyyymmdd`.
    pub fn number(self) -> i64 {
        self.0.year() as i64 * 10_000 + self.0.month() as i64 * 100 + self.0.day() as i64
    }
    pub fn parse(text: &str) -> Option<Day> {
        text.parse::<Date>().ok().map(Day)
    }
    pub fn date(self) -> Date {
        self.0
    }
    /// Midnight at which the day begins.
    pub fn start(self) -> Ms {
        Ms::from_local(self.0.to_datetime(Time::midnight()))
    }
    /// Midnight at which the day ends (exclusive).
    pub fn end(self) -> Ms {
        self.plus_days(1).start()
    }
    pub fn plus_days(self, days: i64) -> Day {
        Day(self.0.saturating_add(jiff::Span::new().days(days)))
    }
    /// The same day so many months later; the last of the month where there is none.
    pub fn plus_months(self, months: i64) -> Day {
        Day(self.0.saturating_add(jiff::Span::new().months(months)))
    }
    pub fn month_start(self) -> Day {
        Day(self.0.first_of_month())
    }
    /// First day of the next month.
    pub fn month_end(self) -> Day {
        Day(self.0.last_of_month()).plus_days(1)
    }
    /// 1 = Monday … 7 = Sunday.
    pub fn weekday(self) -> i8 {
        self.0.weekday().to_monday_one_offset()
    }
    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), Weekday::Saturday | Weekday::Sunday)
    }
    pub fn days_since(self, earlier: Day) -> i64 {
        self.start().since(earlier.start()) / Ms::DAY
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_sorts_and_survives_a_round_trip_over_a_leap_day() {
        let day = Day::new(2012, 2, 29).unwrap();
        assert_eq!(day.number(), 20_120_229);
        assert_eq!(Day::from_number(20_120_229), Some(day));
        assert_eq!(Day::from_number(20_130_229), None);
        assert_eq!(day.plus_days(1).to_string(), "2012-03-01");
        assert_eq!(day.month_end().to_string(), "2012-03-01");
        assert_eq!(day.plus_months(12).to_string(), "2013-02-28");
        assert_eq!(day.end().since(day.start()), Ms::DAY);
        assert_eq!(Day::new(2026, 11, 23).unwrap().weekday(), 1);
    }
}
