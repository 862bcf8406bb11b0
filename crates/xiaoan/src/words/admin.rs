//! Sentences of the commands that install, import, export, prove, back up and look.

/// Tables read and written.
pub mod table {
    use std::path::Path;

    pub fn fault(file: &str, line: usize, column: &str, why: &str) -> String {
        format!("{file} 第{line}行 {column}：{why}")
    }
    pub fn too_big(path: &Path) -> String {
        format!("{} 太大，请分成几个文件（每个 16 MB 以内）。", path.display())
    }
    pub fn too_many(file: &str, most: usize) -> String {
        format!("{file} 超过 {most} 行，请分成几个文件。")
    }
    pub fn encoding(path: &Path) -> String {
        format!("{} 的文字编码认不出来。请在 Excel 里另存为「CSV UTF-8」。", path.display())
    }
    pub fn excel(path: &Path) -> String {
        format!("{} 是 Excel 文件，请另存为 CSV（在 Excel 里选「CSV UTF-8」）再导入。", path.display())
    }
    pub fn broken(file: &str, line: u64) -> String {
        format!("{file} 第{line}行附近的引号没有成对，读不下去。")
    }
    pub fn no_columns(file: &str, needed: &[&str]) -> String {
        format!("{file} 里没有找到表头。至少要有这些列：{}", needed.join("、"))
    }
    pub fn missing(file: &str, names: &[&str]) -> String {
        format!("{file} 缺少列：{}", names.join("、"))
    }
}

pub mod import {
    use std::path::Path;

    pub const REQUIRED: &str = "要填";
    pub const TAKEN: &str = "已经有了";
    pub const STANDS: &str = "这类单位不能放在这个上级下面";
    pub const YES_NO: &str = "请填 是 或 否";
    pub const DAY: &str = "日期看不懂，请写成 2026-11-23";
    pub const COUNTY_CODE: &str = "县区教育局要填 6 位行政区划代码";
    pub const DRY: &str = "检查通过，没有写入。去掉 --dry-run 就会导入。";
    pub const DONE: &str = "已导入。";
    pub const PEOPLE: &str = "人员";
    pub const POSTS: &str = "岗位";
    pub const POSTS_HELD: &str = "岗位（早已在任，未重复）";
    pub const LOGINS: &str = "账号";
    pub const SLIPS: &[&str] = &["单位", "姓名", "账号", "一次性密码"];
    pub const CLASSES_OPENED: &str = "开班";
    pub const CLASSES_CHANGED: &str = "改了的班";
    pub const PUPILS: &str = "登记姓名";
    pub const AS_THEY_WERE: &str = "原来就有，不动";
    pub const BUREAU: &str = "教育局";
    pub const POINT: &[&str] = &["教学点", "村小"];
    pub const CENTRE: &str = "中心校";

    /// Words that come in tables and mean the same.
    pub const OTHER_KINDS: &[(&str, &str)] = &[
        ("县区教育局", "county"),
        ("区县教育局", "county"),
        ("教育局", "county"),
        ("教育主管部门", "county"),
        ("乡镇中心校", "centre"),
        ("中心学校", "centre"),
        ("教学点", "point"),
        ("村小", "point"),
        ("村小学", "point"),
        ("处室", "department"),
        ("科室", "department"),
        ("内设部门", "department"),
        ("分校区", "campus"),
        ("联防部门", "agency"),
        ("成员单位", "agency"),
        ("中小学", "school"),
        ("幼儿园", "school"),
    ];
    pub const OTHER_STAGES: &[(&str, &str)] = &[
        ("初级中学", "junior"),
        ("普通初中", "junior"),
        ("普通高中", "senior"),
        ("高级中学", "senior"),
        ("九年制", "nine"),
        ("九年一贯", "nine"),
        ("九年一贯制学校", "nine"),
        ("完中", "complete"),
        ("中等职业", "vocational"),
        ("中等职业学校", "vocational"),
        ("职业学校", "vocational"),
        ("职高", "vocational"),
        ("特殊教育学校", "special"),
        ("特教", "special"),
        ("学前", "kindergarten"),
        ("学前教育", "kindergarten"),
        ("普通小学", "primary"),
        ("教学点", "primary"),
    ];
    pub const OTHER_PLACES: &[(&str, &str)] = &[
        ("教学楼", "building"),
        ("楼", "building"),
        ("楼道", "corridor"),
        ("走廊", "corridor"),
        ("楼梯间", "stair"),
        ("寝室", "dorm"),
        ("学生宿舍", "dorm"),
        ("厨房", "canteen"),
        ("餐厅", "canteen"),
        ("配电室", "power"),
        ("大门", "gate"),
        ("门卫室", "gate"),
        ("门卫", "gate"),
        ("运动场", "yard"),
        ("院墙", "fence"),
        ("卫生间", "toilet"),
        ("专用教室", "classroom"),
    ];

