//! The law of who may do what: the whole matrix, and lists that show neither more nor less than it allows.

use base::{Id, Refusal, Seed};
use safety::hazard::{self, Filter, NewHazard};
use safety::kernel::rights::{Action, Reach, Relation, decide, reach};
use safety::org::{Role, UnitKind};

use crate::world::{World, on_both, photo, refusal};

/// The matrix as a text: one line per role and relation with what it may do; `!` marks what only own work allows.
fn drawn() -> String {
    let mut out = String::from("role relation: actions (* only for work assigned to the actor)\n");
    for role in Role::ALL {
        for relation in Relation::ALL {
            let mut acts = Vec::new();
            for action in Action::ALL {
                let plain = decide(*role, *relation, *action, false).allow;
                let mine = decide(*role, *relation, *action, true).allow;
                assert!(mine || !plain, "own work never allows less");
                if mine {
                    acts.push(format!("{action:?}{}", if plain { "" } else { "*" }));
                }
            }
            if !acts.is_empty() {
                out.push_str(&format!("{} {relation:?}: {}\n", role.code(), acts.join(" ")));
            }
        }
    }
    out
}

#[test]
fn the_whole_matrix_is_as_it_was_read_and_agreed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rights.txt");
    let agreed = std::fs::read_to_string(path).unwrap_or_default();
    let now = drawn();
    if std::env::var("XIAOAN_REDRAW").is_ok() {
        std::fs::write(path, &now).unwrap();
        return;
    }
    assert_eq!(now, agreed, "the rules changed: read the difference, then redraw with XIAOAN_REDRAW=1");
}

#[test]
fn what_must_hold_of_any_rules() {
    for role in Role::ALL.iter().copied().filter(|r| *r != Role::System) {
        for action in Action::ALL {
            assert!(!decide(role, Relation::Foreign, *action, true).allow, "{role:?} {action:?} on a foreign unit");
            if !matches!(action, Action::UnitRead | Action::ContactsRead) {
                assert!(!decide(role, Relation::Above, *action, true).allow, "{role:?} {action:?} above");
            }
        }
    }
    for action in [Action::HazardRead, Action::CheckRead, Action::HazardRaise, Action::HazardClose] {
        assert!(
            !decide(Role::Admin, Relation::Own, action, true).allow,
            "the administrator reads no business: {action:?}"
        );
        assert!(!decide(Role::Auditor, Relation::Below, action, true).allow, "the auditor neither: {action:?}");
    }
    for action in [
        Action::HazardGrade,
        Action::HazardAssign,
        Action::HazardRectify,
        Action::HazardRecheck,
        Action::HazardClose,
        Action::HazardCorrect,
    ] {
        // Unless a school that has nobody else names him as its second person.
        let named = !matches!(action, Action::HazardRecheck | Action::HazardClose);
        assert!(
            !decide(Role::Officer, Relation::Below, action, named).allow,
            "a superior does not write the school's record: {action:?}"
        );
    }
    assert_eq!(reach(Role::Officer, Action::HazardRead), Reach::Subtree);
    assert_eq!(reach(Role::Guard, Action::HazardRead), Reach::Unit);
    assert_eq!(reach(Role::Agency, Action::HazardRead), Reach::Handed);
    assert_eq!(reach(Role::Auditor, Action::HazardRead), Reach::Nothing);
}

/// Role × act × (own, subtree, foreign, above), through the nouns: what the matrix refuses is refused, NotFound for
/// what must not be known to exist, NoRight for what may be known.
#[test]
fn the_nouns_do_what_the_matrix_says_for_every_role_and_relation() {
    on_both(|w| {
        let homes = [w.city, w.county, w.school, w.centre, w.point, w.agency];
        let mut walked = 0;
        for role in Role::ALL.iter().copied().filter(|r| *r != Role::System) {
            for (i, home) in homes.into_iter().enumerate() {
                let kind = w.system(move |cx| safety::org::unit::load(cx, home)).unwrap().kind;
                if !role.fits(kind) {
                    continue;
                }
                let name = format!("走{}{i}", role.code());
                w.person(&name, home, &[role]);
                let actor = w.actor(&name);
                for target in homes.into_iter().chain([w.foreign_school, w.other_county]) {
                    for action in Action::ALL {
                        let actor = actor.clone();
                        let (answer, relation) = w
                            .app
                            .read(&actor, move |cx| {
                                let relation = safety::kernel::rights::relation(cx, target)?;
                                Ok((cx.require(*action, target, false), relation))
                            })
                            .unwrap();
                        let allowed = decide(role, relation, *action, false).allow;
                        let known = decide(role, relation, Action::UnitRead, false).allow;
                        match answer {
                            Ok(_) => assert!(allowed, "{role:?} {action:?} {relation:?}"),
                            Err(e) => {
                                assert!(!allowed, "{role:?} {action:?} {relation:?}");
                                let right = if known { Refusal::NoRight } else { Refusal::NotFound };
                                assert_eq!(e, base::Error::Refused(right), "{role:?} {action:?} {relation:?}");
                            }
                        }
                        walked += 1;
                    }
                }
            }
        }
        assert_eq!(walked % (8 * Action::ALL.len()), 0);
        assert!(walked > 20_000 / 2, "{walked} cells");
    });
}

