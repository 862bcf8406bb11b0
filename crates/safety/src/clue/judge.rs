//! What an incident's own record contradicts: its clocks, the alarm's count, its photos, its hours, its corrections.

use base::{Id, Ms, Result};
use db::{Row, args};

use super::rule::{Fault, Rule, Says, Trace};
use super::{Found, enter, sql};
use crate::alarm;
use crate::incident::{self, Incident, LegKind, ReportKind};
use crate::kernel::cx::Cx;
use crate::kernel::files::{Photo, hash_bytes};

/// Clocks of two telephones differ by so much without meaning anything.
const CLOCKS_MS: i64 = 5 * Ms::MINUTE;
/// An alarm of these hours before the knowledge, or after it, belongs to the incident.
const ALARM_MS: i64 = 6 * Ms::HOUR;
/// Figures that a version tells, and of which less than before is a step down.
const FIGURES: &[&str] = &["dead", "serious", "missing", "sent", "hurt"];

/// Holds an incident against its own records. Answers whether anything was entered.
pub(super) fn incident(cx: &mut Cx<'_, '_>, i: &Incident) -> Result<bool> {
    let mut any = clocks(cx, i)?;
    // What was withdrawn says nothing any more; that it was withdrawn is weighed with the signal.
    if i.state == incident::State::Withdrawn {
        return Ok(any);
    }
    let reports = cx.tx.rows(sql::REPORTS, args![i.id])?;
    any |= roll(cx, i, &reports)?;
    any |= photos(cx, i, &reports)?;
    any |= hours(cx, i)?;
    any |= corrections(cx, i, &reports)?;
    Ok(any)
}

fn found(i: &Incident, rule: Rule, fault: Fault, traces: Vec<Trace>) -> Found {
    Found {
        unit: i.unit,
        county: i.county,
        rule,
        fault,
        noun: "incident",
        subject: i.id,
        at: i.known_at,
        from: i.happened_at,
        until: i.first_at,
        traces,
        incident: Some(i.id),
    }
}

/// A level that owed a report upward in writing and let its time go by.
fn clocks(cx: &mut Cx<'_, '_>, i: &Incident) -> Result<bool> {
    let mut any = false;
    for leg in incident::legs_of(cx, i.id)? {
        let (Some(due), Some(_)) = (leg.due_at, leg.late(cx.now)) else { continue };
        if !matches!(leg.kind, LegKind::Written | LegKind::Level) || leg.to_unit.is_none() {
            continue;
        }
        let reported = match leg.met_at {
            Some(at) => Trace::new("incident", i.id, at, Says::Reported),
            None => Trace::new("incident", i.id, cx.now, Says::NotYet),
        };
        let traces = vec![
            Trace::new("incident", i.id, leg.base_at, Says::Known),
            Trace::new("incident", i.id, due, Says::Due),
            reported,
        ];
        let at = leg.base_at;
        let late = Found {
            unit: leg.from_unit,
            noun: "incident_leg",
            subject: leg.id,
            at,
            ..found(i, Rule::LateReport, Fault::Late, traces)
        };
        any |= enter(cx, &late)?;
    }
    Ok(any)
}

/// Alarms of the unit about the time of the incident.
fn alarms(cx: &mut Cx<'_, '_>, i: &Incident) -> Result<Vec<alarm::Alarm>> {
    let (from, until) = (i.happened_at.plus(-ALARM_MS), i.first_at.plus(ALARM_MS));
    cx.tx.rows(sql::ALARMS_NEAR, args![i.unit, from, until])?.iter().map(alarm::from_row).collect()
}

/// The count at the assembly place ends with more children missing than the newest report says.
fn roll(cx: &mut Cx<'_, '_>, i: &Incident, reports: &[Row]) -> Result<bool> {
    let (Some(said), Some(last)) = (i.missing, reports.last()) else { return Ok(false) };
    for alarm in alarms(cx, i)? {
        let (Some(ended), Some(alarm::Outcome::Real)) = (alarm.ended_at, alarm.outcome) else { continue };
        let counted = cx.tx.row(sql::ROLL, args![alarm.id])?.map_or(Ok(0), |row| row.int("n"))?;
        let told_at = last.ms("received_at")?;
        if counted > said && told_at >= alarm.received_at {
            let traces = vec![
                Trace::new("alarm", alarm.id, ended, Says::RollMissing).n(counted),
                Trace::new("incident", i.id, told_at, Says::ReportMissing).n(said),
            ];
            return enter(cx, &found(i, Rule::Roll, Fault::False, traces));
        }
    }
    Ok(false)
}

