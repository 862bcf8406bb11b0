//! 排查: a dated pass by named people over a list of places, one tap per place also when nothing is found. The closed
//! loop of notice 2.6 begins here. Coverage (全覆盖) and frequency (频次) are counted from checks only: a hazard raised in
//! passing does not make its place checked. Rounds and the bureau's visits will use the same record.
//! The tables are named `check_run` and `check_place` because CHECK is a word of SQL.

pub mod sql;

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use crate::duty::{self, Credit};
use crate::hazard::{self, Line};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::kernel::text::Faults;
use crate::org::kinds::codes;
use crate::org::{PlaceKind, people, place, unit};

codes! {
    /// What was seen at a place.
    Seen {
        /// 未发现
        Fine = "fine",
        /// 有隐患
        Found = "found",
        /// 没查到 (locked, not reached): does not count as checked
        Skipped = "skipped",
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewPlaceSeen {
    pub place: Id,
    pub result: Seen,
    /// When the person stood there.
    pub seen_at: Ms,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewCheck {
    #[serde(default)]
    pub id: Option<Id>,
    /// The institution checked; absent = the actor's own.
    #[serde(default)]
    pub unit: Option<Id>,
    /// 月排查, 开学检查 …
    pub title: String,
    pub places: Vec<NewPlaceSeen>,
    /// Who else took part.
    #[serde(default)]
    pub with: Vec<Id>,
    /// 代录: who led it, if another than the actor.
    #[serde(default)]
    pub behalf: Option<Id>,
    #[serde(default)]
    pub note: Option<String>,
    /// 补录: why it is entered late.
    #[serde(default)]
    pub back_reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    pub id: Id,
    pub unit: Id,
    pub unit_name: String,
    pub title: String,
    pub by: Option<String>,
    pub with: Vec<String>,
    pub recorded_by: Option<String>,
    pub began_at: Ms,
    pub ended_at: Ms,
    pub places: i64,
    pub found: i64,
    pub skipped: i64,
    pub note: Option<String>,
    pub back_reason: Option<String>,
    pub claimed_at: Ms,
    pub received_at: Ms,
}

#[derive(Clone, Debug, Serialize)]
pub struct PlaceSeen {
    pub place: Id,
    pub name: String,
    pub kind: PlaceKind,
    pub result: Seen,
    pub seen_at: Ms,
}

#[derive(Clone, Debug, Serialize)]
pub struct View {
    pub check: Check,
    pub seen: Vec<PlaceSeen>,
    /// Hazards found under it.
    pub hazards: Vec<Line>,
    pub leaf: Option<i64>,
}

pub(crate) fn from_row(row: &Row) -> Result<Check> {
    let with = row.opt_text("with_people")?.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
    Ok(Check {
        id: row.id("id")?,
        unit: row.id("unit")?,
        unit_name: row.text("unit_name")?,
        title: row.text("title")?,
        by: row.opt_text("by_name")?,
        with,
        recorded_by: row.opt_text("recorder_name")?,
        began_at: row.ms("began_at")?,
        ended_at: row.ms("ended_at")?,
        places: row.int("places")?,
        found: row.int("found")?,
        skipped: row.int("skipped")?,
        note: row.opt_text("note")?,
        back_reason: row.opt_text("back_reason")?,
        claimed_at: row.ms("claimed_at")?,
        received_at: row.ms("received_at")?,
    })
}

/// Enters a finished check. Refuses: no place, more than `CHECK_PLACES`, a place twice or of another unit, times in the
/// future, a late entry without a reason, a second person (`with`) who is not on the roll.
pub fn record(cx: &mut Cx<'_, '_>, new: &NewCheck) -> Result<Id> {
    let unit = unit::load(cx, new.unit.unwrap_or(cx.actor.unit))?;
    cx.require(Action::CheckRecord, unit.home, false)?;
    let claimed = cx.claimed()?;
    let (title, note, back_reason, with) = check(cx, new, unit.home, claimed)?;
    let by = match new.behalf {
        Some(person) => person,
        None => cx.actor.person.ok_or(Error::from(Refusal::SignIn))?,
    };
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let began = new.places.iter().map(|p| p.seen_at).min().unwrap_or(claimed);
    let ended = new.places.iter().map(|p| p.seen_at).max().unwrap_or(claimed);
    let tally = |seen: Seen| new.places.iter().filter(|p| p.result == seen).count() as i64;
    let (salt, now, post) = (cx.salt(), cx.now, cx.actor.post);
    let recorded_by = new.behalf.and(cx.actor.person);
    let said = back_reason.clone();
    let row = cx
        .tx
        .row(
            sql::INSERT,
            args![
                unit.county,
                id,
                salt,
                unit.home,
                title,
                by,
                with,
                post,
                recorded_by,
                began,
                ended,
                new.places.len(),
                tally(Seen::Found),
                tally(Seen::Skipped),
                note,
                back_reason,
                claimed,
                now
            ],
        )?
        .ok_or_else(|| Error::broken("check.record stored no row"))?;
    cx.record_as("check.record", "check_run", &row, new.behalf, Some("2.6"))?;
    for seen in &new.places {
        let (place, salt) = (cx.id(), cx.salt());
        cx.put(
            "check.place",
            "check_place",
            sql::PLACE_INSERT,
            args![unit.county, place, salt, id, unit.home, seen.place, seen.result, seen.seen_at, now],
        )?;
    }
    cx.signal("check", unit.county, unit.home, id);
    let by = Some(by);
    let credit = Credit {
        claimed_at: claimed,
        by,
        back_reason: said,
        covered: Some(covered(cx, unit.home, ended.day())?),
        ..Credit::new(unit.home, "check", id, ended.day())
    };
    duty::credit(cx, &credit)?;
    Ok(id)
}

/// Places seen in the month of a day, of all in use: what 全覆盖 is judged by.
fn covered(cx: &mut Cx<'_, '_>, unit: Id, day: Day) -> Result<(i64, i64)> {
    let month = day.month_start();
    let args = args![unit, month.start(), month.month_end().start()];
    let row = cx.tx.row(sql::COVERED, args)?.ok_or_else(|| Error::broken("covered"))?;
    Ok((row.int("seen")?, row.int("all_places")?))
}

type Checked = (String, Option<String>, Option<String>, Option<String>);

fn check(cx: &mut Cx<'_, '_>, new: &NewCheck, home: Id, claimed: Ms) -> Result<Checked> {
    let mut faults = Faults::default();
    let title = faults.text("title", &new.title, limits::NAME_CHARS);
    let note = faults.optional("note", new.note.as_deref().unwrap_or(""), limits::NOTE_CHARS);
    let back_reason = faults.optional("back_reason", new.back_reason.as_deref().unwrap_or(""), limits::NOTE_CHARS);
    if new.places.is_empty() {
        faults.add("places", Problem::Required);
    }
    if new.places.len() > limits::CHECK_PLACES {
        faults.add("places", Problem::OutOfRange { min: 1, max: limits::CHECK_PLACES as i64 });
    }
    let mut known = std::collections::BTreeSet::new();
    for seen in new.places.iter().take(limits::CHECK_PLACES) {
        if !known.insert(seen.place) || !place::load(cx, seen.place).is_ok_and(|p| p.unit == home) {
            faults.add("places", Problem::Unknown);
            break;
        }
        if seen.seen_at > cx.now.plus(limits::CLOCK_AHEAD_MINUTES * Ms::MINUTE) {
            faults.add("seen_at", Problem::InFuture { minutes: seen.seen_at.since(cx.now) / Ms::MINUTE });
            break;
        }
    }
    let oldest = new.places.iter().map(|p| p.seen_at).min().unwrap_or(claimed).min(claimed);
    if cx.now.since(oldest) > cx.pack.span("back_entry") && back_reason.is_none() {
        faults.add("back_reason", Problem::TooOld { days: cx.now.since(oldest) / Ms::DAY });
    }
    let mut names = Vec::new();
    for person in new.with.iter().chain(&new.behalf) {
        match people::load(cx, *person) {
            Ok(p) if p.unit == home || p.unit == cx.actor.unit => {
                if Some(*person) != new.behalf {
                    names.extend(p.name);
                }
            }
            _ => faults.add("with", Problem::Unknown),
        }
    }
    faults.done()?;
    let with = (!names.is_empty()).then(|| serde_json::json!(names).to_string());
    Ok((title, note, back_reason, with))
}

/// One check with its places and the hazards found. NotFound when absent or out of scope.
pub fn view(cx: &mut Cx<'_, '_>, id: Id) -> Result<View> {
    let row = cx.tx.row(sql::SHOW, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let check = from_row(&row)?;
    cx.require(Action::CheckRead, check.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    let seen = cx
        .tx
        .rows(sql::SEEN, args![id])?
        .iter()
        .map(|row| {
            Ok(PlaceSeen {
                place: row.id("place")?,
                name: row.text("name")?,
                kind: PlaceKind::from_code(&row.text("kind")?).unwrap_or(PlaceKind::Other),
                result: Seen::from_code(&row.text("result")?).unwrap_or(Seen::Skipped),
                seen_at: row.ms("seen_at")?,
            })
        })
        .collect::<Result<_>>()?;
    let hazards =
        cx.tx.rows(hazard::sql::OF_CHECK, args![id])?.iter().map(hazard::list::line).collect::<Result<_>>()?;
    let leaf = crate::kernel::proof::of_record(cx.tx, "check_run", id, 1)?.first().and_then(|s| s.n);
    Ok(View { check, seen, hazards, leaf })
}

/// Title of a check, for the hazard found under it; none while the check itself is still on a phone.
pub fn title(cx: &mut Cx<'_, '_>, id: Id) -> Result<Option<String>> {
    cx.tx.row(sql::BY_ID, args![id])?.map(|row| row.text("title")).transpose()
}

#[derive(Clone, Debug, Serialize)]
pub struct Page {
    pub items: Vec<Check>,
    pub next: Option<String>,
}

/// Checks in the asker's scope, newest first; of one unit and what is under it if given.
pub fn list(cx: &mut Cx<'_, '_>, of: Option<Id>, cursor: Option<&str>, limit: i64) -> Result<Page> {
    let reach = reach(cx.actor.role, Action::CheckRead);
    if reach == Reach::Nothing {
        return Err(Refusal::NoRight.into());
    }
    if let Some(unit) = of {
        unit::show(cx, unit)?;
    }
    let after = cursor.filter(|c| !c.is_empty()).map(hazard::list::read_cursor).transpose()?;
    let (at, id) = after.unwrap_or((Ms(i64::MAX), Id::from_parts(Ms(0), [0; 10])));
    let limit = limit.clamp(1, limits::PAGE_ROWS_MAX);
    let top = of.unwrap_or(cx.actor.unit);
    let rows = cx.tx.rows(&sql::page(reach), args![cx.actor.unit, at, id, top, limit + 1])?;
    let mut items = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|c| format!("{}-{}", c.received_at.0, c.id));
    Ok(Page { items, next })
}

/// Coverage of one place in a month.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct PlaceCover {
    pub place: Id,
    pub name: String,
    pub kind: PlaceKind,
    /// Times seen in checks of the month (skipped ones do not count).
    pub times: i64,
    /// The month before.
    pub before: i64,
    /// Newest time seen at all within the two months.
    pub last_at: Option<Ms>,
}

#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Coverage {
    pub unit: Id,
    pub name: String,
    pub month: Day,
    pub places: Vec<PlaceCover>,
    /// Places seen at least once, of all in use.
    pub seen: i64,
    pub all: i64,
    /// The same in the month before.
    pub seen_before: i64,
    /// Checks of the month, and of the month before.
    pub checks: i64,
    pub checks_before: i64,
}

/// 全覆盖 and 频次 of one institution in the month of `day`, beside the month before. Counted from checks only.
pub fn coverage(cx: &mut Cx<'_, '_>, id: Id, day: Day) -> Result<Coverage> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::CheckRead, unit.home, false)?;
    let month = day.month_start();
    let previous = month.plus_days(-1).month_start();
    let (from, mid, until) = (previous.start(), month.start(), month.month_end().start());
    let mut counts = std::collections::BTreeMap::new();
    for row in cx.tx.rows(sql::TIMES, args![unit.home, from, mid, until])? {
        counts.insert(row.id("place")?, (row.int("now_times")?, row.int("before_times")?, row.opt_ms("last_at")?));
    }
    let places: Vec<PlaceCover> = place::of_unit(cx, unit.home)?
        .into_iter()
        .map(|p| {
            let (times, before, last_at) = counts.get(&p.id).copied().unwrap_or((0, 0, None));
            PlaceCover { place: p.id, name: p.name, kind: p.kind, times, before, last_at }
        })
        .collect();
    let runs = cx.tx.row(sql::RUNS, args![unit.home, from, mid, until])?.ok_or_else(|| Error::broken("runs"))?;
    Ok(Coverage {
        unit: unit.home,
        name: unit.name,
        month,
        seen: places.iter().filter(|p| p.times > 0).count() as i64,
        all: places.len() as i64,
        seen_before: places.iter().filter(|p| p.before > 0).count() as i64,
        places,
        checks: runs.int("now_runs")?,
        checks_before: runs.int("before_runs")?,
    })
}

