use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use courier::{Answer, Call, Unreached, Wire, parse_url};

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// One call to a far side that answers with these bytes and closes; what it read comes with it.
fn call(answer: &[u8], make: impl Fn(&str) -> Call) -> (Result<Answer, Unreached>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let answer = answer.to_vec();
    let far = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let mut seen = Vec::new();
        let mut part = [0; 4096];
        // Until the client waits for us.
        while let Ok(n @ 1..) = stream.read(&mut part) {
            seen.extend_from_slice(&part[..n]);
            if seen.windows(4).any(|w| w == b"\r\n\r\n") && seen.ends_with(b"END") {
                break;
            }
        }
        let _ = stream.write_all(&answer);
        String::from_utf8_lossy(&seen).into_owned()
    });
    let wire = Wire::new();
    let got = run(async { wire.send(&make(&base), Duration::from_secs(20)).await });
    (got, far.join().unwrap())
}

fn post(base: &str) -> Call {
    Call::post(&format!("{base}/a/b?c=d"), "text/plain", "hello END").with("x-key", "7")
}

#[test]
fn a_call_is_plain_http_and_its_answer_is_read_in_every_framing() {
    let (answer, seen) = call(b"HTTP/1.1 201 Created\r\nX-Id: 9\r\nContent-Length: 3\r\n\r\nyes", post);
    assert!(seen.starts_with("POST /a/b?c=d HTTP/1.1\r\nhost: 127.0.0.1:"), "{seen}");
    assert!(seen.contains("\r\ncontent-length: 9\r\n") && seen.ends_with("\r\n\r\nhello END"), "{seen}");
    assert!(seen.contains("\r\nx-key: 7\r\n"), "{seen}");
    let answer = answer.unwrap();
    assert_eq!((answer.status, answer.text().as_str(), answer.header("x-id")), (201, "yes", Some("9")));

    let chunked = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
        3\r\nyes\r\n5;x=1\r\n, yes\r\n0\r\n\r\n";
    assert_eq!(call(chunked, post).0.unwrap().text(), "yes, yes");
    assert_eq!(call(b"HTTP/1.0 500 X\r\n\r\nuntil the end", post).0.unwrap().text(), "until the end");
    assert_eq!(call(b"HTTP/1.1 204 No Content\r\n\r\n", post).0.unwrap().status, 204);
}

#[test]
fn an_answer_that_is_none_is_told_and_never_more_than_the_limit_is_read() {
    let wrong = |bytes: &[u8]| call(bytes, post).0.unwrap_err();
    assert!(matches!(wrong(b""), Unreached::Form(_)));
    assert!(matches!(wrong(b"SSH-2.0\r\n"), Unreached::Form(_)));
    assert!(matches!(wrong(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), Unreached::Form(_)));
    assert!(matches!(wrong(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort"), Unreached::Broken(_)));
    assert!(matches!(wrong(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n"), Unreached::Form(_)));
    assert!(matches!(wrong(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\n"), Unreached::Form(_)));
    let endless = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &vec![b'x'; 300 * 1024]].concat();
    assert!(matches!(wrong(&endless), Unreached::Form(_)));
    let heads = "a: b\r\n".repeat(200);
    assert!(matches!(wrong(format!("HTTP/1.1 200 OK\r\n{heads}\r\n").as_bytes()), Unreached::Form(_)));
}

#[test]
fn a_far_side_that_is_silent_or_away_is_told_within_the_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let wire = Wire::new();
    let slow = run(async { wire.send(&Call::get(&url), Duration::from_millis(100)).await });
    assert_eq!(slow, Err(Unreached::Slow));
    drop(listener);
    let away = run(async { wire.send(&Call::get(&url), Duration::from_secs(20)).await });
    assert!(matches!(away, Err(Unreached::Connect(_))), "{away:?}");
    let call = Call::get(&url).with("x", "a\r\nb: c");
    assert_eq!(run(async { wire.send(&call, Duration::from_secs(1)).await }), Err(Unreached::Address));
}

#[test]
fn an_address_has_its_parts_or_is_none() {
    let of = |url: &str| parse_url(url).map(|t| (t.tls, t.host, t.port, t.path));
    let some = |tls, host: &str, port, path: &str| Some((tls, host.to_string(), port, path.to_string()));
    assert_eq!(of("https://a.example"), some(true, "a.example", 443, "/"));
    assert_eq!(of("http://a.example:81/x?y=1"), some(false, "a.example", 81, "/x?y=1"));
    assert_eq!(of("http://[::1]:8080/"), some(false, "::1", 8080, "/"));
    assert_eq!(of("http://[::1]"), some(false, "::1", 80, "/"));
    assert_eq!(of("http://a?b"), some(false, "a", 80, "/?b"));
    for bad in ["", "ftp://a", "http://", "http://u@a", "http://a:x", "http://a:0", "http://a b", "http://a#f", "//a"] {
        assert_eq!(of(bad), None, "{bad}");
    }
}
