//! Reading duties: lists in the asker's scope, one duty with its history, one cell also when nothing has happened in it,
//! and what waits for the actor (今日).

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, Value, args};
use serde::{Deserialize, Serialize};

use super::cells::{self, Slot};
use super::owner::{self, Owner};
use super::waiver::{self, Waiver};
use super::{Duty, Mark, State, credit, facts, from_row, load, pack_of, scope, sql, store, work};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach};
use crate::kernel::text;
use crate::org::unit::{self, Unit};
use crate::pack::model::Entry;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Filter {
    /// A unit and what is under it.
    pub unit: Option<Id>,
    pub entry: Option<String>,
    pub clause: Option<String>,
    pub period: Option<String>,
    pub state: Option<State>,
    /// Periods that end in this span.
    pub from_on: Option<Day>,
    pub until_on: Option<Day>,
    /// Only those that came late, or are 补录.
    #[serde(default)]
    pub late: bool,
    /// Only those given to the actor.
    #[serde(default)]
    pub mine: bool,
}

/// A duty in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub duty: Duty,
    pub unit_name: String,
    /// The entry's title in the pack that judged it.
    pub title: String,
    pub mark: Mark,
    pub owner: Option<String>,
    pub done_by: Option<String>,
    pub checked_by: Option<String>,
    pub accepted_by: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Page {
    pub items: Vec<Line>,
    pub next: Option<String>,
}

/// The entry's title in the pack that judged the duty; its id where that pack is gone.
pub(crate) fn title(cx: &Cx<'_, '_>, duty: &Duty) -> String {
    credit::entry_of(pack_of(cx, duty), &duty.entry).map_or_else(|| duty.entry.clone(), |e| e.title.clone())
}

fn line(cx: &Cx<'_, '_>, row: &Row) -> Result<Line> {
    let duty = from_row(row)?;
    Ok(Line {
        unit_name: row.text("unit_name")?,
        title: title(cx, &duty),
        mark: duty.mark(cx.now),
        owner: row.opt_text("owner_name")?,
        done_by: row.opt_text("done_name")?,
        checked_by: row.opt_text("checked_name")?,
        accepted_by: row.opt_text("accepted_name")?,
        duty,
    })
}

/// A statement put together with its arguments.
struct Query {
    conditions: String,
    args: Vec<Value>,
}

impl Query {
    fn new(reach: Reach, unit: Id) -> Query {
        Query { conditions: reach.predicate().to_string(), args: vec![unit.into()] }
    }
    fn and(&mut self, before: &str, value: impl Into<Value>, after: &str) {
        self.args.push(value.into());
        self.conditions.push_str(&format!(" and {before} ${}{after}", self.args.len()));
    }
    fn plain(&mut self, condition: &str) {
        self.conditions.push_str(&format!(" and {condition}"));
    }
    fn after(&mut self, after: Option<(Ms, Id)>) {
        if let Some((at, id)) = after {
            self.args.push(at.into());
            self.args.push(id.into());
            let n = self.args.len();
            self.conditions.push_str(&format!(" and (h.received_at, h.id) < (${}, ${n})", n - 1));
        }
    }
    fn limit(&mut self, limit: i64) -> String {
        self.args.push(limit.into());
        format!("${}", self.args.len())
    }
}

const UNDER: &str = "exists (select 1 from unit_tree f where f.unit = h.unit and f.top =";

/// The statement of a page of duties; made here so that a test can prepare every combination on both engines.
fn page_sql(q: &mut Query, limit: i64) -> String {
    let limit = q.limit(limit);
    format!(
        "select h.*, u.name as unit_name, o.name as owner_name, d.name as done_name, c.name as checked_name, \
         a.name as accepted_name from (select * from duty h where {} order by h.received_at desc, h.id desc \
         limit {limit}) h join unit u on u.id = h.unit left join person o on o.id = h.owner \
         left join person d on d.id = h.done_by left join person c on c.id = h.checked_by \
         left join person a on a.id = h.accepted_by order by h.received_at desc, h.id desc",
        q.conditions
    )
}

