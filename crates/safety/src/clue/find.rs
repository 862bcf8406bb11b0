//! The detectors. Each source is looked through in the order in which its records reached the server, once what would
//! explain a record has had its time; every night the last days are looked through again, so that a record which was
//! committed late, or a clock that jumped, loses nothing. Looking twice finds the same: a clue is entered once.

use base::{Error, Id, Ms, Result};
use db::{Row, args};

use super::rule::{self, Fault, Rule, Says, Trace};
use super::{Clue, Found, answer, enter, from_row, judge, sql};
use crate::absence;
use crate::alarm;
use crate::hazard::{self, harm};
use crate::incident;
use crate::kernel::cx::Cx;
use crate::org::people;
use crate::outside;
use crate::tip;

/// Records of one source looked at in one round. A round is one transaction, and whoever presses an alarm meanwhile waits
/// for it: a record that becomes a clue is a dozen statements.
const ROUND: i64 = 60;
/// Of hazards, of which there are many and of which hardly one becomes a clue.
const HAZARD_ROUND: i64 = 300;
/// A transaction carries the moment at which its request came and is stored a little later: the newest seconds wait.
const LAG_MS: i64 = 15 * Ms::SECOND;
/// Days that are looked through again each night.
const AGAIN_DAYS: i64 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Alarm,
    /// An alarm that ended some time ago: by then it is reported.
    Ended,
    Tip,
    /// A hazard's sentence may tell of somebody hurt.
    Hazard,
    Outside,
    Line,
    Zero,
    Draft,
    Incident,
}

const SOURCES: &[Source] = &[
    Source::Incident,
    Source::Draft,
    Source::Zero,
    Source::Alarm,
    Source::Ended,
    Source::Tip,
    Source::Hazard,
    Source::Outside,
    Source::Line,
];

impl Source {
    fn code(self) -> &'static str {
        match self {
            Source::Alarm => "alarm",
            Source::Ended => "ended",
            Source::Tip => "tip",
            Source::Hazard => "hazard",
            Source::Outside => "outside",
            Source::Line => "line",
            Source::Zero => "zero",
            Source::Draft => "draft",
            Source::Incident => "incident",
        }
    }
    fn sql(self) -> &'static str {
        match self {
            Source::Alarm => sql::ALARMS,
            Source::Ended => sql::ENDED,
            Source::Tip => sql::TIPS,
            Source::Hazard => sql::HAZARDS,
            Source::Outside => sql::OUTSIDES,
            Source::Line => sql::LINES,
            Source::Zero => sql::ZEROS,
            Source::Draft => sql::DRAFTS,
            Source::Incident => sql::STEPS,
        }
    }
    /// How long a record of this source waits for what would explain it. The time of a row of an outside list stands in
    /// the row.
    fn wait(self, cx: &Cx<'_, '_>) -> i64 {
        match self {
            Source::Alarm => cx.pack.span("clue.alarm"),
            Source::Ended => cx.pack.span("incident.written"),
            Source::Tip => cx.pack.span("clue.tip"),
            Source::Hazard => cx.pack.span("clue.hazard"),
            Source::Line => cx.pack.span("clue.absence"),
            Source::Outside | Source::Zero | Source::Draft | Source::Incident => 0,
        }
    }
    fn round(self) -> i64 {
        if self == Source::Hazard { HAZARD_ROUND } else { ROUND }
    }
}

/// How far a source was looked through: a moment, and in it up to which record.
fn mark(cx: &mut Cx<'_, '_>, source: Source) -> Result<(Ms, Id)> {
    let row = cx.tx.row(sql::MARK, args![source.code()])?;
    let at = row.as_ref().map_or(Ok(Ms(0)), |row| row.ms("at"))?;
    let past = row.map_or(Ok(None), |row| row.opt_id("past"))?;
    Ok((at, past.unwrap_or_else(|| Id::from_parts(Ms(0), [0; 10]))))
}

