//! One hazard's way through the loop of notice 2.6, as a list of dated acts by the right people. A story is written to
//! its end; what lies after the demo's morning is cut off and remains as open work.

use base::{Id, Ms, Seed};
use safety::duty::{NewWork, State};
use safety::hazard::{Act, Category, Five, Grade, Input, NewHazard, Term};
use safety::org::PlaceKind;
use safety::{Photo, check::NewCheck};

use super::calendar::{awake, working};
use super::cast::Who;
use super::moving::Move;
use super::photos::Album;
use super::places::Spot;
use super::urgent::Urgent;
use super::words::{self, note};

const DAY_MINUTES: i64 = 24 * 60;

/// What is done.
#[derive(Clone, Debug)]
pub enum Deed {
    Raise(NewHazard),
    Act(Id, Act, Box<Input>),
    Check(NewCheck),
    /// A filled form of the pack.
    Work(Box<NewWork>),
    /// 检查 (of what is done) or 验收 (of what is checked) of everything that waits at the own unit.
    Sign(State),
    /// The own 议定事项 that were given before today are done.
    Settle,
    /// A timetable, a post, a drill of the school with this seat.
    Move(usize, Box<Move>),
    /// An incident, an alarm, a line of a class, a list of another office.
    Urgent(Box<Urgent>),
}

/// Who does what when.
#[derive(Clone, Debug)]
pub struct Job {
    pub at: Ms,
    pub who: Who,
    pub deed: Deed,
    pub claimed: Option<Ms>,
    pub device: Option<Ms>,
    /// A planted fault: the separation of doer and checker must refuse it.
    pub refused: bool,
}

/// One line of `data/hazards.csv`.
#[derive(Clone, Debug)]
pub struct Template {
    pub place: PlaceKind,
    pub category: Category,
    pub term: Term,
    pub scene: &'static str,
    pub what: &'static str,
    pub measure: &'static str,
    pub protection: &'static str,
}

/// All lines. A line that cannot be read is a mistake of ours; the test below finds it.
pub fn templates() -> Vec<Template> {
    include_str!("data/hazards.csv").lines().skip(1).filter_map(template).collect()
}

fn template(line: &'static str) -> Option<Template> {
    let cells: Vec<&str> = line.split(',').collect();
    let [place, category, term, scene, what, measure, protection] = cells[..] else { return None };
    Some(Template {
        place: PlaceKind::from_code(place)?,
        category: Category::from_code(category)?,
        term: Term::from_code(term)?,
        scene,
        what,
        measure,
        protection,
    })
}

/// The people around the hazards of one school, and their means.
pub struct Site<'a> {
    pub unit: Id,
    pub spots: &'a [Spot],
    /// Grades and assigns.
    pub steer: Who,
    pub recheck: Who,
    pub close: Who,
    /// Decides what was declined and extensions.
    pub lead: Who,
    pub raisers: Vec<Who>,
    pub fixers: Vec<Who>,
    /// 教务 and 总务: head and department.
    pub dean: Option<(Who, Id)>,
    pub logistics: Option<(Who, Id)>,
    pub heads: Vec<Who>,
    /// The county's officer, and the agencies that serve the school.
    pub officer: Who,
    pub agencies: Vec<(Who, Id)>,
    pub album: &'a Album,
    /// Person of each `Who`.
    pub persons: &'a [Id],
}