fn works_sql(q: &mut Query, limit: i64) -> String {
    let limit = q.limit(limit);
    format!(
        "select h.*, u.name as unit_name, p.name as by_name, r.name as recorder_name from (select * from work h \
         where {} order by h.received_at desc, h.id desc limit {limit}) h join unit u on u.id = h.unit \
         left join person p on p.id = h.by_person left join person r on r.id = h.recorded_by \
         order by h.received_at desc, h.id desc",
        q.conditions
    )
}

fn conditions(reach: Reach, actor_unit: Id, me: Option<Id>, filter: &Filter) -> Query {
    let mut q = Query::new(reach, actor_unit);
    if let Some(unit) = filter.unit {
        q.and(UNDER, unit, ")");
    }
    for (column, value) in [
        ("h.entry =", filter.entry.clone()),
        ("h.clause =", filter.clause.clone()),
        ("h.period =", filter.period.clone()),
        ("h.state =", filter.state.map(|s| s.code().to_string())),
    ] {
        if let Some(value) = value {
            q.and(column, value, "");
        }
    }
    if let Some(day) = filter.from_on {
        q.and("h.until_on >=", day, "");
    }
    if let Some(day) = filter.until_on {
        q.and("h.until_on <=", day, "");
    }
    if filter.late {
        q.plain("(h.first_complete_at >= h.due_at or h.back_reason is not null)");
    }
    if filter.mine {
        q.and("h.owner =", me, "");
    }
    q
}

/// Every statement that lists can put together, for the test on both engines.
pub fn every_statement() -> Vec<String> {
    let id = Id::from_parts(Ms(0), [1; 10]);
    let day = Day::new(2026, 11, 23);
    let full = Filter {
        unit: Some(id),
        entry: Some("x".into()),
        clause: Some("1.1".into()),
        period: Some("2026".into()),
        state: Some(State::Done),
        from_on: day,
        until_on: day,
        late: true,
        mine: true,
    };
    let mut out = Vec::new();
    for reach in Reach::SHAPES.iter().filter(|r| **r != Reach::Handed) {
        for filter in [&Filter::default(), &full] {
            let mut q = conditions(*reach, id, Some(id), filter);
            q.after(Some((Ms(0), id)));
            out.push(page_sql(&mut q, 10));
            let mut q = conditions(*reach, id, Some(id), filter);
            q.and("h.id =", id, "");
            out.push(page_sql(&mut q, 1));
        }
        let mut q = Query::new(*reach, id);
        q.after(Some((Ms(0), id)));
        out.push(works_sql(&mut q, 10));
        out.push(sql::by_id(*reach));
        out.push(sql::work_by_id(*reach));
    }
    out
}

fn read_after(cursor: Option<&str>) -> Result<Option<(Ms, Id)>> {
    cursor.filter(|c| !c.is_empty()).map(text::cursor).transpose()
}

/// One page of duties in the asker's scope (cells in which something has happened), newest first.
pub fn list(cx: &mut Cx<'_, '_>, filter: &Filter, cursor: Option<&str>, limit: i64) -> Result<Page> {
    let reach = scope(cx)?;
    if let Some(unit) = filter.unit {
        unit::show(cx, unit)?;
    }
    let limit = limit.clamp(1, limits::PAGE_ROWS_MAX);
    let mut q = conditions(reach, cx.actor.unit, cx.actor.person, filter);
    q.after(read_after(cursor)?);
    let sql = page_sql(&mut q, limit + 1);
    let rows = cx.tx.rows(&sql, &q.args)?;
    let mut items = rows.iter().map(|row| line(cx, row)).collect::<Result<Vec<_>>>()?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|l| format!("{}-{}", l.duty.received_at.0, l.duty.id));
    Ok(Page { items, next })
}

