//! 1.2 坚持安全工作报告制度: 一旦发生安全事故, 在第一时间按程序和要求向上级主管部门和领导报告事故情况.
//!
//! The walk that these stories are cut from. Monday, 14:20. A pupil has fallen from the wall bars on the playground and
//! does not get up. The safety director runs there with his phone, which shows no signal. He rings nobody yet: he presses
//! 「报事故」, 「学生受伤」, 「操场」, 「上报」; the phone says in red that nothing has been sent, and whom to ring up. At the
//! corner of the building there is a signal; he rings the county's desk at 14:26, says it, and only then looks at the
//! screen: the report went out at 14:31. He ticks that he has called. The county's officer sees one red line on 今日,
//! signs for it at 14:40, and the city has it at 14:55 because the county passed it on; from 14:40 it had two hours. The
//! hospital says a broken leg: a follow-up, signed by both. Two days later handling is over, within seven days come cause
//! and lessons, the county signs; for thirty days the casualties may still change, then the record closes by itself. What
//! the director wrote in his fright stands beside what was found out later, and who knew what when.

use base::{Id, Ms, Problem, Refusal, Result};
use safety::Meta;
use safety::duty;
use safety::hazard::NewHazard;
use safety::incident::{
    self, Act, Bucket, Class, Fact, Filter, Grade, Incident, Input, Kind, Leg, LegKind, NewIncident, NewReport, Party,
    ReportKind, State, View, zero,
};
use safety::org::{Role, UnitKind};

use crate::world::{World, on_both, refusal};

fn at(text: &str) -> Ms {
    Ms::parse(&format!("2026-11-{text}:00+08:00")).unwrap()
}

/// Moves the clock to a moment and lets every deadline fire.
fn go(w: &World, text: &str) -> usize {
    let span = at(text).since(w.app.now());
    assert!(span >= 0, "{text} is behind us");
    w.fast_forward(span)
}

pub fn fall() -> NewIncident {
    let told = NewReport { place_text: Some("操场".into()), ..NewReport::default() };
    NewIncident { kind: Some(Kind::Hurt), told, ..NewIncident::default() }
}

fn of_kind(kind: Kind) -> NewIncident {
    NewIncident { kind: Some(kind), ..NewIncident::default() }
}

pub fn report(w: &World, who: &str, new: NewIncident) -> Id {
    w.by(who, move |cx| incident::report::report(cx, &new)).unwrap()
}

pub fn act(w: &World, who: &str, id: Id, what: Act, input: Input) -> Result<Incident> {
    w.by(who, move |cx| incident::act::act(cx, id, what, &input))
}

pub fn again(w: &World, who: &str, id: Id, kind: ReportKind, new: NewReport) -> Result<Incident> {
    w.by(who, move |cx| incident::report::again(cx, id, kind, &new))
}

pub fn view(w: &World, who: &str, id: Id) -> View {
    w.sees(who, move |cx| incident::view::view(cx, id)).unwrap()
}

pub fn leg(v: &View, kind: LegKind, from: Id) -> Leg {
    let found: Vec<&Leg> = v.legs.iter().filter(|l| l.kind == kind && l.from_unit == from).collect();
    assert_eq!(found.len(), 1, "{kind:?}: {:?}", v.legs);
    found[0].clone()
}

fn party(v: &View, party: Party) -> Option<Leg> {
    v.legs.iter().find(|l| l.party == Some(party)).cloned()
}

pub fn said(text: &str) -> NewReport {
    NewReport { progress: Some(text.into()), ..NewReport::default() }
}

fn ended() -> NewReport {
    NewReport {
        cause: Some("肋木第三根松动，课前没有检查".into()),
        lessons: Some("体育器材每周一查，课前教师先试".into()),
        ..NewReport::default()
    }
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    let id = report(w, "李建国", fall());
    act(w, "于海涛", id, Act::Receive, Input::default()).unwrap();
    let school = w.foreign_school;
    w.by("北山主任", move |cx| zero::sign(cx, None, Some(school), None)).unwrap();
}

