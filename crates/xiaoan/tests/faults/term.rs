//! SIGTERM: live streams end at once, what is under way is answered, the program ends well and soon.

use std::io::{BufRead, Read};

use base::{Clock, Id, Ms, Stopwatch};
use load::api::Submission;
use load::drive::sleep_ms;
use safety::alarm::{self, NewAlarm};
use safety::{Actor, Meta};

use super::{House, START_MS, alone, assert_journal_holds, start, token};

const END_MS: i64 = 3_000;
/// Open alarms whose ladders are all due when the program is told to end: at a demo's pace a round of them takes many
/// seconds.
const LADDERS: usize = 400;

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

#[test]
fn sigterm_does_not_wait_for_hundreds_of_deadlines() {
    let _turn = alone();
    let house = House::new();
    let (last, open) = ladders(&house);
    let clock = last.plus(Ms::HOUR).rfc3339();
    let mut server = start(&house.data, &["--clock", &clock]);
    server.ready(START_MS).unwrap();
    // The first look at the deadlines comes a second after the start: now it is in the middle of them.
    sleep_ms(1_500);
    let watch = Stopwatch::start();
    server.terminate().unwrap();
    let status = server.wait(END_MS).unwrap();
    assert_eq!(status.code(), Some(0), "{}", server.printed());
    let (climbed, waiting) = rungs(&house);
    eprintln!("ended after {} ms; {climbed} of {open} ladders climbed, {waiting} still due", watch.elapsed_ms());
    assert!(climbed > 0, "nothing was due: the test shows nothing");
    assert!(climbed < open, "all were done before the end was asked for: the test shows nothing");
    assert_eq!(climbed + waiting, open, "what was not reached stays due");
    assert_journal_holds(&house.data, &[]);
}

/// Presses the alarm at the first school again and again, so late after each other that each is an alarm of its own.
fn ladders(house: &House) -> (Ms, usize) {
    let clock = Clock::manual(load::fill::newest(&house.data).unwrap().plus(Ms::MINUTE));
    let app = load::fill::open(&house.data, clock.clone(), false).unwrap();
    let school = app.db().read(|tx| tx.row("select id from unit where kind = 'school' order by id limit 1", &[]));
    let school: Id = school.unwrap().unwrap().id("id").unwrap();
    for _ in 0..LADDERS {
        clock.advance(2 * Ms::MINUTE);
        let new = NewAlarm { unit: Some(school), ..NewAlarm::default() };
        app.write(&Actor::system(), Meta::of("test"), move |cx| alarm::raise::raise(cx, &new)).unwrap();
    }
    app.db().close();
    (clock.now(), LADDERS)
}

/// Of the alarms pressed here: how many ladders climbed, how many still stand on the first rung and are due.
fn rungs(house: &House) -> (usize, usize) {
    let target = db::Target::Sqlite(house.data.join("xiaoan.db"));
    let db = db::Db::open_beside(target).unwrap();
    let count = |tx: &mut db::Tx<'_>, sql: &str| Ok(tx.row(sql, &[])?.map_or(Ok(0), |row| row.int("n"))? as usize);
    let climbed = "select count(*) as n from alarm where state = 'raised' and rung > 1";
    let waiting = "select count(*) as n from alarm a join due d on d.id = a.id where a.state = 'raised' and a.rung = 1";
    (db.read(move |tx| count(tx, climbed)).unwrap(), db.read(move |tx| count(tx, waiting)).unwrap())
}