/// One duty as a row of a list, if it fits: for live pages.
pub fn one(cx: &mut Cx<'_, '_>, filter: &Filter, id: Id) -> Result<Option<Line>> {
    let reach = scope(cx)?;
    let mut q = conditions(reach, cx.actor.unit, cx.actor.person, filter);
    q.and("h.id =", id, "");
    let sql = page_sql(&mut q, 1);
    cx.tx.rows(&sql, &q.args)?.first().map(|row| line(cx, row)).transpose()
}

pub(super) fn works(
    cx: &mut Cx<'_, '_>,
    filter: &work::Filter,
    cursor: Option<&str>,
    limit: i64,
) -> Result<work::Page> {
    let reach = scope(cx)?;
    if let Some(unit) = filter.unit {
        unit::show(cx, unit)?;
    }
    let limit = limit.clamp(1, limits::PAGE_ROWS_MAX);
    let mut q = Query::new(reach, cx.actor.unit);
    if let Some(unit) = filter.unit {
        q.and(UNDER, unit, ")");
    }
    if let Some(form) = &filter.form {
        q.and("h.form =", form.clone(), "");
    }
    if let Some(day) = filter.from_on {
        q.and("h.happened_on >=", day, "");
    }
    if let Some(day) = filter.until_on {
        q.and("h.happened_on <=", day, "");
    }
    q.after(read_after(cursor)?);
    let sql = works_sql(&mut q, limit + 1);
    let mut items = cx.tx.rows(&sql, &q.args)?.iter().map(work::from_row).collect::<Result<Vec<_>>>()?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|w| format!("{}-{}", w.received_at.0, w.id));
    Ok(work::Page { items, next })
}

/// What credits a duty.
#[derive(Clone, Debug, Serialize)]
pub struct CreditLine {
    /// `work` or the noun.
    pub noun: String,
    pub record: Id,
    pub happened_on: Day,
    pub by: Option<String>,
    pub claimed_at: Ms,
    pub received_at: Ms,
    pub withdrawn_at: Option<Ms>,
    pub reason: Option<String>,
}

/// One act of a duty's life.
#[derive(Clone, Debug, Serialize)]
pub struct StepLine {
    /// `arrange`, `check`, `accept`, `give_back`, `carry`
    pub act: String,
    pub by: Option<String>,
    pub to: Option<String>,
    pub note: Option<String>,
    pub at: Ms,
    pub leaf: Option<i64>,
}

#[derive(Clone, Debug)]
pub struct View {
    pub line: Line,
    /// As the pack that judged it has it; none where that pack is gone.
    pub entry: Option<Entry>,
    pub credits: Vec<CreditLine>,
    pub steps: Vec<StepLine>,
    /// Who signs next, if somebody has to.
    pub next: Option<Owner>,
    /// `arrange`, `check`, `accept`, `give_back`
    pub possible: Vec<&'static str>,
    pub leaf: Option<i64>,
}

/// One duty with its evidence and history.
pub fn view(cx: &mut Cx<'_, '_>, id: Id) -> Result<View> {
    let duty = load(cx, id)?;
    let unit = unit::load(cx, duty.unit)?;
    let entry = credit::entry_of(pack_of(cx, &duty), &duty.entry).cloned();
    let credits = cx.tx.rows(sql::CREDITS_OF_DUTY, args![id])?.iter().map(credit_line).collect::<Result<_>>()?;
    let steps = cx.tx.rows(sql::STEPS, args![id])?.iter().map(step_line).collect::<Result<_>>()?;
    let next = match &entry {
        Some(entry) => next_of(cx, &unit, entry, &duty)?,
        None => None,
    };
    let possible = super::act::possible(cx, &duty)?;
    let leaf = crate::kernel::proof::of_record(cx.tx, "duty", id, 1)?.first().and_then(|s| s.n);
    let name = super::resolution::person_name;
    let line = Line {
        unit_name: unit.name,
        title: title(cx, &duty),
        mark: duty.mark(cx.now),
        owner: name(cx, duty.owner)?,
        done_by: name(cx, duty.done_by)?,
        checked_by: name(cx, duty.checked_by)?,
        accepted_by: name(cx, duty.accepted_by)?,
        duty,
    };
    Ok(View { line, entry, credits, steps, next, possible, leaf })
}

