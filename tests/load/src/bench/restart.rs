//! The server is killed while 64 clients submit, and started again: how soon it serves, and whether everything that it
//! acknowledged is there once. (The fault tests do it fifty times; here it is the time that is told.)

use std::sync::Mutex;

use base::Id;
use load::api::{self, Submission};
use load::drive::{drive, sleep_ms};

use super::demo::seconds;
use super::{Bench, Done};

const ROUNDS: usize = 3;
const CLIENTS: usize = 64;
const RUN_MS: i64 = 2_000;
const RESTART_S: f64 = 5.0;

pub fn run(bench: &mut Bench<'_>) -> Done {
    let data = bench.place("demo");
    let guard = api::account(&data, "guard")?;
    bench.report.section(&format!("Killed (SIGKILL) while {CLIENTS} clients submit, started again, {ROUNDS} times"));
    let (mut slowest, mut kept, mut lost, mut doubled) = (0, 0, 0, 0);
    let (mut server, _) = bench.start(&["serve"], &data, 60_000)?;
    for _ in 0..ROUNDS {
        let token = api::sign_in(&mut server.client(), &guard.login, &guard.password)?;
        let acknowledged = Mutex::new(Vec::new());
        let address = server.address;
        let mut victim = Some(server);
        let run_ms = bench.ms(RUN_MS);
        let make = |_: usize| -> Box<dyn FnMut() -> Result<(), String> + Send> {
            let mut client = load::http::Client::new(address).expect("loopback").bearer(&token);
            let acknowledged = &acknowledged;
            Box::new(move || {
                let number = super::submit::NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let id = Submission::new(number).acknowledged(&mut client)?;
                let mut all = acknowledged.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                all.push(id);
                Ok(())
            })
        };
        // Killed at the end of the measured time, while the clients still ask.
        let kill = || {
            if let Some(server) = victim.take() {
                // A process that cannot be killed shows itself in the restart, which would be refused.
                let _ = server.kill();
            }
        };
        drive(CLIENTS, 200, run_ms, make, || {}, kill);
        let (again, ready) = bench.start(&["serve"], &data, 60_000)?;
        server = again;
        slowest = slowest.max(ready);
        let ids = acknowledged.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept += ids.len();
        let (gone, twice) = count(&data, &ids)?;
        (lost, doubled) = (lost + gone, doubled + twice);
        sleep_ms(200);
    }
    server.stop()?;
    bench.report.at_most("slowest restart until /readyz", seconds(slowest), RESTART_S, "s");
    let what = format!("acknowledged records lost, of {kept}");
    bench.report.at_most(&what, lost as f64, 0.0, "");
    bench.report.at_most("acknowledged records stored twice", doubled as f64, 0.0, "");
    Ok(())
}

/// How many of the ids are not stored, and how many more than once.
fn count(data: &std::path::Path, ids: &[String]) -> Done<(usize, usize)> {
    let db = db::Db::open_beside(db::Target::Sqlite(data.join("xiaoan.db")))?;
    let ids: Vec<Id> = ids.iter().filter_map(|id| Id::parse(id)).collect();
    Ok(db.read(move |tx| {
        let (mut lost, mut doubled) = (0, 0);
        for id in &ids {
            let row = tx.row("select count(*) as n from hazard where id = $1", db::args![*id])?;
            match row.map(|row| row.int("n")).transpose()?.unwrap_or(0) {
                0 => lost += 1,
                1 => {}
                _ => doubled += 1,
            }
        }
        Ok((lost, doubled))
    })?)
}
