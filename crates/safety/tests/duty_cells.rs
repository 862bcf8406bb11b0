//! The engine without a database: what is owed, and when something counts as on time, over thousands of random lives.

use base::{Day, Id, Ms, Seed};
use safety::duty::cells::{self, Attributes, Facts, Frame, Span};
use safety::duty::expected::{self, Expected};
use safety::duty::facts::Member;
use safety::duty::owner::{Chain, Held, owner, signer};
use safety::duty::{Duty, Mark, State};
use safety::org::{Role, UnitKind};

use crate::small_pack::{calendar, day, pack, packs};

fn id(n: u64) -> Id {
    Id::from_parts(Ms(n as i64), [7; 10])
}

fn duty(needed: i64, due_at: Ms) -> Duty {
    Duty {
        id: id(1),
        county: 1,
        version: 1,
        unit: id(2),
        entry: "x".into(),
        clause: "1.1".into(),
        kind: "week".into(),
        period: "2026-W47".into(),
        part: String::new(),
        from_on: day("2026-11-16"),
        until_on: day("2026-11-22"),
        due_at,
        stage: "accepted".into(),
        owed: true,
        state: State::Open,
        needed,
        had: 0,
        first_complete_at: None,
        amended: false,
        back_reason: None,
        done_on: None,
        done_by: None,
        owner: None,
        arranged_by: None,
        arranged_at: None,
        checked_by: None,
        checked_at: None,
        accepted_by: None,
        accepted_at: None,
        returns: 0,
        subject: None,
        pack_hash: Vec::new(),
        received_at: Ms(0),
    }
}

/// Records come, are withdrawn and come again, in any order: whether a cell is late depends on nothing but the first
/// receipt at which its quota was complete; claims, later amendments and signatures do not move it.
#[test]
fn lateness_is_a_function_of_the_first_complete_receipt_in_ten_thousand_orders() {
    let mut seed = Seed::named(3, "orders");
    let (mut late, mut amended) = (0, 0);
    for _ in 0..10_000 {
        let needed = 1 + seed.below(3) as i64;
        let due_at = Ms(1_000_000);
        let mut duty = duty(needed, due_at);
        // The model: how many records stand, and when they first were enough.
        let (mut standing, mut first): (i64, Option<Ms>) = (0, None);
        let mut now = Ms(seed.below(900_000) as i64);
        for _ in 0..1 + seed.below(12) {
            now = now.plus(1 + seed.below(200_000) as i64);
            if standing > 0 && seed.chance(400) {
                standing -= 1;
                duty.withdrawn();
            } else if duty.state.is_complete() && seed.chance(300) {
                duty.state = State::Checked;
            } else {
                standing += 1;
                duty.had += 1;
                // The claimed day says nothing.
                let claimed = day("2026-11-01").plus_days(seed.below(60) as i64);
                duty.credited(now, claimed, None);
            }
            if standing >= needed && first.is_none() {
                first = Some(now);
            }
            let expected = match first.filter(|_| standing >= needed) {
                Some(at) if at < due_at => Mark::OnTime,
                Some(_) => Mark::Late,
                None if now < due_at => Mark::NotDue,
                None => Mark::Missing,
            };
            assert_eq!(duty.mark(now), expected);
            assert_eq!((duty.first_complete_at, duty.had), (first, standing));
            late += usize::from(expected == Mark::Late);
            amended += usize::from(duty.amended && expected == Mark::OnTime);
        }
    }
    assert!(late > 1_000 && amended > 1_000, "the orders must reach every case: {late} {amended}");
}

fn random_unit(seed: &mut Seed, n: u64, kind: UnitKind) -> Facts {
    let begin = day("2026-07-01");
    let opened = begin.plus_days(seed.below(200) as i64);
    let closed = seed.chance(300).then(|| opened.plus_days(seed.below(250) as i64));
    let attributes = |seed: &mut Seed| Attributes {
        kind,
        stage: None,
        boarding: seed.chance(300),
        canteen: seed.chance(600),
        bus: seed.chance(200),
        pupils: seed.below(2_000) as i64,
    };
    let mut eras = vec![(opened, attributes(seed))];
    if seed.chance(300) {
        eras.push((opened.plus_days(1 + seed.below(100) as i64), attributes(seed)));
    }
    let span = |seed: &mut Seed| {
        let from = begin.plus_days(seed.below(250) as i64);
        Span { from, until: seed.chance(400).then(|| from.plus_days(seed.below(200) as i64)) }
    };
    let classes = (0..seed.below(4)).map(|c| (id(1000 * n + c), span(seed))).collect();
    let roles = [Role::Principal, Role::Vice, Role::SafetyHead, Role::Guard];
    let people = (0..seed.below(5)).map(|p| (id(5000 * n + p), *seed.pick(&roles), span(seed))).collect();
    Facts { unit: id(n), county: 1, eras, life: Span { from: opened, until: closed }, classes, people }
}

