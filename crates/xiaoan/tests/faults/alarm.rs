//! kill -9 around the acknowledgement of an alarm (part C, acceptance 3): what was answered 201 is there, what was
//! acknowledged stays acknowledged, and no telephone is told of a rung twice, whatever moment the server dies in. The
//! clock runs sixty times as fast, so that the ladder climbs while it happens. A thousand kills: `XIAOAN_KILLS=1000`.

use std::collections::{BTreeMap, BTreeSet};

use base::{Clock, Id, Ms, Stopwatch};
use fakes::{Fakes, Page};
use load::api;
use load::drive::sleep_ms;
use load::http::Client;
use load::server::Server;

use super::{House, alone, assert_journal_holds, start};

const CYCLES: usize = 20;
const READY_MS: i64 = 30_000;
/// Everybody is told of the first rung within this after the last start, ms.
const OUT_MS: i64 = 300_000;
/// The server's clock runs so many times as fast.
const FASTER: usize = 60;
/// A kill falls anywhere in this time after the first press of a life.
const SPREAD_MS: u64 = 900;

/// The far side of text messages and telephones, for as long as the test runs.
fn gateway() -> (Fakes, String) {
    let fakes = Fakes::new(Clock::wall(), Page::default());
    // Ten a second is the gateway's rate; the server's seconds are a sixtieth of the machine's.
    fakes.allow(10 * FASTER);
    let (send, receive) = std::sync::mpsc::channel();
    let served = fakes.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let http = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let smtp = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            send.send(http.local_addr().unwrap()).unwrap();
            served.serve(http, smtp).await.unwrap();
        });
    });
    (fakes, format!("http://{}/gateway", receive.recv().unwrap()))
}

fn token(server: &Server, house: &House, login: &str) -> String {
    let account = api::account(&house.data, login).unwrap();
    api::sign_in(&mut server.client(), &account.login, &account.password).unwrap()
}

fn post(client: &mut Client, path: &str, fields: &str) -> Option<(u16, serde_json::Value)> {
    let key = Id::new(Ms(0)).to_string();
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "application/json"),
        ("idempotency-key", key.as_str()),
    ];
    let answer = client.send("POST", path, &headers, fields.as_bytes()).ok()?;
    Some((answer.status, answer.json()))
}

/// Text messages that the far side took, by their keys: to whom, about which alarm. It keeps the newest only, so they
/// are fetched after each life.
#[derive(Default)]
struct Told(BTreeMap<String, (String, String)>);

impl Told {
    fn fetch(&mut self, fakes: &Fakes) {
        // A thousand unreported alarms are clues as well, and their desks are told of those: other messages.
        for one in fakes.taken("sms").into_iter().filter(|one| one.text.contains("/alarms/")) {
            let alarm = one.text.rsplit('/').next().unwrap_or_default().to_string();
            self.0.insert(one.key, (one.to, alarm));
        }
    }
    /// Of which of these alarms was nobody told?
    fn untold<'a>(&self, pressed: &'a BTreeSet<String>) -> Vec<&'a String> {
        let told: BTreeSet<&String> = self.0.values().map(|(_, alarm)| alarm).collect();
        pressed.iter().filter(|id| !told.contains(id)).collect()
    }
    /// How often each telephone was told of each alarm.
    fn times(&self) -> BTreeMap<&(String, String), i64> {
        let mut times = BTreeMap::new();
        self.0.values().for_each(|pair| *times.entry(pair).or_default() += 1);
        times
    }
}

/// Presses and acknowledges until the server is gone: ids that were answered, and those whose acknowledgement was.
fn live(server: Server, presser: &str, answerer: &str, kill_after_ms: i64) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut one, mut other) = (server.client().bearer(presser), server.client().bearer(answerer));
    std::thread::scope(|scope| {
        let work = scope.spawn(move || {
            let (mut pressed, mut answered) = (BTreeSet::new(), BTreeSet::new());
            while let Some((status, told)) = post(&mut one, "/alarms", "") {
                // 202: the database took longer than a press may wait; it is on the disk.
                assert!(matches!(status, 201 | 202), "{status} {told}");
                let id = told["id"].as_str().unwrap().to_string();
                pressed.insert(id.clone());
                sleep_ms(30);
                match post(&mut other, &format!("/alarms/{id}/acknowledge"), "") {
                    Some((201, _)) => drop(answered.insert(id)),
                    Some((status, told)) => panic!("{status} {told}"),
                    None => break,
                }
            }
            (pressed, answered)
        });
        sleep_ms(kill_after_ms);
        server.kill().unwrap();
        work.join().unwrap()
    })
}

