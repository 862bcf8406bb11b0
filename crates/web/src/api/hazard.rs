//! Hazards as they stand in JSON.

use safety::hazard::{self, ledger, stats, view};
use safety::{Photo as Stored, hazard::list};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use base::{Cell, Day, Ms, Sheet};

use super::dto::dto;
use super::wire::{Act, At, Category, Date, Grade, PhotoHash, Role, State, Term, Uid};

/// The five things that a major hazard must have settled.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Five {
    pub responsibility: String,
    pub measures: String,
    pub funds: String,
    pub deadline: String,
    pub plan: String,
}

impl From<hazard::Five> for Five {
    fn from(f: hazard::Five) -> Five {
        Five {
            responsibility: f.responsibility,
            measures: f.measures,
            funds: f.funds,
            deadline: f.deadline,
            plan: f.plan,
        }
    }
}

dto! {
    /// A stored photo.
    Photo of Stored {
        hash: PhotoHash = one,
        mime: String = one,
        bytes: i64 = one,
    }
}

impl From<String> for PhotoHash {
    fn from(hash: String) -> PhotoHash {
        PhotoHash(hash)
    }
}

dto! {
    /// A hazard as it stands.
    Hazard of hazard::Hazard {
        id: Uid = one,
        /// Code of the county that keeps the record.
        county: i64 = one,
        version: i64 = one,
        unit: Uid = one,
        /// Running number of the year, beginning with the unit's short name.
        number: String = one,
        what: String = one,
        place: Option<Uid> = opt,
        place_text: Option<String> = one,
        category: Option<Category> = opt,
        grade: Option<Grade> = opt,
        term: Option<Term> = opt,
        state: State = one,
        /// Whose turn it is: a person, or a role of the unit that is asked.
        turn_person: Option<Uid> = opt,
        turn_role: Option<Role> = opt,
        /// The check during which it was found.
        check_run: Option<Uid> = opt,
        raised_by: Uid = one,
        raised_at: At = one,
        /// Lead department.
        lead: Option<Uid> = opt,
        helpers: Vec<Uid> = all,
        assignee: Option<Uid> = opt,
        assigned_at: Option<At> = opt,
        /// Deadline of the present step.
        due_at: Option<At> = opt,
        /// Deadline of the rectification.
        fix_by: Option<At> = opt,
        declined: bool = one,
        extended: bool = one,
        /// An extension asked for and not yet decided.
        extend_to: Option<At> = opt,
        protection: Option<String> = one,
        measure: Option<String> = one,
        rectified_by: Option<Uid> = opt,
        rectified_at: Option<At> = opt,
        rechecked_by: Option<Uid> = opt,
        rechecked_at: Option<At> = opt,
        closed_by: Option<Uid> = opt,
        closed_at: Option<At> = opt,
        returns: i64 = one,
        /// Deadlines missed so far.
        late: i64 = one,
        /// The earlier hazard at the same place and of the same category.
        recurs: Option<Uid> = opt,
        recurrence: i64 = one,
        reported_to: Option<Uid> = opt,
        agency: Option<Uid> = opt,
        listed_number: Option<String> = one,
        listed_at: Option<At> = opt,
        listed_by: Option<Uid> = opt,
        five: Option<Five> = opt,
        /// Why it was entered late.
        back_reason: Option<String> = one,
        void_reason: Option<String> = one,
        claimed_at: At = one,
        received_at: At = one,
    }
}

/// A row of the list: the hazard with the names that belong to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HazardLine {
    #[serde(flatten)]
    pub hazard: Hazard,
    pub unit_name: String,
    pub place_name: Option<String>,
    pub assignee_name: Option<String>,
    pub raiser_name: Option<String>,
}

impl From<list::Line> for HazardLine {
    fn from(line: list::Line) -> HazardLine {
        HazardLine {
            hazard: line.hazard.into(),
            unit_name: line.unit_name,
            place_name: line.place_name,
            assignee_name: line.assignee_name,
            raiser_name: line.raiser_name,
        }
    }
}

dto! {
    /// One step of the history.
    HazardStep of view::Step {
        id: Uid = one,
        act: Act = one,
        /// State after the step.
        state: State = one,
        /// Who did it; null for the program itself and for erased persons.
        by: Option<String> = one,
        role: Option<Role> = opt,
        /// Who held the pen, if another.
        recorded_by: Option<String> = one,
        note: Option<String> = one,
        photos: Vec<Photo> = all,
        /// Before and after of what changed, by field.
        change: Option<Changes> = opt,
        /// For a passed deadline: when it was due.
        planned_at: Option<At> = opt,
        claimed_at: At = one,
        received_at: At = one,
        /// Number in the log.
        leaf: Option<i64> = one,
    }
}

