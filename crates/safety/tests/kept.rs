//! 启用日: nothing is expected of a unit before the day from which it keeps its ledgers here, in whatever way it is looked
//! at; the bureau moves the day, a school does not, and what is closed stays as it was.

use std::collections::BTreeMap;

use base::{Day, Ms, Refusal};
use db::args;
use safety::duty::board;
use safety::duty::{self, Mark, NewWork, facts, frozen, lines, work};
use safety::org::unit::{self, Change, NewUnit};
use safety::org::{Role, UnitKind};
use safety::{Actor, Meta};
use serde_json::json;

use crate::duty_board::agrees;
use crate::small_pack::{day, packs};
use crate::world::{World, on_both, on_both_unaudited, refusal};

fn keep(w: &World, name: &str, unit: base::Id, from: &str) -> base::Result<()> {
    let change = Change { kept_from: Some(day(from)), ..Change::default() };
    w.by(name, move |cx| unit::change(cx, unit, &change, None))
}

fn meets(w: &World, on: &str) -> base::Id {
    let new = NewWork {
        form: "meeting".into(),
        happened_on: Some(day(on)),
        fields: BTreeMap::from([("problems".into(), json!("无")), ("measures".into(), json!("照旧"))]),
        ..NewWork::default()
    };
    w.by("李建国", move |cx| work::record(cx, &new)).unwrap()
}

fn cells(w: &World, unit: base::Id, from: &str, until: &str) -> Vec<lines::CellLine> {
    let (from, until) = (day(from), day(until));
    w.app.read(&Actor::system(), move |cx| lines::all(cx, unit, from, until)).unwrap()
}

#[test]
fn a_unit_is_kept_from_the_day_on_which_it_was_entered_unless_the_bureau_says_another() {
    on_both(|w| {
        w.app.set_packs(packs());
        let today: Day = w.app.now().day();
        let of = |id| w.system(move |cx| unit::load(cx, id)).unwrap().kept_from;
        assert_eq!(of(w.school), today);
        let mut new = NewUnit::named(UnitKind::School, "春季开的学校", Some(w.county));
        new.kept_from = Some(today.plus_days(-1));
        let early = new.clone();
        let early = w.by("于海涛", move |cx| unit::open(cx, &early));
        assert!(matches!(refusal(early), Refusal::Invalid(f) if f[0].field == "kept_from"));
        new.kept_from = Some(day("2027-03-01"));
        let id = w.by("于海涛", move |cx| unit::open(cx, &new)).unwrap();
        assert_eq!(of(id), day("2027-03-01"));
        assert!(cells(w, id, "2026-11-01", "2027-02-28").is_empty());
        assert_eq!(cells(w, id, "2027-03-01", "2027-03-05").iter().filter(|l| l.entry == "patrol.day").count(), 5);

        // The bureau's to move; never before the opening; years ahead is a slip.
        assert_eq!(refusal(keep(w, "李建国", w.school, "2026-12-01")), Refusal::NoRight);
        assert_eq!(refusal(keep(w, "桦甸股长", w.school, "2026-12-01")), Refusal::NotFound);
        for wrong in ["2026-11-15", "2028-03-01"] {
            let refused = refusal(keep(w, "于海涛", w.school, wrong));
            assert!(matches!(refused, Refusal::Invalid(ref f) if f[0].field == "kept_from"), "{wrong}: {refused:?}");
        }
        keep(w, "于海涛", w.school, "2026-12-01").unwrap();
        // A school that changes its figures sends no day and needs no right to one.
        let figures = Change { pupils: Some(900), ..Change::default() };
        let school = w.school;
        w.by("李建国", move |cx| unit::change(cx, school, &figures, None)).unwrap();
        assert_eq!(of(w.school), day("2026-12-01"));
        let steps = w.system(move |cx| unit::history(cx, school)).unwrap();
        assert!(steps.iter().any(|s| s.after.as_deref().is_some_and(|after| after.contains("2026-12-01"))));
    });
}

#[test]
fn a_school_that_is_not_kept_yet_is_in_no_figure_of_the_board_and_is_counted_beside_it() {
    on_both(|w| {
        w.app.set_packs(packs());
        let (school, county) = (w.school, w.county);
        let apart = || w.sees("于海涛", move |cx| board::not_kept(cx, county, Some("2026-11"))).unwrap();
        let units = || w.sees("于海涛", move |cx| board::bureau(cx, county, Some("2026-11"))).unwrap().schools;
        let (before, counted) = (apart(), units());
        keep(w, "于海涛", school, "2027-03-01").unwrap();
        assert_eq!((apart(), units()), (before + 1, counted - 1));
    });
}

