//! What waits beside the duties on 今日: notices to be signed for or answered, written rules to be acknowledged (1.3, 4.2),
//! what the public told the bureau (1.2).

use base::{Ms, Result};
use safety::{Cx, notice, text};

use crate::page::Task;
use crate::words;

/// Lines of the block.
const ROWS: usize = 4;

/// Urgent notices that the own unit has not signed for: they stand first in 「等我做」, with the end of the time given.
pub fn urgent(cx: &mut Cx<'_, '_>) -> Result<Vec<(Ms, Task)>> {
    let now = cx.now;
    let task = |(n, due): (notice::Notice, Ms)| {
        let when = words::due_when(due, now);
        let task = Task {
            id: n.id.to_string(),
            when: when.word,
            when_tone: if due < now { "r" } else { "a" },
            title: words::text::urgent_task(&n.title),
            detail: n.unit_name,
            clause: n.clause,
            verb: words::text::SIGN_VERB.into(),
            href: format!("/notices/{}", n.id),
            late: due < now,
            filled: false,
        };
        (due, task)
    };
    Ok(notice::urgent::waiting(cx)?.into_iter().map(task).collect())
}

pub fn tasks(cx: &mut Cx<'_, '_>) -> Result<Vec<Task>> {
    let mut out: Vec<Task> = Vec::new();
    out.extend(crate::tip::task(cx)?);
    // What is urgent stands above, in 「等我做」, not twice.
    let above: Vec<_> = notice::urgent::waiting(cx)?.into_iter().map(|(n, _)| n.id).collect();
    let lines = notice::waiting(cx, ROWS + above.len())?;
    for line in lines.into_iter().filter(|l| !above.contains(&l.notice.id)).take(ROWS) {
        let n = line.notice;
        let due = n.due_on.end();
        let when = words::due_when(due, cx.now);
        out.push(Task {
            id: String::new(),
            when: when.word,
            when_tone: when.tone,
            title: n.title,
            detail: n.unit_name,
            clause: n.clause,
            verb: if line.signed { words::text::TO_ANSWER_VERB } else { words::text::SIGN_VERB }.into(),
            href: format!("/notices/{}", n.id),
            late: due < cx.now,
            filled: false,
        });
    }
    let rest = ROWS.saturating_sub(out.len());
    for text in text::waiting(cx, rest)? {
        let clause = cx.pack.texts.get(&text.kind).map(|k| k.clause.clone()).unwrap_or_default();
        out.push(Task {
            when: words::day(text.adopted_on),
            title: text.title,
            detail: text.meeting,
            clause,
            verb: words::text::ACK_VERB.into(),
            href: format!("/units/{}/texts/{}", text.unit, text.kind),
            ..Task::default()
        });
    }
    Ok(out)
}