    /// 是/否 in the ways in which tables say it; empty is no.
    pub fn yes(text: &str) -> Option<bool> {
        match text {
            "是" | "有" | "√" | "1" | "Y" | "y" | "true" => Some(true),
            "" | "否" | "无" | "没有" | "×" | "0" | "N" | "n" | "false" | "/" | "-" => Some(false),
            _ => None,
        }
    }
    /// Of a cell that is told back.
    const QUOTED: usize = 30;

    fn quoted(text: &str) -> String {
        let short: String = text.chars().take(QUOTED).collect();
        let more = if short.len() < text.len() { "…" } else { "" };
        format!("「{short}{more}」")
    }
    pub fn unknown(text: &str) -> String {
        format!("{}找不到，或有重名", quoted(text))
    }
    pub fn unreadable(text: &str) -> String {
        format!("{}看不懂", quoted(text))
    }
    pub fn login(text: &str) -> String {
        format!("{}不能做账号：要 3 到 30 个英文字母、数字或 - . _", quoted(text))
    }
    pub fn mobile(text: &str) -> String {
        format!("{}不是电话：手机号是 1 开头的 11 位数字，固定电话要带区号", quoted(text))
    }
    pub fn scientific(text: &str) -> String {
        format!(
            "{}是 Excel 的科学记数，后面几位已经丢了。请在 Excel 里把这一列设成文本，重新填完整的数字",
            quoted(text)
        )
    }
    pub fn not_number(text: &str) -> String {
        format!("「{text}」不是整数")
    }
    pub fn not_one_of(text: &str, all: &[&str]) -> String {
        format!("「{text}」不在可填的范围里：{}", all.join("、"))
    }
    pub fn nothing(faults: usize) -> String {
        format!("共 {faults} 处要改，改好再导入。这一次什么也没有写入。")
    }
    pub fn ignored(names: &[String]) -> String {
        format!("这些列没有用到：{}", names.join("、"))
    }
    pub fn count(word: &str, count: usize) -> String {
        format!("  {word}：{count}")
    }
    pub fn slips(count: usize, path: &Path) -> String {
        format!("{count} 个账号的一次性密码在 {}，发给本人后请删除。第一次登录要换密码。", path.display())
    }
}

pub mod export {
    use std::path::Path;

    pub const HAZARDS: &[&str] = &[
        "编号",
        "县区",
        "单位",
        "排查日期",
        "排查人",
        "隐患部位",
        "隐患描述",
        "隐患类别",
        "隐患等级",
        "整改措施",
        "整改责任人",
        "整改时限",
        "完成时间",
        "复查人",
        "复查时间",
        "状态",
        "销账时间",
        "逾期次数",
        "反复次数",
        "挂牌文号",
        "补录原因",
        "id",
    ];
    pub const CONTACTS: &[&str] = &["单位", "部门", "岗位", "岗位名称", "姓名", "手机", "单位值班电话"];
    pub const UNITS: &[&str] = &[
        "单位代码",
        "单位名称",
        "简称",
        "单位类型",
        "上级单位",
        "办学类型",
        "学生数",
        "班级数",
        "住宿生数",
        "食堂",
        "校车数",
        "地址",
        "值班电话",
        "启用日",
        "id",
    ];

    pub fn yes_no(yes: bool) -> &'static str {
        if yes { "是" } else { "否" }
    }
    pub fn written(rows: usize, path: &Path) -> String {
        format!("已导出 {rows} 行到 {}", path.display())
    }
}

pub mod install {
    use std::path::Path;

    pub const CODE: &str = "--code 要写 4 位或 6 位数字的行政区划代码，例 220200。";
    pub const NO_TERMINAL: &str = "这里不能问密码。请在终端里运行，或加 --password-stdin 从标准输入读。";
    pub const PASSWORD: &str = "密码（8 位以上，字母加数字，不显示）：";
    pub const PASSWORD_AGAIN: &str = "再输一次：";