/// Before and after, by field; moments as everywhere in the API.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct Changes(pub serde_json::Value);

/// Fields of a change that hold moments, stored as milliseconds.
const MOMENTS: &[&str] = &["until"];

impl From<serde_json::Value> for Changes {
    fn from(mut change: serde_json::Value) -> Changes {
        for name in MOMENTS {
            if let Some(pair) = change.get_mut(name).and_then(|v| v.as_array_mut()) {
                for value in pair.iter_mut() {
                    if let Some(ms) = value.as_i64() {
                        *value = Ms(ms).rfc3339().into();
                    }
                }
            }
        }
        Changes(change)
    }
}

dto! {
    /// Another hazard at the same place.
    HazardNear of view::Near {
        id: Uid = one,
        number: String = one,
        what: String = one,
        state: State = one,
        received_at: At = one,
    }
}

/// A hazard with its history, what is near it, and what the asker may do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HazardView {
    #[serde(flatten)]
    pub hazard: Hazard,
    pub unit_name: String,
    pub place_name: Option<String>,
    pub raiser_name: Option<String>,
    pub assignee_name: Option<String>,
    pub lead_name: Option<String>,
    pub helper_names: Vec<String>,
    pub rectifier_name: Option<String>,
    pub rechecker_name: Option<String>,
    pub closer_name: Option<String>,
    pub reported_to_name: Option<String>,
    pub agency_name: Option<String>,
    /// Who is to act now, if a person.
    pub turn_name: Option<String>,
    /// Newest first.
    pub steps: Vec<HazardStep>,
    /// At the same place in the last 90 days.
    pub near: Vec<HazardNear>,
    /// What the asker may do now: each is `POST /api/v1/hazards/{id}/{act}`.
    pub acts: Vec<Act>,
    pub my_turn: bool,
    /// Number of the record's newest leaf in the log.
    pub leaf: Option<i64>,
    pub check_title: Option<String>,
}

impl From<hazard::View> for HazardView {
    fn from(v: hazard::View) -> HazardView {
        HazardView {
            hazard: v.hazard.into(),
            unit_name: v.unit_name,
            place_name: v.place_name,
            raiser_name: v.raiser,
            assignee_name: v.assignee,
            lead_name: v.lead,
            helper_names: v.helpers,
            rectifier_name: v.rectifier,
            rechecker_name: v.rechecker,
            closer_name: v.closer,
            reported_to_name: v.reported_to,
            agency_name: v.agency,
            turn_name: v.turn_name,
            steps: v.steps.into_iter().map(HazardStep::from).collect(),
            near: v.near.into_iter().map(HazardNear::from).collect(),
            acts: v.acts.into_iter().map(Act).collect(),
            my_turn: v.my_turn,
            leaf: v.leaf,
            check_title: v.check_title,
        }
    }
}

/// Where a hazard stands after an act. The whole record: `GET /api/v1/hazards/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HazardHead {
    pub id: Uid,
    pub number: String,
    pub version: i64,
    pub state: State,
    pub turn_person: Option<Uid>,
    pub turn_role: Option<Role>,
    pub due_at: Option<At>,
    pub fix_by: Option<At>,
    pub received_at: At,
}

impl HazardHead {
    /// Holds no sentence of anybody: it is kept to answer a repeated request.
    pub fn of(h: &hazard::Hazard, now: Ms) -> HazardHead {
        HazardHead {
            id: h.id.into(),
            number: h.number.clone(),
            version: h.version,
            state: h.state.into(),
            turn_person: h.turn_person.map(Uid),
            turn_role: h.turn_role.map(Role),
            due_at: h.due_at.map(At),
            fix_by: h.fix_by.map(At),
            received_at: now.into(),
        }
    }
}

/// A class of ages, or of days that closing took.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AgeClass {
    /// Upper bound in days, exclusive; null for the last class.
    pub under_days: Option<i64>,
    pub count: i64,
}

dto! {
    /// Open hazards of one unit with everything below it.
    UnitCount of stats::UnitCount {
        unit: Uid = one,
        name: String = one,
        open: i64 = one,
        overdue: i64 = one,
        /// Major ones, open.
        major: i64 = one,
    }
}

