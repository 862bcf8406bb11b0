//! The real binary as a child process: started on a free port, waited for, stopped politely or killed, and looked at
//! through `/proc`.

use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use base::Stopwatch;

use crate::http::Client;

/// Between two looks at something that is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Linux counts the time of a process in hundredths of a second, whatever the kernel's own clock.
const TICKS_PER_SECOND: i64 = 100;

/// A running `xiaoan serve` or `xiaoan demo`; killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// What it prints goes there.
    log: PathBuf,
    started: Stopwatch,
}

/// A port that nobody uses now.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A command of the binary in its own environment: nothing of `XIAOAN_…` leaks in from the test's.
pub fn command(binary: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(binary);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("XIAOAN_")) {
        command.env_remove(name);
    }
    command.args(words).stdin(Stdio::null());
    command
}

impl Server {
    /// Starts `command` with `--listen` on a free port; its output goes to the file `log`.
    pub fn start(mut command: Command, log: &Path) -> io::Result<Server> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let out = File::options().create(true).append(true).open(log)?;
        let errors = out.try_clone()?;
        command.arg("--listen").arg(address.to_string()).stdout(out).stderr(errors);
        let started = Stopwatch::start();
        Ok(Server { child: command.spawn()?, address, log: log.into(), started })
    }
    pub fn client(&self) -> Client {
        Client::new(self.address).expect("the server was started on loopback")
    }
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
    /// Milliseconds since the start.
    pub fn age_ms(&self) -> i64 {
        self.started.elapsed_ms()
    }
    /// Waits until `/readyz` answers 200; answers how many ms after the start that was.
    pub fn ready(&mut self, within_ms: i64) -> io::Result<i64> {
        loop {
            let ready = self.client().waiting(1_000).get("/readyz").is_ok_and(|answer| answer.status == 200);
            let at = self.started.elapsed_ms();
            if ready {
                return Ok(at);
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || at > within_ms {
                let why = ended.map_or("not ready in time".to_string(), |status| format!("ended: {status}"));
                return Err(io::Error::other(format!("{why} after {at} ms; it printed:\n{}", self.printed())));
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }
    /// What it printed so far.
    pub fn printed(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
    /// SIGKILL: no time for anything.
    pub fn kill(mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(|_| ())
    }
    /// SIGTERM, without waiting.
    pub fn terminate(&self) -> io::Result<()> {
        let sent = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", self.child.id())).status()?;
        if sent.success() { Ok(()) } else { Err(io::Error::other("SIGTERM could not be sent")) }
    }
    /// Waits for the end; an error when it does not come in time.
    pub fn wait(&mut self, within_ms: i64) -> io::Result<ExitStatus> {
        let watch = Stopwatch::start();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if watch.elapsed_ms() > within_ms {
                return Err(io::Error::other(format!("still running {within_ms} ms later")));
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }
    /// SIGTERM, and waits up to 10 s for the end.
    pub fn stop(mut self) -> io::Result<ExitStatus> {
        self.terminate()?;
        self.wait(10_000)
    }
    /// CPU that the process has used so far, all its threads, µs (in steps of 10 ms).
    pub fn cpu_us(&self) -> io::Result<i64> {
        cpu_us(self.pid())
    }
    /// Resident memory, KiB.
    pub fn rss_kib(&self) -> io::Result<i64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|rest| rest.trim().strip_suffix("kB")).and_then(|kib| kib.trim().parse().ok());
        kib.ok_or_else(|| io::Error::other("no VmRSS"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; either way nothing more is to be done here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// User and system time of a process, µs.
pub fn cpu_us(pid: u32) -> io::Result<i64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is the name in brackets, which may hold blanks: count from behind it.
    let rest = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or("");
    let field = |n: usize| rest.split_whitespace().nth(n).and_then(|v| v.parse::<i64>().ok());
    match (field(11), field(12)) {
        (Some(user), Some(system)) => Ok((user + system) * 1_000_000 / TICKS_PER_SECOND),
        _ => Err(io::Error::other("/proc/…/stat cannot be read")),
    }
}

/// Copies a data folder (of a server that is stopped), subfolders too, locks left behind.
pub fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &place)?;
        } else if !entry.file_name().to_string_lossy().ends_with(".lock") {
            std::fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}
