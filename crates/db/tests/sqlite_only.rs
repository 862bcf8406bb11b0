//! SQLite: group commit, full and failing disks.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use base::{Error, Fault};
use db::{Db, Options, Target, args};

use crate::jobs::{hold, send};
use crate::{COUNT, PUT, SCHEMA, get, on_sqlite, one, put, words};

const BIG: &str = "insert into cell (name, n, bytes) values ($1, $2, $3)";
const FULL: Error = Error::Fault(Fault::Full);

#[test]
fn what_waits_is_committed_together() {
    on_sqlite(
        |_| {},
        |fresh| {
            let before = fresh.db.stats();
            let release = hold(&fresh.db);
            let answers = send(&fresh.db, 600, |i, tx| tx.exec(PUT, args![format!("x{i}"), 1]));
            drop(release);
            assert_eq!(answers.iter().filter(|(_, result)| *result == Ok(1)).count(), 600);
            let stats = fresh.db.stats();
            // One for the job that held the writer, then 256 + 256 + 88.
            assert_eq!(stats.batches - before.batches, 4);
            assert_eq!(stats.largest_batch, 256);
            assert_eq!(stats.jobs - before.jobs, 601);
            assert_eq!(stats.reruns, 0);
        },
    );
}

#[test]
fn a_full_disk_is_said_reading_goes_on_and_writing_resumes() {
    on_sqlite(
        |options| options.max_pages = Some(64),
        |fresh| {
            let mut stored = 0;
            let refusal = loop {
                let name = format!("x{stored}");
                match fresh.db.write(move |tx| tx.exec(BIG, args![&name, 1, vec![7u8; 10_000]])) {
                    Ok(_) => stored += 1,
                    Err(error) => break error,
                }
                assert!(stored < 64, "64 pages hold less than this");
            };
            assert_eq!(refusal, FULL);
            assert!(stored > 5, "{stored}");
            assert_eq!(one(&fresh.db, COUNT), stored, "what was answered is there, what was refused is not");
            fresh.db.check().unwrap();
            assert!(!fresh.db.stats().broken);
            assert_eq!(fresh.db.write(|tx| tx.exec(BIG, args!["again", 1, vec![7u8; 10_000]])), Err(FULL));
            fresh.db.set_max_pages(100_000);
            assert_eq!(fresh.db.write(|tx| tx.exec(BIG, args!["again", 1, vec![7u8; 10_000]])), Ok(1));
            assert_eq!(one(&fresh.db, COUNT), stored + 1);
        },
    );
}

#[test]
fn a_batch_rolled_back_as_a_whole_runs_again_one_by_one() {
    on_sqlite(
        |options| options.max_pages = Some(64),
        |fresh| {
            let release = hold(&fresh.db);
            let runs = Arc::new(AtomicUsize::new(0));
            let counted = runs.clone();
            // The fifth job does not fit; the small ones around it do.
            let answers = send(&fresh.db, 10, move |i, tx| {
                counted.fetch_add(1, SeqCst);
                let bytes = vec![7u8; if i == 4 { 1_000_000 } else { 100 }];
                tx.exec(BIG, args![format!("x{i}"), 1, bytes])
            });
            drop(release);
            for (i, result) in answers {
                assert_eq!(result, if i == 4 { Err(FULL) } else { Ok(1) }, "x{i}");
                assert_eq!(get(&fresh.db, &format!("x{i}")).is_some(), i != 4, "x{i}");
            }
            let stats = fresh.db.stats();
            assert_eq!((stats.reruns, runs.load(SeqCst)), (10, 15), "five runs until the batch was lost, then ten");
            assert_eq!(one(&fresh.db, COUNT), 9);
        },
    );
}

#[test]
fn a_job_cannot_go_on_outside_the_transaction_that_was_rolled_back_under_it() {
    on_sqlite(
        |options| options.max_pages = Some(64),
        |fresh| {
            let result = fresh.db.write(|tx| {
                tx.exec(PUT, args!["before", 1])?;
                // Swallowed: SQLite has rolled back everything and stands outside any transaction.
                let full = tx.exec(BIG, args!["big", 1, vec![7u8; 1_000_000]]);
                assert_eq!(full, Err(FULL));
                let _ = tx.exec(PUT, args!["after", 1]);
                Ok(())
            });
            assert_eq!(result, Err(FULL));
            assert_eq!(one(&fresh.db, COUNT), 0);
            // A job that ends the transaction itself is refused, too.
            let text = words(fresh.db.write(|tx| tx.exec("rollback", args![])));
            assert!(text.contains("ended the transaction"), "{text}");
            put(&fresh.db, "sound", 1).unwrap();
        },
    );
}

#[test]
fn a_fill_without_sync_is_whole_after_closing() {
    on_sqlite(
        |options| options.durable = false,
        |fresh| {
            let answers = send(&fresh.db, 1_000, |i, tx| tx.exec(PUT, args![format!("x{i}"), 1]));
            assert_eq!(answers.iter().count(), 1_000);
            fresh.db.close();
            let db = Db::open(Options::new(fresh.target.clone())).unwrap();
            assert_eq!(one(&db, COUNT), 1_000);
        },
    );
}

/// A real input/output error: the child below may not let a file grow beyond 512 KiB, and the system answers the
/// write with EFBIG, which is not a full disk.
#[test]
fn after_an_input_output_error_writing_stops_and_reading_goes_on() {
    let (folder, _) = db::testing::sqlite_file();
    let child = "sqlite_only::the_child_of_the_input_output_test";
    let script = format!("trap '' XFSZ; ulimit -f 512; exec \"$0\" --exact {child} --nocapture");
    let output = Command::new("bash")
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env("XIAOAN_TEST_SMALL_FILES", folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("SEEN: stopped after"), "the child ran: {text}");
    // With a sound disk the database opens as it was.
    let db = Db::open(Options::new(Target::Sqlite(folder.path().join("small.db")))).unwrap();
    let acknowledged: i64 =
        text.split("SEEN: stopped after ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(acknowledged > 5);
    assert_eq!(one(&db, COUNT), acknowledged);
    put(&db, "after the restart", 1).unwrap();
}

/// Does nothing by itself: run by the test above under a limit for the size of files.
#[test]
fn the_child_of_the_input_output_test() {
    let Ok(folder) = std::env::var("XIAOAN_TEST_SMALL_FILES") else { return };
    let db = Db::open(Options::new(Target::Sqlite(std::path::Path::new(&folder).join("small.db")))).unwrap();
    db.migrate(SCHEMA).unwrap();
    let mut stored = 0;
    let error = loop {
        let name = format!("x{stored}");
        match db.write(move |tx| tx.exec(BIG, args![&name, 1, vec![7u8; 20_000]])) {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("input/output error"), "{error}");
    assert!(db.stats().broken);
    assert!(words(put(&db, "small", 1)).contains("writing stopped after an input/output error"));
    assert!(words(db.check()).contains("writing stopped"));
    assert_eq!(one(&db, COUNT), stored);
    println!("SEEN: stopped after {stored} writes");
}
