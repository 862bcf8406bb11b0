//! 1.2 杜绝漏报、瞒报: what a parent tells of a school reaches its superior and not the school, the number proves offline
//! that it was told, a flood is stopped, and nothing is taken where no bureau has opened its gate.

use base::{Day, Id, Ms, Problem, Refusal};
use safety::Meta;
use safety::kernel::proof;
use safety::tip::{self, Act, NewTip, Outcome, State};

use crate::world::{World, on_both, refusal};

const CODE: &str = "7KQ29MXTB4D8WVHR";

fn told(unit: Id) -> NewTip {
    NewTip {
        unit,
        kind: "concealed".into(),
        what: "上周五楼梯上摔伤一个学生，学校没有报".into(),
        happened_on: Day::parse("2026-11-13"),
        contact: "13800000000".into(),
    }
}

fn tell(w: &World, new: NewTip, code: &'static str) -> base::Result<Id> {
    w.app.write(&safety::Actor::system(), Meta::of("tip"), move |cx| tip::submit(cx, &new, code))
}

fn open(w: &World) {
    w.by("孙局长", |cx| tip::gate(cx, true)).unwrap();
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    open(w);
    tell(w, told(w.school), CODE).unwrap();
}

#[test]
fn item_1_2_a_tip_reaches_the_superior_and_never_the_school() {
    on_both(|w| {
        assert_eq!(refusal(tell(w, told(w.school), CODE)), Refusal::NotFound, "no gate is open");
        assert_eq!(refusal(w.by("于海涛", |cx| tip::gate(cx, true))), Refusal::NoRight, "leaders open it");
        open(w);
        assert_eq!(refusal(tell(w, told(w.foreign_school), CODE)), Refusal::NotFound, "another county's is shut");
        let id = tell(w, told(w.school), CODE).unwrap();
        let (list, next) = w.sees("于海涛", |cx| tip::list(cx, None, None, 30)).unwrap();
        assert_eq!((list.len(), next, list[0].id), (1, None, id));
        assert_eq!(list[0].contact.as_deref(), Some("13800000000"));
        assert_eq!(w.sees("于海涛", tip::waiting).unwrap(), 1);
        for nobody in ["周文海", "李建国", "马校长"] {
            assert_eq!(refusal(w.sees(nobody, |cx| tip::list(cx, None, None, 30))), Refusal::NoRight, "{nobody}");
            assert_eq!(refusal(w.sees(nobody, move |cx| tip::show(cx, id))), Refusal::NotFound, "{nobody}");
        }
        assert_eq!(refusal(w.sees("桦甸股长", move |cx| tip::show(cx, id))), Refusal::NotFound);
        assert_eq!(w.sees("桦甸股长", tip::waiting).unwrap(), 0);

        // The teller sees by the number how it stands, and nobody's name.
        let by_code = |code: &'static str| w.system(move |cx| tip::receipt(cx, code));
        assert_eq!(by_code(CODE).unwrap().state, State::New);
        assert_eq!(refusal(by_code("7KQ29MXTB4D8WVHX")), Refusal::NotFound);
        w.by("于海涛", move |cx| tip::take(cx, id)).unwrap();
        assert!(matches!(refusal(w.by("于海涛", move |cx| tip::take(cx, id))), Refusal::WrongState { .. }));
        let seen = by_code(CODE).unwrap();
        assert_eq!((seen.state, seen.taken_by), (State::Taken, None));
        assert!(matches!(refusal(w.by("于海涛", move |cx| tip::close(cx, id, "", ""))),
            Refusal::Invalid(f) if f.iter().map(|f| f.field).collect::<Vec<_>>() == ["answer", "outcome"]));
        w.by("于海涛", move |cx| tip::close(cx, id, "dealt", "已核实，学校补报并整改")).unwrap();
        let seen = by_code(CODE).unwrap();
        assert_eq!((seen.outcome, seen.answer.as_deref()), (Some(Outcome::Dealt), Some("已核实，学校补报并整改")));
        let kept = w.sees("于海涛", move |cx| tip::show(cx, id)).unwrap();
        assert_eq!((kept.contact, kept.closed_by.as_deref()), (None, Some("于海涛")), "nobody is kept reachable");
        assert_eq!(w.sees("于海涛", tip::waiting).unwrap(), 0);

        // Shut again: nothing more is taken, what was told stays.
        w.by("孙局长", |cx| tip::gate(cx, false)).unwrap();
        assert_eq!(refusal(tell(w, told(w.school), "0000000000000000")), Refusal::NotFound);
        assert_eq!(by_code(CODE).unwrap().state, State::Closed);
    });
}

