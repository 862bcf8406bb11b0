//! What is owed (notice 1.3): duties with their three stages, and waivers.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::{Error, Problem};
use safety::Cx;
use safety::duty::act::{Arrange, MANY_MAX, Signed as Done, accept_many, check_many};
use safety::duty::waiver::{self, NewWaiver};
use safety::duty::{self, Filter, list};
use safety::org::unit;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Nothing, PathId, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::org::Made;
use super::page::{self, Listed};
use super::wire::{At, Date, DutyMark, DutyState, Fact, Name, Note, Uid};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(duty_list))
        .routes(routes!(duty_arrange))
        .routes(routes!(duty_check_many))
        .routes(routes!(duty_accept_many))
        .routes(routes!(duty_show))
        .routes(routes!(duty_check))
        .routes(routes!(duty_accept))
        .routes(routes!(duty_return))
        .routes(routes!(waiver_list, waiver_give))
        .routes(routes!(waiver_end))
}

dto! {
    /// A cell in which something has happened.
    Duty of duty::Duty {
        id: Uid = one,
        unit: Uid = one,
        /// Id of the pack's entry: `meet.school`.
        entry: String = one,
        clause: String = one,
        /// `day`, `week`, `month`, `term`, `year`, `event`
        kind: String = one,
        /// `2026-11-23`, `2026-W48`, `2026-11`, `2026-autumn`, `2026`
        period: String = one,
        /// `""`, `class:<id>`, `topic:<key>`, both with `|`, `person:<id>`, `record:<id>`
        part: String = one,
        from_on: Date = one,
        until_on: Date = one,
        /// A receipt before this moment is on time.
        due_at: At = one,
        /// The last stage that it needs: `done`, `checked`, `accepted`.
        stage: String = one,
        state: DutyState = one,
        /// How many records make it complete, and how many there are.
        needed: i64 = one,
        had: i64 = one,
        /// The first receipt at which it was complete; never moves.
        first_complete_at: Option<At> = opt,
        /// Mended after it was complete.
        amended: bool = one,
        /// Why it was entered late.
        back_reason: Option<String> = one,
        done_on: Option<Date> = opt,
        done_by: Option<Uid> = opt,
        /// To whom it was given.
        owner: Option<Uid> = opt,
        arranged_at: Option<At> = opt,
        checked_by: Option<Uid> = opt,
        checked_at: Option<At> = opt,
        accepted_by: Option<Uid> = opt,
        accepted_at: Option<At> = opt,
        returns: i64 = one,
        /// Of an event: the record after which it is due.
        subject: Option<Uid> = opt,
        received_at: At = one,
    }
}

/// A duty in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DutyLine {
    #[serde(flatten)]
    pub duty: Duty,
    pub unit_name: String,
    /// The entry's title.
    pub title: String,
    pub mark: DutyMark,
    pub owner_name: Option<String>,
    pub done_name: Option<String>,
    pub checked_name: Option<String>,
    pub accepted_name: Option<String>,
}

impl From<list::Line> for DutyLine {
    fn from(line: list::Line) -> DutyLine {
        DutyLine {
            duty: line.duty.into(),
            unit_name: line.unit_name,
            title: line.title,
            mark: line.mark.into(),
            owner_name: line.owner,
            done_name: line.done_by,
            checked_name: line.checked_by,
            accepted_name: line.accepted_by,
        }
    }
}

dto! {
    /// A record that shows that it was done.
    DutyCredit of list::CreditLine {
        /// `work` or the noun.
        noun: String = one,
        record: Uid = one,
        happened_on: Date = one,
        by: Option<String> = one,
        claimed_at: At = one,
        received_at: At = one,
        /// Since when it counts no more, and why.
        withdrawn_at: Option<At> = opt,
        reason: Option<String> = one,
    }
}

dto! {
    /// One act of its life.
    DutyStep of list::StepLine {
        /// `arrange`, `check`, `accept`, `give_back`, `carry`
        act: String = one,
        by: Option<String> = one,
        to: Option<String> = one,
        note: Option<String> = one,
        at: At = one,
        /// Number of its leaf in the journal.
        leaf: Option<i64> = one,
    }
}

/// A duty with its evidence and history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DutyView {
    #[serde(flatten)]
    pub line: DutyLine,
    pub credits: Vec<DutyCredit>,
    pub steps: Vec<DutyStep>,
    /// What the asker may do now: `arrange`, `check`, `accept`, `give_back`.
    pub possible: Vec<String>,
    pub leaf: Option<i64>,
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DutyQuery {
    /// This unit and what is under it.
    unit: Option<Uid>,
    entry: Option<Name>,
    clause: Option<Name>,
    period: Option<Name>,
    state: Option<DutyState>,
    /// Periods that end on this day or later.
    from_on: Option<Date>,
    /// Periods that end on this day or before.
    until_on: Option<Date>,
    /// Only those that came late or were entered late.
    late: Option<bool>,
    /// Only those given to the asker.
    mine: Option<bool>,
    /// Rows at most; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    #[param(max_length = 80)]
    cursor: Option<String>,
}

