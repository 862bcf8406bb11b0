//! Raising a hazard: photo first, one sentence, place. Grade and category may be left to the safety director.

use base::{Error, Id, Ms, Problem, Refusal, Result, limits};
use db::args;
use serde::{Deserialize, Serialize};

use super::act::{self, Said};
use super::state::{Act, Category, Grade, State, Term};
use super::{Hazard, from_row, sql, store};
use crate::kernel::cx::Cx;
use crate::kernel::files::Photo;
use crate::kernel::rights::Action;
use crate::kernel::text::{self, Faults};
use crate::org::{people, place, unit};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NewHazard {
    /// Made by the phone; absent = the request's key or a new one.
    #[serde(default)]
    pub id: Option<Id>,
    /// The institution where it was found; absent = the actor's own.
    #[serde(default)]
    pub unit: Option<Id>,
    /// One sentence.
    pub what: String,
    #[serde(default)]
    pub place: Option<Id>,
    /// Where, in words, if it is no listed place.
    #[serde(default)]
    pub place_text: Option<String>,
    #[serde(default)]
    pub category: Option<Category>,
    /// Only taken from those who may grade.
    #[serde(default)]
    pub grade: Option<Grade>,
    #[serde(default)]
    pub term: Option<Term>,
    #[serde(default)]
    pub photos: Vec<Photo>,
    /// The check during which it was found.
    #[serde(default)]
    pub check_run: Option<Id>,
    /// 代录: the person who found it, if another.
    #[serde(default)]
    pub behalf: Option<Id>,
    /// Why it is entered later than the pack's days (补录).
    #[serde(default)]
    pub back_reason: Option<String>,
}

/// Enters a hazard. Refuses: a foreign unit (NotFound), a place of another unit (Invalid `place`, with its name),
/// neither place nor words for it, an empty or long sentence, a time in the future, a late entry without a reason.
/// The same place and category closed within the pack's days before counts as recurring (反复).
pub fn raise(cx: &mut Cx<'_, '_>, new: &NewHazard) -> Result<Id> {
    entered(cx, new).map(|hazard| hazard.id)
}

/// `raise`, answering the hazard as it was stored: whoever may raise one may read it, so nothing is loaded again.
pub fn entered(cx: &mut Cx<'_, '_>, new: &NewHazard) -> Result<Hazard> {
    let unit = unit::load(cx, new.unit.unwrap_or(cx.actor.unit))?;
    cx.require(Action::HazardRaise, unit.home, false)?;
    let home = if unit.home == unit.id { unit } else { unit::load(cx, unit.home)? };
    let claimed = cx.claimed()?;
    let Typed { what, place_text, back_reason, place_name } = check(cx, new, &home, claimed)?;
    let doer = act::doer(cx, home.id, new.behalf)?;
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::BY_ID, args![id])?.is_some() {
        // Whether it is the asker's or another's is not told.
        return Err(Error::invalid("id", Problem::Taken));
    }
    let graded = match new.grade {
        Some(grade) if cx.require(Action::HazardGrade, home.id, false).is_ok() => Some(grade),
        _ => None,
    };
    let state = if graded.is_some() { State::Unassigned } else { State::Ungraded };
    let term = graded.map(|g| new.term.unwrap_or(if g == Grade::Major { Term::Plan } else { Term::Ordinary }));
    let (recurs, recurrence) = earlier(cx, new, claimed)?;
    let year = claimed.local().year() as i64;
    let serial = cx.tx.row(sql::SERIAL, args![home.id, year])?.map(|r| r.int("serial")).transpose()?.unwrap_or(0) + 1;
    let number = format!("{}-{year}-{serial:04}", home.short);
    let find = text::find(&[&what, &place_name, &number]);
    let (turn_person, turn_role) = store::turn(cx, &home, state, None, None, false)?;
    let due_at = now_plus(cx, if state == State::Ungraded { "hazard.grade" } else { "hazard.assign" });
    let (salt, now) = (cx.salt(), cx.now);
    let row = cx
        .tx
        .row(
            sql::INSERT,
            args![
                home.county,
                id,
                salt,
                home.id,
                year,
                serial,
                number,
                what,
                find,
                new.place,
                place_text,
                new.category,
                graded,
                term,
                state,
                turn_person,
                turn_role,
                due_at,
                new.check_run,
                doer,
                claimed,
                recurs,
                recurrence,
                back_reason,
                claimed,
                now
            ],
        )?
        .ok_or_else(|| Error::broken("hazard.raise stored no row"))?;
    cx.record_as("hazard.raise", "hazard", &row, new.behalf, Some("2.6"))?;
    let said = Said { behalf: new.behalf, photos: new.photos.clone(), ..Said::default() };
    let hazard = from_row(&row)?;
    store::finish(cx, &hazard, Act::Raise, &said, true)?;
    Ok(hazard)
}

