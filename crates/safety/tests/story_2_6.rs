//! 2.6 加强隐患排查整治工作: 隐患排查-建立台账-落实整改-复查销账, 全覆盖, 频次.

use base::{Id, Ms, Problem, Refusal};
use safety::check::{self, NewCheck, NewPlaceSeen, Seen};
use safety::hazard::{self, Act, Bucket, Category, Filter, Five, Grade, Input, NewHazard, State};
use safety::org::{UnitKind, post};
use safety::{Command, Meta};

use crate::world::{World, fixed, note, on_both, photo, refusal};

#[test]
fn a_hazard_goes_from_the_guard_to_the_vice_principal_and_every_step_stands() {
    on_both(|w| {
        let id = w.raise("张福贵", "3号楼东楼梯二层疏散指示灯不亮");
        assert_eq!(w.state(id), State::Ungraded);
        w.act("李建国", id, Act::Assign, w.to_fixer()).unwrap();
        let fixed_one = w.act("王建军", id, Act::Rectify, fixed("换了灯具内电池")).unwrap();
        assert_eq!(fixed_one.due_at, Some(w.app.now().plus(Ms::DAY)), "recheck within a day");
        w.act("李建国", id, Act::Recheck, Input::default()).unwrap();
        let closed = w.act("周文海", id, Act::Close, Input::default()).unwrap();
        assert_eq!((closed.state, closed.due_at), (State::Closed, None));
        let view = w.sees("于海涛", move |cx| hazard::view::view(cx, id)).unwrap();
        let acts: Vec<Act> = view.steps.iter().rev().map(|s| s.act).collect();
        assert_eq!(acts, [Act::Raise, Act::Assign, Act::Rectify, Act::Recheck, Act::Close]);
        assert_eq!(view.hazard.number, "江湾-2026-0001");
        assert_eq!(view.unit_name, "江湾中学");
        assert_eq!(view.rectifier.as_deref(), Some("王建军"));
        assert_eq!(view.acts, [Act::Comment], "a bureau does not write in a school's closed record");
    });
}

#[test]
fn the_one_who_fixed_it_cannot_recheck_it_nor_hold_the_pen_for_another() {
    on_both(|w| {
        let id = w.raise("张福贵", "灭火器压力不足");
        let mut input = w.to_fixer();
        input.assignee = Some(w.person_id("李建国"));
        w.act("李建国", id, Act::Assign, input).unwrap();
        w.act("李建国", id, Act::Rectify, fixed("已更换")).unwrap();
        let refused = refusal(w.act("李建国", id, Act::Recheck, Input::default()));
        let Refusal::PackForbids { clause, rule, instead } = refused else { panic!("{refused:?}") };
        assert_eq!((clause, rule), ("2.6", "separation"));
        assert_eq!(instead, ["周文海", "马校长"].map(String::from).to_vec());
        let behalf = Input { behalf: Some(w.person_id("周文海")), ..Input::default() };
        assert!(matches!(refusal(w.act("李建国", id, Act::Recheck, behalf)), Refusal::PackForbids { .. }));
        w.act("周文海", id, Act::Recheck, Input::default()).unwrap();
        assert_eq!(w.state(id), State::Rechecked);
    });
}

#[test]
fn rectified_without_a_photo_is_not_rectified() {
    on_both(|w| {
        let id = w.assigned();
        let refused = refusal(w.act("王建军", id, Act::Rectify, note("换了电池")));
        assert_eq!(refused, Refusal::NeedsEvidence { what: "photo" });
        assert_eq!(w.state(id), State::Assigned);
    });
}

#[test]
fn a_failed_recheck_sends_it_back_with_a_reason_and_a_new_day() {
    on_both(|w| {
        let id = w.assigned();
        w.act("王建军", id, Act::Rectify, fixed("换了电池")).unwrap();
        let refused = refusal(w.act("李建国", id, Act::Return, Input::default()));
        assert!(matches!(refused, Refusal::Invalid(f) if f[0].field == "note" && f[0].problem == Problem::Required));
        let back = w.act("李建国", id, Act::Return, note("灯仍不亮")).unwrap();
        assert_eq!((back.state, back.returns), (State::Returned, 1));
        assert_eq!(back.due_at, Some(w.app.now().plus(7 * Ms::DAY)));
        assert_eq!(back.turn_person, Some(w.person_id("王建军")));
    });
}

