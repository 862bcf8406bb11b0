//! Notices on their way down (1.3, 2.6, 4.3): signed for, answered from records, summed up by themselves; layers that
//! are never softer than what stands above; the year plan and the year-end summary.

use base::{Cell, Day, Id, Ms, Problem, Refusal, Seed};
use safety::hazard::{Category, Input};
use safety::notice::layer::{self, NewLayer, Strict, Tighter, over, tighten};
use safety::notice::lint::{self, Finding};
use safety::notice::plan;
use safety::notice::{self, Ask, AskKind, Figure, Kind, NewNotice};
use safety::org::UnitKind;
use safety::pack::model::Stage3;

use crate::world::{World, fixed, on_both, refusal};

fn special(w: &World) -> NewNotice {
    NewNotice {
        id: None,
        number: Some("吉市教安〔2026〕9号".into()),
        title: "冬季消防安全专项排查".into(),
        body: "各校对疏散通道、用电用火逐处排查，边查边改。".into(),
        clause: "2.1".into(),
        kinds: vec![],
        units: vec![],
        figures: vec![Figure::HazardRaised, Figure::HazardClosed, Figure::CheckRuns],
        category: Some(Category::Fire),
        asks: vec![Ask { label: "新配灭火器".into(), kind: AskKind::Number }],
        from_on: None,
        due_on: w.app.now().day().plus_days(20),
    }
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    let new = special(w);
    let id = w.by("李局", move |cx| notice::issue(cx, &new)).unwrap();
    w.by("李建国", move |cx| notice::sign(cx, id)).unwrap();
    w.by("李建国", move |cx| notice::answer(cx, id, &["12".into()])).unwrap();
    let own = NewLayer {
        title: "校门冰雪清扫".into(),
        clause: "2.5".into(),
        times: Some(1),
        period: Some("week".into()),
        ..NewLayer::default()
    };
    w.by("李建国", move |cx| layer::add(cx, &own)).unwrap();
}

#[test]
fn a_special_notice_is_signed_answered_from_records_and_summed_up_by_itself() {
    on_both(|w| {
        let new = special(w);
        let id = w.by("李局", move |cx| notice::issue(cx, &new)).unwrap();
        let waits = |who: &str| w.sees(who, |cx| notice::waiting(cx, 10)).unwrap().len();
        assert_eq!((waits("于海涛"), waits("李建国"), waits("独一人"), waits("张福贵")), (1, 1, 1, 0));
        // The work itself answers: a fire hazard found and closed counts without anybody writing a report.
        w.clock.advance(Ms::HOUR);
        let hazard = w.assigned();
        w.act("王建军", hazard, safety::hazard::Act::Rectify, fixed("换了电池")).unwrap();
        w.act("李建国", hazard, safety::hazard::Act::Recheck, Input::default()).unwrap();
        w.act("周文海", hazard, safety::hazard::Act::Close, Input::default()).unwrap();
        assert!(matches!(refusal(w.by("张福贵", move |cx| notice::sign(cx, id))), Refusal::NoRight));
        w.by("李建国", move |cx| notice::sign(cx, id)).unwrap();
        assert_eq!(refusal(w.by("马校长", move |cx| notice::sign(cx, id))), Refusal::Duplicate, "a unit signs once");
        assert_eq!(waits("李建国"), 1, "one question is still open");
        let none: Vec<String> = vec!["很多".into()];
        assert!(matches!(refusal(w.by("李建国", move |cx| notice::answer(cx, id, &none))),
            Refusal::Invalid(f) if f[0].problem == Problem::Unreadable));
        w.by("李建国", move |cx| notice::answer(cx, id, &["12".into()])).unwrap();
        w.by("周文海", move |cx| notice::answer(cx, id, &["14".into()])).unwrap();
        assert_eq!(waits("李建国"), 0);
        let (told, receipts) = w.sees("李局", move |cx| notice::summary(cx, id)).unwrap();
        let ours = receipts.iter().find(|r| r.unit == w.school).unwrap();
        assert_eq!((ours.figures.as_slice(), ours.typed.as_slice()), (&[1, 1, 0][..], &["14".to_string()][..]));
        assert_eq!((ours.signed_by.as_deref(), ours.answered_by.as_deref()), (Some("李建国"), Some("周文海")));
        assert_eq!(receipts.iter().filter(|r| r.signed_at.is_some()).count(), 1);
        assert!(receipts.iter().any(|r| r.unit == w.point && r.signed_at.is_none()));
        let sheet = notice::sheet(&told, &receipts);
        assert_eq!(sheet.rows.len(), receipts.len() + 1);
        let total = sheet.rows.last().unwrap();
        assert_eq!(total[4..], [Cell::Int(1), Cell::Int(1), Cell::Int(0), Cell::Int(14)], "the sums stand below");
        // The county sees its own and its schools, a school its own line, another county nothing of it.
        let county = w.sees("于海涛", move |cx| notice::summary(cx, id)).unwrap().1;
        let mut units: Vec<Id> = county.iter().map(|r| r.unit).collect();
        units.sort();
        let mut own = vec![w.county, w.school];
        own.sort();
        assert_eq!(units, own);
        let school = w.sees("宋老师", move |cx| notice::summary(cx, id)).unwrap().1;
        assert_eq!(school.iter().map(|r| r.unit).collect::<Vec<_>>(), [w.school]);
        assert_eq!(refusal(w.by("于海涛", move |cx| notice::end(cx, id))), Refusal::NoRight);
        w.by("李局", move |cx| notice::end(cx, id)).unwrap();
        assert!(matches!(
            refusal(w.by("李建国", move |cx| notice::answer(cx, id, &["1".into()]))),
            Refusal::WrongState { .. }
        ));
    });
}

