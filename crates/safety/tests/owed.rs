//! 今日 shows what is owed, also where nothing has happened: each the own, late first; the leader what others are late
//! with; the teacher one lesson a week; the guard nothing that is not the guard's; the county its own and no school's.

use std::collections::BTreeMap;

use base::{Id, Ms};
use safety::duty::list::{Wait, Waiting};
use safety::duty::{NewWork, today, work};
use safety::org::Role;
use safety::roll::{self, NewClass};
use serde_json::json;

use crate::small_pack::{day, packs};
use crate::world::{World, on_both};

fn now(w: &World, name: &str) -> Vec<Waiting> {
    w.sees(name, today::now).unwrap()
}

/// Entry, period and lateness of what is to be done.
fn to_do(w: &World, name: &str) -> Vec<(String, String, bool)> {
    now(w, name).into_iter().filter(|l| l.wait == Wait::Do).map(|l| (l.entry, l.period, l.late)).collect()
}

fn class(w: &World, unit: Id, serial: i64, teacher: Id) -> Id {
    let new = NewClass {
        grade: 7,
        serial,
        teacher: Some(teacher),
        pupils: 40,
        from_on: Some(day("2026-11-16")),
        unit: Some(unit),
        name: format!("七年级{serial}班"),
        ..NewClass::default()
    };
    w.system(move |cx| roll::open(cx, &new)).unwrap()
}

#[test]
fn each_sees_the_own_cells_late_first_and_a_leader_what_others_are_late_with() {
    on_both(|w| {
        w.app.set_packs(packs());
        let said = |all: &[(&str, &str, bool)]| -> Vec<(String, String, bool)> {
            all.iter().map(|(e, p, l)| (e.to_string(), p.to_string(), *l)).collect()
        };
        // Monday morning of the first day: today's round, this week's meeting; November's end is two weeks away.
        assert_eq!(
            to_do(w, "李建国"),
            said(&[("patrol.day", "2026-11-16", false), ("meet.school", "2026-W47", false)])
        );
        assert!(to_do(w, "张福贵").is_empty() && to_do(w, "宋老师").is_empty(), "a guard owes a letter by next summer");
        assert!(to_do(w, "于海涛").is_empty(), "the bureau's meeting of the month has two weeks");
        assert!(w.sees("马校长", today::look).unwrap().behind.is_empty());

        // Wednesday: two rounds are late and stand first; the leader sees one line of them.
        w.fast_forward(2 * Ms::DAY);
        assert_eq!(
            to_do(w, "李建国"),
            said(&[
                ("patrol.day", "2026-11-16", true),
                ("patrol.day", "2026-11-17", true),
                ("patrol.day", "2026-11-18", false),
                ("meet.school", "2026-W47", false),
            ])
        );
        let lines = now(w, "李建国");
        assert_eq!((lines[0].day, lines[2].day), (Some(day("2026-11-16")), None), "a form of a day gone by knows it");
        let behind = w.sees("马校长", today::look).unwrap().behind;
        assert_eq!(behind.len(), 1, "{behind:?}");
        assert_eq!(
            (behind[0].entry.as_str(), behind[0].cells, behind[0].period.as_str()),
            ("patrol.day", 2, "2026-11-16")
        );
        assert_eq!(behind[0].role, Some(Role::SafetyHead));
        assert!(w.sees("李建国", today::look).unwrap().behind.is_empty(), "what is one's own is no one else's");
        for name in ["张福贵", "宋老师", "于海涛", "李局"] {
            assert!(w.sees(name, today::look).unwrap().behind.is_empty(), "{name}");
        }
        // Done late: gone from the list; the others stay.
        let new = NewWork {
            form: "patrol".into(),
            happened_on: Some(day("2026-11-16")),
            back_reason: Some("忘记了".into()),
            ..NewWork::default()
        };
        w.by("李建国", move |cx| work::record(cx, &new)).unwrap();
        assert_eq!(to_do(w, "李建国")[0], ("patrol.day".into(), "2026-11-17".into(), true));
        assert_eq!(w.sees("马校长", today::look).unwrap().behind[0].cells, 1);

        // The last week of the month: the county owes its meeting, and sees no school's cells.
        w.fast_forward(6 * Ms::DAY);
        assert_eq!(to_do(w, "于海涛"), said(&[("meet.bureau", "2026-11", false)]));
        assert!(to_do(w, "李建国").contains(&("haz.cover".into(), "2026-11".into(), false)));
        // The holidays ask for nothing new; what is late falls from 今日 after a month.
        w.fast_forward(85 * Ms::DAY);
        assert!(
            to_do(w, "李建国").iter().all(|l| l.0 == "letter" || l.0 == "train.managers" || l.2),
            "{:?}",
            to_do(w, "李建国")
        );
        assert!(to_do(w, "李建国").iter().all(|l| l.1 != "2026-11-17"));
    });
}

