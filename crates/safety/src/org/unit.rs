//! Units and their tree: what they are, who finds them, how they are opened and changed. A unit's life is intervals:
//! opened, renamed, moved, merged, closed; each is a step with its day (`life`).
//! Refusals: NotFound (absent or hidden), NoRight, Invalid.

use base::{Day, Error, Id, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::kinds::{Stage, UnitKind};
pub use super::life::{UnitStep, Ways, close, history, move_to, ways};
use super::life::{past, step};
use super::sql;
use crate::kernel::cx::Cx;
use crate::kernel::rights::{self, Action, Reach, Relation};
use crate::kernel::text::{self, Faults};

/// What is typed about a unit.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct NewUnit {
    #[serde(default)]
    pub id: Option<Id>,
    /// 学校标识码 or division code; unique among open units.
    #[serde(default)]
    pub code: Option<String>,
    pub kind: UnitKind,
    pub name: String,
    /// Short name used in record numbers (江湾).
    #[serde(default)]
    pub short: String,
    pub parent: Option<Id>,
    #[serde(default)]
    pub stage: Option<Stage>,
    #[serde(default)]
    pub boarders: i64,
    #[serde(default)]
    pub canteen: bool,
    #[serde(default)]
    pub buses: i64,
    #[serde(default)]
    pub pupils: i64,
    #[serde(default)]
    pub classes: i64,
    #[serde(default)]
    pub address: Option<String>,
    /// Telephone that is answered day and night.
    #[serde(default)]
    pub phone: Option<String>,
    /// For a county: its number (partition); for others taken from the county above.
    #[serde(default)]
    pub county: Option<i64>,
    /// 启用日: the first day on which duties are expected here; the day of the entry when absent.
    #[serde(default)]
    pub kept_from: Option<Day>,
}

/// 启用日 lies at most so far ahead: further is a slip of the pen.
pub const KEPT_AHEAD_DAYS: i64 = 400;

