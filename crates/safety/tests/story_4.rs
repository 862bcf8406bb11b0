//! 4.1, 4.2 on the engine: letters per person, vacancies that leave nothing ownerless, a hand-over that carries duties and
//! resolutions; 1.1 once more: a special meeting in one tap after a 重大 hazard, and what it resolved at the hazard;
//! 1.3: the ledgers assembled from all of it.

use std::collections::BTreeMap;

use base::{Cell, Id, Ms, Refusal};
use safety::duty::act::Arrange;
use safety::duty::list::Wait;
use safety::duty::resolution::NewResolution;
use safety::duty::{self, Mark, NewWork, State, work};
use safety::hazard::{Act, Grade, Input, Term};
use safety::org::{Role, post};
use safety::{ledger, meeting};
use serde_json::json;

use crate::duty_board::agrees;
use crate::small_pack::{day, packs};
use crate::world::{World, on_both, refusal};

fn post_of(w: &World, name: &str) -> Id {
    w.actor(name).post.unwrap()
}

fn waits(w: &World, name: &str) -> Vec<duty::list::Waiting> {
    w.sees(name, |cx| duty::waiting(cx, 100)).unwrap()
}

#[test]
fn a_letter_is_owed_by_each_person_in_post_and_signed_once() {
    on_both(|w| {
        w.app.set_packs(packs());
        let guard = w.person_id("张福贵");
        assert!(waits(w, "张福贵").iter().any(|l| l.entry == "letter" && l.part == format!("person:{guard}")));
        let new = NewWork { form: "letter".into(), persons: vec![guard], ..NewWork::default() };
        w.by("李建国", move |cx| work::record(cx, &new)).unwrap();
        assert!(waits(w, "张福贵").iter().all(|l| l.entry != "letter"));
        let school = w.school;
        let missing = w.sees("于海涛", move |cx| duty::board::missing(cx, school, "letter", "2026")).unwrap();
        // Head, vice, safety head and teacher; fixer and reporter are none of the eight posts.
        assert_eq!(missing.len(), 4, "{missing:?}");
        agrees(w);
    });
}

#[test]
fn a_vacant_post_leaves_no_duty_ownerless_and_a_hand_over_carries_everything_open() {
    on_both(|w| {
        w.app.set_packs(packs());
        let owes = |name: &str| waits(w, name).iter().any(|l| l.entry == "meet.school" && l.wait == Wait::Do);
        assert!(owes("李建国") && !owes("周文海"));
        let arrange = Arrange {
            unit: None,
            entry: "patrol.day".into(),
            period: "2026-11-16".into(),
            part: String::new(),
            owner: w.person_id("张福贵"),
            note: Some("夜里有风雪".into()),
        };
        w.by("李建国", move |cx| duty::arrange(cx, &arrange)).unwrap();
        assert!(waits(w, "张福贵").iter().any(|l| l.entry == "patrol.day"));
        assert!(waits(w, "李建国").iter().all(|l| l.entry != "patrol.day" || l.period != "2026-11-16"));

        // The guard leaves: the open duty goes to the heir, or the post cannot end.
        let (guard_post, heir) = (post_of(w, "张福贵"), w.person("新门卫", w.school, &[]));
        let stays = w.by("李建国", move |cx| post::end(cx, guard_post, cx.now.day()));
        assert!(matches!(refusal(stays), Refusal::WrongState { from: "has_work", .. }));
        let (_, moved) = w.by("李建国", move |cx| post::hand_over(cx, guard_post, heir)).unwrap();
        assert_eq!(moved, 1);
        assert!(waits(w, "新门卫").iter().any(|l| l.entry == "patrol.day"));

        // The safety head leaves without an heir: the vice steps in; then the head.
        let head = post_of(w, "李建国");
        w.by("马校长", move |cx| post::end(cx, head, cx.now.day())).unwrap();
        w.fast_forward(Ms::DAY);
        assert!(owes("周文海"));
        let vice = post_of(w, "周文海");
        w.by("马校长", move |cx| post::end(cx, vice, cx.now.day())).unwrap();
        w.fast_forward(Ms::DAY);
        assert!(owes("马校长"));
        let school = w.school;
        let cell = w.sees("于海涛", move |cx| duty::cell(cx, school, "meet.school", "2026-W47", "")).unwrap();
        assert!(cell.owner.unwrap().stands_in, "shown as standing in");
    });
}

