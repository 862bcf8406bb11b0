//! What was urgent in the demo's autumn (1.2, 5.2): two incidents of the main school, one brought to its end and one still
//! handled; a false alarm and a test of the line; the lines of its classes in the last week; and, elsewhere, what the
//! detectors are to find: an alarm that was real and never reported, a row of the police's list, a class that is ill.
//! Pure: dated jobs.

use base::{Id, Ms, Result, Seed};
use safety::absence::{self, Counts, NewLine};
use safety::alarm::{self, NewAlarm, Outcome};
use safety::incident::{self, Act, Fact, Input, Kind, NewIncident, NewReport, ReportKind, zero};
use safety::org::Role;
use safety::outside::{self, Source};
use safety::{Cx, roll};

use super::calendar::school_days;
use super::cast::{House, Who};
use super::life::World;
use super::story::{Deed, Job};
use super::words::urgent as say;

/// The other schools among the chosen that live something urgent.
const UNREPORTED: usize = 4;
const LISTED: usize = 6;
const ILL: usize = 8;
/// Schools that sign last week's zero report.
const SIGNING: std::ops::Range<usize> = 1..10;
/// Days of the lines of the main school.
const LINES: usize = 5;

#[derive(Clone, Debug)]
pub enum Urgent {
    Report(Box<NewIncident>),
    Again(Id, ReportKind, Box<NewReport>),
    Act(Id, Act, Input),
    Press(NewAlarm),
    Alarm(Id, alarm::Act, alarm::Input),
    /// The county names the agency that hears its schools.
    Hear(Id),
    Zero,
    /// Every class of the own unit: `Some` children of the first one have the same sign.
    Lines(Option<i64>),
    Listed(outside::Line),
}

/// Does it.
pub fn run(cx: &mut Cx<'_, '_>, urgent: &Urgent) -> Result<()> {
    match urgent {
        Urgent::Report(new) => incident::report::report(cx, new).map(|_| ()),
        Urgent::Again(id, kind, new) => incident::report::again(cx, *id, *kind, new).map(|_| ()),
        Urgent::Act(id, act, input) => incident::act::act(cx, *id, *act, input).map(|_| ()),
        Urgent::Press(new) => alarm::raise::raise(cx, new).map(|_| ()),
        Urgent::Alarm(id, act, input) => alarm::act::act(cx, *id, *act, input).map(|_| ()),
        Urgent::Hear(agency) => alarm::button::hear(cx, cx.actor.unit, Some(*agency)),
        Urgent::Zero => zero::sign(cx, None, None, None).map(|_| ()),
        Urgent::Lines(ill) => lines(cx, *ill),
        Urgent::Listed(line) => outside::enter(cx, Source::Police, std::slice::from_ref(line)).map(|_| ()),
    }
}

fn lines(cx: &mut Cx<'_, '_>, ill: Option<i64>) -> Result<()> {
    let (unit, today) = (cx.actor.unit, cx.now.day());
    for (n, class) in roll::classes_on(cx, unit, today)?.into_iter().enumerate() {
        let gut = ill.filter(|_| n == 0).unwrap_or(0);
        let cough = i64::from(n % 4 == 1);
        absence::record(
            cx,
            &NewLine { class: class.id, day: None, counts: Counts { gut, cough, ..Counts::default() } },
        )?;
    }
    Ok(())
}

struct Scene<'a, 'w> {
    world: &'a World<'w>,
    rng: Seed,
    jobs: Vec<Job>,
}

/// Everything urgent, in no order.
pub fn plan(world: &World<'_>) -> Vec<Job> {
    let mut scene = Scene { world, rng: Seed::named(world.city.seed(), "urgent"), jobs: Vec::new() };
    scene.main_school();
    scene.others();
    scene.jobs
}

impl Scene<'_, '_> {
    fn house(&self, nth: usize) -> Option<(usize, &House)> {
        let seat = *self.world.chosen.get(nth)?;
        Some((seat, self.world.cast.house(seat)))
    }

    fn who(&self, nth: usize, role: Role) -> Option<Who> {
        let (_, house) = self.house(nth)?;
        house.first(role).or(house.first(Role::Principal))
    }

