//! 3.1 培训, 3.2 遵纪守法教育, 3.4 安全常识教育 with the clock moved through a term: a course held once by a bureau reaches
//! each person at the own unit; a lesson is two taps, mastered and not only held.

use std::collections::BTreeMap;

use base::{Id, Ms, Problem, Refusal};
use safety::duty::list::Wait;
use safety::duty::{self, Mark, NewWork, work};
use safety::org::Role;
use safety::org::people::{self, NewPerson};
use safety::roll::{self, NewClass};
use serde_json::json;

use crate::duty_board::agrees;
use crate::small_pack::{day, packs};
use crate::world::{World, on_both, refusal};

fn class(w: &World, unit: Id, grade: i64, serial: i64, teacher: Id) -> Id {
    let new = NewClass {
        grade,
        serial,
        teacher: Some(teacher),
        pupils: 40,
        from_on: Some(day("2026-11-16")),
        unit: Some(unit),
        name: format!("{grade}年级{serial}班"),
        ..NewClass::default()
    };
    w.system(move |cx| roll::open(cx, &new)).unwrap()
}

fn mark(w: &World, unit: Id, entry: &'static str, period: &'static str, part: String) -> Mark {
    w.sees("李局", move |cx| duty::cell(cx, unit, entry, period, &part)).unwrap().mark
}

#[test]
fn a_course_held_once_by_a_bureau_reaches_each_person_at_the_own_school() {
    on_both(|w| {
        w.app.set_packs(packs());
        let people = [("李建国", w.school), ("马校长", w.school), ("周文海", w.school), ("张福贵", w.school)];
        let new = NewWork {
            form: "training".into(),
            fields: BTreeMap::from([("texts".into(), json!(["injury", "fire"])), ("hours".into(), json!(6))]),
            persons: people.iter().map(|(name, _)| w.person_id(name)).collect(),
            ..NewWork::default()
        };
        // A bureau cannot credit people of another county.
        let mut foreign = new.clone();
        foreign.persons.push(w.person_id("北山主任"));
        assert!(matches!(refusal(w.by("于海涛", move |cx| work::record(cx, &foreign))), Refusal::Invalid(_)));
        let id = w.by("于海涛", move |cx| work::record(cx, &new)).unwrap();
        for (name, unit) in &people[..3] {
            let part = format!("person:{}", w.person_id(name));
            assert_eq!(mark(w, *unit, "train.managers", "2026", part), Mark::OnTime, "{name}");
        }
        let guard = format!("person:{}", w.person_id("张福贵"));
        let school = w.school;
        let none = w.sees("李局", move |cx| duty::cell(cx, school, "train.managers", "2026", &guard).map(|_| ()));
        assert_eq!(refusal(none), Refusal::NotFound, "a guard is no manager: nothing is owed");
        // Entered once; each person's cell names the one record.
        let view = w.sees("于海涛", move |cx| work::view(cx, id)).unwrap();
        assert_eq!(view.duties.len(), 3);
        assert_eq!(view.names.len(), 4);
        // Whoever comes into the post later still owes it, and is shown.
        let new = w.person("新主任", w.school, &[Role::SafetyHead]);
        let waits = w.sees("新主任", |cx| duty::waiting(cx, 50)).unwrap();
        assert!(waits.iter().any(|l| l.entry == "train.managers" && l.part == format!("person:{new}")), "{waits:?}");
        // Voided: nobody has it any more.
        w.by("于海涛", move |cx| work::void(cx, id, "课程改期")).unwrap();
        let part = format!("person:{}", w.person_id("李建国"));
        assert_eq!(mark(w, w.school, "train.managers", "2026", part), Mark::NotDue);
        agrees(w);
    });
}

