//! What `/metrics` tells: requests by route and status, how long they took, live streams. Counted in memory, written in
//! the text form of Prometheus; labels are route patterns, never addresses with ids in them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use base::Stopwatch;

use crate::state::Web;

/// Upper bounds of the buckets, microseconds.
const BOUNDS_US: [i64; 10] = [500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_000_000, 10_000_000];
/// Routes counted apart, each by method and status; the program has fewer, so this only bounds mistakes.
const SERIES: usize = 5_000;
/// Methods counted apart. Anything else, and a method that the route does not have, is `other`: what strangers make up
/// must not fill the table and push out what the program does.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

#[derive(Clone, Debug, Default)]
struct Series {
    buckets: [u64; BOUNDS_US.len()],
    count: u64,
    sum_us: u64,
}

#[derive(Default)]
pub struct Meter {
    /// By method, route and class of status.
    requests: Mutex<BTreeMap<(String, String, u16), Series>>,
    pub streams: AtomicI64,
    pub sign_ins: AtomicI64,
    pub sign_in_faults: AtomicI64,
}

impl Meter {
    fn note(&self, method: &str, route: &str, status: u16, us: i64) {
        let method = if METHODS.contains(&method) && status != 405 { method } else { "other" };
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (method.to_string(), route.to_string(), status);
        if requests.len() >= SERIES && !requests.contains_key(&key) {
            return;
        }
        let series = requests.entry(key).or_default();
        series.count += 1;
        series.sum_us += us.max(0) as u64;
        for (bucket, bound) in series.buckets.iter_mut().zip(BOUNDS_US) {
            *bucket += u64::from(us <= bound);
        }
    }

    /// Prometheus text of the door's own figures.
    pub fn write(&self, out: &mut String) {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let name = "xiaoan_http_request_seconds";
        // Writing into a String cannot fail.
        let _ = writeln!(out, "# HELP {name} Requests by route and status.\n# TYPE {name} histogram");
        for ((method, route, status), series) in requests.iter() {
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            for (bucket, bound) in series.buckets.iter().zip(BOUNDS_US) {
                let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{}\"}} {bucket}", bound as f64 / 1e6);
            }
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", series.count);
            let _ = writeln!(out, "{name}_sum{{{labels}}} {}", series.sum_us as f64 / 1e6);
            let _ = writeln!(out, "{name}_count{{{labels}}} {}", series.count);
        }
        gauge(out, "xiaoan_live_streams", "Live streams open now.", self.streams.load(Ordering::Relaxed));
        gauge(out, "xiaoan_sign_ins", "Sign-ins since the start.", self.sign_ins.load(Ordering::Relaxed));
        let faults = self.sign_in_faults.load(Ordering::Relaxed);
        gauge(out, "xiaoan_sign_in_faults", "Wrong passwords since the start.", faults);
    }
}

/// One figure without labels.
pub fn gauge(out: &mut String, name: &str, help: &str, value: i64) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
}

/// The middleware that measures; outermost.
pub async fn measure(State(web): State<Web>, request: Request, next: Next) -> Response {
    let method = request.method().to_string();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_string();
    let watch = Stopwatch::start();
    let response = next.run(request).await;
    web.meter.note(&method, &route, response.status().as_u16(), watch.elapsed_us());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_that_strangers_make_up_share_one_line() {
        let meter = Meter::default();
        for n in 0..SERIES {
            meter.note(&format!("MADE{n}"), "/api/v1/units/{id}", 405, 10);
            meter.note("PUT", "/api/v1/units/{id}", 405, 10);
        }
        meter.note("GET", "/api/v1/units/{id}", 200, 10);
        let mut out = String::new();
        meter.write(&mut out);
        let count = |method: &str, status: u16| {
            let line = format!("_count{{method=\"{method}\",route=\"/api/v1/units/{{id}}\",status=\"{status}\"}} ");
            out.lines().find_map(|l| l.split_once(&line).map(|(_, n)| n.to_string()))
        };
        assert_eq!((count("other", 405), count("GET", 200)), (Some("10000".into()), Some("1".into())));
        assert_eq!(out.matches("_count{").count(), 2);
    }
}
