//! PostgreSQL: serialisation, lost connections, the wrong kind of database.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use ::postgres::config::Host;
use base::{Error, Fault, Refusal, Stopwatch};
use db::testing::{postgres, postgres_with};
use db::{Db, Options, Target, args};

use crate::{COUNT, GET, SCHEMA, get, on_postgres, one, put, words};

const ADD: &str = "update cell set n = n + $1 where name = $2";

/// Runs a job that is overtaken by another write on each of its first `times` runs.
fn overtaken(db: &Db, times: usize) -> base::Result<i64> {
    let (runs, other) = (AtomicUsize::new(0), Mutex::new(db.clone()));
    db.write(move |tx| {
        let n = tx.row(GET, args!["sum"])?.expect("the cell is there").int("n")?;
        if runs.fetch_add(1, SeqCst) < times {
            let db = other.lock().unwrap().clone();
            std::thread::spawn(move || db.write(|tx| tx.exec(ADD, args![1000, "sum"]))).join().unwrap()?;
        }
        tx.exec("update cell set n = $1 where name = $2", args![n + 1, "sum"])?;
        Ok(n + 1)
    })
}

#[test]
fn an_overtaken_job_runs_again_at_most_five_times() {
    on_postgres(
        |_| {},
        |fresh| {
            put(&fresh.db, "sum", 0).unwrap();
            assert_eq!(overtaken(&fresh.db, 1), Ok(1001));
            assert_eq!(fresh.db.stats().retries, 1);
            assert_eq!(overtaken(&fresh.db, 5), Ok(6002));
            assert_eq!(fresh.db.stats().retries, 6);
            // A sixth time is too much: nothing of it is stored.
            assert_eq!(overtaken(&fresh.db, 6), Err(Error::Refused(Refusal::Busy)));
            assert_eq!(get(&fresh.db, "sum"), Some(12_002));
        },
    );
}

#[test]
fn killed_connections_come_back_by_themselves() {
    on_postgres(
        |_| {},
        |fresh| {
            put(&fresh.db, "a", 1).unwrap();
            let killer = Db::open_beside(fresh.target.clone()).unwrap();
            for round in 0..3 {
                let kill = "select count(pg_terminate_backend(pid)) as n from pg_stat_activity
                            where datname = current_database() and pid <> pg_backend_pid()";
                assert!(one(&killer, kill) >= 1);
                // Reading never stops: a job on a dead connection runs again on a new one.
                assert_eq!(one(&fresh.db, COUNT), 1 + round);
                // Writing waits for the keeper to hold the writer's lock again.
                let watch = Stopwatch::start();
                let name = format!("x{round}");
                while let Err(error) = put(&fresh.db, &name, 1) {
                    assert_eq!(error, Error::Fault(Fault::Gone));
                    assert!(watch.elapsed_ms() < 5_000, "it does not come back");
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
                fresh.db.settle(5_000).unwrap();
                let second = Db::open(Options::new(fresh.target.clone()));
                assert_eq!(second.err(), Some(Error::Refused(Refusal::Busy)), "the lock is held again");
            }
        },
    );
}

/// A connection to the server, by network or by socket file.
enum Wire {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Wire {
    fn to(config: &::postgres::Config) -> Wire {
        let port = config.get_ports()[0];
        match &config.get_hosts()[0] {
            Host::Tcp(name) => Wire::Tcp(TcpStream::connect((name.as_str(), port)).unwrap()),
            Host::Unix(folder) => Wire::Unix(UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).unwrap()),
        }
    }
    fn again(&self) -> Wire {
        match self {
            Wire::Tcp(stream) => Wire::Tcp(stream.try_clone().unwrap()),
            Wire::Unix(stream) => Wire::Unix(stream.try_clone().unwrap()),
        }
    }
    fn cut(&self) {
        // It may be cut already.
        let _ = match self {
            Wire::Tcp(stream) => stream.shutdown(Shutdown::Both),
            Wire::Unix(stream) => stream.shutdown(Shutdown::Both),
        };
    }
    /// Carries bytes over until one side ends, then ends the other.
    fn pump(mut self, mut to: Wire) {
        let mut buffer = [0; 8192];
        while let Ok(n @ 1..) = self.read(&mut buffer) {
            let written = match &mut to {
                Wire::Tcp(stream) => stream.write_all(&buffer[..n]),
                Wire::Unix(stream) => stream.write_all(&buffer[..n]),
            };
            if written.is_err() {
                break;
            }
        }
        to.cut();
    }
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Wire::Tcp(stream) => stream.read(buffer),
            Wire::Unix(stream) => stream.read(buffer),
        }
    }
}

/// Stands between the client and the server, and can be cut.
struct Proxy {
    port: u16,
    up: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<Wire>>>,
}

impl Proxy {
    fn start(server: ::postgres::Config) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (up, open) = (Arc::new(AtomicBool::new(true)), Arc::<Mutex<Vec<Wire>>>::default());
        let proxy = Proxy { port, up: up.clone(), open: open.clone() };
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if !up.load(SeqCst) {
                    continue;
                }
                let (client, server) = (Wire::Tcp(client), Wire::to(&server));
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.again(), to.again());
                    open.lock().unwrap().push(from.again());
                    std::thread::spawn(move || from.pump(to));
                }
            }
        });
        proxy
    }
    fn cut(&self) {
        self.up.store(false, SeqCst);
        self.open.lock().unwrap().drain(..).for_each(|wire| wire.cut());
    }
    fn mend(&self) {
        self.up.store(true, SeqCst);
    }
}

