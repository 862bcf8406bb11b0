//! The list of hazards as a county's officer sees it, with 100 rows and with 100,000 in the county: CPU of the server
//! per page. And what pages weigh on the wire.

use base::Clock;
use load::api;
use load::fill::{self, County};
use load::report::Line;
use load::server::Server;
use load::weigh::{Weight, weigh};

use super::demo::FILL_MS;
use super::{Bench, Done};

/// A pseudo-county that nobody of the small demo works in: it holds nothing but what the bench puts there.
const COUNTY: i64 = 220_298;
const OFFICER: &str = "direct-officer";
const GUARD: &str = "guard";
const FEW: usize = 100;
const MANY: usize = 100_000;
const MANY_QUICK: usize = 10_000;
/// Pages asked for before the measurement, and in it: CPU is told in steps of 10 ms.
const WARM_PAGES: usize = 10;
const COUNT_PAGES: usize = 400;
/// KB of the bars are 1,000 bytes.
const KB: f64 = 1_000.0;
const FIRST_KB: f64 = 40.0;
const LATER_KB: f64 = 8.0;

const PAGES: &[(&str, &str)] = &[
    ("list page /hazards", "/hazards"),
    ("… only open ones", "/hazards?bucket=open"),
    ("… only overdue ones", "/hazards?bucket=overdue"),
    ("… with a search word", "/hazards?q=%E7%81%AD%E7%81%AB%E5%99%A8"),
];

pub fn run(bench: &mut Bench<'_>) -> Done {
    let data = bench.place("county");
    let (server, _) = bench.start(&["demo", "--schools", "3"], &data, FILL_MS)?;
    let guard = api::account(&data, GUARD)?;
    weights(bench, &server, &guard)?;
    server.stop()?;

    let many = if bench.quick { MANY_QUICK } else { MANY };
    let mut cpu = Vec::new();
    let (mut grown, mut audit) = (String::new(), 0);
    for count in [FEW, many] {
        let clock = Clock::manual(fill::newest(&data)?);
        {
            let app = fill::open(&data, clock.clone(), false)?;
            let bureau = app.db().read(|tx| {
                let sql = "select id from unit where county = $1 and kind = 'county'";
                tx.row(sql, db::args![COUNTY])?.map(|row| row.id("id")).transpose()
            })?;
            let bureau = bureau.ok_or("the demo has no such county")?;
            let watch = base::Stopwatch::start();
            let mut county = County::people(app.clone(), clock.clone(), bureau)?;
            let jobs = county.grow(count - cpu.len() * FEW)?;
            let per_second = jobs as i64 * 1_000 / watch.elapsed_ms().max(1);
            grown = format!("{jobs} jobs, {per_second}/s");
            app.db().close();
        }
        let at = clock.now().rfc3339();
        let (server, _) = bench.start(&["serve", "--clock", &at], &data, 120_000)?;
        audit = super::audited(&server)?;
        cpu.push(pages(bench, &server, &data)?);
        server.stop()?;
    }
    bench
        .report
        .section(&format!("List of hazards, county scope: CPU of the server per page, {many} rows beside {FEW}"));
    for (i, (what, _)) in PAGES.iter().enumerate() {
        let (few, most) = (cpu[0][i], cpu[1][i]);
        let line = Line::of(*what, format!("{most:.0} µs")).beside(format!("{few:.0} µs"), most / few.max(1.0));
        bench.report.line(if i == 0 { line.bar("≤ 3×", most <= 3.0 * few) } else { line });
    }
    bench
        .report
        .tell("start-up audit of it, in the background, ended after", format!("{:.1} s", audit as f64 / 1_000.0));
    bench.report.tell("fill of the county through the nouns, without fsync", grown);
    Ok(())
}

/// CPU per page of each of `PAGES`, µs.
fn pages(bench: &Bench<'_>, server: &Server, data: &std::path::Path) -> Done<Vec<f64>> {
    let officer = api::account(data, OFFICER)?;
    let token = api::sign_in(&mut server.client(), &officer.login, &officer.password)?;
    let cookie = format!("xiaoan={token}");
    let mut out = Vec::new();
    for (what, path) in PAGES {
        let mut client = server.client().waiting(20_000).with("cookie", &cookie);
        let mut walk = |count: usize| -> Done<i64> {
            let from = server.cpu_us()?;
            for _ in 0..count {
                let answer = client.get(path)?;
                if answer.status != 200 {
                    return Err(format!("{what}: {} {}", answer.status, answer.text()).into());
                }
            }
            Ok(server.cpu_us()? - from)
        };
        walk(WARM_PAGES)?;
        let count = if bench.quick { COUNT_PAGES / 10 } else { COUNT_PAGES };
        out.push(walk(count)? as f64 / count as f64);
    }
    Ok(out)
}

fn weights(bench: &mut Bench<'_>, server: &Server, guard: &api::Account) -> Done {
    let token = api::sign_in(&mut server.client(), &guard.login, &guard.password)?;
    let officer = format!("xiaoan={token}");
    bench.report.section("Weight on the wire, brotli, heads included");
    let mut files = Vec::new();
    for (what, path) in [("list /hazards", "/hazards"), ("form /hazards/new", "/hazards/new")] {
        let Weight { page, first, files: named } = weigh(&mut server.client(), path, &officer)?;
        bench.report.at_most(&format!("{what}, first visit"), first as f64 / KB, FIRST_KB, "KB");
        bench.report.at_most(&format!("{what}, later visit"), page as f64 / KB, LATER_KB, "KB");
        files = named;
    }
    let listed: Vec<String> = files.iter().map(|(file, bytes)| format!("{file} {bytes} B")).collect();
    bench.report.note(format!("Files of a first visit: {}.", listed.join(", ")));
    Ok(())
}
