//! 校舍: the form of one sheet (at most sixty fields for twelve classes), tables for those who have them, the edition with
//! its notices, and the code check whose findings become hazards.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State as Held};
use base::{Error, Id, Problem, Result};
use safety::kernel::rights::Action;
use safety::movement::{self, Bus, Check, Gate, House, Kind, NewBuilding, Room, Simple, Stair};
use safety::{Cx, roll};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, UrgentTab, crumb};
use crate::state::Web;
use crate::unit::id_of;
use crate::words::{self, movement as say};

/// Class rows of a school that has none on its roll.
const ROWS: usize = 12;
/// Class rows of the form at most; a larger school comes as tables.
const ROWS_MAX: usize = 90;
/// Stairs of one house; rows shown while fewer are typed.
const STAIRS: usize = 4;
const STAIRS_SHOWN: usize = 3;
/// Houses of the form at most.
const HOUSES: usize = 5;
const GATES: usize = 2;
/// Tables that may be pasted.
const TABLES: &[(&str, &str)] = &[
    ("buildings", "楼栋"),
    ("stairs", "楼梯"),
    ("halls", "门厅"),
    ("rooms", "教室班级"),
    ("gates", "校门"),
    ("links", "连廊"),
    ("rules", "规则"),
    ("closures", "封闭方案"),
];

struct RoomRow {
    n: usize,
    house: String,
    class: String,
    grade: String,
    floor: String,
    pupils: String,
}

struct StairRow {
    n: usize,
    name: String,
    width: String,
    exit: String,
}

/// A house with the beginning of its fields' names: none for the first, `h2_` for the second.
struct HouseBlock {
    n: usize,
    pre: String,
    house: House,
    stairs: Vec<StairRow>,
}

struct GateRow {
    n: usize,
    name: String,
    width: String,
    distance: String,
}

#[derive(Template)]
#[template(path = "movement/building.html")]
struct FormPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    houses: Vec<HouseBlock>,
    /// Address of the same form with a house more; empty when there are enough.
    more: String,
    gates: Vec<GateRow>,
    rooms: Vec<RoomRow>,
    /// Fields that a person may fill in.
    count: usize,
    tables: Vec<(String, &'static str, String)>,
    pasted: bool,
    typed: Fields,
    faults: Vec<FieldFault>,
}

/// What the form begins with: what was typed last, else the roll spread over three floors.
fn start(cx: &mut Cx<'_, '_>) -> Result<Simple> {
    let unit = cx.actor.unit;
    cx.require(Action::MovementManage, unit, false)?;
    if let Some(typed) = movement::building(cx, unit)?.and_then(|b| b.typed) {
        return Ok(typed);
    }
    let today = cx.now.day();
    let classes: Vec<_> = roll::list(cx, unit, today)?.into_iter().map(|(c, _)| c).take(ROWS_MAX).collect();
    let floors = 3;
    let each = classes.len().div_ceil(floors).max(1);
    let rooms = classes.iter().enumerate().map(|(i, c)| Room {
        house: String::new(),
        floor: (1 + i / each).to_string(),
        class: c.name.clone(),
        grade: c.grade.max(0).to_string(),
        pupils: c.pupils.to_string(),
    });
    Ok(Simple {
        houses: vec![House {
            name: "A".into(),
            floors: floors.to_string(),
            stairs: vec![Stair::default(), Stair::default()],
            ..House::default()
        }],
        gates: vec![Gate { name: "大门".into(), ..Gate::default() }],
        rooms: rooms.collect(),
    })
}

/// The names of a house's fields begin with this.
fn pre(house: usize) -> String {
    if house == 0 { String::new() } else { format!("h{}_", house + 1) }
}

/// The houses that were typed, and empty ones up to `shown`.
fn blocks(simple: &Simple, shown: usize) -> Vec<HouseBlock> {
    let count = simple.houses.len().max(shown).clamp(1, HOUSES);
    let one = |h: usize| {
        let house = simple.houses.get(h).cloned().unwrap_or_default();
        let rows = (house.stairs.len() + 1).clamp(STAIRS_SHOWN, STAIRS);
        let stairs = (0..rows).map(|i| {
            let s = house.stairs.get(i).cloned().unwrap_or_default();
            StairRow { n: i + 1, name: s.name, width: s.width, exit: s.exit }
        });
        HouseBlock { n: h + 1, pre: pre(h), stairs: stairs.collect(), house }
    };
    (0..count).map(one).collect()
}

