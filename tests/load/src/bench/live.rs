//! A change at a school until it stands on a bureau's open page: from sending the request at the school to the event on
//! the county's stream. The page gathers what woke it for a quarter of a second, so the floor is a little above that.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;

use base::Stopwatch;
use load::api::{self, Submission};
use load::http::Client;
use load::report::Line;
use load::server::Server;
use serde_json::json;

use super::{Bench, Done};

/// Changes measured for each page, and the bar (part B of the issues: within a second), ms.
const CHANGES: usize = 40;
const BAR_MS: i64 = 1_000;
/// Longest that one event is waited for, ms, and lines read for it.
const WAIT_MS: u64 = 10_000;
const LINES_MAX: usize = 20_000;

/// An open page of the county.
pub(super) struct Stream(BufReader<TcpStream>);

impl Stream {
    pub(super) fn open(server: &Server, cookie: &str, path: &str) -> Done<Stream> {
        let (answer, lines) = server.client().waiting(WAIT_MS).with("cookie", cookie).open(path)?;
        if answer.status != 200 {
            return Err(format!("{path}: {}", answer.status).into());
        }
        let mut stream = Stream(lines);
        stream.until("event: beat")?;
        Ok(stream)
    }
    /// Reads on to a line that holds the text.
    pub(super) fn until(&mut self, text: &str) -> Done<String> {
        let mut line = String::new();
        for _ in 0..LINES_MAX {
            line.clear();
            if self.0.read_line(&mut line)? == 0 {
                break;
            }
            if line.contains(text) {
                return Ok(line);
            }
        }
        Err(format!("the stream ended without {text}").into())
    }
}

pub fn run(bench: &mut Bench<'_>) -> Done {
    let data = bench.place("demo");
    let (server, _) = bench.start(&["serve"], &data, 60_000)?;
    super::audited(&server)?;
    bench.report.section("A change at a school until it stands on the county's open page");
    let officer = api::account(&data, "officer")?;
    let token = api::sign_in(&mut server.client(), &officer.login, &officer.password)?;
    let cookie = format!("xiaoan={token}");
    let client = |login: &str| -> Done<Client> {
        let who = api::account(&data, login)?;
        let token = api::sign_in(&mut server.client(), &who.login, &who.password)?;
        Ok(server.client().bearer(&token))
    };
    let changes = if bench.quick { CHANGES / 4 } else { CHANGES };

    let mut guard = client("guard")?;
    let mut stream = Stream::open(&server, &cookie, "/live?page=hazards")?;
    let mut took = Vec::new();
    for n in 0..changes {
        let watch = Stopwatch::start();
        let id = Submission::new(900_000 + n as u64).acknowledged(&mut guard)?;
        stream.until(&id)?;
        took.push(watch.elapsed_ms());
    }
    tell(bench, "a hazard's row on /hazards", took);

    // Lessons of another class and topic each, while there are any: their cells fill, the bar of the board is drawn anew.
    let mut teacher = client("teacher")?;
    let classes = api::whole_list(&mut teacher, "/api/v1/classes")?;
    let class = classes.iter().find_map(|c| c["id"].as_str()).ok_or("the teacher's school has no class")?.to_string();
    let mut stream = Stream::open(&server, &cookie, "/live?page=board")?;
    let mut took = Vec::new();
    for n in 0..changes {
        let topic = ["fire", "quake", "traffic", "electricity"][n % 4];
        let key = base::Id::new(base::Clock::wall().now()).to_string();
        let body = json!({ "form": "lesson", "classes": [class], "fields": { "topic": [topic] } });
        let watch = Stopwatch::start();
        let answer = teacher.post_json("/api/v1/works", &[("idempotency-key", &key)], &body)?;
        if answer.status != 201 {
            return Err(format!("a lesson: {} {}", answer.status, answer.text()).into());
        }
        stream.until("id=\"row-sums\"")?;
        took.push(watch.elapsed_ms());
    }
    tell(bench, "the bar of /board after a lesson", took);
    server.stop()?;
    Ok(())
}

fn tell(bench: &mut Bench<'_>, what: &str, mut took: Vec<i64>) {
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    let worst = at(100);
    let line = Line::of(
        format!("{what}, p50 / p99 / slowest of {}", took.len()),
        format!("{} / {} / {worst} ms", at(50), at(99)),
    );
    let line = line.beside(format!("≤ {BAR_MS} ms"), worst as f64 / BAR_MS as f64);
    bench.report.line(line.bar("", worst <= BAR_MS));
}
