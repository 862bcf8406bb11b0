//! 晨午检: a unit's day class by class, and the line of one class (notice 1.2, an option). Counts, never names.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use safety::Cx;
use safety::absence::{self, Counts, NewLine};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::ask::{Call, Queried};
use super::dto::dto;
use super::fault::Reply;
use super::org::Made;
use super::page::Listed;
use super::wire::{At, Date, Uid};
use crate::door::Signed;
use crate::state::Web;

pub fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(absence_day, absence_record))
}

/// Children of a class by what is the matter; whoever has two signs counts under the graver.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AbsenceCounts {
    /// On leave.
    #[schema(minimum = 0)]
    leave: i64,
    #[schema(minimum = 0)]
    fever: i64,
    #[schema(minimum = 0)]
    cough: i64,
    /// Vomiting or diarrhoea.
    #[schema(minimum = 0)]
    gut: i64,
    #[schema(minimum = 0)]
    rash: i64,
    #[schema(minimum = 0)]
    jaundice: i64,
    #[schema(minimum = 0)]
    injured: i64,
    /// Another illness.
    #[schema(minimum = 0)]
    other: i64,
    /// Not come, and nobody knows why yet.
    #[schema(minimum = 0)]
    unknown: i64,
}

impl From<Counts> for AbsenceCounts {
    fn from(c: Counts) -> AbsenceCounts {
        let Counts { leave, fever, cough, gut, rash, jaundice, injured, other, unknown } = c;
        AbsenceCounts { leave, fever, cough, gut, rash, jaundice, injured, other, unknown }
    }
}
impl From<AbsenceCounts> for Counts {
    fn from(c: AbsenceCounts) -> Counts {
        let AbsenceCounts { leave, fever, cough, gut, rash, jaundice, injured, other, unknown } = c;
        Counts { leave, fever, cough, gut, rash, jaundice, injured, other, unknown }
    }
}

dto! {
    /// A line as it was entered.
    AbsenceLine of absence::Line {
        id: Uid = one,
        class: Uid = one,
        day: Date = one,
        serial: i64 = one,
        /// On the roll that day.
        pupils: i64 = one,
        counts: AbsenceCounts = one,
        claimed_at: At = one,
        received_at: At = one,
    }
}

/// As many children with one sign as are to be reported.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AbsenceCluster {
    /// The field of the counts.
    pub sign: String,
    pub n: i64,
}

/// A class on a day, told or not.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AbsenceClass {
    pub class: Uid,
    pub name: String,
    pub teacher: Option<Uid>,
    pub pupils: i64,
    /// The newest line; null while the class has told nothing.
    pub line: Option<AbsenceLine>,
    /// Lines so far: more than one means corrected.
    pub lines: i64,
    pub cluster: Option<AbsenceCluster>,
}

impl From<absence::ClassLine> for AbsenceClass {
    fn from(c: absence::ClassLine) -> AbsenceClass {
        AbsenceClass {
            class: c.class.into(),
            name: c.name,
            teacher: c.teacher.map(Into::into),
            pupils: c.pupils,
            line: c.line.map(Into::into),
            lines: c.lines,
            cluster: c.cluster.map(|(sign, n)| AbsenceCluster { sign: sign.into(), n }),
        }
    }
}

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AbsenceQuery {
    /// The asker's own when absent.
    unit: Option<Uid>,
    /// Today when absent.
    day: Option<Date>,
}

/// Show a unit's day class by class
#[utoipa::path(get, path = "/absences", tag = "absences", params(AbsenceQuery),
    responses((status = 200, description = "Every class, told or not", body = Listed<AbsenceClass>)))]
async fn absence_day(
    State(web): State<Web>,
    signed: Signed,
    Queried(asked): Queried<AbsenceQuery>,
) -> Reply<Json<Listed<AbsenceClass>>> {
    let job = move |cx: &mut Cx<'_, '_>| {
        let unit = asked.unit.map_or(cx.actor.unit, |u| u.0);
        let day = asked.day.map_or(cx.now.day(), |d| d.0);
        absence::day(cx, unit, day)
    };
    let all = web.read(signed.actor(), job).await?;
    Ok(Json(Listed { items: all.into_iter().map(AbsenceClass::from).collect(), next_cursor: None }))
}

/// The line of a class.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceRecord {
    class: Uid,
    /// Today when absent; at most a week ago.
    day: Option<Date>,
    /// All present when absent.
    #[serde(default)]
    counts: AbsenceCounts,
}

/// Enter the line of a class, or correct it
///
/// The same line again changes nothing; a correction is a line of its own.
#[utoipa::path(post, path = "/absences", tag = "absences", request_body = AbsenceRecord,
    responses((status = 201, description = "Entered", body = Made)))]
async fn absence_record(State(web): State<Web>, call: Call<AbsenceRecord>) -> Reply<(StatusCode, Json<Made>)> {
    let b = call.body.clone();
    let new = NewLine { class: b.class.0, day: b.day.map(|d| d.0), counts: b.counts.into() };
    let job = move |cx: &mut Cx<'_, '_>| Ok(Made { id: absence::record(cx, &new)?.into(), received_at: cx.now.into() });
    Ok((StatusCode::CREATED, Json(call.once(&web, job).await?)))
}
