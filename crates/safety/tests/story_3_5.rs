//! 3.5 疏散自救演练: each term a drill, a night drill where boarders live and only there; the signal, two phases of an
//! earthquake, the classes called from their telephones, the missing list within three minutes, the review whose
//! improvements become tasks.

use base::{Day, Id, Ms, Problem, Refusal};
use safety::Meta;
use safety::drill::{
    self, Called, Fit, Improvement, Missing, NewDrill, NewReview, Paper, Part, RoleOf, Scenario, Skill, State, Where,
};
use safety::duty::{self, Mark, resolution};
use safety::roll::pupil::{self, NewPupil};
use safety::roll::{self, Change, NewClass};

use crate::duty_board::agrees;
use crate::small_pack::day;
use crate::world::{World, on_both, refusal};

fn class(w: &World, unit: Id, serial: i64, pupils: i64, boarders: i64) -> Id {
    let new = NewClass {
        unit: Some(unit),
        name: format!("七年级{serial}班"),
        grade: 7,
        serial,
        pupils,
        boarders,
        from_on: Some(day("2026-11-16")),
        ..NewClass::default()
    };
    w.system(move |cx| roll::open(cx, &new)).unwrap()
}

fn pupil(w: &World, class: Id, name: &str) -> Id {
    let new = NewPupil { id: None, class, name: name.into(), boards: false, rides: false, from_on: None };
    w.system(move |cx| pupil::enter(cx, &new)).unwrap()
}

fn new(scenario: Scenario, night: bool) -> NewDrill {
    NewDrill {
        id: None,
        unit: None,
        title: "第二学期疏散演练".into(),
        scenario,
        night,
        told: true,
        window_from: day("2026-11-16"),
        window_until: day("2026-11-30"),
        place: Some("操场".into()),
        edition: None,
        roles: vec![],
    }
}

fn plan(w: &World, who: &str, new: NewDrill) -> Id {
    w.by(who, move |cx| drill::plan(cx, &new)).unwrap()
}

/// As a telephone sends it: what happened at `at`, received now.
fn at(w: &World, who: &str, at: Ms, job: impl Fn(&mut safety::Cx<'_, '_>) -> base::Result<()> + Send + 'static) {
    let meta = Meta { claimed_at: Some(at), ..Meta::of("web") };
    w.app.write(&w.actor(who), meta, job).unwrap();
}

fn count(w: &World, id: Id, name: &str) -> Id {
    let view = w.sees("李建国", move |cx| drill::view(cx, id)).unwrap();
    view.classes.iter().find(|c| c.name == name).unwrap_or_else(|| panic!("{name} is not on the list")).id
}

fn said(line: Id, out: i64, seconds: i64) -> Called {
    Called { line: Some(line), out, seconds: Some(seconds), ..Called::default() }
}

fn review() -> NewReview {
    NewReview {
        process: "信号响后各班沿两侧楼梯下楼".into(),
        plan_fit: Some(Fit::Good),
        staff_fit: Some(Fit::Fair),
        practised: vec![Skill::Low, Skill::Kit],
        ..NewReview::default()
    }
}

/// The mark of an entry in a period at a unit, and whether the unit owes it at all.
fn mark(w: &World, unit: Id, entry: &'static str, period: &'static str) -> Mark {
    w.sees("李局", move |cx| duty::cell(cx, unit, entry, period, "")).unwrap().mark
}

fn wanted(w: &World, who: &str, unit: Id) -> Vec<(String, i64, i64)> {
    let list = w.sees(who, move |cx| drill::wanted(cx, unit)).unwrap();
    list.into_iter().map(|x| (x.cell.entry, x.cell.had, x.planned)).collect()
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    let id = plan(w, "李建国", new(Scenario::Fire, false));
    w.by("李建国", move |cx| drill::start(cx, id)).unwrap();
}

