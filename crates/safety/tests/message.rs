//! 消息 (1.2: information flows): who is told what and when, on the page and by every channel; what a crash, a slow far
//! side and a dead one do to it; who may see and change channels. Time travels; what the binary does is played here.

use std::collections::BTreeSet;

use base::{Id, Ms, Refusal};
use safety::hazard::Act;
use safety::kernel::outbox::{self, Outcome, Sent, Way};
use safety::kernel::rights::Reach;
use safety::message::channel::{self, Carried, NewChannel};
use safety::message::send::{self, Job, Rang};
use safety::message::{self, Kind, Telephone, To, Told};
use safety::org::people;

use crate::world::{World, fixed, note, on_both, refusal};

const BOT: &str = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=geheim";

fn carry(w: &World, ways: &[Way]) {
    let carried = Carried { ways: ways.to_vec(), hosts: vec!["127.0.0.1:9".into()], push_key: None };
    w.system(move |cx| channel::carry(cx, &carried)).unwrap();
}

fn bot(w: &World, by: &str, unit: Id) -> Id {
    let new = NewChannel { way: Some(Way::WeCom), address: BOT.into(), ..NewChannel::default() };
    w.by(by, move |cx| channel::add(cx, Some(unit), &new)).unwrap()
}

fn mail(w: &World, who: &str) -> Id {
    let new = NewChannel { way: Some(Way::Mail), address: "li@school.example".into(), ..NewChannel::default() };
    w.by(who, move |cx| channel::add(cx, None, &new)).unwrap()
}

fn mobile(w: &World, who: &str, number: &'static str) {
    let (person, name) = (w.person_id(who), who.to_string());
    w.system(move |cx| people::correct(cx, person, &name, Some(number))).unwrap();
}

fn tell(w: &World, kind: Kind, subject: Id, dedupe: &'static str, to: Vec<To>) -> usize {
    let unit = w.school;
    let told = move |cx: &mut safety::Cx<'_, '_>| {
        message::tell(cx, &Told { kind, noun: "hazard", subject, unit, dedupe }, &to)
    };
    w.system(told).unwrap()
}

fn take(w: &World) -> Vec<Job> {
    w.system(send::take).unwrap()
}

fn settle(w: &World, job: &Job, outcome: Outcome) {
    let (key, claim) = (job.key, job.claim);
    w.system(move |cx| send::settle(cx, key, claim, &outcome)).unwrap();
}

fn taken(w: &World, job: &Job) {
    settle(w, job, Outcome::Taken { far: Some("7".into()), ringing: false });
}

fn later(why: &str) -> Outcome {
    Outcome::Later { after_ms: 0, why: why.into() }
}

fn receipts(w: &World, subject: Id) -> Vec<outbox::Line> {
    w.system(move |cx| outbox::of_subject(cx, "hazard", subject, 1_000)).unwrap()
}

fn messages(w: &World, who: &str) -> Vec<message::Message> {
    w.sees(who, |cx| message::list(cx, None, 50)).unwrap().0
}

fn id(n: u8) -> Id {
    Id::from_parts(Ms(0), [n; 10])
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    carry(w, &[Way::WeCom]);
    bot(w, "李建国", w.school);
}

#[test]
fn a_hazard_tells_whose_turn_it_is_and_nobody_of_his_own_act() {
    on_both(|w| {
        let id = w.raise("张福贵", "3号楼东楼梯二层疏散指示灯不亮");
        let told = messages(w, "李建国");
        assert_eq!((told.len(), told[0].kind, told[0].subject, told[0].about), (1, Kind::Turn, id, w.school));
        assert_eq!(w.sees("李建国", message::unread).unwrap(), 1);
        assert_eq!(messages(w, "张福贵").len(), 0);

        w.act("李建国", id, Act::Assign, w.to_fixer()).unwrap();
        assert_eq!(w.sees("李建国", message::unread).unwrap(), 0, "his turn is over, read or not");
        assert!(messages(w, "李建国")[0].done_at.is_some());
        assert_eq!(messages(w, "王建军").len(), 1);
        w.act("王建军", id, Act::Comment, note("等配件")).unwrap();
        assert_eq!(messages(w, "王建军").len(), 1, "a remark tells nobody again");

        w.act("王建军", id, Act::Rectify, fixed("换了电池")).unwrap();
        assert_eq!(messages(w, "李建国").iter().filter(|m| m.done_at.is_none()).count(), 1, "请复查");
        w.clock.advance(Ms::SECOND);
        w.act("李建国", id, Act::Return, note("灯仍不亮")).unwrap();
        let told = messages(w, "王建军");
        assert_eq!((told.len(), told[0].kind), (2, Kind::Returned));
        w.act("王建军", id, Act::Rectify, fixed("换了灯")).unwrap();
        w.act("李建国", id, Act::Recheck, fixed("亮了")).unwrap();
        assert_eq!(messages(w, "周文海").len(), 1);
        w.act("周文海", id, Act::Close, note("销账")).unwrap();
        for who in ["李建国", "王建军", "周文海", "张福贵"] {
            assert_eq!(w.sees(who, message::unread).unwrap(), 0, "{who}");
        }
    });
}

