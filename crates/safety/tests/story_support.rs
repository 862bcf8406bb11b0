//! 1.3 工作薄弱学校的帮扶指导: named by a person with reasons, helped by a plan, visited, ended; known to that school's
//! leaders and to its superiors only.

use base::{Id, Ms, Refusal};
use safety::support::{self, NewSupport, NewVisit};

use crate::world::{World, on_both, refusal};

fn named(w: &World) -> Id {
    let new = NewSupport {
        unit: Some(w.school),
        reasons: "两条重大隐患逾期".into(),
        plan: "每两周去一次".into(),
        ..NewSupport::default()
    };
    w.by("于海涛", move |cx| support::name(cx, &new)).unwrap()
}

fn visit(unit: Id) -> NewVisit {
    NewVisit {
        unit: Some(unit), seen: "夜巡没有记录".into(), advised: "按时段排班".into(), ..NewVisit::default()
    }
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    named(w);
    let new = visit(w.school);
    w.by("于海涛", move |cx| support::record(cx, &new)).unwrap();
}

#[test]
fn a_weak_school_is_named_helped_visited_and_no_longer_weak() {
    on_both(|w| {
        let id = named(w);
        let again =
            NewSupport { unit: Some(w.school), reasons: "一".into(), plan: "二".into(), ..NewSupport::default() };
        assert_eq!(refusal(w.by("于海涛", move |cx| support::name(cx, &again))), Refusal::Duplicate);
        w.clock.advance(10 * Ms::DAY);
        let new = visit(w.school);
        let seen = w.by("于海涛", move |cx| support::record(cx, &new)).unwrap();
        assert!(matches!(refusal(w.by("于海涛", move |cx| support::done(cx, seen, "改了"))), Refusal::NoRight));
        w.by("李建国", move |cx| support::done(cx, seen, "排了班，贴在门卫室")).unwrap();
        let late = NewVisit { visited_on: Some(w.app.now().day().plus_days(-8)), ..visit(w.school) };
        let reason = NewVisit { back_reason: Some("下乡没有网".into()), ..late.clone() };
        assert!(matches!(refusal(w.by("于海涛", move |cx| support::record(cx, &late))),
            Refusal::Invalid(f) if f[0].field == "back_reason"));
        w.by("于海涛", move |cx| support::record(cx, &reason)).unwrap();
        let (help, visits) = w.sees("马校长", move |cx| support::show(cx, id)).unwrap();
        assert_eq!((help.visits, help.helper_name.as_deref(), visits.len()), (2, Some("于海涛"), 2));
        assert_eq!(visits[0].done.as_deref(), Some("排了班，贴在门卫室"));
        assert_eq!((visits[0].done_by.as_deref(), visits[0].support), (Some("李建国"), Some(id)));
        w.by("孙局长", move |cx| support::end(cx, id, "隐患都销了")).unwrap();
        assert!(matches!(refusal(w.by("于海涛", move |cx| support::end(cx, id, "一"))), Refusal::WrongState { .. }));
        let list = w.sees("李局", support::list).unwrap();
        assert_eq!((list.len(), list[0].ended_by.as_deref()), (1, Some("孙局长")));
        // Guidance given to a school that is not weak is recorded the same way.
        let plain = visit(w.school);
        let plain = w.by("于海涛", move |cx| support::record(cx, &plain)).unwrap();
        assert_eq!(w.sees("周文海", move |cx| support::visit(cx, plain)).unwrap().support, None);
        named(w);
    });
}

#[test]
fn nobody_but_the_school_and_its_superiors_knows() {
    on_both(|w| {
        let id = named(w);
        let new = visit(w.school);
        let seen = w.by("于海涛", move |cx| support::record(cx, &new)).unwrap();
        for who in ["北山主任", "桦甸股长", "市场监管", "中心校校长", "市审计", "市管理员", "张福贵", "宋老师"]
        {
            assert_eq!(refusal(w.sees(who, move |cx| support::show(cx, id))), Refusal::NotFound, "{who}");
            assert_eq!(refusal(w.sees(who, move |cx| support::visit(cx, seen))), Refusal::NotFound, "{who}");
            if let Ok(list) = w.sees(who, support::list) {
                assert_eq!(list.len(), 0, "{who}");
            }
            if let Ok(list) = w.sees(who, support::visits) {
                assert_eq!(list.len(), 0, "{who}");
            }
        }
        for who in ["李建国", "马校长", "周文海", "于海涛", "孙局长", "李局"] {
            assert_eq!(w.sees(who, support::list).unwrap().len(), 1, "{who}");
            assert!(w.sees(who, move |cx| support::show(cx, id)).is_ok(), "{who}");
        }
        let (theirs, school) = (visit(w.school), w.school);
        assert_eq!(refusal(w.by("桦甸股长", move |cx| support::record(cx, &theirs))), Refusal::NotFound);
        let self_named =
            NewSupport { unit: Some(school), reasons: "一".into(), plan: "二".into(), ..NewSupport::default() };
        assert_eq!(refusal(w.by("李建国", move |cx| support::name(cx, &self_named))), Refusal::NoRight);
    });
}
