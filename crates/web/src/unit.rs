//! Units (4.1, 4.2): the list below one's own, and a unit's record with its life; what changes it is in `life`.

mod life;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use base::{Error, Id, Result, limits};
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::unit::{Change, NewUnit, Unit, UnitStep};
use safety::org::{Stage, UnitKind, login, people, unit};
use safety::{Actor, Cx};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Column, Crumb, Kept, Shell, Tab, UnitTab, column, crumb};
use crate::state::Web;
use crate::words;

/// Units of one page of the list: with names and telephones it stays under 8 KB on the wire.
const ROWS: usize = 60;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/units", get(list).post(open))
        .route("/units/new", get(new))
        .route("/units/{id}", get(show).post(change))
        .merge(life::routes())
}

/// The id of an address; what is no id is simply not there.
pub fn id_of(text: &str) -> std::result::Result<Id, WebError> {
    Id::parse(text).ok_or_else(WebError::not_found)
}

pub(crate) fn may(cx: &mut Cx<'_, '_>, action: Action, home: Id) -> Result<bool> {
    match cx.require(action, home, false) {
        Ok(_) => Ok(true),
        Err(Error::Refused(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// From the county down to the unit itself, as far as the viewer stands above them.
pub(crate) fn crumbs(cx: &mut Cx<'_, '_>, unit: &Unit) -> Result<Vec<Crumb>> {
    let mut out = Vec::new();
    for above in unit::path(cx, unit.id)?.into_iter().skip(1) {
        if above.id == cx.actor.unit && !login::at_bureau(cx.actor) {
            break;
        }
        if !may(cx, Action::PersonRead, above.home)? && above.id != cx.actor.unit {
            break;
        }
        out.push(crumb(above.name, format!("/units/{}", above.id)));
    }
    out.reverse();
    out.push(crumb(unit.name.clone(), ""));
    Ok(out)
}

struct UnitRow {
    id: String,
    name: String,
    kind: String,
    pupils: String,
    phone: String,
    closed: bool,
}

fn unit_row(unit: &Unit) -> UnitRow {
    let kind = unit.stage.map_or(words::unit_kind(unit.kind), words::stage);
    UnitRow {
        id: unit.id.to_string(),
        name: unit.name.clone(),
        kind: kind.into(),
        pupils: if unit.pupils > 0 { words::number(unit.pupils) } else { String::new() },
        phone: unit.phone.clone().unwrap_or_default(),
        closed: unit.closed_on.is_some(),
    }
}

const COLUMNS: &[Column] =
    &[column("名称", "l1"), column("类别", "l2"), column("学生", "num"), column("24 小时电话", "l3")];

#[derive(Template)]
#[template(path = "unit/list.html")]
struct ListPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    title: String,
    of: String,
    query: String,
    may_open: bool,
    live: ListLive,
}

/// The rows with their pager: what htmx asks for.
#[derive(Template)]
#[template(path = "unit/list_live.html")]
struct ListLive {
    query: String,
    total: usize,
    rows: Vec<UnitRow>,
    columns: Vec<Column>,
    older: String,
    newer: String,
}

async fn list(State(web): State<Web>, signed: Signed) -> Answer {
    let of = match signed.ask.param("of") {
        Some(of) => id_of(&of)?,
        None => signed.actor().unit,
    };
    let query = signed.ask.param("q").unwrap_or_default();
    let asked = query.trim().to_string();
    let (top, units, crumbs, may_open) = web
        .read(signed.actor(), move |cx| {
            let top = unit::show(cx, of)?;
            cx.require(Action::PersonRead, top.home, false)
                .or_else(|_| cx.require(Action::UnitManage, top.home, false))
                .or_else(|_| cx.require(Action::UnitRead, top.home, false))?;
            let units = if asked.is_empty() {
                unit::children(cx, of)?
            } else {
                unit::search(cx, &asked, limits::PAGE_ROWS_MAX)?
            };
            let may_open = may(cx, Action::UnitManage, top.home)?;
            Ok((top.clone(), units, crumbs(cx, &top)?, may_open))
        })
        .await?;
    let from: usize = signed.ask.param("from").and_then(|f| f.parse().ok()).unwrap_or(0);
    let total = units.len();
    let rows = units.iter().skip(from).take(ROWS).map(unit_row).collect();
    let live = ListLive {
        query: query.clone(),
        total,
        rows,
        columns: COLUMNS.to_vec(),
        older: if from + ROWS < total { signed.ask.link("from", &(from + ROWS).to_string()) } else { String::new() },
        newer: if from > 0 { signed.ask.link("from", &from.saturating_sub(ROWS).to_string()) } else { String::new() },
    };
    if signed.ask.htmx {
        return page::part(&live);
    }
    let mut shell = signed.shell(&web, At::Units).await?;
    shell.tabs = list_tabs(signed.actor(), top.id, ListTabNow::List);
    page::full(&ListPage { title: top.name, of: top.id.to_string(), crumbs, query, may_open, live, shell })
}

/// The tabs of a bureau's list of schools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListTabNow {
    List,
    Contacts,
    Texts,
    Supports,
    Tips,
}

/// 名单, 通讯录, 制度预案, 帮扶 and 举报 of a bureau.
pub(crate) fn list_tabs(actor: &Actor, of: Id, now: ListTabNow) -> Vec<Tab> {
    let mut out = Vec::new();
    if login::at_bureau(actor) && page::reads_duties(actor) {
        out.push(Tab::new(words::board::BOARD, "/board", false));
    }
    out.push(Tab::new(words::tab::LIST, format!("/units?of={of}"), now == ListTabNow::List));
    out.push(Tab::new(words::tab::CONTACTS, format!("/units/{of}/posts"), now == ListTabNow::Contacts));
    let reads = |action| login::at_bureau(actor) && reach(actor.role, action) != Reach::Nothing;
    if reads(Action::TextRead) {
        out.push(Tab::new(words::tab::TEXTS, "/texts", now == ListTabNow::Texts));
    }
    if reads(Action::SupportRead) {
        out.push(Tab::new(words::tab::SUPPORT, "/supports", now == ListTabNow::Supports));
    }
    if crate::tip::reads(actor) {
        out.push(Tab::new(words::tip::TIPS, "/tips", now == ListTabNow::Tips));
    }
    out
}

struct StepRow {
    on: String,
    what: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "unit/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    unit: Unit,
    kind: String,
    stage: &'static str,
    pupils: String,
    opened: String,
    /// 启用日; empty for a unit that owes nothing.
    kept: String,
    closed: String,
    second: String,
    children: Vec<UnitRow>,
    steps: Vec<StepRow>,
    hazards: bool,
    may_change: bool,
    may_manage: bool,
    ways: Vec<life::Way>,
    may_support: bool,
    may_channels: bool,
    may_plan: bool,
    leaf: String,
    typed: Fields,
    faults: Vec<FieldFault>,
    stages: Vec<Choice>,
    seconds: Vec<Choice>,
}

struct Shown {
    unit: Unit,
    crumbs: Vec<Crumb>,
    children: Vec<Unit>,
    steps: Vec<UnitStep>,
    may_change: bool,
    may_manage: bool,
    may_channels: bool,
    second: Option<String>,
    seconds: Vec<(Id, String)>,
    leaf: Option<i64>,
}

fn shown(cx: &mut Cx<'_, '_>, id: Id) -> Result<Shown> {
    let unit = unit::show(cx, id)?;
    let may_change = may(cx, Action::PlaceManage, unit.home)?;
    let children =
        if may(cx, Action::PersonRead, unit.home)? || may_change { unit::children(cx, id)? } else { Vec::new() };
    let second = match unit.second {
        Some(person) => people::load(cx, person)?.name,
        None => None,
    };
    Ok(Shown {
        crumbs: crumbs(cx, &unit)?,
        children,
        steps: unit::history(cx, id)?,
        may_change,
        may_manage: may(cx, Action::UnitManage, unit.home)?,
        may_channels: may(cx, Action::ChannelManage, unit.home)?,
        second,
        seconds: if may_change { seconds(cx, &unit)? } else { Vec::new() },
        leaf: safety::kernel::proof::of_record(cx.tx, "unit", id, 1)?.first().and_then(|s| s.n),
        unit,
    })
}

/// Who may be the second person of a 村小 or 教学点: the roll of its 中心校.
fn seconds(cx: &mut Cx<'_, '_>, of: &Unit) -> Result<Vec<(Id, String)>> {
    if of.kind != UnitKind::Point {
        return Ok(Vec::new());
    }
    let Some(centre) = unit::centre(cx, of.id)? else { return Ok(Vec::new()) };
    if !may(cx, Action::PersonRead, centre.home)? {
        return Ok(Vec::new());
    }
    let roll = people::list(cx, centre.id, "")?;
    Ok(roll.into_iter().filter_map(|p| Some((p.id, p.name?))).collect())
}

async fn show(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let page = show_page(&web, &signed, id_of(&id)?, None, Vec::new()).await?;
    page::full(&page)
}

async fn show_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Option<Fields>,
    faults: Vec<FieldFault>,
) -> std::result::Result<ShowPage, WebError> {
    let s = web.read(signed.actor(), move |cx| shown(cx, id)).await?;
    let mut shell = signed.shell(web, At::Units).await?;
    if s.unit.kind.is_institution() {
        shell.tabs = page::unit_tabs(signed.actor(), id, s.unit.kind, UnitTab::Settings);
    }
    let mut seconds = vec![Choice::new("", "不指定")];
    seconds.extend(s.seconds.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)));
    Ok(ShowPage {
        typed: typed.unwrap_or_else(|| stored(&s.unit)),
        faults,
        crumbs: s.crumbs,
        kind: words::unit_kind(s.unit.kind).into(),
        stage: s.unit.stage.map_or("", words::stage),
        pupils: words::number(s.unit.pupils),
        opened: words::day_full(s.unit.opened_on),
        kept: if owes(&s.unit) { words::day_full(s.unit.kept_from) } else { String::new() },
        closed: s.unit.closed_on.map(words::day_full).unwrap_or_default(),
        second: s.second.unwrap_or_default(),
        children: s.children.iter().map(unit_row).collect(),
        steps: s.steps.iter().map(step_row).collect(),
        hazards: page::reads_hazards(signed.actor()),
        may_change: s.may_change && s.unit.closed_on.is_none(),
        may_manage: s.may_manage && s.unit.closed_on.is_none(),
        ways: if s.may_manage { life::ways(&s.unit) } else { Vec::new() },
        may_channels: s.may_channels,
        may_support: reach(signed.actor().role, Action::SupportRead) != Reach::Nothing,
        may_plan: reach(signed.actor().role, Action::NoticeRead) != Reach::Nothing,
        leaf: s.leaf.map(words::number).unwrap_or_default(),
        stages: Stage::ALL.iter().map(|k| Choice::new(k.code(), words::stage(*k))).collect(),
        seconds,
        unit: s.unit,
        shell,
    })
}

