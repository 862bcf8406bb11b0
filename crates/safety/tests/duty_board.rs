//! The bureau's board tells the truth: counters agree with a recount and with every cell counted one by one, after any
//! history; a school's change shows at once; closed periods do not change.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Id, Ms, Refusal, Seed};
use safety::duty::board::{self, Sums};
use safety::duty::waiver::{self, NewWaiver};
use safety::duty::{self, Mark, NewWork, frozen, lines, tally, work};
use safety::org::{Role, UnitKind, unit as life};
use safety::pack::Packs;
use safety::{Actor, Meta};
use serde_json::json;

use crate::small_pack::{day, pack, packs};
use crate::world::{World, on_both, refusal};

pub fn agrees(w: &World) {
    let (kept, counted) = w.app.read(&Actor::system(), tally::recount).unwrap();
    assert_eq!(kept, counted);
}

fn meets(w: &World, name: &str, on: &str, reason: Option<&str>) -> Id {
    let new = NewWork {
        form: "meeting".into(),
        happened_on: Some(day(on)),
        fields: BTreeMap::from([("problems".into(), json!("无")), ("measures".into(), json!("照旧"))]),
        back_reason: reason.map(str::to_string),
        ..NewWork::default()
    };
    w.by(name, move |cx| work::record(cx, &new)).unwrap()
}

/// Every cell of the units under a bureau, one by one.
fn one_by_one(w: &World, units: &[Id], from: &'static str, until: &'static str) -> Sums {
    let mut sums = Sums::default();
    for unit in units {
        let unit = *unit;
        let all = w.app.read(&Actor::system(), move |cx| lines::all(cx, unit, day(from), day(until))).unwrap();
        for line in all {
            sums.expected += 1;
            match line.mark {
                Mark::OnTime => sums.on_time += 1,
                Mark::Late => sums.late += 1,
                Mark::Missing => sums.missing += 1,
                Mark::Exempt => sums.exempt += 1,
                Mark::NotDue => sums.not_due += 1,
            }
        }
    }
    sums
}

#[test]
fn the_board_shows_a_schools_change_at_once_and_every_figure_adds_up() {
    on_both(|w| {
        w.app.set_packs(packs());
        let county = w.county;
        let of = |w: &World| w.sees("于海涛", move |cx| board::bureau(cx, county, Some("2026-11"))).unwrap();
        let before = of(w);
        let school = |b: &board::Board| b.rows.iter().find(|r| r.unit == w.school).unwrap().sums;
        assert_eq!((before.total.on_time, school(&before).on_time), (0, 0));
        meets(w, "李建国", "2026-11-16", None);
        let after = of(w);
        assert_eq!((after.total.on_time, school(&after).on_time), (1, 1), "not folded yet, shown all the same");
        w.tick();
        assert_eq!(of(w), after, "folding changes nothing");
        w.fast_forward(9 * Ms::DAY);
        meets(w, "李建国", "2026-11-24", None);
        let waive = NewWaiver {
            unit: w.school,
            entry: "patrol.day".into(),
            from_on: day("2026-11-18"),
            until_on: day("2026-11-20"),
            reason: "全校外出军训".into(),
        };
        w.by("孙局长", move |cx| waiver::waive(cx, &waive)).unwrap();
        let now = of(w);
        let cells = one_by_one(w, &[w.county, w.school], "2026-11-01", "2026-11-30");
        assert_eq!(now.total, cells);
        assert_eq!(school(&now).exempt, 3);
        let meeting = now.entries.iter().find(|e| e.entry == "meet.school").unwrap().sums;
        assert_eq!((meeting.expected, meeting.on_time, meeting.missing), (2, 2, 0));
        let patrol = now.entries.iter().find(|e| e.entry == "patrol.day").unwrap().sums;
        // 16 to 24 November are seven school days, of which three are exempt; 25 to 30 are not due.
        assert_eq!((patrol.expected, patrol.exempt, patrol.missing, patrol.not_due), (11, 3, 4, 4));
        let city = w.city;
        let above = w.sees("李局", move |cx| board::bureau(cx, city, Some("2026-11"))).unwrap();
        let row = above.rows.iter().find(|r| r.unit == w.county).unwrap();
        assert_eq!(row.sums, now.total, "the city's line is the county's total");
        assert_eq!(above.rows.len(), 3, "the city itself and two counties");
        let missing = w.sees("于海涛", move |cx| board::missing(cx, county, "patrol.day", "2026-11-16")).unwrap();
        assert_eq!(missing.iter().map(|m| m.unit).collect::<Vec<_>>(), [w.school]);
        let foreign = w.other_county;
        let hidden = w.sees("于海涛", move |cx| board::bureau(cx, foreign, None).map(|_| ()));
        assert_eq!(refusal(hidden), Refusal::NotFound);
        agrees(w);
        adds_up(w);
    });
}

