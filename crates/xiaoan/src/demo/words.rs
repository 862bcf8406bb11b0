//! Chinese names and sentences of the simulated city. Divisions are real; every school and every person is invented,
//! and plainly so.

use base::Seed;
use safety::org::Stage;

pub const CITY_BUREAU: &str = "吉林市教育局";
pub const CITY_SHORT: &str = "市局";
pub const BUREAU: &str = "教育局";
/// Stands in the name of every invented school.
pub const INVENTED: &str = "示例";
pub const MAIN_SCHOOL: &str = "江湾中学（示例）";
pub const MAIN_SHORT: &str = "江湾";
pub const CITY_DEPARTMENTS: &[&str] = &["办公室", "安全管理处", "基础教育处", "督导室"];
pub const COUNTY_DEPARTMENTS: &[&str] = &["办公室", "安全股", "基教股", "督导室"];
pub const SCHOOL_DEPARTMENTS: &[&str] = &["教务处", "总务处", "安全处", "学生处"];
pub const KINDERGARTEN_DEPARTMENTS: &[&str] = &["保教处", "后勤处", "安全处", "家园处"];
/// In the order of `AGENCY_LOGINS`: police, traffic police, market, fire, city management, culture.
pub const CITY_AGENCIES: &[&str] =
    &["公安局", "公安局交警支队", "市场监督管理局", "消防救援支队", "城市管理执法局", "文化广播电视和旅游局"];
pub const COUNTY_AGENCIES: &[&str] =
    &["公安分局", "交警大队", "市场监督管理局", "消防救援大队", "城市管理执法局", "文化和旅游局"];
pub const AGENCY_PEOPLE: &[&str] =
    &["校园安全联络员", "校车管理联络员", "食品安全监管员", "防火监督员", "市容执法队员", "文化市场执法员"];

pub fn county_bureau(name: &str) -> String {
    match name.strip_prefix("市") {
        // The two pseudo-counties bear their own names.
        Some(_) => name.to_string(),
        None => format!("{name}教育局"),
    }
}

pub fn county_short(name: &str) -> String {
    let name = name.trim_start_matches("市教育局").trim_start_matches("吉林");
    name.chars().take(2).collect()
}

/// 镇 and 乡; development zones count as streets.
pub fn is_rural(name: &str) -> bool {
    (name.ends_with('镇') || name.ends_with('乡')) && !name.contains("特殊")
}

/// 口前镇 → 口前
pub fn stem(town: &str) -> String {
    let mut stem = town.trim_end_matches('镇').trim_end_matches('乡');
    for people in ["满族朝鲜族", "满族", "朝鲜族"] {
        stem = stem.trim_end_matches(people);
    }
    stem.to_string()
}

pub fn centre(town: &str) -> String {
    format!("{town}中心小学（示例）")
}
pub fn point(stem: &str, n: usize) -> String {
    if n % 2 == 1 { format!("{stem}示例{n}教学点") } else { format!("{stem}示例{n}村小学") }
}
pub fn town_junior(town: &str) -> String {
    format!("{town}中学（示例）")
}
pub fn town_nine(town: &str) -> String {
    format!("{town}九年一贯制学校（示例）")
}
pub fn town_kindergarten(town: &str, n: usize) -> String {
    if n == 1 { format!("{town}中心幼儿园（示例）") } else { format!("{town}示例第{n}幼儿园") }
}

/// Word after the number, and the letter of the short name.
pub fn numbered(stage: Stage) -> (&'static str, &'static str) {
    match stage {
        Stage::Kindergarten => ("幼儿园", "幼"),
        Stage::Primary => ("小学", "小"),
        Stage::Junior => ("初级中学", "初"),
        Stage::Nine => ("九年一贯制学校", "九"),
        Stage::Senior => ("高级中学", "高"),
        Stage::Complete => ("完全中学", "完"),
        Stage::Vocational => ("职业学校", "职"),
        Stage::Special => ("特殊教育学校", "特"),
    }
}

/// Numbers that no exchange gives out (the local part begins with 0).
pub fn phone(n: usize) -> String {
    format!("0432-0{:07}", n % 10_000_000)
}
/// No operator has the prefix 100.
pub fn mobile(n: usize) -> String {
    format!("100{:08}", n % 100_000_000)
}

