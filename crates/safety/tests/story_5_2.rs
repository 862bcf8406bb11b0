//! 5.2 一键报警: told to school, county and police desk at the same moment; the ladder climbs by the clock while nobody
//! answers, and goes on when somebody answered and nobody came; every class is accounted for; it ends with a reason.

use base::{Id, Ms, Refusal};
use safety::alarm::{self, Act, Alarm, Here, Input, NewAlarm, Outcome, State, button, roll, spread, view};
use safety::duty::{self, Mark};
use safety::kernel::outbox::{self, Line, Sent, Way};
use safety::message::channel::{self, Carried};
use safety::message::send::{self, Rang};
use safety::message::{self, Kind};
use safety::org::unit::{self, Change};
use safety::org::{Role, people};

use crate::world::{World, on_both, refusal};

/// The world with a desk at the county, the city's officer, a police desk, telephones, and everything carried.
fn ready(w: &World) {
    let carried = Carried { ways: Way::ALL.to_vec(), hosts: Vec::new(), push_key: None };
    w.system(move |cx| channel::carry(cx, &carried)).unwrap();
    let police = w.open(safety::org::UnitKind::Agency, "昌邑区公安分局", Some(w.county), 0);
    w.person("县值班", w.county, &[Role::Desk]);
    w.person("市值班", w.city, &[Role::Desk]);
    w.person("县局长", w.county, &[Role::BureauHead]);
    w.person("公安席", police, &[Role::Agency]);
    for (unit, phone) in [(w.county, "0432-1"), (w.city, "0432-2"), (police, "110"), (w.school, "0432-3")] {
        let change = Change { phone: Some(phone.into()), ..Change::default() };
        w.system(move |cx| unit::change(cx, unit, &change, None)).unwrap();
    }
    for (who, number) in [("马校长", "13900000001"), ("李建国", "13900000002"), ("孙局长", "13900000003")] {
        let (person, name) = (w.person_id(who), who.to_string());
        w.system(move |cx| people::correct(cx, person, &name, Some(number))).unwrap();
    }
    let county = w.county;
    w.by("于海涛", move |cx| button::hear(cx, county, Some(police))).unwrap();
}

fn press(w: &World, who: &str) -> Id {
    let new = NewAlarm { place: Some(w.stair), ..NewAlarm::default() };
    w.by(who, move |cx| alarm::raise::raise(cx, &new)).unwrap()
}

fn act(w: &World, who: &str, id: Id, act: Act, input: Input) -> base::Result<Alarm> {
    w.by(who, move |cx| alarm::act::act(cx, id, act, &input))
}

fn does(w: &World, who: &str, id: Id, a: Act) -> Alarm {
    act(w, who, id, a, Input::default()).unwrap()
}

fn ended(note: &str, outcome: Outcome) -> Input {
    Input { note: Some(note.into()), outcome: Some(outcome) }
}

fn now(w: &World, id: Id) -> Alarm {
    w.system(move |cx| alarm::load(cx, id)).unwrap()
}

fn told(w: &World, who: &str, id: Id) -> usize {
    let page = w.sees(who, |cx| message::list(cx, None, 200)).unwrap().0;
    page.iter().filter(|m| m.subject == id && m.kind == Kind::Alarm).count()
}

fn receipts(w: &World, id: Id) -> Vec<Line> {
    w.system(move |cx| outbox::of_subject(cx, "alarm", id, 5_000)).unwrap()
}

fn rings(w: &World, id: Id) -> usize {
    receipts(w, id).iter().filter(|l| l.way == Way::Voice).count()
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    let agency = w.agency;
    let county = w.county;
    w.by("于海涛", move |cx| button::hear(cx, county, Some(agency))).unwrap();
    let unit = w.school;
    w.by("李建国", move |cx| button::add(cx, unit, None, "门卫室", "0123456789abcdef0123456789abcdef")).unwrap();
    let id = press(w, "张福贵");
    let class = w.by("李建国", |cx| {
        let new = safety::roll::NewClass { name: "七年级9班".into(), grade: 7, ..Default::default() };
        safety::roll::open(cx, &new)
    });
    let class = class.unwrap();
    w.by("李建国", move |cx| roll::account(cx, id, class, Here::Present, 0)).unwrap();
    act(w, "李建国", id, Act::End, ended("误按", Outcome::False)).unwrap();
}

