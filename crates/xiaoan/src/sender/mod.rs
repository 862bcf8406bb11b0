//! Sends what stands in the outbox: takes what is ready, calls the far side through `courier`, writes back what became of
//! it. Beside the doors and outside the database's threads; every call is a task of its own, so that a slow far side
//! delays nobody else. What dies in the middle is sent again under the same key when its lease ends.
//!
//! Signatures take the machine's wall clock, not the simulated one: the far side is real.
//! Not here: who is told what and when (`safety::message`), waits between tries (`safety::kernel::outbox`).

pub mod config;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::{Fault, Id, Ms, Result, Stopwatch};
use courier::push::{Fresh, Subscription, Vapid};
use courier::{Bot, Line, Message, Rung, Webhook, Wire, push};
use safety::kernel::outbox::{self, Outcome, Way};
use safety::message::Kind;
use safety::message::channel::{Carried, carry, may_call};
use safety::message::send::{self, Job, Rang};
use safety::{Actor, App, Cx, Meta};
use tokio::sync::{Notify, oneshot};

use config::Messages;

/// One answer is waited for so long; a lease is longer.
const WAIT: Duration = Duration::from_secs(20);
/// Between two looks, when nothing woke the sender.
const LOOK: Duration = Duration::from_millis(500);
/// A database out of reach is asked again after this.
const AGAIN: Duration = Duration::from_secs(1);
/// Calls under way at once.
const FLYING_MAX: usize = 128;
/// This server's key towards push services, in the data folder.
pub const PUSH_KEY: &str = "push.key";

/// Everything that a call needs.
struct Sender {
    app: Arc<App>,
    wire: Wire,
    config: Messages,
    carried: Carried,
    vapid: Option<Vapid>,
    /// Where this server is found: the beginning of every link.
    site: String,
    flying: Mutex<BTreeSet<Id>>,
}

