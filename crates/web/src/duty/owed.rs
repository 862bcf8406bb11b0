//! Everything that a post owes (pages.md §3 `/duties`): late, within a week, later; for leaders what others are late with.
//! And the week plan of a post, this week and the next, to be printed (pages.md §5). No rule here: `safety::duty` judges.

use askama::Template;
use axum::extract::State as Held;
use base::Result;
use base::calendar::PeriodKind;
use safety::Cx;
use safety::duty::list::Waiting;
use safety::duty::plan::PlanLine;
use safety::duty::{self, Mark};

use super::{say, today};
use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, ListTab, Shell, Task};
use crate::state::Web;
use crate::words::{self, Word, duty as told};

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

fn read(cx: &mut Cx<'_, '_>, entry: Option<&str>) -> Result<Read> {
    let look = duty::today::look(cx)?;
    let wanted = |line: &Waiting| entry.is_none_or(|e| e == line.entry);
    let mine: Vec<Waiting> = look.mine.into_iter().filter(wanted).collect();
    let (late, rest): (Vec<_>, Vec<_>) = mine.into_iter().partition(|l| l.late);
    let (soon, later): (Vec<_>, Vec<_>) = rest.into_iter().partition(|l| l.pressing);
    let mut heaps = Vec::new();
    for (title, lines) in [(told::LATE_HEAP, late), (told::SOON_HEAP, soon), (told::LATER_HEAP, later)] {
        let groups = today::groups(lines, false);
        let more = groups.len().saturating_sub(HEAP);
        let rows: Vec<Task> = today::drawn(cx, groups, HEAP)?.into_iter().map(|(_, task)| task).collect();
        if !rows.is_empty() {
            heaps.push(Heap { title, rows, more });
        }
    }
    let others = look.behind.iter().take(HEAP).map(|b| {
        let (title, note, href) = today::behind(b, cx.now);
        Other { title, note, href }
    });
    let mine = heaps.iter().map(|h| h.rows.len() + h.more).sum();
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

struct PlanRow {
    until: String,
    title: String,
    clause: String,
    minutes: String,
    word: Word,
    href: String,
}

struct WeekPlan {
    title: String,
    rows: Vec<PlanRow>,
    minutes: String,
}

#[derive(Template)]
#[template(path = "duty/plan.html")]
struct PlanPage {
    shell: Shell,
    who: String,
    weeks: Vec<WeekPlan>,
}

/// This week and the next.
const WEEKS: i64 = 2;

fn weeks(cx: &mut Cx<'_, '_>) -> Result<Vec<WeekPlan>> {
    let Some(post) = cx.actor.post else { return Ok(Vec::new()) };
    let county = say::county(cx, cx.actor.unit);
    let mut out = Vec::new();
    for ahead in 0..WEEKS {
        let day = cx.now.day().plus_days(7 * ahead);
        let calendar = cx.packs.calendar(day, county);
        let Some(period) = calendar.period_of(PeriodKind::Week, day) else { continue };
        let key = duty::cells::key_of(calendar, &period);
        let lines = duty::plan(cx, post, &key)?;
        let title = say::span(cx, county, &key, period.from, period.until);
        out.push(week(cx, title, lines));
    }
    Ok(out)
}

fn week(cx: &mut Cx<'_, '_>, title: String, lines: Vec<PlanLine>) -> WeekPlan {
    let mut groups: Vec<Vec<PlanLine>> = Vec::new();
    for line in lines {
        let fits = |g: &&mut Vec<PlanLine>| {
            let first = &g[0];
            // A day ledger is one line of the week, not one for each day.
            let daily = first.kind == "day" && line.kind == "day";
            first.entry == line.entry && first.mark == line.mark && (daily || first.period == line.period)
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(line),
            None => groups.push(vec![line]),
        }
    }
    let mut parts = say::Parts::default();
    let unit = cx.actor.unit;
    let mut minutes = 0;
    let mut rows = Vec::new();
    for group in groups {
        let first = &group[0];
        let n = group.len();
        let part = match n {
            1 => parts.words(cx, &first.part),
            _ if first.kind == "day" => words::pages::days(n),
            _ => words::pages::pieces(n),
        };
        minutes += if matches!(first.mark, Mark::NotDue | Mark::Missing) { first.minutes * n as i64 } else { 0 };
        let done = group.iter().find_map(|l| l.duty).map(|id| format!("/duties/{id}"));
        rows.push(PlanRow {
            until: words::day_full(group[n - 1].due_at.plus(-1).day()),
            title: told::task(duty::list::Wait::Do, &first.title, &part),
            clause: first.clause.clone(),
            minutes: told::minutes(first.minutes * n as i64),
            word: told::mark(first.mark),
            href: done.unwrap_or_else(|| today::cell_href(unit, &first.entry, &first.period, &first.part)),
        });
    }
    WeekPlan { title, rows, minutes: told::minutes(minutes) }
}

pub async fn plan(Held(web): Held<Web>, signed: Signed) -> Answer {
    let weeks = web.read(signed.actor(), weeks).await?;
    let who = format!("{} · {} {}", signed.actor().unit_name, signed.post_words(), signed.actor().name);
    let shell = signed.shell(&web, At::Today).await?;
    page::full(&PlanPage { who, weeks, shell })
}