#[test]
fn a_major_hazard_calls_a_special_meeting_whose_resolution_returns_to_it() {
    on_both(|w| {
        w.app.set_packs(packs());
        let hazard = w.raise("张福贵", "3号楼东楼梯栏杆松动");
        let major = Input { grade: Some(Grade::Major), term: Some(Term::Plan), ..Input::default() };
        w.act("李建国", hazard, Act::Grade, major).unwrap();
        let line = waits(w, "李建国").into_iter().find(|l| l.entry == "meet.special").unwrap();
        assert_eq!((line.subject, line.form.as_deref()), (Some(hazard), Some("meeting")));
        assert_eq!(line.due_at, day("2026-11-19").end(), "three working days after Monday");
        // One tap from the hazard: the agenda is there, with that hazard as subject.
        let school = w.school;
        let agenda = w.sees("李建国", move |cx| meeting::agenda(cx, school, Some(hazard))).unwrap();
        assert_eq!(agenda.subject.unwrap().hazard.id, hazard);
        assert!(matches!(agenda.problems[0], meeting::Item::Hazard { major: true, .. }), "{:?}", agenda.problems);
        assert!(agenda.situation.iter().any(|i| matches!(i, meeting::Item::Season { .. })));
        let other = w.foreign_school;
        assert_eq!(
            refusal(w.sees("李建国", move |cx| meeting::agenda(cx, other, None).map(|_| ()))),
            Refusal::NotFound
        );

        // The weekly meeting is another matter: only one about this hazard meets the deadline.
        let fields: BTreeMap<String, _> =
            BTreeMap::from([("problems".into(), json!("栏杆")), ("measures".into(), json!("停用该楼梯"))]);
        let weekly = NewWork { form: "meeting".into(), fields: fields.clone(), ..NewWork::default() };
        w.by("李建国", move |cx| work::record(cx, &weekly)).unwrap();
        w.clock.advance(Ms::MINUTE);
        assert!(waits(w, "李建国").iter().any(|l| l.entry == "meet.special"));
        let owner = w.person_id("王建军");
        let special = NewWork {
            form: "meeting".into(),
            fields,
            subject: Some(("hazard".into(), hazard)),
            resolutions: vec![NewResolution {
                what: "周五前焊牢栏杆".into(),
                owner,
                due_on: day("2026-11-20"),
                hazard: Some(hazard),
            }],
            ..NewWork::default()
        };
        w.by("李建国", move |cx| work::record(cx, &special)).unwrap();
        assert!(waits(w, "李建国").iter().all(|l| l.entry != "meet.special"));
        let (meetings, resolved) = w.sees("于海涛", move |cx| meeting::about(cx, hazard)).unwrap();
        assert_eq!((meetings.len(), resolved.len(), resolved[0].what.as_str()), (1, 1, "周五前焊牢栏杆"));
        // Undone, it stands on the next agenda and is late.
        w.fast_forward(7 * Ms::DAY);
        let agenda = w.sees("李建国", move |cx| meeting::agenda(cx, school, None)).unwrap();
        assert!(agenda.measures.iter().any(|i| matches!(i, meeting::Item::Undone { late: true, .. })));
        assert_eq!(agenda.last.unwrap().subject, Some(hazard));
        agrees(w);
    });
}

#[test]
fn a_special_meeting_that_comes_too_late_is_late_and_stays_on_the_board() {
    on_both(|w| {
        w.app.set_packs(packs());
        let hazard = w.raise("张福贵", "锅炉压力表失灵");
        let major = Input { grade: Some(Grade::Major), term: Some(Term::Plan), ..Input::default() };
        w.act("李建国", hazard, Act::Grade, major).unwrap();
        let (county, school) = (w.county, w.school);
        let special = |w: &World| {
            let board = w.sees("于海涛", move |cx| duty::board::bureau(cx, county, Some("2026-11"))).unwrap();
            board.entries.iter().find(|e| e.entry == "meet.special").unwrap().sums
        };
        assert_eq!((special(w).expected, special(w).not_due), (1, 1));
        w.fast_forward(4 * Ms::DAY);
        assert_eq!((special(w).missing, special(w).not_due), (1, 0));
        assert!(waits(w, "李建国").iter().any(|l| l.entry == "meet.special" && l.late));
        let new = NewWork {
            form: "meeting".into(),
            fields: BTreeMap::from([("problems".into(), json!("压力表")), ("measures".into(), json!("换"))]),
            subject: Some(("hazard".into(), hazard)),
            ..NewWork::default()
        };
        w.by("李建国", move |cx| work::record(cx, &new)).unwrap();
        assert_eq!((special(w).late, special(w).missing), (1, 0));
        let book = w.sees("于海涛", move |cx| ledger::of(cx, school, "2026-11")).unwrap();
        assert!(book.lines.iter().any(|l| l.entry == "meet.special" && l.mark == Mark::Late));
        agrees(w);
    });
}

