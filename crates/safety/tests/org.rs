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
        w.system(move |cx| unit::move_to(cx, centre, county, cx.now.day(), "区划调整")).unwrap();
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

#[test]
fn whoever_asks_for_units_gets_those_that_may_be_read_and_no_others() {
    on_both(|w| {
        let names = |units: Vec<unit::Unit>| units.into_iter().map(|u| u.name).collect::<Vec<_>>();
        let (city, county, school, centre, other) = (w.city, w.county, w.school, w.centre, w.other_county);
        let under = |who: &str, of: base::Id| names(w.sees(who, move |cx| unit::children(cx, of)).unwrap());
        // A teacher sees the bureau above, and under it the own school only; the officer of the county all of it.
        assert_eq!(under("宋老师", county), ["江湾中学"]);
        assert_eq!(under("宋老师", city), ["昌邑区教育局"]);
        assert_eq!(under("于海涛", county), ["江湾中学", "昌邑区市场监管局"]);
        assert_eq!(under("市审计", city), ["昌邑区教育局", "桦甸市教育局"]);
        assert_eq!(under("市场监管", county), ["昌邑区市场监管局"]);
        for (who, of) in [("北山主任", school), ("桦甸股长", school), ("桦甸股长", county), ("张福贵", centre)]
        {
            assert_eq!(refusal(w.sees(who, move |cx| unit::children(cx, of))), Refusal::NotFound, "{who}");
        }
        let search = |who: &str| names(w.sees(who, |cx| unit::search(cx, "学", 50)).unwrap());
        assert_eq!(search("宋老师"), ["江湾中学"]);
        assert_eq!(search("北山主任"), ["北山路小学"]);
        assert_eq!(search("市场监管"), [""; 0]);
        assert_eq!(search("桦甸股长"), ["北山路小学", "二道甸子教学点"]);
        let of_kind = |who: &str, kind| names(w.sees(who, move |cx| unit::institutions(cx, kind)).unwrap());
        assert_eq!(of_kind("宋老师", UnitKind::School), ["江湾中学"]);
        assert_eq!(of_kind("宋老师", UnitKind::County), [""; 0]);
        assert_eq!(of_kind("于海涛", UnitKind::Centre), [""; 0]);
        assert_eq!(of_kind("李局", UnitKind::County).len(), 2);
        // Below a 中心校 stand points that its leaders read, and its teachers do not.
        w.person("中心校老师", centre, &[Role::Teacher]);
        assert_eq!(of_kind("中心校主任", UnitKind::Point), ["二道甸子教学点"]);
        assert_eq!(of_kind("中心校老师", UnitKind::Point), [""; 0]);
        assert_eq!(under("中心校老师", centre), [""; 0]);
        // Agencies are told to whoever may hand work to them.
        let told = |who: &str| w.sees(who, move |cx| unit::agencies(cx, school)).map(names);
        assert_eq!(told("李建国").unwrap(), ["昌邑区市场监管局"]);
        assert_eq!(refusal(told("张福贵")), Refusal::NoRight);
        assert_eq!(refusal(told("北山主任")), Refusal::NotFound);
        let ways = |who: &str| w.sees(who, move |cx| unit::ways(cx, centre)).map(|ways| names(ways.parents));
        assert_eq!(ways("市管理员").unwrap(), ["昌邑区教育局"]);
        assert_eq!(ways("桦甸股长").unwrap(), [""; 0], "out of one's own county nobody moves a school alone");
        assert_eq!(refusal(ways("于海涛")), Refusal::NotFound);
        assert_eq!(refusal(ways("中心校主任")), Refusal::NoRight);
        assert!(w.sees("桦甸股长", move |cx| unit::show(cx, other)).is_ok());
    });
}

#[test]
fn what_is_typed_of_a_new_unit_is_kept_clean() {
    on_both(|w| {
        let mut new = NewUnit::named(UnitKind::School, " 新校\u{0} ", Some(w.county));
        new.code = Some(" 3122\u{7}000012 ".into());
        new.address = Some("江湾路\u{0}1号 ".into());
        new.phone = Some(" 0432-1234567\u{0}".into());
        let id = w.by("于海涛", move |cx| unit::open(cx, &new)).unwrap();
        let kept = w.sees("于海涛", move |cx| unit::show(cx, id)).unwrap();
        assert_eq!((kept.name.as_str(), kept.code.as_deref()), ("新校", Some("3122000012")));
        assert_eq!((kept.address.as_deref(), kept.phone.as_deref()), (Some("江湾路1号"), Some("0432-1234567")));
        let mut same = NewUnit::named(UnitKind::School, "又一校", Some(w.county));
        same.code = Some("3122000012\u{0}".into());
        assert!(
            matches!(refusal(w.by("于海涛", move |cx| unit::open(cx, &same))), Refusal::Invalid(f) if f[0].field == "code")
        );
    });
}

