//! The city changes an interpretation and publishes it; what began before is judged as before. Counties set school time.

use base::calendar::{Season, Term};
use base::{Day, Error, Id, Problem, Refusal};
use safety::pack::store::{self, Checked, NewChange, time};

use crate::world::{World, on_both};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// One draft and one snow day, for stories that need a row of every table.
pub fn lived_in(w: &World) -> Id {
    let (city, county) = (w.city, w.county);
    w.by("于海涛", move |cx| time::shut(cx, None, county, day("2026-12-24"), day("2026-12-24"), "大雪")).unwrap();
    w.by("李局", move |cx| store::draft(cx, None, city, "2027 年调整")).unwrap()
}

fn change(id: &str) -> NewChange {
    NewChange {
        param: Some(id.into()),
        value: Some("5 days".into()),
        reason: "更早改完".into(),
        ..NewChange::default()
    }
}

fn invalid<T: std::fmt::Debug>(got: Result<T, Error>, field: &str) -> Problem {
    match got.unwrap_err() {
        Error::Refused(Refusal::Invalid(faults)) => faults.iter().find(|f| f.field == field).unwrap().problem.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_changed_interpretation_is_published_and_judges_only_what_begins_later() {
    on_both(|w| {
        let city = w.city;
        let refused = w.by("于海涛", move |cx| store::draft(cx, None, city, "县里的"));
        assert_eq!(refused.unwrap_err(), Error::Refused(Refusal::NoRight), "packs are the city's");
        let county = w.county;
        let refused = w.by("于海涛", move |cx| store::draft(cx, None, county, "县里的"));
        assert_eq!(refused.unwrap_err(), Error::Refused(Refusal::NoRight));

        let id = w.by("李局", move |cx| store::draft(cx, None, city, "2026 年冬季调整")).unwrap();
        let hidden = w.by("于海涛", move |cx| store::view(cx, id));
        assert_eq!(hidden.unwrap_err(), Error::Refused(Refusal::NotFound), "a draft is the city's own");
        let (draft, files) = w.by("李局", move |cx| store::view(cx, id)).unwrap();
        assert!(draft.is_draft() && draft.effective_on.is_none());

        // The notice's own words only grow stricter; its numbers stay.
        let softer = NewChange {
            entry: Some("meet.school".into()),
            period: Some("month".into()),
            reason: "忙".into(),
            ..change("")
        };
        let softer = NewChange { param: None, value: None, ..softer };
        assert_eq!(invalid(store::changed(&files, &softer), "value"), Problem::Mismatch { with: "notice" });
        let number = NewChange { value: Some("90 %".into()), ..change("fire.wiring.pass") };
        assert_eq!(invalid(store::changed(&files, &number), "value"), Problem::Mismatch { with: "notice" });
        assert_eq!(invalid(store::changed(&files, &change("hazard.none")), "param"), Problem::Unknown);
        let unit = NewChange { value: Some("5 g".into()), ..change("hazard.fix.ordinary") };
        assert_eq!(invalid(store::changed(&files, &unit), "value"), Problem::Unreadable);
        let mute = NewChange { reason: " ".into(), ..change("hazard.fix.ordinary") };
        assert_eq!(invalid(store::changed(&files, &mute), "reason"), Problem::Required);

        let files = store::changed(&files, &change("hazard.fix.ordinary")).unwrap();
        let (read, findings) = safety::pack::read(&files);
        assert_eq!((findings, read.changes.len()), (vec![], 1));
        let kept = files.clone();
        let version = w.by("李局", move |cx| store::save(cx, id, 1, &kept, read.hash)).unwrap();
        let kept = files.clone();
        let stale = w.by("李局", move |cx| store::save(cx, id, 1, &kept, [0; 32]));
        assert_eq!(stale.unwrap_err(), Error::Refused(Refusal::Stale { version }));

        let publish = |on: &str, version: i64| {
            let (checked, _) = Checked::new(&files, day(on)).unwrap();
            w.by("李局", move |cx| store::publish(cx, id, version, &checked, "冬季早改"))
        };
        assert_eq!(invalid(publish("2026-11-16", version), "effective_on"), Problem::TooOld { days: 0 });
        publish("2026-12-01", version).unwrap();
        safety::tick::run(&w.app).unwrap();

        let packs = w.app.packs();
        let span = |on: &str| packs.in_force(day(on)).span("hazard.fix.ordinary") / base::Ms::DAY;
        assert_eq!((span("2026-11-30"), span("2026-12-01")), (7, 5));
        assert_eq!(w.app.pack().id, "jilin-2012");
        let after = packs.in_force(day("2026-12-01")).hash;
        assert!(packs.by_hash(&after).is_some() && after != w.app.pack().hash);
        let seen = w.by("于海涛", store::list).unwrap();
        assert_eq!(seen.iter().map(|e| e.edition).collect::<Vec<_>>(), [Some(2)], "everybody sees what is published");
        assert_eq!(seen[0].hash, after);

        // Packs follow each other; a published one is never touched again.
        let next = w.by("李局", move |cx| store::draft(cx, None, city, "再调整")).unwrap();
        let (checked, _) = Checked::new(&files, day("2026-11-20")).unwrap();
        let early = w.by("李局", move |cx| store::publish(cx, next, 1, &checked, "早一点"));
        assert_eq!(invalid(early, "effective_on"), Problem::Taken);
        let again = w.by("李局", move |cx| store::discard(cx, id, version + 1));
        assert_eq!(again.unwrap_err(), Error::Refused(Refusal::WrongState { from: "published", action: "discard" }));
        w.by("李局", move |cx| store::discard(cx, next, 1)).unwrap();
        assert_eq!(w.by("李局", store::list).unwrap().len(), 1);
    });
}

#[test]
fn a_broken_draft_is_never_published() {
    let mut files = safety::pack::builtin::files();
    let text = files.get_mut("obligations/1-system.toml").unwrap();
    *text = text.replacen("clause = \"1.1\"", "clause = \"7.7\"", 1);
    let findings = Checked::new(&files, day("2026-12-01")).unwrap_err();
    assert!(findings.iter().any(|f| f.what.code() == "unknown_clause"));
}

#[test]
fn a_snow_day_and_a_set_term_hold_in_their_county_only() {
    on_both(|w| {
        let (county, city) = (w.county, w.city);
        let late =
            w.by("于海涛", move |cx| time::shut(cx, None, county, day("2026-11-13"), day("2026-11-13"), "大雪"));
        assert_eq!(invalid(late, "from_on"), Problem::TooOld { days: 3 });
        let foreign =
            w.by("桦甸股长", move |cx| time::shut(cx, None, county, day("2026-11-18"), day("2026-11-18"), "雪"));
        assert!(foreign.is_err(), "not its county");
        w.by("于海涛", move |cx| time::shut(cx, None, county, day("2026-11-18"), day("2026-11-19"), "大雪")).unwrap();
        let term = Term { year: 2026, season: Season::Spring, from: day("2027-02-22"), until: day("2027-07-09") };
        w.by("李局", move |cx| time::set_term(cx, None, city, &term, "早开学一周")).unwrap();
        let begun = Term { season: Season::Autumn, from: day("2026-08-31"), until: day("2027-01-15"), ..term };
        let refused = w.by("李局", move |cx| time::set_term(cx, None, city, &begun, "改"));
        assert!(matches!(invalid(refused, "from_on"), Problem::TooOld { .. }));
        w.app.reload_packs().unwrap();

        let packs = w.app.packs();
        let school = |county: i64, on: &str| packs.calendar(day("2026-11-16"), county).is_school_day(day(on));
        assert!(!school(220202, "2026-11-18") && !school(220202, "2026-11-19") && school(220202, "2026-11-20"));
        assert!(school(220282, "2026-11-18"), "the other county has school");
        assert!(school(220202, "2027-02-22") && school(220282, "2027-02-22"), "the city's term holds everywhere");
        assert!(!school(220282, "2027-07-12"));

        let mine = w.by("于海涛", move |cx| time::list(cx, county)).unwrap();
        let (id, version) = (mine[0].id, mine[0].version);
        w.by("于海涛", move |cx| time::void(cx, id, version)).unwrap();
        w.app.reload_packs().unwrap();
        assert!(w.app.packs().calendar(day("2026-11-16"), 220202).is_school_day(day("2026-11-18")));
    });
}
