//! Jobs: all or nothing, each alone, answered after COMMIT.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};

use base::limits::WRITE_QUEUE;
use base::{Error, Fault, Refusal, Result};
use db::{Db, Tx, args};

use crate::{COUNT, GET, PUT, SUM, get, on_both, on_both_with, one, put, words};

/// Keeps the only writing thread in a job until the sender is used or dropped.
pub fn hold(db: &Db) -> mpsc::Sender<()> {
    let (release, wait) = mpsc::channel::<()>();
    let (began, begun) = mpsc::channel();
    let (wait, began) = (Mutex::new(wait), Mutex::new(began));
    let job = move |_: &mut Tx<'_>| {
        let _ = began.lock().unwrap().send(());
        let _ = wait.lock().unwrap().recv();
        Ok(())
    };
    db.write_then(job, |_| {});
    begun.recv().unwrap();
    release
}

/// Sends jobs without waiting; each answer goes to the returned channel with its number.
pub fn send<T: Send + 'static>(
    db: &Db,
    count: usize,
    job: impl Fn(usize, &mut Tx<'_>) -> Result<T> + Send + Sync + 'static,
) -> mpsc::Receiver<(usize, Result<T>)> {
    let (answer, answers) = mpsc::channel();
    let job = Arc::new(job);
    for i in 0..count {
        let (answer, job) = (answer.clone(), job.clone());
        db.write_then(move |tx| job(i, tx), move |result| answer.send((i, result)).unwrap());
    }
    answers
}

#[test]
fn a_failed_job_is_rolled_back_alone() {
    on_both_with(
        |options| options.workers = 1,
        |fresh| {
            let release = hold(&fresh.db);
            let answers = send(&fresh.db, 20, |i, tx| {
                tx.exec(PUT, args![format!("x{i}"), 1])?;
                match i % 4 {
                    1 => Err(Error::Refused(Refusal::NoRight)),
                    2 => tx.exec(PUT, args!["x0", 1]),
                    _ => Ok(1),
                }
            });
            drop(release);
            for (i, result) in answers {
                match i % 4 {
                    1 => assert_eq!(result, Err(Error::Refused(Refusal::NoRight))),
                    2 => assert_eq!(result, Err(Error::Refused(Refusal::Duplicate))),
                    _ => assert_eq!(result, Ok(1)),
                }
                assert_eq!(get(&fresh.db, &format!("x{i}")), [Some(1), None, None, Some(1)][i % 4], "x{i}");
            }
            assert_eq!(one(&fresh.db, COUNT), 10);
        },
    );
}

#[test]
fn a_panic_in_a_job_or_in_its_receiver_harms_nobody_else() {
    on_both_with(
        |options| options.workers = 1,
        |fresh| {
            let release = hold(&fresh.db);
            let answers = send(&fresh.db, 3, |i, tx| {
                tx.exec(PUT, args![format!("x{i}"), 1])?;
                assert_ne!(i, 1, "on purpose");
                Ok(())
            });
            fresh.db.write_then(|tx| tx.exec(PUT, args!["y", 1]), |_| panic!("on purpose, in the receiver"));
            drop(release);
            let mut results: Vec<_> = answers.iter().collect();
            results.sort_by_key(|(i, _)| *i);
            assert_eq!((&results[0].1, &results[2].1), (&Ok(()), &Ok(())));
            assert!(words(results.remove(1).1).contains("a job panicked: assertion"));
            put(&fresh.db, "z", 1).unwrap();
            let there = ["x0", "x1", "x2", "y", "z"].map(|name| get(&fresh.db, name).is_some());
            assert_eq!(there, [true, false, true, true, true]);
            let read: Result<()> = fresh.db.read(|_| panic!("on purpose, in a read"));
            assert!(words(read).contains("panicked"));
            assert_eq!(one(&fresh.db, COUNT), 4);
        },
    );
}

#[test]
fn a_job_that_swallows_a_failed_statement_is_lost_all_the_same() {
    on_both(|fresh| {
        put(&fresh.db, "a", 1).unwrap();
        let result = fresh.db.write(|tx| {
            tx.exec(PUT, args!["b", 1])?;
            let taken = tx.exec(PUT, args!["a", 2]);
            assert_eq!(taken, Err(Error::Refused(Refusal::Duplicate)));
            // A further statement answers the same.
            assert_eq!(tx.exec(PUT, args!["c", 1]), Err(Error::Refused(Refusal::Duplicate)));
            Ok(())
        });
        assert_eq!(result, Err(Error::Refused(Refusal::Duplicate)));
        // The job's own words for it win.
        let result: Result<()> = fresh.db.write(|tx| {
            tx.exec(PUT, args!["a", 2]).map_err(|_| Error::Refused(Refusal::TooLate))?;
            Ok(())
        });
        assert_eq!(result, Err(Error::Refused(Refusal::TooLate)));
        assert_eq!(one(&fresh.db, COUNT), 1);
    });
}

#[test]
fn what_is_answered_can_be_read_at_once() {
    on_both(|fresh| {
        let (answer, answers) = mpsc::channel();
        for i in 0..100 {
            let (db, answer) = (fresh.db.clone(), answer.clone());
            let name = format!("x{i}");
            let asked = name.clone();
            fresh.db.write_then(
                move |tx| tx.exec(PUT, args![&name, i]),
                move |result| {
                    assert_eq!(result, Ok(1));
                    db.read_then(
                        move |tx| Ok(tx.row(GET, args![&asked])?.map(|row| row.int("n"))),
                        move |read| answer.send((i, read)).unwrap(),
                    );
                },
            );
        }
        drop(answer);
        let read: Vec<_> = answers.iter().collect();
        assert_eq!(read.len(), 100);
        assert!(read.iter().all(|(i, n)| *n == Ok(Some(Ok(*i)))), "{read:?}");
    });
}

