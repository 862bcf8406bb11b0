//! 1.1 完善安全工作例会制度: the weekly meeting at a school and the monthly one at a bureau, recorded once, checked and
//! accepted by two others; late by receipt, whatever is claimed; resolutions become tasks; a special meeting after a 重大
//! hazard.

use std::collections::BTreeMap;

use base::{Id, Ms, Refusal};
use safety::duty::resolution::{self, NewResolution, Resolved};
use safety::duty::waiver::{self, NewWaiver};
use safety::duty::{self, Mark, NewWork, State, list::Wait, work};
use serde_json::json;

use crate::small_pack::{day, packs};
use crate::world::{World, on_both, refusal};

pub fn meeting(w: &World) -> NewWork {
    let owner = w.person_id("王建军");
    NewWork {
        form: "meeting".into(),
        fields: BTreeMap::from([
            ("problems".into(), json!("三楼疏散指示灯坏了两处")),
            ("measures".into(), json!("本周内换好")),
        ]),
        resolutions: vec![NewResolution {
            what: "换三楼两处指示灯".into(),
            owner,
            due_on: day("2026-11-20"),
            hazard: None,
        }],
        ..NewWork::default()
    }
}

fn of_week(w: &World, name: &str, week: &'static str) -> duty::CellView {
    let school = w.school;
    w.sees(name, move |cx| duty::cell(cx, school, "meet.school", week, "")).unwrap()
}

#[test]
fn mondays_meeting_is_recorded_once_checked_and_accepted_by_two_others() {
    on_both(|w| {
        w.app.set_packs(packs());
        let waits = w.sees("李建国", |cx| duty::waiting(cx, 50)).unwrap();
        assert!(waits.iter().any(|l| l.entry == "meet.school" && l.wait == Wait::Do && l.period == "2026-W47"));
        assert_eq!(of_week(w, "李建国", "2026-W47").mark, Mark::NotDue);
        let new = meeting(w);
        let id = w.by("李建国", move |cx| work::record(cx, &new)).unwrap();
        let cell = of_week(w, "于海涛", "2026-W47");
        let done = cell.duty.unwrap();
        assert_eq!(
            (done.state, cell.mark, done.had, done.done_by),
            (State::Done, Mark::OnTime, 1, Some(w.person_id("李建国")))
        );

        // Two others sign; the doer can do neither, and one person not both.
        let duty_id = done.id;
        let own = w.by("李建国", move |cx| duty::check(cx, duty_id, None));
        assert!(matches!(refusal(own), Refusal::PackForbids { clause: "1.3", .. }));
        assert!(matches!(
            refusal(w.by("马校长", move |cx| duty::accept(cx, duty_id, None))),
            Refusal::WrongState { .. }
        ));
        w.by("周文海", move |cx| duty::check(cx, duty_id, Some("记录清楚"))).unwrap();
        let both = w.by("周文海", move |cx| duty::accept(cx, duty_id, None));
        assert!(matches!(refusal(both), Refusal::PackForbids { .. }));
        let waits = w.sees("马校长", |cx| duty::waiting(cx, 50)).unwrap();
        assert!(waits.iter().any(|l| l.wait == Wait::Accept && l.id == Some(duty_id)), "{waits:?}");
        let accepted = w.by("马校长", move |cx| duty::accept(cx, duty_id, None)).unwrap();
        assert_eq!(accepted.state, State::Accepted);

        let view = w.sees("于海涛", move |cx| duty::view(cx, duty_id)).unwrap();
        assert_eq!(view.line.checked_by.as_deref(), Some("周文海"));
        assert_eq!(view.steps.iter().map(|s| s.act.as_str()).collect::<Vec<_>>(), ["check", "accept"]);
        assert_eq!(view.credits[0].record, id);
        let page = w.sees("李建国", |cx| work::list(cx, &work::Filter::default(), None, 10)).unwrap();
        assert_eq!((page.items.len(), page.items[0].form.as_str()), (1, "meeting"));
        let found = w.sees("桦甸股长", move |cx| work::view(cx, id).map(|_| ()));
        assert_eq!(refusal(found), Refusal::NotFound, "another county does not see it");
    });
}

