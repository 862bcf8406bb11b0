//! Small pictures of figures, drawn on the server as SVG: bars and lines. Every picture has a title for those who hear
//! it, and the page puts a table with the same figures beneath. Colours are tokens of the style sheet, so they follow
//! the theme; the content policy allows no inline style, and none is used.

use std::fmt::Write;

/// Width and height of a picture, CSS pixels: fits a phone of 360 without scaling its letters.
const WIDTH: i64 = 304;
const HEIGHT: i64 = 168;
const TOP: i64 = 22;
const FOOT: i64 = 24;
/// Space between two bars.
const GAP: i64 = 10;

/// One bar: what stands under it, its figure, and the share of it that is drawn in red (0 for none).
pub struct Bar<'a> {
    pub label: &'a str,
    pub value: i64,
    pub late: i64,
}

fn open(title: &str) -> String {
    let title = escape(title);
    format!(
        "<svg class=\"plot\" role=\"img\" aria-label=\"{title}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
         height=\"{HEIGHT}\" fill=\"currentColor\" font-size=\"13\"><title>{title}</title>"
    )
}

/// Text as it may stand in markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Upright bars with their figures on top.
pub fn bars(title: &str, bars: &[Bar<'_>]) -> String {
    let mut out = open(title);
    let most = bars.iter().map(|b| b.value).max().unwrap_or(0).max(1);
    let n = (bars.len() as i64).max(1);
    let wide = (WIDTH - GAP * (n - 1)) / n;
    let room = HEIGHT - TOP - FOOT;
    for (i, bar) in bars.iter().enumerate() {
        let x = i as i64 * (wide + GAP);
        let high = bar.value * room / most;
        let high = if bar.value > 0 { high.max(2) } else { 0 };
        let red = bar.late.clamp(0, bar.value) * high / bar.value.max(1);
        let (y, middle) = (TOP + room - high, x + wide / 2);
        rect(&mut out, (x, y), (wide, high), "var(--acc)");
        if red > 0 {
            rect(&mut out, (x, TOP + room - red), (wide, red), "var(--fr)");
        }
        text(&mut out, (middle, y - 6), "middle", &bar.value.to_string());
        label(&mut out, middle, bar.label);
    }
    base_line(&mut out);
    out + "</svg>"
}

fn base_line(out: &mut String) {
    let y = HEIGHT - FOOT;
    let _ = write!(out, "<path d=\"M0 {y}H{WIDTH}\" stroke=\"var(--line2)\" fill=\"none\"/>");
}

fn rect(out: &mut String, (x, y): (i64, i64), (w, h): (i64, i64), fill: &str) {
    let _ = write!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"2\" fill=\"{fill}\"/>");
}

fn text(out: &mut String, (x, y): (i64, i64), anchor: &str, words: &str) {
    let words = escape(words);
    let _ = write!(out, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{words}</text>");
}

fn label(out: &mut String, x: i64, words: &str) {
    let words = escape(words);
    let y = HEIGHT - 6;
    let _ = write!(out, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" fill=\"var(--ink3)\">{words}</text>");
}

/// Two lines over the same days: the first full, the second dashed. `ends` are the words under both ends.
pub fn lines(title: &str, first: &[i64], second: &[i64], ends: (&str, &str)) -> String {
    let mut out = open(title);
    let most = first.iter().chain(second).copied().max().unwrap_or(0).max(1);
    for (i, row) in [first, second].into_iter().enumerate() {
        let points = points(row, most);
        let (stroke, dash) = if i == 0 { ("var(--acc)", "") } else { ("var(--fg)", " stroke-dasharray=\"5 4\"") };
        let _ = write!(
            out,
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2\" stroke-linejoin=\"round\"{dash}/>"
        );
    }
    base_line(&mut out);
    text(&mut out, (0, 14), "start", &most.to_string());
    let y = HEIGHT - 6;
    let (left, right) = (escape(ends.0), escape(ends.1));
    let _ = write!(
        out,
        "<text x=\"0\" y=\"{y}\" fill=\"var(--ink3)\">{left}</text>\
         <text x=\"{WIDTH}\" y=\"{y}\" text-anchor=\"end\" fill=\"var(--ink3)\">{right}</text>"
    );
    out + "</svg>"
}

fn points(row: &[i64], most: i64) -> String {
    let room = HEIGHT - TOP - FOOT;
    let last = (row.len() as i64 - 1).max(1);
    let point =
        |(i, v): (usize, &i64)| format!("{},{}", 2 + i as i64 * (WIDTH - 4) / last, TOP + room - v * room / most);
    row.iter().enumerate().map(point).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_high_as_its_share_and_words_cannot_break_out() {
        let svg = bars(
            "在办 \"天数\" <b>",
            &[
                Bar { label: "a", value: 10, late: 5 },
                Bar { label: "</text><script>", value: 5, late: 0 },
                Bar { label: "c", value: 0, late: 0 },
            ],
        );
        let room = HEIGHT - TOP - FOOT;
        assert!(svg.contains(&format!("height=\"{room}\" rx=\"2\" fill=\"var(--acc)\"")));
        assert!(svg.contains(&format!("height=\"{}\" rx=\"2\" fill=\"var(--fr)\"", room / 2)));
        assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains("style="));
        assert!(svg.contains("<title>在办 &quot;天数&quot; &lt;b&gt;</title>"));
    }

    #[test]
    fn nothing_is_drawn_as_nothing_and_does_not_divide_by_it() {
        assert!(bars("空", &[]).ends_with("</svg>"));
        assert!(lines("空", &[], &[], ("", "")).contains("points=\"\""));
        assert!(lines("平", &[0; 14], &[0; 14], ("11-10", "11-23")).contains("11-23"));
    }
}
