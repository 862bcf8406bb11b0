//! The same text and the same values mean the same on both engines.

use base::{Day, Error, Id, Ms, Refusal};
use db::{Db, Engine, Value, args};

use crate::{get, is_postgres, on_both, put, words};

#[test]
fn parameters_are_bound_by_the_number_in_their_name() {
    on_both(|fresh| {
        let db = &fresh.db;
        let sql = "select cast($2 as bigint) as second, cast($1 as bigint) as first, cast($2 as bigint) as again";
        let row = db.read(move |tx| tx.row(sql, args![10, 20])).unwrap().unwrap();
        assert_eq!((row.int("first"), row.int("second"), row.int("again")), (Ok(10), Ok(20), Ok(20)));
        // In a write and through the statement cache, too.
        let swapped = "insert into cell (n, name) values ($2, $1)";
        for (name, n) in [("a", 1), ("b", 2)] {
            db.write(move |tx| tx.exec(swapped, args![name, n])).unwrap();
        }
        assert_eq!((get(db, "a"), get(db, "b")), (Some(1), Some(2)));
    });
}

#[test]
fn a_wrong_count_of_arguments_is_refused() {
    on_both(|fresh| {
        for args in [vec![], vec![Value::Int(1)], vec![Value::Int(1); 3]] {
            let count = args.len();
            let text = words(fresh.db.read(move |tx| tx.rows("select n from cell where n = $1 or n = $2", &args)));
            assert!(text.contains(&format!("2 parameters was given {count}")), "{text}");
        }
    });
}

#[test]
fn every_kind_of_value_comes_back_as_it_went_in() {
    on_both(|fresh| {
        let (id, at, day) = (Id::new(Ms(5)), Ms(1_795_390_200_000), Day::new(2026, 11, 23).unwrap());
        let sql = "select cast($1 as bigint) as low, cast($2 as bigint) as high, cast($3 as text) as name,
                   cast($4 as bigint) = $4 as yes, cast($5 as bigint) as at, cast($6 as bigint) as day, cast($7 as bigint) as none";
        let args = args![i64::MIN, i64::MAX, "吉林市第一中学 'x' \"y\" 😀", 7, at, day, None::<i64>].to_vec();
        let row = fresh.db.read(move |tx| tx.row(sql, &args));
        let row = row.unwrap().unwrap();
        assert_eq!((row.int("low"), row.int("high")), (Ok(i64::MIN), Ok(i64::MAX)));
        assert_eq!(row.text("name").as_deref(), Ok("吉林市第一中学 'x' \"y\" 😀"));
        assert_eq!((row.flag("yes"), row.ms("at"), row.day("day")), (Ok(true), Ok(at), Ok(day)));
        assert_eq!((row.opt_int("none"), row.opt_text("none")), (Ok(None), Ok(None)));

        let bytes = vec![0u8, 255, 0, 7];
        let put = "insert into cell (name, n, note, bytes) values ($1, $2, $3, $4)";
        let stored = bytes.clone();
        fresh.db.write(move |tx| tx.exec(put, args!["a", true, None::<String>, &stored])).unwrap();
        fresh.db.write(move |tx| tx.exec(put, args!["b", 3usize, "", id])).unwrap();
        let rows = fresh.db.read(|tx| tx.rows("select * from cell order by name", args![])).unwrap();
        assert_eq!((rows[0].flag("n"), rows[0].opt_text("note")), (Ok(true), Ok(None)));
        assert_eq!((rows[0].blob("bytes"), rows[1].id("bytes")), (Ok(bytes), Ok(id)));
        assert_eq!((rows[1].int("n"), rows[1].text("note").as_deref()), (Ok(3), Ok("")));
        let names: Vec<&str> = rows[0].columns().map(|(name, _)| name).collect();
        assert_eq!(names, ["name", "n", "note", "bytes"]);
    });
}

#[test]
fn a_comparison_comes_back_as_a_flag_and_a_count_as_an_integer() {
    on_both(|fresh| {
        put(&fresh.db, "a", 1).unwrap();
        let sql = "select exists(select 1 from cell where n = $1) as there, count(*) as n, max(n) as top from cell";
        let row = fresh.db.read(move |tx| tx.row(sql, args![1])).unwrap().unwrap();
        assert_eq!((row.flag("there"), row.int("n"), row.int("top")), (Ok(true), Ok(1), Ok(1)));
    });
}

#[test]
fn canonical_bytes_are_the_same_on_both_engines() {
    on_both(|fresh| {
        let put = "insert into cell (name, n, note, bytes) values ($1, $2, $3, $4)";
        fresh.db.write(move |tx| tx.exec(put, args!["栏杆", -500, None::<&str>, [1u8, 2, 255]])).unwrap();
        let rows = fresh.db.read(|tx| tx.rows("select * from cell", args![])).unwrap();
        // {"bytes": h'0102ff', "n": -500, "name": "栏杆"}: the null note is left out.
        let mut by_hand = vec![0xa3, 0x65];
        by_hand.extend(b"bytes\x43\x01\x02\xff\x61n\x39\x01\xf3\x64name\x66");
        by_hand.extend("栏杆".as_bytes());
        assert_eq!(rows[0].canonical(&[]), by_hand);
        assert_eq!(rows[0].canonical(&["bytes", "name"]), b"\xa1\x61n\x39\x01\xf3");
    });
}