fn credit_line(row: &Row) -> Result<CreditLine> {
    Ok(CreditLine {
        noun: row.text("noun")?,
        record: row.id("record")?,
        happened_on: row.day("happened_on")?,
        by: row.opt_text("by_name")?,
        claimed_at: row.ms("claimed_at")?,
        received_at: row.ms("received_at")?,
        withdrawn_at: row.opt_ms("withdrawn_at")?,
        reason: row.opt_text("reason")?,
    })
}

fn step_line(row: &Row) -> Result<StepLine> {
    Ok(StepLine {
        act: row.text("act")?,
        by: row.opt_text("by_name")?,
        to: row.opt_text("for_name")?,
        note: row.opt_text("note")?,
        at: row.ms("received_at")?,
        leaf: row.opt_int("leaf_n")?,
    })
}

/// Who has to do something about a duty now: the owner, the checker or the acceptor. None when it is finished.
pub(super) fn next_of(cx: &mut Cx<'_, '_>, unit: &Unit, entry: &Entry, duty: &Duty) -> Result<Option<Owner>> {
    if duty.finished() {
        return Ok(None);
    }
    let chain = owner::chain(cx, unit)?;
    Ok(whose(entry, duty, &chain))
}

pub(super) fn whose(entry: &Entry, duty: &Duty, chain: &owner::Chain) -> Option<Owner> {
    let people = &entry.people;
    match duty.state {
        State::Done => owner::signer(people.checker, people, chain, &[duty.done_by]),
        State::Checked => owner::signer(people.acceptor, people, chain, &[duty.done_by, duty.checked_by]),
        State::Accepted => None,
        State::Open | State::Arranged | State::Returned => {
            let named = duty.owner.or(duty.done_by.filter(|_| duty.state == State::Returned));
            let own = chain.held.first()?;
            if let Some(person) = named
                && let Some((role, _)) = own.posts.iter().find(|(_, p)| *p == person)
            {
                return Some(Owner { unit: own.unit, role: *role, persons: vec![person], stands_in: false });
            }
            owner::owner(people, &cells::part_of_key(&duty.part).unwrap_or_default(), chain)
        }
    }
}

/// A cell, also when nothing has happened in it.
#[derive(Clone, Debug)]
pub struct CellView {
    pub unit: Id,
    pub unit_name: String,
    pub entry: Entry,
    pub period: String,
    pub part: String,
    pub from_on: Day,
    pub until_on: Day,
    pub due_at: Ms,
    pub mark: Mark,
    /// The last school day of a period that is over.
    pub day: Option<Day>,
    /// Given when something has happened.
    pub duty: Option<Duty>,
    pub waiver: Option<Waiver>,
    pub owner: Option<Owner>,
    /// Names by id of the owner's persons.
    pub names: std::collections::BTreeMap<Id, String>,
}

/// One cell. Refuses NotFound when the unit is out of scope or does not owe it.
pub fn cell(cx: &mut Cx<'_, '_>, unit: Id, entry: &str, period: &str, part: &str) -> Result<CellView> {
    let unit = unit::show(cx, unit)?;
    cx.require(Action::DutyRead, unit.home, false)?;
    let (was, duty) = stored_or_fresh(cx, &unit, entry, period, part)?;
    let entry = credit::entry_of(pack_of(cx, &duty), entry).cloned().ok_or(Error::from(Refusal::NotFound))?;
    let chain = owner::chain(cx, &unit)?;
    let owner = whose(&entry, &duty, &chain);
    let waivers = waiver::of_unit(cx, unit.id, duty.from_on, duty.until_on)?;
    let slot = slot_of(cx, &unit, &duty);
    let day = slot.as_ref().filter(|s| s.period.until < cx.now.day()).map(|s| s.last);
    let waiver = slot.and_then(|slot| waivers.into_iter().find(|w| w.covers(&entry.id, &slot)));
    let mark = match duty.mark(cx.now) {
        Mark::Missing | Mark::NotDue if waiver.is_some() => Mark::Exempt,
        mark => mark,
    };
    let persons = owner.iter().flat_map(|o| o.persons.clone()).collect::<Vec<_>>();
    let names = crate::org::people::names(cx, persons)?;
    Ok(CellView {
        unit: unit.id,
        unit_name: unit.name,
        period: duty.period.clone(),
        part: duty.part.clone(),
        from_on: duty.from_on,
        until_on: duty.until_on,
        due_at: duty.due_at,
        mark,
        day,
        duty: was,
        waiver,
        owner,
        names,
        entry,
    })
}

