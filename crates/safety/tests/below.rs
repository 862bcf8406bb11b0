//! What a bureau sees of everything below it in one statement is what is seen when each unit is asked by itself, on
//! random worlds.

use base::{Day, Id, Ms, Refusal, Seed};
use safety::Actor;
use safety::check::{self, NewCheck, NewPlaceSeen, Seen};
use safety::org::post::{self, NewPost};
use safety::org::unit::{self, Change, Unit};
use safety::org::{PlaceKind, Role, UnitKind, place};

use crate::world::{World, on_both, refusal};

const ASKERS: &[&str] = &["李局", "于海涛", "桦甸股长", "中心校主任"];

#[test]
fn vacancies_below_are_those_of_each_unit_asked_by_itself() {
    on_both(|w| {
        let mut seed = Seed::named(42, "below");
        let units = grow(w, &mut seed);
        staff(w, &units, &mut seed);
        let (mut all, mut spared) = (0, 0);
        for name in ASKERS {
            let actor = w.actor(name);
            let below = w.app.read(&actor, post::vacancies_below).unwrap();
            let (apart, unused) = vacant_apart(w, &actor, &units);
            assert_eq!(below, apart, "{name}");
            all += below.len();
            spared += unused;
        }
        assert!(all >= 50, "{all} vacancies");
        assert!(spared >= 5, "{spared} units without anybody");
        assert_eq!(refusal(w.sees("市审计", post::vacancies_below)), Refusal::NoRight);
        assert_eq!(refusal(w.sees("张福贵", post::vacancies_below)), Refusal::NoRight);
    });
}

#[test]
fn coverage_below_is_that_of_each_unit_asked_by_itself() {
    on_both(|w| {
        let mut seed = Seed::named(43, "below");
        let units = grow(w, &mut seed);
        let days = walk(w, &units, &mut seed);
        let (mut rows, mut partly) = (0, 0);
        for name in ASKERS {
            let actor = w.actor(name);
            for day in &days {
                let day = *day;
                let below = w.app.read(&actor, move |cx| check::coverage_below(cx, day)).unwrap();
                let below: Vec<_> = below.into_iter().map(|u| (u.name, u.seen, u.all, u.checks)).collect();
                partly += below.iter().filter(|(_, seen, all, _)| 0 < *seen && seen < all).count();
                rows += below.len();
                assert_eq!(below, covered_apart(w, &actor, &units, day), "{name} {day}");
            }
        }
        assert!(rows >= 50 && partly > 20, "{rows} rows, {partly} partly covered");
    });
}

/// Three more counties with schools, 中心校 and 教学点; one school is moved, two are closed.
fn grow(w: &World, seed: &mut Seed) -> Vec<Id> {
    let mut units = vec![w.city, w.county, w.other_county, w.school, w.foreign_school, w.centre, w.point];
    for c in 0..3 {
        let county = w.open(UnitKind::County, &format!("丙{c}县教育局"), Some(w.city), 229_900 + c);
        units.push(county);
        for s in 0..4 {
            if seed.chance(300) {
                let centre = w.open(UnitKind::Centre, &format!("丙{c}中心校{s}"), Some(county), 0);
                units.extend([centre, w.open(UnitKind::Point, &format!("丙{c}教学点{s}"), Some(centre), 0)]);
            } else {
                units.push(w.open(UnitKind::School, &format!("丙{c}学校{s}"), Some(county), 0));
            }
        }
    }
    for unit in units.clone() {
        let kind = w.system(move |cx| unit::load(cx, unit)).unwrap().kind;
        if matches!(kind, UnitKind::School | UnitKind::Centre) && seed.chance(500) {
            let canteen = seed.chance(500);
            let change = Change {
                boarders: Some(if canteen { 0 } else { 80 }),
                canteen: Some(canteen),
                pupils: Some(400),
                ..Change::default()
            };
            w.system(move |cx| unit::change(cx, unit, &change, None)).unwrap();
        }
    }
    let (school, county) = (w.school, w.other_county);
    w.system(move |cx| unit::move_to(cx, school, county, cx.now.day(), "划转")).unwrap();
    units
}

/// Some units get people: in posts now, only from tomorrow on, or only until yesterday.
fn staff(w: &World, units: &[Id], seed: &mut Seed) {
    let today = w.app.now().day();
    for (n, unit) in units.iter().enumerate() {
        let unit = *unit;
        let kind = w.system(move |cx| unit::load(cx, unit)).unwrap().kind;
        for role in Role::ALL.iter().copied().filter(|r| r.fits(kind)) {
            if n % 3 == 2 || !seed.chance(600) {
                continue;
            }
            let person = w.person(&format!("人{n}{}", role.code()), unit, &[]);
            let from_on = match seed.below(5) {
                0 => Some(today.plus_days(1)),
                1 => Some(today.plus_days(-30)),
                _ => None,
            };
            let new = NewPost { id: None, unit, person, role, title: None, acting: false, from_on };
            let id = w.system(move |cx| post::give(cx, &new)).unwrap();
            if from_on.is_some_and(|from| from < today) {
                let last = today.plus_days(-(seed.below(2) as i64));
                w.system(move |cx| post::end(cx, id, last)).unwrap();
            }
        }
    }
    let last = *units.last().unwrap();
    w.system(move |cx| unit::close(cx, last, today, None, "撤并")).unwrap();
}