#[test]
fn text_is_compared_by_bytes_and_like_tells_capitals_apart() {
    on_both(|fresh| {
        for (name, n) in [("b", 1), ("A", 2), ("a", 3), ("B", 4), ("一", 5), ("Z", 6)] {
            put(&fresh.db, name, n).unwrap();
        }
        let rows = fresh.db.read(|tx| tx.rows("select name from cell order by name", args![])).unwrap();
        let names: String = rows.iter().map(|row| row.text("name").unwrap()).collect();
        assert_eq!(names, "ABZab一");
        let rows = fresh.db.read(|tx| tx.rows("select n from cell where name like $1", args!["a%"])).unwrap();
        assert_eq!(rows.iter().map(|row| row.int("n").unwrap()).collect::<Vec<_>>(), [3]);
    });
}

#[test]
fn what_only_one_engine_would_take_is_refused_by_both() {
    on_both(|fresh| {
        let db = &fresh.db;
        assert!(words(put(db, "a\0b", 1)).contains("$1 holds a NUL"));
        // Double quotes make a name, never a text.
        assert!(words(db.read(|tx| tx.rows("select \"nobody\" as x from cell", args![]))).contains("nobody"));
        // Fractions would differ in the last bit.
        let text = words(db.read(|tx| tx.rows("select 1.5 as half", args![])));
        assert!(text.contains("half") && text.contains("cast"), "{text}");
        // More than one row where one was asked for.
        put(db, "a", 1).unwrap();
        put(db, "b", 1).unwrap();
        assert!(words(db.read(|tx| tx.row("select n from cell", args![]))).contains("2 rows"));
    });
}

#[test]
fn a_taken_key_is_a_duplicate_and_other_broken_rules_are_faults() {
    on_both(|fresh| {
        put(&fresh.db, "a", 1).unwrap();
        assert_eq!(put(&fresh.db, "a", 2), Err(Error::Refused(Refusal::Duplicate)));
        let text = words(fresh.db.write(|tx| tx.exec("insert into cell (name) values ($1)", args!["b"])));
        assert!(text.contains("Broken") && !text.contains("\"b\""), "{text}");
        // `on conflict` is how a job goes on after a taken key.
        let sql = "insert into cell (name, n) values ($1, $2) on conflict (name) do nothing";
        let counts = fresh.db.write(move |tx| Ok((tx.exec(sql, args!["a", 9])?, tx.exec(sql, args!["c", 9])?)));
        assert_eq!(counts, Ok((0, 1)));
        assert_eq!((get(&fresh.db, "a"), get(&fresh.db, "b"), get(&fresh.db, "c")), (Some(1), None, Some(9)));
        // `returning` counts and gives back.
        let sql = "update cell set n = n + 1 where n > $1 returning name, n";
        assert_eq!(fresh.db.write(move |tx| tx.exec(sql, args![0])), Ok(2));
        let mut rows = fresh.db.write(move |tx| tx.rows(sql, args![5])).unwrap();
        assert_eq!(rows.pop().map(|row| (row.text("name"), row.int("n"))), Some((Ok("c".to_owned()), Ok(11))));
    });
}

#[test]
fn preparing_finds_mistakes_without_running_anything() {
    on_both(|fresh| {
        let db = &fresh.db;
        db.prepare("insert into cell (name, n) values ($1, $2)").unwrap();
        db.prepare("with t as (select n from cell where name = $1) select n from t order by n nulls last limit $2")
            .unwrap();
        assert_eq!(get(db, "a"), None);
        assert!(words(db.prepare("select nonsense from cell")).contains("nonsense"));
        assert!(words(db.prepare("selec n from cell")).contains("selec"));
        assert!(db.prepare("select n from cell where name = ?").is_err());
        assert!(db.prepare("select n from cell where name = $2").is_err());
        // The trap of sum(bigint), which is numeric on PostgreSQL.
        let summed = db.prepare("select sum(n) as total from cell");
        assert_eq!(summed.is_err(), is_postgres(db), "{summed:?}");
    });
}

#[test]
fn the_marks_of_a_migration_become_each_engines_words() {
    let text = "create table x (seq {SERIAL}, hash {BLOB})";
    assert_eq!(Db::dialect(text, Engine::Sqlite), "create table x (seq integer primary key autoincrement, hash blob)");
    assert_eq!(
        Db::dialect(text, Engine::Postgres),
        "create table x (seq bigint generated always as identity primary key, hash bytea)"
    );
}
