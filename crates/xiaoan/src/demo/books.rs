//! What stands in a school's books when the year begins: classes with their teachers, the written rules adopted at a
//! meeting, a notice of the new term signed for, a school that is helped; and on the demo's morning a winter notice.
//! Some schools lack a text or have not signed: the demo tells the truth about both. (1.3, 3.4, 4.2)

use base::{Day, Id, Ms, Result};
use safety::hazard::Category;
use safety::notice::{self, Ask, AskKind, Figure, NewNotice};
use safety::org::unit::NewUnit;
use safety::org::{Role, UnitKind, unit};
use safety::roll::{self, NewClass};
use safety::support::{self, NewSupport, NewVisit};
use safety::text::{self, NewText};
use safety::tip::{self, NewTip};
use safety::{Actor, Meta};

use super::cast::{Cast, Who};
use super::city::City;
use super::fill::Runner;
use super::{Plan, duties, words};

/// Every so-many-th school lacks two texts, or has not signed.
const LACKING: usize = 9;

/// Who acts for a school: its safety head, else its principal.
fn head(plan: &Plan, seat: usize) -> Option<Who> {
    let house = plan.cast.houses.get(&seat)?;
    house.first(Role::SafetyHead).or(house.first(Role::Principal))
}

/// Classes of one school: as many as it declared, spread over its grades.
pub fn classes(city: &City, cast: &Cast, seat: usize) -> Vec<NewClass> {
    let new: &NewUnit = &city.seat(seat).new;
    let grades: Vec<i64> = roll::grades(new.stage).filter(|g| *g != 0).collect();
    let teachers = cast.houses.get(&seat).map_or(&[][..], |h| h.all(Role::Teacher));
    let count = duties::class_count(new);
    let share = |total: i64, nth: i64| total / count + i64::from(nth < total % count);
    let mut serials = std::collections::BTreeMap::new();
    (0..count)
        .map(|nth| {
            let small = new.kind == UnitKind::Point && count == 1;
            let grade = if small { 0 } else { grades[(nth as usize * grades.len()) / count as usize] };
            let serial = serials.entry(grade).and_modify(|n| *n += 1).or_insert(1);
            let pupils = share(new.pupils, nth).min(roll::PUPILS_MAX);
            let teacher = (!teachers.is_empty()).then(|| cast.person(teachers[nth as usize % teachers.len()]));
            NewClass {
                id: Some(duties::class_id(city, seat, nth)),
                unit: Some(city.seat(seat).id),
                name: words::class(web::words::roll::grade(grade), *serial, small),
                grade,
                serial: *serial,
                teacher,
                pupils,
                boarders: share(new.boarders, nth).min(pupils),
                riders: (new.buses * 12 / count).min(pupils),
                from_on: None,
            }
        })
        .collect()
}

/// The week before the school year.
pub fn open_year(runner: &mut Runner, plan: &Plan) -> Result<()> {
    let system = Actor::system();
    runner.clock.advance(Ms::HOUR);
    for seat in &plan.chosen {
        for new in classes(&plan.city, &plan.cast, *seat) {
            runner.job(&system, Meta::of("demo"), "class", false, move |cx| roll::open(cx, &new))?;
        }
    }
    runner.barrier()?;
    texts(runner, plan)?;
    let school = plan.chosen.iter().map(|s| plan.city.seat(*s).id).collect();
    let new = NewNotice {
        title: words::notice::AUTUMN.into(),
        body: words::notice::AUTUMN_BODY.into(),
        figures: vec![Figure::CheckRuns, Figure::PlacesSeen, Figure::PlacesAll, Figure::HazardRaised],
        due_on: runner.clock.now().day().plus_days(35),
        ..blank("2.6", school)
    };
    send(runner, plan, new, 0)?;
    weak(runner, plan)
}

/// To these schools; to all schools when they are more than a notice names one by one.
fn blank(clause: &str, units: Vec<Id>) -> NewNotice {
    let all = units.len() > notice::UNITS_MAX;
    NewNotice {
        id: None,
        number: None,
        title: String::new(),
        body: String::new(),
        clause: clause.into(),
        kinds: if all { vec![UnitKind::School, UnitKind::Centre, UnitKind::Point] } else { Vec::new() },
        units: if all { Vec::new() } else { units },
        figures: Vec::new(),
        category: None,
        asks: Vec::new(),
        from_on: None,
        due_on: Day::from_number(20_261_231).unwrap_or_else(|| Ms(0).day()),
    }
}

/// The texts that each school owes, adopted from the model; the leaders of the first schools acknowledge them.
fn texts(runner: &mut Runner, plan: &Plan) -> Result<()> {
    let pack = runner.app.pack();
    runner.clock.advance(Ms::HOUR);
    for (nth, seat) in plan.chosen.iter().enumerate() {
        let Some(who) = head(plan, *seat) else { continue };
        let id = plan.city.seat(*seat).id;
        let unit = runner.app.read(&Actor::system(), move |cx| unit::load(cx, id))?;
        let owed = pack.texts.values().filter(|k| text::owed(&k.applies, &unit));
        let lacking = if nth % LACKING == LACKING - 1 { 2 } else { 0 };
        for kind in owed.skip(lacking) {
            let new = NewText {
                kind: kind.id.clone(),
                body: kind.model.trim().to_string(),
                meeting: words::notice::MEETING.into(),
                ..NewText::default()
            };
            let actor = plan.cast.actor(who).clone();
            runner.job(&actor, Meta::of("demo"), "text", false, move |cx| text::adopt(cx, &new))?;
        }
    }
    runner.barrier()?;
    runner.clock.advance(Ms::HOUR);
    for seat in plan.chosen.iter().take(8) {
        for role in [Role::Principal, Role::Vice] {
            let Some(who) = plan.cast.houses.get(seat).and_then(|h| h.first(role)) else { continue };
            let actor = plan.cast.actor(who).clone();
            runner.job(&actor, Meta::of("demo"), "ack", false, move |cx| {
                for text in text::waiting(cx, 20)? {
                    text::ack(cx, text.id)?;
                }
                Ok(())
            })?;
        }
    }
    runner.barrier()
}

