//! Lists: the asker's scope, tabs, search, keyset paging by `(received_at, id)`, newest first; what waits for the asker.

use base::{Day, Error, Id, Ms, Refusal, Result, limits};
use db::{Row, Value, args};
use serde::{Deserialize, Serialize};

use super::state::{Class, Kind, State};
use super::{Incident, from_row, leg, reads, scope, sql};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::kernel::text;
use crate::org::unit;

/// The tabs of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// 等我
    Mine,
    /// 在办
    Open,
    /// 逾期: a clock of any level has run out
    Overdue,
    /// 已完成
    Ended,
    All,
}

impl Bucket {
    pub const ALL: &'static [Bucket] = &[Bucket::Mine, Bucket::Open, Bucket::Overdue, Bucket::Ended, Bucket::All];
    pub fn code(self) -> &'static str {
        match self {
            Bucket::Mine => "mine",
            Bucket::Open => "open",
            Bucket::Overdue => "overdue",
            Bucket::Ended => "ended",
            Bucket::All => "all",
        }
    }
    pub fn from_code(code: &str) -> Option<Bucket> {
        Bucket::ALL.iter().copied().find(|b| b.code() == code)
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Filter {
    #[serde(default)]
    pub bucket: Option<Bucket>,
    /// This unit and what is under it.
    #[serde(default)]
    pub unit: Option<Id>,
    #[serde(default)]
    pub state: Option<State>,
    #[serde(default)]
    pub kind: Option<Kind>,
    #[serde(default)]
    pub class: Option<Class>,
    /// Words in sentence, place or number.
    #[serde(default)]
    pub query: Option<String>,
    /// Received on these days, both inclusive.
    #[serde(default)]
    pub from_on: Option<Day>,
    #[serde(default)]
    pub until_on: Option<Day>,
}

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub incident: Incident,
    pub unit_name: String,
    pub place_name: Option<String>,
    /// The earliest open clock of any level, and whose it is.
    pub due_at: Option<Ms>,
    pub due_unit: Option<Id>,
    pub due_name: Option<String>,
}

impl Line {
    pub fn overdue(&self, now: Ms) -> Option<i64> {
        self.due_at.filter(|due| *due < now).map(|due| now.since(due))
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct Page {
    pub items: Vec<Line>,
    pub next: Option<String>,
}

/// A statement with its values in the order of their numbers.
pub struct Query {
    pub sql: String,
    pub args: Vec<Value>,
}

impl Query {
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.args.push(value.into());
        format!("${}", self.args.len())
    }
    fn and(&mut self, what: &str) {
        self.sql.push_str(" and ");
        self.sql.push_str(what);
    }
}

/// Everything that a filter says, as SQL over `incident h`. `$1` is the asker's unit, `$2` the person.
pub fn conditions(reach: Reach, unit: Id, person: Option<Id>, now: Ms, filter: &Filter) -> Query {
    let mut q = Query { sql: sql::predicate(reach), args: vec![unit.into(), person.into()] };
    match filter.bucket.unwrap_or(Bucket::All) {
        Bucket::All => {}
        Bucket::Open => q.and("h.open = 1"),
        Bucket::Ended => q.and("h.open = 0"),
        Bucket::Mine => q.and(&format!("({})", sql::WAITS)),
        Bucket::Overdue => {
            let now = q.bind(now);
            q.and(&format!(
                "h.open = 1 and (exists (select 1 from incident_leg l where l.incident = h.id and l.open = 1 \
                and l.due_at < {now}) or (h.state = 'concluding' and h.final_due_at < {now}) \
                or (h.state in ('awaiting', 'handling') and h.follow_due_at < {now}))"
            ));
        }
    }
    if let Some(unit) = filter.unit {
        let p = q.bind(unit);
        q.and(&format!("exists (select 1 from unit_tree f where f.top = {p} and f.unit = h.unit)"));
    }
    for (column, value) in [
        ("state", filter.state.map(Value::from)),
        ("kind", filter.kind.map(Value::from)),
        ("class", filter.class.map(Value::from)),
    ] {
        if let Some(value) = value {
            let p = q.bind(value);
            q.and(&format!("h.{column} = {p}"));
        }
    }
    if let Some(query) = filter.query.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
        let p = q.bind(text::like(query));
        q.and(&format!("h.find like {p} escape '\\'"));
    }
    if let Some(day) = filter.from_on {
        let p = q.bind(day.start());
        q.and(&format!("h.received_at >= {p}"));
    }
    if let Some(day) = filter.until_on {
        let p = q.bind(day.end());
        q.and(&format!("h.received_at < {p}"));
    }
    q
}

/// The statement of one page.
pub fn page_sql(mut q: Query, after: Option<(Ms, Id)>, limit: i64) -> Query {
    if let Some((at, id)) = after {
        let (at, id) = (q.bind(at), q.bind(id));
        q.and(&format!("(h.received_at, h.id) < ({at}, {id})"));
    }
    let limit = q.bind(limit);
    q.sql = format!(
        "select h.*, u.name as unit_name, p.name as place_name from incident h join unit u on u.id = h.unit \
         left join place p on p.id = h.place where {} order by h.received_at desc, h.id desc limit {limit}",
        q.sql
    );
    q
}

