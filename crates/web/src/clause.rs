//! The notice in its own words, item by item, and where each item lives in the program. The text is split by our own
//! small parser: five chapters 「一、…」, in each the items 「1、…」; an item is named chapter.number (2.6) and never
//! renumbered.

use std::sync::OnceLock;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use base::Refusal;
use safety::hazard::list::{self, Bucket, Filter};
use safety::pack::{Basis, Pack};

use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, Crumb, Shell, crumb};
use crate::state::Web;
use crate::words;

/// The notice as it was issued.
pub const NOTICE: &str = include_str!("../../../packs/jilin-2012/notice.txt");

pub fn routes() -> Router<Web> {
    Router::new().route("/clauses", get(index)).route("/clauses/{number}", get(show))
}

/// One of the 23 items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// `2.6`
    pub number: String,
    /// 「加强隐患排查整治工作。」, the first sentence.
    pub head: String,
    /// The rest of the item in its own words.
    pub body: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// 「一、建立健全工作制度，稳步推进规范管理」
    pub title: String,
    pub items: Vec<Item>,
}

/// The notice in chapters, parsed once.
pub fn chapters() -> &'static [Chapter] {
    static CHAPTERS: OnceLock<Vec<Chapter>> = OnceLock::new();
    CHAPTERS.get_or_init(|| parse(NOTICE))
}

pub fn parse(text: &str) -> Vec<Chapter> {
    const CHAPTER: [&str; 5] = ["一、", "二、", "三、", "四、", "五、"];
    let mut out: Vec<Chapter> = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let next = CHAPTER.get(out.len());
        if next.is_some_and(|mark| line.starts_with(mark)) {
            out.push(Chapter { title: line.into(), items: Vec::new() });
            continue;
        }
        let nth = out.len();
        let Some(chapter) = out.last_mut() else { continue };
        let mark = format!("{}、", chapter.items.len() + 1);
        match line.strip_prefix(&mark) {
            Some(rest) => {
                let end = rest.find('。').map_or(rest.len(), |at| at + '。'.len_utf8());
                let (head, body) = rest.split_at(end);
                let number = format!("{nth}.{}", chapter.items.len() + 1);
                chapter.items.push(Item { number, head: head.into(), body: body.into() });
            }
            None => {
                // An item that runs over a line goes on with the next.
                if let Some(item) = chapter.items.last_mut() {
                    item.body.push_str(line);
                }
            }
        }
    }
    out
}

pub fn item(number: &str) -> Option<(&'static Chapter, &'static Item)> {
    chapters().iter().find_map(|c| c.items.iter().find(|i| i.number == number).map(|i| (c, i)))
}

/// Where an item is served today: words, address.
fn served(number: &str) -> Vec<(&'static str, String)> {
    let links: &[(&str, &str)] = match number {
        "2.6" => &[
            ("隐患清单", "/hazards?bucket=open"),
            ("报隐患", "/hazards/new"),
            ("排查", "/checks"),
            ("排查覆盖", "/hazards/coverage"),
            ("统计", "/hazards/stats"),
        ],
        "4.1" => &[("单位和部门", "/units"), ("推辞过的任务由分管领导定", "/hazards?bucket=mine")],
        "4.2" => &[("人员岗位", "/units"), ("通讯录", "/units")],
        "4.4" => &[("移交和答复", "/hazards?bucket=upward")],
        "1.2" => &[("上报的隐患", "/hazards?bucket=upward")],
        "5.1" => &[("存证", "/help/journal")],
        _ => &[],
    };
    links.iter().map(|(words, href)| (*words, (*href).to_string())).collect()
}

/// A number by which the item is judged, with what it rests on.
struct RuleRow {
    words: String,
    basis: &'static str,
}

fn rules(pack: &Pack, number: &str) -> Vec<RuleRow> {
    let basis = |b: Basis| match b {
        Basis::Notice => "notice",
        Basis::Law => "law",
        Basis::Interpretation => "interpretation",
        Basis::Optional => "option",
    };
    let wanted = pack.params.values().filter(|p| p.clause == number);
    wanted.map(|p| RuleRow { words: words::pages::param(&p.key, p.span_ms), basis: basis(p.basis) }).collect()
}