#[test]
fn school_county_and_police_are_told_at_the_same_moment_and_nobody_else() {
    on_both(|w| {
        ready(w);
        let id = press(w, "张福贵");
        for who in ["马校长", "周文海", "李建国", "张福贵", "县值班", "于海涛", "孙局长", "公安席"]
        {
            assert_eq!(told(w, who, id), 1, "{who}");
        }
        for who in ["宋老师", "王建军", "李局", "市值班", "县局长", "桦甸股长", "北山主任", "市场监管"]
        {
            assert_eq!(told(w, who, id), 0, "{who}");
        }
        let at: Vec<Ms> = receipts(w, id).iter().map(|l| l.next_at).collect();
        assert!(!at.is_empty() && at.iter().all(|at| *at == w.app.now()), "now, day or night");
        // Whoever was told may look; others see nothing.
        for who in ["县值班", "公安席", "宋老师", "李局"] {
            assert!(w.sees(who, move |cx| view::show(cx, id)).is_ok(), "{who}");
        }
        for who in ["桦甸股长", "北山主任", "市场监管", "市审计"] {
            assert_eq!(refusal(w.sees(who, move |cx| view::show(cx, id))), Refusal::NotFound, "{who}");
        }
    });
}

#[test]
fn an_unanswered_desk_at_two_in_the_morning_climbs_the_ladder_until_a_telephone_is_lifted() {
    on_both(|w| {
        ready(w);
        w.clock.set(Ms::parse("2026-11-17T02:00:00+08:00").unwrap());
        let id = press(w, "张福贵");
        w.fast_forward(59 * Ms::SECOND);
        assert_eq!((now(w, id).rung, rings(w, id)), (1, 0));
        // 02:01: nobody. Telephones ring at the county's desk, at the police, at the school's leaders.
        w.fast_forward(Ms::SECOND);
        assert_eq!((now(w, id).rung, rings(w, id)), (2, 4));
        assert_eq!((told(w, "县值班", id), told(w, "市值班", id)), (2, 0));
        // 02:03: one level more, and the county's vice head is rung up.
        w.fast_forward(2 * Ms::MINUTE);
        assert_eq!((now(w, id).rung, told(w, "市值班", id), told(w, "县局长", id)), (3, 1, 0));
        assert_eq!(rings(w, id), 4 + 4 + 2);
        // 02:05: the heads as well.
        w.fast_forward(2 * Ms::MINUTE);
        assert_eq!((now(w, id).rung, told(w, "县局长", id)), (4, 1));

        // The county's vice head lifts his telephone and presses the key.
        let vice = w.person_id("孙局长");
        let jobs = w.system(send::take).unwrap();
        assert!(jobs.len() > 10);
        for job in jobs {
            let (key, claim, ringing) = (job.key, job.claim, job.way == Way::Voice);
            let taken = outbox::Outcome::Taken { far: Some("call".into()), ringing };
            w.system(move |cx| send::settle(cx, key, claim, &taken)).unwrap();
        }
        let line = receipts(w, id).into_iter().find(|l| l.person == Some(vice) && l.state == Sent::Ringing).unwrap();
        w.clock.advance(4 * Ms::SECOND);
        w.system(move |cx| send::rang(cx, line.id, Some(Rang::Answered(Some('1'))))).unwrap();
        let alarm = now(w, id);
        assert_eq!((alarm.state, alarm.acked_by), (State::Acknowledged, Some(vice)));
        // Lifted twice, or without the key: nothing more.
        w.system(move |cx| send::rang(cx, line.id, Some(Rang::Answered(Some('1'))))).unwrap();
        let steps = w.sees("李建国", move |cx| view::show(cx, id)).unwrap().steps;
        let acts: Vec<Act> = steps.iter().rev().map(|s| s.act).collect();
        assert_eq!(acts, [Act::Raise, Act::Rung, Act::Rung, Act::Rung, Act::Acknowledge]);
        assert_eq!(steps[0].by.as_deref(), Some("孙局长"));
        assert!(steps[1].planned_at.is_some());
    });
}

