//! Maximum flow over time, grown horizon by horizon.
//!
//! The time-expanded net is never written out: a node is (place, step), an arc is (static arc, step of entry), and only
//! the flow on it is stored. Blocking flows are found on shortest residual paths (Dinic); a longer horizon only adds
//! later copies of the targets, so the flow of the shorter one is kept and grown.

use crate::net::{FAR, Net};

/// One way to step on in the residual net.
#[derive(Clone, Copy)]
enum Move {
    Forward(u32),
    Back(u32),
    Wait,
    Unwait,
    /// Through the classroom itself: undo a release here, to release at another step.
    Room,
}

const NONE: u16 = u16::MAX;

/// Most residual arcs looked at for one figure: more than ten times what 72 classes need; some seconds.
const MAX_WORK: u64 = 500_000_000;

/// How growing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grown {
    /// No more fits; milli-persons out by the horizon.
    Full(i64),
    /// The work allowed is used up before that.
    Tired,
    /// The caller said stop.
    Cancelled,
}

pub(crate) struct Flow<'a> {
    net: &'a Net,
    /// Steps in each row.
    stride: usize,
    /// Steps 0..horizon count.
    horizon: usize,
    earliest: Vec<u32>,
    /// Milli-persons entering arc a at step t.
    flow: Vec<i32>,
    /// Row of waiting flow for the nodes where people may wait.
    wait_row: Vec<Option<usize>>,
    wait: Vec<i32>,
    /// Group starting at a node.
    group_at: Vec<Option<usize>>,
    /// Milli-persons released by group g at step t, and not yet released.
    release: Vec<i32>,
    left: Vec<i32>,
    level: Vec<u16>,
    room_level: Vec<u16>,
    /// Waiting cells on the path being looked for: waiting costs no distance, so it could go in circles.
    on_path: Vec<bool>,
    next: Vec<u16>,
    room_next: Vec<u32>,
    queue: Vec<u32>,
    total: i64,
    work: u64,
}

/// What is kept to come back to an earlier horizon.
pub(crate) struct Kept {
    horizon: usize,
    flow: Vec<i32>,
    wait: Vec<i32>,
    release: Vec<i32>,
    left: Vec<i32>,
    total: i64,
}

