//! 2.5 踩踏预防: a school entered from paper, a timetable in which no stair is too dense, approved by somebody else, a stair
//! closed on the day, a bus that nobody can reach, posts of each day, large events approved before the day, widths below
//! the code as hazards, and what a drill measured in the next plan.

use std::collections::BTreeMap;

use base::{Error, Id, Ms, Problem, Refusal};
use safety::drill::{self, Called, NewDrill, Scenario};
use safety::duty::{self, Mark};
use safety::hazard::{self, Act, NewHazard};
use safety::movement::gathering::{self, NewGathering};
use safety::movement::posts::{self, NewPost, Said};
use safety::movement::{
    self, Bus, Gate, Go, House, Kind, NewBuilding, NewPlan, Reckoned, Room, Simple, Stage, Stair, State, Stood,
};

use safety::roll::{self, NewClass};

use crate::duty_board::agrees;
use crate::small_pack::day;
use crate::world::{World, on_both, refusal};

/// Three storeys, two stairs, twelve classes: what stands on one sheet of paper.
fn simple() -> Simple {
    let stair = || Stair { width: "1.5".into(), exit: "1.4".into(), ..Stair::default() };
    let house = House {
        name: "A".into(),
        floors: "3".into(),
        corridor_length: "62步".into(),
        corridor_width: "2.1".into(),
        to_assembly: "25".into(),
        stairs: vec![stair(), stair()],
        hall: String::new(),
    };
    let gate = Gate { name: "东门".into(), width: "3".into(), distance: "50".into() };
    let room = |i: i64| Room {
        house: String::new(),
        floor: (1 + i / 4).to_string(),
        class: format!("{}-{}", 1 + i / 2, 1 + i % 2),
        grade: (1 + i / 2).to_string(),
        pupils: (38 + i).to_string(),
    };
    Simple { houses: vec![house], gates: vec![gate], rooms: (0..12).map(room).collect() }
}

fn school(simple: Simple) -> NewBuilding {
    NewBuilding { simple: Some(simple), ..NewBuilding::default() }
}

fn enter(w: &World, new: &NewBuilding) -> Id {
    let judged = movement::judge("江湾中学", new).unwrap();
    w.by("李建国", move |cx| movement::enter(cx, None, &judged)).unwrap()
}

/// As a door does: read what is to be reckoned, reckon without a transaction, store.
fn reckoned(w: &World, building: Id, steps: u64) -> Reckoned {
    let doc = w.sees("李建国", move |cx| movement::building_of(cx, building)).unwrap().doc;
    let mut go = |p: movement::Progress| match p.stage {
        Stage::Timetable if p.done >= steps => Go::Enough,
        _ => Go::On,
    };
    movement::reckon(&doc, None, &mut go).unwrap().unwrap()
}

fn new_plan(building: Id) -> NewPlan {
    NewPlan { id: None, building, kind: Kind::Dismissal, title: "秋季错时放学".into(), note: None }
}

fn stored(w: &World, building: Id, made: &Reckoned) -> Id {
    let (made, new) = (made.clone(), new_plan(building));
    w.by("李建国", move |cx| movement::store(cx, &new, &made)).unwrap()
}

fn published(w: &World, building: Id) -> Id {
    let id = stored(w, building, &reckoned(w, building, 20));
    w.by("李建国", move |cx| movement::ask(cx, id)).unwrap();
    w.by("马校长", move |cx| movement::approve(cx, id, None)).unwrap();
    id
}

fn mark(w: &World, entry: &'static str) -> Mark {
    let school = w.school;
    w.sees("李局", move |cx| duty::cell(cx, school, entry, "2026-autumn", "")).unwrap().mark
}