#[test]
fn acknowledged_but_idle_is_not_forgotten() {
    on_both(|w| {
        ready(w);
        let id = press(w, "张福贵");
        does(w, "县值班", id, Act::Acknowledge);
        assert_eq!(now(w, id).state, State::Acknowledged);
        w.fast_forward(4 * Ms::MINUTE);
        assert_eq!((now(w, id).rung, now(w, id).state), (1, State::Acknowledged), "the ladder stands still");
        w.fast_forward(Ms::MINUTE);
        assert_eq!((now(w, id).rung, now(w, id).state), (2, State::Raised), "nobody came: it goes on");
        does(w, "李建国", id, Act::Acknowledge);
        does(w, "李建国", id, Act::Arrive);
        w.fast_forward(Ms::HOUR);
        let alarm = now(w, id);
        assert_eq!((alarm.rung, alarm.state), (2, State::OnSite));
        assert_eq!(alarm.acked_by, Some(w.person_id("县值班")), "the first one stays in the record");
        act(w, "李建国", id, Act::End, ended("校外人员已劝离", Outcome::Real)).unwrap();
        w.fast_forward(Ms::DAY);
        let view = w.sees("马校长", move |cx| view::show(cx, id)).unwrap();
        assert_eq!((view.alarm.state, view.alarm.rung), (State::Ended, 2));
        assert_eq!(view.acts, [Act::Note]);
    });
}

#[test]
fn who_comes_from_the_school_does_not_silence_the_alarm_before_somebody_outside_has_heard_it() {
    on_both(|w| {
        ready(w);
        let id = press(w, "张福贵");
        let own = refusal(act(w, "张福贵", id, Act::Arrive, Input::default()));
        assert!(
            matches!(own, Refusal::PackForbids { clause: "5.2", rule: "own_alarm", .. } | Refusal::NoRight),
            "{own:?}"
        );
        // The director is there within seconds; county and police have not answered yet.
        does(w, "李建国", id, Act::Arrive);
        let alarm = now(w, id);
        assert_eq!((alarm.state, alarm.rung), (State::Raised, 1), "there, and nobody outside knows");
        assert!(alarm.on_site_at.is_some() && alarm.due_at.is_some());
        let asked = |who: &str| w.sees(who, move |cx| view::show(cx, id)).unwrap().acts;
        assert!(asked("县值班").contains(&Act::Acknowledge) && asked("公安席").contains(&Act::Acknowledge));
        w.fast_forward(Ms::MINUTE);
        assert_eq!(now(w, id).rung, 2, "the ladder goes on");
        does(w, "李建国", id, Act::Acknowledge);
        assert_eq!(now(w, id).state, State::Acknowledged);
        assert!(asked("县值班").contains(&Act::Acknowledge), "the school's own answer is not the county's");
        w.fast_forward(5 * Ms::MINUTE);
        assert_eq!((now(w, id).rung, now(w, id).state), (3, State::Raised));
        does(w, "县值班", id, Act::Acknowledge);
        let alarm = now(w, id);
        assert_eq!((alarm.state, alarm.due_at), (State::OnSite, None), "heard, and somebody is there");
        assert!(!asked("县值班").contains(&Act::Acknowledge) && asked("公安席").contains(&Act::Acknowledge));
        w.fast_forward(Ms::HOUR);
        assert_eq!(now(w, id).rung, 3);
        // Whoever comes from outside has heard it.
        let other = press(w, "张福贵");
        does(w, "公安席", other, Act::Arrive);
        let alarm = now(w, other);
        assert_eq!(alarm.state, State::OnSite);
        assert!(alarm.heard_at.is_some() && alarm.linked_at.is_some());
    });
}