/// Coverage of one unit in a bureau's list.
#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct UnitCover {
    pub unit: Id,
    pub name: String,
    pub seen: i64,
    pub all: i64,
    pub checks: i64,
}

/// Coverage of every institution below the asker's that has places, for the month of `day`; least covered first,
/// because that is where help is needed.
pub fn coverage_below(cx: &mut Cx<'_, '_>, day: Day) -> Result<Vec<UnitCover>> {
    if reach(cx.actor.role, Action::CheckRead) != Reach::Subtree {
        return Err(Refusal::NoRight.into());
    }
    let month = day.month_start();
    let rows = cx.tx.rows(sql::BELOW, args![cx.actor.unit, month.start(), month.month_end().start()])?;
    let mut out = rows
        .iter()
        .map(|row| {
            Ok(UnitCover {
                unit: row.id("unit")?,
                name: row.text("name")?,
                seen: row.int("seen")?,
                all: row.int("all_places")?,
                checks: row.int("checks")?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    out.sort_by(|a, b| (a.seen * b.all.max(1), &a.name).cmp(&(b.seen * a.all.max(1), &b.name)));
    Ok(out)
}

/// How many schools of `coverage_below`'s scope have no place on their list and therefore no line there.
pub fn placeless_below(cx: &mut Cx<'_, '_>) -> Result<i64> {
    if reach(cx.actor.role, Action::CheckRead) != Reach::Subtree {
        return Err(Refusal::NoRight.into());
    }
    let row = cx.tx.row(sql::PLACELESS, args![cx.actor.unit])?.ok_or_else(|| Error::broken("placeless"))?;
    row.int("n")
}

/// Checks and places seen of one institution in a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Runs {
    pub checks: i64,
    pub seen: i64,
    pub all: i64,
}

/// The same by institution under `top`. Without asking: for other nouns.
pub fn runs_below(cx: &mut Cx<'_, '_>, top: Id, from: Ms, until: Ms) -> Result<std::collections::BTreeMap<Id, Runs>> {
    let rows = cx.tx.rows(sql::RUNS_BELOW, args![top, from, until])?;
    rows.iter()
        .map(|row| {
            let runs = Runs { checks: row.int("checks")?, seen: row.int("seen")?, all: row.int("all_places")? };
            Ok((row.id("unit")?, runs))
        })
        .collect()
}
