//! Reads what was pasted from a spreadsheet or typed line by line: people with their posts, buildings with their floors.
//! It only takes lines apart; whether a name or a telephone will do is the noun's to say.

use safety::org::Role;

use crate::words;

/// Lines of one paste: a school's staff list; more come in a second paste.
pub const LINES_MAX: usize = 120;
/// Floors of a building for which spots are proposed.
pub const FLOORS_MAX: i64 = 30;
/// Figures that a cell must have to be taken for a telephone; fewer are a running number.
const PHONE_FIGURES: usize = 7;

/// One line of the people's list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// As counted by the person who pasted, from 1.
    pub line: usize,
    pub name: String,
    pub roles: Vec<Role>,
    /// What the paper calls the post, when it is not the role's own name: 电工, 楼长.
    pub title: Option<String>,
    pub mobile: Option<String>,
    /// A cell that is no name, post or telephone.
    pub odd: Option<String>,
}

/// Cells of a line: tabs as a spreadsheet copies them, else commas, else blanks as typed on a phone.
fn cells(line: &str) -> Vec<&str> {
    let by = |f: fn(char) -> bool| line.split(f).map(str::trim).filter(|c| !c.is_empty()).collect::<Vec<_>>();
    if line.contains('\t') {
        return by(|c| c == '\t');
    }
    if line.contains([',', '，', ';', '；']) {
        return by(|c| matches!(c, ',' | '，' | ';' | '；'));
    }
    by(char::is_whitespace)
}

fn figures(cell: &str) -> usize {
    cell.chars().filter(char::is_ascii_digit).count()
}

fn only_figures(cell: &str) -> bool {
    cell.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | ' ' | '(' | ')' | '.'))
}

/// 「校长、信息报送员」: every part is a post, or it is none.
fn roles(cell: &str) -> Option<Vec<(Role, Option<String>)>> {
    cell.split(['、', '/', '和', '兼'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let role = words::role_named(part)?;
            Some((role, (words::role(role) != part).then(|| part.to_string())))
        })
        .collect()
}

/// The people of a paste; empty lines and a head line are passed over.
pub fn people(text: &str) -> Vec<Member> {
    let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
    lines.filter(|(_, l)| !is_head(l)).map(|(at, l)| member(at + 1, l)).collect()
}

fn is_head(line: &str) -> bool {
    cells(line).iter().any(|c| matches!(*c, "姓名" | "名字" | "序号"))
}

fn member(line: usize, text: &str) -> Member {
    let mut out = Member { line, ..Member::default() };
    for cell in cells(text) {
        if only_figures(cell) {
            if figures(cell) >= PHONE_FIGURES && out.mobile.is_none() {
                out.mobile = Some(cell.to_string());
            } else if figures(cell) >= PHONE_FIGURES {
                out.odd.get_or_insert(cell.to_string());
            }
        } else if let Some(found) = roles(cell).filter(|found| !found.is_empty() && out.roles.is_empty()) {
            out.title = match found.as_slice() {
                [(_, title)] => title.clone(),
                _ => None,
            };
            out.roles = found.into_iter().map(|(role, _)| role).collect();
        } else if out.name.is_empty() {
            out.name = cell.to_string();
        } else {
            out.odd.get_or_insert(cell.to_string());
        }
    }
    out
}

/// A building with its floors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Building {
    pub line: usize,
    pub name: String,
    /// 1 when no number stands behind the name; none when the number cannot be one of floors.
    pub floors: Option<i64>,
}

/// 「教学楼 5」「宿舍楼，4层」「教学楼 四层」「综合楼五层」「1号楼」: a name and, behind it, how many floors.
pub fn buildings(text: &str) -> Vec<Building> {
    let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
    lines.map(|(at, l)| building(at + 1, l.trim())).collect()
}

fn building(line: usize, text: &str) -> Building {
    let parts: Vec<&str> = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、')).collect();
    let parts: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    if let [name @ .., last] = parts.as_slice()
        && !name.is_empty()
        && let Some(floors) = floors(last)
    {
        let floors = (1..=FLOORS_MAX).contains(&floors).then_some(floors);
        return Building { line, name: name.concat(), floors };
    }
    let whole = parts.concat();
    // Without a blank between them: only what ends as a count of floors does, 「1号楼」 is a name.
    if let Some(before) = whole.strip_suffix('层') {
        let name = before.trim_end_matches(|c: char| c.is_ascii_digit() || figure(c).is_some() || c == '十');
        if let Some(count) = floors(&before[name.len()..]).filter(|_| !name.is_empty()) {
            let floors = (1..=FLOORS_MAX).contains(&count).then_some(count);
            return Building { line, name: name.trim_end_matches('共').into(), floors };
        }
    }
    Building { line, name: whole, floors: Some(1) }
}

