//! QR codes as SVG, small on the wire: one path whose pieces are runs of dark squares in a row. The library's own drawing
//! writes each square by itself, six times as many bytes on pages that a phone loads.

use base::{Error, Result};
use qrcode::{Color, EcLevel, QrCode};

/// White squares around it (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;

/// The code of a text as an SVG of 160 × 160 px without any style attribute; refuses a text that is too long for any code.
pub fn svg(text: &str, level: EcLevel) -> Result<String> {
    let code = QrCode::with_error_correction_level(text, level).map_err(|e| Error::broken(format!("qr: {e}")))?;
    let side = code.width() + 2 * QUIET;
    Ok(format!(
        concat!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="160" height="160" viewBox="0 0 {side} {side}" "##,
            r##"shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>"##,
            r##"<path fill="#000" d="{dark}"/></svg>"##
        ),
        side = side,
        dark = path(&code.to_colors(), code.width()),
    ))
}

/// `M x y h n v 1 H x z` for each run.
fn path(squares: &[Color], width: usize) -> String {
    let mut out = String::new();
    for (y, row) in squares.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|c| **c == Color::Dark).count();
            if run > 0 {
                let (left, top) = (x + QUIET, y + QUIET);
                out.push_str(&format!("M{left} {top}h{run}v1H{left}z"));
            }
            x += run.max(1);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use qrcode::{Color, EcLevel, QrCode};

    #[test]
    fn what_is_drawn_is_the_code_square_by_square() {
        let text = "xiaoan.example/log 2026 1234567 ".repeat(6);
        let code = QrCode::with_error_correction_level(&text, EcLevel::M).unwrap();
        let (squares, width) = (code.to_colors(), code.width());
        let mut painted = vec![Color::Light; squares.len()];
        for run in super::path(&squares, width).split('z').filter(|r| !r.is_empty()) {
            let (at, rest) = run[1..].split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let n: usize = rest.split_once('v').unwrap().0.parse().unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            for i in 0..n {
                painted[(y - super::QUIET) * width + x - super::QUIET + i] = Color::Dark;
            }
        }
        assert!(painted == squares);
        assert!(super::svg(&text, EcLevel::M).unwrap().len() < 16 * squares.len() / 3, "runs, not squares");
        assert!(super::svg(&"x".repeat(5_000), EcLevel::M).is_err());
    }
}
