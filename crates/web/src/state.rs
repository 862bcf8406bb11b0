//! What every handler holds. `read` and `write` carry a job to the database's threads and wait without blocking; the
//! heavy lane carries whatever costs CPU (password hashes, pictures, downloads), so that it can never starve the rest.
//!
//! In a page file: `web.read(signed.actor(), |cx| …).await?` and `web.act(&posted, |cx| …).await`. A job is
//! `Fn(&mut Cx) -> Result<T>`: it may run again, so it owns (moves in) what it needs and changes nothing outside `cx`.

use std::collections::HashMap;
use std::io;
use std::ops::Deref;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use base::{Error, Fault, Ms, Refusal, Result, Stopwatch};
use safety::org::login::{self, Session};
use safety::{Actor, App, Cx, Meta};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{Semaphore, oneshot, watch};

use crate::Config;
use crate::door::Posted;
use crate::limiter::{Allowance, Limiter};
use crate::live::Live;
use crate::meter::Meter;

/// Jobs that may wait for the heavy lane before a caller is told to come back.
const HEAVY_QUEUE: usize = 256;
/// A session read from the database is believed for this long (machine time): one page asks for it several times.
/// What is written asks again inside its transaction (`still_in_post`).
const SESSION_TRUST_MS: i64 = 1_000;
/// Sessions remembered at once.
const SESSIONS_KEPT: usize = 4_096;

/// Tips that one address may hand in, and in how long (machine time): wide enough for a school's gate behind one shared
/// address, too narrow for a machine.
const TIPS: i64 = 20;
const TIPS_MS: i64 = 10 * 60 * 1_000;

/// Sessions by the hash of their token, each with the machine time at which it was read.
type Sessions = HashMap<[u8; 32], (Arc<Session>, i64)>;

#[derive(Clone)]
pub struct Web(Arc<Inner>);

pub struct Inner {
    pub app: Arc<App>,
    pub config: Config,
    pub live: Live,
    pub limiter: Limiter,
    /// What the public may hand in from one address.
    pub tips: Allowance,
    pub meter: Meter,
    /// Key of the cookies that the server signs (`DIR/web.key`).
    pub key: [u8; 32],
    /// Timetables being reckoned.
    pub(crate) runs: crate::movement::run::Runs,
    heavy: Semaphore,
    heavy_waiting: AtomicUsize,
    sessions: Mutex<Sessions>,
    stopping: watch::Sender<bool>,
}

impl Deref for Web {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Web {
    /// Reads or makes `DIR/web.key`.
    pub fn new(app: Arc<App>, config: Config) -> io::Result<Web> {
        let cores = std::thread::available_parallelism().map_or(2, |n| n.get());
        let key = web_key(app.data())?;
        let live = Live::new();
        live.listen(&app);
        Ok(Web(Arc::new(Inner {
            app,
            config,
            live,
            limiter: Limiter::default(),
            tips: Allowance::new(TIPS, TIPS_MS),
            meter: Meter::default(),
            key,
            runs: Default::default(),
            heavy: Semaphore::new(cores.saturating_sub(1).max(1)),
            heavy_waiting: AtomicUsize::new(0),
            sessions: Mutex::default(),
            stopping: watch::channel(false).0,
        })))
    }

    /// Business time.
    pub fn now(&self) -> Ms {
        self.app.now()
    }
    pub fn tls(&self) -> bool {
        self.config.tls.is_some()
    }

    /// Ends every live stream.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }
    /// Resolves when the server is asked to stop.
    pub async fn stopped(&self) {
        // The sender lives as long as `self`, so waiting cannot end in an error.
        let _ = self.stopping.subscribe().wait_for(|stop| *stop).await;
    }

    /// One snapshot with the actor's rights.
    pub async fn read<T: Send + 'static>(
        &self,
        actor: &Actor,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (send, receive) = oneshot::channel();
        self.app.read_then(actor, job, move |answer| drop(send.send(answer)));
        receive.await.unwrap_or(Err(Fault::Gone.into()))
    }

    /// One act: one transaction with its leaves.
    pub async fn write<T: Send + 'static>(
        &self,
        actor: &Actor,
        meta: Meta,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (send, receive) = oneshot::channel();
        self.app.write_then(actor, meta, job, move |answer| drop(send.send(answer)));
        receive.await.unwrap_or(Err(Fault::Gone.into()))
    }

    /// What a form asks for, done once per Idempotency-Key.
    pub async fn act<T: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        posted: &Posted,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let command = posted.command.clone();
        let once = move |cx: &mut Cx<'_, '_>| safety::kernel::command::once(cx, command.as_ref(), |cx| job(cx));
        self.write(posted.signed.actor(), posted.meta.clone(), once).await
    }

    /// Work that costs CPU or waits for the disk. Refuses Busy when too much waits already.
    pub async fn heavy<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        if self.heavy_waiting.fetch_add(1, Ordering::Relaxed) >= HEAVY_QUEUE {
            self.heavy_waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Refusal::Busy.into());
        }
        let waiting = Waiting(&self.heavy_waiting);
        let permit = self.heavy.acquire().await.map_err(|_| Error::from(Fault::Gone))?;
        drop(waiting);
        let done = tokio::task::spawn_blocking(work).await;
        drop(permit);
        done.unwrap_or_else(|e| Err(Error::broken(format!("heavy work: {e}"))))
    }

    /// Who is behind a session token. SignIn when nobody is.
    pub async fn session(&self, token: &str) -> Result<Arc<Session>> {
        let hash = login::token_hash(token);
        let now = Stopwatch::machine_ms();
        if let Some((session, at)) = self.sessions().get(&hash)
            && now - at < SESSION_TRUST_MS
        {
            return Ok(session.clone());
        }
        let token = token.to_string();
        let session = Arc::new(self.read(&Actor::system(), move |cx| login::by_token(cx, &token)).await?);
        let mut kept = self.sessions();
        if kept.len() >= SESSIONS_KEPT {
            kept.retain(|_, (_, at)| now - *at < SESSION_TRUST_MS);
        }
        if kept.len() < SESSIONS_KEPT {
            kept.insert(hash, (session.clone(), now));
        }
        Ok(session)
    }

    /// After whatever ends or changes sessions, logins or posts: nothing read before is believed any more.
    pub fn forget_sessions(&self) {
        self.sessions().clear();
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts down also when the waiting request is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// 32 random bytes of their own, so that a signed cookie survives a restart. Only the owner may read the file.
fn web_key(data: &Path) -> io::Result<[u8; 32]> {
    use std::io::Write;
    let path = data.join("web.key");
    if let Ok(bytes) = std::fs::read(&path)
        && let Ok(key) = bytes.try_into()
    {
        return Ok(key);
    }
    let key: [u8; 32] = base::random();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    file.write_all(&key)?;
    file.sync_all()?;
    Ok(key)
}
