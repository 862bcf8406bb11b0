//! Pictures a class teacher understands: where each class sits, when it leaves and by which stair, how full every stair
//! is, and how the school empties minute by minute.
//!
//! Hand-written SVG: text stays text, nothing is loaded from elsewhere, and the same plan gives the same bytes. Colours
//! always come with a figure or a pattern, so a grey print says the same.

mod floors;
mod names;
mod phone;
mod reason;
mod strips;

use crate::bound::Bound;
use crate::evacuate::Evacuation;
use crate::instance::Instance;
use crate::net::Mode;
use crate::plan::{Plan, Slot, Way};
use crate::posts::posts;
use floors::{Floors, RoomNote};
use names::Names;
pub use phone::plan_phone_svg;
pub use reason::bound_svg;
use std::fmt::Write as _;

/// Width of a picture for paper and wall, px.
const WIDTH: f64 = 1240.0;
/// Width of a picture for a phone held upright, px.
const PHONE: f64 = 390.0;
/// Margin on every side, px.
const MARGIN: f64 = 24.0;

/// Size of ordinary letters, px.
const NOTE_PX: f64 = 12.0;

/// Colours of routes: distinct for colour-blind eyes and of different lightness.
const ROUTES: [&str; 8] = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a8a00", "#5d4b8c"];
/// Of these the ones on which white letters cannot be read.
const LIGHT: [&str; 3] = ["#e69f00", "#cc79a7", "#56b4e9"];

/// The growing document.
pub(crate) struct Canvas {
    body: String,
    pub width: f64,
    /// Next free line from above.
    pub y: f64,
    /// When the bell rings, seconds of the day; without it moments count from the bell.
    bell: Option<u32>,
}

impl Canvas {
    fn new(bell: Option<u32>) -> Canvas {
        Canvas { body: String::new(), width: WIDTH, y: MARGIN, bell }
    }

    /// A moment as the readers of the picture tell it: `11:33:05` where the bell is known, else `3:05` after the bell.
    pub fn clock(&self, seconds: f64) -> String {
        match self.bell {
            Some(bell) => {
                let s = i64::from(bell) + seconds.round() as i64;
                format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
            }
            None => clock(seconds),
        }
    }

    /// A whole minute on an axis.
    pub fn minute(&self, seconds: f64) -> String {
        let whole = self.clock(seconds);
        match self.bell {
            Some(bell) if bell % 60 == 0 => whole.rsplit_once(':').map_or(String::new(), |(m, _)| m.to_owned()),
            _ => whole,
        }
    }

    /// How the moments of this picture are to be read.
    fn told(&self) -> String {
        match self.bell {
            Some(bell) => format!("{}:{:02} 打铃，时刻是钟点（时:分:秒）", bell / 3600, bell / 60 % 60),
            None => "时刻从放学铃响算起（分:秒）".to_owned(),
        }
    }

    pub fn raw(&mut self, text: &str) {
        self.body.push_str(text);
        self.body.push('\n');
    }

    pub fn text(&mut self, (x, y): (f64, f64), class: &str, text: &str) {
        let _ = writeln!(self.body, "<text x=\"{x:.0}\" y=\"{y:.0}\" class=\"{class}\">{}</text>", escape(text));
    }

    /// Letters that keep within a width: pressed together where they are too many.
    pub fn fitted(&mut self, (x, y): (f64, f64), class: &str, text: &str, px: f64, most: f64) {
        let press = if width(text, px) > most {
            format!(" textLength=\"{most:.0}\" lengthAdjust=\"spacingAndGlyphs\"")
        } else {
            String::new()
        };
        let _ = writeln!(self.body, "<text x=\"{x:.0}\" y=\"{y:.0}\" class=\"{class}\"{press}>{}</text>", escape(text));
    }

