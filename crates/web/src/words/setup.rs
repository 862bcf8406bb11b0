//! The first days of a school (pages.md §16): steps, what each gives, names of proposed spots.

use safety::org::PlaceKind;

/// Title, what it gives, minutes left from here on.
pub const STEPS: [(&str, &str, i64); 5] = [
    ("换密码", "只有您自己知道的密码", 10),
    ("本校的情况", "知道哪些岗位、哪些事和本校有关", 9),
    ("人员和岗位", "每人一张登录条，可以打印", 8),
    ("楼和地点", "每处一张二维码标签，可以打印", 5),
    ("第一条隐患", "走一遍，县区局马上能看见", 2),
];

/// 「第 2 步，共 5 步 · 约 8 分钟」
pub fn progress(step: usize) -> String {
    format!("第 {} 步，共 {} 步 · 约 {} 分钟", step + 1, STEPS.len(), STEPS[step].2)
}

/// 「还差 3 步，约 8 分钟」
pub fn left(open: usize, next: usize) -> String {
    format!("还差 {open} 步，约 {} 分钟：接着是{}。", STEPS[next].2, STEPS[next].0)
}

pub fn no_role(line: usize, cell: &str) -> String {
    format!("第 {line} 行的“{cell}”看不懂。岗位可写：校长、安全处主任、班主任、门卫、电工等。")
}
pub fn no_name(line: usize) -> String {
    format!("第 {line} 行没有姓名。")
}
pub fn in_line(line: usize, name: &str, said: &str) -> String {
    format!("第 {line} 行 {name}：{said}")
}
pub fn no_floors(line: usize, name: &str) -> String {
    format!("第 {line} 行 {name}：层数写 1 到 30 的数。")
}
pub fn too_many_lines(max: usize) -> String {
    format!("一次最多 {max} 行，多的分两次贴。")
}
pub const NOTHING: &str = "请先写一行，例：孙丽 安全处主任 13900000000";
pub const NO_BUILDING: &str = "请先写一栋楼，例：教学楼 5";
pub const NO_SPOT: &str = "请至少留一处。";

/// 「登记了 30 人，3 人原来就在名册上。」
pub fn entered(new: i64, known: i64) -> String {
    match known {
        0 => format!("登记了 {new} 人。"),
        _ => format!("登记了 {new} 人，{known} 人原来就在名册上。"),
    }
}

/// Spots that stand by themselves, not inside a building: key, name, kind.
pub const APART: &[(&str, &str, PlaceKind)] = &[
    ("gate", "大门", PlaceKind::Gate),
    ("canteen", "食堂操作间", PlaceKind::Canteen),
    ("boiler", "锅炉房", PlaceKind::Boiler),
    ("power", "配电间", PlaceKind::Power),
    ("yard", "操场", PlaceKind::Yard),
    ("fence", "围墙", PlaceKind::Fence),
];

/// 「教学楼二层楼梯」
pub fn stair(building: &str, floor: i64) -> String {
    format!("{building}{}层楼梯", figure(floor))
}
pub fn corridor(building: &str, floor: i64) -> String {
    format!("{building}{}层通道", figure(floor))
}

/// Floors as people say them: 一 … 十, above that figures.
fn figure(n: i64) -> String {
    const SAID: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    usize::try_from(n - 1).ok().and_then(|at| SAID.get(at)).map_or_else(|| n.to_string(), |s| s.to_string())
}

#[cfg(test)]
mod tests {
    #[test]
    fn floors_are_said_as_people_say_them() {
        assert_eq!(super::stair("教学楼", 2), "教学楼二层楼梯");
        assert_eq!(super::corridor("主楼", 12), "主楼12层通道");
    }
}