#[test]
fn messages_are_read_by_their_receiver_alone_page_by_page() {
    on_both(|w| {
        for n in 1..=5 {
            assert_eq!(
                tell(w, Kind::Receipt, id(n), "one", vec![To::Role(w.school, safety::org::Role::SafetyHead)]),
                1
            );
            w.clock.advance(1_000);
        }
        assert_eq!(tell(w, Kind::Receipt, id(5), "one", vec![To::Person(w.person_id("李建国"))]), 0, "told before");
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let at = cursor.clone();
            let (page, next) = w.sees("李建国", move |cx| message::list(cx, at.as_deref(), 2)).unwrap();
            seen.extend(page.iter().map(|m| m.subject));
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [id(5), id(4), id(3), id(2), id(1)]);
        let first = messages(w, "李建国")[0].id;
        for who in ["周文海", "于海涛", "李局", "市管理员"] {
            assert_eq!(refusal(w.by(who, move |cx| message::read(cx, first))), Refusal::NotFound, "{who}");
        }
        w.by("李建国", move |cx| message::read(cx, first)).unwrap();
        assert_eq!(w.sees("李建国", message::unread).unwrap(), 4);
        w.by("李建国", |cx| message::seen(cx, "hazard", id(4))).unwrap();
        assert_eq!(w.sees("李建国", message::unread).unwrap(), 3);
        assert_eq!(w.by("李建国", message::read_all).unwrap(), 3);
        assert_eq!(w.sees("李建国", message::unread).unwrap(), 0);
    });
}

#[test]
fn what_is_not_urgent_goes_together_at_seven_and_at_four_on_school_days() {
    on_both(|w| {
        carry(w, &[Way::WeCom, Way::Mail]);
        bot(w, "李建国", w.school);
        mail(w, "李建国");
        // Friday, half past seven.
        w.clock.set(Ms::parse("2026-11-20T07:30:00+08:00").unwrap());
        let everybody = vec![To::Person(w.person_id("李建国")), To::Unit(w.school)];
        for n in 1..=3 {
            tell(w, Kind::Turn, id(n), "turn", everybody.clone());
        }
        tell(w, Kind::Receipt, id(9), "receipt", everybody.clone());
        assert_eq!(receipts(w, id(9)).len(), 0, "stays on the page");
        assert!(take(w).is_empty());
        w.clock.set(Ms::parse("2026-11-20T15:59:59+08:00").unwrap());
        assert!(take(w).is_empty());
        w.clock.advance(Ms::SECOND);
        let jobs = take(w);
        let ways: BTreeSet<&str> = jobs.iter().map(|j| j.way.code()).collect();
        assert_eq!((jobs.len(), ways), (2, BTreeSet::from(["mail", "wecom"])));
        assert!(
            jobs.iter().all(|j| j.record.is_none() && j.kind == Kind::Turn),
            "three matters, one message, the list"
        );
        jobs.iter().for_each(|job| taken(w, job));
        assert!(
            receipts(w, id(1)).iter().all(|l| l.state == Sent::Sent && l.tries == 1 && l.sent_at == Some(w.app.now()))
        );

        // Friday evening: Monday morning, and what was read meanwhile is not sent.
        w.clock.set(Ms::parse("2026-11-20T18:00:00+08:00").unwrap());
        tell(w, Kind::Turn, id(4), "turn", everybody.clone());
        tell(w, Kind::Turn, id(5), "turn", everybody);
        w.by("李建国", |cx| message::seen(cx, "hazard", id(4))).unwrap();
        w.system(|cx| message::over(cx, "hazard", id(5), Kind::Turn)).unwrap();
        w.clock.set(Ms::parse("2026-11-23T06:59:00+08:00").unwrap());
        assert!(take(w).is_empty());
        w.clock.advance(Ms::MINUTE);
        let jobs = take(w);
        assert_eq!(jobs.len(), 1, "the group still hears of what one of them has read");
        assert_eq!(jobs[0].record, Some(("hazard".into(), id(4))), "one matter alone links to its record");
    });
}