#[test]
fn a_life_of_units_is_told_with_day_and_reason_and_by_name() {
    on_both(|w| {
        let (school, centre, point, county, other) = (w.school, w.centre, w.point, w.county, w.other_county);
        let (today, day) = (w.app.now().day(), Day::new(2026, 9, 1).unwrap());
        let rename = Change { name: Some("江湾实验中学".into()), on: Some(day), ..Change::default() };
        let nameless = rename.clone();
        let bare = refusal(w.by("于海涛", move |cx| unit::change(cx, school, &nameless, Some(" "))));
        assert!(matches!(bare, Refusal::Invalid(f) if f[0].field == "reason"));
        w.by("于海涛", move |cx| unit::change(cx, school, &rename, Some("市局批复"))).unwrap();
        let early = refusal(w.by("市管理员", move |cx| unit::move_to(cx, centre, county, today.plus_days(1), "划转")));
        assert!(matches!(early, Refusal::Invalid(f) if f[0].field == "on"));
        let silent = refusal(w.by("市管理员", move |cx| unit::move_to(cx, centre, county, day, "")));
        assert!(matches!(silent, Refusal::Invalid(f) if f[0].field == "reason"));
        let stays = refusal(w.by("市管理员", move |cx| unit::move_to(cx, centre, other, day, "划转")));
        assert!(matches!(stays, Refusal::Invalid(f) if f[0].field == "parent"));
        w.by("市管理员", move |cx| unit::move_to(cx, centre, county, day, "区划调整")).unwrap();
        let foreign = w.foreign_school;
        let abroad = refusal(w.by("于海涛", move |cx| unit::close(cx, point, day, Some(foreign), "并校")));
        assert_eq!(abroad, Refusal::NotFound, "one does not merge into what one does not manage");
        let itself = refusal(w.by("于海涛", move |cx| unit::close(cx, point, today, Some(point), "并校")));
        assert!(matches!(itself, Refusal::Invalid(f) if f[0].field == "into"));
        w.by("于海涛", move |cx| unit::close(cx, point, today, Some(school), "生源减少")).unwrap();
        let told = |unit: base::Id| {
            let steps = w.sees("于海涛", move |cx| unit::history(cx, unit)).unwrap();
            let line =
                |s: &unit::UnitStep| format!("{} {} {:?} {:?} {:?}", s.act, s.effective_on, s.from, s.to, s.reason);
            steps.first().map(line).unwrap()
        };
        let some = |text: &str| format!("Some({text:?})");
        assert_eq!(
            told(school),
            format!("rename {day} {} {} {}", some("江湾中学"), some("江湾实验中学"), some("市局批复"))
        );
        assert_eq!(
            told(centre),
            format!("move {day} {} {} {}", some("桦甸市教育局"), some("昌邑区教育局"), some("区划调整"))
        );
        assert_eq!(told(point), format!("merge {today} None {} {}", some("江湾实验中学"), some("生源减少")));
        assert_eq!(
            refusal(w.by("于海涛", move |cx| unit::move_to(cx, point, county, day, "划转"))),
            Refusal::WrongState { from: "closed", action: "move" }
        );
    });
}

#[test]
fn signing_in_and_out_and_another_post_each_leave_a_leaf() {
    on_both(|w| {
        let (login, actor) = (w.actor("李建国").login.unwrap(), w.actor("李建国"));
        let leaves = |w: &World| {
            w.app.db().settle(10_000).unwrap();
            safety::kernel::audit::leaf_count(w.app.db()).unwrap()
        };
        let teacher = w.post(w.person_id("李建国"), w.school, Role::Teacher);
        let before = leaves(w);
        w.system(move |cx| login::sign_in(cx, login, "hash", "a", "csrf", "phone")).unwrap();
        let id = w.system(|cx| login::by_token(cx, "a")).unwrap().id;
        let as_him = |job: fn(&mut safety::Cx<'_, '_>, base::Id, base::Id) -> base::Result<()>| {
            w.app.write(&actor, safety::Meta::of("web"), move |cx| job(cx, id, teacher))
        };
        as_him(login::switch).unwrap();
        as_him(|cx, id, _| login::sign_out(cx, id)).unwrap();
        assert_eq!(leaves(w), before + 3);
        assert_eq!(refusal(as_him(|cx, id, _| login::sign_out(cx, id))), Refusal::NotFound);
        assert_eq!(refusal(as_him(login::switch)), Refusal::NotFound);
        let sql = "select outcome from signin where login = $1 order by received_at, id";
        let kept = w.app.db().read(move |tx| tx.rows(sql, args![login])).unwrap();
        let kept: Vec<String> = kept.iter().map(|row| row.text("outcome").unwrap()).collect();
        assert_eq!(kept.iter().filter(|o| *o == "out").count(), 1);
        assert_eq!(kept.iter().filter(|o| *o == "post").count(), 1);
        assert_eq!(kept.len(), 3);
    });
}