#[test]
fn after_an_outage_each_missed_deadline_fires_once_with_its_planned_and_its_actual_time() {
    on_both(|w| {
        let id = w.assigned();
        let planned = w.app.now().plus(7 * Ms::DAY);
        assert_eq!(w.fast_forward(6 * Ms::DAY), 0);
        assert_eq!(w.fast_forward(3 * Ms::DAY), 1, "two days after it was due, the program is up again");
        assert_eq!(w.tick(), 0, "and never again");
        w.act("王建军", id, Act::Protect, note("二层楼长持手电值守")).unwrap();
        assert_eq!(w.fast_forward(Ms::DAY), 0, "another act does not make the same deadline fire twice");
        let view = w.sees("李建国", move |cx| hazard::view::view(cx, id)).unwrap();
        let late: Vec<_> = view.steps.iter().filter(|s| s.act == Act::Overdue).collect();
        assert_eq!(late.len(), 1);
        assert_eq!(late[0].planned_at, Some(planned));
        assert_eq!(late[0].received_at, planned.plus(2 * Ms::DAY));
        assert_eq!(view.hazard.late, 1);
        let filter = Filter { bucket: Some(Bucket::Overdue), ..Filter::default() };
        let page = w.sees("于海涛", move |cx| hazard::list::list(cx, &filter, None, 50)).unwrap();
        assert_eq!(page.items.len(), 1);
    });
}

#[test]
fn an_extension_is_asked_once_with_a_reason_and_decided_by_a_leader() {
    on_both(|w| {
        let id = w.assigned();
        let until = w.app.now().plus(14 * Ms::DAY);
        let ask = Input { note: Some("灯具订货要等".into()), until: Some(until), ..Input::default() };
        w.act("王建军", id, Act::ExtendAsk, ask.clone()).unwrap();
        assert_eq!(refusal(w.act("李建国", id, Act::ExtendYes, Input::default())), Refusal::NoRight);
        let waiting = w.sees("周文海", |cx| hazard::list::waiting(cx, 10)).unwrap();
        assert_eq!(waiting.len(), 1, "it waits for the vice principal");
        let granted = w.act("周文海", id, Act::ExtendYes, Input::default()).unwrap();
        assert_eq!((granted.due_at, granted.extended), (Some(until), true));
        let again = refusal(w.act("王建军", id, Act::ExtendAsk, Input { until: Some(until.plus(Ms::DAY)), ..ask }));
        assert!(matches!(again, Refusal::WrongState { action: "extend_ask", .. }));
        assert_eq!(w.fast_forward(10 * Ms::DAY), 0, "the old deadline is gone");
    });
}

#[test]
fn a_task_may_be_declined_once_and_then_the_leader_decides() {
    on_both(|w| {
        let id = w.assigned();
        w.act("王建军", id, Act::Decline, note("这是消防控制系统，要专业单位")).unwrap();
        let refused = refusal(w.act("李建国", id, Act::Assign, w.to_fixer()));
        assert!(matches!(refused, Refusal::PackForbids { clause: "4.1", rule: "declined", .. }));
        let decided = w.act("周文海", id, Act::Assign, w.to_fixer()).unwrap();
        assert_eq!(decided.state, State::Assigned);
        let again = refusal(w.act("王建军", id, Act::Decline, note("还是不行")));
        assert!(matches!(again, Refusal::WrongState { action: "decline", .. }));
    });
}

#[test]
fn a_major_hazard_needs_the_five_and_a_listed_one_is_closed_only_after_delisting() {
    on_both(|w| {
        let id = w.raise("李建国", "食堂屋面梁开裂");
        let mut input = w.to_fixer();
        input.grade = Some(Grade::Major);
        input.category = Some(Category::Building);
        w.act("李建国", id, Act::Assign, input).unwrap();
        assert_eq!(refusal(w.act("王建军", id, Act::Rectify, fixed("加固"))), Refusal::NeedsEvidence { what: "five" });
        let five = Five {
            responsibility: "马校长".into(),
            measures: "停用并加固".into(),
            funds: "区财政 12 万".into(),
            deadline: "12 月 20 日".into(),
            plan: "停用期间到二食堂就餐".into(),
        };
        w.act("李建国", id, Act::Five, Input { five: Some(five), ..Input::default() }).unwrap();
        let number = Input { number: Some("昌教督〔2026〕3号".into()), ..Input::default() };
        assert_eq!(refusal(w.act("李建国", id, Act::List, number.clone())), Refusal::NoRight);
        w.act("于海涛", id, Act::List, number).unwrap();
        w.act("王建军", id, Act::Rectify, fixed("加固完成")).unwrap();
        w.act("李建国", id, Act::Recheck, Input::default()).unwrap();
        let refused = refusal(w.act("周文海", id, Act::Close, Input::default()));
        assert!(matches!(refused, Refusal::PackForbids { rule: "listed", .. }));
        w.act("于海涛", id, Act::Delist, note("12月18日现场核验，裂缝已封闭")).unwrap();
        w.act("周文海", id, Act::Close, Input::default()).unwrap();
    });
}