    pub fn line(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64), class: &str, width: f64) {
        let _ = writeln!(
            self.body,
            "<path d=\"M{x1:.0} {y1:.0}L{x2:.0} {y2:.0}\" class=\"{class}\" stroke-width=\"{width:.1}\"/>"
        );
    }

    pub fn rect(&mut self, (x, y): (f64, f64), (w, h): (f64, f64), class: &str, fill: &str) {
        let fill = if fill.is_empty() { String::new() } else { format!(" fill=\"{fill}\"") };
        let _ = writeln!(
            self.body,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" class=\"{class}\"{fill}/>"
        );
    }

    pub fn heading(&mut self, text: &str) {
        self.y += 34.0;
        self.text((MARGIN, self.y), "h", text);
        self.y += 12.0;
    }

    fn finish(self, title: &str) -> String {
        let (width, height) = (self.width, self.y + MARGIN);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n<title>{}</title>\n<style>{STYLE}</style>\n\
             <rect width=\"100%\" height=\"100%\" class=\"bg\"/>\n{}</svg>\n",
            escape(title),
            self.body
        )
    }
}

/// Letters have a rim in the colour of the paper, so that a line behind them does no harm. A dark screen gets dark paper;
/// the printer always gets white.
const STYLE: &str = "text{font-family:'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','Microsoft YaHei',\
PingFang SC,sans-serif;fill:#1a1a1a;font-size:12px;stroke:#fff;stroke-width:3px;stroke-linejoin:round;\
paint-order:stroke}.t{font-size:24px;font-weight:700}.s{font-size:15px}\
.h{font-size:17px;font-weight:700}.c{font-size:14px;font-weight:700;text-anchor:middle}.m{text-anchor:middle}\
.e{text-anchor:end}.n{font-size:11px;fill:#555}.nm{font-size:11px;fill:#555;text-anchor:middle}\
.w,.k{font-size:11px;fill:#fff;font-weight:700;text-anchor:middle;stroke:none}.k{fill:#1a1a1a}\
.b{font-size:12px;font-weight:700}.big{font-size:18px;font-weight:700}.bg{fill:#fff}\
.wall{fill:#f4f4f1;stroke:#999}.room{fill:#fff;stroke:#777}.cor{stroke:#d4d4cc;fill:none}\
.g{stroke:#2f9e5b;fill:none}.a{stroke:#e08a00;fill:none}.r{stroke:#c92a2a;fill:none}\
.x{stroke:#c92a2a;fill:none;stroke-dasharray:4 3}.u{stroke:#bbb;fill:none}.grid{stroke:#ddd;fill:none}\
.box{fill:#fff;stroke:#555}.post{fill:#fff;stroke:#1a1a1a;stroke-width:1.5}.bar{stroke:#fff;stroke-width:1}\
.in{fill:#3f6f9c}.way{fill:#9ecae1}\
@media screen and (prefers-color-scheme:dark){text{fill:#eee;stroke:#1c1f22}.n,.nm{fill:#aaa}.w{fill:#fff}\
.k{fill:#1a1a1a}.w,.k{stroke:none}.bg{fill:#1c1f22}.wall{fill:#26292d;stroke:#666}.room,.box,.post{fill:#1c1f22;stroke:#999}\
.cor,.u{stroke:#4c5157}.grid{stroke:#3a3f44}.bar{stroke:#1c1f22}.way{fill:#27506e}.in{fill:#7fb2dd}}";

pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // control characters are no part of XML
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Minutes and seconds on the clock of the timetable: `3:05`.
pub(crate) fn clock(seconds: f64) -> String {
    let s = seconds.round() as i64;
    format!("{}:{:02}", s / 60, s % 60)
}

/// About how wide a line of letters is, px: Chinese letters are square, the others about six tenths of that.
pub(crate) fn width(text: &str, px: f64) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.6 } else { 1.0 }).sum::<f64>() * px
}

pub(crate) fn spoken(seconds: f64) -> String {
    let s = seconds.round() as i64;
    match (s / 60, s % 60) {
        (0, s) => format!("{s} 秒"),
        (m, 0) => format!("{m} 分钟"),
        (m, s) => format!("{m} 分 {s} 秒"),
    }
}

/// The colour group of a class: everybody who leaves the building by the same door has the same colour.
fn route_key(instance: &Instance, path: &[usize]) -> Option<usize> {
    let edges = &instance.draft.edges;
    path.iter().copied().find(|&e| edges[e].exit).or(path.first().copied())
}