#[test]
fn an_alarm_is_never_quiet_and_goes_every_way_at_once() {
    on_both(|w| {
        carry(w, Way::ALL);
        bot(w, "李建国", w.school);
        mail(w, "李建国");
        mobile(w, "李建国", "139 0000 0001");
        w.clock.set(Ms::parse("2026-11-22T02:00:00+08:00").unwrap());
        let to = vec![To::Person(w.person_id("李建国")), To::Unit(w.school)];
        tell(w, Kind::Order, id(1), "order", to.clone());
        tell(w, Kind::Alarm, id(2), "alarm", to);
        let jobs = take(w);
        assert_eq!(
            jobs.iter().map(|j| j.way.code()).collect::<BTreeSet<_>>(),
            BTreeSet::from(["mail", "sms", "wecom"])
        );
        assert!(jobs.iter().all(|j| j.record == Some(("hazard".into(), id(2)))));
        assert_eq!(jobs.iter().find(|j| j.way == Way::Sms).unwrap().address, "13900000001");
        jobs.iter().for_each(|job| taken(w, job));
        w.clock.set(Ms::parse("2026-11-22T07:00:00+08:00").unwrap());
        let jobs = take(w);
        assert!(
            jobs.len() == 2 && jobs.iter().all(|j| j.kind == Kind::Order),
            "an order waits until morning, Sunday or not"
        );
    });
}

#[test]
fn a_crash_in_the_middle_of_sending_repeats_the_same_key_and_never_a_second_message() {
    on_both(|w| {
        carry(w, &[Way::WeCom]);
        bot(w, "李建国", w.school);
        tell(w, Kind::Alarm, id(1), "alarm", vec![To::Unit(w.school)]);
        let first = take(w).pop().unwrap();
        assert!(take(w).is_empty(), "leased");
        // The sender dies. Its lease ends; the next one sends the same key.
        w.clock.advance(outbox::LEASE_MS);
        let second = take(w).pop().unwrap();
        assert_eq!((second.key, second.claim == first.claim), (first.key, false));
        // The dead one was only slow: a wrong answer of it changes nothing, a good one counts.
        settle(w, &first, Outcome::Refused { why: "93000".into() });
        assert_eq!(receipts(w, id(1))[0].state, Sent::Waiting);
        taken(w, &first);
        settle(w, &second, later("500"));
        let line = &receipts(w, id(1))[0];
        assert_eq!((line.state, line.tries, line.outcome.as_deref()), (Sent::Sent, 2, Some("taken")));
        w.clock.advance(Ms::DAY);
        assert!(take(w).is_empty());
    });
}

#[test]
fn a_bundle_keeps_its_matters_through_every_try() {
    on_both(|w| {
        carry(w, &[Way::WeCom]);
        bot(w, "李建国", w.school);
        tell(w, Kind::Turn, id(1), "turn", vec![To::Unit(w.school)]);
        tell(w, Kind::Turn, id(2), "turn", vec![To::Unit(w.school)]);
        w.clock.set(Ms::parse("2026-11-16T16:00:00+08:00").unwrap());
        let first = take(w).pop().unwrap();
        settle(w, &first, later("500"));
        // A third one that comes now must not slip into a message that the far side may already have.
        tell(w, Kind::Order, id(3), "order", vec![To::Unit(w.school)]);
        tell(w, Kind::Turn, id(4), "turn", vec![To::Unit(w.school)]);
        w.clock.set(Ms::parse("2026-11-17T07:00:00+08:00").unwrap());
        let jobs = take(w);
        assert_eq!(jobs.len(), 2);
        let (old, fresh) = if jobs[0].key == first.key { (&jobs[0], &jobs[1]) } else { (&jobs[1], &jobs[0]) };
        assert_eq!((old.key, old.record.clone()), (first.key, None));
        assert_eq!(fresh.record, Some(("hazard".into(), id(4))), "an order goes by other ways");
    });
}

