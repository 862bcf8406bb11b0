//! What the demo must show: the faults that the program has to catch (domain.md §9), and the open work that waits for
//! each of the first logins on the demo's morning.

use base::{Ms, Seed};
use safety::hazard::{Act, Category, Grade, Input, Term};
use safety::org::PlaceKind;

use super::life::World;
use super::places::Spot;
use super::story::{Job, Site, Story, five, said};
use super::words::{again, find, live, major, note};

fn spot<'a>(site: &Site<'a>, kind: PlaceKind, name: &str) -> &'a Spot {
    let spots = site.spots;
    let named = spots.iter().find(|s| s.new.kind == kind && s.new.name.contains(name));
    named.or_else(|| spots.iter().find(|s| s.new.kind == kind)).unwrap_or(&spots[0])
}

fn minor(category: Category, term: Term) -> Input {
    Input { grade: Some(Grade::Minor), category: Some(category), term: Some(term), ..Input::default() }
}

/// One open hazard of the main school's morning, told backwards from the demo's end.
struct Scene<'a, 'b> {
    site: &'a Site<'b>,
    world: &'a World<'b>,
    jobs: Vec<Job>,
    count: u64,
}

impl<'a, 'b> Scene<'a, 'b> {
    fn story(&mut self, minutes_before: i64, scene: &'static str) -> Story<'a>
    where
        'b: 'a,
    {
        self.count += 1;
        let rng = Seed::named(self.world.city.seed(), &format!("planted/{}/{}", self.site.unit, self.count));
        Story::begin(self.site, rng, self.world.until.plus(-minutes_before * Ms::MINUTE), scene)
    }
    /// The moment so many minutes before the demo begins.
    fn before(&self, minutes: i64) -> Ms {
        self.world.until.plus(-minutes * Ms::MINUTE)
    }
}

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// Everything planted at the main school.
pub fn main_school(site: &Site<'_>, world: &World<'_>) -> Vec<Job> {
    let mut scene = Scene { site, world, jobs: Vec::new(), count: 0 };
    this_morning(&mut scene);
    waiting_for_the_fixer(&mut scene);
    rechecked_by_its_fixer(&mut scene);
    waiting_for_leaders(&mut scene);
    waiting_elsewhere(&mut scene);
    comes_back_three_times(&mut scene);
    scene.jobs
}

fn this_morning(scene: &mut Scene<'_, '_>) {
    let site = scene.site;
    let guard = site.raisers[0];
    let mut story = scene.story(18, "stair");
    story.raise(guard, live::MORNING, spot(site, PlaceKind::Stair, find::STAIR_TWO), None);
    scene.jobs.append(&mut story.jobs);
    let mut story = scene.story(9, "gate");
    story.raise(guard, live::NEW, spot(site, PlaceKind::Gate, ""), Some(Category::Emergency));
    scene.jobs.append(&mut story.jobs);
}

/// The electrician has one to do, one sent back and one overdue; one of his waits two days too long for its recheck.
fn waiting_for_the_fixer(scene: &mut Scene<'_, '_>) {
    let site = scene.site;
    let (guard, fixer) = (site.raisers[0], site.fixers[0]);
    let to = || Some(site.persons[fixer]);

    let mut story = scene.story(7 * DAY, "stair");
    let teacher = site.raisers.iter().copied().find(|r| *r != guard).unwrap_or(guard);
    story.raise(
        teacher,
        live::OVERDUE_RECHECK,
        spot(site, PlaceKind::Stair, find::STAIR_THIRD_HOUSE),
        Some(Category::Fire),
    );
    story.at = scene.before(7 * DAY - 29);
    story.act(site.steer, Act::Assign, Input { assignee: to(), ..minor(Category::Fire, Term::Ordinary) });
    story.at = scene.before(3 * DAY - 8 * HOUR);
    story.rectify(fixer, live::FIXED_LAMP);
    scene.jobs.append(&mut story.jobs);

    let mut story = scene.story(4 * DAY, "ice");
    story.raise(guard, live::LATE, spot(site, PlaceKind::Yard, ""), Some(Category::Ice));
    story.at = scene.before(4 * DAY - 40);
    let graded = Input { assignee: to(), ..minor(Category::Ice, Term::AtOnce) };
    story.act(site.steer, Act::Assign, Input { note: Some(note::PROTECT.into()), ..graded });
    scene.jobs.append(&mut story.jobs);

    let mut story = scene.story(5 * DAY, "door");
    story.raise(guard, live::RETURNED, spot(site, PlaceKind::Dorm, ""), Some(Category::Dorm));
    story.at = scene.before(5 * DAY - HOUR);
    story.act(site.steer, Act::Assign, Input { assignee: to(), ..minor(Category::Dorm, Term::Ordinary) });
    story.at = scene.before(4 * DAY);
    story.rectify(fixer, live::RETURNED_FIXED);
    story.at = scene.before(3 * DAY + 4 * HOUR);
    let why = story.pick(note::RETURNED);
    story.say(site.recheck, Act::Return, why);
    scene.jobs.append(&mut story.jobs);
}

/// 复查人≠整改人: the head of 总务 tidied up himself and tries to recheck it: refused, and it waits for another.
fn rechecked_by_its_fixer(scene: &mut Scene<'_, '_>) {
    let site = scene.site;
    let Some((head, logistics)) = site.logistics else { return };
    let mut story = scene.story(2 * DAY, "corridor");
    story.raise(site.raisers[0], live::SELF, spot(site, PlaceKind::Corridor, find::FIRST_FLOOR), Some(Category::Fire));
    story.at = scene.before(2 * DAY - 30);
    story.act(site.steer, Act::Assign, Input { lead: Some(logistics), ..minor(Category::Fire, Term::AtOnce) });
    story.at = scene.before(20 * HOUR);
    story.rectify(head, live::SELF_FIXED);
    story.at = scene.before(19 * HOUR + 30);
    story.say(head, Act::Recheck, note::SELF_CHECK).refused = true;
    scene.jobs.append(&mut story.jobs);
}

/// 待销账, a declined task and an extension wait for the 分管 leader.
fn waiting_for_leaders(scene: &mut Scene<'_, '_>) {
    let site = scene.site;
    let (guard, fixer) = (site.raisers[0], site.fixers[0]);
    let to = || Some(site.persons[fixer]);

    let mut story = scene.story(6 * DAY, "yard");
    story.raise(guard, live::TO_CLOSE, spot(site, PlaceKind::Yard, ""), Some(Category::Sports));
    story.at = scene.before(6 * DAY - 50);
    story.act(site.steer, Act::Assign, Input { assignee: to(), ..minor(Category::Sports, Term::Ordinary) });
    story.at = scene.before(3 * DAY);
    story.rectify(fixer, live::TO_CLOSE_FIXED);
    story.at = scene.before(15 * HOUR);
    let seen = story.pick(note::RECHECKED);
    story.say(site.recheck, Act::Recheck, seen);
    scene.jobs.append(&mut story.jobs);

    if let Some((dean, teaching)) = site.dean {
        let mut story = scene.story(3 * DAY + HOUR, "wire");
        story.raise(guard, live::DECLINED, spot(site, PlaceKind::Classroom, find::COMPUTERS), Some(Category::Electric));
        story.at = scene.before(3 * DAY);
        story.act(site.steer, Act::Assign, Input { lead: Some(teaching), ..minor(Category::Electric, Term::Ordinary) });
        story.at = scene.before(21 * HOUR);
        story.say(dean, Act::Decline, note::DECLINED[1]);
        scene.jobs.append(&mut story.jobs);
    }

    let mut story = scene.story(6 * DAY + 3 * HOUR, "kitchen");
    story.raise(guard, live::EXTEND, spot(site, PlaceKind::Canteen, ""), Some(Category::Fire));
    story.at = scene.before(6 * DAY);
    story.act(site.steer, Act::Assign, Input { assignee: to(), ..minor(Category::Fire, Term::Ordinary) });
    story.at = scene.before(17 * HOUR);
    let until = Some(scene.world.until.plus(9 * Ms::DAY));
    story.act(fixer, Act::ExtendAsk, Input { until, ..said(note::EXTEND[0]) });
    scene.jobs.append(&mut story.jobs);
}

/// One waits for the county's officer, one for the market authority.
fn waiting_elsewhere(scene: &mut Scene<'_, '_>) {
    let site = scene.site;
    let guard = site.raisers[0];
    let mut story = scene.story(3 * DAY + 5 * HOUR, "boiler");
    story.raise(guard, live::REPORTED, spot(site, PlaceKind::Boiler, ""), Some(Category::Equipment));
    story.at = scene.before(3 * DAY + 4 * HOUR);
    story.act(site.steer, Act::Grade, minor(Category::Equipment, Term::Funded));
    story.at = scene.before(3 * DAY + 2 * HOUR);
    story.say(site.steer, Act::Report, note::REPORT[1]);
    scene.jobs.append(&mut story.jobs);

    let Some((_, market)) = site.agencies.get(2).copied() else { return };
    let mut story = scene.story(4 * DAY + 6 * HOUR, "street");
    story.raise(guard, live::TRANSFERRED, spot(site, PlaceKind::Gate, ""), Some(Category::Surroundings));
    story.at = scene.before(4 * DAY + 5 * HOUR);
    story.act(site.steer, Act::Grade, minor(Category::Surroundings, Term::Ordinary));
    story.at = scene.before(4 * DAY + 4 * HOUR);
    story.act(site.steer, Act::Transfer, Input { to: Some(market), ..said(note::TRANSFER[0]) });
    scene.jobs.append(&mut story.jobs);
}

/// 反复: the same door four times within the term, each within 30 days after the last was closed.
fn comes_back_three_times(scene: &mut Scene<'_, '_>) {
    let site = scene.site;
    let (guard, fixer) = (site.raisers[0], site.fixers[0]);
    let place = spot(site, PlaceKind::Corridor, find::SECOND_HOUSE);
    for (round, days) in [58, 40, 24, 9].into_iter().enumerate() {
        let mut story = scene.story(days * DAY, "door");
        if story.at < super::calendar::at(super::calendar::TERM_BEGINS) {
            continue;
        }
        story.raise(guard, again::WHAT[round], place, Some(Category::Fire));
        story.at = scene.before(days * DAY - 90);
        let to = Some(site.persons[fixer]);
        story.act(site.steer, Act::Assign, Input { assignee: to, ..minor(Category::Fire, Term::Ordinary) });
        story.at = scene.before((days - 2) * DAY);
        story.rectify(fixer, again::MEASURE[round]);
        story.at = scene.before((days - 3) * DAY);
        story.say(site.recheck, Act::Recheck, note::RECHECKED[1]);
        story.at = scene.before((days - 3) * DAY - 3 * HOUR);
        story.act(site.close, Act::Close, Input::default());
        scene.jobs.append(&mut story.jobs);
    }
}

/// 重大, listed by the county, past its day: in 桦甸.
pub fn overdue_major(site: &Site<'_>, world: &World<'_>) -> Vec<Job> {
    let mut scene = Scene { site, world, jobs: Vec::new(), count: 100 };
    let mut story = scene.story(19 * DAY, "building");
    story.raise(
        site.raisers[0],
        major::WHAT,
        spot(site, PlaceKind::Building, find::FIRST_HOUSE),
        Some(Category::Building),
    );
    story.at = scene.before(19 * DAY - 70);
    let grade = Input { grade: Some(Grade::Major), ..minor(Category::Building, Term::Plan) };
    story.act(site.steer, Act::Grade, grade.clone());
    story.at = scene.before(19 * DAY - 80);
    story.say(site.steer, Act::Protect, note::PROTECT);
    story.at = scene.before(18 * DAY);
    let deadline = scene.before(4 * DAY);
    let plan = five(&deadline.show(find::DEADLINE));
    story.act(site.steer, Act::Five, Input { five: Some(plan), ..Input::default() });
    story.at = scene.before(18 * DAY - 2 * HOUR);
    story.say(site.steer, Act::Report, note::REPORT[1]);
    story.at = scene.before(17 * DAY);
    story.act(site.officer, Act::List, Input { number: Some(major::NUMBER.into()), ..Input::default() });
    story.at = scene.before(17 * DAY - HOUR);
    story.say(site.officer, Act::AnswerBack, note::BACK);
    story.at = scene.before(16 * DAY);
    let to = Some(site.persons[site.fixers[0]]);
    story.act(site.steer, Act::Assign, Input { assignee: to, until: Some(deadline), ..grade });
    story.at = scene.before(9 * DAY);
    story.say(site.steer, Act::Comment, note::PROGRESS);
    story.at = scene.before(3 * DAY + 2 * HOUR);
    story.say(site.officer, Act::Comment, note::URGE);
    story.jobs
}

/// A 教学点 with one teacher: the second person at its 中心校 rechecks and closes.
pub fn one_teacher(site: &Site<'_>, world: &World<'_>) -> Vec<Job> {
    let mut scene = Scene { site, world, jobs: Vec::new(), count: 200 };
    let teacher = site.steer;
    let place = spot(site, PlaceKind::Boiler, "");
    let mut jobs = Vec::new();
    for (round, days) in [13, 2].into_iter().enumerate() {
        let mut story = scene.story(days * DAY, "gas");
        story.raise(teacher, STOVE[round].0, place, Some(Category::Gas));
        story.at = scene.before(days * DAY - 20);
        let to = Some(site.persons[teacher]);
        story.act(teacher, Act::Assign, Input { assignee: to, ..minor(Category::Gas, Term::AtOnce) });
        story.at = scene.before(days * DAY - 5 * HOUR);
        story.rectify(teacher, STOVE[round].1);
        if round == 0 {
            story.at = scene.before(days * DAY - 6 * HOUR);
            story.say(teacher, Act::Recheck, note::SELF_CHECK).refused = true;
            story.at = scene.before((days - 1) * DAY);
            story.say(site.recheck, Act::Recheck, note::RECHECKED[1]);
            story.at = scene.before((days - 1) * DAY - HOUR);
            story.act(site.close, Act::Close, Input::default());
        }
        jobs.append(&mut story.jobs);
    }
    jobs
}

const STOVE: &[(&str, &str)] = super::words::STOVE;
