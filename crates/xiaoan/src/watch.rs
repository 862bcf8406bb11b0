//! What runs beside the doors: deadlines every second, a demo's clock kept, and at start and every night the self-audit
//! and the sweeps. Nothing here delays readiness.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use base::{Day, Stopwatch};
use safety::kernel::files;
use safety::{Actor, App, tick};

use crate::house;

/// The ticker looks for deadlines so often.
const TICK: Duration = Duration::from_secs(1);
/// A demo's clock is stored so often.
const KEEP_MS: i64 = 3_000;
/// Rounds of deadlines in one second, so that catching up after an outage leaves room for people.
const ROUNDS: usize = 20;
/// Hour of business time at which the night's work begins.
const NIGHT_HOUR: i8 = 2;
/// A file that no record names is swept when it is older than this (seconds of machine time): its transaction may be
/// under way.
const ORPHAN_SECONDS: u64 = 6 * 3600;

/// The threads; `stop` ends them.
pub struct Watch {
    stop: Sender<()>,
    ticker: JoinHandle<()>,
}

impl Watch {
    pub fn start(app: &Arc<App>, simulated: bool) -> std::io::Result<Watch> {
        let (stop, stopped) = channel();
        let of_ticker = app.clone();
        let ticker = std::thread::Builder::new().name("ticker".into()).spawn(move || {
            Ticker { app: of_ticker, simulated, kept: Stopwatch::start(), night: None }.run(&stopped);
        })?;
        night_work(app);
        Ok(Watch { stop, ticker })
    }

    pub fn stop(self) {
        drop(self.stop);
        // A panic of the thread has been printed where it happened.
        let _ = self.ticker.join();
    }
}

struct Ticker {
    app: Arc<App>,
    simulated: bool,
    kept: Stopwatch,
    /// The last night whose work was begun.
    night: Option<Day>,
}

impl Ticker {
    fn run(mut self, stopped: &Receiver<()>) {
        let now = self.app.now();
        self.night = Some(now.day()).filter(|_| now.local().hour() >= NIGHT_HOUR);
        while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
            self.second(stopped);
        }
        self.keep();
    }

    fn second(&mut self, stopped: &Receiver<()>) {
        for _ in 0..ROUNDS {
            // Catching up must not keep the program from ending, and one round may be hundreds of deadlines.
            let on = || stopped.try_recv() != Err(TryRecvError::Disconnected);
            match tick::run_while(&self.app, &on) {
                _ if !on() => return,
                Ok(0) => break,
                Ok(_) => {}
                Err(e) => {
                    tracing::error!(error = %e, "deadlines could not be looked for");
                    break;
                }
            }
        }
        if self.kept.elapsed_ms() >= KEEP_MS {
            self.keep();
            self.kept = Stopwatch::start();
        }
        let now = self.app.now();
        if now.local().hour() >= NIGHT_HOUR && self.night != Some(now.day()) {
            self.night = Some(now.day());
            if let Err(e) = tick::sweep(&self.app) {
                tracing::error!(error = %e, "the nightly sweep");
            }
            night_work(&self.app);
        }
    }

    /// Stores where a demo's clock stands, so that a restart never goes back.
    fn keep(&self) {
        if !self.simulated {
            return;
        }
        let now = self.app.now().0.to_string();
        if let Err(e) = house::set(self.app.db(), house::CLOCK, now) {
            tracing::error!(error = %e, "the demo's clock was not kept");
        }
    }
}

/// Audit and orphans on a thread of their own, which nobody waits for: when the database closes, it ends.
fn night_work(app: &Arc<App>) {
    let app = app.clone();
    let work = move || {
        match sweep_files(&app) {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "files that no record names"),
            Err(e) => tracing::warn!(error = %e, "files were not swept"),
        }
        let watch = Stopwatch::start();
        match app.audit() {
            Ok(audit) => {
                let findings = audit.findings.len() as i64 + audit.more;
                let (rows, leaves, ms) = (audit.rows, audit.leaves, watch.elapsed_ms());
                tracing::info!(rows, leaves, findings, ms, clean = audit.clean(), "self-audit");
                let told = serde_json::json!({
                    "at": audit.at, "rows": rows, "leaves": leaves, "findings": findings, "clean": audit.clean(),
                });
                if let Err(e) = house::set(app.db(), house::AUDIT, told.to_string()) {
                    tracing::warn!(error = %e, "the audit's result was not kept");
                }
            }
            Err(e) => tracing::warn!(error = %e, "the self-audit did not finish"),
        }
    };
    if let Err(e) = std::thread::Builder::new().name("night".into()).spawn(work) {
        tracing::error!(error = %e, "no thread for the self-audit");
    }
}

/// Removes photos that no record names and that are older than a few hours. Answers how many.
pub fn sweep_files(app: &App) -> base::Result<usize> {
    let mut swept = 0;
    for path in all_files(&app.data().join(house::FILES)) {
        let old = std::fs::metadata(&path).and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
        if old.is_none_or(|age| age.as_secs() < ORPHAN_SECONDS) {
            continue;
        }
        let Some(hash) = path.file_name().and_then(|name| name.to_str()).map(str::to_string) else { continue };
        let known = app.read(&Actor::system(), move |cx| files::known(cx, &hash))?;
        if !known && std::fs::remove_file(&path).is_ok() {
            swept += 1;
        }
    }
    Ok(swept)
}

/// Files two levels down: `files/ab/<hash>`.
pub fn all_files(root: &Path) -> Vec<std::path::PathBuf> {
    let entries = |path: &Path| std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path());
    let mut all: Vec<_> = entries(root).filter(|p| p.is_dir()).flat_map(|p| entries(&p).collect::<Vec<_>>()).collect();
    all.retain(|p| p.is_file());
    all.sort();
    all
}