#[test]
fn what_a_school_cannot_fix_goes_up_or_to_an_agency_and_the_answer_comes_back() {
    on_both(|w| {
        let up = w.assigned();
        w.act("李建国", up, Act::Report, note("要区里拨款")).unwrap();
        let waiting = w.sees("于海涛", |cx| hazard::list::waiting(cx, 10)).unwrap();
        assert_eq!(waiting.iter().map(|l| l.hazard.id).collect::<Vec<_>>(), [up]);
        assert_eq!(refusal(w.act("李建国", up, Act::AnswerDone, note("好了"))), Refusal::NoRight);
        w.act("于海涛", up, Act::AnswerBack, note("已拨款，由学校组织整改")).unwrap();
        assert_eq!(w.state(up), State::Unassigned);

        let out = w.assigned();
        let to = Input { to: Some(w.agency), ..Input::default() };
        w.act("李建国", out, Act::Transfer, to).unwrap();
        let seen = w.sees("市场监管", |cx| hazard::list::list(cx, &Filter::default(), None, 50)).unwrap();
        assert_eq!(seen.items.iter().map(|l| l.hazard.id).collect::<Vec<_>>(), [out], "and nothing else");
        w.act("市场监管", out, Act::AnswerDone, note("摊点已清走")).unwrap();
        assert_eq!(w.state(out), State::Rectified, "the school still rechecks");
    });
}

#[test]
fn the_same_place_and_category_again_within_thirty_days_counts_as_recurring() {
    on_both(|w| {
        for times in 0..3 {
            let id = w.assigned();
            let hazard = w.sees("李建国", move |cx| hazard::load(cx, id)).unwrap();
            assert_eq!(hazard.recurrence, times);
            w.act("王建军", id, Act::Rectify, fixed("换了电池")).unwrap();
            w.act("李建国", id, Act::Recheck, Input::default()).unwrap();
            w.act("周文海", id, Act::Close, Input::default()).unwrap();
            w.fast_forward(5 * Ms::DAY);
        }
        w.fast_forward(31 * Ms::DAY);
        let id = w.raise("张福贵", "又坏了");
        assert_eq!(w.sees("李建国", move |cx| hazard::load(cx, id)).unwrap().recurrence, 0);
    });
}

#[test]
fn a_correction_keeps_what_stood_before_and_needs_a_reason() {
    on_both(|w| {
        let id = w.raise("张福贵", "二楼灯不亮");
        let what = Input { what: Some("二层疏散指示灯不亮".into()), ..Input::default() };
        assert!(matches!(refusal(w.act("李建国", id, Act::Correct, what.clone())), Refusal::Invalid(_)));
        w.act("李建国", id, Act::Correct, Input { note: Some("写全".into()), ..what }).unwrap();
        let view = w.sees("李建国", move |cx| hazard::view::view(cx, id)).unwrap();
        let change = view.steps[0].change.clone().unwrap();
        assert_eq!(change["what"], serde_json::json!(["二楼灯不亮", "二层疏散指示灯不亮"]));
    });
}

