//! Places (地点) of a unit: buildings and what is in them, each with a code that stands on its QR label. A check is made
//! over places; a hazard is found at one.

use base::{Day, Error, Id, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::kinds::PlaceKind;
use super::{sql, unit};
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::kernel::text::{self, Faults};

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct NewPlace {
    #[serde(default)]
    pub id: Option<Id>,
    pub unit: Id,
    /// The building or floor that it is in.
    #[serde(default)]
    pub parent: Option<Id>,
    pub kind: PlaceKind,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub unit: Id,
    pub parent: Option<Id>,
    pub kind: PlaceKind,
    pub name: String,
    /// Six figures, unique in the whole installation: typed by hand when the lens is frosted.
    pub code: String,
    pub closed_on: Option<Day>,
}

fn from_row(row: &Row) -> Result<Place> {
    Ok(Place {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        parent: row.opt_id("parent")?,
        kind: PlaceKind::from_code(&row.text("kind")?).unwrap_or(PlaceKind::Other),
        name: row.text("name")?,
        code: row.text("code")?,
        closed_on: row.opt_day("closed_on")?,
    })
}

pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Place> {
    let row = cx.tx.row(sql::PLACE_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    from_row(&row)
}

pub fn show(cx: &mut Cx<'_, '_>, id: Id) -> Result<Place> {
    let place = load(cx, id)?;
    cx.require(Action::PlaceRead, place.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    Ok(place)
}

/// The place behind a QR or typed code. A place of a unit that the asker may not see: refused with the unit's name
/// (「这个码是 … 的，不是本校的」), because the label itself says it.
pub fn by_code(cx: &mut Cx<'_, '_>, code: &str) -> Result<Place> {
    let code = text::clean(code).to_lowercase();
    let row = cx.tx.row(sql::PLACE_BY_CODE, args![code])?.ok_or(Error::from(Refusal::NotFound))?;
    let place = from_row(&row)?;
    if cx.require(Action::PlaceRead, place.unit, false).is_err() {
        let unit = unit::load(cx, place.unit)?.name;
        return Err(Error::invalid("place", Problem::Foreign { unit }));
    }
    Ok(place)
}

/// Adds a place. Refuses a parent of another unit and names over the limit.
pub fn add(cx: &mut Cx<'_, '_>, new: &NewPlace) -> Result<Id> {
    let unit = unit::load(cx, new.unit)?;
    cx.require(Action::PlaceManage, unit.home, false)?;
    let mut faults = Faults::default();
    let name = faults.text("name", &new.name, limits::NAME_CHARS);
    if let Some(parent) = new.parent
        && load(cx, parent).map(|p| p.unit != unit.home).unwrap_or(true)
    {
        faults.add("parent", Problem::Unknown);
    }
    faults.done()?;
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::PLACE_BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let code = free_code(cx)?;
    let (salt, find, now) = (cx.salt(), text::find(&[&name, &code]), cx.now);
    cx.put(
        "place.add",
        "place",
        sql::PLACE_INSERT,
        args![unit.county, id, salt, unit.home, new.parent, new.kind, name, find, code, now],
    )?;
    cx.signal("place", unit.county, unit.home, id);
    Ok(id)
}

/// Six characters without those that look alike; drawn until one is free.
fn free_code(cx: &mut Cx<'_, '_>) -> Result<String> {
    const FIGURES: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";
    for _ in 0..20 {
        let bytes = cx.salt();
        let code: String = bytes[..6].iter().map(|b| FIGURES[*b as usize % FIGURES.len()] as char).collect();
        if cx.tx.row(sql::PLACE_BY_CODE, args![code.as_str()])?.is_none() {
            return Ok(code);
        }
    }
    Err(Error::broken("no free place code in 20 draws"))
}

/// Renames a place or changes its kind.
pub fn correct(cx: &mut Cx<'_, '_>, id: Id, name: &str, kind: PlaceKind) -> Result<()> {
    let place = load(cx, id)?;
    cx.require(Action::PlaceManage, place.unit, false)?;
    let mut faults = Faults::default();
    let name = faults.text("name", name, limits::NAME_CHARS);
    faults.done()?;
    let find = text::find(&[&name, &place.code]);
    cx.put("place.correct", "place", sql::PLACE_CORRECT, args![id, name, find, kind])?;
    cx.signal("place", place.county, place.unit, id);
    Ok(())
}

/// Takes a place out of use: it is no longer counted in 全覆盖; its past stays.
pub fn close(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let place = load(cx, id)?;
    cx.require(Action::PlaceManage, place.unit, false)?;
    if place.closed_on.is_some() {
        return Err(Refusal::WrongState { from: "closed", action: "close" }.into());
    }
    let today = cx.now.day();
    cx.put("place.close", "place", sql::PLACE_CLOSE, args![id, today])?;
    cx.signal("place", place.county, place.unit, id);
    Ok(())
}

/// Places in use of an institution, by name (numbers in names in their order).
pub fn list(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Vec<Place>> {
    let home = unit::load(cx, unit)?.home;
    cx.require(Action::PlaceRead, home, false)?;
    of_unit(cx, home)
}

/// The same without asking: for coverage.
pub fn of_unit(cx: &mut Cx<'_, '_>, home: Id) -> Result<Vec<Place>> {
    let rows = cx.tx.rows(sql::PLACES_OF, args![home, limits::EXPORT_ROWS_MAX])?;
    let mut places: Vec<Place> = rows.iter().map(from_row).collect::<Result<_>>()?;
    places.sort_by_key(|p| natural(&p.name));
    Ok(places)
}

/// Sort key in which 2号楼 comes before 10号楼.
fn natural(name: &str) -> Vec<(u64, char)> {
    let mut key = Vec::new();
    let mut number: Option<u64> = None;
    for c in name.chars() {
        if let Some(d) = c.to_digit(10) {
            number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(d as u64));
        } else {
            if let Some(n) = number.take() {
                key.push((n, '0'));
            }
            key.push((u64::MAX, c));
        }
    }
    if let Some(n) = number {
        key.push((n, '0'));
    }
    key
}

/// Places of the asker's scope by name or code: the search box.
pub fn search(cx: &mut Cx<'_, '_>, query: &str, limit: i64) -> Result<Vec<Place>> {
    let rows = cx.tx.rows(sql::PLACE_SEARCH, args![cx.actor.unit, text::like(query), limit])?;
    rows.iter().map(from_row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn building_two_comes_before_building_ten() {
        let mut names = vec!["10号楼", "2号楼", "2号楼二层", "锅炉房"];
        names.sort_by_key(|n| natural(n));
        assert_eq!(names, ["2号楼", "2号楼二层", "10号楼", "锅炉房"]);
    }
}
