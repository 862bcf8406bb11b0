//! Every statement, fixed or put together, is prepared on both engines; every table is in the registry.

use base::{Day, Id, Ms};
use db::{Db, Engine, testing};
use safety::hazard::list::{Asker, Carrier, conditions, count_sql, one_sql, page_sql};
use safety::hazard::{Bucket, Category, Filter, Grade, State, stats};
use safety::kernel::registry;
use safety::kernel::rights::Reach;
use safety::org::Role;

fn both(check: impl Fn(&Db)) {
    let (_dir, target) = testing::sqlite_file();
    let db = Db::open(db::Options::new(target)).unwrap();
    db.migrate(safety::MIGRATIONS).unwrap();
    check(&db);
    match testing::postgres() {
        Some(target) => {
            let db = Db::open(db::Options::new(target)).unwrap();
            db.migrate(safety::MIGRATIONS).unwrap();
            check(&db);
        }
        None => eprintln!("PostgreSQL skipped: XIAOAN_TEST_PG is not set"),
    }
}

#[test]
fn every_fixed_statement_is_prepared_on_both_engines() {
    both(|db| {
        let lists = safety::duty::list::every_statement();
        let mut all = safety::statements();
        all.extend(lists.iter().map(String::as_str));
        assert!(all.len() > 80, "only {} statements", all.len());
        for sql in all {
            db.prepare(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
        }
    });
}

#[test]
fn every_list_that_can_be_put_together_is_prepared_on_both_engines() {
    let id = Id::from_parts(Ms(0), [1; 10]);
    let full = |bucket| Filter {
        bucket,
        unit: Some(id),
        state: Some(State::Assigned),
        grade: Some(Grade::Major),
        category: Some(Category::Fire),
        place: Some(id),
        query: Some("灯".into()),
        from_on: Day::new(2026, 9, 1),
        until_on: Day::new(2026, 12, 1),
        recurring: true,
    };
    both(|db| {
        let mut count = 0;
        for reach in Reach::SHAPES {
            for carrier in [Carrier::All, Carrier::County(220202)] {
                for bucket in Bucket::ALL.iter().map(|b| Some(*b)).chain([None]) {
                    for (bureau, leader) in [(false, false), (true, true)] {
                        let who = Asker { unit: id, person: Some(id), role: Role::Officer, bureau, leader };
                        for filter in [full(bucket), Filter { bucket, ..Filter::default() }] {
                            let q = || conditions(*reach, carrier, &who, Ms(0), &filter);
                            let pages = [page_sql(q(), None, 50), page_sql(q(), Some((Ms(0), id)), 50)];
                            for q in pages.into_iter().chain([count_sql(q()), one_sql(q(), id)]) {
                                let (sql, args) = (q.sql.clone(), q.args.clone());
                                db.read(move |tx| tx.rows(&q.sql, &q.args))
                                    .unwrap_or_else(|e| panic!("{sql} {args:?}: {e}"));
                                count += 1;
                            }
                        }
                    }
                }
            }
            for sql in [
                stats::by_unit_sql(*reach),
                stats::open_sql(*reach),
                stats::raised_sql(*reach),
                stats::closed_sql(*reach),
                stats::again_sql(*reach),
                safety::hazard::sql::by_id(*reach),
            ] {
                db.prepare(&sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
            }
        }
        for reach in [Reach::Subtree, Reach::Unit, Reach::Nothing, Reach::All] {
            db.prepare(&safety::incident::sql::by_id(reach)).unwrap();
            incident_lists(db, reach);
        }
        for reach in [Reach::Subtree, Reach::Unit, Reach::Nothing] {
            db.prepare(&safety::check::sql::page(reach)).unwrap();
            db.prepare(&safety::drill::sql::page(reach)).unwrap();
            db.prepare(&safety::movement::sql::page(reach)).unwrap();
            db.prepare(&safety::movement::sql::gatherings(reach)).unwrap();
            db.prepare(&safety::support::sql::list(reach)).unwrap();
            db.prepare(&safety::support::sql::visits(reach)).unwrap();
            db.prepare(&safety::tip::sql::list(reach)).unwrap();
            db.prepare(&safety::tip::sql::count(reach)).unwrap();
        }
        db.prepare(&safety::org::post::vacant_sql()).unwrap();
        assert_eq!(count, 5 * 2 * 8 * 2 * 2 * 4);
    });
}

fn incident_lists(db: &Db, reach: Reach) {
    use safety::incident::list::{conditions, count_sql, page_sql};
    use safety::incident::{Bucket, Class, Filter, Kind, State};
    let id = Id::from_parts(Ms(0), [1; 10]);
    for bucket in Bucket::ALL.iter().map(|b| Some(*b)).chain([None]) {
        let full = Filter {
            bucket,
            unit: Some(id),
            state: Some(State::Handling),
            kind: Some(Kind::Fire),
            class: Some(Class::A),
            query: Some("操场".into()),
            from_on: Day::new(2026, 9, 1),
            until_on: Day::new(2026, 12, 1),
        };
        for filter in [full, Filter { bucket, ..Filter::default() }] {
            let q = || conditions(reach, id, Some(id), Ms(0), &filter);
            for q in [page_sql(q(), None, 50), page_sql(q(), Some((Ms(0), id)), 50), count_sql(q())] {
                let sql = q.sql.clone();
                db.read(move |tx| tx.rows(&q.sql, &q.args)).unwrap_or_else(|e| panic!("{sql}: {e}"));
            }
        }
    }
}

#[test]
fn every_table_is_in_the_registry_and_every_record_has_its_key_and_its_salt() {
    both(|db| {
        let sql = match db.engine() {
            Engine::Sqlite => {
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name"
            }
            Engine::Postgres => {
                "select cast(tablename as text) as name from pg_tables where schemaname = 'public' order by tablename"
            }
        };
        let tables = db.read(move |tx| tx.rows(sql, &[])).unwrap();
        let mut names: Vec<String> = tables.iter().map(|r| r.text("name").unwrap()).collect();
        names.sort();
        let mut known: Vec<String> = registry::TABLES.iter().map(|t| t.name.to_string()).collect();
        known.sort();
        assert_eq!(names, known);
        for table in registry::records() {
            db.prepare(&format!("select county, id, version, salt from {} where county = $1 and id = $2", table.name))
                .unwrap();
        }
        assert!(registry::TABLES.iter().all(|t| t.record || !t.note.is_empty()), "a table that is no record says why");
    });
}

/// Statements that are asked once for each leaf or row of the log find their row by an index: a scan here makes the
/// audit quadratic, which shows only after a year of use.
#[test]
fn what_the_audit_asks_for_each_leaf_finds_its_row_without_a_scan() {
    let (_dir, target) = testing::sqlite_file();
    let db = Db::open(db::Options::new(target)).unwrap();
    db.migrate(safety::MIGRATIONS).unwrap();
    let plan = |sql: String| -> Vec<String> {
        let marks = (1..=9).filter(|n| sql.contains(&format!("${n}"))).count();
        let args = vec![db::Value::Int(1); marks];
        let rows = db.read(move |tx| tx.rows(&format!("explain query plan {sql}"), &args)).unwrap();
        rows.iter().map(|row| row.text("detail").unwrap()).collect()
    };
    let mut asked = vec![safety::kernel::audit::sql::NEWEST.to_string(), safety::kernel::proof::sql::HASH.to_string()];
    for table in registry::records() {
        asked.push(safety::kernel::audit::row_sql(table.name));
        asked.push(safety::kernel::proof::row_sql(table.name));
    }
    for sql in asked {
        let steps = plan(sql.clone());
        assert!(!steps.is_empty() && steps.iter().all(|step| step.starts_with("SEARCH")), "{sql}: {steps:?}");
    }
}

/// The tree is walked upwards from each hazard, not downwards to all hazards for each unit.
#[test]
fn figures_by_unit_walk_the_open_hazards_once() {
    let (_dir, target) = testing::sqlite_file();
    let db = Db::open(db::Options::new(target)).unwrap();
    db.migrate(safety::MIGRATIONS).unwrap();
    for reach in Reach::SHAPES {
        let sql = format!("explain query plan {}", stats::by_unit_sql(*reach));
        let args = vec![db::Value::Int(1); 4];
        let rows = db.read(move |tx| tx.rows(&sql, &args)).unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.text("detail").unwrap()).collect();
        let place =
            |what: &str| steps.iter().position(|step| step.contains(what)).unwrap_or_else(|| panic!("{steps:?}"));
        assert!(place("SCAN o") < place("SEARCH t ") && place("SEARCH t ") < place("SEARCH d "), "{steps:?}");
        let searched: Vec<&String> = steps.iter().filter(|step| step.starts_with("SEARCH d ")).collect();
        assert!(searched.iter().all(|step| step.contains("top=? AND unit=?")), "{steps:?}");
    }
}

/// The count of a tab in a county's list.
fn counted(bucket: Bucket) -> String {
    let id = Id::from_parts(Ms(0), [1; 10]);
    let who = Asker { unit: id, person: Some(id), role: Role::Officer, bureau: true, leader: false };
    let filter = Filter { bucket: Some(bucket), ..Filter::default() };
    count_sql(conditions(Reach::Subtree, Carrier::County(220202), &who, Ms(0), &filter)).sql
}

/// What a measurement asked an index for walks that index and nothing else.
#[test]
fn what_is_looked_for_often_is_found_by_its_own_index() {
    let (_dir, target) = testing::sqlite_file();
    let db = Db::open(db::Options::new(target)).unwrap();
    db.migrate(safety::MIGRATIONS).unwrap();
    let steps = registry::TABLES.iter().find(|t| t.name == "hazard_step").unwrap();
    let asked = [
        (safety::hazard::sql::RECURRING.to_string(), "hazard_place_closed (place=? AND category=? AND closed_at>?)"),
        (stats::closed_sql(Reach::Subtree), "hazard_closed (closed_at>?)"),
        (stats::again_sql(Reach::Subtree), "hazard_again (received_at>?)"),
        (
            safety::check::sql::RUNS_BELOW.to_string(),
            "COVERING INDEX check_place_seen (place=? AND seen_at>? AND seen_at<?)",
        ),
        (
            safety::check::sql::BELOW.to_string(),
            "COVERING INDEX check_place_seen (place=? AND seen_at>? AND seen_at<?)",
        ),
        (safety::kernel::erase::statements(steps).0, "hazard_step_unit (unit=? AND id>?)"),
        (safety::org::sql::HOLDERS.to_string(), "post_home (home=? AND role=?)"),
        (safety::hazard::sql::WAITING.to_string(), "hazard_turn (turn_person=? AND open=?)"),
        (safety::hazard::sql::WAITING.to_string(), "hazard_role (unit=? AND turn_role=?)"),
        (safety::hazard::sql::WAITING.to_string(), "hazard_longer (unit=?)"),
        (safety::hazard::sql::WAITING.to_string(), "hazard_handed (agency=? AND turn_role=?)"),
        (safety::hazard::sql::WAITING_COUNT.to_string(), "COVERING INDEX hazard_role (unit=? AND turn_role=?)"),
        (counted(Bucket::Open), "COVERING INDEX hazard_county_open (county=? AND open=?)"),
        (counted(Bucket::Overdue), "hazard_late (county=? AND due_at<?)"),
        // Either of them: no row is read.
        (counted(Bucket::All), "COVERING INDEX hazard_county_"),
    ];
    for (sql, index) in asked {
        let marks = (1..=9).filter(|n| sql.contains(&format!("${n}"))).count();
        let (explain, args) = (format!("explain query plan {sql}"), vec![db::Value::Int(1); marks]);
        let rows = db.read(move |tx| tx.rows(&explain, &args)).unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.text("detail").unwrap()).collect();
        assert!(plan.iter().any(|step| step.contains(index)), "{sql}: {plan:?}");
    }
}

