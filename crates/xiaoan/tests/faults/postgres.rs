//! PostgreSQL goes away and comes back. The cluster is this test's own, so that no other test loses its server; it
//! needs the programs of the server (`XIAOAN_TEST_PG_BIN`, set by `scripts/with-postgres.sh`). The server stays away
//! for six seconds here, where the bar says thirty: what must hold — no hang, a clear answer, recovery by itself — is
//! the same from the first failed reconnection on.

use std::path::PathBuf;
use std::process::Command;

use base::Stopwatch;
use db::testing::TempDir;
use load::api::{self, Submission};
use load::drive::sleep_ms;
use load::server::Server;
use serde_json::json;

use super::{alone, assert_journal_holds, assert_problem, fill, page_client, serve, token};

const AWAY_MS: i64 = 6_000;
/// Nobody waits longer than this for any answer.
const HANG_MS: i64 = 6_000;
/// After so long the server asks again whose session it is.
const SESSION_TRUSTED_MS: i64 = 1_500;
/// After it is back, the program must have found it again.
const BACK_MS: i64 = 15_000;

struct Cluster {
    bin: PathBuf,
    dir: TempDir,
    port: u16,
    root: bool,
}

impl Cluster {
    /// A cluster of its own, running; none when the server's programs are not there.
    fn new() -> Option<Cluster> {
        let bin = PathBuf::from(std::env::var("XIAOAN_TEST_PG_BIN").ok()?);
        let root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.starts_with(b"0\n"));
        let (dir, port) = (TempDir::new(), load::server::free_port().unwrap());
        if root {
            assert!(super::system(&["chown", "postgres", dir.path().to_str().unwrap()]));
        }
        let cluster = Cluster { bin, dir, port, root };
        let words = ["--locale=C", "-E", "UTF8", "-A", "trust", "-U", "postgres", "--no-sync"];
        assert!(cluster.run("initdb", &words), "initdb");
        cluster.start();
        Some(cluster)
    }
    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }
    /// As another user than root: PostgreSQL refuses root.
    fn run(&self, program: &str, words: &[&str]) -> bool {
        let program = self.bin.join(program);
        let mut command = match self.root {
            true => Command::new("runuser"),
            false => Command::new(&program),
        };
        if self.root {
            command.args(["-u", "postgres", "--"]).arg(&program);
        }
        let status = command
            .arg("-D")
            .arg(self.data())
            .args(words)
            .current_dir("/")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    }
    fn start(&self) {
        let folder = self.dir.path().display();
        let options = format!("-h 127.0.0.1 -p {} -k {folder} -c fsync=off", self.port);
        let log = self.dir.path().join("log").display().to_string();
        assert!(self.run("pg_ctl", &["-w", "-l", &log, "-o", &options, "start"]), "the cluster starts");
    }
    /// As a power cut: no time for anything.
    fn stop(&self) {
        assert!(self.run("pg_ctl", &["-m", "immediate", "-w", "stop"]), "the cluster stops");
    }
    fn address(&self) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.run("pg_ctl", &["-m", "immediate", "stop"]);
    }
}

/// What one writer has sent until the database was gone.
#[derive(Default)]
struct Sent {
    acknowledged: Vec<Submission>,
    /// The one that met the outage: nobody was told whether it is there.
    unknown: Option<Submission>,
    /// Times that the database was too busy with the other writers of the same school; sent again each time.
    busy: usize,
}

/// Submits for as long as it is answered.
fn until_it_is_gone(server: &Server, token: &str, writer: u64) -> Sent {
    let mut client = server.client().bearer(token);
    let mut sent = Sent::default();
    for n in 0.. {
        let one = Submission::new(writer * 1_000_000 + n);
        loop {
            let answer = one.send(&mut client).expect("an answer, whatever has happened to the database");
            match (answer.status, answer.json()["code"].as_str()) {
                (201, _) => break,
                (503, Some("busy")) => sent.busy += 1,
                _ => {
                    assert_problem(&answer, 503, "gone");
                    sent.unknown = Some(one);
                    return sent;
                }
            }
        }
        sent.acknowledged.push(one);
    }
    sent
}

#[test]
fn without_postgres_everybody_gets_a_clear_answer_and_its_return_is_noticed() {
    let _turn = alone();
    let Some(cluster) = Cluster::new() else {
        eprintln!("SKIPPED: XIAOAN_TEST_PG_BIN is not set, so no PostgreSQL server was taken away");
        return;
    };
    let dir = TempDir::new();
    let data = dir.path().join("data");
    let address = cluster.address();
    fill(&data, &["--database-url", &address]);
    let server = serve(&data, &["--database-url", &address]);
    let token = token(&server, &data);
    let wall = Wall::new(&server, &data);

    let sent = std::thread::scope(|scope| {
        let writers: Vec<_> = (1..=4)
            .map(|writer| {
                scope.spawn({
                    let (s, t) = (&server, &token);
                    move || until_it_is_gone(s, t, writer)
                })
            })
            .collect();
        sleep_ms(500);
        cluster.stop();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect::<Vec<_>>()
    });
    away(&server, &token);
    let pressed = wall.pressed(&server);
    cluster.start();
    let watch = Stopwatch::start();
    while server.client().waiting(HANG_MS as u64).get("/readyz").unwrap().status != 200 {
        assert!(watch.elapsed_ms() < BACK_MS, "not ready {BACK_MS} ms after the database was back");
        sleep_ms(50);
    }
    eprintln!("ready {} ms after the database was back", watch.elapsed_ms());
    back(&server, &token, &sent);
    wall.replayed(&server, &pressed);
    assert_journal_holds(&data, &["--database-url", &address]);
    assert!(server.stop().unwrap().success());
}