impl Site<'_> {
    fn photo(&self, scene: &str, after: bool) -> Photo {
        let pair = self.album.get(scene).or_else(|| self.album.values().next());
        let (dark, light) = pair.expect("the album is never empty");
        if after { light.clone() } else { dark.clone() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Plain,
    Late,
    Returned,
    Extended,
    Declined,
    Department,
    Reported,
    Transferred,
    Major,
    Back,
    Behalf,
    Dismissed,
    Void,
}

/// Which way a hazard takes: mostly straight on.
pub fn flow(rng: &mut Seed, template: &Template, small: bool) -> Flow {
    if template.term == Term::Plan {
        return Flow::Major;
    }
    if template.category == Category::Surroundings && rng.chance(750) {
        return Flow::Transferred;
    }
    let roll = rng.below(1_000);
    let flow = match roll {
        0..500 => Flow::Plain,
        500..610 => Flow::Late,
        610..690 => Flow::Returned,
        690..740 => Flow::Extended,
        740..785 => Flow::Declined,
        785..875 => Flow::Department,
        875..905 => Flow::Reported,
        905..935 => Flow::Back,
        935..970 => Flow::Behalf,
        970..990 => Flow::Dismissed,
        _ => Flow::Void,
    };
    let inside = matches!(flow, Flow::Declined | Flow::Department | Flow::Behalf);
    if small && inside { Flow::Plain } else { flow }
}

/// A story being told: where the clock stands, and what was said so far.
pub struct Story<'a> {
    pub site: &'a Site<'a>,
    pub rng: Seed,
    pub at: Ms,
    pub id: Id,
    pub scene: &'static str,
    pub jobs: Vec<Job>,
}

impl<'a> Story<'a> {
    pub fn begin(site: &'a Site<'a>, mut rng: Seed, at: Ms, scene: &'static str) -> Story<'a> {
        let id = Id::from_parts(at, rng.bytes10());
        Story { site, rng, at, id, scene, jobs: Vec::new() }
    }

    /// Lets minutes pass, then waits for working hours.
    pub fn wait(&mut self, from: i64, to: i64) {
        let minutes = from + self.rng.below((to - from).max(1) as u64) as i64;
        let at = self.at.plus(minutes * Ms::MINUTE + self.rng.below(60_000) as i64);
        // Most of what has a day's deadline is also done in the evening or on a Saturday.
        let urgent = to <= DAY_MINUTES && self.rng.chance(820);
        self.at = if urgent { awake(at, &mut self.rng) } else { working(at, &mut self.rng) };
    }

    fn push(&mut self, who: Who, deed: Deed) -> &mut Job {
        self.jobs.push(Job { at: self.at, who, deed, claimed: None, device: None, refused: false });
        self.jobs.last_mut().expect("just pushed")
    }

    pub fn act(&mut self, who: Who, act: Act, input: Input) -> &mut Job {
        let deed = Deed::Act(self.id, act, Box::new(input));
        self.push(who, deed)
    }

    pub fn say(&mut self, who: Who, act: Act, note: &str) -> &mut Job {
        self.act(who, act, said(note))
    }

    pub fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.rng.below(from.len() as u64) as usize]
    }

    pub fn raise(&mut self, who: Who, what: &str, spot: &Spot, category: Option<Category>) -> &mut Job {
        let photos = if self.rng.chance(850) { vec![self.site.photo(self.scene, false)] } else { Vec::new() };
        let new = NewHazard {
            id: Some(self.id),
            unit: Some(self.site.unit),
            what: what.into(),
            place: Some(spot.id),
            category,
            photos,
            ..NewHazard::default()
        };
        self.push(who, Deed::Raise(new))
    }

    pub fn rectify(&mut self, who: Who, measure: &str) -> &mut Job {
        let photos = vec![self.site.photo(self.scene, true)];
        self.act(who, Act::Rectify, Input { note: Some(measure.into()), photos, ..Input::default() })
    }

    /// 复查 and 销账 by the usual people.
    pub fn finish(&mut self) {
        self.wait(40, 15 * 60);
        let seen = self.pick(note::RECHECKED);
        self.say(self.site.recheck, Act::Recheck, seen);
        self.wait(60, 30 * 60);
        self.act(self.site.close, Act::Close, Input::default());
    }
}

pub fn said(note: &str) -> Input {
    Input { note: Some(note.into()), ..Input::default() }
}

/// Where, by whom, and under which check a story begins.
pub struct Found<'a> {
    pub spot: &'a Spot,
    pub who: Who,
    pub check: Option<Id>,
}