    pub fn done(name: &str, login: &str, data: &Path) -> String {
        let data = data.display();
        format!(
            "{name} 已建立，管理员账号 {login}。\n请现在就把 {data}/log.key 抄一份放到别处：丢了它，存证就接不下去。\n\
             下一步：xiaoan import units 单位.csv --data {data}，再 xiaoan serve --data {data}"
        )
    }
}

pub mod user {
    pub const BLOCKED: &str = "已停用";
    pub const NO_PASSWORD: &str = "没有密码";
    pub const MUST_CHANGE: &str = "待换密码";
    pub const IN_USE: &str = "在用";
    pub fn role(text: &str, all: &[&str]) -> String {
        format!("没有「{text}」这种岗位。可以写：{}", all.join("、"))
    }
    pub fn unknown(login: &str) -> String {
        format!("没有账号 {login}。看全部账号：xiaoan user list")
    }
    pub fn added(login: &str, name: &str) -> String {
        format!("已给 {name} 开账号 {login}，第一次登录要换密码。")
    }
    pub fn reset(login: &str) -> String {
        format!("{login} 的密码已重设，下次登录要换，原来的登录都已退出。")
    }
    pub fn blocked(login: &str) -> String {
        format!("{login} 已停用。")
    }
    pub fn opened(login: &str) -> String {
        format!("{login} 已恢复使用。")
    }
    pub fn count(n: usize) -> String {
        format!("共 {n} 个账号")
    }
}

pub mod journal {
    use std::path::Path;

    use base::Ms;
    use journal::BundleFault;
    use safety::kernel::audit::What;

    pub fn witness_key(vkey: &str) -> String {
        format!("--witness {vkey} 不是见证方的公钥。")
    }
    pub fn not_witnessed(name: &str) -> String {
        format!("没有 {name} 的见证签名。")
    }
    pub fn witnessed(name: &str, at: Ms) -> String {
        format!("见证：{name} 在 {} 见过这本存证", at.show("%Y-%m-%d %H:%M:%S"))
    }

    pub const CLEAN: &str = "全部一致：没有发现绕过程序的改动，存证连续，签名有效。";
    pub const BUNDLE_ERASED: &str = "这一步是依法删除个人信息，内容已不在。";
    pub const BUNDLE_PROVEN: &str = "文件里的内容与当时存证的一字不差。";
    pub const BUNDLE_WITHHELD: &str = "文件没有带内容：只证明当时有过这件事。";
    pub const WITNESS_BROKEN: &str = "见证签名与存证对不上：文件被改过，或见证方的公钥不是这一把。";
    pub const KEY_TRUSTED: &str = "签名与您给的公钥一致。";
    pub const KEY_OWN: &str = "签名用的是文件自带的公钥。要确认是谁的存证，请用 --key 给出从别处得到的公钥。";

