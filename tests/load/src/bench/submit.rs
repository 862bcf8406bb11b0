//! Submissions of hazards over HTTP — authenticated, journaled, durable — beside the raw limit of the group commit and
//! an empty route, on copies of the same database on the same disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base::{Clock, Id};
use db::Db;
use load::api::{self, Submission};
use load::drive::{Measured, drive};
use load::http::Client;
use load::raw;
use load::report::Line;
use load::server::{Server, copy_folder, cpu_us};
use safety::org::login;
use safety::{Actor, App};

use super::{Bench, Done};

const CLIENTS: &[usize] = &[1, 16, 64, 256];
/// Rounds in which both sides stand beside each other, in turns: where the bar is, and elsewhere.
const ROUNDS: usize = 3;
const BAR_CLIENTS: usize = 64;
/// The bars: share of the raw limit, and submissions a second.
const SHARE: f64 = 0.5;
const FAST: f64 = 3_000.0;
const RUN_MS: i64 = 4_000;
/// Load for each core up to which a machine counts as left to the bench: its own 64 clients and the server make some.
const QUIET: f64 = 2.0;
/// Schools whose people submit.
const HOMES: usize = 8;
/// Who submits: people of schools, never the one whose turn it is then.
const RAISERS: [&str; 6] = ["guard", "teacher", "pupils_head", "counsellor", "canteen", "dorm"];

pub static NUMBER: AtomicU64 = AtomicU64::new(1);

struct Stand {
    server: Server,
    /// Sessions, each with the places of its school.
    tokens: Vec<Session>,
    raw: Db,
    homes: Vec<raw::Home>,
    sizes: raw::Sizes,
    run_ms: i64,
}

type Session = (String, Vec<Id>);

struct Run {
    measured: Measured,
    server_us: f64,
    client_us: f64,
}

impl Run {
    fn text(&self) -> String {
        told(&self.measured)
    }
}

impl Stand {
    fn http(&self, clients: usize, submit: bool) -> Done<Run> {
        let make = |n: usize| -> Box<dyn FnMut() -> Result<(), String> + Send> {
            let mut client = self.server.client().waiting(20_000);
            let (token, places) = &self.tokens[n % self.tokens.len()];
            if submit {
                client = client.bearer(token);
            }
            Box::new(move || if submit { submission(&mut client, places) } else { empty(&mut client) })
        };
        let pid = self.server.pid();
        let (mut server, mut client) = (0, 0);
        let measured = {
            let now = || (cpu_us(pid).unwrap_or(0), cpu_us(std::process::id()).unwrap_or(0));
            let (mut from, mut until) = ((0, 0), (0, 0));
            let measured = drive(clients, 1_000, self.run_ms, make, || from = now(), || until = now());
            server += until.0 - from.0;
            client += until.1 - from.1;
            measured
        };
        if let Some(fault) = measured.first_fault.as_ref().filter(|_| measured.done == 0) {
            return Err(fault.clone().into());
        }
        let each = |us: i64| us as f64 / measured.done.max(1) as f64;
        Ok(Run { server_us: each(server), client_us: each(client), measured })
    }
}

/// The next sentence, at the next of the places: a morning's hazards are not all found on one stair.
fn submission(client: &mut Client, places: &[Id]) -> Result<(), String> {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let place = places.get(number as usize % places.len().max(1)).copied();
    let one = Submission::of(api::sentence(number), place);
    one.acknowledged(client).map(|_| ())
}

fn empty(client: &mut Client) -> Result<(), String> {
    match client.get("/healthz") {
        Ok(answer) if answer.status == 200 => Ok(()),
        Ok(answer) => Err(answer.status.to_string()),
        Err(e) => Err(e.to_string()),
    }
}

