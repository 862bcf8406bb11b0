//! The week plan of a post, this week and the next, to be printed (pages.md §5): what is late first, then what stands on
//! 今日, then the rest of the weeks with what was done in them. What is owed is read where 今日 reads it and says the same
//! dates; `duty::plan` adds the days to come and what is done.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State as Held;
use base::calendar::{Period, PeriodKind};
use base::{Day, Ms, Result};
use safety::Cx;
use safety::duty::list::{Wait, Waiting};
use safety::duty::plan::PlanLine;
use safety::duty::{self, Mark};

use super::{say, today};
use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, Shell, Task};
use crate::state::Web;
use crate::words::{self, Word, duty as told};

/// This week and the next.
const WEEKS: i64 = 2;
/// Lines of one card.
const ROWS: usize = 100;

struct PlanRow {
    until: String,
    title: String,
    detail: String,
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

/// A card that is being filled.
#[derive(Default)]
struct Card {
    rows: Vec<PlanRow>,
    minutes: i64,
}

impl Card {
    fn done(self, title: String) -> WeekPlan {
        let minutes = if self.minutes > 0 { told::minutes(self.minutes) } else { String::new() };
        WeekPlan { title, rows: self.rows, minutes }
    }
}

/// A cell: entry, period, part.
type Cell = (String, String, String);

fn cell(w: &Waiting) -> Cell {
    (w.entry.clone(), w.period.clone(), w.part.clone())
}

/// The present week and the ones after it, as far as school time knows them.
fn periods(cx: &Cx<'_, '_>, county: i64) -> Vec<(String, Period)> {
    let week = |ahead| {
        let day = cx.now.day().plus_days(7 * ahead);
        let calendar = cx.packs.calendar(day, county);
        let period = calendar.period_of(PeriodKind::Week, day)?;
        Some((duty::cells::key_of(calendar, &period), period))
    };
    (0..WEEKS).filter_map(week).collect()
}

/// The last day of what a line is about; of an event and a resolution the last day in time.
fn last_day(cx: &Cx<'_, '_>, county: i64, w: &Waiting) -> Day {
    let due = w.due_at.plus(-1).day();
    if w.subject.is_some() || !matches!(w.wait, Wait::Do | Wait::Mend) {
        return due;
    }
    duty::cells::period_of_key(cx.packs.calendar(w.from_on, county), &w.period).map_or(due, |p| p.until)
}

/// Lines that are late, of this week, and of the next; what has longer and does not press is left out.
fn sorted(cx: &Cx<'_, '_>, county: i64, mine: Vec<Waiting>, weeks: &[(String, Period)]) -> [Vec<Waiting>; 3] {
    let mut out = [Vec::new(), Vec::new(), Vec::new()];
    let next = weeks.get(1).map(|(_, p)| (p.from, p.until));
    for line in mine {
        let last = last_day(cx, county, &line);
        let of_next = next.is_some_and(|(from, until)| from <= last && last <= until);
        let at = match (line.late, of_next && !today::this_week(&line, cx.now), line.pressing) {
            (true, ..) => 0,
            (_, true, _) => 2,
            (_, _, true) => 1,
            _ => continue,
        };
        out[at].push(line);
    }
    out
}

fn weeks(cx: &mut Cx<'_, '_>) -> Result<Vec<WeekPlan>> {
    let Some(post) = cx.actor.post else { return Ok(Vec::new()) };
    let county = say::county(cx, cx.actor.unit);
    let periods = periods(cx, county);
    let look = duty::today::look(cx)?;
    let lines = sorted(cx, county, look.mine, &periods);
    let mut shown: BTreeSet<Cell> = lines.iter().flatten().map(cell).collect();
    let mut cards: [Card; 3] = Default::default();
    others(cx, &mut cards, &periods)?;
    for (n, (card, lines)) in cards.iter_mut().zip(lines).enumerate() {
        owed(cx, card, lines, n == 0)?;
    }
    let [late, weeks @ ..] = cards;
    let mut out = Vec::new();
    if !late.rows.is_empty() {
        out.push(late.done(told::LATE_HEAP.into()));
    }
    for ((key, period), mut card) in periods.iter().zip(weeks) {
        let rest: Vec<PlanLine> = duty::plan(cx, post, key)?
            .into_iter()
            .filter(|l| shown.insert((l.entry.clone(), l.period.clone(), l.part.clone())))
            .collect();
        planned(cx, &mut card, rest);
        let title = say::span(cx, county, key, period.from, period.until);
        out.push(card.done(title));
    }
    Ok(out)
}

/// Incidents, urgent notices and hazards that wait for the viewer, in the card of the week in which they are due.
fn others(cx: &mut Cx<'_, '_>, cards: &mut [Card; 3], weeks: &[(String, Period)]) -> Result<()> {
    let next = weeks.get(1).map(|(_, p)| p.from);
    for (due, task) in crate::today::waiting(cx, Vec::new())?.into_iter().take(ROWS) {
        let at = match (task.late, next.is_some_and(|from| due.plus(-1).day() >= from)) {
            (true, _) => 0,
            (_, true) => 2,
            _ => 1,
        };
        let row = of_task(task, told::TO_DO, 0);
        cards[at].rows.push(row);
    }
    Ok(())
}

fn of_task(task: Task, word: Word, minutes: i64) -> PlanRow {
    PlanRow {
        until: task.when,
        title: task.title,
        detail: task.detail,
        clause: task.clause,
        minutes: if minutes > 0 { told::minutes(minutes) } else { String::new() },
        word,
        href: task.href,
    }
}

/// What is owed and waits for the viewer, drawn as on 今日.
fn owed(cx: &mut Cx<'_, '_>, card: &mut Card, lines: Vec<Waiting>, merged: bool) -> Result<()> {
    let groups = today::groups(lines, merged);
    let facts: Vec<(Word, i64)> = groups.iter().map(|(_, group)| standing(cx, group)).collect();
    for ((_, task), (word, minutes)) in today::drawn(cx, groups, ROWS)?.into_iter().zip(facts) {
        card.minutes += minutes;
        card.rows.push(of_task(task, word, minutes));
    }
    Ok(())
}

/// The word of a group of lines, and the minutes that doing them takes; to sign takes none that the pack knows.
fn standing(cx: &Cx<'_, '_>, group: &[Waiting]) -> (Word, i64) {
    let Some(first) = group.first() else { return (told::DO, 0) };
    let of = |w: &Waiting| cx.packs.in_force(w.from_on).entry(&w.entry).map_or(0, |e| e.minutes);
    let minutes = group.iter().map(of).sum();
    match first.wait {
        Wait::Do if first.late => (told::MISSING, minutes),
        Wait::Do => (told::DO, minutes),
        Wait::Mend => (told::RETURNED, minutes),
        Wait::Check => (told::CHECK, 0),
        Wait::Accept => (told::ACCEPT, 0),
        Wait::Resolve => (told::TO_DO, 0),
    }
}

/// The rest of a week: what is done in it, and what begins later in it.
fn planned(cx: &mut Cx<'_, '_>, card: &mut Card, lines: Vec<PlanLine>) {
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
    for group in groups {
        let first = &group[0];
        let n = group.len();
        let part = match n {
            1 => parts.words(cx, &first.part),
            _ if first.kind == "day" => words::pages::days(n),
            _ => words::pages::pieces(n),
        };
        let open = matches!(first.mark, Mark::NotDue | Mark::Missing);
        let minutes = first.minutes * n as i64;
        card.minutes += if open { minutes } else { 0 };
        let done = group.iter().find_map(|l| l.duty).map(|id| format!("/duties/{id}"));
        card.rows.push(PlanRow {
            until: until(group[n - 1].due_at, open, cx.now),
            title: told::task(Wait::Do, &first.title, &part),
            detail: String::new(),
            clause: first.clause.clone(),
            minutes: told::minutes(minutes),
            word: told::mark(first.mark),
            href: done.unwrap_or_else(|| today::cell_href(unit, &first.entry, &first.period, &first.part)),
        });
    }
}

/// A deadline as 今日 says it; of what is done, the day alone.
fn until(due: Ms, open: bool, now: Ms) -> String {
    if open { words::due_when(due, now).word } else { words::pages::before(due) }
}

pub async fn plan(Held(web): Held<Web>, signed: Signed) -> Answer {
    let weeks = web.read(signed.actor(), weeks).await?;
    let who = format!("{} · {} {}", signed.actor().unit_name, signed.post_words(), signed.actor().name);
    let shell = signed.shell(&web, At::Today).await?;
    page::full(&PlanPage { who, weeks, shell })
}