#[test]
fn a_pupils_fall_goes_from_a_phone_without_signal_to_the_city_and_to_its_end() {
    on_both(|w| {
        go(w, "16T14:31");
        // Filled at 14:22 without a signal, arrived at 14:31: both stand.
        let mut new = fall();
        new.told.known_at = Some(at("16T14:20"));
        new.told.facts = vec![Fact::Called120, Fact::ToldParents];
        let (claimed, key) = (at("16T14:22"), new.clone());
        let meta = Meta { source: "app", claimed_at: Some(claimed), device_at: Some(claimed) };
        let id = w.app.write(&w.actor("李建国"), meta, move |cx| incident::report::report(cx, &key)).unwrap();
        let v = view(w, "李建国", id);
        assert_eq!(v.incident.number, "江湾-S2026-001");
        assert_eq!((v.incident.grade, v.incident.class), (Grade::Ordinary, Class::B), "120 was called");
        assert_eq!((v.reports[0].claimed_at, v.reports[0].received_at), (claimed, at("16T14:31")));
        let (phone, written) = (leg(&v, LegKind::Phone, w.school), leg(&v, LegKind::Written, w.school));
        assert_eq!((phone.due_at, phone.to_unit, phone.open), (Some(at("16T14:50")), Some(w.county), true));
        assert_eq!((written.due_at, written.met_at), (Some(at("16T16:20")), Some(at("16T14:31"))));
        assert_eq!((written.done_at, written.late(w.app.now())), (Some(claimed), None));
        // Beside it stands whom to ring up.
        assert_eq!(v.levels.iter().map(|l| l.name.as_str()).collect::<Vec<_>>(), ["昌邑区教育局", "吉林市教育局"]);
        assert!(v.levels[0].contacts.iter().any(|c| c.name.as_deref() == Some("于海涛")));

        go(w, "16T14:33");
        let call = Input { spoke_with: Some("值班员 老王".into()), at: Some(at("16T14:26")), ..Input::default() };
        act(w, "李建国", id, Act::Call, call.clone()).unwrap();
        let phone = leg(&view(w, "李建国", id), LegKind::Phone, w.school);
        assert_eq!((phone.met_at, phone.done_at), (Some(at("16T14:33")), Some(at("16T14:26"))));
        assert_eq!(phone.spoke_with.as_deref(), Some("值班员 老王"));
        let again_called = refusal(act(w, "李建国", id, Act::Call, call));
        assert_eq!(again_called, Refusal::WrongState { from: "met", action: "call" });

        go(w, "16T14:40");
        // The desk and the leaders of the level are woken, and the school's own; no level that it has not reached.
        let woken = |who: &str| {
            let page = w.sees(who, |cx| safety::message::list(cx, None, 50)).unwrap().0;
            page.iter().filter(|m| m.subject == id && m.kind == safety::message::Kind::Incident).count()
        };
        for (who, n) in [("于海涛", 1), ("孙局长", 1), ("马校长", 1), ("李局", 0), ("桦甸股长", 0)] {
            assert_eq!(woken(who), n, "{who}");
        }
        let waits = w.sees("于海涛", |cx| incident::list::waiting(cx, 9)).unwrap();
        assert_eq!((waits.len(), waits[0].due_at), (1, Some(at("16T15:01"))), "the county signs within half an hour");
        let signed = act(w, "于海涛", id, Act::Receive, Input::default()).unwrap();
        assert_eq!(signed.state, State::Handling);
        let v = view(w, "李建国", id);
        let receipt = &v.reports[0].receipts;
        assert_eq!(
            (receipt.len(), receipt[0].unit.as_str(), receipt[0].by.as_deref()),
            (1, "昌邑区教育局", Some("于海涛"))
        );
        assert_eq!(receipt[0].received_at, at("16T14:40"));
        assert_eq!(leg(&v, LegKind::Level, w.county).due_at, Some(at("16T16:40")), "two hours after the signature");

        // The city cannot sign for what nobody sent it yet.
        let early = refusal(act(w, "李局", id, Act::Receive, Input::default()));
        assert_eq!(early, Refusal::WrongState { from: "not_sent", action: "receive" });
        go(w, "16T14:55");
        act(w, "于海涛", id, Act::Pass, Input::default()).unwrap();
        assert_eq!((woken("李局"), woken("于海涛")), (1, 1), "passed on: the next level, and nobody twice");
        act(w, "李局", id, Act::Receive, Input::default()).unwrap();
        let v = view(w, "李局", id);
        assert_eq!(v.reports[0].receipts.len(), 2);
        assert!(v.legs.iter().all(|l| !l.open), "nothing is owed: {:?}", v.legs);
        assert_eq!(w.sees("于海涛", |cx| incident::list::waiting(cx, 9)).unwrap().len(), 0);
        last_of_the_fall(w, id);
    });
}