pub fn run(bench: &mut Bench<'_>) -> Done {
    let data = bench.place("demo");
    let (raw_dir, noun_dir) = (bench.place("raw"), bench.place("noun"));
    copy_folder(&data, &raw_dir)?;
    copy_folder(&data, &noun_dir)?;
    let raw = raw::open(&raw_dir.join("xiaoan.db"))?;
    let homes = raw::homes(&raw, HOMES)?;
    let (server, _) = bench.start(&["serve"], &data, 60_000)?;
    super::audited(&server)?;
    let tokens = tokens(&server, &data)?;
    let beside = Db::open_beside(db::Target::Sqlite(data.join("xiaoan.db")))?;
    let sizes = raw::Sizes::of(&beside)?;
    let (app, actors) = noun(&noun_dir, &homes)?;
    let differing = raw::differing(&raw, homes[0], sizes, &app, &actors[0].0)?;
    if !differing.is_empty() {
        return Err(format!("the raw limit is not the job's rows: {}", differing.join("; ")).into());
    }
    let stand = Stand { server, tokens, raw, homes, sizes, run_ms: bench.ms(RUN_MS) };
    bench.report.section("Submissions of hazards over HTTP, authenticated, journaled, durable (SQLite)");
    let before = (raw::rows_by_table(&beside)?, raw::rows_by_table(&stand.raw)?);
    for clients in CLIENTS {
        compare(bench, &stand, *clients)?;
    }
    let after = (raw::rows_by_table(&beside)?, raw::rows_by_table(&stand.raw)?);
    let (real, bare) = (each(&before.0, &after.0), each(&before.1, &after.1));
    let line = Line::of("rows left by one submission, all tables, whole section", format!("{real:.2}"));
    let line = line.beside(format!("raw {bare:.2}"), real / bare.max(0.001));
    bench.report.line(line.bar("≤ 2 % apart", (real - bare).abs() <= 0.02 * bare));
    let (noun, us) = raw::noun(&app, &actors, BAR_CLIENTS, stand.run_ms);
    let text = format!("{}, {us:.0} µs CPU each", told(&noun));
    bench.report.tell(&format!("the noun in process, no HTTP, {BAR_CLIENTS} threads"), text);
    batches(bench, &stand)?;
    bench.report.note(
        "The limit is the raw group commit: every row of the job by the product's own statements, the sequencer's rows \
         too, from as many threads straight to the writer, with nothing read, judged, hashed or signed; the bench stops \
         when one submission by either side does not leave the same number of rows in every table. *The noun in \
         process* is the real job with rights, rules, hashing and signature. Figures: per second, then p50 / p99.",
    );
    let load = super::machine::load();
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    if load.parse::<f64>().is_ok_and(|load| load > QUIET * cores as f64) {
        bench.report.note(format!(
            "Load {load} on {cores} cores at the end of this section: others used the cores. The raw limit is one process \
             with one busy thread, the submissions are two with several, so the rates above share the cores unevenly; \
             what one submission costs (CPU, beside the raw limit's) is the steadier figure."
        ));
    }
    stand.server.stop()?;
    Ok(())
}

/// Rows by which a database grew, for each hazard by which it grew.
fn each(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> f64 {
    let more = |name: &str| after.get(name).copied().unwrap_or(0) - before.get(name).copied().unwrap_or(0);
    after.keys().map(|name| more(name)).sum::<i64>() as f64 / more("hazard").max(1) as f64
}

fn told(m: &Measured) -> String {
    format!("{:.0}/s, {:.1} / {:.1} ms", m.per_second(), m.within_ms(500), m.within_ms(990))
}

/// HTTP, the raw limit with as many threads, and the empty route, in turns; the medians of the rounds are compared.
fn compare(bench: &mut Bench<'_>, stand: &Stand, clients: usize) -> Done {
    let rounds = if clients == BAR_CLIENTS { ROUNDS } else { 1 };
    let (mut limits, mut runs) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        limits.push(raw::rows(&stand.raw, &stand.homes, stand.sizes, clients, stand.run_ms));
        runs.push(stand.http(clients, true)?);
    }
    let empty = stand.http(clients, false)?;
    limits.sort_by(|a, b| a.0.per_second().total_cmp(&b.0.per_second()));
    runs.sort_by(|a, b| a.measured.per_second().total_cmp(&b.measured.per_second()));
    let ((limit, raw_us), run) = (&limits[rounds / 2], &runs[rounds / 2]);
    let fast = run.measured.per_second();
    let share = fast / limit.per_second().max(0.001);
    let median = if rounds > 1 { format!(", median of {rounds}") } else { String::new() };
    let line = Line::of(format!("submissions, {clients} clients{median}"), run.text())
        .beside(format!("raw {}", told(limit)), share);
    if clients == BAR_CLIENTS {
        bench.report.line(line.bar("≥ 50 % of raw", share >= SHARE));
        let line = Line::of("… beside the figure of the design", format!("{fast:.0}/s"))
            .beside(format!("{FAST:.0}/s"), fast / FAST);
        // What disk and cores do not give to the bare rows cannot be asked of the whole.
        let allowed = limit.per_second() >= FAST;
        let bar =
            if allowed { "≥ 3,000/s" } else { "≥ 3,000/s; this machine did not give it to the raw limit either" };
        bench.report.line(if allowed { line.bar(bar, fast >= FAST) } else { Line { bar: bar.into(), ..line } });
    } else {
        bench.report.line(line);
    }
    let of_empty = fast / empty.measured.per_second().max(0.001);
    let line = Line::of(format!("… beside the empty route /healthz, {clients} clients"), format!("{fast:.0}/s"));
    bench.report.line(line.beside(empty.text(), of_empty));
    let cpu = format!("{:.0} µs, {:.0} µs", run.server_us, run.client_us);
    let line = Line::of(format!("… CPU of the server and of its clients for one, {clients} clients"), cpu);
    let empty_cpu = format!("empty {:.0} µs, {:.0} µs", empty.server_us, empty.client_us);
    bench.report.line(line.beside(empty_cpu, run.server_us / empty.server_us.max(0.001)));
    let line = Line::of("… CPU of the server for one, beside the raw limit's", format!("{:.0} µs", run.server_us));
    bench.report.line(line.beside(format!("raw {raw_us:.0} µs"), run.server_us / raw_us.max(0.001)));
    faults(bench, run);
    Ok(())
}