#[test]
fn a_meeting_counts_when_it_is_received_and_a_late_entry_says_why() {
    on_both(|w| {
        w.app.set_packs(packs());
        w.fast_forward(9 * Ms::DAY);
        assert_eq!(of_week(w, "李建国", "2026-W47").mark, Mark::Missing);
        let mut new = NewWork { happened_on: Some(day("2026-11-16")), resolutions: Vec::new(), ..meeting(w) };
        let early = new.clone();
        let refused = refusal(w.by("李建国", move |cx| work::record(cx, &early)));
        assert!(matches!(refused, Refusal::Invalid(ref f) if f[0].field == "back_reason"), "{refused:?}");
        new.back_reason = Some("停电两天".into());
        let id = w.by("李建国", move |cx| work::record(cx, &new)).unwrap();
        let cell = of_week(w, "李建国", "2026-W47");
        assert_eq!(cell.mark, Mark::Late);
        assert_eq!(cell.duty.unwrap().back_reason.as_deref(), Some("停电两天"));

        // On time, voided, entered anew: on time stays, amended is said.
        let new = NewWork { resolutions: Vec::new(), ..meeting(w) };
        let first = w.by("李建国", move |cx| work::record(cx, &new)).unwrap();
        assert_eq!(of_week(w, "李建国", "2026-W48").mark, Mark::OnTime);
        w.by("李建国", move |cx| work::void(cx, first, "记错了日子")).unwrap();
        assert_eq!(of_week(w, "李建国", "2026-W48").mark, Mark::NotDue);
        w.fast_forward(7 * Ms::DAY);
        assert_eq!(of_week(w, "李建国", "2026-W48").mark, Mark::Missing);
        let again = NewWork {
            happened_on: Some(day("2026-11-25")),
            back_reason: Some("补".into()),
            resolutions: Vec::new(),
            ..meeting(w)
        };
        w.by("李建国", move |cx| work::record(cx, &again)).unwrap();
        let cell = of_week(w, "李建国", "2026-W48");
        assert_eq!((cell.mark, cell.duty.unwrap().amended), (Mark::OnTime, true));
        let view = w.sees("李建国", move |cx| work::view(cx, id)).unwrap();
        assert_eq!(view.duties.len(), 1);
    });
}

#[test]
fn what_came_back_is_mended_by_a_correction() {
    on_both(|w| {
        w.app.set_packs(packs());
        let new = meeting(w);
        let id = w.by("李建国", move |cx| work::record(cx, &new)).unwrap();
        let duty_id = of_week(w, "李建国", "2026-W47").duty.unwrap().id;
        let short = w.by("周文海", move |cx| duty::give_back(cx, duty_id, " "));
        assert!(matches!(refusal(short), Refusal::Invalid(_)));
        w.by("周文海", move |cx| duty::give_back(cx, duty_id, "没有写谁参加")).unwrap();
        let waits = w.sees("李建国", |cx| duty::waiting(cx, 50)).unwrap();
        assert!(waits.iter().any(|l| l.wait == Wait::Mend && l.id == Some(duty_id)), "{waits:?}");
        let mut fixed = meeting(w);
        fixed.fields.insert("present".into(), json!([w.person_id("王建军").to_string()]));
        w.by("李建国", move |cx| work::correct(cx, id, &fixed, "补上参加人")).unwrap();
        let duty = of_week(w, "李建国", "2026-W47").duty.unwrap();
        assert_eq!((duty.state, duty.amended, duty.returns), (State::Done, true, 1));
        let view = w.sees("李建国", move |cx| work::view(cx, id)).unwrap();
        assert_eq!(view.steps.len(), 1);
        assert!(view.work.body.contains_key("present"));
    });
}

#[test]
fn a_resolution_is_a_task_of_its_owner_until_it_is_done() {
    on_both(|w| {
        w.app.set_packs(packs());
        let new = meeting(w);
        w.by("李建国", move |cx| work::record(cx, &new)).unwrap();
        let mine = |name: &str| -> Vec<Id> {
            let all = w.sees(name, |cx| duty::waiting(cx, 50)).unwrap();
            all.iter().filter(|l| l.wait == Wait::Resolve).filter_map(|l| l.id).collect()
        };
        let [task] = mine("王建军")[..] else { panic!("one task") };
        assert!(mine("张福贵").is_empty());
        let foreign = w.by("宋老师", move |cx| resolution::settle(cx, task, Resolved::Done, ""));
        assert_eq!(refusal(foreign), Refusal::NoRight);
        w.by("王建军", move |cx| resolution::settle(cx, task, Resolved::Done, "换好了")).unwrap();
        assert!(mine("王建军").is_empty());
    });
}

/// A row in every table of duties, for the audit.
pub fn lived_in(w: &World) {
    w.app.set_packs(packs());
    let new = meeting(w);
    let id = w.by("李建国", move |cx| work::record(cx, &new)).unwrap();
    let duty_id = of_week(w, "李建国", "2026-W47").duty.unwrap().id;
    w.by("周文海", move |cx| duty::check(cx, duty_id, None)).unwrap();
    let fixed = meeting(w);
    w.by("李建国", move |cx| work::correct(cx, id, &fixed, "改一个字")).unwrap();
    let waiver = NewWaiver {
        unit: w.school,
        entry: "haz.cover".into(),
        from_on: day("2026-11-01"),
        until_on: day("2026-12-31"),
        reason: "校舍大修，学生在外借读".into(),
    };
    w.by("孙局长", move |cx| waiver::waive(cx, &waiver)).unwrap();
    // November closes; what comes later stands beside its sheet.
    w.fast_forward(25 * Ms::DAY);
    // The passing of time reads the packs of the database again.
    w.app.set_packs(packs());
    let late = NewWork {
        happened_on: Some(day("2026-11-25")),
        back_reason: Some("漏记".into()),
        resolutions: Vec::new(),
        ..meeting(w)
    };
    w.by("李建国", move |cx| work::record(cx, &late)).unwrap();
}
