//! School time of the built-in pack against the official holidays of every year 2004–2026, by a second, slower reckoning.

use std::collections::BTreeSet;
use std::path::Path;

use base::Day;
use base::calendar::PeriodKind;
use safety::pack::Pack;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// First and last day of the term in which a day lies, by the rule alone.
fn term(day: Day) -> Option<(Day, Day)> {
    let year = day.date().year();
    let autumn = |y: i16| {
        let mut fridays = (1..=31).filter_map(|d| Day::new(y + 1, 1, d)).filter(|d| d.weekday() == 5);
        (Day::new(y, 9, 1).unwrap(), fridays.nth(1).unwrap())
    };
    let spring = (Day::new(year, 3, 1).unwrap(), Day::new(year, 7, 15).unwrap());
    [autumn(year - 1), spring, autumn(year)].into_iter().find(|(from, until)| *from <= day && day <= *until)
}

#[test]
fn every_day_of_every_year_is_a_school_day_or_not_as_the_state_council_says() {
    let csv = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/calendar/holidays.csv");
    let Ok(csv) = std::fs::read_to_string(csv) else {
        println!("skipped: ../shared/testdata/calendar is not there");
        return;
    };
    let (mut rest, mut work) = (BTreeSet::new(), BTreeSet::new());
    for line in csv.lines().skip(1) {
        let mut parts = line.split(',');
        let on = day(parts.next().unwrap());
        let set = if parts.next() == Some("rest") { &mut rest } else { &mut work };
        set.insert(on);
    }
    let pack = Pack::builtin();
    let calendar = &pack.calendar;
    let (mut schooldays, mut on) = (0, day("2004-01-01"));
    while on <= day("2026-12-31") {
        let open = if on.weekday() >= 6 { work.contains(&on) } else { !rest.contains(&on) };
        let expected = term(on).is_some() && open;
        assert_eq!(calendar.is_school_day(on), expected, "{on}");
        schooldays += i64::from(expected);
        let monday = |d: Day| d.plus_days(1 - i64::from(d.weekday()));
        let week = term(on).map(|(from, _)| monday(on).days_since(monday(from)) / 7 + 1);
        assert_eq!(calendar.week_in_term(on), week, "{on}");
        let end = |kind| calendar.period_of(kind, on).map(|p| p.until);
        assert_eq!(end(PeriodKind::Week), Some(monday(on).plus_days(6)), "{on}");
        assert_eq!(end(PeriodKind::Month), Some(on.month_end().plus_days(-1)), "{on}");
        assert_eq!(end(PeriodKind::Term), term(on).map(|(_, until)| until), "{on}");
        let begun = if on >= Day::new(on.date().year(), 9, 1).unwrap() { 1 } else { 0 };
        let year_end = Day::new(on.date().year() + begun, 8, 31);
        assert_eq!(end(PeriodKind::SchoolYear), year_end, "{on}");
        on = on.plus_days(1);
    }
    assert!((170 * 23..195 * 23).contains(&schooldays), "{schooldays} school days in 23 years");
}

#[test]
fn the_weekly_meeting_is_not_due_in_holidays_and_a_make_up_saturday_is_school() {
    let pack = Pack::builtin();
    let weeks = |from, until| pack.calendar.periods(PeriodKind::Week, day(from), day(until)).len();
    assert_eq!(weeks("2012-01-16", "2012-02-26"), 0, "winter holidays");
    assert_eq!(weeks("2012-07-16", "2012-08-26"), 0, "summer holidays");
    assert_eq!(weeks("2012-10-01", "2012-10-07"), 0, "the week of 国庆");
    assert_eq!(weeks("2012-10-08", "2012-10-14"), 1);
    for make_up in ["2012-03-31", "2012-04-01", "2012-04-28", "2012-09-29", "2026-10-10"] {
        assert!(pack.calendar.is_school_day(day(make_up)), "{make_up}");
        assert!(day(make_up).is_weekend(), "{make_up}");
    }
    for holiday in ["2012-04-04", "2012-05-01", "2012-10-03", "2026-10-01"] {
        assert!(!pack.calendar.is_school_day(day(holiday)), "{holiday}");
    }
    let january = pack.calendar.periods(PeriodKind::Month, day("2027-01-01"), day("2027-02-28"));
    assert_eq!(january.len(), 1, "February holds no school day");
}