    pub fn counted(rows: i64, leaves: i64, ms: i64) -> String {
        format!("核对 {rows} 行记录、{leaves} 条存证，用时 {}.{} 秒", ms / 1_000, ms % 1_000 / 100)
    }
    pub fn finding(what: &What, table: &str, id: &str) -> String {
        let said = match what {
            What::Changed => "内容与存证不符（被改动）",
            What::Unlogged => "没有存证（绕过程序加入）",
            What::Removed => "存证有而数据没有（被删除）",
            What::LeafChanged => "存证本身被改动",
        };
        format!("{table} {id}：{said}")
    }
    pub fn more(n: i64) -> String {
        format!("另有 {n} 处没有列出")
    }
    pub fn log_fault(what: &str) -> String {
        format!("存证链对不上：{what}")
    }
    pub fn found(n: i64) -> String {
        format!("共 {n} 处对不上。请保留现场，不要改动数据库，先备份，再查是谁在程序之外动过数据。")
    }
    pub fn no_record(text: &str) -> String {
        format!("没有找到 {text} 的存证记录。请写记录编号、存证编号或 id。")
    }
    pub fn several(text: &str) -> String {
        format!("有不止一条记录叫 {text}，请改用它的 id。")
    }
    pub fn proved(table: &str, index: u64, path: &Path) -> String {
        format!("{table} 第 {index} 号存证的证明已写到 {}", path.display())
    }
    pub fn bundle_holds(table: &str, id: &str, version: i64) -> String {
        format!("证明成立：{table} {id} 第 {version} 版")
    }
    pub fn bundle_when(received: Ms, claimed: Option<Ms>) -> String {
        let claimed = claimed.map(|at| format!("，本人所说时间 {}", at.rfc3339())).unwrap_or_default();
        format!("收到时间 {}{claimed}", received.rfc3339())
    }
    pub fn bundle_where(origin: &str, index: u64, size: u64) -> String {
        format!("存证 {origin} 第 {index} 号，签名时共 {size} 条")
    }
    pub fn bundle_fault(fault: &BundleFault) -> String {
        let said = match fault {
            BundleFault::TooBig => "文件太大，不是证明文件",
            BundleFault::Json(_) => "文件读不懂，不是证明文件",
            BundleFault::Format => "格式版本不认识",
            BundleFault::Key => "公钥读不懂",
            BundleFault::OtherKey => "签名的公钥与您给的不一致",
            BundleFault::Checkpoint => "签名的存证摘要读不懂",
            BundleFault::Signature => "签名不对，或签名后被改动",
            BundleFault::Origin => "签名属于另一个存证",
            BundleFault::Leaf => "存证条目读不懂",
            BundleFault::Index => "序号超出签名时的条数",
            BundleFault::Inclusion => "这一条不在签名的存证里",
            BundleFault::Table => "存证是另一类记录的",
            BundleFault::Identity(_) => "记录和存证不是同一条",
            BundleFault::Salt => "盐值缺失或不成对",
            BundleFault::Record => "记录内容与存证不符",
        };
        format!("证明不成立：{said}（{}）", fault.code())
    }
}

pub mod backup {
    use std::path::Path;

    pub const WITH_KEYS: &str = "含密钥（log.key、web.key、push.key）。拿到它的人能以您的名义签存证，请锁好。";
    pub const WITHOUT_KEYS: &str = "不含密钥和数据库地址。恢复时还要有另外保管的 log.key。";
    pub const OTHER_ENGINE: &str =
        "这份备份是另一种数据库的。SQLite 的备份不带 --database-url 恢复，PostgreSQL 的要带。";
    pub const NO_PG_RESTORE: &str = "没有 pg_restore。请安装 postgresql-client。";

    pub fn there_already(path: &Path) -> String {
        format!("{} 已经存在，备份不会覆盖它。请换一个名字。", path.display())
    }
    pub fn made(path: &Path, parts: usize, bytes: u64, leaves: i64) -> String {
        let mib = bytes.div_ceil(1024 * 1024);
        format!(
            "已备份到 {}：{parts} 个文件，{mib} MB，存证 {leaves} 条（数据库、照片、配置、公钥、清单 backup.json）",
            path.display()
        )
    }
    pub fn not_a_backup(path: &Path) -> String {
        format!("{} 不是 xiaoan 的备份，或已损坏。", path.display())
    }
    pub fn part_changed(name: &str) -> String {
        format!("备份里的 {name} 与清单不符，可能损坏。没有恢复任何内容。")
    }
    pub fn restored(parts: usize, made_at: &str) -> String {
        format!("已恢复 {parts} 个文件（备份于 {made_at}），现在核验。")
    }
    pub fn key_missing(path: &Path) -> String {
        format!("没有密钥 {}。请把另外保管的 log.key 放到这里再打开服务。", path.display())
    }
    pub fn pg_restore(what: &str) -> String {
        format!("pg_restore 没有做完：{what}")
    }
}

pub mod moving {
    pub const NOT_SQLITE: &str = "move 是从数据目录里的 SQLite 搬出去，不要带 --database-url。";
    pub const NOT_EMPTY: &str = "目标数据库不是空的，没有动它。";
    pub const DONE: &str =
        "搬完了，逐表条数一致。照片和密钥仍在数据目录里。请在 xiaoan.toml 写上 database_url，再打开服务。";

    pub fn table(name: &str, rows: i64) -> String {
        format!("  {name}：{rows}")
    }
    pub fn counts_differ(table: &str, before: i64, after: i64) -> String {
        format!("{table} 原有 {before} 行，搬过去 {after} 行，不一致。请清空目标数据库再来一次，原来的数据没有动。")
    }
    pub fn unknown_table(table: &str) -> String {
        format!("不知道怎么搬 {table}。")
    }
}