/// Codes and places of the planner's faults.
fn faults<T: std::fmt::Debug>(answer: base::Result<T>) -> Vec<(String, String, String)> {
    match answer {
        Err(Error::Refused(Refusal::Invalid(list))) => list
            .into_iter()
            .map(|f| match f.problem {
                Problem::Planner { code, place, message } => (code, place, message),
                other => panic!("{other:?}"),
            })
            .collect(),
        other => panic!("a refusal was expected, not {other:?}"),
    }
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    let mut narrow = simple();
    narrow.houses[0].stairs[0].width = "1.0".into();
    let building = enter(w, &school(narrow));
    published(w, building);
    let subject = w.sees("李建国", move |cx| movement::checks(cx, building)).unwrap()[0].subject.clone();
    w.by("李建国", move |cx| movement::open_hazards(cx, building, std::slice::from_ref(&subject))).unwrap();
    posted(w);
    let event = event(w);
    w.by("李建国", move |cx| gathering::plan(cx, &event)).unwrap();
    let (today, school) = (w.app.now().day(), w.school);
    let line = w.sees("李建国", move |cx| posts::day(cx, school, today)).unwrap()[0].post.id;
    let said = Said { post: line, stood: Stood::Absent, person: None, note: None };
    w.by("李建国", move |cx| posts::stand(cx, today, std::slice::from_ref(&said))).unwrap();
}

fn posted(w: &World) {
    let (person, substitute) = (w.person_id("宋老师"), Some(w.person_id("张福贵")));
    let list: Vec<NewPost> = (1..=5)
        .map(|weekday| NewPost {
            weekday,
            place: "东楼梯二层平台".into(),
            task: Some("超过 20 人举手，下一班等候".into()),
            at: "11:30—11:45".into(),
            person,
            substitute,
        })
        .collect();
    w.by("李建国", move |cx| posts::set_posts(cx, None, &list)).unwrap();
}

fn event(w: &World) -> NewGathering {
    NewGathering {
        id: None,
        unit: None,
        title: "秋季运动会".into(),
        held_on: w.app.now().day().plus_days(10),
        at: "8:00—15:00".into(),
        place: "操场".into(),
        people: 520,
        guests: 0,
        lead: w.person_id("周文海"),
        routes: "各班从东西楼梯按放学次序下楼，看台四区".into(),
        posts: "每区一人，楼梯口两人".into(),
        weather: "大风或降雨改期".into(),
        emergency: "校医在主席台，车停东门".into(),
        outside: false,
        movement: None,
    }
}

#[test]
fn a_school_from_one_sheet_gets_a_timetable_that_keeps_the_limit_and_is_approved_by_another() {
    on_both(|w| {
        for i in 0..12 {
            let new = NewClass {
                unit: Some(w.school),
                name: format!("{}-{}", 1 + i / 2, 1 + i % 2),
                grade: 1 + i / 2,
                serial: 1 + i % 2,
                pupils: 38 + i,
                teacher: (i == 0).then(|| w.person_id("宋老师")),
                from_on: Some(day("2026-11-16")),
                ..NewClass::default()
            };
            w.system(move |cx| roll::open(cx, &new)).unwrap();
        }
        assert_eq!(mark(w, "crowd.gap"), Mark::NotDue);
        let building = enter(w, &school(simple()));
        let made = reckoned(w, building, 200);
        assert!(made.bound_s <= made.makespan_s && made.makespan_s < 2 * made.bound_s, "{made:?}");
        let id = stored(w, building, &made);
        let view = w.sees("宋老师", move |cx| movement::view(cx, id)).unwrap();
        // The referee shares no code with the planner.
        let entries: Vec<crowd::referee::Entry> = serde_json::from_value(view.doc["classes"].clone()).unwrap();
        assert_eq!(entries.len(), 12);
        let doc = w.sees("李建国", move |cx| movement::building_of(cx, building)).unwrap().doc;
        let instance = crowd::Instance::from_json(doc.as_bytes()).unwrap();
        let verdict = crowd::referee::check(instance.draft(), &[], &entries, &[]);
        assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
        assert_eq!(verdict.makespan_s.ceil() as i64, made.makespan_s);
        assert_eq!(view.teachers.get("1-1").map(String::as_str), Some("宋老师"));
        assert!(
            view.picture.starts_with("<svg") && view.phone.contains("1-1") && view.evacuation_picture.contains("<svg")
        );
        assert_eq!(view.cards.len(), 4 + 2 + 1, "flights, exits, gate");
        assert!(!view.doc["stops"].as_array().unwrap().is_empty() && !view.doc["posts"].as_array().unwrap().is_empty());

        w.by("马校长", move |cx| movement::ask(cx, id)).unwrap();
        assert!(matches!(
            refusal(w.by("马校长", move |cx| movement::approve(cx, id, None))),
            Refusal::PackForbids { .. }
        ));
        assert_eq!(refusal(w.by("李建国", move |cx| movement::approve(cx, id, None))), Refusal::NoRight);
        w.by("周文海", move |cx| movement::give_back(cx, id, "一年级先走")).unwrap();
        w.by("李建国", move |cx| movement::ask(cx, id)).unwrap();
        w.by("周文海", move |cx| movement::approve(cx, id, None)).unwrap();
        assert_eq!(mark(w, "crowd.gap"), Mark::OnTime);
        // The next one takes its place.
        let second = published(w, building);
        let states = |id: Id| w.sees("李建国", move |cx| movement::load(cx, id)).unwrap().state;
        assert_eq!((states(id), states(second)), (State::Ended, State::Approved));
        assert_eq!(w.sees("于海涛", |cx| movement::list(cx, None, None, 50)).unwrap().items.len(), 2);
        agrees(w);
    });
}