const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文朴";
const GIVEN: &str = "国建志海春德福贵明军伟平玉兰秀英丽敏静淑芳华桂珍凤霞红梅雪松柏林江河山岩石磊鑫强刚勇利民光辉耀宗祥瑞吉庆喜乐安宁康健泽润清源远长青云峰晓东向阳立新学文博思雨佳怡";

/// An invented name of two or three characters.
pub fn person(rng: &mut Seed) -> String {
    let surnames: Vec<char> = SURNAMES.chars().collect();
    let given: Vec<char> = GIVEN.chars().collect();
    let mut name = String::new();
    name.push(*rng.pick(&surnames));
    name.push(*rng.pick(&given));
    if rng.chance(820) {
        name.push(*rng.pick(&given));
    }
    name
}

/// What the paper calls a post whose role says too little.
pub mod title {
    pub const ELECTRICIAN: &str = "电工";
    pub const HANDYMAN: &str = "维修工";
    pub const KINDERGARTEN_HEAD: &str = "园长";
    pub const POINT_TEACHER: &str = "负责人兼教师";
    pub const DUTY: &str = "值班室";
    pub const FLOOR: &str = "二层楼长";
}

/// Names of those whom the pictures and the first page show.
pub mod main_people {
    pub const PRINCIPAL: &str = "马长河";
    pub const VICE: &str = "周文海";
    pub const SAFETY: &str = "李建国";
    pub const FIXER: &str = "王建军";
    pub const GUARD: &str = "张福贵";
    pub const TEACHER: &str = "赵敏";
    pub const LOGISTICS: &str = "孙德福";
    pub const OFFICER: &str = "于海涛";
}

/// Titles of checks.
pub mod check {
    pub const WEEKLY: &[&str] = &["教学场所周排查", "后勤设施周排查", "安全重点部位周排查", "宿舍与活动场所周排查"];
    pub const MONTHLY: &str = "月度全面排查";
    pub const TERM: &str = "开学安全全面排查";
    pub const POINT: &str = "教学点周排查";
    pub const BUREAU: &str = "区县安全抽查";
    pub const NOTE: &[&str] =
        &["各点门锁、灯具均试过。", "雪后加查室外通道。", "采暖设备运行正常，无异味。", "已向各室负责人当面说明。"];
    pub const BACK: &str = "当天停电断网，纸上记录，现补录。";
}

/// What people write with an act.
pub mod note {
    pub const RECHECKED: &[&str] = &[
        "现场看过，已恢复正常。",
        "与照片一致，试用三次均正常。",
        "整改到位，周边一并检查无问题。",
        "同意整改，记入台账。",
        "已试断电，灯亮正常。",
    ];
    pub const RETURNED: &[&str] = &[
        "只做了临时固定，仍会松动，请重做。",
        "整改后仍有异味，需再查接口。",
        "照片角度看不清，现场仍有杂物。",
        "试用两次就失灵，请换件。",
    ];
    pub const AGAIN: &[&str] =
        &["重新更换配件并紧固，已反复试用。", "请专业人员返修，更换整套。", "彻底清理并加装固定装置。"];
    pub const DECLINED: &[&str] =
        &["设备归总务处管理，本处无维修人员和经费。", "涉及电路改造，教务处无资质，请另行安排。"];
    pub const DECIDED: &[&str] = &["由总务处牵头，教务处配合停用场地。", "按设备归属由总务处负责，三天内完成。"];
    pub const EXTEND: &[&str] =
        &["配件外地调货，预计下周到。", "施工队因降雪停工，天晴复工。", "资金已申请，等待拨付。"];
    pub const EXTEND_YES: &[&str] = &["同意，期间防护措施不得撤。", "情况属实，同意延期一次。"];
    pub const EXTEND_NO: &[&str] = &["可先用备用件，不同意延期。"];
    pub const REPORT: &[&str] = &["超出学校能力，需区县局协调资金和资质单位。", "涉及房屋结构安全，请上级组织鉴定。"];
    pub const TAKEN: &[&str] = &["已列入本月维修计划，施工前学校做好封闭。"];
    pub const ANSWERED: &[&str] =
        &["局里已安排施工队完成维修，请学校复查。", "已联系资质单位处理完毕，材料随后送学校。"];
    pub const BACK: &str = "经费已下达学校，由学校组织施工，局里派人现场督促。";
    pub const TRANSFER: &[&str] = &["校园周边问题，请依职权处理并回复。", "已劝阻无效，请执法部门处理。"];
    pub const AGENCY: &[&str] = &[
        "已现场查处，责令当场改正，每日放学时段巡查。",
        "已立案处理并下达整改通知，隐患消除。",
        "已设置标志并安排警力定点值守。",
    ];
    pub const DISMISS: &[&str] = &["现场核实为施工临时围挡，已有审批，不构成隐患。", "与昨日登记为同一处，重复上报。"];
    pub const VOID: &str = "选错地点，重新登记。";
    pub const COMMENT: &[&str] =
        &["今天课间又去看了一次，防护还在。", "配件已下单，后天到货。", "请班主任提醒学生绕行。", "降温前务必完成。"];
    pub const CORRECT: &str = "补写清楚位置。";
    pub const DETAIL: &[&str] = &["（靠东侧）", "（靠窗一侧）", "（距入口约三米）"];
    pub const BACK_REASON: &[&str] = &["当时手机没电，记在值班本上，现补录。", "停网三天，按纸质记录补录。"];
    pub const DELIST: &str = "到现场逐项核验，全部整改到位，同意摘牌。";
    pub const URGE: &str = "已过整改期限，请校长三日内书面说明并完成整改。";
    pub const PROTECT: &str = "设警戒带和警示牌，专人看守，学生绕行。";
    pub const SELF_CHECK: &str = "自己修的，看着没问题。";
    pub const PROGRESS: &str = "已完成约一半，材料齐全。";
}