#[test]
fn coverage_is_counted_from_checks_only_beside_the_month_before() {
    on_both(|w| {
        let day = w.app.now().day();
        w.raise("张福贵", "路过看见灯不亮");
        let school = w.school;
        let cover = w.sees("李建国", move |cx| check::coverage(cx, school, day)).unwrap();
        assert_eq!((cover.seen, cover.all, cover.checks), (0, 2, 0), "a hazard raised in passing checks no place");
        let id = record(w, "月排查", Seen::Found);
        let mut found = NewHazard { what: "楼梯堆放杂物".into(), place: Some(w.stair), ..NewHazard::default() };
        found.check_run = Some(id);
        w.by("李建国", move |cx| hazard::raise::raise(cx, &found)).unwrap();
        let cover = w.sees("于海涛", move |cx| check::coverage(cx, school, day)).unwrap();
        assert_eq!((cover.seen, cover.all, cover.checks, cover.seen_before), (1, 2, 1, 0));
        let view = w.sees("于海涛", move |cx| check::view(cx, id)).unwrap();
        assert_eq!((view.seen.len(), view.hazards.len(), view.check.found), (1, 1, 1));
        w.fast_forward(20 * Ms::DAY);
        let next = w.app.now().day();
        let cover = w.sees("李建国", move |cx| check::coverage(cx, school, next)).unwrap();
        assert_eq!((cover.seen, cover.seen_before, cover.checks_before), (0, 1, 1));
        let below = w.sees("于海涛", move |cx| check::coverage_below(cx, day)).unwrap();
        assert_eq!(below.iter().map(|u| (u.name.as_str(), u.seen, u.all)).collect::<Vec<_>>(), [("江湾中学", 1, 2)]);
        // Schools without a place have no line; that they are missing is counted.
        let before = w.sees("于海涛", check::placeless_below).unwrap();
        w.open(UnitKind::School, "没有地点的学校", Some(w.county), 0);
        assert_eq!(w.sees("于海涛", check::placeless_below).unwrap(), before + 1);
        assert_eq!(refusal(w.sees("张福贵", check::placeless_below)), Refusal::NoRight);
    });
}

fn record(w: &World, title: &str, result: Seen) -> base::Id {
    let new = NewCheck {
        id: None,
        unit: None,
        title: title.into(),
        places: vec![NewPlaceSeen { place: w.stair, result, seen_at: w.app.now() }],
        with: vec![w.person_id("张福贵")],
        behalf: None,
        note: None,
        back_reason: None,
    };
    w.by("李建国", move |cx| check::record(cx, &new)).unwrap()
}

#[test]
fn a_phone_without_network_sends_the_same_item_twice_and_one_record_stands_with_both_times() {
    on_both(|w| {
        let (id, key) = (base::Id::new(w.app.now()), base::Id::new(w.app.now()));
        let claimed = w.app.now();
        w.fast_forward(2 * Ms::DAY);
        let new = NewHazard { id: Some(id), what: "门锁坏".into(), place: Some(w.stair), ..NewHazard::default() };
        let send = |content: &str| {
            let (new, command) = (new.clone(), Command::new(key, &[content.as_bytes()]));
            let meta = Meta { source: "app", claimed_at: Some(claimed), device_at: Some(claimed.plus(-Ms::HOUR)) };
            w.app.write(&w.actor("张福贵"), meta, move |cx| {
                safety::kernel::command::once(cx, Some(&command), |cx| hazard::raise::raise(cx, &new))
            })
        };
        assert_eq!(send("a").unwrap(), id);
        assert_eq!(send("a").unwrap(), id);
        assert!(matches!(refusal(send("b")), Refusal::Invalid(f) if f[0].field == "idempotency_key"));
        let page = w.sees("李建国", |cx| hazard::list::list(cx, &Filter::default(), None, 50)).unwrap();
        assert_eq!(page.items.len(), 1);
        let hazard = &page.items[0].hazard;
        assert_eq!((hazard.claimed_at, hazard.received_at), (claimed, claimed.plus(2 * Ms::DAY)));
        w.app.db().settle(10_000).unwrap();
        let leaf = w.app.db().read(move |tx| safety::kernel::proof::of_record(tx, "hazard", id, 1)).unwrap();
        assert_eq!(leaf[0].leaf.claimed_at, Some(claimed));
        assert_eq!(leaf[0].leaf.received_at, claimed.plus(2 * Ms::DAY));
        assert_eq!(leaf[0].leaf.device_at, Some(claimed.plus(-Ms::HOUR)));
    });
}