/// 「5」「5层」「共四层」「地上十二层」: how many floors.
fn floors(text: &str) -> Option<i64> {
    let plain = text.trim_start_matches("地上").trim_start_matches('共').trim_end_matches(['层', '楼']);
    let plain: String = plain.chars().map(|c| plain_figure(c).unwrap_or(c)).collect();
    plain.parse().ok().or_else(|| in_words(&plain))
}

/// A figure of full width as the plain one.
fn plain_figure(c: char) -> Option<char> {
    let at = u32::from(c).checked_sub(u32::from('０'))?;
    char::from_digit(at, 10)
}

fn figure(c: char) -> Option<i64> {
    const WORDS: &str = "一二三四五六七八九";
    if c == '两' {
        return Some(2);
    }
    WORDS.chars().position(|w| w == c).map(|at| at as i64 + 1)
}

/// A number in words up to 九十九.
fn in_words(text: &str) -> Option<i64> {
    let one = |text: &str| -> Option<i64> {
        let mut chars = text.chars();
        let n = figure(chars.next()?)?;
        chars.next().is_none().then_some(n)
    };
    let Some((tens, ones)) = text.split_once('十') else { return one(text) };
    let tens = if tens.is_empty() { 1 } else { one(tens)? };
    let ones = if ones.is_empty() { 0 } else { one(ones)? };
    Some(tens * 10 + ones)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_copied_from_a_spreadsheet_is_read_with_its_head_and_numbers() {
        let text = "序号\t姓名\t岗位\t手机\n1\t李建国\t安全处主任\t13900000001\n2\t王建军\t电工\t0432-6200 1234\r\n\n3\t张福贵\t\t\n";
        let found = people(text);
        assert_eq!(found.len(), 3);
        assert_eq!((found[0].line, found[0].name.as_str()), (2, "李建国"));
        assert_eq!(found[0].roles, [Role::SafetyHead]);
        assert_eq!(found[0].mobile.as_deref(), Some("13900000001"));
        assert_eq!(found[1].roles, [Role::Fixer]);
        assert_eq!(found[1].title.as_deref(), Some("电工"));
        assert_eq!(found[1].mobile.as_deref(), Some("0432-6200 1234"));
        assert!(found[2].roles.is_empty() && found[2].mobile.is_none() && found[2].odd.is_none());
    }

    #[test]
    fn typed_lines_two_posts_and_what_is_not_understood() {
        let found = people("马校长 校长 13900000002\n宋老师，班主任、信息报送员\n赵敏 科代表 13900000003");
        assert_eq!(found[0].name, "马校长");
        assert_eq!(found[1].roles, [Role::Teacher, Role::Reporter]);
        assert_eq!(found[2].odd.as_deref(), Some("科代表"));
        assert_eq!(found[2].name, "赵敏");
    }

    #[test]
    fn buildings_with_and_without_floors() {
        let found = buildings("教学楼 5\n宿舍楼，4层\n1号楼\n\n高塔 90");
        let told: Vec<(&str, Option<i64>)> = found.iter().map(|b| (b.name.as_str(), b.floors)).collect();
        assert_eq!(told, [("教学楼", Some(5)), ("宿舍楼", Some(4)), ("1号楼", Some(1)), ("高塔", None)]);
        assert_eq!(found[3].line, 5);
        let found = buildings(
            "教学楼 四层\n综合楼五层\n实验楼 共三层\n宿舍楼，十二层\n食堂 两层\n艺术楼\t６层\n2号楼4层\n\
             东 教学楼 二十层\n图书馆共3层\n二号楼\n一层\n高塔九十层",
        );
        let told: Vec<(&str, Option<i64>)> = found.iter().map(|b| (b.name.as_str(), b.floors)).collect();
        assert_eq!(
            told,
            [
                ("教学楼", Some(4)),
                ("综合楼", Some(5)),
                ("实验楼", Some(3)),
                ("宿舍楼", Some(12)),
                ("食堂", Some(2)),
                ("艺术楼", Some(6)),
                ("2号楼", Some(4)),
                ("东教学楼", Some(20)),
                ("图书馆", Some(3)),
                ("二号楼", Some(1)),
                ("一层", Some(1)),
                ("高塔", None),
            ]
        );
    }
}