#[test]
fn whoever_answers_an_alarm_has_the_mobiles_beside_it_and_a_teacher_has_his_own_class_first() {
    on_both(|w| {
        ready(w);
        for (who, mobile) in [("马校长", "13900000001"), ("李建国", "13900000002"), ("张福贵", "13900000003")]
        {
            let id = w.person_id(who);
            w.system(move |cx| safety::org::people::correct(cx, id, who, Some(mobile))).unwrap();
        }
        let teacher = w.person_id("宋老师");
        for (serial, head) in [(10, None), (2, Some(teacher)), (1, None)] {
            let name = format!("七年级{serial}班");
            let new =
                safety::roll::NewClass { name, grade: 7, serial, pupils: 40, teacher: head, ..Default::default() };
            w.by("李建国", move |cx| safety::roll::open(cx, &new)).unwrap();
        }
        let id = press(w, "张福贵");
        let seen = |who: &str| w.sees(who, move |cx| view::show(cx, id)).unwrap();
        let called = |who: &str| seen(who).calls.iter().map(|c| (c.role, c.name.clone())).collect::<Vec<_>>();
        let all = [(None, "张福贵"), (Some(Role::Principal), "马校长"), (Some(Role::SafetyHead), "李建国")];
        let all: Vec<(Option<Role>, String)> = all.iter().map(|(role, name)| (*role, name.to_string())).collect();
        assert_eq!(called("县值班"), all);
        assert_eq!(called("公安席"), all);
        assert_eq!(called("李建国"), all[..2], "nobody is told to ring himself");
        assert!(called("宋老师").is_empty(), "who does not answer alarms has no mobiles");
        let names = |who: &str| seen(who).roll.iter().map(|l| l.name.clone()).collect::<Vec<_>>();
        assert_eq!(names("县值班"), ["七年级1班", "七年级2班", "七年级10班"]);
        assert_eq!(names("宋老师"), ["七年级2班", "七年级1班", "七年级10班"]);
        act(w, "李建国", id, Act::End, ended("演示", Outcome::False)).unwrap();
        assert!(called("县值班").is_empty(), "over");
    });
}

#[test]
fn after_an_outage_the_ladder_goes_on_one_rung_at_a_time_and_nobody_is_told_a_step_twice() {
    on_both(|w| {
        ready(w);
        let id = press(w, "张福贵");
        w.clock.advance(3 * Ms::HOUR);
        assert_eq!(w.tick(), 1, "one rung, not ninety");
        assert_eq!(now(w, id).rung, 2);
        assert_eq!(w.tick(), 0);
        let before = receipts(w, id).len();
        // The same rung told again, as a transaction run twice would: nothing new.
        w.system(move |cx| {
            let alarm = alarm::load(cx, id)?;
            alarm::ladder::tell(cx, &alarm, 2)
        })
        .unwrap();
        assert_eq!(receipts(w, id).len(), before);
        // Told again and again while nobody answers, but not for ever.
        for _ in 0..200 {
            w.fast_forward(2 * Ms::MINUTE);
        }
        assert_eq!(now(w, id).rung, alarm::ladder::RUNGS_MAX);
    });
}

#[test]
fn pressing_again_is_the_same_alarm_and_nothing_typed_is_a_reason_to_refuse() {
    on_both(|w| {
        ready(w);
        let id = press(w, "张福贵");
        w.clock.advance(30 * Ms::SECOND);
        assert_eq!(press(w, "宋老师"), id);
        w.clock.advance(61 * Ms::SECOND);
        let other = press(w, "宋老师");
        assert_ne!(other, id, "a minute later it is another one");
        // The same press once more: its answer was lost.
        let lost = NewAlarm { id: Some(other), ..NewAlarm::default() };
        assert_eq!(w.by("宋老师", move |cx| alarm::raise::raise(cx, &lost)).unwrap(), other);
        // A foreign place, an id that is taken, a text without end: an alarm all the same.
        w.clock.advance(2 * Ms::MINUTE);
        let new = NewAlarm {
            id: Some(id),
            place: Some(w.foreign_gate),
            place_text: Some("东".repeat(1_000)),
            ..NewAlarm::default()
        };
        let third = w.by("宋老师", move |cx| alarm::raise::raise(cx, &new)).unwrap();
        let alarm = now(w, third);
        assert!(third != id && alarm.place.is_none() && alarm.place_text.unwrap().chars().count() == 60);
        let foreign = NewAlarm { unit: Some(w.foreign_school), ..NewAlarm::default() };
        assert_eq!(refusal(w.by("宋老师", move |cx| alarm::raise::raise(cx, &foreign))), Refusal::NotFound);
        let county = NewAlarm { unit: Some(w.school), ..NewAlarm::default() };
        assert!(w.by("县值班", move |cx| alarm::raise::raise(cx, &county)).is_ok(), "told by telephone");
    });
}