/// Tells one hazard from end to end.
pub fn tell(site: &Site<'_>, rng: Seed, at: Ms, template: &Template, found: &Found<'_>, flow: Flow) -> Vec<Job> {
    let mut story = Story::begin(site, rng, at, template.scene);
    begin(&mut story, template, found, flow);
    story.wait(15, 5 * 60);
    match flow {
        Flow::Dismissed => {
            let why = story.pick(note::DISMISS);
            story.say(site.steer, Act::Dismiss, why);
            return story.jobs;
        }
        Flow::Void => {
            story.say(site.steer, Act::Void, note::VOID);
            return story.jobs;
        }
        Flow::Major => {
            major(&mut story, template);
            return story.jobs;
        }
        Flow::Reported => reported(&mut story, template),
        Flow::Transferred => transferred(&mut story, template),
        Flow::Declined => declined(&mut story, template),
        Flow::Department => department(&mut story, template),
        _ => ordinary(&mut story, template, flow),
    }
    story.finish();
    if story.rng.chance(110) && story.jobs.len() > 3 {
        comment(&mut story);
    }
    story.jobs
}

fn begin(story: &mut Story<'_>, template: &Template, found: &Found<'_>, flow: Flow) {
    let known = story.rng.chance(700).then_some(template.category);
    let (at, steer, raiser) = (story.at, story.site.steer, found.who);
    let late = 10 + story.rng.below(45) as i64;
    let offline = found.check.is_none() && story.rng.chance(150);
    let behalf = (flow == Flow::Behalf).then(|| story.site.persons[raiser]);
    let back = (flow == Flow::Back).then(|| story.pick(note::BACK_REASON).to_string());
    let who = if behalf.is_some() { steer } else { raiser };
    let job = story.raise(who, template.what, found.spot, known);
    if back.is_some() {
        // 补录: it happened days before it was typed in.
        job.at = at.plus(5 * Ms::DAY);
        job.claimed = Some(at);
    } else if offline {
        job.claimed = Some(at);
        job.device = Some(at.plus(3 * Ms::MINUTE));
        job.at = at.plus(late * Ms::MINUTE);
    }
    let began = job.at;
    if let Deed::Raise(new) = &mut job.deed {
        (new.check_run, new.behalf, new.back_reason) = (found.check, behalf, back);
    }
    story.at = began;
    if story.rng.chance(40) {
        story.wait(5, 30);
        let what = format!("{}{}", template.what, story.pick(note::DETAIL));
        story.act(steer, Act::Correct, Input { what: Some(what), ..said(note::CORRECT) });
    }
}

/// 定级 and 派单 in one form.
fn assign(story: &mut Story<'_>, template: &Template, to: Input) {
    let protection = if !template.protection.is_empty() && story.rng.chance(600) { template.protection } else { "" };
    let grade = if template.term == Term::Plan { Grade::Major } else { Grade::Minor };
    let input = Input {
        note: (!protection.is_empty()).then(|| protection.into()),
        grade: Some(grade),
        category: Some(template.category),
        term: Some(template.term),
        ..to
    };
    story.act(story.site.steer, Act::Assign, input);
}

fn to_person(story: &mut Story<'_>) -> (Who, Input) {
    let fixers = story.site.fixers.clone();
    let fixer = *story.rng.pick(&fixers);
    (fixer, Input { assignee: Some(story.site.persons[fixer]), ..Input::default() })
}

/// Minutes until the work is done: in time, or late by some days.
fn work(story: &mut Story<'_>, term: Term, late: bool) {
    let (from, to) = match (term, late) {
        (Term::AtOnce, false) => (25, 8 * 60),
        (Term::AtOnce, true) => (27 * 60, 80 * 60),
        (Term::Ordinary, false) => (3 * 60, 5 * 24 * 60),
        (Term::Ordinary, true) => (7 * 24 * 60 + 300, 10 * 24 * 60),
        (_, false) => (5 * 24 * 60, 24 * 24 * 60),
        (_, true) => (31 * 24 * 60, 34 * 24 * 60),
    };
    story.wait(from, to);
}

