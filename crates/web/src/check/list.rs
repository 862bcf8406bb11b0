//! The checks in the viewer's scope, newest first.

use askama::Template;
use axum::extract::State as Held;
use base::limits;
use safety::check::{self, Check};
use safety::org::{login, unit};

use crate::door::Signed;
use crate::error::Answer;
use crate::hazard::list::Units;
use crate::page::{self, At, Choice, Column, HazardTab, Shell, column};
use crate::state::Web;
use crate::words;

struct Row {
    id: String,
    title: String,
    unit: String,
    by: String,
    at: String,
    places: i64,
    found: i64,
    skipped: i64,
    late: bool,
}

#[derive(Template)]
#[template(path = "check/list.html")]
struct ListPage {
    shell: Shell,
    bureau: bool,
    columns: Vec<Column>,
    rows: Vec<Row>,
    older: String,
    newest: String,
    units: Vec<Choice>,
    unit: String,
    check: bool,
}

fn row(c: Check) -> Row {
    Row {
        id: c.id.to_string(),
        title: c.title,
        unit: c.unit_name,
        by: c.by.unwrap_or_default(),
        at: words::at(c.began_at),
        places: c.places - c.skipped,
        found: c.found,
        skipped: c.skipped,
        late: c.back_reason.is_some(),
    }
}

pub async fn list(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let (unit, cursor) = (query.text("unit"), query.opt("cursor"));
    let bureau = login::at_bureau(signed.actor());
    let (page, units) = web
        .read(signed.actor(), move |cx| {
            let unit = unit::named(cx, &unit)?.map(|u| u.id);
            let page = check::list(cx, unit, cursor.as_deref(), limits::LIST_ROWS)?;
            let units = if bureau { crate::hazard::list::units(cx, unit)? } else { Units::default() };
            Ok((page, units))
        })
        .await?;
    let mut shell = signed.shell(&web, At::Hazards).await?;
    shell.tabs = page::hazard_tabs(signed.actor(), HazardTab::Checks);
    let mut columns = vec![column("名目", "l1")];
    if bureau {
        columns.push(column("单位", "l2"));
    }
    columns.extend([
        column("查的人", "l2"),
        column("时间", "l2 nw"),
        column("查过", "num"),
        column("没查到", "num"),
        column("结果", "l3"),
    ]);
    page::full(&ListPage {
        shell,
        bureau,
        columns,
        rows: page.items.into_iter().map(row).collect(),
        older: page.next.as_deref().map_or(String::new(), |next| signed.ask.link("cursor", next)),
        newest: if query.get("cursor").is_empty() { String::new() } else { signed.ask.link("cursor", "") },
        units: units.choices,
        unit: units.chosen.value,
        check: page::may_check(signed.actor()),
    })
}
