//! 覆盖: which places a check has seen this month (notice 2.6: 全覆盖, 频次), counted from checks only. A school sees its
//! places, the unseen first; a bureau sees where help is needed, which is no ranking.

use askama::Template;
use axum::extract::State as Held;
use base::{Id, Result};
use safety::Cx;
use safety::check::{self, Coverage, UnitCover};
use safety::org::login;

use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, HazardTab, Shell};
use crate::state::Web;
use crate::words::{self, record as say};

/// Units of the first card; the others stand in the table.
const HELP_FIRST: usize = 5;

/// A place with how often it was seen.
struct PlaceRow {
    id: String,
    name: String,
    kind: &'static str,
    times: i64,
    before: i64,
    last: String,
}

struct UnitRow {
    name: String,
    href: String,
    seen: i64,
    all: i64,
    checks: i64,
}

#[derive(Template)]
#[template(path = "hazard/coverage.html")]
struct SchoolPage {
    shell: Shell,
    unit_name: String,
    month: String,
    before: String,
    sentence: String,
    seen: i64,
    all: i64,
    seen_before: i64,
    checks: i64,
    checks_before: i64,
    places: Vec<PlaceRow>,
    check: bool,
    newer: String,
    older: String,
}

#[derive(Template)]
#[template(path = "hazard/below.html")]
struct BureauPage {
    shell: Shell,
    month: String,
    sentence: String,
    help: Vec<UnitRow>,
    units: Vec<UnitRow>,
}

pub async fn show(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let day = query.day("month")?.unwrap_or(web.now().day()).month_start();
    let asked = query.id("unit")?;
    let mut shell = signed.shell(&web, At::Hazards).await?;
    shell.tabs = page::hazard_tabs(signed.actor(), HazardTab::Coverage);
    if login::at_bureau(signed.actor()) && asked.is_none() {
        let read = move |cx: &mut Cx<'_, '_>| Ok((check::coverage_below(cx, day)?, check::placeless_below(cx)?));
        let (units, placeless) = web.read(signed.actor(), read).await?;
        return page::full(&below(shell, words::month(day), &units, placeless));
    }
    let at = asked.unwrap_or(signed.actor().unit);
    let cover = web.read(signed.actor(), move |cx| check::coverage(cx, at, day)).await?;
    let this = web.now().day().month_start();
    let older = signed.ask.link("month", &day.plus_days(-1).month_start().to_string());
    let newer = if day < this { signed.ask.link("month", &day.month_end().to_string()) } else { String::new() };
    let check = page::may_check(signed.actor()) && at == signed.actor().unit && day == this;
    page::full(&school(shell, cover, check, older, newer)?)
}

fn school(shell: Shell, cover: Coverage, check: bool, older: String, newer: String) -> Result<SchoolPage> {
    let mut places = cover.places;
    places.sort_by_key(|p| (p.times > 0, p.before > 0));
    let missing: Vec<&str> = places.iter().filter(|p| p.times == 0).map(|p| p.name.as_str()).collect();
    let sentence = say::cover_sentence(cover.seen, cover.all, &missing);
    let row = |p: &check::PlaceCover| PlaceRow {
        id: p.place.to_string(),
        name: p.name.clone(),
        kind: words::place_kind(p.kind),
        times: p.times,
        before: p.before,
        last: p.last_at.map_or(String::new(), words::at),
    };
    Ok(SchoolPage {
        unit_name: cover.name,
        month: words::month(cover.month),
        before: words::month(cover.month.plus_days(-1)),
        places: places.iter().map(row).collect(),
        seen: cover.seen,
        all: cover.all,
        seen_before: cover.seen_before,
        checks: cover.checks,
        checks_before: cover.checks_before,
        shell,
        sentence,
        check,
        newer,
        older,
    })
}

fn below(shell: Shell, month: String, units: &[UnitCover], placeless: i64) -> BureauPage {
    let (seen, all) = units.iter().fold((0, 0), |(s, a), u| (s + u.seen, a + u.all));
    let empty = units.iter().filter(|u| u.checks == 0).count() as i64;
    let href = |id: Id| format!("/hazards/coverage?unit={id}");
    let row = |u: &UnitCover| UnitRow {
        name: u.name.clone(),
        href: href(u.unit),
        seen: u.seen,
        all: u.all,
        checks: u.checks,
    };
    // The help list comes by need; the whole table by name, so that nobody reads it as a ranking.
    let mut rows: Vec<UnitRow> = units.iter().map(row).collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    BureauPage {
        shell,
        month,
        sentence: say::cover_below(seen, all, empty, placeless),
        help: units.iter().filter(|u| u.seen < u.all).take(HELP_FIRST).map(row).collect(),
        units: rows,
    }
}
