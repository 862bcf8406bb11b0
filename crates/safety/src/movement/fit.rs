//! What a drill measured, for the next plan: delay and pace by least squares of the measured against the planned times
//! of the classes. Pure; one line of figures through a dozen points, no more than that is known.

use base::{Error, Problem, Refusal, Result};
use serde_json::Value;

use super::building::{Judged, Simple, refused, sound};

/// Classes that must be both planned and measured: two unknowns want more than two points.
pub const LEAST: usize = 4;
/// Bounds of the fitted figures: a slip of the stopwatch makes no school of runners.
const FACTOR: (f64, f64) = (0.5, 1.3);
const DELAY_S: (f64, f64) = (0.0, 180.0);

/// The line y = a + b·x nearest to the points; none without spread.
fn line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let n = points.len() as f64;
    let (sx, sy) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0, y + p.1));
    let (mx, my) = (sx / n, sy / n);
    let (var, cov) = points.iter().fold((0.0, 0.0), |(v, c), p| (v + (p.0 - mx).powi(2), c + (p.0 - mx) * (p.1 - my)));
    (var > 1.0).then(|| (my - cov / var * mx, cov / var))
}

/// The buildings once more, with pace and delay as measured. `sheet` is the evacuation sheet that was drilled.
pub(super) fn refit(doc: &str, typed: Option<&Simple>, sheet: &Value, measured: &[(String, i64)]) -> Result<Judged> {
    let instance = crowd::Instance::from_json(doc.as_bytes()).map_err(refused)?;
    let mut draft = instance.draft().clone();
    let delay = draft.rules.premovement_s;
    let planned = |name: &str| -> Option<f64> {
        let class = sheet["classes"].as_array()?.iter().find(|c| c["cls"] == name || c["name"] == name)?;
        Some(class["out_s"].as_f64()? - delay)
    };
    let points: Vec<(f64, f64)> =
        measured.iter().filter_map(|(name, s)| Some((planned(name)?, *s as f64))).filter(|p| p.0 > 0.0).collect();
    if points.len() < LEAST {
        return Err(Refusal::NeedsEvidence { what: "measures" }.into());
    }
    let (start, slope) = line(&points).ok_or_else(|| Error::invalid("measures", Problem::Unreadable))?;
    // Times of half the length are twice the pace.
    let slope = slope.max(0.1);
    let pace = (draft.rules.speed_factor / slope).clamp(FACTOR.0, FACTOR.1);
    draft.rules.speed_factor = (pace * 100.0).round() / 100.0;
    draft.rules.premovement_s = start.clamp(DELAY_S.0, DELAY_S.1).round();
    let instance = crowd::Instance::new(draft).map_err(refused)?;
    sound(&instance, typed.map(|s| serde_json::json!(s).to_string()))
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_line_through_exact_points_is_that_line_and_one_point_is_none() {
        let (a, b) = line(&[(10.0, 35.0), (20.0, 50.0), (40.0, 80.0)]).unwrap();
        assert!((a - 20.0).abs() < 1e-9 && (b - 1.5).abs() < 1e-9);
        assert!(line(&[(10.0, 35.0), (10.0, 36.0)]).is_none());
    }
}
