//! 2.6, 4.4 and the receipt of 1.2: an agency without an account signs for a missive and answers it by its link, once, on
//! one device, in time; what it says is a step of the hazard.

use base::{Id, Ms, Problem, Refusal};
use safety::hazard::act::Input;
use safety::hazard::{Act, State};
use safety::missive::{self, Stand};
use safety::{Actor, Meta};

use crate::world::{World, on_both, refusal};

const CODE: &str = "0123456789abcdef0123456789abcdef";
const PHONE: &str = "phone-of-the-desk";

/// A hazard that the market office has.
fn handed(w: &World) -> Id {
    let id = w.raise("张福贵", "校门口流动摊贩卖三无食品");
    let to = Input { to: Some(w.agency), note: Some("不归学校管".into()), ..Input::default() };
    w.act("李建国", id, Act::Transfer, to).unwrap();
    id
}

fn written(w: &World, hazard: Id, code: &'static str) {
    w.by("李建国", move |cx| missive::write(cx, hazard, code)).unwrap();
}

fn sign(w: &World, code: &'static str, device: &'static str) -> base::Result<()> {
    w.app.write(&Actor::system(), Meta::of("missive"), move |cx| missive::sign(cx, code, device, "王科员"))
}

fn answer(w: &World, code: &'static str, device: &'static str, act: Act, until: Option<Ms>) -> base::Result<()> {
    let (_, actor) = w.app.read(&Actor::system(), move |cx| missive::actor(cx, code, device))?;
    let job = move |cx: &mut safety::Cx<'_, '_>| missive::answer(cx, code, device, act, "已现场查处", until);
    w.app.write(&actor, Meta::of("missive"), job)
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    let id = handed(w);
    written(w, id, CODE);
    sign(w, CODE, PHONE).unwrap();
}

#[test]
fn item_4_4_an_agency_signs_and_answers_by_the_link_of_a_missive() {
    on_both(|w| {
        let id = handed(w);
        assert_eq!(refusal(w.by("张福贵", move |cx| missive::write(cx, id, CODE))), Refusal::NoRight);
        written(w, id, CODE);
        let front = w.system(|cx| missive::front(cx, CODE)).unwrap();
        assert_eq!((front.stand(w.app.now()), front.agency), (Stand::Waiting, w.agency));
        // Before it is signed for it opens nowhere, and a guess opens nothing.
        assert_eq!(refusal(answer(w, CODE, PHONE, Act::AnswerDone, None)), Refusal::NotFound);
        assert_eq!(refusal(sign(w, "00000000000000000000000000000000", PHONE)), Refusal::NotFound);
        sign(w, CODE, PHONE).unwrap();

        // Forwarded: another device gets nothing, and cannot sign a second time.
        assert!(matches!(refusal(sign(w, CODE, "another")), Refusal::WrongState { from: "missive_signed", .. }));
        assert_eq!(refusal(answer(w, CODE, "another", Act::AnswerDone, None)), Refusal::NotFound);
        let other = Act::Close;
        assert!(matches!(refusal(answer(w, CODE, PHONE, other, None)), Refusal::Invalid(_)), "no other act");

        // Taken up with a day; then it is used, and a second answer refused.
        let until = w.app.now().plus(5 * Ms::DAY);
        let problem = |until: Option<Ms>| match refusal(answer(w, CODE, PHONE, Act::AnswerTaken, until)) {
            Refusal::Invalid(faults) => (faults[0].field, faults[0].problem.clone()),
            other => panic!("{other:?}"),
        };
        assert_eq!(problem(None), ("until", Problem::Required));
        let past = problem(Some(w.app.now().plus(-Ms::DAY)));
        assert!(
            matches!(past, ("until", Problem::OutOfRange { .. })),
            "no day and a past day are two things: {past:?}"
        );
        answer(w, CODE, PHONE, Act::AnswerTaken, Some(until)).unwrap();
        assert!(matches!(
            refusal(answer(w, CODE, PHONE, Act::AnswerDone, None)),
            Refusal::WrongState { from: "missive_answered", .. }
        ));
        let (missives, view) =
            w.sees("李建国", move |cx| Ok((missive::of_hazard(cx, id)?, safety::hazard::view::view(cx, id)?))).unwrap();
        assert_eq!((missives.len(), missives[0].signer.as_deref()), (1, Some("王科员")));
        assert_eq!(missives[0].answer.as_deref(), Some("answer_taken"));
        assert_eq!(view.steps[0].act, Act::AnswerTaken);
        assert_eq!(view.steps[0].note.as_deref(), Some("已现场查处"));
        assert_eq!(w.state(id), State::Transferred);

        // A new missive for the end of it: done, to be rechecked by the school.
        written(w, id, "ffffffffffffffffffffffffffffffff");
        sign(w, "ffffffffffffffffffffffffffffffff", PHONE).unwrap();
        answer(w, "ffffffffffffffffffffffffffffffff", PHONE, Act::AnswerDone, None).unwrap();
        assert_eq!(w.state(id), State::Rectified);
        w.act("李建国", id, Act::Recheck, Input { note: Some("看过了".into()), ..Input::default() }).unwrap();
        assert_eq!(refusal(w.sees("北山主任", move |cx| missive::of_hazard(cx, id))), Refusal::NotFound);
    });
}

#[test]
fn item_4_4_a_missive_dies_with_its_days_with_a_newer_one_and_with_the_hazard() {
    on_both(|w| {
        let id = handed(w);
        written(w, id, CODE);
        written(w, id, "ffffffffffffffffffffffffffffffff");
        assert!(matches!(refusal(sign(w, CODE, PHONE)), Refusal::WrongState { from: "missive_revoked", .. }));
        w.clock.advance(missive::DAYS * Ms::DAY);
        assert_eq!(refusal(sign(w, "ffffffffffffffffffffffffffffffff", PHONE)), Refusal::TooLate);
        let front = w.system(|cx| missive::front(cx, "ffffffffffffffffffffffffffffffff")).unwrap();
        assert_eq!(front.stand(w.app.now()), Stand::Expired);
        let plain = w.raise("张福贵", "三楼窗户松动");
        assert!(matches!(
            refusal(w.by("李建国", move |cx| missive::write(cx, plain, CODE))),
            Refusal::WrongState { .. }
        ));
    });
}