/// Is anything expected of the unit itself? Departments and agencies owe nothing of their own.
fn owes(unit: &Unit) -> bool {
    unit.kind.is_school() || unit.kind.is_bureau()
}

fn step_row(step: &UnitStep) -> StepRow {
    StepRow {
        on: words::day_full(step.effective_on),
        what: words::unit_step(&step.act, step.from.as_deref(), step.to.as_deref()),
        reason: step.reason.clone().unwrap_or_default(),
    }
}

/// What the form shows before anything was typed.
fn stored(unit: &Unit) -> Fields {
    let text = |v: &Option<String>| v.clone().unwrap_or_default();
    let pairs = [
        ("name", unit.name.clone()),
        ("short", unit.short.clone()),
        ("stage", unit.stage.map_or("", Stage::code).to_string()),
        ("pupils", unit.pupils.to_string()),
        ("boarders", unit.boarders.to_string()),
        ("classes", unit.classes.to_string()),
        ("buses", unit.buses.to_string()),
        ("canteen", if unit.canteen { "1".into() } else { String::new() }),
        ("address", text(&unit.address)),
        ("phone", text(&unit.phone)),
        ("second", unit.second.map(|s| s.to_string()).unwrap_or_default()),
        ("kept_from", unit.kept_from.to_string()),
    ];
    Fields(pairs.into_iter().map(|(k, v)| (k.to_string(), v)).collect())
}