pub mod doctor {
    use std::path::Path;

    pub const CONFIG: &str = "配置";
    pub const FONTS: &str = "字体";
    pub const DISK: &str = "磁盘";
    pub const TIME: &str = "时间";
    pub const PORT: &str = "端口";
    pub const KEYS: &str = "密钥";
    pub const DATABASE: &str = "数据库";
    pub const JOURNAL: &str = "存证";
    pub const AUDIT: &str = "自查";
    pub const WITNESS: &str = "见证";
    pub const NO_WITNESS: &str = "没有请别的单位做见证。要请，在 xiaoan.toml 里写 [witness]。";
    pub const NOT_INSTALLED: &str = "还没有安装。正式使用运行 xiaoan init，看演示运行 xiaoan demo。";
    pub const NO_FC_LIST: &str = "没有 fc-list，看不出字体。请安装 fontconfig 和 fonts-noto-cjk，打印才有汉字。";
    pub const NO_FONTS: &str = "没有中文字体，打印会缺字。请安装 fonts-noto-cjk。";
    pub const NO_DF: &str = "看不出剩余空间，请人工看一下磁盘。";
    pub const JOURNAL_EMPTY: &str = "还没有存证。";
    pub const JOURNAL_BROKEN: &str = "最新的签名与公钥对不上。请保留现场，运行 xiaoan journal verify。";
    pub const NO_AUDIT: &str = "还没有做过自查。打开服务会自动做，也可运行 xiaoan journal verify。";

    pub fn witness_short(sum: &str) -> String {
        format!("{sum}见证不足超过 15 分钟，请看见证方的机器和网络。")
    }
    pub fn fine(name: &str, text: &str) -> String {
        format!("好    {name}  {text}")
    }
    pub fn attention(name: &str, text: &str) -> String {
        format!("注意  {name}  {text}")
    }
    pub fn sum(n: usize) -> String {
        format!("有 {n} 项要处理，做法写在上面。")
    }
    pub fn config(data: &Path, unknown: usize) -> String {
        match unknown {
            0 => format!("{} 读得通", data.display()),
            n => format!("{} 读得通，另有 {n} 个环境变量不认识", data.display()),
        }
    }
    pub fn fonts(n: usize, first: &str) -> String {
        format!("{n} 种中文字体，如 {first}")
    }
    pub fn space(mib: u64) -> String {
        format!("剩余 {} GB", mib / 1024)
    }
    pub fn little_space(mib: u64, want: u64) -> String {
        format!("只剩 {mib} MB，少于 {want} MB。请腾出空间，磁盘满了就不能登记。")
    }
    pub fn time(at: &str) -> String {
        format!("机器时间 {at}（北京时间）")
    }
    pub fn bad_time(at: &str) -> String {
        format!("机器时间 {at} 明显不对。请先校时，记录的先后靠它。")
    }
    pub fn port_free(listen: &str) -> String {
        format!("{listen} 空闲")
    }
    pub fn port_used(listen: &str) -> String {
        format!("{listen} 有程序在用（服务正在运行时就是这样）")
    }
    pub fn port(listen: &str, e: &std::io::Error) -> String {
        format!("{listen} 不能监听：{e}。请改 xiaoan.toml 的 listen。")
    }
    pub fn no_key(path: &Path) -> String {
        format!("没有 {}。请从备份恢复，否则存证接不下去。", path.display())
    }
    pub fn key_open(path: &Path) -> String {
        format!("{} 别人也能读。请运行 chmod 600 {}", path.display(), path.display())
    }
    pub fn key(vkey: &str) -> String {
        format!("公钥 {vkey}")
    }
    pub fn database(kind: &str, city: &str) -> String {
        format!("{kind} 连得上，{city}")
    }
    pub fn journal(origin: &str, size: u64) -> String {
        format!("{origin} 共 {size} 条，签名有效")
    }
    pub fn audit(rows: i64, at: &str) -> String {
        format!("{at} 核对 {rows} 行，全部一致")
    }
    pub fn audit_found(n: i64, at: &str) -> String {
        format!("{at} 自查有 {n} 处对不上。请保留现场，运行 xiaoan journal verify 看是哪几条。")
    }
    pub fn audit_old(at: &str) -> String {
        format!("上次自查是 {at}，太久了。请看服务是否在运行，或运行 xiaoan journal verify。")
    }
}
