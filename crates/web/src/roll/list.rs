//! The classes of a school: figures for whoever may see its people, opening one for whoever keeps the roll.

use askama::Template;
use axum::extract::{Path, State};
use base::{Id, Result};
use safety::kernel::rights::Action;
use safety::org::people;
use safety::org::unit::{self, Unit};
use safety::roll::{self, NewClass};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Column, Crumb, Kept, ListTab, Shell, UnitTab, column};
use crate::state::Web;
use crate::unit::{crumbs, id_of, may};
use crate::words;
use crate::words::roll as say;

struct ClassRow {
    id: String,
    name: String,
    teacher: String,
    pupils: String,
    boarders: String,
    riders: String,
    named: String,
}

#[derive(Template)]
#[template(path = "roll/list.html")]
struct ListPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    kinds: Vec<ListTab>,
    unit: Unit,
    sums: String,
    differs: String,
    rows: Vec<ClassRow>,
    columns: Vec<Column>,
    may_manage: bool,
    grades: Vec<Choice>,
    teachers: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

const COLUMNS: &[Column] = &[
    column("班级", "l1"),
    column("班主任", "l2"),
    column("学生", "num"),
    column("住宿", "num"),
    column("乘车", "num"),
    column("登记姓名", "l3 num"),
];

/// Staff of a unit to choose from.
pub(super) fn staff(cx: &mut safety::Cx<'_, '_>, home: Id) -> Result<Vec<(Id, String)>> {
    Ok(people::list(cx, home, "")?.into_iter().filter_map(|p| Some((p.id, p.name?))).collect())
}

pub(super) fn choices(staff: Vec<(Id, String)>) -> Vec<Choice> {
    staff.into_iter().map(|(id, name)| Choice::new(id.to_string(), name)).collect()
}

/// The grades that a school teaches, and 复式.
pub(super) fn grades(unit: &Unit) -> Vec<Choice> {
    let own = roll::grades(unit.stage).filter(|g| *g != 0).chain([0]);
    own.map(|g| Choice::new(g.to_string(), say::grade(g))).collect()
}

pub async fn list(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&list_page(&web, &signed, id_of(&id)?, Fields::default(), Vec::new()).await?)
}

async fn list_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<ListPage, WebError> {
    let today = web.now().day();
    let (unit, crumbs, classes, sums, may_manage, staff) = web
        .read(signed.actor(), move |cx| {
            let unit = unit::show(cx, id)?;
            let classes = roll::list(cx, unit.home, today)?;
            let may_manage = may(cx, Action::RollManage, unit.home)?;
            let staff = if may_manage { staff(cx, unit.home)? } else { Vec::new() };
            Ok((unit.clone(), crumbs(cx, &unit)?, classes, roll::sums(cx, unit.home, today)?, may_manage, staff))
        })
        .await?;
    let mut shell = signed.shell(web, At::Units).await?;
    shell.tabs = page::unit_tabs(signed.actor(), unit.home, unit.kind, UnitTab::People);
    let zero = |n: i64| if n == 0 { String::new() } else { words::number(n) };
    let row = |(class, named): &(roll::Class, roll::Named)| ClassRow {
        id: class.id.to_string(),
        name: class.name.clone(),
        teacher: class.teacher_name.clone().unwrap_or_default(),
        pupils: words::number(class.pupils),
        boarders: zero(class.boarders),
        riders: zero(class.riders),
        named: zero(named.pupils),
    };
    Ok(ListPage {
        kinds: page::people_kinds(unit.home, unit.kind, true),
        sums: say::sums(&sums),
        differs: if classes.is_empty() { String::new() } else { say::differs(&sums, &unit) },
        rows: classes.iter().map(row).collect(),
        columns: COLUMNS.to_vec(),
        may_manage: may_manage && unit.closed_on.is_none(),
        grades: grades(&unit),
        teachers: choices(staff),
        shell,
        crumbs,
        unit,
        typed,
        faults,
    })
}

fn typed_class(fields: &Fields, unit: Id) -> Result<NewClass> {
    let name = fields.text("name");
    let read = say::read(&name);
    Ok(NewClass {
        id: None,
        unit: Some(unit),
        grade: fields.int("grade")?.or(read.map(|r| r.0)).unwrap_or(0),
        serial: fields.int("serial")?.or(read.map(|r| r.1)).unwrap_or(1),
        name,
        teacher: fields.id("teacher")?,
        pupils: fields.int("pupils")?.unwrap_or(0),
        boarders: fields.int("boarders")?.unwrap_or(0),
        riders: fields.int("riders")?.unwrap_or(0),
        from_on: fields.day("from_on")?,
    })
}

pub async fn open(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let unit = id_of(&id)?;
    let done = match typed_class(&posted.fields, unit) {
        Ok(mut new) => {
            new.id = posted.key();
            web.act(&posted, move |cx| {
                unit::show(cx, unit)?;
                roll::open(cx, &new)
            })
            .await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(class) => page::done(&posted.signed.ask, web.now(), class, format!("/classes/{class}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&list_page(&web, &posted.signed, unit, posted.fields.clone(), faults).await?, status)
        }
    }
}
