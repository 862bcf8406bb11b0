//! 印发、签收、专项通知: the pack's notice goes down the tree and each addressee signs for it (who, when); a 专项 notice
//! during the year supplements it with text, addressees, figures, questions and a day. What the records already know is
//! never asked: figures come from them, only the rest is typed, and the 汇总表 for the level above is a view.
//! Serves the notice as a whole, and 1.3, 2.6 and 4.3, whose campaigns it carries.
//!
//! `figures` what records know · `lint` burden of a draft, before it goes out · `layer` what a county or a school adds:
//! more or stricter, never less · `urgent` the ladder of an urgent one until each addressee has signed · `plan` the year
//! plan and the year-end summary. Stands above `check`: it reads every noun, and none knows of it.

pub mod figures;
pub mod layer;
pub mod lint;
pub mod plan;
pub mod sql;
pub mod urgent;

use std::collections::BTreeMap;

use base::{Cell, Day, Error, Id, Ms, Problem, Refusal, Result, Sheet, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

pub use figures::{Figure, Known};

use crate::hazard::Category;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::org::UnitKind;
use crate::org::kinds::codes;
use crate::org::unit::{self, Unit};

/// Characters of a notice.
pub const BODY_CHARS: i64 = 10_000;
/// Questions of one notice beyond what the records know.
pub const ASKS_MAX: usize = 10;
/// Units named one by one.
pub const UNITS_MAX: usize = 400;
/// Notices of a list.
const ROWS: i64 = 200;
/// A notice is due within a year.
const DUE_DAYS: i64 = 366;

codes! {
    /// What a notice is.
    Kind {
        /// The pack's own notice.
        Pack = "pack",
        /// 专项
        Special = "special",
    }
}

codes! {
    /// How a question is answered.
    AskKind {
        Number = "number",
        Line = "line",
        YesNo = "yes_no",
    }
}

/// A question that no record answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    pub label: String,
    pub kind: AskKind,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notice {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    pub unit_name: String,
    pub kind: Kind,
    pub number: Option<String>,
    pub title: String,
    pub body: String,
    pub clause: String,
    /// Empty: every kind.
    pub kinds: Vec<UnitKind>,
    /// Empty: every unit below.
    pub units: Vec<Id>,
    pub figures: Vec<Figure>,
    /// Figures of hazards count this category only.
    pub category: Option<Category>,
    pub asks: Vec<Ask>,
    /// Figures count from this day to `due_on`.
    pub from_on: Day,
    pub due_on: Day,
    pub by_name: Option<String>,
    pub ended_on: Option<Day>,
    pub received_at: Ms,
}

fn list_of<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<Vec<T>> {
    serde_json::from_str(&row.text(column)?).map_err(|e| Error::broken(format!("notice.{column}: {e}")))
}

fn from_row(row: &Row) -> Result<Notice> {
    Ok(Notice {
        id: row.id("id")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        unit_name: row.text("unit_name")?,
        kind: Kind::from_code(&row.text("kind")?).unwrap_or(Kind::Special),
        number: row.opt_text("number")?,
        title: row.text("title")?,
        body: row.text("body")?,
        clause: row.text("clause")?,
        kinds: list_of(row, "kinds")?,
        units: list_of(row, "units")?,
        figures: list_of(row, "figures")?,
        category: row.opt_text("category")?.as_deref().and_then(Category::from_code),
        asks: list_of(row, "asks")?,
        from_on: row.day("from_on")?,
        due_on: row.day("due_on")?,
        by_name: row.opt_text("by_name")?,
        ended_on: row.opt_day("ended_on")?,
        received_at: row.ms("received_at")?,
    })
}

impl Notice {
    /// Is the unit one of those that it is for? The unit stands under the issuer.
    fn addresses(&self, unit: &Unit) -> bool {
        let school_or_bureau = unit.kind.is_school() || unit.kind.is_bureau();
        school_or_bureau
            && unit.id != self.unit
            && (self.kinds.is_empty() || self.kinds.contains(&unit.kind))
            && (self.units.is_empty() || self.units.contains(&unit.id))
    }
}

/// A notice as it is to go out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewNotice {
    #[serde(default)]
    pub id: Option<Id>,
    /// 文号
    #[serde(default)]
    pub number: Option<String>,
    pub title: String,
    pub body: String,
    /// The item of the notice that it carries out.
    pub clause: String,
    #[serde(default)]
    pub kinds: Vec<UnitKind>,
    #[serde(default)]
    pub units: Vec<Id>,
    #[serde(default)]
    pub figures: Vec<Figure>,
    #[serde(default)]
    pub category: Option<Category>,
    #[serde(default)]
    pub asks: Vec<Ask>,
    /// Today when absent.
    #[serde(default)]
    pub from_on: Option<Day>,
    pub due_on: Day,
}

