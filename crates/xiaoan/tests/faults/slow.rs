//! Connections that never come to the point: they hold a place for a while, and nobody else up.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base::{Stopwatch, limits};
use load::api::Submission;
use load::server::Server;

use super::{House, alone, page_client, token};

/// Connections of each sort.
const OPEN: usize = 100;
/// What others may notice of it, ms.
const NOTICE_MS: i64 = 2_000;
/// What a busy machine may add to a limit of time, ms.
const LATE_MS: i64 = 5_000;

/// What the server says at last, and that it has ended the connection. An end may show as a reset: it has left unread
/// what is of no use.
fn ended(stream: &mut TcpStream, within_ms: i64) -> Option<String> {
    let watch = Stopwatch::start();
    let mut said = Vec::new();
    let mut some = [0; 4096];
    loop {
        let left = within_ms - watch.elapsed_ms();
        if left <= 0 {
            return None;
        }
        stream.set_read_timeout(Some(Duration::from_millis(left as u64))).unwrap();
        match stream.read(&mut some) {
            Ok(0) => break,
            Ok(count) => said.extend_from_slice(&some[..count]),
            Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => return None,
            Err(_) => break,
        }
    }
    Some(String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn requests_half_sent_and_heads_that_never_end_do_not_stop_others() {
    let _turn = alone();
    let house = House::new();
    let server = house.serve();
    let token = token(&server, &house.data);
    let body = Submission::new(1).body().to_string();
    let half = format!(
        "POST /api/v1/hazards HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{}",
        body.len(),
        &body[..10]
    );
    let upload = format!(
        "POST /hazards/new HTTP/1.1\r\nhost: x\r\ncookie: xiaoan={token}\r\ncontent-type: multipart/form-data; \
         boundary=b\r\ncontent-length: 9000000\r\n\r\n--b\r\ncontent-disposition: form-data; name=\"what\"\r\n\r\n"
    );
    let sorts = ["", "GET /hazards HTTP/1.1\r\nhost: x\r\nx-never: en", half.as_str(), upload.as_str()];
    let mut open = Vec::new();
    let watch = Stopwatch::start();
    for n in 0..OPEN * sorts.len() {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(sorts[n % sorts.len()].as_bytes()).unwrap();
        open.push(stream);
    }
    let mut client = server.client().bearer(&token);
    let mut pages = page_client(&server, &token);
    for n in 2..12 {
        let watch = Stopwatch::start();
        assert_eq!(server.client().get("/healthz").unwrap().status, 200);
        Submission::new(n).acknowledged(&mut client).unwrap();
        assert_eq!(pages.get("/hazards").unwrap().status, 200);
        let took = watch.elapsed_ms();
        assert!(took <= NOTICE_MS, "the others waited {took} ms");
    }
    a_head_without_end_is_cut(&server);
    assert_eq!(server.client().get("/healthz").unwrap().status, 200);

    // Each of them is let go: silence and half heads at their limit, half bodies with a clear answer at theirs.
    let limit_ms = limits::HEAD_SECONDS.max(limits::BODY_IDLE_SECONDS) as i64 * 1_000 + LATE_MS;
    for (n, stream) in open.iter_mut().enumerate() {
        let left = limit_ms - watch.elapsed_ms();
        let said = ended(stream, left).unwrap_or_else(|| panic!("sort {} is still held after {limit_ms} ms", n % 4));
        match n % sorts.len() {
            2 => assert!(said.starts_with("HTTP/1.1 408 ") && said.contains("\"code\":\"timeout\""), "{said}"),
            3 => assert!(said.starts_with("HTTP/1.1 408 ") && said.contains("等得太久"), "{said}"),
            _ => assert!(!said.starts_with("HTTP/1.1 2"), "{said}"),
        }
    }
    eprintln!("{} connections that came to nothing were let go within {} ms", open.len(), watch.elapsed_ms());
    // The halves were not taken for wholes.
    let listed =
        server.client().bearer(&token).get("/api/v1/hazards?query=%E7%AC%AC1%E5%8F%B7&limit=50").unwrap().json();
    let items = listed["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["what"] != Submission::new(1).what.as_str()), "{listed}");
    assert!(server.stop().unwrap().success());
}

/// A head that goes on is cut as soon as it is over the limit, long before any time runs out, whatever the system's own
/// buffers still take. One long line and many short ones alike. The cut may show as an error of writing.
fn a_head_without_end_is_cut(server: &Server) {
    let long = "x-more: ".to_string() + &"x".repeat(2 * limits::HEAD_BYTES);
    let many: String = (0..4 * limits::HEAD_LINES).map(|n| format!("x-{n}: {}\r\n", "x".repeat(500))).collect();
    for head in [long, many] {
        assert!(head.len() > limits::HEAD_BYTES);
        let mut endless = TcpStream::connect(server.address).unwrap();
        endless.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").unwrap();
        let _ = endless.write_all(head.as_bytes());
        let said = ended(&mut endless, NOTICE_MS).expect("a head over the limit is cut at once");
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 431 "), "{said}");
    }
    // Few bytes in very many lines are refused when they end.
    let lines: String = (0..2 * limits::HEAD_LINES).map(|n| format!("x-{n}: 1\r\n")).collect();
    let mut lined = TcpStream::connect(server.address).unwrap();
    lined.write_all(format!("GET / HTTP/1.1\r\nhost: x\r\n{lines}\r\n").as_bytes()).unwrap();
    let said = ended(&mut lined, NOTICE_MS).expect("too many lines are refused");
    assert!(said.starts_with("HTTP/1.1 431 "), "{said}");
}