#[test]
fn a_far_side_is_not_called_oftener_than_it_takes() {
    on_both(|w| {
        carry(w, &[Way::WeCom]);
        bot(w, "李建国", w.school);
        for n in 1..=30 {
            tell(w, Kind::Alarm, id(n), "alarm", vec![To::Unit(w.school)]);
        }
        let jobs = take(w);
        assert_eq!(jobs.len(), 20, "twenty a minute");
        jobs.iter().for_each(|job| taken(w, job));
        w.clock.advance(30 * Ms::SECOND);
        assert!(take(w).is_empty());
        w.clock.advance(31 * Ms::SECOND);
        assert_eq!(take(w).len(), 10);
    });
}

#[test]
fn neither_a_far_side_that_is_busy_nor_a_sender_that_dies_uses_up_the_tries_of_an_alarm() {
    on_both(|w| {
        carry(w, &[Way::WeCom]);
        bot(w, "李建国", w.school);
        tell(w, Kind::Alarm, id(1), "alarm", vec![To::Unit(w.school)]);
        for n in 0..2 * outbox::TRIES_MAX {
            // Once the sender dies with it, once the far side asks to come later.
            let job = take(w).pop().unwrap();
            if n % 2 == 0 {
                w.clock.advance(outbox::LEASE_MS);
                continue;
            }
            settle(w, &job, Outcome::Busy { after_ms: Ms::SECOND, why: "429".into() });
            let line = receipts(w, id(1)).pop().unwrap();
            assert_eq!((line.state, line.failed, line.outcome.as_deref()), (Sent::Waiting, 0, Some("429")));
            w.clock.advance(5 * Ms::SECOND);
        }
        // One real failure after all that is the first.
        settle(w, &take(w).pop().unwrap(), later("500"));
        let line = receipts(w, id(1)).pop().unwrap();
        assert_eq!((line.state, line.tries, line.failed), (Sent::Waiting, 2 * outbox::TRIES_MAX + 1, 1));
        w.clock.advance(5 * Ms::SECOND);
        taken(w, &take(w).pop().unwrap());
        assert_eq!(receipts(w, id(1))[0].state, Sent::Sent);
    });
}

#[test]
fn what_never_gets_through_is_given_up_after_a_named_number_of_tries_and_can_be_sent_anew() {
    on_both(|w| {
        carry(w, &[Way::WeCom]);
        let bot = bot(w, "李建国", w.school);
        tell(w, Kind::Alarm, id(1), "alarm", vec![To::Unit(w.school)]);
        let mut tries = 0;
        while receipts(w, id(1))[0].state == Sent::Waiting {
            if let Some(job) = take(w).pop() {
                settle(w, &job, later("no connection"));
                tries += 1;
            }
            w.clock.advance(5 * Ms::SECOND);
        }
        let line = receipts(w, id(1)).pop().unwrap();
        assert_eq!((tries, line.tries, line.state), (outbox::TRIES_MAX, outbox::TRIES_MAX, Sent::Dead));
        assert_eq!(line.outcome.as_deref(), Some("no connection"));
        // Whoever manages the school, or is administrator above it, sees it; nobody else.
        for who in ["李建国", "马校长", "市管理员"] {
            assert_eq!(w.sees(who, channel::dead).unwrap().len(), 1, "{who}");
        }
        assert_eq!(w.sees("北山主任", channel::dead).unwrap().len(), 0);
        assert_eq!(refusal(w.sees("张福贵", channel::dead)), Refusal::NoRight);
        assert_eq!(refusal(w.by("北山主任", move |cx| channel::again(cx, line.id))), Refusal::NotFound);
        assert_eq!(w.sees("李建国", move |cx| channel::of_unit(cx, cx.actor.unit)).unwrap()[0].id, bot);
        w.by("李建国", move |cx| channel::again(cx, line.id)).unwrap();
        assert!(matches!(refusal(w.by("李建国", move |cx| channel::again(cx, line.id))), Refusal::WrongState { .. }));
        let job = take(w).pop().unwrap();
        taken(w, &job);
        assert_eq!(w.sees("李建国", channel::dead).unwrap().len(), 0);
    });
}

