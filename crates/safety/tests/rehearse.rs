//! A rehearsal is the same every time, and its figures are those that a person counts by hand.

use std::path::Path;

use base::{Day, Id, Ms};
use safety::duty::cells::{Attributes, Facts, Span};
use safety::duty::facts::Member;
use safety::duty::rehearse::{self, Both, History, Past};
use safety::org::{Role, Stage, UnitKind};
use safety::pack::store::{NewChange, changed};
use safety::pack::{self, Pack, builtin};

use crate::world::{World, on_both};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn id(n: u8, k: u8) -> Id {
    Id::from_parts(Ms(0), [n, k, 0, 0, 0, 0, 0, 0, 0, 1])
}

fn member(n: u8, kind: UnitKind, stage: Option<Stage>, classes: u8) -> Member {
    let span = Span { from: day("2026-08-01"), until: None };
    let attributes = Attributes { kind, stage, boarding: false, canteen: true, bus: false, pupils: 300 };
    let roles: &[Role] = match kind {
        UnitKind::County => &[Role::Officer, Role::BureauVice],
        _ => &[Role::Principal, Role::Vice, Role::SafetyHead, Role::Teacher],
    };
    let people = roles.iter().enumerate().map(|(i, r)| (id(n, 100 + i as u8), *r, span)).collect();
    let facts = Facts {
        unit: id(n, 0),
        county: 220_202,
        eras: vec![(span.from, attributes)],
        life: span,
        classes: (1..=classes).map(|k| (id(n, k), span)).collect(),
        people,
    };
    Member { facts, bureau: id(1, 0), name: format!("unit {n}") }
}

/// Four weeks of November: a county, a middle school with 6 classes and a primary with 2.
fn past() -> Past {
    let mut history = History::new();
    let meetings = [day("2026-11-02"), day("2026-11-09"), day("2026-11-16")];
    let of = |days: &[Day]| days.iter().map(|d| (*d, String::new())).collect::<Vec<_>>();
    history.insert((id(2, 0), "meet.school".into()), of(&meetings));
    history.insert((id(3, 0), "meet.school".into()), of(&[meetings[0], day("2026-11-03")]));
    history.insert((id(1, 0), "meet.bureau".into()), of(&meetings[..1]));
    Past {
        from: day("2026-11-02"),
        until: day("2026-11-29"),
        members: vec![
            member(1, UnitKind::County, None, 0),
            member(2, UnitKind::School, Some(Stage::Junior), 6),
            member(3, UnitKind::School, Some(Stage::Primary), 2),
        ],
        history,
    }
}

fn draft() -> Pack {
    let change =
        |entry: &str| NewChange { entry: Some(entry.into()), reason: "试一试".into(), ..NewChange::default() };
    let files = changed(&builtin::files(), &NewChange { times: Some(2), ..change("meet.school") }).unwrap();
    let files = changed(&files, &NewChange { minutes: Some(6), ..change("ledger.day") }).unwrap();
    let files = changed(&files, &NewChange { on: Some(false), ..change("ledger.bureau") }).unwrap();
    pack::load(&files).unwrap()
}

#[test]
fn a_rehearsal_counts_what_a_person_counts_and_is_the_same_every_time() {
    let (now, draft) = (Pack::builtin(), draft());
    let told = rehearse::run(&past(), &now, &draft);
    assert_eq!((told.weeks, told.units), (4, 3));
    let entry = |id: &str| told.entries.iter().find(|e| e.entry == id).unwrap();

    // Two schools, four weeks: eight meetings owed. The middle school held three, the primary two in one week.
    let meeting = entry("meet.school");
    assert_eq!(meeting.owed, Both { now: 8, draft: 8 });
    assert_eq!(meeting.missing, Both { now: 1 + 3, draft: 4 + 3 }, "two a week: only the primary's first week has two");
    assert!(!meeting.untried && entry("ledger.day").untried);
    // Twenty school days; six minutes in place of two: 5 days × 4 minutes more a week for the safety head.
    assert_eq!(entry("ledger.day").owed, Both { now: 40, draft: 40 });
    let head = told.roles["safety_head"];
    assert_eq!(head.draft - head.now, 10 * (5 * 4 + 30), "and one meeting of 30 minutes more");
    assert!(told.entries.iter().all(|e| e.entry != "ledger.bureau"), "November ends after the span: nothing of it");
    let what: Vec<(&str, &str)> = told.changes.iter().map(|d| (d.id.as_str(), d.what)).collect();
    assert_eq!(what, [("ledger.bureau", "off"), ("ledger.day", "minutes"), ("meet.school", "times")]);

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs/rehearsal.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&told).unwrap());
    if std::env::var_os("XIAOAN_REDRAW").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(path).unwrap(), "XIAOAN_REDRAW=1 writes it anew");
    assert_eq!(rehearse::run(&past(), &now, &draft), told);
}

#[test]
fn the_same_pack_changes_nothing() {
    let now = Pack::builtin();
    let told = rehearse::run(&past(), &now, &now);
    assert!(told.changes.is_empty());
    assert!(
        told.roles.values().all(|b| b.now == b.draft) && told.entries.iter().all(|e| e.missing.now == e.missing.draft)
    );
}

#[test]
fn the_bureau_rehearses_over_its_own_records() {
    on_both(|w: &World| {
        crate::story_1_1::lived_in(w);
        w.clock.advance(20 * Ms::DAY);
        let (from, until) = (day("2026-11-09"), day("2026-12-05"));
        let told = w.by("李局", move |cx| rehearse::of(cx, &draft(), from, until)).unwrap();
        let meeting = told.entries.iter().find(|e| e.entry == "meet.school").unwrap();
        assert!(meeting.owed.now > meeting.missing.now, "what was recorded counts: {meeting:?}");
        let ahead = w.by("李局", move |cx| rehearse::of(cx, &draft(), from, day("2026-12-31")));
        assert!(ahead.is_err());
        assert!(
            w.by("李建国", move |cx| rehearse::of(cx, &draft(), from, until)).is_err(),
            "a school rehearses nothing"
        );
    });
}
