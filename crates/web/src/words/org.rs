//! Units, posts and places.

use safety::org::{PlaceKind, Role, Stage, UnitKind};

use super::{Word, word};

/// 「李建国（安全处主任）」
pub fn seat(name: &str, held: Role) -> String {
    format!("{name}（{}）", role(held))
}

/// 「校长（全体 120 人）」
pub fn seats(held: Role, n: i64) -> String {
    format!("{}（全体 {n} 人）", role(held))
}

pub fn role(role: Role) -> &'static str {
    match role {
        Role::Principal => "校长",
        Role::Vice => "分管副校长",
        Role::PupilsHead => "学生处主任",
        Role::SafetyHead => "安全处主任",
        Role::Teacher => "班主任",
        Role::Guard => "门卫",
        Role::Canteen => "食堂管理员",
        Role::Dorm => "宿舍管理员",
        Role::Escort => "校车照管员",
        Role::Fixer => "整改责任人",
        Role::Counsellor => "心理教师",
        Role::Reporter => "信息报送员",
        Role::DeptHead => "部门负责人",
        Role::BureauHead => "局长",
        Role::BureauVice => "分管局长",
        Role::Officer => "安全管理人员",
        Role::Desk => "值班室",
        Role::Admin => "系统管理员",
        Role::Archivist => "档案员",
        Role::Auditor => "审计员",
        Role::Agency => "联防单位",
        Role::System => "系统",
    }
}

/// What schools write instead of a role's own name: in tables that are imported or pasted.
const OTHER_ROLES: &[(&str, Role)] = &[
    ("园长", Role::Principal),
    ("负责人", Role::Principal),
    ("副校长", Role::Vice),
    ("分管校长", Role::Vice),
    ("副园长", Role::Vice),
    ("学生处", Role::PupilsHead),
    ("政教主任", Role::PupilsHead),
    ("德育主任", Role::PupilsHead),
    ("安全主任", Role::SafetyHead),
    ("安全员", Role::SafetyHead),
    ("安全科长", Role::SafetyHead),
    ("教师", Role::Teacher),
    ("任课教师", Role::Teacher),
    ("保安", Role::Guard),
    ("保安员", Role::Guard),
    ("安保人员", Role::Guard),
    ("食堂管理人员", Role::Canteen),
    ("食堂负责人", Role::Canteen),
    ("宿管", Role::Dorm),
    ("生活教师", Role::Dorm),
    ("宿舍管理人员", Role::Dorm),
    ("照管员", Role::Escort),
    ("电工", Role::Fixer),
    ("维修工", Role::Fixer),
    ("后勤", Role::Fixer),
    ("信息员", Role::Reporter),
    ("部门主任", Role::DeptHead),
    ("总务主任", Role::DeptHead),
    ("教务主任", Role::DeptHead),
    ("副局长", Role::BureauVice),
    ("安全股长", Role::Officer),
    ("安全股", Role::Officer),
    ("安全处", Role::Officer),
    ("管理员", Role::Admin),
    ("宿管员", Role::Dorm),
    ("楼长", Role::Fixer),
    ("食堂主任", Role::Canteen),
    ("保安队长", Role::Guard),
];

/// The role that a word of a table means; none when it is no post.
pub fn role_named(text: &str) -> Option<Role> {
    let text = text.trim();
    let named = || Role::ALL.iter().copied().find(|r| role(*r) == text);
    let other = || OTHER_ROLES.iter().find(|(word, _)| *word == text).map(|(_, r)| *r);
    named().or_else(other).filter(|r| *r != Role::System)
}

pub fn unit_kind(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::City => "市教育局",
        UnitKind::County => "县（市）区教育局",
        UnitKind::Centre => "中心校",
        UnitKind::School => "学校",
        UnitKind::Point => "村小、教学点",
        UnitKind::Campus => "校区",
        UnitKind::Department => "部门",
        UnitKind::Agency => "联防单位",
    }
}

pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Kindergarten => "幼儿园",
        Stage::Primary => "小学",
        Stage::Junior => "初中",
        Stage::Nine => "九年一贯制",
        Stage::Senior => "高中",
        Stage::Complete => "完全中学",
        Stage::Vocational => "中职",
        Stage::Special => "特殊教育",
    }
}

