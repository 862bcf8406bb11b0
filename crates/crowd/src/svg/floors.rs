//! The houses cut open: floors stacked, rooms with their class, stairs and exits as thick as they are wide.

use super::{Canvas, MARGIN, NOTE_PX, WIDTH, width};
use crate::instance::Instance;
use crate::model::{Node, NodeKind, WayKind};
use crate::posts::Post;
use std::collections::BTreeMap;

/// Height of a floor, px.
const FLOOR: f64 = 86.0;
/// Height of a room box, px.
const ROOM: f64 = 50.0;
/// Width of a room box, px: at least, and at most.
const ROOM_LEAST: f64 = 60.0;
const ROOM_MOST: f64 = 110.0;
/// Between two rooms, px.
const ROOM_GAP: f64 = 8.0;
/// Size of the letters of a class, px.
const CLASS_PX: f64 = 14.0;
/// Width kept free for a staircase, px.
const BAND: f64 = 106.0;
/// Between two houses, px.
const GAP: f64 = 20.0;
/// Px of stroke for a metre of width.
const STROKE: f64 = 4.0;

/// What stands in a room.
pub(crate) struct RoomNote {
    pub class: usize,
    pub first: String,
    pub second: String,
    pub colour: &'static str,
}

pub(crate) struct Floors<'a> {
    instance: &'a Instance,
    notes: Vec<RoomNote>,
    posts: Vec<usize>,
    people: Vec<f64>,
    /// Ways shown as the reason, each with a word.
    marks: BTreeMap<usize, String>,
    /// Place of each node on the paper, relative to the top of the picture.
    at: Vec<Option<(f64, f64)>>,
    index: BTreeMap<&'a str, usize>,
    houses: Vec<House>,
    /// Width of a room box, px.
    room: f64,
    /// Height of the whole picture.
    pub height: f64,
}

/// A house before it has its place on the paper.
struct Drawn {
    /// Node and px from the left edge.
    places: Vec<(usize, f64)>,
    width: f64,
    floors: i32,
    /// Width that is left for a room box.
    room: f64,
}

struct House {
    name: String,
    left: f64,
    top: f64,
    width: f64,
    floors: i32,
}