#[test]
fn a_notice_reaches_those_whom_it_addresses_and_nobody_else() {
    on_both(|w| {
        let school = w.school;
        let new = NewNotice { units: vec![school], asks: vec![], ..special(w) };
        let id = w.by("于海涛", move |cx| notice::issue(cx, &new)).unwrap();
        for who in ["李建国", "张福贵", "于海涛", "李局"] {
            assert!(w.sees(who, move |cx| notice::show(cx, id)).is_ok(), "{who}");
        }
        for who in ["北山主任", "桦甸股长", "中心校主任", "市场监管", "市审计"] {
            assert_eq!(refusal(w.sees(who, move |cx| notice::show(cx, id))), Refusal::NotFound, "{who}");
            assert_eq!(refusal(w.by(who, move |cx| notice::sign(cx, id))), Refusal::NotFound, "{who}");
            if let Ok(list) = w.sees(who, notice::list) {
                assert_eq!(list.len(), 0, "{who}");
            }
        }
        let foreign = NewNotice { units: vec![w.foreign_school], ..special(w) };
        assert!(matches!(refusal(w.by("于海涛", move |cx| notice::issue(cx, &foreign))),
            Refusal::Invalid(f) if f.iter().any(|f| f.field == "units")));
        let mine = special(w);
        assert_eq!(refusal(w.by("李建国", move |cx| notice::issue(cx, &mine))), Refusal::NoRight);
        let due = w.app.now().day().plus_days(30);
        let pack = w.by("李局", move |cx| notice::dispatch(cx, due)).unwrap();
        assert_eq!(refusal(w.by("李局", move |cx| notice::dispatch(cx, due))), Refusal::Duplicate);
        assert_eq!(w.sees("独一人", move |cx| notice::show(cx, pack)).unwrap().kind, Kind::Pack);
        w.by("独一人", move |cx| notice::sign(cx, pack)).unwrap();
    });
}

#[test]
fn the_burden_of_a_draft_is_told_before_it_goes_out() {
    on_both(|w| {
        let words: Vec<(Figure, &str)> = vec![(Figure::Pupils, "学生数"), (Figure::HazardRaised, "排查隐患数")];
        let asks = ["学生数", "新配灭火器", "新配灭火器"];
        let asks = asks.map(|label| Ask { label: label.into(), kind: AskKind::Number }).to_vec();
        let new = NewNotice { asks, due_on: w.app.now().day().plus_days(1), ..special(w) };
        let rehearsal = w.sees("于海涛", move |cx| lint::rehearse(cx, &new, &words)).unwrap();
        assert_eq!((rehearsal.units, rehearsal.minutes_each, rehearsal.minutes), (1, 8, 8));
        assert_eq!(rehearsal.by_kind, [(UnitKind::School, 1)]);
        assert_eq!(
            rehearsal.findings,
            [
                Finding::KnownFigure { label: "学生数".into(), figure: Figure::Pupils },
                Finding::AskedTwice { label: "新配灭火器".into() },
                Finding::Near { days: 1 },
            ]
        );
        let form = w.app.pack().forms.values().next().cloned().unwrap();
        let label = form.fields[0].label.clone();
        let new = NewNotice { asks: vec![Ask { label: label.clone(), kind: AskKind::Line }], ..special(w) };
        let draft = new.clone();
        let found = w.sees("李局", move |cx| lint::rehearse(cx, &draft, &[])).unwrap().findings;
        assert!(matches!(&found[..], [Finding::AskedAlready { label: l, .. }] if *l == label), "{found:?}");
        assert!(matches!(refusal(w.by("李局", move |cx| notice::issue(cx, &new))),
            Refusal::Invalid(f) if f[0].field == "asks" && f[0].problem == Problem::Taken));
        assert_eq!(w.sees("李局", notice::list).unwrap().len(), 0, "a rehearsal sends nothing");
    });
}

