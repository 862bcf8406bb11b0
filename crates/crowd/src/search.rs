//! Finds a first timetable at once and betters it as long as the caller lets it.
//!
//! A timetable is an order of classes with a route and a passing time for each; classes are placed in that order at the
//! earliest step with room (`pack`). The search changes order, routes and passing times, accepts small losses early in a
//! cycle and none late, and keeps the best ever seen. Integers and one seeded generator only: equal steps, equal plan.

use crate::model::MAX_STEPS;
use crate::pack::{Board, Placed};
use crate::problem::Problem;
use crate::rng::Rng;

/// What makes one timetable better than another, most important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Score {
    /// Steps by which buses and siblings are missed.
    pub late: u64,
    pub makespan: u32,
    /// Pairs of a class of grades 1–2 and one of grades 5–9 on the same flight at one time.
    pub mixed: u32,
    /// Pupils × steps of waiting in the classroom after the end of lessons, thousandths.
    pub waiting: u64,
    /// Grade × start: smaller when the younger go first.
    pub elder_first: u64,
}

/// A timetable.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub order: Vec<u16>,
    pub placed: Vec<Placed>,
}

/// Orders of classes tried in single passes.
const ORDERS: usize = 3;
/// Side by side: 0 = whatever is quickest, n = n classes fill the narrowest way together.
const ABREAST: [u32; 5] = [2, 3, 1, 0, 4];

/// Length of the first cycles of the search, steps; every second cycle is three tenths longer.
const FIRST_CYCLE: u64 = 2_000;
/// Mean loss accepted at the start of a cycle: the energy divided by this, least and for each class. Measured on the
/// reference set: a handful of classes wants it hotter than sixty.
const HOT: (u64, u64) = (150, 20);
/// The same for cycles that start from elsewhere.
const HOTTER: (u64, u64) = (80, 6);
/// How far a near move goes in the order.
const NEAR: usize = 6;

/// Candidate passing times of every job and choice.
struct Times(Vec<Vec<Vec<u32>>>);

pub(crate) struct Search<'a> {
    problem: &'a Problem,
    board: Board<'a>,
    rng: Rng,
    times: Times,
    now: Table,
    now_energy: u64,
    next: Table,
    finishes: Vec<u32>,
    pub best: Table,
    pub best_score: Score,
    /// Single passes done.
    passes: usize,
    /// Steps done in this cycle and its length.
    cycle: (u64, u64),
    cycles: u32,
}