struct Link {
    number: &'static str,
    name: &'static str,
    current: bool,
    served: bool,
}

fn links(now: &str) -> Vec<Link> {
    let link = |(number, name): &(&'static str, &'static str)| Link {
        number,
        name,
        current: *number == now,
        served: !served(number).is_empty(),
    };
    words::notice::ITEMS.iter().map(link).collect()
}

#[derive(Template)]
#[template(path = "clause/list.html")]
struct ListPage {
    shell: Shell,
    chapters: &'static [Chapter],
    served: usize,
}

async fn index(State(web): State<Web>, signed: Signed) -> Answer {
    let served = words::notice::ITEMS.iter().filter(|(number, _)| !served(number).is_empty()).count();
    page::full(&ListPage { shell: signed.shell(&web, At::Clauses).await?, chapters: chapters(), served })
}

#[derive(Template)]
#[template(path = "clause/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    name: &'static str,
    chapter: &'static Chapter,
    item: &'static Item,
    links: Vec<Link>,
    served: Vec<(&'static str, String)>,
    rules: Vec<RuleRow>,
    state: Vec<(&'static str, String, String)>,
}

async fn show(State(web): State<Web>, signed: Signed, Path(number): Path<String>) -> Answer {
    let Some((chapter, item)) = item(&number) else { return Err(Refusal::NotFound.into()) };
    let state =
        if number == "2.6" && page::reads_hazards(signed.actor()) { hazards(&web, &signed).await? } else { Vec::new() };
    let name = words::notice::name(&number).unwrap_or("");
    page::full(&ShowPage {
        shell: signed.shell(&web, At::Clauses).await?,
        crumbs: vec![crumb(words::nav::CLAUSES, "/clauses"), crumb(format!("{number} {name}"), "")],
        name,
        chapter,
        item,
        links: links(&number),
        served: served(&number),
        rules: rules(&web.app.pack(), &number),
        state,
    })
}

/// How the viewer's scope stands: each figure is a link to its rows.
async fn hazards(web: &Web, signed: &Signed) -> base::Result<Vec<(&'static str, String, String)>> {
    const BUCKETS: [Bucket; 4] = [Bucket::Open, Bucket::Overdue, Bucket::Major, Bucket::Ended];
    web.read(signed.actor(), |cx| {
        let mut out = Vec::new();
        for bucket in BUCKETS {
            let n = list::count(cx, &Filter { bucket: Some(bucket), ..Filter::default() })?;
            out.push((words::bucket(bucket), words::count(n), format!("/hazards?bucket={}", bucket.code())));
        }
        Ok(out)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notice_has_its_23_items_in_their_own_words() {
        let counts: Vec<usize> = chapters().iter().map(|c| c.items.len()).collect();
        assert_eq!(counts, [5, 6, 5, 4, 3]);
        let (chapter, item) = item("2.6").unwrap();
        assert_eq!(chapter.title, "二、扎实抓好重点工作，切实消除安全隐患");
        assert_eq!(item.head, "加强隐患排查整治工作。");
        assert!(item.body.starts_with("严格执行“隐患排查-建立台账-落实整改-复查销账”的闭环管理制度"));
        let numbers: Vec<&str> = chapters().iter().flat_map(|c| &c.items).map(|i| i.number.as_str()).collect();
        let names: Vec<&str> = words::notice::ITEMS.iter().map(|i| i.0).collect();
        assert_eq!(numbers, names);
    }

    #[test]
    fn no_word_of_the_notice_is_lost_between_the_chapters() {
        let squeeze = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let from = NOTICE.find("一、建立健全").unwrap();
        let mut joined = String::new();
        for chapter in chapters() {
            joined.push_str(&chapter.title);
            for (i, item) in chapter.items.iter().enumerate() {
                joined.push_str(&format!("{}、{}{}", i + 1, item.head, item.body));
            }
        }
        assert_eq!(squeeze(&joined), squeeze(&NOTICE[from..]));
    }
}
