//! An alarm from the request of whoever pressed to the event on a bureau's open page, while 500 pages are open and hazards
//! are submitted as fast as the writer takes them (part C: 1,000 writes a second and more).

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use base::Stopwatch;
use load::api::{self, Submission};
use load::report::Line;

use super::live::Stream;
use super::{Bench, Done};

/// Alarms measured, each of a school of its own: within a minute a second press is the same alarm.
const ALARMS: usize = 60;
const OPEN_PAGES: usize = 500;
/// Clients that submit hazards meanwhile.
const WRITERS: usize = 16;
/// The bar of decisions.md §7 for what changes on an open page, ms.
const BAR_MS: i64 = 1_000;

pub fn run(bench: &mut Bench<'_>) -> Done {
    let data = bench.place("demo");
    let (server, _) = bench.start(&["serve"], &data, 60_000)?;
    super::audited(&server)?;
    bench.report.section("An alarm from the press to the bureau's open page");
    let accounts = api::accounts(&data)?;
    let guards: Vec<_> = accounts.iter().filter(|a| a.role == "guard").take(ALARMS).collect();
    let officer = api::account(&data, "city-officer")?;
    let sign_in = |login: &str, password: &str| api::sign_in(&mut server.client(), login, password);
    let token = sign_in(&officer.login, &officer.password)?;
    let cookie = format!("xiaoan={token}");
    let mut tokens = Vec::new();
    for guard in &guards {
        tokens.push(sign_in(&guard.login, &guard.password)?);
    }
    let pages = if bench.quick { OPEN_PAGES / 5 } else { OPEN_PAGES };
    let mut open = Vec::with_capacity(pages);
    for n in 0..pages {
        let page = ["/live?page=hazards", "/live?page=today", "/live?page=alarms"][n % 3];
        open.push(Stream::open(&server, &cookie, page)?);
    }
    let mut stream = Stream::open(&server, &cookie, "/live?page=alarms")?;
    let (stop, written) = (AtomicBool::new(false), AtomicU64::new(0));
    let watch = Stopwatch::start();
    let took = std::thread::scope(|scope| -> Done<Vec<i64>> {
        for n in 0..WRITERS {
            let mut client = server.client().waiting(20_000).bearer(&tokens[n % tokens.len()]);
            let (stop, written) = (&stop, &written);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let number = super::submit::NUMBER.fetch_add(1, Ordering::Relaxed);
                    if Submission::new(number).acknowledged(&mut client).is_ok() {
                        written.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        let done = press(&server, &tokens, &mut stream);
        stop.store(true, Ordering::Relaxed);
        done
    });
    let seconds = watch.elapsed_ms().max(1) as f64 / 1_000.0;
    drop(open);
    let mut took = took?;
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    let rate = written.load(Ordering::Relaxed) as f64 / seconds;
    let what =
        format!("pressed until it stands on the page, {pages} pages open, {rate:.0} hazards/s written beside it");
    let line = Line::of(
        format!("{what}, p50 / p99 / slowest of {}", took.len()),
        format!("{} / {} / {} ms", at(50), at(99), at(100)),
    );
    let line = line.beside(format!("≤ {BAR_MS} ms"), at(99) as f64 / BAR_MS as f64);
    bench.report.line(line.bar("", at(99) <= BAR_MS));
    server.stop()?;
    Ok(())
}

/// Presses one alarm after the other; answers how long each took, ms.
fn press(server: &load::server::Server, tokens: &[String], stream: &mut Stream) -> Done<Vec<i64>> {
    let mut took = Vec::with_capacity(tokens.len());
    for token in tokens {
        let mut client = server.client().waiting(20_000).bearer(token);
        let key = base::Id::new(base::Clock::wall().now()).to_string();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        let watch = Stopwatch::start();
        let answer = client.send("POST", "/alarms", &headers, b"")?;
        if answer.status != 201 {
            return Err(format!("an alarm: {} {}", answer.status, answer.text()).into());
        }
        let told = answer.json();
        let id = told["id"].as_str().ok_or("an alarm without an id")?.to_string();
        stream.until(&id)?;
        took.push(watch.elapsed_ms());
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(took)
}
