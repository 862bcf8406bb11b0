//! Lists: the asker's scope, filters, search, keyset paging by `(received_at, id)`, newest first; counts up to
//! `COUNT_MAX`.

use base::{Day, Error, Id, Ms, Refusal, Result, limits};
use db::{Row, Value, args};
use serde::{Deserialize, Serialize};

use super::state::{Category, Grade, State};
use super::{Hazard, from_row, scope, sql};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach};
use crate::kernel::text;
use crate::org::{Role, UnitKind, unit};

/// The tabs of the list (pages.md §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// 等我
    Mine,
    /// 在办
    Open,
    /// 逾期
    Overdue,
    /// 已完成
    Ended,
    All,
    /// 重大
    Major,
    /// 上报 and 移交
    Upward,
}

impl Bucket {
    pub const ALL: &'static [Bucket] =
        &[Bucket::Mine, Bucket::Open, Bucket::Overdue, Bucket::Ended, Bucket::All, Bucket::Major, Bucket::Upward];
    pub fn code(self) -> &'static str {
        match self {
            Bucket::Mine => "mine",
            Bucket::Open => "open",
            Bucket::Overdue => "overdue",
            Bucket::Ended => "ended",
            Bucket::All => "all",
            Bucket::Major => "major",
            Bucket::Upward => "upward",
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
    pub grade: Option<Grade>,
    #[serde(default)]
    pub category: Option<Category>,
    #[serde(default)]
    pub place: Option<Id>,
    /// Words in sentence, place or number.
    #[serde(default)]
    pub query: Option<String>,
    /// Received on these days, both inclusive.
    #[serde(default)]
    pub from_on: Option<Day>,
    #[serde(default)]
    pub until_on: Option<Day>,
    /// Recurring ones only.
    #[serde(default)]
    pub recurring: bool,
}

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub hazard: Hazard,
    pub unit_name: String,
    pub place_name: Option<String>,
    pub assignee_name: Option<String>,
    pub raiser_name: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Page {
    pub items: Vec<Line>,
    pub next: Option<String>,
}

pub(crate) fn line(row: &Row) -> Result<Line> {
    Ok(Line {
        hazard: from_row(row)?,
        unit_name: row.text("unit_name")?,
        place_name: row.opt_text("place_name")?,
        assignee_name: row.opt_text("assignee_name")?,
        raiser_name: row.opt_text("raiser_name")?,
    })
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

/// Which index carries the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// The rows of one county: the asker's subtree lies in it.
    County(i64),
    /// Everything, newest first.
    All,
}

/// Everything that a filter says, as SQL over `hazard h`. `$1` is the asker's unit.
pub fn conditions(reach: Reach, carrier: Carrier, who: &Asker, now: Ms, filter: &Filter) -> Query {
    let mut q = Query { sql: reach.predicate().to_string(), args: vec![who.unit.into()] };
    // What waits for one person is found by that person's own indexes: a carrier would walk all that is open.
    let mine = filter.bucket == Some(Bucket::Mine);
    if let (Carrier::County(county), Reach::Subtree, false) = (carrier, reach, mine) {
        let p = q.bind(county);
        q.and(&format!("h.county = {p}"));
    }
    match filter.bucket.unwrap_or(Bucket::All) {
        Bucket::All => {}
        Bucket::Open => q.and("h.open = 1"),
        Bucket::Ended => q.and("h.open = 0"),
        Bucket::Major => q.and("h.open = 1 and h.grade = 'major'"),
        Bucket::Upward => q.and("h.open = 1 and h.state in ('reported', 'transferred')"),
        Bucket::Overdue => {
            let p = q.bind(now);
            q.and(&format!("h.open = 1 and h.due_at < {p}"));
        }
        Bucket::Mine => {
            let (person, role) = (q.bind(who.person), q.bind(who.role));
            let mut ways = vec![
                format!("h.turn_person = {person}"),
                format!("h.unit = $1 and h.turn_role = {role}"),
                format!("h.agency = $1 and h.turn_role = {role}"),
            ];
            if who.bureau {
                ways.push("h.reported_to = $1 and h.state = 'reported'".into());
            }
            if who.leader {
                ways.push("h.unit = $1 and h.extend_to is not null".into());
            }
            // Each way says `open` for itself, so that each is a search in its own index.
            let ways: Vec<String> = ways.iter().map(|way| format!("(h.open = 1 and {way})")).collect();
            if matches!(reach, Reach::Unit) {
                q.and("h.open = 1");
            }
            q.and(&format!("({})", ways.join(" or ")));
        }
    }
    rest(&mut q, filter);
    q
}

fn rest(q: &mut Query, filter: &Filter) {
    if let Some(unit) = filter.unit {
        let p = q.bind(unit);
        q.and(&format!("exists (select 1 from unit_tree f where f.top = {p} and f.unit = h.unit)"));
    }
    for (column, value) in [
        ("state", filter.state.map(Value::from)),
        ("grade", filter.grade.map(Value::from)),
        ("category", filter.category.map(Value::from)),
        ("place", filter.place.map(Value::from)),
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
    if filter.recurring {
        q.and("h.recurrence > 0");
    }
}

/// What the conditions need to know of the asker.
pub struct Asker {
    pub unit: Id,
    pub person: Option<Id>,
    pub role: Role,
    pub bureau: bool,
    pub leader: bool,
}

pub fn asker(cx: &Cx<'_, '_>) -> Asker {
    let role = cx.actor.role;
    Asker {
        unit: cx.actor.unit,
        person: cx.actor.person,
        role,
        bureau: matches!(role, Role::BureauHead | Role::BureauVice | Role::Officer),
        leader: matches!(role, Role::Principal | Role::Vice | Role::BureauHead | Role::BureauVice),
    }
}

fn carrier(cx: &mut Cx<'_, '_>) -> Result<Carrier> {
    let county = matches!(cx.actor.unit_kind, UnitKind::County) && cx.actor.county != 0;
    if county && cx.tx.row(sql::OTHER_COUNTY, args![cx.actor.unit, cx.actor.county])?.is_none() {
        return Ok(Carrier::County(cx.actor.county));
    }
    Ok(Carrier::All)
}

/// The statement of one page.
pub fn page_sql(q: Query, after: Option<(Ms, Id)>, limit: i64) -> Query {
    page_of("hazard", q, after, limit)
}

/// The statement for one row that must fit the conditions.
pub fn one_sql(mut q: Query, id: Id) -> Query {
    let p = q.bind(id);
    page_of(&sql::only(&p), q, None, 1)
}

fn page_of(source: &str, mut q: Query, after: Option<(Ms, Id)>, limit: i64) -> Query {
    if let Some((at, id)) = after {
        let (at, id) = (q.bind(at), q.bind(id));
        q.and(&format!("(h.received_at, h.id) < ({at}, {id})"));
    }
    let limit = q.bind(limit);
    q.sql = format!(
        "select h.*, u.name as unit_name, p.name as place_name, a.name as assignee_name, r.name as raiser_name \
         from (select h.county, h.id from {source} h where {} \
         order by h.received_at desc, h.id desc limit {limit}) k \
         join hazard h on h.county = k.county and h.id = k.id \
         join unit u on u.id = h.unit left join place p on p.id = h.place \
         left join person a on a.id = h.assignee left join person r on r.id = h.raised_by \
         order by h.received_at desc, h.id desc",
        q.sql
    );
    q
}

/// The statement of a count up to `COUNT_MAX` + 1.
pub fn count_sql(mut q: Query) -> Query {
    let limit = q.bind(limits::COUNT_MAX + 1);
    q.sql = format!("select count(*) as n from (select 1 as one from hazard h where {} limit {limit}) c", q.sql);
    q
}

/// One page of the asker's hazards. Refuses NoRight when the role reads no hazards at all, Invalid `cursor`.
pub fn list(cx: &mut Cx<'_, '_>, filter: &Filter, cursor: Option<&str>, limit: i64) -> Result<Page> {
    let q = start(cx, filter)?;
    let after = cursor.filter(|c| !c.is_empty()).map(read_cursor).transpose()?;
    let limit = limit.clamp(1, limits::PAGE_ROWS_MAX);
    let q = page_sql(q, after, limit + 1);
    let rows = cx.tx.rows(&q.sql, &q.args)?;
    let mut items = rows.iter().map(line).collect::<Result<Vec<_>>>()?;
    let more = items.len() as i64 > limit;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|l| cursor_of(&l.hazard));
    Ok(Page { items, next })
}

fn start(cx: &mut Cx<'_, '_>, filter: &Filter) -> Result<Query> {
    let carrier = carrier(cx)?;
    on(cx, filter, carrier)
}

fn on(cx: &mut Cx<'_, '_>, filter: &Filter, carrier: Carrier) -> Result<Query> {
    let reach = scope(cx);
    if reach == Reach::Nothing {
        return Err(Refusal::NoRight.into());
    }
    if let Some(unit) = filter.unit {
        unit::show(cx, unit)?;
    }
    Ok(conditions(reach, carrier, &asker(cx), cx.now, filter))
}

/// How many there are, up to `COUNT_MAX`; one more means more than that.
pub fn count(cx: &mut Cx<'_, '_>, filter: &Filter) -> Result<i64> {
    let q = count_sql(start(cx, filter)?);
    cx.tx.row(&q.sql, &q.args)?.ok_or_else(|| Error::broken("count"))?.int("n")
}

/// One row as the asker may see it now: for live pages. None when it is out of scope or does not fit the filter.
pub fn one(cx: &mut Cx<'_, '_>, filter: &Filter, id: Id) -> Result<Option<Line>> {
    // One record is found by its id: no index of a county carries the search, and none is asked for.
    let q = one_sql(on(cx, filter, Carrier::All)?, id);
    cx.tx.row(&q.sql, &q.args)?.map(|row| line(&row)).transpose()
}

/// A hazard with its names, through the asker's scope; NotFound else.
pub fn of_id(cx: &mut Cx<'_, '_>, id: Id) -> Result<Line> {
    one(cx, &Filter::default(), id)?.ok_or_else(|| Refusal::NotFound.into())
}

/// What waits for the actor, soonest deadline first: the lines of 今日.
pub fn waiting(cx: &mut Cx<'_, '_>, limit: i64) -> Result<Vec<Line>> {
    let who = asker(cx);
    let rows = cx.tx.rows(sql::WAITING, args![who.person, who.unit, who.role, who.bureau, who.leader, limit])?;
    rows.iter().map(line).collect()
}

/// How much waits for the actor, at most `limit`, and is some of it late? For the badge: no record is read.
pub fn count_waiting(cx: &mut Cx<'_, '_>, limit: i64) -> Result<(i64, bool)> {
    let who = asker(cx);
    let args = args![who.person, who.unit, who.role, who.bureau, who.leader, limit];
    let row = cx.tx.row(sql::WAITING_COUNT, args)?.ok_or_else(|| Error::broken("waiting"))?;
    Ok((row.int("n")?, row.opt_ms("due")?.is_some_and(|due| due < cx.now)))
}

/// Open 重大 hazards in a bureau's subtree, soonest deadline first.
pub fn major_below(cx: &mut Cx<'_, '_>, limit: i64) -> Result<Vec<Line>> {
    cx.require(Action::HazardRead, cx.actor.unit, false)?;
    let rows = cx.tx.rows(sql::MAJOR_BELOW, args![cx.actor.unit, limit])?;
    rows.iter().map(line).collect()
}

fn cursor_of(hazard: &Hazard) -> String {
    format!("{}-{}", hazard.received_at.0, hazard.id)
}

pub(crate) use crate::kernel::text::cursor as read_cursor;