/// For as long as the doors are open: its task ends with theirs.
pub async fn run(app: Arc<App>, config: Messages, site: String) {
    let vapid = config.contact.as_ref().and_then(|contact| vapid(app.data(), contact));
    let carried = carried(&config, vapid.as_ref());
    loop {
        let told = carried.clone();
        match write(&app, move |cx| carry(cx, &told)).await {
            Ok(()) => break,
            Err(e) => tracing::warn!(error = %e, "what can be sent was not stored"),
        }
        tokio::time::sleep(AGAIN).await;
    }
    let wake = Arc::new(Notify::new());
    let woken = wake.clone();
    app.on_signal(move |signal| {
        if signal.noun == "message" {
            woken.notify_one();
        }
    });
    let (wire, flying) = (Wire::new(), Mutex::default());
    let sender = Arc::new(Sender { app, wire, config, carried, vapid, site, flying });
    loop {
        let _ = tokio::time::timeout(LOOK, wake.notified()).await;
        match sender.round().await {
            Ok(()) => {}
            // Out of reach, or closing: the doors say so.
            Err(e) => {
                tracing::debug!(error = %e, "the outbox was not looked at");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

fn carried(config: &Messages, vapid: Option<&Vapid>) -> Carried {
    let mut ways = vec![Way::WeCom, Way::DingTalk, Way::Feishu, Way::Webhook];
    ways.extend(config.gateway.as_ref().map(|_| Way::Sms));
    ways.extend(config.gateway.as_ref().filter(|_| config.voice).map(|_| Way::Voice));
    ways.extend(config.mail.as_ref().map(|_| Way::Mail));
    ways.extend(vapid.map(|_| Way::Push));
    Carried { ways, hosts: config.hosts.clone(), push_key: vapid.map(Vapid::public_key) }
}

/// Reads or makes the key; none, with a line in the log, when neither can be done.
fn vapid(data: &Path, contact: &str) -> Option<Vapid> {
    let path = data.join(PUSH_KEY);
    let kept = std::fs::read(&path).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let key = match kept {
        Some(key) => key,
        None => {
            let key = base::random();
            if let Err(e) = crate::house::secret(&path, &key) {
                tracing::warn!(error = %e, "no key for browsers");
                return None;
            }
            key
        }
    };
    Vapid::new(&key, contact)
}

impl Sender {
    async fn round(self: &Arc<Sender>) -> Result<()> {
        while self.flying().len() < FLYING_MAX && read(&self.app, outbox::any_ready).await? {
            let jobs = write(&self.app, send::take).await?;
            if jobs.is_empty() {
                break;
            }
            for job in jobs {
                // Claimed anew while its first call is still under way (a simulated clock runs fast): one is enough.
                if self.flying().insert(job.key) {
                    let sender = self.clone();
                    tokio::spawn(async move { sender.one(job).await });
                }
            }
        }
        Ok(())
    }

    fn flying(&self) -> std::sync::MutexGuard<'_, BTreeSet<Id>> {
        self.flying.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn one(self: Arc<Sender>, job: Job) {
        let (key, claim) = (job.key, job.claim);
        let written = match &job.ringing {
            Some((row, far)) => {
                let (row, rang) = (*row, self.ask(far).await);
                write(&self.app, move |cx| send::rang(cx, row, rang)).await
            }
            None => {
                let outcome = self.call(&job).await;
                tell(&job, &outcome);
                write(&self.app, move |cx| send::settle(cx, key, claim, &outcome)).await
            }
        };
        self.flying().remove(&key);
        if let Err(e) = written {
            // Its lease ends and it goes again, under the same key.
            tracing::warn!(error = %e, "a receipt was not stored");
        }
    }

    /// The link that a message leads to.
    fn link(&self, job: &Job) -> String {
        let path = match &job.record {
            Some((noun, id)) => web::record_path(noun, *id),
            None => web::MESSAGES.to_string(),
        };
        format!("{}{path}", self.site.trim_end_matches('/'))
    }

    async fn call(&self, job: &Job) -> Outcome {
        let refused = |why: &str| Outcome::Refused { why: why.into() };
        let line = if job.record.is_some() { line(job.kind) } else { Line::Notice };
        let Some(message) = Message::new(job.key, line, &self.link(job)) else { return refused("link") };
        let now_ms = Stopwatch::wall_seconds() * Ms::SECOND;
        let outcome = match job.way {
            Way::Sms | Way::Voice => self.telephone(job, &message, now_ms / 1_000).await,
            Way::Mail => self.mail(job, &message, now_ms).await,
            // Asked again here: what was allowed when it was entered may not be any more.
            _ if !may_call(job.way, &job.address, &self.carried) => return refused("host"),
            Way::Push => return self.push(job, &message, now_ms / 1_000).await,
            Way::Webhook => self.webhook(job, &message, now_ms / 1_000).await,
            Way::WeCom | Way::DingTalk | Way::Feishu => self.bot(job, &message, now_ms).await,
        };
        outcome.map_or_else(|| refused("channel"), |o| stored(o, job.way == Way::Voice))
    }

    async fn telephone(&self, job: &Job, message: &Message, now_s: i64) -> Option<courier::Outcome> {
        let gateway = self.config.gateway.as_ref()?;
        let call = match job.way {
            Way::Voice => gateway.ring(&job.address, message, words, &send::ACKNOWLEDGE.to_string(), now_s),
            _ => gateway.message(&job.address, message, words, now_s),
        };
        Some(gateway.outcome(&self.wire.send(&call, WAIT).await))
    }

    async fn ask(&self, far: &str) -> Option<Rang> {
        let gateway = self.config.gateway.as_ref()?;
        let answer = self.wire.send(&gateway.ask(far, Stopwatch::wall_seconds()), WAIT).await;
        match gateway.rung(&answer)? {
            Rung::Ringing => None,
            Rung::Answered(key) => Some(Rang::Answered(key)),
            Rung::Unanswered => Some(Rang::Unanswered),
            Rung::Busy => Some(Rang::Busy),
        }
    }

    async fn mail(&self, job: &Job, message: &Message, now_ms: i64) -> Option<courier::Outcome> {
        let mail = self.config.mail.as_ref()?;
        Some(mail.send(&self.wire, &job.address, message, words, Ms(now_ms), WAIT).await)
    }

    async fn webhook(&self, job: &Job, message: &Message, now_s: i64) -> Option<courier::Outcome> {
        let hook = Webhook { url: job.address.clone(), secret: job.secret.clone()? };
        let call = hook.call(message, now_s)?;
        Some(hook.outcome(&self.wire.send(&call, WAIT).await))
    }

    async fn bot(&self, job: &Job, message: &Message, now_ms: i64) -> Option<courier::Outcome> {
        let url = job.address.clone();
        let bot = match job.way {
            Way::DingTalk => Bot::DingTalk { url, secret: job.secret.clone()? },
            Way::Feishu => Bot::Feishu { url, secret: job.secret.clone()? },
            _ => Bot::WeCom { url },
        };
        Some(bot.outcome(&self.wire.send(&bot.call(message, words, now_ms), WAIT).await))
    }

    async fn push(&self, job: &Job, message: &Message, now_s: i64) -> Outcome {
        let refused = || Outcome::Refused { why: "channel".into() };
        let keys = job.secret.as_deref().and_then(|secret| secret.split_once(' '));
        let (Some(vapid), Some((p256dh, auth))) = (&self.vapid, keys) else { return refused() };
        let to = Subscription { endpoint: job.address.clone(), p256dh: p256dh.into(), auth: auth.into() };
        let Some(call) = push::call(&to, vapid, message, now_s, &Fresh::random()) else { return refused() };
        let answer = self.wire.send(&call, WAIT).await;
        match &answer {
            Ok(answer) if matches!(answer.status, 404 | 410) => Outcome::Gone { why: answer.status.to_string() },
            _ => stored(push::outcome(&answer), false),
        }
    }
}

fn stored(outcome: courier::Outcome, ringing: bool) -> Outcome {
    match outcome {
        courier::Outcome::Taken(far) => Outcome::Taken { ringing: ringing && far.is_some(), far },
        courier::Outcome::Later { after_s, why } => Outcome::Later { after_ms: i64::from(after_s) * Ms::SECOND, why },
        courier::Outcome::Busy { after_s, why } => Outcome::Busy { after_ms: i64::from(after_s) * Ms::SECOND, why },
        courier::Outcome::Unknown(why) => Outcome::Later { after_ms: 0, why },
        courier::Outcome::Refused(why) => Outcome::Refused { why },
    }
}

fn line(kind: Kind) -> Line {
    match kind {
        Kind::Alarm => Line::Alarm,
        Kind::Incident => Line::Incident,
        Kind::Missing | Kind::BusCount | Kind::Urgent => Line::Urgent,
        Kind::DueSoon | Kind::Late => Line::Due,
        Kind::Test => Line::Test,
        _ => Line::Notice,
    }
}

fn words(line: Line) -> &'static str {
    web::words::message::leaves(line.code())
}

/// In the log: by which way and how it went, never where to or about what.
fn tell(job: &Job, outcome: &Outcome) {
    let (way, key) = (job.way.code(), job.key);
    match outcome {
        Outcome::Taken { .. } => tracing::debug!(way, %key, "delivered"),
        Outcome::Later { .. } | Outcome::Busy { .. } => tracing::info!(way, %key, "not delivered yet"),
        Outcome::Refused { .. } => tracing::warn!(way, %key, "refused"),
        Outcome::Gone { .. } => tracing::info!(way, %key, "the receiver is gone"),
    }
}

async fn read<T: Send + 'static>(app: &App, job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static) -> Result<T> {
    let (send, receive) = oneshot::channel();
    app.read_then(&Actor::system(), job, move |answer| drop(send.send(answer)));
    receive.await.unwrap_or(Err(Fault::Gone.into()))
}

async fn write<T: Send + 'static>(app: &App, job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static) -> Result<T> {
    let (send, receive) = oneshot::channel();
    app.write_then(&Actor::system(), Meta::of("sender"), job, move |answer| drop(send.send(answer)));
    receive.await.unwrap_or(Err(Fault::Gone.into()))
}