/// Colours by exit, in the order of the instance's edges.
pub(crate) struct Colours(Vec<usize>);

impl Colours {
    fn new<'a>(instance: &Instance, paths: impl Iterator<Item = &'a [usize]>) -> Colours {
        let mut keys: Vec<usize> = paths.filter_map(|p| route_key(instance, p)).collect();
        keys.sort_unstable();
        keys.dedup();
        Colours(keys)
    }

    pub fn of(&self, instance: &Instance, path: &[usize]) -> &'static str {
        let at = route_key(instance, path).and_then(|k| self.0.iter().position(|&o| o == k)).unwrap_or(0);
        ROUTES[at % ROUTES.len()]
    }

    /// Class of letters that can be read on a colour.
    pub fn ink(colour: &str) -> &'static str {
        if LIGHT.contains(&colour) { "k" } else { "w" }
    }
}

/// Peak use of every edge over time as part of its capacity; `None` where nobody comes.
pub(crate) fn peak_use(instance: &Instance, plan: &Plan) -> Vec<Option<f64>> {
    let net = instance.net(Mode::Dismissal);
    let mut caps = vec![0u32; instance.draft.edges.len()];
    net.arcs.iter().for_each(|a| caps[a.way] = a.cap);
    (0..caps.len())
        .map(|e| {
            let mut turns: Vec<(u32, i64)> = Vec::new();
            for (slot, from, until) in plan.on_edge(e) {
                turns.push((from, i64::from(slot.rate)));
                turns.push((until, -i64::from(slot.rate)));
            }
            turns.sort_unstable();
            let (mut now, mut peak) = (0, 0);
            for (_, change) in &turns {
                now += change;
                peak = peak.max(now);
            }
            (!turns.is_empty()).then(|| peak as f64 / f64::from(caps[e].max(1)))
        })
        .collect()
}

/// The picture of a timetable. `bound` (when at hand) is shown beside the makespan; `bell_s`, seconds of the day, turns
/// moments into times of the clock.
pub fn plan_svg(instance: &Instance, plan: &Plan, bound: Option<&Bound>, bell_s: Option<u32>) -> String {
    let names = Names::new(instance);
    let colours = Colours::new(instance, plan.slots.iter().map(|s| s.path.as_slice()));
    let mut canvas = Canvas::new(bell_s);
    let title = format!("{} · 错时放学图", instance.draft.name);
    plan_head(&mut canvas, instance, plan, bound, &title);
    let mut floors = Floors::new(instance, width(&format!("{} 走", canvas.clock(0.0)), NOTE_PX));
    for s in &plan.slots {
        let stair = s.way(instance, Way::FirstFlight).or(s.way(instance, Way::Exit));
        floors.note(RoomNote {
            class: s.class,
            first: format!("{} 走", canvas.clock(instance.seconds(s.start))),
            second: stair.map(|e| names.inside(e, house(instance, s.class))).unwrap_or_default(),
            colour: colours.of(instance, &s.path),
        });
    }
    floors.guard(&posts(instance, plan));
    let used = peak_use(instance, plan);
    floors.draw(&mut canvas, &used);
    legend(&mut canvas);
    timetable(&mut canvas, instance, plan, &names, &colours);
    strips::gantt(&mut canvas, instance, plan, &names, &colours);
    strips::curve(&mut canvas, instance, plan);
    strips::minutes(&mut canvas, instance, plan, &floors);
    foot(&mut canvas);
    canvas.finish(&title)
}

/// The building of a class.
fn house(instance: &Instance, class: usize) -> Option<&str> {
    let room = &instance.draft.classes[class].room;
    instance.draft.nodes.iter().find(|n| n.id == *room)?.building.as_deref()
}

