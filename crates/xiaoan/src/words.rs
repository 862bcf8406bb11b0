//! Chinese sentences of the command line. What pages say as well comes from `web::words`.

pub mod admin;
pub mod columns;
pub mod crowd;
pub mod help;
pub mod pack;

use std::path::Path;

use base::Refusal;

pub use admin::{backup, doctor, export, import, install, journal, moving, table, user};

pub const SECOND_WRITER: &str = "这个数据目录（或数据库）正被另一个 xiaoan 使用，同时只能有一个写入者。请先停掉它；查看、核验、导出、备份不受影响。";
pub const DISK_FULL: &str = "磁盘满了，没有写入任何内容。请腾出空间后再来一次。";
pub const DATABASE_GONE: &str = "数据库连不上。请检查地址、网络和服务是否在运行，再来一次。";
pub const CONFIG_TLS: &str = "tls_cert 和 tls_key 要一起写：一个是证书链，一个是私钥。";
pub const PASSWORDS_DIFFER: &str = "两次输入的密码不一样，什么也没有改。请再来一次。";
pub const PASSWORD_EMPTY: &str = "没有读到密码。";
pub const CLOCK_ONLY_DEMO: &str = "--clock 只能用在 demo 生成的目录上：真实数据的时间不能模拟。";
pub const DEMO_TARGET_FULL: &str = "这个数据库里已经有数据。演示只能填进空的数据库。";

pub fn refused(refusal: &Refusal) -> String {
    web::words::refusal(refusal)
}

pub fn broken(what: &str) -> String {
    format!("出了程序自己的问题：{what}")
}

pub fn file(path: &str, e: &std::io::Error) -> String {
    use std::io::ErrorKind as Kind;
    match e.kind() {
        Kind::NotFound => format!("找不到 {path}。"),
        Kind::PermissionDenied => format!("没有权限读写 {path}。"),
        Kind::AlreadyExists => format!("{path} 已经存在，不会覆盖。"),
        Kind::StorageFull | Kind::QuotaExceeded => format!("磁盘满了，写不下 {path}。"),
        Kind::InvalidData => format!("{path} 不是 UTF-8 文字，读不懂。"),
        Kind::AddrInUse => format!("地址 {path} 已被占用。"),
        _ => format!("{path} 读写出了问题：{e}"),
    }
}

pub fn unreadable(path: &Path) -> String {
    format!("{} 的内容读不懂，可能被改动或损坏。请从备份恢复。", path.display())
}

pub fn nothing_here(data: &Path) -> String {
    format!("{} 里还没有安装。正式使用请先运行 xiaoan init，看演示请运行 xiaoan demo。", data.display())
}

pub fn not_empty(data: &Path) -> String {
    format!("{} 不是空目录，为免覆盖已有数据，没有动它。请换一个空目录（--data）。", data.display())
}

pub fn keys_differ(data: &Path) -> String {
    format!("{} 里的 log.key 和 log.pub 不是一对。请从备份恢复原来的密钥。", data.display())
}

pub fn config_unreadable(at: &str, what: &str) -> String {
    format!("{at}：这一行不合 TOML 的写法（{what}）")
}
pub fn config_unknown(at: &str, name: &str, known: &[&str]) -> String {
    format!("{at}：不认识的设置 {name}。可以写的有：{}", known.join("、"))
}
pub fn config_value(at: &str, name: &str) -> String {
    format!("{at}：{name} 的值不合要求")
}
pub fn unknown_variable(name: &str) -> String {
    format!("提醒：不认识的环境变量 {name}，没有用它")
}

/// Fill and start of a demo.
pub mod demo {
    use base::Ms;

    pub const FILLING: &str = "生成演示数据";
    pub const THROWN_AWAY: &str = "上一次演示数据没有生成完，已经清除，现在重新生成。";
    pub const UNFINISHED: &str = "这个目录里的演示数据没有生成完。再运行一次 xiaoan demo 会清除并重新生成。";
    pub const OTHER_DATABASE: &str = "上一次演示数据没有生成完，而且写在外部数据库里。请清空那个数据库后再来一次。";

