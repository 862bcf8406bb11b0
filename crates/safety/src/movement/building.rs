//! The buildings of a school as the planner reads them: entered as plain tables, as an instance document, or by a short
//! form for the common school. Judging is pure and slow and happens outside of any transaction (`judge`); entering is
//! short (`enter`). An edition is never edited: the next takes its place, and a plan keeps the edition it was made for.

use std::collections::BTreeMap;

use base::{Error, FieldError, Id, Ms, Problem, Refusal, Result};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::sql;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::unit;

/// Faults that are told at once: a table with a wrong column has one in each row.
const FAULTS_MAX: usize = 60;
/// Tables in one entry.
const TABLES_MAX: usize = 12;

/// A staircase of the short form. Lengths are as typed: metres, or paces (`62步`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stair {
    /// What people call it (东); its number from the left when blank.
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub width: String,
    /// Its own door to the yard; blank = none.
    #[serde(default)]
    pub exit: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct House {
    pub name: String,
    pub floors: String,
    #[serde(default)]
    pub corridor_length: String,
    #[serde(default)]
    pub corridor_width: String,
    #[serde(default)]
    pub to_assembly: String,
    #[serde(default)]
    pub stairs: Vec<Stair>,
    /// The door of the entrance hall; blank = none.
    #[serde(default)]
    pub hall: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    pub name: String,
    #[serde(default)]
    pub width: String,
    #[serde(default)]
    pub distance: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Room {
    /// The first house when blank.
    #[serde(default)]
    pub house: String,
    pub floor: String,
    pub class: String,
    #[serde(default)]
    pub grade: String,
    pub pupils: String,
}

/// The common school in few fields; what is left blank is assumed and said so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Simple {
    pub houses: Vec<House>,
    pub gates: Vec<Gate>,
    pub rooms: Vec<Room>,
}

/// A bus line whose riders sit in some classes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bus {
    pub line: String,
    pub classes: Vec<String>,
    /// After the bell, s.
    pub departs_s: i64,
    /// From the gate to the bay, s.
    #[serde(default)]
    pub walk_s: i64,
}

/// A school as somebody enters it: exactly one of the three.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NewBuilding {
    #[serde(default)]
    pub simple: Option<Simple>,
    /// Name of the table (`rooms.csv`) and its text.
    #[serde(default)]
    pub tables: BTreeMap<String, String>,
    /// An `xiaoan-crowd/1` document.
    #[serde(default)]
    pub document: Option<String>,
    #[serde(default)]
    pub buses: Vec<Bus>,
}

/// Something that is no fault: an assumed figure, a single staircase, a width below the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    pub code: String,
    #[serde(rename = "where")]
    pub place: String,
    pub message: String,
}

/// A sound building. Made by `judge` only.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    pub(super) doc: String,
    pub(super) typed: Option<String>,
    pub hash: String,
    pub classes: i64,
    pub edges: i64,
    pub notices: Vec<Notice>,
}

impl Judged {
    /// The `xiaoan-crowd/1` document: what `reckon` takes.
    pub fn document(&self) -> &str {
        &self.doc
    }
}

/// The planner's faults as the answer to a person: each with its place and its own sentence.
pub(super) fn refused(faults: crowd::Faults) -> Error {
    let one = |f: crowd::Fault| FieldError {
        field: "building",
        problem: Problem::Planner { code: f.code.to_string(), place: f.place, message: f.message },
    };
    Error::Refused(Refusal::Invalid(faults.0.into_iter().take(FAULTS_MAX).map(one).collect()))
}

/// Reads and judges what was entered. Pure, and slow near the limits: never inside a transaction. Refuses with every fault
/// at once, among them a school beyond the planner's limits and a bus that nobody could reach (line and minutes missing).
pub fn judge(id: &str, new: &NewBuilding) -> Result<Judged> {
    let typed = new.simple.as_ref().map(|s| serde_json::json!(s).to_string());
    let given = usize::from(new.simple.is_some()) + usize::from(new.document.is_some()) + new.tables.len().min(1);
    if given != 1 {
        return Err(Error::invalid("building", Problem::Required));
    }
    let mut instance = match (&new.simple, &new.document) {
        (_, Some(document)) => crowd::Instance::from_json(document.as_bytes()).map_err(refused)?,
        (Some(simple), _) => from_tables(id, &tables(simple), &new.buses)?,
        _ if new.tables.len() > TABLES_MAX => return Err(Refusal::TooMany { limit: TABLES_MAX as i64 }.into()),
        _ => {
            let files: Vec<_> = new.tables.iter().map(|(n, t)| (n.clone(), t.clone().into_bytes())).collect();
            from_tables(id, &files, &new.buses)?
        }
    };
    if new.document.is_some() && !new.buses.is_empty() {
        instance = with_buses(instance.draft().clone(), &new.buses)?;
    }
    sound(&instance, typed)
}