pub fn place_kind(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Building => "楼栋",
        PlaceKind::Floor => "楼层",
        PlaceKind::Stair => "楼梯",
        PlaceKind::Corridor => "通道",
        PlaceKind::Classroom => "教室",
        PlaceKind::Lab => "实验室",
        PlaceKind::Dorm => "宿舍",
        PlaceKind::Canteen => "食堂",
        PlaceKind::Boiler => "锅炉房",
        PlaceKind::Power => "配电间",
        PlaceKind::Gate => "校门",
        PlaceKind::Yard => "操场",
        PlaceKind::Fence => "围墙",
        PlaceKind::Toilet => "厕所",
        PlaceKind::Other => "其他",
    }
}

/// What to look at, by the keys of `pack.points`.
pub fn point(key: &str) -> &'static str {
    POINTS.iter().find(|p| p.0 == key).map_or("有没有异样", |p| p.1)
}

/// What is wrong there, in one tap: the first words of a hazard.
pub fn point_fault(key: &str) -> &'static str {
    POINTS.iter().find(|p| p.0 == key).map_or("有异样", |p| p.2)
}

/// Key, question, fault.
pub const POINTS: &[(&str, &str, &str)] = &[
    ("clear", "通道有没有堵", "通道堆放杂物"),
    ("light", "灯亮不亮", "灯不亮"),
    ("rail", "扶手牢不牢", "扶手松动"),
    ("sign", "指示标志在不在", "指示标志缺失"),
    ("extinguisher", "灭火器压力够不够", "灭火器压力不足"),
    ("guard", "有没有人在岗", "岗上没有人"),
    ("gear", "防卫器械齐不齐", "防卫器械不齐"),
    ("barrier", "防撞设施好不好", "防撞设施损坏"),
    ("lock", "门锁好不好", "门锁损坏"),
    ("gas", "燃气有没有漏", "闻到燃气味"),
    ("sample", "留样全不全", "没有留样"),
    ("expiry", "有没有过期食品", "有过期食品"),
    ("pests", "防鼠防蝇好不好", "发现鼠迹虫害"),
    ("pressure", "压力表准不准", "压力表不正常"),
    ("certificate", "司炉证在不在", "人员无证上岗"),
    ("monoxide", "一氧化碳报警器响不响", "一氧化碳报警器不响"),
    ("ventilation", "通风好不好", "通风不畅"),
    ("exit", "安全出口能不能推开", "安全出口上锁"),
    ("banned", "有没有违禁物品", "有违禁物品"),
    ("wiring", "电线有没有破", "电线裸露"),
    ("detector", "烟感灯闪不闪", "烟感不工作"),
    ("chemicals", "药品柜锁没锁", "药品柜没有上锁"),
    ("surface", "地面平不平", "地面破损"),
    ("ice", "有没有冰雪冰溜", "有冰雪冰溜"),
    ("equipment", "器材牢不牢", "器材松动"),
    ("fence", "围栏好不好", "围栏破损"),
    ("heat", "有没有发烫", "设备发烫"),
    ("dry", "有没有漏水", "漏水受潮"),
    ("window", "门窗牢不牢", "门窗松动"),
    ("ceiling", "顶棚有没有裂", "顶棚开裂"),
    ("damage", "有没有破损", "设施破损"),
];

/// States of a post.
pub const POSTS: [Word; 3] = [word("在任", "g"), word("空缺", "a"), word("代理", "b")];

pub fn post_word(acting: bool) -> Word {
    if acting { POSTS[2] } else { POSTS[0] }
}

/// A step in a unit's life.
pub fn unit_act(act: &str) -> &'static str {
    match act {
        "open" => "设立",
        "change" => "变更",
        "rename" => "更名",
        "second" => "换第二人",
        "move" => "划转",
        "merge" => "并入",
        "close" => "撤销",
        _ => "变动",
    }
}

/// A step with what it was before and after: 「更名：江湾中学 → 江湾实验中学」.
pub fn unit_step(act: &str, from: Option<&str>, to: Option<&str>) -> String {
    let what = unit_act(act);
    match (from, to) {
        (Some(from), Some(to)) => format!("{what}：{from} → {to}"),
        (None, Some(to)) | (Some(to), None) => format!("{what} {to}"),
        (None, None) => what.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_of_the_pack_has_its_words() {
        let pack = safety::pack::Pack::builtin();
        for kind in PlaceKind::ALL {
            for key in pack.points(kind.code()) {
                assert!(POINTS.iter().any(|p| p.0 == key), "{key} has no words");
            }
        }
    }
}