impl<'a> Search<'a> {
    /// The first answer, from one pass. `None` when there is no room within the longest horizon.
    pub fn new(problem: &'a Problem, seed: u64) -> Option<Search<'a>> {
        let count = problem.jobs.len();
        let table = Table { order: (0..count as u16).collect(), placed: vec![Placed::default(); count] };
        let worst = Score { late: u64::MAX, makespan: u32::MAX, mixed: 0, waiting: 0, elder_first: 0 };
        let mut search = Search {
            problem,
            board: Board::new(problem),
            rng: Rng::new(seed),
            times: times(problem),
            now: table.clone(),
            now_energy: u64::MAX,
            next: table.clone(),
            finishes: vec![0; count],
            best: table,
            best_score: worst,
            passes: 0,
            cycle: (0, 0),
            cycles: 0,
        };
        search.single_pass().then_some(search)
    }

    /// The next of the single passes: an order of classes × how many go side by side. False when there is no room.
    fn single_pass(&mut self) -> bool {
        let (abreast, order) = (ABREAST[self.passes / ORDERS % ABREAST.len()], self.passes % ORDERS);
        self.passes += 1;
        let jobs = &self.problem.jobs;
        let near = |j: &u16| jobs[*j as usize].choices.iter().map(|c| c.route.travel).min().unwrap_or(0);
        self.next.order = (0..jobs.len() as u16).collect();
        self.next.order.sort_by_key(|j| {
            let job = &jobs[*j as usize];
            let due = job.latest.unwrap_or(u32::MAX);
            let then = match order {
                0 => u64::from(near(j)),
                1 => u64::MAX - u64::from(near(j)),
                _ => u64::MAX - u64::from(job.amount),
            };
            (due, job.release, then, *j)
        });
        if !self.pass(abreast) {
            return false;
        }
        self.note_best();
        true
    }

    /// Keeps `next` when it is the best so far.
    fn note_best(&mut self) {
        let score = self.score();
        if score < self.best_score {
            self.best_score = score;
            self.best = self.next.clone();
        }
    }

    /// When each class of a table is out.
    pub fn finishes_of(&self, table: &Table) -> Vec<u32> {
        let mut board = Board::new(self.problem);
        for (job, placed) in self.problem.jobs.iter().zip(&table.placed) {
            board.put(job, *placed);
        }
        board.finishes(&table.placed)
    }

    /// One pass in the order of `next`: every class takes what finishes first; `spread` allows slower passing times.
    fn pass(&mut self, abreast: u32) -> bool {
        self.board.clear();
        for i in 0..self.next.order.len() {
            let j = self.next.order[i] as usize;
            let Some(placed) = self.quickest(j, abreast) else { return false };
            self.next.placed[j] = placed;
            self.board.put(&self.problem.jobs[j], self.next.placed[j]);
        }
        self.finishes = self.board.finishes(&self.next.placed);
        true
    }

    /// The choice that brings the class out first, given what is placed.
    fn quickest(&self, j: usize, abreast: u32) -> Option<Placed> {
        let job = &self.problem.jobs[j];
        let mut best: Option<(u32, u32, Placed)> = None;
        for (c, choice) in job.choices.iter().enumerate() {
            let tail = choice.crowd.map_or(0, |k| self.problem.crowds[k as usize].travel);
            let times = &self.times.0[j][c];
            let side = [self.side_by_side(job, choice, abreast)];
            for &duration in match abreast {
                0 => &times[..],
                1 => &times[..1],
                _ => &side[..],
            } {
                let whole = choice.route.travel + duration + tail;
                let last = best.map_or(2 * MAX_STEPS, |b| b.0.saturating_sub(whole));
                if let Some(start) = self.board.earliest(job, choice, duration, job.release, last) {
                    let found = (start + whole, job.rate(duration), Placed { choice: c as u16, duration, start });
                    if best.is_none_or(|b| (found.0, found.1) < (b.0, b.1)) {
                        best = Some(found);
                    }
                }
            }
        }
        best.map(|b| b.2)
    }

    /// Passing time when `abreast` classes fill the narrowest way of the choice side by side.
    fn side_by_side(&self, job: &crate::problem::Job, choice: &crate::problem::Choice, abreast: u32) -> u32 {
        let narrowest = choice.stops.iter().map(|s| self.problem.caps[s.key as usize]).min().unwrap_or(choice.fastest);
        let rate = (narrowest / abreast.max(1)).clamp(job.slowest.min(choice.fastest), choice.fastest);
        job.amount.div_ceil(rate)
    }

    /// Places everything as `next` says; `None` as soon as the energy must exceed `limit`.
    fn place_all(&mut self, limit: u64) -> Option<u64> {
        let weight = self.weight();
        let last = u32::try_from(limit / weight).unwrap_or(u32::MAX / 2).min(u32::MAX / 2);
        self.board.clear();
        for i in 0..self.next.order.len() {
            let j = self.next.order[i] as usize;
            let job = &self.problem.jobs[j];
            let p = &mut self.next.placed[j];
            let choice = &job.choices[p.choice as usize];
            let whole = choice.route.travel + p.duration;
            p.start = self.board.earliest(job, choice, p.duration, job.release, last.checked_sub(whole)?)?;
            self.board.put(job, *p);
        }
        self.finishes = self.board.finishes(&self.next.placed);
        Some(self.energy())
    }

    fn weight(&self) -> u64 {
        2 * self.problem.jobs.len() as u64
    }

    fn energy(&self) -> u64 {
        let makespan = u64::from(self.finishes.iter().copied().max().unwrap_or(0));
        let sum: u64 = self.finishes.iter().map(|&f| u64::from(f)).sum();
        makespan * self.weight() + sum + self.late() * 1000 * self.weight()
    }

    fn late(&self) -> u64 {
        let over = |f: u32, most: u32| u64::from(f.saturating_sub(most));
        let buses = self.problem.jobs.iter().zip(&self.finishes);
        let buses: u64 = buses.map(|(j, &f)| j.latest.map_or(0, |l| over(f, l))).sum();
        let pairs = self.problem.siblings.iter();
        buses + pairs.map(|&(y, e, within)| over(self.finishes[e], self.finishes[y] + within)).sum::<u64>()
    }

    /// The full score of `next` as placed.
    fn score(&self) -> Score {
        let p = self.problem;
        let placed = &self.next.placed;
        let waiting = p.jobs.iter().zip(placed).map(|(j, s)| u64::from(s.start - j.release) * u64::from(j.amount));
        let elder_first = placed.iter().zip(&p.grade).map(|(s, &g)| u64::from(s.start) * u64::from(12 - g.min(12)));
        Score {
            late: self.late(),
            makespan: self.finishes.iter().copied().max().unwrap_or(0),
            mixed: mixed(p, placed),
            waiting: waiting.sum(),
            elder_first: elder_first.sum(),
        }
    }

    /// One step of the search.
    pub fn step(&mut self) {
        if self.passes < ORDERS * ABREAST.len() {
            self.single_pass();
            return;
        }
        if self.cycle.0 >= self.cycle.1 {
            self.new_cycle();
        }
        self.cycle.0 += 1;
        let left = self.cycle.1 - self.cycle.0;
        // mean loss accepted: falls with the square of what is left of the cycle
        let (least, each) = if self.cycles.is_multiple_of(2) { HOTTER } else { HOT };
        let hot = self.now_energy / least.max(each * self.problem.jobs.len() as u64);
        let share = left * 1024 / self.cycle.1;
        let mean = (hot * share * share) >> 20;
        let limit = self.now_energy + ((mean * self.rng.exponential()) >> 8);
        self.next.order.clone_from(&self.now.order);
        self.next.placed.clone_from(&self.now.placed);
        self.change();
        let Some(energy) = self.place_all(limit) else { return };
        if energy > limit {
            return;
        }
        self.now_energy = energy;
        let makespan = self.finishes.iter().copied().max().unwrap_or(0);
        if makespan <= self.best_score.makespan || self.best_score.late > 0 {
            self.note_best();
        }
        std::mem::swap(&mut self.now, &mut self.next);
    }

    fn new_cycle(&mut self) {
        self.cycles += 1;
        let longer = if self.cycles.is_multiple_of(2) { 10 } else { 13 };
        self.cycle = (0, (self.cycle.1 * longer / 10).max(FIRST_CYCLE));
        self.next.order.clone_from(&self.best.order);
        self.next.placed.clone_from(&self.best.placed);
        if self.cycles.is_multiple_of(2) {
            // from elsewhere now and then: a shuffled order, greedily placed
            for i in (1..self.next.order.len()).rev() {
                let other = self.rng.below(i + 1);
                self.next.order.swap(i, other);
            }
            let abreast = ABREAST[self.rng.below(ABREAST.len())];
            self.pass(abreast);
        }
        if let Some(energy) = self.place_all(u64::MAX) {
            self.now_energy = energy;
            self.now = self.next.clone();
        }
    }

    /// Changes `next` a little.
    fn change(&mut self) {
        let count = self.next.order.len();
        let kind = self.rng.below(16);
        let a = self.rng.below(count);
        let j = self.next.order[a] as usize;
        match kind {
            0..=3 => {
                let b = self.near(a);
                self.next.order.swap(a, b);
            }
            4..=7 => self.shift(a),
            8 | 9 => self.other_choice(j),
            10 | 11 => {
                self.other_choice(j);
                self.shift(a);
            }
            12 => {
                self.other_duration(j);
                self.shift(a);
            }
            _ => self.other_duration(j),
        }
    }

    /// Moves the class at place `a` to another place in the order.
    fn shift(&mut self, a: usize) {
        let b = self.near(a);
        let j = self.next.order.remove(a);
        self.next.order.insert(b, j);
    }

    /// Another place in the order, as often near as anywhere.
    fn near(&mut self, a: usize) -> usize {
        let count = self.next.order.len();
        if self.rng.below(2) == 0 {
            (a + self.rng.below(2 * NEAR + 1)).saturating_sub(NEAR).min(count - 1)
        } else {
            self.rng.below(count)
        }
    }

    fn other_choice(&mut self, j: usize) {
        let job = &self.problem.jobs[j];
        let choice = self.rng.below(job.choices.len());
        let (short, long) = job.durations(choice);
        let p = &mut self.next.placed[j];
        p.choice = choice as u16;
        p.duration = p.duration.clamp(short, long);
    }

    fn other_duration(&mut self, j: usize) {
        let p = &mut self.next.placed[j];
        let (short, long) = self.problem.jobs[j].durations(p.choice as usize);
        p.duration = match self.rng.below(4) {
            0 => (p.duration + 1 + self.rng.below(4) as u32).min(long),
            1 => (p.duration.saturating_sub(1 + self.rng.below(4) as u32)).max(short),
            _ => {
                let times = &self.times.0[j][p.choice as usize];
                times[self.rng.below(times.len())]
            }
        };
    }
}

/// For every choice: passing times at which classes fill a way side by side (whole ÷ 1, ÷ 2 …), shortest first.
fn times(problem: &Problem) -> Times {
    let of = |j: &crate::problem::Job, c: usize| -> Vec<u32> {
        let choice = &j.choices[c];
        let mut rates = vec![choice.fastest, j.slowest.min(choice.fastest)];
        for stop in &choice.stops {
            let cap = problem.caps[stop.key as usize];
            rates.extend((1..=6).map(|k| cap / k));
            rates.push(cap.saturating_sub(j.slowest));
        }
        rates.retain(|&r| r >= j.slowest && r <= choice.fastest);
        let mut times: Vec<u32> = rates.into_iter().map(|r| j.amount.div_ceil(r)).collect();
        times.sort_unstable();
        times.dedup();
        times
    };
    Times(problem.jobs.iter().map(|j| (0..j.choices.len()).map(|c| of(j, c)).collect()).collect())
}

/// Pairs of young and old classes that walk on the same flight at the same time.
fn mixed(problem: &Problem, placed: &[Placed]) -> u32 {
    let flights = |j: usize| &problem.jobs[j].choices[placed[j].choice as usize].flights;
    let shares = |&&(y, o): &&(usize, usize)| {
        flights(y).iter().any(|&(way, off, walk)| {
            flights(o).iter().any(|&(other, other_off, _)| {
                let (a, b) = (placed[y].start + off, placed[o].start + other_off);
                way == other && a < b + placed[o].duration + walk && b < a + placed[y].duration + walk
            })
        })
    };
    problem.apart.iter().filter(shares).count() as u32
}
