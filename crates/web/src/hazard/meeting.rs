//! Meetings about a hazard on its page (1.1): who may call a special one, with the hazard as its subject, in one tap; what
//! was resolved comes back here. Before them the card of a way that the hazard shuts (2.5).

use base::{Error, Id, Result};
use safety::kernel::rights::Action;
use safety::org::unit;
use safety::{Cx, meeting, movement};

use super::near::Near;
use crate::words::{self, duty as told};

/// A way that the hazard shuts has its card at hand (2.5).
fn cards(cx: &mut Cx<'_, '_>, hazard: Id) -> Result<Vec<Near>> {
    let card = |c: movement::Card| Near {
        word: words::movement::CARD.word,
        tone: words::movement::CARD.tone,
        title: format!("{} 封闭：照预案卡走", words::movement::way(&c.edge)),
        href: format!("/movements/cards/{}?hazard={hazard}", c.id),
        note: format!("全校 {} 走完", words::drill::seconds(c.makespan_s)),
    };
    Ok(movement::offered(cx, hazard)?.into_iter().map(card).collect())
}

/// Meetings held and resolutions made about a hazard, as lines of 相关; and whether the viewer may call one.
pub fn of(cx: &mut Cx<'_, '_>, hazard: Id) -> Result<(Vec<Near>, bool)> {
    let shut = cards(cx, hazard)?;
    let own = unit::load(cx, cx.actor.unit)?.home;
    let may = cx.require(Action::WorkRecord, own, false).is_ok();
    let (works, resolved) = match meeting::about(cx, hazard) {
        Ok(found) => found,
        Err(Error::Refused(_)) => return Ok((shut, may)),
        Err(fault) => return Err(fault),
    };
    let mut out = shut;
    for w in works {
        let note = format!("{} · {}", words::day(w.happened_on), w.by.unwrap_or_default());
        let (title, href) = (w.title, format!("/works/{}", w.id));
        out.push(Near { word: words::meeting::HELD.word, tone: words::meeting::HELD.tone, title, href, note });
    }
    for r in resolved {
        let word = told::resolved(r.state);
        let note = words::meeting::by_whom(r.owner_name.as_deref().unwrap_or(""), r.due_on);
        let href = format!("/works/{}#t{}", r.work, r.id);
        out.push(Near { word: word.word, tone: word.tone, title: r.what, href, note });
    }
    Ok((out, may))
}