/// List duties
///
/// Cells of the asker's scope in which something has happened, newest first; empty cells stand in the ledger.
#[utoipa::path(get, path = "/duties", tag = "duties", params(DutyQuery),
    responses((status = 200, description = "A page", body = Listed<DutyLine>)))]
async fn duty_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<DutyQuery>,
) -> Reply<Json<Listed<DutyLine>>> {
    let rows = page::rows(asked.limit)?;
    let filter = Filter {
        unit: asked.unit.map(|u| u.0),
        entry: asked.entry.map(|e| e.0),
        clause: asked.clause.map(|c| c.0),
        period: asked.period.map(|p| p.0),
        state: asked.state.map(|s| s.0),
        from_on: asked.from_on.map(|d| d.0),
        until_on: asked.until_on.map(|d| d.0),
        late: asked.late.unwrap_or(false),
        mine: asked.mine.unwrap_or(false),
    };
    let cursor = asked.cursor;
    let page = web.read(signed.actor(), move |cx| duty::list(cx, &filter, cursor.as_deref(), rows)).await?;
    Ok(Json(Listed { items: page.items.into_iter().map(DutyLine::from).collect(), next_cursor: page.next }))
}

/// Show a duty with what shows it and its history
#[utoipa::path(get, path = "/duties/{id}", tag = "duties", params(("id" = Uid, Path, description = "The duty")),
    responses((status = 200, description = "The duty", body = DutyView)))]
async fn duty_show(State(web): State<Web>, signed: Signed, PathId(id): PathId) -> Reply<Json<DutyView>> {
    let view = web.read(signed.actor(), move |cx| duty::view(cx, id)).await?;
    Ok(Json(DutyView {
        line: view.line.into(),
        credits: view.credits.into_iter().map(DutyCredit::from).collect(),
        steps: view.steps.into_iter().map(DutyStep::from).collect(),
        possible: view.possible.into_iter().map(str::to_string).collect(),
        leaf: view.leaf,
    }))
}

/// Which cell is given to whom.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyArrange {
    /// The unit; the asker's own when absent.
    unit: Option<Uid>,
    entry: Name,
    period: Name,
    /// Empty for the whole unit.
    #[serde(default)]
    part: Fact,
    /// Who is to do it: in a post at the unit.
    owner: Uid,
    note: Option<Note>,
}

/// Give a cell to a person
#[utoipa::path(post, path = "/duties/arrange", tag = "duties", request_body = DutyArrange,
    responses((status = 201, description = "Arranged", body = Made)))]
async fn duty_arrange(State(web): State<Web>, call: Call<DutyArrange>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    let new = Arrange {
        unit: body.unit.map(|u| u.0),
        entry: body.entry.0,
        period: body.period.0,
        part: body.part.0,
        owner: body.owner.0,
        note: body.note.map(|n| n.0),
    };
    let job = move |cx: &mut Cx<'_, '_>| Ok(Made { id: duty::arrange(cx, &new)?.into(), received_at: cx.now.into() });
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

/// A word with a signature.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutySign {
    note: Option<Note>,
}

/// Check what was done
///
/// By another person than the doer.
#[utoipa::path(post, path = "/duties/{id}/check", tag = "duties",
    params(("id" = Uid, Path, description = "The duty")), request_body = DutySign,
    responses((status = 200, description = "Checked", body = Made)))]
async fn duty_check(State(web): State<Web>, PathId(id): PathId, call: Call<DutySign>) -> Reply<Json<Made>> {
    let note = call.body.note.clone().map(|n| n.0);
    let job = move |cx: &mut Cx<'_, '_>| {
        duty::check(cx, id, note.as_deref())?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Accept what was checked
///
/// By a third person.
#[utoipa::path(post, path = "/duties/{id}/accept", tag = "duties",
    params(("id" = Uid, Path, description = "The duty")), request_body = DutySign,
    responses((status = 200, description = "Accepted", body = Made)))]
async fn duty_accept(State(web): State<Web>, PathId(id): PathId, call: Call<DutySign>) -> Reply<Json<Made>> {
    let note = call.body.note.clone().map(|n| n.0);
    let job = move |cx: &mut Cx<'_, '_>| {
        duty::accept(cx, id, note.as_deref())?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Why it is sent back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyReturn {
    reason: Note,
}

/// Send back what is to be mended
#[utoipa::path(post, path = "/duties/{id}/return", tag = "duties",
    params(("id" = Uid, Path, description = "The duty")), request_body = DutyReturn,
    responses((status = 200, description = "Sent back", body = Made)))]
async fn duty_return(State(web): State<Web>, PathId(id): PathId, call: Call<DutyReturn>) -> Reply<Json<Made>> {
    let reason = call.body.reason.0.clone();
    let job = move |cx: &mut Cx<'_, '_>| {
        duty::give_back(cx, id, &reason)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}

/// Duties to be signed at once.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DutyMany {
    #[schema(max_items = 200)]
    duties: Vec<Uid>,
}

/// What became of a batch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DutiesSigned {
    pub signed: Vec<Uid>,
    /// What stays as it is, each with its reason.
    pub left: Vec<DutyLeft>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DutyLeft {
    pub id: Uid,
    /// As in a refusal: `wrong_state`, `pack_forbids`, `no_right`, `not_found`.
    pub code: String,
}