#[test]
fn a_refusal_is_final_and_a_browser_that_is_gone_is_forgotten() {
    on_both(|w| {
        carry(w, &[Way::WeCom, Way::Push]);
        bot(w, "李建国", w.school);
        let browser = NewChannel {
            way: Some(Way::Push),
            address: "https://web.push.apple.com/abc".into(),
            secret: Some("BCVx auth".into()),
            ..NewChannel::default()
        };
        let again = browser.clone();
        let push = w.by("李建国", move |cx| channel::add(cx, None, &browser)).unwrap();
        assert_eq!(w.by("李建国", move |cx| channel::add(cx, None, &again)).unwrap(), push, "the same browser again");
        tell(w, Kind::Alarm, id(1), "alarm", vec![To::Person(w.person_id("李建国")), To::Unit(w.school)]);
        for job in take(w) {
            match job.way {
                Way::Push => settle(w, &job, Outcome::Gone { why: "410".into() }),
                _ => settle(w, &job, Outcome::Refused { why: "93000 invalid webhook url".into() }),
            }
        }
        let states: BTreeSet<&str> = receipts(w, id(1)).iter().map(|l| l.state.code()).collect();
        assert_eq!(states, BTreeSet::from(["dead", "dropped"]));
        assert_eq!(w.sees("李建国", channel::own).unwrap().len(), 0);
    });
}

#[test]
fn a_telephone_rings_is_asked_after_and_acknowledged_by_a_key() {
    on_both(|w| {
        carry(w, &[Way::Voice]);
        mobile(w, "李建国", "13900000001");
        let (person, unit) = (w.person_id("李建国"), w.school);
        let ring = move |cx: &mut safety::Cx<'_, '_>| {
            let told = Told { kind: Kind::Alarm, noun: "hazard", subject: id(1), unit, dedupe: "rung 1" };
            message::ring(cx, &told, Telephone::Person(person))
        };
        assert!(w.system(ring).unwrap());
        assert!(!w.system(ring).unwrap(), "once");
        let job = take(w).pop().unwrap();
        assert_eq!((job.way, job.address.as_str(), job.ringing.clone()), (Way::Voice, "13900000001", None));
        settle(w, &job, Outcome::Taken { far: Some("call-7".into()), ringing: true });
        assert!(take(w).is_empty());
        w.clock.advance(3 * Ms::SECOND);
        let asked = take(w).pop().unwrap();
        let (row, far) = asked.ringing.unwrap();
        assert_eq!(far, "call-7");
        w.system(move |cx| send::rang(cx, row, None)).unwrap();
        assert_eq!(receipts(w, id(1))[0].state, Sent::Ringing);
        w.system(move |cx| send::rang(cx, row, Some(Rang::Answered(Some('1'))))).unwrap();
        let line = &receipts(w, id(1))[0];
        assert_eq!((line.state, line.outcome.as_deref()), (Sent::Sent, Some("acknowledged")));
    });
}

