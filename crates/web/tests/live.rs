//! Live rows: sent to whoever may see them, read with the viewer's rights, ended with the session and the server.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use safety::hazard::{Act, Grade, Input, act};
use tokio::time::timeout;
use tokio_stream::StreamExt;
use tower::ServiceExt;

use crate::world::{Browser, World};

/// Longest wait for something that is to come; what must not come is looked for until a later event has come.
const PATIENCE: Duration = Duration::from_secs(20);
/// Beats come all the time: what has not come after so long does not.
const PATIENCE_MS: i64 = 40_000;

pub struct Stream {
    body: axum::body::BodyDataStream,
    pub text: String,
}

pub async fn open(w: &World, b: &Browser, path: &str) -> Stream {
    let cookie = format!("xiaoan={}", b.cookies["xiaoan"]);
    let request = Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap();
    let answer = w.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    Stream { body: answer.into_body().into_data_stream(), text: String::new() }
}

impl Stream {
    /// Reads on until the text holds a mark; false when the stream ends before.
    pub async fn until(&mut self, mark: &str) -> bool {
        let began = base::Stopwatch::start();
        while !self.text.contains(mark) {
            assert!(began.elapsed_ms() < PATIENCE_MS, "beats, and never {mark}: {}", self.text);
            match timeout(PATIENCE, self.body.next()).await.expect("the stream goes on") {
                Some(chunk) => self.text.push_str(&String::from_utf8_lossy(&chunk.unwrap())),
                None => return false,
            }
        }
        true
    }
    async fn ends(&mut self) -> bool {
        !self.until("\u{0}never").await
    }
}

#[tokio::test]
async fn a_new_hazard_appears_where_it_waits_and_nowhere_else() {
    let w = World::new();
    let head = w.signed("head").await;
    let stranger = w.signed("stranger").await;
    let mut mine = open(&w, &head, "/live?page=today").await;
    let mut foreign = open(&w, &stranger, "/live?page=today").await;
    assert!(mine.until("event: beat").await && foreign.until("event: beat").await);
    assert!(mine.text.contains(&format!("data: {}", w.app.now().0)));
    let id = w.raise("guard", "疏散指示灯不亮");
    assert!(mine.until("event: count").await);
    assert!(mine.text.contains("event: row") && mine.text.contains(&format!("id=\"row-{id}\"")));
    assert!(mine.text.contains("data-new=\"1\"") && mine.text.contains("疏散指示灯不亮"));
    assert!(mine.text.contains("\"nav-hazard\":1,") && mine.text.contains("\"nav-today\":4}"));
    // Something of their own shows that the stranger's stream lives and was not sent the first.
    let own = w.raise_foreign();
    assert!(foreign.until(&format!("row-{own}")).await);
    assert!(!foreign.text.contains(&id.to_string()) && !foreign.text.contains("疏散"));
    assert!(w.browser().get("/metrics").await.text.contains("xiaoan_live_streams 2"));
}

/// Part of a stream's text that came after a mark.
fn after<'a>(text: &'a str, mark: &str) -> &'a str {
    text.rsplit_once(mark).map_or("", |(_, rest)| rest)
}

#[tokio::test]
async fn a_row_that_leaves_a_list_is_sent_once_more_with_its_new_state_and_a_mark() {
    let w = World::new();
    let head = w.signed("head").await;
    let id = w.raise("guard", "疏散指示灯不亮");
    let mut waiting = open(&w, &head, "/live?page=hazards&bucket=mine").await;
    let mut untouched = open(&w, &head, "/live?page=hazards&state=ungraded").await;
    let mut today = open(&w, &head, "/live?page=today").await;
    for stream in [&mut waiting, &mut untouched, &mut today] {
        assert!(stream.until("event: beat").await);
    }
    let fixer = w.people["fixer"];
    let input = Input { grade: Some(Grade::Minor), assignee: Some(fixer), ..Input::default() };
    w.by("head", move |cx| act::act(cx, id, Act::Assign, &input).map(|_| ())).unwrap();
    for stream in [&mut waiting, &mut untouched, &mut today] {
        assert!(stream.until("event: count").await);
        let left = after(&stream.text, "event: left");
        assert!(left.contains(&format!("id=\"row-{id}\"")), "{}", stream.text);
        assert!(left.contains("待整改"), "its new state word: {left}");
        assert!(!left.contains("data-new"), "it must not be put on top again: {left}");
    }
    for stream in [&waiting, &untouched] {
        assert!(after(&stream.text, "event: left").contains("已离开这一栏"), "{}", stream.text);
    }
}

#[tokio::test]
async fn who_reconnects_is_told_what_was_missed() {
    let w = World::new();
    let head = w.signed("head").await;
    let since = w.app.now().0;
    let id = w.raise("guard", "疏散指示灯不亮");
    let cookie = format!("xiaoan={}", head.cookies["xiaoan"]);
    let request = Request::get("/live?page=today")
        .header("cookie", cookie)
        .header("last-event-id", since.to_string())
        .body(Body::empty())
        .unwrap();
    let answer = w.router.clone().oneshot(request).await.unwrap();
    let mut stream = Stream { body: answer.into_body().into_data_stream(), text: String::new() };
    assert!(stream.until(&format!("row-{id}")).await);
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_with_the_server() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let vice = w.signed("vice").await;
    let mut gone = open(&w, &head, "/live?page=today").await;
    let mut stays = open(&w, &vice, "/live?page=today").await;
    assert!(gone.until("event: beat").await && stays.until("event: beat").await);
    head.post("/logout", &[]).await;
    w.raise("guard", "疏散指示灯不亮");
    assert!(gone.ends().await, "signed out: {}", gone.text);
    assert!(!gone.text.contains("疏散"));
    w.web.stop();
    assert!(stays.ends().await);
}

#[tokio::test]
async fn a_page_that_is_not_live_has_no_stream() {
    let w = World::new();
    let mut head = w.signed("head").await;
    assert_eq!(head.get("/live?page=secrets").await.status.as_u16(), 404);
    assert_eq!(w.browser().get("/live?page=today").await.status.as_u16(), 303);
}