#[test]
fn bad_input_is_refused_field_by_field_and_all_at_once() {
    on_both(|w| {
        let problems = |new: NewHazard, meta: Meta| {
            let answer = w.app.write(&w.actor("张福贵"), meta, move |cx| hazard::raise::raise(cx, &new));
            match refusal(answer) {
                Refusal::Invalid(f) => f.into_iter().map(|e| (e.field, e.problem)).collect::<Vec<_>>(),
                other => panic!("{other:?}"),
            }
        };
        let web = || Meta::of("web");
        let long = "长".repeat(1000);
        let both = problems(NewHazard { what: long, ..NewHazard::default() }, web());
        assert_eq!(both, [("what", Problem::TooLong { max: 200, got: 1000 }), ("place", Problem::Required)]);
        let foreign = NewHazard { what: "x".into(), place: Some(w.foreign_gate), ..NewHazard::default() };
        assert_eq!(problems(foreign, web()), [("place", Problem::Unknown)], "a foreign school's name is not told");
        let fine = || NewHazard { what: "灯不亮".into(), place: Some(w.stair), ..NewHazard::default() };
        let at = |at: Ms| Meta { claimed_at: Some(at), ..Meta::of("app") };
        let ahead = problems(fine(), at(w.app.now().plus(2 * Ms::HOUR)));
        assert_eq!(ahead, [("claimed_at", Problem::InFuture { minutes: 120 })]);
        assert!(matches!(problems(fine(), at(Ms(0)))[..], [("claimed_at", Problem::TooOld { .. })]));
        let old = problems(fine(), at(w.app.now().plus(-4 * Ms::DAY)));
        assert_eq!(old, [("back_reason", Problem::TooOld { days: 4 })]);
        let unknown = NewHazard { unit: Some(base::Id::new(w.app.now())), ..fine() };
        let answer = w.by("张福贵", move |cx| hazard::raise::raise(cx, &unknown));
        assert_eq!(refusal(answer), Refusal::NotFound);
        let many = NewHazard { photos: (0..7).map(photo).collect(), ..fine() };
        assert!(matches!(problems(many, web())[..], [("photo", Problem::OutOfRange { .. })]));
    });
}

/// Acceptance 9 of part A.
#[test]
fn a_teaching_point_with_one_teacher_has_its_second_person_at_the_centre_school() {
    on_both(|w| {
        let (point, room) = (w.point, w.point_room);
        let second = w.person_id("中心校主任");
        let change = safety::org::unit::Change { second: Some(second), ..Default::default() };
        w.by("中心校校长", move |cx| safety::org::unit::change(cx, point, &change, None)).unwrap();
        let new = NewHazard {
            what: "炉筒接口松动".into(),
            place: Some(room),
            category: Some(Category::Gas),
            ..NewHazard::default()
        };
        let id = w.by("独一人", move |cx| hazard::raise::raise(cx, &new)).unwrap();
        let me = Input { grade: Some(Grade::Minor), assignee: Some(w.person_id("独一人")), ..Input::default() };
        w.act("独一人", id, Act::Assign, me).unwrap();
        let done = w.act("独一人", id, Act::Rectify, fixed("重新固定并封口")).unwrap();
        assert_eq!(done.turn_person, Some(second), "the turn passes to the named second person");
        let refused = refusal(w.act("独一人", id, Act::Recheck, Input::default()));
        assert!(matches!(refused, Refusal::PackForbids { instead, .. } if instead == ["中心校主任"]));
        let waiting = w.sees("中心校主任", |cx| hazard::list::waiting(cx, 10)).unwrap();
        assert_eq!(waiting[0].hazard.id, id);
        w.act("中心校主任", id, Act::Recheck, Input::default()).unwrap();
        let closed = w.act("中心校主任", id, Act::Close, Input::default()).unwrap();
        assert_eq!(closed.state, State::Closed);
        let place = w.sees("中心校主任", move |cx| safety::org::unit::show(cx, point)).unwrap();
        assert_eq!(place.kind, UnitKind::Point);
    });
}

#[test]
fn the_second_person_is_never_nobody_and_passes_with_the_post() {
    on_both(|w| {
        let (point, room, centre) = (w.point, w.point_room, w.centre);
        let new = NewHazard { what: "窗玻璃裂".into(), place: Some(room), ..NewHazard::default() };
        let raise = || {
            let new = new.clone();
            let id = w.by("独一人", move |cx| hazard::raise::raise(cx, &new)).unwrap();
            let me = Input {
                grade: Some(Grade::Minor),
                category: Some(Category::Building),
                assignee: Some(w.person_id("独一人")),
                ..Input::default()
            };
            w.act("独一人", id, Act::Assign, me).unwrap();
            w.act("独一人", id, Act::Rectify, fixed("换了玻璃")).unwrap()
        };
        let head = w.person_id("中心校主任");
        assert_eq!(raise().turn_person, Some(head), "nobody was named: the 中心校 has somebody");
        let change = safety::org::unit::Change { second: Some(head), ..Default::default() };
        w.by("中心校校长", move |cx| safety::org::unit::change(cx, point, &change, None)).unwrap();
        let waiting = raise().id;
        let heir = w.person("中心校新主任", centre, &[]);
        let held = w.system(move |cx| post::of_person(cx, head)).unwrap()[0].id;
        let (_, moved) = w.by("中心校校长", move |cx| post::hand_over(cx, held, heir)).unwrap();
        assert_eq!(moved, 2);
        let unit = w.sees("中心校校长", move |cx| safety::org::unit::show(cx, point)).unwrap();
        assert_eq!(unit.second, Some(heir));
        w.act("中心校新主任", waiting, Act::Recheck, Input::default()).unwrap();
    });
}

