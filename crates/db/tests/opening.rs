//! Opening, migrating, reading beside a running server.

use base::{Error, Fault, Refusal};
use db::{Db, Engine, Migration, Options, Target};

use crate::{COUNT, SCHEMA, get, on_both, one, put, words};

#[test]
fn there_is_one_writer_and_readers_beside_it() {
    on_both(|fresh| {
        put(&fresh.db, "a", 1).unwrap();
        let second = Db::open(Options::new(fresh.target.clone()));
        assert_eq!(second.err(), Some(Error::Refused(Refusal::Busy)));

        let beside = Db::open_beside(fresh.target.clone()).unwrap();
        assert_eq!(get(&beside, "a"), Some(1));
        put(&fresh.db, "b", 2).unwrap();
        assert_eq!(get(&beside, "b"), Some(2));
        assert!(words(put(&beside, "c", 3)).contains("opened for reading only"));
        assert!(words(beside.migrate(SCHEMA)).contains("opened for reading only"));
        beside.check().unwrap();
        fresh.db.check().unwrap();

        fresh.db.close();
        assert_eq!(one(&beside, COUNT), 2, "it needs no server");
        let next = Db::open(Options::new(fresh.target.clone())).unwrap();
        put(&next, "d", 4).unwrap();
        assert_eq!(get(&beside, "d"), Some(4));
    });
}

#[test]
fn a_walk_aside_reads_what_is_committed_and_ends_with_its_database() {
    on_both(|fresh| {
        put(&fresh.db, "a", 1).unwrap();
        let aside = fresh.db.aside().unwrap();
        assert_eq!(get(&aside, "a"), Some(1));
        put(&fresh.db, "b", 2).unwrap();
        assert_eq!(get(&aside, "b"), Some(2));
        assert!(words(put(&aside, "c", 3)).contains("opened for reading only"));

        let before = fresh.db.stats().reads;
        assert_eq!(one(&aside, COUNT), 2);
        assert_eq!(fresh.db.stats().reads, before, "it takes no turn of the others");

        fresh.db.close();
        assert_eq!(aside.read(|tx| tx.row(COUNT, &[]).map(|_| ())).err(), Some(Error::Fault(Fault::Gone)));
    });
}

#[test]
fn migrations_run_once_and_are_never_changed() {
    on_both(|fresh| {
        let db = &fresh.db;
        put(db, "a", 1).unwrap();
        db.migrate(SCHEMA).unwrap();
        assert_eq!(get(db, "a"), Some(1), "applied steps are left alone");

        let third = Migration { number: 5, name: "notes", sql: "create table third (n bigint)" };
        let longer = [SCHEMA, &[third]].concat();
        db.migrate(&longer).unwrap();
        db.migrate(&longer).unwrap();
        let changed = [SCHEMA, &[Migration { sql: "create table third (m bigint)", ..third }]].concat();
        assert!(words(db.migrate(&changed)).contains("migration 5 notes was changed"));
        assert!(words(db.migrate(SCHEMA)).contains("5 notes, which this program does not know"));
        let inserted = [SCHEMA, &[Migration { number: 3, name: "between", sql: "" }, third]].concat();
        assert!(words(db.migrate(&inserted)).contains("migration 3 was added before 5 notes"));
        let twisted = [SCHEMA[1], SCHEMA[0]];
        assert!(words(db.migrate(&twisted)).contains("migration 2 stands before 1"));
    });
}

#[test]
fn a_migration_that_fails_leaves_nothing_behind() {
    on_both(|fresh| {
        let half =
            Migration { number: 3, name: "half", sql: "create table half (n bigint); create tabel other (n bigint);" };
        let text = words(fresh.db.migrate(&[SCHEMA, &[half]].concat()));
        assert!(text.contains("migration 3 half") && text.contains("tabel"), "{text}");
        let whole = Migration { sql: "create table half (n bigint); create table other (n bigint);", ..half };
        fresh.db.migrate(&[SCHEMA, &[whole]].concat()).unwrap();
        assert_eq!(one(&fresh.db, "select count(*) as n from half"), 0);
    });
}

#[test]
fn statements_follow_a_changed_schema() {
    on_both(|fresh| {
        put(&fresh.db, "a", 1).unwrap();
        let all = |db: &Db| db.read(|tx| tx.rows("select * from cell", &[])).unwrap();
        assert_eq!(all(&fresh.db)[0].columns().count(), 4);
        let wider = Migration { number: 3, name: "wider", sql: "alter table cell add column place text" };
        fresh.db.migrate(&[SCHEMA, &[wider]].concat()).unwrap();
        // More often than there are threads with statements prepared before.
        for _ in 0..32 {
            assert_eq!(all(&fresh.db)[0].columns().count(), 5);
        }
    });
}

#[test]
fn a_database_that_is_not_there_is_said_so() {
    let (folder, target) = db::testing::sqlite_file();
    assert_eq!(Db::open_beside(target).err(), Some(Error::Fault(Fault::Gone)));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
    let nowhere = Target::Sqlite(folder.path().join("no/such/folder/x.db"));
    assert!(words(Db::open(Options::new(nowhere)).map(|_| ())).contains("no/such/folder"));
    let nobody = Target::Postgres("host=127.0.0.1 port=1 user=x password=secret dbname=x".into());
    assert_eq!(Db::open(Options::new(nobody.clone())).err(), Some(Error::Fault(Fault::Gone)));
    assert_eq!(Db::open_beside(nobody.clone()).err(), Some(Error::Fault(Fault::Gone)));
    assert_eq!(nobody.engine(), Engine::Postgres);
    assert!(!format!("{nobody:?}").contains("secret"));
    let unreadable = words(Db::open(Options::new(Target::Postgres("postgres://u:secret@h:port/x".into()))).map(|_| ()));
    assert!(unreadable.contains("cannot be read") && !unreadable.contains("secret"), "{unreadable}");
}
