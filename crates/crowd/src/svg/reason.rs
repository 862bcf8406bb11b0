//! The picture of `crowd bound`: which ways are the reason, and where people queue when all leave at once.

use super::floors::{Floors, RoomNote};
use super::names::Names;
use super::{Canvas, MARGIN, clock, foot, scenario_line, spoken};
use crate::document::Reckoning;
use crate::instance::Instance;

/// The picture of the two floors and the habit.
pub fn bound_svg(instance: &Instance, known: &Reckoning) -> String {
    let names = Names::new(instance);
    let s = |steps: u32| spoken(instance.seconds(steps));
    let mut canvas = Canvas::new(None);
    let title = format!("{} · 瓶颈图", instance.draft.name);
    canvas.y += 12.0;
    canvas.text((MARGIN, canvas.y), "t", &title);
    for line in [
        format!("错时放学怎样安排也不会少于 {}：图中红色的通道就是原因。", s(known.dismissal.steps)),
        format!("疏散最快也要 {}；同时走、各走最近的出口要 {}。", s(known.evacuation.steps), s(known.habit.steps)),
    ] {
        canvas.y += 24.0;
        canvas.text((MARGIN, canvas.y), "s", &line);
    }
    scenario_line(&mut canvas, instance);
    let mut floors = Floors::new(instance, 0.0);
    for (class, c) in instance.draft.classes.iter().enumerate() {
        let (first, second) = (format!("{} 人", c.n), String::new());
        if known.habit.out[class].is_some() {
            floors.note(RoomNote { class, first, second, colour: "#8a8a8a" });
        }
    }
    for cut in &known.dismissal.min_cut {
        let (from, until) = (instance.seconds(cut.from), instance.seconds(cut.until));
        floors.mark(cut.edge, format!("{}–{} 满", clock(from), clock(until)));
    }
    floors.draw(&mut canvas, &vec![None; instance.draft.edges.len()]);
    canvas.heading("决定下限的通道（加宽、分流这些才有用）");
    for cut in &known.dismissal.min_cut {
        let (from, until) = (clock(instance.seconds(cut.from)), clock(instance.seconds(cut.until)));
        canvas.y += 20.0;
        canvas.text((MARGIN + 8.0, canvas.y), "", &format!("{}：从 {from} 到 {until} 一直走满", names.long(cut.edge)));
    }
    canvas.heading("同时走时最长的等候");
    for b in &known.habit.bottlenecks {
        canvas.y += 20.0;
        let line = format!("{}：最多约 {:.0} 人等候，共 {:.0} 秒", names.long(b.edge), b.peak_queue, b.congested_s);
        canvas.text((MARGIN + 8.0, canvas.y), "", &line);
    }
    foot(&mut canvas);
    canvas.finish(&title)
}
