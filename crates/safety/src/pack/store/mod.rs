//! Packs in the database: a draft is cloned from the pack in force, changed with reasons, and published with a day on
//! which it comes into force. Only days to come: a period that began is judged by the pack of its first day, so nothing
//! that is closed or running ever changes. Also what a bureau says of school time (`time`).
//!
//! Reading and judging a pack's text is too dear for a write: it is done before (`changed`, `Checked::new`), the write
//! only stores what was judged.

pub mod sql;
pub mod time;

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Day, Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, Tx, args};
use serde::{Deserialize, Serialize};

use super::finding::{Finding, What};
use super::load::Files;
use super::model::Pack;
use super::{Packs, builtin, lint};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;
use crate::org::UnitKind;

/// Bytes of all files of a draft.
pub const FILES_BYTES: usize = 1024 * 1024;
/// Drafts and editions that a page lists.
pub const EDITIONS_MAX: i64 = 200;

/// A draft or a published pack, without its files.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Edition {
    pub id: Id,
    pub version: i64,
    pub unit: Id,
    /// The pack's own id: `jilin-2012`.
    pub code: String,
    pub title: String,
    /// `draft`, `published`, `discarded`
    pub state: String,
    /// Which edition of its code; the one that the program carries is the first.
    pub edition: Option<i64>,
    /// Hash of the pack that it was cloned from.
    pub base: Vec<u8>,
    pub hash: Vec<u8>,
    pub effective_on: Option<Day>,
    pub reason: Option<String>,
    pub made_by: Option<Id>,
    pub made_at: Ms,
    pub published_by: Option<Id>,
    pub published_at: Option<Ms>,
}

impl Edition {
    pub fn is_draft(&self) -> bool {
        self.state == "draft"
    }
}

fn from_row(row: &Row) -> Result<Edition> {
    Ok(Edition {
        id: row.id("id")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        code: row.text("code")?,
        title: row.text("title")?,
        state: row.text("state")?,
        edition: row.opt_int("edition")?,
        base: row.blob("base")?,
        hash: row.blob("hash")?,
        effective_on: row.opt_day("effective_on")?,
        reason: row.opt_text("reason")?,
        made_by: row.opt_id("made_by")?,
        made_at: row.ms("made_at")?,
        published_by: row.opt_id("published_by")?,
        published_at: row.opt_ms("published_at")?,
    })
}

fn files_of(row: &Row) -> Result<Files> {
    serde_json::from_str(&row.text("files")?).map_err(|e| Error::broken(format!("files of a pack: {e}")))
}

/// What the bureau changes in one entry or one number. Empty fields stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewChange {
    pub entry: Option<String>,
    pub param: Option<String>,
    pub on: Option<bool>,
    pub times: Option<i64>,
    pub period: Option<String>,
    pub grace_days: Option<i64>,
    pub minutes: Option<i64>,
    /// `10 days`, of a number.
    pub value: Option<String>,
    pub reason: String,
}

/// The files with one more change. Refuses Invalid: what the pack's reader says of the change, by field.
pub fn changed(files: &Files, change: &NewChange) -> Result<Files> {
    let mut faults = Faults::default();
    let reason = faults.text("reason", &change.reason, limits::NOTE_CHARS);
    if change.entry.is_some() == change.param.is_some() {
        faults.add("entry", Problem::Required);
    }
    faults.done()?;
    let quoted = |text: &str| toml::Value::String(text.into()).to_string();
    let mut text = files.get("changes.toml").cloned().unwrap_or_default();
    let before = text.len();
    text.push_str("\n[[change]]\n");
    let mut line = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!("{key} = {value}\n"));
        }
    };
    line("entry", change.entry.as_deref().map(quoted));
    line("param", change.param.as_deref().map(quoted));
    line("on", change.on.map(|b| b.to_string()));
    line("times", change.times.map(|n| n.to_string()));
    line("period", change.period.as_deref().map(quoted));
    line("grace_days", change.grace_days.map(|n| n.to_string()));
    line("minutes", change.minutes.map(|n| n.to_string()));
    line("value", change.value.as_deref().map(quoted));
    line("reason", Some(quoted(&reason)));
    let first_line = text[..before].matches('\n').count() + 1;
    let mut out = files.clone();
    out.insert("changes.toml".into(), text);
    let (_, findings) = super::read(&out);
    let mine = |f: &&Finding| f.at.file == "changes.toml" && f.at.line >= first_line;
    match findings.iter().find(mine) {
        Some(finding) => Err(refusal(&finding.what)),
        None => Ok(out),
    }
}