/// The five 落实 of a 重大 hazard.
pub fn five(deadline: &str) -> [String; 5] {
    [
        "校长为第一责任人，总务主任负责施工，安全主任负责防护。".into(),
        "委托有资质单位检测设计，分段施工，完工验收。".into(),
        "区县局补助与学校公用经费共同解决，专款专用。".into(),
        format!("{deadline}前完成"),
        "封闭隐患部位，调整教学用房，制定疏散预案并演练一次。".into(),
    ]
}

/// The hazard that comes back three times.
pub mod again {
    pub const WHAT: &[&str] = &[
        "二层东侧防火门闭门器漏油，门关不严",
        "二层东侧防火门又关不严，有人用砖垫住",
        "二层东侧防火门闭门器第三次损坏",
        "二层东侧防火门仍关不严，门轴下沉",
    ];
    pub const MEASURE: &[&str] =
        &["补油并调紧闭门器", "更换闭门器弹簧，撤去垫砖", "更换闭门器，班会强调不得垫门", "更换整套门轴和闭门器"];
}

/// What is open at the main school on the morning on which the demo begins.
pub mod live {
    pub const MORNING: &str = "东楼梯二层疏散指示灯不亮";
    pub const OVERDUE_RECHECK: &str = "3号楼东楼梯疏散指示灯不亮";
    pub const FIXED_LAMP: &str = "换了灯具内电池和整流器，试断电亮灯92分钟。";
    pub const SELF: &str = "总务库房门口堆放纸箱，挡住灭火器";
    pub const SELF_FIXED: &str = "纸箱清走，灭火器前画禁停线。";
    pub const TO_CLOSE: &str = "操场单杠保护垫破损露出铁角";
    pub const TO_CLOSE_FIXED: &str = "更换保护垫并加绑带固定。";
    pub const REPORTED: &str = "锅炉房烟囱基础下沉，外倾约两度";
    pub const TRANSFERRED: &str = "校门东侧小卖部向学生出售无厂名食品";
    pub const DECLINED: &str = "实验楼微机室线路超负荷，插排发热";
    pub const EXTEND: &str = "食堂排烟罩灭火装置瓶组压力不足";
    pub const RETURNED: &str = "宿舍楼西门推杆锁卡滞";
    pub const RETURNED_FIXED: &str = "给推杆锁加了润滑油。";
    pub const LATE: &str = "北侧屋檐冰溜长四十厘米，下面是自行车棚";
    pub const NEW: &str = "值班室应急手电三只只有一只能亮";
}

/// The overdue 重大 hazard in 桦甸.
pub mod major {
    pub const WHAT: &str = "教学楼外墙保温层大面积空鼓，已有两块坠落";
    pub const NUMBER: &str = "桦教安督〔2026〕7号";
    pub const SERIES: &str = "教安督〔2026〕";
}