/// Schools open, close, merge, move and work; the counters always equal a recount, the board always equals the cells.
#[test]
fn counters_equal_a_recount_after_any_history() {
    on_both(|w| {
        w.app.set_packs(packs());
        let mut seed = Seed::named(11, "history");
        let mut schools = vec![w.school, w.foreign_school, w.centre, w.point];
        let mut people: BTreeMap<Id, Id> = BTreeMap::from([
            (w.school, w.person_id("王建军")),
            (w.foreign_school, w.person_id("北山主任")),
            (w.centre, w.person_id("中心校主任")),
            (w.point, w.person_id("独一人")),
        ]);
        let counties = [w.county, w.other_county];
        let mut written: Vec<Id> = Vec::new();
        for step in 0..90 {
            let school = *seed.pick(&schools);
            let unit = w.system(move |cx| safety::org::unit::load(cx, school)).unwrap();
            match seed.below(10) {
                0 if schools.len() < 9 => {
                    let county = *seed.pick(&counties);
                    let new = w.open(UnitKind::School, &format!("新学校{step}"), Some(county), 0);
                    schools.push(new);
                    people.insert(new, w.person(&format!("新主任{step}"), new, &[Role::SafetyHead]));
                }
                1 if unit.closed_on.is_none() && school != w.centre => {
                    let to = *seed.pick(&counties);
                    // The same parent again is refused, and that is fine.
                    let _ = w.system(move |cx| life::move_to(cx, school, to, cx.now.day(), "划转"));
                }
                2 if unit.closed_on.is_none() && seed.chance(300) && school != w.centre => {
                    let back = seed.below(3) as i64;
                    let _ = w.system(move |cx| {
                        life::close(cx, school, cx.now.day().plus_days(-back).max(unit.opened_on), None, "撤并")
                    });
                }
                3 if !written.is_empty() => {
                    let id = *seed.pick(&written);
                    let _ = w.system(move |cx| work::void(cx, id, "记错"));
                }
                4 => {
                    w.fast_forward(Ms::DAY * seed.below(3) as i64);
                }
                _ => {
                    let form = *seed.pick(&["meeting", "patrol", "letter"]);
                    let happened_on = w.app.now().day().plus_days(-(seed.below(6) as i64)).max(unit.opened_on);
                    let fields = match form {
                        "meeting" => {
                            BTreeMap::from([("problems".into(), json!("无")), ("measures".into(), json!("有"))])
                        }
                        _ => BTreeMap::new(),
                    };
                    let new = NewWork {
                        unit: Some(school),
                        form: form.into(),
                        happened_on: Some(happened_on),
                        fields,
                        persons: if form == "letter" { vec![people[&school]] } else { Vec::new() },
                        behalf: Some(people[&school]),
                        back_reason: Some("补".into()),
                        ..NewWork::default()
                    };
                    // A closed school may still be told of; a refusal is no part of the history.
                    if let Ok(id) = w.app.write(&Actor::system(), Meta::of("test"), move |cx| work::record(cx, &new)) {
                        written.push(id);
                    }
                }
            }
            if step % 10 == 0 {
                agrees(w);
                whole(w);
            }
        }
        agrees(w);
        whole(w);
        adds_up(w);
        assert!(written.len() > 30, "{}", written.len());
    });
}

/// The city's board, in every line within its bounds and adding up.
fn whole(w: &World) {
    let city = w.city;
    for span in ["2026-11", "2026-autumn", "2026"] {
        let board = w.sees("李局", move |cx| board::bureau(cx, city, Some(span))).unwrap();
        let mut total = 0;
        for row in &board.rows {
            let s = row.sums;
            assert!(s.coverage().is_none_or(|c| (0..=1000).contains(&c)), "{row:?}");
            assert_eq!(s.expected, s.on_time + s.late + s.exempt + s.not_due + s.missing, "{row:?}");
            assert!(s.missing >= 0 && s.not_due >= 0, "{row:?}");
            total += s.expected;
        }
        assert_eq!(total, board.total.expected);
        let by_entry: i64 = board.entries.iter().map(|e| e.sums.expected).sum();
        assert_eq!(by_entry, total);
    }
}

