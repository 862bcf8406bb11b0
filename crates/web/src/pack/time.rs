//! School time as a bureau sets it: days on which its schools are shut (snow), and terms that go otherwise than by rule.
//! What has begun is closed: only days to come.

use askama::Template;
use axum::extract::{Path, State};
use base::calendar::{PeriodKind, Season, Term};
use base::{Day, Id, Problem, Refusal, Result};
use safety::Cx;
use safety::kernel::rights::Action;
use safety::pack::store::time::{self, Time};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Kept, Shell};
use crate::state::Web;
use crate::words::{self, pack as say};

struct Row {
    id: String,
    version: i64,
    what: String,
    span: String,
    reason: String,
    /// Can still be taken back.
    open: bool,
}

struct TermRow {
    name: String,
    span: String,
    set: bool,
}

#[derive(Template)]
#[template(path = "pack/times.html")]
struct TimesPage {
    shell: Shell,
    terms: Vec<TermRow>,
    rows: Vec<Row>,
    may_set: bool,
    seasons: Vec<Choice>,
    years: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

struct Read {
    terms: Vec<TermRow>,
    rows: Vec<Row>,
    may_set: bool,
    year: i16,
}

fn season_of(code: &str) -> Option<Season> {
    match code {
        "autumn" => Some(Season::Autumn),
        "spring" => Some(Season::Spring),
        _ => None,
    }
}

fn row(time: &Time, today: Day, may_set: bool) -> Row {
    let what = match (time.season.as_deref().and_then(season_of), time.year) {
        (Some(season), Some(year)) => words::pages::term_of(year, season),
        _ => words::pages::SHUT.into(),
    };
    Row {
        id: time.id.to_string(),
        version: time.version,
        what,
        span: words::pages::span(time.from_on, time.until_on),
        reason: time.reason.clone(),
        open: may_set && time.from_on > today,
    }
}

fn read(cx: &mut Cx<'_, '_>) -> Result<Read> {
    let (today, unit) = (cx.now.day(), cx.actor.unit);
    let may_set = cx.actor.unit_kind.is_bureau() && cx.require(Action::PackManage, unit, false).is_ok();
    // A school sees what its bureau has set: the calendar already has it; the list is the bureau's own.
    let own = if cx.actor.unit_kind.is_bureau() { time::list(cx, unit)? } else { Vec::new() };
    let county = safety::org::unit::load(cx, unit)?.county;
    let calendar = cx.packs.calendar(today, county).clone();
    let year = calendar.period_of(PeriodKind::SchoolYear, today).map_or(today, |p| p.from).date().year();
    let mut terms = Vec::new();
    for of in [year, year + 1] {
        for season in [Season::Autumn, Season::Spring] {
            if let Some(term) = calendar.term(of, season) {
                let set =
                    own.iter().any(|t| t.year == Some(i64::from(of)) && t.season.as_deref() == Some(code(season)));
                let name = words::pages::term_of(i64::from(of), season);
                terms.push(TermRow { name, span: words::pages::span(term.from, term.until), set });
            }
        }
    }
    Ok(Read { terms, rows: own.iter().map(|t| row(t, today, may_set)).collect(), may_set, year })
}

fn code(season: Season) -> &'static str {
    match season {
        Season::Autumn => "autumn",
        Season::Spring => "spring",
    }
}

async fn times_page(
    web: &Web,
    signed: &Signed,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<TimesPage, WebError> {
    let Read { terms, rows, may_set, year } = web.read(signed.actor(), read).await?;
    let mut shell = signed.shell(web, At::Clauses).await?;
    shell.tabs = page::clause_tabs(signed.actor(), page::ClauseTab::Times);
    let years = [year, year + 1].map(|y| Choice::new(y.to_string(), words::pages::school_year(i64::from(y))));
    Ok(TimesPage {
        terms,
        rows,
        may_set,
        seasons: [Season::Autumn, Season::Spring].map(|s| Choice::new(code(s), say::season(s))).into(),
        years: years.into(),
        typed,
        faults,
        shell,
    })
}

pub async fn list(State(web): State<Web>, signed: Signed) -> Answer {
    page::full(&times_page(&web, &signed, Fields::default(), Vec::new()).await?)
}

/// What was typed: days without school, or the school year and season of a term; its first and last day.
type Typed = (Option<(i16, Season)>, Day, Day);

fn typed(fields: &Fields) -> Result<Typed> {
    let required = |field: &'static str| base::Error::invalid(field, Problem::Required);
    let from = fields.day("from_on")?.ok_or_else(|| required("from_on"))?;
    if fields.get("kind") != "term" {
        return Ok((None, from, fields.day("until_on")?.unwrap_or(from)));
    }
    let until = fields.day("until_on")?.ok_or_else(|| required("until_on"))?;
    let season = fields.read("season", season_of)?.ok_or_else(|| required("season"))?;
    let year = fields.int("year")?.and_then(|y| i16::try_from(y).ok()).ok_or_else(|| required("year"))?;
    Ok((Some((year, season)), from, until))
}

pub async fn set(State(web): State<Web>, posted: Posted) -> Answer {
    let (reason, id, unit) = (posted.fields.text("reason"), posted.key(), posted.actor().unit);
    let done = match typed(&posted.fields) {
        Ok((Some((year, season)), from, until)) => {
            let term = Term { year, season, from, until };
            web.act(&posted, move |cx| time::set_term(cx, id, unit, &term, &reason)).await
        }
        Ok((None, from, until)) => web.act(&posted, move |cx| time::shut(cx, id, unit, from, until, &reason)).await,
        Err(e) => Err(e),
    };
    answer(&web, &posted, done).await
}

async fn answer(web: &Web, posted: &Posted, done: Result<Id>) -> Answer {
    match done {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, "/times".into()),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&times_page(web, &posted.signed, posted.fields.clone(), faults).await?, status)
        }
    }
}

pub async fn void(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = Id::parse(&id).ok_or(WebError::from(Refusal::NotFound))?;
    let version = posted.fields.int("version")?.unwrap_or(0);
    let done = web.act(&posted, move |cx| time::void(cx, id, version).map(|()| id)).await;
    answer(&web, &posted, done).await
}