/// The stove of the 教学点: what was found, what was done.
pub const STOVE: &[(&str, &str)] = &[
    ("取暖炉烟筒第二节接口松动，室内有烟味", "重新插接并用高温胶封口，试火一小时，一氧化碳报警器无报警"),
    ("取暖炉旁堆放干柴，离炉口不到半米", "干柴搬到院内柴棚，炉前铺铁皮"),
];

/// Names of places.
pub mod places {
    pub const FLOORS: &[&str] = &["一", "二", "三", "四", "五"];
    pub const KITCHEN: &str = "食堂操作间";
    pub const DINING: &str = "食堂餐厅";
    pub const CHEMISTRY: &str = "化学实验室";
    pub const PHYSICS: &str = "物理实验室";
    pub const COMPUTERS: &str = "微机室";
    pub const GATE: &str = "校门及门卫室";
    pub const BACK_GATE: &str = "北门";
    pub const FIELD: &str = "操场";
    pub const WALL: &str = "围墙";
    pub const BOILER: &str = "锅炉房";
    pub const EXCHANGER: &str = "换热间";
    pub const POWER: &str = "配电室";
    pub const CAMERAS: &str = "监控室";
    pub const BUS_STOP: &str = "校车停靠点";
    pub const HOUSE: &str = "平房";
    pub const EAST_ROOM: &str = "东教室";
    pub const WEST_ROOM: &str = "西教室";
    pub const STOVE_ROOM: &str = "取暖炉间";
    pub const OUTHOUSE: &str = "室外厕所";
    pub const COURT: &str = "院子";
    pub const COURT_GATE: &str = "院门";
    pub const COURT_WALL: &str = "院墙";
    pub const DORM: &str = "宿舍楼";

    pub fn building(n: usize) -> String {
        format!("{n}号楼")
    }
    pub fn corridor(n: usize, floor: &str) -> String {
        format!("{n}号楼{floor}层走廊")
    }
    pub fn classrooms(n: usize, floor: &str) -> String {
        format!("{n}号楼{floor}层教室")
    }
    pub fn toilet(n: usize, floor: &str) -> String {
        format!("{n}号楼{floor}层厕所")
    }
    pub fn east_stair(n: usize, floor: &str) -> String {
        format!("{n}号楼东楼梯{floor}层")
    }
    pub fn west_stair(n: usize, floor: &str) -> String {
        format!("{n}号楼西楼梯{floor}层")
    }
    pub fn dorm_rooms(floor: &str) -> String {
        format!("宿舍楼{floor}层寝室")
    }
    pub fn dorm_stair(floor: &str) -> String {
        format!("宿舍楼{floor}层楼梯")
    }
}

/// Places and words by which the planted scenes and the agencies are found.
pub mod find {
    pub const STAIR_TWO: &str = "东楼梯二层";
    pub const STAIR_THIRD_HOUSE: &str = "3号楼东楼梯";
    pub const FIRST_FLOOR: &str = "1号楼一层";
    pub const SECOND_HOUSE: &str = "2号楼二层";
    pub const FIRST_HOUSE: &str = "1号楼";
    pub const COMPUTERS: &str = "微机室";
    /// Word in a sentence → agency in the order of `COUNTY_AGENCIES`; police when none is there.
    pub const AGENCY: &[(&str, usize)] = &[("食品", 2), ("辣条", 2), ("小卖部", 2), ("台球", 5), ("摊", 4), ("车", 1)];
    pub const LISTED_END: &str = "号";
    pub const DEADLINE: &str = "%m月%d日";
}

/// 示例第12小学
pub fn number(n: usize, word: &str) -> String {
    format!("示例第{n}{word}")
}

/// Short names, used in record numbers.
pub mod short {
    pub fn centre(stem: &str) -> String {
        format!("{stem}中心")
    }
    pub fn point(stem: &str, n: usize) -> String {
        format!("{stem}{n}点")
    }
    pub fn junior(stem: &str) -> String {
        format!("{stem}中学")
    }
    pub fn kindergarten(stem: &str, n: usize) -> String {
        format!("{stem}{n}幼")
    }
    pub fn number(n: usize, letter: &str) -> String {
        format!("示例{n}{letter}")
    }
}