/// Five packs follow each other; what was closed stays as it was, byte by byte; what comes later stands beside it.
#[test]
fn closed_sheets_are_byte_identical_after_five_packs_and_later_work_is_an_addendum() {
    on_both(|w| {
        w.app.set_packs(packs());
        meets(w, "李建国", "2026-11-16", None);
        w.fast_forward(16 * Ms::DAY);
        let school = w.school;
        let of = |period: &'static str| w.sees("于海涛", move |cx| frozen::of(cx, school, period));
        assert_eq!(refusal(of("2026-11").map(|_| ())), Refusal::NotFound, "two days into December: not closed");
        w.fast_forward(6 * Ms::DAY);
        let (first, added) = of("2026-11").unwrap();
        assert!(added.is_empty());
        let cells = one_by_one(w, &[school], "2026-11-01", "2026-11-30");
        assert_eq!((first.sums.expected, first.sums.on_time), (cells.expected, 1));
        let text = String::from_utf8(first.body.clone()).unwrap();
        assert!(text.contains("meet.school||2026-W47=o1,2026-W48=m0\n"), "{text}");
        let mut timeline = vec![(day("2012-01-01"), Arc::new(pack()))];
        for n in 2..=6u8 {
            let mut next = pack();
            next.hash = [n; 32];
            next.entries.retain(|e| e.id != "meet.school" || n % 2 == 0);
            next.entries.iter_mut().for_each(|e| e.grace_days = i64::from(n));
            timeline.push((day("2026-12-08").plus_days(i64::from(n)), Arc::new(next)));
            w.app.set_packs(Packs::new(timeline.clone()));
            w.fast_forward(9 * Ms::DAY);
            let (again, _) = of("2026-11").unwrap();
            assert_eq!(again, first, "after pack {n}");
        }
        meets(w, "李建国", "2026-11-25", Some("会议记录本找到了"));
        let (again, added) = of("2026-11").unwrap();
        assert_eq!(again.body, first.body);
        assert_eq!((added.len(), added[0].what.as_str()), (1, "late"));
        assert_eq!(added[0].reason.as_deref(), Some("会议记录本找到了"));
        let found = w.sees("李建国", move |cx| duty::cell(cx, school, "meet.school", "2026-W48", "")).unwrap();
        assert_eq!(found.mark, Mark::Late);
        agrees(w);
    });
}

/// Whichever way a figure is taken apart, the parts add up to it.
fn adds_up(w: &World) {
    use safety::duty::split::{self, Narrow};
    let (city, counties) = (w.city, [w.county, w.other_county]);
    let plus = |all: &[board::Row]| {
        let mut sums = Sums::default();
        all.iter().for_each(|r| sums.add(&r.sums));
        sums
    };
    for span in ["2026-11", "2026-autumn"] {
        for top in [city, counties[0], counties[1]] {
            let (board, grid) = w
                .sees("李局", move |cx| {
                    Ok((board::bureau(cx, top, Some(span))?, split::grid(cx, top, Some(span), false)?))
                })
                .unwrap();
            assert_eq!(grid.total(), board.total, "{span} by entry and day");
            for (clause, sums) in &board.clauses {
                let narrow = Narrow { clause: Some(clause.clone()), ..Narrow::default() };
                let rows = w.sees("李局", move |cx| split::units(cx, top, Some(span), &narrow)).unwrap();
                assert_eq!(plus(&rows), *sums, "{span} {clause} by unit");
            }
            // A week of it, and every unit of that week down to its cells.
            let (from, until) = (day("2026-11-16"), day("2026-11-22"));
            let narrow = Narrow { from: Some(from), until: Some(until), ..Narrow::default() };
            let mut week = Sums::default();
            grid.points.iter().filter(|p| p.until >= from && p.until <= until).for_each(|p| week.add(&p.sums));
            let asked = narrow.clone();
            let rows = w.sees("李局", move |cx| split::units(cx, top, Some(span), &asked)).unwrap();
            assert_eq!(plus(&rows), week, "{span} a week by unit");
            if top == city {
                continue;
            }
            for row in rows {
                let asked = narrow.clone();
                let (_, cells) = w.sees("李局", move |cx| split::cells(cx, row.unit, Some(span), &asked)).unwrap();
                assert_eq!(frozen_count(&cells), row.sums, "{} down to its cells", row.name);
            }
        }
    }
}

fn frozen_count(cells: &[lines::CellLine]) -> Sums {
    let n = |mark: Mark| cells.iter().filter(|c| c.mark == mark).count() as i64;
    Sums {
        expected: cells.len() as i64,
        on_time: n(Mark::OnTime),
        late: n(Mark::Late),
        missing: n(Mark::Missing),
        exempt: n(Mark::Exempt),
        not_due: n(Mark::NotDue),
    }
}
