//! Everything that a post owes (pages.md §3 `/duties`): late, within a week, later; for leaders what others are late with.
//! The first two heaps are what stands on 今日, line for line, so that the figures of both pages are one.

use askama::Template;
use axum::extract::State as Held;
use base::Result;
use safety::Cx;
use safety::duty;
use safety::duty::list::Waiting;

use super::today;
use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, ListTab, Shell, Task};
use crate::state::Web;
use crate::words::{self, duty as told};

/// Lines of one heap on the page.
const HEAP: usize = 100;

struct Heap {
    title: &'static str,
    rows: Vec<Task>,
    more: usize,
}

/// What others are late with.
struct Other {
    title: String,
    note: String,
    href: String,
}

#[derive(Template)]
#[template(path = "duty/owed.html")]
struct OwedPage {
    shell: Shell,
    tabs: Vec<ListTab>,
    heaps: Vec<Heap>,
    others: Vec<Other>,
    of_others: bool,
    filtered: bool,
}

struct Read {
    heaps: Vec<Heap>,
    others: Vec<Other>,
    mine: usize,
    leads: bool,
}

/// Lines of a heap; those of one entry are narrowed to it and stand each by itself.
fn heaps(cx: &mut Cx<'_, '_>, mine: Vec<Waiting>, entry: Option<&str>) -> Result<Vec<Heap>> {
    let (now, later): (Vec<Waiting>, Vec<Waiting>) = mine.into_iter().partition(|l| l.pressing);
    let all: Vec<Task> = match entry {
        None => crate::today::waiting(cx, now)?.into_iter().map(|(_, task)| task).collect(),
        Some(_) => today::drawn(cx, today::groups(now, false), HEAP)?.into_iter().map(|(_, task)| task).collect(),
    };
    let (late, soon): (Vec<Task>, Vec<Task>) = all.into_iter().partition(|t| t.late);
    let groups = today::groups(later, false);
    let more = groups.len().saturating_sub(HEAP);
    let later: Vec<Task> = today::drawn(cx, groups, HEAP)?.into_iter().map(|(_, task)| task).collect();
    let heaps = [(told::LATE_HEAP, late, 0), (told::SOON_HEAP, soon, 0), (told::LATER_HEAP, later, more)];
    Ok(heaps
        .into_iter()
        .filter(|(_, rows, _)| !rows.is_empty())
        .map(|(title, rows, more)| Heap { title, rows, more })
        .collect())
}

fn read(cx: &mut Cx<'_, '_>, entry: Option<&str>) -> Result<Read> {
    let look = duty::today::look(cx)?;
    let wanted = |line: &Waiting| entry.is_none_or(|e| e == line.entry);
    let mine: Vec<Waiting> = look.mine.into_iter().filter(wanted).collect();
    let heaps = heaps(cx, mine, entry)?;
    let others = look.behind.iter().take(HEAP).map(|b| {
        let (title, note, href) = today::behind(b, cx.now);
        Other { title, note, href }
    });
    // What can wait is not counted as waiting, here as on 今日.
    let mine = heaps.iter().filter(|h| h.title != told::LATER_HEAP).map(|h| h.rows.len()).sum();
    Ok(Read { others: others.collect(), mine, leads: !look.behind.is_empty(), heaps })
}

pub async fn owed(Held(web): Held<Web>, signed: Signed) -> Answer {
    let entry = signed.ask.param("entry").filter(|e| !e.is_empty());
    let of_others = signed.ask.param("of").as_deref() == Some("others");
    let filtered = entry.is_some();
    let read = web.read(signed.actor(), move |cx| read(cx, entry.as_deref())).await?;
    let mut shell = signed.shell(&web, At::Ledgers).await?;
    shell.tabs = page::ledger_tabs(signed.actor(), page::LedgerTab::Duties);
    let tab = |label: &str, href: &str, count: usize, current: bool| ListTab {
        label: label.into(),
        href: href.into(),
        count: words::number(count as i64),
        current,
        ..ListTab::default()
    };
    let mut tabs = vec![tab(told::MINE, "/duties/owed", read.mine, !of_others)];
    if read.leads || of_others {
        tabs.push(tab(told::OTHERS_LATE, "/duties/owed?of=others", read.others.len(), of_others));
    }
    tabs.push(ListTab { label: told::RECORDED.into(), href: "/duties".into(), ..ListTab::default() });
    page::full(&OwedPage { tabs, heaps: read.heaps, others: read.others, of_others, filtered, shell })
}
