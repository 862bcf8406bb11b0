//! Live pages by server-sent events. A signal wakes the streams whose viewer stands above its unit; each stream gathers
//! what woke it for a quarter of a second, waits for its turn, reads once as that viewer, and sends rows. Signals carry
//! ids, never data; every row is read with the viewer's own rights.
//!
//! Turns: only so many pages read at a time, each page in the order in which it asked, so that five hundred open pages
//! cannot push aside who enters something. The more pages are open and the more is written, the more rarely each is
//! read, and what came meanwhile is gathered. What is urgent (an alarm, an incident) is read alone and has turns of its own:
//! some for pages that are about it, others for all other pages, whose reads are dearer. An alarm reaches every open page,
//! whatever the page is about: it stands over it (`alarm::banner`).
//!
//! A noun makes its list live by a `LivePage` in `PAGES` below: `/live?page=hazards&<the list's own query>`.
//! Events: `beat` (server ms; at once and every 15 s), `row` (HTML of one row, outermost element with `id="row-…"`, and
//! `data-new="1"` when it may be prepended), `left` (HTML of a row that no longer fits the list, as it stands now),
//! `gone` (an id that the viewer may no longer see), `count` (JSON of figures by name).
//! Each event carries the server's time as id: a stream that reconnects tells it, and gets what changed meanwhile.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base::{Id, Ms, Refusal, Result, limits};
use safety::org::{Role, unit};
use safety::{Actor, App, Cx, Signal};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, broadcast, mpsc};
use tokio::time::{interval, sleep};

use crate::alarm;
use crate::door::{Fields, Signed, text};
use crate::error::Answer;
use crate::page;
use crate::state::Web;

/// Reads a second for one page: at most four.
const GATHER: Duration = Duration::from_millis(250);
/// For what is urgent.
const GATHER_URGENT: Duration = Duration::from_millis(40);
/// A page about something else whose turn has come lets those about an alarm or an incident go first, this often at most.
const GIVE_WAY: usize = 25;
/// The same when it is to show something urgent itself: all pages of a city are to have the banner soon.
const GIVE_WAY_BESIDE: usize = 3;
/// So long each time.
const WAY: Duration = Duration::from_millis(20);
/// After a read that failed.
const AGAIN: Duration = Duration::from_secs(2);
/// Pages read at a time: half of the cores, and of SQLite's three readers one is always left to who asks or enters
/// something.
const TURNS_MAX: usize = 2;
/// What somebody's life may hang on.
const URGENT: &[&str] = &["alarm", "incident"];
/// Reads of what is urgent at a time.
const TURNS_URGENT: usize = 3;
/// Pages about something else that draw a banner or a line about it at a time: those about the alarm itself come first.
const TURNS_BESIDE: usize = 1;
const BEAT: Duration = Duration::from_secs(15);
/// Signals that may lie in a bus while a stream is busy; who falls behind reads its page's newest rows anew.
const BUS: usize = 4_096;
/// Units whose line upward is remembered.
const LINES: usize = 20_000;
/// A row counts as changed since `since` minus this: clocks of reads and commits differ by the length of a commit.
const OVERLAP_MS: i64 = 5_000;

/// One change of a page.
#[derive(Clone, Debug)]
pub enum Change {
    Row(String),
    /// The row as it stands now, which no longer fits the list: it is shown once more, marked, and then leaves.
    Left(String),
    Gone(Id),
}

/// A list that can be live. Everything is read inside the viewer's own `cx`; `query` is the list's own query.
pub trait LivePage: Send + Sync {
    /// Does a signal of this noun concern the page?
    fn wakes(&self, noun: &str) -> bool;
    /// The rows of these records as the viewer sees them now; `Left` or `Gone` for those that no longer fit.
    fn rows(&self, cx: &mut Cx<'_, '_>, query: &Fields, ids: &[Id]) -> Result<Vec<Change>>;
    /// The newest rows that changed since a moment, oldest first: for a stream that missed something.
    fn recent(&self, cx: &mut Cx<'_, '_>, query: &Fields, since: Ms) -> Result<Vec<Change>>;
    /// Figures by the name of their `data-count`.
    fn counts(&self, cx: &mut Cx<'_, '_>, query: &Fields) -> Result<BTreeMap<String, i64>>;
    /// Does an unanswered alarm stand over it? Not over what is about alarms itself.
    fn has_banner(&self) -> bool {
        true
    }
    /// Does anything wake it that is not urgent? What does not is never troubled with it.
    fn is_ordinary(&self) -> bool {
        true
    }
}

