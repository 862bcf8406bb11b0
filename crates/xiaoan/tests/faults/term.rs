//! SIGTERM: live streams end at once, what is under way is answered, the program ends well and soon.

use std::io::{BufRead, Read};

use base::Stopwatch;
use load::api::Submission;

use super::{House, alone, assert_journal_holds, token};

const END_MS: i64 = 3_000;

#[test]
fn sigterm_ends_the_live_stream_and_the_program_within_three_seconds() {
    let _turn = alone();
    let house = House::new();
    let mut server = house.serve();
    let token = token(&server, &house.data);
    let (head, mut stream) = server.client().bearer(&token).open("/live?page=hazards").unwrap();
    assert_eq!(head.status, 200);
    assert!(head.header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream")), "{head:?}");
    let mut line = String::new();
    while !line.starts_with("event: beat") && !line.starts_with("event:beat") {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "the stream ended before its first beat");
    }
    Submission::new(1).acknowledged(&mut server.client().bearer(&token)).unwrap();
    // An idle kept-alive connection must not hold the end up either.
    let mut idle = server.client();
    assert_eq!(idle.get("/healthz").unwrap().status, 200);

    let watch = Stopwatch::start();
    server.terminate().unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    let stream_ms = watch.elapsed_ms();
    let status = server.wait(END_MS).unwrap();
    let end_ms = watch.elapsed_ms();
    assert_eq!(status.code(), Some(0), "{}", server.printed());
    assert!(stream_ms <= 1_000, "the stream ended after {stream_ms} ms");
    assert!(end_ms <= END_MS, "the program ended after {end_ms} ms");
    eprintln!("stream ended after {stream_ms} ms, program after {end_ms} ms");
    assert_journal_holds(&house.data, &[]);
}