fn batches(bench: &mut Bench<'_>, stand: &Stand) -> Done {
    let stats = stand.server.client().get("/metrics")?.text();
    let figure = |name: &str| {
        let line = stats.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        line.unwrap_or(0.0)
    };
    let batch = figure("xiaoan_db_jobs ") / figure("xiaoan_db_batches ").max(1.0);
    bench.report.tell("jobs in one commit over the whole section (mean)", format!("{batch:.1}"));
    Ok(())
}

fn faults(bench: &mut Bench<'_>, run: &Run) {
    if run.measured.refused > 0 {
        let first = run.measured.first_fault.clone().unwrap_or_default();
        let first: String = first.chars().take(160).collect();
        bench.report.note(format!("{} requests were not acknowledged; the first: {first}", run.measured.refused));
    }
}

/// Sessions of school people who may raise hazards.
fn tokens(server: &Server, data: &Path) -> Done<Vec<Session>> {
    let db = Db::open_beside(db::Target::Sqlite(data.join("xiaoan.db")))?;
    let mut tokens = Vec::new();
    let mut why = String::new();
    let accounts = api::accounts(data)?;
    for account in accounts.iter().filter(|account| RAISERS.contains(&account.role.as_str())) {
        let mut client = server.client();
        let token = match api::sign_in(&mut client, &account.login, &account.password) {
            Ok(token) => token,
            Err(e) => {
                why = e.to_string();
                continue;
            }
        };
        let places = raw::places_of(&db, &account.login)?;
        match submission(&mut server.client().bearer(&token), &places) {
            Ok(()) => tokens.push((token, places)),
            Err(e) => why = e,
        }
        if tokens.len() >= HOMES {
            break;
        }
    }
    if tokens.is_empty() { Err(format!("no account may raise hazards: {why}").into()) } else { Ok(tokens) }
}

/// The opened house, and who submits at which place.
type House = (Arc<App>, Vec<(Actor, Id)>);

/// The program itself on a copy of the database, and who submits at which place.
fn noun(dir: &Path, homes: &[raw::Home]) -> Done<House> {
    let now = load::fill::newest(dir)?;
    let app = load::fill::open(dir, Clock::simulated(now, 1), true)?;
    let mut actors: Vec<(Actor, Id)> = Vec::new();
    for home in homes.iter().copied() {
        let name = app.read(&Actor::system(), move |cx| {
            let row = cx.tx.row("select name from login where id = $1", db::args![home.login])?;
            row.map(|row| row.text("name")).transpose()
        })?;
        let name = name.ok_or("a login without a name")?;
        actors.push((app.read(&Actor::system(), move |cx| login::actor_of(cx, &name, None))?, home.place));
    }
    if actors.is_empty() { Err("no school where somebody may submit".into()) } else { Ok((app, actors)) }
}
