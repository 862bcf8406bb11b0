//! Legs: what one level owes upward or beside, by when, and how it was met. Which legs there are follows from kind, grade,
//! class and where the school stands in the tree; when something graver becomes known, the legs that it needs are added.

use base::{Error, Id, Ms, Result};
use db::{Row, args};
use serde::Serialize;

use super::state::{Act, Class, Grade, LegKind, Party};
use super::store::{self, Said};
use super::{Incident, from_row as incident_from, pack_of, sql};
use crate::kernel::cx::Cx;
use crate::kernel::due;
use crate::org::UnitKind;
use crate::org::unit::{self, Unit};

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Leg {
    pub id: Id,
    pub county: i64,
    pub incident: Id,
    pub unit: Id,
    pub kind: LegKind,
    /// Who owes it.
    pub from_unit: Id,
    pub to_unit: Option<Id>,
    /// An office without an account here.
    pub party: Option<Party>,
    /// From when the clock runs.
    pub base_at: Ms,
    pub due_at: Option<Ms>,
    pub open: bool,
    /// When it was done, as the person says.
    pub done_at: Option<Ms>,
    /// When the server knew of it: by this it is judged.
    pub met_at: Option<Ms>,
    pub met_by: Option<Id>,
    /// Code: `report`, `call`, `receive`, `pass`, `skip`, `fact`.
    pub met_how: Option<String>,
    pub spoke_with: Option<String>,
    /// When the program noticed that it was missed.
    pub missed_at: Option<Ms>,
    pub from_name: String,
    pub to_name: Option<String>,
    pub by_name: Option<String>,
}

impl Leg {
    /// Late by so many milliseconds: met too late, or open past its time.
    pub fn late(&self, now: Ms) -> Option<i64> {
        let due = self.due_at?;
        let at = match (self.met_at, self.open) {
            (Some(met), _) => met,
            (None, true) => now,
            (None, false) => return None,
        };
        (at > due).then(|| at.since(due))
    }
}

pub(super) fn from_row(row: &Row) -> Result<Leg> {
    let name = |column: &str| row.opt_text(column).unwrap_or_default();
    Ok(Leg {
        id: row.id("id")?,
        county: row.int("county")?,
        incident: row.id("incident")?,
        unit: row.id("unit")?,
        kind: super::code(row, "kind", LegKind::from_code)?,
        from_unit: row.id("from_unit")?,
        to_unit: row.opt_id("to_unit")?,
        party: row.opt_text("party")?.as_deref().and_then(Party::from_code),
        base_at: row.ms("base_at")?,
        due_at: row.opt_ms("due_at")?,
        open: row.flag("open")?,
        done_at: row.opt_ms("done_at")?,
        met_at: row.opt_ms("met_at")?,
        met_by: row.opt_id("met_by")?,
        met_how: row.opt_text("met_how")?,
        spoke_with: row.opt_text("spoke_with")?,
        missed_at: row.opt_ms("missed_at")?,
        from_name: name("from_name").unwrap_or_default(),
        to_name: name("to_name"),
        by_name: name("by_name"),
    })
}

/// The legs of an incident in the order in which they arose.
pub(crate) fn of(cx: &mut Cx<'_, '_>, incident: Id) -> Result<Vec<Leg>> {
    let rows = cx.tx.rows(sql::LEGS, args![incident])?;
    let read = rows.iter().map(|row| Ok((row.ms("received_at")?, from_row(row)?)));
    let mut legs = read.collect::<Result<Vec<(Ms, Leg)>>>()?;
    legs.sort_by_key(|(at, leg)| (*at, leg.kind, leg.party));
    Ok(legs.into_iter().map(|(_, leg)| leg).collect())
}