/// What is stored of a sound instance. The hash is that of the text as it will be read again: a figure of a table may lose
/// its last bit on the way through the document.
pub(super) fn sound(instance: &crowd::Instance, typed: Option<String>) -> Result<Judged> {
    let doc = serde_json::to_string(instance.draft()).map_err(|e| Error::broken(format!("draft: {e}")))?;
    let again = crowd::Instance::from_json(doc.as_bytes()).map_err(refused)?;
    Ok(Judged {
        doc,
        typed,
        hash: format!("{:016x}", crowd::input_hash(&again)),
        classes: instance.draft().classes.len() as i64,
        edges: instance.draft().edges.len() as i64,
        notices: told(instance.notices()),
    })
}

fn from_tables(id: &str, files: &[(String, Vec<u8>)], buses: &[Bus]) -> Result<crowd::Instance> {
    with_buses(crowd::draft_from_tables(id, files).map_err(refused)?, buses)
}

fn with_buses(mut draft: crowd::Draft, buses: &[Bus]) -> Result<crowd::Instance> {
    draft.buses.extend(buses.iter().map(|b| crowd::Bus {
        line: b.line.clone(),
        classes: b.classes.clone(),
        departs_s: b.departs_s as f64,
        walk_s: b.walk_s as f64,
    }));
    crowd::Instance::new(draft).map_err(refused)
}

/// What stands in one field of a table: nothing that ends the field.
fn cell(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ',' | '"' | '\n' | '\r')).collect::<String>().trim().to_string()
}

/// A stair's name as part of the planner's ids: nothing that separates there.
fn stair_name(text: &str) -> String {
    cell(text).chars().filter(|c| !matches!(c, '-' | '>' | ' ')).collect()
}

/// A length as typed; none where it is blank or no number (the planner says so itself).
fn metres(text: &str) -> Option<f64> {
    let digits: String = text.trim().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let unit = if text.trim().len() > digits.len() && !text.trim().ends_with('m') { crowd::PACE_M } else { 1.0 };
    digits.parse::<f64>().ok().map(|v| v * unit)
}

/// The length of a corridor where nobody says one, m: the planner's own default, for the places along it.
const CORRIDOR_M: f64 = 40.0;

/// The five plain tables of the common school: stairs at the ends of the corridor, rooms evenly along it.
fn tables(simple: &Simple) -> Vec<(String, Vec<u8>)> {
    let mut buildings = String::from("building,floors,corridor_width_m,corridor_length_m,path_to_assembly_m\n");
    let mut stairs = String::from("building,stair,x_m,width_m,exit_door_m\n");
    let mut halls = String::from("building,hall,x_m,exit_door_m\n");
    let mut rooms = String::from("building,floor,room,x_m,class,grade,pupils\n");
    let mut gates = String::from("gate,width_m,distance_from_assembly_m\n");
    let first = simple.houses.first().map(|h| cell(&h.name)).unwrap_or_default();
    for house in &simple.houses {
        let name = cell(&house.name);
        let length = metres(&house.corridor_length).filter(|l| *l > 2.0).unwrap_or(CORRIDOR_M);
        buildings.push_str(&format!(
            "{name},{},{},{},{}\n",
            cell(&house.floors),
            cell(&house.corridor_width),
            cell(&house.corridor_length),
            cell(&house.to_assembly)
        ));
        let gaps = house.stairs.len().saturating_sub(1).max(1) as f64;
        for (i, stair) in house.stairs.iter().enumerate() {
            let x = 1.0 + (length - 2.0) * i as f64 / gaps;
            let called = match stair_name(&stair.name) {
                n if n.is_empty() => (i + 1).to_string(),
                n => n,
            };
            stairs.push_str(&format!("{name},{called},{x:.2},{},{}\n", cell(&stair.width), cell(&stair.exit)));
        }
        if !cell(&house.hall).is_empty() {
            halls.push_str(&format!("{name},1,{:.2},{}\n", length / 2.0, cell(&house.hall)));
        }
        let here = |r: &&Room| match cell(&r.house) {
            h if h.is_empty() => name == first,
            h => h == name,
        };
        let mut floors: BTreeMap<String, Vec<&Room>> = BTreeMap::new();
        for room in simple.rooms.iter().filter(here) {
            floors.entry(cell(&room.floor)).or_default().push(room);
        }
        for (floor, list) in floors {
            let step = length / list.len() as f64;
            for (i, room) in list.iter().enumerate() {
                rooms.push_str(&format!(
                    "{name},{floor},{name}-{floor}{:02},{:.2},{},{},{}\n",
                    i + 1,
                    (i as f64 + 0.5) * step,
                    cell(&room.class),
                    cell(&room.grade),
                    cell(&room.pupils)
                ));
            }
        }
    }
    // Rooms of a house that nobody listed are told by the planner, not lost.
    for room in simple.rooms.iter().filter(|r| {
        let h = cell(&r.house);
        !h.is_empty() && !simple.houses.iter().any(|house| cell(&house.name) == h)
    }) {
        rooms.push_str(&format!(
            "{},{},?,1,{},,{}\n",
            cell(&room.house),
            cell(&room.floor),
            cell(&room.class),
            cell(&room.pupils)
        ));
    }
    for gate in &simple.gates {
        gates.push_str(&format!("{},{},{}\n", cell(&gate.name), cell(&gate.width), cell(&gate.distance)));
    }
    let file = |name: &str, text: String| (format!("{name}.csv"), text.into_bytes());
    vec![
        file("buildings", buildings),
        file("stairs", stairs),
        file("halls", halls),
        file("rooms", rooms),
        file("gates", gates),
    ]
}