fn ordinary(story: &mut Story<'_>, template: &Template, flow: Flow) {
    let (fixer, to) = to_person(story);
    assign(story, template, to);
    if !template.protection.is_empty() && story.rng.chance(180) {
        story.wait(5, 60);
        story.say(fixer, Act::Protect, template.protection);
    }
    if flow == Flow::Extended {
        return extended(story, template, fixer);
    }
    work(story, template.term, flow == Flow::Late);
    story.rectify(fixer, template.measure);
    if flow == Flow::Returned {
        story.wait(90, 20 * 60);
        let why = story.pick(note::RETURNED);
        story.say(story.site.recheck, Act::Return, why);
        work(story, template.term, false);
        let again = story.pick(note::AGAIN);
        story.rectify(fixer, again);
    }
}

fn extended(story: &mut Story<'_>, template: &Template, fixer: Who) {
    story.wait(10, 8 * 60);
    let span = match template.term {
        Term::AtOnce => 4,
        Term::Ordinary => 14,
        _ => 45,
    };
    let until = story.at.plus(span * Ms::DAY);
    let why = story.pick(note::EXTEND);
    story.act(fixer, Act::ExtendAsk, Input { until: Some(until), ..said(why) });
    story.wait(40, 20 * 60);
    if story.rng.chance(800) {
        let yes = story.pick(note::EXTEND_YES);
        story.say(story.site.lead, Act::ExtendYes, yes);
        work(story, template.term, false);
    } else {
        let no = story.pick(note::EXTEND_NO);
        story.say(story.site.lead, Act::ExtendNo, no);
        work(story, Term::AtOnce, false);
    }
    story.rectify(fixer, template.measure);
}

/// To the wrong department first: it declines once, the 分管 leader decides.
fn declined(story: &mut Story<'_>, template: &Template) {
    let (Some((dean, teaching)), Some((head, logistics))) = (story.site.dean, story.site.logistics) else {
        return ordinary(story, template, Flow::Plain);
    };
    assign(story, template, Input { lead: Some(teaching), helpers: vec![logistics], ..Input::default() });
    story.wait(30, 7 * 60);
    let why = story.pick(note::DECLINED);
    story.say(dean, Act::Decline, why);
    story.wait(120, 26 * 60);
    let decided = story.pick(note::DECIDED);
    let input = Input { lead: Some(logistics), helpers: vec![teaching], ..said(decided) };
    story.act(story.site.lead, Act::Assign, input);
    work(story, template.term, false);
    story.rectify(head, template.measure);
}

fn department(story: &mut Story<'_>, template: &Template) {
    let Some((head, logistics)) = story.site.logistics else { return ordinary(story, template, Flow::Plain) };
    assign(story, template, Input { lead: Some(logistics), ..Input::default() });
    let late = story.rng.chance(120);
    work(story, template.term, late);
    story.rectify(head, template.measure);
}

/// Beyond the school's power: the county has it done.
fn reported(story: &mut Story<'_>, template: &Template) {
    let grade = Input {
        grade: Some(Grade::Minor),
        category: Some(template.category),
        term: Some(Term::Funded),
        ..Input::default()
    };
    story.act(story.site.steer, Act::Grade, grade);
    story.wait(30, 10 * 60);
    let why = story.pick(note::REPORT);
    story.say(story.site.steer, Act::Report, why);
    story.wait(3 * 60, 40 * 60);
    let until = story.at.plus(20 * Ms::DAY);
    let taken = story.pick(note::TAKEN);
    story.act(story.site.officer, Act::AnswerTaken, Input { until: Some(until), ..said(taken) });
    story.wait(4 * 24 * 60, 9 * 24 * 60);
    let done = story.pick(note::ANSWERED);
    story.say(story.site.officer, Act::AnswerDone, done);
}

/// Which agency of `words::COUNTY_AGENCIES` a sentence calls for.
fn agency(what: &str) -> usize {
    let found = words::find::AGENCY.iter().find(|(word, _)| what.contains(word));
    found.map_or(0, |(_, agency)| *agency)
}