fn page_of(shell: Shell, simple: &Simple, shown: usize, typed: Fields, faults: Vec<FieldFault>) -> FormPage {
    let houses = blocks(simple, shown);
    let gates = (0..GATES).map(|i| {
        let g = simple.gates.get(i).cloned().unwrap_or_default();
        GateRow { n: i + 1, name: g.name, width: g.width, distance: g.distance }
    });
    let rows = simple.rooms.len().clamp(ROWS, ROWS_MAX);
    let rooms = (0..rows).map(|i| {
        let r = simple.rooms.get(i).cloned().unwrap_or_default();
        RoomRow { n: i + 1, house: r.house, class: r.class, grade: r.grade, floor: r.floor, pupils: r.pupils }
    });
    let tables: Vec<_> = TABLES
        .iter()
        .map(|(key, label)| (format!("table_{key}"), *label, typed.text(&format!("table_{key}"))))
        .collect();
    let rooms: Vec<RoomRow> = rooms.collect();
    FormPage {
        shell,
        crumbs: vec![crumb(words::tab::MOVEMENTS, "/movements"), crumb("填校舍", "")],
        // House: name, floors, corridor length and width, way to the assembly place, hall; name, width and exit of its
        // stairs; one gate; class rows.
        count: houses.iter().map(|h| 6 + 3 * h.stairs.len()).sum::<usize>()
            + 3
            + (3 + usize::from(houses.len() > 1)) * rooms.len(),
        pasted: tables.iter().any(|t| !t.2.is_empty()),
        more: if houses.len() < HOUSES {
            format!("/movements/building?houses={}", houses.len() + 1)
        } else {
            String::new()
        },
        houses,
        gates: gates.collect(),
        rooms,
        tables,
        typed,
        faults,
    }
}

pub async fn form(Held(web): Held<Web>, signed: Signed) -> Answer {
    let simple = web.read(signed.actor(), start).await?;
    let mut shell = signed.shell(&web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), UrgentTab::Movements);
    let shown = signed.ask.fields().int("houses").unwrap_or_default().map_or(1, |n| n.clamp(1, HOUSES as i64) as usize);
    page::full(&page_of(shell, &simple, shown, Fields::default(), Vec::new()))
}

/// The grade as the name of a class begins: `3-2`, 「三年级2班」 is left to the planner as none.
fn grade_of(class: &str) -> String {
    class.chars().take_while(char::is_ascii_digit).take(2).collect()
}

fn house_of(f: &Fields, h: usize) -> Option<House> {
    let get = |name: &str| f.text(&format!("{}{name}", pre(h)));
    let stairs = (1..=STAIRS).map(|n| Stair {
        name: get(&format!("stair_name_{n}")),
        width: get(&format!("stair_{n}")),
        exit: get(&format!("exit_{n}")),
    });
    let house = House {
        name: get("house"),
        floors: get("floors"),
        corridor_length: get("corridor_length"),
        corridor_width: get("corridor_width"),
        to_assembly: get("to_assembly"),
        stairs: stairs.filter(|s| !s.width.trim().is_empty() || !s.exit.trim().is_empty()).collect(),
        hall: get("hall"),
    };
    match (h, house.name.trim().is_empty() && house.floors.trim().is_empty()) {
        (0, _) if house.name.trim().is_empty() => Some(House { name: "A".into(), ..house }),
        (0, _) => Some(house),
        // A further house of which nothing is said was asked for and then left out.
        (_, true) => None,
        _ => Some(house),
    }
}

fn simple_of(f: &Fields) -> Simple {
    let gates = (1..=GATES).map(|n| Gate {
        name: f.text(&format!("gate_{n}")),
        width: f.text(&format!("gate_width_{n}")),
        distance: f.text(&format!("gate_far_{n}")),
    });
    let rooms = (1..=ROWS_MAX).map(|n| {
        let class = f.text(&format!("class_{n}"));
        let grade = f.opt(&format!("grade_{n}")).unwrap_or_else(|| grade_of(&class));
        Room {
            house: f.text(&format!("in_{n}")),
            floor: f.text(&format!("floor_{n}")),
            pupils: f.text(&format!("pupils_{n}")),
            class,
            grade,
        }
    });
    Simple {
        houses: (0..HOUSES).filter_map(|h| house_of(f, h)).collect(),
        gates: gates.filter(|g| !g.name.trim().is_empty()).collect(),
        rooms: rooms.filter(|r| !r.class.trim().is_empty()).collect(),
    }
}

fn parse(f: &Fields) -> Result<NewBuilding> {
    let mut tables = BTreeMap::new();
    for (key, _) in TABLES {
        if let Some(text) = f.opt(&format!("table_{key}")) {
            // A sheet copied from a spreadsheet comes with tabs.
            tables.insert(format!("{key}.csv"), text.replace('\t', ","));
        }
    }
    let simple = tables.is_empty().then(|| simple_of(f));
    let mut buses = Vec::new();
    if let Some(line) = f.opt("bus_line") {
        let minutes = f.int("bus_minutes")?.ok_or_else(|| Error::invalid("bus_minutes", Problem::Required))?;
        let classes = f.text("bus_classes");
        let classes = classes.split(['、', ',', '，', ' ']).map(|c| c.trim().to_string()).filter(|c| !c.is_empty());
        buses.push(Bus { line, classes: classes.collect(), departs_s: minutes.clamp(0, 600) * 60, walk_s: 0 });
    }
    Ok(NewBuilding { simple, tables, document: None, buses })
}