/// The figures on a county's tabs do not walk all that is open in it.
#[test]
fn what_is_few_among_the_open_is_counted_by_its_own_index() {
    let (_dir, target) = testing::sqlite_file();
    let db = Db::open(db::Options::new(target)).unwrap();
    db.migrate(safety::MIGRATIONS).unwrap();
    let id = Id::from_parts(Ms(0), [1; 10]);
    let who = Asker { unit: id, person: Some(id), role: Role::Officer, bureau: true, leader: true };
    for carrier in [Carrier::County(220202), Carrier::All] {
        for (bucket, indexes) in [
            (Bucket::Major, ["hazard_major (open=? AND grade=?"].as_slice()),
            (Bucket::Upward, ["hazard_upward (open=? AND state=?"].as_slice()),
            (Bucket::Mine, ["hazard_turn (", "hazard_unit_open (", "hazard_reported (", "hazard_agency ("].as_slice()),
        ] {
            let filter = Filter { bucket: Some(bucket), ..Filter::default() };
            let q = count_sql(conditions(Reach::Subtree, carrier, &who, Ms(0), &filter));
            let sql = format!("explain query plan {}", q.sql);
            let rows = db.read(move |tx| tx.rows(&sql, &q.args)).unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.text("detail").unwrap()).collect();
            assert!(indexes.iter().all(|index| plan.iter().any(|step| step.contains(index))), "{bucket:?} {plan:?}");
            assert!(!plan.iter().any(|step| step.contains("county_open") || step.contains("open_at")), "{plan:?}");
        }
    }
}

