//! 1.2 紧急通知: told at once to chosen units, signed for by a named person; who has not signed is told again, one rung
//! higher each half hour, and on the top rung the superior and the issuer learn who it is.

use base::{Id, Ms, Refusal};
use safety::message;
use safety::notice::{self, NewNotice, urgent};

use crate::world::{World, on_both, refusal};

fn new(w: &World, units: Vec<Id>) -> NewNotice {
    NewNotice {
        id: None,
        number: None,
        title: "暴雪红色预警，今天停课".into(),
        body: "立即通知家长，校车停运。".into(),
        clause: "1.2".into(),
        kinds: vec![],
        units,
        figures: vec![],
        category: None,
        asks: vec![],
        from_on: None,
        due_on: w.app.now().day(),
    }
}

fn told(w: &World, who: &str, id: Id) -> usize {
    let page = w.sees(who, |cx| message::list(cx, None, 200)).unwrap().0;
    page.iter().filter(|m| m.subject == id).count()
}

fn ladder(w: &World, id: Id, unit: Id) -> urgent::Ladder {
    let all = w.sees("李局", move |cx| urgent::of(cx, id)).unwrap();
    all.into_iter().find(|l| l.unit == unit).unwrap()
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    let draft = new(w, vec![w.school]);
    w.by("李局", move |cx| urgent::send(cx, &draft)).unwrap();
    w.fast_forward(31 * Ms::MINUTE);
}

#[test]
fn who_has_not_signed_is_told_again_one_rung_higher_and_who_has_is_left_alone() {
    on_both(|w| {
        let draft = new(w, vec![w.school, w.centre]);
        let id = w.by("李局", move |cx| urgent::send(cx, &draft)).unwrap();
        assert_eq!((told(w, "李建国", id), told(w, "马校长", id), told(w, "中心校主任", id)), (1, 1, 1), "at once");
        assert_eq!((told(w, "于海涛", id), told(w, "独一人", id), told(w, "宋老师", id)), (0, 0, 0));
        let waits = |who: &str| w.sees(who, urgent::waiting).unwrap();
        assert_eq!(waits("李建国").iter().map(|(n, _)| n.id).collect::<Vec<_>>(), [id], "it waits for who may sign");
        assert!(waits("李建国")[0].1 > w.app.now() && waits("张福贵").is_empty() && waits("于海涛").is_empty());
        w.by("中心校主任", move |cx| notice::sign(cx, id)).unwrap();
        assert!(waits("中心校主任").is_empty(), "signed: it waits no longer");
        w.fast_forward(29 * Ms::MINUTE);
        assert_eq!(told(w, "李建国", id), 1, "half an hour is given");
        w.fast_forward(Ms::MINUTE);
        assert_eq!((told(w, "李建国", id), told(w, "中心校主任", id), told(w, "于海涛", id)), (2, 1, 0));
        w.fast_forward(30 * Ms::MINUTE);
        assert_eq!(
            (told(w, "李建国", id), told(w, "于海涛", id), told(w, "孙局长", id), told(w, "李局", id)),
            (3, 1, 1, 1)
        );
        w.fast_forward(5 * Ms::HOUR);
        assert_eq!((told(w, "李建国", id), told(w, "于海涛", id)), (3, 1), "the top rung, once");
        assert_eq!((told(w, "桦甸股长", id), told(w, "中心校主任", id)), (0, 1));
        w.by("李建国", move |cx| notice::sign(cx, id)).unwrap();
        let ours = ladder(w, id, w.school);
        assert_eq!((ours.rung, ours.signed_at), (3, Some(w.app.now())));
        let seen = |who: &str| w.sees(who, move |cx| urgent::of(cx, id)).unwrap().len();
        assert_eq!((seen("李局"), seen("于海涛"), seen("李建国")), (2, 1, 1), "nobody sees who else has not signed");
        assert_eq!(
            refusal(w.by("李建国", move |cx| urgent::of(cx, id)).and_then(|_| {
                let draft = new(w, vec![w.school]);
                w.by("李建国", move |cx| urgent::send(cx, &draft))
            })),
            Refusal::NoRight,
            "a school issues none"
        );
    });
}

#[test]
fn after_an_outage_each_missed_rung_comes_once_and_an_ended_notice_is_quiet() {
    on_both(|w| {
        let draft = new(w, vec![w.school]);
        let began = w.app.now();
        let id = w.by("李局", move |cx| urgent::send(cx, &draft)).unwrap();
        w.fast_forward(5 * Ms::HOUR);
        let ours = ladder(w, id, w.school);
        assert_eq!((ours.rung, ours.planned_at, ours.due_at), (3, Some(began.plus(Ms::HOUR)), None));
        assert_eq!((told(w, "李建国", id), told(w, "于海涛", id)), (3, 1));
        let draft = new(w, vec![w.school]);
        let other = w.by("李局", move |cx| urgent::send(cx, &draft)).unwrap();
        w.by("李局", move |cx| notice::end(cx, other)).unwrap();
        w.fast_forward(5 * Ms::HOUR);
        assert_eq!((told(w, "李建国", other), ladder(w, other, w.school).rung), (1, 1));
    });
}