/// 「七年级3班」; the one class of a 教学点 teaches several grades.
pub fn class(grade: &str, serial: i64, small: bool) -> String {
    if small { "复式班".into() } else { format!("{grade}{serial}班") }
}

/// Notices, texts and help of the demo.
pub mod notice {
    pub const MEETING: &str = "2026年第1次校务会";
    pub const AUTUMN: &str = "2026年秋季开学安全专项检查";
    pub const AUTUMN_BODY: &str = "开学前后，各校对校舍、楼梯通道、用电用火、围墙大门逐处检查一遍，查到的问题随手登记，边查边改。\n次数、处数和隐患数从平时的记录里统计，不另外报表。";
    pub const WINTER: &str = "冬季消防安全专项排查";
    pub const WINTER_BODY: &str = "入冬以来用电用火多，各校重点查疏散通道、安全出口、灭火器材、电器线路和取暖设备。\n隐患数、销账数从记录里统计；只请填一项：这次新配了多少具灭火器。";
    pub const EXTINGUISHERS: &str = "新配灭火器";
    /// Receipt number, kind, what a parent says.
    pub const TIPS: &[(&str, &str, &str)] = &[
        ("DEM0000000000001", "bus", "放学时校门口接送的车停在人行道上，孩子只能走马路。"),
        ("DEM0000000000002", "injury", "上周三下午有个孩子在操场摔破了头，没有听说学校报过。"),
    ];
    pub const WEAK: &str = "两条隐患超过期限没有整改；安全主任刚接手，值班安排不全。";
    pub const HELP: &str = "每两周去一次：先帮着把值班表和巡查路线排出来，再一起过一遍隐患台账。";
    pub const SEEN: &str = "值班表已经贴出来，晚上这一班还空着；两条隐患改了一条。";
    pub const ADVISED: &str = "晚班先由总务处顶上，月底前补齐；剩下的一条这周内报维修经费。";
}

/// What duties say.
pub mod duty {
    pub const BACK: &[&str] =
        &["当天停电，第二天补记", "记录人外出学习，回校补录", "纸上记了，忘了录入", "网络不通，过后补录"];
    pub const PROBLEMS: &[&str] = &[
        "东楼梯课间拥挤，值班教师到岗晚；两处疏散指示灯不亮。",
        "放学时校门口停车多，家长接送区没有分开。",
        "实验室药品柜钥匙只有一人保管，没有登记领用。",
        "宿舍有学生用充电宝过夜充电，查出三起。",
        "食堂后厨地面湿滑，灭火毯放得太高。",
        "操场单杠护垫开裂，体育课暂停使用。",
    ];
    pub const SITUATION: &[&str] = &[
        "天气转冷，用电取暖增多，路面开始结冰。",
        "近期流感多发，晨检要逐班落实。",
        "市局通报了外县一起燃气事故，要对照自查。",
        "期中考试前后学生情绪波动，注意谈心。",
    ];
    pub const MEASURES: &[&str] = &[
        "楼梯值班提前五分钟到岗，指示灯本周换好。",
        "分年级错时放学，保安引导车辆在东侧停放。",
        "药品柜改双人双锁，周五前补齐登记本。",
        "宿舍统一断电后再查一遍，收存充电宝并告知家长。",
    ];
    pub const RESOLVED: &[&str] = &[
        "更换疏散指示灯两只",
        "补齐药品柜领用登记",
        "在校门东侧画出接送区",
        "给灭火毯重新定位并贴标识",
        "修补单杠护垫",
    ];
    pub const LAW: &[&str] =
        &["未成年人保护法，我们身边的事", "远离欺凌，遵守校规", "网络言行也要守法", "宪法日主题班会"];
    pub const TARGETS: &str = "本岗位不发生责任事故，查到的隐患按期整改，该有的记录不缺。";
    pub const DUTIES: &str = "按岗位职责到岗到位；每天看一遍自己负责的地方，发现隐患当天登记；出了事先救人、先报告。";
    pub const ROOM: &str = "教学楼一层西侧心理咨询室";
    pub const LECTURER: &str = "市局安全管理处";
}

/// Houses, timetables, posts and drills.
pub mod moving {
    use safety::drill::Scenario;

