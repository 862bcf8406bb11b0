//! The real server on a real socket: it answers, and when it is told to stop it ends streams and itself.

use std::net::TcpListener;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::world::World;

/// Longest wait for anything here; only a hang takes it.
const PATIENCE: Duration = Duration::from_secs(30);

async fn read_until(stream: &mut TcpStream, mark: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains(mark) {
        let n = timeout(PATIENCE, stream.read(&mut buffer)).await.expect("something comes").unwrap();
        assert!(n > 0, "closed after: {text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..n]));
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_serves_until_told_to_stop_and_then_ends_streams_at_once() {
    let w = World::new();
    let head = w.signed("head").await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let config = web::Config::plain(address);
    let serving = tokio::spawn(web::serve_on(listener, w.app.clone(), config, async {
        let _ = stopped.await;
    }));
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(read_until(&mut plain, "ok\n").await.starts_with("HTTP/1.1 200 OK"));
    let mut live = TcpStream::connect(address).await.unwrap();
    let cookie = &head.cookies["xiaoan"];
    let ask = format!("GET /live?page=today HTTP/1.1\r\nhost: x\r\ncookie: xiaoan={cookie}\r\n\r\n");
    live.write_all(ask.as_bytes()).await.unwrap();
    read_until(&mut live, "event: beat").await;
    stop.send(()).unwrap();
    timeout(PATIENCE, serving).await.expect("it ends").unwrap().unwrap();
    let mut rest = Vec::new();
    timeout(PATIENCE, live.read_to_end(&mut rest)).await.expect("the stream ends").unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"), "the stream was ended, not cut: {:?}", String::from_utf8_lossy(&rest));
}
