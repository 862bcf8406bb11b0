//! What the officers of the city and of a county see first and most, with 1,250 schools: CPU of the server per page and
//! bytes on the wire.

use load::api;
use load::report::Line;
use load::server::Server;
use load::weigh::weigh;

use super::{Bench, Done};

/// An officer of the city, and one of a county.
const OFFICERS: &[(&str, &str)] = &[("city", "city-officer"), ("county", "officer")];
/// Pages asked for before the measurement, and in it: CPU is told in steps of 10 ms.
const WARM_PAGES: usize = 5;
const COUNT_PAGES: usize = 100;
/// A page of these may take as long as the board of ten thousand schools (numbers to hold).
const PAGE_MS: f64 = 50.0;

const PAGES: &[(&str, &str)] = &[
    ("今日 /", "/"),
    ("list /hazards", "/hazards"),
    ("figures /hazards/stats", "/hazards/stats"),
    ("coverage /hazards/coverage", "/hazards/coverage"),
    ("checks /checks", "/checks"),
    ("units /units", "/units"),
    ("board /board", "/board"),
    ("ledger /ledgers", "/ledgers"),
];

/// List and form pages that are weighed with the rows of a whole county, and the bars (numbers to hold), KB of 1,000 bytes.
const WEIGHED: &[&str] = &[
    "/hazards",
    "/checks",
    "/duties",
    "/works",
    "/board",
    "/ledgers",
    "/units",
    "/hazards/new",
    "/checks/new",
    "/works/new?form=training",
];
const KB: f64 = 1_000.0;
const FIRST_KB: f64 = 40.0;
const LATER_KB: f64 = 8.0;

pub fn run(bench: &mut Bench<'_>) -> Done {
    let data = bench.place("demo");
    let (server, _) = bench.start(&["serve"], &data, 60_000)?;
    super::audited(&server)?;
    bench.report.section("Pages of the bureaus, 1,250 schools: CPU of the server per page");
    for (level, login) in OFFICERS {
        let officer = api::account(&data, login)?;
        let token = api::sign_in(&mut server.client(), &officer.login, &officer.password)?;
        let cookie = format!("xiaoan={token}");
        for (what, path) in PAGES {
            let mut client = server.client().waiting(20_000).with("cookie", &cookie).with("accept-encoding", "br");
            let mut walk = |count: usize| -> Done<(i64, usize)> {
                let (from, mut wire) = (server.cpu_us()?, 0);
                for _ in 0..count {
                    let answer = client.get(path)?;
                    if answer.status != 200 {
                        return Err(format!("{level} {what}: {}", answer.status).into());
                    }
                    wire = answer.wire;
                }
                Ok((server.cpu_us()? - from, wire))
            };
            walk(WARM_PAGES)?;
            let count = if bench.quick { COUNT_PAGES / 4 } else { COUNT_PAGES };
            let (us, wire) = walk(count)?;
            let ms = us as f64 / 1_000.0 / count as f64;
            let line = Line::of(format!("{level}: {what}"), format!("{ms:.1} ms, {:.1} KB", wire as f64 / 1_000.0));
            bench.report.line(line.beside(format!("≤ {PAGE_MS:.0} ms"), ms / PAGE_MS).bar("", ms <= PAGE_MS));
        }
    }
    weights(bench, &server)?;
    server.stop()?;
    Ok(())
}

/// What a county's officer loads: the rows are those of real schools.
fn weights(bench: &mut Bench<'_>, server: &Server) -> Done {
    bench.report.section("Weight on the wire of a county's list and form pages, brotli, heads included");
    let officer = api::account(&bench.place("demo"), OFFICERS[1].1)?;
    let token = api::sign_in(&mut server.client(), &officer.login, &officer.password)?;
    let cookie = format!("xiaoan={token}");
    for path in WEIGHED {
        let weight = weigh(&mut server.client(), path, &cookie)?;
        bench.report.at_most(&format!("{path}, first visit"), weight.first as f64 / KB, FIRST_KB, "KB");
        bench.report.at_most(&format!("{path}, later visit"), weight.page as f64 / KB, LATER_KB, "KB");
    }
    Ok(())
}