#[test]
fn before_that_day_nothing_is_owed_on_the_board_on_today_after_an_event_or_in_a_sheet() {
    on_both(|w| {
        w.app.set_packs(packs());
        let (school, county) = (w.school, w.county);
        let done = meets(w, "2026-11-16");
        let of = || w.sees("于海涛", move |cx| board::bureau(cx, county, Some("2026-11"))).unwrap();
        let line = |b: &board::Board| b.rows.iter().find(|r| r.unit == school).map(|r| r.sums);
        let before = line(&of()).unwrap();
        assert!(before.on_time == 1 && before.expected > 10);
        keep(w, "于海涛", school, "2026-11-25").unwrap();
        let after = line(&of()).unwrap();
        // 25, 26, 27 and 30 November, the week of the 25th, the month's coverage; the week of the 30th ends in December.
        assert_eq!((after.expected, after.on_time, after.missing), (4 + 1 + 1, 0, 0), "{after:?}");
        assert_eq!(cells(w, school, "2026-11-01", "2026-11-30").len(), 6);
        agrees(w);
        // What was recorded stays; it counts for nothing that is owed here.
        let work = w.sees("李建国", move |cx| work::view(cx, done)).unwrap();
        assert_eq!(work.duties.len(), 1);
        let waits = w.sees("李建国", |cx| duty::waiting(cx, 99)).unwrap();
        assert!(waits.iter().all(|l| l.period != "2026-W47" && l.entry != "patrol.day"), "{waits:?}");
        // Before that day no event calls a special meeting; on it one does.
        let stair = w.stair;
        let at = |text: &'static str| {
            w.system(move |cx| duty::event(cx, "hazard.major", school, stair, day(text).start())).unwrap().len()
        };
        assert_eq!(at("2026-11-24"), 0);
        let member = w.app.read(&Actor::system(), move |cx| facts::roster(cx, county)).unwrap();
        assert_eq!(member.iter().find(|m| m.facts.unit == school).unwrap().facts.life.from, day("2026-11-25"));

        // On the day itself it begins.
        w.fast_forward(9 * Ms::DAY + 12 * Ms::HOUR);
        let waits = w.sees("李建国", |cx| duty::waiting(cx, 99)).unwrap();
        assert!(waits.iter().any(|l| l.entry == "patrol.day" && l.period == "2026-11-25" && !l.late));
        assert!(waits.iter().all(|l| !l.late), "{waits:?}");
        assert_eq!(at("2026-11-25"), 1);
        w.fast_forward(13 * Ms::DAY);
        let (sheet, _) = w.sees("于海涛", move |cx| frozen::of(cx, school, "2026-11")).unwrap();
        assert_eq!((sheet.sums.expected, sheet.sums.missing), (7, 7));

        // Moved again, forwards and back to the opening: November's sheet stands as it was written.
        for from in ["2026-12-20", "2026-11-16"] {
            keep(w, "于海涛", school, from).unwrap();
            w.fast_forward(Ms::DAY);
            let (again, _) = w.sees("于海涛", move |cx| frozen::of(cx, school, "2026-11")).unwrap();
            assert_eq!((&again.body, again.sums), (&sheet.body, sheet.sums), "kept from {from}");
            agrees(w);
        }
        // Back at the opening the meeting of the 16th counts again, and the event of the 25th still.
        let back = line(&of()).unwrap();
        assert_eq!((back.expected, back.on_time), (before.expected + 1, 1), "{back:?}");
    });
}

/// A row of before the column: kept from its opening.
#[test]
fn rows_of_before_are_kept_from_their_opening() {
    on_both_unaudited(|w| {
        w.app.set_packs(packs());
        let school = w.school;
        keep(w, "于海涛", school, "2026-12-01").unwrap();
        w.app
            .write(&Actor::system(), Meta::of("test"), move |cx| {
                cx.tx.exec("update unit set kept_from = null where id = $1", args![school])
            })
            .unwrap();
        let unit = w.system(move |cx| unit::load(cx, school)).unwrap();
        assert_eq!(unit.kept_from, unit.opened_on);
        let found = w.sees("李建国", move |cx| duty::cell(cx, school, "meet.school", "2026-W47", "")).unwrap();
        assert_eq!(found.mark, Mark::NotDue);
        let teacher = w.person("后来的老师", school, &[Role::Teacher]);
        assert!(cells(w, school, "2026-09-01", "2027-08-31").iter().any(|l| l.part == format!("person:{teacher}")));
    });
}