impl<'a> Floors<'a> {
    /// `note` is the width of the widest line that will stand in a room, px; class names are measured here.
    pub fn new(instance: &'a Instance, note: f64) -> Floors<'a> {
        let nodes = &instance.draft.nodes;
        let widest = instance.draft.classes.iter().map(|c| width(&c.id, CLASS_PX)).fold(note, f64::max);
        let index = nodes.iter().enumerate().map(|(i, n)| (n.id.as_str(), i)).collect();
        let mut floors = Floors {
            instance,
            notes: Vec::new(),
            posts: Vec::new(),
            people: Vec::new(),
            marks: BTreeMap::new(),
            at: vec![None; nodes.len()],
            index,
            houses: Vec::new(),
            room: (widest + 8.0).clamp(ROOM_LEAST, ROOM_MOST),
            height: 0.0,
        };
        floors.lay_out();
        floors
    }

    pub fn note(&mut self, note: RoomNote) {
        self.notes.push(note);
    }

    pub fn guard(&mut self, posts: &[Post]) {
        self.posts = posts.iter().map(|p| p.node).collect();
    }

    /// Shows persons in place of peak use.
    pub fn people(&mut self, people: Vec<f64>) {
        self.people = people;
    }

    /// Shows a way as the reason, with a word beside it.
    pub fn mark(&mut self, edge: usize, word: String) {
        self.marks.insert(edge, word);
    }

    fn lay_out(&mut self) {
        let nodes = &self.instance.draft.nodes;
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (i, n) in nodes.iter().enumerate() {
            if n.floor > 0 {
                groups.entry(n.building.clone().unwrap_or_default()).or_default().push(i);
            }
        }
        let (mut top, mut row): (f64, Vec<(String, Drawn)>) = (8.0, Vec::new());
        let mut left = MARGIN;
        for (name, list) in &groups {
            let drawn = self.drawn(list);
            self.room = self.room.min(drawn.room);
            if !row.is_empty() && left + drawn.width > WIDTH - MARGIN {
                top = self.settle(std::mem::take(&mut row), top);
                left = MARGIN;
            }
            left += drawn.width + GAP;
            row.push((name.clone(), drawn));
        }
        let lowest = self.settle(row, top);
        self.grounds(lowest);
    }

    /// Places along the corridor of one house, px from its left edge. Every staircase gets a band of its own.
    fn drawn(&self, list: &[usize]) -> Drawn {
        let nodes = &self.instance.draft.nodes;
        let x = xs(nodes, list);
        let mut stairs: Vec<f64> = list.iter().filter(|&&i| nodes[i].kind == NodeKind::Stair).map(|i| x[i]).collect();
        stairs.sort_by(f64::total_cmp);
        stairs.dedup();
        let (low, high) = x.values().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
        let bands = BAND * stairs.len() as f64;
        let most = (WIDTH - 2.0 * MARGIN - 130.0 - bands) / (high - low).max(1.0);
        let least = least_gap(nodes, list, &x);
        let scale = ((self.room + ROOM_GAP) / least.min(20.0)).clamp(4.0, 30.0).min(most);
        let room = (least * scale - 2.0).clamp(ROOM_LEAST / 2.0, self.room);
        let place = |i: &usize| {
            let v = x[i];
            let passed = stairs.iter().filter(|&&s| s < v).count() as f64;
            let here = stairs.contains(&v);
            let inside = match nodes[*i].kind {
                NodeKind::Room if here => BAND + room / 2.0,
                _ if here => BAND / 2.0,
                _ => 0.0,
            };
            (*i, 54.0 + (v - low) * scale + passed * BAND + inside)
        };
        let places: Vec<(usize, f64)> = list.iter().map(place).collect();
        let right = places.iter().map(|p| p.1).fold(0.0, f64::max);
        let floors = list.iter().map(|&i| nodes[i].floor).max().unwrap_or(1);
        Drawn { places, width: right + room / 2.0 + 12.0, floors, room }
    }

    /// Puts a row of houses in the middle of the paper; gives the line below them and their yards.
    fn settle(&mut self, row: Vec<(String, Drawn)>, top: f64) -> f64 {
        let nodes = &self.instance.draft.nodes;
        let whole: f64 = row.iter().map(|(_, d)| d.width + GAP).sum::<f64>() - GAP;
        let mut left = ((WIDTH - whole) / 2.0).max(MARGIN);
        let mut lowest = top;
        for (name, drawn) in row {
            for (i, x) in drawn.places {
                let y = top + 26.0 + f64::from(drawn.floors - nodes[i].floor) * FLOOR + ROOM + 16.0;
                self.at[i] = Some((left + x, if nodes[i].kind == NodeKind::Stair { y + 9.0 } else { y }));
            }
            let bottom = top + 26.0 + f64::from(drawn.floors) * FLOOR;
            for (i, n) in nodes.iter().enumerate() {
                if n.kind == NodeKind::Yard && n.building.as_ref() == Some(&name) {
                    self.at[i] = Some((left + drawn.width / 2.0, bottom + 36.0));
                }
            }
            lowest = lowest.max(bottom + 66.0);
            self.houses.push(House { name, left, top, width: drawn.width, floors: drawn.floors });
            left += drawn.width + GAP;
        }
        lowest
    }

    /// Below the houses: other yards, assembly place, gates, pickup and street in rows.
    fn grounds(&mut self, lowest: f64) {
        let mut y = lowest + 18.0;
        let nodes = &self.instance.draft.nodes;
        let kinds = [NodeKind::Yard, NodeKind::Assembly, NodeKind::Gate, NodeKind::Pickup, NodeKind::Street];
        for kind in kinds {
            let row: Vec<usize> = (0..nodes.len()).filter(|&i| nodes[i].kind == kind && self.at[i].is_none()).collect();
            for (k, &i) in row.iter().enumerate() {
                let spread = (WIDTH / (row.len() as f64 + 1.0)).min(240.0);
                let x = WIDTH / 2.0 + spread * (k as f64 - (row.len() as f64 - 1.0) / 2.0);
                self.at[i] = Some((x, y));
            }
            if !row.is_empty() {
                y += 54.0;
            }
        }
        for i in 0..nodes.len() {
            self.at[i] = self.at[i].or(Some((WIDTH / 2.0, y)));
        }
        self.height = y - 20.0;
    }

    /// Left and right edge of what is drawn.
    pub fn sides(&self) -> (f64, f64) {
        let xs = self.at.iter().flatten().map(|p| p.0);
        let (low, high) = xs.fold((WIDTH, 0.0), |(l, h): (f64, f64), x| (l.min(x), h.max(x)));
        (low - 12.0, high + 12.0)
    }

    /// The highest place drawn.
    pub fn top(&self) -> f64 {
        self.at.iter().flatten().map(|p| p.1).fold(self.height, f64::min)
    }

    pub fn node_at(&self, id: &str) -> (f64, f64) {
        self.index.get(id).and_then(|&i| self.at[i]).unwrap_or((WIDTH / 2.0, 0.0))
    }

    pub fn draw(&self, canvas: &mut Canvas, used: &[Option<f64>]) {
        canvas.y += 16.0;
        canvas.raw(&format!("<g transform=\"translate(0 {:.0})\">", canvas.y));
        let edges = &self.instance.draft.edges;
        let outdoors = |e: &usize| edges[*e].kind == WayKind::Yard;
        // paths over the yard go behind the houses of the row below
        (0..edges.len()).filter(outdoors).for_each(|e| self.way(canvas, e, used[e]));
        for h in &self.houses {
            self.house(canvas, h);
        }
        for (e, edge) in edges.iter().enumerate() {
            // A room's own door is drawn only where it is the reason.
            let shown = self.kind(&edge.from) != Some(NodeKind::Room) || self.marks.contains_key(&e);
            if !outdoors(&e) && shown {
                self.way(canvas, e, used[e]);
            }
        }
        self.places(canvas);
        self.rooms(canvas);
        for (e, u) in used.iter().enumerate() {
            self.figure(canvas, e, *u);
        }
        for &node in &self.posts {
            let (x, y) = self.at[node].unwrap_or_default();
            // Beside the box of a yard or gate, above the corridor inside.
            let boxed = self.boxed(node).map(|wide| (x - wide / 2.0 - 13.0, y));
            let (x, y) = boxed.unwrap_or((x - 22.0, y - 10.0));
            canvas.raw(&format!("<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"9\" class=\"post\"/>"));
            canvas.text((x, y + 4.0), "m", "岗");
        }
        canvas.raw("</g>");
        canvas.y += self.height;
    }

    fn kind(&self, id: &str) -> Option<NodeKind> {
        self.index.get(id).map(|&i| self.instance.draft.nodes[i].kind)
    }

    fn house(&self, canvas: &mut Canvas, h: &House) {
        let title = if h.name.is_empty() { String::new() } else { super::names::house(&h.name) };
        canvas.text((h.left, h.top + 14.0), "h", &title);
        // Paths of the row above pass behind the whole house, also between its floors.
        canvas.rect((h.left, h.top + 22.0), (h.width, FLOOR * f64::from(h.floors) - 2.0), "bg", "");
        for f in 0..h.floors {
            let y = h.top + 22.0 + f64::from(f) * FLOOR;
            canvas.rect((h.left, y), (h.width, FLOOR - 2.0), "wall", "");
            canvas.text((h.left + 5.0, y + 16.0), "n", &format!("{}层", h.floors - f));
        }
    }

    /// A way as a line: as thick as it is wide, coloured by its peak use.
    fn way(&self, canvas: &mut Canvas, e: usize, used: Option<f64>) {
        let edge = &self.instance.draft.edges[e];
        let (a, b) = (self.node_at(&edge.from), self.node_at(&edge.to));
        let slim = if matches!(edge.kind, WayKind::Corridor | WayKind::Yard) { 0.5 } else { 1.0 };
        let width = (edge.width_m.unwrap_or(2.0) * STROKE * slim).clamp(2.0, 20.0);
        let shut = self.instance.shut().contains(&edge.id);
        let marked = self.marks.contains_key(&e);
        let going = marked || used.is_some() || self.people.get(e).is_some_and(|&p| p > 0.0);
        let class = match used {
            _ if shut => "x",
            _ if marked => "r",
            Some(u) if u > 1.0 + 1e-9 => "r",
            Some(u) if u >= 0.7 => "a",
            _ if going => "g",
            _ => "u",
        };
        canvas.line(a, b, class, if going { width } else { 1.5 });
    }

    /// The figure beside a stair, exit or gate.
    fn figure(&self, canvas: &mut Canvas, e: usize, used: Option<f64>) {
        let edge = &self.instance.draft.edges[e];
        let (a, b) = (self.node_at(&edge.from), self.node_at(&edge.to));
        if self.instance.shut().contains(&edge.id) {
            canvas.text(((a.0 + b.0) / 2.0 + 6.0, (a.1 + b.1) / 2.0), "b", "×封闭");
            return;
        }
        let mark = self.marks.get(&e);
        if !(mark.is_some() || edge.exit || matches!(edge.kind, WayKind::Stair | WayKind::Gate)) {
            return;
        }
        let text = match (used, self.people.get(e)) {
            _ if mark.is_some() => mark.cloned().unwrap_or_default(),
            (Some(u), _) => format!("{:.0}%", u * 100.0),
            (None, Some(&p)) if p > 0.0 => format!("{p:.0} 人"),
            _ => return,
        };
        let offset = edge.width_m.unwrap_or(2.0) * STROKE / 2.0 + 4.0;
        let (x, y) = if edge.exit { (a.0, a.1 + 26.0) } else { ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0 + 10.0) };
        canvas.text((x + offset, y), "b", &text);
    }

