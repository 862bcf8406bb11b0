//! The tabs under an entry of the menu: which pages stand side by side, and which of them a post sees.
//! What a post may read is asked of `safety`; nothing is decided here.

use base::Id;
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::login;
use safety::{Actor, hazard};

use super::{Tab, reads_checks, reads_duties};
use crate::words;

/// The tabs of 台账 (a school) and of 学校 (a bureau): at most six.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerTab {
    Board,
    Units,
    Ledger,
    Meetings,
    Education,
    Duties,
}

pub fn ledger_tabs(actor: &Actor, now: LedgerTab) -> Vec<Tab> {
    let bureau = login::at_bureau(actor);
    let mut out = Vec::new();
    let board = Tab::new(words::board::BOARD, "/board", now == LedgerTab::Board);
    if bureau && reads_duties(actor) {
        out.push(board.clone());
    }
    if bureau {
        out.push(Tab::new(words::tab::LIST, "/units", now == LedgerTab::Units));
    }
    if reads_duties(actor) {
        out.push(Tab::new(words::nav::LEDGERS, "/ledgers", now == LedgerTab::Ledger));
        if !bureau {
            out.push(board);
        }
        out.push(Tab::new(words::tab::DUTIES, "/duties", now == LedgerTab::Duties));
        out.push(Tab::new(words::tab::MEETINGS, "/works?form=meeting", now == LedgerTab::Meetings));
        out.push(Tab::new(words::tab::EDUCATION, "/works?form=lesson", now == LedgerTab::Education));
    }
    out
}

/// The tabs under 隐患: at most six.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HazardTab {
    Open,
    Major,
    Upward,
    All,
    Checks,
    Coverage,
    Stats,
    None,
}

pub fn hazard_tabs(actor: &Actor, now: HazardTab) -> Vec<Tab> {
    let bucket = |b: hazard::Bucket| format!("/hazards?bucket={}", b.code());
    let mut out = vec![Tab::new(words::tab::OPEN, bucket(hazard::Bucket::Open), now == HazardTab::Open)];
    if login::at_bureau(actor) {
        out.push(Tab::new(words::tab::MAJOR, bucket(hazard::Bucket::Major), now == HazardTab::Major));
        out.push(Tab::new(words::tab::UPWARD, bucket(hazard::Bucket::Upward), now == HazardTab::Upward));
    } else {
        out.push(Tab::new(words::tab::ALL, bucket(hazard::Bucket::All), now == HazardTab::All));
    }
    if reads_checks(actor) {
        out.push(Tab::new(words::tab::CHECKS, "/checks", now == HazardTab::Checks));
        out.push(Tab::new(words::tab::COVERAGE, "/hazards/coverage", now == HazardTab::Coverage));
    }
    out.push(Tab::new(words::tab::STATS, "/hazards/stats", now == HazardTab::Stats));
    out
}

/// The tabs under 应急: at most six.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrgentTab {
    Incidents,
    Clues,
    Alarms,
    Drills,
    Movements,
    Gatherings,
}

pub fn urgent_tabs(actor: &Actor, now: UrgentTab) -> Vec<Tab> {
    let mut out = Vec::new();
    if super::reads_incidents(actor) {
        out.push(Tab::new(words::incident::TITLE, "/incidents", now == UrgentTab::Incidents));
    }
    if crate::alarm::reads(actor) {
        out.push(Tab::new(words::alarm::TITLE, "/alarms", now == UrgentTab::Alarms));
    }
    if crate::clue::reads(actor) {
        out.push(Tab::new(words::clue::TITLE, "/clues", now == UrgentTab::Clues));
    }
    if !super::reads_drills(actor) {
        return out;
    }
    out.push(Tab::new(words::tab::DRILLS, "/drills", now == UrgentTab::Drills));
    if reach(actor.role, Action::MovementRead) != Reach::Nothing {
        out.push(Tab::new(words::tab::MOVEMENTS, "/movements", now == UrgentTab::Movements));
        out.push(Tab::new(words::tab::GATHERINGS, "/gatherings", now == UrgentTab::Gatherings));
    }
    out
}

/// The tabs of a unit's pages: 本校 of a school, a unit seen from the bureau.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitTab {
    People,
    Texts,
    Places,
    Contacts,
    Settings,
}

pub fn unit_tabs(actor: &Actor, unit: Id, kind: safety::org::UnitKind, now: UnitTab) -> Vec<Tab> {
    let at = |end: &str| format!("/units/{unit}{end}");
    let mut out = vec![Tab::new(words::tab::PEOPLE, at("/people"), now == UnitTab::People)];
    if kind.is_school() {
        out.push(Tab::new(words::tab::PLACES, at("/places"), now == UnitTab::Places));
    }
    if reach(actor.role, Action::TextRead) != Reach::Nothing {
        out.push(Tab::new(words::tab::TEXTS, at("/texts"), now == UnitTab::Texts));
    }
    out.push(Tab::new(words::tab::CONTACTS, at("/posts"), now == UnitTab::Contacts));
    out.push(Tab::new(words::tab::SETTINGS, at(""), now == UnitTab::Settings));
    out
}

/// The tabs under 工作要点: the notice, what was sent, what it comes to here, by which rules, in which time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClauseTab {
    Text,
    Notices,
    Plan,
    YearEnd,
    Packs,
    Times,
}

pub fn clause_tabs(actor: &Actor, now: ClauseTab) -> Vec<Tab> {
    clause_tabs_of(actor, actor.unit, now)
}

/// Beside the plan of another unit: its plan and its year's end.
pub fn clause_tabs_of(actor: &Actor, unit: Id, now: ClauseTab) -> Vec<Tab> {
    let mut out = vec![Tab::new(words::tab::TEXT_OF_NOTICE, "/clauses", now == ClauseTab::Text)];
    if reach(actor.role, Action::NoticeRead) != Reach::Nothing {
        let plan = format!("/units/{unit}/plan");
        out.push(Tab::new(words::tab::NOTICES, "/notices", now == ClauseTab::Notices));
        out.push(Tab::new(words::tab::YEAR_END, format!("{plan}/end"), now == ClauseTab::YearEnd));
        out.insert(2, Tab::new(words::tab::PLAN, plan, now == ClauseTab::Plan));
    }
    out.push(Tab::new(words::tab::PACKS, "/packs", now == ClauseTab::Packs));
    out.push(Tab::new(words::tab::TIMES, "/times", now == ClauseTab::Times));
    out
}
