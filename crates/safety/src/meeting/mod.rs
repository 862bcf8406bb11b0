//! 例会 (1.1): the agenda in the notice's three parts, 问题 (problems), 形势 (situation), 对策 (measures), proposed from what
//! is open: hazards, last meeting's undone resolutions, what was returned or missed, the season. The meeting itself is a
//! work record with resolutions (`duty`); a special meeting is called from any hazard with that hazard as its subject.
//! Stands above `hazard` and `check`, whose records it reads.

use base::{Day, Id, Result};
use db::args;
use serde::Serialize;

use crate::duty::list::Wait;
use crate::duty::resolution::{self, Resolution};
use crate::duty::work::Work;
use crate::duty::{self, lines};
use crate::hazard;
use crate::kernel::cx::Cx;
use crate::kernel::rights::Action;
use crate::org::unit;

/// Lines proposed in each part.
pub const LINES_MAX: usize = 20;

/// Something to speak of.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Item {
    /// An open hazard.
    Hazard { id: Id, number: String, what: String, major: bool, overdue: bool },
    /// An undone resolution of an earlier meeting.
    Undone { id: Id, what: String, owner: Option<String>, due_on: Day, late: bool },
    /// A cell that was missed since the last meeting: the entry's title and period.
    Missed { entry: String, title: String, period: String, part: String },
    /// A duty that came back.
    Returned { id: Id, title: String, period: String },
    /// A topic of the season that some class has not had.
    Season { topic: String, title: String },
    /// Places not yet seen this month.
    Coverage { seen: i64, all: i64 },
}

#[derive(Clone, Debug, Serialize)]
pub struct Agenda {
    pub unit: Id,
    pub name: String,
    /// The hazard that a special meeting is about.
    pub subject: Option<hazard::Line>,
    /// 问题
    pub problems: Vec<Item>,
    /// 形势
    pub situation: Vec<Item>,
    /// 对策: to be resolved anew, with owner and day.
    pub measures: Vec<Item>,
    /// The meeting before.
    pub last: Option<Work>,
    /// Who is in post: whom the form proposes as present.
    pub people: Vec<(Id, String)>,
}

/// The agenda proposed for the next meeting of a unit, or for a special one about a hazard. Refuses NotFound when the
/// unit or the hazard is out of scope.
pub fn agenda(cx: &mut Cx<'_, '_>, id: Id, subject: Option<Id>) -> Result<Agenda> {
    let unit = unit::show(cx, id)?;
    cx.require(Action::DutyRead, unit.home, false)?;
    let last = last(cx, unit.home)?;
    let subject = match subject {
        Some(hazard) => Some(hazard::list::of_id(cx, hazard)?),
        None => None,
    };
    let mut problems = hazards(cx, unit.home)?;
    let mut measures = Vec::new();
    for one in resolution::undone(cx, unit.home, LINES_MAX as i64)? {
        let item = undone(cx, one);
        measures.push(item.clone());
        problems.push(item);
    }
    let since = last.as_ref().map_or(cx.now.day().plus_days(-14), |w| w.happened_on);
    problems.extend(missed(cx, &unit, since)?);
    let situation = situation(cx, &unit)?;
    let posts = crate::org::post::of_unit(cx, unit.home)?;
    let names = crate::org::people::names(cx, posts.iter().map(|p| p.person))?;
    problems.truncate(3 * LINES_MAX);
    Ok(Agenda {
        unit: unit.home,
        name: unit.name,
        subject,
        problems,
        situation,
        measures,
        last,
        people: names.into_iter().collect(),
    })
}

fn last(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Option<Work>> {
    cx.tx.row(duty::sql::WORK_LAST, args![unit, "meeting"])?.map(|row| duty::work::from_row(&row)).transpose()
}

/// Open hazards: 重大 and overdue ones first.
fn hazards(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Vec<Item>> {
    let filter = hazard::Filter { unit: Some(unit), bucket: Some(hazard::Bucket::Open), ..hazard::Filter::default() };
    let page = hazard::list::list(cx, &filter, None, LINES_MAX as i64)?;
    let now = cx.now;
    let mut items: Vec<(bool, bool, Item)> = page
        .items
        .into_iter()
        .filter(|line| line.hazard.unit == unit)
        .map(|line| {
            let h = line.hazard;
            let (major, overdue) = (h.grade == Some(hazard::Grade::Major), h.overdue(now).is_some());
            (!major, !overdue, Item::Hazard { id: h.id, number: h.number, what: h.what, major, overdue })
        })
        .collect();
    items.sort_by_key(|(major, overdue, _)| (*major, *overdue));
    Ok(items.into_iter().map(|(.., item)| item).collect())
}

fn undone(cx: &Cx<'_, '_>, one: Resolution) -> Item {
    let late = one.due_on < cx.now.day();
    Item::Undone { id: one.id, what: one.what, owner: one.owner_name, due_on: one.due_on, late }
}

/// What was missed or came back since the last meeting.
fn missed(cx: &mut Cx<'_, '_>, unit: &unit::Unit, since: Day) -> Result<Vec<Item>> {
    let until = cx.now.day();
    let all = lines::of(cx, unit, since, until)?;
    let missing = all.iter().filter(|l| l.mark == duty::Mark::Missing);
    let mut out: Vec<Item> = missing
        .take(LINES_MAX)
        .map(|l| Item::Missed {
            entry: l.entry.clone(),
            title: l.title.clone(),
            period: l.period.clone(),
            part: l.part.clone(),
        })
        .collect();
    let returned = all.iter().filter(|l| l.state == Some(duty::State::Returned));
    out.extend(
        returned.filter_map(|l| Some(Item::Returned { id: l.duty?, title: l.title.clone(), period: l.period.clone() })),
    );
    Ok(out)
}

/// 形势: the topics of the season, and how far the places have been seen this month.
fn situation(cx: &mut Cx<'_, '_>, unit: &unit::Unit) -> Result<Vec<Item>> {
    let month = cx.now.day().date().month();
    let topics = cx.pack.topics.values().filter(|t| t.months.contains(&month));
    let mut out: Vec<Item> =
        topics.map(|t| Item::Season { topic: t.id.clone(), title: t.title.clone() }).take(LINES_MAX).collect();
    if unit.kind.is_school() {
        let seen = crate::check::coverage(cx, unit.home, cx.now.day());
        if let Ok(coverage) = seen
            && coverage.all > 0
        {
            out.push(Item::Coverage { seen: coverage.seen, all: coverage.all });
        }
    }
    Ok(out)
}

/// Meetings about a hazard and what they resolved: shown on the hazard's page. Refuses NotFound when the hazard is out of
/// scope.
pub fn about(cx: &mut Cx<'_, '_>, hazard: Id) -> Result<(Vec<Work>, Vec<Resolution>)> {
    hazard::load(cx, hazard)?;
    Ok((duty::work::about(cx, hazard)?, resolution::about(cx, hazard)?))
}

/// Meetings that wait for the actor, for the tab 例会.
pub fn waiting(cx: &mut Cx<'_, '_>) -> Result<Vec<duty::list::Waiting>> {
    let all = duty::waiting(cx, 200)?;
    Ok(all.into_iter().filter(|l| l.wait == Wait::Resolve || l.form.as_deref() == Some("meeting")).collect())
}