/// Random openings, closings and changes: the board's arithmetic gives the same as counting every cell, and whatever is
/// done of what is owed, coverage stays within 0 and 100 %.
#[test]
fn coverage_stays_between_nothing_and_all_over_random_openings_and_closings() {
    let (packs, calendar) = (packs(), calendar());
    let mut seed = Seed::named(4, "lives");
    let today = day("2026-12-10");
    let frame = Frame::new(&calendar, day("2026-09-01"), day("2027-08-31"));
    let mut cells_seen = 0;
    for round in 0..60 {
        let mut members = Vec::new();
        for n in 1..=12u64 {
            let kind = if n == 1 { UnitKind::County } else { UnitKind::School };
            let facts = random_unit(&mut seed, 100 * round + n, kind);
            members.push(Member { bureau: id(1 + n % 2), name: format!("{n}"), facts });
        }
        let added = expected::add_up(&packs, &calendar, &members, &frame.school, &frame.bureau, today);
        let mut one_by_one = Expected::default();
        for member in &members {
            for owed in cells::owed(&packs, &calendar, &member.facts, &frame) {
                let n = owed.parts.len() as i64;
                let late = if expected::not_due(owed.entry, owed.slot, today) { n } else { 0 };
                let key = (member.bureau, owed.entry.id.clone());
                let sum = one_by_one.entries.entry(key).or_default();
                (sum.all, sum.not_due) = (sum.all + n, sum.not_due + late);
                *one_by_one.days.entry(owed.slot.period.until).or_default() += n;
                // Every part is owed once, and its key reads back.
                let keys: std::collections::BTreeSet<String> = owed.parts.iter().map(cells::part_key).collect();
                assert_eq!(keys.len(), owed.parts.len());
                assert!(owed.parts.iter().all(|p| cells::part_of_key(&cells::part_key(p)).as_ref() == Some(p)));
                let done = seed.below(n as u64 + 1) as i64;
                assert!((0..=1000).contains(&(done * 1000 / n)));
                cells_seen += n;
            }
        }
        assert_eq!(added.entries, one_by_one.entries, "round {round}");
        assert_eq!(added.days, one_by_one.days, "round {round}");
    }
    assert!(cells_seen > 50_000, "{cells_seen}");
}

#[test]
fn a_school_owes_nothing_outside_its_life_and_a_bureau_meets_in_august_too() {
    let (packs, calendar) = (packs(), calendar());
    let mut seed = Seed::named(5, "edges");
    let frame = Frame::new(&calendar, day("2026-07-01"), day("2027-08-31"));
    for n in 0..200 {
        let facts = random_unit(&mut seed, n, UnitKind::School);
        for owed in cells::owed(&packs, &calendar, &facts, &frame) {
            assert!(facts.life.touches(owed.slot.first, owed.slot.last), "{:?} {:?}", facts.life, owed.slot);
        }
    }
    let mut bureau = random_unit(&mut seed, 1, UnitKind::County);
    bureau.life = Span { from: day("2020-01-01"), until: None };
    bureau.eras.truncate(1);
    bureau.eras[0].1.kind = UnitKind::County;
    let meetings: Vec<String> = cells::owed(&packs, &calendar, &bureau, &frame)
        .iter()
        .filter(|o| o.entry.id == "meet.bureau")
        .map(|o| o.slot.key.clone())
        .collect();
    assert_eq!(meetings.len(), 14);
    assert!(meetings.contains(&"2027-02".to_string()) && meetings.contains(&"2026-08".to_string()));
}

