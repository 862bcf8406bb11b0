//! The notice in its own words (all 23 items), cut by phrase as the pack in force cuts it: what each phrase demands, of
//! whom, how often, resting on what, and where in the program it is done. `/clauses/2.6#2` lights the second phrase.
//! The text and its cut are the pack's (`safety::pack`); the places in the program and the sentences are here.

mod state;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use base::Refusal;
use safety::Actor;
use safety::pack::model::{Basis, Entry, Item, Pack, Phrase, PhraseKind, Served};

use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, Crumb, Shell, crumb};
use crate::state::Web;
use crate::words::{self, rule};

pub fn routes() -> Router<Web> {
    Router::new().route("/clauses", get(index)).route("/clauses/{number}", get(show))
}

/// A piece of an item's text; `mark` is empty where nothing is demanded.
struct Piece {
    text: String,
    mark: String,
    /// Fragment of the address: the phrase's place in its item, from 1.
    at: usize,
}

/// An item as it is read.
struct Text {
    number: String,
    pieces: Vec<Piece>,
    here: bool,
}

/// What is demanded: an entry of the pack, or a phrase that nothing serves yet.
struct Demand {
    mark: String,
    at: usize,
    /// Only the first demand of a phrase is its anchor.
    anchor: bool,
    title: String,
    basis: &'static str,
    line: String,
    people: String,
    on: bool,
    note: String,
    /// Id of the entry; empty of a phrase by itself.
    entry: String,
    stand: Option<state::Stand>,
}

struct Link {
    number: &'static str,
    name: &'static str,
    current: bool,
    served: bool,
}

struct Chapter {
    title: String,
    links: Vec<Link>,
}

#[derive(Template)]
#[template(path = "clause/list.html")]
struct ListPage {
    shell: Shell,
    sub: String,
    example: bool,
    chapters: Vec<(String, Vec<Text>)>,
    served: usize,
}