    pub const PLAN: &str = "2026年秋季错时放学表";
    pub const GATE: &str = "大门";
    pub const FIELD: &str = "操场";
    /// From left to right.
    pub const STAIRS: &[&str] = &["东", "西"];
    pub const AT: &str = "11:25—11:45";
    /// Where somebody stands at noon, and what he looks at.
    pub const POSTS: &[(&str, &str)] = &[
        ("1号楼东楼梯二层平台", "上一班走完再放下一班"),
        ("1号楼西楼梯二层平台", "看密度，挨上了就举手停"),
        ("1号楼门厅", "两边来人轮着放"),
        ("大门", "人走开了再放下一班"),
    ];
    pub const ABSENT: &str = "临时代课，没有换人";
    pub const FOUND: &str = "一人在医务室，校医陪着，随后报齐";
    /// What went wrong, and what is done about it.
    pub const PROBLEMS: &[(&str, &str)] = &[
        ("东楼梯二层转弯处两个班挨上了，停了一次。", "转弯平台加一名教师，前一班走完再放"),
        ("四层听不清信号，晚走了二十秒。", "检修四层广播，试响一次"),
        ("两个班从近的门出去，没有走指定的楼梯。", "各班教室门后贴上路线图，班会讲一遍"),
        ("集合后队伍没有按班站，清点慢。", "操场上画出各班位置"),
        ("应急灯有一盏不亮，夜里下楼靠手电。", "更换应急灯，每月试一次"),
    ];

    /// As the signs of the school say it: 「1号楼」 is typed as 「1号」.
    pub fn house(n: usize) -> String {
        format!("{n}号")
    }

    /// The labelled place of a way: `1号-T东-2>1号-T东-1` is 「1号楼东楼梯二层」.
    pub fn place_of(edge: &str) -> Option<String> {
        let (from, _) = edge.split_once('>')?;
        if from == GATE {
            return Some(super::places::GATE.into());
        }
        let (house, rest) = from.rsplit_once("-T")?;
        let (stair, floor) = rest.split_once('-')?;
        let floor = super::places::FLOORS.get(floor.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(format!("{house}楼{stair}楼梯{floor}层"))
    }

    pub fn title(scenario: Scenario, night: bool) -> String {
        let what = match scenario {
            Scenario::Quake => "地震避险和疏散",
            Scenario::Stampede => "防踩踏疏散",
            _ if night => "宿舍夜间火灾疏散",
            _ => "火灾疏散",
        };
        format!("秋季{what}演练")
    }

    pub fn process(scenario: Scenario) -> &'static str {
        match scenario {
            Scenario::Quake => "信号响，各班就地掩护护头；晃动停后按指定楼梯下楼，到操场按班清点。",
            Scenario::Stampede => "中午放学时在西楼梯设「有人摔倒」，楼梯岗拦停上面的班，扶起后恢复放行，到操场清点。",
            _ => "信号响，断电断气，各班弯腰捂口鼻按指定楼梯下楼，搜索组从上往下清楼，到操场按班清点。",
        }
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn the_way_of_a_card_is_the_place_with_its_label() {
            let stair = super::super::places::east_stair(1, super::super::places::FLOORS[1]);
            assert_eq!(super::place_of("1号-T东-2>1号-T东-1"), Some(stair));
            assert_eq!(super::place_of("大门>STREET"), Some(super::super::places::GATE.into()));
            assert_eq!(super::place_of("1号1-H1>1号-YARD"), None);
        }
    }
}

/// What was urgent.
pub mod urgent {
    pub const DESK: &str = "值班员 老王";
    pub const FALL: &str = "课间从肋木上摔下，左小腿肿痛，不能站立";
    pub const YARD: &str = "操场";
    pub const HOSPITAL: &str = "120 已到，送市中心医院，左小腿骨折，家长在院";
    pub const CAUSE: &str = "肋木第三根横杠松动，课前没有检查";
    pub const LESSONS: &str = "停用并更换肋木；体育器材每周一查，课前教师先试";
    pub const QUARREL: &str = "两名学生推搡，一人眉角擦伤，校医已处理";
    pub const CORRIDOR: &str = "教学楼二层走廊";
    pub const ELBOW: &str = "擦桌子时碰到按钮";
    pub const GATE: &str = "校门口家长争执推搡，公安到场带离";
    pub const POLICE: &str = "放学后校门口学生打架，一人送医";
    pub const NUMBER: &str = "J2026-1187";
}