fn slot_of(cx: &Cx<'_, '_>, unit: &Unit, duty: &Duty) -> Option<Slot> {
    let calendar = super::calendar(cx, unit.county);
    let period = cells::period_of_key(calendar, &duty.period)?;
    cells::slot_of(calendar, period, unit.kind.is_bureau())
}

/// The stored duty of a cell (twice: as it was, and to be changed), or a fresh one if the unit owes it; NotFound else.
pub(super) fn stored_or_fresh(
    cx: &mut Cx<'_, '_>,
    unit: &Unit,
    entry: &str,
    period: &str,
    part: &str,
) -> Result<(Option<Duty>, Duty)> {
    if let Some(row) = cx.tx.row(sql::BY_CELL, args![unit.home, entry, period, part])? {
        let duty = from_row(&row)?;
        return Ok((Some(duty.clone()), duty));
    }
    let home = if unit.home == unit.id { unit.clone() } else { unit::load(cx, unit.home)? };
    let missing = || Error::from(Refusal::NotFound);
    let calendar = super::calendar(cx, home.county);
    let period = cells::period_of_key(calendar, period).ok_or_else(|| Error::invalid("period", Problem::Unknown))?;
    let slot = cells::slot_of(calendar, period, home.kind.is_bureau()).ok_or_else(missing)?;
    let pack = cx.packs.in_force(slot.period.from);
    let entry = credit::entry_of(pack, entry).ok_or_else(missing)?;
    let facts = facts::of_unit(cx, &home)?;
    let parts = cells::parts(calendar, &facts, entry, &slot);
    if !parts.iter().any(|p| cells::part_key(p) == part) {
        return Err(missing());
    }
    Ok((None, store::fresh(cx, &home, pack, entry, &slot, part)))
}

/// Why something stands on 今日.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// To be done.
    Do,
    /// Came back.
    Mend,
    /// 待检查
    Check,
    /// 待验收
    Accept,
    /// 议定事项
    Resolve,
}

/// A line of 今日.
#[derive(Clone, Debug, Serialize)]
pub struct Waiting {
    pub wait: Wait,
    pub unit: Id,
    pub entry: String,
    pub title: String,
    pub clause: String,
    pub period: String,
    pub part: String,
    /// The duty where there is one; of a resolution its id.
    pub id: Option<Id>,
    /// The form by which it is done, if a form does it.
    pub form: Option<String>,
    /// The record that an event is about.
    pub subject: Option<Id>,
    pub from_on: Day,
    pub due_at: Ms,
    /// Past its deadline.
    pub late: bool,
    /// Stands on 今日 and counts in the badge: late, due within a week, somebody's turn, or the lesson of this week.
    pub pressing: bool,
    /// Of a cell whose period is over: its last school day, for the form.
    pub day: Option<Day>,
}

/// What waits for the actor, at most `max`: late first, then the soonest due. See `super::today`.
pub fn waiting(cx: &mut Cx<'_, '_>, max: usize) -> Result<Vec<Waiting>> {
    let mut all = super::today::lines(cx)?;
    all.truncate(max);
    Ok(all)
}
