//! 1.2, who: anybody reports, those who answer for it follow it, a superior signs and writes nothing, a stranger knows of
//! nothing; a school without a line; what was none; a week without any (零报告).

use base::{Day, Ms, Problem, Refusal};
use safety::Cx;
use safety::alarm::{self, NewAlarm, Outcome};
use safety::incident::{self, Act, Filter, Input, LegKind, NewIncident, NewReport, ReportKind, State, zero};
use safety::org::{Role, unit};

use crate::story_1_2::{act, again, fall, leg, report, said, view};
use crate::world::{World, on_both, refusal};

#[test]
fn anybody_reports_and_reads_his_own_those_who_answer_read_all_and_strangers_know_of_nothing() {
    on_both(|w| {
        let id = report(w, "张福贵", fall());
        let v = view(w, "张福贵", id);
        assert_eq!(v.acts, [Act::Call, Act::Hazard], "the guard may say that he rang up, and raise what he saw");
        act(w, "张福贵", id, Act::Call, Input::default()).unwrap();
        assert_eq!(refusal(again(w, "张福贵", id, ReportKind::Follow, said("好了"))), Refusal::NoRight);
        for who in ["宋老师", "王建军", "北山主任", "桦甸股长", "中心校校长", "市场监管", "市审计", "市管理员"]
        {
            let seen = w.sees(who, move |cx| incident::view::view(cx, id));
            assert_eq!(refusal(seen.map(|_| ())), Refusal::NotFound, "{who}");
            for what in [Act::Receive, Act::Pass, Act::End, Act::Withdraw, Act::Call] {
                assert_eq!(refusal(act(w, who, id, what, Input::default())), Refusal::NotFound, "{who} {what:?}");
            }
            if let Ok(page) = w.sees(who, |cx| incident::list::list(cx, &Filter::default(), None, 9)) {
                assert_eq!(page.items.len(), 0, "{who}");
            }
        }
        for who in ["马校长", "周文海", "李建国", "于海涛", "孙局长", "李局"] {
            let page = w.sees(who, |cx| incident::list::list(cx, &Filter::default(), None, 9)).unwrap();
            assert_eq!(page.items.len(), 1, "{who}");
        }
        assert_eq!(
            refusal(act(w, "李建国", id, Act::Receive, Input::default())),
            Refusal::NoRight,
            "nobody signs for himself"
        );
        assert_eq!(refusal(again(w, "于海涛", id, ReportKind::Follow, said("改"))), Refusal::NoRight);
        let foreign = NewIncident { unit: Some(w.foreign_school), ..fall() };
        assert_eq!(refusal(w.by("李建国", move |cx| incident::report::report(cx, &foreign))), Refusal::NotFound);
        let bureau = NewIncident { unit: Some(w.county), ..fall() };
        assert!(w.by("于海涛", move |cx| incident::report::report(cx, &bureau)).is_err());
        let gate = NewReport { place: Some(w.foreign_gate), ..NewReport::default() };
        let elsewhere = NewIncident { told: gate, ..fall() };
        assert!(matches!(refusal(w.by("李建国", move |cx| incident::report::report(cx, &elsewhere))),
            Refusal::Invalid(f) if f[0].field == "place"));
    });
}

#[test]
fn a_school_without_a_line_rings_up_and_the_desk_writes_it_down() {
    on_both(|w| {
        w.person("值班员", w.county, &[Role::Desk]);
        let mut new = NewIncident { unit: Some(w.school), ..fall() };
        new.told.behalf = Some(w.person_id("张福贵"));
        let id = report(w, "值班员", new);
        let v = view(w, "李建国", id);
        assert!(!leg(&v, LegKind::Phone, w.school).open, "the desk was rung up");
        assert_eq!((v.reports[0].by.as_deref(), v.reports[0].recorded_by.as_deref()), (Some("张福贵"), Some("值班员")));
        let signed = act(w, "值班员", id, Act::Receive, Input::default()).unwrap();
        assert_eq!(signed.state, State::Handling);
    });
}

#[test]
fn what_was_none_is_withdrawn_with_its_reason_and_stays_to_be_seen() {
    on_both(|w| {
        let id = report(w, "李建国", fall());
        assert!(matches!(refusal(act(w, "李建国", id, Act::Withdraw, Input::default())),
            Refusal::Invalid(f) if f[0].field == "note"));
        let why = Input { note: Some("误报：演练用的假人".into()), ..Input::default() };
        let gone = act(w, "李建国", id, Act::Withdraw, why).unwrap();
        assert_eq!(gone.state, State::Withdrawn);
        assert_eq!(w.fast_forward(40 * Ms::DAY), 0, "no clock runs on");
        let v = view(w, "于海涛", id);
        assert_eq!((v.reports.len(), v.incident.void_reason.as_deref()), (1, Some("误报：演练用的假人")));
    });
}

