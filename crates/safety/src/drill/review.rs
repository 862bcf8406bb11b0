//! 评估: what the inspectors' form asks of a held drill (process, whether plan and people were equal to it, problems,
//! improvements), what self-rescue was practised, and the improvements as tasks with owner and day: one record of the
//! pack's form `drill_review`, whose resolutions stand on 今日 and before the next meeting like any other.

use std::collections::BTreeMap;

use base::{Day, Error, Id, Problem, Result, limits};
use db::args;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::state::{Act, Fit, Skill};
use super::{Drill, ready, sql};
use crate::duty::resolution::{self, NewResolution};
use crate::duty::{NewWork, work};
use crate::kernel::cx::Cx;
use crate::kernel::files::{self, Photo};
use crate::kernel::rights::Action;
use crate::kernel::text::Faults;

/// Characters of process and problems.
const TEXT_CHARS: i64 = 2_000;
/// The form of the pack that holds the improvements.
pub const FORM: &str = "drill_review";

/// One improvement, which becomes a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Improvement {
    pub what: String,
    pub owner: Id,
    pub due_on: Day,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NewReview {
    pub process: String,
    pub plan_fit: Option<Fit>,
    pub staff_fit: Option<Fit>,
    #[serde(default)]
    pub problems: String,
    #[serde(default)]
    pub practised: Vec<Skill>,
    #[serde(default)]
    pub improvements: Vec<Improvement>,
    #[serde(default)]
    pub photos: Vec<Photo>,
}

/// Reviews a held drill. Refuses: no process, no word on plan and people, nothing that was practised, problems without
/// an improvement, an improvement without owner or with a day in the past.
pub fn review(cx: &mut Cx<'_, '_>, id: Id, said: &NewReview) -> Result<()> {
    let (drill, _) = ready(cx, id, Action::DrillManage, Act::Review)?;
    let mut faults = Faults::default();
    let process = faults.text("process", &said.process, TEXT_CHARS);
    let problems = faults.optional("problems", &said.problems, TEXT_CHARS);
    for (field, fit) in [("plan_fit", said.plan_fit), ("staff_fit", said.staff_fit)] {
        if fit.is_none() {
            faults.add(field, Problem::Required);
        }
    }
    // 提高学生的逃生自救能力: a drill in which nothing was practised but walking is said to be one.
    if said.practised.is_empty() {
        faults.add("practised", Problem::Required);
    }
    if problems.is_some() && said.improvements.is_empty() {
        faults.add("improvements", Problem::Required);
    }
    if said.improvements.len() > resolution::PER_MEETING {
        faults.add("improvements", Problem::OutOfRange { min: 0, max: resolution::PER_MEETING as i64 });
    }
    if said.photos.len() > limits::PHOTOS_PER_ACT {
        faults.add("photo", Problem::OutOfRange { min: 0, max: limits::PHOTOS_PER_ACT as i64 });
    }
    faults.done()?;
    let work = tasks(cx, &drill, problems.as_deref(), &said.improvements)?;
    let mut practised = said.practised.clone();
    practised.sort();
    practised.dedup();
    let practised = serde_json::json!(practised).to_string();
    let photos = (!said.photos.is_empty()).then(|| serde_json::json!(said.photos).to_string());
    let (now, person) = (cx.now, cx.actor.person);
    let args = args![id, practised, process, said.plan_fit, said.staff_fit, problems, photos, work, person, now];
    cx.put("drill.review", "drill", sql::REVIEW, args)?;
    files::attach(cx, "drill", id, drill.unit, &said.photos)?;
    cx.signal("drill", drill.county, drill.unit, id);
    Ok(())
}

/// The improvements as tasks; none without any.
fn tasks(
    cx: &mut Cx<'_, '_>,
    drill: &Drill,
    problems: Option<&str>,
    improvements: &[Improvement],
) -> Result<Option<Id>> {
    if improvements.is_empty() {
        return Ok(None);
    }
    if !cx.packs.in_force(cx.now.day()).forms.contains_key(FORM) {
        // A pack of before this noun: the improvements would be lost.
        return Err(Error::invalid("improvements", Problem::Unknown));
    }
    let mut fields = BTreeMap::from([("title".to_string(), Value::from(drill.title.as_str()))]);
    if let Some(problems) = problems {
        fields.insert("problems".into(), Value::from(problems));
    }
    let resolutions = improvements
        .iter()
        .map(|i| NewResolution { what: i.what.clone(), owner: i.owner, due_on: i.due_on, hazard: None })
        .collect();
    let new = NewWork {
        unit: Some(drill.unit),
        form: FORM.into(),
        fields,
        subject: Some(("drill".into(), drill.id)),
        resolutions,
        ..NewWork::default()
    };
    Ok(Some(work::record(cx, &new)?))
}