/// Issues a notice by the city and lets the schools sign, all but every so-many-th; `answers` of them type.
fn send(runner: &mut Runner, plan: &Plan, mut new: NewNotice, answers: usize) -> Result<()> {
    let Some(officer) = plan.cast.houses.get(&0).and_then(|h| h.first(Role::Officer)) else { return Ok(()) };
    let actor = plan.cast.actor(officer).clone();
    let id = Id::from_parts(runner.clock.now(), base::Seed::named(26, &new.title).bytes10());
    new.id = Some(id);
    runner.job(&actor, Meta::of("demo"), "notice", false, move |cx| notice::issue(cx, &new))?;
    runner.barrier()?;
    for (nth, seat) in plan.chosen.iter().enumerate().filter(|(nth, _)| nth % LACKING != LACKING - 2) {
        let Some(who) = head(plan, *seat) else { continue };
        let actor = plan.cast.actor(who).clone();
        runner.job(&actor, Meta::of("demo"), "sign", false, move |cx| {
            notice::sign(cx, id)?;
            match nth < answers {
                true => notice::answer(cx, id, &[(4 + nth % 9).to_string()]),
                false => Ok(()),
            }
        })?;
    }
    runner.barrier()
}

/// One school of the first county is helped.
fn weak(runner: &mut Runner, plan: &Plan) -> Result<()> {
    let Some((officer, school)) = helped(plan) else { return Ok(()) };
    let actor = plan.cast.actor(officer).clone();
    let new = NewSupport {
        unit: Some(school),
        reasons: words::notice::WEAK.into(),
        plan: words::notice::HELP.into(),
        ..NewSupport::default()
    };
    runner.job(&actor, Meta::of("demo"), "support", false, move |cx| support::name(cx, &new))?;
    runner.barrier()
}

/// What parents told the main school's county since its gate was opened: a number of its own for each.
fn tips(runner: &mut Runner, plan: &Plan) -> Result<()> {
    let Some((leader, school)) = above(plan, 0, Role::BureauVice) else { return Ok(()) };
    let actor = plan.cast.actor(leader).clone();
    runner.job(&actor, Meta::of("demo"), "tip gate", false, |cx| tip::gate(cx, true))?;
    runner.barrier()?;
    for (code, kind, what) in words::notice::TIPS {
        let new = NewTip {
            unit: school,
            kind: (*kind).into(),
            what: (*what).into(),
            happened_on: None,
            contact: String::new(),
        };
        runner.job(&Actor::system(), Meta::of("demo"), "tip", false, move |cx| tip::submit(cx, &new, code))?;
    }
    runner.barrier()
}

/// The officer of the second chosen school's county, and that school.
fn helped(plan: &Plan) -> Option<(Who, Id)> {
    above(plan, 1, Role::Officer)
}

/// Who has a post at the bureau over a chosen school, or over the first one after it that has such a bureau; and the school.
fn above(plan: &Plan, skip: usize, role: Role) -> Option<(Who, Id)> {
    plan.chosen.iter().skip(skip).find_map(|seat| {
        let mut above = plan.city.seat(*seat).parent?;
        while !matches!(plan.city.seat(above).new.kind, UnitKind::County | UnitKind::City) {
            above = plan.city.seat(above).parent?;
        }
        let who = plan.cast.houses.get(&above)?.first(role)?;
        Some((who, plan.city.seat(*seat).id))
    })
}

/// The demo's morning: a visit to the helped school, and the winter notice on its way.
pub fn morning(runner: &mut Runner, plan: &Plan) -> Result<()> {
    if let Some((officer, school)) = helped(plan) {
        let actor = plan.cast.actor(officer).clone();
        let new = NewVisit {
            unit: Some(school),
            visited_on: Some(runner.clock.now().day().plus_days(-3)),
            seen: words::notice::SEEN.into(),
            advised: words::notice::ADVISED.into(),
            ..NewVisit::default()
        };
        runner.job(&actor, Meta::of("demo"), "visit", false, move |cx| support::record(cx, &new))?;
        runner.barrier()?;
    }
    tips(runner, plan)?;
    let school = plan.chosen.iter().map(|s| plan.city.seat(*s).id).collect();
    let new = NewNotice {
        title: words::notice::WINTER.into(),
        body: words::notice::WINTER_BODY.into(),
        figures: vec![Figure::HazardRaised, Figure::HazardClosed, Figure::HazardOpen],
        category: Some(Category::Fire),
        asks: vec![Ask { label: words::notice::EXTINGUISHERS.into(), kind: AskKind::Number }],
        from_on: Some(runner.clock.now().day().plus_days(-21)),
        due_on: runner.clock.now().day().plus_days(18),
        ..blank("2.1", school)
    };
    send(runner, plan, new, plan.chosen.len() / 3)
}
