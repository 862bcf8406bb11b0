//! The nouns: every rule of the notice, synchronous, each guarding itself. In calling order; a noun may call only those
//! above it (the other way goes through `due` + `tick`, or a signal):
//!
//! - `kernel`  what every noun stands on: `Cx`, rights, journal leaf, deadlines, answered requests, files
//! - `pack`    the numbers by which the nouns judge (part B: the whole policy pack)
//! - `org`     units, people, posts, places, logins (4.1, 4.2)
//! - `message` 消息: who is told what; the far sides of units and people (1.2)
//! - `roll`    花名册: classes, and pupils where names are needed (1.5, 2.2, 3.4, 3.5)
//! - `duty`    应做事项: what the pack demands, what shows it, stages, counters, ledgers (1.1, 1.3, 3.1, 3.2, 3.4, 4.1, 4.2)
//! - `text`    制度与预案: one text in force for each kind of the pack (every item that names a system)
//! - `support` 帮扶: help for weak schools, guidance for others (1.3)
//! - `hazard`  隐患 (2.6)
//! - `check`   排查 (2.6): the pass over places under which hazards are found
//! - `movement` 错时放学、岗位、大型活动 (2.5): calls the planner `crowd`
//! - `drill`   疏散自救演练 (3.5, and the drill of 2.5)
//! - `incident` 事故报送 (1.2): reports, what each level owes upward and by when, who signed
//! - `alarm`   一键报警: told to school, county and police desk at once, the ladder, who is accounted for (5.2)
//! - `meeting` 例会: the agenda proposed from what is open; meetings about a hazard (1.1)
//! - `ledger`  台账: everything recorded of a unit in a period, with the three stages (1.3)
//! - `missive` 函: an agency signs for and answers a hazard by a link, without an account (2.6, 4.4)
//! - `tip`     举报: what anybody tells a bureau of a school, without an account (1.2)
//! - `absence` 晨午检: one line a class and day, counts only (1.2)
//! - `outside` 外部名单: what other offices know of a school (1.2, 4.4)
//! - `clue`    待核线索: what independent records say against what was reported (1.2)
//! - `notice`  印发、签收、专项: reads every noun for its figures, so it stands below them; layers, year plan
//! - `tick`    which deadline calls which noun
//!
//! Arrows that point upward are one list, `follow`: what follows in higher nouns when a post passes or a unit moves. One
//! more is held small: `hazard::view` asks `check` for a title.

pub mod absence;
pub mod alarm;
pub mod check;
pub mod clue;
pub mod drill;
pub mod duty;
pub mod follow;
pub mod hazard;
pub mod incident;
pub mod kernel;
pub mod ledger;
pub mod meeting;
pub mod message;
pub mod missive;
pub mod movement;
pub mod notice;
pub mod org;
pub mod outside;
pub mod pack;
pub mod roll;
pub mod support;
pub mod text;
pub mod tick;
pub mod tip;

pub use kernel::actor::{Actor, Meta};
pub use kernel::app::{App, Setup};
pub use kernel::command::Command;
pub use kernel::cx::{Cx, Signal};
pub use kernel::files::Photo;

/// One numbered list; a number is never reused, a landed file never changed.
pub const MIGRATIONS: &[db::Migration] = &[
    db::Migration { number: 1, name: "kernel", sql: include_str!("migrations/0001_kernel.sql") },
    db::Migration { number: 2, name: "org", sql: include_str!("migrations/0002_org.sql") },
    db::Migration { number: 3, name: "hazard", sql: include_str!("migrations/0003_hazard.sql") },
    db::Migration { number: 4, name: "pack", sql: include_str!("migrations/0004_pack.sql") },
    db::Migration { number: 5, name: "duty", sql: include_str!("migrations/0005_duty.sql") },
    db::Migration { number: 6, name: "tally", sql: include_str!("migrations/0006_tally.sql") },
    db::Migration { number: 7, name: "roll", sql: include_str!("migrations/0007_roll.sql") },
    db::Migration { number: 8, name: "text", sql: include_str!("migrations/0008_text.sql") },
    db::Migration { number: 9, name: "notice", sql: include_str!("migrations/0009_notice.sql") },
    db::Migration { number: 10, name: "support", sql: include_str!("migrations/0010_support.sql") },
    db::Migration { number: 11, name: "witness", sql: include_str!("migrations/0011_witness.sql") },
    db::Migration { number: 12, name: "kept", sql: include_str!("migrations/0012_kept.sql") },
    db::Migration { number: 13, name: "walks", sql: include_str!("migrations/0013_walks.sql") },
    db::Migration { number: 14, name: "covering", sql: include_str!("migrations/0014_covering.sql") },
    db::Migration { number: 15, name: "feed", sql: include_str!("migrations/0015_feed.sql") },
    db::Migration { number: 17, name: "incident", sql: include_str!("migrations/0017_incident.sql") },
    db::Migration { number: 18, name: "movement", sql: include_str!("migrations/0018_movement.sql") },
    db::Migration { number: 19, name: "drill", sql: include_str!("migrations/0019_drill.sql") },
    db::Migration { number: 20, name: "message", sql: include_str!("migrations/0020_message.sql") },
    db::Migration { number: 21, name: "alarm", sql: include_str!("migrations/0021_alarm.sql") },
    db::Migration { number: 22, name: "tip", sql: include_str!("migrations/0022_tip.sql") },
    db::Migration { number: 23, name: "missive", sql: include_str!("migrations/0023_missive.sql") },
    db::Migration { number: 24, name: "clue", sql: include_str!("migrations/0024_clue.sql") },
    db::Migration { number: 25, name: "urgent", sql: include_str!("migrations/0025_urgent.sql") },
    db::Migration { number: 26, name: "past", sql: include_str!("migrations/0026_past.sql") },
    db::Migration { number: 27, name: "failed", sql: include_str!("migrations/0027_failed.sql") },
    db::Migration { number: 28, name: "harm", sql: include_str!("migrations/0028_harm.sql") },
    db::Migration { number: 29, name: "waits", sql: include_str!("migrations/0029_waits.sql") },
];

/// Out of order no database opens: two branches that each add one are caught here, not at a bureau.
const _: () = {
    let mut i = 1;
    while i < MIGRATIONS.len() {
        assert!(MIGRATIONS[i - 1].number < MIGRATIONS[i].number, "migrations stand by number");
        i += 1;
    }
};

/// Every fixed statement of every noun, for the test that prepares each on both engines.
pub fn statements() -> Vec<&'static str> {
    [
        kernel::command::sql::ALL,
        kernel::due::sql::ALL,
        kernel::files::sql::ALL,
        kernel::outbox::sql::ALL,
        kernel::proof::sql::ALL,
        kernel::audit::sql::ALL,
        kernel::rights::sql::ALL,
        kernel::witness::sql::ALL,
        pack::store::sql::ALL,
        org::sql::ALL,
        message::sql::ALL,
        roll::sql::ALL,
        duty::sql::ALL,
        duty::feed::sql::ALL,
        text::sql::ALL,
        support::sql::ALL,
        tip::sql::ALL,
        missive::sql::ALL,
        absence::sql::ALL,
        outside::sql::ALL,
        clue::sql::ALL,
        hazard::sql::ALL,
        hazard::ledger::sql::ALL,
        check::sql::ALL,
        movement::sql::ALL,
        drill::sql::ALL,
        incident::sql::ALL,
        alarm::sql::ALL,
        ledger::sql::ALL,
        notice::sql::ALL,
    ]
    .concat()
}