#[test]
fn a_week_without_incident_is_signed_with_one_tap_and_one_with_an_incident_cannot_be() {
    on_both(|w| {
        let school = w.school;
        let week = |w: &World, who: &str| {
            w.sees(who, move |cx: &mut Cx<'_, '_>| {
                let day = cx.now.day();
                zero::week(cx, school, day)
            })
        };
        let now = week(w, "李建国").unwrap();
        assert_eq!((now.incidents, now.may_sign, now.from_on.to_string()), (0, false, "2026-11-16".into()));
        assert_eq!((now.until_on.to_string(), now.opens_on.to_string()), ("2026-11-22".into(), "2026-11-20".into()));
        // On Monday nobody signs for the days to come; what has ended is offered until it is signed.
        let sign = |who: &str, day: Option<Day>| w.by(who, move |cx| zero::sign(cx, None, None, day));
        let (first, open) = (w.app.now().day(), Refusal::WrongState { from: "week_open", action: "zero" });
        assert_eq!(refusal(sign("李建国", Some(first))), open);
        let offered = || w.sees("李建国", move |cx| zero::offered(cx, school)).unwrap().from_on.to_string();
        assert_eq!(offered(), "2026-11-16", "the school was not here the week before");
        w.fast_forward(7 * Ms::DAY);
        assert_eq!((offered(), week(w, "于海涛").unwrap().may_sign), ("2026-11-16".into(), false));
        sign("李建国", None).unwrap();
        assert_eq!(refusal(sign("马校长", Some(first))), Refusal::Duplicate);
        let past = w.sees("于海涛", move |cx| zero::week(cx, school, first)).unwrap();
        assert_eq!((past.signed_by.as_deref(), offered()), (Some("李建国"), "2026-11-23".into()));
        w.fast_forward(4 * Ms::DAY);
        assert!(week(w, "李建国").unwrap().may_sign, "Friday is its last school day");
        report(w, "张福贵", fall());
        assert_eq!(week(w, "李建国").unwrap().incidents, 1);
        assert_eq!(refusal(sign("李建国", None)), Refusal::WrongState { from: "incidents", action: "zero" });
        assert_eq!(refusal(week(w, "北山主任")), Refusal::NotFound);
    });
}

#[test]
fn a_school_does_not_end_while_an_alarm_or_an_incident_is_open_there() {
    on_both(|w| {
        let school = w.foreign_school;
        let today = w.app.now().day();
        let close = || w.system(move |cx| unit::close(cx, school, today, None, "撤并"));
        let keeps = || match refusal(close()) {
            Refusal::Invalid(faults) => faults[0].problem.clone(),
            other => panic!("{other:?}"),
        };
        let pressed = w.by("北山主任", |cx| alarm::raise::raise(cx, &NewAlarm::default())).unwrap();
        assert_eq!(keeps(), Problem::Mismatch { with: "alarms" });
        let none = alarm::Input { note: Some("误按".into()), outcome: Some(Outcome::False) };
        w.by("北山主任", move |cx| alarm::act::act(cx, pressed, alarm::Act::End, &none)).unwrap();
        let id = report(w, "北山主任", fall());
        assert_eq!(keeps(), Problem::Mismatch { with: "incidents" });
        let none = Input { note: Some("报错了，没有人摔倒".into()), ..Input::default() };
        act(w, "北山主任", id, Act::Withdraw, none).unwrap();
        close().unwrap();
    });
}

#[test]
fn a_second_tap_of_the_same_person_is_done_and_the_desk_can_ring_up_who_reported() {
    on_both(|w| {
        w.by("李建国", |cx| {
            let me = cx.actor.person.unwrap();
            safety::org::people::correct(cx, me, "李建国", Some("13900001234"))
        })
        .unwrap();
        let id = report(w, "李建国", fall());
        let before = view(w, "于海涛", id);
        assert_eq!(before.reporter, Some(("李建国".into(), "13900001234".into())));
        assert_eq!(view(w, "马校长", id).reporter, None, "at the school everybody knows who he is");
        let tap = Input { version: Some(before.incident.version), ..Input::default() };
        let first = act(w, "于海涛", id, Act::Receive, tap.clone()).unwrap();
        let steps = view(w, "于海涛", id).steps.len();
        let second = act(w, "于海涛", id, Act::Receive, tap.clone()).unwrap();
        assert_eq!((second.version, view(w, "于海涛", id).steps.len()), (first.version, steps), "done once");
        // Another act, and another person, on the page of before are told that something has changed.
        assert!(matches!(refusal(act(w, "于海涛", id, Act::Pass, tap.clone())), Refusal::Stale { .. }));
        assert!(matches!(refusal(act(w, "孙局长", id, Act::Receive, tap)), Refusal::Stale { .. }));
    });
}