/// The live pages by name.
fn page(name: &str) -> Option<&'static dyn LivePage> {
    match name {
        "hazards" => Some(&crate::hazard::LIVE),
        "duties" => Some(&crate::duty::LIVE),
        "today" => Some(&crate::today::LIVE),
        "board" => Some(&crate::board::live::LIVE),
        "incidents" => Some(&crate::incident::list::LIVE),
        "alarms" => Some(&crate::alarm::LIVE),
        "alarm" => Some(&crate::alarm::live::LIVE),
        "messages" => Some(&crate::message::LIVE),
        _ => None,
    }
}

/// The buses, the turns, and which units stand above which. What is urgent has a bus of its own: behind thousands of other
/// signals an alarm would be among those that a busy stream has missed.
pub struct Live {
    bus: broadcast::Sender<Signal>,
    urgent_bus: broadcast::Sender<Signal>,
    turns: Arc<Semaphore>,
    urgent_turns: Arc<Semaphore>,
    beside_turns: Arc<Semaphore>,
    /// Pages about what is urgent that were woken and not read yet.
    pressing: Arc<AtomicUsize>,
    above: Arc<RwLock<HashMap<Id, Arc<[Id]>>>>,
    /// Held while a line is looked for that is not remembered.
    finding: Arc<Mutex<()>>,
}

impl Live {
    #[expect(clippy::new_without_default, reason = "opens a channel")]
    pub fn new() -> Live {
        let cores = std::thread::available_parallelism().map_or(2, |n| n.get());
        Live {
            bus: broadcast::channel(BUS).0,
            urgent_bus: broadcast::channel(BUS).0,
            turns: Arc::new(Semaphore::new((cores / 2).clamp(1, TURNS_MAX))),
            urgent_turns: Arc::new(Semaphore::new(TURNS_URGENT)),
            beside_turns: Arc::new(Semaphore::new(TURNS_BESIDE)),
            pressing: Arc::default(),
            above: Arc::default(),
            finding: Arc::default(),
        }
    }

    fn known(&self, unit: Id) -> Option<Arc<[Id]>> {
        self.above.read().unwrap_or_else(|e| e.into_inner()).get(&unit).cloned()
    }

    /// Hands every signal of the house to its bus. A change of the tree forgets the remembered lines.
    pub fn listen(&self, app: &App) {
        let (bus, urgent, above) = (self.bus.clone(), self.urgent_bus.clone(), self.above.clone());
        app.on_signal(move |signal| {
            if signal.noun == "unit" {
                above.write().unwrap_or_else(|e| e.into_inner()).clear();
            }
            // No stream open: nobody to wake.
            let _ = if URGENT.contains(&signal.noun) { urgent.send(signal) } else { bus.send(signal) };
        });
    }
}

/// The unit and all above it, nearest first. One stream looks for a line that is not remembered, and the others that a
/// signal has woken at the same moment wait for its answer: five hundred equal reads would stand before the alarm itself.
async fn line(web: &Web, unit: Id) -> Result<Arc<[Id]>> {
    if let Some(line) = web.live.known(unit) {
        return Ok(line);
    }
    let _finding = web.live.finding.lock().await;
    if let Some(line) = web.live.known(unit) {
        return Ok(line);
    }
    let path = web.read(&Actor::system(), move |cx| unit::path(cx, unit)).await?;
    let line: Arc<[Id]> = path.iter().map(|u| u.id).collect();
    let mut above = web.live.above.write().unwrap_or_else(|e| e.into_inner());
    if above.len() >= LINES {
        above.clear();
    }
    above.insert(unit, line.clone());
    Ok(line)
}

