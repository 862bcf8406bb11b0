//! 1.3 建立安全台帐管理制度: the ledger is the view of the work, in the inspector's columns, never typed.

use base::{Cell, Ms};
use safety::duty::{self, Filter, Mark, NewWork, State, act, work};
use safety::hazard::{Act, Input};
use safety::{hazard, ledger};

use crate::small_pack::{day, packs};
use crate::world::{fixed, on_both};

#[test]
fn the_hazard_ledger_has_the_inspectors_columns_and_tells_what_was_done() {
    on_both(|w| {
        let id = w.assigned();
        w.act("王建军", id, Act::Rectify, fixed("换了灯具内电池")).unwrap();
        w.act("李建国", id, Act::Recheck, Input::default()).unwrap();
        w.act("周文海", id, Act::Close, Input::default()).unwrap();
        let (school, day) = (w.school, w.app.now().day());
        let sheet = w.sees("于海涛", move |cx| hazard::ledger::sheet(cx, school, day, day)).unwrap();
        assert_eq!(sheet.unit, "江湾中学");
        assert_eq!(sheet.columns.len(), 16);
        assert_eq!((sheet.columns[0], sheet.columns[15]), ("serial", "remark"));
        let row = &sheet.rows[0];
        assert_eq!(row[0], Cell::Int(1));
        assert_eq!(row[2], Cell::Text("张福贵".into()));
        assert_eq!(row[3], Cell::Text("3号楼东楼梯二层".into()));
        assert_eq!(row[7], Cell::Text("换了灯具内电池".into()));
        assert_eq!(row[11], Cell::Text("李建国".into()));
        assert_eq!(row[13], Cell::Code("result", "pass".into()));
        assert_eq!(row[14], Cell::Code("yes_no", "yes".into()));
    });
}

/// From the first day of ledgers to the end of the term: what was worked each day is the day's, the week's and the month's
/// ledger by itself, signed by two others; what was left out stays 未做; closed periods stand as they were.
#[test]
fn the_ledgers_of_a_term_follow_from_the_work() {
    on_both(|w| {
        w.app.set_packs(packs());
        let school = w.school;
        let calendar = crate::small_pack::calendar();
        let (mut days, mut left_out) = (0, 0);
        while w.app.now().day() <= day("2027-01-08") {
            let today = w.app.now().day();
            if calendar.is_school_day(today) {
                days += 1;
                // Every ninth day nobody walks.
                if days % 9 == 0 {
                    left_out += 1;
                } else {
                    let new = NewWork { form: "patrol".into(), ..NewWork::default() };
                    w.by("李建国", move |cx| work::record(cx, &new)).unwrap();
                }
                for (name, state) in [("周文海", State::Done), ("马校长", State::Checked)] {
                    w.by(name, move |cx| {
                        let filter = Filter { unit: Some(school), state: Some(state), ..Filter::default() };
                        let ids: Vec<_> = duty::list(cx, &filter, None, 50)?.items.iter().map(|l| l.duty.id).collect();
                        let signed = match state {
                            State::Done => act::check_many(cx, &ids)?,
                            _ => act::accept_many(cx, &ids)?,
                        };
                        assert!(signed.left.is_empty(), "{signed:?}");
                        Ok(())
                    })
                    .unwrap();
                }
            }
            w.fast_forward(Ms::DAY);
            w.app.set_packs(packs());
        }
        let of = |period: &'static str| w.sees("于海涛", move |cx| ledger::of(cx, school, period)).unwrap();
        let patrols = |l: &ledger::Ledger| -> Vec<Mark> {
            l.lines.iter().filter(|c| c.entry == "patrol.day").map(|c| c.mark).collect()
        };
        let one = of("2026-11-16");
        assert_eq!(patrols(&one), [Mark::OnTime]);
        assert_eq!(
            (one.lines[0].checked_by.as_deref(), one.lines[0].accepted_by.as_deref()),
            (Some("周文海"), Some("马校长"))
        );
        let all: Vec<Mark> = ["2026-11", "2026-12", "2027-01"].iter().flat_map(|m| patrols(&of(m))).collect();
        let n = |mark: Mark| all.iter().filter(|m| **m == mark).count();
        assert_eq!((all.len(), n(Mark::OnTime), n(Mark::Missing)), (days, days - left_out, left_out));
        // 16 November to 8 January but for Saturdays, Sundays and New Year's day.
        assert_eq!((days, left_out), (39, 4));
        let november = of("2026-11").sheet.expect("closed a month ago");
        assert_eq!((november.sums.on_time, november.sums.missing), (10, 4), "eleven days, one left out; weeks, places");
        // The term's own cells close with it; nothing of it was done here.
        w.fast_forward(10 * Ms::DAY);
        let term = of("2026-autumn");
        assert_eq!(term.lines.iter().filter(|c| c.entry == "patrol.day").count(), days);
    });
}