impl NewUnit {
    pub fn named(kind: UnitKind, name: &str, parent: Option<Id>) -> NewUnit {
        NewUnit {
            id: None,
            code: None,
            kind,
            name: name.into(),
            short: String::new(),
            parent,
            stage: None,
            boarders: 0,
            canteen: false,
            buses: 0,
            pupils: 0,
            classes: 0,
            address: None,
            phone: None,
            county: None,
            kept_from: None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unit {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub code: Option<String>,
    pub kind: UnitKind,
    pub name: String,
    pub short: String,
    pub parent: Option<Id>,
    /// The institution that this unit is or stands in.
    pub home: Id,
    pub stage: Option<Stage>,
    pub boarders: i64,
    pub canteen: bool,
    pub buses: i64,
    pub pupils: i64,
    pub classes: i64,
    pub address: Option<String>,
    pub phone: Option<String>,
    /// The second person (复查, 销账) of a unit too small to have one, named at the 中心校.
    pub second: Option<Id>,
    pub opened_on: Day,
    /// 启用日: the first day on which duties are expected here, never before `opened_on`. What happened before stands on
    /// no ledger of ours, so that a bureau which begins on a Monday does not find a month of 未做.
    pub kept_from: Day,
    pub closed_on: Option<Day>,
    pub merged_into: Option<Id>,
}

impl Unit {
    /// How an address names it: by its code, which is short and alike among neighbours; a closed one may have left its
    /// code to another and is named by its id.
    pub fn key(&self) -> String {
        match &self.code {
            Some(code) if self.closed_on.is_none() && Id::parse(code).is_none() => code.clone(),
            _ => self.id.to_string(),
        }
    }
}

pub fn from_row(row: &Row) -> Result<Unit> {
    let kind = UnitKind::from_code(&row.text("kind")?).ok_or_else(|| Error::broken("unit.kind"))?;
    Ok(Unit {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        code: row.opt_text("code")?,
        kind,
        name: row.text("name")?,
        short: row.text("short")?,
        parent: row.opt_id("parent")?,
        home: row.id("home")?,
        stage: row.opt_text("stage")?.as_deref().and_then(Stage::from_code),
        boarders: row.int("boarders")?,
        canteen: row.flag("canteen")?,
        buses: row.int("buses")?,
        pupils: row.int("pupils")?,
        classes: row.int("classes")?,
        address: row.opt_text("address")?,
        phone: row.opt_text("phone")?,
        second: row.opt_id("second")?,
        opened_on: row.day("opened_on")?,
        // A row of before this column: kept from the day on which it was entered, which is that of its opening.
        kept_from: row.opt_day("kept_from")?.unwrap_or(row.day("opened_on")?),
        closed_on: row.opt_day("closed_on")?,
        merged_into: row.opt_id("merged_into")?,
    })
}

/// A unit without asking who wants to know: for other nouns.
pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Unit> {
    let row = cx.tx.row(sql::UNIT_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    from_row(&row)
}

/// A unit for the asker: foreign and absent are the same.
pub fn show(cx: &mut Cx<'_, '_>, id: Id) -> Result<Unit> {
    let unit = load(cx, id)?;
    cx.require(Action::UnitRead, unit.home, false).map_err(|_| Error::from(Refusal::NotFound))?;
    Ok(unit)
}

/// The unit that an address names by its id or, shorter, by its code. Foreign and absent are the same.
pub fn named(cx: &mut Cx<'_, '_>, text: &str) -> Result<Option<Unit>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let row = match Id::parse(text) {
        Some(id) => cx.tx.row(sql::UNIT_BY_ID, args![id])?,
        None => cx.tx.row(sql::UNIT_BY_CODE, args![text])?,
    };
    let unit = from_row(&row.ok_or(Error::from(Refusal::NotFound))?)?;
    show(cx, unit.id).map(Some)
}

/// The parent chain, nearest first, the unit itself included.
pub fn path(cx: &mut Cx<'_, '_>, id: Id) -> Result<Vec<Unit>> {
    let rows = cx.tx.rows(sql::UNIT_PATH, args![id])?;
    rows.iter().map(from_row).collect()
}

/// Units right under `parent` that the asker reads (departments and campuses of an institution included), by name. Under
/// a bureau above the asker stand foreign schools: they are not there.
pub fn children(cx: &mut Cx<'_, '_>, parent: Id) -> Result<Vec<Unit>> {
    let parent = show(cx, parent)?;
    let rows = cx.tx.rows(sql::UNIT_CHILDREN, args![parent.id])?;
    let mut units: Vec<Unit> = rows.iter().map(from_row).collect::<Result<_>>()?;
    let under = matches!(rights::relation(cx, parent.home)?, Relation::Own | Relation::Below);
    if !(under && matches!(rights::reach(cx.actor.role, Action::UnitRead), Reach::Subtree | Reach::All)) {
        units = readable(cx, units)?;
    }
    units.sort_by(|a, b| (a.kind, &a.code, &a.name).cmp(&(b.kind, &b.code, &b.name)));
    Ok(units)
}

fn readable(cx: &mut Cx<'_, '_>, units: Vec<Unit>) -> Result<Vec<Unit>> {
    let mut out = Vec::with_capacity(units.len());
    for unit in units {
        let relation = rights::relation(cx, unit.home)?;
        if rights::decide(cx.actor.role, relation, Action::UnitRead, false).allow {
            out.push(unit);
        }
    }
    Ok(out)
}

/// A page of the institutions in the asker's reach whose name, short name or initials hold `query`.
pub fn search(cx: &mut Cx<'_, '_>, query: &str, limit: i64) -> Result<Vec<Unit>> {
    let sql = match rights::reach(cx.actor.role, Action::UnitRead) {
        Reach::Subtree | Reach::All => sql::UNIT_SEARCH,
        Reach::Unit => sql::UNIT_SEARCH_OWN,
        _ => return Ok(Vec::new()),
    };
    let limit = limit.clamp(1, limits::PAGE_ROWS_MAX);
    let rows = cx.tx.rows(sql, args![cx.actor.unit, text::like(query), limit])?;
    rows.iter().map(from_row).collect()
}

/// Agencies beside the bureaus above a unit: to whom its work can be handed. Refused like the transfer itself.
pub fn agencies(cx: &mut Cx<'_, '_>, of: Id) -> Result<Vec<Unit>> {
    let home = load(cx, of)?.home;
    cx.require(Action::HazardTransfer, home, false)?;
    let mut out = Vec::new();
    for above in path(cx, of)?.into_iter().filter(|u| u.kind.is_bureau()) {
        let rows = cx.tx.rows(sql::UNIT_CHILDREN, args![above.id])?;
        let units = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
        out.extend(units.into_iter().filter(|u| u.kind == UnitKind::Agency && u.closed_on.is_none()));
    }
    Ok(out)
}

/// Opens a unit. Refuses: a parent that the actor may not manage, a kind that cannot stand there, a code in use,
/// text and figures out of range. The root (no parent) only by the program itself.
pub fn open(cx: &mut Cx<'_, '_>, new: &NewUnit) -> Result<Id> {
    let parent = match new.parent {
        Some(parent) => {
            let parent = load(cx, parent)?;
            cx.require(Action::UnitManage, parent.home, false)?;
            Some(parent)
        }
        None if cx.actor.role == super::Role::System => None,
        None => return Err(Error::invalid("parent", Problem::Required)),
    };
    let Typed { name, short, code, address, phone, kept_from } = check(cx, new, parent.as_ref())?;
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::UNIT_BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let county = new.county.filter(|_| new.kind.is_bureau()).or(parent.as_ref().map(|p| p.county)).unwrap_or(0);
    let home = if new.kind.is_institution() { id } else { parent.as_ref().map(|p| p.home).unwrap_or(id) };
    let find = text::find(&[&name, &short, code.as_deref().unwrap_or("")]);
    let (salt, day, now) = (cx.salt(), cx.now.day(), cx.now);
    cx.put(
        "unit.open",
        "unit",
        sql::UNIT_INSERT,
        args![
            county,
            id,
            salt,
            code,
            new.kind,
            name,
            short,
            find,
            new.parent,
            home,
            new.stage,
            new.boarders,
            new.canteen,
            new.buses,
            new.pupils,
            new.classes,
            address,
            phone,
            day,
            now,
            kept_from
        ],
    )?;
    cx.tx.exec(sql::TREE_SELF, args![id])?;
    if let Some(parent) = new.parent {
        cx.tx.exec(sql::TREE_UNDER, args![id, parent])?;
    }
    step(cx, county, id, "open", None, None, None, day)?;
    cx.signal("unit", county, home, id);
    Ok(id)
}

/// What was typed, as it is kept.
struct Typed {
    name: String,
    short: String,
    code: Option<String>,
    address: Option<String>,
    phone: Option<String>,
    kept_from: Day,
}

/// 启用日 as it was told: not before the opening, not further ahead than anybody plans.
fn kept(cx: &Cx<'_, '_>, faults: &mut Faults, told: Option<Day>, opened_on: Day, now: Day) -> Day {
    let day = told.unwrap_or(now);
    if day < opened_on {
        faults.add("kept_from", Problem::Mismatch { with: "opened_on" });
    } else if day > cx.now.day().plus_days(KEPT_AHEAD_DAYS) {
        faults.add("kept_from", Problem::InFuture { minutes: day.days_since(cx.now.day()) * 24 * 60 });
    }
    day
}

fn check(cx: &mut Cx<'_, '_>, new: &NewUnit, parent: Option<&Unit>) -> Result<Typed> {
    let mut faults = Faults::default();
    let name = faults.text("name", &new.name, limits::NAME_CHARS);
    let short = faults.optional("short", &new.short, 12).unwrap_or_else(|| name.chars().take(12).collect());
    faults.range("pupils", new.pupils, 0, 100_000);
    faults.range("boarders", new.boarders, 0, new.pupils.max(0));
    faults.range("classes", new.classes, 0, 1_000);
    faults.range("buses", new.buses, 0, 1_000);
    let address = faults.optional("address", new.address.as_deref().unwrap_or(""), limits::NOTE_CHARS);
    let phone = faults.optional("phone", new.phone.as_deref().unwrap_or(""), 40);
    if parent.is_some_and(|p| !stands(new.kind, p.kind)) {
        faults.add("kind", Problem::Mismatch { with: "parent" });
    }
    if parent.is_some_and(|p| p.closed_on.is_some()) {
        faults.add("parent", Problem::Unknown);
    }
    let code = faults.optional("code", new.code.as_deref().unwrap_or(""), 20);
    if let Some(code) = &code
        && cx.tx.row(sql::UNIT_BY_CODE, args![code.as_str()])?.is_some()
    {
        faults.add("code", Problem::Taken);
    }
    let today = cx.now.day();
    let kept_from = kept(cx, &mut faults, new.kept_from, today, today);
    faults.done()?;
    Ok(Typed { name, short, code, address, phone, kept_from })
}

/// What may stand under what.
pub(super) fn stands(kind: UnitKind, under: UnitKind) -> bool {
    use UnitKind::*;
    match kind {
        City => false,
        County => under == City,
        Centre => under == County,
        School => matches!(under, County | Centre),
        Point => matches!(under, Centre | County),
        Campus => under.is_school(),
        Department => under.is_institution(),
        Agency => under.is_bureau(),
    }
}

/// What may be changed about a unit later; absent = left as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Change {
    pub name: Option<String>,
    pub short: Option<String>,
    pub stage: Option<Stage>,
    pub boarders: Option<i64>,
    pub canteen: Option<bool>,
    pub buses: Option<i64>,
    pub pupils: Option<i64>,
    pub classes: Option<i64>,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub second: Option<Id>,
    /// 启用日; asks for the right to manage the unit.
    #[serde(default)]
    pub kept_from: Option<Day>,
    /// The day from which a new name holds; today when absent.
    #[serde(default)]
    pub on: Option<Day>,
}

/// Changes a unit's name or attributes; the step keeps what was before. Another name (更名) needs a reason and the right
/// to manage the unit.
pub fn change(cx: &mut Cx<'_, '_>, id: Id, change: &Change, reason: Option<&str>) -> Result<()> {
    let unit = load(cx, id)?;
    cx.require(Action::PlaceManage, unit.home, false)?;
    if change.name.is_some() || change.kept_from.is_some_and(|day| day != unit.kept_from) {
        cx.require(Action::UnitManage, unit.home, false)?;
    }
    let mut new = unit.clone();
    let mut faults = Faults::default();
    let reason = faults.optional("reason", reason.unwrap_or(""), limits::NOTE_CHARS);
    if let Some(name) = &change.name {
        new.name = faults.text("name", name, limits::NAME_CHARS);
    }
    if let Some(short) = &change.short {
        new.short = faults.text("short", short, 12);
    }
    new.stage = change.stage.or(unit.stage);
    new.pupils = faults.range("pupils", change.pupils.unwrap_or(unit.pupils), 0, 100_000);
    new.boarders = faults.range("boarders", change.boarders.unwrap_or(unit.boarders), 0, new.pupils.max(0));
    new.classes = faults.range("classes", change.classes.unwrap_or(unit.classes), 0, 1_000);
    new.buses = faults.range("buses", change.buses.unwrap_or(unit.buses), 0, 1_000);
    new.canteen = change.canteen.unwrap_or(unit.canteen);
    if let Some(address) = &change.address {
        new.address = faults.optional("address", address, limits::NOTE_CHARS);
    }
    if let Some(phone) = &change.phone {
        new.phone = faults.optional("phone", phone, 40);
    }
    if let Some(second) = change.second {
        let person = super::people::load(cx, second)?;
        let above = cx.tx.row(rights::sql::DEPTH, args![person.unit, unit.id])?.is_some();
        if !above || person.unit == unit.id {
            faults.add("second", Problem::Unknown);
        }
        new.second = Some(second);
    }
    new.kept_from = kept(cx, &mut faults, change.kept_from, unit.opened_on, unit.kept_from);
    let renamed = new.name != unit.name;
    let on = past(cx, &mut faults, change.on);
    if renamed && reason.is_none() {
        faults.add("reason", Problem::Required);
    }
    faults.done()?;
    let (before, after) = (brief(&unit), brief(&new));
    if before == after {
        return Ok(());
    }
    let find = text::find(&[&new.name, &new.short, new.code.as_deref().unwrap_or("")]);
    cx.put(
        "unit.change",
        "unit",
        sql::UNIT_CHANGE,
        args![
            id,
            new.name,
            new.short,
            find,
            new.stage,
            new.boarders,
            new.canteen,
            new.buses,
            new.pupils,
            new.classes,
            new.address,
            new.phone,
            new.second,
            new.kept_from
        ],
    )?;
    let act = if renamed { "rename" } else { "change" };
    step(cx, unit.county, id, act, Some(before), Some(after), reason.as_deref(), on)?;
    if new.kept_from != unit.kept_from {
        crate::follow::unit_changed(cx, id)?;
    }
    cx.signal("unit", unit.county, unit.home, id);
    Ok(())
}

fn brief(unit: &Unit) -> String {
    let second = unit.second.map(|s| s.to_string());
    serde_json::json!([
        unit.name,
        unit.short,
        unit.stage,
        unit.pupils,
        unit.boarders,
        unit.classes,
        unit.buses,
        unit.canteen,
        unit.address,
        unit.phone,
        second,
        unit.kept_from.to_string()
    ])
    .to_string()
}

/// Open institutions (bureaus and schools) of a kind in the asker's reach, for pickers and reports.
pub fn institutions(cx: &mut Cx<'_, '_>, kind: UnitKind) -> Result<Vec<Unit>> {
    match rights::reach(cx.actor.role, Action::UnitRead) {
        Reach::Subtree | Reach::All => {
            let rows = cx.tx.rows(sql::UNIT_BELOW, args![cx.actor.unit, kind, limits::EXPORT_ROWS_MAX])?;
            rows.iter().map(from_row).collect()
        }
        Reach::Unit => {
            let own = load(cx, cx.actor.unit)?;
            Ok(Some(own).filter(|u| u.kind == kind && u.closed_on.is_none()).into_iter().collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// The county bureau above a unit (or the city itself): where its reports go. None at the root.
pub fn superior(cx: &mut Cx<'_, '_>, id: Id) -> Result<Option<Unit>> {
    Ok(path(cx, id)?.into_iter().skip(1).find(|u| u.kind.is_bureau()))
}

/// The second person of a unit too small to have one: whoever is named and still holds a post; else, at a unit with a
/// 中心校 above it, that school's safety head or a leader of it. Never nobody where a 中心校 has anybody.
pub fn second(cx: &mut Cx<'_, '_>, unit: &Unit) -> Result<Option<Id>> {
    if let Some(named) = unit.second
        && !super::post::of_person(cx, named)?.is_empty()
    {
        return Ok(Some(named));
    }
    let Some(centre) = centre(cx, unit.id)? else { return Ok(None) };
    let posts = super::post::of_unit(cx, centre.id)?;
    let order = [super::Role::SafetyHead, super::Role::Vice, super::Role::Principal];
    Ok(order.iter().find_map(|role| posts.iter().find(|p| p.role == *role)).map(|p| p.person))
}

/// Units under `top` that name `from` as their second person name `to` from now on (hand-over of a post).
pub(super) fn pass_second(cx: &mut Cx<'_, '_>, top: Id, from: Id, to: Id) -> Result<()> {
    for row in cx.tx.rows(sql::UNITS_OF_SECOND, args![from, top])? {
        let unit = from_row(&row)?;
        cx.put("unit.change", "unit", sql::UNIT_SECOND, args![unit.id, to])?;
        let (before, after, day) = (Some(from.to_string()), Some(to.to_string()), cx.now.day());
        step(cx, unit.county, unit.id, "second", before, after, None, day)?;
    }
    Ok(())
}

/// The 中心校 above a 村小 or 教学点.
pub fn centre(cx: &mut Cx<'_, '_>, id: Id) -> Result<Option<Unit>> {
    Ok(path(cx, id)?.into_iter().skip(1).find(|u| u.kind == UnitKind::Centre))
}
