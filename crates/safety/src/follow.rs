//! What follows in higher nouns when something happens in a lower one: a list, nothing else. A lower noun calls here and
//! knows none of them.

use base::{Id, Result};

use crate::kernel::cx::Cx;
use crate::kernel::outbox::Line;
use crate::org::unit;
use crate::{alarm, duty, hazard, incident, message};

/// Open work of a person at a unit: a post with such work cannot simply end.
pub(crate) fn open_work(cx: &mut Cx<'_, '_>, unit: Id, person: Id) -> Result<i64> {
    Ok(hazard::open_of_person(cx, unit, person)? + duty::open_of_person(cx, unit, person)?)
}

/// A post passed from one person to another (交接): everything open goes along. Answers how many things.
pub(crate) fn post_passed(cx: &mut Cx<'_, '_>, unit: Id, from: Id, to: Id) -> Result<i64> {
    Ok(hazard::hand_over(cx, unit, from, to)? + duty::hand_over(cx, unit, from, to)?)
}

/// Hazards that keep a unit from ending: how many, and the number of one.
pub(crate) fn open_at(cx: &mut Cx<'_, '_>, unit: Id, home: Id) -> Result<(i64, String)> {
    hazard::open_at(cx, unit, home)
}

/// What is urgent and not at its end keeps a unit from ending: an open alarm, an incident without its final report.
pub(crate) fn urgent_at(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Option<&'static str>> {
    if cx.tx.row(alarm::sql::OPEN_AT, db::args![unit])?.is_some() {
        return Ok(Some("alarms"));
    }
    let open = cx.tx.row(incident::sql::OPEN_AT, db::args![unit])?.is_some();
    Ok(open.then_some("incidents"))
}

/// A unit moved to another parent (划转); `before` is the bureau above it until now.
pub(crate) fn unit_moved(cx: &mut Cx<'_, '_>, unit: Id, before: Option<Id>) -> Result<()> {
    let after = unit::superior(cx, unit)?.map(|u| u.id);
    match (before, after) {
        (Some(from), Some(to)) => duty::tally::moved(cx, unit, from, to),
        _ => Ok(()),
    }
}

/// A unit closed or changed: what it no longer owes counts nowhere.
pub(crate) fn unit_changed(cx: &mut Cx<'_, '_>, unit: Id) -> Result<()> {
    duty::reconsider(cx, unit)
}

/// A person was erased: so are the far sides that he named.
pub(crate) fn person_erased(cx: &mut Cx<'_, '_>, person: Id) -> Result<()> {
    message::channel::forget(cx, person)
}

/// A telephone that rang for a noun was lifted, and perhaps acknowledged by a key.
pub(crate) fn telephone(cx: &mut Cx<'_, '_>, line: &Line, acknowledged: bool) -> Result<()> {
    match line.noun.as_str() {
        "alarm" => alarm::act::telephone(cx, line, acknowledged),
        _ => Ok(()),
    }
}

/// A real alarm was raised: an incident draft is opened (1.2), in the same transaction and from these facts. The noun
/// `incident` stands below `alarm` and is called from here alone.
pub(crate) fn alarm_raised(cx: &mut Cx<'_, '_>, alarm: &alarm::Alarm) -> Result<()> {
    let raised = incident::draft::Raised {
        alarm: alarm.id,
        unit: alarm.unit,
        place: alarm.place,
        place_text: alarm.place_text.clone(),
        at: alarm.received_at,
    };
    incident::draft::open(cx, &raised)
}

/// An alarm ended and was none: its draft has nothing to wait for.
pub(crate) fn alarm_was_none(cx: &mut Cx<'_, '_>, alarm: &alarm::Alarm) -> Result<()> {
    incident::draft::alarm_was_none(cx, alarm.id, alarm.end_reason.as_deref())
}