fn signed(done: Done) -> DutiesSigned {
    let left = |(id, refusal): (base::Id, base::Refusal)| DutyLeft { id: id.into(), code: refusal.code().into() };
    DutiesSigned {
        signed: done.done.into_iter().map(Uid::from).collect(),
        left: done.left.into_iter().map(left).collect(),
    }
}

fn some(ids: &[Uid]) -> Reply<Vec<base::Id>> {
    if ids.is_empty() || ids.len() > MANY_MAX {
        return Err(Error::invalid("duties", Problem::OutOfRange { min: 1, max: MANY_MAX as i64 }).into());
    }
    Ok(ids.iter().map(|id| id.0).collect())
}

/// Check many at once
#[utoipa::path(post, path = "/duties/check_many", tag = "duties", request_body = DutyMany,
    responses((status = 200, description = "What was signed and what was left", body = DutiesSigned)))]
async fn duty_check_many(State(web): State<Web>, call: Call<DutyMany>) -> Reply<Json<DutiesSigned>> {
    let ids = some(&call.body.duties)?;
    Ok(Json(call.once(&web, move |cx: &mut Cx<'_, '_>| Ok(signed(check_many(cx, &ids)?))).await?))
}

/// Accept many at once: the ledger of a day
#[utoipa::path(post, path = "/duties/accept_many", tag = "duties", request_body = DutyMany,
    responses((status = 200, description = "What was signed and what was left", body = DutiesSigned)))]
async fn duty_accept_many(State(web): State<Web>, call: Call<DutyMany>) -> Reply<Json<DutiesSigned>> {
    let ids = some(&call.body.duties)?;
    Ok(Json(call.once(&web, move |cx: &mut Cx<'_, '_>| Ok(signed(accept_many(cx, &ids)?))).await?))
}

dto! {
    /// A unit is exempt from an entry for a time; it never makes anything done.
    Waiver of waiver::Waiver {
        id: Uid = one,
        unit: Uid = one,
        entry: String = one,
        clause: String = one,
        from_on: Date = one,
        /// The last day.
        until_on: Date = one,
        reason: String = one,
        /// The superior who gave it.
        by_person: Option<Uid> = opt,
        by: Option<String> = one,
        ended_at: Option<At> = opt,
        received_at: At = one,
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaiverQuery {
    /// The unit; the asker's own when absent.
    unit: Option<Uid>,
    /// Waivers that touch these days; the year around today when absent.
    from_on: Option<Date>,
    until_on: Option<Date>,
}

/// Days looked at on both sides of today when none are asked for.
const AROUND: i64 = 183;

/// List a unit's waivers, ended ones too
#[utoipa::path(get, path = "/waivers", tag = "duties", params(WaiverQuery),
    responses((status = 200, description = "The waivers", body = Listed<Waiver>)))]
async fn waiver_list(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<WaiverQuery>,
) -> Reply<Json<Listed<Waiver>>> {
    let read = move |cx: &mut Cx<'_, '_>| {
        let at = unit::show(cx, asked.unit.map_or(cx.actor.unit, |u| u.0))?;
        let today = cx.now.day();
        let from = asked.from_on.map_or(today.plus_days(-AROUND), |d| d.0);
        let until = asked.until_on.map_or(today.plus_days(AROUND), |d| d.0);
        waiver::of_unit(cx, at.home, from, until)
    };
    let all = web.read(signed.actor(), read).await?;
    Ok(Json(Listed { items: all.into_iter().map(Waiver::from).collect(), next_cursor: None }))
}

/// From what a unit is exempt, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverGive {
    unit: Uid,
    entry: Name,
    from_on: Date,
    until_on: Date,
    reason: Note,
}

/// Exempt a unit from an entry
///
/// By its superior; what the notice itself orders cannot be waived.
#[utoipa::path(post, path = "/waivers", tag = "duties", request_body = WaiverGive,
    responses((status = 201, description = "Given", body = Made)))]
async fn waiver_give(State(web): State<Web>, call: Call<WaiverGive>) -> Reply<(StatusCode, Json<Made>)> {
    let body = call.body.clone();
    let new = NewWaiver {
        unit: body.unit.0,
        entry: body.entry.0,
        from_on: body.from_on.0,
        until_on: body.until_on.0,
        reason: body.reason.0,
    };
    let job = move |cx: &mut Cx<'_, '_>| Ok(Made { id: waiver::waive(cx, &new)?.into(), received_at: cx.now.into() });
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}

/// End a waiver now
#[utoipa::path(post, path = "/waivers/{id}/end", tag = "duties",
    params(("id" = Uid, Path, description = "The waiver")), request_body = Nothing,
    responses((status = 200, description = "Ended", body = Made)))]
async fn waiver_end(State(web): State<Web>, PathId(id): PathId, call: Call<Nothing>) -> Reply<Json<Made>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        waiver::end(cx, id)?;
        Ok(Made { id: id.into(), received_at: cx.now.into() })
    };
    Ok(Json(call.once(&web, job).await?))
}