fn plan_head(canvas: &mut Canvas, instance: &Instance, plan: &Plan, bound: Option<&Bound>, title: &str) {
    let draft = &instance.draft;
    canvas.y += 12.0;
    canvas.text((MARGIN, canvas.y), "t", title);
    let pupils: f64 = plan.slots.iter().map(|s| draft.classes[s.class].n).sum();
    let mut line =
        format!("{} 个班 {pupils} 人，按此表 {} 全部离校", plan.slots.len(), spoken(instance.seconds(plan.makespan)));
    if let Some(b) = bound {
        let _ = write!(line, "（怎样安排也不会少于 {}）", spoken(instance.seconds(b.steps)));
    }
    let _ = write!(line, "；楼梯上任何时刻不超过每平方米 {} 人。", draft.rules.density_limit.stair);
    canvas.y += 28.0;
    canvas.text((MARGIN, canvas.y), "s", &line);
    canvas.y += 22.0;
    let told = format!("{}。同色的班走同一个出口；到点才出教室门，走在前一班后面，不抢道、不超越。", canvas.told());
    canvas.text((MARGIN, canvas.y), "s", &told);
    scenario_line(canvas, instance);
    if !plan.unreachable.is_empty() {
        canvas.y += 22.0;
        canvas.text((MARGIN, canvas.y), "s", &format!("没有通路的班级：{}", plan.unreachable.join("、")));
    }
    for m in &plan.missed {
        canvas.y += 22.0;
        let text = format!("{}（{}）赶不上，差 {} 分钟", m.what, m.class, m.missing_min);
        canvas.text((MARGIN, canvas.y), "s", &text);
    }
}

fn scenario_line(canvas: &mut Canvas, instance: &Instance) {
    if instance.scenario() == "base" {
        return;
    }
    let note = instance.draft.closures.iter().find(|c| c.id == instance.scenario());
    let note = note.map_or_else(|| instance.shut().join("、"), |c| c.note.clone());
    canvas.y += 22.0;
    canvas.text((MARGIN, canvas.y), "s", &format!("封闭：{note}（图中红色虚线和 ×）"));
}

fn legend(canvas: &mut Canvas) {
    canvas.y += 22.0;
    let mut x = MARGIN;
    let y = canvas.y;
    for (class, text) in [
        ("g", "最满时不到 70%"),
        ("a", "70%–100%（满，但在安全密度内）"),
        ("r", "超过 100%"),
        ("u", "没有班级走"),
        ("x", "封闭"),
    ] {
        canvas.line((x, y - 4.0), (x + 34.0, y - 4.0), class, 6.0);
        canvas.text((x + 40.0, y), "", text);
        x += 70.0 + 12.5 * text.chars().count() as f64;
    }
    canvas.raw(&format!("<circle cx=\"{:.0}\" cy=\"{:.0}\" r=\"8\" class=\"post\"/>", x + 8.0, y - 4.0));
    canvas.text((x + 8.0, y), "m", "岗");
    canvas.text((x + 22.0, y), "", "导护老师站位；百分数 = 最满时占安全通行能力的份额");
    canvas.y += 6.0;
}

fn timetable(canvas: &mut Canvas, instance: &Instance, plan: &Plan, names: &Names, colours: &Colours) {
    canvas.heading("放学时刻表（按出门先后）");
    let rows = plan.by_start();
    let columns = 2usize;
    let per = rows.len().div_ceil(columns).max(1);
    let wide = (WIDTH - 2.0 * MARGIN) / columns as f64;
    let top = canvas.y + 8.0;
    for (i, s) in rows.iter().enumerate() {
        let (x, y) = (MARGIN + wide * (i / per) as f64, top + 19.0 * (i % per) as f64 + 12.0);
        row(canvas, (instance, plan), s, names, colours, (x, y));
    }
    canvas.y = top + 19.0 * per as f64;
}

/// First flight, exit and gate of a class.
fn stations(instance: &Instance, s: &Slot) -> impl Iterator<Item = usize> {
    [Way::FirstFlight, Way::Exit, Way::Gate].into_iter().filter_map(|w| s.way(instance, w))
}

