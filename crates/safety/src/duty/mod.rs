//! 应做事项: what the pack demands of whom by when, and what shows that it was done. Serves notice 1.1, 1.3, 3.1, 3.2,
//! 3.4, 4.1 and 4.2, which are pack data on this engine, and gives every other noun its place in the ledgers.
//!
//! A duty is a cell (unit × entry × period × part) in which something has happened; nothing is stored for an empty cell.
//! What is expected is computed (`cells`), what happened is stored here, lateness follows from the first receipt at which
//! the quota was complete. `work` keeps the filled forms of the pack; `credit` links any record to the cells it serves;
//! `attend` finds the persons whom a record credits; `act` has the stages 安排 → 检查 → 验收; `waiver` is the one place
//! that exempts; `tally` counts; `noun` says what is owed of one noun's records; `board`, `split`, `plan` and `list` read; `feed` is a person's open work for his own
//! calendar; `frozen` keeps closed periods as they were judged.
//! Not here: meetings' agendas (`meeting`), nouns that credit duties (`hazard`, `check` call `credit`).

pub mod act;
pub mod attend;
pub mod board;
pub mod cells;
pub mod credit;
pub mod expected;
pub mod facts;
pub mod feed;
pub mod form;
pub mod frozen;
pub mod lines;
pub mod list;
pub mod noun;
pub mod owner;
pub mod plan;
pub mod rehearse;
pub mod resolution;
pub mod split;
pub mod sql;
mod store;
pub mod tally;
pub mod today;
pub mod waiver;
pub mod work;

use std::sync::Arc;

use base::calendar::SchoolCalendar;
use base::{Day, Error, Id, Ms, Refusal, Result};
use db::{Row, args};
use serde::Serialize;

pub use act::{accept, accept_many, arrange, check, give_back};
pub use credit::{Credit, credit, event, withdraw};
pub(crate) use list::title;
pub use list::{CellView, Filter, Line, Page, View, cell, list, view, waiting};
pub use plan::{plan, why, year_plan};
pub use store::{hand_over, open_of_person, reconsider};
pub use work::{NewWork, Work};

use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::org::kinds::codes;
use crate::pack::Packs;
use crate::pack::model::{Pack, Stage3};

codes! {
    /// Where a duty stands. Words of pages.md §6: 待做, 待做 (安排), 待检查 or finished, 待验收, 已验收, 退回.
    State {
        /// Something has happened, but the quota is not met.
        Open = "open",
        /// 已安排: given to a person.
        Arranged = "arranged",
        /// The quota is met by credits that stand.
        Done = "done",
        Checked = "checked",
        Accepted = "accepted",
        /// 退回, with a reason: it is to be mended.
        Returned = "returned",
    }
}

impl State {
    /// Is the quota met?
    pub fn is_complete(self) -> bool {
        matches!(self, State::Done | State::Checked | State::Accepted)
    }
}

codes! {
    /// How a cell stands, in the words of the board: computed, never stored as a claim.
    Mark {
        /// 按时
        OnTime = "on_time",
        /// 迟做
        Late = "late",
        /// 未做
        Missing = "missing",
        /// 免做 (would have failed otherwise)
        Exempt = "exempt",
        /// 未到期
        NotDue = "not_due",
    }
}

/// A duty as it stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Duty {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub unit: Id,
    /// `meet.school`
    pub entry: String,
    pub clause: String,
    /// `day`, `week`, `month`, `term`, `year`, `event`
    pub kind: String,
    /// `2026-W48`; of an event its day.
    pub period: String,
    /// `""`, `class:<id>`, `topic:<key>`, both with `|`, `person:<id>`, `record:<id>`
    pub part: String,
    pub from_on: Day,
    pub until_on: Day,
    /// A receipt before this moment is on time.
    pub due_at: Ms,
    /// The last stage that it needs.
    pub stage: String,
    /// False when the unit turned out not to owe it (closed earlier, class dissolved): it counts nowhere.
    pub owed: bool,
    pub state: State,
    pub needed: i64,
    pub had: i64,
    /// The first receipt at which the quota was complete; never moves once set.
    pub first_complete_at: Option<Ms>,
    /// 更正过: mended or entered anew after it was complete.
    pub amended: bool,
    /// 补录: why it was entered late.
    pub back_reason: Option<String>,
    /// The day of the record that completed it, and who did it.
    pub done_on: Option<Day>,
    pub done_by: Option<Id>,
    /// To whom it was given; a hand-over carries it.
    pub owner: Option<Id>,
    pub arranged_by: Option<Id>,
    pub arranged_at: Option<Ms>,
    pub checked_by: Option<Id>,
    pub checked_at: Option<Ms>,
    pub accepted_by: Option<Id>,
    pub accepted_at: Option<Ms>,
    pub returns: i64,
    /// Of an event: the record after which it is due.
    pub subject: Option<Id>,
    #[serde(skip)]
    pub pack_hash: Vec<u8>,
    pub received_at: Ms,
}

