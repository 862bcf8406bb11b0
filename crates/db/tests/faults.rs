//! Backups under load, on both engines.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use db::testing::TempDir;
use db::{Db, Target, args};

use crate::{COUNT, PUT, is_postgres, on_both, one, words};

/// Each writer writes its own numbers 0, 1, 2 … and a second row in the same transaction: a whole copy holds an
/// unbroken beginning of each, and never one row of two.
#[test]
fn a_backup_under_four_writers_is_whole() {
    on_both(|fresh| {
        let folder = TempDir::new();
        let to = folder.path().join("copy");
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let (db, stop) = (&fresh.db, &stop);
                scope.spawn(move || {
                    let mut i = 0;
                    while !stop.load(SeqCst) {
                        db.write(move |tx| {
                            tx.exec(PUT, args![format!("{writer}/{i}/a"), i])?;
                            tx.exec(PUT, args![format!("{writer}/{i}/b"), i])
                        })
                        .unwrap();
                        i += 1;
                    }
                });
            }
            while one(&fresh.db, COUNT) < 200 {}
            let begun = one(&fresh.db, COUNT);
            let made = fresh.db.backup(&to);
            let ended = one(&fresh.db, COUNT);
            while one(&fresh.db, COUNT) < ended + 20 {}
            stop.store(true, SeqCst);
            made.unwrap();
            eprintln!("{begun} rows before the copy, {ended} after");
            if !is_postgres(&fresh.db) {
                whole(&to, begun, ended);
            }
        });
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no companion, no half file");
        assert!(words(fresh.db.backup(&to)).contains("overwrites nothing"));
        if is_postgres(&fresh.db) {
            let listed = Command::new("pg_restore").arg("--list").arg(&to).output().unwrap();
            let text = String::from_utf8(listed.stdout).unwrap();
            assert!(listed.status.success() && text.contains("TABLE DATA public cell"), "{text}");
        }
    });
}

fn whole(copy: &std::path::Path, begun: i64, ended: i64) {
    let copy = Db::open_beside(Target::Sqlite(copy.to_owned())).unwrap();
    let check = copy.read(|tx| tx.row("pragma integrity_check", args![])).unwrap().unwrap();
    assert_eq!(check.text("integrity_check").as_deref(), Ok("ok"));
    let count = one(&copy, COUNT);
    assert!((begun..=ended).contains(&count), "{begun} {count} {ended}");
    let pairs = "select count(*) as n from (select n, substr(name, 1, 1) as writer, count(*) as rows
                 from cell group by n, substr(name, 1, 1) having count(*) <> 2) as torn";
    assert_eq!(one(&copy, pairs), 0, "both rows of a transaction or none");
    let gaps = "select count(*) as n from (select substr(name, 1, 1) as writer, max(n) as top, count(*) as rows
                from cell group by substr(name, 1, 1) having count(*) <> 2 * (max(n) + 1)) as gaps";
    assert_eq!(one(&copy, gaps), 0, "an unbroken beginning of each writer");
}