/// What a form says about a unit. A field that the form does not have is left as it is.
fn changes(fields: &Fields) -> Result<Change> {
    let text = |name: &str| fields.has(name).then(|| fields.text(name));
    let stage = fields.read("stage", Stage::from_code)?;
    Ok(Change {
        name: text("name"),
        short: text("short"),
        stage,
        boarders: fields.int("boarders")?,
        canteen: fields.has("canteen_shown").then(|| fields.flag("canteen")),
        buses: fields.int("buses")?,
        pupils: fields.int("pupils")?,
        classes: fields.int("classes")?,
        address: text("address"),
        phone: text("phone"),
        second: fields.id("second")?,
        kept_from: fields.day("kept_from")?,
        on: fields.day("on")?,
    })
}

async fn change(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let reason = posted.fields.opt("reason");
    let done = match changes(&posted.fields) {
        Ok(wanted) => {
            web.act(&posted, move |cx| {
                // The name is sent with every form; only a real change of it needs the right to rename.
                let mut wanted = wanted.clone();
                let now = unit::load(cx, id)?;
                wanted.name = wanted.name.filter(|name| name.trim() != now.name);
                unit::change(cx, id, &wanted, reason.as_deref())
            })
            .await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/units/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&show_page(&web, &posted.signed, id, Some(posted.fields.clone()), faults).await?, status)
        }
    }
}