fn transferred(story: &mut Story<'_>, template: &Template) {
    let kind = agency(template.what);
    let Some((person, unit)) = story.site.agencies.get(kind).copied() else {
        return ordinary(story, template, Flow::Plain);
    };
    let grade = Input {
        grade: Some(Grade::Minor),
        category: Some(template.category),
        term: Some(template.term),
        ..Input::default()
    };
    story.act(story.site.steer, Act::Grade, grade);
    story.wait(20, 6 * 60);
    let why = story.pick(note::TRANSFER);
    story.act(story.site.steer, Act::Transfer, Input { to: Some(unit), ..said(why) });
    story.wait(24 * 60, 11 * 24 * 60);
    let done = story.pick(note::AGENCY);
    story.say(person, Act::AnswerDone, done);
}

/// 重大: 五落实, upward report, 挂牌督办, money from above, work, recheck, 摘牌.
fn major(story: &mut Story<'_>, template: &Template) {
    let site = story.site;
    let grade = Input {
        grade: Some(Grade::Major),
        category: Some(template.category),
        term: Some(Term::Plan),
        ..Input::default()
    };
    story.act(site.steer, Act::Grade, grade);
    story.wait(5, 40);
    story.say(site.steer, Act::Protect, template.protection);
    story.wait(60, 8 * 60);
    let deadline = story.at.plus(30 * Ms::DAY).show(words::find::DEADLINE);
    story.act(site.steer, Act::Five, Input { five: Some(five(&deadline)), ..Input::default() });
    story.wait(30, 5 * 60);
    let why = story.pick(note::REPORT);
    story.say(site.steer, Act::Report, why);
    story.wait(120, 24 * 60);
    let number = format!("{}{}{}", words::major::SERIES, 10 + story.rng.below(80), words::find::LISTED_END);
    story.act(site.officer, Act::List, Input { number: Some(number), ..Input::default() });
    story.wait(24 * 60, 3 * 24 * 60);
    story.say(site.officer, Act::AnswerBack, note::BACK);
    story.wait(60, 6 * 60);
    let (fixer, mut to) = to_person(story);
    to.until = Some(story.at.plus(25 * Ms::DAY));
    assign(story, template, to);
    work(story, Term::Funded, false);
    story.say(fixer, Act::Comment, note::PROGRESS);
    story.wait(24 * 60, 4 * 24 * 60);
    story.rectify(fixer, template.measure);
    story.wait(120, 20 * 60);
    let seen = story.pick(note::RECHECKED);
    story.say(site.recheck, Act::Recheck, seen);
    story.wait(24 * 60, 48 * 60);
    story.say(site.officer, Act::Delist, note::DELIST);
    story.wait(60, 20 * 60);
    story.act(site.close, Act::Close, Input::default());
}

pub fn five(deadline: &str) -> Five {
    let [responsibility, measures, funds, deadline, plan] = words::five(deadline);
    Five { responsibility, measures, funds, deadline, plan }
}

/// Somebody writes a line in between.
fn comment(story: &mut Story<'_>) {
    let place = 1 + story.rng.below(story.jobs.len() as u64 - 1) as usize;
    let words = story.pick(note::COMMENT);
    let steer = story.site.steer;
    let mut job = story.jobs[place].clone();
    job.at = job.at.plus(2 * Ms::MINUTE);
    (job.who, job.deed) = (steer, Deed::Act(story.id, Act::Comment, Box::new(said(words))));
    (job.claimed, job.device) = (None, None);
    story.jobs.insert(place + 1, job);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_catalogue_can_be_read_and_there_are_enough() {
        let lines = include_str!("data/hazards.csv").lines().count() - 1;
        let all = templates();
        assert_eq!(all.len(), lines);
        assert!(all.len() >= 120);
        let scenes: Vec<&str> = super::super::photos::SCENES.to_vec();
        assert!(all.iter().all(|t| scenes.contains(&t.scene)), "a scene without a picture");
        let mut said: Vec<&str> = all.iter().map(|t| t.what).collect();
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), lines, "a sentence stands twice");
    }
}
