//! Units, people, posts, logins: what the tree allows, what a life of a unit leaves behind, who gets in.

use base::{Day, Problem, Refusal};
use db::args;
use safety::org::unit::{Change, NewUnit};
use safety::org::{Role, UnitKind, login, people, place, post, unit};

use crate::world::{World, on_both, refusal};

fn depth(w: &World, top: base::Id, unit: base::Id) -> Option<i64> {
    let sql = "select depth from unit_tree where top = $1 and unit = $2";
    w.app.db().read(move |tx| tx.row(sql, args![top, unit])).unwrap().map(|r| r.int("depth").unwrap())
}

#[test]
fn a_unit_stands_only_where_its_kind_may_and_its_whole_subtree_moves_with_it() {
    on_both(|w| {
        let county = w.county;
        let wrong = NewUnit::named(UnitKind::Point, "孤点", Some(w.school));
        let refused = refusal(w.by("于海涛", move |cx| unit::open(cx, &wrong)));
        assert!(matches!(refused, Refusal::Invalid(f) if f[0].problem == Problem::Mismatch { with: "parent" }));
        let foreign = NewUnit::named(UnitKind::School, "桦甸新校", Some(w.other_county));
        assert_eq!(refusal(w.by("于海涛", move |cx| unit::open(cx, &foreign))), Refusal::NotFound);
        let (centre, point, city) = (w.centre, w.point, w.city);
        assert_eq!((depth(w, city, point), depth(w, county, point)), (Some(3), None));
        w.system(move |cx| unit::move_to(cx, centre, county, "区划调整")).unwrap();
        assert_eq!(
            (depth(w, city, point), depth(w, county, point), depth(w, w.other_county, point)),
            (Some(3), Some(2), None)
        );
        assert!(w.sees("于海涛", move |cx| unit::show(cx, point)).is_ok(), "rights follow the tree");
        assert_eq!(refusal(w.sees("桦甸股长", move |cx| unit::show(cx, point))), Refusal::NotFound);
        let history = w.sees("于海涛", move |cx| unit::history(cx, centre)).unwrap();
        assert_eq!(history.iter().map(|s| s.act.as_str()).collect::<Vec<_>>(), ["move", "open"]);
    });
}

#[test]
fn a_unit_is_renamed_merged_and_closed_and_nothing_of_its_past_is_lost() {
    on_both(|w| {
        let (school, foreign) = (w.school, w.foreign_school);
        let change = Change { name: Some("江湾实验中学".into()), ..Change::default() };
        w.by("于海涛", move |cx| unit::change(cx, school, &change, Some("市局批复"))).unwrap();
        let history = w.sees("于海涛", move |cx| unit::history(cx, school)).unwrap();
        assert!(history[0].before.as_deref().unwrap().contains("江湾中学"));
        let day = Day::new(2026, 12, 31).unwrap();
        let centre = w.centre;
        let stuck = refusal(w.system(move |cx| unit::close(cx, centre, day, None, "撤并")));
        assert!(matches!(stuck, Refusal::Invalid(f) if f[0].problem == Problem::Mismatch { with: "children" }));
        w.system(move |cx| unit::close(cx, foreign, day, Some(school), "并入")).unwrap();
        let closed = w.sees("桦甸股长", move |cx| unit::show(cx, foreign)).unwrap();
        assert_eq!((closed.closed_on, closed.merged_into), (Some(day), Some(school)));
        let again = refusal(w.system(move |cx| unit::close(cx, foreign, day, None, "再撤")));
        assert_eq!(again, Refusal::WrongState { from: "closed", action: "close" });
    });
}

#[test]
fn an_id_that_exists_elsewhere_is_refused_without_saying_so() {
    on_both(|w| {
        let foreign = w.foreign_gate;
        let new = place::NewPlace {
            id: Some(foreign),
            unit: w.school,
            parent: None,
            kind: safety::org::PlaceKind::Gate,
            name: "东门".into(),
        };
        let refused = refusal(w.by("李建国", move |cx| place::add(cx, &new)));
        assert!(matches!(refused, Refusal::Invalid(f) if f[0].field == "id"));
    });
}

