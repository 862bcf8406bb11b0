//! kill -9 under load, fifty times: what was acknowledged is there once, the log never shrinks and never forks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use base::Stopwatch;
use load::api::{self, Submission};
use load::drive::sleep_ms;
use load::http::Client;
use load::server::Server;

use super::{House, alone, assert_journal_holds, start, token};

const CYCLES: usize = 50;
const WRITERS: usize = 8;
/// A cycle writes until this many are acknowledged, so that there is a load however busy the machine is, and then, cycle
/// by cycle, up to `SPREAD_MS` more, so that the kill falls anywhere.
const LOAD: usize = 2 * WRITERS;
const SPREAD_MS: i64 = 240;
/// The longest that a cycle waits for its load, ms.
const LOAD_MS: i64 = 30_000;
const RESTART_MS: i64 = 5_000;
/// Acknowledged ones of a cycle that are looked up one by one after the restart; the whole list is held at the end.
const LOOKS: usize = 24;

/// What one writer has sent in one cycle.
#[derive(Default)]
struct Sent {
    acknowledged: Vec<(Submission, String)>,
    /// The one that was on its way when the server died.
    unknown: Option<Submission>,
}

fn submission(cycle: usize, writer: usize, n: usize) -> Submission {
    Submission::of(format!("断电演练 第{cycle}轮 {writer}号 第{n}条"), None)
}

/// Submits until the server is gone; counts what is acknowledged.
fn write(mut client: Client, cycle: usize, writer: usize, taken: &AtomicUsize) -> Sent {
    let mut sent = Sent::default();
    for n in 0.. {
        let one = submission(cycle, writer, n);
        match one.send(&mut client) {
            Ok(answer) => {
                let id = answer.json()["id"].as_str().map(str::to_string);
                assert_eq!(answer.status, 201, "{}", answer.text());
                sent.acknowledged.push((one, id.expect("an acknowledgement has an id")));
                taken.fetch_add(1, Ordering::Relaxed);
            }
            Err(_) => {
                sent.unknown = Some(one);
                break;
            }
        }
    }
    sent
}

/// One life of the server: writers at work, then SIGKILL in the midst of it.
fn life(server: Server, token: &str, cycle: usize) -> Vec<Sent> {
    let clients = |_| server.client().bearer(token);
    let clients: Vec<Client> = (0..WRITERS).map(clients).collect();
    let taken = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let taken = &taken;
        let writers: Vec<_> = clients
            .into_iter()
            .enumerate()
            .map(|(writer, client)| scope.spawn(move || write(client, cycle, writer, taken)))
            .collect();
        let watch = Stopwatch::start();
        while taken.load(Ordering::Relaxed) < LOAD && watch.elapsed_ms() < LOAD_MS {
            sleep_ms(2);
        }
        sleep_ms((cycle as i64 * 37) % SPREAD_MS);
        server.kill().unwrap();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    })
}

/// Sends what was on its way again, to the letter. The key is the record's id, whether it had been taken or not.
fn send_again(server: &Server, token: &str, sent: &[Sent], held: &mut BTreeMap<String, String>) {
    let mut client = server.client().bearer(token);
    for one in sent.iter().filter_map(|sent| sent.unknown.as_ref()) {
        let id = one.acknowledged(&mut client).unwrap();
        assert_eq!(id, one.key.to_string());
        held.insert(one.what.clone(), id);
    }
}

fn look(server: &Server, token: &str, sent: &[Sent]) {
    let mut client = server.client().bearer(token);
    // The last ones are those that a lost commit would take.
    let last = sent.iter().flat_map(|sent| sent.acknowledged.iter().rev().take(LOOKS / WRITERS));
    for (one, id) in last {
        let answer = client.get(&format!("/api/v1/hazards/{id}")).unwrap();
        assert_eq!(answer.status, 200, "acknowledged and lost: {} {}", one.what, answer.text());
        assert_eq!(answer.json()["what"], one.what.as_str());
    }
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed_fifty_times_under_eight_writers() {
    let _turn = alone();
    let house = House::new();
    let mut server = house.serve();
    let token = token(&server, &house.data);
    let mut held = BTreeMap::new();
    let mut heads = vec![api::head(&mut server.client()).unwrap()];
    let (mut slowest, mut acknowledged) = (0, 0);
    for cycle in 0..CYCLES {
        let sent = life(server, &token, cycle);
        server = start(&house.data, &[]);
        let restart = server.ready(RESTART_MS).unwrap();
        slowest = slowest.max(restart);
        let head = api::head(&mut server.client()).unwrap();
        assert!(head.0 >= heads.last().unwrap().0, "the tree shrank from {} to {}", heads.last().unwrap().0, head.0);
        heads.push(head);
        for (one, id) in sent.iter().flat_map(|sent| &sent.acknowledged) {
            held.insert(one.what.clone(), id.clone());
            acknowledged += 1;
        }
        look(&server, &token, &sent);
        send_again(&server, &token, &sent, &mut held);
    }
    assert!(acknowledged >= CYCLES * LOAD, "only {acknowledged} were acknowledged: that is no load");
    once(&server, &token, &held);
    never_forked(&house, &heads);
    assert_journal_holds(&house.data, &[]);
    assert!(server.stop().unwrap().success());
    assert_journal_holds(&house.data, &[]);
    eprintln!("{CYCLES} kills, {acknowledged} acknowledged, slowest restart {slowest} ms");
}

/// The whole list, as a client sees it, holds each sentence once and under its id.
fn once(server: &Server, token: &str, held: &BTreeMap<String, String>) {
    let watch = Stopwatch::start();
    let items = api::whole_list(&mut server.client().bearer(token), "/api/v1/hazards").unwrap();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for item in &items {
        let what = item["what"].as_str().unwrap();
        if let Some(id) = held.get(what) {
            assert_eq!(item["id"], id.as_str());
            *seen.entry(what).or_default() += 1;
        } else {
            assert!(!what.starts_with("断电演练"), "there, though never sent: {what}");
        }
    }
    for what in held.keys() {
        assert_eq!(seen.get(what.as_str()), Some(&1), "{what}");
    }
    eprintln!("{} rows looked through in {} ms", items.len(), watch.elapsed_ms());
}

/// Every head that was ever shown is a beginning of the log as it is now.
fn never_forked(house: &House, heads: &[(u64, String)]) {
    let target = db::Target::Sqlite(house.data.join("xiaoan.db"));
    let sizes: Vec<u64> = heads.iter().map(|(size, _)| *size).collect();
    let roots = db::Db::open_beside(target).unwrap().read(move |tx| {
        let mut tree = safety::kernel::proof::Tree { tx };
        sizes.iter().map(|size| journal::root(&mut tree, *size)).collect::<base::Result<Vec<_>>>()
    });
    for ((size, told), root) in heads.iter().zip(roots.unwrap()) {
        assert_eq!(*told, base64(&root), "the head of size {size} is no beginning of the log");
    }
}

/// 32 bytes as standard base64.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, i| bits << 8 | u32::from(three.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * i)) as usize & 63] as char;
            out.push(if i <= three.len() { sign } else { '=' });
        }
    }
    out
}

#[test]
fn base64_is_the_standard_one() {
    assert_eq!(base64(b"Man"), "TWFu");
    assert_eq!(base64(b"Ma"), "TWE=");
    assert_eq!(base64(&[0; 32]).len(), 44);
}
