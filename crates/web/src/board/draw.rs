//! The heat calendar: a picture of the days, a column for each week, Monday on top. Each day on which something was due is
//! a link to its rows; the page puts the figures in a table beneath.

use std::collections::BTreeMap;
use std::fmt::Write;

use base::Day;
use safety::duty::board::Sums;

use crate::words;

/// Side of a day and the space to the next, CSS pixels.
const SIDE: i64 = 15;
const STEP: i64 = 18;
const LEFT: i64 = 22;
const TOP: i64 = 18;

/// How much of what was due is missing, as a class of the style sheet; "f" for what is not due yet.
pub fn shade(s: &Sums) -> &'static str {
    let due = s.expected - s.not_due;
    if due <= 0 {
        return if s.expected > 0 { "f" } else { "" };
    }
    if s.exempt == due {
        return "x";
    }
    match s.missing * 1000 / due {
        0 if s.missing == 0 => "h0",
        0..20 => "h1",
        20..50 => "h2",
        50..100 => "h3",
        _ => "h4",
    }
}

pub fn calendar(days: &BTreeMap<Day, Sums>, href: impl Fn(Day) -> String) -> String {
    let (Some(first), Some(last)) = (days.keys().next(), days.keys().last()) else { return String::new() };
    let monday = first.plus_days(1 - i64::from(first.weekday()));
    let weeks = last.days_since(monday) / 7 + 1;
    let (wide, high) = (LEFT + weeks * STEP, TOP + 7 * STEP);
    let mut out =
        format!("<svg class=\"cal\" role=\"group\" viewBox=\"0 0 {wide} {high}\" width=\"{wide}\" height=\"{high}\">");
    for (i, name) in words::board::WEEKDAYS.into_iter().enumerate() {
        let y = TOP + 2 * i as i64 * STEP + 12;
        let _ = write!(out, "<text x=\"0\" y=\"{y}\" aria-hidden=\"true\">{name}</text>");
    }
    let mut month = 0;
    for week in 0..weeks {
        let day = monday.plus_days(7 * week);
        if day.date().month() != month && (day.date().day() <= 7 || week == 0) {
            month = day.date().month();
            let x = LEFT + week * STEP;
            let _ = write!(out, "<text x=\"{x}\" y=\"11\" aria-hidden=\"true\">{}</text>", words::board::month(day));
        }
    }
    for (day, sums) in days {
        let class = shade(sums);
        let x = LEFT + day.days_since(monday) / 7 * STEP;
        let y = TOP + (i64::from(day.weekday()) - 1) * STEP;
        let rect = format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\" rx=\"3\"/>");
        let said = words::board::heat(*day, sums);
        if class == "f" || class.is_empty() {
            out.push_str(&rect);
        } else {
            let href = href(*day).replace('&', "&amp;");
            let _ = write!(out, "<a href=\"{href}\" aria-label=\"{said}\"><title>{said}</title>{rect}</a>");
        }
    }
    out + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shade_follows_the_share_that_is_missing() {
        let s = |expected, missing, not_due, exempt| Sums { expected, missing, not_due, exempt, ..Sums::default() };
        assert_eq!(shade(&s(100, 0, 0, 0)), "h0");
        assert_eq!(shade(&s(100, 1, 0, 0)), "h1");
        assert_eq!(shade(&s(1000, 1, 0, 0)), "h1", "little, but not nothing");
        assert_eq!(shade(&s(100, 2, 0, 0)), "h2");
        assert_eq!(shade(&s(100, 5, 0, 0)), "h3");
        assert_eq!(shade(&s(100, 10, 0, 0)), "h4");
        assert_eq!(shade(&s(5, 0, 5, 0)), "f");
        assert_eq!(shade(&s(5, 0, 2, 3)), "x");
        assert_eq!(shade(&s(0, 0, 0, 0)), "");
    }

    #[test]
    fn days_stand_in_their_week_and_lead_to_their_rows() {
        let day = |t: &str| Day::parse(t).unwrap();
        let one = Sums { expected: 4, missing: 1, on_time: 3, ..Sums::default() };
        let days = BTreeMap::from([(day("2026-11-16"), one), (day("2026-11-24"), one)]);
        let svg = calendar(&days, |d| format!("/board/rows?from={d}&until={d}"));
        assert!(svg.contains("x=\"22\" y=\"18\"") && svg.contains("x=\"40\" y=\"36\""), "{svg}");
        assert!(svg.contains("href=\"/board/rows?from=2026-11-16&amp;until=2026-11-16\""), "{svg}");
        assert!(svg.contains("aria-label=\"11-16 应做 4，未做 1\"") && !svg.contains("style="), "{svg}");
        assert_eq!(calendar(&BTreeMap::new(), |_| String::new()), "");
    }
}