/// May this viewer have the record in scope? Only a first sieve: the read decides.
async fn concerns(web: &Web, viewer: &Actor, signal: &Signal) -> bool {
    if viewer.unit == signal.unit || viewer.role == Role::Agency {
        return true;
    }
    // A line that cannot be read now keeps nothing from anybody: the read comes after, with the viewer's rights.
    line(web, signal.unit).await.map_or(true, |line| line.contains(&viewer.unit))
}

pub fn routes() -> Router<Web> {
    Router::new().route("/live", get(live))
}

/// Counts open streams down when the stream ends, however it ends.
struct Seat(Web);

impl Seat {
    fn take(web: &Web) -> Result<Seat> {
        let open = web.meter.streams.fetch_add(1, Ordering::Relaxed);
        let seat = Seat(web.clone());
        if open as usize >= limits::LIVE_STREAMS { Err(Refusal::Busy.into()) } else { Ok(seat) }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.meter.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn live(State(web): State<Web>, signed: Signed, headers: HeaderMap) -> Answer {
    let name = signed.ask.param("page").unwrap_or_default();
    let Some(page) = page(&name) else { return Err(Refusal::NotFound.into()) };
    let since = text(&headers, "last-event-id").and_then(|t| t.parse().ok()).map(Ms);
    let seat = Seat::take(&web)?;
    let (send, receive) = mpsc::channel::<std::result::Result<Event, Infallible>>(16);
    let query = signed.ask.fields();
    let ears = Ears {
        urgent: web.live.urgent_bus.subscribe(),
        ordinary: page.is_ordinary().then(|| web.live.bus.subscribe()),
    };
    let woken = Woken { missed: since, late: since.is_some() && !page.is_ordinary(), ..Woken::default() };
    let stream = Stream { web: web.clone(), signed, page, query, send, ears, woken, _seat: seat };
    tokio::spawn(stream.run());
    let body = tokio_stream::wrappers::ReceiverStream::new(receive);
    let mut response: Response = Sse::new(body).into_response();
    // Some proxies gather a stream before they pass it on.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    Ok(response)
}

struct Stream {
    web: Web,
    signed: Signed,
    page: &'static dyn LivePage,
    query: Fields,
    send: mpsc::Sender<std::result::Result<Event, Infallible>>,
    ears: Ears,
    woken: Woken,
    _seat: Seat,
}

/// The buses that a page hears.
struct Ears {
    urgent: broadcast::Receiver<Signal>,
    ordinary: Option<broadcast::Receiver<Signal>>,
}

/// A signal, or how it was missed, and whether it came by the urgent bus.
type Heard = (std::result::Result<Signal, broadcast::error::RecvError>, bool);

impl Ears {
    /// What comes next; what is urgent first.
    async fn next(&mut self) -> Heard {
        let ordinary = async {
            match &mut self.ordinary {
                Some(bus) => bus.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            heard = self.urgent.recv() => (heard, true),
            heard = ordinary => (heard, false),
        }
    }
}

/// What woke a page and was not read yet.
#[derive(Clone, Debug, Default)]
struct Woken {
    /// Urgent records.
    pressing: BTreeSet<Id>,
    ids: BTreeSet<Id>,
    /// An alarm was pressed or answered.
    alarm: bool,
    /// Rows may have been missed since then.
    missed: Option<Ms>,
    /// What was missed may be urgent.
    late: bool,
}

/// Which turn a page waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lane {
    /// The page is about what is urgent.
    Urgent,
    /// Something urgent is to be shown on a page that is about something else: the banner, a line of 今日.
    Beside,
    Ordinary,
}

impl Woken {
    fn is_urgent(&self) -> bool {
        self.late || self.alarm || !self.pressing.is_empty()
    }
    fn is_some(&self) -> bool {
        self.is_urgent() || !self.ids.is_empty() || self.missed.is_some()
    }
    fn lane(&self, page: &dyn LivePage) -> Lane {
        match (self.is_urgent(), page.is_ordinary()) {
            (true, false) => Lane::Urgent,
            (true, true) => Lane::Beside,
            (false, _) => Lane::Ordinary,
        }
    }
    /// What the next read is about: what is urgent alone, else everything.
    fn take(&mut self) -> Woken {
        if !self.is_urgent() {
            return std::mem::take(self);
        }
        let (pressing, late) = (std::mem::take(&mut self.pressing), std::mem::take(&mut self.late));
        let missed = if late { self.missed.take() } else { None };
        Woken { pressing, alarm: std::mem::take(&mut self.alarm), missed, late, ..Woken::default() }
    }
}

type Seen = (Vec<Change>, BTreeMap<String, i64>);

/// What woke a page as its viewer sees it now, and the page's figures.
fn seen(cx: &mut Cx<'_, '_>, live: &'static dyn LivePage, query: &Fields, woken: &Woken) -> Result<Seen> {
    let mut changes = Vec::new();
    let news = woken.alarm || (woken.missed.is_some() && alarm::reads(cx.actor));
    if news && live.has_banner() {
        changes.push(Change::Row(alarm::banner::drawn(cx, true)?));
    }
    if woken.pressing.is_empty() && woken.ids.is_empty() && woken.missed.is_none() {
        return Ok((changes, page::urgent_count(cx)?));
    }
    if let Some(since) = woken.missed {
        changes.extend(live.recent(cx, query, since.plus(-OVERLAP_MS))?);
    }
    let ids: Vec<Id> = woken.pressing.iter().chain(&woken.ids).copied().collect();
    changes.extend(live.rows(cx, query, &ids)?);
    Ok((changes, live.counts(cx, query)?))
}

/// Counts a page among those that others give way to, until it has been read.
struct Pressing(Arc<AtomicUsize>);

impl Pressing {
    fn count(live: &Live) -> Pressing {
        live.pressing.fetch_add(1, Ordering::Relaxed);
        Pressing(live.pressing.clone())
    }
}

impl Drop for Pressing {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The turn of a page; it ends with the read.
struct Turn {
    _turn: OwnedSemaphorePermit,
    _pressing: Option<Pressing>,
}

/// The browser has gone, or may no longer see anything.
struct Ended;

impl Stream {
    async fn run(mut self) {
        let web = self.web.clone();
        tokio::select! {
            () = web.stopped() => {}
            _ = self.walk() => {}
        }
    }

    async fn walk(&mut self) -> std::result::Result<(), Ended> {
        self.beat().await?;
        let mut beats = interval(BEAT);
        // The first tick comes at once; the stream has just said the time.
        beats.tick().await;
        loop {
            // Whichever is ready, by chance: however much wakes the page, its beats are not forgotten.
            tokio::select! {
                _ = beats.tick() => self.beat().await?,
                () = self.send.closed() => return Err(Ended),
                heard = self.ears.next() => self.take(heard).await?,
                () = std::future::ready(()), if self.woken.is_some() => {
                    let turn = self.gather().await?;
                    self.tell(turn).await?;
                }
            }
        }
    }

    /// Takes in what follows until the page has gathered and its turn has come. Something urgent on the way leaves the
    /// line for the other one.
    async fn gather(&mut self) -> std::result::Result<Turn, Ended> {
        loop {
            let lane = self.woken.lane(self.page);
            let live = &self.web.live;
            let (turns, span, ways) = match lane {
                Lane::Urgent => (live.urgent_turns.clone(), GATHER_URGENT, 0),
                Lane::Beside => (live.beside_turns.clone(), GATHER, GIVE_WAY_BESIDE),
                Lane::Ordinary => (live.turns.clone(), GATHER, GIVE_WAY),
            };
            let pressing = (lane == Lane::Urgent).then(|| Pressing::count(live));
            let ahead = live.pressing.clone();
            let turn = async move {
                sleep(span).await;
                let turn = turns.acquire_owned().await;
                for _ in 0..ways {
                    if ahead.load(Ordering::Relaxed) == 0 {
                        break;
                    }
                    sleep(WAY).await;
                }
                turn.map(|turn| Turn { _turn: turn, _pressing: pressing })
            };
            tokio::pin!(turn);
            while lane == self.woken.lane(self.page) {
                tokio::select! {
                    // The semaphore is never closed.
                    turn = &mut turn => return turn.map_err(|_| Ended),
                    () = self.send.closed() => return Err(Ended),
                    heard = self.ears.next() => self.take(heard).await?,
                }
            }
        }
    }

    async fn take(&mut self, (heard, urgent): Heard) -> std::result::Result<(), Ended> {
        match heard {
            Ok(signal) => {
                let wakes = self.page.wakes(signal.noun);
                let alarm = signal.noun == "alarm" && alarm::reads(self.signed.actor());
                if (wakes || alarm) && concerns(&self.web, self.signed.actor(), &signal).await {
                    self.woken.alarm |= alarm;
                    let ids = if urgent { &mut self.woken.pressing } else { &mut self.woken.ids };
                    if wakes {
                        ids.insert(signal.id);
                    }
                    if ids.len() > limits::LIVE_QUEUE {
                        ids.clear();
                        self.woken.late |= urgent;
                        self.miss();
                    }
                }
                Ok(())
            }
            Err(broadcast::error::RecvError::Lagged(_)) => {
                self.woken.late |= urgent;
                self.miss();
                Ok(())
            }
            Err(broadcast::error::RecvError::Closed) => Err(Ended),
        }
    }

    fn miss(&mut self) {
        let now = self.web.now();
        self.woken.missed.get_or_insert(now.plus(-OVERLAP_MS));
    }

    /// One read as the viewer, then the events. The session is asked for again first: whoever was signed out or lost
    /// the post sees nothing more. The turn is given back before the browser is waited for.
    async fn tell(&mut self, turn: Turn) -> std::result::Result<(), Ended> {
        self.still_in().await?;
        let (page, query, woken) = (self.page, self.query.clone(), self.woken.take());
        let (missed, late) = (woken.missed, woken.is_urgent());
        let read = self.web.read(self.signed.actor(), move |cx| seen(cx, page, &query, &woken)).await;
        drop(turn);
        // A fault of the database passes: the newest rows are read anew until it has.
        let Ok((changes, counts)) = read else {
            self.woken.missed = missed.or(self.woken.missed);
            self.woken.late |= late;
            self.miss();
            return self.pause().await;
        };
        for change in changes {
            let event = match change {
                Change::Row(html) => self.event("row").data(html.replace(['\r', '\n'], " ")),
                Change::Left(html) => self.event("left").data(html.replace(['\r', '\n'], " ")),
                Change::Gone(id) => self.event("gone").data(id.to_string()),
            };
            self.put(event).await?;
        }
        let counts = serde_json::to_string(&counts).unwrap_or_else(|_| "{}".into());
        let event = self.event("count").data(counts);
        self.put(event).await
    }

    async fn pause(&self) -> std::result::Result<(), Ended> {
        tokio::select! {
            () = sleep(AGAIN) => Ok(()),
            () = self.send.closed() => Err(Ended),
        }
    }

    async fn still_in(&mut self) -> std::result::Result<(), Ended> {
        match self.web.session(&self.signed.token).await {
            Ok(session) if session.actor.post == self.signed.actor().post => {
                self.signed.session = session;
                Ok(())
            }
            Ok(_) | Err(base::Error::Refused(_)) => Err(Ended),
            Err(base::Error::Fault(_)) => Ok(()),
        }
    }

    async fn beat(&mut self) -> std::result::Result<(), Ended> {
        let event = self.event("beat").data(self.web.now().0.to_string());
        self.put(event).await
    }

    fn event(&self, name: &str) -> Event {
        Event::default().event(name).id(self.web.now().0.to_string())
    }

    async fn put(&mut self, event: Event) -> std::result::Result<(), Ended> {
        self.send.send(Ok(event)).await.map_err(|_| Ended)
    }
}