/// The levels above a unit that can receive, nearest first: the city, and the counties in which somebody is in a bureau's
/// post. A pseudo-county (市直, 市属民办) has nobody and is passed by.
pub fn levels(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Vec<Unit>> {
    let today = cx.now.day();
    let above: Vec<Unit> = unit::path(cx, unit)?.into_iter().skip(1).filter(|u| u.kind.is_bureau()).collect();
    let mut out = Vec::new();
    for level in &above {
        if level.kind == UnitKind::City || cx.tx.row(sql::STAFFED, args![level.id, today])?.is_some() {
            out.push(level.clone());
        }
    }
    if out.is_empty() {
        out.extend(above.into_iter().next());
    }
    Ok(out)
}

/// A leg to be made.
struct Wanted {
    kind: LegKind,
    from: Id,
    to: Option<Id>,
    party: Option<Party>,
    base: Ms,
    due: Option<Ms>,
}

/// How a leg was met.
pub(super) struct Met {
    pub how: &'static str,
    pub done_at: Ms,
    pub spoke_with: Option<String>,
}

impl Met {
    pub fn by(how: &'static str, done_at: Ms) -> Met {
        Met { how, done_at, spoke_with: None }
    }
}

/// Makes the legs that an incident needs as it now stands and does not have yet. `t0` is first knowledge for the first
/// report, and the moment at which something graver became known for later ones.
pub(super) fn ensure(cx: &mut Cx<'_, '_>, incident: &Incident, t0: Ms) -> Result<Vec<Leg>> {
    let have = of(cx, incident.id)?;
    let wanted = wanted(cx, incident, &have, t0)?;
    let mut made = Vec::new();
    for w in wanted {
        // Who stands above may change meanwhile; the school's own two are owed once.
        let once = matches!(w.kind, LegKind::Phone | LegKind::Written);
        let same = |l: &Leg| once || (l.from_unit == w.from && l.party == w.party && l.to_unit == w.to);
        let known = have.iter().chain(&made).any(|l| l.kind == w.kind && same(l));
        if !known {
            made.push(insert(cx, incident, &w, None)?);
        }
    }
    Ok(made)
}

fn wanted(cx: &mut Cx<'_, '_>, i: &Incident, have: &[Leg], t0: Ms) -> Result<Vec<Wanted>> {
    let pack = pack_of(cx, i.known_at).clone();
    let after = |base: Ms, key: &str| Some(base.plus(pack.span(key)));
    let levels = levels(cx, i.unit)?;
    let mut out = Vec::new();
    let leg = |kind, from, to, base, due| Wanted { kind, from, to, party: None, base, due };
    let beside =
        |from, party, base, due| Wanted { kind: LegKind::Party, from, to: None, party: Some(party), base, due };
    let Some(first) = levels.first() else { return Ok(out) };
    out.push(leg(LegKind::Phone, i.unit, Some(first.id), i.known_at, after(i.known_at, "incident.phone")));
    out.push(leg(LegKind::Written, i.unit, Some(first.id), i.known_at, after(i.known_at, "incident.written")));
    for party in i.kind.parties() {
        out.push(beside(i.unit, *party, t0, after(t0, "incident.party")));
    }
    if i.class == Class::A && !i.kind.parties().contains(&Party::Emergency) {
        out.push(beside(i.unit, Party::Emergency, t0, after(t0, "incident.party")));
    }
    // Each level signs, then goes on to the next; the clock of going on starts with the signature, and without one when
    // the time for signing is over, so that nobody gains time by not looking.
    let mut told = Some(i.first_at);
    for (n, level) in levels.iter().enumerate() {
        let Some(at) = told else { break };
        let base = at.max(t0);
        out.push(leg(LegKind::Sign, level.id, None, base, after(base, "incident.sign")));
        let signed = have.iter().any(|l| l.kind == LegKind::Sign && l.from_unit == level.id && l.met_at.is_some());
        let start = if signed { base } else { base.plus(pack.span("incident.sign")) };
        let due = after(start, "incident.level");
        let next = levels.get(n + 1);
        match next {
            Some(next) => out.push(leg(LegKind::Level, level.id, Some(next.id), start, due)),
            None if goes_to_province(i.grade) => {
                out.push(Wanted { party: Some(Party::Province), ..leg(LegKind::Level, level.id, None, start, due) });
            }
            None => {}
        }
        if (n == 0 && i.class == Class::A) || goes_to_province(i.grade) {
            out.push(beside(level.id, Party::Government, start, due));
        }
        told = next.and_then(|next| {
            let reached = have.iter().filter(|l| l.to_unit == Some(next.id) && l.met_at.is_some());
            reached.filter_map(|l| l.met_at).min()
        });
    }
    Ok(out)
}

/// 令493 art. 10: 较大 and above go on from the city; 一般 ends there.
fn goes_to_province(grade: Grade) -> bool {
    grade != Grade::Ordinary
}

fn insert(cx: &mut Cx<'_, '_>, i: &Incident, w: &Wanted, met: Option<&Met>) -> Result<Leg> {
    let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
    let by = cx.actor.person;
    let args = args![
        i.county,
        id,
        salt,
        i.id,
        i.unit,
        w.kind,
        w.from,
        w.to,
        w.party,
        w.base,
        w.due,
        met.is_none(),
        met.map(|m| m.done_at),
        met.map(|_| now),
        met.and(by),
        met.map(|m| m.how),
        now
    ];
    let row = cx.put("incident.leg", "incident_leg", sql::LEG, args)?;
    if let Some(due_at) = w.due.filter(|_| met.is_none()) {
        due::set(cx, "incident", id, "leg", due_at)?;
    }
    from_row(&row)
}

/// A leg past a level, done as it is made.
pub(super) fn skip(cx: &mut Cx<'_, '_>, i: &Incident, from: Id, to: Option<Id>, done_at: Ms) -> Result<Leg> {
    let party = to.is_none().then_some(Party::Province);
    let w = Wanted { kind: LegKind::Skip, from, to, party, base: cx.now, due: None };
    insert(cx, i, &w, Some(&Met::by("skip", done_at)))
}

pub(super) fn save(cx: &mut Cx<'_, '_>, leg: &Leg) -> Result<()> {
    let args = args![
        leg.id,
        leg.base_at,
        leg.due_at,
        leg.open,
        leg.done_at,
        leg.met_at,
        leg.met_by,
        leg.met_how.clone(),
        leg.spoke_with.clone(),
        leg.missed_at
    ];
    cx.put("incident.leg", "incident_leg", sql::LEG_UPDATE, args)?;
    match leg.due_at.filter(|_| leg.open && leg.missed_at.is_none()) {
        Some(due_at) => due::set(cx, "incident", leg.id, "leg", due_at),
        None => due::clear(cx, leg.id, "leg"),
    }
}

/// The leg was done; judged by now, with what the person says beside it.
pub(super) fn meet(cx: &mut Cx<'_, '_>, leg: &mut Leg, met: Met) -> Result<()> {
    leg.open = false;
    (leg.done_at, leg.met_at, leg.met_by) = (Some(met.done_at), Some(cx.now), cx.actor.person);
    (leg.met_how, leg.spoke_with) = (Some(met.how.into()), met.spoke_with);
    save(cx, leg)
}

/// First knowledge turned out to be earlier: the clocks that start there do too, met or not.
pub(super) fn earlier(cx: &mut Cx<'_, '_>, i: &Incident, before: Ms) -> Result<()> {
    let shift = before.since(i.known_at);
    if shift <= 0 {
        return Ok(());
    }
    for mut leg in of(cx, i.id)?.into_iter().filter(|l| l.from_unit == i.unit && l.base_at == before) {
        leg.base_at = i.known_at;
        leg.due_at = leg.due_at.map(|at| at.plus(-shift));
        save(cx, &leg)?;
    }
    Ok(())
}

/// A level has signed at `at`: its clock upward starts then, if that is earlier than it stood.
pub(super) fn started(cx: &mut Cx<'_, '_>, i: &Incident, level: Id, at: Ms) -> Result<()> {
    let upward = |l: &Leg| l.kind == LegKind::Level || l.party == Some(Party::Government);
    for mut leg in of(cx, i.id)?.into_iter().filter(|l| l.from_unit == level && l.open && upward(l)) {
        if at < leg.base_at {
            let span = leg.due_at.map(|due| due.since(leg.base_at));
            leg.base_at = at;
            leg.due_at = span.map(|span| at.plus(span));
            save(cx, &leg)?;
        }
    }
    Ok(())
}

/// Nothing is owed any more (withdrawn): open legs end unmet, and stay.
pub(super) fn end_all(cx: &mut Cx<'_, '_>, incident: Id) -> Result<()> {
    for mut leg in of(cx, incident)?.into_iter().filter(|l| l.open) {
        leg.open = false;
        save(cx, &leg)?;
    }
    Ok(())
}

/// The time of a leg ran out: entered once, seen by every level above.
pub(super) fn missed(cx: &mut Cx<'_, '_>, id: Id, planned: Ms) -> Result<()> {
    let Some(row) = cx.tx.row(sql::LEG_BY_ID, args![id])? else { return Ok(()) };
    let mut leg = from_row(&row)?;
    if !leg.open || leg.due_at != Some(planned) {
        return Ok(());
    }
    let row = cx.tx.row(sql::BY_ID, args![leg.incident])?.ok_or_else(|| Error::missing("incident", leg.incident))?;
    let mut incident = incident_from(&row)?;
    leg.missed_at = Some(cx.now);
    save(cx, &leg)?;
    incident.late += 1;
    let said = Said { leg: Some(leg.id), planned_at: Some(planned), ..Said::default() };
    store::put(cx, &mut incident, Act::Overdue, &said)
}