/// Sends the pack's notice down. Refuses: whoever does not keep the pack, and a second dispatch of the same pack.
pub fn dispatch(cx: &mut Cx<'_, '_>, due_on: Day) -> Result<Id> {
    let unit = unit::show(cx, cx.actor.unit)?;
    cx.require(Action::NoticeIssue, unit.home, false)?;
    let pack = cx.pack;
    for row in cx.tx.rows(sql::LIST, args![unit.home, ROWS])? {
        if row.text("kind")? == Kind::Pack.code() && row.blob("pack_hash")? == pack.hash {
            return Err(Refusal::Duplicate.into());
        }
    }
    let new = NewNotice {
        id: None,
        number: pack.document_number.clone(),
        title: pack.title.chars().take(limits::FACT_CHARS as usize).collect(),
        body: pack.title.clone(),
        clause: "1.3".into(),
        kinds: Vec::new(),
        units: Vec::new(),
        figures: Vec::new(),
        category: None,
        asks: Vec::new(),
        from_on: None,
        due_on,
    };
    store(cx, &unit, Kind::Pack, &new)
}

/// Sends a 专项 notice down. Refuses: whoever may not, no text, an item that the pack does not have, a day that has passed
/// or is over a year away, nobody addressed, units that do not stand below, questions without words or over `ASKS_MAX`,
/// and a question that a form of the pack asks already (ask once).
pub fn issue(cx: &mut Cx<'_, '_>, new: &NewNotice) -> Result<Id> {
    let unit = unit::show(cx, cx.actor.unit)?;
    cx.require(Action::NoticeIssue, unit.home, false)?;
    enter(cx, &unit, new)
}

/// Checks and stores; the caller has guarded the act.
fn enter(cx: &mut Cx<'_, '_>, unit: &Unit, new: &NewNotice) -> Result<Id> {
    check(cx, unit, new)?;
    store(cx, unit, Kind::Special, new)
}

/// The faults of a draft, all at once.
fn check(cx: &mut Cx<'_, '_>, unit: &Unit, new: &NewNotice) -> Result<()> {
    let mut faults = Faults::default();
    faults.text("title", &new.title, limits::FACT_CHARS);
    faults.text("body", &new.body, BODY_CHARS);
    faults.optional("number", new.number.as_deref().unwrap_or(""), 40);
    if cx.pack.item(&new.clause).is_none() {
        faults.add("clause", Problem::Unknown);
    }
    let today = cx.now.day();
    if new.due_on < today || new.due_on.days_since(today) > DUE_DAYS {
        faults.add("due_on", Problem::OutOfRange { min: 0, max: DUE_DAYS });
    }
    if new.from_on.is_some_and(|from| from > new.due_on) {
        faults.add("from_on", Problem::Mismatch { with: "due_on" });
    }
    if new.asks.len() > ASKS_MAX {
        faults.add("asks", Problem::OutOfRange { min: 0, max: ASKS_MAX as i64 });
    }
    for ask in new.asks.iter().take(ASKS_MAX) {
        faults.text("asks", &ask.label, limits::NAME_CHARS);
    }
    if lint::asked_already(cx.pack, &new.asks).is_some() {
        faults.add("asks", Problem::Taken);
    }
    let below = figures::under(cx, unit.id)?;
    if new.units.len() > UNITS_MAX || new.units.iter().any(|id| !below.iter().any(|u| u.id == *id)) {
        faults.add("units", Problem::Unknown);
    }
    let draft = draft(unit, Kind::Special, new);
    if !below.iter().any(|u| draft.addresses(u)) {
        faults.add("kinds", Problem::Required);
    }
    faults.done()
}

/// A draft as a notice, for its addressees.
fn draft(unit: &Unit, kind: Kind, new: &NewNotice) -> Notice {
    Notice {
        id: unit.id,
        county: unit.county,
        unit: unit.id,
        unit_name: unit.name.clone(),
        kind,
        number: new.number.clone(),
        title: new.title.clone(),
        body: new.body.clone(),
        clause: new.clause.clone(),
        kinds: new.kinds.clone(),
        units: new.units.clone(),
        figures: new.figures.clone(),
        category: new.category,
        asks: new.asks.clone(),
        from_on: new.from_on.unwrap_or(new.due_on),
        due_on: new.due_on,
        by_name: None,
        ended_on: None,
        received_at: Ms(0),
    }
}