/// Follow-up, end, final report, window.
fn last_of_the_fall(w: &World, id: Id) {
    go(w, "16T17:20");
    let broken =
        NewReport { sent: Some(1), hurt: Some(1), progress: Some("左小腿骨折，已手术".into()), ..said("") };
    let followed = again(w, "李建国", id, ReportKind::Follow, broken).unwrap();
    assert_eq!((followed.class, followed.reports), (Class::B, 2));
    assert_eq!(
        w.sees("于海涛", |cx| incident::list::waiting(cx, 9)).unwrap().len(),
        1,
        "the follow-up is to be signed"
    );
    act(w, "于海涛", id, Act::Receive, Input::default()).unwrap();
    act(w, "李局", id, Act::Receive, Input::default()).unwrap();
    go(w, "18T09:00");
    let over = act(w, "李建国", id, Act::End, Input::default()).unwrap();
    assert_eq!((over.state, over.final_due_at), (State::Concluding, Some(at("25T09:00"))), "seven days");
    let thin = refusal(again(w, "李建国", id, ReportKind::Final, said("已经好了")));
    let Refusal::Invalid(faults) = thin else { panic!("{thin:?}") };
    assert_eq!(faults.iter().map(|f| f.field).collect::<Vec<_>>(), ["cause", "lessons"], "both at once");
    go(w, "24T10:00");
    let done = again(w, "李建国", id, ReportKind::Final, ended()).unwrap();
    assert_eq!((done.state, done.window_until), (State::Final, at("16T14:20").plus(30 * Ms::DAY)));
    act(w, "于海涛", id, Act::Receive, Input::default()).unwrap();
    act(w, "李局", id, Act::Receive, Input::default()).unwrap();
    assert_eq!(view(w, "李局", id).incident.state, State::Final, "casualties may still change");
    w.fast_forward(done.window_until.since(w.app.now()) - 1);
    assert_eq!(view(w, "李局", id).incident.state, State::Final);
    assert_eq!(w.fast_forward(1), 1);
    let v = view(w, "李局", id);
    assert_eq!((v.incident.state, v.incident.late), (State::Closed, 0), "and not one clock ran out");
    let kinds: Vec<ReportKind> = v.reports.iter().rev().map(|r| r.kind).collect();
    assert_eq!(kinds, [ReportKind::First, ReportKind::Follow, ReportKind::Final]);
    assert_eq!(v.reports.last().unwrap().toll.hurt, None, "what was not known at first stays not known there");
    let late = refusal(again(w, "李建国", id, ReportKind::Follow, said("又想起来")));
    assert_eq!(late, Refusal::WrongState { from: "incident_closed", action: "follow" });
}