impl<'a> Flow<'a> {
    pub fn new(net: &'a Net, stride: u32) -> Flow<'a> {
        let stride = stride as usize;
        let nodes = net.out.len();
        let mut wait_row = vec![None; nodes];
        let mut rows = 0;
        for (v, row) in wait_row.iter_mut().enumerate() {
            // a classroom that nobody walks into needs no waiting: its class may start at any step
            if net.hold[v] > 0 && !(net.hold[v] == u32::MAX && net.inn[v].is_empty()) {
                *row = Some(rows);
                rows += 1;
            }
        }
        let mut group_at = vec![None; nodes];
        for (g, group) in net.groups.iter().enumerate() {
            group_at[group.node] = Some(g);
        }
        Flow {
            net,
            stride,
            horizon: 0,
            earliest: net.earliest(),
            flow: vec![0; net.arcs.len() * stride],
            wait_row,
            wait: vec![0; rows * stride],
            group_at,
            release: vec![0; net.groups.len() * stride],
            left: net.groups.iter().map(|g| g.amount as i32).collect(),
            level: vec![NONE; nodes * stride],
            room_level: vec![NONE; net.groups.len()],
            on_path: vec![false; rows * stride],
            next: vec![0; nodes * stride],
            room_next: vec![0; net.groups.len()],
            queue: Vec::new(),
            total: 0,
            work: 0,
        }
    }

    /// Allows the full work once more.
    pub fn rest(&mut self) {
        self.work = 0;
    }

    pub fn stride(&self) -> u32 {
        self.stride as u32
    }

    /// Takes the flow of a shorter stride.
    pub fn take_over(&mut self, other: &Flow<'_>) {
        self.horizon = other.horizon;
        self.left.clone_from(&other.left);
        self.total = other.total;
        self.work = other.work;
        copy_rows(&mut self.flow, self.stride, &other.flow, other.stride);
        copy_rows(&mut self.wait, self.stride, &other.wait, other.stride);
        copy_rows(&mut self.release, self.stride, &other.release, other.stride);
    }

    pub fn keep(&self) -> Kept {
        Kept {
            horizon: self.horizon,
            flow: self.flow.clone(),
            wait: self.wait.clone(),
            release: self.release.clone(),
            left: self.left.clone(),
            total: self.total,
        }
    }

    pub fn restore(&mut self, kept: Kept) {
        self.horizon = kept.horizon;
        self.flow = kept.flow;
        self.wait = kept.wait;
        self.release = kept.release;
        self.left = kept.left;
        self.total = kept.total;
    }

    /// Lengthens the horizon to `steps` and pushes what then fits. `go_on` is asked before every phase.
    pub fn grow(&mut self, steps: u32, go_on: &mut dyn FnMut() -> bool) -> Grown {
        self.horizon = (steps as usize).min(self.stride);
        loop {
            if !go_on() {
                return Grown::Cancelled;
            }
            if self.work > MAX_WORK {
                return Grown::Tired;
            }
            if !self.levels() {
                return Grown::Full(self.total);
            }
            self.next.fill(0);
            self.room_next.fill(0);
            for g in 0..self.left.len() {
                while self.left[g] > 0 && self.room_level[g] != NONE {
                    let pushed = self.augment(g);
                    if pushed == 0 {
                        break;
                    }
                }
            }
        }
    }

    /// Milli-persons of each group that are out.
    pub fn residual(&self, arc: usize, t: usize) -> i32 {
        self.net.arcs[arc].cap as i32 - self.flow[arc * self.stride + t]
    }

    fn cell(&self, v: usize, t: usize) -> usize {
        v * self.stride + t
    }

    /// Distances to the targets in the residual net, backwards; false when no class can reach one.
    fn levels(&mut self) -> bool {
        self.level.fill(NONE);
        self.room_level.fill(NONE);
        self.work += self.level.len() as u64 / 8;
        self.queue.clear();
        let mut queue = std::mem::take(&mut self.queue);
        for v in 0..self.net.out.len() {
            if self.net.target[v] && self.earliest[v] != FAR {
                for t in self.earliest[v] as usize..self.horizon {
                    let c = self.cell(v, t);
                    self.level[c] = 0;
                    queue.push(c as u32);
                }
            }
        }
        let mut found = NONE;
        let mut head = 0;
        while head < queue.len() {
            let c = queue[head] as usize;
            head += 1;
            let next = self.level[c].saturating_add(1);
            if next > found {
                break;
            }
            let (v, t) = (c / self.stride, c % self.stride);
            self.before(v, t, next, &mut queue);
            if let Some(g) = self.group_at[v]
                && self.room_level[g] == NONE
                && t >= self.net.groups[g].release as usize
            {
                self.room_level[g] = next;
                if self.left[g] > 0 {
                    found = found.min(next);
                }
                self.rooms_before(g, next + 1, &mut queue);
            }
        }
        self.queue = queue;
        found != NONE
    }

    fn visit(&mut self, v: usize, t: usize, level: u16, queue: &mut Vec<u32>) {
        let c = v * self.stride + t;
        if self.level[c] != NONE {
            return;
        }
        self.level[c] = level;
        queue.push(c as u32);
        // waiting is no step of the way: long queues would otherwise make long paths and many phases
        let Some(row) = self.wait_row[v] else { return };
        let mut s = t;
        while s > self.earliest[v] as usize && self.level[c - (t - s) - 1] == NONE && self.wait_left(v, row, s - 1) > 0
        {
            s -= 1;
            self.level[c - (t - s)] = level;
            queue.push((c - (t - s)) as u32);
        }
        let mut s = t;
        while s + 1 < self.horizon && self.level[c + (s - t) + 1] == NONE && self.wait[row * self.stride + s] > 0 {
            s += 1;
            self.level[c + (s - t)] = level;
            queue.push((c + (s - t)) as u32);
        }
    }

    /// Labels the residual predecessors of (v, t).
    fn before(&mut self, v: usize, t: usize, level: u16, queue: &mut Vec<u32>) {
        let net = self.net;
        self.work += (net.inn[v].len() + net.out[v].len()) as u64;
        for &a in &net.inn[v] {
            let arc = &net.arcs[a as usize];
            let travel = arc.travel as usize;
            if t >= travel && !net.target[arc.from] && t - travel >= self.earliest[arc.from] as usize {
                let s = t - travel;
                if self.flow[a as usize * self.stride + s] < arc.cap as i32 {
                    self.visit(arc.from, s, level, queue);
                }
            }
        }
        for &a in &net.out[v] {
            let arc = &net.arcs[a as usize];
            let s = t + arc.travel as usize;
            if s < self.horizon && !net.target[arc.to] && self.flow[a as usize * self.stride + t] > 0 {
                self.visit(arc.to, s, level, queue);
            }
        }
    }

    fn wait_left(&self, v: usize, row: usize, t: usize) -> i32 {
        let most = if self.net.hold[v] == u32::MAX { i32::MAX } else { self.net.hold[v] as i32 };
        most - self.wait[row * self.stride + t]
    }

    /// From (room, t) one may undo a release at t.
    fn rooms_before(&mut self, g: usize, level: u16, queue: &mut Vec<u32>) {
        let v = self.net.groups[g].node;
        for t in self.net.groups[g].release as usize..self.horizon {
            if self.release[g * self.stride + t] > 0 {
                self.visit(v, t, level, queue);
            }
        }
    }

    /// Finds one path of the level graph from group `g` and pushes along it; 0 when there is none left.
    fn augment(&mut self, g: usize) -> i32 {
        // the path: states with the move taken out of each
        let mut path: Vec<(usize, usize, Move, i32)> = Vec::new();
        let mut room = Some(g);
        let (mut v, mut t) = (0usize, 0usize);
        loop {
            if let Some(r) = room {
                if let Some(s) = self.release_step(r) {
                    (v, t) = (self.net.groups[r].node, s);
                    room = None;
                } else {
                    // this room is a dead end in this phase: step back to where it was entered
                    self.room_level[r] = NONE;
                    match path.pop() {
                        None => return 0,
                        Some((pv, pt, _, _)) => {
                            (v, t) = (pv, pt);
                            self.mark(v, t, false);
                            room = None;
                            let c = self.cell(v, t);
                            self.next[c] += 1;
                        }
                    }
                }
                continue;
            }
            if self.net.target[v] {
                return self.push(g, &path);
            }
            match self.step_on(v, t) {
                Some((m, cap)) => {
                    path.push((v, t, m, cap));
                    self.mark(v, t, true);
                    match self.goes(v, t, m) {
                        Some(to) => (v, t) = to,
                        None => room = self.group_at[v],
                    }
                }
                None => {
                    let c = self.cell(v, t);
                    self.level[c] = NONE;
                    // back to the state before: a room (start, or entered by `Room`) or a node
                    match path.last().copied() {
                        None => room = Some(g),
                        Some((pv, _, Move::Room, _)) => room = self.group_at[pv],
                        Some((pv, pt, _, _)) => {
                            path.pop();
                            (v, t) = (pv, pt);
                            self.mark(v, t, false);
                            let c = self.cell(v, t);
                            self.next[c] += 1;
                        }
                    }
                }
            }
        }
    }

    /// Next step at which group `r` may release along the level graph.
    fn release_step(&mut self, r: usize) -> Option<usize> {
        let group = &self.net.groups[r];
        if self.room_level[r] == NONE {
            return None;
        }
        let want = self.room_level[r] - 1;
        let mut t = (self.room_next[r] as usize).max(group.release as usize);
        while t < self.horizon {
            if self.level[group.node * self.stride + t] == want {
                self.room_next[r] = t as u32;
                return Some(t);
            }
            t += 1;
        }
        self.room_next[r] = t as u32;
        None
    }

    fn mark(&mut self, v: usize, t: usize, on: bool) {
        if let Some(row) = self.wait_row[v] {
            self.on_path[row * self.stride + t] = on;
        }
    }

    fn goes(&self, v: usize, t: usize, m: Move) -> Option<(usize, usize)> {
        Some(match m {
            Move::Forward(a) => {
                let arc = &self.net.arcs[a as usize];
                (arc.to, t + arc.travel as usize)
            }
            Move::Back(a) => {
                let arc = &self.net.arcs[a as usize];
                (arc.from, t - arc.travel as usize)
            }
            Move::Wait => (v, t + 1),
            Move::Unwait => (v, t - 1),
            Move::Room => return None,
        })
    }

    /// The current move out of (v, t) in the level graph, with what it can carry.
    fn step_on(&mut self, v: usize, t: usize) -> Option<(Move, i32)> {
        let net = self.net;
        let c = v * self.stride + t;
        let level = self.level[c];
        if level == NONE || level == 0 {
            return None;
        }
        let want = level - 1;
        let (outs, ins) = (net.out[v].len(), net.inn[v].len());
        loop {
            let i = self.next[c] as usize;
            if i < outs {
                let a = net.out[v][i];
                let arc = &net.arcs[a as usize];
                let s = t + arc.travel as usize;
                let left = arc.cap as i32 - self.flow[a as usize * self.stride + t];
                if s < self.horizon && left > 0 && self.level[arc.to * self.stride + s] == want {
                    return Some((Move::Forward(a), left));
                }
            } else if i < outs + ins {
                let a = net.inn[v][i - outs];
                let arc = &net.arcs[a as usize];
                if let Some(s) = t.checked_sub(arc.travel as usize) {
                    let there = self.flow[a as usize * self.stride + s];
                    if there > 0 && self.level[arc.from * self.stride + s] == want {
                        return Some((Move::Back(a), there));
                    }
                }
            } else if i == outs + ins {
                if let Some(row) = self.wait_row[v]
                    && t + 1 < self.horizon
                    && self.level[c + 1] == level
                    && !self.on_path[row * self.stride + t + 1]
                {
                    let left = self.wait_left(v, row, t);
                    if left > 0 {
                        return Some((Move::Wait, left));
                    }
                }
            } else if i == outs + ins + 1 {
                if let Some(row) = self.wait_row[v]
                    && t > 0
                    && self.level[c - 1] == level
                    && !self.on_path[row * self.stride + t - 1]
                {
                    let there = self.wait[row * self.stride + t - 1];
                    if there > 0 {
                        return Some((Move::Unwait, there));
                    }
                }
            } else if i == outs + ins + 2 {
                if let Some(g) = self.group_at[v]
                    && self.room_level[g] == want
                {
                    let there = self.release[g * self.stride + t];
                    if there > 0 {
                        return Some((Move::Room, there));
                    }
                }
            } else {
                return None;
            }
            self.next[c] += 1;
            self.work += 1;
        }
    }

    /// Pushes along a finished path from group `g`.
    fn push(&mut self, g: usize, path: &[(usize, usize, Move, i32)]) -> i32 {
        let amount = path.iter().map(|p| p.3).fold(self.left[g], i32::min);
        let start = |(v, t, _, _): &(usize, usize, Move, i32)| (*v, *t);
        let Some(&first) = path.first() else { return 0 };
        let (_, t0) = start(&first);
        self.release[g * self.stride + t0] += amount;
        self.work += path.len() as u64;
        for (i, &(v, t, m, _)) in path.iter().enumerate() {
            match m {
                Move::Forward(a) => self.flow[a as usize * self.stride + t] += amount,
                Move::Back(a) => {
                    let s = t - self.net.arcs[a as usize].travel as usize;
                    self.flow[a as usize * self.stride + s] -= amount;
                }
                Move::Wait | Move::Unwait => {
                    let row = self.wait_row[v].expect("a waiting move only where waiting is allowed");
                    let (s, sign) = if matches!(m, Move::Wait) { (t, 1) } else { (t - 1, -1) };
                    self.wait[row * self.stride + s] += sign * amount;
                }
                Move::Room => {
                    let r = self.group_at[v].expect("a room move only in a classroom");
                    self.release[r * self.stride + t] -= amount;
                    let (_, s) = path.get(i + 1).map(start).expect("a room move is never the last");
                    self.release[r * self.stride + s] += amount;
                }
            }
        }
        for &(v, t, _, _) in path {
            self.mark(v, t, false);
        }
        self.left[g] -= amount;
        self.total += i64::from(amount);
        amount
    }

    /// Everything that can still be reached from classes with people left: the near side of a minimum cut.
    pub fn near_side(&self) -> Vec<bool> {
        let mut near = vec![false; self.level.len()];
        let mut rooms = vec![false; self.left.len()];
        let mut stack: Vec<(usize, usize)> = Vec::new();
        for g in 0..self.left.len() {
            if self.left[g] > 0 {
                self.open_room(g, &mut rooms, &mut near, &mut stack);
            }
        }
        while let Some((v, t)) = stack.pop() {
            let mut reach = |v: usize, t: usize, stack: &mut Vec<(usize, usize)>| {
                let c = v * self.stride + t;
                if t < self.horizon && !near[c] {
                    near[c] = true;
                    stack.push((v, t));
                }
            };
            for &a in &self.net.out[v] {
                let arc = &self.net.arcs[a as usize];
                if self.residual(a as usize, t) > 0 {
                    reach(arc.to, t + arc.travel as usize, &mut stack);
                }
            }
            for &a in &self.net.inn[v] {
                let arc = &self.net.arcs[a as usize];
                if let Some(s) = t.checked_sub(arc.travel as usize)
                    && self.flow[a as usize * self.stride + s] > 0
                {
                    reach(arc.from, s, &mut stack);
                }
            }
            if let Some(row) = self.wait_row[v] {
                if self.wait_left(v, row, t) > 0 {
                    reach(v, t + 1, &mut stack);
                }
                if t > 0 && self.wait[row * self.stride + t - 1] > 0 {
                    reach(v, t - 1, &mut stack);
                }
            }
            if let Some(g) = self.group_at[v]
                && self.release[g * self.stride + t] > 0
            {
                self.open_room(g, &mut rooms, &mut near, &mut stack);
            }
        }
        near
    }

    fn open_room(&self, g: usize, rooms: &mut [bool], near: &mut [bool], stack: &mut Vec<(usize, usize)>) {
        if std::mem::replace(&mut rooms[g], true) {
            return;
        }
        let v = self.net.groups[g].node;
        for t in self.net.groups[g].release as usize..self.horizon {
            let c = v * self.stride + t;
            if !std::mem::replace(&mut near[c], true) {
                stack.push((v, t));
            }
        }
    }

    pub fn horizon(&self) -> usize {
        self.horizon
    }

    /// Flow entering arc `a` at step `t`, milli-persons.
    pub fn at(&self, a: usize, t: usize) -> i32 {
        self.flow[a * self.stride + t]
    }
}

fn copy_rows(to: &mut [i32], wide: usize, from: &[i32], narrow: usize) {
    for (to, from) in to.chunks_mut(wide).zip(from.chunks(narrow)) {
        to[..narrow].copy_from_slice(from);
    }
}
