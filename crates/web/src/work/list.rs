//! Work records of a form: 例会, 教育, 培训 … newest first.

use askama::Template;
use axum::extract::State as Held;
use base::{Result, limits};
use safety::Cx;
use safety::duty::work::{self, Filter};
use safety::org::login;

use crate::door::{Fields, Signed};
use crate::duty::say;
use crate::error::Answer;
use crate::page::{self, At, Column, ListTab, Shell, column};
use crate::state::Web;
use crate::words::{self, Word};

struct Row {
    id: String,
    title: String,
    unit: String,
    on: String,
    by: String,
    received: String,
    marks: Vec<Word>,
    void: bool,
}

#[derive(Template)]
#[template(path = "work/list.html")]
struct ListPage {
    shell: Shell,
    title: String,
    bureau: bool,
    kinds: Vec<ListTab>,
    columns: Vec<Column>,
    rows: Vec<Row>,
    new: Option<(String, String)>,
    agenda: bool,
    clause: String,
    older: String,
    newest: String,
}

struct Read {
    rows: Vec<Row>,
    next: Option<String>,
    forms: Vec<(String, String, String)>,
}

/// Classes and topics named in a row; of more the first, and how many.
const NAMED: usize = 2;

/// Which classes and topics a record is of, or which hazard: by the form's name alone no two lessons differ.
fn about(cx: &mut Cx<'_, '_>, w: &work::Work, parts: &mut say::Parts) -> String {
    let classes: Vec<String> = w.classes.iter().take(NAMED).map(|id| parts.words(cx, &format!("class:{id}"))).collect();
    let topics: Vec<String> = w.topics.iter().take(NAMED).map(|id| parts.words(cx, &format!("topic:{id}"))).collect();
    let subject = w.subject.and_then(|id| say::about(cx, id));
    let all = [words::pages::first_of(&classes, w.classes.len()), words::pages::first_of(&topics, w.topics.len())];
    let all = all.into_iter().chain(subject).filter(|s| !s.is_empty());
    all.collect::<Vec<_>>().join(" · ")
}

fn read(cx: &mut Cx<'_, '_>, query: &Fields) -> Result<Read> {
    let filter = Filter {
        unit: query.id("unit")?,
        form: query.opt("form"),
        from_on: query.day("from_on")?,
        until_on: query.day("until_on")?,
    };
    let page = work::list(cx, &filter, query.opt("cursor").as_deref(), limits::LIST_ROWS)?;
    let mut parts = say::Parts::default();
    let mut row = |w: work::Work| {
        let about = about(cx, &w, &mut parts);
        let mut marks = Vec::new();
        if w.back_reason.is_some() {
            marks.push(words::thing::BACK_ENTRY);
        }
        if w.corrected_at.is_some() {
            marks.push(words::thing::CORRECTED);
        }
        Row {
            id: w.id.to_string(),
            title: if about.is_empty() { w.title } else { words::board::with_part(&w.title, &about) },
            unit: w.unit_name,
            on: words::day_full(w.happened_on),
            by: w.by.unwrap_or_default(),
            received: words::at(w.received_at),
            void: w.voided_at.is_some(),
            marks,
        }
    };
    let rows = page.items.into_iter().map(&mut row).collect();
    // As the notice has them, not as files are named.
    let mut forms: Vec<_> = cx.pack.forms.values().map(|f| (f.id.clone(), f.title.clone(), f.clause.clone())).collect();
    forms.sort_by(|a, b| (&a.2, &a.1).cmp(&(&b.2, &b.1)));
    Ok(Read { rows, next: page.next, forms })
}

pub async fn list(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let asked = query.clone();
    let read = web.read(signed.actor(), move |cx| read(cx, &asked)).await?;
    let now = query.text("form");
    let bureau = login::at_bureau(signed.actor());
    let chosen = read.forms.iter().find(|f| f.0 == now);
    let tab = |f: &(String, String, String)| ListTab {
        label: f.1.clone(),
        href: format!("/works?form={}", f.0),
        current: f.0 == now,
        ..ListTab::default()
    };
    let mut columns = vec![column("记录", "l1")];
    if bureau {
        columns.push(column("单位", "l2"));
    }
    columns.extend([column("哪一天", "l2 nw"), column("谁做的", "l2"), column("收到", "nw"), column("", "l3")]);
    let mut shell = signed.shell(&web, At::Ledgers).await?;
    shell.tabs = page::ledger_tabs(
        signed.actor(),
        if now == "meeting" { page::LedgerTab::Meetings } else { page::LedgerTab::Education },
    );
    let page = ListPage {
        title: chosen.map_or_else(|| words::pages::WORKS.to_string(), |f| f.1.clone()),
        clause: chosen.map_or_else(|| "1.3".to_string(), |f| f.2.clone()),
        new: chosen
            .filter(|_| page::may_record(signed.actor()))
            .map(|f| (f.1.clone(), format!("/works/new?form={}", f.0))),
        agenda: now == "meeting" && page::reads_duties(signed.actor()),
        kinds: read.forms.iter().map(tab).collect(),
        older: read.next.map_or(String::new(), |c| signed.ask.link("cursor", &c)),
        newest: if query.has("cursor") { signed.ask.link("cursor", "") } else { String::new() },
        rows: read.rows,
        columns,
        bureau,
        shell,
    };
    page::full(&page)
}
