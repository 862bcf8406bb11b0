//! School time: which day is a school day, which term and week it lies in, where periods begin and end.
//!
//! Holidays and make-up days are data (the State Council publishes them year by year); terms go by rule where no county
//! has set them (an interpretation: the notice names no dates): autumn from 1 September to the second Friday of January,
//! spring from 1 March to 15 July. Pure: no clock, no files.

use std::collections::{BTreeMap, BTreeSet};

use crate::Day;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Season {
    Spring,
    Autumn,
}

/// A term: first and last day, inclusive. The school year `year` begins with the autumn term of that calendar year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    pub year: i16,
    pub season: Season,
    pub from: Day,
    pub until: Day,
}

/// The length of time that a duty is owed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PeriodKind {
    /// A school day.
    Day,
    /// An ISO week (Monday to Sunday) that holds at least one school day.
    Week,
    /// A calendar month that holds at least one school day.
    Month,
    Term,
    /// From the first day of the autumn term to the day before the next.
    SchoolYear,
}

/// First and last day, inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub kind: PeriodKind,
    pub from: Day,
    pub until: Day,
}

/// Holidays, make-up days and terms of one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchoolCalendar {
    rest: BTreeSet<Day>,
    work: BTreeSet<Day>,
    /// Days on which this place's schools were shut although it was a school day (snow, exams elsewhere).
    shut: BTreeSet<Day>,
    /// Terms that were set; others go by rule.
    terms: BTreeMap<(i16, Season), Term>,
}

/// A line of the data that cannot be read: its number (from 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadLine(pub usize);

impl SchoolCalendar {
    /// Reads `date,kind,name` with a head line; kind `rest` = holiday, `work` = make-up working day.
    pub fn read(csv: &str) -> Result<SchoolCalendar, BadLine> {
        let mut calendar = SchoolCalendar::default();
        for (i, line) in csv.lines().enumerate().skip(1).filter(|(_, l)| !l.trim().is_empty()) {
            let mut parts = line.split(',');
            let (day, kind) = (parts.next().and_then(Day::parse), parts.next());
            match (day, kind.map(str::trim)) {
                (Some(day), Some("rest")) => calendar.rest.insert(day),
                (Some(day), Some("work")) => calendar.work.insert(day),
                _ => return Err(BadLine(i + 1)),
            };
        }
        Ok(calendar)
    }

    /// A public holiday.
    pub fn rest(&mut self, day: Day) {
        self.rest.insert(day);
    }

    /// A make-up working day on a weekend.
    pub fn work(&mut self, day: Day) {
        self.work.insert(day);
    }

    /// Everything that is set, one fact a line, in order: what a pack's hash is taken over.
    pub fn lines(&self) -> Vec<String> {
        let days =
            |kind: &'static str, set: &BTreeSet<Day>| set.iter().map(|d| format!("{d} {kind}")).collect::<Vec<_>>();
        let mut out = days("rest", &self.rest);
        out.extend(days("work", &self.work));
        out.extend(days("shut", &self.shut));
        out.extend(self.terms.values().map(|t| format!("{} {} term {:?} {}", t.from, t.until, t.season, t.year)));
        out
    }

    /// Sets a term in place of the rule.
    pub fn set_term(&mut self, term: Term) {
        self.terms.insert((term.year, term.season), term);
    }

    /// Shuts the schools on a day (county snow day).
    pub fn shut(&mut self, day: Day) {
        self.shut.insert(day);
    }

    /// The autumn term that begins in `year`, or the spring term that follows it in `year + 1`.
    pub fn term(&self, year: i16, season: Season) -> Option<Term> {
        if let Some(term) = self.terms.get(&(year, season)) {
            return Some(*term);
        }
        let (from, until) = match season {
            Season::Autumn => (Day::new(year, 9, 1)?, second_friday_of_january(year + 1)?),
            Season::Spring => (Day::new(year + 1, 3, 1)?, Day::new(year + 1, 7, 15)?),
        };
        Some(Term { year, season, from, until })
    }

    /// The term that a day lies in; none in the holidays between terms.
    pub fn term_of(&self, day: Day) -> Option<Term> {
        let year = day.date().year();
        [(year, Season::Autumn), (year - 1, Season::Autumn), (year - 1, Season::Spring)]
            .into_iter()
            .filter_map(|(y, s)| self.term(y, s))
            .find(|t| t.from <= day && day <= t.until)
    }

    /// Is there school? In a term, on a weekday that is no holiday or on a make-up day, and not shut.
    pub fn is_school_day(&self, day: Day) -> bool {
        if self.term_of(day).is_none() || self.shut.contains(&day) {
            return false;
        }
        match day.is_weekend() {
            true => self.work.contains(&day),
            false => !self.rest.contains(&day),
        }
    }

