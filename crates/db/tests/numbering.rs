//! The `sequence` hook: numbers every committed leaf once, and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use base::{Error, Refusal, Result};
use db::{Options, Tx, args};

use crate::{is_postgres, on_both_with, one, words};

const LEAF: &str = "insert into leaf (name) values ($1)";

/// Numbers the leaves that have no place yet, after the highest place.
fn number(tx: &mut Tx<'_>) -> Result<()> {
    let next = "select coalesce(max(place), 0) as n from leaf";
    let mut place = tx.row(next, args![])?.expect("an aggregate has a row").int("n")?;
    for leaf in tx.rows("select seq from leaf where place is null order by seq", args![])? {
        place += 1;
        tx.exec("update leaf set place = $1 where seq = $2", args![place, leaf.int("seq")?])?;
    }
    Ok(())
}

fn numbering(options: &mut Options) {
    options.sequence = Some(Arc::new(number));
}

#[test]
fn leaves_of_many_writers_get_places_without_gap_or_double() {
    on_both_with(numbering, |fresh| {
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let db = &fresh.db;
                scope.spawn(move || {
                    for i in 0..50 {
                        let result = db.write(move |tx| {
                            tx.exec(LEAF, args![format!("{writer}/{i}")])?;
                            if i % 5 == 4 { Err(Error::Refused(Refusal::TooLate)) } else { Ok(()) }
                        });
                        assert_eq!(result.is_err(), i % 5 == 4);
                    }
                });
            }
        });
        fresh.db.settle(5_000).unwrap();
        assert_eq!(one(&fresh.db, "select count(*) as n from leaf"), 160);
        assert_eq!(one(&fresh.db, "select count(*) as n from leaf where place is null"), 0);
        assert_eq!(one(&fresh.db, "select min(place) as n from leaf"), 1);
        assert_eq!(one(&fresh.db, "select max(place) as n from leaf"), 160);
    });
}

#[test]
fn what_an_earlier_run_left_unnumbered_is_numbered() {
    on_both_with(
        |_| {},
        |fresh| {
            fresh.db.write(|tx| tx.exec(LEAF, args!["left over"])).unwrap();
            fresh.db.close();
            let mut options = Options::new(fresh.target.clone());
            numbering(&mut options);
            let db = db::Db::open(options).unwrap();
            db.migrate(crate::SCHEMA).unwrap();
            if !is_postgres(&db) {
                // SQLite numbers with the next write; by itself it leaves none behind, as both are one transaction.
                db.write(|tx| tx.exec(LEAF, args!["next"])).unwrap();
            }
            db.settle(5_000).unwrap();
            assert_eq!(one(&db, "select count(*) as n from leaf where place is null"), 0);
        },
    );
}

#[test]
fn a_hook_that_fails_loses_no_leaf() {
    let healthy = Arc::new(AtomicBool::new(false));
    let seen = healthy.clone();
    let hook = move |tx: &mut Tx<'_>| match seen.load(SeqCst) {
        true => number(tx),
        false => Err(Error::broken("the key is not there")),
    };
    let hook: db::Hook = Arc::new(hook);
    on_both_with(
        |options| options.sequence = Some(hook.clone()),
        |fresh| {
            healthy.store(false, SeqCst);
            let first = fresh.db.write(|tx| tx.exec(LEAF, args!["a"]));
            if is_postgres(&fresh.db) {
                // Stored, and numbered when the hook can again.
                assert_eq!(first, Ok(1));
                assert_eq!(fresh.db.settle(300), Err(Error::Refused(Refusal::Busy)));
            } else {
                // Leaf and number are one transaction: neither is stored.
                assert!(words(first).contains("the key is not there"));
                assert_eq!(one(&fresh.db, "select count(*) as n from leaf"), 0);
            }
            assert!(fresh.db.stats().sequence_faults > 0);
            healthy.store(true, SeqCst);
            fresh.db.write(|tx| tx.exec(LEAF, args!["b"])).unwrap();
            fresh.db.settle(10_000).unwrap();
            assert_eq!(one(&fresh.db, "select count(*) as n from leaf where place is null"), 0);
        },
    );
}