impl Duty {
    /// How it counts at a moment. A waiver does not stand here: it is asked at its own place (`waiver`).
    pub fn mark(&self, now: Ms) -> Mark {
        match self.first_complete_at.filter(|_| self.state.is_complete()) {
            Some(at) if at < self.due_at => Mark::OnTime,
            Some(_) => Mark::Late,
            None if now < self.due_at => Mark::NotDue,
            None => Mark::Missing,
        }
    }
    /// After `had` has grown: done, if the quota is met now and was not. The first such receipt is kept for good.
    pub fn credited(&mut self, now: Ms, happened_on: Day, by: Option<Id>) {
        if self.had < self.needed || self.state.is_complete() {
            return;
        }
        self.amended = self.amended || self.first_complete_at.is_some();
        self.first_complete_at = self.first_complete_at.or(Some(now));
        (self.state, self.done_on, self.done_by) = (State::Done, Some(happened_on), by);
        (self.checked_by, self.checked_at, self.accepted_by, self.accepted_at) = (None, None, None, None);
    }
    /// One credit less: open again, if the quota is no longer met; signatures fall with it.
    pub fn withdrawn(&mut self) {
        self.had = (self.had - 1).max(0);
        self.amended = self.amended || self.first_complete_at.is_some();
        if self.had < self.needed && self.state.is_complete() {
            self.state = if self.owner.is_some() { State::Arranged } else { State::Open };
            (self.done_on, self.done_by) = (None, None);
            (self.checked_by, self.checked_at, self.accepted_by, self.accepted_at) = (None, None, None, None);
        }
    }
    /// Has it reached the stage that its entry asks for?
    pub fn finished(&self) -> bool {
        match stage_of(&self.stage) {
            Stage3::Done => self.state.is_complete(),
            Stage3::Checked => matches!(self.state, State::Checked | State::Accepted),
            Stage3::Accepted => self.state == State::Accepted,
        }
    }
}

pub fn stage_code(stage: Stage3) -> &'static str {
    match stage {
        Stage3::Done => "done",
        Stage3::Checked => "checked",
        Stage3::Accepted => "accepted",
    }
}

pub fn stage_of(code: &str) -> Stage3 {
    match code {
        "done" => Stage3::Done,
        "checked" => Stage3::Checked,
        _ => Stage3::Accepted,
    }
}

pub(crate) fn from_row(row: &Row) -> Result<Duty> {
    Ok(Duty {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        entry: row.text("entry")?,
        clause: row.text("clause")?,
        kind: row.text("kind")?,
        period: row.text("period")?,
        part: row.text("part")?,
        from_on: row.day("from_on")?,
        until_on: row.day("until_on")?,
        due_at: row.ms("due_at")?,
        stage: row.text("stage")?,
        owed: row.flag("owed")?,
        state: State::from_code(&row.text("state")?).ok_or_else(|| Error::broken("duty.state"))?,
        needed: row.int("needed")?,
        had: row.int("had")?,
        first_complete_at: row.opt_ms("first_complete_at")?,
        amended: row.flag("amended")?,
        back_reason: row.opt_text("back_reason")?,
        done_on: row.opt_day("done_on")?,
        done_by: row.opt_id("done_by")?,
        owner: row.opt_id("owner")?,
        arranged_by: row.opt_id("arranged_by")?,
        arranged_at: row.opt_ms("arranged_at")?,
        checked_by: row.opt_id("checked_by")?,
        checked_at: row.opt_ms("checked_at")?,
        accepted_by: row.opt_id("accepted_by")?,
        accepted_at: row.opt_ms("accepted_at")?,
        returns: row.int("returns")?,
        subject: row.opt_id("subject")?,
        pack_hash: row.blob("pack_hash")?,
        received_at: row.ms("received_at")?,
    })
}

/// A duty through the asker's scope: absent and hidden are the same NotFound.
pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Duty> {
    let reach = reach(cx.actor.role, Action::DutyRead);
    let row = cx.tx.row(&sql::by_id(reach), args![cx.actor.unit, id])?.ok_or(Error::from(Refusal::NotFound))?;
    from_row(&row)
}

/// School time of a county as it is known today: holidays of later years and snow days come in as they are published.
pub(crate) fn calendar<'a>(cx: &Cx<'a, '_>, county: i64) -> &'a SchoolCalendar {
    let packs: &'a Packs = cx.packs;
    packs.calendar(cx.now.day(), county)
}

/// The pack that judged a duty; the one in force then where that pack is gone.
pub(crate) fn pack_of<'a>(cx: &Cx<'a, '_>, duty: &Duty) -> &'a Arc<Pack> {
    let packs: &'a Packs = cx.packs;
    packs.by_hash(&duty.pack_hash).unwrap_or_else(|| packs.in_force(duty.from_on))
}

/// How far the actor reads duties.
pub(crate) fn scope(cx: &Cx<'_, '_>) -> Result<Reach> {
    match reach(cx.actor.role, Action::DutyRead) {
        Reach::Nothing => Err(Refusal::NoRight.into()),
        reach => Ok(reach),
    }
}