    pub fn clock_range(from: Ms, until: Ms) -> String {
        format!("--clock 要在 {} 和 {} 之间：演示的是 2026 年秋季学期。", from.rfc3339(), until.rfc3339())
    }
    pub fn other_wish(what: &str) -> String {
        format!("这个目录里已经是演示数据，不能再改{what}。请换一个空目录。")
    }
    pub fn made(jobs: usize, seconds: i64) -> String {
        format!("演示数据已生成：{jobs} 笔业务，用时 {seconds} 秒。")
    }
    pub fn reused() -> String {
        "使用这个目录里已有的演示数据。".into()
    }
    pub fn too_many_schools(most: usize) -> String {
        format!("--schools 最多 {most}：全市一共这么多所学校。")
    }
    pub fn few_schools(least: usize) -> String {
        format!("至少要有 {least} 所有人员的学校（一所中学、一所中心校和它的教学点），按 {least} 所生成。")
    }
    pub const SEED: &str = " --seed";
    pub const SCHOOLS: &str = " --schools";
    pub const CLOCK: &str = " --clock";
    pub fn accounts(path: &str) -> String {
        format!("全部演示账号在 {path}。可以先用这三个登录：")
    }
    pub fn account(login: &str, password: &str, role: &str, unit: &str, name: &str) -> String {
        format!("  {login:<10} 密码 {password}   {unit} · {role} · {name}")
    }
}

/// Serving.
pub mod serve {
    pub fn listening(address: &str, tls: bool) -> String {
        let scheme = if tls { "https" } else { "http" };
        format!("请用浏览器打开 {scheme}://{address}/    按 Ctrl+C 停止")
    }
    pub fn clock_back(asked: &str, stands: &str) -> String {
        format!("时间不能倒退：演示已经走到 {stands}，--clock 要求 {asked}。")
    }
    pub fn clock_form(text: &str) -> String {
        format!("--clock {text} 读不懂。例：2026-11-23T07:00:00+08:00,x60（x60 表示快 60 倍，可不写，1 到 3600）")
    }
    pub fn listen_form(text: &str) -> String {
        format!("--listen {text} 读不懂。例：127.0.0.1:8080 或 0.0.0.0:8080")
    }
    pub fn port_taken(address: &str) -> String {
        format!("地址 {address} 已被占用。请换一个（--listen），或停掉占用它的程序。")
    }
    pub fn ended(what: &str) -> String {
        format!("服务停下来了：{what}")
    }
}

/// The witness.
pub mod witness {
    use std::path::Path;

    pub const NAME_NEEDED: &str = "第一次启动要用 --name 写明见证方的名字，例 police.jilin/witness。以后不用再写。";

    pub fn name(name: &str) -> String {
        format!("「{name}」不能做见证方的名字：只能用英文字母、数字和点、横线、斜线，128 个以内。")
    }
    pub fn other_name(known: &str) -> String {
        format!("这个目录里的见证方叫 {known}。换名字请换一个空目录。")
    }
    pub fn inside(data: &Path) -> String {
        format!("{} 里装着校安本身。见证要放在另一台机器、另一个目录，放在一起证明不了什么。", data.display())
    }
    pub fn log(text: &str) -> String {
        format!("--log {text} 读不懂。请写那一方的公钥，用 xiaoan journal key 看。")
    }
    pub fn public_key(vkey: &str) -> String {
        format!("见证公钥 {vkey}")
    }
    pub fn listening(address: &str) -> String {
        format!("见证服务在 http://{address}/    按 Ctrl+C 停止")
    }
    pub fn watching(origin: &str, size: u64) -> String {
        format!("见证 {origin}，已记到第 {size} 条")
    }
}

/// The far sides of the channels on this machine.
pub mod fakes {
    pub const TITLE: &str = "收到的消息（本机假扮的对方）";
    pub const EMPTY: &str = "还没有收到消息。发一条过来，这里三秒内就会显示。";
    pub const COLUMNS: [&str; 5] = ["时间", "渠道", "发给", "内容", "结果"];
    pub const TAKEN: &str = "已收";
    pub const REPEATED: &str = "重复";

    pub fn channel(code: &str) -> &'static str {
        match code {
            "wecom" => "企业微信",
            "dingtalk" => "钉钉",
            "feishu" => "飞书",
            "sms" => "短信",
            "voice" => "电话",
            "mail" => "邮件",
            "push" => "网页推送",
            "webhook" => "回调",
            _ => "其他",
        }
    }
    /// 「企业微信  http://…」
    pub fn far_side(code: &str, address: &str, secret: &str) -> String {
        let secret = if secret.is_empty() { String::new() } else { format!("  密钥 {secret}") };
        format!("  {}  {address}{secret}", channel(code))
    }
    pub fn listening(address: &str) -> String {
        format!("这些地址都在本机，收到的消息请看 http://{address}/    按 Ctrl+C 停止")
    }
}