#[test]
fn a_fire_drill_is_planned_held_called_class_by_class_reviewed_and_its_improvements_are_tasks() {
    on_both(|w| {
        let (a, b) = (class(w, w.school, 1, 40, 0), class(w, w.school, 2, 42, 0));
        let (zhao, qian) = (pupil(w, a, "赵一"), pupil(w, b, "钱二"));
        let school = w.school;
        assert_eq!(wanted(w, "李建国", school), [("drill.day".into(), 0, 0), ("drill.stampede".into(), 0, 0)]);
        let mut typed = new(Scenario::Fire, false);
        typed.roles = vec![RoleOf { part: Part::Commander, person: w.person_id("马校长") }];
        let id = plan(w, "李建国", typed);
        assert_eq!(wanted(w, "于海涛", school)[0], ("drill.day".into(), 0, 1), "planned, not held");

        let t0 = w.app.now();
        w.by("李建国", move |cx| drill::start(cx, id)).unwrap();
        let (first, second) = (count(w, id, "七年级1班"), count(w, id, "七年级2班"));
        w.clock.advance(100_000);
        w.by("李建国", move |cx| drill::muster(cx, id)).unwrap();
        // The first class has a network, the second's telephone sends ten minutes later.
        w.clock.advance(60_000);
        w.by("宋老师", move |cx| drill::call(cx, id, &said(first, 40, 95))).unwrap();
        let missing = Called {
            unknown: 1,
            missing: vec![Missing { pupil: qian, place: Where::Unknown }],
            ..said(second, 41, 98)
        };
        let wrong = Called { missing: vec![Missing { pupil: zhao, place: Where::Unknown }], ..missing.clone() };
        assert!(
            matches!(refusal(w.by("宋老师", move |cx| drill::call(cx, id, &wrong))),
            Refusal::Invalid(f) if f[0].field == "missing"),
            "a pupil of another class"
        );
        w.by("李建国", move |cx| drill::finish(cx, id)).unwrap();
        w.clock.advance(600_000);
        let call = missing.clone();
        at(w, "张福贵", t0.plus(250_000), move |cx| drill::call(cx, id, &call));

        let view = w.sees("李建国", move |cx| drill::view(cx, id)).unwrap();
        let d = &view.drill;
        assert_eq!((d.state, d.expected, d.out, d.unknown, d.inside), (State::Review, 82, 81, 1, 0));
        assert_eq!((d.out_s, d.list_s), (Some(98), Some(150)), "complete when the last class was called, not sent");
        assert_eq!((view.list_limit_s, view.guide_s), (Some(180), Some(120)));
        assert_eq!(view.missing.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["钱二"]);
        let above = w.sees("于海涛", move |cx| drill::view(cx, id)).unwrap();
        assert!(above.missing.is_empty() && !above.may_manage, "no names above the school");
        assert_eq!(above.drill.unknown, 1);

        // Found meanwhile: the count is corrected, the list's time stays.
        w.by("宋老师", move |cx| drill::call(cx, id, &said(second, 42, 98))).unwrap();
        let mut bad = review();
        bad.problems = "二班走错楼梯".into();
        assert!(
            matches!(refusal(w.by("李建国", move |cx| drill::review(cx, id, &bad))),
            Refusal::Invalid(f) if f[0].field == "improvements"),
            "a problem without an improvement"
        );
        let mut told = review();
        told.problems = "二班走错楼梯".into();
        let owner = w.person_id("王建军");
        told.improvements =
            vec![Improvement { what: "楼梯口贴班级箭头".into(), owner, due_on: day("2026-11-25") }];
        w.by("李建国", move |cx| drill::review(cx, id, &told)).unwrap();
        let view = w.sees("马校长", move |cx| drill::view(cx, id)).unwrap();
        assert_eq!((view.drill.state, view.drill.unknown, view.drill.list_s), (State::Done, 0, Some(150)));
        assert_eq!(view.drill.practised, [Skill::Low, Skill::Kit]);
        assert_eq!(view.tasks[0].what, "楼梯口贴班级箭头");
        let mine = w.sees("王建军", |cx| resolution::mine(cx, 10)).unwrap();
        assert_eq!((mine.len(), mine[0].work_title.as_str()), (1, "第二学期疏散演练"));
        assert!(matches!(
            refusal(w.by("宋老师", move |cx| drill::call(cx, id, &said(first, 40, 90)))),
            Refusal::WrongState { .. }
        ));
        assert_eq!(mark(w, school, "drill.day", "2026-autumn"), Mark::OnTime);
        assert_eq!(mark(w, school, "drill.stampede", "2026"), Mark::NotDue);
        let measured = w.sees("李建国", move |cx| drill::measures(cx, school)).unwrap();
        assert_eq!(measured.iter().map(|m| m.seconds).collect::<Vec<_>>(), [95, 98]);
        let (from, until) = (day("2026-09-01"), day("2027-01-31"));
        let below = w.sees("于海涛", move |cx| drill::held_below(cx, from, until)).unwrap();
        assert_eq!((below.len(), below[0].held, below[0].nights), (1, 1, 0));
        agrees(w);
    });
}