/// What is reported, and what follows: grade, class, offices beside, whether it goes on to the province.
type Row = (Kind, NewReport, Grade, Class, &'static [Party], bool);

/// domain.md §2 row by row: what is owed by whom, and when, by kind, class and grade; the clock starts at first knowledge.
#[test]
fn every_clock_by_level_class_and_grade() {
    on_both(|w| {
        go(w, "16T09:00");
        let known = w.app.now();
        let toll = |dead, serious, sent| NewReport {
            dead: Some(dead),
            serious: Some(serious),
            sent: Some(sent),
            ..NewReport::default()
        };
        let rows: &[Row] = &[
            (Kind::Other, toll(0, 0, 0), Grade::Ordinary, Class::C, &[], false),
            (Kind::Hurt, toll(0, 0, 1), Grade::Ordinary, Class::B, &[], false),
            (Kind::Hurt, toll(1, 0, 0), Grade::Ordinary, Class::A, &[Party::Emergency], false),
            (Kind::Hurt, toll(3, 0, 0), Grade::Larger, Class::A, &[Party::Emergency], true),
            (Kind::Crush, toll(10, 0, 0), Grade::Major, Class::A, &[Party::Police, Party::Emergency], true),
            (Kind::Crush, toll(30, 0, 0), Grade::Special, Class::A, &[Party::Police, Party::Emergency], true),
            (Kind::Sick, toll(0, 0, 5), Grade::Ordinary, Class::A, &[Party::Health, Party::Emergency], false),
            (Kind::Sick, toll(0, 0, 0), Grade::Ordinary, Class::B, &[Party::Health], false),
            (Kind::Fire, toll(0, 0, 0), Grade::Ordinary, Class::B, &[Party::FireBrigade], false),
            (Kind::Bus, toll(0, 0, 1), Grade::Ordinary, Class::A, &[Party::Traffic, Party::Emergency], false),
            (Kind::Lost, NewReport::default(), Grade::Ordinary, Class::B, &[Party::Police], false),
            (Kind::Nature, toll(0, 10, 10), Grade::Larger, Class::A, &[Party::Emergency], true),
            (Kind::Network, toll(0, 0, 0), Grade::Ordinary, Class::C, &[Party::Police], false),
            (Kind::Exam, toll(0, 0, 0), Grade::Ordinary, Class::C, &[], false),
        ];
        for (kind, told, grade, class, parties, province) in rows {
            let id = report(w, "李建国", NewIncident { told: told.clone(), ..of_kind(*kind) });
            let v = view(w, "李局", id);
            let row = format!("{kind:?} {told:?}");
            assert_eq!((v.incident.grade, v.incident.class), (*grade, *class), "{row}");
            assert_eq!(leg(&v, LegKind::Phone, w.school).due_at, Some(known.plus(30 * Ms::MINUTE)), "{row}");
            assert_eq!(leg(&v, LegKind::Written, w.school).due_at, Some(known.plus(2 * Ms::HOUR)), "{row}");
            assert_eq!(leg(&v, LegKind::Sign, w.county).due_at, Some(known.plus(30 * Ms::MINUTE)), "{row}");
            let level = leg(&v, LegKind::Level, w.county);
            assert_eq!((level.due_at, level.to_unit), (Some(known.plus(150 * Ms::MINUTE)), Some(w.city)), "{row}");
            let beside: Vec<Leg> =
                v.legs.iter().filter(|l| l.party.is_some() && l.from_unit == w.school).cloned().collect();
            assert_eq!(beside.iter().filter_map(|l| l.party).collect::<Vec<_>>(), *parties, "{row}");
            assert!(beside.iter().all(|l| l.due_at == Some(known.plus(Ms::HOUR))), "{row}: within the hour");
            assert_eq!(party(&v, Party::Government).is_some(), *class == Class::A, "{row}");
            let follow = (*class == Class::A).then_some(at("16T17:00"));
            assert_eq!(v.incident.follow_due_at, follow, "{row}");
            let days = if matches!(kind, Kind::Fire | Kind::Bus) { 7 } else { 30 };
            assert_eq!(v.incident.window_until, known.plus(days * Ms::DAY), "{row}");
            // The county signs at once and passes on: from the city it goes to the province when the law says so.
            act(w, "于海涛", id, Act::Pass, Input::default()).unwrap();
            let v = view(w, "李局", id);
            assert_eq!(leg(&v, LegKind::Sign, w.city).due_at, Some(known.plus(30 * Ms::MINUTE)), "{row}");
            let onward = party(&v, Party::Province);
            assert_eq!(onward.is_some(), *province, "{row}");
            if onward.is_some() {
                act(w, "李局", id, Act::Receive, Input::default()).unwrap();
                let onward = party(&view(w, "李局", id), Party::Province).unwrap();
                assert_eq!((onward.due_at, onward.from_unit), (Some(known.plus(2 * Ms::HOUR)), w.city), "{row}");
            }
        }
    });
}

#[test]
fn schools_of_the_city_itself_report_straight_to_the_city() {
    on_both(|w| {
        // 市直 stands in the tree like a county and has nobody in it.
        let direct = w.open(UnitKind::County, "市直", Some(w.city), 220299);
        let own = w.open(UnitKind::School, "市第一中学", Some(direct), 0);
        let private = w.open(UnitKind::County, "市属民办", Some(w.city), 220298);
        let under = w.open(UnitKind::School, "市实验学校", Some(private), 0);
        for (school, name) in [(own, "一中主任"), (under, "实验主任")] {
            w.person(name, school, &[Role::SafetyHead]);
            let id = report(w, name, fall());
            let v = view(w, name, id);
            assert_eq!(leg(&v, LegKind::Written, school).to_unit, Some(w.city), "{name}");
            assert!(v.legs.iter().all(|l| l.from_unit == school || l.from_unit == w.city), "{name}: {:?}", v.legs);
            assert!(!v.legs.iter().any(|l| l.kind == LegKind::Level), "一般 ends with the city");
            let refused = refusal(act(w, name, id, Act::Skip, Input::default()));
            assert_eq!(refused, Refusal::WrongState { from: "top", action: "skip" });
            let signed = act(w, "李局", id, Act::Receive, Input::default()).unwrap();
            assert_eq!(signed.state, State::Handling);
        }
    });
}

#[test]
fn when_it_is_urgent_the_city_knows_at_once_and_the_county_is_told_all_the_same() {
    on_both(|w| {
        go(w, "16T09:00");
        let mut new = NewIncident { urgent: true, ..of_kind(Kind::Crush) };
        new.told.dead = Some(1);
        let id = report(w, "李建国", new);
        let v = view(w, "李局", id);
        assert_eq!(leg(&v, LegKind::Skip, w.school).to_unit, Some(w.city));
        assert_eq!(leg(&v, LegKind::Sign, w.city).due_at, Some(at("16T09:30")));
        let level = leg(&v, LegKind::Level, w.county);
        assert_eq!((level.open, level.met_how.as_deref()), (false, Some("skip")), "the county need not pass it on");
        assert!(leg(&v, LegKind::Sign, w.county).open, "but it signs like any other");
        let first = act(w, "李局", id, Act::Receive, Input::default()).unwrap();
        assert_eq!(first.state, State::Awaiting, "the city's signature does not stand for the county's");
        let then = act(w, "于海涛", id, Act::Receive, Input::default()).unwrap();
        assert_eq!(then.state, State::Handling);
        let again = refusal(act(w, "李建国", id, Act::Skip, Input::default()));
        assert_eq!(again, Refusal::WrongState { from: "met", action: "skip" });
    });
}

#[test]
fn after_an_outage_each_missed_clock_is_entered_once_and_every_level_above_sees_it() {
    on_both(|w| {
        go(w, "16T09:00");
        let id = report(w, "李建国", of_kind(Kind::Fire));
        // The program was down from 09:20 to 10:20: the call (09:30), the county's signature (09:30) and 119 (10:00).
        w.clock.advance(80 * Ms::MINUTE);
        assert_eq!(w.tick(), 3);
        assert_eq!(w.tick(), 0, "and never again");
        let v = view(w, "李局", id);
        assert_eq!(v.incident.late, 3);
        let missed: Vec<(Option<Ms>, Ms)> =
            v.steps.iter().rev().filter(|s| s.act == Act::Overdue).map(|s| (s.planned_at, s.received_at)).collect();
        let now = at("16T10:20");
        assert_eq!(missed, [(Some(at("16T09:30")), now), (Some(at("16T09:30")), now), (Some(at("16T10:00")), now)]);
        for who in ["李建国", "于海涛", "李局"] {
            let late = Filter { bucket: Some(Bucket::Overdue), ..Filter::default() };
            let page = w.sees(who, move |cx| incident::list::list(cx, &late, None, 9)).unwrap();
            assert_eq!(page.items.len(), 1, "{who} sees that a clock ran out");
        }
        let other = Filter { bucket: Some(Bucket::Overdue), ..Filter::default() };
        assert_eq!(w.sees("桦甸股长", move |cx| incident::list::list(cx, &other, None, 9)).unwrap().items.len(), 0);
        // Signed at last: met, and late by 50 minutes.
        act(w, "于海涛", id, Act::Receive, Input::default()).unwrap();
        let sign = leg(&view(w, "李局", id), LegKind::Sign, w.county);
        assert_eq!(sign.late(w.app.now()), Some(50 * Ms::MINUTE));
        // Not looking gained no time: the clock upward began when the half hour was over.
        assert_eq!(leg(&view(w, "李局", id), LegKind::Level, w.county).due_at, Some(at("16T11:30")));
        assert_eq!(go(w, "16T11:30"), 1, "the county kept it too long");
        assert_eq!(view(w, "李局", id).incident.late, 4);
    });
}

#[test]
fn a_report_that_arrives_late_is_late_whatever_the_phone_says() {
    on_both(|w| {
        go(w, "16T17:00");
        let mut new = fall();
        new.told.known_at = Some(at("16T14:20"));
        let claimed = at("16T14:25");
        let meta = Meta { source: "app", claimed_at: Some(claimed), device_at: Some(claimed) };
        let id = w.app.write(&w.actor("李建国"), meta, move |cx| incident::report::report(cx, &new)).unwrap();
        let v = view(w, "于海涛", id);
        let written = leg(&v, LegKind::Written, w.school);
        assert_eq!((written.done_at, written.met_at), (Some(claimed), Some(at("16T17:00"))), "both stand");
        assert_eq!(written.late(w.app.now()), Some(40 * Ms::MINUTE), "judged by the server");
        let duties = w.sees("李建国", |cx| {
            let filter = duty::list::Filter { clause: Some("1.2".into()), ..duty::list::Filter::default() };
            duty::list::list(cx, &filter, None, 50)
        });
        let line = duties.unwrap().items.into_iter().find(|l| l.duty.entry == "incident.report").unwrap();
        assert_eq!(line.duty.mark(w.app.now()), duty::Mark::Late, "and on the board as 迟做");
        assert_eq!(w.tick(), 1, "the telephone call ran out before the report came");
    });
}

#[test]
fn first_knowledge_is_a_claim_that_only_moves_back_and_never_lies_ahead() {
    on_both(|w| {
        go(w, "16T14:30");
        let mut ahead = fall();
        ahead.told.known_at = Some(at("16T15:30"));
        let refused = refusal(w.by("李建国", move |cx| incident::report::report(cx, &ahead)));
        let Refusal::Invalid(faults) = refused else { panic!("{refused:?}") };
        assert_eq!((faults[0].field, &faults[0].problem), ("known_at", &Problem::InFuture { minutes: 60 }));
        let mut new = fall();
        new.told.known_at = Some(at("16T14:20"));
        let id = report(w, "李建国", new);
        // The guard knew at 13:50: every clock that starts there is half an hour earlier now.
        let earlier = NewReport {
            known_at: Some(at("16T13:50")),
            happened_at: Some(at("16T13:45")),
            reason: Some("门卫先看到".into()),
            ..NewReport::default()
        };
        let noreason = NewReport { reason: None, ..earlier.clone() };
        assert!(matches!(refusal(again(w, "李建国", id, ReportKind::Amend, noreason)),
            Refusal::Invalid(f) if f[0].field == "reason"));
        again(w, "李建国", id, ReportKind::Amend, earlier).unwrap();
        let v = view(w, "于海涛", id);
        assert_eq!(v.incident.known_at, at("16T13:50"));
        assert_eq!(leg(&v, LegKind::Phone, w.school).due_at, Some(at("16T14:20")));
        assert_eq!(leg(&v, LegKind::Written, w.school).due_at, Some(at("16T15:50")));
        // Claimed later again: kept in its version with the reason, and gives nobody time.
        let later =
            NewReport { known_at: Some(at("16T14:28")), reason: Some("记错了".into()), ..NewReport::default() };
        again(w, "李建国", id, ReportKind::Amend, later).unwrap();
        let v = view(w, "于海涛", id);
        assert_eq!(v.incident.known_at, at("16T13:50"));
        let claims: Vec<Ms> = v.reports.iter().rev().map(|r| r.known_at).collect();
        assert_eq!(claims, [at("16T14:20"), at("16T13:50"), at("16T14:28")], "every version stands");
        let nothing = NewReport { reason: Some("没有".into()), ..NewReport::default() };
        assert!(matches!(refusal(again(w, "李建国", id, ReportKind::Amend, nothing)),
            Refusal::Invalid(f) if f[0].field == "what"));
        let stale = NewReport { version: Some(1), ..said("再报") };
        assert!(matches!(refusal(again(w, "李建国", id, ReportKind::Follow, stale)), Refusal::Stale { .. }));
    });
}

#[test]
fn casualties_that_change_within_the_window_are_reported_again_and_ask_for_more() {
    on_both(|w| {
        go(w, "16T09:00");
        let mut new = fall();
        new.told.sent = Some(1);
        let id = report(w, "李建国", new);
        act(w, "于海涛", id, Act::Pass, Input::default()).unwrap();
        act(w, "李局", id, Act::Receive, Input::default()).unwrap();
        again(w, "李建国", id, ReportKind::Final, ended()).unwrap();
        act(w, "于海涛", id, Act::Receive, Input::default()).unwrap();
        go(w, "28T08:00");
        let died = NewReport { dead: Some(1), ..said("因伤势过重去世") };
        let after = again(w, "李建国", id, ReportKind::Follow, died).unwrap();
        assert_eq!((after.state, after.class, after.grade), (State::Concluding, Class::A, Grade::Ordinary));
        assert_eq!(after.final_due_at, Some(at("28T08:00").plus(7 * Ms::DAY)), "a new final report");
        let v = view(w, "于海涛", id);
        let emergency = party(&v, Party::Emergency).unwrap();
        assert_eq!(emergency.due_at, Some(at("28T09:00")), "from when it became known");
        assert!(party(&v, Party::Government).unwrap().open);
        assert_eq!(v.unsigned.len(), 1);
        again(w, "李建国", id, ReportKind::Final, ended()).unwrap();
        act(w, "于海涛", id, Act::Receive, Input::default()).unwrap();
        assert_eq!(view(w, "于海涛", id).incident.state, State::Final);
    });
}

#[test]
fn a_grave_one_is_followed_daily_by_five_and_a_missed_day_is_entered_each_day() {
    on_both(|w| {
        go(w, "16T09:00");
        let mut new = of_kind(Kind::Sick);
        new.told.hurt = Some(6);
        let id = report(w, "李建国", new);
        act(w, "于海涛", id, Act::Pass, Input::default()).unwrap();
        let due = |w: &World| view(w, "李建国", id).incident.follow_due_at;
        assert_eq!(due(w), Some(at("16T17:00")));
        go(w, "16T16:00");
        again(w, "李建国", id, ReportKind::Follow, said("留观 6 人，情况稳定")).unwrap();
        assert_eq!(due(w), Some(at("17T17:00")), "today's is done");
        go(w, "17T17:00");
        go(w, "18T17:00");
        let v = view(w, "于海涛", id);
        let missed = v.steps.iter().filter(|s| s.act == Act::Overdue && s.note.as_deref() == Some("follow"));
        assert_eq!(missed.map(|s| s.planned_at.unwrap()).collect::<Vec<_>>(), [at("18T17:00"), at("17T17:00")]);
        assert_eq!(due(w), Some(at("17T17:00")), "owed since the first that was missed");
        go(w, "18T17:10");
        again(w, "李建国", id, ReportKind::Follow, said("4 人出院")).unwrap();
        assert_eq!(due(w), Some(at("19T17:00")));
    });
}

#[test]
fn a_pupil_missing_for_two_hours_makes_it_grave_without_anybody_writing() {
    on_both(|w| {
        go(w, "16T15:00");
        let id = report(w, "李建国", of_kind(Kind::Lost));
        act(w, "于海涛", id, Act::Pass, Input::default()).unwrap();
        assert_eq!(view(w, "李局", id).incident.class, Class::B);
        go(w, "16T17:00");
        let v = view(w, "李局", id);
        assert_eq!(v.incident.class, Class::A);
        assert!(v.steps.iter().any(|s| s.act == Act::Regrade && s.by.is_none()));
        assert_eq!(party(&v, Party::Emergency).unwrap().due_at, Some(at("16T18:00")));
        // Found before that: nothing changes by itself.
        let other = report(w, "李建国", of_kind(Kind::Lost));
        let found = NewReport { missing: Some(0), ..said("在家里找到了") };
        again(w, "李建国", other, ReportKind::Follow, found).unwrap();
        go(w, "16T20:00");
        assert_eq!(view(w, "李局", other).incident.class, Class::B);
    });
}

#[test]
fn a_grave_incident_asks_for_a_special_meeting_and_a_hazard_is_raised_from_it() {
    on_both(|w| {
        let mut new = of_kind(Kind::Crush);
        new.told.sent = Some(4);
        new.told.place = Some(w.stair);
        let id = report(w, "李建国", new);
        let special = |who: &'static str| {
            let lines = w.sees(who, |cx| duty::waiting(cx, 99)).unwrap();
            lines.into_iter().filter(move |l| l.subject == Some(id) && l.form.as_deref() == Some("meeting")).count()
        };
        assert_eq!(special("李建国"), 1, "at the school");
        assert_eq!(special("于海涛"), 1, "and at the level above");
        let head = w.person_id("马校长");
        let fields = serde_json::json!({
            "kind": "special", "place": "会议室", "chair": [head], "present": [head], "problems": "放学楼梯拥挤",
            "measures": "错时下楼",
        });
        let held = duty::work::NewWork {
            form: "meeting".into(),
            fields: serde_json::from_value(fields).unwrap(),
            subject: Some(("incident".into(), id)),
            ..duty::work::NewWork::default()
        };
        w.by("李建国", move |cx| duty::work::record(cx, &held)).unwrap();
        assert_eq!(special("李建国"), 0);
        let stair = w.stair;
        let hazard = w
            .by("李建国", move |cx| {
                let new =
                    NewHazard { what: "楼梯没有分道线".into(), place: Some(stair), ..NewHazard::default() };
                incident::act::raise_hazard(cx, id, &new)
            })
            .unwrap();
        let v = view(w, "于海涛", id);
        let named: Vec<Id> = v.steps.iter().filter_map(|s| s.hazard.as_ref().map(|h| h.0)).collect();
        assert_eq!(named, [hazard]);
    });
}