pub async fn enter(Held(web): Held<Web>, posted: Posted) -> Answer {
    // Judging is slow near the limits, so the right is asked first.
    web.read(posted.actor(), |cx| {
        let unit = cx.actor.unit;
        cx.require(Action::MovementManage, unit, false).map(|_| ())
    })
    .await?;
    let name = posted.actor().unit_name.clone();
    let done = match parse(&posted.fields) {
        Ok(new) => match web.heavy(move || movement::judge(&name, &new)).await {
            Ok(judged) => web.act(&posted, move |cx| movement::enter(cx, None, &judged)).await,
            Err(e) => Err(e),
        },
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/movements/buildings/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            let mut shell = posted.signed.shell(&web, At::Alarms).await?;
            shell.tabs = page::urgent_tabs(posted.actor(), UrgentTab::Movements);
            let simple = simple_of(&posted.fields);
            page::again(&page_of(shell, &simple, 1, posted.fields.clone(), faults), status)
        }
    }
}

struct CheckRow {
    clause: String,
    subject: String,
    what: String,
    figures: String,
    word: words::Word,
    short: bool,
    hazard: String,
}

#[derive(Template)]
#[template(path = "movement/edition.html")]
pub(super) struct EditionPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    edition: i64,
    sum: String,
    fitted: String,
    notes: Vec<String>,
    short: usize,
    /// Checks for which nobody has measured.
    unknown: usize,
    checks: Vec<CheckRow>,
    kinds: Vec<Choice>,
    may_manage: bool,
    newest: bool,
    typed: Fields,
    faults: Vec<FieldFault>,
}

/// Notices that are no finding of the code: assumed figures, a single staircase.
const NOTES: usize = 40;

fn check_row(c: &Check) -> CheckRow {
    let have = c.have.map_or("缺数据".to_string(), |v| format!("{v:.2}"));
    CheckRow {
        clause: c.clause.clone(),
        subject: c.subject.clone(),
        what: say::subject(&c.subject),
        figures: format!("现为 {have}，应不小于 {:.2}", c.need),
        word: match c.finding {
            "meets" => words::word("符合", "g"),
            "falls_short" => words::word("不符合", "r"),
            _ => words::word("缺数据", ""),
        },
        short: c.finding == "falls_short" && c.hazard.is_none(),
        hazard: c.hazard.map(|h| h.to_string()).unwrap_or_default(),
    }
}

pub(super) async fn edition_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<EditionPage, WebError> {
    let (b, checks, notes, may_manage, newest) = web
        .read(signed.actor(), move |cx| {
            let b = movement::building_of(cx, id)?;
            let checks = movement::checks(cx, id)?;
            let notes = movement::notices(&b)?;
            let may = cx.require(Action::MovementManage, b.unit, false).is_ok();
            let newest = movement::building(cx, b.unit)?.is_some_and(|n| n.id == b.id);
            Ok((b, checks, notes, may, newest))
        })
        .await?;
    let mut shell = signed.shell(web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), UrgentTab::Movements);
    Ok(EditionPage {
        shell,
        crumbs: vec![crumb(words::tab::MOVEMENTS, "/movements"), crumb(format!("校舍 第 {} 版", b.edition), "")],
        id: id.to_string(),
        edition: b.edition,
        sum: format!(
            "{} 个班，{} 段通道。{} {}",
            b.classes,
            b.edges,
            b.by.clone().unwrap_or_default(),
            words::at_full(b.received_at)
        ),
        fitted: b.fitted_from.map(|d| d.to_string()).unwrap_or_default(),
        notes: {
            let told = notes.into_iter().filter(|n| n.code != "W_GB_WIDTH").map(|n| (n.code, n.place, n.message));
            say::notes(&told.collect::<Vec<_>>()).into_iter().take(NOTES).collect()
        },
        short: checks.iter().filter(|c| c.finding == "falls_short").count(),
        checks: checks.iter().filter(|c| c.finding == "falls_short").map(check_row).collect(),
        unknown: checks.iter().filter(|c| c.finding == "no_data").count(),
        kinds: Kind::ALL.iter().map(|k| Choice::new(k.code(), say::kind(*k))).collect(),
        may_manage,
        newest,
        typed,
        faults,
    })
}

pub async fn show(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&edition_page(&web, &signed, id_of(&id)?, Fields::default(), Vec::new()).await?)
}

pub async fn hazards(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let subjects = posted.fields.all("subject");
    match web.act(&posted, move |cx| movement::open_hazards(cx, id, &subjects)).await {
        Ok(_) => page::done(&posted.signed.ask, web.now(), id, format!("/movements/buildings/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&edition_page(&web, &posted.signed, id, posted.fields.clone(), faults).await?, status)
        }
    }
}
