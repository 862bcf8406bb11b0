//! The demo city of 1,250 schools: how long the fill takes, how soon a filled folder serves again, and what memory the
//! server holds 60 s after its start when nobody has asked for anything.

use load::drive::sleep_ms;
use load::server::cpu_us;

use super::{Bench, Done};

/// Longest fill that is waited for, ms.
pub const FILL_MS: i64 = 300_000;
const QUIET_MS: i64 = 60_000;
/// The bars: seconds of the fill, seconds of a start, MiB at rest.
const FILL_S: f64 = 60.0;
const START_S: f64 = 5.0;
const MEMORY_MIB: f64 = 80.0;

/// Fills `demo/`; `measured` = also waits for the memory.
pub fn run(bench: &mut Bench<'_>, measured: bool) -> Done {
    let data = bench.place("demo");
    let (server, filled) = bench.start(&["demo"], &data, FILL_MS)?;
    // The filling process becomes the server: its CPU is that of both.
    let cpu = cpu_us(server.pid())?;
    if !measured {
        server.stop()?;
        return Ok(());
    }
    bench.report.section("Start and memory, 1,250 schools, 120 of them with people");
    bench.report.at_most("demo: from the command to a usable page", seconds(filled), FILL_S, "s");
    bench.report.at_most("… CPU of it, all threads", cpu as f64 / 1e6, 2.0 * FILL_S, "CPU-s of 2 cores");
    bench.report.tell("size of the database then", bytes(&data.join("xiaoan.db"))?);
    let held = server.rss_kib()?;
    server.stop()?;
    let (server, ready) = bench.start(&["serve"], &data, 60_000)?;
    bench.report.at_most("start of the filled folder until /readyz", seconds(ready), START_S, "s");
    let quiet = bench.ms(QUIET_MS);
    sleep_ms(quiet - server.age_ms());
    let what = format!("memory (VmRSS) {} s after the start, no request but /readyz", quiet / 1_000);
    bench.report.at_most(&what, mib(server.rss_kib()?), MEMORY_MIB, "MiB");
    bench.report.tell("memory (VmRSS) of `demo` itself right after its fill", format!("{:.1} MiB", mib(held)));
    server.stop()?;
    Ok(())
}

fn bytes(path: &std::path::Path) -> Done<String> {
    Ok(format!("{:.1} MB", std::fs::metadata(path)?.len() as f64 / 1e6))
}

pub fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}

fn mib(kib: i64) -> f64 {
    kib as f64 / 1_024.0
}