#[test]
fn no_alarm_that_was_answered_is_lost_and_no_telephone_is_told_a_rung_twice_whenever_the_server_is_killed() {
    let _turn = alone();
    let cycles = std::env::var("XIAOAN_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(CYCLES);
    let house = House::new();
    let (fakes, url) = gateway();
    let (key, secret) = (fakes::GATEWAY_KEY, fakes::GATEWAY_SECRET);
    let config =
        format!("[message]\ngateway = {{ url = \"{url}\", key = \"{key}\", secret = \"{secret}\", voice = true }}\n");
    std::fs::write(house.data.join("xiaoan.toml"), config).unwrap();
    let (mut pressed, mut answered) = (BTreeSet::new(), BTreeSet::new());
    let mut seed = base::Seed::named(1, "kills");
    let mut told = Told::default();
    let mut tokens: Option<(String, String)> = None;
    for life in 0..cycles {
        let mut server = fast(&house, life);
        server.ready(READY_MS).unwrap();
        let (presser, answerer) =
            tokens.get_or_insert_with(|| (token(&server, &house, "guard"), token(&server, &house, "safety"))).clone();
        let (p, a) = live(server, &presser, &answerer, 100 + seed.below(SPREAD_MS) as i64);
        pressed.extend(p);
        answered.extend(a);
        told.fetch(&fakes);
    }
    assert!(pressed.len() >= cycles / 2 && !answered.is_empty(), "{} {}", pressed.len(), answered.len());
    let mut server = fast(&house, cycles);
    server.ready(READY_MS).unwrap();
    // What waited in the outbox when a server died goes out now, oldest first.
    let watch = Stopwatch::start();
    while !told.untold(&pressed).is_empty() && watch.elapsed_ms() < OUT_MS {
        sleep_ms(200);
        told.fetch(&fakes);
    }
    assert!(server.stop().unwrap().success());
    let target = db::Target::Sqlite(house.data.join("xiaoan.db"));
    let db = db::Db::open_beside(target).unwrap();
    let rungs = db.read(|tx| tx.rows("select id, rung, unit from alarm", &[])).unwrap();
    let rungs: BTreeMap<String, i64> =
        rungs.iter().map(|row| (row.id("id").unwrap().to_string(), row.int("rung").unwrap())).collect();
    let acks = db.read(|tx| tx.rows("select distinct alarm from alarm_step where act = 'acknowledge'", &[])).unwrap();
    let acks: BTreeSet<String> = acks.iter().map(|row| row.id("alarm").unwrap().to_string()).collect();
    for id in &pressed {
        assert!(rungs.contains_key(id), "pressed, answered and lost: {id}");
    }
    for id in &answered {
        assert!(acks.contains(id), "acknowledged and lost: {id}");
    }
    assert_eq!(told.untold(&pressed), Vec::<&String>::new(), "pressed, and nobody was told");
    // One text message for each telephone and rung: more would be telling somebody a step twice.
    for ((to, alarm), n) in told.times() {
        let rung = rungs.get(alarm).copied().unwrap_or(0);
        assert!(n <= rung, "{to} was told {n} times of {rung} rungs of {alarm}");
    }
    assert_journal_holds(&house.data, &[]);
    let messages = told.0.len();
    eprintln!("{cycles} kills, {} pressed, {} acknowledged, {messages} text messages", pressed.len(), answered.len());
}

/// A server whose clock runs sixty times as fast; each life begins ten minutes after the one before, because a killed
/// server may not have stored how far its clock had come.
fn fast(house: &House, life: usize) -> Server {
    let demo = std::fs::read_to_string(house.data.join("demo.json")).unwrap();
    let wish: serde_json::Value = serde_json::from_str(&demo).unwrap();
    let from = Ms(wish["until"].as_i64().unwrap() + (life as i64 + 1) * 10 * Ms::MINUTE).rfc3339();
    start(&house.data, &["--clock", &format!("{from},x{FASTER}")])
}