#[test]
fn who_pressed_does_not_answer_himself_and_an_end_needs_a_reason() {
    on_both(|w| {
        ready(w);
        let id = press(w, "李建国");
        let own = refusal(act(w, "李建国", id, Act::Acknowledge, Input::default()));
        assert!(matches!(own, Refusal::PackForbids { clause: "5.2", rule: "own_alarm", .. }), "{own:?}");
        for who in ["宋老师", "王建军"] {
            assert_eq!(refusal(act(w, who, id, Act::Acknowledge, Input::default())), Refusal::NoRight, "{who}");
        }
        assert_eq!(refusal(act(w, "公安席", id, Act::End, ended("出警", Outcome::Real))), Refusal::NoRight);
        let fields = |answer| match refusal(answer) {
            Refusal::Invalid(faults) => faults.iter().map(|f| f.field).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(fields(act(w, "李建国", id, Act::End, Input::default())), ["note", "outcome"]);
        assert_eq!(fields(act(w, "李建国", id, Act::End, ended("试", Outcome::Test))), ["outcome"]);
        does(w, "公安席", id, Act::Acknowledge);
        does(w, "公安席", id, Act::Arrive);
        act(w, "马校长", id, Act::End, ended("误报", Outcome::False)).unwrap();
        assert!(matches!(refusal(act(w, "马校长", id, Act::Arrive, Input::default())), Refusal::WrongState { .. }));
        let messages = w.sees("县值班", |cx| message::list(cx, None, 10)).unwrap().0;
        assert!(messages.iter().any(|m| m.kind == Kind::Receipt && m.subject == id), "everybody hears that it is over");
    });
}

#[test]
fn every_class_is_accounted_for() {
    on_both(|w| {
        ready(w);
        let class = |name: &'static str| {
            w.by("李建国", move |cx| {
                let new = safety::roll::NewClass { name: name.into(), grade: 7, pupils: 40, ..Default::default() };
                safety::roll::open(cx, &new)
            })
            .unwrap()
        };
        let (first, second, _third) = (class("七年级1班"), class("七年级2班"), class("七年级3班"));
        let id = press(w, "张福贵");
        w.by("宋老师", move |cx| roll::account(cx, id, first, Here::Present, 0)).unwrap();
        w.by("李建国", move |cx| roll::account(cx, id, second, Here::Missing, 2)).unwrap();
        let view = w.sees("县值班", move |cx| view::show(cx, id)).unwrap();
        let count = view.count;
        assert_eq!((count.present, count.missing, count.unknown, count.pupils_missing), (1, 1, 1, 2));
        assert_eq!(view.roll[0].name, "七年级2班", "whoever is missing stands first");
        w.by("李建国", move |cx| roll::account(cx, id, second, Here::Present, 0)).unwrap();
        assert_eq!(w.sees("李建国", move |cx| view::show(cx, id)).unwrap().count.pupils_missing, 0);
        let many = w.by("李建国", move |cx| roll::account(cx, id, second, Here::Missing, 41));
        assert!(matches!(refusal(many), Refusal::Invalid(f) if f[0].field == "missing"));
        let foreign = w.foreign_school;
        let unknown = w.by("李建国", move |cx| roll::account(cx, id, foreign, Here::Present, 0));
        assert!(matches!(refusal(unknown), Refusal::Invalid(f) if f[0].field == "class"));
        assert_eq!(
            refusal(w.by("县值班", move |cx| roll::account(cx, id, first, Here::Present, 0))),
            Refusal::NoRight,
            "counted by those who stand there"
        );
    });
}