/// The statement of a count up to `COUNT_MAX` + 1.
pub fn count_sql(mut q: Query) -> Query {
    let limit = q.bind(limits::COUNT_MAX + 1);
    q.sql = format!("select count(*) as n from (select 1 as one from incident h where {} limit {limit}) c", q.sql);
    q
}

fn start(cx: &mut Cx<'_, '_>, filter: &Filter) -> Result<Query> {
    if !reads(cx) {
        return Err(Refusal::NoRight.into());
    }
    if let Some(unit) = filter.unit {
        unit::show(cx, unit)?;
    }
    Ok(conditions(scope(cx), cx.actor.unit, cx.actor.person, cx.now, filter))
}

fn line(cx: &mut Cx<'_, '_>, row: &Row) -> Result<Line> {
    let incident = from_row(row)?;
    let (unit_name, place_name) = (row.text("unit_name")?, row.opt_text("place_name")?);
    let mut due = incident.own_due().map(|(_, at)| (at, incident.unit, unit_name.clone()));
    if incident.state.is_open() {
        let open = leg::of(cx, incident.id)?.into_iter().filter(|l| l.open);
        let next = open.filter_map(|l| Some((l.due_at?, l.from_unit, l.from_name))).min();
        due = due.into_iter().chain(next).min();
    }
    let (due_at, due_unit, due_name) = match due {
        Some((at, unit, name)) => (Some(at), Some(unit), Some(name)),
        None => (None, None, None),
    };
    Ok(Line { incident, unit_name, place_name, due_at, due_unit, due_name })
}

/// One page of the asker's incidents. Refuses NoRight for roles that neither read nor report, Invalid `cursor`.
pub fn list(cx: &mut Cx<'_, '_>, filter: &Filter, cursor: Option<&str>, limit: i64) -> Result<Page> {
    let q = start(cx, filter)?;
    let after = cursor.filter(|c| !c.is_empty()).map(text::cursor).transpose()?;
    let limit = limit.clamp(1, limits::PAGE_ROWS_MAX);
    let q = page_sql(q, after, limit + 1);
    let mut rows = cx.tx.rows(&q.sql, &q.args)?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let items = rows.iter().map(|row| line(cx, row)).collect::<Result<Vec<_>>>()?;
    let next = items.last().filter(|_| more).map(|l| format!("{}-{}", l.incident.received_at.0, l.incident.id));
    Ok(Page { items, next })
}

/// How many there are, up to `COUNT_MAX`; one more means more than that.
pub fn count(cx: &mut Cx<'_, '_>, filter: &Filter) -> Result<i64> {
    let q = count_sql(start(cx, filter)?);
    cx.tx.row(&q.sql, &q.args)?.ok_or_else(|| Error::broken("count"))?.int("n")
}

/// Is the asker one of those who answer for it at the own unit: who report at a school, who receive at a bureau?
pub fn answers(cx: &Cx<'_, '_>) -> bool {
    let may = |action| reach(cx.actor.role, action) != Reach::Nothing;
    match cx.actor.unit_kind.is_bureau() {
        true => may(Action::IncidentReceive),
        false => may(Action::IncidentSteer),
    }
}

/// What waits for the asker's unit, soonest clock first: the lines of 今日.
pub fn waiting(cx: &mut Cx<'_, '_>, limit: i64) -> Result<Vec<Line>> {
    if cx.actor.person.is_none() || !answers(cx) {
        return Ok(Vec::new());
    }
    let filter = Filter { bucket: Some(Bucket::Mine), ..Filter::default() };
    let mut lines = list(cx, &filter, None, limit)?.items;
    lines.sort_by_key(|l| (l.due_at.unwrap_or(Ms(i64::MAX)), l.incident.id));
    Ok(lines)
}

/// How many wait: for the badge.
pub fn count_waiting(cx: &mut Cx<'_, '_>) -> Result<i64> {
    if cx.actor.person.is_none() || !answers(cx) {
        return Ok(0);
    }
    count(cx, &Filter { bucket: Some(Bucket::Mine), ..Filter::default() })
}

/// One row as the asker may see it now; none when it is out of scope or does not fit the filter.
pub fn one(cx: &mut Cx<'_, '_>, filter: &Filter, id: Id) -> Result<Option<Line>> {
    let mut q = start(cx, filter)?;
    let p = q.bind(id);
    q.and(&format!("h.id = {p}"));
    let q = page_sql(q, None, 1);
    match cx.tx.row(&q.sql, &q.args)? {
        Some(row) => line(cx, &row).map(Some),
        None => Ok(None),
    }
}

/// A unit's incidents that it came to know between two moments: for its ledgers and figures.
pub fn known_between(cx: &mut Cx<'_, '_>, unit: Id, from: Ms, until: Ms) -> Result<i64> {
    let row = cx.tx.row(sql::KNOWN_IN, args![unit, from, until])?.ok_or_else(|| Error::broken("known"))?;
    row.int("n")
}
