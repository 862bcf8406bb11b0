//! Classes and grades: how a grade is called, what the name of a class says of its grade, and what it is called a year
//! later.

use super::number;

/// Names of grades in the order of `safety::roll::GRADES`, the usual one first.
const GRADES: &[(i64, &[&str])] = &[
    (-3, &["小班"]),
    (-2, &["中班"]),
    (-1, &["大班", "学前班"]),
    (0, &["复式班", "复式"]),
    (1, &["一年级", "小学一年级", "1年级"]),
    (2, &["二年级", "小学二年级", "2年级"]),
    (3, &["三年级", "小学三年级", "3年级"]),
    (4, &["四年级", "小学四年级", "4年级"]),
    (5, &["五年级", "小学五年级", "5年级"]),
    (6, &["六年级", "小学六年级", "6年级"]),
    (7, &["七年级", "初一", "初中一年级", "7年级"]),
    (8, &["八年级", "初二", "初中二年级", "8年级"]),
    (9, &["九年级", "初三", "初中三年级", "9年级"]),
    (10, &["高一", "十年级", "高中一年级", "10年级"]),
    (11, &["高二", "十一年级", "高中二年级", "11年级"]),
    (12, &["高三", "十二年级", "高中三年级", "12年级"]),
];

pub fn grade(grade: i64) -> &'static str {
    GRADES.iter().find(|(g, _)| *g == grade).and_then(|(_, names)| names.first()).copied().unwrap_or("其他")
}

/// The style in which a name begins (「初一」 of 「初一3班」): grade, place among its names, length.
fn begins(name: &str) -> Option<(i64, usize, usize)> {
    let mut best = None;
    for (grade, names) in GRADES {
        for (style, word) in names.iter().enumerate() {
            if name.starts_with(word) && best.is_none_or(|(_, _, length)| word.len() > length) {
                best = Some((*grade, style, word.len()));
            }
        }
    }
    best
}

/// What the name of a class says: grade and number. 「七年级（3）班」, 「初一3班」, 「高二12班」, 「大一班」.
pub fn read(name: &str) -> Option<(i64, i64)> {
    let name = name.trim();
    // 「大一班」, 「小二班」 of kindergartens.
    let short = [("小", -3), ("中", -2), ("大", -1)];
    if let Some((_, grade)) = short.iter().find(|(word, _)| name.starts_with(word))
        && name.ends_with('班')
        && begins(name).is_none_or(|b| b.0 < 0)
    {
        return Some((*grade, figure(&name[3..]).unwrap_or(1)));
    }
    let (grade, _, length) = begins(name)?;
    Some((grade, figure(&name[length..]).unwrap_or(1)))
}

/// The first number in a text, in figures or up to 十九 in words.
fn figure(text: &str) -> Option<i64> {
    const WORDS: &str = "一二三四五六七八九";
    let digits: String =
        text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).take(2).collect();
    if let Ok(n) = digits.parse() {
        return Some(n);
    }
    let word = |c: char| WORDS.chars().position(|w| w == c).map(|at| at as i64 + 1);
    let ten = text.contains('十');
    let after = text.split('十').next_back().and_then(|rest| rest.chars().find_map(word));
    if ten { Some(10 + after.unwrap_or(0)) } else { text.chars().find_map(word) }
}

/// 「七年级1班」 → 「八年级1班」, in the style in which the school writes; a name without a grade stays.
pub fn renamed(name: &str, to: i64) -> String {
    match begins(name) {
        Some((_, style, length)) => {
            let names = GRADES.iter().find(|(g, _)| *g == to).map_or(&[][..], |(_, names)| names);
            match names.get(style).or(names.first()) {
                Some(word) => format!("{word}{}", &name[length..]),
                None => name.into(),
            }
        }
        None if to < 0 => {
            let rest: String = name.chars().skip(1).collect();
            format!("{}{rest}", grade(to).chars().next().unwrap_or('大'))
        }
        None => name.into(),
    }
}

/// 「36 个班，学生 1 284 人，住宿 212 人，乘车 80 人」
pub fn sums(sums: &safety::roll::Sums) -> String {
    let mut out = format!("{} 个班，学生 {} 人", number(sums.classes), number(sums.pupils));
    if sums.boarders > 0 {
        out.push_str(&format!("，住宿 {} 人", number(sums.boarders)));
    }
    if sums.riders > 0 {
        out.push_str(&format!("，乘车 {} 人", number(sums.riders)));
    }
    out
}