    /// Which week of its term a day lies in, from 1: the ISO week of the term's first day is the first.
    pub fn week_in_term(&self, day: Day) -> Option<i64> {
        let term = self.term_of(day)?;
        Some(monday(day).days_since(monday(term.from)) / 7 + 1)
    }

    /// Periods of a kind that touch `from..=until` and are due: that hold at least one school day.
    pub fn periods(&self, kind: PeriodKind, from: Day, until: Day) -> Vec<Period> {
        let mut out = Vec::new();
        let mut day = from;
        while day <= until {
            let period = self.period_of(kind, day);
            let next = period.map_or(day.plus_days(1), |p| p.until.plus_days(1));
            if let Some(period) = period.filter(|p| self.is_due(p)) {
                out.push(period);
            }
            day = next;
        }
        out
    }

    /// The period of a kind that a day lies in; none for a term or a school day outside of them.
    pub fn period_of(&self, kind: PeriodKind, day: Day) -> Option<Period> {
        let (from, until) = match kind {
            PeriodKind::Day => self.is_school_day(day).then_some((day, day))?,
            PeriodKind::Week => (monday(day), monday(day).plus_days(6)),
            PeriodKind::Month => (day.month_start(), day.month_end().plus_days(-1)),
            PeriodKind::Term => self.term_of(day).map(|t| (t.from, t.until))?,
            PeriodKind::SchoolYear => {
                let year = day.date().year();
                let begins = |y| self.term(y, Season::Autumn).map(|t| t.from);
                let first = if day >= begins(year)? { year } else { year - 1 };
                (begins(first)?, begins(first + 1)?.plus_days(-1))
            }
        };
        Some(Period { kind, from, until })
    }

    /// Does the period hold at least one school day?
    pub fn is_due(&self, period: &Period) -> bool {
        let mut day = period.from;
        while day <= period.until {
            if self.is_school_day(day) {
                return true;
            }
            day = day.plus_days(1);
        }
        false
    }
}

fn monday(day: Day) -> Day {
    day.plus_days(1 - i64::from(day.weekday()))
}

fn second_friday_of_january(year: i16) -> Option<Day> {
    let first = Day::new(year, 1, 1)?;
    let to_friday = (5 - i64::from(first.weekday())).rem_euclid(7);
    Some(first.plus_days(to_friday + 7))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn city() -> SchoolCalendar {
        let csv = "date,kind,name\n2026-10-01,rest,国庆\n2026-10-02,rest,国庆\n2026-10-10,work,国庆\n";
        SchoolCalendar::read(csv).unwrap()
    }

    #[test]
    fn the_thirteenth_week_of_autumn_2026_is_that_of_23_november() {
        let calendar = city();
        assert_eq!(calendar.week_in_term(day("2026-11-23")), Some(13));
        assert_eq!(calendar.week_in_term(day("2026-09-01")), Some(1));
        assert_eq!(calendar.week_in_term(day("2026-08-31")), None, "before the term");
        let term = calendar.term_of(day("2026-11-23")).unwrap();
        assert_eq!((term.season, term.until.to_string().as_str()), (Season::Autumn, "2027-01-08"));
    }

    #[test]
    fn a_make_up_saturday_is_a_school_day_and_a_holiday_weekday_is_not() {
        let mut calendar = city();
        assert!(calendar.is_school_day(day("2026-10-10")));
        assert!(!calendar.is_school_day(day("2026-10-01")));
        assert!(!calendar.is_school_day(day("2026-10-03")), "a plain Saturday");
        assert!(!calendar.is_school_day(day("2027-02-03")), "a Wednesday in the winter holidays");
        calendar.shut(day("2026-11-24"));
        assert!(!calendar.is_school_day(day("2026-11-24")), "snow");
    }

    #[test]
    fn a_weekly_duty_is_not_due_in_a_week_without_a_school_day() {
        let calendar = city();
        let weeks = calendar.periods(PeriodKind::Week, day("2027-01-04"), day("2027-03-07"));
        let first: Vec<String> = weeks.iter().map(|w| w.from.to_string()).collect();
        assert_eq!(first, ["2027-01-04", "2027-03-01"], "the winter holidays lie between");
        let months = calendar.periods(PeriodKind::Month, day("2026-07-01"), day("2026-12-31"));
        assert_eq!(months.len(), 5, "August has no school day");
        let years = calendar.periods(PeriodKind::SchoolYear, day("2026-07-01"), day("2026-09-30"));
        assert_eq!(years.iter().map(|y| y.from.to_string()).collect::<Vec<_>>(), ["2025-09-01", "2026-09-01"]);
    }

    #[test]
    fn a_bad_line_is_named() {
        assert_eq!(SchoolCalendar::read("date,kind,name\n2026-13-01,rest,x\n"), Err(BadLine(2)));
    }
}
