//! Tampering is found and named; a proof stands without the database; backup and restore; the move to PostgreSQL.

use std::path::Path;

use db::testing::{self, TempDir};

use crate::run::{export, own_demo, rows, xiaoan};

fn raw(data: &Path, sql: &str) -> usize {
    rusqlite::Connection::open(data.join("xiaoan.db")).unwrap().execute(sql, []).unwrap()
}

/// Id of a row as text.
fn id_of(data: &Path, sql: &str) -> String {
    let db = rusqlite::Connection::open(data.join("xiaoan.db")).unwrap();
    let bytes: Vec<u8> = db.query_row(sql, [], |row| row.get(0)).unwrap();
    base::Id::from_bytes(&bytes).unwrap().to_string()
}

#[test]
fn a_changed_an_added_and_a_removed_row_are_named_with_table_and_id() {
    let (_guard, data) = own_demo();
    xiaoan(&data, &["journal", "verify"]).fine();
    let changed = id_of(&data, "select id from hazard where number = '江湾-2026-0003'");
    assert_eq!(raw(&data, "update hazard set closed_at = closed_at - 1000 where number = '江湾-2026-0003'"), 1);
    let removed = id_of(&data, "select id from check_run order by id limit 1");
    assert_eq!(raw(&data, "delete from check_run where id = (select min(id) from check_run)"), 1);
    assert_eq!(
        raw(
            &data,
            "insert into post select county, x'0199aabbccdd70008000000000000001', version, salt, unit, home, person, role, \
             title, acting, from_on, until_on, handed_to, received_at from post order by id limit 1"
        ),
        1
    );
    let said = xiaoan(&data, &["journal", "verify"]).refused(1, "共 3 处对不上");
    for line in [
        format!("hazard {changed}：内容与存证不符（被改动）"),
        format!("check_run {removed}：存证有而数据没有（被删除）"),
        "post 0199aabb-ccdd-7000-8000-000000000001：没有存证（绕过程序加入）".to_string(),
    ] {
        assert!(said.err.contains(&line), "{line} not in: {}", said.err);
    }
}

#[test]
fn a_proof_is_checked_offline_with_the_database_gone() {
    let (guard, data) = own_demo();
    let file = guard.path().join("proof.json");
    let path = file.to_str().unwrap();
    xiaoan(&data, &["journal", "prove", "江湾-2026-0003", "--out", path]).fine();
    let key = xiaoan(&data, &["journal", "key"]).fine().out.trim().to_string();
    xiaoan(&data, &["journal", "prove", "江湾-2026-9999"]).refused(1, "没有找到");
    // By the number that the pages print, blanks and all; an older leaf of a record too, then without content.
    let log = rusqlite::Connection::open(data.join("xiaoan.db")).unwrap();
    let of = "from leaf where tbl = 'hazard' and id = (select id from hazard where number = '江湾-2026-0003')";
    let number =
        |pick: &str| -> i64 { log.query_row(&format!("select {pick}(n) {of}"), [], |row| row.get(0)).unwrap() };
    let (oldest, newest) = (number("min"), number("max"));
    assert!(oldest < newest);
    for text in [newest.to_string(), format!("存证 {}", web::words::number(newest))] {
        let told = xiaoan(&data, &["journal", "prove", &text]).fine();
        assert!(told.out.contains(&format!("\"index\": {newest},")), "{}", told.out);
        assert!(told.out.contains("江湾-2026-0003"), "{}", told.out);
    }
    let old = guard.path().join("old.json");
    let old = old.to_str().unwrap();
    let said = xiaoan(&data, &["journal", "prove", &oldest.to_string(), "--out", old]).fine();
    assert!(said.out.contains(&format!("hazard 第 {oldest} 号存证")), "{}", said.out);
    let said = xiaoan(&data, &["journal", "verify-bundle", old, "--key", &key]).fine();
    assert!(said.out.contains("第 1 版") && said.out.contains("只证明当时有过这件事"), "{}", said.out);
    xiaoan(&data, &["journal", "prove", "99999999"]).refused(1, "没有找到");
    let binary = guard.path().join("binary.json");
    std::fs::write(&binary, [0xff, 0xfe, 0x00]).unwrap();
    let said = xiaoan(&data, &["journal", "verify-bundle", binary.to_str().unwrap()]).refused(1, "不是证明文件");
    assert!(!said.err.contains("stream"), "{}", said.err);
    drop(log);
    std::fs::remove_dir_all(&data).unwrap();
    let said = xiaoan(&data, &["journal", "verify-bundle", path, "--key", &key]).fine();
    assert!(said.out.contains("一字不差") && said.out.contains("demo.xiaoan/log/2026"), "{}", said.out);
    let said = xiaoan(&data, &["journal", "verify-bundle", path]).fine();
    assert!(said.out.contains("自带的公钥"), "{}", said.out);
    let other = key.replace("demo.", "real.");
    xiaoan(&data, &["journal", "verify-bundle", path, "--key", &other]).refused(1, "other_key");
    let text = std::fs::read_to_string(&file).unwrap();
    let forged = text.replace("\"what\": \"", "\"what\": \"没有");
    assert_ne!(forged, text);
    std::fs::write(&file, forged).unwrap();
    xiaoan(&data, &["journal", "verify-bundle", path]).refused(1, "记录内容与存证不符");
}