/// What differs between the counted figures and those that the unit declared; "" when nothing does.
pub fn differs(sums: &safety::roll::Sums, unit: &safety::org::unit::Unit) -> String {
    let mut out = Vec::new();
    for (word, counted, declared) in [
        ("班级", sums.classes, unit.classes),
        ("学生", sums.pupils, unit.pupils),
        ("住宿", sums.boarders, unit.boarders),
    ] {
        if counted != declared {
            out.push(format!("{word}申报 {}、花名册 {}", number(declared), number(counted)));
        }
    }
    out.join("；")
}

/// Said after an import, or before it.
pub fn plan(plan: &safety::roll::intake::Plan) -> String {
    format!(
        "开班 {} 个，改 {} 个班，登记姓名 {} 个；{} 行原来就有，不动。",
        number(plan.opened),
        number(plan.changed),
        number(plan.entered),
        number(plan.same)
    )
}

/// How a time in a class ended.
pub fn ended(code: &str) -> &'static str {
    match code {
        "transfer" => "转班",
        "graduate" => "毕业",
        _ => "离校",
    }
}

/// 是/否 in the ways in which tables say it; empty is no.
pub fn yes(text: &str) -> Option<bool> {
    match text.trim() {
        "是" | "有" | "√" | "1" | "Y" | "y" | "true" | "住宿" | "住校" | "乘车" => Some(true),
        "" | "否" | "无" | "没有" | "×" | "0" | "N" | "n" | "false" | "/" | "-" | "走读" => Some(false),
        _ => None,
    }
}

pub const ENCODING: &str = "表格的文字编码认不出来。请在 Excel 里另存为「CSV UTF-8」，或直接复制粘贴。";
pub fn broken(line: u64) -> String {
    format!("第 {line} 行附近的引号没有成对，读不下去。")
}
pub fn too_many(most: usize) -> String {
    format!("超过 {most} 行，请分成几次。")
}
pub fn no_columns(needed: &[&str]) -> String {
    format!("没有找到表头。至少要有这些列：{}。", needed.join("、"))
}
pub fn missing(names: &[&str]) -> String {
    format!("缺少列：{}。", names.join("、"))
}
pub fn row_fault(line: i64, why: &str) -> String {
    format!("第 {line} 行：{why}")
}
/// 「第 3 行「住宿」列：…」
pub fn cell_fault(line: i64, column: &str, why: &str) -> String {
    format!("第 {line} 行「{column}」列：{why}")
}
fn short(text: &str) -> String {
    text.chars().take(20).collect()
}
pub fn not_number(text: &str) -> String {
    format!("「{}」不是整数", short(text))
}
pub fn yes_no(text: &str) -> String {
    format!("「{}」看不懂，请填 是 或 否", short(text))
}
/// A figure where a pupil's yes or no is expected; `count` is the head of the column for it.
pub fn no_count(text: &str, count: &str) -> String {
    format!("「{}」是人数，这一列填的是这名学生 是 或 否。填全班人数，请把表头改成「{count}」", short(text))
}
/// A figure where a pupil's name is expected.
pub fn no_name(text: &str) -> String {
    format!("「{}」是人数，这一列填的是学生姓名。填全班人数，请把表头改成「学生数」", short(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_class_says_its_grade_and_its_number() {
        for (name, read_as) in [
            ("七年级1班", (7, 1)),
            ("七年级（3）班", (7, 3)),
            ("初三12班", (9, 12)),
            ("高一二班", (10, 2)),
            ("一年级", (1, 1)),
            ("大二班", (-1, 2)),
            ("小班", (-3, 1)),
            ("高二十一班", (11, 11)),
            ("复式班", (0, 1)),
        ] {
            assert_eq!(read(name), Some(read_as), "{name}");
        }
        assert_eq!(read("怪班"), None);
    }

    #[test]
    fn a_year_later_a_class_is_called_in_the_same_style() {
        for (name, to, after) in [
            ("七年级1班", 8, "八年级1班"),
            ("初一（2）班", 8, "初二（2）班"),
            ("高二3班", 12, "高三3班"),
            ("大班", 1, "一年级"),
            ("小二班", -2, "中二班"),
            ("特长班", 8, "特长班"),
        ] {
            assert_eq!(renamed(name, to), after);
        }
    }
}
