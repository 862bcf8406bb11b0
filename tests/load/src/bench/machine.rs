//! What the figures were measured on: cores, memory, kernel, and what a durable write costs on this disk now.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use base::Stopwatch;

use super::Done;

/// Writes of the fsync probe.
const PROBES: usize = 200;

pub fn line(dir: &Path) -> Done<String> {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown CPU".into());
    let memory = field("/proc/meminfo", "MemTotal").and_then(|t| t.split(' ').next()?.parse::<i64>().ok());
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let (half, most) = fsync(dir)?;
    Ok(format!(
        "{cores} cores of {cpu}, {} GiB, Linux {}; 4 KiB append with fdatasync {half:.2} ms (p50), {most:.2} ms (p99); \
         load {} before the run; clients and server share the cores",
        memory.unwrap_or(0) / 1_048_576,
        kernel.trim(),
        load(),
    ))
}

/// How many wanted to run in the last minute.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_string()
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_string())
}

/// Median and p99 of an append of 4 KiB brought to the disk, ms.
fn fsync(dir: &Path) -> Done<(f64, f64)> {
    let path = dir.join("fsync-probe");
    let mut file = File::create(&path)?;
    let mut times = Vec::with_capacity(PROBES);
    for _ in 0..PROBES {
        let watch = Stopwatch::start();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(watch.elapsed_us());
    }
    std::fs::remove_file(&path)?;
    times.sort_unstable();
    Ok((times[PROBES / 2] as f64 / 1_000.0, times[PROBES * 99 / 100] as f64 / 1_000.0))
}