#[test]
fn a_backup_comes_back_whole_from_a_folder_and_from_one_file() {
    let (guard, data) = own_demo();
    std::fs::write(data.join("xiaoan.toml"), "# 江湾\ndatabase_url = \"\"\n").unwrap();
    let before = export(&data, "hazards");
    let place = |name: &str| guard.path().join(name).to_str().unwrap().to_string();
    let (folder, file) = (place("backup"), place("backup.tar"));
    let said = xiaoan(&data, &["backup", &folder]).fine();
    assert!(said.out.contains("不含密钥"), "{}", said.out);
    assert!(!Path::new(&folder).join("log.key").exists());
    assert_eq!(std::fs::read_to_string(Path::new(&folder).join("xiaoan.toml")).unwrap(), "# 江湾\n");
    xiaoan(&data, &["backup", &folder]).refused(1, "已经存在");
    xiaoan(&data, &["backup", &file, "--with-keys"]).fine();

    let restored = guard.path().join("one");
    let said = xiaoan(&restored, &["restore", &folder]).fine();
    assert!(said.out.contains("log.key") && said.out.contains("全部一致"), "{}", said.out);
    assert_eq!(export(&restored, "hazards"), before);
    xiaoan(&restored, &["user", "block", "guard"]).refused(1, "log.key");
    let second = guard.path().join("two");
    xiaoan(&second, &["restore", &file]).fine();
    assert_eq!(export(&second, "contacts"), export(&data, "contacts"));
    xiaoan(&second, &["user", "block", "guard"]).fine();
    assert_eq!(photos(&second), photos(&data));
    assert!(photos(&data) > 20);
    xiaoan(&second, &["restore", &file]).refused(1, "不是空目录");

    let photo = std::fs::read_dir(Path::new(&folder).join("files")).unwrap().next().unwrap().unwrap().path();
    let photo = std::fs::read_dir(photo).unwrap().next().unwrap().unwrap().path();
    std::fs::write(photo, "not the photo").unwrap();
    let third = guard.path().join("three");
    xiaoan(&third, &["restore", &folder]).refused(1, "与清单不符");
    assert_eq!(std::fs::read_dir(&third).unwrap().count(), 0);
    xiaoan(&third, &["restore", data.join("demo.json").to_str().unwrap()]).refused(1, "不是 xiaoan 的备份");
    // A file that breaks off in the middle leaves nothing behind: the whole one goes in at the next try.
    let half = place("half.tar");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&half, &bytes[..bytes.len() / 2 / 512 * 512 + 100]).unwrap();
    xiaoan(&third, &["restore", &half]).refused(1, "不是 xiaoan 的备份");
    assert_eq!(std::fs::read_dir(&third).unwrap().count(), 0);
    xiaoan(&third, &["restore", &file]).fine();
}

fn photos(data: &Path) -> usize {
    std::fs::read_dir(data.join("files")).unwrap().map(|d| std::fs::read_dir(d.unwrap().path()).unwrap().count()).sum()
}

#[test]
fn everything_moves_to_postgresql_and_goes_on_there() {
    let Some(db::Target::Postgres(address)) = testing::postgres() else { return };
    let (_guard, data) = own_demo();
    let before = rows(&export(&data, "hazards"));
    let said = xiaoan(&data, &["move", "--to", &address]).fine();
    assert!(said.out.contains("全部一致") && said.out.contains("搬完了"), "{}", said.out);
    xiaoan(&data, &["move", "--to", &address]).refused(1, "不是空的");
    let folder = TempDir::new();
    let out = folder.path().join("h.csv");
    xiaoan(&data, &["export", "hazards", "--out", out.to_str().unwrap(), "--database-url", &address]).fine();
    assert_eq!(rows(&std::fs::read_to_string(out).unwrap()), before);
    // The log goes on after the last number.
    xiaoan(&data, &["user", "block", "guard", "--database-url", &address]).fine();
    xiaoan(&data, &["journal", "verify", "--database-url", &address]).fine();
}