/// An edition of a school's buildings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Building {
    pub id: Id,
    pub county: i64,
    pub unit: Id,
    pub edition: i64,
    pub hash: String,
    pub classes: i64,
    pub edges: i64,
    /// The short form as typed, to begin the next edition with.
    pub typed: Option<Simple>,
    /// The drill whose measured times gave its paces.
    pub fitted_from: Option<Id>,
    pub by: Option<String>,
    pub received_at: Ms,
    #[serde(skip)]
    pub doc: String,
}

fn from_row(row: &Row) -> Result<Building> {
    Ok(Building {
        id: row.id("id")?,
        county: row.int("county")?,
        unit: row.id("unit")?,
        edition: row.int("edition")?,
        hash: row.text("hash")?,
        classes: row.int("classes")?,
        edges: row.int("edges")?,
        typed: row.opt_text("typed")?.and_then(|t| serde_json::from_str(&t).ok()),
        fitted_from: row.opt_id("fitted_from")?,
        by: row.opt_text("by_name")?,
        received_at: row.ms("received_at")?,
        doc: row.text("doc")?,
    })
}

/// The newest edition of an institution, without asking: for other nouns.
pub(super) fn last(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Option<Building>> {
    cx.tx.row(sql::BUILDING_LAST, args![unit])?.map(|row| from_row(&row)).transpose()
}

/// The newest edition, for the asker; none when nothing was entered. NotFound for a unit not to be seen.
pub fn building(cx: &mut Cx<'_, '_>, id: Id) -> Result<Option<Building>> {
    let home = unit::show(cx, id)?.home;
    cx.require(Action::MovementRead, home, false)?;
    last(cx, home)
}

/// One edition, for the asker. NotFound when absent or out of scope.
pub fn building_of(cx: &mut Cx<'_, '_>, id: Id) -> Result<Building> {
    let row = cx.tx.row(sql::BUILDING_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    let building = from_row(&row)?;
    cx.require(Action::MovementRead, building.unit, false).map_err(|_| Error::from(Refusal::NotFound))?;
    Ok(building)
}

/// What is no fault of an edition: assumed figures, a single staircase, widths below the code.
pub fn notices(building: &Building) -> Result<Vec<Notice>> {
    let instance = crowd::Instance::from_json(building.doc.as_bytes()).map_err(refused)?;
    Ok(told(instance.notices()))
}

fn told(faults: Vec<crowd::Fault>) -> Vec<Notice> {
    faults.into_iter().map(|f| Notice { code: f.code.to_string(), place: f.place, message: f.message }).collect()
}

/// Whether the actor may enter buildings of a unit, asked before the slow judging: the name of its institution.
pub fn may_enter(cx: &mut Cx<'_, '_>, unit: Option<Id>) -> Result<String> {
    Ok(home(cx, unit)?.name)
}

/// Enters a judged building as the next edition. Refuses a foreign unit (NotFound) and a bureau.
pub fn enter(cx: &mut Cx<'_, '_>, unit: Option<Id>, judged: &Judged) -> Result<Id> {
    put(cx, unit, judged, None)
}

pub(super) fn put(cx: &mut Cx<'_, '_>, unit: Option<Id>, judged: &Judged, fitted_from: Option<Id>) -> Result<Id> {
    let home = home(cx, unit)?;
    let edition = last(cx, home.id)?.map_or(1, |b| b.edition + 1);
    let (id, salt, now, person) = (cx.id(), cx.salt(), cx.now, cx.actor.person);
    cx.put(
        "building.enter",
        "building",
        sql::BUILDING_INSERT,
        args![
            home.county,
            id,
            salt,
            home.id,
            edition,
            judged.doc.as_str(),
            judged.typed.as_deref(),
            judged.hash.as_str(),
            judged.classes,
            judged.edges,
            fitted_from,
            person,
            now
        ],
    )?;
    cx.signal("movement", home.county, home.id, id);
    Ok(id)
}

/// The school whose movement the actor may manage.
pub(super) fn home(cx: &mut Cx<'_, '_>, unit: Option<Id>) -> Result<unit::Unit> {
    let unit = unit::load(cx, unit.unwrap_or(cx.actor.unit))?;
    cx.require(Action::MovementManage, unit.home, false)?;
    let home = if unit.home == unit.id { unit } else { unit::load(cx, unit.home)? };
    if !home.kind.is_school() || home.closed_on.is_some() {
        return Err(Error::invalid("unit", Problem::Unknown));
    }
    Ok(home)
}