/// While it is away: every answer is clear, Chinese and in time, again and again.
fn away(server: &Server, token: &str) {
    let watch = Stopwatch::start();
    let mut slowest = 0;
    while watch.elapsed_ms() < AWAY_MS {
        let mut ask = |what: &mut dyn FnMut()| {
            let one = Stopwatch::start();
            what();
            slowest = slowest.max(one.elapsed_ms());
        };
        let patient = || server.client().waiting(2 * HANG_MS as u64);
        ask(&mut || assert_eq!(patient().get("/readyz").unwrap().status, 503));
        ask(&mut || assert_eq!(patient().get("/healthz").unwrap().status, 200));
        ask(&mut || {
            let answer = Submission::new(7).send(&mut patient().bearer(token)).unwrap();
            assert_problem(&answer, 503, "gone");
        });
        ask(&mut || {
            let page = page_client(server, token).waiting(2 * HANG_MS as u64).get("/hazards").unwrap();
            assert_eq!(page.status, 503);
            assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
            assert!(api::is_chinese(&page.text()));
        });
        sleep_ms(200);
    }
    assert!(slowest <= HANG_MS, "somebody waited {slowest} ms for an answer");
    eprintln!("slowest answer without a database: {slowest} ms");
}

/// Writing works without a restart; what was acknowledged before is there once, what was not can be sent again.
fn back(server: &Server, token: &str, sent: &[Sent]) {
    let mut client = server.client().bearer(token);
    for unknown in sent.iter().filter_map(|sent| sent.unknown.as_ref()) {
        assert_eq!(unknown.acknowledged(&mut client).unwrap(), unknown.key.to_string());
    }
    let items = api::whole_list(&mut client, "/api/v1/hazards").unwrap();
    let mut count = 0;
    for one in sent.iter().flat_map(|sent| sent.acknowledged.iter().chain(&sent.unknown)) {
        let seen = items.iter().filter(|item| item["what"] == one.what.as_str()).count();
        assert_eq!(seen, 1, "{}", one.what);
        count += 1;
    }
    let busy: usize = sent.iter().map(|sent| sent.busy).sum();
    assert!(count > sent.len(), "nothing was acknowledged before the database went: that is no load");
    eprintln!("{count} submissions around the outage, each there once; {busy} times busy before");
}

/// A button on a wall, and a director who has signed in long before.
struct Wall {
    button: String,
    head: String,
}

impl Wall {
    fn new(server: &Server, data: &std::path::Path) -> Wall {
        let account = api::account(data, "safety").unwrap();
        let head = api::sign_in(&mut server.client(), &account.login, &account.password).unwrap();
        let mut client = server.client().bearer(&head);
        let unit = client.get("/api/v1/me").unwrap().json()["actor"]["unit"].as_str().unwrap().to_string();
        let path = format!("/api/v1/units/{unit}/buttons");
        let added = client.post_json(&path, &[], &json!({ "name": "门卫室" })).unwrap();
        assert_eq!(added.status, 201, "{}", added.text());
        Wall { button: added.json()["address"].as_str().unwrap().to_string(), head }
    }

    /// All are pressed while the database is away: answered in time, from the disk, and told that nobody knows yet.
    fn pressed(&self, server: &Server) -> Vec<String> {
        let bearer = format!("Bearer {}", self.button);
        let watch = Stopwatch::start();
        let mut ids = Vec::new();
        let mut device = server.client().waiting(2 * HANG_MS as u64);
        let answer = device.send("POST", "/press", &[("authorization", &bearer)], b"").unwrap();
        assert_eq!((answer.status, &answer.json()["kept"]), (202, &json!(true)), "{}", answer.text());
        ids.push(answer.json()["id"].as_str().unwrap().to_string());
        // The session is asked for in the database: nobody knows who this is, and it is kept all the same.
        sleep_ms(SESSION_TRUSTED_MS);
        let mut page = page_client(server, &self.head).waiting(2 * HANG_MS as u64);
        let form = ("content-type", "application/x-www-form-urlencoded");
        let answer = page.send("POST", "/alarms", &[form, ("accept", "application/json")], b"test=1").unwrap();
        assert_eq!((answer.status, &answer.json()["kept"]), (202, &json!(true)), "{}", answer.text());
        ids.push(answer.json()["id"].as_str().unwrap().to_string());
        // A program of the school's own presses over JSON.
        let mut program = server.client().waiting(2 * HANG_MS as u64).bearer(&self.head);
        let answer = program.post_json("/api/v1/alarms", &[], &json!({ "test": true })).unwrap();
        assert_eq!((answer.status, &answer.json()["told"]), (202, &json!(false)), "{}", answer.text());
        ids.push(answer.json()["id"].as_str().unwrap().to_string());
        assert!(watch.elapsed_ms() < 3 * HANG_MS + SESSION_TRUSTED_MS);
        ids
    }

    /// Back: each is there once.
    fn replayed(&self, server: &Server, pressed: &[String]) {
        let watch = Stopwatch::start();
        let mut client = server.client().bearer(&self.head);
        for (id, tests) in pressed.iter().zip(["", "?tests=true", "?tests=true"]) {
            loop {
                let items = client.get(&format!("/api/v1/alarms{tests}")).unwrap().json()["items"].clone();
                let there = items.as_array().unwrap().iter().filter(|a| a["id"] == id.as_str()).count();
                assert!(there <= 1, "{id} twice");
                if there == 1 {
                    break;
                }
                assert!(watch.elapsed_ms() < BACK_MS, "{id} is not replayed");
                sleep_ms(100);
            }
        }
    }
}