#[test]
fn a_stale_or_cancelled_reckoning_is_never_stored_and_a_school_beyond_the_limits_is_refused_at_once() {
    on_both(|w| {
        let building = enter(w, &school(simple()));
        let made = reckoned(w, building, 5);
        let doc = w.sees("李建国", move |cx| movement::building_of(cx, building)).unwrap().doc;
        let mut seen = Vec::new();
        for stage in [Stage::Floor, Stage::Timetable, Stage::Evacuation, Stage::Cards, Stage::Pictures] {
            let mut go = |p: movement::Progress| {
                seen.push(p.stage);
                match p.stage {
                    s if s == stage => Go::Cancel,
                    Stage::Timetable if p.done >= 3 => Go::Enough,
                    _ => Go::On,
                }
            };
            assert_eq!(movement::reckon(&doc, None, &mut go).unwrap(), None, "{stage:?}");
        }
        assert!(seen.contains(&Stage::Cards) && seen.contains(&Stage::Pictures));
        // The corridor turned out to be narrower: what was reckoned for the old one is refused.
        let mut other = simple();
        other.houses[0].corridor_width = "1.9".into();
        let newer = enter(w, &school(other));
        let (old, new) = (made.clone(), new_plan(building));
        assert_eq!(refusal(w.by("李建国", move |cx| movement::store(cx, &new, &old))), Refusal::Stale { version: 2 });
        let (old, new) = (made, new_plan(newer));
        assert_eq!(refusal(w.by("李建国", move |cx| movement::store(cx, &new, &old))), Refusal::Stale { version: 2 });

        let mut big = simple();
        big.rooms = (0..401)
            .map(|i| Room {
                house: String::new(),
                floor: "1".into(),
                class: format!("c{i}"),
                grade: "1".into(),
                pupils: "40".into(),
            })
            .collect();
        let told = faults(movement::judge("x", &school(big)));
        assert!(told.iter().any(|f| f.0 == "E_TOO_LARGE"), "{told:?}");
        let mut bad = simple();
        bad.houses[0].stairs[0].width = "150".into();
        bad.rooms[3].pupils = "四十".into();
        let told = faults(movement::judge("x", &school(bad)));
        assert!(told.iter().any(|f| f.1.contains("rooms.csv") && f.1.contains("pupils")), "{told:?}");
        let none = movement::judge("x", &NewBuilding::default());
        assert!(matches!(refusal(none), Refusal::Invalid(f) if f[0].field == "building"));
        let judged = movement::judge("x", &school(simple())).unwrap();
        let (theirs, foreign) = (judged.clone(), Some(w.foreign_school));
        assert_eq!(refusal(w.by("李建国", move |cx| movement::enter(cx, foreign, &theirs))), Refusal::NotFound);
        assert_eq!(refusal(w.by("宋老师", move |cx| movement::enter(cx, None, &judged))), Refusal::NoRight);
    });
}