#[test]
fn a_read_sees_one_moment_and_cannot_write() {
    on_both(|fresh| {
        put(&fresh.db, "a", 1).unwrap();
        let writer = fresh.db.clone();
        let (to_writer, orders) = mpsc::channel::<mpsc::Sender<()>>();
        let thread = std::thread::spawn(move || {
            for done in orders {
                put(&writer, "b", 1).unwrap();
                done.send(()).unwrap();
            }
        });
        let to_writer = Mutex::new(to_writer);
        let counts = fresh.db.read(move |tx| {
            let before = tx.row(COUNT, args![])?;
            let (done, written) = mpsc::channel();
            to_writer.lock().unwrap().send(done).unwrap();
            written.recv().unwrap();
            Ok((before, tx.row(COUNT, args![])?))
        });
        let (before, after) = counts.unwrap();
        assert_eq!(before.unwrap().int("n"), Ok(1));
        assert_eq!(after.unwrap().int("n"), Ok(1), "the same moment");
        thread.join().unwrap();
        assert_eq!(one(&fresh.db, COUNT), 2);

        for sql in ["delete from cell", "create table x (n bigint)", "update cell set n = 5"] {
            let text = words(fresh.db.read(move |tx| tx.exec(sql, args![])));
            assert!(text.to_lowercase().contains("read"), "{text}");
        }
        assert_eq!((one(&fresh.db, COUNT), one(&fresh.db, SUM)), (2, 2));
    });
}

#[test]
fn jobs_that_read_and_then_write_the_same_cell_lose_nothing() {
    on_both(|fresh| {
        put(&fresh.db, "sum", 0).unwrap();
        let runs = Arc::new(AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for step in [1, 1000] {
                let (db, runs) = (&fresh.db, &runs);
                scope.spawn(move || (0..200).for_each(|_| add(db, step, runs)));
            }
        });
        assert_eq!(get(&fresh.db, "sum"), Some(200 * 1001));
        let stats = fresh.db.stats();
        eprintln!("{} runs for 400 jobs, {stats:?}", runs.load(SeqCst));
        assert_eq!(stats.jobs, 400 + 1 + 3, "each job counted once, with the first cell and the migrations");
    });
}

/// Adds by reading, reckoning, and writing. A refusal for being in others' way is tried again, as a caller would.
fn add(db: &Db, step: i64, runs: &Arc<AtomicUsize>) {
    loop {
        let runs = runs.clone();
        let result = db.write(move |tx| {
            runs.fetch_add(1, SeqCst);
            let n = tx.row(GET, args!["sum"])?.expect("the cell is there").int("n")?;
            tx.exec("update cell set n = $1 where name = $2", args![n + step, "sum"])
        });
        match result {
            Ok(changed) => return assert_eq!(changed, 1),
            Err(error) => assert_eq!(error, Error::Refused(Refusal::Busy)),
        }
    }
}

#[test]
fn a_full_queue_refuses_at_once_and_keeps_what_it_took() {
    on_both_with(
        |options| options.workers = 1,
        |fresh| {
            let release = hold(&fresh.db);
            let answers = send(&fresh.db, WRITE_QUEUE + 10, |i, tx| tx.exec(PUT, args![format!("x{i}"), 1]));
            let refused: Vec<_> = answers.try_iter().collect();
            assert_eq!(refused.len(), 10);
            for (i, result) in refused {
                assert!(i >= WRITE_QUEUE);
                assert_eq!(result, Err(Error::Refused(Refusal::Busy)));
            }
            assert_eq!(fresh.db.stats().queue, WRITE_QUEUE);
            drop(release);
            assert_eq!(answers.iter().filter(|(_, result)| *result == Ok(1)).count(), WRITE_QUEUE);
            assert_eq!(one(&fresh.db, COUNT), WRITE_QUEUE as i64);
            assert_eq!(fresh.db.stats().queue, 0);
        },
    );
}

#[test]
fn closing_works_off_what_waits_and_refuses_what_comes_later() {
    on_both_with(
        |options| options.workers = 1,
        |fresh| {
            let release = hold(&fresh.db);
            let answers = send(&fresh.db, 300, |i, tx| tx.exec(PUT, args![format!("x{i}"), 1]));
            drop(release);
            fresh.db.close();
            assert_eq!(answers.iter().filter(|(_, result)| *result == Ok(1)).count(), 300);
            assert_eq!(put(&fresh.db, "late", 1), Err(Error::Fault(Fault::Gone)));
            let again = Db::open(db::Options::new(fresh.target.clone())).unwrap();
            assert_eq!(one(&again, COUNT), 300);
        },
    );
}

#[test]
fn a_job_that_calls_the_database_is_told_instead_of_hanging() {
    on_both(|fresh| {
        let db = fresh.db.clone();
        assert!(words(fresh.db.write(move |_| put(&db, "a", 1))).contains("waited for itself"));
        let db = fresh.db.clone();
        assert!(words(fresh.db.read(move |_| db.read(|_| Ok(())))).contains("waited for itself"));
    });
}

#[test]
fn a_job_that_keeps_its_thread_busy_is_counted_as_slow() {
    on_both(|fresh| {
        let before = fresh.db.stats().slow_jobs;
        let watch_ms = 3;
        fresh
            .db
            .write(move |_| {
                let watch = base::Stopwatch::start();
                while watch.elapsed_ms() < watch_ms {}
                Ok(())
            })
            .unwrap();
        assert!(fresh.db.stats().slow_jobs > before);
    });
}