    /// What stands in the box of a place outside; nothing for places inside.
    fn box_of(&self, node: usize) -> Option<String> {
        let n = &self.instance.draft.nodes[node];
        match n.kind {
            NodeKind::Yard => Some(match &n.building {
                Some(b) => format!("{}前", super::names::house(b)),
                None => n.id.clone(),
            }),
            NodeKind::Assembly => Some("操场（集合地点）".to_owned()),
            NodeKind::Gate => Some(super::names::gate(&n.id)),
            NodeKind::Pickup => Some(format!("接送区（可候 {:.0} 人）", n.hold)),
            NodeKind::Street => Some("校外".to_owned()),
            _ => None,
        }
    }

    /// Width of that box, px.
    fn boxed(&self, node: usize) -> Option<f64> {
        self.box_of(node).map(|name| 18.0 + width(&name, NOTE_PX + 1.0))
    }

    fn places(&self, canvas: &mut Canvas) {
        for i in 0..self.instance.draft.nodes.len() {
            let (Some(name), Some(wide)) = (self.box_of(i), self.boxed(i)) else { continue };
            let (x, y) = self.at[i].unwrap_or_default();
            canvas.rect((x - wide / 2.0, y - 13.0), (wide, 26.0), "box", "");
            canvas.text((x, y + 5.0), "m", &name);
        }
    }

