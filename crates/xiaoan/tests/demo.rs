//! The fill of the demo.

use db::testing::TempDir;

use crate::run::{demo, export, own_demo, rows, xiaoan};

#[test]
fn the_fill_has_accounts_for_every_role_and_its_journal_verifies() {
    let data = demo();
    let text = std::fs::read_to_string(data.join("demo-accounts.json")).unwrap();
    let accounts: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert!((40..=60).contains(&accounts.len()), "{}", accounts.len());
    for field in ["login", "password", "role", "unit", "name"] {
        assert!(accounts.iter().all(|a| a[field].as_str().is_some_and(|t| !t.is_empty())), "{field}");
    }
    let roles: std::collections::BTreeSet<&str> = accounts.iter().filter_map(|a| a["role"].as_str()).collect();
    // `reporter` of the main school is an account of its own; `system` is nobody.
    assert_eq!(roles.len(), 21, "{roles:?}");
    let said = xiaoan(data, &["journal", "verify"]).fine();
    assert!(said.out.contains("全部一致"), "{}", said.out);
    let users = xiaoan(data, &["user", "list"]).fine();
    let with_password = users.out.lines().filter(|line| line.ends_with("在用")).count();
    assert_eq!(with_password, accounts.len(), "only the accounts have passwords");
}

#[test]
fn the_city_has_1250_schools_and_the_planted_faults() {
    let units = rows(&export(demo(), "units"));
    let schools = units.iter().filter(|u| ["学校", "中心校", "村小、教学点"].contains(&u[3].as_str())).count();
    assert_eq!(schools, 1_250);
    let hazards = rows(&export(demo(), "hazards"));
    let column = |name: &str| hazards[0].iter().position(|h| h == name).unwrap();
    let (what, state, number) = (column("隐患描述"), column("状态"), column("编号"));
    let (county, grade, late, again) = (column("县区"), column("隐患等级"), column("逾期次数"), column("反复次数"));
    let major: Vec<&Vec<String>> = hazards
        .iter()
        .filter(|h| {
            h[county] == "桦甸市教育局" && h[grade] == "重大" && h[late] != "0" && !h[column("挂牌文号")].is_empty()
        })
        .collect();
    assert_eq!(major.len(), 1, "one overdue listed 重大 hazard in 桦甸");
    assert_eq!(major[0][state], "待整改");
    let times: Vec<&str> =
        hazards.iter().filter(|h| h[what].starts_with("二层东侧防火门")).map(|h| h[again].as_str()).collect();
    assert_eq!(times, ["0", "1", "2", "3"]);
    let own = hazards.iter().find(|h| h[what].starts_with("总务库房门口堆放纸箱")).unwrap();
    assert_eq!((own[state].as_str(), own[column("复查人")].as_str()), ("待复查", ""), "its fixer may not recheck it");
    let stove = hazards.iter().find(|h| h[what].starts_with("取暖炉烟筒")).unwrap();
    assert_eq!(stove[state], "已销账");
    assert_ne!(stove[column("复查人")], stove[column("排查人")], "the second person is another");
    let numbers: std::collections::BTreeSet<&String> = hazards.iter().map(|h| &h[number]).collect();
    assert_eq!(numbers.len(), hazards.len());
    assert!(hazards.iter().any(|h| !h[column("补录原因")].is_empty() && h[number] != "编号"));
}

#[test]
fn a_broken_fill_is_thrown_away_and_the_same_seed_gives_the_same_records() {
    let folder = TempDir::new();
    let data = folder.path().join("demo");
    std::fs::create_dir_all(data.join("files/ab")).unwrap();
    for (name, text) in [("demo.filling", ""), ("xiaoan.db", "half"), ("log.key", "half"), ("files/ab/x", "half")] {
        std::fs::write(data.join(name), text).unwrap();
    }
    xiaoan(&data, &["serve"]).refused(1, "没有生成完");
    let said = xiaoan(&data, &["demo", "--schools", "3", "--fill-only"]).fine();
    assert!(said.err.contains("没有生成完，已经清除"), "{}", said.err);
    for kind in ["hazards", "contacts", "units"] {
        assert_eq!(export(&data, kind), export(demo(), kind), "{kind}");
    }
    assert_eq!(records(&data), records(demo()), "every column of every record, salts and hashes too");
    let key = |data: &std::path::Path| xiaoan(data, &["journal", "key"]).fine().out;
    assert_eq!(key(&data), key(demo()));
    let accounts = |data: &std::path::Path| std::fs::read_to_string(data.join("demo-accounts.json")).unwrap();
    assert_eq!(accounts(&data), accounts(demo()));
}

#[test]
fn a_folder_in_use_is_not_filled_and_other_wishes_are_refused() {
    let folder = TempDir::new();
    std::fs::write(folder.path().join("letter.txt"), "mine").unwrap();
    xiaoan(folder.path(), &["demo", "--fill-only"]).refused(1, "不是空目录");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let (_guard, data) = own_demo();
    xiaoan(&data, &["demo", "--seed", "9", "--fill-only"]).refused(1, "--seed");
    xiaoan(&data, &["demo", "--schools", "5", "--fill-only"]).refused(1, "--schools");
    let said = xiaoan(&data, &["demo", "--schools", "2", "--fill-only"]).fine();
    assert!(said.out.contains("已有的演示数据"), "{}", said.out);
    let empty = folder.path().join("empty");
    xiaoan(&empty, &["demo", "--clock", "2030-01-01T00:00:00+08:00"]).refused(2, "--clock");
    xiaoan(&empty, &["demo", "--clock", "yesterday"]).refused(2, "--clock");
    xiaoan(&empty, &["demo", "--listen", "here", "--schools", "3"]).refused(2, "--listen");
    assert!(!empty.exists(), "nothing is made for a wish that cannot be meant");
}

/// Every row of every record table, in the order of ids.
fn records(data: &std::path::Path) -> Vec<String> {
    let db = rusqlite::Connection::open(data.join("xiaoan.db")).unwrap();
    let mut out = Vec::new();
    for table in safety::kernel::registry::records() {
        let mut rows = db.prepare(&format!("select * from {} order by id", table.name)).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<rusqlite::types::Value> = (0..columns).map(|i| row.get(i).unwrap()).collect();
            out.push(format!("{} {cells:?}", table.name));
        }
    }
    assert!(out.len() > 5_000, "{}", out.len());
    out
}

#[test]
fn the_same_city_comes_out_on_postgresql() {
    let Some(db::Target::Postgres(address)) = db::testing::postgres() else { return };
    let folder = TempDir::new();
    let data = folder.path().join("demo");
    xiaoan(&data, &["demo", "--schools", "3", "--fill-only", "--database-url", &address]).fine();
    xiaoan(&data, &["journal", "verify", "--database-url", &address]).fine();
    for kind in ["hazards", "contacts", "units"] {
        let out = folder.path().join(format!("{kind}.csv"));
        xiaoan(&data, &["export", kind, "--out", out.to_str().unwrap(), "--database-url", &address]).fine();
        assert_eq!(std::fs::read_to_string(out).unwrap(), export(demo(), kind), "{kind}");
    }
    let second = folder.path().join("second");
    xiaoan(&second, &["demo", "--fill-only", "--database-url", &address]).refused(1, "已经有数据");
    xiaoan(&data, &["demo", "--fill-only", "--database-url", &address]).fine();
}