/// A photo that another record used before it happened.
fn photos(cx: &mut Cx<'_, '_>, i: &Incident, reports: &[Row]) -> Result<bool> {
    for report in reports {
        let photos: Vec<Photo> =
            report.opt_text("photos")?.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
        for photo in photos {
            let Some(hash) = hash_bytes(&photo.hash) else { continue };
            let Some(row) = cx.tx.row(sql::PHOTO_BEFORE, args![hash, i.id, i.happened_at])? else { continue };
            let traces = vec![
                Trace::new(&row.text("noun")?, row.id("id")?, row.ms("at")?, Says::PhotoBefore),
                Trace::new("incident", i.id, i.happened_at, Says::Happened),
            ];
            return enter(cx, &found(i, Rule::Photo, Fault::False, traces));
        }
    }
    Ok(false)
}

/// Hours that cannot be: a call before anything was known, a first knowledge after the unit's own alarm.
fn hours(cx: &mut Cx<'_, '_>, i: &Incident) -> Result<bool> {
    let known = Trace::new("incident", i.id, i.known_at, Says::Known);
    for leg in incident::legs_of(cx, i.id)? {
        let called = leg.met_how.as_deref() == Some("call") && leg.from_unit == i.unit;
        if let Some(at) = leg.done_at.filter(|at| called && at.plus(CLOCKS_MS) < i.happened_at) {
            let happened = Trace::new("incident", i.id, i.happened_at, Says::Happened);
            let traces = vec![Trace::new("incident", i.id, at, Says::CallClaimed), happened];
            return enter(cx, &found(i, Rule::Time, Fault::False, traces));
        }
    }
    for alarm in alarms(cx, i)? {
        let at = alarm.received_at;
        let own = alarm.outcome != Some(alarm::Outcome::False) && i.happened_at > at.plus(CLOCKS_MS);
        if own && i.first_at > at && opened_by(cx, alarm.id)? == Some(i.id) {
            let happened = Trace::new("incident", i.id, i.happened_at, Says::Happened);
            let traces = vec![Trace::new("alarm", alarm.id, at, Says::AlarmRaised), happened, known];
            return enter(cx, &found(i, Rule::Time, Fault::False, traces));
        }
    }
    Ok(false)
}

/// The incident that was reported on an alarm's draft.
fn opened_by(cx: &mut Cx<'_, '_>, alarm: Id) -> Result<Option<Id>> {
    let row = cx.tx.row(incident::sql::DRAFT_OF_ALARM, args![alarm])?;
    row.map_or(Ok(None), |row| row.opt_id("incident"))
}

/// 更正 says that what stood there was wrong. Of the people: less than before, or, long after, more.
fn corrections(cx: &mut Cx<'_, '_>, i: &Incident, reports: &[Row]) -> Result<bool> {
    let mut any = false;
    for pair in reports.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        if after.text("kind")? != ReportKind::Amend.code() {
            continue;
        }
        let (said_at, told_at) = (before.ms("received_at")?, after.ms("received_at")?);
        for field in FIGURES {
            let (Some(was), Some(is)) = (before.opt_int(field)?, after.opt_int(field)?) else { continue };
            let late = told_at.since(said_at) > cx.pack.span("clue.amend");
            let (rule, fault) = match () {
                () if is < was => (Rule::LoweredLater, Fault::Hidden),
                () if is > was && late => (Rule::RaisedLater, Fault::False),
                () => continue,
            };
            let report = after.id("id")?;
            let traces = vec![
                Trace::new("incident", i.id, said_at, Says::FirstSaid).n(was).of(field),
                Trace::new("incident", i.id, told_at, Says::LaterSaid).n(is).of(field),
            ];
            let of_report = Found { noun: "incident_report", subject: report, ..found(i, rule, fault, traces) };
            any |= enter(cx, &of_report)?;
            break;
        }
    }
    Ok(any)
}