#[test]
fn somebody_records_for_another_and_both_names_stand() {
    on_both(|w| {
        let id = w.assigned();
        let input = Input { behalf: Some(w.person_id("王建军")), ..fixed("换了电池") };
        w.act("李建国", id, Act::Rectify, input).unwrap();
        let view = w.sees("周文海", move |cx| hazard::view::view(cx, id)).unwrap();
        assert_eq!(view.steps[0].by.as_deref(), Some("王建军"));
        assert_eq!(view.steps[0].recorded_by.as_deref(), Some("李建国"));
        let refused = refusal(w.act("宋老师", id, Act::Recheck, Input::default()));
        assert_eq!(refused, Refusal::NoRight);
        let leaves = w.app.db().read(move |tx| safety::kernel::proof::of_record(tx, "hazard", id, 1)).unwrap();
        assert_eq!(leaves[0].leaf.behalf, Some(w.person_id("王建军")));
    });
}

#[test]
fn handing_over_a_post_carries_everything_open() {
    on_both(|w| {
        let id = w.assigned();
        let (school, fixer) = (w.school, w.person_id("王建军"));
        let heir = w.person("刘志强", school, &[]);
        let held = w.system(move |cx| post::of_person(cx, fixer)).unwrap();
        let post_id = held[0].id;
        let today = w.app.now().day();
        let stuck = refusal(w.by("李建国", move |cx| post::end(cx, post_id, today)));
        assert_eq!(stuck, Refusal::WrongState { from: "has_work", action: "end" });
        let (_, moved) = w.by("李建国", move |cx| post::hand_over(cx, post_id, heir)).unwrap();
        assert_eq!(moved, 1);
        let waiting = w.sees("刘志强", |cx| hazard::list::waiting(cx, 10)).unwrap();
        assert_eq!(waiting[0].hazard.id, id);
    });
}

#[test]
fn whatever_waits_is_counted_as_it_is_listed_however_it_came_to_wait() {
    on_both(|w| {
        let asked = |who: &str, limit: i64| {
            let lines = w.sees(who, move |cx| hazard::list::waiting(cx, limit)).unwrap();
            let late = lines.iter().any(|l| l.hazard.overdue(w.app.now()).is_some());
            let counted = w.sees(who, move |cx| hazard::list::count_waiting(cx, limit)).unwrap();
            assert_eq!(counted, (lines.len() as i64, late), "{who}, {limit}");
            assert!(lines.is_sorted_by_key(|l| (l.hazard.due_at.unwrap_or(Ms(i64::MAX)), l.hazard.id)), "{who}");
            lines.iter().map(|l| l.hazard.id).collect::<Vec<_>>()
        };
        // For the safety head by the role: three new ones; one of them goes to the fixer by name.
        let found = |n: i64| {
            w.fast_forward(Ms::MINUTE);
            w.raise("张福贵", &format!("窗扇松动{n}"))
        };
        let new: Vec<Id> = (1..=3).map(found).collect();
        w.act("李建国", new[0], Act::Assign, w.to_fixer()).unwrap();
        assert_eq!((asked("李建国", 99), asked("王建军", 99)), (new[1..].to_vec(), new[..1].to_vec()));
        // An extension waits for the vice principal, a report upward for the county.
        let until = w.app.now().plus(14 * Ms::DAY);
        let ask = Input { note: Some("灯具订货要等".into()), until: Some(until), ..Input::default() };
        w.act("王建军", new[0], Act::ExtendAsk, ask).unwrap();
        assert_eq!(asked("周文海", 99), new[..1]);
        let up = w.assigned();
        w.act("李建国", up, Act::Report, note("要区里拨款")).unwrap();
        assert_eq!(asked("于海涛", 99), [up]);
        // What is late stands first, and is seen of the first one alone.
        w.fast_forward(40 * Ms::DAY);
        assert_eq!(asked("李建国", 1).len(), 1);
        assert!(w.sees("李建国", |cx| hazard::list::count_waiting(cx, 1)).unwrap().1, "late");
        asked("李建国", 99);
        asked("周文海", 99);
        asked("于海涛", 99);
    });
}