#[test]
fn a_test_shows_whether_the_line_is_sound_and_wakes_nobody() {
    on_both(|w| {
        ready(w);
        let test = NewAlarm { test: true, ..NewAlarm::default() };
        let again = test.clone();
        let id = w.by("李建国", move |cx| alarm::raise::raise(cx, &test)).unwrap();
        assert_eq!(told(w, "县值班", id), 0, "it says that it is a test");
        for job in w.system(send::take).unwrap() {
            assert_eq!(job.kind, Kind::Test);
            let (key, claim) = (job.key, job.claim);
            let taken = outbox::Outcome::Taken { far: None, ringing: false };
            w.clock.advance(Ms::SECOND);
            w.system(move |cx| send::settle(cx, key, claim, &taken)).unwrap();
        }
        w.clock.advance(20 * Ms::SECOND);
        does(w, "马校长", id, Act::Acknowledge);
        let alarm = now(w, id);
        assert_eq!(
            (alarm.state, alarm.heard_at, alarm.linked_at),
            (State::Acknowledged, None, None),
            "answered himself"
        );
        does(w, "县值班", id, Act::Acknowledge);
        let alarm = now(w, id);
        assert!(alarm.state.is_open() && alarm.heard_at.is_some(), "the police are asked too, and have not answered");
        let asked = w.sees("公安席", move |cx| view::show(cx, id)).unwrap().acts;
        assert!(asked.contains(&Act::Acknowledge));
        assert!(!w.sees("市值班", move |cx| view::show(cx, id)).unwrap().acts.contains(&Act::Acknowledge));
        w.clock.advance(10 * Ms::SECOND);
        does(w, "公安席", id, Act::Acknowledge);
        let view = w.sees("李建国", move |cx| view::show(cx, id)).unwrap();
        assert_eq!((view.alarm.state, view.alarm.outcome), (State::Ended, Some(Outcome::Test)));
        let health = view.health;
        assert!(health.told > 0 && health.told == health.delivered && health.dead == 0, "{health:?}");
        assert!(health.answered_ms.is_some_and(|ms| (20_000..60_000).contains(&ms)), "{health:?}");
        assert_eq!(health.linked_ms.zip(health.heard_ms).map(|(police, above)| police - above), Some(10_000));

        let silent = w.by("李建国", move |cx| alarm::raise::raise(cx, &again)).unwrap();
        w.fast_forward(5 * Ms::MINUTE);
        let alarm = now(w, silent);
        assert_eq!(
            (alarm.state, alarm.rung, alarm.acked_at),
            (State::Ended, 1, None),
            "nobody heard: that is the finding"
        );
        assert_eq!(rings(w, silent), 0);
        assert_eq!(w.sees("县值班", |cx| view::list(cx, true)).unwrap().len(), 2);
        assert_eq!(w.sees("县值班", |cx| view::list(cx, false)).unwrap().len(), 0);
    });
}

#[test]
fn a_button_on_a_wall_presses_by_its_own_address() {
    on_both(|w| {
        ready(w);
        let (unit, stair) = (w.school, w.stair);
        let address = "0123456789abcdef0123456789abcdef";
        let id = w.by("李建国", move |cx| button::add(cx, unit, Some(stair), "东楼梯", address)).unwrap();
        assert_eq!(refusal(w.by("北山主任", move |cx| button::end(cx, id))), Refusal::NotFound);
        assert_eq!(refusal(w.by("李建国", move |cx| button::pressed(cx, address, None, false))), Refusal::NoRight);
        assert_eq!(refusal(w.system(|cx| button::pressed(cx, "guess", None, false))), Refusal::NotFound);
        let pressed = w.system(move |cx| button::pressed(cx, address, None, false)).unwrap();
        let alarm = now(w, pressed);
        assert_eq!((alarm.place, alarm.raised_by, alarm.unit), (Some(stair), None, unit));
        assert_eq!(told(w, "县值班", pressed), 1);
        let kept = w.app.db().read(|tx| tx.row("select address from alarm_button", &[])).unwrap().unwrap();
        assert_ne!(kept.blob("address").unwrap(), address.as_bytes());
        w.by("李建国", move |cx| button::end(cx, id)).unwrap();
        assert_eq!(refusal(w.system(move |cx| button::pressed(cx, address, None, false))), Refusal::NotFound);
    });
}

