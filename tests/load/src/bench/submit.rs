//! Submissions of hazards over HTTP — authenticated, journaled, durable — beside the raw limit of the group commit and
//! an empty route, on copies of the same database on the same disk.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use base::{Clock, Id};
use db::Db;
use load::api::{self, Submission};
use load::drive::{Measured, drive};
use load::http::Client;
use load::raw;
use load::server::{Server, copy_folder, cpu_us};
use safety::Actor;
use safety::org::login;

use super::{Bench, Done};

const CLIENTS: &[usize] = &[1, 16, 64, 256];
/// Rounds in which the bar's two sides stand beside each other.
const ROUNDS: usize = 3;
const BAR_CLIENTS: usize = 64;
const RAW_THREADS: usize = 64;
const RUN_MS: i64 = 4_000;
/// Schools whose people submit.
const HOMES: i64 = 8;

static NUMBER: AtomicU64 = AtomicU64::new(1);

struct Stand {
    server: Server,
    /// Sessions, each with a place of its school.
    tokens: Vec<(String, Option<Id>)>,
    raw: Db,
    homes: Vec<raw::Home>,
    run_ms: i64,
}

struct Run {
    measured: Measured,
    server_us: f64,
    client_us: f64,
}

impl Run {
    fn text(&self) -> String {
        let m = &self.measured;
        format!("{:.0}/s, {:.1} / {:.1} ms", m.per_second(), m.within_ms(500), m.within_ms(990))
    }
}

impl Stand {
    fn http(&self, clients: usize, submit: bool) -> Done<Run> {
        let make = |n: usize| -> Box<dyn FnMut() -> Result<(), String> + Send> {
            let mut client = self.server.client().waiting(20_000);
            let (token, place) = &self.tokens[n % self.tokens.len()];
            if submit {
                client = client.bearer(token);
            }
            Box::new(move || if submit { submission(&mut client, *place) } else { empty(&mut client) })
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

fn submission(client: &mut Client, place: Option<Id>) -> Result<(), String> {
    let what = api::sentence(NUMBER.fetch_add(1, Ordering::Relaxed));
    let one = Submission::of(what, place);
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
    let stand = Stand { server, tokens, raw, homes, run_ms: bench.ms(RUN_MS) };
    bench.report.section("Submissions of hazards (SQLite), per second and p50 / p99");
    bar(bench, &stand)?;
    for clients in CLIENTS {
        let submitted = stand.http(*clients, true)?;
        let empty = stand.http(*clients, false)?;
        let share = submitted.measured.per_second() / empty.measured.per_second().max(0.001);
        bench.report.tell(&format!("HTTP, {clients} clients"), submitted.text());
        bench.report.tell(&format!("empty route /healthz, {clients} clients"), empty.text());
        bench.report.tell(&format!("… of it, {clients} clients"), format!("{:.0} %", share * 100.0));
        faults(bench, &submitted);
    }
    let noun = noun(&noun_dir, stand.run_ms)?;
    let text = format!("{:.0}/s, {:.1} / {:.1} ms", noun.per_second(), noun.within_ms(500), noun.within_ms(990));
    bench.report.tell(&format!("the noun in process, no HTTP, {RAW_THREADS} threads"), text);
    bench.report.note(
        "*Rows* is the raw limit: every row of the job by the product's own statements, the sequencer's rows too, from \
         64 threads straight to the writer, with nothing read, judged, hashed or signed. *The noun in process* is the \
         real job with rights, rules, hashing and signature. The clients are threads of one other process on the same \
         cores: their CPU is taken from the server's.",
    );
    stand.server.stop()?;
    Ok(())
}

/// The bar: HTTP at 64 clients and the raw limit in turns; the medians of the rounds are compared.
fn bar(bench: &mut Bench<'_>, stand: &Stand) -> Done {
    let (mut limits, mut runs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        limits.push(raw::rows(&stand.raw, &stand.homes, RAW_THREADS, stand.run_ms));
        runs.push(stand.http(BAR_CLIENTS, true)?);
    }
    limits.sort_by(|a, b| a.per_second().total_cmp(&b.per_second()));
    runs.sort_by(|a, b| a.measured.per_second().total_cmp(&b.measured.per_second()));
    let (limit, run) = (&limits[ROUNDS / 2], &runs[ROUNDS / 2]);
    let text = format!("{:.0}/s, {:.1} / {:.1} ms", limit.per_second(), limit.within_ms(500), limit.within_ms(990));
    bench.report.tell(&format!("rows: the raw limit, {RAW_THREADS} threads, median of {ROUNDS}"), text);
    let what = format!("HTTP, {BAR_CLIENTS} clients, median of {ROUNDS}");
    let fast = run.measured.per_second();
    bench.report.judge(&what, run.text(), "≥ 3,000/s when fsync allows", fast >= 3_000.0);
    let share = fast / limit.per_second().max(0.001);
    bench.report.judge("… of the raw limit", format!("{:.0} %", share * 100.0), "≥ 50 %", share >= 0.5);
    let cpu = format!("{:.0} µs and {:.0} µs", run.server_us, run.client_us);
    bench.report.tell("CPU of the server and of its clients per submission", cpu);
    let stats = stand.server.client().get("/metrics")?.text();
    let figure = |name: &str| {
        let line = stats.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        line.unwrap_or(0.0)
    };
    let batch = figure("xiaoan_db_jobs ") / figure("xiaoan_db_batches ").max(1.0);
    bench.report.tell("jobs in one commit so far (mean)", format!("{batch:.1}"));
    faults(bench, run);
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
fn tokens(server: &Server, data: &Path) -> Done<Vec<(String, Option<Id>)>> {
    let db = Db::open_beside(db::Target::Sqlite(data.join("xiaoan.db")))?;
    let mut tokens = Vec::new();
    let mut why = String::new();
    for account in api::accounts(data)? {
        let mut client = server.client();
        let token = match api::sign_in(&mut client, &account.login, &account.password) {
            Ok(token) => token,
            Err(e) => {
                why = e.to_string();
                continue;
            }
        };
        let place = raw::place_of(&db, &account.login)?;
        match submission(&mut server.client().bearer(&token), place) {
            Ok(()) => tokens.push((token, place)),
            Err(e) => why = e,
        }
        if tokens.len() as i64 >= HOMES {
            break;
        }
    }
    if tokens.is_empty() { Err(format!("no account may raise hazards: {why}").into()) } else { Ok(tokens) }
}

fn noun(dir: &Path, run_ms: i64) -> Done<Measured> {
    let now = load::fill::newest(dir)?;
    let app = load::fill::open(dir, Clock::simulated(now, 1), true)?;
    let homes = raw::homes(app.db(), HOMES)?;
    let mut actors: Vec<(Actor, Id)> = Vec::new();
    for home in homes {
        let name = app.read(&Actor::system(), move |cx| {
            let row = cx.tx.row("select name from login where id = $1", db::args![home.login])?;
            row.map(|row| row.text("name")).transpose()
        })?;
        let name = name.ok_or("a login without a name")?;
        actors.push((app.read(&Actor::system(), move |cx| login::actor_of(cx, &name, None))?, home.place));
    }
    Ok(raw::noun(&app, &actors, RAW_THREADS, run_ms))
}
