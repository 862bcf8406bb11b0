//! What waits beside the duties on 今日: notices to be signed for or answered, written rules to be acknowledged (1.3, 4.2),
//! what the public told the bureau (1.2).

use base::Result;
use safety::{Cx, notice, text};

use crate::page::Task;
use crate::words;

/// Lines of the block.
const ROWS: usize = 4;

pub fn tasks(cx: &mut Cx<'_, '_>) -> Result<Vec<Task>> {
    let mut out: Vec<Task> = Vec::new();
    out.extend(crate::tip::task(cx)?);
    for line in notice::waiting(cx, ROWS)? {
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
