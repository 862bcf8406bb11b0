//! What `--help` says, and the sentences for a command line that cannot be read.

pub const TEMPLATE: &str = "{about}\n\n用法：{usage}\n\n{all-args}\n";
pub const ABOUT: &str = "校安：学校安全治理。一个程序，浏览器里用。";
pub const COMMANDS: &str = "命令";
pub const OPTIONS: &str = "选项";
pub const ARGUMENTS: &str = "参数";
pub const COMMAND: &str = "命令";
pub const HELP: &str = "显示这份说明";
pub const VERSION: &str = "显示版本";
pub const DATA: &str = "数据目录：配置、密钥、照片、SQLite 数据库 [默认 ./data]";
pub const DATABASE_URL: &str = "PostgreSQL 地址；不写就用数据目录里的 SQLite";

pub const DEMO: &str = "把模拟的吉林市填进一个空目录并打开服务（演示数据，不是真实学校）";
pub const SERVE: &str = "打开服务";
pub const INIT: &str = "正式安装：在空目录里建立市局和第一个管理员";
pub const USER: &str = "账号：新增、重设密码、停用、列出";
pub const USER_ADD: &str = "给一个人开账号（单位里没有这个人就先登记）";
pub const USER_RESET: &str = "重设密码，下次登录要换";
pub const USER_BLOCK: &str = "停用账号，已登录的立即退出";
pub const USER_LIST: &str = "列出全部账号";
pub const IMPORT: &str = "从 CSV 导入单位、人员、地点（UTF-8 或 GB18030，Excel 另存即可）";
pub const EXPORT: &str = "导出隐患台账、通讯录、单位为 CSV，Excel 可直接打开；服务运行时也能用";
pub const JOURNAL: &str = "存证：核验全部记录、出具一条记录的证明、离线核验证明";
pub const VERIFY: &str = "核验全部记录与存证是否一致，指出绕过程序被改、被加、被删的行";
pub const PROVE: &str = "出具一条记录的证明文件";
pub const VERIFY_BUNDLE: &str = "离线核验一份证明文件，不需要数据";
pub const KEY: &str = "显示存证的公钥";
pub const PACK: &str = "政策包：检查一个包有没有要改的地方，显示它写了什么";
pub const PACK_CHECK: &str = "检查一个政策包，逐条写明文件、行号和要改什么";
pub const PACK_SHOW: &str = "显示一个政策包的要点和规则";
pub const PACK_REHEARSE: &str =
    "试算：拿一个政策包对照已有记录，看各岗位每周多少分钟、各类学校多少件、会有多少没做；服务运行时也能用";
pub const PACK_FROM: &str = "从哪一天起 [默认本学年第一天]";
pub const PACK_UNTIL: &str = "到哪一天止 [默认昨天]";
pub const PACK_DIR: &str = "政策包的目录，例 packs/jilin-2012";
pub const PACK_JSON: &str = "用 JSON 写出整理后的全部内容";
pub const BACKUP: &str = "备份数据库、照片和配置；服务运行时也能用";
pub const RESTORE: &str = "把备份恢复到一个空目录，然后核验";
pub const MOVE: &str = "从 SQLite 搬到 PostgreSQL（先停服务）";
pub const DOCTOR: &str = "检查字体、磁盘、时间、数据库、存证、端口，逐项说明怎么办";
pub const WITNESS: &str = "替别的单位做见证：记住它的存证最新到哪里，只给接得上的签名；放在自己的机器上";
pub const FAKES: &str = "在本机假扮企业微信、钉钉、飞书、短信、电话、邮件、网页推送和回调，不联网也能试发消息";

