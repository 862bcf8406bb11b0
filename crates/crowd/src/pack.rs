//! Puts classes into the timetable one after another, each at the earliest step at which all its ways have room.

use crate::problem::{Choice, Job, Problem};

/// How a class goes: which route, in how many steps it passes a point, from when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Placed {
    pub choice: u16,
    pub duration: u32,
    pub start: u32,
}

/// Room on the ways over time.
pub(crate) struct Board<'a> {
    problem: &'a Problem,
    /// Milli-persons on each key at each step.
    used: Vec<Vec<u32>>,
    /// Behind the last used step of each key.
    until: Vec<usize>,
    /// Milli-persons arriving at each waiting place at each step.
    arrive: Vec<Vec<u32>>,
}

impl<'a> Board<'a> {
    pub fn new(problem: &'a Problem) -> Board<'a> {
        Board {
            problem,
            used: vec![Vec::new(); problem.caps.len()],
            until: vec![0; problem.caps.len()],
            arrive: vec![Vec::new(); problem.crowds.len()],
        }
    }

    pub fn clear(&mut self) {
        for (row, until) in self.used.iter_mut().zip(&mut self.until) {
            row[..*until].fill(0);
            *until = 0;
        }
        for row in &mut self.arrive {
            row.clear();
        }
    }

    /// Earliest start not before `from`, or `None` when it would be after `last`.
    pub fn earliest(&self, job: &Job, choice: &Choice, duration: u32, from: u32, last: u32) -> Option<u32> {
        let rate = job.rate(duration);
        let length = duration + self.problem.gap;
        let mut start = from;
        'again: loop {
            if start > last {
                return None;
            }
            for stop in &choice.stops {
                let key = stop.key as usize;
                let room = self.problem.caps[key] - rate;
                let from = (start + stop.offset) as usize;
                let until = (from + length as usize).min(self.until[key]);
                if from < until
                    && let Some(p) = last_above(&self.used[key][from..until], room)
                {
                    start = (from + p + 1) as u32 - stop.offset;
                    continue 'again;
                }
            }
            let Some(crowd) = choice.crowd else { return Some(start) };
            match self.crowd_excess(crowd as usize, job, start + choice.route.travel, rate, duration) {
                0 => return Some(start),
                excess => start += excess.div_ceil(rate).max(1),
            }
        }
    }

    pub fn put(&mut self, job: &Job, placed: Placed) {
        let choice = &job.choices[placed.choice as usize];
        let rate = job.rate(placed.duration);
        for stop in &choice.stops {
            let key = stop.key as usize;
            let from = (placed.start + stop.offset) as usize;
            let until = from + (placed.duration + self.problem.gap) as usize;
            let row = &mut self.used[key];
            if row.len() < until {
                row.resize(until + until / 2, 0);
            }
            row[from..until].iter_mut().for_each(|u| *u += rate);
            self.until[key] = self.until[key].max(until);
        }
        if let Some(c) = choice.crowd {
            let row = &mut self.arrive[c as usize];
            arrivals(job, placed.start + choice.route.travel, rate, placed.duration, |t, amount| {
                if row.len() <= t {
                    row.resize(t + 1, 0);
                }
                row[t] += amount;
            });
        }
    }

    /// By how much (milli-persons) the crowd would be too large if the class arrived from step `at`; 0 = it fits.
    fn crowd_excess(&self, c: usize, job: &Job, at: u32, rate: u32, duration: u32) -> u32 {
        let crowd = &self.problem.crowds[c];
        let row = &self.arrive[c];
        let (mut waiting, mut worst) = (0u64, 0u64);
        let end = row.len().max((at + duration) as usize);
        for t in 0..end {
            let mut amount = u64::from(row.get(t).copied().unwrap_or(0));
            let since = t as u32;
            if since >= at && since < at + duration {
                amount += u64::from(rate.min(job.amount - rate * (since - at)));
            }
            waiting += amount;
            worst = worst.max(waiting.saturating_sub(u64::from(crowd.most)));
            waiting = waiting.saturating_sub(u64::from(crowd.cap));
        }
        worst.min(u64::from(u32::MAX)) as u32
    }

    /// Step behind the one in which the last pupil of each class is out.
    pub fn finishes(&self, placed: &[Placed]) -> Vec<u32> {
        let served: Vec<Served> = (0..self.problem.crowds.len()).map(|c| self.serve(c)).collect();
        let jobs = self.problem.jobs.iter().zip(placed);
        jobs.map(|(job, p)| {
            let choice = &job.choices[p.choice as usize];
            let there = p.start + choice.route.travel + p.duration;
            match choice.crowd {
                None => there,
                Some(c) => served[c as usize].out_after(there - 1) + self.problem.crowds[c as usize].travel,
            }
        })
        .collect()
    }

    /// First come first served: for each step, how many have come by then, and when each many is gone.
    fn serve(&self, c: usize) -> Served {
        let cap = u64::from(self.problem.crowds[c].cap);
        let mut come = Vec::with_capacity(self.arrive[c].len());
        let mut gone = Vec::new();
        let (mut sum, mut out) = (0u64, 0u64);
        for &a in &self.arrive[c] {
            sum += u64::from(a);
            out = (out + cap).min(sum);
            come.push(sum);
            gone.push(out);
        }
        while out < sum {
            out = (out + cap).min(sum);
            gone.push(out);
        }
        Served { come, gone }
    }
}

struct Served {
    come: Vec<u64>,
    gone: Vec<u64>,
}

impl Served {
    /// Step behind the one in which everybody who came by step `t` has been handed over.
    fn out_after(&self, t: u32) -> u32 {
        let want = self.come.get(t as usize).or(self.come.last()).copied().unwrap_or(0);
        self.gone.partition_point(|&g| g < want) as u32 + 1
    }
}

/// Calls back with the milli-persons of a class at each step of its passage.
fn arrivals(job: &Job, at: u32, rate: u32, duration: u32, mut each: impl FnMut(usize, u32)) {
    let mut left = job.amount;
    for t in at..at + duration {
        let amount = rate.min(left);
        left -= amount;
        each(t as usize, amount);
    }
}

const LANES: usize = 16;

/// Last place where `row` is above `most`.
fn last_above(row: &[u32], most: u32) -> Option<usize> {
    let mut end = row.len();
    let mut chunks = row.rchunks_exact(LANES);
    for chunk in &mut chunks {
        if chunk.iter().fold(false, |any, &u| any | (u > most)) {
            return chunk.iter().rposition(|&u| u > most).map(|p| end - LANES + p);
        }
        end -= LANES;
    }
    row[..end].iter().rposition(|&u| u > most)
}
