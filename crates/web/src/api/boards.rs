//! The board and the ledgers (notice 1.3): how a bureau or a unit stands, and why.

use axum::Json;
use axum::extract::State;
use safety::Cx;
use safety::duty::lines::CellLine;
use safety::duty::split::{self, Narrow};
use safety::duty::{board, plan};
use safety::ledger;
use safety::org::unit;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::Queried;
use super::dto::dto;
use super::fault::Reply;
use super::page::{self, Listed};
use super::wire::{At, Date, DutyMark, DutyState, Name, Uid, UnitKind};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(board_show))
        .routes(routes!(board_why))
        .routes(routes!(board_units))
        .routes(routes!(ledger_show))
}

dto! {
    /// The equation of a figure: missing = expected − on_time − late − exempt − not_due.
    Figures of board::Sums {
        expected: i64 = one,
        on_time: i64 = one,
        late: i64 = one,
        exempt: i64 = one,
        not_due: i64 = one,
        missing: i64 = one,
    }
}

dto! {
    /// Of a span of months: its key, its first and last day.
    BoardSpan of board::Span {
        /// `2026-11`, `2026-autumn`, `2026`
        key: String = one,
        from: Date = one,
        until: Date = one,
    }
}

dto! {
    /// A bureau with everything under it, or a school.
    BoardUnit of board::Row {
        unit: Uid = one,
        name: String = one,
        kind: UnitKind = one,
        sums: Figures = one,
    }
}

dto! {
    BoardEntry of board::EntryRow {
        entry: String = one,
        title: String = one,
        clause: String = one,
        sums: Figures = one,
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoardClause {
    pub clause: String,
    pub sums: Figures,
}

/// A day of the heat calendar: cells whose period ends on it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoardDay {
    pub day: Date,
    pub sums: Figures,
}

/// How a bureau with everything under it, or one unit, stands. Nobody is ranked: units come by need of help.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Board {
    pub unit: Uid,
    pub name: String,
    pub span: BoardSpan,
    pub total: Figures,
    /// Empty for one unit.
    pub units: Vec<BoardUnit>,
    pub clauses: Vec<BoardClause>,
    pub entries: Vec<BoardEntry>,
    pub days: Vec<BoardDay>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// The unit; the asker's own when absent.
    unit: Option<Uid>,
    /// `2026-11`, `2026-autumn`, `2026`; the present school year when absent.
    span: Option<Name>,
    /// Of a bureau: its own duties alone.
    own: Option<bool>,
}

/// Show the board of a bureau or of one unit
#[utoipa::path(get, path = "/board", tag = "board", params(BoardQuery),
    responses((status = 200, description = "The board", body = Board)))]
async fn board_show(State(web): State<Web>, signed: Signed, Queried(asked): Queried<BoardQuery>) -> Reply<Json<Board>> {
    let key = asked.span.map(|s| s.0);
    let own = asked.own.unwrap_or(false);
    let id = asked.unit.map_or(signed.actor().unit, |u| u.0);
    let read = move |cx: &mut Cx<'_, '_>| {
        let at = unit::show(cx, id)?;
        let one = own || !at.kind.is_bureau();
        let grid = split::grid(cx, at.id, key.as_deref(), one)?;
        let days = days(&grid);
        if one {
            let b = board::school(cx, at.id, key.as_deref())?;
            return Ok(told(b.unit, b.name, b.span, b.total, Vec::new(), b.clauses, b.entries, days));
        }
        let b = board::bureau(cx, at.id, key.as_deref())?;
        Ok(told(b.unit, b.name, b.span, b.total, b.rows, b.clauses, b.entries, days))
    };
    Ok(Json(web.read(signed.actor(), read).await?))
}

fn days(grid: &split::Grid) -> Vec<BoardDay> {
    let mut out: std::collections::BTreeMap<base::Day, board::Sums> = Default::default();
    for point in &grid.points {
        out.entry(point.until).or_default().add(&point.sums);
    }
    out.into_iter().map(|(day, sums)| BoardDay { day: day.into(), sums: sums.into() }).collect()
}

