//! Shows the log's newest head to its witnesses: all at once, each with its own time limit, every few seconds while the
//! log grows and every ten minutes when it rests. What they say is stored in one transaction afterwards. Runs outside
//! the database's threads; a witness that is slow or away costs nothing but its signature.

use std::sync::Arc;
use std::time::Duration;

use base::{Fault, Ms, Result, Stopwatch};
use courier::{Answer, Call, Wire};
use journal::witness::{conflict_size, request};
use journal::{CosignerKey, cosignatures, with_lines};
use safety::kernel::witness::{self as kernel, Known, Outcome, Question, Stand};
use safety::{Actor, App, Cx, Meta};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::config::{Named, Witnesses};

/// One witness's answer is waited for so long.
const WAIT: Duration = Duration::from_secs(8);
/// Between two looks at whether anything is to be shown.
const LOOK: Duration = Duration::from_millis(500);
/// A log at rest is shown again after this long: the witness's time moves on, and a witness that died is noticed.
const REST_MS: i64 = 10 * Ms::MINUTE;
/// After a fault the wait doubles up to this.
const BACKOFF_MS: i64 = 5 * Ms::MINUTE;

/// One witness between two questions; machine time.
struct Slot {
    named: Named,
    next_at: i64,
    faults: u32,
    asked_size: u64,
    rest_at: i64,
}

/// Until the database closes.
pub async fn run(app: Arc<App>, config: Witnesses) {
    let named: Vec<(String, String)> =
        config.list.iter().map(|one| (one.key.name().to_string(), one.url.clone())).collect();
    let quorum = config.quorum;
    if let Err(e) = write(&app, move |cx| kernel::configure(cx, &named, quorum)).await {
        tracing::error!(error = %e, "the list of witnesses was not stored");
        return;
    }
    let mut slots: Vec<Slot> =
        config.list.into_iter().map(|named| Slot { named, next_at: 0, faults: 0, asked_size: 0, rest_at: 0 }).collect();
    if slots.is_empty() {
        return;
    }
    let wire = Wire::new();
    loop {
        tokio::time::sleep(LOOK).await;
        match round(&app, &wire, &mut slots, config.every_s).await {
            Ok(()) => {}
            Err(base::Error::Fault(Fault::Gone)) => return,
            Err(e) => tracing::warn!(error = %e, "witnesses were not asked"),
        }
    }
}

/// What one witness is asked.
struct Asked {
    old: u64,
    question: Question,
}

async fn round(app: &Arc<App>, wire: &Wire, slots: &mut [Slot], every_s: i64) -> Result<()> {
    let now = Stopwatch::machine_ms();
    let size = read(app, |cx| Ok(safety::kernel::proof::head(cx.tx)?.map_or(0, |(size, _)| size))).await?;
    let due = |slot: &Slot| now >= slot.next_at && (size != slot.asked_size || slot.faults > 0 || now >= slot.rest_at);
    let names: Vec<String> = slots.iter().filter(|s| due(s)).map(|s| s.named.key.name().to_string()).collect();
    if size == 0 || names.is_empty() {
        return Ok(());
    }
    // One snapshot: everybody is asked about the same head.
    let asked = read(app, move |cx| questions(cx, &names)).await?;
    let mut asking = JoinSet::new();
    for (name, asked) in asked {
        let Some(slot) = slots.iter().find(|s| s.named.key.name() == name) else { continue };
        let (app, wire, named) = (app.clone(), wire.clone(), slot.named.clone());
        asking.spawn(async move { (ask(&app, &wire, &named, &asked).await, asked.question) });
    }
    let mut outcomes = Vec::new();
    let mut head = None;
    while let Some(done) = asking.join_next().await {
        let Ok((outcome, question)) = done else { continue };
        if let Some(slot) = slots.iter_mut().find(|s| s.named.key.name() == outcome.name) {
            let fine = outcome.stand == Stand::Cosigned;
            slot.faults = if fine { 0 } else { slot.faults.saturating_add(1) };
            let wait = (every_s * Ms::SECOND) << slot.faults.saturating_sub(1).min(9);
            let now = Stopwatch::machine_ms();
            slot.next_at = now + wait.min(BACKOFF_MS.max(every_s * Ms::SECOND));
            slot.rest_at = now + REST_MS;
            slot.asked_size = question.size;
        }
        outcomes.push(outcome);
        head = Some(question);
    }
    let Some(head) = head else { return Ok(()) };
    tell(&outcomes, head.size);
    write(app, move |cx| kernel::answered(cx, &head.head, head.size, &outcomes)).await.map(|_| ())
}