#[test]
fn a_bureau_names_the_police_desk_of_its_own_agencies_only() {
    on_both(|w| {
        ready(w);
        let (county, city, agency, school) = (w.county, w.city, w.agency, w.school);
        let hear = |who: &str, unit: Id, agency: Id| w.by(who, move |cx| button::hear(cx, unit, Some(agency)));
        assert!(matches!(refusal(hear("李局", city, agency)), Refusal::Invalid(f) if f[0].field == "agency"));
        assert!(matches!(refusal(hear("于海涛", county, school)), Refusal::Invalid(f) if f[0].field == "agency"));
        assert_eq!(refusal(hear("桦甸股长", county, agency)), Refusal::NotFound);
        hear("于海涛", county, agency).unwrap();
        let id = press(w, "张福贵");
        assert_eq!((told(w, "市场监管", id), told(w, "公安席", id)), (1, 0), "the newest one hears");
        w.by("于海涛", move |cx| button::hear(cx, county, None)).unwrap();
        w.clock.advance(2 * Ms::MINUTE);
        assert_eq!(now(w, press(w, "张福贵")).agency, None);
    });
}

#[test]
fn the_lists_are_prepared_for_every_reach() {
    use safety::kernel::rights::Reach;
    on_both(|w| {
        for reach in Reach::SHAPES {
            for sql in [
                alarm::sql::by_id(*reach),
                alarm::sql::list(*reach),
                alarm::sql::open(*reach),
                alarm::sql::unanswered(*reach),
            ] {
                w.app.db().prepare(&sql).unwrap();
            }
        }
    });
}

#[test]
fn a_monthly_test_counts_once_somebody_outside_has_answered_and_the_bureau_sees_in_how_many_schools() {
    on_both(|w| {
        ready(w);
        let school = w.school;
        let mark =
            |unit: Id| w.sees("于海涛", move |cx| duty::cell(cx, unit, "alarm.test", "2026-11", "")).unwrap().mark;
        // The city sees both counties: four schools, of which one is in use.
        let spread = || w.sees("市值班", spread::read).unwrap();
        let figures = |s: &spread::Spread| (s.schools.len(), s.built, s.tested, s.linked);
        let all = spread().schools.len();
        assert_eq!(all, 4);
        assert_eq!(figures(&spread()), (all, 0, 0, 0));
        let test = || NewAlarm { test: true, ..NewAlarm::default() };
        let press = |who: &str| {
            let new = test();
            w.by(who, move |cx| alarm::raise::raise(cx, &new)).unwrap()
        };

        let alone = press("李建国");
        does(w, "马校长", alone, Act::Acknowledge);
        w.fast_forward(10 * Ms::MINUTE);
        assert_eq!(now(w, alone).state, State::Ended);
        assert_eq!(mark(school), Mark::NotDue, "a school that answers itself has shown nothing");
        assert_eq!(figures(&spread()), (all, 1, 0, 0));

        let above = press("李建国");
        does(w, "县值班", above, Act::Acknowledge);
        w.fast_forward(10 * Ms::MINUTE);
        assert_eq!((now(w, above).state, mark(school)), (State::Ended, Mark::OnTime));
        assert_eq!(figures(&spread()), (all, 1, 1, 0), "the police have not answered");

        let police = press("李建国");
        does(w, "公安席", police, Act::Acknowledge);
        assert_eq!(now(w, police).state, State::Ended);
        let seen = spread();
        assert_eq!(figures(&seen), (all, 1, 1, 1));
        let last = seen.schools.last().unwrap();
        assert!(
            last.unit == school && last.linked_at.is_some() && seen.schools[0].tried_at.is_none(),
            "what lacks first"
        );
        for who in ["张福贵", "李建国"] {
            assert_eq!(refusal(w.sees(who, spread::read)), Refusal::NoRight, "{who} has no schools below");
        }
        assert_eq!(
            w.sees("中心校主任", spread::read).unwrap().schools.len(),
            1,
            "the teaching point of the main school"
        );

        // A new month begins anew.
        w.fast_forward(16 * Ms::DAY);
        assert_eq!(figures(&spread()), (all, 0, 0, 0));
    });
}
