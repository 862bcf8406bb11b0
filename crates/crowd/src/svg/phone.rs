//! The same timetable for a phone held upright: one line a class in large letters, then who is on which stair.

use super::names::Names;
use super::{Canvas, Colours, MARGIN, NOTE_PX, PHONE, before, foot, spoken, stations, strips, width};
use crate::instance::Instance;
use crate::plan::Plan;

/// Size of the letters of a sentence, px.
const LINE_PX: f64 = 15.0;
/// Size of the large letters, px.
const BIG_PX: f64 = 18.0;
/// Height of a class, px.
const CARD: f64 = 50.0;

/// The timetable, 390 px wide; `bell_s` as in `plan_svg`.
pub fn plan_phone_svg(instance: &Instance, plan: &Plan, bell_s: Option<u32>) -> String {
    let names = Names::new(instance);
    let colours = Colours::new(instance, plan.slots.iter().map(|s| s.path.as_slice()));
    let mut canvas = Canvas::new(bell_s);
    canvas.width = PHONE;
    let draft = &instance.draft;
    let title = format!("{} · 错时放学", draft.name);
    lines(&mut canvas, "h", &title, 17.0);
    let about = format!(
        "{} 个班，{} 全部离校。{}；到点才出教室门，走在前一班后面，不抢道、不超越。",
        plan.slots.len(),
        spoken(instance.seconds(plan.makespan)),
        canvas.told()
    );
    lines(&mut canvas, "s", &about, LINE_PX);
    if instance.scenario() != "base" {
        let note = draft.closures.iter().find(|c| c.id == instance.scenario());
        let note = note.map_or_else(|| instance.shut().join("、"), |c| c.note.clone());
        lines(&mut canvas, "s", &format!("封闭：{note}"), LINE_PX);
    }
    if !plan.unreachable.is_empty() {
        lines(&mut canvas, "s", &format!("没有通路的班级：{}", plan.unreachable.join("、")), LINE_PX);
    }
    canvas.y += 14.0;
    let moment = width(&canvas.clock(0.0), BIG_PX).max(50.0);
    for s in plan.by_start() {
        let y = canvas.y;
        canvas.rect((MARGIN - 10.0, y), (8.0, CARD - 8.0), "bar", colours.of(instance, &s.path));
        canvas.text((MARGIN + 8.0, y + 18.0), "big", &canvas.clock(instance.seconds(s.start)));
        canvas.text((MARGIN + 18.0 + moment, y + 18.0), "big", &draft.classes[s.class].id);
        let out = format!("{} 离校", canvas.clock(instance.seconds(s.out)));
        canvas.text((PHONE - MARGIN + 10.0, y + 18.0), "e", &out);
        let after = before(instance, plan, s).map(|id| format!("，跟在 {id} 后")).unwrap_or_default();
        let ways: Vec<String> = stations(instance, s).map(|e| names.short(e)).collect();
        let ways = format!("{}{after}", ways.join(" → "));
        canvas.fitted((MARGIN + 8.0, y + 37.0), "", &ways, NOTE_PX, PHONE - 2.0 * MARGIN);
        canvas.y += CARD;
    }
    strips::gantt(&mut canvas, instance, plan, &names, &colours);
    foot(&mut canvas);
    canvas.finish(&title)
}

/// Text over as many lines as it needs, of letters of `px`; a line never begins with a stop or in the middle of a figure.
fn lines(canvas: &mut Canvas, class: &str, text: &str, px: f64) {
    let most = PHONE - 2.0 * (MARGIN - 10.0);
    let mut line = String::new();
    let whole = |c: char| c.is_ascii_alphanumeric() || "：:；，。、".contains(c);
    for (i, c) in text.char_indices() {
        // What must stay together is measured together.
        let word: String =
            text[i..].chars().enumerate().take_while(|(n, c)| *n == 0 || whole(*c)).map(|(_, c)| c).collect();
        if !line.is_empty() && !whole(c) && width(&line, px) + width(&word, px) > most {
            canvas.y += 22.0;
            canvas.text((MARGIN - 10.0, canvas.y), class, &line);
            line.clear();
        }
        line.push(c);
    }
    canvas.y += 22.0;
    canvas.text((MARGIN - 10.0, canvas.y), class, &line);
}