#[test]
fn a_night_drill_is_owed_where_boarders_live_and_nowhere_else() {
    on_both(|w| {
        let (school, other) = (w.school, w.foreign_school);
        let a = class(w, school, 1, 40, 12);
        class(w, school, 2, 42, 0);
        class(w, other, 1, 30, 0);
        // The roll began in the middle of this term: the night drill is owed from the next one on.
        let owes = |unit: Id, period: &'static str| {
            w.sees("李局", move |cx| duty::cell(cx, unit, "drill.night", period, "")).map(|c| c.mark)
        };
        let spring = "2027-spring";
        w.fast_forward(150 * Ms::DAY);
        assert_eq!(owes(school, spring).unwrap(), Mark::NotDue);
        assert!(wanted(w, "李建国", school).contains(&("drill.night".into(), 0, 0)));
        assert!(!wanted(w, "北山主任", other).iter().any(|x| x.0 == "drill.night"));
        let today = w.app.now().day();
        let in_window = |mut d: NewDrill| {
            (d.window_from, d.window_until) = (today, today.plus_days(10));
            d
        };
        // By day it serves the day's entry only.
        let id = plan(w, "李建国", in_window(new(Scenario::Quake, false)));
        w.by("李建国", move |cx| drill::start(cx, id)).unwrap();
        let line = count(w, id, "七年级1班");
        assert!(
            matches!(refusal(w.by("李建国", move |cx| drill::muster(cx, id))), Refusal::NeedsEvidence { .. }),
            "an earthquake drill has its second phase"
        );
        w.clock.advance(20_000);
        w.by("李建国", move |cx| drill::leave(cx, id)).unwrap();
        assert!(matches!(refusal(w.by("李建国", move |cx| drill::leave(cx, id))), Refusal::WrongState { .. }));
        assert!(
            matches!(refusal(w.by("李建国", move |cx| drill::finish(cx, id))), Refusal::NeedsEvidence { .. }),
            "nobody was called"
        );
        let covered = Called { cover_s: Some(8), ..said(line, 40, 110) };
        w.by("宋老师", move |cx| drill::call(cx, id, &covered)).unwrap();
        w.by("李建国", move |cx| drill::finish(cx, id)).unwrap();
        assert_eq!(mark(w, school, "drill.day", spring), Mark::OnTime);
        assert_eq!(mark(w, school, "drill.night", spring), Mark::NotDue);
        // At night the classes with boarders stand on the list, with their boarders.
        let id = plan(w, "周文海", in_window(new(Scenario::Fire, true)));
        w.by("周文海", move |cx| drill::start(cx, id)).unwrap();
        let view = w.sees("宋老师", move |cx| drill::view(cx, id)).unwrap();
        assert_eq!(view.classes.iter().map(|c| (c.name.as_str(), c.expected)).collect::<Vec<_>>(), [("七年级1班", 12)]);
        let line = view.classes[0].id;
        let covered = Called { cover_s: Some(8), ..said(line, 12, 70) };
        assert!(matches!(refusal(w.by("宋老师", move |cx| drill::call(cx, id, &covered))), Refusal::Invalid(_)));
        w.by("宋老师", move |cx| drill::call(cx, id, &said(line, 12, 70))).unwrap();
        w.by("周文海", move |cx| drill::finish(cx, id)).unwrap();
        assert_eq!(mark(w, school, "drill.night", spring), Mark::OnTime);
        // It turns out to be a mistake: what it counted is taken back.
        w.by("周文海", move |cx| drill::drop(cx, id, "记错了学校")).unwrap();
        assert_eq!(mark(w, school, "drill.night", spring), Mark::NotDue);
        assert_eq!(refusal(w.by("周文海", move |cx| drill::drop(cx, id, "再来"))).code(), "wrong_state");
        // The last boarder leaves in the holidays: from the next term on nothing is owed.
        w.fast_forward(120 * Ms::DAY);
        let change = Change { boarders: Some(0), ..Change::default() };
        w.by("李建国", move |cx| roll::change(cx, a, &change)).unwrap();
        w.fast_forward(30 * Ms::DAY);
        assert!(!wanted(w, "李建国", school).iter().any(|x| x.0 == "drill.night"));
        agrees(w);
    });
}