/// The files without one of the draft's own changes; `nth` counts all changes of `changes.toml` from 0. Refuses Invalid
/// `change` when there is none such, or when what comes after it does not stand without it.
pub fn without(files: &Files, nth: usize) -> Result<Files> {
    let unknown = || Error::invalid("change", Problem::Unknown);
    let text = files.get("changes.toml").ok_or_else(unknown)?;
    let mut blocks: Vec<String> = vec![String::new()];
    for line in text.lines() {
        if line.trim() == "[[change]]" {
            blocks.push(String::new());
        }
        if let Some(block) = blocks.last_mut() {
            block.push_str(line);
            block.push('\n');
        }
    }
    if nth + 1 >= blocks.len() {
        return Err(unknown());
    }
    blocks.remove(nth + 1);
    let mut out = files.clone();
    if blocks.len() == 1 && blocks[0].trim().is_empty() {
        out.remove("changes.toml");
    } else {
        out.insert("changes.toml".into(), blocks.concat());
    }
    let (_, findings) = super::read(&out);
    match findings.iter().find(|f| f.at.file == "changes.toml") {
        Some(finding) => Err(refusal(&finding.what)),
        None => Ok(out),
    }
}

fn refusal(what: &What) -> Error {
    match what {
        What::NoticeSoftened { .. } => Error::invalid("value", Problem::Mismatch { with: "notice" }),
        What::UnknownEntry { .. } => Error::invalid("entry", Problem::Unknown),
        What::MissingKey { key } if key == "value" => Error::invalid("value", Problem::Required),
        What::MissingKey { .. } => Error::invalid("param", Problem::Unknown),
        What::OutOfRange { least, most, .. } => {
            Error::invalid("value", Problem::OutOfRange { min: *least, max: *most })
        }
        _ => Error::invalid("value", Problem::Unreadable),
    }
}

/// A pack that was read and judged for the day on which it is to come into force; it can be made in no other way.
#[derive(Clone, Debug)]
pub struct Checked {
    files: String,
    hash: [u8; 32],
    code: String,
    day: Day,
}

impl Checked {
    /// Refuses with everything that is wrong; warnings are given beside it.
    pub fn new(files: &Files, effective_on: Day) -> std::result::Result<(Checked, Vec<Finding>), Vec<Finding>> {
        let mut files = files.clone();
        if let Some(text) = files.get_mut("pack.toml") {
            *text = dated(text, effective_on);
        }
        let (pack, findings) = lint::check(&files);
        if findings.iter().any(|f| !f.what.is_warning()) {
            return Err(findings);
        }
        let text = serde_json::to_string(&files).unwrap_or_default();
        Ok((Checked { files: text, hash: pack.hash, code: pack.id, day: effective_on }, findings))
    }
}

/// `pack.toml` with another day.
fn dated(text: &str, day: Day) -> String {
    let line = |l: &str| match l.starts_with("effective_on") {
        true => format!("effective_on = {day}\n"),
        false => format!("{l}\n"),
    };
    text.lines().map(line).collect()
}

fn bureau(cx: &mut Cx<'_, '_>, unit: Id) -> Result<(UnitKind, i64)> {
    cx.require(Action::PackManage, unit, false)?;
    let row = cx.tx.row(sql::UNIT, args![unit])?.ok_or(Error::from(Refusal::NotFound))?;
    let kind = UnitKind::from_code(&row.text("kind")?).ok_or(Error::from(Refusal::NotFound))?;
    Ok((kind, row.int("county")?))
}

/// Packs are the city's.
fn city(cx: &mut Cx<'_, '_>, unit: Id) -> Result<i64> {
    match bureau(cx, unit)? {
        (UnitKind::City, county) => Ok(county),
        _ => Err(Refusal::NoRight.into()),
    }
}

/// Published packs, and the drafts that the asker may work on; newest first.
pub fn list(cx: &mut Cx<'_, '_>) -> Result<Vec<Edition>> {
    let rows = cx.tx.rows(sql::LIST, args![EDITIONS_MAX])?;
    let mut out = Vec::new();
    for row in &rows {
        let edition = from_row(row)?;
        if !edition.is_draft() || cx.require(Action::PackManage, edition.unit, false).is_ok() {
            out.push(edition);
        }
    }
    Ok(out)
}

/// One draft or edition with its files. A draft is nobody's who may not work on it.
pub fn view(cx: &mut Cx<'_, '_>, id: Id) -> Result<(Edition, Files)> {
    let row = cx.tx.row(sql::BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let edition = from_row(&row)?;
    if edition.state != "published" && cx.require(Action::PackManage, edition.unit, false).is_err() {
        return Err(Refusal::NotFound.into());
    }
    Ok((edition, files_of(&row)?))
}

/// Files of the pack in force now: what a draft is cloned from.
pub fn in_force(cx: &mut Cx<'_, '_>) -> Result<Files> {
    let hash = cx.pack.hash;
    for row in cx.tx.rows(sql::PUBLISHED, args![])? {
        if row.blob("hash")? == hash {
            return files_of(&row);
        }
    }
    Ok(builtin::files())
}

/// May the actor change packs: at the city's bureau only.
pub fn may_manage(cx: &mut Cx<'_, '_>) -> bool {
    let unit = cx.actor.unit;
    cx.actor.unit_kind == UnitKind::City && cx.require(Action::PackManage, unit, false).is_ok()
}

/// Clones the pack in force into a draft of the city's. Refuses NoRight, Invalid.
pub fn draft(cx: &mut Cx<'_, '_>, id: Option<Id>, unit: Id, title: &str) -> Result<Id> {
    let county = city(cx, unit)?;
    let mut faults = Faults::default();
    let title = faults.text("title", title, limits::NAME_CHARS);
    faults.done()?;
    let files = in_force(cx)?;
    let text = serde_json::to_string(&files).map_err(|e| Error::broken(format!("files of a pack: {e}")))?;
    let id = id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::BY_ID, args![id])?.is_some() {
        return Err(Refusal::Duplicate.into());
    }
    let (salt, code, hash) = (cx.salt(), cx.pack.id.clone(), cx.pack.hash);
    let none: Option<String> = None;
    cx.put(
        "pack.draft",
        "pack_edition",
        sql::INSERT,
        args![county, id, salt, unit, code, title, hash, hash, text, none, cx.actor.person, cx.now],
    )?;
    cx.signal("pack", county, unit, id);
    Ok(id)
}

