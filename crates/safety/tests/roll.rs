//! 花名册 (3.4, 4.2; names for 1.5, 2.2, 3.5): classes and pupils as intervals, promotion at the school year's turn,
//! tables in with a dry run, names that never leave the school.

use base::{Day, Error, Id, Ms, Problem, Refusal};
use safety::roll::intake::{self, Line};
use safety::roll::pupil::{self, NewPupil};
use safety::roll::year::{self, Promotion};
use safety::roll::{self, Change, NewClass};

use crate::world::{World, on_both, refusal};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn class(w: &World, name: &str, grade: i64, serial: i64, pupils: i64) -> Id {
    let teacher = Some(w.person_id("宋老师"));
    let new =
        NewClass { name: name.into(), grade, serial, pupils, boarders: pupils / 4, teacher, ..NewClass::default() };
    w.by("李建国", move |cx| roll::open(cx, &new)).unwrap()
}

fn enter(w: &World, who: &str, class: Id, name: &str, boards: bool) -> Id {
    let new = NewPupil { id: None, class, name: name.into(), boards, rides: false, from_on: None };
    w.by(who, move |cx| pupil::enter(cx, &new)).unwrap()
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    let one = class(w, "七年级1班", 7, 1, 40);
    enter(w, "宋老师", one, "韩雨桐", true);
}

#[test]
fn a_class_is_known_as_it_was_on_every_day() {
    on_both(|w| {
        let one = class(w, "七年级1班", 7, 1, 40);
        let two = class(w, "七年级2班", 7, 2, 44);
        w.clock.advance(7 * Ms::DAY);
        let change = Change { pupils: Some(41), ..Change::default() };
        w.by("宋老师", move |cx| roll::change(cx, one, &change)).unwrap();
        let change = Change { teacher: Some(Some(w.person_id("王建军"))), ..Change::default() };
        let own = change.clone();
        assert_eq!(
            refusal(w.by("宋老师", move |cx| roll::change(cx, one, &own))),
            Refusal::NoRight,
            "a class teacher does not name the class teacher"
        );
        w.by("李建国", move |cx| roll::change(cx, one, &change)).unwrap();
        let school = w.school;
        let on = |d: &str| {
            let d = day(d);
            w.sees("于海涛", move |cx| roll::classes_on(cx, school, d)).unwrap()
        };
        assert_eq!(on("2026-11-15"), [], "not opened yet");
        let before = on("2026-11-22");
        assert_eq!(before.iter().map(|c| (c.id, c.pupils)).collect::<Vec<_>>(), [(one, 40), (two, 44)]);
        assert_eq!(before[0].teacher, Some(w.person_id("宋老师")));
        let after = on("2026-11-23");
        assert_eq!((after[0].pupils, after[0].teacher), (41, Some(w.person_id("王建军"))));
        let (_, past) = w.sees("于海涛", move |cx| roll::show(cx, one)).unwrap();
        assert_eq!(past.len(), 2, "two changes of one day are one span");
        // Sums beside what the unit declared; a bureau's reads in bulk say the same.
        let sums = w.sees("于海涛", move |cx| roll::sums(cx, school, day("2026-11-23"))).unwrap();
        assert_eq!((sums.classes, sums.pupils, sums.boarders), (2, 85, 21));
        let below = w.sees("李局", |cx| roll::sums_below(cx, day("2026-11-23"))).unwrap();
        assert_eq!(below.get(&school), Some(&sums));
        let city = w.city;
        let (week, counts) = w
            .system(move |cx| {
                let (from, until) = (day("2026-11-16"), day("2026-11-23"));
                Ok((roll::classes_below(cx, city, from, until)?, roll::counts_below(cx, city, from, until)?))
            })
            .unwrap();
        assert_eq!(week.iter().map(|c| (c.id, c.pupils)).collect::<Vec<_>>(), [(one, 41), (two, 44)]);
        assert_eq!(counts.get(&school), Some(&2));
        let (song, wang) = (w.person_id("宋老师"), w.person_id("王建军"));
        let taught = w
            .system(move |cx| {
                let today = cx.now.day();
                Ok((roll::of_teacher(cx, song, school, today)?, roll::of_teacher(cx, wang, school, today)?))
            })
            .unwrap();
        assert_eq!(taught, (vec![two], vec![one]));
        // A closed class was owed for until its last day.
        w.by("李建国", move |cx| roll::close(cx, two, day("2026-11-23"))).unwrap();
        w.clock.advance(Ms::DAY);
        assert_eq!(on("2026-11-23").len(), 2);
        assert_eq!(on("2026-11-24").len(), 1);
        assert!(matches!(
            refusal(w.by("李建国", move |cx| roll::change(
                cx,
                two,
                &Change { pupils: Some(3), ..Change::default() }
            ))),
            Refusal::WrongState { from: "closed", .. }
        ));
    });
}