#[test]
fn channels_belong_to_who_manages_them_and_show_no_secret() {
    on_both(|w| {
        carry(w, &[Way::WeCom, Way::DingTalk, Way::Webhook, Way::Mail]);
        let id = bot(w, "李建国", w.school);
        let shown = w.sees("马校长", |cx| channel::of_unit(cx, cx.actor.unit)).unwrap();
        assert_eq!((shown.len(), shown[0].host.as_str()), (1, "qyapi.weixin.qq.com"));
        assert!(!serde_json::to_string(&shown).unwrap().contains("geheim"));
        let unit = w.school;
        for (who, told) in [
            ("北山主任", Refusal::NotFound),
            ("张福贵", Refusal::NoRight),
            ("于海涛", Refusal::NoRight),
            ("桦甸股长", Refusal::NotFound),
        ] {
            assert_eq!(refusal(w.sees(who, move |cx| channel::of_unit(cx, unit))), told, "{who}");
            assert_eq!(refusal(w.by(who, move |cx| channel::end(cx, id))), told, "{who}");
        }
        assert_eq!(refusal(w.by("李建国", send::take).map(|jobs| jobs.len())), Refusal::NoRight, "the program's alone");

        let faults =
            |new: NewChannel| match refusal(w.by("李建国", move |cx| channel::add(cx, Some(cx.actor.unit), &new))) {
                Refusal::Invalid(faults) => faults.iter().map(|f| f.field).collect::<Vec<_>>(),
                other => panic!("{other:?}"),
            };
        let new = |way, address: &str, secret: &str| NewChannel {
            id: None,
            way: Some(way),
            address: address.into(),
            secret: Some(secret.into()).filter(|s: &String| !s.is_empty()),
        };
        assert_eq!(faults(new(Way::DingTalk, "https://oapi.dingtalk.com/robot/send?access_token=1", "")), ["secret"]);
        assert_eq!(faults(new(Way::Webhook, "http://127.0.0.1:22/", "whsec_x")), ["address", "secret"]);
        assert_eq!(faults(new(Way::Mail, "a@b.example", "")), ["way"], "mail is a person's");
        assert_eq!(faults(new(Way::Feishu, "https://open.feishu.cn/x", "s")), ["way"], "not carried here");
        assert_eq!(faults(new(Way::Sms, "139", "")), ["way"]);
        w.by("李建国", move |cx| channel::test(cx, id)).unwrap();
        assert!(matches!(refusal(w.by("李建国", move |cx| channel::test(cx, id))), Refusal::TooMany { .. }));
        let job = take(w).pop().unwrap();
        assert_eq!((job.kind, job.address.as_str()), (Kind::Test, BOT));

        w.by("李建国", move |cx| channel::end(cx, id)).unwrap();
        let kept = w.system(move |cx| cx.tx.row("select address, secret from channel where id = $1", db::args![id]));
        assert_eq!(kept.unwrap().unwrap().text("address").unwrap(), "");
        let leaves = w.app.db().read(|tx| tx.rows("select bytes from leaf where tbl = 'channel'", &[])).unwrap();
        let telltale = |row: &db::Row| row.blob("bytes").unwrap().windows(6).any(|part| part == b"geheim");
        assert!(leaves.len() == 2 && !leaves.iter().any(telltale));
    });
}

#[test]
fn who_has_left_is_not_told_and_who_is_erased_leaves_no_address() {
    on_both(|w| {
        carry(w, &[Way::Mail]);
        mail(w, "宋老师");
        let person = w.person_id("宋老师");
        tell(w, Kind::Alarm, id(1), "alarm", vec![To::Person(person)]);
        let post = w.actor("宋老师").post.unwrap();
        let today = w.app.now().day();
        w.system(move |cx| safety::org::post::end(cx, post, today)).unwrap();
        w.clock.advance(Ms::DAY);
        assert!(take(w).is_empty());
        assert_eq!(receipts(w, id(1))[0].outcome.as_deref(), Some("no_receiver"));
        w.by("市管理员", move |cx| people::erase(cx, person)).unwrap();
        let left = w.app.db().read(|tx| tx.rows("select * from channel where address <> ''", &[])).unwrap();
        assert!(left.is_empty());
        assert_eq!(tell(w, Kind::Alarm, id(2), "alarm", vec![To::Person(person)]), 0);
    });
}

#[test]
fn what_waits_too_long_and_old_receipts_are_swept() {
    on_both(|w| {
        carry(w, &[Way::WeCom]);
        bot(w, "李建国", w.school);
        tell(w, Kind::Alarm, id(1), "alarm", vec![To::Unit(w.school), To::Person(w.person_id("李建国"))]);
        w.clock.advance(outbox::WAIT_DAYS * Ms::DAY + 1);
        safety::tick::sweep(&w.app).unwrap();
        assert_eq!(receipts(w, id(1))[0].outcome.as_deref(), Some("too_old"));
        w.clock.advance(outbox::KEEP_DAYS * Ms::DAY);
        safety::tick::sweep(&w.app).unwrap();
        assert!(receipts(w, id(1)).is_empty() && messages(w, "李建国").is_empty());
    });
}

#[test]
fn the_list_of_the_dead_is_prepared_for_every_reach() {
    on_both(|w| {
        for reach in [Reach::Subtree, Reach::Unit, Reach::Nothing, Reach::All] {
            w.app.db().prepare(&message::sql::dead(reach)).unwrap();
        }
    });
}
