//! The menu: which entries a post sees, in the bar, at the foot, at the bottom of a phone and in the sheet ＋ (pages.md §2).
//! What is written here opens nothing: every page asks for its own right.

use safety::Actor;
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::{Role, login};

use super::{
    At, Entry, Waits, is_hand, may_check, may_raise, may_report, reads_checks, reads_drills, reads_duties,
    reads_hazards, reads_incidents,
};
use crate::words;

fn entry(key: &'static str, label: &'static str, href: impl Into<String>, icon: &'static str, current: bool) -> Entry {
    Entry { key, label, href: href.into(), icon, count: 0, hot: false, current }
}

fn today(waits: Waits, at: At) -> Entry {
    Entry { count: waits.n, hot: waits.late, ..entry("today", words::nav::TODAY, "/", "today", at == At::Today) }
}

fn hazards(waits: Waits, at: At) -> Entry {
    let base = entry("hazard", words::nav::HAZARDS, "/hazards", "hazard", at == At::Hazards);
    Entry { count: waits.hazards, hot: waits.late, ..base }
}

/// Incidents first, then alarms, then drills: the first that the role sees.
fn urgent(actor: &Actor, waits: Waits, at: At) -> Option<Entry> {
    let href = match () {
        () if reads_incidents(actor) => "/incidents",
        () if crate::alarm::reads(actor) => "/alarms",
        () if reads_drills(actor) => "/drills",
        () => return None,
    };
    let base = entry("emergency", words::nav::URGENT, href, "siren", at == At::Alarms);
    Some(Entry { count: waits.incidents + waits.alarms, hot: waits.pressing || waits.alarms > 0, ..base })
}

fn units(actor: &Actor, at: At) -> Entry {
    let current = at == At::Units;
    if login::at_bureau(actor) {
        // The board, the ledgers and the duties stand under 学校 (pages.md §2.1).
        let home = if reads_duties(actor) { "/board" } else { "/units" };
        entry("units", words::nav::SCHOOLS, home, "school", current || at == At::Ledgers)
    } else if actor.unit_kind.is_school() {
        entry("school", words::nav::OWN, format!("/units/{}/people", actor.unit), "school", current)
    } else {
        entry("school", words::nav::OWN_UNIT, format!("/units/{}", actor.unit), "building", current)
    }
}

pub(super) fn nav(actor: &Actor, waits: Waits, at: At) -> Vec<Entry> {
    let bureau = login::at_bureau(actor);
    let mut out = vec![today(waits, at)];
    if bureau {
        out.push(units(actor, at));
    }
    if reads_hazards(actor) {
        out.push(hazards(waits, at));
    }
    out.extend(urgent(actor, waits, at));
    if !bureau && reads_duties(actor) {
        out.push(entry("ledger", words::nav::LEDGERS, "/ledgers", "ledger", at == At::Ledgers));
    }
    if bureau {
        out.push(entry("notice", words::nav::CLAUSES, "/clauses", "notice", at == At::Clauses));
    } else {
        out.push(units(actor, at));
    }
    out
}

pub(super) fn foot(actor: &Actor, waits: Waits, at: At) -> Vec<Entry> {
    let mut out = Vec::new();
    if !login::at_bureau(actor) {
        out.push(entry("notice", words::nav::CLAUSES, "/clauses", "notice", at == At::Clauses));
    }
    if reach(actor.role, Action::JournalRead) != Reach::Nothing {
        out.push(entry("journal", words::nav::JOURNAL, "/journal", "proof", at == At::Journal));
    }
    let messages = entry("messages", words::message::TITLE, "/messages", "bell", at == At::Messages);
    out.push(Entry { count: waits.unread, ..messages });
    out.push(entry("help", words::nav::HELP, "/help", "help", at == At::Help));
    out.push(entry("settings", words::nav::ME, "/me", "user", at == At::Me));
    out
}

pub(super) fn bottom(actor: &Actor, waits: Waits, at: At) -> Vec<Entry> {
    if is_hand(actor.role) {
        return Vec::new();
    }
    let mut out = vec![today(waits, at)];
    // Who sits at a desk for what is urgent has that at hand.
    if matches!(actor.role, Role::Desk | Role::Agency) {
        out.extend(urgent(actor, waits, at));
    } else if reads_hazards(actor) {
        out.push(hazards(waits, at));
    }
    if login::at_bureau(actor) {
        out.push(units(actor, at));
    } else if reads_checks(actor) {
        out.push(entry("checks", words::nav::CHECKS, "/checks", "check-list", false));
    }
    if out.len() < 3 {
        out.push(entry("notice", words::nav::CLAUSES, "/clauses", "notice", at == At::Clauses));
    }
    if out.len() < 3 {
        out.push(units(actor, at));
    }
    out.truncate(3);
    out
}

pub(super) fn plus(actor: &Actor) -> Vec<Entry> {
    let mut out = Vec::new();
    if may_report(actor) {
        out.push(entry("incident", words::nav::INCIDENT, "/incidents/new", "emergency", false));
    }
    if may_raise(actor) {
        out.push(entry("new", words::nav::RAISE, "/hazards/new", "camera", false));
    }
    if reach(actor.role, Action::AlarmRaise) != Reach::Nothing {
        out.push(entry("alarm", words::alarm::TITLE, "/alarms/new", "siren", false));
    }
    if actor.role == Role::Desk && reach(actor.role, Action::NoticeUrge) != Reach::Nothing {
        out.push(entry("urge", words::text::URGENT, "/notices/urgent", "notice", false));
    }
    if may_check(actor) {
        out.push(entry("check", words::nav::CHECK, "/checks/new", "check-list", false));
    }
    out
}