#[test]
fn a_drill_held_on_paper_is_entered_afterwards_and_a_late_one_needs_its_reason() {
    on_both(|w| {
        w.clock.advance(9 * Ms::DAY);
        let id = plan(w, "李建国", new(Scenario::Stampede, false));
        let paper = Paper {
            started_at: Ms::parse("2026-11-18T10:00:00+08:00").unwrap(),
            expected: 300,
            out: 299,
            unknown: 1,
            out_s: 210,
            list_s: Some(170),
            back_reason: None,
        };
        let mut bad = paper.clone();
        (bad.out, bad.out_s) = (301, 0);
        match refusal(w.by("李建国", move |cx| drill::paper(cx, id, &bad))) {
            Refusal::Invalid(f) => {
                let fields: Vec<&str> = f.iter().map(|f| f.field).collect();
                assert_eq!(fields, ["out", "unknown", "out_s", "back_reason"], "all at once");
                assert_eq!(f[3].problem, Problem::TooOld { days: 7 });
            }
            other => panic!("{other:?}"),
        }
        let told = Paper { back_reason: Some("那天停电停网".into()), ..paper };
        w.by("李建国", move |cx| drill::paper(cx, id, &told)).unwrap();
        let view = w.sees("马校长", move |cx| drill::view(cx, id)).unwrap();
        assert_eq!((view.drill.held_on, view.drill.inside), (Day::new(2026, 11, 18), 0));
        assert!(view.drill.on_paper && view.classes.is_empty());
        w.by("李建国", move |cx| drill::review(cx, id, &review())).unwrap();
        for (entry, period) in [("drill.day", "2026-autumn"), ("drill.stampede", "2026")] {
            assert_eq!(mark(w, w.school, entry, period), Mark::OnTime, "{entry}");
        }
        agrees(w);
    });
}

#[test]
fn strangers_know_nothing_of_it_and_a_bureau_writes_nothing_into_it() {
    on_both(|w| {
        let id = plan(w, "李建国", new(Scenario::Gas, false));
        for who in ["北山主任", "桦甸股长", "中心校主任", "市场监管", "市审计", "市管理员"] {
            assert_eq!(refusal(w.sees(who, move |cx| drill::view(cx, id))), Refusal::NotFound, "{who}");
            assert_eq!(refusal(w.by(who, move |cx| drill::start(cx, id))), Refusal::NotFound, "{who}");
            if let Ok(page) = w.sees(who, |cx| drill::list(cx, None, None, 50)) {
                assert!(page.items.is_empty(), "{who}");
            }
        }
        for who in ["于海涛", "李局", "宋老师", "张福贵"] {
            assert!(w.sees(who, move |cx| drill::view(cx, id)).is_ok(), "{who}");
            assert_eq!(refusal(w.by(who, move |cx| drill::start(cx, id))), Refusal::NoRight, "{who}");
        }
        let mut foreign = new(Scenario::Fire, false);
        foreign.roles = vec![RoleOf { part: Part::Medic, person: w.person_id("北山主任") }];
        foreign.window_until = day("2026-11-01");
        match refusal(w.by("李建国", move |cx| drill::plan(cx, &foreign))) {
            Refusal::Invalid(f) => {
                assert_eq!(f.iter().map(|f| f.field).collect::<Vec<_>>(), ["window_until", "roles"]);
            }
            other => panic!("{other:?}"),
        }
        // A window that has not come: the signal is refused.
        let mut later = new(Scenario::Fire, false);
        (later.window_from, later.window_until) = (day("2026-12-01"), day("2026-12-11"));
        let id = plan(w, "周文海", later.clone());
        assert!(matches!(refusal(w.by("周文海", move |cx| drill::start(cx, id))),
            Refusal::Invalid(f) if f[0].field == "window_from"));
        let (from, until) = (day("2026-11-16"), day("2026-11-16"));
        assert!(w.by("张福贵", move |cx| drill::rewindow(cx, id, from, until)).is_err(), "a guard moves no drill");
        w.by("周文海", move |cx| drill::rewindow(cx, id, from, until)).unwrap();
        let moved = w.sees("周文海", move |cx| drill::load(cx, id)).unwrap();
        assert_eq!((moved.window_from, moved.window_until, moved.title), (from, until, later.title.clone()));
        w.by("周文海", move |cx| {
            drill::replan(cx, id, &NewDrill { window_from: from, window_until: until, ..later.clone() })
        })
        .unwrap();
        w.by("周文海", move |cx| drill::start(cx, id)).unwrap();
        // A school without a roll is one line.
        let view = w.sees("周文海", move |cx| drill::view(cx, id)).unwrap();
        assert_eq!(view.classes.len(), 1);
    });
}
