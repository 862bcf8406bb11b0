//! Persons on the roll of a unit. A person is no login and no post: both hang on it. Erasure empties the name and the
//! telephone and destroys the salt, so that earlier leaves can be linked to nobody; what was done and when remains. The
//! name is taken out of free text too (`kernel::erase`).

use base::{Error, Id, Ms, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::{sql, unit};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::{self, Faults};

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct NewPerson {
    #[serde(default)]
    pub id: Option<Id>,
    /// The institution on whose roll the person stands.
    pub unit: Id,
    pub name: String,
    #[serde(default)]
    pub mobile: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Person {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub unit: Id,
    /// None after an erasure.
    pub name: Option<String>,
    pub mobile: Option<String>,
    pub erased_at: Option<Ms>,
}

fn from_row(row: &Row) -> Result<Person> {
    Ok(Person {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        name: row.opt_text("name")?,
        mobile: row.opt_text("mobile")?,
        erased_at: row.opt_ms("erased_at")?,
    })
}

/// Without asking who wants to know: for other nouns.
pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Person> {
    let row = cx.tx.row(sql::PERSON_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    from_row(&row)
}

pub fn show(cx: &mut Cx<'_, '_>, id: Id) -> Result<Person> {
    let person = load(cx, id)?;
    if cx.actor.person != Some(id) {
        cx.require(Action::PersonRead, person.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    }
    Ok(person)
}

/// Names by id, for pages; erased and unknown persons are left out.
pub fn names(cx: &mut Cx<'_, '_>, ids: impl IntoIterator<Item = Id>) -> Result<std::collections::BTreeMap<Id, String>> {
    let mut out = std::collections::BTreeMap::new();
    for id in ids {
        if out.contains_key(&id) {
            continue;
        }
        if let Some(row) = cx.tx.row(sql::PERSON_BY_ID, args![id])?
            && let Some(name) = row.opt_text("name")?
        {
            out.insert(id, name);
        }
    }
    Ok(out)
}

/// Enters a person on the roll. Refuses bad names and telephones, a unit that the actor may not manage.
pub fn enter(cx: &mut Cx<'_, '_>, new: &NewPerson) -> Result<Id> {
    let unit = unit::load(cx, new.unit)?;
    cx.require(Action::PersonManage, unit.home, false)?;
    let mut faults = Faults::default();
    let name = faults.text("name", &new.name, limits::NAME_CHARS);
    let mobile = telephone(&mut faults, "mobile", new.mobile.as_deref());
    if unit.closed_on.is_some() {
        faults.add("unit", Problem::Unknown);
    }
    faults.done()?;
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::PERSON_BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let (salt, find, now) = (cx.salt(), text::find(&[&name]), cx.now);
    cx.put(
        "person.enter",
        "person",
        sql::PERSON_INSERT,
        args![unit.county, id, salt, unit.home, name, find, mobile, now],
    )?;
    cx.signal("person", unit.county, unit.home, id);
    Ok(id)
}

/// Digits, spaces and a few signs; 5 to 20 of them. None when empty.
pub fn telephone(faults: &mut Faults, field: &'static str, value: Option<&str>) -> Option<String> {
    let value = faults.optional(field, value.unwrap_or(""), 20)?;
    let digits = value.chars().filter(char::is_ascii_digit).count();
    if digits < 3 || !value.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ' | '+' | '(' | ')')) {
        faults.add(field, Problem::Unreadable);
    }
    Some(value)
}

/// Corrects name or telephone.
pub fn correct(cx: &mut Cx<'_, '_>, id: Id, name: &str, mobile: Option<&str>) -> Result<()> {
    let person = load(cx, id)?;
    cx.require(Action::PersonManage, person.unit, cx.actor.person == Some(id))?;
    if person.erased_at.is_some() {
        return Err(Refusal::WrongState { from: "erased", action: "correct" }.into());
    }
    let mut faults = Faults::default();
    let name = faults.text("name", name, limits::NAME_CHARS);
    let mobile = telephone(&mut faults, "mobile", mobile);
    faults.done()?;
    let find = text::find(&[&name]);
    cx.put("person.correct", "person", sql::PERSON_CORRECT, args![id, name, find, mobile])?;
    cx.signal("person", person.county, person.unit, id);
    Ok(())
}

/// Erases a person's data (个人信息保护法 art. 47), the name also where others wrote it down. Refuses while the person
/// holds a post.
pub fn erase(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let person = load(cx, id)?;
    cx.require(Action::Erase, person.unit, false)?;
    if !super::post::of_person(cx, id)?.is_empty() {
        return Err(Refusal::WrongState { from: "in_post", action: "erase" }.into());
    }
    if let Some(name) = &person.name {
        let mut homes = vec![person.unit];
        for row in cx.tx.rows(sql::POST_HOMES, args![id])? {
            homes.push(row.id("home")?);
        }
        homes.sort_unstable();
        homes.dedup();
        crate::kernel::erase::name(cx, &homes, name)?;
    }
    let (salt, now) = (cx.salt(), cx.now);
    cx.put("person.erase", "person", sql::PERSON_ERASE, args![id, salt, now])?;
    if let Some(login) = cx.tx.row(sql::LOGIN_OF_PERSON, args![id])? {
        let (login, salt) = (login.id("id")?, cx.salt());
        cx.put("login.erase", "login", sql::LOGIN_ERASE, args![login, salt, now, format!("erased-{login}")])?;
        cx.tx.exec(sql::SESSIONS_END, args![login])?;
    }
    crate::follow::person_erased(cx, id)?;
    cx.signal("person", person.county, person.unit, id);
    Ok(())
}

/// People on the roll of an institution whose name or initials hold `query` (empty = all), by name.
pub fn list(cx: &mut Cx<'_, '_>, unit: Id, query: &str) -> Result<Vec<Person>> {
    let home = unit::load(cx, unit)?.home;
    cx.require(Action::PersonRead, home, false)?;
    let rows = cx.tx.rows(sql::PERSONS_OF, args![home, text::like(query), limits::EXPORT_ROWS_MAX])?;
    rows.iter().map(from_row).collect()
}

/// People in the asker's whole scope by name or initials: the search box.
pub fn search(cx: &mut Cx<'_, '_>, query: &str, limit: i64) -> Result<Vec<Person>> {
    use crate::kernel::rights::{Reach, reach};
    let sql = match reach(cx.actor.role, Action::PersonRead) {
        Reach::Subtree | Reach::All => sql::PERSON_SEARCH_BELOW,
        Reach::Unit => sql::PERSON_SEARCH_OWN,
        _ => return Ok(Vec::new()),
    };
    let rows = cx.tx.rows(sql, args![cx.actor.unit, text::like(query), limit])?;
    rows.iter().map(from_row).collect()
}