/// 1.3: the ledger is never typed. One Monday's work stands in the day's, the week's, the month's, the term's and the
/// year's ledger, with the three stages and their people.
#[test]
fn every_ledger_is_assembled_from_what_was_recorded() {
    on_both(|w| {
        w.app.set_packs(packs());
        let new = NewWork { form: "patrol".into(), ..NewWork::default() };
        w.by("张福贵", move |cx| work::record(cx, &new)).unwrap();
        w.raise("张福贵", "灯不亮");
        let school = w.school;
        let of = |key: &'static str| w.sees("于海涛", move |cx| ledger::of(cx, school, key)).unwrap();
        let duty_id = of("2026-11-16").lines[0].duty.unwrap();
        w.by("李建国", move |cx| duty::check(cx, duty_id, None)).unwrap();
        w.by("马校长", move |cx| duty::accept(cx, duty_id, None)).unwrap();
        for (key, kind) in [
            ("2026-11-16", "day"),
            ("2026-W47", "week"),
            ("2026-11", "month"),
            ("2026-autumn", "term"),
            ("2026", "year"),
        ] {
            let book = of(key);
            assert_eq!(book.kind, kind);
            let line = book.lines.iter().find(|l| l.entry == "patrol.day" && l.period == "2026-11-16").unwrap();
            assert_eq!((line.state, line.mark), (Some(State::Accepted), Mark::OnTime));
            let people = [&line.done_by, &line.checked_by, &line.accepted_by].map(|p| p.clone().unwrap());
            assert_eq!(people, ["张福贵", "李建国", "马校长"]);
            assert_eq!((book.works.len(), book.hazards.len()), (1, 1));
            assert_eq!(book.sums.expected, book.lines.len() as i64);
        }
        let sheet = ledger::sheet(&of("2026-11-16"));
        assert_eq!((sheet.columns.len(), sheet.rows.len()), (12, 1));
        assert_eq!(sheet.rows[0][6], Cell::Text("张福贵".into()));
        assert_eq!(sheet.rows[0][11], Cell::Code("mark", "on_time".into()));
        // A bureau has its own ledger on the same engine.
        let county = w.county;
        let book = w.sees("于海涛", move |cx| ledger::of(cx, county, "2026-11")).unwrap();
        assert_eq!(book.lines.iter().map(|l| l.entry.as_str()).collect::<Vec<_>>(), ["meet.bureau"]);
    });
}

#[test]
fn a_batch_is_signed_but_for_what_may_not_be() {
    on_both(|w| {
        w.app.set_packs(packs());
        let mut ids = Vec::new();
        for (name, form) in [("张福贵", "patrol"), ("马校长", "meeting")] {
            let fields = match form {
                "meeting" => BTreeMap::from([("problems".into(), json!("无")), ("measures".into(), json!("有"))]),
                _ => BTreeMap::new(),
            };
            let new = NewWork { form: form.into(), fields, ..NewWork::default() };
            w.by(name, move |cx| work::record(cx, &new)).unwrap();
        }
        let page = w.sees("周文海", |cx| duty::list(cx, &duty::Filter::default(), None, 10)).unwrap();
        ids.extend(page.items.iter().map(|l| l.duty.id));
        assert_eq!(ids.len(), 2);
        let batch = ids.clone();
        let checked = w.by("周文海", move |cx| duty::act::check_many(cx, &batch)).unwrap();
        assert_eq!((checked.done.len(), checked.left.len()), (2, 0));
        // The head did one of them himself: that one is left for another, the rest is signed.
        let signed = w.by("马校长", move |cx| duty::accept_many(cx, &ids)).unwrap();
        assert_eq!((signed.done.len(), signed.left.len()), (1, 1));
        assert!(matches!(signed.left[0].1, Refusal::PackForbids { clause: "1.3", .. }));
        let _ = Role::Principal;
    });
}
