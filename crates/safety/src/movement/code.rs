//! The buildings against the code for school buildings (GB 50099-2011): what falls short is shown clause by clause and
//! opened as a hazard (2.6), once for each finding as long as its hazard is dealt with. The sentences are the planner's.

use std::collections::BTreeMap;

use base::{Error, Id, Problem, Refusal, Result, limits};
use db::args;
use serde::Serialize;

use super::building::{building_of, refused};
use super::sql;
use crate::hazard::raise::{NewHazard, raise};
use crate::hazard::state::Category;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;

/// One clause applied to one thing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// Clause of GB 50099-2011.
    pub clause: String,
    pub subject: String,
    pub have: Option<f64>,
    pub need: f64,
    /// `meets`, `falls_short`, `no_data`
    pub finding: &'static str,
    /// The hazard that was opened for it and is dealt with.
    pub hazard: Option<Id>,
}

fn code(finding: crowd::Finding) -> &'static str {
    match finding {
        crowd::Finding::Meets => "meets",
        crowd::Finding::FallsShort => "falls_short",
        crowd::Finding::NoData => "no_data",
    }
}

fn open(cx: &mut Cx<'_, '_>, unit: Id) -> Result<BTreeMap<String, Id>> {
    cx.tx.rows(sql::FINDINGS, args![unit])?.iter().map(|row| Ok((row.text("subject")?, row.id("hazard")?))).collect()
}

/// Every check that the figures of an edition allow; what falls short first.
pub fn checks(cx: &mut Cx<'_, '_>, building: Id) -> Result<Vec<Check>> {
    let building = building_of(cx, building)?;
    let open = open(cx, building.unit)?;
    let instance = crowd::Instance::from_json(building.doc.as_bytes()).map_err(refused)?;
    let mut out: Vec<Check> = crowd::checks(instance.draft())
        .into_iter()
        .map(|c| Check {
            hazard: open.get(&c.subject).copied(),
            clause: c.clause.into(),
            subject: c.subject,
            have: c.have,
            need: c.need,
            finding: code(c.finding),
        })
        .collect();
    let rank = |c: &Check| ["falls_short", "no_data", "meets"].iter().position(|f| *f == c.finding);
    out.sort_by(|a, b| {
        rank(a).cmp(&rank(b)).then_with(|| a.clause.cmp(&b.clause)).then_with(|| a.subject.cmp(&b.subject))
    });
    Ok(out)
}

/// Opens hazards for findings of an edition, by their subjects. Answers the hazards. Refuses a subject that does not fall
/// short; one that is open already is answered as it is.
pub fn open_hazards(cx: &mut Cx<'_, '_>, building: Id, subjects: &[String]) -> Result<Vec<Id>> {
    let edition = building_of(cx, building)?;
    cx.require(Action::MovementManage, edition.unit, false)?;
    if subjects.is_empty() || subjects.len() > limits::CHECK_PLACES {
        return Err(Error::invalid("subjects", Problem::OutOfRange { min: 1, max: limits::CHECK_PLACES as i64 }));
    }
    let instance = crowd::Instance::from_json(edition.doc.as_bytes()).map_err(refused)?;
    let notices = instance.notices();
    let known = open(cx, edition.unit)?;
    let mut out = Vec::new();
    for subject in subjects {
        if let Some(hazard) = known.get(subject) {
            out.push(*hazard);
            continue;
        }
        let short = notices.iter().find(|n| n.code == crowd::Code::W_GB_WIDTH && n.place == *subject);
        let short = short.ok_or(Error::from(Refusal::Invalid(vec![base::FieldError {
            field: "subjects",
            problem: Problem::Unknown,
        }])))?;
        let cut = |text: &str, most: i64| text.chars().take(most as usize).collect::<String>();
        let new = NewHazard {
            unit: Some(edition.unit),
            what: cut(&format!("{subject} {}", short.message), limits::FACT_CHARS),
            place_text: Some(cut(subject, limits::NAME_CHARS)),
            category: Some(Category::Crowd),
            ..NewHazard::default()
        };
        let hazard = raise(cx, &new)?;
        let (id, salt, now) = (cx.id(), cx.salt(), cx.now);
        let args = args![edition.county, id, salt, edition.unit, edition.id, subject.as_str(), hazard, now];
        cx.put("movement.finding", "movement_finding", sql::FINDING_INSERT, args)?;
        out.push(hazard);
    }
    Ok(out)
}