#[test]
fn a_bus_that_nobody_can_reach_is_named_with_the_minutes_missing() {
    on_both(|w| {
        let line = |departs_s: i64| Bus { line: "7".into(), classes: vec!["6-1".into()], departs_s, walk_s: 60 };
        let mut new = school(simple());
        new.buses = vec![line(360)];
        let told = faults(movement::judge("江湾中学", &new));
        assert_eq!((told.len(), told[0].0.as_str()), (1, "E_DEADLINE"));
        assert_eq!(told[0].2, "7 路校车来不及：即使一路无人，也差 2 分钟");
        // Possible alone, not for all of them together: the timetable says which, and what is missing.
        let riders: Vec<String> = simple().rooms.iter().map(|r| r.class.clone()).collect();
        new.buses = vec![Bus { classes: riders, ..line(520) }];
        let building = enter(w, &new);
        let id = stored(w, building, &reckoned(w, building, 30));
        let view = w.sees("李建国", move |cx| movement::view(cx, id)).unwrap();
        let missed = view.doc["missed"].as_array().unwrap();
        assert!(!missed.is_empty(), "{}", view.doc["makespan_s"]);
        assert!(missed.iter().all(|m| m["what"] == "7" && m["missing_min"].as_i64().unwrap() >= 1), "{missed:?}");
        assert!(view.picture.contains("赶不上"), "the picture says it too");
    });
}

#[test]
fn a_stair_closed_on_the_day_has_its_card_at_hand() {
    on_both(|w| {
        let building = enter(w, &school(simple()));
        let plan = published(w, building);
        let view = w.sees("李建国", move |cx| movement::view(cx, plan)).unwrap();
        let flight = view.cards.iter().find(|c| c.edge.contains("T1-2")).unwrap();
        let (card, stair) = (flight.id, w.stair);
        assert!(flight.makespan_s >= flight.bound_s && flight.bound_s > view.plan.bound_s, "one stair is slower");
        w.by("李建国", move |cx| movement::card_place(cx, card, Some(stair))).unwrap();
        let gate = w.foreign_gate;
        assert!(matches!(
            refusal(w.by("李建国", move |cx| movement::card_place(cx, card, Some(gate)))),
            Refusal::Invalid(_)
        ));
        let new = NewHazard {
            what: "东楼梯堆了桌椅，走不了人".into(), place: Some(stair), ..NewHazard::default()
        };
        let hazard = w.by("张福贵", move |cx| hazard::raise::raise(cx, &new)).unwrap();
        let offered = w.sees("张福贵", move |cx| movement::offered(cx, hazard)).unwrap();
        assert_eq!(offered.iter().map(|c| c.id).collect::<Vec<_>>(), [card]);
        assert!(offered[0].phone.contains("<svg"));
        let school = w.school;
        w.by("李建国", move |cx| movement::use_card(cx, card, Some(hazard))).unwrap();
        let shut = w.sees("宋老师", move |cx| movement::shut_today(cx, school)).unwrap();
        assert_eq!((shut.len(), shut[0].hazard), (1, Some(hazard)));
        w.clock.advance(Ms::DAY);
        assert!(w.sees("宋老师", move |cx| movement::shut_today(cx, school)).unwrap().is_empty(), "for the day only");
        w.act("李建国", hazard, Act::Dismiss, crate::world::note("已经搬走")).unwrap();
        assert!(w.sees("张福贵", move |cx| movement::offered(cx, hazard)).unwrap().is_empty());
        for who in ["北山主任", "桦甸股长", "市场监管", "市审计"] {
            assert_eq!(refusal(w.sees(who, move |cx| movement::view(cx, plan))), Refusal::NotFound, "{who}");
            assert_eq!(refusal(w.sees(who, move |cx| movement::card(cx, card))), Refusal::NotFound, "{who}");
            assert_eq!(refusal(w.by(who, move |cx| movement::end(cx, plan))), Refusal::NotFound, "{who}");
        }
        assert_eq!(refusal(w.by("于海涛", move |cx| movement::end(cx, plan))), Refusal::NoRight);
    });
}