#[derive(Template)]
#[template(path = "clause/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    number: String,
    name: &'static str,
    sub: String,
    chapter: String,
    nav: Vec<Chapter>,
    texts: Vec<Text>,
    demands: Vec<Demand>,
    places: Vec<(&'static str, String)>,
    state: Vec<(&'static str, String, String)>,
    rules: Vec<(String, &'static str)>,
    before: String,
    after: String,
}

/// 「吉市教通字〔2012〕23号 · 2012-02-29 印发 · 规则包 jilin-2012」.
fn about(pack: &Pack) -> String {
    let mut parts = Vec::new();
    if pack.example {
        parts.push(words::pages::EXAMPLE_PACK.to_string());
    }
    parts.extend(pack.document_number.clone());
    parts.extend(pack.issued_on.map(words::pages::issued));
    parts.push(words::pages::pack_name(&pack.id));
    parts.join(" · ")
}

/// Titles of the five chapters in the notice's own words.
fn chapter_titles(notice: &str) -> Vec<String> {
    const HEADS: [&str; 5] = ["一、", "二、", "三、", "四、", "五、"];
    let lines = notice.lines().map(str::trim);
    let mut out: Vec<String> = Vec::new();
    for line in lines {
        if HEADS.get(out.len()).is_some_and(|head| line.starts_with(head)) {
            out.push(line.into());
        }
    }
    out
}

fn chapter_of(number: &str) -> usize {
    number.split('.').next().and_then(|n| n.parse::<usize>().ok()).map_or(0, |n| n - 1)
}

fn is_duty(phrase: &Phrase) -> bool {
    matches!(phrase.kind, PhraseKind::Duty { .. })
}

fn text(item: &Item, here: bool) -> Text {
    let mut n = 0;
    let piece = |(i, phrase): (usize, &Phrase)| {
        let mark = if is_duty(phrase) {
            n += 1;
            rule::mark(n)
        } else {
            String::new()
        };
        Piece { text: phrase.text.clone(), mark, at: i + 1 }
    };
    Text { number: item.number.clone(), pieces: item.phrases.iter().enumerate().map(piece).collect(), here }
}

fn entry_note(pack: &Pack, entry: &Entry) -> String {
    let source = entry.source.as_ref().and_then(|id| pack.sources.get(id));
    match (entry.basis, source) {
        (Basis::Interpretation, _) => entry.reason.clone().unwrap_or_default(),
        (_, Some(source)) => {
            let article = source.article.clone().unwrap_or_default();
            format!("{}{article} · {}", source.title, words::pages::in_force_from(source.effective_from))
        }
        _ => entry.reason.clone().unwrap_or_default(),
    }
}

fn demand(pack: &Pack, entry: &Entry, mark: String, at: usize) -> Demand {
    Demand {
        mark,
        at,
        anchor: false,
        title: entry.title.clone(),
        basis: rule::basis(entry.basis),
        line: rule::line(entry),
        people: rule::people(&entry.people, entry.until),
        on: entry.on,
        note: entry_note(pack, entry),
        entry: entry.id.clone(),
        stand: None,
    }
}

/// A phrase by itself: what shows it, and how far it is served; what nothing serves yet is said so.
fn unserved(phrase: &Phrase, mark: String, at: usize) -> Option<Demand> {
    let PhraseKind::Duty { owes, evidence, served, .. } = &phrase.kind else { return None };
    let words = match served {
        Served::Whole => String::new(),
        Served::Part(words) => words.clone(),
        Served::None(_) => words::pages::NOT_SERVED.into(),
    };
    let title = if evidence.is_empty() { phrase.text.clone() } else { evidence.clone() };
    Some(Demand {
        mark,
        at,
        anchor: true,
        title,
        basis: "notice",
        line: rule::owes(*owes).into(),
        people: String::new(),
        on: !matches!(served, Served::None(_)),
        note: words,
        entry: String::new(),
        stand: None,
    })
}

/// What an item demands: its duty phrases in order, then the entries that stand at no phrase (options, readings).
fn demands(pack: &Pack, item: &Item) -> Vec<Demand> {
    let mut out = Vec::new();
    let mut shown: Vec<&str> = Vec::new();
    let mut n = 0;
    for (i, phrase) in item.phrases.iter().enumerate() {
        let PhraseKind::Duty { entries, .. } = &phrase.kind else { continue };
        n += 1;
        let known: Vec<&Entry> = entries.iter().filter_map(|id| pack.entry(id)).collect();
        let mut first = true;
        for entry in known {
            if shown.contains(&entry.id.as_str()) {
                continue;
            }
            shown.push(&entry.id);
            out.push(Demand { anchor: std::mem::take(&mut first), ..demand(pack, entry, rule::mark(n), i + 1) });
        }
        if first {
            // Nothing serves it yet, or the entries that do stand at an earlier phrase: it has its own line all the same.
            out.extend(unserved(phrase, rule::mark(n), i + 1));
        }
    }
    let rest = pack.entries.iter().filter(|e| e.clause == item.number && !shown.contains(&e.id.as_str()));
    out.extend(rest.map(|entry| demand(pack, entry, String::new(), 0)));
    out
}

fn is_served(item: &Item) -> bool {
    let served = |phrase: &Phrase| match &phrase.kind {
        PhraseKind::Duty { served, .. } => !matches!(served, Served::None(_)),
        _ => false,
    };
    item.phrases.iter().any(served)
}

fn nav(pack: &Pack, now: &str) -> Vec<Chapter> {
    let titles = chapter_titles(&pack.notice);
    let link = |(number, name): &(&'static str, &'static str)| Link {
        number,
        name,
        current: *number == now,
        served: pack.item(number).is_some_and(is_served),
    };
    let links = |nth: usize| words::notice::ITEMS.iter().filter(|i| chapter_of(i.0) == nth).map(link).collect();
    titles.iter().enumerate().map(|(nth, title)| Chapter { title: short(title), links: links(nth) }).collect()
}

/// 「一、建立健全工作制度」 of a title with a comma.
fn short(title: &str) -> String {
    title.split('，').next().unwrap_or(title).to_string()
}

async fn index(State(web): State<Web>, signed: Signed) -> Answer {
    let pack = web.app.pack();
    let titles = chapter_titles(&pack.notice);
    let texts =
        |nth: usize| pack.items.iter().filter(|i| chapter_of(&i.number) == nth).map(|i| text(i, false)).collect();
    let mut shell = signed.shell(&web, At::Clauses).await?;
    shell.tabs = page::clause_tabs(signed.actor(), page::ClauseTab::Text);
    let page = ListPage {
        shell,
        sub: about(&pack),
        example: pack.example,
        chapters: titles.into_iter().enumerate().map(|(nth, title)| (title, texts(nth))).collect(),
        served: pack.items.iter().filter(|i| is_served(i)).count(),
    };
    page::full(&page)
}

/// Where an item is served: words, address.
fn places(actor: &Actor, number: &str) -> Vec<(&'static str, String)> {
    let links: &[(&str, &str)] = match number {
        "2.6" => &[
            ("隐患清单", "/hazards?bucket=open"),
            ("报隐患", "/hazards/new"),
            ("排查", "/checks"),
            ("排查覆盖", "/hazards/coverage"),
            ("统计", "/hazards/stats"),
            ("排查台账", "/hazards/ledger"),
        ],
        "1.1" => &[("例会", "/works?form=meeting"), ("记一次例会", "/works/new?form=meeting")],
        "1.3" => &[("应做事项", "/duties"), ("排查台账", "/hazards/ledger")],
        "3.1" => &[("培训记录", "/works?form=training")],
        "3.2" => &[("遵纪守法教育", "/works?form=law_lesson")],
        "2.5" => &[("错时放学、岗位", "/movements"), ("大型活动", "/gatherings"), ("演练", "/drills")],
        "3.4" => &[("安全常识教育", "/works?form=lesson")],
        "3.5" => &[("演练", "/drills"), ("疏散方案", "/movements")],
        "4.1" => &[("单位和部门", "/units"), ("推辞过的任务由分管领导定", "/hazards?bucket=mine")],
        "4.2" => &[("人员岗位", "/units"), ("通讯录", "/units")],
        "4.4" => &[("移交和答复", "/hazards?bucket=upward")],
        "1.2" => &[("上报的隐患", "/hazards?bucket=upward")],
        "5.1" => &[("存证", "/help/journal")],
        _ => &[],
    };
    let open = links.iter().filter(|(_, href)| opens(actor, href));
    open.map(|(words, href)| (*words, (*href).to_string())).collect()
}

/// Is the page for this viewer? A link that leads to 「这里由…使用」 is not shown.
fn opens(actor: &Actor, href: &str) -> bool {
    match href {
        "/hazards/new" => page::may_raise(actor),
        _ if href.starts_with("/hazards") => page::reads_hazards(actor),
        _ if href.starts_with("/drills") || href.starts_with("/movements") || href.starts_with("/gatherings") => {
            page::reads_drills(actor)
        }
        _ if href.starts_with("/checks") => page::reads_checks(actor),
        _ if href.starts_with("/works/new") => page::may_record(actor),
        _ if href.starts_with("/works") || href.starts_with("/duties") => page::reads_duties(actor),
        _ => true,
    }
}

async fn show(State(web): State<Web>, signed: Signed, Path(number): Path<String>) -> Answer {
    let pack = web.app.pack();
    let Some(nth) = pack.items.iter().position(|i| i.number == number) else { return Err(Refusal::NotFound.into()) };
    let item = &pack.items[nth];
    let around = [nth.checked_sub(1), Some(nth), Some(nth + 1)];
    let state = if number == "2.6" && page::reads_hazards(signed.actor()) {
        state::hazards(&web, &signed).await?
    } else {
        Vec::new()
    };
    let mut stands = state::stands(&web, &signed, &number).await?;
    let mut demands = demands(&pack, item);
    for demand in &mut demands {
        demand.stand = stands.remove(&demand.entry);
    }
    let name = words::notice::name(&number).unwrap_or("");
    let beside = |n: Option<usize>| n.and_then(|n| pack.items.get(n)).map(|i| i.number.clone()).unwrap_or_default();
    let titles = chapter_titles(&pack.notice);
    let wanted = pack.params.values().filter(|p| p.clause == number);
    page::full(&ShowPage {
        shell: signed.shell(&web, At::Clauses).await?,
        crumbs: vec![crumb(words::nav::CLAUSES, "/clauses"), crumb(format!("{number} {name}"), "")],
        name,
        sub: about(&pack),
        chapter: titles.get(chapter_of(&number)).cloned().unwrap_or_default(),
        nav: nav(&pack, &number),
        texts: around.into_iter().flatten().filter_map(|n| Some(text(pack.items.get(n)?, n == nth))).collect(),
        demands,
        places: places(signed.actor(), &number),
        rules: wanted.map(|p| (words::pages::param(&p.key, p.span_ms), rule::basis(p.basis))).collect(),
        before: beside(nth.checked_sub(1)),
        after: beside(Some(nth + 1)),
        state,
        number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notice_has_its_23_items_in_five_chapters() {
        let pack = Pack::builtin();
        let numbers: Vec<&str> = pack.items.iter().map(|i| i.number.as_str()).collect();
        let names: Vec<&str> = words::notice::ITEMS.iter().map(|i| i.0).collect();
        assert_eq!(numbers, names);
        let titles = chapter_titles(&pack.notice);
        assert_eq!(titles.len(), 5);
        assert_eq!(titles[1], "二、扎实抓好重点工作，切实消除安全隐患");
        let links: Vec<usize> = nav(&pack, "2.6").iter().map(|c| c.links.len()).collect();
        assert_eq!(links, [5, 6, 5, 4, 3]);
    }

    #[test]
    fn every_phrase_that_demands_something_is_shown_with_its_mark() {
        let pack = Pack::builtin();
        for item in &pack.items {
            let duties = item.phrases.iter().filter(|p| is_duty(p)).count();
            let text = text(item, true);
            let marks: Vec<&str> = text.pieces.iter().map(|p| p.mark.as_str()).filter(|m| !m.is_empty()).collect();
            assert_eq!(marks.len(), duties, "{}", item.number);
            let shown = demands(&pack, item);
            for mark in marks {
                assert!(shown.iter().any(|d| d.mark == mark), "{} {mark}", item.number);
            }
        }
    }
}