#[expect(clippy::too_many_arguments, reason = "the parts of one answer, once each")]
fn told(
    unit: base::Id,
    name: String,
    span: board::Span,
    total: board::Sums,
    rows: Vec<board::Row>,
    clauses: Vec<(String, board::Sums)>,
    entries: Vec<board::EntryRow>,
    days: Vec<BoardDay>,
) -> Board {
    let clause = |(clause, sums): (String, board::Sums)| BoardClause { clause, sums: sums.into() };
    Board {
        unit: unit.into(),
        name,
        span: span.into(),
        total: total.into(),
        units: rows.into_iter().map(BoardUnit::from).collect(),
        clauses: clauses.into_iter().map(clause).collect(),
        entries: entries.into_iter().map(BoardEntry::from).collect(),
        days,
    }
}

/// What a figure rests on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoardWhy {
    pub span: BoardSpan,
    pub sums: Figures,
    /// Units that owe anything of it, and entries that it is made of.
    pub units: i64,
    pub entries: i64,
    /// Weekdays without school, weekends with it.
    pub days_off: i64,
    pub days_made_up: i64,
    /// Units to which the entry does not apply.
    pub not_applying: i64,
    pub packs: Vec<BoardPack>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoardPack {
    pub id: String,
    /// First hex digits of its hash.
    pub hash: String,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WhyQuery {
    /// The unit; the asker's own when absent.
    unit: Option<Uid>,
    /// `2026-11`, `2026-autumn`, `2026`; the present school year when absent.
    span: Option<Name>,
    /// Of this entry alone.
    entry: Option<Name>,
}

/// Explain a figure of the board
#[utoipa::path(get, path = "/board/why", tag = "board", params(WhyQuery),
    responses((status = 200, description = "The equation and what it rests on", body = BoardWhy)))]
async fn board_why(State(web): State<Web>, signed: Signed, Queried(asked): Queried<WhyQuery>) -> Reply<Json<BoardWhy>> {
    let id = asked.unit.map_or(signed.actor().unit, |u| u.0);
    let (span, entry) = (asked.span.map(|s| s.0), asked.entry.map(|e| e.0));
    let why = web.read(signed.actor(), move |cx| plan::why(cx, id, span.as_deref(), entry.as_deref())).await?;
    Ok(Json(BoardWhy {
        span: why.span.into(),
        sums: why.sums.into(),
        units: why.units,
        entries: why.entries,
        days_off: why.days_off,
        days_made_up: why.days_made_up,
        not_applying: why.not_applying,
        packs: why.packs.into_iter().map(|(id, hash)| BoardPack { id, hash }).collect(),
    }))
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitsQuery {
    /// The bureau; the asker's own when absent.
    unit: Option<Uid>,
    /// `2026-11`, `2026-autumn`, `2026`; the present school year when absent.
    span: Option<Name>,
    clause: Option<Name>,
    entry: Option<Name>,
    /// Periods that end on this day or later.
    from_on: Option<Date>,
    /// Periods that end on this day or before.
    until_on: Option<Date>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List the units that a bureau's figure is made of
///
/// They add up to it, whether narrowed to a clause, an entry or some days.
#[utoipa::path(get, path = "/board/units", tag = "board", params(UnitsQuery),
    responses((status = 200, description = "A page", body = Listed<BoardUnit>)))]
async fn board_units(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<UnitsQuery>,
) -> Reply<Json<Listed<BoardUnit>>> {
    let id = asked.unit.map_or(signed.actor().unit, |u| u.0);
    let span = asked.span.map(|s| s.0);
    let narrow = Narrow {
        clause: asked.clause.map(|c| c.0),
        entry: asked.entry.map(|e| e.0),
        from: asked.from_on.map(|d| d.0),
        until: asked.until_on.map(|d| d.0),
    };
    let rows = web.read(signed.actor(), move |cx| split::units(cx, id, span.as_deref(), &narrow)).await?;
    Ok(Json(page::cut(rows, |r| r.unit, asked.limit, asked.cursor.as_deref())?))
}