    fn rooms(&self, canvas: &mut Canvas) {
        for note in &self.notes {
            let class = &self.instance.draft.classes[note.class];
            let (x, y) = self.node_at(&class.room);
            let (left, top) = (x - self.room / 2.0, y - ROOM - 16.0 + 2.0);
            let most = self.room - 4.0;
            canvas.rect((left, top), (self.room, ROOM), "room", "");
            canvas.rect((left, top), (self.room, 5.0), "bar", note.colour);
            canvas.fitted((x, top + 19.0), "c", &class.id, CLASS_PX, most);
            canvas.fitted((x, top + 33.0), "m", &note.first, NOTE_PX, most);
            canvas.fitted((x, top + 46.0), "nm", &note.second, NOTE_PX - 1.0, most);
        }
        let noted: Vec<usize> = self.notes.iter().map(|n| n.class).collect();
        for (c, class) in self.instance.draft.classes.iter().enumerate() {
            if !noted.contains(&c) {
                let (x, y) = self.node_at(&class.room);
                canvas.rect((x - self.room / 2.0, y - ROOM - 14.0), (self.room, ROOM), "x", "");
                canvas.fitted((x, y - ROOM + 6.0), "c", &class.id, CLASS_PX, self.room - 4.0);
                canvas.text((x, y - ROOM + 22.0), "m", "无通路");
            }
        }
    }
}

/// Places along the corridor; nodes without one are set side by side.
fn xs(nodes: &[Node], list: &[usize]) -> BTreeMap<usize, f64> {
    let mut next: BTreeMap<i32, f64> = BTreeMap::new();
    let mut map = BTreeMap::new();
    for &i in list {
        let x = nodes[i].x.unwrap_or_else(|| {
            let n = next.entry(nodes[i].floor).or_default();
            *n += 5.0;
            *n
        });
        map.insert(i, x);
    }
    map
}

/// The least distance of two rooms on one floor, m.
fn least_gap(nodes: &[Node], list: &[usize], x: &BTreeMap<usize, f64>) -> f64 {
    let mut rooms: Vec<(i32, f64)> =
        list.iter().filter(|&&i| nodes[i].kind == NodeKind::Room).map(|&i| (nodes[i].floor, x[&i])).collect();
    rooms.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let gaps = rooms.windows(2).filter(|w| w[0].0 == w[1].0).map(|w| w[1].1 - w[0].1);
    gaps.filter(|g| *g > 0.5).fold(20.0, f64::min)
}
