//! A real first installation: init, import with a dry run, users, exports.

use std::path::{Path, PathBuf};

use db::testing::TempDir;

use crate::run::{Ended, export, rows, with_input, xiaoan};

const PASSWORD: &str = "guanli-2026\n";

fn init(data: &Path) -> Ended {
    let args = ["init", "--name", "吉林市教育局", "--code", "220200", "--admin", "王敏", "--password-stdin"];
    with_input(data, &args, PASSWORD)
}

fn written(folder: &TempDir, name: &str, text: &[u8]) -> String {
    let path: PathBuf = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_string()
}

#[test]
fn init_makes_a_city_with_its_administrator_once() {
    let folder = TempDir::new();
    let data = folder.path().join("data");
    let args = ["init", "--name", "吉林市教育局", "--code", "220200", "--admin", "王敏", "--password-stdin"];
    with_input(&data, &args, "12345678\n").refused(1, "密码太简单");
    with_input(&data, &args, "\n").refused(1, "没有读到密码");
    assert!(!data.exists());
    let wrong = ["init", "--name", "x", "--code", "jilin", "--admin", "王敏", "--password-stdin"];
    with_input(&data, &wrong, PASSWORD).refused(2, "行政区划代码");
    let said = init(&data).fine();
    assert!(said.out.contains("log.key"), "{}", said.out);
    let key = xiaoan(&data, &["journal", "key"]).fine().out;
    assert!(key.starts_with("220200.xiaoan/log/"), "{key}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(data.join("log.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    xiaoan(&data, &["journal", "verify"]).fine();
    init(&data).refused(1, "不是空目录");
    xiaoan(&data, &["serve", "--clock", "2026-11-23T07:00:00+08:00"]).refused(1, "--clock");
    let users = xiaoan(&data, &["user", "list"]).fine().out;
    assert!(users.contains("admin\t王敏\t吉林市教育局\t在用"), "{users}");
}

#[test]
fn every_bad_cell_is_told_at_once_and_nothing_is_stored() {
    let folder = TempDir::new();
    let data = folder.path().join("data");
    init(&data).fine();
    let bad = written(
        &folder,
        "单位.csv",
        "吉林市学校一览表\n单位名称,上级单位,学校标识码,办学类型,在校生数,住宿生数,有无食堂\n\
         昌邑区教育局,,220202,,,,\n示例小学,昌邑区教育局,2122900001,小学,四百,,有\n\
         示例中学,龙潭区教育局,3122900002,初级中学,300,,大概有\n,昌邑区教育局,,火星学校,,,\n"
            .as_bytes(),
    );
    let told = xiaoan(&data, &["import", "units", &bad]).refused(1, "什么也没有写入");
    let lines: Vec<&str> = told.err.lines().collect();
    assert_eq!(
        lines,
        [
            "单位.csv 第4行 学生数：「四百」不是整数",
            "单位.csv 第5行 食堂：请填 是 或 否",
            "单位.csv 第6行 单位名称：要填",
            "单位.csv 第6行 办学类型：「火星学校」不在可填的范围里：幼儿园、小学、初中、九年一贯制、高中、完全中学、中职、特殊教育",
            "共 4 处要改，改好再导入。这一次什么也没有写入。",
        ]
    );
    // What only the rules know is told at its cell as well.
    let bad = written(
        &folder,
        "单位2.csv",
        "单位名称,上级单位,学生数,住宿生数\n示例中学,龙潭区教育局,300,\n示例小学,,20,50\n".as_bytes(),
    );
    let told = xiaoan(&data, &["import", "units", &bad]).refused(1, "共 3 处要改");
    let lines: Vec<&str> = told.err.lines().collect();
    assert_eq!(lines[0], "单位2.csv 第2行 上级单位：「龙潭区教育局」找不到，或有重名");
    assert_eq!(lines[1], "单位2.csv 第3行 住宿生数：住宿生不能多过学生数，最多 20。");
    assert_eq!(lines[2], "单位2.csv 第3行 单位类型：这类单位不能放在这个上级下面");
    assert_eq!(rows(&export(&data, "units")).len(), 2, "the heading and the city");
    let empty = written(&folder, "空.csv", "甲,乙\n1,2\n".as_bytes());
    xiaoan(&data, &["import", "units", &empty]).refused(1, "没有找到表头");
    xiaoan(&data, &["import", "units", "没有.csv"]).refused(1, "找不到 没有.csv");
}

const UNITS: &str = "序号,学校名称（全称）,主管单位,类型,标识码,学段,在校学生数,住校生数,食堂,值班电话\n\
    1,二道示例教学点,二道甸子镇中心校,,,小学,12,,无,\n\
    2,二道甸子镇中心校,桦甸市教育局,,2122900003,小学,240,0,有,0432-00000001\n\
    3,桦甸市教育局,,县区教育局,220282,,,,,0432-00000002\n\
    4,总务处,示例中学,处室,,,,,,\n\
    5,示例中学,桦甸市教育局,学校,3122900004,普通初中,\"1,200\",300,是,\n";
const PEOPLE: &str = "姓名,学校,岗位,部门,手机,账号\n于海,桦甸市教育局,安全股长,,10000000001,yuhai\n\
    李建国,示例中学,安全主任,,,lijianguo\n李建国,示例中学,信息员,,,\n王建军,示例中学,电工,总务处,,wangjj\n";
const PLACES: &str = "单位,部位,类型,所在楼栋\n示例中学,东楼梯二层,楼梯间,1号楼\n示例中学,1号楼,教学楼,\n";

#[test]
fn a_bureau_starts_on_monday_with_three_tables_from_excel() {
    let folder = TempDir::new();
    let data = folder.path().join("data");
    init(&data).fine();
    // Excel on a Chinese Windows saves CSV in GB18030.
    let (gb, _, _) = encoding_rs::GB18030.encode(UNITS);
    let units = written(&folder, "单位.csv", &gb);
    let dry = xiaoan(&data, &["import", "units", &units, "--dry-run"]).fine();
    for words in
        ["县（市）区教育局：1", "中心校：1", "村小、教学点：1", "学校：1", "部门：1", "没有写入", "没有用到：序号"]
    {
        assert!(dry.out.contains(words), "{words}: {}", dry.out);
    }
    assert_eq!(rows(&export(&data, "units")).len(), 2);
    xiaoan(&data, &["import", "units", &units]).fine();
    xiaoan(&data, &["import", "units", &units]).refused(1, "第2行 单位名称：已经有了");
    let people = written(&folder, "人员.csv", PEOPLE.as_bytes());
    let said = xiaoan(&data, &["import", "people", &people]).fine();
    for words in ["人员：3", "岗位：4", "账号：3", "3 个账号的一次性密码在"] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    // The same table again, then with one more: only what is opened now has a password to give out.
    let slips = || {
        let names = std::fs::read_dir(&data).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
        names.filter(|name| name.starts_with("accounts-")).collect::<std::collections::BTreeSet<_>>()
    };
    let first = slips();
    assert_eq!(first.len(), 1);
    let again = xiaoan(&data, &["import", "people", &people]).fine();
    assert!(!again.out.contains("一次性密码") && !again.out.contains("账号："), "{}", again.out);
    assert_eq!(slips(), first, "no list of passwords that open nothing");
    let more = written(&folder, "人员2.csv", format!("{PEOPLE}赵敏,示例中学,信息员,,,zhaomin\n").as_bytes());
    let said = xiaoan(&data, &["import", "people", &more]).fine();
    for words in ["人员：1", "账号：1", "1 个账号的一次性密码在"] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    let new = slips().into_iter().find(|name| !first.contains(name)).unwrap();
    let list = rows(&std::fs::read_to_string(data.join(new)).unwrap());
    assert_eq!(list[1..].iter().map(|row| row[2].as_str()).collect::<Vec<_>>(), ["zhaomin"], "{list:?}");

    let places = written(&folder, "地点.csv", PLACES.as_bytes());
    xiaoan(&data, &["import", "places", &places]).fine();

    let table = rows(&export(&data, "units"));
    let find = |name: &str| table.iter().find(|row| row[1] == name).unwrap_or_else(|| panic!("{name}: {table:?}"));
    assert_eq!(find("二道示例教学点")[3..5], ["村小、教学点", "二道甸子镇中心校"]);
    assert_eq!((find("示例中学")[6].as_str(), find("示例中学")[8].as_str()), ("1200", "300"));
    let contacts = rows(&export(&data, "contacts"));
    assert!(contacts.iter().any(|c| c[..5] == ["示例中学", "总务处", "整改责任人", "", "王建军"]), "{contacts:?}");
    assert_eq!(contacts.iter().filter(|c| c[4] == "李建国").count(), 2);

    let add =
        ["user", "add", "zhangfg", "--name", "张福贵", "--unit", "示例中学", "--role", "保安", "--password-stdin"];
    with_input(&data, &add, "menwei-2026\n").fine();
    with_input(&data, &add, "menwei-2026\n").refused(1, "已经有人用了");
    let nobody = ["user", "add", "x12", "--name", "某某", "--unit", "没有的学校", "--password-stdin"];
    with_input(&data, &nobody, "menwei-2026\n").refused(1, "找不到");
    let role = ["user", "add", "x13", "--name", "某某", "--unit", "示例中学", "--role", "皇帝", "--password-stdin"];
    with_input(&data, &role, "menwei-2026\n").refused(2, "皇帝");
    xiaoan(&data, &["user", "block", "yuhai"]).fine();
    with_input(&data, &["user", "reset", "lijianguo", "--password-stdin"], "jianguo-77\n").fine();
    xiaoan(&data, &["user", "block", "nobody"]).refused(1, "没有账号 nobody");
    let users = xiaoan(&data, &["user", "list"]).fine().out;
    assert!(users.contains("zhangfg\t张福贵\t示例中学\t待换密码"), "{users}");
    assert!(users.contains("yuhai\t于海\t桦甸市教育局\t已停用"), "{users}");
    xiaoan(&data, &["journal", "verify"]).fine();
}

#[test]
fn what_a_spreadsheet_spoils_is_told_with_the_cell_and_what_to_do() {
    let folder = TempDir::new();
    let data = folder.path().join("data");
    init(&data).fine();
    let units = "单位名称,上级单位,单位代码\r\n桦甸市教育局,,220282\r\n示例中学,桦甸市教育局,3.122E+09\r\n";
    let told =
        xiaoan(&data, &["import", "units", &written(&folder, "单位.csv", units.as_bytes())]).refused(1, "共 1 处要改");
    assert!(told.err.contains("单位.csv 第3行 单位代码：「3.122E+09」是 Excel 的科学记数"), "{}", told.err);
    assert!(told.err.contains("把这一列设成文本"), "{}", told.err);
    let units = units.replace("3.122E+09", "3122000009");
    xiaoan(&data, &["import", "units", &written(&folder, "单位.csv", units.as_bytes())]).fine();

    let people =
        "姓名,单位,手机,账号\r\n甲,示例中学,1390000001,\r\n\r\n乙,示例中学,1.39E+10,\r\n丙,示例中学,13900000003,\r\n";
    let told =
        xiaoan(&data, &["import", "people", &written(&folder, "人.csv", people.as_bytes())]).refused(1, "共 2 处要改");
    assert!(told.err.contains("人.csv 第2行 手机：「1390000001」不是电话"), "{}", told.err);
    assert!(told.err.contains("人.csv 第4行 手机：「1.39E+10」是 Excel 的科学记数"), "{}", told.err);
    let people = "姓名,单位,账号\r\n甲,示范中学,jia\r\n乙,示例中学,乙老师\r\n";
    let told =
        xiaoan(&data, &["import", "people", &written(&folder, "人.csv", people.as_bytes())]).refused(1, "共 2 处要改");
    assert!(told.err.contains("人.csv 第2行 单位：「示范中学」找不到，或有重名"), "{}", told.err);
    assert!(told.err.contains("人.csv 第3行 账号：「乙老师」不能做账号"), "{}", told.err);

    let book = written(&folder, "学校.csv", b"PK\x03\x04\x14\x00\x06\x00xl/workbook.xml");
    xiaoan(&data, &["import", "units", &book]).refused(1, "是 Excel 文件，请另存为 CSV");
}

#[test]
fn wrong_use_is_two_and_says_what_is_wrong_in_chinese() {
    let folder = TempDir::new();
    let data = folder.path().join("data");
    xiaoan(&data, &["fly"]).refused(2, "不认识 fly");
    xiaoan(&data, &["import", "dogs", "x.csv"]).refused(2, "dogs");
    xiaoan(&data, &["export", "units"]).refused(2, "--out");
    xiaoan(&data, &["demo", "--schools", "many"]).refused(2, "many");
    xiaoan(&data, &["serve"]).refused(1, "还没有安装");
    xiaoan(&data, &["journal", "verify"]).refused(1, "还没有安装");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("xiaoan.toml"), "listen = \"127.0.0.1:1\"\nlisten_port = 1\n").unwrap();
    let said = xiaoan(&data, &["doctor"]).refused(1, "不认识的设置 listen_port");
    assert!(said.err.contains("xiaoan.toml:2"), "{}", said.err);
    let help = xiaoan(&data, &["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.out.contains("正式安装"), "{}", help.out);
}
