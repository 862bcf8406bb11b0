//! Incidents as lines of 今日: what the viewer's unit owes, by the soonest clock.

use base::{Ms, Result};
use safety::Cx;
use safety::incident::{State, list};

use crate::page::Task;
use crate::words::{self, incident as say};

/// Lines of incidents on 今日.
pub const ROWS: i64 = 20;

/// What waits for the viewer's unit, with the moment by which it is ordered.
pub fn tasks(cx: &mut Cx<'_, '_>) -> Result<Vec<(Ms, Task)>> {
    let (now, own) = (cx.now, cx.actor.unit);
    let lines = list::waiting(cx, ROWS)?;
    Ok(lines
        .iter()
        .map(|line| (line.due_at.unwrap_or(line.incident.received_at), task(line, now, own == line.incident.unit)))
        .collect())
}

/// How many wait, and is one of them late?
pub fn count(cx: &mut Cx<'_, '_>) -> Result<(i64, bool)> {
    let now = cx.now;
    let lines = list::waiting(cx, ROWS)?;
    Ok((lines.len() as i64, lines.iter().any(|l| l.overdue(now).is_some())))
}

fn task(line: &list::Line, now: Ms, own: bool) -> Task {
    let i = &line.incident;
    let verb = match (own, i.state) {
        (false, State::Awaiting) => "签收",
        (false, _) => "看报告",
        (true, State::Concluding) => "写终报",
        (true, _) => "接着报",
    };
    let when = line.due_at.map(|due| match due < now {
        true => words::Mark { word: format!("逾期 {}", say::span(now.since(due))), tone: "r" },
        false => words::due_when(due, now),
    });
    let mut parts = Vec::new();
    if !own {
        parts.push(line.unit_name.clone());
    }
    parts.extend(line.place_name.clone().or(i.place_text.clone()));
    parts.push(say::toll(&i.toll().into()));
    parts.push(say::class(i.class).into());
    Task {
        id: i.id.to_string(),
        when: when.as_ref().map_or_else(|| words::at(i.received_at), |w| w.word.clone()),
        when_tone: when.as_ref().map_or("", |w| w.tone),
        title: say::task(i.kind, say::TITLE),
        detail: parts.join(" · "),
        clause: "1.2".into(),
        verb: verb.into(),
        href: format!("/incidents/{}", i.id),
        late: line.overdue(now).is_some(),
        filled: false,
    }
}
