//! Layers add more or stricter, never less: by hand, and for random layers over random units.

use std::sync::Arc;

use base::{Day, Id, Ms, Seed};
use safety::duty::cells::{self, Attributes, Facts, Frame, Span};
use safety::org::{Role, Stage, UnitKind};
use safety::pack::layer::{Harder, Own, Why, apply, asks_no_less};
use safety::pack::{Pack, Packs};

fn own(id: &str) -> Own {
    Own {
        id: id.into(),
        title: "加一次例会".into(),
        clause: "1.1".into(),
        period: "month".into(),
        times: 1,
        form: "meeting".into(),
        minutes: 20,
        reason: "县里加的".into(),
    }
}

#[test]
fn stricter_is_taken_and_softer_is_refused_by_its_place() {
    let pack = Pack::builtin();
    let times = |entry: &str, times| Harder::Times { entry: entry.into(), times };
    let layer = [
        times("meet.school", 2),
        Harder::Period { entry: "meet.bureau".into(), period: "week".into() },
        Harder::Grace { entry: "ledger.month".into(), days: 1 },
        Harder::SwitchOn { entry: "drill.month".into() },
        Harder::Number { param: "hazard.fix.ordinary".into(), value: 5 },
        Harder::Number { param: "hazard.recurring".into(), value: 60 },
        Harder::Own(own("own.extra")),
    ];
    let over = apply(&pack, &layer).unwrap();
    assert!(asks_no_less(&pack, &over) && !asks_no_less(&over, &pack));
    assert_ne!(over.hash, pack.hash);
    assert_eq!(over.span("hazard.fix.ordinary"), 5 * Ms::DAY);
    assert_eq!(over.entries.len(), pack.entries.len() + 1);

    let softer = [
        Harder::Period { entry: "meet.school".into(), period: "month".into() },
        Harder::Grace { entry: "ledger.day".into(), days: 5 },
        Harder::Number { param: "hazard.fix.ordinary".into(), value: 9 },
        Harder::Number { param: "hazard.recurring".into(), value: 10 },
        times("meet.nowhere", 2),
        Harder::SwitchOn { entry: "meet.school".into() },
        Harder::Own(Own { clause: "9.9".into(), ..own("own.x") }),
        Harder::Own(own("meet.mine")),
        times("meet.school", 3),
    ];
    let refused = apply(&pack, &softer).unwrap_err();
    let why: Vec<(usize, Why)> = refused.iter().map(|s| (s.index, s.why)).collect();
    use Why::{Less, Taken, Unknown};
    assert_eq!(
        why,
        [(0, Less), (1, Less), (2, Less), (3, Less), (4, Unknown), (5, Taken), (6, Unknown), (7, Unknown)],
        "the ninth is taken, and the layer is refused whole all the same"
    );
}

#[test]
fn a_layer_survives_its_stored_form() {
    let layer = vec![Harder::Own(own("own.a")), Harder::Grace { entry: "ledger.day".into(), days: 0 }];
    let text = serde_json::to_string(&layer).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Harder>>(&text).unwrap(), layer);
}

fn random(seed: &mut Seed, pack: &Pack) -> Vec<Harder> {
    let n = 1 + seed.below(5);
    (0..n)
        .map(|i| {
            let entry = pack.entries[seed.below(pack.entries.len() as u64) as usize].id.clone();
            match seed.below(6) {
                0 => Harder::Times { entry, times: seed.below(4) as i64 },
                1 => {
                    let period = ["day", "week", "month", "term", "school_year"][seed.below(5) as usize];
                    Harder::Period { entry, period: period.into() }
                }
                2 => Harder::Grace { entry, days: seed.below(9) as i64 },
                3 => Harder::SwitchOn { entry },
                4 => {
                    let params: Vec<&String> = pack.params.keys().collect();
                    let param = params[seed.below(params.len() as u64) as usize].clone();
                    Harder::Number { param, value: seed.below(40) as i64 }
                }
                _ => Harder::Own(own(&format!("own.{i}"))),
            }
        })
        .collect()
}

fn unit(seed: &mut Seed, n: u8) -> Facts {
    let school = seed.below(4) > 0;
    let from = Day::new(2026, 8, 1).unwrap();
    let span = Span { from, until: None };
    let attributes = Attributes {
        kind: if school { UnitKind::School } else { UnitKind::County },
        stage: school.then_some(Stage::Junior),
        boarding: seed.below(2) == 0,
        canteen: seed.below(2) == 0,
        bus: seed.below(2) == 0,
        pupils: seed.below(2_000) as i64,
    };
    let id = |k: u8| Id::from_parts(Ms(0), [n, k, 0, 0, 0, 0, 0, 0, 0, 1]);
    Facts {
        unit: id(0),
        county: 220_202,
        eras: vec![(from, attributes)],
        life: span,
        classes: (1..4).map(|k| (id(k), span)).collect(),
        people: vec![(id(9), Role::Principal, span), (id(10), Role::Teacher, span)],
    }
}

/// Owed records over a term, by entry: quota × parts × periods.
fn owed(pack: &Arc<Pack>, facts: &Facts) -> std::collections::BTreeMap<String, i64> {
    let (from, until) = (Day::new(2026, 9, 1).unwrap(), Day::new(2027, 8, 31).unwrap());
    let packs = Packs::new(vec![(from, pack.clone())]);
    let frame = Frame::new(&pack.calendar, from, until);
    let mut out = std::collections::BTreeMap::new();
    for cell in cells::owed(&packs, &pack.calendar, facts, &frame) {
        *out.entry(cell.entry.id.clone()).or_insert(0) += cells::quota(&cell.entry.rule) * cell.parts.len() as i64;
    }
    out
}

#[test]
fn whatever_layer_is_taken_no_unit_owes_less() {
    let pack = Pack::builtin();
    let mut seed = Seed::named(7, "layers");
    let (mut taken, mut refused) = (0, 0);
    for n in 0..600u32 {
        let first = random(&mut seed, &pack);
        let Ok(over) = apply(&pack, &first) else {
            refused += 1;
            continue;
        };
        taken += 1;
        assert!(asks_no_less(&pack, &over), "{first:?}");
        // A school's layer stands on the county's.
        let second = random(&mut seed, &over);
        let top = apply(&over, &second).unwrap_or_else(|_| over.clone());
        assert!(asks_no_less(&over, &top) && asks_no_less(&pack, &top), "{second:?}");
        if n % 8 == 0 {
            let facts = unit(&mut seed, n as u8);
            let (low, high) = (owed(&pack, &facts), owed(&Arc::new(top), &facts));
            for (entry, count) in low {
                assert!(high.get(&entry).copied().unwrap_or(0) >= count, "{entry}: {first:?} {second:?}");
            }
        }
    }
    assert!(taken > 20 && refused > 20, "{taken} taken, {refused} refused");
}