/// The units of the four kinds below the asker, in the order of the tree.
fn below(w: &World, actor: &Actor, units: &[Id], itself: bool) -> Vec<Unit> {
    let top = actor.unit;
    let mut found = Vec::new();
    for id in units.iter().copied() {
        let path = w.system(move |cx| unit::path(cx, id)).unwrap();
        let depth = path.iter().position(|u| u.id == top);
        let unit = path.into_iter().find(|u| u.id == id).unwrap();
        if let Some(depth) = depth.filter(|d| (itself || *d > 0) && unit.closed_on.is_none()) {
            found.push((depth, unit));
        }
    }
    found.sort_by(|(a, x), (b, y)| (a, x.code.is_none(), &x.code, x.id).cmp(&(b, y.code.is_none(), &y.code, y.id)));
    found.into_iter().map(|(_, unit)| unit).collect()
}

/// Vacancies by the directory of each unit, and how many units have nobody.
fn vacant_apart(w: &World, actor: &Actor, units: &[Id]) -> (Vec<(Id, String, Role)>, usize) {
    let (mut out, mut unused) = (Vec::new(), 0);
    for unit in below(w, actor, units, false) {
        let id = unit.id;
        let book = w.app.read(actor, move |cx| post::directory(cx, id)).unwrap();
        if book.contacts.is_empty() {
            unused += 1;
            continue;
        }
        out.extend(book.vacant.iter().map(|(role, _)| (id, unit.name.clone(), *role)));
    }
    (out, unused)
}

/// Places and checks of this month and the last; answers a day of each.
fn walk(w: &World, units: &[Id], seed: &mut Seed) -> Vec<Day> {
    let mut places: Vec<(Id, Vec<Id>)> = vec![(w.school, vec![w.stair])];
    for unit in units.iter().copied().filter(|u| *u != w.city) {
        let some = (0..seed.below(5)).map(|n| w.place(unit, PlaceKind::Classroom, &format!("{n}班"))).collect();
        places.push((unit, some));
    }
    let last_month = w.app.now().day();
    for round in 0..2 {
        for (unit, known) in places.iter().filter(|(_, known)| !known.is_empty()) {
            for _ in 0..seed.below(4) {
                checked(w, *unit, known, seed);
            }
        }
        for (_, known) in &mut places {
            if round == 0 && known.len() > 2 && seed.chance(400) {
                let id = known.pop().unwrap();
                w.system(move |cx| place::close(cx, id)).unwrap();
            }
        }
        if round == 0 {
            w.clock.advance(20 * Ms::DAY);
        }
    }
    let (last, today) = (*units.last().unwrap(), w.app.now().day());
    w.system(move |cx| unit::close(cx, last, today, None, "撤并")).unwrap();
    vec![last_month, today]
}

fn checked(w: &World, unit: Id, known: &[Id], seed: &mut Seed) {
    let mut places = Vec::new();
    for place in known.iter().copied() {
        if places.is_empty() || seed.chance(600) {
            let result = *seed.pick(&[Seen::Fine, Seen::Fine, Seen::Found, Seen::Skipped]);
            places.push(NewPlaceSeen { place, result, seen_at: w.app.now() });
        }
    }
    let by = w.person(&format!("查{}", seed.below(1_000_000_000)), unit, &[]);
    let new = NewCheck {
        id: None,
        unit: Some(unit),
        title: "月排查".into(),
        places,
        with: Vec::new(),
        behalf: Some(by),
        note: None,
        back_reason: None,
    };
    w.system(move |cx| check::record(cx, &new)).unwrap();
}

fn covered_apart(w: &World, actor: &Actor, units: &[Id], day: Day) -> Vec<(String, i64, i64, i64)> {
    let mut out = Vec::new();
    for unit in below(w, actor, units, true) {
        let id = unit.id;
        let cover = w.app.read(actor, move |cx| check::coverage(cx, id, day)).unwrap();
        if cover.all > 0 {
            out.push((unit.name, cover.seen, cover.all, cover.checks));
        }
    }
    out.sort_by(|(n, s, a, _), (m, t, b, _)| (s * b, n).cmp(&(t * a, m)));
    out
}