fn rows(cx: &mut Cx<'_, '_>, source: Source, most: i64) -> Result<Vec<Row>> {
    let until = cx.now.plus(-source.wait(cx) - LAG_MS);
    let (from, past) = mark(cx, source)?;
    if until < from {
        return Ok(Vec::new());
    }
    cx.tx.rows(source.sql(), args![from, past, until, most])
}

/// Is there anything to look at?
pub fn waiting(cx: &mut Cx<'_, '_>) -> Result<bool> {
    for source in SOURCES {
        if !rows(cx, *source, 1)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One round over every source. Answers how many clues were entered or changed.
pub fn look(cx: &mut Cx<'_, '_>) -> Result<usize> {
    let mut found = 0;
    for source in SOURCES.iter().copied() {
        let rows = rows(cx, source, source.round())?;
        for row in &rows {
            found += usize::from(one(cx, source, row)?);
        }
        let Some(last) = rows.last() else { continue };
        cx.tx.exec(sql::MARK_SET, args![source.code(), last.ms("seen_at")?, last.id("id")?])?;
    }
    Ok(found)
}

/// Every night: the last days again.
pub fn again(cx: &mut Cx<'_, '_>) -> Result<()> {
    let back = cx.now.plus(-AGAIN_DAYS * Ms::DAY);
    cx.tx.exec(sql::MARK_BACK, args![back])?;
    Ok(())
}

fn one(cx: &mut Cx<'_, '_>, source: Source, row: &Row) -> Result<bool> {
    match source {
        Source::Alarm => {
            let alarm = alarm::from_row(row)?;
            match of_alarm(&alarm) {
                Some(signal) => weigh(cx, signal),
                None => Ok(false),
            }
        }
        Source::Tip => match of_tip(row)? {
            Some(signal) => weigh(cx, signal),
            None => Ok(false),
        },
        Source::Hazard => match of_hazard(cx, &hazard::from_row(row)?)? {
            Some(signal) => weigh(cx, signal),
            None => Ok(false),
        },
        Source::Outside => match of_outside(row)? {
            Some(signal) => weigh(cx, signal),
            None => Ok(false),
        },
        Source::Line => match of_line(cx, &absence::from_row(row)?)? {
            Some(signal) => weigh(cx, signal),
            None => Ok(false),
        },
        Source::Ended | Source::Zero | Source::Draft => over_again(cx, row.id("unit")?),
        Source::Incident => {
            let incident = row.id("incident")?;
            let Some(row) = cx.tx.row(sql::INCIDENT, args![incident])? else { return Ok(false) };
            let incident = incident::from_row(&row)?;
            let again = over_again(cx, incident.unit)?;
            Ok(judge::incident(cx, &incident)? || again)
        }
    }
}

/// Something independent of the report that shows that something happened.
#[derive(Clone, Debug)]
struct Signal {
    unit: Id,
    county: i64,
    noun: &'static str,
    id: Id,
    at: Ms,
    /// An incident of these hours explains it.
    from: Ms,
    until: Ms,
    traces: Vec<Trace>,
    /// A record of the unit's own shows that it knew.
    knew: Vec<Trace>,
    /// Of a list's row: whose list, and its words.
    listed: Option<(outside::Source, String)>,
}

fn of_alarm(a: &alarm::Alarm) -> Option<Signal> {
    if a.test || a.outcome == Some(alarm::Outcome::False) {
        return None;
    }
    let at = a.received_at;
    Some(Signal {
        unit: a.unit,
        county: a.county,
        noun: "alarm",
        id: a.id,
        at,
        from: at.plus(-Ms::DAY),
        until: at.plus(Ms::DAY),
        traces: vec![Trace::new("alarm", a.id, at, Says::AlarmRaised)],
        knew: Vec::new(),
        listed: None,
    })
}

/// Kinds of a tip that speak of an incident; the others speak of a danger.
const TOLD: &[tip::Kind] = &[tip::Kind::Injury, tip::Kind::Violence, tip::Kind::Concealed];

fn of_tip(row: &Row) -> Result<Option<Signal>> {
    let kind = tip::Kind::from_code(&row.text("kind")?).ok_or_else(|| Error::broken("tip.kind"))?;
    let outcome = row.opt_text("outcome")?;
    if !TOLD.contains(&kind) || outcome.as_deref() == Some(tip::Outcome::Unfounded.code()) {
        return Ok(None);
    }
    let (id, told_at) = (row.id("id")?, row.ms("received_at")?);
    let (at, from, until) = match row.opt_day("happened_on")? {
        Some(day) => (day.start(), day.plus_days(-1).start(), day.plus_days(1).end()),
        None => (told_at, told_at.plus(-7 * Ms::DAY), told_at.plus(Ms::DAY)),
    };
    Ok(Some(Signal {
        unit: row.id("unit")?,
        county: row.int("county")?,
        noun: "tip",
        id,
        at,
        from,
        until,
        traces: vec![Trace::new("tip", id, at, Says::Told)],
        knew: Vec::new(),
        listed: None,
    }))
}

/// Does the sentence of a hazard say that somebody was hurt? Not when an incident showed it, nor of one that is void: what
/// was entered by mistake or twice.
pub(super) fn tells(cx: &mut Cx<'_, '_>, h: &hazard::Hazard) -> Result<bool> {
    Ok(h.state != hazard::State::Void && harm::told(&h.what) && cx.tx.row(sql::SHOWN, args![h.id])?.is_none())
}

fn of_hazard(cx: &mut Cx<'_, '_>, h: &hazard::Hazard) -> Result<Option<Signal>> {
    if !tells(cx, h)? {
        return Ok(None);
    }
    let (from, until) = harm::hours(h.raised_at);
    Ok(Some(Signal {
        unit: h.unit,
        county: h.county,
        noun: "hazard",
        id: h.id,
        at: h.raised_at,
        from,
        until,
        traces: vec![Trace::new("hazard", h.id, h.raised_at, Says::Harm)],
        knew: Vec::new(),
        listed: None,
    }))
}

fn of_outside(row: &Row) -> Result<Option<Signal>> {
    let o = outside::from_row(row)?;
    if o.void_reason.is_some() {
        return Ok(None);
    }
    let says = match o.source {
        outside::Source::Police => Says::Police,
        outside::Source::Traffic => Says::Traffic,
        outside::Source::Health => Says::Health,
        outside::Source::Insurance => Says::Insurance,
    };
    Ok(Some(Signal {
        unit: o.unit,
        county: o.county,
        noun: "outside",
        id: o.id,
        at: o.happened_at,
        from: o.happened_at.plus(-Ms::DAY),
        until: o.happened_at.plus(Ms::DAY),
        traces: vec![Trace::new("outside", o.id, o.happened_at, says)],
        knew: Vec::new(),
        listed: Some((o.source, o.what.unwrap_or_default())),
    }))
}

/// A line of a class that makes, or made, a cluster: as many children with one sign as are to be reported, on the day or
/// over three days (the newest line of each day before).
fn of_line(cx: &mut Cx<'_, '_>, line: &absence::Line) -> Result<Option<Signal>> {
    let limit = absence::Limit::of(cx.pack);
    let lines = absence::of_class(cx, line.class, line.day.plus_days(-2), line.day)?;
    let today: Vec<&absence::Line> = lines.iter().filter(|l| l.day == line.day).collect();
    let (Some(first), Some(newest)) = (today.first(), today.last()) else { return Ok(None) };
    let newest_of = |day| lines.iter().rfind(|l| l.day == day);
    let before = |sign: &str| {
        [1i64, 2].iter().filter_map(|n| newest_of(line.day.plus_days(-n))).map(|l| l.counts.of(sign)).sum::<i64>()
    };
    let alike = |l: &absence::Line| {
        let signs = absence::ALIKE.iter().map(|sign| (*sign, l.counts.of(sign)));
        signs
            .filter(|(sign, n)| *n >= limit.day || (*n > 0 && n + before(sign) >= limit.three_days))
            .max_by_key(|s| s.1)
    };
    let Some((seen, (sign, n))) = today.iter().find_map(|l| alike(l).map(|found| (*l, found))) else {
        return Ok(None);
    };
    let near = args![line.class, line.day, line.day.plus_days(-3)];
    if cx.tx.row(sql::ALIKE_NEAR, near)?.is_some() {
        return Ok(None);
    }
    let lowered = newest.serial > seen.serial && alike(newest).is_none();
    let knew = match lowered {
        true => {
            let now = newest.counts.of(sign);
            vec![Trace::new("absence", newest.id, newest.received_at, Says::LineLowered).n(now).of(sign)]
        }
        false => Vec::new(),
    };
    Ok(Some(Signal {
        unit: line.unit,
        county: line.county,
        noun: "absence",
        id: first.id,
        at: seen.received_at,
        from: line.day.plus_days(-2).start(),
        until: seen.received_at.plus(cx.pack.span("clue.absence")),
        traces: vec![Trace::new("absence", seen.id, seen.received_at, Says::Alike).n(n).of(sign)],
        knew,
        listed: None,
    }))
}

/// Open clues of a unit about signals, weighed again: something was reported, withdrawn, dropped or signed since.
fn over_again(cx: &mut Cx<'_, '_>, unit: Id) -> Result<bool> {
    let open = cx.tx.rows(sql::OPEN_OF_UNIT, args![unit])?;
    let mut any = false;
    for clue in open.iter().map(from_row).collect::<Result<Vec<Clue>>>()? {
        if let Some(signal) = signal_of(cx, &clue)? {
            any |= weigh(cx, signal)?;
        }
    }
    Ok(any)
}

/// The signal of a clue as it now stands; none when it has turned out to be none.
fn signal_of(cx: &mut Cx<'_, '_>, clue: &Clue) -> Result<Option<Signal>> {
    let of = |sql: &'static str, cx: &mut Cx<'_, '_>| cx.tx.row(sql, args![clue.subject]);
    match clue.noun.as_str() {
        "alarm" => Ok(of(alarm::sql::BY_ID, cx)?.as_ref().map(alarm::from_row).transpose()?.and_then(|a| of_alarm(&a))),
        "tip" => of(tip::sql::BY_ID, cx)?.as_ref().map_or(Ok(None), of_tip),
        "hazard" => match of(hazard::sql::BY_ID, cx)? {
            Some(row) => of_hazard(cx, &hazard::from_row(&row)?),
            None => Ok(None),
        },
        "outside" => of(outside::sql::BY_ID, cx)?.as_ref().map_or(Ok(None), of_outside),
        _ => Ok(Some(Signal {
            unit: clue.unit,
            county: clue.county,
            noun: "absence",
            id: clue.subject,
            at: clue.at,
            from: clue.from_at,
            until: clue.until_at,
            traces: clue.traces.iter().filter(|t| t.says == Says::Alike).cloned().collect(),
            knew: clue.traces.iter().filter(|t| t.says == Says::LineLowered).cloned().collect(),
            listed: None,
        })),
    }
}

/// An incident near a signal.
struct Near {
    id: Id,
    kind: incident::Kind,
    withdrawn: bool,
    known_at: Ms,
    first_at: Ms,
}

fn near(cx: &mut Cx<'_, '_>, signal: &Signal) -> Result<Vec<Near>> {
    let rows = cx.tx.rows(sql::NEAR, args![signal.unit, signal.from, signal.until])?;
    rows.iter()
        .map(|row| {
            Ok(Near {
                id: row.id("id")?,
                kind: incident::Kind::from_code(&row.text("kind")?).ok_or_else(|| Error::broken("incident.kind"))?,
                withdrawn: row.text("state")? == incident::State::Withdrawn.code(),
                known_at: row.ms("known_at")?,
                first_at: row.ms("first_at")?,
            })
        })
        .collect()
}

/// Holds a signal against the incidents of its hours. None: it stands alone, and if the unit knew, that is graver. One that
/// came long after: late by the signal, whatever it claims. One in time: an open clue is answered.
fn weigh(cx: &mut Cx<'_, '_>, mut signal: Signal) -> Result<bool> {
    let mut incidents = near(cx, &signal)?;
    // What the list itself names as another matter answers nothing.
    if let Some((source, what)) = &signal.listed {
        incidents.retain(|i| !rule::apart(*source, what, i.kind));
    }
    if let Some(i) = incidents.iter().find(|i| !i.withdrawn) {
        return explained(cx, signal, i);
    }
    for i in incidents.iter().filter(|i| i.withdrawn) {
        signal.knew.push(Trace::new("incident", i.id, i.first_at, Says::Withdrawn));
    }
    knew(cx, &mut signal)?;
    let fault = if signal.knew.is_empty() { Fault::Omitted } else { Fault::Hidden };
    let mut traces = signal.traces;
    traces.append(&mut signal.knew);
    let found = Found {
        unit: signal.unit,
        county: signal.county,
        rule: Rule::Unreported,
        fault,
        noun: signal.noun,
        subject: signal.id,
        at: signal.at,
        from: signal.from,
        until: signal.until,
        traces,
        incident: None,
    };
    enter(cx, &found)
}

fn explained(cx: &mut Cx<'_, '_>, signal: Signal, i: &Near) -> Result<bool> {
    let limit = cx.pack.span("incident.written");
    // A tip comes when it comes: only the school's own alarm and lines, and other offices' lists, give an hour.
    let late = signal.noun != "tip" && i.first_at > signal.at.plus(limit) && i.known_at.plus(limit) >= i.first_at;
    if late {
        let due = signal.at.plus(limit);
        let mut traces = signal.traces;
        traces.push(Trace::new("incident", i.id, i.known_at, Says::Known));
        traces.push(Trace::new("incident", i.id, due, Says::Due));
        traces.push(Trace::new("incident", i.id, i.first_at, Says::Reported));
        let found = Found {
            unit: signal.unit,
            county: signal.county,
            rule: Rule::LateSignal,
            fault: Fault::Late,
            noun: signal.noun,
            subject: signal.id,
            at: signal.at,
            from: signal.from,
            until: signal.until,
            traces,
            incident: Some(i.id),
        };
        return enter(cx, &found);
    }
    match super::known(cx, signal.noun, signal.id, Rule::Unreported)? {
        Some(clue) if clue.state == super::State::Open && clue.rule == Rule::Unreported => {
            answer(cx, &clue, i.id)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// What shows that the unit knew: it dropped the alarm's draft, it ended the alarm as a real one and let the time for
/// reporting go by, it signed that nothing had happened.
fn knew(cx: &mut Cx<'_, '_>, signal: &mut Signal) -> Result<()> {
    if signal.noun == "alarm" {
        if let Some(row) = cx.tx.row(incident::sql::DRAFT_OF_ALARM, args![signal.id])? {
            let draft = incident::draft::from_row(&row)?;
            if let (incident::draft::State::Dropped, Some(at)) = (draft.state, draft.closed_at) {
                signal.knew.push(Trace::new("incident_draft", draft.id, at, Says::DraftDropped));
            }
        }
        if let Some(row) = cx.tx.row(alarm::sql::BY_ID, args![signal.id])? {
            let alarm = alarm::from_row(&row)?;
            let own = match alarm.ended_by {
                Some(person) => people::load(cx, person)?.unit == signal.unit,
                None => false,
            };
            let real = own && alarm.outcome == Some(alarm::Outcome::Real);
            if let Some(at) = alarm.ended_at.filter(|at| real && at.plus(cx.pack.span("incident.written")) <= cx.now) {
                signal.knew.push(Trace::new("alarm", alarm.id, at, Says::AlarmReal));
            }
        }
    }
    // What somebody tells of the school, the school need not know.
    if signal.noun == "tip" {
        return Ok(());
    }
    if let Some(row) = cx.tx.row(sql::ZERO_AFTER, args![signal.unit, signal.at.day(), signal.at])? {
        signal.knew.push(Trace::new("incident_zero", row.id("id")?, row.ms("received_at")?, Says::ZeroSigned));
    }
    Ok(())
}