#[test]
fn names_never_leave_the_school_and_the_bureau_sees_counts() {
    on_both(|w| {
        let one = class(w, "七年级1班", 7, 1, 40);
        let id = enter(w, "宋老师", one, "韩雨桐", true);
        for (who, names, counts) in [
            ("宋老师", true, true),
            ("周文海", true, true),
            ("张福贵", false, true),
            ("于海涛", false, true),
            ("李局", false, true),
        ] {
            let (school, today) = (w.school, w.app.now().day());
            assert_eq!(w.sees(who, move |cx| pupil::list(cx, one, today)).is_ok(), names, "{who}");
            assert_eq!(w.sees(who, move |cx| pupil::show(cx, id)).is_ok(), names, "{who}");
            let list = w.sees(who, move |cx| roll::list(cx, school, today));
            assert_eq!(list.is_ok(), counts, "{who}");
            if let Ok(list) = list {
                assert_eq!((list[0].0.pupils, list[0].1.pupils, list[0].1.boarders), (40, 1, 1));
            }
        }
        for who in ["桦甸股长", "北山主任"] {
            let (school, today) = (w.school, w.app.now().day());
            assert_eq!(refusal(w.sees(who, move |cx| roll::list(cx, school, today))), Refusal::NotFound, "{who}");
            assert_eq!(refusal(w.sees(who, move |cx| roll::show(cx, one))), Refusal::NotFound, "{who}");
            assert_eq!(refusal(w.sees(who, move |cx| pupil::show(cx, id))), Refusal::NotFound, "{who}");
            assert_eq!(refusal(w.by(who, move |cx| pupil::leave(cx, id, today))), Refusal::NotFound, "{who}");
        }
        // No name in any leaf.
        w.app.db().settle(10_000).unwrap();
        let leaves = w.app.db().read(|tx| tx.rows("select bytes from leaf", &[])).unwrap();
        assert!(leaves.len() > 30);
        for leaf in leaves {
            let bytes = leaf.blob("bytes").unwrap();
            assert!(!bytes.windows(9).any(|part| part == "韩雨桐".as_bytes()));
        }
    });
}

#[test]
fn transfer_and_leaving_are_intervals_and_move_the_counts() {
    on_both(|w| {
        let (one, two) = (class(w, "七年级1班", 7, 1, 2), class(w, "七年级2班", 7, 2, 2));
        let foreign = w.foreign_school;
        let third = w.system(move |cx| {
            let new = NewClass { unit: Some(foreign), name: "一年级".into(), grade: 1, ..NewClass::default() };
            roll::open(cx, &new)
        });
        let (third, a) = (third.unwrap(), enter(w, "李建国", one, "甲", true));
        enter(w, "李建国", one, "乙", false);
        enter(w, "李建国", one, "丙", false);
        let count = |class: Id| {
            let c = w.system(move |cx| roll::load(cx, class)).unwrap();
            (c.pupils, c.boarders)
        };
        assert_eq!(count(one), (3, 1), "three by name are more than the two counted");
        w.clock.advance(3 * Ms::DAY);
        let today = w.app.now().day();
        assert!(matches!(
            refusal(w.by("李建国", move |cx| pupil::transfer(cx, a, third, today))),
            Refusal::Invalid(f) if f[0].problem == Problem::Unknown
        ));
        w.by("李建国", move |cx| pupil::transfer(cx, a, two, today)).unwrap();
        assert_eq!((count(one), count(two)), ((2, 0), (3, 1)));
        w.clock.advance(Ms::DAY);
        w.by("李建国", move |cx| pupil::leave(cx, a, today)).unwrap();
        assert_eq!(count(two), (2, 0));
        let (_, spans) = w.sees("李建国", move |cx| pupil::show(cx, a)).unwrap();
        let told: Vec<_> = spans.iter().map(|s| (s.class, s.until_on, s.ended.as_deref())).collect();
        assert_eq!(
            told,
            [(one, Some(today.plus_days(-1)), Some("transfer")), (two, Some(today), Some("leave"))],
            "both times stand there with their ends"
        );
        let names = |class: Id, on: Day| {
            let pupils = w.sees("李建国", move |cx| pupil::list(cx, class, on)).unwrap();
            pupils.iter().filter_map(|p| p.name.clone()).collect::<Vec<_>>().len()
        };
        assert_eq!((names(one, day("2026-11-16")), names(one, today), names(two, today)), (3, 2, 1));
        assert_eq!(names(two, today.plus_days(1)), 0);
        w.by("李建国", move |cx| pupil::erase(cx, a)).unwrap();
        let (gone, _) = w.sees("李建国", move |cx| pupil::show(cx, a)).unwrap();
        assert_eq!(gone.name, None);
    });
}