fn store(cx: &mut Cx<'_, '_>, unit: &Unit, kind: Kind, new: &NewNotice) -> Result<Id> {
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let json = |value: serde_json::Value| value.to_string();
    let (salt, now, claimed, hash) = (cx.salt(), cx.now, cx.claimed()?, cx.pack.hash);
    let (person, post, from) = (cx.actor.person, cx.actor.post, new.from_on.unwrap_or(cx.now.day()));
    let number = new.number.as_deref().map(str::trim).filter(|n| !n.is_empty()).map(str::to_string);
    cx.put(
        "notice.issue",
        "notice",
        sql::INSERT,
        args![
            unit.county,
            id,
            salt,
            unit.id,
            kind,
            number,
            new.title.trim(),
            new.body.trim(),
            new.clause.as_str(),
            hash,
            json(serde_json::json!(new.kinds)),
            json(serde_json::json!(new.units)),
            json(serde_json::json!(new.figures)),
            new.category,
            json(serde_json::json!(new.asks)),
            from,
            new.due_on,
            person,
            post,
            claimed,
            now
        ],
    )?;
    cx.signal("notice", unit.county, unit.id, id);
    Ok(id)
}

/// A notice for the asker: its issuer and those above see it as issuers do, addressees as theirs. NotFound for all
/// others.
pub fn show(cx: &mut Cx<'_, '_>, id: Id) -> Result<Notice> {
    let row = cx.tx.row(sql::BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let notice = from_row(&row)?;
    if cx.require(Action::NoticeRead, notice.unit, false).is_ok() {
        return Ok(notice);
    }
    let mine = unit::load(cx, cx.actor.unit)?;
    let under = cx.tx.row(crate::kernel::rights::sql::DEPTH, args![notice.unit, mine.id])?.is_some();
    let reads = cx.require(Action::NoticeRead, mine.id, false).is_ok();
    if under && reads && (notice.addresses(&mine) || below_is_addressed(cx, &notice, &mine)?) {
        return Ok(notice);
    }
    Err(Refusal::NotFound.into())
}

/// Is a unit under the asker's addressed? Then the asker sees how it goes there.
fn below_is_addressed(cx: &mut Cx<'_, '_>, notice: &Notice, mine: &Unit) -> Result<bool> {
    if !mine.kind.is_bureau() {
        return Ok(false);
    }
    Ok(figures::under(cx, mine.id)?.iter().any(|u| notice.addresses(u)))
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    pub notice: Notice,
    /// Issued by the asker's own unit.
    pub own: bool,
    /// The asker's unit is to sign, and has signed.
    pub to_sign: bool,
    pub signed: bool,
    pub answered: bool,
}

/// Notices of the asker's unit and those that address it or units under it, newest first. Refuses NoRight where the role
/// reads none.
pub fn list(cx: &mut Cx<'_, '_>) -> Result<Vec<Line>> {
    cx.require(Action::NoticeRead, cx.actor.unit, false)?;
    let mine = unit::load(cx, cx.actor.unit)?;
    let signed: Vec<Id> =
        cx.tx.rows(sql::SIGNED, args![mine.id])?.iter().map(|row| row.id("notice")).collect::<Result<_>>()?;
    let mut out = Vec::new();
    for row in cx.tx.rows(sql::LIST, args![mine.id, ROWS])? {
        let notice = from_row(&row)?;
        let own = notice.unit == mine.id;
        let to_sign = notice.addresses(&mine);
        if !own && !to_sign && !below_is_addressed(cx, &notice, &mine)? {
            continue;
        }
        let answered = cx.tx.row(sql::ANSWER_OF, args![notice.id, mine.id])?.is_some();
        out.push(Line { own, to_sign, signed: signed.contains(&notice.id), answered, notice });
    }
    Ok(out)
}

/// Notices that wait for the asker: to be signed, or to be answered by typing. Lines of 今日.
pub fn waiting(cx: &mut Cx<'_, '_>, max: usize) -> Result<Vec<Line>> {
    if cx.require(Action::NoticeSign, cx.actor.unit, false).is_err() {
        return Ok(Vec::new());
    }
    let open =
        |l: &Line| l.to_sign && l.notice.ended_on.is_none() && (!l.signed || !l.answered && !l.notice.asks.is_empty());
    let mut lines: Vec<Line> = list(cx)?.into_iter().filter(open).collect();
    lines.sort_by_key(|l| (l.notice.due_on, l.notice.id));
    lines.truncate(max);
    Ok(lines)
}

/// 签收: the actor signs for the own unit. Refuses: a unit that it does not address, Duplicate when it is signed.
pub fn sign(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let notice = show(cx, id)?;
    let mine = unit::load(cx, cx.actor.unit)?;
    cx.require(Action::NoticeSign, mine.id, false)?;
    if !notice.addresses(&mine) {
        return Err(Refusal::NoRight.into());
    }
    if cx.tx.row(sql::SIGN_OF, args![id, mine.id])?.is_some() {
        return Err(Refusal::Duplicate.into());
    }
    let person = cx.actor.person.ok_or(Error::from(Refusal::SignIn))?;
    let (sign, salt, now, claimed, post) = (cx.id(), cx.salt(), cx.now, cx.claimed()?, cx.actor.post);
    cx.put(
        "notice.sign",
        "notice_sign",
        sql::SIGN_INSERT,
        args![mine.county, sign, salt, mine.id, id, person, post, claimed, now],
    )?;
    urgent::signed(cx, &notice, mine.id)?;
    cx.signal("notice", notice.county, notice.unit, id);
    cx.signal("notice", mine.county, mine.id, id);
    Ok(())
}

/// Answers what no record knows, by the place of each question. A second answer corrects the first, with its version.
/// Refuses: questions left open, a number that is none, a notice without questions, one that ended.
pub fn answer(cx: &mut Cx<'_, '_>, id: Id, typed: &[String]) -> Result<()> {
    let notice = show(cx, id)?;
    let mine = unit::load(cx, cx.actor.unit)?;
    cx.require(Action::NoticeSign, mine.id, false)?;
    if !notice.addresses(&mine) {
        return Err(Refusal::NoRight.into());
    }
    if notice.ended_on.is_some() || notice.asks.is_empty() {
        return Err(Refusal::WrongState { from: "notice_ended", action: "answer" }.into());
    }
    let mut faults = Faults::default();
    let mut clean = Vec::new();
    for (place, ask) in notice.asks.iter().enumerate() {
        let text = faults.text("answer", typed.get(place).map_or("", String::as_str), limits::FACT_CHARS);
        let fine = match ask.kind {
            AskKind::Number => text.parse::<i64>().is_ok_and(|n| (0..=10_000_000).contains(&n)),
            AskKind::YesNo => ["yes", "no"].contains(&text.as_str()),
            AskKind::Line => true,
        };
        if !fine && !text.is_empty() {
            faults.add("answer", Problem::Unreadable);
        }
        clean.push(text);
    }
    faults.done()?;
    let person = cx.actor.person.ok_or(Error::from(Refusal::SignIn))?;
    let (typed, post) = (serde_json::json!(clean).to_string(), cx.actor.post);
    match cx.tx.row(sql::ANSWER_OF, args![id, mine.id])? {
        Some(row) => {
            let row = row.id("id")?;
            cx.put("notice.answer", "notice_answer", sql::ANSWER_CHANGE, args![row, typed, person, post])?;
        }
        None => {
            let (answer, salt, now, claimed) = (cx.id(), cx.salt(), cx.now, cx.claimed()?);
            cx.put(
                "notice.answer",
                "notice_answer",
                sql::ANSWER_INSERT,
                args![mine.county, answer, salt, mine.id, id, typed, person, post, claimed, now],
            )?;
        }
    }
    cx.signal("notice", notice.county, notice.unit, id);
    Ok(())
}

/// Ends a notice. Refuses whoever did not issue it.
pub fn end(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let notice = show(cx, id)?;
    if notice.unit != cx.actor.unit {
        return Err(Refusal::NoRight.into());
    }
    let action = if urgent::is_one(cx, id)? { Action::NoticeUrge } else { Action::NoticeIssue };
    cx.require(action, notice.unit, false)?;
    if notice.ended_on.is_some() {
        return Err(Refusal::WrongState { from: "notice_ended", action: "end" }.into());
    }
    let today = cx.now.day();
    cx.put("notice.end", "notice", sql::END, args![id, today])?;
    urgent::ended(cx, &notice)?;
    cx.signal("notice", notice.county, notice.unit, id);
    Ok(())
}

/// How one addressee stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Receipt {
    pub unit: Id,
    pub name: String,
    pub kind: UnitKind,
    pub signed_at: Option<Ms>,
    pub signed_by: Option<String>,
    /// By the order of the notice's figures.
    pub figures: Vec<i64>,
    /// By the order of the questions; empty until answered.
    pub typed: Vec<String>,
    pub answered_by: Option<String>,
    pub answered_at: Option<Ms>,
}