/// 10 000 random changes over random layers: whatever is taken is at least as strict in each number, whatever softens
/// one is refused, and laying layers over each other comes out the same in any order.
#[test]
fn a_layer_is_never_softer_than_what_it_lies_on() {
    let stages = [Stage3::Done, Stage3::Checked, Stage3::Accepted];
    let mut seed = Seed::named(26, "layers");
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..10_000 {
        let mut draw = |n: u64| seed.below(n) as i64;
        let base = Strict { times: 1 + draw(5), grace_days: draw(8), until: stages[draw(3) as usize] };
        let mut changes = Vec::new();
        for _ in 0..1 + draw(4) {
            let some = |yes: bool, value: i64| yes.then_some(value);
            let (a, b, c) = (draw(2) == 0, draw(2) == 0, draw(2) == 0);
            let until = c.then(|| stages[draw(3) as usize]);
            changes.push(Tighter { times: some(a, draw(8)), grace_days: some(b, draw(10) - 1), until });
        }
        let mut now = base;
        for change in &changes {
            let softer = change.times.is_some_and(|t| t < now.times)
                || change.grace_days.is_some_and(|g| g > now.grace_days || g < 0)
                || change.until.is_some_and(|u| u < now.until);
            match tighten(now, *change) {
                Ok(after) => {
                    assert!(!softer, "{now:?} {change:?}");
                    assert!(after.times >= now.times && after.grace_days <= now.grace_days && after.until >= now.until);
                    assert_eq!(after, over(now, *change), "what is taken lies on it as it is");
                    now = after;
                    taken += 1;
                }
                Err(_) => {
                    assert!(softer, "{now:?} {change:?}");
                    refused += 1;
                }
            }
            let laid = over(now, *change);
            assert!(laid.times >= now.times && laid.grace_days <= now.grace_days && laid.until >= now.until);
        }
        let forward = changes.iter().fold(base, |s, c| over(s, *c));
        let backward = changes.iter().rev().fold(base, |s, c| over(s, *c));
        assert_eq!(forward, backward);
    }
    assert!(taken > 2_000 && refused > 2_000, "{taken} taken, {refused} refused");
}

#[test]
fn the_county_and_the_school_add_and_the_year_plan_shows_both() {
    on_both(|w| {
        let school = w.school;
        let weekly = |entry: &str, times| NewLayer { entry: entry.into(), times: Some(times), ..NewLayer::default() };
        let county = weekly("meet.school", 2);
        w.by("于海涛", move |cx| layer::add(cx, &county)).unwrap();
        let softer = weekly("meet.school", 1);
        assert!(
            matches!(
                refusal(w.by("李建国", move |cx| layer::add(cx, &softer))),
                Refusal::PackForbids { clause: "1.1", rule: "times", .. }
            ),
            "the county's layer binds its schools"
        );
        let more = weekly("meet.school", 3);
        let own = w.by("李建国", move |cx| layer::add(cx, &more)).unwrap();
        let item = NewLayer {
            title: "校门冰雪清扫".into(),
            clause: "2.5".into(),
            times: Some(1),
            period: Some("week".into()),
            ..NewLayer::default()
        };
        w.by("李建国", move |cx| layer::add(cx, &item)).unwrap();
        let guard = weekly("meet.school", 9);
        assert_eq!(refusal(w.by("张福贵", move |cx| layer::add(cx, &guard))), Refusal::NoRight);
        let plan = w.sees("宋老师", move |cx| plan::of(cx, school, 2026)).unwrap();
        let weekly = plan.items.iter().find(|i| i.entry == "meet.school").unwrap();
        assert_eq!((weekly.times_pack, weekly.times, weekly.layers.len()), (1, 3, 2));
        let weeks =
            w.app.packs().calendar(plan.from, 220202).periods(base::calendar::PeriodKind::Week, plan.from, plan.until);
        assert_eq!(weekly.periods, weeks.len() as i64);
        assert!((35..=42).contains(&weekly.periods), "{} weeks with school", weekly.periods);
        assert!(plan.items.iter().any(|i| i.title == "校门冰雪清扫" && i.clause == "2.5"));
        assert!(!plan.items.iter().any(|i| i.entry == "meet.bureau"), "a school owes no bureau's meeting");
        let theirs = w.foreign_school;
        let foreign = w.sees("北山主任", move |cx| plan::of(cx, theirs, 2026)).unwrap();
        assert_eq!(foreign.items.iter().find(|i| i.entry == "meet.school").unwrap().times, 1);
        assert_eq!(refusal(w.sees("北山主任", move |cx| plan::of(cx, school, 2026))), Refusal::NotFound);
        assert_eq!(refusal(w.by("于海涛", move |cx| layer::end(cx, own))), Refusal::NotFound);
        w.by("李建国", move |cx| layer::end(cx, own)).unwrap();
        w.clock.advance(Ms::DAY);
        let entry = w.app.pack().entry("meet.school").cloned().unwrap();
        let now = w.system(move |cx| layer::strict(cx, school, &entry, cx.now.day())).unwrap().unwrap();
        assert_eq!(now.times, 2, "the county's stays");
    });
}

#[test]
fn the_year_end_summary_is_drawn_from_records_alone() {
    on_both(|w| {
        w.raise("张福贵", "灯不亮");
        let county = w.county;
        let end = w.sees("于海涛", move |cx| plan::year_end(cx, county, 2026)).unwrap();
        let of = |figure| end.figures.iter().find(|f| f.0 == figure).map(|f| f.1);
        assert_eq!((of(Figure::HazardRaised), of(Figure::HazardOpen)), (Some(1), Some(1)));
        assert_eq!(end.from, Day::new(2026, 9, 1).unwrap());
        assert!(of(Figure::TextsMissing).is_some_and(|n| n > 10));
    });
}