#[test]
fn a_code_of_another_school_says_whose_it_is() {
    on_both(|w| {
        let gate = w.foreign_gate;
        let code = w.system(move |cx| place::load(cx, gate)).unwrap().code;
        let refused = refusal(w.sees("张福贵", move |cx| place::by_code(cx, &code)));
        assert!(
            matches!(refused, Refusal::Invalid(f) if f[0].problem == Problem::Foreign { unit: "北山路小学".into() })
        );
        assert_eq!(refusal(w.sees("张福贵", |cx| place::by_code(cx, "zzzzzz"))), Refusal::NotFound);
        assert_eq!(refusal(w.sees("张福贵", move |cx| place::show(cx, gate))), Refusal::NotFound);
    });
}

#[test]
fn a_session_acts_in_one_post_ends_with_a_changed_password_and_with_the_last_post() {
    on_both(|w| {
        let login = w.actor("李建国").login.unwrap();
        let sign_in =
            |token: &'static str| w.system(move |cx| login::sign_in(cx, login, "hash", token, "csrf", "phone"));
        sign_in("a").unwrap();
        sign_in("b").unwrap();
        let wrong = w.system(move |cx| login::sign_in(cx, login, "old hash", "c", "csrf", "phone"));
        assert_eq!(refusal(wrong), Refusal::SignIn, "the password changed between check and session");
        let session = w.system(|cx| login::by_token(cx, "a")).unwrap();
        assert_eq!((session.actor.role, session.posts.len()), (Role::SafetyHead, 1));
        let teacher = w.post(w.person_id("李建国"), w.school, Role::Teacher);
        let (id, actor) = (session.id, session.actor.clone());
        w.app.write(&actor, safety::Meta::of("web"), move |cx| login::switch(cx, id, teacher)).unwrap();
        assert_eq!(w.system(|cx| login::by_token(cx, "a")).unwrap().actor.role, Role::Teacher);
        w.app
            .write(&actor, safety::Meta::of("web"), move |cx| login::set_password(cx, login, "new", true, Some(id)))
            .unwrap();
        assert!(w.system(|cx| login::by_token(cx, "a")).is_ok());
        assert_eq!(refusal(w.system(|cx| login::by_token(cx, "b"))), Refusal::SignIn);
        let person = w.person_id("李建国");
        let today = w.app.now().day();
        for held in w.system(move |cx| post::of_person(cx, person)).unwrap() {
            w.system(move |cx| post::end(cx, held.id, today)).unwrap();
        }
        w.fast_forward(base::Ms::DAY);
        assert_eq!(refusal(w.system(|cx| login::by_token(cx, "a"))), Refusal::SignIn);
        let late = w.app.write(&actor, safety::Meta::of("web"), |_| Ok(()));
        assert_eq!(refusal(late), Refusal::SignIn, "an act that was under way when the post ended is refused");
    });
}

#[test]
fn passwords_names_and_telephones_are_checked() {
    assert!(login::strong_enough("jiangwan2026", "ljg").is_ok());
    for (bad, problem) in [
        ("kurz1", Problem::TooShort { min: 8 }),
        ("12345678", Problem::Weak),
        ("aaaaaaaa", Problem::Weak),
        ("ljgljg2026", Problem::Weak),
    ] {
        let refused = refusal(login::strong_enough(bad, "ljgljg2026"));
        assert!(matches!(&refused, Refusal::Invalid(f) if f[0].problem == problem), "{bad}: {refused:?}");
    }
    on_both(|w| {
        let unit = w.school;
        let new = people::NewPerson { id: None, unit, name: "名".repeat(1000), mobile: Some("call me".into()) };
        let Refusal::Invalid(faults) = refusal(w.by("李建国", move |cx| people::enter(cx, &new))) else { panic!() };
        assert_eq!(faults.iter().map(|f| f.field).collect::<Vec<_>>(), ["name", "mobile"]);
        let taken = w.person_id("张福贵");
        let refused = refusal(w.system(move |cx| login::create(cx, taken, "guard-2", None, true)));
        assert!(matches!(refused, Refusal::Invalid(f) if f[0].field == "person"));
    });
}

#[test]
fn one_finds_people_by_the_initials_of_their_names_within_ones_scope_only() {
    on_both(|w| {
        let names = |who: &str, query: &'static str| {
            let found = w.sees(who, move |cx| people::search(cx, query, 20)).unwrap();
            found.into_iter().filter_map(|p| p.name).collect::<Vec<_>>()
        };
        assert_eq!(names("李建国", "zfg"), ["张福贵"]);
        assert_eq!(names("于海涛", "张福"), ["张福贵"]);
        assert!(names("桦甸股长", "zfg").is_empty());
        assert!(names("李建国", "%").is_empty(), "a sign of the pattern is a sign like any other");
    });
}
