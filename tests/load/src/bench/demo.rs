//! The demo city of 1,250 schools: how long the fill takes, how soon a filled folder serves again, and what memory the
//! server holds 60 s after its start when nobody has asked for anything.

use load::drive::sleep_ms;

use super::{Bench, Done};

/// Longest fill that is waited for, ms.
pub const FILL_MS: i64 = 300_000;
const QUIET_MS: i64 = 60_000;

/// Fills `demo/`; `measured` = also waits for the memory.
pub fn run(bench: &mut Bench<'_>, measured: bool) -> Done {
    let data = bench.place("demo");
    let (server, filled) = bench.start(&["demo"], &data, FILL_MS)?;
    bench.report.section("Start and memory");
    let bar = "≤ 60 s on 2 cores";
    bench.report.judge("demo: fill of 1,250 schools until it serves", seconds(filled), bar, filled <= 60_000);
    let held = server.rss_kib()?;
    server.stop()?;
    if !measured {
        return Ok(());
    }
    let (server, ready) = bench.start(&["serve"], &data, 60_000)?;
    bench.report.judge("start of the filled folder until /readyz", format!("{ready} ms"), "≤ 5 s", ready <= 5_000);
    let quiet = bench.ms(QUIET_MS);
    sleep_ms(quiet - server.age_ms());
    let rss = server.rss_kib()?;
    let what = format!("memory (VmRSS) {} s after the start, no request but one /readyz", quiet / 1_000);
    bench.report.judge(&what, mib(rss), "≤ 80 MiB", rss <= 80 * 1024);
    bench.report.tell("memory (VmRSS) of `demo` itself right after its fill", mib(held));
    server.stop()?;
    Ok(())
}

fn seconds(ms: i64) -> String {
    format!("{:.1} s", ms as f64 / 1_000.0)
}

fn mib(kib: i64) -> String {
    format!("{:.1} MiB", kib as f64 / 1_024.0)
}