pub const FAKES_LISTEN: &str = "监听地址 [默认 127.0.0.1:8095]";
pub const FAKES_SMTP: &str = "假邮件服务器的监听地址 [默认 127.0.0.1:8025]";
pub const WITNESS_LISTEN: &str = "监听地址 [默认 127.0.0.1:8090]";
pub const WITNESS_NAME: &str = "见证方的名字，第一次启动时要写，例 police.jilin/witness";
pub const WITNESS_LOG: &str = "替哪一本存证做见证：它的公钥（xiaoan journal key），可写多次";
pub const CROWD: &str = "错时放学与疏散：下限、时刻表、疏散路线（管理参考，不代替消防设计审查）";
pub const CROWD_BOUND: &str = "最快也要多久、瓶颈在哪里";
pub const CROWD_PLAN: &str = "错时放学时刻表：任何时刻楼梯都不超过安全密度";
pub const CROWD_EVACUATE: &str = "疏散：各班走哪部楼梯，与各走最近的出口相比";
pub const CROWD_FILE: &str = "学校：xiaoan-crowd/1 格式的 JSON 文件，或放 CSV 表的文件夹";
pub const CROWD_CLOSURE: &str = "按这个封闭方案（或封闭这一条通道）计算 [默认不封闭]";
pub const CROWD_BUDGET: &str = "搜索多少毫秒，越久越好，不会变差，最多 600000 [默认 2000]";
pub const CROWD_STEPS: &str = "搜索多少步，代替毫秒：步数相同，结果逐字节相同";
pub const CROWD_SEED: &str = "种子 [默认 1]";
pub const CROWD_JSON: &str = "结果写到这个文件，- 为标准输出；拒绝时写错误清单";
pub const CROWD_SVG: &str = "图画到这个文件（SVG）";
pub const CROWD_PHONE: &str = "图画成手机竖屏的宽度：大字时刻表和楼梯占用";

pub const LISTEN: &str = "监听地址 [默认 127.0.0.1:8080]";
pub const SCHOOLS: &str = "有人员和业务的学校数，3 到 1250 [默认 120]；1250 所学校总是都有";
pub const SEED: &str = "种子：同一个数生成同样的记录 [默认 1]";
pub const CLOCK_DEMO: &str = "演示从这一刻开始 [默认 2026-11-23T07:30:00+08:00]";
pub const CLOCK_SERVE: &str = "模拟时钟，只用于演示目录，例 2026-11-23T07:00:00+08:00,x60";
pub const FILL_ONLY: &str = "只生成数据，不打开服务";
pub const INIT_NAME: &str = "市局全称，例 吉林市教育局";
pub const INIT_CODE: &str = "市的行政区划代码，4 位或 6 位，例 220200";
pub const INIT_ADMIN: &str = "第一个管理员的姓名";
pub const INIT_LOGIN: &str = "管理员的账号 [默认 admin]";
pub const PASSWORD_STDIN: &str = "从标准输入读密码（一行），不在屏幕上问";
pub const USER_LOGIN: &str = "账号，3 到 30 个小写字母、数字、点、横线";
pub const USER_NAME: &str = "姓名";
pub const USER_UNIT: &str = "单位全称、简称或代码";
pub const USER_ROLE: &str = "岗位，例 安全处主任；此人已有岗位时可不写";
pub const USER_UNBLOCK: &str = "恢复使用";
pub const IMPORT_KIND: &str = "units 单位、people 人员、places 地点、roll 花名册";
pub const IMPORT_FILE: &str = "CSV 文件";
pub const DRY_RUN: &str = "只检查并计数，不写入";
pub const EXPORT_KIND: &str = "hazards 隐患台账、contacts 通讯录、units 单位";
pub const OUT_CSV: &str = "写到这个文件";
pub const RECORD: &str = "记录的编号（如 江湾-2026-0012）、页面上的存证编号（如 16605）或 id";
pub const OUT_BUNDLE: &str = "写到这个文件；不写就显示出来";
pub const WITHHOLD: &str = "不放记录内容，只证明有过这件事";
pub const BUNDLE: &str = "证明文件";
pub const VKEY: &str = "从别处得到的公钥；给了就必须一致";
pub const WITNESS_VKEY: &str = "见证方的公钥，可写多次；写了就必须有它的见证签名";
pub const BACKUP_OUT: &str = "备份到这里：一个新文件夹，或以 .tar 结尾的文件";
pub const WITH_KEYS: &str = "连密钥一起备份（请妥善保管）";
pub const RESTORE_IN: &str = "备份文件夹或 .tar 文件";
pub const MOVE_TO: &str = "空的 PostgreSQL 数据库地址";

pub const MISSING_COMMAND: &str = "要写明做什么。看全部命令：xiaoan --help";
const SEE: &str = "看用法：xiaoan --help，或在命令后面加 --help";

pub fn missing(what: &str) -> String {
    format!("少写了 {what}。{SEE}")
}
pub fn unknown(what: &str) -> String {
    format!("不认识 {what}。{SEE}")
}
pub fn bad_value(arg: &str, value: &str) -> String {
    format!("{arg} 不能写成「{value}」。{SEE}")
}
pub fn conflict(arg: &str) -> String {
    format!("{arg} 不能和另一个选项一起用。{SEE}")
}