/// 汇总表: every addressee under the asker's unit with what the records say and what was typed. An addressee sees its own
/// line. By the order of units, no ranking.
pub fn summary(cx: &mut Cx<'_, '_>, id: Id) -> Result<(Notice, Vec<Receipt>)> {
    let notice = show(cx, id)?;
    let mine = unit::load(cx, cx.actor.unit)?;
    let top = if mine.kind.is_bureau() { mine.id } else { notice.unit };
    let mut units = figures::under(cx, top)?;
    if mine.kind.is_bureau() && mine.id != notice.unit {
        units.insert(0, mine.clone());
    }
    units.retain(|u| notice.addresses(u) && (mine.kind.is_bureau() || u.id == mine.id));
    let until = notice.due_on.min(cx.now.day()).max(notice.from_on);
    let known = figures::known(cx, top, &units, &notice.figures, notice.category, notice.from_on, until)?;
    let mut signs: BTreeMap<Id, (Ms, Option<String>)> = BTreeMap::new();
    for row in cx.tx.rows(sql::SIGNS, args![id])? {
        signs.insert(row.id("unit")?, (row.ms("received_at")?, row.opt_text("name")?));
    }
    let mut answers: BTreeMap<Id, (Vec<String>, Ms, Option<String>)> = BTreeMap::new();
    for row in cx.tx.rows(sql::ANSWERS, args![id])? {
        let typed = serde_json::from_str(&row.text("typed")?).unwrap_or_default();
        answers.insert(row.id("unit")?, (typed, row.ms("received_at")?, row.opt_text("name")?));
    }
    let receipt = |unit: &Unit| {
        let sign = signs.get(&unit.id);
        let answer = answers.get(&unit.id);
        Receipt {
            unit: unit.id,
            name: unit.name.clone(),
            kind: unit.kind,
            signed_at: sign.map(|s| s.0),
            signed_by: sign.and_then(|s| s.1.clone()),
            figures: notice.figures.iter().map(|f| known.get(unit.id, *f)).collect(),
            typed: answer.map(|a| a.0.clone()).unwrap_or_default(),
            answered_by: answer.and_then(|a| a.2.clone()),
            answered_at: answer.map(|a| a.1),
        }
    };
    let receipts = units.iter().map(receipt).collect();
    Ok((notice, receipts))
}