#[test]
fn item_1_2_the_city_s_gate_covers_its_counties_and_a_bureau_does_not_read_of_itself() {
    on_both(|w| {
        w.person("赵局长", w.city, &[safety::org::Role::BureauVice]);
        w.by("赵局长", |cx| tip::gate(cx, true)).unwrap();
        let of_bureau = tell(w, NewTip { kind: "other".into(), ..told(w.county) }, CODE).unwrap();
        tell(w, told(w.foreign_school), "AAAAAAAAAAAAAAAA").unwrap();
        assert_eq!(refusal(w.sees("孙局长", move |cx| tip::show(cx, of_bureau))), Refusal::NotFound);
        assert_eq!(w.sees("孙局长", |cx| tip::list(cx, None, None, 30)).unwrap().0.len(), 0);
        assert_eq!(w.sees("李局", |cx| tip::list(cx, None, None, 30)).unwrap().0.len(), 2);
        assert_eq!(w.sees("李局", |cx| tip::list(cx, Some(State::Taken), None, 30)).unwrap().0.len(), 0);
        let (page, next) = w.sees("李局", |cx| tip::list(cx, None, None, 1)).unwrap();
        let (rest, end) = w.sees("李局", move |cx| tip::list(cx, None, next.as_deref(), 1)).unwrap();
        assert!(page.len() == 1 && rest.len() == 1 && page[0].id != rest[0].id && end.is_none());
    });
}

#[test]
fn item_1_2_the_receipt_proves_offline_that_it_was_told() {
    on_both(|w| {
        open(w);
        let id = tell(w, told(w.school), CODE).unwrap();
        w.app.db().settle(10_000).unwrap();
        let vkey = w.app.verifier_key();
        let key = vkey.clone();
        let bundle = w.app.db().read(move |tx| proof::bundle(tx, id, &key, true)).unwrap().unwrap();
        let text = bundle.to_json();
        journal::verify_bundle(&text, Some(&vkey)).unwrap();
        assert!(text.contains("摔伤一个学生"), "the teller's own words are in it");
        let changed = text.replace("摔伤一个学生", "没有学生摔伤");
        assert!(journal::verify_bundle(&changed, Some(&vkey)).is_err(), "another text is not what was told");
    });
}

#[test]
fn item_1_2_a_flood_is_stopped_and_every_fault_said_at_once() {
    on_both(|w| {
        open(w);
        let day = w.app.now().day();
        let bad = NewTip {
            kind: String::new(),
            what: " ".into(),
            happened_on: Some(day.plus_days(2)),
            contact: "长".repeat(61),
            ..told(w.school)
        };
        let Refusal::Invalid(faults) = refusal(tell(w, bad, CODE)) else { panic!("not refused as invalid") };
        let fields: Vec<&str> = faults.iter().map(|f| f.field).collect();
        assert_eq!(fields, ["what", "contact", "kind", "happened_on"]);
        assert_eq!(faults[2].problem, Problem::Required);
        for n in 0..tip::UNIT_PER_DAY {
            let code: &'static str = Box::leak(format!("{n:0>16}").into_boxed_str());
            tell(w, told(w.school), code).unwrap();
        }
        assert_eq!(refusal(tell(w, told(w.school), CODE)), Refusal::TooMany { limit: tip::UNIT_PER_DAY });
        w.clock.advance(Ms::DAY);
        tell(w, told(w.school), CODE).unwrap();
    });
}

#[test]
fn a_tip_is_taken_once_and_closed_once() {
    let next = |s: State| Act::ALL.iter().map(|a| s.next(*a)).collect::<Vec<_>>();
    assert_eq!(next(State::New), [Some(State::Taken), Some(State::Closed)]);
    assert_eq!(next(State::Taken), [None, Some(State::Closed)]);
    assert_eq!(next(State::Closed), [None, None]);
}