    /// Somebody of the county's bureau above a school.
    fn officer(&self, nth: usize) -> Option<Who> {
        let (seat, _) = self.house(nth)?;
        let bureau = self.world.city.bureau(self.world.city.seat(seat).county);
        self.world.cast.house(bureau).first(Role::Officer)
    }

    /// The police of the county of a school: its first agency.
    fn police(&self, nth: usize) -> Option<(Id, Option<Who>)> {
        let (seat, _) = self.house(nth)?;
        let city = self.world.city;
        let police = *city.agencies.get(&city.bureau(city.seat(seat).county))?.first()?;
        Some((city.seat(police).id, self.world.cast.house(police).first(Role::Agency)))
    }

    fn push(&mut self, at: Ms, who: Option<Who>, urgent: Urgent) {
        let Some(who) = who.filter(|_| at < self.world.until) else { return };
        let deed = Deed::Urgent(Box::new(urgent));
        self.jobs.push(Job { at, who, deed, claimed: None, device: None, refused: false });
    }

    fn id(&mut self, at: Ms) -> Id {
        Id::from_parts(at, self.rng.bytes10())
    }

    /// School days before the demo's morning, the newest last.
    fn days(&self) -> Vec<base::Day> {
        let today = self.world.until.day();
        let days = school_days(self.world.until.plus(-60 * Ms::DAY), self.world.until);
        days.into_iter().filter(|day| *day < today).collect()
    }

    fn reported(&mut self, nth: usize, at: Ms, new: NewIncident) -> Id {
        let id = self.id(at);
        let (safety, officer) = (self.who(nth, Role::SafetyHead), self.officer(nth));
        self.push(at, safety, Urgent::Report(Box::new(NewIncident { id: Some(id), ..new })));
        let called = Input { spoke_with: Some(say::DESK.into()), ..Input::default() };
        self.push(at.plus(3 * Ms::MINUTE), safety, Urgent::Act(id, Act::Call, called));
        self.push(at.plus(8 * Ms::MINUTE), officer, Urgent::Act(id, Act::Receive, Input::default()));
        self.push(at.plus(14 * Ms::MINUTE), officer, Urgent::Act(id, Act::Pass, Input::default()));
        let city = self.world.cast.house(self.world.city.bureau(0)).first(Role::Officer);
        self.push(at.plus(21 * Ms::MINUTE), city, Urgent::Act(id, Act::Receive, Input::default()));
        id
    }

