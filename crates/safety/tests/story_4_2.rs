//! 4.2 建立健全安全工作责任体系: the eight posts, the directory from the posts, a vacancy seen one level above; a school
//! that ends leaves no hazard and no post behind.

use base::{Id, Problem, Refusal};
use safety::hazard::Act;
use safety::org::{Role, post, unit};

use crate::world::{World, fixed, note, on_both, refusal};

/// What still stands in the way of an end: how many hazards, and the number of the first.
fn in_the_way(refused: Refusal) -> (i64, String) {
    let Refusal::Invalid(faults) = refused else { panic!("{refused:?}") };
    match (&faults[..], faults[0].problem.clone()) {
        ([one], Problem::StillOpen { count, first }) if one.field == "unit" => (count, first),
        _ => panic!("{faults:?}"),
    }
}

fn held(w: &World, school: Id) -> usize {
    w.system(move |cx| post::of_unit(cx, school)).unwrap().len()
}

#[test]
fn the_directory_is_the_posts_and_a_vacant_one_is_shown_above() {
    on_both(|w| {
        let school = w.school;
        let book = w.sees("宋老师", move |cx| post::directory(cx, school)).unwrap();
        assert!(book.contacts.iter().any(|c| c.role == Role::SafetyHead && c.name.as_deref() == Some("李建国")));
        let vacant: Vec<Role> = book.vacant.iter().map(|(r, _)| *r).collect();
        assert_eq!(vacant, [Role::PupilsHead, Role::Reporter], "no canteen and no boarders, so neither is missing");
        let above = w.sees("于海涛", post::vacancies_below).unwrap();
        assert_eq!(above, [(school, "江湾中学".into(), Role::PupilsHead), (school, "江湾中学".into(), Role::Reporter)]);
        let person = w.person_id("宋老师");
        w.post(person, school, Role::Reporter);
        let above = w.sees("于海涛", post::vacancies_below).unwrap();
        assert_eq!(above.len(), 1);
    });
}

#[test]
fn a_school_ends_when_its_hazards_are_dealt_with_and_its_posts_end_with_it() {
    on_both(|w| {
        let (school, heir, day) = (w.school, w.county, w.app.now().day());
        let sister = w.open(safety::org::UnitKind::School, "江湾二中", Some(heir), 0);
        let (first, second) = (w.assigned(), w.raise("张福贵", "锅炉房门前堆了煤"));
        let end = |into| w.by("于海涛", move |cx| unit::close(cx, school, day, into, "并校"));
        let (count, number) = in_the_way(refusal(end(Some(sister))));
        let named = w.sees("于海涛", move |cx| safety::hazard::view::view(cx, first)).unwrap().hazard.number;
        assert_eq!((count, number), (2, named), "an heir does not take hazards over: somebody has to look at each");
        assert_eq!(in_the_way(refusal(end(None))).0, 2);
        assert_eq!(held(w, school), 6, "a refused end ends nothing");

        w.act("王建军", first, Act::Rectify, fixed("换了灯")).unwrap();
        w.act("李建国", first, Act::Recheck, fixed("亮了")).unwrap();
        w.act("周文海", first, Act::Close, note("看过")).unwrap();
        // Handed upward it is still open, and still the school's.
        w.act("李建国", second, Act::Report, note("锅炉归镇里管")).unwrap();
        assert_eq!(in_the_way(refusal(end(Some(sister)))).0, 1);
        let bureau = w.county;
        let above = w.by("市管理员", move |cx| unit::close(cx, bureau, day, None, "撤区"));
        let Refusal::Invalid(faults) = refusal(above) else { panic!() };
        assert!(
            faults.iter().any(|f| matches!(f.problem, Problem::StillOpen { count: 1, .. })),
            "who has to answer stays"
        );
        w.act("于海涛", second, Act::AnswerDone, note("镇里清走了")).unwrap();
        w.act("李建国", second, Act::Recheck, fixed("清走了")).unwrap();
        w.act("周文海", second, Act::Close, note("看过")).unwrap();

        let person = w.person_id("李建国");
        end(Some(sister)).unwrap();
        assert_eq!(held(w, school), 6, "its last day is still a day in post");
        w.fast_forward(24 * 3600 * 1000);
        assert_eq!(held(w, school), 0);
        let posts = w.system(move |cx| post::of_person(cx, person)).unwrap();
        assert_eq!(posts, [], "nobody acts for a school that is not there");
        let book = w.sees("于海涛", move |cx| post::directory(cx, school)).unwrap();
        assert!(book.contacts.is_empty());
    });
}

#[test]
fn an_end_told_late_takes_no_day_in_post_from_anybody_and_a_post_to_come_never_begins() {
    on_both(|w| {
        let (school, today) = (w.school, w.app.now().day());
        let person = w.person_id("宋老师");
        let later = post::NewPost {
            id: None,
            unit: school,
            person,
            role: Role::Reporter,
            title: None,
            acting: false,
            from_on: Some(today.plus_days(30)),
        };
        let later = w.by("李建国", move |cx| post::give(cx, &later)).unwrap();
        w.fast_forward(3 * 24 * 3600 * 1000);
        w.by("于海涛", move |cx| unit::close(cx, school, today.plus_days(1), None, "停办")).unwrap();
        assert_eq!(held(w, school), 0);
        let last = |id| w.system(move |cx| post::load(cx, id)).unwrap().until_on;
        let guard =
            w.system(move |cx| cx.tx.row("select id from post where role = 'guard' and home = $1", db::args![school]));
        let guard = guard.unwrap().unwrap().id("id").unwrap();
        assert_eq!(last(guard), Some(today.plus_days(2)), "he was in post until yesterday, whatever the paper says");
        assert!(last(later).is_some_and(|day| day < today.plus_days(30)));
    });
}
