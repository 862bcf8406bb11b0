//! 制度与预案: one text in force per kind, adopted at a named meeting, reviewed each year, acknowledged by the posts that
//! it binds; missing and expired ones are seen by the unit and above.

use base::{Id, Ms, Problem, Refusal};
use safety::text::{self, NewText, Standing};

use crate::world::{World, on_both, refusal};

fn new(kind: &str, body: &str) -> NewText {
    NewText { kind: kind.into(), body: body.into(), meeting: "2026年第3次校务会".into(), ..NewText::default() }
}

fn adopt(w: &World, who: &str, kind: &str, body: &str) -> Id {
    let new = new(kind, body);
    w.by(who, move |cx| text::adopt(cx, &new)).unwrap()
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    let id = adopt(w, "李建国", "hazard", "一、排查。二、整改。");
    w.by("周文海", move |cx| text::ack(cx, id)).unwrap();
    w.by("李建国", move |cx| text::review(cx, id, None)).unwrap();
}

#[test]
fn a_unit_has_one_text_in_force_and_every_edition_stays() {
    on_both(|w| {
        let school = w.school;
        let stands = |kind: &'static str| {
            let board = w.sees("李建国", move |cx| text::board(cx, school)).unwrap();
            board.into_iter().find(|l| l.kind == kind).map(|l| (l.standing, l.acked, l.bound))
        };
        assert_eq!(stands("hazard"), Some((Standing::Missing, 0, 3)), "principal, vice and safety head are bound");
        assert_eq!(stands("dorm_stay"), None, "a school without boarders owes none");
        assert_eq!(stands("sample"), None, "nor one without a canteen");
        let model = w.sees("李建国", move |cx| text::view(cx, school, "hazard")).unwrap().model;
        assert!(model.contains('一'), "the bureau's model text is there to be adapted");
        let first = adopt(w, "李建国", "hazard", "一、排查。");
        assert_eq!(stands("hazard"), Some((Standing::Valid, 0, 3)));
        w.clock.advance(40 * Ms::DAY);
        let second = adopt(w, "李建国", "hazard", "一、排查。二、整改。");
        let view = w.sees("于海涛", move |cx| text::view(cx, school, "hazard")).unwrap();
        let told: Vec<_> = view.editions.iter().map(|t| (t.id, t.edition, t.ended_on.is_some())).collect();
        assert_eq!(told, [(second, 2, false), (first, 1, true)]);
        assert_eq!(view.editions[1].body, "一、排查。", "the old edition says what it said");
        assert_eq!(view.editions[1].ended_on, Some(view.editions[0].adopted_on.plus_days(-1)));
        assert!(view.entries.iter().any(|(id, _)| id.starts_with("haz")), "{:?}", view.entries);
        let bad = NewText { meeting: String::new(), ..new("hazard", "") };
        let Refusal::Invalid(fields) = refusal(w.by("李建国", move |cx| text::adopt(cx, &bad))) else { panic!() };
        assert_eq!(fields.iter().map(|f| f.field).collect::<Vec<_>>(), ["body", "meeting"]);
        let ahead = NewText { adopted_on: Some(w.app.now().day().plus_days(1)), ..new("hazard", "一") };
        assert!(matches!(refusal(w.by("李建国", move |cx| text::adopt(cx, &ahead))),
            Refusal::Invalid(f) if matches!(f[0].problem, Problem::InFuture { .. })));
        let none = new("dorm_stay", "一");
        assert_eq!(refusal(w.by("李建国", move |cx| text::adopt(cx, &none))), Refusal::NotFound);
        let theirs = NewText { unit: Some(school), ..new("hazard", "一") };
        let theirs2 = theirs.clone();
        assert_eq!(refusal(w.by("于海涛", move |cx| text::adopt(cx, &theirs))), Refusal::NoRight);
        assert_eq!(refusal(w.by("北山主任", move |cx| text::adopt(cx, &theirs2))), Refusal::NotFound);
        assert_eq!(refusal(w.sees("北山主任", move |cx| text::show(cx, first))), Refusal::NotFound);
    });
}

#[test]
fn the_posts_that_it_binds_acknowledge_each_edition_once() {
    on_both(|w| {
        let school = w.school;
        let first = adopt(w, "李建国", "hazard", "一、排查。");
        let waits = |who: &str| w.sees(who, |cx| text::waiting(cx, 10)).unwrap().len();
        assert_eq!((waits("周文海"), waits("马校长"), waits("张福贵")), (1, 1, 0));
        w.by("周文海", move |cx| text::ack(cx, first)).unwrap();
        assert_eq!(refusal(w.by("周文海", move |cx| text::ack(cx, first))), Refusal::Duplicate);
        assert_eq!(refusal(w.by("张福贵", move |cx| text::ack(cx, first))), Refusal::NoRight, "a guard is not bound");
        assert_eq!(refusal(w.by("于海涛", move |cx| text::ack(cx, first))), Refusal::NoRight);
        let acks = w.sees("于海涛", move |cx| text::view(cx, school, "hazard")).unwrap().acks;
        let told: Vec<_> = acks.iter().map(|a| (a.name.as_deref().unwrap_or(""), a.at.is_some())).collect();
        assert_eq!(told[0], ("周文海", true));
        assert_eq!(told.iter().filter(|t| !t.1).count(), 2);
        adopt(w, "李建国", "hazard", "一、排查。二、整改。");
        assert_eq!(waits("周文海"), 1, "a new edition is acknowledged anew");
        assert!(matches!(refusal(w.by("马校长", move |cx| text::ack(cx, first))), Refusal::WrongState { .. }));
    });
}

#[test]
fn a_text_is_reviewed_each_year_and_what_is_missing_or_expired_is_seen_above() {
    on_both(|w| {
        let (school, foreign) = (w.school, w.foreign_school);
        let before = w.sees("于海涛", text::below).unwrap();
        assert_eq!(before.iter().map(|b| b.unit).collect::<Vec<_>>(), [school], "only what stands under it");
        let owed = before[0].owed;
        assert!(owed >= 10 && before[0].missing.len() as i64 == owed, "{before:?}");
        let id = adopt(w, "李建国", "hazard", "一、排查。");
        let now = w.sees("于海涛", text::below).unwrap();
        assert_eq!((now[0].missing.len() as i64, now[0].expired.len()), (owed - 1, 0));
        let stands = || w.system(move |cx| text::stands(cx, school, "hazard")).unwrap();
        w.clock.advance(340 * Ms::DAY);
        assert_eq!(stands(), Standing::Soon);
        w.clock.advance(26 * Ms::DAY);
        assert_eq!(stands(), Standing::Expired, "a year without a review");
        let now = w.sees("李局", text::below).unwrap();
        let ours = now.iter().find(|b| b.unit == school).unwrap();
        assert_eq!(ours.expired.len(), 1);
        assert!(now.iter().any(|b| b.unit == foreign));
        w.by("李建国", move |cx| text::review(cx, id, Some("没有要改的"))).unwrap();
        assert_eq!(stands(), Standing::Valid);
        let view = w.sees("张福贵", move |cx| text::view(cx, school, "hazard")).unwrap();
        assert_eq!(view.reviews[0].note.as_deref(), Some("没有要改的"));
        assert_eq!(refusal(w.sees("张福贵", text::below)), Refusal::NoRight);
        assert_eq!(w.sees("张福贵", move |cx| text::collected(cx, school)).unwrap().len(), 1);
    });
}