    fn main_school(&mut self) {
        let days = self.days();
        let day = |back: usize, hour: i64, minute: i64| {
            days.iter().rev().nth(back).map(|d| d.start().plus((hour * 60 + minute) * Ms::MINUTE))
        };
        let city = self.world.cast.house(self.world.city.bureau(0)).first(Role::Officer);
        let (safety, officer, guard) = (self.who(0, Role::SafetyHead), self.officer(0), self.who(0, Role::Guard));
        if let (Some(at), Some(then), Some(end), Some(last)) =
            (day(14, 14, 31), day(14, 15, 40), day(13, 10, 0), day(11, 9, 0))
        {
            let told = NewReport {
                what: Some(say::FALL.into()),
                place_text: Some(say::YARD.into()),
                hurt: Some(1),
                facts: vec![Fact::Called120, Fact::ToldParents],
                known_at: Some(at.plus(-7 * Ms::MINUTE)),
                ..NewReport::default()
            };
            let id = self.reported(0, at, NewIncident { kind: Some(Kind::Hurt), told, ..NewIncident::default() });
            let more = NewReport { progress: Some(say::HOSPITAL.into()), sent: Some(1), ..NewReport::default() };
            self.push(then, safety, Urgent::Again(id, ReportKind::Follow, Box::new(more)));
            self.push(then.plus(9 * Ms::MINUTE), officer, Urgent::Act(id, Act::Receive, Input::default()));
            self.push(then.plus(17 * Ms::MINUTE), city, Urgent::Act(id, Act::Receive, Input::default()));
            self.push(end, safety, Urgent::Act(id, Act::End, Input::default()));
            let learnt = NewReport {
                cause: Some(say::CAUSE.into()),
                lessons: Some(say::LESSONS.into()),
                ..NewReport::default()
            };
            self.push(last, safety, Urgent::Again(id, ReportKind::Final, Box::new(learnt)));
            self.push(last.plus(50 * Ms::MINUTE), officer, Urgent::Act(id, Act::Receive, Input::default()));
            self.push(last.plus(70 * Ms::MINUTE), city, Urgent::Act(id, Act::Receive, Input::default()));
        }
        if let Some(at) = day(0, 13, 12) {
            let told = NewReport {
                what: Some(say::QUARREL.into()),
                place_text: Some(say::CORRIDOR.into()),
                hurt: Some(1),
                facts: vec![Fact::ToldParents],
                ..NewReport::default()
            };
            self.reported(0, at, NewIncident { kind: Some(Kind::Fight), told, ..NewIncident::default() });
        }
        if let Some(at) = day(8, 8, 2) {
            let id = self.id(at);
            self.push(at, guard, Urgent::Press(NewAlarm { id: Some(id), ..NewAlarm::default() }));
            self.push(at.plus(40_000), officer, Urgent::Alarm(id, alarm::Act::Acknowledge, alarm::Input::default()));
            let none = alarm::Input { note: Some(say::ELBOW.into()), outcome: Some(Outcome::False) };
            self.push(at.plus(3 * Ms::MINUTE), safety, Urgent::Alarm(id, alarm::Act::End, none));
        }
        let police = self.police(0);
        if let (Some(at), Some((agency, _))) = (day(7, 9, 0), police) {
            self.push(at, officer, Urgent::Hear(agency));
        }
        for (nth, back) in [(0, 6), (1, 6), (2, 5), (3, 5)] {
            let Some(at) = day(back, 9, 10 + nth as i64) else { continue };
            let id = self.id(at);
            let guard = self.who(nth, Role::Guard);
            let test = NewAlarm { id: Some(id), test: true, ..NewAlarm::default() };
            self.push(at, guard, Urgent::Press(test));
            let officer = self.officer(nth);
            let heard = || Urgent::Alarm(id, alarm::Act::Acknowledge, alarm::Input::default());
            self.push(at.plus(22_000), officer, heard());
            if let Some((_, who)) = police.filter(|_| nth == 0) {
                self.push(at.plus(31_000), who, heard());
            }
        }
        for back in 0..LINES {
            if let Some(at) = day(back, 8, 5) {
                self.push(at, safety, Urgent::Lines(None));
            }
        }
    }

    fn others(&mut self) {
        let days = self.days();
        let day = |back: usize, hour: i64, minute: i64| {
            days.iter().rev().nth(back).map(|d| d.start().plus((hour * 60 + minute) * Ms::MINUTE))
        };
        if let Some(at) = day(1, 16, 44) {
            let id = self.id(at);
            let (guard, safety) = (self.who(UNREPORTED, Role::Guard), self.who(UNREPORTED, Role::SafetyHead));
            let officer = self.officer(UNREPORTED);
            self.push(at, guard, Urgent::Press(NewAlarm { id: Some(id), ..NewAlarm::default() }));
            self.push(at.plus(35_000), officer, Urgent::Alarm(id, alarm::Act::Acknowledge, alarm::Input::default()));
            self.push(at.plus(2 * Ms::MINUTE), safety, Urgent::Alarm(id, alarm::Act::Arrive, alarm::Input::default()));
            let real = alarm::Input { note: Some(say::GATE.into()), outcome: Some(Outcome::Real) };
            self.push(at.plus(25 * Ms::MINUTE), safety, Urgent::Alarm(id, alarm::Act::End, real));
        }
        if let (Some(at), Some(entered), Some((seat, _))) = (day(3, 16, 20), day(1, 10, 0), self.house(LISTED)) {
            let line = outside::Line {
                at: 2,
                unit: self.world.city.seat(seat).new.name.clone(),
                happened_at: Some(at),
                what: say::POLICE.into(),
                number: say::NUMBER.into(),
            };
            let officer = self.officer(LISTED);
            self.push(entered, officer, Urgent::Listed(line));
        }
        if let Some(at) = day(2, 8, 7) {
            let safety = self.who(ILL, Role::SafetyHead);
            self.push(at, safety, Urgent::Lines(Some(4)));
        }
        for nth in SIGNING.filter(|n| ![UNREPORTED, LISTED, ILL].contains(n)) {
            if let Some(at) = day(0, 15, 30 + nth as i64) {
                let safety = self.who(nth, Role::SafetyHead);
                self.push(at, safety, Urgent::Zero);
            }
        }
    }
}