#[test]
fn every_key_of_a_period_reads_back_and_no_other() {
    let calendar = calendar();
    for kind in cells::KINDS {
        for slot in cells::slots(&calendar, kind, day("2025-09-01"), day("2027-08-31"), true) {
            assert_eq!(cells::period_of_key(&calendar, &slot.key), Some(slot.period), "{}", slot.key);
            assert_eq!(cells::kind_of(cells::kind_code(kind)), Some(kind));
        }
    }
    for bad in ["", "x", "2026-W60", "2026-13", "2026-summer", "2026-11-31", "２０２６", "20261"] {
        assert_eq!(cells::period_of_key(&calendar, bad), None, "{bad}");
    }
}

/// 4.1, 4.2: whoever leaves, a cell belongs to somebody as long as anybody is in post anywhere up to the city.
#[test]
fn no_duty_is_ever_ownerless() {
    let pack = pack();
    let mut seed = Seed::named(6, "vacancies");
    let school = [Role::Principal, Role::Vice, Role::SafetyHead, Role::Teacher, Role::Guard, Role::PupilsHead];
    let bureau = [Role::Officer, Role::BureauVice, Role::BureauHead];
    for n in 0..5_000u64 {
        let held = |unit: u64, roles: &[Role], seed: &mut Seed| {
            let posts = roles.iter().enumerate().filter(|_| seed.chance(350));
            Held { unit: id(unit), posts: posts.map(|(i, r)| (*r, id(100 * unit + i as u64))).collect() }
        };
        let mut city = held(3, &bureau, &mut seed);
        if city.posts.is_empty() {
            city.posts.push((Role::Officer, id(399)));
        }
        let chain =
            Chain { held: vec![held(1, &school, &mut seed), held(2, &bureau, &mut seed), city], ..Chain::default() };
        for entry in &pack.entries {
            let owner = owner(&entry.people, &Default::default(), &chain).unwrap();
            assert!(!owner.persons.is_empty(), "round {n}: {} is ownerless", entry.id);
            let doer = owner.persons.first().copied();
            if let Some(checker) = signer(entry.people.checker, &entry.people, &chain, &[doer]) {
                assert!(!checker.persons.contains(&doer.unwrap()), "nobody checks himself");
                let signed = [doer, checker.persons.first().copied()];
                if let Some(last) = signer(entry.people.acceptor, &entry.people, &chain, &signed) {
                    assert!(last.persons.iter().all(|p| !signed.contains(&Some(*p))));
                }
            }
        }
    }
}

/// A small check of the arithmetic itself, by hand.
#[test]
fn a_month_of_one_school_is_owed_as_counted_by_hand() {
    let (packs, calendar) = (packs(), calendar());
    let mut seed = Seed::named(9, "hand");
    let mut facts = random_unit(&mut seed, 1, UnitKind::School);
    facts.life = Span { from: day("2020-01-01"), until: None };
    facts.eras = vec![(day("2020-01-01"), Attributes { kind: UnitKind::School, ..facts.eras[0].1.clone() })];
    facts.people = vec![(id(1), Role::Principal, facts.life), (id(2), Role::Guard, facts.life)];
    facts.classes = vec![(id(7), facts.life), (id(8), facts.life)];
    let of = |from: &str, until: &str, entry: &str| -> usize {
        let frame = Frame::new(&calendar, day(from), day(until));
        let all = cells::owed(&packs, &calendar, &facts, &frame);
        all.iter().filter(|o| o.entry.id == entry).map(|o| o.parts.len()).sum()
    };
    // October 2026: 22 weekdays less 5 of the holiday, one make-up Saturday.
    assert_eq!(of("2026-10-01", "2026-10-31", "patrol.day"), 18);
    // Weeks that end in it: those of 28 September (school on three days), 5 (two days and the Saturday), 12, 19 October.
    assert_eq!(of("2026-10-01", "2026-10-31", "meet.school"), 4);
    assert_eq!(of("2026-09-01", "2027-08-31", "edu.topics"), 6, "two classes, three topics");
    assert_eq!(of("2026-09-01", "2027-08-31", "edu.law"), 4, "two classes, two terms");
    assert_eq!(of("2026-09-01", "2027-08-31", "train.managers"), 1, "the guard is no manager");
    assert_eq!(of("2026-09-01", "2027-08-31", "letter"), 2);
    let _: Option<Day> = None;
}