#[test]
fn each_days_post_is_stood_substituted_or_absent() {
    on_both(|w| {
        assert_eq!(mark(w, "crowd.stairs"), Mark::NotDue);
        posted(w);
        assert_eq!(mark(w, "crowd.stairs"), Mark::OnTime);
        let (today, school) = (w.app.now().day(), w.school);
        let lines = w.sees("宋老师", move |cx| posts::day(cx, school, today)).unwrap();
        assert_eq!((lines.len(), lines[0].stood, today.weekday()), (1, None, 1));
        let post = lines[0].post.id;
        let said = |stood, person| vec![Said { post, stood, person, note: None }];
        let own = said(Stood::Stood, None);
        w.by("宋老师", move |cx| posts::stand(cx, today, &own)).unwrap();
        let foreign = said(Stood::Substituted, Some(w.person_id("北山主任")));
        assert!(matches!(refusal(w.by("李建国", move |cx| posts::stand(cx, today, &foreign))),
            Refusal::Invalid(f) if f[0].field == "person"));
        // The named substitute, unless somebody else is named.
        let substituted = said(Stood::Substituted, None);
        w.by("李建国", move |cx| posts::stand(cx, today, &substituted)).unwrap();
        let line = w.sees("周文海", move |cx| posts::day(cx, school, today)).unwrap().remove(0);
        assert_eq!((line.stood, line.person.as_deref()), (Some(Stood::Substituted), Some("张福贵")));
        let absent = said(Stood::Absent, None);
        assert_eq!(refusal(w.by("王建军", move |cx| posts::stand(cx, today, &absent))), Refusal::NoRight);
        let absent = said(Stood::Absent, None);
        assert!(matches!(refusal(w.by("北山主任", move |cx| posts::stand(cx, today, &absent))), Refusal::Invalid(_)));
        let tomorrow = today.plus_days(1);
        let early = said(Stood::Stood, None);
        assert!(matches!(refusal(w.by("李建国", move |cx| posts::stand(cx, tomorrow, &early))), Refusal::Invalid(_)));
        w.clock.advance(Ms::DAY);
        let wrong = said(Stood::Stood, None);
        assert!(
            matches!(refusal(w.by("李建国", move |cx| posts::stand(cx, tomorrow, &wrong))),
            Refusal::Invalid(f) if f[0].problem == Problem::Mismatch { with: "day" }),
            "Monday's post on a Tuesday"
        );
        let sums = w.sees("于海涛", move |cx| posts::days(cx, school)).unwrap();
        assert_eq!((sums[&today].substituted, sums[&today].stood, sums[&today].absent), (1, 0, 0));
        // A new list takes the place of the old one, whose days stay.
        posted(w);
        let list = w.sees("李建国", move |cx| posts::posts(cx, school, tomorrow)).unwrap();
        assert_eq!((list.len(), list[0].from_on), (5, tomorrow));
        assert_eq!(
            w.sees("李建国", move |cx| posts::day(cx, school, today)).unwrap()[0].stood,
            Some(Stood::Substituted)
        );
        agrees(w);
    });
}

