//! How much of a request is read before it comes to the point, and how long the door waits for it: a head without end, a
//! head that never ends and a body that trickles are cut off, so that nobody holds memory or a connection for nothing.
//! The figures are `base::limits`. How often somebody may ask is not here (`limiter`).

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_server::Server;
use base::limits;
use http_body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::error::WebError;

const HEAD: Duration = Duration::from_secs(limits::HEAD_SECONDS);
const IDLE: Duration = Duration::from_secs(limits::BODY_IDLE_SECONDS);
const WHOLE: Duration = Duration::from_secs(limits::BODY_SECONDS);
/// A connection of HTTP/2 is asked this often whether somebody is still there.
const PING: Duration = Duration::from_secs(30);

/// A server whose connections are bounded in size and time before any handler sees them.
pub fn bounded<A>(mut server: Server<SocketAddr, A>) -> Server<SocketAddr, A> {
    // Without the version's first bytes no timer of the protocol runs yet: this one does.
    server = server.first_request_timeout(HEAD);
    let builder = server.http_builder();
    builder.http1().max_buf_size(limits::HEAD_BYTES).max_headers(limits::HEAD_LINES).header_read_timeout(HEAD);
    builder.http2().max_header_list_size(limits::HEAD_BYTES as u32).keep_alive_interval(PING).keep_alive_timeout(HEAD);
    server
}

/// Gives every body of a request its time. A body that was too slow is answered with 408, whatever the handler made of
/// its end: a half is never taken for a whole, because reading it has failed.
pub async fn wait(request: Request, next: Next) -> Response {
    let late = Arc::new(AtomicBool::new(false));
    let request = request
        .map(|body| if body.is_end_stream() { body } else { Body::new(Timed::new(body, IDLE, WHOLE, late.clone())) });
    let response = next.run(request).await;
    if late.load(Ordering::Relaxed) { WebError::http(StatusCode::REQUEST_TIMEOUT).into_response() } else { response }
}

/// A body that fails when its next bytes, or its end, do not come in time.
struct Timed {
    body: Body,
    idle: Duration,
    /// Runs while somebody waits for bytes, and only then: a handler may take its time before it reads.
    next: Option<Pin<Box<Sleep>>>,
    end: Pin<Box<Sleep>>,
    late: Arc<AtomicBool>,
}

impl Timed {
    fn new(body: Body, idle: Duration, whole: Duration, late: Arc<AtomicBool>) -> Timed {
        Timed { body, idle, next: None, end: Box::pin(sleep(whole)), late }
    }
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let ended = self.end.as_mut().poll(cx).is_ready();
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(frame) if !ended => {
                self.next = None;
                return Poll::Ready(frame);
            }
            Poll::Pending if !ended => {
                let idle = self.idle;
                let next = self.next.get_or_insert_with(|| Box::pin(sleep(idle)));
                ready!(next.as_mut().poll(cx));
            }
            _ => {}
        }
        self.late.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(axum::Error::new("the body did not come in time"))))
    }
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_stream::StreamExt;

    const SOON: Duration = Duration::from_millis(20);
    const NEVER: Duration = Duration::from_secs(3_600);

    async fn read(
        chunks: impl tokio_stream::Stream<Item = &'static str> + Send + 'static,
        whole: Duration,
    ) -> (bool, bool) {
        let late = Arc::new(AtomicBool::new(false));
        let body = Body::from_stream(chunks.map(Ok::<_, std::io::Error>));
        let body = Body::new(Timed::new(body, SOON, whole, late.clone()));
        let read = axum::body::to_bytes(body, 1_000_000).await;
        (read.is_ok(), late.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn a_body_that_comes_is_whole_and_one_that_stops_or_never_ends_fails() {
        let half = || tokio_stream::iter(["half"]);
        assert_eq!(read(half(), NEVER).await, (true, false));
        assert_eq!(read(half().chain(tokio_stream::pending()), NEVER).await, (false, true));
        // Trickling keeps the first timer quiet, not the second.
        let trickle = tokio_stream::iter(std::iter::repeat("x")).throttle(SOON / 10);
        assert_eq!(read(trickle, SOON * 5).await, (false, true));
    }
}