/// The 汇总表 as a sheet: one row a unit, a last row with the sums of figures and numbers.
pub fn sheet(notice: &Notice, receipts: &[Receipt]) -> Sheet {
    let mut columns = vec!["serial", "unit", "signed_at", "signed_by"];
    columns.extend(notice.figures.iter().map(|f| f.code()));
    columns.extend(notice.asks.iter().map(|_| "asked"));
    let cell = |ask: &Ask, text: Option<&String>| match (ask.kind, text) {
        (_, None) => Cell::Empty,
        (AskKind::Number, Some(text)) => text.parse().map_or(Cell::Empty, Cell::Int),
        (AskKind::YesNo, Some(text)) => Cell::Code("yes_no", text.clone()),
        (AskKind::Line, Some(text)) => Cell::Text(text.clone()),
    };
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (n, r) in receipts.iter().enumerate() {
        let mut row = vec![
            Cell::Int(n as i64 + 1),
            Cell::Text(r.name.clone()),
            r.signed_at.map_or(Cell::Empty, Cell::At),
            r.signed_by.clone().map_or(Cell::Empty, Cell::Text),
        ];
        row.extend(r.figures.iter().map(|f| Cell::Int(*f)));
        row.extend(notice.asks.iter().enumerate().map(|(at, ask)| cell(ask, r.typed.get(at))));
        rows.push(row);
    }
    let mut total = vec![Cell::Empty, Cell::Code("total", "total".into()), Cell::Empty, Cell::Empty];
    for at in 0..notice.figures.len() {
        total.push(Cell::Int(receipts.iter().map(|r| r.figures[at]).sum()));
    }
    for (at, ask) in notice.asks.iter().enumerate() {
        let sum = || receipts.iter().filter_map(|r| r.typed.get(at)?.parse::<i64>().ok()).sum();
        total.push(if ask.kind == AskKind::Number { Cell::Int(sum()) } else { Cell::Empty });
    }
    rows.push(total);
    let (from, until) = (Some(notice.from_on), Some(notice.due_on));
    Sheet { kind: "notice_summary", unit: notice.unit_name.clone(), from, until, columns, rows, left_out: 0 }
}