/// The school as a junior one, with a class of its first and of its last grade.
fn junior(w: &World) -> (Id, Id) {
    let school = w.school;
    let change =
        safety::org::unit::Change { stage: Some(safety::org::Stage::Junior), ..safety::org::unit::Change::default() };
    w.system(move |cx| safety::org::unit::change(cx, school, &change, None)).unwrap();
    (class(w, "七年级1班", 7, 1, 40), class(w, "九年级1班", 9, 1, 38))
}

#[test]
fn at_the_turn_of_the_year_classes_go_up_with_their_pupils_and_the_last_grade_leaves() {
    on_both(|w| {
        let school = w.school;
        let (seven, nine) = junior(w);
        let (stays, goes) = (enter(w, "李建国", seven, "甲", false), enter(w, "李建国", nine, "乙", false));
        w.clock.set(Ms::parse("2027-09-01T08:00:00+08:00").unwrap());
        let on = day("2027-09-01");
        let proposed = w.sees("李建国", move |cx| year::proposed(cx, school, Some(on))).unwrap();
        assert_eq!(
            proposed.proposals.iter().map(|p| (p.class.id, p.grade)).collect::<Vec<_>>(),
            [(seven, Some(8)), (nine, None)]
        );
        let turn = vec![
            Promotion { class: seven, grade: Some(8), name: Some("八年级1班".into()) },
            Promotion { class: nine, grade: None, name: None },
        ];
        let again = turn.clone();
        assert_eq!(w.by("李建国", move |cx| year::promote(cx, school, on, &turn)), Ok(2));
        assert_eq!(
            refusal(w.by("李建国", move |cx| year::promote(cx, school, on, &again))),
            Refusal::WrongState { from: "of_year", action: "promote" },
            "a second turn of the same year changes nothing"
        );
        let classes = w.sees("于海涛", move |cx| roll::classes_on(cx, school, on)).unwrap();
        assert_eq!(
            classes.iter().map(|c| (c.id, c.name.as_str(), c.grade)).collect::<Vec<_>>(),
            [(seven, "八年级1班", 8)]
        );
        let eve = w.sees("于海涛", move |cx| roll::classes_on(cx, school, day("2027-08-31"))).unwrap();
        assert_eq!(eve.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["七年级1班", "九年级1班"]);
        let at = |id: Id| w.system(move |cx| pupil::class_of(cx, id)).unwrap();
        assert_eq!((at(stays), at(goes)), (Some(seven), None));
        let (_, spans) = w.sees("李建国", move |cx| pupil::show(cx, goes)).unwrap();
        assert_eq!((spans[0].until_on, spans[0].ended.as_deref()), (Some(day("2027-08-31")), Some("graduate")));
    });
}

#[test]
fn roll_4_2_a_turn_is_not_offered_for_classes_that_stand_for_the_year() {
    on_both(|w| {
        let school = w.school;
        let (seven, nine) = junior(w);
        // Opened a week before the year began, as a school does; its figures were changed since.
        w.clock.set(Ms::parse("2027-08-25T08:00:00+08:00").unwrap());
        let first = class(w, "七年级新1班", 7, 1, 30);
        w.clock.set(Ms::parse("2027-09-01T08:00:00+08:00").unwrap());
        let told = |on: Option<Day>| {
            let turn = w.sees("李建国", move |cx| year::proposed(cx, school, on)).unwrap();
            (turn.on, turn.standing, turn.proposals.iter().map(|p| p.class.id).collect::<Vec<_>>())
        };
        let on = day("2027-09-01");
        assert_eq!(told(None), (on, 1, vec![seven, nine]), "the new class goes up next year");
        let up = |class: Id, grade: Option<i64>| Promotion { class, grade, name: Some(format!("升{class}")) };
        let early = vec![up(first, Some(8))];
        assert_eq!(
            refusal(w.by("李建国", move |cx| year::promote(cx, school, on, &early))),
            Refusal::WrongState { from: "of_year", action: "promote" }
        );
        let turn = vec![up(seven, Some(8)), up(nine, None)];
        w.by("李建国", move |cx| year::promote(cx, school, on, &turn)).unwrap();
        // In the middle of the term, whatever day is chosen: nothing to raise, nothing to graduate.
        w.clock.set(Ms::parse("2027-11-23T08:00:00+08:00").unwrap());
        let change = Change { pupils: Some(31), ..Change::default() };
        w.by("李建国", move |cx| roll::change(cx, first, &change)).unwrap();
        for (asked, on) in [(None, on), (Some(day("2027-11-23")), day("2027-11-23"))] {
            assert_eq!(told(asked), (on, 2, Vec::new()));
            for (class, grade) in [(seven, Some(9)), (first, Some(8))] {
                let late = vec![up(class, grade)];
                assert_eq!(
                    refusal(w.by("李建国", move |cx| year::promote(cx, school, on, &late))),
                    Refusal::WrongState { from: "of_year", action: "promote" }
                );
            }
        }
        // Whoever left at the turn does not leave once more.
        let late = vec![up(nine, None)];
        assert_eq!(
            refusal(w.by("李建国", move |cx| year::promote(cx, school, on, &late))),
            Refusal::WrongState { from: "of_year", action: "promote" }
        );
        // A turn that was forgotten is made up for later; the next one is offered when its time has come.
        w.clock.set(Ms::parse("2028-08-01T08:00:00+08:00").unwrap());
        assert_eq!(told(Some(day("2028-08-01"))), (day("2028-08-01"), 0, vec![first, seven]));
        w.clock.set(Ms::parse("2028-12-01T08:00:00+08:00").unwrap());
        assert_eq!(told(Some(day("2028-12-01"))), (day("2028-12-01"), 0, vec![first, seven]));
    });
}