/// The class just before this one on its first flight (or exit): the trigger that is robust against late bells.
fn before<'a>(instance: &'a Instance, plan: &Plan, s: &Slot) -> Option<&'a str> {
    let way = s.way(instance, Way::FirstFlight).or(s.way(instance, Way::Exit))?;
    let list = plan.on_edge(way);
    let at = list.iter().position(|(o, _, _)| o.class == s.class)?;
    let (other, _, _) = list.get(at.checked_sub(1)?)?;
    Some(&instance.draft.classes[other.class].id)
}

fn row(
    canvas: &mut Canvas,
    (instance, plan): (&Instance, &Plan),
    s: &Slot,
    names: &Names,
    colours: &Colours,
    (x, y): (f64, f64),
) {
    let class = &instance.draft.classes[s.class];
    canvas.rect((x, y - 11.0), (8.0, 13.0), "bar", colours.of(instance, &s.path));
    canvas.text((x + 66.0, y), "e", &canvas.clock(instance.seconds(s.start)));
    canvas.fitted((x + 76.0, y), "b", &class.id, NOTE_PX, 74.0);
    let stops: Vec<String> = stations(instance, s).map(|e| names.short(e)).collect();
    let out = canvas.clock(instance.seconds(s.out));
    let after = before(instance, plan, s).map(|id| format!("，跟在 {id} 后")).unwrap_or_default();
    let text = format!("{} 人　{}　{out} 离校{after}", class.n, stops.join(" → "));
    canvas.fitted((x + 156.0, y), "", &text, NOTE_PX, (WIDTH - 2.0 * MARGIN) / 2.0 - 164.0);
}

fn foot(canvas: &mut Canvas) {
    canvas.y += 26.0;
    canvas.text((MARGIN, canvas.y), "n", crate::document::ADVICE);
}

/// The picture of an evacuation sheet.
pub fn evacuation_svg(instance: &Instance, sheet: &Evacuation) -> String {
    let names = Names::new(instance);
    let colours = Colours::new(instance, sheet.leavers.iter().map(|l| l.path.as_slice()));
    let mut canvas = Canvas::new(None);
    let title = format!("{} · 疏散路线图", instance.draft.name);
    canvas.y += 12.0;
    canvas.text((MARGIN, canvas.y), "t", &title);
    let s = |steps: u32| spoken(instance.seconds(steps));
    for line in [
        format!("听到信号按班走指定楼梯，约 {} 到齐；都走最近的路要 {}。", s(sheet.clearance), s(sheet.nearest)),
        crate::document::sentence(instance.seconds(sheet.floor), instance.seconds(sheet.clearance)),
        "房间里写的是走哪部楼梯（或出口）和本班全部到达集合地点的时刻；同色的班走同一个出口。".to_owned(),
    ] {
        canvas.y += 24.0;
        canvas.text((MARGIN, canvas.y), "s", &line);
    }
    scenario_line(&mut canvas, instance);
    let edges = &instance.draft.edges;
    let mut floors = Floors::new(instance, 0.0);
    let mut people = vec![0.0; edges.len()];
    for l in &sheet.leavers {
        l.path.iter().for_each(|&e| people[e] += instance.draft.classes[l.class].n);
        let stair = l.path.iter().copied().find(|&e| edges[e].kind == crate::model::WayKind::Stair);
        let exit = l.path.iter().copied().find(|&e| edges[e].exit);
        floors.note(RoomNote {
            class: l.class,
            first: stair.or(exit).map(|e| names.inside(e, house(instance, l.class))).unwrap_or_default(),
            second: format!("{} 到", clock(instance.seconds(l.out))),
            colour: colours.of(instance, &l.path),
        });
    }
    floors.people(people);
    floors.draw(&mut canvas, &vec![None; edges.len()]);
    canvas.heading("最长的等候（楼梯口、出口前）");
    for b in &sheet.bottlenecks {
        canvas.y += 20.0;
        let line = format!("{}：最多约 {:.0} 人等候，共 {:.0} 秒", names.long(b.edge), b.peak_queue, b.congested_s);
        canvas.text((MARGIN + 8.0, canvas.y), "", &line);
    }
    foot(&mut canvas);
    canvas.finish(&title)
}