dto! {
    /// Where the same thing comes back.
    Again of stats::Again {
        place: Uid = one,
        place_name: String = one,
        unit: Uid = one,
        unit_name: String = one,
        category: Option<Category> = opt,
        times: i64 = one,
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CategoryCount {
    /// Null for those not yet sorted.
    pub category: Option<Category>,
    pub count: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DayCount {
    pub day: Date,
    pub raised: i64,
    pub closed: i64,
}

/// Figures of the asker's scope, or of one unit with what is below it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Stats {
    pub since: At,
    pub raised: i64,
    pub closed: i64,
    pub open: i64,
    pub overdue: i64,
    /// Open ones by age.
    pub by_age: Vec<AgeClass>,
    /// Those closed since `since`, by the days that it took.
    pub by_closing: Vec<AgeClass>,
    /// Median of the same; null when nothing was closed.
    pub median_hours: Option<i64>,
    pub by_unit: Vec<UnitCount>,
    pub by_category: Vec<CategoryCount>,
    pub again: Vec<Again>,
    /// The last 14 days.
    pub days: Vec<DayCount>,
}

fn classes(counts: Vec<i64>) -> Vec<AgeClass> {
    let bounds = stats::AGES.iter().copied().map(Some).chain([None]);
    bounds.zip(counts).map(|(under_days, count)| AgeClass { under_days, count }).collect()
}

impl From<stats::Stats> for Stats {
    fn from(s: stats::Stats) -> Stats {
        let day =
            |(number, raised, closed)| Day::from_number(number).map(|d| DayCount { day: Date(d), raised, closed });
        Stats {
            since: s.since.into(),
            raised: s.raised,
            closed: s.closed,
            open: s.open,
            overdue: s.overdue,
            by_age: classes(s.by_age),
            by_closing: classes(s.by_closing),
            median_hours: s.median_hours,
            by_unit: s.by_unit.into_iter().map(UnitCount::from).collect(),
            by_category: s
                .by_category
                .into_iter()
                .map(|(category, count)| CategoryCount { category: category.map(Category), count })
                .collect(),
            again: s.again.into_iter().map(Again::from).collect(),
            days: s.days.into_iter().filter_map(day).collect(),
        }
    }
}

/// A row of the ledger, in the inspector's column order.
#[derive(Clone, Debug, ToSchema)]
#[expect(dead_code, reason = "only its schema is used: rows are made from the sheet's own columns")]
pub struct LedgerRow {
    pub serial: i64,
    pub raised_on: Date,
    pub raised_by: Option<String>,
    pub place: Option<String>,
    pub what: String,
    pub category: Option<Category>,
    pub grade: Option<Grade>,
    pub measure: Option<String>,
    pub assignee: Option<String>,
    pub fix_by: Option<Date>,
    pub rectified_on: Option<Date>,
    pub rechecked_by: Option<String>,
    pub rechecked_on: Option<Date>,
    /// pass, fail
    pub result: Option<String>,
    /// yes, no
    pub closed: String,
    /// Marks (back_entry, recurring, listed, late) and the state, as codes.
    pub remark: Vec<String>,
}

/// The ledger of one institution.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ledger {
    /// Name of the institution.
    pub unit: String,
    pub from_on: Option<Date>,
    pub until_on: Option<Date>,
    /// In the inspector's order.
    pub columns: Vec<String>,
    #[schema(value_type = Vec<LedgerRow>)]
    pub rows: Vec<serde_json::Map<String, serde_json::Value>>,
    /// Rows over the limit, not shown.
    pub left_out: i64,
}

fn plain(cell: Cell) -> serde_json::Value {
    match cell {
        Cell::Empty => serde_json::Value::Null,
        Cell::Text(text) | Cell::Code(_, text) => text.into(),
        Cell::Int(n) => n.into(),
        Cell::Day(day) => day.to_string().into(),
        Cell::At(at) => at.rfc3339().into(),
        Cell::Many(cells) => cells.into_iter().map(plain).collect(),
    }
}

impl From<Sheet> for Ledger {
    fn from(sheet: Sheet) -> Ledger {
        debug_assert_eq!(sheet.columns, ledger::COLUMNS);
        let row = |cells: Vec<Cell>| {
            sheet.columns.iter().map(ToString::to_string).zip(cells.into_iter().map(plain)).collect()
        };
        Ledger {
            rows: sheet.rows.into_iter().map(row).collect(),
            unit: sheet.unit,
            from_on: sheet.from.map(Date),
            until_on: sheet.until.map(Date),
            columns: sheet.columns.iter().map(ToString::to_string).collect(),
            left_out: sheet.left_out,
        }
    }
}