fn line(at: i64, class: &str, pupil: Option<&str>) -> Line {
    let grade = class.starts_with('七').then_some(7);
    Line { at, class: class.into(), grade, serial: Some(1), pupil: pupil.map(Into::into), ..Line::default() }
}

#[test]
fn a_table_is_planned_before_it_is_stored_and_may_come_twice() {
    on_both(|w| {
        let (school, mut table) = (
            w.school,
            vec![
                Line {
                    pupils: Some(30),
                    boarders: Some(2),
                    teacher: Some("宋老师".into()),
                    ..line(2, "七年级1班", None)
                },
                Line { boards: true, ..line(3, "七年级1班", Some("韩雨桐")) },
                line(4, "七年级1班", Some("刘一鸣")),
                line(5, "七年级1班", Some("刘一鸣")),
            ],
        );
        let mut bad = table.clone();
        bad.push(line(6, "怪班", Some("谁")));
        bad.push(Line { teacher: Some("没有这人".into()), ..line(7, "七年级2班", None) });
        bad.push(Line { pupils: Some(5), boarders: Some(6), ..line(8, "七年级3班", None) });
        bad.push(line(9, "", Some("谁")));
        let asked = bad.clone();
        let plan = w.sees("李建国", move |cx| intake::plan(cx, school, &asked)).unwrap();
        let mut faults: Vec<_> = plan.faults.iter().map(|b| (b.at, b.fault.field)).collect();
        faults.sort_unstable();
        assert_eq!(faults, [(6, "grade"), (7, "teacher"), (8, "boarders"), (9, "class")], "every fault of every row");
        assert!(w.by("李建国", move |cx| intake::take_in(cx, school, &bad)).is_err());
        let dry = table.clone();
        let plan = w.sees("李建国", move |cx| intake::plan(cx, school, &dry)).unwrap();
        assert_eq!((plan.opened, plan.changed, plan.entered, plan.same), (1, 0, 3, 0), "namesakes are two");
        let today = w.app.now().day();
        assert_eq!(
            w.sees("李建国", move |cx| roll::list(cx, school, today)).unwrap().len(),
            0,
            "a dry run stores nothing"
        );
        let first = table.clone();
        w.by("李建国", move |cx| intake::take_in(cx, school, &first)).unwrap();
        let list = w.sees("于海涛", move |cx| roll::list(cx, school, today)).unwrap();
        assert_eq!((list[0].0.pupils, list[0].0.boarders, list[0].1.pupils), (30, 2, 3));
        assert_eq!(list[0].0.teacher_name.as_deref(), Some("宋老师"));
        table[0].pupils = Some(31);
        let twice = table.clone();
        let plan = w.by("李建国", move |cx| intake::take_in(cx, school, &twice)).unwrap();
        assert_eq!((plan.opened, plan.changed, plan.entered, plan.same), (0, 1, 0, 3));
        let third = table.clone();
        let plan = w.by("李建国", move |cx| intake::take_in(cx, school, &third)).unwrap();
        assert_eq!((plan.opened, plan.changed, plan.entered, plan.same), (0, 0, 0, 4));
        assert_eq!(refusal(w.by("于海涛", move |cx| intake::take_in(cx, school, &table))), Refusal::NoRight);
        let foreign = w.foreign_school;
        let theirs = w.sees("李建国", move |cx| intake::plan(cx, foreign, &[]));
        assert_eq!(theirs.err(), Some(Error::Refused(Refusal::NotFound)));
    });
}