fn questions(cx: &mut Cx<'_, '_>, names: &[String]) -> Result<Vec<(String, Asked)>> {
    let known: Vec<Known> = kernel::all(cx.tx)?.into_iter().filter(|w| names.contains(&w.name)).collect();
    let size = safety::kernel::proof::head(cx.tx)?.map_or(0, |(size, _)| size);
    let mut asked = Vec::new();
    for witness in known {
        // What was noted of a witness can be beyond our log only if the log was put back; the witness will say so.
        let old = witness.size.min(size);
        if let Some(question) = kernel::question(cx.tx, old)? {
            asked.push((witness.name, Asked { old, question }));
        }
    }
    Ok(asked)
}

/// One witness, with at most one second try from the size that it names.
async fn ask(app: &Arc<App>, wire: &Wire, named: &Named, asked: &Asked) -> Outcome {
    let outcome = |stand, seen| Outcome { name: named.key.name().to_string(), stand, seen, line: None };
    let (head, size) = (&asked.question.head, asked.question.size);
    let first = send(wire, named, &request(asked.old, &asked.question.proof, head)).await;
    let Some(first) = first else { return outcome(Stand::Down, None) };
    if first.status != 409 {
        return judged(named, head, asked.old, &first);
    }
    let Some(theirs) = conflict_size(&first.body) else { return outcome(Stand::Refused, None) };
    if theirs > size {
        return outcome(Stand::RolledBack, Some(theirs));
    }
    let proof = read(app, move |cx| kernel::proof(cx.tx, theirs, size)).await;
    let Ok(proof) = proof else { return outcome(Stand::Down, None) };
    match send(wire, named, &request(theirs, &proof, head)).await {
        // Somebody else of ours was quicker; the next round settles it.
        Some(second) if second.status == 409 => outcome(Stand::Down, None),
        Some(second) => judged(named, head, theirs, &second),
        None => outcome(Stand::Down, None),
    }
}

async fn send(wire: &Wire, named: &Named, body: &str) -> Option<Answer> {
    let call = Call::post(&format!("{}/add-checkpoint", named.url), "text/plain; charset=utf-8", body);
    match wire.send(&call, WAIT).await {
        Ok(answer) => Some(answer).filter(|answer| answer.status < 500),
        Err(why) => {
            tracing::debug!(witness = named.key.name(), %why, "a witness did not answer");
            None
        }
    }
}

fn judged(named: &Named, head: &str, old: u64, answer: &Answer) -> Outcome {
    let outcome = |stand, seen, line| Outcome { name: named.key.name().to_string(), stand, seen, line };
    match answer.status {
        200 => match line(head, &answer.text(), &named.key) {
            Some(line) => outcome(Stand::Cosigned, None, Some(line)),
            None => outcome(Stand::Refused, None, None),
        },
        422 if old > 0 => outcome(Stand::Forked, Some(old), None),
        _ => outcome(Stand::Refused, None, None),
    }
}

/// The witness's own line out of its answer, if it holds for our head; whatever else it sent is dropped.
fn line(head: &str, answer: &str, key: &CosignerKey) -> Option<(String, Ms)> {
    let lines: Vec<String> = answer.split_inclusive('\n').map(str::to_string).collect();
    let note = with_lines(head, &lines).ok()?;
    let found = cosignatures(&note, std::slice::from_ref(key)).ok()?.pop()?;
    Some((found.line, Ms(i64::try_from(found.seconds).ok()?.checked_mul(Ms::SECOND)?)))
}

fn tell(outcomes: &[Outcome], ours: u64) {
    for outcome in outcomes {
        let (witness, theirs) = (outcome.name.as_str(), outcome.seen.unwrap_or(0));
        match outcome.stand {
            Stand::Cosigned | Stand::New => {}
            Stand::Down | Stand::Refused => tracing::warn!(witness, stand = outcome.stand.code(), "no cosignature"),
            Stand::RolledBack | Stand::Forked => {
                tracing::error!(witness, stand = outcome.stand.code(), ours, theirs, "a witness knows another log");
            }
        }
    }
}

async fn read<T: Send + 'static>(app: &App, job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static) -> Result<T> {
    let (send, receive) = oneshot::channel();
    app.read_then(&Actor::system(), job, move |answer| drop(send.send(answer)));
    receive.await.unwrap_or(Err(Fault::Gone.into()))
}

async fn write<T: Send + 'static>(app: &App, job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static) -> Result<T> {
    let (send, receive) = oneshot::channel();
    app.write_then(&Actor::system(), Meta::of("witness"), job, move |answer| drop(send.send(answer)));
    receive.await.unwrap_or(Err(Fault::Gone.into()))
}
