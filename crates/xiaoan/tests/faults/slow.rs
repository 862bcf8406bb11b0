//! Connections that never come to the point: they hold a place, and nobody else up.

use std::io::Write;
use std::net::TcpStream;

use base::Stopwatch;
use load::api::Submission;

use super::{House, alone, page_client, token};

/// Connections of each sort.
const OPEN: usize = 100;
/// What others may notice of it, ms.
const NOTICE_MS: i64 = 2_000;

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
    // A head that goes on for ever is cut off rather than kept in memory. The cut may show as an error of writing.
    let mut endless = TcpStream::connect(server.address).unwrap();
    endless.write_all(b"GET / HTTP/1.1\r\n").unwrap();
    let line = format!("x-more: {}\r\n", "x".repeat(1_000));
    let mut sent = 0;
    while sent < 4_000 && endless.write_all(line.as_bytes()).is_ok() {
        sent += 1;
    }
    assert!(sent < 4_000, "four megabytes of head were taken in");
    assert_eq!(server.client().get("/healthz").unwrap().status, 200);
    drop(open);
    // The halves were not taken for wholes.
    let listed = client.get("/api/v1/hazards?query=%E7%AC%AC1%E5%8F%B7&limit=50").unwrap().json();
    let items = listed["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["what"] != Submission::new(1).what.as_str()), "{listed}");
    assert!(server.stop().unwrap().success());
}
