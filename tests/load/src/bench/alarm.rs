//! An alarm from the press of a button on a wall to the event on a bureau's open page, while 500 pages of bureaus are open
//! and hazards are submitted as fast as the writer takes them (decisions.md §7, part C of the issues).

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use base::{Clock, Id, Stopwatch};
use load::api::{self, Submission};
use load::report::Line;
use load::server::Server;
use safety::alarm::button;
use safety::{Actor, Meta};

use super::live::Stream;
use super::{Bench, Done};

/// Alarms measured, each of a school of its own: within a minute a second press is the same alarm.
const ALARMS: usize = 200;
const OPEN_PAGES: usize = 500;
/// Who has them open, and which.
const VIEWERS: [&str; 3] = ["city-officer", "officer", "county-desk"];
const PAGES: [&str; 3] = ["/live?page=hazards", "/live?page=today", "/live?page=alarms"];
/// Clients that submit hazards meanwhile.
const WRITERS: usize = 16;
/// The storm blows so long before the first press, ms.
const WARM_MS: i64 = 3_000;
/// The bar of decisions.md §7 for what changes on an open page, ms.
const BAR_MS: i64 = 1_000;

pub fn run(bench: &mut Bench<'_>) -> Done {
    let data = bench.place("demo");
    let alarms = if bench.quick { ALARMS / 10 } else { ALARMS };
    let buttons = buttons(&data, alarms)?;
    let (server, _) = bench.start(&["serve"], &data, 60_000)?;
    super::audited(&server)?;
    bench.report.section("An alarm from the press to the bureau's open page");
    let accounts = api::accounts(&data)?;
    let sign_in = |login: &str, password: &str| api::sign_in(&mut server.client(), login, password);
    let mut cookies = Vec::new();
    for login in VIEWERS {
        let who = api::account(&data, login)?;
        cookies.push(format!("xiaoan={}", sign_in(&who.login, &who.password)?));
    }
    let mut writers = Vec::new();
    for guard in accounts.iter().filter(|a| a.role == "guard").take(WRITERS) {
        writers.push(sign_in(&guard.login, &guard.password)?);
    }
    let pages = if bench.quick { OPEN_PAGES / 5 } else { OPEN_PAGES };
    let mut open = Vec::with_capacity(pages);
    for n in 0..pages {
        let page = Stream::open(&server, &cookies[n / PAGES.len() % cookies.len()], PAGES[n % PAGES.len()]);
        open.push(page.map_err(|e| format!("page {n}: {e}"))?);
    }
    let mut stream = Stream::open(&server, &cookies[0], "/live?page=alarms")?;
    let (stop, written) = (AtomicBool::new(false), AtomicU64::new(0));
    let watch = Stopwatch::start();
    let took = std::thread::scope(|scope| -> Done<Vec<i64>> {
        for n in 0..WRITERS {
            let mut client = server.client().waiting(20_000).bearer(&writers[n % writers.len()]);
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
        load::drive::sleep_ms(WARM_MS);
        let done = press(&server, &buttons, &mut stream);
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

/// Hangs a button on the wall of so many schools; answers their addresses. No server runs on the folder.
fn buttons(data: &Path, count: usize) -> Done<Vec<String>> {
    let newest = load::fill::newest(data)?;
    let app = load::fill::open(data, Clock::manual(newest), true)?;
    let sql = "select id from unit where kind = 'school' and closed_on is null order by id";
    let schools: Vec<Id> = app.db().read(move |tx| tx.rows(sql, &[])?.iter().map(|row| row.id("id")).collect())?;
    let mut addresses = Vec::with_capacity(count);
    for (n, school) in schools.into_iter().take(count).enumerate() {
        // Of this moment: the part can be run again on data that was kept.
        let address = format!("bench-button-{}-{n:04}", newest.0);
        let told = address.clone();
        app.write(&Actor::system(), Meta::of("bench"), move |cx| button::add(cx, school, None, "bench", &told))?;
        addresses.push(address);
    }
    app.db().close();
    Ok(addresses)
}

/// Presses one alarm after the other; answers how long each took, ms.
fn press(server: &Server, buttons: &[String], stream: &mut Stream) -> Done<Vec<i64>> {
    let mut took = Vec::with_capacity(buttons.len());
    for address in buttons {
        let mut client = server.client().waiting(20_000).bearer(address);
        let watch = Stopwatch::start();
        let nth = took.len() + 1;
        let answer = client.send("POST", "/press", &[], b"").map_err(|e| format!("press {nth}: {e}"))?;
        if answer.status != 201 {
            return Err(format!("an alarm: {} {}", answer.status, answer.text()).into());
        }
        let told = answer.json();
        let id = told["id"].as_str().ok_or("an alarm without an id")?.to_string();
        stream.until(&id).map_err(|e| format!("alarm {nth} on the page, after {} ms: {e}", watch.elapsed_ms()))?;
        took.push(watch.elapsed_ms());
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(took)
}