#[test]
fn a_large_event_is_approved_by_the_school_and_with_guests_by_the_bureau_before_the_day() {
    on_both(|w| {
        let new = event(w);
        let own = w.by("李建国", move |cx| gathering::plan(cx, &new)).unwrap();
        let with_guests = NewGathering { guests: 300, title: "家长开放日".into(), ..event(w) };
        let open = w.by("李建国", move |cx| gathering::plan(cx, &with_guests)).unwrap();
        let empty = NewGathering {
            routes: " ".into(),
            weather: String::new(),
            people: 0,
            held_on: w.app.now().day(),
            ..event(w)
        };
        match refusal(w.by("李建国", move |cx| gathering::plan(cx, &empty))) {
            Refusal::Invalid(f) => {
                assert_eq!(f.iter().map(|f| f.field).collect::<Vec<_>>(), ["routes", "weather", "people", "held_on"]);
            }
            other => panic!("{other:?}"),
        }
        for id in [own, open] {
            w.by("李建国", move |cx| gathering::ask(cx, id)).unwrap();
            assert_eq!(refusal(w.by("李建国", move |cx| gathering::approve(cx, id))), Refusal::NoRight);
            assert_eq!(refusal(w.by("于海涛", move |cx| gathering::approve(cx, id))), Refusal::NoRight, "not his turn");
            w.by("马校长", move |cx| gathering::approve(cx, id)).unwrap();
        }
        let state = |id: Id| w.sees("马校长", move |cx| gathering::load(cx, id)).unwrap().state;
        assert_eq!((state(own), state(open)), (State::Approved, State::Upward));
        w.by("于海涛", move |cx| gathering::give_back(cx, open, "入场路线和放学路线交叉")).unwrap();
        assert_eq!(state(open), State::Returned);
        w.by("李建国", move |cx| gathering::ask(cx, open)).unwrap();
        w.by("马校长", move |cx| gathering::approve(cx, open)).unwrap();
        w.by("于海涛", move |cx| gathering::approve(cx, open)).unwrap();
        assert_eq!(state(open), State::Approved);
        // The third is forgotten until the day: then nobody can make it look as if it had been approved.
        let third = NewGathering { title: "歌咏比赛".into(), ..event(w) };
        let third = w.by("李建国", move |cx| gathering::plan(cx, &third)).unwrap();
        w.by("李建国", move |cx| gathering::ask(cx, third)).unwrap();
        let marks = |w: &World| {
            let filter = duty::Filter { clause: Some("2.5".into()), ..duty::Filter::default() };
            let page = w.sees("李建国", move |cx| duty::list(cx, &filter, None, 50)).unwrap();
            let mut out = BTreeMap::new();
            for line in page.items.into_iter().filter(|l| l.duty.entry == "event.plan") {
                *out.entry(format!("{:?}", line.mark)).or_insert(0) += 1;
            }
            out
        };
        assert_eq!(marks(w), BTreeMap::from([("OnTime".to_string(), 2), ("NotDue".to_string(), 1)]));
        w.fast_forward(10 * Ms::DAY);
        assert_eq!(refusal(w.by("马校长", move |cx| gathering::approve(cx, third))), Refusal::TooLate);
        assert_eq!(marks(w), BTreeMap::from([("OnTime".to_string(), 2), ("Missing".to_string(), 1)]));
        w.by("李建国", move |cx| gathering::end(cx, own, "按方案进行，无人受伤")).unwrap();
        assert_eq!(state(own), State::Ended);
        for who in ["北山主任", "桦甸股长", "市场监管"] {
            assert_eq!(refusal(w.sees(who, move |cx| gathering::load(cx, own))), Refusal::NotFound, "{who}");
        }
        agrees(w);
    });
}

#[test]
fn a_width_below_the_code_opens_one_hazard() {
    on_both(|w| {
        let mut narrow = simple();
        narrow.houses[0].stairs[0].width = "1.0".into();
        let building = enter(w, &school(narrow));
        let checks = w.sees("李建国", move |cx| movement::checks(cx, building)).unwrap();
        let short: Vec<_> = checks.iter().filter(|c| c.finding == "falls_short").collect();
        assert!(
            short.iter().any(|c| c.clause == "8.7.2" && c.have == Some(1.0) && (c.need - 1.2).abs() < 1e-9),
            "{short:?}"
        );
        let subject = short.iter().find(|c| c.clause == "8.7.2" && c.need > 1.1).unwrap().subject.clone();
        let again = subject.clone();
        let first =
            w.by("李建国", move |cx| movement::open_hazards(cx, building, std::slice::from_ref(&subject))).unwrap();
        let second =
            w.by("周文海", move |cx| movement::open_hazards(cx, building, std::slice::from_ref(&again))).unwrap();
        assert_eq!(first, second, "once while it is dealt with");
        let id = first[0];
        let hazard = w.sees("于海涛", move |cx| hazard::load(cx, id)).unwrap();
        assert!(hazard.what.contains("8.7.2") && hazard.what.contains("1.20"), "{}", hazard.what);
        let checks = w.sees("李建国", move |cx| movement::checks(cx, building)).unwrap();
        assert!(checks.iter().any(|c| c.hazard == Some(id)));
        let fine = checks.iter().find(|c| c.finding == "meets").unwrap().subject.clone();
        let fine = [fine, "没有这一处".into()].concat();
        assert!(matches!(
            refusal(w.by("李建国", move |cx| movement::open_hazards(cx, building, std::slice::from_ref(&fine)))),
            Refusal::Invalid(_)
        ));
        let other = ["不归他".to_string()];
        assert_eq!(
            refusal(w.by("北山主任", move |cx| movement::open_hazards(cx, building, &other))),
            Refusal::NotFound
        );
    });
}