/// A school's hazard is found by its id, not among all hazards of the school.
#[test]
fn one_hazard_is_found_by_its_id_whatever_the_asker_reaches() {
    let (_dir, target) = testing::sqlite_file();
    let db = Db::open(db::Options::new(target)).unwrap();
    db.migrate(safety::MIGRATIONS).unwrap();
    let id = Id::from_parts(Ms(0), [1; 10]);
    let who = Asker { unit: id, person: Some(id), role: Role::Guard, bureau: false, leader: true };
    for reach in Reach::SHAPES {
        let mut asked = vec![(safety::hazard::sql::by_id(*reach), vec![db::Value::Int(1); 2])];
        for bucket in Bucket::ALL {
            let filter = Filter { bucket: Some(*bucket), ..Filter::default() };
            let q = one_sql(conditions(*reach, Carrier::All, &who, Ms(0), &filter), id);
            asked.push((q.sql, q.args));
        }
        for (sql, args) in asked {
            let explained = format!("explain query plan {sql}");
            let rows = db.read(move |tx| tx.rows(&explained, &args)).unwrap();
            let steps: Vec<String> = rows.iter().map(|row| row.text("detail").unwrap()).collect();
            let found = |step: &&String| step.contains("SEARCH hazard USING INDEX hazard_id (id=?)");
            assert_eq!(steps.iter().filter(found).count(), 1, "{sql}: {steps:?}");
        }
    }
}
