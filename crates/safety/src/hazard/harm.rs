//! Does the sentence of a hazard say that somebody has been hurt? Then there is an incident to report (1.2), whatever is
//! mended: the page asks for it at once, and the detectors hold the hazard against the incidents of its days. Words only,
//! from a list that is data (`harm.txt`): what may happen, what did not, paper and medicine about it, and what lies a year
//! back is no injury. Pure. Not here: notes of later steps, photos.

use base::Ms;

const WORDS: &str = include_str!("harm.txt");

/// An incident that happened so long before the hazard was found, or was known so long after, may be what it speaks of.
const BEFORE_MS: i64 = 3 * Ms::DAY;
const AFTER_MS: i64 = Ms::DAY;

/// The hours whose incidents may be what a hazard found at this moment speaks of.
pub fn hours(found_at: Ms) -> (Ms, Ms) {
    (found_at.plus(-BEFORE_MS), found_at.plus(AFTER_MS))
}

fn has(text: &str, list: &str) -> bool {
    let mut lines = WORDS.lines().filter_map(|line| line.split_once(' '));
    lines.any(|(name, words)| name == list && words.split(' ').any(|word| text.contains(word)))
}

/// 「两名」, 「3人」: people who are counted were there.
fn counted(clause: &str) -> bool {
    let chars: Vec<char> = clause.chars().collect();
    let of = |c: char, list: &str| has(c.encode_utf8(&mut [0; 4]), list);
    let number = |c: char| c.is_ascii_digit() || of(c, "number");
    chars.windows(2).any(|pair| number(pair[0]) && of(pair[1], "people"))
}

/// Does it tell of somebody who was hurt?
pub fn told(what: &str) -> bool {
    // Most sentences have no such word: the rest is read of few.
    has(what, "hurt") && what.split(['。', '！', '？', '；', '!', '?', ';', '\n']).any(sentence)
}

fn sentence(text: &str) -> bool {
    if !(has(text, "whom") || counted(text)) || has(text, "long") {
        return false;
    }
    // 「栏杆松动，可能坠落，造成学生受伤」: what stands in doubt before stays in doubt, unless it says that it happened.
    let mut doubt = false;
    for clause in text.split(['，', ',', '：', ':']) {
        let happened = has(clause, "did") || counted(clause);
        let hurt = has(clause, "hurt") && !["none", "about", "may"].iter().any(|list| has(clause, list));
        if hurt && (happened || !doubt) {
            return true;
        }
        doubt |= has(clause, "may");
    }
    false
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn somebody_who_was_hurt_is_told_of() {
        for what in [
            "台阶破损，一名学生摔伤",
            "单杠底座松动，三年级学生摔下骨折，已送医",
            "食堂地面湿滑，帮厨王师傅滑倒受伤",
            "走廊玻璃破裂，划伤两名学生",
            "篮球架倾倒砸伤学生",
            "热水器没有护罩，小朋友手被烫伤",
            "楼梯扶手松动，容易坠落，上午已有一名学生跌落受伤",
            "宿舍窗扇脱落。砸中学生头部，缝了三针",
            "饮水机漏电，3人触电",
            "操场井盖塌陷；昨天有学生掉下去骨折",
            "简易棚被风刮倒，砸伤学生",
            "消防栓门掉落砸伤学生",
            "护目镜破损，学生不慎被溅出的热水烫伤",
            "会议室玻璃碎裂划伤老师",
            "台阶破损，绊倒一名学生，膝盖擦伤",
            "地砖翘起，两名学生崴脚",
            "课桌尖角，有学生额头磕伤",
            "门口结冰，一名老师跌伤",
        ] {
            assert!(told(what), "{what}");
        }
    }

    #[test]
    fn what_may_happen_did_not_happen_or_lies_far_back_is_no_injury() {
        for what in [
            "楼梯踏步防滑条翘起，有绊倒危险",
            "栏杆松动，容易导致学生摔伤",
            "栏杆低矮，可能坠落，造成学生受伤",
            "学生受伤登记本缺页",
            "去年有学生在此摔伤，护栏仍没有加高",
            "围墙倒塌，无人受伤",
            "玻璃破碎，没有学生受伤",
            "急救箱缺烫伤膏，学生够不到",
            "配电箱触电警示标志脱落",
            "防止学生烫伤的护罩缺失",
            "一楼消火栓水压不足，试水只有一米高",
            "三楼学生厕所地面湿滑，存在摔伤风险",
            "煤炉没有一氧化碳报警器，学生宿舍有中毒隐患",
            "实验室未张贴烫伤处置流程，学生不知道",
            "宿舍一个插座有烧伤痕迹，学生还在用",
            "校门口没有隔离桩，送医送药车辆与学生混行",
            "地面不平，学生易崴脚",
            "桌角尖锐，幼儿易磕伤",
            "楼梯拥挤，学生易踩伤",
            "跑道起皮，学生摔倒易擦伤",
            "幼儿园桌角无防磕伤软包",
            "学生课桌桌角磕破，木刺外露",
            "学生宿舍热水瓶摔破，碎玻璃没清理",
            "教师宿舍插座灼伤发黑",
            "校车车身擦伤，司机师傅已报修",
            "",
        ] {
            assert!(!told(what), "{what}");
        }
    }
}