#[derive(Template)]
#[template(path = "unit/new.html")]
struct NewPage {
    shell: Shell,
    parent: Unit,
    kinds: Vec<Choice>,
    stages: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn new(State(web): State<Web>, signed: Signed) -> Answer {
    let parent = signed.ask.param("of").map_or(Ok(signed.actor().unit), |of| id_of(&of))?;
    let page = new_page(&web, &signed, parent, Fields::default(), Vec::new()).await?;
    page::full(&page)
}

async fn new_page(
    web: &Web,
    signed: &Signed,
    parent: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<NewPage, WebError> {
    let parent = web
        .read(signed.actor(), move |cx| {
            let parent = unit::show(cx, parent)?;
            cx.require(Action::UnitManage, parent.home, false)?;
            Ok(parent)
        })
        .await?;
    Ok(NewPage {
        shell: signed.shell(web, At::Units).await?,
        kinds: below_kinds(parent.kind).iter().map(|k| Choice::new(k.code(), words::unit_kind(*k))).collect(),
        stages: Stage::ALL.iter().map(|k| Choice::new(k.code(), words::stage(*k))).collect(),
        parent,
        typed,
        faults,
    })
}

/// The kinds offered under a parent; the noun decides whether one may stand there.
fn below_kinds(parent: UnitKind) -> &'static [UnitKind] {
    use UnitKind::{Agency, Campus, Centre, County, Department, Point, School};
    match parent {
        UnitKind::City => &[County, Department, Agency],
        County => &[School, Centre, Point, Department, Agency],
        Centre => &[School, Point, Department, Campus],
        School | Point => &[Department, Campus],
        _ => &[Department],
    }
}

fn typed_unit(fields: &Fields) -> Result<NewUnit> {
    let kind = fields.read("kind", UnitKind::from_code)?;
    let kind = kind.ok_or_else(|| Error::invalid("kind", base::Problem::Required))?;
    let mut new = NewUnit::named(kind, fields.get("name"), fields.id("parent")?);
    new.short = fields.text("short");
    new.code = fields.opt("code");
    new.stage = fields.read("stage", Stage::from_code)?;
    new.pupils = fields.int("pupils")?.unwrap_or(0);
    new.boarders = fields.int("boarders")?.unwrap_or(0);
    new.classes = fields.int("classes")?.unwrap_or(0);
    new.buses = fields.int("buses")?.unwrap_or(0);
    new.canteen = fields.flag("canteen");
    new.address = fields.opt("address");
    new.phone = fields.opt("phone");
    new.kept_from = fields.day("kept_from")?;
    Ok(new)
}

async fn open(State(web): State<Web>, posted: Posted) -> Answer {
    let key = posted.key();
    let done = match typed_unit(&posted.fields) {
        Ok(mut new) => {
            new.id = key;
            web.act(&posted, move |cx| unit::open(cx, &new)).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/units/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            let parent = posted.fields.id("parent")?.unwrap_or(posted.actor().unit);
            page::again(&new_page(&web, &posted.signed, parent, posted.fields.clone(), faults).await?, status)
        }
    }
}