/// A draft that the asker may work on, as it was seen.
fn mine(cx: &mut Cx<'_, '_>, id: Id, version: i64, action: &'static str) -> Result<(Edition, i64)> {
    let (edition, _) = view(cx, id)?;
    let county = city(cx, edition.unit)?;
    if !edition.is_draft() {
        let from = if edition.state == "published" { "published" } else { "discarded" };
        return Err(Refusal::WrongState { from, action }.into());
    }
    if edition.version != version {
        return Err(Refusal::Stale { version: edition.version }.into());
    }
    Ok((edition, county))
}

/// Stores a draft's files (from `changed`, or edited by hand). They may still be wrong: a draft is judged when published.
pub fn save(cx: &mut Cx<'_, '_>, id: Id, version: i64, files: &Files, hash: [u8; 32]) -> Result<i64> {
    let (edition, county) = mine(cx, id, version, "save")?;
    let text = serde_json::to_string(files).map_err(|e| Error::broken(format!("files of a pack: {e}")))?;
    if text.len() > FILES_BYTES {
        return Err(Error::invalid("files", Problem::TooBig { max: FILES_BYTES as i64 }));
    }
    let row = cx.put("pack.save", "pack_edition", sql::SAVE, args![id, text, hash])?;
    cx.signal("pack", county, edition.unit, id);
    row.int("version")
}

/// Puts a draft in force from a day to come. Refuses Invalid `effective_on`: today and before, and days on which a later
/// published pack is already in force (packs follow each other).
pub fn publish(cx: &mut Cx<'_, '_>, id: Id, version: i64, checked: &Checked, reason: &str) -> Result<()> {
    let (edition, county) = mine(cx, id, version, "publish")?;
    let mut faults = Faults::default();
    let reason = faults.text("reason", reason, limits::NOTE_CHARS);
    let today = cx.now.day();
    if checked.day <= today {
        faults.add("effective_on", Problem::TooOld { days: today.days_since(checked.day) });
    }
    if cx.tx.row(sql::LATER, args![checked.day])?.map(|r| r.int("n")).transpose()?.unwrap_or(0) > 0 {
        faults.add("effective_on", Problem::Taken);
    }
    if checked.code != edition.code {
        faults.add("files", Problem::Mismatch { with: "code" });
    }
    faults.done()?;
    let earlier = cx.tx.row(sql::EDITIONS, args![edition.code.as_str()])?.map(|r| r.int("n")).transpose()?.unwrap_or(0);
    let number = earlier + if edition.code == builtin::ID { 2 } else { 1 };
    let (files, hash) = (checked.files.as_str(), checked.hash);
    let args = args![id, number, files, hash, checked.day, reason, cx.actor.person, cx.now];
    cx.put("pack.publish", "pack_edition", sql::PUBLISH, args)?;
    cx.signal("pack", county, edition.unit, id);
    Ok(())
}

/// Throws a draft away; its journal stays.
pub fn discard(cx: &mut Cx<'_, '_>, id: Id, version: i64) -> Result<()> {
    let (edition, county) = mine(cx, id, version, "discard")?;
    cx.put("pack.discard", "pack_edition", sql::DISCARD, args![id])?;
    cx.signal("pack", county, edition.unit, id);
    Ok(())
}

/// Everything that is in force, with the bureaus' school time: for the house, at its opening and after each change.
pub fn load(tx: &mut Tx<'_>) -> Result<Packs> {
    let first = builtin::pack();
    let mut timeline: Vec<(Day, Arc<Pack>)> = vec![(first.effective_on.unwrap_or_else(|| Ms(0).day()), first)];
    for row in tx.rows(sql::PUBLISHED, args![])? {
        let (pack, _) = super::read(&files_of(&row)?);
        timeline.push((row.day("effective_on")?, Arc::new(pack)));
    }
    let mut packs = Packs::new(timeline);
    let mut counties: BTreeMap<i64, Vec<time::Time>> = BTreeMap::new();
    for row in tx.rows(sql::TIMES, args![])? {
        let everywhere = row.text("unit_kind")? == UnitKind::City.code();
        let county = if everywhere { Packs::EVERYWHERE } else { row.int("county")? };
        counties.entry(county).or_default().push(time::from_row(&row)?);
    }
    packs.set_times(&counties);
    Ok(packs)
}