#[test]
fn a_server_out_of_reach_is_said_within_five_seconds_and_found_again() {
    let Some(Target::Postgres(address)) = postgres() else { return };
    let config: ::postgres::Config = address.parse().unwrap();
    let proxy = Proxy::start(config.clone());
    let (user, name) = (config.get_user().unwrap(), config.get_dbname().unwrap());
    let word =
        config.get_password().map_or(String::new(), |word| format!("password='{}'", String::from_utf8_lossy(word)));
    let target = Target::Postgres(format!("host=127.0.0.1 port={} user={user} dbname={name} {word}", proxy.port));
    let db = Db::open(Options::new(target)).unwrap();
    db.migrate(SCHEMA).unwrap();
    put(&db, "a", 1).unwrap();

    proxy.cut();
    for _ in 0..20 {
        let watch = Stopwatch::start();
        let read = db.read(|tx| tx.row(COUNT, args![]));
        assert_eq!(read, Err(Error::Fault(Fault::Gone)));
        assert_eq!(put(&db, "b", 1), Err(Error::Fault(Fault::Gone)));
        assert!(watch.elapsed_ms() < 5_000);
    }
    assert_eq!(db.check(), Err(Error::Fault(Fault::Gone)));

    proxy.mend();
    let watch = Stopwatch::start();
    while let Err(error) = put(&db, "c", 1) {
        assert_eq!(error, Error::Fault(Fault::Gone));
        assert!(watch.elapsed_ms() < 10_000, "it does not come back");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!((get(&db, "a"), get(&db, "b"), get(&db, "c")), (Some(1), None, Some(1)));
    db.check().unwrap();
}

#[test]
fn a_database_that_sorts_by_a_language_is_refused() {
    let Some(Target::Postgres(address)) = postgres_with("locale 'C.UTF-8' encoding 'UTF8'") else { return };
    for opened in
        [Db::open(Options::new(Target::Postgres(address.clone()))), Db::open_beside(Target::Postgres(address))]
    {
        let text = words(opened.map(|_| ()));
        assert!(text.contains("collation C.UTF-8") && text.contains("template0"), "{text}");
    }
}

#[test]
fn waiting_for_the_server_is_not_a_slow_job() {
    on_postgres(
        |_| {},
        |fresh| {
            let before = fresh.db.stats().slow_jobs;
            fresh.db.write(|tx| tx.rows("select pg_sleep(0.05) as nap", args![])).unwrap();
            assert_eq!(fresh.db.stats().slow_jobs, before);
        },
    );
}

#[test]
fn the_database_may_be_opened_used_and_closed_on_an_async_thread() {
    on_postgres(
        |_| {},
        |fresh| {
            let target = fresh.target.clone();
            fresh.db.close();
            // The `postgres` client panics when it is called inside a runtime; here it never is.
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async move {
                let db = Db::open(Options::new(target)).unwrap();
                put(&db, "a", 1).unwrap();
                db.check().unwrap();
                assert_eq!(one(&db, COUNT), 1);
            });
        },
    );
}

#[test]
fn a_writer_that_has_lost_its_place_to_another_stops_writing_until_it_has_it_back() {
    on_postgres(
        |_| {},
        |fresh| {
            put(&fresh.db, "a", 1).unwrap();
            let Target::Postgres(address) = &fresh.target else { panic!("this is PostgreSQL") };
            let connect = || address.parse::<::postgres::Config>().unwrap().connect(::postgres::NoTls).unwrap();
            let (mut other, mut killer) = (connect(), connect());
            let held = "select pid, (classid::bigint << 32) | objid::bigint from pg_locks
                        where locktype = 'advisory' and granted and database =
                              (select oid from pg_database where datname = current_database())";
            let row = killer.query_one(held, &[]).unwrap();
            let (pid, key): (i32, i64) = (row.get(0), row.get(1));
            // The other stands in line before the holder's connection is killed, so it comes first.
            let waiting = std::thread::spawn(move || {
                other.execute("select pg_advisory_lock($1)", &[&key]).unwrap();
                other
            });
            let in_line = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
            while killer.query_one(in_line, &[]).unwrap().get::<_, i64>(0) == 0 {}
            killer.execute("select pg_terminate_backend($1)", &[&pid]).unwrap();
            let mut other = waiting.join().unwrap();

            let watch = Stopwatch::start();
            let mut stored = 1;
            let refused = loop {
                match put(&fresh.db, &format!("x{stored}"), 1) {
                    Ok(_) => stored += 1,
                    Err(error) => break error,
                }
                assert!(watch.elapsed_ms() < 5_000, "it writes on without its lock");
                std::thread::sleep(std::time::Duration::from_millis(5));
            };
            assert_eq!(refused, Error::Fault(Fault::Gone));
            assert_eq!(one(&fresh.db, COUNT), stored, "reading goes on");
            assert_eq!(fresh.db.check(), Err(Error::Fault(Fault::Gone)));

            other.execute("select pg_advisory_unlock($1)", &[&key]).unwrap();
            let watch = Stopwatch::start();
            while put(&fresh.db, "back", 1).is_err() {
                assert!(watch.elapsed_ms() < 5_000, "it does not come back");
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            fresh.db.check().unwrap();
        },
    );
}