/// What was typed, cleaned, and what the place is called.
struct Typed {
    what: String,
    place_text: Option<String>,
    back_reason: Option<String>,
    place_name: String,
}

/// All faults of the form at once.
fn check(cx: &mut Cx<'_, '_>, new: &NewHazard, home: &unit::Unit, claimed: Ms) -> Result<Typed> {
    let mut faults = Faults::default();
    let what = faults.text("what", &new.what, limits::FACT_CHARS);
    let place_text = faults.optional("place_text", new.place_text.as_deref().unwrap_or(""), limits::NAME_CHARS);
    let back_reason = faults.optional("back_reason", new.back_reason.as_deref().unwrap_or(""), limits::NOTE_CHARS);
    let mut place_name = place_text.clone().unwrap_or_default();
    match new.place {
        Some(id) => match place::load(cx, id) {
            Ok(place) if place.unit == home.id => place_name = place.name,
            Ok(place) => {
                // The name of a foreign unit is told only to those who may know it.
                match unit::show(cx, place.unit) {
                    Ok(unit) => faults.add("place", Problem::Foreign { unit: unit.name }),
                    Err(_) => faults.add("place", Problem::Unknown),
                }
            }
            Err(_) => faults.add("place", Problem::Unknown),
        },
        None if place_text.is_none() => faults.add("place", Problem::Required),
        None => {}
    }
    if new.photos.len() > limits::PHOTOS_PER_ACT {
        faults.add("photo", Problem::OutOfRange { min: 0, max: limits::PHOTOS_PER_ACT as i64 });
    }
    if cx.now.since(claimed) > cx.pack.span("back_entry") && back_reason.is_none() {
        faults.add("back_reason", Problem::TooOld { days: cx.now.since(claimed) / Ms::DAY });
    }
    if home.closed_on.is_some() {
        faults.add("unit", Problem::Unknown);
    }
    faults.done()?;
    Ok(Typed { what, place_text, back_reason, place_name })
}

/// The newest hazard at the same place and of the same category that was closed within the pack's days, and the how
/// manieth recurrence this makes.
fn earlier(cx: &mut Cx<'_, '_>, new: &NewHazard, at: Ms) -> Result<(Option<Id>, i64)> {
    let (Some(place), Some(category)) = (new.place, new.category) else { return Ok((None, 0)) };
    let since = at.plus(-cx.pack.span("hazard.recurring"));
    let Some(row) = cx.tx.row(sql::RECURRING, args![place, category, since])? else { return Ok((None, 0)) };
    Ok((Some(row.id("id")?), row.int("recurrence")? + 1))
}

/// Recomputes the recurrence when place or category become known later (定级, 更正).
pub(super) fn recount(cx: &mut Cx<'_, '_>, hazard: &mut Hazard) -> Result<()> {
    let probe = NewHazard { place: hazard.place, category: hazard.category, ..NewHazard::default() };
    let (recurs, recurrence) = earlier(cx, &probe, hazard.raised_at)?;
    if recurs != Some(hazard.id) {
        (hazard.recurs, hazard.recurrence) = (recurs, recurrence);
    }
    Ok(())
}

fn now_plus(cx: &Cx<'_, '_>, key: &str) -> Ms {
    cx.now.plus(cx.pack.span(key))
}

/// Is the person on the roll of the unit? For 代录 and assignment.
pub(super) fn on_roll(cx: &mut Cx<'_, '_>, person: Id, unit: Id) -> Result<bool> {
    match people::load(cx, person) {
        Ok(p) => Ok(p.erased_at.is_none()
            && (p.unit == unit || crate::org::post::of_person(cx, person)?.iter().any(|post| post.home == unit))),
        Err(Error::Refused(Refusal::NotFound)) => Ok(false),
        Err(e) => Err(e),
    }
}
