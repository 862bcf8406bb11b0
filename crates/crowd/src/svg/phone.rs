//! The same timetable for a phone held upright: one line a class in large letters, then who is on which stair.

use super::names::Names;
use super::{Canvas, Colours, MARGIN, PHONE, before, clock, foot, spoken, stations, strips};
use crate::instance::Instance;
use crate::plan::Plan;

/// Letters of 15 px that fit in a line.
const LETTERS: usize = 22;
/// Height of a class, px.
const CARD: f64 = 50.0;

/// The timetable, 390 px wide.
pub fn plan_phone_svg(instance: &Instance, plan: &Plan) -> String {
    let names = Names::new(instance);
    let colours = Colours::new(instance, plan.slots.iter().map(|s| s.path.as_slice()));
    let mut canvas = Canvas::new();
    canvas.width = PHONE;
    let draft = &instance.draft;
    let title = format!("{} · 错时放学", draft.name);
    lines(&mut canvas, "h", &title, LETTERS - 2);
    let about = format!(
        "{} 个班，{} 全部离校。时刻从放学铃响算起（分:秒）；到点才出教室门，走在前一班后面，不抢道、不超越。",
        plan.slots.len(),
        spoken(instance.seconds(plan.makespan))
    );
    lines(&mut canvas, "s", &about, LETTERS);
    if instance.scenario() != "base" {
        let note = draft.closures.iter().find(|c| c.id == instance.scenario());
        let note = note.map_or_else(|| instance.shut().join("、"), |c| c.note.clone());
        lines(&mut canvas, "s", &format!("封闭：{note}"), LETTERS);
    }
    if !plan.unreachable.is_empty() {
        lines(&mut canvas, "s", &format!("没有通路的班级：{}", plan.unreachable.join("、")), LETTERS);
    }
    canvas.y += 14.0;
    for s in plan.by_start() {
        let y = canvas.y;
        canvas.rect((MARGIN - 10.0, y), (8.0, CARD - 8.0), "bar", colours.of(instance, &s.path));
        canvas.text((MARGIN + 8.0, y + 18.0), "big", &clock(instance.seconds(s.start)));
        canvas.text((MARGIN + 68.0, y + 18.0), "big", &draft.classes[s.class].id);
        let after = before(instance, plan, s).map(|id| format!("跟在 {id} 后，")).unwrap_or_default();
        let out = format!("{after}{} 离校", clock(instance.seconds(s.out)));
        canvas.text((PHONE - MARGIN + 10.0, y + 18.0), "e", &out);
        let ways: Vec<String> = stations(instance, s).map(|e| names.short(e)).collect();
        canvas.text((MARGIN + 8.0, y + 37.0), "", &ways.join(" → "));
        canvas.y += CARD;
    }
    strips::gantt(&mut canvas, instance, plan, &names, &colours);
    foot(&mut canvas);
    canvas.finish(&title)
}

/// Text over as many lines as it needs.
fn lines(canvas: &mut Canvas, class: &str, text: &str, most: usize) {
    let letters: Vec<char> = text.chars().collect();
    for line in letters.chunks(most) {
        canvas.y += 22.0;
        canvas.text((MARGIN - 10.0, canvas.y), class, &line.iter().collect::<String>());
    }
}