/// Random worlds: every row listed may be read, every row that may be read is listed.
#[test]
fn every_row_listed_is_allowed_and_every_allowed_row_is_listed() {
    on_both(|w| {
        let mut seed = Seed::named(26, "rights");
        let units = grow(w, &mut seed);
        let mut hazards: Vec<(Id, Id)> = Vec::new();
        for (n, unit) in units.iter().cycle().take(60).enumerate() {
            let (unit, serial) = (*unit, n);
            let new = NewHazard {
                unit: Some(unit),
                what: format!("第{serial}条"),
                place_text: Some("院内".into()),
                photos: vec![photo(1)],
                behalf: None,
                ..NewHazard::default()
            };
            let raiser = w.person(&format!("员{n}"), unit, &[]);
            let new = NewHazard { behalf: Some(raiser), ..new };
            hazards.push((w.system(move |cx| hazard::raise::raise(cx, &new)).unwrap(), unit));
        }
        let mut asked = 0;
        for (n, unit) in units.iter().enumerate() {
            for role in [Role::Officer, Role::SafetyHead, Role::Guard, Role::Agency, Role::Auditor, Role::Desk] {
                let home = *unit;
                let kind = w.system(move |cx| safety::org::unit::load(cx, home)).unwrap().kind;
                if !role.fits(kind) {
                    continue;
                }
                let name = format!("看{n}{}", role.code());
                w.person(&name, home, &[role]);
                let actor = w.actor(&name);
                let listed = all_pages(w, &actor);
                for (id, _) in &hazards {
                    let id = *id;
                    let may = w.app.read(&actor, move |cx| hazard::load(cx, id)).is_ok();
                    let shown = listed.as_ref().is_some_and(|l| l.contains(&id));
                    assert_eq!(may, shown, "{role:?} at {kind:?}");
                    asked += 1;
                }
            }
        }
        assert!(asked > 1_000, "{asked}");
    });
}

fn all_pages(w: &World, actor: &safety::Actor) -> Option<Vec<Id>> {
    let (mut out, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let at = cursor.clone();
        let page = w.app.read(actor, move |cx| hazard::list::list(cx, &Filter::default(), at.as_deref(), 7));
        let page = match page {
            Ok(page) => page,
            Err(e) => {
                assert_eq!(refusal::<()>(Err(e)), Refusal::NoRight);
                return None;
            }
        };
        out.extend(page.items.iter().map(|l| l.hazard.id));
        let distinct: std::collections::BTreeSet<_> = out.iter().collect();
        assert_eq!(distinct.len(), out.len(), "no row twice");
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Some(out),
        }
    }
}

/// A random tree of three more counties with schools, 中心校 and 教学点, one of which is moved afterwards.
fn grow(w: &World, seed: &mut Seed) -> Vec<Id> {
    let mut units = vec![w.city, w.county, w.school, w.centre, w.point, w.other_county, w.foreign_school];
    for c in 0..3 {
        let county = w.open(UnitKind::County, &format!("丙{c}县教育局"), Some(w.city), 229900 + c);
        units.push(county);
        for s in 0..2 + seed.below(3) {
            if seed.chance(400) {
                let centre = w.open(UnitKind::Centre, &format!("丙{c}中心校{s}"), Some(county), 0);
                let point = w.open(UnitKind::Point, &format!("丙{c}教学点{s}"), Some(centre), 0);
                units.extend([centre, point]);
            } else {
                units.push(w.open(UnitKind::School, &format!("丙{c}学校{s}"), Some(county), 0));
            }
        }
    }
    let (school, county) = (w.school, w.other_county);
    w.system(move |cx| safety::org::unit::move_to(cx, school, county, cx.now.day(), "划转")).unwrap();
    units
}
