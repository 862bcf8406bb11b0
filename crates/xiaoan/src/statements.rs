//! Every SQL text of this crate, prepared on both engines. Nothing of the product uses it.

use db::testing;

#[test]
fn every_statement_can_be_prepared_on_both_engines() {
    let (folder, target) = testing::sqlite_file();
    let mut targets = vec![target];
    targets.extend(testing::postgres());
    for target in targets {
        let db = db::Db::open(db::Options::new(target)).unwrap();
        db.migrate(safety::MIGRATIONS).unwrap();
        let all = [
            crate::demo::sql::ALL,
            crate::export::sql::ALL,
            crate::house::sql::ALL,
            crate::import::sql::ALL,
            crate::journal_command::sql::ALL,
            crate::pack_command::sql::ALL,
            crate::user::sql::ALL,
        ];
        for sql in all.concat() {
            db.prepare(sql).unwrap_or_else(|e| panic!("{:?}: {sql}: {e}", db.engine()));
        }
    }
    drop(folder);
    // The witness has a small database of its own, on SQLite only.
    let (_folder, target) = testing::sqlite_file();
    let db = db::Db::open(db::Options::new(target)).unwrap();
    db.migrate(crate::witness::desk::MIGRATIONS).unwrap();
    for sql in crate::witness::desk::sql::ALL {
        db.prepare(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
}