/// Whoever signs is late by the own deadline, a week from when it came to him, not by the doer's.
#[test]
fn item_1_3_whoever_signs_has_a_week_of_the_own() {
    on_both(|w| {
        w.app.set_packs(packs());
        let new = NewWork {
            form: "patrol".into(),
            happened_on: Some(day("2026-11-16")),
            back_reason: Some("忘记了".into()),
            ..NewWork::default()
        };
        w.fast_forward(5 * Ms::DAY);
        w.by("李建国", move |cx| work::record(cx, &new)).unwrap();
        let turn = |wait: Wait| -> Option<(Ms, bool)> {
            let all: Vec<Waiting> =
                ["周文海", "马校长"].iter().flat_map(|name| now(w, name)).filter(|l| l.wait == wait).collect();
            all.iter().find(|l| l.entry == "patrol.day").map(|l| (l.due_at, l.late))
        };
        let came = w.app.now().day();
        let (due_at, late) = turn(Wait::Check).expect("somebody checks");
        assert_eq!((due_at, late), (came.plus_days(7).end(), false), "late done, not late to be checked");
        w.fast_forward(8 * Ms::DAY);
        assert!(turn(Wait::Check).expect("still waiting").1, "after a week it is the checker who is late");
    });
}

#[test]
fn a_teacher_has_one_lesson_a_week_for_the_own_class() {
    on_both(|w| {
        w.app.set_packs(packs());
        let mine = class(w, w.school, 1, w.person_id("宋老师"));
        let other = class(w, w.school, 2, w.person("另一老师", w.school, &[Role::Teacher]));
        let lesson = |w: &World| -> Vec<String> {
            now(w, "宋老师").into_iter().filter(|l| l.entry == "edu.topics").map(|l| l.part).collect()
        };
        // Both topics are in season; the first of them in the pack's order is this week's.
        assert_eq!(lesson(w), [format!("class:{mine}|topic:monoxide")]);
        assert!(now(w, "另一老师").iter().all(|l| !l.part.contains(&mine.to_string())));
        let new = NewWork {
            form: "lesson".into(),
            fields: BTreeMap::from([("topic".into(), json!("monoxide"))]),
            classes: vec![mine],
            ..NewWork::default()
        };
        w.by("宋老师", move |cx| work::record(cx, &new)).unwrap();
        assert!(lesson(w).is_empty(), "this week's has been held");
        w.fast_forward(7 * Ms::DAY);
        assert_eq!(lesson(w), [format!("class:{mine}|topic:ice")]);
        let others: Vec<_> =
            now(w, "另一老师").into_iter().filter(|l| l.entry == "edu.topics").map(|l| l.part).collect();
        assert_eq!(others, [format!("class:{other}|topic:monoxide")]);
        // 15 January is no school day: no lesson.
        w.fast_forward(53 * Ms::DAY);
        assert!(lesson(w).is_empty());
    });
}

/// What 今日 costs a school of 36 classes with the pack of the notice: bounded as a ratio to nothing, so in plain time, with
/// room for a debug build on a busy machine.
#[test]
fn it_is_quick_for_a_school_of_36_classes() {
    let (dir, target) = db::testing::sqlite_file();
    let w = World::new(dir, target);
    for serial in 1..=36 {
        let teacher = w.person(&format!("老师{serial}"), w.school, &[Role::Teacher]);
        class(&w, w.school, serial, teacher);
    }
    w.fast_forward(20 * Ms::DAY);
    let n = now(&w, "李建国").len();
    assert!(n > 20, "{n}");
    let began = base::Stopwatch::start();
    for _ in 0..10 {
        now(&w, "李建国");
    }
    let each = began.elapsed_us() / 10;
    eprintln!("今日 of a school of 36 classes: {each} µs");
    assert!(each < 200_000, "{each} µs");
}