/// A cell of a ledger with its three stages and their people.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LedgerCell {
    pub entry: String,
    pub title: String,
    pub clause: String,
    /// `day`, `week`, `month`, `term`, `year`, `event`
    pub kind: String,
    pub period: String,
    pub part: String,
    pub from_on: Date,
    pub until_on: Date,
    pub due_at: At,
    pub mark: DutyMark,
    /// The duty, once something has happened.
    pub duty: Option<Uid>,
    pub state: Option<DutyState>,
    pub amended: bool,
    pub back_reason: Option<String>,
    pub first_complete_at: Option<At>,
    pub arranged_to: Option<String>,
    pub done_by: Option<String>,
    pub done_on: Option<Date>,
    pub checked_by: Option<String>,
    pub checked_at: Option<At>,
    pub accepted_by: Option<String>,
    pub accepted_at: Option<At>,
}

impl From<CellLine> for LedgerCell {
    fn from(l: CellLine) -> LedgerCell {
        LedgerCell {
            entry: l.entry,
            title: l.title,
            clause: l.clause,
            kind: l.kind,
            period: l.period,
            part: l.part,
            from_on: l.from_on.into(),
            until_on: l.until_on.into(),
            due_at: l.due_at.into(),
            mark: l.mark.into(),
            duty: l.duty.map(Uid::from),
            state: l.state.map(DutyState::from),
            amended: l.amended,
            back_reason: l.back_reason,
            first_complete_at: l.first_complete_at.map(At::from),
            arranged_to: l.owner,
            done_by: l.done_by,
            done_on: l.done_on.map(Date::from),
            checked_by: l.checked_by,
            checked_at: l.checked_at.map(At::from),
            accepted_by: l.accepted_by,
            accepted_at: l.accepted_at.map(At::from),
        }
    }
}

/// The ledger of a unit for a period: its cells, and the records from which it is assembled.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DutyLedger {
    pub unit: Uid,
    pub name: String,
    pub kind: String,
    pub period: String,
    pub from: Date,
    pub until: Date,
    pub sums: Figures,
    pub cells: Vec<LedgerCell>,
    pub works: Vec<Uid>,
    pub hazards: Vec<Uid>,
    pub checks: Vec<Uid>,
    /// When the period's sheet was closed, and what it said then.
    pub closed_at: Option<At>,
    pub closed: Option<Figures>,
    /// Cells and records that the answer leaves out.
    pub left_out: i64,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerQuery {
    /// The unit; the asker's own when absent.
    unit: Option<Uid>,
    /// `2026-11-23`, `2026-W48`, `2026-11`, `2026-autumn`, `2026`; today when absent.
    period: Option<Name>,
}

/// Show the ledger of a unit for a day, week, month, term or school year
#[utoipa::path(get, path = "/ledger", tag = "board", params(LedgerQuery),
    responses((status = 200, description = "The ledger", body = DutyLedger)))]
async fn ledger_show(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<LedgerQuery>,
) -> Reply<Json<DutyLedger>> {
    let id = asked.unit.map_or(signed.actor().unit, |u| u.0);
    let period = asked.period.map(|p| p.0);
    let read = move |cx: &mut Cx<'_, '_>| {
        let period = period.clone().unwrap_or_else(|| cx.now.day().to_string());
        ledger::of(cx, id, &period)
    };
    let ledger = web.read(signed.actor(), read).await?;
    let most = base::limits::EXPORT_ROWS_MAX as usize;
    let left_out = ledger.left_out + ledger.lines.len().saturating_sub(most) as i64;
    Ok(Json(DutyLedger {
        unit: ledger.unit.into(),
        name: ledger.name,
        kind: ledger.kind,
        period: ledger.period,
        from: ledger.from.into(),
        until: ledger.until.into(),
        sums: ledger.sums.into(),
        cells: ledger.lines.into_iter().take(most).map(LedgerCell::from).collect(),
        works: ledger.works.iter().map(|w| w.id.into()).collect(),
        hazards: ledger.hazards.iter().map(|l| l.hazard.id.into()).collect(),
        checks: ledger.checks.iter().map(|c| c.id.into()).collect(),
        closed_at: ledger.sheet.as_ref().map(|s| s.received_at.into()),
        closed: ledger.sheet.map(|s| s.sums.into()),
        left_out,
    }))
}