/// Nobody types four hundred names: whole roles of the units below, and who of them did not come.
#[test]
fn a_bureau_s_course_names_roles_and_only_the_absent() {
    on_both(|w| {
        w.app.set_packs(packs());
        let twin = NewPerson { id: None, unit: w.school, name: "李建国".into(), mobile: None };
        let twin = w.system(move |cx| people::enter(cx, &twin)).unwrap();
        w.post(twin, w.school, Role::PupilsHead);
        let course = |absent: &str| NewWork {
            form: "training".into(),
            fields: BTreeMap::from([("texts".into(), json!(["injury", "fire"])), ("hours".into(), json!(6))]),
            roles: vec![Role::Principal, Role::Vice, Role::SafetyHead, Role::PupilsHead],
            absent: absent.into(),
            ..NewWork::default()
        };
        let asks = |text: &'static str| {
            let new = course(text);
            refusal(w.by("于海涛", move |cx| work::record(cx, &new)))
        };
        let fault = |refused: Refusal| match refused {
            Refusal::Invalid(faults) => {
                faults.into_iter().map(|f| (f.field.to_string(), f.problem)).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        let person = |name: &str, several| vec![("absent".to_string(), Problem::Person { name: name.into(), several })];
        assert_eq!(fault(asks("没有这个人")), person("没有这个人", false));
        assert_eq!(fault(asks("马校长、李建国")), person("李建国", true), "two have that name");
        let new = course("马校长，\n");
        let id = w.by("于海涛", move |cx| work::record(cx, &new)).unwrap();
        let view = w.sees("于海涛", move |cx| work::view(cx, id)).unwrap();
        let came = |name: &str| view.work.persons.contains(&w.person_id(name));
        assert!(came("周文海") && view.work.persons.contains(&twin) && !came("马校长"));
        assert!(!came("张福贵") && !came("北山主任"), "neither another role nor another county");
        let part = format!("person:{}", w.person_id("周文海"));
        assert_eq!(mark(w, w.school, "train.managers", "2026", part), Mark::OnTime);
        let part = format!("person:{}", w.person_id("马校长"));
        assert_eq!(mark(w, w.school, "train.managers", "2026", part), Mark::NotDue);
        agrees(w);
    });
}

#[test]
fn a_lesson_is_two_taps_by_season_and_says_how_many_mastered_it() {
    on_both(|w| {
        w.app.set_packs(packs());
        let teacher = w.person_id("宋老师");
        let (a, b) = (
            class(w, w.school, 7, 1, teacher),
            class(w, w.school, 7, 2, w.person("另一老师", w.school, &[Role::Teacher])),
        );
        // The first tap: the line on 今日 knows class, topic and form. November asks for 一氧化碳 and 冰雪, not for 溺水.
        let lines = w.sees("宋老师", |cx| duty::waiting(cx, 50)).unwrap();
        let lessons: Vec<_> = lines.iter().filter(|l| l.entry == "edu.topics").collect();
        let parts: Vec<&str> = lessons.iter().map(|l| l.part.as_str()).collect();
        assert_eq!(parts, [format!("class:{a}|topic:ice"), format!("class:{a}|topic:monoxide")]);
        assert_eq!(lessons[0].form.as_deref(), Some("lesson"));
        // The second: 已上完. Nothing has to be typed.
        let part = work::part(&lessons[1].part).unwrap();
        let new = NewWork {
            form: "lesson".into(),
            fields: BTreeMap::from([
                ("topic".into(), json!(part.topic.clone().unwrap())),
                ("held".into(), json!(40)),
                ("mastered".into(), json!(36)),
            ]),
            classes: part.class.into_iter().collect(),
            ..NewWork::default()
        };
        let id = w.by("宋老师", move |cx| work::record(cx, &new)).unwrap();
        let lines = w.sees("宋老师", |cx| duty::waiting(cx, 50)).unwrap();
        assert_eq!(lines.iter().filter(|l| l.entry == "edu.topics").count(), 1);
        assert_eq!(mark(w, w.school, "edu.topics", "2026", format!("class:{a}|topic:monoxide")), Mark::OnTime);
        assert_eq!(mark(w, w.school, "edu.topics", "2026", format!("class:{b}|topic:monoxide")), Mark::NotDue);
        let view = w.sees("李建国", move |cx| work::view(cx, id)).unwrap();
        assert_eq!(view.work.body["mastered"], json!(36));
        // A class of another school is refused.
        let foreign = class(w, w.foreign_school, 1, 1, w.person_id("北山主任"));
        let bad = NewWork {
            form: "lesson".into(),
            fields: BTreeMap::from([("topic".into(), json!("ice"))]),
            classes: vec![foreign],
            ..NewWork::default()
        };
        assert!(matches!(refusal(w.by("宋老师", move |cx| work::record(cx, &bad))), Refusal::Invalid(_)));
        agrees(w);
    });
}

/// 3.4: 实到 is never more than 应到; what is left empty is read off the roll.
#[test]
fn item_3_4_nobody_came_who_was_not_expected_and_the_roll_says_how_many_were() {
    on_both(|w| {
        let class = class(w, w.school, 7, 1, w.person_id("宋老师"));
        let roll = w.sees("李建国", move |cx| roll::load(cx, class)).unwrap().pupils;
        assert!(roll > 2, "the class has pupils");
        let lesson = |fields: &[(&str, i64)]| {
            let mut all = BTreeMap::from([("topic".to_string(), json!(["fire"]))]);
            all.extend(fields.iter().map(|(key, n)| ((*key).to_string(), json!(n))));
            NewWork { form: "lesson".into(), fields: all, classes: vec![class], ..NewWork::default() }
        };
        let refused = |fields: &[(&str, i64)], field: &str| {
            let new = lesson(fields);
            let refusal = refusal(w.by("宋老师", move |cx| work::record(cx, &new)));
            assert!(matches!(&refusal, Refusal::Invalid(f) if f[0].field == field), "{refusal:?}");
        };
        refused(&[("expected", 30), ("present", 35)], "present");
        refused(&[("present", roll + 1)], "present");
        refused(&[("expected", 30), ("present", 29), ("answered", 30)], "answered");
        let new = lesson(&[("present", roll)]);
        let id = w.by("宋老师", move |cx| work::record(cx, &new)).unwrap();
        let view = w.sees("李建国", move |cx| work::view(cx, id)).unwrap();
        assert_eq!(view.work.body["expected"], json!(roll), "from the roll of the class");
    });
}

/// 3.2: each class once a term. The clock runs to the end of the term: what was not done is 未做, what comes later is late.
#[test]
fn law_education_is_owed_by_each_class_each_term() {
    on_both(|w| {
        w.app.set_packs(packs());
        let teacher = w.person_id("宋老师");
        let (a, b) = (class(w, w.school, 7, 1, teacher), class(w, w.school, 7, 2, teacher));
        let lesson = |class: Id, on: &str, reason: Option<&str>| NewWork {
            form: "law_lesson".into(),
            happened_on: Some(day(on)),
            fields: BTreeMap::from([("title".into(), json!("宪法日班会"))]),
            classes: vec![class],
            back_reason: reason.map(str::to_string),
            ..NewWork::default()
        };
        w.fast_forward(18 * Ms::DAY);
        let first = lesson(a, "2026-12-04", None);
        w.by("宋老师", move |cx| work::record(cx, &first)).unwrap();
        let of = |class: Id| mark(w, w.school, "edu.law", "2026-autumn", format!("class:{class}"));
        assert_eq!((of(a), of(b)), (Mark::OnTime, Mark::NotDue));
        w.fast_forward(40 * Ms::DAY);
        assert_eq!((of(a), of(b)), (Mark::OnTime, Mark::Missing), "the term ended on 8 January");
        let late = lesson(b, "2027-01-07", Some("期末忙，忘了记"));
        w.by("宋老师", move |cx| work::record(cx, &late)).unwrap();
        assert_eq!(of(b), Mark::Late);
        // In the holidays nothing new is due; in spring each class owes it again.
        let lines = w.sees("宋老师", |cx| duty::waiting(cx, 50)).unwrap();
        assert!(lines.iter().all(|l| l.entry != "edu.law" || l.wait != Wait::Do), "{lines:?}");
        assert_eq!(mark(w, w.school, "edu.law", "2027-spring", format!("class:{a}")), Mark::NotDue);
        agrees(w);
    });
}