#[test]
fn what_a_drill_measured_goes_into_the_next_plan() {
    on_both(|w| {
        for i in 0..12 {
            let new = NewClass {
                unit: Some(w.school),
                name: format!("{}-{}", 1 + i / 2, 1 + i % 2),
                grade: 1 + i / 2,
                serial: 1 + i % 2,
                pupils: 38 + i,
                from_on: Some(day("2026-11-16")),
                ..NewClass::default()
            };
            w.system(move |cx| roll::open(cx, &new)).unwrap();
        }
        let building = enter(w, &school(simple()));
        let plan = published(w, building);
        let view = w.sees("李建国", move |cx| movement::view(cx, plan)).unwrap();
        let new = NewDrill {
            id: None,
            unit: None,
            title: "疏散演练".into(),
            scenario: Scenario::Fire,
            night: false,
            told: true,
            window_from: day("2026-11-16"),
            window_until: day("2026-11-20"),
            place: None,
            edition: None,
            roles: vec![],
        };
        let id = w.by("李建国", move |cx| drill::plan(cx, &new)).unwrap();
        w.by("李建国", move |cx| drill::start(cx, id)).unwrap();
        let known = w.sees("李建国", move |cx| drill::view(cx, id)).unwrap();
        assert_eq!(known.drill.floor_s, Some(view.plan.floor_s), "shown beside the two minutes");
        assert!(view.plan.floor_s > known.guide_s.unwrap(), "nobody shall run to meet a slogan");
        // Everybody needs a quarter longer than reckoned, and starts five seconds later.
        for line in known.classes {
            let planned =
                view.evacuation["classes"].as_array().unwrap().iter().find(|c| c["cls"] == line.name.as_str());
            let moving = planned.unwrap()["out_s"].as_f64().unwrap() - 15.0;
            let seconds = Some((20.0 + moving * 1.25).round() as i64);
            let said = Called { line: Some(line.id), out: line.expected, seconds, ..Called::default() };
            w.by("宋老师", move |cx| drill::call(cx, id, &said)).unwrap();
        }
        assert!(matches!(refusal(w.by("李建国", move |cx| drill::fit(cx, id))), Refusal::WrongState { .. }));
        w.by("李建国", move |cx| drill::finish(cx, id)).unwrap();
        let fitted = w.by("李建国", move |cx| drill::fit(cx, id)).unwrap();
        let edition = w.sees("李建国", move |cx| movement::building_of(cx, fitted)).unwrap();
        assert_eq!((edition.edition, edition.fitted_from, edition.typed), (2, Some(id), Some(simple())));
        let (before, after) = (
            crowd::Instance::from_json(
                w.sees("李建国", move |cx| movement::building_of(cx, building)).unwrap().doc.as_bytes(),
            )
            .unwrap(),
            crowd::Instance::from_json(edition.doc.as_bytes()).unwrap(),
        );
        let factor = after.draft().rules.speed_factor / before.draft().rules.speed_factor;
        assert!((factor - 0.8).abs() < 0.02, "{factor}");
        assert_eq!(after.draft().rules.premovement_s, 20.0);
        assert!(w.sees("李建国", move |cx| movement::view(cx, plan)).unwrap().stale, "the plan is to be reckoned anew");
        assert!(matches!(refusal(w.by("马校长", move |cx| movement::confirm(cx, plan))), Refusal::Stale { .. }));
    });
}
